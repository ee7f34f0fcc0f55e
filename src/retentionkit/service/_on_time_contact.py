r"""Were customers contacted in time: soon after they ordered, and before they leave?

A contact is in time if it comes no later than a stated time after the order, and no later than a
stated time before the trip. Who was not contacted is missed once the limit has passed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np

from retentionkit import frames
from retentionkit.arguments import check_choice, check_confidence
from retentionkit.errors import DataError, OptionError
from retentionkit.service._attainment import leaning
from retentionkit.service._cases import invalid_rows, read_groups, refuse_unused, set_apart
from retentionkit.service._clocks import read_clocks
from retentionkit.service._limits import DAY, limit_in_microseconds, said
from retentionkit.service._promises import COLUMNS, Attainment, check_by, promise_of
from retentionkit.service._waits import State, Waits, combined, states

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from retentionkit.durations import Duration, Moment
    from retentionkit.frames import Frame
    from retentionkit.service._cases import Treatment
    from retentionkit.service._clocks import Clock, Clocks
    from retentionkit.service._promises import Denominator

__all__ = ["on_time_contact"]

#: Whether days are those of the calendar, or 24 hours each.
Days: TypeAlias = Literal["calendar", "hours"]


def on_time_contact(
    frame: Frame,
    *,
    ordered: str = "ordered",
    contacted: str = "contacted",
    trip: str | None = None,
    reminded: str | None = None,
    after: Duration = "3 days",
    before: Duration = "1 day",
    days: Days = "calendar",
    as_of: Moment | None = None,
    by: str | None = None,
    denominator: Denominator = "known",
    time_zone: str | None = None,
    missing: Treatment = "error",
    invalid: Treatment = "error",
    confidence: float = 0.95,
) -> Attainment:
    """Share of orders that were followed by a contact soon enough, and before the trip.

    Parameters
    ----------
    frame
        One row for each order.
    ordered, contacted
        Columns of the order and of the contact; a contact that is missing has not happened.
    trip
        Column of the trip, or of whatever the contact must precede. Without it only the first rule
        is held.
    reminded
        Column of a second contact, to which the rule of the trip applies. Default: `contacted`.
    after
        How long after the order the contact may come at the latest.
    before
        How long before the trip it must come at the latest.
    days
        `"calendar"`: a contact on Thursday at any hour is three days after an order on Monday;
        `"hours"`: days of 24 hours, on the clock.
    as_of
        The moment up to which all is known; a date counts to its end. Default: the last order or
        contact, of dates the end of the last. Later orders are set aside, later contacts have not
        happened.
    by
        Column of groups.
    denominator
        `"known"`: the share of all orders of which it is known; `"due"`: only of those whose limit
        has passed, whether or not there was a contact.
    time_zone
        The zone in which days are counted; needed where the columns have a zone and `days` are
        those of the calendar.
    missing
        Rows without an order, or without a trip where there is a column of trips: `"error"`, or
        `"drop"` to set them aside and count them.
    invalid
        Contacts or trips before the order: `"error"` or `"drop"`.
    confidence
        Level of the intervals.

    Returns
    -------
    Attainment
        Measures `"after order"`, and with `trip` `"before trip"` and `"both"`; shares with Wilson
        intervals.

    Raises
    ------
    DataError
        An order or a trip is missing, or time runs backward.
    OptionError
        A limit is not one, or no whole number of days where days are those of the calendar.

    Notes
    -----
    An order that comes too late for a contact before the trip is not held to that rule: its row is
    in `"after order"` only. A limit passes at the end of its day, or at its moment.

    Examples
    --------
    >>> import pandas as pd
    >>> import retentionkit as rk
    >>> orders = pd.DataFrame(
    ...     {
    ...         "ordered": pd.to_datetime(["2026-03-02", "2026-03-02", "2026-03-09"]),
    ...         "contacted": pd.to_datetime(["2026-03-05", None, None]),
    ...     }
    ... )
    >>> found = rk.service.on_time_contact(orders, as_of="2026-03-10")
    >>> promise = found.promise("after order")
    >>> promise.in_time, promise.overdue, promise.pending
    (1, 1, 1)
    """
    level = check_confidence(confidence)
    check_choice("days", days, ("calendar", "hours"))
    check_choice("denominator", denominator, ("known", "due"))
    check_choice("missing", missing, ("error", "drop"))
    check_choice("invalid", invalid, ("error", "drop"))
    rule = _Rule(_limit("after", after, days), _limit("before", before, days), days)
    check_by(by, COLUMNS, ())
    if trip is None:
        refuse_unused("without trip=", {"before": before, "reminded": reminded}, before="1 day")
    names = {"ordered": ordered, "contacted": contacted, "trip": trip, "reminded": reminded}
    clocks = read_clocks(
        frame,
        {name: column for name, column in names.items() if column is not None},
        as_of=as_of,
        time_zone=time_zone,
        horizon=("ordered", "contacted", *(["reminded"] if reminded is not None else [])),
    )
    _check_zone(clocks, days, time_zone)
    used, aside = _used(clocks, rule, missing, invalid)
    stood = _stood(clocks, rule, due=denominator == "due")
    definition = _definition(rule, clocks, said(after), said(before), denominator)
    promises = [
        promise_of(label, measure, found[used][some], definition=definition, confidence=level)
        for label, some in read_groups(frame, by, used).masks()
        for measure, found in stood.items()
    ]
    late_orders = 0 if trip is None else int((stood["both"][used] == State.OUTSIDE).sum())
    return Attainment(
        promises=tuple(promises),
        by=by,
        unit="day",
        levels=(),
        reasons=aside,
        notes=(*_late(late_orders), *leaning(promises, denominator)),
        definition=definition,
        kind=frames.kind_of(frame),
    )


class _Rule(NamedTuple):
    """Limits in days of the calendar or in microseconds."""

    after: float
    before: float
    days: Days

    def of(self, clock: Clock) -> NDArray[np.int64]:
        """The places of a column on the axis of the rule."""
        return clock.days if self.days == "calendar" else clock.instants

    def now(self, clocks: Clocks) -> int:
        """The last place that is over: on the morning of a day there may still be a contact."""
        return clocks.last_day if self.days == "calendar" else clocks.now


def _limit(name: str, value: Duration, days: Days) -> float:
    found = limit_in_microseconds(name, value)
    if days == "hours":
        return found
    if found % DAY:
        raise OptionError(
            f"`{name}` is no whole number of days.",
            received=repr(value),
            allowed="whole days with days='calendar'",
            do="Pass days='hours' to measure on the clock.",
        )
    return found / DAY


def _check_zone(clocks: Clocks, days: Days, time_zone: str | None) -> None:
    """Days of the calendar are those of one zone, which columns may not share."""
    if days == "calendar" and clocks.zoned and time_zone is None:
        raise OptionError(
            "The columns have a time zone, and nothing says in which one days are counted.",
            received="days='calendar', time_zone=None",
            allowed="time_zone= with days='calendar', or days='hours'",
            do="Pass the zone of the customers or of the office, such as 'Asia/Shanghai'.",
        )


def _used(
    clocks: Clocks, rule: _Rule, missing: Treatment, invalid: Treatment
) -> tuple[NDArray[np.bool_], Mapping[str, int]]:
    """Rows with an order by now, and nothing before it."""
    order = clocks["ordered"]
    aside: dict[str, NDArray[np.bool_]] = {}
    for name in ("ordered", "trip"):
        if name in clocks.columns:
            absent = clocks[name].missing
            if absent.any() and missing == "error":
                raise DataError(
                    f"Some rows have no point in time in `{name}`.",
                    received=f"{absent.sum():,} of {len(absent):,} rows",
                    allowed="one in every row",
                    do="Pass missing='drop' to set these rows aside and count them.",
                )
            aside[f"without `{name}`"] = absent
    aside[f"ordered after {clocks.said}"] = ~order.missing & (order.instants > clocks.now)
    for name in ("contacted", "trip", "reminded"):
        if name in clocks.columns:
            other = clocks[name]
            both = ~(other.missing | order.missing)
            wrong = both & (rule.of(other) < rule.of(order))
            invalid_rows(wrong, f"{name} before ordered", invalid)
            aside[f"{name} before ordered"] = wrong
    return set_apart(aside)


def _stood(clocks: Clocks, rule: _Rule, *, due: bool) -> dict[str, NDArray[np.int64]]:
    """Where each row stands towards each rule."""
    order = rule.of(clocks["ordered"])
    contact = clocks["contacted"]
    first = states(_waits(contact, order, rule, clocks), rule.after, due=due)
    if "trip" not in clocks.columns:
        return {"after order": first}
    reminder = clocks.columns.get("reminded", contact)
    limit = rule.of(clocks["trip"]) - rule.before - order
    second = states(_waits(reminder, order, rule, clocks), limit.astype(np.float64), due=due)
    second[limit < 0] = State.OUTSIDE
    return {"after order": first, "before trip": second, "both": combined(first, second)}


def _waits(contact: Clock, order: NDArray[np.int64], rule: _Rule, clocks: Clocks) -> Waits:
    done = ~contact.missing & (contact.instants <= clocks.now)
    age = rule.now(clocks) - order
    lasted = np.where(done, rule.of(contact) - order, age).astype(np.float64)
    return Waits(lasted, done, age.astype(np.float64))


def _late(orders: int) -> Iterator[str]:
    """Which orders could not be in time."""
    if orders:
        yield (
            f"{orders:,} ordered too late for a contact before the trip: not held to that rule, "
            "and not in `both`."
        )


def _definition(
    rule: _Rule, clocks: Clocks, after: str, before: str, denominator: Denominator
) -> str:
    those = "of which that is known" if denominator == "known" else "whose limit has passed"
    of = "days of the calendar" if rule.days == "calendar" else "time on the clock"
    trip = f", and at least {before} before the trip" if "trip" in clocks.columns else ""
    return (
        f"Contact at most {after} after the order{trip} ({of}), over orders {those} "
        f"as of {clocks.said}; without a contact an order is missed once the limit has passed."
    )
