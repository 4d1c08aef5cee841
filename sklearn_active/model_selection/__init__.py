"""Splitters, scorers and curves for partly labeled y."""

from sklearn_active.model_selection._pool_score_monitor import PoolScoreMonitor

__all__ = ["PoolScoreMonitor"]
