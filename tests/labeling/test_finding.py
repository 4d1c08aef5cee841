"""Lists of rows: what they say, what they are, what a model makes of them."""

import numpy as np
import pandas as pd
import pytest
from executors import Inline
from helpers import blobs, calls_of
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.svm import LinearSVC

from sklearn_active import ActiveLearner
from sklearn_active.evaluation import suspect_labels
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.graph._neighbors import NeighborSearch
from sklearn_active.labeling import LabelingSession, LabelJournal

X, _, TRUTH = blobs(60, centers=3)


def session(estimator=None, n_labels=12, X=X, **params):
    estimator = GaussianNB(var_smoothing=1e-2) if estimator is None else estimator
    learner = ActiveLearner(estimator, "random", random_state=0)
    params = {"classes": [0, 1, 2], "audit": 0, "executor": Inline()} | params
    opened = LabelingSession(learner, X, **params)
    for row in range(n_labels):
        opened.relabel(row, int(TRUTH[row]))
    return opened


class Broken(list):
    """Items that are read when they are asked for; one of them can't be."""

    def __init__(self, items, broken, error):
        super().__init__(items)
        self.broken, self.error = broken, error

    def __getitem__(self, row):
        if row == self.broken:
            raise self.error("gone")
        return super().__getitem__(row)


class TestWords:
    TEXTS = ("A fine Kettle", "broken kettle", "ÜBER fine", "", "kettle, kettle")

    def found(self, words, items):
        opened = session(X=X[: len(items)], items=items, n_labels=0)
        return opened.find(words).tolist()

    def test_every_word_must_occur_in_upper_or_lower_case(self):
        texts = list(self.TEXTS)
        assert self.found("kettle", texts) == [0, 1, 4]
        assert self.found("KETTLE fin", texts) == [0]
        assert self.found("über", texts) == [2]
        assert self.found("  ", texts) == [0, 1, 2, 3, 4]
        assert self.found("teapot", texts) == []

    def test_all_columns_of_a_table_are_searched(self):
        frame = pd.DataFrame({"text": self.TEXTS, "color": ["red", "", "", "", "RED"]})
        assert self.found("red", frame) == [0, 4]
        assert self.found("kettle red", frame) == [0, 4]
        assert self.found("red", frame.to_dict("records")) == [0, 4]

    def test_numbers_are_found_as_the_page_writes_them(self):
        assert self.found("2.5", np.array([[1.0, 2.5], [2.0, 3.0]])) == [0]
        assert self.found("nan", np.array([[1.0, np.nan], [2.0, 3.0]])) == []

    @pytest.mark.parametrize("error", [OSError, ValueError, RuntimeError])
    def test_one_row_that_cannot_be_read_hides_no_other(self, error):
        opened = session(X=X[:5], items=Broken(self.TEXTS, 1, error), n_labels=0)
        assert opened.find("kettle").tolist() == [0, 4]
        titles = [row.title for row in opened.describe(range(3))]
        assert titles == ["A fine Kettle", "Row 2", "ÜBER fine"]


class TestStatus:
    def test_each_row_is_where_it_belongs(self):
        opened = session(y=None)
        query = opened.ask()
        opened.skip(query.id)
        skipped = query.indices.tolist()
        opened.flag(5)
        opened.flag(50)
        labeled = list(range(12))
        assert opened.find(status="labeled").tolist() == labeled
        assert opened.find(status="unlabeled").tolist() == list(range(12, 60))
        assert opened.find(status="skipped").tolist() == skipped
        assert opened.find(status="flagged").tolist() == opened.flagged == [5, 50]
        assert opened.find(label=2).tolist() == [r for r in labeled if TRUTH[r] == 2]

    @pytest.mark.parametrize("label", [3, "2", ["a"]])
    def test_a_label_that_is_no_class_is_refused(self, label):
        message = "is not a class of this session: \\[0, 1, 2\\]|A label is"
        with pytest.raises(ValueError, match=message):
            session().find(label=label)
        with pytest.raises(ValueError, match=message):
            session().find(guess=label)

    def test_a_guess_that_is_not_the_label_contradicts_it(self):
        opened = session(n_labels=30)
        opened.relabel(0, (TRUTH[0] + 1) % 3)
        opened.wait()
        guesses = opened.learner.predict(X)
        wrong = [r for r in range(30) if opened.labels[r] != guesses[r]]
        assert 0 in wrong
        assert opened.find(status="contradicted").tolist() == wrong
        assert opened.find(guess=1).tolist() == np.flatnonzero(guesses == 1).tolist()

    def test_rows_that_annotators_answered_differently_are_disputed(self):
        opened = session(votes_per_row=2, n_labels=0)
        for row, labels in {3: (0, 0), 7: (1, 2), 9: (2,)}.items():
            for who, label in zip(("ann", "bob"), labels, strict=False):
                opened.relabel(row, label, who)
        assert opened.find(status="disputed").tolist() == [7]
        opened.relabel(7, 1, "bob")
        assert opened.find(status="disputed").tolist() == []

    def test_a_class_with_a_new_name_is_found_by_it(self):
        opened = session(classes=["a", "b"], n_labels=0)
        for row in range(6):
            opened.relabel(row, "ab"[row % 2])
        opened.rename_class("a", "z")
        assert opened.find(label="z").tolist() == [0, 2, 4]
        with pytest.raises(ValueError, match="z"):
            opened.find(label="a")
        assert set(opened.find(guess="z")) == {
            r for r in range(60) if opened.guess(r) == "z"
        }
        assert opened.find(likely="z", status="unlabeled").size == 54


