"""What was answered once is on file, and not asked again."""

import json
import os
import pickle

import numpy as np
import pandas as pd
import pytest
from helpers import blobs
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner, StopLabeling
from sklearn_active.labeling import JournaledOracle, LabelJournal

X, Y, TRUTH = blobs(40, n_labeled=6)


class Service:
    """A paid service: notes what it is asked, and dies on demand."""

    def __init__(self, dies_at=None):
        self.paid = []
        self.dies_at = dies_at

    def __call__(self, query):
        if self.dies_at is not None and len(self.paid) >= self.dies_at:
            raise OSError("no line")
        self.paid += query.indices.tolist()
        return TRUTH[query.indices]


def fit(oracle, X=X, **params):
    params = {"batch_size": 2, "budget": 12, "random_state": 0} | params
    learner = ActiveLearner(GaussianNB(var_smoothing=1e-2), oracle=oracle, **params)
    return learner.fit(X, Y)


def test_a_run_after_a_crash_goes_on_with_the_same_questions(tmp_path):
    plain = Service()
    expected = fit(plain)
    path = tmp_path / "answers.jsonl"
    first = Service(dies_at=6)
    with (
        JournaledOracle(first, path) as oracle,
        pytest.raises(OSError, match="no line"),
    ):
        fit(oracle)
    second = Service()
    with JournaledOracle(second, path) as oracle:
        found = fit(oracle)
    assert first.paid + second.paid == plain.paid
    assert found.y_.tolist() == expected.y_.tolist()


def test_nothing_is_asked_twice_whatever_container_the_rows_come_in(tmp_path):
    service = Service()
    with JournaledOracle(service, tmp_path / "answers.jsonl") as oracle:
        fit(oracle)
        n_paid = len(service.paid)
        fit(oracle, pd.DataFrame(X, columns=["a", "b"]))
    assert len(service.paid) == n_paid


def test_the_oracle_gets_a_query_of_the_new_rows_alone(tmp_path):
    seen = []

    def service(query):
        seen.append(query)
        return TRUTH[query.indices]

    learner = ActiveLearner(GaussianNB(var_smoothing=1e-2), random_state=0).start(X, Y)
    with JournaledOracle(service, tmp_path / "answers.jsonl") as oracle:
        oracle(learner.query(2))
        whole = learner.query(5)
        labels = oracle(whole)
    assert labels == TRUTH[whole.indices].tolist()
    asked = seen[1]
    assert set(asked.indices) == set(whole.indices) - set(seen[0].indices)
    assert len(asked.X) == len(asked.utilities) == len(asked.proba) == len(asked) == 3


def test_abstentions_are_kept(tmp_path):
    calls = []

    def abstains(query):
        calls.append(query)
        return [None] * len(query)

    for _ in range(2):
        with JournaledOracle(abstains, tmp_path / "answers.jsonl") as oracle:
            assert fit(oracle, budget=4).n_asked_ == 4
    assert len(calls) == 2


def test_a_generator_is_kept_label_by_label(tmp_path):
    def breaks(query):
        yield TRUTH[query.indices[0]]
        raise OSError("no line")

    path = tmp_path / "answers.jsonl"
    with (
        JournaledOracle(breaks, path) as oracle,
        pytest.raises(OSError, match="no line"),
    ):
        fit(oracle)
    assert len(LabelJournal.read(path)[1]) == 1

    def all_of_them(query):
        yield from TRUTH[query.indices]

    with JournaledOracle(all_of_them, path) as oracle:
        learner = fit(oracle)
    expected = fit(Service())
    assert learner.y_.tolist() == expected.y_.tolist()


def test_stop_labeling_passes_through(tmp_path):
    def tired(query):
        raise StopLabeling

    with JournaledOracle(tired, tmp_path / "answers.jsonl") as oracle:
        assert fit(oracle).termination_condition_ == "oracle_stopped"


@pytest.mark.parametrize("answer", [[0], 0])
def test_a_wrong_number_of_labels_is_refused_and_not_kept(tmp_path, answer):
    path = tmp_path / "answers.jsonl"
    with (
        JournaledOracle(lambda query: answer, path) as oracle,
        pytest.raises(ValueError, match=r"for 2 rows|sequence of 2 labels"),
    ):
        fit(oracle)
    assert LabelJournal.read(path)[1] == []


def test_a_session_s_journal_is_refused(tmp_path):
    path = tmp_path / "labels.jsonl"
    with LabelJournal(path) as journal:
        journal.open({"n_rows": 3})
    with pytest.raises(ValueError, match="its kind is None"):
        fit(JournaledOracle(Service(), path))


def test_two_runs_at_a_time_are_refused(tmp_path):
    path = tmp_path / "answers.jsonl"
    with JournaledOracle(Service(), path) as oracle:
        fit(oracle)
        with pytest.raises(RuntimeError, match="in use"):
            fit(JournaledOracle(Service(), path))


def test_it_is_its_own_clone_and_can_be_pickled(tmp_path):
    with JournaledOracle(np.sum, tmp_path / "answers.jsonl") as oracle:
        assert clone(oracle) is oracle
        assert pickle.loads(pickle.dumps(oracle)).path == oracle.path


def test_what_is_no_oracle_is_refused():
    with pytest.raises(TypeError, match="must be callable"):
        JournaledOracle([1, 2], "answers.jsonl")


