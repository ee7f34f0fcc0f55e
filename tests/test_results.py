"""Every result prints itself, becomes a table and strict JSON, and can be compared."""

import copy
import dataclasses
import datetime as dt
import enum
import json
import math
import pickle
from decimal import Decimal
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retentionkit._texts import counted, per_cent
from retentionkit.results import (
    Estimate,
    Interval,
    Result,
    as_json,
    frozen_array,
    frozen_mapping,
)


class Kind(enum.StrEnum):
    NEW = "new"


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Shelf(Result):
    """A result for these tests."""

    names: Any
    prices: Any
    note: Any = None
    kind: str | None = None

    _heading: ClassVar[str] = "Shelf <1>"

    def _table(self):
        return {"name": self.names, "price": self.prices}

    def _facts(self):
        return {"rows": f"{len(self.names)}", "a & b": "<i>"}


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Bare(Result):
    """A result without rows, facts or heading."""

    size: int = 0

    def _table(self):
        return {}


def shelf(size=3, **more):
    return Shelf(
        [f"n{row}" for row in range(size)], frozen_array(np.arange(size) * 600, float), **more
    )


# --- worked example ------------------------------------------------------------------------------


def test_a_result_prints_heading_facts_and_rows():
    assert repr(shelf()).splitlines() == [
        "Shelf <1>",
        "  rows   3",
        "  a & b  <i>",
        "  name  price",
        "    n0      0",
        "    n1    600",
        "    n2  1,200",
    ]
    assert repr(Bare()) == "Bare"


def test_html_shows_the_same_and_escapes_it():
    html = shelf(17)._repr_html_()
    assert "Shelf &lt;1&gt;" in html
    assert "a &amp; b" in html
    assert "&lt;i&gt;" in html
    assert "… 7 more rows …" in html
    assert [f">n{row}<" in html for row in range(17)] == [True] * 5 + [False] * 7 + [True] * 5
    assert "<script" not in html
    assert Bare()._repr_html_() == "<div><strong>Bare</strong><table></table></div>"


def test_a_long_table_is_cut_and_says_so():
    lines = repr(shelf(1_234)).splitlines()
    assert [line.split()[0] for line in lines[3:]] == [
        *["name", "n0", "n1", "n2", "n3", "n4", "…"],
        *["n1229", "n1230", "n1231", "n1232", "n1233"],
    ]
    assert "… 1,224 more rows …" in lines[9]
    assert len(repr(shelf(14)).splitlines()) == 18  # fourteen rows are no long table
    assert len(repr(shelf(15)).splitlines()) == 15


def test_chinese_characters_take_two_places():
    lines = repr(Shelf(["钻石", "gold"], [5_000.0, 30.0])).splitlines()
    assert lines[-3:] == ["  name  price", "  钻石  5,000", "  gold     30"]


# --- definition ----------------------------------------------------------------------------------


def test_undefined_cells_are_a_dash_not_zero():
    printed = repr(Shelf(["a", "b", "c"], [math.nan, None, np.float32("nan")]))
    assert [line.split()[-1] for line in printed.splitlines()[-3:]] == ["–"] * 3


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ([1411.0, 439.0], ["1,411", "439"]),
        ([1411.0, 439.5], ["1,411.0", "439.5"]),
        ([math.nan, 1411.0], ["–", "1,411"]),
        (np.array([1411.0, 2.5]), ["1,411.0", "2.5"]),
        ([None, "→ ∞"], ["–", "→ ∞"]),
        (np.array([1411, 439]), ["1411", "439"]),
    ],
)
def test_a_column_of_counts_has_no_decimals(prices, expected):
    printed = repr(Shelf(["a", "b"], prices)).splitlines()[-2:]
    assert [
        line[line.index("ab"[row]) + 1 :].strip() for row, line in enumerate(printed)
    ] == expected


@pytest.mark.parametrize("column", [np.array, list])
def test_rows_that_are_not_shown_are_not_looked_at(column):
    class Untouched(list):
        def __iter__(self):
            raise AssertionError

    prices = np.full(40, 1_411.0)
    prices[20] = 0.5
    names = Untouched(f"n{row}" for row in range(40))
    result = Shelf(names, column(prices))
    for printed in (repr(result), result._repr_html_()):
        assert "1,411" in printed
        assert "1,411.0" not in printed  # the only price with decimals is not shown
    prices[37] = 0.5
    assert "1,411.0" in repr(Shelf(names, column(prices)))


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        (Interval(602_113.4, 690_420.8, 0.95), "Interval(602,113 to 690,421, 95 %)"),
        (Interval(-1_234.5, math.inf, 0.95), "Interval(-1,234 to inf, 95 %)"),
        (Interval(math.nan, 1e18, 0.95), "Interval(nan to 1e+18, 95 %)"),
        (Interval(999.44, 1_000.4, 0.9), "Interval(999.4 to 1,000, 90 %)"),
    ],
)
def test_limits_are_printed_in_plain_digits(interval, expected):
    assert repr(interval) == expected


