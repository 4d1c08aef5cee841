"""Which rows to ask next."""

from sklearn_active.query_strategies._badge import BadgeSampling
from sklearn_active.query_strategies._base import QueryStrategy
from sklearn_active.query_strategies._committee import QueryByCommittee
from sklearn_active.query_strategies._expected_error import ExpectedErrorReduction
from sklearn_active.query_strategies._experimental_design import ExperimentalDesign
from sklearn_active.query_strategies._explore_exploit import ExploreExploit
from sklearn_active.query_strategies._function import FunctionStrategy
from sklearn_active.query_strategies._greedy_sampling import GreedySampling
from sklearn_active.query_strategies._herding import GraphUncertaintyHerding
from sklearn_active.query_strategies._max_herding import MaxHerding
from sklearn_active.query_strategies._most_likely import MostLikely
from sklearn_active.query_strategies._pool_view import PoolView
from sklearn_active.query_strategies._random import RandomSampling
from sklearn_active.query_strategies._sigma import SigmaOptimality
from sklearn_active.query_strategies._spread import SpreadBatch
from sklearn_active.query_strategies._standard_deviation import (
    StandardDeviationSampling,
)
from sklearn_active.query_strategies._uncertainty import (
    EntropySampling,
    LeastConfidentSampling,
    MarginSampling,
)
from sklearn_active.query_strategies._with_checks import WithChecks

__all__ = [
    "BadgeSampling",
    "EntropySampling",
    "ExpectedErrorReduction",
    "ExperimentalDesign",
    "ExploreExploit",
    "FunctionStrategy",
    "GraphUncertaintyHerding",
    "GreedySampling",
    "LeastConfidentSampling",
    "MarginSampling",
    "MaxHerding",
    "MostLikely",
    "PoolView",
    "QueryByCommittee",
    "QueryStrategy",
    "RandomSampling",
    "SigmaOptimality",
    "SpreadBatch",
    "StandardDeviationSampling",
    "WithChecks",
]
