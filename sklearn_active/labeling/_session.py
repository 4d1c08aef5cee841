"""LabelingSession: questions and answers, kept whatever happens."""

from concurrent.futures import ThreadPoolExecutor
from numbers import Integral
from threading import RLock
from uuid import uuid4

import numpy as np

from sklearn_active._data.labels import parse_y
from sklearn_active._data.rows import refuse_chunks
from sklearn_active._sklearn import num_samples
from sklearn_active.labeling._base import BaseLabelingSession
from sklearn_active.labeling._book.allowed_labels import AllowedLabels
from sklearn_active.labeling._book.binding import Binding, with_class_minus_one
from sklearn_active.labeling._book.event_checks import check_annotator
from sklearn_active.labeling._book.events_in_force import split
from sklearn_active.labeling._book.journal import is_begun
from sklearn_active.labeling._book.ledger import N_OF_NAME, Ledger
from sklearn_active.labeling._book.session_arguments import (
    check_arguments,
    check_classes,
    check_entries,
)
from sklearn_active.labeling._engine.model import Model
from sklearn_active.labeling._engine.questions import StaleQueryError, check_same
from sklearn_active.labeling._engine.refitter import Refitter
from sklearn_active.labeling._session_parts.answering import Fronts
from sklearn_active.labeling._session_parts.finding import Finding
from sklearn_active.labeling._session_parts.next_question import Asking
from sklearn_active.labeling._session_parts.renaming import Renaming
from sklearn_active.labeling._session_parts.reports import Readings
from sklearn_active.labeling._session_parts.vote_files import Exchange
from sklearn_active.pools._dask import as_chunks

_MOST_SKIPPED = 200
_MEND = (
    "What was told is recorded, and counts as votes. Mend aggregate, and open a new "
    "session on the journal."
)


