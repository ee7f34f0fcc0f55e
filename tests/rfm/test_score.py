"""Scores by rank, quantiles, the mean, given cuts and the cuts of the R package."""

import dataclasses
import datetime as dt
import json
import math
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retentionkit as rk
from retentionkit.errors import DataError, KindError, OptionError
from retentionkit.ledger import Ledger

NAMES = ("recency", "frequency", "monetary")
MEASURES = dict(zip(NAMES, ("days_since_last", "orders", "net_spend"), strict=True))


def measured(days, orders=None, money=None, customer=None):
    """A table of these measures; an order count of 0 is a customer who only sent goods back."""
    size = len(days)
    orders = np.array([1] * size if orders is None else orders, dtype=np.int64)
    money = None if money is None else np.array(money, dtype=np.float64)
    return rk.rfm.RFMTable(
        customer=np.arange(size) if customer is None else np.array(customer),
        days_since_last=np.where(orders > 0, np.array(days, dtype=np.float64), np.nan),
        orders=orders,
        active_days=orders,
        net_spend=money,
        mean_order_value=None if money is None else money / np.maximum(orders, 1),
        as_of=dt.date(2025, 12, 31),
        first=dt.date(2025, 1, 1),
        window=365,
        observed=365,
        currency="EUR",
        definition="",
        ledger=Ledger(size),
    )


TABLES = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 9), st.integers(-500, 9_999)),
    min_size=1,
    max_size=25,
).map(lambda rows: measured(*zip(*((d, n, m / 100) for d, n, m in rows), strict=True)))


@pytest.fixture(scope="module")
def cdnow():
    return rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()), as_of="1997-09-30")


def same(mine, other):
    """Whether two tables of customers have the same scores."""
    return all(
        np.array_equal(getattr(mine, name), getattr(other, name), equal_nan=True) for name in NAMES
    )


# Worked example.


def test_ties_share_the_score_of_their_mean_rank():
    found = rk.rfm.score(measured(range(10), orders=[1] * 8 + [2, 3]))
    assert found.frequency.tolist() == [3] * 8 + [5, 5]
    assert found.recency.tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert found.levels["frequency"] == (3, 5)
    assert found.cuts["frequency"] == (2,)
    assert found.cuts["recency"] == (1, 3, 5, 7)
    assert found.notes == ("frequency: 2 of 5 levels occur; 8 of 10 customers tie at 1 order.",)
    assert found.monetary is None
    assert set(found.cuts) == {"recency", "frequency"}
    assert found.code.tolist()[:2] == ["53", "53"]


def test_the_published_cohort(cdnow):
    found = rk.rfm.score(cdnow)
    assert found.bins == (5, 5, 5)
    assert found.levels == {
        "recency": (1, 2, 3, 4, 5),
        "frequency": (2, 4, 5),
        "monetary": (1, 2, 3, 4, 5),
    }
    assert found.cuts["frequency"] == (2, 3)
    tied = "frequency: 3 of 5 levels occur; 1,411 of 2,357 customers tie at 1 order."
    assert found.notes == (tied,)
    assert "mean rank" in found.definition
    assert found.to_frame()["code"].iloc[0] == "554"
    json.dumps(found.to_dict(), allow_nan=False)


# Reference: the same scores by counting with exact fractions.


def position(value, values, *, better):
    """Mean rank of a value, the worst first, as an exact fraction."""
    worse = sum(better(value, other) for other in values)
    equal = sum(value == other for other in values)
    return worse + Fraction(equal + 1, 2)


def more(a, b):
    return a > b


def less(a, b):
    return a < b


@given(table=TABLES, bins=st.tuples(*[st.integers(2, 99)] * 3))
def test_ranks_by_counting(table, bins):
    found = rk.rfm.score(table, bins=bins)
    for name, number in zip(NAMES, bins, strict=True):
        values = getattr(table, MEASURES[name]).tolist()
        better = less if name == "recency" else more
        for value, given_score in zip(values, getattr(found, name).tolist(), strict=True):
            rank = position(value, values, better=better)
            place = math.floor(number * (rank - Fraction(1, 2)) / len(values))
            assert given_score == min(number, 1 + place)


