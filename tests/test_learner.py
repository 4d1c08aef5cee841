"""The loop: query, teach, fit, and what is known at each moment."""

import pickle
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import pytest
from helpers import blobs
from sklearn import config_context
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.semi_supervised import LabelSpreading
from sklearn.svm import SVC

from sklearn_active import ActiveLearner, StopLabeling
from sklearn_active.oracles import AbstainingOracle, ArrayOracle, Oracle
from sklearn_active.query_strategies import EntropySampling, QueryStrategy


def rows_asked(learner):
    return [row for record in learner.history_ for row in record.rows.tolist()]


def pickled(learner):
    return pickle.loads(pickle.dumps(learner))


class Watched(ArrayOracle):
    """Call a function before each answer; a copy calls none."""

    def __init__(self, y, watch=None):
        super().__init__(y)
        self.watch = watch

    def __reduce__(self):
        return Watched, (self.y,)

    def __call__(self, query):
        if self.watch is not None:
            self.watch()
        return super().__call__(query)


class TestFit:
    def test_it_equals_start_query_and_teach(self):
        X, y, truth = blobs()
        looped = ActiveLearner(
            GaussianNB(), oracle=ArrayOracle(truth), batch_size=3, budget=9
        ).fit(X, y)
        stepped = ActiveLearner(GaussianNB(), batch_size=3).start(X, y)
        for _ in range(3):
            query = stepped.query()
            stepped.teach(query, truth[query.indices])
        assert rows_asked(looped) == rows_asked(stepped)
        np.testing.assert_array_equal(looped.y_, stepped.y_)
        np.testing.assert_array_equal(looped.labeled_iter_, stepped.labeled_iter_)
        np.testing.assert_array_equal(looped.predict(X), stepped.predict(X))

    def test_without_an_oracle_it_is_one_plain_fit(self):
        X, y, _ = blobs()
        learner = ActiveLearner(GaussianNB()).fit(X, y)
        plain = GaussianNB().fit(X[:4], y[:4])
        np.testing.assert_array_equal(learner.predict_proba(X), plain.predict_proba(X))
        assert learner.termination_condition_ == "no_oracle"
        assert learner.history_ == []
        assert learner.n_asked_ == 0

    def test_a_complete_y_and_a_mask_are_their_own_oracle(self):
        X, y, truth = blobs()
        by_mask = ActiveLearner(GaussianNB(), budget=5).fit(X, truth, labeled=y != -1)
        by_oracle = ActiveLearner(
            GaussianNB(), budget=5, oracle=ArrayOracle(truth)
        ).fit(X, y)
        assert rows_asked(by_mask) == rows_asked(by_oracle)
        np.testing.assert_array_equal(by_mask.y_, by_oracle.y_)

    @pytest.mark.parametrize("copied", [deepcopy, pickled])
    def test_a_copy_made_while_it_asks_goes_on_by_itself(self, copied):
        X, y, truth = blobs()
        copies = []
        learner = ActiveLearner(GaussianNB(), budget=4, random_state=0)
        oracle = Watched(truth, lambda: copies.append(copied(learner)))
        learner.set_params(oracle=oracle).fit(X, y)
        assert [other.n_asked_ for other in copies] == [0, 1, 2, 3]
        last = copies[-1]
        query = last.query()
        assert query.indices.tolist() == learner.history_[-1].rows.tolist()
        last.teach(query, truth[query.indices])
        np.testing.assert_array_equal(last.y_, learner.y_)
        np.testing.assert_array_equal(last.predict_proba(X), learner.predict_proba(X))
        assert last.query(7).indices.shape == (7,)  # no budget binds whoever steps
        assert learner.n_asked_ == 4

    def test_hidden_labels_are_in_no_attribute(self):
        X, _, _ = blobs(6, 6)
        truth = np.array(["a", "b", "secret", "a", "b", "secret"])
        mask = np.array([True, True, False, False, False, False])
        learner = ActiveLearner(GaussianNB(), budget=0).fit(X, truth, labeled=mask)
        assert b"secret" not in pickle.dumps(learner)
        assert learner.y_.tolist() == ["a", "b", None, None, None, None]

    def test_a_mask_and_an_oracle_are_one_too_many(self):
        X, _, truth = blobs()
        with pytest.raises(ValueError, match="Leave one of them out"):
            ActiveLearner(GaussianNB(), oracle=ArrayOracle(truth)).fit(
                X, truth, labeled=np.ones(30, dtype=bool)
            )

    def test_without_oracle_and_label_it_names_start(self):
        with pytest.raises(ValueError, match=r"start\(X\)"):
            ActiveLearner(GaussianNB()).fit([[0.0], [1.0]], [-1, -1])
        with pytest.raises(ValueError, match=r"start\(X\)"):
            ActiveLearner(GaussianNB()).fit([[0.0], [1.0]], None)

    def test_a_second_fit_forgets_the_first(self):
        X, y, truth = blobs()
        learner = ActiveLearner(GaussianNB(), oracle=ArrayOracle(truth), budget=3)
        first = rows_asked(learner.fit(X, y))
        learner.fit(X, y)
        assert rows_asked(learner) == first
        assert learner.n_asked_ == 3
        assert np.max(learner.labeled_iter_) == 3
        with pytest.raises(ValueError, match="no label"):
            learner.set_params(oracle=None).fit(X, np.full(30, -1))
        assert rows_asked(learner) == first
        learner.start(X)
        assert not hasattr(learner, "estimator_")
        assert not hasattr(learner, "termination_condition_")

    def test_it_goes_on_with_the_same_rows_from_y_(self):
        X, y, truth = blobs(60, 4)
        for strategy in ("entropy", "random"):
            learner = ActiveLearner(
                RandomForestClassifier(5),
                strategy,
                oracle=ArrayOracle(truth),
                batch_size=2,
                budget=8,
                random_state=3,
            )
            whole = rows_asked(clone(learner).fit(X, y))
            half = clone(learner).set_params(budget=4).fit(X, y)
            rest = clone(learner).set_params(budget=4).fit(X, half.y_)
            assert rows_asked(half) + rows_asked(rest) == whole

    def test_a_precomputed_kernel_with_unlabeled_rows_is_refused(self):
        learner = ActiveLearner(SVC(kernel="precomputed"))
        with pytest.raises(ValueError, match="precomputed kernel"):
            learner.fit(np.eye(3), [0, 1, -1])
        learner.fit(np.eye(3), [0, 1, 2])

    @pytest.mark.parametrize(
        "parameter",
        [
            {"batch_size": 0},
            {"budget": -1},
            {"query_strategy": "entropie"},
            {"oracle": 3},
            {"unlabeled": "maybe"},
            {"stop_when": "soon"},
            {"estimator": 3},
        ],
        ids=repr,
    )
    def test_a_wrong_parameter_is_named(self, parameter):
        learner = ActiveLearner(GaussianNB()).set_params(**parameter)
        with pytest.raises(
            ValueError, match=f"The {next(iter(parameter))!r} parameter"
        ):
            learner.fit([[0.0], [1.0]], [0, 1])


