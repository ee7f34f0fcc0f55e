"""What every result can do: print itself, become a table, become strict JSON, be compared.

A result is a frozen dataclass that mixes in `Result` and states its table and its facts; text,
HTML, frame and JSON follow from those, so that all results look and behave alike.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
import math
import textwrap
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeGuard, cast

import numpy as np

from retentionkit import frames

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, DTypeLike, NDArray

    from retentionkit.frames import Frame, FrameKind

__all__ = ["Columns", "Estimate", "Interval", "JSONValue", "Result", "as_json", "frozen_array"]

JSONValue: TypeAlias = "bool | int | float | str | list[JSONValue] | dict[str, JSONValue] | None"
Columns: TypeAlias = "Mapping[str, NDArray[Any] | Sequence[object]]"

_WHOLE = 14  # tables of up to so many rows are shown whole
_PREVIEW = 10  # rows of a longer one
_COLUMNS = 100
_LEFT = " style='text-align:left;vertical-align:top;padding:1px 8px'"
_RIGHT = " style='text-align:right;padding:1px 8px'"
_SHORT = 1_000  # numbers below are shown with four significant digits
_LONG = 1e15  # numbers from here on have no exact units


@dataclasses.dataclass(frozen=True, slots=True)
class Interval:
    """An interval and the confidence it was made for.

    Attributes
    ----------
    low, high
        The limits, in the unit of the estimate.
    confidence
        The confidence level, between 0 and 1.

    Examples
    --------
    >>> Interval(0.2, 0.3, 0.95), Interval(602_113.4, 690_420.8, 0.95)
    (Interval(0.2 to 0.3, 95 %), Interval(602,113 to 690,421, 95 %))
    """

    low: float
    high: float
    confidence: float

    def __repr__(self) -> str:
        """The two limits and the level."""
        low, high = _limit(self.low), _limit(self.high)
        return f"Interval({low} to {high}, {100 * self.confidence:g} %)"

    def __contains__(self, value: float) -> bool:
        """Whether the value lies between the limits, both included."""
        return self.low <= value <= self.high


@dataclasses.dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its standard error, its interval and what it is.

    Attributes
    ----------
    value
        The estimate; NaN where it is undefined.
    standard_error
        Its standard error; NaN where the interval is not made of one.
    interval
        Its interval.
    n
        How many customers or other units it was made of.
    definition
        One sentence: what was divided by what, and how the interval was made.

    Examples
    --------
    >>> Estimate(0.3, 0.145, Interval(0.108, 0.603, 0.95), 10, "Customers who came back.")
    Estimate(0.3, 95 % 0.108 to 0.603, n = 10)
    """

    value: float
    standard_error: float
    interval: Interval
    n: int
    definition: str

    def __float__(self) -> float:
        """The value alone."""
        return self.value

    def __repr__(self) -> str:
        """The value, its interval and n on one line; the definition is for those who ask."""
        low, high = _limit(self.interval.low), _limit(self.interval.high)
        level = f"{100 * self.interval.confidence:g} %"
        return f"Estimate({_limit(self.value)}, {level} {low} to {high}, n = {self.n:,})"

    def to_dict(self) -> dict[str, JSONValue]:
        """The estimate as strict JSON; undefined numbers are None."""
        return {name: as_json(value) for name, value in _fields(self)}


