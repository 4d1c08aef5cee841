"""What do many features and many classes cost, in seconds and in memory?

    python doc/benchmarks/wide_data.py [--only tfidf dense] [--rows N] [--tabulate]

Two pools are generated. `tfidf`: 100,000 documents of about 60 words, most of them
Zipf-distributed, the others of the topics of 100 classes, as TF-IDF (csr). `dense`:
50,000 rows of 1,000 features, 100 overlapping classes. Three rows a class are labeled;
then five a round. What is run replaces its rows in results/wide_data.csv, those of
other sizes stay; results/wide_data.inc, the tables of the user guide, follows.

Each line is a process of its own, on one thread. Seconds are processor time. Memory is
the largest resident set (ru_maxrss) less what it was when the packages were imported
and the pool was loaded: so what comes on top of the input. `fit and predict_proba` is
scikit-learn alone, without a learner: one fit on the same labels, one prediction of
the whole pool. A line that took longer than ten minutes was ended, and says so.
"""

import argparse
import csv
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np

RESULTS = Path(__file__).parent / "results" / "wide_data.csv"
TABLE = RESULTS.with_suffix(".inc")
N_CLASSES, N_WORDS, N_TOPIC_WORDS = 100, 50_000, 200
N_ROWS = {"tfidf": 100_000, "dense": 50_000}
PATIENCE = 600
ALONE = "fit and predict_proba"
ONE_BY_ONE = ("random", "entropy", "margin", "least_confident")
JOINT = ("SpreadBatch", "BadgeSampling", "graph_herding", "MaxHerding")
REDUCED = "graph_herding of 100 components"
PLAN = {
    "tfidf": {
        "MultinomialNB": (ALONE, *ONE_BY_ONE, *JOINT, REDUCED),
        "SGDClassifier": (ALONE, *ONE_BY_ONE),
        "LogisticRegression": (ALONE, *ONE_BY_ONE),
    },
    "dense": {
        "SGDClassifier": (ALONE, *ONE_BY_ONE, *JOINT),
        "LogisticRegression": (ALONE, *ONE_BY_ONE),
    },
}
LOOKS_AHEAD = "{n_rows:,} x {n_classes} fits a question; give it a subsample"
ALL_PAIRS = "needs {gb:,.0f} GB: n_rows x n_rows numbers; take GraphLabelSpreading"
NOT_RUN = {
    ("ExpectedErrorReduction", "any"): LOOKS_AHEAD,
    ("entropy", "LabelSpreading (rbf)"): ALL_PAIRS,
}
LINES = {
    kind: [(s, estimator) for estimator, own in plan.items() for s in own] + [*NOT_RUN]
    for kind, plan in PLAN.items()
}
# Processor seconds of the first question at fewer rows; its cost grows as their square.
TOO_LONG = {
    ("dense", "MaxHerding"): (5_000, 6.4),
}
MEASURED = ("start", "first_query", "next_query", "peak_mb", "peak_over_input")


def tfidf(n_rows):
    """Return TF-IDF of generated documents, made by hand as csr, and their classes."""
    from scipy import sparse
    from sklearn.feature_extraction.text import TfidfTransformer

    rng = np.random.default_rng(0)
    truth = rng.integers(N_CLASSES, size=n_rows)
    topics = rng.integers(200, N_WORDS, size=(N_CLASSES, N_TOPIC_WORDS))
    lengths = rng.poisson(60, size=n_rows)
    rows = np.repeat(np.arange(n_rows), lengths)
    share = np.cumsum(1 / np.arange(1, N_WORDS + 1))
    words = np.searchsorted(share, share[-1] * rng.random(len(rows)))
    of_topic = np.flatnonzero(rng.random(len(rows)) < 0.3)
    drawn = rng.integers(N_TOPIC_WORDS, size=len(of_topic))
    words[of_topic] = topics[truth[rows[of_topic]], drawn]
    cells, counts = np.unique(rows * N_WORDS + words, return_counts=True)
    indptr = np.searchsorted(cells, np.arange(n_rows + 1) * N_WORDS)
    counts = sparse.csr_matrix(
        (counts.astype(float), (cells % N_WORDS).astype(np.int32), indptr),
        (n_rows, N_WORDS),
    )
    return TfidfTransformer(sublinear_tf=True).fit_transform(counts), truth


def dense(n_rows, n_features=1000):
    """Return rows around the centers of their classes, and the classes."""
    rng = np.random.default_rng(0)
    truth = rng.integers(N_CLASSES, size=n_rows)
    centers = rng.normal(0, 0.3, size=(N_CLASSES, n_features))
    X = np.empty((n_rows, n_features))
    rng.standard_normal(out=X)
    for start in range(0, n_rows, 1000):
        X[start : start + 1000] += centers[truth[start : start + 1000]]
    return X, truth