def type_7(values, bins):
    """Quantiles at k/b between the neighbours of (n - 1) k/b, exactly."""
    values = sorted(map(Fraction, values))
    found = []
    for k in range(1, bins):
        place = Fraction((len(values) - 1) * k, bins)
        low = math.floor(place)
        high = min(low + 1, len(values) - 1)
        found.append(values[low] + (values[high] - values[low]) * (place - low))
    return found


@given(table=TABLES, bins=st.integers(2, 12))
def test_quantiles_by_counting(table, bins):
    found = rk.rfm.score(table, bins=bins, cuts="quantiles")
    for name in NAMES:
        values = getattr(table, MEASURES[name]).tolist()
        below = [sum(cut < Fraction(x) for cut in type_7(values, bins)) for x in values]
        expected = [bins - n if name == "recency" else 1 + n for n in below]
        assert getattr(found, name).tolist() == expected


@given(values=st.lists(st.integers(-50, 50), min_size=1, max_size=30), bins=st.integers(2, 9))
def test_quantiles_are_those_of_numpy(values, bins):
    table = measured([0] * len(values), money=values)
    at = np.quantile(values, np.arange(1, bins) / bins)
    below = (at[:, None] < np.array(values) - 1e-9).sum(axis=0)
    assert (
        rk.rfm.score(table, bins=bins, cuts="quantiles").monetary.tolist() == (1 + below).tolist()
    )


@given(table=TABLES, bins=st.integers(2, 9))
def test_the_cuts_of_the_r_package(table, bins):
    """Each class is [lower, upper), from the minimum, with quantiles plus 1 between."""
    found = rk.rfm.score(table, bins=bins, compat="r-rfm")
    for name in NAMES:
        values = [Fraction(value) for value in getattr(table, MEASURES[name]).tolist()]
        cuts = [cut + 1 for cut in type_7(values, bins)]
        lower, upper = [min(values), *cuts], [*cuts, max(values) + 1]
        scores = range(bins, 0, -1) if name == "recency" else range(1, bins + 1)
        expected = [0] * len(values)
        for low, high, level in zip(lower, upper, scores, strict=True):
            for at, value in enumerate(values):
                near = any(0 < abs(value - cut) < Fraction(1, 10**7) for cut in cuts)
                assert not near
                if low <= value < high:
                    expected[at] = level
        assert getattr(found, name).tolist() == expected


def test_the_frequencies_of_the_r_package_s_demo():
    # Customers by number of rows in rfm_data_orders, and how many scored 1 to 5 when R ran it.
    customers = [42, 83, 143, 187, 176, 150, 94, 51, 38, 20, 3, 5, 2, 1]
    orders = np.repeat(np.arange(1, 15), customers)
    found = rk.rfm.score(measured([0] * len(orders), orders=orders), compat="r-rfm")
    counts = np.bincount(found.frequency.astype(int))[1:]
    assert counts.tolist() == [268, 187, 176, 244, 120]


@given(table=TABLES, bins=st.tuples(*[st.integers(2, 9)] * 3))
def test_nested_ranks_one_class_after_the_other(table, bins):
    found = rk.rfm.score(table, bins=bins, nested=True)
    outer = [()] * len(table)
    for name in NAMES:
        inside = getattr(found, name)
        for key in set(outer):
            rows = np.array([at for at, own in enumerate(outer) if own == key])
            alone = rk.rfm.score(table[rows], bins=bins)
            assert inside[rows].tolist() == getattr(alone, name).tolist()
        outer = [(*own, level) for own, level in zip(outer, inside.tolist(), strict=True)]
    assert found.cuts == {}
    assert set(found.levels) == set(NAMES)