class TestOrder:
    @pytest.mark.parametrize(
        "estimator", [GaussianNB(var_smoothing=1e-2), GraphLabelSpreading()]
    )
    def test_by_the_probability_of_the_guess(self, estimator):
        opened = session(estimator)
        opened.wait()
        proba = opened._refitter.ranking.predict.proba
        highest = opened.learner.predict_proba(X).max(axis=1)
        if isinstance(estimator, GaussianNB):
            np.testing.assert_allclose(proba.max(axis=1), highest)
        order = np.argsort(proba.max(axis=1), kind="stable")
        assert opened.find(order="unsure").tolist() == order.tolist()
        unlabeled = opened.find(status="unlabeled", order="sure")
        assert (np.diff(proba[unlabeled].max(axis=1)) <= 0).all()

    def test_a_transductive_model_is_asked_for_the_rows_that_it_has_seen(self):
        opened = session(GraphLabelSpreading())
        opened.wait()
        expected = opened.learner.estimator_.label_distributions_
        found = opened._refitter.ranking.predict.proba
        np.testing.assert_allclose(found, expected, atol=1e-4)

    def test_the_most_likely_rows_of_a_class_come_first(self):
        opened = session()
        opened.wait()
        share = opened.learner.predict_proba(X)[:, 2]
        found = opened.find(likely=2, status="unlabeled")
        assert (np.diff(share[found]) <= 0).all()
        assert sorted(found) == list(range(12, 60))

    def test_the_nearest_rows_come_first(self):
        found = session().find(like=20)
        distances = np.linalg.norm(X - X[20], axis=1)
        assert found.tolist() == [
            r for r in np.argsort(distances, kind="stable").tolist() if r != 20
        ]

    def test_texts_are_compared_as_the_model_sees_them(self):
        texts = ["red kettle", "blue kettle", "big red kettle", "gray mouse"] * 5
        model = make_pipeline(TfidfVectorizer(), LogisticRegression())
        opened = session(model, X=texts, n_labels=0)
        with pytest.raises(ValueError, match="There is no model yet"):
            opened.find(like=0)
        opened.relabel(0, 0)
        opened.relabel(1, 1)
        opened.relabel(2, 1)
        opened.relabel(3, 2)
        opened.wait()
        nearest = [texts[row] for row in opened.find(like=0)]
        assert nearest[:4] == ["red kettle"] * 4
        assert nearest[-1] == "gray mouse"

    def test_what_stays_text_for_the_model_cannot_be_compared(self):
        class Lengths(GaussianNB):
            def fit(self, X, y):
                return super().fit([[len(x)] for x in X], y)

            def predict_proba(self, X):
                return super().predict_proba([[len(x)] for x in X])

            def predict(self, X):
                return super().predict([[len(x)] for x in X])

        opened = session(Lengths(), X=["a", "bb", "ccc", "dddd"], n_labels=0)
        for row in range(4):
            opened.relabel(row, row % 2)
        opened.wait()
        with pytest.raises(ValueError, match=r"no numbers.*Pipeline"):
            opened.find(like=0)

    def test_a_model_with_labels_but_no_distributions_of_the_fit_is_asked(self):
        opened = session(SelfTrainingClassifier(LogisticRegression()), n_labels=30)
        opened.wait()
        highest = opened.learner.predict_proba(X).max(axis=1)
        order = np.argsort(highest, kind="stable")
        assert opened.find(order="unsure").tolist() == order.tolist()
        (row,) = opened.describe([40])
        assert row.guess == opened.learner.transduction_[40]
        assert row.confidence == pytest.approx(highest[40])

    def test_what_goes_by_guesses_leaves_out_the_rows_that_check_the_model(self):
        opened = session(audit=1.0)
        opened.wait()
        query = opened.ask(n=2)
        assert query.reason == "audit"
        checked = set(query.indices.tolist())
        guess = opened.guess(query.indices[0])
        for how in (
            {"guess": guess},
            {"order": "sure"},
            {"order": "unsure"},
            {"likely": 1},
        ):
            found = opened.find(**how)
            assert found.size
            assert not checked & set(found.tolist())
        assert checked <= set(opened.find().tolist())
        opened.tell(query.id, [0, 0])
        assert checked <= set(opened.find(order="sure").tolist())

    def test_a_label_of_a_row_that_checks_the_model_is_not_said_to_be_contradicted(
        self,
    ):
        opened = session(audit=1.0)
        opened.wait()
        row = int(opened.ask(annotator="ann").indices[0])
        wrong = int(TRUTH[row] + 1) % 3
        opened.relabel(row, wrong, "bob")
        assert opened.guess(row) != opened.labels[row]
        assert row not in opened.find(status="contradicted")
        opened.relabel(row, wrong, "ann")
        assert opened.guess(row) != opened.labels[row]
        assert row in opened.find(status="contradicted")

    def test_the_label_given_last_comes_first(self):
        opened = session(n_labels=4)
        assert opened.find(status="labeled", order="latest").tolist() == [3, 2, 1, 0]

    def test_what_needs_a_model_says_that_there_is_none(self):
        opened = session(n_labels=0)
        for how in ({"order": "sure"}, {"guess": 1}, {"likely": 1}):
            with pytest.raises(ValueError, match="There is no model yet"):
                opened.find(**how)
        with pytest.raises(ValueError, match="No label can be doubted yet"):
            opened.find(status="suspect")

    def test_a_model_without_probabilities_gives_guesses_alone(self):
        opened = session(LinearSVC())
        opened.wait()
        with pytest.raises(ValueError, match="predict_proba"):
            opened.find(order="unsure")
        (row,) = opened.describe([30])
        assert row.guess == opened.learner.predict(X[[30]])[0]
        assert row.confidence is None

    @pytest.mark.parametrize(
        "how", [{"status": "odd"}, {"order": "odd"}, {"words": 3}, {"like": 60}]
    )
    def test_what_is_no_list_is_refused(self, how):
        with pytest.raises(ValueError, match=r"odd|words|0 \.\.\. 59"):
            session().find(**how)


