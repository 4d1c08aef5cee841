"""Approximate nearest neighbors for large pools, by inverted lists (faiss)."""

import importlib.util

import numpy as np
from scipy import sparse
from sklearn.utils import gen_batches

from sklearn_active._sklearn.callbacks import begin_work

MANY_ROWS = 20_000
_LISTS_PROBED = 32
_SAMPLES_A_LIST = 40
_ROWS_AT_ONCE = 20_000


def can_approximate(X, metric):
    """Say whether neighbors of these rows are searched approximately under 'auto'.

    Parameters
    ----------
    X : {ndarray, csr matrix} of shape (n_rows, n_features)
        The rows.
    metric : str or callable
        The metric.

    Returns
    -------
    can : bool
        For more than 20,000 dense rows and the metrics 'euclidean' and 'cosine',
        where faiss is installed.
    """
    suits = X.shape[0] > MANY_ROWS and not sparse.issparse(X)
    suits = suits and metric in ("euclidean", "cosine")
    return suits and importlib.util.find_spec("faiss") is not None


def approximate_neighbors(X, n_neighbors):
    r"""Return pairs of rows and nearest other rows, most of them right.

    Parameters
    ----------
    X : ndarray of float of shape (n_rows, n_features)
        The rows, of unit length where the metric is 'cosine'. A float32 copy is made
        for the search alone, centered and scaled, lest digits be lost.
    n_neighbors : int
        How many neighbors per row.

    Returns
    -------
    rows, columns : ndarray of int of shape (n_pairs,)
        Sorted by row, nearest first; a row may have fewer neighbors.

    Notes
    -----
    The rows are put into :math:`4 \sqrt n` lists by k-means, seeded; of each row the
    32 nearest lists are searched. Cost: :math:`O(n^{1.5})` distances.

    References
    ----------
    H. Jegou, M. Douze and C. Schmid, "Product Quantization for Nearest Neighbor
    Search", IEEE TPAMI 33, 2011. :doi:`10.1109/TPAMI.2010.57`
    """
    import faiss

    X = _centered(X)
    n_rows, n_features = X.shape
    n_lists = max(1, min(int(4 * np.sqrt(n_rows)), n_rows // _SAMPLES_A_LIST))
    index = faiss.IndexIVFFlat(faiss.IndexFlatL2(n_features), n_features, n_lists)
    index.cp.niter = 10
    sample = np.random.RandomState(0).permutation(n_rows)[: _SAMPLES_A_LIST * n_lists]
    index.train(X[sample])
    index.add(X)
    index.nprobe = _LISTS_PROBED
    batches = list(gen_batches(n_rows, _ROWS_AT_ONCE))
    part_done = begin_work("neighbors", len(batches))
    # One more than asked for: the row itself is mostly among them.
    found = np.empty((n_rows, n_neighbors + 1), dtype=np.int32)
    for batch in batches:
        found[batch] = index.search(X[batch], n_neighbors + 1)[1]
        part_done()
    rows = np.repeat(np.arange(n_rows, dtype=np.int32), n_neighbors + 1)
    columns = found.ravel()
    others = (columns >= 0) & (columns != rows)
    rows, columns = rows[others], columns[others]
    # A row that has many twins may not be among its own neighbors.
    ranks = np.arange(len(rows)) - np.searchsorted(rows, np.arange(n_rows))[rows]
    return rows[ranks < n_neighbors], columns[ranks < n_neighbors]


def _centered(X):
    """Return a float32 copy whose distances are in the same order."""
    # Divided by the largest first, so that neither sums nor squares overflow; centered,
    # as float32 has seven digits, and far from the origin all rows would be equal.
    largest = max(abs(float(X.max())), abs(float(X.min()))) or 1.0
    batches = list(gen_batches(len(X), _ROWS_AT_ONCE))
    center = sum((X[b] / np.float64(largest)).sum(axis=0) for b in batches) / len(X)
    spread = max(np.abs(X[b] / np.float64(largest) - center).max() for b in batches)
    copy = np.empty(X.shape, dtype=np.float32)
    for b in batches:
        copy[b] = (X[b] / np.float64(largest) - center) / (spread or 1.0)
    return copy
