"""The learner behind a session: brought up to date, then asked what comes next."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.base import clone

from sklearn_active._data.probabilities import has_distributions
from sklearn_active._loop.run import run_of
from sklearn_active.labeling._engine.outlook import (
    Looked,
    Named,
    Outlook,
    Predicted,
    Transduced,
)
from sklearn_active.query_strategies._registry import check_compatible, given_strategy

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


class Follower:
    """A learner that follows a session's labels, changed and withdrawn ones too.

    Used by one thread at a time.

    Parameters
    ----------
    learner : ActiveLearner
        Cloned; its oracle is not asked.
    X : container of shape (n_rows, ...)
        All rows.
    y : array-like of shape (n_rows,) or (n_rows, n_labels), default=None
        The labels known at the start.
    several : SeveralLabels, default=None
        The names of the columns, where a row may have several labels.

    Attributes
    ----------
    run : Run
        The learner's.
    """

    def __init__(self, learner, X, y=None, several=None):
        self.learner = clone(learner).set_params(reask=0)  # the session asks again
        self.run = run_of(self.learner.start(X, y))
        shuffled = np.random.RandomState(self.run.pool.seed).permutation(self.n_rows)
        self._watched = np.sort(shuffled[:N_WATCHED])
        self._last_predictions, self._several = None, several

    @property
    def n_rows(self):
        """The number of rows of the pool."""
        return len(self.run.pool)

    def check_strategy(self):
        """Raise where the query strategy can't choose rows for the estimator."""
        run, strategy = self.run, given_strategy(self.learner.query_strategy)
        if strategy is not None:  # the one that is advised always can
            check_compatible(strategy, run.model.prototype, run.pool.labels.task)

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
        if self._several is not None:
            row_of = self._several.row_of
            labels = {row: row_of(label) for row, label in labels.items()}
        self.run.replace_labels(labels, declined, n_asked)

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
        run = self.run
        ranking = Ranking(version, classes=run.model.classes, predict=self.outlook())
        ranking.changed = self._changed(ranking.predict)
        ranking.stop = run.reason_to_stop(self.learner)
        if run.pool.n_candidates:
            query = run.query(n_rows)
            ranking.rows, ranking.reason = query.indices.tolist(), query.reason
            ranking.utilities = query.utilities
        return ranking

    def outlook(self):
        """Return predictions that later refits leave alone."""
        outlook = self._outlook()
        if self._several is None or not outlook.has_model:
            return outlook
        return Named(outlook, self._several)

    def _outlook(self):
        model, X = self.run.model, self.run.pool.X
        if not model.can_predict:
            return Outlook((), self.n_rows)
        if model.solves_locally:  # it changes in place
            masses = model.final.masses_of(np.arange(self.n_rows))
            return Looked(model.classes, model.best_of(masses), lambda: masses)
        transduction, final = model.transduction(), model.final
        if transduction is not None:
            if not has_distributions(final):
                return Transduced(model.fitted, X, transduction)
            return Looked(
                model.classes, transduction, lambda: final.label_distributions_
            )
        if model.changes_in_place:
            return Looked(model.classes, model.fitted.predict(X))
        return Predicted(model.fitted, X, self.n_rows)

    def _changed(self, predict):
        labels = self.run.pool.labels
        unlabeled = self._watched[~labels.known[self._watched]]
        # Numbers change a little with every label: a share of them would say nothing.
        can_tell = labels.are_classes and self.run.model.fitted is not None
        if not can_tell or not len(unlabeled):
            self._last_predictions = None
            return None
        now = dict(zip(unlabeled.tolist(), predict(unlabeled), strict=True))
        before, self._last_predictions = self._last_predictions, now
        if before is None:
            return None
        return float(np.mean([now[row] != before.get(row) for row in now]))
