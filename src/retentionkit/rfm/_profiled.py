"""What each segment brings: the table, and sentences held against it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias, get_args

import numpy as np

from retentionkit._texts import per_cent
from retentionkit.arguments import check_choice
from retentionkit.results import Columns, Estimate, Interval, Result
from retentionkit.rfm._claim import SegmentClaim, weigh_claim
from retentionkit.rfm._row_labels import RowLabels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind
    from retentionkit.rfm._segments import Segments

__all__ = ["Measure", "SegmentProfile"]

Measure: TypeAlias = Literal[
    "customers",
    "share_of_customers",
    "revenue",
    "share_of_revenue",
    "orders",
    "mean_order_value",
    "revenue_per_customer",
    "orders_per_customer",
    "days_since_last",
]

#: Measures of the customers of one segment alone; all others are of a part of all customers.
_MEANS: Final[frozenset[Measure]] = frozenset(
    ("mean_order_value", "revenue_per_customer", "orders_per_customer", "days_since_last")
)


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class SegmentProfile(RowLabels, Result):
    """What each segment brings, made by `profile`.

    Arrays are read-only and have shape (k,), one value for each row of `names`. Measures of money
    are None for a log without it.

    Attributes
    ----------
    names
        Keys of the segments in their order, then `"unassigned"` and `"refund_only"` where there are
        such customers.
    english, chinese
        Their labels for people.
    customers
        Customers in each segment.
    share_of_customers
        Their share in all customers.
    revenue
        Net spend of each segment; negative where more was refunded than bought.
    share_of_revenue
        Its share in that of all customers; NaN unless that is positive.
    orders
        Orders of each segment.
    mean_order_value
        Revenue per order; NaN without orders.
    revenue_per_customer, orders_per_customer
        Means over the customers of a segment; NaN without customers.
    days_since_last
        Mean days since the last order, of customers who have one.
    standard_error, low, high
        Standard errors and limits of all of these, by the name of the measure; NaN where there are
        too few customers to tell.
    n
        All customers.
    confidence
        Confidence level of the limits.
    currency
        Currency of the money, if the log names it.
    notes
        What to know of these figures, such as empty segments.
    definition
        One sentence: who was counted, and how the intervals were made.
    segments
        The customers in their segments.
    """

    names: tuple[str, ...]
    english: tuple[str, ...]
    chinese: tuple[str, ...]
    customers: NDArray[np.int64]
    share_of_customers: NDArray[np.float64]
    orders: NDArray[np.int64]
    orders_per_customer: NDArray[np.float64]
    days_since_last: NDArray[np.float64]
    standard_error: Mapping[str, NDArray[np.float64]]
    low: Mapping[str, NDArray[np.float64]]
    high: Mapping[str, NDArray[np.float64]]
    n: int
    confidence: float
    currency: str | None
    notes: tuple[str, ...]
    definition: str
    segments: Segments = dataclasses.field(compare=False)
    revenue: NDArray[np.float64] | None = None
    share_of_revenue: NDArray[np.float64] | None = None
    revenue_per_customer: NDArray[np.float64] | None = None
    mean_order_value: NDArray[np.float64] | None = None

    _heading: ClassVar[str] = "Segments and what they bring"
    _whole_up_to: ClassVar[int] = 30

    @property
    def total_revenue(self) -> float | None:
        """Net spend of all customers; None for a log without money."""
        return None if self.revenue is None else float(self.revenue.sum())

    def estimate(self, measure: Measure, segment: str) -> Estimate:
        """One figure of one segment with its interval.

        Parameters
        ----------
        measure
            Such as `"share_of_revenue"`.
        segment
            Name of a row.

        Returns
        -------
        Estimate
            Its `n` is the number of customers whom it is made of: all of them for totals and their
            shares, those in the segment for means.

        Raises
        ------
        OptionError
            There is no such segment or measure; a log without money has none of money.

        Examples
        --------
        >>> import retentionkit as rk
        >>> table = rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()))
        >>> labels = ["many" if n > 1 else "one" for n in table.orders]
        >>> found = rk.rfm.profile(rk.rfm.Segments.from_labels(table, labels))
        >>> found.estimate("mean_order_value", "one").interval
        Interval(28.67 to 32.51, 95 %)
        """
        check_choice("measure", measure, [name for name in get_args(Measure) if name in self.low])
        at = self.names.index(check_choice("segment", segment, self.names))
        limits = Interval(
            float(self.low[measure][at]), float(self.high[measure][at]), self.confidence
        )
        return Estimate(
            float(getattr(self, measure)[at]),
            float(self.standard_error[measure][at]),
            limits,
            int(self.customers[at]) if measure in _MEANS else self.n,
            f"{measure.replace('_', ' ').capitalize()} of {segment}; {self.definition}",
        )

    def claim(self, *names: str, customers: float, value: float) -> SegmentClaim:
        """Hold a sentence such as "12 % of customers bring 65 % of revenue" against segments.

        Parameters
        ----------
        *names
            Names of the segments that the sentence is about; several are taken together.
        customers
            The stated share of customers, such as 0.12.
        value
            The stated share of revenue, such as 0.65: that, or more.

        Returns
        -------
        SegmentClaim
            The verdict, the shares found, and how many times as much one of these customers brings
            as one of the rest.

        Raises
        ------
        OptionError
            There is no such segment, none is named, or a share is not within (0, 1].
        DataError
            The log has no money.

        Notes
        -----
        Segments are who their rules say they are. `Concentration.claim` asks the same of the
        customers who bring most, whoever they are.

        Examples
        --------
        >>> import retentionkit as rk
        >>> table = rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()))
        >>> labels = ["regular" if n >= 6 else "other" for n in table.orders]
        >>> found = rk.rfm.profile(rk.rfm.Segments.from_labels(table, labels))
        >>> found.claim("regular", customers=0.12, value=0.65).verdict
        'does not hold'
        """
        return weigh_claim(
            self.segments, names, customers=customers, value=value, confidence=self.confidence
        )

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.names)

    def _frame_kind(self) -> FrameKind:
        return self.segments.table.kind or "pandas"

    def _table(self) -> Columns:
        columns: dict[str, Any] = {
            "segment": list(self.names),
            "label": list(self.english),
            "chinese": list(self.chinese),
        }
        for name in get_args(Measure):
            if name in self.low:
                columns[name] = getattr(self, name)
                columns |= {f"{name}_low": self.low[name], f"{name}_high": self.high[name]}
        return columns

    def _printed(self) -> Columns:
        columns: dict[str, Any] = {
            "segment": list(self.names),
            "customers": self.customers.astype(np.float64),  # printed with commas
            "% of customers": self._percent("share_of_customers"),
        }
        if self.revenue is not None:
            columns["revenue"] = np.rint(self.revenue)
            columns["% of revenue"] = self._percent("share_of_revenue")
        else:
            columns["orders"] = self.orders.astype(np.float64)
        if self.mean_order_value is not None:
            columns["basket"] = self.mean_order_value
        return {**columns, "days": np.rint(self.days_since_last)}

    def _percent(self, name: str) -> list[str]:
        """Shares with their limits as text."""
        parts = zip(getattr(self, name), self.low[name], self.high[name], strict=True)
        return [per_cent(*map(float, part)) for part in parts]

    def _facts(self) -> Mapping[str, str]:
        refunds = self.segments.n_refund_only
        only = f", of whom {refunds:,} only sent goods back" if refunds else ""
        facts = {"customers": f"{self.n:,}{only}"}
        if self.total_revenue is not None:
            facts["revenue"] = f"{self.total_revenue:,.2f} {self.currency or ''}".rstrip()
        facts["as of"] = str(self.segments.table.as_of)
        if self.notes:
            facts["note"] = " ".join(self.notes)
        basket = "" if self.mean_order_value is None else "; basket: revenue of an order"
        facts["in brackets"] = (
            f"{100 * self.confidence:g} % intervals{basket}; days: since the last order"
        )
        return {**facts, "definition": self.definition}
