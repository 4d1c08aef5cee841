"""Several labels a row: the same learner, with a column of 0 and 1 per label."""

import pickle

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from helpers import calls_of
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_multilabel_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score
from sklearn.model_selection import KFold
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC

from sklearn_active import ActiveLearner
from sklearn_active._data.columns import is_null
from sklearn_active._data.indicator_labels import IndicatorLabels
from sklearn_active._data.parsing import kind_of_y, parse_complete_y, parse_y
from sklearn_active.evaluation import estimate_score
from sklearn_active.inspection import PoolDisplay, QueryDisplay
from sklearn_active.model_selection import active_learning_curve, labeled_scorer
from sklearn_active.oracles import AbstainingOracle, ArrayOracle

X, Y = make_multilabel_classification(60, n_labels=2, n_classes=3, random_state=0)
START = np.arange(60) < 8
PARTLY = np.where(START[:, None], Y, np.nan)
ESTIMATORS = [
    OneVsRestClassifier(LogisticRegression()),
    MultiOutputClassifier(LogisticRegression()),
    ClassifierChain(LogisticRegression()),
    KNeighborsClassifier(3),
    RandomForestClassifier(10, random_state=0),
]


def learner(estimator=ESTIMATORS[0], strategy="random", **params):
    return ActiveLearner(estimator, strategy, random_state=0, **params)


def read(y, **kwargs):
    return parse_y(y, len(y), kind=IndicatorLabels, **kwargs)


class IsTold(OneVsRestClassifier):
    """Learn the rows that are labeled, and remember what came after the fit."""

    accepts_unlabeled = True

    def fit(self, X, y):
        self.y_, self.told_ = y, []
        known = (y != -1).all(axis=1)
        return super().fit(X[known], y[known])

    def update_labels(self, indices, y):
        self.told_.append((indices.tolist(), y.tolist()))
        return self


