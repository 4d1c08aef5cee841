"""A session's estimate is that of the library: of its checks, and the model of now."""

import numpy as np
import pytest
from executors import Inline
from page_client import Client
from sklearn.datasets import make_blobs
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from sklearn_active import ActiveLearner
from sklearn_active.evaluation import estimate_score
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.labeling import LabelingSession
from sklearn_active.labeling._fronts.figures import appraisal, sentences

X, CODES = make_blobs(200, centers=3, cluster_std=2.2, random_state=0)
TRUTH = np.array(["a", "b", "c"])[CODES]


def session_on(model=None, **options):
    learner = ActiveLearner(
        model or GraphLabelSpreading(), "graph_herding", random_state=0
    )
    options = {"classes": ["a", "b", "c"], "audit": 0.4, "executor": Inline()} | options
    return LabelingSession(learner, X, **options)


def answer(session, n_answers, truth=TRUTH):
    """Answer questions by the truth; return the rows asked, and which were checks."""
    rows, checks = [], []
    for _ in range(n_answers):
        query = session.ask()
        session.tell(query.id, truth[query.indices].tolist())
        rows += query.indices.tolist()
        if query.reason == "audit":
            checks += query.indices.tolist()
    return rows, checks


def by_hand(rows, checks, truth=TRUTH, **how):
    """Return the estimate of a learner that was taught the same rows, one by one."""
    learner = ActiveLearner(GraphLabelSpreading(), random_state=0).start(X)
    for row in rows:
        learner.teach([row], truth[[row]])
    return estimate_score(learner, checks=checks, **how)


class TestTheEstimate:
    @pytest.mark.parametrize("scoring", ["accuracy", "recall", "neg_log_loss"])
    def test_it_is_that_of_a_learner_that_was_taught_the_same(self, scoring):
        with session_on() as session:
            rows, checks = answer(session, 60)
            found = session.estimate_score(scoring=scoring, confidence=0.8)
        expected = by_hand(rows, checks, scoring=scoring, confidence=0.8)
        assert len(checks) == found.n_checks == expected.n_checks > 15
        assert found.n_left == 140
        for name in ("score", "low", "high", "baseline"):
            assert found[name] == pytest.approx(expected[name], abs=1e-3, nan_ok=True)

    def test_checks_count_from_before_the_first_model(self):
        with session_on(audit=1.0) as session:
            answer(session, 12)
            assert session.report().audit.n < 12
            assert session.estimate_score().n_checks == 12

    def test_what_is_taken_back_or_skipped_counts_no_more(self):
        with session_on(audit=1.0) as session:
            answer(session, 14)
            session.undo()
            assert session.estimate_score().n_checks == 13
            session.tell(session.ask().id, [None])
            found = session.estimate_score()
            assert (found.n_checks, found.n_left) == (13, 186)

    def test_a_class_that_is_renamed_is_the_same_class(self):
        with session_on() as session:
            rows, checks = answer(session, 60)
            session.rename_class("a", "first")
            renamed = np.where(TRUTH == "a", "first", TRUTH)
            found = session.estimate_score()
        assert found.classes.tolist() == ["b", "c", "first"]
        expected = by_hand(rows, checks, renamed)
        assert found.score == pytest.approx(expected.score, abs=1e-3)

    def test_it_is_of_the_journal_when_a_session_goes_on(self, tmp_path):
        path = tmp_path / "labels.jsonl"
        with session_on(journal=path) as session:
            answer(session, 50)
            before = session.estimate_score()
        with session_on(journal=path) as session:
            after = session.estimate_score()
        assert after.score == pytest.approx(before.score, abs=1e-3)
        assert after.n_checks == before.n_checks

    def test_before_there_is_a_model_it_says_so(self):
        with session_on() as session, pytest.raises(ValueError, match="no model yet"):
            session.estimate_score()

    def test_log_loss_needs_probabilities(self):
        with session_on(LinearSVC()) as session:
            answer(session, 30)
            assert session.estimate_score().score > 0
            with pytest.raises(ValueError, match="needs probabilities"):
                session.estimate_score(scoring="neg_log_loss")

    def test_a_wrong_scoring_is_named(self):
        with session_on() as session:
            answer(session, 12)
            with pytest.raises(ValueError, match="'scoring' parameter"):
                session.estimate_score(scoring="f1")

    def test_models_are_fitted_once_for_the_same_labels(self):
        fits = []

        class Counted(LogisticRegression):
            def fit(self, X, y):
                fits.append(len(y))
                return super().fit(X, y)

        with session_on(Counted(max_iter=500)) as session:
            answer(session, 30)
            fits.clear()
            session.estimate_score()
            assert len(fits) == 30  # each label is left out alone
            session.estimate_score(scoring="recall")
            assert len(fits) == 30


class TestWhatAPersonIsTold:
    def test_nothing_from_fewer_than_ten_checks(self):
        with session_on(audit=1.0) as session:
            answer(session, 9)
            assert appraisal(session) is None

    def test_at_a_terminal(self):
        with session_on() as session:
            answer(session, 60)
            found = appraisal(session)
            told = sentences(session.report(), found)
        accuracy = found.accuracy

        def percent(share):
            return f"{round(100 * share)} %"

        assert told[1].startswith(
            f"accuracy on the 140 rows left {percent(accuracy.score)} "
            f"({percent(accuracy.low)} to "
        )
        assert f"from {accuracy.n_checks} random checks); always" in told[1]
        n_told = np.isfinite(found.recall.score).sum()
        assert n_told < 3  # some class has fewer than ten checks
        which = "the others" if n_told else "to be said"
        assert told[2].startswith("found of each class: ")
        assert told[2].endswith(f"{which} after about {found.recall.n_needed} checks")

    def test_at_the_page(self):
        with session_on() as session, session.serve() as server:
            answer(session, 60)
            status, shown = Client(server)("estimate")
            found = session.estimate_score()
        assert status == 200
        for name in ("score", "low", "high", "baseline", "n_checks", "n_left"):
            assert shown[name] == pytest.approx(found[name])
        assert [each["text"] for each in shown["recalls"]] == ["a", "b", "c"]

    def test_the_page_says_when_there_are_too_few(self):
        with session_on() as session, session.serve() as server:
            status, shown = Client(server)("estimate")
        assert status == 200
        assert "Too few random checks" in shown["error"]
