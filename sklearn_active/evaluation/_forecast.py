"""How many labels more: a learning curve, drawn on as far as it can be."""

from numbers import Real

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import Bunch, check_array
from sklearn.utils.validation import check_consistent_length

from sklearn_active._sklearn import Interval, validate_parameter_constraints

_FEWEST_POINTS = 5
# Curves that were stored end otherwise than any power law has it: by so much, in the
# logarithm of the number of labels. Chosen on four of the eight sets of the benchmark.
_SURPRISE = 0.35
_JITTER = 0.01  # of a score: a curve that lies on a line by chance is not that sure
_FARTHEST = 4  # times the labels of now
_EXPONENTS = np.geomspace(0.15, 2.5, 24)
_N_LIMITS = 40
# The midpoints of ten equal parts of the normal distribution.
_NORMAL = np.array([-1.64, -1.04, -0.67, -0.39, -0.13, 0.13, 0.39, 0.67, 1.04, 1.64])

_CONSTRAINTS = {
    "n_labels": ["array-like"],
    "scores": ["array-like"],
    "target": [Real],
    "error": [Interval(Real, 0, None, closed="left")],
    "best": [Real],
    "confidence": [Interval(Real, 0, 1, closed="neither")],
}


class Forecast(Bunch):
    """The result of `forecast_labels`."""

    n_labels: float
    low: float
    high: float
    why: str


def forecast_labels(
    n_labels: ArrayLike,
    scores: ArrayLike,
    target: float,
    *,
    error: float = 0.0,
    best: float = 1.0,
    confidence: float = 0.8,
) -> Forecast:
    r"""Forecast how many labels it takes to reach a score, or say that it can't be
    told.

    From a learning curve: the scores of a model at some numbers of labels, measured on
    rows that say something of the pool (a test set, or random checks by
    :func:`estimate_score`; scores on rows that a strategy has chosen do not). Most
    curves do not show where they go: expect "can't say" in nine of ten cases. Where
    there is a forecast, use the interval: the number in it was no nearer than 1.6 times
    the current number of labels on curves of models and sets that were not used for the
    formula.

    Parameters
    ----------
    n_labels : array-like of shape (n_points,)
        Numbers of labels, growing. Five points at least, better twenty, from the
        beginning to now.
    scores : array-like of shape (n_points,)
        The score at each, higher is better.
    target : float
        The score to reach.
    error : float, default=0.0
        The standard error of the scores, where all are of the same test rows: it moves
        the whole curve up or down. Of an estimate with a 95 % interval, its width / 4.
    best : float, default=1.0
        The best score there is.
    confidence : float, default=0.8
        Of the interval.

    Returns
    -------
    forecast : Bunch
        n_labels : float
            The number of labels in all, the present ones included; NaN where it can't
            be told.
        low, high : float
            Its interval, NaN likewise.
        why : str
            Why there is no forecast; '' where there is one.

    Notes
    -----
    The curve is taken for a power law

    .. math:: s(n) = a - b n^{-c}, \quad a \le s_{best}, \quad b > 0,

    with all a and c of a grid, each with its best b by least squares, where points
    weigh by their n: what happens last counts most. Each is as likely as its squared
    errors have it, with a variance of those of the best and of .01 at least. The error
    of the scores, and a surprise of ± .35 in log n beyond all power laws, widen what
    follows for n; what lies below the current number of labels is ruled out. The
    forecast is the median. There is none where the interval ends beyond four times the
    current number. Cost: O(n_points), some milliseconds.

    References
    ----------
    R. L. Figueroa et al., "Predicting sample size required for classification
    performance", BMC Medical Informatics and Decision Making 12, 2012.
    :doi:`10.1186/1472-6947-12-8`

    T. Viering and M. Loog, "The Shape of Learning Curves: a Review", IEEE TPAMI 45,
    2023. :doi:`10.1109/TPAMI.2022.3220744`

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_active.evaluation import forecast_labels
    >>> n_labels = np.arange(5, 41)
    >>> scores = 0.95 - 1.2 / n_labels  # reaches .93 at 60
    >>> found = forecast_labels(n_labels, scores, 0.93)
    >>> round(found.low), round(found.n_labels), round(found.high)
    (45, 66, 124)
    >>> forecast_labels(n_labels, scores, 0.97).why
    "can't say: the curve may end below 0.97; more labels will tell."
    """
    given = {
        "n_labels": n_labels,
        "scores": scores,
        "target": target,
        "error": error,
        "best": best,
        "confidence": confidence,
    }
    validate_parameter_constraints(_CONSTRAINTS, given, "forecast_labels")
    n, s = _points(n_labels, scores)
    why = _why_not_even_tried(n, s, target, best)
    if why:
        return _nothing(why)
    ends, chances = _where_reached(n, s, target, error, best)
    middle, low, high = _quantiles(ends, chances, confidence)
    if not np.isfinite(high):
        return _nothing(
            f"can't say: the curve may end below {target:g}; more labels will tell."
        )
    if high > _FARTHEST * n[-1]:
        return _nothing(
            f"can't say: anything from {low:.0f} to {high:.0f} labels is possible."
        )
    return Forecast(n_labels=middle, low=low, high=high, why="")


