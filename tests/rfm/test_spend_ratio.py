"""How many times as much one segment spends as another: by hand, and intervals that cover."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import retentionkit as rk
from retentionkit.errors import DataError, KindError, OptionError
from segmented import NAMES, segmented, segments_of


def members(member, guest, **more):
    labels = ["member"] * len(member) + ["guest"] * len(guest)
    return segments_of(labels, [*member, *guest], names=["member", "guest"], **more)


# -- worked example --------------------------------------------------------------------------------


def test_ratio_by_hand():
    found = rk.rfm.spend_ratio(members([30.0, 60.0], [10.0, 20.0, 15.0]), "member")
    assert found.value == float(found) == 3.0
    # Variances of the means: 450 / 2 of 45, and 25 / 3 of 15.
    relative = math.sqrt(225 / 45**2 + 25 / 3 / 15**2)
    assert found.standard_error == pytest.approx(3 * relative, rel=1e-14)
    spread = math.exp(stats.norm.ppf(0.975) * relative)
    assert found.interval.low == pytest.approx(3 / spread, rel=1e-12)
    assert found.interval.high == pytest.approx(3 * spread, rel=1e-12)
    assert found.n == 5
    # Of two customers the mean has one degree of freedom; 450 / 2 is 15 squared.
    half = 15 * stats.t.ppf(0.975, 1)
    assert found.first_mean.interval.high == pytest.approx(45 + half, rel=1e-12)
    assert found.first_mean.interval.low == 0
    assert (found.first_mean.value, found.first_mean.n) == (45, 2)
    assert (found.second_mean.value, found.second_mean.n) == (15, 3)
    assert found.verdict is None
    assert found.to_frame()["segments"].tolist() == ["member", "all others", ""]
    assert "Mean net spend per customer of member over that of all others" in repr(found)
    json.dumps(found.to_dict(), allow_nan=False)


@pytest.mark.parametrize(
    ("claim", "verdict", "text"),
    [
        (3, "consistent", "3 times: consistent (within the interval)"),
        (1.0, "more", "1 times: they spend more"),
        (20, "less", "20 times: they spend less"),
    ],
)
def test_members_spend_three_times_as_much(claim, verdict, text):
    found = rk.rfm.spend_ratio(members([30.0, 60.0], [10.0, 20.0, 15.0]), "member", claim=claim)
    assert found.verdict == verdict
    assert text in repr(found)


# -- reference -------------------------------------------------------------------------------------


def test_interval_is_near_that_of_a_bootstrap():
    rng = np.random.default_rng(3)
    one, two = rng.lognormal(3, 0.8, 400), rng.lognormal(2, 0.8, 700)
    found = rk.rfm.spend_ratio(members(one.tolist(), two.tolist()), "member", "guest")
    drawn = [
        rng.choice(one, len(one)).mean() / rng.choice(two, len(two)).mean() for _ in range(4_000)
    ]
    # Quantiles of 4,000 draws; a hundredth of the ratio is a twelfth of the interval.
    limits = [found.interval.low, found.interval.high]
    np.testing.assert_allclose(limits, np.quantile(drawn, [0.025, 0.975]), rtol=0.02)


@given(segmented(min_size=2))
def test_means_are_those_of_the_profile(rows):
    segments = segments_of(*rows)
    profile = rk.rfm.profile(segments, confidence=0.9)
    for name in profile.names:
        expected = profile.estimate("revenue_per_customer", name)
        mine = rk.rfm.spend_ratio(segments, name, confidence=0.9).first_mean
        assert mine.n == expected.n
        np.testing.assert_allclose(
            [mine.value, mine.interval.low, mine.interval.high],
            [expected.value, expected.interval.low, expected.interval.high],
            rtol=1e-9,
            atol=1e-9 * (1 + abs(expected.value)),
        )


# -- definition ------------------------------------------------------------------------------------


def test_interval_covers_the_truth():
    rng, runs, covered = np.random.default_rng(11), 1_500, 0
    for _ in range(runs):
        one = 30 * rng.lognormal(0, 0.7, 120)
        two = 10 * rng.lognormal(0, 0.7, 300)
        covered += 3.0 in rk.rfm.spend_ratio(members(one, two), "member").interval
    # Standard error 0.6 points; skewed money costs about a point.
    assert 0.925 <= covered / runs <= 0.97


def test_the_rest_is_everybody_else():
    segments = segments_of(
        ["top", "low", None, "middle"], [90.0, 10.0, 20.0, -3.0], orders=[1, 1, 1, 0], names=NAMES
    )
    assert rk.rfm.spend_ratio(segments, "top").value == 90 / 9
    named = rk.rfm.spend_ratio(segments, "top", "low", "unassigned", "refund_only")
    assert named.value == 90 / 9
    assert named.second == ("low", "unassigned", "refund_only")
    both = rk.rfm.spend_ratio(segments, ("top", "low"), "unassigned")
    assert both.value == 50 / 20
    assert both.first == ("top", "low")


def test_undefined_ratios():
    def check(found):
        assert math.isnan(found.value)
        assert math.isnan(found.interval.low)
        assert found.verdict == "undefined"
        assert "3 times: undefined" in repr(found)

    check(rk.rfm.spend_ratio(members([5.0, 6.0], [-1.0, 0.5]), "member", claim=3))
    check(rk.rfm.spend_ratio(members([-5.0, 2.0], [1.0, 0.5]), "member", claim=3))
    check(rk.rfm.spend_ratio(members([5.0], []), "member", claim=3))
    check(rk.rfm.spend_ratio(members([], [4.0]), "member", claim=3))
    # One customer has a mean, but no variance.
    single = rk.rfm.spend_ratio(members([5.0], [2.0, 3.0]), "member", claim=3)
    assert single.value == 2
    assert math.isnan(single.interval.low)
    assert single.verdict == "undefined"


# -- properties ------------------------------------------------------------------------------------

AMOUNTS = st.lists(st.integers(1, 10_000).map(float), min_size=2, max_size=12)


@given(AMOUNTS, AMOUNTS)
def test_turned_over_it_is_the_inverse(one, two):
    segments = members(one, two)
    there = rk.rfm.spend_ratio(segments, "member", "guest")
    back = rk.rfm.spend_ratio(segments, "guest", "member")
    assert math.isclose(there.value * back.value, 1)
    assert math.isclose(there.interval.low * back.interval.high, 1, rel_tol=1e-9)
    assert 0 < there.interval.low <= there.value * (1 + 1e-12)


@given(AMOUNTS, AMOUNTS, st.sampled_from([1e-4, 1e5]))
def test_neither_scale_nor_order_matters(one, two, scale):
    plain = rk.rfm.spend_ratio(members(one, two), "member")
    other = rk.rfm.spend_ratio(
        members([scale * y for y in one[::-1]], [scale * y for y in two[::-1]]), "member"
    )
    assert math.isclose(plain.value, other.value)
    assert math.isclose(plain.interval.high, other.interval.high, rel_tol=1e-9)


def test_the_frame_is_of_the_callers_kind():
    found = rk.rfm.spend_ratio(members([1.0, 2.0], [1.0, 3.0], kind="polars"), "member")
    assert type(found.to_frame()).__module__.startswith("polars")


# -- refusals --------------------------------------------------------------------------------------


def test_nonsense_is_refused():
    segments = members([1.0], [2.0])
    with pytest.raises(KindError, match="These are no segments"):
        rk.rfm.spend_ratio([1.0], "member")
    with pytest.raises(OptionError, match="There is no such segment"):
        rk.rfm.spend_ratio(segments, "members")
    with pytest.raises(OptionError, match="must be different segments"):
        rk.rfm.spend_ratio(segments, "member", "guest", "member")
    with pytest.raises(OptionError, match="must be different segments"):
        rk.rfm.spend_ratio(segments, [])
    with pytest.raises(OptionError, match="`claim` must be a finite number"):
        rk.rfm.spend_ratio(segments, "member", claim=0)
    with pytest.raises(OptionError, match="`confidence`"):
        rk.rfm.spend_ratio(segments, "member", confidence=1)
    with pytest.raises(DataError, match="The log has no money"):
        rk.rfm.spend_ratio(segments_of(["top"], None, orders=[1]), "top")
