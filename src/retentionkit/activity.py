r"""When is a customer active, and when is silence too long?

A customer ordered on the days :math:`p_1 < \dots < p_m`, with gaps :math:`g_j = p_{j+1} - p_j`. On
the day :math:`e` the customer is dormant if

.. math:: e - p_m > L, \qquad L = D \quad\text{or}\quad L = k \,\mathrm{median}(g_1, \dots, g_{m-1})

for a fixed duration :math:`D` or for :math:`k` times the customer's own gap. The order of
:math:`p_{j+1}` is a return if :math:`g_j > L_j`, where :math:`L_j` is what was known then: the own
gap is the median of :math:`g_1, \dots, g_{j-1}`.

The medians of all beginnings of all customers come from one sort. Each customer's gaps form a
linked list in order of length; taking the latest gap out moves the median by one link at most.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import numpy as np

from retentionkit.arguments import check_number, check_whole
from retentionkit.durations import Duration, duration_in
from retentionkit.errors import OptionError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.transactions._part import Part

__all__ = [
    "OrderDays",
    "OwnGap",
    "Patience",
    "Silences",
    "check_longer",
    "order_days",
    "own_limits",
    "said",
    "silences",
    "whole_days",
]

#: Digits of a limit in days: three times a third of a day is one day.
_DIGITS: Final = 9


@dataclasses.dataclass(frozen=True, slots=True)
class OwnGap:
    """A silence measured by the customer's own rhythm: some times the median gap between orders.

    Attributes
    ----------
    times
        How many times the median gap between the customer's order days.
    otherwise
        The duration for customers with fewer than `min_gaps` gaps: days, or text such as
        `"3 months"`.
    min_gaps
        How many gaps a customer's rhythm is read from at least.
    at_least
        The shortest silence that counts, however fast the rhythm: days, or text. Three times the
        gap of a customer who comes every other day is less than a week.

    Raises
    ------
    OptionError
        A number is out of range, or `otherwise` is no duration.

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> own = rk.rfm.OwnGap(3, otherwise="6 months")
    >>> stages = rk.rfm.lifecycle(log, as_of="1998-03-31", dormant_after=own)
    >>> len(stages.customers("dormant"))
    390
    """

    times: float
    otherwise: Duration = "3 months"
    min_gaps: int = 2
    at_least: Duration = 0

    def __post_init__(self) -> None:
        """Check the numbers."""
        check_number("times", self.times, low=0, open_low=True)
        check_whole("min_gaps", self.min_gaps, low=1)
        _days("otherwise", self.otherwise)
        _days("at_least", self.at_least)


#: How long a silence is waited out: a duration, or some times the customer's own gap.
Patience: TypeAlias = Duration | OwnGap


@dataclasses.dataclass(frozen=True, slots=True)
class OrderDays:
    """The days on which each customer ordered, in the order of customers and days.

    Attributes
    ----------
    starts
        Where each customer's days begin, shape (n,).
    counts
        How many days each customer has, at least one, shape (n,).
    day
        Day numbers, shape (m,).
    orders
        Orders of each of these days, shape (m,); None if each day is one.
    """

    starts: NDArray[np.int64]
    counts: NDArray[np.int64]
    day: NDArray[np.int64]
    orders: NDArray[np.int64] | None

    @property
    def first(self) -> NDArray[np.int64]:
        """Each customer's first day, shape (n,)."""
        return self.day[self.starts]

    @property
    def last(self) -> NDArray[np.int64]:
        """Each customer's last day, shape (n,)."""
        found: NDArray[np.int64] = self.day[self.starts + self.counts - 1]
        return found

    def orders_since(self, day: int) -> NDArray[np.int64]:
        """Each customer's orders on that day and later, shape (n,)."""
        late = self.day >= day
        each = np.ones(len(late), dtype=np.int64) if self.orders is None else self.orders
        return np.asarray(np.add.reduceat(np.where(late, each, 0), self.starts), dtype=np.int64)

    def gaps(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Gaps between order days, and where each customer's begin, and how many there are."""
        gap: NDArray[np.int64] = np.diff(self.day)
        gap = np.delete(gap, self.starts[1:] - 1)  # from one customer to the next
        return gap, self.starts - np.arange(len(self.starts)), self.counts - 1


class Silences(NamedTuple):
    """What each customer's silence is measured by, shape (n,) each."""

    #: Days of silence up to which a customer is not dormant.
    limit: NDArray[np.float64]
    #: Whether the limit is made of the customer's own gaps; None if that was not asked for.
    own: NDArray[np.bool_] | None
    #: Whether the customer ordered again after a longer silence, on some day or later.
    returned: NDArray[np.bool_]


def order_days(part: Part, *, start: int, end: int, before: str, after: str) -> OrderDays:
    """The order days of all customers who ordered in [start, end), sorted by customer and day."""
    events = part.window("day", start, end, before=before, after=after).events
    counted = ("orders",) if part.log.orders else ()
    customer, day, *orders = events.arrays(
        "customer", "period", *counted, sort=("customer", "period")
    )
    starts = np.flatnonzero(np.concatenate([[True], customer[1:] != customer[:-1]]))
    counts = np.diff(starts, append=len(customer))
    return OrderDays(starts, counts, day, orders[0] if orders else None)


def silences(days: OrderDays, patience: Patience, *, since: int) -> Silences:
    """What counts as a long silence, and who ended one on the day `since` or later."""
    gap, starts, counts = days.gaps()
    ends = np.delete(days.day, days.starts)
    owner = np.repeat(np.arange(len(counts)), counts)
    late = ends >= since
    if not isinstance(patience, OwnGap):
        fixed = _days("dormant_after", patience)
        again = np.bincount(owner[late & (gap > fixed)], minlength=len(counts)) > 0
        return Silences(np.full(len(counts), fixed), None, again)
    medians = _Medians(gap, starts, counts)
    everyone = np.arange(len(counts))
    limit, own = medians.limits(patience, everyone)
    recent = np.bincount(owner[late], minlength=len(counts))
    returned = np.zeros(len(counts), dtype=bool)
    who, step = everyone[recent > 0], 1
    while len(who):
        ended = medians.take_latest(who)
        returned[who] = ended > medians.limits(patience, who)[0]
        who = who[~returned[who] & (recent[who] > step)]
        step += 1
    return Silences(limit, own, returned)


def own_limits(name: str, days: OrderDays, patience: Patience) -> NDArray[np.float64]:
    """Days of silence up to which a customer is not lost, shape (n,)."""
    if isinstance(patience, OwnGap):
        return _Medians(*days.gaps()).limits(patience, np.arange(len(days.counts)))[0]
    return np.full(len(days.counts), _days(name, patience))


def whole_days(name: str, length: Duration) -> int:
    """A look back in whole days, at least one."""
    found = duration_in(name, length, "day")
    if found >= 1:
        return int(found)
    raise OptionError(
        f"`{name}` is shorter than a day.",
        received=repr(length),
        allowed="1 day or more, such as 90 or '12 months'",
        do="Pass how far to look back from as_of.",
    )


def check_longer(dormant_after: Patience, lost_after: Patience) -> None:
    """A customer is lost after a longer silence than dormant."""
    short, long = (
        _days(name, patience.otherwise if isinstance(patience, OwnGap) else patience)
        for name, patience in (("dormant_after", dormant_after), ("lost_after", lost_after))
    )
    fewer = (
        isinstance(dormant_after, OwnGap)
        and isinstance(lost_after, OwnGap)
        and lost_after.times <= dormant_after.times
    )
    if long > short and not fewer:
        return
    raise OptionError(
        "A customer must be silent for longer to be lost than to be dormant.",
        received=f"dormant_after={dormant_after!r}, lost_after={lost_after!r}",
        allowed="lost_after longer than dormant_after, and so without gaps of their own",
        do="Pass a longer lost_after; for OwnGap, more times and a longer `otherwise`.",
    )


def said(patience: Patience) -> str:
    """A patience in words."""
    if isinstance(patience, OwnGap):
        floor = f" but at least {said(patience.at_least)}," if patience.at_least else ""
        return (
            f"{patience.times:g} times the customer's own median gap between order days,{floor} "
            f"or {said(patience.otherwise)} with fewer than {patience.min_gaps} gaps"
        )
    return patience.strip() if isinstance(patience, str) else f"{patience:g} days"


def _days(name: str, length: Duration) -> float:
    """A silence in days, fractions kept: 3 months are 91.3125 days."""
    return round(duration_in(name, length, "day"), _DIGITS)


class _Medians:
    """The median of each customer's gaps, from which the latest gap can be taken away."""

    def __init__(
        self, gap: NDArray[np.int64], starts: NDArray[np.int64], counts: NDArray[np.int64]
    ) -> None:
        owner = np.repeat(np.arange(len(counts)), counts)
        order = np.argsort(owner * (int(gap.max(initial=0)) + 1) + gap, kind="stable")
        self.gap, self.starts, self.left = gap, starts, counts.copy()
        self.value = np.append(gap[order], 0)  # one more, so that every link leads somewhere
        self.place = np.empty(len(gap), dtype=np.int64)
        self.place[order] = np.arange(len(gap))
        self.shorter = np.arange(-1, len(gap))
        self.longer = np.arange(1, len(gap) + 2)
        #: Where the lower of the middle gaps stands; nowhere in particular without gaps.
        self.middle = np.minimum(starts + np.maximum(counts - 1, 0) // 2, len(gap))

    def limits(
        self, rule: OwnGap, who: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """The longest silence in days of these customers, and whether it is their own."""
        left, middle = self.left[who], self.middle[who]
        upper = np.where(left % 2 == 0, np.minimum(self.longer[middle], len(self.gap)), middle)
        median = (self.value[middle] + self.value[upper]) / 2
        own = left >= rule.min_gaps
        limit = np.full(len(who), _days("otherwise", rule.otherwise))
        least = _days("at_least", rule.at_least)
        limit[own] = np.maximum(np.round(rule.times * median[own], _DIGITS), least)
        return limit, own

    def take_latest(self, who: NDArray[np.int64]) -> NDArray[np.int64]:
        """Take the latest gap of these customers away, and return it."""
        latest = self.starts[who] + self.left[who] - 1
        at, middle, odd = self.place[latest], self.middle[who], self.left[who] % 2 == 1
        down, up = odd & (at >= middle), ~odd & (at <= middle)
        moved = np.where(down, self.shorter[middle], np.where(up, self.longer[middle], middle))
        # Links between the gaps of two customers are never followed: they may go stale.
        self.longer[self.shorter[at]] = self.longer[at]
        self.shorter[np.minimum(self.longer[at], len(self.gap))] = self.shorter[at]
        self.middle[who] = moved
        self.left[who] -= 1
        return np.asarray(self.gap[latest])
