"""Any strategy, and a share of rows at random, which check the model."""

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sklearn_active._data.rows import row_keys, take
from sklearn_active._sklearn import HasMethods, Interval, validate_params
from sklearn_active.query_strategies._base import QueryStrategy
from sklearn_active.query_strategies._pool_view import PoolView
from sklearn_active.query_strategies._registry import (
    as_strategy,
    declared,
    reasons_of,
)
from sklearn_active.query_strategies._turns import turns_in_batch
from sklearn_active.query_strategies._unheard import Unheard

# Another stream than those of random sampling and of ties (0 and 1): the wrapped
# strategy would else choose by the numbers that chose the checks.
_STREAM = 2


class WithChecks(QueryStrategy):
    r"""Ask by any strategy, and give a share of the questions to random rows.

    The rows that a strategy chooses are harder than most, and say little about how good
    the model is on the pool. Rows drawn uniformly at random do: the checks. They cost
    some of the budget. `query.reasons` and `history_` mark them.

    Parameters
    ----------
    strategy : str or query strategy
        Asks the other rows, as for the learner, but not 'auto'.
    share : float, default=0.1
        In (0, 1]: the share of the questions that are checks.

    Attributes
    ----------
    strategy_ : query strategy
        The clone of `strategy` that is asked.

    See Also
    --------
    RandomSampling : All rows at random.

    Notes
    -----
    With n rows labeled or declined and the share s,

    .. math:: m = \lfloor (n + b) s \rfloor - \lfloor n s \rfloor

    rows of a batch of b are checks: over a run the share holds for every batch size,
    and nothing need be remembered. They are drawn without replacement from all
    candidates, whatever the wrapped strategy chooses, so that each of N candidates is a
    check with the probability m / N (m is the number of 'check' in the record's
    `reasons`, N its `n_candidates`). The checks of a run are a random sample of the
    rows that were not yet labeled in each round, not of the whole pool: weigh each by N
    / m. Rows with identical content may be drawn in one batch: otherwise contents that
    many rows share would count for too little.

    The wrapped strategy is asked for b rows; those that are checks, or of the same
    content, are left out, and the first b - m of the rest are asked. Checks come last
    in the batch, and their utility is -inf, as they were not chosen for it.

    As long as random rows stand in for a strategy that needs a model (the cold start),
    all rows are random, and their reason is 'cold_start'. A labeling session draws
    checks of its own: see its `audit`.

    The estimator must implement what the wrapped strategy needs. Cost: that of the
    wrapped strategy, O(n_candidates log n_candidates) for the draw, and a hash per row
    of the batch.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.query_strategies import WithChecks
    >>> X, truth = make_blobs(60, centers=3, random_state=0)
    >>> y = [truth[i] if i < 6 else -1 for i in range(60)]
    >>> strategy = WithChecks("margin", share=0.25)
    >>> learner = ActiveLearner(LogisticRegression(), strategy, random_state=0)
    >>> learner.start(X, y).query(batch_size=4).reasons
    ('MarginSampling', 'MarginSampling', 'MarginSampling', 'check')
    """

    deterministic = False

    _parameter_constraints: dict = {
        "strategy": [str, HasMethods("select"), HasMethods("utilities"), callable],
        "share": [Interval(Real, 0, 1, closed="right")],
    }

    def __init__(self, strategy: Any, *, share: float = 0.1) -> None:
        self.strategy = strategy
        self.share = share

    @property
    def needs(self):
        """Methods that the wrapped strategy needs."""
        return declared(self._wrapped(), "needs")

    @property
    def tasks(self):
        """The labels that the wrapped strategy is for."""
        return declared(self._wrapped(), "tasks")

    @property
    def needs_later(self):
        """Methods that the wrapped strategy will need later on."""
        return declared(self._wrapped(), "needs_later")

    def utilities(self, pool: PoolView) -> ArrayLike:
        """Return the utilities of the wrapped strategy, shape (n_candidates,)."""
        self._catch_up(pool)
        return self._unheard.tell(pool, self.strategy_.utilities)

    def select(
        self, pool: PoolView, batch_size: int
    ) -> tuple[NDArray[np.intp], NDArray[np.floating]]:
        """Choose the rows of the wrapped strategy, then the checks."""
        self._catch_up(pool)
        n_checks = turns_in_batch(pool, batch_size, self.share)
        checks = self._drawn(pool, n_checks)
        self._checks = set(checks.tolist())
        if len(checks) == batch_size:
            return checks, np.full(len(checks), -np.inf)
        rows, utilities = self._chosen(pool, batch_size)
        others = _without(pool.X, rows, checks)[: batch_size - len(checks)]
        # Few rows may be left that differ: the batch is then short.
        indices = np.concatenate([rows[others], checks])
        of_checks = np.full(len(checks), -np.inf)
        return indices, np.concatenate([utilities[others], of_checks])

    def reasons_of(self, indices: NDArray[np.intp]) -> list[str]:
        """Return why each of the rows was chosen that `select` returned last.

        Parameters
        ----------
        indices : ndarray of int of shape (n_rows,)
            These rows.

        Returns
        -------
        reasons : list of str of length n_rows
            'check', or the reason of the wrapped strategy.
        """
        reasons = reasons_of(self._wrapped(), indices)
        pairs = zip(indices.tolist(), reasons, strict=True)
        return ["check" if row in self._checks else why for row, why in pairs]

    def _wrapped(self):
        if hasattr(self, "strategy_"):
            return self.strategy_
        return as_strategy(self.strategy)

    def _catch_up(self, pool):
        if not hasattr(self, "strategy_"):
            validate_params(self)
            self.strategy_, self._unheard = as_strategy(self.strategy), Unheard()
        # A round of checks alone does not ask the wrapped strategy.
        self._unheard.note(pool)

    def _drawn(self, pool, n_checks):
        """Return some candidates, drawn uniformly without replacement."""
        if not n_checks:
            return np.zeros(0, dtype=int)
        # Each row has a number of its own, and the largest win: every set of rows is as
        # likely, and the same rows are drawn whatever else is asked in the round. Twins
        # are not left out, as they are elsewhere: contents that many rows share would
        # count for too little.
        numbers = pool.draws.uniforms(pool.candidates, _STREAM)
        return pool.candidates[np.argsort(-numbers, kind="stable")[:n_checks]]

    def _chosen(self, pool, batch_size):
        """Return what the wrapped strategy chooses, as arrays."""
        select = self.strategy_.select
        choice = self._unheard.tell(pool, lambda pool: select(pool, batch_size))
        return np.asarray(choice[0]), np.asarray(choice[1], dtype=float)


def _without(X, rows, others):
    """Return the positions of rows whose content none of the others has."""
    if not len(others):
        return np.arange(len(rows))
    keys = set(row_keys(take(X, others)))
    found = [key in keys for key in row_keys(take(X, rows))]
    return np.flatnonzero(~np.array(found, dtype=bool))
