"""Draw which twelve rows each query strategy asks of the same pool in a plane.

Two classes are known by two rows each at the start. The third, in the lower right, is
known to nobody. Strategies for regression are asked for a number instead, with
no label at the start. Each strategy is a function without arguments, for the plot
directive.
"""

import warnings
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF
from sklearn.linear_model import LogisticRegression

from sklearn_active import ActiveLearner
from sklearn_active.query_strategies import (
    BadgeSampling,
    ExpectedErrorReduction,
    ExploreExploit,
    GraphUncertaintyHerding,
    MarginSampling,
    MaxHerding,
    MostLikely,
    QueryByCommittee,
    SigmaOptimality,
    SpreadBatch,
    WithChecks,
)

N_ASKED = 12
MARKERS, INK, PALE = "osD", "#1B1B1B", "#C9C9C9"


def plane():
    """Return rows in a plane, their classes, and y with what is known at the start."""
    rng = np.random.RandomState(3)
    angle = np.pi * rng.rand(90)
    arc = np.c_[2.2 * np.cos(angle), 2 * np.sin(angle)] + 0.25 * rng.randn(90, 2)
    X = np.r_[
        arc,
        [0, -0.6] + rng.randn(90, 2) * [0.8, 0.4],
        [3.1, -1.3] + 0.28 * rng.randn(30, 2),
    ]
    truth = np.repeat([0, 1, 2], [90, 90, 30])
    y = np.full(len(X), -1)
    start = [5, 60, 95, 130]
    y[start] = truth[start]
    return X, truth, y


def draw(strategy, batch_size=1):
    """Draw the pool, what the model predicts, and the rows in the order asked."""
    X, truth, y = plane()
    learner = ActiveLearner(
        LogisticRegression(C=10),
        strategy,
        batch_size=batch_size,
        budget=N_ASKED,
        missing_label=-1,
        random_state=0,
    )
    asked = []

    def answer(query):
        asked.extend(query.indices.tolist())
        return truth[query.indices]

    with warnings.catch_warnings():  # MostLikely: nobody knows its class yet
        warnings.simplefilter("ignore", UserWarning)
        learner.set_params(oracle=answer).fit(X, y)
    ax = lines(learner, X, [0.5, 1.5])
    for k, marker in enumerate(MARKERS):
        own = X[truth == k]
        ax.scatter(*own.T, s=14, marker=marker, color=PALE, linewidths=0)
    start = np.flatnonzero(y >= 0)
    ax.scatter(*X[start].T, s=36, color=INK, marker="x")
    mark(ax, X, asked)


def draw_numbers(strategy):
    """Draw the same where labels are numbers, with a Gaussian process."""
    X, _, _ = plane()
    truth = np.sin(1.5 * X[:, 0]) + X[:, 1]
    process = GaussianProcessRegressor(RBF(1.5), alpha=0.01, optimizer=None)
    learner = ActiveLearner(process, strategy, random_state=0).start(X)
    asked = []
    for _ in range(N_ASKED):
        query = learner.query()
        asked.extend(query.indices.tolist())
        learner.teach(query, truth[query.indices])
    ax = lines(learner, X, np.arange(-3, 4))
    ax.scatter(*X.T, s=14, c=truth, cmap="viridis", alpha=0.5, linewidths=0)
    mark(ax, X, asked)


def lines(learner, X, levels):
    """Draw where the model's prediction crosses some levels."""
    _, ax = plt.subplots(figsize=(5.6, 3.1), layout="constrained")
    x_axis, y_axis, grid = around(X)
    predicted = learner.predict(grid.reshape(-1, 2)).reshape(grid.shape[:2])
    ax.contour(x_axis, y_axis, predicted, levels, colors=INK, linewidths=0.8)
    return ax


def around(X):
    """Return two axes around rows in a plane, and the points of their grid."""
    x_axis = np.linspace(X[:, 0].min() - 0.3, X[:, 0].max() + 0.3, 300)
    y_axis = np.linspace(X[:, 1].min() - 0.3, X[:, 1].max() + 0.3, 200)
    return x_axis, y_axis, np.stack(np.meshgrid(x_axis, y_axis), axis=-1)


def mark(ax, X, asked):
    """Number the rows asked."""
    ax.scatter(*X[asked].T, s=120, color="C0", edgecolors="white", linewidths=0.6)
    for number, row in enumerate(asked, 1):
        ax.annotate(
            number, X[row], color="white", fontsize=7, ha="center", va="center_baseline"
        )
    ax.set(xticks=[], yticks=[], aspect="equal")
    ax.spines[:].set_visible(False)


entropy = partial(draw, "entropy")
margin = partial(draw, "margin")
least_confident = partial(draw, "least_confident")
random = partial(draw, "random")
herding = partial(draw, "herding")
graph_herding = partial(draw, "graph_herding")
graph_coverage = partial(draw, "graph_coverage")
most_likely = partial(draw, MostLikely(2))
sigma = partial(draw, SigmaOptimality())
explore_exploit = partial(
    draw, ExploreExploit(GraphUncertaintyHerding("none"), MarginSampling(), hits=4)
)
committee = partial(draw, QueryByCommittee())
expected_error = partial(draw, ExpectedErrorReduction(subsample=30))
max_herding = partial(draw, MaxHerding(normalize=False))
badge = partial(draw, BadgeSampling(), 4)
spread_batch = partial(draw, SpreadBatch(MarginSampling()), 4)
with_checks = partial(draw, WithChecks("margin", share=0.25), 4)
design = partial(draw_numbers, "design")
igs = partial(draw_numbers, "igs")
std = partial(draw_numbers, "std")
