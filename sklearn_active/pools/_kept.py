"""Rows that were read once and are kept, since every refit needs them."""

from abc import abstractmethod
from itertools import pairwise
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sklearn_active._data.rows import RowsInChunks, stacked, take


class KeepsRows(RowsInChunks):
    """Rows in chunks that keeps in memory what was taken: labeled rows are few."""

    def __init__(self):
        self._lock = RLock()
        # Labeled rows are needed in every refit, and a read may be a pass over a disk.
        # They are few, and grow by a batch per round, so nothing is ever dropped.
        self._slots = {}  # position of a row: its place in the rows kept
        self._kept = None

    def __getstate__(self):
        return {name: x for name, x in vars(self).items() if name != "_lock"}

    def __setstate__(self, state):
        vars(self).update(state, _lock=RLock())

    @abstractmethod
    def _read(self, indices):
        """Return the rows `indices`, at least one, which are distinct and ascend."""

    def take(self, indices: ArrayLike) -> Any:
        """Return some rows, in the container of the chunks.

        Parameters
        ----------
        indices : array-like of int of shape (n_taken,)
            Positions, in any order.

        Returns
        -------
        rows : container of shape (n_taken, ...)
        """
        indices = np.asarray(indices)
        if indices.ndim != 1 or (len(indices) and indices.dtype.kind not in "iu"):
            raise ValueError(
                "take needs a 1-d sequence of integer positions; got an array of dtype "
                f"{indices.dtype} and shape {indices.shape}."
            )
        if not len(indices):
            return take(self._template(), np.arange(0))
        if indices.min() < 0 or indices.max() >= len(self):
            raise IndexError(
                f"Positions must lie in 0 ... {len(self) - 1}, got "
                f"{indices.min()} ... {indices.max()}."
            )
        with self._lock:
            # In one read, and ascending, as the chunks come.
            unread = [i for i in set(indices.tolist()) if i not in self._slots]
            if unread:
                in_order = np.sort(unread)
                self._keep(in_order, self._read(in_order))
            slots = [self._slots[i] for i in indices.tolist()]
            return take(self._kept, np.array(slots))

    def _keep(self, indices, rows):
        """Remember rows that were read in passing."""
        with self._lock:
            new = np.array([i not in self._slots for i in indices.tolist()], dtype=bool)
            if not new.any():
                return
            n_kept = len(self._slots)
            if not new.all():
                rows = take(rows, np.flatnonzero(new))
            self._kept = stacked([rows] if self._kept is None else [self._kept, rows])
            for slot, index in enumerate(indices[new].tolist(), start=n_kept):
                self._slots[index] = slot


def runs(indices, bounds):
    """Yield which of ascending `indices` lie in which span of rows.

    Parameters
    ----------
    indices : ndarray of int of shape (n_indices,)
        Ascending.
    bounds : array-like of int of shape (n_spans + 1,)
        Where the spans begin, and the last ends.

    Yields
    ------
    span : int
        Spans without any are left out.
    local : ndarray of int
        Positions within the span.
    """
    cuts = np.searchsorted(indices, bounds)
    for span, (first, last) in enumerate(pairwise(cuts)):
        if first < last:
            yield span, indices[first:last] - bounds[span]
