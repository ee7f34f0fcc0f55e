"""Two means, and two ratios of sums: by scipy, by simulation, and what is undefined."""

import math
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import retentionkit as rk
from retentionkit.errors import DataError, KindError, OptionError

means, ratio = rk.compare.means, rk.compare.ratio


def limits(estimate):
    return estimate.interval.low, estimate.interval.high


# -- worked example --------------------------------------------------------------------------------


def test_two_by_two_by_hand():
    found = means([10.0, 14.0], [20.0, 22.0])
    # Variances of the means 4 and 1; (4 + 1)^2 / (16 / 1 + 1 / 1) degrees of freedom.
    half = stats.t.ppf(0.975, 25 / 17) * math.sqrt(5)
    assert found.difference.value == 9
    assert found.difference.standard_error == pytest.approx(math.sqrt(5), rel=1e-14)
    assert limits(found.difference) == pytest.approx((9 - half, 9 + half), rel=1e-12)
    assert found.relative.value == 0.75
    assert (found.first.value, found.second.value, found.n) == (12, 21, 4)
    assert "difference  +9, 95 %" in repr(found)


def test_published_means_need_a_standard_deviation():
    found = means(120, 150)
    assert (found.difference.value, found.relative.value) == (30, 0.25)
    assert math.isnan(found.required_n.interval)
    assert "needed      not known without a standard deviation above 0" in repr(found)
    with_it = means(120, 150, standard_deviation=80)
    z = stats.norm.ppf(0.975)
    assert with_it.required_n.interval == math.ceil(2 * (80 * z / 30) ** 2)
    mixed = means((120, 80, 400), 150, standard_deviation=80)
    assert math.isnan(mixed.p_value)
    needed = math.ceil(80**2 / ((30 / z) ** 2 - 80**2 / 400))
    assert f"With what before has, after needs {needed} customers" in mixed.notes[-1]
    assert not any("would do" in note for note in means((120, 80, 400), 150).notes)


def test_revenue_per_order_by_hand():
    before = ([8.0, 1.0, 3.0], [2.0, 1.0, 1.0])
    found = ratio(before, ([9.0, 2.0, 9.0], [2.0, 1.0, 1.0]))
    assert (found.first.value, found.second.value) == (3, 5)
    # Residuals of 3: 2, -2, 0; of 5: -1, -3, 4; n / (n - 1) is 3 / 2, denominators sum to 4.
    errors = (math.sqrt(1.5 * 8) / 4, math.sqrt(1.5 * 26) / 4)
    assert found.first.standard_error == pytest.approx(errors[0], rel=1e-14)
    assert found.difference.standard_error == pytest.approx(math.hypot(*errors), rel=1e-14)
    assert "The ratio of two sums, after less before" in found.definition
    published = ratio(3.0, 5.0)
    assert published.difference.value == 2
    assert published.n is None


# -- reference -------------------------------------------------------------------------------------

VALUES = st.lists(st.integers(-1000, 1000).map(lambda x: x / 8), min_size=2, max_size=30)


@given(VALUES, VALUES)
def test_welch_is_that_of_scipy(one, two):
    found = means(one, two)
    if len(set(one)) == len(set(two)) == 1:
        assert math.isnan(found.p_value)
        assert math.isnan(found.difference.interval.low)
        assert any("all of them are alike" in note for note in found.notes)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where the values of one group are alike
        theirs = stats.ttest_ind(two, one, equal_var=False)
    interval = theirs.confidence_interval(0.95)
    assert found.p_value == pytest.approx(theirs.pvalue, rel=1e-9)
    assert limits(found.difference) == pytest.approx(tuple(interval), rel=1e-9, abs=1e-9)
    summary = (np.mean(one), np.std(one, ddof=1), len(one))
    of_summary = means(summary, (np.mean(two), np.std(two, ddof=1), len(two)))
    assert limits(of_summary.difference) == pytest.approx(limits(found.difference), abs=1e-9)


@given(st.lists(st.tuples(st.integers(1, 99), st.integers(1, 99)), min_size=2, max_size=30))
def test_pairs_are_those_of_scipy(pairs):
    before, after = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
    found = means(before, after, paired=True)
    if len(set(after - before)) == 1:
        assert math.isnan(found.p_value)
        return
    theirs = stats.ttest_rel(after, before)
    assert found.p_value == pytest.approx(theirs.pvalue, rel=1e-6, abs=1e-12)
    assert limits(found.difference) == pytest.approx(tuple(theirs.confidence_interval()), abs=1e-8)
    assert found.n == len(pairs)
    assert found.required_n.unit == "pairs"


