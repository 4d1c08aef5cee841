"""Sigma-optimality on a graph."""

from numbers import Integral, Real

import numpy as np
from scipy import sparse

from sklearn_active._sklearn import HasMethods, Interval, StrOptions
from sklearn_active.graph import resolvent, sparse_resolvent
from sklearn_active.query_strategies._on_graph import GraphStrategy

_DENSE_UP_TO = 5000


class SigmaOptimality(GraphStrategy):
    r"""Ask the row that reduces the variance of the whole pool's sum most.

    Looks at no label: a design of experiments on the graph. Use it where the
    answers come later; :class:`GraphUncertaintyHerding` needs fewer labels where
    they come one by one.

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

    off the variance of the sum. Kept as a pivoted Cholesky factor of one column a
    label: O(n_rows * n_labeled) a label, O(n_rows) a query. The kernel is exact up
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
        n_neighbors=10,
        *,
        alpha=0.9,
        noise=0.1,
        metric="auto",
        transformer=None,
        neighbors="auto",
    ):
        self.n_neighbors = n_neighbors
        self.alpha = alpha
        self.noise = noise
        self.metric = metric
        self.transformer = transformer
        self.neighbors = neighbors

    def _gains(self):
        # Rounded, so that rounding errors decide no tie.
        return np.round(self._sums**2 / (self._variance + self._noise), 9)

    def _snapshot(self):
        return {name: vars(self)[name] for name in ("_factor", "_variance", "_sums")}

    def _build(self, affinity):
        dense = affinity.shape[0] <= _DENSE_UP_TO
        make = resolvent if dense else sparse_resolvent
        self._kernel = make(affinity, self.alpha)

    def _reset(self):
        n_rows = self._kernel.shape[0]
        self._variance = np.asarray(self._kernel.diagonal()).copy()
        self._sums = np.asarray(self._kernel.sum(axis=0)).ravel()
        self._noise = self.noise * self._variance.mean()
        self._factor = np.zeros((n_rows, 0))

    def _absorb(self, row):
        """Condition the covariance on a label of `row`."""
        column = self._kernel[:, [row]]
        if sparse.issparse(column):
            column = column.toarray()
        column = np.asarray(column).ravel() - self._factor @ self._factor[row]
        step = column / np.sqrt(self._variance[row] + self._noise)
        self._factor = np.column_stack([self._factor, step])
        # The pruned kernel may be indefinite: variances stay above 0.
        self._variance = np.maximum(self._variance - step**2, 0)
        self._sums = self._sums - step * step.sum()
