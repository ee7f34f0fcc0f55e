import json
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retentionkit as rk
from retentionkit.errors import KindError, OptionError


def valued(values, **more):
    """Customers whose values are given, through one purchase of that amount."""
    size = len(values)
    h = rk.PurchaseHistories.from_arrays([0] * size, [0] * size, [9] * size, unit="week", **more)
    return rk.clv.lifetime_value(1.0, values, h, horizon=1, discount_rate=0)


# Worked example: by hand.


def test_cuts_by_hand():
    # From basic to standard: 5 more buys 10 % more, which pays from 50. From standard to premium:
    # 45 more buys another 10 %, which pays from 450.
    found = rk.clv.tiers(
        valued([10.0, 50.0, 200.0, 900.0]), cost_to_serve=[0, 5, 50], uplift=[0, 0.1, 0.2]
    )
    np.testing.assert_allclose(found.cuts, [50, 450], rtol=1e-12)
    assert found.names == ("basic", "standard", "premium")
    assert found.position.tolist() == [0, 1, 1, 2]
    assert found.customers.tolist() == [1, 2, 1]
    assert found.value.tolist() == [10, 250, 900]
    assert found.cost.tolist() == [0, 10, 50]
    np.testing.assert_allclose(found.added, [0, 25, 180])
    np.testing.assert_allclose(found.net, [10, 265, 1030])
    assert found.labels() == ("basic", "standard", "premium")
    assert found.labels(language="zh") == ("基础级", "标准级", "尊享级")
    frame = found.to_frame()
    assert frame["share_of_customers"].tolist() == [0.25, 0.5, 0.25]
    assert "low" not in frame.columns
    assert "pays for the difference in cost" in repr(found)


def test_the_published_cohort(bgnbd, spend, cdnow):
    value = rk.clv.lifetime_value(bgnbd, spend, cdnow, horizon="1 year", discount_rate=0.1)
    found = rk.clv.tiers(value, cost_to_serve=[0, 2, 20], uplift=[0, 0.05, 0.15])
    assert found.customers.sum() == 2357
    assert found.value.sum() == pytest.approx(value.total, rel=1e-12)
    assert (found.low < found.value).all()
    assert (found.value < found.high).all()
    top = value[value.value >= found.cuts[1]]
    assert found.low[2] == pytest.approx(top.total_interval().low, rel=1e-12)
    assert "low" in found.to_frame().columns
    json.dumps(found.to_dict(), allow_nan=False)


# Reference: the tier of each customer by trying all of them.


@given(
    values=st.lists(st.floats(0, 1e4), min_size=1, max_size=30),
    steps=st.lists(st.tuples(st.floats(0.1, 50), st.floats(0.01, 0.3)), min_size=1, max_size=4),
)
def test_everyone_is_where_serving_brings_most(values, steps):
    # Dearer per share from step to step, so that each level is the best for somebody.
    prices = sorted(cost / share for cost, share in steps)
    shares = [0.0, *np.cumsum([share for _, share in steps])]
    apart = np.diff(prices) > 1e-6 * np.array(prices[1:])
    if not apart.all():
        return
    costs = [0.0, *np.cumsum(np.diff(shares) * prices)]
    found = rk.clv.tiers(valued(values), cost_to_serve=costs, uplift=shares)
    gains = np.outer(values, shares) - np.array(costs)
    chosen = gains[np.arange(len(values)), found.position]
    np.testing.assert_allclose(chosen, gains.max(axis=1), rtol=1e-9, atol=1e-9)


# Definition.


def test_given_cuts_and_quantiles():
    value = valued([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0])
    given_cuts = rk.clv.tiers(value, cost_to_serve=[1, 2], cuts=[8])
    assert given_cuts.customers.tolist() == [7, 3]
    assert given_cuts.net.tolist() == [28 - 7, 27 - 6]
    assert given_cuts.added.tolist() == [0, 0]
    assert given_cuts.definition == "The cuts were given."
    by_share = rk.clv.tiers(
        value, cost_to_serve=[0, 0, 0], quantiles=[0.5, 0.9], uplift=[0, 0.1, 0.2]
    )
    assert by_share.cuts.tolist() == [5, 9]
    assert by_share.customers.tolist() == [4, 4, 2]
    np.testing.assert_allclose(by_share.added, [0, 2.6, 3.8])


def test_weights_count_customers():
    heavy = valued([1.0, 2.0, 3.0], weight=[1.0, 8.0, 1.0])
    found = rk.clv.tiers(heavy, cost_to_serve=[0, 1], quantiles=[0.5])
    assert found.cuts.tolist() == [2]
    assert found.customers.tolist() == [1, 9]
    assert found.cost.tolist() == [0, 9]


# Properties.