class TestWhatYMeans:
    @pytest.mark.parametrize(
        "y",
        [
            np.array([[0, 1], [np.nan, np.nan], [1, np.nan]]),
            [[0, 1], None, [1, None]],
            [[False, True], [None, None], [True, None]],
            np.ma.array([[0, 1], [1, 1], [1, 0]], mask=[[0, 0], [1, 1], [0, 1]]),
            np.array([[0, 1], [None, None], [1, np.nan]], dtype=object),
        ],
        ids=["nan", "none", "booleans", "masked", "objects"],
    )
    def test_a_row_is_labeled_where_each_of_its_labels_is_known(self, y):
        labels = read(y)
        assert_array_equal(labels.rows, [0])
        assert_array_equal(labels.as_array(), [[0, 1], [np.nan, np.nan], [1, np.nan]])

    def test_integers_keep_minus_one_for_a_mark(self):
        y = np.array([[0, 1], [-1, -1], [1, -1]])
        shown = read(y).as_array()
        assert_array_equal(shown, y)
        assert shown.dtype == np.int64

    @pytest.mark.parametrize("make", [np.array, np.ma.masked_invalid, pd.DataFrame])
    def test_no_cell_of_a_table_of_numbers_is_read_by_itself(self, make):
        y = make(np.where(np.arange(60).reshape(20, 3) % 7 == 0, np.nan, 1.0))
        with calls_of(is_null) as calls:
            labels = read(y)
        assert_array_equal(labels.as_array(), np.ma.filled(y, np.nan))
        assert calls == []

    def test_frames_and_sparse_matrices_are_read(self):
        frame = pd.DataFrame({"a": [0, 1], "b": pd.array([1, None], dtype="Int64")})
        assert_array_equal(read(frame).as_array(), [[0, 1], [1, np.nan]])
        whole = parse_y(sparse.csr_array([[0, 1], [1, 1]]), 2, kind=IndicatorLabels)
        assert whole.all_known

    @pytest.mark.parametrize(
        ("y", "message"),
        [
            ([[0, 2], [1, 1]], "several columns, and 2 in one of them"),
            ([[0.5, 1], [1, 1]], "several columns, and 0.5 in one of them"),
            ([["a", "b"], ["a", "c"]], "several columns, and 'a' in one of them"),
            ([[0, 1], [1, 0, 1]], r"rows of \[2, 3\] labels"),
            ([[0, 1], "ab"], "gave 'ab' for a row that may have several labels"),
        ],
    )
    def test_what_is_no_indicator_is_refused(self, y, message):
        with pytest.raises(ValueError, match=message):
            learner().start(X[: len(y)], y)

    def test_numbers_in_several_columns_are_refused(self):
        with pytest.raises(ValueError, match="one label: give one.*a learner for each"):
            learner(Ridge()).fit(X, Y)

    def test_several_answers_to_a_pool_of_one_label_say_how_to_begin(self):
        started = learner(KNeighborsClassifier(1)).start(X)
        with pytest.raises(ValueError, match=r"begin with a y .*n_labels\), np.nan"):
            started.teach([0, 1], Y[:2])

    def test_a_mark_that_is_a_label_is_refused(self):
        with pytest.raises(ValueError, match="-1, NaN or None marks"):
            learner(missing_label=0).start(X, Y)

    def test_one_column_is_one_label_per_row(self):
        assert kind_of_y(KNeighborsClassifier(), Y[:, :1]).task == "classification"
        assert kind_of_y(KNeighborsClassifier(), Y).task == "multilabel"
        assert kind_of_y(KNeighborsClassifier(), Y.tolist()).task == "multilabel"

    @given(
        npst.arrays(
            np.int64,
            st.tuples(st.integers(1, 6), st.integers(2, 4)),
            elements=st.sampled_from([-1, 0, 1]),
        )
    )
    def test_what_is_read_is_given_back(self, y):
        labels = read(y)
        assert_array_equal(labels.as_array(), y)
        assert_array_equal(read(labels.as_array()).as_array(), y)
        with_nan = np.where(y == -1, np.nan, y)
        assert_array_equal(read(with_nan).as_array(), with_nan)
        assert_array_equal(labels.rows, np.flatnonzero((y != -1).all(axis=1)))

    def test_trial_rows_make_fifty_with_those_known(self):
        labels = read(PARTLY)
        assert labels.made_up(1000).shape == (42, 3)
        assert labels.made_up(7).shape == (7, 3)
        assert set(labels.made_up(1000).ravel()) == {0, 1}

    def test_rows_with_the_same_labels_are_of_one_kind(self):
        labels = read([[0, 1], [0, 1], [1, 1]])
        assert labels.class_of(0) == labels.class_of(1) != labels.class_of(2)

    def test_hidden_labels_are_nowhere(self):
        labels, truth = parse_complete_y(Y, 60, START, kind=IndicatorLabels)
        assert_array_equal(truth, Y)
        assert (labels.values[~START] == -1).all()

    def test_a_complete_y_has_no_open_entry(self):
        holes = Y.copy()
        holes[[20, 21], [0, 2]] = -1
        with pytest.raises(ValueError, match="2 of 60 are missing"):
            learner().fit(X, holes, labeled=START)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
class TestEveryEstimator:
    def test_it_learns_the_labeled_rows_alone(self, estimator):
        fitted = learner(estimator, budget=5).fit(X, Y, labeled=START)
        known = (fitted.y_ != -1).all(axis=1)
        assert known.sum() == 13
        by_hand = clone(estimator).fit(X[known], Y[known])
        assert_array_equal(fitted.predict(X), by_hand.predict(X))
        assert fitted.score(X, Y) == by_hand.score(X, Y)
        assert type(fitted.predict_proba(X)) is type(by_hand.predict_proba(X))

    def test_a_strategy_sees_two_probabilities_of_each_label(self, estimator):
        seen = []

        def looks(pool):
            seen.append(pool.proba)
            return np.zeros(len(pool.candidates))

        stepping = learner(estimator, looks).start(X, PARTLY)
        query = stepping.query(2)
        (proba,) = seen
        assert proba.shape == (52, 3, 2)
        assert_allclose(proba.sum(axis=2), 1)
        said = stepping.predict_proba(X[~START])
        if isinstance(said, list):
            said = np.column_stack([one[:, 1] for one in said])
        assert_allclose(proba[:, :, 1], said)
        assert query.proba.shape == (2, 3, 2)


