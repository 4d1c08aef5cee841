"""Few labels, on the digits: small versions of doc/benchmarks/label_efficiency.py."""

import warnings

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.semi_supervised import LabelSpreading

from sklearn_active import ActiveLearner
from sklearn_active.graph import GraphLabelSpreading

DIGITS, TARGET = load_digits(return_X_y=True)


def accuracies(learner, truth, n_rounds):
    """Yield the number of labels and the accuracy on the others, before each round."""
    for _ in range(n_rounds):
        left = learner.labeled_iter_ < 0
        if hasattr(learner, "estimator_"):
            yield np.sum(~left), np.mean(learner.transduction_[left] == truth[left])
        query = learner.query()
        learner.teach(query, truth[query.indices])


def labels_to(level, curve):
    """Return the first of three numbers of labels in a row that reach the level."""
    n_labels, reached = zip(*[(n, a >= level) for n, a in curve], strict=True)
    return next(n for i, n in enumerate(n_labels) if all(reached[i : i + 3]))


@pytest.mark.parametrize("start", [None, 0, 1])
def test_all_digits_need_at_most_fifteen_labels(start):
    y = np.full(1797, -1)
    if start is not None:
        row = np.random.RandomState(start).randint(1797)
        y[row] = TARGET[row]
    reference = 0.9861  # exact leave-one-out accuracy with all labels
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # components without a label
        learner = ActiveLearner(GraphLabelSpreading(), "graph_herding").start(DIGITS, y)
        curve = list(accuracies(learner, TARGET, 20))
    assert labels_to(0.95 * reference, curve) <= (14 if start is None else 15)


def test_the_classic_digits_are_better_than_by_entropy_from_the_same_forty():
    rows = np.arange(1797)
    np.random.RandomState(0).shuffle(rows)
    X, truth = DIGITS[rows[:330]], TARGET[rows[:330]]
    y = np.where(np.arange(330) < 40, truth, -1)
    model = LabelSpreading(gamma=0.25, max_iter=20)
    learner = ActiveLearner(model, "graph_herding", batch_size=5).start(X, y)
    curve = dict(accuracies(learner, truth, 6))
    assert curve[60] >= 0.97
    assert curve[65] >= 0.975
