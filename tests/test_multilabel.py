"""Several labels a row: the same learner, with a column of 0 and 1 per label."""

import pickle

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import make_multilabel_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import f1_score
from sklearn.model_selection import KFold
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.neighbors import KNeighborsClassifier

from sklearn_active import ActiveLearner
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

    def test_frames_and_sparse_matrices_are_read(self):
        pd = pytest.importorskip("pandas")
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
        with pytest.raises(ValueError, match="multi-output targets are not supported"):
            learner(Ridge()).fit(X, Y)

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

    def test_hidden_labels_are_nowhere(self):
        labels, truth = parse_complete_y(Y, 60, START, kind=IndicatorLabels)
        assert_array_equal(truth, Y)
        assert (labels.values[~START] == -1).all()


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
        assert stepping.history_[-1].answers == [[1, -1, 0], None]
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

    def test_oracles_answer_with_rows(self):
        oracle = AbstainingOracle(ArrayOracle(Y), rate=0.3, random_state=0)
        fitted = learner(oracle=oracle).fit(X, PARTLY)
        known = ~np.isnan(fitted.y_).any(axis=1)
        assert 8 < known.sum() < 60
        assert_array_equal(fitted.y_[known], Y[known])

    def test_a_generator_answers_row_by_row(self):
        def oracle(query):
            for row in query.indices:
                yield Y[row]

        fitted = learner(oracle=oracle, batch_size=3, budget=6).fit(X, PARTLY)
        assert (~np.isnan(fitted.y_).any(axis=1)).sum() == 14

    def test_a_pickle_goes_on(self):
        stepping = learner().start(X, PARTLY)
        again = pickle.loads(pickle.dumps(stepping))
        assert_array_equal(again.query(3).indices, stepping.query(3).indices)

    def test_a_frame_of_labels_is_sorted_like_the_rows(self):
        pd = pytest.importorskip("pandas")
        names = [f"r{i}" for i in range(60)]
        frame = pd.DataFrame(X, index=names)
        y = pd.DataFrame(PARTLY, index=names).iloc[::-1]
        assert_array_equal(learner().start(frame, y).y_, PARTLY)


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

    def test_what_is_for_one_class_per_row_is_refused(self):
        with pytest.raises(ValueError, match="estimate_score is for classification"):
            estimate_score(learner().fit(X, Y))
        with pytest.raises(ValueError, match="reask is for classification"):
            learner(reask=0.1).fit(X, Y)
