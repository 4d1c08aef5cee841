"""What may be in the books: checked before it is written, and when it is read."""

from collections.abc import Callable
from math import isfinite
from numbers import Real
from typing import Any, NamedTuple

from sklearn_active._data.columns import is_null, kind_of_value
from sklearn_active.labeling._several_labels import SeveralLabels

_SCALARS = (str, int, float)
_PREDICTED = (*_SCALARS, bool, tuple, type(None))
_FIELDS = {
    "answer": ("row", "annotator", "label"),
    "relabel": ("row", "annotator", "label"),
    "skip": ("row", "annotator"),
    "flag": ("row", "flagged"),
    "undo": (),
    "retract": ("row", "annotator", "query"),
    "requeue": (),
    "rename": ("label", "to"),
}
_TEXTS = ("annotator", "query", "reason", "time")


class Kind(NamedTuple):
    """What events say of labels of one kind.

    Attributes
    ----------
    check : callable
        `check(label, known)` raises where a plain value can't be a label, whichever
        may be given now; `known` are some that are there.
    held : callable or None
        Returns an event as it is held, where that is not as it is on file.
    """

    check: Callable[[Any, Any], None]
    held: Callable[[dict[str, Any]], dict[str, Any]] | None = None

    @classmethod
    def of_several(cls, several):
        """Return the kind of labels of which a row may have several.

        Parameters
        ----------
        several : SeveralLabels
            Their names.

        Returns
        -------
        kind : Kind
        """
        return cls(several.check_held, several.held)

    @classmethod
    def of_header(cls, header):
        """Return the kind that the header of a journal names.

        Parameters
        ----------
        header : dict
            As on file.

        Returns
        -------
        kind : Kind
        """
        if header.get("several") is not None:
            return cls.of_several(SeveralLabels(header["several"]))
        return CLASSES if header.get("numbers") is None else NUMBERS


def check_event(event, n_rows, classes, renamed, check_kind):
    """Raise where an event can't be one of a session.

    Parameters
    ----------
    event : dict
        As on file.
    n_rows : int or inf
        Number of rows.
    classes : collection of labels
        Checked; its label must be of their kind.
    renamed : dict of label to label
        What classes that have another name now are called.
    check_kind : callable
        `check_kind(label, classes)` raises where a value can't be a label.

    Raises
    ------
    ValueError
        Saying what was expected and what came.
    """
    kind = event["event"]
    fields = _FIELDS.get(kind)
    if fields is None:
        raise ValueError(f"An event {kind!r} is not known here.")
    for name in fields:
        if name not in event:
            raise ValueError(f"The event {kind!r} has no {name!r}.")
    if "row" in fields:
        check_row(event["row"], n_rows)
    if "label" in fields:
        label = event["label"]
        # Where it is known it was checked; most are, and a journal may be long.
        if type(label) not in _SCALARS or label not in classes:
            check_kind(label, classes)
        if renamed:
            check_current(label, renamed)
    if kind == "rename":
        check_label(event["to"], classes or [event["label"]])
        check_new_name(event["label"], event["to"], renamed)
    elif type(event.get("predicted")) not in _PREDICTED:
        raise ValueError(
            f"The predicted label of an event is text, a number or null, not "
            f"{_short(event['predicted'])}."
        )
    for name in _TEXTS:
        value = event.get(name)
        if value is not None and type(value) is not str:
            raise ValueError(f"The {name} of an event is text or null, not {value!r}.")
    seconds = event.get("seconds")
    if seconds is not None and not is_duration(seconds):
        raise ValueError(f"The seconds of an event are a number, not {seconds!r}.")
    if kind == "flag" and not isinstance(event["flagged"], bool):
        raise ValueError(f"flagged is true or false, not {event['flagged']!r}.")


def is_duration(seconds):
    """Say whether a value is a number of seconds that an event may hold.

    Parameters
    ----------
    seconds : object
        What was given.

    Returns
    -------
    is_one : bool
    """
    return type(seconds) in (int, float) and 0 <= seconds < 1e12


