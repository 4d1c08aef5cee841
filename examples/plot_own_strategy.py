"""
How do you write a query strategy of your own in ten lines?
===========================================================

Say how useful each candidate's label would be; the learner does the rest. The one
written here weighs uncertainty with density: a row that is uncertain *and* typical of
its surroundings tells more than an uncertain outlier.
"""

# %%
# The strategy
# ------------
# It is a scikit-learn object: parameters in the constructor, and one method.
# ``pool.candidates`` are the rows that can be asked about, ``pool.proba`` their class
# distributions, and utilities are returned in the same order; higher means ask first.

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import entr
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.svm import LinearSVC

from sklearn_active import ActiveLearner
from sklearn_active.query_strategies import QueryStrategy


class InformationDensity(QueryStrategy):
    """Entropy, times the mean similarity to all candidates to the power of beta."""

    needs = ("predict_proba",)

    def __init__(self, beta=1.0):
        self.beta = beta

    def utilities(self, pool):
        rows = pool.X[pool.candidates]
        density = rbf_kernel(rows, gamma=0.5).mean(axis=0)
        return entr(pool.proba).sum(axis=1) * density**self.beta


# %%
# ``needs`` says what the estimator must offer. It is checked before a label is bought:

digits = load_digits()
rows = np.random.RandomState(0).permutation(len(digits.data))
X, truth = digits.data[rows] / 16, digits.target[rows]
try:
    ActiveLearner(LinearSVC(), InformationDensity()).start(X).query()
except ValueError as error:
    print(error)

# %%
# What it asks
# ------------
# A strategy may be a name, an object or a function. A function of the pool will do
# where there is nothing to set or to search over.


def three_or_eight(pool):
    """Ask what may be a 3 and may be an 8."""
    return np.minimum(pool.proba[:, 3], pool.proba[:, 8])


model = LogisticRegression()
labeled = np.arange(500) < 30
strategies = {
    "entropy": "entropy",
    "information density": InformationDensity(),
    "3 or 8?": three_or_eight,
}
fig, axes = plt.subplots(3, 8, figsize=(8, 4), layout="constrained")
for (name, strategy), row in zip(strategies.items(), axes, strict=True):
    learner = ActiveLearner(model, strategy).start(
        X[:500], np.where(labeled, truth[:500], -1)
    )
    query = learner.query(batch_size=8)
    for ax, image in zip(row, query.X, strict=True):
        ax.imshow(image.reshape(8, 8), cmap="gray_r")
        ax.set(xticks=[], yticks=[])
    row[0].set_ylabel(name, rotation=0, ha="right", va="center")
fig.suptitle("The first eight digits that each strategy asks")

# %%
# Is it any good?
# ---------------
# Forty questions in ten draws of 500 digits, judged on the 1297 others.

strategies["random"] = "random"
del strategies["3 or 8?"]
for name, strategy in strategies.items():
    scores = []
    for seed in range(10):
        order = np.random.RandomState(seed).permutation(len(X))
        pool, others = order[:500], order[500:]
        learner = ActiveLearner(
            model, strategy, batch_size=10, budget=40, random_state=seed
        )
        learner.fit(X[pool], truth[pool], labeled=labeled)
        scores.append(learner.score(X[others], truth[others]))
    print(f"{name:>19}: {np.mean(scores):.3f}, {min(scores):.3f} to {max(scores):.3f}")
plt.show()

# %%
# Not here: entropy alone is better, and density no better than chance. A strategy is
# written faster than it is shown to help, so compare it with "random" and "entropy". At
# ``beta=0`` this one is entropy; as a parameter, beta can be searched over.
#
# What to read next
# -----------------
# - What else a pool shows, and how to test a strategy: :ref:`write_strategy`.
# - When the answers are wrong: :ref:`sphx_glr_auto_examples_plot_noisy_oracle.py`.
# - :class:`~sklearn_active.query_strategies.QueryStrategy`.
