"""Refits: from the labels known to a fitted estimator, and what is noted of it."""

import warnings
from functools import partial
from time import perf_counter

import numpy as np
from sklearn.base import clone

from sklearn_active._data.fitted import FittedClassifier, fit_on_labels_or_codes
from sklearn_active._data.memory import remembered
from sklearn_active._data.rows import take
from sklearn_active._loop.pool import Pool
from sklearn_active._loop.wrapped_estimator import (
    TrainingData,
    accepts_unlabeled,
    final_estimator,
    is_pretrained,
    updated,
    with_more_labels,
)
from sklearn_active._sklearn.graph_memo import fit_with_kept_graph
from sklearn_active._sklearn.warnings import warn_user


class RefitsEstimator:
    """Give the learner its refits: a fresh clone a round, or an update of the last."""

    _fitted = None
    _why_no_fit = None

    def _pool(self):
        estimator = getattr(self, "estimator_", None)
        final = final_estimator(estimator) if self._all_rows else None
        masses = partial(getattr, final, "label_masses_", None)
        proba = partial(self._distributions.of_candidates, self._fitted)
        return Pool(self._state, self._fitted, proba, masses)

    def _is_cold(self):
        """Say whether there is no model of two classes or more, or only an older one.

        What a model finds uncertain that can't learn any more hardly ever brings the
        labels that it lacks.
        """
        has_model = self._fitted is not None and len(self.classes_) > 1
        return not has_model or self._why_no_fit is not None

    def _close_round(self):
        """Refit where labels came since the last fit, also by a call that raised."""
        if self._state.is_stale:
            with self._memory.open():
                self._refit_if_possible()
        else:
            with self._tasks.round(self):
                pass

    def _predictions(self, rows):
        """Return what the fitted estimator expects of some rows, None without one."""
        if not hasattr(getattr(self, "estimator_", None), "predict"):
            return [None] * len(rows)
        if self._solves_locally():
            return self._transduced(rows).tolist()
        transduction = getattr(self, "transduction_", None)
        if transduction is not None:
            return transduction[rows].tolist()
        return self._fitted.predict(take(self._state.X, rows)).tolist()

    def _solves_locally(self):
        """Say whether labels of some rows can be had without solving for all."""
        final = final_estimator(getattr(self, "estimator_", None))
        return self._all_rows and hasattr(final, "masses_of")

    def _transduced(self, rows):
        """Return the labels of some rows, where they can be had so."""
        return self._decoded_best(final_estimator(self.estimator_).masses_of(rows))

    def _decoded_best(self, masses):
        """Return the label with the largest mass of each row."""
        best = masses.argmax(axis=1)
        return self._decoded(final_estimator(self.estimator_).classes_[best])

    def _decoded(self, y):
        return self.classes_[y] if self._fitted.encoded else y

    def _refit_if_possible(self):
        """Refit, except before the first fit with fewer than two classes."""
        n_classes = len(self._state.labels.classes)
        if self._has_learned and n_classes < 2 and len(self._fitted.classes) > 1:
            self._forget_model()  # as after a start with these labels
        if self._has_learned or n_classes > 1:
            self._refit()
            return
        with self._tasks.round(self):
            if self._fitted is None and is_pretrained(self._prototype):
                self._publish(clone(self._prototype), encoded=False)

    def _refit(self, last_chance=False):
        """Fit a fresh clone on all labels known; on failure the last one stays.

        Parameters
        ----------
        last_chance : bool, default=False
            Whether nobody is left to ask: then a first fit that fails is an error,
            even one that more labels would make possible.
        """
        state = self._state
        began = perf_counter()
        data = self._training_data(state.labels)
        # An update that is interrupted is followed by a fresh fit.
        last, self._last_fit = self._last_fit, None
        estimator = updated(getattr(self, "estimator_", None), data, last)
        fresh = None
        if estimator is not None:
            self._keep(estimator, data)
        else:
            fresh = clone(self._prototype)
        with self._tasks.round(self, fresh):
            if fresh is not None:
                self._fit(fresh, data, last_chance)
            if state.history:
                state.history[-1].fit_seconds = perf_counter() - began
                state.history[-1].seconds += state.history[-1].fit_seconds

    def _training_data(self, labels):
        return TrainingData(
            self._state.X,
            labels,
            self._all_rows,
            self._fit_params,
            takes_minus_one_for_a_mark=accepts_unlabeled(self._prototype),
            encoded=self._needs_codes,
        )

    def _fit(self, fresh, data, last_chance):
        # Labels that were taken back may have been those that it needs.
        is_new = not self._has_learned or self._state.labels.n_known < self._n_learned
        try:
            data = self._fit_on(fresh, data)
            if is_new and not last_chance:
                self._try_to_predict(fresh, data)
        except Exception as error:
            if last_chance or not self._more_labels_help(error):
                raise
            self._warn_of_no_fit_yet(error)
        else:
            self._needs_codes |= data.encoded
            self._keep(fresh, data)

    def _fit_on(self, estimator, data):
        """Fit on the labels, or on their positions; return what it was fitted on."""
        fit = partial(fit_with_kept_graph, estimator, remembered=remembered)
        return fit_on_labels_or_codes(fit, data, data.with_codes, data.classes)

    def _try_to_predict(self, estimator, data):
        """Raise where a model can be fitted, but can't answer yet.

        Nearest neighbors, for one, look at their number of neighbors in `predict`.
        """
        row = take(data.X, np.array([0]))
        fitted = FittedClassifier(estimator, data.classes, data.encoded)
        if hasattr(estimator, "predict_proba"):
            fitted.predict_proba(row)
        elif hasattr(estimator, "predict"):
            fitted.predict(row)

    def _more_labels_help(self, error):
        """Say whether a fit that failed for few labels succeeds on more of this pool.

        Folds, neighbors and the like want some rows of each class; also of one that is
        found late. Tried on real rows with made-up labels: what fails on them too (a
        column of text, a wrong parameter) would only become known after the labels
        are paid for. What is raised then is noted on the error of the labels known.
        """
        labels = with_more_labels(self._state)
        if labels is None:
            return False
        data = self._training_data(labels)
        trial = clone(self._prototype)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                self._try_to_predict(trial, self._fit_on(trial, data))
            except Exception as then:
                if str(then) != str(error):
                    error.add_note(f"With more labels of this pool it raises: {then}")
                return False
        return True

    def _warn_of_no_fit_yet(self, error):
        self._why_no_fit = error
        if self._warned_of_no_fit:
            return
        self._warned_of_no_fit = True
        words = str(error).rstrip(". \n")
        stays = "; the last model stays" if self._has_learned else ""
        warn_user(
            f"{type(self._prototype).__name__} can't be fitted yet on "
            f"{self._state.labels.n_known} labels: {words}. Until it can, rows are "
            f"chosen without a model{stays}."
        )

    def _keep(self, estimator, data):
        self._publish(estimator, data.encoded)
        self._has_learned, self._why_no_fit = True, None
        self._n_learned = self._state.labels.n_known
        self._state.is_stale = False
        # Only an update compares with it; else it would keep a copy of the rows.
        self._last_fit = data if hasattr(estimator, "update_labels") else None
        if self._last_fit is None:  # else it warns of unreached rows by itself
            self._distributions.look_at(self._fitted)

    def _publish(self, estimator, encoded):
        labels = self._state.labels.classes
        pretrained = is_pretrained(self._prototype)
        fitted = FittedClassifier(estimator, labels, encoded, pretrained)
        self.estimator_, self._fitted = estimator, fitted

    def _forget_model(self):
        """Be as after a start: labels were taken back until one class was left."""
        self.__dict__.pop("estimator_", None)
        self._fitted, self._last_fit = None, None
        self._has_learned = False

    def _ensure_fitted(self):
        """Fit what the loop left unfitted: too few labels, or of one class."""
        if self._has_learned and not self._state.is_stale:
            return
        if not self._state.labels.n_known:
            if self._fitted is not None:  # it was trained before
                return
            raise ValueError(
                f"The loop ended ({self.termination_condition_!r}) before any label "
                f"was known: {self._state.n_asked} rows were asked, and none was "
                "labeled. No model could be fitted; y_ is kept."
            )
        self._refit(last_chance=True)
