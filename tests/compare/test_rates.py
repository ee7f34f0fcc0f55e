"""Two rates: published numbers, other implementations, coverage, and what is not a rate."""

import json
import math

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import retentionkit as rk
from retentionkit.compare._contrast import quotient
from retentionkit.compare._rates import _figure
from retentionkit.errors import DataError, KindError, OptionError, RetentionKitWarning
from retentionkit.intervals import newcombe

rates = rk.compare.rates


def limits(estimate):
    return estimate.interval.low, estimate.interval.high


# -- worked example --------------------------------------------------------------------------------


def test_newcombe_s_own_example():
    # Newcombe (1998), example (a), method 10: 56/70 against 48/80.
    found = rates((48, 80), (56, 70))
    assert found.difference.value == pytest.approx(0.2, abs=1e-15)
    assert limits(found.difference) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert found.n == found.difference.n == 150
    assert (found.first.n, found.second.n) == (80, 70)
    assert float(found) == found.value == found.difference.value
    assert found.relative.value == pytest.approx(1 / 3, rel=1e-14)


def test_a_quarter_against_an_eighth():
    found = rates((12, 100), (108, 400), design="control-treated")
    assert found.difference.value == pytest.approx(0.15, abs=1e-15)
    assert limits(found.difference) == pytest.approx((0.062, 0.218), abs=5e-4)
    assert found.labels == ("control", "treated")


@pytest.mark.parametrize(
    ("first", "second", "interval", "power"), [(0.15, 0.45, 18, 33), (0.65, 0.82, 53, 102)]
)
def test_published_rates_say_what_n_they_would_need(first, second, interval, power):
    found = rates(first, second)
    assert found.difference.value == second - first
    assert found.relative.value == second / first - 1
    assert all(map(math.isnan, limits(found.difference)))
    assert math.isnan(found.p_value)
    assert found.n is None
    variance = first * (1 - first) + second * (1 - second)
    z, more = stats.norm.ppf(0.975), stats.norm.ppf(0.8)
    # By trying one n after the other.
    assert found.required_n.interval == next(
        n for n in range(1, 999) if newcombe(first * n, n, second * n, n)[0] > 0
    )
    assert found.required_n.with_power == math.ceil(variance * ((z + more) / (second - first)) ** 2)
    assert (found.required_n.interval, found.required_n.with_power) == (interval, power)
    assert "No interval: n was not told for before and after." in found.notes
    assert found.to_frame()["n"].isna().all()
    assert f"{interval} customers in each group for an interval without zero" in repr(found)


def test_printed_as_points_and_per_cent():
    text = repr(rates((48, 80), (56, 70), labels=("2023", "2024")))
    assert text.startswith("Comparison of rates\n  difference  +20.0 points, 95 % +5.2 to +33.4\n")
    assert "relative    +33.3 %, 95 % +7.8 % to +66.3 %" in text
    assert "2023  60.0 %  49.0 to 70.0  80" in text
    assert "No control group: this is what changed, not what changed it;" in text


def test_small_rates_are_printed_with_two_digits():
    text = repr(rates((20, 100_000), (50, 100_000)))
    assert "difference  +0.030 points, 95 % +0.014 to +0.047" in text
    assert "before  0.020 %  0.013 to 0.031  100,000" in text
    assert "relative    +0.011 %" in repr(rates(0.5, 0.500055))
    assert "0.0 %" in repr(rates((0, 50), (5, 50)))


def test_printed_with_a_control_group():
    found = rates((30, 200), (90, 200), control=((32, 200), (50, 200)))
    text = repr(found)
    assert "net of control  +21.0 points, 95 %" in text
    assert "parallel trends" in found.definition
    assert "control after  25.0 %" in text
    assert not any("No control" in note for note in found.notes)
    assert found.n == found.net.n == 800
    assert found.to_frame()["figure"].tolist() == [
        "before", "after", "control before", "control after",
        "difference", "relative", "net", "net_relative",
    ]  # fmt: skip
    json.dumps(found.to_dict(), allow_nan=False)
    assert "<strong>Comparison of rates</strong>" in found._repr_html_()
    assert "net of control" in found._repr_html_()
    assert found.equals(rates((30, 200), (90, 200), control=((32, 200), (50, 200))))


