"""The labels of a column as numbers: what many rows share is found once, in the engine."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.frames._kinds import FrameKind

__all__ = ["codes", "numbered"]

#: Plain types of whole numbers.
_NUMBERS: Final = {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}


def codes(
    series: Any,  # noqa: ANN401 - a column of any library
    kind: FrameKind,
    argument: str,
) -> tuple[NDArray[np.int64], list[Any]]:
    """The place of each value among the labels, -1 where it is missing; and the labels.

    Labels are those that occur, sorted; of a pandas categorical or a polars enumeration in the
    order of its categories.

    Examples
    --------
    >>> import pandas as pd
    >>> codes(pd.Series(["b", None, "a"]), "pandas", "by")
    (array([ 1, -1,  0]), ['a', 'b'])
    """
    try:
        place, labels, ordered = _FIND[kind](series)
        at = range(len(labels))
        order = list(at) if ordered else sorted(at, key=labels.__getitem__)
    except (TypeError, NotImplementedError) as error:
        raise DataError(
            f"`{argument}` are not labels of one kind that can be sorted.",
            received=str(error),
            allowed="text, numbers, dates or truth values throughout; None for missing ones",
            do="Write them all as text.",
        ) from None
    if not ordered:
        ranks = np.empty(len(labels) + 1, dtype=np.int64)
        ranks[order] = np.arange(len(labels))
        ranks[-1] = -1  # that of a missing one
        place = ranks[place]
    return np.asarray(place, dtype=np.int64), _whole([labels[at] for at in order])


def numbered(series: Any, kind: FrameKind) -> NDArray[np.int64]:  # noqa: ANN401 - same
    """The same number for the same value, -1 where it is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> numbered(pd.Series([7, 3, 7]), "pandas").tolist()
    [0, 1, 0]
    """
    return np.asarray(_FIND[kind](series)[0], dtype=np.int64)


def _whole(labels: list[Any]) -> list[Any]:
    """Whole numbers as such, although a column with missing ones made floats of them."""
    floats = all(isinstance(label, float) and label.is_integer() for label in labels)
    return list(map(int, labels)) if floats else labels


def _of_pandas(series: Any) -> tuple[NDArray[Any], list[Any], bool]:  # noqa: ANN401
    pd: Any = import_module("pandas")
    dtype: Any = series.dtype
    if str(dtype) in _NUMBERS:
        return _of_numbers(series.to_numpy())
    ordered = isinstance(dtype, pd.CategoricalDtype)
    place, found = pd.factorize(series, sort=ordered)
    return place, found.tolist(), ordered


def _of_numbers(values: NDArray[Any]) -> tuple[NDArray[Any], list[Any], bool]:
    """Of whole numbers: in one pass where they are nearly all those of a range."""
    low, high = (int(end) for end in (values.min(), values.max()))
    if high - low >= len(values):
        pd: Any = import_module("pandas")
        place, found = pd.factorize(values)
        return place, found.tolist(), False
    if values.dtype.kind == "u":  # what is far up may be none of int64
        place = (values - values.dtype.type(low)).astype(np.int64)
    else:
        place = values.astype(np.int64) - low
    present = np.flatnonzero(np.bincount(place))
    if len(present) <= high - low:
        ranks = np.zeros(high - low + 1, dtype=np.int64)
        ranks[present] = np.arange(len(present))
        place = ranks[place]
    return place, [low + at for at in present.tolist()], True


def _of_polars(series: Any) -> tuple[NDArray[Any], list[Any], bool]:  # noqa: ANN401
    pl: Any = import_module("polars")
    if series.dtype.is_nested() or series.dtype == pl.Object:
        raise TypeError(f"values of type {series.dtype}")
    if series.dtype.is_float():
        series = series.fill_nan(None)
    if series.null_count() == len(series):
        return np.full(len(series), -1), [], True
    if series.dtype.is_integer() and series.null_count() == 0:
        return _of_numbers(series.to_numpy())
    if series.dtype in {pl.String, pl.Categorical, pl.Enum}:
        return _of_texts(series if series.dtype == pl.Enum else series.cast(pl.Categorical))
    ranked = series.rank("dense").cast(pl.Int64).fill_null(0).to_numpy() - 1
    return ranked, series.drop_nulls().unique().sort().to_list(), True


def _of_texts(series: Any) -> tuple[NDArray[Any], list[Any], bool]:  # noqa: ANN401
    """Of texts that the engine has numbered, perhaps among many that do not occur here."""
    pl: Any = import_module("polars")
    enum = series.dtype == pl.Enum
    known = series.drop_nulls().unique()
    known = known.sort() if enum else known
    numbers = known.to_physical().cast(pl.Int64).to_numpy()
    ranks = np.full(int(numbers.max()) + 2, -1, dtype=np.int64)
    ranks[numbers] = np.arange(len(numbers))
    physical = series.to_physical()
    if physical.null_count():
        physical = physical.cast(pl.Int64).fill_null(-1)
    return ranks[physical.to_numpy()], known.cast(pl.String).to_list(), enum


def _of_arrow(column: Any) -> tuple[NDArray[Any], list[Any], bool]:  # noqa: ANN401
    pa: Any = import_module("pyarrow")
    if pa.types.is_floating(column.type):
        compute: Any = import_module("pyarrow.compute")
        column = compute.if_else(compute.is_nan(column), None, column)
    if column.null_count == len(column):
        return np.full(len(column), -1), [], True
    coded = column.dictionary_encode().combine_chunks()
    place = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return place, coded.dictionary.to_pylist(), False


_FIND: Final[dict[FrameKind, Any]] = {
    "pandas": _of_pandas,
    "polars": _of_polars,
    "pyarrow": _of_arrow,
}
