"""How much comes from how few; the intervals are in test_concentration_intervals.py."""

import dataclasses
import json
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import retentionkit as rk
from retentionkit.errors import DataError, KindError, OptionError, RetentionKitWarning
from retentionkit.rfm import concentration
from segmented import table_of

INCOMES = [541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261]
MIXED = [-7, -15, 11, -10, 2, 4, 40]
#: Values in cents: some customers brought nothing, many the same.
CENTS = st.lists(st.integers(0, 50_000) | st.sampled_from([0, 999]), min_size=1, max_size=25)


@pytest.fixture(scope="module")
def log():
    return rk.Transactions(rk.datasets.load_cdnow())


@pytest.fixture(scope="module")
def cdnow(log):
    table = rk.rfm.measure(log)
    return concentration(table.net_spend, window=table.window)


def pairs(values):
    """Sum of the differences of all ordered pairs, exactly."""
    return sum((abs(Fraction(a) - Fraction(b)) for a in values for b in values), Fraction(0))


def bought_by_top(values, p):
    """What the top p of the customers bring, customer by customer, exactly."""
    left, brought = p * len(values), Fraction(0)
    for value in sorted(values, reverse=True):
        part = min(left, Fraction(1))
        brought, left = brought + part * value, left - part
    return brought / sum(values)


def needed_for(values, q):
    """Share of the customers who bring q of the value, customer by customer, exactly."""
    left, customers = q * sum(values), Fraction(0)
    for value in sorted(values, reverse=True):
        if left <= 0:
            break
        part = min(left / value, Fraction(1))
        customers, left = customers + part, left - part * value
    return customers / len(values)


# Worked example: published numbers, and by hand.


@pytest.mark.parametrize(
    ("values", "gini", "unbiased"),
    [(INCOMES, 0.462091, 0.513435), ([10, 2, 5, 15], 0.34375, 0.458333)],
)
def test_published_gini_coefficients(values, gini, unbiased):
    found = concentration(values)
    assert found.gini.value == pytest.approx(gini, abs=5e-7)
    assert found.gini_unbiased.value == pytest.approx(unbiased, abs=5e-7)


def test_published_normalised_gini_coefficient():
    found = concentration(MIXED, negative="normalised")
    assert found.gini.value == pytest.approx(0.816479, abs=5e-7)
    assert found.gini_unbiased == found.gini
    assert (found.n, found.n_negative, found.negative_total, found.total) == (7, 3, -32, 25)


def test_hhi_by_hand():
    found = concentration([20, 30, 50])
    assert found.hhi.value == pytest.approx(0.38, rel=1e-14)
    assert found.effective_customers.value == pytest.approx(1 / 0.38, rel=1e-14)


def test_shares_by_hand():
    found = concentration([0.0, 10.0, 10.0, 80.0])
    assert found.top_share(0.25).value == pytest.approx(0.8, rel=1e-14)
    assert found.top_share(0.125).value == pytest.approx(0.4, rel=1e-14)
    assert found.top_share(0.5).value == pytest.approx(0.9, rel=1e-14)
    assert found.top_share(1).value == pytest.approx(1, rel=1e-14)
    assert found.share_needed().value == pytest.approx(0.25, rel=1e-14)
    assert found.share_needed(0.95).value == pytest.approx(0.625, rel=1e-14)
    assert found.share_needed(1).value == pytest.approx(0.75, rel=1e-14)
    assert found.lorenz.customers.tolist() == [0, 0.25, 0.75, 1]
    np.testing.assert_allclose(found.lorenz.value, [0, 0, 0.2, 1], rtol=1e-14)
    np.testing.assert_allclose(
        found.deciles, [0.32, 0.32, 0.18, 0.04, 0.04, 0.04, 0.04, 0.02, 0, 0], atol=1e-15
    )
    assert (found.n, found.total, found.n_zero, found.n_negative) == (4, 100, 1, 0)


