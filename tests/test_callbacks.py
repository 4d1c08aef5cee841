"""scikit-learn's callbacks see rounds as tasks of the learner's fit."""

import pickle

import numpy as np
import pytest
import sklearn
from helpers import blobs
from limits import many_rows
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import LabelSpreading
from sklearn.utils.fixes import parse_version

from sklearn_active import ActiveLearner, StopLabeling
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.model_selection import PoolScoreMonitor
from sklearn_active.query_strategies import GraphUncertaintyHerding

CALLBACKS_EXIST = parse_version(sklearn.__version__) >= parse_version("1.9")
X, _, TRUTH = blobs(60, centers=3)
START = np.arange(60) < 6


class OwnListener:
    """Notes every event of the learner; asks to stop at the end of a given task."""

    def __init__(self, stop_at=None):
        self.stop_at = stop_at
        self.events = []

    def setup(self, estimator, context):
        self.events.append(("setup", context.estimator_name))

    def teardown(self, estimator, context):
        self.events.append(("teardown", context.estimator_name))

    def on_fit_task_begin(self, estimator, context):
        self.events.append(("begin", context.task_name, context.task_id))

    def on_fit_task_end(self, estimator, context, *, y=None, fitted_estimator=None):
        self.events.append(("end", context.task_name, context.task_id))
        if context.task_name == "round":
            known = np.count_nonzero(y != -1)
            self.events.append(("known", known, fitted_estimator is not None))
        return (context.task_name, context.task_id) == ("round", self.stop_at)


class Listener(OwnListener):
    """The same, propagated to the estimators inside."""

    max_propagation_depth = None


class Counter(OwnListener):
    """Compares the number of tasks that was told with those that there were."""

    n_rounds = n_others = 0

    def on_fit_task_begin(self, estimator, context):
        if context.parent is None:
            self.told, self.root = context.max_subtasks, context
        elif context.parent is self.root:
            self.n_rounds += context.task_name == "round"
            if context.task_name != "round":
                self.n_others += 1
                self.told_beside = self.root.max_subtasks

    def on_fit_task_end(self, estimator, context):
        if context.parent is None:
            self.told_at_the_end = context.max_subtasks


def learner(**params):
    params = {"batch_size": 2, "budget": 6, "random_state": 0} | params
    return ActiveLearner(LogisticRegression(), "margin", **params)


def test_the_learner_works_the_same_with_and_without_callbacks():
    plain = learner().fit(X, TRUTH, labeled=START)
    watched = learner()
    if CALLBACKS_EXIST:
        watched.set_callbacks(OwnListener())
    watched.fit(X, TRUTH, labeled=START)
    assert plain.y_.tolist() == watched.y_.tolist()


