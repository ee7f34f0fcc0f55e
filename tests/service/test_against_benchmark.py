"""A rate against a benchmark: known, of an n of its own, and of a rate without n."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from retentionkit.compare import rates
from retentionkit.errors import OptionError
from retentionkit.intervals import newcombe
from retentionkit.service import against_benchmark

# -- worked example --------------------------------------------------------------------------------


def test_sixty_per_cent_below_the_industry():
    found = against_benchmark((8, 200), benchmark=0.10)
    assert found.value == pytest.approx(-0.6, rel=1e-12)
    assert found.points.value == pytest.approx(-0.06, rel=1e-12)
    limits = stats.binomtest(8, 200).proportion_ci(0.95, method="wilson")
    assert found.interval.low == pytest.approx(limits.low / 0.1 - 1, rel=1e-12)
    assert found.points.interval.high == pytest.approx(limits.high - 0.1, rel=1e-12)
    assert found.p_value == pytest.approx(stats.binomtest(8, 200, 0.1).pvalue, rel=1e-12)
    assert math.isnan(found.required_n)
    assert found.n == 200
    assert "60.0 % (23.1 to 79.6 %) below the benchmark" in repr(found)
    json.dumps(found.to_dict(), allow_nan=False)


def test_a_published_figure_without_n_says_what_would_be_needed():
    found = against_benchmark(0.04, benchmark=0.10)
    assert math.isnan(found.interval.low)
    assert math.isnan(found.p_value)
    assert found.required_n == 97
    assert "97 or more" in repr(found)
    # Of 97 the score statistic passes the quantile, of 96 it does not.
    z = [0.06 / math.sqrt(0.09 / n) for n in (96, 97)]
    assert z[0] < stats.norm.ppf(0.975) < z[1]


def test_newcombe_published():
    """Newcombe (1998), table II (a): 56 of 70 against 48 of 80 is 0.0524 to 0.3339."""
    found = against_benchmark((56, 70), benchmark=48 / 80, benchmark_n=80)
    assert found.points.value == pytest.approx(0.2, rel=1e-12)
    limits = found.points.interval
    assert (limits.low, limits.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


# -- reference -------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(st.integers(0, 50), st.integers(1, 80))
def test_with_an_n_of_its_own_it_is_one_rate_against_another(k, other):
    found = against_benchmark((k, 50), benchmark=other / 80, benchmark_n=80)
    same = rates((other, 80), (k, 50))
    assert (found.rate, found.benchmark) == (same.second, same.first)
    assert repr((found.points, found.relative)) == repr((same.difference, same.relative))
    assert found.p_value == same.p_value


def test_points_per_cent_and_p_value_agree():
    found = against_benchmark((0, 40), benchmark=9 / 60, benchmark_n=60)
    assert found.points.interval.high < 0
    assert found.relative.interval.high < 0
    assert found.p_value < 0.05


@settings(max_examples=60)
@given(st.integers(0, 100), st.integers(1, 60), st.integers(20, 400), st.sampled_from([0.8, 0.95]))
def test_the_needed_n_is_where_the_interval_of_the_difference_leaves_zero(p, cases, size, level):
    p, cases = p / 100, min(cases, size)
    found = against_benchmark(
        p, benchmark=cases / size, benchmark_n=size, confidence=level
    ).required_n

    def tells(n):
        low, high = newcombe(cases, size, p * n, n, confidence=level)
        return low > 0 or high < 0

    if math.isinf(found):
        assert not tells(1e12)
    else:
        assert tells(found + 1e-6)
        assert not tells(found - 1 - 1e-6)


# -- definition ------------------------------------------------------------------------------------


@pytest.mark.parametrize("truth", [0.1, 0.4])
def test_differences_cover_the_truth_by_enumeration(truth):
    """Over all pairs of 30 and 40, the interval of the points holds 5 points in about 95 %."""
    held = 0.0
    p, n, m = truth + 0.05, 30, 40
    for k in range(n + 1):
        for j in range(1, m + 1):
            chance = stats.binom.pmf(k, n, p) * stats.binom.pmf(j, m, truth)
            if chance > 1e-5:
                found = against_benchmark((k, n), benchmark=j / m, benchmark_n=m)
                held += chance * (0.05 in found.points.interval)
    assert 0.93 < held + stats.binom.pmf(0, m, truth) <= 1


def test_a_benchmark_that_is_told_to_the_per_cent_is_a_number_of_cases():
    found = against_benchmark((8, 200), benchmark=0.103, benchmark_n=700)
    assert found.benchmark.value == 72 / 700


def test_no_case_at_all():
    found = against_benchmark((0, 200), benchmark=0.10, benchmark_n=1_000)
    assert found.value == -1
    assert found.interval.low == -1
    assert -1 < found.interval.high < -0.7
    assert against_benchmark((0, 200), benchmark=0.1).interval.low == -1


# -- properties ------------------------------------------------------------------------------------


def test_k_of_n_may_be_a_list():
    pair = against_benchmark((8, 200), benchmark=0.1)
    assert against_benchmark([8, 200], benchmark=0.1).equals(pair)


def test_equal_and_above():
    equal = against_benchmark(0.1, benchmark=0.1)
    assert math.isinf(equal.required_n)
    assert "equal to the benchmark" in repr(equal)
    assert "no number of ours" in repr(equal)
    above = against_benchmark((30, 200), benchmark=0.1)
    assert "50.0 % (" in repr(above)
    assert "above the benchmark" in repr(above)
    assert above.to_frame()["measure"].tolist() == ["rate", "benchmark", "points", "relative"]


def test_a_benchmark_of_few_may_never_be_passed():
    assert math.isinf(against_benchmark(0.09, benchmark=0.1, benchmark_n=50).required_n)
    few = against_benchmark(0.04, benchmark=0.1, benchmark_n=1_000)
    assert 97 < few.required_n < 120
    assert math.isnan(few.points.interval.low)
    assert math.isnan(few.interval.low)


def test_many_come_near_a_benchmark_that_is_known():
    known = against_benchmark((8, 200), benchmark=0.1)
    large = against_benchmark((8, 200), benchmark=0.1, benchmark_n=10**9)
    assert large.points.interval.low == pytest.approx(known.points.interval.low, abs=1e-4)


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figure", "options", "match"),
    [
        (4, {}, "`figure` must be"),
        ((8, 200, 3), {}, "`figure` is not k of n"),
        ((201, 200), {}, "`figure` must be"),
        ((8.5, 200), {}, "`figure` must be a whole number"),
        ((0, 0), {}, "`figure` must be"),
        ((8, 200), {"benchmark": 10}, "`benchmark` must be"),
        ((8, 200), {"benchmark": 0}, "`benchmark` must be"),
        ((8, 200), {"benchmark_n": 0}, "`benchmark_n` must be"),
        ((8, 200), {"benchmark_n": 14}, "benchmark is no share of so many"),
        ((8, 200), {"benchmark": 0.001, "benchmark_n": 100}, "benchmark is no share of so many"),
        ((8, 200), {"confidence": 95}, "`confidence` must lie"),
    ],
)
def test_refusals(figure, options, match):
    with pytest.raises(OptionError, match=match):
        against_benchmark(figure, **{"benchmark": 0.1, **options})