class TestTermination:
    def fit(self, oracle=None, **params):
        X, y, truth = blobs(12, 3)
        oracle = oracle or ArrayOracle(truth)
        return ActiveLearner(GaussianNB(), oracle=oracle, **params).fit(X, y)

    def test_the_last_batch_is_cut_to_the_budget(self):
        learner = self.fit(batch_size=3, budget=7)
        assert [len(record.rows) for record in learner.history_] == [3, 3, 1]
        assert learner.n_asked_ == 7
        assert learner.termination_condition_ == "budget"

    def test_without_a_budget_every_row_is_asked(self):
        learner = self.fit(batch_size=5)
        assert learner.termination_condition_ == "all_labeled"
        assert learner.n_asked_ == 9
        assert -1 not in learner.y_

    def test_a_callable_stops_it(self):
        learner = self.fit(stop_when=lambda learner: learner.n_asked_ >= 4)
        assert learner.termination_condition_ == "stop_when"
        assert learner.n_asked_ == 4

    def test_stop_labeling_stops_it_and_declines_nothing(self):
        calls = []

        def oracle(query):
            if calls:
                raise StopLabeling
            calls.append(query)
            return [0] * len(query)

        learner = self.fit(oracle, batch_size=2)
        assert learner.termination_condition_ == "oracle_stopped"
        assert learner.n_asked_ == 2
        query = learner.query(batch_size=7)
        assert len(query) == 7

    def test_stop_labeling_in_a_generator_keeps_what_was_yielded(self):
        def oracle(query):
            yield 0
            yield None
            raise StopLabeling

        learner = self.fit(oracle, batch_size=4)
        assert learner.termination_condition_ == "oracle_stopped"
        assert learner.n_asked_ == 2
        assert learner.history_[0].answers == [0, None]
        assert len(learner.estimator_.class_count_) == 3
        assert learner.estimator_.class_count_.sum() == 4
        assert len(learner.query(batch_size=9)) == 7

    def test_declined_rows_are_not_asked_again_so_the_loop_ends(self):
        learner = self.fit(lambda query: [None] * len(query), batch_size=2)
        assert learner.termination_condition_ == "all_asked"
        assert sorted(rows_asked(learner)) == list(range(3, 12))
        assert learner.n_asked_ == 9
        with pytest.raises(
            ValueError, match="12 rows 3 are labeled and 9 were declined"
        ):
            learner.query()

    def test_the_budget_counts_abstentions(self):
        learner = self.fit(lambda query: [None] * len(query), budget=4)
        assert learner.termination_condition_ == "budget"
        assert learner.n_asked_ == 4

    def test_a_budget_of_zero_asks_nothing(self):
        assert self.fit(budget=0).n_asked_ == 0


