"""Ordinary uses that once went wrong: what is right of them."""

import numpy as np
import pandas as pd
import pytest
from helpers import blobs
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneGroupOut, LeaveOneOut
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.semi_supervised import (
    LabelPropagation,
    LabelSpreading,
    SelfTrainingClassifier,
)
from sklearn.svm import LinearSVC

from sklearn_active import ActiveLearner, StopLabeling
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.model_selection import (
    PartiallyLabeledSplit,
    active_learning_curve,
    labeled_scorer,
)
from sklearn_active.query_strategies import (
    ExploreExploit,
    MarginSampling,
    QueryByCommittee,
    RandomSampling,
)
from sklearn_active.stopping_rules import StablePredictions

X, _, TRUTH = blobs(60, centers=3)
WORDS = np.array(["a", "b", "c"])[TRUTH]


class TestSeries:
    """Positions are taught with a series: its index names the rows."""

    @pytest.mark.parametrize("names", [None, [f"row {i}" for i in range(60)]])
    @pytest.mark.parametrize("method", ["teach", "relabel"])
    def test_the_index_is_followed_with_positions_too(self, method, names):
        frame, truth = pd.DataFrame(X, index=names), pd.Series(TRUTH, index=names)
        learner = ActiveLearner(GaussianNB()).start(frame)
        if method == "relabel":
            learner.teach([1, 3, 5, 7], [0, 1, 0, 1])
        getattr(learner, method)([1, 3, 5, 7], truth.iloc[[3, 5, 7, 1]])
        assert learner.y_[[1, 3, 5, 7]].tolist() == TRUTH[[1, 3, 5, 7]].tolist()

    def test_without_names_positions_are_the_names(self):
        learner = ActiveLearner(GaussianNB()).start(X)
        learner.teach([9, 3], pd.Series(TRUTH).loc[[3, 9]])
        assert learner.y_[[3, 9]].tolist() == TRUTH[[3, 9]].tolist()

    def test_what_can_be_read_in_two_ways_is_refused(self):
        learner = ActiveLearner(GaussianNB()).start(X)
        with pytest.raises(ValueError, match="teach's series .* the rows taught"):
            learner.teach([1, 0], pd.Series([0, 1]))
        assert learner.labeled_iter_.max() == -1

    def test_curves_and_scorers_follow_a_shuffled_y_as_fit_does(self):
        names = [f"row {i}" for i in range(60)]
        frame, y = pd.DataFrame(X, index=names), pd.Series(WORDS, index=names)
        shuffled = y.sample(frac=1, random_state=0)
        curves = [
            active_learning_curve(
                ActiveLearner(LogisticRegression()),
                frame,
                labels,
                initial=6,
                budget=4,
                cv=2,
                random_state=0,
            ).test_scores
            for labels in (y, shuffled)
        ]
        np.testing.assert_array_equal(*curves)
        model = LogisticRegression().fit(frame, y)
        scorer = labeled_scorer("accuracy")
        assert scorer(model, frame, shuffled) == scorer(model, frame, y) > 0.8


class TestPretrained:
    def test_one_of_other_classes_is_refused_also_where_they_are_as_many(self):
        model = FrozenEstimator(LogisticRegression().fit(X, TRUTH))
        y = [*WORDS[:10], *[None] * 50]
        with pytest.raises(
            ValueError, match=r"knows the classes \[0, 1, 2\], and none"
        ):
            ActiveLearner(model).fit(X, y)

    def test_names_that_are_neither_the_labels_nor_as_many_are_refused(self):
        class Fixed(GaussianNB):
            def fit(self, X, y):
                super().fit(X, y)
                self.classes_ = np.arange(5)
                return self

        with pytest.raises(ValueError, match="knows the classes .* and none of the"):
            ActiveLearner(Fixed()).fit(X, WORDS)

    @pytest.mark.parametrize("n_labeled", [0, 1, 12])
    @pytest.mark.parametrize(
        "members", [None, [LogisticRegression(), LogisticRegression(C=0.1)]]
    )
    def test_a_committee_asks_beside_it(self, members, n_labeled):
        known = TRUTH > 0  # it knows two of the three classes
        model = FrozenEstimator(LogisticRegression().fit(X[known], WORDS[known]))
        y = [*WORDS[:n_labeled], *[None] * (60 - n_labeled)]
        y[: min(n_labeled, 1)] = ["b"][:n_labeled]
        strategy = QueryByCommittee(members)
        learner = ActiveLearner(model, strategy, random_state=0).start(X, y)
        assert learner.query().indices[0] >= n_labeled


