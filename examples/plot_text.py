"""
Which messages should a person read to sort them all?
=====================================================

A thousand messages to a shop, four topics, and time to read forty. The texts are
turned into TF-IDF features once, before the learner, so that no round pays for it;
the oracle still sees the words.
"""

# %%
# The messages
# ------------
# This file makes its own corpus: a few words that give the topic away, among many
# that don't. Most messages are about delivery, few are about the law.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from sklearn_active import ActiveLearner

TOPICS = {
    "delivery": (0.55, "parcel courier late tracking address door missing box damaged"),
    "payment": (0.25, "invoice card charged refund bank twice price transfer amount"),
    "account": (0.15, "password login email locked profile delete username code reset"),
    "legal": (0.05, "lawyer complaint privacy contract warranty court consent terms"),
}
FILLERS = "hello please thanks order shop help today week still nobody jacket could me"
rng = np.random.RandomState(0)


def message(topic):
    """Return two to four words of the topic, some of others, and many fillers."""
    words = rng.choice(TOPICS[topic][1].split(), rng.randint(2, 5)).tolist()
    for other, (_, vocabulary) in TOPICS.items():
        if other != topic and rng.uniform() < 0.25:
            words.append(rng.choice(vocabulary.split()))
    words += rng.choice(FILLERS.split(), 8).tolist()
    return " ".join(rng.permutation(words))


shares = [share for share, _ in TOPICS.values()]
truth = rng.choice(list(TOPICS), 2000, p=shares)
texts = np.array([message(topic) for topic in truth])
print(truth[0], "-", texts[0])

# %%
# Forty questions from zero labels
# --------------------------------
# The vectorizer is fitted on all messages, labeled or not: it needs no label. ``None``
# everywhere in ``y`` means that nothing is labeled; the first questions are random.

X = TfidfVectorizer().fit_transform(texts)
pool, others = np.arange(1000), np.arange(1000, 2000)
read = []


def oracle(query):
    """Read each message, and answer with its topic."""
    read.extend(texts[pool][query.indices])
    return truth[pool][query.indices]


model = LogisticRegression(C=10, class_weight="balanced")
learner = ActiveLearner(
    model, "entropy", oracle=oracle, batch_size=5, budget=40, random_state=0
)
learner.fit(X[pool], np.full(1000, None))
print(f"{len(read)} messages read, topics seen: {learner.classes_.tolist()}")
print("the last one:", read[-1])

# %%
# Was it worth it?
# ----------------
# Eight seeds per strategy. With ``labeled=`` the complete ``y`` answers the questions,
# here from no label on. Accuracy is measured on a thousand other messages; balanced, so
# that the rare topic counts as much as the common one.

strategies = ["entropy", "least_confident", "margin", "random"]
seen = {name: [] for name in strategies}
for name in strategies:
    for seed in range(8):
        asking = ActiveLearner(model, name, batch_size=5, budget=40, random_state=seed)
        asking.fit(X[pool], truth[pool], labeled=np.zeros(1000, dtype=bool))
        hits = asking.predict(X[others]) == truth[others]
        seen[name].append(np.mean([hits[truth[others] == t].mean() for t in TOPICS]))
    mean, low, high = np.mean(seen[name]), min(seen[name]), max(seen[name])
    print(f"{name:>15}: balanced accuracy {mean:.3f}, {low:.3f} to {high:.3f}")

fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
for height, name in enumerate(reversed(strategies)):
    ax.plot(seen[name], np.full(8, height), "o", color="#0072B2", alpha=0.4)
    ax.plot(np.mean(seen[name]), height, "|", color="black", markersize=22)
ax.set_yticks(range(len(strategies)), strategies[::-1])
ax.set(xlabel="balanced accuracy after 40 messages (bar: mean of eight seeds)")
plt.show()

# %%
# Every uncertainty strategy beats chance by far: at random the rare topic is read twice
# in forty. Which of the three is best depends on the data; to try another, change one
# word.
#
# What to read next
# -----------------
# - Columns of several kinds: :ref:`sphx_glr_auto_examples_plot_data_frame.py`.
# - An oracle that errs or can't tell:
#   :ref:`sphx_glr_auto_examples_plot_noisy_oracle.py`.
# - :class:`~sklearn_active.query_strategies.EntropySampling`.
