"""BADGE: batches that are uncertain and diverse, by gradients of the last layer."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_array
from sklearn.utils.extmath import row_norms, safe_sparse_dot

from sklearn_active._data.rows import row_keys, take
from sklearn_active._sklearn import HasMethods, validate_params
from sklearn_active.query_strategies._base import QueryStrategy
from sklearn_active.query_strategies._on_graph import graph_input
from sklearn_active.query_strategies._pool_view import PoolView

_NOTHING = 1e-12  # of the squared norms, is a distance of rounding errors


class BadgeSampling(QueryStrategy):
    r"""Ask a batch whose gradients are large and point in different directions.

    BADGE: a row counts by how much its label would change a linear model, and the
    rows of a batch should change it in different ways. For large batches and models
    that are linear in X, such as :class:`~sklearn.linear_model.LogisticRegression`,
    or in what `transformer` makes of X. A batch of one row is the row with the largest
    gradient: uncertain, and far from the origin.

    Parameters
    ----------
    transformer : transformer, default=None
        Turns X into the numbers that the model is linear in; it is cloned, and fitted
        once on the whole pool: the first steps of the estimator's Pipeline, a
        TfidfVectorizer for text, a ColumnTransformer for frames.

    Notes
    -----
    With the distribution :math:`p_i` of a row and its likeliest class
    :math:`\hat y_i`, the gradient of the log loss in the weights of the last layer is

    .. math:: g_i = (p_i - e_{\hat y_i}) \otimes x_i

    The first row is that with the largest :math:`\lVert g_i \rVert`, each further one
    is drawn with a probability proportional to the utility

    .. math:: u_i = \min_{j \text{ chosen}} \lVert g_i - g_j \rVert^2

    as k-means++ draws its centers; equal gradients leave a uniform draw. Before a row
    is chosen :math:`u_i = \lVert g_i \rVert^2`. Embeddings of n_features * n_classes
    numbers are never made: with :math:`a_i = p_i - e_{\hat y_i}`,
    :math:`g_i^\top g_j = (a_i^\top a_j)(x_i^\top x_j)`.

    The estimator must implement `predict_proba`. Cost per query: O(n_rows *
    (n_features + n_classes)) per row chosen, and the `predict_proba` where the fit is
    not transductive; memory O(n_rows * n_classes).

    References
    ----------
    J. T. Ash, C. Zhang, A. Krishnamurthy, J. Langford and A. Agarwal, "Deep Batch
    Active Learning by Diverse, Uncertain Gradient Lower Bounds", ICLR 2020.
    :doi:`10.48550/arXiv.1906.03671`

    D. Arthur and S. Vassilvitskii, "k-means++: The Advantages of Careful Seeding",
    SODA 2007.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.query_strategies import BadgeSampling
    >>> X = [[-1, 0], [1, 0], [0.1, 5], [0.1, 5.1], [0.1, -5]]
    >>> learner = ActiveLearner(LogisticRegression(), BadgeSampling(), random_state=0)
    >>> learner.start(X, [0, 1, -1, -1, -1]).query(batch_size=2).indices
    array([3, 4])
    """

    needs = ("predict_proba",)
    tasks = ("classification",)
    deterministic = False

    _X = None  # the rows that `_points` and `_squares` are of

    _parameter_constraints: dict = {
        "transformer": [HasMethods("fit_transform"), None],
    }

    def __init__(self, transformer: Any = None) -> None:
        self.transformer = transformer

    def utilities(self, pool: PoolView) -> NDArray[np.floating]:
        """Return the squared norm of each gradient, shape (n_candidates,)."""
        return self._gradients(pool).squares

    def select(
        self, pool: PoolView, batch_size: int
    ) -> tuple[NDArray[np.intp], NDArray[np.floating]]:
        """Choose the largest gradient, then as k-means++ draws its centers."""
        gradients = self._gradients(pool)
        utilities = gradients.squares
        nearest = np.full(len(utilities), np.inf)
        left = np.ones(len(utilities), dtype=bool)
        chosen, keys = [], set()
        position = np.searchsorted(pool.candidates, pool.top(utilities, 1)[0][0])
        while True:
            left[position] = False
            key = row_keys(take(pool.X, pool.candidates[[position]]))[0]
            if key not in keys:
                keys.add(key)
                chosen.append((pool.candidates[position], utilities[position]))
            if len(chosen) == batch_size or not left.any():
                rows, utilities = zip(*chosen, strict=True)
                return np.array(rows), np.array(utilities)
            utilities = nearest = np.minimum(nearest, gradients.distances_to(position))
            position = _draw(utilities, left, pool.random_state)

    def _gradients(self, pool):
        if self._X is not pool.X:
            validate_params(self)
            X, _ = graph_input(pool.X, self.transformer, "auto", self)
            self._points = check_array(X, accept_sparse="csr", dtype=np.float64)
            self._squares = row_norms(self._points, squared=True)
            self._X = pool.X
        return _Gradients(pool.proba, self._points, self._squares, pool.candidates)


class _Gradients:
    """Gradients of the candidates as two factors, never multiplied out."""

    def __init__(self, proba, points, squares, candidates):
        self.errors = proba.copy()
        self.errors[np.arange(len(proba)), proba.argmax(axis=1)] -= 1
        self.points = points
        self.candidates = candidates
        self.squares = row_norms(self.errors, squared=True) * squares[candidates]

    def distances_to(self, position):
        """Return the squared distances of all gradients to one of them."""
        row = self.points[[self.candidates[position]]]
        products = safe_sparse_dot(self.points, row.T, dense_output=True).ravel()
        products = products[self.candidates] * (self.errors @ self.errors[position])
        sums = self.squares + self.squares[position]
        distances = sums - 2 * products
        return np.where(distances > _NOTHING * sums, distances, 0)


def _draw(weights, left, random_state):
    """Draw a position by weight; one of those that are left, where all weigh 0."""
    total = weights.sum()
    p = weights / total if total > 0 else left / left.sum()
    return random_state.choice(len(p), p=p)
