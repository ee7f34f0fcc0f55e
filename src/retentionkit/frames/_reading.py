"""Reading the columns that were asked for out of a caller's frame, whatever their types."""

from __future__ import annotations

import zoneinfo
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from retentionkit.errors import OptionError
from retentionkit.frames import _refusals as refuse
from retentionkit.frames._kinds import kind_of
from retentionkit.frames._table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retentionkit.frames._kinds import Frame

__all__ = ["INDEX", "Role", "Wanted", "has_index", "read"]

#: Stands for the index of a pandas frame where a column's name is wanted.
INDEX: Final = object()

#: What a column is read as: "moment" gives the naive clock time and, beside it, the day number.
Role: TypeAlias = Literal["id", "moment", "number", "any"]

_WHOLE = (nw.Int8, nw.Int16, nw.Int32, nw.Int64, nw.UInt8, nw.UInt16, nw.UInt32, nw.UInt64)
_FLOAT = (nw.Float32, nw.Float64)
_TEXT = (nw.String, nw.Categorical, nw.Enum)
_EMPTY: Any = {"id": nw.Int64, "number": nw.Float64, "moment": nw.Datetime("us")}
_EXACT = 2**53
_TICKS = {"ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}  # of a day


class Wanted(NamedTuple):
    """A column to read: its name in the frame, the argument that named it, and what it is."""

    name: object
    argument: str
    role: Role


def read(frame: Frame, wanted: Mapping[str, Wanted], *, time_zone: str | None = None) -> Table:
    """A table of the wanted columns under our own names.

    A column of the role "moment" named `when` gives `when` and its day number, `day`. Missing
    values of every kind are nulls afterwards. The frame itself is never changed.
    """
    kind = kind_of(frame)
    for item in wanted.values():
        check_name(item.name, item.argument)
    if time_zone is not None:
        _check_zone(time_zone)
    if kind == "pandas":
        return Table(nw.from_native(_read_pandas(frame, wanted, time_zone)), kind)
    source = nw.from_native(frame, eager_only=True) if kind == "polars" else _arrow(frame, wanted)
    for item in wanted.values():
        if item.name not in source.columns:
            raise refuse.missing_column(item.name, item.argument, source.columns)
    if len(source) == 0:  # some engines cannot compute with nothing; every caller refuses it
        return Table(
            source.select(**{ours: nw.col(str(item.name)) for ours, item in wanted.items()}), kind
        )
    columns: dict[str, Any] = {}
    for ours, item in wanted.items():
        columns |= _expressions(source, ours, item, time_zone)
    table = Table(source.select(**columns), kind)
    _check_years(table, wanted)
    return table


def check_name(name: object, argument: str) -> None:
    """Refuse a column, or a list of names, where the name of a column belongs."""
    if hasattr(name, "__len__") and not isinstance(name, str | bytes | tuple | np.generic):
        raise refuse.no_name(name, argument)


def has_index(frame: Frame) -> bool:
    """Whether a pandas frame has an index that says something."""
    if kind_of(frame) != "pandas":
        return False
    import pandas as pd  # noqa: PLC0415 - loaded when a pandas frame is read

    index = frame.index
    return index.name is not None or index.nlevels > 1 or not isinstance(index, pd.RangeIndex)


def _check_zone(time_zone: str) -> None:
    try:
        zoneinfo.ZoneInfo(time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise OptionError(
            "`time_zone` is not a known time zone.",
            received=repr(time_zone),
            allowed="an IANA name such as 'Europe/Berlin' or 'UTC'",
            do="Write the zone as Area/City.",
        ) from None


def _read_pandas(frame: Frame, wanted: Mapping[str, Wanted], time_zone: str | None) -> Frame:
    import pandas as pd  # noqa: PLC0415 - loaded when a pandas frame is read

    from retentionkit.frames import _pandas  # noqa: PLC0415 - same

    columns: dict[str, Any] = {}
    for ours, item in wanted.items():
        if item.name is INDEX:
            series = frame.index.to_series(index=frame.index)
        else:
            series = _pandas.column(frame, item.name, item.argument)
        if item.role == "id":
            columns[ours] = _pandas.ids(series, item.name)
        elif item.role == "number":
            columns[ours] = _pandas.numbers(series, item.name)
        elif item.role == "moment":
            columns[ours] = _pandas.moments(series, item.name, time_zone)
            columns["day"] = _pandas.days(columns[ours], item.name)
        else:
            columns[ours] = series.array
    return pd.DataFrame(columns, copy=False)


def _arrow(frame: Frame, wanted: Mapping[str, Wanted]) -> Any:  # noqa: ANN401 - narwhals' frame
    """A pyarrow table with the wanted columns decoded to their plain types."""
    pa: Any = import_module("pyarrow")  # an optional library, without type hints
    found: dict[str, Any] = {}
    for item in wanted.values():
        places = frame.schema.get_all_field_indices(item.name)
        if not places:
            raise refuse.missing_column(item.name, item.argument, frame.column_names)
        if len(places) > 1:
            raise refuse.repeated_column(item.name, item.argument)
        values = frame.column(places[0])
        if pa.types.is_dictionary(values.type):
            values = values.cast(values.type.value_type)
        if pa.types.is_date64(values.type):
            values = values.cast(pa.timestamp("ms"))
        found[str(item.name)] = values
    return nw.from_native(pa.table(found), eager_only=True)


def _expressions(source: Any, ours: str, item: Wanted, time_zone: str | None) -> dict[str, Any]:  # noqa: ANN401
    """The expressions that read one column, in operations that every engine has."""
    name = str(item.name)
    values: Any = nw.col(name)
    dtype = source.schema[name]
    if item.role != "any" and source[name].null_count() == len(source):
        dtype = _EMPTY[item.role]  # a column of nothing has no type that means anything
        values = nw.when(~values.is_null()).then(nw.lit(0)).cast(nw.Int64).cast(dtype)
    if item.role == "id":
        return {ours: _id(source, name, dtype, values)}
    if item.role == "number":
        return {ours: _number(source, name, dtype, values)}
    if item.role == "moment":
        clock = _clock(name, dtype, values, time_zone)
        return {ours: clock, "day": _day_number(clock, dtype)}
    return {ours: values}


def _id(source: Any, name: str, dtype: Any, values: Any) -> Any:  # noqa: ANN401 - narwhals
    if dtype in _WHOLE:
        return values if dtype == nw.UInt64 else values.cast(nw.Int64)
    if dtype in _TEXT:
        return values.cast(nw.String)
    if dtype not in _FLOAT:
        raise refuse.no_ids(name, dtype)
    known = ~(values.is_null() | values.is_nan())
    wrong = source.filter(known & ((values % 1 != 0) | (values.abs() >= _EXACT)))
    if len(wrong):
        raise refuse.fractional_ids(name, wrong[name].to_list()[0])
    return nw.when(known).then(values).cast(nw.Int64)


def _number(source: Any, name: str, dtype: Any, values: Any) -> Any:  # noqa: ANN401 - narwhals
    if dtype not in (*_WHOLE, *_FLOAT) and dtype != nw.Decimal:
        texts = source[name].drop_nulls().head(3).to_list() if dtype in _TEXT else ()
        raise refuse.no_numbers(name, dtype, list(dict.fromkeys(texts)))
    numbers = values.cast(nw.Float64)
    return nw.when(~numbers.is_nan()).then(numbers)


def _clock(name: str, dtype: Any, values: Any, time_zone: str | None) -> Any:  # noqa: ANN401
    if dtype not in (nw.Datetime, nw.Date):
        raise refuse.no_moments(name, dtype)
    zone = getattr(dtype, "time_zone", None)
    if zone is None:
        if time_zone is not None:
            raise refuse.naive_clock(name, time_zone)
        return values
    zoned = values if time_zone is None else values.dt.convert_time_zone(time_zone)
    return zoned.dt.replace_time_zone(None)


def _day_number(clock: Any, dtype: Any) -> Any:  # noqa: ANN401 - narwhals
    """Days since 1970-01-01: of the ticks of a clock, else by calendar arithmetic."""
    ticks = _TICKS.get(getattr(dtype, "time_unit", ""))
    if ticks is not None:  # in the clock's own unit, since engines round differently between units
        return clock.dt.timestamp(dtype.time_unit) // ticks
    year = clock.dt.year().cast(nw.Int64) - 1
    leap_days = year // 4 - year // 100 + year // 400
    return 365 * year + leap_days + clock.dt.ordinal_day().cast(nw.Int64) - 719_163


def _check_years(table: Table, wanted: Mapping[str, Wanted]) -> None:
    """Every present date has a day number between the years 1 and 9999."""
    for ours, item in wanted.items():
        if item.role == "moment":
            days = nw.col("day")
            wrong = (~nw.col(ours).is_null() & days.is_null()) | ~days.is_between(
                -719_162, 2_932_896
            )
            if table.facts(wrong=wrong.sum())["wrong"]:
                raise refuse.impossible_years(item.name)
