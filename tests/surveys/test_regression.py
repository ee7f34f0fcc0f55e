"""The kernel of least squares and correlations: known data, matrix algebra, coverage, edges."""

import math

import numpy as np
import pytest
from scipy import stats

from retentionkit.surveys._regression import association, least_squares, z_scores

# -- worked example --------------------------------------------------------------------------------


def test_anscombes_line():
    x = np.array([10.0, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5])
    y = np.array([8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68])
    fit = least_squares(y, x[:, None])
    # Anscombe (1973): y = 3.00 + 0.500 x, r squared 0.67 (0.667).
    np.testing.assert_allclose(fit.coefficients, [3.0001, 0.5001], atol=5e-5)
    assert fit.df == 9
    assert association(x, y).value == pytest.approx(0.81642, abs=5e-6)
    assert association(x, y).value == pytest.approx(stats.pearsonr(x, y).statistic, rel=1e-12)


# -- reference -------------------------------------------------------------------------------------


def test_hc3_is_that_of_the_matrices():
    rng = np.random.default_rng(2)
    x = rng.standard_normal((40, 3))
    y = x @ [1.0, 0.0, -2.0] + rng.standard_normal(40) * (1 + x[:, 0] ** 2)
    fit = least_squares(y, x)
    design = np.column_stack([np.ones(40), x])
    np.testing.assert_allclose(fit.coefficients, np.linalg.lstsq(design, y, rcond=None)[0])
    bread = np.linalg.inv(design.T @ design)
    meat = np.zeros((4, 4))
    for row, residual in zip(design, y - design @ fit.coefficients, strict=True):
        leverage = row @ bread @ row
        meat += np.outer(row, row) * residual**2 / (1 - leverage) ** 2
    np.testing.assert_allclose(fit.covariance, bread @ meat @ bread, rtol=1e-10)


def test_weights_are_those_of_the_matrices():
    rng = np.random.default_rng(7)
    x, y, w = rng.standard_normal((30, 2)), rng.standard_normal(30), rng.uniform(0.2, 5, 30)
    fit = least_squares(y, x, w)
    design = np.column_stack([np.ones(30), x])
    bread = np.linalg.inv(design.T @ (w[:, None] * design))
    coefficients = bread @ design.T @ (w * y)
    meat = np.zeros((3, 3))
    for row, weight, value in zip(design, w, y, strict=True):
        part = weight * (value - row @ coefficients) / (1 - weight * row @ bread @ row)
        meat += np.outer(row, row) * part**2
    np.testing.assert_allclose(fit.coefficients, coefficients, rtol=1e-10)
    np.testing.assert_allclose(fit.covariance, bread @ meat @ bread, rtol=1e-10)
    np.testing.assert_allclose(fit.residuals, y - design @ coefficients, rtol=1e-10)


def test_hc3_is_the_jackknife_around_the_estimate():
    rng = np.random.default_rng(3)
    x, y = rng.standard_normal((25, 2)), rng.standard_normal(25)
    fit = least_squares(y, x)
    spread = np.zeros((3, 3))
    for at in range(25):
        left = least_squares(np.delete(y, at), np.delete(x, at, axis=0)).coefficients
        spread += np.outer(left - fit.coefficients, left - fit.coefficients)
    np.testing.assert_allclose(fit.covariance, spread, rtol=1e-10)


def test_partial_correlation_is_that_of_the_inverse():
    rng = np.random.default_rng(4)
    values = rng.standard_normal((60, 4)) @ rng.standard_normal((4, 4))
    inverse = np.linalg.inv(np.corrcoef(values.T))
    found = association(values[:, 0], values[:, 1], values[:, 2:])
    expected = -inverse[0, 1] / math.sqrt(inverse[0, 0] * inverse[1, 1])
    assert found.value == pytest.approx(expected, rel=1e-12)


def test_error_of_a_correlation_is_near_the_jackknife():
    rng = np.random.default_rng(5)
    x = rng.exponential(size=1_000)
    y = x + rng.exponential(size=1_000) * (1 + x)
    found = association(x, y)
    left = np.array([np.corrcoef(np.delete(x, at), np.delete(y, at))[0, 1] for at in range(len(x))])
    jackknife = math.sqrt(999 / 1_000 * ((left - left.mean()) ** 2).sum())
    # The two differ by terms of the order of one in n, times what outliers weigh.
    assert found.standard_error == pytest.approx(jackknife, rel=0.03)


# -- definition ------------------------------------------------------------------------------------


def test_limits_are_those_of_student():
    rng = np.random.default_rng(6)
    x, y = rng.standard_normal((30, 1)), rng.standard_normal(30)
    fit = least_squares(y, x)
    value, error, low, high, p_value = fit.combined(np.array([0.0, 1.0]), 0.9)
    assert (low, high) == pytest.approx(stats.t.interval(0.9, 28, value, error), rel=1e-12)
    assert p_value == pytest.approx(2 * stats.t.sf(abs(value / error), 28), rel=1e-12)


