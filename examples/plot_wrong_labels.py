"""
Which labels are wrong?
=======================

Somebody has labeled three hundred digits in a hurry, and one answer in ten is a slip.
Looking at all of them again would cost as much as the first time. The labels themselves
say where to look: each is judged by a model that was fitted without it.
"""

# %%
# Two people who err
# ------------------
# One hits a wrong key now and then, on any digit. The other takes every second 8 for a
# 1: fewer mistakes, but always the same. Both answer 280 questions about random rows;
# the first 20 labels are right.

from collections import Counter

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from sklearn_active import ActiveLearner
from sklearn_active.evaluation import suspect_labels
from sklearn_active.oracles import ArrayOracle, NoisyOracle

digits = load_digits()
X, truth = digits.data / 16, digits.target
model = LogisticRegression()
y = np.full(len(X), -1)
first = np.random.RandomState(0).permutation(len(X))[:20]
y[first] = truth[first]


def confuses(query):
    """Answer with the truth, but with 1 for every second 8."""
    is_other = (truth[query.indices] == 8) & (query.indices % 2 == 0)
    return np.where(is_other, 1, truth[query.indices])


PEOPLE = {
    "slips": NoisyOracle(ArrayOracle(truth), flip_rate=0.1, random_state=0),
    "confuses 8 with 1": confuses,
}


def label_300(oracle):
    """Return a learner with 300 labels, some of them wrong."""
    learner = ActiveLearner(
        model, "random", oracle=oracle, batch_size=70, budget=280, random_state=0
    )
    return learner.fit(X, y)


learners = {name: label_300(oracle) for name, oracle in PEOPLE.items()}
suspects = {
    name: suspect_labels(learner, X, learner.y_, random_state=0)
    for name, learner in learners.items()
}
print(suspects["slips"].to_frame().head(4).round(3))

# %%
# All labels, the most suspect first
# ----------------------------------
# Each square is a label, in the order of
# :func:`~sklearn_active.evaluation.suspect_labels`, line by line. Red ones are wrong;
# who labels for real would have to look.

wrong = {name: found.labels != truth[found.rows] for name, found in suspects.items()}
fig, axes = plt.subplots(1, 2, figsize=(6.4, 4.6), layout="constrained")
for ax, (name, is_wrong) in zip(axes, wrong.items(), strict=True):
    squares = is_wrong.reshape(20, 15)
    colors = ListedColormap(["#D0D0D0", "#B30000"])
    ax.pcolormesh(squares, cmap=colors, edgecolors="white", linewidth=1.5)
    ax.set_aspect("equal")
    ax.invert_yaxis()
    ax.set_axis_off()
    ax.set_title(f"{name}:\n{is_wrong.sum()} wrong", fontsize=17)

# %%
# What is found, and what it is worth
# -----------------------------------
# The first labels of the list are looked at again, by somebody who makes no mistake,
# and corrected with ``relabel``. Accuracy is on the 1497 digits without a label. Forty
# looks at random would find four of the slips.

for name, learner in learners.items():
    left = learner.labeled_iter_ < 0
    print(f"{name}:")
    for n_looks in (0, 20, 40, 60, 300):
        looked = suspects[name].rows[:n_looks]
        learner.relabel(looked, truth[looked])
        score = learner.score(X[left], truth[left])
        n_found = wrong[name][:n_looks].sum()
        print(f"  {n_looks:3} looks find {n_found:2}, then {score:.1%} are right")

# %%
# The slips come first, nearly all in the first forty looks. Half of the other person's
# mistakes don't: so many an 8 is called a 1 that the model has learned it that way.
#
# The same mistake again and again
# --------------------------------
# Such a habit still shows: count which two classes the suspects are torn between. Where
# one pair stands out, look at all labels of these two.

found, is_wrong = suspects["confuses 8 with 1"], wrong["confuses 8 with 1"]
doubts = np.column_stack([found.labels, found.predicted])[found.contradicted]
pairs = Counter(map(tuple, np.sort(doubts).tolist()))
print(f"{len(doubts)} labels are contradicted:")
for (one, other), n in pairs.most_common(3):
    print(f"  {n:2} between {one} and {other}")
of_pair = np.isin(found.labels, [1, 8])
print(f"{of_pair.sum()} looks at all 1 and 8 find {is_wrong[of_pair].sum()} of 19")

# %%
# Suspect is not wrong
# --------------------
# The first twenty suspects of the person who slips. Those in red are wrong, the other
# one is only hard to read: that a label is suspect proves nothing.

fig, axes = plt.subplots(2, 10, figsize=(8, 2.4), layout="constrained")
found = suspects["slips"]
for ax, row, label in zip(axes.flat, found.rows, found.labels, strict=False):
    ax.imshow(digits.images[row], cmap="gray_r")
    color = "#B30000" if label != truth[row] else "black"
    ax.set_title(f"a {label}?", color=color)
    ax.set_axis_off()
plt.show()

# %%
# What to read next
# -----------------
# - :doc:`/user_guide/suspect_labels` has figures on more data, and what to do with the
#   votes of several people.
# - :ref:`sphx_glr_auto_examples_plot_noisy_oracle.py`: what wrong answers cost, and
#   which questions suffer least.
# - :ref:`sphx_glr_auto_examples_plot_annotators.py`: several people, and who of them
#   confuses what.
