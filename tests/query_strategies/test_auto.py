"""What query_strategy="auto" takes, and that it says so."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.datasets import make_blobs
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import HistGradientBoostingClassifier, VotingClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.feature_selection import SelectFromModel, SelectKBest
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import CategoricalNB, GaussianNB, MultinomialNB
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OrdinalEncoder,
    StandardScaler,
    TargetEncoder,
)
from sklearn.semi_supervised import (
    LabelPropagation,
    LabelSpreading,
    SelfTrainingClassifier,
)
from sklearn.svm import LinearSVC

from sklearn_active import ActiveLearner
from sklearn_active._loop.run import run_of
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.model_selection import active_learning_curve
from sklearn_active.pools import ChunkedPool
from sklearn_active.query_strategies import (
    GraphUncertaintyHerding,
    MarginSampling,
    RandomSampling,
)
from sklearn_active.query_strategies._advised import advised
from sklearn_active.query_strategies._registry import (
    check_compatible,
    check_in_chunks,
)

X, TRUTH = make_blobs(60, centers=3, random_state=0)


class OfTokens(ClassifierMixin, BaseEstimator):
    """A classifier of another package, which takes rows that are no numbers."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.repeat(self.classes_[:1], len(X))


def taken(estimator, X=X):
    """Return the strategy that a learner took."""
    learner = ActiveLearner(estimator, "auto", random_state=0).start(X)
    return learner.query_strategy_