class TestDoubts:
    def test_labels_that_the_others_speak_against_come_first(self):
        opened = session(n_labels=30)
        for row in (4, 17):
            opened.relabel(row, int(TRUTH[row] + 1) % 3)
        y = np.full(len(X), -1)
        y[list(opened.labels)] = list(opened.labels.values())
        suspects = suspect_labels(GaussianNB(var_smoothing=1e-2), X, y)
        found = opened.find(order="suspicious").tolist()
        assert found == suspects.rows.tolist()
        suspect = suspects.rows[suspects.contradicted].tolist()
        assert set(suspect) >= {4, 17}
        assert opened.find(status="suspect", order="suspicious").tolist() == suspect

    @pytest.mark.parametrize("estimator", [GraphLabelSpreading(), LinearSVC()])
    def test_a_wrong_label_is_found_by_any_kind_of_model(self, estimator):
        opened = session(estimator, n_labels=30)
        opened.relabel(4, int(TRUTH[4] + 1) % 3)
        assert 4 in opened.find(status="suspect").tolist()

    def test_a_label_of_a_class_that_no_other_row_has_comes_last(self):
        opened = session(n_labels=0)
        rows = np.flatnonzero(TRUTH < 2)[:8].tolist()
        for row in rows:
            opened.relabel(row, int(TRUTH[row]))
        opened.relabel(int(np.flatnonzero(TRUTH == 2)[0]), 2)
        assert opened.find(order="suspicious")[-1] == np.flatnonzero(TRUTH == 2)[0]

    @pytest.mark.parametrize(
        ("estimator", "n_searches"),
        [(GraphLabelSpreading(), 1), (GaussianNB(var_smoothing=1e-2), 0)],
    )
    def test_neighbors_are_searched_once_and_it_measures_as_anew(
        self, estimator, n_searches
    ):
        kept = session(estimator, n_labels=30)
        changes = [
            lambda: None,
            lambda: kept.relabel(4, int(TRUTH[4] + 1) % 3),
            lambda: kept.relabel(31, int(TRUTH[31])),
            kept.undo,
        ]
        with calls_of(NeighborSearch._found) as searches:
            for change in changes:
                change()
                kept.find(order="suspicious")
        assert len(searches) == n_searches
        fresh = session(estimator, n_labels=0)
        for row, label in kept.labels.items():
            fresh.relabel(row, label)
        for how in ({"order": "suspicious"}, {"status": "suspect"}):
            assert kept.find(**how).tolist() == fresh.find(**how).tolist()

    def test_nothing_is_doubted_where_no_class_has_two_labels(self):
        opened = session(n_labels=0)
        for label in (0, 1, 2):
            opened.relabel(int(np.flatnonzero(label == TRUTH)[0]), label)
        with pytest.raises(ValueError, match="No label can be doubted yet"):
            opened.find(order="suspicious")

    def test_of_many_labels_a_share_of_each_class_is_left_out_at_a_time(self):
        fitted_on = []

        class Watched(GaussianNB):
            def fit(self, X, y):
                fitted_on.append(set(X[:, 0].astype(int)))
                return super().fit(X, y)

        rows = np.arange(90.0)[:, None]
        opened = session(Watched(var_smoothing=1e-2), n_labels=0, X=rows)
        for row in range(90):
            opened.relabel(row, row % 3)
        fitted_on.clear()
        opened.find(order="suspicious")
        folds = [set(range(90)) - seen for seen in fitted_on]
        assert sorted(row for fold in folds for row in fold) == list(range(90))
        assert len(folds) == 20
        for label in range(3):
            n_of_label = [sum(row % 3 == label for row in fold) for fold in folds]
            assert set(n_of_label) == {1, 2}
        opened = session(n_labels=60)
        opened.relabel(4, int(TRUTH[4] + 1) % 3)
        assert 4 in opened.find(status="suspect")

    def test_who_has_been_asked_again_is_not_suspect_until_that_is_taken_back(
        self, tmp_path
    ):
        opened = session(n_labels=30, journal=tmp_path / "j")
        wrong = int(TRUTH[4] + 1) % 3
        opened.relabel(4, wrong)
        opened.relabel(4, wrong, reason="review")
        assert 4 not in opened.find(status="suspect")
        opened.undo()
        assert 4 in opened.find(status="suspect")
        opened.relabel(4, int(TRUTH[4]), reason="review")
        opened.close()
        _, events = LabelJournal.read(tmp_path / "j")
        assert (events[-1]["reason"], events[-1]["label"]) == ("review", TRUTH[4])


