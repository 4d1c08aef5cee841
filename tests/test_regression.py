"""Regression: the same learner, around estimators that learn numbers."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.base import (
    BaseEstimator,
    RegressorMixin,
    clone,
    is_classifier,
    is_regressor,
)
from sklearn.datasets import load_diabetes
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.frozen import FrozenEstimator
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
    Ridge,
)
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_active import ActiveLearner
from sklearn_active._data.number_labels import NumberLabels
from sklearn_active._data.parsing import parse_complete_y, parse_y
from sklearn_active.evaluation import estimate_score, suspect_labels
from sklearn_active.model_selection import (
    active_learning_curve,
    compare_strategies,
    labeled_scorer,
)
from sklearn_active.oracles import AbstainingOracle, ArrayOracle
from sklearn_active.pools import ChunkedPool
from sklearn_active.stopping_rules import Confident, Recall, TargetScore

X, Y = (part[:80] for part in load_diabetes(return_X_y=True))
START = np.arange(80) < 5


def learner(estimator=None, strategy="random", **params):
    estimator = Ridge(alpha=0.1) if estimator is None else estimator
    return ActiveLearner(estimator, strategy, random_state=0, **params)


def read(y, **kwargs):
    return parse_y(y, len(y), kind=NumberLabels, **kwargs)


class Memory(RegressorMixin, BaseEstimator):
    """Remember what it was fitted on."""

    accepts_unlabeled = False

    def fit(self, X, y):
        self.X_, self.y_ = X, y
        return self

    def predict(self, X):
        return np.zeros(len(X))


class WantsAll(Memory):
    accepts_unlabeled = True


class IsTold(WantsAll):
    """Remember what came after the fit, and call every row -1 that had no label."""

    def fit(self, X, y):
        self.told_ = []
        self.transduction_ = np.where(np.isnan(y), -1.0, y)
        return super().fit(X, y)

    def update_labels(self, indices, y):
        self.told_.append((indices.tolist(), y.tolist()))
        return self


class TestWhatYMeans:
    @pytest.mark.parametrize(
        "y",
        [
            [1.5, np.nan, -1.0],
            [1.5, None, -1],
            np.array([1.5, None, -1.0], dtype=object),
            np.ma.array([1.5, 7.0, -1.0], mask=[False, True, False]),
        ],
        ids=["nan", "none", "objects", "masked"],
    )
    def test_missing_values_are_unlabeled_and_minus_one_is_a_number(self, y):
        labels = read(y)
        assert_array_equal(labels.rows, [0, 2])
        assert_array_equal(labels.as_array(), [1.5, np.nan, -1.0])
        assert labels.as_array().dtype == np.float64

    def test_frames_and_series_are_read_as_they_are(self):
        pd = pytest.importorskip("pandas")
        y = pd.Series([3, None, -1], dtype="Int64")
        assert_array_equal(read(y).as_array(), [3, np.nan, -1])

    def test_only_minus_one_and_one_are_numbers_too(self):
        labels = read([-1, 1, -1])
        assert labels.all_known
        assert labels.remark == ""

    @pytest.mark.parametrize("mark", [-1, 0.5, "none"])
    def test_no_number_or_text_can_be_the_mark(self, mark):
        with pytest.raises(ValueError, match="only NaN or None can mark"):
            learner(missing_label=mark).fit(X, Y)

    @pytest.mark.parametrize("mark", [None, np.nan])
    def test_a_missing_value_may_be_stated(self, mark):
        y = np.where(START, Y, np.nan)
        fitted = learner(missing_label=mark).fit(X, y)
        assert_array_equal(fitted.y_, y)

    @pytest.mark.parametrize(
        ("y", "message"),
        [
            (["a", "b"], "gave 'a', but a regressor learns numbers"),
            ([1.0, np.inf], "Input y contains infinity"),
            (np.array(["2020-01-01", "NaT"], "M8[D]"), "a regressor learns numbers"),
            (np.array([1, 2], "m8[D]"), "a regressor learns numbers"),
            ([1j, 2j], "Complex data not supported"),
            ([[1.0, 2.0], [3.0, 4.0]], "one label: give one.*a learner for each"),
        ],
    )
    def test_what_is_no_number_is_refused(self, y, message):
        with pytest.raises(ValueError, match=message):
            read(y)

    def test_integers_of_any_size_are_numbers(self):
        assert read([10**30, None, -3]).as_array()[[0, 2]].tolist() == [1e30, -3.0]
        labels = read([0.5, None])
        assert labels.parse_answers([2**70], 1)[0].tolist() == [2.0**70]

    @pytest.mark.parametrize("strategy", ["herding", lambda pool: pool.proba[:, 0]])
    def test_no_way_out_of_an_error_is_for_classifiers(self, strategy):
        started = ActiveLearner(Ridge(), strategy).start(X, np.where(START, Y, np.nan))
        with pytest.raises(ValueError, match=r"'design'|estimator\.predict") as info:
            started.query()
        assert "Classifier" not in str(info.value)

    def test_a_continuous_y_beside_a_classifier_names_the_way_out(self):
        with pytest.raises(ValueError, match="continuous.*wrap a regressor"):
            ActiveLearner(LogisticRegression()).fit(X, Y + 0.5)

    @given(
        st.lists(st.none() | st.floats(-1e300, 1e300), min_size=1, max_size=20).filter(
            lambda y: any(v is not None for v in y)
        )
    )
    def test_what_is_read_is_given_back(self, y):
        expected = np.array([np.nan if v is None else v for v in y])
        labels = read(y)
        assert_array_equal(labels.as_array(), expected)
        assert_array_equal(read(labels.as_array()).as_array(), expected)

    @settings(max_examples=50)
    @given(st.data())
    def test_what_was_added_taken_back_and_added_again_is_as_if_read(self, data):
        n = data.draw(st.integers(2, 8))
        truth = np.array(data.draw(st.lists(st.floats(-9, 9), min_size=n, max_size=n)))
        labels = parse_y(None, n, kind=NumberLabels)
        known = np.full(n, np.nan)
        rows = st.lists(st.integers(0, n - 1), min_size=1, unique=True)
        for _ in range(3):
            new = [r for r in data.draw(rows) if np.isnan(known[r])]
            labels.add(np.array(new, dtype=int), truth[new])
            known[new] = truth[new]
            back = [r for r in data.draw(rows) if not np.isnan(known[r])]
            labels.withdraw(np.array(back, dtype=int))
            known[back] = np.nan
        assert_array_equal(labels.as_array(), known)
        assert_array_equal(labels.rows, np.flatnonzero(~np.isnan(known)))

    def test_hidden_labels_are_nowhere(self):
        labels, truth = parse_complete_y(Y, 80, START, kind=NumberLabels)
        assert_array_equal(truth, Y)
        assert not set(labels.values[5:].tolist()) & set(Y[5:].tolist())

    def test_trial_labels_make_fifty_with_those_known_and_are_among_them(self):
        labels = read(np.where(START, Y, np.nan))
        assert len(labels.made_up(1000)) == 45
        assert set(labels.made_up(7)) <= set(Y[START])
        assert len(labels.made_up(7)) == 7
        assert len(read(Y).made_up(1000)) == 0


class TestTheLoop:
    def test_it_equals_start_query_and_teach(self):
        whole = learner(budget=8, batch_size=2).fit(X, Y, labeled=START)
        steps = learner(batch_size=2).start(X, np.where(START, Y, np.nan))
        for _ in range(4):
            query = steps.query()
            steps.teach(query, Y[query.indices])
        assert_array_equal(whole.y_, steps.y_)
        assert_allclose(whole.predict(X), steps.predict(X))

    def test_the_predictions_are_those_of_the_estimator_on_the_labels(self):
        fitted = learner(budget=10).fit(X, Y, labeled=START)
        known = ~np.isnan(fitted.y_)
        assert known.sum() == 15
        by_hand = Ridge(alpha=0.1).fit(X[known], Y[known])
        assert_allclose(fitted.predict(X), by_hand.predict(X))
        assert fitted.score(X, Y) == pytest.approx(by_hand.score(X, Y))

    def test_a_query_has_no_classes_and_no_distributions(self):
        query = learner().start(X).query(3)
        assert query.proba is None
        assert len(query.classes) == 0

    def test_history_has_what_was_expected_and_answered(self):
        fitted = learner(budget=2).fit(X, Y, labeled=START)
        first = fitted.history_[0]
        before = Ridge(alpha=0.1).fit(X[START], Y[START])
        assert first.answers == Y[first.rows].tolist()
        assert first.predicted == pytest.approx(before.predict(X[first.rows]))

    def test_from_nothing_the_first_model_has_two_labels(self):
        stepping = learner().start(X)
        for _ in range(2):
            assert not hasattr(stepping, "estimator_")
            query = stepping.query()
            stepping.teach(query, Y[query.indices])
        assert hasattr(stepping, "estimator_")

    def test_without_a_model_it_says_how_many_numbers_it_takes(self):
        with pytest.raises(ValueError, match="1 numbers are known, and two are needed"):
            learner().start(X, np.where(np.arange(80) < 1, Y, np.nan)).predict(X)

    def test_abstentions_are_declined(self):
        oracle = AbstainingOracle(ArrayOracle(Y), rate=0.5, random_state=0)
        fitted = learner(oracle=oracle).fit(X, np.where(START, Y, np.nan))
        assert fitted.termination_condition_ == "all_asked"
        known = ~np.isnan(fitted.y_)
        assert START.sum() < known.sum() < 80
        assert_array_equal(fitted.y_[known], Y[known])

    def test_minus_one_is_an_answer(self):
        stepping = learner().start([[0.0], [1.0], [2.0]], [0.0, 1.0, None])
        assert_array_equal(stepping.teach([2], [-1]).y_, [0, 1, -1])

    @pytest.mark.parametrize("answer", ["3.5 mm", np.inf])
    def test_a_wrong_answer_is_refused_and_nothing_recorded(self, answer):
        stepping = learner().start(X, np.where(START, Y, np.nan))
        with pytest.raises(ValueError, match="mixes number and text|infinity"):
            stepping.teach([7, 8], [1.0, answer])
        assert_array_equal(stepping.y_, np.where(START, Y, np.nan))

    def test_labels_can_be_corrected_and_taken_back(self):
        stepping = learner().start(X, np.where(START, Y, np.nan))
        stepping.relabel([0, 1], [7.5, None])
        assert stepping.y_[0] == 7.5
        assert np.isnan(stepping.y_[1])
        known = ~np.isnan(stepping.y_)
        by_hand = Ridge(alpha=0.1).fit(X[known], stepping.y_[known])
        assert_allclose(stepping.predict(X), by_hand.predict(X))

    def test_taken_back_to_one_label_there_is_no_model_any_more(self):
        stepping = learner().start(X, np.where(START, Y, np.nan))
        stepping.relabel([1, 2, 3, 4], [None] * 4)
        assert not hasattr(stepping, "estimator_")

    def test_an_estimator_that_is_updated_is_told_minus_one_and_what_was_withdrawn(
        self,
    ):
        stepping = learner(IsTold()).start(X, np.where(START, Y, np.nan))
        stepping.teach([10, 11], [-1.0, 3.0])
        stepping.relabel([10], [None])
        (first, second) = stepping.estimator_.told_
        assert first == ([10, 11], [-1.0, 3.0])
        assert second[0] == [10]
        assert np.isnan(second[1]).all()

    def test_the_transduction_may_be_minus_one(self):
        stepping = learner(IsTold()).start(X, np.where(START, Y, np.nan))
        assert_array_equal(stepping.transduction_, np.where(START, Y, -1.0))

    def test_rows_can_be_added(self):
        stepping = learner().start(X[:40], np.where(START, Y, np.nan)[:40])
        stepping.extend(X[40:], [Y[40], *[None] * 39])
        assert_array_equal(np.flatnonzero(~np.isnan(stepping.y_)), [0, 1, 2, 3, 4, 40])

    def test_it_goes_on_with_the_same_rows_from_y_(self):
        whole = learner(budget=6).fit(X, Y, labeled=START)
        half = learner(budget=3, oracle=ArrayOracle(Y))
        half.fit(X, np.where(START, Y, np.nan))
        rest = clone(half).fit(X, half.y_)
        asked = [r.rows[0] for r in (*half.history_, *rest.history_)]
        assert asked == [r.rows[0] for r in whole.history_]

    def test_a_pickle_goes_on(self):
        stepping = learner().start(X, np.where(START, Y, np.nan))
        again = pickle.loads(pickle.dumps(stepping))
        assert again.query().indices == stepping.query().indices
        assert_array_equal(again.y_, stepping.y_)


class TestEstimators:
    def test_what_is_fitted_is_the_labeled_rows_alone(self):
        fitted = learner(Memory()).fit(X, np.where(START, Y, np.nan)).estimator_
        assert_array_equal(fitted.X_, X[START])
        assert_array_equal(fitted.y_, Y[START])

    def test_one_that_takes_unlabeled_rows_is_given_nan_for_them(self):
        y = np.where(START, Y, np.nan)
        fitted = learner(WantsAll()).fit(X, y).estimator_
        assert_array_equal(fitted.y_, y)
        assert len(fitted.X_) == len(X)

    def test_neighbors_wait_until_there_are_enough_labels(self):
        stepping = learner(KNeighborsRegressor(n_neighbors=4))
        with pytest.warns(UserWarning, match="can't be fitted yet on 2 labels"):
            stepping.start(X, np.where(np.arange(80) < 2, Y, np.nan))
        query = stepping.query(2)
        assert not hasattr(stepping, "estimator_")
        stepping.teach(query, Y[query.indices])
        assert hasattr(stepping, "estimator_")

    def test_the_trial_before_that_has_no_number_that_was_not_given(self):
        # PoissonRegressor takes no negative number; its search wants some per fold.
        search = GridSearchCV(PoissonRegressor(), {"alpha": [1.0]}, cv=4)
        with pytest.warns(UserWarning, match="can't be fitted yet on 2 labels"):
            learner(search).start(X, np.where(np.arange(80) < 2, Y, np.nan))

    def test_what_fails_on_more_labels_too_is_an_error_at_once(self):
        with pytest.raises(ValueError, match="out of bounds for PoissonRegressor|y"):
            learner(PoissonRegressor()).start(X, np.where(START, -Y, np.nan))

    def test_a_frozen_one_predicts_from_the_first_question_on(self):
        frozen = FrozenEstimator(Ridge().fit(X, Y))
        stepping = learner(frozen).start(X)
        assert_allclose(stepping.predict(X), frozen.predict(X))

    def test_a_prior_alone_is_no_model(self):
        process = GaussianProcessRegressor(alpha=0.1, optimizer=None)
        for model in (process, make_pipeline(StandardScaler(), process)):
            stepping = learner(model).start(X)
            for _ in range(2):
                assert not hasattr(stepping, "estimator_")
                query = stepping.query()
                stepping.teach(query, Y[query.indices])
            assert hasattr(stepping, "estimator_")

    def test_pipelines_and_searches_are_known_for_regressors(self):
        pipeline = make_pipeline(StandardScaler(), Ridge())
        search = GridSearchCV(pipeline, {"ridge__alpha": [0.1, 1.0]}, cv=2)
        for estimator in (pipeline, search):
            fitted = learner(estimator, budget=3).fit(X, Y, labeled=START)
            assert fitted.score(X, Y) == pytest.approx(fitted.estimator_.score(X, Y))

    def test_the_learner_is_a_regressor_without_classes(self):
        fitted = learner().fit(X, Y)
        assert is_regressor(fitted)
        assert not is_classifier(fitted)
        for name in ("classes_", "predict_proba", "decision_function"):
            assert not hasattr(fitted, name)

    def test_other_regressors_are_learned_from_predictions_of_one_column(self):
        class Column(Memory):
            def predict(self, X):
                return np.zeros((len(X), 1))

        assert learner(Column()).fit(X, Y).predict(X).shape == (80,)

    def test_columns_of_categories_go_where_the_regressor_takes_them(self):
        pd = pytest.importorskip("pandas")
        frame = pd.DataFrame({"x": X[:, 2], "sex": pd.Categorical(["f", "m"] * 40)})
        boosting = HistGradientBoostingRegressor(min_samples_leaf=2, max_iter=5)
        fitted = learner(boosting, budget=2, oracle=lambda q: Y[q.indices])
        assert fitted.fit(frame, np.where(START, Y, np.nan)).n_asked_ == 2

    def test_a_frame_keeps_its_names(self):
        pd = pytest.importorskip("pandas")
        frame = pd.DataFrame(X, columns=[f"x{i}" for i in range(10)])
        y = pd.Series(np.where(START, Y, np.nan))
        fitted = learner(budget=2, oracle=lambda q: Y[q.indices]).fit(frame, y)
        assert fitted.feature_names_in_[0] == "x0"

    def test_more_than_the_mean_can_be_asked_for(self):
        process = GaussianProcessRegressor(optimizer=None)
        fitted = learner(process).fit(X, Y, labeled=START)
        with config_context(enable_metadata_routing=True):
            routed = learner(clone(process).set_predict_request(return_std=True))
            routed.fit(X, Y, labeled=START)
            mean, std = routed.predict(X[:1], return_std=True)
        assert_array_equal(mean, fitted.predict(X[:1]))
        assert_array_equal(std, fitted.estimator_.predict(X[:1], return_std=True)[1])


class TestWhatIsForClassesOnly:
    @pytest.mark.parametrize("name", ["entropy", "margin", "least_confident"])
    def test_strategies_of_classes_are_refused_before_a_label_is_bought(self, name):
        def never(query):
            raise AssertionError

        expected = f"{name.split('_')[0]}.*not for regression.*'auto'.*'random'"
        with pytest.raises(ValueError, match=f"(?i){expected}"):
            learner(None, name, oracle=never).fit(X, np.where(START, Y, np.nan))

    def test_asking_again_is_refused(self):
        with pytest.raises(ValueError, match="reask is for classification"):
            learner(reask=0.1).fit(X, Y)

    @pytest.mark.parametrize(
        "rule", ["stable_predictions", TargetScore(0.9), Recall(1)], ids=str
    )
    def test_stopping_rules_of_classes_are_refused(self, rule):
        with pytest.raises(ValueError, match="is for classification"):
            learner(stop_when=rule).fit(X, Y)

    def test_a_rule_of_utilities_is_not(self):
        def sum_of_row(pool):
            return np.asarray(pool.X)[pool.candidates].sum(axis=1)

        rule = Confident(threshold=1e9)
        fitted = learner(None, sum_of_row, stop_when=rule).fit(X, Y, labeled=START)
        assert fitted.termination_condition_ == "stop_when"

    def test_estimates_for_classes_are_refused(self):
        with pytest.raises(ValueError, match="estimate_score is for classification"):
            estimate_score(learner().fit(X, Y))
        with pytest.raises(ValueError, match="suspect_labels is for classification"):
            suspect_labels(Ridge(), X, Y)


class TestMeasuring:
    def test_a_curve_has_the_r2_of_the_estimator(self):
        splitter = KFold(2, shuffle=True, random_state=0)
        curve = active_learning_curve(
            learner(batch_size=5),
            X,
            Y,
            initial=10,
            budget=10,
            cv=splitter,
            random_state=0,
        )
        assert curve.test_scores.shape == (1, 2, 3)
        everything = active_learning_curve(
            learner(), X, Y, initial=40, budget=1, cv=splitter, random_state=0
        ).test_scores[0, :, 0]
        by_hand = cross_val_score(Ridge(alpha=0.1), X, Y, cv=splitter)
        assert_allclose(everything, by_hand)

    def test_before_a_model_the_score_is_that_of_the_mean(self):
        splitter = KFold(2)
        curve = active_learning_curve(
            learner(), X, Y, initial=1, budget=2, cv=splitter, random_state=0
        )
        scores = curve.test_scores[0, :, 0]
        # One label of the training rows: which, is the curve's own affair.
        (train, test), _ = splitter.split(X)
        possible = [
            DummyRegressor().fit(X[[i]], Y[[i]]).score(X[test], Y[test]) for i in train
        ]
        assert np.isclose(possible, scores[0]).any()

    def test_strategies_are_compared_by_errors_too(self):
        comparison = compare_strategies(
            {"forest": learner(RandomForestRegressor(5))},
            X,
            Y,
            initial=5,
            budget=4,
            cv=2,
            scoring="neg_mean_absolute_error",
            random_state=0,
        )
        assert comparison.full_score["forest"] < 0
        assert set(comparison.curves) == {"forest", "random"}

    def test_classifiers_and_regressors_are_not_compared(self):
        learners = {"a": learner(), "b": learner(LogisticRegression())}
        with pytest.raises(ValueError, match="can't be compared"):
            compare_strategies(learners, X, Y, initial=5, budget=4)

    def test_a_scorer_leaves_unlabeled_rows_out_and_minus_one_in(self):
        model = LinearRegression().fit(X, Y)
        y = np.where(START, Y, np.nan)
        y[0] = -1
        score = labeled_scorer("neg_mean_absolute_error")(model, X, y)
        error = mean_absolute_error(y[START], model.predict(X[START]))
        assert score == pytest.approx(-error)

    def test_score_leaves_unlabeled_rows_out(self):
        fitted = learner().fit(X, Y)
        y = np.where(START, Y, np.nan)
        expected = fitted.estimator_.score(X[START], Y[START])
        assert fitted.score(X, y) == pytest.approx(expected)


def test_rows_on_disk_are_asked_for_numbers():
    pool = ChunkedPool(lambda: iter(np.split(X, 4)))
    fitted = learner(None, "random", budget=4).fit(pool, Y, labeled=START)
    by_memory = learner(None, "random", budget=4).fit(X, Y, labeled=START)
    assert_array_equal(fitted.y_, by_memory.y_)


class SeesAllNumbers(RegressorMixin, BaseEstimator):
    accepts_unlabeled = True

    def fit(self, X, y):
        self.seen_ = np.array(y)
        return self

    def predict(self, X):
        return np.zeros(len(X))


def test_a_regressor_that_is_given_all_rows_finds_nan_where_there_is_no_label():
    y = np.where(START, Y, np.nan)
    started = ActiveLearner(SeesAllNumbers(), "random").start(X, y)
    assert_array_equal(started.estimator_.seen_, y)
