"""Draw what cross-validation, random checks and the truth say, label by label."""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_val_score

from sklearn_active import ActiveLearner
from sklearn_active.evaluation import estimate_score
from sklearn_active.query_strategies import WithChecks

INK = "#1B1B1B"
FOLDS = KFold(5, shuffle=True, random_state=0)


def looks():
    """Return number of labels, the truth, cross-validation, score, low and high."""
    X, truth = load_digits(return_X_y=True)
    X = X / 16
    learner = ActiveLearner(
        LogisticRegression(max_iter=500),
        WithChecks("margin", share=0.2),
        batch_size=10,
        random_state=0,
    )
    learner.start(X, np.where(np.arange(len(X)) < 20, truth, -1))
    rows = []
    while (n_labels := np.sum(learner.y_ != -1)) < 240:
        query = learner.query()
        learner.teach(query, truth[query.indices])
        known = learner.y_ != -1
        if n_labels % 20:
            continue
        folds = cross_val_score(learner.estimator, X[known], truth[known], cv=FOLDS)
        found = estimate_score(learner)
        score = learner.score(X[~known], truth[~known])
        figures = found.score, found.low, found.high
        rows.append((known.sum(), score, folds.mean(), *figures))
    return np.array(rows).T


def misleading():
    """Draw them."""
    labels, truth, folds, score, low, high = looks()
    _, ax = plt.subplots(figsize=(5.6, 3.2), layout="constrained")
    ax.fill_between(labels, low, high, color="C0", alpha=0.2, linewidth=0)
    ax.plot(labels, score, color="C0")
    ax.plot(labels, truth, color=INK, linestyle="--")
    ax.plot(labels, folds, color="C1")
    texts = {
        "truth, on the rows left": (truth, INK, 6),
        "random checks, 95 %": (score, "C0", -14),
        "cross-validation on the labels": (folds, "C1", 6),
    }
    for text, (values, color, lift) in texts.items():
        ax.annotate(
            text,
            (labels[-1], values[-1]),
            (0, lift),
            textcoords="offset points",
            color=color,
            ha="right",
        )
    ax.set(xlabel="Labels", ylabel="Accuracy", ylim=(0.4, 1.05))
    ax.spines[["top", "right"]].set_visible(False)
