import dataclasses
import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retentionkit as rk
from retentionkit.errors import DataError, KindError, OptionError

BUYS = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
SPENDS = rk.clv.GammaGamma(6.25, 3.74, 15.44)
EXACT = json.loads((Path(__file__).parents[1] / "reference" / "bgnbd.json").read_text("utf-8"))
TERMS = {"horizon": "12 months", "discount_rate": 0.10, "margin": 0.30}


def few(unit="week"):
    """Three customers with and without repeats."""
    return rk.PurchaseHistories.from_arrays(
        [2, 0, 7],
        [30.43, 0.0, 20.0],
        [38.86, 38.86, 35.0],
        monetary_value=[40.0, np.nan, 25.0],
        unit=unit,
    )


def continuous(rate, unit):
    """The continuous rate per unit of an effective rate per year."""
    return (
        math.log(1 + rate)
        * {"day": 1, "week": 7, "month": 365.25 / 12, "year": 365.25}[unit]
        / (365.25)
    )


@pytest.fixture(scope="module")
def valued(bgnbd, spend, cdnow):
    return rk.clv.lifetime_value(bgnbd, spend, cdnow, **TERMS)


# Worked example: a constant rate is an annuity that can be reckoned by hand.


def test_a_constant_rate_is_an_annuity():
    # 2 orders a year of 50 at 30 %: 30 a year; for ever at ln 1.1 a year, over 3 years less.
    h = few().in_unit("year")
    for_ever = rk.clv.lifetime_value(2, 50.0, h, horizon=None, discount_rate=0.1, margin=0.3)
    np.testing.assert_allclose(for_ever.value, 30 / math.log(1.1), rtol=1e-14)
    assert for_ever.value[0] == pytest.approx(314.7618, abs=5e-5)
    three = rk.clv.lifetime_value(2, 50.0, h, horizon="3 years", discount_rate=0.1, margin=0.3)
    np.testing.assert_allclose(three.value, 30 * (1 - 1.1**-3) / math.log(1.1), rtol=1e-14)
    plain = rk.clv.lifetime_value(2, 50.0, h, horizon=3, discount_rate=0, margin=0.3)
    np.testing.assert_allclose(plain.value, 90, rtol=1e-15)
    np.testing.assert_allclose(plain.discounted_purchases, 6, rtol=1e-15)
    nothing = rk.clv.lifetime_value(2, 50.0, h, horizon=0, discount_rate=0, margin=0.3)
    assert nothing.value.tolist() == [0, 0, 0]


def test_a_new_customer_by_hand():
    terms = {"horizon": "1 year", "discount_rate": 0, "margin": 0.5, "unit": "week"}
    weeks = 365.25 / 7
    for first, expected in ((None, 20), (0, 0), (8, 8), (Fraction(17, 2), 8.5)):
        value = rk.clv.new_customer_value(0.1, 20.0, **terms, first_order=first)
        assert value.total == pytest.approx(0.5 * (20 * 0.1 * weeks + expected), rel=1e-14)
        said = "without the first order" if first == 0 else "first order included"
        assert said in value.definition
    assert (len(value), value.kind, value.customer, value.unit) == (1, "new", None, "week")
    assert value.weight.tolist() == [1]
    assert not value.weight.flags.writeable


def test_the_published_cohort(valued):
    # 2357 customers of CDNOW, a year from 1997-09-30.
    assert round(valued.total) == 21808
    assert valued.kind == "residual"
    assert valued.definition == (
        "Expected discounted margin of each customer after the end of observation, "
        "over 12 months, at 10 % a year and a margin of 30 %."
    )
    assert valued.covers.startswith("Uncertainty of the purchase and spend parameters")
    assert valued.horizon == pytest.approx(365.25 / 7, rel=1e-15)
    assert (valued.unit, valued.discount_rate, valued.margin) == ("week", 0.1, 0.3)
    assert valued.loadings.shape == (2357, 7)
    assert type(valued.to_frame()) is pd.DataFrame


