"""What each segment brings: by hand, a twin in exact fractions, and intervals that cover."""

import json
import math
import pickle
import warnings
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import retentionkit as rk
from retentionkit.errors import DataError, KindError, OptionError, RetentionKitWarning
from retentionkit.intervals import ratio, wilson
from segmented import NAMES, segmented, segments_of

MEASURES = (
    "customers", "share_of_customers", "revenue", "share_of_revenue", "orders",
    "mean_order_value", "revenue_per_customer", "orders_per_customer", "days_since_last",
)  # fmt: skip

LABELS = ["top", "top", "low", None, "low", "top"]
SPEND = [60.0, 30.0, 5.0, 8.0, -3.0, 0.0]
ORDERS = [3, 2, 1, 1, 0, 1]
DAYS = [10, 20, 90, 40, 0, 60]


@pytest.fixture
def small():
    return rk.rfm.profile(segments_of(LABELS, SPEND, ORDERS, DAYS))


@pytest.fixture(scope="module")
def cdnow():
    log = rk.Transactions(rk.datasets.load_cdnow())
    table = rk.rfm.measure(log)
    labels = ["regular" if n >= 6 else "several" if n > 1 else "one" for n in table.orders]
    names = ["regular", "several", "one"]
    return rk.rfm.profile(rk.rfm.Segments.from_labels(table, labels, names=names))


# -- worked example --------------------------------------------------------------------------------


def test_figures_by_hand(small):
    assert small.names == ("top", "middle", "low", "unassigned", "refund_only")
    assert small.customers.tolist() == [3, 0, 1, 1, 1]
    np.testing.assert_allclose(small.share_of_customers, np.array([3, 0, 1, 1, 1]) / 6)
    assert small.revenue.tolist() == [90, 0, 5, 8, -3]
    np.testing.assert_allclose(small.share_of_revenue, [0.9, 0, 0.05, 0.08, -0.03])
    assert small.orders.tolist() == [6, 0, 1, 1, 0]
    np.testing.assert_array_equal(small.mean_order_value, [15, np.nan, 5, 8, np.nan])
    np.testing.assert_array_equal(small.revenue_per_customer, [30, np.nan, 5, 8, -3])
    np.testing.assert_array_equal(small.orders_per_customer, [2, np.nan, 1, 1, 0])
    np.testing.assert_array_equal(small.days_since_last, [30, np.nan, 90, 40, np.nan])
    assert small.n == 6
    assert small.total_revenue == 100


def test_errors_by_hand(small):
    # z_i = 60, 30, 0, 0, 0, 0 around its mean 15: squares 2025 + 225 + 4 * 225 = 3150; times 6/5.
    assert small.standard_error["revenue"][0] == pytest.approx(math.sqrt(3780), rel=1e-14)
    # e_i = 0.1 * (60, 30, 0) and -0.9 * (5, 8, -3): 36 + 9 + 0.81 * 98 = 124.38; times 6/5, by 100.
    expected = math.sqrt(124.38 * 1.2) / 100
    assert small.standard_error["share_of_revenue"][0] == pytest.approx(expected, rel=1e-14)
    # y - 15 o = 15, 0, -15: 450 times 3/2, by 6 orders.
    expected = math.sqrt(675) / 6
    assert small.standard_error["mean_order_value"][0] == pytest.approx(expected, rel=1e-14)


def test_money_of_cdnow_adds_up(cdnow):
    ledger = cdnow.segments.table.ledger
    assert cdnow.customers.tolist() == [283, 856, 1218]
    assert cdnow.revenue.sum() == pytest.approx(ledger.amount_used, rel=1e-12)
    assert cdnow.orders.sum() == cdnow.segments.table.orders.sum()
    # Half of the money comes from an eighth of the customers.
    assert cdnow.share_of_revenue[0] == pytest.approx(0.498293, abs=1e-6)


# -- reference -------------------------------------------------------------------------------------


def exact(values):
    return [Fraction(value) for value in values]


