"""What may be passed as query_strategy."""

import numpy as np
import pytest
from helpers import blobs
from sklearn.base import clone
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active.query_strategies import FunctionStrategy, MarginSampling
from sklearn_active.query_strategies._names import STRATEGIES, as_strategy


@pytest.mark.parametrize("name", sorted(STRATEGIES))
def test_a_name_is_short_for_an_object_with_defaults(name):
    X, y, _ = blobs()
    rows = [
        ActiveLearner(GaussianNB(), strategy, batch_size=4, random_state=0)
        .start(X, y)
        .query()
        .indices.tolist()
        for strategy in (name, STRATEGIES[name]())
    ]
    assert rows[0] == rows[1]


def first_column(pool):
    return pool.X[pool.candidates, 0]


def test_a_function_is_lifted():
    X, y, _ = blobs()
    query = ActiveLearner(GaussianNB(), first_column).start(X, y).query()
    assert query.indices[0] == 4 + np.argmax(X[4:, 0])
    assert query.reason == "FunctionStrategy"
    assert as_strategy(first_column).function is first_column


def test_an_object_with_only_utilities_is_lifted_too():
    class Duck:
        def utilities(self, pool):
            return -first_column(pool)

    X, y, _ = blobs()
    query = ActiveLearner(GaussianNB(), Duck()).start(X, y).query()
    assert query.indices[0] == 4 + np.argmin(X[4:, 0])


def test_strategies_are_cloned_with_their_parameters():
    strategy = FunctionStrategy(first_column)
    assert as_strategy(strategy) is not strategy
    assert clone(strategy).function is first_column
    assert as_strategy(MarginSampling()).get_params() == MarginSampling().get_params()
