"""The names of query strategies, and what else may stand in their place."""

from functools import partial
from types import MethodType

from sklearn.base import clone

from sklearn_active._data.rows import RowsInChunks
from sklearn_active.query_strategies._base import QueryStrategy
from sklearn_active.query_strategies._experimental_design import ExperimentalDesign
from sklearn_active.query_strategies._function import FunctionStrategy
from sklearn_active.query_strategies._greedy_sampling import GreedySampling
from sklearn_active.query_strategies._herding import GraphUncertaintyHerding
from sklearn_active.query_strategies._random import RandomSampling
from sklearn_active.query_strategies._standard_deviation import (
    STD,
    StandardDeviationSampling,
    has_std,
)
from sklearn_active.query_strategies._uncertainty import (
    EntropySampling,
    LeastConfidentSampling,
    MarginSampling,
)

STRATEGIES = {
    "design": ExperimentalDesign,
    "entropy": EntropySampling,
    "graph_coverage": partial(GraphUncertaintyHerding, uncertainty="none"),
    "graph_herding": GraphUncertaintyHerding,
    "gsx": partial(GreedySampling, distance="X"),
    "gsy": partial(GreedySampling, distance="y"),
    "herding": partial(GraphUncertaintyHerding, uncertainty="model"),
    "igs": GreedySampling,
    "least_confident": LeastConfidentSampling,
    "margin": MarginSampling,
    "random": RandomSampling,
    "std": StandardDeviationSampling,
}

NAMES = ("auto", *STRATEGIES)


def given_strategy(query_strategy):
    """Return a fresh strategy for a learner, None where it is to be advised.

    Parameters
    ----------
    query_strategy : str, object with `utilities`, or callable
        What the user gave, 'auto' included.

    Returns
    -------
    strategy : object with `select`, or None
        None for 'auto', which depends on the estimator and the rows.
    """
    if isinstance(query_strategy, str) and query_strategy == "auto":
        return None
    return as_strategy(query_strategy)


def as_strategy(query_strategy):
    """Return a fresh strategy of a name, a strategy object or a function.

    Parameters
    ----------
    query_strategy : str, object with `utilities`, or callable
        What the user gave; it is cloned, never changed.

    Returns
    -------
    strategy : object with `select`
        What else it says of itself is read by `declared`.
    """
    if isinstance(query_strategy, type):
        raise ValueError(
            f"query_strategy is the class {query_strategy.__name__}; pass an object: "
            f"{query_strategy.__name__}()."
        )
    if isinstance(query_strategy, str):
        if query_strategy == "auto":
            raise ValueError(
                "'auto' depends on the estimator and the rows, so only the learner "
                "takes it: ActiveLearner(estimator, 'auto'). Inside another "
                "strategy name one, for example 'herding'."
            )
        if query_strategy not in STRATEGIES:
            raise ValueError(
                f"There is no query strategy named {query_strategy!r}; there are "
                f"{', '.join(map(repr, STRATEGIES))}."
            )
        return STRATEGIES[query_strategy]()
    if hasattr(query_strategy, "select") or hasattr(query_strategy, "utilities"):
        strategy = clone(query_strategy, safe=False)
        if not hasattr(strategy, "select"):
            strategy.select = MethodType(QueryStrategy.select, strategy)
        return strategy
    return FunctionStrategy(query_strategy)


def declared(strategy, name):
    """Return what a strategy says of itself, or what the base class says for it.

    A strategy need not derive from the base class, and may take no new attributes.

    Parameters
    ----------
    strategy : object
        Any strategy.
    name : {'needs', 'needs_later', 'deterministic', 'pointwise', 'beats_random', \
            'tasks'}
        An attribute of :class:`QueryStrategy`.

    Returns
    -------
    value : object
    """
    return getattr(strategy, name, getattr(QueryStrategy, name))


