"""Sigma-optimality on a graph."""

from collections.abc import Callable
from copy import copy
from numbers import Integral, Real
from typing import Any

import numpy as np
from scipy import sparse

from sklearn_active._sklearn import HasMethods, Interval, StrOptions
from sklearn_active.graph import resolvent, sparse_resolvent
from sklearn_active.query_strategies._cover import Cover, CoverStrategy
from sklearn_active.query_strategies._on_graph import graph_of

_DENSE_UP_TO = 5000


class SigmaOptimality(CoverStrategy):
    r"""Ask the row that reduces the variance of the whole pool's sum most.

    Looks at no label: a design of experiments on the graph. Use it where the answers
    come later; :class:`GraphUncertaintyHerding` needs fewer labels where answers come
    one by one.

    Parameters
    ----------
    n_neighbors : int, default=10
        Neighbors of each row in the graph.
    alpha : float, default=0.9
        In (0, 1): how far a label reaches in the graph.
    noise : float, default=0.1
        Noise of a label, as a share of the mean variance of a row.
    metric : str or callable, default='auto'
        Distance of the graph. 'auto': cosine for sparse data, else euclidean.
    transformer : transformer, default=None
        Turns X into numbers for the graph, as in :class:`GraphUncertaintyHerding`.
    neighbors : {'auto', 'exact'} or transformer, default='auto'
        Approximate neighbors, see :func:`~sklearn_active.graph.knn_affinity`.

    Notes
    -----
    The resolvent A of label spreading is the covariance C of a Gaussian process on
    the rows. A label of row q, with noise :math:`g^2`, takes
    :math:`C_{\cdot q} C_{q \cdot} / (C_{qq} + g^2)` off it, and so

    .. math:: u_q = \frac{(1^\top C_{\cdot q})^2}{C_{qq} + g^2}

    off the variance of the sum. Kept as a pivoted Cholesky factor of one column per
    label: O(n_rows * n_labeled) per label, O(n_rows) per query. The kernel is exact up
    to 5,000 rows, pruned above.

    References
    ----------
    Y. Ma, R. Garnett and J. Schneider, "Sigma-Optimality for Active Learning on
    Gaussian Random Fields", NeurIPS 2013.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.query_strategies import SigmaOptimality
    >>> X, truth = make_blobs(90, cluster_std=0.5, random_state=3)
    >>> learner = ActiveLearner(LogisticRegression(), SigmaOptimality(), batch_size=3)
    >>> truth[learner.start(X).query().indices]
    array([0, 2, 1])
    """

    beats_random = True

    _parameter_constraints: dict = {
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "alpha": [Interval(Real, 0, 1, closed="neither")],
        "noise": [Interval(Real, 0, None, closed="neither")],
        "metric": [str, callable],
        "transformer": [HasMethods("fit_transform"), None],
        "neighbors": [StrOptions({"auto", "exact"}), HasMethods("fit_transform")],
    }

    def __init__(
        self,
        n_neighbors: int = 10,
        *,
        alpha: float = 0.9,
        noise: float = 0.1,
        metric: str | Callable[..., Any] = "auto",
        transformer: Any = None,
        neighbors: Any = "auto",
    ) -> None:
        self.n_neighbors = n_neighbors
        self.alpha = alpha
        self.noise = noise
        self.metric = metric
        self.transformer = transformer
        self.neighbors = neighbors

    def _make_cover(self, X):
        affinity = graph_of(self, X)
        dense = affinity.shape[0] <= _DENSE_UP_TO
        make = resolvent if dense else sparse_resolvent
        return _Covariance(make(affinity, self.alpha), self.noise)


class _Covariance(Cover):
    r"""The covariance C of the rows, given noisy labels of some of them.

    A label of row q takes :math:`w w^\top` off C, with

    .. math:: w = C_{\cdot q} / \sqrt{C_{qq} + g^2}

    C is never changed: what is asked of it is its diagonal and the sums of its rows,
    and both are kept up to date from the w alone. With them as the columns of V, a
    column of C now is that of the kernel less :math:`V V_q^\top` (a Cholesky factor
    whose pivots are the rows labeled).

    Parameters
    ----------
    kernel : {ndarray, csr_array} of float of shape (n_rows, n_rows)
        C before any label.
    noise : float
        Of a label, as a share of the mean variance of a row.
    """

    def __init__(self, kernel, noise):
        self._kernel = kernel
        self._variance = np.asarray(kernel.diagonal()).copy()
        self._sums = np.asarray(kernel.sum(axis=0)).ravel()
        self._noise = noise * self._variance.mean()
        self._rows = ()  # of the columns of the factor
        self._factor = np.zeros((kernel.shape[0], 0))

    def copy(self):
        """Return a cover that may be changed without this one."""
        return copy(self)  # `add` puts new arrays in the place of the old ones

    def gains(self):
        """Return what a label of each row takes off the variance of the sum."""
        # Rounded, so that rounding errors decide no tie.
        return np.round(self._sums**2 / (self._variance + self._noise), 9)

    def add(self, row, label=None):
        """Condition the covariance on a label of a row, whatever the label is."""
        if row in self._rows:  # declined before: a second time would count twice
            return
        column = self._kernel[:, [row]]
        if sparse.issparse(column):
            column = column.toarray()
        column = np.asarray(column).ravel() - self._factor @ self._factor[row]
        step = column / np.sqrt(self._variance[row] + self._noise)
        self._rows = (*self._rows, row)
        self._factor = np.column_stack([self._factor, step])
        # The pruned kernel may be indefinite: variances stay above 0.
        self._variance = np.maximum(self._variance - step**2, 0)
        self._sums = self._sums - step * step.sum()  # (w w^T) 1 = w (w^T 1)
