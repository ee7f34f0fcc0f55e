r"""Did the segments tell anything about what customers did next?

Segments are made at one date and judged by what followed: who ordered again (retention), for how
much, and which one-time buyers ordered a second time (conversion). For all segments together, how
much the labels tell is put beside what as many meaningless labels would seem to tell; `_ranking.py`
has the formulas.

The interval of the mean revenue of :math:`n` customers is
:math:`\bar y \pm t_{n-1}\, s / \sqrt{n}`, cut off at 0 unless a customer's revenue is negative.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from retentionkit import frames
from retentionkit._texts import counted
from retentionkit.arguments import check_confidence
from retentionkit.durations import calendar_day
from retentionkit.errors import DataError, warn
from retentionkit.intervals import t_quantile, wilson
from retentionkit.results import frozen_array
from retentionkit.rfm._evaluation import SegmentationEvaluation
from retentionkit.rfm._outcomes import outcomes
from retentionkit.rfm._ranking import chi_square, explained, kruskal_wallis, ranked
from retentionkit.rfm._segments import OUTSIDE, REFUND_ONLY, UNASSIGNED, check_segments
from retentionkit.transactions._transactions import check_transactions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from retentionkit.durations import Moment
    from retentionkit.rfm._outcomes import Outcomes
    from retentionkit.rfm._segments import Segments
    from retentionkit.transactions import Transactions

__all__ = ["evaluate_segmentation"]

#: Events that a segment should expect at least for the chi-square distribution to hold.
_EXPECTED: Final = 5


class _Groups(NamedTuple):
    """The segments that are judged; whoever is in none forms one more."""

    names: tuple[str, ...]
    english: tuple[str, ...]
    chinese: tuple[str, ...]
    #: Place of each customer's segment.
    at: NDArray[np.int64]
    #: Which customers are judged: all who ever ordered.
    inside: NDArray[np.bool_]

    def counts(self, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Customers of each segment for whom the mask holds."""
        return np.bincount(self.at[mask & self.inside], minlength=len(self.names))


