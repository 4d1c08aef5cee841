"""Many features and classes: a sparse pool is never made dense, and copied seldom."""

import tracemalloc

import numpy as np
import pytest
from scipy import sparse
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.naive_bayes import MultinomialNB

from sklearn_active import ActiveLearner, query_strategies
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.labeling import LabelingSession
from sklearn_active.model_selection import active_learning_curve
from sklearn_active.query_strategies import (
    EntropySampling,
    ExpectedErrorReduction,
    ExploreExploit,
    FunctionStrategy,
    GraphUncertaintyHerding,
    MarginSampling,
    SpreadBatch,
)
from sklearn_active.query_strategies._registry import declared

FORMATS = ("csr_matrix", "csr_array", "csc_matrix", "csc_array", "coo_matrix")
FORMATS += ("coo_array",)


def documents(n_rows, n_features, n_classes, n_words=30, seed=0):
    """Return csr counts of words, each class with words of its own, and the classes."""
    rng = np.random.RandomState(seed)
    truth = np.arange(n_rows) % n_classes
    words = rng.randint(n_features, size=(n_rows, n_words))
    topic = n_features // n_classes
    own = truth[:, None] * topic + rng.randint(topic, size=(n_rows, n_words))
    words = np.sort(np.where(rng.rand(n_rows, n_words) < 0.5, own, words), axis=1)
    indptr = np.arange(0, words.size + 1, n_words)
    shape = n_rows, n_features
    X = sparse.csr_matrix((np.ones(words.size), words.ravel(), indptr), shape)
    X.sum_duplicates()
    return X, truth


def bytes_of(X):
    return X.data.nbytes + X.indices.nbytes + X.indptr.nbytes


STRATEGIES = {
    "BadgeSampling": query_strategies.BadgeSampling(),
    "EntropySampling": EntropySampling(),
    "ExpectedErrorReduction": ExpectedErrorReduction(subsample=4),
    "ExperimentalDesign": query_strategies.ExperimentalDesign(),
    "ExploreExploit": ExploreExploit(GraphUncertaintyHerding(), MarginSampling()),
    "FunctionStrategy": FunctionStrategy(lambda pool: pool.proba[:, 0]),
    "GraphUncertaintyHerding": GraphUncertaintyHerding(),
    "GreedySampling": query_strategies.GreedySampling(),
    "LeastConfidentSampling": query_strategies.LeastConfidentSampling(),
    "MarginSampling": MarginSampling(),
    "MaxHerding": query_strategies.MaxHerding(),
    "MostLikely": query_strategies.MostLikely(0),
    "QueryByCommittee": query_strategies.QueryByCommittee(n_members=2),
    "RandomSampling": query_strategies.RandomSampling(),
    "SigmaOptimality": query_strategies.SigmaOptimality(),
    "SpreadBatch": SpreadBatch(MarginSampling()),
    "StandardDeviationSampling": query_strategies.StandardDeviationSampling(),
    "WithChecks": query_strategies.WithChecks(MarginSampling(), share=0.5),
}
ESTIMATORS = {
    "MultinomialNB": MultinomialNB(),
    "LogisticRegression": LogisticRegression(),
    "SGDClassifier": SGDClassifier(loss="log_loss"),
    "GraphLabelSpreading": GraphLabelSpreading(metric="cosine"),
}
X, TRUTH = documents(120, 3000, n_classes=3)


@pytest.fixture
def no_dense_pool(monkeypatch):
    """Let a sparse matrix of half as many cells as the pool, or more, stay sparse."""

    def guarded(method):
        def refuse_pools(self, *args, **params):
            if np.prod(self.shape) >= np.prod(X.shape) / 2:
                raise AssertionError(f"{self.shape} made dense")
            return method(self, *args, **params)

        return refuse_pools

    for form in FORMATS:
        kind = getattr(sparse, form)
        for name in ("toarray", "todense"):
            monkeypatch.setattr(kind, name, guarded(getattr(kind, name)))


def looped(estimator, strategy):
    learner = ActiveLearner(estimator, strategy, batch_size=3, random_state=0)
    learner.set_params(budget=6)
    return learner.fit(X, TRUTH, labeled=np.arange(len(TRUTH)) < 6)


def test_every_query_strategy_is_tried():
    public = set(query_strategies.__all__) - {"QueryStrategy", "PoolView"}
    assert set(STRATEGIES) == public


@pytest.mark.parametrize("name", STRATEGIES)
def test_no_query_strategy_makes_a_sparse_pool_dense(no_dense_pool, name):
    tasks = declared(STRATEGIES[name], "tasks")
    of_classes = "classification" in tasks
    forest = RandomForestRegressor(3, random_state=0)
    learner = looped(MultinomialNB() if of_classes else forest, STRATEGIES[name])
    assert learner.n_asked_ == 6
    assert sparse.issparse(learner.query().X)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_the_loop_makes_no_sparse_pool_dense(no_dense_pool, name):
    learner = looped(ESTIMATORS[name], "margin")
    assert learner.n_asked_ == 6
    assert learner.predict_proba(X).shape == (120, 3)


def test_a_learning_curve_makes_no_sparse_pool_dense(no_dense_pool):
    learner = ActiveLearner(MultinomialNB(), "entropy", batch_size=3)
    curve = active_learning_curve(learner, X, TRUTH, initial=6, budget=3, cv=3)
    assert np.isfinite(curve.test_scores).all()


def test_a_strategy_that_does_is_caught(no_dense_pool):
    def dense(pool):
        return pool.X.toarray()[pool.candidates].sum(axis=1)

    with pytest.raises(AssertionError, match="made dense"):
        looped(MultinomialNB(), dense)


def peak_of(function):
    """Return the bytes that a call held at most, on top of what there was."""
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "name",
    ["entropy", "margin", "least_confident", "random", "SpreadBatch", "BadgeSampling"],
)
def test_a_question_needs_two_inputs_and_four_distributions_more_than_predict_proba(
    name,
):
    n_rows, n_classes = 2000, 50
    X, truth = documents(n_rows, 20_000, n_classes)
    y = np.where(np.arange(n_rows) < 2 * n_classes, truth, -1)
    learner = ActiveLearner(
        MultinomialNB(), STRATEGIES.get(name, name), batch_size=5, random_state=0
    )
    learner.start(X, y)
    alone = peak_of(lambda: learner.estimator_.predict_proba(X))
    peak = peak_of(learner.query)
    assert peak < alone + 2 * bytes_of(X) + 4 * n_rows * n_classes * 8
    assert peak < n_rows * 20_000 * 8 / 20  # nowhere near a dense pool


def test_a_session_makes_no_second_pool_of_keys(tmp_path):
    dense = np.random.RandomState(0).rand(20_000, 100)
    X, _ = documents(20_000, 1000, 50)

    def begun(pool):
        learner = ActiveLearner(MultinomialNB(), "random", random_state=0)
        LabelingSession(
            learner, pool, classes=[0, 1], journal=tmp_path / str(pool.shape)
        ).close()

    begun(dense[:10])  # what is loaded once isn't counted
    assert peak_of(lambda: begun(dense)) < dense.nbytes / 4
    assert peak_of(lambda: begun(X)) < bytes_of(X) / 2


def test_max_herding_needs_a_few_copies_of_a_sparse_input_and_its_blocks():
    X, _ = documents(2000, 20_000, 50)
    learner = ActiveLearner(MultinomialNB(), STRATEGIES["MaxHerding"])
    learner.start(X)
    blocks = 4 * 2**19 * 8
    assert peak_of(learner.query) < 4 * bytes_of(X) + blocks
