"""What estimators say, in labels: predictions in columns, codes, more classes."""

import numpy as np
import pytest
from helpers import blobs
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris, load_wine
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import SelfTrainingClassifier

from sklearn_active import ActiveLearner
from sklearn_active.inspection import PoolDisplay, QueryDisplay
from sklearn_active.labeling import LabelingSession
from sklearn_active.model_selection import active_learning_curve, labeled_scorer
from sklearn_active.query_strategies import ExpectedErrorReduction, QueryByCommittee

WINE, WINE_TRUTH = load_wine(return_X_y=True)
WINE = StandardScaler().fit_transform(WINE)
START = np.arange(178) % 6 == 0
TEXT = np.array(["early", "late", "middle"], dtype=object)


class InAColumn(LogisticRegression):
    """Predicts with shape (n, 1), as CatBoost does for several classes."""

    def predict(self, X):
        return super().predict(X)[:, None]


class ZeroToK(LogisticRegression):
    """Takes labels 0 ... k-1 and nothing else, as XGBoost."""

    def fit(self, X, y):
        found = np.unique(np.asarray(y, dtype=float))
        if not np.array_equal(found, np.arange(len(found))):
            raise ValueError(f"Invalid classes. Expected 0 ... k-1, got {found}")
        return super().fit(X, np.asarray(y, dtype=int))


class FixedOutputs(ClassifierMixin, BaseEstimator):
    """A net of five outputs, of which output k stands for the label k."""

    n_outputs = 5

    def fit(self, X, y):
        y = np.asarray(y)
        if y.dtype.kind not in "iu" or y.min() < 0 or y.max() >= self.n_outputs:
            raise IndexError("target out of bounds")
        self.inner_ = GaussianNB().fit(X, y)
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        proba = np.full((len(X), self.n_outputs), 0.01)
        proba[:, self.classes_] = self.inner_.predict_proba(X)
        return proba / proba.sum(axis=1, keepdims=True)

    def predict(self, X):
        return self.predict_proba(X).argmax(axis=1)


def plain_and(other, y, **params):
    """Return two learners that are taught the same, one of them of `other`."""
    learners = []
    for estimator in (LogisticRegression(), other):
        learner = ActiveLearner(estimator, "margin", random_state=0, **params)
        learners.append(learner.fit(WINE, y, labeled=START))
    return learners


class TestPredictionsInAColumn:
    def test_a_learner_predicts_and_stops_as_with_a_flat_classifier(self):
        flat, column = plain_and(
            InAColumn(), WINE_TRUTH, stop_when="stable_predictions"
        )
        assert column.predict(WINE).shape == (178,)
        np.testing.assert_array_equal(column.predict(WINE), flat.predict(WINE))
        assert column.n_asked_ == flat.n_asked_ > 3
        assert [r.predicted for r in column.history_] == [
            r.predicted for r in flat.history_
        ]
        assert column.score(WINE, WINE_TRUTH) == flat.score(WINE, WINE_TRUTH)

    def test_a_session_audits_it_right(self):
        learner = ActiveLearner(InAColumn(), random_state=0)
        y = np.where(START, WINE_TRUTH, -1)
        with LabelingSession(learner, WINE, y, audit=1.0) as session:
            right = 0
            for _ in range(20):
                query = session.ask()
                expected = session.guess(int(query.indices[0]))
                right += expected == WINE_TRUTH[query.indices[0]]
                session.tell(query.id, WINE_TRUTH[query.indices])
                session.wait()
            assert session.report().audit.n_right == right > 15

    def test_curves_scorers_committees_and_displays_take_it(self):
        learner = ActiveLearner(InAColumn(), QueryByCommittee(n_members=3))
        same = {"initial": 12, "budget": 4, "cv": 2, "random_state": 0}
        curve = active_learning_curve(learner, WINE, WINE_TRUTH, **same)
        learner.set_params(estimator=LogisticRegression())
        flat = active_learning_curve(learner, WINE, WINE_TRUTH, **same)
        np.testing.assert_array_equal(curve.test_scores, flat.test_scores)
        learner.set_params(estimator=InAColumn(), budget=2)
        learner.fit(WINE, WINE_TRUTH, labeled=START)
        scorer = labeled_scorer("accuracy")
        assert scorer(learner, WINE, WINE_TRUTH) > 0.9
        QueryDisplay.from_estimator(learner)
        PoolDisplay.from_estimator(learner)

    def test_inside_self_training_it_is_flat_too(self):
        learner = ActiveLearner(SelfTrainingClassifier(InAColumn()), budget=2)
        learner.fit(WINE, WINE_TRUTH, labeled=START)
        assert learner.predict(WINE).shape == (178,)
        assert all(isinstance(x, int) for r in learner.history_ for x in r.predicted)

    @pytest.mark.parametrize("shape", [(3, 2), (1, 3, 1), ()])
    def test_what_is_no_label_per_row_is_refused_by_name(self, shape):
        class Odd(GaussianNB):
            def predict(self, X):
                return np.zeros(shape)

        learner = ActiveLearner(Odd()).fit(WINE, WINE_TRUTH)
        message = rf"predict of Odd returned .* shape \({shape and shape[0]}?"
        with pytest.raises(ValueError, match=message):
            learner.predict(WINE[:3])


