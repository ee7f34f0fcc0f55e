"""Good word of mouth less bad: by hand, by enumeration, and the break-even of the assumption."""

import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from retentionkit.errors import DataError, OptionError
from retentionkit.surveys import NPS, net_word_of_mouth

COUNTS = st.integers(0, 60)


# -- worked example --------------------------------------------------------------------------------


def test_bad_word_spreads_three_times_as_fast():
    found = net_word_of_mouth(92, 8)
    assert found.value == float(found) == pytest.approx(0.92 - 3 * 0.08, rel=1e-14)
    assert found.n == 100
    assert found.break_even.value == 11.5
    text = repr(found)
    assert "one bad word outweighs 3 good ones" in text
    assert "per person who spoke (Wilson limits)" in found.definition
    assert "100 = 92 spoke well + 8 badly + 0 not at all" in text
    json.dumps(found.to_dict(), allow_nan=False)


def test_of_all_people_asked():
    found = net_word_of_mouth(40, 20, negative_multiplier=2, n=100)
    assert found.value == 0
    assert found.silent == 40
    assert found.break_even.value == 2
    assert 0 in found.interval
    assert "per person asked" in found.definition
    frame = found.to_frame()
    assert frame["measure"].tolist() == ["net", "break_even_multiplier"]


# -- reference -------------------------------------------------------------------------------------


@given(COUNTS, COUNTS, COUNTS)
def test_with_the_multiplier_one_it_is_a_net_promoter_score(positive, negative, silent):
    n = positive + negative + silent
    if n == 0:
        return
    mine = net_word_of_mouth(positive, negative, negative_multiplier=1, n=n)
    other = NPS.from_counts(promoters=positive, passives=silent, detractors=negative)
    assert math.isclose(100 * mine.value, other.score, abs_tol=1e-9)
    assert math.isclose(100 * mine.net.standard_error, other.standard_error, abs_tol=1e-5)
    assert math.isclose(100 * mine.interval.low, other.interval.low, abs_tol=1e-9)
    assert math.isclose(100 * mine.interval.high, other.interval.high, abs_tol=1e-9)


# -- definition ------------------------------------------------------------------------------------


@given(COUNTS, COUNTS, COUNTS, st.sampled_from([1, 3, 10]))
def test_value_and_error_are_those_of_the_answers(positive, negative, silent, times):
    points = [1] * positive + [0] * silent + [-times] * negative
    if not points:
        return
    found = net_word_of_mouth(positive, negative, negative_multiplier=times, n=len(points))
    mean = Fraction(sum(points), len(points))
    variance = sum((x - mean) ** 2 for x in points) / Fraction(len(points) ** 2)
    assert math.isclose(found.value, mean, abs_tol=1e-12)
    assert math.isclose(found.net.standard_error, math.sqrt(variance), abs_tol=1e-7)
    assert -times <= found.interval.low <= found.interval.high <= 1


@pytest.mark.parametrize(("times", "least"), [(1, 0.93), (3, 0.93), (10, 0.91)])
def test_intervals_cover_by_enumeration(times, least):
    n = 25
    counts = [(a, b) for a in range(n + 1) for b in range(n + 1 - a)]
    limits = [net_word_of_mouth(a, b, negative_multiplier=times, n=n).interval for a, b in counts]
    at = np.array([(a, b, n - a - b) for a, b in counts])
    found = []
    for p in (0.1, 0.3, 0.6, 0.75):
        for d in (0.05, 0.1, 0.2):
            odds = stats.multinomial.pmf(at, n, [p, d, 1 - p - d])
            truth = p - times * d
            inside = [x.low - 1e-12 <= truth <= x.high + 1e-12 for x in limits]
            found.append(odds[inside].sum())
    assert min(found) > least
    assert np.mean(found) > 0.95


@pytest.mark.parametrize("times", [1, 3, 10])
def test_intervals_of_those_who_spoke_cover_by_enumeration(times):
    n = 30
    limits = [net_word_of_mouth(k, n - k, negative_multiplier=times).interval for k in range(n + 1)]
    found = []
    for p in np.linspace(0.02, 0.98, 97):
        truth = p - times * (1 - p)
        inside = [k for k, x in enumerate(limits) if x.low - 1e-12 <= truth <= x.high + 1e-12]
        found.append(stats.binom.pmf(inside, n, p).sum())
    assert min(found) > 0.83  # Wilson limits near the ends, where hardly anybody speaks badly
    assert 0.945 < np.mean(found) < 0.965


def test_break_even_limits_are_those_of_the_share_as_odds():
    found = net_word_of_mouth(30, 10, n=100).break_even
    limits = stats.binomtest(30, 40).proportion_ci(0.95, method="wilson")
    assert found.n == 40
    assert found.interval.low == pytest.approx(limits.low / (1 - limits.low), rel=1e-10)
    assert found.interval.high == pytest.approx(limits.high / (1 - limits.high), rel=1e-10)
    assert found.standard_error == pytest.approx(3 * math.sqrt(1 / 30 + 1 / 10))


# -- properties ------------------------------------------------------------------------------------


@given(st.integers(1, 60), st.integers(1, 60), COUNTS)
def test_at_the_break_even_the_net_is_zero(positive, negative, silent):
    n = positive + negative + silent
    even = net_word_of_mouth(positive, negative, n=n).break_even.value
    there = net_word_of_mouth(positive, negative, negative_multiplier=even, n=n)
    assert math.isclose(there.value, 0, abs_tol=1e-12)
    above = net_word_of_mouth(positive, negative, negative_multiplier=2 * even, n=n)
    assert above.value < there.value


@given(COUNTS, COUNTS, st.floats(0.1, 20))
def test_of_those_who_spoke_net_and_break_even_agree(positive, negative, times):
    if positive + negative == 0:
        return
    found = net_word_of_mouth(positive, negative, negative_multiplier=times)
    even, net = found.break_even.interval, found.interval
    if min(abs(net.low), abs(net.high)) > 1e-9:
        assert (0 in net) == (times in even)
    assert found.value in net


def test_nobody_on_one_side():
    none_bad = net_word_of_mouth(4, 0, n=5)
    assert math.isnan(none_bad.break_even.value)
    assert none_bad.break_even.interval.high == math.inf
    assert "none: nobody spoke badly; 95 % from 1.04 on" in repr(none_bad)
    assert none_bad.to_dict()["break_even"]["value"] is None
    none_good = net_word_of_mouth(0, 4, n=5)
    assert none_good.break_even.value == 0
    assert none_good.break_even.interval.low == 0
    assert math.isnan(none_good.break_even.standard_error)
    silent = net_word_of_mouth(0, 0, n=5)
    assert silent.value == 0
    assert math.isnan(silent.break_even.interval.low)
    assert math.isnan(silent.break_even.interval.high)
    assert "undefined: nobody spoke" in repr(silent)


# -- refusals --------------------------------------------------------------------------------------


def test_nonsense_is_refused():
    with pytest.raises(OptionError, match="`positive` must be"):
        net_word_of_mouth(-1, 8)
    with pytest.raises(OptionError, match="`negative` must be"):
        net_word_of_mouth(1, 0.5)
    with pytest.raises(OptionError, match="`negative_multiplier`"):
        net_word_of_mouth(1, 1, negative_multiplier=0)
    with pytest.raises(OptionError, match="Fewer people were asked than spoke"):
        net_word_of_mouth(5, 6, n=10)
    with pytest.raises(DataError, match="Nobody was asked"):
        net_word_of_mouth(0, 0)
    with pytest.raises(OptionError, match="`confidence`"):
        net_word_of_mouth(5, 6, confidence=0)