class TestWhatIsKnown:
    def test_every_attribute_is_current_while_the_oracle_is_asked(self):
        X, y, truth = blobs(12, 3)
        n_seen = []

        def oracle(query):
            n_labeled = np.count_nonzero(learner.y_ != -1)
            n_seen.append(n_labeled)
            assert learner.estimator_.class_count_.sum() == n_labeled
            assert len(learner.history_) == query.round - 1
            assert learner.n_asked_ == n_labeled - 3
            assert learner.labeled_iter_.max() == query.round - 1
            assert (
                learner.transduction_.shape == (12,)
                if hasattr(learner, "transduction_")
                else True
            )
            np.testing.assert_array_equal(query.classes, learner.classes_)
            return truth[query.indices]

        learner = ActiveLearner(GaussianNB(), oracle=oracle, batch_size=3, budget=6)
        learner.fit(X, y)
        assert n_seen == [3, 6]

    def test_history_says_what_happened_in_each_round(self):
        X, y, truth = blobs(12, 3)
        oracle = AbstainingOracle(ArrayOracle(truth), 0.5, random_state=0)
        learner = ActiveLearner(GaussianNB(), oracle=oracle, batch_size=4, budget=8)
        learner.fit(X, y)
        known = 3
        for number, record in enumerate(learner.history_, start=1):
            answered = [a is not None for a in record.answers]
            known += sum(answered)
            assert record.round == number
            assert record.n_labeled == known
            assert record.utilities.shape == record.rows.shape == (4,)
            assert record.seconds == record.query_seconds + record.fit_seconds >= 0
            learned = record.rows[answered]
            assert learner.labeled_iter_[learned].tolist() == [number] * len(learned)
            assert learner.y_[learned].tolist() == truth[learned].tolist()
        assert None in learner.history_[0].answers
        assert learner.labeled_iter_[:3].tolist() == [0, 0, 0]
        assert set(learner.labeled_iter_[learner.y_ == -1]) == {-1}

    def test_a_query_holds_what_an_oracle_may_want_to_know(self):
        X, y, _ = blobs(12, 3)
        learner = ActiveLearner(LabelSpreading(gamma=1), batch_size=2).start(X, y)
        query = learner.query()
        np.testing.assert_array_equal(query.X, X[query.indices])
        expected = learner.estimator_.label_distributions_[query.indices]
        np.testing.assert_array_equal(query.proba, expected)
        assert (query.n_pool, query.round, len(query)) == (12, 1, 2)
        assert query.utilities[0] >= query.utilities[1]
        with pytest.raises(AttributeError):
            query.round = 3

    def test_the_pool_is_read_only(self):
        refused = []

        def meddle(pool):
            for name in ("candidates", "labeled", "y", "proba", "newly_known"):
                with pytest.raises(ValueError, match="read-only"):
                    getattr(pool, name)[...] = 0
                refused.append(name)
            return np.zeros(len(pool.candidates))

        X, y, _ = blobs(12, 3)
        ActiveLearner(GaussianNB(), meddle).start(X, y).query()
        assert len(refused) == 5

    def test_the_strategy_hears_of_every_label_once(self):
        heard = []

        class Listener(QueryStrategy):
            needs = ()

            def utilities(self, pool):
                heard.append(pool.newly_known.tolist())
                return -pool.candidates.astype(float)

        X, y, truth = blobs(12, 3)
        learner = ActiveLearner(GaussianNB(), Listener(), batch_size=2).start(X, y)
        learner.teach(learner.query(), [0, None])
        learner.teach([9, 7], truth[[9, 7]])
        learner.query()
        learner.query(batch_size=3)
        assert heard == [[0, 1, 2], [3, 9, 7], []]

    def test_the_predictions_are_those_of_the_estimator(self):
        X, y, _ = blobs()
        learner = ActiveLearner(LogisticRegression()).fit(X, y)
        plain = LogisticRegression().fit(X[:4], y[:4])
        for method in (
            "predict",
            "predict_proba",
            "predict_log_proba",
            "decision_function",
        ):
            np.testing.assert_array_equal(
                getattr(learner, method)(X), getattr(plain, method)(X)
            )
        assert not hasattr(learner, "transduction_")
        assert not hasattr(ActiveLearner(SVC()), "predict_proba")

    def test_score_counts_only_rows_with_a_label(self):
        X, y, truth = blobs()
        learner = ActiveLearner(GaussianNB()).fit(X, y)
        half = np.where(np.arange(30) < 15, truth, -1)
        assert learner.score(X, half) == learner.score(X[:15], truth[:15])
        with pytest.raises(ValueError, match="None of the 30 rows has a label"):
            learner.score(X, np.full(30, -1))

    def test_score_uses_the_mark_that_fit_found(self):
        X, _, truth = blobs(30, 30, centers=2)
        signs = np.where(truth == 1, 1, -1)
        learner = ActiveLearner(GaussianNB(), missing_label=None).fit(X, signs)
        assert learner.score(X, signs) == GaussianNB().fit(X, signs).score(X, signs)


