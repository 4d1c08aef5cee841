"""What rows are called, and the words that they are found by."""

import logging
import re
from pathlib import PurePath

import numpy as np

from sklearn_active._data.containers import is_frame
from sklearn_active._data.rows import row_at
from sklearn_active.labeling._fronts.row_display import (
    columns_of,
    is_pil_image,
    item_as_json,
    named_values,
    written,
)

_LONGEST = 60
_ARRAYS = (np.ndarray, list, tuple)
_LOOKED_AT = 200  # characters: a text may be long, and a list asks for many titles
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
    whole = main_text(item).lstrip()
    text = " ".join(whole[:_LOOKED_AT].split())
    if len(text) > _LONGEST:
        cut = text[:_LONGEST].rpartition(" ")[0] or text[:_LONGEST]
        return f"{cut} …"
    if text:
        return f"{text} …" if whole[_LOOKED_AT:].strip() else text
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
    values = (value for _, value in named_values(item) or ())
    return max((x for x in values if isinstance(x, str)), key=len, default="")


def title_or_number(title, row):
    """Return what a row is called, also where its item can't be read.

    One broken item must not end the labeling, nor hide the other rows of a list.

    Parameters
    ----------
    title : callable
        Given a row, returns what it is called.
    row : int
        The row.

    Returns
    -------
    title : str
        "Row 1" where `title` raises.
    """
    try:
        return title(row)
    except Exception:
        logging.getLogger(__name__).exception("Row %d has no title.", row)
        return f"Row {row + 1}"


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
        Text, the values of a row as the page writes them, the name of a file; "" for
        what is missing, for images and for rows that can't be read.
    """
    if is_frame(items):  # by columns: rows of a frame are slow to take
        columns = [map(written, column) for column in columns_of(items)]
        if not columns:
            return [""] * n_rows
        return ["\n".join(cells).casefold() for cells in zip(*columns, strict=True)]
    return [_words_or_nothing(items, row).casefold() for row in range(n_rows)]


def _words_or_nothing(items, row):
    try:
        return _words(row_at(items, row))
    except Exception:
        logging.getLogger(__name__).exception("Row %d can't be searched.", row)
        return ""


def _words(item):
    if isinstance(item, str):
        return item
    if isinstance(item, PurePath):
        return item.name
    if is_pil_image(item) or (isinstance(item, _ARRAYS) and np.ndim(item) > 1):
        return ""  # an image
    if isinstance(item, np.ndarray):
        return "\n".join(map(written, np.atleast_1d(item).tolist()))
    if isinstance(item, (list, tuple)) and any(isinstance(x, str) for x in item):
        return "\n".join(map(written, item))  # numpy would make the text 'nan' of NaN
    shown = item_as_json(item)
    if shown["kind"] == "table":
        return "\n".join(value for _, value in shown["rows"])
    return shown.get("text", "")