class TestStablePredictions:
    def test_rounds_without_a_fit_are_no_agreement(self):
        y = WORDS.copy().astype(object)
        y[59] = "rare"
        model = CalibratedClassifierCV(LogisticRegression(), cv=3)
        rule = StablePredictions(window=2)

        def last_first(pool):
            return pool.candidates.astype(float)

        def stop_when(learner):  # a function is not cloned: the rule can be looked at
            return rule(learner)

        learner = ActiveLearner(model, last_first, stop_when=stop_when, budget=12)
        learner.set_params(oracle=lambda query: y[query.indices])
        with (
            pytest.warns(UserWarning, match="can't be fitted yet"),
            pytest.raises(ValueError, match="rare|3 examples|n_splits"),
        ):
            learner.fit(X, [*y[:30], *[None] * 30])
        assert learner.termination_condition_ == "budget"
        assert rule.kappas_ == []

    def test_marks_agree_with_marks(self):
        class Unsure(GaussianNB):
            def predict(self, X):
                rows = np.arange(len(X))
                return np.where(rows < 30, rows % 2, np.nan)

        rule = StablePredictions(window=2)
        learner = ActiveLearner(Unsure()).start(X, [0.0, 1.0, *[np.nan] * 58])
        assert not rule(learner)
        assert not rule(learner.teach([2], [1.0]))
        assert rule.kappas_ == [1]


class TestChanges:
    @pytest.mark.parametrize(
        "estimator",
        [
            LabelSpreading(gamma=1),
            LabelPropagation(gamma=1),
            GraphLabelSpreading(),
            SelfTrainingClassifier(LogisticRegression()),
        ],
        ids=lambda e: type(e).__name__,
    )
    def test_rows_added_without_a_refit_can_be_asked_and_taught(self, estimator):
        learner = ActiveLearner(estimator, "entropy", random_state=0)
        learner.start(X[:40], [*TRUTH[:9], *[-1] * 31])
        learner.extend(X[40:], refit=False)
        learner.teach([45], [TRUTH[45]])
        assert learner.y_[45] == TRUTH[45]
        assert 9 <= learner.query().indices[0] < 60

    def test_a_model_that_can_not_answer_any_more_stops_nobody(self):
        model = KNeighborsClassifier(5, weights="distance")
        learner = ActiveLearner(model).start(X, [0, 1, 0, 1, 0, *[-1] * 55])
        with pytest.warns(UserWarning, match="n_neighbors = 5"):
            learner.relabel([0], [None])
        learner.query()
        learner.teach([30], [1])
        assert learner.y_[30] == 1
        assert learner.predict(X[30:31]).shape == (1,)

    def test_labels_taken_back_to_one_class_are_a_cold_start_whatever_follows(self):
        learner = ActiveLearner(LogisticRegression()).start(X, [0, 1, *[-1] * 58])
        learner.relabel([1], [None], refit=False)
        learner.teach([5], [0])
        assert not hasattr(learner, "estimator_")
        learner.teach([6], [1])
        assert learner.predict(X).shape == (60,)

    def test_a_column_of_other_categories_is_refused_before_anything_changes(self):
        frame = pd.DataFrame({"x": X[:, 0], "word": pd.Categorical(WORDS)})
        model = HistGradientBoostingClassifier()
        learner = ActiveLearner(model, "random").start(frame, [*TRUTH[:20], *[-1] * 40])
        few = pd.DataFrame({"x": [0.0], "word": pd.Categorical(["a"])})
        with pytest.raises(ValueError, match="'word' has other categories"):
            learner.extend(few)
        assert learner.y_.shape == (60,)
        few["word"] = few["word"].astype(frame["word"].dtype)
        assert learner.extend(few).y_.shape == (61,)

    def test_an_array_behind_a_frame_is_refused(self):
        learner = ActiveLearner(GaussianNB()).start(pd.DataFrame(X))
        with pytest.raises(ValueError, match="come as a DataFrame .* as a ndarray"):
            learner.extend(X)


class TestEnsembles:
    @pytest.mark.parametrize("ensemble", [VotingClassifier, StackingClassifier])
    def test_of_pipelines_take_what_those_take(self, ensemble):
        texts = [f"about {word}{word} again" for word in WORDS]
        inside = [
            (str(C), make_pipeline(TfidfVectorizer(), LogisticRegression(C=C)))
            for C in (1, 10)
        ]
        learner = ActiveLearner(ensemble(inside), "random")
        learner.start(texts, [*WORDS[:20], *[None] * 40])
        assert learner.score(texts, WORDS) > 0.5

    def test_of_column_transformers_take_frames(self):
        frame = pd.DataFrame({"word": WORDS})
        model = make_pipeline(
            make_column_transformer((OneHotEncoder(), ["word"])), LogisticRegression()
        )
        learner = ActiveLearner(VotingClassifier([("a", model)]), "random")
        assert learner.start(frame, [*TRUTH[:20], *[-1] * 40]).score(frame, TRUTH) == 1

    def test_of_estimators_of_numbers_refuse_text_before_a_label_is_bought(self):
        model = VotingClassifier([("a", LogisticRegression()), ("b", GaussianNB())])
        with pytest.raises(ValueError, match="LogisticRegression takes numbers"):
            ActiveLearner(model).start(list(WORDS))


