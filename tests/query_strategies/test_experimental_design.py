"""The experimental design against its definition: a covariance that is conditioned."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import make_friedman1
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_active import ActiveLearner
from sklearn_active.query_strategies import ExperimentalDesign, RandomSampling
from sklearn_active.query_strategies import _experimental_design as module
from sklearn_active.testing import check_query_strategy
from sklearn_active.testing._planted import Smoother

X = np.random.RandomState(0).normal(size=(40, 3))


def covariance(X, reach):
    """Return the kernel by its definition, entry by entry."""
    v = np.mean([np.sum((x - X.mean(axis=0)) ** 2) for x in X])
    squares = np.array([[np.sum((a - b) ** 2) for b in X] for a in X])
    return 1 / (1 + squares / (2 * reach**2 * v))


def given_labels(C, rows, noise):
    """Return the covariance of a Gaussian process, given labels of some rows."""
    within = C[np.ix_(rows, rows)] + noise * np.eye(len(rows))
    return C - C[:, rows] @ np.linalg.solve(within, C[rows])


def worth(C, rows, noise):
    """Return how far each row's label lowers the sum of variances, by trying it."""
    before = np.trace(given_labels(C, rows, noise)) if rows else np.trace(C)
    return np.array(
        [before - np.trace(given_labels(C, [*rows, q], noise)) for q in range(len(C))]
    )


@pytest.fixture
def exact(monkeypatch):
    """A factor that leaves nothing out."""
    monkeypatch.setattr(module, "_TOLERANCE", 1e-13)


def asked(strategy, events):
    learner = ActiveLearner(Ridge(), strategy).start(X)
    for row, label in events:
        learner.teach([row], [label])
    return learner


events = st.lists(
    st.tuples(st.integers(0, 39), st.sampled_from([0.5, -1.0, None])),
    max_size=8,
    unique_by=lambda event: event[0],
)
fixtures = settings(max_examples=25, suppress_health_check=["function_scoped_fixture"])


@pytest.mark.usefixtures("exact")
class TestDefinition:
    @fixtures
    @given(events, st.sampled_from([0.3, 2.0, 5.0]), st.sampled_from([0.01, 0.1, 1.0]))
    def test_utilities_are_what_each_label_takes_off_the_variance(
        self, events, reach, noise
    ):
        query = asked(ExperimentalDesign(reach, noise=noise), events).query(40)
        rows = [row for row, _ in events]
        expected = worth(covariance(X, reach), rows, noise)
        first = query.indices[0]
        left = np.setdiff1d(np.arange(40), rows)
        assert query.utilities[0] == pytest.approx(expected[first], abs=1e-8)
        assert expected[first] == pytest.approx(expected[left].max(), abs=1e-8)

    def test_a_batch_is_greedy_since_no_answer_is_looked_at(self):
        query = asked(ExperimentalDesign(), [(3, 1.0)]).query(6)
        rows, C = [3], covariance(X, 2.0)
        for row, utility in zip(query.indices, query.utilities, strict=True):
            expected = worth(C, rows, 0.1)
            expected[rows] = -1
            assert row == expected.argmax()
            assert utility == pytest.approx(expected[row], abs=1e-8)
            rows.append(row)


@settings(max_examples=20)
@given(data=st.data())
def test_state_after_any_events_equals_a_rebuilt_one(data):
    learner = asked("design", [])
    known, declined = set(), set()
    for _ in range(data.draw(st.integers(1, 8))):
        learner.query(data.draw(st.integers(1, 3)))
        if known and data.draw(st.booleans()):
            row = data.draw(st.sampled_from(sorted(known)))
            label = data.draw(st.sampled_from([None, 7.5]))
            learner.relabel([row], [label])
            known -= {row} if label is None else set()
        else:
            left = sorted(set(range(40)) - known - declined)
            row = data.draw(st.sampled_from(left))
            label = data.draw(st.sampled_from([None, 1.0]))
            learner.teach([row], [label])
            (declined if label is None else known).add(row)
    rows = [(row, 1.0) for row in known] + [(row, None) for row in declined]
    rebuilt = asked("design", rows).query(5)
    query = learner.query(5)
    assert query.indices.tolist() == rebuilt.indices.tolist()
    np.testing.assert_allclose(query.utilities, rebuilt.utilities, atol=2e-9)


def test_the_factor_leaves_out_a_thousandth_of_each_variance():
    rows = np.random.RandomState(1).normal(size=(300, 4))
    factor, left = module._factor(rows, 2.0)
    gap = covariance(rows, 2.0) - factor @ factor.T
    assert factor.shape[1] < 150
    assert 0 <= left.min() <= left.max() < 1e-3
    np.testing.assert_allclose(np.diag(gap), left, atol=1e-12)
    assert np.abs(gap).max() < 1e-3


