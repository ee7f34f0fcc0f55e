"""Two numbers of events: exact limits put back, coverage by enumeration, and what is no count."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import retentionkit as rk
from retentionkit.errors import KindError, OptionError

counts = rk.compare.counts


def limits(estimate):
    return estimate.interval.low, estimate.interval.high


# -- worked example --------------------------------------------------------------------------------


def test_sixty_per_cent_fewer_complaints_of_many_and_of_few():
    many, few = counts((250, 3000), (100, 3000)), counts((10, 3000), (4, 3000))
    assert many.relative.value == pytest.approx(-0.6, abs=1e-15)
    assert few.relative.value == pytest.approx(-0.6, abs=1e-15)
    assert limits(many.relative)[1] < -0.49
    assert limits(few.relative)[1] > 0.3  # four against ten may as well be more
    assert few.p_value > 0.05
    assert many.difference.value == pytest.approx(-0.05, abs=1e-15)
    assert any("Totals do not show whether they come in clusters" in note for note in many.notes)
    assert (many.first.n, many.n) == (250, 350)


def test_published_counts():
    found = counts(0.10, 0.04)
    z = stats.norm.ppf(0.975)
    assert found.required_n.interval == pytest.approx(0.14 * (z / 0.06) ** 2, abs=1e-6)
    assert found.required_n.unit == "units of exposure"
    assert found.n is None
    months = counts(100.0, 40.0).required_n  # of one month each, a part of a month would do
    assert months.interval == pytest.approx(140 * (z / 60) ** 2, abs=1e-6)
    assert str(months).startswith("0.149 units of exposure in each group")


def test_whole_numbers_alone_are_probably_events():
    said = "pass (100, 1) and (40, 1)"
    assert said in " ".join(counts(100, 40).notes)
    for told in (counts(0.1, 0.04), counts((100, 1), 40), counts(0, 40)):
        assert "Read as events per unit" not in " ".join(told.notes)


def test_no_events_are_not_an_unknown_number():
    found = counts((10, 100), (0, 100))
    assert (found.second.n, found.n) == (0, 10)
    assert found.to_frame()["n"].tolist()[:2] == [10, 0]
    assert found.relative.value == limits(found.relative)[0] == -1
    assert "after      0       0 to 0.03689       0" in repr(found)
    turned = counts((0, 100), (10, 100))
    assert math.isnan(turned.relative.value)
    assert math.isnan(limits(turned.relative)[0])
    assert turned.p_value == pytest.approx(2 * 0.5**10, rel=1e-12)
    neither = counts((0, 100), (0, 100))
    assert neither.p_value == 1
    assert neither.difference.value == 0
    assert math.isinf(neither.required_n.interval)


# -- reference -------------------------------------------------------------------------------------

EVENTS = st.integers(0, 60)
EXPOSURE = st.sampled_from([0.5, 1.0, 7.0, 1000.0])


@given(EVENTS, EXPOSURE, EVENTS, EXPOSURE)
def test_limits_put_back_into_the_binomial(k1, t1, k2, t2):
    found = counts((k1, t1), (k2, t2))
    if k1 == 0:
        assert math.isnan(found.relative.value)
        return
    low, high = (limit + 1 for limit in limits(found.relative))
    if k2:
        share = low * t2 / (t1 + low * t2)
        assert stats.binom.sf(k2 - 1, k1 + k2, share) == pytest.approx(0.025, rel=1e-6)
    share = high * t2 / (t1 + high * t2)
    assert stats.binom.cdf(k2, k1 + k2, share) == pytest.approx(0.025, rel=1e-6)
    if abs(found.p_value - 0.05) > 1e-9:
        assert (found.p_value < 0.05) == (low > 1 or high < 1)


@pytest.mark.parametrize(("first", "second"), [((30, 100), (50, 100)), ((20, 40), (60, 90))])
def test_p_value_is_near_that_of_scipy(first, second):
    found = counts(first, second)
    theirs = stats.poisson_means_test(second[0], second[1], first[0], first[1]).pvalue
    # The e-test is less conservative than the exact conditional one.
    assert theirs < found.p_value < 2 * theirs


@given(EVENTS, EXPOSURE)
def test_each_figure_has_garwood_s_limits(events, exposure):
    low, high = (limit * exposure for limit in limits(counts((events, exposure), 1.0).first))
    if events:
        assert stats.poisson.sf(events - 1, low) == pytest.approx(0.025, rel=1e-8)
    else:
        assert low == 0
    assert stats.poisson.cdf(events, high) == pytest.approx(0.025, rel=1e-8)


# -- definition ------------------------------------------------------------------------------------


def test_ratio_and_difference_are_covered():
    means = (9.0, 4.0)  # events expected in exposures of 3 and 2
    truth = {"relative": (4 / 2) / (9 / 3) - 1, "difference": 4 / 2 - 9 / 3}
    chance = dict.fromkeys(truth, 0.0)
    for k1, k2 in itertools.product(range(28), range(18)):
        weight = stats.poisson.pmf(k1, means[0]) * stats.poisson.pmf(k2, means[1])
        found = counts((k1, 3), (k2, 2))
        for name, value in truth.items():
            # Without events before there is no ratio, and no interval that could miss.
            without = name == "relative" and k1 == 0
            chance[name] += weight * (without or value in getattr(found, name).interval)
    # Exact limits cover at least as often as they say; 1e-5 of the outcomes are left out.
    assert 0.95 - 1e-5 <= chance["relative"] <= 0.99
    assert 0.95 <= chance["difference"] <= 0.99


def test_net_of_a_control_group_is_covered():
    rng, runs = np.random.default_rng(8), 300
    draws = rng.poisson([60, 30, 50, 40], (runs, 4))
    found = [counts((a, 1), (b, 1), control=((c, 1), (d, 1))) for a, b, c, d in draws.tolist()]
    # Standard error of the simulation: 1.2 points; exact parts make the whole longer.
    assert 0.94 <= np.mean([-20 in each.net.interval for each in found]) <= 0.995
    truth = 0.5 / 0.8 - 1
    assert 0.94 <= np.mean([truth in each.net_relative.interval for each in found]) <= 0.995


# -- properties ------------------------------------------------------------------------------------


@given(EVENTS, EVENTS, st.sampled_from([0.25, 10.0]))
def test_the_unit_of_exposure_does_not_matter(k1, k2, unit):
    one, other = counts((k1, 2), (k2, 3)), counts((k1, 2 * unit), (k2, 3 * unit))
    assert other.p_value == pytest.approx(one.p_value, rel=1e-9)
    assert limits(other.relative) == pytest.approx(limits(one.relative), nan_ok=True, rel=1e-9)
    expected = tuple(limit / unit for limit in limits(one.difference))
    assert limits(other.difference) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    if k1 * 3 != k2 * 2:
        needed = one.required_n.interval * unit
        assert other.required_n.interval == pytest.approx(needed, rel=1e-4, abs=1e-5)


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "error", "match"),
    [
        ((1.5, 3), OptionError, "events of first"),
        ((-1, 3), OptionError, "events of first"),
        ((1, 0), OptionError, "exposure of first"),
        ((1, 1e-320), OptionError, "exposure of first"),
        ((1, math.inf), OptionError, "exposure of first"),
        (-0.1, OptionError, "`first`"),
        ([1, 2], KindError, "no figure that can be compared"),
        ((1, 2, 3), KindError, "no figure that can be compared"),
    ],
)
def test_no_counts(first, error, match):
    with pytest.raises(error, match=match):
        counts(first, (1, 2))
