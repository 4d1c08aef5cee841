"""The pruned resolvent of very many rows, in place and on all cores."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from joblib import cpu_count
from scipy import sparse
from scipy.sparse.csgraph import reverse_cuthill_mckee

from sklearn_active._sklearn.callbacks import begin_work

# Sweeps with half of the entries, then with all: as near to the limit as twelve steps
# that renew all rows at once, at two fifths of the cost.
_SWEEPS = (4, 3)
_GROUPS = 16
_ROWS_AT_ONCE = 2048


def swept_resolvent(S, alpha, n_kept, tol):
    r"""Return the largest entries of each row of the resolvent, made symmetric.

    Parameters
    ----------
    S : csr_array of float of shape (n_rows, n_rows)
        The normalized affinity.
    alpha : float
        In (0, 1).
    n_kept : int
        Entries kept in each row.
    tol : float
        Entries below are dropped.

    Returns
    -------
    kernel : csr_array of float32 of shape (n_rows, n_rows)

    Notes
    -----
    Gauss-Seidel in groups of rows: :math:`R_g \leftarrow \alpha S_g R + (1 - \alpha)
    I_g`, pruned, where R holds the rows of the groups before as they are renewed. Rows
    that are near each other in the graph are put near each other in memory first
    (reverse Cuthill-McKee), so that a product finds them in the cache. The result does
    not depend on the number of cores. Memory: 8 bytes an entry, three times.

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
    S.data *= np.float32(alpha)
    identity = sparse.eye_array(n_rows, format="csr", dtype=np.float32)
    step = sparse.hstack([S, np.float32(1 - alpha) * identity], format="csr")
    batches = [slice(i, i + _ROWS_AT_ONCE) for i in range(0, n_rows, _ROWS_AT_ONCE)]
    part_done = begin_work("kernel", sum(_SWEEPS) * _GROUPS)
    kept = _PrunedRows(n_rows, max(n_kept // 2, 1), 1 - alpha)
    with ThreadPoolExecutor(cpu_count()) as threads:
        for n_sweeps, width in zip(_SWEEPS, (kept.width, n_kept), strict=True):
            kept.widen(width)
            for _ in range(n_sweeps):
                # Rows of one group don't see each other's new entries, so that threads
                # may take them in any order; each group sees those before it. Batches
                # next to each other are in different groups: they have most to gain.
                for group in range(_GROUPS):
                    kept.renew(step, batches[group::_GROUPS], tol, threads)
                    part_done()
    kernel = kept.in_the_order(order)
    return sparse.csr_array(kernel.maximum(kernel.T))


class _PrunedRows:
    """The entries kept, as many in every row; missing ones are 0.

    Below the rows stand those of the identity, so that one product renews a row.
    """

    def __init__(self, n_rows, width, own):
        self.floors = np.zeros(n_rows, dtype=np.float32)
        self._allocate(n_rows, width)
        self.data[:, 0] = own

    def _allocate(self, n_rows, width):
        # One csr matrix [R; I] from the start, with as many entries in each row of R:
        # its arrays are then also tables, which are written to in place. Room that is
        # not needed holds 0 in the row's own column.
        n_entries = n_rows * width
        own = np.arange(n_rows)
        ends = np.arange(n_rows + 1) * width
        ends = np.concatenate([ends, n_entries + 1 + own])
        index = np.int32 if n_entries + n_rows < 2**31 else np.int64
        data = np.ones(n_entries + n_rows, dtype=np.float32)
        columns = np.empty(n_entries + n_rows, dtype=index)
        columns[n_entries:] = own
        shape = (2 * n_rows, n_rows)
        self.matrix = sparse.csr_array((data, columns, ends.astype(index)), shape)
        self.data = self.matrix.data[:n_entries].reshape(n_rows, width)
        self.columns = self.matrix.indices[:n_entries].reshape(n_rows, width)
        self.data[:] = 0
        self.columns[:] = own[:, None]

    @property
    def width(self):
        """How many entries a row has."""
        return self.data.shape[1]

    def widen(self, width):
        """Make room for more entries."""
        data, columns = self.data, self.columns
        self._allocate(len(data), width)
        self.data[:, : data.shape[1]] = data
        self.columns[:, : data.shape[1]] = columns
        # A floor is the last entry that a row kept. With room for twice as many the
        # last one is smaller, but hardly by so much; where it is, small ones get lost.
        self.floors /= 4

    def renew(self, step, batches, tol, threads):
        """Renew the rows of some batches, all from what is there now."""

        def renewed(rows):
            # Entries grow from sweep to sweep, but for what pruning takes from them,
            # for which a tenth is allowed. What is far below the last entry kept won't
            # be kept this time either: it is dropped before the rest is sorted.
            floors = np.maximum(np.float32(0.9) * self.floors[rows], np.float32(tol))
            return _largest(step[rows] @ self.matrix, floors, self.width)

        # Written after all were read: the result doesn't depend on the threads.
        for rows, (data, columns) in zip(
            batches, list(threads.map(renewed, batches)), strict=True
        ):
            self.data[rows], self.columns[rows] = data, columns
            self.floors[rows] = data.min(axis=1)

    def in_the_order(self, order):
        """Return the matrix with the rows where they were before."""
        n_rows, width = self.data.shape
        place = np.empty_like(order)
        place[order] = np.arange(n_rows)
        # Twice: rows back to their places, and the columns' numbers too.
        data, columns = self.data[place], order[self.columns[place]]
        ends = np.arange(n_rows + 1, dtype=columns.dtype) * width
        kernel = (data.ravel(), columns.ravel(), ends)
        kernel = sparse.csr_array(kernel, (n_rows, n_rows))
        kernel.eliminate_zeros()
        kernel.sort_indices()
        return kernel


def _largest(block, floors, width):
    """Return the largest entries of each row and their columns, (n_rows, width)."""
    above = np.flatnonzero(block.data >= np.repeat(floors, np.diff(block.indptr)))
    starts = np.searchsorted(above, block.indptr)
    lengths = np.diff(starts)
    room = max(lengths.max(), width)
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
    if room > width:
        pairs.partition(room - width, axis=1)
        pairs = pairs[:, room - width :]
    data = (pairs >> np.uint64(32)).astype(np.uint32).view(np.float32)
    return data, pairs.astype(np.uint32)
