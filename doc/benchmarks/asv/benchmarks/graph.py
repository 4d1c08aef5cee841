"""Graphs, their resolvent, and label spreading on them."""

import numpy as np

from benchmarks.common import blobs, checksum, rows_asked
from sklearn_active import ActiveLearner
from sklearn_active.graph import GraphLabelSpreading, knn_affinity, sparse_resolvent


class Affinity:
    """From rows to a graph to the kernel of graph herding."""

    params = [[500, 4000]]
    param_names = ["n_rows"]

    def setup(self, n_rows):
        self.X, _ = blobs(n_rows)
        self.affinity = knn_affinity(self.X)

    def time_knn_affinity(self, n_rows):
        knn_affinity(self.X)

    def peakmem_knn_affinity(self, n_rows):
        knn_affinity(self.X)

    def time_sparse_resolvent(self, n_rows):
        sparse_resolvent(self.affinity)

    def peakmem_sparse_resolvent(self, n_rows):
        sparse_resolvent(self.affinity)


class Spreading:
    """Label spreading: fitted, and taught five labels more."""

    params = [[500, 4000]]
    param_names = ["n_rows"]

    def setup(self, n_rows):
        self.X, self.truth = blobs(n_rows)
        self.y = np.where(np.arange(n_rows) < 50, self.truth, -1)
        self.model = GraphLabelSpreading().fit(self.X, self.y)

    def time_fit(self, n_rows):
        GraphLabelSpreading().fit(self.X, self.y)

    def peakmem_fit(self, n_rows):
        GraphLabelSpreading().fit(self.X, self.y)

    def time_update_labels(self, n_rows):
        self.model.update_labels(np.arange(50, 55), self.truth[50:55])

    def time_predict_proba(self, n_rows):
        self.model.predict_proba(self.X[:100])


class Herding:
    """What graph herding asks, from no label on."""

    params = [[500, 4000]]
    param_names = ["n_rows"]

    def setup(self, n_rows):
        X, self.truth = blobs(n_rows)
        self.learner = ActiveLearner(GraphLabelSpreading(), "graph_herding")
        self.learner.start(X)

    def track_rows(self, n_rows):
        return checksum(rows_asked(self.learner, self.truth, 20))

    track_rows.unit = "checksum"
