"""Symmetric nearest-neighbor affinity graphs."""

from hashlib import blake2b
from weakref import WeakValueDictionary

import numpy as np
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import normalize
from sklearn.utils import check_array, gen_batches

from sklearn_active.graph._approximate import approximate_neighbors, can_approximate

_ROWS_AT_ONCE = 4096
_ROWS_REMEMBERED = 20_000
_NUMBERS_AT_ONCE = 2**22
_MEGABYTES_AT_ONCE = 64
FLOATS = (np.float64, np.float32)
_SHARED = WeakValueDictionary()


def knn_affinity(
    X,
    n_neighbors=10,
    weights="self_tuning",
    *,
    metric="euclidean",
    neighbors="auto",
    n_jobs=None,
):
    r"""Build the symmetric affinity matrix of the nearest neighbors.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        The rows.
    n_neighbors : int, default=10
        Neighbors of each row, itself not counted; at most n_samples - 1 are used.
    weights : {'self_tuning', 'connectivity'}, default='self_tuning'
        'self_tuning': a Gaussian with a width of each row's own; 'connectivity': 1.
    metric : str or callable, default='euclidean'
        As in :class:`sklearn.neighbors.NearestNeighbors`; 'cosine' suits text.
    neighbors : {'auto', 'exact'} or transformer, default='auto'
        'auto': exact up to 50,000 rows; above, where the rows are dense, the metric
        is 'euclidean' or 'cosine' and faiss is installed (the extra `scale`),
        approximate. Or any transformer like
        :class:`sklearn.neighbors.KNeighborsTransformer` (in mode 'distance'). It is
        cloned; `metric` and `n_jobs` are then its own, and at most `n_neighbors` of
        what it finds are used.
    n_jobs : int, default=None
        Jobs of the exact search.

    Returns
    -------
    affinity : csr_array of float64 of shape (n_samples, n_samples)
        Symmetric, non-negative, with a zero diagonal.

    Notes
    -----
    With :math:`d_{ij}` the distance and :math:`s_i` the distance of row i to its
    last neighbor,

    .. math:: W_{ij} = \exp(-d_{ij}^2 / (s_i s_j))

    where j is among the neighbors of i, or i among those of j (union). Where all
    neighbors of a row are its twins, :math:`s_i` is the distance to the nearest
    row that is none. Twins have weight 1. Cost: that of the search, then
    O(n_samples * n_neighbors * n_features).

    References
    ----------
    L. Zelnik-Manor and P. Perona, "Self-Tuning Spectral Clustering", NeurIPS 2004.

    Examples
    --------
    >>> from sklearn_active.graph import knn_affinity
    >>> W = knn_affinity([[0.0], [1.0], [3.0]], n_neighbors=1)
    >>> W.toarray().round(2)
    array([[0.  , 0.37, 0.  ],
           [0.37, 0.  , 0.14],
           [0.  , 0.14, 0.  ]])
    """
    check_neighbors(neighbors)
    # Differences of small integers would wrap around.
    X = check_array(X, accept_sparse="csr", dtype=FLOATS)
    search = NeighborSearch(n_neighbors, metric, neighbors, n_jobs)
    return search.fit(X).weighted(weights)


def shared_search(X, n_neighbors, metric, neighbors, n_jobs=None):
    """Return a fitted NeighborSearch; with the graph of equal rows, if there is one.

    A strategy and an estimator with the same graph build it once. It is kept as long
    as the last of them is.

    Parameters
    ----------
    X : {ndarray, csr matrix} of float of shape (n_samples, n_features)
        The rows; compared by content, since whoever had them may have changed them.
    n_neighbors, metric, neighbors, n_jobs : object
        As in :class:`NeighborSearch`.

    Returns
    -------
    search : NeighborSearch
        Its arrays are read-only.
    """
    search = NeighborSearch(n_neighbors, metric, neighbors, n_jobs)
    if not isinstance(metric, str) or not isinstance(neighbors, str):
        return search.fit(X)  # what is behind a function, nobody can compare
    approximate = neighbors == "auto" and can_approximate(X, metric)
    key = (n_neighbors, metric, approximate, _digest(X))
    _SHARED[key] = search.fit(X, _SHARED.get(key))
    return search


