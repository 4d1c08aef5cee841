"""How good model and labels of a session are, whoever asks."""

from functools import cached_property

from sklearn_active.evaluation._estimate_score import NothingToEstimateError
from sklearn_active.labeling._engine.judge import Judge, Standing
from sklearn_active.labeling._engine.outlook import NO_MODEL


class Appraiser:
    """Say which labels are suspect, and how good the model is.

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
    lock : RLock
        Of the session; held for short, never while a model is fitted.
    """

    def __init__(self, rows, ledger, refitter, follower, lock):
        self._rows, self._ledger, self._refitter = rows, ledger, refitter
        self._follower, self._lock = follower, lock

    @cached_property
    def _judge(self):
        return Judge(self._follower.learner, self._rows.X)

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
        return self._judge.suspects(labels)

    def estimate(self, scoring, confidence, anytime):
        """Return how good the model is; see :meth:`LabelingSession.estimate_score`.

        Parameters
        ----------
        scoring, confidence, anytime : object
            As there.

        Returns
        -------
        estimate : Bunch
        """
        with self._lock:
            ledger, outlook = self._ledger, self._refitter.ranking.predict
            standing = Standing(
                labels=dict(ledger.labels),
                came_at=ledger.state.first_votes(),
                drawn=ledger.state.audited(),
                left=ledger.rows_left(),
                outlook=outlook,
                renamed=dict(ledger.state.renamed),
            )
        if outlook is None or not outlook.has_model:
            raise NothingToEstimateError(NO_MODEL)
        return self._judge.estimate(standing, scoring, confidence, anytime)