class TestStepByStep:
    def test_it_begins_without_any_label(self):
        X, _, truth = blobs()
        learner = ActiveLearner(LogisticRegression(), random_state=0).start(X)
        assert set(learner.y_) == {-1}
        with pytest.raises(NotFittedError):
            learner.predict(X)
        names = np.array(["ape", "bee", "cat"])
        while len(learner.classes_) < 3:
            query = learner.query()
            learner.teach(query, names[truth[query.indices]])
        assert learner.classes_.tolist() == ["ape", "bee", "cat"]
        assert set(learner.predict(X)) == {"ape", "bee", "cat"}

    def test_the_question_stays_until_something_is_taught(self):
        X, y, truth = blobs()
        learner = ActiveLearner(GaussianNB(), "random").start(X, y)
        query = learner.query()
        assert learner.query() is query
        assert len(learner.query(batch_size=2)) == 2
        learner.teach(query, truth[query.indices])
        assert learner.query().indices.tolist() != query.indices.tolist()

    def test_it_goes_on_after_fit(self):
        X, y, truth = blobs()
        learner = ActiveLearner(GaussianNB(), oracle=ArrayOracle(truth), budget=2)
        query = learner.fit(X, y).query()
        learner.teach(query, truth[query.indices])
        assert learner.n_asked_ == 3
        assert learner.history_[-1].round == 3

    @pytest.mark.parametrize(
        ("rows", "match"),
        [
            ([0, 9], r"\[0\] are labeled already"),
            ([9, 9], r"must not repeat, got \[9, 9\]"),
            ([9, 30], r"0 ... 29, got \[30\]"),
            ([9, -1], r"0 ... 29, got \[-1\]"),
            ([[9, 10]], "1-d sequence of integer positions"),
            ([9.0, 10.0], "integer positions.*float64"),
            ([True, False], "integer positions.*bool"),
        ],
    )
    def test_rows_that_cannot_be_taught_are_refused_and_nothing_is_recorded(
        self, rows, match
    ):
        X, y, _ = blobs()
        learner = ActiveLearner(GaussianNB()).start(X, y)
        with pytest.raises(ValueError, match=match):
            learner.teach(rows, [0, 0])
        np.testing.assert_array_equal(learner.y_, y)
        assert learner.history_ == []

    def test_a_query_of_another_fit_is_refused(self):
        X, y, _ = blobs()
        learner = ActiveLearner(GaussianNB()).start(X, y)
        stale = learner.query()
        learner.start(X[::-1], y[::-1])
        with pytest.raises(ValueError, match="belongs to another fit"):
            learner.teach(stale, [0])
        np.testing.assert_array_equal(learner.y_, y[::-1])

    def test_a_declined_row_can_be_taught_later(self):
        X, y, _ = blobs()
        learner = ActiveLearner(GaussianNB()).start(X, y)
        learner.teach([9], [None])
        assert 9 not in learner.query(batch_size=30).indices
        learner.teach([9], [2])
        assert learner.y_[9] == 2

    def test_query_and_teach_say_that_they_need_a_pool(self):
        learner = ActiveLearner(GaussianNB())
        with pytest.raises(ValueError, match="knows no pool.*start"):
            learner.query()
        with pytest.raises(ValueError, match="knows no pool.*start"):
            learner.teach([0], [0])

    @pytest.mark.parametrize("batch_size", [0, -1, 1.5, "3"], ids=repr)
    def test_a_wrong_batch_size_is_refused(self, batch_size):
        learner = ActiveLearner(GaussianNB()).start([[0.0], [1.0]])
        with pytest.raises(ValueError, match="batch_size must be an int >= 1"):
            learner.query(batch_size=batch_size)

    def test_a_pickle_keeps_the_pool_and_the_open_question(self):
        X, y, truth = blobs()
        learner = ActiveLearner(GaussianNB(), "margin", random_state=0).start(X, y)
        query = learner.query()
        copy = pickle.loads(pickle.dumps(learner))
        np.testing.assert_array_equal(copy.query().indices, query.indices)
        copy.teach(query, truth[query.indices])
        learner.teach(query, truth[query.indices])
        np.testing.assert_array_equal(copy.query().indices, learner.query().indices)
        np.testing.assert_array_equal(copy.y_, learner.y_)


