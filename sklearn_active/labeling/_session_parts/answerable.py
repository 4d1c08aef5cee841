"""What changes a session: answers, and what takes them back."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils import Bunch

from sklearn_active._loop.query import Query
from sklearn_active._loop.recording import in_the_order_of
from sklearn_active.labeling._base import Label
from sklearn_active.labeling._book.allowed_labels import in_order
from sklearn_active.labeling._book.event_checks import check_annotator
from sklearn_active.labeling._book.renaming import checked_names
from sklearn_active.labeling._book.session_arguments import check_arguments
from sklearn_active.labeling._engine.questions import check_same
from sklearn_active.labeling._session_parts.readable import ReadableSession

_MEND = (
    "What was told is recorded, and counts as votes. Correct aggregate, and open a new "
    "session on the journal."
)


class AnswerableSession(ReadableSession):
    """Questions and answers of a session, each on file before it counts.

    Attributes are those of the base.
    """

    def ask(self, n: int = 1, annotator: str | None = None) -> Query | None:
        """Return the next question, or the one that is open.

        Parameters
        ----------
        n : int, default=1
            How many rows to ask about; without effect while a question is open.
        annotator : str, default=None
            Who is asked. Each annotator has one open question at a time.

        Returns
        -------
        query : Query or None
            None where nothing is left to ask; `done` says why. `query.reason` is
            'audit' for a random row that checks the model, 'stale' for one asked
            because the ranking is too far behind, 'undone' for one whose answer was
            taken back, 'vote' for rows that others have begun, else as in
            :class:`~sklearn_active.Query`.
        """
        check_arguments(n=n)
        check_annotator(annotator)
        with self.lock:
            self._questions.check_not_closed()
            self._annotators.add(annotator)
            return self._questions.ask(n, annotator)

    def tell(
        self,
        query_id: str,
        labels: Collection[Any] | Mapping[int, Any],
        annotator: str | None = None,
    ) -> None:
        """Record answers to a question; they are on disk when this returns.

        Parameters
        ----------
        query_id : str
            The question's `id`.
        labels : sequence of one label per row, table, or mapping of row to label
            None skips a row. A frame or a sparse matrix has 0 or 1 for each label, in a
            frame under its name. A mapping may hold some of the rows. What was told
            before may be told again, if it is the same.
        annotator : str, default=None
            Who answers; as in `ask`.

        Raises
        ------
        StaleQueryError
            Where the question is not open. Nothing is recorded.
        ValueError
            Where a label is wrong, or differs from what was told. Nothing is recorded.
        OSError
            Where the journal can't be written, or was changed by another program.
            Nothing is recorded, and the question stays open.
        RuntimeError
            Where `aggregate` fails. The answer is recorded, and the question closed.
        """
        check_annotator(annotator)
        with self.lock:
            self._questions.check_not_closed()
            question = self._questions.asked_of.get(annotator)
            if question is None or question.query.id != query_id:
                # Told again, as by a page whose first try got no reply.
                rows, told = self._questions.told_before(query_id)
                check_same(self._checked_all(labels, rows), told)
                return
            answers = self._checked_all(labels, question.rows)
            answers = self._questions.new_answers(question, answers)
            if answers:
                events = question.events(answers, annotator, question.seconds)
                self._record(events, answers, annotator)

    def queue(
        self,
        n: int,
        shown: Mapping[int, str | None] | None = None,
        patience: float = 0.0,
    ) -> list[Query]:
        """Keep rows open to anybody, for a tool that shows them to whoever comes.

        Parameters
        ----------
        n : int
            How many are to wait for their first answer; 0 ends the queue, and its rows
            may be asked of annotators again.
        shown : dict of int to (str or None), default=None
            Rows that the tool shows, also since before a restart, and the `id` of
            their queries, None where it is lost. They stay in the queue, and count,
            until they have all their votes; other rows don't stay.
        patience : float, default=0.0
            Where no row waits for its first answer: for how many seconds the model may
            learn the last answers before rows are chosen without them.

        Returns
        -------
        queries : list of Query
            What the tool should show: of one row each, those that lack votes and that
            nobody has skipped. Fewer than `n` where the budget ends, where nothing is
            left, or while the model learns what was answered.

        Notes
        -----
        A row of the queue is asked of nobody by `ask`. What is said of it goes to
        `reconcile`.
        """
        if n:
            check_arguments(n=n)
        shown = {self._checked_row(row): id for row, id in (shown or {}).items()}
        with self.lock:
            return self._questions.fill_queue(n, shown, patience)

    def reconcile(
        self,
        query_id: str | None,
        index: int,
        answers: Mapping[str | None, Label | None],
        seconds: Mapping[str | None, float] | None = None,
    ) -> None:
        """Record what a tool that shows the queue holds of a row now.

        Whatever happened since the last time: what is new is recorded, what is another
        answer now is changed, and what is not there any more is taken back, if it was
        told to this query. Where nothing has changed, nothing is recorded.

        Parameters
        ----------
        query_id : str or None
            The `id` of the query that the tool shows; None where it is lost, and then
            nothing is taken back.
        index : int
            Its row.
        answers : dict of str to label
            By annotator; None skips.
        seconds : dict of str to float, default=None
            How long answers took.

        Raises
        ------
        ValueError
            Where a label is wrong. Nothing is recorded.
        OSError
            As of `tell`.
        """
        for annotator in answers:
            check_annotator(annotator)
        with self.lock:
            questions = self._questions
            questions.check_not_closed()
            row = self._checked_row(index)
            labels = {who: self.checked(label) for who, label in answers.items()}
            self._annotators.update(labels)
            self._record(questions.retracted(query_id, row, labels))
            questions.keep_in_queue(row, query_id)
            told = questions.told_by_tool(query_id, row, labels, seconds or {})
            self._record(told)
            questions.note_told(row)

    def skip(
        self,
        query_id: str,
        rows: Iterable[int] | None = None,
        annotator: str | None = None,
    ) -> None:
        """Skip rows of the open question; they don't come again until requeued.

        Parameters
        ----------
        query_id : str
            The question's `id`.
        rows : sequence of int, default=None
            Which rows; None: all that are not answered.
        annotator : str, default=None
            Who skips.
        """
        check_annotator(annotator)
        with self.lock:
            question = self._questions.asked_of.get(annotator)
            if rows is None and question is not None and question.query.id == query_id:
                rows = question.rows_left
            rows = self._state.told(query_id) if rows is None else rows
            self.tell(query_id, dict.fromkeys(rows), annotator)

    def undo(self, n: int = 1) -> list[int]:
        """Take back the last answers, skips, relabelings, requeues or renamings.

        Parameters
        ----------
        n : int, default=1
            How many; there is no limit but the session's first event.

        Returns
        -------
        rows : list of int
            The rows concerned, the last one first; those whose answer or skip was taken
            back come next.
        """
        check_arguments(n=n)
        rows = []
        with self.lock:
            self._questions.check_not_closed()
            for _ in range(n):
                if self._state.last() is None:
                    break
                rows.extend(self._undo_one(None))
            self._ledger.raise_failure(_MEND)
        return rows

    def _undo_one(self, annotator):
        last = self._state.last(annotator)
        who = {} if annotator is None else {"annotator": annotator}
        undone = self._ledger.record([{"event": "undo"} | who])
        self._questions.undone(last, undone)
        self._refitter.request()
        return undone

    def take_back(self, annotator: str | None = None) -> None:
        """Take back the last thing that a person at a front end did.

        Parameters
        ----------
        annotator : str, default=None
            Whose last answer or skip; None: the last thing that anybody did.

        Raises
        ------
        ValueError
            Where there is none, or it is the renaming of a class: only `undo` takes
            that back.
        """
        check_annotator(annotator)
        with self.lock:
            self._questions.check_not_closed()
            last = self._state.last(annotator)
            if last is None:
                raise ValueError("There is nothing to take back.")
            if last.event == "rename":
                raise ValueError(
                    "The last thing done was to rename a class, in a program; only "
                    "undo() in a program takes that back."
                )
            self._undo_one(annotator)
            self._ledger.raise_failure(_MEND)

    def relabel(
        self,
        index: int,
        label: Label,
        annotator: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Give a row a label that was not asked for: a change, or one of a row found.

        Such a label is learned from, and never enters the checks of the accuracy. A
        question about the row that is open to this annotator is answered by it.

        Parameters
        ----------
        index : int
            The row, with a label or without.
        label : label
            The right one.
        annotator : str, default=None
            Whose vote it is.
        reason : str, default=None
            Why it is given; kept in the journal. 'review': it was asked for again, and
            the label that the row has was not shown.
        """
        check_annotator(annotator)
        with self.lock:
            self._questions.check_not_closed()
            row = self._checked_row(index)
            given = self.checked(label)
            if given is None:
                raise ValueError("relabel needs a label; to take one back use undo().")
            event = {"event": "relabel", "row": row, "label": given}
            event |= {"annotator": annotator, "reason": reason}
            is_asked = row in self.rows_left(annotator)
            self._record([event], {row: given} if is_asked else {}, annotator)

    def reopen(self, query_id: str, index: int, annotator: str | None = None) -> None:
        """Open a question again that an earlier run of the program had asked.

        For a front end that outlived the program: what a person answers in the meantime
        can be told then, and counts once.

        Parameters
        ----------
        query_id : str
            Its `id`.
        index : int
            The row that it asked.
        annotator : str, default=None
            Who was asked.

        Raises
        ------
        StaleQueryError
            Where it was answered, is of this session or of none on this journal, or
            where the row is labeled or somebody else is being asked about it.
        """
        check_annotator(annotator)
        with self.lock:
            self._questions.check_not_closed()
            row = self._checked_row(index)
            self._questions.reopen(query_id, row, annotator)

    def flag(
        self, index: int, flagged: bool = True, annotator: str | None = None
    ) -> None:
        """Flag a row, for somebody to look at later.

        Parameters
        ----------
        index : int
            The row.
        flagged : bool, default=True
            False takes the flag away.
        annotator : str, default=None
            Who flags.
        """
        with self.lock:
            self._questions.check_not_closed()
            event = {"event": "flag", "row": self._checked_row(index)}
            self._record([event | {"flagged": bool(flagged), "annotator": annotator}])

    def requeue_skipped(self) -> None:
        """Let the rows that were skipped come again."""
        with self.lock:
            self._questions.check_not_closed()
            if self._state.n_skipped:
                self._record([{"event": "requeue"}])

    def rename_class(
        self, old: Label, new: Label, annotator: str | None = None
    ) -> None:
        """Give a class another name, or merge it into an existing one.

        Every answer of that class, those of `y` included, is one of the new class from
        now on. It is an event like an answer: on file, and taken back by `undo`, which
        also separates what it merged.

        Parameters
        ----------
        old : label
            A class.
        new : label
            Its new name; where there is a class of that name, they become one.
        annotator : str, default=None
            Who renames.

        Notes
        -----
        The old name can no longer be given. Where it occurs later, in `classes` or `y`
        of another session or in imported votes, it stands for the new one; so no other
        class can get it. Cost: a look at the rows.
        """
        check_annotator(annotator)
        with self.lock:
            self._questions.check_not_closed()
            self._allowed.check_are_classes("rename_class")
            classes = in_order(self._ledger.classes, self._ledger.counts)
            old, new = checked_names(old, new, classes, self._state.renamed)
            self._allowed.check_stated([new])
            event = {"event": "rename", "label": old, "to": new}
            self._record([event | {"annotator": annotator}])

    def import_votes(self, path: str | Path, format: str | None = None) -> Bunch:
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
            self._questions.check_not_closed()
            events, n_known, unknown = self._vote_files.read(path, format)
            self._record(events)
        return Bunch(n_imported=len(events), n_known=n_known, unknown_keys=unknown)

    def _checked_all(self, labels, rows):
        labels = in_the_order_of(labels, self._rows, np.array(rows), "tell")
        return self._allowed.check_all(labels, rows, self._ledger.classes)

    def _record(self, events, answers=(), annotator=None):
        """Record events, and that some of them answer an open question."""
        if not events:
            return
        self._ledger.record(events)
        if answers:
            self._questions.answered(answers, annotator)
        self._questions.close_full()
        self._refitter.request()
        # Last: where `aggregate` failed, the question is closed all the same.
        self._ledger.raise_failure(_MEND)
