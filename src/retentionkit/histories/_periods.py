"""From a moment to the number of its grain, and from there to the bounds of windows."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from retentionkit.durations import calendar_day, calendar_period, day_number, first_day, moment
from retentionkit.errors import OptionError

if TYPE_CHECKING:
    from retentionkit.durations import Grain, Moment
    from retentionkit.transactions._log import Base

__all__ = ["base_of", "end_of", "last_period", "point", "window_text"]

_DAYS_END = 2_932_897  # 1 January 10000: the end of the calendar
_HOUR = 3_600_000_000


def base_of(grain: Grain) -> Base:
    """The grouped table from which a grain is made."""
    if grain == "hour":
        return "hour"
    return "instant" if grain is None else "day"


def point(name: str, value: Moment) -> dt.date | dt.datetime:
    """A naive date or datetime."""
    found = moment(name, value)
    if isinstance(found, dt.datetime) and found.tzinfo is not None:
        raise OptionError(
            f"`{name}` has a time zone.",
            received=str(found),
            allowed="a date or datetime on the clock of the log, without a zone",
            do=f"Pass {name} as the local date, for instance '{found.date()}'.",
        )
    return found


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
        return day_number(first_day(period + 1, grain))
    except ValueError:
        return _DAYS_END


def window_text(first: dt.date, as_of: dt.date, period: int, grain: Grain) -> str:
    """The window as [start, as_of + 1 grain)."""
    if grain is None or grain == "hour":
        return f"[{first}, {as_of} inclusive]"
    end = end_of(period, grain)
    return f"[{first}, {calendar_day(end) if end < _DAYS_END else '10000-01-01'})"