@given(table=TABLES, bins=st.integers(2, 9), shuffle=st.randoms(use_true_random=False))
def test_spread_ties_fill_classes_of_equal_size(table, bins, shuffle):
    found = rk.rfm.score(table, bins=bins, ties="spread_by_id")
    for name in NAMES:
        counts = np.bincount(getattr(found, name).astype(int), minlength=bins + 1)[1:]
        assert counts.max() - counts.min() <= 1
        values = -table.days_since_last if name == "recency" else getattr(table, MEASURES[name])
        order = sorted(range(len(table)), key=lambda at: (values[at], table.customer[at]))
        assert (np.diff(getattr(found, name)[order]) >= 0).all()
    rows = list(range(len(table)))
    shuffle.shuffle(rows)
    moved = rk.rfm.score(table[np.array(rows)], bins=bins, ties="spread_by_id")
    assert moved.monetary.tolist() == found.monetary[rows].tolist()


# Definition.


def test_a_customer_at_a_cut_belongs_to_the_better_class():
    table = measured([30, 31, 90, 91], orders=[2, 3, 4, 5], money=[99.99, 100, 499.99, 500])
    own = {"monetary": [100, 500], "recency": [30, 90]}
    found = rk.rfm.score(table, cuts=own)
    assert found.recency.tolist() == [3, 2, 2, 1]
    assert found.monetary.tolist() == [1, 2, 2, 3]
    assert found.frequency.tolist() == [1, 2, 4, 5]
    assert found.bins == (3, 5, 3)
    assert found.cuts["recency"] == (30, 90)
    assert found.cuts["monetary"] == (100, 500)
    assert "recency, monetary by given cuts" in found.definition
    assert rk.rfm.score(table, cuts=own, bins=(3, 5, 3)).equals(found)
    assert rk.rfm.score(table, cuts=own, bins=(3, 2, 3)).frequency.tolist() == [1, 1, 2, 2]


def test_an_empty_class_of_given_cuts_leaves_its_number_free():
    table = measured([0, 0], money=[5, 500])
    found = rk.rfm.score(table, cuts={"monetary": [10, 100]})
    assert found.monetary.tolist() == [1, 3]
    assert found.levels["monetary"] == (1, 3)
    assert found.cuts["monetary"] == (100,)
    assert "monetary: 2 of 3 levels occur." in found.notes


def test_from_the_mean_on_is_high():
    table = measured([1, 2, 3], orders=[1, 2, 3], money=[0.1, 0.2, 0.3])
    found = rk.rfm.score(table, cuts="mean")
    assert found.bins == (2, 2, 2)
    assert found.recency.tolist() == [2, 2, 1]
    assert found.frequency.tolist() == found.monetary.tolist() == [1, 2, 2]
    assert found.cuts["frequency"] == (2,)
    equal = rk.rfm.score(measured([1] * 3, money=[0.1] * 3), cuts="mean", bins=2)
    assert equal.monetary.tolist() == [2, 2, 2]
    assert equal.notes[0] == "recency: 1 of 2 levels occurs; 3 of 3 customers tie at 1 day."


def test_weights_make_the_combined_score():
    table = measured([0, 9], orders=[1, 2], money=[7, 5])
    found = rk.rfm.score(table, bins=2, weights=(2, 1, 1))
    assert found.recency.tolist() == [2, 1]
    np.testing.assert_allclose(found.combined, [(4 + 1 + 2) / 4, (2 + 2 + 1) / 4], rtol=1e-15)
    without = rk.rfm.score(measured([0, 9], orders=[1, 2]), bins=2, weights=(3, 1, 0))
    np.testing.assert_allclose(without.combined, [7 / 4, 5 / 4], rtol=1e-15)


