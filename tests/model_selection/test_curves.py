"""Learning curves and comparisons of learners on the same splits."""

import os

import numpy as np
import pandas as pd
import pytest
from helpers import blobs, cluster_of_two
from joblib import parallel_config
from scipy import stats
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active.model_selection import active_learning_curve, compare_strategies
from sklearn_active.stopping_rules import Confident

X, _, TRUTH = blobs(60, centers=3)
MASK = np.arange(60) % 5 == 0
SAME = {"initial": 4, "budget": 8, "cv": 3, "n_repeats": 2, "random_state": 0}


def learner(strategy="margin", **params):
    return ActiveLearner(GaussianNB(var_smoothing=1e-2), strategy, **params)


def learners():
    return {name: learner(name, batch_size=4) for name in ("margin", "random")}


def test_a_curve_is_the_score_of_each_rounds_model_on_the_held_out_rows():
    curve = active_learning_curve(
        learner(batch_size=3), X, TRUTH, initial=MASK, budget=7, cv=KFold(3)
    )
    for k, (train, test) in enumerate(KFold(3).split(X)):
        start = MASK[train]
        fitted = learner(batch_size=3, budget=7, random_state=0)
        fitted.fit(X[train], TRUTH[train], labeled=start)
        known = np.zeros(len(train), dtype=bool)
        known[start] = True
        expected = [(known.sum(), known.copy())]
        for record in fitted.history_:
            known[record.rows] = True
            expected.append((known.sum(), known.copy()))
        for i, (n_labels, known) in enumerate(expected):
            rows = train[known]
            model = GaussianNB(var_smoothing=1e-2).fit(X[rows], TRUTH[rows])
            assert curve.n_labels[i] == n_labels
            assert curve.test_scores[0, k, i] == model.score(X[test], TRUTH[test])
    assert curve.n_labels.tolist()[-1] == expected[-1][0]
    assert curve.query_seconds.shape == curve.fit_seconds.shape == (1, 3, 4)
    assert (curve.query_seconds[..., 1:] > 0).all()


def test_the_start_is_drawn_anew_in_each_repetition_and_shared_by_all_learners():
    comparison = compare_strategies(learners(), X, TRUTH, **SAME)
    first = {name: c.test_scores[..., 0] for name, c in comparison.curves.items()}
    assert np.array_equal(first["margin"], first["random"])
    assert len(np.unique(first["margin"])) > 1
    alone = active_learning_curve(learners()["margin"], X, TRUTH, **SAME)
    assert np.array_equal(alone.test_scores, comparison.curves["margin"].test_scores)


def test_before_a_model_the_score_is_that_of_the_known_frequencies():
    order = np.argsort(TRUTH, kind="stable")
    start = np.zeros(60, dtype=bool)
    start[order[:1]] = True  # one class known
    curve = active_learning_curve(
        learner(), X, TRUTH, initial=start, budget=2, cv=[(np.arange(60), order)]
    )
    assert curve.test_scores[0, 0, 0] == np.mean(TRUTH[order[0]] == TRUTH)


def test_from_no_label_at_all_the_first_score_is_nan():
    curve = active_learning_curve(learner(), X, TRUTH, initial=0, budget=5, cv=2)
    assert np.isnan(curve.test_scores[..., 0]).all()
    assert np.isfinite(curve.test_scores[..., 1:]).all()


def test_beyond_the_end_of_a_run_there_is_nan():
    stopped = learner(stop_when=Confident(2.0))  # at once
    curve = active_learning_curve(stopped, X, TRUTH, initial=MASK, budget=3, cv=2)
    assert np.isfinite(curve.test_scores[..., 0]).all()
    assert np.isnan(curve.test_scores[..., 1:]).all()
    small = active_learning_curve(
        learner(batch_size=4), X, TRUTH, initial=25, budget=9, cv=2
    )
    assert np.isnan(small.test_scores[..., 2:]).all()  # the pool holds 30 rows


def test_probability_scorers_work_while_classes_are_unknown():
    X_iris, y_iris = load_iris(return_X_y=True)
    start = np.isin(np.arange(150), [0, 60])
    curve = active_learning_curve(
        learner(),
        X_iris,
        y_iris,
        initial=start,
        budget=1,
        cv=[(np.arange(150), np.arange(150))],
        scoring="neg_log_loss",
    )
    model = GaussianNB(var_smoothing=1e-2).fit(X_iris[start], y_iris[start])
    proba = np.column_stack([model.predict_proba(X_iris), np.zeros(150)])
    assert curve.test_scores[0, 0, 0] == pytest.approx(-log_loss(y_iris, proba))


def test_labels_may_be_text_or_hold_a_class_minus_one():
    plain = active_learning_curve(learner(), X, TRUTH, **SAME).test_scores
    for names in (["a", "b", "c"], [-1, 0, 1]):
        y = pd.Series(np.array(names)[TRUTH])
        frame = pd.DataFrame(X, columns=["x", "y"])
        named = active_learning_curve(learner(), frame, y, **SAME).test_scores
        assert np.array_equal(plain, named)


