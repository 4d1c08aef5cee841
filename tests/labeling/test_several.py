"""A session with several labels per row: asked, kept as names, taught as 0 and 1."""

import json
from collections import Counter

import numpy as np
import pandas as pd
import polars as pl
import pytest
from answering import on_file
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from several_sessions import (
    NAMES,
    X,
    Y,
    answer,
    learner_of,
    named,
    several_session,
)
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.neighbors import KNeighborsClassifier

from sklearn_active import ActiveLearner
from sklearn_active.labeling import LabelingSession, LabelJournal
from sklearn_active.labeling._book.renaming import rename_in_journal
from sklearn_active.labeling._several_labels import SeveralLabels

SETS = st.sets(st.sampled_from(NAMES))
OPEN = np.full((60, 3), np.nan)
START = np.where(np.arange(60)[:, None] < 8, Y, np.nan)  # each label has both


@pytest.fixture
def path(tmp_path):
    return tmp_path / "answers.jsonl"


def told(session, row, votes):
    """Give a row the labels of several people; return what it has then."""
    for who, label in votes.items():
        session.relabel(row, label, who)
    return session.labels[row]


class TestAnswers:
    def test_the_model_is_that_of_the_estimator_on_the_answers(self):
        each = OneVsRestClassifier(LogisticRegression())
        with several_session(learner=learner_of(each), y=START) as session:
            rows = [*range(8), *answer(session, 20)]
        known = np.sort(rows)
        by_hand = clone(each).fit(X[known], Y[known])
        assert_array_equal(session.learner.predict(X), by_hand.predict(X))
        assert_allclose(session.learner.predict_proba(X), by_hand.predict_proba(X))
        assert session.labels == {row: named(Y[row]) for row in rows}

    def test_the_learner_holds_rows_of_y_and_the_mark_where_nothing_is_known(self):
        with several_session() as session:
            rows = answer(session, 5)
        expected = OPEN.copy()
        expected[rows] = Y[rows]
        assert_array_equal(session.learner.y_, expected)

    @pytest.mark.parametrize(
        "label",
        [
            ["health", "sport"],
            ("sport", "health", "sport"),
            {"sport", "health"},
            np.array(["health", "sport"]),
            "health; sport",
            [1, 0, 1],
            [True, False, True],
            np.array([1.0, 0.0, 1.0]),
            Y[[6]][0] * 0 + [1, 0, 1],
        ],
    )
    def test_names_in_any_order_and_rows_of_y_are_the_same_answer(self, label):
        with several_session() as session:
            row = int(session.ask().indices[0])
            session.tell(session.ask().id, {row: label})
            assert session.labels == {row: ("sport", "health")}

    @pytest.mark.parametrize("label", [(), [], set(), "none", [0, 0, 0]], ids=repr)
    def test_a_row_may_have_none_and_that_is_a_label(self, path, label):
        with several_session(path) as session:
            row = int(session.ask().indices[0])
            session.tell(session.ask().id, {row: label})
            assert session.labels == {row: ()}
            assert session.report().n_skipped == 0
        assert on_file(path) == [[]]

    @pytest.mark.parametrize("label", [None, np.nan, [np.nan] * 3, [-1, -1, -1]])
    def test_what_says_nothing_skips(self, label):
        with several_session() as session:
            row = int(session.ask().indices[0])
            session.tell(session.ask().id, {row: label})
            assert (session.labels, session.report().n_skipped) == ({}, 1)

    @pytest.mark.parametrize(
        ("label", "message"),
        [
            (["art"], "'art' is no label of this session: give some of sport, law,"),
            ("sport, law", "'sport, law' is no label of this session"),
            ([1, 0], "has 2 labels per row, but there are 3"),
            ([1, 2, 0], "2 in one of them"),
            ([1, None, 0], "leaves labels open"),
            (["sport", 1, 0], "'sport' in one of them"),
            (1, "A label is a list here, of names or of 0 and 1; got 1"),
            ({"sport": 1}, "A label is a list here"),
        ],
        ids=repr,
    )
    def test_what_may_not_be_given_is_refused_and_nothing_recorded(
        self, path, label, message
    ):
        with several_session(path) as session:
            query = session.ask()
            with pytest.raises(ValueError, match=message):
                session.tell(query.id, {int(query.indices[0]): label})
            assert session.ask() is query
        assert on_file(path) == []

    @pytest.mark.parametrize("n", [1, 2, 3, 4])
    @pytest.mark.parametrize(
        "table",
        [
            lambda rows: pd.DataFrame(rows, columns=NAMES),
            lambda rows: pd.DataFrame(rows, columns=NAMES)[NAMES[::-1]],
            lambda rows: pd.DataFrame(rows),
            lambda rows: pl.DataFrame(rows, schema=NAMES)[NAMES[::-1]],
            sparse.csr_matrix,
            sparse.csr_array,
        ],
        ids=["frame", "other order", "no names", "polars", "sparse", "sparse array"],
    )
    def test_a_table_is_read_by_its_rows_and_the_names_of_its_columns(self, table, n):
        with several_session() as session:
            query = session.ask(n)
            truth = np.tile([1, 1, 0], (n, 1))
            truth[0] = [0, 0, 1]
            session.tell(query.id, table(truth))
            given = [("health",), *[("sport", "law")] * (n - 1)]
            expected = dict(zip(query.indices.tolist(), given, strict=True))
            assert session.labels == expected
            session.tell(query.id, table(truth))  # as a page does that got no reply
            assert session.labels == expected

    @pytest.mark.parametrize(
        "columns", [["sport", "law", "art"], [*NAMES, "art"], [2, 1, 0], ["law"] * 3]
    )
    def test_a_frame_of_other_names_is_refused_and_nothing_recorded(
        self, path, columns
    ):
        frame = pd.DataFrame(np.ones((3, len(columns)), dtype=int), columns=columns)
        with several_session(path) as session:
            query = session.ask(3)
            with pytest.raises(ValueError, match="The frame told names .*to_numpy"):
                session.tell(query.id, frame)
            assert session.ask() is query
        assert on_file(path) == []

    def test_a_table_of_too_few_rows_is_refused(self):
        with several_session() as session:
            query = session.ask(4)
            for table in (pd.DataFrame(Y[:3], columns=NAMES), sparse.csr_matrix(Y[:3])):
                with pytest.raises(ValueError, match="got 3 labels for 4 rows"):
                    session.tell(query.id, table)

    @pytest.mark.parametrize("n", [2, 4])
    def test_the_index_of_what_is_told_names_the_rows(self, n):
        names = [f"r{row}" for row in range(60)]
        pool = pd.DataFrame(X, index=names)
        with several_session(pool=pool) as session:
            query = session.ask(n)
            frame = pd.DataFrame(Y, columns=NAMES, index=names).iloc[query.indices]
            session.tell(query.id, frame.iloc[::-1])
            rows = query.indices.tolist()
            assert session.labels == {row: named(Y[row]) for row in rows}

    def test_a_series_of_0_and_1_is_read_by_its_index(self):
        with several_session() as session:
            session.relabel(0, pd.Series({"health": 0, "law": 1, "sport": 1}))
            session.relabel(1, pd.Series([0, 0, 1]))
            session.relabel(2, pd.Series(["law", "sport"], index=["x", "y"]))
            assert session.labels == {
                0: ("sport", "law"),
                1: ("health",),
                2: ("sport", "law"),
            }

    @pytest.mark.parametrize(
        "label",
        [
            pd.Series({"health": 0, "law": 1, "art": 1}),
            pd.Series([1, 0, 0], index=[3, 4, 5]),
            pd.DataFrame([[1, 0, 0]], columns=NAMES),
        ],
        ids=["other names", "other numbers", "a frame"],
    )
    def test_a_label_under_other_names_is_refused(self, label):
        with several_session() as session:
            message = "The label names|A label is a list here"
            with pytest.raises(ValueError, match=message):
                session.relabel(0, label)
            assert session.labels == {}

    def test_undo_relabel_and_told_twice(self):
        with several_session() as session:
            query = session.ask()
            (row,) = query.indices.tolist()
            session.tell(query.id, [["law"]])
            session.tell(query.id, [[0, 1, 0]])
            with pytest.raises(ValueError, match=r"answered already: \('law',\)"):
                session.tell(query.id, [["sport"]])
            session.relabel(row, ["sport", "law"])
            assert session.labels == {row: ("sport", "law")}
            assert session.learner.y_[row].tolist() == [1, 1, 0]
            session.undo()
            assert session.labels == {row: ("law",)}
            assert session.learner.y_[row].tolist() == [0, 1, 0]
            session.undo()
            assert session.labels == {}
            assert_array_equal(session.learner.y_, OPEN)
            assert session.ask().indices.tolist() == [row]

    def test_an_oracle_answers_as_in_fit(self):
        asked = []

        def oracle(query):
            asked.extend(query.indices.tolist())
            return Y[query.indices]

        fitted = learner_of(oracle=oracle, budget=15).fit(X, OPEN)
        by_fit = asked.copy()
        asked.clear()
        with several_session(learner=learner_of(budget=15)) as session:
            assert session.run(oracle) == "budget"
        assert asked == by_fit
        assert_array_equal(session.learner.predict(X), fitted.predict(X))

    def test_the_guess_is_what_the_model_predicts(self):
        with several_session() as session:
            answer(session, 12)
            expected = [named(row) for row in session.learner.predict(X)]
            assert [session.guess(row) for row in range(60)] == expected
            assert [each.guess for each in session.describe(range(60))] == expected
            assert {each.confidence for each in session.describe(range(60))} == {None}


