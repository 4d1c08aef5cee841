"""
What if nobody has labeled one of the classes yet?
==================================================

Ten irises are labeled with their names, and all ten are setosa or versicolor. The third
species is in the pool, but no label says so. The learner accepts a new name whenever
one comes; whether it *asks* about such a flower is another matter.
"""

# %%
# Names, and None where unlabeled
# -------------------------------
# Text labels stay text. ``None`` marks an unlabeled row: -1 can't be mixed with text.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_active import ActiveLearner

iris = load_iris()
X, truth = iris.data, iris.target_names[iris.target]
names, colors = iris.target_names.tolist(), ["#0072B2", "#D55E00", "#009E73"]

y = np.full(150, None)
for name in ("setosa", "versicolor"):
    known = np.flatnonzero(truth == name)[:5]
    y[known] = truth[known]

model = make_pipeline(StandardScaler(), LogisticRegression())


def oracle(query):
    """Answer with the name of each flower."""
    return truth[query.indices]


# %%
# Twenty questions by entropy
# ---------------------------
# Entropy asks about the flowers that look least like one species or the other.
by_entropy = ActiveLearner(model, "entropy", oracle=oracle, budget=20).fit(X, y)
print("by entropy:", by_entropy.classes_.tolist())

# %%
# Twenty questions, and *virginica* never came up. Virginica lies beyond versicolor,
# far from the border between the two known species, so the model takes it for
# versicolor and is sure of it: an uncertainty strategy has no reason to ask.
#
# A few at random first
# ---------------------
# Random rows don't depend on what the model believes. The first learner asks about five
# of them; the second goes on from its labels, ``y_``, with fifteen by entropy.

explored = ActiveLearner(model, "random", oracle=oracle, budget=5, random_state=0)
explored.fit(X, y)
for record in explored.history_:
    print(f"round {record.round}: row {record.rows[0]} is a {record.answers[0]}")

mixed = ActiveLearner(model, "entropy", oracle=oracle, budget=15).fit(X, explored.y_)
print("random first:", mixed.classes_.tolist())

# %%
# A class that is seen for the first time needs no preparation: ``classes_`` has one
# name more from the next fit on, and stays sorted. But the draw is a matter of luck: a
# class that is one flower in a hundred is easily missed.
#
# Where no label is near
# ----------------------
# Graph herding asks about rows that are uncertain *or* far from every label, by a
# neighbor graph of its own.

herding = ActiveLearner(model, "graph_herding", oracle=oracle, budget=20).fit(X, y)
print("graph herding:", [record.answers[0] for record in herding.history_[:3]])

# %%
# How good are they?
# ------------------
# All three asked about twenty flowers. Accuracy is on the rows still unlabeled.

learners = {"entropy": by_entropy, "5 random, entropy": mixed, "graph herding": herding}
fig, axes = plt.subplots(
    1, 3, figsize=(10, 3.6), sharex=True, sharey=True, layout="constrained"
)
start = np.array([label is not None for label in y])
for ax, (title, learner) in zip(axes, learners.items(), strict=True):
    known = np.array([label is not None for label in learner.y_])
    accuracy = learner.score(X[~known], truth[~known])
    print(f"{title:>17}: accuracy {accuracy:.3f} on {np.sum(~known)} rows")
    for name, color in zip(names, colors, strict=True):
        ax.scatter(*X[truth == name, 2:].T, s=12, color=color, alpha=0.5, label=name)
    ax.scatter(*X[known & ~start, 2:].T, s=60, fc="none", ec="black", label="asked")
    ax.set(title=title, xlabel="petal length (cm)")
axes[0].set_ylabel("petal width (cm)")
axes[0].legend(loc="upper left")
plt.show()

# %%
# What to read next
# -----------------
# - What each strategy looks at: :doc:`/user_guide/query_strategies`.
# - Rows in a data frame, with columns of several kinds:
#   :ref:`sphx_glr_auto_examples_plot_data_frame.py`.
# - :class:`~sklearn_active.query_strategies.GraphUncertaintyHerding`, and what marks an
#   unlabeled row: ``missing_label`` of :class:`~sklearn_active.ActiveLearner`.
