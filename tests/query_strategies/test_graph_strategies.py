"""Graph strategies against brute force, and their state against a rebuilt one."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from helpers import TaughtPool, calls_of
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.datasets import make_blobs, make_multilabel_classification
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, WhiteKernel
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sklearn_active import ActiveLearner
from sklearn_active.graph import (
    GraphLabelSpreading,
    knn_affinity,
    resolvent,
    sparse_resolvent,
)
from sklearn_active.query_strategies import (
    ExploreExploit,
    GraphUncertaintyHerding,
    LeastConfidentSampling,
    MarginSampling,
    MaxHerding,
    RandomSampling,
    SigmaOptimality,
)
from sklearn_active.query_strategies._herding_cover import HerdingCover


def gains_by_definition(A, pool, uncertainty="graph"):
    """Return sum_i u_i max(K_iq - c_i, 0) for every q, from the kernel A."""
    n = len(A)
    d = A.diagonal()
    K = A / np.sqrt(np.outer(d, d))
    covered = np.union1d(pool.labeled, pool.declined)
    c = K[:, covered].max(axis=1) if len(covered) else np.zeros(n)
    u = np.ones(n)
    if uncertainty == "graph" and len(pool.labeled):
        G = np.sort(A @ (pool.y[:, None] == pool.classes), axis=1)[:, ::-1]
        second = G[:, 1] if G.shape[1] > 1 else np.zeros(n)
        m = G.sum(axis=1)
        u = 1 - (G[:, 0] - np.maximum(second, 1 / n)) / (m + 1 / n)
        u = np.clip(u, 0, 1)
    return np.array([np.sum(u * np.maximum(K[:, q] - c, 0)) for q in range(n)])


events = st.lists(
    st.tuples(st.integers(0, 39), st.sampled_from([0, 1, 2, None])),
    max_size=8,
    unique_by=lambda event: event[0],
)


@settings(max_examples=40)
@given(events, st.integers(0, 50), st.sampled_from(["graph", "none"]), st.data())
def test_herdings_gains_are_those_of_the_definition(events, seed, uncertainty, data):
    X = np.random.RandomState(seed).normal(size=(40, 2))
    strategy = GraphUncertaintyHerding(uncertainty, n_neighbors=4)
    taught = TaughtPool(X)
    A = sparse_resolvent(knn_affinity(X, 4), n_kept=100).toarray()
    for row, label in events:
        taught.teach([row], [label])
        if data.draw(st.booleans()):  # the strategy may be asked, or not, in between
            strategy.utilities(taught.pool)
    pool = taught.pool
    expected = gains_by_definition(A, pool, uncertainty)
    np.testing.assert_allclose(
        strategy.utilities(pool), expected[pool.candidates], atol=2e-9
    )


def models_gains(A, labeled, labels, known, proba, covered):
    """Return sum_i u_i max(K_iq^p - c_i^p, 0) with the model's word, from A."""
    labels = np.array(labels, dtype=int)
    k = proba.shape[1]
    p = np.sort(proba, axis=1)
    per_class = np.maximum(np.bincount(labels, minlength=k), 1)
    w = proba @ (len(labeled) / k / per_class)
    return gains_of(A, labeled, known, w * (1 - p[:, -1] + p[:, -2]), k, covered)


def gains_of(A, labeled, known, hesitation, k, covered):
    """Return sum_i u_i max(K_iq^p - c_i^p, 0), from A, of a model that hesitates so."""
    n, d = len(A), A.diagonal()
    power = 1 + 0.5 * np.log2(max(len(labeled) / (2 * k), 1))
    K = (A / np.sqrt(np.outer(d, d))) ** power
    c = K[:, covered].max(axis=1, initial=0)
    m = A[:, labeled].sum(axis=1)
    u = (1 / n + m * hesitation) / (1 / n + m)
    u[known] = 0
    return np.array([np.sum(u * np.maximum(K[:, q] - c, 0)) for q in range(n)])


