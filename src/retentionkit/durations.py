r"""Units, grains, calendar periods, durations and discounting: one meaning each.

A **grain** says what counts as one purchase event: a customer's purchases inside one grain are
one event. A **unit** says what durations are measured in. They are independent: CDNOW is analysed
with a grain of one day and a unit of one week.

A month is 365.25/12 days and a year 365.25 days wherever a *duration* is meant; calendar months
and quarters as *grains* follow the calendar.

An effective yearly discount rate :math:`d` becomes the continuous rate
:math:`\delta = \ln(1 + d)` per 365.25 days.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any, Final, Literal, NoReturn, TypeAlias, TypeGuard, TypeVar, cast, get_args

import numpy as np

from retentionkit.arguments import check_choice, check_number
from retentionkit.errors import OptionError

__all__ = [
    "GRAINS",
    "UNITS",
    "CalendarGrain",
    "Duration",
    "Grain",
    "Moment",
    "Unit",
    "alike_windows",
    "calendar_day",
    "calendar_period",
    "continuous_rate",
    "day_number",
    "duration_in",
    "first_day",
    "grain_in",
    "moment",
    "unit_ratio",
]

Unit: TypeAlias = Literal["day", "week", "month", "year"]
CalendarGrain: TypeAlias = Literal["day", "week", "month", "quarter", "year"]
Grain: TypeAlias = Literal["hour", "day", "week", "month", "quarter"] | None
Duration: TypeAlias = float | str
#: A point in time as a caller may write it: ISO text, a date, a datetime, a numpy datetime64.
Moment: TypeAlias = str | dt.date | dt.datetime | Any

UNITS: Final[tuple[Unit, ...]] = get_args(Unit)
GRAINS: Final[tuple[Grain, ...]] = ("hour", "day", "week", "month", "quarter", None)

_YEAR: Final = 365.25
_UNIT_DAYS: Final[dict[Unit, float]] = {"day": 1.0, "week": 7.0, "month": _YEAR / 12, "year": _YEAR}
_GRAIN_DAYS: Final[dict[Grain, float]] = {
    "hour": 1 / 24,
    "day": 1.0,
    "week": 7.0,
    "month": _YEAR / 12,
    "quarter": _YEAR / 4,
    None: 1 / 86_400_000_000,  # no grain: the microsecond, which every frame can tell apart
}
_MONTHS: Final[dict[CalendarGrain, int]] = {"month": 1, "quarter": 3, "year": 12}
_DURATION: Final = re.compile(r"\s*([0-9.eE+-]+)\s*(day|week|month|year)s?\s*", re.IGNORECASE)
_ALIKE: Final = 0.1  # of the longer window
_DAY: Final = dt.timedelta(days=1)
_EPOCH: Final = dt.date(1970, 1, 1)

Days = TypeVar("Days")  # an int, an integer array or an expression over a column


def alike_windows(days: float, other: float) -> bool:
    """Whether two windows may be compared as of one length: the shorter lacks at most a tenth.

    A tenth, since calendar months are of one length to whoever asks for `"1 month"` twice, and have
    28 to 31 days; longer periods differ by less.

    Examples
    --------
    >>> alike_windows(28, 31), alike_windows(91, 90), alike_windows(365, 180)
    (True, True, False)
    """
    shorter, longer = sorted([days, other])
    return longer - shorter <= _ALIKE * longer


def unit_ratio(source: Unit, target: Unit) -> float:
    """How many `target` units one `source` unit is.

    Examples
    --------
    >>> unit_ratio("week", "day")
    7.0
    """
    return _UNIT_DAYS[source] / _UNIT_DAYS[target]


def grain_in(grain: Grain, unit: Unit) -> tuple[float, float]:
    """Length of one grain in units, as numerator and denominator.

    Kept as two numbers so that 272 days are exactly 272 / 7 weeks, not 272 times 1 / 7.

    Examples
    --------
    >>> grain_in("day", "week")
    (1.0, 7.0)
    """
    return _GRAIN_DAYS[grain], _UNIT_DAYS[unit]


def duration_in(name: str, value: Duration, unit: Unit) -> float:
    """A horizon or age in `unit`: a number is taken as it is, text such as `"12 months"` converted.

    Examples
    --------
    >>> duration_in("horizon", "39 weeks", "day")
    273.0
    >>> duration_in("horizon", 39, "week")
    39.0
    """
    if isinstance(value, dt.timedelta):
        _refuse_timedelta(name, value, unit)
    if not isinstance(value, str):
        return check_number(name, value, low=0)
    match = _DURATION.fullmatch(value)
    try:
        number = float(match[1]) if match else math.nan
    except ValueError:
        number = math.nan
    if match is None or not (math.isfinite(number) and number >= 0):
        raise OptionError(
            f"`{name}` is not a duration.",
            received=repr(value),
            allowed=_allowed(unit),
            do=f"Write the number and one of {', '.join(UNITS)}.",
        )
    return number * unit_ratio(cast("Unit", match[2].lower()), unit)


def _allowed(unit: Unit) -> str:
    return f"a number of {unit}s, or text such as '12 months', '90 days', '1.5 years'"


def _refuse_timedelta(name: str, value: dt.timedelta, unit: Unit) -> NoReturn:
    """Durations are printed, compared and saved as they were written."""
    raise OptionError(
        f"`{name}` is a timedelta, and durations are numbers or text.",
        received=repr(value),
        allowed=_allowed(unit),
        do=f"Write {name}='{value / _DAY:.12g} days'.",
    )


def continuous_rate(discount_rate: float, unit: Unit) -> float:
    r"""Continuous discount rate :math:`\delta` per `unit` for an effective yearly rate.

    Examples
    --------
    >>> round(continuous_rate(0.15, "week"), 6)
    0.002679
    """
    rate = check_number(
        "discount_rate",
        discount_rate,
        low=0,
        high=1,
        do="The rate is effective per year and a fraction: write 15 % as discount_rate=0.15.",
    )
    return math.log1p(rate) * _UNIT_DAYS[unit] / _YEAR


def moment(name: str, value: Moment) -> dt.datetime | dt.date:
    """A point in time as a date or datetime.

    A plain date stands for the whole day; ISO text without a clock time is a plain date.

    Examples
    --------
    >>> moment("as_of", "1997-09-30")
    datetime.date(1997, 9, 30)
    """
    found: object = value
    if isinstance(value, str):
        found = _from_text(value)
    elif _is_numpy_time(value):
        found = _from_numpy(value)
    if isinstance(found, dt.date) and found == found:  # noqa: PLR0124 - pandas' NaT is unequal to itself
        return found
    raise OptionError(
        f"`{name}` is not a point in time.",
        received=repr(value),
        allowed="a date, a datetime, or ISO text such as '1997-09-30'",
        do=f"Pass {name}='YYYY-MM-DD'.",
    )


def _from_text(text: str) -> dt.date | dt.datetime | None:
    for parse in (dt.date.fromisoformat, dt.datetime.fromisoformat):
        try:
            return parse(text)
        except ValueError:
            continue
    return None


def _is_numpy_time(value: object) -> TypeGuard[np.datetime64[Any]]:
    return isinstance(value, np.datetime64)


def _from_numpy(value: np.datetime64[Any]) -> object:
    day = np.datetime_data(value.dtype)[0] in {"Y", "M", "W", "D"}
    found: object = value.astype("datetime64[D]" if day else "datetime64[us]").item()
    return found  # NaT is None here


def day_number(day: dt.date) -> int:
    """Days since 1970-01-01.

    Examples
    --------
    >>> day_number(dt.date(1997, 9, 30))
    10134
    """
    return dt.date(day.year, day.month, day.day).toordinal() - _EPOCH.toordinal()


def calendar_day(number: int) -> dt.date:
    """The date with that day number.

    Examples
    --------
    >>> calendar_day(10134)
    datetime.date(1997, 9, 30)
    """
    return dt.date.fromordinal(number + _EPOCH.toordinal())


def calendar_period(days: Days, grain: CalendarGrain) -> Days:
    """Number of the calendar period that holds each day number.

    Weeks begin on Monday. Works on an integer, an integer array and a column expression alike,
    since it uses nothing but whole-number arithmetic; that is what makes every frame agree.

    Examples
    --------
    >>> calendar_period(day_number(dt.date(1997, 9, 30)), "month") == 1997 * 12 + 8
    True
    """
    check_choice("grain", grain, get_args(CalendarGrain))
    number: Any = days
    if grain == "day":
        return days
    if grain == "week":
        return (number + 3) // 7  # type: ignore[no-any-return]
    return _month_number(number) // _MONTHS[grain]  # type: ignore[no-any-return]


def _month_number(days: Any) -> Any:  # noqa: ANN401 - integers, arrays and expressions alike
    """Months since January of year 0, by counting in 400-year cycles that begin on 1 March."""
    shifted = days + 719_468
    cycle = shifted // 146_097
    day_of_cycle = shifted - cycle * 146_097
    year_of_cycle = (
        day_of_cycle - day_of_cycle // 1_460 + day_of_cycle // 36_524 - day_of_cycle // 146_096
    ) // 365
    day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle // 4 - year_of_cycle // 100)
    month_from_march = (5 * day_of_year + 2) // 153
    return 12 * (year_of_cycle + 400 * cycle) + month_from_march + 2


def first_day(period: int, grain: CalendarGrain) -> dt.date:
    """The first day of a calendar period.

    Examples
    --------
    >>> first_day(calendar_period(day_number(dt.date(1997, 9, 30)), "quarter"), "quarter")
    datetime.date(1997, 7, 1)
    """
    if grain == "day":
        return calendar_day(period)
    if grain == "week":
        return calendar_day(7 * period - 3)
    months = period * _MONTHS[grain]
    return dt.date(months // 12, months % 12 + 1, 1)