def twin(labels, spend, orders, days):
    """Value and squared standard error of each measure of each segment, in exact fractions."""
    n = len(labels)
    y, o, d = exact(spend), exact(orders), exact(days)
    names = ["refund_only" if o[i] == 0 else labels[i] or "unassigned" for i in range(n)]
    found = {}
    for name in [*NAMES, "unassigned", "refund_only"]:
        mine = [i for i in range(n) if names[i] == name]
        if not mine and name not in NAMES:
            continue
        inside = [int(names[i] == name) for i in range(n)]
        buyers = [Fraction(int(o[i] > 0)) for i in mine]
        found[name] = {
            "revenue": total([y[i] * inside[i] for i in range(n)], mine),
            "orders": total([o[i] * inside[i] for i in range(n)], mine),
            "share_of_revenue": share(y, inside),
            "mean_order_value": quotient([y[i] for i in mine], [o[i] for i in mine]),
            "revenue_per_customer": quotient([y[i] for i in mine], [Fraction(1)] * len(mine)),
            "orders_per_customer": quotient([o[i] for i in mine], [Fraction(1)] * len(mine)),
            "days_since_last": quotient([d[i] * (o[i] > 0) for i in mine], buyers),
        }
    return found


def total(z, mine):
    n = len(z)
    if n == 1 or not mine:
        return sum(z), None
    mean = sum(z) / n
    return sum(z), Fraction(n, n - 1) * sum((value - mean) ** 2 for value in z)


def quotient(y, x):
    if sum(x) == 0:
        return None, None
    value, n = sum(y) / sum(x), len(y)
    if n == 1:
        return value, None
    squares = sum((a - value * b) ** 2 for a, b in zip(y, x, strict=True))
    return value, Fraction(n, n - 1) * squares / sum(x) ** 2


def share(y, inside):
    if sum(y) <= 0:
        return None, None
    value, error = quotient([a * m for a, m in zip(y, inside, strict=True)], y)
    return value, error if any(inside) else None


@given(segmented())
def test_every_figure_against_exact_fractions(rows):
    profile = rk.rfm.profile(segments_of(*rows))
    expected = twin(*rows)
    assert list(expected) == list(profile.names)
    totals = ("revenue", "orders", "share_of_revenue")
    floor = 0 if min(rows[1]) >= 0 else -np.inf
    scale = max(map(abs, rows[1])) + 1  # where exact squares are zero, a rounding error is left
    for at, (_, measures) in enumerate(expected.items()):
        for name, (value, squared) in measures.items():
            want = math.nan if value is None else float(value)
            error = math.nan if squared is None else math.sqrt(squared)
            got = getattr(profile, name)[at]
            se = profile.standard_error[name][at]
            ill = name == "share_of_revenue" and sum(rows[1]) < 1e-3 * scale
            if ill:  # a total that cancels nearly leaves no digits
                continue
            np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-9)
            np.testing.assert_allclose(se, error, rtol=1e-7, atol=1e-7 * scale)
            # Means within a segment know the variance of its own customers only.
            normal = name in totals or profile.customers[at] < 2
            z = stats.norm.ppf(0.975) if normal else stats.t.ppf(0.975, profile.customers[at] - 1)
            lowest = floor if "revenue" in name or "value" in name else 0
            high = (
                min(got + z * se, 1) if name == "share_of_revenue" and floor == 0 else got + z * se
            )
            np.testing.assert_allclose(profile.low[name][at], max(got - z * se, lowest), rtol=1e-12)
            np.testing.assert_allclose(profile.high[name][at], high, rtol=1e-12)


def test_errors_are_those_of_the_ratio_estimator(cdnow):
    table = cdnow.segments.table
    for at, name in enumerate(cdnow.names):
        mask = cdnow.segments.mask(name)
        for measure, pair in {
            "share_of_revenue": (table.net_spend * mask, table.net_spend),
            "mean_order_value": (table.net_spend[mask], table.orders[mask]),
        }.items():
            value, error = ratio(*pair)
            assert getattr(cdnow, measure)[at] == pytest.approx(value, rel=1e-12)
            assert cdnow.standard_error[measure][at] == pytest.approx(error, rel=1e-12)


# -- definition ------------------------------------------------------------------------------------


