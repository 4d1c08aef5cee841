"""Active learning that is scikit-learn."""

from sklearn_active._learner import ActiveLearner
from sklearn_active._loop.query import Query
from sklearn_active._loop.stopping import StopLabeling

__version__ = "0.1.0"

__all__ = ["ActiveLearner", "Query", "StopLabeling"]
