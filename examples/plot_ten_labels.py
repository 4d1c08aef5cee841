"""
Do 20 asked labels beat 20 that happened to come first?
=======================================================

Ten of 330 digits are labeled, and there is time for twenty more: the ones that an
active learner asks about, or simply the next twenty in the file? Both learners use the
same model and end with 30 labels.
"""

# %%
# Twenty questions
# ----------------
# The oracle answers with the true labels; ``fit`` asks it four times for five.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.semi_supervised import LabelSpreading

from sklearn_active import ActiveLearner

digits = load_digits()
rows = np.arange(len(digits.data))
np.random.RandomState(0).shuffle(rows)
X, truth = digits.data[rows[:330]], digits.target[rows[:330]]
model = LabelSpreading(gamma=0.25, max_iter=20)
position = np.arange(330)

asked = ActiveLearner(
    model, oracle=lambda query: truth[query.indices], batch_size=5, budget=20
)
asked.fit(X, np.where(position < 10, truth, -1))
passive = ActiveLearner(model).fit(X, np.where(position < 30, truth, -1))

# %%
# A fair comparison
# -----------------
# The active learner took the hard rows out of its own test, so both are judged on the
# rows that are unlabeled in *both*.
in_both = (asked.y_ == -1) & (passive.y_ == -1)
print(f"{in_both.sum()} rows are unlabeled in both")
for name, learner in {"asked": asked, "came first": passive}.items():
    accuracy = np.mean(learner.transduction_[in_both] == truth[in_both])
    print(f"{name:>10}: accuracy {accuracy:.3f}, classes seen: {learner.classes_}")

# %%
# There is no 3 among the first 30, so the passive learner takes every 3 for something
# else. The active one began with seven classes and found the others on its way.

# %%
# Label by label
# --------------
# ``labeled_iter_`` says in which round a label was learned, so each model of the loop
# can be fitted again, and compared with one of as many labels that came first.

curves = {"asked": [], "came first": []}
for k in range(5):
    known = (asked.labeled_iter_ >= 0) & (asked.labeled_iter_ <= k)
    n_known = np.count_nonzero(known)
    for name, labeled in {"asked": known, "came first": position < n_known}.items():
        learner = ActiveLearner(model).fit(X, np.where(labeled, truth, -1))
        accuracy = np.mean(learner.transduction_[in_both] == truth[in_both])
        curves[name].append((n_known, accuracy, len(learner.classes_)))

fig, ax = plt.subplots(layout="constrained")
for (name, curve), style in zip(curves.items(), ["o-", "s--"], strict=True):
    n_labels, accuracies, _ = zip(*curve, strict=True)
    ax.plot(n_labels, accuracies, style, label=name)
    for n, height, n_classes in curve:
        ax.annotate(n_classes, (n, height), (4, -12), textcoords="offset points")
ax.set(
    xlabel="labels (beside the points: classes seen)",
    ylabel=f"accuracy on the {in_both.sum()} rows",
    title="Twenty labels more: asked for, or whatever came first",
    xticks=n_labels,
    ylim=(0.5, 1),
)
ax.legend(loc="lower right")

# %%
# Was it luck?
# ------------
# In large part. Here are twenty other draws of 330 digits, from 10 labels and from 40,
# judged on digits outside the pool. With ``labeled=`` a complete ``y`` answers.


def gain(seed, n_start, n_more):
    """Return how much better asked labels are than the next ones, in another draw."""
    rows = np.random.RandomState(seed).permutation(len(digits.data))
    X, truth = digits.data[rows], digits.target[rows]
    pool, others = slice(330), slice(330, None)
    asked = ActiveLearner(model, batch_size=5, budget=n_more)
    asked.fit(X[pool], truth[pool], labeled=position < n_start)
    passive = ActiveLearner(model)
    passive.fit(X[pool], np.where(position < n_start + n_more, truth[pool], -1))
    scores = [learner.score(X[others], truth[others]) for learner in (asked, passive)]
    return scores[0] - scores[1]


for n_start, n_more in [(10, 20), (40, 25)]:
    gains = np.array([gain(seed, n_start, n_more) for seed in range(1, 21)])
    better, mean = np.sum(gains > 0), gains.mean()
    print(f"{n_more} labels after {n_start}: better in {better} of 20, by {mean:.3f}")
plt.show()

# %%
# So yes on average, but not for sure: a model of ten labels is a poor judge of what it
# doesn't know, and its questions may miss. From 40 labels on they rarely do.
#
# What to read next
# -----------------
# - :ref:`sphx_glr_auto_examples_plot_digits_active_learning.py` starts from 40 labels
#   and shows the digits that are asked.
# - :ref:`sphx_glr_auto_examples_plot_digits_performance.py` asks nothing at all.
# - :class:`~sklearn_active.ActiveLearner`: ``oracle``, ``budget``, ``labeled_iter_``.
