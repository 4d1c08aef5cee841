"""Spread batches against the best of all partitions."""

import math

import numpy as np
import pandas as pd
import pytest
from helpers import blobs
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.compose import make_column_transformer
from sklearn.datasets import make_blobs
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from sklearn_active import ActiveLearner
from sklearn_active.query_strategies import (
    FunctionStrategy,
    MarginSampling,
    QueryStrategy,
    RandomSampling,
    SpreadBatch,
)


class Given(QueryStrategy):
    """Utilities as they are given, one per row of the pool."""

    needs = ()

    def __init__(self, values):
        self.values = values

    def utilities(self, pool):
        return np.asarray(self.values, dtype=float)[pool.candidates]


def batch(strategy, X, batch_size, seed=0):
    learner = ActiveLearner(LogisticRegression(), strategy, random_state=seed)
    return learner.start(X).query(batch_size)


def partitions(n_rows, n_clusters):
    """Yield every partition of n rows into non-empty clusters, as label lists."""

    def grow(labels):
        if len(labels) == n_rows:
            if max(labels) == n_clusters - 1:
                yield labels
            return
        for k in range(min(max(labels) + 2, n_clusters)):
            yield from grow([*labels, k])

    yield from grow([0])


def best_partition(X, weights, n_clusters):
    def inertia(labels):
        total = 0.0
        for k in set(labels):
            mine = [i for i, label in enumerate(labels) if label == k]
            center = np.average(X[mine], axis=0, weights=weights[mine])
            total += sum(weights[i] * np.sum((X[i] - center) ** 2) for i in mine)
        return total

    return min(partitions(len(X), n_clusters), key=inertia)


def nearest_to_centers(X, weights, labels):
    for k in set(labels):
        mine = [i for i, label in enumerate(labels) if label == k]
        center = np.average(X[mine], axis=0, weights=weights[mine])
        yield min(mine, key=lambda i: math.dist(X[i], center))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("factor", "size"), [(4, 2), (2, 3)])
def test_it_takes_the_row_nearest_to_the_weighted_center_of_each_cluster(
    seed, factor, size
):
    X, _ = make_blobs(20, centers=size, cluster_std=0.4, random_state=seed)
    values = np.random.RandomState(seed).uniform(0.1, 1, size=20)
    query = batch(SpreadBatch(Given(values), factor), X, size)
    top = np.argsort(-values)[: factor * size]
    labels = best_partition(X[top], values[top], size)
    expected = {int(top[i]) for i in nearest_to_centers(X[top], values[top], labels)}
    assert set(query.indices.tolist()) == expected
    assert query.utilities.tolist() == sorted(values[list(expected)], reverse=True)


def test_utilities_below_zero_are_shifted_by_the_smallest_of_the_pool():
    X, _ = make_blobs(20, centers=4, cluster_std=0.4, random_state=1)
    values = np.random.RandomState(1).uniform(0.1, 1, size=20)
    values[5] = 0
    plain = batch(SpreadBatch(Given(values), 3), X, 3)
    lower = batch(SpreadBatch(Given(values - 7), 3), X, 3)
    assert lower.indices.tolist() == plain.indices.tolist()


def test_the_utilities_are_the_weights_also_where_they_are_below_zero():
    # The first row draws the center to it; the mean of the first three is the second.
    X = np.array([[0.0], [1.0], [2.0], [10.0], [30.0]])
    for values in ([10, 0.2, 0.2, 1, 0.1], [-1, -9.8, -9.8, -5, -10]):
        query = batch(SpreadBatch(Given(values), 2), X, 2)
        assert query.indices.tolist() == [0, 3]
    query = batch(SpreadBatch(Given([1, 1, 1, 1, 0]), 2), X, 2)
    assert sorted(query.indices.tolist()) == [1, 3]


def test_rows_that_only_the_transformer_makes_equal_fill_a_batch_up():
    X = np.array([[0.1], [0.2], [0.3], [5.1], [5.2]])
    spread = SpreadBatch(
        Given([1, 2, 3, 4, 5]), transformer=FunctionTransformer(np.round)
    )
    assert batch(spread, X, 3).indices.tolist() == [4, 3, 2]
    assert batch(spread, X, 2).indices.tolist() == [4, 2]


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([-np.inf, -1.0, 0.0, 0.5, 2.0, np.inf]),
            st.integers(0, 6),
        ),
        min_size=1,
        max_size=25,
    ),
    st.integers(1, 8),
    st.integers(1, 4),
)
def test_any_utilities_give_a_full_batch_of_distinct_rows(rows, batch_size, factor):
    values, contents = zip(*rows, strict=True)
    X = np.array(contents, dtype=float)[:, None]
    query = batch(SpreadBatch(Given(values), factor), X, batch_size)
    assert len(query) == min(batch_size, len(set(contents)))
    assert len(set(X[query.indices, 0])) == len(query)
    assert query.utilities.tolist() == [values[i] for i in query.indices]
    assert query.utilities.tolist() == sorted(query.utilities, reverse=True)


