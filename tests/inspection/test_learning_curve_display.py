"""Learning curves: the line is a mean, the band is what it says."""

import statistics

import matplotlib.pyplot as plt
import numpy as np
import pytest
from figures import check_figures_equal
from helpers import blobs
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from sklearn.naive_bayes import GaussianNB
from sklearn.utils import Bunch

from sklearn_active import ActiveLearner
from sklearn_active.inspection import ActiveLearningCurveDisplay
from sklearn_active.model_selection import active_learning_curve, compare_strategies

N_LABELS = np.array([5, 10, 15, 20])


def a_curve(n_repeats=6, n_splits=3, seed=0):
    scores = np.random.RandomState(seed).uniform(size=(n_repeats, n_splits, 4))
    return Bunch(n_labels=N_LABELS, test_scores=scores)


def band_of(fill):
    """Return {x: (low, high)} of what fill_between drew."""
    band = {}
    for path in fill.get_paths():
        for x, y in path.vertices:
            low, high = band.get(x, (np.inf, -np.inf))
            band[x] = min(low, y), max(high, y)
    return band


def finish(ax, score_name="Score"):
    ax.set(xlabel="Number of labels", ylabel=score_name)
    ax.grid(alpha=0.3)


@check_figures_equal
def test_the_line_is_the_mean_and_the_band_its_standard_error(fig_test, fig_ref):
    curve = a_curve()
    display = ActiveLearningCurveDisplay({"margin": curve})
    assert display.plot(fig_test.subplots()) is display

    ax = fig_ref.subplots()
    of_repeats = curve.test_scores.mean(axis=1)
    mean, error = of_repeats.mean(axis=0), of_repeats.std(axis=0, ddof=1) / 6**0.5
    ax.plot(N_LABELS, mean, color="#0072B2", linewidth=2)
    ax.fill_between(
        N_LABELS,
        mean - error,
        mean + error,
        facecolor="#0072B2",
        alpha=0.2,
        linewidth=0,
    )
    finish(ax)


@check_figures_equal
def test_with_one_repetition_the_band_is_that_of_the_splits(fig_test, fig_ref):
    curve = a_curve(n_repeats=1, n_splits=5)
    display = ActiveLearningCurveDisplay({"margin": curve})
    display.plot(fig_test.subplots(), band="minmax", score_name="Accuracy")

    ax = fig_ref.subplots()
    low, high = curve.test_scores[0].min(axis=0), curve.test_scores[0].max(axis=0)
    ax.plot(N_LABELS, curve.test_scores[0].mean(axis=0), "#0072B2", linewidth=2)
    ax.fill_between(N_LABELS, low, high, facecolor="#0072B2", alpha=0.2, linewidth=0)
    finish(ax, "Accuracy")


@check_figures_equal
def test_curves_differ_in_color_and_line_style(fig_test, fig_ref):
    curves = {"margin": a_curve(seed=0), "random": a_curve(seed=1)}
    display = ActiveLearningCurveDisplay(curves, score_name="Accuracy")
    display.plot(fig_test.subplots(), band=None)

    ax = fig_ref.subplots()
    for (name, curve), style in zip(
        curves.items(), [("#0072B2", "-"), ("#D55E00", "--")], strict=True
    ):
        mean = curve.test_scores.mean(axis=(0, 1))
        ax.plot(N_LABELS, mean, c=style[0], ls=style[1], lw=2, label=name)
    finish(ax, "Accuracy")
    ax.legend()


def test_seven_curves_are_told_apart_by_color_and_in_gray():
    curves = {str(seed): a_curve(seed=seed) for seed in range(7)}
    lines = ActiveLearningCurveDisplay.from_curves(curves).lines_
    assert len({to_rgb(line.get_color()) for line in lines}) == 7
    assert len({str(line._unscaled_dash_pattern) for line in lines}) == 7


@pytest.mark.parametrize("band", ["std_error", "std", "minmax"])
@settings(max_examples=30)
@given(
    scores=arrays(
        float,
        st.tuples(st.integers(2, 5), st.integers(1, 3), st.just(4)),
        elements=st.floats(0, 1) | st.just(np.nan),
    )
)
def test_line_and_band_are_of_the_runs_that_have_a_score(band, scores):
    curve = Bunch(n_labels=N_LABELS, test_scores=scores)
    ax = Figure().add_subplot()
    display = ActiveLearningCurveDisplay.from_curves(curve, band=band, ax=ax)
    drawn = band_of(display.fills_[0])
    for k, mean in enumerate(display.lines_[0].get_ydata()):
        runs = []
        for repetition in scores[:, :, k].tolist():
            known = [score for score in repetition if score == score]
            if known:
                runs.append(statistics.fmean(known))
        if not runs:
            assert np.isnan(mean)
            continue
        assert mean == pytest.approx(statistics.fmean(runs))
        low, high = min(runs), max(runs)
        if band != "minmax":
            if len(runs) == 1:
                continue
            width = statistics.stdev(runs)
            width /= len(runs) ** 0.5 if band == "std_error" else 1
            low, high = mean - width, mean + width
        assert drawn[N_LABELS[k]] == pytest.approx((low, high), abs=1e-7)


