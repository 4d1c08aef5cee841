"""Tables out of files: what stood in each cell, and where."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from sklearn_active._data.columns import is_null
from sklearn_active.files._separated import Form, decoded, has, named_places, read_cells

_LONE = re.compile("[\ud800-\udfff]")
TABLES = (".csv", ".tsv", ".xlsx", ".jsonl", ".json", ".parquet")


@dataclass
class Table:
    """The cells of a file.

    Attributes
    ----------
    frame : pandas.DataFrame of shape (n_rows, n_columns)
        Text where the file holds text, else values; '' or None where blank.
    names : list of str
        The columns as the file names them, where names may be there twice.
    places : list of str
        Where each row stands: "line 7", "row 7", "record 7".
    form : Form or None
        How cells are separated, where they are.
    notes : list of str
        What was guessed, mended or left out.
    about : str
        The kind of file, in a few words.
    suffix : str
        Of the file.
    """

    frame: Any
    names: list
    places: list
    form: Form | None = None
    notes: list = field(default_factory=list)
    about: str = ""
    suffix: str = ""


def read_table(path, *, separator=None, encoding=None):
    """Read a table.

    Parameters
    ----------
    path : str or path
        .csv, .tsv, .xlsx, .jsonl, .json or .parquet.
    separator : str, default=None
        Of a text file; None: found out.
    encoding : str, default=None
        Of a text file; None: found out.

    Returns
    -------
    table : Table

    Raises
    ------
    ValueError
        Where there is no row, or the file is no table; names the line.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    pandas(path)
    if suffix in (".csv", ".tsv"):
        table = _of_cells(read_cells(path.read_bytes(), path, separator, encoding))
    elif suffix in (".jsonl", ".json"):
        table = _of_records(path, suffix, encoding)
    else:
        table = _of_xlsx(path) if suffix == ".xlsx" else _of_parquet(path)
    if not len(table.frame):
        raise ValueError(f"{path} has names of columns, but no row.")
    table.frame.columns, table.suffix = _distinct(table), suffix
    return table


