"""The kind of labels of a session or an oracle: classes, numbers or several per row."""

import numpy as np

from sklearn_active._data.alignment import in_order_of
from sklearn_active._data.containers import column_names, index_of
from sklearn_active._data.parsing import has_columns, kind_of_y
from sklearn_active._sklearn import num_samples
from sklearn_active.labeling._book.allowed_classes import AllowedClasses
from sklearn_active.labeling._book.allowed_numbers import AllowedNumbers
from sklearn_active.labeling._book.allowed_several import AllowedSeveral
from sklearn_active.labeling._book.journal import LabelJournal, is_begun
from sklearn_active.labeling._book.session_arguments import check_classes
from sklearn_active.labeling._several_labels import SeveralLabels


def y_and_classes(estimator, X, y, classes, several, journal):
    """Return y and the classes as a session takes them, or raise.

    Parameters
    ----------
    estimator : estimator
        Learns the labels.
    X : container of shape (n_rows, ...)
        All rows.
    y, classes, several, journal : object
        As the user gave them.

    Returns
    -------
    y : array-like or None
        In the order of the rows; where a row may have several labels, with a column for
        each, in the order of the classes.
    classes : array-like or None
        Where a row may have several labels, also those of a journal or of a frame.
    """
    if several and y is None:
        classes = _on_file(journal) if classes is None else classes
        check_is_for("multilabel", classes)
        y = np.full((num_samples(X), len(SeveralLabels(classes).names)), np.nan)
    if several and not has_columns(y):
        raise ValueError(
            "several=True goes with a y that has a column of 0 and 1 per label, NaN "
            "where nothing is known. Leave y out where nothing is labeled."
        )
    y = in_order_of(y, index_of(X), "y")
    if kind_of_y(estimator, y).task != "multilabel":
        return y, classes
    if classes is None:
        return y, column_names(y) or None
    return SeveralLabels(classes).in_columns(y, "y"), classes


def _on_file(journal):
    """Return the names of labels that a journal states, None where it states none."""
    if not is_begun(journal):
        return None
    path = journal.path if isinstance(journal, LabelJournal) else journal
    header, _ = LabelJournal.read(path, lambda event: None)
    return header.get("several")


def check_is_for(task, classes=None, new_classes="error", numbers=None):
    """Raise where people can't give such labels, or others than what is stated.

    Parameters
    ----------
    task : {'classification', 'regression', 'multilabel'}
        What the learner learns.
    classes : array-like, default=None
        As the user gave them.
    new_classes : {'error', 'allow'}, default='error'
        As the user gave it.
    numbers : NumberRange, default=None
        As the user gave it.
    """
    if task == "multilabel" and new_classes == "allow":
        raise ValueError(
            "Where a row may have several labels no other can be added: rows that were "
            "answered say nothing of it. Name all with classes."
        )
    if task == "multilabel" and classes is None:
        raise ValueError(
            "Where a row may have several labels, classes must name them, in the order "
            "of the columns of y, as in classes=['sport', 'law', 'health']."
        )
    if task != "regression" and numbers is not None:
        raise ValueError(
            "numbers is for regressors, and the learner's estimator is none: leave it "
            "out, or wrap a regressor."
        )
    if task == "regression" and (classes is not None or new_classes == "allow"):
        name = "new_classes" if classes is None else "classes"
        raise ValueError(
            f"{name} is for classifiers, and the learner's estimator is a regressor: "
            "say which numbers may be given with numbers=NumberRange(low, high, unit)."
        )


def allowed_in_session(labels, classes, new_classes, numbers, *, given, is_begun):
    """Return which labels may be given in a session.

    Parameters
    ----------
    labels : Labels
        Of y, as the learner reads it.
    classes : array-like or None
        As the user gave them. None: those of a journal that is begun, else of y.
    new_classes, numbers : object
        As the user gave them.
    given : collection of labels
        Those of y.
    is_begun : bool
        Whether there is a journal.

    Returns
    -------
    allowed : AllowedLabels
    """
    is_stated = classes is not None
    if labels.are_classes and is_stated:
        classes = check_classes(classes, given)
    elif labels.are_classes and (given or not is_begun):
        classes = sorted(set(given))
    stated = labels.task, classes, new_classes, numbers, labels.mark
    return allowed_labels(*stated, len(labels.classes), is_stated)


def allowed_labels(
    task, classes, new_classes, numbers, mark, n_labels, is_stated=False
):
    """Return which labels may be given.

    Parameters
    ----------
    task : {'classification', 'regression', 'multilabel'}
        What the learner learns.
    classes, new_classes, mark, is_stated : object
        As of AllowedClasses.
    numbers : NumberRange or None
        As of AllowedNumbers.
    n_labels : int
        Number of columns, where a row may have several labels.

    Returns
    -------
    allowed : AllowedLabels
    """
    if task == "regression":
        return AllowedNumbers(numbers)
    if task == "multilabel":
        return AllowedSeveral(classes, n_labels)
    return AllowedClasses(classes, new_classes, mark, is_stated)
