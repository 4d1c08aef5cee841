"""Class distributions as they come: which say nothing, and what stands for those."""

import numpy as np


def has_distributions(final):
    """Say whether an estimator has distributions of the fit; to read may take long."""
    name = "label_distributions_"
    return hasattr(type(final), name) or name in vars(final)


def predicted(fitted, X):
    """Return the cleaned distributions of rows, and how many were empty."""
    proba = fitted.predict_proba(X)
    empty = empty_rows(proba)
    return cleaned(proba, empty), np.count_nonzero(empty)


def cleaned_indicators(proba):
    """Return the chances that rows have labels as distributions over no and yes.

    Parameters
    ----------
    proba : ndarray of float of shape (n_rows, n_labels)
        The chances.

    Returns
    -------
    distributions : ndarray of float of shape (n_rows, n_labels, 2)
        Even where a chance is NaN.
    n_empty : int
        In how many rows one is.
    """
    unknown = np.isnan(proba)
    proba = np.where(unknown, 0.5, np.clip(proba, 0, 1))
    return np.stack([1 - proba, proba], axis=2), np.count_nonzero(unknown.any(axis=1))


def empty_rows(distributions):
    """Return which rows are all zero or hold NaN."""
    totals = distributions.sum(axis=1)
    return ~np.isfinite(totals) | (totals == 0)


def uniform_rows(distributions):
    """Return which rows are exactly uniform over more than one class."""
    if distributions.shape[1] < 2:
        return np.zeros(len(distributions), dtype=bool)
    # Exactly: a boosted tree on few labels is uniform up to rounding, and honestly so.
    same = (distributions == distributions[:, :1]).all(axis=1)
    return same & ~empty_rows(distributions)


def cleaned(distributions, empty=None):
    """Make rows without information uniform; other rows stay as they are."""
    empty = empty_rows(distributions) if empty is None else empty
    if (distributions < 0).any():  # also beside a NaN
        distributions = np.maximum(distributions, 0)  # round-off
    if not empty.any():
        return distributions
    return np.where(empty[:, None], 1 / distributions.shape[1], distributions)
