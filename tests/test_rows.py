"""What belongs to a row alone: the key that it is known again by, and its chance."""

from hashlib import sha256

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from sklearn_active import ActiveLearner
from sklearn_active._data.rows import row_keys
from sklearn_active._data.seeds import row_uniforms
from sklearn_active.labeling import LabelingSession, LabelJournal

LONG = np.zeros(2000)
OTHER = np.r_[np.zeros(1000), 1, np.zeros(999)]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([[2**53]], [[2**53 + 1]]),
        (np.array([[-(2**53)]]), np.array([[-(2**53) - 1]])),
        ([LONG, np.zeros(3)], [OTHER, np.zeros(3)]),
        ([[*LONG, 1.00000001], [1]], [[*LONG, 1.00000002], [1]]),
        (pd.DataFrame({"image": [LONG]}), pd.DataFrame({"image": [OTHER]})),
        (
            pd.DataFrame({"a": [np.zeros((1, 4))]}),
            pd.DataFrame({"a": [np.zeros((2, 2))]}),
        ),
        (pd.DataFrame({"a": [["x", "y"]]}), pd.DataFrame({"a": [["x, y"]]})),
        (["1"], [1]),
        ([["x", True]], [["x", 1]]),
        ([["x", None]], [["x", "nan"]]),
        (["a"], ["A"]),
        (sparse.csr_array([[0, 1.0]]), sparse.csr_array([[1.0, 0]])),
    ],
    ids=range(12),
)
def test_rows_that_differ_have_other_keys(a, b):
    assert row_keys(a)[0] != row_keys(b)[0]
    assert row_keys(a)[0] == row_keys(a)[0]


@pytest.mark.parametrize(
    ("few", "more"),
    [
        ({"a": [1, 2], "t": ["x", "y"]}, {"a": [1, 2, None], "t": ["x", "y", "z"]}),
        ({"a": [1, 2], "b": [3, 4]}, {"a": [1, 2, 5], "b": [3, 4, "x"]}),
        ({"a": [1, 2], "b": [3, 4]}, {"a": [1, 2, None], "b": [3, 4, 5.5]}),
        (
            {"a": [True, False], "t": ["x", "y"]},
            {"a": [True, False, None], "t": list("xyz")},
        ),
        (
            {"a": [1.0, None], "t": ["x", None]},
            {"a": [1, None, 3], "t": ["x", None, "z"]},
        ),
    ],
    ids=range(5),
)
def test_a_frames_rows_keep_their_keys_whatever_comes_behind(few, more):
    few, more = pd.DataFrame(few), pd.DataFrame(more)
    assert row_keys(more)[:2] == row_keys(few)
    assert len(set(row_keys(more))) == 3


CELLS = st.one_of(
    st.integers(-(2**60), 2**60),
    st.floats(allow_infinity=False),
    st.text(max_size=3),
    st.booleans(),
    st.none(),
)


def test_missing_values_are_equal_whatever_their_bits():
    odd = np.array([0x7FF8000000000001, 0xFFF8000000000000], dtype=np.uint64)
    nans = np.array([[np.nan, 1.0], *([[nan, 1.0] for nan in odd.view(np.float64)])])
    bits = nans[:, 0].copy().view(np.uint64)
    assert len(set(bits.tolist())) == 3
    for rows in (nans, sparse.csr_array(nans), nans.tolist()):
        assert len(set(row_keys(rows))) == 1


@given(st.lists(st.lists(CELLS, min_size=1, max_size=3), min_size=1, max_size=5))
def test_a_rows_key_is_the_same_alone_and_among_others(rows):
    assert row_keys(rows) == [row_keys([row])[0] for row in rows]


@given(st.lists(st.lists(st.integers(-5, 5), min_size=2, max_size=2), min_size=1))
def test_numbers_have_one_key_in_every_container(rows):
    expected = row_keys(np.array(rows, dtype=float))
    for kind in (list, np.array, sparse.csr_array, pd.DataFrame):
        assert row_keys(kind(rows)) == expected
    assert row_keys(pd.DataFrame(rows).astype(object)) == expected


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


@pytest.mark.parametrize(
    "container",
    [np.asarray, sparse.csr_array, sparse.coo_matrix, pd.DataFrame, np.ndarray.tolist],
)
def test_a_session_reads_its_rows_in_parts_and_knows_them_in_any_container(
    container, tmp_path
):
    rows = np.round(np.random.RandomState(0).rand(2500, 3), 1)
    whole = sha256()
    for key in row_keys(rows):
        whole.update(len(key).to_bytes(8, "big") + key)
    learner = ActiveLearner(LogisticRegression(), "random")
    journal = tmp_path / "labels.jsonl"
    with LabelingSession(learner, container(rows), classes=[0, 1], journal=journal):
        header, _ = LabelJournal.read(journal)
    assert header["keys"] == whole.hexdigest()


M = 2**64 - 1


def scrambled(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & M
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & M
    return z ^ (z >> 31)


@given(st.lists(st.integers(0, 2**31), max_size=3), st.integers(0, 2**40))
def test_the_numbers_are_those_of_splitmix64_in_plain_integers(key, row):
    gamma, state = 0x9E3779B97F4A7C15, 0
    for part in key:
        state = scrambled((state + part + gamma) & M)
    expected = (scrambled((state + row * gamma) & M) >> 11) / 2**53
    assert row_uniforms(key, [row])[0] == expected


def test_a_row_has_its_number_whichever_rows_are_asked_for():
    every = row_uniforms([3, 1], np.arange(1000))
    np.testing.assert_array_equal(row_uniforms([3, 1], [999, 7]), every[[999, 7]])
    assert not np.isclose(every, row_uniforms([3, 2], np.arange(1000))).any()


def test_the_numbers_are_uniform_and_neighbors_are_independent():
    u = row_uniforms([0, 5, 0], np.arange(100_000))
    counts = np.histogram2d(u[:-1], u[1:], bins=10, range=[[0, 1], [0, 1]])[0]
    chi2 = ((counts - len(u) / 100) ** 2 / (len(u) / 100)).sum()
    assert 60 < chi2 < 150  # 99 degrees of freedom: quantiles .001 and .999
