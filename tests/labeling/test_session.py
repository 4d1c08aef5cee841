"""A labeling session: questions, answers, and what was answered before."""

from collections import Counter
from threading import Event

import numpy as np
import pandas as pd
import pytest
from executors import Inline, Stalled
from helpers import Failing, blobs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from scipy.stats import binomtest
from sklearn.naive_bayes import GaussianNB
from sklearn.semi_supervised import LabelSpreading
from sklearn.svm import LinearSVC

from sklearn_active import ActiveLearner, StopLabeling
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.labeling import (
    LabelingSession,
    LabelJournal,
    StaleQueryError,
    Vote,
    write_votes,
)

X, _, TRUTH = blobs(40, centers=3)


def learner(strategy="margin", estimator=None, **params):
    estimator = GaussianNB(var_smoothing=1e-2) if estimator is None else estimator
    return ActiveLearner(estimator, strategy, **({"random_state": 0} | params))


def session(**params):
    params = {"classes": [0, 1, 2], "audit": 0, "executor": Inline()} | params
    return LabelingSession(params.pop("learner", learner()), X, **params)


def answer(opened, n=1, **who):
    """Answer one question truly; return its rows."""
    query = opened.ask(n, **who)
    opened.tell(query.id, TRUTH[query.indices], **who)
    return query.indices.tolist()


class TestNamedRows:
    NAMES = [f"r{row}" for row in range(40)]

    def named(self, **params):
        pool = pd.DataFrame(X, index=self.NAMES)
        return LabelingSession(
            learner(), pool, audit=0, executor=Inline(), classes=[0, 1, 2], **params
        )

    def test_known_labels_belong_to_the_rows_that_their_index_names(self):
        known = np.where(np.arange(40) < 9, TRUTH, -1)
        with self.named(y=pd.Series(known, self.NAMES).iloc[::-1]) as opened:
            assert opened.labels == dict(enumerate(TRUTH[:9].tolist()))

    @pytest.mark.parametrize("as_told", [lambda told: told, pd.Series.to_frame])
    def test_answers_belong_to_the_rows_that_their_index_names(self, as_told):
        truth = pd.Series(TRUTH, self.NAMES, name="class")
        with self.named() as opened:
            query = opened.ask(6)
            opened.tell(query.id, as_told(truth.iloc[query.indices[::-1]]))
            rows = query.indices.tolist()
            assert opened.labels == {row: TRUTH[row] for row in rows}

    def test_a_frame_of_one_column_is_no_answer_of_its_name(self):
        with self.named(new_classes="allow") as opened:
            query = opened.ask()
            opened.tell(query.id, pd.DataFrame({"class": [2]}))
            assert list(opened.labels.values()) == [2]


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"strategy": "gsy"}, "it is not for classification. Take one of"),
        (
            {"strategy": "entropy", "estimator": LinearSVC()},
            "implement `predict_proba`",
        ),
    ],
    ids=["other labels", "no probabilities"],
)
def test_a_strategy_that_can_not_choose_is_refused_before_a_row_is_asked(
    params, message, tmp_path
):
    path = tmp_path / "answers.jsonl"
    with pytest.raises(ValueError, match=message):
        session(learner=learner(**params), journal=path)
    assert not path.exists()


