"""LabelingSession: questions and answers, kept whatever happens."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from os import PathLike
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from sklearn_active._data.parsing import kind_of_y, parse_y
from sklearn_active._data.rows import refuse_chunks
from sklearn_active._learner import ActiveLearner
from sklearn_active._loop.query import Query
from sklearn_active._sklearn import num_samples
from sklearn_active.labeling._base import Label
from sklearn_active.labeling._book.binding import Binding, with_class_minus_one
from sklearn_active.labeling._book.journal import LabelJournal, is_begun
from sklearn_active.labeling._book.kinds_of_labels import (
    allowed_in_session,
    check_is_for,
    y_and_classes,
)
from sklearn_active.labeling._book.ledger import Ledger
from sklearn_active.labeling._book.session_arguments import (
    check_arguments,
    check_classes,
    check_entries,
    checked_annotators,
    checked_row,
)
from sklearn_active.labeling._engine.follower import Follower
from sklearn_active.labeling._engine.refitter import Refitter
from sklearn_active.labeling._fronts.address import Address
from sklearn_active.labeling._fronts.desk import Desk
from sklearn_active.labeling._fronts.hints import Hints
from sklearn_active.labeling._fronts.terminal import label_in_terminal
from sklearn_active.labeling._number_range import NumberRange
from sklearn_active.labeling._session_parts.answerable import AnswerableSession
from sklearn_active.labeling._session_parts.appraising import Appraiser
from sklearn_active.labeling._session_parts.finding import Finder
from sklearn_active.labeling._session_parts.open_questions import OpenQuestions
from sklearn_active.labeling._session_parts.oracle_run import run_oracle
from sklearn_active.labeling._session_parts.session_rows import SessionRows
from sklearn_active.labeling._session_parts.vote_files import VoteFiles
from sklearn_active.pools._dask import as_chunks

if TYPE_CHECKING:
    from sklearn_active.labeling._fronts.server import LabelingServer


class LabelingSession(AnswerableSession):
    """Label rows by hand: ask, tell, skip, undo, relabel, stop and go on tomorrow.

    For people as oracles. Every answer is on disk before it is acknowledged, the next
    question is there at once while the estimator is refitted in the background, and
    every answer can be taken back. `session.terminal()` and `session.serve()` show it
    to a person; `ask` and `tell` are for other front ends.

    Parameters
    ----------
    learner : ActiveLearner
        Chooses the rows; cloned, never changed. Its oracle is not used.
    X : container of shape (n_rows, ...)
        All rows, as the learner takes them.
    y : array-like of shape (n_rows,) or (n_rows, n_labels), default=None
        Labels known before the session, and the mark where unlabeled. The index of a
        series or frame names the rows, as in `ActiveLearner.start`.
    items : sequence of length n_rows, default=None
        What a person sees of each row: text, images, HTML, rows of a frame; None:
        the rows of X. The path of an image is read when it is shown.
    journal : str, path or LabelJournal, default=None
        The file that keeps the answers; one that exists is continued, and `changes`
        says what has changed since. None: they are kept in memory only.
    keys : sequence of str of length n_rows, default=None
        What identifies the rows, distinct; None: their content. A journal goes on with
        rows that were added at the end; if other rows changed, it is refused.
    unasked : sequence of int, default=()
        Rows that nobody is asked about, as there is nothing to see in them.
    classes : array-like of shape (n_classes,), default=None
        The labels that may be given, in the order in which they are shown. Classes may
        be added to those of a journal, and their order changed; one that no row has may
        be left out. None: those of the journal, else those in y, sorted.
    new_classes : {'error', 'allow'}, default='error'
        Whether other labels may be given.
    several : bool, default=False
        Whether a row may have several of the classes, or none. The classes are then the
        names of the columns of y, in their order; those of a frame may be in any order.
        They need not be stated with a frame, or without y where a journal goes on.
    numbers : NumberRange, default=None
        Around a regressor: which numbers may be given, and their unit. None: as a
        journal says, else any number. Without effect on what the model predicts.
    aggregate : {'last', 'majority', 'median'} or callable, default='last'
        How the votes on a row become its label: 'majority' is for classes (with several
        labels per row, for each label separately), 'median' for numbers; a callable
        takes the list of votes, the latest last, and returns a label of their kind, or
        None.
    votes_per_row : int, default=1
        How many annotators are asked about each row. Rows that others have begun are
        asked before new ones, so that they get their votes.
    audit : float, default=0.1
        Share of the questions about new rows that are uniformly random, to estimate
        the accuracy.
    max_lag : int, default=5
        How many answers the ranking may be behind before random rows are asked.
    executor : object with `submit`, default=None
        Runs the refits; None: a separate thread.

    See Also
    --------
    sklearn_active.ActiveLearner : The loop for oracles that are functions.

    Notes
    -----
    Around a regressor the labels are numbers, kept as floats: what is read back from
    a journal is exactly what was given. Two labels are needed for the first model.

    With several labels per row, a label is a tuple of names, in the order of the
    classes; empty for none of them. It may be given as names in any order, or as a row
    of y, 0 or 1 for each label; the learner is taught the latter.

    The answers are events, from which the session's state is computed; reopening the
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

    can = frozenset(
        (
            "estimate",
            "find",
            "flag",
            "guess",
            "queue",
            "relabel",
            "reopen",
            "requeue",
            "undo",
        )
    )

    def __init__(
        self,
        learner: ActiveLearner,
        X: Any,
        y: Any = None,
        *,
        items: Any = None,
        journal: LabelJournal | str | PathLike[str] | None = None,
        keys: Any = None,
        unasked: Iterable[int] = (),
        classes: Any = None,
        new_classes: str = "error",
        several: bool = False,
        numbers: NumberRange | None = None,
        aggregate: str | Callable[[list[Label]], Label | None] = "last",
        votes_per_row: int = 1,
        audit: float = 0.1,
        max_lag: int = 5,
        executor: Any = None,
    ):
        refuse_chunks(as_chunks(X), "LabelingSession")
        self.X, self.n_rows = X, num_samples(X)
        self.items = X if items is None else items
        self.new_classes = new_classes
        self.votes_per_row, self.audit, self.max_lag = votes_per_row, audit, max_lag
        check_arguments(
            new_classes=new_classes,
            several=several,
            numbers=numbers,
            aggregate=aggregate,
            votes_per_row=votes_per_row,
            audit=audit,
            max_lag=max_lag,
            executor=executor,
        )
        check_entries(self.n_rows, items, keys)
        y, classes = y_and_classes(learner.estimator, X, y, classes, several, journal)
        if classes is not None and -1 in check_classes(classes):
            learner = with_class_minus_one(learner)
        self.keys = None if keys is None else list(keys)
        allowed, given = self._take_in(learner, y, classes, numbers, journal)
        self.can = type(self).can - allowed.lacks
        # Before the journal is opened: where no model can be made, no file is locked.
        follower, lock = Follower(learner, X, y, allowed.several), RLock()
        follower.check_strategy()
        ledger = Ledger(
            Binding(X, self.keys),
            given,
            allowed,
            aggregate,
            votes_per_row,
            journal,
            frozenset(checked_row(row, self.n_rows) for row in unasked),
        )
        n_ranked = learner.batch_size + max_lag + 1
        try:
            self._own(ledger, allowed, follower, lock, executor, n_ranked)
        except BaseException:  # nobody will close what was never there
            ledger.close()
            raise

    def _take_in(self, learner, y, classes, numbers, journal):
        """Return which labels may be given, and those known before; check both."""
        kind, mark = kind_of_y(learner.estimator, y), learner.missing_label
        check_is_for(kind.task, classes, self.new_classes, numbers)
        labels = parse_y(y, self.n_rows, mark, has_oracle=True, kind=kind)
        known = np.flatnonzero(labels.known)
        given = dict(zip(known.tolist(), labels.values[known].tolist(), strict=True))
        goes_on, stated = is_begun(journal), (classes, self.new_classes, numbers)
        allowed = allowed_in_session(
            labels, *stated, given=given.values(), is_begun=goes_on
        )
        given = allowed.held(given)
        if not goes_on:  # else it may have a range of its own
            allowed.check_given(given)
        return allowed, given

    def _own(self, ledger, allowed, follower, lock, executor, n_ranked):
        """Make what asks, finds and exchanges, and begin the first refit."""
        rows = SessionRows(self.X, self.items, self.keys)
        # The journal may know names and classes that nobody stated here.
        allowed.renamed = ledger.state.renamed
        allowed.check_stated(ledger.classes)
        annotators = set(ledger.state.annotators)
        self._own_executor = ThreadPoolExecutor(1) if executor is None else None
        refitter = Refitter(
            follower,
            executor or self._own_executor,
            n_ranked,
            lock,
            lambda: ledger.snapshot(annotators or {None}),
        )
        questions = OpenQuestions(
            rows,
            ledger,
            refitter,
            follower,
            votes_per_row=self.votes_per_row,
            audit=self.audit,
            max_lag=self.max_lag,
        )
        appraiser = Appraiser(rows, ledger, refitter, follower, lock)
        super().__init__(
            lock=lock,
            rows=rows,
            allowed=allowed,
            annotators=annotators,
            ledger=ledger,
            follower=follower,
            refitter=refitter,
            questions=questions,
            finder=Finder(rows, ledger, refitter, follower, questions, appraiser, lock),
            appraiser=appraiser,
            vote_files=VoteFiles(rows, ledger, allowed),
        )
        refitter.request()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *details: object) -> None:
        self.close(kind is None)

    def run(self, oracle: Callable[[Query], Any]) -> str:
        """Let an oracle answer: the loop of `fit`, with everything kept as it comes.

        After each batch the refit is awaited, so with `audit=0` the rows asked about
        are those of `fit` with the same oracle.

        Parameters
        ----------
        oracle : callable
            As the learner's `oracle`. StopLabeling ends the loop.

        Returns
        -------
        reason : str
            As `termination_condition_`.
        """
        return run_oracle(self, oracle, self._questions, self._refitter)

    def terminal(self, **options: Any) -> str | None:
        """Ask in the terminal until nothing is left or the person quits.

        Parameters
        ----------
        **options : object
            As of :class:`TerminalOracle`, without the items.

        Returns
        -------
        reason : str
            'quit', 'end_of_file', or as `done`.
        """
        return label_in_terminal(self, **options)

    def serve(
        self,
        open_browser: bool = False,
        port: int = 0,
        *,
        annotators: Iterable[str] | None = None,
        keys: Mapping[Label, str] | None = None,
        descriptions: Mapping[Label, str] | None = None,
        instructions: str | Path | None = None,
    ) -> "LabelingServer":
        """Open the web page, for people on this machine.

        Parameters
        ----------
        open_browser : bool, default=False
            Whether to open it in the browser; with several annotators, the first one's.
        port : int, default=0
            0: the port of an earlier run on the journal, if it is free, else any; state
            one for a tunnel.
        annotators : sequence of str, default=None
            Who labels: each gets an address of their own (`server.urls`) and different
            questions, or with `votes_per_row` the same. None: one person, without a
            name.
        keys : dict of label to str, default=None
            The key of a class, one character; the other classes get digits.
        descriptions : dict of label to str, default=None
            What a class means, in a line.
        instructions : str or path, default=None
            Markdown, or the path of a file with it. Needs markdown-it-py, of the extra
            'label'.

        Returns
        -------
        server : LabelingServer
            `server.url` leads to the page, `server.close()` ends it; a context
            manager.

        Notes
        -----
        With a journal, a tab that was open goes on when the program is started again
        within a day, at the same address: the port and the tokens are kept beside the
        journal, in a file that only you can read (on Windows: whoever can read the
        folder), until everybody has pressed "Finish".
        """
        from sklearn_active.labeling._fronts.server import LabelingServer

        hints = Hints(keys, descriptions, instructions)
        names = [None] if annotators is None else checked_annotators(annotators)
        with self.lock:
            self._annotators.update(names)
        desks = {name: Desk(self, name, hints) for name in names}
        place = None if self.kept_in is None else f"{self.kept_in}.page"
        address = Address(place, self._ledger.name)
        return LabelingServer(desks, open_browser, port, address)

    def wait(self) -> None:
        """Return when the learner knows every answer."""
        self._refitter.wait()

    def close(self, raise_error: bool = True) -> None:
        """Wait for the last refit, let go of the journal, and end the session.

        Parameters
        ----------
        raise_error : bool, default=True
            Whether to raise what the last refit raised. The answers are kept.
        """
        with self.lock:
            self._refitter.wait()
            if self._questions.closed:
                return
            self._questions.close()
            self._ledger.close()
            self._follower.run.why_ended = self.done or "oracle_stopped"
        if self._own_executor is not None:
            self._own_executor.shutdown()
        if raise_error and self._refitter.error is not None:
            raise self._refitter.error