def test_one_side_without_n():
    found = rates((60, 400), 0.45)
    assert "after needs fewer than 10 customers for an interval without zero" in found.notes[-1]
    assert limits(found.first) == limits(rates((60, 400), (1, 2)).first)
    assert found.n is None
    assert any("400" in cell for cell in repr(found).splitlines())
    turned = rates(0.45, (60, 400))
    assert "before needs fewer than 10 customers" in turned.notes[-1]
    more = rates((60, 400), 0.25)
    expected = next(n for n in range(1, 999) if newcombe(60, 400, 0.25 * n, n)[0] > 0)
    assert f"With what before has, after needs {expected} customers" in more.notes[-1]
    less = rates(0.25, (60, 400))
    assert f"With what after has, before needs {expected} customers" in less.notes[-1]
    few = rates((60, 400), 0.16)
    assert any("No number of customers in after would do" in note for note in few.notes)
    same = rates((60, 400), 0.15)
    assert not any("would do" in note for note in same.notes)
    assert math.isinf(same.required_n.interval)
    assert "no number tells a difference of zero" in repr(same)


def test_regression_to_the_mean():
    found = rates((30, 200), (90, 200), selected="low", reliability=0.5, population_mean=0.45)
    assert found.regression == pytest.approx(0.5 * (0.45 - 0.15), abs=1e-15)
    assert any("Of the +30.0 points, +15.0 points are expected" in note for note in found.notes)
    with pytest.warns(RetentionKitWarning, match="regression to the mean") as caught:
        chosen = rates((30, 200), (90, 200), selected="high")
    assert caught[0].filename == __file__
    assert any("chosen for a high figure before: it would have fallen" in n for n in chosen.notes)
    assert chosen.regression is None
    other = ((30, 200), (60, 200))
    controlled = rates((30, 200), (90, 200), selected="low", control=other)  # does not warn
    assert controlled.notes[0] == (
        "This holds if the control group was chosen for a low figure, too."
    )
    assert controlled.net.value == pytest.approx(0.15, abs=1e-12)


def test_any_name_of_a_figure_will_do():
    found = rates((1, 2), (1, 2), labels=("value", "n"), control=((1, 3), (2, 3)))
    frame = found.to_frame()
    assert frame["figure"].tolist()[:4] == ["value", "n", "control value", "control n"]
    assert frame["n"].tolist() == [2, 2, 3, 3, 4, 4, 10, 10]


def test_other_designs_have_their_own_caution():
    treated = rates((12, 100), (108, 400), design="control-treated")
    assert "only if chance decided" in treated.notes[0]
    assert "more than what the segment is named" in rates(0.1, 0.2, design="rest-segment").notes[0]


# -- reference -------------------------------------------------------------------------------------


@given(st.integers(1, 60), st.integers(1, 60), st.data())
def test_newcombe_by_hand_with_the_wilson_limits_of_scipy(n1, n2, data):
    k1, k2 = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    level = data.draw(st.sampled_from([0.5, 0.9, 0.95, 0.99]))
    one = stats.binomtest(k1, n1).proportion_ci(level, method="wilson")
    two = stats.binomtest(k2, n2).proportion_ci(level, method="wilson")
    p1, p2 = k1 / n1, k2 / n2
    low = p2 - p1 - math.sqrt((p2 - two.low) ** 2 + (one.high - p1) ** 2)
    high = p2 - p1 + math.sqrt((two.high - p2) ** 2 + (p1 - one.low) ** 2)
    found = rates((k1, n1), (k2, n2), confidence=level)
    assert limits(found.difference) == pytest.approx((low, high), abs=1e-12)
    assert limits(found.first) == pytest.approx((one.low, one.high), abs=1e-12)
    np.testing.assert_allclose(newcombe([k1], n1, k2, n2, confidence=level)[0], low, atol=1e-12)


