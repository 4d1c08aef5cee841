"""
What do wrong answers and missing answers cost?
===============================================

People mistake a 1 for a 7, and sometimes can't tell at all. Two oracles of the
package play such a person: one flips labels at a given rate, the other abstains.
"""

# %%
# A person who errs and abstains
# ------------------------------
# Oracles wrap each other. What happens to a row depends on the seed and on the row's
# content: asking about the same digit again gets the same wrong answer, as from a
# person.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.semi_supervised import LabelSpreading

from sklearn_active import ActiveLearner
from sklearn_active.oracles import AbstainingOracle, ArrayOracle, NoisyOracle

digits = load_digits()
rows = np.random.RandomState(0).permutation(len(digits.data))
X, truth = digits.data[rows[:330]], digits.target[rows[:330]]
others = digits.data[rows[330:]], digits.target[rows[330:]]
y = np.where(np.arange(330) < 40, truth, -1)
model = LabelSpreading(gamma=0.25, max_iter=20)

errs = NoisyOracle(ArrayOracle(truth), flip_rate=0.1, random_state=2)
person = AbstainingOracle(errs, rate=0.2, random_state=1)
learner = ActiveLearner(model, oracle=person, batch_size=5, budget=50).fit(X, y)

answers = [a for record in learner.history_ for a in record.answers]
asked = np.concatenate([record.rows for record in learner.history_])
print("first round:", asked[:5], "answers:", answers[:5], "truth:", truth[asked[:5]])
wrong = learner.y_[asked] != truth[asked]
print(f"{learner.n_asked_} asked: {answers.count(None)} abstained,", end=" ")
print(f"{np.sum(wrong & (learner.y_[asked] != -1))} wrong")

# %%
# An abstention costs a question but gives no label: ``budget`` counts rows asked about,
# the history holds ``None``, and the row isn't asked about again in this fit.
#
# How much it costs
# -----------------
# Fifty questions by entropy or at random, to people of four kinds, five seeds each,
# judged on 1467 other digits.

KINDS = {
    "always right": (0, 0),
    "20 % missing": (0, 0.2),
    "10 % wrong": (0.1, 0),
    "20 % wrong": (0.2, 0),
}
costs = {name: [] for name in ("entropy", "random")}
for kind, (flip_rate, rate) in KINDS.items():
    for name, scores in costs.items():
        of_seeds = []
        for seed in range(5):
            errs = NoisyOracle(ArrayOracle(truth), flip_rate, random_state=seed)
            person = AbstainingOracle(errs, rate, random_state=seed + 100)
            asking = ActiveLearner(
                model, name, oracle=person, batch_size=5, budget=50, random_state=seed
            )
            of_seeds.append(asking.fit(X, y).score(*others))
        scores.append(np.mean(of_seeds))
    print(f"{kind:>12}:", *(f"{name} {s[-1]:.3f}" for name, s in costs.items()))

fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
for (name, scores), marker in zip(costs.items(), "os", strict=True):
    ax.plot(list(KINDS), scores, marker, markersize=9, label=name)
ax.set(ylabel="accuracy on other digits", title="Fifty questions to four people")
ax.grid(axis="y", alpha=0.3)
ax.legend()
plt.show()

# %%
# On these digits a missing answer costs little more than the question. Wrong ones cost
# more, and chosen rows suffer less than random ones: entropy with one answer in ten
# wrong does as well as chance with none.
#
# What to read next
# -----------------
# - An oracle of your own, and one that wants to stop: :ref:`write_oracle`.
# - :class:`~sklearn_active.oracles.NoisyOracle`,
#   :class:`~sklearn_active.oracles.AbstainingOracle` and
#   :class:`~sklearn_active.StopLabeling`.
# - Which of the answers are wrong: :ref:`sphx_glr_auto_examples_plot_wrong_labels.py`.
# - How good the model is at all: :ref:`sphx_glr_auto_examples_plot_how_good.py`.
