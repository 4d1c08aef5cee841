"""Intervals of means and proportions, for one look or for any number of looks."""

from math import log, sqrt

import numpy as np
from scipy.special import lambertw
from scipy.stats import norm, t

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


def student(mean, standard_error, n_checks, confidence, anytime=False):
    """Return the interval of a mean whose variance is estimated, low and high."""
    reach = t.ppf((1 + confidence) / 2, n_checks - 1)
    if anytime:
        reach *= quantile(confidence, n_checks, True) / quantile(confidence, n_checks)
    return mean - reach * standard_error, mean + reach * standard_error


def of_the_mean(shares, lows, highs):
    """Return the interval of the mean of independent figures from those of each.

    The method of variance estimates recovery: the distances to the ends are added
    as standard errors are.
    """
    mean, n = shares.mean(), len(shares)
    low = mean - sqrt(((shares - lows) ** 2).sum()) / n
    high = mean + sqrt(((highs - shares) ** 2).sum()) / n
    return low, high
