"""How far long work has come: told to a logger, and shown on a terminal."""

import io
import logging

import pytest
from helpers import blobs
from limits import many_rows

from sklearn_active import ActiveLearner
from sklearn_active._commands.progress import progress_shown
from sklearn_active._sklearn.callbacks import begin_work
from sklearn_active.graph import GraphLabelSpreading

X, _, TRUTH = blobs(60, 0)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def work(n_parts, name="kernel"):
    part_done = begin_work(name, n_parts)
    for _ in range(n_parts):
        part_done()


def first_question():
    with many_rows(50):
        learner = ActiveLearner(GraphLabelSpreading(), "graph_herding").start(X)
        return learner.query().indices.tolist()


@pytest.mark.parametrize("n_parts", [1, 3, 10, 64, 999])
def test_each_tenth_of_the_way_is_said_once_and_the_end_too(n_parts, caplog):
    with caplog.at_level(logging.INFO, "sklearn_active"):
        work(n_parts)
    said = [record.getMessage() for record in caplog.records]
    assert said[0] == "kernel: 0 %"
    assert said[-1] == "kernel: 100 %"
    assert len(said) == 1 + min(n_parts, 10)


def test_start_and_query_say_how_far_they_have_come(caplog):
    with caplog.at_level(logging.INFO, "sklearn_active"):
        asked = first_question()
    said = [record.getMessage() for record in caplog.records]
    assert {"kernel: 0 %", "kernel: 50 %", "kernel: 100 %"} <= set(said)
    assert asked == first_question()


def test_they_are_silent_where_nobody_asks(capfd):
    first_question()
    assert capfd.readouterr() == ("", "")


def test_a_terminal_shows_one_line_that_ends_when_all_is_done():
    terminal = Terminal()
    with progress_shown(terminal):
        work(2)
    first, *overwritten = terminal.getvalue().rstrip("\n").split("\r")
    assert first == ""
    shown = [text.strip() for text in overwritten]
    assert shown == ["kernel: 0 %", "kernel: 50 %", "kernel: 100 %"]
    assert terminal.getvalue().count("\n") == 1


def test_what_is_no_terminal_is_left_alone():
    file = io.StringIO()
    with progress_shown(file):
        work(2)
    assert file.getvalue() == ""


def interrupted(terminal):
    with progress_shown(terminal):
        raise KeyboardInterrupt


def test_after_ctrl_c_the_logger_is_as_it_was():
    logger, terminal = logging.getLogger("sklearn_active"), Terminal()
    handlers = list(logger.handlers)
    logger.setLevel(logging.ERROR)
    try:
        with pytest.raises(KeyboardInterrupt):
            interrupted(terminal)
        assert (logger.level, logger.handlers) == (logging.ERROR, handlers)
    finally:
        logger.setLevel(logging.NOTSET)
    work(2)
    assert terminal.getvalue() == ""
