"""What the learner knows at each moment, as fitted attributes."""

from sklearn_active._inner import final_estimator


class PublishesPool:
    """Give the learner the attributes that are read from its pool.

    They are properties because labels arrive while `fit` runs: whatever raises,
    they are current.
    """

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
        if "_classes" in vars(self):
            return self._classes
        return self._known_state().labels.classes

    @property
    def transduction_(self):
        """Label of every row, shape (n_samples,), where the estimator has one.

        The mark stands where the estimator gave a row no label.
        """
        if not self._all_rows and not self._known_state().labels.all_known:
            raise AttributeError(
                "transduction_ is not available: the estimator was not given the "
                "unlabeled rows."
            )
        transduction = final_estimator(self.estimator_).transduction_
        given = transduction != -1
        return self._known_state().labels.marked(self._decoded(transduction), given)

    def _known_state(self):
        if "_state" not in vars(self):
            raise AttributeError(
                "This ActiveLearner knows no pool yet: fit or start it."
            )
        return self._state
