"""A bridge to Label Studio: it shows the rows of a session, and holds its answers."""
