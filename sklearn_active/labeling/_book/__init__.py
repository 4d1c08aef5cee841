"""What is on file of a session, and the labels it adds up to."""
