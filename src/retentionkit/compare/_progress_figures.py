"""A figure at several dates: read from two columns or a frame, checked, sorted."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from retentionkit import frames
from retentionkit.arguments import check_choice
from retentionkit.durations import calendar_day, day_number, moment
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
    dates: Any,  # noqa: ANN401 - as above
    value: str,
    extra: Any,  # noqa: ANN401 - as above
    name: str,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64] | None, FrameKind | None]:
    """Days, figures, and n or standard errors."""
    kind = _frame_kind(values)
    named = ("values", "dates", name)
    if kind is not None:
        named = (value, dates, extra)
        wanted = {"value": Wanted(value, "value", "any"), "when": Wanted(dates, "dates", "any")}
        if extra is not None:
            wanted["extra"] = Wanted(extra, name, "any")
        frames.read(values, wanted)  # refuses columns that there are not
        extra = None if extra is None else values[extra]
        values, dates = values[value], values[dates]
    days = _days(dates, str(named[1]))
    figures = frames.read_numbers(values, argument=str(named[0]))
    more = None if extra is None else frames.read_numbers(extra, argument=str(named[2]))
    sizes = [len(figures), len(days), len(figures if more is None else more)]
    if len(set(sizes)) > 1:
        raise DataError(
            "The columns are not of one length.",
            received=f"{sizes[0]:,} values, {sizes[1]:,} dates, {sizes[2]:,} n or errors",
            allowed="one date, and one n or standard error if any, for each value",
            do="Take them from the same rows.",
        )
    return days, figures, more, kind or frames.series_kind(values)


def _frame_kind(values: object) -> FrameKind | None:
    """The kind of a frame; None for a column. A frame that is not there yet is refused."""
    try:
        return frames.kind_of(values)
    except KindError:
        if hasattr(values, "collect"):
            raise
        return None


def _days(dates: object, name: str) -> NDArray[np.int64]:
    """Day numbers of dates, or of ISO text in a series as in a list."""
    try:
        return frames.read_days(dates, argument=name)
    except DataError:
        text = _of_text(dates, name)
        if text is None:
            raise
        return text


def _of_text(dates: object, name: str) -> NDArray[np.int64] | None:
    """Day numbers of text; None where some of it is something else."""
    try:
        place, found = frames.read_labels(dates, argument=name)
    except DataError:
        return None
    if not found or not all(isinstance(each, str) for each in found):
        return None
    if (place < 0).any():
        raise DataError(
            f"`{name}` has missing dates.",
            received=f"{(place < 0).sum():,} of {len(place):,}",
            allowed="a date in every place",
            do="Drop the missing ones first.",
        )
    days = np.array([day_number(moment(name, each)) for each in found], dtype=np.int64)
    return np.asarray(days[place])


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
