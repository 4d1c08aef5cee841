"""Votes in the files of other tools."""