class TestTheJournal:
    def test_a_session_that_ended_goes_on_as_if_it_had_not(self, path):
        with several_session(path) as session:
            rows = answer(session, 10)
        with several_session(path) as again:
            assert again.changes == []
            assert again.labels == session.labels
            rows += answer(again, 10)
        with several_session() as whole:
            assert answer(whole, 20) == rows
        assert_array_equal(again.learner.predict(X), whole.learner.predict(X))

    @settings(max_examples=30)
    @given(labels=st.lists(SETS, min_size=1, max_size=12))
    def test_what_is_read_back_is_exactly_what_was_given(
        self, labels, tmp_path_factory
    ):
        path = tmp_path_factory.mktemp("several") / "answers.jsonl"
        with several_session(path, audit=1.0) as session:
            for label in labels:
                session.tell(session.ask().id, [label])
        expected = [tuple(x for x in NAMES if x in label) for label in labels]
        with several_session(path) as again:
            assert list(again.labels.values()) == expected
            assert again.labels == session.labels
            assert again.report().audit == session.report().audit

    def test_an_answer_is_one_line_that_names_the_labels(self, path):
        with several_session(path) as session:
            session.tell(session.ask().id, [["health", "law"]])
            line = json.loads(path.read_text().splitlines()[-1])
            assert (line["event"], line["label"]) == ("answer", ["law", "health"])

    def test_an_undo_after_a_restart_takes_back_what_was_answered_before(self, path):
        with several_session(path) as session:
            rows = answer(session, 3)
        with several_session(path) as session:
            assert session.undo() == rows[-1:]
            assert list(session.labels) == rows[:-1]

    def test_in_another_order_the_same_labels_go_on(self, path):
        with several_session(path) as session:
            (row,) = answer(session, 1, np.tile([1, 1, 0], (60, 1)))
        for classes, changes in (
            (["health", "law", "sport"], ["labels in a new order: health, law, sport"]),
            (["health", "law", "sport"], []),
        ):
            with several_session(path, classes=classes) as session:
                assert session.changes == changes
                assert session.labels == {row: ("law", "sport")}
                assert session.learner.y_[row].tolist() == [0, 1, 1]

    @pytest.mark.parametrize("order", [NAMES, NAMES[::-1]])
    def test_where_nothing_is_stated_the_labels_are_those_of_the_journal(
        self, path, order
    ):
        with several_session(path) as session:
            (row,) = answer(session, 1, np.tile([1, 1, 0], (60, 1)))
        several_session(path, classes=order).close()
        for journal in (path, str(path), LabelJournal(path)):
            with several_session(journal, classes=None) as session:
                assert session.classes == order
                assert session.changes == []
                assert set(session.labels[row]) == {"sport", "law"}

    def test_a_y_without_names_needs_them_though_a_journal_has_some(self, path):
        several_session(path).close()
        with pytest.raises(ValueError, match="classes must name them"):
            several_session(path, y=OPEN, classes=None)

    @pytest.mark.parametrize("classes", [[*NAMES, "art"], NAMES[:2]])
    def test_other_labels_are_refused_as_nothing_was_said_of_them(self, path, classes):
        with several_session(path) as session:
            answer(session, 1)
        before = path.read_bytes()
        with pytest.raises(ValueError, match="about the labels sport, law, health"):
            several_session(path, classes=classes)
        assert path.read_bytes() == before
        several_session(path).close()  # and no lock is left

    def test_each_kind_has_a_journal_of_its_own(self, path, tmp_path):
        several_session(path).close()
        one = {"classes": NAMES, "journal": path}
        with pytest.raises(ValueError, match="several labels per row.*several=True"):
            LabelingSession(learner_of(LogisticRegression()), X, **one)
        with pytest.raises(ValueError, match="several labels per row, and a regressor"):
            LabelingSession(learner_of(Ridge()), X, journal=path)
        classes, numbers = tmp_path / "classes", tmp_path / "numbers"
        learner = learner_of(LogisticRegression())
        LabelingSession(learner, X, classes=NAMES, journal=classes).close()
        LabelingSession(learner_of(Ridge()), X, journal=numbers).close()
        with pytest.raises(ValueError, match="holds classes, and here a row may have"):
            several_session(classes)
        with pytest.raises(ValueError, match="holds numbers, and here a row may have"):
            several_session(numbers)

    @pytest.mark.parametrize(
        "label",
        [
            '"law"',
            '["art"]',
            '["law", "law"]',
            "[1]",
            "[[]]",
            "null",
            "3",
            '{"law": 1}',
        ],
    )
    def test_a_label_on_file_that_is_none_is_named_by_its_line(self, path, label):
        several_session(path).close()
        event = f'{{"event": "answer", "row": 0, "annotator": null, "label": {label}}}'
        path.write_text(path.read_text() + event + "\n")
        with pytest.raises(ValueError, match="line 2"):
            several_session(path)

    @pytest.mark.parametrize("known", ["3", '["sport"]', '["sport", 4]', '"abc"'])
    def test_names_on_file_that_are_none_are_refused(self, path, known):
        several_session(path).close()
        names = json.dumps(NAMES)
        path.write_text(path.read_text().replace(names, known))
        with pytest.raises(ValueError, match="is damaged: the labels in its header"):
            several_session(path)

    def test_labels_are_not_renamed(self, path):
        with several_session(path) as session:
            answer(session, 1)
            with pytest.raises(ValueError, match="is for classes, and this session is"):
                session.rename_class("law", "laws")
        with pytest.raises(ValueError, match="holds several labels per row"):
            rename_in_journal(path, {"law": "laws"})