def test_p_value_is_near_that_of_other_tests():
    found = rates((48, 80), (56, 70))
    table = np.array([[48, 32], [56, 14]])
    # Other tests of the same hypothesis: they agree within a quarter of the p-value.
    exact = stats.boschloo_exact(table.T, n=4).pvalue
    assert found.p_value == pytest.approx(exact, rel=0.25)
    score = stats.chi2_contingency(table, correction=False).pvalue
    assert found.p_value == pytest.approx(score, rel=0.25)


def test_relative_is_near_the_log_scale_interval_of_scipy():
    found = rates((480, 800), (560, 700))
    theirs = stats.contingency.relative_risk(560, 700, 480, 800)
    assert found.relative.value + 1 == pytest.approx(theirs.relative_risk, rel=1e-14)
    ours = [limit + 1 for limit in limits(found.relative)]
    # Another interval; with hundreds of customers they agree to a thousandth.
    np.testing.assert_allclose(ours, theirs.confidence_interval(0.95), rtol=2e-3)


def test_pairs_have_tango_s_interval_and_mcnemar_s_test():
    before = [1] * 43 + [0]
    after = [1] * 43 + [1]
    found = rates(before, after, paired=True)
    z = stats.norm.ppf(0.975)

    def statistic(delta):
        # Constrained maximum of the likelihood by search, as a check of the closed form.
        grid = np.linspace(max(0.0, -delta), (1 - delta) / 2, 400_001)[1:-1]
        with np.errstate(divide="ignore"):
            score = 1 * np.log(grid + delta) + 43 * np.log(1 - 2 * grid - delta)
        d = grid[np.argmax(score)]
        return (1 / 44 - delta) / math.sqrt((2 * d + delta - delta**2) / 44)

    low, high = limits(found.difference)
    assert statistic(high) == pytest.approx(-z, abs=1e-3)
    assert statistic(low) == pytest.approx(z, abs=1e-3)
    assert found.p_value == pytest.approx(stats.chi2.sf(1.0, 1), rel=1e-12)
    assert found.n == 44
    assert found.required_n.unit == "pairs"


# -- definition ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n1", "n2", "p1", "p2", "expected"),
    [
        (17, 17, 0.15, 0.45, (95.2, 96.3, 93.3)),
        (33, 33, 0.15, 0.45, (95.3, 95.4, 94.4)),
        (50, 50, 0.65, 0.82, (95.0, 95.4, 94.3)),
        (20, 20, 0.50, 0.50, (95.7, 95.7, 91.9)),
        (20, 100, 0.05, 0.10, (96.4, 95.4, 88.9)),
        (200, 200, 0.02, 0.04, (96.2, 96.8, 94.9)),
    ],
)
def test_coverage_that_the_page_on_honest_comparisons_tells(n1, n2, p1, p2, expected):
    difference = relative = wald = 0.0
    one, two = stats.binom.pmf(range(n1 + 1), n1, p1), stats.binom.pmf(range(n2 + 1), n2, p2)
    # Outcomes of a chance below 1e-7 are left out: together they do not reach the digits told.
    for k1, k2 in np.argwhere(np.outer(one, two) > 1e-7).tolist():
        chance, (a, b) = one[k1] * two[k2], (k1 / n1, k2 / n2)
        low, high = newcombe(k1, n1, k2, n2)
        difference += chance * (low <= p2 - p1 <= high)
        down, up = quotient(_figure(k1, n1), _figure(k2, n2))(0.95)
        # Without a first figure there is no relative interval, which cannot miss.
        relative += chance * (k1 == 0 or down <= p2 / p1 <= up)
        half = stats.norm.ppf(0.975) * math.sqrt(a * (1 - a) / n1 + b * (1 - b) / n2)
        wald += chance * (abs(b - a - (p2 - p1)) <= half)
    found = [100 * value for value in (difference, relative, wald)]
    assert found == pytest.approx(expected, abs=0.06)