@settings(max_examples=40)
@given(events, st.integers(0, 50), st.integers(1, 4))
def test_herding_by_the_models_uncertainty_is_greedy_by_the_definition(
    events, seed, batch_size
):
    X = np.random.RandomState(seed).normal(size=(42, 2))
    strategy = GraphUncertaintyHerding("model", n_neighbors=4)
    # Smooth, so that it hesitates after one label of a class, too.
    model = GaussianNB(var_smoothing=1)
    learner = ActiveLearner(model, strategy, missing_label=None)
    learner.start(X, [None] * 40 + [0, 1])
    for row, label in events:
        learner.teach([row], [label])
    query = learner.query(batch_size)
    known = [40, 41, *(row for row, _ in events)]
    labeled = [40, 41, *(row for row, label in events if label is not None)]
    labels = [0, 1, *(label for _, label in events if label is not None)]
    A = sparse_resolvent(knn_affinity(X, 4), n_kept=100).toarray()
    covered, expected = list(known), []
    for utility in query.utilities:
        proba = learner.predict_proba(X)
        gains = models_gains(A, labeled, labels, known, proba, covered).round(9)
        gains[known], gains[expected] = -1, -1
        assert utility == pytest.approx(gains.max(), abs=2e-9)
        expected.append(int(gains.argmax()))
        covered.append(expected[-1])
    assert query.indices.tolist() == expected


@pytest.mark.parametrize("labels", [[], [None], [2, 2, 0], [0, 1, 1, 2, 2, 2]])
def test_herding_by_a_pretrained_model_counts_classes_without_a_label_as_one(labels):
    X, truth = make_blobs(60, centers=3, cluster_std=2, random_state=0)
    model = FrozenEstimator(GaussianNB().fit(X, truth))
    learner = ActiveLearner(model, "herding", missing_label=None).start(X)
    for row, label in enumerate(labels):
        learner.teach([row], [label])
    query = learner.query()
    known = list(range(len(labels)))
    labeled = [row for row in known if labels[row] is not None]
    A = sparse_resolvent(knn_affinity(X), n_kept=100).toarray()
    proba = model.predict_proba(X)
    kinds = [labels[row] for row in labeled]
    gains = models_gains(A, labeled, kinds, known, proba, known).round(9)
    gains[known] = -1
    assert query.indices.tolist() == [gains.argmax()]
    assert query.utilities == pytest.approx(gains.max(), abs=2e-9)


def test_herding_around_a_regressor_counts_the_variance_of_what_it_predicts():
    X = np.random.RandomState(0).normal(size=(50, 2))
    y = np.where(np.arange(50) < 9, X[:, 0], np.nan)
    model = GaussianProcessRegressor(RBF() + WhiteKernel(0.1), optimizer=None)
    learner = ActiveLearner(model, "herding").start(X, y)
    query = learner.query()
    known = list(range(9))
    A = sparse_resolvent(knn_affinity(X), n_kept=100).toarray()
    variance = model.fit(X[:9], y[:9]).predict(X, return_std=True)[1] ** 2
    hesitation = variance / variance[9:].max()
    gains = gains_of(A, known, known, hesitation, 2, known).round(9)
    assert query.indices.tolist() == [9 + gains[9:].argmax()]
    assert query.utilities == pytest.approx(gains[9:].max(), abs=2e-9)


def test_herding_with_several_labels_counts_the_one_that_is_least_sure():
    X, truth = make_multilabel_classification(50, n_classes=3, random_state=0)
    X = X / X.std()
    y = np.where(np.arange(50)[:, None] < 9, truth, -1)
    learner = ActiveLearner(KNeighborsClassifier(4), "herding").start(X, y)
    query = learner.query()
    known = list(range(9))
    A = sparse_resolvent(knn_affinity(X), n_kept=100).toarray()
    chances = np.column_stack([p[:, 1] for p in learner.predict_proba(X)])
    hesitation = (1 - np.abs(2 * chances - 1)).max(axis=1)
    gains = gains_of(A, known, known, hesitation, 2, known).round(9)
    assert query.indices.tolist() == [9 + gains[9:].argmax()]
    assert query.utilities == pytest.approx(gains[9:].max(), abs=2e-9)


def test_herding_by_the_models_word_is_refused_where_a_regressor_has_none():
    with pytest.raises(
        ValueError, match=r"or `predict\(return_std=True\)`; take a query"
    ):
        ActiveLearner(Ridge(), "herding").start([[0.0], [1.0]]).query()
    with pytest.raises(ValueError, match="not for regression"):
        ActiveLearner(Ridge(), "graph_herding").start([[0.0], [1.0]]).query()


