"""A function lifted to a query strategy."""

from collections.abc import Callable

from numpy.typing import ArrayLike

from sklearn_active.query_strategies._base import QueryStrategy
from sklearn_active.query_strategies._pool_view import PoolView


class FunctionStrategy(QueryStrategy):
    """Ask by the utilities that a function of the pool returns.

    `ActiveLearner(estimator, my_function)` wraps the function by itself; use this class
    to name it.

    Parameters
    ----------
    function : callable
        `function(pool) -> ndarray (n_candidates,)`; higher means ask first.

    Notes
    -----
    As the function may use the estimator, random rows are asked about until two classes
    are known. A strategy that needs none is a subclass of :class:`QueryStrategy` with
    `needs = ()`. Cost per query: the function's, and O(n_candidates).

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_active import ActiveLearner
    >>> def least_likely_first_class(pool):
    ...     return -pool.proba[:, 0]
    >>> learner = ActiveLearner(LogisticRegression(), least_likely_first_class)
    >>> learner.start([[0.0], [1.0], [2.0], [3.0]], [0, -1, -1, 1]).query().indices
    array([2])
    """

    def __init__(self, function: Callable[[PoolView], ArrayLike]) -> None:
        self.function = function

    def utilities(self, pool: PoolView) -> ArrayLike:
        """Return what the function returns of the pool."""
        return self.function(pool)
