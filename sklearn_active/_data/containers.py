"""Which kinds of containers rows and labels come in: told apart by what they offer.

No data frame library is imported to look at what may be of another one.
"""

import numpy as np
from scipy import sparse


def is_frame(X):
    """Say whether rows come in a data frame, of pandas, polars or the like."""
    return hasattr(X, "columns")


def column_names(X):
    """Return the column names of a data frame as a list; none of other containers."""
    return list(X.columns) if is_frame(X) else []


def is_pandas(X):
    """Say whether it is a frame or series of pandas: its rows have names."""
    return hasattr(X, "iloc")


def index_of(X):
    """Return the index of a frame or series of pandas, None of other containers."""
    return X.index if is_pandas(X) else None


def as_array(table):
    """Return what a frame or a sparse matrix holds as an array, else what came."""
    if sparse.issparse(table):
        return table.toarray()
    return np.asarray(table) if is_frame(table) else table


def as_rows(table):
    """Return what a frame or a sparse matrix holds as an array, else what came.

    Of shape (n_rows,) where it has one column. Iterated, a frame would give the names
    of its columns.
    """
    array = as_array(table)
    is_column = array is not table and array.ndim == 2 and array.shape[1] == 1
    return array[:, 0] if is_column else array


def name_of(thing):
    """Return what a function or an object is called: its own name, else its type's."""
    return getattr(thing, "__name__", type(thing).__name__)