@pytest.mark.parametrize(
    ("customers", "value", "gini", "ratio"), [(0.12, 0.65, 0.53, 13.6), (0.18, 0.72, 0.54, 11.7)]
)
def test_what_a_sentence_says_by_itself(cdnow, customers, value, gini, ratio):
    claim = cdnow.claim(customers=customers, value=value)
    assert claim.gini_at_least == pytest.approx(gini, abs=1e-12)
    assert claim.per_head_ratio == pytest.approx(ratio, abs=0.05)
    # Two groups of equal customers have just this coefficient.
    per_head = [value / customers, (1 - value) / (1 - customers)]
    groups = concentration(per_head, weight=[100 * customers, 100 * (1 - customers)])
    assert groups.gini.value == pytest.approx(gini, abs=1e-12)
    assert groups.top_share(customers).value == pytest.approx(value, abs=1e-12)


def test_the_published_cohort(cdnow):
    assert (cdnow.n, cdnow.window) == (2357, 546)
    assert cdnow.total == pytest.approx(244_091.94, abs=0.005)
    assert "546 days" in repr(cdnow)
    assert "of them without value" in repr(cdnow)
    rows = cdnow.to_frame().set_index("figure")["value"]
    assert rows["gini"] == cdnow.gini.value
    assert rows["share_of_top_20_percent"] == cdnow.top_share(0.2).value
    assert rows["share_of_top_1_percent"] == cdnow.top_share(0.01).value
    assert rows["customers_for_80_percent"] == cdnow.share_needed(0.8).value
    told = json.loads(json.dumps(cdnow.to_dict(), allow_nan=False))
    assert told["gini"]["n"] == 2357
    assert "sample" not in told


# Reference: loops over customers and pairs, in exact fractions.


@given(values=CENTS, p=st.fractions(0, 1, max_denominator=50))
def test_every_figure_is_that_of_a_loop(values, p):
    total, n = sum(values), len(values)
    assume(total > 0)
    assume(p > 0)
    found = concentration(values)
    gini = pairs(values) / (2 * n * total)
    assert found.gini.value == pytest.approx(float(gini), rel=1e-11, abs=1e-13)
    if n > 1:
        unbiased = float(gini * n / (n - 1))
        assert found.gini_unbiased.value == pytest.approx(unbiased, rel=1e-11, abs=1e-13)
    squares = sum(Fraction(value, total) ** 2 for value in values)
    assert found.hhi.value == pytest.approx(float(squares), rel=1e-12)
    assert found.effective_customers.value == pytest.approx(float(1 / squares), rel=1e-12)
    assert found.top_share(float(p)).value == pytest.approx(
        float(bought_by_top(values, p)), abs=1e-12
    )
    needed = found.share_needed(float(p)).value
    assert needed == pytest.approx(float(needed_for(values, p)), abs=1e-9)
    tops = [bought_by_top(values, Fraction(k, 10)) for k in range(11)]
    np.testing.assert_allclose(found.deciles, np.diff(np.array(tops, dtype=float)), atol=1e-12)


@given(values=st.lists(st.integers(-5_000, 50_000), min_size=2, max_size=25))
def test_normalised_is_the_mean_difference_over_its_maximum(values):
    up, down = (sum(max(sign * value, 0) for value in values) for sign in (1, -1))
    assume(up + down > 0)
    found = concentration(values, negative="normalised")
    # The greatest difference: one has all that is positive, another all that is negative.
    extreme = [up, -down] + [0] * (len(values) - 2)
    most = pairs(extreme)
    assert found.gini.value == pytest.approx(float(pairs(values) / most), rel=1e-11, abs=1e-13)
    assert 0 <= found.gini.value <= 1


# Definition.


@given(values=CENTS)
def test_gini_is_twice_the_area_above_the_lorenz_curve(values):
    assume(sum(values) > 0)
    found = concentration(values)
    x, y = found.lorenz
    area = float(np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2))
    assert found.gini.value == pytest.approx(1 - 2 * area, abs=1e-12)


def test_the_normalised_form_without_negative_values_is_the_unbiased_one():
    found, plain = concentration(INCOMES, negative="normalised"), concentration(INCOMES)
    assert found.gini.value == pytest.approx(plain.gini_unbiased.value, rel=1e-15)
    assert found.top_share(0.2).value == plain.top_share(0.2).value
    assert found.deciles.tolist() == plain.deciles.tolist()


