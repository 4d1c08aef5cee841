"""Rows found by what they say, what they are, or what the model makes of them."""

from functools import cached_property

import numpy as np
from sklearn.metrics import pairwise_distances
from sklearn.utils import Bunch

from sklearn_active._sklearn import StrOptions, validate_parameter_constraints
from sklearn_active.labeling._engine.outlook import NO_MODEL, Features
from sklearn_active.labeling._engine.suspicion import Suspicion
from sklearn_active.labeling._fronts.titles import title_or_number, words_of

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
ORDERS = ("row", "latest", "unsure", "sure", "suspicious")
_CONSTRAINTS = {
    "words": [str],
    "status": [StrOptions(set(STATUSES))],
    "order": [StrOptions(set(ORDERS))],
}


class Finding:
    """Give the session its lists of rows."""

    def find(
        self,
        words="",
        *,
        status="all",
        label=None,
        guess=None,
        order="row",
        like=None,
        likely=None,
    ):
        """Return rows of a kind, in an order.

        Parameters
        ----------
        words : str, default=''
            Every one of them occurs in what a person sees of the row, also inside a
            longer word; upper and lower case are the same. Searched are texts, the
            values of tables and lists as the page writes them, and names of files;
            not what is missing.
        status : str, default='all'
            Or 'labeled', 'unlabeled', 'flagged', 'skipped' (by somebody, and without a
            label), 'contradicted' (the guess is not the label), 'disputed' (annotators
            answered differently), 'suspect' (a model that was fitted without the label
            contradicts it, and it was not asked for again).
        label : label, default=None
            Only rows with it.
        guess : label, default=None
            Only rows of which the model thinks so.
        order : str, default='row'
            Or 'latest' (labeled last first), 'unsure' and 'sure' (by the probability
            of the guess), 'suspicious' (see below).
        like : int, default=None
            Nearest to this row first, in the features that the model sees.
        likely : label, default=None
            The most likely rows of this class first.

        Returns
        -------
        rows : ndarray of int of shape (n_found,)

        Raises
        ------
        ValueError
            Where that can't be said, as there is no model yet, or none with
            `predict_proba`.

        Notes
        -----
        'suspect' and 'suspicious' are about labeled rows and a model that was fitted
        without them (in 20 folds, or one a label where there are fewer than 50): those
        come first where the margin of another class over the label is largest, those
        last whose class no other row has. The cost is that of the fits; the result is
        kept until a label changes.

        Rows that are asked at the moment to check the model are left out of what goes
        by its guesses: 'contradicted', 'unsure', 'sure', `guess` and `likely`.
        """
        arguments = {"words": words, "status": status, "order": order}
        validate_parameter_constraints(_CONSTRAINTS, arguments, "find")
        state = self._state_of_rows()
        rows = self._with_status(status, state)
        by_model = status == "contradicted" or order in ("unsure", "sure")
        if by_model or guess is not None or likely is not None:
            rows = rows[~np.isin(rows, list(state.checking))]
        if label is not None:
            rows = rows[[state.labels.get(row) == label for row in rows.tolist()]]
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
        with self.lock:
            return Bunch(
                labels=dict(self._ledger.labels),
                skipped=set(self._ledger.left_out),
                flagged=set(self._state.flagged),
                disputed=self._ledger.disputed(),
                reviewed=set(self._state.reviewed),
                checking=self._checking(),
            )

    def _checking(self):
        """Return the rows asked now to check the model: what it says is not told."""
        asked = self._open.values()
        audits = (each for each in asked if each.query.reason == "audit")
        return {row for each in audits for row in each.rows_left}

    @cached_property
    def _suspicion(self):
        return Suspicion(self._model.learner, self.X)

    @cached_property
    def _features(self):
        return Features(self.X)

    def _margins_of(self, rows, state):
        """Return how much the other labels speak against those of rows."""
        margins = self._suspicion.of(state.labels)
        return np.array([margins.get(row, np.nan) for row in rows.tolist()])

    @cached_property
    def _words(self):
        return words_of(self.items, self.n_rows)

    def _with_words(self, words, rows):
        wanted = words.casefold().split()
        for word in wanted:
            of_rows = self._words
            rows = rows[[word in of_rows[row] for row in rows.tolist()]]
        return rows

    def _with_status(self, status, state):
        """Return the rows of a kind, ascending."""
        labeled = np.array(sorted(state.labels), dtype=int)
        if status in ("all", "unlabeled"):
            wanted = np.ones(self.n_rows, dtype=bool)
            wanted[labeled if status == "unlabeled" else []] = False
            return np.flatnonzero(wanted)
        if status == "contradicted":
            guesses = self._guesses_of(labeled)
            pairs = zip(labeled.tolist(), guesses, strict=True)
            return labeled[[state.labels[row] != guess for row, guess in pairs]]
        if status == "suspect":
            seen = np.isin(labeled, list(state.reviewed))
            return labeled[(self._margins_of(labeled, state) > 0) & ~seen]
        if status == "labeled":
            return labeled
        return np.array(sorted(state[status]), dtype=int)

    def _outlook(self):
        """Return what the last finished model makes of the rows, or raise."""
        outlook = self._refitter.ranking.predict
        if outlook is None or not len(outlook.classes):
            raise ValueError(NO_MODEL)
        return outlook

    def _guesses_of(self, rows):
        now = self.renamed.get
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
        like = self._checked_row(like)
        X = self._features.of(getattr(self.learner, "estimator_", None))
        rows = rows[rows != like]
        if not len(rows):
            return rows
        return _by(rows, pairwise_distances(X[[like]], X[rows])[0])

    def _most_likely(self, label, rows):
        outlook = self._proba()
        now = self.renamed.get
        columns = [
            i for i, x in enumerate(outlook.classes.tolist()) if now(x, x) == label
        ]
        if not columns:
            raise ValueError(f"The model doesn't know {label!r} yet: label one first.")
        share = outlook.proba[rows][:, columns].sum(axis=1)
        return _by(rows, -share)

    def _ordered(self, rows, order, state):
        if order == "latest":
            with self.lock:
                latest = [row for row, *_ in self._state.recent(np.inf)]
            place = {row: i for i, row in enumerate(latest)}
            return _by(rows, [place.get(row, len(place)) for row in rows.tolist()])
        if order in ("unsure", "sure"):
            highest = self._proba().proba[rows].max(axis=1, initial=0)
            return _by(rows, highest if order == "unsure" else -highest)
        if order == "suspicious":
            rows = rows[[row in state.labels for row in rows.tolist()]]
            return _by(rows, -self._margins_of(rows, state))  # NaN comes last
        return rows

    def describe(self, rows):
        """Return what a list says of rows.

        Parameters
        ----------
        rows : sequence of int
            The rows.

        Returns
        -------
        described : list of Bunch
            With `row`, `title`, `label` and `guess` (None where there is none),
            `confidence` (the probability of the guess, or None), `flagged`, `skipped`
            and `votes` (dict of annotator to label).
        """
        rows = [self._checked_row(row) for row in rows]
        with self.lock:
            labels = {row: self._ledger.labels.get(row) for row in rows}
            flagged = {row for row in rows if row in self._state.flagged}
            skipped = {row for row in rows if row in self._ledger.left_out}
            votes = {row: dict(self._state.votes_of(row)) for row in rows}
        guesses, confidences = self._seen_of(rows)
        return [
            Bunch(
                row=row,
                title=title_or_number(self.title, row),
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
        now = self.renamed.get
        guesses = [now(x, x) for x in outlook(rows)]  # of all rows it may take long
        proba = outlook.proba_of(rows)
        return guesses, nothing if proba is None else proba.max(axis=1).tolist()


def _by(rows, values):
    return rows[np.argsort(values, kind="stable")]
