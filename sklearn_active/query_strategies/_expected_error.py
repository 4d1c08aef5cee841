"""Expected error reduction: try every label of every candidate."""

from numbers import Integral

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr
from sklearn.base import clone
from sklearn.utils.parallel import Parallel, delayed

from sklearn_active._data.probabilities import predicted
from sklearn_active._data.rows import take
from sklearn_active._data.seeds import set_random_states
from sklearn_active._sklearn import Interval, StrOptions, validate_params
from sklearn_active.query_strategies._base import QueryStrategy
from sklearn_active.query_strategies._pool_view import PoolView
from sklearn_active.query_strategies._refits import training_labels


class ExpectedErrorReduction(QueryStrategy):
    r"""Ask the row whose label is expected to make the pool's predictions surest.

    Looks ahead: the estimator is refitted for each candidate and each class it may
    have. For small pools and estimators that fit in milliseconds; elsewhere set
    `subsample`, or take :class:`MarginSampling`.

    Parameters
    ----------
    loss : {'log', 'zero_one'}, default='log'
        What the error of a prediction is: its entropy, or the probability that it
        is wrong.
    subsample : int, default=None
        How many candidates are tried, and on how many the error is measured; both
        are drawn at random in each query. At least `batch_size` are tried. None: all.
    n_jobs : int, default=None
        How many candidates are tried at a time, through joblib; None: as its context
        says, else one. It doesn't change which rows are chosen.

    Notes
    -----
    With the distributions p of the learner's estimator, and :math:`p^{+ik}` those of
    a clone fitted on the labeled rows and row i as class k,

    .. math:: u_i = -\sum_k p_{ik} \frac{1}{|S|} \sum_{j \in S} \ell(p^{+ik}_j), \quad
              \ell(p) = -\sum_c p_c \log p_c \;\text{or}\; 1 - \max_c p_c

    over the candidates j in S, row i not left out. Rows that are not tried have
    utility -inf. A class of probability 0 is not tried, and rows without information
    (all zero or NaN) count as uniform. The clones see the labeled rows only,
    semi-supervised ones too, and no fit parameters; they share their seeds.

    The estimator must implement `predict_proba`. Cost per query: O(n_candidates *
    n_classes) fits and as many predictions of all candidates, with `subsample`
    O(subsample * n_classes) of `subsample` rows; memory O(n_candidates * n_classes).

    References
    ----------
    N. Roy and A. McCallum, "Toward Optimal Active Learning through Sampling
    Estimation of Error Reduction", ICML 2001.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.query_strategies import ExpectedErrorReduction
    >>> X = [[0, 0], [2, 0], [1, 9], [1.2, 0], [1.3, 0], [1.4, 0], [0.5, 0]]
    >>> for strategy in ("margin", ExpectedErrorReduction("zero_one")):
    ...     learner = ActiveLearner(LogisticRegression(), strategy)
    ...     print(learner.start(X, [0, 1, -1, -1, -1, -1, -1]).query().indices)
    [2]
    [3]

    The loner between the classes teaches less than the row that has neighbors.
    """

    needs = ("predict_proba",)
    tasks = ("classification",)

    _parameter_constraints: dict = {
        "loss": [StrOptions({"log", "zero_one"})],
        "subsample": [Interval(Integral, 1, None, closed="left"), None],
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        loss: str = "log",
        *,
        subsample: int | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.loss = loss
        self.subsample = subsample
        self.n_jobs = n_jobs

    @property
    def deterministic(self):
        """Whether the rows tried are all, not drawn at random."""
        return self.subsample is None

    def utilities(self, pool: PoolView) -> NDArray[np.floating]:
        """Return minus the expected error by each candidate, shape (n_candidates,)."""
        return self._utilities(pool, 1)

    def select(
        self, pool: PoolView, batch_size: int
    ) -> tuple[NDArray[np.intp], NDArray[np.floating]]:
        """Choose the best rows of those that are tried."""
        return pool.top(self._utilities(pool, batch_size), batch_size)

    def _utilities(self, pool, batch_size):
        validate_params(self)
        tried = self._draw(pool, batch_size)
        measured = take(pool.X, pool.candidates[self._draw(pool, 1)])
        # The same seeds for all clones: else the luck of a fit would be compared.
        prototype = set_random_states(
            clone(pool.estimator), pool.random_state, only_unset=True
        )
        y, classes = training_labels(pool)
        utilities = np.full(len(pool.candidates), -np.inf)
        lookahead = _Lookahead(prototype, y, classes, measured, self.loss)
        errors = Parallel(n_jobs=self.n_jobs)(
            delayed(lookahead)(
                take(pool.X, np.append(pool.labeled, pool.candidates[position])),
                pool.proba[position],
            )
            for position in tried
        )
        utilities[tried] = -np.array(errors)
        # Rounded, so that rounding errors decide no tie.
        return np.round(utilities, 12)

    def _draw(self, pool, at_least):
        """Return the positions of the candidates to look at, ascending."""
        n_candidates = len(pool.candidates)
        if self.subsample is None or max(self.subsample, at_least) >= n_candidates:
            return np.arange(n_candidates)
        n_drawn = max(self.subsample, at_least)
        # The candidates that are tried, and those that the error is measured on, are
        # two draws, one after the other, from the round's random state.
        return np.sort(pool.random_state.permutation(n_candidates)[:n_drawn])


class _Lookahead:
    """Return the expected error after one more label of one row."""

    def __init__(self, prototype, y, classes, measured, loss):
        self.prototype = prototype
        self.y = y
        self.classes = classes
        self.measured = measured
        self.loss = loss

    def __call__(self, rows, proba):
        expected = 0.0
        for label, weight in zip(self.classes, proba, strict=True):
            if weight > 0:  # 0 times the error of a fit that may not even be possible
                model = clone(self.prototype).fit(rows, np.append(self.y, label))
                expected += weight * self._error(model)
        return expected

    def _error(self, model):
        """Return the model's expected error on the rows it is measured on."""
        proba, _ = predicted(model, self.measured)
        if self.loss == "log":
            return entr(proba).sum(axis=1).mean()
        return (1 - proba.max(axis=1)).mean()