class TestLabelsThatAreNot0ToK:
    @pytest.mark.parametrize("name", [[1, 2, 3], [0, 5, 9], TEXT, [-1, 0, 1]])
    def test_the_estimator_is_given_codes_and_its_answers_are_decoded(self, name):
        y = np.asarray(name)[WINE_TRUTH]
        plain, codes = plain_and(ZeroToK(), y, budget=5, missing_label=None)
        assert codes.classes_.tolist() == sorted(name)
        assert codes.classes_.dtype == plain.classes_.dtype
        np.testing.assert_array_equal(codes.predict(WINE), plain.predict(WINE))
        np.testing.assert_allclose(codes.predict_proba(WINE), plain.predict_proba(WINE))
        assert codes.score(WINE, y) == plain.score(WINE, y)
        rows = [[r.rows.tolist() for r in x.history_] for x in (codes, plain)]
        assert rows[0] == rows[1]
        assert codes.history_[-1].predicted == plain.history_[-1].predicted

    def test_a_class_that_is_not_met_yet_is_no_obstacle(self):
        known = START & (WINE_TRUTH != 1)
        learner = ActiveLearner(ZeroToK(), "margin", budget=30)
        learner.fit(WINE, WINE_TRUTH, labeled=known)
        assert learner.classes_.tolist() == [0, 1, 2]
        assert learner.score(WINE, WINE_TRUTH) > 0.9
        first = ActiveLearner(ZeroToK()).fit(WINE[known], WINE_TRUTH[known])
        assert set(first.predict(WINE)) == {0, 2}

    def test_labels_0_to_k_are_given_as_they_are(self):
        learner = ActiveLearner(ZeroToK()).fit(WINE, WINE_TRUTH)
        assert learner.estimator_.classes_.tolist() == [0, 1, 2]

    def test_what_the_estimator_says_of_the_labels_given_is_raised(self):
        class Never(LogisticRegression):
            def fit(self, X, y):
                raise ValueError(f"I never like {np.unique(y).tolist()}")

        with pytest.raises(ValueError, match=r"never like \['early', 'late'") as raised:
            ActiveLearner(Never()).fit(WINE, TEXT[WINE_TRUTH])
        assert raised.value.__cause__ is None

    def test_self_training_sessions_curves_and_committees_take_it(self):
        y = TEXT[WINE_TRUTH]
        known = START & (WINE_TRUTH != 1)
        learner = ActiveLearner(SelfTrainingClassifier(ZeroToK()), budget=2)
        learner.fit(WINE, y, labeled=known)
        assert set(learner.transduction_) - {None} <= set(TEXT)
        for strategy in (QueryByCommittee(n_members=3), ExpectedErrorReduction()):
            learner = ActiveLearner(ZeroToK(), strategy, random_state=0, budget=2)
            learner.fit(WINE[::3], y[::3], labeled=known[::3])
            assert set(learner.predict(WINE)) <= set(TEXT)
        learner = ActiveLearner(ZeroToK(), "margin", random_state=0)
        curve = active_learning_curve(
            learner, WINE, y, initial=6, budget=6, cv=2, random_state=0
        )
        assert np.isfinite(curve.test_scores).all()
        with LabelingSession(learner, WINE, classes=TEXT) as session:
            for _ in range(12):
                query = session.ask()
                session.tell(query.id, y[query.indices])
                session.wait()
            assert session.guess(0) in TEXT
            assert session.report().error is None

    def test_a_committee_of_its_own_members_is_decoded_too(self):
        members = [ZeroToK(), GaussianNB()]
        for disagreement in ("vote_entropy", "kl", "consensus_entropy"):
            strategy = QueryByCommittee(members, disagreement=disagreement)
            plain = QueryByCommittee(
                [LogisticRegression(), GaussianNB()], disagreement=disagreement
            )
            picks = [
                ActiveLearner(GaussianNB(), s)
                .start(WINE, np.where(START, TEXT[WINE_TRUTH], None))
                .query(5)
                .indices.tolist()
                for s in (strategy, plain)
            ]
            assert picks[0] == picks[1]


