"""How many rows? Before the first question, memory, and from a label to the next one.

    python doc/benchmarks/rows.py [--sizes 1000 10000] [--systems herding] [--tabulate]

runs each system on each size in a process of its own: the pool is a mixture of
Gaussians, float32, 32 features, 10 classes; two labels are known at the start, one of
each of two classes. `build` is all that comes before the first question; then a label
is taught and the next question asked for, 60 times, or as often as two minutes allow,
but three times at least. The first of these may fit what the later ones only update: it
counts. Memory is the peak of the process above what it held when the rows were there
and everything was imported and had run once on 200 rows.

A system stops where it needs more than 20 GB or more than 10 minutes for its first two
questions, and then isn't tried on more rows. What is run replaces its rows in
results/rows.csv (--tabulate: nothing is run), from which the tables of the user guide
are made, results/rows.inc (in short) and results/rows_all.inc. Exponents are those of
a line through the logarithms, from 10,000 rows on, or from 1,000 where a system stops
before 100,000. Needs faiss-cpu (the extra scale) and scikit-activeml.
"""

import argparse
import csv
import json
import os
import platform
import resource
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import numpy as np

SIZES = [1_000, 10_000, 100_000, 1_000_000]
SYSTEMS = {
    "herding": "sklearn_active: GraphLabelSpreading, graph_herding",
    "margin": "sklearn_active: LogisticRegression, margin",
    "hand_knn": "by hand: LabelSpreading(kernel='knn'), entropy",
    "hand_rbf": "by hand: LabelSpreading(), entropy",
    "hand_logistic": "by hand: LogisticRegression, margin",
    "peer_herding": "scikit-activeml: MaxHerding",
    "peer_margin": "scikit-activeml: LogisticRegression, UncertaintySampling",
}
N_FEATURES, N_CLASSES, N_LABELS = 32, 10, 60
SECONDS_ASKED, SECONDS_FIRST, GIGABYTES = 120, 600, 20
RESULTS = Path(__file__).parent / "results" / "rows.csv"
TABLE = RESULTS.with_suffix(".inc")
ALL_TABLES = RESULTS.with_name("rows_all.inc")
FIELDS = ["system", "n_rows", "build", "memory", "median", "worst", "n_labels", "stop"]


def pool_of(n_rows):
    rng = np.random.RandomState(0)
    centers = 1.5 * rng.normal(size=(100, N_FEATURES)).astype(np.float32)
    cluster = rng.randint(len(centers), size=n_rows)
    X = rng.standard_normal((n_rows, N_FEATURES)).astype(np.float32)
    X += centers[cluster]
    truth = cluster % N_CLASSES
    y = np.full(n_rows, -1)
    start = [np.flatnonzero(truth == k)[0] for k in (0, 1)]
    y[start] = truth[start]
    return X, y, truth


def ours(estimator, strategy):
    from sklearn_active import ActiveLearner

    def begin(X, y):
        learner = ActiveLearner(estimator, strategy).start(X, y)

        def ask():
            return learner.query().indices[0]

        def teach(row, label):
            learner.teach([row], [label])

        return ask, teach

    return begin


def by_hand(estimator, utilities, all_rows):
    """The loop that everybody writes."""

    def begin(X, y):
        y = y.copy()

        def ask():
            known = y != -1
            estimator.fit(*((X, y) if all_rows else (X[known], y[known])))
            scores = utilities(estimator, X)
            scores[known] = -np.inf
            return scores.argmax()

        def teach(row, label):
            y[row] = label

        return ask, teach

    return begin


def peer(strategy, **given):
    """scikit-activeml's loop, as its documentation has it."""

    def begin(X, y):
        y = np.where(y == -1, np.nan, y)

        def ask():
            return strategy.query(X=X, y=y, **given)[0]

        def teach(row, label):
            y[row] = label

        return ask, teach

    return begin


def entropy(estimator, X):
    from scipy.stats import entropy

    return entropy(estimator.label_distributions_, axis=1)


def margin(estimator, X):
    second, first = np.sort(estimator.predict_proba(X), axis=1)[:, -2:].T
    return second - first


def begin_of(system):
    from sklearn.linear_model import LogisticRegression
    from sklearn.semi_supervised import LabelSpreading

    logistic = LogisticRegression()
    if system == "herding":
        from sklearn_active.graph import GraphLabelSpreading

        return ours(GraphLabelSpreading(), "graph_herding")
    if system == "margin":
        return ours(logistic, "margin")
    if system == "hand_knn":
        return by_hand(LabelSpreading(kernel="knn", n_neighbors=10), entropy, True)
    if system == "hand_rbf":
        return by_hand(LabelSpreading(), entropy, True)
    if system == "hand_logistic":
        return by_hand(logistic, margin, False)
    from skactiveml import pool
    from skactiveml.classifier import SklearnClassifier

    if system == "peer_herding":
        return peer(pool.MaxHerding(missing_label=np.nan, random_state=0))
    classifier = SklearnClassifier(logistic, classes=range(N_CLASSES))
    strategy = pool.UncertaintySampling(method="margin_sampling", random_state=0)
    return peer(strategy, clf=classifier)


