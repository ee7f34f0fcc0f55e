"""Each relational verb on a million rows in random order, on each kind of frame, against numpy.

Toy frames hide the worst defect known in this layer: a window that attaches its answer by position
is right on thousands of rows and wrong on a million. So every verb is tried at that size.
"""

from pathlib import Path

import numpy as np
import pytest

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
