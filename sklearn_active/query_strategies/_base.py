"""The base class of query strategies, with its one hook."""

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator

from sklearn_active.query_strategies._pool_view import PoolView


class QueryStrategy(BaseEstimator, ABC):
    """Base class: say how useful each candidate's label would be.

    Subclass it and define `utilities`. A strategy that chooses a batch jointly
    overrides `select` too. Constructor parameters are parameters as of any
    scikit-learn estimator, so they can be searched over. A strategy may keep
    state on itself from round to round; the learner works on a clone and tells
    by `pool.newly_known` and `pool.withdrawn` what changed.

    Attributes
    ----------
    needs : tuple of str
        Methods that the learner's estimator must implement, as 'predict_proba' or
        'predict(return_std=True)'. Until an estimator could be fitted on two classes
        or numbers, random rows are asked instead. Empty: the strategy needs no
        estimator and is asked from the first question.
    needs_later : tuple of str or tuple
        Methods that it will need later on: they are looked for before the first label.
        Of those in a tuple one will do.
    deterministic : bool
        Whether utilities depend on the rows and labels alone: the same rows in
        another order have the same utilities. False where chance takes part.
    pointwise : bool
        Whether the utility of a row depends on the row and the estimator alone, and
        rows are chosen by `pool.top`. Such a strategy may be asked part by part, of
        pools larger than memory too: `pool` is then a part, its rows `pool.X` are all
        candidates, and `y`, `labeled` and the like are not there.
    tasks : tuple of {'classification', 'regression', 'multilabel'}
        What it is for: one class per row, numbers, several labels per row.
    beats_random : bool
        Whether the strategy claims to need fewer labels than random rows do.
        :func:`~sklearn_active.testing.check_query_strategy` holds both to it.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.query_strategies import QueryStrategy
    >>> from sklearn.linear_model import LogisticRegression
    >>> class Largest(QueryStrategy):
    ...     needs = ()
    ...
    ...     def utilities(self, pool):
    ...         return np.asarray(pool.X)[pool.candidates].sum(axis=1)
    >>> learner = ActiveLearner(LogisticRegression(), Largest())
    >>> learner.start([[3.0], [1.0], [7.0]]).query().indices
    array([2])
    """

    needs: tuple[str, ...] = ("fit",)
    needs_later: tuple[str | tuple[str, ...], ...] = ()
    deterministic: bool = True
    pointwise: bool = False
    tasks: tuple[str, ...] = ("classification", "regression", "multilabel")
    beats_random: bool = False

    @abstractmethod
    def utilities(self, pool: PoolView) -> ArrayLike:
        """Return the utility of each candidate; higher means ask first.

        Parameters
        ----------
        pool : Pool
            The read-only view of the pool.

        Returns
        -------
        utilities : ndarray of float of shape (n_candidates,)
            In the order of `pool.candidates`; -inf is allowed, NaN is not.
        """

    def select(
        self, pool: PoolView, batch_size: int
    ) -> tuple[NDArray[np.intp], NDArray[np.floating]]:
        """Choose the rows to ask next, best first.

        Parameters
        ----------
        pool : Pool
            The read-only view of the pool.
        batch_size : int
            How many rows at most.

        Returns
        -------
        indices : ndarray of int of shape (n_chosen,)
            Positions in `pool.X`, a subset of `pool.candidates`.
        utilities : ndarray of float of shape (n_chosen,)
            Their utilities.
        """
        return pool.top(self.utilities(pool), batch_size)
