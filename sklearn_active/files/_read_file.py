"""read_file: a file or folder, ready to be labeled."""

import re
from collections.abc import Iterable
from dataclasses import replace
from hashlib import blake2b
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from sklearn_active._data.containers import is_frame
from sklearn_active.files._arrays import ArrayEncoder, read_array, scaled_numbers
from sklearn_active.files._data import LabelingData
from sklearn_active.files._embed import as_embedder
from sklearn_active.files._encoder import TableEncoder
from sklearn_active.files._folders import ImageEncoder, read_folder
from sklearn_active.files._roles import LEFT_OUT, Role, check_columns, find_roles
from sklearn_active.files._separated import has, named_places
from sklearn_active.files._tables import (
    TABLES,
    Table,
    are_blank,
    pandas,
    read_table,
    texts_of,
)

ARRAYS = (".npy", ".npz")
_WHOLE = re.compile("-?[1-9][0-9]*|0")  # 01 is a name


def read_file(
    path: str | PathLike[str],
    *,
    text: str | Iterable[str] = (),
    ignore: str | Iterable[str] = (),
    id: str | None = None,
    show: str | Iterable[str] = (),
    label_column: str | None = None,
    features: str | PathLike[str] | None = None,
    embed: Any = None,
    separator: str | None = None,
    encoding: str | None = None,
) -> LabelingData:
    r"""Read a file or a folder into what a labeling session takes.

    Parameters
    ----------
    path : str or path
        A table (.csv, .tsv, .xlsx, .jsonl, .json, .parquet), an array (.npy, .npz), or
        a folder of images or of .txt files.
    text : str or list of str, default=()
        Columns of a table that are texts; the kinds of the others are found out.
    ignore : str or list of str, default=()
        Columns that the model doesn't get.
    id : str, default=None
        The column that identifies the rows, distinct; None: their content.
    show : str or list of str, default=()
        The columns that a person sees, in this order; empty: texts first, then what
        else the model gets.
    label_column : str, default=None
        A column with labels known already, blank where unknown.
    features : str or path, default=None
        A .npy file with the numbers of each row, for the model to use instead.
    embed : str, path or transformer, default=None
        What turns texts into numbers, beside TF-IDF: the name or the folder of a model
        of sentence-transformers, or a transformer of lists of texts.
    separator : str, default=None
        Between the cells of a text file; None: found out.
    encoding : str, default=None
        Of a text file; None: by its mark, else UTF-8, else Windows-1252.

    Returns
    -------
    data : LabelingData

    Raises
    ------
    ValueError
        Where the file can't be read, names the line; or a column is not there.
    ImportError
        Where a package is missing, names the extra.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn_active.files import read_file
    >>> path = Path(tempfile.mkdtemp(), "reviews.csv")
    >>> _ = path.write_text("id;text\nr1;a fine kettle\nr2;broken on arrival\n")
    >>> data = read_file(path)
    >>> for role in data.roles:
    ...     print(role.column, role.role)
    id identifier
    text text
    >>> data.items
    ['a fine kettle', 'broken on arrival']
    >>> data.notes
    ['the separator was guessed: semicolon']
    """
    path = Path(path)
    columns = {"text": _names(text), "ignore": _names(ignore), "show": _names(show)}
    columns |= {"id": id, "label_column": label_column}
    table, raw = read_raw(path, separator, encoding)
    is_table = is_frame(raw)
    if any(columns.values()) and (not is_table or path.is_dir()):
        raise ValueError(f"{path} has no columns that could be named.")
    if embed is not None and not is_table:
        raise ValueError(f"{path} holds no texts that could be embedded.")
    if is_table:
        if path.is_dir():
            columns |= {"text": ["text"], "show": ["text"], "id": "file"}
        data = _of_table(table, path, as_embedder(embed), **columns)
    else:
        make = _of_images if isinstance(raw, list) else of_array
        data = make(table, raw)
    data = data if features is None else _with_features(data, features)
    return replace(data, path=path)