@pytest.mark.parametrize("truth", [0.0, 0.6])
def test_intervals_of_correlations_cover(truth):
    rng, runs, covered, false = np.random.default_rng(7), 3_000, 0, 0
    for _ in range(runs):
        x = rng.standard_normal(80)
        y = truth * x + math.sqrt(1 - truth**2) * rng.standard_normal(80)
        found = association(x, y)
        covered += found.low <= truth <= found.high
        false += found.p_value < 0.05
    # Standard error 0.4 points.
    assert 0.935 <= covered / runs <= 0.965
    if truth == 0:
        assert false / runs == pytest.approx(1 - covered / runs, abs=1e-12)


def _false_alarms(draw, runs=1_000):
    """In how many of the samples a test of 5 % finds what is not there."""
    rng = np.random.default_rng(10)
    return sum(association(*draw(rng)).p_value < 0.05 for _ in range(runs)) / runs


def test_few_or_heavy_answers_raise_no_false_alarm():
    def held(rng):
        three = rng.standard_normal((20, 3))
        x, y = rng.standard_normal((2, 20)) + three[:, 0]
        return x, y, three

    # Standard error 0.7 points.
    assert _false_alarms(lambda rng: rng.standard_normal((2, 12))) < 0.065
    assert _false_alarms(lambda rng: rng.standard_t(3, (2, 30))) < 0.065
    assert _false_alarms(held) < 0.065
    rare = np.arange(40) < 2
    assert _false_alarms(lambda rng: (rng.standard_normal(40), rare.astype(float))) < 0.065


def test_intervals_cover_for_a_rate_whose_variance_is_uneven():
    rng, runs, covered = np.random.default_rng(8), 2_000, 0
    # x of 0, 1, 2 equally often, y of 1 with probability 0.02, 0.1, 0.9.
    rate = np.array([0.02, 0.1, 0.9])
    p = rate.mean()
    truth = (rate @ [-1, 0, 1]) / 3 / math.sqrt(2 / 3 * p * (1 - p))
    for _ in range(runs):
        x = rng.integers(0, 3, 150)
        y = (rng.random(150) < rate[x]).astype(float)
        found = association(x.astype(float), y)
        covered += found.low <= truth <= found.high
    assert 0.93 <= covered / runs <= 0.97


# -- properties ------------------------------------------------------------------------------------


def test_association_has_no_unit_and_no_direction():
    rng = np.random.default_rng(9)
    x, y = rng.standard_normal(50), rng.standard_normal(50)
    one, two = association(x, y), association(3 - 2 * y, 5 * x)
    assert one.value == pytest.approx(-two.value, rel=1e-9)
    assert (one.low, one.high) == pytest.approx((-two.high, -two.low), rel=1e-9)
    assert one.p_value == pytest.approx(two.p_value, rel=1e-9)


# -- undefined -------------------------------------------------------------------------------------


def test_what_is_undefined_is_nan():
    few = least_squares(np.array([1.0, 2.0]), np.array([[1.0], [3.0]]))
    assert np.isnan(few.coefficients).all()
    twice = np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0], [5.0, 10.0], [7.0, 14.0]])
    assert np.isnan(least_squares(np.arange(5.0), twice).coefficients).all()
    # One respondent alone decides the slope: a value, but no error.
    alone = least_squares(np.array([1.0, 2, 3, 9]), np.array([[0.0], [0], [0], [1]]))
    assert alone.coefficients == pytest.approx([2, 7])
    assert np.isnan(alone.combined(np.array([0.0, 1.0]), 0.95)[1:]).all()
    exact = least_squares(np.zeros(6), np.arange(6.0)[:, None])
    assert np.isnan(exact.combined(np.array([0.0, 1.0]), 0.95)[2])


def test_correlations_that_are_undefined():
    x = np.arange(6.0)
    assert math.isnan(association(x, np.ones(6)).value)
    assert math.isnan(association(x[:2], x[:2] ** 2).value)
    # One respondent alone decides what is left of both.
    lone = association(x, np.array([0.0, 1, 0, 2, 0, 3]), np.array([1.0, 0, 0, 0, 0, 0])[:, None])
    assert (lone.value, math.isnan(lone.low)) == (pytest.approx(4 / math.sqrt(68)), True)
    same = association(x, 2 * x)
    assert same.value == 1
    assert math.isnan(same.low)
    # Nothing is left of x once its double is held.
    y = np.array([1.0, 0, 2, 5, 1, 3])
    assert math.isnan(association(x, y, 2 * x[:, None]).value)
    assert math.isnan(association(y, x, np.column_stack([x, 2 * x])).value)


def test_z_scores_of_large_values_are_those_of_small_ones():
    np.testing.assert_allclose(z_scores(np.array([[0.0], [1.0]])), [[-1], [1]])
    np.testing.assert_allclose(z_scores(np.array([[1e6], [1e6 + 1]])), [[-1], [1]])
    assert np.isnan(z_scores(np.full((3, 1), 0.1))).all()
    assert np.isnan(z_scores(np.zeros((3, 1)))).all()
