"""What a model makes of the rows: refits, rankings and questions."""
