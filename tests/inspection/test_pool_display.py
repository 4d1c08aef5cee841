"""The pool in two dimensions: what is drawn where, and that nothing is changed."""

import joblib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from figures import check_figures_equal
from helpers import blobs
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.datasets import make_friedman1
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from sklearn_active import ActiveLearner
from sklearn_active.inspection import PoolDisplay
from sklearn_active.query_strategies import (
    ExploreExploit,
    GraphUncertaintyHerding,
    MarginSampling,
    MostLikely,
    RandomSampling,
    SigmaOptimality,
    WithChecks,
)

POINTWISE = [
    "entropy",
    "graph_coverage",
    "graph_herding",
    "herding",
    "least_confident",
    "margin",
]


def asked(strategy="margin", n_rows=40, budget=6, model=None, **params):
    X, _, truth = blobs(n_rows)
    learner = ActiveLearner(
        model or GaussianNB(), strategy, batch_size=2, budget=budget, **params
    )
    return learner.fit(X, truth, labeled=np.arange(n_rows) < 6)


def utilities_of(display):
    """Return {(x, y): utility} of the candidates drawn."""
    candidates = display.candidates_
    points = map(tuple, candidates.get_offsets().tolist())
    return dict(zip(points, candidates.get_array().tolist(), strict=True))


@check_figures_equal
def test_it_draws_candidates_classes_and_rings(fig_test, fig_ref):
    points = np.array([[0.0, 0], [1, 0], [0, 1], [1, 1], [2, 1], [2, 2]])
    y = np.array(["a", "b", "a", None, None, None])
    labeled = np.array([True, True, True, False, False, False])
    utilities = np.array([np.nan, np.nan, np.nan, 0.5, 0.2, -np.inf])
    display = PoolDisplay(
        points, y, labeled, utilities=utilities, asked=[2, 1], axis_names=("u", "v")
    )
    assert display.plot(fig_test.subplots(), candidates_kw={"cmap": "Blues"}) is display

    ax = fig_ref.subplots()
    plain = {"s": 16, "linewidths": 0}
    ax.scatter([2], [2], color="0.8", **plain)
    drawn = ax.scatter([2, 1], [1, 1], c=[0.2, 0.5], cmap="Blues", **plain)
    edge = {"edgecolors": "white", "linewidths": 0.8, "s": 45, "zorder": 3}
    ax.scatter([0, 0], [0, 1], color="#0072B2", marker="o", label="a", **edge)
    ax.scatter([1], [0], color="#D55E00", marker="s", label="b", **edge)
    ring = {"s": 130, "facecolors": "none", "edgecolors": "black", "linewidths": 1.2}
    ax.scatter([0, 1], [1, 0], label="asked", zorder=4, **ring)
    fig_ref.colorbar(drawn, ax=ax, label="utility")
    ax.set(xlabel="u", ylabel="v")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=3, frameon=False)


def test_the_utilities_are_the_closed_form_on_the_candidates():
    learner = asked("margin")
    drawn = utilities_of(PoolDisplay.from_estimator(learner))
    X, unlabeled = blobs(40)[0], learner.y_ == -1
    proba = np.sort(learner.predict_proba(X[unlabeled]), axis=1)
    expected = 1 - (proba[:, -1] - proba[:, -2])
    rows = map(tuple, X[unlabeled].tolist())
    assert drawn == pytest.approx(dict(zip(rows, expected, strict=True)))


@pytest.mark.parametrize("strategy", POINTWISE)
def test_the_darkest_candidate_is_the_next_one_to_be_asked(strategy):
    learner = asked(strategy)
    drawn = utilities_of(PoolDisplay.from_estimator(learner))
    (row,) = learner.query(1).X.tolist()
    assert drawn[tuple(row)] == max(drawn.values())


@pytest.mark.parametrize(
    "strategy",
    [
        *POINTWISE,
        SigmaOptimality(),
        ExploreExploit(GraphUncertaintyHerding(), MarginSampling(), hits=3),
        MostLikely(1, share=0.3),
        WithChecks("margin", share=0.3),
    ],
    ids=str,
)
def test_drawing_changes_nothing(strategy):
    X, y, truth = blobs(40, n_labeled=6)
    watched, alone = (
        ActiveLearner(GaussianNB(), strategy, batch_size=2, random_state=0).start(X, y)
        for _ in range(2)
    )
    for _ in range(4):
        before = joblib.hash(watched)
        PoolDisplay.from_estimator(watched)
        assert joblib.hash(watched) == before
        queries = [learner.query() for learner in (watched, alone)]
        np.testing.assert_array_equal(*(query.indices for query in queries))
        np.testing.assert_array_equal(*(query.utilities for query in queries))
        before = joblib.hash(watched)
        PoolDisplay.from_estimator(watched)
        assert joblib.hash(watched) == before
        for learner, query in zip((watched, alone), queries, strict=True):
            learner.teach(query, truth[query.indices])


