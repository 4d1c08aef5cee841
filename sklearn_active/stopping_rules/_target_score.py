"""Stop when the model is good enough, most likely."""

from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from sklearn_active._sklearn import Interval, StrOptions, validate_params
from sklearn_active._sklearn.warnings import warn_user
from sklearn_active.evaluation import estimate_score
from sklearn_active.evaluation._estimate_score import (
    CannotHoldOutError,
    NothingToEstimateError,
)

_LABELS_WITHOUT_CHECKS = 50


class TargetScore(BaseEstimator):
    r"""Stop when the score on the rows left is above a target, most likely.

    It goes by random checks alone: let
    :class:`~sklearn_active.query_strategies.WithChecks` mix them into the questions.
    The better the score that must be shown, the more checks it takes, however few
    labels the model needs: see Notes.

    Parameters
    ----------
    target : float
        The score to exceed.
    scoring : {'accuracy', 'balanced_accuracy', 'neg_log_loss'}, default='accuracy'
        Which score, as of :func:`~sklearn_active.evaluation.estimate_score`.
    confidence : float, default=0.9
        In (0.5, 1): the least share of runs in which it does not stop before the score
        is above the target.
    every : int, default=10
        After how many labels it makes a new estimate; in between it goes on.

    Attributes
    ----------
    estimates_ : list of Bunch
        Of each look, as of :func:`~sklearn_active.evaluation.estimate_score`, and
        `n_labeled`.

    See Also
    --------
    sklearn_active.evaluation.estimate_score : The estimate, whenever you like.
    StablePredictions : Stops when more labels change nothing, good or not.

    Notes
    -----
    It stops when the lower end of the interval is at the target or above. One end of an
    interval errs half as often as both, so its confidence is :math:`2 c - 1`; intervals
    of all looks hold at once (`anytime`), so that looking often makes no error more
    likely. Where all n checks are right and confidence tells nothing of the rows, it
    takes

    .. math:: n \ge 1.07^2 z_n^2 \frac{t}{1 - t}, \quad z_n \approx 2.5,

    about 29 of them for a target of .8, 63 for .9, 138 for .95, and more with every
    one that is wrong.

    The estimator must implement what `estimate_score` needs. Cost of a look: that of
    `estimate_score`, up to 50 fits.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.graph import GraphLabelSpreading
    >>> from sklearn_active.query_strategies import WithChecks
    >>> from sklearn_active.stopping_rules import TargetScore
    >>> X, truth = load_digits(return_X_y=True)
    >>> learner = ActiveLearner(
    ...     GraphLabelSpreading(),
    ...     WithChecks("graph_herding", share=0.5),
    ...     batch_size=10,
    ...     stop_when=TargetScore(0.9),
    ...     random_state=0,
    ... )
    >>> known = [i < 10 for i in range(len(X))]
    >>> learner.fit(X, truth, labeled=known).n_asked_
    100
    >>> left = learner.y_ == -1
    >>> round(learner.score(X[left], truth[left]), 2)
    0.99
    """

    needs_classes = True

    _parameter_constraints: dict = {
        "target": [Real],
        "scoring": [StrOptions({"accuracy", "balanced_accuracy", "neg_log_loss"})],
        "confidence": [Interval(Real, 0.5, 1, closed="neither")],
        "every": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        target: float,
        *,
        scoring: str = "accuracy",
        confidence: float = 0.9,
        every: int = 10,
    ) -> None:
        self.target = target
        self.scoring = scoring
        self.confidence = confidence
        self.every = every

    def __call__(self, learner: Any) -> bool:
        """Say whether to stop.

        Parameters
        ----------
        learner : ActiveLearner
            The fitted learner.

        Returns
        -------
        stop : bool
        """
        if not hasattr(self, "estimates_"):
            validate_params(self)
            self.estimates_: list[Any] = []
            self._looked_at, self._warned = -self.every, False
        n_labeled = int(np.count_nonzero(learner.labeled_iter_ >= 0))
        if n_labeled - self._looked_at < self.every:
            return False
        self._looked_at = n_labeled
        try:
            found = estimate_score(
                learner,
                scoring=self.scoring,
                confidence=2 * self.confidence - 1,
                anytime=True,
            )
        except CannotHoldOutError as error:
            self._warn_once(str(error))
            return False
        except NothingToEstimateError:
            return False  # nobody is left to ask: the loop ends by itself
        found["n_labeled"] = n_labeled
        self.estimates_.append(found)
        self._warn_without_checks(learner, found.n_checks)
        return bool(found.low >= self.target)  # NaN is not

    def _warn_without_checks(self, learner, n_checks):
        if not n_checks and learner.n_asked_ >= _LABELS_WITHOUT_CHECKS:
            self._warn_once(
                f"TargetScore has seen no random check among {learner.n_asked_} rows, "
                "and never stops without: wrap the query strategy, "
                "WithChecks('herding', share=0.2) or the like."
            )

    def _warn_once(self, message):
        if not self._warned:
            self._warned = True
            warn_user(message)
