"""What the strategies that have a graph of their own share."""

import numpy as np
from scipy import sparse
from sklearn.base import clone

from sklearn_active._rows import row_keys, take
from sklearn_active._sklearn import num_samples


def graph_input(X, transformer, metric, strategy):
    """Return X as numbers, and the metric of its graph.

    Parameters
    ----------
    X : container of shape (n_rows, ...)
        The pool's rows.
    transformer : transformer or None
        Cloned, and fitted on all rows.
    metric : str or callable
        'auto': cosine for sparse data, else euclidean.
    strategy : query strategy
        Named in the error.

    Returns
    -------
    X : {ndarray, csr matrix} of shape (n_rows, n_features)
    metric : str or callable
    """
    if transformer is not None:
        X = clone(transformer).fit_transform(X)
    if sparse.issparse(X):
        return X.tocsr(), "cosine" if metric == "auto" else metric
    values = np.asarray(X)
    if values.dtype.kind not in "biuf" or values.ndim < 2:
        raise ValueError(
            f"{type(strategy).__name__} builds a graph of the rows and needs numbers, "
            f"but X is a {type(X).__name__} of dtype {values.dtype} and shape "
            f"{values.shape}. Pass transformer=..., for example TfidfVectorizer() for "
            "text or a ColumnTransformer for frames."
        )
    values = values.reshape(num_samples(X), -1)
    return values, "euclidean" if metric == "auto" else metric


def greedy(pool, batch_size, gains, absorb):
    """Choose a batch one by one, each after what the ones before it took away.

    Parameters
    ----------
    pool : Pool
        The read-only view of the pool.
    batch_size : int
        How many rows at most.
    gains : callable
        `gains() -> ndarray (n_rows,)`, at the moment.
    absorb : callable
        `absorb(row)` takes the row's part away from the gains.

    Returns
    -------
    indices : ndarray of int of shape (n_chosen,)
    utilities : ndarray of float of shape (n_chosen,)
    """
    indices, utilities, keys = [], [], set()
    barred = np.zeros(len(pool), dtype=bool)
    while len(indices) < batch_size and not barred[pool.candidates].all():
        now = np.where(barred, -np.inf, gains())[pool.candidates]
        (row,), (utility,) = pool.top(now, 1)
        barred[row] = True
        key = row_keys(take(pool.X, np.array([row])))[0]
        if key not in keys:
            keys.add(key)
            indices.append(row)
            utilities.append(utility)
            if len(indices) < batch_size:
                absorb(row)
    return np.array(indices), np.array(utilities)