class Result(ABC):
    """Mixin of all results; a subclass states `_table` and `_facts`."""

    __slots__ = ()

    _heading: ClassVar[str] = ""
    #: Rows up to which a table is printed whole.
    _whole_up_to: ClassVar[int] = _WHOLE

    @abstractmethod
    def _table(self) -> Columns:
        """The table that `to_frame` returns, by column."""

    def _printed(self) -> Columns:
        """The table as it is printed, where that is not the one of `to_frame`."""
        return self._table()

    def _facts(self) -> Mapping[str, str]:
        """What is printed above the table: name and text."""
        return {}

    def _frame_kind(self) -> FrameKind:
        """The kind of frame that the caller brought."""
        kind: FrameKind | None = getattr(self, "kind", None)
        return kind if kind in frames.KINDS else "pandas"

    def to_frame(self) -> Frame:
        """The result as a table, in the caller's dataframe kind (pandas if there was none)."""
        return frames.build(self._table(), self._frame_kind())

    def to_dict(self) -> dict[str, JSONValue]:
        """The result as strict JSON: no NaN, no numpy scalars; undefined numbers are None."""
        return {name: as_json(value) for name, value in _fields(self)}

    def equals(self, other: object) -> bool:
        """Whether the other result is of the same type with the same values; NaN equals NaN."""
        return _same(self, other)

    def __repr__(self) -> str:
        """Heading, facts and the first rows, at most one screen."""
        facts = self._facts()
        width = max(map(len, facts), default=0)
        lines = [self._heading or type(self).__name__]
        for name, text in facts.items():
            first, *rest = textwrap.wrap(text, _COLUMNS - width - 4) or [""]
            lines += [f"  {name:<{width}}  {first}", *(" " * (width + 4) + line for line in rest)]
        return "\n".join(lines + _text_table(self._printed(), self._whole_up_to))

    def _repr_html_(self) -> str:
        """The same as HTML for notebooks, without scripts or outside styles."""
        facts = "".join(
            f"<tr><th{_LEFT}>{html.escape(name)}</th><td{_LEFT}>{html.escape(text)}</td></tr>"
            for name, text in self._facts().items()
        )
        heading = f"<strong>{html.escape(self._heading or type(self).__name__)}</strong>"
        table = _html_table(self._printed(), self._whole_up_to)
        return f"<div>{heading}<table>{facts}</table>{table}</div>"


def frozen_array(values: ArrayLike, dtype: DTypeLike) -> NDArray[Any]:
    """A read-only copy, so that neither the caller nor a reader can change a result."""
    array: NDArray[Any] = np.array(values, dtype=dtype)
    array.flags.writeable = False
    return array