def check_annotator(annotator):
    """Raise where a value names no annotator.

    Parameters
    ----------
    annotator : object
        What was given.
    """
    if annotator is not None and not isinstance(annotator, str):
        raise ValueError(f"An annotator is named by text, not {annotator!r}.")


def check_row(row, n_rows):
    """Raise where a value is no row.

    Parameters
    ----------
    row : object
        What was given.
    n_rows : int or inf
        Number of rows.
    """
    if type(row) is not int or not 0 <= row < n_rows:
        raise ValueError(
            f"A row is a whole number in 0 ... {n_rows - 1}, not {_short(row)}."
        )


def check_current(label, renamed):
    """Raise where a class has another name now.

    Parameters
    ----------
    label : label
        What was given.
    renamed : dict of label to label
        What classes that have another name now are called.
    """
    if label in renamed:
        raise ValueError(
            f"{label!r} is called {renamed[label]!r} now (renamed): give that."
        )


def check_new_name(old, new, renamed):
    """Raise where a class can't get a name, whatever classes there are.

    Parameters
    ----------
    old, new : label
        What it is called, and is to be called.
    renamed : dict of label to label
        What classes that have another name now are called.
    """
    if old == new:
        raise ValueError(f"The class {old!r} has that name already.")
    # A name that is gone stands for one class, wherever it is met: in y, in files of
    # other tools, in what an earlier program stated. It may only go back to that one.
    if new in renamed and renamed[new] != old:
        raise ValueError(
            f"{old!r} can't be renamed to {new!r}: that is what {renamed[new]!r} was "
            "called before, so rows of both would be mixed up. Take a name that no "
            "class has had."
        )


def check_range(labels):
    """Raise where no integer type of 64 bits holds all labels.

    Parameters
    ----------
    labels : list of labels
        Plain values of one kind.
    """
    if labels and not isinstance(labels[0], str):
        low, high = min(labels), max(labels)
        if low < 0 and high >= 2**63:
            raise ValueError(
                f"No integer type of 64 bits holds both {low!r} and {high!r}. Take "
                "other numbers, or text."
            )


def check_number(label, known=()):
    """Raise where a value is no label of a session of numbers.

    Parameters
    ----------
    label : object
        A plain value.
    known : iterable of labels, default=()
        Not looked at: numbers are of one kind.
    """
    try:
        is_finite = isinstance(label, Real) and isfinite(label)
    except OverflowError:  # a whole number beyond all floats
        is_finite = False
    if not is_finite:
        raise ValueError(
            f"A label is a finite number here, not {_short(label)} "
            f"({type(label).__name__})."
        )


def check_label(label, classes):
    """Raise where a value is no label, or of another kind than the classes.

    Parameters
    ----------
    label : object
        A plain value.
    classes : iterable of labels
        Only the first is looked at: they are of one kind.
    """
    if not isinstance(label, _SCALARS) or is_null(label):
        raise ValueError(
            f"A label is text or a whole number, not {_short(label)} "
            f"({type(label).__name__})."
        )
    if label == "":
        raise ValueError(
            "An empty text is not a class. Give it a name, or skip the row."
        )
    if isinstance(label, float) and not label.is_integer():
        raise ValueError(f"{label!r} is not a class: take whole numbers, or text.")
    if not isinstance(label, str) and not -(2**63) <= label < 2**64:
        raise ValueError(f"The label {_short(label)} doesn't fit into 64 bits.")
    kind = kind_of_value(label)
    for known in classes:
        if kind_of_value(known) != kind:
            raise ValueError(
                f"The label {label!r} is a {kind}, but the classes here are "
                f"{kind_of_value(known)}, as {known!r}: labels are all numbers or all "
                "text."
            )
        return


def _short(value):
    if isinstance(value, int) and value.bit_length() > 200:
        return "a number of many digits"
    return f"{value!r}"[:80]


CLASSES, NUMBERS = Kind(check_label), Kind(check_number)
