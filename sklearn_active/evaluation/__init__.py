"""How good are model and labels, judged by predictions that did not see the labels."""

from sklearn_active.evaluation._estimate_score import estimate_score
from sklearn_active.evaluation._forecast import forecast_labels
from sklearn_active.evaluation._suspect_labels import suspect_labels

__all__ = ["estimate_score", "forecast_labels", "suspect_labels"]
