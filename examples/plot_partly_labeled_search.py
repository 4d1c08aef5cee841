"""
Why does cross-validation say 12 %?
===================================

One in eight of 1797 digits is labeled. Label spreading gets 97 % of the others right,
and scikit-learn's cross-validation rates it at 12 %: it takes the mark -1 for a class
and counts every unlabeled row as an error. Two small objects correct that.
"""

# %%
# A good model with a bad mark
# ----------------------------
# We know all labels here, and hide seven of eight, to see the true accuracy.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.semi_supervised import LabelSpreading

from sklearn_active import ActiveLearner
from sklearn_active.model_selection import PartiallyLabeledSplit, labeled_scorer

X, truth = load_digits(return_X_y=True)
hidden = np.random.RandomState(0).rand(len(X)) > 0.12
y = np.where(hidden, -1, truth)
model = LabelSpreading(gamma=0.02)
model.fit(X, y)
right = np.mean(model.transduction_[hidden] == truth[hidden])
print(f"{np.sum(~hidden)} of {len(X)} rows are labeled ({np.mean(~hidden):.1%})")
print(f"right on {right:.1%} of the unlabeled rows")

# %%
# This is what cross-validation says: the test folds hold unlabeled rows, and the model
# can't answer -1. The score is the share of labels times the accuracy.

folds = KFold(5, shuffle=True, random_state=0)
naive = cross_val_score(model, X, y, cv=folds).mean()
print(f"scikit-learn's folds and scorer: {naive:.1%}")

# %%
# Folds of the labeled rows, a scorer that knows the mark
# -------------------------------------------------------
# :class:`~sklearn_active.model_selection.PartiallyLabeledSplit` wraps any splitter,
# splits the labeled rows, and leaves every unlabeled row in training, where a
# semi-supervised classifier wants it.
# :func:`~sklearn_active.model_selection.labeled_scorer` wraps any scorer and ignores
# unlabeled rows; it is needed where a splitter of your own puts them into test folds,
# and harmless elsewhere.

split = PartiallyLabeledSplit(folds)
scorer = labeled_scorer("accuracy")
ours = cross_val_score(model, X, y, cv=split, scoring=scorer).mean()
only_scorer = cross_val_score(model, X, y, cv=folds, scoring=scorer).mean()
print(f"folds of the labeled rows: {ours:.1%}, the scorer alone: {only_scorer:.1%}")

bars = {
    "the truth": right,
    "both": ours,
    "labeled_scorer": only_scorer,
    "neither": naive,
}
fig, ax = plt.subplots(figsize=(6.4, 2.6), layout="constrained")
drawn = ax.barh(list(bars), list(bars.values()), color=["0.6", "C0", "C0", "C3"])
ax.bar_label(drawn, [f"{value:.1%}" for value in bars.values()], padding=3)
ax.set(xlim=(0, 1.12), xlabel="accuracy")
ax.invert_yaxis()

# %%
# In a search, and in a search inside the learner
# -----------------------------------------------
# A search with naive folds would choose its parameters by noise. Both objects work in
# any search; inside an :class:`~sklearn_active.ActiveLearner` the parameters are then
# chosen again in every round, on the labels known by then.

search = GridSearchCV(
    LabelSpreading(),
    {"gamma": [0.01, 0.02, 0.05]},
    cv=PartiallyLabeledSplit(3),
    scoring=scorer,
)
learner = ActiveLearner(search, "margin", batch_size=10, budget=20)
learner.set_params(oracle=lambda query: truth[query.indices]).fit(X, y)
print(f"after 20 more labels: {learner.estimator_.best_params_}")
unlabeled = learner.labeled_iter_ < 0
print(f"right on {np.mean(learner.transduction_[unlabeled] == truth[unlabeled]):.1%}")

# %%
# Where -1 is a class, say so: ``PartiallyLabeledSplit(missing_label=None)`` and
# ``labeled_scorer(..., missing_label=None)`` read None as the mark.
#
# What to read next
# -----------------
# - :doc:`/user_guide/model_selection` has learning curves and comparisons.
# - :ref:`sphx_glr_auto_examples_plot_which_strategy.py` compares query strategies.
