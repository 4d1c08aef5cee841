"""Pictures of learning curves, of what was asked and found, and of the pool."""

from sklearn_active.inspection._learning_curve import ActiveLearningCurveDisplay
from sklearn_active.inspection._pool import PoolDisplay
from sklearn_active.inspection._queries import QueryDisplay
from sklearn_active.inspection._recall import RecallDisplay

__all__ = [
    "ActiveLearningCurveDisplay",
    "PoolDisplay",
    "QueryDisplay",
    "RecallDisplay",
]
