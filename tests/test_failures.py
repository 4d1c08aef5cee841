"""Whatever raises, no label is lost and the last model is there."""

import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers import Failing, blobs
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC

import sklearn_active.query_strategies
from sklearn_active import ActiveLearner, StopLabeling
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.oracles import ArrayOracle

STRATEGIES = str(Path(sklearn_active.query_strategies.__file__).parent)


def n_labeled(learner):
    return np.count_nonzero(learner.y_ != -1)


def learner_with(oracle, estimator=None, **params):
    return ActiveLearner(estimator or GaussianNB(), oracle=oracle, **params)


class TestOracle:
    def test_its_exception_is_raised_as_it_is_and_labels_and_model_stay(self):
        X, y, truth = blobs(20, 3)
        error = OSError("the service is down")

        def oracle(query):
            if query.round == 3:
                raise error
            return truth[query.indices]

        learner = learner_with(oracle, batch_size=2)
        with pytest.raises(OSError, match="the service is down") as raised:
            learner.fit(X, y)
        assert raised.value is error
        assert raised.value.__cause__ is None
        assert n_labeled(learner) == 7
        assert learner.estimator_.class_count_.sum() == 7
        rest = learner_with(ArrayOracle(truth), batch_size=2, budget=2)
        whole = learner_with(ArrayOracle(truth), batch_size=2, budget=6).fit(X, y)
        rows = rest.fit(X, learner.y_).history_[0].rows
        np.testing.assert_array_equal(rows, whole.history_[2].rows)

    def test_an_exception_in_a_generator_keeps_what_was_yielded(self):
        X, y, _ = blobs(20, 3)

        def oracle(query):
            yield 1
            assert n_labeled(learner) == 4
            raise OSError("the line is dead")

        learner = learner_with(oracle, batch_size=3)
        with pytest.raises(OSError, match="the line is dead"):
            learner.fit(X, y)
        assert n_labeled(learner) == 4
        assert learner.history_[0].answers == [1]
        assert len(learner.history_[0].rows) == 1
        assert learner.n_asked_ == 1

    def test_stop_iteration_is_a_bug_and_not_a_stop(self):
        X, y, _ = blobs(20, 3)
        answers = iter([[0], [1]])
        learner = learner_with(lambda query: next(answers))
        with pytest.raises(RuntimeError, match=r"StopIteration.*StopLabeling"):
            learner.fit(X, y)
        assert n_labeled(learner) == 5

    def test_stop_iteration_inside_a_generator_is_a_bug_too(self):
        X, y, _ = blobs(20, 3)

        def oracle(query):
            yield next(iter([]))

        with pytest.raises(RuntimeError, match="StopIteration"):
            learner_with(oracle).fit(X, y)

    @pytest.mark.parametrize(
        ("answers", "match"),
        [
            ([0], "gave 1 labels for 2 rows"),
            ([0, 1, 2], "gave 3 labels for 2 rows"),
            ("ab", "a sequence of 2 labels"),
            (None, "a sequence of 2 labels"),
            (["a", "b"], "kind text .*kind number"),
            ([0, "b"], "mixes number and text"),
            ([0.5, 1.0], "continuous"),
            ([[0, 1], [1, 0]], r"give one\. Where a row may have several"),
        ],
        ids=repr,
    )
    def test_wrong_answers_lose_nothing_but_themselves(self, answers, match):
        X, y, truth = blobs(20, 3)

        def oracle(query):
            return truth[query.indices] if query.round < 3 else answers

        learner = learner_with(oracle, batch_size=2)
        with pytest.raises(ValueError, match=match):
            learner.fit(X, y)
        assert n_labeled(learner) == 7
        assert len(learner.history_) == 2

    def test_a_generator_that_ends_early_keeps_its_answers(self):
        X, y, _ = blobs(20, 3)

        def oracle(query):
            yield 0
            yield 1

        learner = learner_with(oracle, batch_size=3)
        with pytest.raises(ValueError, match="ended after 2 labels of 3 rows"):
            learner.fit(X, y)
        assert n_labeled(learner) == 5

    def test_a_wrong_label_in_a_generator_keeps_those_before_it(self):
        X, y, _ = blobs(20, 3)
        learner = learner_with(lambda query: iter([0, "cat", 1]), batch_size=3)
        with pytest.raises(ValueError, match="kind text"):
            learner.fit(X, y)
        assert n_labeled(learner) == 4

    def test_a_generator_runs_to_its_end_and_may_stop_the_loop_there(self):
        X, y, _ = blobs(20, 3)
        saved = []

        def oracle(query):
            yield from [0] * len(query)
            saved.append(n_labeled(learner))
            if query.round == 2:
                raise StopLabeling

        learner = learner_with(oracle, batch_size=2)
        learner.fit(X, y)
        assert saved == [5, 7]
        assert learner.termination_condition_ == "oracle_stopped"
        assert n_labeled(learner) == 7

    def test_a_generator_that_goes_on_is_refused_and_its_answers_are_kept(self):
        X, y, _ = blobs(20, 3)

        def oracle(query):
            while True:
                yield 0

        learner = learner_with(oracle, batch_size=3)
        with pytest.raises(ValueError, match="more than 3 labels for 3 rows"):
            learner.fit(X, y)
        assert n_labeled(learner) == 6

    def test_one_iterator_may_serve_every_round(self):
        X, y, _ = blobs(20, 3)
        answers = iter([0, 1] * 6)
        learner = learner_with(lambda query: answers, batch_size=3, budget=12)
        assert learner.fit(X, y).n_asked_ == 12

    def test_an_oracle_that_changes_the_query_changes_nothing(self):
        X, y, truth = blobs(20, 3)

        def oracle(query):
            for array in (query.indices, query.utilities, query.proba, query.classes):
                with pytest.raises(ValueError, match="read-only"):
                    array[:] = 0
            return truth[query.indices]

        learner = learner_with(oracle, batch_size=3, budget=6).fit(X, y)
        known = learner.labeled_iter_ >= 0
        np.testing.assert_array_equal(learner.y_[known], truth[known])

    def test_an_oracle_that_teaches_is_refused_and_its_first_labels_stay(self):
        X, y, truth = blobs(20, 3)

        def oracle(query):
            learner.teach(query, [0] * len(query))
            return truth[query.indices]

        learner = learner_with(oracle, batch_size=2)
        with pytest.raises(ValueError, match="return its answers, not teach"):
            learner.fit(X, y)
        assert n_labeled(learner) == 5

    def test_a_series_in_another_order_is_sorted_by_its_index(self):
        X, y, truth = blobs(20, 3)
        index = [f"r{i}" for i in range(20)]
        frame, answers = pd.DataFrame(X, index=index), pd.Series(truth, index=index)
        learner = learner_with(
            lambda query: answers[answers.index.isin(query.X.index)], batch_size=6
        )
        np.testing.assert_array_equal(learner.fit(frame, y).y_, truth)
        learner.start(frame, y)
        query = learner.query()
        learner.teach(query, answers[answers.index.isin(query.X.index)])
        known = learner.labeled_iter_ >= 0
        np.testing.assert_array_equal(learner.y_[known], truth[known])

    def test_the_model_catches_up_after_a_partly_taught_iterator(self):
        X, y, _ = blobs(20, 3)

        def answers():
            yield 0
            raise OSError("the line is dead")

        learner = learner_with(None, batch_size=3).start(X, y)
        with pytest.raises(OSError, match="dead"):
            learner.teach(learner.query(), answers())
        assert learner.estimator_.class_count_.sum() == 3
        learner.teach(learner.query(2), [None, None])
        assert learner.estimator_.class_count_.sum() == 4