class TestAskAndTell:
    def test_a_question_stays_the_same_until_it_is_answered(self):
        opened = session()
        first = opened.ask()
        assert opened.ask() is first
        opened.tell(first.id, [0])
        assert opened.ask().id != first.id

    def test_each_annotator_is_asked_the_own_open_question(self):
        opened = session(votes_per_row=2)
        first = {who: opened.ask(annotator=who) for who in ("ann", "bob", None)}
        assert len({query.id for query in first.values()}) == 3
        for who, query in first.items():
            assert opened.ask(annotator=who) is query

    def test_the_first_row_can_be_flagged_and_the_row_behind_the_last_can_not(self):
        opened = session()
        for row in (0, 39):
            opened.flag(row)
        assert opened._state.flagged == {0, 39}
        with pytest.raises(ValueError, match=r"Rows lie in 0 \.\.\. 39; got 40"):
            opened.flag(40)

    def test_what_an_annotator_with_a_name_skipped_is_declined(self):
        opened = session()
        query = opened.ask(annotator="ann")
        opened.skip(query.id, annotator="ann")
        (row,) = query.indices
        assert row not in opened.learner.query(40).indices
        opened.ask(annotator="bob")  # who may know it
        opened.flag(0)  # as after every event, the learner is told who takes part
        assert row in opened.learner.query(40).indices

    def test_a_relabeling_taken_back_does_not_ask_the_row_again(self):
        opened = session()
        query = opened.ask(2)
        first, second = query.indices.tolist()
        opened.tell(query.id, {first: 0})
        opened.relabel(first, 1)
        opened.undo()
        assert opened.labels == {first: 0}
        opened.tell(query.id, {second: 2})
        assert opened.labels == {first: 0, second: 2}
        assert first not in opened.ask().indices

    def test_a_closed_learner_says_that_nobody_answered_any_more(self):
        opened = session()
        answer(opened)
        opened.close()
        assert opened.learner.termination_condition_ == "oracle_stopped"

    def test_a_list_told_again_is_read_in_the_order_asked(self):
        opened = session()
        query = opened.ask(2)
        first, second = query.indices.tolist()
        opened.tell(query.id, {second: 1})
        opened.tell(query.id, {first: 0})
        opened.tell(query.id, [0, 1])
        with pytest.raises(StaleQueryError, match=f"Row {first} is answered already"):
            opened.tell(query.id, [1, 0])
        assert opened.labels == {first: 0, second: 1}

    def test_answers_are_on_file_in_the_order_asked(self, tmp_path):
        with session(journal=tmp_path / "j") as opened:
            query = opened.ask(2)
            first, second = query.indices.tolist()
            opened.tell(query.id, {second: 1, first: 0})
        with session(journal=tmp_path / "j") as opened:
            opened.tell(query.id, [0, 1])
            with pytest.raises(StaleQueryError, match="is answered already"):
                opened.tell(query.id, [1, 0])

    @pytest.mark.parametrize("query_id", [5, None, ["a"]])
    def test_what_is_no_id_of_a_question_is_refused(self, query_id, tmp_path):
        opened = session()
        answer(opened)
        path = tmp_path / "v.csv"
        write_votes([Vote("3", 1)], path)
        opened.import_votes(path)  # it has no question: None is not its id
        with pytest.raises(StaleQueryError, match="is not open"):
            opened.tell(query_id, [0])
        with pytest.raises(StaleQueryError, match="is not open"):
            opened.skip(query_id)

    @pytest.mark.parametrize("label", ["", 2**64, -(2**63) - 1])
    def test_what_the_learner_can_not_take_is_not_recorded(self, label):
        opened = session(new_classes="allow", classes=None)
        query = opened.ask()
        with pytest.raises(ValueError, match="not a class|64 bits"):
            opened.tell(query.id, [label])
        assert opened._state.votes == {}

    def test_labels_that_no_integer_type_holds_together_are_refused(self):
        with pytest.raises(ValueError, match="holds both -5 and 9223372036854775809"):
            session(classes=[-5, 2**63 + 1])
        opened = session(classes=[-5, 1], new_classes="allow")
        query = opened.ask()
        with pytest.raises(ValueError, match="No integer type of 64 bits holds both"):
            opened.tell(query.id, [2**63 + 1])
        opened.tell(query.id, [2**62])
        assert list(opened.labels.values()) == [2**62]

    @pytest.mark.parametrize(("mark", "classes"), [(0, [0, 1]), ("a", ["a", "b"])])
    def test_a_class_that_is_the_mark_is_refused(self, mark, classes):
        with pytest.raises(ValueError, match=f"The class {classes[0]!r} is the mark"):
            session(learner=learner(missing_label=mark), classes=classes)

    def test_a_list_that_names_no_row_can_not_be_relabeled(self):
        with pytest.raises(ValueError, match=r"Rows lie in 0 \.\.\. 39; got \[1\]"):
            session().relabel([1], 0)

    def test_the_same_answer_again_changes_nothing(self):
        opened = session()
        query = opened.ask(2)
        for _ in range(2):
            opened.tell(query.id, [0, 1])
        assert opened.report().n_asked == 2

    def test_another_answer_to_the_same_question_is_refused(self):
        opened = session()
        query = opened.ask()
        opened.tell(query.id, [0])
        with pytest.raises(StaleQueryError, match=r"answered already: 0.*relabel"):
            opened.tell(query.id, [1])
        assert list(opened.labels.values()) == [0]

    def test_an_unknown_question_is_refused(self):
        with pytest.raises(StaleQueryError, match="'nobody' is not open"):
            session().tell("nobody", [0])

    def test_answers_may_come_one_by_one_and_out_of_order(self):
        opened = session()
        query = opened.ask(3)
        a, b, c = query.indices.tolist()
        opened.tell(query.id, {c: 2})
        opened.tell(query.id, {a: 0, c: 2})
        assert opened.ask() is query
        opened.tell(query.id, {b: 1})
        assert opened.labels == {a: 0, b: 1, c: 2}
        assert opened.ask().id != query.id

    @pytest.mark.parametrize(
        ("labels", "message"),
        [
            ([0, 1], "2 labels for 3 rows"),
            ([0, 1, 9], r"9 is not a class of this session: \[0, 1, 2\]"),
            ([0, 1, "0"], "'0' is not a class"),
            ({99: 0}, r"not \[99\]"),
            ("012", "no sequence of"),
        ],
    )
    def test_wrong_labels_are_refused_as_a_whole(self, labels, message):
        opened = session()
        query = opened.ask(3)
        with pytest.raises(ValueError, match=message):
            opened.tell(query.id, labels)
        assert opened.labels == {}
        assert opened.ask() is query

    def test_none_nan_and_the_mark_skip(self):
        opened = session()
        query = opened.ask(3)
        opened.tell(query.id, [None, float("nan"), -1])
        assert opened.labels == {}
        assert opened.report().n_skipped == 3
        assert not set(query.indices) & set(opened.ask(37).indices)

    def test_skipped_rows_come_back_when_they_are_requeued(self):
        opened = session()
        query = opened.ask(40)
        opened.skip(query.id)
        assert opened.done == "all_asked"
        assert opened.ask() is None
        opened.requeue_skipped()
        assert len(opened.ask(40)) > 1

    def test_a_class_that_is_not_stated_may_be_allowed(self):
        opened = session(classes=None, new_classes="allow")
        query = opened.ask(2)
        opened.tell(query.id, [5, 3])
        assert opened.classes == [3, 5]
        query = opened.ask()
        with pytest.raises(ValueError, match="all numbers or all text"):
            opened.tell(query.id, ["cat"])

    @pytest.mark.parametrize("label", [2.5, float("inf")])
    def test_a_number_that_is_no_class_is_refused_before_it_fails_a_refit(self, label):
        opened = session(new_classes="allow")
        with pytest.raises(ValueError, match="whole numbers"):
            opened.tell(opened.ask().id, [label])

    def test_a_class_minus_one_is_learned_as_it_was_told(self):
        opened = session(classes=[-1, 1])
        query = opened.ask(4)
        opened.tell(query.id, [-1, 1, -1, 1])
        assert opened.report().error is None
        learned = opened.learner.y_.tolist()
        known = {row: y for row, y in enumerate(learned) if y in (-1, 1)}
        assert known == opened.labels

    def test_labels_of_two_kinds_in_one_answer_are_refused(self):
        opened = session(classes=None, new_classes="allow")
        query = opened.ask(2)
        with pytest.raises(ValueError, match="all numbers or all text"):
            opened.tell(query.id, ["cat", 3])
        assert opened.labels == {}

    def test_the_budget_cuts_a_question(self):
        opened = session(learner=learner(budget=3))
        assert len(opened.ask(10)) == 3

    def test_without_any_class_nothing_could_be_answered(self):
        with pytest.raises(ValueError, match="new_classes='allow'"):
            session(classes=None)

    def test_numpy_labels_become_plain_values(self):
        opened = session(classes=np.array(["a", "b"]))
        query = opened.ask()
        opened.tell(query.id, np.array(["b"]))
        (label,) = opened.labels.values()
        assert type(label) is str

    @pytest.mark.parametrize(
        ("params", "message"),
        [
            ({"items": ["a"]}, "X has 40, items has 1"),
            ({"keys": ["a"]}, "X has 40, keys has 1"),
            ({"keys": ["a"] * 40}, "keys must be distinct"),
            ({"new_classes": "maybe"}, "'new_classes' parameter.*Got 'maybe'"),
            ({"aggregate": "mean"}, "'aggregate' parameter.*or a callable.*Got 'mean'"),
            ({"audit": 2}, r"in the range \[0\.0, 1\.0\]\. Got 2"),
            ({"audit": "x"}, "'audit' parameter.*Got 'x'"),
            ({"audit": float("nan")}, "'audit' parameter.*Got nan"),
            ({"votes_per_row": 1.5}, r"'votes_per_row'.*an int.*\[1, inf\)\. Got 1\.5"),
            ({"votes_per_row": 0}, "'votes_per_row'.*Got 0"),
            ({"max_lag": 0.5}, r"'max_lag'.*an int.*\[0, inf\)\. Got 0\.5"),
            ({"max_lag": -1}, "'max_lag'.*Got -1"),
            ({"executor": 3}, "'executor'.*implementing 'submit'"),
            ({"classes": []}, r"classes must name the labels.*got \[\]"),
            ({"classes": [], "new_classes": "allow"}, "classes must name the labels"),
            ({"classes": "ab"}, "classes must name the labels"),
            ({"classes": [0, "a"]}, "'a' is a text, but the classes here are number"),
            ({"classes": [0.5, 1]}, "0.5 is not a class: take whole numbers"),
            ({"classes": [0, None]}, "A label is text or a whole number, not None"),
            ({"classes": [0, 1, 1]}, "must be distinct; 1 is there twice"),
            ({"classes": np.array(["a", "a"])}, "must be distinct; 'a' is there twice"),
            ({"classes": ["a"], "y": TRUTH}, "the classes here are number"),
        ],
    )
    def test_wrong_parameters_are_refused_before_there_is_a_journal(
        self, params, message, tmp_path
    ):
        with pytest.raises(ValueError, match=message):
            session(journal=tmp_path / "labels.jsonl", **params)
        assert not (tmp_path / "labels.jsonl").exists()

    @pytest.mark.parametrize("n", [0, -1, 1.5, "1", None])
    def test_what_is_no_number_of_rows_is_refused_and_nothing_is_asked(self, n):
        opened = session()
        answer(opened)
        for call in (opened.ask, opened.undo):
            with pytest.raises(ValueError, match=r"'n' parameter.*int in the range"):
                call(n)
        assert opened.report().n_asked == 1
        assert opened.rows_left() == []

    @pytest.mark.parametrize("row", [40, -1, 1.5, "1", None])
    def test_only_rows_can_be_flagged(self, row):
        opened = session()
        with pytest.raises(ValueError, match=r"Rows lie in 0 \.\.\. 39"):
            opened.flag(row)
        assert opened.report().n_flagged == 0

    def test_a_session_that_can_not_begin_lets_go_of_its_journal(self, tmp_path):
        class Tired:
            def submit(self, function):
                raise RuntimeError("no thread to be had")

        path = tmp_path / "labels.jsonl"
        with pytest.raises(RuntimeError, match="no thread to be had"):
            session(journal=path, executor=Tired())
        session(journal=path).close()

    @pytest.mark.parametrize("annotator", [3, ["ann"], b"ann"])
    def test_an_annotator_without_a_name_of_text_is_refused(self, annotator):
        opened = session()
        with pytest.raises(ValueError, match="An annotator is named by text"):
            opened.ask(annotator=annotator)

    def test_a_closed_session_takes_nothing(self):
        opened = session()
        query = opened.ask()
        opened.close()
        for call in (
            opened.ask,
            lambda: opened.tell(query.id, [0]),
            opened.undo,
            opened.requeue_skipped,
        ):
            with pytest.raises(ValueError, match="closed"):
                call()


