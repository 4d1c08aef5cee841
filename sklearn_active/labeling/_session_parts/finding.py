"""Rows found by what they say, what they are, or what the model makes of them."""

from functools import cached_property

import numpy as np
from sklearn.metrics import pairwise_distances
from sklearn.utils import Bunch

from sklearn_active._sklearn import StrOptions, validate_parameter_constraints
from sklearn_active.labeling._book.session_arguments import checked_row
from sklearn_active.labeling._engine.outlook import NO_MODEL, Features
from sklearn_active.labeling._fronts.titles import title_or_number

STATUSES = (
    "all",
    "labeled",
    "unlabeled",
    "flagged",
    "skipped",
    "contradicted",
    "disputed",
    "suspect",
)
ORDERS = ("row", "latest", "unsure", "sure", "suspicious", "farthest")
_OF_CLASSES = {"contradicted", "suspect", "unsure", "sure", "suspicious"}
_BY_MODEL = {"unsure", "sure", "farthest"}
_CONSTRAINTS = {
    "words": [str],
    "status": [StrOptions(set(STATUSES))],
    "order": [StrOptions(set(ORDERS))],
}


class Finder:
    """Find rows of a session, and say of rows what a list shows.

    Parameters
    ----------
    rows : SessionRows
        All rows.
    ledger : Ledger
        Labels, votes and flags.
    refitter : Refitter
        Holds what the last finished model makes of the rows.
    follower : Follower
        Has the learner.
    questions : OpenQuestions
        What is asked at the moment.
    appraiser : Appraiser
        Says which labels are suspect.
    lock : RLock
        Of the session; held for short, never while a model predicts.
    """

    def __init__(self, rows, ledger, refitter, follower, questions, appraiser, lock):
        self._rows, self._appraiser = rows, appraiser
        self._ledger, self._refitter, self._follower = ledger, refitter, follower
        self._questions, self._lock = questions, lock

    def find(self, words, status, label, guess, order, like, likely):
        """Return rows of a kind, in an order; see :meth:`LabelingSession.find`.

        Parameters
        ----------
        words, status, label, guess, order, like, likely : object
            As there.

        Returns
        -------
        rows : ndarray of int
        """
        arguments = {"words": words, "status": status, "order": order}
        validate_parameter_constraints(_CONSTRAINTS, arguments, "find")
        if guess is not None or likely is not None or {status, order} & _OF_CLASSES:
            self._ledger.check_are_classes("What was asked for")
        if order == "farthest":
            self._ledger.check_are_numbers("What was asked for")
        with self._lock:
            sought = self._ledger.sought
            label = None if label is None else sought(label)
            guess = None if guess is None else sought(guess)
        # Under the lock only what is kept is copied. A model that predicts, or a search
        # through the words of 100,000 rows, would let answers wait.
        state = self._state_of_rows()
        rows = self._with_status(status, state)
        # A row that somebody is asked for as a check has to be answered without a
        # guess: the list must not tell what the model makes of it.
        by_model = status == "contradicted" or order in _BY_MODEL
        if by_model or guess is not None or likely is not None:
            rows = rows[~np.isin(rows, list(state.checking))]
        if label is not None:
            has = self._ledger.has
            rows = rows[[has(state.labels.get(row), label) for row in rows.tolist()]]
        if guess is not None:
            rows = rows[[each == guess for each in self._guesses_of(rows)]]
        rows = self._with_words(words, rows)
        if like is not None:
            return self._nearest(like, rows)
        if likely is not None:
            return self._most_likely(likely, rows)
        return self._ordered(rows, order, state)

    def _state_of_rows(self):
        """Return the labels and flags of now: what comes later changes nothing."""
        with self._lock:
            return Bunch(
                labels=dict(self._ledger.labels),
                skipped=set(self._ledger.left_out),
                flagged=set(self._ledger.state.flagged),
                disputed=self._ledger.disputed(),
                reviewed=set(self._ledger.state.reviewed),
                checking=self._questions.rows_checking(),
            )

    @cached_property
    def _features(self):
        return Features(self._rows.X)

    def _with_words(self, words, rows):
        wanted = words.casefold().split()
        for word in wanted:
            of_rows = self._rows.words
            rows = rows[[word in of_rows[row] for row in rows.tolist()]]
        return rows

    def _with_status(self, status, state):
        """Return the rows of a kind, ascending."""
        labeled = np.array(sorted(state.labels), dtype=int)
        if status in ("all", "unlabeled"):
            wanted = np.ones(self._rows.n, dtype=bool)
            wanted[labeled if status == "unlabeled" else []] = False
            return np.flatnonzero(wanted)
        if status == "contradicted":
            guesses = self._guesses_of(labeled)
            pairs = zip(labeled.tolist(), guesses, strict=True)
            return labeled[[state.labels[row] != guess for row, guess in pairs]]
        if status == "suspect":
            suspects = self._appraiser.suspects(state.labels)
            doubted = np.sort(suspects.rows[suspects.contradicted])
            return doubted[~np.isin(doubted, list(state.reviewed))]
        if status == "labeled":
            return labeled
        return np.array(sorted(state[status]), dtype=int)

    def _renamed(self):
        """Return a copy of the new names: an undo empties the mapping for a moment."""
        with self._lock:
            return dict(self._ledger.state.renamed)

    def _outlook(self):
        """Return what the last finished model makes of the rows, or raise."""
        outlook = self._refitter.ranking.predict
        if outlook is None or not outlook.has_model:
            raise ValueError(NO_MODEL)
        return outlook

    def _guesses_of(self, rows):
        now = self._renamed().get
        return [now(x, x) for x in self._outlook().labels[rows].tolist()]

    def _proba(self):
        outlook = self._outlook()
        if outlook.proba is None:
            raise ValueError(
                "The model gives no probabilities, so rows can't be ordered by them. "
                "Take an estimator with predict_proba."
            )
        return outlook

    def _nearest(self, like, rows):
        like = checked_row(like, self._rows.n)
        fitted = self._follower.run.model.fitted
        X = self._features.of(None if fitted is None else fitted.estimator)
        rows = rows[rows != like]
        if not len(rows):
            return rows
        return _by(rows, pairwise_distances(X[[like]], X[rows])[0])

    def _most_likely(self, label, rows):
        outlook = self._proba()
        now = self._renamed().get
        columns = [
            i for i, x in enumerate(outlook.classes.tolist()) if now(x, x) == label
        ]
        if not columns:
            raise ValueError(f"The model doesn't know {label!r} yet: label one first.")
        share = outlook.proba[rows][:, columns].sum(axis=1)
        return _by(rows, -share)

    def _ordered(self, rows, order, state):
        if order == "latest":
            with self._lock:
                latest = [row for row, *_ in self._ledger.state.recent(np.inf)]
            place = {row: i for i, row in enumerate(latest)}
            return _by(rows, [place.get(row, len(place)) for row in rows.tolist()])
        if order in ("unsure", "sure"):
            highest = self._proba().proba[rows].max(axis=1, initial=0)
            return _by(rows, highest if order == "unsure" else -highest)
        if order == "farthest":
            labels = np.array([state.labels.get(row, np.nan) for row in rows.tolist()])
            far = np.abs(labels - self._outlook().labels[rows])
            return _by(rows, np.where(np.isnan(far), np.inf, -far))
        if order == "suspicious":
            ranked = self._appraiser.suspects(state.labels).rows
            return ranked[np.isin(ranked, rows)]
        return rows

    def describe(self, rows):
        """Return what a list says of rows; see :meth:`LabelingSession.describe`.

        Parameters
        ----------
        rows : list of int
            The rows.

        Returns
        -------
        described : list of Bunch
        """
        with self._lock:
            labels = {row: self._ledger.labels.get(row) for row in rows}
            flagged = {row for row in rows if row in self._ledger.state.flagged}
            skipped = {row for row in rows if row in self._ledger.left_out}
            votes = {row: dict(self._ledger.state.votes_of(row)) for row in rows}
        guesses, confidences = self._seen_of(rows)
        return [
            Bunch(
                row=row,
                title=title_or_number(self._rows.title, row),
                label=labels[row],
                guess=guess,
                confidence=confidence,
                flagged=row in flagged,
                skipped=row in skipped,
                votes=votes[row],
            )
            for row, guess, confidence in zip(rows, guesses, confidences, strict=True)
        ]

    def _seen_of(self, rows):
        """Return guesses and confidences of rows, None each where there are none."""
        outlook, nothing = self._refitter.ranking.predict, [None] * len(rows)
        if not rows or outlook is None:
            return nothing, nothing
        now = self._renamed().get
        guesses = [now(x, x) for x in outlook(rows)]  # of all rows it may take long
        proba = outlook.proba_of(rows)
        return guesses, nothing if proba is None else proba.max(axis=1).tolist()


def _by(rows, values):
    return rows[np.argsort(values, kind="stable")]
