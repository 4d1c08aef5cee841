"""A session around a regressor: numbers are asked, kept exactly, and learned."""

import json
from collections import Counter

import numpy as np
import pytest
from answering import on_file
from hypothesis import given, settings
from hypothesis import strategies as st
from number_sessions import MM, X, Y, answer, learner_of, number_session
from numpy.testing import assert_allclose
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import LogisticRegression, Ridge

from sklearn_active import ActiveLearner
from sklearn_active.labeling import (
    LabelingSession,
    LabelJournal,
    NumberRange,
    Vote,
    read_votes,
)
from sklearn_active.labeling._book.renaming import rename_in_journal
from sklearn_active.labeling._fronts.number_figures import audit_of_numbers

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "answers.jsonl"


class Wild(RegressorMixin, BaseEstimator):
    """Predict what no file can hold."""

    def fit(self, X, y):
        self.is_fitted_ = True
        return self

    def predict(self, X):
        return np.where(np.arange(len(X)) % 2 == 0, np.inf, np.nan)


class TestAnswers:
    def test_the_model_is_that_of_the_estimator_on_the_answers(self):
        with number_session() as session:
            rows = answer(session, 8)
        by_hand = Ridge(alpha=0.1).fit(X[np.sort(rows)], Y[np.sort(rows)])
        assert_allclose(session.learner.predict(X), by_hand.predict(X))
        assert session.labels == dict(zip(rows, Y[rows], strict=True))

    def test_minus_one_is_a_number_and_none_skips(self):
        with number_session() as session:
            first, second = session.ask(2).indices.tolist()
            session.tell(session.ask().id, {first: -1, second: None})
            assert session.labels == {first: -1.0}
            assert session.report().n_skipped == 1

    def test_a_query_has_no_classes_and_is_one_of_regression(self):
        with number_session() as session:
            query = session.ask()
        assert (len(query.classes), query.proba) == (0, None)
        assert query.task == "regression"
        assert session.classes == []

    @pytest.mark.parametrize("label", [3, 3.0, np.float32(3), np.int8(3), True + 2])
    def test_all_kinds_of_numbers_are_kept_as_floats(self, path, label):
        with number_session(path) as session:
            session.tell(session.ask().id, [label])
        assert list(map(type, on_file(path))) == [float]
        assert on_file(path) == [3.0]

    @pytest.mark.parametrize(
        ("label", "message"),
        [
            ("ape", "'ape' is not a number: give a number from 0 to 400 mm"),
            ([3], r"A label is a number from 0 to 400 mm here, not \[3\]"),
            (1j, "not 1j"),
            (np.inf, "finite number"),
            (10**400, "finite number here, not a number of many digits"),
            (400.5, "400.5 mm is out of range: give a number from 0 to 400 mm"),
        ],
    )
    def test_what_may_not_be_given_is_refused_and_nothing_recorded(
        self, path, label, message
    ):
        with number_session(path, numbers=MM) as session:
            query = session.ask()
            with pytest.raises(ValueError, match=message):
                session.tell(query.id, [label])
            assert session.ask() is query
        assert on_file(path) == []

    def test_text_is_read_as_it_is_typed(self):
        with number_session(numbers=MM) as session:
            for text in ("3,5", "3.5 mm"):
                session.tell(session.ask().id, [text])
            session.relabel(0, "4 mm")
            assert sorted(session.labels.values()) == [3.5, 3.5, 4]
            assert session.checked("5") == 5

    def test_undo_relabel_and_told_twice(self):
        with number_session() as session:
            query = session.ask()
            (row,) = query.indices.tolist()
            session.tell(query.id, [1.5])
            session.tell(query.id, [1.5])
            with pytest.raises(ValueError, match=r"answered already: 1\.5"):
                session.tell(query.id, [2.5])
            session.relabel(row, 7)
            assert session.labels == {row: 7.0}
            session.undo()
            assert session.labels == {row: 1.5}
            session.undo()
            assert session.labels == {}
            assert session.ask().indices.tolist() == [row]
            assert session.ask().reason == "undone"

    def test_an_oracle_answers_as_in_fit(self):
        asked = []

        def oracle(query):
            asked.extend(query.indices.tolist())
            return Y[query.indices]

        fitted = learner_of(oracle=oracle, budget=6).fit(X, np.full(40, np.nan))
        by_fit = asked.copy()
        asked.clear()
        with number_session(learner=learner_of(budget=6)) as session:
            assert session.run(oracle) == "budget"
        assert asked == by_fit
        assert_allclose(session.learner.predict(X), fitted.predict(X))

    def test_a_prediction_that_no_file_can_hold_loses_no_answer(self, path):
        with number_session(path, learner_of(Wild())) as session:
            rows = answer(session, 5)
            assert session.guess(0) is None
            assert session.describe([1])[0].guess is None
        assert on_file(path) == Y[rows].tolist()


