"""What y means: the labels known of some rows, their dtypes and their encoding."""

from copy import copy

import numpy as np
from sklearn.utils import assert_all_finite

from sklearn_active._data.columns import (
    EXACT_IN_FLOAT,
    Column,
    common_dtype,
    is_sequence,
    kind_of,
    kind_of_value,
)
from sklearn_active._data.marks import AUTO, Mark, default_mark, is_auto, read_marks
from sklearn_active._data.rows import read_only

_UNREAD = Mark()


class Labels:
    """The labels known of n rows, and the mark that stands at the others.

    Labels are never written into the array that the user gave: a '<U1' array
    would cut 'three' to 't'. They are kept in an array whose dtype grows, beside
    a boolean mask that says which are known.

    Parameters
    ----------
    n_rows : int
        Number of rows.
    mark : Mark, default=Mark()
        What marks an unlabeled row.

    Attributes
    ----------
    values : ndarray of shape (n_rows,)
        The labels; undefined where not known.
    known : ndarray of bool of shape (n_rows,)
        Whether the row's label is known.
    rows : ndarray of int of shape (n_known,)
        The rows whose label is known, ascending. Nothing but y as a whole takes time
        that grows with n_rows.
    classes : ndarray of shape (n_classes,)
        The sorted distinct known labels.
    remark : str
        What was assumed of y, to be said where nothing is left to ask.
    """

    def __init__(self, n_rows, mark=_UNREAD):
        self.values = np.zeros(n_rows, dtype=np.int64)
        self.known = np.zeros(n_rows, dtype=bool)
        self.rows = np.zeros(0, dtype=np.intp)
        self.classes = self.values[:0]
        self.mark = mark
        self.remark = ""

    def __len__(self):
        return len(self.known)

    @property
    def n_known(self):
        """Return the number of labels known."""
        return len(self.rows)

    @property
    def all_known(self):
        """Return whether every row has a label."""
        return self.n_known == len(self)

    @property
    def kind(self):
        """Return 'number' or 'text', or None as long as no label is known."""
        return kind_of(self.classes) if self.n_known else None

    def add(self, indices, labels):
        """Record `labels`, an ndarray checked by `parse_answers`, at `indices`."""
        # Whatever may raise comes first: nothing is recorded by halves.
        # The dtype is chosen by the labels known, not by the array: its entries of
        # unlabeled rows are leftovers that mean nothing.
        if not self.n_known:
            classes, values = labels[:0], np.zeros(len(self), dtype=labels.dtype)
        else:
            dtype = common_dtype(self.values[self.rows], labels)
            labels = labels.astype(dtype, copy=False)
            classes = self.classes.astype(dtype, copy=False)
            values = self.values.astype(dtype, copy=False)
        # The common case, a class that is known, costs no sort of all classes.
        if not np.isin(labels, classes).all():
            classes = np.unique(np.concatenate([classes, labels]))
        self.values, self.classes = values, read_only(classes)
        self.values[indices] = labels
        self.known[indices] = True
        self.rows = read_only(np.union1d(self.rows, indices))
        self.mark = self.mark.fixed_by(labels)

    def copy(self):
        """Return labels that change by themselves."""
        return self.extended(0)

    def extended(self, n_more):
        """Return the same labels of so many more rows, none of them known."""
        # Arrays that are replaced as a whole may be shared; these two are written into.
        labels = copy(self)
        more = np.zeros(n_more, dtype=self.values.dtype)
        labels.values = np.concatenate([self.values, more])
        labels.known = np.concatenate([self.known, np.zeros(n_more, dtype=bool)])
        return labels

    def withdraw(self, indices):
        """Forget the labels at `indices`."""
        self.known[indices] = False
        self.rows = read_only(np.setdiff1d(self.rows, indices))
        self.classes = read_only(np.unique(self.values[self.rows]))

    def as_array(self):
        """Return all labels known, the mark elsewhere, shape (n_rows,)."""
        return self.marked(self.values, self.known)

    def marked(self, values, known):
        """Return `values` where `known`, and the mark elsewhere, shape (n_rows,)."""
        if known.all():
            return values.copy()
        mark = self.mark.shown
        y = np.full(len(known), mark, dtype=_dtype_with(mark, values[known]))
        y[known] = values[known]
        return y

    def codes(self):
        """Return positions in `classes`, -1 where not known, shape (n_rows,)."""
        codes = np.full(len(self), -1)
        codes[self.rows] = self.codes_of(self.rows)
        return codes

    def codes_of(self, rows):
        """Return positions in `classes` of rows whose label is known."""
        return np.searchsorted(self.classes, self.values[rows])

    def parse_answers(self, answers, n_expected, source="The oracle"):
        """Return `answers` as an array of labels, and which rows were abstained.

        Parameters
        ----------
        answers : array-like of shape (n_expected,)
            Labels; None, NaN, NA, the mark or a masked value abstain.
        n_expected : int
            How many labels were asked for.
        source : str
            Who answered; begins the error messages.

        Returns
        -------
        labels : ndarray of shape (n_answered,)
            The labels, without the abstentions.
        answered : ndarray of bool of shape (n_expected,)
            Which rows they belong to.

        Raises
        ------
        ValueError
            Where the number or the kind of the answers is wrong.
        """
        if not is_sequence(answers):
            raise ValueError(
                f"{source} must give a sequence of {n_expected} labels, one per row; "
                f"got {answers!r}, a single {type(answers).__name__}."
            )
        column = Column.of(answers, source)
        if len(column) != n_expected:
            raise ValueError(
                f"{source} gave {len(column)} labels for {n_expected} rows. Give one "
                "label per row, and None for a row that you can't label."
            )
        if not self.mark.is_only_null:
            column.refuse_numpys_text(source, self.mark.value, self.classes)
        answered = ~(column.missing | self.mark.of_answers(column))
        labels = column.labels(answered)
        self._check_kind(labels, source)
        return labels, answered

    def _check_kind(self, labels, source):
        if not len(labels):
            return
        _check_classes(labels)
        kind = kind_of(labels)
        if self.kind is not None and kind != self.kind:
            raise ValueError(
                f"{source} gave labels of kind {kind} ({labels.tolist()[0]!r}), but "
                f"the labels known so far are of kind {self.kind} "
                f"({self.classes.tolist()[0]!r}). Use one kind for all labels."
            )


