"""The names of stopping rules, and what else may stand in their place."""

from sklearn.base import clone

from sklearn_active.query_strategies import FunctionStrategy
from sklearn_active.query_strategies._registry import declared
from sklearn_active.query_strategies._standard_deviation import STD
from sklearn_active.stopping_rules._confident import Confident
from sklearn_active.stopping_rules._stable_predictions import StablePredictions

RULES = {"confident": Confident, "stable_predictions": StablePredictions}


def as_rule(stop_when, labels=None, strategy=None):
    """Return a fresh rule of a name or a rule object; other callables as they are.

    Parameters
    ----------
    stop_when : str, callable or None
        What the user gave.
    labels : Labels, default=None
        Of the learner; a rule may be for classes only.
    strategy : query strategy, default=None
        Of the learner, where it was named; a rule may go by its utilities.

    Returns
    -------
    rule : callable or None
    """
    if isinstance(stop_when, type):
        raise ValueError(
            f"stop_when is the class {stop_when.__name__}; pass an object: "
            f"{stop_when.__name__}()."
        )
    never = strategy is None and labels is not None and labels.continuous
    if stop_when == "confident" and (never or not _says_how_sure(strategy)):
        name = "'auto' around a regressor" if never else type(strategy).__name__
        raise ValueError(
            "stop_when='confident' stops when the model is sure of every row left, and "
            f"the utilities of {name} don't say how sure it is. Set a budget instead, "
            "or state below which utility nothing is worth a question: "
            "sklearn_active.stopping_rules.Confident(threshold=...)."
        )
    if isinstance(stop_when, str):
        stop_when = RULES[stop_when]()
    if labels is not None and getattr(stop_when, "needs_classes", False):
        labels.check_are_classes(type(stop_when).__name__)
    return clone(stop_when) if hasattr(stop_when, "get_params") else stop_when


def _says_how_sure(strategy):
    """Say whether the utilities of a strategy may be of what a model is unsure of."""
    # Of one that is advised later, and of a function, nothing is known.
    if strategy is None or isinstance(strategy, FunctionStrategy):
        return True
    goes_by_it = {"predict_proba", ("predict_proba", STD)}
    later = goes_by_it.intersection(declared(strategy, "needs_later"))
    return bool(declared(strategy, "needs") or later)
