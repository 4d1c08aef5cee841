"""Forecasts: known curves are drawn on, and what can't be known is not said."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklearn_active.evaluation import forecast_labels

N = np.arange(5.0, 41.0)


def curve(limit, slope, exponent, n=N):
    return limit - slope * n**-exponent


class TestWhereACurveGoes:
    @pytest.mark.parametrize(
        ("limit", "slope", "exponent", "truth"),
        [(0.95, 1.2, 1.0, 60), (0.99, 2.0, 1.2, 50), (0.9, 3.0, 1.3, 50)],
    )
    def test_the_interval_holds_where_a_power_law_goes(
        self, limit, slope, exponent, truth
    ):
        target = curve(limit, slope, exponent, truth)
        found = forecast_labels(N, curve(limit, slope, exponent), target)
        assert found.why == ""
        assert found.low <= truth <= found.high
        assert found.n_labels == pytest.approx(truth, rel=0.25)

    @given(st.floats(0.6, 2), st.floats(0.1, 0.9), st.floats(0.1, 0.9))
    def test_a_higher_target_never_takes_fewer_labels(self, exponent, one, other):
        scores = curve(0.95, 1.5, exponent)
        targets = scores[-1] + (0.95 - scores[-1]) * np.sort([one, other])
        low, high = (forecast_labels(N, scores, t).n_labels for t in targets)
        # NaN where it isn't said; what is ruled out moves a median by a hair.
        assert not low > 1.02 * high

    @given(st.floats(0.3, 2), st.floats(0.05, 0.95), st.floats(0.05, 0.5))
    def test_what_it_says_is_narrow_and_not_far(self, exponent, part, noise):
        scores = curve(0.95, 1.5, exponent)
        scores += noise / 50 * np.sin(N)
        target = scores[-1] + (0.95 - scores[-1]) * part
        found = forecast_labels(N, scores, target, confidence=0.95)
        assert not found.high > 4 * found.low
        assert not found.high > 4 * 40

    def test_what_happened_last_counts_most(self):
        scores = curve(0.95, 1.2, 1)
        ends = []
        for part in (slice(0, 6), slice(-6, None)):
            lower = scores.copy()
            lower[part] -= 0.004
            ends.append(forecast_labels(N, lower, 0.925).n_labels)
        plain = forecast_labels(N, scores, 0.925).n_labels
        early, late = np.abs(np.array(ends) - plain)
        assert early < late

    def test_it_is_never_before_now(self):
        scores = curve(0.95, 1.2, 1)
        found = forecast_labels(N, scores, scores[-1] + 0.001)
        assert 40 < found.low <= found.n_labels <= found.high

    def test_a_higher_confidence_is_a_wider_interval(self):
        scores = curve(0.95, 1.2, 1)
        narrow = forecast_labels(N, scores, 0.93, confidence=0.5)
        wide = forecast_labels(N, scores, 0.93, confidence=0.8)
        assert wide.low < narrow.low < narrow.high < wide.high
        assert wide.n_labels == narrow.n_labels

    def test_no_forecast_is_surer_than_curves_are_like_power_laws(self):
        scores = curve(0.95, 1.2, 1)
        near = forecast_labels(N, scores, curve(0.95, 1.2, 1, 48.0))
        assert near.high / 48 > np.exp(1.04 * 0.35)

    def test_scores_that_may_be_wrong_make_it_wider(self):
        scores = curve(0.95, 1.2, 1)
        sure = forecast_labels(N, scores, 0.925)
        unsure = forecast_labels(N, scores, 0.925, error=0.003)
        assert unsure.high - unsure.low > sure.high - sure.low
        assert np.isnan(forecast_labels(N, scores, 0.925, error=0.05).n_labels)

    def test_noise_makes_it_wider(self):
        scores = curve(0.95, 1.2, 1)
        noisy = scores + np.random.RandomState(0).normal(0, 0.02, len(N))
        sure, unsure = (forecast_labels(N, s, 0.925) for s in (scores, noisy))
        assert sure.why == ""
        assert not unsure.high - unsure.low < sure.high - sure.low

    def test_it_is_the_same_twice_and_leaves_global_chance_alone(self):
        state = np.random.get_state()[1].copy()
        first = forecast_labels(N, curve(0.95, 1.2, 1), 0.93)
        assert forecast_labels(N, curve(0.95, 1.2, 1), 0.93) == first
        assert np.array_equal(np.random.get_state()[1], state)


class TestWhatCantBeSaid:
    @pytest.mark.parametrize(
        ("scores", "target", "why"),
        [
            (curve(0.9, 1.2, 1), 0.97, "may end below 0.97"),
            (np.full(len(N), 0.7), 0.9, "may end below 0.9"),
            (curve(0.95, 1.2, 1), 1.0, "not below the best score, 1"),
            (curve(0.95, 1.2, 1), 0.9, "0.9 or better already"),
        ],
    )
    def test_it_says_why(self, scores, target, why):
        found = forecast_labels(N, scores, target)
        assert why in found.why
        assert np.isnan([found.n_labels, found.low, found.high]).all()

    def test_four_points_are_no_curve(self):
        found = forecast_labels(N[:4], curve(0.95, 1.2, 1)[:4], 0.9)
        assert "4 points are no curve yet, 5 are needed" in found.why

    @pytest.mark.parametrize(
        "n_labels", [N[::-1], np.zeros(len(N)), N[:, None] * [1, 2], N - 5]
    )
    def test_numbers_of_labels_must_grow(self, n_labels):
        with pytest.raises(ValueError, match=r"n_labels|inconsistent"):
            forecast_labels(n_labels, curve(0.95, 1.2, 1), 0.93)

    def test_as_many_scores_as_numbers_of_labels(self):
        with pytest.raises(ValueError, match="inconsistent"):
            forecast_labels(N, N[:-1] / 50, 0.93)

    def test_parameters_are_checked(self):
        with pytest.raises(ValueError, match="'confidence' parameter"):
            forecast_labels(N, curve(0.95, 1.2, 1), 0.93, confidence=1)