def evaluate_segmentation(
    segments: Segments,
    transactions: Transactions,
    *,
    until: Moment | None = None,
    converted: Iterable[object] | None = None,
    confidence: float = 0.95,
) -> SegmentationEvaluation:
    r"""Judge segments by what their customers did next.

    Parameters
    ----------
    segments
        Segments made at some `as_of`: by rules, stages, clusters, or labels of your own.
    transactions
        The whole log, or the part of it after `as_of`.
    until
        The last day that is looked at, inclusive. Default: the last day of observation.
    converted
        Ids of the customers who did what the segments were to bring about. Default: those with
        exactly one order at `as_of` who ordered again.
    confidence
        Confidence level of the intervals.

    Returns
    -------
    SegmentationEvaluation

    Raises
    ------
    OptionError
        `until` does not lie after the segments' `as_of`.
    DataError
        The transactions miss a part of the window, or are those of other customers.
    KindError
        `segments` or `transactions` is something else.

    Warns
    -----
    RetentionKitWarning
        The log ends before `until`; right only if nobody bought in between. `converted` is empty,
        or has nobody of the segments.

    Notes
    -----
    Customers who only sent goods back by `as_of` are left out, and counted in the notes; so are, in
    the ledger, the orders of customers who came later. Revenue is net of the refunds that became
    known in the window of purchases of the window; refunds of earlier purchases are set aside.

    To compare two segmentations of the same customers, evaluate both with the same `until`.
    `ranking` and `adjusted` do not reward a segmentation for having more segments.

    The p-values are of tests that stand on their own: `p_retention` of equal retentions, by
    chi-square [2]_; `p_revenue` of equal distributions of revenue, by the ranks of Kruskal and
    Wallis [3]_. So `p_revenue` may be small though the means are equal, and where a few customers
    bring most of the money it hardly notices them. The interval of `variance_explained` is too
    short then: in simulations with lognormal revenue and large differences, 95 % became 85 to 90 %.

    References
    ----------
    .. [1] DeLong, E. R., DeLong, D. M., Clarke-Pearson, D. L. (1988). Comparing the areas under two
       or more correlated receiver operating characteristic curves: a nonparametric approach.
       Biometrics 44, 837-845. The standard error of `ranking`, for a given order of the segments.
    .. [2] Pearson, K. (1900). On the criterion that a given system of deviations from the probable
       in the case of a correlated system of variables is such that it can be reasonably supposed
       to have arisen from random sampling. Philosophical Magazine 50, 157-175.
    .. [3] Kruskal, W. H., Wallis, W. A. (1952). Use of ranks in one-criterion variance analysis.
       Journal of the American Statistical Association 47, 583-621.

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> stages = rk.rfm.lifecycle(log, as_of="1997-09-30")
    >>> found = rk.rfm.evaluate_segmentation(stages, log)
    >>> round(found.ranking.value, 3), found.ranking.interval
    (0.676, Interval(0.6556 to 0.6959, 95 %))
    >>> found.to_frame()[["segment", "customers", "ordered", "retention"]].round(3)
        segment  customers  ordered  retention
    0       new          0        0        NaN
    1   regular         84       68      0.810
    2    active         82       59      0.720
    3   dormant       1939      394      0.203
    4      lost          0        0        NaN
    5  returned        252      163      0.647
    """
    check_segments(segments)
    check_transactions(transactions)
    check_confidence(confidence)
    groups = _groups(segments)
    found = outcomes(segments.table, transactions, until)
    customers, ordered = groups.counts(groups.inside), groups.counts(found.ordered)
    could, did, strangers = _converted(segments, found, converted)
    eligible, turned = groups.counts(could), groups.counts(did)
    present = customers > 0
    p_retention, expected = chi_square(ordered[present], customers[present])
    return SegmentationEvaluation(
        names=groups.names,
        english=groups.english,
        chinese=groups.chinese,
        customers=frozen_array(customers, np.int64),
        ordered=frozen_array(ordered, np.int64),
        **_share("retention", ordered, customers, confidence),
        **_money(found, groups, confidence),
        eligible=frozen_array(eligible, np.int64),
        converted=frozen_array(turned, np.int64),
        **_share("conversion", turned, eligible, confidence),
        ranking=ranked(ordered[present], customers[present], confidence=confidence),
        explained_by_chance=_chance(int(present.sum()), int(customers.sum())),
        p_retention=p_retention,
        as_of=segments.table.as_of,
        until=calendar_day(found.end - 1),
        notes=_notes(segments, found, groups, strangers, expected),
        definition=_definition(segments, found, by_ids=converted is not None),
        ledger=found.ledger,
        confidence=float(confidence),
        kind=segments.table.kind,
    )


def _groups(segments: Segments) -> _Groups:
    inside = segments.position != REFUND_ONLY
    if not inside.any():
        raise DataError(
            "No customer ever ordered.",
            received=f"{len(segments):,} customers who only sent goods back",
            allowed="segments of customers who ordered",
            do="Pass segments of more customers.",
        )
    number = len(segments.names)
    loose = segments.n_unassigned > 0
    return _Groups(
        names=(*segments.names, *([OUTSIDE["key"][0]] * loose)),
        english=(*segments.english, *([OUTSIDE["en"][0]] * loose)),
        chinese=(*segments.chinese, *([OUTSIDE["zh"][0]] * loose)),
        at=np.where(segments.position == UNASSIGNED, number, segments.position),
        inside=inside,
    )


def _converted(
    segments: Segments, found: Outcomes, ids: Iterable[object] | None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], int]:
    """Who could convert, who did, and how many ids are of nobody in the segments."""
    if ids is None:
        once = segments.table.orders == 1
        return once, once & found.ordered, 0
    given = frames.read_ids(ids, argument="converted")
    wanted = np.unique(given if given.dtype.kind in "iu" else given.astype(object))
    did = frames.places(segments.customer, among=wanted) >= 0
    if not did.any():
        what = "None of these customers is in the segments" if len(wanted) else "The list is empty"
        warn(f"`converted`: {what}, so that nobody converted.")
    return np.ones(len(did), dtype=bool), did, len(wanted) - int(did.sum())


