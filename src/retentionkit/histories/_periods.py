"""From a moment to the number of its grain, and from there to the bounds of windows."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, cast

from retentionkit.durations import calendar_day, calendar_period, day_number, first_day
from retentionkit.frames import LAST_DAY

if TYPE_CHECKING:
    from retentionkit.durations import CalendarGrain, Grain
    from retentionkit.transactions._log import Base

__all__ = ["base_of", "end_of", "last_day", "last_period", "window_text"]

_DAYS_END = LAST_DAY + 1  # the end of the calendar
_HOUR = 3_600_000_000


def base_of(grain: Grain) -> Base:
    """The grouped table from which a grain is made."""
    if grain == "hour":
        return "hour"
    return "instant" if grain is None else "day"


def last_period(at: dt.date | dt.datetime, grain: Grain) -> int:
    """The last grain that a moment stands for; a date stands for its whole day."""
    day = day_number(at)
    if grain is not None and grain != "hour":
        return calendar_period(day, grain)
    if isinstance(at, dt.datetime):
        midnight = dt.datetime.combine(at.date(), dt.time())
        microseconds = (at - midnight) // dt.timedelta(microseconds=1)
    else:
        microseconds = 24 * _HOUR - 1
    instant = day * 24 * _HOUR + microseconds
    return instant if grain is None else instant // _HOUR


def end_of(period: int, grain: Grain) -> int:
    """The end of a grain, exclusive: a day number, or an hour or instant."""
    if grain is None or grain in {"hour", "day"}:
        return period + 1
    try:
        return day_number(first_day(period + 1, cast("CalendarGrain", grain)))
    except ValueError:
        return _DAYS_END


def last_day(period: int, grain: Grain) -> dt.date:
    """The last day of an hour or calendar grain."""
    if grain == "hour":
        return calendar_day(period // 24)
    return calendar_day(end_of(period, grain) - 1)


def window_text(first: dt.date, as_of: dt.date, period: int, grain: Grain) -> str:
    """The window as [start, as_of + 1 grain)."""
    if grain is None or grain == "hour":
        return f"[{first}, {as_of} inclusive]"
    end = end_of(period, grain)
    return f"[{first}, {calendar_day(end) if end < _DAYS_END else '10000-01-01'})"
