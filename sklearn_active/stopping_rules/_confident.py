"""Stop when the strategy finds nothing useful any more."""

from numbers import Real
from typing import Any

from sklearn.base import BaseEstimator

from sklearn_active._sklearn import Interval, validate_params

_NOT_CHOSEN = ("check", "cold_start", "review")


class Confident(BaseEstimator):
    """Stop when the largest utility of the rows left is below a threshold.

    With an uncertainty strategy this means that the model is sure of every row. Cheap
    and simple, but only as good as the probabilities: an overconfident model stops too
    early, and a pool with noisy labels may never be sure.

    Parameters
    ----------
    threshold : float, default=0.1
        In the strategy's own unit. 0.1 means for 'margin' that the two likeliest
        classes are at least .9 apart, for 'least_confident' that every predicted
        class has a probability above .9, for 'entropy' .1 nat.

    Notes
    -----
    The rule looks at the next query, which is used if the loop goes on, so it costs
    nothing. It never stops while random rows stand in for the strategy (the cold
    start), nor where the next question holds only checks or rows asked about again.
    Utilities that don't fall as the model learns, such as those of 'random', never make
    it stop, and others have a unit of their own, such as the distances of 'gsx': with
    strategies that ask no model how sure it is, the name 'confident' alone is refused.

    References
    ----------
    A. Vlachos, "A Stopping Criterion for Active Learning", Computer Speech &
    Language 22(3), 2008. :doi:`10.1016/j.csl.2007.12.001`

    J. Zhu, H. Wang and E. Hovy, "Learning a Stopping Criterion for Active Learning
    for Word Sense Disambiguation and Text Classification", IJCNLP 2008.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.stopping_rules import Confident
    >>> X, truth = make_blobs(200, centers=2, random_state=0, cluster_std=0.5)
    >>> learner = ActiveLearner(
    ...     LogisticRegression(), "margin", stop_when=Confident(threshold=0.5)
    ... )
    >>> learner.fit(X, truth, labeled=[i < 6 for i in range(200)]).n_asked_
    5
    """

    _parameter_constraints: dict = {
        "threshold": [Interval(Real, None, None, closed="neither")]
    }

    def __init__(self, threshold: float = 0.1) -> None:
        self.threshold = threshold

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
        validate_params(self)
        query = learner.query()
        # The utility of any other row says nothing of what is left.
        chosen = [reason not in _NOT_CHOSEN for reason in query.reasons]
        return bool(any(chosen) and query.utilities[chosen].max() < self.threshold)
