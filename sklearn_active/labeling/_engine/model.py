"""The learner behind a session: brought up to date, then asked what comes next."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from sklearn.base import clone

from sklearn_active._data.probabilities import has_distributions
from sklearn_active._loop.stopping import reason_to_stop
from sklearn_active._loop.wrapped_estimator import final_estimator
from sklearn_active.labeling._engine.outlook import (
    Looked,
    Outlook,
    Predicted,
    Transduced,
)

N_WATCHED = 1000


@dataclass
class Ranking:
    """What one finished refit says: the rows to ask next, and its predictions.

    Attributes
    ----------
    version : int
        Number of the session's event that it knows as the last.
    rows : list of int
        The rows to ask, best first.
    utilities : sequence of float
        Their utilities.
    reason : str
        Why they were chosen, as in :class:`~sklearn_active.Query`.
    predict : Outlook or None
        What the model makes of the rows.
    changed : float or None
        Share of the watched unlabeled rows whose prediction is another one than that
        of the refit before.
    stop : str or None
        Why the loop should end, as far as the learner can tell.
    """

    version: int = -1
    rows: list = field(default_factory=list)
    utilities: Any = ()
    reason: str = "stale"
    classes: Any = ()
    predict: Any = None
    changed: float | None = None
    stop: str | None = None


class Model:
    """A learner that follows a session's labels, changed and withdrawn ones too.

    Used by one thread at a time.

    Parameters
    ----------
    learner : ActiveLearner
        Cloned; its oracle is not asked.
    X : container of shape (n_rows, ...)
        All rows.
    y : array-like of shape (n_rows,), default=None
        The labels known at the start.
    """

    def __init__(self, learner, X, y=None):
        self.learner = clone(learner)
        self.learner.start(X, y)
        n_rows = len(self.learner._state)
        shuffled = np.random.RandomState(self.learner._state.seed).permutation(n_rows)
        self._watched = np.sort(shuffled[:N_WATCHED])
        self._last_predictions = None

    def update(self, labels, declined, n_asked):
        """Make the learner know exactly these labels and skips, and refit.

        Parameters
        ----------
        labels : dict of int to label
            All labels in force, those of the start included.
        declined : set of int
            Rows not to be asked.
        n_asked : int
            Number of questions answered or skipped.
        """
        learner, state = self.learner, self.learner._state
        new, changed = _difference(state.labels, labels)
        if changed:
            # None takes a label back.
            learner.relabel(changed, [labels.get(r) for r in changed], refit=False)
        if new:
            learner.teach(new, [labels[row] for row in new], refit=False)
        state.declined = np.array(sorted(declined), dtype=int)
        state.n_asked = n_asked
        state.open_queries = {}
        if new or changed:
            learner.refit()

    def rank(self, version, n_rows):
        """Return what the learner says now.

        Parameters
        ----------
        version : int
            Number of the last event that it knows.
        n_rows : int
            How many rows to rank.

        Returns
        -------
        ranking : Ranking
        """
        learner = self.learner
        ranking = Ranking(version, classes=learner.classes_, predict=self.outlook())
        ranking.changed = self._changed(ranking.predict)
        ranking.stop = reason_to_stop(learner, learner._state)
        if learner._state.n_candidates:
            query = learner.query(n_rows)
            ranking.rows, ranking.reason = query.indices.tolist(), query.reason
            ranking.utilities = query.utilities
        return ranking

    def outlook(self):
        """Return predictions that later refits leave alone."""
        learner, n_rows = self.learner, len(self.learner._state)
        estimator = getattr(learner, "estimator_", None)
        if not hasattr(estimator, "predict"):
            return Outlook((), n_rows)
        classes = learner._fitted.classes
        if learner._solves_locally():  # it changes in place
            masses = final_estimator(estimator).masses_of(np.arange(n_rows))
            return Looked(classes, learner._decoded_best(masses), lambda: masses)
        transduction = getattr(learner, "transduction_", None)
        if transduction is not None:
            final = final_estimator(estimator)
            if not has_distributions(final):
                return Transduced(learner._fitted, learner._state.X, transduction)
            proba = partial(getattr, final, "label_distributions_", None)
            return Looked(classes, transduction, proba)
        if hasattr(estimator, "update_labels"):  # it changes in place
            return Looked(classes, learner.predict(learner._state.X))
        return Predicted(learner._fitted, learner._state.X, n_rows)

    def _changed(self, predict):
        unlabeled = self._watched[~self.learner._state.labels.known[self._watched]]
        if not hasattr(self.learner, "estimator_") or not len(unlabeled):
            self._last_predictions = None
            return None
        now = dict(zip(unlabeled.tolist(), predict(unlabeled), strict=True))
        before, self._last_predictions = self._last_predictions, now
        if before is None:
            return None
        return float(np.mean([now[row] != before.get(row) for row in now]))


def _difference(known, labels):
    """Return the rows that are new, and those whose label is another one, or gone."""
    new = [row for row in labels if not known.known[row]]
    changed = [
        row
        for row in known.rows.tolist()
        if row not in labels or known.values[row] != labels[row]
    ]
    return new, changed
