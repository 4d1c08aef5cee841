"""Is `forecast_labels` right when it speaks, and how often does it?

    python doc/benchmarks/forecast.py [--tabulate]

takes the single curves of results/label_efficiency.csv (60 labels, a score for each),
shows the beginning of each (20, 30 and 40 labels), asks for a score that the curve
reaches later, or for .02 more than it ever reaches, and writes results/forecast.csv and
the table of the user guide, results/forecast.inc. A score counts as reached where the
isotonic fit of the whole curve reaches it.

`error`: that of the scores as they are shown, from a test set (0), or from so many
checks that are the same all along: then they are all too high or too low by the same.

The surprise and the limits of `forecast_labels` were chosen on the sets called "tuned";
those called "apart" were looked at once, at the end.
"""

import argparse
import itertools
from pathlib import Path

import numpy as np
from results_file import append, read
from sklearn.isotonic import isotonic_regression

from sklearn_active.evaluation import forecast_labels

RESULTS = Path(__file__).parent / "results" / "forecast.csv"
TABLE = RESULTS.with_suffix(".inc")
CURVES = RESULTS.with_name("label_efficiency.csv")
TUNED = ("blobs", "circles", "digits", "moons")
APART = ("breast_cancer", "classification", "iris", "wine")
SHOWN, CHECKS, RUNS = (20, 30, 40), (None, 400, 100), 150
FIGURES = ("asked", "spoke", "error", "held", "never", "spoke_of_never", "too_soon")
FIELDS = ["sets", "checks", *FIGURES]


def curves_of(dataset):
    """Return some single curves of a set: numbers of labels, and scores."""
    lines = [line for line in read(CURVES) if line["dataset"] == dataset]
    rng = np.random.RandomState(0)
    for i in rng.choice(len(lines), RUNS, replace=False):
        n_labels, scores = (
            np.array(lines[i][name].split(), float) for name in ("n_labels", "accuracy")
        )
        yield n_labels, scores


def questions(curve, rng):
    """Yield what is shown of a curve, a target, and where the target is reached."""
    n_labels, scores = curve
    fit = isotonic_regression(scores)
    for n_shown in SHOWN:
        shown = n_labels <= n_shown
        if shown.sum() < 10 or n_labels[-1] <= n_shown:
            continue
        later = np.flatnonzero(~shown & (fit > fit[shown][-1] + 0.005))
        if len(later):
            target = fit[rng.choice(later)]
            yield shown, target, n_labels[np.argmax(fit >= target)]
        yield shown, fit[-1] + 0.02, np.inf


def line_of(kind, checks):
    """Return what became of all forecasts on the sets of a kind."""
    rng, reached, never = np.random.RandomState(0), [], []
    for dataset in TUNED if kind == "tuned" else APART:
        for curve in curves_of(dataset):
            for shown, target, truth in questions(curve, rng):
                n_labels, scores = (values[shown] for values in curve)
                error = 0.0
                if checks is not None:
                    error = np.sqrt(scores[-1] * (1 - scores[-1]) / checks)
                    scores = scores + error * rng.randn()
                found = forecast_labels(n_labels, scores, target, error=error)
                if np.isfinite(truth):
                    reached.append((found.n_labels, found.low, found.high, truth))
                else:
                    never.append((found.high, curve[0][-1]))
    return {
        "sets": kind,
        "checks": "" if checks is None else checks,
        **summary(np.array(reached), np.array(never)),
    }


def summary(reached, never):
    """Return how often it spoke, and how right it was then."""
    spoke = ~np.isnan(reached[:, 0])
    n_labels, low, high, truth = reached[spoke].T
    ends, last = never.T
    figures = (
        len(reached),
        spoke.mean(),
        np.median(np.abs(n_labels / truth - 1)),
        np.mean((low <= truth) & (truth <= high)),
        len(never),
        np.mean(~np.isnan(ends)),
        np.mean(ends < last),  # NaN is not
    )
    return {
        name: round(float(value), 4)
        for name, value in zip(FIGURES, figures, strict=True)
    }


def table(lines):
    """Return the table of the user guide."""
    text = [
        ".. csv-table:: Forecasts from the first 20, 30 and 40 labels of stored curves",
        "   :header-rows: 1",
        "   :class: figures",
        "",
        '   "sets", "scores from", "asked", "it spoke", "median error", '
        '"80 % intervals that held", "never reached: it spoke", "all of the interval '
        'too soon"',
    ]
    for line in lines:
        source = f"{line['checks']} checks" if line["checks"] else "a test set"
        cells = [line["sets"], source, str(int(float(line["asked"])))]
        shares = ("spoke", "error", "held", "spoke_of_never", "too_soon")
        cells += [f"{float(line[name]):.0%}" for name in shares]
        text.append("   " + ", ".join(cells))
    return "\n".join([*text, ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tabulate", action="store_true", help="run nothing")
    if not parser.parse_args().tabulate:
        RESULTS.unlink(missing_ok=True)
        for kind, checks in itertools.product(("tuned", "apart"), CHECKS):
            append(RESULTS, FIELDS, line_of(kind, checks))
    TABLE.write_text(table(read(RESULTS)))
    print(TABLE.read_text())


if __name__ == "__main__":
    main()
