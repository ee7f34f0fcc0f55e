"""A matrix of moves on one screen: shares of the row in whole per cent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from retentionkit.results import Columns

__all__ = ["moves", "printed_matrix"]

#: Columns of a printed result, less its indent.
_WIDTH: Final = 98
_GAP: Final = 2
#: Per cent that would be rounded to none.
_LITTLE: Final = 0.5


def printed_matrix(
    sources: Sequence[str], counts: NDArray[np.int64], *, outside: bool
) -> Columns | None:
    """Per cent of each row, under the names of the labels, or their numbers if names are too long.

    `outside` says whether there is a row of entries and a column of exits. None where even the
    numbers do not fit.
    """
    names, size = list(sources[:-1]), len(sources) - 1
    numbered = [f"{at + 1} {name}" for at, name in enumerate(names)]
    heads = [str(at + 1) for at in range(size)]
    for rows, columns in ((names, names), (numbered, heads)):
        table = _table(
            [*rows, *sources[size:]] if outside else rows,
            [*columns, "exited"] if outside else columns,
            counts.tolist(),
        )
        if outside:
            table["exited"][-1] = "–"  # nobody was neither there before nor after
        widths = [max(map(len, [head, *column])) + _GAP for head, column in table.items()]
        distinct = len(table) == len(columns) + 2 + outside  # no label has the name of a column
        if distinct and sum(widths) - _GAP <= _WIDTH:
            return table
    return None


def _table(rows: list[str], columns: list[str], counts: list[list[int]]) -> dict[str, list[str]]:
    shown = counts[: len(rows)]
    table = {"from": rows, "customers": [f"{sum(row):,}" for row in shown]}
    for at, head in enumerate(columns):
        table[head] = [_percent(row[at], sum(row)) for row in shown]
    return table


def moves(ranked: NDArray[np.int64], before: int, gone: int) -> str:
    """What became of the customers of ranked labels, in words; the best rank is the first."""
    size = len(ranked)
    pairs = [(i, j, int(ranked[i, j])) for i in range(size) for j in range(size)]
    up = sum(n for i, j, n in pairs if j < i)
    down = sum(n for i, j, n in pairs if j > i)
    same = sum(n for i, j, n in pairs if j == i)
    left = before - up - down - same - gone
    unranked = f", {left:,} without a rank" if left else ""
    return f"{before:,} customers: {up:,} up, {down:,} down, {same:,} same{unranked}, {gone:,} gone"


def _percent(count: int, total: int) -> str:
    if total == 0:
        return "–"
    share = 100 * count / total
    return "<1" if 0 < share < _LITTLE else f"{share:.0f}"