# Reference: mpmath at 50 digits for the purchases, the papers' formula for spend.


def test_fifty_digits_of_purchases_times_spend():
    rows = [row for row in EXACT["rows"] if row["function"] == "discounted_expected_purchases"]
    known = [row for row in rows if row["x"]]
    assert len(known) >= 9
    for row in known:
        x, delta = row["x"], row["delta"]
        h = rk.PurchaseHistories.from_arrays(
            x, row["t_x"], row["T"], monetary_value=40.0, unit="week"
        )
        found = rk.clv.lifetime_value(
            rk.clv.BGNBD(**row["parameters"]),
            SPENDS,
            h,
            horizon=row["t"],
            discount_rate=math.expm1(delta * 365.25 / 7),
            margin=0.25,
        )
        mean = 6.25 * (15.44 + x * 40) / (6.25 * x + 3.74 - 1)
        expected = 0.25 * mean * float(row["value"])
        assert found.value[0] == pytest.approx(expected, rel=1e-10)
        assert found.expected_spend[0] == pytest.approx(mean, rel=1e-14)


# Definition: the value put together step by step.


@pytest.mark.parametrize("rate", [0.0, 0.10, 0.8])
def test_value_is_a_sum_over_short_steps(rate):
    # Midpoint rule: its error falls with the square of the step, here 1/200 week.
    h, edges = few(), np.linspace(0, 52, 52 * 200 + 1)
    counts = np.array([BUYS.conditional_expected_purchases(h, t) for t in edges])
    middle = (edges[1:] + edges[:-1]) / 2
    discounted = np.exp(-continuous(rate, "week") * middle) @ np.diff(counts, axis=0)
    mean = [6.25 * (15.44 + x * m) / (6.25 * x + 2.74) for x, m in ((2, 40), (0, 0), (7, 25))]
    found = rk.clv.lifetime_value(BUYS, SPENDS, h, horizon=52, discount_rate=rate, margin=0.3)
    np.testing.assert_allclose(found.discounted_purchases, discounted, rtol=1e-8)
    np.testing.assert_allclose(found.value, 0.3 * np.array(mean) * discounted, rtol=1e-8)


def test_the_value_of_a_new_customer_is_a_sum_too():
    edges = np.linspace(0, 156, 156 * 200 + 1)
    made = np.diff(BUYS.expected_purchases(edges))
    middle = (edges[1:] + edges[:-1]) / 2
    repeats = (made * np.exp(-continuous(0.1, "week") * middle)).sum()
    mean = 6.25 * 15.44 / 2.74
    terms = {"horizon": 156, "discount_rate": 0.1, "margin": 0.3}
    # The rate of purchases falls fastest at once, where the midpoint rule is 1e-8 off.
    for first, amount in ((None, mean), (0, 0.0), (50, 50.0)):
        found = rk.clv.new_customer_value(BUYS, SPENDS, **terms, first_order=first)
        assert found.total == pytest.approx(0.3 * (mean * repeats + amount), rel=1e-7)
        assert found.loadings is None
        assert found.unit == "week"


@given(
    rate=st.floats(0.01, 30),
    discount=st.floats(0.01, 1),
    unit=st.sampled_from(["day", "week", "month", "year"]),
    years=st.floats(0.1, 5),
)
def test_numbers_are_a_constant_rate(rate, discount, unit, years):
    delta = continuous(discount, unit)
    units = years * 365.25 / {"day": 1, "week": 7, "month": 365.25 / 12, "year": 365.25}[unit]
    steps = 2_000
    middle = (np.arange(steps) + 0.5) * units / steps
    # Midpoint rule: off by (delta h)^2 / 24 of the sum, h a step.
    expected = sum(rate * units / steps * math.exp(-delta * u) for u in middle) * 40
    value = rk.clv.new_customer_value(
        rate, 40, horizon=units, discount_rate=discount, first_order=0, unit=unit
    )
    assert value.total == pytest.approx(expected, rel=1e-6)
    assert value.unit == unit


