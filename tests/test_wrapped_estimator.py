"""Which estimators see unlabeled rows, what they are given, and rows out of reach."""

import warnings
from inspect import signature

import numpy as np
import pytest
from helpers import Recorder, SeesAll, Shown, blobs, calls_of
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_digits
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.feature_selection import RFE, RFECV
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, MultiTaskLasso, Ridge
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    RandomizedSearchCV,
    TunedThresholdClassifierCV,
)
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.multioutput import (
    ClassifierChain,
    MultiOutputClassifier,
    MultiOutputRegressor,
    RegressorChain,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import (
    LabelPropagation,
    LabelSpreading,
    SelfTrainingClassifier,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.utils import all_estimators

from sklearn_active import ActiveLearner
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.query_strategies import MarginSampling


@pytest.mark.parametrize(
    ("estimator", "expected"),
    [
        (LabelSpreading(), True),
        (LabelPropagation(), True),
        (SelfTrainingClassifier(GaussianNB()), True),
        (SeesAll(), True),
        (make_pipeline(StandardScaler(), LabelSpreading()), True),
        (GridSearchCV(LabelSpreading(), {}), True),
        (make_pipeline(GridSearchCV(make_pipeline(LabelSpreading()), {})), True),
        (GaussianNB(), False),
        (make_pipeline(StandardScaler(), GaussianNB()), False),
        (GridSearchCV(GaussianNB(), {}), False),
        (BaggingClassifier(LabelSpreading()), False),
        (VotingClassifier([("spreading", LabelSpreading())]), False),
    ],
    ids=repr,
)
@pytest.mark.filterwarnings("ignore:.*PartiallyLabeledSplit", "ignore:gamma")
def test_estimators_that_understand_minus_one_are_known(estimator, expected):
    X, y, _ = blobs(60, 40)
    with calls_of(type(estimator).fit) as fits:
        ActiveLearner(estimator).start(X, y)
    assert len(fits[0]["X"]) == (60 if expected else 40)


def test_others_get_the_labeled_rows_only_with_their_original_labels():
    X, _, _ = blobs(6, 6)
    y = np.array(["b", None, "a", None, None, "b"], dtype=object)
    learner = ActiveLearner(Recorder()).fit(X, y)
    np.testing.assert_array_equal(learner.estimator_.X_seen_, X[[0, 2, 5]])
    assert learner.estimator_.y_seen_.tolist() == ["b", "a", "b"]


def test_those_that_understand_it_get_all_rows_marked_with_minus_one():
    X, _, _ = blobs(4, 4)
    numbers = ActiveLearner(SeesAll()).fit(X, [7.0, np.nan, 3.0, np.nan])
    assert numbers.estimator_.X_seen_ is X
    assert numbers.estimator_.y_seen_.tolist() == [7, -1, 3, -1]


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        (["b", None, "a", None], ["a", "b"]),
        ([1.0, None, -1.0, None], [-1, 1]),
        ([True, None, False, None], [False, True]),
    ],
    ids=repr,
)
def test_labels_that_cannot_stand_beside_minus_one_are_numbered_and_come_back(
    y, classes
):
    X = np.array([[5.0], [4.0], [0.0], [1.0]])
    learner = ActiveLearner(LabelSpreading(gamma=1), missing_label=None).fit(X, y)
    assert learner.classes_.tolist() == classes
    low, high = classes
    assert learner.predict(X).tolist() == [high, high, low, low]
    assert learner.transduction_.tolist() == [high, high, low, low]
    assert learner.score(X, [high, high, low, low]) == 1


def test_pass_and_drop_force_it():
    X, _, _ = blobs(3, 3)
    passed = ActiveLearner(Recorder(), unlabeled="pass").fit(X, [0, -1, 1])
    dropped = ActiveLearner(SeesAll(), unlabeled="drop").fit(X, [0, -1, 1])
    assert passed.estimator_.y_seen_.tolist() == [0, -1, 1]
    assert dropped.estimator_.y_seen_.tolist() == [0, 1]


def test_an_ensemble_around_label_spreading_learns_no_class_minus_one():
    X, y, _ = blobs()
    ensemble = BaggingClassifier(LabelSpreading(gamma=1), random_state=0)
    assert -1 not in ActiveLearner(ensemble).fit(X, y).predict(X)


