"""How long until the first question? Beside one search of ten neighbors.

    python doc/benchmarks/first_question.py [--sizes 1797 5000] [--runs 3] [--tabulate]

All in one process, in turn, several times: scikit-learn's brute-force search of ten
neighbors; the graph (search and affinity); the kernel and the gains that graph herding
makes of it; `start` from two labels and `query`, from nothing. What is written are
medians: of the ratios of the graph and of the kernel to the search just before them,
which a busy machine changes little, and of seconds, which it does: the first line of
the results says how busy it was. The rows are blobs of 64 columns. A million rows
(--sizes 1000000) are not searched by brute force: they have seconds only.

What is run replaces its rows in results/first_question.csv (--tabulate: nothing is
run), from which results/first_question.inc, the table of the user guide, is made.
Above 20,000 rows faiss-cpu (the extra scale) is used where it is installed.
"""

import argparse
import csv
import importlib.util
import os
import platform
import warnings
from pathlib import Path
from time import perf_counter

import numpy as np
import scipy
import sklearn
from sklearn.datasets import make_blobs
from sklearn.neighbors import NearestNeighbors

from sklearn_active import ActiveLearner
from sklearn_active._data.memory import RunMemory
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.query_strategies import GraphUncertaintyHerding
from sklearn_active.query_strategies._on_graph import graph_of

SIZES = [1_797, 5_000, 20_000, 50_000]
N_FEATURES, MOST_SEARCHED = 64, 100_000
RESULTS = Path(__file__).parent / "results" / "first_question.csv"
TABLE = RESULTS.with_suffix(".inc")
FIELDS = ["n_rows", "search", "graph_ratio", "kernel_ratio", "first_question"]


def timed(function, *args):
    began = perf_counter()
    result = function(*args)
    return perf_counter() - began, result


def search(X):
    NearestNeighbors(n_neighbors=10, algorithm="brute").fit(X).kneighbors()


def first_question(X, y):
    return ActiveLearner(GraphLabelSpreading(), "graph_herding").start(X, y).query()


def measure(n_rows, n_runs):
    """Return one row of the results."""
    X, truth = make_blobs(n_rows, N_FEATURES, centers=10, random_state=0)
    y = np.full(n_rows, -1)
    start = [np.flatnonzero(truth == k)[0] for k in (0, 1)]
    y[start] = truth[start]
    runs = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of blobs without a label
        for _ in range(n_runs):
            brute, graph, kernel = parts(X) if n_rows <= MOST_SEARCHED else [np.nan] * 3
            whole, _ = timed(first_question, X, y)
            runs.append([brute, graph / brute, kernel / brute, whole])
    medians = [f"{x:.3g}" if x == x else "" for x in np.median(runs, axis=0)]
    return dict(zip(FIELDS, [str(n_rows), *medians], strict=True))


def parts(X):
    """Return seconds of a search, of the graph and of the kernel."""
    strategy = GraphUncertaintyHerding()
    brute, _ = timed(search, X)
    with RunMemory().open():  # the graph is found once, and the kernel timed alone
        graph, _ = timed(graph_of, strategy, X)
        kernel, _ = timed(strategy._make_cover, X)
    return brute, graph, kernel


def machine():
    load = os.getloadavg()[0]
    found = importlib.util.find_spec("faiss")
    return (
        f"{os.cpu_count()} cores, {'idle' if load < 0.5 else 'busy'} (load {load:.1f} "
        f"before); Python {platform.python_version()}, numpy {np.__version__}, scipy "
        f"{scipy.__version__}, scikit-learn {sklearn.__version__}, "
        f"{'with' if found else 'without'} faiss"
    )


def read():
    """Return what is stored: what it was measured on, and rows by size."""
    if not RESULTS.exists():
        return "", {}
    first, *lines = RESULTS.read_text().splitlines()
    return first[2:], {int(row["n_rows"]): row for row in csv.DictReader(lines)}


def write(measured_on, rows):
    with RESULTS.open("w") as file:
        file.write(f"# {measured_on}\n")
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[n] for n in sorted(rows))


def tabulate(measured_on, rows):
    head = ["Rows", "Graph", "Kernel", "First question"]
    lines = [[f"{n:,}", *cells(rows[n])] for n in sorted(rows)]
    text = [".. list-table::", "   :header-rows: 1", ""]
    for line in [head, *lines]:
        text.append(f"   * - {line[0]}")
        text += [f"     - {cell}".rstrip() for cell in line[1:]]
    TABLE.write_text("\n".join([*text, "", f"Measured on {measured_on}.", ""]))


def cells(row):
    ratios = [row["graph_ratio"], row["kernel_ratio"]]
    return [f"{float(x):.1f}" if x else "" for x in ratios] + [
        f"{float(row['first_question']):.2g} s"
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--tabulate", action="store_true")
    args = parser.parse_args()
    measured_on, rows = read()
    if not args.tabulate:
        measured_on = machine()
        measure(300, 1)  # imports, and whatever is made once
        for n_rows in args.sizes:
            rows[n_rows] = measure(n_rows, args.runs)
            print(*rows[n_rows].values(), flush=True)
            write(measured_on, rows)
    tabulate(measured_on, rows)


if __name__ == "__main__":
    main()
