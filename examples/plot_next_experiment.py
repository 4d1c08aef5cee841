"""
Which experiment should I run next?
===================================

A reaction can be run at many temperatures, times and amounts of catalyst, and each run
costs a day. The yield is a number, so the estimator is a regressor; everything else is
as with classes. Here we make 25 of 500 possible runs.
"""

# %%
# The experiments that are possible
# ---------------------------------
# Rows are settings, the label of a row is the yield in percent. The laboratory is an
# oracle that measures with an error of half a percent, the same whenever it is asked.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.ensemble import RandomForestRegressor

from sklearn_active import ActiveLearner
from sklearn_active.inspection import ActiveLearningCurveDisplay, PoolDisplay
from sklearn_active.oracles import ArrayOracle, NoisyOracle

rng = np.random.RandomState(0)
settings = rng.uniform([40, 10, 0.5], [120, 240, 5], size=(500, 3))  # °C, minutes, %
celsius, minutes, catalyst = settings.T
speed = catalyst * np.exp((celsius - 80) / 25) * minutes / 150
too_hot = 1 / (1 + np.exp((celsius - 100) / 6))
truth = 95 * (1 - np.exp(-speed)) * too_hot
laboratory = NoisyOracle(ArrayOracle(truth), scale=0.5, random_state=0)
print(f"yields from {truth.min():.0f} to {truth.max():.0f} percent")

# %%
# Twenty-five runs, from none
# ---------------------------
# ``"auto"`` takes the experimental design around a regressor: it asks about the row
# whose number says most about all others, and needs no model for that. So it begins
# with no label at all, and the columns are scaled for it, as minutes are not degrees.
# NaN marks a run that was not made; every number is a label, -1 too.

model = RandomForestRegressor(100, random_state=0)
learner = ActiveLearner(
    model, "auto", oracle=laboratory, batch_size=5, budget=25, random_state=0
)
learner.fit(settings, np.full(500, np.nan))
left = np.isnan(learner.y_)
print(learner.query_strategy_)
r2 = learner.score(settings[left], truth[left])
print(f"R² on the {left.sum()} runs left: {r2:.2f}")
first = learner.history_[0]
print("first runs:", np.round(settings[first.rows[:2]], 1).tolist())
print("their yields:", np.round(first.answers[:2], 1))

# %%
# Where these runs lie
# --------------------
# Temperature and time are two of the three columns. Rings are the runs that were made,
# colors their yields.

PoolDisplay.from_estimator(learner, projection=settings[:, :2], colorbar=True)
plt.gca().set(xlabel="temperature (°C)", ylabel="time (minutes)")

# %%
# Is it better than runs at random?
# ---------------------------------
# Here all yields are known. We measure R² on settings that are not candidates, in five
# splits, each starting from five random runs; bands are standard errors.

learners = {
    name: ActiveLearner(model, name, batch_size=5) for name in ("auto", "random")
}
_, ax = plt.subplots(layout="constrained")
for name, each in learners.items():
    ActiveLearningCurveDisplay.from_estimator(
        each,
        settings,
        truth,
        initial=5,
        budget=25,
        cv=5,
        random_state=0,
        ax=ax,
        name=name,
        score_name="R²",
    )
ax.set_ylim(0, 1)

# %%
# What to read next
# -----------------
# - :ref:`strategies_for_numbers` in the user guide, and how many labels they save.
# - :doc:`/user_guide/regression`: what else differs from classes.