def test_the_frame_of_a_curve_has_a_row_a_repetition_split_and_number():
    curve = active_learning_curve(learners()["margin"], X, TRUTH, **SAME)
    frame = curve.to_frame()
    assert len(frame) == curve.test_scores.size
    row = frame.query("repetition == 1 and split == 2 and n_labels == 8")
    assert row.test_score.item() == curve.test_scores[1, 2, 1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"learner": GaussianNB()}, "Wrap the classifier"),
        ({"learner": learner(oracle=print)}, "has an oracle"),
        ({"initial": 99}, "0 ... 40, the number of training rows; got 99"),
        ({"initial": np.arange(60)}, "boolean mask"),
        ({"initial": [True]}, "boolean mask"),
        ({"budget": 0}, "budget must be an int >= 1"),
        ({"n_repeats": 1.5}, "n_repeats must be an int >= 1"),
        ({"y": [None, *TRUTH[1:]]}, "1 of 60 are missing"),
        ({"scoring": "accurate"}, "accurate"),
    ],
)
def test_bad_input_is_refused_with_the_way_out(change, message):
    arguments = {"learner": learner(), "X": X, "y": TRUTH} | SAME | change
    with pytest.raises((ValueError, KeyError), match=message):
        active_learning_curve(**arguments)


def test_a_comparison_adds_random_and_needs_a_dict():
    only = {"margin": learner(batch_size=4)}
    added = compare_strategies(only, X, TRUTH, **SAME)
    given = compare_strategies(learners(), X, TRUTH, **SAME)
    assert list(added.curves) == ["margin", "random"]
    assert np.array_equal(added.area["random"], given.area["random"])
    with pytest.raises(ValueError, match="needs a dict"):
        compare_strategies([learner()], X, TRUTH, **SAME)


def test_areas_differences_and_numbers_of_labels_are_those_of_the_curves():
    same = SAME | {"n_repeats": 4}
    result = compare_strategies(learners(), X, TRUTH, **same)
    scores = {name: c.test_scores for name, c in result.curves.items()}
    full = np.mean(
        [
            GaussianNB(var_smoothing=1e-2)
            .fit(X[train], TRUTH[train])
            .score(X[test], TRUTH[test])
            for train, test in StratifiedKFold(3).split(X, TRUTH)
        ]
    )
    assert result.full_score["margin"] == pytest.approx(full)
    for name in scores:
        assert result.area[name] == pytest.approx(scores[name].mean(axis=(1, 2)))
        for r, curve in enumerate(scores[name].mean(axis=1)):
            expected = 4 if all(curve >= 0.9 * full) else np.inf  # three points
            assert result.labels_to_reach[name][0.9][r] == expected
    difference = result.area["margin"] - result.area["random"]
    interval = stats.ttest_1samp(difference, 0).confidence_interval(0.95)
    found = result.differences["margin"]
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert found.wins == np.sum(difference > 0)
    assert result.differences["random"].ties == 4
    frame = result.to_frame()
    assert frame.loc["margin", "area"] == pytest.approx(result.area["margin"].mean())
    assert list(frame.area) == sorted(frame.area, reverse=True)


def test_learners_of_different_batch_sizes_can_not_be_compared():
    differing = {"a": learner(batch_size=2), "b": learner(batch_size=4)}
    with pytest.raises(ValueError, match="batch sizes differ"):
        compare_strategies(differing, X, TRUTH, **SAME)


def test_splits_that_can_be_walked_once_serve_all_of_a_comparison():
    same = SAME | {"cv": KFold(2).split(X)}
    result = compare_strategies(learners(), X, TRUTH, **same)
    assert np.isfinite(list(result.full_score.values())).all()


def test_a_single_repetition_has_no_interval():
    result = compare_strategies(learners(), X, TRUTH, **SAME | {"n_repeats": 1})
    found = result.differences["margin"]
    (difference,) = result.area["margin"] - result.area["random"]
    assert found.mean == pytest.approx(difference)
    assert (found.wins, found.losses) == (int(difference > 0), int(difference < 0))
    assert np.isnan([found.low, found.high]).all()


def test_areas_leave_out_what_some_run_did_not_reach():
    early = {"early": learner(stop_when=Confident(2.0), batch_size=4)} | learners()
    result = compare_strategies(early, X, TRUTH, **SAME)
    first = result.curves["margin"].test_scores[..., 0]
    assert result.area["margin"] == pytest.approx(first.mean(axis=1))


def scores_with(**config):
    with parallel_config(**config):
        result = compare_strategies(learners(), X, TRUTH, **SAME)
    return np.stack([c.test_scores for c in result.curves.values()])


def test_serial_and_loky_give_the_same_numbers():
    assert np.array_equal(
        scores_with(backend="sequential"), scores_with(backend="loky", n_jobs=2)
    )


def test_serial_and_a_dask_cluster_of_two_processes_give_the_same_numbers(tmp_path):
    with cluster_of_two(tmp_path) as client:
        pids = client.run(os.getpid)
        assert len(pids) == 2
        assert os.getpid() not in pids.values()
        on_dask = scores_with(backend="dask")
    assert np.array_equal(scores_with(backend="sequential"), on_dask)


def test_a_logistic_regression_on_loky_equals_itself():
    model = ActiveLearner(LogisticRegression(), "entropy", batch_size=4)
    one = active_learning_curve(model, X, TRUTH, **SAME)
    two = active_learning_curve(model, X, TRUTH, **SAME, n_jobs=2)
    assert np.array_equal(one.test_scores, two.test_scores)
