"""What the wrapped estimator is given, and what it says of the pool."""

import numpy as np
from sklearn.base import is_regressor
from sklearn.pipeline import Pipeline
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.utils import get_tags

from sklearn_active._rows import RowsInChunks, take
from sklearn_active._sklearn import (
    BaseLabelPropagation,
    BaseSearchCV,
    check_method_params,
)
from sklearn_active._warnings import warn_user

_ACCEPTING = (BaseLabelPropagation, SelfTrainingClassifier)


def accepts_unlabeled(estimator):
    """Say whether an estimator understands rows whose label is -1.

    True for scikit-learn's three semi-supervised classifiers and for every class
    that says `accepts_unlabeled = True`, also as the last step of a Pipeline or
    inside a search.
    """
    if isinstance(estimator, Pipeline):
        return accepts_unlabeled(estimator.steps[-1][1])
    if isinstance(estimator, BaseSearchCV):
        return accepts_unlabeled(estimator.estimator)
    declared = getattr(type(estimator), "accepts_unlabeled", False) is True
    return declared or isinstance(estimator, _ACCEPTING)


def contains_search(estimator):
    """Say whether a search would score unlabeled rows as errors."""
    if isinstance(estimator, Pipeline):
        return any(contains_search(step) for _, step in estimator.steps)
    return isinstance(estimator, BaseSearchCV) and not _knows_marks(estimator)


def _knows_marks(search):
    """Say whether a search splits or scores so that unlabeled rows don't count."""
    scorers = search.scoring
    scorers = scorers.values() if isinstance(scorers, dict) else [scorers]
    return getattr(search.cv, "ignores_unlabeled", False) or all(
        getattr(scorer, "ignores_unlabeled", False) for scorer in scorers
    )


def final_estimator(estimator):
    """Return the fitted estimator at the end of pipelines and searches."""
    if isinstance(estimator, Pipeline):
        return final_estimator(estimator.steps[-1][1])
    if isinstance(estimator, BaseSearchCV) and hasattr(estimator, "best_estimator_"):
        return final_estimator(estimator.best_estimator_)
    return estimator


def state_the_mark(estimator):
    """Tell estimators with a `missing_label` of their own that it is -1, in place.

    That is what they are given, whatever mark was stated to them; what they would
    find by themselves depends on the labels known at the moment.
    """
    for name in estimator.get_params(deep=True):
        if name.split("__")[-1] == "missing_label":
            estimator.set_params(**{name: -1})


def updated(estimator, data, last):
    """Return the fitted estimator, taught what changed since `last`, or None.

    None where it offers no `update_labels`, or must be fitted anew: the first
    time, with fit parameters, or where labels are encoded only now.
    """
    if not hasattr(estimator, "update_labels") or last is None or data.params:
        return None
    if data.X is not last.X or data.encoded != last.encoded:
        return None
    rows = np.union1d(last.rows, data.rows)
    now = data.targets_of(rows)
    changed = now != last.targets_of(rows)
    return estimator.update_labels(rows[changed], now[changed])


def check_supported(estimator, some_unlabeled):
    """Raise for what the learner can't wrap, before anything is forgotten."""
    name = type(estimator).__name__
    if is_regressor(estimator):
        raise ValueError(
            f"{name} is a regressor; regression is not supported. Wrap a classifier."
        )
    if some_unlabeled and get_tags(estimator).input_tags.pairwise:
        raise ValueError(
            f"{name} takes a precomputed kernel or distance matrix, which is not "
            "supported with unlabeled rows. Pass the features, and a kernel or metric "
            "by name."
        )


def warn_of_search():
    """Warn that a search would count unlabeled rows as errors."""
    warn_user(
        "A search is given unlabeled rows: its folds hold them, and its scorer counts "
        "each as an error. Pass cv=PartiallyLabeledSplit(...) and "
        "scoring=labeled_scorer(...) of sklearn_active.model_selection to the search, "
        "or unlabeled='drop'.",
    )


class TrainingData:
    """The rows, labels and parameters that an estimator is fitted with.

    Parameters
    ----------
    X : container of shape (n_rows, ...)
        All rows.
    labels : Labels
        The labels known.
    all_rows : bool
        Whether unlabeled rows are passed, marked with -1.
    params : dict
        Fit parameters; those of length n_rows are cut like the rows.

    Attributes
    ----------
    encoded : bool
        Whether y holds positions in the classes instead of the labels: text
        can't stand beside -1, and a class -1 can't either.
    rows : ndarray of int of shape (n_known,)
        The labeled rows, ascending.
    """

    def __init__(self, X, labels, all_rows, params, takes_minus_one_for_a_mark=False):
        class_minus_one = bool(np.any(labels.classes == -1))
        self.encoded = (takes_minus_one_for_a_mark and class_minus_one) or (
            all_rows and (labels.values.dtype.kind not in "iuf" or class_minus_one)
        )
        self._labels = labels
        self.rows = labels.rows
        codes = labels.codes_of(self.rows)
        self._targets = codes if self.encoded else labels.values[self.rows]
        self._all_rows = all_rows
        # Rows in chunks have to be taken, even where they are all labeled.
        whole = labels.all_known and not isinstance(X, RowsInChunks)
        some = None if all_rows or whole else self.rows
        self.X = X if some is None else take(X, some)
        self.params = check_method_params(X, params, indices=some)

    @property
    def y(self):
        """What stands for the labels of the rows of X; to be read in its round."""
        if not self._all_rows:
            return self._targets
        if self.encoded:
            return self._labels.codes()
        return np.where(self._labels.known, self._labels.values, np.int8(-1))

    def targets_of(self, rows):
        """Return what stands for the labels of some rows, all labeled ones included."""
        dtype = np.result_type(self._targets.dtype, np.int8)  # as y's
        targets = np.full(len(rows), -1, dtype=dtype)
        targets[np.searchsorted(rows, self.rows)] = self._targets
        return targets
