"""What models say of a session's labels that were fitted without them."""

from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone

from sklearn_active._data.class_labels import ClassLabels
from sklearn_active._data.marks import Mark
from sklearn_active._data.seeds import set_random_states
from sklearn_active._loop.wrapped_estimator import prepared_for_rows
from sklearn_active._sklearn import num_samples
from sklearn_active.evaluation._estimate_score import (
    NO_PROBABILITIES,
    Known,
    estimate_of,
)
from sklearn_active.evaluation._held_out import HoldOut
from sklearn_active.evaluation._suspect_labels import suspects_of

_SEED = 0  # of folds and estimator: a list that is opened again is the same


class Standing(NamedTuple):
    """Where a session stands: copies, that later answers leave alone.

    Attributes
    ----------
    labels : dict of int to label
        All labels in force.
    came_at : dict of int to int
        When each row was first answered, growing; rows of the start are not there.
    drawn : list of int
        Rows that were asked as random checks.
    left : ndarray of int
        Rows that can still be asked, ascending.
    outlook : Outlook or None
        What the last finished model makes of the rows.
    renamed : dict
        New names of classes, for those of before.
    """

    labels: dict
    came_at: dict
    drawn: list
    left: np.ndarray
    outlook: Any
    renamed: dict


class Judge:
    """Rank labels by how suspect they are, and estimate how good the model is.

    As :mod:`sklearn_active.evaluation` does; kept until a label changes.

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
        self._lock, self._known = Lock(), {}

    def suspects(self, labels):
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
        return self._once(
            "suspects",
            labels,
            lambda: suspects_of(self._hold_out, self._read(labels)),
        )

    def estimate(self, standing, scoring, confidence, anytime):
        """Return how good the model is on the rows left.

        Parameters
        ----------
        standing : Standing
            Where the session stands.
        scoring, confidence, anytime : object
            As for :func:`~sklearn_active.evaluation.estimate_score`.

        Returns
        -------
        estimate : Bunch
            As there.
        """
        if scoring == "neg_log_loss" and standing.outlook.proba is None:
            raise ValueError(NO_PROBABILITIES.format("the estimator"))
        labels = self._read(standing.labels)
        # Labels of the start came before all answers.
        came_at = [standing.came_at.get(row, -1) for row in labels.rows.tolist()]
        known = Known(labels, np.array(came_at), standing.drawn, len(standing.left))

        def held_out():
            return self._once(
                "held out", standing.labels, lambda: self._hold_out.of(labels)
            )

        return estimate_of(
            known,
            held_out,
            lambda: _said_of_left(standing, labels),
            scoring,
            confidence,
            anytime,
        )

    def _once(self, name, labels, find):
        """Return what is found of these labels, once; who asks meanwhile gets it."""
        with self._lock:
            of_labels, found = self._known.get(name, (None, None))
            if labels != of_labels:
                found = find()
                self._known[name] = labels, found
            return found

    def _read(self, labels):
        read = ClassLabels(self._n_rows, self._mark)
        rows = np.array(sorted(labels), dtype=np.intp)
        answers = [labels[row] for row in rows.tolist()]
        values, answered = read.parse_answers(answers, len(rows), "The session")
        read.add(rows[answered], values)
        return read


def _said_of_left(standing, labels):
    """Return probabilities of the rows left, and predictions as places of classes."""
    outlook, left, now = standing.outlook, standing.left, standing.renamed.get
    place = {label: k for k, label in enumerate(labels.classes.tolist())}
    said = outlook.labels[left].tolist()
    codes = np.array([place.get(now(x, x), -1) for x in said], dtype=np.intp)
    proba = outlook.proba
    return None if proba is None else proba[left], codes