def test_herding_by_a_pretrained_model_of_one_class_asks_by_the_graph():
    X, _ = make_blobs(60, centers=3, random_state=0)
    model = FrozenEstimator(GaussianNB().fit(X, np.zeros(60, dtype=int)))
    utilities = []
    for strategy in ("graph_herding", "herding"):
        learner = ActiveLearner(model, strategy, missing_label=-1).start(X)
        learner.teach([3, 9], [0, 0])
        utilities.append(learner.query(5).utilities)
    np.testing.assert_array_equal(*utilities)


@pytest.mark.parametrize("strategy", ["graph_herding", "graph_coverage"])
def test_herding_by_the_graph_asks_the_same_rows_around_every_model(strategy):
    X, truth = make_blobs(60, centers=3, cluster_std=2, random_state=0)
    rows = []
    for model in (LogisticRegression(), GaussianNB(), RidgeClassifier()):
        learner = ActiveLearner(model, strategy, budget=12)
        learner.fit(X, truth, labeled=np.arange(60) < 6)
        rows.append([record.rows.tolist() for record in learner.history_])
    assert rows[0] == rows[1] == rows[2]


def test_herding_in_batches_of_rows_gains_the_same(monkeypatch):
    X, truth = make_blobs(60, centers=3, cluster_std=2, random_state=0)
    A = sparse_resolvent(knn_affinity(X), n_kept=10).toarray()
    for module in ("_herding", "_herding_cover"):
        path = f"sklearn_active.query_strategies.{module}._ROWS_AT_ONCE"
        monkeypatch.setattr(path, 7)
    labeled = list(range(12))
    strategy = GraphUncertaintyHerding("model", n_kept=10)
    learner = ActiveLearner(GaussianNB(), strategy, missing_label=-1)
    query = learner.start(X, np.where(np.arange(60) < 12, truth, -1)).query()
    proba = learner.predict_proba(X)
    gains = models_gains(A, labeled, truth[:12], labeled, proba, labeled)
    assert query.indices.tolist() == [12 + gains[12:].argmax()]
    assert query.utilities == pytest.approx(gains[12:].max(), abs=2e-9)
    K = learner.query_strategy_.kernel_.toarray()
    roots = np.sqrt(A.diagonal())
    np.testing.assert_allclose(K, A / np.outer(roots, roots), atol=1e-12)


def test_gains_by_a_kernel_of_single_precision_are_summed_in_double():
    rng = np.random.default_rng(0)
    K = rng.random((500, 500))
    K = np.maximum(K, K.T).astype(np.float32)
    np.fill_diagonal(K, 1)
    kernel, isolated = sparse.csr_array(K), np.zeros(500, dtype=bool)
    c, u = rng.random(500), rng.random(500)
    for coverage, uncertainty in ((None, None), (c, u)):
        cover = HerdingCover(kernel, isolated, coverage, uncertainty)
        left = np.maximum(K.astype(float) - cover.coverage[:, None], 0)
        expected = cover.uncertainty @ left
        np.testing.assert_allclose(cover.gains(), expected, rtol=1e-7)


@pytest.mark.parametrize(
    ("n_rows", "n_kept"),
    [
        (60, 100),
        (3000, 100),
        (4500, 150),
        (12_000, 400),
        (10**5, 400),
        (10**5 + 1, 100),
    ],
)
def test_herding_keeps_a_thirtieth_of_the_pool_within_bounds(n_rows, n_kept):
    assert GraphUncertaintyHerding()._n_kept(n_rows) == n_kept
    assert GraphUncertaintyHerding(n_kept=7)._n_kept(n_rows) == 7


def test_herding_asks_by_the_graph_until_the_model_knows_two_classes():
    X, truth = make_blobs(60, centers=3, random_state=0)
    asked = []
    for strategy in ("graph_herding", "herding"):
        learner = ActiveLearner(GaussianNB(), strategy).start(X)
        rows = []
        while len(set(truth[rows])) < 2:
            (row,) = learner.query().indices
            learner.teach([row], truth[[row]])
            rows.append(row)
        asked.append(rows)
    assert asked[0] == asked[1]


