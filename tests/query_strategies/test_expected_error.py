"""Expected error reduction against a loop over every candidate and class."""

import math
from itertools import product

import numpy as np
import pandas as pd
import pytest
from helpers import blobs
from scipy import sparse
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.semi_supervised import LabelSpreading

from sklearn_active import ActiveLearner
from sklearn_active.query_strategies import ExpectedErrorReduction

X, Y, TRUTH = blobs(24, 9, seed=4)


def query_of(strategy, X=X, y=Y, estimator=None, batch_size=15, seed=0):
    estimator = GaussianNB() if estimator is None else estimator
    learner = ActiveLearner(
        estimator, strategy, batch_size=batch_size, random_state=seed
    )
    return learner.start(X, y).query()


def expected_errors(loss, estimator, measured=None):
    """Return {candidate: expected error}, one fit at a time."""
    known, left = list(range(9)), list(range(9, 24))
    now = clone(estimator).fit(X[known], TRUTH[known])
    errors = dict.fromkeys(left, 0.0)
    for row, (k, label) in product(left, enumerate([0, 1, 2])):
        after = clone(estimator).fit(X[[*known, row]], [*TRUTH[known], label])
        total = 0.0
        for p in after.predict_proba(X[left if measured is None else measured]):
            if loss == "log":
                total += -sum(v * math.log(v) for v in p if v)
            else:
                total += 1 - max(p)
        n_measured = len(left if measured is None else measured)
        errors[row] += now.predict_proba(X[[row]])[0, k] * total / n_measured
    return errors


@pytest.mark.parametrize("estimator", [GaussianNB(), KNeighborsClassifier(3)])
@pytest.mark.parametrize("loss", ["log", "zero_one"])
def test_the_utility_is_minus_the_expected_error_of_the_refitted_models(
    loss, estimator
):
    query = query_of(ExpectedErrorReduction(loss), estimator=estimator)
    expected = expected_errors(loss, estimator)
    assert sorted(query.indices) == sorted(expected)
    for row, utility in zip(query.indices, query.utilities, strict=True):
        assert utility == pytest.approx(-expected[row], abs=1e-10)
    assert expected[query.indices[0]] == pytest.approx(min(expected.values()))


class Counting(GaussianNB):
    fits = []
    measured = []

    def fit(self, X, y):
        self.fits.append(X[9:].tolist())
        return super().fit(X, y)

    def predict_proba(self, X):
        self.measured.append(X.tolist())
        return super().predict_proba(X)


@pytest.fixture
def counting():
    Counting.fits.clear()
    Counting.measured.clear()
    return Counting()


def test_a_subsample_limits_the_rows_tried_and_the_rows_measured(counting):
    query = query_of(ExpectedErrorReduction(subsample=5), estimator=counting)
    finite = query.indices[np.isfinite(query.utilities)]
    # A batch of 15 tries them all, and the error is measured on 5.
    assert len(finite) == 15
    measured = {tuple(map(tuple, rows)) for rows in counting.measured[2:]}
    assert {len(rows) for rows in measured} == {5}
    assert len(measured) == 1


def test_rows_not_tried_come_last_and_the_others_have_their_expected_error(counting):
    strategy = ExpectedErrorReduction("zero_one", subsample=5)
    query = query_of(strategy, estimator=counting, batch_size=3)
    tried = {tuple(rows[0]) for rows in counting.fits if rows}
    assert len(tried) == 5
    assert all(tuple(X[row]) in tried for row in query.indices)
    assert len(counting.fits) <= 1 + 5 * 3
    where = {tuple(x): i for i, x in enumerate(X)}
    measured = [where[tuple(x)] for x in counting.measured[-1]]
    expected = expected_errors("zero_one", GaussianNB(), measured)
    best = sorted(expected[where[x]] for x in tried)[:3]
    np.testing.assert_allclose(-query.utilities, best, atol=1e-12)


