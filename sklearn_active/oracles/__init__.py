"""Who answers: oracles that come with the package. Any callable is one."""

from sklearn_active.oracles._abstaining import AbstainingOracle
from sklearn_active.oracles._array import ArrayOracle
from sklearn_active.oracles._base import Oracle
from sklearn_active.oracles._noisy import NoisyOracle

__all__ = ["AbstainingOracle", "ArrayOracle", "NoisyOracle", "Oracle"]
