"""Rows of any container: taking some of them, and telling equal ones."""

import numpy as np
from scipy import sparse

from sklearn_active._sklearn import safe_indexing

# These formats can't be indexed; a slice goes through csr and back.
_UNINDEXABLE_FORMATS = ("coo", "bsr", "dia")


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
    if sparse.issparse(X) and X.format in _UNINDEXABLE_FORMATS:
        return X.tocsr()[indices].asformat(X.format)
    if not hasattr(X, "__getitem__"):
        X = np.asarray(X)
    return safe_indexing(X, indices)


def row_at(X, index):
    """Return one row of a container, as its own kind of row."""
    return X.iloc[index] if hasattr(X, "iloc") else X[index]


def read_only(array):
    """Return a view that can't be written to."""
    array = array.view()
    array.flags.writeable = False
    return array


def checked_positions(positions, n_rows, method):
    """Return positions of rows as an int array, or raise what is wrong with them.

    Parameters
    ----------
    positions : array-like of int of shape (n_positions,)
        What the user gave.
    n_rows : int
        Number of rows.
    method : str
        Begins the error message.

    Returns
    -------
    indices : ndarray of int of shape (n_positions,)
    """
    indices = np.asarray(positions)
    if indices.ndim != 1 or (len(indices) and indices.dtype.kind not in "iu"):
        raise ValueError(
            f"{method} needs a 1-d sequence of integer positions (teach also "
            f"takes a Query); got an array of dtype {indices.dtype} and shape "
            f"{indices.shape}."
        )
    indices = indices.astype(np.intp)
    outside = indices[(indices < 0) | (indices >= n_rows)]
    if len(outside):
        raise ValueError(
            f"Positions must lie in 0 ... {n_rows - 1}, got {outside.tolist()}."
        )
    if len(np.unique(indices)) < len(indices):
        raise ValueError(f"Positions must not repeat, got {indices.tolist()}.")
    return indices


def row_keys(rows):
    """Return one bytes object a row; equal exactly where the content is equal.

    Numeric rows have the same key whether they came dense, sparse or in a frame.

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
    if isinstance(rows, list) and not np.ndim(rows[0]):
        return [repr(row).encode() for row in rows]  # one text a row
    try:
        values = np.asarray(rows)
    except ValueError:  # rows of different lengths
        return [repr(row).encode() for row in rows]
    flat = values.reshape(len(values), -1)
    if values.dtype.kind not in "biuf":
        return [repr(row).encode() for row in flat.tolist()]
    exact = flat.astype(np.float64)
    if values.dtype.kind in "iu" and np.any(np.abs(exact) > 2**53):
        return [row.tobytes() for row in np.ascontiguousarray(flat)]
    return [_nonzero_key(np.flatnonzero(row), row[row != 0]) for row in exact]


def _sparse_row_keys(rows):
    rows = sparse.csr_matrix(rows, dtype=np.float64, copy=True)
    rows.sum_duplicates()
    rows.eliminate_zeros()
    bounds = zip(rows.indptr[:-1], rows.indptr[1:], strict=True)
    return [_nonzero_key(rows.indices[a:b], rows.data[a:b]) for a, b in bounds]


def _nonzero_key(columns, values):
    return columns.astype(np.int64).tobytes() + b"|" + values.tobytes()
