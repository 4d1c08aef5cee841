"""Refits: from the labels known to a fitted estimator, and what is noted of it."""

from functools import partial
from time import perf_counter

from sklearn.base import clone

from sklearn_active._inner import (
    TrainingData,
    accepts_unlabeled,
    final_estimator,
    updated,
)
from sklearn_active._pool import Pool
from sklearn_active._rows import take


class RefitsEstimator:
    """Give the learner its refits: a fresh clone a round, or an update of the last."""

    def _pool(self):
        estimator = getattr(self, "estimator_", None)
        final = final_estimator(estimator) if self._all_rows else None
        masses = partial(getattr, final, "label_masses_", None)
        proba = partial(self._distributions.of_candidates, estimator)
        return Pool(self._state, estimator, proba, masses, self.classes_)

    def _close_round(self):
        """Refit where labels came since the last fit, also by a call that raised."""
        if self._state.history and "predicted" not in self._state.history[-1]:
            record = self._state.history[-1]
            record.predicted = self._predictions(record.rows)
        if self._state.labels.n_known > self._state.n_fitted:
            self._refit_if_possible()
        else:
            with self._tasks.round(self):
                pass

    def _predictions(self, rows):
        """Return what the fitted estimator expects of some rows, None without one."""
        estimator = getattr(self, "estimator_", None)
        if not hasattr(estimator, "predict"):
            return [None] * len(rows)
        if self._solves_locally():
            return self._transduced(rows).tolist()
        transduction = getattr(self, "transduction_", None)
        if transduction is not None:
            return transduction[rows].tolist()
        return self.predict(take(self._state.X, rows)).tolist()

    def _solves_locally(self):
        """Say whether labels of some rows can be had without solving for all."""
        final = final_estimator(getattr(self, "estimator_", None))
        return self._all_rows and hasattr(final, "masses_of")

    def _transduced(self, rows):
        """Return the labels of some rows, where they can be had so."""
        final = final_estimator(self.estimator_)
        best = final.masses_of(rows).argmax(axis=1)
        return self._decoded(final.classes_[best])

    def _refit_if_possible(self):
        """Refit, except before the first fit with fewer than two classes."""
        if hasattr(self, "estimator_") or len(self._state.labels.classes) > 1:
            self._refit()
        else:
            with self._tasks.round(self):
                pass

    def _refit(self):
        """Fit a fresh clone on all labels known; on failure the last one stays."""
        state = self._state
        began = perf_counter()
        data = TrainingData(
            state.X,
            state.labels,
            self._all_rows,
            self._fit_params,
            takes_minus_one_for_a_mark=accepts_unlabeled(self.estimator),
        )
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
                self._graph_memo.fit(fresh, data)
                self._keep(fresh, data)
            if state.history:
                state.history[-1].fit_seconds = perf_counter() - began
                state.history[-1].seconds += state.history[-1].fit_seconds

    def _keep(self, estimator, data):
        self.estimator_ = estimator
        self._state.n_fitted = self._state.labels.n_known
        self._classes = self._state.labels.classes
        self._encoded = data.encoded
        # Only an update compares with it; else it would keep a copy of the rows.
        self._last_fit = data if hasattr(estimator, "update_labels") else None
        if self._last_fit is None:  # else it warns of unreached rows by itself
            self._distributions.look_at(estimator)

    def _ensure_fitted(self):
        """Fit what the loop left unfitted: no label, or labels of one class."""
        if hasattr(self, "estimator_"):
            return
        if not self._state.labels.n_known:
            raise ValueError(
                f"The loop ended ({self.termination_condition_!r}) before any label "
                f"was known: {self._state.n_asked} rows were asked, and none was "
                "labeled. No model could be fitted; y_ is kept."
            )
        self._refit()
