"""The only door to scikit-learn names that are private or differ between versions."""

from sklearn.base import _fit_context as fit_context
from sklearn.model_selection._search import BaseSearchCV
from sklearn.semi_supervised._label_propagation import BaseLabelPropagation
from sklearn.utils import _safe_indexing as safe_indexing
from sklearn.utils._missing import is_pandas_na
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.metadata_routing import _raise_for_params as raise_for_params
from sklearn.utils.metadata_routing import _routing_enabled as routing_enabled
from sklearn.utils.validation import _check_method_params as check_method_params
from sklearn.utils.validation import _num_samples as num_samples

try:
    from sklearn.callback import CallbackSupportMixin, ScoringMonitor, with_callbacks
except ImportError:  # scikit-learn < 1.9

    class CallbackSupportMixin:
        """Nothing to support."""

    ScoringMonitor = None

    def with_callbacks(method):
        """Return the method as it is."""
        return method


__all__ = [
    "BaseLabelPropagation",
    "BaseSearchCV",
    "CallbackSupportMixin",
    "HasMethods",
    "Interval",
    "ScoringMonitor",
    "StrOptions",
    "check_method_params",
    "fit_context",
    "is_pandas_na",
    "num_samples",
    "raise_for_params",
    "routing_enabled",
    "safe_indexing",
    "with_callbacks",
]
