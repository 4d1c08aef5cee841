"""When to stop asking."""

from sklearn_active.stopping_rules._confident import Confident
from sklearn_active.stopping_rules._recall import Recall
from sklearn_active.stopping_rules._stable_predictions import StablePredictions
from sklearn_active.stopping_rules._target_score import TargetScore

__all__ = ["Confident", "Recall", "StablePredictions", "TargetScore"]
