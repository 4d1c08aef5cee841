"""The nearest neighbors of each row, with distances that are exact."""

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import normalize
from sklearn.utils import gen_batches

from sklearn_active._data.memory import PoolRows, remembered
from sklearn_active.graph._affinity import symmetric_affinity
from sklearn_active.graph._approximate import approximate_neighbors, can_approximate

FLOATS = (np.float64, np.float32)
_ROWS_AT_ONCE = 4096
_ROWS_REMEMBERED = 20_000
_NUMBERS_AT_ONCE = 2**22
_MEGABYTES_AT_ONCE = 64


@dataclass(frozen=True, eq=False)
class Neighborhoods:
    """Which rows are neighbors, and how far they are; nobody changes it.

    Attributes
    ----------
    rows, columns : ndarray of int of shape (n_edges,)
        The pairs of each row and its neighbors.
    distances : ndarray of float of shape (n_edges,)
        Their distances.
    scales : ndarray of float of shape (n_samples,)
        Distance of each row to its last neighbor; to the nearest row that is no
        twin where that is 0; 1 where all rows are twins.
    """

    rows: np.ndarray
    columns: np.ndarray
    distances: np.ndarray
    scales: np.ndarray
    _affinities: dict = field(default_factory=dict, repr=False)

    def affinity(self, weights):
        """Return the matrix of weights, made once: it is read-only."""
        if weights not in self._affinities:
            affinity = self.weighted(weights)
            for array in (affinity.data, affinity.indices, affinity.indptr):
                array.flags.writeable = False
            self._affinities[weights] = affinity
        return self._affinities[weights]

    def weighted(self, weights):
        """Return the symmetric matrix of weights, see `knn_affinity`."""
        edges = self.rows, self.columns, self.distances
        return symmetric_affinity(*edges, self.scales, weights)


