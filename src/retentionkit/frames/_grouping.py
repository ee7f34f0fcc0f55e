"""Groups found by sorting one whole number per row.

Engines hash every key, then look each row up. On millions of rows in random order each look-up
misses the cache; sorting plain numbers does not, and leaves the groups sorted, so that the next
grouping or join of a plan finds its rows side by side. No plan may rely on that order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames._table import Aggregate

__all__ = ["grouped"]

_BITS: Final = 63  # of a whole number that is not negative
_REDUCE: Final[dict[str, Any]] = {"sum": np.add, "min": np.fmin, "max": np.fmax}


def grouped(
    keys: Mapping[str, NDArray[np.int64]],
    values: Mapping[str, NDArray[Any]],
    aggregates: Mapping[str, Aggregate],
) -> dict[str, NDArray[Any]] | None:
    """One row for each combination of keys; None where no number can tell the combinations apart.

    `keys` and `values` are columns of equal length, at least one row; missing values are NaN.
    """
    packed = _packed(list(keys.values()))
    if packed is None:
        return None
    order, starts = _sorted(*packed)
    rows = starts if order is None else order[starts]
    number = len(packed[0])
    return {name: key[rows] for name, key in keys.items()} | {
        name: np.diff(starts, append=number)
        if item.column is None
        else _reduced(item.kind, values[item.column], order, starts)
        for name, item in aggregates.items()
    }


def _packed(keys: list[NDArray[np.int64]]) -> tuple[NDArray[np.int64], int] | None:
    """One number for each row that tells all its keys, and how many such numbers there can be."""
    packed, size = np.zeros(len(keys[0]), dtype=np.int64), 1
    for key in keys:
        low = key.min()
        span = int(key.max()) - int(low) + 1
        size *= span
        if size > 1 << _BITS:
            return None
        packed *= span
        packed += key - low
    return packed, size


def _sorted(
    packed: NDArray[np.int64], size: int
) -> tuple[NDArray[np.int64] | None, NDArray[np.int64]]:
    """The order that sorts the rows, None if they are sorted; and where each group starts."""
    order: NDArray[np.int64] | None = None
    if (packed[1:] < packed[:-1]).any():
        bits = len(packed).bit_length()
        if size <= 1 << (_BITS - bits):  # with the row beside its key, plain sorting will do
            packed = np.sort(packed << bits | np.arange(len(packed)))
            order = packed & ((1 << bits) - 1)
            packed >>= bits
        else:
            order = np.argsort(packed, kind="stable")
            packed = packed[order]
    new = np.r_[True, packed[1:] != packed[:-1]]
    return order, np.flatnonzero(new)


def _reduced(
    kind: str, values: NDArray[Any], order: NDArray[np.int64] | None, starts: NDArray[np.int64]
) -> NDArray[Any]:
    """The sum, least or greatest value of each group; missing values are left out."""
    if kind == "sum" and values.dtype.kind == "f":
        values = np.where(np.isnan(values), 0.0, values)
    found: NDArray[Any] = _REDUCE[kind].reduceat(values if order is None else values[order], starts)
    return found