@pytest.mark.parametrize(
    ("weights", "money", "said"),
    [
        ((5, 1, 1), True, "mean rank; combined: mean weighted 5:1:1."),
        ((1, 0.5, 0.25), True, "mean rank; combined: mean weighted 1:0.5:0.25."),
        ((2, 2, 2), True, "mean rank."),
        ((3, 1, 9), False, "mean rank; combined: mean weighted 3:1."),
        ((1, 1, 9), False, "mean rank."),
    ],
)
def test_unequal_weights_are_told(weights, money, said):
    table = measured([0, 9], orders=[1, 2], money=[7, 5] if money else None)
    found = rk.rfm.score(table, weights=weights)
    classes = "5×5×5" if money else "5×5"
    assert found.definition == (
        f"Scores in {classes} classes, 1 the worst: equal values share the score of their {said}"
    )


def test_cuts_of_all_dimensions_leave_nothing_to_ranks():
    table = measured([0, 9], orders=[1, 2], money=[7, 5])
    own = {"recency": [5], "frequency": [2], "monetary": [6]}
    for found in (rk.rfm.score(table, cuts=own), rk.rfm.Scorer.fit(table, cuts=own)):
        assert found.definition == (
            "Scores in 2×2×2 classes, 1 the worst: recency, frequency, monetary by given cuts, a "
            "customer at a cut in the better class."
        )


def test_customers_who_only_sent_goods_back_are_not_scored():
    table = measured([5, 0, 7], orders=[1, 0, 2], money=[10, -20, 30])
    for options in ({}, {"nested": True}, {"ties": "spread_by_id"}, {"cuts": "quantiles"}):
        found = rk.rfm.score(table, bins=2, **options)
        assert np.isnan([getattr(found, name)[1] for name in NAMES]).all()
        assert found.frequency[[0, 2]].tolist() == ([2, 2] if "nested" in options else [1, 2])
        assert found.notes[-1] == "Not scored, as they only sent goods back: 1."
        assert found.code.tolist()[:2] == ["222" if "nested" in options else "211", None]


def test_what_cancelled_refunds_leave_is_nothing():
    rest = 0.1 + 0.2 - 0.3
    assert rest != 0
    found = rk.rfm.score(measured([0] * 4, money=[0.0, rest, -rest, 20.0]))
    assert found.monetary.tolist() == [2, 2, 2, 5]
    nothing = rk.rfm.score(measured([0] * 2, money=[0.0, 0.0]))
    assert nothing.levels["monetary"] == (3,)


def test_amounts_that_differ_by_rounding_are_equal():
    sums = [0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1, 0.6]
    assert len(set(sums)) == 2
    money = [*sums, 0.5]
    assert rk.rfm.score(measured([0] * 4, money=money), bins=4).monetary.tolist() == [3, 3, 3, 1]
    for cuts in ("quantiles", "mean", {"monetary": [0.6]}, {"monetary": [0.1 + 0.2 + 0.3]}):
        found = rk.rfm.score(measured([0] * 4, money=money), cuts=cuts).monetary
        assert len(set(found[:3].tolist())) == 1, cuts


def test_the_note_says_what_the_tied_have_in_common():
    table = measured([2] * 4, orders=[1] * 4, money=[1_234.5] * 3 + [7])
    recency, frequency, money = rk.rfm.score(table, bins=3).notes
    assert recency.endswith("4 of 4 customers tie at 2 days.")
    assert frequency.endswith("4 of 4 customers tie at 1 order.")
    assert money.endswith("3 of 4 customers tie at a net spend of 1,234.5 EUR.")
    bare = dataclasses.replace(table, currency=None)
    assert rk.rfm.score(bare, bins=3).notes[-1].endswith("tie at a net spend of 1,234.5.")


