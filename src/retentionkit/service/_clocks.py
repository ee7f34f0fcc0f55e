"""Points in time out of a frame: when they were, on which day, and whether they have a zone."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit import frames
from retentionkit.durations import day_number, moment
from retentionkit.errors import DataError, OptionError
from retentionkit.frames import Wanted
from retentionkit.service._limits import DAY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.durations import Moment
    from retentionkit.frames import Frame

__all__ = ["Clock", "Clocks", "read_clocks"]

_EPOCH: Final = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - naive as the clocks are


@dataclasses.dataclass(frozen=True, slots=True)
class Clock:
    """One column of points in time.

    Attributes
    ----------
    instants
        Microseconds since 1970-01-01, in UTC if the column has a zone; 0 where missing.
    days
        Day numbers on the local clock; 0 where missing.
    missing
        Where there is none.
    zoned
        Whether the column has a time zone; None where nothing is in it.
    dates
        Whether all points in time are at midnight on the local clock.
    """

    instants: NDArray[np.int64]
    days: NDArray[np.int64]
    missing: NDArray[np.bool_]
    zoned: bool | None
    dates: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Clocks:
    """Several columns of one frame on one clock, and the moment up to which they are known.

    Attributes
    ----------
    columns
        The columns by argument.
    now
        The last microsecond that counts.
    last_day
        The last day that is over by then.
    said
        The same in words.
    zoned
        Whether the columns have time zones.
    """

    columns: Mapping[str, Clock]
    now: int
    last_day: int
    said: str
    zoned: bool

    @property
    def dates_only(self) -> bool:
        """Whether all points in time are at midnight."""
        return all(clock.dates for clock in self.columns.values())

    def __getitem__(self, argument: str) -> Clock:
        """One column."""
        return self.columns[argument]


def read_clocks(
    frame: Frame,
    names: Mapping[str, object],
    *,
    as_of: Moment | None,
    time_zone: str | None,
    horizon: tuple[str, ...] | None = None,
) -> Clocks:
    """Columns by argument, all with a time zone or all without.

    Without `as_of` all is known up to the last of the columns in `horizon` (default: all), and if
    these are dates up to the end of the last.
    """
    found = {name: _clock(frame, column, name, time_zone) for name, column in names.items()}
    zones = {clock.zoned for clock in found.values()} - {None}
    if len(zones) > 1:
        said = [f"{names[name]!r} {'with' if c.zoned else 'without'}" for name, c in found.items()]
        raise DataError(
            "Some columns have a time zone and some have none.",
            received=", ".join(said),
            allowed="all with a zone, or all without",
            do="Give the clock times without a zone their own first (tz_localize).",
        )
    zoned = True in zones
    if as_of is not None:
        now, last_day = _known_until(as_of, zoned=zoned, time_zone=time_zone)
        return Clocks(found, now, last_day, str(as_of), zoned)
    known = [found[name] for name in horizon or tuple(found)]
    now = max((int(c.instants[~c.missing].max()) for c in known if not c.missing.all()), default=0)
    today = max((int(c.days[~c.missing].max()) for c in known if not c.missing.all()), default=0)
    if all(clock.dates for clock in known):
        date = _EPOCH + dt.timedelta(days=today)
        return Clocks(found, now + DAY - 1, today, f"{date:%Y-%m-%d}", zoned)
    last = _EPOCH + dt.timedelta(microseconds=now)
    clock = f"{last:%Y-%m-%d %H:%M}{' UTC' if zoned else ''}"
    return Clocks(found, now, today - 1, clock, zoned)


def _clock(frame: Frame, column: object, argument: str, time_zone: str | None) -> Clock:
    wanted = {"when": Wanted(column, argument, "any")}
    absent = frames.read(frame, wanted).missing("when")
    if len(absent) == 0:
        raise DataError(
            "The frame has no rows.",
            received="0 rows",
            allowed="at least one",
            do="Check the filter or the file that the frame came from.",
        )
    if absent.all():  # a column of nothing has no type that means anything
        nothing = np.zeros(len(absent), dtype=np.int64)
        return Clock(nothing, nothing, absent, None, dates=True)
    wanted = {"when": Wanted(column, argument, "moment")}
    try:
        table, zoned = frames.read(frame, wanted, time_zone="UTC"), True
    except OptionError:  # no zone to convert from
        table, zoned = frames.read(frame, wanted), False
    missing = table.missing("when")
    instants = _filled(table, missing, frames.instant("when", "day"))
    if not zoned and time_zone is not None:
        frames.read(frame, wanted, time_zone=time_zone)  # refused: no zone to convert from
    local = frames.read(frame, wanted, time_zone=time_zone) if zoned else table
    days = _filled(local, missing, frames.column("day"))
    clock = _filled(local, missing, frames.instant("when", "day")) - DAY * days
    return Clock(instants, days, missing, zoned, dates=not clock.any())


def _filled(table: Any, missing: NDArray[np.bool_], values: Any) -> NDArray[np.int64]:  # noqa: ANN401
    """The values of a column, 0 where they are missing."""
    present = table.where(~frames.column("when").is_null()).choose(values=values).settled()
    filled = np.zeros(len(missing), dtype=np.int64)
    filled[~missing] = present.arrays("values")[0]
    return filled


def _known_until(as_of: Moment, *, zoned: bool, time_zone: str | None) -> tuple[int, int]:
    """The last microsecond that counts and the last day that is over by then.

    A plain date counts to its end.
    """
    found = moment("as_of", as_of)
    local = found if isinstance(found, dt.datetime) else dt.datetime.combine(found, dt.time.max)
    if zoned and local.tzinfo is None and time_zone is None:
        raise _whose_clock(as_of)
    if zoned and time_zone is not None:
        import zoneinfo  # noqa: PLC0415 - seldom needed

        zone = zoneinfo.ZoneInfo(time_zone)
        local = local.astimezone(zone) if local.tzinfo else local.replace(tzinfo=zone)
    last_day = day_number(local) - (local.time() < dt.time.max)
    if not zoned and local.tzinfo is not None:
        raise OptionError(
            "`as_of` has a time zone and the columns have none.",
            received=repr(as_of),
            allowed="a date or datetime on the clock of the columns",
            do=f"Pass as_of='{local:%Y-%m-%d %H:%M}' if that is the same clock.",
        )
    if zoned:
        local = local.astimezone(dt.UTC).replace(tzinfo=None)
    return (local - _EPOCH) // dt.timedelta(microseconds=1), last_day


def _whose_clock(as_of: Moment) -> OptionError:
    return OptionError(
        "The columns have a time zone and `as_of` has none.",
        received=f"as_of={as_of!r}",
        allowed="a datetime with a zone, or time_zone= to say whose clock is meant",
        do="Pass time_zone='Europe/Berlin', or the zone that the days are counted in.",
    )
