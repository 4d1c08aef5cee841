"""Rows to label out of files: tables, arrays and folders of images."""

from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_active._rows import row_keys
from sklearn_active.labeling._items import check_image_file

IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp")
SIDE = 32


@dataclass
class Data:
    """Rows ready to be labeled.

    Attributes
    ----------
    X : {ndarray, csr matrix} of shape (n_rows, n_features)
        What the model sees.
    items : sequence of length n_rows
        What a person sees.
    keys : list of str
        What identifies the rows.
    y : ndarray of shape (n_rows,) or None
        Labels that the file held, None where empty.
    notes : list of str
        What was done, in sentences.
    """

    X: Any
    items: Any
    keys: list
    y: Any = None
    notes: list = field(default_factory=list)


def load(path, features=None, label_column=None):
    """Read what a person wants to label.

    Parameters
    ----------
    path : str or path
        .csv or .parquet (with pandas), .npy or .npz, or a folder of images.
    features : str or path, default=None
        A .npy file of features to use instead of those made of the data.
    label_column : str, default=None
        A column of a table that holds labels known already.

    Returns
    -------
    data : Data

    Raises
    ------
    ValueError
        Where the path is nothing that can be read.
    """
    path = Path(path)
    if not path.exists():
        raise ValueError(f"There is no {path}.")
    suffix = path.suffix.lower()
    if path.is_dir():
        data = _of_folder(path)
    elif suffix in (".csv", ".parquet"):
        data = _of_frame(_frame(path, suffix), label_column)
    elif suffix in (".npy", ".npz"):
        data = _of_array(_array(path))
    else:
        raise ValueError(
            f"{path} can't be read: it must be a .csv, .parquet, .npy or .npz file, or "
            "a folder of images."
        )
    if label_column is not None and data.y is None:
        raise ValueError(f"{path} has no columns, so no label column either.")
    return data if features is None else _with_features(data, features)


def _frame(path, suffix):
    try:
        import pandas as pd
    except ImportError as error:
        raise ImportError(
            f"Reading {path} needs pandas: pip install 'sklearn-active[label]'."
        ) from error
    return pd.read_csv(path) if suffix == ".csv" else pd.read_parquet(path)


def _of_frame(frame, label_column):
    y = None
    if label_column is not None:
        if label_column not in frame.columns:
            raise ValueError(
                f"There is no column {label_column!r}; there are {list(frame.columns)}."
            )
        column = frame[label_column]
        y = column.astype(object).where(column.notna(), None).to_numpy()
        frame = frame.drop(columns=label_column)
    numeric = frame.select_dtypes(["number", "bool"]).columns.tolist()
    texts = [name for name in frame.columns if name not in numeric]
    X, notes = _features_of_frame(frame, numeric, texts)
    only_text = len(frame.columns) == 1 and texts
    items = _as_text(frame[texts[0]]).tolist() if only_text else frame
    return Data(X, items, _numbered(row_keys(frame)), y, notes)


def _features_of_frame(frame, numeric, texts):
    notes, parts = [], []
    if numeric:
        scaled = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
        parts.append(("numbers", scaled, numeric))
        notes.append(f"numeric columns {numeric}: scaled, gaps filled with the median")
    for name in texts:
        parts.append((f"text {name}", _tfidf(), name))
    words = frame.assign(**{name: _as_text(frame[name]) for name in texts})
    transformer = ColumnTransformer(parts).fit(words)
    for name in texts:
        n_words = len(transformer.named_transformers_[f"text {name}"].vocabulary_)
        notes.append(f"text column {name!r}: TF-IDF of {n_words} words")
    return transformer.transform(words), notes


def _tfidf():
    return TfidfVectorizer(sublinear_tf=True, token_pattern=r"(?u)\b\w+\b")


def _as_text(column):
    return column.astype(object).where(column.notna(), "").astype(str)


def _numbered(contents):
    """Return keys that tell rows apart, and that change with their content."""
    return [
        f"{i}-{blake2b(content, digest_size=4).hexdigest()}"
        for i, content in enumerate(contents)
    ]


def _array(path):
    loaded = np.load(path, allow_pickle=False)
    if isinstance(loaded, np.ndarray):
        return loaded
    with loaded:
        names = loaded.files
        name = "X" if "X" in names else names[0]
        if "X" not in names and len(names) > 1:
            raise ValueError(f"{path} holds {names}; name the one to label X.")
        return loaded[name]


def _of_array(values):
    if values.ndim < 2 or values.dtype.kind not in "biuf":
        raise ValueError(
            "The array must hold numbers, one row each: (n, n_features), or images "
            f"(n, height, width[, channels]); got {values.dtype}, {values.shape}."
        )
    X = values.reshape(len(values), -1)
    kind = "images" if values.ndim > 2 else "rows of numbers"
    notes = [f"{kind} of shape {values.shape[1:]}: the numbers as they are"]
    return Data(X, values, _numbered(row.tobytes() for row in X), None, notes)


def _of_folder(folder):
    from PIL import Image  # matplotlib brings it

    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in IMAGES)
    for path in paths:
        if not path.resolve().is_relative_to(folder.resolve()):
            raise ValueError(
                f"{path} leads out of the folder, to {path.resolve()}. Copy the image "
                "into the folder, or remove the link."
            )
        check_image_file(path)
    if not paths:
        raise ValueError(f"{folder} holds no image ({', '.join(IMAGES)}).")
    X = np.empty((len(paths), SIDE * SIDE), dtype=np.float32)
    for row, path in zip(X, paths, strict=True):
        with Image.open(path) as image:
            row[:] = np.asarray(image.convert("L").resize((SIDE, SIDE))).ravel() / 255
    keys = [path.relative_to(folder).as_posix() for path in paths]
    notes = [f"images: gray pixels of {SIDE} x {SIDE}; better features: --features"]
    return Data(X, paths, keys, None, notes)


def _with_features(data, path):
    X = np.load(path, allow_pickle=False)
    if X.ndim != 2 or len(X) != len(data.keys):
        raise ValueError(
            f"{path} must hold one row of features for each of the {len(data.keys)} "
            f"rows; got an array of shape {X.shape}."
        )
    data.X, data.notes = X, [f"features: {X.shape[1]} numbers a row, of {path}"]
    return data
