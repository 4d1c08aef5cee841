"""
Which 10 should I label first?
==============================

Nobody has labeled anything yet, and the person who labels wants the list now, all ten
rows at once. ``graph_coverage`` chooses rows that together are near to as many others
as possible, and looks at no label.
"""

# %%
# One question, ten rows
# ----------------------

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_active import ActiveLearner

X, truth = load_digits(return_X_y=True)
model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))

learner = ActiveLearner(model, "graph_coverage").start(X)
query = learner.query(batch_size=10)

fig, axes = plt.subplots(1, 10, figsize=(8, 1.3), layout="constrained")
for ax, image, digit in zip(axes, query.X, truth[query.indices], strict=True):
    ax.imshow(image.reshape(8, 8), cmap="gray_r")
    ax.set_title(f"a {digit}", size=9)
    ax.set_axis_off()

# %%
# Better than ten at random?
# --------------------------
# The model is a logistic regression, which knows nothing of the graph.

learner.teach(query, truth[query.indices])
left = np.setdiff1d(np.arange(len(X)), query.indices)
covered = learner.score(X[left], truth[left])

scores, n_classes = [], []
for seed in range(20):
    rows = np.random.RandomState(seed).permutation(len(X))
    n_classes.append(len(np.unique(truth[rows[:10]])))
    chance = model.fit(X[rows[:10]], truth[rows[:10]])
    scores.append(chance.score(X[rows[10:]], truth[rows[10:]]))
print(f"covered: accuracy {covered:.3f}, {len(learner.classes_)} digits seen")
print(
    f"random:  accuracy {np.mean(scores):.3f} on average, best of 20 {max(scores):.3f}"
)
print(f"         {np.mean(n_classes):.1f} digits seen on average")

# %%
# From here on the answers are worth looking at: go on with ``"graph_herding"``, which
# weighs what is not covered by how uncertain it is.

learner = ActiveLearner(model, "graph_herding").start(X)
learner.teach(query.indices, truth[query.indices])
for _ in range(20):
    question = learner.query()
    learner.teach(question, truth[question.indices])
print(f"20 questions later: {learner.score(X, truth):.3f}")
plt.show()

# %%
# What to read next
# -----------------
# - :ref:`sphx_glr_auto_examples_plot_few_labels.py`: asked one after the other.
# - :class:`~sklearn_active.query_strategies.GraphUncertaintyHerding`, of which
#   ``"graph_coverage"`` is the case ``uncertainty="none"``.
