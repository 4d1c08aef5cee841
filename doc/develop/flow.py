"""Draw how data flow from `fit` to the next question; names come from the code."""

import matplotlib.pyplot as plt
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from sklearn_active import ActiveLearner, Query
from sklearn_active._data.fitted import FittedClassifier
from sklearn_active._data.labels import Labels
from sklearn_active._data.marks import Mark
from sklearn_active._data.parsing import parse_y
from sklearn_active._loop.choosing import choose
from sklearn_active._loop.model import Model
from sklearn_active._loop.pool import Pool, PoolState
from sklearn_active._loop.recording import ask, record
from sklearn_active._loop.run import Run
from sklearn_active.query_strategies import QueryStrategy

PUBLIC, PRIVATE, INK = "#CFE3F5", "#EFEDE7", "#1B1B1B"


def named(*things):
    """Return the names of classes, methods and functions, which must exist."""
    return [
        f"{thing.__name__}()" if not isinstance(thing, type) else thing.__name__
        for thing in things
    ]


def box(ax, x, y, title, text, public=False, width=2.6):
    """Draw a box around (x, y): a name from the code, and what happens there."""
    height = 1.05
    ax.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0.04",
            facecolor=PUBLIC if public else PRIVATE,
            edgecolor=INK,
            linewidth=0.8,
        )
    )
    ax.text(x, y + 0.24, title, ha="center", va="center", weight="bold", color=INK)
    ax.text(x, y - 0.2, text, ha="center", va="center", size=8.5, color=INK)


def arrow(ax, start, end, words="", at=(0, 0), bend=0.0):
    """Draw an arrow, with words beside its middle."""
    style = f"arc3,rad={bend}"
    ax.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=12,
            connectionstyle=style,
            color=INK,
            linewidth=1,
        )
    )
    x, y = (start[0] + end[0]) / 2 + at[0], (start[1] + end[1]) / 2 + at[1]
    ax.text(x, y, words, ha="center", va="center", size=8.5, color=INK)


def draw():
    """Draw the picture."""
    fig, ax = plt.subplots(figsize=(9.5, 6.6), layout="constrained")
    ax.set(xlim=(-0.6, 10.6), ylim=(-0.4, 7.2))
    ax.set_aspect("equal")
    ax.axis("off")
    fig.patch.set_facecolor("white")
    fit, start, read = named(ActiveLearner.fit, ActiveLearner.start, parse_y)
    labels, mark, run, state = named(Labels, Mark, Run, PoolState)
    box(ax, 1, 6.4, f"{fit}, {start}", "X, y, oracle", public=True)
    box(ax, 5, 6.4, read, f"{labels} and {mark}: y is read once")
    box(ax, 9, 6.4, run, "built whole, assigned once")
    arrow(ax, (2.35, 6.4), (3.65, 6.4))
    arrow(ax, (6.35, 6.4), (7.65, 6.4))
    question, chosen, strategy = named(Run.query, choose, QueryStrategy.select)
    box(ax, 9, 4.3, f"{run}.{question}", f"{chosen}, from what is known")
    box(
        ax,
        5,
        4.3,
        f"{QueryStrategy.__name__}.{strategy}",
        "utilities, ties, twins",
        True,
    )
    arrow(ax, (9, 5.8), (9, 4.9), "next round", (0.75, 0))
    arrow(ax, (7.65, 4.45), (6.35, 4.45), Pool.__name__, (0, 0.2))
    arrow(ax, (6.35, 4.15), (7.65, 4.15), "rows", (0, -0.2))
    asked, recorded = named(ask, record)
    box(ax, 9, 2.2, asked, "the oracle: an array, a person", True)
    arrow(ax, (9, 3.7), (9, 2.8), Query.__name__, (0.6, 0))
    box(ax, 9, 0.2, recorded, "checked, then kept")
    arrow(ax, (9, 1.6), (9, 0.8), "answers", (0.65, 0))
    box(ax, 5, 0.2, state, "labels, declined rows, history")
    arrow(ax, (7.65, 0.2), (6.35, 0.2))
    refit, fitted = named(Run.refit, FittedClassifier)
    box(ax, 1, 0.2, f"{run}.{refit}", "before the next question")
    arrow(ax, (3.65, 0.2), (2.35, 0.2), "is stale", (0, 0.2))
    box(
        ax,
        1,
        2.2,
        f"{Model.__name__}.{Model.fit.__name__}()",
        "a fresh clone, or an update",
    )
    arrow(ax, (1, 0.8), (1, 1.6))
    box(ax, 1, 4.3, fitted, "labels and columns in our words")
    arrow(ax, (1, 2.8), (1, 3.7))
    arrow(ax, (2.35, 4.3), (3.65, 4.3), "proba, masses", (0, 0.2))
    arrow(ax, (5, 0.8), (5, 3.7), "y, candidates", (0.75, 0))


draw()