def make(kind, n_rows, folder):
    """Write a pool to a folder: its own process, so that no other one has its peak."""
    X, truth = {"tfidf": tfidf, "dense": dense}[kind](n_rows)
    np.save(folder / "truth.npy", truth)
    if kind == "dense":
        np.save(folder / "X.npy", X)
    else:
        for part in ("data", "indices", "indptr"):
            np.save(folder / f"{part}.npy", getattr(X, part))


def load(folder):
    """Return the pool of a folder, and its bytes."""
    truth = np.load(folder / "truth.npy")
    if (folder / "X.npy").exists():
        X = np.load(folder / "X.npy")
        return X, truth, X.nbytes
    from scipy import sparse

    parts = [np.load(folder / f"{part}.npy") for part in ("data", "indices", "indptr")]
    X = sparse.csr_matrix(tuple(parts), (len(truth), N_WORDS))
    return X, truth, sum(part.nbytes for part in parts)


def estimator_named(name):
    from sklearn.linear_model import LogisticRegression, SGDClassifier
    from sklearn.naive_bayes import MultinomialNB

    return {
        "LogisticRegression": LogisticRegression(),
        "SGDClassifier": SGDClassifier(loss="log_loss", random_state=0),
        "MultinomialNB": MultinomialNB(alpha=0.01),
    }[name]


def strategy_named(name):
    from sklearn.decomposition import TruncatedSVD
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import Normalizer

    from sklearn_active import query_strategies

    if name == "SpreadBatch":
        return query_strategies.SpreadBatch(query_strategies.MarginSampling())
    if name == REDUCED:
        svd = make_pipeline(TruncatedSVD(100, random_state=0), Normalizer())
        return query_strategies.GraphUncertaintyHerding(transformer=svd)
    kind = getattr(query_strategies, name, None)
    return name if kind is None else kind()


def megabytes():
    """Return the largest resident set so far."""
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest / (2**20 if sys.platform == "darwin" else 2**10)


def seconds(function, *args):
    began = process_time()
    result = function(*args)
    return process_time() - began, result


def measure(folder, strategy, estimator):
    """Return what one line of the table measures."""
    from sklearn_active import ActiveLearner

    model = estimator_named(estimator)
    learner = ActiveLearner(
        model, "random" if strategy == ALONE else strategy_named(strategy), batch_size=5
    ).set_params(random_state=0)
    X, truth, n_bytes = load(folder)
    order = np.argsort(truth, kind="stable")
    first = np.searchsorted(truth[order], np.arange(N_CLASSES))
    labeled = order[(first[:, None] + np.arange(3)).ravel()]
    y = np.full(len(truth), -1)
    y[labeled] = truth[labeled]
    before = megabytes()
    found = {"n_rows": X.shape[0], "n_features": X.shape[1], "n_classes": N_CLASSES}
    found |= {"input_mb": n_bytes / 2**20, "output_mb": len(y) * N_CLASSES / 2**17}
    if strategy == ALONE:
        found["start"], _ = seconds(model.fit, X[labeled], truth[labeled])
        found["first_query"], _ = seconds(model.predict_proba, X)
    else:
        found["start"], _ = seconds(learner.start, X, y)
        found["first_query"], query = seconds(learner.query)
        later = []
        for _ in range(3):
            taught, _ = seconds(learner.teach, query, truth[query.indices])
            asked, query = seconds(learner.query)
            later.append(taught + asked)
        found["next_query"] = median(later)
    found["peak_mb"] = megabytes() - before
    return found | {"peak_over_input": found["peak_mb"] * 2**20 / n_bytes}


