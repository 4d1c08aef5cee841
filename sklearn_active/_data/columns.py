"""One column of values: what kind they are, and which are missing."""

from collections.abc import Mapping, MappingView, Set
from functools import cached_property
from numbers import Integral, Number, Real

import numpy as np
from sklearn.utils import column_or_1d

from sklearn_active._data.containers import is_frame
from sklearn_active._sklearn import is_pandas_na

EXACT_IN_FLOAT = 2**53  # integers beyond it change in float64
# What numpy makes of marks in a list that mixes them with text.
_NUMPYS_TEXT = ("-1", "-1.0", "nan", "None", "<NA>")


class Column:
    """Values that came as y or as answers, read once.

    Parameters
    ----------
    values : ndarray of shape (n_values,)
        As they came, in a dtype that changes none of them.
    hidden : ndarray of bool of shape (n_values,), default=None
        Those that a mask hides.

    Attributes
    ----------
    missing : ndarray of bool of shape (n_values,)
        None, NaN, NA or hidden by a mask.
    hidden : ndarray of bool of shape (n_values,)
        Hidden by a mask, though a value stands there.
    """

    def __init__(self, values, hidden=None):
        self.values = values
        null = self._null()
        hidden = np.zeros(len(values), dtype=bool) if hidden is None else hidden
        self.missing = null | hidden
        self.hidden = hidden & ~null

    @classmethod
    def of(cls, y, source="y", where_several=""):
        """Read an array, a list, a series or a frame of one column.

        Parameters
        ----------
        y : array-like of shape (n_values,)
            The values.
        source : str, default='y'
            Whose they are; begins the error messages.
        where_several : str, default=''
            What to do where a row should have several; ends the error message.

        Returns
        -------
        column : Column

        Raises
        ------
        ValueError
            Where it is no column, or a list mixes kinds.
        """
        hidden = None
        if is_frame(y):
            y = np.asarray(y)
        if isinstance(y, np.ma.MaskedArray):
            hidden, y = np.ma.getmaskarray(y).ravel(), np.ma.getdata(y)
        # A list is read before numpy sees it: of ["cat", -1] numpy makes two texts, and
        # the mark would become a class.
        if isinstance(y, (list, tuple)) and not any(np.ndim(v) for v in y):
            column = cls(_objects(y), hidden)
            column._refuse_mixed_kinds(
                f"{source} mixes {{}} in one list; numpy would turn all of them into "
                "text. Use one kind of label, and None for unlabeled rows."
            )
            return column
        if _has_nulls_of_its_own(y):
            # numpy would make floats of integers beside a null.
            return cls(_objects(y.tolist() if hasattr(y, "tolist") else y.to_list()))
        values = _as_array(y, source, where_several)
        if values.dtype.kind == "T":  # numpy's StringDType
            values = values.astype(object)
        if values.ndim == 2 and values.shape[1] > 1:
            raise ValueError(
                f"{source} has shape {values.shape}, but here a row has one label: "
                f"give one. {where_several}"
            )
        if values.ndim != 1:
            values = column_or_1d(values, warn=True)
        return cls(values, hidden)

    @property
    def incomplete(self):
        """Whether something is open in a value: it is missing, shape (n_values,)."""
        return self.missing

    def __len__(self):
        return len(self.values)

    @cached_property
    def _kinds(self):
        """The kind of each object, None of a null."""
        return [None if is_null(v) else kind_of_value(v) for v in self.values]

    @property
    def kind(self):
        """The kind of the values, or of the first that is none of the missing."""
        if self.values.dtype.kind != "O":
            return kind_of(self.values)
        return next(filter(None, self._kinds), None)

    def _null(self):
        if self.values.dtype.kind == "f":
            return np.isnan(self.values)
        if self.values.dtype.kind == "O":
            return np.array([kind is None for kind in self._kinds], dtype=bool)
        return np.zeros(len(self.values), dtype=bool)

    def equal_to(self, value):
        """Return which values equal one; those of another kind never do.

        Parameters
        ----------
        value : object
            With it they are compared.

        Returns
        -------
        equal : ndarray of bool of shape (n_values,)
        """
        kind = kind_of_value(value)
        if self.values.dtype.kind == "O":
            pairs = zip(self._kinds, self.values, strict=True)
            return np.fromiter((k == kind and v == value for k, v in pairs), bool)
        if self.kind != kind:
            return np.zeros(len(self), dtype=bool)
        return self.values == value

    def labels(self, known):
        """Return the values that are labels, in a dtype of their own.

        Text stays an object. Integers never pass through float, where those above
        2^53 would change: where missing labels made floats of them, as pandas and
        numpy do, they become integers again.

        Parameters
        ----------
        known : ndarray of bool of shape (n_values,)
            Which values are labels; none of them is missing.

        Returns
        -------
        labels : ndarray of shape (n_labels,)
        """
        values = self.values[known]
        if not len(values):
            return values
        if values.dtype.kind == "f" and np.isnan(self.values).any():
            return values.astype(np.int64) if _integral(values) else values
        if values.dtype.kind != "O":
            return values
        self._refuse_mixed_kinds(
            "The labels mix {}. Use one kind of label, and None for unlabeled rows.",
            known,
        )
        return self._numbers(values.tolist()) if kind_of(values) == "number" else values

    def _numbers(self, values):
        return _numbers(values)

    def _refuse_mixed_kinds(self, message, some=None):
        places = range(len(self)) if some is None else np.flatnonzero(some).tolist()
        kinds = {self._kinds[i] for i in places} - {None}
        if len(kinds) > 1:
            raise ValueError(message.format(" and ".join(sorted(kinds))))

    def refuse_numpys_text(self, source, mark, classes=()):
        """Raise where a text array holds what numpy makes of a mark beside text.

        Objects are left alone: there, '-1' is what somebody wrote.

        Parameters
        ----------
        source : str
            Whose values they are; begins the error message.
        mark : object
            What marks unlabeled rows.
        classes : sequence of labels, default=()
            Labels that are known: they are no mistake.
        """
        if self.values.dtype.kind not in "US":
            return
        for text in _NUMPYS_TEXT:
            if text != mark and text not in classes and np.any(self.values == text):
                raise ValueError(
                    f"{source} holds the text {text!r}: numpy makes it of a list that "
                    "mixes text and marks. Use None for unlabeled rows in a list or "
                    f"an object array. State it with missing_label={text!r}, or "
                    f"missing_label=None if {text!r} is a class."
                )


