"""Recall: stop when enough of a class is found, most likely."""

from itertools import pairwise

import numpy as np
import pytest
from executors import Inline
from helpers import blobs
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import bdtr
from scipy.stats import hypergeom
from sklearn.datasets import make_blobs
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active._data.one_class import SoughtClass
from sklearn_active.labeling import LabelingSession
from sklearn_active.query_strategies import MostLikely
from sklearn_active.stopping_rules import Recall
from sklearn_active.stopping_rules._recall_bound import (
    Reading,
    fewest_if_missed,
    is_reached,
    level_at,
    lower_limit,
    p_value,
    reading_of,
)

ONE = SoughtClass(1, "a test")

# python -c "from buscarpy import *; import numpy as np
# y = generate_dataset(2000, .03, 10, random_seed=0).relevant.to_numpy()
# print(np.flatnonzero(y).tolist())
# for n in (600, 900, 1200, 1600, 1900):
#     print(n, [calculate_h0(y[:n], 2000, t) for t in (.95, .8)])"
FOUND_AT = [2, 3, 11, 13, 15, 20, 21, 32, 46, 48, 53, 55, 58, 59, 61, 62, 68, 87, 91]
FOUND_AT += [95]
FOUND_AT += [100, 113, 135, 141, 142, 147, 149, 159, 168, 171, 176, 179, 181, 186, 191]
FOUND_AT += [193, 201, 205, 236, 268, 274, 286, 289, 311, 328, 330, 364, 374, 379, 404]
FOUND_AT += [445, 448, 451, 461, 567, 569, 581, 613, 887, 991]
P_VALUES = {
    (600, 0.95): 0.9501311428646589,
    (600, 0.8): 0.8248229677971036,
    (900, 0.95): 0.7243581894738199,
    (900, 0.8): 0.12637908731987063,
    (1200, 0.95): 0.39613565517001564,
    (1200, 0.8): 0.004655588310897497,
    (1600, 0.95): 0.02457267409653907,
    (1600, 0.8): 1.5461533237752576e-07,
    (1900, 0.95): 9.170203204827511e-05,
}


def reading(order, n_read=None, n_known=0):
    """Return the reading of the first rows of an order of 0 and 1."""
    n_read = len(order) if n_read is None else n_read
    finds = 1 + np.flatnonzero(order[:n_read])
    return Reading(len(order), n_read, finds, n_known)


def by_brute_force(order, n_read, n_relevant):
    """Return the smallest p over every split, as the reference defines it."""
    read = np.asarray(order[:n_read])
    return min(
        hypergeom.cdf(
            read[i:].sum(), len(order) - i, n_relevant - read[:i].sum(), n_read - i
        )
        for i in range(n_read)
    )


@pytest.mark.parametrize(("n_read", "target"), P_VALUES)
def test_the_p_value_is_that_of_the_authors_own_program(n_read, target):
    order = np.zeros(2000, dtype=int)
    order[FOUND_AT] = 1
    read = reading(order, n_read)
    p = p_value(read, fewest_if_missed(read.n_found, target))
    assert p == pytest.approx(P_VALUES[n_read, target], rel=1e-9)


@given(st.data())
def test_the_p_value_is_the_smallest_over_all_splits(data):
    order = data.draw(st.lists(st.sampled_from([0, 0, 0, 1]), min_size=2, max_size=60))
    n_read = data.draw(st.integers(1, len(order) - 1))
    read = reading(order, n_read)
    n_missing = data.draw(st.integers(1, read.n_left))
    n_relevant = read.n_found + n_missing
    expected = by_brute_force(order, n_read, n_relevant)
    assert p_value(read, n_relevant) == pytest.approx(expected, rel=1e-9, abs=1e-14)


def test_where_there_is_no_room_for_what_would_be_missing_the_target_is_reached():
    assert p_value(reading([1, 0, 0, 0], n_read=3), 3) == 0
    assert is_reached(reading([1, 0, 0, 0]), 0.95, 0.95)[0]
    assert lower_limit(reading([0, 0, 0]), 0.95) == 1
    assert lower_limit(reading([0] * 100, n_read=50), 0.95) == 0


@given(st.integers(0, 3000), st.integers(1, 999))
def test_the_fewest_rows_that_miss_the_target_are_counted_exactly(n_found, per_mille):
    fewest = fewest_if_missed(n_found, per_mille / 1000)
    assert 1000 * n_found < per_mille * fewest
    assert fewest - 1 <= n_found or 1000 * n_found >= per_mille * (fewest - 1)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("n_missing", [1, 2, 5, 20, 100])