def test_herding_finds_a_class_that_the_model_has_not_seen_and_is_sure_of():
    X, truth = make_blobs(
        [40, 40, 15], centers=[[0, 0], [0, 5], [0, -8]], random_state=0
    )
    start = [np.flatnonzero(truth == label)[:2] for label in (0, 1)]
    y = np.full(95, -1)
    y[start] = truth[start]
    found = {}
    for strategy in ("herding", "margin"):
        learner = ActiveLearner(LogisticRegression(), strategy, missing_label=-1)
        learner.start(X, y)
        assert learner.predict_proba(X[truth == 2]).max(axis=1).min() > 0.99
        for _ in range(4):
            query = learner.query()
            learner.teach(query, truth[query.indices])
        found[strategy] = 2 in learner.classes_
    assert found == {"herding": True, "margin": False}


def test_herding_by_the_model_needs_its_probabilities():
    learner = ActiveLearner(RidgeClassifier(), "herding")
    with pytest.raises(ValueError, match="must implement `predict_proba`"):
        learner.start([[0.0], [1.0]]).query()


def test_dense_and_incremental_herding_make_the_same_picks_given_the_same_kernel():
    X, truth = make_blobs(150, centers=5, random_state=1)
    A = sparse_resolvent(knn_affinity(X), n_kept=150).toarray()
    strategy = GraphUncertaintyHerding(n_kept=150)
    taught = TaughtPool(X)
    for _ in range(40):
        pool = taught.pool
        (row,), _ = strategy.select(pool, 1)
        dense = np.round(gains_by_definition(A, pool), 9)[pool.candidates]
        assert row == pool.candidates[dense.argmax()]
        taught.teach([row], [truth[row]])


@settings(max_examples=20)
@given(st.integers(1, 6), st.integers(0, 30))
def test_a_batch_is_greedy_with_coverage_but_without_labels(batch_size, seed):
    X = np.random.RandomState(seed).normal(size=(40, 2))
    A = sparse_resolvent(knn_affinity(X, 4), n_kept=100).toarray()
    taught = TaughtPool(X)
    taught.teach([3, 9, 20], [0, 1, None])
    strategy = GraphUncertaintyHerding(n_neighbors=4)
    indices, utilities = strategy.select(taught.pool, batch_size)
    d = A.diagonal()
    K = A / np.sqrt(np.outer(d, d))
    c = K[:, [3, 9, 20]].max(axis=1)
    expected = []
    Y = np.zeros((40, 2))
    Y[3, 0] = Y[9, 1] = 1
    G = A @ Y
    first, second = G.max(axis=1), np.maximum(G.min(axis=1), 1 / 40)
    u = np.clip(1 - (first - second) / (G.sum(axis=1) + 1 / 40), 0, 1)
    for _ in range(batch_size):
        gains = (u[:, None] * np.maximum(K - c[:, None], 0)).sum(axis=0).round(9)
        gains[[3, 9, 20, *expected]] = -1
        expected.append(int(gains.argmax()))
        assert utilities[len(expected) - 1] == pytest.approx(gains.max(), abs=2e-9)
        c = np.maximum(c, K[:, expected[-1]])
    assert indices.tolist() == expected


@pytest.mark.parametrize(
    "strategy", [GraphUncertaintyHerding(n_neighbors=4), SigmaOptimality(n_neighbors=4)]
)
@settings(max_examples=20)
@given(data=st.data())
def test_state_after_any_events_equals_a_rebuilt_one(strategy, data):
    strategy = clone(strategy)
    X = np.random.RandomState(0).normal(size=(40, 2))
    taught = TaughtPool(X)
    for _ in range(data.draw(st.integers(1, 8))):
        pool = taught.pool
        strategy.select(pool, data.draw(st.integers(1, 3)))
        event = data.draw(st.sampled_from(["relabel", "declined, taught", "teach"]))
        if event == "relabel" and len(pool.labeled):
            row = data.draw(st.sampled_from(pool.labeled.tolist()))
            taught.relabel(row, data.draw(st.sampled_from([None, 0, 1, 2])))
            continue
        rows = pool.declined if event == "declined, taught" else pool.candidates
        row = data.draw(
            st.sampled_from((rows if len(rows) else pool.candidates).tolist())
        )
        if row not in pool.labeled:
            taught.teach([row], [data.draw(st.sampled_from([0, 1, 2, None]))])
    pool = taught.pool
    rebuilt = clone(strategy)
    np.testing.assert_allclose(
        strategy.utilities(pool), rebuilt.utilities(pool), atol=5e-9
    )