class LabelingSession(
    Asking, Readings, Finding, Renaming, Fronts, Exchange, BaseLabelingSession
):
    """Label rows by hand: ask, tell, skip, undo, relabel, stop and go on tomorrow.

    For people as oracles. Every answer is on disk before it is acknowledged, the next
    question is there at once while the estimator is refitted in the background, and
    whatever was answered can be taken back. `session.terminal()` and
    `session.serve()` show it to a person; `ask` and `tell` are for other front ends.

    Parameters
    ----------
    learner : ActiveLearner
        Chooses the rows; cloned, never changed. Its oracle is not used.
    X : container of shape (n_rows, ...)
        All rows, as the learner takes them.
    y : array-like of shape (n_rows,), default=None
        Labels known before the session, and the mark where unlabeled.
    items : sequence of length n_rows, default=None
        What a person sees of each row: text, images, HTML, rows of a frame; None:
        the rows of X. The path of an image is read when it is shown.
    journal : str, path or LabelJournal, default=None
        The file that keeps the answers; one that exists is continued, and `changes`
        says what is otherwise since. None: they are kept in memory only.
    keys : sequence of str of length n_rows, default=None
        What identifies the rows, distinct; None: their content. A journal goes on with
        rows that were added at the end; where others changed, it is refused.
    unasked : sequence of int, default=()
        Rows that are never asked, as there is nothing to see in them.
    classes : array-like of shape (n_classes,), default=None
        The labels that may be given, in the order in which they are shown. Those of a
        journal may be added to and put in another order; one that no row has may be
        left out. None: those of the journal, else those in y, sorted.
    new_classes : {'error', 'allow'}, default='error'
        Whether other labels may be given.
    aggregate : {'last', 'majority'} or callable, default='last'
        How the votes on a row become its label: a callable takes the list of votes,
        the latest last, and returns a label of the kind of the classes, or None.
    votes_per_row : int, default=1
        How many annotators each row is asked of. Rows that others have begun are asked
        before new ones, so that they get their votes.
    audit : float, default=0.1
        Share of the questions about new rows that are uniformly random, to estimate
        the accuracy.
    max_lag : int, default=5
        How many answers the ranking may be behind before random rows are asked.
    executor : object with `submit`, default=None
        Runs the refits; None: a thread of its own.

    See Also
    --------
    sklearn_active.ActiveLearner : The loop for oracles that are functions.

    Notes
    -----
    The answers are events; the session's state is a fold over them, and reopening the
    journal replays them. `tell` never fits: it costs one fsync. All methods may be
    called from several threads.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.graph import GraphLabelSpreading
    >>> from sklearn_active.labeling import LabelingSession
    >>> X, truth = make_blobs(60, centers=3, random_state=0)
    >>> learner = ActiveLearner(GraphLabelSpreading(), "graph_herding", random_state=0)
    >>> with LabelingSession(learner, X, classes=[0, 1, 2]) as session:
    ...     for _ in range(9):
    ...         query = session.ask()
    ...         session.tell(query.id, truth[query.indices])
    ...     len(session.labels)
    9
    >>> session.learner.predict(X).shape
    (60,)
    """

    can = frozenset(("find", "flag", "guess", "relabel", "reopen", "requeue", "undo"))

    def __init__(
        self,
        learner,
        X,
        y=None,
        *,
        items=None,
        journal=None,
        keys=None,
        unasked=(),
        classes=None,
        new_classes="error",
        aggregate="last",
        votes_per_row=1,
        audit=0.1,
        max_lag=5,
        executor=None,
    ):
        refuse_chunks(as_chunks(X), "LabelingSession")
        self.X = X
        self.n_rows = num_samples(X)
        self.items = X if items is None else items
        self.new_classes = new_classes
        self.votes_per_row = votes_per_row
        self.audit = audit
        self.max_lag = max_lag
        check_arguments(
            new_classes=new_classes,
            aggregate=aggregate,
            votes_per_row=votes_per_row,
            audit=audit,
            max_lag=max_lag,
            executor=executor,
        )
        check_entries(self.n_rows, items, keys)
        self._unasked = frozenset(map(self._checked_row, unasked))
        self._names = None if keys is None else list(keys)
        if classes is not None and -1 in check_classes(classes):
            learner = with_class_minus_one(learner)
        given = self._take_in(y, classes, learner.missing_label, journal)
        self._model = Model(learner, X, y)
        self._open, self._closed, self.lock = {}, False, RLock()
        stated = self._allowed.stated
        self._ledger = Ledger(
            Binding(X, self._names),
            given,
            stated,
            aggregate,
            votes_per_row,
            journal,
            None if classes is None else stated,
            new_classes == "allow",
            self._unasked,
        )
        self._allowed.renamed = self._state.renamed
        self._check_classes_found()
        self._annotators = set(self._state.annotators)
        self._token, self._rows_told = self._new_token(), {}
        self._n_questions = self._state.n_asked
        self._start_refits(executor, learner.batch_size + max_lag + 1)

    def _new_token(self):
        """Return what this session's questions are called: the journal's name first.

        So that `reopen` knows those of earlier sessions on it.
        """
        return (self._ledger.name or "")[:N_OF_NAME] + uuid4().hex[N_OF_NAME:]

    def _take_in(self, y, classes, missing_label, journal):
        """Return the labels known before; check them and the classes."""
        labels = parse_y(y, self.n_rows, missing_label, has_oracle=True)
        known = np.flatnonzero(labels.known)
        given = dict(zip(known.tolist(), labels.values[known].tolist(), strict=True))
        if classes is not None:
            classes = check_classes(classes, given.values())
        elif given or not is_begun(journal):
            classes = sorted(set(given.values()))
        self._allowed = AllowedLabels(classes, self.new_classes, labels.mark)
        return given

    def _check_classes_found(self):
        """Raise where the classes of the journal are none that the learner takes."""
        try:
            self._allowed.check_stated(self._ledger.classes)
        except ValueError:
            self._ledger.close()
            raise

    def _start_refits(self, executor, n_ranked):
        self._own_executor = ThreadPoolExecutor(1) if executor is None else None
        executor = executor or self._own_executor
        self._refitter = Refitter(
            self._model, executor, n_ranked, self.lock, self._snapshot
        )
        try:
            self._refitter.request()
        except BaseException:  # nobody will close what was never there
            self._ledger.close()
            raise

    @property
    def _state(self):
        return self._ledger.state

    def __enter__(self):
        return self

    def __exit__(self, kind, *details):
        self.close(kind is None)

    def ask(self, n=1, annotator=None):
        """Return the next question, or the one that is open.

        Parameters
        ----------
        n : int, default=1
            How many rows to ask; without effect while a question is open.
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
            self._check_not_closed()
            self._annotators.add(annotator)
            question = self._open.get(annotator)
            if question is None:
                return self._next_query(n, annotator)
            return question.query

    def tell(self, query_id, labels, annotator=None):
        """Record answers to a question; they are on disk when this returns.

        Parameters
        ----------
        query_id : str
            The question's `id`.
        labels : sequence of one label a row, or mapping of row to label
            None skips a row. A mapping may hold some of the rows. What was told
            before may be told again, if it is the same.
        annotator : str, default=None
            Who answers; as in `ask`.

        Raises
        ------
        StaleQueryError
            Where the question is not open. Nothing is recorded.
        ValueError
            Where a label is wrong, or another one than was told. Nothing is recorded.
        OSError
            Where the journal can't be written, or was changed by another program.
            Nothing is recorded, and the question stays open.
        RuntimeError
            Where `aggregate` fails. The answer is recorded, and the question closed.
        """
        check_annotator(annotator)
        with self.lock:
            self._check_not_closed()
            question = self._open.get(annotator)
            if question is None or question.query.id != query_id:
                self._told_already(query_id, labels)
                return
            answers = self._checked_all(labels, question.rows)
            now = self._state.renamed
            told = {row: now.get(x, x) for row, x in question.told.items()}
            check_same(answers, told)
            answers = {r: answers[r] for r in question.rows_left if r in answers}
            if answers:
                self._record(question.events(answers, annotator), answers, annotator)

    def skip(self, query_id, rows=None, annotator=None):
        """Skip rows of the open question; they are not asked again until requeued.

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
            question = self._open.get(annotator)
            if rows is None and question is not None and question.query.id == query_id:
                rows = question.rows_left
            rows = self._state.told(query_id) if rows is None else rows
            self.tell(query_id, dict.fromkeys(rows), annotator)

    def undo(self, n=1):
        """Take back the last answers, skips, relabelings, requeues or renamings.

        Parameters
        ----------
        n : int, default=1
            How many; there is no limit but the session's first event.

        Returns
        -------
        rows : list of int
            The rows concerned, the last one first; those whose answer or skip was
            taken back are asked next.
        """
        check_arguments(n=n)
        rows = []
        with self.lock:
            self._check_not_closed()
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
        self._close_after_undo(last, undone)
        self._request_refit()
        return undone

    def take_back(self, annotator=None):
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
            self._check_not_closed()
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

    def relabel(self, index, label, annotator=None, reason=None):
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
            self._check_not_closed()
            row = self._checked_row(index)
            label = self.checked(label)
            if label is None:
                raise ValueError("relabel needs a label; to take one back use undo().")
            event = {"event": "relabel", "row": row, "label": label}
            event |= {"annotator": annotator, "reason": reason}
            is_asked = row in self.rows_left(annotator)
            self._record([event], {row: label} if is_asked else {}, annotator)

    def reopen(self, query_id, index, annotator=None):
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
            where the row is labeled or asked of somebody else.
        """
        check_annotator(annotator)
        with self.lock:
            self._check_not_closed()
            row = self._checked_row(index)
            token, number = split(query_id)
            name = self._ledger.name
            is_of_journal = name is not None and token.startswith(name) and number > 0
            is_ours = token == self._token or not is_of_journal
            is_busy = row in self._unavailable(annotator)
            if is_ours or is_busy or self._state.told(query_id):
                raise StaleQueryError(
                    f"The question {query_id!r} can't be opened again: the row is "
                    "labeled, or asked of somebody else. Nothing was recorded; ask() "
                    "for what is asked now."
                )
            self._open_rows([row], "reopened", annotator, query_id)

    def flag(self, index, flagged=True, annotator=None):
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
            self._check_not_closed()
            event = {"event": "flag", "row": self._checked_row(index)}
            self._record([event | {"flagged": bool(flagged), "annotator": annotator}])

    def requeue_skipped(self):
        """Let the rows that were skipped be asked again."""
        with self.lock:
            self._check_not_closed()
            if self._state.n_skipped:
                self._record([{"event": "requeue"}])

    @property
    def done(self):
        """Why nothing is asked any more, or None: as `termination_condition_`."""
        with self.lock:
            reasons = [self.why_done(who) for who in self._annotators or {None}]
            return None if None in reasons else reasons[0]

    def why_done(self, annotator=None):
        """Return why nothing is asked of an annotator, None while something is.

        Parameters
        ----------
        annotator : str, default=None
            Who would be asked.

        Returns
        -------
        reason : str or None
            As `done`.
        """
        with self.lock:
            if annotator in self._open:
                return None
            return self._reason_to_stop(self._unavailable(annotator))

    def wait(self):
        """Return when the learner knows every answer."""
        self._refitter.wait()

    def close(self, raise_error=True):
        """Wait for the last refit, let go of the journal, and end the session.

        Parameters
        ----------
        raise_error : bool, default=True
            Whether to raise what the last refit raised. The answers are kept.
        """
        with self.lock:
            self._refitter.wait()
            if self._closed:
                return
            self._closed = True
            self._open.clear()
            self._ledger.close()
            self._model.run.why_ended = self.done or "oracle_stopped"
        if self._own_executor is not None:
            self._own_executor.shutdown()
        if raise_error and self._refitter.error is not None:
            raise self._refitter.error

    def _check_not_closed(self):
        if self._closed:
            raise ValueError("The session is closed; open a new one on its journal.")

    def _checked_row(self, index):
        if not isinstance(index, Integral) or not 0 <= index < self.n_rows:
            raise ValueError(f"Rows lie in 0 ... {self.n_rows - 1}; got {index!r}.")
        return int(index)

    def _told_already(self, query_id, labels):
        """Accept what was told to this question before, and refuse all else."""
        told = self._state.told(query_id)
        if not told:
            raise StaleQueryError(
                f"The question {query_id!r} is not open: it was taken back, or is of "
                "another session. Nothing was recorded; ask() for what is asked now."
            )
        rows = [row for row in self._rows_told.get(query_id, told) if row in told]
        check_same(self._checked_all(labels, rows), told)

    def _checked_all(self, labels, rows):
        return self._allowed.check_all(labels, rows, self._ledger.classes)

    def _record(self, events, answers=(), annotator=None):
        """Record events, and that some of them answer an open question."""
        if not events:
            return []
        rows = self._ledger.record(events)
        if answers:
            question = self._open[annotator]
            question.told |= answers
            if not question.rows_left:
                del self._open[annotator]
                self._rows_told[question.query.id] = question.rows
        self._request_refit()
        self._ledger.raise_failure(_MEND)
        return rows

    def _close_after_undo(self, last, undone):
        """After an undo, make the row open again; a question asked since is dropped."""
        question = self._open.get(last.annotator)
        if question is None:
            return
        rows = set(undone) & set(question.rows)
        if last.query is None:  # a change of what was answered leaves the answer
            votes = self._state.votes_of
            rows = {r for r in rows if last.annotator not in dict(votes(r))}
        if rows and last.query in (None, question.query.id):
            for row in rows:
                question.told.pop(row, None)
        elif last.event in ("answer", "skip"):
            del self._open[last.annotator]

    def _request_refit(self):
        self._refitter.request()

    def _snapshot(self):
        """Return what a refit starts from; it holds the lock."""
        labels = dict(self._ledger.labels)
        declined = self._ledger.declined(self._annotators or {None})
        declined |= self._unasked.difference(labels)
        # Those that some have skipped are ranked, and are not for them.
        n_more = min(len(self._ledger.left_out), _MOST_SKIPPED)
        return self._ledger.version, labels, declined, self._state.n_asked, n_more
