"""
Which topics does a text have, if it may have several?
======================================================

A complaint may be about delivery and about payment. Then each label is a column of 0
and 1, and any estimator that takes several of them will do. A person reads 40 of 1,000.
"""

# %%
# Messages with none, one or several topics
# -----------------------------------------
# This file makes its own corpus: two or three words for each topic that a message has,
# among others that say nothing.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

from sklearn_active import ActiveLearner
from sklearn_active.inspection import ActiveLearningCurveDisplay

WORDS = {
    "delivery": "parcel courier late tracking address door missing box damaged",
    "payment": "invoice card charged refund bank twice price transfer amount",
    "account": "password login email locked profile delete username code reset",
    "praise": "great love friendly perfect quick happy recommend best thank",
}
FILLERS = "hello please order shop help today week still nobody jacket could me"
rng = np.random.RandomState(0)
truth = (rng.uniform(size=(1000, 4)) < [0.5, 0.3, 0.2, 0.15]).astype(int)


def message(topics):
    """Return two or three words of each topic, and fillers."""
    words = rng.choice(FILLERS.split(), 8).tolist()
    for vocabulary, has_it in zip(WORDS.values(), topics, strict=True):
        if has_it:
            words += rng.choice(vocabulary.split(), rng.randint(2, 4)).tolist()
    return " ".join(rng.permutation(words))


texts = np.array([message(topics) for topics in truth])
for topics, text in zip(truth[:3], texts[:3], strict=True):
    print([name for name, has_it in zip(WORDS, topics, strict=True) if has_it], text)

# %%
# Forty messages, from none
# -------------------------
# ``y`` says how many labels there are: a row of NaN where nothing is known. An answer
# is a row of 0 and 1, or ``None`` for a message that nobody understands. ``None`` may
# also stand for one label: what was said about the others stays in ``y_``.

X = TfidfVectorizer().fit_transform(texts)


def person(query):
    """Read each message, and say of each topic whether it has it."""
    return truth[query.indices]


model = OneVsRestClassifier(LogisticRegression(class_weight="balanced"))
learner = ActiveLearner(
    model, "auto", oracle=person, batch_size=10, budget=40, random_state=0
)
learner.fit(X, np.full((1000, 4), np.nan))
left = np.isnan(learner.y_).any(axis=1)
given = learner.predict(X[left])
print(learner.query_strategy_.__class__.__name__)
for name, said, right in zip(WORDS, given.T, truth[left].T, strict=True):
    found = said[right == 1].mean()
    print(f"{name:9} right in {np.mean(said == right):.0%}, found {found:.0%}")

# %%
# Is it better than random messages?
# ----------------------------------
# Macro F1 (the mean over the topics) on other messages, starting from sixteen random
# ones; bands are standard errors of five splits.

_, ax = plt.subplots(layout="constrained")
for name in ("auto", "random"):
    ActiveLearningCurveDisplay.from_estimator(
        ActiveLearner(model, name, batch_size=8),
        X,
        truth,
        initial=16,
        budget=48,
        cv=5,
        scoring="f1_macro",
        random_state=0,
        ax=ax,
        name=name,
        score_name="macro F1",
    )

# %%
# What to read next
# -----------------
# - :doc:`/user_guide/multilabel`: estimators, strategies, rows known in part.
# - :ref:`sphx_glr_auto_examples_plot_text.py`: one topic per message.
