"""A figure at several dates: read from two columns or a frame, checked, sorted."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from retentionkit import frames
from retentionkit.arguments import check_choice
from retentionkit.durations import calendar_day
from retentionkit.errors import DataError, KindError, OptionError
from retentionkit.frames import Wanted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind

__all__ = ["Figures", "Treatment", "read_figures"]

#: What is done with dates that have no figure.
Treatment: TypeAlias = Literal["error", "drop"]


@dataclasses.dataclass(frozen=True, slots=True)
class Figures:
    """Figures by date, the earliest first.

    Attributes
    ----------
    days
        Day numbers, shape (k,).
    values
        Shape (k,).
    errors
        Standard errors, shape (k,), or None.
    dropped
        Dates without a figure.
    kind
        The kind of frame that they came from.
    """

    days: NDArray[np.int64]
    values: NDArray[np.float64]
    errors: NDArray[np.float64] | None
    dropped: int
    kind: FrameKind | None

    def until(self, day: int) -> Figures:
        """Those measured on that day or before."""
        some = self.days <= day
        errors = None if self.errors is None else self.errors[some]
        return dataclasses.replace(
            self, days=self.days[some], values=self.values[some], errors=errors
        )


def read_figures(
    values: object,
    dates: object,
    *,
    value: str,
    n: object,
    errors: object,
    bounds: tuple[float, float],
    missing: Treatment,
) -> Figures:
    """The figures, once those that cannot be used are refused or counted."""
    check_choice("missing", missing, ("error", "drop"))
    if n is not None and errors is not None:
        raise OptionError(
            "`n` and `standard_errors` say the same thing twice.",
            received="n= and standard_errors=",
            allowed="one of them, or neither",
            do="Leave out n, which would only be used to make standard errors of shares.",
        )
    more, name = (n, "n") if errors is None else (errors, "standard_errors")
    days, figures, extra, kind = _columns(values, dates, value, more, name)
    absent = np.isnan(figures)
    if absent.any() and missing == "error":
        raise DataError(
            "Some dates have no figure.",
            received=f"{absent.sum():,} of {len(figures):,}, first on "
            f"{calendar_day(int(days[absent].min()))}",
            allowed="a figure for every date",
            do="Pass missing='drop' to leave these dates out and count them.",
        )
    days, figures = days[~absent], figures[~absent]
    extra = None if extra is None else extra[~absent]
    _check_values(figures, bounds)
    order = np.argsort(days, kind="stable")
    _check_dates(days[order])
    found = None if extra is None else _errors(figures, extra, bounds, shares=errors is None)
    return Figures(
        days=days[order],
        values=figures[order],
        errors=None if found is None else found[order],
        dropped=int(absent.sum()),
        kind=kind,
    )


def _columns(
    values: Any,  # noqa: ANN401 - a frame or a column
    dates: object,
    value: str,
    extra: object,
    name: str,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64] | None, FrameKind | None]:
    """Days, figures, and n or standard errors."""
    try:
        kind = frames.kind_of(values)
    except KindError:
        days = frames.read_days(dates, argument="dates")
        figures = frames.read_numbers(values, argument="values")
        more = None if extra is None else frames.read_numbers(extra, argument=name)
        sizes = [len(figures), len(days), len(figures if more is None else more)]
        if len(set(sizes)) > 1:
            raise DataError(
                "The columns are not of one length.",
                received=f"{sizes[0]:,} values, {sizes[1]:,} dates, {sizes[2]:,} n or errors",
                allowed="one date, and one n or standard error if any, for each value",
                do="Take them from the same rows.",
            ) from None
        return days, figures, more, frames.series_kind(values)
    wanted = {"value": Wanted(value, "value", "number"), "when": Wanted(dates, "dates", "moment")}
    if extra is not None:
        wanted["extra"] = Wanted(extra, name, "number")
    table = frames.read(values, wanted)
    unknown = int(np.sum(table.missing("when")))
    if unknown:
        raise DataError(
            f"Column {dates!r} has missing dates.",
            received=f"{unknown:,} of {len(table):,} rows",
            allowed="a date in every row",
            do="Drop these rows first.",
        )
    read = table.settled()
    days = np.asarray(read.arrays("day")[0], dtype=np.int64)
    numbers = [
        np.asarray(read.arrays(ours)[0], dtype=np.float64) for ours in wanted if ours != "when"
    ]
    return days, numbers[0], None if extra is None else numbers[1], kind


def _check_values(values: NDArray[np.float64], bounds: tuple[float, float]) -> None:
    if len(values) == 0:
        raise DataError(
            "There is no figure.",
            received="no value with a date",
            allowed="at least one",
            do="Pass the current figure, and better those before it.",
        )
    wrong = ~((values >= bounds[0]) & (values <= bounds[1]) & np.isfinite(values))
    if wrong.any():
        raise DataError(
            "Some figures are out of bounds.",
            received=f"{wrong.sum():,} of {len(values):,}, such as {values[wrong][0]:g}",
            allowed=f"finite numbers from {bounds[0]:g} to {bounds[1]:g}",
            do="Write 85 % as 0.85; pass bounds=(-100, 100) for an NPS, bounds=None for anything.",
        )


def _check_dates(days: NDArray[np.int64]) -> None:
    twice = days[1:][days[1:] == days[:-1]]
    if len(twice):
        raise DataError(
            "A date occurs twice.",
            received=f"{len(twice):,} times, first {calendar_day(int(twice[0]))}",
            allowed="one figure for each date",
            do="Pass one series, such as one segment; bring figures of one day together first.",
        )


def _errors(
    values: NDArray[np.float64],
    extra: NDArray[np.float64],
    bounds: tuple[float, float],
    *,
    shares: bool,
) -> NDArray[np.float64]:
    """Standard errors as given, or of shares of n."""
    name = "n" if shares else "standard_errors"
    wrong = ~(np.isfinite(extra) & (extra > 0))
    if wrong.any():
        raise DataError(
            f"Some of `{name}` are not positive numbers.",
            received=f"{wrong.sum():,} of {len(extra):,}, such as {extra[wrong][0]:g}",
            allowed="a finite positive number for each figure",
            do="Leave out the figures that have none.",
        )
    if not shares:
        return extra
    if bounds != (0, 1):
        raise OptionError(
            "`n` gives the standard errors of shares only.",
            received=f"n= with bounds={bounds}",
            allowed="n= for figures from 0 to 1",
            do="Pass standard_errors= instead.",
        )
    # Two of each kind are added, so that a share of 0 or 1 is not taken for certain.
    near = (values * extra + 2) / (extra + 4)
    return np.sqrt(near * (1 - near) / extra)
