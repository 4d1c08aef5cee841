"""The books of a session: events on file, and the labels they add up to."""

from collections import Counter
from datetime import UTC, datetime
from itertools import chain
from uuid import uuid4

import numpy as np

from sklearn_active.labeling._book.continuing import contradictions, rows_added
from sklearn_active.labeling._book.event_checks import Kind
from sklearn_active.labeling._book.journal import FORMAT, LabelJournal
from sklearn_active.labeling._book.labeling_state import LabelingState
from sklearn_active.labeling._book.whose_turn import Barred, Turns

N_OF_NAME = 12  # characters
_MOST_SKIPPED = 200


def read_state(path):
    """Read what a journal says, without locking or changing it.

    Parameters
    ----------
    path : str or path
        The journal.

    Returns
    -------
    header : dict
        The last one.
    state : LabelingState
        What all events add up to, with labels as the last header has them.
    """
    # Read twice: only the last header says in which order labels of one row stand.
    header, _ = LabelJournal.read(path, lambda event: None)
    state = LabelingState(kind=Kind.of_header(header))
    LabelJournal.read(path, state.take)
    return header, state


class AggregateError(RuntimeError):
    """What a callable made of votes is no label, or it raised. The votes count."""


class Ledger:
    """Write events before they count, and keep the labels that they amount to.

    Parameters
    ----------
    binding : Binding
        To the rows.
    given : dict of int to label
        The labels known before the session, by what they are called there.
    allowed : AllowedLabels
        Which labels may be given.
    aggregate : str or callable
        How the votes on a row become its label.
    votes_per_row : int
        How many annotators a row is asked of.
    journal : LabelJournal, str, path or None
        Where events are kept; opened here.
    unasked : collection of int, default=()
        Rows that nobody is asked for, beside those given.

    Attributes
    ----------
    state : LabelingState
        The fold over all events.
    given : dict of int to label
        The labels known before the session, by what they are called now.
    labels : dict of int to label
        The label of every labeled row.
    counts : Counter of labels
        How many rows have each.
    left_out : set of int
        The rows without a label that somebody skipped.
    version : int
        Number of events.
    changes : list of str
        What has changed since the journal was left.
    name : str or None
        Of the journal, random: another one at the same place has another name. None of
        one that was begun before there were names.
    """

    def __init__(
        self, binding, given, allowed, aggregate, votes_per_row, journal, unasked=()
    ):
        self._as_given = self.given = given
        self.labels = dict(given)
        self.counts = Counter(given.values())
        self.left_out, self._several = set(), set()
        self._agreement = None
        self.version = 0
        self._allowed = allowed
        self.state = LabelingState(
            n_rows=binding.n_rows,
            classes=allowed.stated or list(given.values())[:1],
            kind=allowed.kind,
        )
        self._is_ours = isinstance(aggregate, str)
        if self._is_ours:
            aggregate = allowed.aggregate(aggregate)
        self._aggregate = aggregate
        self._failures = []
        self._unasked = frozenset(unasked)
        self._turns = Turns(binding.n_rows, {*given, *unasked}, votes_per_row)
        if journal is not None and not isinstance(journal, LabelJournal):
            journal = LabelJournal(journal)
        self._journal = journal
        self.changes, self.name = [], uuid4().hex[:N_OF_NAME]
        if journal is not None:
            self._replay(binding)

    def _replay(self, binding):
        path, known = self._journal.path, []

        def check(header):
            self.name = header.get("name")
            known[:] = [self._allowed.known_to(header, path)]
            binding.check(header, path)
            self.state.n_rows = header["n_rows"]

        self._journal.open(self._header(binding), self._take, check)
        try:
            if known:
                self._go_on(binding, *known)
            for row in chain(self._rename_given(), self.state.rows):
                self._settle(row)
            self.changes += contradictions(self.given, self.labels)
            self.raise_failure(
                "The journal is closed and holds all answers; open it again with an "
                "aggregate that works."
            )
        except BaseException:
            self._journal.close()
            raise

    def _header(self, binding):
        return binding.header | self._allowed.header | {"name": self.name}

    def _go_on(self, binding, known):
        """Take over what was allowed before; tell the journal what has changed."""
        n_added, path = binding.n_rows - self.state.n_rows, self._journal.path
        sentences, is_other = self._allowed.go_on(known, self.state, self.given, path)
        self.changes = rows_added(n_added) + sentences
        if n_added or is_other:
            self._journal.append([FORMAT | self._header(binding)])
            self.state.n_rows = binding.n_rows

    def _take(self, event):
        self.state.take(event)
        self.version += 1

    def record(self, events):
        """Write events to the journal, then make them count.

        Parameters
        ----------
        events : list of dict
            Without the time.

        Returns
        -------
        rows : list of int
            The rows whose answers they changed.

        Raises
        ------
        OSError or ValueError
            Where they could not be written or are none. Nothing is recorded.

        Notes
        -----
        Where `aggregate` fails the events are on file and count: that is kept for
        `raise_failure`, so that the caller can close its question first.
        """
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        events = [event | {"time": time} for event in events]
        # The order is what makes it safe: checked, then on disk, then it counts. What
        # could not be read again is not written; what could not be written changes
        # nothing here, so the same call may be made again.
        for event in events:
            self.state.check(event)
        if self._journal is not None:
            self._journal.append(events)
        rows = [row for event in events for row in self._apply(event)]
        self.version += len(events)
        for row in rows:
            self._settle(row)
        return rows

    def _apply(self, event):
        """Let an event count; return the rows whose answers it changed."""
        renamed = dict(self.state.renamed)
        rows = self.state.apply(event)
        # Also an undo may rename: the labels of y follow, or they would be of a class
        # that nobody can give any more.
        if renamed != self.state.renamed:
            rows = dict.fromkeys(chain(rows, self._rename_given()))
        return rows

    def _rename_given(self):
        """Give the labels of y the names of now; return the rows that had another."""
        old, now = self.given, self.state.renamed
        if now:
            self.given = {r: now.get(x, x) for r, x in self._as_given.items()}
        else:
            self.given = self._as_given
        return [row for row, label in old.items() if label != self.given[row]]

    def raise_failure(self, way_out):
        """Raise what `aggregate` raised since this was called last.

        Parameters
        ----------
        way_out : str
            What to do.

        Raises
        ------
        AggregateError
            That says which votes it failed on.
        """
        failures, self._failures = self._failures, []
        if not failures:
            return
        row, votes, error = failures[0]
        if not isinstance(error, Exception):  # Ctrl-C is no fault of aggregate
            raise error
        raise AggregateError(
            f"aggregate failed on the votes {votes!r} of row {row}: "
            f"{type(error).__name__}: {error} The row gets no label from these votes. "
            f"{way_out}"
        ) from error

    @property
    def path(self):
        """Where the journal is, None without one."""
        return None if self._journal is None else self._journal.path

    def close(self):
        """Let go of the journal."""
        if self._journal is not None:
            self._journal.close()

    @property
    def classes(self):
        """The classes that can be given, in the order in which they are shown."""
        return self._allowed.classes(self.state)

    @property
    def numbers(self):
        """Which numbers can be given, None where labels are none."""
        return self._allowed.numbers

    @property
    def several_labels(self):
        """The names of labels of which a row may have several, None else."""
        return self._allowed.several

    def check_are_classes(self, what):
        """Raise where labels are others, and `what` needs classes."""
        self._allowed.check_are_classes(what)

    def check_are_numbers(self, what):
        """Raise where labels are others, and `what` needs numbers."""
        if self.numbers is None:
            raise ValueError(
                f"{what} is for numbers, and this session is of {self._allowed.what}."
            )

    def sought(self, label):
        """Return what rows are looked for by, or raise where none could have it."""
        return self._allowed.sought(label, self.classes)

    def has(self, row_label, label):
        """Say whether what a row has, None for nothing yet, is or holds a label."""
        return row_label is not None and self._allowed.has(row_label, label)

    def unavailable(self, annotator, elsewhere):
        """Return the rows that can't be asked of an annotator.

        Parameters
        ----------
        annotator : object
            Who is asked.
        elsewhere : iterable of int
            The rows that others are being asked for, one entry for each vote.

        Returns
        -------
        rows : Barred
        """
        return Barred(self._turns, annotator, elsewhere)

    def is_full(self, row):
        """Say whether nobody is asked for a row any more.

        Parameters
        ----------
        row : int
            The row.

        Returns
        -------
        full : bool
        """
        return self._turns.is_full(row)

    def n_awaited(self, row):
        """Return how many votes are to come on a row that anybody may answer.

        Parameters
        ----------
        row : int
            The row.

        Returns
        -------
        n_votes : int
            0 where somebody skipped it: whether it gets a vote is not known.
        """
        if self.state.skipped_by(row) or self.is_full(row):
            return 0
        return self._turns.votes_per_row - self._turns.n_votes(row)

    def declined(self, annotators):
        """Return the unlabeled rows that every annotator skipped, as a set.

        Parameters
        ----------
        annotators : set
            Who takes part.

        Returns
        -------
        rows : set of int
        """
        by = self.state.skipped_by
        return {row for row in self.left_out if by(row) >= annotators}

    def snapshot(self, annotators):
        """Return what a refit starts from: copies, as answers come in meanwhile.

        Parameters
        ----------
        annotators : set
            Who takes part.

        Returns
        -------
        version : int
            Number of events that it holds.
        labels : dict of int to label
            Those in force.
        declined : set of int
            Rows that need not be ranked: nobody is asked for them.
        n_asked : int
            Number of answers and skips.
        n_more : int
            How many rows more than are to be asked should be ranked: those that some
            annotators have skipped are ranked for the others.
        """
        labels = dict(self.labels)
        declined = self.declined(annotators) | self._unasked.difference(labels)
        n_more = min(len(self.left_out), _MOST_SKIPPED)
        return self.version, labels, declined, self.state.n_asked, n_more

    def rows_left(self):
        """Return the rows that can still be asked and have no label, ascending."""
        left = np.ones(self.state.n_rows, dtype=bool)
        left[[*self.labels, *self.left_out, *self._unasked]] = False
        return np.flatnonzero(left)

    def several(self):
        """Return the votes on rows that have two or more.

        Returns
        -------
        votes : dict of int to tuple of (annotator, label)
        """
        return {row: self.state.votes_of(row) for row in self._several}

    def agreement(self):
        """Return how far annotators agree; kept until a vote beside others changes.

        Returns
        -------
        agreement : Bunch or None
            As of :func:`~sklearn_active.labeling._book.agreement.agreement`; None of
            numbers.
        """
        if self._agreement is None:
            self._agreement = self._allowed.agreement(self.several())
        return self._agreement

    def disputed(self):
        """Return the rows that annotators answered differently, as a set.

        Returns
        -------
        rows : set of int
        """
        votes = self.several().items()
        return {row for row, own in votes if len({label for _, label in own}) > 1}

    def _settle(self, row):
        """Bring the label of a row, and what depends on it, up to date.

        Everything that a front end asks for is kept per row and changed per event, so
        that an answer costs the same at 10 rows and at a million.
        """
        votes, skipped = self.state.votes_of(row), self.state.skipped_by(row)
        label = self._label_of(row, votes)
        before = self.labels.get(row)
        if label is not None:
            self.labels[row] = label
            self.counts[label] += 1
        elif before is not None:
            del self.labels[row]
        if before is not None:
            self.counts[before] -= 1
            if not self.counts[before]:
                del self.counts[before]
        if len(votes) > 1 or row in self._several:
            self._agreement = None
        change = self._several.add if len(votes) > 1 else self._several.discard
        change(row)
        if skipped and label is None:
            self.left_out.add(row)
        else:
            self.left_out.discard(row)
        self._turns.place(row, votes, skipped)

    def _label_of(self, row, votes):
        label = None
        if len(votes) == 1 and self._is_ours:
            return votes[0][1]  # the last and the majority, and long journals are read
        votes = [label for _, label in votes]
        if votes:
            try:
                label = self._allowed.made_of(votes, self._aggregate(list(votes)))
            except BaseException as error:  # raised by raise_failure
                self._failures.append((row, votes, error))
        return self.given.get(row) if label is None else label
