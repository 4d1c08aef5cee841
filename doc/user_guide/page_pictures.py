"""Draw a small picture for each page of the guide, for its index.

Each page has a function of its name, without arguments, for the plot directive.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyArrowPatch, Rectangle

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#E69F00", "#009E73", "#B4B4B4"
INK = "#404040"


def canvas():
    """Return axes of 12 by 6 units without a frame."""
    _, ax = plt.subplots(figsize=(2.4, 1.2))
    ax.set(xlim=(0, 12), ylim=(0, 6), aspect="equal", position=[0, 0, 1, 1])
    ax.axis("off")
    return ax


def arrow(ax, start, end, **kwargs):
    ax.add_patch(
        FancyArrowPatch(start, end, color=INK, mutation_scale=10, lw=1.2, **kwargs)
    )


def box(ax, x, y, width, height, color=None, edge=INK):
    ax.add_patch(Rectangle((x, y), width, height, fc=color or "none", ec=edge, lw=1))


def text(ax, x, y, words, **kwargs):
    ax.text(x, y, words, ha="center", va="center", color=INK, **{"size": 8} | kwargs)


def groups(ax, n=14, centers=((3, 3.6), (8.4, 3.2)), seed=0, asked=()):
    """Draw points around centers, some of them in the color of their group."""
    rng = np.random.RandomState(seed)
    for center, color in zip(centers, (BLUE, ORANGE, GREEN), strict=False):
        points = np.clip(center + rng.normal(size=(n, 2)) * 0.9, 0.4, [11.6, 5.6])
        ax.scatter(*points.T, s=8, color=GREY)
        known = points[[i for i in range(n) if i in asked]]
        ax.scatter(*known.T, s=26, color=color, edgecolors=INK, lw=0.8)


def curves(ax, *heights, colors=(BLUE, GREY, ORANGE)):
    """Draw learning curves over axes, which rise to some heights."""
    ax.plot([1, 1, 11.4], [5.6, 0.6, 0.6], color=INK, lw=1)
    x = np.linspace(1, 11, 50)
    for height, color in zip(heights, colors, strict=False):
        ax.plot(x, 0.8 + height * (1 - np.exp(-(x - 1) / 2.5)), color=color, lw=2)


def table(ax, left, n_filled, columns=3):
    """Draw a table of five lines whose last column is partly filled."""
    for line in range(5):
        for column in range(columns):
            filled = column == columns - 1 and line < n_filled
            box(
                ax,
                left + 1.3 * column,
                4.6 - 0.95 * line,
                1.3,
                0.95,
                (BLUE, ORANGE)[line % 2] if filled else None,
            )


def person(ax, x, y, color):
    ax.scatter([x], [y + 1.3], s=90, color=color)
    ax.fill_between(
        np.linspace(x - 1, x + 1, 30),
        y - 1,
        y - 1 + 1.7 * np.sqrt(np.clip(1 - np.linspace(-1, 1, 30) ** 2, 0, 1)),
        color=color,
        lw=0,
    )


def what_is_active_learning():
    ax = canvas()
    for (x, y), word in zip(
        [(6, 5.2), (2.6, 1), (9.4, 1)], ["model", "labels", "question"], strict=True
    ):
        text(ax, x, y, word)
    for start, end in [
        ((7.3, 4.8), (9.4, 1.7)),
        ((7.4, 1), (4.4, 1)),
        ((2.6, 1.7), (4.7, 4.8)),
    ]:
        arrow(ax, start, end, connectionstyle="arc3,rad=-0.2")


def learner():
    ax = canvas()
    for i, label in enumerate(["-1", "0", "-1", "-1", "1", "-1"]):
        box(ax, 0.6 + 1.8 * i, 2.1, 1.8, 1.8, {"0": BLUE, "1": ORANGE}.get(label))
        known = label != "-1"
        ax.text(
            1.5 + 1.8 * i,
            3,
            label,
            ha="center",
            va="center",
            size=9,
            color="white" if known else INK,
        )


def my_csv():
    ax = canvas()
    table(ax, 0.6, 2)
    arrow(ax, (4.9, 3), (7.1, 3))
    table(ax, 7.5, 5)


def files():
    ax = canvas()
    for x, name in ((0.8, "csv"), (3.6, "xlsx"), (6.4, "jpg"), (9.2, "npy")):
        box(ax, x, 1.4, 2.1, 3.2)
        text(ax, x + 1.05, 3, name)


def labeling():
    ax = canvas()
    person(ax, 2.4, 2.6, BLUE)
    arrow(ax, (3.9, 3), (5.6, 3))
    table(ax, 7.2, 3)


def labeling_page():
    ax = canvas()
    box(ax, 1, 0.5, 10, 5)
    for y in (4.6, 4, 3.4):
        ax.plot([1.8, 9.8 - y], [y, y], color=GREY, lw=2)
    for x, color in ((1.8, BLUE), (4.6, ORANGE), (7.4, GREEN)):
        box(ax, x, 1.2, 2.3, 1.1, color)


def labeling_classes():
    ax = canvas()
    for y, share, color in ((4.4, 8, BLUE), (2.6, 5, ORANGE), (0.8, 2, GREEN)):
        box(ax, 1, y, share, 1, color)


def labeling_people():
    ax = canvas()
    for x, color in ((2.6, BLUE), (6, ORANGE), (9.4, GREEN)):
        person(ax, x, 2.6, color)


def label_studio():
    ax = canvas()
    box(ax, 0.6, 1.6, 3, 2.8, BLUE)
    arrow(ax, (4, 3.6), (6.4, 3.6))
    arrow(ax, (6.4, 2.4), (4, 2.4))
    box(ax, 6.8, 0.5, 4.6, 5)
    for y in (4.2, 2.6, 1):
        box(ax, 7.4, y, 0.7, 0.8, ORANGE if y == 2.6 else None)
        ax.plot([8.6, 10.8], [y + 0.4, y + 0.4], color=GREY, lw=2)


def estimators():
    ax = canvas()
    for (x, y), (to_x, to_y) in (
        ((6, 5.2), (3.2, 3.4)),
        ((6, 5.2), (8.8, 3.4)),
        ((3.2, 3.4), (1.8, 1)),
        ((3.2, 3.4), (4.6, 1)),
        ((8.8, 3.4), (7.4, 1)),
        ((8.8, 3.4), (10.2, 1)),
    ):
        ax.plot([x, to_x], [y, to_y], color=INK, lw=1)
    ax.scatter([6, 3.2, 8.8], [5.2, 3.4, 3.4], s=30, color=INK, zorder=3)
    ax.scatter(
        [1.8, 4.6, 7.4, 10.2],
        [1] * 4,
        s=50,
        zorder=3,
        color=[BLUE, ORANGE, BLUE, GREEN],
    )


def query_strategies():
    ax = canvas()
    groups(ax, asked=(1, 6, 9))
    text(ax, 5.8, 3, "?", size=16)


def strategies_of_uncertainty():
    ax = canvas()
    groups(ax, n=20)
    ax.plot([5.2, 6.2], [0.4, 5.6], color=INK, lw=1)
    ax.scatter([5.1, 6.3, 5.5], [1.4, 4.2, 3], s=30, color=BLUE, edgecolors=INK)


def strategies_of_coverage():
    ax = canvas()
    groups(ax, n=20)
    ax.scatter([3, 8.4], [3.6, 3.2], s=30, color=BLUE, edgecolors=INK, zorder=3)
    ax.scatter([3, 8.4], [3.6, 3.2], s=900, facecolors="none", edgecolors=BLUE)


def strategies_for_numbers():
    ax = canvas()
    x = np.linspace(0.6, 11.4, 80)
    y = 3 + 1.5 * np.sin(x)
    ax.fill_between(x, y - 0.7, y + 0.7, color=BLUE, alpha=0.25, lw=0)
    ax.plot(x, y, color=BLUE)
    ax.scatter(x[[8, 30, 70]], y[[8, 30, 70]], s=26, color=ORANGE, edgecolors=INK)


def strategies_for_a_purpose():
    ax = canvas()
    rng = np.random.RandomState(1)
    points = rng.uniform([0.5, 0.5], [11.5, 5.5], size=(60, 2))
    ax.scatter(*points.T, s=8, color=GREY)
    ax.scatter(*points[::9].T, s=26, color=BLUE, edgecolors=INK)


def rare_class():
    ax = canvas()
    points = np.random.RandomState(2).uniform([0.5, 0.5], [11.5, 5.5], size=(90, 2))
    ax.scatter(*points.T, s=8, color=GREY)
    ax.scatter(*points[[4, 50]].T, s=40, marker="D", color=ORANGE, edgecolors=INK)


def regression():
    ax = canvas()
    rng = np.random.RandomState(0)
    x = np.linspace(1.4, 11, 16)
    ax.plot([1, 1, 11.4], [5.6, 0.6, 0.6], color=INK, lw=1)
    ax.scatter(x, 1.2 + 0.36 * x + rng.normal(size=16) * 0.5, s=14, color=GREY)
    ax.plot([1, 11.2], [1.5, 5.2], color=BLUE, lw=2)


def multilabel():
    ax = canvas()
    marks = [[1, 0, 1], [0, 1, 1], [1, 1, 0]]
    for line, row in enumerate(marks):
        for column, has in enumerate(row):
            color = (BLUE, ORANGE, GREEN)[column]
            box(
                ax,
                1.6 + 3.1 * column,
                4 - 1.6 * line,
                2.6,
                1.2,
                color if has else None,
                color,
            )


def graph():
    ax = canvas()
    points = np.random.RandomState(4).uniform([0.8, 0.8], [11.2, 5.2], size=(16, 2))
    for i, point in enumerate(points):
        near = np.argsort(np.linalg.norm(points - point, axis=1))[1:4]
        for j in near:
            ax.plot(*points[[i, j]].T, color=GREY, lw=1)
    ax.scatter(*points.T, s=26, color=[BLUE, ORANGE] * 8, edgecolors=INK, zorder=3)


def large_pools():
    ax = canvas()
    points = np.random.RandomState(5).normal([6, 3], [2.2, 1.1], size=(1500, 2))
    ax.scatter(*points.T, s=1, color=BLUE, alpha=0.5)


def billion_rows():
    ax = canvas()
    for i, height in enumerate((0.5, 1, 2, 4.2)):
        box(ax, 2 + 2.2 * i, 0.6, 1.6, height, BLUE)


def wide_data():
    ax = canvas()
    values = np.random.RandomState(6).rand(6, 40) < 0.12
    ax.imshow(values, extent=(0.5, 11.5, 1, 5), cmap="Blues", aspect="auto")
    box(ax, 0.5, 1, 11, 4)


def oracles():
    ax = canvas()
    text(ax, 2, 3, "?", size=18)
    arrow(ax, (3.2, 3.6), (8.4, 3.6))
    arrow(ax, (8.4, 2.4), (3.2, 2.4))
    person(ax, 10, 2.6, ORANGE)


def language_models():
    ax = canvas()
    box(ax, 0.8, 1.6, 4.2, 2.8, BLUE)
    ax.text(2.9, 3, "LLM", ha="center", va="center", color="white", size=10)
    arrow(ax, (5.3, 3), (7.6, 3))
    person(ax, 9.6, 2.6, ORANGE)


def suspect_labels():
    ax = canvas()
    groups(ax, n=8, asked=range(8))
    ax.scatter([2.4], [4.1], s=40, color=ORANGE, edgecolors=INK, zorder=3)
    ax.scatter([2.4], [4.1], s=300, facecolors="none", edgecolors="#D55E00", lw=2)


def how_good():
    ax = canvas()
    for y, at, half in ((4.6, 8.6, 1.2), (3, 7.4, 1.9), (1.4, 5.6, 3)):
        ax.plot([at - half, at + half], [y, y], color=BLUE, lw=2)
        ax.scatter([at], [y], s=30, color=BLUE, zorder=3)


def label_efficiency():
    curves(canvas(), 4.4, 2.8)


def partly_labeled():
    ax = canvas()
    for i in range(12):
        box(ax, 0.6 + 0.9 * i, 2.2, 0.9, 1.6, BLUE if i in (0, 3, 4, 9) else None)


def model_selection():
    curves(canvas(), 4.4, 3.8, 3)


def inspection():
    ax = canvas()
    heights = [1.2, 2.1, 3.6, 4.6, 3.2, 1.9, 1]
    for i, height in enumerate(heights):
        box(ax, 1.2 + 1.4 * i, 0.6, 1.1, height, BLUE)


def pitfalls():
    ax = canvas()
    ax.fill([6, 3.2, 8.8], [5.5, 0.6, 0.6], color=ORANGE)
    ax.text(
        6, 2.2, "!", ha="center", va="center", color="black", size=20, weight="bold"
    )


def comparison():
    ax = canvas()
    for x, height in ((1.4, 2), (4, 3), (6.6, 3.8), (9.2, 1.2)):
        box(ax, x, 0.6, 1.6, height, BLUE if x > 9 else GREY)


def benchmark_tables():
    ax = canvas()
    for line in range(4):
        for column in range(6):
            box(ax, 1.2 + 1.6 * column, 4.4 - 1.2 * line, 1.6, 1.2, None, GREY)
            text(
                ax,
                2 + 1.6 * column,
                5 - 1.2 * line,
                f"+.0{(line * 7 + column) % 9}",
                size=5,
            )


def glossary():
    ax = canvas()
    text(ax, 6, 3, "A … Z", size=14)