class TestColdStart:
    def test_random_rows_are_asked_until_two_classes_are_known(self):
        X, _, truth = blobs()
        reasons = []

        def oracle(query):
            reasons.append((query.reason, len(np.unique(learner.y_)) - 1))
            return truth[query.indices]

        learner = ActiveLearner(
            LogisticRegression(), oracle=oracle, budget=8, random_state=0
        )
        learner.fit(X, np.full(30, -1))
        for reason, n_classes in reasons:
            assert (reason == "cold_start") == (n_classes < 2)
        assert {reason for reason, _ in reasons} == {"cold_start", "EntropySampling"}

    def test_a_strategy_that_needs_no_estimator_is_asked_from_the_first_question(self):
        class LastRow(QueryStrategy):
            needs = ()

            def utilities(self, pool):
                assert pool.estimator is None
                return pool.candidates.astype(float)

        query = ActiveLearner(LogisticRegression(), LastRow()).start(blobs()[0]).query()
        assert query.indices.tolist() == [29]
        assert query.reason == "LastRow"

    def test_a_function_is_asked_once_there_is_an_estimator(self):
        learner = ActiveLearner(GaussianNB(), lambda pool: pool.estimator.no_such_thing)
        assert learner.start(blobs()[0]).query().reason == "cold_start"

    def test_a_loop_that_learns_nothing_keeps_y_and_says_so(self):
        learner = ActiveLearner(GaussianNB(), oracle=lambda q: [None], budget=2)
        with pytest.raises(ValueError, match="before any label.*2 rows were asked"):
            learner.fit(blobs()[0], np.full(30, -1))
        assert set(learner.y_) == {-1}
        assert learner.n_asked_ == 2
        with pytest.raises(NotFittedError):
            learner.predict(blobs()[0])

    def test_one_class_is_fitted_at_the_end_where_the_estimator_can(self):
        X = blobs()[0]
        learner = ActiveLearner(GaussianNB(), oracle=lambda q: ["a"], budget=2)
        assert set(learner.fit(X, [None] * 30).predict(X)) == {"a"}

    def test_one_class_is_the_estimators_error_where_it_cannot_and_y_is_kept(self):
        X = blobs()[0]
        learner = ActiveLearner(LogisticRegression(), oracle=lambda q: ["a"], budget=2)
        with pytest.raises(ValueError, match="at least 2 classes"):
            learner.fit(X, [None] * 30)
        assert learner.y_.tolist().count("a") == 2


