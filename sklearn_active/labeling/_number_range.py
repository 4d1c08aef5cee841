"""NumberRange: which numbers may be given, and how they are typed and shown."""

import re
import unicodedata
from dataclasses import dataclass
from math import inf, isfinite
from numbers import Real
from typing import Any, Self

from sklearn_active._sklearn import Interval, validate_parameter_constraints

_CONSTRAINTS = {
    "low": [Interval(Real, None, None, closed="both")],
    "high": [Interval(Real, None, None, closed="both")],
    "unit": [str],
}
# An exponent needs a digit, so that the unit eV in "3 eV" is none.
_TYPED = re.compile(
    r"(?P<number>[+-]?(?P<whole>[0-9]*)(?:(?P<mark>[.,])(?P<rest>[0-9]*))?"
    r"(?:[eE][+-]?[0-9]+)?)\s*(?P<unit>.*)",
    re.DOTALL,
)
_LIKE_A_NUMBER = set("0123456789+-.,")
_DIGITS_OF_GUESS = 4


@dataclass(frozen=True)
class NumberRange:
    """Say which numbers may be given as labels, and in which unit.

    For sessions and oracles around a regressor. Anything outside it is refused with an
    explanation, and nothing is recorded.

    Parameters
    ----------
    low : float, default=-inf
        The smallest number that may be given.
    high : float, default=inf
        The largest one.
    unit : str, default=''
        What the numbers are in, such as 'mm'. It is shown beside them, and may be typed
        after them; another unit is refused.

    Notes
    -----
    A point or a comma is the decimal mark, and thousands are not separated. A comma
    with three digits after it and one to three before it (1,234) may be either, and is
    refused. `written` gives the shortest text that is read as the same float.

    Examples
    --------
    >>> from sklearn_active.labeling import NumberRange
    >>> lengths = NumberRange(0, 100, "mm")
    >>> lengths.read("12,5"), lengths.read("12.5 mm")
    (12.5, 12.5)
    >>> lengths.read("125")
    Traceback (most recent call last):
    ...
    ValueError: 125 mm is out of range: give a number from 0 to 100 mm.
    """

    low: float = -inf
    high: float = inf
    unit: str = ""

    def __post_init__(self):
        stated = {"low": self.low, "high": self.high, "unit": self.unit}
        validate_parameter_constraints(_CONSTRAINTS, stated, "NumberRange")
        # It is frozen; 0 and 0.0 are to be the same range, on file too.
        object.__setattr__(self, "low", float(self.low))
        object.__setattr__(self, "high", float(self.high))
        object.__setattr__(self, "unit", self.unit.strip())
        if not self.low < self.high or self.low == inf or self.high == -inf:
            raise ValueError(
                f"low must be less than high; got {self.low!r} and {self.high!r}."
            )
        if not self.unit.isprintable() or self.unit[:1] in _LIKE_A_NUMBER:
            raise ValueError(
                f"A unit is text that can be printed and doesn't begin like a number, "
                f"such as 'mm'; got {self.unit!r}."
            )

    @classmethod
    def of_json(cls, value: Any) -> Self:
        """Return the range that a journal or a page holds.

        Parameters
        ----------
        value : dict
            As of `as_json`.

        Returns
        -------
        numbers : NumberRange

        Raises
        ------
        ValueError
            Where it is none.
        """
        if not isinstance(value, dict) or value.keys() != {"low", "high", "unit"}:
            raise ValueError("A range of numbers has a low, a high and a unit.")
        low, high = value["low"], value["high"]
        low, high = -inf if low is None else low, inf if high is None else high
        return cls(low, high, value["unit"])

    def as_json(self) -> dict[str, Any]:
        """Return it as values of JSON, which knows no infinity.

        Returns
        -------
        value : dict
            None where there is no bound.
        """
        low, high = (x if isfinite(x) else None for x in (self.low, self.high))
        return {"low": low, "high": high, "unit": self.unit}

    def __str__(self) -> str:
        """Return in words what may be given: "a number from 0 to 100 mm"."""
        low, high = map(self._written, (self.low, self.high))
        if isfinite(self.low) and isfinite(self.high):
            return self._with_unit(f"a number from {low} to {high}")
        if isfinite(self.low):
            return self._with_unit(f"a number of at least {low}")
        if isfinite(self.high):
            return self._with_unit(f"a number of at most {high}")
        return f"a number in {self.unit}" if self.unit else "a number"

    def read(self, text: str) -> float:
        """Return the number that somebody typed, or raise.

        Parameters
        ----------
        text : str
            Such as "12.5", "12,5", "1e-3" or, with its unit, "12.5 mm".

        Returns
        -------
        number : float

        Raises
        ------
        ValueError
            Where it is not a number, may be two (1,234), is in another unit or out of
            range.
        """
        # What keyboards and other programs write for a minus and for a space.
        text = text.replace("\N{MINUS SIGN}", "-").strip()
        found = _TYPED.fullmatch(text)
        if found is None or not (found["whole"] or found["rest"]):
            raise ValueError(f"{text!r} is not a number: give {self}.")
        unit = found["unit"]
        if unit[:1] in _LIKE_A_NUMBER:
            raise ValueError(
                f"{text!r} is not one number: type it as 1234.5, with nothing between "
                "the thousands."
            )
        # The micro sign and the Greek letter look the same, and are both typed.
        if unit and _plain(unit) != _plain(self.unit):
            expected = f"the unit here is {self.unit}" if self.unit else "there is none"
            raise ValueError(
                f"{text!r} has the unit {unit}, and {expected}. Give {self}."
            )
        self._check_comma(found)
        return self.check(float(found["number"].replace(",", ".")))

    def _check_comma(self, found):
        """Raise where a comma may be a decimal mark or one between thousands."""
        whole, rest = found["whole"], found["rest"]
        # A group of thousands has three digits behind it and begins with no 0.
        may_be_group = len(rest or "") == 3 and 0 < len(whole) <= 3 and whole[0] != "0"
        if found["mark"] == "," and may_be_group:
            raise ValueError(
                f"{found['number']!r} may be {whole}.{rest} or {whole}{rest}: type it "
                "with a point, or without the comma."
            )

    def check(self, number: float) -> float:
        """Return a number, or raise where it may not be given.

        Parameters
        ----------
        number : float
            Any number.

        Returns
        -------
        number : float
        """
        if not isfinite(number):
            raise ValueError(f"{number} is no number that a model learns from.")
        if not self.low <= number <= self.high:
            raise ValueError(f"{self.written(number)} is out of range: give {self}.")
        return number

    def written(self, number: float) -> str:
        """Return a number with its unit; read again, it is exactly the same.

        Parameters
        ----------
        number : float
            A label.

        Returns
        -------
        text : str
        """
        return self._with_unit(self._written(number))

    def rounded(self, number: float) -> str:
        """Return a number with its unit, to four digits: what a model predicts.

        Parameters
        ----------
        number : float
            A prediction, or a mean of some.

        Returns
        -------
        text : str
        """
        return self.written(float(f"{number:.{_DIGITS_OF_GUESS}g}"))

    @staticmethod
    def _written(number):
        return repr(float(number)).removesuffix(".0")

    def _with_unit(self, text):
        return f"{text} {self.unit}" if self.unit else text


def _plain(unit):
    return "".join(unicodedata.normalize("NFKC", unit).split())
