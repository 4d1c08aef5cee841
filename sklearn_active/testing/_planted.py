"""What the checks share: planted data, a quick estimator, and guards."""

import pickle
import random
from contextlib import contextmanager

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.utils.extmath import safe_sparse_dot, softmax

from sklearn_active._data.rows import row_keys
from sklearn_active._sklearn import num_samples


class Centroids(ClassifierMixin, BaseEstimator):
    """Predict by the distance to each class's mean; quick, and exact in any order.

    Parameters
    ----------
    blank : {'nan', 'zero', 'uniform'}, default=None
        What the distributions of every row that is asked for are, but of the rows
        whose first feature is negative. None: those of the model.
    """

    def __init__(self, blank=None):
        self.blank = blank

    def fit(self, X, y):
        """Take the means."""
        X, y = _as_numbers(X), np.asarray(y)
        self.classes_ = np.unique(y)
        self.means_ = np.stack(
            [np.asarray(X[np.flatnonzero(y == c)].mean(axis=0)) for c in self.classes_]
        ).reshape(len(self.classes_), -1)
        return self

    def decision_function(self, X):
        """Return half the negative squared distances, up to a constant a row."""
        products = safe_sparse_dot(_as_numbers(X), self.means_.T, dense_output=True)
        return products - (self.means_**2).sum(axis=1) / 2

    def predict_proba(self, X):
        """Return the distributions of unit Gaussians around the means."""
        proba = softmax(self.decision_function(X))
        if self.blank is not None:
            value = {"nan": np.nan, "zero": 0, "uniform": 1 / proba.shape[1]}
            first = _as_numbers(X)[:, [0]]
            first = first.toarray() if sparse.issparse(first) else first
            proba[first[:, 0] >= 0] = value[self.blank]
        return proba

    def predict(self, X):
        """Predict the class of the nearest mean."""
        return self.classes_[self.decision_function(X).argmax(axis=1)]


class Smoother(RegressorMixin, BaseEstimator):
    """Predict the mean of the labels near by; quick, and exact in any order."""

    def fit(self, X, y):
        """Keep rows and labels."""
        self.X_, self.y_ = _as_numbers(X), np.asarray(y, dtype=float)
        return self

    def predict(self, X, return_std=False):
        """Return the weighted means, and how far the labels near by differ."""
        weights = rbf_kernel(_as_numbers(X), self.X_, gamma=0.1) + 1e-9
        weights /= weights.sum(axis=1, keepdims=True)
        means = weights @ self.y_
        if not return_std:
            return means
        return means, np.sqrt((weights * (self.y_ - means[:, None]) ** 2).sum(axis=1))


class Constant(ClassifierMixin, BaseEstimator):
    """Predict what the first row has, of rows and with labels of any kind."""

    def fit(self, X, y):
        """Take the classes, and what the first row has."""
        self.classes_, self.first_ = np.unique(y), np.asarray(y)[:1]
        return self

    def predict(self, X):
        """Predict what the first row has."""
        return np.repeat(self.first_, num_samples(X), axis=0)


def _as_numbers(X):
    return X.tocsr() if sparse.issparse(X) else np.asarray(X, dtype=float)


def planted_pool(n_rows=30, n_classes=3, seed=0):
    """Return rows in clusters, and their classes; every class is among the first.

    Parameters
    ----------
    n_rows, n_classes, seed : int
        Sizes and seed.

    Returns
    -------
    X : ndarray of float of shape (n_rows, 4)
    truth : ndarray of int of shape (n_rows,)
    """
    rng = np.random.RandomState(seed)
    truth = np.arange(n_rows) % n_classes
    centers = rng.normal(scale=2, size=(n_classes, 4))
    return centers[truth] + rng.normal(size=(n_rows, 4)), truth


def rare_classes(seed):
    """Return a pool of one large and five rare classes, and one label of two.

    Parameters
    ----------
    seed : int
        Of the draw.

    Returns
    -------
    X : ndarray of float of shape (80, 2)
    truth : ndarray of int of shape (80,)
    labeled : ndarray of bool of shape (80,)
    """
    rng = np.random.RandomState(seed)
    centers = np.array([[0, 0], [6, 0], [0, 6], [-6, 0], [0, -6], [6, 6]])
    truth = rng.permutation(np.repeat(np.arange(6), [60, 4, 4, 4, 4, 4]))
    X = centers[truth] + rng.normal(scale=0.7, size=(80, 2))
    labeled = np.zeros(80, dtype=bool)
    labeled[[np.flatnonzero(truth == k)[0] for k in (0, 1)]] = True
    return X, truth, labeled


def require(holds, message):
    """Raise an AssertionError where something does not hold, under -O too."""
    if not holds:
        raise AssertionError(message)


@contextmanager
def global_state_untouched(name):
    """Raise where the global random state of numpy or Python is used inside."""
    before = _global_state()
    yield
    require(
        _global_state() == before,
        f"{name} uses the global random state (np.random.* or random.*), so runs can't "
        "be repeated. Draw from a RandomState of your own; a query strategy has "
        "pool.random_state.",
    )


def _global_state():
    kind, keys, *rest = np.random.get_state()
    return kind, keys.tobytes(), rest, random.getstate()


@contextmanager
def unmodified(rows, name, what):
    """Raise where the content of some rows is another afterwards."""
    before = row_keys(rows)
    yield
    require(
        row_keys(rows) == before,
        f"{name} modifies {what}. Copy it before you write to it.",
    )


def assert_copies(subject, name, way_out):
    """Raise where `clone` or `pickle` fails; return both copies.

    Parameters
    ----------
    subject : object
        To be copied.
    name : str
        For the message.
    way_out : str
        What helps where `clone` fails.

    Returns
    -------
    copies : list of two objects
    """
    try:
        cloned = clone(subject, safe=False)
    except Exception as error:
        raise AssertionError(
            f"{name} can't be cloned, as every fit and every fold does: {error}. "
            f"{way_out}"
        ) from error
    try:
        pickled = pickle.loads(pickle.dumps(subject))
    except Exception as error:
        raise AssertionError(
            f"{name} can't be pickled, so no learner that holds it can be: {error}. "
            "Define classes and functions at the top of a module, and leave what "
            "can't be stored out in __getstate__."
        ) from error
    return [cloned, pickled]