def slopes(call, model):
    """Derivatives by Richardson's extrapolation of central differences in each parameter."""
    found = []
    for name in model.names:
        at = getattr(model, name)

        def central(step, name=name, at=at):
            high, low = (
                call(dataclasses.replace(model, **{name: at * (1 + sign * step)}))
                for sign in (1, -1)
            )
            return (high - low) / (2 * step * at)

        found.append((4 * central(1e-3) - central(2e-3)) / 3)
    return np.stack(found, axis=-1)


def test_standard_errors_are_the_delta_method(valued, bgnbd, spend, cdnow):
    some = np.flatnonzero(np.arange(len(cdnow)) % 97 == 0)
    h = cdnow[some]
    by_purchases = slopes(
        lambda model: rk.clv.lifetime_value(model, spend.model, h, **TERMS).value, bgnbd.model
    )
    by_spend = slopes(
        lambda model: rk.clv.lifetime_value(bgnbd.model, model, h, **TERMS).value, spend.model
    )
    variance = np.einsum("ij,jk,ik->i", by_purchases, bgnbd.covariance, by_purchases)
    variance += np.einsum("ij,jk,ik->i", by_spend, spend.covariance, by_spend)
    # Differences are good to about 1e-8; parameters that are correlated lose some of it.
    np.testing.assert_allclose(valued.standard_error[some], np.sqrt(variance), rtol=1e-5)
    whole = rk.clv.lifetime_value(bgnbd, spend, h, **TERMS)
    total = by_purchases.sum(axis=0) @ bgnbd.covariance @ by_purchases.sum(axis=0)
    total += by_spend.sum(axis=0) @ spend.covariance @ by_spend.sum(axis=0)
    assert whole.total_standard_error == pytest.approx(math.sqrt(total), rel=1e-5)


def test_the_error_of_a_new_customer_is_the_delta_method_too(bgnbd, spend):
    def call(buys, spends):
        return rk.clv.new_customer_value(buys, spends, **TERMS)

    first = slopes(lambda model: call(model, spend.model).value, bgnbd.model)[0]
    second = slopes(lambda model: call(bgnbd.model, model).value, spend.model)[0]
    variance = first @ bgnbd.covariance @ first + second @ spend.covariance @ second
    found = call(bgnbd, spend)
    assert found.standard_error[0] == pytest.approx(math.sqrt(variance), rel=1e-5)
    # With a first order of a given amount, only the repeat orders are unsure of their size.
    fixed = rk.clv.new_customer_value(bgnbd, spend, **TERMS, first_order=0)
    assert fixed.standard_error[0] < found.standard_error[0]


def test_draws_of_the_parameters_spread_as_the_intervals_say(bgnbd, spend, cdnow):
    rng, size = np.random.default_rng(5), 2_000
    h = cdnow[::20]

    def draws(fit):
        values = fit.model.parameters()
        relative = fit.covariance / np.outer(values, values)
        return values * np.exp(rng.multivariate_normal(np.zeros(len(values)), relative, size))

    def total(row):
        buys = rk.clv.BGNBD(*row, unit="week")
        return rk.clv.lifetime_value(buys, 35.0, h, **TERMS).total

    totals = np.array([total(row) for row in draws(bgnbd)])
    fitted = rk.clv.lifetime_value(bgnbd, 35.0, h, **TERMS)
    found = np.log(totals).std()
    # The spread of 2,000 draws is known to 1.6 %; the rest of the 5 % is curvature.
    relative = fitted.total_standard_error / fitted.total
    assert found == pytest.approx(relative, rel=0.05)
    # The mean spend of a new customer, by the same draws.
    p, q, v = draws(spend).T
    means = np.log(p * v / (q - 1))
    one = rk.clv.new_customer_value(
        0.0, spend, horizon=1, discount_rate=0, unit="week", first_order=None
    )
    assert means.std() == pytest.approx(one.standard_error[0] / one.total, rel=0.05)


