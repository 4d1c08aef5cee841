"""Greedy sampling against its definition, and scikit-activeml."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.datasets import load_diabetes
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_active import ActiveLearner
from sklearn_active.query_strategies import GreedySampling
from sklearn_active.testing import check_query_strategy
from sklearn_active.testing._planted import Smoother

RNG = np.random.RandomState(0)
X = RNG.normal(size=(30, 3))
Y = X @ [3.0, -1.0, 0.5] + RNG.normal(size=30)
DISTANCES = ["X", "y", "both"]


def start(distance, X=X, y=None, model=None):
    model = Ridge() if model is None else model
    return ActiveLearner(model, GreedySampling(distance)).start(X, y)


def by_definition(distance, labels, declined, predicted, batch_size):
    """Return the rows of a batch, by sums and minima written out."""
    near = [*labels, *declined]
    if not near:
        mean = X.mean(axis=0)
        near = [min(range(len(X)), key=lambda i: math.dist(X[i], mean))]
        batch = list(near)
    else:
        batch = []
    if len(labels) < 2:  # no model yet
        distance = "X"
    y = [labels.get(i, None if predicted is None else predicted[i]) for i in range(30)]

    def utility(i):
        in_X = [math.dist(X[i], X[j]) for j in near]
        if distance == "X":
            return min(in_X)
        in_y = [abs(y[i] - y[j]) for j in near]
        if distance == "y":
            return min(in_y)
        return min(a * b for a, b in zip(in_X, in_y, strict=True))

    while len(batch) < batch_size:
        left = [i for i in range(30) if i not in near]
        batch.append(max(left, key=utility))
        near.append(batch[-1])
    return batch


@pytest.mark.parametrize("distance", DISTANCES)
@settings(max_examples=25)
@given(data=st.data())
def test_after_any_events_a_batch_is_that_of_the_definition(distance, data):
    learner = start(distance)
    labels, declined = {}, []
    for _ in range(data.draw(st.integers(0, 7))):
        if labels and data.draw(st.booleans()):
            row = data.draw(st.sampled_from(sorted(labels)))
            label = data.draw(st.sampled_from([None, -7.5, 3.25]))
            learner.relabel([row], [label])
            labels.pop(row)
        else:
            left = sorted(set(range(30)) - set(labels) - set(declined))
            row = data.draw(st.sampled_from(left))
            label = data.draw(st.sampled_from([None, Y[row]]))
            learner.teach([row], [label])
            if label is None:
                declined.append(row)
        if label is not None:
            labels[row] = label
        if data.draw(st.booleans()):  # the strategy may be asked, or not, in between
            learner.query(data.draw(st.integers(1, 3)))
    has_model = hasattr(learner, "estimator_")
    predicted = learner.predict(X) if has_model else None
    expected = by_definition(distance, labels, declined, predicted, 4)
    assert learner.query(4).indices.tolist() == expected


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("batch_size", [1, 4])
def test_it_asks_the_rows_that_scikit_activeml_asks(distance, batch_size):
    from skactiveml.pool import GreedySamplingTarget, GreedySamplingX
    from skactiveml.regressor import SklearnRegressor

    rows, truth = load_diabetes(return_X_y=True)
    rows = rows[:200] * 20
    truth = truth[:200]
    y = np.full(200, np.nan)
    y[[3, 50, 120]] = truth[[3, 50, 120]]
    if distance == "X":
        peer, given = GreedySamplingX(random_state=0), {}
    else:
        method = {"y": "GSy", "both": "GSi"}[distance]
        peer = GreedySamplingTarget(method=method, random_state=0)
        given = {"reg": SklearnRegressor(Ridge())}
    learner = start(distance, rows, y)
    for _ in range(4):
        query = learner.query(batch_size)
        theirs = peer.query(rows, y, batch_size=batch_size, **given)
        assert query.indices.tolist() == theirs.tolist()
        y[theirs] = truth[theirs]
        learner.teach(query, truth[query.indices])


@pytest.mark.parametrize("distance", DISTANCES)
def test_around_a_regressor_it_keeps_the_rules(distance):
    check_query_strategy(GreedySampling(distance), Smoother())


@pytest.mark.parametrize("distance", DISTANCES)
def test_units_of_y_make_no_difference(distance):
    rows = []
    for unit in (1e-12, 1.0, 1e12):
        learner = start(distance, X, np.where(np.arange(30) < 4, Y * unit, np.nan))
        rows.append(learner.query(6).indices.tolist())
    assert rows[0] == rows[1] == rows[2]


@pytest.mark.parametrize("distance", DISTANCES)
def test_containers_make_no_difference(distance):
    rows = np.maximum(X, 0)
    y = np.where(np.arange(30) < 4, Y, np.nan)
    expected = start(distance, rows, y, Smoother()).query(5).indices
    for container in (sparse.csr_array, pd.DataFrame, np.ndarray.tolist):
        query = start(distance, container(rows), y, Smoother()).query(5)
        assert query.indices.tolist() == expected.tolist()


def test_far_from_the_origin_distances_keep_their_digits():
    near = start("X").query(6).indices.tolist()
    assert start("X", X + 1e8).query(6).indices.tolist() == near


def test_text_goes_through_a_transformer():
    texts = [f"{a} {b}" for a in ("red", "blue", "old") for b in ("car", "apple")]
    strategy = GreedySampling(transformer=TfidfVectorizer())
    model = make_pipeline(TfidfVectorizer(), Ridge())
    learner = ActiveLearner(model, strategy).start(texts)
    for _ in range(4):
        query = learner.query()
        learner.teach(query, [len(query.X[0])])
    assert not hasattr(strategy.transformer, "vocabulary_")
    with pytest.raises(ValueError, match=r"GreedySampling .*needs numbers.*transform"):
        ActiveLearner(model, "igs").start(texts).query()


def test_names_are_short_for_its_distances():
    for name, distance in (("gsx", "X"), ("gsy", "y"), ("igs", "both")):
        strategy = ActiveLearner(Ridge(), name).start(X).query_strategy_
        assert strategy.get_params()["distance"] == distance


def test_the_distance_of_rows_serves_classifiers_and_that_of_predictions_does_not():
    model = make_pipeline(StandardScaler(), LogisticRegression())
    assert len(ActiveLearner(model, "gsx").start(X).query(3)) == 3
    with pytest.raises(ValueError, match="GreedySampling.*not for classification"):
        ActiveLearner(model, "igs").start(X).query()


def test_where_no_label_is_looked_at_rows_may_have_several():
    y = [[0, 1], [1, 0], [1, 1], *[[-1, -1]] * 27]
    model = MultiOutputClassifier(LogisticRegression())
    for name in ("gsx", "design"):
        query = ActiveLearner(model, name, missing_label=-1).start(X, y).query(3)
        assert (
            query.indices.tolist()
            == (
                ActiveLearner(Ridge(), name)
                .start(X, [1.0, 2, 3, *[None] * 27])
                .query(3)
            ).indices.tolist()
        )


def test_wrong_parameters_are_refused():
    with pytest.raises(ValueError, match="'distance' parameter of GreedySampling"):
        start("x").query()
