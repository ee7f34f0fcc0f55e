"""Lifetime value as a type: what the models make, and acquisition and loyalty take."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from retentionkit.errors import OptionError
from retentionkit.intervals import log_wald
from retentionkit.results import Columns, Interval, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.durations import Unit
    from retentionkit.frames import FrameKind

__all__ = ["LifetimeValue"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class LifetimeValue(Result):
    """Discounted margin that customers are expected to bring, with its uncertainty.

    Attributes
    ----------
    value
        Expected value of each customer, shape (n,), in money.
    discounted_purchases
        Expected purchases behind it, each discounted to today, shape (n,): fewer than are
        expected to be counted.
    expected_spend
        Expected spend per purchase, shape (n,); NaN where it is undefined, and the value with it.
    loadings
        Response of each value to one standard error of each independent direction in which the
        estimated parameters may be wrong, shape (n, k): a value's standard error is the length of
        its row, that of a sum of values the length of the sum of rows. None without fits.
    customer
        Customer ids, shape (n,), or None.
    weight
        Customers that each row stands for, shape (n,).
    kind
        `"residual"`: from today on, of customers already won. `"new"`: from the first order on,
        of a customer about to be won; this is what an acquisition cost is compared with.
    horizon
        How far ahead, in `unit`; None for ever.
    unit
        The unit of time of the purchase model.
    discount_rate
        Effective rate per year.
    margin
        Share of spend that is kept.
    definition
        What the value is, in one sentence.
    covers
        What the interval covers, and what it does not.
    frame_kind
        The kind of frame that the caller brought.
    """

    value: NDArray[np.float64]
    discounted_purchases: NDArray[np.float64]
    expected_spend: NDArray[np.float64]
    loadings: NDArray[np.float64] | None
    customer: NDArray[Any] | None
    weight: NDArray[np.float64]
    kind: Literal["residual", "new"]
    horizon: float | None
    unit: Unit
    discount_rate: float
    margin: float
    definition: str
    covers: str
    frame_kind: FrameKind | None = None

    _heading: ClassVar[str] = "Lifetime value"

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.value)

    def __getitem__(self, rows: NDArray[Any] | slice) -> LifetimeValue:
        """The values of some customers: a mask, positions or a slice."""
        arrays = (
            "value",
            "discounted_purchases",
            "expected_spend",
            "loadings",
            "customer",
            "weight",
        )
        found = {name: getattr(self, name) for name in arrays}
        chosen = {name: array[rows] for name, array in found.items() if array is not None}
        for array in chosen.values():
            array.flags.writeable = False
        return dataclasses.replace(self, **chosen)

    @property
    def standard_error(self) -> NDArray[np.float64]:
        """Standard error of each value, shape (n,); NaN without fits."""
        if self.loadings is None:
            return np.full(len(self), np.nan)
        return np.asarray(np.linalg.norm(self.loadings, axis=1))

    @property
    def n_undefined(self) -> int:
        """Customers whose value is undefined, NaN; a total leaves them out."""
        return round(float(self.weight[np.isnan(self.value)].sum()))

    @property
    def total(self) -> float:
        """Value of all customers together whose value is defined."""
        known = ~np.isnan(self.value)
        return float(self.weight[known] @ self.value[known])

    @property
    def total_standard_error(self) -> float:
        """Standard error of the total, in which the customers' errors go together."""
        if self.loadings is None:
            return float("nan")
        known = ~np.isnan(self.value)
        return float(np.linalg.norm(self.weight[known] @ self.loadings[known]))

    def interval(
        self, *, confidence: float = 0.95
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Limits of each value, shape (n,) each; see `covers` for what they cover.

        Log-scale delta method; NaN without fits.
        """
        return log_wald(self.value, self.standard_error, confidence=confidence)

    def total_interval(self, *, confidence: float = 0.95) -> Interval:
        """Interval of the total, for the same uncertainty."""
        low, high = log_wald(self.total, self.total_standard_error, confidence=confidence)
        return Interval(float(low), float(high), confidence)

    def top(self, n: int) -> LifetimeValue:
        """The `n` most valuable customers, the most valuable first; ties in their given order."""
        if not _is_count(n):
            raise OptionError(
                "`n` must be a positive number of customers.",
                received=repr(n),
                allowed="1, 2, 3, ...",
                do="Pass how many customers to list, such as top(10).",
            )
        return self[np.argsort(-self.value, kind="stable")[:n]]

    def _frame_kind(self) -> FrameKind:
        return self.frame_kind or "pandas"

    def _table(self) -> Columns:
        low, high = self.interval()
        ids = {} if self.customer is None else {"customer": self.customer}
        limits = {} if self.loadings is None else {"low": low, "high": high}
        rest = {
            "discounted_purchases": self.discounted_purchases,
            "expected_spend": self.expected_spend,
        }
        return {**ids, "value": self.value, **limits, **rest}

    def _facts(self) -> Mapping[str, str]:
        total = f"{self.total:,.2f}"
        if self.loadings is not None:
            limits = self.total_interval()
            total += f" (95 %: {limits.low:,.2f} to {limits.high:,.2f})"
        undefined = (
            {"undefined": f"{self.n_undefined:,}: refunds leave them no positive mean spend"}
            if self.n_undefined
            else {}
        )
        return {
            "customers": f"{self.weight.sum():,.0f}",
            **undefined,
            "total": total,
            "definition": self.definition,
            "interval": self.covers,
        }


def _is_count(n: object) -> bool:
    return isinstance(n, int | np.integer) and bool(n >= 1)
