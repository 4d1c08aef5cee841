"""From the rows of a table to numbers: texts, numbers, dates and categories."""

import re
from copy import deepcopy

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.validation import check_is_fitted

from sklearn_active.files._roles import N_CATEGORIES, check_columns
from sklearn_active.files._tables import pandas, texts_of
from sklearn_active.files._texts import TextEncoder

_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?|[+-]?\d{1,3}(\.\d+)?")


class TableEncoder(TransformerMixin, BaseEstimator):
    """Turn the rows of a table into numbers, as they come out of a file.

    Texts become TF-IDF of words, of pairs of words, and of letters; all else is read
    by skrub's TableVectorizer and scaled. A frame that pandas has read is taken as
    well as one of text cells: a cell counts by what is written in it.

    Parameters
    ----------
    text : list of str, default=()
        The columns that are texts; one document a row.
    others : list of str, default=()
        The columns that are numbers, dates or categories.
    embedder : transformer, default=None
        Lists of texts to arrays of numbers, which stand beside TF-IDF.

    Attributes
    ----------
    kinds_ : dict of str to str
        What each of the others was read as: 'number', 'date', 'category', 'name'.
    texts_ : TextEncoder
        Of the texts, where there are any.
    """

    def __init__(self, text=(), others=(), embedder=None):
        self.text = text
        self.others = others
        self.embedder = embedder

    def fit(self, X, y=None):
        """Learn the words, the categories and the scales.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n_rows, n_columns)
            With the columns named.
        y : None
            Ignored.

        Returns
        -------
        encoder : TableEncoder
        """
        self.fit_transform(X)
        return self

    def fit_transform(self, X, y=None):
        """Fit, and return the rows as numbers.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n_rows, n_columns)
            With the columns named.
        y : None
            Ignored.

        Returns
        -------
        X : {ndarray, csr matrix} of float of shape (n_rows, n_features)
        """
        X = self._frame(X)
        blocks = []
        self.kinds_ = {}
        if self.text:
            self.texts_ = TextEncoder(self.embedder)
            blocks.append(self.texts_.fit_transform(_documents(X, self.text)))
        if self.others:
            blocks.append(self._fit_others(X))
        self.n_features_ = sum(block.shape[1] for block in blocks)
        return _joined(blocks)

    def transform(self, X):
        """Return rows as numbers.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n_rows, n_columns)
            With the columns named; others are not looked at.

        Returns
        -------
        X : {ndarray, csr matrix} of float of shape (n_rows, n_features)
        """
        check_is_fitted(self, "n_features_")
        X = self._frame(X)
        blocks = []
        if self.text:
            blocks.append(self.texts_.transform(_documents(X, self.text)))
        if self.others:
            blocks.append(self._others.transform(self._cells(X)) * self._weights)
        return _joined(blocks)

    def without_cache(self):
        """Return a copy that keeps no vectors of texts in a file of this machine."""
        kept = deepcopy(self)
        kept.embedder = kept.texts_.embedder = clone(self.embedder).set_params(
            cache=None
        )
        return kept

    def _frame(self, X):
        if hasattr(X, "to_pandas"):  # polars
            X = X.to_pandas()
        if not hasattr(X, "columns"):
            X = pandas("a table").DataFrame(X)
        check_columns([*self.text, *self.others], X)
        return X

    def _fit_others(self, X):
        from skrub import TableVectorizer

        self._separators = {name: _separator(texts_of(X[name])) for name in self.others}
        # skrub's own drops a column of two, and warns where a new value comes.
        categories = OneHotEncoder(
            dtype=np.float32, handle_unknown="ignore", sparse_output=False
        )
        table = TableVectorizer(
            cardinality_threshold=N_CATEGORIES, low_cardinality=categories
        )
        self._others = make_pipeline(
            table,
            SimpleImputer(strategy="median", keep_empty_features=True),
            StandardScaler(),
        )
        values = self._others.fit_transform(self._cells(X))
        names = {"numeric": "number", "datetime": "date", "low_cardinality": "category"}
        for name, kind in table.column_to_kind_.items():
            self.kinds_[name] = names.get(kind, "name")
        self._weights = _weights(table)
        return values * self._weights

    def _cells(self, X):
        """Return the other columns as texts that don't depend on who has read them."""
        cells = {
            name: [_plain(text, self._separators[name]) for text in texts_of(X[name])]
            for name in self.others
        }
        return pandas("a table").DataFrame(cells, dtype=object)


def _documents(X, columns):
    """Return one text a row."""
    texts = [texts_of(X[name]) for name in columns]
    rows = zip(*texts, strict=True)
    return ["\n".join(text for text in row if text is not None) for row in rows]


def _separator(texts):
    """Return the comma's part in a column of numbers: ',', 'thousands' or ''."""
    with_comma = [text.strip() for text in texts if text is not None and "," in text]
    known = [text.strip() for text in texts if text is not None]
    if with_comma and all(map(_THOUSANDS.fullmatch, known)):
        return "thousands"
    if with_comma and all(map(_COMMA.fullmatch, known)):
        return ","
    return ""


def _plain(text, separator):
    """Return a cell as one text, however a number in it is written: 007, 7.0, 7."""
    if text is None:
        return None
    text = text.strip()
    if separator == ",":
        text = text.replace(".", "").replace(",", ".")
    elif separator == "thousands":
        text = text.replace(",", "")
    try:
        number = float(text)
    except ValueError:
        return text
    if number != number or "_" in text:
        return None if number != number else text
    return f"{number:.15g}"


def _weights(table):
    """Return one weight a column that is made of the others.

    Each column of the file counts alike, whether it is one number or forty categories,
    and all together as much as the words or the letters of a text: their mean square
    is one a row.
    """
    outputs = {name: i for i, name in enumerate(table.get_feature_names_out())}
    weights = np.zeros(len(outputs))
    sources = [names for names in table.input_to_outputs_.values() if len(names)]
    for names in sources:
        weights[[outputs[name] for name in names]] = 1 / np.sqrt(len(names))
    return weights / np.sqrt(max(len(sources), 1))


def _joined(blocks):
    if not any(map(sparse.issparse, blocks)):
        return np.hstack(blocks)
    return sparse.hstack(blocks, format="csr")
