import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import roots_genlaguerre
from scipy.stats import gamma as gamma_distribution
from scipy.stats import nbinom

import retentionkit as rk
from retentionkit.clv._fitting.counted import count_histories
from retentionkit.errors import DataError, OptionError

ROUNDED = rk.clv.NBD(0.385, 12.072, unit="week")


def one(x, t_x, T):
    return rk.PurchaseHistories.from_arrays(x, t_x, T, unit="week")


@pytest.fixture(scope="module")
def fit(cdnow):
    return rk.clv.NBD.fit(cdnow)


# Worked example: CDNOW, the exact optimum.


def test_estimates_are_the_exact_optimum(fit):
    # Independent optimum to nine digits; 1e-8 leaves room for the last of them.
    np.testing.assert_allclose(fit.model.parameters(), [0.384766136, 12.072022845], rtol=1e-8)
    assert fit.log_likelihood == pytest.approx(-9763.657615, abs=1e-6)
    errors = [row.standard_error for row in fit.parameters.values()]
    np.testing.assert_allclose(errors, [0.0209854, 0.8087232], rtol=0, atol=1e-7)  # last digit
    assert fit.aic == pytest.approx(19531.3152, abs=1e-4)
    assert fit.bic == pytest.approx(19542.8455, abs=1e-4)


def test_aggregate_forecast_is_far_too_high(fit, log, cdnow):
    ahead = fit.model.conditional_expected_purchases(cdnow, 39)
    held = rk.holdout(log, cdnow, until="1998-06-30").purchases
    assert held.sum() == 1882
    assert ahead.sum() == pytest.approx(2929.820, abs=5e-4)
    assert np.abs(held - ahead).mean() == pytest.approx(1.041020, abs=5e-7)


# Reference: scipy's negative binomial distribution. Extreme parameters are in test_stress.py.


def test_counts_are_negative_binomial():
    n, t = np.arange(60), 39.0
    expected = nbinom(0.385, 12.072 / (12.072 + t)).pmf(n)
    np.testing.assert_allclose(ROUNDED.count_pmf(n, t), expected, rtol=1e-11)
    known = nbinom(5.385, 42.072 / (42.072 + t)).pmf(n)
    found = ROUNDED.conditional_count_pmf(one(5, 10.0, 30.0), n, t)[0]
    np.testing.assert_allclose(found, known, rtol=1e-11)


def test_naive_likelihood_agrees(cdnow):
    r, alpha, some = 0.385, 12.072, cdnow[:300]
    expected = [
        math.lgamma(r + x)
        - math.lgamma(r)
        + r * math.log(alpha / (alpha + T))
        - x * math.log(alpha + T)
        for x, T in zip(some.frequency.tolist(), some.age, strict=True)
    ]
    np.testing.assert_allclose(ROUNDED.log_likelihood(some), expected, rtol=1e-12)


# Definition.


def test_answers_are_averages_over_customers():
    # Rates given the history are Gamma(r + x, alpha + T), averaged by scipy's Gauss-Laguerre rule.
    x, T, t, delta = 2, 38.86, 39.0, 0.01
    nodes, weights = roots_genlaguerre(60, 0.385 + x - 1)
    rate, weights = nodes / (12.072 + T), weights / weights.sum()
    h = one(x, 30.43, T)
    assert ROUNDED.conditional_expected_purchases(h, t)[0] == pytest.approx(
        weights @ rate * t, rel=1e-12
    )
    active = weights @ -np.expm1(-rate * t)
    assert ROUNDED.probability_active(h, t)[0] == pytest.approx(active, rel=1e-12)
    worth, _ = quad(lambda u: weights @ rate * math.exp(-delta * u), 0, t)
    found = ROUNDED.discounted_expected_purchases(
        h, discount_rate=math.expm1(delta * 365.25 / 7), horizon=t
    )
    assert found[0] == pytest.approx(worth, rel=1e-11)