def test_mean_over_orders_of_one_each_is_a_mean():
    rng = np.random.default_rng(1)
    one, two = rng.gamma(2, 20, 60), rng.gamma(2, 25, 50)
    found = ratio((one, np.ones(60)), (two, np.ones(50)))
    theirs = stats.ttest_ind(two, one, equal_var=False)
    assert found.p_value == pytest.approx(theirs.pvalue, rel=1e-10)
    assert limits(found.difference) == pytest.approx(tuple(theirs.confidence_interval()), rel=1e-10)
    assert limits(found.relative) == pytest.approx(limits(means(one, two).relative), rel=1e-10)


# -- definition ------------------------------------------------------------------------------------


@pytest.mark.parametrize("paired", [False, True])
def test_relative_limits_put_back_into_fieller_s_equation(paired):
    rng = np.random.default_rng(2)
    before = rng.gamma(4, 20, 40)
    after = before * 1.1 + rng.normal(0, 8, 40) if paired else rng.gamma(4, 24, 55)
    found = means(before, after, paired=paired)
    for limit in limits(found.relative):
        if paired:
            # The t of the mean of after - R before, of the same customers.
            t = stats.ttest_1samp(after - (1 + limit) * before, 0.0)
            assert abs(t.statistic) == pytest.approx(stats.t.ppf(0.975, 39), rel=1e-9)
        else:
            error = math.hypot(
                found.second.standard_error, (1 + limit) * found.first.standard_error
            )
            t = (found.second.value - (1 + limit) * found.first.value) / error
            freedom = stats.ttest_ind(after, before, equal_var=False).df
            assert abs(t) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-9)


def test_intervals_cover_the_truth():
    rng, runs = np.random.default_rng(3), 300
    hits = np.zeros((runs, 5))
    for run in range(runs):
        groups = [rng.gamma(3, scale, 80) for scale in (10, 14, 10, 11)]
        found = means(groups[0], groups[1], control=(groups[2], groups[3]))
        orders = [1 + rng.poisson(2, 80) for _ in range(2)]
        spend = [rng.gamma(3 * n, scale) for n, scale in zip(orders, (10, 14), strict=True)]
        per_order = ratio((spend[0], orders[0]), (spend[1], orders[1]))
        hits[run] = (
            12 in found.difference.interval,
            0.4 in found.relative.interval,
            9 in found.net.interval,
            1.4 / 1.1 - 1 in found.net_relative.interval,
            0.4 in per_order.relative.interval,
        )
    # Standard error of the simulation: 1.3 points.
    assert (hits.mean(axis=0) >= 0.92).all()
    assert (hits.mean(axis=0) <= 0.985).all()


def test_net_change_of_pairs():
    rng = np.random.default_rng(4)
    groups = [(x, x + shift + rng.normal(0, 3, 50)) for x, shift in
              ((rng.gamma(3, 10, 50), 6), (rng.gamma(3, 10, 50), 2))]  # fmt: skip
    found = means(*groups[0], paired=True, control=groups[1])
    changes = [after - before for before, after in groups]
    # Two t quantiles of 49 degrees of freedom, together a little longer than Welch's of 98.
    theirs = stats.ttest_ind(changes[0], changes[1], equal_var=False).confidence_interval()
    assert found.net.value == pytest.approx(changes[0].mean() - changes[1].mean(), rel=1e-12)
    half = (theirs.high - theirs.low) / 2
    ours = (found.net.interval.high - found.net.interval.low) / 2
    assert ours == pytest.approx(half, rel=0.02)
    assert ours > half
    assert found.n == 100


def test_rounding_is_no_spread():
    alike = means([0.1] * 3, [0.3] * 3)
    assert math.isnan(alike.p_value)
    assert alike.first.standard_error == 0
    assert math.isnan(alike.required_n.interval)  # no spread, and not "fewer than 10"
    moved = means([0.1, 0.7, 0.3], [0.4, 1.0, 0.6], paired=True)  # by 0.3, but for rounding
    assert math.isnan(moved.p_value)
    assert math.isnan(ratio(([0.3, 0.1], [3, 1]), ([0.6, 0.2], [3, 1])).p_value)


def test_undefined_relative_changes():
    negative = means([-5.0, -3.0, -4.0], [1.0, 2.0, 3.0])
    assert math.isnan(negative.relative.value)
    assert math.isnan(negative.relative.interval.low)
    assert "relative    undefined" in repr(negative)
    unsure = means([-9.0, 11.0, 1.0], [1.0, 2.0, 3.0])  # surely positive is what the first is not
    assert unsure.relative.value == 1
    assert math.isnan(unsure.relative.interval.low)
    assert "relative    +100.0 %, no interval" in repr(unsure)
    one = means([5.0], [1.0, 2.0, 3.0])
    assert math.isnan(one.difference.interval.low)
    assert one.difference.value == -3
    assert math.isnan(means([5.0], [6.0], paired=True).p_value)
    worse = means([-5.0, -3.0], [1.0, 2.0], control=([-5.0, -3.0], [1.0, 2.0]))
    assert worse.net.value == 0
    assert math.isnan(worse.net_relative.value)
    assert worse.p_value == 1
    unknown = means([5.0, 3.0], [1.0, 2.0], control=(5.0, 2.0))
    assert unknown.net.value == 0.5
    assert math.isnan(unknown.p_value)
    assert unknown.n is None
    assert "No interval: n was not told for control before and control after." in unknown.notes


