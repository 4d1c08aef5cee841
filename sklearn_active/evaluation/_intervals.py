"""Intervals of means and proportions, for one look or for any number of looks."""

from math import log, sqrt

import numpy as np
from scipy.special import lambertw
from scipy.stats import norm, skew, t

# The look at which an interval for any number of looks is narrowest.
_BEST_AT = 50


def quantile(confidence, n_checks, anytime=False):
    r"""Return how many standard errors an interval reaches to each side.

    Parameters
    ----------
    confidence : float
        In (0, 1).
    n_checks : float
        Number of observations.
    anytime : bool, default=False
        Whether the intervals of all n hold at once: then it is the boundary of the
        normal mixture,

        .. math:: \sqrt{(1 + 1 / n \rho^2) \log \frac{1 + n \rho^2}{\alpha^2}},

        with :math:`\rho` such that it is narrowest, among all, at n = 50.

    Returns
    -------
    quantile : float
    """
    if not anytime:
        return norm.ppf((1 + confidence) / 2)
    alpha = 1 - confidence
    # That which solves d/d rho = 0, by the lower branch of Lambert's function.
    scaled = (-lambertw(-(alpha**2) / np.e, k=-1).real - 1) / _BEST_AT * n_checks
    return sqrt((1 + 1 / scaled) * log((1 + scaled) / alpha**2))


def wilson(share, n_checks, z):
    """Return the score interval of a proportion.

    Parameters
    ----------
    share : float or ndarray
        In [0, 1].
    n_checks : float or ndarray
        Of how many observations; more than there are where they tell more.
    z : float
        Standard errors to each side.

    Returns
    -------
    low, high : float or ndarray
    """
    spread = 1 + z**2 / n_checks
    middle = (share + z**2 / (2 * n_checks)) / spread
    variance = share * (1 - share) / n_checks + (z / (2 * n_checks)) ** 2
    half = z * np.sqrt(variance) / spread
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def student(values, size, confidence, anytime=False):
    r"""Return how far the interval of a mean reaches down and up, for skewed values.

    Parameters
    ----------
    values : ndarray of shape (n_checks,)
        The sample.
    size : float
        Of how many values their mean is taken to be: more than there are in a finite
        population.
    confidence, anytime : object
        As in `quantile`.

    Returns
    -------
    reach : ndarray of float64 of shape (2,)
        Below and above 0.

    Notes
    -----
    Student's t with Hall's transformation: with the skewness :math:`\gamma` and
    :math:`s = \gamma / \sqrt n`, the mean lies :math:`\hat\sigma / \sqrt n` times

    .. math:: \frac 3 s \left(\left(1 + s (q - s / 6)\right)^{1/3} - 1\right)

    below its estimate, for the quantiles q and -q of t; :math:`q` itself at s = 0.
    """
    n = len(values)
    q = t.ppf((1 + confidence) / 2, n - 1)
    if anytime:
        q *= quantile(confidence, n, True) / quantile(confidence, n)
    q, s = np.array([q, -q]), skew(values) / sqrt(n) if np.ptp(values) else 0.0
    if abs(s) > 1e-6:
        q = 3 / s * (np.cbrt(1 + s * (q - s / 6)) - 1)
    return -q * values.std(ddof=1) / sqrt(size)


def of_the_mean(shares, lows, highs):
    """Return the interval of the mean of independent figures from those of each.

    The method of variance estimates recovery: the distances to the ends are added
    as standard errors are.
    """
    mean, n = shares.mean(), len(shares)
    low = mean - sqrt(((shares - lows) ** 2).sum()) / n
    high = mean + sqrt(((highs - shares) ** 2).sum()) / n
    return low, high
