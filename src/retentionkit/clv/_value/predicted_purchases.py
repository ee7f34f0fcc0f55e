r"""How many purchases a customer will really make: predictive intervals, and totals of many.

The conditional pmf gives the randomness of purchases exactly. What the parameters leave open is
another matter and stands in other columns: the standard error of the expected purchases.

The limits are whole numbers: with :math:`F(n) = P(N \le n)` and confidence c, `low` is the smallest
n with :math:`F(n) \ge (1 - c)/2` and `high` the smallest with :math:`F(n) \ge (1 + c)/2`, so that

.. math::

    P(\text{low} \le N \le \text{high}) \ge c .

The total of independent customers has the sum of their means, variances and third central moments;
its limits are those of a gamma distribution with the same three.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, get_args

import numpy as np

from retentionkit.arguments import check_choice
from retentionkit.intervals import log_wald, three_moments
from retentionkit.results import Columns, Interval, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.durations import Unit
    from retentionkit.frames import FrameKind

__all__ = ["PredictedPurchases", "Uncertainty", "total_interval"]

#: What a total is unsure of: what customers happen to do, what the fits do not know, or both.
Uncertainty: TypeAlias = Literal["both", "randomness", "parameters"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class PredictedPurchases(Result):
    """Purchases of each customer up to a horizon, as a distribution.

    Attributes
    ----------
    expected
        Expected purchases, shape (n,).
    low, high
        Whole numbers between which the purchases lie with at least the confidence, shape (n,);
        see `covers` for what they cover.
    probability_none
        Probability of no purchase at all, shape (n,).
    variance, third_moment
        Variance and third central moment of the purchases at the estimated parameters, (n,).
    loadings
        Response of `expected` to one standard error of each independent direction in which the
        parameters may be wrong, shape (n, k); None without a fit or at a limit.
    customer
        Customer ids, shape (n,), or None.
    weight
        Customers that each row stands for, shape (n,).
    horizon
        How far ahead, in `unit`.
    unit
        The unit of the model.
    confidence
        Of `low` and `high`.
    truncation
        Largest probability of all counts that were left out of a distribution, below or at
        1e-10 but for rounding.
    definition
        What is predicted, in one sentence.
    covers
        What the limits cover, and what they do not.
    frame_kind
        The kind of frame that the caller brought.
    """

    expected: NDArray[np.float64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]
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
    frame_kind: FrameKind | None = None

    _heading: ClassVar[str] = "Predicted purchases"

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.expected)

    @property
    def standard_deviation(self) -> NDArray[np.float64]:
        """Spread of the purchases of each customer around the expected ones, shape (n,)."""
        return np.sqrt(self.variance)

    @property
    def parameter_standard_error(self) -> NDArray[np.float64]:
        """Standard error of `expected` by the delta method, shape (n,); NaN without a fit."""
        if self.loadings is None:
            return np.full(len(self), np.nan)
        return np.asarray(np.linalg.norm(self.loadings, axis=1))

    @property
    def total(self) -> float:
        """Expected purchases of all customers."""
        return float(self.weight @ self.expected)

    @property
    def total_standard_deviation(self) -> float:
        """Spread of the total around the expected one: customers are independent."""
        return math.sqrt(float(self.weight @ self.variance))

    @property
    def total_parameter_standard_error(self) -> float:
        """Standard error of the expected total, in which the customers' errors go together."""
        if self.loadings is None:
            return math.nan
        return float(np.linalg.norm(self.weight @ self.loadings))

    def total_interval(
        self, *, confidence: float = 0.95, uncertainty: Uncertainty = "both"
    ) -> Interval:
        """Interval of the total purchases of all customers.

        Parameters
        ----------
        confidence
            The confidence level.
        uncertainty
            `"randomness"`: what independent customers happen to do, at the estimated parameters.
            `"parameters"`: where the expected total may lie (log-scale delta method). `"both"`:
            where the total itself may lie, the two variances added. The last two are NaN without
            a fit.

        Notes
        -----
        Mean, variance and skewness are exact; the shape of the distribution is that of a gamma
        distribution with these three, whose level is wrong by a few tenths of a percent for some
        tens of customers and by less for more.

        Examples
        --------
        >>> import retentionkit as rk
        >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
        >>> h = rk.PurchaseHistories.from_arrays([2] * 50, [30] * 50, [39] * 50, unit="week")
        >>> ahead = rk.clv.predict_purchases(model, h, horizon="39 weeks")
        >>> ahead.total_interval(uncertainty="randomness")
        Interval(40.02 to 83.85, 95 %)
        """
        return total_interval(
            self.total,
            self.total_standard_deviation,
            float(self.weight @ self.third_moment),
            self.total_parameter_standard_error,
            confidence=confidence,
            uncertainty=uncertainty,
        )

    def _frame_kind(self) -> FrameKind:
        return self.frame_kind or "pandas"

    def _table(self) -> Columns:
        ids = {} if self.customer is None else {"customer": self.customer}
        error = self.parameter_standard_error
        return {
            **ids,
            "expected": self.expected,
            "low": self.low,
            "high": self.high,
            "probability_none": self.probability_none,
            **({} if self.loadings is None else {"parameter_standard_error": error}),
        }

    def _facts(self) -> Mapping[str, str]:
        return {
            "customers": f"{self.weight.sum():,.0f}",
            **facts_of_total(self),
            "definition": self.definition,
            "low, high": self.covers,
        }


def facts_of_total(predicted: Any) -> Mapping[str, str]:  # noqa: ANN401 - any predicted total
    """The total with its limits, with and without what the parameters leave open."""
    chance = predicted.total_interval(uncertainty="randomness")
    said = f"{predicted.total:,.1f} (95 %: {chance.low:,.1f} to {chance.high:,.1f}"
    both = predicted.total_interval()
    if not math.isnan(both.low):
        said += f"; with uncertain parameters {both.low:,.1f} to {both.high:,.1f}"
    return {"total": said + ")"}


def total_interval(
    total: float,
    deviation: float,
    third: float,
    error: float,
    *,
    confidence: float,
    uncertainty: Uncertainty,
) -> Interval:
    """Interval of a total that cannot be negative, for one uncertainty or both."""
    check_choice("uncertainty", uncertainty, get_args(Uncertainty))
    if uncertainty == "parameters":
        wald = log_wald(total, error, confidence=confidence)
        return Interval(float(wald[0]), float(wald[1]), confidence)
    variance = deviation**2 + (error**2 if uncertainty == "both" else 0.0)
    low, high = three_moments(total, variance, third, confidence=confidence)
    return Interval(max(low, 0.0) if low == low else low, high, confidence)  # noqa: PLR0124 - NaN