class TestUndoAndRelabel:
    def test_undo_asks_the_row_again_and_forgets_its_label(self):
        opened = session()
        rows = [answer(opened)[0] for _ in range(4)]
        assert opened.undo(2) == rows[:1:-1]
        assert sorted(opened.labels) == sorted(rows[:2])
        again = opened.ask()
        assert again.reason == "undone"
        assert again.indices.tolist() == [rows[2]]

    def test_undo_drops_the_question_that_was_asked_since(self):
        opened = session()
        (row,) = answer(opened)
        dropped = opened.ask()
        opened.undo()
        with pytest.raises(StaleQueryError):
            opened.tell(dropped.id, [0])
        assert opened.ask().indices.tolist() == [row]

    def test_undo_within_an_open_batch_keeps_the_batch(self):
        opened = session()
        query = opened.ask(3)
        a, b, c = query.indices.tolist()
        opened.tell(query.id, {a: 0})
        opened.undo()
        opened.tell(query.id, {a: 1, b: 0, c: 0})
        assert opened.labels[a] == 1

    def test_undo_reaches_back_to_the_first_event_and_no_further(self):
        opened = session()
        for _ in range(3):
            answer(opened)
        assert len(opened.undo(10)) == 3
        assert opened.undo() == []
        assert opened.labels == {}

    def test_relabel_changes_a_label_and_can_be_undone(self):
        opened = session()
        (row,) = answer(opened)
        other = (TRUTH[row] + 1) % 3
        opened.relabel(row, other)
        assert opened.labels[row] == other
        opened.undo()
        assert opened.labels[row] == TRUTH[row]

    def test_a_label_from_before_the_session_can_be_changed_too(self):
        y = np.full(40, -1)
        y[7] = 2
        opened = session(y=y)
        opened.relabel(7, 0)
        assert opened.labels == {7: 0}
        opened.undo()
        assert opened.labels == {7: 2}

    @pytest.mark.parametrize("label", [9, None])
    def test_relabel_refuses_what_is_no_class(self, label):
        opened = session()
        (row,) = answer(opened)
        with pytest.raises(ValueError, match=r"not a class|needs a label"):
            opened.relabel(row, label)

    def test_a_row_that_was_not_asked_can_be_labeled_and_is_learned_from(self):
        opened = session()
        asked = opened.ask()
        opened.relabel(3, 0, reason="search")
        opened.relabel(asked.indices[0], 1)
        assert opened.labels == {3: 0, asked.indices[0]: 1}
        assert opened.ask().indices[0] not in opened.labels
        assert opened.report().n_asked == 0
        opened.wait()
        assert opened.learner.y_[3] == 0

    def test_a_row_of_an_open_question_is_open_again_when_its_label_is_taken_back(self):
        opened = session()
        query = opened.ask(3)
        rows = query.indices.tolist()
        opened.relabel(rows[1], 0)
        assert opened.rows_left() == [rows[0], rows[2]]
        opened.undo()
        assert opened.rows_left() == rows
        opened.tell(query.id, [1, 1, 1])
        assert opened.labels == dict.fromkeys(rows, 1)

    def test_the_learner_of_a_corrected_session_is_that_of_a_clean_one(self):
        for strategy, estimator in [
            ("margin", None),
            ("graph_herding", GraphLabelSpreading()),
            ("entropy", LabelSpreading(gamma=1)),
        ]:
            messy = session(learner=learner(strategy, estimator))
            for _ in range(8):
                answer(messy, 2)
            row = messy.recent(1)[0]["row"]
            messy.relabel(row, (TRUTH[row] + 1) % 3)
            messy.relabel(row, TRUTH[row])
            messy.undo(5)
            y = np.full(40, -1)
            y[list(messy.labels)] = list(messy.labels.values())
            clean = learner(strategy, estimator).start(X, y)
            messy.close()
            found = messy.learner
            assert found.y_.tolist() == clean.y_.tolist()
            assert found.predict_proba(X) == pytest.approx(clean.predict_proba(X))
            assert found.query(5).indices.tolist() == clean.query(5).indices.tolist()


