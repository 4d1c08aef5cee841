"""
Which digits should a person label next?
========================================

Of 330 handwritten digits 40 are labeled. A person who has time for 25 more should
label the ones that the model is least sure of, five at a time: after each five the
model is fitted again, so the next five are chosen with what the last ones taught.
"""

# %%
# The pool
# --------
# All 330 rows are known, most of their labels are not: -1 marks an unlabeled row.
# The true labels stand in for the person who would answer.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, classification_report, confusion_matrix
from sklearn.semi_supervised import LabelSpreading

from sklearn_active import ActiveLearner

digits = load_digits()
rows = np.arange(len(digits.data))
np.random.RandomState(0).shuffle(rows)
X, truth = digits.data[rows[:330]], digits.target[rows[:330]]
y = np.where(np.arange(330) < 40, truth, -1)

learner = ActiveLearner(LabelSpreading(gamma=0.25, max_iter=20), batch_size=5)
learner.start(X, y)

# %%
# What to look at in each round
# -----------------------------
# Label spreading gives every row of the pool a label, its ``transduction_``. On the
# rows still unlabeled we hold it against the truth, before these labels are taught.


def look(learner, query):
    """Print how good the model is before it is taught, and return what was seen."""
    unlabeled = learner.y_ == -1
    true, predicted = truth[unlabeled], learner.transduction_[unlabeled]
    seen = {
        "n_labeled": np.count_nonzero(~unlabeled),
        "query": query,
        "predicted": learner.transduction_[query.indices],
        "confusion": confusion_matrix(true, predicted, labels=learner.classes_),
        "report": classification_report(true, predicted, output_dict=True),
        "accuracy": accuracy_score(true, predicted),
    }
    labels, accuracy = seen["n_labeled"], seen["accuracy"]
    print(f"round {query.round}: {labels} labels, accuracy {accuracy:.3f}")
    print(
        classification_report(true, predicted), seen["confusion"], sep="\n", end="\n\n"
    )
    return seen


# %%
# The loop
# --------
# The learner keeps track of who is labeled. ``query`` names the five rows whose
# class distribution has the largest entropy; ``teach`` records their labels and
# fits again.

rounds = []
for _ in range(5):
    query = learner.query()
    rounds.append(look(learner, query))
    learner.teach(query, truth[query.indices])

# %%
# The digits that were asked
# --------------------------
# One row a round, the least certain digit first. Wrong guesses are red: the model
# is right about many of the digits that it asks for, it is just not sure. (The last
# digit of all wins by less than rounding error: another machine may show row 155.)

fig, axes = plt.subplots(5, 5, figsize=(7, 8.5), layout="constrained")
for seen, row in zip(rounds, axes, strict=True):
    query = seen["query"]
    for ax, image, p, t in zip(
        row, query.X, seen["predicted"], truth[query.indices], strict=True
    ):
        ax.imshow(image.reshape(8, 8), cmap="gray_r")
        ax.set_title(
            f"predict: {p}\ntrue: {t}", size=10, color="black" if p == t else "red"
        )
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
    row[0].set_ylabel(
        f"model {query.round}\nfitted with\n{seen['n_labeled']} labels",
        rotation=0,
        ha="right",
        va="center",
        labelpad=12,
    )
fig.suptitle("The five digits that each model was least sure of")
plt.show()

# %%
# What to read next
# -----------------
# - The same model without questions:
#   :ref:`sphx_glr_auto_examples_plot_digits_performance.py`.
# - Asked labels against labels that came first, from ten labels on:
#   :ref:`sphx_glr_auto_examples_plot_ten_labels.py`.
# - :class:`~sklearn_active.ActiveLearner` asks by itself when it is given an
#   ``oracle``: then the loop above is one call of ``fit``.