class TestTheJournal:
    @settings(max_examples=40)
    @given(labels=st.lists(NUMBERS, min_size=1, max_size=12))
    def test_what_is_read_back_is_exactly_what_was_given(
        self, labels, tmp_path_factory
    ):
        path = tmp_path_factory.mktemp("numbers") / "answers.jsonl"
        learner = learner_of(estimator=Wild())
        with number_session(path, learner) as session:
            given_to = answer(session, len(labels), FromList(labels))
        with number_session(path, learner) as again:
            assert list(map(repr, again.labels.values())) == list(map(repr, labels))
            assert list(again.labels) == given_to
            assert again.changes == []

    def test_an_undo_after_a_restart_takes_back_what_was_answered_before(self, path):
        with number_session(path) as session:
            rows = answer(session, 3)
        with number_session(path) as session:
            assert session.undo() == rows[-1:]
            assert list(session.labels) == rows[:-1]

    def test_the_range_of_before_is_taken_over(self, path):
        number_session(path, numbers=MM).close()
        with number_session(path) as session:
            assert session.numbers == MM
            assert session.changes == []

    def test_another_range_is_said_and_kept(self, path):
        with number_session(path, numbers=MM) as session:
            answer(session, 2)
        wider = NumberRange(-5, 500, "mm")
        with number_session(path, numbers=wider) as session:
            assert session.changes == [
                "Now a number from -5 to 500 mm is asked for, not a number from 0 to "
                "400 mm."
            ]
        with number_session(path) as session:
            assert session.numbers == wider

    def test_a_range_without_the_answers_on_file_is_refused(self, path):
        with number_session(path) as session:
            session.tell(session.ask().id, [50])
        before = path.read_bytes()
        with pytest.raises(ValueError, match="1 answers that are out of range now"):
            number_session(path, numbers=NumberRange(0, 10))
        assert path.read_bytes() == before
        number_session(path).close()  # and no lock is left

    def test_another_unit_is_refused_where_there_are_answers(self, path):
        with number_session(path, numbers=NumberRange(unit="mm")) as session:
            answer(session, 1)
        for unit in ("cm", ""):
            with pytest.raises(ValueError, match=r"holds answers in mm: .*unit='mm'"):
                number_session(path, numbers=NumberRange(unit=unit))

    def test_a_unit_can_be_named_later(self, path):
        with number_session(path) as session:
            answer(session, 1)
        with number_session(path, numbers=NumberRange(unit="mm")) as session:
            assert len(session.labels) == 1

    def test_numbers_and_classes_have_journals_of_their_own(self, path):
        number_session(path).close()
        learner = ActiveLearner(LogisticRegression(), "random")
        with pytest.raises(ValueError, match="holds numbers, and a classifier learns"):
            LabelingSession(learner, X, journal=path, classes=["a", "b"])
        other = path.with_name("classes.jsonl")
        LabelingSession(learner, X, journal=other, classes=["a", "b"]).close()
        with pytest.raises(ValueError, match="holds classes, and a regressor learns"):
            number_session(other)

    @pytest.mark.parametrize("label", ['"a"', "NaN", "Infinity", "null", "[1]"])
    def test_a_label_on_file_that_is_no_number_is_named_by_its_line(self, path, label):
        number_session(path).close()
        event = f'{{"event": "answer", "row": 0, "annotator": null, "label": {label}}}'
        path.write_text(path.read_text() + event + "\n")
        with pytest.raises(ValueError, match="line 2"):
            number_session(path)

    def test_a_range_on_file_that_is_none_is_refused(self, path):
        number_session(path).close()
        text = path.read_text().replace('"low": null', '"low": "x"')
        path.write_text(text)
        with pytest.raises(ValueError, match="is damaged: the range in its header"):
            number_session(path)

    def test_rows_are_added_at_the_end(self, path):
        with number_session(path, pool=X[:20]) as session:
            answer(session, 2)
        with number_session(path) as session:
            assert session.changes == ["20 rows were added."]
            assert session.n_rows == 40
            assert len(session.labels) == 2

    def test_classes_are_not_renamed_where_there_are_none(self, path):
        with number_session(path) as session:
            answer(session, 1)
            with pytest.raises(ValueError, match="rename_class is for classes"):
                session.rename_class(1, 2)
        with pytest.raises(ValueError, match="only classes can be renamed"):
            rename_in_journal(path, {"1": "2"})


class FromList:
    """What is answered in turn, whatever row is asked."""

    def __init__(self, labels):
        self.labels = iter(labels)

    def __getitem__(self, rows):
        return [next(self.labels)]


