"""Rows of any container: taking some of them, and telling equal ones."""

from abc import ABC, abstractmethod
from functools import reduce
from importlib import import_module

import numpy as np
from scipy import sparse
from sklearn.utils.parallel import Parallel, delayed

from sklearn_active._data.columns import EXACT_IN_FLOAT, is_null
from sklearn_active._data.containers import column_names, is_frame, is_pandas
from sklearn_active._sklearn import num_samples, safe_indexing

# These formats can't be indexed; a slice goes through csr and back.
_UNINDEXABLE_FORMATS = ("coo", "bsr", "dia")
# A piece is scored at once: at most so many bytes, and so many rows.
PIECE_BYTES = 2**25
PIECE_ROWS = 2**18


class RowsInChunks(ABC):
    """Rows that are read in chunks, here or on a cluster, and never all at once."""

    @abstractmethod
    def __len__(self):
        """Return the number of rows."""

    @abstractmethod
    def take(self, indices):
        """Return some rows, in the container of the chunks."""

    @abstractmethod
    def _keep(self, indices, rows):
        """Remember rows that were read in passing: they are about to be taken."""

    @abstractmethod
    def _template(self):
        """Return a few of the rows, or none, in their container."""

    @abstractmethod
    def _fold(self, score, merged, excluded):
        """Return what `merged` makes of `score(rows, start, excluded)` of all chunks.

        Parameters
        ----------
        score : callable
            Given a chunk, the position of its first row, and the excluded positions.
        merged : callable
            Given a list of what `score` and itself return, in any grouping.
        excluded : ndarray of int
            Positions of rows that are not scored, ascending.
        """

    def __array__(self, *args, **kwargs):
        raise TypeError(
            f"A {type(self).__name__} is read in chunks and is not an array. Predict "
            "or transform it chunk by chunk, or pass an array if all rows are needed."
        )


def refuse_chunks(X, who, way_out=None):
    """Raise where rows come in chunks, but somebody needs all of them."""
    if isinstance(X, RowsInChunks):
        raise ValueError(
            f"{who} needs the whole pool at once, but X is a {type(X).__name__}, which "
            f"is read in chunks. Pass an array{f', or {way_out}' if way_out else ''}."
        )


def template_of(X):
    """Return what shows the names and the number of features of X."""
    return X._template() if isinstance(X, RowsInChunks) else X


def take(X, indices):
    """Return the rows `indices` of `X` in the container that `X` came in.

    Parameters
    ----------
    X : array-like, sparse matrix, data frame or list of shape (n_samples, ...)
        Any container of rows.
    indices : ndarray of int of shape (n_taken,)
        Positions of the rows.

    Returns
    -------
    rows : same container as X, of shape (n_taken, ...)
    """
    if type(X) is np.ndarray:  # the common case, at a fortieth of the cost
        return X[indices]
    if isinstance(X, RowsInChunks):
        return X.take(indices)
    if sparse.issparse(X) and X.format in _UNINDEXABLE_FORMATS:
        return X.tocsr()[indices].asformat(X.format)
    # What only offers __array__ is made one.
    if not hasattr(X, "__getitem__"):
        X = np.asarray(X)
    if _package(X) == "pandas" and not is_pandas(X):  # `.values` of a column
        return X[indices]
    return safe_indexing(X, indices)


def pieces(X, start, excluded):
    """Yield rows that are few enough to be scored at once, and their positions.

    Parameters
    ----------
    X : container of shape (n_rows, ...)
        Rows that lie in memory, or are mapped into it.
    start : int
        Position of its first row.
    excluded : ndarray of int
        Positions of rows that are left out, ascending.
    """
    n_rows, length = num_samples(X), piece_length(X)
    if sparse.issparse(X) and X.format != "csr":  # a slice of others is a pass
        for rows, positions in pieces(X.tocsr(), start, excluded):
            yield rows.asformat(X.format), positions
        return
    for begin in range(0, n_rows, length):
        end = min(begin + length, n_rows)
        # `excluded` ascends: those of this piece are found in O(log n), not by a mask
        # over all rows per piece.
        first, last = np.searchsorted(excluded, [start + begin, start + end])
        kept = np.ones(end - begin, dtype=bool)
        kept[excluded[first:last] - (start + begin)] = False
        local = np.flatnonzero(kept) + begin
        if not len(local):
            continue
        if len(local) == n_rows:
            rows = X
        elif len(local) == end - begin and isinstance(X, (np.ndarray, list, range)):
            rows = X[begin:end]  # of an array, not even a copy
        else:
            rows = take(X, local)
        yield rows, local + start


