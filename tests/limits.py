"""From where on something counts as much, made small: for tests of what is done then.

The limits are no parameters: nobody should have to choose them. Tests that would need
20,000 rows lower them here, so that what moves in the package moves in one place.
"""

from contextlib import contextmanager
from unittest.mock import patch


@contextmanager
def many_rows(n_rows):
    """Let more rows than these be many for a graph: for its search, and its kernel."""
    with (
        patch("sklearn_active.graph._approximate.MANY_ROWS", n_rows),
        patch("sklearn_active.graph._resolvent._FEW_ROWS", n_rows),
    ):
        yield


def small_pieces(n_rows=None, n_bytes=None):
    """Score a pool in pieces of so many rows, or so many bytes (16 per row if None)."""
    limits = {} if n_rows is None else {"PIECE_ROWS": n_rows}
    limits["PIECE_BYTES"] = n_rows * 16 if n_bytes is None else n_bytes
    return patch.multiple("sklearn_active._data.rows", **limits)


def small_blocks(n_entries):
    """Hold so many entries of the kernel of MaxHerding at a time."""
    return patch("sklearn_active.query_strategies._max_herding._BLOCK", n_entries)