class TestTheLoop:
    def test_it_equals_start_query_and_teach(self):
        whole = learner(budget=6, batch_size=2).fit(X, Y, labeled=START)
        steps = learner(batch_size=2).start(X, np.where(START[:, None], Y, -1))
        for _ in range(3):
            query = steps.query()
            steps.teach(query, Y[query.indices])
        assert_array_equal(whole.y_, steps.y_)

    def test_answers_that_leave_something_open_are_kept_and_not_asked_again(self):
        stepping = learner().start(X, PARTLY)
        query = stepping.query(2)
        first, second = query.indices
        stepping.teach(query, [[1, None, 0], None])
        assert_array_equal(stepping.y_[first], [1, np.nan, 0])
        assert np.isnan(stepping.y_[second]).all()
        assert stepping.history_[-1].answers == [[1, None, 0], None]
        assert stepping.history_[-1].n_labeled == 8
        asked = stepping.query(60).indices
        assert len(asked) == 50
        assert not {first, second} & set(asked.tolist())

    def test_what_was_open_can_be_taught_later_and_completes_the_row(self):
        stepping = learner().start(X, PARTLY)
        stepping.teach([20], [[1, None, 0]])
        stepping.teach([20], [[None, 1, None]])
        assert_array_equal(stepping.y_[20], [1, 1, 0])
        assert stepping.labeled_iter_[20] == 2
        assert np.sum(stepping.labeled_iter_ >= 0) == 9

    def test_rows_known_in_part_at_the_start_are_asked_and_stay_known(self):
        y = PARTLY.copy()
        y[30, 0] = 1
        stepping = learner().start(X, y)
        assert 30 in stepping.query(60).indices
        assert_array_equal(stepping.y_[30], [1, np.nan, np.nan])

    def test_labels_can_be_corrected_and_taken_back(self):
        stepping = learner().start(X, PARTLY)
        stepping.relabel([0, 1], [1 - Y[0], None])
        assert_array_equal(stepping.y_[0], 1 - Y[0])
        assert np.isnan(stepping.y_[1]).all()

    def test_one_of_several_labels_can_be_taken_back(self):
        stepping = learner().start(X, PARTLY)
        stepping.relabel([0, 1], [[1, None, 0], 1 - Y[1]])
        assert_array_equal(stepping.y_[0], [1, np.nan, 0])
        assert_array_equal(stepping.labeled_iter_[:2], [-1, 0])
        assert 0 in stepping.query(60).indices
        heard = []

        def listening(pool):
            heard.append((pool.newly_known.tolist(), pool.withdrawn.tolist()))
            return np.zeros(len(pool.candidates))

        stepping = learner(strategy=listening).start(X, PARTLY)
        stepping.query()
        stepping.relabel([0, 1], [[1, None, 0], 1 - Y[1]]).query()
        assert heard[-1] == ([1], [0, 1])

    def test_rows_can_be_added(self):
        stepping = learner().start(X[:40], PARTLY[:40])
        stepping.extend(X[40:], [Y[40], *[None] * 19])
        assert_array_equal(stepping.y_[40], Y[40])
        assert stepping.y_.shape == (60, 3)

    def test_from_nothing_y_says_how_many_labels_there_are(self):
        stepping = learner(KNeighborsClassifier(1)).start(X, np.full((60, 3), np.nan))
        for _ in range(3):
            query = stepping.query(2)
            stepping.teach(query, Y[query.indices])
        assert stepping.predict(X).shape == (60, 3)

    @pytest.mark.parametrize(
        ("answer", "message"),
        [([[0, 1]], "2 labels per row, but there are 3"), ([1], "gave 1 for a row")],
    )
    def test_a_wrong_answer_is_refused_and_nothing_recorded(self, answer, message):
        stepping = learner().start(X, PARTLY)
        with pytest.raises(ValueError, match=message):
            stepping.teach([20], answer)
        assert_array_equal(stepping.y_, PARTLY)

    def test_a_rare_label_that_an_estimator_cannot_do_without_is_waited_for(self):
        y = np.full((60, 3), np.nan)
        y[:4] = [[0, 1, 0], [1, 0, 0], [0, 0, 0], [1, 1, 0]]
        stepping = learner(MultiOutputClassifier(LogisticRegression()))
        with pytest.warns(UserWarning, match="can't be fitted yet on 4 labels"):
            stepping.start(X, y)
        stepping.teach([10], [[0, 0, 1]])
        assert hasattr(stepping, "estimator_")

    def test_before_two_rows_differ_there_is_no_model(self):
        y = np.full((60, 3), np.nan)
        y[:2] = 1
        with pytest.raises(ValueError, match="two that differ are needed"):
            learner().start(X, y).predict(X)

    @pytest.mark.parametrize(
        "strategy", ["margin", "herding", lambda pool: pool.proba[:, 0, 0]]
    )
    def test_without_probabilities_the_way_out_takes_several_labels(self, strategy):
        several = OneVsRestClassifier(LinearSVC())
        way_out = r"OneVsRestClassifier\(CalibratedClassifierCV\(\.\.\.\)\)\.$"
        with pytest.raises(ValueError, match=way_out):
            learner(several, strategy).start(X, PARTLY).query()
        calibrated = OneVsRestClassifier(CalibratedClassifierCV(LinearSVC(), cv=2))
        started = learner(calibrated, strategy).start(X, Y).relabel([9], [None])
        assert started.query().indices.tolist() == [9]

    def test_oracles_answer_with_rows(self):
        oracle = AbstainingOracle(ArrayOracle(Y), rate=0.3, random_state=0)
        fitted = learner(oracle=oracle).fit(X, PARTLY)
        known = ~np.isnan(fitted.y_).any(axis=1)
        assert 8 < known.sum() < 60
        assert_array_equal(fitted.y_[known], Y[known])

    @pytest.mark.parametrize(
        "answer",
        [{0, 1, -1}, {0: 1, 1: 0, 2: 1}, {0: 1, 1: 0, 2: 1}.values()],
        ids=type,
    )
    def test_an_answer_without_an_order_is_refused(self, answer):
        stepping = learner().start(X, PARTLY)
        with pytest.raises(ValueError, match="of each label in a list"):
            stepping.teach([20], [answer])
        with pytest.raises(ValueError, match="a list in the order of the rows"):
            stepping.teach([20, 21, 22], answer)
        assert_array_equal(stepping.y_, PARTLY)

    @pytest.mark.parametrize("mark", [np.nan, -1])
    @pytest.mark.parametrize("given", [list, iter])
    def test_the_history_has_none_where_an_answer_leaves_a_label_open(
        self, given, mark
    ):
        stepping = learner(missing_label=mark).start(X, PARTLY)
        answers = [[1, mark, 0], None, [0, 1, 1]]
        stepping.teach([20, 21, 22], given(answers))
        assert stepping.history_[0].answers == [[1, None, 0], None, [0, 1, 1]]

    def test_a_generator_answers_row_by_row(self):
        def oracle(query):
            for row in query.indices:
                yield Y[row]

        fitted = learner(oracle=oracle, batch_size=3, budget=6).fit(X, PARTLY)
        assert (~np.isnan(fitted.y_).any(axis=1)).sum() == 14

    def test_an_estimator_that_is_updated_is_told_what_was_withdrawn(self):
        stepping = learner(IsTold(LogisticRegression())).start(X, PARTLY)
        assert_array_equal(stepping.estimator_.y_, np.where(START[:, None], Y, -1))
        stepping.teach([10, 12], [[0, 1, 1], [0, None, 1]])
        stepping.relabel([10], [None])
        assert stepping.estimator_.told_ == [([10], [[0, 1, 1]]), ([10], [[-1] * 3])]

    def test_a_pickle_goes_on(self):
        stepping = learner().start(X, PARTLY)
        again = pickle.loads(pickle.dumps(stepping))
        assert_array_equal(again.query(3).indices, stepping.query(3).indices)

    def test_a_frame_of_labels_is_sorted_like_the_rows(self):
        names = [f"r{i}" for i in range(60)]
        frame = pd.DataFrame(X, index=names)
        y = pd.DataFrame(PARTLY, index=names).iloc[::-1]
        assert_array_equal(learner().start(frame, y).y_, PARTLY)