class TestWhatMayBeStated:
    def test_a_y_with_columns_says_it_by_itself(self):
        y = OPEN.copy()
        y[:2] = [[1, 0, 1], [0, 0, 0]]
        with several_session(y=y, several=False) as session:
            assert session.labels == {0: ("sport", "health"), 1: ()}
            assert session.classes == NAMES

    def test_a_frame_names_its_columns(self):
        y = pd.DataFrame(OPEN, columns=["a", "b", "c"])
        with several_session(y=y, classes=None) as session:
            assert session.classes == ["a", "b", "c"]

    def test_columns_of_a_frame_are_known_by_their_names(self):
        y = pd.DataFrame(START, columns=NAMES)
        expected = {row: named(Y[row]) for row in range(8)}
        for frame in (y[NAMES[::-1]], pl.from_pandas(y)[NAMES[::-1]]):
            with several_session(y=frame, several=False) as session:
                assert session.labels == expected
                assert session.classes == NAMES
                assert_array_equal(session.learner.y_, START)

    def test_a_frame_of_other_names_than_the_classes_is_refused(self):
        y = pd.DataFrame(OPEN, columns=["sport", "law", "art"])
        message = "y names sport, law, art, and the labels are sport, law, health"
        with pytest.raises(ValueError, match=message):
            several_session(y=y)
        several_session(y=y.set_axis(range(3), axis=1)).close()  # has no names

    def test_rows_of_a_frame_are_known_by_their_index(self):
        names = [f"r{row}" for row in range(60)]
        pool, y = pd.DataFrame(X, index=names), pd.DataFrame(START, columns=NAMES)
        y = y.set_axis(names).iloc[::-1]
        with several_session(pool=pool, y=y, classes=None) as session:
            assert session.labels == {row: named(Y[row]) for row in range(8)}
            assert_array_equal(session.learner.y_, START)

    def test_a_regressor_does_not_take_the_columns_of_a_frame_for_labels(self):
        y = pd.DataFrame(OPEN, columns=["a", "b", "c"])
        with pytest.raises(ValueError, match="shape"):
            LabelingSession(learner_of(Ridge()), X, y)

    def test_a_row_that_is_known_in_part_is_asked(self):
        y = np.array(Y, dtype=float)
        y[7, 1] = np.nan
        with several_session(y=y) as session:
            assert session.ask().indices.tolist() == [7]
            session.tell(session.ask().id, [["law"]])
            assert session.done == "all_labeled"
        assert session.learner.y_[7].tolist() == [0, 1, 0]

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"classes": None}, "classes must name them, in the order of the columns"),
            ({"classes": None, "y": OPEN}, "classes must name them"),
            ({"new_classes": "allow"}, "no other can be added"),
            (
                {"classes": NAMES[:2], "y": OPEN},
                "3 columns of labels, but classes names 2",
            ),
            ({"classes": ["law"]}, "two at least"),
            ({"classes": ["law", "law"]}, "'law' is there twice|name of its own"),
            ({"classes": [1, 2]}, "named by a text"),
            ({"classes": ["a;b", "c"]}, "without ';'"),
            ({"classes": ["none", "c"]}, "not 'none'"),
            ({"classes": [" a", "c"]}, "named by a text"),
            ({"y": np.zeros(60)}, "goes with a y that has a column"),
            ({"several": "yes"}, "'several' parameter"),
        ],
        ids=lambda case: "" if isinstance(case, str) else ", ".join(case),
    )
    def test_what_does_not_go_together_is_refused(self, options, message):
        with pytest.raises(ValueError, match=message):
            several_session(**options)

    def test_around_a_regressor_there_are_no_labels(self):
        with pytest.raises(ValueError, match="is for classifiers"):
            several_session(learner=learner_of(Ridge()))

    def test_without_a_word_each_row_has_one_class(self):
        learner = learner_of(MultiOutputClassifier(LogisticRegression()))
        y = np.full((60, 2), np.nan)
        with pytest.raises(ValueError, match="classes must name them"):
            LabelingSession(learner, X, y)


