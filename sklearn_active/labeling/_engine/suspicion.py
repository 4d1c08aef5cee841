"""Which labels a model contradicts that was fitted without them."""

from collections import Counter
from threading import Lock

import numpy as np

from sklearn_active.labeling._engine.follower import Follower

_N_FOLDS = 20
_FEW = 50  # labels: each is left out alone


class Suspicion:
    r"""Measure how much the other labels speak against each label.

    The margin :math:`\max_{c \neq y} p_c - p_y` of a model that was fitted without the
    label: above 0 where it contradicts. Kept until a label changes.

    Parameters
    ----------
    learner : ActiveLearner
        Cloned, never changed.
    X : container of shape (n_rows, ...)
        All rows.
    """

    def __init__(self, learner, X):
        self._learner, self._X = learner, X
        self._lock, self._labels, self._margins = Lock(), None, {}
        self._follower = None

    def of(self, labels):
        """Return the margin of every label, NaN where nobody else has its class.

        Parameters
        ----------
        labels : dict of int to label
            All labels in force.

        Returns
        -------
        margins : dict of int to float
        """
        with self._lock:  # who asks meanwhile gets the same
            if labels != self._labels:
                self._margins = self._measured(labels)
                self._labels = labels
            return self._margins

    def _measured(self, labels):
        counts = Counter(labels.values())
        if sum(n > 1 for n in counts.values()) < 2:
            raise ValueError(
                "No label can be doubted yet: that takes two classes with two labels "
                "each."
            )
        # Kept for the next time: to make a graph of the rows takes longest.
        follower = self._follower or Follower(self._learner, self._X)
        self._follower = None
        margins = dict.fromkeys(labels, np.nan)
        for fold in _folds(labels):
            others = {row: x for row, x in labels.items() if row not in fold}
            follower.update(others, (), 0)
            # A class that nobody else has is unknown to this model: it contradicts the
            # label whatever the label is, and its margin says nothing.
            rows = [row for row in fold if labels[row] in others.values()]
            if not rows:
                continue
            for row, margin in zip(rows, _margins(follower, rows, labels), strict=True):
                margins[row] = margin
        self._follower = follower  # not where a fit has failed half-way
        return margins


def _folds(labels):
    """Return sets of rows, each with a share of every class."""
    # Shuffled, then sorted by class: every n-th row of that order is a fold with its
    # share of each class. The seed is fixed: a list that is opened again is the same.
    rows = np.random.RandomState(0).permutation(list(labels)).tolist()
    rows.sort(key=lambda row: str(labels[row]))
    n_folds = len(rows) if len(rows) < _FEW else _N_FOLDS
    return [set(rows[i::n_folds]) for i in range(n_folds)]


def _margins(follower, rows, labels):
    outlook = follower.outlook()
    proba = outlook.proba_of(rows)
    if proba is None:
        predicted = outlook(rows)
        pairs = zip(rows, predicted, strict=True)
        return [1.0 if guess != labels[row] else -1.0 for row, guess in pairs]
    classes = outlook.classes.tolist()
    places = [classes.index(labels[row]) for row in rows]
    # The margin of the best other class over the label's own, in [-1, 1].
    own = proba[np.arange(len(rows)), places]
    others = proba.copy()
    others[np.arange(len(rows)), places] = -1
    return (others.max(axis=1, initial=-1) - own).tolist()
