"""Who moved from which segment to which, between two dates?

The counts, and the shares of each row, are those of `retentionkit.transitions`; here are the dates,
the windows, and which segments of the two dates are the same.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from retentionkit.durations import alike_windows, day_number
from retentionkit.errors import OptionError, warn
from retentionkit.rfm._matching import say_orders_in
from retentionkit.rfm._segment_cuts import differing
from retentionkit.rfm._segments import OUTSIDE, Segments, check_segments
from retentionkit.transitions import Labelled, Transitions, transitions

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from retentionkit.rfm._table import RFMTable

__all__ = ["Migration", "migration"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Migration(Transitions):
    """Who moved from which segment to which, made by `migration`.

    Matrices have a row for each of the k segments before and a last one, `"entered"`, for customers
    who were not there before; and a column for each segment after and a last one, `"exited"`, for
    customers who are not there any more: without an order in the second window.

    Attributes
    ----------
    names
        Keys of the segments; at the end `"unassigned"` and `"refund_only"`, if there are any.
    english, chinese
        Labels for people.
    counts
        Customers, shape (k + 1, k + 1).
    shares, low, high
        Share of the customers of a row, and its Wilson interval, shape (k + 1, k + 1); NaN for a
        row without customers. In the last row it is the share of those who entered.
    ranking
        Keys of the ranked segments, the best one first; None if there is no better and worse.
    scope
        `"all"`, or `"both"` for the customers who are there at both dates.
    confidence
        Level of the intervals.
    definition
        One sentence: shares of what, and of which windows.
    kind
        The kind of frame that the caller brought.
    before_as_of, after_as_of
        The last days counted of the two dates.
    """

    before_as_of: dt.date
    after_as_of: dt.date

    _heading: ClassVar[str] = "Migration"

    def _dates(self) -> tuple[str, str]:
        return f" as of {self.before_as_of}", f" as of {self.after_as_of}"


def migration(
    before: Segments,
    after: Segments,
    *,
    ranking: Sequence[str] | None = None,
    confidence: float = 0.95,
) -> Migration:
    """Count who moved from which segment to which between two dates, with nobody lost.

    Customers before are those who stayed, moved and exited; customers after are those who stayed,
    moved and entered.

    Parameters
    ----------
    before, after
        The same segments at two dates: the same rules, on scores whose cuts were frozen (a
        `Scorer`) or on plain measures, from windows of equal length.
    ranking
        Keys of segments, the best one first, for `upgrade_rate` and `downgrade_rate`; may hold
        `"unassigned"`. Default: the order of the segments, if they are ranked.
    confidence
        Level of the Wilson intervals.

    Returns
    -------
    Migration

    Raises
    ------
    KindError
        These are no segments.
    OptionError
        `before` is not earlier than `after`, their segments are different ones or ranked in
        different orders, or `ranking` is no ranking of them.
    DataError
        The customer ids of the two dates are of different kinds, and none is in both.

    Warns
    -----
    RetentionKitWarning
        Scores were not cut alike at the two dates, or the windows, or the days of them that the log
        covers, differ in length.

    Notes
    -----
    With scores cut anew at each date, which is warned about, the share of each score is the same by
    construction, and whoever moves up pushes another one down. Some of those at the top fall back
    by chance alone, even if nobody changes (regression to the mean): a downgrade is no proof of a
    lost customer.

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> def tiers(as_of):
    ...     table = rk.rfm.measure(log, as_of=as_of, window="6 months")
    ...     labels = ["often" if n >= 3 else "rarely" for n in table.orders]
    ...     return rk.rfm.Segments.from_labels(
    ...         table, labels, names=["often", "rarely"], ranked=True
    ...     )
    >>> moved = rk.rfm.migration(tiers("1997-07-31"), tiers("1998-01-31"))
    >>> moved.counts
    array([[  91,  120,  140],
           [  63,  251, 1201],
           [   6,   49,    0]])
    >>> moved.rate("rarely", "often").interval
    Interval(0.03264 to 0.05285, 95 %)
    """
    for part in (before, after):
        check_segments(part)
    _check_dates(before.table, after.table)
    _warn_of(before, after)
    names, labels = _shared_names(before, after, tuple(ranking or ()))
    found = transitions(
        _labelled(before, names),
        _labelled(after, names),
        names=names,
        english=labels["en"],
        chinese=labels["zh"],
        ranking=_shared_ranking(before, after) if ranking is None else ranking,
        confidence=confidence,
        labels=_windows(before.table, after.table),
        kind=after.table.kind,
    )
    fields = {field.name: getattr(found, field.name) for field in dataclasses.fields(found)}
    return Migration(**fields, before_as_of=before.table.as_of, after_as_of=after.table.as_of)


def _check_dates(before: RFMTable, after: RFMTable) -> None:
    if before.as_of >= after.as_of:
        raise OptionError(
            "`before` must be earlier than `after`.",
            received=f"before as of {before.as_of}, after as of {after.as_of}",
            allowed="segments of two dates in order",
            do="Swap them, or measure again with another as_of.",
        )


def _warn_of(before: Segments, after: Segments) -> None:
    """Warn of what moves customers although they did nothing."""
    cuts = differing(before.cuts, after.cuts)
    messages = [] if cuts is None else [_other_cuts(cuts)]
    if before.by_window or after.by_window:
        messages += _other_windows(before.table, after.table)
    for message in messages:
        warn(message)


def _other_cuts(names: tuple[str, ...]) -> str:
    what = (
        f"scores of {', '.join(names)} were not cut alike at the two dates"
        if names
        else "scores, nested or with ties spread by id, have no cuts to hold at both dates"
    )
    return (
        f"The {what}: customers move because others do, and sizes of segments hardly change. Keep "
        "the cuts: scorer = rk.rfm.Scorer.fit(table_before), and assign scorer.score(table) at "
        "both dates."
    )


def _other_windows(before: RFMTable, after: RFMTable) -> Iterator[str]:
    first, second = before.observed, after.observed
    if alike_windows(first, second):
        return
    if not alike_windows(before.window, after.window):
        yield (
            f"The windows differ in length, {before.window:,} days before and {after.window:,} "
            "after: customers had longer to buy in one of them, which moves them by itself. Pass "
            "the same window to measure at both dates, such as window='12 months'."
        )
    else:
        yield (
            f"The log covers {first:,} days of the window before and {second:,} of the one after: "
            "what happened on the others is not known, which moves customers by itself. Choose "
            "dates whose windows lie within the log, or a shorter window."
        )


def _wider(before: Segments, after: Segments) -> Segments:
    """The one of the two whose segments contain the other's; `before` if they are the same."""
    first, second = set(before.names), set(after.names)
    if first >= second:
        return before
    if first <= second:
        return after
    raise OptionError(
        "These are different segments.",
        received=f"only before: {', '.join(map(repr, sorted(first - second)))}; "
        f"only after: {', '.join(map(repr, sorted(second - first)))}",
        allowed="the same segments, or some more at one of the dates",
        do="Assign by the same rules at both dates.",
    )


