"""Conformance checks for query strategies and oracles of your own."""

from sklearn_active.testing._oracle import check_oracle
from sklearn_active.testing._query_strategy import check_query_strategy

__all__ = ["check_oracle", "check_query_strategy"]
