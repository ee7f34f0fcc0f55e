r"""What does each segment bring?

Customers are a sample of :math:`n`. With :math:`y_i` a customer's net spend and :math:`m_i` whether
the customer is in the segment, its revenue is :math:`n` times the mean of :math:`m_i y_i`, so that
the interval knows that the size of the segment is uncertain too:

.. math:: \mathrm{se}^2 = \frac{n}{n-1}
    \Bigl[\sum_{i:m_i=1} (y_i - \bar y)^2 + n_s \bar y^2 (1 - n_s/n)\Bigr]

for :math:`n_s` customers of mean :math:`\bar y` in the segment. Its share of revenue
:math:`R = \sum m_i y_i / \sum y_i` is a ratio of two sums over the same customers:

.. math:: \mathrm{se}^2 = \frac{n}{n-1} \, \frac{(1-R)^2 \sum_{m_i=1} y_i^2 +
    R^2 \sum_{m_i=0} y_i^2}{(\sum y_i)^2} .

Means within a segment are ratios over its own customers; their intervals have the quantile of
Student's t of :math:`n_s - 1` degrees of freedom. Every sum of squares is made of terms that are
positive, so nothing cancels.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from retentionkit.arguments import check_confidence
from retentionkit.intervals import normal_quantile, t_quantile, wilson
from retentionkit.results import frozen_array
from retentionkit.rfm._profiled import SegmentProfile
from retentionkit.rfm._segments import OUTSIDE, REFUND_ONLY, UNASSIGNED, check_segments
from retentionkit.rfm._spend_ratio import continued

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.rfm._segments import Segments

    Array = NDArray[np.float64]

__all__ = ["profile"]


def profile(segments: Segments, *, confidence: float = 0.95) -> SegmentProfile:
    """Customers, orders and revenue of each segment, each with an interval.

    Parameters
    ----------
    segments
        From `SegmentRules.assign`, `lifecycle`, `cluster` or `Segments.from_labels`.
    confidence
        Confidence level of all intervals.

    Returns
    -------
    SegmentProfile
        One row for each segment in its order, also for those without customers; then
        `"unassigned"` and `"refund_only"` where there are such customers, so that the rows add up.

    Raises
    ------
    KindError
        `segments` is something else.
    OptionError
        `confidence` is none.

    References
    ----------
    .. [1] Cochran, W. G. (1977). Sampling Techniques, 3rd edition. Wiley. Chapters 2 and 6.

    Examples
    --------
    >>> import retentionkit as rk
    >>> table = rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()))
    >>> labels = ["many" if n > 1 else "one" for n in table.orders]
    >>> segments = rk.rfm.Segments.from_labels(table, labels, names=["many", "one"])
    >>> found = rk.rfm.profile(segments)
    >>> found.to_frame()[["segment", "customers", "share_of_customers", "share_of_revenue"]]
      segment  customers  share_of_customers  share_of_revenue
    0    many       1139            0.483241          0.847346
    1     one       1218            0.516759          0.152654
    """
    check_segments(segments)
    confidence = check_confidence(confidence)
    kept, row = _rows(segments)
    table, n = segments.table, len(segments)
    size = np.bincount(row, minlength=len(kept)).astype(np.float64)
    parts = _Parts(row, size, n, confidence)
    orders, one = table.orders.astype(np.float64), np.ones(n)
    bought = (orders > 0).astype(np.float64)
    since = np.where(bought > 0, table.days_since_last, 0.0)
    columns = {
        "customers": parts.share_of_customers(n),
        "share_of_customers": parts.share_of_customers(1),
        "orders": parts.total(orders),
        "orders_per_customer": parts.ratio(orders, one),
        "days_since_last": parts.ratio(since, bought),
    }
    if table.net_spend is not None:
        columns |= _money(parts, table.net_spend, orders)
    return _profiled(segments, columns, kept, confidence)


class _Column(NamedTuple):
    """A measure of each segment, its standard error and its limits."""

    value: Array
    error: Array
    low: Array
    high: Array


class _Parts(NamedTuple):
    """Which row each customer is in, and the customers of each row."""

    row: NDArray[np.int64]
    size: Array
    n: int
    confidence: float

    def share_of_customers(self, scale: float) -> _Column:
        """The share of customers in each segment times `scale`, with Wilson limits."""
        share = _divided(self.size, np.full(len(self.size), float(self.n)))
        error = np.sqrt(share * (1 - share) / max(self.n, 1))
        low, high = wilson(self.size, self.n, confidence=self.confidence)
        return _Column(scale * share, scale * error, scale * low, scale * high)

    def total(self, y: Array, *, low: float = 0.0) -> _Column:
        """The sum over each segment, where it is chance who is in the segment."""
        found = self.sums(y)
        mean = _divided(found, self.size)
        within = self.sums((y - mean[self.row]) ** 2)
        between = self.size * mean**2 * (1 - self.size / max(self.n, 1))
        error = np.sqrt((within + between) * _freedom(self.n))
        return self._column(found, error, normal_quantile(self.confidence), low)

    def ratio(self, y: Array, x: Array, *, low: float = 0.0) -> _Column:
        """The ratio of two sums over each segment; NaN where the denominator is zero."""
        below = self.sums(x)
        value = _divided(self.sums(y), below)
        squares = self.sums((y - value[self.row] * x) ** 2)
        more = _divided(self.size, np.maximum(self.size - 1, 0))
        error = _divided(np.sqrt(more * squares), below)
        return self._column(value, error, t_quantile(self.size, confidence=self.confidence), low)

    def share_of_total(self, y: Array, *, low: float, high: float) -> _Column:
        """The share of each segment in the sum over all; NaN unless that sum is positive."""
        found, squares = self.sums(y), self.sums(y**2)
        total = float(found.sum())
        whole = total if total > 0 else math.nan
        value = found / whole
        squares = (1 - value) ** 2 * squares + value**2 * _others(squares)
        error = np.sqrt(squares * _freedom(self.n)) / whole
        error[self.size == 0] = math.nan  # nobody tells how much it could have been
        return self._column(value, error, normal_quantile(self.confidence), low, high)

    def sums(self, values: Array) -> Array:
        """The sum over each segment."""
        found = np.bincount(self.row, weights=values, minlength=len(self.size))
        return found.astype(np.float64, copy=False)  # without customers they are integers

    @staticmethod
    def _column(
        value: Array, error: Array, quantile: Array | float, low: float, high: float = math.inf
    ) -> _Column:
        """Limits of this quantile, cut off at what is possible."""
        half = quantile * error
        return _Column(value, error, np.maximum(value - half, low), np.minimum(value + half, high))


def _freedom(n: int) -> float:
    """What enlarges a sum of squares over n customers; NaN for fewer than two."""
    return n / (n - 1) if n > 1 else math.nan


def _divided(above: Array, below: Array) -> Array:
    undefined = np.full(len(below), np.nan)
    return np.asarray(np.divide(above, below, out=undefined, where=below != 0))


def _others(sums: Array) -> Array:
    """The sum over all other segments; a difference from the whole would cancel."""
    before, after = np.zeros(len(sums)), np.zeros(len(sums))
    before[1:] = np.cumsum(sums[:-1])
    after[:-1] = np.cumsum(sums[:0:-1])[::-1]
    return np.asarray(before + after)


def _money(parts: _Parts, spend: Array, orders: Array) -> dict[str, _Column]:
    # A sum of amounts of which none is negative cannot be negative.
    low, high = (0.0, 1.0) if (spend >= 0).all() else (-math.inf, math.inf)
    return {
        "revenue": parts.total(spend, low=low),
        "share_of_revenue": parts.share_of_total(spend, low=low, high=high),
        "revenue_per_customer": parts.ratio(spend, np.ones(len(spend)), low=low),
        "mean_order_value": parts.ratio(spend, orders, low=low),
    }


def _rows(segments: Segments) -> tuple[list[int], NDArray[np.int64]]:
    """The positions that have a row, and the row of each customer."""
    kept = list(range(len(segments.names)))
    kept += [at for at in (UNASSIGNED, REFUND_ONLY) if (segments.position == at).any()]
    row = np.zeros(len(segments.names) + 2, dtype=np.int64)
    row[kept] = np.arange(len(kept))  # positions below zero count from the end
    return kept, row[segments.position]


def _profiled(
    segments: Segments, columns: dict[str, _Column], kept: list[int], confidence: float
) -> SegmentProfile:
    table = segments.table
    names, english, chinese = (
        tuple([*texts, *reversed(outside)][at] for at in kept)
        for texts, outside in zip(
            (segments.names, segments.english, segments.chinese), OUTSIDE.values(), strict=True
        )
    )
    values: dict[str, Any] = {
        name: frozen_array(column.value, np.float64) for name, column in columns.items()
    }
    for name in ("customers", "orders"):
        values[name] = frozen_array(np.rint(np.nan_to_num(values[name])), np.int64)
    return SegmentProfile(
        names=names,
        english=english,
        chinese=chinese,
        **values,
        standard_error=_frozen(columns, "error"),
        low=_frozen(columns, "low"),
        high=_frozen(columns, "high"),
        n=len(segments),
        confidence=confidence,
        currency=table.currency,
        notes=_notes(segments, values),
        definition=(
            f"{len(segments):,} customers as a sample, the lines between segments taken as given: "
            "Wilson intervals of their numbers and shares, linearised ones of all else; days since "
            f"the last order are a mean over those who have one; {continued(table)}"
        ),
        segments=segments,
    )


def _frozen(columns: dict[str, _Column], part: str) -> dict[str, Array]:
    return {name: frozen_array(getattr(x, part), np.float64) for name, x in columns.items()}


def _notes(segments: Segments, values: dict[str, Array]) -> tuple[str, ...]:
    """What a reader of the shares has to know."""
    spend = segments.table.net_spend
    notes: list[str] = []
    empty = [name for name, n in zip(segments.names, values["customers"], strict=False) if not n]
    if empty:
        notes.append(f"Without customers: {', '.join(empty)}.")
    if spend is None:
        notes.append("The log has no money.")
    elif not spend.sum() > 0:
        notes.append("Shares of revenue are undefined: the total is not positive.")
    elif (values["revenue"] < 0).any():
        notes.append("Some revenue is negative: the other shares of it add up to more than one.")
    return tuple(notes)