def test_a_single_run_has_no_band():
    display = ActiveLearningCurveDisplay.from_curves(a_curve(1, 1))
    assert display.fills_ == [None]


def test_one_curve_a_comparison_and_a_dict_are_drawn_alike():
    curve = a_curve()
    results = curve, Bunch(curves={"a": curve}, area={}), {"a": curve}
    lines = [ActiveLearningCurveDisplay.from_curves(r).lines_ for r in results]
    for (line,) in lines:
        np.testing.assert_array_equal(line.get_xydata(), lines[0][0].get_xydata())


def test_a_second_display_goes_on_where_the_first_ended():
    _, ax = plt.subplots()
    ActiveLearningCurveDisplay.from_curves({"a": a_curve()}, ax=ax)
    assert ax.get_legend() is None
    ActiveLearningCurveDisplay.from_curves({"b": a_curve(seed=1)}, ax=ax)
    first, second = ax.get_lines()
    assert first.get_color() != second.get_color()
    assert first.get_linestyle() != second.get_linestyle()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]


def test_keywords_win_also_by_their_short_names():
    display = ActiveLearningCurveDisplay.from_curves(
        a_curve(), line_kw={"lw": 5, "c": "red", "ls": ":"}, fill_kw={"alpha": 0.5}
    )
    (line,), (fill,) = display.lines_, display.fills_
    assert (line.get_linewidth(), line.get_linestyle()) == (5, ":")
    assert to_rgb(line.get_color()) == to_rgb("red")
    assert fill.get_alpha() == 0.5
    assert to_rgb(fill.get_facecolor()[0]) == to_rgb("red")


def test_numbers_of_labels_are_whole_numbers_and_a_log_scale_stays():
    curve = Bunch(n_labels=np.array([1, 2, 3]), test_scores=np.full((2, 1, 3), 0.5))
    ax = ActiveLearningCurveDisplay.from_curves(curve).ax_
    assert all(tick == round(tick) for tick in ax.get_xticks())
    _, ax = plt.subplots()
    ax.set_xscale("log")
    ActiveLearningCurveDisplay.from_curves(curve, ax=ax)
    assert ax.get_xscale() == "log"


def test_what_cannot_be_drawn_is_refused():
    display = ActiveLearningCurveDisplay({"a": a_curve()})
    with pytest.raises(ValueError, match="'std_error', 'std', 'minmax', None; got 'x'"):
        display.plot(band="x")
    with pytest.raises(ValueError, match="no curve to draw"):
        ActiveLearningCurveDisplay({}).plot()
    flat = Bunch(n_labels=N_LABELS, test_scores=np.zeros((2, 3)))
    with pytest.raises(ValueError, match=r"'b' must have .* 4 points, .* got \(2, 3\)"):
        ActiveLearningCurveDisplay({"b": flat}).plot()
    assert not plt.get_fignums()


class TestFromEstimator:
    X, _, truth = blobs(60)
    same = {"initial": 6, "budget": 6, "cv": 2, "n_repeats": 2, "random_state": 0}

    def test_it_draws_what_the_learning_curve_measures(self):
        learner = ActiveLearner(GaussianNB(), "margin", batch_size=2)
        display = ActiveLearningCurveDisplay.from_estimator(
            learner, self.X, self.truth, scoring="balanced_accuracy", **self.same
        )
        curve = active_learning_curve(
            learner, self.X, self.truth, scoring="balanced_accuracy", **self.same
        )
        (line,) = display.lines_
        np.testing.assert_allclose(line.get_ydata(), curve.test_scores.mean((0, 1)))
        np.testing.assert_array_equal(line.get_xdata(), curve.n_labels)
        assert line.get_label() == "margin"
        assert display.ax_.get_ylabel() == "Balanced accuracy"
        assert display.figure_ is display.ax_.figure

    def test_the_names_can_be_given(self):
        def my_utilities(pool):
            return pool.proba[:, 0]

        learner = ActiveLearner(GaussianNB(), my_utilities, batch_size=3)
        args = learner, self.X, self.truth
        draw = ActiveLearningCurveDisplay.from_estimator
        named = draw(*args, **self.same, name="mine", score_name="share right")
        unnamed = draw(*args, **self.same)
        assert named.lines_[0].get_label() == "mine"
        assert named.ax_.get_ylabel() == "share right"
        assert unnamed.lines_[0].get_label() == "my_utilities"
        assert unnamed.ax_.get_ylabel() == "Score"

    def test_a_comparison_is_drawn_with_its_baseline(self):
        learners = {"margin": ActiveLearner(GaussianNB(), "margin", batch_size=3)}
        result = compare_strategies(learners, self.X, self.truth, **self.same)
        display = ActiveLearningCurveDisplay.from_curves(result)
        labels = [text.get_text() for text in display.ax_.get_legend().get_texts()]
        assert labels == ["margin", "random"]
