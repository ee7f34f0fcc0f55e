"""Intervals of totals of few customers: what a simulation of its own finds inside them."""

import math

import numpy as np
import pytest

import retentionkit as rk
from retentionkit.clv._value import distinct_histories

PARETO = rk.clv.ParetoNBD(0.553, 10.58, 0.607, 11.67, unit="week")
BUYS = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
SPENDS = rk.clv.GammaGamma(6.25, 3.74, 15.44)
DRAWS = 4_000
WEEKS = 39.0


def portfolio(n, *, x=None):
    """Customers of whom most bought once and a few often."""
    x = np.arange(n) % 7 * (np.arange(n) % 3 == 0) if x is None else x
    return rk.PurchaseHistories.from_arrays(
        x,
        np.where(x > 0, 24.0, 0.0),
        np.full(n, 38.86),
        monetary_value=np.where(x > 0, 30.0, np.nan),
        unit="week",
    )


def simulated(h, model=PARETO, spend=SPENDS):
    """Totals of purchases and of money, undiscounted, shape (draws,) each."""
    rng = np.random.default_rng(9)
    rows = np.tile(np.arange(len(h)), DRAWS)
    made = model.simulate_ahead(h[rows], WEEKS, rng=rng)
    known = np.where(h.frequency > 0, h.frequency * np.nan_to_num(h.monetary_value), 0.0)
    x = h.frequency[rows]
    scale = (spend.v + known[rows]) / rng.gamma(spend.q + spend.p * x)
    money = rng.gamma(spend.p, 1.0, len(made.customer)) * scale[made.customer]
    at = made.customer // len(h)
    return np.bincount(at, minlength=DRAWS), np.bincount(at, money, DRAWS)


# Reference: a simulation of its own.


@pytest.mark.parametrize("n", [1, 5, 20])
def test_totals_of_few_customers_cover_what_comes(n):
    h = portfolio(n)
    counts, money = simulated(h)
    slack = 4 * math.sqrt(0.1 * 0.9 / DRAWS)
    predicted = rk.clv.predict_purchases(PARETO, h, horizon=WEEKS)
    limits = predicted.total_interval(confidence=0.9, uncertainty="randomness")
    inside = (counts >= limits.low) & (counts <= limits.high)
    assert 0.9 - slack <= inside.mean()
    # The limits are the smallest whole numbers that reach the two levels.
    assert (counts < limits.low).mean() <= 0.05 + slack
    assert (counts < limits.high).mean() <= 0.95 + slack
    spent = rk.clv.predict_spend(PARETO, SPENDS, h, horizon=WEEKS)
    value = rk.clv.lifetime_value(PARETO, SPENDS, h, horizon=WEEKS, discount_rate=0.0)
    for found in (
        spent.total_interval(confidence=0.9, uncertainty="randomness"),
        value.predictive_total_interval(confidence=0.9, uncertainty="randomness"),
    ):
        assert found.low >= 0
        # Nothing at all is a lower limit where it is likelier than the tail.
        none = (money == 0).mean()
        below = (money < found.low).mean()
        assert below == pytest.approx(0.05, abs=slack) or (found.low == 0 and none > 0.05 - slack)
        assert (money > found.high).mean() == pytest.approx(0.05, abs=slack)


def test_heavy_tails_cover_too():
    heavy = rk.clv.GammaGamma(6.0, 1.5, 5.0)
    h = portfolio(5)
    _, money = simulated(h, BUYS, heavy)
    found = rk.clv.predict_spend(BUYS, heavy, h, horizon=WEEKS)
    limits = found.total_interval(confidence=0.9, uncertainty="randomness")
    assert not np.isfinite(found.variance).all()
    assert (money > limits.high).mean() == pytest.approx(0.05, abs=0.02)


def test_three_moments_and_the_exact_sum_meet_at_the_threshold():
    h = portfolio(250)
    predicted = rk.clv.predict_purchases(PARETO, h, horizon=WEEKS)
    third = predicted.third_moment.sum() / predicted.variance.sum() ** 1.5
    assert 0.15 < third < 0.25
    gamma = predicted.total_interval(uncertainty="randomness")
    exact = predicted._quantiles()(np.array([0.025, 0.975]))
    assert gamma.low == pytest.approx(exact[0], abs=1.5)
    assert gamma.high == pytest.approx(exact[1], abs=1.5)


# Definition.


def test_one_customer_takes_the_own_quantiles():
    h = portfolio(1, x=np.array([4]))
    counts = rk.clv.predict_purchases(PARETO, h, horizon=WEEKS)
    total = counts.total_interval(uncertainty="randomness")
    assert (total.low, total.high) == (counts.low[0], counts.high[0])
    spent = rk.clv.predict_spend(PARETO, SPENDS, h, horizon=WEEKS)
    total = spent.total_interval(uncertainty="randomness")
    assert (total.low, total.high) == (spent.low[0], spent.high[0])
    value = rk.clv.lifetime_value(PARETO, SPENDS, h, horizon=WEEKS, discount_rate=0.1)
    low, high = value.predictive_interval()
    total = value.predictive_total_interval(uncertainty="randomness")
    assert (total.low, total.high) == (low[0], high[0])


