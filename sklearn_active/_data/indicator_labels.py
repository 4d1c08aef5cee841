"""Labels of which a row may have several: one column of 0 and 1 per label."""

import numpy as np
from sklearn.dummy import DummyClassifier

from sklearn_active._data.columns import is_null, is_sequence
from sklearn_active._data.containers import as_array
from sklearn_active._data.fitted import FittedIndicator
from sklearn_active._data.labels import Labels
from sklearn_active._data.marks import Mark, is_auto

_UNKNOWN = -1  # stands in `values` where an entry is not known
_TRIAL_ROWS = 50  # more than folds and neighbors usually want


class Indicators:
    """A y of several columns, or answers of several entries, read once.

    Parameters
    ----------
    values : ndarray of int8 of shape (n_rows, n_labels)
        0, 1, and -1 where nothing is said.
    with_minus_one : bool, default=False
        Whether integers came, so that -1 can be the mark among them.

    Attributes
    ----------
    missing : ndarray of bool of shape (n_rows,)
        Rows in which nothing is said of any label.
    """

    def __init__(self, values, with_minus_one=False):
        self.values = values
        self.missing = (values == _UNKNOWN).all(axis=1)
        self.with_minus_one = with_minus_one

    @classmethod
    def of(cls, y, source="y", n_labels=None):
        """Read an array, a frame, a sparse matrix or a list of rows, None among them.

        Parameters
        ----------
        y : array-like of shape (n_rows, n_labels)
            0, 1 or a boolean; -1, None, NaN, NA or a mask where nothing is said.
        source : str, default='y'
            Whose they are; begins the error messages.
        n_labels : int, default=None
            How many columns there must be; None: as many as there are.

        Returns
        -------
        indicators : Indicators
        """
        y = as_array(y)
        if isinstance(y, np.ma.MaskedArray):
            nothing = np.nan if y.dtype.kind in "biuf" else None
            y = np.where(np.ma.getmaskarray(y), nothing, np.ma.getdata(y))
        is_table = isinstance(y, np.ndarray) and y.ndim == 2
        rows = y if is_table else _rows_of(y, source, n_labels)
        if n_labels is not None and rows.shape[1] != n_labels:
            raise ValueError(
                f"{source} has {rows.shape[1]} labels per row, but there are "
                f"{n_labels}. Say 0 or 1 of each of them."
            )
        return cls(_as_indicators(rows, source), is_table and y.dtype.kind in "biu")

    def __len__(self):
        return len(self.values)

    @property
    def incomplete(self):
        """Whether something is open in a row, shape (n_rows,)."""
        return (self.values == _UNKNOWN).any(axis=1)

    def equal_to(self, value):
        """Return the rows in which something is left open: what a mark says."""
        return self.incomplete

    def labels(self, known):
        """Return the rows `known`."""
        return self.values[known]


