"""The day by which a goal is to be reached."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import TYPE_CHECKING, Final

from retentionkit.durations import calendar_day, day_number, moment
from retentionkit.errors import OptionError
from retentionkit.frames import LAST_DAY

if TYPE_CHECKING:
    from retentionkit.durations import Moment

__all__ = ["read_deadline"]

_TIME: Final = re.compile(r"\s*(\d+)\s*(day|week|month|year)s?\s*", re.IGNORECASE)


def read_deadline(deadline: Moment, start: int) -> int:
    """The day number of the deadline; calendar months from the first date on."""
    match = _TIME.fullmatch(deadline) if isinstance(deadline, str) else None
    end = _later(start, int(match[1]), match[2].lower()) if match else _date(deadline)
    if end > start:
        return end
    raise OptionError(
        "The deadline does not lie after the first figure.",
        received=f"deadline={str(calendar_day(end))!r}, first figure on {calendar_day(start)}",
        allowed="a later date, or a time such as '12 months'",
        do="Check the years of both.",
    )


def _date(deadline: Moment) -> int:
    try:
        return day_number(moment("deadline", deadline))
    except OptionError:
        raise OptionError(
            "`deadline` is neither a date nor a time.",
            received=repr(deadline),
            allowed="a date, ISO text such as '2026-01-31', or a time from the first figure on: "
            "whole days, weeks, months or years, such as '12 months'",
            do="Write '18 months' for a year and a half, '6 months' for two quarters.",
        ) from None


def _later(start: int, number: int, unit: str) -> int:
    if unit in {"day", "week"}:
        end = start + number * (7 if unit == "week" else 1)
    else:
        day = calendar_day(start)
        months = day.year * 12 + day.month - 1 + number * (12 if unit == "year" else 1)
        year, month = months // 12, months % 12 + 1
        if year > dt.MAXYEAR:
            raise _too_late(number, unit)
        last = calendar.monthrange(year, month)[1]
        end = day_number(dt.date(year, month, min(day.day, last)))
    if end > LAST_DAY:
        raise _too_late(number, unit)
    return end


def _too_late(number: int, unit: str) -> OptionError:
    return OptionError(
        "The deadline lies beyond the calendar.",
        received=f"deadline='{number} {unit}s'",
        allowed="a day before the year 10000",
        do="Pass a time such as '12 months', or a date.",
    )
