"""Groups found by sorting one whole number per row, or without sorting where groups are dense.

Engines hash every key, then look each row up. On millions of rows in random order each look-up
misses the cache; sorting plain numbers does not, and leaves the groups sorted, so that the next
grouping or join of a plan finds its rows side by side. No plan may rely on that order.

Where the rows are not sorted and the keys are nearly all the numbers of a range, as ids often are,
each row is added to the place of its group: one pass, and no sorting of other columns.
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
_EXACT: Final = 2.0**53


def grouped(
    keys: Mapping[str, NDArray[np.int64]],
    values: Mapping[str, NDArray[Any]],
    aggregates: Mapping[str, Aggregate],
) -> dict[str, NDArray[Any]] | None:
    """One row for each combination of keys; None where no number can tell the combinations apart.

    `keys` and `values` are columns of equal length, at least one row; missing values are NaN.
    """
    packed, size = _packed(list(keys.values())) or (None, 0)
    if packed is None:
        return None
    number = len(packed)
    if size <= 2 * number and (packed[1:] < packed[:-1]).any():
        found = _scattered(packed, size, keys, values, aggregates)
        if found is not None:
            return found
    order, starts = _sorted(packed, size)
    rows = starts if order is None else order[starts]
    found = {name: key[rows] for name, key in keys.items()}
    for name, item in aggregates.items():
        if item.column is None:
            found[name] = np.diff(starts, append=number)
        elif item.kind == "n_unique":
            firsts = _firsts(packed, size, values[item.column])
            if firsts is None:
                return None
            places = np.searchsorted(packed[rows], firsts)  # the groups are sorted by their key
            found[name] = np.bincount(places, minlength=len(starts))
        else:
            found[name] = _reduced(item.kind, values[item.column], order, starts)
    return found


def _scattered(
    packed: NDArray[np.int64],
    size: int,
    keys: Mapping[str, NDArray[np.int64]],
    values: Mapping[str, NDArray[Any]],
    aggregates: Mapping[str, Aggregate],
) -> dict[str, NDArray[Any]] | None:
    """The groups of dense keys, each row added to its place; None where that is not exact."""
    rows = np.bincount(packed, minlength=size)
    present = np.flatnonzero(rows)
    places: dict[str, NDArray[Any]] = {}
    for name, item in aggregates.items():
        place = (
            rows if item.column is None else _placed(item.kind, values[item.column], packed, size)
        )
        if place is None:
            return None
        places[name] = place[present]
    return _unpacked(present, keys) | places


def _placed(
    kind: str, values: NDArray[Any], packed: NDArray[np.int64], size: int
) -> NDArray[Any] | None:
    """One aggregate at the place of each group; None where a float cannot hold it."""
    if kind == "n_unique":
        firsts = _firsts(packed, size, values)
        return None if firsts is None else np.bincount(firsts, minlength=size)
    whole = values.dtype.kind != "f"
    if kind == "sum":
        if whole and max(-int(values.min()), int(values.max())) * len(values) >= _EXACT:
            return None
        known = values if whole else np.where(np.isnan(values), 0.0, values)
        return np.bincount(packed, weights=known, minlength=size).astype(values.dtype)
    empty: Any = np.nan
    if whole:
        limits = np.iinfo(np.int64)
        empty = limits.max if kind == "min" else limits.min
    place = np.full(size, empty, dtype=values.dtype)
    _REDUCE[kind].at(place, packed, values)
    return place


def _firsts(
    packed: NDArray[np.int64], size: int, values: NDArray[np.int64]
) -> NDArray[np.int64] | None:
    """The key of each distinct pair of key and value, sorted; None if no number tells them."""
    low = values.min()
    span = int(values.max()) - int(low) + 1
    if size * span > 1 << _BITS:
        return None
    pairs = packed * span
    pairs += values - low
    if size * span <= 1 << 32:  # half the width is sorted in two thirds of the time
        pairs = pairs.astype(np.uint32)
    pairs.sort()
    distinct = pairs[np.r_[True, pairs[1:] != pairs[:-1]]]
    return distinct.astype(np.int64) // span


def _unpacked(
    packed: NDArray[np.int64], keys: Mapping[str, NDArray[np.int64]]
) -> dict[str, NDArray[Any]]:
    """The keys of some packed numbers."""
    found: dict[str, NDArray[Any]] = {}
    rest = packed
    for name, key in reversed(list(keys.items())):
        low = key.min()
        rest, above = np.divmod(rest, int(key.max()) - int(low) + 1)
        found[name] = above + low
    return {name: found[name] for name in keys}


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
