"""One of the two figures of a comparison, and how it is read from what a caller has."""

from __future__ import annotations

import dataclasses
import math
from numbers import Real
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias, TypeGuard, cast

import numpy as np

from retentionkit import frames
from retentionkit.arguments import check_choice
from retentionkit.errors import DataError, KindError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind

__all__ = [
    "HUGE",
    "Figure",
    "Limits",
    "Missing",
    "check_missing",
    "first_kind",
    "is_data",
    "is_number",
    "is_summary",
    "kind_of",
    "not_understood",
    "nowhere",
    "published",
    "read_columns",
    "read_truths",
]

#: The two limits of an interval at a confidence.
Limits: TypeAlias = "Callable[[float], tuple[float, float]]"

#: What is done with missing values.
Missing: TypeAlias = Literal["error", "drop"]

#: Numbers beyond have no fourth power, which the degrees of freedom need.
HUGE: Final = 1e70


class Reader(Protocol):
    """What makes numbers of a column."""

    def __call__(self, values: object, *, argument: str) -> NDArray[np.float64]:
        """The numbers of the column of that name."""
        ...


_MISSING: Final = ("error", "drop")


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """A figure as far as it is known.

    Attributes
    ----------
    value
        The figure.
    variance
        The variance of one customer, answer or unit of exposure; NaN where it is not known.
    error
        The standard error of the figure; NaN where it is not known.
    n
        Of how many it was made; None where that was not told.
    size
        What the variance is divided by: n, or the exposure.
    limits
        Its interval at a confidence.
    missing
        How many values were missing and left out.
    worth
        As how many independent customers n counts; NaN where that is n itself.
    freedom
        Degrees of freedom of the error; NaN where that is n - 1.
    """

    value: float
    variance: float = math.nan
    error: float = math.nan
    n: int | None = None
    size: float = math.nan
    limits: Limits = lambda _confidence: (math.nan, math.nan)
    missing: int = 0
    worth: float = math.nan
    freedom: float = math.nan

    @property
    def is_tied(self) -> bool:
        """Whether it came with the error of weights or clusters, and not of n independent ones."""
        return self.of_each != 1 or not math.isnan(self.freedom)

    @property
    def of_each(self) -> float:
        """As how many independent customers one counts."""
        return 1.0 if math.isnan(self.worth) else self.worth / self.size


def nowhere(_confidence: float) -> tuple[float, float]:
    """The limits of what has none."""
    return math.nan, math.nan


def published(value: float, variance: float = math.nan) -> Figure:
    """A figure that was told without its n."""
    return Figure(value, variance)


def is_number(given: object) -> TypeGuard[float]:
    """Whether one number came, and not a column of them."""
    return isinstance(given, Real) and not isinstance(given, bool | np.bool_)


def is_summary(given: object, size: int) -> TypeGuard[tuple[object, ...]]:
    """Whether so many figures came in a tuple."""
    return isinstance(given, tuple) and len(cast("tuple[object, ...]", given)) == size


def is_data(given: object) -> bool:
    """Whether a column of values came; a tuple stands for a summary."""
    return not isinstance(given, tuple | str | bytes) and hasattr(given, "__iter__")


def kind_of(*given: object) -> FrameKind | None:
    """The library of the first series among them, or of the first result that was made of one."""
    kinds = [frames.series_kind(each) or getattr(each, "kind", None) for each in given]
    return first_kind(kind if kind in frames.KINDS else None for kind in kinds)


def first_kind(kinds: Iterable[FrameKind | None]) -> FrameKind | None:
    """The first that is one."""
    for kind in kinds:
        if kind is not None:
            return kind
    return None


def check_missing(missing: Missing) -> None:
    """Refuse what is neither of the two."""
    check_choice("missing", missing, _MISSING)


def read_truths(values: object, *, argument: str) -> NDArray[np.float64]:
    """The numbers of one column, which may also hold truth values: 1 for true, 0 for false."""
    dtype = getattr(values, "dtype", None)
    if isinstance(dtype, np.dtype) and dtype.kind == "b":
        numbers = np.asarray(values, dtype=np.float64)
        if numbers.ndim == 1:
            return numbers
    try:
        return frames.read_numbers(values, argument=argument)
    except DataError:
        truths = _truths(values, argument)
        if truths is None:
            raise
        return truths


def _truths(values: object, argument: str) -> NDArray[np.float64] | None:
    """Truth values as numbers; None where some are something else."""
    try:
        place, found = frames.read_labels(values, argument=argument)
    except DataError:
        return None
    if not all(isinstance(value, bool | np.bool_) for value in found):
        return None
    numbers = np.array([*map(float, cast("list[bool]", found)), math.nan])
    return numbers[place]  # the place of a missing value is -1, the last one


def read_columns(
    columns: Sequence[object],
    names: Sequence[str],
    *,
    missing: Missing,
    reader: Reader = frames.read_numbers,
) -> tuple[list[NDArray[np.float64]], int]:
    """Columns of the same rows, sorted, and how many of these a missing value left out."""
    found = [reader(column, argument=name) for column, name in zip(columns, names, strict=True)]
    sizes = [len(values) for values in found]
    if len(set(sizes)) > 1:
        raise DataError(
            "The columns have different lengths.",
            received=", ".join(f"{size:,} {name}" for size, name in zip(sizes, names, strict=True)),
            allowed="one value in each for every customer, in the same order",
            do="Take them from the same rows of one frame.",
        )
    absent = np.any([np.isnan(values) for values in found], axis=0)
    _check_finite(found, names)
    if absent.any() and missing == "error":
        raise DataError(
            "Some values are missing.",
            received=f"{absent.sum():,} of {len(absent):,} rows of {' and '.join(names)}",
            allowed="a number in every place",
            do="Pass missing='drop' to leave them out and have them counted.",
        )
    if absent.all():
        raise DataError(
            "There is no value.",
            received=f"{len(absent):,} rows of {' and '.join(names)}, all without a value",
            allowed="at least one row with a value",
            do="Check the columns; for a figure without its data pass the number alone.",
        )
    kept = [values[~absent] for values in found]
    # Sums in an order of their own do not depend on that of the rows, not even in rounding.
    order = np.lexsort(kept)
    return [values[order] for values in kept], int(absent.sum())


def _check_finite(columns: Sequence[NDArray[np.float64]], names: Sequence[str]) -> None:
    for values, name in zip(columns, names, strict=True):
        endless = int((np.abs(values) > HUGE).sum())
        if endless:
            raise DataError(
                f"`{name}` has infinite values.",
                received=f"{endless:,} of {len(values):,} are infinite or beyond {HUGE:g}",
                allowed=f"finite numbers from {-HUGE:g} to {HUGE:g}",
                do="Find the division by zero that they come from.",
            )


def not_understood(name: str, given: object, allowed: str) -> KindError:
    """The error for a figure in no known form."""
    return KindError(
        f"`{name}` is no figure that can be compared.",
        received=repr(given)[:80],
        allowed=allowed,
        do="Pass it in one of these forms.",
    )
