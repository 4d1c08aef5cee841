"""Numbers as the labels of a session, for regressors."""

from numbers import Real

import numpy as np

from sklearn_active._data.columns import is_null
from sklearn_active.labeling._book.allowed_labels import AllowedLabels
from sklearn_active.labeling._book.event_checks import NUMBERS, check_number
from sklearn_active.labeling._book.label_values import plain
from sklearn_active.labeling._number_range import NumberRange

_NAMED = 3


class AllowedNumbers(AllowedLabels):
    """Labels that are numbers: kept as floats, which a file gives back exactly.

    Parameters
    ----------
    numbers : NumberRange, default=None
        Which may be given; None: as a journal says, else any.
    """

    aggregates = ("last", "median")
    lacks = frozenset(("estimate",))
    what, kind = "numbers", NUMBERS

    def __init__(self, numbers=None):
        super().__init__()
        self.numbers = NumberRange() if numbers is None else numbers
        self._is_stated = numbers is not None

    @property
    def header(self):
        """What a journal says of them, as a dict."""
        return {"numbers": self.numbers.as_json()}

    def known_to(self, header, path):
        """Return the range that a journal states."""
        self.check_same_kind(header, path, "a regressor learns numbers")
        found = header["numbers"]
        try:
            return NumberRange.of_json(found)
        except ValueError as error:
            raise ValueError(
                f"{path} is damaged: the range in its header is {found!r}. {error}"
            ) from error

    def go_on(self, known, state, given, path):
        """Take over the previous range where none is stated."""
        if not self._is_stated:
            self.numbers = known
        self.check_given(given)
        if self.numbers == known:
            return [], False
        # A number is of the unit that was shown when it was typed. Where there was
        # none, the one that is stated now says what all had in mind.
        if known.unit not in ("", self.numbers.unit) and state.voted:
            raise ValueError(
                f"{path} holds answers in {known.unit}: pass numbers=NumberRange(..., "
                f"unit={known.unit!r}), or take another file."
            )
        self._check_all_inside(state.voted, path)
        return [f"Now {self.numbers} is asked for, not {known}."], True

    def _check_all_inside(self, voted, path):
        """Raise where answers are out of the range that is stated now."""
        outside = [x for x in sorted(voted) if not self._is_inside(x)]
        if outside:
            named = ", ".join(map(self.numbers.written, outside[:_NAMED]))
            raise ValueError(
                f"{path} holds {len(outside)} answers that are out of range now "
                f"({named}): they are to be {self.numbers}. Widen the range, or "
                "correct them in a session with the previous range."
            )

    def check_given(self, given):
        """Raise where a label of y is out of range."""
        outside = [(row, x) for row, x in given.items() if not self._is_inside(x)]
        if outside:
            row, label = outside[0]
            raise ValueError(
                f"y holds {len(outside)} labels that are out of range, first "
                f"{self.numbers.written(label)} in row {row}: they are to be "
                f"{self.numbers}. Widen the range, or put NaN there."
            )

    def _is_inside(self, number):
        return self.numbers.low <= number <= self.numbers.high

    def classes(self, state):
        """Return that there are none."""
        return []

    def check_stated(self, classes):
        """Do nothing: some number can always be given, and none is a mark."""

    def check(self, label, classes):
        """Return a label as a float, None where it abstains, or raise."""
        label = plain(label)
        if label is np.ma.masked or is_null(label):
            return None
        if isinstance(label, str):  # as somebody has typed it
            return self.numbers.read(label)
        if not isinstance(label, Real):
            raise ValueError(
                f"A label is {self.numbers} here, not {label!r} "
                f"({type(label).__name__})."
            )
        check_number(label)
        return self.numbers.check(float(label))

    def read(self, text, classes):
        """Return the number that a text in a file stands for."""
        return self.numbers.read(text)

    def agreement(self, votes):
        """Return None: numbers are hardly ever the same."""
        return
