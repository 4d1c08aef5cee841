"""What the learner knows at each moment, as fitted attributes."""

from sklearn.exceptions import NotFittedError

from sklearn_active._loop.wrapped_estimator import final_estimator


class PublishesPool:
    """Give the learner the attributes that are read from its pool.

    They are properties because labels arrive while `fit` runs: whatever raises,
    they are current.
    """

    _state = None

    @property
    def y_(self):
        """All labels known, the mark elsewhere, shape (n_samples,)."""
        return self._known_state().labels.as_array()

    @property
    def labeled_iter_(self):
        """Round in which each row's label was learned, shape (n_samples,)."""
        return self._known_state().learned_in - 1

    @property
    def history_(self):
        """One record a round."""
        return self._known_state().history

    @property
    def n_asked_(self):
        """Number of rows that the oracle answered or abstained from."""
        return self._known_state().n_asked

    @property
    def classes_(self):
        """The sorted classes of the fitted estimator; before, those known."""
        state = self._known_state()
        return state.labels.classes if self._fitted is None else self._fitted.classes

    @property
    def transduction_(self):
        """Label of every row, shape (n_samples,), where the estimator has one.

        The mark stands where the estimator gave a row no label.
        """
        state = self._known_state()
        if not self._all_rows and not state.labels.all_known:
            raise AttributeError(
                "transduction_ is not available: the estimator was not given the "
                "unlabeled rows."
            )
        transduction = final_estimator(self.estimator_).transduction_
        given = transduction != -1
        return state.labels.marked(self._decoded(transduction), given)

    def _known_state(self):
        if self._state is None:
            raise NotFittedError(
                "This ActiveLearner knows no pool yet: call fit(X, y) or start(X, y)."
            )
        return self._state

    def _why_not_fitted(self):
        """Return what to say where there is no model to predict with."""
        if self._state is None:
            return "This ActiveLearner is not fitted yet: call fit or start before it."
        why = f"{len(self._state.labels.classes)} classes are known, and two are needed"
        if self._why_no_fit is not None:
            why = f"{type(self._prototype).__name__} raised: {self._why_no_fit}"
        return (
            f"This ActiveLearner has no model yet. On {self._state.labels.n_known} "
            f"labels {why}. Go on with query() and teach()."
        )
