"""What a cell says, however it was written, and whoever has read it from a file."""

import re
import warnings
from datetime import date, datetime
from numbers import Real

import numpy as np

from sklearn_active.files._tables import text_of

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?", re.I)
_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}((,\d{3})+(\.\d+)?|(\.\d+)?)")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([ T]|$)")
# What pandas takes for missing when it reads a file.
_MISSING = {"#n/a", "#n/a n/a", "#na", "<na>", "n/a", "na", "nan", "null", "none"}
_MISSING |= {"-nan", "-1.#ind", "-1.#qnan", "1.#ind", "1.#qnan"}
_FEW = 5


def said(value):
    """Return what a cell says: None, a bool, a number, a time, or a text.

    Parameters
    ----------
    value : object
        As a file or pandas has it.

    Returns
    -------
    said : None, bool, float, datetime or str
    """
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (Real, np.number)):
        return None if value != value else float(value)
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()
    if isinstance(value, datetime):
        return None if value != value else _naive(value)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    text = text_of(value)
    if text is None or is_missing(text):
        return None
    text = text.strip()
    return {"true": True, "false": False}.get(text.lower(), text)


def _naive(time):
    """Return a time without its zone, in UTC."""
    if time.tzinfo is not None:
        time = (time - time.utcoffset()).replace(tzinfo=None)
    return of_standard_library(time)


def of_standard_library(time):
    """Return a time of pandas as one of the standard library, others as they are."""
    return time.to_pydatetime() if hasattr(time, "to_pydatetime") else time


def is_missing(text):
    """Say whether pandas reads a text as missing."""
    return text.strip().lower() in _MISSING


def format_of_numbers(texts, decimal_comma=False):
    """Return how numbers are written: 'plain', 'comma', 'thousands'; None for others.

    Parameters
    ----------
    texts : list of str
        Without blanks.
    decimal_comma : bool, default=False
        Whether a comma is the decimal one where it may be either: 1,234.

    Returns
    -------
    format : str or None
    """
    # All cells decide together: 1,234 alone may be either, and one 1,5 in the column
    # tells. Where nothing does, what the rest of the file has comes first.
    if all(map(_PLAIN.fullmatch, texts)):
        return "plain"
    formats = {"thousands": _THOUSANDS, "comma": _COMMA}
    for name in sorted(formats, reverse=not decimal_comma):
        if all(map(formats[name].fullmatch, texts)):
            return name
    return None


def in_plain_form(text, format):
    """Return a number as `float` reads it: with a point, and no marks of thousands.

    Parameters
    ----------
    text : str
        Of that format.
    format : str
        As of `format_of_numbers`.

    Returns
    -------
    text : str
    """
    if format == "comma":
        return text.replace(".", "").replace(",", ".")
    return text.replace(",", "") if format == "thousands" else text


def _number(text, format):
    try:
        number = float(in_plain_form(text, format))
    except ValueError:
        return np.nan
    return number if np.isfinite(number) else np.nan