class TestSeveralPeople:
    VOTES = {"ann": ["sport"], "bob": ["sport", "law"], "eve": ["law", "health"]}

    def test_the_last_vote_counts_or_the_majority_of_each_label(self):
        with several_session(votes_per_row=3) as session:
            assert told(session, 0, self.VOTES) == ("law", "health")
            assert session.votes()[0]["ann"] == ("sport",)
        with several_session(votes_per_row=3, aggregate="majority") as session:
            assert told(session, 0, self.VOTES) == ("sport", "law")

    @given(votes=st.lists(SETS, min_size=1, max_size=6))
    def test_the_majority_is_that_of_each_column_by_itself(self, votes):
        with several_session(aggregate="majority") as session:
            found = told(session, 0, {f"{i}": vote for i, vote in enumerate(votes)})
        for name in NAMES:
            given = [name in vote for vote in votes]
            # Of as many on both sides the latest vote decides.
            counts = Counter(given)
            even = counts[True] == counts[False]
            assert (name in found) == (
                given[-1] if even else counts[True] > counts[False]
            )

    def test_a_function_of_the_votes_may_return_names_or_a_row(self):
        for made in (["law", "sport"], {"sport", "law"}, [1, 1, 0]):
            with several_session(aggregate=lambda votes, made=made: made) as session:
                assert told(session, 0, {"ann": ["health"]}) == ("sport", "law")
        session = several_session(aggregate=lambda votes: ["art"])
        with pytest.raises(RuntimeError, match="'art' is no label of this session"):
            told(session, 0, {"ann": ["law"]})

    def test_aggregates_of_numbers_are_refused(self):
        with pytest.raises(ValueError, match="'median' .*'last' or 'majority'"):
            several_session(aggregate="median")

    def test_other_sets_are_disputed_and_agreement_counts_the_same_ones(self):
        with several_session(votes_per_row=2) as session:
            for row in range(12):
                second = ["law", "sport"] if row < 9 else ["law"]
                told(session, row, {"ann": ["sport", "law"], "bob": second})
            assert session.find(status="disputed").tolist() == [9, 10, 11]
            agreement = session.report().agreement
        assert (agreement.n, agreement.n_agreed, agreement.share) == (12, 9, 0.75)
        assert agreement.value is None  # a coefficient would count halves as nothing

    def test_votes_as_a_matrix_are_tuples(self):
        with several_session() as session:
            told(session, 2, {"ann": ["law", "sport"], "bob": []})
            matrix, annotators = session.votes_matrix()
        assert annotators == ["ann", "bob"]
        assert matrix[2].tolist() == [("sport", "law"), ()]