def _digest(X):
    arrays = (X.data, X.indices, X.indptr) if sparse.issparse(X) else (X,)
    digest = blake2b(repr((X.shape, X.dtype)).encode())
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return digest.digest()


def check_neighbors(neighbors):
    """Raise where `neighbors` is neither a name nor a transformer."""
    if neighbors not in ("auto", "exact") and not hasattr(neighbors, "fit_transform"):
        raise ValueError(
            "neighbors must be 'auto', 'exact' or a transformer such as "
            f"KNeighborsTransformer(mode='distance'); got {neighbors!r}."
        )


def self_tuning_weights(distances, scales, other_scales):
    """Return exp(-d^2 / (s_i s_j)), and 1 where d is 0; arrays broadcast."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        # Divided one after the other: the product of two small scales underflows.
        exponent = (distances / scales) * (distances / other_scales)
    return np.exp(-np.where(distances == 0, 0, exponent))


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
    rows_, columns_ : ndarray of int of shape (n_edges,)
        The pairs of each row and its neighbors.
    distances_ : ndarray of float of shape (n_edges,)
        Their distances.
    scales_ : ndarray of float of shape (n_samples,)
        Distance of each row to its last neighbor; to the nearest row that is no
        twin where that is 0; 1 where all rows are twins.
    """

    def __init__(self, n_neighbors, metric="euclidean", neighbors="auto", n_jobs=None):
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.neighbors = neighbors
        self.n_jobs = n_jobs
        self._last_query = None, None

    def __getstate__(self):
        return vars(self) | {"_last_query": (None, None)}  # of no use elsewhere

    def fit(self, X, like=None):
        """Index the rows and find the neighbors among themselves.

        `like` has them already: a search that was fitted on equal rows, which may be
        other ones by now.
        """
        self._X = normalize(X) if self.metric == "cosine" else X
        self._index = NearestNeighbors(metric=self.metric, n_jobs=self.n_jobs).fit(X)
        if like is not None:
            for name in ("rows_", "columns_", "distances_", "scales_", "_affinities"):
                setattr(self, name, getattr(like, name))
            return self
        self._affinities = {}
        edges = self._edges(X)
        self.rows_, self.columns_, self.distances_ = edges
        self.scales_ = np.zeros(X.shape[0])
        np.maximum.at(self.scales_, self.rows_, self.distances_)
        self._widen_scales_of_twins(X)
        return self

    def affinity(self, weights):
        """Return the matrix of weights, made once: it is read-only."""
        if weights not in self._affinities:
            self._affinities[weights] = affinity = self.weighted(weights)
            for array in (affinity.data, affinity.indices, affinity.indptr):
                array.flags.writeable = False
        return self._affinities[weights]

    def weighted(self, weights):
        """Return the symmetric matrix of weights, see `knn_affinity`."""
        if weights == "connectivity":
            values = np.ones(len(self.rows_))
        elif weights == "self_tuning":
            scales = self.scales_[self.rows_], self.scales_[self.columns_]
            values = self_tuning_weights(self.distances_, *scales)
        else:
            raise ValueError(
                f"weights must be 'self_tuning' or 'connectivity', got {weights!r}."
            )
        return _union(self.rows_, self.columns_, values, len(self.scales_))

    def _edges(self, X):
        if not isinstance(self.neighbors, str):
            return self._given_edges(X)
        if self.neighbors == "auto" and can_approximate(X, self.metric):
            pairs = approximate_neighbors(self._X, self.n_neighbors)
            return *pairs, self._distances_of(*pairs)
        return self._exact_edges()

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
                f"({n_rows}, {n_rows}), one row a sample; got {graph.shape}."
            )
        # On the stored entries: sparse arithmetic drops a twin's stored 0.
        rows = np.repeat(np.arange(n_rows), np.diff(graph.indptr))
        columns, distances = graph.indices, graph.data
        others = np.flatnonzero(rows != columns)
        order = others[np.lexsort((distances[others], rows[others]))]
        rows, columns, distances = rows[order], columns[order], distances[order]
        ranks = np.arange(len(rows)) - np.searchsorted(rows, np.arange(n_rows))[rows]
        kept = ranks < self.n_neighbors
        return rows[kept], columns[kept], distances[kept]

    def query(self, X):
        """Return distances to and positions of the nearest fitted rows, (n, k).

        Those of the last rows are kept: curves predict the same ones every round.
        """
        key, (last, kept) = _digest(X), self._last_query
        if key != last:
            k = min(self.n_neighbors, self._X.shape[0])
            found = self._nearest(X, k)
            kept = self._exact(normalize(X) if self.metric == "cosine" else X, *found)
            small = X.shape[0] <= _ROWS_REMEMBERED
            self._last_query = (key, kept) if small else (None, None)
        return kept

    def _nearest(self, X, n_neighbors):
        # Where scikit-learn goes by blocks of all distances: not a gigabyte each.
        with config_context(working_memory=_MEGABYTES_AT_ONCE):
            return self._index.kneighbors(X, n_neighbors=n_neighbors)

    def _exact(self, X, distances, columns):
        if self.metric not in ("euclidean", "cosine"):
            return distances, columns
        exact = np.empty_like(distances, dtype=np.float64)
        at_once = max(1, self._pairs_at_once() // columns.shape[1])
        for batch in gen_batches(len(columns), at_once):
            rows = np.arange(batch.start, batch.stop).repeat(columns.shape[1])
            difference = X[rows] - self._X[columns[batch].ravel()]
            exact[batch] = _squared_norms(difference).reshape(columns[batch].shape)
        return np.sqrt(exact) if self.metric == "euclidean" else exact / 2, columns

    def _widen_scales_of_twins(self, X):
        """Look further for the rows whose neighbors are all their twins."""
        n_neighbors, rows = self.n_neighbors, np.flatnonzero(self.scales_ == 0)
        while len(rows) and n_neighbors < X.shape[0]:
            n_neighbors = min(4 * n_neighbors, X.shape[0])
            at_once = max(1, 10 * _ROWS_AT_ONCE // n_neighbors)
            for batch in gen_batches(len(rows), at_once):
                some = rows[batch]
                found = self._nearest(X[some], n_neighbors)
                distances, _ = self._exact(self._X[some], *found)
                nearest = np.where(distances > 0, distances, np.inf).min(axis=1)
                self.scales_[some] = np.where(np.isfinite(nearest), nearest, 0)
            rows = rows[self.scales_[rows] == 0]
        self.scales_[self.scales_ == 0] = 1


def _squared_norms(difference):
    if sparse.issparse(difference):
        return np.asarray(difference.multiply(difference).sum(axis=1)).ravel()
    return np.einsum("ij,ij->i", difference, difference)


def _union(rows, columns, values, n_rows):
    directed = sparse.csr_array((values, (rows, columns)), (n_rows, n_rows))
    # An edge found from both ends has one weight; else the other end has 0.
    affinity = sparse.csr_array(directed.maximum(directed.T))
    if n_rows < 2**31 and affinity.nnz < 2**31:  # half the memory, and faster
        affinity.indices = affinity.indices.astype(np.int32)
        affinity.indptr = affinity.indptr.astype(np.int32)
    affinity.eliminate_zeros()
    return affinity


def normalized(affinity):
    r"""Return :math:`D^{-1/2} W D^{-1/2}`, 0 where a row has no neighbor."""
    roots = root_degrees(affinity)
    with np.errstate(divide="ignore"):
        roots = np.where(roots > 0, 1 / roots, 0)
    S = sparse.csr_array(affinity, dtype=np.float64, copy=True)
    S.data *= np.repeat(roots, np.diff(S.indptr))
    S.data *= roots[S.indices]
    return S


def root_degrees(affinity):
    """Return the square roots of the row sums, shape (n_samples,)."""
    return np.sqrt(np.asarray(affinity.sum(axis=1)).ravel())