def test_a_search_that_is_given_unlabeled_rows_warns_and_names_the_way_out():
    X, y, truth = blobs(40, 20)
    search = GridSearchCV(LabelSpreading(), {"gamma": [1]}, cv=2)
    with pytest.warns(UserWarning, match=r"PartiallyLabeledSplit.*labeled_scorer"):
        ActiveLearner(search).fit(X, y)
    ActiveLearner(search).fit(X, truth)
    ActiveLearner(search, unlabeled="drop").fit(X, y)


def test_self_training_may_leave_rows_without_a_label():
    X, y, _ = blobs(30, 12)
    names = np.where(y == -1, None, np.array(["ape", "bee", "cat"])[y])
    nothing_is_sure = SelfTrainingClassifier(GaussianNB(), threshold=1 - 1e-15)
    learner = ActiveLearner(nothing_is_sure).fit(X, names)
    left = learner.estimator_.transduction_ == -1
    assert learner.transduction_[left].tolist() == [None] * left.sum()
    assert set(learner.transduction_[~left]) <= {"ape", "bee", "cat"}


class TestWhereTheUncertaintyComesFrom:
    def seen_by(self, estimator):
        X, y, _ = blobs(60, 6)
        learner = ActiveLearner(estimator, MarginSampling(), batch_size=60).start(X, y)
        query = learner.query()
        return learner, X, query

    def test_a_transductive_fit_gives_its_distributions(self):
        for estimator in (
            LabelSpreading(kernel="knn"),
            make_pipeline(StandardScaler(), LabelSpreading(kernel="knn")),
        ):
            learner, X, query = self.seen_by(estimator)
            final = learner.estimator_
            final = final[-1] if hasattr(final, "steps") else final
            expected = final.label_distributions_[query.indices]
            np.testing.assert_array_equal(query.proba, expected)
            assert np.any(query.proba != learner.predict_proba(X)[query.indices])

    def test_others_are_asked_for_predict_proba_on_the_candidates(self):
        learner, X, query = self.seen_by(GaussianNB())
        expected = learner.predict_proba(X[query.indices])
        np.testing.assert_allclose(query.proba, expected, rtol=1e-12)

    def test_a_transductive_estimator_that_saw_no_unlabeled_row_predicts(self):
        X, y, _ = blobs(60, 6)
        learner = ActiveLearner(LabelSpreading(gamma=1), unlabeled="drop").start(X, y)
        query = learner.query()
        expected = learner.predict_proba(X[query.indices])
        np.testing.assert_allclose(query.proba, expected, rtol=1e-12)

    def test_random_sampling_computes_no_probabilities(self):
        X, y, _ = blobs()
        assert ActiveLearner(GaussianNB(), "random").start(X, y).query().proba is None


class NoInformation(GaussianNB):
    """Answers what it is told for every row."""

    def __init__(self, row=(0.0, 0.0, 0.0)):
        super().__init__()
        self.row = row

    def predict_proba(self, X):
        proba = super().predict_proba(X)
        proba[1::2] = self.row
        return proba


