"""Choosing the rows: top k, ties, duplicates."""

import numpy as np
import pandas as pd
import pytest
from helpers import blobs
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active._data.labels import Labels
from sklearn_active._data.rows import row_keys
from sklearn_active._loop.pool import Pool, PoolState


def pool_of(X, random_ties=False, seed=0):
    return Pool(PoolState(X, Labels(len(X)), seed, random_ties))


def test_the_classic_loop_never_asks_the_same_row_twice():
    X, y, truth = blobs(40, 5)
    oracle = lambda query: truth[query.indices]  # noqa: E731
    learner = ActiveLearner(GaussianNB(), oracle=oracle, batch_size=3).fit(X, y)
    rows = np.concatenate([record.rows for record in learner.history_])
    assert sorted(rows) == list(range(5, 40))


@given(
    st.lists(st.sampled_from([-np.inf, -1.0, 0.0, 0.5, 2.0]), min_size=1, max_size=30),
    st.integers(1, 35),
)
def test_the_top_k_are_those_of_a_stable_sort(utilities, k):
    pool = pool_of(np.arange(len(utilities), dtype=float)[:, None])
    expected = np.argsort(-np.array(utilities), kind="stable")[:k]
    indices, chosen = pool.top(utilities, k)
    np.testing.assert_array_equal(indices, expected)
    np.testing.assert_array_equal(chosen, np.array(utilities)[expected])


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from([0.0, 1.0, 2.0])),
        min_size=1,
        max_size=25,
    ),
    st.integers(1, 8),
    st.booleans(),
)
def test_rows_of_one_content_are_asked_once_in_a_batch(rows, k, random_ties):
    X = np.array([[float(content)] for content, _ in rows])
    utilities = np.array([utility for _, utility in rows])
    indices, _ = pool_of(X, random_ties).top(utilities, k)
    contents = X[indices, 0].tolist()
    assert len(set(contents)) == len(contents) == min(k, len(np.unique(X)))
    best = {c: utilities[X[:, 0] == c].max() for c in np.unique(X)}
    expected = sorted(best.values(), reverse=True)[:k]
    assert utilities[indices].tolist() == expected


def test_twins_stay_in_the_pool_and_answers_are_not_copied():
    X = np.array([[0.0], [1.0], [1.0], [1.0], [5.0]])
    learner = ActiveLearner(GaussianNB(), batch_size=3).start(X, [0, -1, -1, -1, 1])
    query = learner.query()
    assert query.indices.tolist() == [1]
    learner.teach(query, [0])
    assert learner.y_.tolist() == [0, 0, -1, -1, 1]
    assert learner.query().indices.tolist() == [2]


def test_ties_go_by_row_order_without_a_random_state():
    X, y, _ = blobs(50, 0)
    flat = lambda pool: np.zeros(len(pool.candidates))  # noqa: E731
    y[:3] = [0, 1, 2]
    learner = ActiveLearner(GaussianNB(), flat, batch_size=5).start(X, y)
    assert learner.query().indices.tolist() == [3, 4, 5, 6, 7]


def test_ties_are_random_and_reproducible_with_one():
    X, y, truth = blobs(50, 3)
    flat = lambda pool: np.zeros(len(pool.candidates))  # noqa: E731
    asked = []
    for seed in (0, 0, 1):
        learner = ActiveLearner(GaussianNB(), flat, batch_size=5, random_state=seed)
        query = learner.start(X, y).query()
        learner.teach(query, truth[query.indices])
        asked.append(query.indices.tolist() + learner.query().indices.tolist())
    assert asked[0] == asked[1] != asked[2]
    assert asked[0][:5] != list(range(3, 8))


def test_random_ties_favor_no_row():
    counts = np.zeros(6)
    for seed in range(600):
        X = np.arange(6.0)[:, None]
        counts[pool_of(X, True, seed).top(np.zeros(6), 2)[0]] += 1
    assert counts.min() > 150
    assert counts.max() < 250


def test_choosing_few_of_many_sorts_only_few(monkeypatch):
    sorted_lengths = []
    lexsort = np.lexsort

    def spy(keys):
        sorted_lengths.append(len(keys[0]))
        return lexsort(keys)

    monkeypatch.setattr(np, "lexsort", spy)
    monkeypatch.setattr(np, "argsort", None)
    X = np.arange(10_000.0)[:, None]
    pool_of(X).top(np.arange(10_000) % 7, 5)
    assert sorted_lengths == [5]


def test_equal_rows_have_equal_keys_whatever_the_container():
    X = np.array([[0.0, 1.5, -0.0], [0.0, 1.5, 0.0], [1.5, 0.0, 0.0]])
    for rows in (X, sparse.csr_matrix(X), sparse.coo_array(X), pd.DataFrame(X)):
        keys = row_keys(rows)
        assert keys == row_keys(X)
        assert keys[0] == keys[1] != keys[2]
    unsorted = sparse.csr_matrix(([2.0, 1.0], [1, 0], [0, 2]), shape=(1, 2))
    assert row_keys(unsorted) == row_keys(np.array([[1.0, 2.0]]))


def test_text_and_mixed_rows_have_keys_too():
    assert len(set(row_keys(["a b", "a b", "ab"]))) == 2
    frame = pd.DataFrame({"n": [1, 1, 1], "t": ["x", "x", "y"]})
    assert len(set(row_keys(frame))) == 2
    images = np.zeros((3, 2, 2))
    images[2, 1, 1] = 1
    assert len(set(row_keys(images))) == 2


def test_the_random_state_depends_on_the_seed_and_the_number_of_labels_alone():
    X = np.arange(9.0)[:, None]
    state = PoolState(X, Labels(9), 5, True)
    first = Pool(state).random_state.uniform()
    assert Pool(state).random_state.uniform() == first
    state.record(np.array([3]), np.array([1]), np.array([True]))
    assert Pool(state).random_state.uniform() != first


def test_utilities_of_a_wrong_length_are_refused_with_both_numbers():
    with pytest.raises(ValueError, match=r"4 utilities.*\(9,\)"):
        pool_of(np.zeros((4, 1))).top(np.zeros(9), 1)