def test_negative_customers_are_treated_as_said():
    dropped = concentration(MIXED, negative="drop")
    assert (dropped.n, dropped.total, dropped.n_negative) == (4, 57, 3)
    assert dropped.gini.value == concentration([11, 2, 4, 40]).gini.value
    zero = concentration(MIXED, negative="zero")
    assert (zero.n, zero.total, zero.n_zero) == (7, 57, 3)
    assert zero.gini.value == concentration([11, 2, 4, 40, 0, 0, 0]).gini.value
    assert "3 with negative values, -32.00 together, are left out" in dropped.definition
    assert "3 with negative values, -32.00 together, count as 0" in zero.definition


def test_shares_of_a_sum_with_both_signs_are_undefined():
    found = concentration(MIXED, negative="normalised")
    for figure in (found.top_share(0.2), found.share_needed(0.8), found.hhi):
        assert math.isnan(figure.value)
        assert math.isnan(figure.interval.low)
        assert figure.definition.startswith("Undefined here.")
    assert math.isnan(found.effective_customers.value)
    assert np.isnan(found.deciles).all()
    assert np.isnan(found.lorenz.value).all()
    assert "undefined" in found.definition
    assert found.claim(customers=0.2, value=0.8).verdict == "undefined"
    assert "Undefined" in repr(found.claim(customers=0.2, value=0.8))
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["hhi"]["value"] is None


@pytest.mark.parametrize("negative", ["refuse", "normalised"])
def test_where_nobody_brought_anything_nothing_is_concentrated(negative):
    found = concentration([0, 0, 0], negative=negative)
    assert math.isnan(found.gini.value)
    assert math.isnan(found.gini_unbiased.value)
    assert math.isnan(found.top_share(0.5).value)
    assert math.isnan(found.hhi.value)
    assert np.isnan(found.deciles).all()
    assert (found.n, found.n_zero, found.total) == (3, 3, 0)
    assert "nobody brought anything" in found.definition


def test_values_that_cancel_out_are_not_nothing():
    found = concentration([-5.0, 5.0], negative="normalised")
    assert (found.gini.value, found.total) == (1, 0)
    assert "nobody" not in found.definition
    assert math.isnan(found.top_share(0.5).value)


def test_a_single_customer_has_no_interval():
    found = concentration([5.0])
    assert found.gini.value == 0
    assert found.hhi.value == 1
    assert math.isnan(found.gini.interval.low)
    assert math.isnan(found.hhi.interval.high)
    assert math.isnan(found.gini_unbiased.value)
    assert found.claim(customers=0.2, value=0.8).verdict == "undefined"


def test_doubtful_intervals_are_said(cdnow):
    said = "the intervals of hhi and effective_customers are too narrow"
    for found in (cdnow, cdnow.bootstrap(n_resamples=100)):
        assert said in repr(found)
    assert "too narrow where values are skewed" in cdnow.hhi.definition
    assert "too narrow" not in cdnow.gini.definition
    for found in (concentration([0.0]), concentration(MIXED, negative="normalised")):
        assert said not in repr(found)


def test_one_who_brings_everything():
    found = concentration([0, 0, 0, 8])
    assert found.gini.value == 0.75
    assert found.gini_unbiased.value == 1
    assert found.effective_customers.value == 1
    assert math.isnan(found.claim(customers=0.5, value=0.8).per_head_ratio_here)


def test_verdicts(cdnow):
    top = cdnow.top_share(0.2)
    low, high = top.interval.low, top.interval.high
    for value, verdict in (
        (low - 1e-9, "holds"),
        (low + 1e-9, "cannot be told"),
        (high - 1e-9, "cannot be told"),
        (high + 1e-9, "does not hold"),
    ):
        claim = cdnow.claim(customers=0.2, value=value)
        assert claim.verdict == verdict
        assert claim.answer.lower().startswith(verdict)
        assert repr(claim).startswith("Claim about the top customers")
        assert "of segments" in repr(claim)
        assert claim.top_share == top
    share = top.value
    assert claim.per_head_ratio_here == pytest.approx(share / 0.2 / ((1 - share) / 0.8), rel=1e-14)
    assert claim.gini == cdnow.gini
    assert claim.to_frame()["here"].tolist() == [share, claim.per_head_ratio_here, claim.gini.value]


