"""What is found once in a run, and nowhere kept beyond it."""

import gc
import pickle
import weakref
from contextvars import copy_context
from threading import Thread
from unittest.mock import patch

import numpy as np
import pytest
from scipy import sparse
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_active import ActiveLearner
from sklearn_active._data.memory import PoolRows, RunMemory, digest_of, remembered
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.model_selection import active_learning_curve
from sklearn_active.query_strategies import GraphUncertaintyHerding

X = np.random.RandomState(0).normal(size=(60, 3))
TRUTH = (X[:, 0] > 0).astype(int)
Y = np.where(np.arange(60) < 12, TRUTH, -1)


class Searches:
    """Counts the searches among the fitted rows, and those of others."""

    def __init__(self, monkeypatch):
        self.own = self.others = 0
        kneighbors = NearestNeighbors.kneighbors

        def counted(index, X=None, *args, **kwargs):
            self.own += X is None
            self.others += X is not None and len(X) > 1
            return kneighbors(index, X, *args, **kwargs)

        monkeypatch.setattr(NearestNeighbors, "kneighbors", counted)


@pytest.fixture
def searches(monkeypatch):
    return Searches(monkeypatch)


def rounds(learner, n_rounds=3):
    for _ in range(n_rounds):
        query = learner.query()
        learner.teach(query, TRUTH[query.indices])
    return learner


class TestInALearner:
    def test_a_strategy_and_an_estimator_share_their_graph(self, searches):
        rounds(ActiveLearner(GraphLabelSpreading(), "graph_herding").start(X, Y))
        assert searches.own == 1

    def test_so_they_do_during_fit(self, searches):
        learner = ActiveLearner(GraphLabelSpreading(), "graph_herding", budget=5)
        learner.fit(X, TRUTH, labeled=Y >= 0)
        assert searches.own == 1

    def test_with_other_parameters_each_has_its_own(self, searches):
        for strategy in (
            GraphUncertaintyHerding(n_neighbors=5),
            GraphUncertaintyHerding(metric="cosine"),
        ):
            searches.own = 0
            rounds(ActiveLearner(GraphLabelSpreading(), strategy).start(X, Y))
            assert searches.own == 2

    def test_fresh_fits_on_the_same_rows_search_once(self, searches):
        model = make_pipeline(StandardScaler(), GraphLabelSpreading())
        rounds(ActiveLearner(model, "margin").start(X, Y))
        assert searches.own == 1

    def test_two_learners_share_nothing(self, searches):
        for _ in range(2):
            ActiveLearner(GraphLabelSpreading(), "graph_herding").start(X, Y).query()
        assert searches.own == 2

    def test_functions_are_never_taken_for_each_other(self, searches):
        def distance(a, b):
            return abs(a - b).sum()

        model = make_pipeline(StandardScaler(), GraphLabelSpreading(metric=distance))
        rounds(ActiveLearner(model, "margin").start(X, Y), n_rounds=2)
        assert searches.own == 3


def test_a_learning_curve_searches_the_neighbors_of_its_test_rows_once(searches):
    for model in (
        GraphLabelSpreading(),
        make_pipeline(StandardScaler(), GraphLabelSpreading()),
    ):
        searches.others = 0
        learner = ActiveLearner(model, "margin", batch_size=2)
        curve = active_learning_curve(learner, X, TRUTH, initial=6, budget=8, cv=2)
        assert curve.test_scores.shape == (1, 2, 5)
        assert searches.others == 2


def test_a_rule_that_predicts_the_same_rows_in_each_round_searches_once(searches):
    rule = lambda learner: not len(learner.predict(X + 0.1))  # noqa: E731
    learner = ActiveLearner(GraphLabelSpreading(), "margin", stop_when=rule, budget=4)
    learner.fit(X, TRUTH, labeled=Y >= 0)
    assert searches.others == 1


def test_a_model_whose_rows_are_refilled_answers_for_itself_alone():
    rows, asked = X.copy(), X[:7] + 0.1
    expected = GraphLabelSpreading().fit(X, Y).predict_proba(asked)
    with RunMemory().open():
        one = GraphLabelSpreading().fit(rows, Y)
        other = GraphLabelSpreading().fit(X.copy(), Y)
        rows[:] = np.random.RandomState(1).normal(size=X.shape)
        one.predict_proba(asked)
        np.testing.assert_array_equal(other.predict_proba(asked), expected)


def test_models_of_other_rows_have_neighbors_of_their_own():
    with RunMemory().open():
        for rows in (X, X[::-1] * 2):
            found = GraphLabelSpreading().fit(rows, Y).predict_proba(X + 0.1)
            expected = predicted_elsewhere(GraphLabelSpreading().fit(rows, Y), X + 0.1)
            np.testing.assert_array_equal(found, expected)


def predicted_elsewhere(model, rows):
    """Predict in a thread of its own, where no memory is open."""
    found = []
    thread = Thread(target=lambda: found.append(model.predict_proba(rows)))
    thread.start()
    thread.join()
    return found[0]


