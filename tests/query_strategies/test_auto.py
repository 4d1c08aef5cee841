"""What query_strategy="auto" takes, and that it says so."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_blobs
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.naive_bayes import CategoricalNB, GaussianNB, MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder, StandardScaler
from sklearn.semi_supervised import (
    LabelPropagation,
    LabelSpreading,
    SelfTrainingClassifier,
)

from sklearn_active import ActiveLearner
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.model_selection import active_learning_curve
from sklearn_active.pools import ChunkedPool
from sklearn_active.query_strategies import (
    GraphUncertaintyHerding,
    MarginSampling,
    RandomSampling,
)

X, TRUTH = make_blobs(60, centers=3, random_state=0)


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
    texts = [f"{'red' if i % 2 else 'blue'} thing number {i}" for i in range(30)]
    pipeline = make_pipeline(TfidfVectorizer(), MultinomialNB())
    strategy = taken(pipeline, texts)
    assert isinstance(strategy.transformer.steps[0][1], TfidfVectorizer)
    assert ActiveLearner(pipeline, "auto").start(texts).query().indices.shape == (1,)
    far_apart = X * [1, 1e6]  # unscaled, the second column would be all that counts
    scaled = make_pipeline(StandardScaler(), GaussianNB())
    by_hand = GraphUncertaintyHerding("model", transformer=StandardScaler())
    rows = [
        ActiveLearner(scaled, strategy, batch_size=9).start(far_apart).query().indices
        for strategy in ("auto", by_hand, "herding")
    ]
    np.testing.assert_array_equal(rows[0], rows[1])
    assert set(rows[0]) != set(rows[2])


def test_steps_that_look_at_labels_are_not_fitted_on_the_pool():
    looks = make_pipeline(LinearDiscriminantAnalysis(n_components=2), GaussianNB())
    assert taken(looks).transformer is None
    does_not = make_pipeline(PCA(1), "passthrough", GaussianNB())
    assert isinstance(taken(does_not).transformer.steps[0][1], PCA)
    for nothing in ("passthrough", None):
        assert taken(make_pipeline(nothing, GaussianNB())).transformer is None


def test_rows_that_are_no_numbers_are_chosen_by_margin():
    frame = pd.DataFrame({"color": ["red", "blue"] * 10})
    inside = make_pipeline(OrdinalEncoder(), CategoricalNB())
    assert isinstance(taken(CalibratedClassifierCV(inside), frame), MarginSampling)


def test_rows_in_chunks_are_chosen_by_margin_and_random_without_probabilities():
    rows = ChunkedPool(lambda: iter([X[:30], X[30:]]))
    assert isinstance(taken(GaussianNB(), rows), MarginSampling)
    assert isinstance(taken(RidgeClassifier(), rows), RandomSampling)


def test_neighbors_of_many_sparse_rows_are_looked_for_in_few_columns():
    many = sparse.random(5001, 300, density=0.01, format="csr", random_state=0)
    assert taken(MultinomialNB(), many).transformer.n_components == 100
    assert taken(MultinomialNB(), many[:, :50]).transformer.n_components == 49
    assert taken(MultinomialNB(), many).transformer.random_state == 0
    assert taken(MultinomialNB(), many[:5000]).transformer is None


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
