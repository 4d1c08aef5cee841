"""Splitters, scorers and curves for partly labeled y."""

from sklearn_active.model_selection._compare import compare_strategies
from sklearn_active.model_selection._curve import active_learning_curve
from sklearn_active.model_selection._labeled_scorer import labeled_scorer
from sklearn_active.model_selection._partially_labeled_split import (
    PartiallyLabeledSplit,
)
from sklearn_active.model_selection._pool_score_monitor import PoolScoreMonitor

__all__ = [
    "PartiallyLabeledSplit",
    "PoolScoreMonitor",
    "active_learning_curve",
    "compare_strategies",
    "labeled_scorer",
]