def test_the_levels_of_all_gaps_add_up_to_half_of_what_may_fail(n_missing, confidence):
    level = level_at(n_missing, confidence)
    # A row that was left escapes a gap of the critical length with this chance; one
    # row more is left in each gap before.
    escapes = (2 * level) ** (1 / n_missing)
    gaps = escapes ** (n_missing + np.arange(100_000))
    assert gaps.sum() == pytest.approx(1 - confidence)


@given(st.data())
def test_the_limit_is_the_highest_target_that_counts_as_reached(data):
    order = data.draw(st.lists(st.sampled_from([0, 0, 0, 1]), min_size=4, max_size=80))
    read = reading(order, data.draw(st.integers(1, len(order) - 1)))
    limit = lower_limit(read, 0.9)
    highest = max(
        (
            read.n_found / n
            for n in range(max(read.n_found, 1), len(order) + 2)
            if read.n_found < n * 0.999 or not read.n_left or n == read.n_found
            if all(
                p_value(read, more) <= level_at(more - read.n_found, 0.9)
                for more in range(n + 1, len(order) + 2)
            )
        ),
        default=0,
    )
    assert limit == (pytest.approx(highest) if read.n_found else limit)
    for target in (0.5, 0.8, 0.95):
        assert is_reached(read, target, 0.9)[0] == (limit >= target - 1e-12)


def first_failures(n_relevant, target, confidence, n_runs, rng):
    """Return in which runs the rule stops too early, asked after every row.

    Rows come in random order, of a pool without end: the class turns up at uniform
    times. Of a gap only its end need be looked at, where the p is smallest.
    """
    times = np.sort(rng.random((n_runs, n_relevant)), axis=1)
    times = np.hstack([np.zeros((n_runs, 1)), times])
    failed = np.zeros(n_runs, dtype=bool)
    for found in range(int(np.ceil(target * n_relevant - 1e-9))):
        splits = np.arange(found + 1)
        share = (times[:, [found + 1]] - times[:, splits]) / (1 - times[:, splits])
        fewest = fewest_if_missed(found, target)
        p = bdtr(found - splits, fewest - splits, share).min(axis=1)
        failed |= p <= level_at(fewest - found, confidence)
    return failed


@pytest.mark.parametrize("n_relevant", [1, 3, 7, 21, 41, 101])
@pytest.mark.parametrize("target", [0.5, 0.8, 0.95])
def test_asked_after_every_row_it_fails_no_oftener_than_it_says(n_relevant, target):
    rng = np.random.default_rng(0)
    failed = first_failures(n_relevant, target, 0.9, 1000, rng)
    assert failed.mean() <= 0.1
    # Nor is it so careful that it never stops early: chance is used up to a third.
    assert first_failures(21, 0.8, 0.9, 1000, rng).mean() > 0.1 / 3


def test_random_rows_in_batches_reach_the_target_as_often_as_promised():
    rng = np.random.default_rng(1)
    order = np.arange(500) < 100
    reached = []
    for _ in range(100):
        order = rng.permutation(order)
        stops = (
            n for n in range(25, 501, 25) if is_reached(reading(order, n), 0.8, 0.9)[0]
        )
        reached.append(order[: next(stops)].sum() >= 80)
    assert np.mean(reached) >= 0.9


X, TRUTH = make_blobs([280, 20], shuffle=False, random_state=0)
START = np.isin(np.arange(300), [0, 1, 285])


def fitted(rule, **params):
    params = {"batch_size": 10, "random_state": 0, "missing_label": -1, **params}
    model = GaussianNB(var_smoothing=0.1)
    learner = ActiveLearner(model, MostLikely(1), stop_when=rule, **params)
    return learner.fit(X, TRUTH, labeled=START)


def test_it_stops_at_the_first_round_in_which_the_target_is_reached_for_sure():
    learner = fitted(Recall(1, target=0.8))
    assert learner.termination_condition_ == "stop_when"
    assert np.sum(learner.y_ == 1) >= 16
    rows = np.concatenate([record.rows for record in learner.history_])
    order = np.zeros(297, dtype=int)  # three rows were known
    order[: len(rows)] = TRUTH[rows]
    decisions = []
    for n_read in range(10, len(rows) + 1, 10):
        n_found = 1 + order[:n_read].sum()
        n_missing = fewest_if_missed(n_found, 0.8) - n_found
        p = by_brute_force(order, n_read, n_found - 1 + n_missing)
        decisions.append(p <= level_at(n_missing, 0.95))
    assert decisions == [False] * (len(decisions) - 1) + [True]
    rule = Recall(1, target=0.8)
    assert rule(learner)
    assert rule.p_value_ == pytest.approx(p)
    assert rule.level_ == level_at(n_missing, 0.95)


def test_a_higher_target_or_confidence_asks_more():
    numbers = [
        fitted(Recall(1, target=target, confidence=confidence)).n_asked_
        for target, confidence in ((0.5, 0.8), (0.5, 0.99), (0.9, 0.99))
    ]
    assert all(less < more for less, more in pairwise(numbers))