class TestClassesFoundLate:
    def test_a_new_class_inserts_a_column_and_classes_stay_sorted(self):
        X, _, truth = blobs(30, 30)
        names = np.array(["ape", "bee", "cat"])[truth]
        y = np.where((np.arange(30) < 9) & (truth != 1), names, None)
        learner = ActiveLearner(LabelSpreading(gamma=1)).start(X, y)
        assert learner.classes_.tolist() == ["ape", "cat"]
        bee = np.flatnonzero(truth == 1)[:1]
        learner.teach(bee, ["bee"])
        assert learner.classes_.tolist() == ["ape", "bee", "cat"]
        assert learner.predict_proba(X).shape == (30, 3)
        assert learner.transduction_[bee] == "bee"
        assert learner.query().proba.shape == (1, 3)


class TestNotSoObvious:
    def test_a_class_minus_one_is_learned_in_the_loop_of_a_complete_y(self):
        X, _, truth = blobs(30, 30)
        signs = np.where(truth > 0, 1, -1)
        mask = np.zeros(30, dtype=bool)
        mask[[np.flatnonzero(signs == 1)[0], np.flatnonzero(signs == -1)[0]]] = True
        learner = ActiveLearner(GaussianNB()).fit(X, signs, labeled=mask)
        assert learner.y_.tolist() == signs.tolist()
        only_ones = (signs == 1) & (np.cumsum(signs == 1) <= 2)
        hidden = ActiveLearner(LabelSpreading(gamma=1), "random", random_state=0)
        hidden.fit(X, signs, labeled=only_ones)
        assert hidden.classes_.tolist() == [-1, 1]
        assert hidden.y_.tolist() == signs.tolist()

    def test_a_class_minus_one_survives_dropping_the_unlabeled_rows(self):
        X, _, truth = blobs(30, 30)
        signs = np.where(truth > 0, 1, -1)
        learner = ActiveLearner(
            LabelSpreading(gamma=1), unlabeled="drop", missing_label=None
        ).fit(X, signs)
        assert set(learner.predict(X)) == {-1, 1}
        assert learner.predict_proba(X).shape == (30, 2)

    def test_without_the_unlabeled_rows_there_is_no_transduction(self):
        X, y, _ = blobs()
        learner = ActiveLearner(LabelSpreading(gamma=1), unlabeled="drop").fit(X, y)
        with pytest.raises(AttributeError, match="not given the unlabeled rows"):
            _ = learner.transduction_

    def test_the_users_estimator_is_never_fitted(self):
        X, y, truth = blobs()
        estimator = GaussianNB()
        ActiveLearner(estimator, oracle=ArrayOracle(truth), budget=2).fit(X, y)
        assert not hasattr(estimator, "classes_")

    def test_nothing_is_fitted_where_nothing_was_learned(self):
        X, y, _ = blobs()
        learner = ActiveLearner(GaussianNB()).start(X, y)
        before = learner.estimator_
        learner.teach([9], [None])
        assert learner.estimator_ is before
        learner.teach([], [])
        assert len(learner.history_) == 1

    def test_a_start_forgets_the_classes_of_the_fit_before(self):
        X, y, _ = blobs()
        learner = ActiveLearner(GaussianNB()).fit(X, y)
        assert learner.start(X).classes_.tolist() == []

    def test_stop_when_is_first_asked_when_there_is_a_model(self):
        X, _, truth = blobs()
        seen = []
        learner = ActiveLearner(
            GaussianNB(),
            oracle=ArrayOracle(truth),
            stop_when=lambda learner: seen.append(learner.predict(X)) or len(seen) > 2,
            random_state=0,
        )
        assert learner.fit(X, np.full(30, -1)).termination_condition_ == "stop_when"

    def test_the_mark_that_score_uses_is_the_fitted_one(self):
        X, _, truth = blobs()
        names = np.array(["ape", "bee", "cat"], dtype=object)[truth]
        learner = ActiveLearner(GaussianNB(), missing_label="auto").fit(X, names)
        half = np.where(np.arange(30) < 15, names, None)
        assert learner.score(X, half) == learner.score(X[:15], names[:15])

    def test_a_class_that_was_never_seen_counts_as_an_error(self):
        X, _, truth = blobs()
        names = np.array(["ape", "bee", "cat"], dtype=object)[truth]
        y = np.where((np.arange(30) < 15) & (truth != 1), names, None)
        learner = ActiveLearner(LabelSpreading(gamma=1)).fit(X, y)
        expected = np.mean(learner.predict(X) == names)
        assert learner.score(X, names) == expected < 1

    def test_labeled_iter_is_a_copy(self):
        X, y, _ = blobs()
        learner = ActiveLearner(GaussianNB()).fit(X, y)
        learner.labeled_iter_[:] = 9
        assert set(learner.labeled_iter_) == {-1, 0}

    def test_start_has_no_mask(self):
        X, _, truth = blobs()
        with (
            config_context(enable_metadata_routing=True),
            pytest.raises(ValueError, match=r"start\(\) has no labeled="),
        ):
            ActiveLearner(GaussianNB()).start(X, truth, labeled=np.arange(30) < 5)

    def test_before_a_pool_is_known_its_attributes_say_so(self):
        with pytest.raises(AttributeError, match="knows no pool yet"):
            _ = ActiveLearner(GaussianNB()).y_

    def test_an_estimator_whose_fit_returns_nothing_is_kept(self):
        class Silent(GaussianNB):
            def fit(self, X, y):
                super().fit(X, y)

        X, y, _ = blobs()
        assert ActiveLearner(Silent()).fit(X, y).predict(X).shape == (30,)


