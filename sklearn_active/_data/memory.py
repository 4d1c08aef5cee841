"""What one run finds out about its rows, so that it need not find it out again."""

from collections import OrderedDict
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from hashlib import sha256

import numpy as np
from scipy import sparse

_MOST_SLOTS = 4  # the graphs of a strategy and of an estimator, and neighbors of both
_OPEN = ContextVar("open_memory", default=None)


class RunMemory:
    """Keep what is costly to find and belongs to the rows, as long as its owner lives.

    Its owner opens it around what strategies and estimators do for the owner. They ask
    it by `remembered`, and don't know whose it is. Where it is opened inside of
    another, as by a learner that a stopping rule fits, each owner keeps its own. A
    copy, or what comes out of a pickle, is empty.
    """

    def __init__(self):
        self._found = OrderedDict()  # by slot, that of the last use at the end

    def __reduce__(self):
        return RunMemory, ()

    @contextmanager
    def open(self):
        """Let `remembered` use this memory; each thread opens its own."""
        token = _OPEN.set(self)
        try:
            yield
        finally:
            _OPEN.reset(token)

    def recall(self, slot, key, make):
        """Return what was made last for this slot if its key was equal, or make it."""
        entry = self._found.get(slot)
        if entry is None or entry[0] != key:
            # Let go of first: two graphs at once may be more than there is room for.
            entry = None
            self._found.pop(slot, None)
            entry = self._found[slot] = key, make()
        self._found.move_to_end(slot)
        # A search over n_neighbors would else leave a graph of each behind.
        while len(self._found) > _MOST_SLOTS:
            self._found.popitem(last=False)
        return entry[1]


def remembered(slot, made_from, make):
    """Return what `make` returns, or what it returned before in the run at hand.

    Parameters
    ----------
    slot : hashable
        What is made, and by which parameters. One result is kept of each.
    made_from : sequence of object
        What it depends on beside: arrays and sparse matrices, which are compared by
        content, and objects that are compared by `==`.
    make : callable
        `make()`; its result is shared, so nobody may change it.

    Returns
    -------
    found : object
    """
    memory = _OPEN.get()
    if memory is None:
        return make()
    key = tuple(digest_of(part) if _holds_rows(part) else part for part in made_from)
    return memory.recall(slot, key, make)


class PoolRows:
    """All rows of a pool, as a part of what something is made from.

    The same object is the same rows: nobody fills a pool with others while a run goes
    on. So a digest is made only where an estimator converts the rows anew in each fit;
    in every round it would cost more than all else that is done for the round.

    Parameters
    ----------
    X : {ndarray, csr or csc matrix} of shape (n_rows, n_features)
        The rows.
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, X):
        self.X = X

    def __eq__(self, other):
        return self.X is other.X or self._digest == other._digest

    @cached_property
    def _digest(self):
        return digest_of(self.X)


def _holds_rows(part):
    return isinstance(part, np.ndarray) or sparse.issparse(part)


def digest_of(X):
    """Return some bytes that are equal where the numbers in X are equal.

    By content, not by identity: whoever owns X may have filled it with other numbers.

    Parameters
    ----------
    X : {ndarray, csr or csc matrix} of shape (n_rows, n_features)
        The rows.

    Returns
    -------
    digest : bytes
    """
    arrays = (X.data, X.indices, X.indptr) if sparse.issparse(X) else (X,)
    kind = X.shape, X.dtype.str, X.format if sparse.issparse(X) else "dense"
    digest = sha256(repr(kind).encode())
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return digest.digest()
