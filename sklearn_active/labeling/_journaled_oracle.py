"""JournaledOracle: what was paid for once is never asked again."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import zip_longest
from os import PathLike
from typing import Any, Self

import numpy as np

from sklearn_active._data.parsing import empty_labels
from sklearn_active._data.rows import first_of_each, row_keys, take
from sklearn_active._loop.query import Query
from sklearn_active._loop.recording import in_the_order_asked
from sklearn_active._loop.reviews import REVIEW
from sklearn_active.labeling._book.journal import LabelJournal
from sklearn_active.oracles import Oracle

HEADER = {"kind": "oracle"}


class JournaledOracle(Oracle):
    """Keep the answers of another oracle in a file, and replay those on file.

    For oracles that cost: a paid service, a slow simulation, a person. Run the same
    script again after a crash, and it goes on where it stopped, with the same
    questions; only rows that are not on file are asked about.

    Parameters
    ----------
    oracle : callable
        Asked about rows that are not on file. It gets a query of those rows only.
    path : str or path
        The file, a :class:`LabelJournal`, opened at the first question, and locked
        until `close`.

    Notes
    -----
    A row is known by its content, so frames and arrays, other orders and other pools
    can share a file; rows with equal content have one answer, and a second one where
    the learner asks again (`reask`). Abstentions are kept too. What a generator yields
    is kept label by label. For the same questions after a crash, give the learner an
    int as `random_state`. Cost: one fsync per batch, or per label of a generator.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.labeling import JournaledOracle
    >>> paid = []
    >>> def service(query):
    ...     paid.extend(query.indices.tolist())
    ...     return [int(row[0] > 2) for row in query.X]
    >>> path = Path(tempfile.mkdtemp(), "answers.jsonl")
    >>> X = [[float(i)] for i in range(9)]
    >>> for _ in range(2):
    ...     with JournaledOracle(service, path) as oracle:
    ...         learner = ActiveLearner(
    ...             LogisticRegression(), oracle=oracle, budget=3, random_state=0
    ...         )
    ...         _ = learner.fit(X, [0, -1, -1, -1, -1, -1, -1, -1, 1])
    >>> len(paid)
    3
    """

    def __init__(self, oracle: Callable[[Query], Any], path: str | PathLike[str]):
        if not callable(oracle):
            raise TypeError(f"oracle must be callable, got {oracle!r}.")
        self.oracle = oracle
        self.path = path
        self._journal: Any = None
        self._answers: dict[str, Any] = {}
        self._known = None

    def __call__(self, query: Query) -> list[Any] | Iterator[Any]:
        """Return the labels of a query, from the file where they are there.

        Parameters
        ----------
        query : Query
            The rows asked.

        Returns
        -------
        labels : list or generator
        """
        self._open(query)
        keys = [sha256(key).hexdigest() for key in row_keys(query.X)]
        # The answer to a row that is asked again is another one.
        again = [reason == REVIEW for reason in query.reasons]
        keys = [k + "-again" if a else k for k, a in zip_longest(keys, again)]
        first = first_of_each(keys)
        new = [i for i in first if keys[i] not in self._answers]
        if new:
            self._journal.append([])  # what could not be kept is not paid for
            asked = _rows_of(query, new)
            self._hear_of(query.classes)
            labels = in_the_order_asked(self.oracle(asked), asked)
            if isinstance(labels, Iterator):
                return self._as_they_come(keys, labels)
            self._keep([keys[i] for i in new], labels)
        return [self._answers[key] for key in keys]

    def close(self) -> None:
        """Let go of the file."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def __getstate__(self):
        return super().__getstate__() | {"_journal": None}

    def _open(self, query):
        if self._journal is None:
            journal = LabelJournal(self.path)
            events = journal.open(HEADER)
            try:
                self._answers = {}
                self._known = empty_labels(query.task, 1, len(query.classes))
                for number, event in enumerate(events, start=2):
                    self._take_in(event, number)
            except BaseException:
                journal.close()
                raise
            self._journal = journal

    def _take_in(self, event, number):
        key, label = event.get("key"), event.get("label")
        kinds = (list,) if self._known.task == "multilabel" else (str, int, float)
        is_plain = "label" in event and (label is None or isinstance(label, kinds))
        if event["event"] != "answer" or type(key) is not str or not is_plain:
            raise ValueError(
                f"{self.path}, line {number} is not an oracle's answer: it needs a key "
                "that is text, and a label. Nothing was changed."
            )
        source = f"{self.path}, line {number}:"
        try:
            (self._answers[key],) = labels = self._checked([label], 1, source)
        except ValueError as error:
            raise ValueError(f"{source} {error} Nothing was changed.") from error
        self._learn(labels)

    def _hear_of(self, classes):
        """Learn from the learner's classes of which kind labels are."""
        if self._known.are_classes and len(classes) and not self._known.n_known:
            self._learn(self._checked(classes[:1].tolist(), 1))

    def _checked(self, labels, n_rows, source="The oracle"):
        """Return labels as plain values, None where abstained, or raise.

        By the rules of the learner, and before anything is written: what is wrong on
        file fails in every later run.
        """
        values, answered = self._known.parse_answers(labels, n_rows, source)
        values = iter(values.tolist())
        return [next(values) if given else None for given in answered]

    def _learn(self, labels):
        """Take the kind of all labels from those that are on file."""
        values, _ = self._known.parse_answers(labels, len(labels))
        if len(values):
            self._known.add([0], values[:1])

    def _as_they_come(self, keys, labels):
        for key in keys:
            if key not in self._answers:
                label = next(labels, self)
                if label is self:
                    return  # fewer labels than rows: for the learner to refuse
                self._keep([key], [label])
            yield self._answers[key]
        labels.close() if hasattr(labels, "close") else None

    def _keep(self, keys, labels):
        pairs = list(zip(keys, self._checked(labels, len(keys)), strict=True))
        self._journal.append(
            [{"event": "answer", "key": key, "label": label} for key, label in pairs]
        )
        self._answers.update(pairs)
        self._learn([label for _, label in pairs])


def _rows_of(query, positions):
    """Return a query of some of the rows."""
    positions = np.array(positions)
    proba = None if query.proba is None else query.proba[positions]
    return replace(
        query,
        indices=query.indices[positions],
        X=take(query.X, positions),
        utilities=query.utilities[positions],
        reasons=tuple(query.reasons[i] for i in positions),
        proba=proba,
    )
