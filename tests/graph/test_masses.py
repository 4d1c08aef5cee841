"""Class masses: near a label within the bound, everywhere exact."""

import pickle

import numpy as np
import pytest
from helpers import blobs
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.datasets import make_blobs

from sklearn_active.graph import GraphLabelSpreading, _masses, knn_affinity, resolvent
from sklearn_active.graph._affinity import normalized, root_degrees
from sklearn_active.graph._masses import TOL, ClassMasses

N = 90
W = knn_affinity(blobs(N, 0)[0], n_neighbors=4)
A = resolvent(W)


def masses_on(W, alpha=0.9):
    _, component = sparse.csgraph.connected_components(W)
    return ClassMasses(normalized(W), alpha, root_degrees(W), component)


def ring(n):
    """Return the graph of n rows in a circle."""
    rows = np.arange(n)
    edges = sparse.csr_array((np.ones(n), (rows, (rows + 1) % n)), (n, n))
    return sparse.csr_array(edges + edges.T)


def indicator(groups):
    Y = np.zeros((N, len(groups)))
    for k, rows in enumerate(groups):
        Y[rows, k] = 1
    return Y


labelings = st.lists(
    st.dictionaries(st.integers(0, N - 1), st.integers(0, 3), min_size=1, max_size=12),
    min_size=1,
    max_size=6,
)


@given(labelings, st.lists(st.booleans(), min_size=6, max_size=6))
@settings(max_examples=40, deadline=None)
def test_whatever_labels_come_and_go_masses_are_those_of_the_resolvent(
    labelings, reads_all
):
    masses = masses_on(W)
    bound = TOL * root_degrees(W)[:, None]
    for labels, read_all in zip(labelings, reads_all, strict=False):
        classes = sorted(set(labels.values()))
        groups = [
            np.array(sorted(row for row, label in labels.items() if label == k))
            for k in classes
        ]
        masses.set_labels(groups)
        exact = A @ indicator(groups)
        near = masses.of_rows(np.arange(N))
        assert np.all(np.abs(near - exact) <= bound + 1e-12)
        if read_all:
            np.testing.assert_allclose(masses.of_all(), exact, atol=1e-12)


def test_at_20_000_rows_local_updates_stay_within_the_bound_of_a_full_solve():
    X, truth = make_blobs(20_000, 8, centers=12, cluster_std=3, random_state=0)
    rng = np.random.RandomState(0)
    rows = rng.permutation(20_000)[:30]
    y = np.full(20_000, -1)
    y[rows[:10]] = truth[rows[:10]]
    model = GraphLabelSpreading().fit(X, y)
    model.update_labels(rows[10:25], truth[rows[10:25]])
    near = model.masses_of(np.arange(20_000))
    model.update_labels(rows[25:], truth[rows[25:]])
    model.update_labels(rows[:3], [None] * 3)
    near = model.masses_of(np.arange(20_000))
    y[:] = -1
    y[rows[3:]] = truth[rows[3:]]
    exact = GraphLabelSpreading().fit(X, y).label_masses_
    bound = TOL * root_degrees(model.affinity_)[:, None]
    assert np.all(np.abs(near - exact) <= bound)
    np.testing.assert_allclose(model.label_masses_, exact, atol=1e-10)
    # Where the classes differ by more than the bound, no prediction can differ.
    second, first = np.sort(exact, axis=1)[:, -2:].T
    sure = first - second > 2 * bound[:, 0]
    assert sure.mean() > 0.5
    np.testing.assert_array_equal(near.argmax(1)[sure], exact.argmax(1)[sure])


def test_the_rows_solved_for_do_not_grow_with_the_pool(monkeypatch):
    solved = []
    solve = _masses._roughly_solved

    def spy(S, *args):
        solved.append(S.shape[0])
        return solve(S, *args)

    monkeypatch.setattr(_masses, "_roughly_solved", spy)
    counts = []
    for n in (1_000, 50_000):
        solved.clear()
        masses = masses_on(ring(n))
        masses.set_labels([np.array([10]), np.array([500])])
        masses.of_rows(np.array([11]))
        counts.append(list(solved))
    assert counts[0] == counts[1]
    assert max(counts[0]) < 200


def test_a_class_goes_on_with_its_column_under_another_name(monkeypatch):
    masses = masses_on(W)
    masses.set_labels([np.array([1, 2]), np.array([50])])
    masses.of_rows(np.array([0]))
    monkeypatch.setattr(masses, "_solve_on", None)  # nothing is left to solve
    masses.set_labels([np.array([50]), np.array([1, 2])])
    near = masses.of_rows(np.arange(N))
    exact = A @ indicator([[50], [1, 2]])
    np.testing.assert_allclose(near, exact, atol=1e-4)


@pytest.mark.parametrize("where", ["set_rows", "_solve_on", "_taken_in", "finish"])
@pytest.mark.parametrize("after", [False, True])
def test_whatever_is_interrupted_is_begun_again_from_the_labels(
    monkeypatch, where, after
):
    masses = masses_on(W)
    masses.set_labels([np.array([3]), np.array([60])])
    owner = ClassMasses if where.startswith("_") else _masses._Column
    method = getattr(owner, where)

    def interrupted(*args):
        if after:
            method(*args)
        monkeypatch.setattr(owner, where, method)
        raise KeyboardInterrupt

    def use():
        masses.set_labels([np.array([3, 7]), np.array([60])])
        return masses.of_rows(np.arange(N)), masses.of_all()

    monkeypatch.setattr(owner, where, interrupted)
    with pytest.raises(KeyboardInterrupt):
        use()
    near, every = use()
    exact = A @ indicator([[3, 7], [60]])
    np.testing.assert_allclose(near, exact, atol=1e-4)
    np.testing.assert_allclose(every, exact, atol=1e-12)


def test_masses_can_be_pickled():
    masses = pickle.loads(pickle.dumps(masses_on(W)))
    masses.set_labels([np.array([3])])
    np.testing.assert_allclose(masses.of_all(), A[:, [3]], atol=1e-12)


def test_a_row_without_a_neighbor_has_its_own_label_alone():
    alone = sparse.block_diag([W, sparse.csr_array((1, 1))], format="csr")
    masses = masses_on(alone)
    masses.set_labels([np.array([0]), np.array([N])])
    near = masses.of_rows(np.array([0, N]))
    np.testing.assert_allclose(near, [[A[0, 0], 0], [0, 0.1]], atol=1e-4)


def test_the_masses_of_all_rows_can_not_be_written_to():
    model = GraphLabelSpreading(3).fit(*blobs(N, 9)[:2])
    with pytest.raises(ValueError, match="read-only"):
        model.label_masses_[:] = 0


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        (np.ones(N, dtype=bool), "integer positions"),
        ([0.9], "integer positions"),
        ([-1], "0 ... 89"),
        ([N], "0 ... 89"),
    ],
)
def test_masses_of_what_is_no_position_are_refused(rows, complaint):
    model = GraphLabelSpreading(3).fit(*blobs(N, 9)[:2])
    with pytest.raises(ValueError, match=complaint):
        model.masses_of(rows)


def test_a_position_may_be_asked_for_twice():
    model = GraphLabelSpreading(3).fit(*blobs(N, 9)[:2])
    first, second = model.masses_of([4, 4])
    np.testing.assert_array_equal(first, second)