class TestFigures:
    @staticmethod
    def audited(n):
        session = several_session(audit=1.0)
        rows = answer(session, n)
        return session, rows

    def test_an_answer_is_right_where_all_labels_are(self):
        session, rows = self.audited(30)
        known, pairs = [], []
        for row in rows:
            if known and np.ptp(Y[known], axis=0).any():
                at = np.sort(known)
                model = KNeighborsClassifier(1).fit(X[at], Y[at])
                pairs.append((Y[row], model.predict(X[[row]])[0]))
            known.append(row)
        truth, said = map(np.array, zip(*pairs, strict=True))
        audit = session.report().audit
        assert audit.n == len(pairs)
        assert audit.n_right == (truth == said).all(axis=1).sum()
        most = max(np.unique(truth, axis=0), key=lambda r: (truth == r).all(1).sum())
        assert audit.baseline == (truth == most).all(axis=1).mean()
        for i, name in enumerate(NAMES):
            assert audit.recalls[name].n == truth[:, i].sum()
            assert audit.recalls[name].n_right == (truth & said)[:, i].sum()
        assert audit.balanced_accuracy is None

    def test_counts_are_of_each_label_by_itself(self):
        session, rows = self.audited(30)
        report = session.report()
        assert report.class_counts == dict(zip(NAMES, Y[rows].sum(axis=0), strict=True))
        assert report.n_labeled == 30
        assert (report.changed, report.still_changing) == (None, None)

    def test_what_is_for_classes_is_refused(self):
        session, _ = self.audited(12)
        assert "estimate" not in session.can
        with pytest.raises(ValueError, match="estimate_score is for classes, and this"):
            session.estimate_score()