def reasons_of(strategy, indices):
    """Return why a strategy chose each row of its last choice.

    Parameters
    ----------
    strategy : query strategy
        It may offer `reasons_of(indices)`, which says it per row.
    indices : ndarray of int of shape (n_rows,)
        The rows that its `select` returned.

    Returns
    -------
    reasons : list of str of length n_rows
        The name of the class, where the strategy says nothing.
    """
    if hasattr(strategy, "reasons_of"):
        return list(strategy.reasons_of(indices))
    return [type(strategy).__name__] * len(indices)


def check_compatible(strategy, estimator, task):
    """Raise where a strategy is of no use to an estimator.

    It is for other labels than the estimator's, or needs a method that is missing.

    Parameters
    ----------
    strategy : query strategy
        As of `as_strategy`.
    estimator : estimator
        The learner's, not fitted.
    task : {'classification', 'regression', 'multilabel'}
        What the estimator learns.
    """
    if task not in declared(strategy, "tasks"):
        raise ValueError(
            f"{type(strategy).__name__} is not compatible with "
            f"{type(estimator).__name__}: it is not for {task}. Take one of "
            f"{', '.join(map(repr, names_for(task)))}."
        )
    needs = declared(strategy, "needs")
    needs = (needs,) if isinstance(needs, str) else needs
    for need in (*needs, *declared(strategy, "needs_later")):
        methods = (need,) if isinstance(need, str) else need
        if not any(_implements(estimator, method) for method in methods):
            way_out = _WAYS_OUT.get((task, need), "choose another query strategy")
            raise ValueError(
                f"{type(strategy).__name__} is not compatible with "
                f"{type(estimator).__name__}. It must implement "
                f"{' or '.join(f'`{method}`' for method in methods)}; {way_out}."
            )


def _implements(estimator, method):
    return has_std(estimator) if method == STD else hasattr(estimator, method)


def names_for(task):
    """Return the names of strategies for a task."""
    fitting = [n for n, make in STRATEGIES.items() if task in declared(make(), "tasks")]
    return ["auto", *fitting]


def is_pointwise(strategy):
    """Say whether a strategy may be asked part by part.

    Parameters
    ----------
    strategy : query strategy
        As of `as_strategy`.

    Returns
    -------
    pointwise : bool
        Not where it chooses rows in a way of its own.
    """
    select = getattr(strategy.select, "__func__", None)
    return declared(strategy, "pointwise") and select is QueryStrategy.select


def check_in_chunks(strategy, X):
    """Raise where rows come in chunks, and the strategy needs them all at once.

    Parameters
    ----------
    strategy : query strategy
        As of `as_strategy`.
    X : container of shape (n_rows, ...)
        All rows.
    """
    if isinstance(X, RowsInChunks) and not is_pointwise(strategy):
        names = [name for name, make in STRATEGIES.items() if is_pointwise(make())]
        raise ValueError(
            f"{type(strategy).__name__} needs the whole pool at once, but X is a "
            f"{type(X).__name__}, which is read in chunks. Take a strategy that is "
            f"pointwise ({', '.join(map(repr, names))}, or one of your own that says "
            "`pointwise = True`), or pass the rows as an array."
        )


_CALIBRATE_INSIDE = "take OneVsRestClassifier(CalibratedClassifierCV(...))"
_FOR_ANY_REGRESSOR = "take a query strategy for any regressor, such as 'design'"
_WAYS_OUT = {
    ("classification", "predict_proba"): "wrap it in CalibratedClassifierCV",
    ("classification", ("predict_proba", STD)): "wrap it in CalibratedClassifierCV",
    ("multilabel", "predict_proba"): _CALIBRATE_INSIDE,
    ("multilabel", ("predict_proba", STD)): _CALIBRATE_INSIDE,
    ("regression", "predict_proba"): _FOR_ANY_REGRESSOR,
    ("regression", ("predict_proba", STD)): _FOR_ANY_REGRESSOR,
    ("regression", STD): (
        "take a GaussianProcessRegressor, BayesianRidge or a forest, or the strategy "
        "QueryByCommittee(), which makes a committee of any regressor"
    ),
}
