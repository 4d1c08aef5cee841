"""WebOracle: a person at the page answers what `fit` asks."""

import threading
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from page_client import CLASSES, Client, X, truth_of
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

from sklearn_active import ActiveLearner
from sklearn_active.labeling import WebOracle

Y = np.array([truth_of(row) if row < 9 else None for row in range(len(X))])


class Fit:
    """A fit that runs beside the test, which is the person at the page."""

    def __init__(self, oracle, X=X, y=Y, **options):
        options = {"batch_size": 3, "budget": 6, **options}
        estimator = options.pop("estimator", LogisticRegression())
        self.learner = ActiveLearner(estimator, oracle=oracle, **options)
        self.error = None
        self.client = Client(oracle._server)
        self.thread = threading.Thread(target=self._run, args=(X, y))
        self.thread.start()

    def _run(self, X, y):
        try:
            self.learner.fit(X, y)
        except Exception as error:
            self.error = error

    def state(self):
        """Return the page's state when there is a question, or fit has ended."""
        while True:
            state = self.client.state()
            if state["question"] or not self.thread.is_alive():
                return state

    def end(self):
        self.thread.join(timeout=60)
        assert not self.thread.is_alive()
        return self.learner


@pytest.fixture
def oracle(capsys):
    with WebOracle(open_browser=False) as oracle:
        yield oracle


def test_fit_asks_at_the_page_until_the_budget_is_spent(oracle, capsys):
    fit = Fit(oracle)
    asked = []
    while (question := fit.state()["question"]) is not None:
        asked.append(question["row"])
        fit.client.answer(question, truth_of(question["row"]))
    learner = fit.end()
    assert learner.termination_condition_ == "budget"
    assert asked == [row for record in learner.history_ for row in record.rows]
    assert len(asked) == 6
    assert learner.y_[asked].tolist() == [truth_of(row) for row in asked]
    assert capsys.readouterr().out == f"Waiting for labels at {oracle.url}\n"


def test_finish_ends_fit_and_keeps_what_was_answered_of_the_batch(oracle):
    fit = Fit(oracle)
    question = fit.state()["question"]
    fit.client.answer(question, "cat")
    assert fit.client.post("finish")[0] == 200
    learner = fit.end()
    assert learner.termination_condition_ == "oracle_stopped"
    assert learner.n_asked_ == 1
    assert learner.y_[question["row"]] == "cat"


def test_after_finish_the_next_fit_asks_again(oracle):
    for label in ("cat", "ape"):
        fit = Fit(oracle)
        question = fit.state()["question"]
        fit.client.answer(question, label)
        fit.client.post("finish")
        assert fit.end().y_[question["row"]] == label


def test_within_a_batch_answers_can_be_taken_back_changed_and_skipped(oracle):
    fit = Fit(oracle, budget=3)
    first = fit.state()["question"]
    fit.client.answer(first, "ape")
    second = fit.state()["question"]
    undone = fit.client.post("undo", {"query": second["id"]})[1]["question"]
    assert undone["row"] == first["row"]
    fit.client.answer(undone, "bear")
    fit.client.post("skip", {"query": second["id"], "row": second["row"]})
    state = fit.client.post("relabel", {"row": first["row"], "label": '"cat"'})[1]
    assert [(a["row"], a["text"]) for a in state["recent"]] == [(first["row"], "cat")]
    fit.client.answer(fit.state()["question"], "cat")
    learner = fit.end()
    answers = learner.history_[0].answers
    assert learner.y_[first["row"]] == "cat"
    assert learner.y_[second["row"]] is None
    assert answers.count(None) == 1


def test_another_answer_to_a_row_and_an_unknown_question_are_refused(oracle):
    fit = Fit(oracle, budget=3)
    first = fit.state()["question"]
    fit.client.answer(first, "ape")
    assert fit.client.answer(first, "ape")[0] == 200
    assert fit.client.answer(first, "bear")[0] == 409
    assert fit.client.answer({**first, "id": "another"}, "bear")[0] == 409
    assert fit.client.post("flag", {"row": first["row"], "flagged": True})[0] == 400
    fit.client.post("finish")
    assert fit.end().y_[first["row"]] == "ape"


def test_the_guess_is_the_most_likely_class(oracle):
    fit = Fit(oracle, budget=3)
    state = fit.state()
    question = state["question"]
    request = {"query": question["id"], "row": question["row"]}
    status, reply = fit.client.post("guess", request)
    expected = LogisticRegression().fit(X[:9], Y[:9].astype(str))
    assert (status, reply["text"]) == (200, expected.predict(X[[question["row"]]])[0])
    fit.client.post("finish")
    fit.end()


def test_items_are_shown_in_place_of_the_rows():
    items = [f"item {row}" for row in range(len(X))]
    with WebOracle(items, open_browser=False) as oracle:
        fit = Fit(oracle)
        question = fit.state()["question"]
        assert question["item"] == {"kind": "text", "text": f"item {question['row']}"}
        fit.client.post("finish")
        fit.end()


def test_without_items_a_row_of_a_frame_is_shown_with_its_names(oracle):
    frame = pd.DataFrame(X, columns=["width", "height"])
    fit = Fit(oracle, frame)
    question = fit.state()["question"]
    assert [name for name, _ in question["item"]["rows"]] == ["width", "height"]
    fit.client.post("finish")
    fit.end()


