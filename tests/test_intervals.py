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
from retentionkit.intervals import log_wald, normal_quantile, three_moments, wilson

# --- worked example ------------------------------------------------------------------------------


def test_limits_by_hand():
    low, high = log_wald(2.0, 0.5, confidence=0.95)
    # z = 1.959964, exp(z / 4) = 1.6323015
    assert low == pytest.approx(2 / 1.6323015, rel=1e-6)
    assert high == pytest.approx(2 * 1.6323015, rel=1e-6)


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
@pytest.mark.parametrize("k", [0, 1, 7, 40])
def test_wilson_limits_are_those_of_scipy(k, confidence):
    expected = stats.binomtest(k, 40).proportion_ci(confidence, method="wilson")
    low, high = wilson([k], [40], confidence=confidence)
    # scipy subtracts on another way where a limit is 0 or 1
    assert low[0] == pytest.approx(expected.low, rel=1e-12, abs=1e-16)
    assert high[0] == pytest.approx(expected.high, rel=1e-12)


# --- definition ----------------------------------------------------------------------------------


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