def test_the_net_difference_is_covered():
    rng, runs = np.random.default_rng(5), 600
    truth = (0.45 - 0.15) - (0.25 - 0.16)
    relative = (0.45 / 0.15) / (0.25 / 0.16) - 1
    draws = rng.binomial(120, [0.15, 0.45, 0.16, 0.25], (runs, 4))
    found = [
        rates((a, 120), (b, 120), control=((c, 120), (d, 120))) for a, b, c, d in draws.tolist()
    ]
    # Standard error of the simulation: 0.9 points.
    assert 0.93 <= np.mean([truth in each.net.interval for each in found]) <= 0.97
    assert 0.93 <= np.mean([relative in each.net_relative.interval for each in found]) <= 0.985


def test_the_relative_limits_are_where_the_difference_reaches_zero():
    (k1, n1), (k2, n2) = (30, 100), (25, 60)
    found = rates((k1, n1), (k2, n2))
    one, two = found.first, found.second
    for limit, upper in ((limits(found.relative)[0], False), (limits(found.relative)[1], True)):
        ratio = limit + 1
        value = two.value - ratio * one.value
        if upper:
            reach = math.hypot(
                two.interval.high - two.value, ratio * (one.value - one.interval.low)
            )
        else:
            reach = math.hypot(
                two.value - two.interval.low, ratio * (one.interval.high - one.value)
            )
        assert abs(value) == pytest.approx(reach, rel=1e-10)


# -- properties ------------------------------------------------------------------------------------

COUNTS = st.integers(1, 80).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS, COUNTS)
def test_intervals_and_p_value_agree(first, second):
    found = rates(first, second)
    low, high = limits(found.difference)
    if abs(found.p_value - 0.05) > 1e-6:
        assert (found.p_value < 0.05) == (low > 0 or high < 0)
    if first[0]:
        down, up = limits(found.relative)
        assert down <= found.relative.value <= up
        if min(abs(low), abs(high)) > 1e-9:
            assert (low > 0) == (down > 0)
            assert (high < 0) == (up < 0)
    else:
        assert math.isnan(found.relative.value)
        assert math.isnan(found.relative.interval.low)
    assert -1 <= low <= found.difference.value <= high <= 1


SHARES = st.integers(0, 40).map(lambda k: k / 40)


@given(SHARES, SHARES, SHARES, SHARES)
def test_with_the_required_n_the_interval_just_leaves_zero_out(p1, p2, p3, p4):
    """The interval that `rates` makes, at n and at one less; whole numbers by taking 40 n."""
    for control in (None, ((p3, p4))):
        found = rates(p1, p2, control=control)
        needed, effect = found.required_n.interval, found.value
        if abs(effect) < 0.02:
            continue

        def tells(n, effect=effect, control=control):
            low, high = newcombe(p1 * n, n, p2 * n, n)
            if control is not None:
                least, most = newcombe(p3 * n, n, p4 * n, n)
                change, other = p2 - p1, p4 - p3
                low, high = (
                    effect - math.hypot(change - low, most - other),
                    effect + math.hypot(high - change, other - least),
                )
            return low > 0 if effect > 0 else high < 0

        assert tells(needed)
        assert needed == 1 or not tells(needed - 1)
        assert found.required_n.with_power >= needed
        whole = 40 * math.ceil(needed / 40)
        pair = [(round(p * whole), whole) for p in (p1, p2)]
        group = [(round(p * whole), whole) for p in (p3, p4)]
        counted = rates(*pair, control=None if control is None else tuple(group))
        assert counted.p_value < 0.05


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=12))
def test_the_required_number_of_pairs_by_repeating_them(pairs):
    before, after = map(list, zip(*pairs, strict=True))
    found = rates(before, after, paired=True)
    needed = found.required_n.interval
    if math.isinf(needed) or needed > 400:
        return
    times = math.ceil(needed / len(pairs))
    assert rates(before * times, after * times, paired=True).p_value < 0.05
    if times > 1 and needed > len(pairs) * (times - 1):
        fewer = rates(before * (times - 1), after * (times - 1), paired=True)
        assert fewer.p_value >= 0.05


