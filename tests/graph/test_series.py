"""The pruned series of the resolvent, and what accelerates it."""

import numpy as np
import pytest
from helpers import blobs
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from sklearn_active.graph import knn_affinity, resolvent, sparse_resolvent
from sklearn_active.graph._affinity import normalized
from sklearn_active.graph._series import accelerated, pruned_series

SERIES = "sklearn_active.graph._series"
X, _, _ = blobs(300, 0)
W = knn_affinity(X)
S = normalized(W)


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(f"{SERIES}._ROWS_AT_ONCE", 7)
    monkeypatch.setattr(f"{SERIES}._BATCHES_A_PART", 3)


def dense_steps(alpha, weights):
    """Return what the recurrence gives without pruning, by dense matrices."""
    before, R = np.zeros((300, 300)), (1 - alpha) * np.eye(300)
    for weight in weights:
        new = weight * (alpha * S.toarray() @ R + (1 - alpha) * np.eye(300))
        before, R = R, new + (1 - weight) * before
    return R


def dense_pruned_steps(alpha, weights, n_kept, tol):
    """Return what the recurrence gives where each row is sorted by itself."""
    before, R = np.zeros((300, 300)), (1 - alpha) * np.eye(300)
    for weight in weights:
        new = weight * (alpha * S.toarray() @ R + (1 - alpha) * np.eye(300))
        new += (1 - weight) * before
        floors = np.maximum(-np.sort(-new, axis=1)[:, n_kept - 1], tol)
        before, R = R, np.where(new >= floors[:, None], new, 0)
    return np.maximum(R, R.T)


def terms(n_terms, alpha):
    return dense_steps(alpha, [1] * (n_terms - 1))


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("weights", [[1.0] * 5, accelerated(0.9, 5)])
def test_without_pruning_it_is_the_recurrence(weights):
    kernel = pruned_series(S, 0.9, 300, weights, 0)
    expected = np.maximum(dense_steps(0.9, weights), 0)
    np.testing.assert_allclose(kernel.toarray(), expected, atol=1e-6)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("weights", [[1.0] * 8, accelerated(0.9, 6)])
def test_each_step_keeps_the_largest_entries_of_each_row(weights):
    kernel = pruned_series(S, 0.9, 25, weights, 1e-5).toarray()
    expected = dense_pruned_steps(0.9, weights, 25, 1e-5)
    # float32 and float64 may keep another one of two entries that are as good as equal.
    assert np.mean(np.abs(kernel - expected) > 1e-6) < 1e-3
    assert np.abs(kernel - expected).sum() < 1e-3 * expected.sum()


@pytest.mark.parametrize("alpha", [0.5, 0.9, 0.99])
def test_six_accelerated_steps_lack_what_the_polynomial_of_chebyshev_leaves(alpha):
    values, vectors = np.linalg.eigh(S.toarray())
    steps = dense_steps(alpha, accelerated(alpha, 6))
    by_eigenvalue = np.diag(vectors.T @ steps @ vectors)
    lacking = 1 - by_eigenvalue * (1 - alpha * values) / (1 - alpha)
    # T_7(x) for x = cos(angle); the first step from 0 is the start of the series.
    chebyshev = np.cos(7 * np.arccos(np.clip(values, -1, 1)))
    largest = np.cosh(7 * np.arccosh(1 / alpha))
    np.testing.assert_allclose(lacking, chebyshev / largest, atol=1e-9)


def test_at_nine_tenths_six_steps_come_further_than_twelve_terms():
    exact = resolvent(W, 0.9)
    lacking = [
        np.linalg.norm(exact - R, 2)
        for R in (dense_steps(0.9, accelerated(0.9, 6)), terms(13, 0.9))
    ]
    assert lacking[0] < lacking[1]


@given(st.floats(0.01, 0.99), st.integers(1, 12))
def test_weights_lie_between_one_and_two(alpha, n_steps):
    weights = accelerated(alpha, n_steps)
    assert len(weights) == n_steps
    assert np.all((np.array(weights) >= 1) & (np.array(weights) < 2))


@pytest.mark.usefixtures("small_batches")
def test_the_number_of_cores_changes_nothing(monkeypatch):
    kernels = []
    for n_cores in (1, 3):
        monkeypatch.setattr(f"{SERIES}.cpu_count", lambda n=n_cores: n)
        kernels.append(pruned_series(S, 0.9, 50, accelerated(0.9, 6), 1e-5))
    assert (kernels[0] != kernels[1]).nnz == 0


def test_rows_without_a_neighbor_keep_what_is_their_own():
    alone = sparse.block_diag([W, sparse.csr_array((2, 2))], format="csr")
    kernel = pruned_series(normalized(alone), 0.9, 10, accelerated(0.9, 60), 1e-5)
    own = kernel[[300, 301]].toarray()
    np.testing.assert_allclose(own[:, 300:], 0.1 * np.eye(2), rtol=1e-3)
    assert own[:, :300].sum() == 0


@pytest.mark.usefixtures("small_batches")
def test_every_part_of_the_work_is_counted(monkeypatch):
    begun, done = [], []

    def begin_work(name, n_parts):
        begun.append((name, n_parts))
        return lambda: done.append(name)

    monkeypatch.setattr(f"{SERIES}.begin_work", begin_work)
    pruned_series(S, 0.9, 10, accelerated(0.9, 6), 1e-5)
    assert begun == [("kernel", len(done))]
    assert done


def test_more_rows_than_few_are_accelerated(monkeypatch):
    kernels = []
    for n_rows in (300, 299):
        monkeypatch.setattr("sklearn_active.graph._resolvent._FEW_ROWS", n_rows)
        kernels.append(sparse_resolvent(W, n_kept=300, tol=0))
    assert [kernel.dtype for kernel in kernels] == [np.float64, np.float32]
    expected = terms(13, 0.9), dense_steps(0.9, accelerated(0.9, 6))
    for kernel, R in zip(kernels, expected, strict=True):
        np.testing.assert_allclose(kernel.toarray(), np.maximum(R, 0), atol=1e-6)
