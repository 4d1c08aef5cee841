r"""What several annotators and a model say together of each label: CROWDLAB.

H. W. Goh, U. Tkachenko and J. Mueller, "CROWDLAB: Supervised learning to infer
consensus labels and quality scores for data with multiple annotators", NeurIPS 2022
Human in the Loop Learning Workshop. :doi:`10.48550/arXiv.2210.06812`
"""

import numpy as np

_LEAST = 1e-6  # weights stay above 0, and nothing is divided by 0


def majority(votes, n_classes):
    """Return the class with most votes of each row, -1 where there is none.

    Of classes with as many votes, the one that is more frequent among all votes.

    Parameters
    ----------
    votes : ndarray of int of shape (n_rows, n_annotators)
        Places of the classes, -1 where somebody did not answer.
    n_classes : int
        Number of classes.

    Returns
    -------
    codes : ndarray of int of shape (n_rows,)
    """
    counts = counts_of(votes, n_classes)
    # Less than one vote in all: it decides between ties alone.
    shares = counts.sum(axis=0) / (counts.sum() + 1)
    return np.where(counts.any(axis=1), (counts + shares).argmax(axis=1), -1)


def counts_of(votes, n_classes):
    """Return how many votes each class has, shape (n_rows, n_classes)."""
    return (votes[:, :, None] == np.arange(n_classes)).sum(axis=1)


def agreements(votes, n_classes):
    """Return how often each annotator says what others say of the same rows.

    Parameters
    ----------
    votes : ndarray of int of shape (n_rows, n_annotators)
        Places of the classes, -1 where somebody did not answer.
    n_classes : int
        Number of classes.

    Returns
    -------
    agreements : ndarray of float64 of shape (n_annotators,)
        Over all pairs of a vote and another one on the same row; NaN of annotators who
        share no row with anybody.
    """
    counts = counts_of(votes, n_classes)
    voted = votes >= 0
    own = np.take_along_axis(counts, np.maximum(votes, 0), axis=1) - 1
    alike = np.where(voted, own, 0).sum(axis=0)
    pairs = np.where(voted, counts.sum(axis=1, keepdims=True) - 1, 0).sum(axis=0)
    return np.divide(alike, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)


def posterior(votes, codes, proba):
    r"""Return class probabilities from votes and a model, each with its weight.

    Parameters
    ----------
    votes : ndarray of int of shape (n_rows, n_annotators)
        Places of the classes, -1 where somebody did not answer.
    codes : ndarray of int of shape (n_rows,)
        The labels in force.
    proba : ndarray of shape (n_rows, n_classes)
        The model's, held out; NaN where it says nothing.

    Returns
    -------
    posterior : ndarray of float64 of shape (n_rows, n_classes)
        `proba` itself where no row has two votes: votes can't be weighed then.

    Notes
    -----
    Over the rows with two votes or more, with their labels in force, let :math:`a_j`
    be the agreement of annotator j with others, :math:`a_M` the accuracy of the model,
    and :math:`a_0` that of the class which most of them have. Then

    .. math:: w_j = 1 - \frac{1 - a_j}{1 - a_0}, \quad
              w_M = \left(1 - \frac{1 - a_M}{1 - a_0}\right) \sqrt{\bar n}, \quad
              p_i \propto w_M p_M(x_i) + \sum_j w_j \, p_j(x_i),

    with the mean number :math:`\bar n` of votes per row that has any, and :math:`p_j` =
    P for the class that j voted for, (1 - P) / (K - 1) for others, where P is how often
    a vote agrees with the label in force, in the mean over these rows.
    """
    n_classes = proba.shape[1]
    counts = counts_of(votes, n_classes)
    n_votes = counts.sum(axis=1)
    shared = n_votes > 1
    if not shared.any():
        return proba
    in_force, each = codes[shared], np.arange(shared.sum())
    most = np.bincount(in_force).max() / len(in_force)
    error = max(1 - most, _LEAST)
    silent = np.isnan(proba).any(axis=1, keepdims=True)
    # Of a row that it says nothing of it knows no label; argmax would name the first.
    right = ~silent[shared, 0] & (proba[shared].argmax(axis=1) == in_force)
    w_model = max(1 - (1 - right.mean()) / error, _LEAST) * np.sqrt(
        n_votes[n_votes > 0].mean()
    )
    w_votes = np.maximum(1 - (1 - agreements(votes, n_classes)) / error, _LEAST)
    # Who shares no row with anybody is taken for an annotator like the others.
    w_votes = np.where(np.isnan(w_votes), np.nanmean(w_votes), w_votes)
    P = np.mean(counts[shared][each, in_force] / n_votes[shared])
    weights = np.where(votes >= 0, w_votes, 0)
    voted = votes[:, :, None] == np.arange(n_classes)
    spoken = np.where(voted, P, (1 - P) / max(n_classes - 1, 1))
    total = np.einsum("ij,ijk->ik", weights, spoken)
    total += np.where(silent, 0, w_model * proba)
    totals = total.sum(axis=1, keepdims=True)
    return np.divide(total, totals, out=np.full_like(total, np.nan), where=totals > 0)
