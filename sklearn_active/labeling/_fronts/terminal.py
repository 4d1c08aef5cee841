"""A person at a terminal: over ssh, in a pipe, in CI."""

import signal
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TextIO

import numpy as np

from sklearn_active._data.marks import Mark
from sklearn_active._data.rows import row_at
from sklearn_active._loop.query import Query
from sklearn_active._loop.stopping import StopLabeling
from sklearn_active.labeling._book.kinds_of_labels import allowed_labels, check_is_for
from sklearn_active.labeling._book.label_values import distinct
from sklearn_active.labeling._fronts.choices import choice_of
from sklearn_active.labeling._fronts.reasons import why
from sklearn_active.labeling._number_range import NumberRange
from sklearn_active.oracles import Oracle

HELP = "Type {what}, or: enter = skip, :u = undo, :q = quit, :? = help"
_HARMLESS = "\n\t\u200c\u200d"


class TerminalOracle(Oracle):
    r"""Ask a person in the terminal, row by row.

    For `fit` with a person at hand; :meth:`LabelingSession.terminal` asks the same
    way, keeps every answer on disk and undoes without limit.

    Parameters
    ----------
    items : sequence of length n_rows, default=None
        What to show of each row of the pool; None: the rows.
    render : callable, default=None
        `render(item) -> str`; None: `str`.
    classes : sequence of labels, default=None
        The labels that may be given; None: those of the query, and any new one.
        Where a row may have several labels, the names of the columns of y.
    numbers : NumberRange, default=None
        Around a regressor: which numbers may be given, and their unit. None: any.
    input : text stream, default=None
        None: standard input.
    output : text stream, default=None
        None: standard output.

    Notes
    -----
    A line is a label; of numeric classes, a number; around a regressor, a number as
    people type it, with its unit or without (12.5, 12,5 or 12.5 mm). Where the classes
    are stated and are texts, their place in the list (1 for the first) or their first
    letters do as well, if only one begins with them; with several labels per row,
    separate them by commas, and type "none" for none of them. An empty line skips the
    row (it abstains), `:u` goes back to the row before it within the batch, `:q` and
    the end of the input end the loop; what was answered is kept. A label that begins
    with a colon is typed with two. Control characters of items are shown as escapes, so
    that no item can drive the terminal.

    Examples
    --------
    >>> import io
    >>> from sklearn.semi_supervised import LabelSpreading
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.labeling import TerminalOracle
    >>> oracle = TerminalOracle(input=io.StringIO("1\n"), output=io.StringIO())
    >>> learner = ActiveLearner(LabelSpreading(gamma=1), oracle=oracle, budget=1)
    >>> learner.fit([[0.0], [1.0], [2.5]], [0, -1, 1]).y_
    array([0, 1, 1])
    """

    def __init__(
        self,
        items: Any = None,
        render: Callable[[Any], str] | None = None,
        classes: Iterable[Any] | None = None,
        *,
        numbers: NumberRange | None = None,
        input: TextIO | None = None,
        output: TextIO | None = None,
    ):
        self.items = items
        self.render = render
        self.classes = classes
        self.numbers = numbers
        self.input = input
        self.output = output

    def __call__(self, query: Query) -> Iterator[Any]:
        """Ask for the rows of a query.

        Parameters
        ----------
        query : Query
            The rows asked.

        Returns
        -------
        labels : generator
        """
        items = list(_items_of(query, self.items))
        terminal = Terminal(self.render, self.input, self.output)
        check_is_for(query.task, self.classes, "error", self.numbers)
        stated = self.classes is not None
        classes = distinct(self.classes if stated else query.classes)
        new_classes, mark = "error" if stated else "allow", Mark.stated(None)
        allowed = allowed_labels(
            query.task, classes, new_classes, self.numbers, mark, len(query.classes)
        )
        choice = choice_of(allowed, allowed.check, classes, stated)
        return map(allowed.for_learner, self._ask_all(items, terminal, choice))

    def _ask_all(self, items, terminal, choice):
        answers = []
        while len(answers) < len(items):
            i = len(answers)
            try:
                terminal.show(items[i], f"{i + 1} of {len(items)}")
                reply = terminal.reply(choice)
            except (Exception, KeyboardInterrupt):
                yield from answers  # what was typed is not lost
                raise
            if reply.kind == "label":
                answers.append(reply.label)
                choice.learn(reply.label)
            elif reply.kind == "undo" and answers:
                answers.pop()
            elif reply.kind == "undo":
                terminal.say("Nothing in this batch to take back.")
            else:
                yield from answers
                raise StopLabeling
        yield from answers


