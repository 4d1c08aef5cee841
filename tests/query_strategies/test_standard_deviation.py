"""The standard deviation of regressors, by their own word or by their members."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.datasets import make_friedman1
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    BaggingRegressor,
    ExtraTreesRegressor,
    GradientBoostingRegressor,
    RandomForestRegressor,
    VotingRegressor,
)
from sklearn.frozen import FrozenEstimator
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.linear_model import BayesianRidge, LinearRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_active import ActiveLearner
from sklearn_active.query_strategies import QueryByCommittee, StandardDeviationSampling
from sklearn_active.testing import check_query_strategy
from sklearn_active.testing._planted import Smoother

X, TRUTH = make_friedman1(40, noise=1, random_state=0)
Y = np.where(np.arange(40) < 12, TRUTH, np.nan)
KNOWN = ~np.isnan(Y)


def asked(model, strategy="std", X=X, y=Y, batch_size=28):
    learner = ActiveLearner(model, strategy, batch_size=batch_size, random_state=0)
    learner.start(X, y)
    return learner.query(), learner.estimator_


@pytest.mark.parametrize("model", [BayesianRidge(), GaussianProcessRegressor(alpha=1)])
@pytest.mark.parametrize("around", ["nothing", "scaler", "search", "frozen"])
def test_it_is_what_the_model_says(model, around):
    scaled = X
    if around == "scaler":
        scaled = StandardScaler().fit(X[KNOWN]).transform(X)
    by_hand = type(model)(**model.get_params()).fit(scaled[KNOWN], TRUTH[KNOWN])
    if around == "scaler":
        model = make_pipeline(StandardScaler(), "passthrough", model)
    elif around == "search":
        model = GridSearchCV(make_pipeline(model), {}, cv=3)
    elif around == "frozen":
        model = FrozenEstimator(by_hand)
    query, _ = asked(model)
    expected = by_hand.predict(scaled, return_std=True)[1]
    np.testing.assert_allclose(query.utilities, expected[query.indices], rtol=1e-7)
    assert np.all(np.diff(query.utilities) <= 0)
    assert query.reason == "StandardDeviationSampling"


@pytest.mark.parametrize(
    "model",
    [
        RandomForestRegressor(7),
        ExtraTreesRegressor(7, bootstrap=True),
        BaggingRegressor(Ridge(), 6, max_features=0.5),
        VotingRegressor([("a", Ridge()), ("b", KNeighborsRegressor(3))]),
    ],
    ids=lambda model: type(model).__name__,
)
@pytest.mark.parametrize("container", [np.asarray, pd.DataFrame, sparse.csr_array])
def test_of_members_it_is_how_far_they_differ(model, container):
    query, fitted = asked(model, X=container(X))
    columns = getattr(fitted, "estimators_features_", [np.arange(10)] * 7)
    for row, utility in zip(query.indices, query.utilities, strict=True):
        said = [
            member.predict(X[[row]][:, own].astype(np.float32))[0]
            for member, own in zip(fitted.estimators_, columns, strict=False)
        ]
        mean = sum(said) / len(said)
        variance = sum((s - mean) ** 2 for s in said) / len(said)
        assert utility == pytest.approx(variance**0.5, rel=1e-5)
        if container is np.asarray:
            assert mean == pytest.approx(fitted.predict(X[[row]])[0], rel=1e-5)
    assert query.utilities[0] > 0


@pytest.mark.parametrize(
    "model", [Ridge(), GradientBoostingRegressor(), make_pipeline(LinearRegression())]
)
def test_a_model_without_one_is_refused_before_a_label_is_bought(model):
    def never(query):
        raise AssertionError

    learner = ActiveLearner(model, "std", oracle=never)
    with pytest.raises(
        ValueError, match=r"implement `predict\(return_std=True\)`.*QueryByCommittee"
    ):
        learner.fit(X, Y)


def test_it_is_for_regression():
    with pytest.raises(ValueError, match="not for classification"):
        ActiveLearner(DummyClassifier(), "std").start(X).query()


def test_it_keeps_the_rules():
    check_query_strategy(StandardDeviationSampling())


class TestCommittee:
    def test_the_utilities_of_a_list_are_the_variance_of_what_they_predict(self):
        members = [Ridge(), KNeighborsRegressor(3), BayesianRidge()]
        query, _ = asked(Ridge(), QueryByCommittee(members))
        said = [m.fit(X[KNOWN], TRUTH[KNOWN]).predict(X) for m in members]
        mean = sum(said) / 3
        expected = sum((s - mean) ** 2 for s in said) / 3
        np.testing.assert_allclose(query.utilities, expected[query.indices])
        assert np.all(np.diff(query.utilities) <= 0)

    def test_bootstrap_members_predict_what_samples_of_the_labels_say(self):
        class Sampled(Ridge):
            seen = []

            def fit(self, X, y):
                self.seen.append(y.tolist())
                return super().fit(X, y)

        query, _ = asked(Sampled(), QueryByCommittee(n_members=5))
        own, *samples = Sampled.seen
        assert own == TRUTH[KNOWN].tolist()
        assert len(samples) == 5
        assert all(len(s) == 12 and set(s) <= set(own) for s in samples)
        said = []
        for sample in samples:
            rows = [own.index(label) for label in sample]
            said.append(Ridge().fit(X[rows], TRUTH[rows]).predict(X))
        expected = np.var(said, axis=0)[query.indices]
        np.testing.assert_allclose(query.utilities, expected)

    def test_any_number_of_jobs_chooses_alike(self):
        rows = [
            asked(Ridge(), QueryByCommittee(n_jobs=n_jobs), batch_size=5)[0].indices
            for n_jobs in (None, 2)
        ]
        np.testing.assert_array_equal(*rows)

    @pytest.mark.parametrize("kind", ["vote_entropy", "consensus_entropy", "kl"])
    def test_what_is_of_classes_is_refused(self, kind):
        with pytest.raises(ValueError, match="not for regression"):
            asked(Ridge(), QueryByCommittee(disagreement=kind))

    def test_it_keeps_the_rules_around_a_regressor(self):
        check_query_strategy(QueryByCommittee(), Smoother())
