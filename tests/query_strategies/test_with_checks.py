"""WithChecks: a share of the rows is drawn at random, and every row says why."""

import itertools
import pickle
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2
from sklearn.base import clone
from sklearn.datasets import make_blobs
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner, Query, StopLabeling
from sklearn_active.query_strategies import (
    ExploreExploit,
    MarginSampling,
    MostLikely,
    QueryStrategy,
    RandomSampling,
    WithChecks,
)
from sklearn_active.stopping_rules import Confident

X, TRUTH = make_blobs(60, centers=2, cluster_std=2, random_state=4)
N_START = 4
START = np.where(np.arange(60) < N_START, TRUTH, -1)


class LastRows(QueryStrategy):
    """Ask from the end of the pool, so that its rows are known by their place."""

    needs = ()

    def utilities(self, pool):
        return pool.candidates.astype(float)


class HeardOf(LastRows):
    """Keep the labels that it is told of, each once."""

    def utilities(self, pool):
        self.known_ = dict(getattr(self, "known_", {}))
        for row in pool.withdrawn.tolist():
            self.known_.pop(row, None)
        for row in pool.newly_known.tolist():
            assert row not in self.known_
            self.known_[row] = pool.class_of(row)
        return super().utilities(pool)


def started(strategy, rows=X, y=START, **params):
    params = {"random_state": 0, "missing_label": -1, **params}
    return ActiveLearner(GaussianNB(), strategy, **params).start(rows, y)


def ask(learner, batch_size=None):
    query = learner.query(batch_size)
    learner.teach(query, TRUTH[query.indices])
    return query


def checks_of(query):
    return query.indices[np.array(query.reasons) == "check"].tolist()


def assert_as_likely(counts, outcomes):
    """Assert that all outcomes are as likely, by the chi-square test.

    The seeds are fixed, so the figure is too.
    """
    assert set(counts) <= set(outcomes)
    expected = sum(counts.values()) / len(outcomes)
    statistic = sum((counts[o] - expected) ** 2 / expected for o in outcomes)
    assert statistic < chi2.isf(1e-3, len(outcomes) - 1)


def test_every_set_of_candidates_is_as_likely_to_be_checked():
    rows, y = np.arange(5.0)[:, None], np.full(5, -1)  # no model, no fit
    counts = Counter()
    for seed in range(1500):
        learner = started(WithChecks(LastRows(), share=0.5), rows, y, random_state=seed)
        query = learner.query(4)
        counts[tuple(sorted(checks_of(query)))] += 1
    assert_as_likely(counts, list(itertools.combinations(range(5), 2)))


def test_checks_are_drawn_by_another_chance_than_random_rows():
    rows, y = np.arange(4.0)[:, None], np.full(4, -1)
    counts = Counter()
    for seed in range(1200):
        (first,) = started("random", rows, y, random_state=seed).query(1).indices
        learner = started(WithChecks("random", share=1), rows, y, random_state=seed)
        counts[int(first), int(learner.query(1).indices[0])] += 1
    assert_as_likely(counts, list(itertools.product(range(4), repeat=2)))


def test_what_the_strategy_wants_does_not_change_what_is_checked():
    queries = [
        started(WithChecks(strategy, share=0.3)).query(10)
        for strategy in (LastRows(), "margin", "random", "graph_coverage")
    ]
    drawn = [sorted(checks_of(query)) for query in queries]
    assert drawn == drawn[:1] * 4
    assert len(drawn[0]) == 3  # 14 * .3 and 4 * .3, each rounded down


@settings(deadline=None, max_examples=30)
@given(
    share=st.floats(0.01, 1),
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=6),
)
def test_over_a_run_the_share_holds_for_every_batch_size(share, sizes):
    learner = started(WithChecks(LastRows(), share=share))
    n_checks = n_asked = 0
    for size in sizes:
        candidates = np.flatnonzero(learner.labeled_iter_ < 0)
        query = ask(learner, size)
        drawn = checks_of(query)
        # In the order of the strategy, without the checks, and these behind.
        others = candidates[~np.isin(candidates, drawn)][::-1]
        assert query.indices.tolist() == [*others[: size - len(drawn)], *drawn]
        n_checks, n_asked = n_checks + len(drawn), n_asked + size
        assert abs(n_checks - share * n_asked) < 1


@pytest.mark.parametrize("batch_size", [1, 3, 5])
def test_all_rows_are_checks_where_the_share_is_all(batch_size):
    query = started(WithChecks(LastRows(), share=1), batch_size=batch_size).query()
    assert query.reasons == ("check",) * batch_size
    assert query.utilities.tolist() == [-np.inf] * batch_size


def test_the_other_rows_have_the_utilities_of_the_strategy():
    query = started(WithChecks("margin", share=0.25)).query(8)
    alone = started("margin").query(60)
    expected = dict(zip(alone.indices.tolist(), alone.utilities, strict=True))
    assert query.reasons == ("MarginSampling",) * 6 + ("check",) * 2
    chosen = query.indices[:6].tolist()
    assert query.utilities[:6].tolist() == [expected[row] for row in chosen]
    assert query.utilities[6:].tolist() == [-np.inf] * 2
    wanted = [row for row in alone.indices.tolist() if row not in checks_of(query)]
    assert chosen == wanted[:6]


