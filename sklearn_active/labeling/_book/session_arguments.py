"""What a session can be asked for: checked before a journal is opened or changed."""

from numbers import Integral, Real

from sklearn_active._data.columns import is_sequence
from sklearn_active._sklearn import (
    HasMethods,
    Interval,
    StrOptions,
    num_samples,
    validate_parameter_constraints,
)
from sklearn_active.labeling._book.event_checks import check_label, check_range
from sklearn_active.labeling._book.label_values import plain
from sklearn_active.labeling._book.labeling_state import AGGREGATES
from sklearn_active.labeling._number_range import NumberRange

_CONSTRAINTS = {
    "new_classes": [StrOptions({"error", "allow"})],
    "several": ["boolean"],
    "numbers": [NumberRange, None],
    "aggregate": [StrOptions(set(AGGREGATES)), callable],
    "votes_per_row": [Interval(Integral, 1, None, closed="left")],
    "audit": [Interval(Real, 0, 1, closed="both")],
    "max_lag": [Interval(Integral, 0, None, closed="left")],
    "executor": [HasMethods(["submit"]), None],
    "n": [Interval(Integral, 1, None, closed="left")],
}


def check_arguments(**arguments):
    """Raise where an argument is none that a session takes.

    Parameters
    ----------
    **arguments : object
        By name.
    """
    validate_parameter_constraints(_CONSTRAINTS, arguments, "LabelingSession")


def check_entries(n_rows, items, keys):
    """Raise where items or keys don't belong to the rows.

    Parameters
    ----------
    n_rows : int
        Number of rows.
    items, keys : sequence or None
        One entry per row; the keys distinct.
    """
    for name, value in (("items", items), ("keys", keys)):
        if value is not None and num_samples(value) != n_rows:
            raise ValueError(
                f"{name} must have one entry per row of X: X has {n_rows}, "
                f"{name} has {num_samples(value)}."
            )
    if keys is not None and len(set(map(str, keys))) < n_rows:
        raise ValueError("keys must be distinct: they tell the rows apart.")


def checked_row(index, n_rows):
    """Return a row as an int, or raise where there is none of that number.

    Parameters
    ----------
    index : object
        What was given.
    n_rows : int
        Number of rows.

    Returns
    -------
    row : int
    """
    if not isinstance(index, Integral) or not 0 <= index < n_rows:
        raise ValueError(f"Rows lie in 0 ... {n_rows - 1}; got {index!r}.")
    return int(index)


def checked_annotators(names):
    """Return the names of annotators as a list, or raise.

    Parameters
    ----------
    names : sequence of str
        As they were given.

    Returns
    -------
    names : list of str
    """
    is_list = is_sequence(names) and len(names)
    texts = list(names) if is_list else []
    if not texts or not all(isinstance(name, str) and name.strip() for name in texts):
        raise ValueError(
            f"annotators is a list of names, as in ['ann', 'bob']; got {names!r}."
        )
    if len(set(texts)) < len(texts):
        raise ValueError(
            f"Each annotator needs a name of their own; got {', '.join(texts)}."
        )
    return texts


def check_classes(classes, given=()):
    """Return classes as plain values, or raise where they can't be those of a session.

    Parameters
    ----------
    classes : array-like of shape (n_classes,)
        As the user gave them.
    given : iterable of labels, default=()
        Those that rows have already.

    Returns
    -------
    classes : list of labels

    Raises
    ------
    ValueError
        Where there is none, one twice, or one that is no label or of another kind.
    """
    if not is_sequence(classes) or not len(classes):
        raise ValueError(
            f"classes must name the labels that may be given, as in ['a', 'b']; got "
            f"{classes!r}. Pass None for those in y."
        )
    classes = list(map(plain, classes))
    for label in classes:
        check_label(label, classes)
        check_label(label, given)
    check_range([*classes, *given])
    twice = [x for i, x in enumerate(classes) if x in classes[:i]]
    if twice:
        raise ValueError(f"classes must be distinct; {twice[0]!r} is there twice.")
    return classes
