"""BADGE against gradients that are multiplied out, and against scikit-activeml."""

import tracemalloc
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from helpers import blobs
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.datasets import load_iris
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from sklearn_active import ActiveLearner
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.query_strategies import BadgeSampling


def gradients(proba, X):
    """Return the embedding by its definition, one row a candidate."""
    rows = []
    for p, x in zip(proba, X, strict=True):
        error = p - np.eye(len(p))[np.argmax(p)]
        rows.append([e * value for e in error for value in x])
    return np.array(rows)


class Choices:
    """A random state that chooses as it is told, and keeps the probabilities."""

    def __init__(self, positions):
        self.positions = list(positions)
        self.seen = []

    def choice(self, n, p):
        assert len(p) == n
        self.seen.append(p)
        return self.positions.pop(0)


class Pool(SimpleNamespace):
    """As much of a pool as the strategy looks at."""

    def __len__(self):
        return self.X.shape[0]

    def top(self, utilities, batch_size):
        best = np.argsort(-utilities, kind="stable")[:batch_size]
        return self.candidates[best], utilities[best]


def pool_of(n_rows=30, n_classes=4, seed=0, positions=(), container=np.asarray):
    rng = np.random.RandomState(seed)
    X = np.maximum(rng.normal(size=(n_rows, 5)), 0)
    X[:, 0] += 0.1 * np.arange(n_rows)  # no twins
    candidates = np.sort(rng.permutation(n_rows)[: n_rows - 6])
    proba = rng.dirichlet(np.full(n_classes, 0.5), size=len(candidates))
    return Pool(
        X=container(X),
        candidates=candidates,
        proba=proba,
        random_state=Choices(positions),
        gradients=gradients(proba, X[candidates]),
    )


@settings(max_examples=25)
@given(
    st.integers(0, 99),
    st.integers(2, 5),
    st.sampled_from([np.asarray, sparse.csr_array, sparse.csc_matrix]),
)
def test_utilities_are_squared_norms_of_the_gradients(seed, n_classes, container):
    pool = pool_of(n_classes=n_classes, seed=seed, container=container)
    expected = [g @ g for g in pool.gradients]
    np.testing.assert_allclose(BadgeSampling().utilities(pool), expected, atol=1e-12)


@settings(max_examples=25)
@given(
    st.integers(0, 99),
    st.lists(st.integers(0, 23), min_size=1, max_size=6, unique=True),
    st.sampled_from([np.asarray, sparse.csr_array, pd.DataFrame]),
)
def test_rows_are_drawn_as_kmeans_plus_plus_draws_centers(seed, drawn, container):
    pool = pool_of(seed=seed, positions=drawn, container=container)
    g = pool.gradients
    first = int(np.argmax([x @ x for x in g]))
    drawn = [position for position in drawn if position != first]
    pool.random_state.positions = list(drawn)
    rows, utilities = BadgeSampling().select(pool, 1 + len(drawn))
    chosen = [first]
    for step, position in enumerate(drawn):
        nearest = np.array([min(np.sum((x - g[j]) ** 2) for j in chosen) for x in g])
        p = pool.random_state.seen[step]
        np.testing.assert_allclose(p, nearest / nearest.sum(), atol=1e-10)
        assert utilities[step + 1] == pytest.approx(nearest[position])
        chosen.append(position)
    assert rows.tolist() == pool.candidates[chosen].tolist()


def test_the_draws_come_as_often_as_they_should():
    pool = pool_of(n_rows=12)
    g = pool.gradients
    first = np.argmax(np.sum(g**2, axis=1))
    expected = np.sum((g - g[first]) ** 2, axis=1)
    expected /= expected.sum()
    counts = np.zeros(len(g))
    for seed in range(2000):
        pool.random_state = np.random.RandomState(seed)
        rows, _ = BadgeSampling().select(pool, 2)
        counts[np.searchsorted(pool.candidates, rows[1])] += 1
    error = np.sqrt(expected * (1 - expected) / 2000)
    assert np.all(np.abs(counts / 2000 - expected) <= 4 * error)


class TestBesideScikitActiveml:
    def theirs(self, X, y, batch_size):
        from skactiveml.classifier import SklearnClassifier
        from skactiveml.pool import Badge

        model = SklearnClassifier(LogisticRegression(), classes=[0, 1, 2])
        return Badge(random_state=0).query(
            X,
            np.where(y < 0, np.nan, y),
            model,
            batch_size=batch_size,
            return_utilities=True,
        )

    def data(self):
        X, truth = load_iris(return_X_y=True)
        y = np.full(150, -1)
        y[[3, 20, 60, 70, 110, 130]] = truth[[3, 20, 60, 70, 110, 130]]
        return X, y

    def test_one_row_is_the_same(self):
        X, y = self.data()
        rows, _ = self.theirs(X, y, 1)
        learner = ActiveLearner(LogisticRegression(), BadgeSampling()).start(X, y)
        assert learner.query().indices.tolist() == rows

    def test_gradients_have_the_same_length(self):
        # Later in a batch theirs counts the origin as chosen too; the paper doesn't.
        X, y = self.data()
        _, (shares,) = self.theirs(X, y, 1)
        candidates = np.flatnonzero(y < 0)
        model = LogisticRegression().fit(X[y >= 0], y[y >= 0])
        proba = model.predict_proba(X[candidates])
        pool = Pool(X=X, candidates=candidates, proba=proba)
        ours = BadgeSampling().utilities(pool)
        np.testing.assert_allclose(ours / ours.sum(), shares[candidates], atol=1e-8)


