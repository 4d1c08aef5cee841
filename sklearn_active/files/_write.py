"""The table as it was read, with columns of labels and guesses appended."""

import codecs
import json
import re
from dataclasses import replace
from datetime import date, datetime, time
from importlib import import_module
from io import BytesIO
from pathlib import Path

import numpy as np

from sklearn_active.files._cells import (
    format_of_numbers,
    in_plain_form,
    of_standard_library,
)
from sklearn_active.files._separated import Form, has, named_places, written_cells
from sklearn_active.files._tables import TABLES, text_of
from sklearn_active.labeling._files.formats import replace_all

_LONGEST_CELL = 32_767  # of a spreadsheet
_DIGITS = 15  # that a number of a spreadsheet holds
_NUMERAL = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")  # 007 is none


def check_out(path, *others):
    """Raise where a table can't be written, before anybody has worked for it.

    Parameters
    ----------
    path : str or path
        Where to.
    *others : path
        Files that are not to be overwritten.
    """
    path = Path(path)
    if path.suffix.lower() not in TABLES:
        raise ValueError(
            f"{path} can't be written: end its name in one of {', '.join(TABLES)}."
        )
    check_place(path, *others)
    _check_package(path)


def _check_package(path):
    package = {".xlsx": "openpyxl", ".parquet": "pyarrow"}.get(path.suffix.lower())
    try:
        if package is not None:
            import_module(package)
    except ImportError as error:
        raise ImportError(
            f"Writing {path} needs {package}: pip install 'sklearn-active[label]'."
        ) from error


def check_place(path, *others):
    """Raise where a file would overwrite another, or has no folder to be in.

    Parameters
    ----------
    path : str or path
        Where to.
    *others : path
        Files that are not to be overwritten.
    """
    path = Path(path)
    for other in others:
        if path.resolve() == Path(other).resolve():
            raise ValueError(f"{path} would be overwritten: name another file.")
    if path.is_dir() or not path.resolve().parent.is_dir():
        raise ValueError(f"{path} can't be written: it is a folder, or is in none.")


def write_table(table, path, columns):
    """Write a table with more columns after its own, all or nothing.

    Parameters
    ----------
    table : Table
        As it was read.
    path : str or path
        .csv, .tsv, .xlsx, .jsonl, .json or .parquet; overwritten.
    columns : dict of str to list of length n_rows
        What is added; a name that is there already gets a number.

    Returns
    -------
    notes : list of str
        What could not be written as it was.
    """
    path, notes = Path(path), []
    _check_package(path)
    columns = {_free(name, table): values for name, values in columns.items()}
    suffix = path.suffix.lower()
    if suffix in (".csv", ".tsv"):
        data = _csv(table, columns, suffix, notes)
    elif suffix == ".xlsx":
        data = _xlsx(table, columns, path, notes)
    elif suffix == ".parquet":
        data = _parquet(table, columns)
    else:
        data = _json(table, columns, suffix)
    replace_all({path.resolve(): data})
    return notes


def _free(name, table):
    """Return a name that no column has."""
    taken, n, free = {*table.names, *table.frame.columns}, 1, name
    while free in taken:
        n += 1
        free = f"{name}_{n}"
    return free


def _csv(table, columns, suffix, notes):
    form = table.form
    if form is None:  # a spreadsheet knows UTF-8 by its mark
        form = Form(mark=codecs.BOM_UTF8)
    if suffix != table.suffix:
        form = replace(form, separator="\t" if suffix == ".tsv" else ",")
    cells = [table.frame[name].tolist() for name in table.frame.columns]
    if table.form is None:
        cells = [[text_of(value) or "" for value in column] for column in cells]
    comma = _has_decimal_commas(table)
    added = [[_cell(value, comma) for value in column] for column in columns.values()]
    rows = zip(*cells, *added, strict=True)
    # The cells that were read are written as they stand: nothing goes through a number
    # or a date, which would write 007 as 7.
    data, used = written_cells([*table.names, *columns], rows, form)
    if used is not form:
        notes.append(
            f"{form.encoding} lacks a character of the labels: written as UTF-8"
        )
    return data


def _cell(value, comma):
    if value is None:
        return ""
    text = str(value)
    return text.replace(".", ",") if comma and isinstance(value, float) else text


def _has_decimal_commas(table):
    """Say whether a column of the file is of numbers such as 13,50."""
    if table.form is None or table.form.separator != ";":
        return False
    return any(_format(table.frame[name].tolist()) == "comma" for name in table.frame)


