"""Intervals from an estimate and its standard error."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import gamma

from retentionkit.errors import OptionError
from retentionkit.intervals import (
    estimate,
    log_wald,
    normal_quantile,
    poisson,
    ratio,
    share,
    t_quantile,
    three_moments,
    wilson,
)

# --- worked example ------------------------------------------------------------------------------


def test_limits_by_hand():
    low, high = log_wald(2.0, 0.5, confidence=0.95)
    # z = 1.959964, exp(z / 4) = 1.6323015
    assert low == pytest.approx(2 / 1.6323015, rel=1e-6)
    assert high == pytest.approx(2 * 1.6323015, rel=1e-6)


def test_a_ratio_by_hand():
    # R = 12 / 4; residuals 8 - 6, 1 - 3, 3 - 3; sqrt(3 / 2 * (4 + 4 + 0)) / 4.
    assert ratio([8.0, 1.0, 3.0], [2.0, 1.0, 1.0]) == (3.0, pytest.approx(math.sqrt(12) / 4))


def test_a_published_share():
    found = share(8, 10, definition="Customers who came back.")
    # Wilson, 8 of 10: 0.490 to 0.943.
    assert (found.value, found.n) == (0.8, 10)
    assert (found.interval.low, found.interval.high) == pytest.approx((0.4902, 0.9433), abs=5e-5)
    assert found.standard_error == pytest.approx(math.sqrt(0.8 * 0.2 / 10))


def test_three_moments_of_a_gamma_give_its_quantiles():
    # Gamma(4) times 3: mean 12, variance 36, third central moment 2 * 4 * 27 = 216.
    low, high = three_moments(12.0, 36.0, 216.0, confidence=0.9)
    known = gamma(4, scale=3)
    assert low == pytest.approx(known.ppf(0.05), rel=1e-12)
    assert high == pytest.approx(known.ppf(0.95), rel=1e-12)
    # Mirrored, the tail is on the left.
    mirrored = three_moments(-12.0, 36.0, -216.0, confidence=0.9)
    assert mirrored == pytest.approx((-high, -low), rel=1e-12)


# --- reference -----------------------------------------------------------------------------------


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.9, 0.95, 0.99])
def test_the_quantile_agrees_with_fifty_digits(confidence):
    with mpmath.workdps(50):
        expected = float(mpmath.sqrt(2) * mpmath.erfinv(mpmath.mpf(confidence)))
    assert normal_quantile(confidence) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("confidence", [0.5, 0.95])
def test_the_quantile_of_student_is_that_of_scipy(confidence):
    found = t_quantile([0, 1, 2, 3, 50, 10**9], confidence=confidence)
    assert np.isnan(found[:2]).all()
    expected = stats.t.ppf(0.5 + confidence / 2, [1, 2, 49, 10**9 - 1])
    np.testing.assert_allclose(found[2:], expected, rtol=1e-12)
    assert found[-1] == pytest.approx(normal_quantile(confidence), rel=1e-8)
    with pytest.raises(OptionError, match="`confidence` must lie strictly"):
        t_quantile(5, confidence=95)


@pytest.mark.parametrize("confidence", [0.5, 0.95])
@pytest.mark.parametrize("k", [0, 1, 7, 40])
def test_wilson_limits_are_those_of_scipy(k, confidence):
    expected = stats.binomtest(k, 40).proportion_ci(confidence, method="wilson")
    low, high = wilson([k], [40], confidence=confidence)
    # scipy subtracts on another way where a limit is 0 or 1
    assert low[0] == pytest.approx(expected.low, rel=1e-12, abs=1e-16)
    assert high[0] == pytest.approx(expected.high, rel=1e-12)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.999])
def test_at_the_limits_a_number_of_events_has_half_of_the_error(confidence):
    events = np.array([0, 1, 7, 400])
    low, high = poisson(events, confidence=confidence)
    tail = 0.5 - confidence / 2
    assert low[0] == 0
    assert stats.poisson.sf(events[1:] - 1, low[1:]) == pytest.approx(np.full(3, tail), rel=1e-9)
    assert stats.poisson.cdf(events, high) == pytest.approx(np.full(4, tail), rel=1e-9)


# --- definition ----------------------------------------------------------------------------------


def test_a_ratio_to_one_is_a_mean_with_its_standard_error():
    values = np.array([3.0, 9.5, -2.0, 4.25])
    found = ratio(values, np.ones(4))
    assert found == (pytest.approx(values.mean()), pytest.approx(stats.sem(values)))


def test_weights_stand_for_customers():
    y, x, weight = np.array([1.0, 5.0, 2.0]), np.array([2.0, 3.0, 1.0]), np.array([3, 1, 2])
    found = ratio(y, x, weight=weight)
    assert found == pytest.approx(ratio(np.repeat(y, weight), np.repeat(x, weight)))


def test_the_interval_of_a_ratio_covers_the_truth():
    rng = np.random.default_rng(20261124)
    hits = 0
    for _ in range(1_000):
        orders = rng.poisson(2, 200) + 1.0
        value, error = ratio(orders * rng.gamma(4, 5, 200), orders)
        hits += 20 in estimate(value, error, n=200, definition="").interval
    # 950 of 1,000 with a standard deviation of 7; three of these, and one for n = 200.
    assert 922 <= hits <= 978


def test_an_estimate_is_cut_off_at_what_is_possible():
    found = estimate(0.02, 0.05, n=4, definition="A share.", low=0.0, high=1.0, confidence=0.9)
    assert (found.interval.low, found.interval.high) == (0.0, pytest.approx(0.02 + 0.05 * 1.644854))
    assert float(found) == 0.02
    assert found.to_dict()["interval"]["confidence"] == 0.9


def test_symmetric_limits_are_normal_and_meet_the_skew_ones():
    plain = three_moments(10.0, 4.0, 0.0)
    assert plain == pytest.approx((10 - 2 * 1.959963984540054, 10 + 2 * 1.959963984540054))
    assert three_moments(10.0, 4.0, 1e-3) == pytest.approx(plain, rel=1e-4)
    assert three_moments(10.0, 4.0, math.inf) == plain  # no third moment, no skewness
    assert three_moments(5.0, 0.0, 0.0) == (5.0, 5.0)
    assert all(math.isnan(limit) for limit in three_moments(5.0, math.inf, 0.0))


def test_undefined_estimates_have_undefined_limits():
    estimate = [1.0, 0.0, 0.0, -1.0, np.nan, 1.0]
    error = [np.nan, 0.0, 0.1, 0.1, 0.1, 0.0]
    low, high = log_wald(estimate, error)
    expected = [np.nan, 0.0, np.nan, np.nan, np.nan, 1.0]
    np.testing.assert_array_equal(low, expected)
    np.testing.assert_array_equal(high, expected)


def test_ratios_of_nothing_are_undefined():
    for found in (ratio([], []), ratio([1.0, -1.0], [0.0, 0.0])):
        assert np.isnan(found).all()
    value, error = ratio([6.0], [2.0])
    assert value == 3
    assert math.isnan(error)
    alone = estimate(value, error, n=1, definition="One customer.", low=0.0)
    assert math.isnan(alone.interval.low)
    assert math.isnan(alone.interval.high)
    nobody = share(0, 0, definition="Nobody.")
    assert np.isnan([nobody.value, nobody.interval.low, nobody.standard_error]).all()
    assert nobody.to_dict()["value"] is None


def test_an_error_far_above_the_estimate_says_nothing():
    low, high = log_wald(1.0, 1e6)
    assert (low, high) == (0.0, math.inf)


def test_shapes_are_broadcast():
    low, high = log_wald([1.0, 2.0, 3.0], 0.1)
    assert low.shape == high.shape == (3,)


def test_without_trials_there_is_no_share():
    assert np.isnan(wilson([0.0], [0.0])).all()


# --- properties ----------------------------------------------------------------------------------


@given(st.floats(1e-6, 1e6), st.floats(1e-3, 3), st.floats(0.01, 0.99))
def test_limits_surround_the_estimate_on_the_log_scale(estimate, relative, confidence):
    low, high = log_wald(estimate, relative * estimate, confidence=confidence)
    assert 0 < low <= estimate <= high
    assert low * high == pytest.approx(estimate**2, rel=1e-12)
    wider_low, wider_high = log_wald(estimate, relative * estimate, confidence=0.995)
    assert wider_low < low
    assert wider_high > high


# --- refusals ------------------------------------------------------------------------------------


def test_a_confidence_in_percent_is_refused():
    with pytest.raises(OptionError, match="`confidence` must lie strictly between 0 and 1"):
        log_wald(1.0, 0.1, confidence=95)