class TestSeveralAnnotators:
    @pytest.mark.parametrize(
        ("aggregate", "expected"),
        [
            ("last", 2),
            ("majority", 1),
            (lambda votes: max(votes) if len(votes) > 2 else None, 2),
        ],
    )
    def test_votes_are_kept_and_aggregated(self, aggregate, expected):
        opened = session(aggregate=aggregate, votes_per_row=3)
        rows = []
        for who, label in [("ann", 1), ("bob", 1), ("eve", 2)]:
            query = opened.ask(annotator=who)
            opened.tell(query.id, [label], who)
            rows += query.indices.tolist()
        row = rows[0]
        assert rows == [row] * 3
        assert opened.votes() == {row: {"ann": 1, "bob": 1, "eve": 2}}
        assert opened.labels == {row: expected}

    def test_each_annotator_has_an_own_question_about_another_row(self):
        opened = session()
        ann, bob = opened.ask(annotator="ann"), opened.ask(annotator="bob")
        assert ann.indices[0] != bob.indices[0]
        with pytest.raises(StaleQueryError):
            opened.tell(ann.id, [0], "bob")

    def test_the_matrix_has_a_column_an_annotator(self):
        opened = session(votes_per_row=2)
        a, b = opened.ask(annotator="ann"), opened.ask(annotator="bob")
        opened.tell(a.id, [0], "ann")
        opened.tell(b.id, [1], "bob")
        matrix, annotators = opened.votes_matrix()
        assert annotators == ["ann", "bob"]
        assert matrix[a.indices[0], 0] == 0
        assert matrix[b.indices[0], 1] == 1
        assert (matrix != None).sum() == 2  # noqa: E711

    def test_a_tie_goes_to_the_latest_of_the_most_frequent(self):
        opened = session(aggregate="majority")
        (row,) = answer(opened, annotator="ann")
        opened.relabel(row, (TRUTH[row] + 1) % 3, "bob")
        assert opened.labels[row] == (TRUTH[row] + 1) % 3

    def test_what_one_skipped_is_asked_of_the_other(self):
        opened = session()
        ann, bob = opened.ask(39, "ann"), opened.ask(annotator="bob")
        opened.skip(ann.id, annotator="ann")
        opened.skip(bob.id, annotator="bob")
        assert opened.ask(annotator="bob") is not None


