"""
Have I found all of the rare ones?
==================================

A few rows in a hundred matter, and you want nearly all of them: the papers of a review,
the faulty parts, the fraud. The question then isn't whether the model is right, but how
many of these rows are still unread. Here they are eights among handwritten digits: 60
of some 1,700 rows, and one of them is known.
"""

# %%
# One eight is known
# ------------------
# Which digits the other rows show doesn't matter: a row is an eight, or it isn't.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import ExtraTreesClassifier

from sklearn_active import ActiveLearner
from sklearn_active.inspection import RecallDisplay
from sklearn_active.query_strategies import MostLikely
from sklearn_active.stopping_rules import Recall

X, digit = load_digits(return_X_y=True)
eights = np.flatnonzero(digit == 8)
rows = np.sort(np.append(np.flatnonzero(digit != 8), eights[:60]))
X, truth = X[rows], np.where(digit[rows] == 8, "eight", "other")

y = np.full(len(X), None)
first = np.flatnonzero(truth == "eight")[0]
y[first] = "eight"

model = ExtraTreesClassifier(30, min_samples_leaf=2, random_state=0)

# %%
# The likeliest first, until enough is found
# ------------------------------------------
# ``MostLikely`` asks about the rows that are most likely eights, and gives a twentieth
# of the questions to a strategy that explores: it finds eights in an unknown
# handwriting. ``Recall`` looks at the answers alone: it stops when so long a time
# without an eight would be too unlikely if more than a tenth of them were still unread.

learner = ActiveLearner(
    model,
    MostLikely("eight"),
    oracle=lambda query: truth[query.indices],
    batch_size=20,
    stop_when=Recall("eight", target=0.9),
    random_state=0,
).fit(X, y)

found = np.sum(learner.y_ == "eight")
print(f"read {learner.n_asked_} of {len(X)} rows, found {found} of 60 eights")

# %%
# What was sure when
# ------------------
# The solid line shows that nearly all eights were found early on. Nobody could know
# that by then: the dashed line is the share that was *certain* to be found. To be
# certain takes longer than to find, and the longer the fewer such rows there are.

RecallDisplay.from_estimator(learner, "eight", target=0.9)
plt.show()

# %%
# By chance alone, nine of ten eights are found when nine of ten rows have been read.
# The rule needs no model, and fits any strategy that is no worse than chance at each
# step; :doc:`/user_guide/rare_class` says what it assumes, and how often it failed.
#
# What to read next
# -----------------
# - :doc:`/user_guide/rare_class` has the figures.
# - :ref:`sphx_glr_auto_examples_plot_new_class.py` is about a class without a label.