@pytest.mark.parametrize(
    "strategy", [GraphUncertaintyHerding(), SigmaOptimality(), MaxHerding()]
)
def test_a_declined_row_that_is_taught_later_counts_as_labeled(strategy):
    X = np.random.RandomState(0).normal(size=(40, 2))
    strategy, taught = clone(strategy), TaughtPool(X)
    taught.teach([7], [None])
    strategy.utilities(taught.pool)
    taught.teach([7], [1])
    pool = taught.pool
    rebuilt = clone(strategy).utilities(pool)
    np.testing.assert_allclose(strategy.utilities(pool), rebuilt, atol=2e-9)


@pytest.mark.parametrize(
    "strategy", [GraphUncertaintyHerding(), SigmaOptimality(), MaxHerding()]
)
def test_a_declined_row_that_may_be_asked_again_is_not_covered(strategy):
    X = np.random.RandomState(0).normal(size=(40, 2))
    strategy, taught, begun_anew = clone(strategy), TaughtPool(X), TaughtPool(X)
    taught.teach([7], [None])
    covered = strategy.utilities(taught.pool)
    expected = clone(strategy).utilities(begun_anew.pool)
    assert len(covered) == len(expected) - 1
    np.testing.assert_allclose(strategy.utilities(begun_anew.pool), expected, atol=1e-9)


@pytest.mark.parametrize(
    "strategy",
    [
        GraphUncertaintyHerding(),
        GraphUncertaintyHerding("none"),
        SigmaOptimality(),
        MaxHerding(),
    ],
)
def test_a_cover_and_its_copy_go_their_own_ways(strategy):
    X = np.random.RandomState(0).normal(size=(40, 2))
    strategy, taught = clone(strategy), TaughtPool(X)
    taught.teach([7, 20], [0, 1])
    strategy.utilities(taught.pool)
    cover = strategy._cover
    before = cover.gains().copy()
    other = cover.copy()
    for row, label in ((3, 0), (5, 2), (8, None)):
        other.add(row, label)
    np.testing.assert_array_equal(cover.gains(), before)
    assert abs(other.gains() - before).max() > 1e-3
    taught.teach([11], [1])
    rebuilt = clone(strategy).utilities(taught.pool)
    np.testing.assert_allclose(strategy.utilities(taught.pool), rebuilt, atol=2e-9)


def test_a_row_that_is_covered_already_takes_nothing_away():
    X = np.random.RandomState(0).normal(size=(40, 2))
    strategy = GraphUncertaintyHerding("none")
    strategy.utilities(TaughtPool(X).pool)
    cover = strategy._cover.copy()
    cover.add(7)
    once = cover.gains().copy()
    cover.add(7)
    np.testing.assert_array_equal(cover.gains(), once)


def test_a_label_that_was_changed_counts_as_it_is_now():
    X = np.random.RandomState(0).normal(size=(40, 2))
    strategy, taught = GraphUncertaintyHerding(n_neighbors=4), TaughtPool(X)
    taught.teach([7, 20], [0, 1])
    before = strategy.utilities(taught.pool)
    taught.relabel(20, 0)
    pool = taught.pool
    rebuilt = clone(strategy).utilities(pool)
    assert abs(rebuilt - before).max() > 1e-3
    np.testing.assert_allclose(strategy.utilities(pool), rebuilt, atol=2e-9)


def test_sigma_optimality_is_the_fall_of_the_variance_of_the_sum():
    X = np.random.RandomState(0).normal(size=(30, 2))
    strategy, taught = SigmaOptimality(n_neighbors=4), TaughtPool(X)
    C = resolvent(knn_affinity(X, 4))
    noise = 0.1 * C.diagonal().mean()
    for row in (4, 17, 8):
        pool = taught.pool
        after = [
            (C - np.outer(C[:, q], C[q]) / (C[q, q] + noise)).sum()
            for q in pool.candidates
        ]
        np.testing.assert_allclose(strategy.utilities(pool), C.sum() - after, atol=1e-8)
        C = C - np.outer(C[:, row], C[row]) / (C[row, row] + noise)
        taught.teach([row], [0])


