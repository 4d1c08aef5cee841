"""The books of a session: events on file, and the labels they add up to."""

from collections import Counter
from datetime import UTC, datetime

from sklearn_active.labeling._allowed import plain
from sklearn_active.labeling._state import AGGREGATES, LabelingState


class Ledger:
    """Write events before they count, and keep the labels that they amount to.

    Parameters
    ----------
    n_rows : int
        Number of rows.
    given : dict of int to label
        The labels known before the session.
    classes : list of labels
        Those that can be given whatever was answered.
    aggregate : {'last', 'majority'} or callable
        How the votes on a row become its label.
    journal : LabelJournal or None
        Open; where events are kept.
    events : list of dict
        Those on file.

    Attributes
    ----------
    state : LabelingState
        The fold over all events.
    labels : dict of int to label
        The label of every labeled row.
    version : int
        Number of events.
    """

    def __init__(self, n_rows, given, classes, aggregate, journal, events):
        self.n_rows = n_rows
        self.given = given
        self.labels = dict(given)
        self.version = len(events)
        self.state = LabelingState(events)
        self._stated = classes
        self._aggregate = AGGREGATES.get(aggregate, aggregate)
        self._journal = journal
        self._aggregate_votes(self.state.votes)

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
        """
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        events = [event | {"time": time} for event in events]
        if self._journal is not None:
            self._journal.append(events)
        rows = [row for event in events for row in self.state.apply(event)]
        self.version += len(events)
        self._aggregate_votes(rows)
        return rows

    def close(self):
        """Let go of the journal."""
        if self._journal is not None:
            self._journal.close()

    @property
    def classes(self):
        """The labels stated at the start and those in force, sorted."""
        voted = {x for votes in self.state.votes.values() for x in votes.values()}
        return plain([*self._stated, *voted]) if voted else list(self._stated)

    @property
    def annotators(self):
        """Who voted or skipped."""
        voted = {a for votes in self.state.votes.values() for a in votes}
        return voted.union(*self.state.skipped.values())

    def unavailable(self, annotator, votes_per_row, open_questions):
        """Return the rows that can't be asked of an annotator, as a set.

        Parameters
        ----------
        annotator : str or None
            Who is asked.
        votes_per_row : int
            How many annotators a row is asked of.
        open_questions : dict of str to Question
            By annotator.

        Returns
        -------
        rows : set of int
        """
        votes, skipped = self.state.votes, self.state.skipped
        n_votes = Counter({row: len(voted) for row, voted in votes.items()})
        for other, question in open_questions.items():
            if other != annotator:
                n_votes.update(question.rows_left)
        return {
            *self.given,
            *(row for row, n in n_votes.items() if n >= votes_per_row),
            *(row for row, voted in votes.items() if annotator in voted),
            *(row for row, annotators in skipped.items() if annotator in annotators),
        }

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
        return {
            row
            for row, skipped in self.state.skipped.items()
            if row not in self.labels and skipped >= annotators
        }

    def _aggregate_votes(self, rows):
        for row in rows:
            votes = self.state.votes.get(row)
            label = self._aggregate(list(votes.values())) if votes else None
            label = self.given.get(row) if label is None else label
            if label is None:
                self.labels.pop(row, None)
            else:
                self.labels[row] = label