class TestWithoutAnOwner:
    def test_every_fit_searches(self, searches):
        for _ in range(2):
            GraphLabelSpreading().fit(X, Y)
        assert searches.own == 2

    def test_predict_leaves_no_trace_in_the_model(self, searches):
        model = GraphLabelSpreading().fit(X, Y)
        model.predict(X[:2])  # the masses are solved for
        before = len(pickle.dumps(model))
        for _ in range(2):
            model.predict(X + 0.1)
        assert len(pickle.dumps(model)) < before + 60 * 10  # a byte per neighbor
        assert searches.others == 3

    def test_what_a_learner_found_goes_with_it(self):
        learner = ActiveLearner(GraphLabelSpreading(), "graph_herding").start(X, Y)
        graph = weakref.ref(rounds(learner).estimator_.affinity_)
        assert graph() is not None
        del learner
        gc.collect()
        assert graph() is None


class TestRemembered:
    def found(self, *made_from, slot="slot"):
        return remembered(slot, made_from, object)

    def test_it_is_made_anew_where_no_memory_is_open(self):
        assert self.found(1) is not self.found(1)
        with RunMemory().open():
            assert self.found(1) is self.found(1)
        assert self.found(1) is not self.found(1)

    def test_it_belongs_to_the_memory_not_to_the_moment(self):
        memory, other = RunMemory(), RunMemory()
        with memory.open():
            first = self.found(1)
        with other.open():
            assert self.found(1) is not first
        with memory.open():
            assert self.found(1) is first

    def test_of_each_slot_the_last_is_kept(self):
        with RunMemory().open():
            first, other = self.found(1), self.found(1, slot="other")
            assert self.found(2) is not first
            assert self.found(1) is not first
            assert self.found(1, slot="other") is other

    def test_only_the_slots_used_last_are_kept(self):
        class Found:
            pass

        with RunMemory().open():
            first = remembered(0, [1], object)
            for slot in range(1, 4):
                remembered(slot, [1], object)
            assert remembered(0, [1], object) is first
            second = remembered(1, [1], object)
            remembered(4, [1], object)  # takes the place of the one not used longest
            assert remembered(0, [1], object) is first
            assert remembered(1, [1], object) is second
            refs = [weakref.ref(remembered(slot, [1], Found)) for slot in range(10, 19)]
            gc.collect()
            assert sum(ref() is not None for ref in refs) == 4

    def test_what_is_replaced_is_let_go_of_before_the_next_is_made(self):
        class Large:
            pass

        with RunMemory().open():
            first = weakref.ref(remembered("slot", [1], Large))
            alive = remembered("slot", [2], lambda: first() is not None)
        assert not alive

    def test_rows_are_compared_by_content(self):
        rows = X.copy()
        with RunMemory().open():
            first = self.found(rows)
            assert self.found(X) is first
            rows[3, 1] += 1e-9  # filled with other numbers by whoever owns it
            assert self.found(rows) is not first

    def test_rows_of_a_pool_are_the_same_where_the_object_is_or_the_content(self):
        with RunMemory().open():
            first = self.found(PoolRows(X))
            with patch("sklearn_active._data.memory.digest_of", None):
                assert self.found(PoolRows(X)) is first  # without a look
            assert self.found(PoolRows(X.copy())) is first
            assert self.found(PoolRows(X + 1e-9)) is not first

    def test_what_failed_to_be_made_is_made_again(self):
        def fail():
            raise OSError("x")

        with RunMemory().open():
            first = self.found(1)
            with pytest.raises(OSError, match="x"):
                remembered("slot", [2], fail)
            assert self.found(1) is not first

    def test_each_owner_keeps_its_own(self):
        outer, inner = RunMemory(), RunMemory()
        with outer.open():
            first = self.found(1)
            with inner.open():
                assert self.found(2) is not first
            assert self.found(1) is first

    def test_it_is_closed_whatever_raises(self):
        with pytest.raises(OSError, match="x"), RunMemory().open():
            raise OSError("x")
        assert self.found(1) is not self.found(1)

    def test_another_thread_does_not_see_it(self):
        seen = []
        with RunMemory().open():
            first = self.found(1)
            thread = Thread(target=lambda: seen.append(self.found(1)))
            thread.start()
            thread.join()
            assert copy_context().run(self.found, 1) is first
        assert seen[0] is not first

    def test_copies_are_empty(self):
        memory = RunMemory()
        with memory.open():
            first = self.found(1)
        with pickle.loads(pickle.dumps(memory)).open():
            assert self.found(1) is not first


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (np.zeros((2, 3)), np.zeros((3, 2))),
        (np.zeros((2, 2), np.float32), np.zeros((2, 1))),
        (np.zeros((2, 2)), np.zeros((2, 2), dtype=int)),
        (sparse.csr_array(np.eye(3)), np.eye(3)),
        (
            sparse.csr_array(np.diag([1.0, 1], 1)),
            sparse.csc_array(np.diag([1.0, 1], 1)),
        ),
        (sparse.csr_array([[1.0, 0]]), sparse.csr_array([[0, 1.0]])),
        (sparse.csr_array([[1.0], [0]]), sparse.csr_array([[0], [1.0]])),
    ],
)
def test_rows_of_another_shape_or_kind_have_another_digest(one, other):
    assert digest_of(one) != digest_of(other)
    assert digest_of(one) == digest_of(one.copy())


def test_rows_in_another_order_of_memory_are_the_same_rows():
    assert digest_of(np.asfortranarray(X)) == digest_of(X)
    assert digest_of(X[::2]) == digest_of(X[::2].copy())
