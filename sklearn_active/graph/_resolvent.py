"""The resolvent of label spreading: dense, sparse, and one column at a time."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from joblib import cpu_count
from numpy.typing import NDArray
from scipy import linalg, sparse
from sklearn.utils import gen_batches

from sklearn_active.graph._affinity import normalized
from sklearn_active.graph._series import accelerated, pruned_series

_ROWS_AT_ONCE = 2048
_FEW_ROWS = 2_000
_TERMS = 12
_STEPS = 6  # accelerated: they come as far
_RELATIVE = 1e-14  # residual of a solved system


def resolvent(affinity: Any, alpha: float = 0.9) -> NDArray[np.float64]:
    r"""Return the kernel of label spreading as a dense matrix.

    Parameters
    ----------
    affinity : {ndarray, sparse matrix} of shape (n_samples, n_samples)
        Symmetric, non-negative.
    alpha : float, default=0.9
        In (0, 1): how much a row takes over from its neighbors.

    Returns
    -------
    kernel : ndarray of float64 of shape (n_samples, n_samples)
        Symmetric, non-negative, positive definite.

    Notes
    -----
    .. math:: A = (1 - \alpha) (I - \alpha S)^{-1}, \quad
              S = D^{-1/2} W D^{-1/2}

    The masses of label spreading are :math:`F = A Y`; a new label adds one column
    of A. The eigenvalues lie in :math:`[(1 - \alpha) / (1 + \alpha), 1]`. Cost:
    O(n_samples^3) time, O(n_samples^2) memory; above some thousand rows take
    :func:`sparse_resolvent`.

    References
    ----------
    D. Zhou et al., "Learning with Local and Global Consistency", NeurIPS 2003.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_active.graph import resolvent
    >>> resolvent(np.array([[0.0, 1.0], [1.0, 0.0]]), alpha=0.5).round(3)
    array([[0.667, 0.333],
           [0.333, 0.667]])
    """
    _check_alpha(alpha)
    S = normalized(sparse.csr_array(affinity))
    n_rows = S.shape[0]
    matrix = np.eye(n_rows) - alpha * S.toarray()
    # Positive definite, as the eigenvalues of S lie in [-1, 1] and alpha is below 1: a
    # Cholesky factor, at half the cost of elimination.
    factor = linalg.cho_factor(matrix, overwrite_a=True, check_finite=False)
    kernel = linalg.cho_solve(factor, (1 - alpha) * np.eye(n_rows), overwrite_b=True)
    # What rounding errors took away: it is symmetric, and a series of matrices >= 0.
    return np.maximum((kernel + kernel.T) / 2, 0)


def sparse_resolvent(
    affinity: Any,
    alpha: float = 0.9,
    *,
    n_kept: int = 100,
    n_iter: int | None = None,
    tol: float = 1e-5,
) -> sparse.csr_array:
    r"""Return the kernel of label spreading, pruned to its largest entries.

    Good enough to choose rows by, not to predict with.

    Parameters
    ----------
    affinity : {ndarray, sparse matrix} of shape (n_samples, n_samples)
        Symmetric, non-negative.
    alpha : float, default=0.9
        In (0, 1): how much a row takes over from its neighbors.
    n_kept : int, default=100
        Entries kept in each row, before the result is made symmetric.
    n_iter : int, default=None
        Terms of the power series. None: 12, which hold three quarters of the mass at
        0.9; above 2,000 rows, 6 accelerated steps, which come as far.
    tol : float, default=1e-05
        Entries below are dropped.

    Returns
    -------
    kernel : csr_array of float of shape (n_samples, n_samples)
        Symmetric, non-negative, with a positive diagonal.

    Notes
    -----
    Iterates :math:`R \leftarrow \alpha S R + (1 - \alpha) I` from
    :math:`(1 - \alpha) I`, pruned after each step, then
    :math:`\max(R, R^\top)`. Above 2,000 rows, where `n_iter` is None, in float32 and
    accelerated by Chebyshev polynomials: :math:`R_{t+1} =
    \omega_t (\alpha S R_t + (1 - \alpha) I) + (1 - \omega_t) R_{t-1}`. Cost:
    O(n_iter * n_kept * nnz(affinity)) time on all cores, O(n_samples * n_kept) memory.

    References
    ----------
    G. H. Golub and R. S. Varga, "Chebyshev Semi-Iterative Methods, Successive
    Overrelaxation Iterative Methods, and Second Order Richardson Iterative Methods",
    Numerische Mathematik 3, 1961. :doi:`10.1007/BF01386013`

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_active.graph import sparse_resolvent
    >>> W = np.diag(np.ones(4), 1) + np.diag(np.ones(4), -1)
    >>> sparse_resolvent(W, alpha=0.5, n_kept=2).nnz
    13
    """
    _check_alpha(alpha)
    S = normalized(sparse.csr_array(affinity))
    if n_iter is None and S.shape[0] > _FEW_ROWS:
        return pruned_series(S, alpha, n_kept, accelerated(alpha, _STEPS), tol)
    n_rows = S.shape[0]
    identity = sparse.eye_array(n_rows, format="csr")
    # One product per step, [alpha S, (1 - alpha) I] [R; I]: a sum would be another pass
    # over all entries.
    step = sparse.hstack([alpha * S, (1 - alpha) * identity], format="csr")
    kernel = (1 - alpha) * identity
    # Entries grow from step to step, but for what pruning takes from them: what is
    # below half the last entry kept of its row won't be among the largest next time.
    floors = np.zeros(n_rows)
    batches = list(gen_batches(n_rows, _ROWS_AT_ONCE))
    with ThreadPoolExecutor(cpu_count()) as threads:  # scipy's products run beside
        for _ in range(_TERMS if n_iter is None else n_iter):
            stacked = sparse.vstack([kernel, identity], format="csr")

            def block(rows, stacked=stacked):
                return _pruned(step[rows] @ stacked, n_kept, tol, floors[rows])

            kernel = sparse.vstack(list(threads.map(block, batches)), format="csr")
    return sparse.csr_array(kernel.maximum(kernel.T))


def _check_alpha(alpha):
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie between 0 and 1, both excluded; got {alpha}.")


def _pruned(block, n_kept, tol, floors):
    """Keep the `n_kept` largest entries of each row; `floors` rises to the last."""
    block = _at_least(block, np.maximum(floors / 2, tol))
    lengths = np.diff(block.indptr)
    # Only rows that have too many entries are sorted, and those side by side in one
    # array: a partition of each row by itself would be a loop over rows.
    full = np.flatnonzero(lengths >= n_kept)
    if not len(full):
        return block
    padded = np.zeros((len(full), lengths.max()))
    inside = np.arange(padded.shape[1]) < lengths[full, None]
    padded[inside] = block.data[np.repeat(lengths >= n_kept, lengths)]
    floors[full] = np.partition(padded, -n_kept, axis=1)[:, -n_kept]
    return _at_least(block, np.where(lengths >= n_kept, floors, 0))


def _at_least(block, floors):
    """Drop the entries below the floor of their row."""
    kept = block.data >= np.repeat(floors, np.diff(block.indptr))
    ends = np.concatenate([[0], np.cumsum(kept)])[block.indptr]
    ends = ends.astype(block.indptr.dtype)  # int64 would be slower, and larger
    parts = block.data[kept], block.indices[kept], ends
    return sparse.csr_array(parts, block.shape)


def resolvent_times(S, alpha, B):
    r"""Solve :math:`(I - \alpha S) X = (1 - \alpha) B` by conjugate gradients.

    All columns at once, each with its own step lengths, until every residual is
    below 1e-14 times its right-hand side. The condition number is at most
    :math:`(1 + \alpha) / (1 - \alpha)` whatever the graph is, which bounds the number
    of iterations.

    Parameters
    ----------
    S : csr_array of shape (n_samples, n_samples)
        The normalized affinity.
    alpha : float
        In (0, 1).
    B : ndarray of float of shape (n_samples, n_columns)
        Right-hand sides.

    Returns
    -------
    X : ndarray of float64 of shape (n_samples, n_columns)
    """
    right = (1 - alpha) * np.asarray(B, dtype=np.float64)
    X = np.zeros_like(right)
    residual = right.copy()
    direction = residual.copy()
    squares = np.einsum("ij,ij->j", residual, residual)
    goals = squares * _RELATIVE**2
    # The eigenvalues of I - alpha S lie in [1 - alpha, 1 + alpha], whatever the graph,
    # so the number of iterations needed is known. It is a bound, not a hope: where
    # rounding errors keep a residual above its goal, the loop still ends.
    for _ in range(_n_iterations(alpha, _RELATIVE)):
        if np.all(squares <= goals):
            break
        image = direction - alpha * (S @ direction)
        curvature = np.einsum("ij,ij->j", direction, image)
        # A column of zeros has no curvature: it takes steps of 0, not of 0 / 0.
        steps = _divided(squares, curvature)
        X += steps * direction
        residual -= steps * image
        before, squares = squares, np.einsum("ij,ij->j", residual, residual)
        direction = residual + _divided(squares, before) * direction
    return X


def _n_iterations(alpha, tol):
    r"""Return how many iterations reduce the error by `tol`, at the worst.

    With the condition number :math:`\kappa = (1 + \alpha) / (1 - \alpha)`, k iterations
    leave :math:`2 \left( \frac{\sqrt\kappa - 1}{\sqrt\kappa + 1} \right)^k` of it.
    """
    root = np.sqrt((1 + alpha) / (1 - alpha))
    return int(np.ceil(np.log(tol / 2) / np.log((root - 1) / (root + 1)))) + 1


def _divided(a, b):
    return np.divide(a, b, out=np.zeros_like(a), where=b > 0)
