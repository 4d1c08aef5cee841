"""What graph herding costs: a label, as a ratio to an entropy score; its kernel.

    python doc/benchmarks/bench_herding.py [--sizes 1797 20000] [--labels 60]

One process, in turn: herding takes in the last label and names the next row; the
entropy of class distributions of the same pool is computed, nothing else. The kernel is
compared with one fit of scikit-learn's LabelSpreading(kernel="knn").
"""

import argparse
import warnings
from time import perf_counter

import numpy as np
import sklearn
from sklearn.datasets import load_digits, make_blobs
from sklearn.semi_supervised import LabelSpreading

from sklearn_active import ActiveLearner
from sklearn_active._loop.run import run_of
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.query_strategies import EntropySampling, GraphUncertaintyHerding


class Given:
    """A pool of which only the distributions are looked at."""

    masses = None

    def __init__(self, proba):
        self.proba = proba


def timed(function, *args):
    began = perf_counter()
    result = function(*args)
    return perf_counter() - began, result


def pool_of(n_rows):
    if n_rows == 1797:
        return load_digits(return_X_y=True)
    return make_blobs(n_rows, 20, centers=10, cluster_std=4, random_state=0)


def measure(n_rows, n_kept, n_labels):
    X, truth = pool_of(n_rows)
    y = np.full(n_rows, -1)
    y[:2] = truth[:2]
    strategy = GraphUncertaintyHerding(n_kept=n_kept)
    learner = ActiveLearner(GraphLabelSpreading(), strategy, random_state=None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        learner.start(X, y)
        LabelSpreading(kernel="knn").fit(X, y)  # warms up
        t_fit, _ = timed(LabelSpreading(kernel="knn").fit, X, y)
    pool = run_of(learner).view()
    t_kernel, _ = timed(learner.query_strategy_.utilities, pool)
    entropy = EntropySampling()
    herding, scores = [], []
    for _ in range(n_labels):
        pool = run_of(learner).view()
        t, (rows, _) = timed(learner.query_strategy_.select, pool, 1)
        herding.append(t)
        given = Given(learner.estimator_.label_distributions_)
        scores.append(min(timed(entropy.utilities, given)[0] for _ in range(3)))
        learner.teach(rows, truth[rows])
    m = learner.query_strategy_._n_kept(n_rows)
    ratio = np.median(herding) / np.median(scores)
    print(
        f"{n_rows:>7} {m:>5} {1e3 * np.median(herding):>10.3f} "
        f"{1e3 * np.median(scores):>10.3f} {ratio:>7.2f} {t_kernel:>9.2f} "
        f"{t_kernel / t_fit:>9.1f}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=[1797, 20_000])
    parser.add_argument("--labels", type=int, default=60)
    args = parser.parse_args()
    print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}")
    print("   rows  kept  label, ms  entropy, ms  ratio  kernel, s  to a fit")
    for n_rows in args.sizes:
        for n_kept in (100, None):
            measure(n_rows, n_kept, args.labels)


if __name__ == "__main__":
    main()
