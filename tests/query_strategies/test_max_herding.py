"""MaxHerding against its definition, the best of all batches, and scikit-activeml."""

import math
import pickle
import tracemalloc
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from helpers import TaughtPool, calls_of
from hypothesis import given, settings
from hypothesis import strategies as st
from limits import small_blocks
from scipy import sparse
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_digits, make_blobs
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.extmath import safe_sparse_dot

from sklearn_active import ActiveLearner
from sklearn_active.query_strategies import MaxHerding


def random_rows(n_rows=40, seed=0):
    return np.random.RandomState(seed).normal(size=(n_rows, 3))


def kernel(X, gamma=None, normalize=True):
    """Return the kernel by its definition, entry by entry."""
    if normalize:
        X = [row / math.hypot(*row) for row in X]
    gamma = 1 / len(X[0]) if gamma is None else gamma
    return np.array([[math.exp(-gamma * math.dist(a, b) ** 2) for b in X] for a in X])


def worth(K, covering):
    """Return what every row adds to the mean coverage, and the worth of a tie."""
    n = len(K)
    c = [max((K[i, j] for j in covering), default=0) for i in range(n)]
    added = [sum(max(K[i, q] - c[i], 0) for i in range(n)) / n for q in range(n)]
    return np.array(added) + 1e-7 * K.mean(axis=0)


def greedy_batch(K, covering, batch_size):
    covering, batch = list(covering), []
    for _ in range(batch_size):
        utilities = worth(K, covering)
        utilities[covering] = -1
        batch.append(int(utilities.argmax()))
        covering.append(batch[-1])
    return batch


events = st.lists(
    st.tuples(st.integers(0, 39), st.sampled_from([0, 1, None])),
    max_size=8,
    unique_by=lambda event: event[0],
)


@settings(max_examples=25)
@given(
    events,
    st.integers(0, 50),
    st.sampled_from([None, 0.05, 2.0]),
    st.booleans(),
    st.data(),
)
def test_utilities_are_those_of_the_definition(events, seed, gamma, normalize, data):
    X = random_rows(seed=seed)
    strategy = MaxHerding(gamma, normalize=normalize)
    taught = TaughtPool(X)
    for row, label in events:
        taught.teach([row], [label])
        if data.draw(st.booleans()):  # the strategy may be asked, or not, in between
            strategy.select(taught.pool, data.draw(st.integers(1, 3)))
    pool = taught.pool
    expected = worth(kernel(X, gamma, normalize), [row for row, _ in events])
    np.testing.assert_allclose(
        strategy.utilities(pool), expected[pool.candidates], atol=2e-12
    )


@settings(max_examples=25)
@given(events, st.integers(1, 6), st.integers(0, 50), st.integers(1, 40))
def test_a_batch_is_greedy_whatever_the_block(events, batch_size, seed, n_at_once):
    X = random_rows(seed=seed)
    taught = TaughtPool(X)
    for row, label in events:
        taught.teach([row], [label])
    with small_blocks(40 * n_at_once):
        rows, utilities = MaxHerding().select(taught.pool, batch_size)
    K = kernel(X)
    covering = [row for row, _ in events]
    assert rows.tolist() == greedy_batch(K, covering, batch_size)
    for row, utility in zip(rows, utilities, strict=True):
        assert utility == pytest.approx(worth(K, covering)[row], abs=2e-12)
        covering.append(row)


def test_of_rows_that_are_nearly_covered_the_one_that_adds_most_is_asked():
    center, corner = np.zeros((20, 2)), np.array([1.0, 1.0])
    near = corner + 1e-4 * np.array([[0, 0], [1, 0], [1.01, 0], [0, -0.9]])
    X = np.r_[center, near]
    taught = TaughtPool(X)
    for row in range(21):
        taught.teach([row], [0])
    strategy = MaxHerding(1.0, normalize=False)
    covering = list(range(21))
    K = kernel(X, 1.0, False)
    for _ in range(3):
        (row,), _ = strategy.select(taught.pool, 1)
        utilities = worth(K, covering)
        utilities[covering] = -1
        assert row == utilities.argmax()
        taught.teach([row], [0])
        covering.append(row)


def test_a_batch_covers_nearly_as_much_as_the_best_of_all_batches():
    X = random_rows(14)
    K = kernel(X, 2.0)
    rows, _ = MaxHerding(2.0).select(TaughtPool(X).pool, 3)
    best = max(
        K[list(three)].max(axis=0).mean() for three in combinations(range(14), 3)
    )
    assert K[rows].max(axis=0).mean() >= (1 - 1 / math.e) * best


