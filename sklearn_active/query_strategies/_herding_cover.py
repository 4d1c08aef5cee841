"""The covers of herding: what is covered, what is uncertain, what is gained."""

from copy import copy

import numpy as np
from sklearn.utils import gen_batches

from sklearn_active.query_strategies._cover import Cover
from sklearn_active.query_strategies._uncertainty import (
    unseen_margin,
)

_DIGITS = 9  # gains are summed up in another order each time: the last digits differ
_ROWS_AT_ONCE = 16_384


class HerdingCover(Cover):
    r"""The sums of herding, :math:`g_q = \sum_i u_i \max(K_{iq} - c_i, 0)`, kept.

    Parameters
    ----------
    kernel : csr_array of float of shape (n_rows, n_rows)
        Symmetric, 1 on the diagonal.
    isolated : ndarray of bool of shape (n_rows,)
        Rows without a neighbor: they come last.
    coverage, uncertainty : ndarray of float of shape (n_rows,), default=None
        c and u; None: nothing is covered, all is uncertain.
    power : float, default=1
        To which the kernel is taken, entry by entry as they are needed.

    Attributes
    ----------
    sums : ndarray of float of shape (n_rows,)
        g.
    """

    def __init__(self, kernel, isolated, coverage=None, uncertainty=None, power=1):
        n_rows = kernel.shape[0]
        self.kernel, self.isolated, self.power = kernel, isolated, power
        if coverage is None:
            self.coverage, self.uncertainty = np.zeros(n_rows), np.ones(n_rows)
            # With c = 0 and u = 1, g is the sum of a row. `reduceat` needs no row to be
            # empty; the diagonal sees to that. In float64, also of a float32 kernel.
            starts = kernel.indptr[:-1]
            self.sums = np.add.reduceat(kernel.data, starts, dtype=np.float64)
        else:
            self.coverage, self.uncertainty = coverage, uncertainty
            self.sums = self._by_definition()
        # Kept beside the sums: to round all of them for each pick would take longer
        # than the pick.
        self._ranked = np.where(isolated, -1.0, np.round(self.sums, _DIGITS))

    def copy(self):
        """Return a cover that may be changed without this one; the kernel is shared."""
        cover = copy(self)
        cover.coverage = self.coverage.copy()
        cover.uncertainty = self.uncertainty.copy()
        cover.sums = self.sums.copy()
        cover._ranked = self._ranked.copy()
        return cover

    def gains(self):
        """Return g, rounded so that rounding errors decide no tie, shape (n_rows,).

        Isolated rows are below all others: their own sum stays 1 while others fall.
        """
        return self._ranked

    def add(self, row, label=None):
        """Raise the coverage near a row, and lower the gains by what it takes."""
        near, similarity = self._near(row)
        raised = similarity > self.coverage[near]
        near, similarity = near[raised], similarity[raised]
        self._change(near, similarity, self.uncertainty[near])

    def _near(self, row):
        """Return the rows that a row reaches, and how similar they are."""
        start, stop = self.kernel.indptr[row : row + 2]
        return self.kernel.indices[start:stop], self._powers(start, stop)

    def _change(self, rows, coverage, uncertainty):
        """Set coverage and uncertainty of some distinct rows; all gains follow.

        Row i is a term of the gain of each q that it reaches, and of no other:

            g_q += u'_i max(K_iq - c'_i, 0) - u_i max(K_iq - c_i, 0)

        K is symmetric, so the entries needed are those of the rows i: as many as a
        block of rows holds, whatever the size of the pool.
        """
        block = self.kernel[rows]
        lengths = np.diff(block.indptr)
        similarity = block.data if self.power == 1 else block.data**self.power

        def terms():
            excess = similarity - np.repeat(self.coverage[rows], lengths)
            np.maximum(excess, 0, out=excess)
            return excess * np.repeat(self.uncertainty[rows], lengths)

        before = terms()
        self.coverage[rows], self.uncertainty[rows] = coverage, uncertainty
        # Not `sums[...] += `: a column stands there once for each row that it is near.
        np.add.at(self.sums, block.indices, terms() - before)
        # An isolated row is near itself only. It changes once it is known, and then it
        # is no candidate: it need not be below all others any more.
        self._ranked[block.indices] = np.round(self.sums[block.indices], _DIGITS)

    def _by_definition(self):
        """Return g summed up anew, without a second kernel in memory."""
        kernel, sums = self.kernel, np.empty(self.kernel.shape[0])
        # As exact as the kernel is: of a float32 kernel no terms are made in float64.
        coverage = self.coverage.astype(kernel.dtype)
        uncertainty = self.uncertainty.astype(kernel.dtype)
        for rows in gen_batches(len(sums), _ROWS_AT_ONCE):
            starts = kernel.indptr[rows.start : rows.stop + 1]
            columns = kernel.indices[starts[0] : starts[-1]]  # K_qi = K_iq
            excess = coverage[columns]
            np.subtract(self._powers(starts[0], starts[-1]), excess, out=excess)
            np.maximum(excess, 0, out=excess)
            excess *= uncertainty[columns]
            firsts = starts[:-1] - starts[0]
            sums[rows] = np.add.reduceat(excess, firsts, dtype=np.float64)
        return sums

    def _powers(self, start, stop):
        data = self.kernel.data[start:stop]
        return data if self.power == 1 else data**self.power


