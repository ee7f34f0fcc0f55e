"""Tables as text and as HTML, at most one screen."""

from __future__ import annotations

import html
import math
import unicodedata
from typing import TYPE_CHECKING, Any, TypeAlias

from retentionkit.results._json import is_numpy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


__all__ = ["Columns", "html_table", "limit_text", "text_table"]

Columns: TypeAlias = "Mapping[str, NDArray[Any] | Sequence[object]]"

_PREVIEW = 10  # rows of a longer one
_SHORT = 1_000  # numbers below are shown with four significant digits
_LONG = 1e15  # numbers from here on have no exact units
_RIGHT = " style='text-align:right;padding:1px 8px'"


def limit_text(value: float) -> str:
    """A limit of an interval: four significant digits, or all before the point."""
    return f"{value:,.0f}" if _SHORT <= abs(value) < _LONG else f"{value:.4g}"


def text_table(columns: Columns, most: int) -> list[str]:
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


def html_table(columns: Columns, most: int) -> str:
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


def _cell(value: object, *, whole: bool) -> str:
    if is_numpy(value):
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


def _shown(column: NDArray[Any] | Sequence[object], rows: Sequence[int]) -> list[object]:
    """The values of some rows; the others are not touched, however many they are."""
    return column[rows].tolist() if is_numpy(column) else [column[row] for row in rows]


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


def _places(text: str) -> int:
    """How wide a text is in a terminal, where a Chinese character takes two places."""
    return len(text) + sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)


def _right(text: str, places: int) -> str:
    return " " * (places - _places(text)) + text