class TestThirdPartyStrategies:
    class Duck:
        needs = ()

        def __init__(self):
            self.n_asked = 0

        def utilities(self, pool):
            self.n_asked += 1
            return pool.candidates.astype(float)

    def test_an_object_with_only_utilities_keeps_its_needs_and_its_state(self):
        duck = self.Duck()
        learner = ActiveLearner(GaussianNB(), duck).start(blobs()[0])
        assert learner.query().indices.tolist() == [29]
        assert learner.query_strategy_.n_asked == 1
        assert duck.n_asked == 0
        assert learner.query().reason == "Duck"

    def test_one_that_takes_no_new_attributes_is_left_as_it_is(self):
        @dataclass(frozen=True)
        class Frozen:
            how_many: int

            def select(self, pool, batch_size):
                rows = pool.candidates[: self.how_many]
                return rows, np.zeros(len(rows))

        X, y, _ = blobs()
        learner = ActiveLearner(GaussianNB(), Frozen(2), batch_size=3).start(X, y)
        assert learner.query().indices.tolist() == [4, 5]
        assert learner.query_strategy_ == Frozen(2)

    def test_one_without_needs_waits_for_an_estimator(self):
        class Plain(QueryStrategy):
            def utilities(self, pool):
                return pool.estimator.predict(pool.X[pool.candidates])

        X, y, _ = blobs()
        assert (
            ActiveLearner(GaussianNB(), Plain()).start(X).query().reason == "cold_start"
        )
        assert (
            ActiveLearner(GaussianNB(), Plain()).start(X, y).query().reason == "Plain"
        )

    def test_a_class_instead_of_an_object_is_refused(self):
        with pytest.raises(ValueError, match=r"pass an object: EntropySampling\(\)"):
            ActiveLearner(GaussianNB(), EntropySampling).start(blobs()[0])

    def test_asking_for_probabilities_that_do_not_exist_says_what_to_do(self):
        X, y, _ = blobs()
        learner = ActiveLearner(SVC(), lambda pool: pool.proba[:, 0]).start(X, y)
        with pytest.raises(ValueError, match="needs = .*CalibratedClassifierCV"):
            learner.query()

    def test_labels_learned_while_random_rows_were_asked_are_heard_of_later(self):
        heard = []

        class Listener(QueryStrategy):
            def utilities(self, pool):
                heard.append((pool.newly_known.tolist(), pool.labeled.tolist()))
                return np.zeros(len(pool.candidates))

        X, _, truth = blobs()
        learner = ActiveLearner(GaussianNB(), Listener(), random_state=0).start(X)
        while not heard:
            query = learner.query()
            learner.teach(query, truth[query.indices])
        newly_known, labeled = heard[0]
        assert sorted(newly_known) == labeled
        assert len(labeled) > 1

    def test_every_question_stays_the_same_until_something_is_taught(self):
        class Dice(QueryStrategy):
            needs = ()

            def utilities(self, pool):
                return np.random.default_rng().uniform(size=len(pool.candidates))

        learner = ActiveLearner(GaussianNB(), Dice()).start(blobs()[0])
        first = learner.query()
        learner.query(2)
        assert learner.query() is first