def test_intervals_cover_the_truth():
    # One customer in five is in the first segment, orders 1 + Poisson(2) times and pays about 30 an
    # order; the others order once and pay about 20.
    rng, n, runs = np.random.default_rng(7), 1_000, 1_500
    spread = 0.6
    at_mean = math.exp(spread**2 / 2)
    truth = {
        "share_of_customers": 0.2,
        "revenue": n * 0.2 * 90 * at_mean,
        "share_of_revenue": 0.2 * 90 / (0.2 * 90 + 0.8 * 20),
        "orders": n * 0.2 * 3,
        "mean_order_value": 30 * at_mean,
        "revenue_per_customer": 90 * at_mean,
        "orders_per_customer": 3,
        "days_since_last": 50,
    }
    covered = dict.fromkeys(truth, 0)
    for _ in range(runs):
        first = rng.random(n) < 0.2
        orders = np.where(first, 1 + rng.poisson(2, n), 1)
        spend = orders * np.where(first, 30, 20) * rng.lognormal(0, spread, n)
        labels = np.where(first, "top", "low").tolist()
        found = rk.rfm.profile(segments_of(labels, spend, orders, rng.exponential(50, n)))
        for name, value in truth.items():
            covered[name] += found.low[name][0] <= value <= found.high[name][0]
    # A count of 1,500 tries has a standard error of 0.6 points; skewed money costs a point or two.
    for name, count in covered.items():
        assert 0.925 <= count / runs <= 0.97, name


def test_customers_have_wilson_limits(small):
    low, high = wilson([3, 0, 1, 1, 1], 6)
    np.testing.assert_allclose(small.low["share_of_customers"], low)
    np.testing.assert_allclose(small.high["share_of_customers"], high)
    np.testing.assert_allclose(small.low["customers"], 6 * low)
    np.testing.assert_allclose(small.high["customers"], 6 * high)


def test_a_wider_confidence_is_wider():
    segments = segments_of(LABELS, SPEND, ORDERS, DAYS)
    narrow, wide = (rk.rfm.profile(segments, confidence=level) for level in (0.8, 0.99))
    for name in MEASURES:
        known = ~np.isnan(narrow.low[name])
        assert (wide.low[name] <= narrow.low[name])[known].all()
        assert (wide.high[name] >= narrow.high[name])[known].all()
    assert wide.confidence == 0.99
    assert "99 % intervals" in repr(wide)


def test_without_negative_amounts_limits_are_possible():
    found = rk.rfm.profile(segments_of(["top", "low", "low"], [100.0, 1.0, 0.0]))
    assert found.low["revenue"][[0, 2]].tolist() == [0, 0]
    assert found.low["share_of_revenue"][2] == 0
    assert found.high["share_of_revenue"][0] == 1


def test_table_and_print(cdnow):
    frame = cdnow.to_frame()
    columns = [part for name in MEASURES for part in (name, f"{name}_low", f"{name}_high")]
    assert list(frame.columns) == ["segment", "label", "chinese", *columns]
    assert frame["segment"].tolist() == ["regular", "several", "one"]
    np.testing.assert_array_equal(frame["revenue_low"], cdnow.low["revenue"])
    printed = repr(cdnow)
    assert "49.8 (45.1 to 54.5)" in printed
    assert "12.0 (10.8 to 13.4)" in printed
    assert max(map(len, printed.splitlines())) <= 100
    assert "49.8 (" in cdnow._repr_html_()
    json.dumps(cdnow.to_dict(), allow_nan=False)
    assert "segments" not in cdnow.to_dict()
    assert pickle.loads(pickle.dumps(cdnow)).equals(cdnow)  # noqa: S301 - our own
    assert len(cdnow) == 3


def test_long_tables_are_printed_whole():
    names = [f"segment {n}" for n in range(14)]
    found = rk.rfm.profile(segments_of(names, [1.0] * 14, names=names))
    assert "more rows" not in repr(found)
    assert "segment 7 " in repr(found)


def test_the_frame_is_of_the_callers_kind():
    found = rk.rfm.profile(segments_of(["top"], [1.0], kind="polars"))
    assert isinstance(found.to_frame(), pl.DataFrame)


def test_labels_for_people():
    names = {"top": "重要", "low": "一般"}
    found = rk.rfm.profile(segments_of(["top", None], [1.0, 2.0], names=names))
    assert found.labels() == ("top", "low", "Unassigned")
    assert found.labels(language="zh") == ("重要", "一般", "未分类")
    assert found.to_frame()["chinese"].tolist() == ["重要", "一般", "未分类"]


def test_notes_say_what_to_know(small):
    assert small.notes == (
        "Without customers: middle.",
        "Some revenue is negative: the other shares of it add up to more than one.",
    )
    negative = rk.rfm.profile(segments_of(["top", "low"], [-5.0, 2.0]))
    assert np.isnan(negative.share_of_revenue).all()
    assert np.isnan(negative.low["share_of_revenue"]).all()
    assert "Shares of revenue are undefined" in repr(negative)
    assert "–" in repr(negative)


