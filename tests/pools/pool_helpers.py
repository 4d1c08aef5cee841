"""What the tests of pools share: a strategy, classifiers, and the choice by hand."""

from itertools import pairwise

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression

from sklearn_active._data.rows import row_keys
from sklearn_active._data.seeds import row_uniforms
from sklearn_active._loop.run import run_of
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
    state = run_of(learner).pool
    rows = np.arange(len(utilities))
    ranks = rows
    if state.random_ties:
        ranks = row_uniforms([state.seed, state.labels.n_known, 1], rows)
    seen, chosen = set(), []
    keys = row_keys(X)
    for row in sorted(rows.tolist(), key=lambda row: (-utilities[row], ranks[row])):
        if state.labels.known[row] or row in state.declined:
            continue
        if keys[row] not in seen or k == 1:
            chosen.append(row)
            seen.add(keys[row])
    return chosen[:k]


def n_left(learner):
    """Return the number of rows that can be asked."""
    return run_of(learner).pool.n_candidates


def cut(X, bounds):
    """Return the rows of X in chunks, of its own container."""
    n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
    bounds = [0, *sorted(b for b in set(bounds) if b < n_rows), n_rows]
    spans = [slice(a, b) for a, b in pairwise(bounds)]
    return [X.iloc[s] if hasattr(X, "iloc") else X[s] for s in spans]
