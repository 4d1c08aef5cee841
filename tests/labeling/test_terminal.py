"""A person who types labels, wherever a line can be read."""

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from executors import Inline
from helpers import blobs
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active.labeling import LabelingSession, TerminalOracle

X, Y, TRUTH = blobs(30, n_labeled=6)


def fitted(typed, batch_size=3, budget=6, y=Y, **params):
    """Fit with a person who types these lines; return the learner and the screen."""
    screen = io.StringIO()
    oracle = TerminalOracle(input=io.StringIO(typed), output=screen, **params)
    learner = ActiveLearner(
        GaussianNB(var_smoothing=1e-2),
        oracle=oracle,
        batch_size=batch_size,
        budget=budget,
        random_state=0,
    )
    return learner.fit(X, y), screen.getvalue()


def answers(learner):
    return [record.answers for record in learner.history_]


def test_each_line_is_a_label_of_the_kind_of_the_classes():
    learner, _ = fitted("0\n1\n2\n2\n1\n0\n")
    assert answers(learner) == [[0, 1, 2], [2, 1, 0]]
    names = np.array(["cat", "dog", "owl"], dtype=object)
    y = np.where(Y < 0, None, names[Y])
    learner, _ = fitted("cat\n owl \ndog\n", budget=3, y=y)
    assert answers(learner) == [["cat", "owl", "dog"]]


def test_numbers_and_first_letters_stand_for_stated_classes():
    names = ["red", "rose", "blue", "3"]
    y = np.where(Y < 0, None, np.array(names, dtype=object)[Y])
    typed = "1\nBL\n3\nr\nro\nred\n"  # r may be two, and 3 is a class
    learner, screen = fitted(typed, budget=5, batch_size=5, y=y, classes=names)
    assert answers(learner) == [["red", "blue", "3", "rose", "red"]]
    assert "'r' may be red or rose: type more letters." in screen


def test_where_classes_may_be_new_nothing_stands_for_another():
    y = np.where(Y < 0, None, np.array(["red", "rose", "blue"], dtype=object)[Y])
    learner, _ = fitted("b\n1\n", budget=2, batch_size=2, y=y)
    assert answers(learner) == [["b", "1"]]


def test_the_prompt_says_what_can_be_typed():
    y = np.where(Y < 0, None, np.array(["red", "rose", "blue"], dtype=object)[Y])
    names = ["red", "rose", "blue"]
    _, screen = fitted("1\n", budget=1, y=y, classes=names)
    assert "1 red, 2 rose, 3 blue, enter skips, :u undo, :q quit > " in screen
    many = [f"class {i:02d}" for i in range(20)]
    _, screen = fitted(":?\n2\n", budget=1, y=y, classes=["red", "rose", "blue", *many])
    assert "a class (:? lists them), enter skips" in screen
    assert "2 rose" in screen
    assert "23 class 19" in screen


def test_an_empty_line_skips():
    learner, _ = fitted("0\n\n2\n", budget=3)
    assert answers(learner) == [[0, None, 2]]


def test_undo_goes_back_within_the_batch():
    learner, screen = fitted(":u\n0\n1\n:u\n:u\n2\n2\n2\n", budget=3)
    assert answers(learner) == [[2, 2, 2]]
    assert "Nothing in this batch" in screen


@pytest.mark.parametrize("end", [":q\n", ""])
def test_quitting_and_the_end_of_the_input_keep_what_was_answered(end):
    learner, _ = fitted("0\n1\n" + end)
    assert answers(learner) == [[0, 1]]
    assert learner.termination_condition_ == "oracle_stopped"


def test_a_new_class_may_be_typed_where_the_classes_are_not_stated():
    learner, _ = fitted("7\n1\n2\n", budget=3)
    assert answers(learner) == [[7, 1, 2]]


def test_a_label_that_is_no_class_is_asked_again():
    learner, screen = fitted("7\nx\n:x\n1\n1\n1\n", budget=3, classes=[0, 1, 2])
    assert answers(learner) == [[1, 1, 1]]
    assert "7 is not a class of this session" in screen
    assert ":x is not a command" in screen


def test_help_names_the_classes_and_the_commands():
    _, screen = fitted(":?\n:q\n", classes=[0, 1, 2])
    assert "(0, 1, 2)" in screen
    assert ":u = undo" in screen


def test_a_label_that_begins_with_a_colon_is_typed_with_two():
    names = np.array([":u", "dog", "owl"], dtype=object)
    y = np.where(Y < 0, None, names[Y])
    learner, _ = fitted("::u\n", batch_size=1, budget=1, y=y)
    assert answers(learner) == [[":u"]]