class TestRowsThatNoLabelReaches:
    def test_the_default_gamma_on_raw_digits_is_noticed(self):
        X, truth = load_digits(return_X_y=True)
        y = truth[:330].copy()
        y[40:] = -1
        with pytest.warns(UserWarning, match="290 of 290 unlabeled.*lower gamma"):
            learner = ActiveLearner(LabelSpreading()).fit(X[:330], y)
        assert not learner.estimator_.label_distributions_[40:].any()
        query = learner.query(batch_size=290)
        assert len(set(query.utilities)) == 1
        np.testing.assert_allclose(query.utilities, np.log(10))

    @pytest.mark.parametrize("row", [(0, 0, 0), (np.nan, np.nan, np.nan)], ids=repr)
    @pytest.mark.parametrize("strategy", ["entropy", "margin", "least_confident"])
    def test_zero_and_nan_rows_are_maximally_uncertain(self, row, strategy):
        X, y, _ = blobs(20, 6)
        learner = ActiveLearner(NoInformation(row), strategy, batch_size=14).start(X, y)
        with pytest.warns(UserWarning, match="7 of 14 unlabeled rows") as caught:
            query = learner.query()
        assert len(caught) == 1
        most_uncertain = {"entropy": np.log(3), "margin": 1, "least_confident": 2 / 3}
        assert set(query.indices[:7]) == set(range(7, 20, 2))
        np.testing.assert_allclose(query.utilities[:7], most_uncertain[strategy])
        assert np.all(query.utilities[7:] < query.utilities[6])

    def test_it_warns_once_a_fit(self):
        X, y, truth = blobs(20, 6)
        learner = ActiveLearner(NoInformation(), budget=5)
        learner.set_params(oracle=lambda query: truth[query.indices])
        for _ in range(2):
            with pytest.warns(UserWarning, match="unlabeled rows") as caught:
                learner.fit(X, y)
            assert len(caught) == 1

    def test_uniform_rows_count_in_transductive_distributions(self):
        class Undecided(SeesAll):
            def fit(self, X, y):
                super().fit(X, y)
                self.label_distributions_ = np.array(
                    [[1, 0], [0, 1], [0.5, 0.5], [0.5, 0.5], [0.4, 0.6]]
                )
                return self

        y = [0, 1, -1, -1, -1]
        with pytest.warns(UserWarning, match="2 of 3 unlabeled rows"):
            ActiveLearner(Undecided()).fit(np.arange(5.0)[:, None], y)

    def test_uniform_rows_of_a_boosted_tree_are_honest(self):
        X = np.arange(30.0)[:, None]
        y = [0, 1, 0, 1, *[-1] * 26]
        learner = ActiveLearner(HistGradientBoostingClassifier())
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            query = learner.start(X, y).query()
        assert query.proba.tolist() == [[0.5, 0.5]]

    def test_one_known_class_is_no_lack_of_information(self):
        X, _, _ = blobs(6, 6)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            ActiveLearner(LabelSpreading(gamma=1)).fit(X, [0, -1, -1, -1, -1, -1])

    def test_x_reaches_the_estimator_in_its_own_precision(self):
        X = np.array([[1e9], [1e9 + 1], [1e9 + 2], [1e9 + 3]])
        learner = ActiveLearner(SeesAll()).fit(X, [0, -1, -1, 1])
        assert learner.estimator_.X_seen_.dtype == np.float64
        learner = ActiveLearner(LogisticRegression()).start(X, [0, -1, -1, 1])
        assert learner.query().X.dtype == np.float64


def test_masses_of_the_labeled_rows_alone_are_not_those_of_the_pool():
    X, y, _ = blobs(30, 8)
    for unlabeled, n_rows in (("auto", 30), ("drop", None)):
        learner = ActiveLearner(GraphLabelSpreading(3), Shown(), unlabeled=unlabeled)
        learner.start(X, y).query()
        masses = learner.query_strategy_.pool.masses
        assert (None if masses is None else len(masses)) == n_rows
    for strategy in ("margin", "least_confident"):
        learner = ActiveLearner(GraphLabelSpreading(3), strategy, unlabeled="drop")
        query = learner.start(X, y).query()
        proba = learner.predict_proba(X[query.indices])
        np.testing.assert_array_equal(query.proba, proba)


@pytest.mark.parametrize("dtype", ["u1", "u2", "u4", "u8", "i1", "i8", "f4", "f8"])
def test_labels_of_any_number_type_update_the_model(dtype):
    X, _, truth = blobs(60, 0)
    truth = truth.astype(dtype)
    learner = ActiveLearner(GraphLabelSpreading(4), "margin").start(X)
    for rows in (np.arange(6), np.arange(6, 8), np.arange(8, 9)):
        learner.teach(rows, truth[rows])
    fresh = ActiveLearner(GraphLabelSpreading(4), "margin").start(X)
    fresh.teach(np.arange(9), truth[:9])
    np.testing.assert_array_equal(learner.predict(X), fresh.predict(X))


