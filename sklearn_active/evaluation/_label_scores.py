"""How likely a label is right, by probabilities that did not see it."""

import numpy as np

SCORINGS = ("odds", "self_confidence", "normalized_margin")
# A label is kept from the next model where another class is ahead of it by this much.
_CLEARLY = 0.3


def label_scores(proba, codes, scoring):
    """Return the score of each label, the lower the more suspect.

    Parameters
    ----------
    proba : ndarray of shape (n_labels, n_classes)
        Probabilities held out, NaN in rows of which nothing is known.
    codes : ndarray of int of shape (n_labels,)
        The label's place among the classes.
    scoring : {'odds', 'self_confidence', 'normalized_margin'}
        The formula.

    Returns
    -------
    scores : ndarray of float64 of shape (n_labels,)
        NaN where nothing is known.
    """
    own, other = own_and_other(proba, codes)
    if scoring == "self_confidence":
        return own
    if scoring == "normalized_margin":
        return own - other
    return own / (own + other)


def own_and_other(proba, codes):
    """Return the probability of each label, and of the likeliest other class."""
    places = np.arange(len(codes)), codes
    others = proba.copy()
    others[places] = 0
    return proba[places], others.max(axis=1)


def ranked(scores, proba, codes):
    """Return positions of labels, the most suspect first, those without a score last.

    Where scores are equal, as of a forest without a vote for the label, the row comes
    first whose likeliest other class is the likelier; then the one that stands first.
    """
    _, other = own_and_other(proba, codes)
    return np.lexsort((-other, scores))  # stable, and NaN is last


def clearly_contradicted(proba, codes):
    """Return which labels the next model is better fitted without.

    At most half of a class, and none of a class with fewer than four labels: a model
    must know each class, also where one more label is held out.
    """
    margins = label_scores(proba, codes, "normalized_margin")
    doubted = margins < -_CLEARLY  # NaN is not
    for k in np.unique(codes[doubted]):
        members = np.flatnonzero(codes == k)
        n_most = len(members) // 2 if len(members) >= 4 else 0
        members = members[np.argsort(margins[members], kind="stable")]
        doubted[members[n_most:]] = False
    return doubted
