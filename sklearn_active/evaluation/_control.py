"""What the model's own confidence tells of rows that nobody has labeled."""

import numpy as np
from sklearn.linear_model import LogisticRegression

from sklearn_active._data.probabilities import cleaned

# Where few checks are wrong, any figure may set them apart by chance: they are never
# taken for more than four times as many.
_LEAST_VARIANCE = 0.25
_SMOOTHED_BY = 1e-3  # a forest's 0 and 1 are finite odds then


class ControlVariate:
    r"""Correct a mean over checks by a figure that is known of every row.

    Parameters
    ----------
    checks : RandomChecks
        Which labels are checks.
    values : ndarray of shape (n_labels,)
        Whose mean is sought.
    of_labels : ndarray of shape (n_labels,)
        A figure that goes with the values, by models that did not see the label.
    of_left : ndarray of shape (n_left,)
        The same of the rows left, by the model of now.

    Attributes
    ----------
    shift : float
        What to add to the mean of the values over checks.
    variance : float
        In [0, 1]: the variance that is left, as a share of that of the values.

    Notes
    -----
    With the figure g, its mean :math:`\bar g` over the candidates, and the slope
    :math:`\lambda` of the values on it, both over checks, the shift is :math:`\lambda
    (\bar g - \bar g_{checks})`. The variance is that of :math:`v - \lambda g` times
    (n - 1) / (n - 2), for the slope is fitted, and a quarter at least; where this is no
    gain, there is no shift.
    """

    def __init__(self, checks, values, of_labels, of_left):
        self.shift, self.variance = 0.0, 1.0
        n, v, g = len(checks), values[checks.drawn], of_labels[checks.drawn]
        if v.std() == 0 or g.std() < 1e-9:
            return
        slope = max(np.cov(v, g)[0, 1] / g.var(ddof=1), 0)
        variance = np.var(v - slope * g) / np.var(v) * (n - 1) / (n - 2)
        if variance < 1:
            total = of_left.sum() + checks.later(of_labels)
            mean = total / checks.n_then
            self.shift = slope * (mean - checks.mean_then(of_labels))
            self.variance = max(variance, _LEAST_VARIANCE)


def rightness(proba, right, proba_left):
    """Return how likely the model is right, as its confidence went with the labels.

    Parameters
    ----------
    proba : ndarray of shape (n_labels, n_classes)
        Probabilities held out, NaN where nothing is known.
    right : ndarray of bool of shape (n_labels,)
        Whether the prediction was the label.
    proba_left : ndarray of shape (n_left, n_classes)
        Of rows without a label.

    Returns
    -------
    of_labels : ndarray of float64 of shape (n_labels,)
    of_left : ndarray of float64 of shape (n_left,)
    """
    if right.all() or not right.any():
        return np.zeros(len(right)), np.zeros(len(proba_left))
    # The rows that were asked take part, too: whether confidence means anything is
    # best seen among the hard ones, and a wrong curve costs width only, not the truth.
    curve = LogisticRegression().fit(_odds(proba), right)
    return tuple(curve.predict_proba(_odds(p))[:, 1] for p in (proba, proba_left))


def _odds(proba):
    """Return the log odds of the likeliest class, against all others and the next."""
    second, first = np.sort(_smoothed(proba), axis=1)[:, -2:].T
    return np.log(np.column_stack([first / (1 - first), first / second]))


def _smoothed(proba):
    proba = cleaned(proba) + _SMOOTHED_BY
    return proba / proba.sum(axis=1, keepdims=True)