# Properties.


@given(values=CENTS, scale=st.sampled_from([1e-290, 0.01, 0.3, 1e3, 1e290]))
def test_the_unit_of_money_does_not_matter(values, scale):
    assume(sum(values) > 0)
    before, after = concentration(values), concentration(np.array(values) * scale)
    for one, other in zip(
        before.to_frame().itertuples(index=False),
        after.to_frame().itertuples(index=False),
        strict=True,
    ):
        np.testing.assert_allclose(one[1:], other[1:], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(after.deciles, before.deciles, atol=1e-12)


def test_sums_beyond_all_numbers_have_shares():
    found = concentration([-1e308, -1e308, 1e308, 1e308], negative="drop")
    assert (found.gini.value, found.total, found.negative_total) == (0, math.inf, -math.inf)
    assert found.to_dict()["total"] is None


@given(values=st.lists(st.floats(0, 1e6), min_size=1, max_size=25), seed=st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(values, seed):
    rng = np.random.default_rng(seed)
    weight = rng.choice([1.1, 1.3, 0.7], len(values)) + 0.3
    order = rng.permutation(len(values))
    again = [values[at] for at in order]
    assert concentration(values).equals(concentration(again))
    weighted = concentration(values, weight=weight)
    assert weighted.equals(concentration(again, weight=weight[order]))


@given(values=CENTS, times=st.integers(2, 4))
def test_copies_of_all_customers_change_no_share(values, times):
    assume(sum(values) > 0)
    before, after = concentration(values), concentration(values * times)
    weighted = concentration(values, weight=[times] * len(values))
    assert after.gini.value == pytest.approx(before.gini.value, abs=1e-12)
    assert after.top_share(0.2).value == pytest.approx(before.top_share(0.2).value, abs=1e-12)
    assert after.effective_customers.value == pytest.approx(
        times * before.effective_customers.value, rel=1e-12
    )
    if before.gini.value > 1e-9 and len(values) > 1:
        assert after.gini_unbiased.value < before.gini_unbiased.value
    for name in ("gini", "gini_unbiased", "hhi", "effective_customers"):
        one, other = getattr(after, name), getattr(weighted, name)
        assert one.value == pytest.approx(other.value, rel=1e-12)
        assert one.standard_error == pytest.approx(other.standard_error, rel=1e-9, abs=1e-12)
        assert one.n == other.n


@given(values=CENTS)
def test_a_customer_who_brings_nothing_raises_it(values):
    assume(sum(values) > 0)
    before, after = concentration(values), concentration([*values, 0])
    assert after.gini.value > before.gini.value - 1e-15
    if before.gini.value < 1 - 1e-9:
        n = len(values)
        # All differences stay; those to the new customer are the values.
        assert after.gini.value == pytest.approx((n * before.gini.value + 1) / (n + 1), abs=1e-12)
    assert after.hhi.value == pytest.approx(before.hhi.value, rel=1e-12)


@given(values=CENTS, q=st.floats(0.01, 1))
def test_shares_and_customers_are_inverse(values, q):
    assume(sum(values) > 0)
    found = concentration(values)
    needed = found.share_needed(q).value
    assert 0 < needed <= q + 1e-12
    assert found.top_share(needed).value == pytest.approx(q, abs=1e-9)


@given(values=CENTS)
def test_the_curve_is_convex_and_the_deciles_are_shares(values):
    assume(sum(values) > 0)
    found = concentration(values)
    x, y = found.lorenz
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
    assert (np.diff(y) >= 0).all()
    slopes = np.diff(y) / np.diff(x)
    assert (np.diff(slopes) >= -1e-9).all()
    assert found.deciles.sum() == pytest.approx(1, abs=1e-12)
    assert (np.diff(found.deciles) <= 1e-12).all()


@given(values=CENTS, p=st.floats(0.01, 1))
def test_limits_are_possible(values, p):
    assume(sum(values) > 0)
    assume(len(values) > 1)
    found = concentration(values)
    n = len(values)
    for figure, low, high in (
        (found.gini, 0, 1),
        (found.gini_unbiased, 0, 1),
        (found.top_share(p), p, 1),
        (found.share_needed(p), 0, p),
        (found.hhi, 1 / n, 1),
        (found.effective_customers, 1, n),
    ):
        assert low <= figure.interval.low <= figure.value * (1 + 1e-9) + 1e-12
        assert figure.value <= figure.interval.high * (1 + 1e-9) + 1e-12
        assert figure.interval.high <= high


def test_money_given_back_to_the_cent_is_nothing():
    left = 0.1 + 0.2 - 0.3
    assert left != 0
    found = concentration([left, -left, 10.0, 20.0])
    assert (found.n_zero, found.n_negative) == (2, 0)
    assert found.share_needed(1).value == 0.5


@pytest.mark.parametrize(
    "values",
    [
        np.array(INCOMES, dtype=np.int32),
        [Decimal(value) for value in INCOMES],
        pd.Series(INCOMES, index=range(10, 0, -1)),
        pd.Series(INCOMES, dtype="Int64"),
        pl.Series(INCOMES),
        pa.chunked_array([INCOMES[:3], INCOMES[3:]]),
    ],
    ids=lambda values: type(values).__module__,
)
def test_values_come_in_every_kind(values):
    found = concentration(values)
    assert found.gini.value == pytest.approx(0.462091, abs=5e-7)
    library = type(found.to_frame()).__module__.split(".")[0]
    given = type(values).__module__.split(".")[0]
    assert library == (given if given in {"polars", "pyarrow"} else "pandas")


def test_a_table_is_its_money_its_window_and_its_kind():
    table = table_of([5.0, 0.0, 20.0], kind="polars")
    found = concentration(table)
    plain = concentration(table.net_spend, window=table.window)
    assert dataclasses.replace(plain, kind="polars").equals(found)
    assert concentration(table, window="3 months").window != table.window
    claim = found.claim(customers=0.2, value=0.8)
    for result in (found, claim, found.bootstrap(n_resamples=100)):
        assert isinstance(result.to_frame(), pl.DataFrame)
    assert isinstance(plain.claim(customers=0.2, value=0.8).to_frame(), pd.DataFrame)


def test_neither_caller_nor_reader_changes_a_result():
    values = np.array([3.0, 1.0, 2.0])
    found = concentration(values)
    values[:] = 1
    assert found.gini.value == pytest.approx(2 / 9)
    with pytest.raises(ValueError, match="read-only"):
        found.deciles[0] = 1
    assert not found.equals(concentration([3.0, 1.0, 4.0]))


# Refusals.


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ([1.0, math.nan, math.nan], "Some values are missing"),
        ([1.0, None], "Some values are missing"),
        (pd.Series([1, None], dtype="Int64"), "Some values are missing"),
        (pl.Series([1, None]), "Some values are missing"),
        (np.ma.array([1, 2], mask=[0, 1]), "Some values are missing"),
        ([1.0, math.inf], "Some values are infinite"),
        ([], "no customer whose value counts"),
        (["a", "b"], "'values' does not hold numbers"),
        ([[1.0, 2.0]], "`values` is not one column"),
        (5.0, "`values` is not one column"),
        ({"a": 1.0}, "`values` is not one column"),
        ([True, False], "'values' does not hold numbers"),
        ([1.0, -2.0], "Some customers have negative values"),
    ],
)
def test_values_that_cannot_be_counted_are_refused(values, match):
    with pytest.raises(DataError, match=match):
        concentration(values)


