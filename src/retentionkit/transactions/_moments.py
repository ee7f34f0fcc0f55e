"""Moments on the clock of a log."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from retentionkit.durations import day_number, moment
from retentionkit.errors import OptionError

if TYPE_CHECKING:
    from retentionkit.durations import Moment

__all__ = ["local_moment", "whole_day"]


def local_moment(name: str, value: Moment) -> dt.date | dt.datetime:
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


def whole_day(name: str, value: Moment) -> int:
    """The day number of a moment that has to be a whole day."""
    found = local_moment(name, value)
    if isinstance(found, dt.datetime) and found.time() != dt.time():
        raise OptionError(
            f"`{name}` has to be a whole day.",
            received=str(found),
            allowed="a date",
            do=f"Pass {name}='{found.date()}', or the day after it.",
        )
    return day_number(found)
