"""The pruned resolvent of very many rows."""

import numpy as np
import pytest
from helpers import blobs
from scipy import sparse

from sklearn_active._sklearn.callbacks import FitTasks
from sklearn_active.graph import _resolvent, _sweeps, knn_affinity, resolvent
from sklearn_active.graph._affinity import normalized
from sklearn_active.graph._sweeps import swept_resolvent

X, _, _ = blobs(300, 0)
W = knn_affinity(X)
S = normalized(W)


def jacobi(n_iter, alpha=0.9):
    R = (1 - alpha) * np.eye(S.shape[0])
    for _ in range(n_iter):
        R = alpha * S @ R + (1 - alpha) * np.eye(S.shape[0])
    return R


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(_sweeps, "_ROWS_AT_ONCE", 4)


@pytest.mark.usefixtures("small_batches")
def test_without_pruning_the_sweeps_converge_to_the_resolvent(monkeypatch):
    monkeypatch.setattr(_sweeps, "_SWEEPS", (0, 100))
    kernel = swept_resolvent(S, 0.9, n_kept=300, tol=0)
    np.testing.assert_allclose(kernel.toarray(), resolvent(W, 0.9), atol=2e-6)


@pytest.mark.usefixtures("small_batches")
def test_seven_sweeps_come_about_as_far_as_twelve_steps(monkeypatch):
    monkeypatch.setattr(_sweeps, "_SWEEPS", (0, 7))
    exact = resolvent(W, 0.9)
    swept = swept_resolvent(S, 0.9, n_kept=300, tol=0).toarray()
    assert (swept <= exact + 1e-6).all()
    lacking = [np.sum(exact - R) for R in (swept, jacobi(10), jacobi(6))]
    assert lacking[0] < lacking[1] < lacking[2]


@pytest.mark.usefixtures("small_batches")
def test_the_largest_entries_of_each_row_are_kept():
    kernel = swept_resolvent(S, 0.9, n_kept=40, tol=1e-5)
    pruned = _resolvent.sparse_resolvent(W, n_kept=40)
    difference = abs(kernel - pruned).sum() / pruned.sum()
    assert difference < 0.1
    assert np.diff(kernel.indptr).min() >= 40
    assert (kernel != kernel.T).nnz == 0
    assert kernel.diagonal().min() > 0
    assert kernel.dtype == np.float32


def test_the_number_of_cores_changes_nothing(monkeypatch):
    kernels = []
    for n_cores in (1, 3):
        monkeypatch.setattr(_sweeps, "cpu_count", lambda n=n_cores: n)
        kernels.append(swept_resolvent(S, 0.9, n_kept=50, tol=1e-5))
    assert (kernels[0] != kernels[1]).nnz == 0


def test_rows_without_a_neighbor_keep_what_is_their_own():
    alone = sparse.block_diag([S, sparse.csr_array((2, 2))], format="csr")
    kernel = swept_resolvent(alone, 0.9, n_kept=10, tol=1e-5)
    assert kernel[[300, 301]].toarray().sum() == pytest.approx(0.2)


def test_many_rows_are_swept_and_every_part_is_counted(monkeypatch):
    monkeypatch.setattr(_resolvent, "_MANY_ROWS", 299)
    assert _resolvent.sparse_resolvent(W, n_kept=10).dtype == np.float32
    begun, done = [], []

    class Listening(FitTasks):
        def work(self, name, n_parts):
            begun.append((name, n_parts))
            return lambda: done.append(name)

    with Listening().watching():
        _resolvent.sparse_resolvent(W, n_kept=10)
    assert begun == [("kernel", len(done))]