class TestInterrupt:
    def test_in_the_oracle_it_warns_refits_and_returns(self):
        X, y, _ = blobs(20, 3)

        def oracle(query):
            yield 0
            raise KeyboardInterrupt

        learner = learner_with(oracle, batch_size=3)
        with pytest.warns(UserWarning, match="Interrupted in the oracle"):
            learner.fit(X, y)
        assert learner.termination_condition_ == "interrupted"
        assert learner.estimator_.class_count_.sum() == 4

    def test_in_a_refit_it_is_raised_and_the_labels_are_there(self):
        X, y, truth = blobs(20, 3)
        estimator = Failing(fail_at=5, error=KeyboardInterrupt)
        learner = learner_with(ArrayOracle(truth), estimator, batch_size=2)
        with pytest.raises(KeyboardInterrupt):
            learner.fit(X, y)
        assert n_labeled(learner) == 5
        assert learner.estimator_.class_count_.sum() == 3

    def test_a_second_time_it_is_raised(self):
        X, y, _ = blobs(20, 3)

        def oracle(query):
            yield 0
            raise KeyboardInterrupt

        estimator = Failing(fail_at=4, error=KeyboardInterrupt)
        learner = learner_with(oracle, estimator, batch_size=2)
        with (
            pytest.warns(UserWarning, match="Interrupted"),
            pytest.raises(KeyboardInterrupt),
        ):
            learner.fit(X, y)
        assert n_labeled(learner) == 4


