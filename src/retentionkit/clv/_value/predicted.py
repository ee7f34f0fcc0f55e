"""What predictions of counts and of money share: limits for each customer, and totals of many."""

from __future__ import annotations

import dataclasses
import math
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit.intervals import Total, Uncertainty, total_interval
from retentionkit.results import Columns, Interval, Result
from retentionkit.values import row_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from retentionkit.durations import Unit
    from retentionkit.frames import FrameKind

__all__ = ["Predicted"]

#: Draws of a total, where draws are needed.
TOTALS: Final = 10_000


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Predicted(Result):
    """The fields and totals of `PredictedPurchases` and `PredictedSpend`."""

    expected: NDArray[np.float64]
    low: NDArray[Any]
    high: NDArray[Any]
    probability_none: NDArray[np.float64]
    variance: NDArray[np.float64]
    third_moment: NDArray[np.float64]
    loadings: NDArray[np.float64] | None
    customer: NDArray[Any] | None
    weight: NDArray[np.float64]
    horizon: float
    unit: Unit
    confidence: float
    truncation: float
    definition: str
    covers: str
    ahead: Any = dataclasses.field(compare=False)
    frame_kind: FrameKind | None = None

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.expected)

    @property
    def n_undefined(self) -> int:
        """Customers whose prediction is undefined, NaN; a total leaves them out."""
        return round(float(self.weight[~self._known].sum()))

    @property
    def standard_deviation(self) -> NDArray[np.float64]:
        """Spread of each customer around the expected value, shape (n,)."""
        return np.sqrt(self.variance)

    @property
    def parameter_standard_error(self) -> NDArray[np.float64]:
        """Standard error of `expected` by the delta method, shape (n,); NaN without a fit."""
        if self.loadings is None:
            return np.full(len(self), np.nan)
        return np.asarray(np.linalg.norm(self.loadings, axis=1))

    @property
    def total(self) -> float:
        """Expected total of all customers whose prediction is defined."""
        return self._sum(self.expected)

    @property
    def total_standard_deviation(self) -> float:
        """Spread of the total around the expected one: customers are independent."""
        return math.sqrt(self._sum(self.variance))

    @property
    def total_parameter_standard_error(self) -> float:
        """Standard error of the expected total, in which the customers' errors go together."""
        if self.loadings is None:
            return math.nan
        return float(np.linalg.norm(self.weight[self._known] @ self.loadings[self._known]))

    @property
    def _known(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.expected)

    def _sum(self, values: NDArray[np.float64]) -> float:
        return float(self.weight[self._known] @ values[self._known])

    def _total_interval(
        self,
        confidence: float,
        uncertainty: Uncertainty,
        rng: np.random.Generator | int,
        size: int = TOTALS,
    ) -> Interval:
        return total_interval(
            Total(
                float(self.weight[self._known].sum()),
                self.total,
                self._sum(self.variance),
                self._sum(self.third_moment),
                self.total_parameter_standard_error,
            ),
            confidence=confidence,
            uncertainty=uncertainty,
            quantiles=self._quantiles(),
            draws=lambda generator: self._totals(generator, size),
            rng=rng,
        )

    @abstractmethod
    def _quantiles(self) -> Callable[[NDArray[np.float64]], NDArray[np.float64]] | None:
        """The exact quantiles of the total, where they are to be had."""

    @abstractmethod
    def _totals(self, rng: np.random.Generator, size: int) -> NDArray[np.float64]:
        """Draws of the total; none where there are too many customers."""

    def _frame_kind(self) -> FrameKind:
        return self.frame_kind or "pandas"

    def _table(self) -> Columns:
        error = self.parameter_standard_error
        return {
            **row_keys(self.customer, self.weight),
            "expected": self.expected,
            "low": self.low,
            "high": self.high,
            "probability_none": self.probability_none,
            **({} if self.loadings is None else {"parameter_standard_error": error}),
        }

    def _facts(self) -> Mapping[str, str]:
        undefined = f"{self.n_undefined:,}: refunds leave them no positive mean spend"
        chance = self._total_interval(0.95, "randomness", 0)
        said = f"{self.total:,.1f} (95 %: {chance.low:,.1f} to {chance.high:,.1f}"
        both = self._total_interval(0.95, "both", 0)
        if not math.isnan(both.low):
            said += f"; with uncertain parameters {both.low:,.1f} to {both.high:,.1f}"
        return {
            "customers": f"{self.weight.sum():,.0f}",
            **({"undefined": undefined} if self.n_undefined else {}),
            "total": said + ")",
            "definition": self.definition,
            "low, high": self.covers,
        }
