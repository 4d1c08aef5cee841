"""Batches whose rows don't resemble each other, by any strategy's utilities."""

from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import pairwise_distances

from sklearn_active._data.rows import first_of_each, row_keys, take
from sklearn_active._sklearn import HasMethods, Interval, validate_params
from sklearn_active.query_strategies._base import QueryStrategy
from sklearn_active.query_strategies._on_graph import graph_input
from sklearn_active.query_strategies._pool_view import PoolView
from sklearn_active.query_strategies._registry import as_strategy, declared


class SpreadBatch(QueryStrategy):
    r"""Ask a batch of useful rows that don't resemble each other.

    Wraps a strategy that gives utilities to rows one by one, such as
    :class:`MarginSampling`, whose best rows may be near twins: of the most useful ones
    it takes one per cluster. Graph strategies choose a batch jointly by themselves.

    Parameters
    ----------
    strategy : query strategy
        Gives the utilities.
    pool_factor : int, default=10
        Of the `pool_factor * batch_size` rows with the largest utilities the batch is
        chosen. 1: the wrapped strategy's own batch.
    transformer : transformer, default=None
        Turns X into numbers for the clusters; it is cloned, and fitted once on the
        whole pool: a TfidfVectorizer for text, a ColumnTransformer for frames.

    Attributes
    ----------
    strategy_ : query strategy
        The clone of `strategy` that is asked.

    Notes
    -----
    Weighted k-means of those rows, `batch_size` clusters, with the utilities as
    weights:

    .. math:: \min_{\mu, c} \sum_i u_i \lVert x_i - \mu_{c(i)} \rVert^2

    and from each cluster the row nearest to its center. Utilities below 0 are shifted
    so that the smallest of the pool is 0. Distances are Euclidean, on X as it is:
    scale features that differ in unit. A batch of one row is the wrapped strategy's.
    The batch is ordered by utility.

    The estimator must implement what the wrapped strategy needs. Cost per query: that
    of the wrapped strategy, and O(pool_factor * batch_size^2 * n_features) per
    iteration of k-means; memory O(n_candidates).

    References
    ----------
    F. Zhdanov, "Diverse Mini-Batch Active Learning", 2019.
    :doi:`10.48550/arXiv.1901.05954`

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.query_strategies import MarginSampling, SpreadBatch
    >>> X = [[0, 0], [4, 0], [1.97, 0], [1.98, 0], [1.99, 0], [1.98, 9]]
    >>> for strategy in (MarginSampling(), SpreadBatch(MarginSampling())):
    ...     learner = ActiveLearner(LogisticRegression(), strategy, batch_size=2)
    ...     print(learner.start(X, [0, 1, -1, -1, -1, -1]).query().indices)
    [4 3]
    [3 5]
    """

    deterministic = False

    _X = None  # the rows that `_transformed` is of

    _parameter_constraints: dict = {
        "strategy": [HasMethods("utilities")],
        "pool_factor": [Interval(Integral, 1, None, closed="left")],
        "transformer": [HasMethods("fit_transform"), None],
    }

    def __init__(
        self, strategy: Any, pool_factor: int = 10, *, transformer: Any = None
    ) -> None:
        self.strategy = strategy
        self.pool_factor = pool_factor
        self.transformer = transformer

    @property
    def needs(self):
        """Methods that the wrapped strategy needs."""
        return declared(self._asked(), "needs")

    @property
    def tasks(self):
        """The labels that the wrapped strategy is for."""
        return declared(self._asked(), "tasks")

    @property
    def needs_later(self):
        """Methods that the wrapped strategy will need."""
        return declared(self._asked(), "needs_later")

    def _asked(self):
        """Return the strategy that is asked; before the first query, a clone of it."""
        asked = hasattr(self, "strategy_")
        return self.strategy_ if asked else as_strategy(self.strategy)

    def utilities(self, pool: PoolView) -> NDArray[np.floating]:
        """Return the wrapped strategy's utilities, shape (n_candidates,)."""
        validate_params(self)
        self.strategy_ = self._asked()
        return self.strategy_.utilities(pool)

    def select(
        self, pool: PoolView, batch_size: int
    ) -> tuple[NDArray[np.intp], NDArray[np.floating]]:
        """Choose the row nearest to the center of each cluster, best first."""
        utilities = np.asarray(self.utilities(pool), dtype=float)
        if batch_size == 1:
            return pool.top(utilities, 1)
        rows, best = pool.top(utilities, self.pool_factor * batch_size)
        if len(rows) <= batch_size:
            return rows, best
        weights = _weights(best, utilities)
        X = self._numbers(pool, rows)
        chosen = _one_a_cluster(X, weights, batch_size, pool.random_state)
        return rows[chosen], best[chosen]

    def _numbers(self, pool, rows):
        """Return some rows of the pool as numbers, shape (n_rows, n_features)."""
        if self.transformer is None:
            return graph_input(take(pool.X, rows), None, "auto", self)[0]
        if self._X is not pool.X:
            self._transformed, _ = graph_input(pool.X, self.transformer, "auto", self)
            self._X = pool.X
        return self._transformed[rows]


def _weights(best, utilities):
    """Return utilities as weights above 0, whatever their sign."""
    finite = utilities[np.isfinite(utilities)]
    if not len(finite):
        return np.ones(len(best))
    weights = np.clip(best, finite.min(), finite.max()) - min(finite.min(), 0)
    if weights.max() <= 0:
        return np.ones(len(best))
    # A weight of 0 can leave k-means without a row for a center.
    return np.maximum(weights / weights.max(), 1e-6)


def _one_a_cluster(X, weights, n_clusters, random_state):
    """Return the positions of `n_clusters` rows, ascending: one a cluster of X.

    Where fewer rows differ, the first of the others fill up.
    """
    chosen = distinct = np.array(first_of_each(row_keys(X)))
    if len(distinct) > n_clusters:
        X_distinct, weights = X[distinct], weights[distinct]
        chosen = distinct[_medoids(X_distinct, weights, n_clusters, random_state)]
    others = np.setdiff1d(np.arange(X.shape[0]), chosen)
    return np.sort(np.append(chosen, others[: n_clusters - len(chosen)]))


def _medoids(X, weights, n_clusters, random_state):
    """Return the position of the row that is nearest to each center of k-means."""
    kmeans = KMeans(n_clusters, n_init=3, random_state=random_state)
    clusters = kmeans.fit_predict(X, sample_weight=weights)
    nearest = []
    for cluster in np.unique(clusters):
        members = np.flatnonzero(clusters == cluster)
        center = kmeans.cluster_centers_[[cluster]]
        distances = pairwise_distances(X[members], center).ravel()
        # The first of those equally near, up to rounding: the most useful.
        near = distances <= distances.min() * (1 + 1e-9)
        nearest.append(members[near.argmax()])
    return np.array(nearest)