def child(*args):
    """Run this file again on one thread; return what it printed."""
    threads = dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"], "1")
    done = subprocess.run(
        [sys.executable, __file__, *map(str, args)],
        env=os.environ | threads,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


def lines_of(kind, n_rows, only):
    """Yield the lines of one pool, measured or with the reason why not."""
    with tempfile.TemporaryDirectory() as folder:
        child("--make", kind, n_rows, folder)
        for strategy, estimator in LINES[kind]:
            if only and strategy not in only:
                continue
            line = {"data": kind, "strategy": strategy, "estimator": estimator}
            line |= {
                "n_rows": n_rows,
                "note": too_much(kind, strategy, estimator, n_rows),
            }
            if not line["note"]:
                try:
                    line |= json.loads(child("--one", folder, strategy, estimator))
                except subprocess.TimeoutExpired:
                    line["note"] = f"ended after {PATIENCE // 60} minutes"
            yield line


def too_much(kind, strategy, estimator, n_rows):
    """Return why a line is not run, empty where it is."""
    if (strategy, estimator) in NOT_RUN:
        note = NOT_RUN[strategy, estimator]
        return note.format(n_rows=n_rows, n_classes=N_CLASSES, gb=n_rows**2 * 8e-9)
    tried, took = TOO_LONG.get((kind, strategy), (n_rows, 0))
    expected = took * (n_rows / tried) ** 2
    if expected <= PATIENCE:
        return ""
    return (
        f"{took} s for the first question of {tried:,} rows, so about "
        f"{expected / 60:.0f} minutes here"
    )


def machine():
    """Return the machine and the versions."""
    import scipy
    import sklearn

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "machine": f"{os.cpu_count()} cores of {platform.machine()} {memory:.0f} GB",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
    }


def key(line):
    return line["data"], int(line["n_rows"]), line["strategy"], line["estimator"]


def place(line):
    """Return where a line stands: larger pools first, then as planned."""
    kind, n_rows, *own = key(line)
    return list(LINES).index(kind), -n_rows, LINES[kind].index(tuple(own))


def rounded(value):
    return f"{value:.3g}" if isinstance(value, float) else value


def store(lines):
    """Replace the lines that were run anew, and keep the others."""
    stored = {}
    if RESULTS.exists():
        with RESULTS.open(newline="") as file:
            stored = {key(line): line for line in csv.DictReader(file)}
    stored |= {key(line): line for line in lines}
    sizes = ("n_rows", "n_features", "n_classes", "input_mb", "output_mb")
    columns = ("data", "strategy", "estimator", *sizes, *MEASURED, "note", *machine())
    with RESULTS.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        for line in sorted(stored.values(), key=place):
            writer.writerow({name: rounded(value) for name, value in line.items()})


def tabulate():
    """Write the tables of the user guide."""
    with RESULTS.open(newline="") as file:
        lines = list(csv.DictReader(file))
    pools = dict.fromkeys(key(line)[:2] for line in lines if line["peak_mb"])
    text = [part for pool in pools for part in table_of(*pool, lines)]
    used = {name: sorted({line[name] for line in lines}) for name in machine()}
    versions = ", ".join(f"{name} {' and '.join(v)}" for name, v in used.items())
    TABLE.write_text("\n".join([*text, f"Measured with: {versions}.", ""]))


def shown(figure):
    """Return a figure of the results without an exponent."""
    if not figure:
        return "--"
    return figure if float(figure) < 1000 else f"{float(figure):.0f}"


def table_of(kind, n_rows, lines):
    lines = [line for line in lines if key(line)[:2] == (kind, n_rows)]
    first = next(line for line in lines if line["input_mb"])
    title = (
        f"{n_rows:,} rows, {int(first['n_features']):,} features, "
        f"{first['n_classes']} classes; the input has {float(first['input_mb']):.0f} "
        f"MB, one array of class probabilities {float(first['output_mb']):.0f} MB"
    )
    yield f".. csv-table:: {kind}: {title}"
    yield "   :header-rows: 1"
    yield ""
    yield (
        "   estimator, strategy, start (s), first question (s), label to next (s), "
        "peak (MB), peak / input"
    )
    notes = []
    for line in lines:
        if not line["peak_mb"]:
            notes.append(f"- {line['strategy']}, {line['estimator']}: {line['note']}")
            continue
        cells = [line["estimator"], line["strategy"]]
        cells += [shown(line[name]) for name in MEASURED]
        yield "   " + ", ".join(cells)
    yield ""
    if notes:
        yield from ["Not run:", "", *notes, ""]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", nargs="*", default=list(PLAN), choices=PLAN)
    parser.add_argument("--strategies", nargs="*", metavar="NAME")
    parser.add_argument("--rows", type=int, help="another size")
    parser.add_argument("--tabulate", action="store_true", help="run nothing")
    parser.add_argument("--make", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    warnings.simplefilter("ignore")  # convergence
    if args.make:
        kind, n_rows, folder = args.make
        make(kind, int(n_rows), Path(folder))
    elif args.one:
        folder, strategy, estimator = args.one
        print(json.dumps(measure(Path(folder), strategy, estimator)))
    elif args.tabulate:
        tabulate()
    else:
        print(machine(), flush=True)
        for kind in args.only:
            for line in lines_of(kind, args.rows or N_ROWS[kind], args.strategies):
                print(*map(rounded, line.values()), flush=True)
                store([line | machine()])
                tabulate()


if __name__ == "__main__":
    main()
