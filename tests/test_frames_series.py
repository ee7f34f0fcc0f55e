"""One column, brought as anything: the same numbers and ids, or an error of ours."""

import datetime as dt
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from retentionkit import frames
from retentionkit.errors import DataError

NUMBERS = [
    [10, None, 7],
    (10, None, 7),
    np.array([10, np.nan, 7]),
    [Decimal(10), None, Decimal(7)],
    pd.Series([10, None, 7], index=[5, 5, 6], name="x"),
    pd.Series([10, None, 7], dtype="Int64"),
    pd.Series([10, None, 7], dtype="int8[pyarrow]"),
    pd.Series(pd.Categorical([10, None, 7])),
    pl.Series([10, None, 7]),
    pl.Series("x", [10.0, None, 7.0], dtype=pl.Float32),
    pa.array([10, None, 7]),
    pa.chunked_array([[10, None], [7]]),
    pa.array([10, None, 7]).dictionary_encode(),
]
IDS = [
    ["a", "b"],
    np.array(["a", "b"]),
    pd.Series(["a", "b"], dtype="category"),
    pd.Index(["a", "b"]),
    pl.Series(["a", "b"], dtype=pl.Categorical),
    pa.array(["a", "b"]).dictionary_encode(),
]


@pytest.mark.parametrize("values", NUMBERS, ids=lambda values: type(values).__name__)
def test_numbers_of_any_column(values):
    found = frames.read_numbers(values, argument="answers")
    np.testing.assert_array_equal(found, [10, np.nan, 7])


@pytest.mark.parametrize("values", IDS, ids=lambda values: type(values).__name__)
def test_ids_of_any_column(values):
    assert frames.read_ids(values, argument="received").tolist() == ["a", "b"]


def test_whole_numbers_are_ids_whatever_holds_them():
    for values in ([1, 2], np.array([1.0, 2.0]), pl.Series([1, 2]), pa.array([1, 2]), range(1, 3)):
        found = frames.read_ids(values, argument="received")
        assert (found.tolist(), found.dtype) == ([1, 2], np.int64)


def test_a_series_tells_its_library():
    assert frames.series_kind(pd.Series([1])) == "pandas"
    assert frames.series_kind(pl.Series([1])) == "polars"
    assert frames.series_kind(pa.array([1])) == "pyarrow"
    assert frames.series_kind([1]) is None


def test_no_values_are_no_numbers():
    assert frames.read_numbers([], argument="answers").tolist() == []


@pytest.mark.parametrize(
    "values",
    [
        "abc",
        7,
        None,
        np.array(3),
        [[1, 2]],
        [1, [1]],
        np.ones((2, 2)),
        {3: 1},
        pd.DataFrame({3: [1]}),
    ],
)
def test_what_is_no_column_is_refused(values):
    with pytest.raises(DataError, match="`answers` is not one column of values"):
        frames.read_numbers(values, argument="answers")


def test_text_is_no_number_and_none_is_no_id():
    with pytest.raises(DataError, match="answers"):
        frames.read_numbers(["9", "10"], argument="answers")
    for values in (["a", None], [1, None], pl.Series([1, None]), pa.array(["a", None])):
        with pytest.raises(DataError, match=r"`received` has missing ids(.|\n)*1 of 2"):
            frames.read_ids(values, argument="received")


def test_days_of_lists_and_of_series(kind):
    days = [dt.date(1970, 1, 2), dt.date(2026, 3, 2)]
    expected = [1, dt.date(2026, 3, 2).toordinal() - dt.date(1970, 1, 1).toordinal()]
    assert frames.read_days(["1970-01-02", days[1]], argument="dates").tolist() == expected
    library = pytest.importorskip(kind)
    series = library.array(days) if kind == "pyarrow" else library.Series(days)
    assert frames.read_days(series, argument="dates").tolist() == expected
    with pytest.raises(DataError, match="`dates` is not one column"):
        frames.read_days("1970-01-02", argument="dates")
    empty = library.array([*days, None]) if kind == "pyarrow" else library.Series([*days, None])
    with pytest.raises(DataError, match="missing dates"):
        frames.read_days(empty, argument="dates")


FLAGS = [
    [True, None, False],
    [1, None, 0],
    np.array([1.0, np.nan, 0.0]),
    pd.Series([True, None, False], dtype="boolean"),
    pd.Series([True, None, False], dtype=object),
    pd.Series(pd.Categorical([True, None, False])),
    pl.Series([True, None, False]),
    pl.Series([1, None, 0], dtype=pl.UInt8),
    pa.array([True, None, False]),
]


@pytest.mark.parametrize("values", FLAGS, ids=lambda values: type(values).__name__)
def test_yes_and_no_of_any_column(values):
    found = frames.read_flags(values, argument="returned")
    np.testing.assert_array_equal(found, [1.0, np.nan, 0.0])
    assert frames.read_flags([], argument="returned").tolist() == []


@pytest.mark.parametrize("values", [["yes", "no"], [0, 2], [0.5], [math.inf]], ids=str)
def test_what_is_neither_yes_nor_no(values):
    with pytest.raises(DataError, match="`returned` does not say yes or no"):
        frames.read_flags(values, argument="returned")


@pytest.mark.parametrize("make", [list, pd.Series, pl.Series, pa.array])
def test_values_are_read_as_they_are(make):
    assert frames.read_objects(make(["a", None, "b"]), argument="x") == ["a", None, "b"]
    assert frames.read_objects([1, "1", float("nan"), True], argument="x") == [1, "1", None, True]
