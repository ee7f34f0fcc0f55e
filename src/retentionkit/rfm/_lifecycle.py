r"""Where in its life is each customer: new, regular, active, dormant, lost or back again?

On the day :math:`e` of `as_of`, with :math:`p_1 < \dots < p_m` the days of a customer's orders, the
first of these that holds:

====================  =====================================================================
lost                  dormant, and :math:`e - p_m` is more than `lost_after`
dormant               :math:`e - p_m` is more than `dormant_after`
new                   :math:`p_1` lies in the last `new_within`, and is not the first day of the log
returned              a silence of more than `dormant_after` ended in the last `returned_within`
regular               enough orders in the last days of a rule
active                none of these
====================  =====================================================================

"The last" N days are the N whole days that end with `as_of`, as a window of `measure` is:
half-open, :math:`[e + 1 - N, e + 1)`.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from retentionkit._texts import counted
from retentionkit.activity import (
    OwnGap,
    Patience,
    check_longer,
    order_days,
    own_limits,
    said,
    silences,
    whole_days,
)
from retentionkit.arguments import check_whole
from retentionkit.durations import Duration, calendar_day, day_number
from retentionkit.errors import OptionError
from retentionkit.rfm._measure import measured
from retentionkit.rfm._segments import UNASSIGNED, Segments, make_segments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from retentionkit.activity import OrderDays, Silences
    from retentionkit.durations import Moment
    from retentionkit.transactions import Transactions

__all__ = ["STAGES", "Frequency", "OwnGap", "lifecycle"]

#: Keys of the stages, with their labels in English and Chinese.
STAGES: Final[dict[str, tuple[str, str]]] = {
    "new": ("New", "新客户"),
    "regular": ("Regular", "常客"),
    "active": ("Active", "活跃客户"),
    "dormant": ("Dormant", "沉睡客户"),
    "lost": ("Lost", "流失客户"),
    "returned": ("Returned", "回流客户"),
}
_NEW, _REGULAR, _ACTIVE, _DORMANT, _LOST, _RETURNED = range(len(STAGES))

#: At least so many orders in the last days of some duration.
Frequency: TypeAlias = tuple[int, Duration]


def lifecycle(
    transactions: Transactions,
    *,
    as_of: Moment | None = None,
    new_within: Duration = "1 month",
    regular: Frequency | Sequence[Frequency] | None = ((6, "12 months"), (10, "1 month")),
    dormant_after: Patience = "3 months",
    lost_after: Patience = "12 months",
    returned_within: Duration = "3 months",
) -> Segments:
    """New, regular, active, dormant, lost and returned customers.

    Parameters
    ----------
    transactions
        The log, or one part of it.
    as_of
        The last day counted, inclusive. Default: the last day of observation. Later rows are set
        aside in the ledger. Warned of as in `measure`: behind the end of the log all are silent.
    new_within
        How far back a new customer's first order lies at most. A customer who is there on the
        first day of the log may have come at any time before, and is never new.
    regular
        How many orders in which time make a regular customer, such as `(6, "12 months")`, or
        several such rules, of which any suffices; None for no regulars.
    dormant_after
        The silence that is waited out: a duration, or `OwnGap(3)` for three times the customer's
        own median gap. A silence of exactly that length is not yet dormant.
    lost_after
        The silence after which a dormant customer is lost. It must be longer than `dormant_after`.
    returned_within
        How far back a return lies at most: an order after a silence of more than `dormant_after`.
        With `OwnGap`, the gap is the one known at that order.

    Returns
    -------
    Segments
        The stage of each customer, beside the measures of the same day. Customers who only sent
        goods back stand apart.

    Raises
    ------
    OptionError
        A duration or a rule is none, or `lost_after` is not longer than `dormant_after`.
    DataError
        Nobody bought up to `as_of`.
    KindError
        `transactions` is something else.

    Notes
    -----
    The first stage that holds is taken, in the order lost, dormant, new, returned, regular,
    active. A duration is a number of days (12 means 12 days), or text such as `"3 months"`, with
    365.25/12 days per month. "Within" and the windows of the rules are the
    last whole days of that length, `as_of` included, as in `measure`; silences are compared with
    the exact length: 91 days are not more than 3 months, 92 are.

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> stages = rk.rfm.lifecycle(log, as_of="1998-03-31")
    >>> dict(zip(stages.names, stages.counts.tolist()))
    {'new': 0, 'regular': 80, 'active': 53, 'dormant': 550, 'lost': 1419, 'returned': 255}
    """
    rules = _rules(regular)
    fresh, back = (
        whole_days(name, length)
        for name, length in (("new_within", new_within), ("returned_within", returned_within))
    )
    check_longer(dormant_after, lost_after)
    table = measured(transactions, as_of)
    end = day_number(table.as_of) + 1
    days = order_days(
        transactions.part,
        start=day_number(table.first),
        end=end,
        before=f"before {table.first}",
        after=f"after as_of {table.as_of}",
    )
    silence = silences(days, dormant_after, since=end - back)
    recent = days.first >= end - fresh
    # Whoever is there on the first day may have come at any time before.
    unknown = recent & (days.first == day_number(transactions.observed_from))
    stage = _stage(
        days,
        end,
        silence,
        lost_after=own_limits("lost_after", days, lost_after),
        new=recent & ~unknown,
        regular=_often(days, end, rules),
    )
    position = np.full(len(table), UNASSIGNED)
    position[~table.refund_only] = stage
    found = make_segments(
        table,
        position,
        names=tuple(STAGES),
        english=tuple(english for english, _ in STAGES.values()),
        chinese=tuple(chinese for _, chinese in STAGES.values()),
        definition=_definition(new_within, rules, dormant_after, lost_after, returned_within)
        + _notes(days, end, rules, unknown, silence),
    )
    return dataclasses.replace(found, by_window=False)


def _stage(
    days: OrderDays,
    end: int,
    silence: Silences,
    *,
    lost_after: NDArray[np.float64],
    new: NDArray[np.bool_],
    regular: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """The first stage that holds for each customer."""
    since = end - 1 - days.last
    dormant = since > silence.limit
    lost = dormant & (since > lost_after)
    conditions = [lost, dormant, new, silence.returned, regular]
    stages = [_LOST, _DORMANT, _NEW, _RETURNED, _REGULAR]
    return np.select(conditions, stages, _ACTIVE).astype(np.int64)


def _often(days: OrderDays, end: int, rules: Sequence[Frequency]) -> NDArray[np.bool_]:
    """Who has enough orders by any of the rules."""
    found = np.zeros(len(days.counts), dtype=bool)
    for number, length in rules:
        found |= days.orders_since(end - whole_days("regular", length)) >= number
    return found


def _rules(regular: object) -> list[Frequency]:
    """The rules of frequency, one or several."""
    rules = [] if regular is None else _pairs(regular)
    for number, length in rules:
        check_whole("regular", number, low=1, do="Pass how many orders make a regular.")
        whole_days("regular", length)
    return rules


def _pairs(regular: Any) -> list[Frequency]:  # noqa: ANN401 - whatever a caller passes
    try:
        one = not isinstance(regular[0], str | tuple | list) if len(regular) else False
        return [(number, length) for number, length in ([regular] if one else regular)]
    except (TypeError, ValueError, KeyError):
        raise OptionError(
            "`regular` is no rule of frequency.",
            received=repr(regular),
            allowed="a pair of orders and duration, a list of such pairs, or None",
            do='Write regular=(6, "12 months") for at least six orders in the last 12 months.',
        ) from None


def _definition(
    new_within: Duration,
    rules: Sequence[Frequency],
    dormant_after: Patience,
    lost_after: Patience,
    returned_within: Duration,
) -> str:
    often = " or ".join(f"{number} in the last {said(length)}" for number, length in rules)
    regular = f", regular (at least this many orders: {often})" if rules else ""
    return (
        f"The first that holds of lost (dormant, and no order for more than {said(lost_after)}), "
        f"dormant (no order for more than {said(dormant_after)}), "
        f"new (first order in the last {said(new_within)}), "
        f"returned (an order in the last {said(returned_within)} ended such a silence)"
        f"{regular}; else active."
    )


def _notes(
    days: OrderDays,
    end: int,
    rules: Sequence[Frequency],
    unknown: NDArray[np.bool_],
    silence: Silences,
) -> str:
    """What to know of these customers."""
    notes: list[str] = []
    if unknown.any():
        notes.append(
            "Not new, since it is not known when they came: "
            f"{counted(int(unknown.sum()), 'customer')} who ordered on the first day of the log."
        )
    if silence.own is not None:
        people = counted(len(silence.own), "customer")
        notes.append(f"With a gap of their own: {silence.own.sum():,} of {people}.")
    first = int(days.first.min())
    short = [length for _, length in rules if end - whole_days("regular", length) < first]
    if short:
        notes.append(
            f"The log has no order before {calendar_day(first)} and does not hold all of the last "
            f"{said(short[0])}."
        )
    return "".join(f" {note}" for note in notes)
