"""Time the active-learning loop against the same loop written by hand.

Both ask five digits per round and fit LabelSpreading once before each round and once
after the last. They run in turn in one process, the order swapped each time.

    python doc/benchmarks/bench_loop.py
    python doc/benchmarks/bench_loop.py --n-rows 1797 --rounds 40 --repeats 5

With --kernel knn the labels reach only a part of the rows. The entropy of the others
is NaN in the hand-written loop, and their order an accident of the sort, so the two
ask different rows; the warnings about it are silenced.
"""

import argparse
import gc
import platform
import warnings
from statistics import median
from time import perf_counter

import numpy as np
import sklearn
from scipy.stats import entropy
from sklearn.datasets import load_digits
from sklearn.semi_supervised import LabelSpreading

from sklearn_active import ActiveLearner

N_LABELED = 40
BATCH_SIZE = 5
# In the classic loop (330 rows, 5 rounds, rbf) rounding decides the last row asked.
NEAR_TIE = {69, 155}


def hand_written_loop(kernel, X, truth, n_rounds):
    """Ask with scikit-learn, scipy and numpy alone; return the rows of each round."""
    unlabeled = np.arange(len(X)) >= N_LABELED
    asked = []
    for _ in range(n_rounds):
        y_train = np.where(unlabeled, -1, truth)
        model = LabelSpreading(kernel=kernel, gamma=0.25, max_iter=20)
        model.fit(X, y_train)
        order = np.argsort(entropy(model.label_distributions_, axis=1))[::-1]
        rows = order[unlabeled[order]][:BATCH_SIZE]
        unlabeled[rows] = False
        asked.append(rows)
    y_train = np.where(unlabeled, -1, truth)
    LabelSpreading(kernel=kernel, gamma=0.25, max_iter=20).fit(X, y_train)
    return asked


def learner_loop(kernel, X, truth, n_rounds):
    """Ask with an ActiveLearner; return the rows of each round."""
    y = np.where(np.arange(len(X)) < N_LABELED, truth, -1)
    learner = ActiveLearner(
        LabelSpreading(kernel=kernel, gamma=0.25, max_iter=20),
        oracle=lambda query: truth[query.indices],
        batch_size=BATCH_SIZE,
        budget=BATCH_SIZE * n_rounds,
    )
    return [record.rows for record in learner.fit(X, y).history_]


LOOPS = {"hand-written": hand_written_loop, "ActiveLearner": learner_loop}


def timed(loop, *args):
    """Return what a loop asked and the milliseconds that it took."""
    gc.collect()
    began = perf_counter()
    asked = loop(*args)
    return asked, 1000 * (perf_counter() - began)


def n_equal_rounds(one, other):
    """Return how many rounds, from the first, asked the same rows in order."""
    equal = [np.array_equal(a, b) for a, b in zip(one, other, strict=True)]
    return equal.index(False) if False in equal else len(equal)


def assert_same_rows(one, other):
    """Fail where two loops asked other rows, but for the last row of the last batch."""
    one, other = np.concatenate(one), np.concatenate(other)
    np.testing.assert_array_equal(one[:-1], other[:-1])
    last = {int(one[-1]), int(other[-1])}
    assert len(last) == 1 or last == NEAR_TIE, f"last rows asked: {last}"


def main():
    """Run both loops in turn and print the medians."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--n-rows", type=int, default=330)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kernel", choices=["rbf", "knn"], default="rbf")
    args = parser.parse_args()
    if args.kernel == "knn":
        warnings.simplefilter("ignore")

    digits = load_digits()
    rows = np.arange(len(digits.data))
    np.random.RandomState(0).shuffle(rows)
    X, truth = digits.data[rows[: args.n_rows]], digits.target[rows[: args.n_rows]]
    if len(X) < N_LABELED + BATCH_SIZE * args.rounds:
        parser.error(f"{len(X)} rows are too few for {args.rounds} rounds")

    asked, times = {}, {name: [] for name in LOOPS}
    for loop in LOOPS.values():  # a first call pays for what is loaded once
        loop(args.kernel, X, truth, args.rounds)
    for repeat in range(args.repeats):
        for name in sorted(LOOPS, reverse=bool(repeat % 2)):
            asked[name], ms = timed(LOOPS[name], args.kernel, X, truth, args.rounds)
            times[name].append(ms)
        if args.kernel == "rbf" and (len(X), args.rounds) == (330, 5):
            assert_same_rows(*asked.values())

    print(
        f"python {platform.python_version()}, numpy {np.__version__}, "
        f"scikit-learn {sklearn.__version__}"
    )
    print(
        f"{len(X)} digits, {args.kernel} kernel, {args.rounds} rounds of {BATCH_SIZE}, "
        f"{args.rounds + 1} fits, median of {args.repeats} runs"
    )
    medians = {name: median(times[name]) for name in LOOPS}
    for name, ms in medians.items():
        print(f"{name:>14}: {ms:8.2f} ms  (fastest {min(times[name]):.2f} ms)")
    ratio = medians["ActiveLearner"] / medians["hand-written"]
    pairs = zip(times["ActiveLearner"], times["hand-written"], strict=True)
    of_pairs = median(learner / by_hand for learner, by_hand in pairs)
    print(
        f"{'ratio':>14}: {ratio:8.3f}     (median of the pairs' ratios {of_pairs:.3f})"
    )
    n_equal = n_equal_rounds(*asked.values())
    print(f"the same rows were asked in the first {n_equal} of {args.rounds} rounds")


if __name__ == "__main__":
    main()