def parse_y(y, n_rows, missing_label=AUTO, *, has_oracle=False):
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

    Returns
    -------
    labels : Labels

    Raises
    ------
    ValueError
        Where y has a wrong length or shape, mixes kinds or marks, or is continuous.
    """
    if y is None:
        unread = Mark(minus_one="ambiguous")
        stated = Mark.stated(missing_label)
        return Labels(n_rows, unread if is_auto(missing_label) else stated)
    column = _column_of(y, n_rows)
    unlabeled, mark = read_marks(column, missing_label, has_oracle)
    labels = _labels_of(column, ~unlabeled, mark)
    if is_auto(missing_label) and mark.minus_one == "class":
        labels.remark = (
            " y holds only -1 and 1, and -1 was taken for a class. Where it marks "
            "unlabeled rows, say missing_label=-1, or begin with start(X, y)."
        )
    return labels


def parse_complete_y(y, n_rows, labeled, missing_label=AUTO):
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
        The mark in the learner's `y_`; "auto": -1 for numeric y without a class
        -1, else None.

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
    column = _column_of(y, n_rows)
    mark, missing = Mark.stated(missing_label), column.missing
    if not mark.says_nothing:
        missing = missing | column.equal_to(mark.value)
    if missing.any():
        raise ValueError(
            f"With labeled=, y must hold the label of every row, but {missing.sum()} "
            f"of {n_rows} are missing. Drop those rows, or mark unlabeled rows in y "
            "and pass an oracle instead."
        )
    truth = column.labels(np.ones(n_rows, dtype=bool))
    if is_auto(missing_label):
        value = default_mark(truth)
        mark = Mark(value, "class" if value is None else "mark")
    return _labels_of(column, labeled, mark), truth


def _labels_of(column, known, mark):
    labels = Labels(len(column), mark)
    values = column.labels(known)
    if len(values):
        _check_classes(values)
        labels.add(np.flatnonzero(known), values)
    return labels


def _column_of(y, n_rows):
    column = Column.of(y)
    if len(column) != n_rows:
        raise ValueError(
            f"X and y must have the same number of rows: X has {n_rows}, y has "
            f"{len(column)}."
        )
    return column


def _check_classes(values):
    if values.dtype.kind == "c":
        raise ValueError("Complex data not supported: y must be labels.")
    if values.dtype.kind not in "biufUSO":
        raise ValueError(
            f"Unknown label type: {values.dtype}. Labels must be numbers or text."
        )
    if values.dtype.kind == "O" and kind_of(values) != "text":
        raise ValueError(
            f"Unknown label type: {type(values[0]).__name__}. Labels must be numbers "
            "or text."
        )
    if kind_of(values) in ("text", "bytes") and np.any(values == values[0][:0]):
        raise ValueError(
            "An empty text ('') is among the labels, and is not a class. Pass "
            "missing_label='' if it marks unlabeled rows; else give the class a name."
        )
    if values.dtype.kind == "f":
        assert_all_finite(values, input_name="y")
        if np.any(values != np.floor(values)):
            raise ValueError(
                "Unknown label type: continuous. The labels must be classes; "
                "regression is not supported."
            )


def _dtype_with(mark, values):
    mark_dtype = np.asarray(mark).dtype
    if not len(values):
        return mark_dtype
    if {kind_of(values), kind_of_value(mark)} != {"number"}:
        return object
    if mark_dtype.kind == "i":
        mark_dtype = np.min_scalar_type(mark)
    # NaN beside integers gives float64, in which large integers change; -1 beside
    # uint64 does too. Then an object array, or int64 where it holds all labels.
    dtype = np.result_type(values.dtype, mark_dtype)
    if dtype.kind != "f" or values.dtype.kind not in "iu":
        return dtype
    lowest, highest = int(values.min()), int(values.max())
    if max(-lowest, highest) > EXACT_IN_FLOAT:
        return object
    return np.int64 if mark_dtype.kind == "i" else dtype