class NeighborSearch:
    """Find nearest rows, with distances that are exactly 0 for twins.

    scikit-learn's brute-force search expands the square and gives twins distances
    of 1e-7; distances to the chosen rows are computed again from differences.

    Parameters
    ----------
    n_neighbors : int
        Neighbors of each row, itself not counted.
    metric : str or callable
        As in NearestNeighbors.
    neighbors : {'auto', 'exact'} or transformer
        How the neighbors of the fitted rows are found.
    n_jobs : int or None
        Jobs of the exact search.

    Attributes
    ----------
    neighborhoods_ : Neighborhoods
        Of the fitted rows; within a run those of equal rows are found once.
    """

    def __init__(self, n_neighbors, metric="euclidean", neighbors="auto", n_jobs=None):
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.neighbors = neighbors
        self.n_jobs = n_jobs

    def fit(self, X):
        """Index the rows and find the neighbors among themselves."""
        self._X = normalize(X) if self.metric == "cosine" else X
        # Each search has an index of its own, also where the neighbors are known: the
        # rows that another one was fitted on may hold other numbers by now.
        self._index = NearestNeighbors(metric=self.metric, n_jobs=self.n_jobs).fit(X)
        if isinstance(self.metric, str) and isinstance(self.neighbors, str):
            exact = not self._approximates(X)
            slot = "neighborhoods", self.n_neighbors, self.metric, exact
            self.neighborhoods_ = remembered(slot, [X], lambda: self._found(X))
        else:  # two functions, or two transformers, can't be compared
            self.neighborhoods_ = self._found(X)
        return self

    def query(self, X):
        """Return distances to and positions of the nearest fitted rows, (n, k).

        Within a run, those of the last rows are kept: a learning curve predicts the
        same rows in every round.
        """
        if X.shape[0] > _ROWS_REMEMBERED:
            return self._nearest_fitted(X)
        slot = "nearest", self.n_neighbors, self.metric
        # The rows of now, not the neighborhoods, which two models of once equal rows
        # share: one of them may hold other numbers by now.
        made_from = PoolRows(self._X), X
        return remembered(slot, made_from, lambda: self._nearest_fitted(X))

    def _nearest_fitted(self, X):
        found = self._nearest(X, min(self.n_neighbors, self._X.shape[0]))
        return self._exact(normalize(X) if self.metric == "cosine" else X, *found)

    def _found(self, X):
        rows, columns, distances = self._edges(X)
        scales = np.zeros(X.shape[0])
        np.maximum.at(scales, rows, distances)
        self._widen_scales_of_twins(X, scales)
        return Neighborhoods(rows, columns, distances, scales)

    def _edges(self, X):
        if not isinstance(self.neighbors, str):
            return self._given_edges(X)
        if self._approximates(X):
            pairs = approximate_neighbors(self._X, self.n_neighbors)
            return *pairs, self._distances_of(*pairs)
        return self._exact_edges()

    def _approximates(self, X):
        return self.neighbors == "auto" and can_approximate(X, self.metric)

    def _pairs_at_once(self):
        """Return how many differences of rows to hold: some 32 MB of numbers."""
        size = self._X.nnz if sparse.issparse(self._X) else self._X.size
        return max(1, _NUMBERS_AT_ONCE * self._X.shape[0] // max(size, 1))

    def _distances_of(self, rows, columns):
        """Return the exact distances of pairs of rows."""
        distances = np.empty(len(rows))
        for batch in gen_batches(len(rows), self._pairs_at_once()):
            difference = self._X[rows[batch]] - self._X[columns[batch]]
            distances[batch] = _squared_norms(difference)
        return np.sqrt(distances) if self.metric == "euclidean" else distances / 2

    def _exact_edges(self):
        n_rows = self._X.shape[0]
        k = min(self.n_neighbors, n_rows - 1)
        if k < 1:
            return np.zeros(0, int), np.zeros(0, int), np.zeros(0)
        distances, columns = self._exact(self._X, *self._nearest(None, k))
        rows = np.repeat(np.arange(n_rows), k)
        return rows, columns.ravel(), distances.ravel()

    def _given_edges(self, X):
        """Return the edges that the user's transformer finds, nearest first."""
        transformer = clone(self.neighbors)
        if getattr(transformer, "mode", "distance") != "distance":
            raise ValueError(
                f"{type(transformer).__name__}(mode={transformer.mode!r}) gives no "
                "distances; take mode='distance'."
            )
        graph = sparse.csr_array(transformer.fit_transform(X), dtype=np.float64)
        n_rows = X.shape[0]
        if graph.shape != (n_rows, n_rows):
            raise ValueError(
                f"{type(transformer).__name__} must give a graph of shape "
                f"({n_rows}, {n_rows}), one row per sample; got {graph.shape}."
            )
        # On the stored entries: sparse arithmetic drops a twin's stored 0. The order
        # within a row is the transformer's own, so that it is sorted by distance.
        rows = np.repeat(np.arange(n_rows), np.diff(graph.indptr))
        columns, distances = graph.indices, graph.data
        others = np.flatnonzero(rows != columns)
        order = others[np.lexsort((distances[others], rows[others]))]
        rows, columns, distances = rows[order], columns[order], distances[order]
        ranks = np.arange(len(rows)) - np.searchsorted(rows, np.arange(n_rows))[rows]
        kept = ranks < self.n_neighbors
        return rows[kept], columns[kept], distances[kept]

    def _nearest(self, X, n_neighbors):
        # Where scikit-learn goes by blocks of all distances: not a gigabyte each.
        with config_context(working_memory=_MEGABYTES_AT_ONCE):
            return self._index.kneighbors(X, n_neighbors=n_neighbors)

    def _exact(self, X, distances, columns):
        """Return distances computed from differences, where the metric has them.

        A search by x^2 + z^2 - 2 x z loses the digits of small distances, and so takes
        twins for mere neighbors. For unit vectors the cosine distance is |x - z|^2 / 2.
        """
        if self.metric not in ("euclidean", "cosine"):
            return distances, columns
        exact = np.empty_like(distances, dtype=np.float64)
        at_once = max(1, self._pairs_at_once() // columns.shape[1])
        for batch in gen_batches(len(columns), at_once):
            rows = np.arange(batch.start, batch.stop).repeat(columns.shape[1])
            difference = X[rows] - self._X[columns[batch].ravel()]
            exact[batch] = _squared_norms(difference).reshape(columns[batch].shape)
        return np.sqrt(exact) if self.metric == "euclidean" else exact / 2, columns

    def _widen_scales_of_twins(self, X, scales):
        """Look further for the rows whose neighbors are all their twins, in place.

        A width of 0 would make 0 / 0 of the weights. Four times as many neighbors are
        looked at each time, so that one row in many copies is not a search of all rows.
        """
        n_neighbors, rows = self.n_neighbors, np.flatnonzero(scales == 0)
        while len(rows) and n_neighbors < X.shape[0]:
            n_neighbors = min(4 * n_neighbors, X.shape[0])
            at_once = max(1, 10 * _ROWS_AT_ONCE // n_neighbors)
            for batch in gen_batches(len(rows), at_once):
                some = rows[batch]
                found = self._nearest(X[some], n_neighbors)
                distances, _ = self._exact(self._X[some], *found)
                nearest = np.where(distances > 0, distances, np.inf).min(axis=1)
                scales[some] = np.where(np.isfinite(nearest), nearest, 0)
            rows = rows[scales[rows] == 0]
        scales[scales == 0] = 1


def _squared_norms(difference):
    if sparse.issparse(difference):
        return np.asarray(difference.multiply(difference).sum(axis=1)).ravel()
    return np.einsum("ij,ij->i", difference, difference)
