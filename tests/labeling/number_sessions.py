"""Sessions around a regressor, for the tests of numbers."""

import answering
from executors import Inline
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge

from sklearn_active import ActiveLearner
from sklearn_active.labeling import LabelingSession, NumberRange

X, Y = (part[:40] for part in load_diabetes(return_X_y=True))
MM = NumberRange(0, 400, "mm")


def learner_of(estimator=None, **params):
    estimator = Ridge(alpha=0.1) if estimator is None else estimator
    return ActiveLearner(estimator, "random", random_state=0, **params)


def number_session(journal=None, learner=None, pool=X, **options):
    """Return a session on 40 rows whose refits run in the caller's thread."""
    learner = learner_of() if learner is None else learner
    options = {"audit": 0, "executor": Inline(), **options}
    return LabelingSession(learner, pool, journal=journal, **options)


def answer(session, n, truth=Y):
    return answering.answer(session, n, truth)
