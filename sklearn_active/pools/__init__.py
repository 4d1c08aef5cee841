"""Pools larger than memory, or than one machine: rows that are read in chunks."""

from sklearn_active.pools._chunked import ChunkedPool

__all__ = ["ChunkedPool"]
