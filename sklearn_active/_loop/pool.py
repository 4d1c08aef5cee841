"""Who is labeled, who is a candidate, who declined; the view that strategies get."""

from functools import cached_property
from uuid import uuid4

import numpy as np
from sklearn.utils import Bunch

from sklearn_active._data.rows import first_of_each, read_only, row_keys, take
from sklearn_active._data.seeds import Draws


class PoolState:
    """The pool of one fit, and all that is known of it.

    Parameters
    ----------
    X : container of shape (n_rows, ...)
        The rows, as the user gave them.
    labels : Labels
        The labels known at the start.
    seed : int
        All randomness of the fit derives from it and the number of known labels.
    random_ties : bool
        Whether ties are broken at random rather than by row order.
    """

    def __init__(self, X, labels, seed, random_ties):
        self.X = X
        self.labels = labels
        self.seed = seed
        self.random_ties = random_ties
        self.token = uuid4().hex
        # 0: never, k + 1: in round k. Zeros cost no memory until they are written.
        self.learned_in = np.zeros(len(self), dtype=int)
        self.learned_in[labels.rows] = 1
        self.declined = np.zeros(0, dtype=int)
        self.reviewed = np.zeros(0, dtype=int)  # rows asked again, once for all
        # Rows asked, answered or not: what the budget counts. Rows that were taught
        # without being asked count, too, as in `teach`.
        self.n_asked = 0
        self.is_stale = labels.n_known > 0  # labels came that no fit has seen
        self.history = []
        self.open_queries = {}
        self.n_queries = 0
        self.complete_since = 1  # the round from which on all rows could be asked
        self.query_seconds = 0.0
        # What the strategy has not heard of yet. A strategy that keeps sums goes by
        # these two lists alone, so each change must end up in one of them.
        self.newly_known = labels.rows.tolist()
        self.withdrawn = []

    def __len__(self):
        return len(self.labels)

    @property
    def candidates(self):
        """Return the positions of the rows that can be asked, ascending."""
        open_rows = ~self.labels.known
        open_rows[self.declined] = False
        return np.flatnonzero(open_rows)

    @property
    def others(self):
        """Return the positions of the rows that can't be asked, ascending."""
        return np.union1d(self.labels.rows, self.declined)

    def are_candidates(self, rows):
        """Return which of some rows can be asked, shape (n_rows,)."""
        inside = (rows >= 0) & (rows < len(self))
        return inside & ~np.isin(rows, self.others)

    @property
    def n_candidates(self):
        """Return the number of rows that can be asked."""
        return len(self) - len(self.others)

    @property
    def round(self):
        """Return the number of the next round; rounds count from 1."""
        return len(self.history) + 1

    def mark_all_as_heard(self):
        """Let the next query strategy hear only of what changes from now on."""
        self.newly_known, self.withdrawn = [], []

    def record(self, indices, labels, answered):
        """Record labels for `indices[answered]`, and that the others declined."""
        given = indices[answered]
        # An oracle that teaches the learner itself would have its answers recorded
        # twice, and the round's record would be of other labels than the fit.
        if self.labels.known[indices].any():
            raise ValueError(
                f"Of the rows {indices.tolist()} some were labeled while they were "
                "asked: an oracle must return its answers, not teach them."
            )
        if len(given):
            self.labels.add(given, labels)
            self.is_stale = True
        # Of several labels an answer may leave some open: then it is kept, and the row
        # is not asked again.
        known = given[self.labels.known[given]]
        self.learned_in[known] = self.round + 1
        self.newly_known.extend(known.tolist())
        # A row may be declined first and taught by its position later.
        declined = np.setdiff1d(self.declined, known)
        self.declined = np.union1d(declined, np.setdiff1d(indices, known))
        self.n_asked += len(indices)

    def review(self, indices, labels, answered):
        """Record what labeled rows, asked again, were answered.

        `labels` are those of `indices[answered]`; where they differ, they are in force
        from now on. Of the other rows nothing new is known.
        """
        self.n_asked += len(indices)
        self.reviewed = np.union1d(self.reviewed, indices)
        rows = indices[answered]
        differs = self.labels.values[rows] != labels
        if differs.any():
            self.relabel(rows[differs], labels[differs], np.ones(differs.sum(), bool))

    def relabel(self, indices, labels, answered):
        """Change the labels of `indices[answered]`, and take back the others'."""
        changed = indices[answered]
        relabeled = self.labels.copy()  # what raises changes nothing by halves
        relabeled.withdraw(indices)
        if len(changed):
            relabeled.add(changed, labels)
        self.labels = relabeled
        # Of several labels some may have been taken back: then the row can be asked.
        changed = changed[relabeled.known[changed]]
        self.learned_in[np.setdiff1d(indices, changed)] = 0
        self.withdrawn.extend(indices.tolist())
        # Of a row that the strategy has not heard of yet it hears once: a sum that
        # took it in twice would stay wrong for good.
        known = [row for row in self.newly_known if row not in set(indices.tolist())]
        self.newly_known = [*known, *changed.tolist()]
        self.open_queries = {}
        self.is_stale = True

    def extend(self, X, labels):
        """Go on with more rows behind those that are there; `labels` knows of all."""
        n_rows = len(self)
        self.X = X
        self.labels = labels
        self.complete_since = self.round
        learned_in = np.zeros(len(labels), dtype=int)
        learned_in[:n_rows] = self.learned_in
        learned_in[labels.rows[labels.rows >= n_rows]] = 1
        self.learned_in = learned_in
        # A strategy begins anew: it hears of all labels again.
        self.newly_known, self.withdrawn = labels.rows.tolist(), []
        self.open_queries = {}
        self.is_stale = True

    def decline_only(self, rows):
        """Let exactly these rows be the declined ones."""
        self.declined = np.array(sorted(rows), dtype=int)
        self.open_queries = {}

    def close_round(self, asked, answers):
        """Append one record to the history: of what was asked, and the answers."""
        record = Bunch(
            round=self.round,
            rows=asked.rows,
            answers=answers,
            predicted=asked.predicted,
            utilities=asked.utilities,
            reasons=list(asked.reasons),
            n_candidates=asked.n_candidates,
            n_labeled=self.labels.n_known,
            seconds=self.query_seconds,
            query_seconds=self.query_seconds,
            fit_seconds=0.0,
        )
        self.history.append(record)
        self.open_queries, self.query_seconds = {}, 0.0

    def note_fit(self, seconds):
        """Note in the record of the last round how long its fit took."""
        if self.history:
            self.history[-1].fit_seconds = seconds
            self.history[-1].seconds += seconds

    @property
    def draws(self):
        """Return the chance of the next round."""
        # Not the number of the round: a run that is resumed from `y_` has the same
        # labels, and must draw the same, but begins to count its rounds anew.
        return Draws([self.seed, self.labels.n_known], self.random_ties)


