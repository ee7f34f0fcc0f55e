import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import betaprime
from scipy.stats import gamma as gamma_distribution

import retentionkit as rk
from retentionkit.clv._numerics.roots import falling_roots
from retentionkit.errors import DataError, KindError, OptionError

BUYS = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
MODELS = [BUYS, rk.clv.MBGNBD(0.525, 6.183, 0.891, 1.614), rk.clv.NBD(0.385, 12.072)]
SPENDS = rk.clv.GammaGamma(6.25, 3.74, 15.44)


def few():
    return rk.PurchaseHistories.from_arrays(
        [2, 0, 7],
        [30.43, 0.0, 34.0],
        [38.86, 38.86, 35.0],
        monetary_value=[40.0, np.nan, 25.0],
        customer=["ann", "bob", "cy"],
        unit="week",
    )


def posterior(spend, x, money):
    return spend.q + spend.p * x, spend.v + (x * money if x else 0.0)


@pytest.fixture(scope="module")
def ahead():
    return rk.clv.predict_spend(BUYS, SPENDS, few(), horizon=39)


# Worked example: one purchase at most, so that there is nothing to add up.


def test_a_single_purchase_is_a_beta_prime():
    # In so short a time two purchases are a million times rarer than one: P(S > s) is the chance
    # of a purchase times the tail of p v' / q' times F, that is of v' times beta prime (p, q').
    ahead = rk.clv.predict_spend(MODELS[2], SPENDS, few()[:1], horizon=1e-5)
    q, v = posterior(SPENDS, 2, 40.0)
    one = 1 - ahead.probability_none[0]
    for amount in (10.0, 40.0, 200.0):
        tail = betaprime(6.25, q).sf(amount / v)
        assert ahead.exceeds(amount)[0] == pytest.approx(one * tail, rel=1e-5)
    assert ahead.low[0] == ahead.high[0] == 0


def test_the_published_cohort(bgnbd, spend, cdnow):
    ahead = rk.clv.predict_spend(bgnbd, spend, cdnow, horizon="39 weeks", margin=0.3)
    value = rk.clv.lifetime_value(
        bgnbd, spend, cdnow, horizon="39 weeks", discount_rate=0, margin=0.3
    )
    np.testing.assert_allclose(ahead.expected, value.value, rtol=1e-9)
    np.testing.assert_allclose(ahead.parameter_standard_error, value.standard_error, rtol=1e-5)
    assert ahead.total == pytest.approx(value.total, rel=1e-10)
    found, known = ahead.total_interval(uncertainty="parameters"), value.total_interval()
    assert (found.low, found.high) == pytest.approx((known.low, known.high), rel=1e-5)
    both = ahead.total_interval()
    chance = ahead.total_interval(uncertainty="randomness")
    assert both.low < chance.low < ahead.total < chance.high < both.high
    assert ahead.definition == (
        "Undiscounted spend of each customer after the end of observation, over 39 weeks, at a "
        "margin of 30 %."
    )
    assert "with uncertain parameters" in repr(ahead)
    assert "parameter_standard_error" in ahead.to_frame().columns
    document = ahead.to_dict()
    assert "ahead" not in document
    json.dumps(document, allow_nan=False)


# Reference: brute force by fast Fourier transform, given the customer's scale, and by quadrature
# over that scale.


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_convolution_agrees(model):
    h = few()
    ahead = rk.clv.predict_spend(model, SPENDS, h, horizon=39)
    pmf = model.conditional_count_pmf(h, np.arange(400), 39)
    step, size = 0.01, 1 << 16
    # Amounts of scale 1 on a grid: the probability of each cell, so that sums lie half a step
    # per purchase too high; the cells are moved down by that.
    cells = np.diff(gamma_distribution(SPENDS.p).cdf(np.arange(size + 1) * step))
    turn = np.exp(2j * np.pi * np.fft.rfftfreq(size) * 0.5)  # by half a cell
    wave = np.fft.rfft(cells) / turn
    for i, (x, money) in enumerate([(2, 40.0), (0, 0.0), (7, 25.0)]):
        whole = np.zeros_like(wave)
        for probability in pmf[i, 60::-1]:  # Horner's rule for the sum over the counts
            whole = whole * wave + probability
        density = np.fft.irfft(whole, size)
        q, v = posterior(SPENDS, x, money)
        nu = gamma_distribution(q, scale=1 / v)
        above = np.cumsum(density[::-1])[::-1]
        for amount in (20.0, 100.0):

            def beyond(rate, amount=amount, above=above):
                at = amount * rate / step + 0.5  # grid points lie in the middle of cells
                return np.interp(at, np.arange(size), above)

            low, high = nu.ppf(1e-9), nu.ppf(1 - 1e-9)
            grid = np.linspace(low, high, 4_001)
            tail = np.trapezoid(beyond(grid) * nu.pdf(grid), grid)
            # Cells of a hundredth of the scale: good to some 1e-5.
            assert ahead.exceeds(amount)[i] == pytest.approx(tail, abs=5e-5)


