"""Each relational verb on a million rows in random order, on each kind of frame, against numpy.

Toy frames hide the worst defect known in this layer: a window that attaches its answer by position
is right on thousands of rows and wrong on a million. So every verb is tried at that size.
"""

import math
from pathlib import Path

import narwhals.stable.v2 as nw
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import retentionkit.frames
from retentionkit import frames
from retentionkit.durations import calendar_period
from retentionkit.frames import Wanted
from strategies import frame_of

SIZE = 1_000_000
RNG = np.random.default_rng(20260701)
CUSTOMER = RNG.integers(0, 200_000, SIZE)
DAY = RNG.integers(-1_000, 20_000, SIZE)
CENTS = RNG.integers(-10_000, 100_000, SIZE)
CLOCK = DAY * 86_400_000_000 + RNG.integers(0, 86_400_000_000, SIZE)


@pytest.fixture(scope="module", params=["pandas", "polars", "pyarrow"])
def table(request):
    columns = {
        "c": CUSTOMER,
        "d": CLOCK.astype("datetime64[us]"),
        "a": CENTS / 100,
        "k": CUSTOMER % 3,
    }
    wanted = {
        "customer": Wanted("c", "customer", "id"),
        "when": Wanted("d", "when", "moment"),
        "amount": Wanted("a", "amount", "number"),
        "kept": Wanted("k", "keep", "any"),
    }
    return frames.read(frame_of(request.param, columns), wanted)


def grouped(*keys):
    """Distinct keys, sorted, with positions of their rows: (keys, order, starts)."""
    order = np.lexsort(keys[::-1])
    ordered = [key[order] for key in keys]
    new = np.r_[True, np.logical_or.reduce([key[1:] != key[:-1] for key in ordered])]
    starts = np.flatnonzero(new)
    return [key[starts] for key in ordered], order, starts


def same(found, expected):
    for mine, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_reading_numbers_the_days_by_the_calendar(table):
    same(table.arrays("customer", "day"), (CUSTOMER, DAY))


def test_clock_times_become_instants(table):
    (instant,) = table.choose(instant=frames.instant("when", "day")).arrays("instant")
    np.testing.assert_array_equal(instant, CLOCK)


