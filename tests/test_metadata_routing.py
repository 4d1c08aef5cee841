"""Fit parameters with and without metadata routing."""

import numpy as np
import pytest
from helpers import Recorder, SeesAll, blobs
from sklearn import config_context
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import has_fit_parameter

from sklearn_active import ActiveLearner
from sklearn_active.oracles import ArrayOracle


class Weighted(Recorder):
    def fit(self, X, y, sample_weight=None):
        return super().fit(X, y, sample_weight=sample_weight)


class WeightedSeesAll(SeesAll):
    def fit(self, X, y, sample_weight=None):
        return super().fit(X, y, sample_weight=sample_weight)


def test_without_routing_extra_parameters_raise_as_in_scikit_learn():
    X, y, _ = blobs()
    learner = ActiveLearner(GaussianNB())
    for method in ("fit", "start"):
        with pytest.raises(ValueError, match="enable_metadata_routing=True"):
            getattr(learner, method)(X, y, sample_weight=np.ones(30))
    learner.fit(X, y)
    with pytest.raises(ValueError, match="enable_metadata_routing"):
        learner.score(X, y, sample_weight=np.ones(30))
    assert not has_fit_parameter(learner, "sample_weight")


@config_context(enable_metadata_routing=True)
def test_parameters_of_the_rows_are_cut_like_the_rows_in_every_refit():
    X, y, truth = blobs(10, 3)
    weight = np.arange(10.0)
    dropped = Weighted().set_fit_request(sample_weight=True)
    learner = ActiveLearner(dropped, "random", oracle=ArrayOracle(truth), budget=2)
    learner.fit(X, y, sample_weight=weight)
    seen = learner.estimator_.params_seen_["sample_weight"]
    np.testing.assert_array_equal(seen, weight[learner.y_ != -1])
    passed = WeightedSeesAll().set_fit_request(sample_weight=True)
    learner = ActiveLearner(passed).start(X, y, sample_weight=weight)
    np.testing.assert_array_equal(
        learner.estimator_.params_seen_["sample_weight"], weight
    )


@config_context(enable_metadata_routing=True)
def test_parameters_that_nobody_asked_for_raise():
    X, y, _ = blobs()
    with pytest.raises(TypeError, match="sample_weight"):
        ActiveLearner(GaussianNB().set_fit_request(sample_weight=False)).fit(
            X, y, sample_weight=np.ones(30)
        )


@config_context(enable_metadata_routing=True)
def test_score_parameters_are_cut_to_the_rows_with_a_label():
    X, y, truth = blobs()
    estimator = GaussianNB().set_score_request(sample_weight=True)
    learner = ActiveLearner(estimator).fit(X, y)
    weight = np.linspace(0, 1, 30)
    half = np.where(np.arange(30) < 15, truth, -1)
    expected = learner.estimator_.score(X[:15], truth[:15], sample_weight=weight[:15])
    assert learner.score(X, half, sample_weight=weight) == expected


@pytest.mark.parametrize("routing", [False, True])
def test_a_search_over_strategies_and_inner_parameters_takes_a_mask(routing):
    X, _, truth = blobs(60, 60)
    mask = np.arange(60) % 6 == 0
    with config_context(enable_metadata_routing=routing):
        learner = ActiveLearner(
            make_pipeline(StandardScaler(), LogisticRegression()),
            budget=3,
            missing_label=-1,
            random_state=0,
        )
        if routing:
            learner.set_fit_request(labeled=True)
        grid = {
            "query_strategy": ["entropy", "random"],
            "estimator__logisticregression__C": [0.1, 1.0],
        }
        search = GridSearchCV(learner, grid, cv=3).fit(X, truth, labeled=mask)
        scores = cross_validate(
            learner, X, truth, params={"labeled": mask}, cv=3, error_score="raise"
        )
    assert len(search.cv_results_["params"]) == 4
    assert search.best_estimator_.n_asked_ == 3
    assert scores["test_score"].shape == (3,)


def test_positions_inside_cross_validation_are_refused_with_the_way_out():
    X, y, truth = blobs(60, 30)
    learner = ActiveLearner(
        GaussianNB(), oracle=ArrayOracle(truth), budget=3, missing_label=-1
    )
    with pytest.raises(
        ValueError, match=r"60 labels.*40 rows.*labeled=.*query.X.index"
    ):
        cross_validate(learner, X, y, cv=3, error_score="raise")


def test_the_learner_is_a_step_of_a_pipeline():
    X, y, truth = blobs()
    learner = ActiveLearner(GaussianNB(), oracle=ArrayOracle(truth), budget=9)
    model = make_pipeline(StandardScaler(), learner).fit(X, y)
    alone = clone(learner).fit(StandardScaler().fit_transform(X), y)
    assert model.score(X, truth) == alone.score(
        StandardScaler().fit_transform(X), truth
    )
    assert model[-1].n_asked_ == 9