# -- properties ------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.floats(0.1, 9), st.floats(0.1, 9)), min_size=1), st.randoms())
def test_order_of_rows_does_not_matter_to_the_last_digit(rows, random):
    turned = rows.copy()
    random.shuffle(turned)
    one, two = (tuple(map(list, zip(*some, strict=True))) for some in (rows, turned))
    assert ratio(one, one).equals(ratio(two, two))
    for paired in (True, False):
        assert means(*one, paired=paired).equals(means(*two, paired=paired))


@given(VALUES, VALUES, st.randoms(), st.sampled_from([0.5, 4.0]))
def test_order_and_unit_do_not_matter(one, two, random, unit):
    found = means(one, two)
    turned = one.copy()
    random.shuffle(turned)
    assert limits(means(turned, two).difference) == pytest.approx(
        limits(found.difference), nan_ok=True, abs=1e-9
    )
    scaled = means([x * unit for x in one], [x * unit for x in two])
    assert scaled.difference.value == pytest.approx(found.difference.value * unit, abs=1e-9)
    if not math.isnan(found.relative.interval.low):
        assert limits(scaled.relative) == pytest.approx(limits(found.relative), rel=1e-6)
        low, high = limits(found.difference)
        if min(abs(low), abs(high)) > 1e-6:
            assert (limits(found.relative)[0] > 0) == (low > 0)
            assert (limits(found.relative)[1] < 0) == (high < 0)


def test_columns_come_back_in_kind():
    frame = pl.DataFrame({"before": [1.0, 2.0, None], "after": [2.0, 2.5, 3.0]})
    found = means(frame["before"], frame["after"], missing="drop")
    assert found.kind == "polars"
    assert found.to_frame()["n"].to_list() == [2, 3, 5, 5]
    assert "1 missing value left out of before." in found.notes
    orders = ratio(
        (pd.Series([4, 6, None], dtype="Int64"), [1, 2, 1]), ([4, 9], [1, 2]), missing="drop"
    )
    assert orders.kind == "pandas"
    assert orders.first.n == 2


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "error", "match"),
    [
        ((1, 2), KindError, "no figure that can be compared"),
        ((1.0, -2.0, 10), OptionError, "standard deviation of first"),
        ((1.0, 2.0, 1), OptionError, "n of first"),
        ((1e200, 1e200, 5), OptionError, "standard deviation of first"),
        ([1.0, 1e200], DataError, "infinite"),
        ((math.inf, 2.0, 10), OptionError, "mean of first"),
        (math.inf, OptionError, "`first`"),
        ([1.0, math.nan], DataError, "missing"),
        ([1.0, -math.inf], DataError, "infinite"),
        (["1"], DataError, "does not hold numbers"),
        ([[1.0, 2.0]], DataError, "not one column"),
    ],
)
def test_no_means(first, error, match):
    with pytest.raises(error, match=match):
        means(first, [1.0, 2.0])


@pytest.mark.parametrize(
    ("first", "error", "match"),
    [
        ([1.0, 2.0], KindError, "no figure that can be compared"),
        ((1, 2), KindError, "no figure that can be compared"),
        (([1.0], [1.0, 2.0]), DataError, r"(?s)different lengths.*1 numerators of first"),
        (([1.0, 2.0], [0.0, 0.0]), DataError, "sum to zero"),
        (([1.0, None], [1.0, 1.0]), DataError, "missing"),
    ],
)
def test_no_ratios(first, error, match):
    with pytest.raises(error, match=match):
        ratio(first, ([1.0, 2.0], [1.0, 1.0]))


def test_options_that_are_refused():
    with pytest.raises(OptionError, match="standard_deviation"):
        means(1, 2, standard_deviation=0)
    with pytest.raises(OptionError, match="is of published means"):
        means([1.0, 2.0], (1.0, 2.0, 3), standard_deviation=9)
    assert means([1.0, 2.0], 1.0, standard_deviation=9).required_n.unit == "customers"
    with pytest.raises(OptionError, match="`missing`"):
        ratio(1, 2, missing="zero")
    with pytest.raises(KindError, match="needs the values"):
        means(1, 2, paired=True)
    with pytest.raises(KindError, match=r"`control\[0\]`"):
        ratio(1, 2, control=("a", 2))
