"""
Label Propagation digits: Active learning
=========================================

Active learning means that the model chooses which rows a person labels next. Here a
model of handwritten digits starts with 40 labels among 330 rows, asks for the five it
is least sure of, is fitted again, and does so five times. The fifth model, with 60
labels, is right about 96 of 100 other digits, the first, with 40, about 87.

This page rebuilds `scikit-learn's example of the same name
<https://scikit-learn.org/stable/auto_examples/semi_supervised/plot_label_propagation_digits_active_learning.html>`_:
the same digits, the same model, the same confusion matrices in each round. Two things
differ. That page speaks of 10 labels at the start, also beside its pictures; its code
has always begun with 40, and so do the words and captions here. And there the loop is
written out by hand; here :class:`~sklearn_active.ActiveLearner` runs it. Both loops
stand below.
"""

# %%
# The pool
# --------
# All 330 rows are known, most of their labels are not: -1 marks an unlabeled row.
# The true labels stand in for the person who would answer.

import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import entropy
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
# In each round ``query`` names the five unlabeled rows whose class distribution has the
# largest entropy. ``teach`` records their labels and fits again. The learner keeps
# track of who is labeled.

rounds = []
for _ in range(5):
    query = learner.query()
    rounds.append(look(learner, query))
    learner.teach(query, truth[query.indices])

# %%
# The digits that were asked
# --------------------------
# One row per round, the least certain digit first. Wrong guesses are red: the model
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
# The same loop by hand
# ---------------------
# Without the library the loop keeps a list of the labeled rows, marks and hides labels,
# and cuts the labeled rows out of the ranking. It asks for the same rows.

labeled, asked_by_hand = np.arange(40), []
for _ in range(5):
    y_now = np.full(330, -1)
    y_now[labeled] = truth[labeled]
    model = LabelSpreading(gamma=0.25, max_iter=20).fit(X, y_now)
    uncertainty = entropy(model.label_distributions_, axis=1)
    uncertainty[labeled] = -np.inf
    asked = uncertainty.argsort()[::-1][:5]
    asked_by_hand.append(asked)
    labeled = np.append(labeled, asked)

same = np.intersect1d(asked_by_hand, [seen["query"].indices for seen in rounds])
print(f"{len(same)} of the 25 rows are the same")

# %%
# .. list-table:: What each line of it becomes
#    :header-rows: 1
#
#    * - By hand
#      - Here
#    * - ``y_now[labeled] = truth[labeled]``, ``np.append(labeled, asked)``
#      - ``learner.teach(query, labels)``: recorded before anything is fitted
#    * - ``entropy(...)``, ``uncertainty[labeled] = -np.inf``, ``argsort``
#      - ``learner.query()``; another strategy by its name: ``"margin"``, ``"badge"``
#    * - ``LabelSpreading(...).fit(X, y_now)``
#      - done by ``teach``; any classifier, also one that takes labeled rows alone
#    * - ``for _ in range(5)``
#      - ``ActiveLearner(..., oracle=answer, budget=25).fit(X, y)`` is the whole loop
#
# What to read next
# -----------------
# - The same model without questions:
#   :ref:`sphx_glr_auto_examples_plot_digits_performance.py`.
# - Asked labels against labels that came first, from ten labels on:
#   :ref:`sphx_glr_auto_examples_plot_ten_labels.py`.
# - What else goes wrong in a loop by hand: :doc:`/user_guide/pitfalls`.