def test_refusals_count():
    with pytest.raises(DataError) as error:
        concentration([1.0, math.nan, math.nan])
    assert error.value.received == "2 of 3 values"
    with pytest.raises(DataError) as error:
        concentration(MIXED)
    assert error.value.received == "3 customers below zero, -32.00 together"
    for choice in ("drop", "zero", "normalised"):
        assert repr(choice) in error.value.do
    with pytest.raises(DataError, match="no customer whose value counts"):
        concentration([-1.0, -2.0], negative="drop")
    with pytest.raises(DataError, match="no customer whose value counts"):
        concentration([1.0], weight=[0.0])


def test_what_is_no_column_is_refused(log):
    table = rk.rfm.measure(log)
    for wrong in (table.to_frame(), rk.rfm.score(table)):
        with pytest.raises(DataError, match="`values` is not one column of values"):
            concentration(wrong)
    with pytest.raises(DataError, match="`weight` is not one column of values"):
        concentration(table, weight=table)
    with pytest.raises(DataError, match="The log has no money"):
        concentration(table_of(None, [1, 2]))


@pytest.mark.parametrize(
    ("weight", "match"),
    [
        ([1.0], "of different lengths"),
        ([1.0, -1.0], "is no number of customers"),
        ([1.0, math.nan], "is no number of customers"),
        (["a", "b"], "'weight' does not hold numbers"),
        ([0.12, 0.88], "fewer customers than values"),
    ],
)
def test_weights_are_checked(weight, match):
    with pytest.raises(DataError, match=match):
        concentration([1.0, 2.0], weight=weight)


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"negative": "abs"}, "`negative` is not one of its choices"),
        ({"confidence": 95}, "`confidence` must lie"),
        ({"window": "soon"}, "`window` is not a duration"),
        ({"window": -3}, "`window` must be"),
    ],
)
def test_options_are_checked(given, match):
    with pytest.raises(OptionError, match=match):
        concentration([1.0, 2.0], **given)