@given(scale=st.floats(0.001, 1_000))
def test_money_scales(scale):
    values = np.array([1.0, 20.0, 300.0])
    before = rk.clv.tiers(valued(values), cost_to_serve=[0, 1, 20], uplift=[0, 0.1, 0.2])
    after = rk.clv.tiers(
        valued(values * scale), cost_to_serve=[0, scale, 20 * scale], uplift=[0, 0.1, 0.2]
    )
    assert after.position.tolist() == before.position.tolist()
    np.testing.assert_allclose(after.net, before.net * scale, rtol=1e-12)


def test_undefined_values_are_in_no_tier(bgnbd, spend):
    frame = pl.DataFrame(
        {"id": ["a", "b"], "frequency": [2, 3], "recency": [20.0, 20.0], "T": [30.0, 30.0]}
        | {"m": [40.0, -5.0]}
    )
    h = rk.PurchaseHistories.from_frame(frame, unit="week", customer="id", monetary_value="m")
    value = rk.clv.lifetime_value(bgnbd, spend, h, horizon=52, discount_rate=0.1)
    found = rk.clv.tiers(value, cost_to_serve=[0, 1], quantiles=[0.5], names=["low", "high"])
    assert found.n_undefined == 1
    assert found.position.tolist() == [1, -1]
    assigned = found.assigned()
    assert isinstance(assigned, pl.DataFrame)
    assert assigned["tier"].to_list() == ["high", None]
    assert assigned["customer"].to_list() == ["a", "b"]
    assert "1 customers without a value" in repr(found)
    assert math.isclose(found.value.sum(), value.total)


def test_names():
    value = valued([1.0, 2.0])
    bilingual = rk.clv.tiers(
        value, cost_to_serve=[0, 1], cuts=[2], names={"member": "会员", "vip": "贵宾"}
    )
    assert bilingual.assigned(language="zh")["tier"].tolist() == ["会员", "贵宾"]
    assert bilingual.names == ("member", "vip")
    plain = rk.clv.tiers(value, cost_to_serve=[0, 1], cuts=[2], names=["member", "vip"])
    assert plain.labels(language="zh") == ("member", "vip")
    for size in (2, 3, 4, 5):
        found = rk.clv.tiers(value, cost_to_serve=[0] * size, cuts=list(range(1, size)))
        assert len(set(found.names)) == len(set(found.labels(language="zh"))) == size


# Refusals.


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"cost_to_serve": [0, 1]}, "One thing must set the cuts"),
        ({"cost_to_serve": [0, 1], "cuts": [1], "quantiles": [0.5]}, "One thing must set"),
        ({"cost_to_serve": [5, 1], "uplift": [0, 0.1]}, "must cost more and add more"),
        ({"cost_to_serve": [0, 1], "uplift": [0.1, 0.1]}, "must cost more and add more"),
        ({"cost_to_serve": [0, 50, 55], "uplift": [0, 0.1, 0.2]}, "best for nobody"),
        ({"cost_to_serve": [0]}, "`cost_to_serve` must be one number for each tier"),
        ({"cost_to_serve": [0, -1]}, "`cost_to_serve` must be one number for each tier"),
        ({"cost_to_serve": [0, 1], "uplift": [0.1]}, "`uplift` must be one number for each"),
        ({"cost_to_serve": [0, 1, 2], "cuts": [5, 4]}, "`cuts` must be values that rise"),
        ({"cost_to_serve": [0, 1], "cuts": [5, 6]}, "`cuts` must be values that rise"),
        ({"cost_to_serve": [0, 1], "quantiles": [1.5]}, "`quantiles` must be shares"),
        ({"cost_to_serve": [0, 1], "cuts": [1], "names": "ab"}, "`names` must be different"),
        ({"cost_to_serve": [0, 1], "cuts": [1], "names": ["a", "a"]}, "`names` must be"),
        ({"cost_to_serve": range(6), "cuts": [1, 2, 3, 4, 5]}, "`names` must be different"),
    ],
)
def test_nonsense_is_refused(given, match):
    with pytest.raises(OptionError, match=match):
        rk.clv.tiers(valued([1.0, 2.0]), **given)


def test_other_things_are_refused():
    with pytest.raises(KindError, match="no lifetime value of customers already won"):
        rk.clv.tiers([1.0, 2.0], cost_to_serve=[0, 1], cuts=[1])
    new = rk.clv.new_customer_value(0.1, 20.0, horizon=52, discount_rate=0, unit="week")
    with pytest.raises(KindError, match="no lifetime value of customers"):
        rk.clv.tiers(new, cost_to_serve=[0, 1], cuts=[1])
    found = rk.clv.tiers(valued([1.0]), cost_to_serve=[0, 1], cuts=[1])
    with pytest.raises(OptionError, match="`language` is not one of its choices"):
        found.labels(language="fr")
