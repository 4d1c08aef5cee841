"""Greedy sampling: ask what is farthest from all that is labeled."""

from copy import copy
from typing import Any

import numpy as np

from sklearn_active._data.rows import take
from sklearn_active._sklearn import HasMethods, StrOptions
from sklearn_active.query_strategies._cover import Cover, CoverStrategy
from sklearn_active.query_strategies._on_graph import points_of, squared_distances


class GreedySampling(CoverStrategy):
    r"""Ask the row that is farthest from all labeled ones, in X, in y, or in both.

    For regression with few labels: extremes come first, and linear models learn most
    from these. Rows far from all others are asked about early, so take another strategy
    where X has many outliers. Scale features that differ in unit.

    Parameters
    ----------
    distance : {'both', 'X', 'y'}, default='both'
        'X': of the features, for any estimator; no label is looked at (GSx, the name
        "gsx"). 'y': of what the model predicts from the labels known (GSy, "gsy").
        'both': their product (iGS, "igs").
    transformer : transformer, default=None
        Turns X into numbers; it is cloned, and fitted once on the whole pool: a
        TfidfVectorizer for text, a ColumnTransformer for frames.

    Notes
    -----
    With the rows l labeled so far, their labels :math:`y_l` and the predictions
    :math:`\hat y_i` of the learner's estimator, in the order of the names above

    .. math:: u_i = \min_l \lVert x_i - x_l \rVert \, |\hat y_i - y_l|, \quad
              u_i = \min_l \lVert x_i - x_l \rVert, \quad
              u_i = \min_l |\hat y_i - y_l|

    The first row of all is the one nearest to the mean of the rows. Until there is a
    model, distances are those of X. A row without a label that was declined, or chosen
    before in the same batch, counts as labeled with its prediction.

    The estimator must implement `predict`, but for 'X'. Cost: O(n_rows * n_features)
    per label; O(n_rows) per query with 'X', else O(n_rows * n_labeled) and the
    predictions of the pool. Memory O(n_rows), with 'both' O(n_rows * n_labeled).

    References
    ----------
    D. Wu, C.-T. Lin and J. Huang, "Active Learning for Regression Using Greedy
    Sampling", Information Sciences 474, 2019. :doi:`10.1016/j.ins.2018.09.060`

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.query_strategies import GreedySampling
    >>> X = [[0.0], [1.0], [2.0], [3.0], [9.0]]
    >>> learner = ActiveLearner(Ridge(), GreedySampling("X"), batch_size=3)
    >>> learner.start(X).query().indices
    array([3, 4, 0])
    """

    _parameter_constraints: dict = {
        "distance": [StrOptions({"both", "X", "y"})],
        "transformer": [HasMethods("fit_transform"), None],
    }

    def __init__(self, distance: str = "both", *, transformer: Any = None) -> None:
        self.distance = distance
        self.transformer = transformer

    @property
    def tasks(self):
        """The labels that it is for: any kind where it looks at none."""
        return super().tasks if self.distance == "X" else ("regression",)

    @property
    def needs_later(self):
        """Methods that the estimator must implement sooner or later."""
        return () if self.distance == "X" else ("predict",)

    def _make_cover(self, X):
        return _NearestInX(points_of(self, X), keeps_all=self.distance == "both")

    def _cover_for(self, pool):
        cover = super()._cover_for(pool)
        if self.distance == "X" or pool.estimator is None:
            return cover
        y = pool.y.copy()
        unlabeled = np.setdiff1d(np.arange(len(pool)), pool.labeled)
        y[unlabeled] = pool.fitted.predict(take(pool.X, unlabeled))
        return _NearestInY(y, cover, self.distance == "both")


class _NearestInX(Cover):
    """How far each row is from the nearest one known.

    Parameters
    ----------
    points : {ndarray, csr matrix} of float of shape (n_rows, n_features)
        The rows.
    keeps_all : bool
        Whether the distances to each row known are needed later on.
    """

    def __init__(self, points, keeps_all):
        self._points = points
        self._keeps_all = keeps_all
        self._to_rows = {}  # {row: the distances of all rows to it, or None}
        mean = np.asarray(points.mean(axis=0)).reshape(1, -1)
        self._gains = -np.sqrt(squared_distances(points, mean))

    @property
    def rows(self):
        """The rows known."""
        return list(self._to_rows)

    def distances_to(self, row):
        """Return the distance of each row to a row, shape (n_rows,)."""
        distances = self._to_rows.get(row)
        if distances is None:
            point = self._points[[row]]
            distances = np.sqrt(squared_distances(self._points, point))
            distances[row] = 0  # of sparse rows it is a rounding error
        return distances

    def add(self, row, label=None):
        """Bring a row near to all; whether it was labeled or declined is the same."""
        if row in self._to_rows:
            return
        distances = self.distances_to(row)
        # Until a row is known the gains are those of the first question of all.
        is_first = not self._to_rows
        self._gains = distances if is_first else np.minimum(self._gains, distances)
        self._to_rows[row] = distances if self._keeps_all else None

    def gains(self):
        """Return the distances to the nearest row; without any, minus to the mean."""
        return self._gains

    def copy(self):
        """Return a cover that may be changed without this one."""
        cover = copy(self)  # `add` puts new gains in the place of the old ones
        cover._to_rows = self._to_rows.copy()
        return cover


class _NearestInY(Cover):
    """How far each row's prediction is from the nearest label, times that in X.

    Parameters
    ----------
    y : ndarray of float of shape (n_rows,)
        Labels where they are known, else predictions.
    in_X : _NearestInX
        The rows known, and distances to these.
    both : bool
        Whether the distance in X counts, too.
    """

    def __init__(self, y, in_X, both):
        self._y, self._in_X, self._both = y, in_X, both
        self._nearest = np.full(len(y), np.inf)
        for row in in_X.rows:
            self.add(row)

    def add(self, row, label=None):
        """Bring a row near to all others, by its label or else its prediction."""
        gaps = np.abs(self._y - self._y[row])
        if self._both:
            gaps *= self._in_X.distances_to(row)
        self._nearest = np.minimum(self._nearest, gaps)

    def gains(self):
        """Return the distance of each row to the nearest one known."""
        return self._nearest

    def copy(self):
        """Return a cover that may be changed without this one."""
        return copy(self)  # `add` puts new distances in the place of the old ones