@pytest.mark.parametrize(
    "estimator",
    [
        GraphLabelSpreading(),
        LabelSpreading(),
        LabelPropagation(),
        make_pipeline(StandardScaler(), LabelSpreading()),
        RidgeClassifier(),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_graph_models_and_models_without_probabilities_get_the_graphs_word(estimator):
    strategy = taken(estimator)
    assert isinstance(strategy, GraphUncertaintyHerding)
    assert strategy.uncertainty == "graph"


def test_graph_models_behind_other_steps_are_given_a_graph_of_what_they_see():
    strategy = taken(make_pipeline(StandardScaler(), LabelSpreading()))
    assert isinstance(strategy.transformer.steps[0][1], StandardScaler)


@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(),
        GaussianNB(),
        SelfTrainingClassifier(LogisticRegression()),
        make_pipeline(StandardScaler(), GaussianNB()),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_ordinary_models_are_asked_what_they_are_unsure_of(estimator):
    strategy = taken(estimator)
    assert isinstance(strategy, GraphUncertaintyHerding)
    assert strategy.uncertainty == "model"


def test_it_asks_the_rows_of_the_strategy_that_it_took_and_names_it():
    auto = ActiveLearner(GaussianNB(), "auto", batch_size=3, random_state=0).start(X)
    named = ActiveLearner(GaussianNB(), "herding", batch_size=3, random_state=0)
    named.start(X)
    for _ in range(4):
        query = auto.query()
        np.testing.assert_array_equal(query.indices, named.query().indices)
        assert query.reason == "GraphUncertaintyHerding"
        for learner in (auto, named):
            learner.teach(query.indices, TRUTH[query.indices])


def test_rows_are_compared_as_the_last_step_of_a_pipeline_sees_them():
    far_apart = X * [1, 1e6]  # unscaled, the second column would be all that counts
    scaled = make_pipeline(StandardScaler(), GaussianNB())
    by_hand = GraphUncertaintyHerding("model", transformer=StandardScaler())
    rows = [
        ActiveLearner(scaled, strategy, batch_size=9).start(far_apart).query().indices
        for strategy in ("auto", by_hand, "herding")
    ]
    np.testing.assert_array_equal(rows[0], rows[1])
    assert set(rows[0]) != set(rows[2])


def steps_of(strategy):
    return [] if strategy.transformer is None else list(strategy.transformer[:])


class TakesY(TransformerMixin, BaseEstimator):
    """What a user writes who knows nothing of tags."""

    def fit(self, X, y):
        self.n_classes_ = len(np.unique(y))
        return self

    def transform(self, X):
        return X


@pytest.mark.parametrize(
    "looks",
    [
        LinearDiscriminantAnalysis(n_components=2),
        SelectKBest(k=1),
        SelectFromModel(LogisticRegression()),
        FeatureUnion([("all", StandardScaler()), ("best", SelectKBest(k=1))]),
        make_pipeline(SelectKBest(k=1), MinMaxScaler()),
        make_column_transformer((TargetEncoder(), [0]), remainder="passthrough"),
        TakesY(),
    ],
    ids=lambda step: type(step).__name__,
)
def test_steps_count_up_to_the_first_that_needs_labels(looks):
    pipeline = make_pipeline(StandardScaler(), looks, PCA(1), GaussianNB())
    learner = ActiveLearner(pipeline, "auto").start(X)
    (step,) = steps_of(learner.query_strategy_)
    assert isinstance(step, StandardScaler)
    assert len(learner.query()) == 1
    assert steps_of(taken(make_pipeline(looks, GaussianNB()))) == []


def test_steps_that_need_more_rows_than_are_tried_are_kept():
    wide = np.random.RandomState(0).normal(size=(150, 120))
    pipeline = make_pipeline(PCA(110), StandardScaler(), SelectKBest(), GaussianNB())
    strategy = taken(pipeline, wide)
    assert [type(step) for step in steps_of(strategy)] == [PCA, StandardScaler]
    assert isinstance(strategy, GraphUncertaintyHerding)


class Resampler(BaseEstimator):
    """A step of imbalanced-learn's pipelines, which are lenient with it."""

    def fit_resample(self, X, y):
        return X, y


@pytest.mark.parametrize("nothing", ["passthrough", None, Resampler()], ids=str)
def test_steps_that_do_nothing_to_rows_are_left_out(nothing):
    pipeline = Pipeline([("no", nothing), ("pca", PCA(1)), ("model", GaussianNB())])
    assert [type(step) for step in steps_of(advised(pipeline, X))] == [PCA]
    alone = Pipeline([("no", nothing), ("model", GaussianNB())])
    assert advised(alone, X).transformer is None


TEXTS = [f"{'red' if i % 2 else 'blue'} thing number {i}" for i in range(30)]


@pytest.mark.parametrize("model", [MultinomialNB(), LinearSVC()], ids=str)
@pytest.mark.parametrize(
    "around",
    [
        lambda pipeline: pipeline,
        lambda pipeline: make_pipeline("passthrough", pipeline),
        lambda pipeline: make_pipeline(pipeline[:-1], pipeline[-1]),
        lambda pipeline: GridSearchCV(pipeline, {}),
        lambda pipeline: CalibratedClassifierCV(pipeline, cv=2),
        OneVsRestClassifier,
    ],
)
def test_pipelines_are_found_inside_of_others(around, model):
    estimator = around(make_pipeline(TfidfVectorizer(), model))
    learner = ActiveLearner(estimator, "auto").start(TEXTS)
    (step,) = steps_of(learner.query_strategy_)
    assert isinstance(step, TfidfVectorizer)
    assert learner.query().reason == "GraphUncertaintyHerding"


def test_a_graph_model_is_found_inside_of_a_search():
    assert advised(GridSearchCV(LabelSpreading(), {}), X).uncertainty == "graph"


HOLES = np.where(np.arange(120).reshape(60, 2) % 7, X, np.nan)
BOOSTING = HistGradientBoostingClassifier()


@pytest.mark.parametrize(
    ("estimator", "rows"),
    [
        (BOOSTING, HOLES),
        (BOOSTING, pd.DataFrame(HOLES).convert_dtypes()),
        (make_pipeline(StandardScaler(), BOOSTING), HOLES),
        (make_pipeline(SimpleImputer(), GaussianNB()), HOLES),
        (CalibratedClassifierCV(make_pipeline(KNNImputer(), GaussianNB())), HOLES),
        (VotingClassifier([("one", BOOSTING)], voting="soft"), HOLES),
        (BOOSTING, np.column_stack([X, np.full(60, np.nan)])),
    ],
)
def test_missing_values_are_filled_for_the_graph_alone(estimator, rows):
    learner = ActiveLearner(estimator, "auto", batch_size=3).start(rows)
    query = learner.query()
    assert query.reason == "GraphUncertaintyHerding"
    assert len(query) == 3
    np.testing.assert_array_equal(
        pd.isna(query.X), pd.isna(pd.DataFrame(rows).iloc[query.indices])
    )


FRAME = pd.DataFrame({"color": pd.Categorical(["red", "blue"] * 30), "size": X[:, 0]})


@pytest.mark.parametrize(
    ("estimator", "rows", "strategy"),
    [
        (HistGradientBoostingClassifier(), FRAME, MarginSampling),
        (make_pipeline(FunctionTransformer(), BOOSTING), FRAME, MarginSampling),
        (HistGradientBoostingClassifier(), np.where(X > 3, np.inf, X), MarginSampling),
        (OfTokens(), [text.split()[i % 2 :] for i, text in enumerate(TEXTS)], None),
        (OfTokens(), TEXTS, None),
    ],
)
def test_rows_that_are_no_numbers_for_the_model_are_chosen_without_a_graph(
    estimator, rows, strategy
):
    assert isinstance(taken(estimator, rows), strategy or RandomSampling)


def test_a_frame_that_a_column_transformer_encodes_has_a_graph():
    inside = make_pipeline(OrdinalEncoder(), CategoricalNB())
    strategy = taken(CalibratedClassifierCV(inside), FRAME[["color"]])
    assert isinstance(strategy, GraphUncertaintyHerding)


def test_rows_in_chunks_are_chosen_by_margin_and_random_without_probabilities():
    rows = ChunkedPool(lambda: iter([X[:30], X[30:]]))
    assert isinstance(taken(GaussianNB(), rows), MarginSampling)
    assert isinstance(taken(RidgeClassifier(), rows), RandomSampling)


def test_neighbors_of_many_sparse_rows_are_looked_for_in_few_columns():
    many = sparse.random(5001, 300, density=0.01, format="csr", random_state=0)
    strategy = taken(MultinomialNB(), many)
    few = strategy.transformer.fit_transform(many)
    assert few.shape == (5001, 100)
    again = taken(MultinomialNB(), many).transformer.fit_transform(many)
    np.testing.assert_array_equal(few, again)
    assert strategy.transformer.fit_transform(many[:, :1]).shape == (5001, 1)
    assert taken(MultinomialNB(), many[:5000]).transformer is None


def test_neighbors_of_many_texts_too():
    words = [f"word{i}" for i in range(120)]
    texts = [
        " ".join(words[(i * i) % 97 : (i * i) % 97 + i % 200]) for i in range(5001)
    ]
    pipeline = make_pipeline(CountVectorizer(), MultinomialNB())
    strategy = taken(pipeline, texts)
    assert strategy.transformer.fit_transform(texts).shape == (5001, 100)
    dense = make_pipeline(StandardScaler(), GaussianNB())
    assert len(steps_of(taken(dense, np.ones((5001, 200))))) == 1


def test_it_is_chosen_anew_where_the_estimator_changes():
    learner = ActiveLearner(GaussianNB(), "auto").start(X)
    learner.set_params(estimator=RidgeClassifier()).start(X)
    assert learner.query_strategy == "auto"
    assert learner.query_strategy_.uncertainty == "graph"


def test_curves_take_it_by_its_name():
    learner = ActiveLearner(GaussianNB(), "auto", batch_size=3)
    by_name, auto = [
        active_learning_curve(
            clone(learner).set_params(query_strategy=strategy),
            X,
            TRUTH,
            initial=6,
            budget=9,
            cv=2,
            random_state=0,
        ).test_scores
        for strategy in ("herding", "auto")
    ]
    np.testing.assert_array_equal(by_name, auto)


class Tried(StandardScaler):
    """Count in all copies how often it was fitted."""

    n_fits = 0

    def fit(self, X, y=None, sample_weight=None):
        Tried.n_fits += 1
        return super().fit(X, y, sample_weight)


@pytest.fixture
def counted():
    """Return a pipeline whose steps are counted from now on."""
    Tried.n_fits = 0
    return make_pipeline(Tried(), GaussianNB())


def test_steps_are_not_tried_before_somebody_asks_or_looks(counted):
    learner = ActiveLearner(counted, "auto").start(X)
    assert Tried.n_fits == 0
    learner.fit(X, np.where(np.arange(60) < 30, TRUTH, -1))
    assert Tried.n_fits == 1  # the one of the model
    taken = learner.query_strategy_
    assert isinstance(taken, GraphUncertaintyHerding)
    assert (Tried.n_fits, learner.query_strategy_) == (2, taken)


def test_what_is_asked_after_a_look_is_the_same_strategy(counted):
    looked = ActiveLearner(counted, "auto", batch_size=3, random_state=0).start(X)
    asked = clone(looked).start(X)
    taken = looked.query_strategy_
    assert looked.query().indices.tolist() == asked.query().indices.tolist()
    assert looked.query_strategy_ is taken


def test_callbacks_are_shown_the_strategy_that_asks():
    run = run_of(ActiveLearner(GaussianNB(), "auto").start(X, TRUTH))
    shown = run.frozen()
    assert shown.strategy is run.strategy


def test_what_is_set_after_the_start_counts_for_the_next():
    learner = ActiveLearner(GaussianNB(), "auto").start(X)
    learner.set_params(estimator=RidgeClassifier(), query_strategy="random")
    assert learner.query_strategy_.uncertainty == "model"
    assert isinstance(learner.start(X).query_strategy_, RandomSampling)


def test_a_pickled_learner_takes_it_when_it_asks():
    learner = ActiveLearner(GaussianNB(), "auto", batch_size=3, random_state=0).start(X)
    copy = pickle.loads(pickle.dumps(learner))
    assert copy.query().indices.tolist() == learner.query().indices.tolist()


def test_rows_that_are_added_before_a_question_are_seen():
    learner = ActiveLearner(GaussianNB(), "auto").start(X)
    learner.extend(np.full((5, 2), np.nan))
    (step,) = steps_of(learner.query_strategy_)
    assert isinstance(step, SimpleImputer)


@pytest.mark.parametrize(
    "estimator", [GaussianNB(), RidgeClassifier(), LinearSVC(), GraphLabelSpreading()]
)
@pytest.mark.parametrize("in_chunks", [False, True])
def test_whatever_the_estimator_it_is_compatible(estimator, in_chunks):
    rows = ChunkedPool(lambda: iter([X])) if in_chunks else X
    strategy = advised(estimator, rows)
    check_compatible(strategy, estimator, "classification")
    check_in_chunks(strategy, rows)
    assert isinstance(strategy, GraphUncertaintyHerding) is not in_chunks


def test_an_oracle_buys_no_label_for_an_incompatible_strategy():
    asked = []
    learner = ActiveLearner(RidgeClassifier(), "entropy", oracle=asked.append)
    with pytest.raises(ValueError, match="is not compatible with RidgeClassifier"):
        learner.fit(X, np.full(60, -1))
    assert asked == []
