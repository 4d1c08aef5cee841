"""The base classes of oracles."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from numbers import Integral, Real
from typing import Any

from sklearn.utils import check_random_state

from sklearn_active._data.columns import is_sequence
from sklearn_active._data.containers import as_rows
from sklearn_active._data.rows import row_keys
from sklearn_active._sklearn import Interval


class Oracle(ABC):
    """Base class: answer a query with one label per row.

    Any callable is an oracle; derive from this class where the oracle holds
    something that must not be copied (a connection, a counter, much data):
    scikit-learn's `clone` then keeps the very same object.

    Examples
    --------
    >>> from sklearn_active.oracles import Oracle
    >>> class Positive(Oracle):
    ...     def __call__(self, query):
    ...         return [int(row[0] > 0) for row in query.X]
    >>> from sklearn.base import clone
    >>> oracle = Positive()
    >>> clone(oracle) is oracle
    True
    """

    @abstractmethod
    def __call__(self, query: Any) -> Iterable[Any]:
        """Return one label per row of `query`; None where it can't tell.

        Parameters
        ----------
        query : Query
            The rows asked.

        Returns
        -------
        labels : array-like of shape (n_rows,), or a generator of n_rows labels
            Each label that a generator yields is kept as it comes. Raise
            :class:`~sklearn_active.StopLabeling` to end the loop.
        """

    def __sklearn_clone__(self):
        return self


class RateOracle(Oracle):
    """Base class of oracles that spoil another one's answers at a given rate.

    What happens to a row depends on the seed and on the row's content alone, so
    that serial and parallel runs, resumed runs and frames and arrays agree.
    """

    def __init__(self, oracle, rate, name, random_state):
        if not callable(oracle):
            raise TypeError(f"oracle must be callable, got {oracle!r}.")
        interval = Interval(Real, 0, 1, closed="both")
        if not interval.is_satisfied_by(rate):
            raise ValueError(f"{name} must be {interval}, got {rate!r}.")
        self.oracle = oracle
        self._rate = rate
        if not isinstance(random_state, Integral):
            random_state = check_random_state(random_state).randint(2**31 - 1)
        self._key = str(int(random_state)).encode()

    def __call__(self, query: Any) -> Iterable[Any]:
        """Return the other oracle's labels, some of them spoiled."""
        labels = as_rows(self.oracle(query))
        if isinstance(labels, Iterator):
            return self._spoiled(query, labels)
        if not is_sequence(labels) or len(labels) != len(query):
            return labels  # for the learner to refuse
        return list(self._spoiled(query, labels))

    def _spoiled(self, query, labels):
        for label, key in zip(labels, row_keys(query.X), strict=False):
            chance, choice = _uniform_pair(self._key, key)
            yield self._spoil(label, choice, query) if chance < self._rate else label

    @abstractmethod
    def _spoil(self, label, choice, query):
        """Return what becomes of a label; `choice` is uniform in [0, 1)."""


def _uniform_pair(seed, row_key):
    """Return two numbers in [0, 1) that depend on the seed and the row alone."""
    digest = blake2b(row_key, digest_size=16, key=seed[:64]).digest()
    first, second = digest[:8], digest[8:]
    return int.from_bytes(first) / 2**64, int.from_bytes(second) / 2**64
