"""What a session takes from files of other tools, and gives to them."""

from functools import cached_property

from sklearn.utils import Bunch

from sklearn_active.labeling._files.formats import Vote, read_votes, write_votes
from sklearn_active.labeling._fronts.terminal import typed


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


class Exchange:
    """Give the session its imports and exports."""

    @cached_property
    def _keys(self):
        return list(
            map(str, range(self.n_rows) if self._names is None else self._names)
        )

    @cached_property
    def _row_of(self):
        return {key: row for row, key in enumerate(self._keys)}

    def export_votes(self, path, format=None):
        """Write every annotator's answers to a file that other tools read.

        Parameters
        ----------
        path : str or path
            .json (Label Studio, with its configuration beside it), .jsonl
            (Prodigy-like) or .csv; overwritten.
        format : {'label_studio', 'jsonl', 'csv'}, default=None
            None: by the ending.
        """
        with self.lock:
            votes, skipped = self._state.votes, self._state.skipped
            rows = sorted({*votes, *skipped})
            items = {self._keys[row]: str(self.item(row)) for row in rows}
            votes = list(all_votes(votes.items(), skipped.items(), self._keys))
            write_votes(votes, path, classes=self.classes, items=items, format=format)

    def import_votes(self, path, format=None):
        """Take answers from a file of another tool, all or none.

        Parameters
        ----------
        path : str or path
            .json (Label Studio), .jsonl (Prodigy-like) or .csv. Rows are found by
            `keys`; without keys, by their positions.
        format : {'label_studio', 'jsonl', 'csv'}, default=None
            None: by the ending.

        Returns
        -------
        report : Bunch
            `n_imported`, `n_known` (votes that were there already) and
            `unknown_keys`, the keys that are no row's.

        Raises
        ------
        ValueError
            Where a label may not be given. Nothing is recorded.

        Notes
        -----
        An annotator who had voted otherwise keeps that vote; the imported one is kept
        beside it, under the name with a number. The old name of a class that was
        renamed stands for the new one.
        """
        with self.lock:
            self._check_not_closed()
            events, unknown, n_known, classes = [], [], 0, self.classes
            votes = self._state.votes
            for vote in read_votes(path, format):
                row = self._row_of.get(vote.key)
                if row is None:
                    unknown.append(vote.key)
                    continue
                own = votes.setdefault(row, {})
                event = self._imported(vote, row, own, classes)
                if event is None:
                    n_known += 1
                else:
                    events.append(event)
            self._record(events)
        return Bunch(n_imported=len(events), n_known=n_known, unknown_keys=unknown)

    def _imported(self, vote, row, own, classes):
        """Return the event of a vote, None where it is known; note it in `own`."""
        common = {"row": row, "query": None, "reason": "import", "seconds": None}
        if vote.label is None:
            skipped = vote.annotator in self._state.skipped_by(row)
            event = {"event": "skip", "annotator": vote.annotator, **common}
            return None if skipped or vote.annotator in own else event
        label = vote.label
        if isinstance(label, str):
            label = typed(label, [*classes, *self._state.renamed])
        label = self._state.renamed.get(label, label)
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