class TestCompatibility:
    message = (
        "EntropySampling is not compatible with SVC. It must implement "
        "`predict_proba`; wrap it in CalibratedClassifierCV."
    )

    def test_it_fails_before_a_label_is_bought(self):
        X, y, _ = blobs()
        bought = []
        learner = ActiveLearner(SVC(), oracle=bought.append)
        with pytest.raises(ValueError, match="is not compatible") as error:
            learner.fit(X, y)
        assert str(error.value) == self.message
        assert bought == []

    def test_without_an_oracle_it_fails_when_it_is_asked(self):
        X, y, _ = blobs()
        learner = ActiveLearner(SVC()).fit(X, y)
        with pytest.raises(ValueError, match="is not compatible") as error:
            learner.query()
        assert str(error.value) == self.message
        with pytest.raises(ValueError, match="is not compatible"):
            ActiveLearner(SVC()).start(X).query()

    def test_random_is_compatible_with_everything(self):
        X, y, _ = blobs()
        query = ActiveLearner(SVC(), "random").start(X, y).query()
        assert y[query.indices] == [-1]


class TestClone:
    def test_a_strategy_is_cloned_and_the_users_own_is_not_touched(self):
        strategy = EntropySampling()
        X, y, _ = blobs()
        learner = ActiveLearner(GaussianNB(), strategy).fit(X, y)
        assert learner.query_strategy_ is not strategy
        assert clone(learner).query_strategy is not strategy
        assert not hasattr(clone(learner), "estimator_")

    def test_an_oracle_of_ours_is_not_copied(self):
        class Counting(Oracle):
            n_calls = 0

            def __call__(self, query):
                self.n_calls += 1
                return [0] * len(query)

        oracle = Counting()
        X, y, _ = blobs()
        clone(ActiveLearner(GaussianNB(), oracle=oracle, budget=2)).fit(X, y)
        assert oracle.n_calls == 2
        assert clone(ActiveLearner(GaussianNB(), oracle=oracle)).oracle is oracle


class TestSeeds:
    def test_unset_inner_seeds_come_from_the_learner_and_set_ones_stay(self):
        X, y, truth = blobs(40, 6)
        learner = ActiveLearner(
            RandomForestClassifier(3),
            oracle=ArrayOracle(truth),
            budget=2,
            random_state=7,
        ).fit(X, y)
        again = clone(learner).fit(X, y)
        assert learner.estimator_.random_state == again.estimator_.random_state
        assert learner.estimator_.random_state is not None
        assert rows_asked(learner) == rows_asked(again)
        learner.set_params(estimator__random_state=5).fit(X, y)
        assert learner.estimator_.random_state == 5
        learner.set_params(estimator__random_state=None, random_state=None).fit(X, y)
        assert learner.estimator_.random_state is None
        assert learner.estimator.random_state is None

    def test_inner_seeds_are_drawn_once_a_fit(self):
        X, y, truth = blobs(40, 6)
        seeds = []
        learner = ActiveLearner(
            RandomForestClassifier(2),
            oracle=ArrayOracle(truth),
            budget=3,
            random_state=0,
            stop_when=lambda learner: seeds.append(learner.estimator_.random_state),
        )
        learner.fit(X, y)
        assert len(seeds) == 3
        assert len(set(seeds)) == 1

    def test_a_seeded_fit_leaves_the_global_random_state_alone(self):
        X, y, truth = blobs(40, 6)
        before = np.random.get_state()[1].tolist()
        for strategy in ("random", "entropy"):
            ActiveLearner(
                RandomForestClassifier(2),
                strategy,
                oracle=ArrayOracle(truth),
                budget=3,
                random_state=0,
            ).fit(X, y)
        assert np.random.get_state()[1].tolist() == before

    def test_warnings_point_to_the_users_line(self):
        X, _, _ = blobs()
        with pytest.warns(UserWarning, match="only -1 and 1") as caught:
            ActiveLearner(GaussianNB()).fit(X[:2], [-1, 1])
        assert caught[0].filename == __file__

    def test_the_html_repr_shows_the_estimator(self):
        html = ActiveLearner(LabelSpreading())._repr_html_()
        assert "ActiveLearner" in html
        assert "LabelSpreading" in html