def test_gradients_that_are_all_equal_leave_a_uniform_draw():
    pool = pool_of(positions=[3, 5])
    pool.proba = np.tile([1.0, 0, 0, 0], (24, 1))  # sure of everything
    rows, utilities = BadgeSampling().select(pool, 3)
    assert rows.tolist() == pool.candidates[[0, 3, 5]].tolist()
    assert utilities.tolist() == [0, 0, 0]
    np.testing.assert_allclose(pool.random_state.seen[0], np.r_[0, np.full(23, 1 / 23)])
    assert pool.random_state.seen[1][[0, 3]].tolist() == [0, 0]


def test_rows_of_the_same_content_are_not_in_one_batch():
    X, y, _ = blobs(12, 4)
    X = np.vstack([X, X[4:], X[4:]])
    y = np.r_[y, np.full(16, -1)]
    learner = ActiveLearner(GaussianNB(), BadgeSampling(), random_state=0).start(X, y)
    query = learner.query(20)
    assert len(query) == len(np.unique(X[query.indices], axis=0)) == 8


def test_a_batch_is_spread():
    rng = np.random.RandomState(0)
    X = np.r_[[[-1.0, 0], [1, 0]], rng.normal([0.3, 9], 0.01, (20, 2)), [[0.3, -8]]]
    learner = ActiveLearner(LogisticRegression(), BadgeSampling(), random_state=0)
    query = learner.start(X, [0, 1] + [-1] * 21).query(2)
    assert 22 in query.indices.tolist()


def test_the_embedding_is_never_multiplied_out():
    rng = np.random.RandomState(0)
    X = rng.normal(size=(2000, 200))
    proba = rng.dirichlet(np.ones(40), size=2000)
    pool = Pool(X=X, candidates=np.arange(2000), proba=proba, random_state=rng)
    strategy = BadgeSampling()
    tracemalloc.start()
    try:
        strategy.select(pool, 20)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2000 * 200 * 40 * 8 / 50


class TestAnyData:
    def test_transductive_distributions_count(self):
        X, y, _ = blobs(40, 6)
        learner = ActiveLearner(GraphLabelSpreading(), BadgeSampling()).start(X, y)
        candidates = np.flatnonzero(y < 0)
        proba = learner.estimator_.label_distributions_[candidates]
        norms = np.sum(gradients(proba, X[candidates]) ** 2, axis=1)
        assert learner.query().indices.tolist() == [candidates[norms.argmax()]]

    def test_the_first_steps_of_a_pipeline_can_be_the_transformer(self):
        X, y, _ = blobs(40, 6)
        X = X * [1, 1000]
        model = make_pipeline(StandardScaler(), LogisticRegression())
        strategy = BadgeSampling(transformer=StandardScaler())
        learner = ActiveLearner(model, strategy).start(X, y)
        candidates = np.flatnonzero(y < 0)
        scaled = (X - X.mean(axis=0)) / X.std(axis=0)
        proba = learner.predict_proba(X[candidates])
        norms = np.sum(gradients(proba, scaled[candidates]) ** 2, axis=1)
        assert learner.query().indices.tolist() == [candidates[norms.argmax()]]

    def test_text_needs_a_transformer_and_the_error_names_it(self):
        texts = [f"{a} {b}" for a in ("red", "blue", "old") for b in ("car", "apple")]
        y = ["car", "apple"] + [None] * 4
        model = make_pipeline(TfidfVectorizer(), LogisticRegression())
        message = r"BadgeSampling .*needs numbers.*transformer=\.\.\."
        with pytest.raises(ValueError, match=message):
            ActiveLearner(model, BadgeSampling()).start(texts, y).query()
        strategy = BadgeSampling(TfidfVectorizer())
        learner = ActiveLearner(model, strategy, batch_size=2).start(texts, y)
        rows = learner.query().indices
        learner.teach(rows, ["car", "apple"])
        assert len({*rows, *learner.query().indices}) == 4
        assert not hasattr(strategy.transformer, "vocabulary_")

    def test_a_classifier_without_probabilities_is_refused(self):
        with pytest.raises(ValueError, match="not compatible with LinearSVC"):
            ActiveLearner(LinearSVC(), BadgeSampling()).start(np.eye(3)).query()

    def test_a_wrong_parameter_is_refused(self):
        learner = ActiveLearner(GaussianNB(), BadgeSampling(transformer="tfidf"))
        with pytest.raises(ValueError, match="'transformer' parameter of Badge"):
            learner.start(np.eye(3), [0, 1, -1]).query()
