"""Rows as numbers, and the graph of them, for strategies that compare rows."""

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.utils import check_array
from sklearn.utils.extmath import row_norms, safe_sparse_dot

from sklearn_active._data.rows import (
    as_numbers,
    columns_without_numbers,
)
from sklearn_active._sklearn import num_samples
from sklearn_active.graph._neighbors import FLOATS, NeighborSearch


def graph_of(strategy, X):
    """Return the graph of the pool's rows that a strategy's parameters describe.

    Parameters
    ----------
    strategy : query strategy
        With the parameters `transformer`, `metric`, `n_neighbors` and `neighbors`.
    X : container of shape (n_rows, ...)
        The pool's rows.

    Returns
    -------
    affinity : csr_array of float64 of shape (n_rows, n_rows)
        Read-only: an estimator with the same graph may have it, too.
    """
    X, metric = graph_input(X, strategy.transformer, strategy.metric, strategy)
    X = check_array(X, accept_sparse="csr", dtype=FLOATS)
    search = NeighborSearch(strategy.n_neighbors, metric, strategy.neighbors).fit(X)
    return search.neighborhoods_.affinity("self_tuning")


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
        _check_finite(X.data, strategy)
        return X.tocsr(), "cosine" if metric == "auto" else metric
    values = as_numbers(X)
    if values is None or values.ndim < 2:
        name = type(strategy).__name__
        columns = columns_without_numbers(X)
        found = f" (its columns {columns} hold none)" if columns else ""
        raise ValueError(
            f"{name} compares rows and needs numbers, but X is a {type(X).__name__} "
            f"of {np.asarray(X).dtype}{found}. Tell it how to make them: "
            f"query_strategy={name}(transformer=...), with TfidfVectorizer() for text, "
            "or make_column_transformer(...) for frames."
        )
    values = values.reshape(num_samples(X), -1)
    _check_finite(values, strategy)
    return values, "euclidean" if metric == "auto" else metric


def points_of(strategy, X):
    """Return the pool's rows as points in float64, dense or csr.

    Parameters
    ----------
    strategy : query strategy
        With the parameter `transformer`.
    X : container of shape (n_rows, ...)
        The pool's rows.

    Returns
    -------
    points : {ndarray, csr matrix} of float of shape (n_rows, n_features)
    """
    X, _ = graph_input(X, strategy.transformer, "auto", strategy)
    return check_array(X, accept_sparse="csr", dtype=np.float64)


def squared_distances(points, point):
    """Return the squared distance of each row to one point, shape (n_rows,)."""
    if not sparse.issparse(points):
        # By differences, not by x^2 + z^2 - 2 x z: twins are at distance 0, and far
        # from the origin no digit is lost.
        return np.square(points - point).sum(axis=1)
    products = safe_sparse_dot(points, point.T, dense_output=True).ravel()
    squares = row_norms(points, squared=True) + row_norms(point, squared=True)
    return np.maximum(squares - 2 * products, 0)


def _check_finite(values, strategy):
    n_bad = np.count_nonzero(~np.isfinite(values)) if values.dtype.kind == "f" else 0
    if n_bad:
        name = type(strategy).__name__
        raise ValueError(
            f"{name} compares rows, and {n_bad} values of X are NaN or infinite. Tell "
            f"it how to fill them: query_strategy={name}(transformer=make_pipeline("
            "SimpleImputer(), StandardScaler()))."
        )