def test_uncertain_parameters_widen_the_total_of_few(bgnbd, spend, cdnow):
    for k in (1, 5):
        h = cdnow[:k]
        counts = rk.clv.predict_purchases(bgnbd, h, horizon=WEEKS)
        money = rk.clv.predict_spend(bgnbd, spend, h, horizon=WEEKS)
        for found in (counts, money):
            both = found.total_interval()
            chance = found.total_interval(uncertainty="randomness")
            assert 0 <= both.low <= chance.low + 0.5
            assert both.high >= 0.9 * chance.high  # draws
            assert found.total_interval(rng=1).high == pytest.approx(both.high, rel=0.1)
        assert "with uncertain parameters" in repr(counts)
    value = rk.clv.lifetime_value(bgnbd, spend, h, horizon=WEEKS, discount_rate=0.1)
    both = value.predictive_total_interval()
    assert 0 <= both.low < value.total < both.high
    alone, known = value.predictive_total_interval(uncertainty="parameters"), value.total_interval()
    assert (alone.low, alone.high) == (known.low, known.high)


def test_weights_are_customers():
    h = portfolio(6)
    weighted = rk.PurchaseHistories.from_arrays(
        h.frequency,
        h.recency,
        h.age,
        monetary_value=h.monetary_value,
        weight=np.full(6, 2.0),
        unit="week",
    )
    twice = h[np.repeat(np.arange(6), 2)]
    for predict in (
        lambda h: rk.clv.predict_purchases(PARETO, h, horizon=WEEKS),
        lambda h: rk.clv.predict_spend(PARETO, SPENDS, h, horizon=WEEKS),
    ):
        one, two = (predict(h).total_interval(uncertainty="randomness") for h in (weighted, twice))
        assert one.low == pytest.approx(two.low, rel=0.03)
        assert one.high == pytest.approx(two.high, rel=0.03)


def test_too_many_for_an_exact_sum_or_draws_have_the_moments(monkeypatch, bgnbd, spend, cdnow):
    counts = rk.clv.predict_purchases(bgnbd, cdnow[:5], horizon=WEEKS)
    money = rk.clv.predict_spend(bgnbd, spend, cdnow[:5], horizon=WEEKS)
    monkeypatch.setattr("retentionkit.clv._value.count_totals._MOST", 10)
    monkeypatch.setattr("retentionkit.intervals._totals._COST", 10)
    for found in (counts, money):
        for uncertainty in ("both", "randomness"):
            limits = found.total_interval(uncertainty=uncertainty)
            assert 0 <= limits.low < limits.high


def test_distinct_histories_give_the_values_of_all(monkeypatch, bgnbd, spend, cdnow):
    plain = rk.clv.lifetime_value(bgnbd, spend, cdnow, horizon=None, discount_rate=0.1)
    monkeypatch.setattr(distinct_histories, "_WORTH_GROUPING", 10)
    found = rk.clv.lifetime_value(bgnbd, spend, cdnow, horizon=None, discount_rate=0.1)
    np.testing.assert_allclose(found.value, plain.value, rtol=1e-12)
    np.testing.assert_allclose(found.standard_error, plain.standard_error, rtol=1e-9)
    # Without repeats, and with too many times to number the pairs.
    none = cdnow[cdnow.frequency == 0]
    assert len(distinct_histories.distinct_histories(none).histories) < len(none)
    rng = np.random.default_rng(1)
    x = np.where(np.arange(12) == 0, 1 << 62, 1)
    age = rng.random(12) + 2
    odd = rk.PurchaseHistories.from_arrays(x, age - 1, age, unit="week")
    assert distinct_histories.distinct_histories(odd).at is None


def test_weighted_rows_keep_their_key():
    h = portfolio(4)
    cohorts = rk.PurchaseHistories.from_arrays(
        h.frequency, h.recency, h.age, weight=[5.0, 1.0, 2.0, 3.0], unit="week"
    )
    value = rk.clv.lifetime_value(PARETO, 20.0, cohorts, horizon=WEEKS, discount_rate=0.1)
    best = value.top(2)
    table = best.to_frame()
    assert table["row"].tolist() == np.argsort(-value.value, kind="stable")[:2].tolist()
    assert table["weight"].tolist() == cohorts.weight[table["row"]].tolist()
    assert "rows" in repr(best)
    predicted = rk.clv.predict_purchases(PARETO, cohorts, horizon=WEEKS).to_frame()
    assert predicted["row"].tolist() == [0, 1, 2, 3]


def test_a_model_without_dropout_says_so():
    terms = {"horizon": WEEKS, "discount_rate": 0.1}
    h = rk.clv.NBD(1.0, 5.0).simulate([52.0] * 500, rng=2).to_histories()
    limit, fit = rk.clv.BGNBD.fit(h), rk.clv.NBD.fit(h)
    assert limit.limit is not None
    for given in (limit, fit, fit.model):
        assert "Nobody ever leaves" in rk.clv.lifetime_value(given, 30.0, h, **terms).covers
    assert "rk.clv.NBD.fit(histories)" in rk.clv.lifetime_value(limit, 30.0, h, **terms).covers
    assert "leaves" not in rk.clv.lifetime_value(BUYS, 30.0, h, **terms).covers


# Refusals.


def test_a_total_needs_enough_draws():
    found = rk.clv.predict_spend(PARETO, SPENDS, portfolio(3), horizon=WEEKS)
    with pytest.raises(rk.errors.OptionError, match="draws"):
        found.total_interval(draws=10)


def test_a_campaign_of_new_customers_brings_first_orders_and_what_follows():
    one = rk.clv.new_customer_value(BUYS, SPENDS, horizon="1 year", discount_rate=0.10)
    drawn = one.simulation.totals(np.array([50.0]), DRAWS, np.random.default_rng(3))
    spread = drawn.std() / math.sqrt(DRAWS)
    assert abs(drawn.mean() - 50 * one.total) < 4 * spread
