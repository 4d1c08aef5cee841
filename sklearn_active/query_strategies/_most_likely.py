"""The likeliest rows of one class, and some that nobody would guess."""

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_active._data.one_class import SoughtClass, place_of
from sklearn_active._sklearn import HasMethods, Interval, validate_params
from sklearn_active.query_strategies._base import QueryStrategy
from sklearn_active.query_strategies._pool_view import PoolView
from sklearn_active.query_strategies._registry import as_strategy, declared
from sklearn_active.query_strategies._turns import turns_in_batch
from sklearn_active.query_strategies._unheard import Unheard


class MostLikely(QueryStrategy):
    r"""Ask the rows that are most likely of one class, and some of another strategy.

    Use it to find as many rows of a rare class as possible with few questions: the
    papers that matter, the faults, the fraud. The likeliest rows alone resemble those
    found already; a share of the questions goes to a strategy that explores, which
    finds the first row of the class, and its unknown kinds. Say with
    :class:`~sklearn_active.stopping_rules.Recall` when enough is found.

    Parameters
    ----------
    label : object
        The label of the class, as it is answered.
    share : float, default=0.05
        In [0, 1]: the share of the questions that `explore` asks once the class is
        known; 0: none, 1: all. Until then it asks all of them.
    explore : str or query strategy, default='graph_coverage'
        What explores, as for the learner, but not 'auto'.

    Attributes
    ----------
    explore_ : query strategy
        The exploring strategy, a clone.

    See Also
    --------
    sklearn_active.stopping_rules.Recall : Stop when enough of the class is found.
    sklearn_active.inspection.RecallDisplay : Draw how much was found.

    Notes
    -----
    With the class k of `label`, the utility of row i is

    .. math:: u_i = p_{ik}

    The class counts as known once the estimator knows it and one more; until then
    `explore` chooses, also where one row of the class is all that is known. With n rows
    labeled or declined and the share s,
    :math:`\lfloor (n + b) s \rfloor - \lfloor n s \rfloor` rows of a batch of b are
    those of `explore`: over a run the share holds for every batch size, without any
    state. They come last in the batch. Rows of identical content are asked about once
    in a batch.

    A label that is a text where all labels are numbers, or the other way round, is an
    error. One that is merely unknown may be found later: once two other classes are
    known, a warning says so.

    The estimator must implement `predict_proba`, and what `explore` needs. Cost:
    O(n_candidates), and that of `explore` in the rounds in which it is asked.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.query_strategies import MostLikely
    >>> X, truth = make_blobs([180, 20], cluster_std=2, shuffle=False, random_state=0)
    >>> learner = ActiveLearner(
    ...     LogisticRegression(), MostLikely(1), batch_size=5, budget=30
    ... )
    >>> learner.fit(X, truth, labeled=[i in (0, 190) for i in range(200)]).n_asked_
    30
    >>> int((learner.y_ == 1).sum())
    15
    """

    # Of the class, so that a strategy that was never asked has it, too.
    _sought = None  # what is said of the label; None: nobody has asked yet

    _parameter_constraints: dict = {
        "label": "no_validation",
        "share": [Interval(Real, 0, 1, closed="both")],
        "explore": [str, HasMethods("select"), HasMethods("utilities")],
    }

    def __init__(
        self, label: Any, *, share: float = 0.05, explore: Any = "graph_coverage"
    ) -> None:
        self.label = label
        self.share = share
        self.explore = explore

    tasks = ("classification",)

    @property
    def needs(self):
        """Methods that the exploring strategy needs: it is asked first."""
        return declared(as_strategy(self.explore), "needs")

    @property
    def needs_later(self):
        """Methods that the estimator must implement sooner or later."""
        later = declared(as_strategy(self.explore), "needs_later")
        return tuple(dict.fromkeys(["predict_proba", *later]))

    @property
    def deterministic(self):
        """Whether the exploring strategy is."""
        return declared(as_strategy(self.explore), "deterministic")

    def utilities(self, pool: PoolView) -> NDArray[np.floating]:
        """Return the probability of the class, shape (n_candidates,).

        While the class is not known: the utilities of the exploring strategy.
        """
        likely = self._likely(pool)
        if likely is None:
            return self._unheard.tell(pool, self.explore_.utilities)
        return likely

    def select(
        self, pool: PoolView, batch_size: int
    ) -> tuple[NDArray[np.intp], NDArray[np.floating]]:
        """Choose the likeliest rows, then those of the exploring strategy."""
        likely = self._likely(pool)
        if likely is None:
            return self._explored(pool, batch_size)
        n_explored = turns_in_batch(pool, batch_size, self.share)
        wanted = likely.copy()
        if n_explored:
            rows, _ = self._explored(pool, n_explored)
            # Above all probabilities: a twin of such a row is left out, not the row.
            places = pool.candidates.searchsorted(rows)
            wanted[places] = 2.0 + np.arange(len(rows))[::-1]
        indices, chosen_by = pool.top(wanted, batch_size)
        order = np.argsort(chosen_by > 1, kind="stable")
        indices = indices[order]
        return indices, likely[pool.candidates.searchsorted(indices)]

    def _explored(self, pool, n_rows):
        """Return what the exploring strategy chooses, which is asked in few rounds."""
        return self._unheard.tell(pool, lambda pool: self.explore_.select(pool, n_rows))

    def _likely(self, pool):
        """Return the probability of the class, None while it is not known."""
        if self._sought is None:
            validate_params(self)
            self._sought = SoughtClass(self.label, type(self).__name__)
            self.explore_, self._unheard = as_strategy(self.explore), Unheard()
        self._unheard.note(pool)
        self._sought.check(pool.classes)
        place = place_of(self.label, pool.classes)
        if place is None or pool.estimator is None or len(pool.classes) < 2:
            return None
        return pool.proba[:, place]
