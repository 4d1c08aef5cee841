"""One column of values: what kind they are, and which are missing."""

from collections.abc import Mapping, MappingView, Set
from numbers import Integral, Number, Real

import numpy as np
from sklearn.utils import column_or_1d

from sklearn_active._sklearn import is_pandas_na

EXACT_IN_FLOAT = 2**53  # integers beyond it change in float64
# What numpy makes of marks in a list that mixes them with text.
_NUMPYS_TEXT = ("-1", "-1.0", "nan", "None", "<NA>")


def refuse_numpys_text(column, source, mark, classes=()):
    """Raise where a text array holds what numpy makes of a mark beside text.

    Objects are left alone: there, '-1' is what somebody wrote.
    """
    if column.dtype.kind not in "US":
        return
    for text in _NUMPYS_TEXT:
        if text != mark and text not in classes and np.any(column == text):
            raise ValueError(
                f"{source} holds the text {text!r}: numpy makes it of a list that "
                "mixes text and marks. Use None for unlabeled rows in a list or an "
                f"object array. State it with missing_label={text!r}, or "
                f"missing_label=None if {text!r} is a class."
            )


def is_sequence(answers):
    """Say whether answers have a length and an order."""
    if isinstance(answers, (str, bytes, Mapping, Set, MappingView)):
        return False
    return hasattr(answers, "__len__") and getattr(answers, "ndim", 1) > 0


def as_column(y, source="y"):
    """Return y as a 1-d ndarray, and which entries are None, NaN, NA or masked."""
    masked = None
    if hasattr(y, "columns"):  # a data frame
        y = np.asarray(y)
    if isinstance(y, np.ma.MaskedArray):
        masked, y = np.ma.getmaskarray(y), np.ma.getdata(y)
    if isinstance(y, (list, tuple)) and not any(np.ndim(v) for v in y):
        column = _column_of_list(y, source)
    elif _has_nulls_of_its_own(y):
        column = _objects(y.tolist() if hasattr(y, "tolist") else y.to_list())
    else:
        column = _as_array(y, source)
        if column.dtype.kind == "T":  # numpy's StringDType
            column = column.astype(object)
        if column.ndim == 2 and column.shape[1] > 1:
            raise ValueError(
                f"{source} has shape {column.shape}, but multilabel and multi-output "
                "targets are not supported: give one label a row."
            )
        if column.ndim != 1:
            column = column_or_1d(column, warn=True)
    missing = _nulls(column)
    if masked is not None:
        missing = missing | masked.ravel()
    return column, missing


def _as_array(y, source):
    try:
        return np.asarray(y)
    except ValueError as error:  # rows of different lengths
        raise ValueError(
            f"{source} has several labels in a row, and not as many in each. Give one "
            "label per row."
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


def _column_of_list(y, source):
    column = _objects(y)
    kinds = {kind_of_value(v) for v in y if not is_null(v)}
    if len(kinds) > 1:
        raise ValueError(
            f"{source} mixes {' and '.join(sorted(kinds))} in one list; numpy would "
            "turn all of them into text. Use one kind of label, and None for "
            "unlabeled rows."
        )
    return column


def _objects(values):
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _nulls(column):
    if column.dtype.kind == "f":
        return np.isnan(column)
    if column.dtype.kind == "O":
        return np.fromiter((is_null(v) for v in column), bool, len(column))
    return np.zeros(len(column), dtype=bool)


def is_null(value):
    if value is None or value is np.ma.masked or is_pandas_na(value):
        return True
    return isinstance(value, (float, np.floating)) and bool(np.isnan(value))


def equals(column, value):
    """Compare elementwise; labels of another kind are never equal."""
    if column.dtype.kind == "O":
        same = (kind_of_value(v) == kind_of_value(value) and v == value for v in column)
        return np.fromiter(same, bool, len(column))
    if kind_of(column) != kind_of_value(value):
        return np.zeros(len(column), dtype=bool)
    return column == value


def natural(values, beside_nan=False):
    """Give labels that came as objects their own dtype; text stays an object.

    Integers never pass through float, where those above 2^53 would change.

    Parameters
    ----------
    values : ndarray of shape (n_values,)
        Labels, none missing.
    beside_nan : bool, default=False
        Whether missing labels made floats of integers, as pandas and numpy do.

    Returns
    -------
    values : ndarray of shape (n_values,)
    """
    if beside_nan and values.dtype.kind == "f" and len(values) and _integral(values):
        return values.astype(np.int64)
    if values.dtype.kind != "O" or not len(values):
        return values
    kinds = {kind_of_value(v) for v in values}
    if len(kinds) > 1:
        raise ValueError(
            f"The labels mix {' and '.join(sorted(kinds))}. Use one kind of label, and "
            "None for unlabeled rows."
        )
    return _numbers(values.tolist()) if kinds == {"number"} else values


def _numbers(values):
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
    ends = [int(end) for a in (known, new) for end in (a.min(), a.max())]
    lowest, highest = min(ends), max(ends)
    stays_float = known.dtype.kind == "f" and max(-lowest, highest) <= EXACT_IN_FLOAT
    return dtype if stays_float else integer_dtype(lowest, highest)


def _integral(values):
    """Say whether floats are whole numbers that an int64 holds exactly."""
    return bool(np.all((np.floor(values) == values) & (np.abs(values) < 2.0**63)))


def kind_of(values):
    if values.dtype.kind == "O":
        first = next((v for v in values.ravel() if not is_null(v)), None)
        return kind_of_value(first)
    return {"U": "text", "T": "text", "S": "bytes"}.get(values.dtype.kind, "number")


def kind_of_value(value):
    if isinstance(value, str):
        return "text"
    if isinstance(value, (Number, np.bool_)):
        return "number"
    return type(value).__name__