def piece_length(X):
    """Return how many rows of a container are scored at once."""
    n_bytes = X.nnz * 12 if sparse.issparse(X) else 0
    if isinstance(X, np.ndarray):
        n_bytes = X.nbytes
    if not n_bytes:
        return max(1, PIECE_ROWS // 4)  # frames and lists
    length = PIECE_BYTES * num_samples(X) // n_bytes
    return int(np.clip(length, 1, PIECE_ROWS))


def scored_and_merged(score, merged, parts):
    """Return what `merged` makes of `score(*part)` of all parts, in their order.

    As many at a time as joblib's context says, else one; none is kept for long.
    """
    # A generator, so that results are merged as they come; a list would hold the best
    # rows of every part until the last is scored.
    bests = Parallel(return_as="generator")(delayed(score)(*part) for part in parts)
    return reduce(lambda a, b: merged([a, b]), bests, None)


def stacked(containers):
    """Return the rows of some containers of one kind as one container.

    Parameters
    ----------
    containers : list of container of shape (n_rows_i, ...)
        At least one.

    Returns
    -------
    rows : same container, of shape (sum of n_rows_i, ...)
    """
    first = containers[0]
    if len(containers) == 1:
        return first
    if sparse.issparse(first):
        return sparse.vstack(containers, format=first.format)
    if isinstance(first, list):
        return [row for rows in containers for row in rows]
    if _package(first) in ("pandas", "polars"):
        return _stacked_frames(containers)
    return np.concatenate(containers)


def _stacked_frames(containers):
    """Stack frames, series, or the arrays behind these (`.values`)."""
    first = containers[0]
    names = column_names(first)
    for rows in containers:
        if type(rows) is not type(first):
            raise ValueError(
                f"The rows come as a {type(first).__name__} in one part, and as a "
                f"{type(rows).__name__} in another."
            )
        if column_names(rows) != names:
            raise ValueError(
                f"The rows come with the columns {names} in one part, and with "
                f"{list(rows.columns)} in another."
            )
        for name in names:  # pandas would make text of them
            kinds = {str(frame[name].dtype) for frame in (first, rows)}
            if "category" in kinds and first[name].dtype != rows[name].dtype:
                raise ValueError(
                    f"The column {name!r} has other categories in one part of the rows "
                    "than in another. Give all of them one pandas.CategoricalDtype."
                )
    package = import_module(_package(first))
    if _package(first) == "polars" or is_pandas(first):
        return package.concat(containers)
    return package.concat([package.Series(rows) for rows in containers]).array


def _package(X):
    return type(X).__module__.partition(".")[0]


def as_numbers(X):
    """Return dense rows as an array of numbers, None where they aren't numbers.

    Parameters
    ----------
    X : array-like or data frame of shape (n_rows, ...)
        Nullable columns of numbers count; what is missing in them is NaN.

    Returns
    -------
    values : ndarray of shape (n_rows, ...) or None
    """
    try:
        values = np.asarray(X)
    except ValueError:  # rows of different lengths
        return None
    if values.dtype.kind in "biuf":
        return values
    if not is_frame(X) or not is_pandas(X) or columns_without_numbers(X):
        return None
    return X.to_numpy(dtype=np.float64, na_value=np.nan)


def columns_without_numbers(X):
    """Return the names of a pandas frame's columns whose dtype is of no numbers."""
    if not is_frame(X) or not is_pandas(X):
        return []
    kinds = ((name, getattr(dtype, "kind", "O")) for name, dtype in X.dtypes.items())
    return [name for name, kind in kinds if kind not in "biuf"]


def row_at(X, index):
    """Return one row of a container, as its own kind of row."""
    if sparse.issparse(X):  # one row of a sparse array is none in older scipy
        return X[[index]]
    return X.iloc[index] if is_pandas(X) else X[index]


def read_only(array):
    """Return a view that can't be written to."""
    array = array.view()
    array.flags.writeable = False
    return array


def checked_positions(positions, n_rows, method, distinct=True):
    """Return positions of rows as an int array, or raise what is wrong with them.

    Parameters
    ----------
    positions : array-like of int of shape (n_positions,)
        What the user gave.
    n_rows : int
        Number of rows.
    method : str
        Begins the error message.
    distinct : bool, default=True
        Whether none may stand there twice.

    Returns
    -------
    indices : ndarray of int of shape (n_positions,)
    """
    indices = np.asarray(positions)
    if indices.ndim != 1 or (len(indices) and indices.dtype.kind not in "iu"):
        or_query = " (or a Query)" if method == "teach" else ""
        raise ValueError(
            f"{method} needs a 1-d sequence of integer positions{or_query}; got an "
            f"array of dtype {indices.dtype} and shape {indices.shape}."
        )
    indices = indices.astype(np.intp)
    outside = indices[(indices < 0) | (indices >= n_rows)]
    if len(outside):
        raise ValueError(
            f"Positions must lie in 0 ... {n_rows - 1}, got {outside.tolist()}."
        )
    if distinct and len(np.unique(indices)) < len(indices):
        raise ValueError(f"Positions must not repeat, got {indices.tolist()}.")
    return indices


def row_keys(rows):
    """Return one bytes object per row; equal exactly where the content is equal.

    It depends on the row alone. Numeric rows have the same key whether they came dense,
    sparse or in a frame, as whole numbers or as floats.

    Parameters
    ----------
    rows : array-like, sparse matrix, data frame or list of shape (n_rows, ...)
        Only the rows at hand (a batch): sparse input is read row by row.

    Returns
    -------
    keys : list of bytes of length n_rows
    """
    if sparse.issparse(rows):
        return _sparse_row_keys(rows)
    try:
        values = np.asarray(rows)
    except ValueError:  # rows of different lengths
        values = np.empty(0, dtype=object)
    if values.dtype.kind in "biuf":
        return _numeric_row_keys(values.reshape(len(values), -1))
    if isinstance(rows, list):  # numpy would write numbers beside text as text
        return [_key_of_cells(_cells_of(row)) for row in rows]
    return [_key_of_cells(row) for row in values.reshape(len(values), -1).tolist()]


def first_of_each(keys):
    """Return the positions of the keys that stand there for the first time.

    Parameters
    ----------
    keys : iterable of hashable
        As of :func:`row_keys`.

    Returns
    -------
    positions : list of int
        Ascending.
    """
    first = {}
    for position, key in enumerate(keys):
        first.setdefault(key, position)
    return list(first.values())


def _sparse_row_keys(rows):
    # Equal rows can be stored in many ways: entries twice, zeros, columns out of order
    # (which sum_duplicates sorts). A copy, since these are changes in place.
    rows = sparse.csr_matrix(rows, dtype=np.float64, copy=True)
    rows.sum_duplicates()
    rows.eliminate_zeros()
    rows.data[np.isnan(rows.data)] = np.nan
    bounds = zip(rows.indptr[:-1], rows.indptr[1:], strict=True)
    width = rows.shape[1]
    return [_nonzero_key(rows.indices[a:b], rows.data[a:b], width) for a, b in bounds]


def _nonzero_key(columns, values, width):
    return b"%d|%b|%b" % (width, columns.astype(np.int64).tobytes(), values.tobytes())


def _numeric_row_keys(values):
    # Width, columns of the nonzero entries, and these: the same bytes as of a sparse
    # row, and of integers as of floats. -0.0 is zero, and falls out.
    exact = values.astype(np.float64)
    exact[np.isnan(exact)] = np.nan  # of all its bit patterns one
    width = values.shape[1]
    keys = [_nonzero_key(np.flatnonzero(row), row[row != 0], width) for row in exact]
    if values.dtype.kind in "iu":  # float64 would make some of these equal
        for i in np.flatnonzero((np.abs(exact) >= EXACT_IN_FLOAT).any(axis=1)):
            keys[i] = repr(values[i].tolist()).encode()
    return keys


def _cells_of(row):
    if isinstance(row, np.ndarray):
        return row.ravel().tolist()
    return list(row) if isinstance(row, (list, tuple)) else [row]


def _key_of_cells(cells):
    """Return the key of a row: that of numbers where all cells are, or missing."""
    cells = [np.nan if is_null(cell) else cell for cell in cells]
    if all(isinstance(cell, (bool, int, float, np.number)) for cell in cells):
        return _numeric_row_keys(np.array([cells]))[0]
    return f"[{', '.join(map(_text_of, cells))}]".encode()


def _text_of(cell):
    """Return a text that is equal exactly where the cell is."""
    if isinstance(cell, np.ndarray) and cell.dtype.kind in "biuf":
        content = _numeric_row_keys(cell.reshape(1, -1))[0].hex()
        return f"array({cell.shape}, {content})"
    if isinstance(cell, (np.ndarray, list, tuple)):
        shape = np.shape(cell) if isinstance(cell, np.ndarray) else len(cell)
        return f"({shape}, {', '.join(map(_text_of, _cells_of(cell)))})"
    if isinstance(cell, float) and cell.is_integer():
        return repr(int(cell))
    return repr(cell)
