"""An oracle that errs."""

from collections.abc import Callable, Iterable
from numbers import Real
from typing import Any

import numpy as np
from scipy.special import ndtri

from sklearn_active._data.columns import is_null
from sklearn_active._sklearn import Interval
from sklearn_active.oracles._base import RateOracle


class NoisyOracle(RateOracle):
    """Give a wrong class at a given rate, or numbers that are off by some noise.

    For experiments: how much do wrong answers cost? A flip is uniform over the other
    classes known so far (`query.classes`); where none is known there is no flip. Where
    a row may have several labels, one of them, each with the same probability, is
    turned into its opposite. Where the wrapped oracle abstains with None or NaN (or -1,
    where that is not a class), so does this one.

    Parameters
    ----------
    oracle : callable
        Any oracle.
    flip_rate : float in [0, 1], default=0.0
        For classes and several labels: the probability that a row is answered wrongly.
    random_state : int, RandomState instance or None, default=None
        Seed. What becomes of a row depends on the seed and the row's content alone:
        asked twice about a row, it errs twice in the same way.
    scale : float, default=0.0
        For numbers: the standard deviation of normal noise that is added to each, in
        the unit of the labels.

    Examples
    --------
    >>> from sklearn.semi_supervised import LabelSpreading
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.oracles import ArrayOracle, NoisyOracle
    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1]
    >>> oracle = NoisyOracle(ArrayOracle(y), flip_rate=1.0, random_state=0)
    >>> ActiveLearner(LabelSpreading(gamma=1), oracle=oracle).fit(X, [0, -1, -1, 1]).y_
    array([0, 1, 0, 1])
    >>> from sklearn.linear_model import Ridge
    >>> noisy = NoisyOracle(ArrayOracle([5.0, 6.0]), scale=0.1, random_state=0)
    >>> learner = ActiveLearner(Ridge(), "random", oracle=noisy)
    >>> learner.fit([[0.0], [1.0]], [None, None]).y_.round(2)
    array([5.15, 5.92])
    """

    def __init__(
        self,
        oracle: Callable[[Any], Any],
        flip_rate: float = 0.0,
        random_state: int | np.random.RandomState | None = None,
        *,
        scale: float = 0.0,
    ) -> None:
        interval = Interval(Real, 0, None, closed="left")
        if not interval.is_satisfied_by(scale):
            raise ValueError(f"scale must be {interval}, got {scale!r}.")
        if scale and flip_rate:
            raise ValueError(
                "flip_rate is for classes and scale for numbers; got both, "
                f"{flip_rate!r} and {scale!r}. Leave one of them at 0."
            )
        # Noise comes to every number.
        rate = 1.0 if scale else flip_rate
        super().__init__(oracle, rate, "flip_rate", random_state)
        self.flip_rate = flip_rate
        self.random_state = random_state
        self.scale = scale

    def __call__(self, query: Any) -> Iterable[Any]:
        """Return the other oracle's labels, some of them spoiled."""
        right, wrong, is_stated = "flip_rate", "scale", self.scale
        if query.task == "regression":
            right, wrong, is_stated = "scale", "flip_rate", self.flip_rate
        if is_stated:
            raise ValueError(
                f"NoisyOracle({wrong}=...) can't spoil labels of {query.task}: pass "
                f"{right}=... instead."
            )
        return super().__call__(query)

    def _spoil(self, label, choice, query):
        if self.scale:
            # Neither 0 nor 1, which would be infinitely far off.
            quantile = min(max(choice, 2**-54), 1 - 2**-53)
            return label if is_null(label) else label + self.scale * ndtri(quantile)
        if query.task == "multilabel":
            return _one_flipped(label, choice)
        classes = query.classes.tolist()
        abstained = is_null(label) or (label == -1 and -1 not in classes)
        if abstained:
            return label
        others = [c for c in classes if c != label]
        return others[int(choice * len(others))] if others else label


def _one_flipped(row, choice):
    """Return the labels of a row, the opposite at one place unless that is open."""
    if is_null(row):
        return row
    row = list(row)
    place = int(choice * len(row))
    row[place] = {0: 1, 1: 0}.get(row[place], row[place])
    return row
