"""What marks a row without a label: stated, or found in y."""

from dataclasses import dataclass, replace
from numbers import Number

import numpy as np

from sklearn_active._data.columns import Column, is_null
from sklearn_active._sklearn import is_pandas_na
from sklearn_active._sklearn.warnings import warn_user

AUTO = "auto"
_STATE_IT = "State what marks an unlabeled row with missing_label=..."


@dataclass(frozen=True)
class Mark:
    """What stands where a row has no label, and what abstains as an answer.

    None, NaN, NA and masked values always do; the rest is here. There are few states:

    - nothing is known yet: -1 abstains, or (`start(X)` without y) may mean either;
    - y held -1 for unlabeled rows, or the mark was stated: that value abstains;
    - y held missing values: nothing says what -1 is, and as an answer it is refused;
    - None or NaN was stated, or -1 found to be a class: -1 is a label like any other.

    Parameters
    ----------
    value : object, default='auto'
        What stands in `y_`; "auto" as long as no label has fixed it.
    minus_one : {'mark', 'class', 'ambiguous'}, default='mark'
        What a numeric -1 means where the value says nothing of it: it is "auto" or
        None or NaN.
    """

    value: object = AUTO
    minus_one: str = "mark"

    @classmethod
    def stated(cls, missing_label):
        """Return the mark that a `missing_label` states, "auto" included."""
        if is_auto(missing_label):
            return cls()
        value = None if is_pandas_na(missing_label) else missing_label
        return cls(value, "class")

    @property
    def says_nothing(self):
        """Whether the value leaves open what -1 means."""
        return is_auto(self.value) or is_null(self.value)

    @property
    def is_only_null(self):
        """Whether every value that can be written is a label."""
        return is_null(self.value) and self.minus_one == "class"

    @property
    def shown(self):
        """What stands in an array of labels."""
        return -1 if is_auto(self.value) else self.value

    def fixed_by(self, labels):
        """Return the mark as the first labels fix it."""
        if not is_auto(self.value):
            return self
        return replace(self, value=default_mark(labels))

    def stands_for(self, label):
        """Say whether one label would be taken for the mark."""
        column = Column(np.array([label], dtype=object))
        return bool(column.equal_to(self.shown)[0])

    def of_answers(self, column):
        """Return which answers abstain by the mark, or raise where -1 may be a class.

        Parameters
        ----------
        column : Column
            The answers.

        Returns
        -------
        abstains : ndarray of bool of shape (n_answers,)
        """
        if not self.says_nothing:
            return column.equal_to(self.value)
        minus_one = column.equal_to(-1) & ~column.missing
        if self.minus_one == "ambiguous" and minus_one.any():
            stated = None if is_auto(self.value) else self.value
            raise ValueError(
                "An answer is -1, and nothing says whether -1 is a class or means 'not "
                "labeled'. Answer None for 'not labeled', or pass missing_label=-1, or "
                f"missing_label={stated!r} if -1 is a class."
            )
        return minus_one & (self.minus_one == "mark")


def is_auto(mark):
    """Say whether a mark is to be found; it may be any object, an array too."""
    return isinstance(mark, str) and mark == AUTO


def default_mark(labels):
    """Return -1 for numeric labels without a class -1, else None."""
    numeric = labels.dtype.kind in "iuf"
    return -1 if numeric and not np.any(labels == -1) else None


def read_marks(column, missing_label, has_oracle):
    """Tell the unlabeled rows of a y from the labeled ones.

    Parameters
    ----------
    column : Column
        The y.
    missing_label : object
        The mark, or "auto".
    has_oracle : bool
        Whether somebody can be asked; decides what a y of only -1 and 1 means.

    Returns
    -------
    unlabeled : ndarray of bool of shape (n_rows,)
    mark : Mark
    """
    if not is_null(missing_label):
        column.refuse_numpys_text("y", missing_label)
    if not is_auto(missing_label):
        return _marked_by(column, missing_label), Mark.stated(missing_label)
    minus_one = column.equal_to(-1) & ~column.missing
    if column.missing.any():
        if minus_one.any():
            raise ValueError(
                "y holds both -1 and missing values (None, NaN, NA or masked), so -1 "
                f"may be a class or a mark. {_STATE_IT}: -1, or None if -1 is a class."
            )
        return column.missing, Mark(_null_in(column), "ambiguous")
    if not minus_one.any():
        return minus_one, Mark()
    one = column.equal_to(1)
    if not has_oracle and one.any() and np.all(one | minus_one):
        warn_user(
            "y holds only -1 and 1, and there is no oracle: -1 is taken for a class. "
            "Pass missing_label=-1 if it marks unlabeled rows, or missing_label=None "
            "to state that it is a class.",
        )
        return column.missing, Mark(None, "class")
    return minus_one, Mark(-1)


def _marked_by(column, mark):
    """Return which rows are unlabeled where the mark is stated."""
    if is_null(mark):
        return column.missing
    if not isinstance(mark, (str, bytes, Number)):
        raise ValueError(
            f"missing_label must be 'auto', None, NaN, a number or text; got {mark!r}."
        )
    if isinstance(mark, str) and column.kind == "number":
        raise ValueError(
            f"missing_label={mark!r} is text, but y holds numbers, so it can't mark a "
            "row. Pass the value itself: -1, None or float('nan')."
        )
    unlabeled = column.equal_to(mark)
    if (column.missing & ~unlabeled & ~column.hidden).any():
        raise ValueError(
            f"y holds missing values (None, NaN or NA) while missing_label={mark!r} is "
            "stated to mark unlabeled rows. Use one mark."
        )
    return unlabeled | column.hidden


def _null_in(column):
    """Return what stands for missing in a y: NaN where it holds no other null."""
    values, missing = column.values, column.missing
    if values.dtype.kind == "f":
        return np.nan
    if values.dtype.kind != "O":
        return default_mark(values[~missing])  # a mask over plain labels
    return np.nan if all(isinstance(v, float) for v in values[missing]) else None