def test_the_distribution_is_an_average_over_the_customers_scale(ahead):
    pmf = BUYS.conditional_count_pmf(few(), np.arange(200), 39)[0]
    q, v = posterior(SPENDS, 2, 40.0)
    nu = gamma_distribution(q, scale=1 / v)

    def beyond(rate):
        sums = gamma_distribution(SPENDS.p * np.arange(1, 200), scale=1 / rate)
        return float(pmf[1:] @ sums.sf(60.0)) * nu.pdf(rate)

    tail, _ = quad(beyond, nu.ppf(1e-12), nu.ppf(1 - 1e-12), epsabs=1e-11, limit=200)
    assert ahead.exceeds(60.0)[0] == pytest.approx(tail, rel=1e-8)


# Definition: simulation.


def simulated(model, spend, h, horizon, draws, seed):
    """Sums of what customers spend, drawn step by step; shape (n, draws)."""
    rng = np.random.default_rng(seed)
    rows = np.repeat(np.arange(len(h)), draws)
    made = np.bincount(
        model.simulate_ahead(h[rows], horizon, rng=rng).customer, minlength=len(rows)
    )
    x = h.frequency[rows]
    total = np.where(x > 0, x * h.monetary_value[rows], 0.0)
    scale = (spend.v + total) / rng.gamma(spend.q + spend.p * x)
    amounts = rng.gamma(spend.p, 1.0, made.sum())
    sums = np.bincount(np.repeat(np.arange(len(rows)), made), amounts, len(rows))
    return (sums * scale).reshape(len(h), draws)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_simulation_agrees(model):
    draws = 40_000
    sums = simulated(model, SPENDS, few(), 39, draws, 1)
    ahead = rk.clv.predict_spend(model, SPENDS, few(), horizon=39, confidence=0.9)
    inside = ((sums >= ahead.low[:, None]) & (sums <= ahead.high[:, None])).mean(axis=1)
    above = (sums > ahead.high[:, None]).mean(axis=1)
    error = 4 * math.sqrt(0.05 * 0.95 / draws)
    np.testing.assert_allclose(above, 0.05, atol=error)
    assert (inside > 0.9 - 2 * error).all()
    np.testing.assert_allclose((sums == 0).mean(axis=1), ahead.probability_none, atol=0.01)
    errors = 4 * sums.std(axis=1) / math.sqrt(draws)
    assert (np.abs(sums.mean(axis=1) - ahead.expected) < errors).all()
    # Bob's third moment barely exists, so his sample variance is of little use.
    np.testing.assert_allclose(sums.var(axis=1)[[0, 2]], ahead.variance[[0, 2]], rtol=0.08)
    np.testing.assert_allclose((sums > 50).mean(axis=1), ahead.exceeds(50), atol=0.01)