class Pool:
    """Show a query strategy the pool: a read-only view.

    Everything that costs something is computed when it is first asked for.

    Attributes
    ----------
    X : container of shape (n_rows, ...)
        All rows, as the user gave them.
    y : ndarray of shape (n_rows,)
        All labels known, the mark elsewhere.
    candidates : ndarray of int of shape (n_candidates,)
        Positions of the rows that can be asked, ascending.
    labeled : ndarray of int of shape (n_labeled,)
        Positions of the rows whose label is known, ascending.
    newly_known : ndarray of int
        Rows whose label became known since this strategy was last asked, in the
        order in which they were learned.
    declined : ndarray of int
        Rows that the oracle abstained from in this fit, ascending.
    withdrawn : ndarray of int
        Rows whose label was taken back or changed since this strategy was last
        asked; a changed one is also in `newly_known`.
    estimator : estimator or None
        The fitted estimator; None before one could be fitted.
    classes : ndarray of shape (n_classes,)
        The classes that the estimator knows, sorted; before it is fitted, those
        among the labels.
    proba : ndarray of float of shape (n_candidates, n_classes)
        Class distributions of the candidates: the transductive ones where the
        estimator has them, else `predict_proba`. Rows that no label reaches
        (all zero or NaN) are uniform here. Of several labels per row: (n_candidates,
        n_labels, 2), over no and yes.
    masses : ndarray of float of shape (n_rows, n_classes) or None
        Unnormalized class masses of all rows, where the estimator offers them.
    random_state : RandomState
        The round's: it depends on the learner's seed and on how many labels are
        known, so that a resumed run goes on with the same rows.
    """

    # `state` and `fitted` are for the package, not for strategies.

    def __init__(self, state, fitted=None, distributions=None, masses=None):
        self.state = state
        self.fitted = fitted
        self._distributions = distributions
        self._masses = masses
        self.X = state.X
        self.estimator = None if fitted is None else fitted.estimator

    @cached_property
    def classes(self):
        # Those that the estimator knows: the columns of `proba`.
        known = self.state.labels if self.fitted is None else self.fitted
        return read_only(known.classes)

    def __len__(self):
        return len(self.state)

    @cached_property
    def candidates(self):
        return read_only(self.state.candidates)

    @cached_property
    def masses(self):
        masses = None if self._masses is None else self._masses()
        return None if masses is None else read_only(masses)

    @cached_property
    def draws(self):
        """Return the round's chance, which is the package's own."""
        return self.state.draws

    @cached_property
    def y(self):
        return read_only(self.state.labels.as_array())

    @cached_property
    def labeled(self):
        return self.state.labels.rows

    @cached_property
    def newly_known(self):
        return read_only(np.array(self.state.newly_known, dtype=int))

    @cached_property
    def declined(self):
        return read_only(self.state.declined)

    @cached_property
    def withdrawn(self):
        return read_only(np.array(self.state.withdrawn, dtype=int))

    @cached_property
    def proba(self):
        if self.fitted is None or not self.fitted.can("predict_proba"):
            name, way_out = "no estimator yet", ""
            if self.fitted is not None:
                name = self.estimator
                way_out = f", or {self.fitted.to_have_probabilities}"
            raise ValueError(
                f"pool.proba needs an estimator with `predict_proba`; there is {name}. "
                f"Let the strategy say needs = ('predict_proba',){way_out}."
            )
        return read_only(self._distributions(self.candidates))

    def class_of(self, row):
        """Return the class of one row, None where its label is not known; O(1).

        Of several labels all of them in a tuple; of numbers one for all.
        """
        labels = self.state.labels
        return labels.class_of(row) if labels.known[row] else None

    @cached_property
    def random_state(self):
        return self.draws.random_state()

    def proba_of(self, indices):
        """Return the distributions of some candidates if computed, else None."""
        # Where a cached property keeps its value: a query must not compute what the
        # strategy did not ask for.
        if "proba" not in self.__dict__:
            return None
        return read_only(self.proba[np.searchsorted(self.candidates, indices)])

    def top(self, utilities, batch_size):
        """Choose the candidates with the largest utilities, best first.

        Ties go by row order, or at random where the learner has a random state.
        Of rows with identical content one is chosen; they are looked for among
        the rows about to be chosen only. O(n_candidates).

        Parameters
        ----------
        utilities : array-like of float of shape (n_candidates,)
            Higher means ask first; -inf is allowed, NaN is not.
        batch_size : int
            How many to choose at most.

        Returns
        -------
        indices : ndarray of int of shape (n_chosen,)
            Their positions in X; fewer than `batch_size` if the distinct
            candidates are fewer.
        utilities : ndarray of float of shape (n_chosen,)
            Their utilities.
        """
        utilities = self.checked(utilities)
        n_candidates = len(utilities)
        n_taken = wanted = min(batch_size, n_candidates)
        keys = {}

        def ranks_of(best):
            return self.draws.tie_ranks(self.candidates[best])

        # Twins are found by content, which takes a read and a hash per row. So only
        # as many rows as are wanted are looked at, and where twins fall out of these,
        # twice as many, until there are enough; `keys` remembers what was read.
        while True:
            best = _largest(utilities, n_taken, ranks_of)
            if wanted > 1:
                best = best[self._first_of_twins(self.candidates[best], keys)]
            if len(best) >= wanted or n_taken == n_candidates:
                break
            n_taken = min(2 * n_taken, n_candidates)
        best = best[:wanted]
        return self.candidates[best], utilities[best]

    def best(self, utilities, without=()):
        """Choose one candidate by utilities of all rows: one look at each.

        Parameters
        ----------
        utilities : ndarray of float of shape (n_rows,)
            None NaN.
        without : sequence of int
            Candidates that are out of the question.

        Returns
        -------
        indices : ndarray of int of shape (1,)
        utilities : ndarray of float of shape (1,)
        """
        out = np.concatenate([self.state.others, np.asarray(without, dtype=int)])
        highest = utilities.max()
        tied = np.flatnonzero(utilities == highest)
        tied = tied[~np.isin(tied, out)]
        # What is known has little to gain, so that mostly one is left, and no copy of
        # all utilities is needed: it would take longer than all the rest.
        if not len(tied):
            utilities = utilities.copy()
            utilities[out] = -np.inf
            highest = utilities.max()
            tied = np.flatnonzero(utilities == highest)
            # Where all that is left is -inf, too, those that are out tie with it.
            tied = tied[~np.isin(tied, out)]
        if len(tied) > 1:
            tied = tied[[self.draws.tie_ranks(tied).argmin()]]
        return tied, np.array([highest])

    def checked(self, utilities):
        """Return utilities as floats; raise for a wrong shape, or NaN."""
        utilities = np.asarray(utilities, dtype=float)
        if utilities.shape != self.candidates.shape:
            raise ValueError(
                f"A query strategy must return {len(self.candidates)} utilities, one "
                f"per candidate; got an array of shape {utilities.shape}. (Utilities "
                "of all rows can be cut to utilities[pool.candidates].)"
            )
        n_nan = np.count_nonzero(np.isnan(utilities))
        if n_nan:
            raise ValueError(
                f"{n_nan} of {len(utilities)} utilities are NaN. Return -inf for a row "
                "that should be asked last."
            )
        return utilities

    def _first_of_twins(self, indices, keys):
        """Return positions of the first of each content; `keys` is filled."""
        unread = np.array([i for i in indices.tolist() if i not in keys], dtype=int)
        if len(unread):
            read = row_keys(take(self.X, unread))
            keys.update(zip(unread.tolist(), read, strict=True))
        return first_of_each(keys[index] for index in indices.tolist())


def _largest(utilities, k, ranks_of):
    """Return positions of the k largest, in order; ties by rank."""
    # argsort would be O(n log n) for the few rows of a batch, and would settle ties by
    # the accident of its algorithm. The k-th largest value is found in O(n): above it
    # all are taken, at it those of the lowest rank.
    positions = np.arange(len(utilities))
    if k < len(utilities):
        threshold = utilities.max() if k == 1 else np.partition(utilities, -k)[-k]
        above = np.flatnonzero(utilities > threshold) if k > 1 else positions[:0]
        # Never empty, and at least n_tied of them, since the threshold is one of them.
        tied = np.flatnonzero(utilities == threshold)
        n_tied = k - len(above)
        if n_tied < len(tied):
            tied = tied[np.argpartition(ranks_of(tied), n_tied)[:n_tied]]
        positions = np.concatenate([above, tied])
    # lexsort's last key counts first. -inf is allowed, and its negative sorts last.
    return positions[np.lexsort((ranks_of(positions), -utilities[positions]))]
