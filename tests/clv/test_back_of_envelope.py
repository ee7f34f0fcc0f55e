import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retentionkit as rk
from retentionkit.errors import DataError, KindError, OptionError


def few(unit="year"):
    return rk.PurchaseHistories.from_arrays(
        [3, 0, 1, 0, 2],
        [1.5, 0, 1.0, 0, 1.0],
        [2.0, 2.0, 4.0, 0.0, 2.0],
        monetary_value=[40.0, np.nan, 80.0, np.nan, -5.0],
        customer=list("abcde"),
        unit=unit,
    )


# Worked example.


def test_by_hand():
    # 60 an order, 3 orders a year, 4 years, a quarter kept.
    assert rk.clv.back_of_envelope(order_value=60, orders_per_year=3, years=4, margin=0.25) == 180
    assert rk.clv.back_of_envelope(order_value=60, orders_per_year=3, years=4) == 720
    value = rk.clv.back_of_envelope_value(few(), years=2, margin=0.5)
    # a: 3 orders in 2 years of 40; b: bought once; c: 1 in 4 years of 80; d: no time yet;
    # e: refunds.
    np.testing.assert_array_equal(value.value, [60, 0, 20, math.nan, math.nan])
    np.testing.assert_array_equal(value.discounted_purchases, [3, 0, 0.5, math.nan, 2])
    assert value.expected_spend[0] == 40
    assert value.expected_spend[1] == (3 * 40 + 80) / 4
    assert np.isnan(value.expected_spend[4])
    assert value.total == 80
    assert value.n_undefined == 2
    assert value.customer.tolist() == list("abcde")
    assert (value.kind, value.horizon, value.discount_rate, value.margin) == ("residual", 2, 0, 0.5)
    assert value.definition.startswith("Back of the envelope: mean repeat order times repeat")
    assert value.covers.startswith("None")
    assert math.isnan(value.total_interval().low)


# Reference: what came on CDNOW.


def test_it_promises_too_much_on_cdnow(log, cdnow, bgnbd, spend):
    later = rk.holdout(log, cdnow, until="1998-06-30")
    years = 39 * 7 / 365.25
    naive = rk.clv.back_of_envelope_value(cdnow, years=years)
    assert naive.total / later.spend.sum() == pytest.approx(1.61, abs=0.005)
    purchases = np.nansum(naive.discounted_purchases)
    assert purchases / later.purchases.sum() == pytest.approx(1.557, abs=0.005)
    model = rk.clv.predict_spend(bgnbd, spend, cdnow, horizon="39 weeks")
    assert model.total / later.spend.sum() == pytest.approx(0.844, abs=0.005)


# Definition: customer by customer.


@given(
    x=st.integers(1, 50),
    T=st.floats(0.1, 10),
    money=st.floats(0.01, 1e4),
    years=st.floats(0, 20),
    margin=st.floats(0.01, 1),
)
def test_a_customer_is_the_plain_product(x, T, money, years, margin):
    h = rk.PurchaseHistories.from_arrays(x, T, T, monetary_value=money, unit="year")
    value = rk.clv.back_of_envelope_value(h, years=years, margin=margin)
    plain = rk.clv.back_of_envelope(
        order_value=money, orders_per_year=x / T, years=years, margin=margin
    )
    assert value.value[0] == pytest.approx(plain, rel=1e-12)


# Properties.


@given(unit=st.sampled_from(["day", "week", "month", "year"]))
def test_the_unit_does_not_matter(unit):
    years = rk.clv.back_of_envelope_value(few(), years=3)
    other = rk.clv.back_of_envelope_value(few().in_unit(unit), years=3)
    np.testing.assert_allclose(other.value, years.value, rtol=1e-12)
    assert other.unit == unit


def test_nobody_has_come_back():
    h = rk.PurchaseHistories.from_arrays([0, 0], [0, 0], [1, 2], unit="week")
    value = rk.clv.back_of_envelope_value(h, years=1)
    assert value.value.tolist() == [0, 0]
    assert np.isnan(value.expected_spend).all()


# Refusals.


@pytest.mark.parametrize("name", ["order_value", "orders_per_year", "years"])
def test_numbers_are_checked(name):
    given_numbers = {"order_value": 60, "orders_per_year": 3, "years": 4}
    with pytest.raises(OptionError, match=f"`{name}` must be a finite number"):
        rk.clv.back_of_envelope(**(given_numbers | {name: -1}))


def test_options_are_checked():
    with pytest.raises(OptionError, match="`margin` must be a finite number"):
        rk.clv.back_of_envelope(order_value=1, orders_per_year=1, years=1, margin=30)
    with pytest.raises(OptionError, match="`margin` must be a finite number"):
        rk.clv.back_of_envelope_value(few(), years=1, margin=0)
    with pytest.raises(OptionError, match="`years` must be a finite number"):
        rk.clv.back_of_envelope_value(few(), years=-1)
    bare = rk.PurchaseHistories.from_arrays(2, 30, 38, unit="week")
    with pytest.raises(DataError, match="have no monetary value"):
        rk.clv.back_of_envelope_value(bare, years=1)
    with pytest.raises(KindError, match="reads purchase histories"):
        rk.clv.back_of_envelope_value([1, 2], years=1)


def test_opportunities_are_refused():
    h = rk.clv.OpportunityHistories.from_arrays([1], [2], [3], unit="year")
    with pytest.raises(rk.errors.KindError, match="purchase histories"):
        rk.clv.back_of_envelope_value(h, years=3)