class TestMoreClassesThanLabels:
    X, truth = load_iris(return_X_y=True)
    model = LogisticRegression(max_iter=500).fit(X, truth)
    y = np.where((truth != 1) & (np.arange(150) % 9 == 0), truth, -1)

    def test_names_and_columns_of_a_frozen_model_belong_together(self):
        learner = ActiveLearner(FrozenEstimator(self.model)).start(self.X, self.y)
        query = learner.query()
        assert learner.classes_.tolist() == query.classes.tolist() == [0, 1, 2]
        expected = self.model.predict_proba(self.X[query.indices])
        np.testing.assert_allclose(query.proba, expected)
        assert set(learner.predict(self.X)) == {0, 1, 2}
        learner.teach(query, self.truth[query.indices])
        assert learner.classes_.tolist() == [0, 1, 2]

    def test_a_frozen_model_ranks_from_the_first_question(self):
        learner = ActiveLearner(FrozenEstimator(self.model), "entropy").start(self.X)
        query = learner.query()
        proba = self.model.predict_proba(self.X)
        entropy = -(proba * np.log(proba)).sum(axis=1)
        assert query.indices.tolist() == [entropy.argmax()]
        assert query.reason == "EntropySampling"
        np.testing.assert_array_equal(
            learner.predict(self.X), self.model.predict(self.X)
        )
        learner.teach(query, self.truth[query.indices])
        assert learner.query().reason == "EntropySampling"

    def test_a_loop_around_a_frozen_model_needs_no_two_classes(self):
        oracle = lambda query: self.truth[query.indices]  # noqa: E731
        learner = ActiveLearner(FrozenEstimator(self.model), oracle=oracle, budget=1)
        learner.fit(self.X, [None] * 150)
        assert learner.termination_condition_ == "budget"
        assert learner.predict_proba(self.X).shape == (150, 3)

    def test_a_pipeline_is_pretrained_if_all_its_steps_are(self):
        scaler = StandardScaler().fit(self.X)
        frozen = FrozenEstimator(GaussianNB().fit(scaler.transform(self.X), self.truth))
        warm = make_pipeline(FrozenEstimator(scaler), frozen)
        cold = make_pipeline(StandardScaler(), frozen)
        reasons = [
            ActiveLearner(model).start(self.X).query().reason for model in (warm, cold)
        ]
        assert reasons == ["EntropySampling", "cold_start"]

    def test_names_that_the_model_does_not_know_are_refused(self):
        y = np.where(self.y == -1, None, TEXT[self.truth])
        message = r"FrozenEstimator knows the classes \[0, 1, 2\], and none of"
        with pytest.raises(ValueError, match=message):
            ActiveLearner(FrozenEstimator(self.model)).start(self.X, y)

    def test_a_model_that_knows_fewer_classes_keeps_its_columns(self):
        two = GaussianNB().fit(self.X[:100], self.truth[:100])
        learner = ActiveLearner(FrozenEstimator(two))
        learner.fit(self.X, self.truth, labeled=np.arange(150) % 5 == 0)
        assert learner.classes_.tolist() == [0, 1]
        assert learner.predict_proba(self.X).shape == (150, 2)
        assert learner.score(self.X, self.truth) == two.score(self.X, self.truth)

    @pytest.mark.parametrize("names", [np.arange(3), TEXT], ids=["numbers", "text"])
    def test_outputs_of_a_net_that_no_label_has_are_left_out(self, names):
        known = START & (WINE_TRUTH != 1)
        learner = ActiveLearner(FixedOutputs(), "entropy", budget=3, batch_size=3)
        learner.fit(WINE, names[WINE_TRUTH], labeled=known)
        proba = learner.predict_proba(WINE)
        assert proba.shape == (178, len(learner.classes_))
        np.testing.assert_allclose(proba.sum(axis=1), 1)
        inner = GaussianNB().fit(
            WINE[learner.labeled_iter_ >= 0],
            learner.y_[learner.labeled_iter_ >= 0].tolist(),
        )
        np.testing.assert_array_equal(learner.classes_, inner.classes_)
        expected = inner.classes_[inner.predict_proba(WINE).argmax(axis=1)]
        np.testing.assert_array_equal(learner.predict(WINE), expected)

    def test_an_output_without_a_name_is_never_predicted(self):
        class Drawn(FixedOutputs):
            def predict_proba(self, X):
                proba = np.zeros((len(X), 5))
                proba[:, [0, 4]] = [0.2, 0.8]
                return proba

        learner = ActiveLearner(Drawn()).fit(WINE, TEXT[WINE_TRUTH])
        assert set(learner.predict(WINE)) == {"early"}
        np.testing.assert_array_equal(learner.predict_proba(WINE)[0], [1, 0, 0])

    @pytest.mark.parametrize("shape", [(150,), (150, 1)])
    def test_columns_without_names_are_refused_by_name(self, shape):
        class OneColumn(GaussianNB):
            def predict_proba(self, X):
                return np.full((len(X), *shape[1:]), 0.5)

        learner = ActiveLearner(OneColumn()).fit(self.X, self.truth)
        with pytest.raises(ValueError, match=r"OneColumn .*one column per class"):
            learner.predict_proba(self.X)

    def test_logarithms_have_the_same_columns(self):
        class Log(FixedOutputs):
            def predict_log_proba(self, X):
                return np.log(self.predict_proba(X))

        learner = ActiveLearner(Log()).fit(WINE, WINE_TRUTH)
        np.testing.assert_allclose(
            np.exp(learner.predict_log_proba(WINE)), learner.predict_proba(WINE)
        )


