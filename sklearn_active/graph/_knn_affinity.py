"""Symmetric nearest-neighbor affinity graphs."""

from collections.abc import Callable
from typing import Any, Literal

from scipy import sparse
from sklearn.utils import check_array

from sklearn_active.graph._neighbors import FLOATS, NeighborSearch


def knn_affinity(
    X: Any,
    n_neighbors: int = 10,
    weights: Literal["self_tuning", "connectivity"] = "self_tuning",
    *,
    metric: str | Callable[..., float] = "euclidean",
    neighbors: Any = "auto",
    n_jobs: int | None = None,
) -> sparse.csr_array:
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
        'auto': exact up to 20,000 rows; above, where the rows are dense, the metric
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
    _check_neighbors(neighbors)
    # Differences of small integers would wrap around.
    X = check_array(X, accept_sparse="csr", dtype=FLOATS)
    search = NeighborSearch(n_neighbors, metric, neighbors, n_jobs)
    return search.fit(X).neighborhoods_.weighted(weights)


def _check_neighbors(neighbors):
    """Raise where `neighbors` is neither a name nor a transformer."""
    if neighbors not in ("auto", "exact") and not hasattr(neighbors, "fit_transform"):
        raise ValueError(
            "neighbors must be 'auto', 'exact' or a transformer such as "
            f"KNeighborsTransformer(mode='distance'); got {neighbors!r}."
        )
