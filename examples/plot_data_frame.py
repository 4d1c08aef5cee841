"""
Can the rows stay in a data frame, with columns of several kinds?
=================================================================

Yes: the pool is whatever the estimator takes. Here a pipeline with a
``ColumnTransformer`` gets a frame of numbers and text, the oracle gets the rows of
that frame, and it finds the answers by the frame's own index.
"""

# %%
# Bicycles
# --------
# We make up a frame: 600 used bicycles, and whether each was sold within a week. Its
# index holds the numbers of the advertisements.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sklearn_active import ActiveLearner

rng = np.random.RandomState(0)
bikes = pd.DataFrame(
    {
        "price": rng.gamma(4, 100, 600).round(),
        "age": rng.randint(0, 20, 600),
        "kind": rng.choice(["city", "road", "cargo", "kids"], 600),
        "town": rng.choice(["Graz", "Linz", "Wien"], 600),
    },
    index=[f"ad-{number}" for number in rng.permutation(np.arange(1000, 1600))],
)
appeal = 2 - bikes["price"] / 150 - bikes["age"] / 10
appeal += bikes["kind"].map({"city": 0, "road": 1, "cargo": 2.5, "kids": -0.5})
appeal += rng.logistic(scale=0.4, size=600)
truth = pd.Series(np.where(appeal > 0, "sold", "unsold"), index=bikes.index)
pool, others = bikes[:300], bikes[300:]
print(pool.head(3))
print(truth[others.index].value_counts(normalize=True).round(2).to_dict())

# %%
# The learner
# -----------
# The learner itself knows nothing of columns: they are left to the pipeline.

model = make_pipeline(
    make_column_transformer(
        (StandardScaler(), ["price", "age"]),
        (OneHotEncoder(handle_unknown="ignore"), ["kind", "town"]),
    ),
    LogisticRegression(),
)


def oracle(query):
    """Look the rows up by their index, as a person would in the shop's files."""
    return truth[query.X.index]


y = pd.Series(None, index=pool.index, dtype=object)
y.iloc[:10] = truth[pool.index[:10]]
learner = ActiveLearner(model, oracle=oracle, batch_size=3, budget=30).fit(pool, y)
print("features:", learner.feature_names_in_.tolist())
print("labels:", np.count_nonzero(pd.notna(learner.y_)))

# %%
# ``handle_unknown="ignore"`` matters: the encoder is fitted on the labeled rows alone,
# and a kind or a town that only other rows have must not stop the loop. The positions
# in ``history_`` lead back to the frame.

for record in learner.history_[:3]:
    asked = pool.iloc[record.rows].assign(answer=record.answers)
    print(f"round {record.round}", asked, sep="\n", end="\n\n")

# %%
# What the questions were worth
# -----------------------------
# We compare entropy with ten random orders from the same labels at the start, judged on
# the 300 other advertisements.

accuracies = []
for seed in range(10):
    at_random = ActiveLearner(
        model, "random", oracle=oracle, batch_size=3, budget=30, random_state=seed
    )
    at_random.fit(pool, y)
    accuracies.append(at_random.score(others, truth[others.index]))
by_entropy = learner.score(others, truth[others.index])
print(f"entropy {by_entropy:.3f}, random {np.mean(accuracies):.3f} on average")

fig, ax = plt.subplots(layout="constrained")
for answer, color in {"sold": "#0072B2", "unsold": "#D55E00"}.items():
    rows = pool[truth[pool.index] == answer]
    ax.scatter(rows["age"], rows["price"], s=12, color=color, alpha=0.5, label=answer)
asked = pool.iloc[np.concatenate([record.rows for record in learner.history_])]
ax.scatter(asked["age"], asked["price"], s=60, fc="none", ec="black", label="asked")
ax.set(xlabel="age in years", ylabel="price", title="Questions gather at the border")
ax.legend(loc="upper right")
plt.show()

# %%
# What to read next
# -----------------
# - Text instead of columns: :ref:`sphx_glr_auto_examples_plot_text.py`.
# - What may stand in ``y`` for an unlabeled row: :ref:`learner`.
# - :class:`sklearn.compose.ColumnTransformer`.
