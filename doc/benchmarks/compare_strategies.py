"""How do ten query strategies compare on digits, wine and texts?

    python doc/benchmarks/compare_strategies.py [--repeats 20] [--jobs 2] [--only wine]

runs `compare_strategies` on each data set that is not in results/ yet, and writes
results/compare_strategies.csv (one row a data set and strategy: areas, differences to
random with intervals, labels to reach) and results/compare_strategies_curves.csv (the
mean score over the splits, per repetition and number of labels). The gallery page
"Which query strategy for my data?" is drawn from these files. Needs pandas.
"""

import argparse
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from sklearn.datasets import load_digits, load_wine
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sklearn_active
from sklearn_active import ActiveLearner
from sklearn_active.model_selection import compare_strategies
from sklearn_active.query_strategies import (
    ExpectedErrorReduction,
    ExploreExploit,
    GraphUncertaintyHerding,
    MarginSampling,
    QueryByCommittee,
    SigmaOptimality,
    SpreadBatch,
)

RESULTS = Path(__file__).parent / "results"
TABLE = RESULTS / "compare_strategies.csv"
CURVES = RESULTS / "compare_strategies_curves.csv"
STRATEGIES = {
    "random": "random",
    "entropy": "entropy",
    "margin": "margin",
    "least_confident": "least_confident",
    "graph_herding": "graph_herding",
    "graph_coverage": "graph_coverage",
    "sigma": SigmaOptimality(),
    "explore_exploit": ExploreExploit(
        GraphUncertaintyHerding(uncertainty="none"), MarginSampling(), hits=5
    ),
    "committee": QueryByCommittee(),
    "spread_margin": SpreadBatch(MarginSampling()),
    "expected_error": ExpectedErrorReduction(subsample=20),
}


def texts():
    """Return messages of five topics with words in common, as TF-IDF, and topics."""
    rng = np.random.RandomState(0)
    weights = rng.dirichlet(np.full(400, 0.05), size=5)  # words that tell a topic
    weights = 0.35 * weights + 0.65 * rng.dirichlet(np.full(400, 0.3))
    topics = rng.choice(5, 1500, p=[0.4, 0.25, 0.2, 0.1, 0.05])
    messages = [
        " ".join(f"word{word}" for word in rng.choice(400, 25, p=weights[topic]))
        for topic in topics
    ]
    return TfidfVectorizer().fit_transform(messages), topics


# name: (X and y, classifier, labels at the start, labels asked, batch size)
DATASETS = {
    "digits": (
        lambda: load_digits(return_X_y=True),
        make_pipeline(StandardScaler(), LogisticRegression(C=0.1)),
        (10, 60, 5),
    ),
    "wine": (
        lambda: load_wine(return_X_y=True),
        make_pipeline(StandardScaler(), LogisticRegression()),
        (3, 24, 3),
    ),
    "texts": (texts, LogisticRegression(C=10), (10, 60, 5)),
}


def compare(name, repeats, jobs):
    """Return the comparison of all strategies on one data set."""
    load, classifier, (initial, budget, batch_size) = DATASETS[name]
    X, y = load()
    learners = {
        strategy: ActiveLearner(classifier, value, batch_size=batch_size)
        for strategy, value in STRATEGIES.items()
        if not (strategy == "expected_error" and name != "wine")  # hours
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return compare_strategies(
            learners,
            X,
            y,
            initial=initial,
            budget=budget,
            cv=2,
            n_repeats=repeats,
            n_jobs=jobs,
            random_state=0,
        )


def table_of(name, comparison, repeats):
    """Return one row a strategy, with what it was made with."""
    frame = comparison.to_frame().reset_index(names="strategy").round(4)
    frame.insert(0, "dataset", name)
    return frame.assign(
        repetitions=repeats,
        sklearn_active=sklearn_active.__version__,
        sklearn=sklearn.__version__,
    )


def curves_of(name, comparison):
    """Return one row a strategy, repetition and number of labels."""
    frames = [
        curve.to_frame()
        .groupby(["repetition", "n_labels"], as_index=False)["test_score"]
        .mean()
        .round(4)
        .assign(dataset=name, strategy=strategy)
        for strategy, curve in comparison.curves.items()
    ]
    return pd.concat(frames)


def append(frame, path):
    frame.to_csv(path, mode="a", header=not path.exists(), index=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=list(DATASETS), metavar="DATASET")
    args = parser.parse_args()
    done = set(pd.read_csv(TABLE).dataset) if TABLE.exists() else set()
    for name in args.only:
        if name in done:
            continue
        comparison = compare(name, args.repeats, args.jobs)
        table = table_of(name, comparison, args.repeats)
        append(table, TABLE)
        append(curves_of(name, comparison), CURVES)
        print(table.to_string(index=False))


if __name__ == "__main__":
    main()
