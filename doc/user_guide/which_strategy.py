"""Draw which query strategy to take: questions from top to bottom, answers beside."""

import matplotlib.pyplot as plt
from matplotlib.patches import FancyBboxPatch

STEPS = [
    ("Do you look for the rows\nof one rare class?", "MostLikely(label)"),
    (
        "Are labels classes, and must all\nquestions be known beforehand?",
        '"graph_coverage"',
    ),
    ("Are labels numbers\n(regression)?", '"design"'),
    ("Are rows read in chunks,\nor are they no numbers?", '"margin"'),
    ("Has the model no predict_proba,\nor spreads labels itself?", '"graph_herding"'),
]
LAST = '"herding"'
ASKED, TAKEN, INK = "#EFEDE7", "#CFE3F5", "#1B1B1B"
FIRST_OF_AUTO = 2  # what "auto" finds out by itself


def box(ax, x, y, text, color, width):
    """Draw a text in a box around (x, y)."""
    ax.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - 0.34),
            width,
            0.68,
            boxstyle="round,pad=0.03",
            facecolor=color,
            edgecolor=INK,
            linewidth=0.8,
        )
    )
    family = "monospace" if color == TAKEN else None
    ax.text(x, y, text, ha="center", va="center", fontsize=9, family=family)


def arrow(ax, start, end, text, offset):
    """Draw an arrow with a word beside it."""
    style = {"arrowstyle": "-|>", "color": INK, "linewidth": 0.9}
    ax.annotate("", end, start, arrowprops=style)
    middle = [
        (a + b) / 2 + shift for a, b, shift in zip(start, end, offset, strict=True)
    ]
    ax.text(*middle, text, ha="center", va="center", fontsize=9)


fig, ax = plt.subplots(figsize=(6.4, 5.2), layout="constrained")
for i, (question, strategy) in enumerate(STEPS):
    y = -1.15 * i
    box(ax, 0, y, question, ASKED, 2.9)
    box(ax, 3.6, y, strategy, TAKEN, 2.1)
    arrow(ax, (1.5, y), (2.5, y), "yes", (0, 0.16))
    arrow(ax, (0, y - 0.38), (0, y - 0.78), "no", (0.22, 0.02))
bottom = -1.15 * len(STEPS)
box(ax, 0, bottom, LAST, TAKEN, 2.1)
top = -1.15 * FIRST_OF_AUTO + 0.5
ax.plot([4.85, 4.95, 4.95, 4.85], [top, top, bottom - 0.45, bottom - 0.45], color=INK)
ax.text(5.08, (top + bottom) / 2, '"auto"', family="monospace", fontsize=9, va="center")
ax.set(xlim=(-1.6, 5.9), ylim=(bottom - 0.6, 0.5), aspect="equal")
ax.axis("off")