def test_the_note_counts_whom_the_id_alone_sorts():
    table = measured([3, 3, 3, 1], orders=[1, 1, 1, 1], money=[1, 2, 3, 4])
    found = rk.rfm.score(table, bins=2, ties="spread_by_id")
    assert found.recency.tolist() == [1, 1, 2, 2]
    assert found.notes == (
        "recency: the id alone decides between the scores of 3 customers.",
        "frequency: the id alone decides between the scores of 4 customers.",
    )
    assert "spread by customer id" in found.definition
    both = rk.rfm.score(table, bins=2, ties="spread_by_id", nested=True)
    assert both.frequency.tolist() == [1, 2, 1, 2]
    assert both.notes[1] == "frequency: the id alone decides between the scores of 4 customers."


def test_the_r_package_scores_small_amounts_alike():
    amounts = np.arange(1, 9) / 10
    faulty = rk.rfm.score(measured([0] * 8, money=amounts), compat="r-rfm")
    assert faulty.monetary.tolist() == [1] * 8
    cents = rk.rfm.score(measured([0] * 8, money=100 * amounts), compat="r-rfm")
    assert cents.monetary.tolist() == [1, 1, 2, 3, 3, 4, 5, 5]


def test_many_orders_of_few_customers_are_scored_as_well():
    found = rk.rfm.score(measured([0] * 3, orders=[10**9, 1, 10**12]), bins=3)
    assert found.frequency.tolist() == [2, 1, 3]


def test_what_is_told_of_scores():
    table = measured([0, 9, 5], orders=[1, 2, 2], money=[7, 5, 5], customer=["a", "b", "c"])
    found = rk.rfm.score(table, bins=(2, 12, 3))
    assert found.customer.tolist() == ["a", "b", "c"]
    assert found.code.tolist() == ["2-3-3", "1-9-2", "2-9-2"]
    assert found.frequency_monetary.tolist() == [3, 5.5, 5.5]
    assert len(found) == 3
    text = repr(found)
    assert "as of       2025-12-31" in text
    assert "note        frequency: 2 of 12 levels occur; 2 of 3 customers tie at 2 orders." in text
    assert "frequency_score" in text
    without = rk.rfm.score(measured([0, 9], orders=[1, 2]), bins=2)
    assert without.frequency_monetary is without.frequency
    assert "note" not in repr(without)
    assert without.to_frame()["code"].tolist() == ["21", "12"]


# Properties.

OPTIONS = (
    {},
    {"cuts": "quantiles"},
    {"cuts": "mean"},
    {"nested": True},
    {"cuts": {"recency": [2, 9], "monetary": [1, 20.5]}},
)


@pytest.mark.parametrize("options", OPTIONS)
@given(table=TABLES, shuffle=st.randoms(use_true_random=False))
def test_rows_may_come_in_any_order(options, table, shuffle):
    rows = list(range(len(table)))
    shuffle.shuffle(rows)
    found, moved = rk.rfm.score(table, **options), rk.rfm.score(table[np.array(rows)], **options)
    for name in NAMES:
        assert getattr(moved, name).tolist() == getattr(found, name)[rows].tolist()
    assert moved.cuts == found.cuts
    assert moved.notes == found.notes


@pytest.mark.parametrize("options", OPTIONS[:-1])
@given(table=TABLES, scale=st.sampled_from([1e-6, 0.013, 1 / 3, 7.1, 1e9]))
def test_the_scale_of_money_does_not_matter(options, table, scale):
    other = measured(table.days_since_last, table.orders, table.net_spend * scale)
    assert same(rk.rfm.score(other, **options), rk.rfm.score(table, **options))


@pytest.mark.parametrize("options", OPTIONS)
@given(table=TABLES)
def test_better_measures_never_score_worse(options, table):
    found = rk.rfm.score(table, **options)
    names = NAMES[:1] if "nested" in options else NAMES
    for name in names:
        values = getattr(table, MEASURES[name])
        turned = -values if name == "recency" else values
        order = np.argsort(turned, kind="stable")
        rising = getattr(found, name)[order]
        assert (np.diff(rising) >= 0).all()
        assert (np.diff(rising)[np.diff(turned[order]) == 0] == 0).all()
        assert tuple(np.unique(rising).astype(int).tolist()) == found.levels[name]


