"""What shows a session to a person: page, terminal and widget."""