def test_other_classes_need_to_be_allowed():
    with WebOracle(new_classes="allow", open_browser=False) as oracle:
        fit = Fit(oracle, budget=3)
        question = fit.state()["question"]
        request = {"query": question["id"], "row": question["row"], "new": "dog"}
        assert fit.client.post("answer", request)[0] == 200
        fit.client.post("finish")
        assert fit.end().y_[question["row"]] == "dog"


def test_without_any_class_fit_says_what_to_pass(oracle):
    nothing = np.full(len(X), None)
    fit = Fit(oracle, y=nothing)
    fit.end()
    with pytest.raises(ValueError, match=r"Pass classes=\[\.\.\.\]"):
        raise fit.error


def test_classes_can_be_stated_where_there_is_no_label_yet():
    with WebOracle(classes=CLASSES, open_browser=False) as oracle:
        fit = Fit(oracle, y=np.full(len(X), None), budget=3, batch_size=1)
        while (question := fit.state()["question"]) is not None:
            fit.client.answer(question, CLASSES[question["row"] % 3])
        assert fit.end().n_asked_ == 3


def test_ctrl_c_in_the_program_keeps_what_was_answered(monkeypatch, oracle):
    def answer_one_then_interrupt(question, finished):
        row = question.rows[0]
        oracle._batches.tell(question.query.id, {row: "cat"})
        raise KeyboardInterrupt

    monkeypatch.setattr(oracle._batches, "wait", answer_one_then_interrupt)
    learner = ActiveLearner(LogisticRegression(), oracle=oracle, batch_size=3)
    with pytest.warns(UserWarning, match=r"[Ii]nterrupt"):
        learner.fit(X, Y)
    assert learner.termination_condition_ == "interrupted"
    assert learner.n_asked_ == 1
    assert learner.y_[learner.history_[0].rows[0]] == "cat"


def test_a_clone_of_a_learner_asks_at_the_same_page(oracle):
    learner = clone(ActiveLearner(LogisticRegression(), oracle=oracle))
    assert learner.oracle is oracle


def test_the_browser_is_opened_if_wanted(monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    with WebOracle():
        assert len(opened) == 1


class TestContract:
    """What a session does for a front end, the oracle's does for it."""

    @pytest.fixture
    def batches(self, oracle):
        batches = oracle._batches
        pool = ActiveLearner(LogisticRegression(), batch_size=3).start(X, Y)
        batches.open(pool.query())
        return batches

    def test_no_method_needs_the_lock_to_be_held(self, batches):
        query = batches.ask()
        first, second, third = batches.rows_left()
        batches.tell(query.id, {first: "ape"})
        batches.skip(query.id, [second])
        batches.relabel(first, "cat")
        batches.take_back()
        assert batches.rows_left() == [second, third]
        batches.tell(query.id, {second: "bear", third: "ape"})
        assert batches.ask() is None
        told = [batches.report().class_counts[label] for label in CLASSES]
        assert told == [1, 1, 1]

    def test_every_method_takes_the_lock(self, batches):
        query, row = batches.ask(), batches.rows_left()[0]
        taken, lock = [], batches.lock

        class Recorded:
            def __enter__(self):
                lock.acquire()
                taken.append(1)

            def __exit__(self, *details):
                lock.release()

        batches.lock = Recorded()
        for method in (
            lambda: batches.tell(query.id, {row: "ape"}),
            lambda: batches.ask(),
            lambda: batches.rows_left(),
            lambda: batches.recent(),
            lambda: batches.guess(row),
            lambda: batches.item(row),
            lambda: batches.report(),
            lambda: batches.classes,
            lambda: batches.relabel(row, "cat"),
            lambda: batches.take_back(),
        ):
            taken.clear()
            method()
            assert taken

    def test_recent_answers_say_who_gave_them_and_when(self, batches):
        query = batches.ask()
        first, second, third = batches.rows_left()
        before = datetime.now(UTC) - timedelta(milliseconds=1)
        batches.tell(query.id, {first: "ape"}, "ann")
        batches.tell(query.id, {second: "cat"}, "bob")
        batches.skip(query.id, [third], "ann")
        latest, oldest = batches.recent()
        assert (latest["row"], latest["label"]) == (second, "cat")
        assert (latest["annotator"], oldest["annotator"]) == ("bob", "ann")
        times = [datetime.fromisoformat(each["time"]) for each in (oldest, latest)]
        assert before <= times[0] <= times[1] <= datetime.now(UTC)
        assert [each["row"] for each in batches.recent(annotator="ann")] == [first]
        assert [each["row"] for each in batches.recent(1)] == [second]

    def test_of_a_row_that_is_not_asked_it_is_said_that_it_is_not(self, batches):
        row = next(r for r in range(len(X)) if r not in batches.rows_left())
        for method in (batches.item, batches.title, batches.guess):
            with pytest.raises(ValueError, match=f"Row {row} "):
                method(row)

    def test_before_and_between_batches_there_is_no_guess(self, oracle):
        with pytest.raises(ValueError, match="not asked now"):
            oracle._batches.guess(3)