def test_shares_are_checked():
    found = concentration(INCOMES)
    for wrong in (0, 1.5, 20, math.nan, "20 %"):
        with pytest.raises(OptionError, match="`p` must be"):
            found.top_share(wrong)
        with pytest.raises(OptionError, match="`q` must be"):
            found.share_needed(wrong)
    for customers, value in ((0.5, 0.3), (0.5, 0.5), (0.5, 1.0)):
        with pytest.raises(OptionError, match="says nothing about concentration"):
            found.claim(customers=customers, value=value)
    with pytest.raises(OptionError, match=r"(?s)`customers` must be .* Write 12 % as 0.12"):
        found.claim(customers=12, value=65)
    with pytest.raises(OptionError, match=r"(?s)`value` must be .* Write 12 % as 0.12"):
        found.claim(customers=0.12, value=65)


# Comparing.


def test_difference_of_like_windows():
    one = concentration([1.0, 2.0, 3.0, 9.0], window=31)
    other = concentration([1.0, 2.0, 3.0, 3.0], window="4 weeks")
    found = one.difference(other)
    assert found.value == pytest.approx(
        other.gini_unbiased.value - one.gini_unbiased.value, rel=1e-15
    )
    errors = [one.gini_unbiased.standard_error, other.gini_unbiased.standard_error]
    assert found.standard_error == pytest.approx(np.linalg.norm(errors), rel=1e-14)
    assert found.n == 8
    assert found.value in found.interval


@pytest.mark.parametrize(
    ("one", "other", "match"),
    [
        (90, 365, "windows of 90 and 365 days"),
        (365, 90, "windows of 365 and 90 days"),
        (None, 90, "do not both say a window"),
        (None, None, "do not both say a window"),
    ],
)
def test_windows_of_different_length_are_warned_of(one, other, match):
    first, second = (concentration([1.0, 2.0], window=days) for days in (one, other))
    with pytest.warns(RetentionKitWarning, match=match) as warned:
        first.difference(second)
    assert warned[0].filename == __file__


def test_unlike_treatments_are_not_compared():
    one = concentration([-1.0, 2.0], negative="drop", window=30)
    with pytest.raises(OptionError, match="treat negative customers differently"):
        one.difference(concentration([1.0, 2.0], negative="zero", window=30))
    with pytest.raises(OptionError, match="treat negative customers differently"):
        concentration([1.0, 2.0], window=30).difference(
            concentration([1.0, 2.0], negative="normalised", window=30)
        )
    nobody = concentration([1.0, 2.0], window=30)
    alike = nobody.difference(concentration([1.0, 2.0], negative="drop", window=30))
    assert alike.value == 0
    with pytest.raises(KindError, match="`other` is no concentration"):
        one.difference([1.0, 2.0])
