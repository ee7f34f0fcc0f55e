"""Limits and units of service: minutes and hours beside the durations of everything else."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

import numpy as np

from retentionkit.arguments import check_choice, check_number
from retentionkit.durations import duration_in
from retentionkit.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.durations import Duration

__all__ = [
    "DAY",
    "TimeUnit",
    "check_unit",
    "limit_in_microseconds",
    "microseconds_of",
    "said",
    "spans_in_microseconds",
]

#: What waits are measured in.
TimeUnit: TypeAlias = Literal["second", "minute", "hour", "day", "week"]

DAY: Final = 86_400_000_000
_MICROSECONDS: Final[Mapping[TimeUnit, int]] = {
    "second": 1_000_000,
    "minute": 60_000_000,
    "hour": 3_600_000_000,
    "day": DAY,
    "week": 7 * DAY,
}
_SHORT: Final = re.compile(r"\s*([0-9]*\.?[0-9]+)\s*(second|minute|hour)s?\s*", re.IGNORECASE)
_ALLOWED: Final = "text such as '15 minutes', '1 hour', '24 hours', '3 days'"


def check_unit(unit: TimeUnit) -> TimeUnit:
    """The unit, if it is one."""
    return check_choice("unit", unit, get_args(TimeUnit))


def microseconds_of(unit: TimeUnit) -> int:
    """How many microseconds a unit has.

    Examples
    --------
    >>> microseconds_of("minute")
    60000000
    """
    return _MICROSECONDS[unit]


def limit_in_microseconds(name: str, value: Duration, unit: TimeUnit | None = None) -> float:
    """A limit in whole microseconds; a bare number is one of `unit`, if the caller stated it.

    Examples
    --------
    >>> limit_in_microseconds("response", "1 hour"), limit_in_microseconds("response", 5, "second")
    (3600000000, 5000000)
    """
    if not isinstance(value, str):
        if unit is None:
            raise _no_limit(name, value)
        return round(check_number(name, value, low=0, open_low=True) * _MICROSECONDS[unit])
    match = _SHORT.fullmatch(value)
    if match is not None:
        short: TimeUnit = match[2].lower()  # type: ignore[assignment]
        found = float(match[1]) * _MICROSECONDS[short]
    else:
        try:
            found = duration_in(name, value, "day") * DAY
        except OptionError:
            raise _no_limit(name, value) from None
    if not found > 0:
        raise _no_limit(name, value)
    return round(found)


def spans_in_microseconds(values: object) -> NDArray[np.float64] | None:
    """A column of timedeltas in microseconds, NaN where one is missing; None if it holds others.

    Examples
    --------
    >>> spans_in_microseconds([dt.timedelta(seconds=3), None])
    array([3000000.,      nan])
    """
    listed = isinstance(values, list | tuple)
    spans: Any = np.asarray(values, dtype=object if listed else None)
    if spans.ndim == 1 and spans.dtype.kind == "m":
        return np.asarray(spans / np.timedelta64(1, "us"), dtype=np.float64)
    if spans.ndim != 1 or spans.dtype != object:
        return None
    present = [span is not None and span == span for span in spans]  # noqa: PLR0124 - missing
    if not any(present) or not all(isinstance(span, dt.timedelta) for span in spans[present]):
        return None
    found = np.full(len(spans), np.nan)
    found[present] = [span / dt.timedelta(microseconds=1) for span in spans[present]]
    return found


def said(value: Duration, unit: TimeUnit | None = None) -> str:
    """A limit as it was written.

    Examples
    --------
    >>> said("1 hour"), said(15, "minute")
    ('1 hour', '15 minutes')
    """
    if isinstance(value, str):
        return value.strip()
    return f"{value:g} {unit}{'' if value == 1 else 's'}"


def _no_limit(name: str, value: object) -> OptionError:
    return OptionError(
        f"`{name}` is not a limit in time.",
        received=repr(value),
        allowed=_ALLOWED,
        do="Write a positive number and one of seconds, minutes, hours, days, weeks, months.",
    )
