"""Strategies inside others hear of every label, whoever was asked meanwhile."""

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active.query_strategies import (
    ExploreExploit,
    GraphUncertaintyHerding,
    MarginSampling,
    MostLikely,
    QueryStrategy,
    RandomSampling,
)

X, TRUTH = make_blobs(120, centers=2, cluster_std=2, random_state=4)
START = np.where(np.isin(np.arange(120), [0, 1, 2, 3]), TRUTH, -1)


class HeardOf(QueryStrategy):
    """Keep the labels that it is told of, as a strategy that keeps sums does."""

    needs = ()

    def __init__(self, name=""):
        self.name = name

    def utilities(self, pool):
        self.known_ = dict(getattr(self, "known_", {}))
        for row in pool.withdrawn.tolist():
            self.known_.pop(row, None)
        for row in pool.newly_known.tolist():
            assert row not in self.known_
            self.known_[row] = pool.class_of(row)
        return -pool.candidates.astype(float)


def started(strategy):
    return ActiveLearner(
        GaussianNB(), strategy, batch_size=2, random_state=0, missing_label=-1
    ).start(X, START)


def teach(learner, n_rounds=1, wrong=False):
    for _ in range(n_rounds):
        query = learner.query()
        truth = TRUTH[query.indices]
        learner.teach(query, 1 - truth if wrong else truth)
    return learner.history_[-1].rows


def exploit(learner):
    """Answer until the strategy has explored enough, and on; return rows explored."""
    explored = []
    while learner.query() and learner.query_strategy_.exploring_:
        explored += teach(learner).tolist()
    teach(learner, 4)
    return explored


def labels_of(learner):
    known = np.flatnonzero(learner.labeled_iter_ >= 0)
    return {int(row): learner.y_[row] for row in known}


def change_some(learner, of_round=1):
    """Take back a label and change another."""
    rows = learner.history_[of_round].rows
    learner.relabel(rows, [None, 1 - TRUTH[rows[1]]])


def test_the_strategy_that_exploits_has_heard_of_what_was_explored():
    learner = started(ExploreExploit(HeardOf(), HeardOf(), hits=4))
    teach(learner, 3, wrong=True)
    change_some(learner)
    teach(learner, 9)
    learner.query()
    strategy = learner.query_strategy_
    assert not strategy.exploring_
    assert strategy.exploit_.known_ == labels_of(learner)


def test_the_strategy_that_explores_again_hears_of_what_was_exploited():
    learner = started(ExploreExploit(HeardOf(), HeardOf(), hits=2))
    explored = exploit(learner)
    change_some(learner, of_round=-3)
    teach(learner)
    learner.relabel(explored, [None] * len(explored))  # no hit is left
    learner.query()
    strategy = learner.query_strategy_
    assert strategy.exploring_ is True
    assert strategy.explore_.known_ == labels_of(learner)


def test_a_strategy_that_explores_seldom_hears_of_every_label_once():
    learner = started(MostLikely(1, share=0.1, explore=HeardOf()))
    teach(learner, 6)
    change_some(learner)
    learner.query()
    learner.relabel(learner.history_[2].rows[:1], [1 - TRUTH[0]])
    while (len(labels_of(learner)) + 2) % 10 > 1:
        teach(learner)
    learner.query()  # the tenth row is explored
    assert learner.query_strategy_.explore_.known_ == labels_of(learner)


def test_graph_herding_that_was_not_asked_covers_as_one_begun_now():
    strategy = ExploreExploit(RandomSampling(), GraphUncertaintyHerding(), hits=2)
    learner = started(strategy)
    explored = exploit(learner)
    learner.relabel(explored, [None] * len(explored))
    learner.query()
    assert learner.query_strategy_.exploring_
    rows = learner.history_[-1].rows  # known to the strategy by their old labels
    learner.relabel(rows, 1 - TRUTH[rows])
    exploit(learner)
    rows = learner.query(4).indices
    assert not learner.query_strategy_.exploring_
    fresh = ActiveLearner(
        GaussianNB(), GraphUncertaintyHerding(), random_state=0, missing_label=-1
    ).start(X, learner.y_)
    assert rows.tolist() == fresh.query(4).indices.tolist()
    np.testing.assert_allclose(
        learner.query_strategy_.exploit_.gains_,
        fresh.query_strategy_.gains_,
        atol=1e-12,
    )


class FailsOnce(HeardOf):
    """Raise at the second question before anything is learned, as Ctrl-C may."""

    n_asked_ = 0

    def utilities(self, pool):
        self.n_asked_ += 1
        if self.n_asked_ == 2:
            raise KeyboardInterrupt
        return super().utilities(pool)


def test_what_was_told_to_a_query_that_raised_is_told_again():
    learner = started(MostLikely(1, share=0.1, explore=FailsOnce()))
    teach(learner, 7)
    with pytest.raises(KeyboardInterrupt):  # 18 labels are known
        learner.query()
    learner.query()
    assert learner.query_strategy_.explore_.known_ == labels_of(learner)


def test_probabilities_that_an_inner_strategy_computed_are_the_querys():
    learner = started(ExploreExploit(MarginSampling(), MarginSampling()))
    query = learner.query()
    np.testing.assert_allclose(query.proba, learner.predict_proba(query.X))


class Counting(GaussianNB):
    """Count in all copies how often probabilities were computed."""

    n_computed = 0

    def predict_proba(self, X):
        Counting.n_computed += 1
        return super().predict_proba(X)


@pytest.mark.parametrize(
    "strategy",
    [
        ExploreExploit(MarginSampling(), MarginSampling()),
        MostLikely(1, share=0.5, explore=MarginSampling()),
    ],
)
def test_probabilities_are_computed_once_for_both_strategies(strategy):
    learner = ActiveLearner(
        Counting(), strategy, batch_size=4, random_state=0, missing_label=-1
    ).start(X, START)
    Counting.n_computed = 0
    query = learner.query()
    assert Counting.n_computed == 1
    assert query.proba.shape == (4, 2)
