"""Columns of a pandas frame as plain arrays, from whatever types pandas has."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from retentionkit.frames import _refusals as refuse
from retentionkit.frames._kinds import FIRST_DAY, LAST_DAY

__all__ = ["column", "days", "ids", "moments", "numbers", "settled"]

pd: Any = import_module("pandas")  # columns of any type: nothing that stubs could tell apart
_EXACT = 2**53  # the largest float below which every whole number is exact


def column(frame: Any, name: object, argument: str) -> Any:  # noqa: ANN401 - pandas
    """One column, by a name that exists once."""
    names = list(frame.columns)
    if name not in names:
        raise refuse.missing_column(name, argument, names)
    if names.count(name) > 1:
        raise refuse.repeated_column(name, argument)
    return frame.iloc[:, names.index(name)]


def ids(series: Any, name: object) -> Any:  # noqa: ANN401 - pandas
    """Ids as int64, uint64 or text; with missing values as the nullable types."""
    dtype = series.dtype
    if pd.api.types.is_bool_dtype(dtype):
        raise refuse.no_ids(name, dtype)
    if pd.api.types.is_integer_dtype(dtype):
        return _whole(series)
    if pd.api.types.is_float_dtype(dtype):
        return _from_floats(series, name)
    if isinstance(dtype, pd.StringDtype):
        return series.array
    found = pd.api.types.infer_dtype(series, skipna=True)
    if isinstance(dtype, pd.CategoricalDtype):
        found = pd.api.types.infer_dtype(series.cat.categories, skipna=True)
    return _from_objects(series.astype(object), name, found)


def _whole(series: Any) -> Any:  # noqa: ANN401 - pandas
    unsigned = "uint64" in str(series.dtype).lower()
    if series.hasnans:
        return series.astype("UInt64" if unsigned else "Int64").array
    return series.to_numpy(dtype=np.uint64 if unsigned else np.int64)


def _from_floats(series: Any, name: object) -> Any:  # noqa: ANN401 - pandas
    values = series.to_numpy(dtype=np.float64, na_value=np.nan)
    present = values[~np.isnan(values)]
    wrong = present[~((np.floor(present) == present) & (np.abs(present) < _EXACT))]
    if len(wrong):
        raise refuse.fractional_ids(name, float(wrong[0]))
    return pd.Series(values).astype("Int64").array if series.hasnans else values.astype(np.int64)


def _from_objects(series: Any, name: object, found: str) -> Any:  # noqa: ANN401 - pandas
    if found in {"string", "empty"}:
        return series.array
    if found == "integer":
        try:
            return _whole(series.astype("Int64"))
        except OverflowError:
            raise refuse.no_ids(name, "integers beyond 64 bits") from None
    if found in {"floating", "mixed-integer-float"}:
        return _from_floats(series.astype("Float64"), name)
    if found.startswith("mixed"):
        raise refuse.mixed_ids(name, found)
    raise refuse.no_ids(name, found)


def numbers(series: Any, name: object) -> Any:  # noqa: ANN401 - pandas
    """Amounts as float64, NaN where missing."""
    dtype = series.dtype
    if pd.api.types.is_numeric_dtype(dtype) and not (
        pd.api.types.is_bool_dtype(dtype) or pd.api.types.is_complex_dtype(dtype)
    ):
        return series.to_numpy(dtype=np.float64, na_value=np.nan)
    objects = series.astype(object)
    found = pd.api.types.infer_dtype(objects, skipna=True)
    if found not in {"decimal", "integer", "floating", "mixed-integer-float", "empty"}:
        texts = list(dict.fromkeys(value for value in objects if isinstance(value, str)))[:3]
        shown = found if pd.api.types.is_object_dtype(dtype) else dtype
        raise refuse.no_numbers(name, shown, texts)
    try:
        return _present(objects, np.nan).to_numpy(dtype=np.float64)
    except (ValueError, ArithmeticError):  # a signalling NaN, a number beyond a float
        raise refuse.no_numbers(name, f"{found} beyond a float") from None


def moments(series: Any, name: object, time_zone: str | None) -> Any:  # noqa: ANN401 - pandas
    """Points in time as naive datetime64: the clock of the column's zone, or of `time_zone`."""
    dtype = series.dtype
    arrow = str(dtype).startswith(("timestamp", "date32", "date64"))
    if arrow or isinstance(dtype, pd.CategoricalDtype) or pd.api.types.is_object_dtype(dtype):
        series = _unpacked(series, name)
    if not pd.api.types.is_datetime64_any_dtype(series.dtype):
        raise refuse.no_moments(name, dtype)
    if series.dt.tz is not None:
        zoned = series if time_zone is None else series.dt.tz_convert(time_zone)
        series = zoned.dt.tz_localize(None)
    elif time_zone is not None:
        raise refuse.naive_clock(name, time_zone)
    return series.to_numpy()


def _unpacked(series: Any, name: object) -> Any:  # noqa: ANN401 - pandas
    """Datetimes out of Python objects, categories and Arrow."""
    objects = series.astype(object)
    found = pd.api.types.infer_dtype(objects, skipna=True)
    if found not in {"date", "datetime", "datetime64", "empty"}:
        raise refuse.no_moments(name, found)
    clean = _present(objects, None)
    zones = {str(getattr(moment, "tzinfo", None)) for moment in clean if moment is not None}
    if len(zones) > 1:
        raise refuse.several_zones(name, [f"{zone} zone" for zone in zones])
    if zones <= {"None"}:
        return pd.Series(clean.to_numpy().astype("datetime64[us]"))
    zone = next(moment.tzinfo for moment in clean if moment is not None)
    return pd.to_datetime(pd.Series(clean.to_numpy()), utc=True).dt.tz_convert(zone)


def _present(objects: Any, missing: object) -> Any:  # noqa: ANN401 - pandas
    """The same objects with one kind of missing value."""
    return objects.where(objects.notna(), missing)


def days(values: Any, name: object) -> Any:  # noqa: ANN401 - numpy and pandas
    """Days since 1970-01-01 of naive datetime64 values."""
    numbers = values.astype("datetime64[D]").astype(np.int64)
    missing = np.isnat(values)
    some = bool(missing.any())
    present = numbers[~missing] if some else numbers
    if len(present) and not FIRST_DAY <= present.min() <= present.max() <= LAST_DAY:
        raise refuse.impossible_years(name)
    return pd.arrays.IntegerArray(np.where(missing, 0, numbers), missing) if some else numbers


def settled(frame: Any) -> Any:  # noqa: ANN401 - pandas
    """The frame with nullable integers as plain ones, once nothing is missing."""
    plain = {
        name: _whole(frame[name])
        for name in frame.columns
        if pd.api.types.is_integer_dtype(frame[name].dtype) and not frame[name].hasnans
    }
    return frame.assign(**plain).reset_index(drop=True)