class TestRunAndClose:
    @pytest.mark.parametrize("strategy", ["margin", "graph_herding", "random"])
    @pytest.mark.parametrize("batch_size", [1, 4])
    def test_run_asks_the_rows_that_fit_asks(self, strategy, batch_size):
        def oracle(query):
            return TRUTH[query.indices]

        params = {"batch_size": batch_size, "budget": 14}
        opened = LabelingSession(
            learner(strategy, **params), X, classes=[0, 1, 2], audit=0
        )
        assert opened.run(oracle) == "budget"
        opened.close()
        fitted = learner(strategy, **params, oracle=oracle).fit(X, np.full(40, -1))
        assert opened.learner.y_.tolist() == fitted.y_.tolist()
        asked = [record.rows.tolist() for record in opened.learner.history_]
        assert asked == [record.rows.tolist() for record in fitted.history_]
        assert opened.learner.termination_condition_ == "budget"
        assert np.array_equal(opened.learner.predict(X), fitted.predict(X))

    def test_a_generator_is_kept_label_by_label(self):
        def breaks(query):
            yield TRUTH[query.indices[0]]
            raise OSError("no line")

        opened = session(learner=learner(batch_size=3))
        with pytest.raises(OSError, match="no line"):
            opened.run(breaks)
        assert len(opened.labels) == 1

    def test_stop_labeling_ends_the_run(self):
        def tired(query):
            raise StopLabeling

        assert session().run(tired) == "oracle_stopped"

    def test_a_rule_ends_the_session(self):
        stops = learner(stop_when=lambda fitted: len(fitted.history_) >= 5)
        opened = session(learner=stops)
        assert opened.run(lambda query: TRUTH[query.indices]) == "stop_when"

    def test_all_labeled(self):
        opened = session()
        assert opened.run(lambda query: TRUTH[query.indices]) == "all_labeled"
        assert opened.done == "all_labeled"

    def test_the_learner_given_is_never_changed(self):
        given = learner()
        opened = session(learner=given)
        answer(opened)
        opened.close()
        assert not hasattr(given, "y_")

    def test_a_session_without_labels_closes_without_an_error(self):
        opened = session()
        opened.close()
        assert not hasattr(opened.learner, "estimator_")


