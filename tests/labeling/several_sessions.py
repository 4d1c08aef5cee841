"""Sessions with several labels per row, for the tests of them."""

import answering
from executors import Inline
from sklearn.datasets import make_multilabel_classification
from sklearn.neighbors import KNeighborsClassifier

from sklearn_active import ActiveLearner
from sklearn_active.labeling import LabelingSession

X, Y = make_multilabel_classification(60, n_classes=3, n_labels=1, random_state=0)
NAMES = ["sport", "law", "health"]


def learner_of(estimator=None, **params):
    estimator = KNeighborsClassifier(1) if estimator is None else estimator
    return ActiveLearner(estimator, "random", random_state=0, **params)


def several_session(journal=None, learner=None, pool=X, **options):
    """Return a session on 60 rows whose refits run in the caller's thread."""
    learner = learner_of() if learner is None else learner
    options = {"classes": NAMES, "several": True, "audit": 0, **options}
    options = {"executor": Inline(), **options}
    return LabelingSession(learner, pool, journal=journal, **options)


def named(row):
    """Return a row of y as a label."""
    return tuple(name for name, has_it in zip(NAMES, row, strict=True) if has_it)


def answer(session, n, truth=Y):
    return answering.answer(session, n, truth)
