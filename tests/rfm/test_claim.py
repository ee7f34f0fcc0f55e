"""Sentences of two shares held against segments: by hand, every verdict, beside concentration."""

import json
import math

import numpy as np
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
    found = cdnow.claim("regular", customers=0.12, value=0.65)
    assert found.verdict == "does not hold"
    # 65/12 against 35/88.
    assert found.per_head_ratio == pytest.approx((65 / 12) / (35 / 88), rel=1e-12)
    assert round(found.per_head_ratio, 1) == 13.6
    frame = found.to_frame()
    assert frame["claimed"].tolist() == [0.12, 0.65, found.per_head_ratio]
    assert frame["here"][1] == pytest.approx(cdnow.share_of_revenue[0], rel=1e-12)
    assert frame["low"][1] == pytest.approx(cdnow.low["share_of_revenue"][0], rel=1e-12)
    assert frame["high"][0] == pytest.approx(cdnow.high["share_of_customers"][0], rel=1e-12)
    spend = cdnow.revenue_per_customer
    rest = cdnow.revenue[1:].sum() / cdnow.customers[1:].sum()
    assert found.per_head_ratio_here.value == pytest.approx(spend[0] / rest, rel=1e-12)
    assert found.answer == (
        "Does not hold: 12.0 % (10.8 to 13.4 %) of customers bring "
        "49.8 % (45.1 to 54.5 %) of revenue."
    )
    assert "12 % of customers bring 65 % of revenue, or more" in repr(found)
    assert "claim(customers=0.12, value=0.65)" in repr(found)
    assert max(map(len, repr(found).splitlines())) <= 100
    json.dumps(found.to_dict(), allow_nan=False)


# -- reference -------------------------------------------------------------------------------------


# Regular customers are 12.0 % (10.8 to 13.4) and bring 49.8 % (45.1 to 54.5).
@pytest.mark.parametrize(
    ("customers", "value", "verdict"),
    [
        (0.12, 0.45, "holds"),
        (0.12, 0.50, "cannot be told"),
        (0.12, 0.65, "does not hold"),
        # Fewer customers than stated: if they bring that much already, more do.
        (0.20, 0.45, "holds"),
        (0.20, 0.50, "another group"),
        (0.20, 0.65, "another group"),
        # More than stated: if all of them do not bring that much, no part of them does.
        (0.05, 0.45, "another group"),
        (0.05, 0.50, "another group"),
        (0.05, 0.65, "does not hold"),
    ],
)
def test_verdicts(cdnow, customers, value, verdict):
    found = cdnow.claim("regular", customers=customers, value=value)
    assert found.verdict == verdict
    assert found.answer.lower().startswith(verdict)
    assert found.answer.endswith("this tells nothing.") == (verdict == "another group")


@pytest.mark.parametrize("value", [0.3, 0.5, 0.54, 0.56, 0.65])
def test_segments_of_the_top_customers_are_told_what_concentration_tells(cdnow, value):
    table = cdnow.segments.table
    cut = np.sort(table.net_spend)[-283]
    names = np.where(table.net_spend >= cut, "top", "rest").tolist()
    profile = rk.rfm.profile(rk.rfm.Segments.from_labels(table, names))
    top = rk.rfm.concentration(table).claim(customers=283 / 2357, value=value)
    mine = profile.claim("top", customers=283 / 2357, value=value)
    assert mine.share_of_revenue.value == pytest.approx(top.top_share.value, abs=1e-3)
    assert mine.verdict == top.verdict


def test_segments_are_claimed_together(cdnow):
    found = cdnow.claim("regular", "several", customers=0.48, value=0.85)
    assert found.share_of_customers.value == pytest.approx(1139 / 2357)
    assert found.share_of_revenue.value == pytest.approx(cdnow.share_of_revenue[:2].sum())
    # The complement has the same error.
    expected = cdnow.standard_error["share_of_revenue"][2]
    assert found.share_of_revenue.standard_error == pytest.approx(expected, rel=1e-9)
    assert found.verdict == "cannot be told"


# -- definition ------------------------------------------------------------------------------------


def test_claims_of_nothing_are_undefined(small):
    empty = small.claim("middle", customers=0.1, value=0.5)
    assert empty.verdict == "undefined"
    assert "bring 0.0 % of revenue" in empty.answer
    loss = rk.rfm.profile(segments_of(["top", "low"], [-5.0, 2.0]))
    found = loss.claim("top", customers=1, value=1)
    assert found.verdict == "undefined"
    assert "an undefined share of revenue" in found.answer
    assert math.isnan(found.per_head_ratio)
    assert found.to_frame()["low"].isna().tolist() == [False, True, True]


def test_shares_of_possible_money_are_possible():
    found = rk.rfm.profile(segments_of(["top", "low", "low"], [100.0, 1.0, 0.0]))
    claim = found.claim("top", customers=0.5, value=0.9)
    assert claim.share_of_revenue.interval.high == found.high["share_of_revenue"][0] == 1


# -- properties ------------------------------------------------------------------------------------


@given(segmented(lowest=1, min_size=4), st.floats(0.01, 1), st.floats(0.01, 1))
def test_a_verdict_follows_from_the_limits(rows, customers, value):
    found = rk.rfm.profile(segments_of(*rows)).claim("top", customers=customers, value=value)
    size = rows[0].count("top")
    people = share(size, len(rows[0]), definition="").interval
    assert found.share_of_customers.interval == people
    if size == 0:
        assert found.verdict == "undefined"
        return
    money = found.share_of_revenue.interval
    assert 0 <= money.low <= money.high <= 1
    if customers in people:
        allowed = {"holds", "does not hold", "cannot be told"}
    else:
        allowed = {"another group", "holds" if customers > people.high else "does not hold"}
    assert found.verdict in allowed
    assert money.low >= value or found.verdict != "holds"
    assert money.high < value or found.verdict != "does not hold"
    if money.low < value <= money.high:
        assert found.verdict in {"cannot be told", "another group"}


# -- refusals --------------------------------------------------------------------------------------


def test_nonsense_is_refused(small):
    with pytest.raises(OptionError, match="names no segment"):
        small.claim(customers=0.1, value=0.5)
    with pytest.raises(OptionError, match="There is no such segment"):
        small.claim("tops", customers=0.1, value=0.5)
    with pytest.raises(OptionError, match="`customers` must be"):
        small.claim("top", customers=0, value=0.5)
    with pytest.raises(OptionError, match=r"(?s)`customers` must be .* Write 12 % as 0.12"):
        small.claim("top", customers=12, value=0.5)
    with pytest.raises(OptionError, match=r"(?s)`value` must be .* Write 12 % as 0.12"):
        small.claim("top", customers=0.1, value=50)
