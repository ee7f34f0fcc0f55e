"""Columns of a caller's frame as numbers, one row for each respondent; yes and no are 1 and 0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from retentionkit import frames
from retentionkit.errors import DataError, OptionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from retentionkit.frames import Frame, FrameKind

__all__ = ["Absent", "Asked", "NumericColumns", "is_binary", "read_numeric", "told_absent"]

#: What is done with respondents who did not answer everything.
Absent: TypeAlias = Literal["error", "drop"]

_SHOWN: Final = 5


class Asked(NamedTuple):
    """A column to read: its name in the frame, what we call it, the argument that named it."""

    name: object
    label: str
    argument: str


class NumericColumns(NamedTuple):
    """Numbers by row and column, NaN where missing, shape (n, columns), and the kind of frame.

    Rows are sorted by their values, so that no result depends on the order in which they came.
    """

    values: NDArray[np.float64]
    kind: FrameKind

    @property
    def absent(self) -> NDArray[np.bool_]:
        """Where answers are missing."""
        return np.isnan(self.values)


def read_numeric(frame: Frame, asked: Sequence[Asked]) -> NumericColumns:
    """The columns, each once; text, infinite numbers and an empty frame are refused."""
    kind = frames.kind_of(frame)
    _check_once(asked)
    values = np.column_stack([_column(frame, item) for item in asked])
    if len(values) == 0:
        raise DataError(
            "There is no respondent.",
            received="a frame without rows",
            allowed="one row for each respondent",
            do="Check how the frame was filtered.",
        )
    return NumericColumns(values[np.lexsort(values.T[::-1])], kind)


def told_absent(absent: NDArray[np.bool_], asked: Sequence[Asked], *, do: str) -> DataError:
    """The refusal of missing answers, with how many there are of each column."""
    counts = {item.label: int(absent[:, at].sum()) for at, item in enumerate(asked)}
    named = [f"{label} {count:,}" for label, count in counts.items() if count]
    more = f" and {len(named) - _SHOWN} more columns" if len(named) > _SHOWN else ""
    return DataError(
        "Some answers are missing.",
        received=f"{absent.any(axis=1).sum():,} of {len(absent):,} rows: "
        + ", ".join(named[:_SHOWN])
        + more,
        allowed="an answer in every place",
        do=do,
    )


def is_binary(values: NDArray[np.float64]) -> bool:
    """Whether a column is a yes or no."""
    return set(np.unique(values[~np.isnan(values)]).tolist()) <= {0.0, 1.0}


def _column(frame: Frame, item: Asked) -> NDArray[np.float64]:
    """One column; infinite numbers are refused."""
    try:
        table = frames.read(frame, {"values": frames.Wanted(item.name, item.argument, "number")})
        numbers = np.asarray(table.arrays("values")[0], dtype=np.float64)
    except DataError as error:
        try:
            return _flags(frame, item)
        except DataError:
            raise error from None
    wrong = np.isinf(numbers)
    if wrong.any():
        raise DataError(
            "Some answers are infinite.",
            received=f"{wrong.sum():,} in column {item.name!r}",
            allowed="finite numbers; missing ones as NaN or None",
            do="Correct them, or make them missing.",
        )
    return numbers


def _flags(frame: Frame, item: Asked) -> NDArray[np.float64]:
    """1 and 0 for a column of truth values, NaN where missing."""
    table = frames.read(frame, {"values": frames.Wanted(item.name, item.argument, "any")})
    values = table.arrays("values")[0].astype(object)
    values[table.missing("values")] = None
    return frames.read_flags(values, argument=item.argument)


def _check_once(asked: Sequence[Asked]) -> None:
    names = [item.name for item in asked]
    twice = [item for at, item in enumerate(asked) if item.name in names[:at]]
    if twice:
        raise OptionError(
            "A column is asked for twice.",
            received=f"{twice[0].name!r} in `{twice[0].argument}`",
            allowed="each column once",
            do="Leave one of them out.",
        )