def read_raw(path, separator=None, encoding=None):
    """Read rows as they are.

    Parameters
    ----------
    path : path
        As of `read_file`.
    separator, encoding : str, default=None
        As there.

    Returns
    -------
    table : Table
        A row of it for each row; of images, their names.
    raw : {DataFrame, list of path, ndarray}
        The rows, as the encoder of such a file takes them.
    """
    if not path.exists():
        raise ValueError(f"There is no {path}.")
    suffix = path.suffix.lower()
    is_text = path.is_dir() or suffix in (".csv", ".tsv", ".jsonl", ".json")
    if encoding is not None and not is_text:
        raise ValueError(f"{path} is not a text file, so there is no encoding to name.")
    if separator is not None and suffix not in (".csv", ".tsv"):
        raise ValueError(f"{path} has no separators: only .csv and .tsv files have.")
    if path.is_dir():
        table, paths = read_folder(path, encoding)
        return table, table.frame if paths is None else paths
    if suffix in TABLES:
        table = read_table(path, separator=separator, encoding=encoding)
        return table, table.frame
    if suffix in ARRAYS:
        values = read_array(path)
        return table_of_array(values), values
    raise ValueError(
        f"{path} can't be read: it must be a table ({', '.join(TABLES)}), an array "
        f"({', '.join(ARRAYS)}), or a folder of images or of .txt files."
    )


def table_of_array(values):
    """Return a table that numbers the rows of an array."""
    frame = pandas("an array").DataFrame({"row": range(len(values))})
    return Table(frame, ["row"], [f"row {i}" for i in frame["row"]])


def _names(names):
    return [names] if isinstance(names, str) else list(names)


def _of_table(table, path, embedder, *, text, ignore, show, id, label_column):
    frame = table.frame
    found = find_roles(
        frame, text=text, ignore=ignore, id=id, label_column=label_column
    )
    texts = [name for name, role in found.items() if role == "text"]
    others = [name for name, role in found.items() if role == "other"]
    cells = {name: texts_of(frame[name]) for name in frame.columns}
    notes = [*table.notes]
    left_out = _blank_rows(cells, texts, others, table, notes)
    if embedder is not None and not texts:
        raise ValueError(f"{path} has no column of texts that could be embedded.")
    comma = table.form is not None and table.form.separator == ";"
    encoder = TableEncoder(texts, others, decimal_comma=comma, embedder=embedder)
    X = encoder.fit_transform(frame)
    check_columns(show, frame)
    return LabelingData(
        X,
        _items(cells, show or [*texts, *others]),
        _keys(cells, id, label_column, table.places, path),
        None if label_column is None else _labels(cells[label_column]),
        "text" if texts and not others else "table",
        encoder,
        frame,
        table,
        np.arange(len(frame)),
        left_out,
        [_role(name, role, encoder) for name, role in found.items()],
        notes,
    )


def _blank_rows(cells, texts, others, table, notes):
    """Return the rows that hold nothing to look at; note them."""
    blank = are_blank([cells[name] for name in [*texts, *others]])
    where = [
        place for place, is_blank in zip(table.places, blank, strict=True) if is_blank
    ]
    if where:
        notes.append(
            f"{named_places(where)} {has(where)} nothing to look at: not asked"
        )
    if others:
        for name in texts:
            cut = zip(table.places, cells[name], blank, strict=True)
            where = [p for p, cell, is_blank in cut if cell is None and not is_blank]
            if where:
                notes.append(f"{named_places(where)} {has(where)} a blank {name!r}")
    return np.flatnonzero(blank)


def _items(cells, show):
    if len(show) == 1:
        return [cell or "" for cell in cells[show[0]]]
    return pandas("a table").DataFrame(
        {name: [cell or "" for cell in cells[name]] for name in show}, dtype=object
    )


def _keys(cells, id, label_column, places, path):
    """Return what identifies the rows: their content, and how often it was there."""
    if id is not None:
        return _checked_ids(cells[id], places, id, path)
    columns = [column for name, column in cells.items() if name != label_column]
    keys, seen = [], {}
    for row in zip(*columns, strict=True):
        content = "\x1f".join(cell or "" for cell in row).encode(errors="surrogatepass")
        key = blake2b(content, digest_size=8).hexdigest()
        seen[key] = seen.get(key, 0) + 1
        keys.append(key if seen[key] == 1 else f"{key}-{seen[key]}")
    return keys