class TestUnseenClass:
    def masses_of(self, strategy, **params):
        X, truth = make_blobs(60, centers=3, random_state=0)
        y = np.where(np.arange(60) < 8, truth, -1)
        learner = ActiveLearner(GraphLabelSpreading(), strategy, batch_size=52)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            learner.start(X, y)
        query = learner.query()
        return learner.estimator_.label_masses_[query.indices], query

    def test_margin_counts_a_bin_of_mass_one_nth(self):
        F, query = self.masses_of(MarginSampling())
        top = np.sort(F, axis=1)[:, ::-1]
        second = np.maximum(top[:, 1], 1 / 60)
        expected = 1 - (top[:, 0] - second) / (F.sum(axis=1) + 1 / 60)
        np.testing.assert_allclose(query.utilities, np.clip(expected, 0, 1), atol=1e-12)

    def test_least_confident_counts_it_in_the_sum(self):
        F, query = self.masses_of(LeastConfidentSampling())
        expected = 1 - F.max(axis=1) / (F.sum(axis=1) + 1 / 60)
        np.testing.assert_allclose(query.utilities, expected, atol=1e-12)

    def test_it_can_be_turned_off(self):
        _, query = self.masses_of(MarginSampling(unseen_class=False))
        top = np.sort(query.proba, axis=1)
        np.testing.assert_allclose(query.utilities, 1 - top[:, -1] + top[:, -2])

    def test_it_is_refused_where_there_are_no_masses(self):
        X, y = np.arange(6.0)[:, None], [0, 1, -1, -1, -1, -1]
        learner = ActiveLearner(GaussianNB(), MarginSampling(unseen_class=True))
        with pytest.raises(
            ValueError, match="GaussianNB offers none.*unseen_class='auto'"
        ):
            learner.start(X, y).query()
        ActiveLearner(GaussianNB(), MarginSampling()).start(X, y).query()


class TestExploreExploit:
    def learner(self, hits=3, **params):
        strategy = ExploreExploit(RandomSampling(), MarginSampling(), hits=hits)
        return ActiveLearner(GaussianNB(), strategy, random_state=0, **params)

    def test_it_explores_until_the_last_answers_were_all_expected(self):
        X, truth = make_blobs(80, centers=3, random_state=2)
        y = np.where(np.arange(80) < 6, truth, -1)
        learner = self.learner().start(X, y)
        hits = []
        for _ in range(20):
            query = learner.query()
            assert learner.query_strategy_.exploring_ == (
                not all(hits[-3:] or [0]) or len(hits) < 3
            )
            if not learner.query_strategy_.exploring_:
                break
            hits.append(learner.predict(query.X)[0] == truth[query.indices[0]])
            learner.teach(query, truth[query.indices])
        assert hits[-3:] == [True] * 3
        margin = ActiveLearner(GaussianNB(), "margin").start(X, learner.y_).query()
        assert query.indices.tolist() == margin.indices.tolist()

    def test_an_answer_before_there_was_a_model_is_no_hit(self):
        X, truth = make_blobs(40, centers=2, random_state=2)
        learner = self.learner(hits=1).start(X)
        query = learner.query()
        learner.teach(query, truth[query.indices])
        learner.query()
        assert learner.query_strategy_.exploring_

    def test_an_incompatible_exploit_fails_before_a_label_is_bought(self):
        from sklearn.svm import SVC

        strategy = ExploreExploit(GraphUncertaintyHerding(), MarginSampling())
        with pytest.raises(ValueError, match="not compatible with SVC"):
            ActiveLearner(SVC(), strategy).start(np.eye(5)).query()


