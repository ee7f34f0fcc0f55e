"""A table and the relational verbs in which every plan over rows is written.

Never a window over partitions and never a column attached by position: one engine answers the
first wrongly and silently on large tables, and no engine promises the row order after a join.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames._kinds import Frame, FrameKind

__all__ = [
    "Column",
    "Table",
    "column",
    "count",
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


def total(name: str) -> Column:
    """The sum of a column."""
    return nw.col(name).sum()


def lowest(name: str) -> Column:
    """The least value of a column."""
    return nw.col(name).min()


def highest(name: str) -> Column:
    """The greatest value of a column."""
    return nw.col(name).max()


def count() -> Column:
    """The number of rows."""
    return nw.len()


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

    def per(self, *keys: str, **aggregates: Column) -> Table:
        """One row for each distinct combination of the keys. Keys must not be missing."""
        return self._new(self._frame.group_by(*keys).agg(**aggregates))

    def join(self, other: Table, on: tuple[str, ...], how: Join = "inner") -> Table:
        """The rows of both tables that agree on the keys; row order is undefined afterwards."""
        return self._new(self._frame.join(other._frame, on=list(on), how=how))

    def stack(self, other: Table) -> Table:
        """The rows of both tables, which have the same columns."""
        return self._new(nw.concat([self._frame, other._frame.select(self.columns)]))

    def facts(self, **aggregates: Column) -> dict[str, Any]:
        """Aggregates over the whole table, as Python numbers; None where there are no rows."""
        row = self._frame.select(**aggregates)
        return {name: _number(row[name][0]) for name in aggregates}

    def distinct(self, name: str) -> list[Any]:
        """The distinct values of a column, missing ones left out."""
        found: list[Any] = self._frame[name].drop_nulls().unique().to_list()
        return found

    def arrays(self, *names: str, sort: tuple[str, ...] = ()) -> tuple[NDArray[Any], ...]:
        """Columns as numpy arrays, rows sorted by some columns."""
        frame = self._frame.sort(*sort) if sort else self._frame
        return tuple(_signed(np.asarray(frame[name].to_numpy())) for name in names)

    def settled(self) -> Table:
        """The same rows in plain types, once nothing is missing in the keys."""
        if self.kind != "pandas":
            return self
        from retentionkit.frames import _pandas  # noqa: PLC0415 - pandas is loaded when needed

        return self._new(nw.from_native(_pandas.settled(self.native)))

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