def is_sequence(answers):
    """Say whether answers have a length and an order."""
    if isinstance(answers, (str, bytes, Mapping, Set, MappingView)):
        return False
    return hasattr(answers, "__len__") and getattr(answers, "ndim", 1) > 0


def _as_array(y, source, where_several):
    try:
        return np.asarray(y)
    except ValueError as error:  # rows of different lengths, or a None beside rows
        raise ValueError(
            f"{source} has several labels in a row, but here a row has one label: give "
            f"one. {where_several}"
        ) from error


def _has_nulls_of_its_own(y):
    """Say whether y is of polars or pandas, and holds a null that numpy has not.

    A series, an index, or the extension array behind them (`.values`). numpy would
    turn its integers into floats.
    """
    if callable(getattr(y, "null_count", None)):
        return y.null_count() > 0
    nullable = hasattr(y, "isna") and not isinstance(y.dtype, np.dtype)
    return nullable and bool(y.isna().any())


def _objects(values):
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def is_null(value):
    if value is None or value is np.ma.masked or is_pandas_na(value):
        return True
    return isinstance(value, (float, np.floating)) and bool(np.isnan(value))


def _numbers(values):
    # np.array of Python integers beside one float makes floats of all, silently; above
    # 2^53 these are other numbers. So integers beside whole floats stay integers where
    # a float can't hold them, and only a true fraction decides for float.
    integers = [v for v in values if isinstance(v, Integral)]
    if not integers or not all(isinstance(v, (Integral, Real)) for v in values):
        return np.array(values)
    lowest, highest = min(integers), max(integers)
    if len(integers) == len(values):
        if all(isinstance(v, (bool, np.bool_)) for v in values):
            return np.array(values)
        return np.array(values, dtype=integer_dtype(lowest, highest))
    others = np.array([v for v in values if not isinstance(v, Integral)], dtype=float)
    if max(-lowest, highest) <= EXACT_IN_FLOAT or not _integral(others):
        return np.array(values)
    dtype = integer_dtype(
        min(lowest, int(others.min())), max(highest, int(others.max()))
    )
    return np.array([int(v) for v in values], dtype=dtype)


def integer_dtype(lowest, highest):
    """Return the dtype that holds labels between two integers, or raise."""
    if np.iinfo(np.int64).min <= lowest and highest <= np.iinfo(np.int64).max:
        return np.dtype(np.int64)
    if lowest >= 0 and highest <= np.iinfo(np.uint64).max:
        return np.dtype(np.uint64)
    raise ValueError(
        f"The labels lie between {lowest} and {highest}, which no integer of 64 bits "
        "can hold. Use text for such labels."
    )


def common_dtype(known, new):
    """Return the dtype of labels that are known together with new ones.

    Parameters
    ----------
    known, new : ndarray of shape (n_labels,)
        Labels of one kind; floats are whole numbers.

    Returns
    -------
    dtype : dtype
        Never float where an integer would change.
    """
    kinds = {known.dtype.kind, new.dtype.kind}
    if "O" in kinds:
        return np.dtype(object)
    dtype = np.result_type(known.dtype, new.dtype)
    if not len(known) or not len(new) or not kinds & set("iu"):
        return dtype
    if dtype.kind != "f":
        return dtype
    # Python integers from here on: the ends of int64 and uint64 can't be compared in
    # either dtype without a wrap-around.
    ends = [int(end) for a in (known, new) for end in (a.min(), a.max())]
    lowest, highest = min(ends), max(ends)
    stays_float = known.dtype.kind == "f" and max(-lowest, highest) <= EXACT_IN_FLOAT
    return dtype if stays_float else integer_dtype(lowest, highest)


def _integral(values):
    """Say whether floats are whole numbers that an int64 holds exactly."""
    return bool(np.all((np.floor(values) == values) & (np.abs(values) < 2.0**63)))


_KINDS = {"U": "text", "T": "text", "S": "bytes"}


def kind_of(labels):
    """Return the kind of labels, an ndarray in which none is missing."""
    if labels.dtype.kind != "O":
        return _KINDS.get(labels.dtype.kind, "number")
    return kind_of_value(labels[0]) if len(labels) else None


def kind_of_value(value):
    if isinstance(value, str):
        return "text"
    if isinstance(value, (Number, np.bool_)):
        return "number"
    return type(value).__name__