def test_a_subsample_as_large_as_the_pool_is_the_pool():
    whole = query_of(ExpectedErrorReduction())
    for subsample in (15, 99):
        query = query_of(ExpectedErrorReduction(subsample=subsample))
        np.testing.assert_array_equal(query.indices, whole.indices)
        np.testing.assert_array_equal(query.utilities, whole.utilities)
    assert ExpectedErrorReduction().deterministic
    assert not ExpectedErrorReduction(subsample=15).deterministic


def test_one_seed_one_answer_also_with_a_forest_and_a_subsample():
    strategy = ExpectedErrorReduction(subsample=4)
    forest = RandomForestClassifier(3)
    first = query_of(strategy, estimator=forest)
    np.random.rand()
    second = query_of(strategy, estimator=forest)
    np.testing.assert_array_equal(first.utilities, second.utilities)
    other = query_of(strategy, estimator=forest, seed=1)
    assert first.utilities.tolist() != other.utilities.tolist()


def test_classes_may_be_text_or_positions_in_the_classes():
    names = np.array(["b", "c", "a"])
    text = [names[k] if k >= 0 else None for k in Y]
    expected = query_of(ExpectedErrorReduction())
    query = query_of(ExpectedErrorReduction(), y=text)
    np.testing.assert_array_equal(query.indices, expected.indices)
    # LabelSpreading is given positions instead of text, so must its clones be.
    numbers = np.where(Y >= 0, (Y + 1) % 3, -1)  # in the order of the names
    spreading = LabelSpreading(gamma=1)
    expected = query_of(ExpectedErrorReduction(), y=numbers, estimator=spreading)
    query = query_of(ExpectedErrorReduction(), y=text, estimator=spreading)
    np.testing.assert_allclose(query.utilities, expected.utilities)


@pytest.mark.parametrize("container", [sparse.csr_array, pd.DataFrame])
def test_rows_stay_in_the_container_they_came_in(container):
    model = KNeighborsClassifier(4, weights="distance")
    expected = query_of(ExpectedErrorReduction(), estimator=model)
    query = query_of(ExpectedErrorReduction(), container(X), estimator=model)
    np.testing.assert_array_equal(query.indices, expected.indices)


@pytest.mark.parametrize(
    ("ours", "theirs"), [("log", "log_loss"), ("zero_one", "misclassification_loss")]
)
@pytest.mark.parametrize("seed", range(3))
def test_scikit_activeml_asks_the_same_row(ours, theirs, seed):
    # Measured on the unlabeled rows: by default it measures on the labeled ones too.
    # It sums what we average, hence the number of rows. Classes overlap here: where
    # every error is nearly 0, what it adds to the probabilities before the logarithm
    # decides.
    from skactiveml.classifier import SklearnClassifier
    from skactiveml.pool import MonteCarloEER

    X, y, _ = blobs(30, 12, seed=seed)
    X = X + np.random.RandomState(seed).normal(scale=3, size=X.shape)
    model = SklearnClassifier(GaussianNB(), classes=[0, 1, 2])
    rows, utilities = MonteCarloEER(method=theirs, random_state=0).query(
        X,
        np.where(y < 0, np.nan, y),
        model,
        X_eval=X[12:],
        return_utilities=True,
    )
    query = query_of(ExpectedErrorReduction(ours), X, y, batch_size=1)
    assert query.indices.tolist() == rows.tolist()
    assert query.utilities[0] * 18 == pytest.approx(np.nanmax(utilities[0]))


@pytest.mark.parametrize("subsample", [None, 7])
def test_candidates_tried_two_at_a_time_have_the_same_expected_errors(subsample):
    expected = query_of(ExpectedErrorReduction(subsample=subsample))
    query = query_of(ExpectedErrorReduction(subsample=subsample, n_jobs=2))
    assert query.indices.tolist() == expected.indices.tolist()
    assert query.utilities.tolist() == expected.utilities.tolist()
