"""Whose turn it is at a row: who has answered or skipped it, and who may be asked."""

from collections import Counter

# Who comes to a queue: has voted on no row, and gets none that somebody has skipped, as
# nobody knows whether the next one can answer it.
ANYBODY = object()


class Turns:
    """Keep the rows that wait for more votes, by who has had them.

    Rows in the same hands are kept together, so that the next row of an annotator is
    found, and those that aren't for them are counted, without a look at every row.

    Parameters
    ----------
    n_rows : int
        Number of rows.
    given : iterable of int
        Rows that nobody is asked for.
    votes_per_row : int
        How many annotators a row is asked of.
    """

    def __init__(self, n_rows, given, votes_per_row):
        self.votes_per_row = votes_per_row
        # What a question needs at once, however many rows there are: which rows others
        # have begun and this annotator has not had. Rows are grouped by (votes, hands):
        # there are few such groups, and a row moves between two when a vote comes.
        self.n_full = 0
        self.groups = {}  # (number of votes, who doesn't get it) -> rows, oldest first
        self._given = frozenset(given)
        self._full = bytearray(n_rows)  # a byte per row, where a set takes sixty
        self._hands = {}
        for row in self._given:
            self._fill(row, True)

    def place(self, row, votes, skipped):
        """Note who has voted on a row and who has skipped it.

        Parameters
        ----------
        row : int
            The row.
        votes : tuple of (annotator, label)
            Of distinct annotators.
        skipped : frozenset of str or None
            Annotators.
        """
        old, new = self._hands.get(row), None
        full = len(votes) >= self.votes_per_row or row in self._given
        if not full and (votes or skipped):
            who = skipped.union(annotator for annotator, _ in votes)
            new = len(votes), who | {ANYBODY} if skipped else who
        if full != self._full[row]:
            self._fill(row, full)
        if old == new:
            return
        if old is not None:
            del self.groups[old][row], self._hands[row]
            if not self.groups[old]:
                del self.groups[old]
        if new is not None:
            self.groups.setdefault(new, {})[row] = None
            self._hands[row] = new

    def is_barred(self, row, annotator):
        """Say whether an annotator can't be asked for a row, whoever else is asked.

        Parameters
        ----------
        row : int
            The row.
        annotator : str or None
            Who would be asked.

        Returns
        -------
        barred : bool
        """
        if self._full[row]:
            return True
        hands = self._hands.get(row)
        return hands is not None and annotator in hands[1]

    def is_full(self, row):
        """Say whether nobody is asked for a row any more, whoever it is.

        Parameters
        ----------
        row : int
            The row.

        Returns
        -------
        full : bool
        """
        return bool(self._full[row])

    def n_votes(self, row):
        """Return the number of votes of a row that may be asked for.

        Parameters
        ----------
        row : int
            The row.

        Returns
        -------
        n_votes : int
        """
        return self._hands[row][0] if row in self._hands else 0

    def _fill(self, row, full):
        self.n_full += full - self._full[row]
        self._full[row] = full


class Barred:
    """The rows that can't be asked of an annotator now.

    Parameters
    ----------
    turns : Turns
        Who has had which row.
    annotator : str or None
        Who is asked.
    open_elsewhere : iterable of int
        The rows that others are being asked for, one entry for each of them.
    """

    def __init__(self, turns, annotator, open_elsewhere):
        self._turns, self._annotator = turns, annotator
        self._open = [
            (row, n)
            for row, n in Counter(open_elsewhere).items()
            if not turns.is_barred(row, annotator)
        ]
        self._promised = {
            row
            for row, n in self._open
            if turns.n_votes(row) + n >= turns.votes_per_row
        }

    def __contains__(self, row):
        if row in self._promised:
            return True
        return self._turns.is_barred(row, self._annotator)

    def __len__(self):
        groups = self._turns.groups.items()
        own = sum(len(rows) for (_, who), rows in groups if self._annotator in who)
        return self._turns.n_full + own + len(self._promised)

    def begun(self):
        """Yield the rows that others have begun and that want this annotator's vote.

        Those with the most votes come first, rows that are only being asked last.

        Yields
        ------
        row : int
        """
        groups = self._turns.groups
        for n_votes, who in sorted(groups, key=lambda hands: -hands[0]):
            if n_votes and self._annotator not in who:
                rows = groups[n_votes, who]
                yield from (row for row in rows if row not in self._promised)
        for row, _ in self._open:
            if row not in self._promised and not self._turns.n_votes(row):
                yield row