@pytest.mark.parametrize("strategy", [MarginSampling(), RandomSampling()])
def test_a_batch_of_one_and_a_factor_of_one_are_the_wrapped_strategys(strategy):
    X, _, truth = blobs(60, 6)
    for batch_size, factor in ((1, 10), (5, 1)):
        picks = []
        for s in (strategy, SpreadBatch(strategy, factor)):
            learner = ActiveLearner(
                GaussianNB(), s, batch_size=batch_size, budget=15, random_state=0
            )
            learner.fit(X, truth, labeled=np.arange(60) < 6)
            picks.append([r.rows.tolist() for r in learner.history_])
        assert picks[0] == picks[1]


def test_it_spreads():
    # The ten most useful rows are near twins.
    X = np.r_[np.linspace(0, 0.01, 10), 5, 9, 13][:, None]
    values = np.r_[np.full(10, 1.0), 0.9, 0.9, 0.9]
    query = batch(SpreadBatch(Given(values), pool_factor=4), X, 4)
    assert {10, 11, 12} < set(query.indices.tolist())


def test_ties_in_distance_go_to_the_more_useful_row():
    X = np.array([[0.0], [1.0], [100.0], [101.0]])
    query = batch(SpreadBatch(Given([0.5, 0.5, 0.5, 0.5]), 2), X, 2, seed=None)
    assert query.indices.tolist() == [0, 2]


class TestContainers:
    def test_sparse_rows_and_frames_give_the_same_batch(self):
        X, _ = make_blobs(40, centers=5, random_state=2)
        values = np.random.RandomState(0).uniform(size=40)
        expected = batch(SpreadBatch(Given(values), 5), X, 4).indices.tolist()
        for container in (sparse.csr_array, sparse.coo_array, pd.DataFrame):
            query = batch(SpreadBatch(Given(values), 5), container(X), 4)
            assert query.indices.tolist() == expected

    def test_images_are_flattened(self):
        images = np.random.RandomState(0).normal(size=(20, 3, 3))
        values = np.arange(20)
        flat = batch(SpreadBatch(Given(values), 3), images.reshape(20, -1), 3)
        query = batch(SpreadBatch(Given(values), 3), images, 3)
        assert query.indices.tolist() == flat.indices.tolist()

    def test_text_needs_a_transformer_and_the_error_names_it(self):
        texts = [f"{word} {i % 3}" for i in range(8) for word in ("ham", "eggs", "tea")]
        model = make_pipeline(TfidfVectorizer(), LogisticRegression())
        learner = ActiveLearner(model, SpreadBatch(RandomSampling()), batch_size=3)
        message = r"SpreadBatch .*needs numbers.*transformer=\.\.\."
        with pytest.raises(ValueError, match=message):
            learner.start(texts).query()
        spread = SpreadBatch(Given(np.ones(24)), transformer=TfidfVectorizer())
        query = ActiveLearner(model, spread, batch_size=3).start(texts).query()
        assert {texts[i].split()[0] for i in query.indices} == {"ham", "eggs", "tea"}

    def test_a_frame_goes_through_a_column_transformer_fitted_once(self):
        class Counting(StandardScaler):
            fits = []

            def fit_transform(self, X, y=None):
                self.fits.append(len(X))
                return super().fit_transform(X)

        frame = pd.DataFrame(
            {"size": [1.0, 1.1, 1.2, 9.0, 9.1, 9.2] * 3, "kind": list("ab") * 9}
        )
        frame["size"] += np.arange(18) / 1000
        columns = make_column_transformer(
            (Counting(), ["size"]), (OneHotEncoder(), ["kind"])
        )
        spread = SpreadBatch(Given(np.ones(18)), transformer=columns)
        learner = ActiveLearner(DummyClassifier(), spread, batch_size=4).start(frame)
        for _ in range(2):
            query = learner.query()
            kinds = {(x > 5, k) for x, k in query.X.itertuples(index=False)}
            assert len(kinds) == 4
            learner.teach(query, [0] * 4)
        assert Counting.fits == [18]


def test_what_the_wrapped_strategy_needs_is_needed():
    assert SpreadBatch(MarginSampling()).needs == ("predict_proba",)
    assert SpreadBatch(RandomSampling()).needs == ()
    assert SpreadBatch(FunctionStrategy(len)).needs == ("fit",)


def test_the_wrapped_strategy_is_left_alone():
    class Stateful(Given):
        def utilities(self, pool):
            self.calls_ = getattr(self, "calls_", 0) + 1
            return super().utilities(pool)

    inner = Stateful(np.arange(6))
    learner = ActiveLearner(GaussianNB(), SpreadBatch(inner)).start(np.eye(6))
    learner.query(2)
    assert not hasattr(inner, "calls_")
    assert learner.query_strategy_.strategy_.calls_ == 1
    assert not hasattr(learner.query_strategy_.strategy, "calls_")