def test_moments_are_integrals_of_the_tail(ahead):
    # E[S^k] is the integral of k s^(k-1) P(S > s); in ln s the integrand is smooth.
    z, rows = np.linspace(-20, 16, 1_201), np.repeat(np.arange(3), 1_201)
    many = rk.clv.predict_spend(BUYS, SPENDS, few()[rows], horizon=39)
    tails = many.exceeds(np.tile(np.exp(z), 3)).reshape(3, -1).T
    raw = [np.trapezoid(k * np.exp(k * z)[:, None] * tails, z, axis=0) for k in (1, 2, 3)]
    np.testing.assert_allclose(ahead.expected, raw[0], rtol=1e-6)
    np.testing.assert_allclose(ahead.variance, raw[1] - raw[0] ** 2, rtol=1e-6)
    third = raw[2] - 3 * raw[0] * raw[1] + 2 * raw[0] ** 3
    np.testing.assert_allclose(ahead.third_moment[[0, 2]], third[[0, 2]], rtol=1e-6)
    np.testing.assert_allclose(ahead.standard_deviation**2, ahead.variance, rtol=1e-12)


def test_totals_lie_within_their_interval():
    size, draws = 80, 2_500
    rng = np.random.default_rng(3)
    x = rng.integers(0, 6, size)
    money = np.where(x > 0, rng.gamma(6.0, 6.0, size), np.nan)
    h = rk.PurchaseHistories.from_arrays(
        x, np.where(x > 0, 25.0, 0.0), [30.0] * size, monetary_value=money, unit="week"
    )
    made = simulated(BUYS, SPENDS, h, 39, draws, 4).sum(axis=0)
    interval = rk.clv.predict_spend(BUYS, SPENDS, h, horizon=39).total_interval(
        confidence=0.9, uncertainty="randomness"
    )
    inside = ((made >= interval.low) & (made <= interval.high)).mean()
    assert inside == pytest.approx(0.9, abs=0.025)  # 4 standard errors


# Properties.


@given(
    x=st.integers(0, 30),
    T=st.floats(1, 200),
    money=st.floats(0.1, 1e4),
    t=st.floats(0.1, 100),
    p=st.floats(0.2, 30),
    q=st.floats(0.2, 30),
    level=st.floats(0.5, 0.999),
)
@settings(max_examples=30)
def test_quantiles_put_back(x, T, money, t, p, q, level):
    h = rk.PurchaseHistories.from_arrays(
        x, 0.9 * T if x else 0.0, T, monetary_value=money if x else math.nan, unit="week"
    )
    spend = rk.clv.GammaGamma(p, q, 20.0)
    ahead = rk.clv.predict_spend(BUYS, spend, h, horizon=t, confidence=level)
    for limit, tail in ((ahead.low, 0.5 - level / 2), (ahead.high, 0.5 + level / 2)):
        if limit[0] > 0:
            assert ahead.exceeds(limit)[0] == pytest.approx(1 - tail, rel=1e-6)
        else:
            assert ahead.probability_none[0] >= tail - 1e-9
    assert ahead.low[0] <= ahead.high[0]
    low, high = ahead.interval(confidence=level)
    assert (low[0], high[0]) == (ahead.low[0], ahead.high[0])


@given(margin=st.floats(0.01, 1))
@settings(max_examples=10)
def test_the_margin_scales_all_amounts(margin):
    whole = rk.clv.predict_spend(BUYS, SPENDS, few(), horizon=39)
    part = rk.clv.predict_spend(BUYS, SPENDS, few(), horizon=39, margin=margin)
    np.testing.assert_allclose(part.high, margin * whole.high, rtol=1e-8)
    np.testing.assert_allclose(part.expected, margin * whole.expected, rtol=1e-14)
    np.testing.assert_allclose(part.variance, margin**2 * whole.variance, rtol=1e-12)
    np.testing.assert_allclose(part.exceeds(30 * margin), whole.exceeds(30.0), rtol=1e-9)


def test_rows_are_customers_whoever_stands_beside_them(bgnbd, spend, cdnow):
    whole = rk.clv.predict_spend(bgnbd, spend, cdnow, horizon=39)
    order = np.random.default_rng(2).permutation(len(cdnow))[:200]
    part = rk.clv.predict_spend(bgnbd, spend, cdnow[order], horizon=39)
    np.testing.assert_allclose(part.high, whole.high[order], rtol=1e-8)
    np.testing.assert_allclose(part.exceeds(25.0), whole.exceeds(25.0)[order], rtol=1e-11)
    each = np.linspace(0, 100, len(cdnow))
    np.testing.assert_allclose(whole.exceeds(each)[25], part_of(whole, each, 25), rtol=1e-12)