def test_labels_given_in_a_list_never_enter_the_checks():
    opened = session(audit=1.0)
    opened.wait()
    row = int(opened.ask().indices[0])
    opened.relabel(row, int(TRUTH[row]), reason="list")
    opened.relabel(40, int(TRUTH[40]), reason="search")
    assert opened.report().audit.n == 0


def test_a_list_says_of_each_row_what_is_known():
    opened = session(items=[f"text {i}" for i in range(60)])
    opened.flag(2)
    opened.wait()
    known, unknown = opened.describe([2, 30])
    assert (known.title, known.label, known.flagged) == ("text 2", TRUTH[2], True)
    assert known.votes == {None: TRUTH[2]}
    assert (unknown.label, unknown.votes, unknown.skipped) == (None, {}, False)
    assert unknown.guess == opened.learner.predict(X[[30]])[0]
    assert unknown.confidence == opened.learner.predict_proba(X[[30]]).max()


def test_a_list_makes_the_model_predict_the_rows_that_it_shows_and_no_other():
    class Watched(GaussianNB):
        seen = []

        def predict(self, X):
            self.seen.append(len(X))
            return super().predict(X)

        def predict_proba(self, X):
            self.seen.append(len(X))
            return super().predict_proba(X)

    opened = session(Watched(var_smoothing=1e-2))
    opened.wait()
    Watched.seen.clear()
    (row,) = opened.describe([30])
    assert row.guess == opened.learner.predict(X[[30]])[0]
    assert set(Watched.seen) == {1}
