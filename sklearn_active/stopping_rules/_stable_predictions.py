"""Stop when the predictions change no more."""

from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.metrics import cohen_kappa_score

from sklearn_active._data.columns import is_null
from sklearn_active._data.rows import refuse_chunks
from sklearn_active._loop.run import run_of
from sklearn_active._sklearn import Interval, validate_params


class StablePredictions(BaseEstimator):
    r"""Stop when successive models agree on the rows of the pool.

    Needs no other labels than those asked for, and no probabilities: it suits any
    classifier. It says that more of these labels change nothing, not that the model is
    right.

    Parameters
    ----------
    threshold : float, default=0.99
        Mean agreement, Cohen's kappa, from which to stop.
    window : int, default=3
        Number of successive agreements that are averaged. With small batches take
        more: one label rarely changes much.

    Attributes
    ----------
    kappas_ : list of float
        Agreement of each model with the one before it.

    Notes
    -----
    .. math:: \kappa = \frac{p_o - p_e}{1 - p_e}

    over all rows of the pool, with the share :math:`p_o` of rows on which the two
    models agree and the share :math:`p_e` expected of their class frequencies.
    Labeled rows count: once a rare class is found, it may have no others. Two
    models that give every row the same single class have no defined kappa; that
    counts as 0, since such agreement says nothing. Cost per round: one `predict` of
    the pool (none where the estimator is transductive).

    References
    ----------
    M. Bloodgood and K. Vijay-Shanker, "A Method for Stopping Active Learning Based
    on Stabilizing Predictions and the Need for User-Adjustable Stopping", CoNLL
    2009. https://aclanthology.org/W09-1107

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_active import ActiveLearner
    >>> X, truth = make_blobs(200, centers=3, random_state=0)
    >>> learner = ActiveLearner(
    ...     LogisticRegression(), "margin", stop_when="stable_predictions"
    ... )
    >>> learner.fit(X, truth, labeled=[i < 6 for i in range(200)]).n_asked_
    16
    """

    needs_classes = True

    _parameter_constraints: dict = {
        "threshold": [Interval(Real, -1, 1, closed="both")],
        "window": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(self, threshold: float = 0.99, window: int = 3) -> None:
        self.threshold = threshold
        self.window = window

    def __call__(self, learner: Any) -> bool:
        """Say whether to stop, and remember what is predicted now.

        Parameters
        ----------
        learner : ActiveLearner
            The fitted learner.

        Returns
        -------
        stop : bool
        """
        if not hasattr(self, "kappas_"):
            validate_params(self)
            self.kappas_: list[float] = []
            self._last, self._n_labels = None, None
        if run_of(learner).model.why_no_fit is not None:
            return False  # the last model agrees with itself
        n_labels = np.count_nonzero(learner.labeled_iter_ >= 0)
        if n_labels != self._n_labels:  # else nothing was learned: no new model
            now = _predictions(learner)
            if self._last is not None:
                self.kappas_.append(kappa(self._last, now))
            self._last, self._n_labels = now, n_labels
        recent = self.kappas_[-self.window :]
        enough = len(recent) == self.window
        return enough and bool(np.mean(recent) >= self.threshold)


def _predictions(learner):
    if hasattr(learner, "transduction_"):
        return learner.transduction_
    X = run_of(learner).pool.X
    refuse_chunks(X, "StablePredictions", "take stop_when='confident'")
    return learner.predict(X)


def kappa(a, b):
    """Return Cohen's kappa of two label arrays, 0 where both hold one same class."""
    # One name for all marks: no NaN equals another.
    a, b = ([None if is_null(x) else x for x in y.tolist()] for y in (a, b))
    codes = {label: code for code, label in enumerate(dict.fromkeys(a + b))}
    if len(codes) < 2:
        return 0.0
    # Codes, since a mark among text labels can't be sorted.
    return float(
        cohen_kappa_score([codes[label] for label in a], [codes[label] for label in b])
    )
