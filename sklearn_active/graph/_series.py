"""The pruned series of the resolvent, in place and on all cores."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from joblib import cpu_count
from scipy import sparse
from scipy.sparse.csgraph import reverse_cuthill_mckee
from sklearn.utils import gen_batches

from sklearn_active._sklearn.callbacks import begin_work

_ROWS_AT_ONCE = 512  # a product of them, some megabytes, is pruned while in the cache
_BATCHES_A_PART = 64


def pruned_series(S, alpha, n_kept, weights, tol):
    r"""Return the largest entries of each row of the resolvent, made symmetric.

    Parameters
    ----------
    S : csr_array of float of shape (n_rows, n_rows)
        The normalized affinity.
    alpha : float
        In (0, 1).
    n_kept : int
        Entries kept in each row.
    weights : list of float
        Of the steps, :math:`\omega_t`; see :func:`accelerated`.
    tol : float
        Entries below are dropped.

    Returns
    -------
    kernel : csr_array of float32 of shape (n_rows, n_rows)

    Notes
    -----
    From :math:`R_0 = (1 - \alpha) I` and :math:`R_{-1} = 0`,

    .. math:: R_{t+1} = \omega_t (\alpha S R_t + (1 - \alpha) I)
              + (1 - \omega_t) R_{t-1}

    pruned after each step. Rows that are near each other in the graph are put near each
    other in memory first (reverse Cuthill-McKee), so that a product finds them in the
    cache. The result does not depend on the number of cores. Memory: 8 bytes an entry,
    three times.

    References
    ----------
    E. Cuthill and J. McKee, "Reducing the Bandwidth of Sparse Symmetric Matrices",
    ACM 1969. :doi:`10.1145/800195.805928`
    """
    n_rows = S.shape[0]
    # Neighbors in the graph become neighbors in memory: what a product reads for one
    # row is still in the cache for the next.
    order = reverse_cuthill_mckee(sparse.csr_matrix(S), symmetric_mode=True)
    S = sparse.csr_array(S[order][:, order], dtype=np.float32)
    kept = _PrunedRows(n_rows, min(n_kept, n_rows), 1 - alpha)
    batches = list(gen_batches(n_rows, _ROWS_AT_ONCE))
    parts = [
        batches[i : i + _BATCHES_A_PART]
        for i in range(0, len(batches), _BATCHES_A_PART)
    ]
    part_done = begin_work("kernel", len(weights) * len(parts))
    with ThreadPoolExecutor(cpu_count()) as threads:  # scipy's products run beside
        for weight in weights:
            kept.begin_step(S, alpha, weight, tol)
            for part in parts:
                list(threads.map(kept.renew, part))
                part_done()
            kept.end_step()
    kernel = kept.in_the_order(order)
    del kept  # the union is as large again
    return sparse.csr_array(kernel.maximum(kernel.T))


def accelerated(alpha, n_steps):
    r"""Return the weights that come furthest in some steps, whatever the graph is.

    Parameters
    ----------
    alpha : float
        In (0, 1).
    n_steps : int
        How many steps.

    Returns
    -------
    weights : list of float

    Notes
    -----
    The eigenvalues of :math:`\alpha S` lie in :math:`[-\alpha, \alpha]`. Of all
    polynomials of degree t, what the one by Chebyshev leaves there is smallest,
    :math:`1 / T_t(1 / \alpha)`; the recurrence of :math:`T_t` gives
    :math:`\omega_1 = 1 / (1 - \alpha^2 / 2)` and
    :math:`\omega_{t+1} = 1 / (1 - \alpha^2 \omega_t / 4)`. At 0.9, six steps leave what
    thirteen terms of the power series do.

    References
    ----------
    G. H. Golub and R. S. Varga, "Chebyshev Semi-Iterative Methods, Successive
    Overrelaxation Iterative Methods, and Second Order Richardson Iterative Methods",
    Numerische Mathematik 3, 1961. :doi:`10.1007/BF01386013`
    """
    weights = [1 / (1 - alpha**2 / 2)]
    while len(weights) < n_steps:
        weights.append(1 / (1 - alpha**2 * weights[-1] / 4))
    return weights[:n_steps]


class _PrunedRows:
    """The entries kept of R_t, of R_{t-1}, and the identity: one matrix.

    So that one product renews a row. What is renewed takes the place of R_{t-1}, of
    which only the row itself is read: no third matrix, and no thread waits.
    """

    def __init__(self, n_rows, width, own):
        self._n_rows, self._width = n_rows, width
        n_entries = 2 * n_rows * width
        index = np.int32 if n_entries + n_rows < 2**31 else np.int64
        # Each row of R has room for `width` entries. What it doesn't use belongs to an
        # empty row after it that no product reads: rows grow in place, and costs are
        # those of the entries that are there.
        starts = np.repeat(np.arange(2 * n_rows, dtype=index) * width, 2)
        identity = n_entries + np.arange(n_rows + 1, dtype=index)
        data = np.ones(n_entries + n_rows, dtype=np.float32)
        columns = np.zeros(n_entries + n_rows, dtype=index)
        columns[n_entries:] = np.arange(n_rows)
        matrix = (data, columns, np.concatenate([starts, identity]))
        self._matrix = sparse.csr_array(matrix, (5 * n_rows, n_rows))
        shape = 2, n_rows, width
        self._data = self._matrix.data[:n_entries].reshape(shape)
        self._columns = self._matrix.indices[:n_entries].reshape(shape)
        # Where the entries of each row end, that is where its empty row begins.
        self._ends = self._matrix.indptr[1 : 4 * n_rows : 2].reshape(2, n_rows)
        self._starts = self._matrix.indptr[0 : 4 * n_rows : 2].reshape(2, n_rows)
        self._data[0, :, 0], self._columns[0, :, 0] = own, np.arange(n_rows)
        self._ends[0] += 1
        self._now = 0
        self._floors = np.zeros(n_rows, dtype=np.float32)
        self._step = self._least = None

    def begin_step(self, S, alpha, weight, tol):
        """Set what the rows are multiplied by."""
        n_rows = self._n_rows
        place = 2 * np.arange(n_rows + 1, dtype=S.indices.dtype)
        wide = n_rows, 2 * n_rows
        neighbors = sparse.csr_array((S.data * alpha, 2 * S.indices, S.indptr), wide)
        ones = np.ones(n_rows, dtype=np.float32)
        before = sparse.csr_array((ones, place[:-1], place // 2), wide)
        blocks = [weight * neighbors, (1 - weight) * before]
        own = weight * (1 - alpha) * sparse.eye_array(n_rows, dtype=np.float32)
        blocks = blocks if self._now == 0 else blocks[::-1]
        self._step = sparse.hstack([*blocks, own], format="csr", dtype=np.float32)
        # Above 0, as a weight above 1 makes entries below: they are not kept.
        self._least = np.float32(max(tol, np.finfo(np.float32).tiny))

    def renew(self, rows):
        """Renew some rows, in the place where they were two steps ago."""
        # The last entry kept may fall from step to step where accelerated, but not to
        # half of what it was. What is below that won't be kept this time either: it is
        # dropped before the rest is sorted.
        floors = np.maximum(self._floors[rows] / 2, self._least)
        block = self._step[rows] @ self._matrix
        pairs, lengths, self._floors[rows] = _largest(block, floors, self._width)
        there = 1 - self._now
        # Value and column are the upper and the lower half of each number.
        bits = (pairs >> np.uint64(32)).astype(np.uint32)
        width = pairs.shape[1]
        self._data[there, rows, :width] = bits.view(np.float32)
        self._columns[there, rows, :width] = pairs.astype(np.uint32)
        self._ends[there, rows] = self._starts[there, rows] + lengths

    def end_step(self):
        """Let the rows renewed be those that are there now."""
        self._now = 1 - self._now

    def in_the_order(self, order):
        """Return the matrix with the rows where they were before."""
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        # Twice: rows back to their places, and the columns' numbers too.
        kernel = self._matrix[2 * (place + self._now * len(order))]
        kernel.indices = order[kernel.indices].astype(kernel.indices.dtype)
        kernel.has_sorted_indices = False
        kernel.sort_indices()
        return kernel


def _largest(block, floors, width):
    """Return the largest entries of each row, `width` at most.

    Returns
    -------
    pairs : ndarray of uint64 of shape (n_rows, width or less)
        Value and column of each entry, the first `lengths` of each row.
    lengths : ndarray of int of shape (n_rows,)
    floors : ndarray of float32 of shape (n_rows,)
        The smallest entry where others had to go, else 0.
    """
    above = np.flatnonzero(block.data >= np.repeat(floors, np.diff(block.indptr)))
    starts = np.searchsorted(above, block.indptr)
    lengths = np.diff(starts)
    room = lengths.max()
    # Value and column in one integer, so that one partition moves both. The bits of the
    # value are the upper ones: for floats >= 0 they are ordered as the values are.
    pairs = np.arange(room, dtype=np.uint64) % np.uint64(block.shape[1])
    # What fills up short rows has the value 0 and columns of all kinds: many that are
    # equal slow partition down.
    pairs = np.tile(pairs, (len(lengths), 1))
    firsts = np.arange(len(lengths)) * room - starts[:-1]
    places = np.arange(len(above)) + np.repeat(firsts, lengths)
    bits = block.data[above].view(np.uint32).astype(np.uint64)
    pairs.ravel()[places] = bits << np.uint64(32) | block.indices[above].astype(
        np.uint64
    )
    floors = np.zeros(len(lengths), dtype=np.float32)
    full = np.flatnonzero(lengths > width)
    if len(full):
        crowded = np.partition(pairs[full], room - width, axis=1)[:, room - width :]
        pairs = pairs[:, :width]
        pairs[full] = crowded
        last = (crowded[:, 0] >> np.uint64(32)).astype(np.uint32)
        floors[full] = last.view(np.float32)
    return pairs, np.minimum(lengths, width), floors
