"""Time a learning curve against the same one written by hand.

    python doc/benchmarks/bench_curve.py [--rows 600] [--repeats 5]

Both start from the same 20 labels per split, ask five digits per round by margin, fit
once per round, and score every model on the held-out rows. They run in turn in one
process; the ratio is that of the fastest runs. By hand each round is a new fit; a
learner keeps the graph.

A question of a session is timed beside it, without the refit.
"""

import argparse
import platform
import warnings
from time import process_time

import numpy as np
import sklearn
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.semi_supervised import LabelSpreading

from sklearn_active import ActiveLearner
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.labeling import LabelingSession
from sklearn_active.model_selection import active_learning_curve

BATCH, BUDGET, N_START = 5, 50, 20
ESTIMATORS = {
    "LogisticRegression": LogisticRegression(C=0.1, tol=1e-3),
    "LabelSpreading": LabelSpreading(gamma=64, max_iter=20),
    "GraphLabelSpreading": GraphLabelSpreading(),
}


class Never:
    """An executor that runs the first refit only."""

    def __init__(self):
        self.ran = False

    def submit(self, function):
        if not self.ran:
            self.ran = True
            function()


def by_hand(estimator, X, truth, start, splits):
    """Return the scores of each split, with scikit-learn and numpy alone."""
    every_row = not isinstance(estimator, LogisticRegression)
    return [
        split_by_hand(estimator, X[train], truth[train], start[train], test, every_row)
        for train, held_out in splits
        for test in [(X[held_out], truth[held_out])]
    ]


def split_by_hand(estimator, X, truth, start, test, every_row):
    known, scores = start.copy(), []
    while True:
        model = clone(estimator)
        if every_row:
            model.fit(X, np.where(known, truth, -1))
            proba = model.label_distributions_[~known]
        else:
            model.fit(X[known], truth[known])
            proba = model.predict_proba(X[~known])
        scores.append(model.score(*test))
        if known.sum() - start.sum() == BUDGET:
            return scores
        best = np.sort(np.partition(proba, -2, axis=1)[:, -2:], axis=1)
        asked = np.argsort(best[:, 1] - best[:, 0], kind="stable")[:BATCH]
        known[np.flatnonzero(~known)[asked]] = True


def curve(estimator, X, truth, start, splits):
    learner = ActiveLearner(estimator, "margin", batch_size=BATCH)
    settings = {"initial": start, "budget": BUDGET, "cv": splits, "random_state": 0}
    return active_learning_curve(learner, X, truth, **settings).test_scores[0]


def seconds(function, *args):
    began = process_time()
    result = function(*args)
    return process_time() - began, np.mean(result)


def milliseconds_a_question(X, n_questions=200):
    """Return the fastest of many questions of a session."""
    model = GraphLabelSpreading()
    learner = ActiveLearner(model, "random", random_state=0)
    times = []
    session = LabelingSession(learner, X, classes=range(10), executor=Never())
    for _ in range(n_questions):
        began = process_time()
        query = session.ask()
        times.append(process_time() - began)
        session.skip(query.id)
    return 1000 * min(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=600)
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    warnings.simplefilter("ignore")  # label spreading that has not converged
    X, truth = load_digits(return_X_y=True)
    X, truth = X[: args.rows] / 16, truth[: args.rows]
    splits = list(StratifiedKFold(3).split(X, truth))
    start = np.zeros(len(X), dtype=bool)
    for train, _ in splits:
        start[train[np.random.RandomState(0).permutation(len(train))[:N_START]]] = True
    print(
        f"python {platform.python_version()}, numpy {np.__version__}, "
        f"scikit-learn {sklearn.__version__}; {len(X)} digits"
    )
    print("estimator              by hand, s   curve, s   ratio   mean scores")
    for name, estimator in ESTIMATORS.items():
        given = estimator, X, truth, start, splits
        runs = [
            (seconds(by_hand, *given), seconds(curve, *given))
            for _ in range(args.repeats)
        ]
        (hand, score), (ours, our_score) = np.min(runs, axis=0)
        print(
            f"{name:<20} {hand:>12.3f} {ours:>10.3f} {ours / hand:>7.2f}"
            f"   {score:.4f} {our_score:.4f}"
        )
    for n_rows in (len(X), 20_000):
        ms = milliseconds_a_question(np.random.RandomState(0).rand(n_rows, 5))
        print(f"a session's question, {n_rows} rows: {ms:.2f} ms")


if __name__ == "__main__":
    main()