def _share(
    name: str, part: NDArray[np.int64], whole: NDArray[np.int64], confidence: float
) -> dict[str, Any]:
    """Shares and their Wilson limits, as fields of the result."""
    value = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    low, high = wilson(part, whole, confidence=confidence)
    return _fields((name, f"{name}_low", f"{name}_high"), (value, low, high))


def _money(found: Outcomes, groups: _Groups, confidence: float) -> dict[str, Any]:
    """Revenue and how much of it the segments explain, as fields of the result."""
    names = ("revenue", "revenue_per_customer", "revenue_low", "revenue_high")
    if found.revenue is None:
        return dict.fromkeys((*names, "variance_explained")) | {"p_revenue": np.nan}
    at, revenue = groups.at[groups.inside], found.revenue[groups.inside]
    number, size = len(groups.names), groups.counts(groups.inside)
    total: NDArray[np.float64] = np.bincount(at, revenue, minlength=number).astype(np.float64)
    undefined = np.full(number, np.nan)
    mean = np.divide(total, size, out=undefined.copy(), where=size > 0)
    squares = np.bincount(at, (revenue - mean[at]) ** 2, minlength=number)
    several = size > 1
    variance = np.divide(squares, size * (size - 1), out=undefined.copy(), where=several)
    half = t_quantile(size, confidence=confidence) * np.sqrt(variance)
    # A mean of amounts of which none is negative cannot be negative.
    low = mean - half if (revenue < 0).any() else np.maximum(mean - half, 0.0)
    return {
        **_fields(names, (total, mean, low, mean + half)),
        "variance_explained": explained(revenue, at, confidence=confidence),
        "p_revenue": kruskal_wallis(revenue, at),
    }


def _fields(names: tuple[str, ...], arrays: tuple[NDArray[np.float64], ...]) -> dict[str, Any]:
    return {name: frozen_array(part, np.float64) for name, part in zip(names, arrays, strict=True)}


def _chance(groups: int, customers: int) -> float:
    """What labels dealt out at random explain of any variance, on average."""
    return (groups - 1) / (customers - 1) if customers > 1 else np.nan


def _notes(
    segments: Segments, found: Outcomes, groups: _Groups, strangers: int, expected: float
) -> tuple[str, ...]:
    refunds, unseen = segments.n_refund_only, int((~found.known & groups.inside).sum())
    rough = (
        f"In the smallest cell only {expected:.1f} customers are expected: the p-value of "
        "retention is rough."
    )
    notes = [
        (refunds, f"Left out: {counted(refunds, 'customer')} who only sent goods back."),
        (unseen, f"Not in these transactions: {counted(unseen, 'customer')} of the segments."),
        (strangers, f"Of nobody in the segments: {counted(strangers, 'converted id')}."),
        (expected < _EXPECTED, rough),
    ]
    return tuple(text for number, text in notes if number)


def _definition(segments: Segments, found: Outcomes, *, by_ids: bool) -> str:
    conversion = (
        "share of all customers whose ids were given"
        if by_ids
        else "share of those with exactly one order by then who ordered again"
    )
    window = f"[{calendar_day(found.start)}, {calendar_day(found.end)})"
    money = "" if found.revenue is None else "; revenue: of these orders, net of refunds in it"
    of_money = "" if found.revenue is None else "; of revenue: equal distributions, Kruskal-Wallis"
    return (
        f"Segments as of {segments.table.as_of} by what followed in {window}; retention: share of "
        f"customers with an order in it{money}; conversion: {conversion}; p of the ranking: equal "
        f"retentions, chi-square{of_money}."
    )