# Properties.


def test_intervals_hold_the_value_and_the_total(valued):
    low, high = valued.interval()
    assert ((low < valued.value) & (valued.value < high)).all()
    assert valued.total in valued.total_interval()
    # Errors of parameters are shared, so they hardly cancel; they cannot do more than add up.
    assert valued.total_standard_error <= valued.standard_error.sum()
    assert valued.total_standard_error > np.sqrt((valued.standard_error**2).sum())
    np.testing.assert_allclose(
        valued.total_standard_error, np.linalg.norm(valued.loadings.sum(axis=0)), rtol=1e-12
    )


@given(margin=st.floats(0.01, 1))
def test_the_margin_scales_the_value(margin):
    terms = {"horizon": None, "discount_rate": 0.1}
    whole = rk.clv.lifetime_value(BUYS, SPENDS, few(), **terms)
    part = rk.clv.lifetime_value(BUYS, SPENDS, few(), **terms, margin=margin)
    np.testing.assert_allclose(part.value, margin * whole.value, rtol=1e-14)
    assert whole.margin == 1.0


def test_a_long_horizon_becomes_the_infinite_one():
    for buys in (BUYS, 0.2, [0.1, 0.2, 0.3]):
        for_ever, long, short = (
            rk.clv.lifetime_value(buys, SPENDS, few(), horizon=horizon, discount_rate=0.1)
            for horizon in (None, "400 years", "12 months")
        )
        # What lies beyond 400 years is worth 1.1**-400 = 3e-17 of it.
        np.testing.assert_allclose(long.value, for_ever.value, rtol=1e-12)
        assert (short.value < for_ever.value).all()
        assert for_ever.horizon is None
        assert "for ever" in for_ever.definition
        assert "over 400 years" in long.definition


def test_the_unit_of_money_does_not_matter(valued, bgnbd, cdnow):
    cents = dataclasses.replace(cdnow, monetary_value=cdnow.monetary_value * 100)
    found = rk.clv.lifetime_value(bgnbd, rk.clv.GammaGamma.fit(cents), cents, **TERMS)
    # Both fits stop within rounding of the same maximum.
    np.testing.assert_allclose(found.value, 100 * valued.value, rtol=1e-9)
    np.testing.assert_allclose(found.standard_error, 100 * valued.standard_error, rtol=1e-5)


def test_the_unit_of_time_does_not_matter(valued, bgnbd, spend, cdnow):
    days = rk.clv.lifetime_value(bgnbd.model.in_unit("day"), spend, cdnow.in_unit("month"), **TERMS)
    np.testing.assert_allclose(days.value, valued.value, rtol=1e-11)
    assert days.unit == "day"
    assert days.horizon == 365.25


def test_rows_are_customers_whoever_stands_beside_them(valued, bgnbd, spend, cdnow):
    mask = cdnow.frequency > 3
    part = rk.clv.lifetime_value(bgnbd, spend, cdnow[mask], **TERMS)
    np.testing.assert_allclose(part.value, valued[mask].value, rtol=1e-12)
    np.testing.assert_allclose(part.standard_error, valued[mask].standard_error, rtol=1e-6)
    assert part.customer.tolist() == cdnow.customer[mask].tolist()


def test_grouped_histories_have_the_same_total(bgnbd, cdnow):
    each = rk.clv.lifetime_value(bgnbd, 35.0, cdnow, **TERMS)
    grouped = rk.clv.lifetime_value(bgnbd, 35.0, cdnow.grouped(), **TERMS)
    assert len(grouped) < len(each)
    assert grouped.total == pytest.approx(each.total, rel=1e-12)
    assert grouped.total_standard_error == pytest.approx(each.total_standard_error, rel=1e-6)
    assert each.covers.startswith("Uncertainty of the purchase parameters")
    assert each.loadings.shape == (2357, 4)