class UncertaintyCover(HerdingCover):
    r"""A cover that labels tell where the graph is uncertain.

    Parameters
    ----------
    kernel, isolated : csr_array, ndarray
        As of :class:`HerdingCover`.
    roots : ndarray of float of shape (n_rows,)
        :math:`1 / \sqrt{A_{ii}}`, which the kernel was scaled by.
    """

    def __init__(self, kernel, isolated, roots):
        super().__init__(kernel, isolated)
        self._roots = roots
        self._classes, self._masses = [], []

    def copy(self):
        """Return a cover that may be changed without this one; the kernel is shared."""
        cover = super().copy()
        cover._classes = self._classes.copy()
        cover._masses = [column.copy() for column in self._masses]
        return cover

    def seen_by_model(self, rows, hesitation, power):
        """Return a cover of the same rows known, with another uncertainty and reach.

        Parameters
        ----------
        rows : ndarray of int of shape (n_candidates,)
            Those that count; the others' uncertainty is 0.
        hesitation : ndarray of float of shape (n_candidates,)
            How far the model hesitates, by how much the row counts.
        power : float
            At least 1: the larger, the less far a label reaches.
        """
        n_rows = len(self.coverage)
        # How much of a row is known is the graph's word, the model's only what that
        # part is: models are sure of rows that are like no labeled one. What a row
        # counts by its class is for that part alone. If it were for the rest, too, rows
        # far from all labels would be asked for a class that a wrong model expects
        # there, again and again.
        known = sum(self._masses, np.zeros(n_rows))[rows]
        unknown = 1 / n_rows
        uncertainty = np.zeros(n_rows)
        uncertainty[rows] = unknown + known * hesitation
        uncertainty[rows] /= unknown + known
        # On [0, 1] powers keep the order: the power of the largest similarity is the
        # largest of the powers, so c needs no label again.
        coverage = self.coverage**power
        return HerdingCover(self.kernel, self.isolated, coverage, uncertainty, power)

    def add(self, row, label=None):
        """Raise the coverage near a row; with a label, add its mass there, too."""
        if label is None:
            super().add(row)
            return
        n_rows = len(self.coverage)
        if label not in self._classes:
            self._classes.append(label)
            self._masses.append(np.zeros(n_rows))
        near, similarity = self._near(row)
        # K_iq = A_iq r_i r_q, and the mass of a label is A: no second matrix is kept.
        masses = similarity / (self._roots[near] * self._roots[row])
        self._masses[self._classes.index(label)][near] += masses
        # The uncertainty is a function of the masses of a row: it changes near the
        # label only. It falls or rises, so that all rows near are changed, not only
        # those whose coverage is raised.
        masses = np.array([column[near] for column in self._masses]).T
        uncertainty = unseen_margin(masses, 1 / n_rows)
        coverage = np.maximum(self.coverage[near], similarity)
        self._change(near, coverage, uncertainty)
