r"""How much labels tell of what followed, beyond what chance alone would make them tell.

Of the variance of an outcome :math:`y`, the labels explain

.. math:: \eta^2 = 1 - \frac{\sum_i (y_i - \bar y_{g(i)})^2}{\sum_i (y_i - \bar y)^2} .

If labels of :math:`k` groups are dealt out at random, this is :math:`(k-1)/(n-1)` on average. The
adjusted share is zero on average then.

How well do the groups rank customers by their chance of an event? Take one customer with the event
and one without. The first is ranked above the second if the first's group had more of it *without
these two*; two customers of one group tie. The share of pairs that are ranked rightly, ties counted
half, is the area under the ROC curve by leaving a pair out: nobody is ranked by what they did
themselves, so that labels which mean nothing get 0.5 on average, however many there are.

What is estimated is the area :math:`A` of the segments in the order of their true retentions, the
largest area that any order of them has. The error of DeLong holds for an order that is known; here
the data tell it. So both limits lean to the safe side:

- The order that fits the data best has at least the observed area of the true order. Its upper
  limit is below :math:`A` no more often than that of the true order would be.
- Segments made to tie have no more area than segments in order. Two of them tie unless the
  chi-square test tells them apart, by Bonferroni at the level of the interval; the lower limit is
  that of this area, or of the share above if that is lower.

In simulations of no, of weak and of strong differences, and of one segment that stands out of many
that are exactly alike, nominal 95 % intervals cover in 95 % of the cases or more. Where every two
segments are plainly different, both limits are nearly those of DeLong.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.intervals import estimate, normal_quantile, ratio
from retentionkit.results import Interval

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from retentionkit.results import Estimate

__all__ = ["chi_square", "explained", "kruskal_wallis", "ranked"]

#: Amounts that differ by less than this share of the largest are equal: sums round.
_DIGITS = 12
#: Pairs of groups that are compared at once.
_PAIRS: Final = 1 << 22


def explained(
    outcome: NDArray[np.float64], group: NDArray[np.int64], *, confidence: float
) -> Estimate:
    """Share of the variance of an outcome that groups explain, with its linearised interval."""
    groups, at = np.unique(group, return_inverse=True)
    definition = (
        "Share of the variance of the customers' outcome that lies between segments; interval "
        "linearised, and too short where few customers bring most of the outcome."
    )
    least, most = outcome.min(initial=math.inf), outcome.max(initial=-math.inf)
    if not most > least:
        return estimate(
            math.nan, math.nan, n=len(outcome), definition=definition, confidence=confidence
        )
    scaled = (outcome - least) / (most - least)
    size = np.bincount(at, minlength=len(groups))
    means = np.bincount(at, scaled, minlength=len(groups)) / size
    within, error = ratio((scaled - means[at]) ** 2, (scaled - scaled.mean()) ** 2)
    return estimate(
        1 - within,
        error,
        n=len(outcome),
        definition=definition,
        confidence=confidence,
        low=0.0,
        high=1.0,
    )


def ranked(events: NDArray[np.int64], size: NDArray[np.int64], *, confidence: float) -> Estimate:
    """Share of pairs that groups rank rightly by their events, each pair left out."""
    rest = np.where(size > 1, size - 1, np.nan)  # alone in a segment: it says nothing without you
    share = events / size

    def left_out(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.subtract.outer((events[rows] - 1) / rest[rows], events / rest)

    def fitted(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.subtract.outer(share[rows], share)

    def apart(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        both = np.add.outer(events[rows], events) / np.add.outer(size[rows], size)
        variance = both * (1 - both) * np.add.outer(1 / size[rows], 1 / size)
        return np.where(fitted(rows) ** 2 > least**2 * variance, fitted(rows), 0.0)

    pairs = max(len(size) * (len(size) - 1) // 2, 1)
    least = normal_quantile(1 - (1 - confidence) / pairs)
    found, best, tied = (
        estimate(
            *_area(higher, events, size - events),
            n=int(size.sum()),
            definition="Share of pairs of a customer who ordered again and one who did not in "
            "which the first one's segment had the higher retention without the two; ties count "
            "half. Interval of the segments in the order of their true retentions, which the data "
            "do not know: the lower limit lets segments tie that are not plainly different, the "
            "upper one is of the order that fits the data best.",
            confidence=confidence,
            low=0.0,
            high=1.0,
        )
        for higher in (left_out, fitted, apart)
    )
    low = min(found.interval.low, tied.interval.low)
    return dataclasses.replace(found, interval=Interval(low, best.interval.high, confidence))


def _area(
    higher: Callable[[NDArray[np.int64]], NDArray[np.float64]],
    events: NDArray[np.int64],
    none: NDArray[np.int64],
) -> tuple[float, float]:
    """Area under the ROC curve and DeLong's error, by how much higher some groups are than all."""
    total, others, groups = int(events.sum()), int(none.sum()), len(events)
    if groups <= 1 or not (total and others):
        return math.nan, math.nan
    by_event, by_other = np.zeros(groups), np.zeros(groups)
    for rows in np.array_split(np.arange(groups), -(-(groups**2) // _PAIRS)):
        difference = np.nan_to_num(higher(rows))
        difference[np.arange(len(rows)), rows] = 0
        right = np.sign(difference) / 2 + 0.5
        by_event[rows] = right @ none / others
        by_other += events[rows] @ right / total
    value = float(events @ by_event) / total
    parts = [
        float(weight @ (part - value) ** 2) / (number - 1) / number if number > 1 else math.nan
        for part, weight, number in ((by_event, events, total), (by_other, none, others))
    ]
    return value, math.sqrt(sum(parts))


def chi_square(events: NDArray[np.int64], size: NDArray[np.int64]) -> tuple[float, float]:
    """p-value of equal shares in all groups, and the least number of events expected of a group."""
    from scipy.stats import chi2  # noqa: PLC0415 - scipy is loaded when needed

    total, number = int(events.sum()), int(size.sum())
    if len(size) <= 1 or total in {0, number}:
        return math.nan, math.nan
    expected = size * (total / number)
    others = size - expected
    statistic = float(((events - expected) ** 2 * (1 / expected + 1 / others)).sum())
    return float(chi2.sf(statistic, len(size) - 1)), float(min(expected.min(), others.min()))


def kruskal_wallis(outcome: NDArray[np.float64], group: NDArray[np.int64]) -> float:
    """p-value of equal distributions in all groups, by ranks."""
    from scipy.stats import chi2, rankdata  # noqa: PLC0415 - scipy is loaded when needed

    groups, at = np.unique(group, return_inverse=True)
    largest = float(np.abs(outcome).max(initial=0.0))
    rank: NDArray[np.float64] = rankdata(np.round(outcome / (largest or 1.0), _DIGITS))
    spread = float(((rank - rank.mean()) ** 2).sum())
    if len(groups) <= 1 or spread == 0:
        return math.nan
    size = np.bincount(at, minlength=len(groups))
    means = np.bincount(at, rank, minlength=len(groups)) / size
    between = float((size * (means - rank.mean()) ** 2).sum())
    return float(chi2.sf((len(rank) - 1) * between / spread, len(groups) - 1))