def part_of(ahead, amounts, at):
    return ahead.exceeds(amounts[at])[at]


def test_a_mean_that_does_not_exist_leaves_quantiles():
    heavy = rk.clv.GammaGamma(6.25, 0.9, 4.0)
    ahead = rk.clv.predict_spend(BUYS, heavy, few(), horizon=39)
    assert ahead.expected[1] == math.inf
    assert ahead.variance[1] == math.inf
    assert np.isfinite(ahead.high).all()
    assert ahead.exceeds(ahead.high)[1] == pytest.approx(0.025, rel=1e-6)
    assert ahead.total_interval(uncertainty="randomness").high > ahead.high[0]
    # With q between 1 and 2 the total has a mean but no variance, with q up to 3 no skewness.
    for q in (1.5, 2.5):
        found = rk.clv.predict_spend(BUYS, rk.clv.GammaGamma(6.25, q, 4.0), few(), horizon=39)
        interval = found.total_interval(uncertainty="randomness")
        assert math.isfinite(found.total)
        assert interval.low < found.total < interval.high
    assert math.isinf(found.third_moment[1])


def test_refunds_that_leave_no_spend_leave_none_to_predict():
    h = rk.PurchaseHistories.from_arrays(
        [2, 3], [20.0, 20.0], [30.0, 30.0], monetary_value=[40.0, -5.0], unit="week"
    )
    ahead = rk.clv.predict_spend(BUYS, SPENDS, h, horizon=39)
    for array in (ahead.expected, ahead.high, ahead.variance, ahead.exceeds(10.0)):
        assert np.isnan(array).tolist() == [False, True]
    assert ahead.n_undefined == 1
    assert ahead.total == ahead.expected[0]
    assert "1: refunds leave them no positive mean spend" in repr(ahead)
    assert not np.isnan(ahead.probability_none).any()


def test_without_fits_there_is_no_uncertain_parameter(ahead, bgnbd):
    assert ahead.loadings is None
    assert np.isnan(ahead.parameter_standard_error).all()
    assert math.isnan(ahead.total_parameter_standard_error)
    assert len(ahead) == 3
    assert ahead.to_frame()["customer"].tolist() == ["ann", "bob", "cy"]
    half = rk.clv.predict_spend(bgnbd, SPENDS, few(), horizon=39)
    assert half.loadings.shape == (3, 4)
    assert half.total_parameter_standard_error > 0


def test_roots_are_found_far_from_the_guess():
    target = np.array([-300.0, 0.0, 2.0, 500.0])

    def falling(z, which):
        return -np.arctan(z - target[which])

    found = falling_roots(falling, np.zeros(4), tolerance=1e-9)
    np.testing.assert_allclose(found, target, atol=1e-8)


# Refusals.


def test_other_things_are_refused():
    with pytest.raises(KindError, match="`spend` is no model of spend"):
        rk.clv.predict_spend(BUYS, 35.0, few(), horizon=39)
    with pytest.raises(KindError, match="`purchases` is no model of purchases"):
        rk.clv.predict_spend(0.1, SPENDS, few(), horizon=39)
    with pytest.raises(OptionError, match="`margin` must be a finite number"):
        rk.clv.predict_spend(BUYS, SPENDS, few(), horizon=39, margin=30)
    with pytest.raises(OptionError, match="`confidence` is too near to 1"):
        rk.clv.predict_spend(BUYS, SPENDS, few(), horizon=39, confidence=1 - 1e-9)
    bare = rk.PurchaseHistories.from_arrays(2, 30, 38, unit="week")
    with pytest.raises(DataError, match="have no monetary value"):
        rk.clv.predict_spend(BUYS, SPENDS, bare, horizon=39)


@pytest.mark.parametrize("amount", [-1, [1.0, 2.0], "much", np.nan, True])
def test_amounts_are_checked(ahead, amount):
    with pytest.raises(DataError, match="`amount` must be numbers"):
        ahead.exceeds(amount)


def test_confidence_is_checked(ahead):
    with pytest.raises(OptionError, match="`confidence`"):
        ahead.interval(confidence=2)