def test_a_classifier_without_classes_gets_those_of_the_labels():
    class Silent(ClassifierMixin, BaseEstimator):
        def fit(self, X, y):
            self.frequent_ = y[0]
            return self

        def predict(self, X):
            return np.full(len(X), self.frequent_)

    learner = ActiveLearner(Silent(), "random").fit(WINE, TEXT[WINE_TRUTH])
    assert learner.classes_.tolist() == sorted(TEXT)
    assert learner.predict(WINE[:2]).tolist() == [TEXT[WINE_TRUTH[0]]] * 2


def test_other_names_for_as_many_classes_are_those_of_the_labels():
    class Numbers(GaussianNB):
        def fit(self, X, y):
            return super().fit(X, np.unique(y, return_inverse=True)[1])

    X = [[0.0], [1.0], [0.5]]
    learner = ActiveLearner(Numbers()).start(X, ["a", "b", None])
    assert learner.estimator_.classes_.tolist() == [0, 1]
    assert learner.classes_.tolist() == ["a", "b"]
    assert learner.query().classes.tolist() == ["a", "b"]


def test_an_estimator_without_an_unlabeled_row_in_its_codes_sees_minus_one():
    X, y, _ = blobs(20, 6)
    names = np.where(y == -1, None, TEXT[y])
    learner = ActiveLearner(SelfTrainingClassifier(ZeroToK())).fit(X, names)
    assert set(learner.estimator_.classes_) <= {0, 1, 2}
    assert set(learner.transduction_) - {None} <= set(TEXT)