class ColumnReader:
    """Read a column that is no text: numbers, times, or values to be told apart.

    Parameters
    ----------
    name : str
        Of the column.
    decimal_comma : bool
        Whether 1,234 is a little more than one.

    Attributes
    ----------
    kind : {'number', 'date', 'value'}
        What all cells of `fit` are.
    format : str
        How numbers are written.
    """

    def __init__(self, name, decimal_comma=False):
        self.name = name
        self.decimal_comma = decimal_comma

    def fit(self, values):
        """Find out what the cells are.

        Parameters
        ----------
        values : iterable of length n_rows
            The cells.

        Returns
        -------
        reader : ColumnReader
        """
        known = [cell for cell in map(said, values) if cell is not None]
        texts = [cell for cell in known if isinstance(cell, str)]
        others = [cell for cell in known if not isinstance(cell, str)]
        self.kind, self.format = "value", "plain"
        found = format_of_numbers(texts, self.decimal_comma)
        if known and found and all(type(cell) is float for cell in others):
            self.kind, self.format = "number", found
        elif known and all(isinstance(cell, datetime) for cell in others):
            self._dates = _fitted_dates(texts)
            self.kind = "value" if texts and self._dates is None else "date"
        self._known = set() if self.kind != "value" else set(map(_word, known))
        return self

    def read(self, values):
        """Return the cells as an array of one type; NaN or None where there is none.

        Parameters
        ----------
        values : iterable of length n_rows
            The cells.

        Returns
        -------
        column : ndarray of float, datetime64 or object of shape (n_rows,)
        """
        cells = list(map(said, values))
        n_known = len(cells) - cells.count(None)
        if self.kind == "number":
            column = self._numbers(cells)
            n_read = np.count_nonzero(~np.isnan(column))
        elif self.kind == "date":
            column = self._times(cells)
            n_read = np.count_nonzero(~np.isnat(column))
        else:
            column = self._values(cells)
            n_read = sum(cell in self._known for cell in column)
            n_known = n_known if n_known >= _FEW else 0  # a new value may be right
        if n_known and n_read < n_known / 2:
            what = {"number": "numbers", "date": "dates", "value": "known values"}
            warnings.warn(
                f"Of {n_known} cells of the column {self.name!r}, {n_read} could be "
                f"read as {what[self.kind]}, which it held before; the others count as "
                "blank.",
                UserWarning,
                stacklevel=2,
            )
        return column

    def _numbers(self, cells):
        # The rows to predict may come from another program than those of the fit:
        # their format is found anew, and where it can't be told that of the fit counts.
        texts = [cell for cell in cells if isinstance(cell, str)]
        comma = self.decimal_comma or self.format == "comma"
        format = format_of_numbers(texts, comma) or self.format
        return np.array(
            [
                _number(cell, format)
                if isinstance(cell, str)
                else cell
                if type(cell) is float and np.isfinite(cell)
                else np.nan
                for cell in cells
            ],
            dtype=float,
        )

    def _times(self, cells):
        # Microseconds: nanoseconds end in 2262, and people write 9999-12-31.
        column = np.full(len(cells), np.datetime64("NaT", "us"), dtype="datetime64[us]")
        texts = {}
        for row, cell in enumerate(cells):
            if isinstance(cell, datetime):
                column[row] = cell
            elif isinstance(cell, str):
                texts[row] = cell
        if texts:
            column[list(texts)] = self._parsed(list(texts.values()))
        return column

    def _parsed(self, texts):
        import pandas as pd

        # ISO first, cell by cell: a parser that guesses one format for the column would
        # read 2024-02-03 by day first where the other cells are so.
        series = pd.Series(texts, name=self.name, dtype=object)
        iso = pd.to_datetime(
            series.where(series.str.match(_ISO)),
            errors="coerce",
            format="ISO8601",
            utc=True,
        )
        found = iso.dt.tz_localize(None)
        if self._dates is not None:
            own = self._dates.transform(series)
            found = found.where(found.notna(), _without_zone(own))
        return found.to_numpy("datetime64[us]")

    def _values(self, cells):
        if self._known <= {"True", "False"}:  # pandas makes 1.0 of True beside a blank
            cells = [
                bool(cell) if type(cell) is float and cell in (0, 1) else cell
                for cell in cells
            ]
        column = np.empty(len(cells), dtype=object)
        column[:] = [None if cell is None else _word(cell) for cell in cells]
        return column


def _word(cell):
    """Return one text per value: 007, 7.0 and 7 are the same."""
    # A column of codes that went through a spreadsheet has lost its zeros and gained
    # points; 15 digits are what a float64 holds for sure.
    if isinstance(cell, str) and _PLAIN.fullmatch(cell):
        cell = float(cell)
    if type(cell) is float:
        return f"{cell:.15g}"
    return str(cell)


def _fitted_dates(texts):
    """Return what reads these texts as dates, None where they are none."""
    import pandas as pd
    from skrub import ToDatetime

    if not texts:
        return None
    dates = ToDatetime()
    try:
        found = dates.fit_transform(pd.Series(texts, name="x", dtype=object))
    except ValueError:  # skrub's word for a column of another kind
        return None
    return dates if found.notna().mean() > 0.9 else None


def are_dates(texts):
    """Say whether texts are dates.

    Parameters
    ----------
    texts : list of str
        Without blanks.

    Returns
    -------
    are : bool
    """
    return _fitted_dates(texts) is not None


def _without_zone(times):
    if times.dt.tz is not None:
        times = times.dt.tz_convert("UTC").dt.tz_localize(None)
    return times
