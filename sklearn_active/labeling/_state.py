"""What is known in a session: a fold over its events."""

from collections import Counter

UNDOABLE = ("answer", "skip", "relabel", "requeue")


class LabelingState:
    """Votes, skips and flags: what the events on file add up to.

    Replaying the events of a journal gives the state of the session that wrote it,
    so undo and relabel are events too.

    Attributes
    ----------
    votes : dict of int to dict
        Row to annotator to label, the last vote last.
    skipped : dict of int to set
        Row to the annotators who skipped it.
    flagged : set of int
        Rows that somebody flagged.
    told : dict of str to dict
        Query id to row to what was told: a label, or None for a skip.
    in_force : list of dict
        The events that no undo has taken back, without the flags.
    """

    def __init__(self, events=()):
        self.votes, self.skipped = {}, {}
        self.flagged, self.told, self.in_force = set(), {}, []
        self.undone = []
        self.n_asked = 0
        for event in events:
            self.apply(event)

    def apply(self, event):
        """Add one event; return the rows whose answers it changed.

        Parameters
        ----------
        event : dict
            As on file.

        Returns
        -------
        rows : list of int
        """
        kind = event["event"]
        if kind == "flag":
            change = self.flagged.add if event["flagged"] else self.flagged.discard
            change(event["row"])
            return []
        if kind == "undo":
            return self._undo()
        if kind not in UNDOABLE:
            raise ValueError(f"Unknown event {kind!r} in the journal.")
        self.in_force.append(event)
        return self._effect(event)

    def _effect(self, event):
        kind = event["event"]
        if kind == "requeue":
            rows = list(self.skipped)
            self.skipped.clear()
            return rows
        row, annotator = event["row"], event["annotator"]
        if kind == "skip":
            self.skipped.setdefault(row, set()).add(annotator)
        else:
            votes = self.votes.setdefault(row, {})
            votes.pop(annotator, None)  # the last vote stands last
            votes[annotator] = event["label"]
            self._forget_skip(row, annotator)
        if event.get("query") is not None:  # asked here, not imported
            self.told.setdefault(event["query"], {})[row] = event.get("label")
            self.n_asked += 1
            if row in self.undone:
                self.undone.remove(row)
        return [row]

    def _forget_skip(self, row, annotator):
        skipped = self.skipped.get(row, set())
        skipped.discard(annotator)
        if not skipped:
            self.skipped.pop(row, None)

    def _undo(self):
        """Take back the last event in force: fold the ones before it again."""
        if not self.in_force:
            return []
        *kept, last = self.in_force
        flagged, undone = self.flagged, self.undone
        self.__init__(kept)
        self.flagged, self.undone = flagged, undone
        if last["event"] == "requeue":
            return list(self.skipped)
        if last["event"] != "relabel":
            self.undone.append(last["row"])
        return [last["row"]]


def last(votes):
    """Return the last vote."""
    return votes[-1]


def majority(votes):
    """Return the most frequent vote; of equally frequent ones the latest."""
    counts = Counter(votes)
    most = max(counts.values())
    return next(vote for vote in reversed(votes) if counts[vote] == most)


AGGREGATES = {"last": last, "majority": majority}
