"""What the strategies that have a graph of their own share."""

from abc import abstractmethod

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.utils import check_array

from sklearn_active._data.rows import (
    as_numbers,
    columns_without_numbers,
    row_keys,
    take,
)
from sklearn_active._sklearn import num_samples
from sklearn_active.graph._affinity import FLOATS, shared_search
from sklearn_active.query_strategies._base import QueryStrategy


class KeptUpToDate(QueryStrategy):
    """Base class: something built once a pool, and sums kept up to date per label."""

    needs = ()

    def utilities(self, pool):
        """Return what each candidate's label would gain, shape (n_candidates,)."""
        self._catch_up(pool)
        return self._gains()[pool.candidates]

    def select(self, pool, batch_size):
        """Choose greedily: each pick takes away what the next need not bring."""
        self._catch_up(pool)
        if batch_size == 1:
            return pool.best(self._gains())
        kept = self._snapshot()
        try:
            return greedy(pool, batch_size, self._gains, self._absorb)
        finally:
            vars(self).update(kept)

    def _catch_up(self, pool):
        """Bring the state to what the pool knows now."""
        if getattr(self, "_X", None) is not pool.X:
            self._validate_params()
            self._start(pool.X)
            self._absorbed = None
            self._X = pool.X
        known = [*pool.declined.tolist(), *pool.labeled.tolist()]
        absorbed, self._absorbed = self._absorbed, None  # where Ctrl-C comes: anew
        if absorbed is None or len(pool.withdrawn) or not absorbed.issubset(known):
            self._reset()  # also where a declined row may be asked again
            absorbed = set()
        self._follow(pool, [row for row in known if row not in absorbed])
        self._absorbed = set(known)

    def _follow(self, pool, rows):
        """Take in the rows that became known."""
        for row in rows:
            self._take_in(row, pool)

    def _take_in(self, row, pool):
        """Take in a row that became labeled or was declined."""
        self._absorb(row)

    @abstractmethod
    def _start(self, X):
        """Make what the rows alone decide."""

    @abstractmethod
    def _reset(self):
        """Forget all labels."""

    @abstractmethod
    def _gains(self):
        """Return the gain of every row at the moment, shape (n_rows,)."""

    @abstractmethod
    def _absorb(self, row):
        """Take away what a label of `row` brings, whatever the label is."""

    @abstractmethod
    def _snapshot(self):
        """Return the attributes that `_absorb` changes, by name."""


class GraphStrategy(KeptUpToDate):
    """Base class: what is built is a graph."""

    def _start(self, X):
        X, metric = graph_input(X, self.transformer, self.metric, self)
        X = check_array(X, accept_sparse="csr", dtype=FLOATS)
        # Kept, so that an estimator with the same graph need not build it again.
        self._search = shared_search(X, self.n_neighbors, metric, self.neighbors)
        self._build(self._search.affinity("self_tuning"))

    @abstractmethod
    def _build(self, affinity):
        """Make what the graph alone decides."""


def graph_input(X, transformer, metric, strategy):
    """Return X as numbers, and the metric of its graph.

    Parameters
    ----------
    X : container of shape (n_rows, ...)
        The pool's rows.
    transformer : transformer or None
        Cloned, and fitted on all rows.
    metric : str or callable
        'auto': cosine for sparse data, else euclidean.
    strategy : query strategy
        Named in the error.

    Returns
    -------
    X : {ndarray, csr matrix} of shape (n_rows, n_features)
    metric : str or callable
    """
    if transformer is not None:
        X = clone(transformer).fit_transform(X)
    if sparse.issparse(X):
        _check_finite(X.data, strategy)
        return X.tocsr(), "cosine" if metric == "auto" else metric
    values = as_numbers(X)
    if values is None or values.ndim < 2:
        name = type(strategy).__name__
        columns = columns_without_numbers(X)
        found = f" (its columns {columns} hold none)" if columns else ""
        raise ValueError(
            f"{name} compares rows and needs numbers, but X is a {type(X).__name__} "
            f"of {np.asarray(X).dtype}{found}. Tell it how to make them: "
            f"query_strategy={name}(transformer=...), with TfidfVectorizer() for text, "
            "or make_column_transformer(...) for frames."
        )
    values = values.reshape(num_samples(X), -1)
    _check_finite(values, strategy)
    return values, "euclidean" if metric == "auto" else metric


def _check_finite(values, strategy):
    n_bad = np.count_nonzero(~np.isfinite(values)) if values.dtype.kind == "f" else 0
    if n_bad:
        name = type(strategy).__name__
        raise ValueError(
            f"{name} compares rows, and {n_bad} values of X are NaN or infinite. Tell "
            f"it how to fill them: query_strategy={name}(transformer=make_pipeline("
            "SimpleImputer(), StandardScaler()))."
        )


def greedy(pool, batch_size, gains, absorb):
    """Choose a batch one by one, each after what the ones before it took away.

    Parameters
    ----------
    pool : Pool
        The read-only view of the pool.
    batch_size : int
        How many rows at most.
    gains : callable
        `gains() -> ndarray (n_rows,)`, at the moment.
    absorb : callable
        `absorb(row)` takes the row's part away from the gains.

    Returns
    -------
    indices : ndarray of int of shape (n_chosen,)
    utilities : ndarray of float of shape (n_chosen,)
    """
    indices, utilities, barred, keys = [], [], [], set()
    n_candidates = pool.state.n_candidates
    while len(indices) < batch_size and len(barred) < n_candidates:
        (row,), (utility,) = pool.best(gains(), barred)
        barred.append(row)
        key = row_keys(take(pool.X, np.array([row])))[0]
        if key not in keys:
            keys.add(key)
            indices.append(row)
            utilities.append(utility)
            if len(indices) < batch_size:
                absorb(row)
    return np.array(indices), np.array(utilities)
