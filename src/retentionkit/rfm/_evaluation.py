"""What the customers of each segment did next, and how much the labels told of it."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, get_args

import numpy as np

from retentionkit._texts import per_cent
from retentionkit.arguments import check_choice
from retentionkit.intervals import share, t_quantile
from retentionkit.results import Columns, Estimate, Interval, Result
from retentionkit.rfm._row_labels import RowLabels

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind
    from retentionkit.ledger import Ledger

__all__ = ["Outcome", "SegmentationEvaluation"]

#: What is told of what followed.
Outcome: TypeAlias = Literal["retention", "revenue_per_customer", "conversion"]

#: p-values below this are printed as such.
_LEAST = 0.0001
#: Decimals that are printed at most.
_FINEST = 9


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class SegmentationEvaluation(RowLabels, Result):
    """What the customers of each segment did next, and how much the labels told of it.

    Arrays are read-only and have shape (k,), in the order of `names`. Undefined numbers are NaN.

    Attributes
    ----------
    names
        Keys of the segments; `"unassigned"` last if there are such customers.
    english, chinese
        Their labels for people.
    customers
        Customers in each segment.
    ordered
        How many of them ordered in the window.
    retention, retention_low, retention_high
        Share of customers who ordered in the window, and its Wilson interval.
    revenue
        Net revenue of each segment in the window; None for a log without money.
    revenue_per_customer, revenue_low, revenue_high
        Net revenue per customer, with or without an order, and its t interval, cut off at 0 unless
        a customer's revenue is negative; None without money.
    eligible
        Who could convert: customers with exactly one order at `as_of`, or all if ids were given.
    converted
        How many of them did.
    conversion, conversion_low, conversion_high
        The share of them, and its Wilson interval.
    ranking
        How well the segments rank customers by who orders again: area under the ROC curve, with
        each pair of customers left out. 0.5 is what meaningless labels reach on average. The
        interval is of the segments in the order of their true retentions and knows that this order
        is estimated. NaN for a single segment.
    variance_explained
        Share of the variance of the customers' revenue that lies between segments; None without
        money. Its interval is too short where few customers bring most of the revenue.
    explained_by_chance
        What as many labels dealt out at random explain on average: (k - 1) / (n - 1).
    p_retention
        p-value of the chi-square test of equal retentions in all segments.
    p_revenue
        p-value of the Kruskal-Wallis test (by ranks) of equal distributions of revenue in all
        segments; NaN without money.
    as_of
        The day at whose end the segments were made.
    until
        The last day of the window, inclusive.
    notes
        What to know of these numbers.
    definition
        One sentence: window, and what is counted.
    ledger
        What was set aside, from the rows of the caller's frame on.
    confidence
        Confidence level of the intervals.
    kind
        The kind of frame that the caller brought.
    """

    names: tuple[str, ...]
    english: tuple[str, ...]
    chinese: tuple[str, ...]
    customers: NDArray[np.int64]
    ordered: NDArray[np.int64]
    retention: NDArray[np.float64]
    retention_low: NDArray[np.float64]
    retention_high: NDArray[np.float64]
    revenue: NDArray[np.float64] | None
    revenue_per_customer: NDArray[np.float64] | None
    revenue_low: NDArray[np.float64] | None
    revenue_high: NDArray[np.float64] | None
    eligible: NDArray[np.int64]
    converted: NDArray[np.int64]
    conversion: NDArray[np.float64]
    conversion_low: NDArray[np.float64]
    conversion_high: NDArray[np.float64]
    ranking: Estimate
    variance_explained: Estimate | None
    explained_by_chance: float
    p_retention: float
    p_revenue: float
    as_of: dt.date
    until: dt.date
    notes: tuple[str, ...]
    definition: str
    ledger: Ledger
    confidence: float
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Segments and what followed"
    _whole_up_to: ClassVar[int] = 30

    @property
    def n(self) -> int:
        """Customers in all segments."""
        return int(self.customers.sum())

    @property
    def adjusted(self) -> float:
        """Share of variance explained beyond chance: 0 on average for meaningless labels."""
        if self.variance_explained is None or not self.explained_by_chance < 1:
            return float("nan")
        chance = self.explained_by_chance
        return (self.variance_explained.value - chance) / (1 - chance)

    def estimate(self, measure: Outcome, segment: str) -> Estimate:
        """One figure of one segment with its interval.

        Parameters
        ----------
        measure
            `"retention"`, `"revenue_per_customer"` or `"conversion"`.
        segment
            One of `names`.

        Returns
        -------
        Estimate
            Its `n` is the number of customers in the segment; for conversion, of those who could
            convert.

        Raises
        ------
        OptionError
            There is no such segment or measure; a log without money has none of money.

        Examples
        --------
        >>> import retentionkit as rk
        >>> log = rk.Transactions(rk.datasets.load_cdnow())
        >>> stages = rk.rfm.lifecycle(log, as_of="1997-09-30")
        >>> found = rk.rfm.evaluate_segmentation(stages, log)
        >>> found.estimate("retention", "dormant")
        Estimate(0.2032, 95 % 0.1859 to 0.2217, n = 1,939)
        """
        shares = {
            "retention": (self.ordered, self.customers),
            "conversion": (self.converted, self.eligible),
        }
        told = [*get_args(Outcome)] if self.revenue is not None else [*shares]
        check_choice("measure", measure, told)
        at = self.names.index(check_choice("segment", segment, self.names))
        said = f"{measure.replace('_', ' ').capitalize()} of {segment}; {self.definition}"
        if measure == "revenue_per_customer":
            return self._mean_revenue(at, said)
        part, whole = (int(counts[at]) for counts in shares[measure])
        return share(part, whole, definition=said, confidence=self.confidence)

    def _mean_revenue(self, at: int, said: str) -> Estimate:
        """Net revenue per customer of one segment; only its lower limit may be cut off."""
        low, mean, high = (
            float(part[at])
            for part in (self.revenue_low, self.revenue_per_customer, self.revenue_high)
            if part is not None
        )
        n = int(self.customers[at])
        error = (high - mean) / float(t_quantile(n, confidence=self.confidence))
        return Estimate(mean, error, Interval(low, high, self.confidence), n, said)

    def _table(self) -> Columns:
        money = {
            "revenue": self.revenue,
            "revenue_per_customer": self.revenue_per_customer,
            "revenue_low": self.revenue_low,
            "revenue_high": self.revenue_high,
        }
        return {
            "segment": list(self.names),
            "label": list(self.english),
            "chinese": list(self.chinese),
            "customers": self.customers,
            "ordered": self.ordered,
            "retention": self.retention,
            "retention_low": self.retention_low,
            "retention_high": self.retention_high,
            **{name: part for name, part in money.items() if part is not None},
            "eligible": self.eligible,
            "converted": self.converted,
            "conversion": self.conversion,
            "conversion_low": self.conversion_low,
            "conversion_high": self.conversion_high,
        }

    def _printed(self) -> Columns:
        columns: dict[str, Any] = {
            "segment": list(self.names),
            "customers": self.customers.astype(np.float64),  # printed with commas
            "% retention": _shares(self.retention, self.retention_low, self.retention_high),
        }
        if self.revenue_per_customer is not None:
            columns["revenue per customer"] = _texts(
                self.revenue_per_customer, self.revenue_low, self.revenue_high
            )
        columns["% conversion"] = _shares(
            self.conversion, self.conversion_low, self.conversion_high
        )
        return columns

    def _facts(self) -> Mapping[str, str]:
        again = int(self.ordered.sum())
        share = _alone(again / self.n)
        facts = {
            "customers": f"{self.n:,}, of whom {again:,} ordered again ({share})",
            "ranking": f"{_said(self.ranking)}; 0.5 by chance; p {_p(self.p_retention)}",
        }
        if self.variance_explained is not None:
            part, limits = self.variance_explained.value, self.variance_explained.interval
            facts["revenue explained"] = (
                f"{per_cent(part, limits.low, limits.high, unit=' %')}; "
                f"{_alone(self.explained_by_chance)} by chance, {_alone(self.adjusted)} beyond; "
                f"p {_p(self.p_revenue)}"
            )
        if self.notes:
            facts["note"] = " ".join(self.notes)
        facts["in brackets"] = f"{100 * self.confidence:g} % intervals"
        return {**facts, "definition": self.definition}


def _shares(
    value: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]
) -> list[str]:
    return [per_cent(*map(float, row)) for row in zip(value, low, high, strict=True)]


def _alone(share: float) -> str:
    """A share without limits."""
    return per_cent(share, np.nan, np.nan, unit=" %")


def _texts(
    value: NDArray[np.float64],
    low: NDArray[np.float64] | None,
    high: NDArray[np.float64] | None,
) -> list[str]:
    """Numbers with their intervals, for print."""
    rows = zip(value, () if low is None else low, () if high is None else high, strict=True)
    return ["–" if np.isnan(row[0]) else _text(*map(float, row)) for row in rows]


def _text(value: float, low: float, high: float) -> str:
    """A number and its limits: three digits of the largest, or all before the point."""
    largest = np.nanmax(np.abs([value, low, high]))
    decimals = min(max(2 - math.floor(math.log10(largest)), 0), _FINEST) if largest > 0 else 0
    limits = "" if np.isnan(low) else f" ({low:z,.{decimals}f} to {high:z,.{decimals}f})"
    return f"{value:z,.{decimals}f}{limits}"


def _said(found: Estimate) -> str:
    return (
        "–"
        if np.isnan(found.value)
        else _text(found.value, found.interval.low, found.interval.high)
    )


def _p(value: float) -> str:
    if np.isnan(value):
        return "–"
    return f"< {_LEAST}" if value < _LEAST else f"{value:.2g}"