def test_negative_shares_and_refunds_are_printed_readably(small):
    assert "customers    6, of whom 1 only sent goods back" in repr(small)
    assert "-3.0 (-" in repr(small)
    assert " to " in repr(small).splitlines()[-1]
    tiny = rk.rfm.profile(segments_of(["top", "low"] * 500, [1000.0, -0.1] * 500))
    assert "-0.0" not in repr(tiny)


def test_large_figures_are_printed_in_a_hundred_columns():
    names = ["potential_loyalist", "need_attention"]
    spend = np.random.default_rng(3).lognormal(8, 1, 4_000)
    labels = [names[int(y < 3_000)] for y in spend]
    found = rk.rfm.profile(segments_of(labels, spend, names=names))
    assert found.revenue.max() > 1e6
    assert max(map(len, repr(found).splitlines())) <= 100


def test_without_money():
    found = rk.rfm.profile(segments_of(["top", "low", "low"], None, orders=[3, 1, 1]))
    assert found.revenue is None
    assert found.total_revenue is None
    assert found.mean_order_value is None
    assert not [name for name in found.to_frame().columns if "revenue" in name or "value" in name]
    assert found.orders.tolist() == [3, 0, 2]
    assert "The log has no money." in repr(found)
    assert "revenue" not in repr(found)
    with pytest.raises(DataError, match="The log has no money"):
        found.claim("top", customers=0.1, value=0.6)
    with pytest.raises(OptionError, match="`measure` is not one of its choices"):
        found.estimate("revenue", "top")


def test_n_is_whom_a_figure_is_made_of(small):
    means = {"mean_order_value", "revenue_per_customer", "orders_per_customer", "days_since_last"}
    for measure in MEASURES:
        assert small.estimate(measure, "top").n == (3 if measure in means else 6), measure
    claimed = small.claim("top", customers=0.5, value=0.9)
    for name in ("share_of_customers", "share_of_revenue"):
        mine, its = small.estimate(name, "top"), getattr(claimed, name)
        assert (mine.value, mine.n) == (its.value, its.n)


def test_one_figure(cdnow):
    found = cdnow.estimate("share_of_revenue", "regular")
    assert found.value == cdnow.share_of_revenue[0]
    assert found.interval.low == cdnow.low["share_of_revenue"][0]
    assert found.standard_error == cdnow.standard_error["share_of_revenue"][0]
    assert found.n == 2357
    assert found.definition.startswith("Share of revenue of regular; ")


def test_nobody_and_one_customer():
    segments = segments_of(["top"], [5.0])
    one = rk.rfm.profile(segments)
    assert one.share_of_revenue[0] == 1
    assert np.isnan(one.standard_error["revenue"]).all()
    assert "NaN" not in repr(one)
    empty = rk.rfm.profile(segments_of([], [], orders=[]))
    assert empty.customers.tolist() == [0, 0, 0]
    assert empty.revenue.tolist() == [0, 0, 0]
    for name in ("share_of_customers", "share_of_revenue", "mean_order_value"):
        assert np.isnan(getattr(empty, name)).all()
    json.dumps(empty.to_dict(), allow_nan=False)


def test_errors_hold_for_lines_that_are_given():
    table = rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()))
    scorer, rng = rk.rfm.Scorer.fit(table), np.random.default_rng(8)
    found = rk.rfm.profile(rk.rfm.STANDARD.assign(rk.rfm.score(table)))
    kept, anew = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RetentionKitWarning)  # a resample may look like a drift
        for _ in range(300):
            drawn = table[rng.integers(0, len(table), len(table))]
            for shares, scores in ((kept, scorer.score(drawn)), (anew, rk.rfm.score(drawn))):
                profile = rk.rfm.profile(rk.rfm.STANDARD.assign(scores))
                shares.append(profile.share_of_revenue)
    there = found.customers > 0
    error = found.standard_error["share_of_revenue"][there]
    # A standard deviation of 300 draws has an error of 4 %, of skewed ones more.
    np.testing.assert_allclose(np.std(kept, axis=0)[there], error, rtol=0.2)
    at = found.names.index("potential_loyalist")
    assert np.std(anew, axis=0)[at] > 4 * found.standard_error["share_of_revenue"][at]
    claimed = found.claim("champions", customers=0.12, value=0.65)
    for result in (found, claimed):
        assert "the lines between segments taken as given" in result.definition


