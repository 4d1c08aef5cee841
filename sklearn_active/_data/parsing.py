"""A y as it comes: which rows are labeled, and what kind of labels these are."""

import numpy as np
from sklearn.base import is_regressor

from sklearn_active._data.class_labels import ClassLabels
from sklearn_active._data.columns import Column
from sklearn_active._data.indicator_labels import IndicatorLabels
from sklearn_active._data.marks import AUTO, Mark
from sklearn_active._data.number_labels import NumberLabels
from sklearn_active._sklearn import num_samples


def kind_of_y(estimator, y=None):
    """Return the class of labels that an estimator is fitted on.

    Parameters
    ----------
    estimator : estimator
        Fitted or not.
    y : array-like of shape (n_rows,) or (n_rows, n_labels), default=None
        Labels and marks, where there are some.

    Returns
    -------
    kind : type of Labels
    """
    if is_regressor(estimator):
        return NumberLabels
    return IndicatorLabels if has_columns(y) else ClassLabels


def kind_of_values(y):
    """Return the class of labels that a y looks like, where no estimator says it.

    Parameters
    ----------
    y : array-like of shape (n_rows,) or (n_rows, n_labels)
        Labels and marks.

    Returns
    -------
    kind : type of Labels
        Whole numbers are taken for classes.
    """
    if has_columns(y):
        return IndicatorLabels
    column = Column.of(y)
    numbers = column.labels(~column.missing)
    continuous = numbers.dtype.kind == "f" and np.any(numbers != np.floor(numbers))
    return NumberLabels if continuous else ClassLabels


def has_columns(y):
    """Say whether a y has several columns."""
    if hasattr(y, "shape"):
        return len(y.shape) == 2 and y.shape[1] > 1
    if not isinstance(y, (list, tuple)):
        return False
    lengths = {len(row) for row in y if np.ndim(row) == 1}
    return bool(lengths - {0, 1})


def empty_labels(task, n_rows, n_labels):
    """Return labels of which none is known, to read answers by.

    Parameters
    ----------
    task : {'classification', 'regression', 'multilabel'}
        As of a query.
    n_rows : int
        Number of rows.
    n_labels : int
        Number of labels, where a row may have several.

    Returns
    -------
    labels : Labels
    """
    if task == "multilabel":
        return IndicatorLabels(n_rows, Mark(np.nan, "mark"), n_labels)
    kinds = {kind.task: kind for kind in (ClassLabels, NumberLabels)}
    return parse_y(None, n_rows, None, kind=kinds[task])


def parse_y(y, n_rows, missing_label=AUTO, *, has_oracle=False, kind=ClassLabels):
    """Tell labels from marks in a partly labeled y.

    Parameters
    ----------
    y : array-like of shape (n_rows,) or None
        Labels and marks; None: nothing is labeled.
    n_rows : int
        Number of rows of X.
    missing_label : object, default="auto"
        The mark, or "auto".
    has_oracle : bool, default=False
        Whether somebody can be asked; decides what a y of only -1 and 1 means.
    kind : type of Labels, default=ClassLabels
        As `kind_of_y` says.

    Returns
    -------
    labels : Labels

    Raises
    ------
    ValueError
        Where y has a wrong length or shape, mixes kinds or marks, or is of another
        kind.
    """
    if y is None:
        return kind.empty(n_rows, missing_label)
    return kind.read(_column_of(y, n_rows, kind), missing_label, has_oracle)


def parse_complete_y(y, n_rows, labeled, missing_label=AUTO, *, kind=ClassLabels):
    """Take the rows `labeled` of a complete y as known, and hide the others.

    Parameters
    ----------
    y : array-like of shape (n_rows,)
        The label of every row.
    n_rows : int
        Number of rows of X.
    labeled : array-like of bool of shape (n_rows,)
        Which labels are known at the start.
    missing_label : object, default="auto"
        The mark in the learner's `y_`; "auto": NaN for numbers, -1 for numeric classes
        without a class -1, else None.
    kind : type of Labels, default=ClassLabels
        As `kind_of_y` says.

    Returns
    -------
    labels : Labels
        Holds no hidden label.
    truth : ndarray of shape (n_rows,)
        All of y.
    """
    labeled = np.asarray(labeled)
    if labeled.dtype != bool or labeled.shape != (n_rows,):
        raise ValueError(
            f"labeled must be a boolean mask of length {n_rows}, the number of rows "
            f"of X; got an array of dtype {labeled.dtype} and shape {labeled.shape}."
        )
    column = _column_of(y, n_rows, kind)
    mark, missing = Mark.stated(missing_label), column.incomplete
    if not mark.says_nothing:
        missing = missing | column.equal_to(mark.value)
    if missing.any():
        raise ValueError(
            f"With labeled=, y must hold the label of every row, but {missing.sum()} "
            f"of {n_rows} are missing. Drop those rows, or mark unlabeled rows in y "
            "and pass an oracle instead."
        )
    truth = column.labels(np.ones(n_rows, dtype=bool))
    mark = kind.mark_beside(truth, missing_label)
    return kind.of(column, labeled, mark), truth


def _column_of(y, n_rows, kind):
    column = kind.column_of(y)
    _check_lengths(n_rows, len(column))
    return column


def check_same_length(X, y):
    """Raise where X and y have not the same number of rows, whatever y holds."""
    _check_lengths(num_samples(X), num_samples(y))


def _check_lengths(n_rows, n_labels):
    if n_labels != n_rows:
        raise ValueError(
            f"X and y must have the same number of rows: X has {n_rows}, y has "
            f"{n_labels}."
        )
