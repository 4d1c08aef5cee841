"""Refits of scikit-learn's label propagation share one graph, and nothing else."""

import pickle
import weakref
from copy import deepcopy

import numpy as np
import pytest
from helpers import blobs
from scipy import sparse
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import LabelPropagation, LabelSpreading

from sklearn_active import ActiveLearner
from sklearn_active.oracles import ArrayOracle

MODELS = [
    LabelSpreading(gamma=0.5),
    LabelSpreading(kernel="knn"),
    LabelPropagation(gamma=0.5),
    LabelPropagation(kernel="knn"),
    make_pipeline(StandardScaler(), LabelSpreading(kernel="knn")),
]


def final(model):
    return model[-1] if hasattr(model, "steps") else model


@pytest.fixture
def n_built(monkeypatch):
    built = []
    for cls in (LabelSpreading, LabelPropagation):
        build = cls._build_graph
        monkeypatch.setattr(
            cls,
            "_build_graph",
            lambda self, build=build: built.append(1) or build(self),
        )
    return built


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("to_container", [np.asarray, sparse.csr_matrix])
@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_every_round_is_bit_identical_to_a_plain_refit(model, to_container, n_built):
    if to_container is not np.asarray and hasattr(model, "steps"):
        model = make_pipeline(StandardScaler(with_mean=False), final(model))
    X, y, truth = blobs(60, 10)
    X = to_container(X)
    n_rounds = []

    def as_fitted_by_hand(learner):
        plain = clone(model).fit(X, learner.y_)
        kept = learner.estimator_
        np.testing.assert_array_equal(
            final(kept).label_distributions_, final(plain).label_distributions_
        )
        np.testing.assert_array_equal(kept.predict_proba(X), plain.predict_proba(X))
        n_rounds.append(1)

    learner = ActiveLearner(
        model,
        oracle=ArrayOracle(truth),
        batch_size=3,
        budget=12,
        stop_when=as_fitted_by_hand,
    ).fit(X, y)
    assert len(n_rounds) == 4
    assert len(n_built) == 1 + len(n_rounds)  # one of the learner's
    assert "_build_graph" not in vars(final(learner.estimator_))


def test_the_graph_is_let_go_of_after_fit_and_left_out_of_pickles(monkeypatch):
    graphs = []
    build = LabelSpreading._build_graph

    def spied(self):
        graph = build(self)
        graphs.append(weakref.ref(graph))
        return graph

    monkeypatch.setattr(LabelSpreading, "_build_graph", spied)
    X, y, truth = blobs(200, 10)
    learner = ActiveLearner(
        LabelSpreading(gamma=0.5), oracle=ArrayOracle(truth), budget=2
    ).fit(X, y)
    assert [graph() for graph in graphs] == [None]
    learner.start(X, y)
    assert graphs[1]().shape == (200, 200)
    assert len(pickle.dumps(learner)) < graphs[1]().nbytes / 4
    for other in (pickle.loads(pickle.dumps(learner)), deepcopy(learner)):
        n_built = len(graphs)
        other.teach([50], [0])
        assert len(graphs) == n_built + 1
    learner.teach([50], [0])
    assert len(graphs) == 4


def test_models_with_other_parameters_in_one_run_have_graphs_of_their_own():
    X, y, truth = blobs(60, 10)
    seen = []

    def another(learner):
        for gamma in (0.01, 3.0):
            plain = LabelSpreading(gamma=gamma).fit(X, y)
            inner = ActiveLearner(LabelSpreading(gamma=gamma)).fit(X, y)
            np.testing.assert_array_equal(
                inner.estimator_.label_distributions_, plain.label_distributions_
            )
            seen.append(gamma)

    learner = ActiveLearner(
        LabelSpreading(gamma=0.5),
        oracle=ArrayOracle(truth),
        budget=2,
        stop_when=another,
    )
    learner.fit(X, y)
    assert len(seen) == 4


def test_a_learner_inside_of_another_takes_no_graph_from_it(n_built):
    X, y, truth = blobs(60, 10)
    model = LabelSpreading(gamma=0.5)

    def another_is_fitted(learner):
        ActiveLearner(model).fit(X + 1, y)
        return False

    learner = ActiveLearner(
        model, oracle=ArrayOracle(truth), budget=4, stop_when=another_is_fitted
    )
    learner.fit(X, y)
    # Before each of four questions the other builds its own; the outer one builds once.
    assert len(n_built) == 1 + 4


def test_rows_that_a_transformer_changes_get_a_new_graph(n_built):
    class Shifting(StandardScaler):
        """Depends on the labels, as a supervised transformer does."""

        def fit(self, X, y=None, sample_weight=None):
            self.n_labeled = np.sum(y != -1)
            return super().fit(X)

        def transform(self, X, copy=None):
            return super().transform(X) * self.n_labeled

    X, y, truth = blobs(60, 10)
    model = make_pipeline(Shifting(), LabelSpreading(gamma=0.5))
    ActiveLearner(model, oracle=ArrayOracle(truth), budget=3).fit(X, y)
    assert len(n_built) == 4


def test_a_search_and_other_internals_are_fitted_plainly(monkeypatch):
    X, _, truth = blobs(60, 60)
    search = GridSearchCV(LabelSpreading(), {"gamma": [0.5]}, cv=2)
    ActiveLearner(search).fit(X, truth)
    learner = ActiveLearner(LabelSpreading(kernel=lambda a, b: np.exp(-abs(a @ b.T))))
    learner.fit(X, truth)
    assert "_build_graph" not in vars(learner.estimator_)