class TestFinding:
    @pytest.mark.parametrize(
        "how",
        [
            {"status": "suspect"},
            {"status": "contradicted"},
            {"order": "unsure"},
            {"order": "suspicious"},
            {"likely": "law"},
            {"guess": "law"},
        ],
        ids=str,
    )
    def test_what_needs_classes_says_so(self, how):
        with several_session() as session:
            answer(session, 12)
            with pytest.raises(ValueError, match="is for classes, and this session is"):
                session.find(**how)

    def test_what_needs_numbers_says_so(self):
        with (
            several_session() as session,
            pytest.raises(ValueError, match="for numbers"),
        ):
            session.find(order="farthest")

    def test_rows_that_have_a_label_are_found_whatever_else_they_have(self):
        with several_session() as session:
            rows = answer(session, 30)
            for i, name in enumerate(NAMES):
                expected = sorted(row for row in rows if Y[row, i])
                assert session.find(label=name).tolist() == expected

    @pytest.mark.parametrize("label", [(), ("law",), ("sport", "law")])
    def test_a_list_of_labels_finds_the_rows_that_have_exactly_these(self, label):
        with several_session() as session:
            rows = answer(session, 30)
            expected = sorted(row for row in rows if named(Y[row]) == label)
            assert expected
            for way in (label, list(label[::-1]), set(label)):
                assert session.find(label=way).tolist() == expected

    @pytest.mark.parametrize("label", ["zz", ["law", "zz"], 7])
    def test_a_label_that_no_row_could_have_is_refused(self, label):
        message = "is no label of this session: give some of|A label is a list here"
        with (
            several_session() as session,
            pytest.raises(ValueError, match=message),
        ):
            session.find(label=label)


class TestNames:
    @given(
        names=st.lists(
            st.text(st.characters(codec="utf-8"), min_size=1), min_size=2, max_size=5
        ),
        data=st.data(),
    )
    def test_what_is_written_is_read_as_it_was(self, names, data):
        try:
            several = SeveralLabels(names)
        except ValueError:
            several = SeveralLabels([f"n{i}" for i in range(len(names))])
        label = several.in_order(data.draw(st.sets(st.sampled_from(several.names))))
        assert several.read(several.written(label)) == label
        assert several.label_of(several.row_of(label).tolist()) == label


def test_around_one_class_per_row_nothing_is_several():
    with LabelingSession(
        ActiveLearner(LogisticRegression(), "random"), X, classes=["a", "b"]
    ) as session:
        assert session.several is None
