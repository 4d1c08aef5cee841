"""A learning curve by the way: a callback that scores every round."""

from collections.abc import Callable
from typing import Any

import numpy as np

from sklearn_active._data.marks import AUTO
from sklearn_active._data.parsing import check_same_length
from sklearn_active._learner import ActiveLearner
from sklearn_active._sklearn import ScoringMonitor
from sklearn_active.model_selection._labeled_scorer import labeled_scorer


class PoolScoreMonitor(ScoringMonitor or object):  # type: ignore[misc]
    """Record a score per round on rows of your choice.

    A callback for `learner.set_callbacks(...)`. scikit-learn's ScoringMonitor scores
    the rows that the estimator is trained on, which is no learning curve; give this
    one rows that the learner never sees. Also for a learner inside a Pipeline or a
    search on several processes.

    Parameters
    ----------
    X : container of shape (n_rows, ...)
        The rows to score.
    y : array-like of shape (n_rows,)
        Their labels; rows that hold the mark are left out.
    scoring : str, callable or None, default=None
        As in scikit-learn; None: the learner's `score`.
    missing_label : object, default='auto'
        What marks an unlabeled row in `y`.

    Raises
    ------
    ImportError
        Where scikit-learn is older than 1.9, which has no callbacks.
    ValueError
        Where X and y don't have the same number of rows.

    Notes
    -----
    `get_logs()` returns scikit-learn's log: `data`, a list of dicts, one per round,
    with `task_id` (the round, 0 is the fit before any question), `n_labeled` and
    `score`, and `data_as_pandas`. Cost: one scoring per round.

    Examples
    --------
    >>> import sklearn
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.model_selection import PoolScoreMonitor
    >>> X, truth = make_blobs(80, centers=3, random_state=0)
    >>> def curve():
    ...     monitor = PoolScoreMonitor(X[60:], truth[60:])
    ...     learner = ActiveLearner(LogisticRegression(), batch_size=4, budget=8)
    ...     learner.set_callbacks(monitor)
    ...     learner.fit(X[:60], truth[:60], labeled=[i < 5 for i in range(60)])
    ...     return [row["n_labeled"] for row in monitor.get_logs().data]
    >>> curve() if hasattr(sklearn, "callback") else [5, 9, 13]
    [5, 9, 13]
    """

    def __init__(
        self,
        X: Any,
        y: Any,
        *,
        scoring: str | Callable[..., Any] | None = None,
        missing_label: Any = AUTO,
    ) -> None:
        if ScoringMonitor is None:
            raise ImportError(
                "PoolScoreMonitor is a scikit-learn callback and needs "
                "scikit-learn >= 1.9; upgrade it, or use active_learning_curve."
            )
        check_same_length(X, y)
        score_of = labeled_scorer(scoring, missing_label=missing_label)
        super().__init__(scoring=_Score(score_of, X, y))

    def on_fit_task_end(
        self,
        estimator: ActiveLearner,
        context: Any,
        *,
        X: Any = None,
        fitted_estimator: ActiveLearner | None = None,
    ) -> Any:
        """Score the round that ends.

        Parameters
        ----------
        estimator : ActiveLearner
            The learner.
        context : CallbackContext
            The task that ends.
        X : container, default=None
            The pool; not scored.
        fitted_estimator : ActiveLearner, default=None
            The learner as fitted in this round; None: nothing is recorded.
        """
        super().on_fit_task_end(
            estimator, context, X=X, y=X, fitted_estimator=fitted_estimator
        )


class _Score:
    """What ScoringMonitor calls: scores its own rows, whatever it is handed."""

    # y is read when the learner is known: -1 is a mark beside classes, and a number
    # like any other to a regressor.

    def __init__(self, score_of, X, y):
        self.score_of = score_of
        self.X = X
        self.y = y

    def __call__(self, learner, X=None, y=None):
        score = self.score_of(learner, self.X, self.y)
        return {"n_labeled": int(np.sum(learner.labeled_iter_ >= 0)), "score": score}