def test_the_table_comes_in_the_kind_of_the_caller():
    assert (
        shelf()
        .to_frame()
        .equals(pd.DataFrame({"name": ["n0", "n1", "n2"], "price": [0.0, 600.0, 1200.0]}))
    )
    assert type(shelf(kind="polars").to_frame()).__module__.startswith("polars")
    assert type(shelf(kind="residual").to_frame()).__module__.startswith("pandas")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (math.inf, None),
        (np.float64("nan"), None),
        (np.int64(3), 3),
        (True, True),
        (dt.date(1997, 9, 30), "1997-09-30"),
        (np.array(["1997-09-30", "NaT"], dtype="datetime64[ns]"), ["1997-09-30T00:00:00", None]),
        (np.datetime64("1997-09-30"), "1997-09-30T00:00:00"),
        (Interval(0.1, math.inf, 0.95), {"low": 0.1, "high": None, "confidence": 0.95}),
        ({1: (np.nan, "a")}, {"1": [None, "a"]}),
        (Kind.NEW, "new"),
        (Decimal("0.10"), "0.10"),
    ],
)
def test_values_become_strict_json(value, expected):
    assert as_json(value) == expected


def test_a_result_becomes_strict_json():
    made = shelf(2, note=Interval(1.0, math.nan, 0.9)).to_dict()
    assert json.loads(json.dumps(made, allow_nan=False)) == {
        "names": ["n0", "n1"],
        "prices": [0.0, 600.0],
        "note": {"low": 1.0, "high": None, "confidence": 0.9},
        "kind": None,
    }


def test_arrays_of_a_result_are_copies_that_cannot_change():
    mine = np.array([1.0, 2.0])
    held = frozen_array(mine, float)
    mine[0] = 9.0
    assert held[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        held[0] = 9.0


def test_an_interval_prints_itself_and_knows_what_lies_in_it():
    interval = Interval(0.25, 0.375, 0.9)
    assert repr(interval) == "Interval(0.25 to 0.375, 90 %)"
    assert 0.25 in interval
    assert 0.375 in interval
    assert 0.38 not in interval


@pytest.mark.parametrize(
    ("share", "unit", "expected"),
    [
        ((0.125, 0.1, 0.2), "", "12.5 (10.0 to 20.0)"),
        ((-0.001, -0.003, -0.0004), " %", "-0.1 % (-0.3 to 0.0 %)"),
        ((1.0, math.nan, math.nan), " %", "100.0 %"),
        ((math.nan, 0.0, 1.0), "", "–"),
    ],
)
def test_shares_in_per_cent(share, unit, expected):
    assert per_cent(*share, unit=unit) == expected


def test_one_thing_is_no_plural():
    assert [counted(number, "customer") for number in (0, 1, 2_000)] == [
        "0 customers",
        "1 customer",
        "2,000 customers",
    ]


def test_an_estimate_is_one_short_line_and_keeps_its_definition():
    made = Estimate(1_234.5, 9.5, Interval(-2_000.0, 4_469.0, 0.95), 12_345, "Long. " * 60)
    assert repr(made) == "Estimate(1,234, 95 % -2,000 to 4,469, n = 12,345)"
    assert made.definition == "Long. " * 60
    assert made.to_dict()["definition"] == made.definition


@pytest.mark.parametrize(
    "note",
    [
        None,
        math.nan,
        (1, [math.nan]),
        {"a": math.nan},
        Interval(0.0, math.nan, 0.95),
        np.array([1.0, np.nan]),
        np.array(["1997-09-30", "NaT"], dtype="datetime64[D]"),
        np.array(["a", None], dtype=object),
        np.float64("nan"),
    ],
    ids=str,
)
def test_equal_results_are_equal_undefined_values_included(note):
    assert shelf(note=note).equals(shelf(note=note))


@pytest.mark.parametrize(
    ("note", "other"),
    [
        (math.nan, math.inf),
        (math.nan, 0.0),
        (1, True),
        ((1, 2), (1, 2, 3)),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, {"a": 2}),
        (np.array([1.0]), np.array([1.0, 1.0])),
        (np.array([1.0]), np.array(["1"])),
        (np.array([np.nan]), np.array([np.inf])),
        (Interval(0.0, 1.0, 0.95), Interval(0.0, 1.0, 0.9)),
        ("a", "b"),
    ],
    ids=str,
)
def test_different_results_are_not(note, other):
    assert not shelf(note=note).equals(shelf(note=other))
    assert not shelf().equals(Bare())
    assert not shelf().equals("Shelf")


def read_again(result):
    return pickle.loads(pickle.dumps(result))  # noqa: S301 - our own


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, read_again])
def test_a_result_read_or_copied_is_the_same_and_as_frozen(again):
    result = shelf(note=frozen_mapping({"a": 1}))
    found = again(result)
    assert found.equals(result)
    with pytest.raises(ValueError, match="read-only"):
        found.prices[0] = 1
    with pytest.raises(TypeError, match="item assignment"):
        found.note["a"] = 2


def test_a_frozen_mapping_is_a_copy_in_order():
    given = {"b": 1, "a": 2}
    found = frozen_mapping(given)
    given["c"] = 3
    assert (list(found), len(found), found["a"], dict(found)) == (
        ["b", "a"],
        2,
        2,
        {"b": 1, "a": 2},
    )
    assert repr(found) == "{'b': 1, 'a': 2}"
    assert as_json(found) == {"b": 1, "a": 2}
    assert found == {"b": 1, "a": 2}


# --- properties ----------------------------------------------------------------------------------

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates()
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(TREES)
def test_every_tree_of_values_is_strict_json(tree):
    made = as_json(tree)
    assert json.loads(json.dumps(made, allow_nan=False)) == made
    assert shelf(note=tree).equals(shelf(note=tree))


# --- refusals ------------------------------------------------------------------------------------


def test_a_result_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'note'"):
        shelf().note = "other"
