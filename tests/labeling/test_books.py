"""What is on file is checked, counts once, and stays quick to reach."""

import json
from threading import Event, Thread

import numpy as np
import pytest
from executors import Inline, Stalled
from helpers import blobs, lines_run
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active.labeling import LabelingSession, LabelJournal

X, _, TRUTH = blobs(40, centers=3)


def session(pool=X, estimator=None, **params):
    estimator = GaussianNB(var_smoothing=1e-2) if estimator is None else estimator
    learner = ActiveLearner(estimator, "margin", random_state=0)
    params = {"classes": [0, 1, 2], "audit": 0, "executor": Inline()} | params
    return LabelingSession(learner, pool, **params)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "labels.jsonl"


def labels_on_file(path):
    return [event["label"] for event in LabelJournal.read(path)[1]]


def raises_once():
    """Return an aggregate that raises when it is first called."""
    calls = []

    def aggregate(votes):
        calls.append(votes)
        if len(calls) == 1:
            raise KeyError("no weights")
        return votes[-1]

    return aggregate


BAD = {
    "raises": (lambda votes: {}["no weights"], "KeyError: 'no weights'"),
    "a list": (lambda votes: votes, "not \\[1\\]"),
    "text": (lambda votes: "one", "'one' is a text"),
    "a share": (lambda votes: 0.5, "0.5 is not a class"),
    "complex": (lambda votes: 1j, "not 1j"),
    "infinite": (lambda votes: float("inf"), "inf is not a class"),
}
every_bad = pytest.mark.parametrize(("aggregate", "message"), BAD.values(), ids=BAD)


class TestAggregatesThatFail:
    @every_bad
    def test_the_answer_counts_once_and_the_error_says_so(
        self, path, aggregate, message
    ):
        opened = session(journal=path, aggregate=aggregate)
        query = opened.ask()
        row = query.indices[0]
        with pytest.raises(RuntimeError, match=message) as raised:
            opened.tell(query.id, [1])
        assert f"aggregate failed on the votes [1] of row {row}" in str(raised.value)
        assert "What was told is recorded" in str(raised.value)
        assert labels_on_file(path) == [1]
        assert opened.votes() == {row: {None: 1}}
        assert opened.labels == {}
        opened.tell(query.id, [1])  # told already: nothing more is recorded
        assert opened.ask().indices[0] != row
        assert labels_on_file(path) == [1]
        opened.close()

    @every_bad
    def test_a_journal_that_it_fails_on_is_left_as_it_is_for_one_that_works(
        self, path, aggregate, message
    ):
        with session(journal=path) as first:
            for label in (1, 2):
                first.tell(first.ask().id, [label])
            labels = first.labels
        content = path.read_bytes()
        with pytest.raises(RuntimeError, match=f"{message}.*holds all answers"):
            session(journal=path, aggregate=aggregate)
        assert path.read_bytes() == content
        with session(journal=path) as second:
            assert second.labels == labels

    def test_the_next_vote_on_the_row_is_aggregated_as_ever(self):
        opened = session(aggregate=raises_once(), votes_per_row=2)
        query = opened.ask(annotator="ann")
        with pytest.raises(RuntimeError, match="no weights"):
            opened.tell(query.id, [1], "ann")
        again = opened.ask(annotator="bob")
        opened.tell(again.id, [2], "bob")
        assert opened.labels == {query.indices[0]: 2}

    def test_a_row_with_a_label_from_before_keeps_it(self):
        y = np.full(40, -1)
        y[7] = 2
        opened = session(y=y, aggregate=raises_once())
        with pytest.raises(RuntimeError, match="no weights"):
            opened.relabel(7, 0)
        assert opened.labels == {7: 2}
        assert opened.votes() == {7: {None: 0}}

    def test_undo_is_recorded_too(self):
        calls = []

        def aggregate(votes):
            calls.append(votes)
            if len(calls) == 3:
                raise ValueError("the third time")
            return votes[-1]

        opened = session(aggregate=aggregate)
        query = opened.ask()
        opened.tell(query.id, [1])
        opened.relabel(query.indices[0], 2)
        with pytest.raises(RuntimeError, match="the third time"):
            opened.undo()
        assert opened.votes() == {query.indices[0]: {None: 1}}

    def test_ctrl_c_in_it_is_raised_as_it_is_and_the_answer_counts(self):
        def interrupted(votes):
            raise KeyboardInterrupt

        opened = session(aggregate=interrupted)
        query = opened.ask()
        with pytest.raises(KeyboardInterrupt):
            opened.tell(query.id, [1])
        assert opened.votes() == {query.indices[0]: {None: 1}}
        assert opened.ask().id != query.id

    def test_none_and_nan_leave_a_row_without_a_label(self):
        for nothing in (None, float("nan")):
            opened = session(aggregate=lambda votes, nothing=nothing: nothing)
            opened.tell(opened.ask().id, [1])
            assert opened.labels == {}

    def test_numbers_of_numpy_become_plain_ones(self):
        opened = session(aggregate=lambda votes: np.int64(votes[-1]))
        opened.tell(opened.ask().id, [1])
        assert list(map(type, opened.labels.values())) == [int]


