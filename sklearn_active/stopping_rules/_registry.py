"""The names of stopping rules, and what else may stand in their place."""

from sklearn.base import clone

from sklearn_active.stopping_rules._confident import Confident
from sklearn_active.stopping_rules._stable_predictions import StablePredictions

RULES = {"confident": Confident, "stable_predictions": StablePredictions}


def as_rule(stop_when):
    """Return a fresh rule of a name or a rule object; other callables as they are.

    Parameters
    ----------
    stop_when : str, callable or None
        What the user gave.

    Returns
    -------
    rule : callable or None
    """
    if isinstance(stop_when, type):
        raise ValueError(
            f"stop_when is the class {stop_when.__name__}; pass an object: "
            f"{stop_when.__name__}()."
        )
    if isinstance(stop_when, str):
        return RULES[stop_when]()
    return clone(stop_when) if hasattr(stop_when, "get_params") else stop_when