@settings(max_examples=20)
@given(data=st.data())
def test_state_after_any_events_equals_a_rebuilt_one(data):
    strategy, taught = MaxHerding(), TaughtPool(random_rows())
    for _ in range(data.draw(st.integers(1, 8))):
        pool = taught.pool
        strategy.select(pool, data.draw(st.integers(1, 3)))
        if data.draw(st.booleans()) and len(pool.labeled):
            row = data.draw(st.sampled_from(pool.labeled.tolist()))
            taught.relabel(row, None)
            if data.draw(st.booleans()):  # relabeled at once
                taught.teach([row], [1])
        else:
            row = data.draw(st.sampled_from(pool.candidates.tolist()))
            taught.teach([row], [data.draw(st.sampled_from([0, 1, None]))])
    pool = taught.pool
    rebuilt = clone(strategy)
    assert strategy.select(pool, 4)[0].tolist() == rebuilt.select(pool, 4)[0].tolist()
    np.testing.assert_allclose(
        strategy.utilities(pool), rebuilt.utilities(pool), atol=2e-12
    )
    np.testing.assert_allclose(strategy.coverage_, rebuilt.coverage_, atol=1e-15)


def digits():
    X, truth = load_digits(return_X_y=True)
    return X[:330], truth[:330]


@pytest.mark.parametrize("batch_size", [1, 5])
@pytest.mark.parametrize("normalize", [True, False])
def test_it_asks_the_rows_that_scikit_activeml_asks(batch_size, normalize):
    from skactiveml.pool import MaxHerding as Peer

    X, truth = digits()
    X = X / 16
    y = np.full(len(X), np.nan)
    peer = Peer(normalize_samples=normalize, random_state=0)
    strategy = MaxHerding(normalize=normalize)
    learner = ActiveLearner(GaussianNB(), strategy, batch_size=batch_size).start(X)
    for _ in range(6):
        query = learner.query()
        rows, utilities = peer.query(X, y, batch_size=batch_size, return_utilities=True)
        assert query.indices.tolist() == rows.tolist()
        # They average over the candidates only.
        n_candidates = np.isnan(y).sum()
        theirs = [np.nanmax(u) * n_candidates / len(X) for u in utilities]
        np.testing.assert_allclose(query.utilities, theirs, atol=2e-7)
        y[rows] = truth[rows]
        learner.teach(query, truth[rows])


def test_of_two_rows_that_cover_only_each_other_the_more_central_comes_first():
    X = np.array([[3.1, 0], [3.0, 0], [0, 0], [0.01, 0], [0, 0.01]])
    taught = TaughtPool(X)
    for row in (2, 3, 4):
        taught.teach([row], [0])
    rows, _ = MaxHerding(1.0, normalize=False).select(taught.pool, 1)
    assert rows.tolist() == [1]
    K = kernel(X, 1.0, False)
    added = worth(K, [2, 3, 4]) - 1e-7 * K.mean(axis=0)
    assert added[0] == pytest.approx(added[1], abs=1e-4)


def test_most_rows_are_not_looked_at_again(monkeypatch):
    X, truth = digits()
    looked_at = []
    exact = np.exp

    def counted(block, *args, **kwargs):
        looked_at.append(len(block) if np.ndim(block) == 2 else 0)
        return exact(block, *args, **kwargs)

    # Of each row that is looked at, the kernel to all others is made.
    monkeypatch.setattr(np, "exp", counted)
    learner = ActiveLearner(GaussianNB(), MaxHerding(), budget=60)
    learner.fit(X, truth, labeled=np.arange(330) < 10)
    assert sum(looked_at) < 60 * 330 / 5


def test_the_kernel_is_never_held_whole():
    X = random_rows(4000)
    taught = TaughtPool(X)
    taught.teach([7], [0])
    strategy = MaxHerding()
    tracemalloc.start()
    try:
        strategy.select(taught.pool, 3)
        strategy.utilities(taught.pool)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4000**2 * 8 / 5