def _format(values):
    """Return how the numbers of a column of texts are written, None for others."""
    known = [text.strip() for text in values if text and text.strip()]
    return format_of_numbers(known, decimal_comma=True) if known else None


def _typed(table):
    """Return (name, values) of the columns: numbers where a file had them as text."""
    has_commas = _has_decimal_commas(table)
    for name in table.frame.columns:
        values = table.frame[name].tolist()
        if table.form is not None:
            values = [value or None for value in values]
            is_comma = has_commas and _format(values) == "comma"
            format = "comma" if is_comma else "plain"
            # All or none: a column in which one cell is no number stays text, or its
            # codes would lose their zeros where they look like numbers.
            numbers = [_number(value, format) for value in values]
            if numbers.count(None) == values.count(None):
                values = numbers
        yield name, values


def _number(text, format):
    """Return the number that a spreadsheet would see in a cell, else None."""
    if text is None:
        return None
    text = in_plain_form(text, format)
    if len(text) > _DIGITS or not _NUMERAL.fullmatch(text):
        return None
    return float(text) if "." in text else int(text)


def _xlsx(table, columns, path, notes):
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    values = [values for _, values in _typed(table)] + list(columns.values())
    rows = [[*table.names, *columns], *map(list, zip(*values, strict=True))]
    odd = []
    for place, row in zip(["the first row", *table.places], rows, strict=True):
        row[:] = map(_of_spreadsheet, row)  # before a sheet is begun: it may raise
        texts = [value for value in row if isinstance(value, str)]
        longest = max(map(len, texts), default=0)
        if longest > _LONGEST_CELL:
            raise ValueError(
                f"{path} was not written: a text of {place} has {longest:,} "
                f"characters, and a cell of a spreadsheet holds {_LONGEST_CELL:,}. "
                "Write .csv, .jsonl or .parquet."
            )
        odd += [place] if any(map(ILLEGAL_CHARACTERS_RE.search, texts)) else []
    if odd:
        notes.append(
            f"{named_places(odd)} {has(odd)} characters that .xlsx can't hold: "
            "written as \ufffd"
        )
    book = Workbook(write_only=True)
    sheet = book.create_sheet("labeled")

    def cell(value):
        if not isinstance(value, str):
            return value
        made = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("\ufffd", value))
        made.data_type = "s"  # "=1+1" is what somebody wrote, no formula
        return made

    for row in rows:
        sheet.append(list(map(cell, row)))
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _of_spreadsheet(value):
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, float)):
        if value != value:
            return None
        # A spreadsheet's numbers are floats of 15 digits: a longer identifier would be
        # another one when it is opened.
        return value if abs(value) < 10**_DIGITS else str(value)
    if isinstance(value, (datetime, time)):
        return of_standard_library(value) if value.tzinfo is None else text_of(value)
    if isinstance(value, date):
        return value
    return text_of(value)


def _parquet(table, columns):
    import pyarrow as pa
    from pyarrow import parquet

    if table.suffix == ".parquet":
        # Columns of the file keep their types, also those that nobody looks at.
        kept = pa.Table.from_pandas(table.frame, preserve_index=False)
        arrays = dict(zip(kept.column_names, kept.columns, strict=True))
    else:
        arrays = {name: _arrow(values) for name, values in _typed(table)}
    arrays |= {name: _arrow(values) for name, values in columns.items()}
    file = BytesIO()
    parquet.write_table(pa.table(arrays), file)
    return file.getvalue()


def _arrow(values):
    """Return a column of one kind: texts where the values are of several."""
    import pyarrow as pa

    try:
        return pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return pa.array([text_of(value) for value in values])


def _json(table, columns, suffix):
    names = [*table.frame.columns, *columns]
    values = [values for _, values in _typed(table)] + list(columns.values())
    records = [
        dict(zip(names, map(_of_json, row), strict=True))
        for row in zip(*values, strict=True)
    ]
    if suffix == ".json":
        return (json.dumps(records, ensure_ascii=False, indent=1) + "\n").encode()
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    return "".join(line + "\n" for line in lines).encode()


def _of_json(value):
    if isinstance(value, (np.generic, np.ndarray)):
        value = value.tolist()
    if value is None or isinstance(value, (bool, int, str, list, dict)):
        return value
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return text_of(value)