# -- properties ------------------------------------------------------------------------------------


@given(segmented())
def test_everything_adds_up(rows):
    found = rk.rfm.profile(segments_of(*rows))
    assert found.customers.sum() == len(rows[0])
    assert math.isclose(found.share_of_customers.sum(), 1)
    assert found.orders.sum() == sum(rows[2])
    np.testing.assert_allclose(found.revenue.sum(), sum(rows[1]), atol=1e-9)
    if sum(rows[1]) > 1:
        assert math.isclose(found.share_of_revenue.sum(), 1)


@given(segmented(), st.randoms(use_true_random=False))
def test_row_order_does_not_matter(rows, random):
    order = list(range(len(rows[0])))
    random.shuffle(order)
    one = rk.rfm.profile(segments_of(*rows))
    two = rk.rfm.profile(segments_of(*([part[i] for i in order] for part in rows)))
    for name in MEASURES:
        if name == "share_of_revenue" and abs(sum(rows[1])) < 1:
            continue  # digits of a total that cancels depend on the order
        for a, b in (
            (getattr(one, name), getattr(two, name)),
            (one.low[name], two.low[name]),
            (one.high[name], two.high[name]),
        ):
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-4)


@given(segmented(lowest=0, min_size=2), st.sampled_from([1e-6, 1e-3, 1e3, 1e9]))
def test_the_scale_of_money_does_not_matter(rows, scale):
    labels, spend, orders, days = rows
    if sum(spend) == 0:
        return
    one = rk.rfm.profile(segments_of(labels, spend, orders, days))
    two = rk.rfm.profile(segments_of(labels, [scale * y for y in spend], orders, days))
    np.testing.assert_allclose(one.low["share_of_revenue"], two.low["share_of_revenue"], atol=1e-9)
    for name in ("revenue", "mean_order_value", "revenue_per_customer"):
        np.testing.assert_allclose(scale * one.high[name], two.high[name], rtol=1e-7)


@given(segmented(lowest=0, min_size=2))
def test_all_customers_twice_have_the_same_shares(rows):
    one = rk.rfm.profile(segments_of(*rows))
    two = rk.rfm.profile(segments_of(*(part * 2 for part in rows)))
    for name in ("share_of_customers", "share_of_revenue", "mean_order_value", "days_since_last"):
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), rtol=1e-9)
    np.testing.assert_allclose(2 * one.revenue, two.revenue, rtol=1e-9)
    # Twice the customers halve the squared error, but for n / (n - 1).
    n = len(rows[0])
    factor = math.sqrt(2 * (2 * n - 1) / (2 * n - 2))
    np.testing.assert_allclose(
        one.standard_error["share_of_revenue"],
        factor * two.standard_error["share_of_revenue"],
        atol=1e-12,
    )


def test_a_common_offset_cancels_nothing():
    # Equal customers have no error within the segment, whatever their level.
    spend = np.full(1_000, 123_456_789.123)
    found = rk.rfm.profile(segments_of(["top", "low"] * 500, spend))
    np.testing.assert_allclose(found.standard_error["revenue_per_customer"][[0, 2]], 0, atol=1e-6)
    varied = spend + np.tile([0.0, 0.0, 1.0, 1.0], 250)
    found = rk.rfm.profile(segments_of(["top", "low"] * 500, varied))
    error = math.sqrt(0.25 * 500 / 499 / 500)
    np.testing.assert_allclose(found.standard_error["revenue_per_customer"][0], error, rtol=1e-6)


# -- refusals --------------------------------------------------------------------------------------


def test_nonsense_is_refused(small):
    with pytest.raises(KindError, match="These are no segments"):
        rk.rfm.profile(["top", "low"])
    with pytest.raises(OptionError, match="`confidence` must lie strictly between 0 and 1"):
        rk.rfm.profile(segments_of(["top"], [1.0]), confidence=95)
    with pytest.raises(OptionError, match="`segment` is not one of its choices"):
        small.estimate("revenue", "tops")
    with pytest.raises(OptionError, match="`measure` is not one of its choices"):
        small.estimate("profit", "top")
    with pytest.raises(OptionError, match="`language` is not one of its choices"):
        small.labels(language="key")