def test_a_graph_is_not_built_again_to_draw(monkeypatch):
    learner = asked("graph_herding")

    def build(self, X):
        raise AssertionError("the graph was built again")

    monkeypatch.setattr(GraphUncertaintyHerding, "_make_cover", build)
    PoolDisplay.from_estimator(learner)


def test_the_one_warning_is_left_to_the_query():
    class Empty(GaussianNB):
        def predict_proba(self, X):
            return np.zeros((len(X), len(self.classes_)))

    learner = ActiveLearner(Empty(), "margin").start(*blobs()[:2])
    PoolDisplay.from_estimator(learner)
    with pytest.warns(UserWarning, match="no label reaches them"):
        learner.query()


class TestWithoutUtilities:
    def assert_all_gray(self, learner):
        display = PoolDisplay.from_estimator(learner)
        assert display.candidates_ is display.colorbar_ is None
        n_unlabeled = np.count_nonzero(learner.labeled_iter_ < 0)
        assert len(display.unlabeled_.get_offsets()) == n_unlabeled

    def test_rows_asked_at_random_have_none(self):
        self.assert_all_gray(asked(RandomSampling()))

    def test_before_there_is_a_model_there_are_none(self):
        self.assert_all_gray(ActiveLearner(GaussianNB(), "margin").start(blobs()[0]))

    def test_a_strategy_that_needs_no_model_has_them_from_the_start(self):
        learner = ActiveLearner(GaussianNB(), "graph_coverage").start(blobs()[0])
        display = PoolDisplay.from_estimator(learner)
        assert len(display.candidates_.get_offsets()) == 30

    def test_a_strategy_that_only_selects_has_none(self):
        class FirstRows:
            needs = ()

            def select(self, pool, batch_size):
                rows = pool.candidates[:batch_size]
                return rows, np.zeros(len(rows))

        learner = ActiveLearner(GaussianNB(), FirstRows()).start(*blobs()[:2])
        learner.teach(learner.query(), [0])
        self.assert_all_gray(learner)

    def test_where_all_rows_are_labeled_there_are_none(self):
        X, _, truth = blobs()
        self.assert_all_gray(ActiveLearner(GaussianNB()).fit(X, truth))

    def test_declined_rows_and_utilities_of_minus_infinity_are_gray(self):
        def first_is_last(pool):
            return np.where(pool.candidates == pool.candidates[0], -np.inf, 1.0)

        X, y, truth = blobs(n_labeled=5)
        learner = ActiveLearner(GaussianNB(), first_is_last, batch_size=2).start(X, y)
        query = learner.query()
        learner.teach(query, [None, truth[query.indices[1]]])
        display = PoolDisplay.from_estimator(learner)
        gray = display.unlabeled_.get_offsets().tolist()
        assert sorted(gray) == sorted(X[[5, query.indices[0]]].tolist())
        assert len(display.candidates_.get_offsets()) == 30 - 6 - 2
        assert display.colorbar_.ax.get_ylabel() == "utility (first_is_last)"


class TestLabels:
    def test_each_class_is_drawn_where_its_rows_are(self):
        X, _, truth = blobs(40)
        names = np.array(["ham", "egg", "tea"])[truth]
        y = [name if i < 20 else None for i, name in enumerate(names)]
        learner = ActiveLearner(GaussianNB()).start(X, y)
        display = PoolDisplay.from_estimator(learner)
        for drawn, name in zip(display.labeled_, ["egg", "ham", "tea"], strict=True):
            assert drawn.get_label() == name
            expected = X[:20][names[:20] == name]
            np.testing.assert_array_equal(drawn.get_offsets(), expected)

    def test_ten_classes_are_told_apart(self):
        points = np.random.RandomState(0).uniform(size=(20, 2))
        display = PoolDisplay(points, np.arange(20) % 10, np.ones(20, dtype=bool))
        looks = {
            (tuple(c.get_facecolor()[0]), c.get_paths()[0].vertices.tobytes())
            for c in display.plot().labeled_
        }
        assert len(looks) == 10

    def test_the_order_of_the_questions_is_written_beside_the_rows(self):
        learner = asked()
        display = PoolDisplay.from_estimator(learner, numbers=True)
        rows = np.concatenate([record.rows for record in learner.history_])
        assert [n.get_text() for n in display.numbers_] == list("123456")
        np.testing.assert_array_equal(
            [n.xy for n in display.numbers_], blobs(40)[0][rows]
        )
        np.testing.assert_array_equal(display.asked_.get_offsets(), blobs(40)[0][rows])

    def test_a_pool_without_a_label_has_no_legend(self):
        learner = ActiveLearner(GaussianNB(), "graph_coverage").start(blobs()[0])
        assert PoolDisplay.from_estimator(learner).ax_.get_legend() is None

    def test_keywords_win_and_the_color_bar_can_be_left_out(self):
        display = PoolDisplay.from_estimator(
            asked(),
            colorbar=False,
            candidates_kw={"alpha": 0.5},
            labeled_kw={"s": 9},
            asked_kw={"color": "red"},
        )
        assert display.colorbar_ is None
        assert len(display.figure_.axes) == 1
        assert display.candidates_.get_alpha() == 0.5
        assert display.labeled_[0].get_sizes() == [9]
        np.testing.assert_array_equal(display.asked_.get_edgecolor()[0], [1, 0, 0, 1])
        assert len(display.asked_.get_facecolor()) == 0