class TestWhatMayBeStated:
    def test_classes_are_for_classifiers(self):
        for options in ({"classes": [1, 2]}, {"new_classes": "allow"}):
            with pytest.raises(ValueError, match="is for classifiers.*NumberRange"):
                number_session(**options)

    def test_numbers_are_for_regressors(self):
        learner = ActiveLearner(LogisticRegression(), "random")
        with pytest.raises(ValueError, match="numbers is for regressors"):
            LabelingSession(learner, X, classes=["a", "b"], numbers=MM)

    def test_a_range_is_an_object_of_its_kind(self):
        with pytest.raises(ValueError, match="'numbers' parameter"):
            number_session(numbers=(0, 1))

    def test_labels_of_y_must_be_in_range(self):
        y = np.where(np.arange(40) < 3, Y, np.nan)
        with number_session(y=y, numbers=MM) as session:
            assert session.labels == dict(enumerate(Y[:3]))
        message = r"y holds 2 labels that are out of range, first 151 mm in row 0"
        with pytest.raises(ValueError, match=message):
            number_session(y=y, numbers=NumberRange(0, 100, "mm"))


class TestSeveralPeople:
    @staticmethod
    def told(session, labels):
        for who, label in labels.items():
            session.relabel(0, label, who)
        return session.labels[0]

    def test_the_last_vote_counts_or_the_median(self):
        labels = {"ann": 3.5, "bob": 35, "eve": 3}
        with number_session(votes_per_row=3) as session:
            assert self.told(session, labels) == 3
        with number_session(votes_per_row=3, aggregate="median") as session:
            assert self.told(session, labels) == 3.5
            assert self.told(session, {"bob": 4.5}) == 3.5

    def test_of_two_votes_the_median_is_their_mean(self):
        with number_session(votes_per_row=2, aggregate="median") as session:
            assert self.told(session, {"ann": 1, "bob": 4}) == 2.5

    def test_a_function_of_the_votes(self):
        with number_session(aggregate=np.mean) as session:
            assert self.told(session, {"ann": 1, "bob": 2, "eve": 6}) == 3
        session = number_session(aggregate=lambda votes: "x")
        with pytest.raises(RuntimeError, match="a finite number here, not 'x'"):
            self.told(session, {"ann": 1})

    def test_aggregates_of_the_other_kind_are_refused(self):
        with pytest.raises(ValueError, match="'majority' .*'last' or 'median'"):
            number_session(aggregate="majority")
        learner = ActiveLearner(LogisticRegression(), "random")
        with pytest.raises(ValueError, match="'median' .*'last' or 'majority'"):
            LabelingSession(learner, X, classes=["a", "b"], aggregate="median")

    def test_other_answers_are_disputed(self):
        with number_session(votes_per_row=2) as session:
            self.told(session, {"ann": 1, "bob": 2})
            session.relabel(1, 3, "ann")
            session.relabel(1, 3, "bob")
            assert session.find(status="disputed").tolist() == [0]
            assert session.report().agreement is None


class TestFigures:
    @staticmethod
    def audited(n):
        session = number_session(audit=1.0, numbers=MM)
        rows = answer(session, n)
        return session, rows

    def test_the_error_is_that_of_what_was_expected_before_each_answer(self):
        session, rows = self.audited(14)
        known, errors = [], []
        for row in rows:
            if len(known) > 1:
                model = Ridge(alpha=0.1).fit(X[np.sort(known)], Y[np.sort(known)])
                errors.append(abs(Y[row] - model.predict(X[[row]])[0]))
            known.append(row)
        audit = session.report().audit
        assert audit.n == len(errors) == 12  # two labels for the first model
        assert audit.mean_error == pytest.approx(np.mean(errors))
        assert audit.low < audit.mean_error < audit.high
        answers = Y[rows[2:]]
        assert audit.baseline_number == np.median(answers)
        off = np.abs(answers - np.median(answers)).mean()
        assert audit.baseline == pytest.approx(off)

    def test_from_few_checks_there_is_no_figure(self):
        session, _ = self.audited(8)
        audit = session.report().audit
        assert (audit.n, audit.mean_error, audit.baseline) == (6, None, None)

    def test_the_interval_holds_the_mean_of_all_nearly_as_often_as_it_says(self):
        rng = np.random.RandomState(0)
        n_held = 0
        for _ in range(400):
            errors = rng.exponential(size=30)
            audit = audit_of_numbers(Counter((x, 0.0) for x in errors.tolist()), MM)
            n_held += audit.low <= 1 <= audit.high
        assert 0.91 < n_held / 400 < 0.98

    def test_figures_of_classes_are_absent(self):
        session, _ = self.audited(12)
        report = session.report()
        assert report.class_counts == {}
        assert (report.changed, report.still_changing) == (None, None)
        assert report.agreement is None
        assert not {"accuracy", "recalls", "curve"} & set(report.audit)
        assert "estimate" not in session.can
        with pytest.raises(ValueError, match="estimate_score is for classes"):
            session.estimate_score()


