"""Labeled rows that are asked again: those that the other labels speak against."""

import numpy as np

from sklearn_active._data.rows import first_of_each, row_keys, take
from sklearn_active._sklearn.warnings import warn_user
from sklearn_active.query_strategies._turns import turns

REVIEW = "review"  # the reason of a row that is asked again


class Reviews:
    """Say which labeled rows the next question asks again.

    Each row is asked again at most once in a run.

    Parameters
    ----------
    share : float
        Of the questions, in [0, 1).
    suspects_in : callable
        `suspects_in(run)` returns the labels of a run ranked, as `suspect_labels` does,
        or None where none can be doubted yet.
    """

    def __init__(self, share, suspects_in):
        self.share = share
        self._suspects_in = suspects_in
        self._has_warned = False

    def due(self, run, batch_size):
        """Return the rows to ask again, the most suspect first.

        Parameters
        ----------
        run : Run
            Whose labels they are.
        batch_size : int
            How many rows are asked in all.

        Returns
        -------
        rows : ndarray of int of shape (n_due,)
            Fewer than are due where few labels are suspect; in most rounds none.
        """
        pool = run.pool
        # By what was asked, not by what is known: an answer to a row asked again adds
        # no label, and would be due again and again.
        n_due = turns(pool.n_asked, batch_size, self.share)
        if not n_due or run.model.is_cold or not pool.n_candidates:
            return np.zeros(0, dtype=int)
        rows = self._contradicted(run)
        rows = rows[~np.isin(rows, pool.reviewed)]
        if not len(rows):
            return rows
        # As in every question, of rows with identical content one.
        return rows[first_of_each(row_keys(take(pool.X, rows)))[:n_due]]

    def _contradicted(self, run):
        """Return the rows whose label another class is likelier than."""
        try:
            suspects = self._suspects_in(run)
        # A model that can be fitted on all labels may fail without some of them: five
        # neighbors of five labels. With more labels it will not.
        except Exception as error:
            self._warn_of(error, type(run.model.prototype).__name__)
            suspects = None
        if suspects is None:
            return np.zeros(0, dtype=int)
        return suspects.rows[suspects.contradicted]  # never where the score is NaN

    def _warn_of(self, error, name):
        if not self._has_warned:
            self._has_warned = True
            warn_user(
                f"No row can be asked again yet: {name} can't predict labels that it "
                f"was not fitted on ({error}). The query strategy asks in their place."
            )
