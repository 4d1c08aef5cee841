"""The first and the second question of every query strategy."""

import numpy as np
from sklearn.linear_model import BayesianRidge
from sklearn.naive_bayes import GaussianNB

from benchmarks.common import checksum, digits, rows_asked
from sklearn_active import ActiveLearner, query_strategies
from sklearn_active.query_strategies import MarginSampling

ARGUMENTS = {
    "ExpectedErrorReduction": {"subsample": 5},
    "MostLikely": {"label": 0},
    "SpreadBatch": {"strategy": MarginSampling()},
    "WithChecks": {"strategy": MarginSampling()},
    "ExploreExploit": {
        "explore": query_strategies.GraphUncertaintyHerding(),
        "exploit": MarginSampling(),
    },
}
_OTHERS = {"QueryStrategy", "FunctionStrategy", "PoolView"}
NAMES = sorted(set(query_strategies.__all__) - _OTHERS)


class Started:
    """Digits, 50 of them labeled, naive Bayes, batches of 5.

    A strategy for regression alone is asked for the digits as numbers.
    """

    params = [NAMES]
    param_names = ["strategy"]
    n_rows = 400

    def setup(self, strategy):
        if not hasattr(query_strategies, strategy):
            raise NotImplementedError  # in another commit
        kind = getattr(query_strategies, strategy)(**ARGUMENTS.get(strategy, {}))
        X, y, self.truth = digits(self.n_rows, 50)
        model = GaussianNB(var_smoothing=0.1)
        if "classification" not in getattr(kind, "tasks", ("classification",)):
            model, y = BayesianRidge(), np.where(y < 0, np.nan, y)
        self.learner = ActiveLearner(model, kind, batch_size=5, random_state=0)
        self.learner.start(X, y)


class FirstQuestion(Started):
    """Nothing is known but the start labels."""

    def time_query(self, strategy):
        self.learner.query()

    def track_rows(self, strategy):
        return checksum(rows_asked(self.learner, self.truth, 20))

    track_rows.unit = "checksum"


class LaterQuestion(Started):
    """The same, once the first answers are there."""

    def setup(self, strategy):
        super().setup(strategy)
        rows_asked(self.learner, self.truth, 5)

    def time_query(self, strategy):
        self.learner.query()


class Memory(Started):
    """The strategies that compare rows, on all digits."""

    params = [
        [
            "ExperimentalDesign",
            "GraphUncertaintyHerding",
            "MaxHerding",
            "SigmaOptimality",
        ]
    ]
    n_rows = 1700

    def peakmem_query(self, strategy):
        self.learner.query()