ANSWER = {"event": "answer", "row": 3, "label": 1, "annotator": None, "query": "q-1"}
ANSWER |= {"reason": "margin", "seconds": 1.5, "predicted": None, "time": "now"}


def without(name):
    return {key: value for key, value in ANSWER.items() if key != name}


BROKEN = {
    "row 40 of 40": (ANSWER | {"row": 40}, r"whole number in 0 \.\.\. 39, not 40"),
    "a negative row": (ANSWER | {"row": -1}, "not -1"),
    "a huge row": (ANSWER | {"row": 10**300}, "not a number of many digits"),
    "a bool as row": (ANSWER | {"row": True}, "not True"),
    "a float as row": (ANSWER | {"row": 3.0}, r"not 3\.0"),
    "text as row": (ANSWER | {"row": "3"}, "not '3'"),
    "a list as row": (ANSWER | {"row": [3]}, r"not \[3\]"),
    "no row": (without("row"), "has no 'row'"),
    "no label": (without("label"), "has no 'label'"),
    "no annotator": (without("annotator"), "has no 'annotator'"),
    "null as label": (ANSWER | {"label": None}, "not None"),
    "a list as label": (ANSWER | {"label": [1]}, r"not \[1\] \(list\)"),
    "an object as label": (ANSWER | {"label": {}}, r"not \{\} \(dict\)"),
    "text as label": (ANSWER | {"label": "1"}, "'1' is a text, but the classes here"),
    "half a label": (ANSWER | {"label": 0.5}, "0.5 is not a class"),
    "a huge label": (ANSWER | {"label": 10**300}, "doesn't fit into 64 bits"),
    "an endless label": (ANSWER | {"label": float("inf")}, "inf is not a class"),
    "no label at all": (ANSWER | {"label": float("nan")}, "not nan"),
    "a number as annotator": (
        ANSWER | {"annotator": 3},
        "annotator of an event is text or null",
    ),
    "a list as query": (ANSWER | {"query": ["q"]}, "query of an event is text or null"),
    "a number as time": (ANSWER | {"time": 3}, "time of an event is text or null"),
    "text as seconds": (ANSWER | {"seconds": "1"}, "seconds of an event are a number"),
    "negative seconds": (ANSWER | {"seconds": -1}, "seconds of an event are a number"),
    "an unknown event": ({"event": "vote", "row": 3}, "event 'vote' is not known"),
    "a skip without a row": ({"event": "skip", "annotator": "a"}, "has no 'row'"),
    "a flag of no kind": (
        {"event": "flag", "row": 3, "flagged": 1},
        "flagged is true or false, not 1",
    ),
}