def test_items_are_rendered_and_can_not_drive_the_terminal():
    items = [f"row {i}\x1b[2J\x07\u202e" for i in range(30)]
    _, screen = fitted(":q\n", items=items, render=str.upper)
    assert "ROW" in screen
    assert "\x1b" not in screen
    assert r"\x1b[2J\x07\u202e" in screen


@pytest.mark.parametrize("text", ["plain", "two\nlines\tand a tab", "äöü €"])
def test_harmless_text_stays_as_it_is(text):
    _, screen = fitted(":q\n", items=[text] * 30)
    assert f"\n{text}\n" in screen


def opened(**params):
    learner = ActiveLearner(GaussianNB(var_smoothing=1e-2), random_state=0)
    params = {"classes": [0, 1, 2], "executor": Inline(), "audit": 0} | params
    return LabelingSession(learner, X, Y, **params)


def type_into(session, typed):
    screen = io.StringIO()
    reason = session.terminal(input=io.StringIO(typed), output=screen)
    return reason, screen.getvalue()


def test_a_session_undoes_without_limit_and_goes_on(tmp_path):
    with opened(journal=tmp_path / "labels.jsonl") as session:
        reason, _ = type_into(session, "0\n1\n2\n:u\n:u\n:u\n:u\n1\n\n:q\n")
        assert reason == "quit"
        assert len(session.labels) == 6 + 1
    with opened(journal=tmp_path / "labels.jsonl") as session:
        reason, screen = type_into(session, "0\n")
        assert reason == "end_of_file"
        assert "[7 labeled; its answer was taken back]" in screen
        assert len(session.labels) == 8


def test_a_session_ends_when_nothing_is_left():
    with opened() as session:
        reason, _ = type_into(session, "0\n" * 24)
    assert reason == "all_labeled"


def test_ctrl_c_in_a_batch_keeps_what_was_typed():
    class Impatient(io.StringIO):
        def readline(self):
            line = super().readline()
            if line == "stop\n":
                raise KeyboardInterrupt
            return line

    oracle = TerminalOracle(input=Impatient("0\n1\nstop\n"), output=io.StringIO())
    learner = ActiveLearner(
        GaussianNB(var_smoothing=1e-2), oracle=oracle, batch_size=5, random_state=0
    )
    with pytest.warns(UserWarning, match="every answer given is kept"):
        learner.fit(X, Y)
    assert answers(learner) == [[0, 1]]
    assert learner.termination_condition_ == "interrupted"


def test_an_open_question_of_several_rows_is_gone_on_with():
    with opened() as session:
        session.tell(session.ask(3).id, {int(session.ask().indices[1]): 0})
        reason, _ = type_into(session, "1\n2\n:q\n")
        assert reason == "quit"
        assert len(session.labels) == 6 + 3


CODE = """
import numpy as np
from sklearn.naive_bayes import GaussianNB
from sklearn_active import ActiveLearner
from sklearn_active.labeling import TerminalOracle
X = np.arange(12.0).reshape(-1, 1)
oracle = TerminalOracle(items=["item"] * 12)
learner = ActiveLearner(GaussianNB(), oracle=oracle, budget=2, random_state=0)
print(learner.fit(X, [0] * 2 + [-1] * 8 + [1] * 2).n_asked_, "asked")
"""
ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}


def test_it_works_in_a_pipe():
    result = subprocess.run(
        [sys.executable, "-c", CODE],
        input="0\n1\n",
        capture_output=True,
        text=True,
        check=True,
        env=ENVIRONMENT,
    )
    assert result.stdout.endswith("2 asked\n")


def test_it_works_at_a_terminal():
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", CODE],
        stdin=follower,
        stdout=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    ) as process:
        os.close(follower)
        os.write(leader, b"0\n1\n")
        screen = process.stdout.read()
    os.close(leader)
    assert screen.endswith("2 asked\n")


def test_joiners_stay_and_what_turns_lines_round_does_not():
    for text in ("\u0645\u06cc\u200c\u062e\u0648", "👨\u200d👩\u200d👧"):
        _, screen = fitted(":q\n", items=[text] * 30)
        assert f"\n{text}\n" in screen
    for char in "\u202e\u2066\u200f\u200b\ufeff\x1b\x9b":
        _, screen = fitted(":q\n", items=[f"a{char}b"] * 30)
        assert "\na\\" in screen
        assert char not in screen
