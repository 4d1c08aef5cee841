"""The only door to scikit-learn names that are private or differ between versions."""

from copy import copy
from inspect import signature

from sklearn.base import _fit_context as fit_context
from sklearn.model_selection._search import BaseSearchCV
from sklearn.semi_supervised._label_propagation import BaseLabelPropagation
from sklearn.utils import _safe_indexing as safe_indexing
from sklearn.utils._missing import is_pandas_na
from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    StrOptions,
    validate_parameter_constraints,
)
from sklearn.utils.metadata_routing import _raise_for_params as raise_for_params
from sklearn.utils.metadata_routing import _routing_enabled as routing_enabled
from sklearn.utils.validation import _check_method_params as check_method_params
from sklearn.utils.validation import _is_fitted as is_fitted
from sklearn.utils.validation import _num_samples as num_samples

try:
    from sklearn.callback import CallbackSupportMixin, ScoringMonitor, with_callbacks
except ImportError:  # scikit-learn < 1.9

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Nothing to support."""

    ScoringMonitor = None

    def with_callbacks(method):
        """Return the method as it is."""
        return method


def validate_params(estimator):
    """Raise where a parameter breaks the constraints that its class declares."""
    estimator._validate_params()


def score_function(scorer):
    """Return the metric inside a scorer, and what it is given, the first that is there.

    Parameters
    ----------
    scorer : callable
        Any.

    Returns
    -------
    function : callable or None
        None where it is no scorer of scikit-learn.
    methods : tuple of str
        Of the estimator.
    """
    methods = getattr(scorer, "_response_method", ())
    function = getattr(scorer, "_score_func", None)
    methods = (methods,) if isinstance(methods, str) else methods
    return function, () if function is None else tuple(methods)


def with_labels(scorer, labels):
    """Return a copy of a scorer whose metric is told all classes, if it asks for them.

    Parameters
    ----------
    scorer : scorer of scikit-learn
        One that is given probabilities, as `score_function` finds.
    labels : ndarray of shape (n_classes,)
        The classes, in the order of the columns.

    Returns
    -------
    scorer : scorer
    """
    if "labels" not in signature(scorer._score_func).parameters:
        return scorer
    scorer = copy(scorer)
    scorer._kwargs = {"labels": labels} | scorer._kwargs
    return scorer


def accepts_weights(scorer):
    """Say whether a scorer takes sample weights without metadata routing."""
    accepts = getattr(scorer, "_accept_sample_weight", None)
    return accepts is not None and accepts()


__all__ = [
    "BaseLabelPropagation",
    "BaseSearchCV",
    "CallbackSupportMixin",
    "HasMethods",
    "Interval",
    "ScoringMonitor",
    "StrOptions",
    "accepts_weights",
    "check_matplotlib_support",
    "check_method_params",
    "fit_context",
    "is_fitted",
    "is_pandas_na",
    "num_samples",
    "raise_for_params",
    "routing_enabled",
    "safe_indexing",
    "score_function",
    "validate_parameter_constraints",
    "validate_params",
    "with_callbacks",
    "with_labels",
]
