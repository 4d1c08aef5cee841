"""
Label Propagation digits: Demonstrating performance
===================================================

How far do few labels go? Of 340 handwritten digits 40 are labeled. Label spreading, a
relative of label propagation, lets the other 300 take part in the fit: labels travel
along similarity. It is right about nine of ten of them. Nobody is asked anything here;
at the end the learner says which ten digits it would ask for, which is where active
learning begins.

This page rebuilds `scikit-learn's example of the same name
<https://scikit-learn.org/stable/auto_examples/semi_supervised/plot_label_propagation_digits.html>`_,
with the same digits, model and figures. That page says that 30 rows are labeled; its
code labels 40, and so does this one. There the uncertain rows are found by a formula,
here by ``query``.
"""

# %%
# One plain fit
# -------------
# Without an oracle, ``fit`` fits the estimator once, on the labels in ``y``; -1 marks
# the unlabeled rows.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import (
    ConfusionMatrixDisplay,
    classification_report,
    confusion_matrix,
)
from sklearn.semi_supervised import LabelSpreading

from sklearn_active import ActiveLearner

digits = load_digits()
rows = np.arange(len(digits.data))
np.random.RandomState(2).shuffle(rows)
X, truth = digits.data[rows[:340]], digits.target[rows[:340]]
y = np.where(np.arange(340) < 40, truth, -1)

learner = ActiveLearner(LabelSpreading(gamma=0.25, max_iter=20)).fit(X, y)

# %%
# How good it is
# --------------
# The model has never seen the labels of these 300 rows; nine of ten are right.

unlabeled = learner.y_ == -1
true, predicted = truth[unlabeled], learner.transduction_[unlabeled]
report = classification_report(true, predicted, output_dict=True)
print(f"{np.sum(~unlabeled)} labels, {np.sum(unlabeled)} unlabeled rows")
print(classification_report(true, predicted))

# %%
# What is taken for what: an eight for a one, a three for a five.

confusion = confusion_matrix(true, predicted, labels=learner.classes_)
print(confusion)
ConfusionMatrixDisplay(confusion, display_labels=learner.classes_).plot()

# %%
# What it is least sure of
# ------------------------
# ``query`` also works after ``fit``. It names the unlabeled rows whose class
# distribution has the largest entropy, the least certain first.

query = learner.query(batch_size=10)
print(query)

fig, axes = plt.subplots(2, 5, figsize=(7, 4), layout="constrained")
for ax, row, image in zip(axes.flat, query.indices, query.X, strict=True):
    p, t = learner.transduction_[row], truth[row]
    ax.imshow(image.reshape(8, 8), cmap="gray_r")
    ax.set_title(
        f"predict: {p}\ntrue: {t}", size=10, color="black" if p == t else "red"
    )
    ax.axis("off")
fig.suptitle("The ten digits that the model is least sure of (wrong guesses in red)")
plt.show()

# %%
# What to read next
# -----------------
# - What happens when somebody answers:
#   :ref:`sphx_glr_auto_examples_plot_digits_active_learning.py`.
# - What if there are only ten labels:
#   :ref:`sphx_glr_auto_examples_plot_ten_labels.py`.
# - :class:`sklearn.semi_supervised.LabelSpreading`, the model itself.
