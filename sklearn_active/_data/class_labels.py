"""Labels that are classes: their dtype, their encoding, and what a fit needs."""

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.utils import assert_all_finite

from sklearn_active._data.columns import (
    EXACT_IN_FLOAT,
    common_dtype,
    kind_of,
    kind_of_value,
)
from sklearn_active._data.fitted import FittedClassifier
from sklearn_active._data.labels import Labels
from sklearn_active._data.marks import Mark, default_mark, is_auto, read_marks
from sklearn_active._data.rows import read_only

_TRIAL_ROWS = 50  # of each class: more than folds and neighbors usually want
_UNREAD = Mark()


class ClassLabels(Labels):
    """Labels of classes, numbers or text, in an array whose dtype grows.

    A '<U1' array would cut 'three' to 't', and a float one change large integers.
    """

    task = "classification"
    are_classes = True
    continuous = False
    dummy = DummyClassifier
    where_several = (
        "Where a row may have several, begin with a y that has a column of 0 and 1 per "
        "label: np.full((n_rows, n_labels), np.nan) where nothing is labeled."
    )

    def __init__(self, n_rows, mark=_UNREAD):
        super().__init__(n_rows, mark)

    @classmethod
    def read(cls, column, missing_label, has_oracle):
        """Return the labels of a partly labeled y, a Column."""
        unlabeled, mark = read_marks(column, missing_label, has_oracle)
        labels = cls.of(column, ~unlabeled, mark)
        if is_auto(missing_label) and mark.minus_one == "class":
            labels.remark = (
                " y holds only -1 and 1, and -1 was taken for a class. Where it marks "
                "unlabeled rows, say missing_label=-1, or begin with start(X, y)."
            )
        return labels

    @classmethod
    def mark_beside(cls, truth, missing_label):
        """Return the mark of a y that is complete: it must be none of its labels."""
        if not is_auto(missing_label):
            return Mark.stated(missing_label)
        value = default_mark(truth)
        return Mark(value, "class" if value is None else "mark")

    @classmethod
    def empty(cls, n_rows, missing_label):
        """Return the labels of a pool where nothing is labeled."""
        unread = Mark(minus_one="ambiguous")
        stated = Mark.stated(missing_label)
        return cls(n_rows, unread if is_auto(missing_label) else stated)

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
        self._record(indices, labels)
        self.mark = self.mark.fixed_by(labels)

    def withdraw(self, indices):
        """Forget the labels at `indices`."""
        super().withdraw(indices)
        self.classes = read_only(np.unique(self.values[self.rows]))

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

    @property
    def suffice(self):
        """Whether a model that is fitted on them can tell one row from another."""
        return len(self.classes) > 1

    def what_is_needed(self):
        """Return in words how far it is to a model."""
        return f"{len(self.classes)} classes are known, and two are needed"

    def made_up(self, n_most):
        """Return made-up labels for a trial fit, some of each class."""
        counts = np.bincount(self.codes_of(self.rows))
        wanted = np.maximum(_TRIAL_ROWS - counts, 0)
        if not wanted.any():
            return self.classes[:0]
        wanted[0] += 1  # not in balance: else SMOTE has nothing to do
        # In turn, so that a small pool has some of each: the i-th label of class k
        # stands at i + k / n_classes in the order.
        turns = [np.arange(n) + k / len(wanted) for k, n in enumerate(wanted)]
        codes = np.repeat(np.arange(len(wanted)), wanted)
        codes = codes[np.argsort(np.concatenate(turns), kind="stable")]
        return self.classes[codes[:n_most]]

    def fitted(self, estimator, encoded=False, pretrained=False):
        """Return an estimator that was fitted on them, in the learner's own words."""
        return FittedClassifier(estimator, self.classes, encoded, pretrained)

    def need_codes(self, all_rows, takes_minus_one_for_a_mark):
        """Say whether an estimator must be given positions in `classes` for labels."""
        # -1 marks the unlabeled rows for every estimator that takes them. Where -1 is a
        # class, or labels are text, positions 0 ... k-1 are passed in place of labels,
        # and FittedClassifier translates back what the estimator says.
        class_minus_one = bool(np.any(self.classes == -1))
        return (takes_minus_one_for_a_mark and class_minus_one) or (
            all_rows and (class_minus_one or not _stand_beside_minus_one(self.values))
        )

    def beside_marks(self, codes):
        """Return y as estimators take it that are given all rows, shape (n_rows,)."""
        if codes:
            return self.codes()
        return np.where(self.known, self.values, np.int8(-1))

    def _checked(self, labels, source):
        """Return answers in a dtype that can be recorded, or raise."""
        if not len(labels):
            return labels
        _check_classes(labels)
        kind = kind_of(labels)
        if self.kind is not None and kind != self.kind:
            raise ValueError(
                f"{source} gave labels of kind {kind} ({labels.tolist()[0]!r}), but "
                f"the labels known so far are of kind {self.kind} "
                f"({self.classes.tolist()[0]!r}). Use one kind for all labels."
            )
        return labels


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
                "Unknown label type: continuous. A classifier needs labels that are "
                "classes; to learn numbers, wrap a regressor."
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


def _stand_beside_minus_one(values):
    # uint64 beside int8 gives float64, in which labels above 2^53 change; small
    # unsigned dtypes grow to a signed one that holds both.
    dtype = values.dtype
    both = np.result_type(dtype, np.int8) if dtype.kind in "iuf" else None
    return both is not None and both.kind in ("i", dtype.kind)
