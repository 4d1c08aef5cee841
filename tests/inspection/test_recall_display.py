"""RecallDisplay: what was found, what is sure, and where the rule stops."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from figures import check_figures_equal
from sklearn.datasets import make_blobs
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier

from sklearn_active import ActiveLearner
from sklearn_active.inspection import RecallDisplay
from sklearn_active.query_strategies import MostLikely
from sklearn_active.stopping_rules import Recall

X, TRUTH = make_blobs([280, 20], shuffle=False, random_state=0)
START = np.isin(np.arange(300), [0, 1, 285])


def fitted(strategy=None, **params):
    model = GaussianNB(var_smoothing=0.1)
    params = {"batch_size": 10, "random_state": 0, **params}
    learner = ActiveLearner(model, strategy or MostLikely(1), **params)
    return learner.fit(X, TRUTH, labeled=START)


@pytest.fixture(scope="module")
def whole():
    return fitted()


@check_figures_equal
def test_it_draws_two_lines_the_target_and_where_it_stops(fig_test, fig_ref):
    n_read, n_found, limit = [0, 10, 20], [1, 6, 9], [0.0, 0.4, 0.9]
    display = RecallDisplay(n_read, n_found, limit, target=0.8, stop_at=20, label="a")
    display.plot(fig_test.subplots(), found_kw={"lw": 3}, limit_kw={"color": "C3"})
    ax = fig_ref.subplots()
    ax.plot(n_read, n_found, color="#0072B2", lw=3)
    ax.set(xlabel="Rows read", ylabel="Rows of 'a' found")
    ax.set_ylim(bottom=0)
    ax.grid(alpha=0.3)
    right = ax.twinx()
    right.plot(n_read, limit, "--", color="C3", lw=2)
    right.axhline(0.8, color="C3", lw=1, ls=":")
    right.axvline(20, color="0.3", lw=1, ls="-.")
    right.set(ylabel="Recall that is sure", ylim=(0, 1.05))
    names = ["found", "recall that is sure", "target", "stops at 20"]
    right.legend([*ax.lines, *right.lines], names, loc="lower right")


def test_it_counts_what_was_found_round_by_round(whole):
    display = RecallDisplay.from_estimator(whole, 1)
    rows = np.concatenate([record.rows for record in whole.history_])
    found = np.append(1, 1 + np.cumsum(TRUTH[rows] == 1))
    assert display.n_read.tolist() == [*range(0, 297, 10), 297]
    assert display.n_found.tolist() == found[display.n_read].tolist()
    assert display.lower_limit[-1] == 1
    assert np.all(display.lower_limit <= display.n_found / 20)
    assert display.found_line_.get_ydata().tolist() == display.n_found.tolist()
    assert display.figure_ is display.ax_.figure


@pytest.mark.parametrize(("target", "confidence"), [(0.8, 0.95), (0.6, 0.8)])
def test_it_stops_where_the_rule_stops(whole, target, confidence):
    display = RecallDisplay.from_estimator(
        whole, 1, target=target, confidence=confidence
    )
    rule = Recall(1, target=target, confidence=confidence)
    assert display.stop_at == fitted(stop_when=rule).n_asked_
    assert display.stop_line_.get_xdata()[0] == display.stop_at
    reached = display.n_read[display.lower_limit >= target]
    assert reached[0] == display.stop_at


def test_where_nothing_is_reached_no_line_is_upright():
    display = RecallDisplay.from_estimator(fitted(budget=20), 1)
    assert display.stop_at is None
    assert display.stop_line_ is None


def test_of_many_rounds_a_hundred_points_are_drawn_and_the_rule_is_asked_after_all():
    learner = fitted(batch_size=1, strategy=MostLikely(1, share=0))
    display = RecallDisplay.from_estimator(learner, 1, target=0.8)
    assert len(display.n_read) == 100
    assert display.n_read[[0, -1]].tolist() == [0, 297]
    rule = Recall(1, target=0.8)
    assert (
        display.stop_at
        == fitted(MostLikely(1, share=0), batch_size=1, stop_when=rule).n_asked_
    )


def test_before_the_first_answer_there_is_one_point():
    learner = ActiveLearner(GaussianNB(), "random", missing_label=-1)
    display = RecallDisplay.from_estimator(
        learner.start(X, np.where(START, TRUTH, -1)), 1
    )
    assert display.n_found.tolist() == [1]


def test_it_is_drawn_again_elsewhere_and_needs_no_learner(whole):
    display = RecallDisplay.from_estimator(whole, 1)
    _, ax = plt.subplots()
    assert display.plot(ax) is display
    assert display.ax_ is ax


def test_what_it_can_not_draw_is_refused(whole):
    with pytest.raises(TypeError, match="draws an ActiveLearner, got a GaussianNB"):
        RecallDisplay.from_estimator(GaussianNB(), 1)
    with pytest.raises(NotFittedError, match="knows no pool yet"):
        RecallDisplay.from_estimator(ActiveLearner(GaussianNB()), 1)
    with pytest.raises(ValueError, match="'target' parameter of Recall"):
        RecallDisplay.from_estimator(whole, 1, target=2)


def test_a_label_that_no_row_has_is_not_drawn_in_silence(whole):
    with pytest.raises(ValueError, match="RecallDisplay looks for label='1', a text"):
        RecallDisplay.from_estimator(whole, "1")
    with pytest.warns(UserWarning, match="RecallDisplay looks for label=7, which no"):
        display = RecallDisplay.from_estimator(whole, 7)
    assert display.n_found[-1] == 0


@pytest.mark.parametrize(
    ("estimator", "y"),
    [
        (LinearRegression(), X[:, 0]),
        (KNeighborsClassifier(1), np.column_stack([TRUTH, 1 - TRUTH])),
    ],
    ids=["numbers", "several labels"],
)
def test_of_what_has_no_classes_it_draws_no_line_of_zeros(estimator, y):
    learner = ActiveLearner(estimator, "random").start(X, y)
    with pytest.raises(ValueError, match="RecallDisplay is for classification"):
        RecallDisplay.from_estimator(learner, 1)
