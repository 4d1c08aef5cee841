"""The graph of scikit-learn's label propagation, built once instead of every round."""

from scipy import sparse
from sklearn.pipeline import Pipeline

from sklearn_active._sklearn import BaseLabelPropagation


def fit_with_kept_graph(estimator, data, remembered):
    """Fit an estimator; where the graph of its rows is known, it is not built again.

    scikit-learn's LabelSpreading and LabelPropagation build their graph in every fit,
    though in a loop only labels change. Results are bit-identical.

    Parameters
    ----------
    estimator : estimator
        A clone of the learner's own.
    data : TrainingData
        What it is fitted on.
    remembered : callable
        `remembered(slot, rows, make)`, which makes the graph of the rows or has it.
    """
    inner = _label_propagation_of(estimator)
    if inner is None:
        estimator.fit(data.X, data.y, **data.params)
        return
    # A private method is replaced on the instance, since no public way keeps the graph:
    # a callable as `kernel` would have to repeat what 'rbf' and 'knn' mean here, would
    # show in the parameters, and still leave the Laplacian to each fit. To copy `fit`
    # would be worse. If scikit-learn renames the method, or builds its graph elsewhere,
    # fits are plain again, and tests/test_graph_memo.py says so.
    build = inner._build_graph

    def built():
        graph = build()
        # `fit` turns a sparse one into csr anyway, and would do so in every round. The
        # knn kernel sets `nn_fit` while it builds, and predict needs it.
        graph = graph.tocsr() if sparse.issparse(graph) else graph
        return graph, getattr(inner, "nn_fit", None)

    def recalled():
        rows = getattr(inner, "X_", None)  # set by `fit` before it builds
        if rows is None:
            return build()
        parameters = inner.kernel, inner.gamma, inner.n_neighbors
        slot = "label propagation", type(inner), *parameters
        graph, inner.nn_fit = remembered(slot, rows, built)
        return graph

    inner._build_graph = recalled
    try:
        estimator.fit(data.X, data.y, **data.params)
    finally:
        del inner._build_graph


def _label_propagation_of(estimator):
    """Return the label propagation whose graph can be kept, or None."""
    if isinstance(estimator, Pipeline):
        return _label_propagation_of(estimator.steps[-1][1])
    known = isinstance(estimator, BaseLabelPropagation)
    by_name = known and isinstance(estimator.kernel, str)
    return estimator if by_name and hasattr(estimator, "_build_graph") else None
