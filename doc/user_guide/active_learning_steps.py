"""Draw a model that learns 20 labels: of rows that were chosen, and of random rows.

The pool in a plane is that of asked_rows.py. A row of pictures for the plot directive.
"""

import matplotlib.pyplot as plt
from asked_rows import INK, MARKERS, PALE, around, plane
from sklearn.svm import SVC

from sklearn_active import ActiveLearner

STOPS = (5, 10, 20)


def steps(strategy, points):
    """Return what was asked, what the model says of points, and its score, per stop."""
    X, truth, _ = plane()
    learner = ActiveLearner(SVC(gamma=1, C=10), strategy, random_state=0).start(X)
    asked, seen = [], []
    while len(asked) < STOPS[-1]:
        query = learner.query()
        asked.extend(query.indices.tolist())
        learner.teach(query, truth[query.indices])
        if len(asked) in STOPS:
            seen.append((list(asked), learner.predict(points), learner.score(X, truth)))
    return seen


def draw():
    """Draw chosen rows in the upper row of pictures, random ones in the lower."""
    X, truth, _ = plane()
    figure, axes = plt.subplots(2, 3, figsize=(8.4, 4.6), layout="constrained")
    across, up, grid = around(X)
    for line, strategy, name in zip(
        axes, ("auto", "random"), ("chosen", "random"), strict=True
    ):
        seen = steps(strategy, grid.reshape(-1, 2))
        for ax, (asked, areas, score) in zip(line, seen, strict=True):
            areas = areas.reshape(grid.shape[:2])
            ax.contourf(
                across, up, areas, [-0.5, 0.5, 1.5, 2.5], colors=COLORS, alpha=0.25
            )
            for k, marker in enumerate(MARKERS):
                ax.scatter(*X[truth == k].T, s=9, marker=marker, color=PALE)
                known = [row for row in asked if truth[row] == k]
                ax.scatter(
                    *X[known].T, s=34, marker=marker, color=COLORS[k], edgecolors=INK
                )
            ax.set(xticks=[], yticks=[], aspect="equal")
            ax.set_title(f"{len(asked)} {name}: {score:.1%} right", size=10)
            ax.spines[:].set_visible(False)
    return figure


COLORS = ["#0072B2", "#E69F00", "#009E73"]
draw()
