"""Chance that belongs to a row."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sklearn_active._data.seeds import row_uniforms

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
