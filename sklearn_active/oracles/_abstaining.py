"""An oracle that sometimes can't tell."""

from collections.abc import Callable
from typing import Any

import numpy as np

from sklearn_active.oracles._base import RateOracle


class AbstainingOracle(RateOracle):
    """Abstain from a row at a given rate.

    For experiments: annotators can't label every row. A row abstained from is not asked
    about again in the same fit.

    Parameters
    ----------
    oracle : callable
        Any oracle.
    rate : float in [0, 1]
        Probability that a row is abstained from.
    random_state : int, RandomState instance or None, default=None
        Seed. Whether a row is abstained from depends on the seed and the row's
        content alone.

    Examples
    --------
    >>> from sklearn.semi_supervised import LabelSpreading
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.oracles import AbstainingOracle, ArrayOracle
    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1]
    >>> oracle = AbstainingOracle(ArrayOracle(y), rate=1.0, random_state=0)
    >>> learner = ActiveLearner(LabelSpreading(gamma=1), oracle=oracle)
    >>> learner.fit(X, [0, -1, -1, 1]).y_
    array([ 0, -1, -1,  1])
    >>> learner.termination_condition_
    'all_asked'
    """

    def __init__(
        self,
        oracle: Callable[[Any], Any],
        rate: float,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(oracle, rate, "rate", random_state)
        self.rate = rate
        self.random_state = random_state

    def _spoil(self, label, choice, query):
        return None
