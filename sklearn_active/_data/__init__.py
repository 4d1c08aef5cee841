"""What X and y are: rows, labels, and what belongs to a row."""