class TestEstimator:
    def test_labels_are_published_before_it_sees_them(self):
        X, y, truth = blobs(20, 3)
        learner = learner_with(ArrayOracle(truth), Failing(fail_at=7), batch_size=2)
        with pytest.raises(RuntimeError, match="the estimator failed"):
            learner.fit(X, y)
        assert n_labeled(learner) == 7
        assert learner.estimator_.class_count_.sum() == 5
        assert learner.predict(X).shape == (20,)

    def test_the_last_model_stays_consistent_when_a_refit_with_a_new_class_fails(self):
        X, y, _ = blobs(20, 3, centers=2)
        names = np.where(y == -1, None, np.where(y == 1, "yes", "no"))
        learner = ActiveLearner(Failing(fail_at=4)).start(X, names)
        with pytest.raises(RuntimeError, match="the estimator failed"):
            learner.teach([10], ["maybe"])
        assert learner.y_[10] == "maybe"
        assert learner.classes_.tolist() == ["no", "yes"]
        assert learner.predict_proba(X).shape == (20, 2)

    def test_a_query_after_that_counts_the_classes_the_model_knows(self):
        X, y, _ = blobs(20, 3)
        y[:3] = [0, 1, 0]
        learner = ActiveLearner(Failing(fail_at=4)).start(X, y)
        with pytest.raises(RuntimeError, match="the estimator failed"):
            learner.teach([10], [2])
        query = learner.query()
        assert query.proba.shape == (1, len(query.classes)) == (1, 2)

    def test_a_refused_fit_forgets_nothing(self):
        X, y, truth = blobs(20, 3)
        learner = ActiveLearner(GaussianNB()).start(X, y)
        learner.teach([6, 7, 8], truth[[6, 7, 8]])
        oracle = ArrayOracle(truth)
        learner.set_params(estimator=SVC(), oracle=oracle)
        with pytest.raises(ValueError, match="not compatible"):
            learner.fit(X, y)
        mixed = pd.DataFrame(X, columns=["a", 1])
        with pytest.raises(TypeError, match="feature names"):
            learner.set_params(estimator=GaussianNB()).fit(mixed, y)
        assert n_labeled(learner) == 6
        assert learner.estimator_.class_count_.sum() == 6

    def test_its_exception_is_no_warning(self):
        X, y, _ = blobs(20, 3)
        y[:3] = 0
        with pytest.raises(ValueError, match="at least 2 classes"):
            ActiveLearner(LogisticRegression()).fit(X, y)

    def test_teach_records_even_if_the_refit_fails(self):
        X, y, truth = blobs(20, 3)
        learner = ActiveLearner(Failing(fail_at=4)).start(X, y)
        with pytest.raises(RuntimeError, match="the estimator failed"):
            learner.teach([10], truth[[10]])
        assert learner.y_[10] == truth[10]


