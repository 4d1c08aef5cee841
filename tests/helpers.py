"""Estimators and pools that several test modules use."""

import inspect
import sys
from contextlib import contextmanager

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_blobs
from sklearn.dummy import DummyClassifier
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active.query_strategies import QueryStrategy


def blobs(n_rows=30, n_labeled=4, centers=3, seed=0):
    """Return X, y with -1 from row n_labeled on, and the truth."""
    X, truth = make_blobs(n_rows, centers=centers, random_state=seed)
    y = truth.copy()
    y[n_labeled:] = -1
    return X, y, truth


def lines_run(call):
    """Return how many lines of the labeling code a call runs."""
    n_lines = 0

    def trace(frame, event, argument):
        nonlocal n_lines
        if "labeling" not in frame.f_code.co_filename:
            return None
        n_lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return n_lines


@contextmanager
def calls_of(function):
    """Yield a list that gets the arguments of each call in this thread, as a dict."""
    code, calls = inspect.unwrap(function).__code__, []

    def profile(frame, event, argument):
        if event == "call" and frame.f_code is code:
            calls.append(dict(frame.f_locals))

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        yield calls
    finally:
        sys.setprofile(before)


@contextmanager
def cluster_of_two(folder):
    """Start two processes of a Dask cluster; yield its client."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            local_directory=folder,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def _n_rows(X):
    return X.shape[0] if hasattr(X, "shape") else len(X)


class Recorder(ClassifierMixin, BaseEstimator):
    """A classifier that keeps what it was fitted on, and fails on demand."""

    def __init__(self, log=None, fail_at=None, error=RuntimeError):
        self.log = log
        self.fail_at = fail_at
        self.error = error

    def fit(self, X, y, **params):
        self.X_seen_, self.y_seen_, self.params_seen_ = X, y, params
        n_labeled = np.sum(np.asarray(y) != -1) if y.dtype.kind in "iuf" else len(y)
        if self.fail_at is not None and n_labeled >= self.fail_at:
            raise self.error("the estimator failed")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.repeat(self.classes_[:1], _n_rows(X))

    def predict_proba(self, X):
        shape = (_n_rows(X), len(self.classes_))
        return np.full(shape, 1 / len(self.classes_))


class SeesAll(Recorder):
    """The same, for an estimator that understands unlabeled rows."""

    accepts_unlabeled = True


class Failing(GaussianNB):
    """A classifier that raises from a number of labels on."""

    def __init__(self, fail_at=6, error=RuntimeError):
        super().__init__()
        self.fail_at = fail_at
        self.error = error

    def fit(self, X, y):
        if len(y) >= self.fail_at:
            raise self.error("the estimator failed")
        return super().fit(X, y)


class Shown(QueryStrategy):
    """Keeps the view of the pool that it is shown last."""

    needs = ()

    def utilities(self, pool):
        self.pool = pool
        _ = pool.newly_known, pool.withdrawn  # as of now
        return np.zeros(len(pool.candidates))


class TaughtPool:
    """A pool without a model, and what is known of it; strategies are shown `pool`."""

    def __init__(self, X):
        model = DummyClassifier()
        self.learner = ActiveLearner(model, Shown(), missing_label=None).start(X)

    def teach(self, rows, labels):
        """Teach labels; None declines."""
        self.learner.teach(rows, labels, refit=False)

    def relabel(self, row, label):
        """Change a label; None takes it back."""
        self.learner.relabel([row], [label], refit=False)

    @property
    def pool(self):
        self.learner.query()
        return self.learner.query_strategy_.pool
