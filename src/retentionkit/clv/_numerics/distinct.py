"""Distinct values: special functions cost their price once for each value, not for each customer.

Ages and recencies of a log lie on a lattice (so many days, so many hours), and there are few
distinct frequencies. Codes into the distinct values are found without sorting where a lattice
fits, which makes both grouping and scoring nearly as cheap as reading the arrays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from retentionkit.durations import grain_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from retentionkit.durations import Grain, Unit

__all__ = ["Coded", "chunks", "codes", "in_chunks", "on_distinct", "on_smooth"]

_CHUNK: Final = 1 << 13
_SMALL: Final = 1_000
_LARGEST_CODE: Final = 1 << 20
_LARGEST_TABLE: Final = 1 << 26
_LATTICES: Final[tuple[Grain, ...]] = ("day", "hour", "month")


class Coded(NamedTuple):
    """Distinct values in rising order (some may not occur), and the position of each row's."""

    values: NDArray[np.float64]
    codes: NDArray[np.int32 | np.int64]


def chunks(size: int) -> Iterator[slice]:
    """Slices that cover `size` rows, small enough for the cache and for sums on one thread."""
    return (slice(low, low + _CHUNK) for low in range(0, size, _CHUNK))


def in_chunks(
    function: Callable[..., NDArray[np.float64]], *columns: NDArray[np.float64]
) -> NDArray[np.float64]:
    """A function of whole columns, row by row, evaluated on pieces that stay in the cache."""
    size = columns[0].size
    if size <= _CHUNK or any(column.shape != (size,) for column in columns):
        return function(*columns)
    result = np.empty(size)
    for rows in chunks(size):
        result[rows] = function(*(column[rows] for column in columns))
    return result


def codes(times: NDArray[np.float64], unit: Unit) -> Coded:
    """Times as codes into their distinct values."""
    for grain in _LATTICES:
        coded = _on_lattice(times, *grain_in(grain, unit))
        if coded is not None:
            return coded
    values, inverse = np.unique(times, return_inverse=True)
    return Coded(values, inverse)


def on_distinct(
    function: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]],
    x: NDArray[np.float64],
    T: NDArray[np.float64],
    unit: Unit,
) -> NDArray[np.float64]:
    """`function(x, T)` for every row, evaluated once for each distinct pair."""
    if len(x) < _SMALL:
        return function(x, T)
    ages = codes(T, unit)
    size = len(ages.values)
    cells = (int(x.max()) + 1) * size
    if cells > _LARGEST_TABLE:
        return function(x, T)
    row = np.arange(cells // size) * size
    occurs = np.zeros(cells, dtype=bool)
    for rows in chunks(len(x)):
        occurs[row[x[rows].astype(np.intp)] + ages.codes[rows]] = True
    found = np.flatnonzero(occurs)
    table = np.empty(cells)
    table[found] = function((found // size).astype(np.float64), ages.values[found % size])
    return _looked_up(table, row, x, ages)


def _looked_up(
    table: NDArray[np.float64], row: NDArray[np.int64], x: NDArray[np.float64], ages: Coded
) -> NDArray[np.float64]:
    """Entries of a flat table, in which each x has a row of ages, for every customer."""
    result = np.empty(len(x))
    for rows in chunks(len(x)):
        result[rows] = table[row[x[rows].astype(np.intp)] + ages.codes[rows]]
    return result


def _on_lattice(times: NDArray[np.float64], grain: float, unit: float) -> Coded | None:
    """Codes if all times are whole numbers of grains, to rounding error."""
    per_unit = unit / grain
    result = np.empty(len(times), dtype=np.int32)
    largest = 0
    for rows in (slice(_SMALL), *chunks(len(times))):
        scaled = times[rows] * per_unit
        whole = np.rint(scaled)
        top = float(whole.max(initial=0.0))
        if top >= _LARGEST_CODE or np.abs(scaled - whole).max(initial=0.0) > 1e-14 * (top + 1.0):
            return None
        largest = max(largest, int(top))
        result[rows] = whole
    return Coded(np.arange(largest + 1, dtype=np.float64) * grain / unit, result)


def on_smooth(
    function: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]],
    x: NDArray[np.float64],
    T: NDArray[np.float64],
    unit: Unit,
    *,
    offset: float,
) -> NDArray[np.float64]:
    r"""`function(x, T)` for every row, if it is costly and analytic in :math:`\ln(c + T)`.

    For each distinct x it is evaluated at Chebyshev points and interpolated to the distinct ages.
    Its nearest singularities lie at a distance :math:`\pi` from the real line, which gives the
    number of points for full precision. An x that is rarer than that is evaluated as it is.
    """
    if len(x) < _SMALL or x.max() > _LARGEST_CODE:
        return on_distinct(function, x, T, unit)
    ages = codes(T, unit)
    log_age = np.log(offset + ages.values)
    half = max((log_age[-1] - log_age[0]) / 2, 1e-300)
    radius = np.pi / half + np.hypot(1, np.pi / half)
    count = int(np.ceil(37.0 / np.log(radius))) + 2
    per_x = np.zeros(int(x.max()) + 1, dtype=np.int64)
    for rows in chunks(len(x)):
        per_x += np.bincount(x[rows].astype(np.intp), minlength=len(per_x))
    common = per_x >= count
    levels, at = np.flatnonzero(common).astype(np.float64), np.maximum(np.cumsum(common) - 1, 0)
    if not len(levels) or count * 2 > len(ages.values):
        return on_distinct(function, x, T, unit)
    points = np.polynomial.chebyshev.chebpts1(count)
    nodes = np.exp(log_age[0] + half * (points + 1)) - offset
    grid = function(np.repeat(levels, count), np.tile(nodes, len(levels)))
    vander: Any = np.polynomial.chebyshev.chebvander
    inner: NDArray[np.float64] = vander(points, count - 1)
    outer: NDArray[np.float64] = vander((log_age - log_age[0]) / half - 1, count - 1)
    weights = np.linalg.solve(inner.T, outer.T)
    table = grid.reshape(len(levels), count) @ weights
    result = _looked_up(table.ravel(), at * len(ages.values), x, ages)
    rare = np.flatnonzero(~common[x.astype(np.intp)])
    result[rare] = on_distinct(function, x[rare], T[rare], unit)
    return result