def test_numbers_may_be_given_for_each_customer(spend, cdnow):
    rates = np.linspace(0, 1, len(cdnow))
    value = rk.clv.lifetime_value(pd.Series(rates), spend, cdnow, horizon=10, discount_rate=0)
    np.testing.assert_allclose(value.discounted_purchases, 10 * rates, rtol=1e-14)
    np.testing.assert_allclose(value.expected_spend, spend.model.expected_spend(cdnow), rtol=1e-15)
    assert value.covers.startswith("Uncertainty of the spend parameters")
    assert value.standard_error[0] == 0
    assert "over 10 weeks, at 0 % a year and a margin of 100 %" in value.definition


def test_a_mean_that_hardly_exists_gives_no_interval(bgnbd, spend):
    # Of those without repeats: q within a step of the derivative of 1, where the mean is infinite.
    edge = dataclasses.replace(spend, model=rk.clv.GammaGamma(6.25, 1.00001, 15.44))
    value = rk.clv.lifetime_value(bgnbd, edge, few(), **TERMS)
    assert np.isfinite(value.value).all()
    assert value.loadings is None
    assert value.covers.startswith("None: ")


@pytest.mark.parametrize("gone", ["purchases", "spend"])
@pytest.mark.parametrize("whole", [True, False])
def test_a_fit_at_a_limit_gives_no_interval(gone, whole, bgnbd, spend, cdnow):
    fits = {"purchases": bgnbd, "spend": spend}
    covariance = np.array(fits[gone].covariance)
    if whole:
        covariance[:] = np.nan
    else:
        covariance[0, :] = covariance[:, 0] = np.nan
    fits[gone] = dataclasses.replace(fits[gone], covariance=covariance, limit="no dropout")
    h = cdnow[:5]
    value = rk.clv.lifetime_value(fits["purchases"], fits["spend"], h, **TERMS)
    assert value.loadings is None
    assert value.covers.startswith("None: a fit ran to a limit")
    assert np.isfinite(value.value).all()
    alone = rk.clv.new_customer_value(fits["purchases"], fits["spend"], **TERMS)
    assert alone.loadings is None
    assert math.isnan(alone.total_interval().low)


def test_models_and_numbers_carry_no_uncertainty():
    for spends in (SPENDS, 35.0):
        value = rk.clv.lifetime_value(BUYS, spends, few(), **TERMS)
        assert value.loadings is None
        assert value.covers == "None: models and numbers without a fit carry no uncertainty."


def test_results_cannot_be_changed(valued):
    for name in (
        "value",
        "discounted_purchases",
        "expected_spend",
        "loadings",
        "customer",
        "weight",
    ):
        assert not getattr(valued, name).flags.writeable


# Refusals.


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"margin": 30}, "`margin` must be a finite number"),
        ({"margin": 0}, "`margin` must be a finite number"),
        ({"discount_rate": 10}, "`discount_rate` must be a finite number"),
        ({"discount_rate": -0.1}, "`discount_rate` must be a finite number"),
        ({"horizon": -1}, "`horizon` must be a finite number"),
        ({"horizon": math.inf}, "`horizon` must be a finite number"),
        ({"horizon": "soon"}, "`horizon` is not a duration"),
    ],
)
def test_terms_are_checked(change, match):
    with pytest.raises(OptionError, match=match):
        rk.clv.lifetime_value(BUYS, SPENDS, few(), **(TERMS | change))
    with pytest.raises(OptionError, match=match):
        rk.clv.new_customer_value(BUYS, SPENDS, **(TERMS | change))


def test_an_infinite_value_is_refused():
    terms = {"horizon": None, "discount_rate": 0}
    with pytest.raises(OptionError, match="constant rate over an infinite horizon"):
        rk.clv.lifetime_value(0.1, SPENDS, few(), **terms)
    with pytest.raises(OptionError, match="Undiscounted purchases over an infinite horizon"):
        rk.clv.lifetime_value(BUYS, SPENDS, few(), **terms)


