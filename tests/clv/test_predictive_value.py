"""Predictive intervals of discounted money: simulated futures of a lifetime value."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

import retentionkit as rk
from retentionkit.errors import DataError, OptionError

BUYS = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
MODELS = [BUYS, rk.clv.MBGNBD(0.525, 6.183, 0.891, 1.614), rk.clv.NBD(0.385, 12.072)]
SPENDS = rk.clv.GammaGamma(6.25, 3.74, 15.44)
TERMS = {"horizon": "12 months", "discount_rate": 0.10, "margin": 0.30}
PLAIN = {"horizon": 39, "discount_rate": 0.0}
DELTA = math.log(1.1) * 7 / 365.25


def few():
    return rk.PurchaseHistories.from_arrays(
        [2, 0, 7],
        [30.43, 0.0, 34.0],
        [38.86, 38.86, 35.0],
        monetary_value=[40.0, np.nan, 25.0],
        unit="week",
    )


def brute(model, h, *, weeks, margin, draws, seed):
    """Discounted money of each customer, drawn step by step; shape (n, draws)."""
    rng = np.random.default_rng(seed)
    rows = np.repeat(np.arange(len(h)), draws)
    made = model.simulate_ahead(h[rows], weeks, rng=rng)
    x = h.frequency[rows]
    total = np.where(x > 0, x * h.monetary_value[rows], 0.0)
    scale = (SPENDS.v + total) / rng.gamma(SPENDS.q + SPENDS.p * x)
    amounts = rng.gamma(SPENDS.p, 1.0, len(made.time)) * np.exp(-DELTA * made.time)
    sums = np.bincount(made.customer, amounts, len(rows)) * scale * margin
    return sums.reshape(len(h), draws)


# Worked example: without discounting the distribution is known exactly.


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_undiscounted_money_has_the_exact_limits(model):
    draws = 20_000
    value = rk.clv.lifetime_value(model, SPENDS, few(), **PLAIN)
    exact = rk.clv.predict_spend(model, SPENDS, few(), horizon=39, confidence=0.8)
    low, high = value.predictive_interval(confidence=0.8, draws=draws)
    # A limit from draws leaves a tail that is known to 4 sqrt(0.09 / draws).
    error = 4 * math.sqrt(0.1 * 0.9 / draws)
    np.testing.assert_allclose(exact.exceeds(high), 0.1, atol=error)
    lowest = 1 - exact.exceeds(low)
    assert (np.where(low > 0, np.abs(lowest - 0.1) < error, exact.low < 1e-6)).all()
    np.testing.assert_allclose(value.exceeds(60.0), exact.exceeds(60.0), atol=0.02)
    found = value.predictive_total_interval(draws=draws, uncertainty="randomness")
    known = exact.total_interval(uncertainty="randomness")
    assert found.low == pytest.approx(known.low, abs=0.02 * known.high)
    assert found.high == pytest.approx(known.high, rel=0.02)


def test_a_new_customer_with_one_order_is_a_ratio_of_gammas():
    # No repeat orders in no time: the value is the first order, beta prime distributed.
    value = rk.clv.new_customer_value(BUYS, SPENDS, horizon=0, discount_rate=0.1)
    draws = 40_000
    from scipy.stats import betaprime  # noqa: PLC0415

    tail = betaprime(6.25, 3.74).sf(30 / 15.44)
    assert value.exceeds(30.0, draws=draws)[0] == pytest.approx(tail, abs=0.01)
    low, high = value.predictive_interval(draws=draws)
    first = betaprime(6.25, 3.74, scale=15.44)
    assert first.cdf(low[0]) == pytest.approx(0.025, abs=0.004)
    assert first.cdf(high[0]) == pytest.approx(0.975, abs=0.004)
    one = value.predictive_total_interval(uncertainty="randomness")
    assert one.low < value.total < one.high


# Reference: everything drawn step by step.


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_step_by_step_draws_agree(model):
    draws = 30_000
    weeks = 365.25 / 7
    sums = brute(model, few(), weeks=weeks, margin=0.3, draws=draws, seed=3)
    value = rk.clv.lifetime_value(model, SPENDS, few(), **TERMS)
    low, high = value.predictive_interval(confidence=0.9, draws=draws, rng=1)
    error = 4 * math.sqrt(2 * 0.05 * 0.95 / draws)  # both sides are draws
    np.testing.assert_allclose((sums > high[:, None]).mean(axis=1), 0.05, atol=error)
    assert ((sums < low[:, None]).mean(axis=1) < 0.05 + error).all()
    np.testing.assert_allclose((sums > 10).mean(axis=1), value.exceeds(10.0), atol=0.02)


def test_a_portfolio_drawn_step_by_step_agrees():
    rng, size, draws = np.random.default_rng(5), 100, 1_500
    x = rng.integers(0, 6, size)
    h = rk.PurchaseHistories.from_arrays(
        x,
        np.where(x > 0, 25.0, 0.0),
        [30.0] * size,
        monetary_value=np.where(x > 0, rng.gamma(6.0, 6.0, size), np.nan),
        unit="week",
    )
    totals = brute(BUYS, h, weeks=365.25 / 7, margin=0.3, draws=draws, seed=6).sum(axis=0)
    value = rk.clv.lifetime_value(BUYS, SPENDS, h, **TERMS)
    interval = value.predictive_total_interval(confidence=0.9, uncertainty="randomness")
    inside = ((totals >= interval.low) & (totals <= interval.high)).mean()
    assert inside == pytest.approx(0.9, abs=0.035)  # 4 standard errors, and the draws of moments


# Definition.


def test_the_variance_of_the_total_is_the_integral():
    # One NBD customer: purchases are Poisson at a Gamma rate, so that the discounted sum has mean
    # r p m1 a1 and a second moment of integrals of exp(-delta u) and exp(-2 delta u).
    model = rk.clv.NBD(2.0, 5.0)
    h = few()[:1]
    value = rk.clv.lifetime_value(model, SPENDS, h, horizon=40, discount_rate=0.1)
    s, rate = 4.0, 5.0 + 38.86
    one, two = (quad(lambda u, k=k: math.exp(-k * DELTA * u), 0, 40)[0] for k in (1, 2))
    q, v, p = 3.74 + 12.5, 15.44 + 80, 6.25
    mean = s / rate * one * p
    square = p * (p + 1) * s / rate * two + p**2 * s * (s + 1) / rate**2 * one**2
    variance = square * v**2 / ((q - 1) * (q - 2)) - (mean * v / (q - 1)) ** 2
    found, _ = value.simulation.moments(draws=200_000, rng=1)
    assert found[0] == pytest.approx(variance, rel=0.01)
    assert value.value[0] == pytest.approx(mean * v / (q - 1), rel=1e-10)


def test_parameters_are_added_on_request(bgnbd, spend, cdnow):
    value = rk.clv.lifetime_value(bgnbd, spend, cdnow, **TERMS)
    chance = value.predictive_total_interval(uncertainty="randomness", draws=200)
    both = value.predictive_total_interval(draws=200)
    alone = value.total_interval()
    assert both.low < min(chance.low, alone.low) < value.total
    assert both.high > max(chance.high, alone.high) > value.total
    moments = value.simulation.moments(draws=200, rng=0)
    spread = math.sqrt(moments[0].sum() + value.total_standard_error**2)
    assert both.high - both.low == pytest.approx(2 * 1.96 * spread, rel=0.01)


def test_for_ever_ends_where_discounting_has_forgotten():
    for_ever = rk.clv.lifetime_value(BUYS, SPENDS, few(), horizon=None, discount_rate=0.1)
    end = math.log(1e4) / DELTA
    up_to = rk.clv.lifetime_value(BUYS, SPENDS, few(), horizon=end, discount_rate=0.1)
    for mine, theirs in zip(
        for_ever.predictive_interval(), up_to.predictive_interval(), strict=True
    ):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9)
    # What lies beyond is at most a few ten-thousandths of the value.
    np.testing.assert_allclose(for_ever.value, up_to.value, rtol=5e-4)


@pytest.mark.parametrize("first", [None, 0, 20.0])
def test_new_customers(first):
    value = rk.clv.new_customer_value(
        BUYS, SPENDS, horizon="3 years", discount_rate=0.1, margin=0.3, first_order=first
    )
    low, high = value.predictive_interval(draws=20_000)
    assert low[0] < value.total < high[0]
    paid_first = 0.3 * 20 if first else 0.0
    if first is not None:
        assert low[0] == paid_first
        assert value.exceeds(paid_first - 1)[0] == (1.0 if first else value.exceeds(-1)[0])
    # The mean of what is exceeded, as the integral of the tail, is the expected value.
    amounts = np.concatenate([[0.0], np.geomspace(1e-3, 1e5, 400)])
    tail = [value.exceeds(amount, draws=5_000)[0] for amount in amounts[::10]]
    mean = np.trapezoid(tail, amounts[::10])
    assert mean == pytest.approx(value.total, rel=0.1)  # a coarse integral of a heavy tail


# Properties.


def test_customers_do_not_depend_on_who_stands_beside(bgnbd, spend, cdnow):
    value = rk.clv.lifetime_value(bgnbd, spend, cdnow, **TERMS)
    low, high = value.predictive_interval(draws=200, rng=7)
    order = np.random.default_rng(1).permutation(len(cdnow))[:300]
    part = value[order]
    assert part.predictive_interval(draws=200, rng=7)[1].tolist() == high[order].tolist()
    direct = rk.clv.lifetime_value(bgnbd, spend, cdnow[order], **TERMS)
    assert direct.predictive_interval(draws=200, rng=7)[0].tolist() == low[order].tolist()
    best = value.top(5)
    assert len(best.exceeds(10.0)) == 5
    masked = value[value.value > 50]
    assert masked.predictive_total_interval(draws=200).high > masked.total


@given(margin=st.floats(0.01, 1), seed=st.integers(0, 2**31))
@settings(max_examples=10)
def test_the_margin_scales_and_seeds_repeat(margin, seed):
    whole, part = (
        rk.clv.lifetime_value(BUYS, SPENDS, few(), horizon=52, discount_rate=0.1, margin=m)
        for m in (1.0, margin)
    )
    _, high = whole.predictive_interval(draws=150, rng=seed)
    _, scaled = part.predictive_interval(draws=150, rng=seed)
    np.testing.assert_allclose(scaled, margin * high, rtol=1e-12)
    again = whole.predictive_interval(draws=150, rng=np.random.default_rng(seed))[1]
    assert again.tolist() == high.tolist()


def test_the_simulation_is_no_part_of_the_result(bgnbd, spend, cdnow):
    value = rk.clv.lifetime_value(bgnbd, spend, cdnow[:5], **TERMS)
    without = dataclasses.replace(value, simulation=None)
    assert value.equals(without)
    assert "simulation" not in value.to_dict()
    assert repr(value) == repr(without)


def test_undefined_values_stay_undefined():
    h = rk.PurchaseHistories.from_arrays(
        [2, 3], [20.0, 20.0], [30.0, 30.0], monetary_value=[40.0, -5.0], unit="week"
    )
    value = rk.clv.lifetime_value(BUYS, SPENDS, h, **TERMS)
    low, high = value.predictive_interval()
    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [False, True]
    assert np.isnan(value.exceeds(5.0)).tolist() == [False, True]
    total = value.predictive_total_interval(uncertainty="randomness")
    assert total.low < value.total < total.high
    assert math.isnan(value.predictive_total_interval().low)  # no fit, no parameters


def test_infinite_variances_have_simulated_totals():
    value = rk.clv.lifetime_value(BUYS, rk.clv.GammaGamma(6.25, 1.5, 4.0), few(), **TERMS)
    total = value.predictive_total_interval(uncertainty="randomness")
    assert total.low < value.total < total.high
    assert np.isfinite(value.predictive_interval()[1]).all()


def test_too_many_customers_of_infinite_variance_have_no_total_interval(monkeypatch):
    monkeypatch.setattr("retentionkit.intervals._totals._COST", 2_000)
    value = rk.clv.lifetime_value(BUYS, rk.clv.GammaGamma(6.25, 1.5, 4.0), few(), **TERMS)
    assert math.isnan(value.predictive_total_interval(uncertainty="randomness").low)


def test_a_constant_spend_is_drawn_from_purchases_alone():
    undiscounted = {"horizon": 39, "discount_rate": 0.0}
    value = rk.clv.lifetime_value(BUYS, [20.0, 0.0, 30.0], few(), margin=0.5, **undiscounted)
    counts = rk.clv.predict_purchases(BUYS, few(), horizon=39, confidence=0.8)
    low, high = value.predictive_interval(confidence=0.8)
    np.testing.assert_allclose(low, counts.low * [10.0, 0.0, 15.0], atol=15)
    np.testing.assert_allclose(high, counts.high * [10.0, 0.0, 15.0], atol=15)
    assert high[1] == 0.0
    np.testing.assert_allclose(
        value.exceeds(0.0), (1 - counts.probability_none) * [1, 0, 1], atol=0.02
    )
    assert value.exceeds(-1.0).tolist() == [1, 1, 1]
    variance, _ = value[[2]].simulation.moments(draws=40_000, rng=0)
    assert variance[0] == pytest.approx(15**2 * counts.variance[2], rel=0.05)
    new = rk.clv.new_customer_value(BUYS, 20.0, horizon=39, discount_rate=0.0)
    assert new.predictive_interval()[0][0] == 20.0  # the first order is sure
    one = new.predictive_total_interval(uncertainty="randomness")
    assert (one.low, one.high) == tuple(limit[0] for limit in new.predictive_interval())


@pytest.mark.parametrize("amount", [math.nan, [1.0, math.nan, 2.0]])
def test_an_amount_is_a_number(amount):
    value = rk.clv.lifetime_value(BUYS, SPENDS, few(), **TERMS)
    with pytest.raises(DataError, match="`amount` must be numbers"):
        value.exceeds(amount)


def test_busy_customers_are_drawn_in_parts(monkeypatch):
    # 500 draws of some 900 purchases, in parts of a hundred or so.
    monkeypatch.setattr("retentionkit.clv._value.futures._HELD", 100_000)
    h = rk.PurchaseHistories.from_arrays(900, 99.0, 100.0, monetary_value=10.0, unit="week")
    value = rk.clv.lifetime_value(MODELS[2], SPENDS, h, horizon=100, discount_rate=0.1)
    low, high = value.predictive_interval(draws=500)
    assert low[0] < value.value[0] < high[0]
    # The rate is known to 1/30, the count scatters by 1/30, amounts add 1/75: 5 % together.
    assert high[0] / low[0] == pytest.approx(math.exp(2 * 1.96 * 0.05), rel=0.04)


# Refusals.


def test_numbers_cannot_be_drawn():
    for buys, spends in ((0.1, SPENDS), (0.1, 35.0)):
        value = rk.clv.lifetime_value(buys, spends, few(), **TERMS)
        assert value.simulation is None
        assert value[:2].simulation is None
        with pytest.raises(OptionError, match="purchases as numbers"):
            value.predictive_interval()
        with pytest.raises(OptionError, match="cannot be simulated"):
            value.predictive_total_interval()
        with pytest.raises(OptionError, match="cannot be simulated"):
            value.exceeds(3.0)
    sure = rk.clv.BGNBD(0.243, 4.414, 1.793, 2.426)
    endless = rk.clv.lifetime_value(sure, SPENDS, few(), horizon=None, discount_rate=0)
    with pytest.raises(OptionError, match="cannot be simulated"):
        endless.predictive_interval()


def test_options_are_checked():
    value = rk.clv.lifetime_value(BUYS, SPENDS, few(), **TERMS)
    with pytest.raises(OptionError, match="`confidence` must lie strictly between"):
        value.predictive_interval(confidence=95)
    with pytest.raises(OptionError, match="`draws` must be a finite number"):
        value.predictive_interval(draws=10)
    with pytest.raises(OptionError, match="`draws` must be a whole number"):
        value.predictive_interval(draws=100.5)
    for amount in ([1.0, 2.0], "much", None):
        with pytest.raises(DataError, match="`amount` must be numbers"):
            value.exceeds(amount)