def _points(n_labels, scores):
    n = check_array(n_labels, ensure_2d=False, dtype=float, input_name="n_labels")
    s = check_array(scores, ensure_2d=False, dtype=float, input_name="scores")
    check_consistent_length(n, s)
    if n.ndim != 1 or s.ndim != 1 or n[0] < 1 or np.any(np.diff(n) <= 0):
        raise ValueError(
            "n_labels must be numbers of labels that grow from point to point, 1 or "
            f"more, and scores one number for each; got {n_labels!r} and {scores!r}."
        )
    return n, s


def _why_not_even_tried(n, s, target, best):
    if target >= best:
        return f"can't say: {target:g} is not below the best score, {best:g}."
    if len(n) < _FEWEST_POINTS:
        return (
            f"can't say: {len(n)} points are no curve yet, {_FEWEST_POINTS} are needed."
        )
    n_last = max(len(n) // 5, 1)
    if s[-n_last:].mean() >= target:
        return f"nothing to forecast: the last scores are {target:g} or better already."
    return ""


def _where_reached(n, s, target, error, best):
    """Return at how many labels curves reach the target, and the chances of each."""
    limits = np.linspace(min(s.max(), best) - 2 * _JITTER, best, _N_LIMITS)
    weights, falls = n / n[-1], n ** -_EXPONENTS[:, None]
    gaps = limits[:, None, None] - s  # (limits, 1, points)
    slopes = (weights * gaps * falls).sum(-1) / (weights * falls**2).sum(-1)
    slopes = np.maximum(slopes, 1e-6)
    errors = (weights * (gaps - slopes[:, :, None] * falls) ** 2).sum(-1)
    # Three numbers are fitted.
    variance = max(errors.min() / max(weights.sum() - 3, 1), _JITTER**2)
    chances = np.exp((errors.min() - errors) / (2 * variance))
    shifts = error * _NORMAL if error else np.zeros(1)
    left = limits - (target + shifts[:, None])  # (shifts, limits)
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = (slopes / left[:, :, None]) ** (1 / _EXPONENTS)
    ends = np.where(left[:, :, None] > 0, ends, np.inf)
    ends = ends[..., None] * np.exp(_SURPRISE * _NORMAL)
    chances = np.broadcast_to(chances[None, :, :, None], ends.shape)
    later = ends > n[-1]  # by now it is not reached
    return ends[later], chances[later]


def _quantiles(ends, chances, confidence):
    """Return the median of weighted values, and the ends of the middle part."""
    if not len(ends):
        return np.nan, np.nan, np.inf
    order = np.argsort(ends)
    sums = np.cumsum(chances[order])
    tail = (1 - confidence) / 2
    at = np.searchsorted(sums, sums[-1] * np.array([0.5, tail, 1 - tail]))
    return tuple(ends[order][np.minimum(at, len(ends) - 1)].tolist())


def _nothing(why):
    return Forecast(n_labels=np.nan, low=np.nan, high=np.nan, why=why)