class TestAnyData:
    def test_it_needs_no_label_and_no_estimator(self):
        X, truth = make_blobs(90, cluster_std=0.5, random_state=3)
        learner = ActiveLearner(LogisticRegression(), MaxHerding(), batch_size=3)
        query = learner.start(X).query()
        assert query.reason == "MaxHerding"
        assert set(truth[query.indices]) == {0, 1, 2}

    @pytest.mark.parametrize("normalize", [True, False])
    def test_containers_make_no_difference(self, normalize):
        X = np.maximum(random_rows(), 0)
        X[3] = 0  # of no direction
        strategy = MaxHerding(normalize=normalize)
        expected, _ = strategy.select(TaughtPool(X).pool, 6)
        for container in (sparse.csr_array, sparse.csc_matrix, sparse.coo_array):
            pool = TaughtPool(container(X)).pool
            assert strategy.select(pool, 6)[0].tolist() == expected.tolist()
        for container in (
            pd.DataFrame,
            lambda X: X.reshape(40, 3, 1),
            np.ndarray.tolist,
        ):
            rows, _ = strategy.select(TaughtPool(container(X)).pool, 6)
            assert rows.tolist() == expected.tolist()

    def test_text_and_frames_go_through_a_transformer_fitted_once(self):
        class Counting(TfidfVectorizer):
            fits = []

            def fit_transform(self, X, y=None):
                self.fits.append(len(X))
                return super().fit_transform(X)

        texts = [f"{a} {b}" for a in ("red", "blue", "old") for b in ("car", "apple")]
        model = make_pipeline(TfidfVectorizer(), LogisticRegression())
        learner = ActiveLearner(model, MaxHerding(transformer=Counting())).start(texts)
        for _ in range(3):
            query = learner.query()
            learner.teach(query, [len(query.X[0])])
        assert Counting.fits == [6]
        frame = pd.DataFrame({"size": [1.0, 2, 9, 8], "color": ["r", "g", "r", "g"]})
        columns = make_column_transformer(
            (StandardScaler(), ["size"]), (OneHotEncoder(), ["color"])
        )
        strategy = MaxHerding(transformer=columns)
        assert (
            len(ActiveLearner(DummyClassifier(), strategy).start(frame).query(3)) == 3
        )
        assert not hasattr(columns, "transformers_")

    @pytest.mark.parametrize("X", [["a", "b"], pd.DataFrame({"c": ["a", "b"]})])
    def test_what_is_no_number_needs_one_and_the_error_names_it(self, X):
        message = r"MaxHerding .*needs numbers.*transformer=\.\.\."
        with pytest.raises(ValueError, match=message):
            ActiveLearner(DummyClassifier(), MaxHerding()).start(X).query()

    @pytest.mark.parametrize("normalize", [True, False])
    def test_nan_is_refused(self, normalize):
        strategy = MaxHerding(normalize=normalize)
        with pytest.raises(
            ValueError, match=r"MaxHerding .*1 values of X are NaN.*transformer="
        ):
            ActiveLearner(DummyClassifier(), strategy).start([[1.0], [np.nan]]).query()

    @pytest.mark.parametrize(
        "params", [{"gamma": 0}, {"gamma": "scale"}, {"normalize": "l1"}]
    )
    def test_wrong_parameters_are_refused(self, params):
        (name,) = params
        with pytest.raises(ValueError, match=f"'{name}' parameter of MaxHerding"):
            ActiveLearner(GaussianNB(), MaxHerding(**params)).start(np.eye(3)).query()

    def test_far_from_the_origin_distances_keep_their_digits(self):
        X = random_rows()
        near = MaxHerding(normalize=False).select(TaughtPool(X).pool, 6)[0]
        far = MaxHerding(normalize=False).select(TaughtPool(X + 1e8).pool, 6)[0]
        assert far.tolist() == near.tolist()

    def test_twins_are_not_in_one_batch_and_equal_rows_are_no_trouble(self):
        X = np.repeat(random_rows(4), 3, axis=0)
        query = ActiveLearner(GaussianNB(), MaxHerding()).start(X).query(10)
        assert len(query) == len(np.unique(X[query.indices], axis=0)) == 4
        query = (
            ActiveLearner(GaussianNB(), MaxHerding()).start(np.ones((6, 2))).query(3)
        )
        assert query.indices.tolist() == [0]


class TestState:
    def test_it_lives_in_the_fitted_clone(self):
        X, truth = make_blobs(60, random_state=0)
        strategy = MaxHerding()
        learner = ActiveLearner(GaussianNB(), strategy, budget=4)
        learner.fit(X, truth, labeled=np.arange(60) < 5)
        assert vars(strategy) == vars(MaxHerding())
        assert hasattr(learner.query_strategy_, "coverage_")

    def test_a_changed_pool_rebuilds(self):
        strategy = MaxHerding()
        for n_rows in (40, 30):
            pool = TaughtPool(random_rows(n_rows)).pool
            fresh = MaxHerding().utilities(pool)
            np.testing.assert_array_equal(strategy.utilities(pool), fresh)

    def test_it_survives_pickling_in_the_middle(self):
        X, truth = make_blobs(60, random_state=0)
        learner = ActiveLearner(GaussianNB(), MaxHerding()).start(X)
        for _ in range(4):
            query = learner.query()
            learner.teach(query, truth[query.indices])
        copy = pickle.loads(pickle.dumps(learner))
        with calls_of(safe_sparse_dot) as products:
            copy.query()
        n_entries = sum(call["a"].shape[0] * call["b"].shape[1] for call in products)
        assert 0 < n_entries < 60**2  # the kernel's means are not found again
        assert copy.query().indices.tolist() == learner.query().indices.tolist()

    def test_asking_for_a_batch_leaves_no_trace(self):
        taught = TaughtPool(random_rows())
        strategy = MaxHerding()
        first = strategy.select(taught.pool, 5)[0].tolist()
        before = strategy.coverage_.copy()
        assert strategy.select(taught.pool, 5)[0].tolist() == first
        np.testing.assert_array_equal(strategy.coverage_, before)
        assert not before.any()
