"""Ask for 50 digits, print the loop, and draw its learning curve.

The pool is that of the classic example: 330 digits, 40 of them labeled. Each round
asks for five. Beside entropy the same loop asks at random, with ten seeds.

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
BLUE, ORANGE = "#0072B2", "#D55E00"  # told apart by color-blind readers, too


def classic_pool():
    """Return the 330 digits of the classic example and their true labels."""
    digits = load_digits()
    rows = np.arange(len(digits.data))
    np.random.RandomState(0).shuffle(rows)
    return digits.data[rows[:330]], digits.target[rows[:330]]


def run(query_strategy, X, truth, random_state=None, report=None):
    """Return the numbers of labels and the accuracies on the unlabeled rows."""
    learner = ActiveLearner(
        LabelSpreading(gamma=0.25, max_iter=20),
        query_strategy,
        batch_size=BATCH_SIZE,
        random_state=random_state,
    )
    learner.start(X, np.where(np.arange(len(X)) < N_LABELED, truth, -1))
    curve = [accuracy_of(learner, truth)]
    for _ in range(N_ROUNDS):
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
    hits = learner.transduction_[unlabeled] == truth[unlabeled]
    return np.count_nonzero(~unlabeled), np.mean(hits)


def print_round(n_labels, accuracy, query=None):
    """Print one line: how good the model is, and what it asks."""
    number = query.round if query else "end"
    asked = " ".join(f"{row:3d}" for row in query.indices) if query else ""
    print(f"{number:>5}  {n_labels:6d}  {accuracy:8.3f}  {asked}".rstrip())


def draw(n_labels, entropy, random, path):
    """Save the learning curves; `random` has one row a seed."""
    fig, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
    ax.fill_between(
        n_labels, random.min(axis=0), random.max(axis=0), color=ORANGE, alpha=0.15, lw=0
    )
    ax.plot(n_labels, random.mean(axis=0), "s--", color=ORANGE, markersize=4)
    ax.plot(n_labels, entropy, "o-", color=BLUE, markersize=5)
    ax.annotate(
        "least certain first (entropy)",
        (n_labels[4], entropy[4]),
        (0, 12),
        textcoords="offset points",
        ha="center",
        color=BLUE,
    )
    ax.annotate(
        f"at random: mean and range of {len(random)} seeds",
        (n_labels[-1], random.min()),
        (0, 0),
        textcoords="offset points",
        ha="right",
        va="bottom",
        color=ORANGE,
    )
    ax.set(
        xlabel="digits labeled, of 330",
        ylabel="accuracy on the unlabeled digits",
        xticks=n_labels,
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
    draw(n_labels, entropy, random, path)
    print(f"\nThe learning curve is in {path}.")


if __name__ == "__main__":
    main()
