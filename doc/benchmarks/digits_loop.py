"""Ask for 50 digits, print the loop, and draw its learning curve.

The pool is that of the classic example: 330 digits, 40 of them labeled. Each round
asks for five by entropy. Beside it the same loop asks at random, with ten seeds, and
graph herding asks from no label on.

    python doc/benchmarks/digits_loop.py [digits_loop.png]
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.semi_supervised import LabelSpreading

from sklearn_active import ActiveLearner

N_LABELED, BATCH_SIZE, N_ROUNDS, N_SEEDS = 40, 5, 10, 10
# Told apart by color-blind readers, too.
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"


def classic_pool():
    """Return the 330 digits of the classic example and their true labels."""
    digits = load_digits()
    rows = np.arange(len(digits.data))
    np.random.RandomState(0).shuffle(rows)
    return digits.data[rows[:330]], digits.target[rows[:330]]


def run(query_strategy, X, truth, n_start=N_LABELED, random_state=None, report=None):
    """Return the numbers of labels and the accuracies on the unlabeled rows."""
    n_end = N_LABELED + BATCH_SIZE * N_ROUNDS
    learner = ActiveLearner(
        LabelSpreading(gamma=0.25, max_iter=20),
        query_strategy,
        batch_size=BATCH_SIZE,
        random_state=random_state,
    )
    learner.start(X, np.where(np.arange(len(X)) < n_start, truth, -1))
    curve = [accuracy_of(learner, truth)]
    while curve[-1][0] < n_end:
        query = learner.query()
        if report:
            report(*curve[-1], query)
        learner.teach(query, truth[query.indices])
        curve.append(accuracy_of(learner, truth))
    if report:
        report(*curve[-1])
    return np.transpose(curve)


def accuracy_of(learner, truth):
    """Return the number of labels and the accuracy on the rows without one."""
    unlabeled = learner.y_ == -1
    if not hasattr(learner, "estimator_"):
        return 0, np.nan
    hits = learner.transduction_[unlabeled] == truth[unlabeled]
    return np.count_nonzero(~unlabeled), np.mean(hits)


def print_round(n_labels, accuracy, query=None):
    """Print one line: how good the model is, and what it asks."""
    number = query.round if query else "end"
    asked = " ".join(f"{row:3d}" for row in query.indices) if query else ""
    print(f"{number:>5}  {n_labels:6d}  {accuracy:8.3f}  {asked}".rstrip())


def draw(n_labels, entropy, random, herding, path):
    """Save the learning curves; `random` has one row a seed."""
    fig, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
    ax.fill_between(
        n_labels, random.min(axis=0), random.max(axis=0), color=ORANGE, alpha=0.15, lw=0
    )
    ax.plot(n_labels, random.mean(axis=0), "s--", color=ORANGE, markersize=4)
    ax.plot(n_labels, entropy, "o-", color=BLUE, markersize=5)
    ax.plot(*herding, "^-", color=GREEN, markersize=5)
    ax.annotate("graph herding,\nfrom no label on", (16, 0.8), color=GREEN)
    ax.annotate(
        "entropy, from 40 labels on",
        (n_labels[1], entropy[1]),
        (90, 0.79),
        arrowprops={"arrowstyle": "-", "color": BLUE},
        ha="right",
        color=BLUE,
    )
    ax.annotate(
        f"at random: mean and range of {len(random)} seeds",
        (n_labels[2], random[:, 2].min()),
        (90, 0.7),
        arrowprops={"arrowstyle": "-", "color": ORANGE},
        ha="right",
        color=ORANGE,
    )
    ax.set(
        xlabel="digits labeled, of 330",
        ylabel="accuracy on the unlabeled digits",
        ylim=(None, 1),
    )
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="y", alpha=0.3)
    fig.savefig(path, dpi=150)


def main():
    """Run the loop, print it, and draw it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "picture", nargs="?", type=Path, default=Path("digits_loop.png")
    )
    path = parser.parse_args().picture

    X, truth = classic_pool()
    print("round  labels  accuracy  rows asked (entropy)")
    n_labels, entropy = run("entropy", X, truth, report=print_round)
    n_labels = n_labels.astype(int)
    random = np.array(
        [run("random", X, truth, random_state=seed)[1] for seed in range(N_SEEDS)]
    )
    print(f"\nat random, mean of {N_SEEDS} seeds")
    print("  labels", *(f"{n:5d}" for n in n_labels))
    print("accuracy", *(f"{a:5.3f}" for a in random.mean(axis=0)))
    herding = run("graph_herding", X, truth, n_start=0)
    print("\ngraph herding, from no label on")
    print("  labels", *(f"{n:5.0f}" for n in herding[0, 3:14:2]))
    print("accuracy", *(f"{a:5.3f}" for a in herding[1, 3:14:2]))
    draw(n_labels, entropy, random, herding, path)
    print(f"\nThe learning curve is in {path}.")


if __name__ == "__main__":
    main()
