"""The resolvent against its definition."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklearn_active.graph import (
    GraphLabelSpreading,
    knn_affinity,
    resolvent,
    sparse_resolvent,
)
from sklearn_active.graph._affinity import normalized
from sklearn_active.graph._resolvent import resolvent_times


def graph_of(n, seed=0, k=4):
    return knn_affinity(np.random.RandomState(seed).normal(size=(n, 2)), k)


def direct(W, alpha):
    W = W.toarray()
    d = W.sum(axis=1)
    root = np.divide(1, np.sqrt(d), out=np.zeros_like(d), where=d > 0)
    S = root[:, None] * W * root
    return (1 - alpha) * np.linalg.inv(np.eye(len(W)) - alpha * S)


@pytest.mark.parametrize("alpha", [0.2, 0.9, 0.99])
def test_the_dense_one_is_the_inverse_it_is_defined_by(alpha):
    W = graph_of(50)
    A = resolvent(W, alpha)
    np.testing.assert_allclose(A, direct(W, alpha), atol=1e-12)
    np.testing.assert_array_equal(A, A.T)
    assert A.min() >= 0
    eigenvalues = np.linalg.eigvalsh(A)
    assert eigenvalues.min() >= (1 - alpha) / (1 + alpha) - 1e-12
    assert eigenvalues.max() <= 1 + 1e-12


@given(st.integers(1, 25), st.integers(0, 100), st.sampled_from([0.1, 0.5, 0.9, 0.99]))
def test_conjugate_gradients_solve_it_to_rounding_error(n, seed, alpha):
    rng = np.random.RandomState(seed)
    X, y = rng.normal(size=(n, 2)), rng.randint(-1, 3, size=n)
    y[0] = 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of rows that no label reaches
        model = GraphLabelSpreading(2, alpha=alpha, missing_label=-1).fit(X, y)
    expected = direct(model.affinity_, alpha) @ (y[:, None] == model.classes_)
    np.testing.assert_allclose(model.label_masses_, expected, atol=1e-12)


def test_a_class_without_a_label_has_no_mass_anywhere():
    W = graph_of(30)
    B = np.zeros((30, 2))
    B[[3, 8], 0] = 1
    masses = resolvent_times(normalized(W), 0.9, B)
    np.testing.assert_allclose(masses, direct(W, 0.9) @ B, atol=1e-12)
    assert not masses[:, 1].any()


@pytest.mark.parametrize("make", [resolvent, sparse_resolvent])
@pytest.mark.parametrize("alpha", [0, 1, 2.0])
def test_an_alpha_outside_of_zero_to_one_is_refused(make, alpha):
    with pytest.raises(ValueError, match="alpha must lie between 0 and 1"):
        make(graph_of(5), alpha)


def test_a_row_without_neighbors_keeps_its_own_label():
    W = np.zeros((3, 3))
    W[0, 1] = W[1, 0] = 1
    np.testing.assert_allclose(resolvent(W, 0.9)[2], [0, 0, 0.1])
    np.testing.assert_allclose(sparse_resolvent(W, 0.9).toarray()[2], [0, 0, 0.1])


def test_the_sparse_one_is_the_truncated_series_when_nothing_is_pruned():
    W = graph_of(40)
    roots = np.sqrt(W.sum(axis=1))
    S = W.toarray() / np.outer(roots, roots)
    expected = sum(0.1 * 0.9**t * np.linalg.matrix_power(S, t) for t in range(13))
    R = sparse_resolvent(W, 0.9, n_kept=40, tol=0)
    np.testing.assert_allclose(
        R.toarray(), np.maximum(expected, expected.T), atol=1e-12
    )
    many = sparse_resolvent(W, 0.9, n_kept=40, tol=0, n_iter=300)
    np.testing.assert_allclose(many.toarray(), direct(W, 0.9), atol=1e-12)


def test_pruning_keeps_the_largest_entries_of_each_row():
    W = graph_of(200, k=6)
    R = sparse_resolvent(W, 0.9, n_kept=15)
    exact = direct(W, 0.9)
    assert (R != R.T).nnz == 0
    lengths = np.diff(R.indptr)
    assert lengths.min() >= 15
    assert lengths.mean() < 30
    assert (R.diagonal() > 0).all()
    shares = [
        len(set(R.indices[R.indptr[i] : R.indptr[i + 1]]) & set(top)) / 15
        for i, top in enumerate(np.argsort(-exact, axis=1)[:, :15])
    ]
    assert np.mean(shares) > 0.9
