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
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from retentionkit.intervals import estimate, ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.results import Estimate

__all__ = ["chi_square", "explained", "kruskal_wallis", "ranked"]

#: Amounts that differ by less than this share of the largest are equal: sums round.
_DIGITS = 12


def explained(
    outcome: NDArray[np.float64], group: NDArray[np.int64], *, confidence: float
) -> Estimate:
    """Share of the variance of an outcome that groups explain, with its linearised interval."""
    groups, at = np.unique(group, return_inverse=True)
    definition = (
        "Share of the variance of the customers' outcome that lies between segments; interval "
        "linearised."
    )
    least, most = outcome.min(initial=math.inf), outcome.max(initial=-math.inf)
    if not most > least:
        return estimate(math.nan, math.nan, n=len(outcome), definition=definition)
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
    none = size - events
    several = size > 1
    rest = np.where(several, size - 1, np.nan)  # alone in a segment: it says nothing without you
    without_event, without_other = (events - 1) / rest, events / rest
    total, others = int(events.sum()), int(none.sum())
    value, error = math.nan, math.nan
    if total and others:
        # Within a segment the first is always ranked below: made a tie.
        by_event = _beaten(without_event, without_other, none) + several * none / 2
        by_other = total - _beaten(without_other, without_event, events) + several * events / 2
        by_event, by_other = by_event / others, by_other / total
        value = float(events @ by_event) / total
        parts = [
            float(weight @ (part - value) ** 2) / (number - 1) / number if number > 1 else math.nan
            for part, weight, number in ((by_event, events, total), (by_other, none, others))
        ]
        error = math.sqrt(sum(parts))
    return estimate(
        value,
        error,
        n=int(size.sum()),
        definition="Share of pairs of a customer who ordered again and one who did not in which "
        "the first one's segment had the higher retention without the two; ties count half.",
        confidence=confidence,
        low=0.0,
        high=1.0,
    )


def _beaten(
    mine: NDArray[np.float64], theirs: NDArray[np.float64], weight: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The weight of theirs below each of mine, equal or undefined ones counted half."""
    known = ~np.isnan(theirs)
    order = np.argsort(theirs[known])
    below = np.concatenate([[0], np.cumsum(weight[known][order])])
    places = [np.searchsorted(theirs[known][order], mine, side) for side in ("left", "right")]
    found = (below[places[0]] + below[places[1]] + weight[~known].sum()) / 2
    return np.where(np.isnan(mine), float(weight.sum()) / 2, np.asarray(found, dtype=np.float64))


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
