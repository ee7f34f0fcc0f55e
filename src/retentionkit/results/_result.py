"""What every result can do: print itself, become a table, become strict JSON, be compared.

A result is a frozen dataclass that mixes in `Result` and states its table and its facts; text,
HTML, frame and JSON follow from those, so that all results look and behave alike.
"""

from __future__ import annotations

import dataclasses
import html
import math
import textwrap
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np

from retentionkit import frames
from retentionkit.results._json import as_json, fields, is_mapping, is_numpy, is_sequence
from retentionkit.results._tables import html_table, text_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import Frame, FrameKind
    from retentionkit.results._json import JSONValue
    from retentionkit.results._tables import Columns

__all__ = ["Result"]

_WHOLE = 14  # tables of up to so many rows are shown whole
_COLUMNS = 100
_LEFT = " style='text-align:left;vertical-align:top;padding:1px 8px'"


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
        return {name: as_json(value) for name, value in fields(self)}

    def equals(self, other: object) -> bool:
        """Whether the other result is of the same type with the same values; NaN equals NaN."""
        return _same(self, other)

    def __reduce__(self) -> tuple[Callable[..., Result], tuple[type[Result], list[object]]]:
        """Pickled and copied so that its arrays are read-only again."""
        names = [field.name for field in dataclasses.fields(cast("Any", self))]
        return _remade, (type(self), [getattr(self, name) for name in names])

    def __repr__(self) -> str:
        """Heading, facts and the first rows, at most one screen."""
        facts = self._facts()
        width = max(map(len, facts), default=0)
        lines = [self._heading or type(self).__name__]
        for name, text in facts.items():
            first, *rest = textwrap.wrap(text, _COLUMNS - width - 4) or [""]
            lines += [f"  {name:<{width}}  {first}", *(" " * (width + 4) + line for line in rest)]
        return "\n".join(lines + text_table(self._printed(), self._whole_up_to))

    def _repr_html_(self) -> str:
        """The same as HTML for notebooks, without scripts or outside styles."""
        facts = "".join(
            f"<tr><th{_LEFT}>{html.escape(name)}</th><td{_LEFT}>{html.escape(text)}</td></tr>"
            for name, text in self._facts().items()
        )
        heading = f"<strong>{html.escape(self._heading or type(self).__name__)}</strong>"
        table = html_table(self._printed(), self._whole_up_to)
        return f"<div>{heading}<table>{facts}</table>{table}</div>"


def _remade(kind: type[Result], values: list[object]) -> Result:
    """A result of the values of its fields, as they were read from a file or copied."""
    result = object.__new__(kind)
    for field, value in zip(dataclasses.fields(cast("Any", kind)), values, strict=True):
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
        object.__setattr__(result, field.name, value)
    return result


def _same(mine: object, other: object) -> bool:
    """Whether two values are equal, undefined ones included."""
    if type(mine) is not type(other):
        return False
    if is_numpy(mine) and is_numpy(other):
        return _same_array(mine, other)
    if is_mapping(mine) and is_mapping(other):
        return list(mine) == list(other) and all(_same(mine[key], other[key]) for key in mine)
    if is_sequence(mine) and is_sequence(other):
        return len(mine) == len(other) and all(map(_same, mine, other))
    if dataclasses.is_dataclass(mine):
        return _same(fields(mine), fields(other))
    return mine == other or _undefined(mine, other)


def _undefined(*values: object) -> bool:
    return all(isinstance(value, float) and math.isnan(value) for value in values)


def _same_array(mine: NDArray[Any], other: NDArray[Any]) -> bool:
    if mine.shape != other.shape or mine.dtype.kind != other.dtype.kind:
        return False
    undefined = (mine != mine) & (other != other)  # noqa: PLR0124 - NaN is unequal to itself
    return bool(np.all((mine == other) | undefined))
