"""The strategy that we advise, by what the estimator and the rows offer."""

from scipy import sparse
from sklearn.base import clone
from sklearn.decomposition import TruncatedSVD
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from sklearn_active._data.rows import RowsInChunks, as_numbers
from sklearn_active._sklearn import BaseLabelPropagation
from sklearn_active.query_strategies._herding import GraphUncertaintyHerding
from sklearn_active.query_strategies._random import RandomSampling
from sklearn_active.query_strategies._uncertainty import MarginSampling

_MANY_SPARSE_ROWS = 5000
_N_COMPONENTS = 100


def advised(estimator, X):
    """Return the strategy of the name 'auto'.

    Parameters
    ----------
    estimator : estimator
        The learner's, not fitted.
    X : container of shape (n_rows, ...)
        The pool's rows.

    Returns
    -------
    strategy : query strategy

    Notes
    -----
    In this order: of rows in chunks, which no graph is made of, margin; herding by the
    graph's own uncertainty where the estimator is itself a graph's, or has no
    probabilities; of rows that are no numbers, and that no pipeline turns into some,
    margin; else herding by the model's uncertainty. How many labels there are is
    herding's own business: it begins with none.
    """
    has_probabilities = hasattr(estimator, "predict_proba")
    if isinstance(X, RowsInChunks):
        return MarginSampling() if has_probabilities else RandomSampling()
    transformer = _transformer(estimator, X)
    if not has_probabilities or _is_on_graph(estimator):
        return GraphUncertaintyHerding(transformer=transformer)
    if transformer is None and not sparse.issparse(X) and as_numbers(X) is None:
        return MarginSampling()
    return GraphUncertaintyHerding("model", transformer=transformer)


def _transformer(estimator, X):
    """Return what turns X into the numbers of the graph, None for X as it is."""
    if isinstance(estimator, Pipeline):
        # The rows as the model sees them. Steps that look at labels can't be fitted on
        # the whole pool.
        steps = [step for _, step in estimator.steps[:-1] if step is not None]
        steps = [step for step in steps if not isinstance(step, str)]
        if steps and not any(_needs_labels(step) for step in steps):
            return clone(estimator[:-1])
    if sparse.issparse(X) and X.shape[0] > _MANY_SPARSE_ROWS:
        # Neighbors among thousands of columns take minutes, and these are as good.
        return TruncatedSVD(min(_N_COMPONENTS, X.shape[1] - 1), random_state=0)
    return None


def _needs_labels(transformer):
    return get_tags(transformer).target_tags.required


def _is_on_graph(estimator):
    """Say whether the estimator spreads labels on a graph, also behind other steps."""
    if isinstance(estimator, Pipeline):
        return _is_on_graph(estimator.steps[-1][1])
    return isinstance(estimator, BaseLabelPropagation) or hasattr(
        estimator, "masses_of"
    )
