"""
Who disagrees with whom, and about what?
========================================

Three people label the same hundred digits. Ann takes her time, Bob slips now and then,
and Cem takes many a 1 for a 7. Nobody knows that beforehand: their answers about the
same rows show it.
"""

# %%
# A session for three
# -------------------
# With ``votes_per_row=3`` three people are asked about each row, and ``"majority"``
# makes one label of their votes. The page, the terminal and the notebook do with the
# session what the loop below does for three people whom this file makes up.

from collections import Counter
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score

from sklearn_active import ActiveLearner
from sklearn_active.labeling import LabelingSession

digits = load_digits()
X, truth, images = digits.data / 16, digits.target, digits.images
rng = np.random.RandomState(0)


def bob(digit):
    """Slip on one digit in twenty."""
    return (digit + rng.randint(1, 10)) % 10 if rng.uniform() < 0.05 else digit


def cem(digit):
    """Take two in three 1 for a 7."""
    return 7 if digit == 1 and rng.uniform() < 0.67 else digit


people = {"ann": lambda digit: digit, "bob": bob, "cem": cem}
session = LabelingSession(
    ActiveLearner(LogisticRegression(), "margin", random_state=0),
    X,
    items=images,
    classes=range(10),
    votes_per_row=3,
    aggregate="majority",
)
for _ in range(100):
    for name, answer in people.items():
        query = session.ask(annotator=name)
        digit = truth[query.indices[0]]
        session.tell(query.id, [answer(digit)], annotator=name)
    session.wait()  # people take longer than this refit

# %%
# How far they agree
# ------------------
# Cohen's kappa is how much more two people agree than by chance: 0 is chance, 1 is all.

agreement = session.report().agreement
print(f"all three agree on {agreement.n_agreed} of {agreement.n} rows")
matrix, names = session.votes_matrix()
rows = np.flatnonzero(np.not_equal(matrix, None).all(axis=1))
votes = dict(zip(names, matrix[rows].T.astype(int), strict=True))
for one, other in combinations(names, 2):
    share = np.mean(votes[one] == votes[other])
    kappa = cohen_kappa_score(votes[one], votes[other])
    print(f"{one} and {other}: {share:.0%} the same, kappa {kappa:.2f}")

# %%
# Where they differ
# -----------------
# ``find`` has the rows to talk about. Here are the first eight, each with what was said
# of it; what is not the truth is orange.

disputed = session.find(status="disputed")
shown = disputed[:8]
labels = np.array([session.labels[row] for row in shown])
lines = np.vstack([matrix[shown].T.astype(int), labels])

fig, ax = plt.subplots(figsize=(6.4, 4.1), layout="constrained")
colors = ListedColormap(["#DDDDDD", "#E69F00"])
is_wrong = lines != truth[shown]
ax.pcolormesh(is_wrong, cmap=colors, edgecolors="white", linewidth=3)
for (line, column), said in np.ndenumerate(lines):
    ax.text(column + 0.5, line + 0.5, said, fontsize=21, ha="center", va="center")
for column, row in enumerate(shown):
    place = (column + 0.1, column + 0.9, -0.1, -0.9)
    ax.imshow(images[row], cmap="gray_r", extent=place)
ax.set(xlim=(0, 8), ylim=(4, -1), xticks=[])
ax.set_yticks(np.arange(4) + 0.5, [*names, "majority"], fontsize=19)
ax.tick_params(length=0)
ax.spines[:].set_visible(False)

# %%
# Count which answers stand against each other, and the habit has a name:

pairs = Counter()
for row in disputed:
    said = dict(zip(names, matrix[row].tolist(), strict=True))
    for one, other in combinations(names, 2):
        if said[one] != said[other]:
            pairs[f"{one} {said[one]}, {other} {said[other]}"] += 1
for pair, n in pairs.most_common(3):
    print(f"{n} times: {pair}")

# %%
# Whose answer counts?
# --------------------
# Against the truth, which only we know:

for name in names:
    print(f"{name} is right on {np.mean(votes[name] == truth[rows]):.0%}")
n_wrong = sum(session.labels[row] != truth[row] for row in rows)
print(f"by majority {n_wrong} of {len(rows)} are wrong")

# %%
# The majority is right where one of three errs. Where all three differ, in the fourth
# column, there is none, and the last answer counts. So talk about these rows, thirteen
# of a hundred; afterwards Cem knows how a 1 is written here. Then each answers again:

for row in disputed:
    for name in names:
        session.relabel(row, truth[row], annotator=name)
session.wait()
n_wrong = sum(session.labels[row] != truth[row] for row in rows)
print(f"still disputed: {len(session.find(status='disputed'))}, wrong: {n_wrong}")
session.close()
plt.show()

# %%
# What all three get wrong in the same way no list of disputed rows shows, and three
# answers per row are three times the work. Two show that people disagree, but not who
# is right. Once people agree, ``votes_per_row=1`` and :ref:`a look at suspect labels
# <sphx_glr_auto_examples_plot_wrong_labels.py>` may do.
#
# What to read next
# -----------------
# - :doc:`/user_guide/labeling_people`: a page for each person, and votes from other
#   tools.
# - :doc:`/user_guide/suspect_labels` weighs the votes of several people, and the model
#   with them.
# - :ref:`sphx_glr_auto_examples_plot_language_model.py` makes a language model one of
#   the annotators.
