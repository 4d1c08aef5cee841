"""The strategy that we advise, by what the estimator and the rows offer."""

from warnings import catch_warnings, simplefilter

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, clone
from sklearn.decomposition import TruncatedSVD
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags

from sklearn_active._data.rows import RowsInChunks, as_numbers, take
from sklearn_active._sklearn import BaseLabelPropagation, BaseSearchCV, num_samples
from sklearn_active.query_strategies._experimental_design import ExperimentalDesign
from sklearn_active.query_strategies._herding import GraphUncertaintyHerding
from sklearn_active.query_strategies._random import RandomSampling
from sklearn_active.query_strategies._uncertainty import MarginSampling

_MANY_ROWS = 5000
_N_COMPONENTS = 100
_TRIAL_ROWS = 100


def advised(estimator, X, task="classification"):
    """Return the strategy of the name 'auto'.

    Parameters
    ----------
    estimator : estimator
        The learner's, not fitted.
    X : container of shape (n_rows, ...)
        The pool's rows.
    task : {'classification', 'regression', 'multilabel'}, default='classification'
        What the estimator learns.

    Returns
    -------
    strategy : query strategy

    Notes
    -----
    Herding wherever a graph of the rows can be made: by the graph's own uncertainty
    where the estimator is itself a graph's, or has no probabilities, else by the
    model's. Of rows in chunks, and of rows that are no numbers where the model sees
    them, margin, or random rows where there are no probabilities. How many labels
    there are is herding's own business: it begins with none.

    For regression the experimental design wherever rows can be numbers, else random
    rows. Rows that nobody has prepared are scaled for it: units would decide which are
    far from each other.
    """
    has_probabilities = hasattr(estimator, "predict_proba")
    without_graph = MarginSampling() if has_probabilities else RandomSampling()
    if isinstance(X, RowsInChunks):
        return without_graph
    steps, model = _unpacked(estimator)
    steps, seen = _tried(steps, X)
    if seen is not None and not _can_be_graph(seen):
        return without_graph
    is_raw = not steps and not sparse.issparse(X)
    steps += _for_graph(X, seen, model)
    if task == "regression" and is_raw:
        steps.append(StandardScaler())
    transformer = make_pipeline(*map(clone, steps)) if steps else None
    if task == "regression":
        return ExperimentalDesign(transformer=transformer)
    is_on_graph = isinstance(model, BaseLabelPropagation) or hasattr(model, "masses_of")
    if is_on_graph or not has_probabilities:
        return GraphUncertaintyHerding(transformer=transformer)
    return GraphUncertaintyHerding("model", transformer=transformer)


def _unpacked(estimator):
    """Return the steps before a model, and the model, of whatever is around them."""
    if isinstance(estimator, Pipeline):
        *before, last = [step for _, step in estimator.steps]
        steps, model = _unpacked(last)
        return [*_single(before), *steps], model
    # Of others nobody knows what they do to the rows before a model in them.
    is_known = type(estimator).__module__.startswith("sklearn.")
    if is_known or isinstance(estimator, BaseSearchCV):
        params = estimator.get_params(deep=False)
        inside = params.get("estimator", params.get("regressor"))
        if hasattr(inside, "fit"):
            return _unpacked(inside)
    return [], estimator


def _single(steps):
    """Yield the steps that transform rows, those of pipelines one by one."""
    for step in steps:
        if isinstance(step, Pipeline):
            yield from _single([inner for _, inner in step.steps])
        # Not 'passthrough', nor what only resamples the labeled rows, as SMOTE does.
        elif hasattr(step, "transform"):
            yield step


def _tried(steps, X):
    """Try on a few rows which steps need no label: the pool has none.

    Returns
    -------
    steps : list of transformer
        Those before the first that needs labels.
    seen : container of shape (n_tried, ...) or None
        What they make of the rows; X where there are none, None where it isn't known.
    """
    if not steps:
        return [], X
    rows = take(X, np.arange(min(num_samples(X), _TRIAL_ROWS)))
    kept, is_known = [], True
    for step in steps:
        seen = _made(step, rows, None)
        if seen is None and _needs_labels(step, rows):
            break
        # Some need more rows than these. That says nothing of the whole pool.
        is_known = is_known and seen is not None
        rows = rows if seen is None else seen
        kept.append(step)
    if not kept:
        return [], X
    return kept, rows if is_known else None


def _needs_labels(step, rows):
    """Say whether a step that can't be fitted on rows alone can be with labels."""
    parts = [step, *step.get_params().values()]
    parts = [part for part in parts if isinstance(part, BaseEstimator)]
    if any(get_tags(part).target_tags.required for part in parts):
        return True
    # Many don't say so in their tags, SelectKBest for one.
    return _made(step, rows, np.arange(num_samples(rows)) % 2) is not None


def _made(step, rows, y):
    """Return what a step makes of some rows, None where it raises."""
    with catch_warnings():
        simplefilter("ignore")
        try:
            return clone(step).fit_transform(rows, y)
        except Exception:  # whatever it is: where it matters, it is raised again
            return None


def _can_be_graph(rows):
    """Say whether rows are numbers, none of them infinite."""
    if sparse.issparse(rows):
        return True
    values = as_numbers(rows)
    return values is not None and values.ndim > 1 and not np.isinf(values).any()


def _for_graph(X, seen, model):
    """Return more steps, by the rows and by what is seen of them where it is known."""
    steps = []
    is_sparse = seen is None or sparse.issparse(seen)
    if seen is X:
        may_miss = not is_sparse and np.isnan(as_numbers(X)).any()
    else:
        # Other rows than those tried may miss values, if the model takes such rows.
        tags = get_tags(model) if isinstance(model, BaseEstimator) else None
        may_miss = tags is None or tags.input_tags.allow_nan
    if may_miss:
        steps.append(SimpleImputer(keep_empty_features=True))
    if is_sparse and num_samples(X) > _MANY_ROWS:
        steps.append(FewColumns(_N_COMPONENTS, random_state=0))
    return steps


class FewColumns(TruncatedSVD):
    """Make components of sparse rows with many columns; others stay as they are.

    Neighbors among thousands of columns take minutes, and these are as good.
    """

    def fit_transform(self, X, y=None):
        """Return rows of at most `n_components` columns where they were sparse."""
        if not sparse.issparse(X) or X.shape[1] <= self.n_components:
            return X
        return super().fit_transform(X)
