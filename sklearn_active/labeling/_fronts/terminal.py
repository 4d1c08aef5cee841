"""A person at a terminal: over ssh, in a pipe, in CI."""

import signal
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TextIO

import numpy as np

from sklearn_active._data.marks import Mark
from sklearn_active._data.rows import row_at
from sklearn_active._loop.query import Query
from sklearn_active._loop.stopping import StopLabeling
from sklearn_active.labeling._book.allowed_labels import AllowedLabels
from sklearn_active.labeling._book.label_values import distinct, typed
from sklearn_active.labeling._fronts.reasons import why
from sklearn_active.oracles import Oracle

HELP = "Type a label{classes}, or: enter = skip, :u = undo, :q = quit, :? = help"
_MOST_IN_PROMPT = 12
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
    input : text stream, default=None
        None: standard input.
    output : text stream, default=None
        None: standard output.

    Notes
    -----
    A line is a label; of numeric classes, a number. Where the classes are stated and
    are texts, their place in the list (1 for the first) or their first letters do as
    well, as far as only one begins so. An empty line skips the row (it
    abstains), `:u` goes back to the row before it within the batch, `:q` and the end
    of the input end the loop; what was answered is kept. A label that begins with a
    colon is typed with two. Control characters of items are shown as escapes, so that
    no item can drive the terminal.

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
        input: TextIO | None = None,
        output: TextIO | None = None,
    ):
        self.items = items
        self.render = render
        self.classes = classes
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
        stated = self.classes is not None
        classes = distinct(self.classes if stated else query.classes)
        new_classes = "error" if stated else "allow"
        allowed = AllowedLabels(classes, new_classes, Mark.stated(None))
        choice = Choice(allowed.check, classes, new_classes == "error")
        return self._ask_all(items, terminal, choice)

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
                if reply.label is not None:
                    choice.classes = distinct([*choice.classes, reply.label])
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


@dataclass
class Choice:
    """What may be typed.

    Attributes
    ----------
    check : callable
        `check(label, classes)` returns a label as it is kept, or raises.
    classes : list of labels
        Those there are now.
    closed : bool
        Whether no other may be given, so that short forms are safe.
    """

    check: Callable
    classes: list
    closed: bool


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
            prompt = f"{_choices(choice)}enter skips, :u undo, :q quit > "
            self._write(harmless(prompt))
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
                label = short_for(text, choice.classes) if choice.closed else None
                if label is None:
                    label = typed(text.removeprefix(":"), choice.classes)
                return Reply("label", choice.check(label, choice.classes))
            except ValueError as error:
                if text != ":?":
                    self.say(self.words(str(error)))
                names = ", ".join(_with_keys(choice))
                self.say(HELP.format(classes=f" ({names})" if names else ""))


def _let_ctrl_c_end_reading():
    """Ask for it each time: polars, once it is imported, lets the reading go on."""
    if hasattr(signal, "siginterrupt"):
        signal.siginterrupt(signal.SIGINT, True)


def _choices(choice):
    if len(choice.classes) > _MOST_IN_PROMPT:
        return "a class (:? lists them), "
    return "".join(f"{name}, " for name in _with_keys(choice))


def _with_keys(choice):
    """Return what can be typed: "1 good", or the name alone where that is shorter."""
    classes = choice.classes
    if not choice.closed or not all(isinstance(label, str) for label in classes):
        return list(map(str, classes))
    taken = set(classes)
    return [
        label if str(number) in taken or len(label) == 1 else f"{number} {label}"
        for number, label in enumerate(classes, start=1)
    ]


def short_for(text, classes):
    """Return the class that a number or first letters stand for, None for none.

    Parameters
    ----------
    text : str
        What was typed.
    classes : list of labels
        Those there are, in their order.

    Returns
    -------
    label : str or None
        The n-th of them for n; the only one that begins so.

    Raises
    ------
    ValueError
        Where several begin so.
    """
    if text in classes or not all(isinstance(label, str) for label in classes):
        return None
    if text.isascii() and text.isdecimal():
        place = int(text) - 1 if len(text) < 9 else -1
        return classes[place] if 0 <= place < len(classes) else None
    start = text.casefold()
    found = [label for label in classes if label.casefold().startswith(start)]
    if len(found) > 1:
        raise ValueError(f"{text!r} may be {' or '.join(found)}: type more letters.")
    return found[0] if found else None


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
        reply = terminal.reply(Choice(check, classes, is_closed))
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
