"""The fitted methods that the learner hands on to its estimator."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    process_routing,
)
from sklearn.utils.metaestimators import available_if

from sklearn_active._data.alignment import in_order_of
from sklearn_active._data.containers import index_of
from sklearn_active._data.parsing import parse_y
from sklearn_active._data.rows import take
from sklearn_active._loop.hooks import Labels
from sklearn_active._loop.run import HasRun, fitted_of, run_of
from sklearn_active._sklearn import (
    check_method_params,
    num_samples,
    raise_for_params,
    routing_enabled,
)

_METHODS = (
    "predict",
    "predict_proba",
    "predict_log_proba",
    "decision_function",
    "score",
)


def _estimator_has(method):
    """Let a method exist where the estimator, fitted or not, has it."""

    def check(learner):
        has_model = learner.__sklearn_is_fitted__()
        getattr(learner.estimator_ if has_model else learner.estimator, method)
        return True

    return check


class DelegatesToEstimator(HasRun):
    """Give the learner its estimator's methods, tags and routing.

    What they say comes in labels, one per row, and in the order of the classes: see
    :class:`~sklearn_active._data.fitted.FittedClassifier`.
    """

    estimator: Any

    @available_if(_estimator_has("predict"))
    def predict(self, X: Any, **params: Any) -> NDArray[Any]:
        """Predict the labels of X.

        Parameters
        ----------
        X : container of shape (n_samples, ...)
            As the estimator takes it.
        **params : dict
            Routed to the estimator, if metadata routing is enabled.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_labels)
        """
        fitted, params = self._asked("predict", params)
        return fitted.predict(X, **params)

    @available_if(_estimator_has("predict_proba"))
    def predict_proba(self, X: Any, **params: Any) -> NDArray[np.floating]:
        """Predict class probabilities of X.

        Parameters
        ----------
        X : container of shape (n_samples, ...)
            As the estimator takes it.
        **params : dict
            Routed to the estimator, if metadata routing is enabled.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes)
            In the order of `classes_`.
        """
        fitted, params = self._asked("predict_proba", params)
        return fitted.predict_proba(X, **params)

    @available_if(_estimator_has("predict_log_proba"))
    def predict_log_proba(self, X: Any, **params: Any) -> NDArray[np.floating]:
        """Predict logarithms of class probabilities of X.

        Parameters
        ----------
        X : container of shape (n_samples, ...)
            As the estimator takes it.
        **params : dict
            Routed to the estimator, if metadata routing is enabled.

        Returns
        -------
        log_proba : ndarray of shape (n_samples, n_classes)
            In the order of `classes_`.
        """
        fitted, params = self._asked("predict_log_proba", params)
        return fitted.predict_log_proba(X, **params)

    @available_if(_estimator_has("decision_function"))
    def decision_function(self, X: Any, **params: Any) -> NDArray[np.floating]:
        """Return the estimator's decision function of X.

        Parameters
        ----------
        X : container of shape (n_samples, ...)
            As the estimator takes it.
        **params : dict
            Routed to the estimator, if metadata routing is enabled.

        Returns
        -------
        decision : ndarray of shape (n_samples,) or (n_samples, n_classes)
        """
        fitted, params = self._asked("decision_function", params)
        return fitted.estimator.decision_function(X, **params)

    @available_if(_estimator_has("score"))
    def score(self, X: Any, y: Labels, **params: Any) -> float:
        """Return the estimator's score on the rows of X that have a label.

        Parameters
        ----------
        X : container of shape (n_samples, ...)
            As the estimator takes it.
        y : array-like of shape (n_samples,)
            Labels; rows that hold the mark found by `fit` are left out.
        **params : dict
            Routed to the estimator, if metadata routing is enabled.

        Returns
        -------
        score : float
        """
        fitted, params = self._asked("score", params)
        mark = run_of(self).pool.labels.mark.value
        y = in_order_of(y, index_of(X), "y")
        # The mark that `fit` found, not the one that this y alone would suggest: a test
        # set may hold no mark, or -1 and 1 only.
        labels = parse_y(y, num_samples(X), mark, kind=type(run_of(self).pool.labels))
        if not labels.n_known:
            raise ValueError(
                f"None of the {len(labels)} rows has a label to score against: "
                f"all of y is {mark!r}, which marks unlabeled rows."
            )
        if not labels.all_known:
            rows = labels.rows
            X, params = take(X, rows), check_method_params(X, params, indices=rows)
        y = labels.targets(labels.rows)
        # The estimator compares its own predictions, which are positions then, with y.
        if fitted.encoded:
            y = _positions(fitted.classes, y)
        return fitted.estimator.score(X, y, **params)

    def _asked(self, method, params):
        """Return the fitted classifier, and what its method is given."""
        fitted = fitted_of(self)
        raise_for_params(params, self, method)
        if routing_enabled():
            params = getattr(process_routing(self, method, **params).estimator, method)
        return fitted, params

    def get_metadata_routing(self) -> MetadataRouter:
        """Return the routing of this object: everything goes to `estimator`.

        Returns
        -------
        routing : MetadataRouter
        """
        mapping = MethodMapping().add(caller="fit", callee="fit")
        for method in _METHODS:
            mapping.add(caller=method, callee=method)
        router = MetadataRouter(owner=self).add_self_request(self)
        return router.add(estimator=self.estimator, method_mapping=mapping)

    def __sklearn_is_fitted__(self):
        return self._run is not None and self._run.model.fitted is not None

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.estimator_type = inner.estimator_type or "classifier"
        tags.target_tags.required = True
        tags.input_tags = inner.input_tags
        tags.non_deterministic = inner.non_deterministic
        tags.no_validation = inner.no_validation
        tags.target_tags.positive_only = inner.target_tags.positive_only
        tags.regressor_tags = inner.regressor_tags
        tags.classifier_tags = inner.classifier_tags
        # Several numbers per row are not learned.
        has_several = inner.target_tags.multi_output and inner.regressor_tags is None
        tags.target_tags.multi_output = has_several
        tags.target_tags.single_output = inner.target_tags.single_output
        return tags


def _positions(classes, y):
    """Return positions in `classes`; len(classes) for a label that isn't there."""
    positions = {label: position for position, label in enumerate(classes.tolist())}
    return np.array([positions.get(label, len(classes)) for label in y.tolist()])
