"""Stopping at a target: never before random checks show it."""

import warnings

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_blobs
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active.evaluation import estimate_score
from sklearn_active.query_strategies import WithChecks
from sklearn_active.stopping_rules import TargetScore


class Rule(ClassifierMixin, BaseEstimator):
    """Predict the first column, whatever was learned."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.asarray(X)[:, 0].astype(int)


X, TRUTH = make_blobs(500, centers=3, cluster_std=1.2, random_state=0)
KNOWN = np.arange(500) < 6


def fitted(rule, strategy=None, **options):
    strategy = strategy or WithChecks("margin", share=0.5)
    options = {"batch_size": 5, "budget": 150, "random_state": 0} | options
    learner = ActiveLearner(GaussianNB(), strategy, stop_when=rule, **options)
    return learner.fit(X, TRUTH, labeled=KNOWN)


class TestTargetScore:
    def test_it_stops_at_the_first_look_whose_lower_end_reaches_the_target(self):
        learner = fitted(TargetScore(0.65))
        assert learner.termination_condition_ == "stop_when"
        rule = learner._run.stop_when
        lows = [each.low for each in rule.estimates_]
        assert lows[-1] >= 0.65
        assert not any(low >= 0.65 for low in lows[:-1])
        assert len(lows) > 2

    def test_its_looks_are_the_estimates_for_any_number_of_looks(self):
        learner = fitted(TargetScore(0.65, confidence=0.85))
        last = learner._run.stop_when.estimates_[-1]
        now = estimate_score(learner, confidence=0.7, anytime=True)
        assert (last.score, last.low, last.high) == (now.score, now.low, now.high)
        assert last.n_labeled == (learner.y_ != -1).sum()

    @pytest.mark.parametrize("every", [5, 20])
    def test_it_looks_once_in_so_many_labels(self, every):
        learner = fitted(TargetScore(2, every=every), budget=60)
        looks = [each.n_labeled for each in learner._run.stop_when.estimates_]
        assert looks == list(range(6, 66, every))

    def test_a_target_out_of_reach_ends_with_the_budget(self):
        learner = fitted(TargetScore(1.01), budget=40)
        assert learner.termination_condition_ == "budget"

    def test_it_goes_on_to_the_last_row_where_nothing_shows_the_target(self):
        learner = ActiveLearner(GaussianNB(), "random", stop_when=TargetScore(1.01))
        learner.fit(X[:60], TRUTH[:60], labeled=KNOWN[:60])
        assert learner.termination_condition_ == "all_labeled"

    def test_without_checks_it_says_once_that_it_never_stops(self):
        with pytest.warns(UserWarning, match="no random check among 5") as caught:
            fitted(TargetScore(0.5), "margin", budget=90)
        assert len(caught) == 1

    def test_with_checks_it_warns_of_nothing(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            fitted(TargetScore(0.5))

    def test_a_second_fit_begins_anew(self):
        learner = fitted(TargetScore(0.65))
        n_asked = learner.n_asked_
        assert learner.fit(X, TRUTH, labeled=KNOWN).n_asked_ == n_asked

    def test_it_seldom_stops_below_the_target(self):
        # The truth is .8 whatever is learned, and so is the target: to stop is wrong.
        rng, stopped = np.random.RandomState(0), 0
        truth = np.arange(400) % 2
        for seed in range(20):
            said = np.where(rng.rand(400) < 0.8, truth, 1 - truth)
            learner = ActiveLearner(
                Rule(),
                "random",
                batch_size=20,
                budget=100,
                stop_when=TargetScore(0.8, every=50),
                random_state=seed,
            )
            rows = np.column_stack([said, np.zeros(400)])
            learner.fit(rows, truth, labeled=np.arange(400) < 2)
            left = learner.y_ == -1
            reached = np.mean(said[left] == truth[left]) >= 0.8
            stopped += learner.termination_condition_ == "stop_when" and not reached
        assert stopped <= 2  # one in ten at most

    @pytest.mark.parametrize(
        ("name", "value"),
        [("confidence", 0.5), ("every", 0), ("scoring", "recall"), ("target", "high")],
    )
    def test_parameters_are_checked(self, name, value):
        rule = TargetScore(**({"target": 0.9} | {name: value}))
        with pytest.raises(ValueError, match=f"'{name}' parameter of TargetScore"):
            fitted(rule)


def test_a_model_that_fails_without_a_label_is_named_once_and_the_run_goes_on():
    model = CalibratedClassifierCV(GaussianNB(), cv=3)
    rare = np.r_[np.full(3, 1), np.zeros(117, int)]
    rows = np.random.RandomState(0).normal(size=(120, 2))
    learner = ActiveLearner(
        model, "random", budget=60, stop_when=TargetScore(0.9, every=5), random_state=0
    )
    known = np.arange(120) < 6
    with pytest.warns(UserWarning, match="without some of the labels") as caught:
        learner.fit(rows, rare, labeled=known)
    assert len(caught) == 1
    assert learner.termination_condition_ == "budget"
