"""From distances of neighbors to the matrices of a graph."""

import numpy as np
from scipy import sparse


def symmetric_affinity(rows, columns, distances, scales, weights):
    """Return the matrix of weights of some edges, made symmetric by union.

    Parameters
    ----------
    rows, columns : ndarray of int of shape (n_edges,)
        The pairs of each row and its neighbors.
    distances : ndarray of float of shape (n_edges,)
        Their distances.
    scales : ndarray of float of shape (n_samples,)
        The width of each row.
    weights : {'self_tuning', 'connectivity'}
        See :func:`knn_affinity`.

    Returns
    -------
    affinity : csr_array of float64 of shape (n_samples, n_samples)
    """
    if weights == "connectivity":
        values = np.ones(len(rows))
    elif weights == "self_tuning":
        values = self_tuning_weights(distances, scales[rows], scales[columns])
    else:
        raise ValueError(
            f"weights must be 'self_tuning' or 'connectivity', got {weights!r}."
        )
    n_rows = len(scales)
    directed = sparse.csr_array((values, (rows, columns)), (n_rows, n_rows))
    # The weight of an edge is the same from both ends. Where it was found from one end
    # only, the other holds 0: so the maximum is the union.
    affinity = sparse.csr_array(directed.maximum(directed.T))
    if n_rows < 2**31 and affinity.nnz < 2**31:  # half the memory, and faster
        affinity.indices = affinity.indices.astype(np.int32)
        affinity.indptr = affinity.indptr.astype(np.int32)
    affinity.eliminate_zeros()  # of weights that underflow: no edge at all
    return affinity


def self_tuning_weights(distances, scales, other_scales):
    """Return exp(-d^2 / (s_i s_j)), and 1 where d is 0; arrays broadcast.

    Parameters
    ----------
    distances : ndarray of float
        d.
    scales, other_scales : ndarray of float
        The widths of the one row and of the other.

    Returns
    -------
    weights : ndarray of float
        In [0, 1].
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        # Divided one after the other: the product of two small scales underflows.
        exponent = (distances / scales) * (distances / other_scales)
    # Set for twins: where a width is 0, too, the exponent is 0 / 0.
    return np.exp(-np.where(distances == 0, 0, exponent))


def normalized(affinity):
    r"""Return :math:`S = D^{-1/2} W D^{-1/2}`, 0 where a row has no neighbor.

    Parameters
    ----------
    affinity : csr_array of shape (n_samples, n_samples)
        W; it is copied.

    Returns
    -------
    S : csr_array of float64 of shape (n_samples, n_samples)
        Symmetric; its eigenvalues lie in [-1, 1].
    """
    # 0 for rows without a neighbor, and not 1 / 0: they keep no mass but their own.
    roots = root_degrees(affinity)
    with np.errstate(divide="ignore"):
        roots = np.where(roots > 0, 1 / roots, 0)
    S = sparse.csr_array(affinity, dtype=np.float64, copy=True)
    # On the stored entries: a product with two diagonal matrices makes two more copies.
    S.data *= np.repeat(roots, np.diff(S.indptr))
    S.data *= roots[S.indices]
    return S


def root_degrees(affinity):
    """Return the square roots of the row sums.

    Parameters
    ----------
    affinity : csr_array of shape (n_samples, n_samples)
        The graph.

    Returns
    -------
    roots : ndarray of float64 of shape (n_samples,)
    """
    return np.sqrt(np.asarray(affinity.sum(axis=1)).ravel())