def test_what_the_factor_has_no_room_for_counts_as_noise(monkeypatch):
    monkeypatch.setattr(module, "_COLUMNS", 5)
    factor, left = module._factor(X, 0.5)
    assert factor.shape == (40, 5)
    np.testing.assert_allclose(left, 1 - np.square(factor).sum(axis=1), atol=1e-12)
    query = asked(ExperimentalDesign(0.5), [(2, 1.0)]).query(3)
    C = factor @ factor.T
    C -= np.outer(C[2], C[2]) / (C[2, 2] + 0.1 + left[2])
    expected = (C**2).sum(axis=0) / (np.diag(C) + 0.1 + left)
    expected[2] = 0
    assert query.indices[0] == expected.argmax()
    assert query.utilities[0] == pytest.approx(expected.max())


def test_containers_make_no_difference():
    rows = np.maximum(X, 0)
    expected = ActiveLearner(Ridge(), "design").start(rows).query(6).indices.tolist()
    for container in (sparse.csr_array, np.ndarray.tolist):
        learner = ActiveLearner(Ridge(), "design").start(container(rows))
        assert learner.query(6).indices.tolist() == expected


def test_units_and_places_make_no_difference():
    expected = asked("design", []).query(6).indices.tolist()
    for rows in (X * 1e6, X * 1e-6, X + 1e6):
        query = ActiveLearner(Ridge(), "design").start(rows).query(6)
        assert query.indices.tolist() == expected


def test_equal_rows_are_no_trouble():
    query = ActiveLearner(Ridge(), "design").start(np.ones((6, 2))).query(3)
    assert query.indices.tolist() == [0]


def test_it_keeps_the_rules_around_a_regressor():
    check_query_strategy(ExperimentalDesign(), Smoother())


def test_around_a_classifier_it_asks_the_same_rows():
    rows = asked("design", []).query(5).indices.tolist()
    learner = ActiveLearner(LogisticRegression(), "design").start(X)
    assert learner.query(5).indices.tolist() == rows


def test_a_pickle_goes_on_with_what_it_has():
    learner = asked("design", [(3, 1.0), (5, 2.0)])
    learner.query()
    copy = pickle.loads(pickle.dumps(learner))
    assert copy.query().indices.tolist() == learner.query().indices.tolist()


@pytest.mark.parametrize("params", [{"reach": 0}, {"noise": 0}, {"reach": "auto"}])
def test_wrong_parameters_are_refused(params):
    (name,) = params
    with pytest.raises(ValueError, match=f"'{name}' parameter of ExperimentalDesign"):
        asked(ExperimentalDesign(**params), []).query()


class TestAuto:
    def test_it_is_what_auto_takes_for_regressors(self):
        strategy = asked("auto", []).query_strategy_
        assert isinstance(strategy, ExperimentalDesign)

    @pytest.mark.parametrize("around", [None, "target"])
    def test_it_sees_the_rows_that_the_model_sees(self, around):
        model = make_pipeline(StandardScaler(), Ridge())
        if around:
            model = TransformedTargetRegressor(model, transformer=StandardScaler())
        rows = X * [1, 1000, 1]
        query = ActiveLearner(model, "auto").start(rows).query(6)
        scaled = StandardScaler().fit_transform(rows)
        expected = ActiveLearner(Ridge(), "design").start(scaled).query(6)
        assert query.indices.tolist() == expected.indices.tolist()

    def test_raw_rows_are_scaled_and_their_gaps_filled(self):
        rows = X * [1, 1000, 1]
        query = ActiveLearner(Ridge(), "auto").start(rows).query(6)
        scaled = StandardScaler().fit_transform(rows)
        expected = ActiveLearner(Ridge(), "design").start(scaled).query(6)
        assert query.indices.tolist() == expected.indices.tolist()
        rows[3, 1] = np.nan
        learner = ActiveLearner(HistGradientBoostingRegressor(), "auto").start(rows)
        assert len(learner.query(6)) == 6

    def test_rows_that_are_no_numbers_are_asked_at_random(self):
        learner = ActiveLearner(DummyRegressor(), "auto").start([["a"], ["b"]])
        assert isinstance(learner.query_strategy_, RandomSampling)

    def test_few_labels_teach_more_than_random_ones_do(self):
        rows, truth = make_friedman1(300, noise=1, random_state=0)
        rows = StandardScaler().fit_transform(rows)
        scores = {"auto": [], "random": []}
        for name, own in scores.items():
            for seed in range(5):
                learner = ActiveLearner(
                    Ridge(), name, budget=25, batch_size=5, random_state=seed
                )
                learner.fit(rows, truth, labeled=np.isin(np.arange(300), [seed, 9]))
                own.append(learner.score(rows, truth))
        assert np.mean(scores["auto"]) > np.mean(scores["random"]) + 0.02