def resident():
    """Return the memory held now, and its peak, in bytes."""
    with open("/proc/self/status") as status:
        lines = dict(line.split(":", 1) for line in status)
    return [int(lines[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM")]


def measure(system, n_rows):
    """Run one system on one size, in this process; print a line of JSON."""
    import warnings

    warnings.simplefilter("ignore")
    limit = GIGABYTES * 10**9
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    timed(system, *pool_of(200))  # imports, and whatever is made once
    X, y, truth = pool_of(n_rows)
    held, _ = resident()
    build, seconds = timed(system, X, y, truth)
    found = {
        "build": build,
        "memory": max(resident()[1] - held, 0),
        "median": float(np.median(seconds)),
        "worst": max(seconds),
        "n_labels": len(seconds),
    }
    print(json.dumps({name: float(f"{x:.4g}") for name, x in found.items()}))


def timed(system, X, y, truth):
    """Return the seconds before the first question, and those of each label."""
    began = perf_counter()
    ask, teach = begin_of(system)(X, y)
    row = ask()
    build, seconds = perf_counter() - began, []
    while len(seconds) < 3 or (
        len(seconds) < N_LABELS and sum(seconds) < SECONDS_ASKED
    ):
        began = perf_counter()
        teach(row, truth[row])
        row = ask()
        seconds.append(perf_counter() - began)
    return build, seconds


def run(system, n_rows):
    """Run one system on one size in a process of its own; say why it stopped."""
    command = [sys.executable, __file__, "--measure", system, str(n_rows)]
    limit = SECONDS_FIRST + SECONDS_ASKED
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return {"stop": f"after {limit // 60} minutes"}
    if done.returncode == 0:
        return json.loads(done.stdout.splitlines()[-1]) | {"stop": ""}
    last = (done.stderr.strip() or f"exit {done.returncode}").splitlines()[-1]
    return {"stop": last.split("Error: ")[-1].split(" for an array")[0]}


def read():
    if not RESULTS.exists():
        return []
    with RESULTS.open() as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def write(found):
    order = {name: i for i, name in enumerate(SYSTEMS)}
    found.sort(key=lambda line: (order[line["system"]], int(line["n_rows"])))
    with RESULTS.open("w") as file:
        file.write(f"# {machine()}\n")
        writer = csv.DictWriter(file, FIELDS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)


def machine():
    import faiss
    import scipy
    import skactiveml
    import sklearn

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 10**9
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB; Python {platform.python_version()}, "
        f"numpy {np.__version__}, scipy {scipy.__version__}, "
        f"scikit-learn {sklearn.__version__}, faiss {faiss.__version__}, "
        f"scikit-activeml {skactiveml.__version__}"
    )


def exponent(lines, name):
    """Return the slope of the logarithms, from 10,000 rows on where it gets so far."""
    points = [(int(a["n_rows"]), float(a[name])) for a in lines if a[name]]
    large = [(n, x) for n, x in points if n >= 10_000]
    points = np.maximum(large if len(large) > 1 else points, 1e-9)
    return f"{np.polyfit(*np.log(points).T, 1)[0]:.2f}" if len(points) > 1 else ""


def tabulate(found):
    text = [".. list-table::", "   :header-rows: 1", ""]
    head = ["Rows", "To the first question", "Memory", "Label to next: median", "Worst"]
    add_row(text, ["", *head])
    for system, title in SYSTEMS.items():
        lines = [line for line in found if line["system"] == system]
        for i, line in enumerate(lines):
            cells = [title if i == 0 else "", f"{int(line['n_rows']):,}"]
            if line["stop"]:
                add_row(text, [*cells, f"stops: {line['stop']}", "", "", ""])
                continue
            build, median, worst = (
                seconds(float(line[name])) for name in ("build", "median", "worst")
            )
            memory = f"{float(line['memory']) / 1e6:,.0f} MB"
            add_row(text, [*cells, build, memory, median, worst])
        names = ("build", "memory", "median", "worst")
        if lines:
            slopes = [exponent(lines, name) for name in names]
            add_row(text, ["", "*grows as n to the*", *slopes])
    note = f"\n\nMeasured on {read_machine()}.\n"
    ALL_TABLES.write_text("\n".join(text) + note)
    TABLE.write_text("\n".join(short(found)) + note)
    print(ALL_TABLES.read_text(), TABLE.read_text(), sep="\n")


def short(found):
    """Return a table of one row a system: the first question, and a later one."""
    text = [".. list-table::", "   :header-rows: 1", ""]
    add_row(text, ["First question; the next", *[f"{n:,} rows" for n in SIZES]])
    for system, title in SYSTEMS.items():
        by_size = {int(a["n_rows"]): a for a in found if a["system"] == system}
        cells = []
        for n_rows in SIZES:
            line = by_size.get(n_rows)
            if line is None or line["stop"]:
                cells.append("stops" if line else "")
                continue
            both = [seconds(float(line[name])) for name in ("build", "median")]
            cells.append("; ".join(both))
        add_row(text, [title, *cells])
    return text


def add_row(text, cells):
    text += [f"   {'*' if i == 0 else ' '} - {cell}" for i, cell in enumerate(cells)]


def seconds(x):
    return f"{1e3 * x:.0f} ms" if x < 1 else f"{x:.1f} s" if x < 100 else f"{x:,.0f} s"


def read_machine():
    return RESULTS.read_text().splitlines()[0].removeprefix("# ")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--systems", nargs="*", default=list(SYSTEMS), choices=SYSTEMS)
    parser.add_argument("--tabulate", action="store_true", help="run nothing")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        measure(args.measure[0], int(args.measure[1]))
        return
    found = read()
    for system in [] if args.tabulate else args.systems:
        for n_rows in sorted(args.sizes):
            line = {"system": system, "n_rows": n_rows} | run(system, n_rows)
            print(line, flush=True)
            same = (system, str(n_rows))
            found = [a for a in found if (a["system"], str(a["n_rows"])) != same]
            found.append(line)
            write(found)
            if line["stop"]:
                break
    tabulate(read())


if __name__ == "__main__":
    main()