if CALLBACKS_EXIST:

    def test_rounds_are_tasks_below_the_fit_and_round_0_is_the_start():
        listener = OwnListener()
        learner().set_callbacks(listener).fit(X, TRUTH, labeled=START)
        expected = [("setup", "ActiveLearner"), ("begin", "fit", 0)]
        for k in range(4):
            expected += [
                ("begin", "round", k),
                ("end", "round", k),
                ("known", 6 + 2 * k, True),
            ]
        expected += [("end", "fit", 0), ("teardown", "ActiveLearner")]
        assert listener.events == expected

    @pytest.mark.parametrize(
        ("params", "n_rounds"),
        [
            ({"budget": 6}, 4),  # the first fit and three questions
            ({"budget": 5}, 4),
            ({"budget": 0}, 1),
            ({"budget": None}, 1 + 27),  # 54 rows are unlabeled
            ({"budget": 900}, 1 + 27),
        ],
        ids=repr,
    )
    def test_callbacks_are_told_beforehand_how_many_rounds_there_can_be(
        params, n_rounds
    ):
        counter = Counter()
        fitted = learner(**params).set_callbacks(counter)
        fitted.fit(X, TRUTH, labeled=START)
        assert counter.told == n_rounds
        assert counter.n_rounds == n_rounds == len(fitted.history_) + 1

    def test_work_beside_the_rounds_is_told_beside_them():
        counter = Counter()
        fitted = learner().set_params(query_strategy="graph_herding")
        with many_rows(50):
            fitted.set_callbacks(counter).fit(X, TRUTH, labeled=START)
        assert counter.n_rounds == 4
        assert counter.n_others > 0
        assert counter.told_beside == counter.told + counter.n_others
        assert counter.told_at_the_end == counter.n_rounds + counter.n_others

    def test_a_fit_without_an_oracle_has_one_round():
        counter = Counter()
        y = np.where(START, TRUTH, -1)
        fitted = learner(batch_size=7).set_callbacks(counter).fit(X, y)
        assert fitted.termination_condition_ == "no_oracle"
        assert counter.told == 1

    def test_a_callback_that_returns_true_stops_the_loop_after_its_round():
        fitted = learner().set_callbacks(OwnListener(stop_at=1))
        fitted.fit(X, TRUTH, labeled=START)
        assert fitted.termination_condition_ == "callback"
        assert fitted.n_asked_ == 2

    def test_a_callback_may_stop_before_the_first_question():
        fitted = learner().set_callbacks(OwnListener(stop_at=0))
        fitted.fit(X, TRUTH, labeled=START)
        assert (fitted.termination_condition_, fitted.n_asked_) == ("callback", 0)
        again = fitted.set_callbacks().fit(X, TRUTH, labeled=START)
        assert again.termination_condition_ == "budget"

    def test_the_inner_fit_nests_in_its_round():
        listener = Listener()
        learner(budget=2).set_callbacks(listener).fit(X, TRUTH, labeled=START)
        names = [event[1] for event in listener.events if event[0] == "begin"]
        # The round and the estimator's fit are one task, told by the estimator.
        assert "lbfgs-iter" in names
        assert listener.events[0] == ("setup", "ActiveLearner")
        assert listener.events[-1] == ("teardown", "ActiveLearner")

    def test_the_kernel_of_many_rows_is_a_task_whose_parts_are_counted():
        listener = Listener()
        # Its own search is exact: the kernel's is then the only one with parts.
        model = GraphLabelSpreading(neighbors="exact")
        strategy = GraphUncertaintyHerding(neighbors="exact")
        watched = ActiveLearner(model, strategy, budget=2).set_callbacks(listener)
        with many_rows(50):
            watched.fit(X, TRUTH, labeled=START)
        begun = [event[1] for event in listener.events if event[0] == "begin"]
        ended = [event[1] for event in listener.events if event[0] == "end"]
        assert sorted(begun) == sorted(ended)
        assert begun.count("kernel") == 1
        assert begun.count("kernel-part") == 6
        # The learner's fit, round 0 told by the estimator's fit, two updates.
        told = [name for name in begun if name in ("fit", "round")]
        assert told == ["fit", "fit", "round", "round"]

    def test_callbacks_and_the_logger_hear_of_the_same_parts(caplog):
        listener = Listener()
        model = GraphLabelSpreading(neighbors="exact")
        strategy = GraphUncertaintyHerding(neighbors="exact")
        watched = ActiveLearner(model, strategy, budget=2).set_callbacks(listener)
        with many_rows(50), caplog.at_level("INFO", "sklearn_active"):
            watched.fit(X, TRUTH, labeled=START)
        ended = [event[1] for event in listener.events if event[0] == "end"]
        assert ended.count("kernel-part") == 6
        assert ended.count("kernel") == 1
        said = [record.getMessage() for record in caplog.records]
        assert said.count("kernel: 100 %") == 1

    def test_what_is_done_after_the_fit_is_not_told_to_its_callbacks():
        listener = Listener()
        learner(budget=2).set_callbacks(listener).fit(X, TRUTH, labeled=START)
        n_events = len(listener.events)
        with many_rows(50):
            ActiveLearner(LogisticRegression(), "graph_coverage").start(X).query()
        assert len(listener.events) == n_events

    def test_a_callback_that_raises_leaves_model_and_classes_together():
        class Broken(OwnListener):
            def on_fit_task_begin(self, estimator, context):
                if (context.task_name, context.task_id) == ("round", 1):
                    raise OSError("the disk is full")

        names = np.array(["b", "d", "a"])[TRUTH]
        known = np.isin(np.arange(60), [list(TRUTH).index(k) for k in (0, 1)])
        oracle = lambda query: ["a"]  # noqa: E731
        watched = ActiveLearner(GraphLabelSpreading(4), "random", oracle=oracle)
        watched.set_params(random_state=0)
        with pytest.raises(OSError, match="full"):
            watched.set_callbacks(Broken()).fit(X, np.where(known, names, None))
        assert watched.classes_.tolist() == ["a", "b", "d"]
        assert set(watched.predict(X)) <= {"a", "b", "d"}
        rows = np.flatnonzero(known)
        assert watched.predict(X[rows]).tolist() == names[rows].tolist()

    def test_the_approximate_search_is_a_task_of_the_fit():
        listener = Listener()
        with many_rows(50):
            GraphLabelSpreading(4).set_callbacks(listener).fit(X, TRUTH)
        begun = [event[1] for event in listener.events if event[0] == "begin"]
        assert begun == ["fit", "neighbors", "neighbors-part"]
        assert listener.events[-1] == ("teardown", "GraphLabelSpreading")

    def test_an_estimator_without_callbacks_is_no_reason_to_warn():
        listener = Listener()
        watched = ActiveLearner(LabelSpreading(gamma=1), batch_size=2, budget=4)
        watched.set_callbacks(listener).fit(X, TRUTH, labeled=START)
        rounds = [event for event in listener.events if event[1] == "round"]
        assert len(rounds) == 2 * 3

    def test_a_round_in_which_nobody_answers_is_a_task_too():
        def tired(query):
            if query.round == 2:
                raise StopLabeling
            return [None] * len(query)

        listener = OwnListener()
        y = np.where(START, TRUTH, -1)
        learner(oracle=tired).set_callbacks(listener).fit(X, y)
        ends = [event for event in listener.events if event[:2] == ("end", "round")]
        assert [event[2] for event in ends] == [0, 1, 2]

    def test_callbacks_are_torn_down_when_the_oracle_raises():
        def broken(query):
            raise OSError("no line")

        listener = OwnListener()
        watched = learner(oracle=broken).set_callbacks(listener)
        with pytest.raises(OSError, match="no line"):
            watched.fit(X, np.where(START, TRUTH, -1))
        assert listener.events[-1] == ("teardown", "ActiveLearner")
        watched.set_params(oracle=None)
        pickle.loads(pickle.dumps(watched))  # holds nothing of the run

    def test_more_rounds_than_planned_are_no_error():
        copies = np.repeat(X[:5], 4, axis=0)  # batches run short of distinct rows

        def yes(query):
            return TRUTH[query.indices // 4]

        y = np.full(20, -1)
        y[:6] = [0, 0, 0, 0, 1, 1]
        counter = Counter()
        watched = learner(oracle=yes, budget=14, batch_size=7)
        watched.set_callbacks(counter).fit(copies, y)
        assert watched.termination_condition_ == "all_labeled"
        assert counter.told == 3
        assert counter.n_rounds == 1 + len(watched.history_) == 5
        assert counter.told_at_the_end == counter.n_rounds

    def test_without_an_oracle_the_one_fit_is_round_0():
        listener = OwnListener()
        learner().set_callbacks(listener).fit(X, np.where(START, TRUTH, -1))
        rounds = [event for event in listener.events if event[1] == "round"]
        assert rounds == [("begin", "round", 0), ("end", "round", 0)]

    def test_the_monitor_scores_given_rows_after_every_round():
        monitor = PoolScoreMonitor(X[40:], TRUTH[40:])
        watched = learner().set_callbacks(monitor)
        watched.fit(X[:40], TRUTH[:40], labeled=START[:40])
        data = monitor.get_logs().data
        assert [row["task_id"] for row in data] == [0, 1, 2, 3]
        assert [row["n_labeled"] for row in data] == [6, 8, 10, 12]
        for row in data:
            known = watched.labeled_iter_ <= row["task_id"]
            known &= watched.labeled_iter_ >= 0
            by_hand = LogisticRegression().fit(X[:40][known], TRUTH[:40][known])
            assert row["score"] == by_hand.score(X[40:], TRUTH[40:])

    def test_the_monitor_leaves_out_unlabeled_rows_and_takes_any_scorer():
        y = TRUTH[40:].copy()
        y[::2] = -1
        monitor = PoolScoreMonitor(X[40:], y, scoring="neg_log_loss")
        watched = learner().set_callbacks(monitor)
        watched.fit(X[:40], TRUTH[:40], labeled=START[:40])
        rows = np.arange(40, 60)[1::2]
        expected = sklearn.metrics.log_loss(TRUTH[rows], watched.predict_proba(X[rows]))
        assert monitor.get_logs().data[-1]["score"] == pytest.approx(-expected)

    def test_a_monitor_without_labels_is_refused_at_its_first_score():
        # What is a label is known with the learner: -1 is a number to a regressor.
        monitor = PoolScoreMonitor(X[40:], np.full(20, -1))
        watched = learner().set_callbacks(monitor)
        with pytest.raises(ValueError, match="None of the 20 rows to score"):
            watched.fit(X[:40], TRUTH[:40], labeled=START[:40])

    def test_a_monitor_whose_rows_and_labels_differ_in_number_is_refused_at_once():
        with pytest.raises(ValueError, match="X has 20, y has 19"):
            PoolScoreMonitor(X[40:], TRUTH[41:])

    def test_monitor_and_progress_bar_work_in_a_pipeline_and_a_search(capsys):
        from sklearn.callback import ProgressBar

        monitor = PoolScoreMonitor(X[40:], TRUTH[40:])
        pipeline = make_pipeline(StandardScaler(), learner().set_callbacks(monitor))
        pipeline.set_callbacks(ProgressBar(max_propagation_depth=None))
        pipeline.fit(X[:40], np.where(START, TRUTH, -1)[:40])
        assert len(monitor.get_logs().data) == 1
        search = GridSearchCV(
            clone(learner().set_callbacks(monitor)),
            {"query_strategy": ["margin", "random"]},
            cv=2,
            n_jobs=2,
        )
        search.set_callbacks(ProgressBar(max_propagation_depth=2))
        search.fit(X[:40], TRUTH[:40], labeled=np.arange(40) % 3 == 0)
        assert "ActiveLearner - fit" in capsys.readouterr().out
        # 2 strategies on 2 folds and the refit, 4 scores each
        assert len(monitor.get_logs().data) == 5 * 4

else:

    def test_the_monitor_says_what_it_needs():
        with pytest.raises(ImportError, match="scikit-learn >= 1.9"):
            PoolScoreMonitor(X, TRUTH)

    def test_there_is_no_set_callbacks():
        assert not hasattr(learner(), "set_callbacks")