class TestNumbers:
    def display(self, **params):
        X, y = make_friedman1(40, random_state=0)
        learner = ActiveLearner(Ridge(), "random", budget=4, random_state=0)
        learner.fit(X, y, labeled=np.arange(40) < 6)
        return learner, PoolDisplay.from_estimator(learner, **params)

    def test_labeled_rows_are_colored_by_their_number_with_a_bar(self):
        learner, display = self.display()
        (labeled,) = display.labeled_
        known = ~np.isnan(learner.y_)
        assert known.sum() == 10
        assert_array_equal(labeled.get_array(), learner.y_[known])
        assert display.label_colorbar_.ax.get_ylabel() == "label"
        (entry,) = display.ax_.get_legend().get_texts()
        assert entry.get_text() == "asked"

    def test_the_bar_can_be_left_out(self):
        assert self.display(colorbar=False)[1].label_colorbar_ is None

    def test_a_pool_without_a_number_has_none(self):
        learner = ActiveLearner(Ridge(), "random").start(np.eye(4))
        assert PoolDisplay.from_estimator(learner).labeled_ == []


class TestProjection:
    X = np.random.RandomState(0).normal(size=(20, 5)) * [3, 1, 2, 1, 1]
    y = np.where(np.arange(20) < 4, np.arange(20) % 2, -1)

    def points(self, X=None, projection=None):
        X = self.X if X is None else X
        learner = ActiveLearner(LogisticRegression(), "random").start(X, self.y)
        return PoolDisplay.from_estimator(learner, projection=projection)

    def test_two_columns_are_drawn_as_they_are_with_their_names(self):
        frame = pd.DataFrame(self.X[:, :2], columns=["wide", "high"])
        for X, names in ((self.X[:, :2], ("x0", "x1")), (frame, ("wide", "high"))):
            display = self.points(X)
            np.testing.assert_array_equal(display.points, self.X[:, :2])
            assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == names

    def test_one_column_is_drawn_on_a_line(self):
        display = self.points(self.X[:, :1])
        np.testing.assert_array_equal(display.points[:, 0], self.X[:, 0])
        assert not display.points[:, 1].any()

    def test_more_columns_are_projected_on_their_principal_components(self):
        np.testing.assert_allclose(
            self.points().points, PCA(2, random_state=0).fit_transform(self.X)
        )

    def test_sparse_rows_are_not_made_dense(self, monkeypatch):
        X = sparse.csr_array(self.X)
        expected = TruncatedSVD(2, random_state=0).fit_transform(X)
        monkeypatch.setattr(sparse.csr_array, "toarray", None)
        np.testing.assert_allclose(self.points(X).points, expected)

    def test_points_may_be_given_in_any_container(self):
        given = self.X[:, 2:4]
        for projection in (given, given.tolist(), pd.DataFrame(given)):
            np.testing.assert_array_equal(
                self.points(projection=projection).points, given
            )

    def test_a_transformer_is_cloned_and_fitted_on_the_pool(self):
        projection = make_pipeline(StandardScaler(), PCA(2))
        drawn = self.points(projection=projection).points
        assert not hasattr(projection[0], "mean_")
        np.testing.assert_allclose(drawn, projection.fit_transform(self.X))

    def test_texts_need_a_transformer(self):
        texts = [f"word{i} word{i % 3} word" for i in range(20)]
        model = make_pipeline(TfidfVectorizer(), LogisticRegression())
        learner = ActiveLearner(model).start(texts, self.y)
        with pytest.raises(ValueError, match="no projection of it by default"):
            PoolDisplay.from_estimator(learner)
        projection = make_pipeline(TfidfVectorizer(), TruncatedSVD(2, random_state=0))
        display = PoolDisplay.from_estimator(learner, projection=projection)
        np.testing.assert_allclose(display.points, projection.fit_transform(texts))

    @pytest.mark.parametrize("shape", [(20, 3), (19, 2), (20,)])
    def test_points_of_another_shape_are_refused(self, shape):
        with pytest.raises(ValueError, match=r"shape \(20, 2\); got") as raised:
            self.points(projection=np.zeros(shape))
        assert str(shape) in str(raised.value)


class TestWhatIsRefused:
    def test_an_unfitted_learner(self):
        with pytest.raises(NotFittedError, match="knows no pool yet"):
            PoolDisplay.from_estimator(ActiveLearner(GaussianNB()))

    def test_what_is_no_learner(self):
        with pytest.raises(TypeError, match="got a GaussianNB"):
            PoolDisplay.from_estimator(GaussianNB())

    def test_a_strategy_that_the_estimator_is_too_little_for(self):
        learner = ActiveLearner(SVC(), "margin").start(*blobs()[:2])
        with pytest.raises(ValueError, match="not compatible with SVC"):
            PoolDisplay.from_estimator(learner)
        assert not plt.get_fignums()
