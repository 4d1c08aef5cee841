"""What is covered, what is uncertain, and what each row's label would gain."""

import numpy as np
from sklearn.utils import gen_batches

_DIGITS = 9
_ROWS_AT_ONCE = 16_384


class Cover:
    r"""The sums of herding, :math:`g_q = \sum_i u_i \max(K_{iq} - c_i, 0)`, kept.

    Parameters
    ----------
    kernel : csr_array of float of shape (n_rows, n_rows)
        Symmetric; no row is empty.
    isolated : ndarray of bool of shape (n_rows,)
        Rows without a neighbor: they come last.
    coverage, uncertainty : ndarray of float of shape (n_rows,), default=None
        c and u; None: nothing is covered, all is uncertain.
    power : float, default=1
        To which the kernel is taken, entry by entry as they are needed.

    Attributes
    ----------
    gains : ndarray of float of shape (n_rows,)
        g.
    ranked : ndarray of float of shape (n_rows,)
        g, rounded so that rounding errors decide no tie; isolated rows below all.
    """

    def __init__(self, kernel, isolated, coverage=None, uncertainty=None, power=1):
        n_rows = kernel.shape[0]
        self.kernel, self.isolated, self.power = kernel, isolated, power
        if coverage is None:
            self.coverage, self.uncertainty = np.zeros(n_rows), np.ones(n_rows)
            starts = kernel.indptr[:-1]  # nothing to take away
            self.gains = np.add.reduceat(kernel.data, starts, dtype=np.float64)
        else:
            self.coverage, self.uncertainty = coverage, uncertainty
            self.gains = self._by_definition()
        self.ranked = np.where(isolated, -1.0, np.round(self.gains, _DIGITS))

    def copy(self):
        """Return one that may be changed without this one."""
        kept = object.__new__(Cover)
        arrays = ("coverage", "uncertainty", "gains", "ranked")
        vars(kept).update(
            vars(self) | {name: vars(self)[name].copy() for name in arrays}
        )
        return kept

    def near(self, row):
        """Return the rows that a row reaches, and how similar they are.

        Parameters
        ----------
        row : int
            The row.

        Returns
        -------
        rows : ndarray of int
        similarity : ndarray of float
        """
        start, stop = self.kernel.indptr[row : row + 2]
        return self.kernel.indices[start:stop], self._powers(start, stop)

    def add(self, row):
        """Raise the coverage near a row, and lower the gains by what it takes.

        Parameters
        ----------
        row : int
            It was labeled, declined or chosen.
        """
        near, similarity = self.near(row)
        raised = similarity > self.coverage[near]
        near, similarity = near[raised], similarity[raised]
        self.change(near, similarity, self.uncertainty[near])

    def change(self, rows, coverage, uncertainty):
        """Set coverage and uncertainty of rows; all gains follow.

        Parameters
        ----------
        rows : ndarray of int
            Distinct.
        coverage, uncertainty : ndarray of float
            Of each.
        """
        if not len(rows):
            return
        block = self.kernel[rows]
        lengths = np.diff(block.indptr)
        similarity = block.data if self.power == 1 else block.data**self.power

        def gains():
            excess = similarity - np.repeat(self.coverage[rows], lengths)
            np.maximum(excess, 0, out=excess)
            return excess * np.repeat(self.uncertainty[rows], lengths)

        before = gains()
        self.coverage[rows], self.uncertainty[rows] = coverage, uncertainty
        np.add.at(self.gains, block.indices, gains() - before)
        now = np.round(self.gains[block.indices], _DIGITS)
        self.ranked[block.indices] = np.where(self.isolated[block.indices], -1.0, now)

    def _by_definition(self):
        kernel, gains = self.kernel, np.empty(self.kernel.shape[0])
        for rows in gen_batches(len(gains), _ROWS_AT_ONCE):
            starts = kernel.indptr[rows.start : rows.stop + 1]
            columns = kernel.indices[starts[0] : starts[-1]]  # it is symmetric
            excess = self._powers(starts[0], starts[-1]) - self.coverage[columns]
            np.maximum(excess, 0, out=excess)
            excess *= self.uncertainty[columns]
            gains[rows] = np.add.reduceat(excess, starts[:-1] - starts[0])
        return gains

    def _powers(self, start, stop):
        data = self.kernel.data[start:stop]
        return data if self.power == 1 else data**self.power
