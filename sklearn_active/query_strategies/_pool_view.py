"""The pool as query strategies see it, for type checkers."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray


class PoolView(Protocol):
    """What a query strategy is shown, as a type; all of it is read-only.

    For the hooks of :class:`QueryStrategy`, and for functions that are strategies. It
    is never instantiated: the learner makes the pool.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.query_strategies import PoolView
    >>> from sklearn.naive_bayes import GaussianNB
    >>> def far_from_labels(pool: PoolView) -> np.ndarray:
    ...     return abs(pool.X[pool.candidates] - pool.X[pool.labeled].mean()).ravel()
    >>> learner = ActiveLearner(GaussianNB(), far_from_labels)
    >>> X = np.array([[0.0], [1.0], [2.0], [9.0]])
    >>> learner.start(X, [0, -1, 1, -1]).query().indices
    array([3])
    """

    X: Any  # all rows, as the user gave them
    draws: Any  # the round's chance, for strategies of the package

    @property
    def y(self) -> NDArray[Any]:
        """All labels known, the mark elsewhere, shape (n_rows,)."""

    @property
    def candidates(self) -> NDArray[np.intp]:
        """Positions of the rows that can be asked, ascending."""

    @property
    def labeled(self) -> NDArray[np.intp]:
        """Positions of the rows whose label is known, ascending."""

    @property
    def newly_known(self) -> NDArray[np.intp]:
        """Rows whose label became known since it was last asked."""

    @property
    def declined(self) -> NDArray[np.intp]:
        """Rows that the oracle abstained from, ascending."""

    @property
    def withdrawn(self) -> NDArray[np.intp]:
        """Rows whose label was taken back or changed since then."""

    @property
    def estimator(self) -> Any:
        """The fitted estimator; None before one could be fitted."""

    @property
    def classes(self) -> NDArray[Any]:
        """The classes that the estimator knows, sorted."""

    @property
    def proba(self) -> NDArray[np.floating]:
        """Class distributions of the candidates."""

    @property
    def masses(self) -> NDArray[np.floating] | None:
        """Unnormalized class masses of all rows, where there are."""

    @property
    def random_state(self) -> np.random.RandomState:
        """The round's."""

    def __len__(self) -> int:
        """Return the number of rows."""

    def top(
        self, utilities: ArrayLike, batch_size: int
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Choose the candidates with the largest utilities, best first.

        Parameters
        ----------
        utilities : array-like of float of shape (n_candidates,)
            Higher means ask first; -inf is allowed, NaN is not.
        batch_size : int
            How many to choose at most.

        Returns
        -------
        indices : ndarray of int of shape (n_chosen,)
            Their positions in X.
        utilities : ndarray of float of shape (n_chosen,)
            Their utilities.
        """