class TwoColumnsShort(ClassifierMixin, BaseEstimator):
    """Predict one label, whatever it was taught, and say nothing of classes."""

    def fit(self, X, y):
        return self

    def predict(self, X):
        return np.zeros((len(X), 1))


def test_predictions_of_another_number_of_labels_are_refused():
    with pytest.raises(ValueError, match=r"shape \(1, 1\) for 3 labels"):
        learner(TwoColumnsShort()).start(X, PARTLY)


def test_classes_are_no_and_yes_of_each_label_where_the_estimator_says_none():
    fitted = learner(SeesAllColumns()).fit(X, Y, labeled=START)
    assert [both.tolist() for both in fitted.classes_] == [[0, 1]] * 3


class TestPictures:
    def test_the_pool_is_drawn_by_sets_of_labels(self):
        y = np.full((60, 3), np.nan)
        y[:4] = [[0, 0, 0], [1, 0, 1], [1, 0, 1], [0, 1, 0]]
        display = PoolDisplay.from_estimator(learner().start(X, y))
        names = [drawn.get_label() for drawn in display.labeled_]
        assert names == ["0 + 2", "1", "none"]
        assert [len(drawn.get_offsets()) for drawn in display.labeled_] == [2, 1, 1]
        plt.close("all")

    def test_a_wrong_set_is_marked(self):
        stepping = learner(KNeighborsClassifier(1)).start(X, PARTLY)
        expected = stepping.predict(X[[20, 21]])
        stepping.teach([20, 21], [expected[0], 1 - expected[1]])
        axes = QueryDisplay.from_estimator(stepping).axes_[0]
        colors = [ax.title.get_color() for ax in axes]
        assert colors[0] == "black"
        assert colors[1] != "black"
        plt.close("all")

    def test_the_truth_may_be_given_beside_wrong_answers(self):
        stepping = learner(KNeighborsClassifier(1)).start(X, PARTLY)
        truth = stepping.predict(X)
        truth[21] = 1 - truth[21]
        stepping.teach([20, 21], [[0, 0, 0], [1, 1, 1]])
        axes = QueryDisplay.from_estimator(stepping, truth=truth).axes_[0]
        assert [ax.title.get_color() == "black" for ax in axes] == [True, False]
        assert axes[0].get_title().endswith(f"true: {truth[20].tolist()}")
        plt.close("all")

    def test_a_label_left_open_is_no_error_and_no_label_of_the_round(self):
        stepping = learner(KNeighborsClassifier(1)).start(X, PARTLY)
        first, second = stepping.predict(X[[20, 21]]).tolist()
        stepping.teach([20, 21], [[*first[:2], None], [1 - second[0], None, None]])
        axes = QueryDisplay.from_estimator(stepping).axes_[0]
        assert [ax.title.get_color() == "black" for ax in axes] == [True, False]
        assert axes[0].get_ylabel().endswith("8 labels")
        plt.close("all")