class TestRefitsInTheBackground:
    def opened(self, **params):
        executor = Stalled()
        opened = session(executor=executor, **params)
        executor.run()
        return opened, executor

    def test_tell_never_fits(self):
        opened, executor = self.opened()
        before = opened.learner.history_
        answer(opened)
        assert len(executor.waiting) == 1
        assert len(opened.learner.history_) == len(before) == 0

    def test_refits_coalesce(self):
        opened, executor = self.opened()
        for _ in range(4):
            answer(opened)
        assert len(executor.waiting) == 1
        executor.run()
        assert [record.n_labeled for record in opened.learner.history_] == [4]

    def test_the_next_question_comes_from_the_last_finished_ranking(self):
        opened, _ = self.opened(learner=learner("graph_herding"))
        ranked = opened._refitter.ranking.rows
        assert [answer(opened)[0] for _ in range(3)] == ranked[:3]

    def test_too_far_behind_random_rows_are_asked_and_marked(self):
        opened, executor = self.opened(max_lag=2, learner=learner("graph_herding"))
        reasons = []
        for _ in range(5):
            reasons.append(opened.ask().reason)
            answer(opened)
        assert reasons == ["GraphUncertaintyHerding"] * 3 + ["stale"] * 2
        assert opened.report().behind == 5
        executor.run()
        assert opened.report().behind == 0
        assert opened.ask().reason == "GraphUncertaintyHerding"

    def test_a_failing_refit_is_shown_and_raised_at_close_but_stops_nobody(self):
        opened = session(learner=learner(estimator=Failing(fail_at=4)))
        for _ in range(6):
            answer(opened)
        assert "the estimator failed" in opened.report().error
        assert len(opened.labels) == 6
        with pytest.raises(RuntimeError, match="the estimator failed"):
            opened.close()
        assert len(opened.labels) == 6

    def test_what_interrupts_a_refit_lets_nobody_wait_for_ever(self):
        opened = session(learner=learner(estimator=Failing(4, KeyboardInterrupt)))
        for _ in range(3):
            answer(opened)
        with pytest.raises(KeyboardInterrupt):
            answer(opened)
        n_told = len(opened.labels)
        opened.close(raise_error=False)
        assert len(opened.labels) == n_told >= 4

    def test_labels_go_on_while_a_refit_runs_in_its_thread(self):
        release, entered = Event(), Event()

        class Slow(GaussianNB):
            def fit(self, X, y):
                entered.set()
                release.wait()
                return super().fit(X, y)

        opened = LabelingSession(
            learner(estimator=Slow()), X, classes=[0, 1, 2], audit=0
        )
        rows = []
        while not entered.is_set() and len(rows) < 20:
            rows += answer(opened)
            if len(set(TRUTH[rows])) > 1:
                entered.wait()
        for _ in range(3):
            rows += answer(opened)
        assert opened.report().refitting
        release.set()
        opened.close()
        assert opened.learner.y_[rows].tolist() == TRUTH[rows].tolist()


