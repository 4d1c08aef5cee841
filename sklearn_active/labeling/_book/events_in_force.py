"""The events in force of a labeling session, in columns."""

from array import array
from bisect import bisect_left, bisect_right

import numpy as np

VOTES = ("answer", "relabel", "review")
ANSWERS = (*VOTES, "skip")


class Stack:
    """The events in force, as columns: what they did, and what was there before.

    A dict per event would take several times as much memory. Numbers lie in arrays, and
    the tuples in `whats` are shared by events that differ in row and time alone.
    """

    def __init__(self):
        self.whats, self.rows, self.labels = [], [], []
        self.numbers = array("q")  # of the query's id; the rest of it is in `whats`
        self.before, self.seconds, self.times = [], [], []
        self.voted_at, self.audited_at = array("q"), array("q")  # places, ascending

    def push(self, what, row, label, number, before, seconds, time):
        """Add an event.

        Parameters
        ----------
        what : tuple of (kind, annotator, audit, token)
            Shared by many events; `token` is of the query's id.
        row : int
            -1 for none.
        label : label or None
            What was said.
        number : int
            Of the query's id; -1 for none.
        before : object
            What taking it back needs.
        seconds : float or None
            How long it took.
        time : str or None
            When it was.
        """
        kind, _, audit, _ = what
        if kind in VOTES:
            self.voted_at.append(len(self.rows))
        if audit is not None:
            self.audited_at.append(len(self.rows))
        self.whats.append(what)
        self.numbers.append(number)
        self.rows.append(row)
        self.labels.append(label)
        self.before.append(before)
        self.seconds.append(seconds)
        self.times.append(time)

    def answers_at(self, row, annotator):
        """Return the places of an annotator's answers and skips at a row.

        Parameters
        ----------
        row : int
            The row.
        annotator : str or None
            Whose.

        Returns
        -------
        places : list of int
            Ascending.
        """
        places = (place for place, at in enumerate(self.rows) if at == row)
        whats, own = self.whats, ANSWERS
        return [p for p in places if whats[p][1] == annotator and whats[p][0] in own]

    def last(self, annotator=None):
        """Return the place of the last event, None where there is none.

        Parameters
        ----------
        annotator : str, default=None
            Whose answer or skip; None: whatever it is, and whoever did it.

        Returns
        -------
        place : int or None
        """
        places = range(len(self.rows) - 1, -1, -1)
        if annotator is None:
            return next(iter(places), None)
        whats, own = self.whats, ANSWERS
        return next(
            (p for p in places if whats[p][1] == annotator and whats[p][0] in own), None
        )

    def pop(self, place):
        """Remove an event, and return it.

        Parameters
        ----------
        place : int
            Where it stands.

        Returns
        -------
        event : tuple of (kind, row, label, query, before, seconds, audit)
        """
        kind, _, audit, token = self.whats.pop(place)
        if kind in VOTES:
            _close(self.voted_at, place)
        if audit is not None:
            _close(self.audited_at, place)
        # Every event behind it stands one place lower now. Undo takes the last one as a
        # rule, and then this loop does nothing.
        for places in (self.voted_at, self.audited_at):
            for i in range(bisect_right(places, place), len(places)):
                places[i] -= 1
        self.times.pop(place)
        query = joined(token, self.numbers.pop(place))
        before, seconds = self.before.pop(place), self.seconds.pop(place)
        row, label = self.rows.pop(place), self.labels.pop(place)
        return kind, row, label, query, before, seconds, audit

    def told(self, query):
        """Return what was told to a question.

        Parameters
        ----------
        query : str
            Its id.

        Returns
        -------
        told : dict of int to (label or None)
        """
        token, number = split(query)
        numbers = np.array(self.numbers)  # a view would keep the array from growing
        places = np.flatnonzero(numbers == number).tolist()
        places = [place for place in places if self.whats[place][3] == token]
        return {self.rows[place]: self.labels[place] for place in places}


def split(query):
    """Return (token, number) of a query's id: equal tokens are held once.

    Parameters
    ----------
    query : str or None
        The id.

    Returns
    -------
    token : str or None
    number : int
        -1 where the id doesn't end in a number.
    """
    if query is None:
        return None, -1
    token, dash, number = query.rpartition("-")
    is_plain = dash and len(number) < 18 and number.isascii() and number.isdecimal()
    if is_plain and (number[0] != "0" or number == "0"):
        return token, int(number)
    return query, -1


def joined(token, number):
    """Return the id of which `split` returned these.

    Parameters
    ----------
    token : str or None
        As of `split`.
    number : int
        As of `split`.

    Returns
    -------
    query : str or None
    """
    return token if number < 0 else f"{token}-{number}"


def _close(places, place):
    del places[bisect_left(places, place)]
