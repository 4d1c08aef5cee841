"""The nearest-neighbor graph against a brute-force one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import many_rows
from scipy import sparse
from scipy.spatial.distance import cdist
from sklearn.neighbors import KNeighborsTransformer
from sklearn.preprocessing import StandardScaler

from sklearn_active.graph import knn_affinity


def brute_force(X, k, weights="self_tuning", metric="euclidean"):
    """Build the graph from the full distance matrix, by its formula."""
    D = cdist(X, X, metric)
    D[D < 1e-12] = 0
    n = len(X)
    k = min(k, n - 1)
    neighbors = [sorted((D[i, j], j) for j in range(n) if j != i)[:k] for i in range(n)]
    scales = []
    for i in range(n):
        scale = neighbors[i][-1][0]
        positive = D[i][D[i] > 0]
        scales.append(scale or (positive.min() if len(positive) else 1))
    W = np.zeros((n, n))
    for i in range(n):
        for d, j in neighbors[i]:
            weight = np.exp(-(d**2) / (scales[i] * scales[j])) if d else 1
            W[i, j] = W[j, i] = 1 if weights == "connectivity" else weight
    return W


@pytest.mark.parametrize("weights", ["self_tuning", "connectivity"])
@pytest.mark.parametrize("metric", ["euclidean", "cosine", "cityblock"])
@pytest.mark.parametrize("n_features", [3, 40])
def test_it_equals_the_formula_on_all_distances(weights, metric, n_features):
    X = np.random.RandomState(0).normal(size=(60, n_features))
    W = knn_affinity(X, 5, weights, metric=metric)
    expected = brute_force(X, 5, weights, metric)
    np.testing.assert_allclose(W.toarray(), expected, atol=1e-12)
    assert sparse.issparse(W)


def test_it_is_symmetric_non_negative_and_without_loops():
    X = np.random.RandomState(1).normal(size=(50, 4))
    W = knn_affinity(X, 4).toarray()
    np.testing.assert_array_equal(W, W.T)
    assert W.min() >= 0
    assert not W.diagonal().any()
    assert ((W > 0).sum(axis=1) >= 4).all()


def test_many_copies_make_no_nan_and_keep_their_links():
    points = np.random.RandomState(0).normal(size=(30, 20))
    X = np.repeat(points, 15, axis=0)
    W = knn_affinity(X, 10)
    assert np.isfinite(W.data).all()
    same = np.arange(450) // 15
    assert (W.toarray()[same[:, None] == same] <= 1).all()
    assert (np.diff(W.indptr) >= 10).all()
    assert W.toarray().max() == 1


def test_twins_have_weight_one_and_the_node_itself_is_dropped_not_its_twin():
    X = np.array([[0.0], [0.0], [1.0], [2.0]])
    W = knn_affinity(X, 1).toarray()
    assert W[0, 1] == W[1, 0] == 1
    assert W[0, 0] == 0


def test_rows_that_are_all_equal_are_one_clique():
    W = knn_affinity(np.ones((5, 2)), 10).toarray()
    np.testing.assert_array_equal(W, 1 - np.eye(5))


@given(st.integers(1, 12), st.integers(1, 15), st.integers(0, 1000))
def test_few_rows_of_few_values_equal_the_formula_up_to_ties(n, k, seed):
    X = np.random.RandomState(seed).randint(3, size=(n, 2)).astype(float)
    W = knn_affinity(X, k)
    assert W.shape == (n, n)
    assert np.isfinite(W.data).all()
    if k >= n - 1 and n > 1:
        np.testing.assert_allclose(W.toarray(), brute_force(X, k), atol=1e-12)


def test_sparse_and_dense_rows_have_one_graph():
    X = np.random.RandomState(0).poisson(0.3, size=(60, 30)).astype(float)
    X[X.sum(axis=1) == 0, 0] = 1
    for metric in ("euclidean", "cosine"):
        dense = knn_affinity(X, 59, metric=metric)
        from_sparse = knn_affinity(sparse.csr_array(X), 59, metric=metric)
        np.testing.assert_allclose(dense.toarray(), from_sparse.toarray(), atol=1e-12)


def test_a_transformer_finds_the_neighbors_too():
    X = np.random.RandomState(0).normal(size=(60, 5))
    X[7] = X[3]  # a stored distance of 0, which sparse arithmetic would drop
    exact = knn_affinity(X, 6)
    found = knn_affinity(X, 6, neighbors=KNeighborsTransformer(n_neighbors=6))
    np.testing.assert_allclose(exact.toarray(), found.toarray(), atol=1e-6)
    assert found[3, 7] == 1
    with pytest.raises(ValueError, match=r"\(60, 60\).*got \(60, 5\)"):
        knn_affinity(X, 6, neighbors=StandardScaler())


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int32, bool])
@pytest.mark.parametrize("to_container", [np.asarray, sparse.csr_array])
def test_small_number_types_do_not_wrap_around(dtype, to_container):
    X = np.random.RandomState(0).randint(0, 120, size=(60, 5)).astype(dtype)
    found = knn_affinity(to_container(X), 59)
    expected = knn_affinity(X.astype(float), 59)
    np.testing.assert_allclose(found.toarray(), expected.toarray(), atol=1e-12)


def test_unknown_weights_are_refused():
    with pytest.raises(ValueError, match="'self_tuning' or 'connectivity'"):
        knn_affinity(np.eye(3), weights="rbf")


def test_a_transformer_that_gives_no_distances_is_refused():
    connectivity = KNeighborsTransformer(mode="connectivity", n_neighbors=3)
    with pytest.raises(ValueError, match="mode='distance'"):
        knn_affinity(np.arange(8.0)[:, None], 3, neighbors=connectivity)


class TestApproximateNeighbors:
    """Above 20,000 rows; the limit is lowered here."""

    @pytest.fixture(autouse=True)
    def few_rows_are_many(self):
        with many_rows(100):
            yield

    @pytest.mark.parametrize("metric", ["euclidean", "cosine"])
    def test_nearly_all_edges_are_those_of_the_exact_search(self, metric):
        X = np.random.RandomState(0).randn(3000, 6).astype(np.float32)
        found = knn_affinity(X, metric=metric)
        exact = knn_affinity(X, metric=metric, neighbors="exact")
        shared = found.multiply(exact > 0)
        assert shared.count_nonzero() > 0.97 * exact.count_nonzero()
        same = found.multiply(exact > 0) - exact.multiply(found > 0)
        assert abs(same).max() < 0.2  # a missed last neighbor changes a row's width
        assert abs(found - found.T).max() == 0

    def test_twins_have_weight_one_and_nobody_is_its_own_neighbor(self):
        X = np.repeat(np.random.RandomState(0).randn(150, 4), 3, axis=0)
        W = knn_affinity(X, 5)
        assert W.diagonal().max() == 0
        assert W[0, 1] == W[3, 5] == 1

    def test_the_same_rows_give_the_same_graph(self):
        X = np.random.RandomState(0).randn(800, 5)
        assert abs(knn_affinity(X) - knn_affinity(X)).max() == 0

    def test_sparse_rows_and_other_metrics_are_searched_exactly(self):
        X = np.random.RandomState(0).rand(300, 5)
        for rows, metric in [(sparse.csr_array(X), "euclidean"), (X, "manhattan")]:
            found = knn_affinity(rows, metric=metric)
            exact = knn_affinity(rows, metric=metric, neighbors="exact")
            assert abs(found - exact).max() == 0

    def test_without_faiss_the_search_is_exact(self, monkeypatch):
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        X = np.random.RandomState(0).rand(300, 5)
        assert abs(knn_affinity(X) - knn_affinity(X, neighbors="exact")).max() == 0


@pytest.mark.parametrize("neighbors", ["approximate", None, 5])
def test_neighbors_of_another_kind_are_refused(neighbors):
    with pytest.raises(ValueError, match=r"'auto', 'exact' or a transformer"):
        knn_affinity(np.arange(8.0)[:, None], 3, neighbors=neighbors)


@pytest.mark.parametrize("offset", [0, 1e6, 1e9])
@pytest.mark.parametrize("factor", [1, -1e-20, 1e30])
def test_approximate_neighbors_depend_neither_on_origin_nor_on_unit(offset, factor):
    X = np.random.RandomState(0).normal(size=(1500, 8))
    expected = knn_affinity(X, 6, "connectivity", neighbors="exact")
    with many_rows(100):
        found = knn_affinity((X + offset) * factor, 6, "connectivity")
    assert found.multiply(expected).sum() > 0.95 * expected.sum()
    assert found.nnz < 1.05 * expected.nnz
