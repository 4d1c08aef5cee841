"""Folds of the labeled rows, with every unlabeled row in training."""

from collections.abc import Iterator
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.model_selection import check_cv
from sklearn.utils.metadata_routing import MetadataRequest

from sklearn_active._data.alignment import in_order_of
from sklearn_active._data.containers import index_of
from sklearn_active._data.parsing import AUTO, kind_of_values, parse_y
from sklearn_active._data.rows import take
from sklearn_active._sklearn import HasMethods, Interval, num_samples, validate_params


class PartiallyLabeledSplit(BaseEstimator):
    """Split the labeled rows into folds, and keep every unlabeled row in training.

    Wraps any scikit-learn splitter; for `cross_validate`, searches, and searches inside
    an ActiveLearner, wherever y is partly labeled. scikit-learn's own splitters take
    the mark for a class and test on rows that nobody has labeled.

    Parameters
    ----------
    cv : int or splitter, default=5
        Splits the labeled rows; an int: that many folds, not shuffled, and stratified
        where y holds classes.
    missing_label : object, default='auto'
        What marks an unlabeled row. 'auto': -1 in a y of classes, and None, NaN, NA or
        a masked value; with several labels per row, rows with an open entry. State it
        where -1 is a class.

    Notes
    -----
    Whole numbers are taken for classes. If a regressor learns them, say that NaN is the
    mark, and that there is nothing to stratify: ``PartiallyLabeledSplit(KFold(5),
    missing_label=float("nan"))``.

    Groups are passed to `cv` for the labeled rows; unlabeled rows stay in training
    whatever their group. Halving searches subsample and validate y themselves: use
    integer labels with the mark -1 there. Cost: the splitter's on the labeled rows.

    Examples
    --------
    >>> from sklearn_active.model_selection import PartiallyLabeledSplit
    >>> y = [0, 1, -1, 0, 1, -1]
    >>> for train, test in PartiallyLabeledSplit(cv=2).split(y, y):
    ...     print(train, test)
    [2 3 4 5] [0 1]
    [0 1 2 5] [3 4]
    """

    ignores_unlabeled = True
    _parameter_constraints: dict = {
        "cv": [Interval(Integral, 2, None, closed="left"), HasMethods("split")],
        "missing_label": "no_validation",
    }

    def __init__(self, cv: Any = 5, *, missing_label: Any = AUTO) -> None:
        self.cv = cv
        self.missing_label = missing_label

    def split(
        self, X: Any, y: Any, groups: ArrayLike | None = None
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Yield the positions of the training and of the test rows.

        Parameters
        ----------
        X : container of shape (n_rows, ...)
            All rows.
        y : array-like of shape (n_rows,) or (n_rows, n_labels)
            Labels, and the mark where unlabeled.
        groups : array-like of shape (n_rows,), default=None
            For splitters that need them.

        Yields
        ------
        train : ndarray of int of shape (n_train,)
            All unlabeled rows and the labeled ones outside the fold, ascending.
        test : ndarray of int of shape (n_test,)
            Labeled rows only.
        """
        cv, labels, rows, args = self._on_labeled(X, y, groups)
        # In every training set, in no test set: a semi-supervised model learns from
        # them, and nothing can be scored on them.
        unlabeled = np.flatnonzero(~labels.known)
        for train, test in cv.split(*args):
            yield np.union1d(unlabeled, rows[train]), rows[test]

    def get_n_splits(
        self, X: Any = None, y: Any = None, groups: ArrayLike | None = None
    ) -> int:
        """Return the number of folds.

        Parameters
        ----------
        X : container of shape (n_rows, ...), default=None
            All rows; needed where the number depends on them.
        y : array-like of shape (n_rows,), default=None
            Labels, and the mark where unlabeled.
        groups : array-like of shape (n_rows,), default=None
            For splitters that need them.

        Returns
        -------
        n_splits : int
        """
        if y is None:
            return check_cv(self.cv).get_n_splits(X, y, groups)
        cv, _, _, args = self._on_labeled(X, y, groups)
        return cv.get_n_splits(*args)

    def get_metadata_routing(self) -> Any:
        """Return the routing of the splitter inside.

        Returns
        -------
        routing : MetadataRequest
        """
        if hasattr(self.cv, "get_metadata_routing"):
            return self.cv.get_metadata_routing()
        return MetadataRequest(owner=self)

    def _on_labeled(self, X, y, groups):
        """Return the splitter, and what of X, y and groups it is to split."""
        validate_params(self)
        if y is None:
            raise ValueError(
                "PartiallyLabeledSplit needs y, to tell labeled from unlabeled rows."
            )
        n_rows = num_samples(y if X is None else X)
        y = in_order_of(y, index_of(X), "y")
        # As if there were an oracle: in a fold that happens to hold -1 and 1 only, -1
        # is the mark all the same.
        labels = parse_y(
            y, n_rows, self.missing_label, has_oracle=True, kind=kind_of_values(y)
        )
        rows = labels.rows
        y = labels.targets(rows)
        if not len(rows):
            raise ValueError(
                f"None of the {n_rows} rows has a label, so there is nothing to split."
            )
        X = rows if X is None else take(X, rows)
        groups = None if groups is None else take(groups, rows)
        return check_cv(self.cv, y, classifier=True), labels, rows, (X, y, groups)