@given(COUNTS, COUNTS)
def test_turned_around_the_difference_changes_its_sign(first, second):
    one, other = rates(first, second), rates(second, first)
    assert one.difference.value == -other.difference.value
    assert limits(one.difference) == pytest.approx([-x for x in limits(other.difference)][::-1])
    assert one.p_value == pytest.approx(other.p_value, rel=1e-6)
    assert one.required_n == other.required_n


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_net_is_the_difference_of_the_differences(first, second, third, fourth):
    found = rates(first, second, control=(third, fourth))
    own, other = rates(first, second).difference, rates(third, fourth).difference
    assert found.net.value == own.value - other.value
    low, high = limits(found.net)
    assert low == pytest.approx(
        found.net.value
        - math.hypot(own.value - own.interval.low, other.interval.high - other.value)
    )
    assert (found.p_value < 0.05) == (low > 0 or high < 0)
    assert found.control.difference == other
    if 0 in {first[0], second[0], third[0], fourth[0]}:
        assert math.isnan(found.net_relative.interval.low)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40), st.randoms())
def test_order_of_customers_does_not_matter(pairs, random):
    before, after = map(list, zip(*pairs, strict=True))
    turned = pairs.copy()
    random.shuffle(turned)
    for paired in (True, False):
        one = rates(before, after, paired=paired)
        assert one.equals(rates(*map(list, zip(*turned, strict=True)), paired=paired))
    assert one.equals(rates((sum(before), len(before)), (sum(after), len(after))))


@pytest.mark.parametrize(
    "column",
    [
        [True, False, True, None],
        [1, 0, 1, math.nan],
        pd.Series([True, False, True, None]),
        pd.array([1, 0, 1, None], dtype="Int8"),
        np.array([1.0, 0.0, 1.0, np.nan]),
        pd.Series([True, False, True, None], dtype="boolean"),
        pd.Series([1, 0, 1, None], dtype="Int64"),
        pl.Series([True, False, True, None]),
        pl.Series([1, 0, 1, None]),
        pa.array([True, False, True, None]),
        pa.chunked_array([[1, 0], [1, None]]),
    ],
)
def test_columns_of_every_kind(column):
    with pytest.raises(DataError, match="Some values are missing"):
        rates(column, (1, 2))
    found = rates(column, (1, 2), missing="drop")
    assert (found.first.value, found.first.n) == (2 / 3, 3)
    assert "1 missing value left out of before." in found.notes
    assert type(found.to_frame()).__module__.partition(".")[0] == (found.kind or "pandas")


@pytest.mark.parametrize("make", [list, np.array, pd.Series, pl.Series, pa.array])
def test_truth_values(make):
    found = rates(make([True, False, True]), make([False, True, True]), paired=True)
    assert found.equals(rates(make([1, 0, 1]), make([0, 1, 1]), paired=True))
    assert found.first.n == 3


def test_pairs_of_which_one_is_missing_are_left_out_together():
    found = rates([1, 0, None, 1], [1, 1, 1, None], paired=True, missing="drop")
    assert (found.first.value, found.second.value, found.n) == (0.5, 1.0, 2)
    assert found.notes[-1] == "2 pairs with a missing value left out."
    other = rates([1, 0], [1, 1], control=([1, 0, None], [1, 1, 1]), paired=True, missing="drop")
    assert other.notes[-1] == "1 pair with a missing value left out of the control group."
    nobody = rates([0, 0], [0, 0], paired=True)
    assert nobody.p_value == 1
    assert math.isnan(nobody.relative.value)
    assert math.isnan(nobody.relative.interval.low)


