"""Stated shares of customers and revenue beside those found: by hand, bounds, undefined ones."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import retentionkit as rk
from retentionkit.errors import OptionError
from retentionkit.intervals import share
from segmented import segmented, segments_of


@pytest.fixture
def small():
    return rk.rfm.profile(
        segments_of(["top", "top", "low", None], [60.0, 30.0, 5.0, 8.0], [3, 2, 1, 1])
    )


@pytest.fixture(scope="module")
def cdnow():
    table = rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()))
    labels = ["regular" if n >= 6 else "several" if n > 1 else "one" for n in table.orders]
    names = ["regular", "several", "one"]
    return rk.rfm.profile(rk.rfm.Segments.from_labels(table, labels, names=names))


# -- worked example --------------------------------------------------------------------------------


def test_the_claim_of_the_fresh_food_shop(cdnow):
    found = cdnow.claim("regular", customers=0.12, revenue=0.65)
    assert found.verdict == "contradicted"
    # 65/12 against 35/88.
    assert found.stated_ratio == pytest.approx((65 / 12) / (35 / 88), rel=1e-12)
    assert round(found.stated_ratio, 1) == 13.6
    frame = found.to_frame()
    assert frame["within"].tolist() == ["yes", "no: less", "no: less"]
    assert frame["found"][1] == pytest.approx(cdnow.share_of_revenue[0], rel=1e-12)
    assert frame["low"][1] == pytest.approx(cdnow.low["share_of_revenue"][0], rel=1e-12)
    assert frame["high"][0] == pytest.approx(cdnow.high["share_of_customers"][0], rel=1e-12)
    spend = cdnow.revenue_per_customer
    rest = cdnow.revenue[1:].sum() / cdnow.customers[1:].sum()
    assert found.ratio.value == pytest.approx(spend[0] / rest, rel=1e-12)
    assert found.answer == (
        "The claim is contradicted: 12.0 % (10.8 to 13.4 %) of customers bring "
        "49.8 % (45.1 to 54.5 %) of revenue."
    )
    assert "12 % of customers bring 65 % of revenue" in repr(found)
    json.dumps(found.to_dict(), allow_nan=False)


# -- reference -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("customers", "revenue", "verdict"),
    [
        (0.12, 0.50, "consistent"),
        (0.12, 0.40, "stronger"),
        (0.20, 0.50, "stronger"),
        (0.20, 0.40, "stronger"),
        (0.12, 0.65, "contradicted"),
        (0.05, 0.50, "contradicted"),
        (0.20, 0.65, "contradicted"),
        (0.05, 0.40, "contradicted"),
    ],
)
def test_verdicts(cdnow, customers, revenue, verdict):
    assert cdnow.claim("regular", customers=customers, revenue=revenue).verdict == verdict


def test_segments_are_claimed_together(cdnow):
    found = cdnow.claim("regular", "several", customers=0.48, revenue=0.85)
    assert found.share_of_customers.value == pytest.approx(1139 / 2357)
    assert found.share_of_revenue.value == pytest.approx(cdnow.share_of_revenue[:2].sum())
    # The complement has the same error.
    expected = cdnow.standard_error["share_of_revenue"][2]
    assert found.share_of_revenue.standard_error == pytest.approx(expected, rel=1e-9)
    assert found.verdict == "consistent"


# -- definition ------------------------------------------------------------------------------------


def test_claims_of_nothing_are_undefined(small):
    empty = small.claim("middle", customers=0.1, revenue=0.5)
    assert empty.verdict == "undefined"
    assert "0.0 % (no interval) of revenue" in empty.answer
    loss = rk.rfm.profile(segments_of(["top", "low"], [-5.0, 2.0]))
    found = loss.claim("top", customers=1, revenue=1)
    assert found.verdict == "undefined"
    assert "an undefined share of revenue" in found.answer
    assert math.isnan(found.stated_ratio)
    assert found.to_frame()["within"].tolist()[1:] == ["–", "–"]


def test_shares_of_possible_money_are_possible():
    found = rk.rfm.profile(segments_of(["top", "low", "low"], [100.0, 1.0, 0.0]))
    claim = found.claim("top", customers=0.5, revenue=0.9)
    assert claim.share_of_revenue.interval.high == found.high["share_of_revenue"][0] == 1


# -- properties ------------------------------------------------------------------------------------


@given(segmented(lowest=1, min_size=4), st.floats(0, 1), st.floats(0, 1))
def test_a_verdict_follows_from_the_limits(rows, customers, revenue):
    found = rk.rfm.profile(segments_of(*rows)).claim("top", customers=customers, revenue=revenue)
    size = rows[0].count("top")
    people = share(size, len(rows[0]), definition="").interval
    assert found.share_of_customers.interval == people
    if size == 0:
        assert found.verdict == "undefined"
        return
    money = found.share_of_revenue.interval
    assert 0 <= money.low <= money.high <= 1
    if customers in people and revenue in money:
        expected = "consistent"
    elif people.low <= customers and revenue <= money.high:  # no more customers bring no less
        expected = "stronger"
    else:
        expected = "contradicted"
    assert found.verdict == expected


# -- refusals --------------------------------------------------------------------------------------


def test_nonsense_is_refused(small):
    with pytest.raises(OptionError, match="names no segment"):
        small.claim(customers=0.1, revenue=0.5)
    with pytest.raises(OptionError, match="There is no such segment"):
        small.claim("tops", customers=0.1, revenue=0.5)
    with pytest.raises(OptionError, match=r"(?s)`customers` must be .* Write 12 % as 0.12"):
        small.claim("top", customers=12, revenue=0.5)
    with pytest.raises(OptionError, match="`revenue` must be"):
        small.claim("top", customers=0.1, revenue=50)