def test_a_row_with_the_content_of_a_check_is_not_asked_beside_it():
    rows = np.repeat(np.arange(6.0), 2)[:, None]  # each row twice, side by side
    y = np.array([0, -1, 1, *[-1] * 9])
    for seed in range(20):
        learner = started(WithChecks(LastRows(), share=0.5), rows, y, random_state=seed)
        query = learner.query(4)
        assert query.reasons == ("LastRows",) * 2 + ("check",) * 2
        content = query.X[2:, 0]
        assert len(np.unique(query.X)) == 2 + len(set(content))
        best = [value for value in np.arange(6.0)[::-1] if value not in content]
        assert query.X[:2, 0].tolist() == best[:2]


def test_where_fewer_rows_differ_the_batch_is_short():
    rows, y = np.array([[1.0], *[[0.0]] * 7]), np.array([0, 1, *[-1] * 6])
    query = started(WithChecks(LastRows(), share=0.5), rows, y).query(4)
    assert query.reasons == ("check",) * 2


def test_a_content_that_many_rows_share_is_checked_as_often_as_its_rows_are_many():
    rows, y = np.array([[0.0]] * 4 + [[1.0]]), np.full(5, -1)
    counts = Counter()
    for seed in range(1500):
        learner = started(WithChecks(LastRows(), share=0.5), rows, y, random_state=seed)
        counts[tuple(sorted(checks_of(learner.query(4))))] += 1
    assert_as_likely(counts, list(itertools.combinations(range(5), 2)))


def test_the_same_seed_draws_the_same_rows_and_another_seed_others():
    def drawn(seed):
        learner = started(WithChecks("margin", share=0.3), random_state=seed)
        return [ask(learner, 5).indices.tolist() for _ in range(4)]

    assert drawn(0) == drawn(0)
    assert drawn(0) != drawn(1)


def test_a_run_that_is_resumed_or_unpickled_draws_the_same_rows():
    learner = started(WithChecks("margin", share=0.3), batch_size=4)
    for _ in range(3):
        ask(learner)
    resumed = clone(learner).start(X, learner.y_)
    unpickled = pickle.loads(pickle.dumps(learner))
    expected = learner.query()
    for other in (resumed, unpickled):
        assert other.query().indices.tolist() == expected.indices.tolist()
        assert other.query().reasons == expected.reasons


def test_the_strategy_hears_of_every_label_also_after_rounds_of_checks_alone():
    learner = started(WithChecks(HeardOf(), share=0.5))
    for _ in range(8):
        ask(learner, 1)
    rows = [record.rows[0] for record in learner.history_[2:4]]
    learner.relabel(rows, [None, 1 - TRUTH[rows[1]]])
    learner.query(4)
    known = np.flatnonzero(learner.labeled_iter_ >= 0).tolist()
    assert learner.query_strategy_.strategy_.known_ == {
        row: learner.y_[row] for row in known
    }


@pytest.mark.parametrize("name", ["graph_herding", "herding", "graph_coverage"])
def test_the_strategy_wants_what_it_wants_alone_on_the_same_labels(name):
    learner = started(WithChecks(name, share=0.34), batch_size=3)
    alone = started(name)
    for _ in range(5):
        wanted = alone.query(3).indices.tolist()
        query = ask(learner)
        drawn = checks_of(query)
        others = [row for row in wanted if row not in drawn][: 3 - len(drawn)]
        assert query.indices[: 3 - len(drawn)].tolist() == others
        alone.teach(query.indices, TRUTH[query.indices])


def test_in_the_cold_start_all_rows_are_random_and_say_so():
    learner = started(WithChecks("margin", share=0.5), y=np.full(60, -1))
    query = learner.query(4)
    assert query.reasons == ("cold_start",) * 4
    assert query.reason == "cold_start"
    expected = started("random", y=np.full(60, -1)).query(4)
    assert query.indices.tolist() == expected.indices.tolist()


def test_a_strategy_that_needs_no_model_is_asked_and_checked_from_the_start():
    learner = started(WithChecks("graph_coverage", share=0.5), y=np.full(60, -1))
    query = learner.query(4)
    assert query.reasons == ("GraphUncertaintyHerding",) * 2 + ("check",) * 2
    assert query.reason == "GraphUncertaintyHerding, check"


def test_it_needs_what_the_strategy_at_work_needs():
    assert WithChecks("margin").needs == ("predict_proba",)
    assert WithChecks("graph_coverage").needs == ()
    both = ExploreExploit(RandomSampling(), MarginSampling(), hits=1)
    strategy = WithChecks(both)
    assert (strategy.needs, "predict_proba" in strategy.needs_later) == ((), True)
    learner = started(strategy)
    while learner.query() and learner.query_strategy_.strategy_.exploring_:
        ask(learner)
    assert learner.query_strategy_.needs == ("predict_proba",)


