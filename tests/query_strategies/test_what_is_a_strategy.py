"""What may be passed as query_strategy."""

import numpy as np
import pytest
from helpers import blobs
from sklearn.base import BaseEstimator, clone
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active.pools import ChunkedPool
from sklearn_active.query_strategies import (
    EntropySampling,
    ExploreExploit,
    FunctionStrategy,
    GraphUncertaintyHerding,
    LeastConfidentSampling,
    MarginSampling,
    RandomSampling,
    SpreadBatch,
)

NAMES = {
    "entropy": EntropySampling(),
    "graph_coverage": GraphUncertaintyHerding("none"),
    "graph_herding": GraphUncertaintyHerding(),
    "herding": GraphUncertaintyHerding("model"),
    "least_confident": LeastConfidentSampling(),
    "margin": MarginSampling(),
    "random": RandomSampling(),
}


def strategy_of(query_strategy):
    """Return the learner's own strategy."""
    learner = ActiveLearner(GaussianNB(), query_strategy).start([[0.0], [1.0]])
    return learner.query_strategy_


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_name_is_short_for_an_object_with_defaults(name):
    X, y, _ = blobs()
    rows = [
        ActiveLearner(GaussianNB(), strategy, batch_size=4, random_state=0)
        .start(X, y)
        .query()
        .indices.tolist()
        for strategy in (name, NAMES[name])
    ]
    assert rows[0] == rows[1]


def first_column(pool):
    return pool.X[pool.candidates, 0]


def test_a_function_is_lifted():
    X, y, _ = blobs()
    query = ActiveLearner(GaussianNB(), first_column).start(X, y).query()
    assert query.indices[0] == 4 + np.argmax(X[4:, 0])
    assert query.reason == "FunctionStrategy"
    assert strategy_of(first_column).function is first_column


def test_an_object_with_only_utilities_is_lifted_too():
    class Duck:
        def utilities(self, pool):
            return -first_column(pool)

    X, y, _ = blobs()
    query = ActiveLearner(GaussianNB(), Duck()).start(X, y).query()
    assert query.indices[0] == 4 + np.argmin(X[4:, 0])


class ParameterDuck(BaseEstimator):
    """Has `utilities` and a parameter alone, and is no QueryStrategy."""

    def __init__(self, sign=1):
        self.sign = sign

    def utilities(self, pool):
        return self.sign * np.asarray(pool.X)[pool.candidates, 0]


def test_such_an_object_waits_for_a_model_as_the_base_class_does():
    X, _, _ = blobs()
    learner = ActiveLearner(GaussianNB(), ParameterDuck()).start(X)
    assert learner.query().reason == "cold_start"


def test_it_needs_the_whole_pool_unless_it_says_otherwise():
    X, y, _ = blobs()
    duck = ParameterDuck()
    learner = ActiveLearner(GaussianNB(), duck).start(ChunkedPool(lambda: [X]), y)
    with pytest.raises(ValueError, match="ParameterDuck needs the whole pool at once"):
        learner.query()
    ParameterDuck.pointwise = True
    try:
        learner = ActiveLearner(GaussianNB(), duck).start(ChunkedPool(lambda: [X]), y)
        assert learner.query().indices == 4 + np.argmax(X[4:, 0])
    finally:
        del ParameterDuck.pointwise


def test_it_still_chooses_when_rows_were_added():
    X, y, _ = blobs()
    learner = ActiveLearner(GaussianNB(), ParameterDuck()).start(X, y)
    learner.query()
    learner.extend(X[:3] + np.array([1000, 0]))
    assert learner.query().indices[0] == 30 + np.argmax(X[:3, 0])


def test_it_may_stand_inside_of_other_strategies():
    X, y, _ = blobs()
    inside = SpreadBatch(ParameterDuck()), ExploreExploit("margin", "margin")
    assert inside[0].needs == ("fit",)
    assert inside[1].needs == ("predict_proba",)
    query = ActiveLearner(GaussianNB(), inside[0]).start(X, y).query()
    assert query.indices[0] == 4 + np.argmax(X[4:, 0])
    with pytest.raises(ValueError, match="no query strategy named 'margins'; there"):
        ActiveLearner(GaussianNB(), SpreadBatch("margins")).start(X, y).query()


def test_the_users_object_is_left_as_it_was():
    X, y, _ = blobs()
    duck = ParameterDuck()
    ActiveLearner(GaussianNB(), SpreadBatch(duck)).start(X, y).query()
    ActiveLearner(GaussianNB(), duck).start(X, y).query()
    assert vars(duck) == {"sign": 1}


def test_strategies_are_cloned_with_their_parameters():
    strategy = FunctionStrategy(first_column)
    assert strategy_of(strategy) is not strategy
    assert clone(strategy).function is first_column
    found = strategy_of(MarginSampling(unseen_class=False)).get_params()
    assert found == {"unseen_class": False}
