"""Columns and frames as nobody should make them, of every library."""

import datetime as dt
import math
from decimal import Decimal

import pandas as pd
import polars as pl
import pyarrow as pa
from hypothesis import strategies as st

MOMENT = dt.datetime(2024, 2, 28, 23, 30)  # noqa: DTZ001 - naive on purpose
ZONED = dt.datetime(2024, 3, 31, 1, 30, tzinfo=dt.UTC)

#: Columns of one type each, mostly fine, some of them wrong.
IDS = [
    st.integers(-3, 3),
    st.integers(1, 3),
    st.integers(1, 2),
    st.sampled_from(["a", "b"]),
    st.integers(2**62, 2**64 - 1),
    st.sampled_from(["", "a", "A", "ä", " a"]),
    st.sampled_from([1.0, 2.0, math.nan]),
    st.sampled_from([1.5, math.inf, 2.0**60]),
    st.booleans(),
    st.sampled_from([b"x", b"y"]),
]
MOMENTS = [
    st.dates(dt.date(2024, 1, 1), dt.date(2024, 3, 1)),
    st.dates(dt.date(2024, 1, 1), dt.date(2024, 1, 9)),
    st.datetimes(MOMENT, MOMENT + dt.timedelta(days=40)),
    st.dates(),
    st.datetimes(MOMENT, MOMENT + dt.timedelta(days=2)),
    st.datetimes(),
    st.integers(0, 200).map(lambda hours: ZONED + dt.timedelta(hours=hours)),
    st.sampled_from(["2024-01-01", "01/02/2024"]),
    st.integers(20_240_101, 20_240_131),
]
AMOUNTS = [
    st.integers(-5, 9),
    st.integers(0, 9),
    st.integers(0, 900).map(lambda n: n / 100),
    st.integers(-500, 900).map(lambda n: n / 100),
    st.integers(-500, 900).map(lambda n: Decimal(n) / 100),
    st.sampled_from([math.nan, 1.0, -1.0, 0.0]),
    st.sampled_from([math.inf, 1.0, 1e308, -1e308]),
    st.sampled_from(["1.00", "2,5"]),
    st.booleans(),
]
ARROW_AND_POLARS = (pa.ArrowException, pl.exceptions.PolarsError)
MISSING = st.sampled_from([None, None, float("nan"), pd.NaT, pd.NA])


@st.composite
def columns(draw, size, kinds):
    """A column of one type, or with missing values, or of two types mixed."""
    values = draw(st.sampled_from(kinds))
    shape = draw(st.sampled_from(["pure"] * 9 + ["missing", "missing", "mixed"]))
    if shape == "missing":
        values = st.one_of(values, values, MISSING)
    if shape == "mixed":
        values = st.one_of(values, draw(st.sampled_from(kinds)))
    return draw(st.lists(values, min_size=size, max_size=size))


KINDS = ["object", "inferred", "nullable", "category", "polars", "arrow"]


def framed(kind, raw):
    """The columns as a frame of that kind, or of plain objects if its library refuses them."""
    try:
        return _frame(kind, raw)
    except (TypeError, ValueError, OverflowError, RuntimeWarning, *ARROW_AND_POLARS):
        return _frame("object", raw)


def _frame(kind, raw):
    if kind == "polars":
        return pl.DataFrame(raw, strict=False)
    if kind == "arrow":
        return pa.table(raw)
    if kind == "object":
        return pd.DataFrame({name: pd.Series(column, dtype=object) for name, column in raw.items()})
    frame = pd.DataFrame(raw)
    if kind == "category":
        return frame.astype("category")
    return frame.convert_dtypes() if kind == "nullable" else frame
