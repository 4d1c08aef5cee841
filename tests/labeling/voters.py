"""Several people who answer the same rows."""

import numpy as np
from executors import Inline
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active.labeling import LabelingSession


def agreement_of(rows):
    """Return how far people agree who gave these votes, in this order."""
    labels = dict.fromkeys(label for own in rows for label in own.values())
    learner = ActiveLearner(GaussianNB(), "random", random_state=0)
    params = {"classes": [*labels], "votes_per_row": 3, "executor": Inline()}
    with LabelingSession(learner, np.eye(len(rows)), **params) as session:
        for row, own in enumerate(rows):
            for annotator, label in own.items():
                session.relabel(row, label, annotator)
        return session.report().agreement