@given(table=TABLES, copies=st.integers(2, 4), bins=st.integers(2, 9))
def test_all_customers_several_times_score_alike(table, copies, bins):
    rows = np.tile(np.arange(len(table)), copies)
    again = rk.rfm.score(table[rows], bins=bins)
    found = rk.rfm.score(table, bins=bins)
    assert again.monetary.tolist() == np.tile(found.monetary, copies).tolist()


@pytest.mark.parametrize("options", [*OPTIONS[:3], OPTIONS[4], {"compat": "r-rfm"}])
@given(table=TABLES)
def test_cuts_fed_back_give_the_same_classes(options, table):
    found = rk.rfm.score(table, **options)
    several = {name: cuts for name, cuts in found.cuts.items() if cuts}
    if not several:
        return
    again = rk.rfm.score(table, cuts=several)
    for name in several:
        numbers = np.array(found.levels[name])[getattr(again, name).astype(int) - 1]
        assert numbers.tolist() == getattr(found, name).tolist()
        measures = getattr(table, MEASURES[name])
        for level, cut in zip(found.levels[name][1:], sorted(found.cuts[name]), strict=True):
            assert math.isfinite(cut)
            assert level in found.levels[name]
        assert np.isfinite(measures).all()


@given(
    start=st.floats(1e-3, 1e9),
    rows=st.lists(st.tuples(st.integers(0, 5), st.floats(-0.05, 0.05)), min_size=1, max_size=20),
    bins=st.integers(2, 6),
)
def test_cuts_have_twelve_digits_and_scores_do_not_know(start, rows, bins):
    # Groups just far enough apart to be told apart; within each, sums that differ by rounding.
    amounts = [start * (1 + (2.2 * group + rest) * 1e-9) for group, rest in rows]
    table = measured([0] * len(rows), money=amounts)
    groups = [group for group, _ in rows]
    ranks = [position(group, groups, better=more) for group in groups]
    truth = [min(bins, 1 + math.floor(bins * (r - Fraction(1, 2)) / len(rows))) for r in ranks]
    found = rk.rfm.score(table, bins=bins)
    assert found.monetary.tolist() == truth
    assert all(cut == float(f"{cut:.12g}") for cut in found.cuts["monetary"])
    assert rk.rfm.Scorer.fit(table, bins=bins).score(table).monetary.tolist() == truth
    if found.cuts["monetary"]:
        again = rk.rfm.score(table, cuts={"monetary": found.cuts["monetary"]}).monetary
        assert [found.levels["monetary"][at] for at in again.astype(int) - 1] == truth


def test_cuts_show_no_rest_of_a_sum():
    sums = [0.1 + 0.2, 69.78999999999999, 893.6600000000001]
    found = rk.rfm.score(measured([0] * 4, money=[0.1, *sums]), bins=4)
    assert found.cuts["monetary"] == (0.3, 69.79, 893.66)
    mean = rk.rfm.score(measured([0] * 3, money=[0.1, 0.2, 0.3]), cuts="mean")
    assert mean.cuts["monetary"] == (0.2,)


def test_cuts_fed_back_reproduce_the_scores(cdnow):
    found = rk.rfm.score(cdnow, bins=(9, 2, 12))
    assert found.levels["frequency"] == (1, 2)
    assert same(rk.rfm.score(cdnow, cuts=found.cuts), found)


def test_scores_come_as_the_frame_that_went_in():
    days = pl.Series([dt.date(2025, 1, 5), dt.date(2025, 3, 1), dt.date(2025, 2, 10)])
    log = pl.DataFrame({"customer_id": ["a", "a", "b"], "date": days, "amount": [20.0, 40.0, 9.0]})
    found = rk.rfm.score(rk.rfm.measure(rk.Transactions(log)), bins=2)
    frame = found.to_frame()
    assert isinstance(frame, pl.DataFrame)
    assert frame["code"].to_list() == ["222", "111"]
    assert found.recency.flags.writeable is False


