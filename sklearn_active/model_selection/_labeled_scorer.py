"""A scorer that counts only the rows with a label."""

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import check_scoring, get_scorer
from sklearn.utils.metadata_routing import MetadataRequest

from sklearn_active._data.alignment import in_order_of
from sklearn_active._data.containers import index_of
from sklearn_active._data.fitted import chances
from sklearn_active._data.parsing import AUTO, kind_of_y, parse_y
from sklearn_active._data.rows import take
from sklearn_active._sklearn import (
    accepts_weights,
    check_method_params,
    num_samples,
    score_function,
    with_labels,
)

# Their `labels`, if any, need every class in y: the classes that aren't are left out.
_RANKING = ("roc_auc_score", "average_precision_score")


def labeled_scorer(
    scoring: str | Callable[..., Any] | None = None, *, missing_label: Any = AUTO
) -> Callable[..., float]:
    r"""Return a scorer that ignores rows without a label.

    scikit-learn's scorers take the mark -1 for a class, so every unlabeled row counts
    as an error. Use this one with any search or cross-validation whose test folds may
    hold unlabeled rows, with metadata routing as with any scorer.

    Parameters
    ----------
    scoring : str, callable or None, default=None
        As in scikit-learn: a name, `scorer(estimator, X, y)`, or None for the
        estimator's `score`.
    missing_label : object, default='auto'
        What marks an unlabeled row. 'auto': -1 in numeric y, and None, NaN, NA or a
        masked value. State it where -1 is a class.

    Returns
    -------
    scorer : callable
        `scorer(estimator, X, y) -> float`. Raises ValueError where no row has a
        label.

    Notes
    -----
    Where the labels hold fewer or other classes than the estimator knows, as happens in
    small folds, scorers of probabilities still work: log loss, Brier score and their
    like are told all classes, and get probability 0 for one the estimator doesn't know;
    ROC AUC and average precision are taken over the classes that occur, with
    :math:`p_{ik} / \sum_{l \in fold} p_{il}`. With several labels per row they are
    given the probability of each label, 0 for one that was 0 in all rows learned. Cost:
    the scorer's.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_active.model_selection import labeled_scorer
    >>> model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    >>> X, y = [[0.0], [0.1], [1.0]], [0, -1, 1]
    >>> round(model.score(X, y), 2)
    0.67
    >>> labeled_scorer("accuracy")(model, X, y)
    1.0
    """
    if isinstance(scoring, str):
        scoring = get_scorer(scoring)  # a wrong name raises here
    elif scoring is not None and not callable(scoring):
        raise ValueError(
            f"scoring must be a scorer's name, a callable or None; got {scoring!r}. "
            "For several scorers wrap each: {'f1': labeled_scorer('f1_macro'), ...}."
        )
    return _LabeledScorer(scoring, missing_label)


class _LabeledScorer(BaseEstimator):
    """What labeled_scorer returns; its parameters can be cloned and stated."""

    ignores_unlabeled = True

    def __init__(self, scoring, missing_label):
        self.scoring = scoring
        self.missing_label = missing_label

    def __call__(self, estimator, X, y, **params):
        """Return the score on the rows of X that have a label."""
        y = in_order_of(y, index_of(X), "y")
        kind = kind_of_y(estimator, y)
        labels = parse_y(
            y, num_samples(X), self.missing_label, has_oracle=True, kind=kind
        )
        if not labels.n_known:
            raise ValueError(
                f"None of the {len(labels)} rows to score has a label. Split "
                "with PartiallyLabeledSplit, whose test folds hold labeled rows only."
            )
        rows = labels.rows
        if len(rows) < len(labels):
            X, params = take(X, rows), check_method_params(X, params, indices=rows)
        return self.of_labeled(estimator, X, labels.targets(rows), **params)

    def of_labeled(self, estimator, X, y, **params):
        """Return the score on rows that all have a label, which is not checked."""
        return score(self._scorer(estimator), estimator, X, y, params)

    def _scorer(self, estimator):
        if self.scoring is None:
            return check_scoring(estimator)
        return self.scoring

    def get_metadata_routing(self):
        """Return the routing of the scorer inside."""
        if hasattr(self.scoring, "get_metadata_routing"):
            return self.scoring.get_metadata_routing()
        return MetadataRequest(owner=self)

    def set_score_request(self, **requests):
        """Set what the scorer inside requests, and return self."""
        self.scoring.set_score_request(**requests)
        return self

    def _accept_sample_weight(self):
        return accepts_weights(self.scoring)


def score(scorer, estimator, X, y, params):
    """Score also where y holds fewer or other classes than the estimator knows."""
    # With few labels a fold often lacks a class. scikit-learn's metrics of
    # probabilities count the classes found in y, and raise where these are not as many
    # as the columns; so they are stated where the metric can be told, else cut.
    function, methods = score_function(scorer)
    if np.ndim(y) > 1:
        given = next((name for name in methods if hasattr(estimator, name)), None)
        if given == "predict_proba":
            estimator = _OfColumns(estimator, y.shape[1])
        return scorer(estimator, X, y, **params)
    known, present = getattr(estimator, "classes_", None), np.unique(y)
    of_labels = "predict_proba" not in methods
    if known is None or of_labels or np.array_equal(known, present):
        return scorer(estimator, X, y, **params)
    if function.__name__ in _RANKING:
        others = np.setdiff1d(known, present)[: max(0, 2 - len(present))]
        classes = np.union1d(present, others)  # two, or scikit-learn can't rank
        return scorer(_OfClasses(estimator, classes, True), X, y, **params)
    classes = np.union1d(known, present)
    scorer = with_labels(scorer, classes)
    return scorer(_OfClasses(estimator, classes, False), X, y, **params)


class _OfColumns(ClassifierMixin, BaseEstimator):
    """A fitted estimator of several labels whose probabilities are one per label.

    scikit-learn's scorers take the last column of each label for that of its 1, and a
    label that was the same in all rows has one column only.
    """

    def __init__(self, estimator, n_labels):
        self.estimator = estimator
        self.n_labels = n_labels
        self.classes_ = [np.array([0, 1])] * n_labels

    def predict_proba(self, X):
        """Return the chance of each label, shape (n_rows, n_labels)."""
        return chances(self.estimator.predict_proba(X), self.estimator)


class _OfClasses(ClassifierMixin, BaseEstimator):
    """A fitted classifier whose probabilities have the columns of other classes."""

    def __init__(self, estimator, classes, renormalized):
        self.estimator = estimator
        self.classes = classes
        self.renormalized = renormalized
        self.classes_ = classes

    def predict_proba(self, X):
        """Return columns in the order of `classes`, 0 where one is not known."""
        known = self.estimator.classes_
        given = self.estimator.predict_proba(X)
        proba = np.zeros((len(given), len(self.classes)))
        shared, here, there = np.intersect1d(self.classes, known, return_indices=True)
        if len(shared):
            proba[:, here] = given[:, there]
        if not self.renormalized:
            return proba
        totals = proba.sum(axis=1, keepdims=True)
        uniform = np.full_like(proba, 1 / len(self.classes))
        return np.divide(proba, totals, out=uniform, where=totals > 0)