@pytest.mark.parametrize("grain", ["week", "month", "quarter"])
def test_period_numbers(table, grain):
    (period,) = table.choose(p=calendar_period(frames.column("day"), grain)).arrays("p")
    days = DAY.astype("datetime64[D]")
    months = days.astype("datetime64[M]").astype(np.int64) + 1970 * 12
    expected = {"week": (DAY + 3) // 7, "month": months, "quarter": months // 3}[grain]
    np.testing.assert_array_equal(period, expected)


def test_per_keys(table):
    keys = ("customer", "day")
    found = table.per(*keys, n=frames.count(), low=frames.lowest("amount")).arrays(
        *keys, "n", "low", sort=keys
    )
    distinct, order, starts = grouped(CUSTOMER, DAY)
    n = np.diff(np.r_[starts, SIZE])
    same(found, (*distinct, n, np.minimum.reduceat(CENTS[order], starts) / 100))


def test_sums_and_greatest_per_key(table):
    found = table.per("customer", last=frames.highest("day"), total=frames.total("amount")).arrays(
        "customer", "last", "total", sort=("customer",)
    )
    (customers,), order, starts = grouped(CUSTOMER)
    same(found[:2], (customers, np.maximum.reduceat(DAY[order], starts)))
    # Engines add in different orders; rounded to the cent, the sums are equal to the last digit.
    cents = np.add.reduceat(CENTS[order], starts)
    np.testing.assert_array_equal(np.round(found[2] * 100), cents)


def test_dense_keys_are_added_up_without_sorting(table):
    amount = np.round(CENTS / 100, 2)
    distinct = np.unique(CUSTOMER * 30_000 + DAY + 1_000) // 30_000
    found = table.per(
        "customer",
        days=frames.distinct_count("day"),
        first=frames.lowest("day"),
        last=frames.highest("day"),
        least=frames.lowest("amount"),
        sum=frames.total("amount"),
        numbers=frames.total("day"),
        n=frames.count(),
    ).arrays(
        "customer", "days", "first", "last", "least", "sum", "numbers", "n", sort=("customer",)
    )
    (keys,), order, starts = grouped(CUSTOMER)
    same(found[:1], [keys])
    same(found[1:2], [np.unique(distinct, return_counts=True)[1]])
    same(found[2:4], [ufunc.reduceat(DAY[order], starts) for ufunc in (np.minimum, np.maximum)])
    same(found[4:5], [np.minimum.reduceat(amount[order], starts)])
    # Some five amounts are added in either order: an error of a few units in the last place of
    # the largest of them, which is below 1,000.
    np.testing.assert_allclose(
        found[5], np.add.reduceat(amount[order], starts), rtol=1e-12, atol=1e-11
    )
    same(found[6:], [np.add.reduceat(DAY[order], starts), np.diff(starts, append=SIZE)])


@pytest.mark.parametrize("factor", [1, 2**20, 2**42], ids=["row fits", "key fits", "too wide"])
def test_keys_of_any_width(table, factor):
    wide = table.derive(wide=(frames.column("customer") - 100_000) * factor)
    keys = ("wide", "day")
    found = wide.per(*keys, n=frames.count(), high=frames.highest("amount")).arrays(
        *keys, "n", "high", sort=keys
    )
    (customer, day), order, starts = grouped(CUSTOMER, DAY)
    n = np.diff(np.r_[starts, SIZE])
    high = np.maximum.reduceat(CENTS[order], starts) / 100
    same(found, ((customer - 100_000) * factor, day, n, high))


def test_joining_back_on_keys(table):
    firsts = table.per("customer", first=frames.lowest("day"))
    joined = table.join(firsts, ("customer",))
    age = frames.column("day") - frames.column("first")
    found = joined.choose("customer", "day", "amount", age=age).arrays(
        "customer", "day", "amount", "age", sort=("customer", "day", "amount")
    )
    _, order, starts = grouped(CUSTOMER)
    first = np.zeros(CUSTOMER.max() + 1, dtype=np.int64)
    first[CUSTOMER[order][starts]] = np.minimum.reduceat(DAY[order], starts)
    order = np.lexsort((CENTS, DAY, CUSTOMER))
    customer, day = CUSTOMER[order], DAY[order]
    same(found, (customer, day, CENTS[order] / 100, day - first[customer]))


@pytest.mark.parametrize("how", ["semi", "anti", "left"])
def test_other_joins(table, how):
    some = table.where(frames.column("customer") < 50_000).per("customer", n=frames.count())
    joined = table.join(some, ("customer",), how)
    inside = CUSTOMER < 50_000
    expected = {"semi": inside, "anti": ~inside, "left": np.ones(SIZE, dtype=bool)}[how]
    order = np.lexsort((DAY[expected], CUSTOMER[expected]))
    found = joined.arrays("customer", "day", sort=("customer", "day"))
    same(found, (CUSTOMER[expected][order], DAY[expected][order]))
    if how == "left":
        n = joined.facts(n=frames.whole("n").sum())["n"]
        assert n == np.sum(np.bincount(CUSTOMER[inside]) ** 2)


def test_filters_and_stacking(table):
    early, late = frames.column("day") < 500, frames.column("day") >= 500
    both = table.where(late).stack(table.where(early))
    assert len(table.where(early)) == np.sum(DAY < 500)
    found = both.arrays("customer", "day", sort=("customer", "day"))
    order = np.lexsort((DAY, CUSTOMER))
    same(found, (CUSTOMER[order], DAY[order]))


def test_rows_with_some_values(table):
    inside, outside = table.where_in("kept", [0, 2])
    same(inside.arrays("customer"), (CUSTOMER[CUSTOMER % 3 != 1],))
    same(outside.arrays("customer"), (CUSTOMER[CUSTOMER % 3 == 1],))
    assert sorted(table.distinct("kept")) == [0, 1, 2]


def test_facts(table):
    facts = table.facts(
        n=frames.count(),
        low=frames.lowest("day"),
        high=frames.highest("day"),
        missing=frames.null_count("amount"),
    )
    assert facts == {"n": SIZE, "low": DAY.min(), "high": DAY.max(), "missing": 0}
    assert all(type(value) is int for value in facts.values())


def test_lookup(table):
    worth = frames.lookup("kept", {0: 1.5, 1: 2.0})
    derived = table.derive(worth=worth)
    facts = derived.facts(worth=frames.total("worth"), missing=frames.null_count("worth"))
    kinds = np.bincount(CUSTOMER % 3)
    assert facts == {"worth": 1.5 * kinds[0] + 2.0 * kinds[1], "missing": kinds[2]}


def test_no_verb_uses_a_window_over_partitions():
    folder = Path(retentionkit.frames.__file__).parent
    assert not [file for file in folder.glob("*.py") if ".over(" in file.read_text("utf-8")]


# -- groups by sorting, against the engines' own --------------------------------------------------

AGGREGATES = {
    "n": frames.count(),
    "sum": frames.total("amount"),
    "low": frames.lowest("amount"),
    "high": frames.highest("amount"),
    "days": frames.total("day"),
    "first": frames.lowest("day"),
    "last": frames.highest("day"),
    "different": frames.distinct_count("day"),
}


def in_numbers(row):
    """One row of a result, where missing is missing whatever the engine calls it."""
    return tuple(None if value is None or math.isnan(float(value)) else value for value in row)


def rows_of(table, *names):
    rows = zip(*(table.arrays(name)[0].tolist() for name in names), strict=True)
    return sorted(map(in_numbers, rows), key=lambda row: row[:2])


# Few numbers near each other, so that keys are dense; or any, which no float and no product holds.
WHOLE = st.one_of(st.integers(-3, 3), st.integers(-(2**63), 2**63 - 1))
DAYS = st.one_of(st.integers(-2, 2), st.integers(-(2**61), 2**61), st.integers(2**60, 2**60 + 3))
# Quarters add without rounding, so that the order of addition does not show.
QUARTERS = st.one_of(st.none(), st.integers(-8, 8).map(lambda n: n / 4))
ROWS = st.one_of(
    st.lists(st.tuples(WHOLE, st.integers(-2, 2), QUARTERS), min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(1, 4), DAYS, QUARTERS), min_size=1, max_size=7),
)