def test_a_function_may_be_wrapped_and_another_wrapper_too():
    query = started(WithChecks(lambda pool: -pool.proba[:, 0], share=0.5)).query(2)
    assert query.reasons == ("FunctionStrategy", "check")
    query = started(WithChecks(MostLikely(1), share=0.5)).query(2)
    assert query.reasons == ("MostLikely", "check")


def test_auto_and_impossible_shares_are_refused_with_the_way_out():
    with pytest.raises(ValueError, match="name one, for example 'herding'"):
        started(WithChecks("auto")).query()
    for share in (0, 1.1):
        with pytest.raises(ValueError, match=r"'share' parameter of WithChecks"):
            started(WithChecks("margin", share=share)).query()


class TestReasonsInTheHistory:
    def test_each_round_says_why_its_rows_were_asked_and_among_how_many(self):
        learner = started(WithChecks("margin", share=0.25), batch_size=4)
        for n_left in (56, 52, 48):
            query = ask(learner)
            record = learner.history_[-1]
            assert record.reasons == ["MarginSampling"] * 3 + ["check"]
            assert record.reasons == list(query.reasons)
            assert record.n_candidates == query.n_candidates == n_left

    def test_fit_records_them_too(self):
        learner = ActiveLearner(
            GaussianNB(),
            WithChecks("margin", share=0.5),
            batch_size=4,
            budget=10,
            random_state=0,
        ).fit(X, TRUTH, labeled=START >= 0)
        reasons = [record.reasons for record in learner.history_]
        assert [why.count("check") for why in reasons] == [2, 2, 1]
        assert [record.n_candidates for record in learner.history_] == [56, 52, 48]

    def test_rows_of_an_open_query_keep_their_reasons_when_taught_by_position(self):
        learner = started(WithChecks("margin", share=0.25), batch_size=4)
        query = learner.query()
        other = next(row for row in range(4, 60) if row not in query.indices)
        rows = np.array([query.indices[3], other, query.indices[0]])
        learner.teach(rows, TRUTH[rows])
        record = learner.history_[-1]
        assert record.reasons == ["check", "taught", "MarginSampling"]
        assert record.n_candidates == 56
        learner.teach(query.indices[1:2], TRUTH[query.indices[1:2]])  # closed by now
        assert learner.history_[-1].reasons == ["taught"]
        assert learner.history_[-1].n_candidates == 53

    def test_a_query_that_is_taught_late_keeps_what_it_was_asked_among(self):
        learner = started(WithChecks("margin", share=0.25), batch_size=4)
        query = learner.query()
        other = [row for row in range(4, 60) if row not in query.indices][:2]
        learner.teach(other, TRUTH[other])
        learner.teach(query, TRUTH[query.indices])
        assert learner.history_[-1].n_candidates == 56
        assert learner.history_[-1].reasons == list(query.reasons)

    def test_a_check_that_is_declined_is_recorded_and_not_drawn_again(self):
        learner = started(WithChecks(LastRows(), share=1))
        query = learner.query(3)
        learner.teach(query, [None, *TRUTH[query.indices[1:]]])
        record = learner.history_[-1]
        assert record.reasons == ["check"] * 3
        assert record.answers[0] is None
        assert learner.query().n_candidates == 53
        rest = learner.query(53).indices
        assert sorted([*rest, *query.indices]) == list(range(4, 60))

    def test_of_a_stream_only_what_was_answered_is_recorded(self):
        def oracle(query):
            for n_answers, row in enumerate(query.indices):
                if n_answers == 3:
                    raise StopLabeling
                yield TRUTH[row]

        learner = ActiveLearner(
            GaussianNB(), WithChecks("margin", share=0.5), batch_size=4, oracle=oracle
        ).fit(X, START)
        (record,) = learner.history_
        assert len(record.rows) == 3
        assert record.reasons == ["MarginSampling"] * 2 + ["check"]
        assert record.n_candidates == 56

    def test_without_checks_the_rows_say_the_name_of_the_strategy(self):
        learner = started("entropy", batch_size=2)
        query = ask(learner)
        assert query.reasons == ("EntropySampling",) * 2
        assert query.reason == "EntropySampling"
        assert learner.history_[0].reasons == ["EntropySampling"] * 2


def test_the_rule_that_waits_for_certainty_does_not_look_at_checks():
    # Its threshold is above every margin: it stops at the first row that was chosen.
    rule = Confident(threshold=2)
    learner = started(WithChecks("margin", share=0.5))
    stops, alone = [], []
    for _ in range(4):
        stops.append(rule(learner))
        alone.append(learner.query().reason == "check")
        ask(learner)
    assert alone == [False, True, False, True]
    assert stops == [True, False, True, False]
    assert rule(learner) is True
    assert learner.query(2).reasons == ("MarginSampling", "check")


def test_a_query_without_reasons_has_none():
    query = Query(np.array([0]), X[:1], np.zeros(1), None, TRUTH[:0], 1, 60)
    assert (query.reason, query.n_candidates) == ("", None)
