"""Rows are told apart, and known again, by what is in them alone."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from sklearn_active._data.rows import row_keys

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
