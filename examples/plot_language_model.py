"""
May a language model label for me?
==================================

Two thousand reviews are to be sorted into good and bad. A language model could answer
for all of them by tonight. Are its labels good enough? It can't say: a person has to
check some of them, drawn at random.
"""

# %%
# The reviews, and a stand-in
# ---------------------------
# This file makes up both. ``language_model`` is *no* language model: a few lines that
# err as one may, mostly on rows of one kind. Yours would send the prompt to a service.

from zlib import crc32

import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import binomtest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from sklearn_active import ActiveLearner
from sklearn_active.query_strategies import WithChecks
from sklearn_active.stopping_rules import TargetScore

PRAISE = "great lovely fine sturdy pretty handy quiet bright smooth solid neat quick"
BLAME = "broken late dented dirty noisy rusty dull weak wrong scratched torn cracked"
FILLERS = "box lamp chair radio desk clock phone vase again today really it my for at"
rng = np.random.RandomState(0)


def review():
    """Return a text, and whether it is good or bad."""
    start = " ".join(rng.choice(FILLERS.split(), 5))
    if rng.uniform() < 0.05:
        return f"{start} as expected", "good"
    praised, negated = rng.uniform(size=2) < (0.6, 0.25)
    word = rng.choice((PRAISE if praised else BLAME).split())
    words = f"{start} was {'not ' if negated else ''}{word}"
    return words, "bad" if praised == negated else "good"


def language_model(prompt):
    """Stand in for a model: miss half of the "not", slip at times, and chat."""
    if "as expected" in prompt:
        return "That depends on what the customer expected."
    chance = crc32(prompt.encode()) % 100
    bad = any(word in prompt for word in BLAME.split())
    if ("not " in prompt and chance < 50) or chance >= 97:
        bad = not bad
    return "Bad." if bad else "good"


texts, truth = map(np.array, zip(*(review() for _ in range(2000)), strict=True))

# %%
# Read strictly, check at random
# ------------------------------
# One word is an answer, and nothing else is. A person labels a hundred rows, drawn from
# all, without seeing what the model said. Suppose that nine in ten labels have to be
# right: then the *lower* end of the interval must be above 90 %.


def ask(text):
    """Return the model's label, or None: that leaves the row to somebody else."""
    reply = language_model(f"Is this review good or bad? One word. Review: {text}")
    word = reply.strip().strip(".").lower()
    return word if word in ("good", "bad") else None


def check(rows):
    """Compare answers with a person's; print how many are right, and the interval."""
    answers = {row: ask(texts[row]) for row in rows}
    compared = [row for row, answer in answers.items() if answer is not None]
    right = sum(answers[row] == truth[row] for row in compared)
    interval = binomtest(right, len(compared)).proportion_ci(method="wilson")
    print(f"{right} of {len(compared)}: {interval.low:.0%} to {interval.high:.0%}")
    return answers


drawn = rng.permutation(len(texts))
answers = check(drawn[:100])
for row in [row for row in answers if answers[row] not in (None, truth[row])][:4]:
    print(f"wrong: {answers[row]:4} - {texts[row]}")

# %%
# Not good enough, and the mistakes have something in common: it stumbles over "not".

has_not = np.array([" not " in text for text in texts])
groups = {"all": has_not | True, "without “not”": ~has_not, "with “not”": has_not}
fig, ax = plt.subplots(figsize=(6.4, 4.2), layout="constrained")
for name, is_in in groups.items():
    rows = [row for row in answers if is_in[row]]
    right = sum(answers[row] == truth[row] for row in rows)
    silent = sum(answers[row] is None for row in rows)
    left, parts = 0, (right, len(rows) - right - silent, silent)
    for n, color in zip(parts, ("#56B4E9", "#D55E00", "#D0D0D0"), strict=True):
        bar = ax.barh(name, n, left=left, color=color)
        ax.bar_label(bar, [n if n > 1 else ""], label_type="center", fontsize=20)
        left += n
ax.set(ylim=(2.5, -0.5), xticks=[], frame_on=False)
ax.tick_params(labelsize=19, length=0)
names = ["right", "wrong", "no answer"]
fig.legend(ax.containers[:3], names, loc="outside lower center", ncols=3, fontsize=17)

# %%
# Some rows, and a fresh check
# ----------------------------
# So the model may label the rows without "not". Those hundred checks led to this rule,
# and would flatter it: whether it is good enough takes new ones.

by_model = ~has_not & [ask(text) is not None for text in texts]
fresh = [row for row in drawn[100:] if by_model[row]][:100]
check(fresh)
labels = [ask(text) for text in texts[by_model]]
print(f"in truth {np.mean(labels == truth[by_model]):.1%} of {len(labels)}")

# %%
# The other rows
# --------------
# They are a person's. A learner asks about some of them, and stops when random checks
# say that nine in ten of the others are right.

X = TfidfVectorizer(ngram_range=(1, 2)).fit_transform(texts)


def ask_a_person(rows):
    """Let a learner ask about some rows, and print how good it is on the others."""
    learner = ActiveLearner(
        LogisticRegression(C=10),
        WithChecks("margin", share=0.3),
        oracle=lambda query: truth[rows][query.indices],
        batch_size=10,
        stop_when=TargetScore(0.9),
        random_state=0,
    ).fit(X[rows], np.full(len(rows), None))
    left = rows[learner.labeled_iter_ < 0]
    score = np.mean(learner.predict(X[left]) == truth[left])
    print(f"asked {learner.n_asked_} of {len(rows)}; {score:.1%} of the others right")


ask_a_person(np.flatnonzero(~by_model))
ask_a_person(np.arange(len(texts)))  # all of them, without the language model
plt.show()

# %%
# With the checks, a person gave 340 answers beside the language model, and 260 without
# it: here it saves nothing, as a learner soon knows reviews as simple as these. Where
# texts are hard to learn it may be otherwise, and a hundred checks say as much of two
# million rows as of two thousand.
#
# What to read next
# -----------------
# - :doc:`/user_guide/language_models`: pay for each answer once, and let the model and
#   people vote in one session.
# - :ref:`sphx_glr_auto_examples_plot_how_good.py` has the checks of a learner.