class TestAnyData:
    @pytest.mark.parametrize("name", ["graph_herding", "graph_coverage"])
    def test_it_needs_no_label_and_no_estimator(self, name):
        X, truth = make_blobs(90, cluster_std=0.5, random_state=3)
        query = ActiveLearner(LogisticRegression(), name, batch_size=3).start(X).query()
        assert query.reason == "GraphUncertaintyHerding"
        assert set(truth[query.indices]) == {0, 1, 2}

    def test_text_goes_through_a_transformer(self):
        texts = [f"{a} {b}" for a in ("red", "blue", "old") for b in ("car", "apple")]
        strategy = GraphUncertaintyHerding(transformer=TfidfVectorizer(), n_neighbors=2)
        learner = ActiveLearner(DummyClassifier(), strategy).start(texts)
        assert learner.query().X[0] in texts
        assert not hasattr(strategy.transformer, "vocabulary_")

    def test_a_frame_goes_through_a_column_transformer(self):
        frame = pd.DataFrame({"size": [1.0, 2, 9, 8], "color": ["r", "g", "r", "g"]})
        columns = make_column_transformer(
            (StandardScaler(), ["size"]), (OneHotEncoder(), ["color"])
        )
        strategy = GraphUncertaintyHerding(transformer=columns)
        assert len(ActiveLearner(DummyClassifier(), strategy).start(frame).query()) == 1
        numeric = ActiveLearner(DummyClassifier(), "graph_herding").start(
            frame[["size"]]
        )
        assert len(numeric.query()) == 1

    @pytest.mark.parametrize(
        "X", [["a", "b"], pd.DataFrame({"c": ["a", "b"]})], ids=["list", "frame"]
    )
    @pytest.mark.parametrize("strategy", [GraphUncertaintyHerding, SigmaOptimality])
    def test_what_is_no_number_needs_one_and_the_error_names_it(self, X, strategy):
        with pytest.raises(ValueError, match=r"needs numbers.*transformer=\.\.\."):
            ActiveLearner(DummyClassifier(), strategy()).start(X).query()

    def test_images_are_flattened(self):
        images = np.random.RandomState(0).normal(size=(20, 3, 3))
        flat = images.reshape(20, -1)
        picks = [
            ActiveLearner(GaussianNB(), "graph_herding").start(X).query().indices[0]
            for X in (images, flat)
        ]
        assert picks[0] == picks[1]

    def test_isolated_rows_come_last(self):
        # Two far pairs of clusters; the last row is so far that its weights vanish.
        X = np.r_[np.random.RandomState(0).normal(size=(20, 1)), [[1e9]]]
        strategy = GraphUncertaintyHerding(n_neighbors=2)
        learner = ActiveLearner(GaussianNB(), strategy).start(X)
        for _ in range(20):
            query = learner.query()
            assert query.indices[0] != 20
            learner.teach(query, [0])
        assert learner.query().indices.tolist() == [20]

    def test_twins_are_not_in_one_batch(self):
        X = np.repeat(np.arange(4.0), 3)[:, None]
        strategy = GraphUncertaintyHerding(n_neighbors=2)
        query = ActiveLearner(GaussianNB(), strategy, batch_size=10).start(X).query()
        assert sorted(X[query.indices, 0]) == [0, 1, 2, 3]


class TestState:
    def test_it_lives_in_the_fitted_clone(self):
        X, truth = make_blobs(60, random_state=0)
        strategy = GraphUncertaintyHerding()
        learner = ActiveLearner(GaussianNB(), strategy, budget=4)
        learner.fit(X, truth, labeled=np.arange(60) < 5)
        assert vars(strategy) == vars(GraphUncertaintyHerding())
        assert hasattr(learner.query_strategy_, "kernel_")
        assert not hasattr(clone(learner.query_strategy_), "kernel_")

    def test_a_changed_pool_rebuilds(self):
        rng = np.random.RandomState(0)
        strategy = GraphUncertaintyHerding()
        for n in (40, 30):
            X = rng.normal(size=(n, 2))
            pool = TaughtPool(X).pool
            fresh = GraphUncertaintyHerding().utilities(pool)
            np.testing.assert_array_equal(strategy.utilities(pool), fresh)

    def test_it_survives_pickling_in_the_middle(self):
        X, truth = make_blobs(60, random_state=0)
        learner = ActiveLearner(GaussianNB(), "graph_herding").start(X)
        for _ in range(4):
            query = learner.query()
            learner.teach(query, truth[query.indices])
        kernel = learner.query_strategy_.kernel_
        copy = pickle.loads(pickle.dumps(learner))
        assert copy.query().indices.tolist() == learner.query().indices.tolist()
        assert learner.query_strategy_.kernel_ is kernel

    def test_the_kernel_is_built_once_a_fit(self):
        X, truth = make_blobs(60, random_state=0)
        learner = ActiveLearner(GaussianNB(), "graph_herding", budget=10)
        with calls_of(sparse_resolvent) as built:
            learner.fit(X, truth, labeled=np.arange(60) < 5)
        assert len(built) == 1