def pandas(path):
    """Return pandas, or raise where it is not there.

    Parameters
    ----------
    path : path
        What it is needed for.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise ImportError(
            f"Reading {path} needs pandas: pip install 'sklearn-active[label]'."
        ) from error
    return pd


def _of_cells(cells):
    import pandas as pd

    frame = pd.DataFrame(cells.rows, dtype=object)
    places = [f"line {line}" for line in cells.lines]
    return Table(
        frame, cells.names, places, cells.form, cells.notes, about=str(cells.form)
    )


def _of_xlsx(path):
    import pandas as pd

    try:
        values, sheets = _cells_of_xlsx(path, data_only=True)
        formulas, _ = _cells_of_xlsx(path, data_only=False)
    except ImportError as error:
        raise ImportError(
            f"Reading {path} needs openpyxl: pip install 'sklearn-active[label]'."
        ) from error
    except Exception as error:  # zipfile's, openpyxl's, those of XML
        raise ValueError(f"{path} can't be read as a spreadsheet: {error}") from error
    filled = [i for i, row in enumerate(values) if any(map(text_of, row))]
    if not filled:
        raise ValueError(f"{path} is empty: its first sheet {sheets[0]!r} has no cell.")
    notes = []
    if len(sheets) > 1:
        notes.append(
            f"the sheet {sheets[0]!r} was read, the first of {len(sheets)}; to label "
            "another, move it to the front"
        )
    first, *filled = filled
    places = [f"row {i + 1}" for i in filled]
    lost = [
        place
        for i, place in zip(filled, places, strict=True)
        if any(
            v is None and f is not None
            for v, f in zip(values[i], formulas[i], strict=True)
        )
    ]
    if lost:
        notes.append(
            f"{named_places(lost)} {has(lost)} a formula without a value, taken as "
            "blank: open the file in a spreadsheet program and save it"
        )
    names = [text_of(name) or "" for name in values[first]]
    frame = pd.DataFrame([values[i] for i in filled], columns=names, dtype=object)
    return Table(frame, names, places, None, notes, f"the sheet {sheets[0]!r}")


def _cells_of_xlsx(path, data_only):
    """Return the rows of the first sheet, and the names of all."""
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=data_only)
    try:
        rows = list(book.worksheets[0].iter_rows(values_only=True))
        width = max(map(len, rows), default=0)
        rows = [(*row, *[None] * (width - len(row))) for row in rows]
        return rows, [sheet.title for sheet in book.worksheets]
    finally:
        book.close()


def _of_parquet(path):
    import pandas as pd

    try:
        frame = pd.read_parquet(path, dtype_backend="pyarrow")  # integers stay exact
    except ImportError as error:
        raise ImportError(
            f"Reading {path} needs pyarrow: pip install 'sklearn-active[label]'."
        ) from error
    except Exception as error:  # pyarrow's own
        raise ValueError(f"{path} can't be read as Parquet: {error}") from error
    is_counter = isinstance(frame.index, pd.RangeIndex) and frame.index.name is None
    frame = frame.reset_index(drop=is_counter)
    places = [f"row {i}" for i in range(1, len(frame) + 1)]
    return Table(frame, list(map(str, frame.columns)), places, about="Parquet")


def _of_records(path, suffix, encoding):
    import pandas as pd

    text, _, notes = decoded(path.read_bytes(), path, encoding)
    if not text.strip():
        raise ValueError(f"{path} is empty.")
    places, records = [], []
    found = _lines(text, path) if suffix == ".jsonl" else _list(text, path)
    for place, record in found:
        if not isinstance(record, dict):
            raise ValueError(
                f"{path}, {place} is not a record of names and values, but "
                f"{json.dumps(record)[:60]}."
            )
        places.append(place)
        records.append(record)
    if not records:
        raise ValueError(f"{path} holds no record.")
    names = list(dict.fromkeys(name for record in records for name in record))
    rows = [[record.get(name) for name in names] for record in records]
    frame = pd.DataFrame(rows, columns=names, dtype=object)
    odd = [
        place for place, row in zip(places, rows, strict=True) if _has_surrogate(row)
    ]
    if odd:
        notes.append(
            f"{named_places(odd)} {has(odd)} half a character (a lone surrogate), "
            "which no file can hold: read as ?"
        )
        frame = frame.map(_without_surrogates)
    missing = [
        place
        for place, record in zip(places, records, strict=True)
        if len(record) < len(names)
    ]
    if missing:
        notes.append(
            f"{named_places(missing)} {has(missing)} fewer than {len(names)} values: "
            "the rest is taken as blank"
        )
    return Table(frame, names, places, None, notes, "records of JSON")


def _has_surrogate(value):
    return _without_surrogates(value) != value


def _without_surrogates(value):
    if isinstance(value, str):
        return (
            value.encode("utf-8", "replace").decode() if _LONE.search(value) else value
        )
    if isinstance(value, list):
        return [_without_surrogates(one) for one in value]
    if isinstance(value, dict):
        return {k: _without_surrogates(one) for k, one in value.items()}
    return value


def _lines(text, path):
    # Not splitlines(): it ends lines at characters that stand inside texts.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield f"line {number}", json.loads(line)
            except ValueError as error:
                raise ValueError(
                    f"{path}, line {number} is not JSON: {error}. A .jsonl file has "
                    "one record in braces on each line."
                ) from error


def _list(text, path):
    try:
        records = json.loads(text)
    except ValueError as error:
        raise ValueError(
            f"{path} is not JSON: {error}. Name it .jsonl if each line is a record."
        ) from error
    if isinstance(records, dict) and len(records) == 1:  # {"data": [...]}
        (records,) = records.values()
    if not isinstance(records, list):
        raise ValueError(
            f"{path} must be a list of records, [{{...}}, {{...}}], as pandas writes "
            f"with orient='records'; it is {json.dumps(records)[:60]}."
        )
    for number, record in enumerate(records, start=1):
        yield f"record {number}", record


def _distinct(table):
    """Return distinct names of columns, as pandas makes them; note what was renamed."""
    found, columns = set(table.names), []
    for number, name in enumerate(table.names):
        new, n = name, 0
        if not name.strip():
            new = f"Unnamed: {number}"
        while new in columns or (n and new in found):
            n += 1
            new = f"{name}.{n}"
        columns.append(new)
        if n:
            table.notes.append(
                f"the column {name!r} is there more than once: the one in place "
                f"{number + 1} is called {new!r} here"
            )
    return columns


def text_of(value):
    """Return a cell as text, None where it is blank.

    Parameters
    ----------
    value : object
        What stands in it.

    Returns
    -------
    text : str or None
    """
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, default=str) if value else None
    if is_null(value):
        return None
    if isinstance(value, (float, np.floating)):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    if isinstance(value, datetime):  # a day is one also where a program adds midnight
        return value.isoformat(sep=" ").removesuffix(" 00:00:00")
    return str(value)


def texts_of(column):
    """Return a column as texts.

    Parameters
    ----------
    column : series of length n_rows
        Of anything.

    Returns
    -------
    texts : list of (str or None)
        None where a cell is blank.
    """
    values = column.to_list() if hasattr(column, "to_list") else list(column)
    return list(map(text_of, values))


def are_blank(columns):
    """Return which rows hold nothing to look at.

    Parameters
    ----------
    columns : list of list of (str or None)
        As of `texts_of`, all of one length.

    Returns
    -------
    blank : ndarray of bool of shape (n_rows,)
    """
    rows = zip(*columns, strict=True)
    return np.array([all(cell is None for cell in row) for row in rows], dtype=bool)
