"""Labels that are numbers, for regressors."""

from numbers import Real

import numpy as np
from sklearn.dummy import DummyRegressor
from sklearn.utils import assert_all_finite

from sklearn_active._data.columns import Column, is_null
from sklearn_active._data.fitted import FittedRegressor
from sklearn_active._data.labels import Labels
from sklearn_active._data.marks import Mark, is_auto

_TRIAL_ROWS = 50  # more than folds and neighbors usually want
_MARK = Mark(np.nan, "class")  # -1 is a number like any other


class Numbers(Column):
    """Values of which each is a number, not one of a few that must stay apart."""

    def _numbers(self, values):
        # Also integers of more than 64 bits, which are no names here.
        are_real = all(isinstance(value, Real) for value in values)
        return np.array(values, dtype=float) if are_real else super()._numbers(values)


class NumberLabels(Labels):
    """Labels that are numbers, kept as float64; NaN marks an unlabeled row."""

    task = "regression"
    are_classes = False
    continuous = True
    dummy = DummyRegressor
    told_as_open = np.nan
    where_several = "Where a row has several numbers, take a learner for each."

    def __init__(self, n_rows, mark=_MARK):
        super().__init__(n_rows, mark)
        self.values = np.zeros(n_rows)
        self.classes = self.values[:0]

    @classmethod
    def column_of(cls, y, source="y"):
        """Read y or answers, not yet knowing what they mean."""
        return Numbers.of(y, source, cls.where_several)

    @classmethod
    def read(cls, column, missing_label, has_oracle):
        """Return the labels of a partly labeled y, a Column."""
        return cls.of(column, ~column.missing, cls.mark_beside(None, missing_label))

    @classmethod
    def mark_beside(cls, truth, missing_label):
        """Return the mark of a y that is complete: it must be none of its labels."""
        if is_auto(missing_label) or is_null(missing_label):
            return _MARK
        raise ValueError(
            "To a regressor every number is a label, so only NaN or None can mark an "
            f"unlabeled row; got missing_label={missing_label!r}. Put NaN in y where "
            "there is no label, and leave missing_label at 'auto'."
        )

    @classmethod
    def empty(cls, n_rows, missing_label):
        """Return the labels of a pool where nothing is labeled."""
        return cls(n_rows, cls.mark_beside(None, missing_label))

    def add(self, indices, labels):
        """Record `labels`, an ndarray checked by `parse_answers`, at `indices`."""
        self._record(indices, labels)

    def class_of(self, row):
        """Return the same for each number: none of them is a kind of its own."""
        return 0

    def marked(self, values, known):
        """Return `values` where `known`, and NaN elsewhere, shape (n_rows,)."""
        return np.where(known, values, np.nan)

    @classmethod
    def is_told(cls, y):
        """Return where a y as estimators have it says something, shape as y's."""
        return ~np.isnan(y)

    @property
    def suffice(self):
        """Whether a model that is fitted on them can tell one row from another."""
        return self.n_known > 1

    def what_is_needed(self):
        """Return in words how far it is to a model."""
        return f"{self.n_known} numbers are known, and two are needed"

    def made_up(self, n_most):
        """Return made-up labels for a trial fit."""
        # Those known, over and over: some regressors take no negative number.
        n_wanted = min(n_most, _TRIAL_ROWS - self.n_known)
        return np.resize(self.values[self.rows], max(n_wanted, 0))

    def fitted(self, estimator, encoded=False, pretrained=False):
        """Return an estimator that was fitted on them, in the learner's own words."""
        return FittedRegressor(estimator, is_informed=self.suffice or pretrained)

    def public_classes(self, known):
        """Raise: numbers are no classes."""
        raise AttributeError("classes_ is not available: a regressor has none.")

    def _checked(self, labels, source):
        """Return answers as floats, or raise."""
        if labels.dtype.kind == "c":
            raise ValueError("Complex data not supported: y must be numbers.")
        # Dates and time spans would pass for numbers, and NaT for one of them.
        if len(labels) and labels.dtype.kind not in "biuf":
            raise ValueError(
                f"{source} gave {labels.tolist()[0]!r}, but a regressor learns "
                "numbers. Give one number per row, and None for a row without one; to "
                "learn classes, wrap a classifier."
            )
        assert_all_finite(labels, input_name="y")
        return labels.astype(np.float64)
