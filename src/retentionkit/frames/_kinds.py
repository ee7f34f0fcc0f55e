"""Which kinds of frame there are, and how a result becomes one of them again."""

from __future__ import annotations

import datetime as dt
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

import numpy as np

from retentionkit.errors import KindError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["FIRST_DAY", "KINDS", "LAST_DAY", "Frame", "FrameKind", "build", "kind_of"]

FrameKind: TypeAlias = Literal["pandas", "polars", "pyarrow"]
#: A pandas DataFrame, a polars DataFrame or a pyarrow Table.
Frame: TypeAlias = Any
KINDS: Final[tuple[FrameKind, ...]] = get_args(FrameKind)

#: The day numbers of 1 January 1 and 31 December 9999: the calendar that every engine shares.
FIRST_DAY: Final = -719_162
LAST_DAY: Final = 2_932_896

_CLASSES: Final = {"pandas": "DataFrame", "polars": "DataFrame", "pyarrow": "Table"}


def kind_of(frame: object) -> FrameKind:
    """The kind of a frame; anything else is refused.

    Examples
    --------
    >>> import pandas as pd
    >>> kind_of(pd.DataFrame())
    'pandas'
    """
    for kind in KINDS:
        library = sys.modules.get(kind)  # whoever holds such a frame has imported its library
        if library is not None and isinstance(frame, getattr(library, _CLASSES[kind])):
            return kind
    raise KindError(
        "This is not a frame that can be read.",
        received=f"{type(frame).__module__}.{type(frame).__qualname__}",
        allowed="a pandas DataFrame, a polars DataFrame or a pyarrow Table",
        do="Collect a lazy or distributed frame first; make a pandas DataFrame of anything else.",
    )


def build(columns: Mapping[str, NDArray[Any] | Sequence[object]], kind: FrameKind) -> Frame:
    """A frame of that kind; undefined numbers are what that kind calls missing.

    Examples
    --------
    >>> build({"n": [1, 2]}, "pandas")
       n
    0  1
    1  2
    """
    values = {name: _plain(column) for name, column in columns.items()}
    if kind == "polars":
        import polars as pl  # noqa: PLC0415 - an optional library

        series = [
            pl.Series(name, item if item.dtype != object else item.tolist(), nan_to_null=True)
            for name, item in values.items()
        ]
        return pl.DataFrame(series)
    if kind == "pyarrow":
        pa: Any = import_module("pyarrow")  # an optional library, without type hints
        return pa.table({name: pa.array(item, from_pandas=True) for name, item in values.items()})
    import pandas as pd  # noqa: PLC0415 - loaded when a frame is made

    return pd.DataFrame({name: _owned(item) for name, item in values.items()})


def _plain(values: NDArray[Any] | Sequence[object]) -> NDArray[Any]:
    """One array per column; dates as datetime64, text and mixtures as objects."""
    array: NDArray[Any] = values if isinstance(values, np.ndarray) else _from_sequence(values)
    return array.astype(object) if array.dtype.kind == "U" else array


def _from_sequence(values: Sequence[object]) -> NDArray[Any]:
    present = [value for value in values if value is not None]
    if present and all(isinstance(value, dt.date) for value in present):
        return np.array(values, dtype="datetime64[us]")
    if present and all(isinstance(value, bool | int | float) for value in present):
        undefined = [np.nan if value is None else value for value in values]
        return np.array(undefined)
    return np.array(values, dtype=object)


def _owned(values: NDArray[Any]) -> NDArray[Any]:
    """A copy of a read-only array, since a user may write into a pandas frame."""
    return values if values.flags.writeable else values.copy()
