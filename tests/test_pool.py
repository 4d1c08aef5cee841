"""Choosing the rows: top k, ties, duplicates."""

import numpy as np
import pytest
from helpers import Shown, TaughtPool, blobs
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.dummy import DummyClassifier
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active.query_strategies import QueryStrategy


class Given(QueryStrategy):
    """Utilities that are given, one per row."""

    needs = ()

    def __init__(self, values):
        self.values = values

    def utilities(self, pool):
        return np.asarray(self.values, dtype=float)[pool.candidates]


def pool_of(X, utilities, seed=None):
    """Return a learner that knows nothing of its rows but their utilities."""
    model, strategy = DummyClassifier(), Given(utilities)
    return ActiveLearner(model, strategy, missing_label=None, random_state=seed).start(
        X
    )


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
    pool = pool_of(np.arange(len(utilities), dtype=float)[:, None], utilities)
    expected = np.argsort(-np.array(utilities), kind="stable")[:k]
    query = pool.query(k)
    np.testing.assert_array_equal(query.indices, expected)
    np.testing.assert_array_equal(query.utilities, np.array(utilities)[expected])


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from([0.0, 1.0, 2.0])),
        min_size=1,
        max_size=25,
    ),
    st.integers(1, 8),
    st.sampled_from([None, 0]),
)
def test_rows_of_one_content_are_asked_once_in_a_batch(rows, k, seed):
    X = np.array([[float(content)] for content, _ in rows])
    utilities = np.array([utility for _, utility in rows])
    indices = pool_of(X, utilities, seed).query(k).indices
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
    X = np.arange(6.0)[:, None]
    for seed in range(600):
        counts[pool_of(X, np.zeros(6), seed).query(2).indices] += 1
    assert counts.min() > 150
    assert counts.max() < 250


def test_choosing_few_of_many_sorts_only_few(monkeypatch):
    X = np.arange(10_000.0)[:, None]
    pool = pool_of(X, np.arange(10_000) % 7)
    sorted_lengths = []
    lexsort = np.lexsort

    def spy(keys):
        sorted_lengths.append(len(keys[0]))
        return lexsort(keys)

    monkeypatch.setattr(np, "lexsort", spy)
    monkeypatch.setattr(np, "argsort", None)
    pool.query(5)
    assert sorted_lengths == [5]


def test_the_random_state_depends_on_the_seed_and_the_number_of_labels_alone():
    X = np.arange(9.0)[:, None]

    def drawn(taught, seed=5):
        learner = ActiveLearner(DummyClassifier(), Shown(), random_state=seed).start(X)
        for row in taught:
            learner.teach([row], [1])
        learner.query()
        return learner.query_strategy_.pool.random_state.uniform()

    assert drawn([]) == drawn([])
    assert drawn([3]) == drawn([7]) != drawn([])
    assert drawn([], seed=6) != drawn([])


def test_utilities_of_a_wrong_length_are_refused_with_both_numbers():
    learner = ActiveLearner(GaussianNB(), lambda pool: np.zeros(9))
    learner.start(np.arange(8.0)[:, None], [0, 0, 1, 1, -1, -1, -1, -1])
    with pytest.raises(ValueError, match=r"4 utilities.*\(9,\)"):
        learner.query()


@example([-np.inf] * 6 + [-1.0, -np.inf, -np.inf], {0}, {6})
@given(
    st.lists(st.sampled_from([-np.inf, -1.0, 0.0, 0.5, 2.0]), min_size=9, max_size=9),
    st.sets(st.integers(0, 8), max_size=4),
    st.sets(st.integers(0, 8), max_size=4),
)
def test_the_best_row_is_the_best_of_those_that_may_be_asked(utilities, known, barred):
    taught = TaughtPool(np.arange(9.0)[:, None])
    taught.teach(sorted(known), ["a"] * len(known))
    utilities = np.array(utilities)
    left = sorted(set(range(9)) - known - barred)
    (row,), (utility,) = taught.pool.best(utilities, sorted(barred))
    assert row in left
    assert utility == utilities[row] == utilities[left].max()
    assert row == left[int(utilities[left].argmax())]  # ties: row order
