"""Where the uncertainty comes from: class distributions of the pool's rows."""

import numpy as np

from sklearn_active._data.probabilities import (
    cleaned,
    empty_rows,
    has_distributions,
    uniform_rows,
)
from sklearn_active._data.rows import take
from sklearn_active._loop.wrapped_estimator import final_estimator
from sklearn_active._sklearn.warnings import warn_user


class Distributions:
    """The class distributions of one fit, and the one warning about them.

    Parameters
    ----------
    state : PoolState
        The pool.
    all_rows : bool
        Whether the estimator is given all rows: then it may be transductive.
    name : str
        Of the estimator, for the warning.
    """

    def __init__(self, state, all_rows, name):
        self.state = state
        self.all_rows = all_rows
        self.name = name
        self.warned = False

    def of_candidates(self, fitted, candidates, quiet=False):
        """Return cleaned distributions, shape (n_candidates, n_classes).

        Those of the transductive fit where there are, else `predict_proba`.
        """
        whole = self._transductive(fitted.estimator)
        if whole is not None:
            return cleaned(whole[candidates])
        proba, n_empty = fitted.distributions(take(self.state.X, candidates))
        if not quiet:
            self.warn_of(n_empty, len(proba))
        return proba

    def is_transductive(self, estimator):
        """Say whether the distributions come from the fit."""
        return self.all_rows and has_distributions(final_estimator(estimator))

    def look_at(self, fitted):
        """Warn where a transductive fit left rows without information."""
        whole = None if self.warned else self._transductive(fitted.estimator)
        if whole is not None:
            unlabeled = whole[~self.state.labels.known]
            # Uniform ones count here alone: in label propagation they are rows that no
            # label reaches, while a tree on few labels says so of rows it has seen.
            rows = empty_rows(unlabeled) | uniform_rows(unlabeled)
            n_empty = np.count_nonzero(rows)
            self.warn_of(n_empty, len(rows), "label_distributions_")

    def _transductive(self, estimator):
        if not self.all_rows:
            return None
        return getattr(final_estimator(estimator), "label_distributions_", None)

    def warn_of(self, n_empty, n_rows, source="predict_proba"):
        """Warn once of rows that no label reaches, if there are any."""
        if self.warned or not n_empty:
            return
        self.warned = True
        warn_user(
            f"{n_empty} of {n_rows} unlabeled rows have an all-zero, "
            f"NaN or uniform class distribution ({source} of {self.name}): no label "
            "reaches them. They count as maximally uncertain, and predictions for them "
            "are arbitrary. Scale X or lower gamma (or take kernel='knn', or more "
            "neighbors).",
        )
