"""What a session takes from files of other tools, and gives to them."""

from dataclasses import replace
from functools import cached_property

from sklearn_active.labeling._files.formats import (
    Vote,
    format_of,
    read_votes,
    write_votes,
)


def all_votes(votes, skipped, keys):
    """Yield every answer and every skip as a vote.

    Parameters
    ----------
    votes : iterable of (row, dict of annotator to label)
        As in :class:`LabelingState`.
    skipped : iterable of (row, set of annotators)
        As there.
    keys : sequence of str
        Of all rows.

    Yields
    ------
    vote : Vote
    """
    for row, own in votes:
        for annotator, label in own.items():
            yield Vote(keys[row], label, annotator)
    for row, annotators in skipped:
        for annotator in sorted(annotators, key=str):
            yield Vote(keys[row], None, annotator)


def as_texts(votes, several, path, format=None):
    """Return votes of several labels each as a file of text holds them, or raise.

    Parameters
    ----------
    votes : list of Vote
        Labels are tuples of names.
    several : SeveralLabels
        Writes them.
    path, format : object
        As of `write_votes`.

    Returns
    -------
    votes : list of Vote
    """
    if format_of(path, format) != "csv":
        raise ValueError(
            f"{path} can't hold several labels per row: write .csv, which has their "
            "names with semicolons between, as in 'sport; law'."
        )
    return [
        replace(v, label=None if v.label is None else several.written(v.label))
        for v in votes
    ]


class VoteFiles:
    """Write a session's votes to files of other tools, and read such files for it.

    Parameters
    ----------
    rows : SessionRows
        All rows, with the keys that files know them by.
    ledger : Ledger
        The votes.
    allowed : AllowedLabels
        Which labels may be given.
    """

    def __init__(self, rows, ledger, allowed):
        self._rows, self._ledger, self._allowed = rows, ledger, allowed

    @cached_property
    def _row_of(self):
        return {key: row for row, key in enumerate(self._rows.keys)}

    def write(self, path, format):
        """Write every annotator's answers; see `LabelingSession.export_votes`.

        Parameters
        ----------
        path : str or path
            The file.
        format : str or None
            None: by the ending.
        """
        state, keys = self._ledger.state, self._rows.keys
        votes, skipped = state.votes, state.skipped
        rows = sorted({*votes, *skipped})
        items = {keys[row]: str(self._rows.item(row)) for row in rows}
        votes = list(all_votes(votes.items(), skipped.items(), keys))
        if self._allowed.several is not None:
            votes = as_texts(votes, self._allowed.several, path, format)
        classes, numbers = self._ledger.classes, self._ledger.numbers
        options = {"classes": classes, "numbers": numbers, "items": items}
        write_votes(votes, path, format=format, **options)

    def read(self, path, format):
        """Return the events of the votes in a file; `LabelingSession.import_votes`.

        Parameters
        ----------
        path : str or path
            The file.
        format : str or None
            None: by the ending.

        Returns
        -------
        events : list of dict
            Of the votes that are new here.
        n_known : int
            How many were there already.
        unknown : list of str
            The keys that are no row's.
        """
        events, unknown, n_known = [], [], 0
        # Both grow while the file is read: a vote is held against those before it.
        classes, votes = self._ledger.classes, self._ledger.state.votes
        for vote in read_votes(path, format):
            row = self._row_of.get(vote.key)
            if row is None:
                unknown.append(vote.key)
                continue
            own = votes.setdefault(row, {})
            event = self._event_of(vote, row, own, classes)
            if event is None:
                n_known += 1
            else:
                events.append(event)
        return events, n_known, unknown

    def _event_of(self, vote, row, own, classes):
        """Return the event of a vote, None where it is known; note it in `own`."""
        state = self._ledger.state
        common = {"row": row, "query": None, "reason": "import", "seconds": None}
        if vote.label is None:
            skipped = vote.annotator in state.skipped_by(row)
            event = {"event": "skip", "annotator": vote.annotator, **common}
            return None if skipped or vote.annotator in own else event
        label = vote.label
        if isinstance(label, str):
            label = self._allowed.read(label, classes)
        label = state.renamed.get(label, label)
        label = self._allowed.check(label, classes)
        if label not in classes:
            classes.append(label)
        names = [vote.annotator] + [
            f"{vote.annotator or 'import'} {number}"
            for number in range(2, len(own) + 3)
        ]
        for annotator in names:
            if annotator not in own:
                break
            if own[annotator] == label:
                return None
        own[annotator] = label
        answer = {"event": "answer", "label": label, "predicted": None}
        return answer | {"annotator": annotator, **common}
