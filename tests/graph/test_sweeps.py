"""The pruned resolvent of very many rows."""

import numpy as np
import pytest
from helpers import blobs
from limits import many_rows
from scipy import sparse

from sklearn_active.graph import knn_affinity, resolvent, sparse_resolvent

SWEEPS = "sklearn_active.graph._sweeps"
X, _, _ = blobs(300, 0)
W = knn_affinity(X)


@pytest.fixture(autouse=True)
def few_rows_are_many():
    with many_rows(10):
        yield


def jacobi(n_iter, alpha=0.9):
    roots = np.sqrt(W.sum(axis=1))
    S = W.toarray() / np.outer(roots, roots)
    R = (1 - alpha) * np.eye(300)
    for _ in range(n_iter):
        R = alpha * S @ R + (1 - alpha) * np.eye(300)
    return R


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(f"{SWEEPS}._ROWS_AT_ONCE", 4)


@pytest.mark.usefixtures("small_batches")
def test_without_pruning_the_sweeps_converge_to_the_resolvent(monkeypatch):
    monkeypatch.setattr(f"{SWEEPS}._SWEEPS", (0, 100))
    kernel = sparse_resolvent(W, 0.9, n_kept=300, tol=0)
    np.testing.assert_allclose(kernel.toarray(), resolvent(W, 0.9), atol=2e-6)


@pytest.mark.usefixtures("small_batches")
def test_seven_sweeps_come_about_as_far_as_twelve_steps(monkeypatch):
    monkeypatch.setattr(f"{SWEEPS}._SWEEPS", (0, 7))
    exact = resolvent(W, 0.9)
    swept = sparse_resolvent(W, 0.9, n_kept=300, tol=0).toarray()
    assert (swept <= exact + 1e-6).all()
    lacking = [np.sum(exact - R) for R in (swept, jacobi(10), jacobi(6))]
    assert lacking[0] < lacking[1] < lacking[2]


@pytest.mark.usefixtures("small_batches")
def test_the_largest_entries_of_each_row_are_kept():
    kernel = sparse_resolvent(W, 0.9, n_kept=40, tol=1e-5)
    # A given number of terms is summed up as it is.
    pruned = sparse_resolvent(W, n_kept=40, n_iter=12)
    difference = abs(kernel - pruned).sum() / pruned.sum()
    assert difference < 0.1
    assert np.diff(kernel.indptr).min() >= 40
    assert (kernel != kernel.T).nnz == 0
    assert kernel.diagonal().min() > 0
    assert kernel.dtype == np.float32


def test_the_number_of_cores_changes_nothing(monkeypatch):
    kernels = []
    for n_cores in (1, 3):
        monkeypatch.setattr(f"{SWEEPS}.cpu_count", lambda n=n_cores: n)
        kernels.append(sparse_resolvent(W, 0.9, n_kept=50, tol=1e-5))
    assert (kernels[0] != kernels[1]).nnz == 0


def test_rows_without_a_neighbor_keep_what_is_their_own():
    alone = sparse.block_diag([W, sparse.csr_array((2, 2))], format="csr")
    kernel = sparse_resolvent(alone, 0.9, n_kept=10)
    assert kernel[[300, 301]].toarray().sum() == pytest.approx(0.2)


def test_every_part_of_the_work_is_counted(monkeypatch):
    begun, done = [], []

    def begin_work(name, n_parts):
        begun.append((name, n_parts))
        return lambda: done.append(name)

    monkeypatch.setattr(f"{SWEEPS}.begin_work", begin_work)
    sparse_resolvent(W, n_kept=10)
    assert begun == [("kernel", len(done))]
    assert done


def test_up_to_the_limit_rows_are_not_swept():
    with many_rows(300):
        assert sparse_resolvent(W, n_kept=10).dtype == np.float64
    with many_rows(299):
        assert sparse_resolvent(W, n_kept=10).dtype == np.float32