class TestCommittee:
    @pytest.mark.filterwarnings("ignore:The least populated class in y")
    def test_members_get_some_rows_of_each_class_where_they_need_them(self):
        members = CalibratedClassifierCV(LinearSVC(), cv=3)
        strategy = QueryByCommittee(disagreement="consensus_entropy")
        known = np.concatenate([np.flatnonzero(c == TRUTH)[:3] for c in range(3)])
        y = np.full(60, -1)
        y[known] = TRUTH[known]
        learner = ActiveLearner(members, strategy, random_state=0).start(X, y)
        first = learner.query().indices
        assert y[first] == -1
        again = ActiveLearner(members, strategy, random_state=0).start(X, y)
        assert again.query().indices == first


class TestWhatIsNoted:
    """Small facts that no other test looked at."""

    @pytest.mark.parametrize("n_answers", [1, 2, 3])
    def test_utilities_of_a_stream_are_those_of_the_rows_answered(self, n_answers):
        def some(query):
            for row in query.indices[:n_answers].tolist():
                yield TRUTH[row]
            raise StopLabeling

        learner = ActiveLearner(GaussianNB(), "margin", oracle=some, batch_size=3)
        y = [*TRUTH[:9], *[-1] * 51]
        query = ActiveLearner(GaussianNB(), "margin").start(X, y).query(3)
        (record,) = learner.fit(X, y).history_
        assert record.rows.tolist() == query.indices[:n_answers].tolist()
        assert record.utilities.tolist() == query.utilities[:n_answers].tolist()

    @pytest.mark.parametrize("n_answers", [1, 3])
    def test_an_error_says_who_gave_the_wrong_number_of_labels(self, n_answers):
        learner = ActiveLearner(GaussianNB()).start(X)
        with pytest.raises(
            ValueError, match=r"^teach (ended after 1|gave more than 2)"
        ):
            learner.teach([1, 2], (label for label in TRUTH[:n_answers]))
        with pytest.raises(ValueError, match="^teach gave 3 labels for 2 rows"):
            learner.teach([11, 12], [0, 1, 2])
        with pytest.raises(ValueError, match="^y gave 1 labels for 2 rows"):
            learner.extend(X[:2], [0])

    def test_an_answer_that_was_wrong_is_no_hit(self):
        strategy = ExploreExploit(RandomSampling(), MarginSampling(), hits=2)
        y = [*TRUTH[:9], *[-1] * 51]
        learner = ActiveLearner(GaussianNB(), strategy, random_state=0).start(X, y)
        told = []
        for _ in range(2):
            query = learner.query()
            assert learner.query_strategy_.exploring_
            learner.teach(query, learner.predict(X[query.indices]))  # all as expected
            told.append(query.indices[0])
        learner.query()
        assert not learner.query_strategy_.exploring_
        learner.relabel([told[0]], [(learner.y_[told[0]] + 1) % 3])
        learner.query()
        assert learner.query_strategy_.exploring_

    def test_groups_say_how_many_splits_there_are(self):
        y = np.where(np.arange(60) < 40, TRUTH, -1)
        groups = np.arange(60) // 10
        split = PartiallyLabeledSplit(LeaveOneGroupOut())
        assert split.get_n_splits(X, y, groups) == 4  # of the labeled rows
        assert len(list(split.split(X, y, groups))) == 4
        assert PartiallyLabeledSplit(LeaveOneOut()).get_n_splits(X, y) == 40

    @pytest.mark.parametrize("n_rows", [59, 58])
    def test_a_mask_of_the_labels_to_begin_with_has_a_value_for_each_row(self, n_rows):
        mask = np.arange(n_rows) < 6
        with pytest.raises(ValueError, match="a boolean mask, one value per row"):
            active_learning_curve(
                ActiveLearner(GaussianNB()), X, TRUTH, initial=mask, budget=2, cv=2
            )

    def test_a_strategy_that_compares_rows_says_which_columns_hold_no_numbers(self):
        frame = pd.DataFrame({"x": X[:, 0], "word": WORDS})
        model = make_pipeline(
            make_column_transformer(("passthrough", ["x"])), GaussianNB()
        )
        learner = ActiveLearner(model, "graph_herding").start(frame)
        message = r"^GraphUncertaintyHerding .*\(its columns \['word'\] hold none\)"
        with pytest.raises(ValueError, match=message):
            learner.query()

    @pytest.mark.filterwarnings("ignore:y holds only -1 and 1")
    @pytest.mark.parametrize(("mark", "is_said"), [("auto", True), (None, False)])
    def test_a_stated_mark_leaves_nothing_to_say_of_minus_one(self, mark, is_said):
        y = np.where(TRUTH == 0, -1, 1)
        learner = ActiveLearner(GaussianNB(), missing_label=mark).fit(X, y)
        with pytest.raises(ValueError, match="No row is left to ask") as raised:
            learner.query()
        assert ("say missing_label=-1" in str(raised.value)) is is_said
