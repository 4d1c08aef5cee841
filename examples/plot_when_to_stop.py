"""
When should I stop asking?
==========================

Labels cost money, and the last ones often change nothing. Two rules look at the model
instead of the budget: *stable_predictions* stops when successive models agree on the
unlabeled rows, *confident* when the strategy finds nothing uncertain any more. What
would each have saved, and what would it have lost?
"""

# %%
# Three data sets, one budget
# ---------------------------
# Each run may ask for 150 labels, five at a time. The accuracy is that on all rows not
# asked about; nobody who labels for real can see it, which is why rules are needed.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_digits, make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_active import ActiveLearner
from sklearn_active.stopping_rules import Confident, StablePredictions

DATASETS = {
    "digits": load_digits(return_X_y=True),
    "breast cancer": load_breast_cancer(return_X_y=True),
    "noisy labels": make_classification(600, 10, flip_y=0.2, random_state=0),
}
RULES = {
    "stable_predictions": StablePredictions(),
    "confident": Confident(0.2),
}
model = make_pipeline(StandardScaler(), LogisticRegression(C=0.3))


def run(X, truth, rule, batch_size=5):
    """Label up to 150 rows; return the learner and the accuracy of every round."""
    rule = rule and clone(rule)  # rules remember a run
    accuracies = {}

    def measure(learner):
        unlabeled = learner.labeled_iter_ < 0
        right = learner.predict(X[unlabeled]) == truth[unlabeled]
        accuracies[np.sum(~unlabeled)] = right.mean()

    def measure_and_stop(learner):
        measure(learner)
        return rule is not None and rule(learner)

    learner = ActiveLearner(
        model,
        "margin",
        batch_size=batch_size,
        budget=150,
        stop_when=measure_and_stop,
        random_state=0,
    )
    start = np.zeros(len(X), dtype=bool)
    start[np.random.RandomState(0).permutation(len(X))[:15]] = True
    learner.fit(X, truth, labeled=start)
    measure(learner)
    return accuracies


# %%
# What was saved and lost
# -----------------------
# In use you would write ``ActiveLearner(..., stop_when="stable_predictions")``; the
# function above wraps the rules only to watch them.

fig, axes = plt.subplots(1, 3, figsize=(10, 3.4), sharey=True, layout="constrained")
for ax, (name, (X, truth)) in zip(axes, DATASETS.items(), strict=True):
    full = run(X, truth, rule=None)
    numbers = list(full)
    ax.plot(numbers, list(full.values()), color="0.4")
    ax.set(title=name, xlabel="labels")
    print(f"{name}: {full[numbers[-1]]:.3f} with all {numbers[-1]} labels")
    for (rule_name, rule), marker in zip(RULES.items(), "os", strict=True):
        stopped = list(run(X, truth, rule))[-1]
        saved, lost = numbers[-1] - stopped, full[numbers[-1]] - full[stopped]
        ax.plot(stopped, full[stopped], marker, markersize=9, label=rule_name)
        print(f"  {rule_name:18} stops at {stopped}: saves {saved}, loses {lost:+.3f}")
axes[0].set_ylabel("accuracy on the rows not asked")
axes[0].legend(loc="lower right")

# %%
# The rules differ where it hurts. Where labels are noisy the model is never sure, so
# *confident* spends the whole budget; *stable_predictions* notices that nothing changes
# any more. Neither knows the truth: keep some labels aside, or label a random share, to
# check what you have.
#
# What to read next
# -----------------
# - :doc:`/user_guide/learner` has all the reasons for which a loop ends.
# - :ref:`sphx_glr_auto_examples_plot_noisy_oracle.py` is about labels that are wrong.
