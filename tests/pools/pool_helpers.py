"""What the tests of pools share: a strategy, classifiers, and the choice by hand."""

from itertools import pairwise

import numpy as np
from limits import small_pieces
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression

from sklearn_active.query_strategies import QueryStrategy


class FirstColumn(QueryStrategy):
    """The first feature is the utility, and 9 stands for -inf."""

    pointwise = True

    def utilities(self, pool):
        X = pool.X.toarray() if sparse.issparse(pool.X) else np.asarray(pool.X)
        values = X[pool.candidates, 0].astype(float)
        return np.where(values == 9, -np.inf, values)


class Sigmoid(ClassifierMixin, BaseEstimator):
    """Probabilities by row, to the last digit: no matrix product takes part."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        X = X.toarray() if sparse.issparse(X) else np.asarray(X)
        first = 1 / (1 + np.exp(-X[:, 0].astype(float)))
        return np.column_stack([first, 1 - first])

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


class Spy(LogisticRegression):
    """Notes how many rows it is given at a time."""

    seen = []

    def fit(self, X, y):
        self.seen.append(X.shape[0])
        return super().fit(X, y)

    def predict_proba(self, X):
        self.seen.append(X.shape[0])
        return super().predict_proba(X)


def choice_by_hand(learner, X, utilities, k):
    """Return the positions that a sort of the whole pool chooses."""
    order = in_order_of_ties(learner)
    keys = [tuple(row) for row in X.tolist()]
    seen, chosen = set(), []
    rows = sorted(rows_left(learner), key=order.index)
    for row in sorted(rows, key=lambda row: -utilities[row]):  # keeps ties in order
        if keys[row] not in seen or k == 1:
            chosen.append(row)
            seen.add(keys[row])
    return chosen[:k]


def in_order_of_ties(learner):
    """Return the rows without a label as they are asked where none is better."""
    flat = clone(learner).set_params(
        query_strategy=lambda pool: np.zeros(len(pool.candidates))
    )
    rows = np.arange(len(learner.y_))
    with small_pieces(len(rows)):  # as one whole
        flat.start(rows[:, None], learner.y_)
        return flat.query(len(rows)).indices.tolist()


def rows_left(learner):
    """Return the rows that can be asked."""
    asked = {row for record in learner.history_ for row in record.rows.tolist()}
    unlabeled = np.flatnonzero(learner.labeled_iter_ < 0).tolist()
    return [row for row in unlabeled if row not in asked]


def cut(X, bounds):
    """Return the rows of X in chunks, of its own container."""
    n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
    bounds = [0, *sorted(b for b in set(bounds) if b < n_rows), n_rows]
    spans = [slice(a, b) for a, b in pairwise(bounds)]
    return [X.iloc[s] if hasattr(X, "iloc") else X[s] for s in spans]
