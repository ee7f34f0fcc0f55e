"""The door to dataframes: which frames are read, what their columns mean, and what is refused."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from retentionkit import frames
from retentionkit.errors import ColumnError, DataError, KindError, OptionError
from retentionkit.frames import Wanted
from strategies import frame_of

DAYS = [dt.date(1969, 12, 31), dt.date(2000, 2, 29), dt.date(1900, 3, 1)]
NUMBERS = [-1, 11_016, -25_508]
CLOCK = [dt.datetime.combine(day, dt.time(23, 59, 59)) for day in DAYS]
WHEN = pd.Series(pd.array(np.array(CLOCK, dtype="datetime64[us]")))


def read(frame, role, *, time_zone=None):
    """One column `x`, read as that role."""
    return frames.read(frame, {"ours": Wanted("x", "argument", role)}, time_zone=time_zone)


def values(frame, role, **options):
    table = read(frame, role, **options)
    (found,) = table.arrays("day" if role == "moment" else "ours")
    return found.tolist()


def every_kind(series):
    """A pandas column in each kind of frame."""
    frame = pd.DataFrame({"x": series})
    return [frame, pl.from_pandas(frame), pa.Table.from_pandas(frame)]


# -- what is read ----------------------------------------------------------------------------------

IDS = {
    "int64": pd.Series([3, 1, 2]),
    "int8": pd.Series([3, 1, 2], dtype="int8"),
    "uint64": pd.Series([3, 1, 2], dtype="uint64"),
    "nullable": pd.Series([3, 1, 2], dtype="Int32"),
    "arrow": pd.Series([3, 1, 2], dtype="int64[pyarrow]"),
    "whole floats": pd.Series([3.0, 1.0, 2.0]),
    "categorical": pd.Series([3, 1, 2], dtype="category"),
    "objects": pd.Series([3, 1, 2], dtype=object),
}


@pytest.mark.parametrize("series", IDS.values(), ids=IDS)
def test_whole_number_ids(series):
    for frame in every_kind(series):
        assert values(frame, "id") == [3, 1, 2]


@pytest.mark.parametrize("dtype", [None, "string", "category", object, "string[pyarrow]"])
def test_text_ids(dtype):
    for frame in every_kind(pd.Series(["b", "a", "ä"], dtype=dtype)):
        assert values(frame, "id") == ["b", "a", "ä"]


def test_ids_beyond_int64():
    for frame in every_kind(pd.Series([2**64 - 1, 2], dtype="uint64")):
        assert values(frame, "id") == [2**64 - 1, 2]


def test_mixed_whole_numbers_and_floats_in_objects():
    assert values(pd.DataFrame({"x": pd.Series([1, 2.0], dtype=object)}), "id") == [1, 2]


AMOUNTS = {
    "float64": pd.Series([1.5, -2.25, 0]),
    "float32": pd.Series([1.5, -2.25, 0], dtype="float32"),
    "nullable": pd.Series([1.5, -2.25, 0], dtype="Float64"),
    "arrow": pd.Series([1.5, -2.25, 0], dtype="double[pyarrow]"),
    "decimal": pd.Series([Decimal("1.5"), Decimal("-2.25"), Decimal(0)]),
    "arrow decimal": pd.Series(
        [Decimal("1.5"), Decimal("-2.25"), Decimal(0)], dtype=pd.ArrowDtype(pa.decimal128(9, 2))
    ),
    "categorical": pd.Series([1.5, -2.25, 0], dtype="category"),
}


@pytest.mark.parametrize("name", AMOUNTS)
def test_amounts(name):
    for frame in every_kind(AMOUNTS[name]):
        assert values(frame, "number") == [1.5, -2.25, 0]


MOMENTS = {
    "us": WHEN,
    "ns": WHEN.astype("datetime64[ns]"),
    "s": WHEN.astype("datetime64[s]"),
    "objects": pd.Series(CLOCK, dtype=object),
    "dates": pd.Series(DAYS, dtype=object),
    "arrow": WHEN.astype("timestamp[us][pyarrow]"),
    "arrow dates": pd.Series(DAYS, dtype="date32[pyarrow]"),
    "categorical": WHEN.astype("category"),
    "zoned": WHEN.dt.tz_localize("Asia/Tokyo"),
    "arrow zoned": WHEN.dt.tz_localize("Asia/Tokyo").astype(
        pd.ArrowDtype(pa.timestamp("us", "Asia/Tokyo"))
    ),
}


@pytest.mark.parametrize("name", MOMENTS)
def test_days_are_calendar_days_in_the_column_s_zone(name):
    for frame in every_kind(MOMENTS[name]):
        assert values(frame, "moment") == NUMBERS


def test_dates_among_naive_datetimes_are_midnights():
    mixed = pd.DataFrame({"x": pd.Series([CLOCK[0], *DAYS[1:]], dtype=object)})
    assert values(mixed, "moment") == NUMBERS


def test_a_zone_may_be_given():
    utc = WHEN.dt.tz_localize("UTC")
    for frame in every_kind(utc):
        assert values(frame, "moment", time_zone="Asia/Tokyo") == [day + 1 for day in NUMBERS]
    one_zone = pd.DataFrame({"x": pd.Series([one.to_pydatetime() for one in utc], dtype=object)})
    assert values(one_zone, "moment") == NUMBERS
    assert values(one_zone, "moment", time_zone="Asia/Tokyo") == [day + 1 for day in NUMBERS]


def test_date64_of_arrow():
    assert values(pa.table({"x": pa.array(DAYS, pa.date64())}), "moment") == NUMBERS


def test_the_ends_of_the_calendar():
    ends = [dt.date(1, 1, 1), dt.date(9999, 12, 31)]
    expected = [frames.FIRST_DAY, frames.LAST_DAY]
    assert values(pd.DataFrame({"x": pd.Series(ends, dtype=object)}), "moment") == expected
    assert values(pl.DataFrame({"x": ends}), "moment") == expected
    assert values(pa.table({"x": ends}), "moment") == expected


MISSING = {
    "id": [
        pd.Series([1, None], dtype="Int64"),
        pd.Series([1, np.nan]),
        pd.Series(["a", None]),
        pd.Series(["a", None], dtype="category"),
        pd.Series([1, None], dtype=object),
        pd.Series([None, None], dtype=object),
        pd.Series([2**64 - 1, None], dtype="UInt64"),
    ],
    "number": [
        pd.Series([1.0, np.nan]),
        pd.Series([1, None], dtype="Int64"),
        pd.Series([Decimal(1), None]),
        pd.Series([None, None], dtype=object),
        pd.Series([1.0, None], dtype="double[pyarrow]"),
    ],
    "moment": [
        pd.Series([pd.Timestamp("2020-01-01"), pd.NaT]),
        pd.Series([dt.date(2020, 1, 1), None], dtype=object),
        pd.Series([None, None], dtype=object),
        pd.Series([pd.Timestamp("2020-01-01", tz="UTC"), pd.NaT]),
    ],
}


@pytest.mark.parametrize("role", MISSING)
def test_missing_values_of_every_kind_are_nulls(role):
    name = "day" if role == "moment" else "ours"
    for series in MISSING[role]:
        for frame in every_kind(series):
            table = read(frame, role)
            number = int(series.isna().sum())
            assert table.facts(n=frames.null_count(name))["n"] == number
            kept = table.where(~frames.column(name).is_null()).settled()
            assert len(kept) == len(series) - number


def test_nan_is_a_missing_amount(kind):
    table = read(frame_of(kind, {"x": [1.0, float("nan")]}), "number")
    assert table.facts(n=frames.null_count("ours"), sum=frames.total("ours")) == {"n": 1, "sum": 1}


def test_missing_float_ids(kind):
    table = read(frame_of(kind, {"x": [1.0, float("nan")]}), "id")
    assert table.facts(n=frames.null_count("ours"))["n"] == 1


def test_an_index_of_a_pandas_frame():
    plain = pd.DataFrame({"x": [1]})
    assert not frames.has_index(plain)
    assert not frames.has_index(pl.DataFrame({"x": [1]}))
    assert frames.has_index(plain.rename_axis("id"))
    assert frames.has_index(plain.set_axis([7]))


# -- building --------------------------------------------------------------------------------------


def test_undefined_is_missing_in_each_kind(kind):
    columns = {
        "n": np.array([1.5, np.nan]),
        "t": np.array(["a", "b"]),
        "d": [dt.date(2020, 1, 1), None],
        "i": [1, None],
        "o": ["x", None],
    }
    frame = frames.build(columns, kind)
    back = frame if kind == "pandas" else frame.to_pandas()
    assert back["n"].isna().tolist() == [False, True]
    assert back["t"].tolist() == ["a", "b"]
    assert back["i"].isna().tolist() == [False, True]
    assert pd.Timestamp(back["d"][0]) == pd.Timestamp("2020-01-01")
    assert pd.isna(back["d"][1])
    assert back["o"].isna().tolist() == [False, True]
    assert frames.kind_of(frame) == kind


def test_a_built_frame_is_the_user_s_own():
    numbers = np.array([1.0, 2.0])
    numbers.flags.writeable = False
    frame = frames.build({"n": numbers}, "pandas")
    frame.loc[0, "n"] = 5.0
    assert numbers[0] == 1.0


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize("thing", [{"x": [1]}, [1], None, pl.LazyFrame({"x": [1]}), pd.Series([1])])
def test_only_frames_are_read(thing):
    with pytest.raises(KindError, match="not a frame that can be read") as caught:
        frames.read(thing, {"ours": Wanted("x", "argument", "id")})
    assert "Collect a lazy" in str(caught.value)


def test_a_missing_column_names_those_there(kind):
    frame = frame_of(kind, {"y": [1], "z": [2]})
    with pytest.raises(ColumnError, match="no column 'x'") as caught:
        read(frame, "id")
    assert "'y', 'z'" in str(caught.value)


def test_a_name_that_two_columns_have():
    twice = pd.DataFrame([[1, 2]], columns=["x", "x"])
    with pytest.raises(ColumnError, match="several columns 'x'"):
        read(twice, "id")
    with pytest.raises(ColumnError, match="several columns 'x'"):
        read(pa.table([[1], [2]], names=["x", "x"]), "id")


WRONG_IDS = {
    "bool": ([True, False], "cannot hold ids"),
    "fractions": ([1.5, 2.0], "no exact whole numbers"),
    "infinite": ([1.0, float("inf")], "no exact whole numbers"),
    "beyond 2**53": ([1.0, 2.0**60], "no exact whole numbers"),
    "dates": (DAYS, "cannot hold ids"),
}


@pytest.mark.parametrize("name", WRONG_IDS)
def test_wrong_ids(kind, name):
    wrong, message = WRONG_IDS[name]
    with pytest.raises(DataError, match=message):
        read(frame_of(kind, {"x": wrong}), "id")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([1, "1"], "mixes ids of several types"),
        ([2**70, 1], "integers beyond 64 bits"),
        ([1.5, 2], "no exact whole numbers"),
        ([b"a", b"b"], "cannot hold ids"),
        ([True, None], "cannot hold ids"),
    ],
)
def test_wrong_ids_in_objects(wrong, message):
    with pytest.raises(DataError) as caught:
        read(pd.DataFrame({"x": pd.Series(wrong, dtype=object)}), "id")
    assert message in str(caught.value)


@pytest.mark.parametrize("wrong", [["12.50"], [True], [dt.date(2020, 1, 1)]])
def test_wrong_amounts(kind, wrong):
    with pytest.raises(DataError, match="does not hold numbers"):
        read(frame_of(kind, {"x": wrong}), "number")


@pytest.mark.parametrize("wrong", [[Decimal("sNaN")], [10**400], [1j], ["1"], [1, "1"]])
def test_wrong_amounts_in_objects(wrong):
    with pytest.raises(DataError, match="does not hold numbers"):
        read(pd.DataFrame({"x": pd.Series(wrong, dtype=object)}), "number")


@pytest.mark.parametrize("wrong", [["1997-01-01"], [19970101], [1.5]])
def test_dates_are_not_guessed(kind, wrong):
    with pytest.raises(DataError, match="does not hold dates") as caught:
        read(frame_of(kind, {"x": wrong}), "moment")
    assert "explicit format" in str(caught.value)


@pytest.mark.parametrize(
    "wrong", [[dt.date(2020, 1, 1), "2020-01-01"], [pd.Period("2020-01")], [1, None]]
)
def test_dates_are_not_guessed_in_objects(wrong):
    with pytest.raises(DataError, match="does not hold dates"):
        read(pd.DataFrame({"x": pd.Series(wrong, dtype=object)}), "moment")


def test_periods_are_no_moments():
    with pytest.raises(DataError, match="does not hold dates"):
        read(pd.DataFrame({"x": pd.period_range("2020-01", periods=2, freq="M")}), "moment")


@pytest.mark.parametrize("other", [None, dt.UTC])
def test_zones_are_not_mixed(other):
    tokyo = dt.timezone(dt.timedelta(hours=9))
    mixed = [dt.datetime(2020, 1, 1, tzinfo=tokyo), dt.datetime(2020, 1, 1, tzinfo=other)]
    for some in (mixed, [mixed[0], dt.date(2020, 1, 1)]):
        with pytest.raises(DataError, match="mixes time zones"):
            read(pd.DataFrame({"x": pd.Series(some, dtype=object)}), "moment")


def test_a_zone_for_a_naive_column(kind):
    with pytest.raises(OptionError, match="no time zone to convert from"):
        read(frame_of(kind, {"x": CLOCK}), "moment", time_zone="Asia/Tokyo")


@pytest.mark.parametrize("zone", ["Nowhere/Land", "", "/etc/passwd", 9])
def test_an_unknown_zone(zone):
    with pytest.raises(OptionError, match="not a known time zone"):
        read(frame_of("pandas", {"x": CLOCK}), "moment", time_zone=zone)


def test_years_beyond_the_calendar():
    far = np.array(["20000-01-01", "2000-01-01"], dtype="datetime64[s]")
    for frame in (pd.DataFrame({"x": far}), pl.DataFrame({"x": far.astype("datetime64[ms]")})):
        with pytest.raises(DataError, match="outside the calendar"):
            read(frame, "moment")
    with pytest.raises(DataError, match="outside the calendar"):
        read(pa.table({"x": pa.array(far)}), "moment")


# -- names ----------------------------------------------------------------------------------------

NO_NAMES = {
    "pandas series": pd.Series([1, 2], name="x"),
    "polars series": pl.Series("x", [1, 2]),
    "arrow": pa.chunked_array([[1, 2]]),
    "array": np.array([1, 2]),
    "list": ["x"],
    "frame": pd.DataFrame({"x": [1]}),
    "mapping": {"x": 1},
}


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_column_is_named_and_not_brought(name):
    for frame in every_kind(pd.Series([1, 2])):
        with pytest.raises(KindError, match="`score` must be the name of a column") as caught:
            frames.read(frame, {"ours": Wanted(NO_NAMES[name], "score", "number")})
        known = name.endswith("series")
        assert f"score={'x' if known else 'column'!r}" in str(caught.value)


def test_names_of_every_kind_are_names():
    for name in (("a", "b"), 7, np.int64(7), np.str_("x"), None):
        frame = pd.DataFrame([[3]], columns=pd.Index([name], tupleize_cols=False))
        assert len(frames.read(frame, {"ours": Wanted(name, "score", "number")})) == 1


def test_texts_where_numbers_belong_are_shown():
    mixed = pd.DataFrame({"x": pd.Series([9, "9 - likely", None, "8"], dtype=object)})
    with pytest.raises(DataError, match=r"type mixed-integer such as '9 - likely', '8'"):
        read(mixed, "number")
    for frame in every_kind(pd.Series(["9 - likely", None, "9 - likely", "8"])):
        with pytest.raises(DataError, match="such as '9 - likely', '8'") as caught:
            read(frame, "number")
        assert "not with errors='coerce'" in str(caught.value)
    with pytest.raises(DataError, match=r"values of type boolean\n"):
        read(pd.DataFrame({"x": pd.Series([True, None], dtype=object)}), "number")
