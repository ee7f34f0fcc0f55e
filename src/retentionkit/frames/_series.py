"""One column, brought as whatever the caller has: a list, an array, a series of any library."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from numbers import Number
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from retentionkit.durations import day_number, moment
from retentionkit.errors import DataError
from retentionkit.frames._reading import Wanted, read

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.frames._kinds import Frame, FrameKind
    from retentionkit.frames._table import Table

__all__ = [
    "read_days",
    "read_flags",
    "read_ids",
    "read_labels",
    "read_numbers",
    "read_objects",
    "series_kind",
]

_SERIES: Final[dict[FrameKind, tuple[str, ...]]] = {
    "pandas": ("Series", "Index"),
    "polars": ("Series",),
    "pyarrow": ("Array", "ChunkedArray"),
}


def read_numbers(values: object, *, argument: str) -> NDArray[np.float64]:
    """The numbers of one column, NaN where they are missing; text and dates are refused.

    Examples
    --------
    >>> read_numbers([10, None, 7], argument="answers")
    array([10., nan,  7.])
    """
    (numbers,) = _read(values, argument, "number").arrays("values")
    return np.asarray(numbers, dtype=np.float64)


def read_days(values: object, *, argument: str) -> NDArray[np.int64]:
    """The day numbers of one column of dates: a series, or a list that may also hold ISO text.

    Examples
    --------
    >>> read_days(["1970-01-01", "1970-02-01"], argument="dates").tolist()
    [0, 31]
    """
    if series_kind(values) is None:
        if not _is_listed(values):
            raise _no_column(argument, repr(values)[:80])
        listed: Any = values
        return np.array([day_number(moment(argument, value)) for value in listed], dtype=np.int64)
    frame = _frame(values, argument)
    table = read(frame, {"values": Wanted(argument, argument, "moment")})
    missing = int(np.sum(table.missing("values")))
    if missing:
        raise DataError(
            f"`{argument}` has missing dates.",
            received=f"{missing:,} of {len(table):,}",
            allowed="a date in every place",
            do="Drop the missing ones first.",
        )
    (days,) = table.settled().arrays("day")
    return np.asarray(days, dtype=np.int64)


def read_ids(values: object, *, argument: str) -> NDArray[Any]:
    """The ids of one column, whole numbers or text; missing ones are refused.

    Examples
    --------
    >>> read_ids(["a", "b"], argument="received")
    array(['a', 'b'], dtype=object)
    """
    table = _read(values, argument, "id")
    missing = int(np.sum(table.missing("values")))
    if missing:
        raise DataError(
            f"`{argument}` has missing ids.",
            received=f"{missing:,} of {len(table):,}",
            allowed="an id in every place",
            do="Drop the missing ones first.",
        )
    (ids,) = table.settled().arrays("values")
    return ids


def read_flags(values: object, *, argument: str) -> NDArray[np.float64]:
    """1 where it is so, 0 where it is not, NaN where missing; of truth values, or of 1 and 0.

    Examples
    --------
    >>> read_flags([True, None, False], argument="returned")
    array([ 1., nan,  0.])
    """
    place, found = read_labels(values, argument=argument)
    strange = [value for value in found if value not in (0, 1)]
    if strange:
        raise DataError(
            f"`{argument}` does not say yes or no.",
            received=f"values such as {', '.join(map(repr, strange[:5]))}",
            allowed="True or False, or 1 or 0; missing where it is not known",
            do="Compare first, such as frame['orders'] > 1.",
        )
    known: list[Any] = [*found, np.nan]  # the place of a missing one is -1, the last
    return np.array(known, dtype=np.float64)[place]


def read_labels(values: object, *, argument: str) -> tuple[NDArray[np.int64], list[object]]:
    """The place of each label of one column among those that occur, -1 where it is missing.

    Those that occur come sorted; of a categorical column in the order of the categories.

    Examples
    --------
    >>> read_labels(["gold", None, "blue"], argument="labels")
    (array([ 1, -1,  0]), ['blue', 'gold'])
    """
    import pandas as pd  # noqa: PLC0415 - loaded when a column is read

    column = _objects(values, argument)
    if column.dtype == object:
        kinds = {_sort_of(kind) for kind in set(map(type, column[column.notna()]))}
        if len(kinds) > 1:  # 1 and "1", or 1 and True, could be taken for each other
            raise _no_labels(argument, ", ".join(sorted(kind.__name__ for kind in kinds)))
    factorize: Any = pd.factorize  # its results are Any in part
    try:
        place, found = factorize(column, sort=True)
    except TypeError as error:
        raise _no_labels(argument, repr(error)) from error
    return place.astype(np.int64), found.tolist()


def read_objects(values: object, *, argument: str) -> list[object]:
    """The values of one column as they are, whatever they are; None where they are missing.

    Examples
    --------
    >>> read_objects([9, None, "10 - likely"], argument="answers")
    [9, None, '10 - likely']
    """
    column = _objects(values, argument)
    return [None if gone else value for value, gone in zip(column, column.isna(), strict=True)]


def _objects(values: object, argument: str) -> Any:  # noqa: ANN401 - pandas
    """One column as a series of pandas."""
    kind = series_kind(values)
    given: Any = values
    if kind in {"polars", "pyarrow"}:
        given = given.to_list() if kind == "polars" else given.to_pylist()
    frame: Any = _frame(given, argument)
    return frame[argument]


def series_kind(values: object) -> FrameKind | None:
    """The library of a series; None for lists and arrays."""
    for kind, names in _SERIES.items():
        library = sys.modules.get(kind)
        if library is not None and isinstance(
            values, tuple(getattr(library, name) for name in names)
        ):
            return kind
    return None


def _read(values: object, argument: str, role: Literal["id", "number"]) -> Table:
    frame = _frame(values, argument)
    return read(frame, {"values": Wanted(argument, argument, role)})


def _frame(values: Any, argument: str) -> Frame:  # noqa: ANN401 - anything may come
    """A frame of one column, of the series' own library, or pandas."""
    kind = series_kind(values)
    if kind == "polars":
        return values.alias(argument).to_frame()
    if kind == "pyarrow":
        pa: Any = import_module("pyarrow")  # an optional library, without type hints
        return pa.table({argument: values})
    import pandas as pd  # noqa: PLC0415 - loaded when a column is read

    if kind == "pandas":
        return pd.DataFrame({argument: values.array})
    if not _is_listed(values):
        raise _no_column(argument, repr(values)[:80])
    given = values if hasattr(values, "dtype") else list(values)
    try:
        dimensions = str(np.ndim(given))
    except ValueError:  # lists of several lengths
        dimensions = "uneven"
    if dimensions != "1":
        raise _no_column(argument, f"{dimensions} dimensions")
    return pd.DataFrame({argument: given})


def _sort_of(kind: type[Any]) -> type[Any]:
    """The kind of a label by which it is told from others."""
    if issubclass(kind, bool | np.bool_):
        return bool
    return next((sort for sort in (str, Number) if issubclass(kind, sort)), kind)


def _no_labels(argument: str, received: str) -> DataError:
    return DataError(
        f"`{argument}` are not labels of one kind that can be sorted.",
        received=received,
        allowed="text, numbers or truth values throughout; None for missing ones",
        do="Write them all as text.",
    )


def _is_listed(values: object) -> bool:
    """Whether iterating gives values; of a mapping or a frame it gives names."""
    if hasattr(type(values), "columns") or not hasattr(values, "__iter__"):
        return False
    return not isinstance(values, str | bytes | Mapping)


def _no_column(argument: str, received: str) -> DataError:
    return DataError(
        f"`{argument}` is not one column of values.",
        received=received,
        allowed="a list, a one-dimensional array, or a series of pandas, polars or pyarrow",
        do="Pass one column, such as frame['column'].",
    )
