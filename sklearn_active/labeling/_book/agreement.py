"""How far annotators agree, beyond what chance would give."""

from collections import Counter

import numpy as np
from sklearn.metrics import cohen_kappa_score
from sklearn.utils import Bunch

_NEEDED = 10  # from fewer rows, a coefficient says less than it seems to


def shared(votes):
    """Return on how many rows annotators have given the same, without a coefficient.

    Parameters
    ----------
    votes : dict of int to tuple of (annotator, label)
        Of rows with two votes or more.

    Returns
    -------
    shared : Bunch or None
        As of `agreement`, where `name`, `value` and `error` are None.
    """
    if not votes:
        return None
    n, n_agreed = len(votes), sum(len({x for _, x in v}) == 1 for v in votes.values())
    share = n_agreed / n if n >= _NEEDED else None
    found = Bunch(n=n, n_agreed=n_agreed, share=share, needed=_NEEDED)
    found.update(name=None, value=None, error=None)
    return found


def agreement(votes):
    """Return how far annotators agree on the rows that several have answered.

    Parameters
    ----------
    votes : dict of int to tuple of (annotator, label)
        Of rows with two votes or more.

    Returns
    -------
    agreement : Bunch or None
        `n` rows, `n_agreed` of them with one answer from all, `share`, `name` of the
        coefficient (Cohen's kappa of two annotators, Krippendorff's alpha of more),
        its `value` and `needed` rows: of fewer, share and value are None, as the value
        is where all have given one and the same class. `error` says what is missing.
        None where no row has two votes.
    """
    found = shared(votes)
    if found is None:
        return None
    people = sorted({who for own in votes.values() for who, _ in own}, key=str)
    classes = list(dict.fromkeys(x for own in votes.values() for _, x in own))
    found.name = "Cohen's kappa" if len(people) == 2 else "Krippendorff's alpha"
    if found.share is None:
        return found
    # Both coefficients are 0 / 0 where only one class was given: chance would agree
    # as well. All agree, and that says nothing of how they would on another class.
    if len(classes) < 2:
        return found
    if len(people) == 2:
        found.value = _kappa(votes.values(), people)
        return found
    try:
        import krippendorff
    except ImportError:
        found.error = (
            "Krippendorff's alpha needs the package krippendorff: pip install "
            "'sklearn-active[label]'."
        )
        return found
    # Counts per row and class are enough: alpha doesn't ask who gave which label, so
    # rows with two votes and rows with five stand beside each other.
    place = {label: i for i, label in enumerate(classes)}
    counts = np.zeros((len(votes), len(classes)), dtype=int)
    for i, own in enumerate(votes.values()):
        for _, label in own:
            counts[i, place[label]] += 1
    found.value = float(
        krippendorff.alpha(value_counts=counts, level_of_measurement="nominal")
    )
    return found


def _kappa(votes, people):
    """Return Cohen's kappa of two; equal pairs are counted first, which is faster."""
    first = people[0]
    pairs = Counter((a[1], b[1]) if a[0] == first else (b[1], a[1]) for a, b in votes)
    n_of_pairs = list(pairs.values())
    return float(cohen_kappa_score(*zip(*pairs, strict=True), sample_weight=n_of_pairs))
