"""Both classic digits examples, held to what they print."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.metrics import classification_report, confusion_matrix
from sklearn.semi_supervised import LabelSpreading

from sklearn_active import ActiveLearner

REFERENCE = json.loads((Path(__file__).parent / "data" / "digits.json").read_text())


def digits(seed, n_rows, n_labeled):
    X, target = load_digits(return_X_y=True)
    rows = np.arange(len(X))
    np.random.RandomState(seed).shuffle(rows)
    X, truth = X[rows[:n_rows]], target[rows[:n_rows]]
    y = truth.copy()
    y[n_labeled:] = -1
    return X, y, truth


def spreading(max_iter=20):
    return LabelSpreading(gamma=0.25, max_iter=max_iter)


def assert_round_is_as_printed(learner, truth, expected):
    unlabeled = learner.y_ == -1
    predicted = learner.transduction_[unlabeled]
    assert np.count_nonzero(~unlabeled) == expected["n_labeled"]
    assert np.count_nonzero(unlabeled) == expected["n_unlabeled"]
    assert np.sum(predicted == truth[unlabeled]) == expected["hits"]
    assert np.mean(predicted == truth[unlabeled]).round(4) == expected["accuracy"]
    matrix = confusion_matrix(truth[unlabeled], predicted, labels=learner.classes_)
    np.testing.assert_array_equal(matrix, expected["confusion_matrix"])
    assert_report_is_as_printed(truth[unlabeled], predicted, expected["printed_report"])


def assert_report_is_as_printed(truth, predicted, printed):
    report = classification_report(truth, predicted, output_dict=True)
    for digit, (precision, recall, f1, support) in printed.items():
        row = report[digit]
        shown = [round(row[key], 2) for key in ("precision", "recall", "f1-score")]
        assert [*shown, row["support"]] == [precision, recall, f1, support], digit


def assert_rows_are_as_asked(query, predicted, truth, expected):
    # 3e-15 of its entropy decides the last row of the last batch.
    near_tie = {69: 155, 155: 69}
    asked, printed = query.indices.tolist(), expected["queried_rows"]
    assert asked[:4] == printed[:4]
    assert asked[4] in {printed[4], near_tie.get(printed[4])}
    assert predicted[:4].tolist() == expected["predicted"][:4]
    assert truth[query.indices][:4].tolist() == expected["true"][:4]


class TestActiveLearning:
    expected = REFERENCE["digits_active_learning"]["rounds"]

    def test_the_oracle_loop_prints_the_numbers_of_the_classic_example(self):
        X, y, truth = digits(0, 330, 40)
        seen = []

        def oracle(query):
            assert_round_is_as_printed(learner, truth, self.expected[len(seen)])
            predicted = learner.transduction_[query.indices]
            assert_rows_are_as_asked(query, predicted, truth, self.expected[len(seen)])
            seen.append(query)
            return truth[query.indices]

        learner = ActiveLearner(spreading(), oracle=oracle, batch_size=5, budget=25)
        learner.fit(X, y)
        assert len(seen) == 5
        assert [record.n_labeled for record in learner.history_] == [45, 50, 55, 60, 65]
        assert learner.termination_condition_ == "budget"

    def test_the_step_by_step_loop_prints_them_too(self):
        X, y, truth = digits(0, 330, 40)
        learner = ActiveLearner(spreading(), batch_size=5).start(X, y)
        for expected in self.expected:
            assert_round_is_as_printed(learner, truth, expected)
            query = learner.query()
            predicted = learner.transduction_[query.indices]
            assert_rows_are_as_asked(query, predicted, truth, expected)
            learner.teach(query, truth[query.indices])


class TestPerformance:
    expected = REFERENCE["digits_performance"]

    @pytest.mark.parametrize("method", ["fit", "start"])
    def test_the_plain_fit_prints_the_numbers_of_the_classic_example(self, method):
        X, y, truth = digits(2, 340, 40)
        learner = getattr(ActiveLearner(spreading()), method)(X, y)
        predicted, true = learner.transduction_[40:], truth[40:]
        assert np.sum(predicted == true) == self.expected["hits"]
        matrix = confusion_matrix(true, predicted, labels=learner.classes_)
        np.testing.assert_array_equal(matrix, self.expected["confusion_matrix"])
        assert_report_is_as_printed(true, predicted, self.expected["printed_report"])
        printed = self.expected["top_10_most_uncertain_rows_ascending"]
        assert learner.query(batch_size=10).indices[::-1].tolist() == printed

    def test_an_oracle_sees_the_same_rows_first(self):
        X, y, truth = digits(2, 340, 40)
        oracle = lambda query: truth[query.indices]  # noqa: E731
        learner = ActiveLearner(spreading(), oracle=oracle, batch_size=10, budget=10)
        rows = learner.fit(X, y).history_[0].rows
        printed = self.expected["top_10_most_uncertain_rows_ascending"]
        assert rows[::-1].tolist() == printed


class TestPerformanceOf2012:
    expected = REFERENCE["digits_performance_2012"]

    def test_four_iterations_print_what_the_page_of_2012_printed(self):
        X, y, truth = digits(0, 330, 30)
        with pytest.warns(Warning, match="max_iter=4 was reached"):
            learner = ActiveLearner(spreading(max_iter=4)).fit(X, y)
        assert learner.classes_.tolist() == self.expected["classes"]
        assert np.sum(learner.transduction_[30:] == truth[30:]) == self.expected["hits"]
        matrix = confusion_matrix(
            truth[30:], learner.transduction_[30:], labels=learner.classes_
        )
        np.testing.assert_array_equal(matrix, self.expected["confusion_matrix"])

    def test_it_goes_on_with_an_oracle_that_reveals_the_class_nobody_had_seen(self):
        X, y, truth = digits(0, 330, 30)
        classes_when_asked = []

        def oracle(query):
            classes_when_asked.append(query.classes.tolist())
            assert query.proba.shape == (len(query), len(query.classes))
            return truth[query.indices]

        learner = ActiveLearner(spreading(), oracle=oracle, batch_size=5, budget=60)
        learner.fit(X, y)
        assert classes_when_asked[0] == self.expected["classes"]
        assert learner.classes_.tolist() == list(range(10))
        assert learner.predict_proba(X).shape == (330, 10)
        assert 3 in learner.transduction_

    def test_it_goes_on_step_by_step_when_a_three_is_taught(self):
        X, y, truth = digits(0, 330, 30)
        learner = ActiveLearner(spreading()).start(X, y)
        a_three = np.flatnonzero(truth == 3)[:1]
        assert 3 not in learner.classes_
        learner.teach(a_three, truth[a_three])
        assert learner.classes_.tolist() == list(range(10))
        assert learner.transduction_[a_three] == 3