def as_json(value: object) -> JSONValue:
    """A value as strict JSON; NaN and infinity become None.

    Examples
    --------
    >>> as_json(np.array([1.0, np.nan]))
    [1.0, None]
    """
    if _is_numpy(value):
        return _array_as_json(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    return _container_as_json(value)


def _is_numpy(value: object) -> TypeGuard[NDArray[Any]]:
    return isinstance(value, np.ndarray | np.generic)  # both have what is asked of them here


def _is_sequence(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, list | tuple)


def _is_mapping(value: object) -> TypeGuard[Mapping[object, object]]:
    return isinstance(value, Mapping)


def _array_as_json(value: NDArray[Any]) -> JSONValue:
    if value.dtype.kind == "M":  # nanoseconds would come out as bare integers
        return as_json(value.astype("datetime64[us]").tolist())
    return as_json(value.tolist())


def _container_as_json(value: object) -> JSONValue:
    if dataclasses.is_dataclass(value):
        return {name: as_json(item) for name, item in _fields(value)}
    if _is_mapping(value):
        return {str(key): as_json(item) for key, item in value.items()}
    if _is_sequence(value):
        return [as_json(item) for item in value]
    return str(value)


def _fields(value: object) -> list[tuple[str, object]]:
    """Name and value of each field of a dataclass that counts when results are compared."""
    names = [field.name for field in dataclasses.fields(cast("Any", value)) if field.compare]
    return [(name, getattr(value, name)) for name in names]


def _same(mine: object, other: object) -> bool:
    """Whether two values are equal, undefined ones included."""
    if type(mine) is not type(other):
        return False
    if _is_numpy(mine) and _is_numpy(other):
        return _same_array(mine, other)
    if _is_mapping(mine) and _is_mapping(other):
        return list(mine) == list(other) and all(_same(mine[key], other[key]) for key in mine)
    if _is_sequence(mine) and _is_sequence(other):
        return len(mine) == len(other) and all(map(_same, mine, other))
    if dataclasses.is_dataclass(mine):
        return _same(_fields(mine), _fields(other))
    return mine == other or _undefined(mine, other)


def _undefined(*values: object) -> bool:
    return all(isinstance(value, float) and math.isnan(value) for value in values)


def _same_array(mine: NDArray[Any], other: NDArray[Any]) -> bool:
    if mine.shape != other.shape or mine.dtype.kind != other.dtype.kind:
        return False
    undefined = (mine != mine) & (other != other)  # noqa: PLR0124 - NaN is unequal to itself
    return bool(np.all((mine == other) | undefined))


def _cell(value: object, *, whole: bool) -> str:
    if _is_numpy(value):
        return _cell(value.tolist(), whole=whole)
    if isinstance(value, float):
        return _number(value, whole=whole)
    return "–" if value is None else str(value)


def _number(value: float, *, whole: bool) -> str:
    if math.isnan(value):
        return "–"
    if abs(value) < _SHORT:
        return f"{value:,.4g}"
    return f"{value:,.0f}" if whole else f"{value:,.1f}"


def _limit(value: float) -> str:
    """A limit of an interval: four significant digits, or all before the point."""
    return f"{value:,.0f}" if _SHORT <= abs(value) < _LONG else f"{value:.4g}"


def _shown(column: NDArray[Any] | Sequence[object], rows: Sequence[int]) -> list[object]:
    """The values of some rows; the others are not touched, however many they are."""
    return column[rows].tolist() if _is_numpy(column) else [column[row] for row in rows]


def _whole(values: Sequence[object]) -> bool:
    """Whether all numbers are counts, to be printed without decimals."""
    known = [value for value in values if isinstance(value, float) and math.isfinite(value)]
    return all(value.is_integer() and abs(value) < _LONG for value in known)


def _preview(
    columns: Columns, most: int
) -> tuple[list[str], list[list[str]], list[list[str]], int]:
    """Names, the first rows, the last rows, and how many lie between."""
    names = list(columns)
    size = len(columns[names[0]]) if names else 0
    half = size if size <= most else _PREVIEW // 2
    rows = [*range(half), *range(max(half, size - half), size)]
    shown = {name: _shown(columns[name], rows) for name in names}
    whole = {name: _whole(values) for name, values in shown.items()}
    cells = [
        [_cell(shown[name][at], whole=whole[name]) for name in names] for at in range(len(rows))
    ]
    return names, cells[:half], cells[half:], size - len(rows)


def _text_table(columns: Columns, most: int) -> list[str]:
    names, first, last, between = _preview(columns, most)
    if not first:
        return []
    widths = [max(map(_places, column)) for column in zip(names, *first, *last, strict=True)]
    lines = [
        "".join(f"  {_right(text, width)}" for text, width in zip(row, widths, strict=True))
        for row in [names, *first, *last]
    ]
    more = [f"  … {between:,} more rows …"] if between else []
    return lines[: len(first) + 1] + more + lines[len(first) + 1 :]


def _places(text: str) -> int:
    """How wide a text is in a terminal, where a Chinese character takes two places."""
    return len(text) + sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)


def _right(text: str, places: int) -> str:
    return " " * (places - _places(text)) + text


def _html_table(columns: Columns, most: int) -> str:
    names, first, last, between = _preview(columns, most)
    head = "".join(f"<th{_RIGHT}>{html.escape(name)}</th>" for name in names)
    top, bottom = (
        "".join(
            "<tr>" + "".join(f"<td{_RIGHT}>{html.escape(text)}</td>" for text in row) + "</tr>"
            for row in rows
        )
        for rows in (first, last)
    )
    more = f"<tr><td colspan='{len(names)}'>… {between:,} more rows …</td></tr>" if between else ""
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{top}{more}{bottom}</tbody></table>"
    return table if first else ""
