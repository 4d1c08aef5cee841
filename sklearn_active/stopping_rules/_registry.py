"""The names of stopping rules, and what else may stand in their place."""

from sklearn.base import clone

from sklearn_active.stopping_rules._confident import Confident
from sklearn_active.stopping_rules._stable_predictions import StablePredictions

RULES = {"confident": Confident, "stable_predictions": StablePredictions}


def as_rule(stop_when, labels=None):
    """Return a fresh rule of a name or a rule object; other callables as they are.

    Parameters
    ----------
    stop_when : str, callable or None
        What the user gave.
    labels : Labels, default=None
        Of the learner; a rule may be for classes only.

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
        stop_when = RULES[stop_when]()
    if labels is not None and getattr(stop_when, "needs_classes", False):
        labels.check_are_classes(type(stop_when).__name__)
    return clone(stop_when) if hasattr(stop_when, "get_params") else stop_when
