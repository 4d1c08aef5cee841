"""What rows are called, and the words that they are found by."""

import re
from collections.abc import Mapping
from pathlib import PurePath

from sklearn_active._rows import row_at

_LONGEST = 60
_IS_DIGEST = re.compile(r"[0-9a-f]{16}(-\d+)?").fullmatch


def title_of(item, index, key=None):
    """Return what a row is called.

    Parameters
    ----------
    item : object
        What a person sees of it.
    index : int
        Its position.
    key : str, default=None
        What identifies it.

    Returns
    -------
    title : str
        A file's name, the first words of a text, else the key, else "Row 1".
    """
    if isinstance(item, PurePath):
        return item.name
    text = " ".join(main_text(item).split())
    if len(text) > _LONGEST:
        cut = text[:_LONGEST].rpartition(" ")[0] or text[:_LONGEST]
        return f"{cut} …"
    if text:
        return text
    if key is not None and not _IS_DIGEST(key):  # a digest says nothing to a person
        return key
    return f"Row {index + 1}"


def main_text(item):
    """Return the text of an item: of a row of a table its longest cell.

    Parameters
    ----------
    item : object
        What a person sees of a row.

    Returns
    -------
    text : str
        "" where it holds none.
    """
    if isinstance(item, str):
        return item
    return max(_texts(item), key=len, default="")


def _texts(item):
    if hasattr(item, "columns"):  # a row of polars is a frame
        values = [next(iter(item[name])) for name in item.columns]
    elif isinstance(item, Mapping) or hasattr(item, "index"):
        values = [value for _, value in getattr(item, "items", list)()]
    else:
        values = []
    return [value for value in values if isinstance(value, str)]


def words_of(items, n_rows):
    """Return what can be searched for of each row, in lower case.

    Parameters
    ----------
    items : sequence of length n_rows
        What a person sees of each row.
    n_rows : int
        Number of rows.

    Returns
    -------
    words : list of str
        All cells of a row of a table, the name of a file.
    """
    if hasattr(items, "columns"):  # by columns: rows of a frame are slow to take
        columns = [map(str, items[name]) for name in items.columns]
        return ["\n".join(cells).casefold() for cells in zip(*columns, strict=True)]
    return [_words(row_at(items, row)).casefold() for row in range(n_rows)]


def _words(item):
    if isinstance(item, PurePath):
        return item.name
    if isinstance(item, str):
        return item
    if isinstance(item, Mapping):
        return "\n".join(map(str, item.values()))
    return "\n".join(_texts(item))