class Reply:
    """What a person typed: a label (None skips), or a command."""

    def __init__(self, kind, label=None):
        self.kind = kind
        self.label = label


class Terminal:
    """Show items and read replies.

    Parameters
    ----------
    render : callable or None
        `render(item) -> str`.
    input : text stream or None
        None: standard input.
    output : text stream or None
        None: standard output.
    words : callable or None
        `words(message) -> str`: how messages are worded for who started this.
    """

    def __init__(self, render=None, input=None, output=None, words=None):
        self.render = str if render is None else render
        self.input = sys.stdin if input is None else input
        self.output = sys.stdout if output is None else output
        self.words = str if words is None else words

    def say(self, text):
        """Write a line, with control characters made harmless.

        Parameters
        ----------
        text : str
            The line.
        """
        self._write(harmless(text) + "\n")

    def _write(self, text):
        try:
            self.output.write(text)
        except UnicodeEncodeError:  # a row that a terminal can't show can be skipped
            encoding = self.output.encoding
            self.output.write(
                text.encode(encoding, "backslashreplace").decode(encoding)
            )
        self.output.flush()

    def show(self, item, place):
        """Show an item.

        Parameters
        ----------
        item : object
            What a person sees of a row.
        place : str
            Where in the work it stands.
        """
        self.say(f"\n[{place}]")
        self.say(self.render(item))

    def reply(self, choice):
        """Read lines until one can be understood.

        Parameters
        ----------
        choice : Choice
            What may be typed.

        Returns
        -------
        reply : Reply
            Of the kind 'label', 'undo', 'quit' or 'end_of_file'.
        """
        while True:
            answers = f"{choice.prompt}, " if choice.prompt else ""
            self._write(harmless(f"{answers}enter skips, :u undo, :q quit > "))
            _let_ctrl_c_end_reading()
            line = self.input.readline()
            if not line:
                self.say("")  # what follows doesn't stand behind the prompt
                return Reply("end_of_file")
            text = line.strip()
            if text in (":q", ":u"):
                return Reply({":q": "quit", ":u": "undo"}[text])
            if not text:
                return Reply("label")
            try:
                if text.startswith(":") and not text.startswith("::"):
                    raise ValueError(f"{text} is not a command.")
                return Reply("label", choice.read(text))
            except ValueError as error:
                if text != ":?":
                    self.say(self.words(str(error)))
                self.say(HELP.format(what=choice.about))


def _let_ctrl_c_end_reading():
    """Ask for it each time: polars, once it is imported, lets the reading go on."""
    if hasattr(signal, "siginterrupt"):
        signal.siginterrupt(signal.SIGINT, True)


def harmless(text):
    """Return text with control and formatting characters as escapes.

    Parameters
    ----------
    text : str
        From anywhere.

    Returns
    -------
    text : str
        Newlines and tabs stay, and the joiners that Persian and emoji are written with.
    """
    return "".join(
        char
        if char in _HARMLESS or unicodedata.category(char) not in ("Cc", "Cf", "Cs")
        else char.encode("unicode_escape", "surrogatepass").decode()
        for char in text
    )


def label_in_terminal(session, render=None, input=None, output=None, words=None):
    """Ask for rows of a session until nothing is left or the person quits.

    Parameters
    ----------
    session : BaseLabelingSession
        Keeps the answers.
    render : callable, default=None
        `render(item) -> str`; None: `str`.
    input : text stream, default=None
        None: standard input.
    output : text stream, default=None
        None: standard output.
    words : callable, default=None
        `words(message) -> str`; None: as they are.

    Returns
    -------
    reason : str
        'quit', 'end_of_file', or the session's `done`.
    """
    terminal = Terminal(render, input, output, words)
    is_closed = session.new_classes == "error"

    def check(label, classes):
        return session.checked(label)

    while True:
        query, classes = session.ask(), session.classes
        if query is None:
            return session.why_done()
        row = session.rows_left()[0]
        place = f"{session.report().n_labeled} labeled"
        terminal.show(session.item(row), f"{place}; {why(query.reason, classes)}")
        reply = terminal.reply(choice_of(session, check, classes, is_closed))
        if reply.kind == "label":
            session.tell(query.id, {row: reply.label})
        elif reply.kind != "undo":
            return reply.kind
        else:
            _undo(session, terminal)


def _undo(session, terminal):
    try:
        session.take_back()
    except ValueError as error:
        terminal.say(str(error))


def _items_of(query, items):
    source, rows = (query.X, np.arange(len(query)))
    if items is not None:
        source, rows = items, query.indices
    for row in rows.tolist():
        yield row_at(source, row)
