"""The graph of scikit-learn's label propagation, built once instead of every round."""

import numpy as np
from scipy import sparse
from sklearn.pipeline import Pipeline

from sklearn_active._sklearn import BaseLabelPropagation


class GraphMemo:
    """Let refits on the same rows share one graph; results are bit-identical.

    scikit-learn's LabelSpreading and LabelPropagation build their graph in every
    fit, though only labels changed. Where they stop doing so in a method
    `_build_graph` that reads `X_`, refits are plain again.
    """

    def __init__(self):
        self._X = None
        self._graph = None
        self._nn_fit = None

    def fit(self, estimator, data):
        """Fit `estimator` on `data`, a TrainingData, with the graph kept so far."""
        inner = _label_propagation_of(estimator)
        if inner is None:
            estimator.fit(data.X, data.y, **data.params)
            return
        build = inner._build_graph

        def build_or_recall():
            rows = getattr(inner, "X_", None)
            if self._graph is None or not _equal(rows, self._X):
                graph = build()
                # `fit` itself turns a sparse one into csr, in every round.
                self._graph = graph.tocsr() if sparse.issparse(graph) else graph
                self._X = rows
                # The knn kernel sets it while it builds, and predict needs it.
                self._nn_fit = getattr(inner, "nn_fit", None)
            inner.nn_fit = self._nn_fit
            return self._graph

        inner._build_graph = build_or_recall
        try:
            estimator.fit(data.X, data.y, **data.params)
        finally:
            del inner._build_graph


def _label_propagation_of(estimator):
    """Return the label propagation whose graph can be kept, or None."""
    if isinstance(estimator, Pipeline):
        return _label_propagation_of(estimator.steps[-1][1])
    known = isinstance(estimator, BaseLabelPropagation)
    if (
        known
        and hasattr(estimator, "_build_graph")
        and isinstance(estimator.kernel, str)
    ):
        return estimator
    return None


def _equal(X, other):
    if X is other:
        return X is not None
    if X is None or other is None or X.shape != other.shape:
        return False
    if sparse.issparse(X) and sparse.issparse(other):
        return (other != X).nnz == 0
    return not sparse.issparse(X) and np.array_equal(X, other)