class TestProgress:
    def test_the_share_of_random_questions_is_about_the_one_asked_for(self):
        opened = session(audit=0.5)
        reasons = []
        for _ in range(30):
            reasons.append(opened.ask().reason)
            answer(opened)
        assert 8 <= reasons.count("audit") <= 22

    def test_accuracy_is_that_of_predictions_made_before_random_questions(self):
        opened = session(audit=0.7)
        right = []
        for _ in range(25):
            query = opened.ask()
            guess = opened.guess(query.indices[0])
            if query.reason == "audit" and guess is not None:
                right.append(guess == TRUTH[query.indices[0]])
            opened.tell(query.id, TRUTH[query.indices])
        audit = opened.report().audit
        assert len(right) >= 10
        interval = binomtest(sum(right), len(right)).proportion_ci(method="wilson")
        assert (audit.n, audit.n_right) == (len(right), sum(right))
        assert (audit.low, audit.high) == (interval.low, interval.high)

    def test_nothing_is_claimed_before_there_is_anything_to_say(self):
        report = session().report()
        assert (report.audit.n, report.audit.accuracy) == (0, None)
        assert (report.audit.recalls, report.audit.balanced_accuracy) == ({}, None)
        assert (report.changed, report.still_changing) == (None, None)
        assert report.seconds_per_label is None

    def test_the_report_counts(self):
        opened = session(learner=learner(budget=30))
        rows = [answer(opened)[0] for _ in range(6)]
        opened.skip(opened.ask().id)
        opened.flag(rows[0])
        report = opened.report()
        assert (report.n_labeled, report.n_skipped, report.n_flagged) == (6, 1, 1)
        assert (report.n_asked, report.budget, report.n_rows) == (7, 30, 40)
        assert sum(report.class_counts.values()) == 6
        assert 0 <= report.changed <= 1
        opened.flag(rows[0], flagged=False)
        assert opened.report().n_flagged == 0

    def test_the_recent_answers_come_newest_first_without_what_was_undone(self):
        opened = session()
        rows = [answer(opened)[0] for _ in range(5)]
        opened.undo()
        assert [entry["row"] for entry in opened.recent(3)] == rows[3:0:-1]

    def test_items_are_what_a_person_sees(self):
        opened = session(items=[f"item {i}" for i in range(40)])
        assert opened.item(3) == "item 3"
        assert session().item(3).tolist() == X[3].tolist()


class TestJournaled:
    def test_a_session_goes_on_where_it_stopped(self, tmp_path):
        path = tmp_path / "labels.jsonl"
        first = session(journal=path)
        for _ in range(6):
            answer(first)
        expected = first.ask().indices.tolist()
        labels = first.labels
        first.close()
        with session(journal=path) as second:
            assert second.labels == labels
            assert second.ask().indices.tolist() == expected

    def test_an_answer_that_was_recorded_before_a_crash_can_be_told_again(
        self, tmp_path
    ):
        first = session(journal=tmp_path / "labels.jsonl")
        query = first.ask()
        first.tell(query.id, [1])
        first.close()
        with session(journal=tmp_path / "labels.jsonl") as second:
            second.tell(query.id, [1])
            with pytest.raises(StaleQueryError, match="answered already"):
                second.tell(query.id, [2])

    def test_another_pool_is_refused(self, tmp_path):
        path = tmp_path / "labels.jsonl"
        session(journal=path).close()
        with pytest.raises(ValueError, match="none of its rows is here"):
            LabelingSession(learner(), X + 1, classes=[0, 1, 2], journal=path)
        session(journal=path, keys=None).close()

    def test_what_can_not_be_written_does_not_count(self, tmp_path):
        class Full(LabelJournal):
            def append(self, events):
                raise OSError(28, "No space left on device")

        with session(journal=Full(tmp_path / "labels.jsonl")) as opened:
            query = opened.ask()
            with pytest.raises(OSError, match="No space left"):
                opened.tell(query.id, [0])
            assert opened.labels == {}
            assert opened.votes() == {}
            assert opened.recent() == []
            assert opened.report().n_asked == 0
            assert opened.ask() is query


