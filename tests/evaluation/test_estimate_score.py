"""The score on the rows left: unbiased by enumeration, intervals by closed forms."""

from itertools import combinations, product
from math import comb

import numpy as np
import pytest
from scipy.stats import binom, linregress, t, ttest_1samp
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_digits, make_blobs
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    log_loss,
    precision_score,
    recall_score,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.semi_supervised import LabelSpreading
from sklearn.svm import LinearSVC

from sklearn_active import ActiveLearner
from sklearn_active.evaluation import estimate_score
from sklearn_active.evaluation._control import ControlVariate
from sklearn_active.evaluation._intervals import of_the_mean, quantile, student, wilson
from sklearn_active.evaluation._random_checks import RandomChecks
from sklearn_active.query_strategies import WithChecks

X, TRUTH = make_blobs(300, centers=3, cluster_std=2.5, random_state=0)


class Rule(ClassifierMixin, BaseEstimator):
    """Predict by a fixed rule, whatever it is fitted on: its score is known."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.asarray(X)[:, 0].astype(int)

    def predict_proba(self, X):
        sure = np.asarray(X)[:, 1]
        other = (1 - sure) / (len(self.classes_) - 1)
        said = self.predict(X)[:, None] == self.classes_
        return np.where(said, sure[:, None], other[:, None])


def pool_of(n_rows=400, seed=0, n_classes=3, right=0.7):
    """Return rows that say what a Rule predicts and how sure it is, and the truth."""
    rng = np.random.RandomState(seed)
    truth = np.arange(n_rows) % n_classes
    wrong = rng.rand(n_rows) > right
    said = np.where(wrong, (truth + 1 + rng.randint(n_classes - 1)) % n_classes, truth)
    sure = np.where(wrong, rng.uniform(0.4, 0.8, n_rows), rng.uniform(0.6, 1, n_rows))
    return np.column_stack([said, sure]), truth


def taught(X, truth, rounds):
    """Return a learner that was taught these rows, round by round."""
    learner = ActiveLearner(Rule(), "random", random_state=0).start(X)
    for rows in rounds:
        learner.teach(rows, truth[np.asarray(rows)])
    return learner


class TestTheRowsLeft:
    """Brute force: all samples of a small pool, and rows asked that depend on them."""

    VALUES = np.array([1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.5])

    @pytest.mark.parametrize("size", [1, 2])
    def test_the_estimate_is_unbiased_over_all_samples(self, size):
        errors, plain = [], []
        for first in combinations(range(7), size):
            # What a strategy asks may depend on all that was drawn: the rows with the
            # smallest values, as the hard ones have.
            left = [i for i in range(7) if i not in first]
            asked = sorted(left, key=lambda i: (self.VALUES[i], i))[:1]
            left = [i for i in left if i not in asked]
            for second in combinations(left, size):
                rest = [i for i in left if i not in second]
                rows = [*first, *asked, *second]
                rounds = np.array([2] * size + [2] + [3] * size)
                drawn = np.array([True] * size + [False] + [True] * size)
                checks = RandomChecks(drawn, rounds, len(rest))
                values = self.VALUES[rows]
                found = checks.mean_left(checks.mean_then(values), values)
                weight = 1 / comb(7, size) / comb(len(left), size)
                # Of totals: the number of rows left is always the same here.
                truth = self.VALUES[rest].mean()
                errors.append((found - truth) * weight)
                plain.append((values[drawn].mean() - truth) * weight)
        assert sum(errors) == pytest.approx(0, abs=1e-12)
        assert abs(sum(plain)) > 0.02  # the mean of checks is not

    def test_its_variance_is_that_of_all_samples(self):
        # One value per row, no strategy: two rounds of two, then of one.
        found = []
        for first in combinations(range(7), 2):
            rest = [i for i in range(7) if i not in first]
            for second in rest:
                rows, left = [*first, second], [i for i in rest if i != second]
                rounds = np.array([2, 2, 3])
                checks = RandomChecks(np.ones(3, bool), rounds, 4)
                values = self.VALUES[rows]
                estimate = checks.mean_left(checks.mean_then(values), values)
                found.append(4 * (estimate - self.VALUES[left].mean()))
        # The pool's own variance is a mean over rounds: that of all rows on average.
        variance = self.VALUES.var(ddof=1) * checks.n_then**2 / checks.size
        assert np.var(found) == pytest.approx(variance)

    def test_one_by_one_it_is_a_simple_random_sample(self):
        checks = RandomChecks(np.ones(30, bool), np.arange(30), 70)
        simple = RandomChecks(np.ones(30, bool), np.zeros(30, int), 70)
        assert simple.size == pytest.approx(30 / (1 - 30 / 100))
        ratio = checks.n_then**2 / checks.size / (simple.n_then**2 / simple.size)
        assert ratio == pytest.approx(1, abs=0.01)

    def test_the_control_variate_keeps_it_unbiased_where_its_slope_is_known(self):
        figure = np.array([0.9, 0.2, 0.1, 0.8, 0.7, 0.4, 0.5])
        errors = []
        for rows in combinations(range(7), 3):
            rest = np.setdiff1d(range(7), rows)
            checks = RandomChecks(np.ones(3, bool), np.full(3, 2), 4)
            values, g = self.VALUES[list(rows)], figure[list(rows)]
            then = checks.mean_then(values - g) + figure.mean()
            errors.append(checks.mean_left(then, values) - self.VALUES[rest].mean())
        assert np.mean(errors) == pytest.approx(0, abs=1e-12)

    def test_a_figure_that_is_the_value_leaves_no_variance(self):
        rng = np.random.RandomState(0)
        values, left = rng.rand(12), rng.rand(30)
        checks = RandomChecks(np.arange(12) < 8, np.full(12, 1), 30)
        control = ControlVariate(checks, values, 2 * values + 1, 2 * left + 1)
        assert control.variance == 0.25  # never taken for less
        mean = checks.mean_then(values) + control.shift
        assert checks.mean_left(mean, values) == pytest.approx(left.mean())

    def test_the_variance_left_is_that_of_a_regression_with_one_column(self):
        rng = np.random.RandomState(0)
        figure = rng.rand(12)
        values = figure + 2 * rng.rand(12)
        checks = RandomChecks(np.ones(12, bool), np.full(12, 1), 30)
        control = ControlVariate(checks, values, figure, rng.rand(30))
        fit = linregress(figure, values)
        rest = values - fit.intercept - fit.slope * figure
        expected = (rest @ rest / 10) / values.var(ddof=1)
        assert control.variance == pytest.approx(expected)
        assert control.variance > 0.3

    @pytest.mark.parametrize("figure", [np.zeros(12), np.arange(12.0)[::-1]])
    def test_a_figure_that_tells_nothing_changes_nothing(self, figure):
        checks = RandomChecks(np.ones(12, bool), np.full(12, 1), 30)
        control = ControlVariate(checks, np.arange(12.0), figure, np.zeros(30))
        assert (control.shift, control.variance) == (0, 1)


class TestIntervals:
    @pytest.mark.parametrize(("share", "n"), [(0.0, 10), (0.8, 20), (1.0, 35)])
    def test_wilsons_ends_are_where_the_score_test_just_rejects(self, share, n):
        low, high = wilson(share, n, 1.96)
        for end in {low, high} - {0.0, 1.0}:
            distance = abs(share - end) / np.sqrt(end * (1 - end) / n)
            assert distance == pytest.approx(1.96)
        assert low <= share <= high

    @pytest.mark.parametrize("n", [20, 80])
    @pytest.mark.parametrize("share", [0.3, 0.6, 0.8, 0.9, 0.95])
    def test_wilson_covers_in_nineteen_of_twenty(self, n, share):
        low, high = wilson(np.arange(n + 1) / n, n, quantile(0.95, n))
        holds = (low <= share) & (share <= high)
        assert binom.pmf(np.arange(n + 1), n, share)[holds].sum() > 0.91

    @pytest.mark.parametrize("share", [0.5, 0.8, 0.95])
    def test_anytime_intervals_hold_at_all_looks_at_once(self, share):
        rng = np.random.RandomState(0)
        looks = np.arange(10, 401)
        hits = np.cumsum(rng.rand(2000, 400) < share, axis=1)[:, looks - 1]
        fails = {}
        for anytime in (False, True):
            z = np.array([quantile(0.95, n, anytime) for n in looks])
            low, high = wilson(hits / looks, looks, z)
            fails[anytime] = np.mean(((low > share) | (high < share)).any(axis=1))
        assert fails[True] < 0.05
        assert fails[False] > 0.2

    def test_anytime_reaches_least_far_at_fifty_checks(self):
        reach = {n: quantile(0.9, n, True) / np.sqrt(n) for n in (20, 50, 100)}
        alpha = 0.1

        def other(n, rho):  # the boundary with another rho
            return np.sqrt((1 + 1 / (n * rho)) * np.log((1 + n * rho) / alpha**2) / n)

        rhos = np.geomspace(0.01, 1, 200)
        assert reach[50] == pytest.approx(min(other(50, rho) for rho in rhos), rel=1e-3)
        assert reach[20] > reach[50] > reach[100]

    def test_without_skew_it_is_the_interval_of_the_t_test(self):
        half = np.random.RandomState(0).randn(6)
        values = np.concatenate([half, -half])
        expected = ttest_1samp(values, 0).confidence_interval(0.9)
        found = student(values, 12, 0.9)
        assert found == pytest.approx([expected.low, expected.high])
        assert student(values, 48, 0.9) == pytest.approx(found / 2)

    def test_skewed_values_are_judged_by_halls_transformation(self):
        values = np.random.RandomState(0).exponential(size=30)
        root, q = np.sqrt(30), t.ppf(0.95, 29)
        gamma = np.mean((values - values.mean()) ** 3) / values.std() ** 3
        distances = -student(values, 30, 0.9) * root / values.std(ddof=1)
        transformed = (
            distances
            + gamma / (3 * root) * distances**2
            + gamma**2 / (27 * 30) * distances**3
            + gamma / (6 * root)
        )
        assert transformed == pytest.approx([q, -q])

    def test_skewed_values_are_covered_better_than_by_the_t_test(self):
        rng = np.random.RandomState(0)
        holds = {"t": 0, "ours": 0}
        for values in rng.lognormal(size=(1000, 40)):
            truth = np.exp(0.5) - values.mean()
            plain = ttest_1samp(values - values.mean(), 0).confidence_interval()
            low, high = student(values, 40, 0.95)
            holds["t"] += plain.low <= truth <= plain.high
            holds["ours"] += low <= truth <= high
        assert holds["ours"] > 925 > 915 > holds["t"]

    def test_values_that_are_all_equal_have_no_spread(self):
        assert student(np.full(12, -0.5), 12, 0.95).tolist() == [0, 0]

    def test_of_equal_figures_the_mean_is_narrower_by_the_root_of_their_number(self):
        shares = np.full(4, 0.6)
        assert of_the_mean(shares, shares - 0.2, shares + 0.1) == pytest.approx(
            (0.5, 0.65)
        )


class TestScores:
    """With all rows but a few checked, an estimate is nearly the score itself."""

    @pytest.fixture(scope="class")
    @classmethod
    def nearly_all(cls):
        X, truth = pool_of()
        rows = np.random.RandomState(0).permutation(400)
        return X, truth, taught(X, truth, [rows[:360]]), rows[360:]

    def score(self, nearly_all, scoring):
        X, truth, learner, left = nearly_all
        checks = np.flatnonzero(learner.labeled_iter_ > 0)
        found = estimate_score(learner, scoring=scoring, checks=checks)
        said, sure = Rule().fit(X, truth).predict(X), Rule().fit(X, truth)
        return found, truth[left], said[left], sure.predict_proba(X[left])

    @pytest.mark.parametrize(
        ("scoring", "score"),
        [
            ("accuracy", accuracy_score),
            ("balanced_accuracy", balanced_accuracy_score),
        ],
    )
    def test_of_all_classes(self, nearly_all, scoring, score):
        found, truth, said, _ = self.score(nearly_all, scoring)
        assert found.low <= score(truth, said) <= found.high
        assert found.n_checks == 360
        assert found.n_left == 40

    @pytest.mark.parametrize(
        ("scoring", "score"), [("recall", recall_score), ("precision", precision_score)]
    )
    def test_of_each_class(self, nearly_all, scoring, score):
        found, truth, said, _ = self.score(nearly_all, scoring)
        expected = score(truth, said, average=None)
        assert np.all(found.low <= expected)
        assert np.all(expected <= found.high)
        assert found.classes.tolist() == [0, 1, 2]
        assert found.baseline == pytest.approx([1 / 3] * 3, abs=0.1)

    def test_of_log_loss(self, nearly_all):
        found, truth, _, proba = self.score(nearly_all, "neg_log_loss")
        assert found.low <= -log_loss(truth, proba) <= found.high
        assert found.baseline == pytest.approx(-np.log(3), abs=0.05)


class TestByHand:
    """One round of checks: every figure is a line of arithmetic."""

    @pytest.fixture(scope="class")
    @classmethod
    def case(cls):
        X, truth = pool_of(300, seed=4)
        truth[:90] = 1  # classes of different size
        X[:, 1] = 0.9  # confidence tells nothing
        rows = np.random.RandomState(1).permutation(300)[:60]
        return X, truth, rows, taught(X, truth, [rows])

    def of_left(self, values, rows):
        """Return the mean over 240 rows left of what has these values on checks."""
        values = np.asarray(values, float)
        return (300 * values[rows].mean() - values[rows].sum()) / 240

    def test_the_baseline_is_the_share_of_the_largest_class(self, case):
        _, truth, rows, learner = case
        shares = [self.of_left(truth == k, rows) for k in range(3)]
        found = estimate_score(learner, checks=rows)
        assert found.baseline == pytest.approx(max(shares))
        by_class = estimate_score(learner, scoring="recall", checks=rows)
        assert by_class.baseline == pytest.approx(shares)

    def test_recall_is_the_share_that_is_right_of_each_class(self, case):
        X, truth, rows, learner = case
        found = estimate_score(learner, scoring="recall", checks=rows)
        right = X[:, 0] == truth
        for k in range(3):
            hits = self.of_left(right & (truth == k), rows)
            assert found.score[k] == pytest.approx(
                hits / self.of_left(truth == k, rows)
            )

    def test_precision_is_the_share_that_is_right_of_what_is_called_so(self, case):
        X, truth, rows, learner = case
        found = estimate_score(learner, scoring="precision", checks=rows)
        said, right = X[:, 0], X[:, 0] == truth
        for k in range(3):
            called = said[rows] == k
            n_left = np.sum(said == k) - called.sum()  # known of every row
            share = right[rows][called].mean()
            then = (n_left + called.sum()) * share - right[rows][called].sum()
            assert found.score[k] == pytest.approx(then / n_left)

    def test_log_loss_of_a_class_that_only_the_check_has_is_that_of_probability_0(self):
        X, truth = pool_of(300)
        X[:, 1] = 0.9
        rows = np.random.RandomState(1).permutation(300)[:40]
        truth = truth.copy()
        truth[rows[7]] = 3
        learner = taught(X, truth, [rows])
        found = estimate_score(learner, scoring="neg_log_loss", checks=rows)
        # Models without that label know three classes, with others four.
        right = X[rows, 0] == truth[rows]
        logs = np.log(np.where(right, 0.9, 0.1 / 3))
        logs[7] = np.log(np.finfo(float).eps)
        expected = (300 * logs.mean() - logs.sum()) / 260
        assert found.score == pytest.approx(expected)

    def test_a_class_that_the_strategy_has_found_whole_counts_no_more(self):
        X, truth = pool_of(300)
        rows = np.random.RandomState(1).permutation(300)
        checks, found_all = rows[:40], rows[40:60]
        truth = np.where(truth == 2, 0, truth)
        truth[found_all] = truth[checks[:2]] = 2  # there are no others
        learner = taught(X, truth, [rows[:60]])
        recall = estimate_score(learner, scoring="recall", checks=checks)
        assert np.isnan(recall.score[2])
        assert recall.baseline[2] == 0
        balanced = estimate_score(learner, scoring="balanced_accuracy", checks=checks)
        assert balanced.score == pytest.approx(recall.score[:2].mean())

    def test_where_less_than_a_row_of_a_class_is_left_it_has_no_recall(self):
        X, truth = pool_of(300)
        learner = taught(X, truth, [np.arange(299)])
        for scoring in ("recall", "balanced_accuracy"):
            found = estimate_score(learner, scoring=scoring, checks=np.arange(299))
            assert np.isnan(found.score).all()

    def test_the_number_needed_is_rounded_up(self):
        X, truth = pool_of()
        rows = np.r_[np.arange(0, 60, 3), np.arange(1, 60, 3), [2, 5, 8]]
        learner = taught(X, truth, [rows])
        found = estimate_score(learner, scoring="recall", checks=rows)
        assert found.n_needed == 144  # 10 of the class that is 3 of 43


class TestFromALearner:
    def test_of_rows_that_a_strategy_chose_none_is_a_check(self):
        strategy = WithChecks("margin", share=0.5)
        learner = ActiveLearner(GaussianNB(), strategy, batch_size=10, random_state=0)
        learner.start(X, np.where(np.arange(300) < 6, TRUTH, -1))
        for _ in range(3):
            query = learner.query()
            learner.teach(query, TRUTH[query.indices])
        reasons = [why for record in learner.history_ for why in record.reasons]
        assert reasons.count("check") == estimate_score(learner).n_checks == 15

    def test_checks_from_before_rows_were_added_are_of_the_old_rows_alone(self):
        learner = ActiveLearner(GaussianNB(), "random", batch_size=12, random_state=0)
        learner.start(X[:200])
        query = learner.query()
        learner.teach(query, TRUTH[query.indices])
        assert estimate_score(learner).n_checks == 12
        learner.extend(X[200:])
        assert estimate_score(learner).n_checks == 0
        query = learner.query()
        learner.teach(query, TRUTH[query.indices])
        assert estimate_score(learner).n_checks == 12

    def test_a_check_whose_label_is_taken_back_counts_no_more(self):
        learner = ActiveLearner(GaussianNB(), "random", batch_size=12, random_state=0)
        learner.start(X, np.where(np.arange(300) < 6, TRUTH, -1))
        query = learner.query()
        learner.teach(query, TRUTH[query.indices])
        learner.relabel(query.indices[:2], [None, None])
        assert estimate_score(learner).n_checks == 10
        learner.relabel([0], [None])  # no check, and from before them
        assert estimate_score(learner).n_checks == 10

    def test_plain_wilson_where_confidence_tells_nothing(self):
        X, truth = pool_of()
        X[:, 1] = 0.9
        learner = taught(X, truth, [range(0, 400, 20)])
        found = estimate_score(learner, checks=range(0, 400, 20))
        right = X[::20, 0] == truth[::20]
        n_effective = 20 / (1 - 20 / 400) / 1.07**2  # the model has seen checks
        low, high = wilson(right.mean(), n_effective, quantile(0.95, 20))
        then = np.array([right.mean(), low, high])
        expected = np.clip((400 * then - right.sum()) / 380, 0, 1)
        assert [found.score, found.low, found.high] == pytest.approx(expected)
        assert found.method == "wilson"

    def test_confidence_that_goes_with_the_truth_narrows_the_interval(self):
        X, truth = pool_of(1000)
        rows = np.random.RandomState(3).permutation(1000)[:80]
        widths = {}
        for name, sure in {"tells": X[:, 1], "does not": np.full(1000, 0.9)}.items():
            learner = taught(np.column_stack([X[:, 0], sure]), truth, [rows])
            found = estimate_score(learner, checks=rows)
            widths[name] = found.high - found.low
        assert widths["tells"] < 0.95 * widths["does not"]

    def test_asked_rows_are_taken_out_of_what_checks_say(self):
        X, truth = pool_of()
        wrong = np.flatnonzero(X[:, 0] != truth)
        rows = np.random.RandomState(3).permutation(400)
        checks = rows[:40]
        asked = np.setdiff1d(wrong, checks)  # a strategy that finds all mistakes
        learner = taught(X, truth, [checks, asked])
        found = estimate_score(learner, checks=checks)
        plain = np.mean(X[checks, 0] == truth[checks])
        assert plain < 0.85
        assert found.score > 0.93  # of the rows left, all are right
        assert found.high == 1

    @pytest.mark.parametrize(("right", "score"), [(1.0, 1), (0.0, 0)])
    def test_where_all_checks_are_right_or_all_wrong_there_is_an_interval(
        self, right, score
    ):
        X, truth = pool_of(right=right)
        rows = np.random.RandomState(0).permutation(400)[:30]
        found = estimate_score(taught(X, truth, [rows]), checks=rows)
        assert found.score == pytest.approx(score)
        assert 0.05 < found.high - found.low < 0.15

    def test_ten_checks_of_a_class_are_enough_and_nine_are_not(self):
        X, truth = pool_of()
        for n, known in ((10, True), (9, False)):
            rows = np.r_[
                np.arange(0, 60, 3)[:n], np.arange(1, 60, 3), 2 + 3 * np.arange(12)
            ]
            found = estimate_score(
                taught(X, truth, [rows]), scoring="recall", checks=rows
            )
            assert np.isnan(found.score).tolist() == [not known, False, False]

    @pytest.mark.parametrize("n_checks", [0, 3, 9])
    def test_fewer_than_ten_checks_give_no_figure(self, n_checks):
        X, truth = pool_of()
        learner = taught(X, truth, [range(30)])
        found = estimate_score(learner, checks=np.arange(n_checks))
        assert np.isnan([found.score, found.low, found.high, found.baseline]).all()
        assert (found.n_checks, found.n_needed) == (n_checks, 10)
        assert found.method == "none"

    def test_a_class_with_few_checks_has_no_figure_and_says_how_many_it_takes(self):
        X, truth = pool_of()
        rows = np.r_[np.arange(0, 60, 3), np.arange(1, 60, 3), [2, 5]]
        learner = taught(X, truth, [rows])
        found = estimate_score(learner, scoring="recall", checks=rows)
        assert np.isnan(found.score).tolist() == [False, False, True]
        assert found.n_needed == 210  # 10 of the class that is 2 of 42
        balanced = estimate_score(learner, scoring="balanced_accuracy", checks=rows)
        assert balanced.score > 0
        rows = rows[:-1]
        learner = taught(X, truth, [rows])
        balanced = estimate_score(learner, scoring="balanced_accuracy", checks=rows)
        assert np.isnan(balanced.score)
        assert balanced.n_needed == 82

    def test_what_random_sampling_asked_are_checks_and_initial_labels_are_not(self):
        learner = ActiveLearner(GaussianNB(), "random", batch_size=12, random_state=0)
        learner.start(X, np.where(np.arange(300) < 6, TRUTH, -1))
        query = learner.query()
        learner.teach(query, TRUTH[query.indices])
        assert estimate_score(learner).n_checks == 12
        named = estimate_score(learner, checks=query.indices)
        assert estimate_score(learner) == named

    def test_it_is_of_models_without_the_label(self):
        rng = np.random.RandomState(0)
        noise, y = rng.randn(200, 30), np.arange(200) % 2  # nothing can be learned
        learner = ActiveLearner(LogisticRegression(C=1e6), "random").start(noise)
        learner.teach(range(40), y[:40])
        assert learner.estimator_.score(noise[:40], y[:40]) == 1
        found = estimate_score(learner, checks=range(40))
        assert found.low < 0.5 < found.high

    def test_a_transductive_model_is_judged_by_its_transduction(self):
        X, truth = load_digits(return_X_y=True)
        X, truth = X[:300], truth[:300]
        model = LabelSpreading(kernel="knn", n_neighbors=5)
        learner = ActiveLearner(model, "random", random_state=0).start(X)
        rows = np.random.RandomState(0).permutation(300)
        learner.teach(rows[:60], truth[rows[:60]])
        found = estimate_score(learner, checks=rows[:60])
        left = rows[60:]
        truly = np.mean(learner.transduction_[left] == truth[left])
        assert found.low <= truly <= found.high

    @pytest.mark.parametrize("names", [np.array(["a", "b", "c"]), np.array([5, 7, 9])])
    def test_labels_may_be_texts_or_any_numbers(self, names):
        rows = np.random.RandomState(0).permutation(300)[:50]
        found = {}
        for kind, y in {"codes": TRUTH, "names": names[TRUTH]}.items():
            learner = ActiveLearner(GaussianNB(), "random", random_state=0)
            learner.start(X).teach(rows, y[rows])
            found[kind] = estimate_score(learner, checks=rows)
        assert found["names"].classes.tolist() == names.tolist()
        del found["names"]["classes"], found["codes"]["classes"]
        assert found["names"] == found["codes"]

    def test_nothing_is_changed_and_twice_is_the_same(self):
        rows = np.random.RandomState(0).permutation(300)[:50]
        learner = ActiveLearner(GaussianNB(), "random").start(X)
        learner.teach(rows, TRUTH[rows])
        before, state = learner.estimator_, np.random.get_state()[1].copy()
        first = estimate_score(learner, checks=rows)
        assert estimate_score(learner, checks=rows) == first
        assert learner.estimator_ is before
        assert np.array_equal(np.random.get_state()[1], state)


class TestRefusals:
    def learner(self):
        learner = ActiveLearner(GaussianNB(), "random").start(X)
        return learner.teach(range(20), TRUTH[:20])

    def test_without_a_model(self):
        with pytest.raises(NotFittedError):
            estimate_score(ActiveLearner(GaussianNB()))

    def test_rows_without_a_label_are_no_checks(self):
        with pytest.raises(ValueError, match=r"rows \[21\] are not checks"):
            estimate_score(self.learner(), checks=[0, 21])

    def test_log_loss_of_what_is_no_probability(self):
        learner = ActiveLearner(LinearSVC(), "random").start(X)
        learner.teach(range(20), TRUTH[:20])
        assert estimate_score(learner, checks=range(20)).score > 0
        with pytest.raises(ValueError, match="LinearSVC has no predict_proba"):
            estimate_score(learner, scoring="neg_log_loss", checks=range(20))

    def test_where_no_row_is_left(self):
        learner = self.learner()
        learner.teach(range(20, 300), TRUTH[20:])
        with pytest.raises(ValueError, match="No row is left"):
            estimate_score(learner)

    @pytest.mark.parametrize(
        ("name", "value"), product(["scoring", "confidence"], ["f1", 1.0, None])
    )
    def test_parameters_are_checked(self, name, value):
        with pytest.raises(ValueError, match=f"'{name}' parameter of estimate_score"):
            estimate_score(self.learner(), **{name: value})


class TestWhichChecksCount:
    """Those whose label in force was drawn at random, from all rows that there are."""

    @staticmethod
    def asked_at_random(n_rounds, n_rows=300, n_declined=0):
        """Return a learner that asked three checks a round."""
        strategy = WithChecks("margin", share=0.5)
        learner = ActiveLearner(GaussianNB(), strategy, batch_size=6, random_state=0)
        learner.start(X[:n_rows], np.where(np.arange(n_rows) < 9, TRUTH[:n_rows], -1))
        for _ in range(n_rounds):
            query = learner.query()
            answers = TRUTH[query.indices].astype(object)
            answers[:n_declined] = None
            learner.teach(query, answers)
        return learner

    def test_a_label_that_is_taken_back_costs_no_other_check(self):
        learner = self.asked_at_random(5)
        first = learner.history_[0].rows[-1]
        assert estimate_score(learner).n_checks == 15
        learner.relabel([first], [None])
        assert estimate_score(learner).n_checks == 14

    def test_a_row_that_is_taught_after_it_was_declined_costs_no_check(self):
        learner = self.asked_at_random(5, n_declined=1)
        declined = [record.rows[0] for record in learner.history_]
        learner.teach(declined, TRUTH[declined])
        assert estimate_score(learner).n_checks == 15

    def test_a_check_that_was_taken_back_and_taught_by_hand_is_none(self):
        learner = self.asked_at_random(5)
        check = learner.history_[0].rows[-1]
        learner.relabel([check], [None])
        learner.teach([check], TRUTH[[check]])
        assert estimate_score(learner).n_checks == 14

    @pytest.mark.parametrize("n_declined", [0, 2])
    def test_none_counts_from_before_more_rows_came(self, n_declined):
        # Fewer rows than were labeled or declined meanwhile, so that counts alone
        # could not tell.
        learner = self.asked_at_random(5, 299, n_declined).extend(X[299:])
        assert estimate_score(learner).n_checks == 0
        query = learner.query()
        learner.teach(query, TRUTH[query.indices])
        assert estimate_score(learner).n_checks == 3


class TestFewLabelsOfAClass:
    """29 labels of one class and 1 of another, as rare events have it."""

    CODES = np.array([0] * 29 + [1])

    def learner_of(self, estimator):
        y = np.full(60, -1)
        y[:30] = self.CODES
        rows = np.column_stack([np.arange(60) % 30 // 29, np.arange(60)]) * 1.0
        learner = ActiveLearner(estimator, "random", random_state=0)
        return learner.start(rows, y)

    @pytest.mark.parametrize("estimator", [LogisticRegression(), LinearSVC()])
    def test_the_only_label_of_a_class_is_a_check_that_the_model_gets_wrong(
        self, estimator
    ):
        learner = self.learner_of(estimator)
        found = estimate_score(learner, checks=range(30))
        expected = np.array(wilson(29 / 30, 60 / 1.07**2, quantile(0.95, 30)))
        assert found.score == pytest.approx(29 / 30)
        # All labels are checks: the ends are of the mean over all 60 rows, moved.
        moved = np.clip((60 * expected - 29) / 30, 0, 1)
        assert [found.low, found.high] == pytest.approx(moved.tolist())

    def test_an_estimator_that_needs_more_labels_of_each_class_is_named_with_why(self):
        y = np.full(60, -1)
        y[:30] = np.arange(30) >= 27
        model = CalibratedClassifierCV(GaussianNB(), cv=3)
        learner = ActiveLearner(model, "random").start(X[:60], y)
        with pytest.raises(ValueError, match=r"without some of the labels.*3-fold"):
            estimate_score(learner, checks=range(30))


def test_what_is_no_learner_is_refused_by_name():
    with pytest.raises(TypeError, match=r"takes an ActiveLearner.*got a GaussianNB"):
        estimate_score(GaussianNB())