class TestStrategy:
    @pytest.mark.parametrize(
        ("function", "match"),
        [
            (lambda pool: np.zeros(3), r"17 utilities.*\(3,\)"),
            (lambda pool: np.full(17, np.nan), "17 of 17 utilities are NaN"),
        ],
    )
    def test_wrong_utilities_are_refused(self, function, match):
        X, y, _ = blobs(20, 3)
        with pytest.raises(ValueError, match=match):
            ActiveLearner(GaussianNB(), function).start(X, y).query()

    @pytest.mark.parametrize(
        "choice",
        [
            ([0], [1.0]),
            ([5, 5], [1.0, 1.0]),
            ([], []),
            ([5, 6, 7], [1.0] * 3),
            ([5], []),
        ],
        ids=repr,
    )
    def test_a_wrong_selection_is_refused_before_anybody_is_asked(self, choice):
        class Wrong:
            needs = ()

            def utilities(self, pool):
                """Never called: select is."""

            def select(self, pool, batch_size):
                return choice

        X, y, _ = blobs(20, 3)
        learner = ActiveLearner(GaussianNB(), Wrong(), batch_size=2)
        with pytest.raises(ValueError, match="select must return 1 to 2 distinct"):
            learner.start(X, y).query()

    def test_teach_takes_an_iterator_and_stop_labeling_from_it(self):
        def answers():
            yield 1
            raise StopLabeling

        X, y, _ = blobs(20, 3)
        learner = ActiveLearner(GaussianNB(), batch_size=2).start(X, y)
        learner.teach(learner.query(), answers())
        assert n_labeled(learner) == 4
        assert learner.estimator_.class_count_.sum() == 4


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_an_update_that_is_interrupted_is_followed_by_a_fresh_fit(
    monkeypatch, after, error
):
    X, _, truth = blobs(60, 0)
    names = np.array(["b", "d", "a"])[truth]
    known = [np.flatnonzero(truth == k)[0] for k in (0, 1)]
    learner = ActiveLearner(GraphLabelSpreading(4), "margin").start(X)
    learner.teach(known, names[known])
    update = GraphLabelSpreading.update_labels

    def interrupted(self, *args):
        if after:
            update(self, *args)
        monkeypatch.undo()
        raise error

    monkeypatch.setattr(GraphLabelSpreading, "update_labels", interrupted)
    new = np.flatnonzero(truth == 2)[0]
    with pytest.raises(error):
        learner.teach([new], names[[new]])
    assert learner.y_[new] == "a"
    last = np.flatnonzero(truth == 2)[1]
    learner.teach([last], names[[last]])
    y = np.full(60, None)
    y[[*known, new, last]] = names[[*known, new, last]]
    fresh = ActiveLearner(GraphLabelSpreading(4), "margin").start(X, y)
    assert learner.predict(X).tolist() == fresh.predict(X).tolist()


@contextmanager
def interrupted_at(n_th):
    """Press Ctrl-C at the n-th call or return of a function of a query strategy."""
    left = n_th

    def profile(frame, event, argument):
        nonlocal left
        if event in ("call", "return") and STRATEGIES in frame.f_code.co_filename:
            left -= 1
            if left < 0:
                sys.setprofile(None)
                raise KeyboardInterrupt

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        yield
    finally:
        sys.setprofile(before)


@pytest.mark.parametrize("told", ["nothing", "declined", "taught"])
def test_a_strategy_that_is_interrupted_wherever_begins_again(told):
    X, y, truth = blobs(60, 4)

    def begun():
        learner = ActiveLearner(GaussianNB(), "graph_herding").start(X, y)
        if told != "nothing":
            learner.query()
            learner.teach([50], [None] if told == "declined" else truth[[50]])
        return learner

    fresh, learner = begun(), begun()
    expected = fresh.query().indices.tolist()
    n_interrupted = 0
    while True:
        try:
            with interrupted_at(n_interrupted):
                learner.query()
            break
        except KeyboardInterrupt:
            n_interrupted += 1
        assert learner.query().indices.tolist() == expected
        gains = learner.query_strategy_.gains_
        np.testing.assert_allclose(gains, fresh.query_strategy_.gains_, atol=1e-12)
        learner = begun()
    assert n_interrupted > 20
