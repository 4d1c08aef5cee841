"""What the benchmarks share: pools, and one number for the rows asked."""

from zlib import crc32

import numpy as np
from sklearn.datasets import load_digits, make_blobs
from sklearn.linear_model import LogisticRegression

from sklearn_active.graph import GraphLabelSpreading

ESTIMATORS = {
    "LogisticRegression": lambda: LogisticRegression(C=0.1, tol=1e-3),
    "GraphLabelSpreading": GraphLabelSpreading,
}


def digits(n_rows, n_labeled):
    """Return digits, their labels with -1 from `n_labeled` on, and the truth."""
    X, truth = load_digits(return_X_y=True)
    order = np.random.RandomState(0).permutation(len(X))[:n_rows]
    X, truth = X[order] / 16, truth[order]
    return X, np.where(np.arange(n_rows) < n_labeled, truth, -1), truth


def blobs(n_rows):
    """Return rows of ten overlapping clusters in 20 dimensions, and the truth."""
    return make_blobs(n_rows, 20, centers=10, cluster_std=4, random_state=0)


def checksum(rows):
    """Return a power of two that tells the rows asked, in their order.

    asv looks at ratios: other rows give at least twice or at most half the value,
    but once in a thousand times.
    """
    rows = np.asarray(rows, dtype="<i8")
    return 2.0 ** (crc32(rows.tobytes()) % 1000 - 500)


def rows_asked(learner, truth, n_rows):
    """Return the first rows that a started learner asks."""
    asked = []
    while len(asked) < n_rows:
        query = learner.query()
        asked.extend(query.indices.tolist())
        learner.teach(query, truth[query.indices])
    return asked[:n_rows]