class TestEventsAreCheckedWhenTheyAreRead:
    def begun(self, path):
        with session(journal=path) as first:
            first.tell(first.ask().id, [1])

    @pytest.mark.parametrize(("event", "message"), BROKEN.values(), ids=BROKEN)
    def test_what_can_be_no_event_is_refused_with_its_line(self, path, event, message):
        self.begun(path)
        with path.open("a") as file:
            file.write(json.dumps(event) + "\n" + json.dumps(ANSWER))
        content = path.read_bytes()
        with pytest.raises(ValueError, match=f"line 3 can't be taken: .*{message}"):
            session(journal=path)
        assert path.read_bytes() == content
        with LabelJournal(path) as journal:  # and the lock was given back
            journal.open({})

    def test_what_can_be_one_is_taken(self, path):
        self.begun(path)
        with path.open("a") as file:
            file.write(json.dumps(ANSWER) + "\n")
        with session(journal=path) as opened:
            assert opened.labels[3] == 1

    @pytest.mark.parametrize(("first", "second"), [("ab", "01"), ("01", "ab")])
    def test_y_of_another_kind_than_the_journals_labels_is_refused_in_a_sentence(
        self, path, first, second
    ):
        names = {"ab": np.array(["a", "b"], dtype=object), "01": np.arange(2)}
        marks = {"ab": None, "01": -1}

        def opened(kind):
            y = np.full(40, marks[kind], dtype=names[kind].dtype)
            y[:2] = names[kind]
            return session(journal=path, y=y, classes=None)

        with opened(first) as begun:
            begun.tell(begun.ask().id, [names[first].tolist()[0]])
        with pytest.raises(ValueError, match="labels are all numbers or all text"):
            opened(second)
        with opened(first) as again:
            assert len(again.votes()) == 1

    def test_labels_of_two_kinds_in_one_journal_are_refused(self, path):
        with session(journal=path, classes=None, new_classes="allow") as first:
            first.tell(first.ask().id, ["cat"])
        with path.open("a") as file:
            file.write(json.dumps(ANSWER) + "\n")
        with pytest.raises(ValueError, match=r"line 3.*1 is a number, but.*'cat'"):
            session(journal=path, classes=None, new_classes="allow")

    def test_a_kind_that_was_undone_binds_nobody_live_or_read_again(self, path):
        params = {"journal": path, "classes": None, "new_classes": "allow"}
        with session(**params) as first:
            first.tell(first.ask().id, ["cat"])
            first.undo()
            first.tell(first.ask().id, [1])
            labels = first.labels
        with session(**params) as second:
            assert second.labels == labels

    def test_what_could_not_be_read_again_is_not_written(self, path):
        params = {"journal": path, "classes": None, "new_classes": "allow"}
        with session(**params) as opened:
            query = opened.ask()
            with pytest.raises(ValueError, match="doesn't fit into 64 bits"):
                opened.tell(query.id, [2**80])
            assert opened.ask() is query
        assert LabelJournal.read(path)[1] == []


class Waiting(GaussianNB):
    """Naive Bayes whose fits wait at a gate."""

    def fit(self, X, y):
        entered.set()
        gate.wait()
        return super().fit(X, y)


gate, entered = Event(), Event()


class TestNobodyWaitsUnderTheLock:
    @pytest.fixture
    def asking(self):
        """Let an ask wait for a refit that waits at the gate; yield its session."""
        gate.set()
        opened = session(estimator=Waiting(), executor=None)
        for _ in range(4):
            query = opened.ask()
            opened.tell(query.id, TRUTH[query.indices])
            opened.wait()
        gate.clear()
        entered.clear()
        self.asked = []
        thread = Thread(target=lambda: self.asked.append(opened.ask(20, "ann")))
        query = opened.ask()
        opened.tell(query.id, TRUTH[query.indices])
        entered.wait()
        waits, wait = Event(), opened._refitter.wait
        opened._refitter.wait = lambda: (waits.set(), wait())
        thread.start()
        waits.wait()
        yield opened
        gate.set()
        thread.join()
        opened.close()
        assert [len(query) for query in self.asked] == [20]

    def test_the_report_comes_while_another_waits_for_a_refit(self, asking):
        assert asking.report().refitting
        assert not gate.is_set()

    def test_others_ask_and_tell_meanwhile(self, asking):
        query = asking.ask(annotator="bob")
        asking.tell(query.id, TRUTH[query.indices], "bob")
        assert query.indices[0] in asking.labels
        assert self.asked == []

    def test_a_page_is_answered_meanwhile_though_its_desk_holds_the_lock(
        self, asking, page_of
    ):
        assert page_of(asking)("progress")[0] == 200
        assert self.asked == []


def test_the_first_question_of_a_page_holds_up_nobody(page_of):
    opened = session(executor=Stalled())
    client = page_of(opened)
    state = client.state()
    assert state["preparing"] is True
    assert state["question"] is state["done"] is None
    assert opened.report().n_labeled == 0
    opened._refitter._executor.run()
    state = client.state()
    assert state["preparing"] is False
    assert state["question"] is not None


def test_a_question_an_answer_and_the_figures_cost_the_same_after_thousands():
    rng = np.random.RandomState(0)
    pool = rng.normal(size=(100_000, 2))
    opened = session(pool, executor=Stalled(), votes_per_row=2)
    opened._refitter._executor.run()

    def one_more():
        query = opened.ask(annotator="ann")
        opened.tell(query.id, [1], "ann")
        opened.report()
        opened.recent()
        assert opened.classes == [0, 1, 2]

    def undone():
        opened.undo()
        opened.report()

    def go_on(n):
        for _ in range(n):
            query = opened.ask(annotator="ann")
            opened.tell(query.id, [int(rng.randint(3))], "ann")
        query = opened.ask(annotator="ann")
        opened.skip(query.id, annotator="ann")

    go_on(50)
    few = lines_run(one_more), lines_run(undone)
    go_on(3000)
    many = lines_run(one_more), lines_run(undone)
    assert np.all(np.array(many) <= np.array(few) + 40)
