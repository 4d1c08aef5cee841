"""An oracle that errs."""

from collections.abc import Callable
from typing import Any

import numpy as np

from sklearn_active._data.columns import is_null
from sklearn_active.oracles._base import RateOracle


class NoisyOracle(RateOracle):
    """Give a wrong label at a given rate.

    For experiments: how much do wrong answers cost? A flip is uniform over the
    other classes known so far (`query.classes`); where none is known there is no
    flip. Where the wrapped oracle abstains with None or NaN (or -1, where that is no
    class), it stays so.

    Parameters
    ----------
    oracle : callable
        Any oracle.
    flip_rate : float in [0, 1]
        Probability that a row's label is flipped.
    random_state : int, RandomState instance or None, default=None
        Seed. Whether a row is flipped depends on the seed and the row's content
        alone: asked twice, it errs twice in the same way.

    Examples
    --------
    >>> from sklearn.semi_supervised import LabelSpreading
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.oracles import ArrayOracle, NoisyOracle
    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1]
    >>> oracle = NoisyOracle(ArrayOracle(y), flip_rate=1.0, random_state=0)
    >>> ActiveLearner(LabelSpreading(gamma=1), oracle=oracle).fit(X, [0, -1, -1, 1]).y_
    array([0, 1, 0, 1])
    """

    def __init__(
        self,
        oracle: Callable[[Any], Any],
        flip_rate: float,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(oracle, flip_rate, "flip_rate", random_state)
        self.flip_rate = flip_rate
        self.random_state = random_state

    def _spoil(self, label, choice, query):
        classes = query.classes.tolist()
        abstained = is_null(label) or (label == -1 and -1 not in classes)
        if abstained:
            return label
        others = [c for c in classes if c != label]
        return others[int(choice * len(others))] if others else label