SEVERAL = np.array([[0, 1], [1, 0], [1, 1], [0, 0]] * 10)
LOGISTIC = LogisticRegression()
HOLDERS = {"estimator", "estimators", "base_estimator"}
HOLDING_OTHERS = [
    OneVsRestClassifier(LOGISTIC),
    MultiOutputClassifier(LOGISTIC),
    ClassifierChain(LOGISTIC),
    MultiOutputRegressor(Ridge()),
    RegressorChain(Ridge()),
    StackingClassifier([("tree", DecisionTreeClassifier())], DecisionTreeClassifier()),
    SelfTrainingClassifier(LOGISTIC),
    make_pipeline(StandardScaler(), LOGISTIC),
    make_pipeline(StandardScaler(), OneVsRestClassifier(LOGISTIC)),
    GridSearchCV(LOGISTIC, {"C": [1]}, cv=2),
    GridSearchCV(OneVsRestClassifier(LOGISTIC), {"estimator__C": [1]}, cv=2),
    RFE(RandomForestClassifier(5)),
    StackingRegressor([("tree", DecisionTreeRegressor())], DecisionTreeRegressor()),
    VotingClassifier([("tree", DecisionTreeClassifier())]),
    VotingRegressor([("tree", DecisionTreeRegressor())]),
    *(
        kind(inside)
        for kind in (
            AdaBoostClassifier,
            BaggingClassifier,
            CalibratedClassifierCV,
            FixedThresholdClassifier,
            FrozenEstimator,
            OneVsOneClassifier,
            RFECV,
            TunedThresholdClassifierCV,
        )
        for inside in (LOGISTIC, DecisionTreeClassifier())
    ),
    GridSearchCV(
        Pipeline([("last", LOGISTIC)]), {"last": [DecisionTreeClassifier()]}, cv=2
    ),
    RandomizedSearchCV(
        Pipeline([("last", MultiOutputClassifier(LOGISTIC))]),
        {"last": [LOGISTIC]},
        cv=2,
    ),
]


def plain_estimators(kind):
    classes = [plain for _, plain in all_estimators(kind)]
    return [
        plain for plain in classes if not HOLDERS & set(signature(plain).parameters)
    ]


def is_refused_for_its_columns(estimator, y):
    X = np.random.RandomState(0).rand(40, 3)
    try:
        ActiveLearner(estimator, "random").start(X, y)
    except Exception as error:
        return "several columns" in str(error)
    return False


def learns(estimator, y):
    X = np.random.RandomState(0).rand(40, 3)
    try:
        clone(estimator).fit(X, y).predict(X)
    except Exception:
        return False
    return True


@pytest.mark.parametrize(
    ("estimator", "y"),
    [
        *((e, SEVERAL[:, 0]) for e in plain_estimators("classifier")),
        *((e, SEVERAL[:, 0]) for e in plain_estimators("regressor")),
        *((e, SEVERAL) for e in plain_estimators("classifier")),
        *((e, y) for e in HOLDING_OTHERS for y in (SEVERAL, SEVERAL[:, 0])),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
@pytest.mark.filterwarnings("ignore")
def test_no_estimator_that_learns_the_columns_of_y_is_refused(estimator, y):
    estimator = estimator() if isinstance(estimator, type) else estimator
    assert not (learns(estimator, y) and is_refused_for_its_columns(estimator, y))


@pytest.mark.parametrize(
    ("estimator", "y", "way_out"),
    [
        (LOGISTIC, SEVERAL, "OneVsRestClassifier or MultiOutputClassifier"),
        (make_pipeline(LOGISTIC), SEVERAL, "OneVsRestClassifier"),
        (GridSearchCV(LOGISTIC, {}), SEVERAL, "OneVsRestClassifier"),
        (LabelSpreading(), SEVERAL, "OneVsRestClassifier"),
        (CalibratedClassifierCV(LOGISTIC), SEVERAL, "OneVsRestClassifier"),
        (BaggingClassifier(LOGISTIC), SEVERAL, "OneVsRestClassifier"),
        (VotingClassifier([("a", LOGISTIC)]), SEVERAL, "OneVsRestClassifier"),
        (SelfTrainingClassifier(LOGISTIC), SEVERAL, "OneVsRestClassifier"),
        (MultiOutputClassifier(LOGISTIC), SEVERAL[:, 0], "a column of 0 and 1 per"),
        (ClassifierChain(LOGISTIC), None, "a column of 0 and 1 per label"),
        (MultiOutputRegressor(Ridge()), SEVERAL[:, 0], "a learner for each"),
        (make_pipeline(MultiTaskLasso()), SEVERAL[:, 0], "a learner for each"),
    ],
    ids=repr,
)
def test_who_cannot_learn_the_columns_of_y_is_refused_at_the_start(
    estimator, y, way_out
):
    X = np.random.RandomState(0).rand(40, 3)
    with pytest.raises(ValueError, match=f"several columns.*{way_out}"):
        ActiveLearner(estimator, "random").start(X, y)
