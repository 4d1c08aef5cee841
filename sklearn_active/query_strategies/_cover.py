"""What is covered, kept up to date per label; a batch is greedy on a copy of it."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_active._data.rows import row_keys, take
from sklearn_active._sklearn import validate_params
from sklearn_active.query_strategies._base import QueryStrategy
from sklearn_active.query_strategies._pool_view import PoolView


class Cover(ABC):
    """Base class: what the rows known so far leave for others to bring."""

    @abstractmethod
    def add(self, row, label=None):
        """Take away what a label of this row brings.

        Parameters
        ----------
        row : int
            It was chosen or declined, then `label` is None, or labeled. A row that was
            declined comes again when it is labeled.
        label : object, default=None
            Its label, for covers that look at labels.
        """

    @abstractmethod
    def gains(self):
        """Return what a label of each row would bring, shape (n_rows,).

        It is only read. Where a row can't be the best one, an upper bound will do.
        """

    @abstractmethod
    def copy(self):
        """Return a cover that may be changed without this one."""


class CoverStrategy(QueryStrategy):
    """Base class of strategies that keep a cover: one hook, `_make_cover`.

    The cover of the pool follows what becomes known; the rows of a batch are added to a
    copy of it, which is thrown away.
    """

    needs = ()

    _X = None  # the rows that the covers are of
    _blank = None  # the cover where nothing is known
    _cover = None  # the cover of what was heard of so far
    _heard = None  # {row: whether it was labeled}; None: begin again from the blank one

    def utilities(self, pool: PoolView) -> NDArray[np.float64]:
        """Return what each candidate's label would gain, shape (n_candidates,)."""
        return self._cover_for(pool).gains()[pool.candidates]

    def select(
        self, pool: Any, batch_size: int
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Choose greedily: each pick takes away what the next need not bring."""
        cover = self._cover_for(pool)
        gains = cover.gains()  # before the copy is made: what it finds out is kept
        if batch_size == 1:
            return pool.best(gains)
        return greedy(pool, batch_size, cover.copy())

    @abstractmethod
    def _make_cover(self, X):
        """Return the cover of a pool of which nothing is known."""

    def _cover_for(self, pool):
        """Return the cover of what the pool knows now."""
        if self._X is not pool.X:
            validate_params(self)
            self._blank, self._heard = self._make_cover(pool.X), None
            self._X = pool.X
        known = dict.fromkeys(pool.declined.tolist(), False)
        known |= dict.fromkeys(pool.labeled.tolist(), True)
        # While rows are added the cover is that of no moment. Where Ctrl-C comes in
        # between, the next call finds None, and begins again.
        heard, self._heard = self._heard, None
        # A cover can't take back what it added. A declined row may be asked again, too.
        if heard is None or len(pool.withdrawn) or not heard.keys() <= known.keys():
            self._cover, heard = self._blank.copy(), {}
        new = [row for row in known if row not in heard]
        labeled_since = [
            row for row in pool.labeled.tolist() if heard.get(row) is False
        ]
        for row in new + labeled_since:
            self._cover.add(row, pool.class_of(row))
        self._heard = known
        return self._cover


def greedy(pool, batch_size, cover):
    """Choose a batch one by one, each after what the ones before it took away.

    Parameters
    ----------
    pool : Pool
        The read-only view of the pool.
    batch_size : int
        How many rows at most.
    cover : Cover
        Changed: the rows chosen are added, but for the last.

    Returns
    -------
    indices : ndarray of int of shape (n_chosen,)
    utilities : ndarray of float of shape (n_chosen,)
    """
    indices, utilities, barred, keys = [], [], [], set()
    n_candidates = len(pool.candidates)
    while len(indices) < batch_size and len(barred) < n_candidates:
        (row,), (utility,) = pool.best(cover.gains(), barred)
        barred.append(row)
        key = row_keys(take(pool.X, np.array([row])))[0]
        if key not in keys:
            keys.add(key)
            indices.append(row)
            utilities.append(utility)
            if len(indices) < batch_size:
                cover.add(row)
    return np.array(indices), np.array(utilities)
