"""Which labels of a session a model contradicts that was fitted without them."""

from threading import Lock

import numpy as np
from sklearn.base import clone

from sklearn_active._data.labels import Labels
from sklearn_active._data.marks import Mark
from sklearn_active._data.seeds import set_random_states
from sklearn_active._loop.wrapped_estimator import prepared_for_rows
from sklearn_active._sklearn import num_samples
from sklearn_active.evaluation._held_out import HoldOut
from sklearn_active.evaluation._suspect_labels import suspects_of

_SEED = 0  # of folds and estimator: a list that is opened again is the same


class Suspicion:
    r"""Measure how much the other labels speak against each label.

    As :func:`sklearn_active.evaluation.suspect_labels`; kept until a label changes.

    Parameters
    ----------
    learner : ActiveLearner
        Its estimator is cloned, never changed.
    X : container of shape (n_rows, ...)
        All rows.
    """

    def __init__(self, learner, X):
        seeds = np.random.RandomState(_SEED)
        prototype = set_random_states(clone(learner.estimator), seeds, only_unset=True)
        all_rows = prepared_for_rows(prototype, learner.unlabeled, X)
        self._hold_out = HoldOut(prototype, all_rows, X, None, _SEED)
        self._n_rows, self._mark = num_samples(X), Mark.stated(learner.missing_label)
        self._lock, self._labels, self._suspects = Lock(), None, None

    def of(self, labels):
        """Return all labels ranked, the most suspect first.

        Parameters
        ----------
        labels : dict of int to label
            All labels in force.

        Returns
        -------
        suspects : Bunch
            As of :func:`~sklearn_active.evaluation.suspect_labels`.
        """
        with self._lock:  # who asks meanwhile gets the same
            if labels != self._labels:
                self._suspects = suspects_of(self._hold_out, self._read(labels))
                self._labels = labels
            return self._suspects

    def _read(self, labels):
        read = Labels(self._n_rows, self._mark)
        rows = np.array(sorted(labels), dtype=np.intp)
        answers = [labels[row] for row in rows.tolist()]
        values, answered = read.parse_answers(answers, len(rows), "The session")
        read.add(rows[answered], values)
        return read
