"""
What does the learner ask, and where in the pool?
=================================================

A learner that has asked thirty questions has a history: which rows, what the model took
them for, what they were. Three displays show it in one line each, and reveal what a
number such as the accuracy hides.
"""

# %%
# Thirty questions about digits
# -----------------------------
# Ten of 400 handwritten digits are labeled. The learner asks about five at a time,
# those that cover most of what is still uncertain.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from sklearn_active import ActiveLearner
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.inspection import (
    ActiveLearningCurveDisplay,
    PoolDisplay,
    QueryDisplay,
)
from sklearn_active.model_selection import compare_strategies

digits = load_digits()
rows = np.random.RandomState(0).permutation(len(digits.data))[:400]
X, truth = digits.data[rows], digits.target[rows]
model = GraphLabelSpreading()

learner = ActiveLearner(model, "graph_herding", batch_size=5, budget=30, random_state=0)
learner.fit(X, truth, labeled=np.arange(400) < 10)
n_wrong = sum(
    np.not_equal(record.predicted, record.answers).sum() for record in learner.history_
)
print(f"{learner.n_asked_} asked, {n_wrong} of them guessed wrong")

# %%
# What was asked
# --------------
# One line per round, the most useful digit first. Above each is what the model took it
# for before it was given the answer, and what it is; wrong guesses are red and bold.

QueryDisplay.from_estimator(learner, image_shape=(8, 8))
plt.show()

# %%
# Where in the pool
# -----------------
# The numbers are the order of the questions; candidates are the darker the more
# useful their label would be now. Any transformer can make the two dimensions.

fig, ax = plt.subplots(figsize=(7.5, 6), layout="constrained")
PoolDisplay.from_estimator(learner, numbers=True, ax=ax)
ax.set_title("Where the learner asked, and where it would ask next")
plt.show()

# %%
# The questions are spread over the whole pool: a strategy that only looks at
# uncertainty would ask where classes meet. Digits at the same place here may differ in
# the 62 dimensions that were left out.
#
# Was it worth it?
# ----------------
# Another strategy and random choice get the same start and as many labels; all are
# judged on digits that nobody asked about. Bands are standard errors over three starts.

strategies = {
    name: ActiveLearner(model, name, batch_size=5)
    for name in ("graph_herding", "margin")
}
result = compare_strategies(
    strategies, X, truth, initial=10, budget=30, cv=3, n_repeats=3, random_state=0
)
ActiveLearningCurveDisplay.from_curves(result, score_name="Accuracy")
plt.show()
for name, curve in result.curves.items():
    print(f"{name:>13}: accuracy {curve.test_scores[:, :, -1].mean():.3f} at 40 labels")

# %%
# What to read next
# -----------------
# - What else the displays can show, text for example: :doc:`/user_guide/inspection`.
# - The first of these pictures drawn by hand, and the loop behind it:
#   :ref:`sphx_glr_auto_examples_plot_digits_active_learning.py`.
# - When such a curve has become flat:
#   :ref:`sphx_glr_auto_examples_plot_when_to_stop.py`.
