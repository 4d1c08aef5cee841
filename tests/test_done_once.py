"""What costs something is done once: a fit, a prediction, a look at the pool."""

from collections import Counter

import pytest
from helpers import blobs
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active.model_selection import active_learning_curve

X, Y, TRUTH = blobs(60, n_labeled=6)
called = Counter()


class Counting(GaussianNB):
    """Naive Bayes that counts its calls, by method and number of rows."""

    def fit(self, X, y):
        called["fit"] += 1
        return super().fit(X, y)

    def predict(self, X):
        called["predict", len(X)] += 1
        return super().predict(X)

    def predict_proba(self, X):
        called["predict_proba"] += 1
        return super().predict_proba(X)


@pytest.fixture(autouse=True)
def no_calls():
    called.clear()


@pytest.mark.parametrize("strategy", ["entropy", "margin", "least_confident"])
def test_a_round_is_one_fit_one_predict_proba_and_one_prediction_of_the_rows_asked(
    strategy,
):
    learner = ActiveLearner(Counting(), strategy, batch_size=3, budget=12)
    learner.set_params(oracle=lambda query: TRUTH[query.indices]).fit(X, Y)
    # One more: whether the first model can predict is tried on one row.
    assert called == {"fit": 5, "predict_proba": 1 + 4, ("predict", 3): 4}


def test_asking_the_same_question_again_costs_nothing():
    learner = ActiveLearner(Counting(), batch_size=3).start(X, Y)
    queries = [learner.query() for _ in range(3)]
    assert called == {"fit": 1, "predict_proba": 1 + 1}
    assert all(query is queries[0] for query in queries)


def test_a_learning_curve_scores_each_model_once():
    learner = ActiveLearner(Counting(), "margin", batch_size=5)
    y = TRUTH
    active_learning_curve(learner, X, y, initial=6, budget=10, cv=3, random_state=0)
    n_splits, n_points = 3, 3
    assert called == {
        "fit": n_splits * n_points,
        ("predict", 20): n_splits * n_points,
        "predict_proba": n_splits * (1 + n_points - 1),
        ("predict", 5): n_splits * (n_points - 1),
    }
