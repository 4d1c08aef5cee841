"""Transductive experimental design: take off the variance of the whole pool."""

from copy import copy
from numbers import Real
from typing import Any

import numpy as np

from sklearn_active._sklearn import HasMethods, Interval
from sklearn_active.query_strategies._cover import Cover, CoverStrategy
from sklearn_active.query_strategies._on_graph import points_of, squared_distances

_TOLERANCE = 1e-3  # of the variance of each row, is left out of the factor
_COLUMNS, _ENTRIES = 400, 2**24  # of the factor, at most: two seconds for 20,000 rows
_DIGITS = 9  # so that rounding errors decide no tie


class ExperimentalDesign(CoverStrategy):
    r"""Ask the row whose label reduces the variance of the whole pool most.

    For regression with few labels, around any model, from no label on: what "auto"
    takes there. It looks at no answer, so that all questions can be known before the
    first one is answered. It prefers rows that say much about many others: neither in
    the middle of what is known, nor outliers. Scale features that differ in unit.

    Parameters
    ----------
    reach : float, default=2.0
        How far a label reaches, in units of the rows' root mean squared distance to
        their mean.
    noise : float, default=0.1
        Variance of a label's noise, as a share of the variance of what is learned.
    transformer : transformer, default=None
        Turns X into numbers; it is cloned, and fitted once on the whole pool: a
        TfidfVectorizer for text, a ColumnTransformer for frames.

    Notes
    -----
    What is to be learned is a Gaussian process on the rows, with the covariance

    .. math:: C_{ij} = \left(1 + \frac{\lVert x_i - x_j \rVert^2}{2 r^2 v}
        \right)^{-1}

    before any label, for the reach r and the mean squared distance v of the rows to
    their mean. This kernel is a mixture of Gaussian ones of all widths, as the right
    one is unknown. A label of row q, with noise :math:`g^2`, takes
    :math:`C_{\cdot q} C_{q \cdot} / (C_{qq} + g^2)` off it, and so

    .. math:: u_q = \frac{\sum_i C_{iq}^2}{C_{qq} + g^2}

    off the sum of the variances of all rows. Declined rows count as labeled.

    The covariance is held as a factor of at most 400 columns, chosen by pivots: each is
    the row about which those before it say least. What it leaves of a row's variance
    counts as noise. Kept up to date: with p columns O(n_rows * p^2 + n_rows * p *
    n_features) once, O(n_rows * p + p^2) per label, O(n_rows) per query; memory
    O(n_rows * p). The estimator need not offer anything.

    References
    ----------
    K. Yu, J. Bi and V. Tresp, "Active Learning via Transductive Experimental Design",
    ICML 2006. :doi:`10.1145/1143844.1143980`

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.query_strategies import ExperimentalDesign
    >>> X = [[0.0], [1.0], [2.0], [3.0], [4.0]]
    >>> learner = ActiveLearner(Ridge(), ExperimentalDesign(), batch_size=3)
    >>> learner.start(X).query().indices
    array([2, 0, 4])
    """

    beats_random = True

    _parameter_constraints: dict = {
        "reach": [Interval(Real, 0, None, closed="neither")],
        "noise": [Interval(Real, 0, None, closed="neither")],
        "transformer": [HasMethods("fit_transform"), None],
    }

    def __init__(
        self, reach: float = 2.0, *, noise: float = 0.1, transformer: Any = None
    ) -> None:
        self.reach = reach
        self.noise = noise
        self.transformer = transformer

    def _make_cover(self, X):
        factor, left = _factor(points_of(self, X), self.reach)
        return _Covariance(factor, self.noise + left)


class _Covariance(Cover):
    r"""The covariance :math:`C = F S F^\top` of the rows, given labels of some.

    F stays as it is; S, the identity at first, shrinks with each label. What is asked
    of C is its diagonal and the squared norms of its rows: both are kept up to date.

    Parameters
    ----------
    factor : ndarray of float of shape (n_rows, n_columns)
        F.
    noise : ndarray of float of shape (n_rows,)
        Variance of the noise of a label of each row.
    """

    def __init__(self, factor, noise):
        self._factor, self._noise = factor, noise
        self._gram = factor.T @ factor
        self._shrunk = np.eye(factor.shape[1])
        self._variance = np.square(factor).sum(axis=1)
        self._squares = ((factor @ self._gram) * factor).sum(axis=1)
        self._rows = frozenset()

    def add(self, row, label=None):
        """Condition the covariance on a label of a row, whatever the label is.

        With c the column of the row and s its variance and noise, C becomes
        C - c c^T / s, and the squared norm of its row i

            sum_j (C_ij - c_i c_j / s)^2
                = sum_j C_ij^2 - 2 c_i (C c)_i / s + c_i^2 (c^T c) / s^2
        """
        if row in self._rows:  # declined before: a second time would count twice
            return
        weights = self._shrunk @ self._factor[row]
        column = self._factor @ weights
        scale = column[row] + self._noise[row]
        product = self._factor @ (self._shrunk @ (self._gram @ weights))
        share = column / scale
        self._squares = (
            self._squares - 2 * share * product + share**2 * (column @ column)
        )
        self._variance = np.maximum(self._variance - share * column, 0)
        self._shrunk = self._shrunk - np.outer(weights, weights) / scale
        self._rows |= {row}

    def gains(self):
        """Return what a label of each row takes off the sum of the variances."""
        return np.round(self._squares / (self._variance + self._noise), _DIGITS)

    def copy(self):
        """Return a cover that may be changed without this one."""
        return copy(self)  # `add` puts new arrays in the place of the old ones


def _factor(points, reach):
    r"""Return the kernel of some points as a product of two thin matrices.

    A Cholesky factor with pivots, which stops when it is close enough: the kernel is
    smooth, so that a few hundred columns say nearly all of it, and its n^2 entries are
    never made.

    Parameters
    ----------
    points : {ndarray, csr matrix} of float of shape (n_rows, n_features)
        The rows.
    reach : float
        In units of their root mean squared distance to their mean.

    Returns
    -------
    factor : ndarray of float of shape (n_rows, n_columns)
        F: the kernel is :math:`F F^\top`, nearly.
    left : ndarray of float of shape (n_rows,)
        What it has too little on its diagonal.
    """
    n_rows = points.shape[0]
    to_mean = squared_distances(points, np.asarray(points.mean(axis=0)).reshape(1, -1))
    width = 2 * reach**2 * (to_mean.mean() or 1.0)
    n_columns = min(n_rows, _COLUMNS, max(_ENTRIES // n_rows, 1))
    factor = np.zeros((n_rows, n_columns), order="F")
    left = np.ones(n_rows)
    pivot = to_mean.argmin()  # they all are equal at first: no accident of the order
    for k in range(n_columns):
        column = 1 / (1 + squared_distances(points, points[[pivot]]) / width)
        column -= factor[:, :k] @ factor[pivot, :k]
        factor[:, k] = column / np.sqrt(left[pivot])
        left = np.maximum(left - factor[:, k] ** 2, 0)
        left[pivot] = 0
        pivot = left.argmax()
        if left[pivot] < _TOLERANCE:
            return factor[:, : k + 1], left
    return factor, left
