"""The loop, its three steps, and the learning curve."""

import numpy as np
from sklearn.base import clone
from sklearn.semi_supervised import LabelSpreading

from benchmarks.common import ESTIMATORS, checksum, digits
from sklearn_active import ActiveLearner
from sklearn_active.model_selection import active_learning_curve


class ClassicLoop:
    """330 digits, 40 of them labeled, five rounds of five by entropy."""

    def setup(self):
        self.X, self.y, self.truth = digits(330, 40)

    def loop(self):
        learner = ActiveLearner(
            LabelSpreading(gamma=64, max_iter=20),
            oracle=lambda query: self.truth[query.indices],
            batch_size=5,
            budget=25,
        )
        return learner.fit(self.X, self.y)

    def time_loop(self):
        self.loop()

    def peakmem_loop(self):
        self.loop()

    def track_rows(self):
        # Not the last one: rounding may decide it.
        rows = np.concatenate([record.rows for record in self.loop().history_])
        return checksum(rows[:20])

    track_rows.unit = "checksum"


class Steps:
    """One step at a time, by margin."""

    params = [list(ESTIMATORS)]
    param_names = ["estimator"]

    def setup(self, estimator):
        self.X, self.y, self.truth = digits(1000, 50)
        self.learner = ActiveLearner(ESTIMATORS[estimator](), "margin", batch_size=5)
        self.other = clone(self.learner).start(self.X, self.y)
        self.query = clone(self.learner).start(self.X, self.y).query()
        self.asked = clone(self.learner).start(self.X, self.y)
        self.asked.query()

    def time_start(self, estimator):
        self.learner.start(self.X, self.y)

    def time_query(self, estimator):
        self.other.query()

    def time_teach(self, estimator):
        self.asked.teach(self.query.indices, self.truth[self.query.indices])

    def track_rows(self, estimator):
        return checksum(self.query.indices)

    track_rows.unit = "checksum"


class Curve:
    """A learning curve on held-out rows."""

    params = [list(ESTIMATORS)]
    param_names = ["estimator"]

    def setup(self, estimator):
        self.X, _, self.truth = digits(300, 0)
        self.learner = ActiveLearner(ESTIMATORS[estimator](), "margin", batch_size=5)

    def curve(self):
        settings = {"initial": 20, "budget": 20, "cv": 3, "random_state": 0}
        return active_learning_curve(self.learner, self.X, self.truth, **settings)

    def time_curve(self, estimator):
        self.curve()

    def track_scores(self, estimator):
        return float(self.curve().test_scores.sum())

    track_scores.unit = "sum of scores"
