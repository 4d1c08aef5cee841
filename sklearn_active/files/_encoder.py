"""From the rows of a table to numbers: texts, numbers, dates and categories."""

from copy import deepcopy

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.validation import check_is_fitted

from sklearn_active._data.containers import is_frame
from sklearn_active.files._cells import ColumnReader, is_missing
from sklearn_active.files._roles import N_CATEGORIES, check_columns
from sklearn_active.files._tables import are_blank, pandas, texts_of
from sklearn_active.files._texts import TextEncoder


class TableEncoder(TransformerMixin, BaseEstimator):
    """Turn the rows of a table into numbers, as they come out of a file.

    Texts become TF-IDF of words, of pairs of words, and of letters; all else is read
    by skrub's TableVectorizer and scaled. A frame that pandas has read is taken as
    well as one of text cells: a cell counts by what is written in it.

    Parameters
    ----------
    text : list of str, default=()
        The columns that are texts; one document per row.
    others : list of str, default=()
        The columns that are numbers, dates or categories.
    decimal_comma : bool, default=False
        Whether a comma is the decimal one where it may be either: 1,234.
    embedder : transformer, default=None
        Lists of texts to arrays of numbers, which stand beside TF-IDF.

    Attributes
    ----------
    kinds_ : dict of str to str
        What each of the others was read as: 'number', 'date', 'category', 'name'.
    texts_ : TextEncoder
        Of the texts, where there are any.
    """

    def __init__(self, text=(), others=(), decimal_comma=False, embedder=None):
        self.text = text
        self.others = others
        self.decimal_comma = decimal_comma
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
        # Texts give thousands of sparse columns, the others a few dense ones. Each
        # block is scaled by itself, or words would drown the numbers in each distance.
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

    def are_blank(self, X):
        """Return which rows hold nothing to look at, shape (n_rows,)."""
        X = self._frame(X)
        return are_blank([texts_of(X[name]) for name in [*self.text, *self.others]])

    def format_of(self, name):
        """Return how the numbers of a column were written: 'plain', 'thousands' ..."""
        return self._readers[name].format

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
        if not is_frame(X):
            X = pandas("a table").DataFrame(X)
        check_columns([*self.text, *self.others], X)
        return X

    def _fit_others(self, X):
        from skrub import TableVectorizer

        self._readers = {
            name: ColumnReader(name, self.decimal_comma).fit(X[name])
            for name in self.others
        }
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
        for name, reader in self._readers.items():
            is_few = table.column_to_kind_[name] == "low_cardinality"
            kind = "category" if is_few else "name"
            self.kinds_[name] = kind if reader.kind == "value" else reader.kind
        self._weights = _weights(table)
        return values * self._weights

    def _cells(self, X):
        """Return the other columns in types that don't depend on who has read them."""
        cells = {name: reader.read(X[name]) for name, reader in self._readers.items()}
        return pandas("a table").DataFrame(cells)


def _documents(X, columns):
    """Return one text per row."""
    texts = [texts_of(X[name]) for name in columns]
    rows = zip(*texts, strict=True)
    return [
        "\n".join(cell for cell in row if cell is not None and not is_missing(cell))
        for row in rows
    ]


def _weights(table):
    """Return one weight for each column that is made of the others.

    Each column of the file counts alike, whether it is one number or forty categories,
    and all together as much as the words or the letters of a text: their mean square
    is one per row.
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