class TestMeasuring:
    def test_score_leaves_out_rows_that_are_not_whole(self):
        fitted = learner().fit(X, Y)
        y = PARTLY.copy()
        y[30, 0] = 1
        assert fitted.score(X, y) == fitted.estimator_.score(X[START], Y[START])

    @pytest.mark.parametrize("scoring", ["f1_micro", "accuracy", "roc_auc"])
    def test_curves_take_the_scores_of_several_labels(self, scoring):
        curve = active_learning_curve(
            learner(batch_size=10, estimator=RandomForestClassifier(5)),
            X,
            Y,
            initial=10,
            budget=20,
            cv=KFold(2),
            scoring=scoring,
            random_state=0,
        )
        assert curve.test_scores.shape == (1, 2, 3)
        assert np.isfinite(curve.test_scores).all()

    def test_a_scorer_leaves_unlabeled_rows_out(self):
        model = OneVsRestClassifier(LogisticRegression()).fit(X, Y)
        score = labeled_scorer("f1_macro")(model, X, PARTLY)
        expected = f1_score(Y[START], model.predict(X[START]), average="macro")
        assert score == pytest.approx(expected)

    @pytest.mark.parametrize("constant", [0, 1])
    @pytest.mark.parametrize(
        ("scoring", "of_one"),
        [("roc_auc", roc_auc_score), ("average_precision", average_precision_score)],
    )
    def test_a_label_that_was_the_same_in_all_rows_learned_is_scored_too(
        self, scoring, of_one, constant
    ):
        known = Y[START].copy()
        known[:, 2] = constant
        model = KNeighborsClassifier(3).fit(X[START], known)
        per_label = [
            of_one(Y[:, 0], model.predict_proba(X)[0][:, 1]),
            of_one(Y[:, 1], model.predict_proba(X)[1][:, 1]),
            of_one(Y[:, 2], np.full(60, constant)),
        ]
        score = labeled_scorer(scoring)(model, X, Y)
        assert score == pytest.approx(np.mean(per_label))

    @pytest.mark.parametrize("scoring", ["roc_auc", "average_precision"])
    def test_of_two_labels_each_is_scored(self, scoring):
        scorer = labeled_scorer(scoring)
        of_both = MultiOutputClassifier(GaussianNB()).fit(X, Y[:, :2])
        one_by_one = OneVsRestClassifier(GaussianNB()).fit(X, Y[:, :2])
        expected = scorer(of_both, X, Y[:, :2])
        assert scorer(one_by_one, X, Y[:, :2]) == pytest.approx(expected)

    @pytest.mark.parametrize("scoring", ["roc_auc", "neg_log_loss"])
    @pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
    @pytest.mark.filterwarnings("ignore")
    def test_curves_begin_where_a_label_is_constant(self, estimator, scoring):
        start = np.flatnonzero(Y[:, 2] == 0)[:20]
        curve = active_learning_curve(
            learner(estimator, batch_size=10),
            X,
            Y,
            initial=np.isin(np.arange(60), start),
            budget=20,
            cv=KFold(2, shuffle=True, random_state=0),
            scoring=scoring,
        )
        assert np.isfinite(curve.test_scores).all()

    def test_what_is_for_one_class_per_row_is_refused(self):
        with pytest.raises(ValueError, match="estimate_score is for classification"):
            estimate_score(learner().fit(X, Y))
        with pytest.raises(ValueError, match="reask is for classification"):
            learner(reask=0.1).fit(X, Y)


class SeesAllColumns(ClassifierMixin, BaseEstimator):
    accepts_unlabeled = True

    def fit(self, X, y):
        self.seen_ = np.array(y)
        return self

    def predict(self, X):
        return np.zeros((len(X), self.seen_.shape[1]))


@pytest.mark.parametrize("mark", [np.nan, -1])
def test_whoever_is_given_all_rows_finds_minus_one_in_the_rows_that_are_not_labeled(
    mark,
):
    y = np.where(START[:, None], Y, mark)
    y[30, 0] = 1  # known in part: nobody learns it
    started = learner(SeesAllColumns(), missing_label=mark).start(X, y)
    assert_array_equal(started.estimator_.seen_, np.where(START[:, None], Y, -1))