class TestFinding:
    @pytest.mark.parametrize(
        "how",
        [
            {"status": "suspect"},
            {"status": "contradicted"},
            {"order": "unsure"},
            {"order": "sure"},
            {"order": "suspicious"},
            {"likely": 3},
            {"guess": 3},
        ],
        ids=str,
    )
    def test_what_needs_classes_says_so(self, how):
        with number_session() as session:
            answer(session, 3)
            with pytest.raises(ValueError, match="is for classes"):
                session.find(**how)

    def test_a_slip_of_the_decimal_mark_is_found(self):
        with number_session() as session:
            rows = answer(session, 20)
            session.relabel(rows[4], Y[rows[4]] * 100)
            session.wait()
            found = session.find(order="farthest")
            assert found[0] == rows[4]
            assert set(found[:20]) == set(rows)  # those without a label come last
            guesses = [session.guess(row) for row in found[:20].tolist()]
            labels = [session.labels[row] for row in found[:20].tolist()]
            far = np.abs(np.subtract(guesses, labels))
            assert (np.diff(far) <= 0).all()

    def test_classes_are_not_far_from_each_other(self):
        learner = ActiveLearner(LogisticRegression(), "random")
        session = LabelingSession(learner, X, classes=["a", "b"])
        with session, pytest.raises(ValueError, match="is for numbers"):
            session.find(order="farthest")

    def test_a_row_that_checks_the_model_is_left_out_of_what_goes_by_guesses(self):
        with number_session(audit=1.0) as session:
            answer(session, 3)
            asked = session.ask().indices[0]
            assert asked not in session.find(order="farthest")

    def test_the_rest_is_as_with_classes(self):
        with number_session() as session:
            rows = answer(session, 4)
            assert session.find(status="labeled").tolist() == sorted(rows)
            assert session.find(order="latest", status="labeled")[0] == rows[-1]
            assert session.find(label=Y[rows[0]])[0] == rows[0]
            assert len(session.find(like=0)) == 39
            session.flag(3)
            assert session.find(status="flagged").tolist() == [3]
            expected = Ridge(alpha=0.1).fit(X[np.sort(rows)], Y[np.sort(rows)])
            described = session.describe([5])[0]
            assert described.guess == pytest.approx(expected.predict(X[[5]])[0])
            assert described.confidence is None


class TestFilesOfOtherTools:
    @pytest.mark.parametrize("ending", [".csv", ".jsonl", ".json"])
    @settings(max_examples=20)
    @given(labels=st.lists(NUMBERS, min_size=1, max_size=6))
    def test_what_is_exported_is_imported_exactly(
        self, ending, labels, tmp_path_factory
    ):
        path = tmp_path_factory.mktemp("votes") / f"votes{ending}"
        first = number_session(learner=learner_of(Wild()))
        answer(first, len(labels), FromList(labels))
        first.export_votes(path)
        second = number_session(learner=learner_of(Wild()))
        second.import_votes(path)
        assert {k: repr(x) for k, x in second.labels.items()} == {
            k: repr(x) for k, x in first.labels.items()
        }

    def test_label_studio_is_told_of_the_range(self, tmp_path):
        path = tmp_path / "votes.json"
        session = number_session(numbers=NumberRange(0.5, unit="mm"))
        session.relabel(3, 1.5)
        session.export_votes(path)
        number = '<Number name="label" toName="item" min="0.5"/>'
        assert number in path.with_suffix(".xml").read_text()
        result = json.loads(path.read_text())[0]["annotations"][0]["result"][0]
        assert (result["type"], result["value"]) == ("number", {"number": 1.5})
        assert read_votes(path) == [Vote("3", 1.5, None)]

    def test_a_file_is_read_as_people_type(self, tmp_path):
        path = tmp_path / "votes.csv"
        path.write_text('key,label\n0,"1,5"\n1,2 mm\n2,\n')
        session = number_session(numbers=MM)
        assert session.import_votes(path).n_imported == 3
        assert session.labels == {0: 1.5, 1: 2.0}
        path.write_text("key,label\n3,7\n4,500\n")
        with pytest.raises(ValueError, match="500 mm is out of range"):
            session.import_votes(path)
        assert session.labels == {0: 1.5, 1: 2.0}


def test_journals_of_numbers_are_read_without_their_data(path):
    with number_session(path, numbers=MM) as session:
        rows = answer(session, 2)
    header, events = LabelJournal.read(path)
    assert NumberRange.of_json(header["numbers"]) == MM
    assert [event["label"] for event in events] == Y[rows].tolist()