def _shared_names(
    before: Segments, after: Segments, ranking: tuple[str, ...]
) -> tuple[tuple[str, ...], dict[Literal["en", "zh"], tuple[str, ...]]]:
    """Keys of the segments of both, of those outside them who occur, and their labels."""
    wider = _wider(before, after)
    counts = {
        "unassigned": before.n_unassigned + after.n_unassigned,
        "refund_only": before.n_refund_only + after.n_refund_only,
    }
    places = [at for at, key in enumerate(OUTSIDE["key"]) if counts[key] or key in ranking]
    return (*wider.names, *(OUTSIDE["key"][at] for at in places)), {
        "en": (*wider.english, *(OUTSIDE["en"][at] for at in places)),
        "zh": (*wider.chinese, *(OUTSIDE["zh"][at] for at in places)),
    }


def _shared_ranking(before: Segments, after: Segments) -> tuple[str, ...] | None:
    """The order of the segments, if both are ranked."""
    if not (before.ranked and after.ranked) or len(_wider(before, after).names) == 1:
        return None
    common = set(before.names) & set(after.names)
    orders = [[name for name in part.names if name in common] for part in (before, after)]
    if orders[0] != orders[1]:
        raise OptionError(
            "The segments are ranked in different orders at the two dates.",
            received=f"{', '.join(orders[0])} before; {', '.join(orders[1])} after",
            allowed="one order, the best segment first",
            do="Pass ranking=[...] with the best segment first.",
        )
    return _wider(before, after).names


def _labelled(part: Segments, names: tuple[str, ...]) -> Labelled:
    """Ids, and positions in the names of both dates."""
    keys = (*part.names, *reversed(OUTSIDE["key"]))  # -2 and -1 are the last two
    place = np.array([names.index(key) if key in names else -1 for key in keys])
    return Labelled(part.customer, place[part.position])


def _windows(before: RFMTable, after: RFMTable) -> str:
    """The two windows, and what they share, in words."""
    shared = day_number(before.as_of) + 1 - max(day_number(part.first) for part in (before, after))
    said = " and ".join(map(say_orders_in, (before, after)))
    return f"segments of {said}" + _sharing(shared)


def _sharing(days: int) -> str:
    return f", which share {days:,} day{'s' * (days > 1)}" if days > 0 else ""
