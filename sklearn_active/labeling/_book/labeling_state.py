"""What is known in a session: a fold over its events that can be taken back."""

from collections import Counter
from itertools import chain
from statistics import median

import numpy as np
from sklearn.utils import Bunch

from sklearn_active.labeling._book.event_checks import CLASSES, check_event
from sklearn_active.labeling._book.events_in_force import Stack, joined, split
from sklearn_active.labeling._book.running_median import Median

NOBODY: frozenset[int] = frozenset()
# One object for all rows: `is NEW` tells, and a journal of a million answers holds no
# million empty tuples.
NEW = (), NOBODY  # the votes and skips of a row that nobody has seen
UNGUESSED = object()  # what the model said of an audit before there was one
REVIEW = "review"  # the reason of a label that was asked for again, and not shown
ANSWERS = ("answer", "relabel", "skip")


class LabelingState:
    """Votes, skips and flags: what the events on file add up to.

    Replaying the events of a journal gives the state of the session that wrote it,
    so undo and relabel are events too. Of each event is kept what taking it back
    needs, in columns: some 80 bytes per event, and constant time.

    Labels are held as they were given, and read by what they are called now: to rename
    a class, or merge two, and to take that back costs nothing but a look for the rows.

    Parameters
    ----------
    events : iterable of dict, default=()
        As on file.
    n_rows : int, default=None
        Number of rows; None: not known, and not checked.
    classes : sequence of labels, default=()
        What labels must be of the kind of.
    kind : Kind, default=CLASSES
        Of the labels.

    Attributes
    ----------
    flagged : set of int
        Rows that somebody flagged.
    undone : dict of int to int
        Rows whose answer was taken back, the latest last, and how often it is to be
        asked again.
    n_asked : int
        Number of answers and skips in force that were asked here, not imported.
    renamed : dict of label to label
        What classes that have another name now are called; those names have no other.
    annotators : Counter of str or None
        How many votes and skips each annotator has.
    reviewed : Counter of int
        Rows whose label was asked for again, and how often.
    seconds : Median
        Of the answers in force.
    """

    def __init__(self, events=(), *, n_rows=None, classes=(), kind=CLASSES):
        self.n_rows = np.inf if n_rows is None else n_rows
        self._classes, self._kind = frozenset(classes), kind
        self._votes, self._skipped = {}, {}
        self.flagged, self.undone = set(), {}
        self.n_asked, self._audits = 0, Counter()
        self._voted, self.annotators = Counter(), Counter()
        self.renamed, self.reviewed = {}, Counter()
        self.seconds = Median()
        self._shared = {}
        self._stack = Stack()
        for event in events:
            self.take(event)

    def take(self, event):
        """Add one event, or raise where it can't be the next one.

        Parameters
        ----------
        event : dict
            As on file.
        """
        if self._kind.held is not None:
            event = self._kind.held(event)
        self.check(event)
        self.apply(event)

    def check(self, event):
        """Raise where an event can't be the next one.

        Parameters
        ----------
        event : dict
            As on file.
        """
        classes = self._classes or self._voted
        check_event(event, self.n_rows, classes, self.renamed, self._kind.check)

    def apply(self, event):
        """Add one event; return the rows whose answers it changed.

        Parameters
        ----------
        event : dict
            As on file, and checked.

        Returns
        -------
        rows : iterable of int
            To be read before the next event.
        """
        kind = event["event"]
        if kind in ANSWERS:
            return self._answer(kind, event)
        if kind == "flag":
            change = self.flagged.add if event["flagged"] else self.flagged.discard
            change(event["row"])
            return []
        if kind == "undo":
            return self._undo(event.get("annotator"))
        if kind == "retract":
            return self._retract(event["query"], event["row"], event["annotator"])
        if kind == "rename":
            return self._rename(event)
        return self._requeue()

    def votes_of(self, row):
        """Return the votes on a row as a tuple of (annotator, label), latest last.

        Parameters
        ----------
        row : int
            The row.

        Returns
        -------
        votes : tuple of (annotator, label)
        """
        return self._named(self._votes.get(row, ()))

    def _named(self, votes):
        if not self.renamed:
            return votes
        now = self.renamed.get
        return tuple((annotator, now(label, label)) for annotator, label in votes)

    def names_now(self, labels):
        """Return distinct labels by what they are called now, in their order.

        Parameters
        ----------
        labels : iterable of labels
            As they were given or stated, whenever that was.

        Returns
        -------
        labels : list of labels
        """
        return list(dict.fromkeys(self.renamed.get(x, x) for x in labels))

    @property
    def voted(self):
        """A Counter of labels: how many votes each has."""
        if not self.renamed:
            return self._voted
        voted, now = Counter(), self.renamed.get
        for label, n in self._voted.items():
            voted[now(label, label)] += n
        return voted

    @property
    def audits(self):
        """A Counter of (label, predicted label): the audits in force."""
        if not self.renamed:
            return self._audits
        audits, now = Counter(), self.renamed.get
        for (label, predicted), n in self._audits.items():
            audits[now(label, label), now(predicted, predicted)] += n
        return audits

    def skipped_by(self, row):
        """Return the annotators who skipped a row and have not voted since.

        Parameters
        ----------
        row : int
            The row.

        Returns
        -------
        annotators : frozenset
        """
        return self._skipped.get(row, NOBODY)

    @property
    def votes(self):
        """A dict of row to annotator to label, the last vote last."""
        return {row: dict(self._named(votes)) for row, votes in self._votes.items()}

    @property
    def skipped(self):
        """A dict of row to the set of annotators who skipped it."""
        return {row: set(annotators) for row, annotators in self._skipped.items()}

    @property
    def rows(self):
        """The rows with votes, then those with skips; some are both."""
        return chain(self._votes, self._skipped)

    @property
    def n_skipped(self):
        """The number of rows that somebody skipped."""
        return len(self._skipped)

    def n_rows_with(self, label):
        """Return how many rows have a vote for a label.

        Parameters
        ----------
        label : label
            A class.

        Returns
        -------
        n_rows : int
        """
        return sum(1 for _ in self._rows_with(self._names_of(label)))

    def _names_of(self, label):
        """Return the labels that were given and are called so now."""
        return {label, *(old for old, now in self.renamed.items() if now == label)}

    def _rows_with(self, labels):
        for row, votes in self._votes.items():
            if any(label in labels for _, label in votes):
                yield row

    def last(self, annotator=None):
        """Return the event that an undo would take back, None where there is none.

        Parameters
        ----------
        annotator : str, default=None
            Whose answer or skip; None: whatever it is, and whoever did it.

        Returns
        -------
        last : Bunch or None
            With `event`, `annotator` and `query`.
        """
        place = self._stack.last(annotator)
        if place is None:
            return None
        event, annotator, _, token = self._stack.whats[place]
        query = joined(token, self._stack.numbers[place])
        return Bunch(event=event, annotator=annotator, query=query)

    def told(self, query):
        """Return what was told to a question.

        Parameters
        ----------
        query : str
            Its id.

        Returns
        -------
        told : dict of int to (label or None)
            By row, None for a skip; empty where nothing in force was told.
        """
        told = self._stack.told(query) if isinstance(query, str) else {}
        return {row: self.renamed.get(label, label) for row, label in told.items()}

    def has_answered(self, query, row, annotator):
        """Say whether somebody answered a row, or skipped it, in reply to a question.

        Parameters
        ----------
        query : str
            Its id.
        row : int
            The row.
        annotator : str or None
            Who answered.

        Returns
        -------
        answered : bool
        """
        return bool(self._since(query, row, annotator))

    def _since(self, query, row, annotator):
        """Return the places of what somebody said of a row since a question did ask."""
        stack, asked = self._stack, split(query)
        places = stack.answers_at(row, annotator)
        queries = [(stack.whats[place][3], stack.numbers[place]) for place in places]
        return places[queries.index(asked) :] if asked in queries else []

    def recent(self, n, annotator=None):
        """Return the latest votes in force, of distinct rows, newest first.

        Parameters
        ----------
        n : int
            How many at most.
        annotator : str, default=None
            Whose; None: everybody's.

        Returns
        -------
        votes : list of (row, annotator, time)
        """
        stack, found = self._stack, {}
        for place in reversed(stack.voted_at):
            if len(found) >= n:
                break
            if annotator is None or annotator == stack.whats[place][1]:
                found.setdefault(stack.rows[place], place)
        return [(row, stack.whats[p][1], stack.times[p]) for row, p in found.items()]

    def checks(self):
        """Return the audits in force of which a model said something, in their order.

        Returns
        -------
        checks : list of (int, bool)
            How many votes there were before, and whether the prediction was right.
        """
        stack, now = self._stack, self.renamed.get
        n_before = np.searchsorted(stack.voted_at, stack.audited_at).tolist()
        found = []
        for n, place in zip(n_before, stack.audited_at, strict=True):
            label, predicted = stack.labels[place], stack.whats[place][2]
            if predicted is UNGUESSED:
                continue
            found.append((n, now(label, label) == now(predicted, predicted)))
        return found

    def audited(self):
        """Return the rows of the audits in force, as a list."""
        return [self._stack.rows[place] for place in self._stack.audited_at]

    def first_votes(self):
        """Return the place of the first vote in force of each row, a dict."""
        first = {}
        for place in self._stack.voted_at:
            first.setdefault(self._stack.rows[place], place)
        return first

    def _answer(self, kind, event):
        row, annotator, label = event["row"], event["annotator"], event.get("label")
        query, seconds, audit = event.get("query"), None, None
        if kind == "answer":
            seconds, predicted = event.get("seconds"), event.get("predicted")
            if event.get("reason") == "audit":
                audit = UNGUESSED if predicted is None else predicted
        votes, skipped = self._votes.get(row, ()), self._skipped.get(row, NOBODY)
        before = (votes, skipped) if votes or skipped else NEW
        if kind == "relabel" and event.get("reason") == REVIEW:
            kind = REVIEW
            self.reviewed[row] += 1
        token, number = split(query)
        what, vote = self._once(kind, annotator, audit, token, label)
        self._stack.push(what, row, label, number, before, seconds, event.get("time"))
        if before is NEW and kind != "skip":
            # The first vote on a row, as most of a long journal: nothing was there
            # before that would have to be taken out of the counts.
            self._votes[row] = vote
            self._voted[label] += 1
            self.annotators[annotator] += 1
        else:
            self._set(row, before, _after(kind, annotator, vote, before))
        self._count(query, seconds, label, audit, 1)
        if row in self.undone and query is not None:
            self.undone[row] -= 1
            if not self.undone[row]:
                del self.undone[row]
        return [row]

    def _once(self, kind, annotator, audit, token, label):
        """Return what the stack keeps, and the row's votes if it gets this one alone.

        Long journals hold few of them: equal ones are the same object.
        """
        if isinstance(label, float):  # hardly two numbers are equal
            what = kind, annotator, audit, token
            return self._shared.setdefault(what, what), ((annotator, label),)
        key = kind, annotator, audit, token, label, type(label)  # True is not 1 here
        found = self._shared.get(key)
        if found is None:
            found = self._shared[key] = key[:4], ((annotator, label),)
        return found

    def _rename(self, event):
        old, new = event["label"], event["to"]
        # All earlier names of the class point to the new one at once, never in a chain:
        # so one look finds the name of now, and a class can get its first name back.
        before, names = dict(self.renamed), self._names_of(old)
        what = "rename", event.get("annotator"), None, None
        self._stack.push(what, -1, old, -1, before, None, event.get("time"))
        self.renamed.update(dict.fromkeys(names, new))
        self.renamed.pop(new, None)
        return self._rows_with(names)

    def _undo_rename(self, old, before):
        self.renamed.clear()
        self.renamed.update(before)
        return self._rows_with(self._names_of(old))

    def _requeue(self):
        skipped, self._skipped = self._skipped, {}
        what = "requeue", None, None, None
        self._stack.push(what, -1, None, -1, skipped, None, None)
        for annotators in skipped.values():
            _change(self.annotators, annotators, -1)
        return list(skipped)

    def _undo(self, annotator):
        """Take back the last event in force, of anybody or of an annotator."""
        place = self._stack.last(annotator)
        return [] if place is None else self._take_out(place)

    def _retract(self, query, row, annotator):
        """Take back what an annotator said of a row since a question did ask."""
        for place in reversed(self._since(query, row, annotator)):
            self._take_out(place)
        return [row]

    def _take_out(self, place):
        """Take back an event, wherever it stands; return the rows that it changed."""
        # Of one annotator the event may lie deep in the stack, with those of others
        # above it. It is taken out, and what came after at that row is folded again.
        later = self._without(place)
        kind, row, label, query, before, seconds, audit = self._stack.pop(place)
        if kind == "rename":
            return self._undo_rename(label, before)
        if kind == "requeue":
            self._skipped = before
            for annotators in before.values():
                _change(self.annotators, annotators, 1)
            return list(before)
        self._set(row, (self._votes.get(row, ()), self.skipped_by(row)), later)
        self._count(query, seconds, label, audit, -1)
        if kind in ("answer", "skip"):
            self.undone[row] = self.undone.pop(row, 0) + 1
        elif kind == REVIEW:
            _change(self.reviewed, [row], -1)
        return [row]

    def _without(self, place):
        """Return the row's votes and skips as if an event had never been.

        What came after it at the row starts from that, should it be taken back too.
        """
        stack = self._stack
        row, now = stack.rows[place], stack.before[place]
        for later in range(place + 1, len(stack.rows)):
            kind, annotator = stack.whats[later][:2]
            if kind == "requeue":
                _put(stack.before[later], row, now[1])
                now = (now[0], NOBODY)
            elif stack.rows[later] == row:
                stack.before[later] = now if now[0] or now[1] else NEW
                now = _after(kind, annotator, ((annotator, stack.labels[later]),), now)
        return now

    def _set(self, row, old, new):
        """Replace the votes and skips of a row, and count them."""
        for (votes, skipped), by in ((old, -1), (new, 1)):
            for vote in votes:
                _change(self.annotators, vote[:1], by)
                _change(self._voted, vote[1:], by)
            if skipped:
                _change(self.annotators, skipped, by)
        _put(self._votes, row, new[0])
        _put(self._skipped, row, new[1])

    def _count(self, query, seconds, label, audit, by):
        if query is not None:
            self.n_asked += by
        if audit is not None and audit is not UNGUESSED:
            _change(self._audits, [(label, audit)], by)
        if seconds is not None:
            self.seconds.add(seconds) if by > 0 else self.seconds.remove(seconds)


def _after(kind, annotator, vote, before):
    """Return the votes and skips of a row after an answer or a skip."""
    votes, skipped = before
    if kind == "skip":
        return votes, skipped | {annotator}
    others = tuple(each for each in votes if each[0] != annotator)
    return others + vote, skipped - {annotator}  # the last vote stands last


def _change(counter, values, by):
    for value in values:
        counter[value] += by
        if not counter[value]:
            del counter[value]


def _put(mapping, row, value):
    if value:
        mapping[row] = value
    else:
        mapping.pop(row, None)


def last(votes):
    """Return the last vote."""
    return votes[-1]


def majority(votes):
    """Return the most frequent vote; of equally frequent ones the latest."""
    counts = Counter(votes)
    most = max(counts.values())
    return next(vote for vote in reversed(votes) if counts[vote] == most)


AGGREGATES = {"last": last, "majority": majority, "median": median}