@pytest.mark.parametrize("kind", frames.KINDS)
@given(rows=ROWS, text=st.booleans(), ordered=st.booleans())
@settings(deadline=None)
def test_groups_by_sorting_are_the_engine_s_own(kind, rows, text, ordered):
    ids, days, amounts = zip(
        *(sorted(rows, key=lambda row: row[:2]) if ordered else rows), strict=True
    )
    names = list(map(str, ids)) if text else np.array(ids, dtype=np.int64)
    columns = {"customer": names, "day": np.array(days, dtype=np.int64), "amount": list(amounts)}
    table = frames.Table(nw.from_native(frame_of(kind, columns)), kind)
    table = table.derive(amount=frames.column("amount").cast(nw.Float64))
    expressions = {name: item.expression for name, item in AGGREGATES.items()}
    for keys in (("customer",), ("customer", "day")):
        own = table._new(table._frame.group_by(*keys).agg(**expressions))
        found = table.per(*keys, **AGGREGATES)
        assert found.columns == own.columns
        assert rows_of(found, *found.columns) == rows_of(own, *own.columns)


def test_no_rows_have_no_groups(kind):
    frame = frame_of(kind, {"customer": np.array([1]), "amount": np.array([2.0])})
    table = frames.Table(nw.from_native(frame), kind).where(frames.column("customer") > 1)
    assert len(table.per("customer", n=frames.count(), sum=frames.total("amount"))) == 0


def test_missing_keys_are_left_to_the_engine(kind):
    frame = frame_of(kind, {"customer": [1, 1, None], "amount": [1.0, 2.0, 4.0]})
    if kind == "pandas":
        frame = frame.astype({"customer": "Int64"})
    table = frames.Table(nw.from_native(frame), kind)
    found = table.per("customer", sum=frames.total("amount"))
    assert 3.0 in found.arrays("sum")[0].tolist()


def test_missing_whole_numbers_are_left_out(kind):
    frame = frame_of(kind, {"customer": np.array([1, 1]), "day": [3, None]})
    if kind == "pandas":
        frame = frame.astype({"day": "Int64"})
    table = frames.Table(nw.from_native(frame), kind)
    found = table.per("customer", sum=frames.total("day"), last=frames.highest("day"))
    assert [values.tolist() for values in found.arrays("sum", "last")] == [[3], [3]]


def test_sums_do_not_depend_on_the_kind_of_frame():
    customer, amount = RNG.integers(0, 1_000, 50_000), RNG.random(50_000)
    found = []
    for kind in frames.KINDS:
        frame = frame_of(kind, {"customer": customer, "amount": amount})
        table = frames.Table(nw.from_native(frame), kind)
        sums = table.per("customer", sum=frames.total("amount"))
        found.append(sums.arrays("customer", "sum", sort=("customer",)))
    same(found[0], found[1])  # to the last bit, although they add some fifty numbers each
    same(found[0], found[2])