class TestWrongAnswers:
    """They are refused before they are on file: each later run would meet them."""

    X = np.arange(6.0)[:, None]

    def run(self, oracle, path, y=(0, None, None, None, None, 1)):
        with JournaledOracle(oracle, path) as kept:
            learner = ActiveLearner(LogisticRegression(), "random", oracle=kept)
            learner.set_params(budget=2, batch_size=2, random_state=0)
            return learner.fit(self.X, list(y))

    @pytest.mark.parametrize(
        "answers",
        [
            ["oops", 1],
            ["oops", "oops"],  # of one kind, but not that of y
            [0.5, 1.0],
            [[1], [0, 1]],
            [{"a": 1}, 1],
            [1],
            [1, 0, 1],
            "ab",
            "",
        ],
        ids=repr,
    )
    def test_a_wrong_answer_leaves_nothing_and_the_next_run_asks_again(
        self, answers, tmp_path
    ):
        path = tmp_path / "answers.jsonl"
        with pytest.raises(ValueError, match=r"label|labels"):
            self.run(lambda query: answers, path)
        assert LabelJournal.read(path)[1] == []
        assert self.run(lambda query: [1, 0], path).n_asked_ == 2

    def test_of_a_generator_each_label_is_checked_before_it_is_kept(self, tmp_path):
        path = tmp_path / "answers.jsonl"
        with pytest.raises(ValueError, match="kind text"):
            self.run(lambda query: iter([1, "oops"]), path)
        assert [e["label"] for e in LabelJournal.read(path)[1]] == [1]

    def test_what_is_on_file_fixes_the_kind(self, tmp_path):
        path = tmp_path / "answers.jsonl"
        self.run(lambda query: [1, 0], path)
        other = JournaledOracle(lambda query: ["a"] * len(query), path)
        learner = ActiveLearner(LogisticRegression(), "random", batch_size=6)
        learner.set_params(oracle=other)
        with other, pytest.raises(ValueError, match="kind text.*kind number"):
            learner.fit(self.X, [None] * 6)
        assert len(LabelJournal.read(path)[1]) == 2

    @pytest.mark.parametrize(
        "event",
        [
            {"event": "answer", "label": 1},
            {"event": "answer", "key": 3, "label": 1},
            {"event": "answer", "key": "k"},
            {"event": "skip", "key": "k", "label": 1},
            {"event": "answer", "key": "k", "label": 0.5},
            {"event": "answer", "key": "k", "label": [1]},
        ],
        ids=repr,
    )
    def test_what_is_no_answer_on_file_is_refused_with_its_line(self, event, tmp_path):
        path = tmp_path / "answers.jsonl"
        self.run(lambda query: [1, 0], path)
        with path.open("a") as file:
            file.write(json.dumps(event) + "\n")
        before = path.read_bytes()
        for _ in range(2):  # the lock is given back
            oracle = JournaledOracle(lambda query: [1, 0], path)
            with pytest.raises(ValueError, match="line 4"):
                oracle(ActiveLearner(LogisticRegression()).start(self.X).query())
        assert path.read_bytes() == before

    def test_a_kind_that_could_not_be_written_is_not_remembered(
        self, tmp_path, monkeypatch
    ):
        query = ActiveLearner(LogisticRegression(), "random").start(self.X).query(2)

        def answered_in_text(query):
            monkeypatch.setattr(os, "write", _full)
            return ["a", "b"]

        with JournaledOracle(answered_in_text, tmp_path / "o") as oracle:
            with pytest.raises(OSError, match="the disk is full"):
                oracle(query)
            monkeypatch.undo()
            oracle.oracle = lambda query: [1, 0]
            assert oracle(query) == [1, 0]


def _full(*args):
    raise OSError("the disk is full")


def test_equal_rows_of_one_question_are_asked_once_also_of_a_generator(tmp_path):
    learner = ActiveLearner(LogisticRegression(), "random", random_state=0)
    query = learner.start(np.array([[1.0], [1.0], [2.0]])).query(3)
    asked = []

    def as_they_come(query):
        for row in query.X[:, 0].tolist():
            asked.append(row)
            yield int(row)

    expected = query.X[:, 0].astype(int).tolist()
    for _ in range(2):
        with JournaledOracle(as_they_come, tmp_path / "o") as oracle:
            assert list(oracle(query)) == expected
    assert sorted(asked) == [1.0, 2.0]


def test_nothing_is_paid_for_that_could_not_be_kept(tmp_path):
    path, service = tmp_path / "o", Service()
    query = ActiveLearner(LogisticRegression(), "random").start(X).query(2)
    with JournaledOracle(service, path) as oracle:
        oracle(ActiveLearner(LogisticRegression(), "random").start(X + 1).query())
        path.rename(tmp_path / "elsewhere")
        for _ in range(2):
            with pytest.raises(OSError, match="removed or renamed"):
                oracle(query)
        assert len(service.paid) == 1
        (tmp_path / "elsewhere").rename(path)
        assert oracle(query) == TRUTH[query.indices].tolist()


def test_signals_of_different_lengths_get_their_own_answers(tmp_path):
    first, second = np.zeros(2000), np.zeros(2000)
    second[1000] = 1
    with JournaledOracle(
        lambda q: [int(x.sum()) for x in q.X], tmp_path / "o"
    ) as oracle:
        for signal, label in ((first, 0), (second, 1)):
            query = (
                ActiveLearner(Sums(), "random").start([signal, np.zeros(3)]).query(2)
            )
            found = dict(zip(query.indices.tolist(), oracle(query), strict=True))
            assert found == {0: label, 1: 0}


class Sums(GaussianNB):
    """Takes signals of different lengths."""

    def fit(self, X, y):
        return super().fit([[x.sum()] for x in X], y)