# Refusals.


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"bins": 1}, "`bins` must be whole numbers from 2 to 99"),
        ({"bins": 100}, "`bins` must be whole numbers"),
        ({"bins": 5.0}, "`bins` must be whole numbers"),
        ({"bins": True}, "`bins` must be whole numbers"),
        ({"bins": (5, 4)}, "`bins` must be whole numbers"),
        ({"bins": "5"}, "`bins` must be whole numbers"),
        ({"bins": 5, "cuts": "mean"}, "The mean makes two classes"),
        ({"bins": 5, "cuts": {"monetary": [1]}}, "`bins` and `cuts` do not agree"),
        ({"bins": (5, 5, 3), "cuts": {"monetary": [1]}}, "one class more than cuts"),
        ({"ties": "first"}, "`ties` is not one of its choices"),
        ({"compat": "python"}, "`compat` is not one of its choices"),
        ({"nested": "yes"}, "`nested` is not one of its choices"),
        ({"cuts": "median"}, "`cuts` is not one of its choices"),
        ({"cuts": [1, 2]}, "`cuts` is not one of its choices"),
        ({"cuts": {}}, "`cuts` must name dimensions of the table"),
        ({"cuts": {"money": [1]}}, "`cuts` must name dimensions"),
        ({"cuts": {"recency": [90, 30]}}, "The cuts of recency must rise"),
        ({"cuts": {"recency": [30, 30]}}, "The cuts of recency must rise"),
        ({"cuts": {"frequency": []}}, "The cuts of frequency must rise"),
        ({"cuts": {"frequency": [1, math.inf]}}, "The cuts of frequency must rise"),
        ({"cuts": {"monetary": ["1"]}}, "The cuts of monetary must rise"),
        ({"cuts": {"monetary": 5}}, "The cuts of monetary must rise"),
        ({"cuts": {"monetary": range(99)}}, "The cuts of monetary must rise"),
        ({"nested": True, "cuts": "quantiles"}, "exclude each other"),
        ({"ties": "spread_by_id", "cuts": {"monetary": [1]}}, "exclude each other"),
        ({"nested": True, "compat": "r-rfm"}, "exclude each other"),
        ({"ties": "spread_by_id", "compat": "r-rfm"}, "exclude each other"),
        ({"cuts": "quantiles", "compat": "r-rfm"}, "exclude each other"),
        ({"weights": (1, 1)}, "`weights` must be three numbers"),
        ({"weights": (1, -1, 1)}, "`weights` must be three numbers"),
        ({"weights": (0, 0, 0)}, "`weights` must be three numbers"),
        ({"weights": (math.nan, 1, 1)}, "`weights` must be three numbers"),
        ({"weights": "abc"}, "`weights` must be three numbers"),
    ],
)
def test_nonsense_is_refused(options, match):
    with pytest.raises(OptionError, match=match):
        rk.rfm.score(measured([1, 2], money=[3, 4]), **options)


def test_a_log_without_money_has_no_cuts_and_weights_of_it():
    table = measured([1, 2])
    with pytest.raises(OptionError, match="must name dimensions of the table"):
        rk.rfm.score(table, cuts={"monetary": [1]})
    with pytest.raises(OptionError, match="of the first two for a log without money"):
        rk.rfm.score(table, weights=(0, 0, 1))


def test_other_things_are_refused(cdnow):
    with pytest.raises(KindError, match="Only measures can be scored"):
        rk.rfm.score(cdnow.to_frame())
    with pytest.raises(DataError, match="Nobody in the table has an order"):
        rk.rfm.score(cdnow[[]])
    with pytest.raises(DataError, match="Nobody in the table has an order"):
        rk.rfm.score(measured([0], orders=[0], money=[-5]))
