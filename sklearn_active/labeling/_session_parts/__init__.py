"""The parts of a labeling session."""