def test_spend_must_exist():
    endless = rk.clv.GammaGamma(6.25, 0.9, 15.44)
    with pytest.raises(DataError, match="expected spend does not exist") as error:
        rk.clv.lifetime_value(BUYS, endless, few(), **TERMS)
    assert "1 such customers, the first at position 1" in str(error.value)
    with pytest.raises(DataError, match="expected spend does not exist"):
        rk.clv.new_customer_value(BUYS, endless, **TERMS)


@pytest.mark.parametrize("given", [[0.1, 0.2], [[0.1]] * 3, np.nan, -1, [0.1, np.inf, 0.2]])
def test_numbers_must_fit_the_customers(given):
    with pytest.raises(DataError, match="`purchases` must be finite numbers"):
        rk.clv.lifetime_value(given, SPENDS, few(), **TERMS)
    with pytest.raises(DataError, match="`spend` must be finite numbers"):
        rk.clv.lifetime_value(BUYS, given, few(), **TERMS)


@pytest.mark.parametrize("given", ["BGNBD", None, True, object()])
def test_other_things_are_refused(given):
    with pytest.raises(KindError, match="`purchases` is no fit, model or number"):
        rk.clv.lifetime_value(given, SPENDS, few(), **TERMS)
    with pytest.raises(KindError, match="`spend` is no fit, model or number"):
        rk.clv.lifetime_value(BUYS, given, few(), **TERMS)


def test_models_in_the_wrong_place_are_refused(bgnbd, spend, cdnow):
    with pytest.raises(KindError, match="`purchases` is no fit, model or number"):
        rk.clv.lifetime_value(spend, bgnbd, cdnow, **TERMS)
    with pytest.raises(KindError, match="reads purchase histories"):
        rk.clv.lifetime_value(BUYS, SPENDS, [2, 30, 38], **TERMS)


def test_the_unit_must_be_clear():
    with pytest.raises(OptionError, match="unit of time is not clear"):
        rk.clv.new_customer_value(0.1, 20.0, **TERMS)
    with pytest.raises(OptionError, match="unit of time is not clear"):
        rk.clv.new_customer_value(BUYS, 20.0, **TERMS, unit="month")
    with pytest.raises(OptionError, match="`unit` is not one of its choices"):
        rk.clv.new_customer_value(0.1, 20.0, **TERMS, unit="fortnight")
    same = rk.clv.new_customer_value(BUYS, 20.0, **TERMS, unit="week")
    assert same.equals(rk.clv.new_customer_value(BUYS, 20.0, **TERMS))


@pytest.mark.parametrize("first", [-1, math.nan, "free"])
def test_a_first_order_is_an_amount(first):
    with pytest.raises(OptionError, match="`first_order` must be a finite number"):
        rk.clv.new_customer_value(BUYS, SPENDS, **TERMS, first_order=first)


def test_refunds_that_leave_no_spend_leave_no_value(cdnow, bgnbd, spend):
    money = cdnow.monetary_value.copy()
    money[0] = -3.0  # customer 1 has repeat purchases
    some = dataclasses.replace(cdnow, monetary_value=money)
    value = rk.clv.lifetime_value(bgnbd, spend, some, **TERMS)
    whole = rk.clv.lifetime_value(bgnbd, spend, cdnow, **TERMS)
    assert np.isnan(value.value).nonzero()[0].tolist() == [0]
    assert value.n_undefined == 1
    assert value.total == pytest.approx(whole.total - whole.value[0], rel=1e-12)
    low, high = value.interval()
    assert np.isnan(low[0])
    assert np.isfinite(high[1:]).all()
    assert value.total_standard_error == pytest.approx(whole[1:].total_standard_error, rel=1e-9)