def _checked_ids(ids, places, name, path):
    blank = [place for place, key in zip(places, ids, strict=True) if key is None]
    if blank:
        raise ValueError(
            f"{path}: {named_places(blank)} {has(blank)} no {name!r}, which should "
            "identify the rows."
        )
    first = {}
    for place, key in zip(places, ids, strict=True):
        if key in first:
            raise ValueError(
                f"{path}: {first[key]} and {place} have the same {name!r}, {key!r}. "
                "Name a column that tells all rows apart, or none: then their content "
                "does."
            )
        first[key] = place
    return ids


def _labels(cells):
    """Return known labels, None where blank: whole numbers where all are."""
    labels = [None if cell is None else cell.strip() for cell in cells]
    known = [label for label in labels if label is not None]
    if known and all(map(_WHOLE.fullmatch, known)):
        labels = [None if label is None else int(label) for label in labels]
    y = np.empty(len(labels), dtype=object)
    y[:] = labels
    return y


def _role(name, role, encoder):
    if role in LEFT_OUT:
        return Role(name, role, LEFT_OUT[role])
    if role == "text":
        texts = encoder.texts_
        n_words, n_letters = (
            len(texts.words_.vocabulary_),
            len(texts.letters_.vocabulary_),
        )
        vectors = "topics" if texts.embedder is None else "numbers of an embedding"
        gets = f"{n_words:,} words, {n_letters:,} groups of letters, "
        gets += f"{texts.n_vectors_:,} {vectors}"
        return Role(name, role, gets)
    kind = encoder.kinds_[name]
    if kind == "number" and encoder.format_of(name) == "thousands":
        return Role(name, kind, "its value (1,234 is a thousand), scaled")
    gets = {
        "number": "its value, scaled",
        "date": "year, month, day and the like, scaled",
        "category": "which of its values it is",
        "name": "groups of its letters",
    }
    return Role(name, kind, gets[kind])


def _of_images(table, paths):
    encoder = ImageEncoder()
    X = encoder.fit_transform(paths)
    keys = table.frame["file"].tolist()
    notes = [
        *table.notes,
        "images: their edges and coarse colors; numbers of your own: --features",
    ]
    places = np.arange(len(paths))
    return LabelingData(
        X, paths, keys, None, "images", encoder, paths, table, places, notes=notes
    )


def of_array(table, values):
    """Return an array of rows of numbers, or of images, as data to label.

    Parameters
    ----------
    table : Table
        A row of it for each row.
    values : ndarray of shape (n_rows, ...)
        Numbers.

    Returns
    -------
    data : LabelingData
    """
    is_images = values.ndim > 2
    what = "images" if is_images else "rows of numbers"
    how = "the numbers as they are" if is_images else "scaled, gaps filled"
    notes = [f"{what} of shape {values.shape[1:]}: {how}"]
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        n_gaps = np.count_nonzero(~np.isfinite(values))
        notes.append(f"{n_gaps:,} values are NaN or infinite, and count as gaps")
    encoder = ArrayEncoder() if is_images else scaled_numbers()
    X = encoder.fit_transform(values)
    cells = {"row": [row.tobytes().hex() for row in values]}
    keys = _keys(cells, None, None, table.places, "")
    kind, places = "images" if is_images else "numbers", np.arange(len(X))
    return LabelingData(
        X, values, keys, None, kind, encoder, values, table, places, notes=notes
    )


def _with_features(data, path):
    values = read_array(Path(path))
    n_rows = len(data.table.frame)
    if values.ndim != 2 or len(values) != n_rows:
        raise ValueError(
            f"{path} must hold one row of features for each of the {n_rows} rows; got "
            f"an array of shape {values.shape}."
        )
    encoder = scaled_numbers()
    note = f"features: {values.shape[1]} numbers per row, of {path}; scaled"
    return replace(
        data,
        X=encoder.fit_transform(values),
        raw=values,
        encoder=encoder,
        kind="numbers",
        roles=[],
        notes=[*data.notes, note],
    )
