"""
Which query strategy for my data?
=================================

Ten strategies on digits, wine and texts, always compared with random choice: 20
repetitions with stored results, and two repetitions live. No strategy is best
everywhere, and entropy, the usual default, is worse than random choice on the digits.
"""

# %%
# The stored results
# ------------------
# ``doc/benchmarks/compare_strategies.py`` made them: a logistic regression, the same
# splits, starts and seeds for all. The area is the mean accuracy over the curve; the
# interval is that of the difference to random, paired by repetition.

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_active import ActiveLearner
from sklearn_active.inspection import ActiveLearningCurveDisplay
from sklearn_active.model_selection import compare_strategies

above = (Path.cwd(), *Path.cwd().parents)  # somewhere in a checkout
results = next(p for p in above if (p / "doc/benchmarks").is_dir())
results = results / "doc/benchmarks/results"
table = pd.read_csv(results / "compare_strategies.csv")
columns = ["strategy", "area", "difference", "difference_low", "difference_high"]
for dataset, rows in table.groupby("dataset", sort=False):
    print(f"\n{dataset}, {rows.repetitions.iloc[0]} repetitions")
    print(rows[[*columns, "wins"]].to_string(index=False))

# %%
# The differences to random
# -------------------------
# Where the interval crosses zero, the strategy can't be told from random choice.
# Repetitions share the data set: the interval says how much the start and the seed
# matter, not how the strategy would do on other data. That is what three data sets are
# for.

datasets = list(table.dataset.unique())
fig, axes = plt.subplots(1, 3, figsize=(10, 3.8), sharey=True, layout="constrained")
strategies = sorted(set(table.strategy) - {"random"}, reverse=True)
for ax, dataset in zip(axes, datasets, strict=True):
    rows = table[table.dataset == dataset].set_index("strategy")
    for height, strategy in enumerate(strategies):
        if strategy not in rows.index:
            continue
        row = rows.loc[strategy]
        better = row.difference_low > 0
        color = "C0" if better else "C3" if row.difference_high < 0 else "0.5"
        ax.plot([row.difference_low, row.difference_high], [height] * 2, color=color)
        ax.plot(row.difference, height, "o", color=color)
    ax.axvline(0, color="0.2", linewidth=0.8)
    ax.set(title=dataset, xlabel="area less that of random")
axes[0].set_yticks(range(len(strategies)), strategies)

# %%
# Two repetitions, live
# ---------------------
# The same function on your data. Two repetitions show how it is done; twenty tell more.

X, y = load_wine(return_X_y=True)
model = make_pipeline(StandardScaler(), LogisticRegression())
learners = {
    name: ActiveLearner(model, name, batch_size=3)
    for name in ["margin", "entropy", "graph_herding"]
}
comparison = compare_strategies(
    learners, X, y, initial=3, budget=24, cv=2, n_repeats=2, random_state=0
)
print(comparison.to_frame()[["area", "difference", "labels_to_95"]].round(3))

_, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
ActiveLearningCurveDisplay.from_curves(comparison, ax=ax)
best = max(comparison.area, key=lambda name: np.mean(comparison.area[name]))
print(f"best in these two repetitions: {best}")

# %%
# What to read next
# -----------------
# - :doc:`/user_guide/label_efficiency` has more data sets, and classifiers that use the
#   graph, where ``graph_herding`` is far ahead.
# - :doc:`/user_guide/model_selection` says how to read the table.
# - :ref:`sphx_glr_auto_examples_plot_own_strategy.py` compares your own strategy with
#   them.
