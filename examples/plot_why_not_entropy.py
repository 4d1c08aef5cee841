"""
Why does entropy ask the wrong questions?
=========================================

Two hundred points form six groups, and two of the groups have one label each. The most
uncertain points are not the ones that teach most: this is what entropy, margin and
coverage see, drawn.
"""

# %%
# The pool
# --------
# The model spreads labels over a nearest-neighbor graph.

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_blobs

from sklearn_active import ActiveLearner
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.query_strategies import GraphUncertaintyHerding, MarginSampling

X, truth = make_blobs(200, centers=6, cluster_std=1.3, random_state=4)
y = np.full(200, -1)
for group in (0, 1):
    y[np.flatnonzero(truth == group)[0]] = group


def utilities_of(strategy):
    """Return a learner, and the utility of each of its candidates."""
    learner = ActiveLearner(GraphLabelSpreading(), strategy, batch_size=198)
    with warnings.catch_warnings():
        # Most groups have no label yet, and GraphLabelSpreading says so.
        warnings.simplefilter("ignore", UserWarning)
        query = learner.start(X, y).query()
    return learner, query


# %%
# What each strategy wants to know
# --------------------------------
# Dark points have the largest utilities; the star is asked first, the crosses are the
# two labels.

strategies = {
    "entropy": "entropy",
    "margin, normalized": MarginSampling(unseen_class=False),
    "margin with a bin\nfor an unseen class": MarginSampling(),
    "graph_herding": GraphUncertaintyHerding(),
}
fig, axes = plt.subplots(1, 4, figsize=(11, 3.2), layout="constrained")
for ax, (name, strategy) in zip(axes, strategies.items(), strict=True):
    _, query = utilities_of(strategy)
    ranks = np.linspace(1, 0, len(query)) if "herding" in name else query.utilities
    ax.scatter(*query.X.T, c=ranks, cmap="Blues", s=18, edgecolor="0.7", lw=0.3)
    ax.scatter(*X[y != -1].T, marker="x", color="C3", s=60)
    ax.scatter(*query.X[0], marker="*", color="C1", s=150, edgecolor="black")
    ax.set(title=name, xticks=[], yticks=[])

# %%
# Entropy and the normalized margin are drawn to the border between the two labeled
# groups, or to groups that no label reaches at all, whichever row comes first there. A
# bin for the class that nobody has seen makes all points far from a label uncertain,
# but says nothing about which of them is worth most. Herding asks for the point whose
# label covers most of what is uncertain: the middle of a large unlabeled group.
#
# Ten questions later
# -------------------

for name, strategy in strategies.items():
    learner = ActiveLearner(GraphLabelSpreading(), strategy)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        learner.start(X, y)
    for _ in range(8):
        query = learner.query()
        learner.teach(query, truth[query.indices])
    left = learner.labeled_iter_ < 0
    accuracy = np.mean(learner.transduction_[left] == truth[left])
    title = name.replace("\n", " ")
    print(f"{title:>40}: {len(learner.classes_)} groups found, accuracy {accuracy:.2f}")
plt.show()

# %%
# What to read next
# -----------------
# - :ref:`sphx_glr_auto_examples_plot_few_labels.py`: the same on digits.
# - :class:`~sklearn_active.query_strategies.GraphUncertaintyHerding` has the formula.
