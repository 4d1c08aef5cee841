"""WebOracle: a person at the web page answers the questions of `fit`."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from threading import Condition, RLock
from typing import Any, Self

import numpy as np
from sklearn.utils import Bunch

from sklearn_active._data.marks import Mark
from sklearn_active._data.rows import row_at, take
from sklearn_active._loop.query import Query
from sklearn_active._loop.stopping import StopLabeling
from sklearn_active.labeling._base import BaseLabelingSession
from sklearn_active.labeling._book.allowed_labels import in_order
from sklearn_active.labeling._book.kinds_of_labels import allowed_labels, check_is_for
from sklearn_active.labeling._book.label_values import distinct
from sklearn_active.labeling._engine.questions import (
    Question,
    StaleQueryError,
    check_same,
)
from sklearn_active.labeling._fronts.desk import Desk
from sklearn_active.labeling._fronts.hints import Hints
from sklearn_active.labeling._fronts.titles import title_of
from sklearn_active.labeling._number_range import NumberRange
from sklearn_active.oracles import Oracle


class WebOracle(Oracle):
    """Ask a person at a web page, batch by batch, from inside `fit`.

    The shortest way to label by hand: the page of :meth:`LabelingSession.serve`, for
    the loop of `fit`. `fit` waits for the answers, and the person for the refits. Where
    answers must survive the program, and can be taken back later, use a
    :class:`LabelingSession` with a journal.

    Parameters
    ----------
    items : sequence of length n_pool, default=None
        What the person sees of each row: text, images, HTML, rows of a frame; None:
        the rows asked, as the estimator sees them.
    classes : array-like of shape (n_classes,), default=None
        The labels that may be given, beside those that the learner knows. Where a row
        may have several, the names of the columns of y, in their order.
    new_classes : {'error', 'allow'}, default='error'
        Whether other labels may be given.
    numbers : NumberRange, default=None
        Around a regressor: which numbers may be given, and their unit. None: any.
    open_browser : bool, default=True
        Whether to open the page in the browser.
    port : int, default=0
        0: a free one; state one for a tunnel.
    **hints : object
        `keys`, `descriptions` and `instructions` as of :meth:`LabelingSession.serve`.

    Attributes
    ----------
    url : str
        Leads to the page. It holds the token: whoever has it can label.

    See Also
    --------
    LabelingSession : Keeps every answer on disk, and refits in the background.

    Notes
    -----
    Undo and changes reach back to the first row of the batch. Skipped rows are
    abstentions. "Finish", and Ctrl-C in the program, end `fit` with everything that
    was answered. `close()`, or leaving the `with` block, ends the page.

    Examples
    --------
    >>> from sklearn_active.labeling import WebOracle
    >>> with WebOracle(classes=["cat", "dog"], open_browser=False) as oracle:
    ...     oracle.url.startswith("http://127.0.0.1:")
    True
    """

    def __init__(
        self,
        items: Any = None,
        *,
        classes: Iterable[Any] | None = None,
        new_classes: str = "error",
        numbers: NumberRange | None = None,
        open_browser: bool = True,
        port: int = 0,
        **hints: Any,
    ):
        from sklearn_active.labeling._fronts.server import LabelingServer

        self._batches = Batches(items, classes, new_classes, numbers)
        desk = Desk(self._batches, hints=Hints(**hints))
        self._server = LabelingServer({None: desk}, open_browser, port)
        self._announced = False

    @property
    def url(self) -> str:
        """The address of the page, with its token."""
        return self._server.url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def close(self) -> None:
        """End the page."""
        self._server.close()

    def __call__(self, query: Query) -> Iterator[Any]:
        """Show the rows, and yield the answers when the batch is complete."""
        if not self._announced:
            print(f"Waiting for labels at {self.url}", flush=True)
            self._announced = True
        finished = self._server.desks[None].finished
        if query.round == 1:  # pressed in an earlier fit
            finished.clear()
        question = self._batches.open(query)
        try:
            complete = self._batches.wait(question, finished)
        except KeyboardInterrupt:
            yield from self._batches.take_answers(question)
            raise
        yield from self._batches.take_answers(question)
        if not complete:
            raise StopLabeling


class Batches(BaseLabelingSession):
    """What a page needs of a session, for one batch of `fit` after the other."""

    can = frozenset(("guess", "relabel", "undo"))

    def __init__(self, items, classes, new_classes, numbers=None):
        self.items, self.new_classes = items, new_classes
        self._arguments = classes, new_classes, numbers
        self._numbers, self._several = numbers, None
        self.n_rows = 0
        self.lock = RLock()
        self._told_more = Condition(self.lock)
        self._stated, self._given = [] if classes is None else distinct(classes), {}
        self._shown, self._open, self._allowed = {}, {}, None
        self._last = []

    def open(self, query):
        with self.lock:
            self.n_rows = query.n_pool
            check_is_for(query.task, *self._arguments)
            if query.task == "classification":
                self._stated = distinct([*self._stated, *query.classes])
            self._allowed = allowed_labels(
                query.task,
                self._stated,
                self.new_classes,
                self._numbers,
                Mark(),
                len(query.classes),
            )
            self._numbers = self._allowed.numbers
            self._several = self._allowed.several
            if query.task != "classification":
                self.can = self.can - {"guess"}  # a query brings no predictions
            rows = query.indices.tolist()
            if self.items is None:
                seen = (take(query.X, [i]) for i in range(len(rows)))
                self._shown |= dict(
                    zip(rows, (row_at(one, 0) for one in seen), strict=True)
                )
            can_guess = "guess" in self.can
            question = Question(query, _guesses(query) if can_guess else {})
            self._open = {None: question}
            self._last = []
        return question

    def wait(self, question, finished):
        """Return whether all rows are answered, as soon as they are, or at the end."""
        with self.lock:
            while question.rows_left and not finished.is_set():
                self._told_more.wait(0.2)  # in steps, so that Ctrl-C gets through
            return not question.rows_left

    def take_answers(self, question):
        with self.lock:
            self._open = {}
            for_learner, told = self._allowed.for_learner, question.told
            answers = [for_learner(told[row]) for row in question.rows if row in told]
            self._given |= question.told
        return answers

    def ask(self, n=1, annotator=None):
        with self.lock:
            question = self._open.get(None)
            return question.query if question and question.rows_left else None

    def rows_left(self, annotator=None):
        with self.lock:
            question = self._open.get(None)
            return question.rows_left if question else []

    def checked(self, label):
        with self.lock:
            return self._allowed.check(label, self.classes)

    def tell(self, query_id, labels, annotator=None):
        with self.lock:
            question = self._checked(query_id)
            answers = self._allowed.check_all(labels, question.rows, self.classes)
            check_same(answers, question.told)
            new = [row for row in answers if row not in question.told]
            time = datetime.now(UTC).isoformat(timespec="milliseconds")
            self._last += [(row, annotator, time) for row in new]
            question.told |= answers
            self._told_more.notify_all()

    def skip(self, query_id, rows=None, annotator=None):
        with self.lock:
            rows = self.rows_left() if rows is None else rows
            self.tell(query_id, dict.fromkeys(rows), annotator)

    def take_back(self, annotator=None):
        with self.lock:
            if not self._told or not self._last:
                raise ValueError("There is nothing to take back.")
            row, *_ = self._last.pop()
            del self._told[row]

    def relabel(self, index, label, annotator=None, reason=None):
        with self.lock:
            if self._told.get(index) is None:
                raise ValueError(
                    "The model has learned this label; it can't be changed."
                )
            self._told[index] = self.checked(label)

    def _checked(self, query_id):
        question = self._open.get(None)
        if question is None or question.query.id != query_id:
            raise StaleQueryError("This question is not open.")
        return question

    @property
    def _told(self):
        """The answers to the open question."""
        return self._open[None].told if self._open else {}

    @property
    def numbers(self):
        return self._numbers

    @property
    def several(self):
        return self._several

    @property
    def classes(self):
        if self._numbers is not None:
            return []
        if self._several is not None:
            return self._stated
        with self.lock:
            given = {*self._given.values(), *self._told.values()} - {None}
            return in_order(self._stated, given)

    def why_done(self, annotator=None):
        return None

    def recent(self, n=20, annotator=None):
        with self.lock:
            told = self._told
            return [
                {"row": row, "label": told[row], "annotator": who, "time": time}
                for row, who, time in reversed(self._last)
                if told.get(row) is not None and annotator in (None, who)
            ][:n]

    def item(self, index):
        if self.items is not None:
            return row_at(self.items, index)
        with self.lock:
            if index not in self._shown:
                raise ValueError(f"Row {index} was not asked, so there is no item.")
            return self._shown[index]

    def title(self, index):
        return title_of(self.item(index), index)

    def guess(self, index):
        with self.lock:
            question = self._open.get(None)
            if question is None or index not in question.predicted:
                raise ValueError(f"Row {index} is not asked now, so there is no guess.")
            return question.predicted[index]

    def _n_with(self, name, labels):
        return sum(self._allowed.has(label, name) for label in labels)

    def report(self):
        with self.lock:
            answers, busy = self._given | self._told, not self._open
        labels = [label for label in answers.values() if label is not None]
        counts = {name: self._n_with(name, labels) for name in self.classes}
        return Bunch(
            n_rows=self.n_rows,
            n_labeled=len(labels),
            n_skipped=len(answers) - len(labels),
            n_flagged=0,
            n_asked=len(answers),
            budget=None,
            class_counts={label: n for label, n in counts.items() if n},
            seconds_per_label=None,
            left=None,
            agreement=None,
            audit=None,
            changed=None,
            still_changing=None,
            refitting=busy,
            behind=0,
            error=None,
        )


def _guesses(query):
    """Return {row: the most likely class}, None where it is not known or not shown."""
    rows = query.indices.tolist()
    if query.proba is None:
        return dict.fromkeys(rows)
    likely = query.classes[query.proba.argmax(axis=1)].tolist()
    # Of a row that is asked again nothing is said: NaN, where argmax names a class.
    is_said = ~np.isnan(query.proba[:, 0])
    return {
        row: label if said else None
        for row, label, said in zip(rows, likely, is_said, strict=True)
    }