class IndicatorLabels(Labels):
    """Labels of which a row may have several, 0 or 1 each.

    A row is labeled where each of its labels is known. What is known of other rows is
    kept, but no estimator learns it.

    Attributes
    ----------
    values : ndarray of int8 of shape (n_rows, n_labels)
        0, 1, and -1 where not known.
    classes : ndarray of int of shape (n_labels,)
        The positions of the labels.
    """

    task = "multilabel"
    are_classes = False
    continuous = False
    dummy = DummyClassifier

    def __init__(self, n_rows, mark, n_labels):
        super().__init__(n_rows, mark)
        self.values = np.full((n_rows, n_labels), _UNKNOWN, dtype=np.int8)
        self.classes = np.arange(n_labels)

    @classmethod
    def column_of(cls, y, source="y"):
        """Read y, whose rows are several labels."""
        return Indicators.of(y, source)

    @classmethod
    def of(cls, column, known, mark):
        """Return the labels of a y, Indicators, at the rows `known`."""
        labels = cls(len(column), mark, column.values.shape[1])
        some = np.flatnonzero(known & ~column.missing)
        labels.add(some, column.values[some])
        return labels

    @classmethod
    def read(cls, column, missing_label, has_oracle):
        """Return the labels of a partly labeled y, Indicators."""
        mark = cls._mark(missing_label, column.with_minus_one)
        return cls.of(column, np.ones(len(column), dtype=bool), mark)

    @classmethod
    def mark_beside(cls, truth, missing_label):
        """Return the mark of a y that is complete: it must be none of its labels."""
        return cls._mark(missing_label, True)

    @classmethod
    def check_columns(cls, name, takes_one, takes_several):
        """Raise where an estimator of this name can't learn y for its columns."""
        if not takes_several:
            raise ValueError(
                f"{name} learns one label per row, but y has several columns. Take "
                "OneVsRestClassifier or MultiOutputClassifier around a classifier, or "
                "one that takes several by itself: neighbors, trees, forests."
            )

    @staticmethod
    def _mark(missing_label, with_minus_one):
        if is_auto(missing_label):
            return Mark(-1 if with_minus_one else np.nan, "mark")
        if is_null(missing_label):
            return Mark(np.nan, "mark")
        if missing_label != -1:
            raise ValueError(
                "Where a row may have several labels, -1, NaN or None marks what is "
                f"not known; got missing_label={missing_label!r}."
            )
        return Mark(-1, "mark")

    @classmethod
    def empty(cls, n_rows, missing_label):
        """Raise: without a y nobody knows how many labels there are."""
        raise ValueError(
            "Where a row may have several labels, y must say how many: pass "
            "np.full((n_rows, n_labels), np.nan) where nothing is labeled."
        )

    def add(self, indices, labels):
        """Record what is said of some rows; what it leaves open stays as it was."""
        said = labels != _UNKNOWN
        self.values[indices] = np.where(said, labels, self.values[indices])
        complete = (self.values[indices] != _UNKNOWN).all(axis=1)
        self._note(np.asarray(indices)[complete])

    def withdraw(self, indices):
        """Forget the labels at `indices`."""
        super().withdraw(indices)
        self.values[indices] = _UNKNOWN

    def _blank(self, n_rows):
        return np.full((n_rows, len(self.classes)), _UNKNOWN, dtype=np.int8)

    def marked(self, values, known):
        """Return y, the mark in each entry that is not known.

        Shape (n_rows, n_labels). `known` is not used: what is known of a row that is
        not labeled is shown too.
        """
        if self.mark.shown == -1:
            return values.astype(np.int64)
        return np.where(values == _UNKNOWN, np.nan, values)

    def shown(self):
        """Return the positions of the labels that each row has, as text."""
        names = [" + ".join(map(str, np.flatnonzero(row == 1))) for row in self.values]
        return np.array([name or "none" for name in names], dtype=object)

    def differs(self, row, label):
        """Say whether a row that is known has other labels than `label`."""
        return not np.array_equal(self.values[row], label)

    def class_of(self, row):
        """Return all labels of a row: rows that have the same are of one kind."""
        return tuple(self.values[row].tolist())

    def targets(self, rows):
        """Return the labels of rows as estimators take them, shape (n, n_labels)."""
        return self.values[rows].astype(np.int64)

    def beside_marks(self, codes):
        """Return y as estimators take it that are given all rows.

        Shape (n_rows, n_labels); -1 in each entry of a row that is not labeled.
        """
        known = self.known[:, np.newaxis]
        return np.where(known, self.values, _UNKNOWN).astype(np.int64)

    @property
    def suffice(self):
        """Whether a model that is fitted on them can tell one row from another."""
        known = self.values[self.rows]
        return bool(np.any(known != known[:1]))

    def what_is_needed(self):
        """Return in words how far it is to a model."""
        return "all rows have the same, and two that differ are needed"

    def made_up(self, n_most):
        """Return made-up rows of labels for a trial fit."""
        n_rows = max(min(n_most, _TRIAL_ROWS - self.n_known), 0)
        shape = n_rows, len(self.classes)
        return np.random.RandomState(0).randint(2, size=shape).astype(np.int8)

    def fitted(self, estimator, encoded=False, pretrained=False):
        """Return an estimator that was fitted on them, in the learner's own words."""
        informed = self.suffice or pretrained
        return FittedIndicator(estimator, len(self.classes), informed)

    def public_classes(self, known):
        """Return the estimator's own, else the two classes of each label."""
        both = [np.array([0, 1]) for _ in self.classes]
        return getattr(getattr(known, "estimator", None), "classes_", both)

    def listed(self, labels):
        """Return rows of answers as lists, None where one is open."""
        return np.where(labels == _UNKNOWN, None, labels.astype(object)).tolist()

    def _answer_column(self, answers, source):
        return Indicators.of(answers, source, len(self.classes))

    def _read_answers(self, column, source):
        """Return the rows in which something is said, and which these are."""
        answered = ~column.missing
        return column.values[answered], answered


def _rows_of(y, source, n_labels):
    """Return rows as an array of objects, a row of None where one is missing."""
    rows = [None if _is_nothing(row) else list(row) for row in _each(y, source)]
    lengths = {len(row) for row in rows if row is not None}
    if n_labels is not None and not lengths:
        lengths = {n_labels}
    if len(lengths) != 1:
        raise ValueError(
            f"{source} has rows of {sorted(lengths)} labels. Say 0 or 1 of each label "
            "in every row, or None for the whole row."
        )
    (length,) = lengths
    table = np.empty((len(rows), length), dtype=object)
    for i, row in enumerate(rows):
        table[i] = [None] * length if row is None else row
    return table


def _each(y, source):
    for row in y:
        if not is_sequence(row) and not _is_nothing(row):  # a set has no order
            raise ValueError(
                f"{source} gave {row!r} for a row that may have several labels. Say 0 "
                "or 1 of each label in a list, or None for the whole row."
            )
        yield row


def _is_nothing(row):
    return not hasattr(row, "__len__") and is_null(row)


def _as_indicators(rows, source):
    """Return rows of 0, 1 and -1; raise for anything else."""
    numbers = rows
    if rows.dtype.kind == "f":
        numbers = np.where(np.isnan(rows), _UNKNOWN, rows)
    elif rows.dtype.kind not in "biu":
        missing = np.array([[is_null(v) for v in row] for row in rows], dtype=bool)
        numbers = np.where(missing.reshape(rows.shape), _UNKNOWN, rows.astype(object))
    valid = (numbers == 0) | (numbers == 1) | (numbers == _UNKNOWN)
    if not np.all(valid):
        wrong = numbers[~valid.astype(bool)].tolist()[0]
        raise ValueError(
            f"{source} has several columns, and {wrong!r} in one of them. Each column "
            "is a label, 1 where a row has it and 0 where not; -1, NaN or None where "
            "it is not known. Multi-output targets of other kinds are not supported."
        )
    return numbers.astype(np.int8)