def test_pairs_of_whom_nobody_changed_have_no_relative_interval():
    alike = rates([1, 0, 1], [1, 0, 1], paired=True)
    assert alike.relative.value == 0
    assert math.isnan(alike.relative.interval.low)
    assert alike.difference.interval.low < 0 < alike.difference.interval.high


def test_extremes_have_p_values():
    assert rates((0, 100_000), (100_000, 100_000)).p_value == pytest.approx(1e-12)
    assert rates((5, 10), (5, 10)).p_value == 1
    assert "p-value     < 0.001" in repr(rates((0, 1_000), (1_000, 1_000)))
    assert limits(rates((5, 10), (0, 10)).relative)[0] == -1
    assert rates((1, 10**9), (1, 1)).relative.value > 1e8


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "error", "match"),
    [
        (15, OptionError, r"(?s)`first` must be.*Write 15 % as 0.15"),
        (math.nan, OptionError, "`first` must be a finite"),
        ((0.15, 400), OptionError, r"(?s)whole number.*15 % of 400 are \(60, 400\)"),
        ((5, 4), OptionError, "successes of first"),
        ((0, 0), OptionError, "n of first"),
        ((1, 2, 3), KindError, "no figure that can be compared"),
        ("15 %", KindError, "no figure that can be compared"),
        (True, KindError, "no figure that can be compared"),
        (None, KindError, "no figure that can be compared"),
        ([0, 1, 2], DataError, "neither 0 nor 1"),
        (["a", "b"], DataError, "does not hold numbers"),
        ([True, "b"], DataError, "does not hold numbers"),
        (np.array([[True, False]]), DataError, "not one column"),
        ([1, math.inf], DataError, "infinite"),
        ([], DataError, "There is no value"),
        (pd.DataFrame({"x": [1]}), DataError, "not one column"),
    ],
)
def test_no_rates(first, error, match):
    with pytest.raises(error, match=match):
        rates(first, (1, 2))


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"design": "treated-control"}, r"(?s)in the order.*design='control-treated'"),
        ({"design": "ab"}, "`design` is not one of its choices"),
        ({"design": "rest-segment", "control": ((1, 2), (1, 2))}, "of a change over time"),
        ({"design": "control-treated", "selected": "low"}, "of a change over time"),
        ({"selected": "worst"}, "`selected` is not one"),
        ({"reliability": 0.5}, "together"),
        ({"population_mean": 0.5}, "together"),
        ({"reliability": 2, "population_mean": 0.5}, "`reliability`"),
        ({"reliability": 0.5, "population_mean": 45}, "`population_mean`"),
        ({"confidence": 95}, "confidence"),
        ({"power": 0.3}, "power"),
        ({"missing": "zero"}, "`missing`"),
        ({"labels": ("a", "a")}, "must name both"),
        ({"labels": "ab"}, "must name both"),
        ({"labels": (1, 2)}, "must name both"),
        ({"labels": ("relative", "a")}, "(?s)row of that name.*Call 'relative'"),
        ({"labels": ("a", "control a"), "control": ((1, 2), (1, 2))}, "row of that name"),
        ({"control": (1, 2)}, r"`control\[1\]` must be a finite number"),
        ({"control": 0.5}, "two figures of the control group"),
    ],
)
def test_options_that_are_refused(options, match):
    with pytest.raises(OptionError, match=match):
        rates((1, 2), (1, 2), **options)


def test_pairs_that_are_refused():
    with pytest.raises(KindError, match="needs the values"):
        rates((1, 2), (1, 2), paired=True)
    with pytest.raises(KindError, match="needs the values"):
        rates([0, 1], (1, 2), paired=True)
    with pytest.raises(DataError, match="different lengths"):
        rates([0, 1], [0, 1, 1], paired=True)
    with pytest.raises(DataError, match="no value"):
        rates([None, 1.0], [1.0, None], paired=True, missing="drop")
    with pytest.raises(DataError, match="neither 0 nor 1"):
        rates([0, 1], [0, 3], paired=True)