def test_rows_known_at_the_start_count_as_found_and_are_no_draws():
    learner = fitted(None, budget=20)
    read = reading_of(learner, ONE)
    rows = np.concatenate([record.rows for record in learner.history_])
    assert (read.n_rows, read.n_read, read.n_known) == (297, 20, 1)
    assert read.finds.tolist() == (1 + np.flatnonzero(TRUTH[rows] == 1)).tolist()
    assert read.until(7).finds.tolist() == [k for k in read.finds if k <= 7]
    assert read.until(7).n_left == 290


def test_declined_rows_count_as_not_read():
    learner = ActiveLearner(GaussianNB(), "random", batch_size=4, random_state=0)
    learner.start(X, np.where(START, TRUTH, -1))
    query = learner.query()
    learner.teach(query, [1, None, 0, 1])
    read = reading_of(learner, ONE)
    assert (read.n_read, read.n_left, read.finds.tolist()) == (3, 294, [1, 3])


def test_labels_that_were_corrected_or_taken_back_count_as_they_are():
    learner = ActiveLearner(GaussianNB(), "random", missing_label=-1)
    learner.start(X, np.where(START, TRUTH, -1))
    learner.teach([10, 11, 12, 13], [1, 0, 0, 1])
    learner.relabel([10, 11, 13], [0, 1, None])
    learner.teach([14, 13], [0, 1])
    read = reading_of(learner, ONE)
    # In the order 10, 11, 12, 14, 13.
    assert (read.n_read, read.finds.tolist()) == (5, [2, 5])


@pytest.mark.parametrize(
    ("label", "names"),
    [("yes", ["no", "yes"]), (True, [False, True]), (2.0, [1.0, 2.0])],
    ids=["text", "bool", "float"],
)
def test_labels_may_be_of_any_kind(label, names):
    truth = np.array(names)[TRUTH]
    learner = ActiveLearner(
        GaussianNB(), MostLikely(label), stop_when=Recall(label, target=0.8)
    ).set_params(batch_size=10, random_state=0)
    learner.fit(X, truth, labeled=START)
    assert learner.termination_condition_ == "stop_when"
    assert np.sum(learner.y_ == label) >= 16


def test_a_class_that_is_not_there_is_read_for_nearly_to_the_end():
    truth = np.where(TRUTH == 1, 0, TRUTH)
    truth[:150] = 2
    with pytest.warns(UserWarning, match="Recall looks for label=1, which no row has"):
        learner = ActiveLearner(
            GaussianNB(), "random", stop_when=Recall(1), batch_size=10, random_state=0
        ).fit(X, truth, labeled=START)
    # One row of it would be among the last 2.5 % with that chance.
    assert learner.termination_condition_ == "stop_when"
    assert learner.n_asked_ >= 0.97 * 297


def test_a_label_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="Recall looks for label='1', a text, but"):
        fitted(Recall("1"))


def test_a_rule_that_is_told_another_label_is_checked_anew():
    learner, rule = fitted(None, budget=20), Recall(1)
    rule(learner)
    with pytest.raises(ValueError, match="Recall looks for label='1', a text, but"):
        rule.set_params(label="1")(learner)
    with pytest.raises(ValueError, match="'target' parameter of Recall"):
        rule.set_params(label=1, target=2)(learner)


@pytest.mark.parametrize("wrong", [{"target": 1}, {"confidence": 0}, {"target": "all"}])
def test_a_wrong_parameter_is_refused(wrong):
    with pytest.raises(ValueError, match=f"'{next(iter(wrong))}' parameter of Recall"):
        fitted(Recall(1, **wrong))


def test_it_has_no_name_as_it_must_be_told_the_class():
    with pytest.raises(ValueError, match="'stop_when' parameter"):
        fitted("recall")
    with pytest.raises(ValueError, match=r"is the class Recall; pass an object"):
        fitted(Recall)


def test_a_session_stops_alike_and_after_it_was_opened_again(tmp_path):
    rows, _, truth = blobs(60, centers=2)
    learner = ActiveLearner(
        GaussianNB(), MostLikely(1), stop_when=Recall(1, target=0.6), random_state=0
    )

    def session():
        return LabelingSession(
            learner,
            rows,
            classes=[0, 1],
            audit=0,
            executor=Inline(),
            journal=tmp_path / "journal",
        )

    with session() as opened:
        assert opened.run(lambda query: truth[query.indices]) == "stop_when"
        read = reading_of(opened.learner, ONE)
    assert read.n_left
    with session() as again:
        assert again.done == "stop_when"
        assert reading_of(again.learner, ONE).finds.tolist() == read.finds.tolist()
