"""A table and the relational verbs in which every plan over rows is written.

Never a window over partitions and never a column attached by position: one engine answers the
first wrongly and silently on large tables, and no engine promises the row order after a join.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from retentionkit.frames._codes import codes, numbered
from retentionkit.frames._grouping import grouped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames._kinds import Frame, FrameKind

__all__ = [
    "Aggregate",
    "Column",
    "Table",
    "column",
    "count",
    "distinct_count",
    "highest",
    "instant",
    "lookup",
    "lowest",
    "null_count",
    "total",
    "whole",
]

#: An expression over the columns of a table.
Column: TypeAlias = Any
Join: TypeAlias = Literal["inner", "left", "semi", "anti"]


def column(name: str) -> Column:
    """The values of a column, as an expression for arithmetic and comparisons."""
    return nw.col(name)


class Aggregate(NamedTuple):
    """What is asked of the rows of a group, named so that every engine may find it its own way."""

    kind: Literal["sum", "min", "max", "len", "n_unique"]
    column: str | None = None

    @property
    def expression(self) -> Column:
        """The same for an engine that takes expressions."""
        return nw.len() if self.column is None else getattr(nw.col(self.column), self.kind)()


def total(name: str) -> Aggregate:
    """The sum of a column."""
    return Aggregate("sum", name)


def lowest(name: str) -> Aggregate:
    """The least value of a column."""
    return Aggregate("min", name)


def highest(name: str) -> Aggregate:
    """The greatest value of a column."""
    return Aggregate("max", name)


def count() -> Aggregate:
    """The number of rows."""
    return Aggregate("len")


def distinct_count(name: str) -> Aggregate:
    """The number of distinct values of a column in which none is missing."""
    return Aggregate("n_unique", name)


def null_count(name: str) -> Column:
    """The number of missing values of a column."""
    return nw.col(name).is_null().sum()


def instant(name: str, day: str) -> Column:
    """Microseconds since 1970-01-01 on the clock of a column whose day number is known."""
    clock = nw.col(name).dt
    parts = (
        (clock.hour(), 3_600_000_000),
        (clock.minute(), 60_000_000),
        (clock.second(), 1_000_000),
    )
    found = nw.col(day) * 86_400_000_000 + clock.microsecond().cast(nw.Int64)
    for part, microseconds in parts:
        found = found + part.cast(nw.Int64) * microseconds
    return found


def whole(name: str) -> Column:
    """The whole numbers of a column, 0 where a join found none."""
    return nw.col(name).fill_null(0).cast(nw.Int64)


def lookup(name: str, values: Mapping[Any, float]) -> Column:
    """The number that each value of a column stands for; missing where it stands for none."""
    found: Column = nw.lit(None, dtype=nw.Float64)
    for value, number in values.items():
        found = nw.when(nw.col(name) == value).then(nw.lit(number)).otherwise(found)
    return found


class Table:
    """An opaque table of normalised columns, of whatever kind the caller brought."""

    __slots__ = ("_frame", "kind")

    def __init__(self, frame: Any, kind: FrameKind) -> None:  # noqa: ANN401 - narwhals' frame
        self._frame = frame
        self.kind: FrameKind = kind

    def __len__(self) -> int:
        """The number of rows."""
        return len(self._frame)

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(self._frame.columns)

    @property
    def native(self) -> Frame:
        """The frame of the caller's kind."""
        return self._frame.to_native()

    def choose(self, *names: str, **derived: Column) -> Table:
        """Only these columns, and columns computed from others."""
        return self._new(self._frame.select(*names, **derived))

    def derive(self, **derived: Column) -> Table:
        """All columns, and columns computed from others."""
        return self._new(self._frame.with_columns(**derived))

    def renamed(self, names: Mapping[str, str]) -> Table:
        """The same columns under other names."""
        return self._new(self._frame.rename(dict(names)))

    def where(self, condition: Column) -> Table:
        """The rows for which the condition holds."""
        return self._new(self._frame.filter(condition))

    def where_in(self, name: str, values: list[Any]) -> tuple[Table, Table]:
        """The rows whose column holds one of the values, and the rows whose does not."""
        present = [value for value in values if value is not None]
        chosen = nw.col(name).is_in(present) if present else nw.lit(value=False)
        missing = nw.lit(value=None in values)
        chosen = nw.when(nw.col(name).is_null()).then(missing).otherwise(chosen)
        marked = self._frame.with_columns(chosen_=chosen)
        inside = marked.filter(nw.col("chosen_")).drop("chosen_")
        outside = marked.filter(~nw.col("chosen_")).drop("chosen_")
        return self._new(inside), self._new(outside)

    def per(self, *keys: str, **aggregates: Aggregate) -> Table:
        """One row for each distinct combination of the keys. Keys must not be missing."""
        found = self._grouped(keys, aggregates)
        if found is not None:
            return self._new(nw.from_dict(found, backend=self.kind))
        expressions = {name: item.expression for name, item in aggregates.items()}
        return self._new(self._frame.group_by(*keys).agg(**expressions))

    def join(self, other: Table, on: tuple[str, ...], how: Join = "inner") -> Table:
        """The rows of both tables that agree on the keys; row order is undefined afterwards."""
        return self._new(self._frame.join(other._frame, on=list(on), how=how))

    def stack(self, other: Table) -> Table:
        """The rows of both tables, which have the same columns."""
        return self._new(nw.concat([self._frame, other._frame.select(self.columns)]))

    def facts(self, **aggregates: Aggregate | Column) -> dict[str, Any]:
        """Aggregates over the whole table, as Python numbers; None where there are no rows."""
        expressions = {
            name: item.expression if isinstance(item, Aggregate) else item
            for name, item in aggregates.items()
        }
        row = self._frame.select(**expressions)
        return {name: _number(row[name][0]) for name in aggregates}

    def distinct(self, name: str) -> list[Any]:
        """The distinct values of a column, missing ones left out."""
        found: list[Any] = self._frame[name].drop_nulls().unique().to_list()
        return found

    def different(self, name: str) -> NDArray[Any]:
        """The distinct values of a column without missing ones as an array, in any order."""
        if self._plain(name) is not None:  # numbers are sorted faster than hashed
            return self.per(name, rows=count()).arrays(name)[0]
        return np.asarray(self._frame[name].unique().to_numpy())

    def coded(self, name: str, *, argument: str) -> tuple[NDArray[np.int64], list[Any]]:
        """The place of each value of a column among its sorted labels, -1 where it is missing."""
        return codes(self._frame[name].to_native(), self.kind, argument)

    def ordered(self, name: str) -> bool:
        """Whether a column says itself in which order its labels come, as an ordered category."""
        return isinstance(self._frame[name].dtype, nw.Enum)

    def numbered(self, name: str) -> NDArray[np.int64]:
        """The same number for the same value of a column, -1 where it is missing."""
        return numbered(self._frame[name].to_native(), self.kind)

    def arrays(self, *names: str, sort: tuple[str, ...] = ()) -> tuple[NDArray[Any], ...]:
        """Columns as numpy arrays, rows sorted by some columns."""
        frame = self._frame.sort(*sort) if sort else self._frame
        return tuple(_signed(np.asarray(frame[name].to_numpy())) for name in names)

    def missing(self, name: str) -> NDArray[np.bool_]:
        """Which rows of a column are missing."""
        return np.asarray(self._frame[name].is_null().to_numpy(), dtype=np.bool_)

    def settled(self) -> Table:
        """The same rows in plain types, once nothing is missing in the keys."""
        if self.kind != "pandas":
            return self
        from retentionkit.frames import _pandas  # noqa: PLC0415 - pandas is loaded when needed

        return self._new(nw.from_native(_pandas.settled(self.native)))

    def _grouped(
        self, keys: tuple[str, ...], aggregates: Mapping[str, Aggregate]
    ) -> dict[str, NDArray[Any]] | None:
        """The groups as arrays, if all columns are plain numbers and can be sorted as such."""
        columns = {item.column for item in aggregates.values() if item.column is not None}
        plain = {name: self._plain(name) for name in (*keys, *columns)}
        arrays = {name: values for name, values in plain.items() if values is not None}
        whole = all(arrays[name].dtype == np.int64 for name in keys if name in arrays)
        counted = {item.column for item in aggregates.values() if item.kind == "n_unique"}
        whole = whole and all(arrays[name].dtype == np.int64 for name in counted if name in arrays)
        if len(self) == 0 or len(arrays) < len(plain) or not whole:
            return None
        return grouped({name: arrays[name] for name in keys}, arrays, aggregates)

    def _plain(self, name: str) -> NDArray[Any] | None:
        """A column as an array of int64 or float64, if that is what it holds."""
        series = self._frame[name]
        if series.dtype not in {nw.Int64, nw.Float64}:
            return None
        values = np.asarray(series.to_numpy())
        return values if values.dtype.name == str(series.dtype).lower() else None

    def _new(self, frame: Any) -> Table:  # noqa: ANN401 - narwhals' frame
        return Table(frame, self.kind)


def _signed(values: NDArray[Any]) -> NDArray[Any]:
    """Whole numbers as int64 in every engine, where they fit."""
    if values.dtype.kind == "u" and (values <= np.iinfo(np.int64).max).all():
        return values.astype(np.int64)
    return values


def _number(value: Any) -> Any:  # noqa: ANN401 - a scalar of any engine
    found: Any = nw.to_py_scalar(value)
    found = found.item() if hasattr(found, "item") else found
    return None if found is None or found != found else found  # noqa: PLR0124 - NaN