class Sessions(RuleBasedStateMachine):
    """Any sequence of calls, crashes included, equals a plain list of actions."""

    @initialize(n_start=st.integers(0, 3))
    def begin(self, n_start):
        self.y = np.full(40, -1)
        self.y[:n_start] = TRUTH[:n_start]
        self.asked = []
        self.folder = self.tmp.make()
        self.actions = []
        self.open()

    def open(self):
        self.path = self.folder / "labels.jsonl"
        self.session = session(y=self.y, journal=self.path)

    def known(self):
        labels = {i: int(label) for i, label in enumerate(self.y) if label >= 0}
        skipped = set()
        for kind, row, label in self.actions:
            if kind == "requeue":
                skipped.clear()
            elif kind == "rename":  # `row` is the old name
                labels = {r: label if x == row else x for r, x in labels.items()}
            elif kind == "skip":
                skipped.add(row)
            else:
                labels[row] = label
                skipped.discard(row)
        return labels, skipped

    def now(self, label):
        """Return what a class is called now."""
        for kind, old, new in self.actions:
            if kind == "rename" and label == old:
                label = new
        return label

    def open_rows(self, n):
        """Return the open question and those of its rows that wait."""
        query = self.session.ask(n)
        if query is None:
            return None, []
        self.asked.append(query.id)
        labels, skipped = self.known()
        rows = query.indices.tolist()
        return query, [row for row in rows if row not in {*labels, *skipped}]

    @rule(old=st.integers(0, 2), new=st.integers(0, 4))
    def rename(self, old, new):
        old = self.now(old)
        if old != new and self.now(new) in (old, new):
            self.session.rename_class(old, new)
            self.actions.append(("rename", old, new))
        else:
            with pytest.raises(ValueError, match="has that name|was called before"):
                self.session.rename_class(old, new)

    @rule(n=st.integers(1, 3), label=st.integers(0, 2))
    def tell(self, n, label):
        query, rows = self.open_rows(n)
        label = self.now(label)
        if rows:
            self.session.tell(query.id, dict.fromkeys(rows, label))
            self.actions += [("answer", row, label) for row in rows]

    @rule(label=st.integers(0, 2))
    def tell_a_part_twice(self, label):
        query, rows = self.open_rows(2)
        label = self.now(label)
        if rows:
            self.session.tell(query.id, {rows[-1]: label})
            self.session.tell(query.id, {rows[-1]: label})
            self.actions.append(("answer", rows[-1], label))

    @rule()
    def skip(self):
        query, rows = self.open_rows(1)
        if rows:
            self.session.skip(query.id)
            self.actions += [("skip", row, None) for row in rows]

    @rule(n=st.integers(1, 4))
    def undo(self, n):
        self.session.undo(n)
        self.actions = self.actions[: max(0, len(self.actions) - n)]

    @precondition(lambda self: self.known()[0])
    @rule(data=st.data(), label=st.integers(0, 2))
    def relabel(self, data, label):
        row = data.draw(st.sampled_from(sorted(self.known()[0])))
        label = self.now(label)
        self.session.relabel(row, label)
        self.actions.append(("relabel", row, label))

    @precondition(lambda self: self.known()[1])
    @rule()
    def requeue(self):
        self.session.requeue_skipped()
        self.actions.append(("requeue", None, None))

    @rule(torn=st.binary(max_size=20).filter(lambda b: b"\n" not in b))
    def crash_and_reopen(self, torn):
        live = self.session._ledger
        self.session._ledger._journal.close()
        with self.path.open("ab") as file:
            file.write(torn)  # never acknowledged
        self.open()
        replayed = self.session._ledger
        assert replayed.labels == live.labels
        assert replayed.state.votes == live.state.votes
        assert replayed.state.skipped == live.state.skipped
        assert [replayed.state.told(query) for query in self.asked] == (
            [live.state.told(query) for query in self.asked]
        )
        assert replayed.state.undone == live.state.undone
        assert replayed.classes == live.classes

    @invariant()
    def the_session_knows_what_the_plain_model_knows(self):
        if hasattr(self, "session"):
            labels, skipped = self.known()
            assert self.session.labels == labels
            assert set(self.session._state.skipped) == skipped
            ledger = self.session._ledger
            assert ledger.counts == Counter(labels.values())
            assert min(ledger.counts.values(), default=1) > 0
            assert ledger.left_out == skipped - set(labels)
            assert ledger.version == len(LabelJournal.read(self.path)[1])
            stated = list(dict.fromkeys(map(self.now, range(3))))
            assert self.session.classes[: len(stated)] == stated
            assert set(self.session.classes) == {*stated, *self.session._state.voted}

    def teardown(self):
        if hasattr(self, "session"):
            self.session.close()


def test_any_sequence_of_calls_equals_a_plain_model(folders):
    from hypothesis.stateful import run_state_machine_as_test

    Sessions.tmp = folders
    run_state_machine_as_test(
        Sessions, settings=settings(max_examples=30, stateful_step_count=25)
    )


def test_labels_of_y_that_contradict_answers_are_counted(tmp_path):
    options = {"journal": tmp_path / "j.jsonl", "classes": ["a", "b"]}
    learner = ActiveLearner(GaussianNB(), "random", random_state=0)
    X = [[0.0], [1.0], [2.0], [3.0]]
    with LabelingSession(learner, X, **options) as session:
        told = {}
        for _ in range(2):
            (row,) = session.ask().indices
            told[int(row)] = "a"
            session.tell(session.ask().id, ["a"])
    y = [None] * 4
    for row in told:
        y[row] = "b" if not any(label == "b" for label in y) else "a"
    with LabelingSession(learner, X, y, **options) as session:
        assert session.changes == [
            "1 label of y is not what was answered: the answer counts."
        ]
        assert session.labels == told


def test_rows_with_nothing_to_see_are_never_asked():
    learner = ActiveLearner(GaussianNB(), "graph_herding", random_state=0)
    X = [[0.0], [1.0], [2.0], [3.0]]
    with LabelingSession(
        learner, X, classes=["a", "b"], unasked=[1, 3], audit=0.5, max_lag=0
    ) as session:
        session.wait()
        assert set(session.learner.query(4).indices.tolist()) == {0, 2}
        asked = set()
        while (query := session.ask()) is not None:
            asked |= set(query.indices.tolist())
            session.tell(query.id, ["a" if query.indices[0] else "b"])
        assert asked == {0, 2}
        assert session.done == "all_asked"
    with pytest.raises(ValueError, match="Rows lie in 0"):
        LabelingSession(learner, X, classes=["a", "b"], unasked=[4])
