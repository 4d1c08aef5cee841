"""Uncertainty strategies against their closed forms."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import entropy

from sklearn_active.query_strategies import (
    EntropySampling,
    LeastConfidentSampling,
    MarginSampling,
)

distributions = (
    arrays(
        float,
        st.tuples(st.integers(1, 6), st.integers(1, 5)),
        elements=st.one_of(st.just(0.0), st.floats(1e-300, 1)),
    )
    .map(lambda a: np.where(a.sum(axis=1, keepdims=True) == 0, 1.0, a))
    .map(lambda a: a / a.sum(axis=1, keepdims=True))
)


def utilities(strategy, proba):
    return strategy.utilities(SimpleNamespace(proba=proba, masses=None))


@given(distributions)
def test_entropy_is_scipys_and_never_nan(proba):
    result = utilities(EntropySampling(), proba)
    assert not np.isnan(result).any()
    np.testing.assert_allclose(result, entropy(proba, axis=1), atol=1e-12)


@given(distributions)
def test_margin_is_one_minus_the_gap_of_the_two_likeliest(proba):
    result = utilities(MarginSampling(), proba)
    for row, value in zip(proba, result, strict=True):
        first, second = [*sorted(row, reverse=True), None][:2]
        assert value == (0 if second is None else 1 - (first - second))


@given(distributions)
def test_least_confident_is_one_minus_the_likeliest(proba):
    result = utilities(LeastConfidentSampling(), proba)
    assert result.tolist() == [1 - max(row) for row in proba.tolist()]


@pytest.mark.parametrize(
    "strategy", [EntropySampling(), MarginSampling(), LeastConfidentSampling()]
)
def test_a_certain_row_has_utility_zero_and_a_uniform_one_the_largest(strategy):
    certain, unsure, uniform = utilities(
        strategy, np.array([[1.0, 0, 0], [0.5, 0.3, 0.2], [1 / 3, 1 / 3, 1 / 3]])
    )
    assert certain == 0 < unsure < uniform


def test_with_two_classes_all_three_rank_alike():
    p = np.random.RandomState(0).uniform(size=50)
    proba = np.column_stack([p, 1 - p])
    strategies = [EntropySampling(), MarginSampling(), LeastConfidentSampling()]
    ranks = [np.argsort(utilities(s, proba)).tolist() for s in strategies]
    assert ranks[0] == ranks[1] == ranks[2]
