"""A learner that is under way: more rows, corrected labels, parameters set late."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from helpers import Shown
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import make_blobs
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.semi_supervised import LabelSpreading

from sklearn_active import ActiveLearner
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.pools import ChunkedPool
from sklearn_active.query_strategies import (
    BadgeSampling,
    ExploreExploit,
    GraphUncertaintyHerding,
    MarginSampling,
    MaxHerding,
    MostLikely,
    QueryByCommittee,
    SigmaOptimality,
    SpreadBatch,
    WithChecks,
)

X, TRUTH = make_blobs(90, centers=3, random_state=0)
START = np.where(np.arange(60) % 12, -1, TRUTH[:60])


class TestMoreRows:
    def started(self, estimator=None, strategy="margin", **params):
        params = {"batch_size": 3, "random_state": 0} | params
        learner = ActiveLearner(estimator or GaussianNB(), strategy, **params)
        return learner.start(X[:60], START)

    def test_labels_declined_rows_history_and_counts_stay(self):
        learner = self.started()
        declined = learner.query()
        learner.teach(declined, [None] * 3)
        asked = learner.query()
        learner.teach(asked, TRUTH[asked.indices])
        before = learner.y_, learner.labeled_iter_, len(learner.history_)
        learner.extend(X[60:])
        np.testing.assert_array_equal(learner.y_, [*before[0], *[-1] * 30])
        np.testing.assert_array_equal(learner.labeled_iter_, [*before[1], *[-1] * 30])
        assert len(learner.history_) == before[2] == 2
        assert learner.n_asked_ == 6
        rest = learner.query(batch_size=90)
        assert rest.n_pool == 90
        known = np.flatnonzero(learner.y_ != -1)
        expected = set(range(90)) - set(declined.indices) - set(known)
        assert set(rest.indices) == expected

    def test_labels_of_the_new_rows_are_known_from_then_on(self):
        learner = self.started()
        y = np.where(np.arange(30) % 3, -1, TRUTH[60:])
        learner.extend(X[60:], y)
        np.testing.assert_array_equal(learner.y_, [*START, *y])
        assert set(learner.labeled_iter_[60:][y != -1]) == {0}
        whole = ActiveLearner(GaussianNB(), random_state=0).start(X, [*START, *y])
        np.testing.assert_array_equal(learner.predict_proba(X), whole.predict_proba(X))

    @pytest.mark.parametrize(
        "strategy",
        [
            "entropy",
            "graph_herding",
            "herding",
            "graph_coverage",
            SigmaOptimality(),
            MaxHerding(),
            BadgeSampling(),
            SpreadBatch(MarginSampling()),
            ExploreExploit(GraphUncertaintyHerding(), MarginSampling()),
            QueryByCommittee(n_members=3),
            MostLikely(1, share=0.3),
            WithChecks("graph_herding", share=0.4),
        ],
        ids=lambda s: s if isinstance(s, str) else type(s).__name__,
    )
    @pytest.mark.parametrize(
        "estimator",
        [GaussianNB(), GraphLabelSpreading(), LabelSpreading(gamma=1)],
        ids=lambda e: type(e).__name__,
    )
    def test_every_strategy_asks_what_it_asks_of_the_whole_pool(
        self, strategy, estimator
    ):
        grown = self.started(estimator, strategy)
        grown.query()
        grown.extend(X[60:])
        whole = ActiveLearner(
            clone(estimator), clone(strategy, safe=False), batch_size=3, random_state=0
        ).start(X, [*START, *[-1] * 30])
        for _ in range(3):
            queries = [learner.query() for learner in (grown, whole)]
            assert queries[0].indices.tolist() == queries[1].indices.tolist()
            for learner in (grown, whole):
                learner.teach(queries[0].indices, TRUTH[queries[0].indices])

    def test_an_open_question_can_still_be_answered(self):
        learner = self.started()
        query = learner.query()
        learner.extend(X[60:]).teach(query, TRUTH[query.indices])
        assert (learner.y_[query.indices] == TRUTH[query.indices]).all()

    @pytest.mark.parametrize(
        "kind", ["list", "csr", "coo", "pandas", "polars", "texts", "series"]
    )
    def test_rows_come_in_the_container_of_the_first(self, kind):
        texts = [f"word{label} thing{i % 4}" for i, label in enumerate(TRUTH)]
        make = {
            "list": lambda rows: X[rows].tolist(),
            "csr": lambda rows: sparse.csr_array(X[rows]),
            "coo": lambda rows: sparse.coo_array(X[rows]),
            "pandas": lambda rows: pd.DataFrame(X, columns=["a", "b"]).iloc[rows],
            "polars": lambda rows: pl.DataFrame({"a": X[rows, 0], "b": X[rows, 1]}),
            "texts": lambda rows: texts[rows],
            "series": lambda rows: pd.Series(texts).iloc[rows],
        }[kind]
        model = LogisticRegression(max_iter=1000)
        if kind in ("texts", "series"):
            model = make_pipeline(TfidfVectorizer(), model)
        learner = ActiveLearner(model, "margin", batch_size=40, random_state=0)
        first, more = make(slice(0, 60)), make(slice(60, 90))
        query = learner.start(first, START).extend(more).query()
        assert type(query.X) is type(first)
        whole = ActiveLearner(model, "margin", batch_size=40, random_state=0)
        same = whole.start(make(slice(0, 90)), [*START, *[-1] * 30]).query()
        assert query.indices.tolist() == same.indices.tolist()

    def test_rows_that_do_not_fit_are_refused_and_nothing_is_changed(self):
        frame = pd.DataFrame(X, columns=["a", "b"])
        learner = ActiveLearner(GaussianNB()).start(frame[:60], START)
        with pytest.raises(ValueError, match="feature names"):
            learner.extend(frame[60:].rename(columns={"a": "c"}))
        with pytest.raises(ValueError, match="gave 29 labels for 30 rows"):
            learner.extend(frame[60:], TRUTH[61:])
        with pytest.raises(ValueError, match="of kind text"):
            learner.extend(frame[60:], ["cat"] * 30)
        assert len(learner.y_) == 60
        with pytest.raises(ValueError, match="3 features"):
            self.started().extend(np.zeros((2, 3)))

    def test_parameters_per_row_are_not_made_up(self):
        with config_context(enable_metadata_routing=True):
            model = GaussianNB().set_fit_request(sample_weight=True)
            learner = ActiveLearner(model).start(
                X[:60], START, sample_weight=np.ones(60)
            )
            with pytest.raises(ValueError, match=r"given \['sample_weight'\]"):
                learner.extend(X[60:])

    def test_pools_in_chunks_are_refused(self):
        pool = ChunkedPool(lambda: iter([X[:30], X[30:60]]))
        learner = ActiveLearner(GaussianNB(), "margin").start(pool, START)
        with pytest.raises(ValueError, match="extend needs the whole pool at once"):
            learner.extend(X[60:])

    def test_several_extensions_can_be_followed_by_one_refit(self):
        learner = self.started(GaussianNB())
        model = learner.estimator_
        y = TRUTH[60:75]
        learner.extend(X[60:75], y, refit=False).extend(X[75:], refit=False)
        assert learner.estimator_ is model
        assert len(learner.y_) == 90
        assert learner.refit().estimator_ is not model

    def test_an_estimator_of_all_rows_is_fitted_on_those_that_are_added(self):
        learner = self.started(LabelSpreading(gamma=1))
        learner.extend(X[60:75], refit=False).extend(X[75:], refit=False)
        assert len(learner.transduction_) == 90


class TestCorrectedLabels:
    @pytest.mark.parametrize(
        "estimator",
        [GaussianNB(), GraphLabelSpreading(), LabelSpreading(gamma=1)],
        ids=lambda e: type(e).__name__,
    )
    @pytest.mark.parametrize("strategy", ["margin", "graph_herding", "graph_coverage"])
    def test_the_model_and_the_next_question_are_those_of_the_right_labels(
        self, estimator, strategy
    ):
        learner = ActiveLearner(estimator, strategy, random_state=0).start(
            X[:60], START
        )
        query = learner.query(3)
        learner.teach(query, (TRUTH[query.indices] + 1) % 3)
        learner.query()
        learner.relabel(query.indices, TRUTH[query.indices])
        y = START.copy()
        y[query.indices] = TRUTH[query.indices]
        fresh = ActiveLearner(clone(estimator), strategy, random_state=0).start(
            X[:60], y
        )
        np.testing.assert_array_equal(learner.y_, y)
        np.testing.assert_allclose(
            learner.predict_proba(X), fresh.predict_proba(X), atol=1e-9
        )
        assert learner.query().indices.tolist() == fresh.query().indices.tolist()
        assert learner.labeled_iter_[query.indices].tolist() == [1] * 3
        assert learner.n_asked_ == 3

    def test_none_takes_a_label_back_and_the_row_can_be_asked_again(self):
        learner = ActiveLearner(GaussianNB()).start(X[:60], START)
        learner.relabel([0, 12], [None, 2])
        assert learner.y_[[0, 12]].tolist() == [-1, 2]
        assert learner.labeled_iter_[0] == -1
        assert 0 in learner.query(batch_size=60).indices

    def test_a_class_can_disappear_and_with_it_the_model(self):
        learner = ActiveLearner(GaussianNB()).start(X[:4], [0, 0, 1, -1])
        assert learner.predict(X[:1]).shape == (1,)
        learner.relabel([2], [0])
        assert learner.classes_.tolist() == [0]
        assert learner.query().reason == "cold_start"
        with pytest.raises(NotFittedError, match="1 classes are known, and two"):
            learner.predict(X)
        learner.teach([3], [1])
        assert learner.classes_.tolist() == [0, 1]

    @pytest.mark.parametrize(
        ("rows", "labels", "match"),
        [
            ([1], [0], r"rows \[1\] have no label to correct"),
            ([0, 0], [1, 1], "must not repeat"),
            ([99], [0], r"must lie in 0 ... 59"),
            ([0], [0, 1], "relabel gave 2 labels for 1 rows"),
            ([0], ["cat"], "of kind text"),
        ],
    )
    def test_what_is_wrong_is_refused_and_nothing_changed(self, rows, labels, match):
        learner = ActiveLearner(GaussianNB()).start(X[:60], START)
        model = learner.estimator_
        with pytest.raises(ValueError, match=match):
            learner.relabel(rows, labels)
        np.testing.assert_array_equal(learner.y_, START)
        assert learner.estimator_ is model

    def test_a_strategy_hears_of_a_label_that_it_has_not_heard_of_yet_once(self):
        learner = ActiveLearner(GaussianNB(), Shown()).start(X[:60], START)
        learner.teach([1, 2], [0, 0]).relabel([2], [1])
        learner.query()
        pool = learner.query_strategy_.pool
        assert pool.withdrawn.tolist() == [2]
        assert sorted(pool.newly_known.tolist()).count(2) == 1


class TestOneRefitForMany:
    def test_nothing_is_fitted_until_it_is_asked_for(self):
        learner = ActiveLearner(GaussianNB()).start(X[:60], START)
        model = learner.estimator_
        for row in (1, 2, 3):
            learner.teach([row], [TRUTH[row]], refit=False)
        assert learner.estimator_ is model
        assert learner.y_[[1, 2, 3]].tolist() == TRUTH[[1, 2, 3]].tolist()
        assert len(learner.history_) == 3
        learner.teach([4], [TRUTH[4]])
        assert learner.estimator_.class_count_.sum() == 5 + 4

    def test_refit_does_it_and_does_nothing_twice(self):
        learner = ActiveLearner(GaussianNB()).start(X[:60], START)
        learner.teach([1], [TRUTH[1]], refit=False).relabel([0], [2], refit=False)
        model = learner.refit().estimator_
        assert model.class_count_.sum() == 6
        assert learner.refit().estimator_ is model

    def test_the_next_question_leaves_out_what_was_taught(self):
        learner = ActiveLearner(GaussianNB(), batch_size=2).start(X[:60], START)
        first = learner.query()
        learner.teach(first, TRUTH[first.indices], refit=False)
        assert set(learner.query().indices).isdisjoint(first.indices)


class TestSetParamsLate:
    """What is set after a start counts from the next start or fit on."""

    changes = {
        "estimator": GaussianNB(var_smoothing=0.5),
        "estimator__var_smoothing": 0.5,
        "query_strategy": "random",
        "oracle": lambda query: 1 / 0,
        "batch_size": 7,
        "budget": 1,
        "stop_when": lambda learner: 1 / 0,
        "reask": 0.5,
        "missing_label": 0,
        "unlabeled": "pass",
        "random_state": 5,
    }

    def test_every_parameter_has_a_case(self):
        names = {name.split("__")[0] for name in self.changes}
        assert names == set(ActiveLearner(GaussianNB()).get_params(deep=False))

    @pytest.mark.parametrize("name", changes)
    def test_the_run_goes_on_as_it_began(self, name):
        learners = [
            ActiveLearner(GaussianNB(), random_state=0).start(X[:60], START)
            for _ in range(2)
        ]
        learners[0].set_params(**{name: self.changes[name]})
        for _ in range(3):
            changed, other = [learner.query() for learner in learners]
            assert changed.indices.tolist() == other.indices.tolist()
            assert changed.reason == other.reason
            for learner in learners:
                learner.teach(changed.indices, TRUTH[changed.indices])
        np.testing.assert_array_equal(*[learner.y_ for learner in learners])
        np.testing.assert_array_equal(*[x.predict_proba(X) for x in learners])

    def test_during_a_fit_too(self):
        def oracle(query):
            learner.set_params(batch_size=9, budget=1, stop_when=lambda _: True)
            return TRUTH[query.indices]

        learner = ActiveLearner(GaussianNB(), oracle=oracle, batch_size=2, budget=6)
        learner.fit(X[:60], START)
        assert [len(r.rows) for r in learner.history_] == [2, 2, 2]
        assert learner.termination_condition_ == "budget"

    def test_the_next_start_takes_it_up(self):
        learner = ActiveLearner(GaussianNB(), random_state=0).start(X[:60], START)
        learner.set_params(batch_size=7, query_strategy="random")
        learner.set_params(estimator__var_smoothing=0.5)
        query = learner.start(X[:60], START).query()
        assert len(query) == 7
        assert query.reason == "RandomSampling"
        assert learner.estimator_.var_smoothing == 0.5


class TestBeforeAnyFit:
    @pytest.mark.parametrize(
        "use",
        [
            lambda learner: learner.query(),
            lambda learner: learner.teach([0], [1]),
            lambda learner: learner.relabel([0], [1]),
            lambda learner: learner.extend([[1.0]]),
            lambda learner: learner.refit(),
            lambda learner: learner.predict([[1.0]]),
            lambda learner: learner.predict_proba([[1.0]]),
            lambda learner: learner.score([[1.0]], [0]),
            lambda learner: learner.y_,
            lambda learner: learner.labeled_iter_,
            lambda learner: learner.history_,
            lambda learner: learner.n_asked_,
            lambda learner: learner.classes_,
            lambda learner: learner.transduction_,
        ],
    )
    def test_everything_says_not_fitted(self, use):
        with pytest.raises(NotFittedError, match=r"fit.*start"):
            use(ActiveLearner(GaussianNB()))

    def test_attributes_are_not_there(self):
        learner = ActiveLearner(GaussianNB())
        assert not hasattr(learner, "y_")
        assert not hasattr(learner, "transduction_")


class TestYOfMinusOneAndOne:
    y = np.where(np.arange(60) % 2, -1, 1)

    def test_where_it_was_taken_for_complete_the_end_says_why(self):
        learner = ActiveLearner(GaussianNB())
        with pytest.warns(UserWarning, match="taken for a class"):
            learner.fit(X[:60], self.y)
        with pytest.raises(
            ValueError, match=r"No row is left.*missing_label=-1.*start"
        ):
            learner.query()

    def test_where_it_was_stated_nothing_is_explained(self):
        learner = ActiveLearner(GaussianNB(), missing_label=None).fit(X[:60], self.y)
        with pytest.raises(ValueError, match="were declined.$"):
            learner.query()


def test_start_has_no_labeled_and_says_so():
    with pytest.raises(ValueError, match=r"start\(\) has no labeled=.*fit\(X, y, lab"):
        ActiveLearner(GaussianNB()).start(X, TRUTH, labeled=TRUTH == 0)


def test_what_was_expected_is_on_record_where_a_generator_raises():
    def oracle(query):
        yield TRUTH[query.indices[0]]
        yield TRUTH[query.indices[1]]
        raise OSError("the line is dead")

    learner = ActiveLearner(GaussianNB(), oracle=oracle, batch_size=3)
    with pytest.raises(OSError, match="the line is dead"):
        learner.fit(X[:60], START)
    model = GaussianNB().fit(X[:60][START != -1], START[START != -1])
    (record,) = learner.history_
    assert record.predicted == model.predict(X[record.rows]).tolist()
    assert len(record.predicted) == 2


@pytest.mark.parametrize("estimator", [GaussianNB(), GraphLabelSpreading()], ids=repr)
def test_a_pickle_does_not_grow_by_predicting(estimator):
    learner = ActiveLearner(estimator, random_state=0).start(X[:60], START)
    size = len(pickle.dumps(learner))
    learner.predict(X)
    learner.predict_proba(X)
    assert len(pickle.dumps(learner)) == size
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(learner)).predict(X), learner.predict(X)
    )


def test_a_strategy_that_was_extended_is_a_fresh_clone():
    strategy = GraphUncertaintyHerding(n_neighbors=4)
    learner = ActiveLearner(GaussianNB(), strategy).start(X[:60], START)
    learner.query()
    learner.extend(X[60:])
    assert learner.query_strategy_.n_neighbors == 4
    assert not hasattr(learner.query_strategy_, "kernel_")