def test_nobody_leaves_and_recency_does_not_matter():
    early, late = one(3, 1.0, 30.0), one(3, 30.0, 30.0)
    assert ROUNDED.probability_alive(early)[0] == 1
    assert ROUNDED.probability_alive(early, "20 years")[0] == 1
    for ask in ("log_likelihood", "probability_alive"):
        np.testing.assert_array_equal(getattr(ROUNDED, ask)(early), getattr(ROUNDED, ask)(late))


def test_likelihood_integrates_over_the_times_of_purchase():
    # The likelihood is of purchases in order: their times fill T^x / x!.
    for x in (0, 1, 4):
        density = math.exp(ROUNDED.log_likelihood(one(x, 1.0 if x else 0.0, 20.0))[0])
        total = density * 20.0**x / math.factorial(x)
        assert total == pytest.approx(float(ROUNDED.count_pmf(x, 20)), rel=1e-12)


def test_score_is_zero_and_derivatives_are_right(fit, cdnow):
    likelihood = rk.clv.NBD._likelihood(count_histories(cdnow))
    at_top = likelihood(fit.model.parameters())
    np.testing.assert_allclose(at_top.gradient * fit.model.parameters(), 0, atol=1e-7)
    point = fit.model.parameters() * [1.2, 0.9]
    here = likelihood(point)
    found = rk.clv.NBD(*point).log_likelihood(cdnow).sum()
    assert here.value == pytest.approx(found, rel=1e-13)
    for i, size in enumerate(point * 1e-5):
        move = np.zeros(2)
        move[i] = size
        high, low = likelihood(point + move), likelihood(point - move)
        # Central differences are good to about 1e-8 here.
        assert here.gradient[i] == pytest.approx((high.value - low.value) / (2 * size), rel=1e-6)
        slopes = (high.gradient - low.gradient) / (2 * size)
        np.testing.assert_allclose(here.hessian[i], slopes, rtol=1e-6)


def test_rate_exceeds_is_the_posterior_of_the_rate():
    expected = gamma_distribution(2.385, scale=1 / (12.072 + 38.86)).sf(0.1)
    found = ROUNDED.rate_exceeds(one(2, 30.43, 38.86), 0.1)[0]
    assert found == pytest.approx(expected, rel=1e-13)


def test_one_rate_for_all_is_named():
    ages = np.full(2_000, 52.0)
    x = np.random.default_rng(5).binomial(52, 0.06, 2_000)  # counts vary less than at random
    fit = rk.clv.NBD.fit(one(x, np.where(x > 0, 26.0, 0.0), ages))
    assert fit.limit == "homogeneous rate"
    assert fit.model.r / fit.model.alpha == pytest.approx(x.sum() / ages.sum(), rel=1e-6)


# Properties: those of every model are in test_transaction_models.py.


def test_it_is_the_limit_of_bgnbd_without_dropout():
    nearly = rk.clv.BGNBD(0.385, 12.072, 1e-12, 1.0)
    h = one([0, 3], [0.0, 20.0], [30.0, 30.0])
    np.testing.assert_allclose(
        nearly.conditional_expected_purchases(h, 39),
        ROUNDED.conditional_expected_purchases(h, 39),
        rtol=1e-9,
    )
    np.testing.assert_allclose(nearly.log_likelihood(h), ROUNDED.log_likelihood(h), rtol=1e-9)


# Refusals.


def test_parameters_must_be_positive():
    with pytest.raises(OptionError, match="`r` must be a finite number"):
        rk.clv.NBD(-0.1, 12.0)
    with pytest.raises(OptionError, match="`unit` is not one of its choices"):
        rk.clv.NBD(0.4, 12.0, unit="fortnight")


def test_purchases_for_ever_are_refused():
    with pytest.raises(OptionError, match="infinite horizon have no finite value"):
        ROUNDED.discounted_expected_purchases(None, discount_rate=0)


def test_too_little_to_learn_from():
    with pytest.raises(DataError, match="too few or too alike"):
        rk.clv.NBD.fit(one([0, 0], [0.0, 0.0], [3.0, 4.0]))
