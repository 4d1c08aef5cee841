"""Whose turn it is, where a share of the questions is somebody else's."""

from math import floor
from typing import Any


def turns(n_before: int, n_more: int, share: float) -> int:
    r"""Return how many of the next questions belong to a share of all.

    Parameters
    ----------
    n_before : int
        How many questions there were.
    n_more : int
        How many come now.
    share : float
        In [0, 1].

    Returns
    -------
    n_turns : int
        :math:`\lfloor (n + b) s \rfloor - \lfloor n s \rfloor`: the sum over a run
        differs from the share of all questions by less than one, for every batch size.
    """
    return floor((n_before + n_more) * share) - floor(n_before * share)


def turns_in_batch(pool: Any, batch_size: int, share: float) -> int:
    """Return how many rows of a batch belong to a share of all.

    Parameters
    ----------
    pool : Pool
        Before the batch.
    batch_size : int
        How many rows are asked.
    share : float
        In [0, 1].

    Returns
    -------
    n_rows : int
    """
    # Counted by what is known, not by rounds: a resumed run has the same share.
    return turns(len(pool.labeled) + len(pool.declined), batch_size, share)
