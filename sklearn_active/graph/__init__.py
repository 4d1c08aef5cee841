"""Affinity graphs, and label propagation solved once and updated per label."""

from sklearn_active.graph._knn_affinity import knn_affinity
from sklearn_active.graph._resolvent import resolvent, sparse_resolvent
from sklearn_active.graph._spreading import GraphLabelSpreading

__all__ = ["GraphLabelSpreading", "knn_affinity", "resolvent", "sparse_resolvent"]
