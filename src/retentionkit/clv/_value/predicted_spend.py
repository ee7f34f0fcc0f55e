r"""What a customer will really spend: predictive intervals of undiscounted spend, and totals.

The distribution is exact but for the counts that it leaves out (at most 1e-10 in probability); it
needs no simulation. Discounted money has no such form: see `LifetimeValue.predictive_interval`.

The moments follow from those of the number of purchases, :math:`S \mid N, \nu \sim
\mathrm{Gamma}(pN, \nu)`:

.. math::

    E[S^k] = E\bigl[pN (pN + 1) \cdots (pN + k - 1)\bigr]\;
        \frac{v'^k}{(q' - 1) \cdots (q' - k)}, \qquad q' > k .
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from retentionkit.clv._value.predicted_purchases import Uncertainty, facts_of_total, total_interval
from retentionkit.errors import DataError
from retentionkit.results import Columns, Interval, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from retentionkit.clv._value.spend_ahead import SpendAhead
    from retentionkit.durations import Unit
    from retentionkit.frames import FrameKind

__all__ = ["PredictedSpend"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class PredictedSpend(Result):
    """What each customer spends up to a horizon, undiscounted, as a distribution.

    Attributes
    ----------
    expected
        Expected spend times the margin, shape (n,); infinite where the expected spend per purchase
        does not exist, NaN where refunds leave a customer no positive mean spend.
    low, high
        Amounts between which the spend lies with the confidence, shape (n,): the quantiles at
        (1 - c)/2 and (1 + c)/2. They exist where the mean does not.
    probability_none
        Probability of no purchase at all, shape (n,).
    variance, third_moment
        Variance and third central moment at the estimated parameters, shape (n,); infinite where
        q + p x is not above 2, or 3.
    loadings
        Response of `expected` to one standard error of each independent direction in which the
        parameters may be wrong, shape (n, k); None without fits or at a limit.
    customer
        Customer ids, shape (n,), or None.
    weight
        Customers that each row stands for, shape (n,).
    horizon
        How far ahead, in `unit`.
    unit
        The unit of the purchase model.
    margin
        Share of spend that is kept; all amounts are of that share.
    confidence
        Of `low` and `high`.
    truncation
        How far a probability may be off: the probability of the counts left out.
    definition
        What is predicted, in one sentence.
    covers
        What the limits cover, and what they do not.
    frame_kind
        The kind of frame that the caller brought.
    """

    expected: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    probability_none: NDArray[np.float64]
    variance: NDArray[np.float64]
    third_moment: NDArray[np.float64]
    loadings: NDArray[np.float64] | None
    customer: NDArray[Any] | None
    weight: NDArray[np.float64]
    horizon: float
    unit: Unit
    margin: float
    confidence: float
    truncation: float
    definition: str
    covers: str
    ahead: SpendAhead = dataclasses.field(compare=False)
    frame_kind: FrameKind | None = None

    _heading: ClassVar[str] = "Predicted spend"

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.expected)

    def exceeds(self, amount: ArrayLike) -> NDArray[np.float64]:
        """Probability that each customer's spend (times the margin) exceeds an amount, shape (n,).

        Parameters
        ----------
        amount
            One amount, such as what it costs to keep a customer, or one for each, shape (n,).

        Examples
        --------
        >>> import retentionkit as rk
        >>> h = rk.PurchaseHistories.from_arrays(
        ...     [2, 7], [30.43, 37.0], [38.86, 38.86], monetary_value=[40.0, 25.0], unit="week"
        ... )
        >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
        >>> spend = rk.clv.GammaGamma(6.25, 3.74, 15.44)
        >>> rk.clv.predict_spend(model, spend, h, horizon="1 year").exceeds(50.0).round(3)
        array([0.41 , 0.758])
        """
        amounts = np.asarray(amount)
        fits = amounts.dtype.kind in "iuf" and amounts.shape in {(), (len(self),)}
        if not fits or not (amounts >= 0).all():
            raise DataError(
                "`amount` must be numbers that are not negative, one or as many as customers.",
                received=f"shape {amounts.shape}: {amounts.ravel()[:3].tolist()}",
                allowed=f"one number, or shape ({len(self)},)",
                do="Pass exceeds(25.0).",
            )
        wanted = np.broadcast_to(amounts.astype(np.float64), len(self))
        return self.ahead.exceeds(wanted)

    def interval(self, *, confidence: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """`low` and `high` at another confidence, shape (n,) each."""
        from retentionkit.clv._value.predict_purchases import check_predictive  # noqa: PLC0415 - a circle

        check_predictive(confidence)
        tail = 0.5 - confidence / 2
        return self.ahead.quantile(tail), self.ahead.quantile(1 - tail)

    @property
    def n_undefined(self) -> int:
        """Customers whose spend is undefined, NaN; a total leaves them out."""
        return round(float(self.weight[np.isnan(self.expected)].sum()))

    @property
    def standard_deviation(self) -> NDArray[np.float64]:
        """Spread of the spend of each customer around the expected one, shape (n,)."""
        return np.sqrt(self.variance)

    @property
    def parameter_standard_error(self) -> NDArray[np.float64]:
        """Standard error of `expected` by the delta method, shape (n,); NaN without fits."""
        if self.loadings is None:
            return np.full(len(self), np.nan)
        return np.asarray(np.linalg.norm(self.loadings, axis=1))

    @property
    def total(self) -> float:
        """Expected spend of all customers together whose spend is defined."""
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
        known = ~np.isnan(self.expected)
        return float(np.linalg.norm(self.weight[known] @ self.loadings[known]))

    def total_interval(
        self, *, confidence: float = 0.95, uncertainty: Uncertainty = "both"
    ) -> Interval:
        """Interval of the total spend; arguments as in `PredictedPurchases.total_interval`.

        Mean and variance are exact, the shape is that of a gamma distribution with the same third
        moment (of a normal one where that is infinite). NaN where the variance is infinite: for
        customers without repeat purchases where q is not above 2.
        """
        return total_interval(
            self.total,
            self.total_standard_deviation,
            self._sum(self.third_moment),
            self.total_parameter_standard_error,
            confidence=confidence,
            uncertainty=uncertainty,
        )

    def _sum(self, values: NDArray[np.float64]) -> float:
        known = ~np.isnan(self.expected)
        return float(self.weight[known] @ values[known])

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
        undefined = f"{self.n_undefined:,}: refunds leave them no positive mean spend"
        return {
            "customers": f"{self.weight.sum():,.0f}",
            **({"undefined": undefined} if self.n_undefined else {}),
            **facts_of_total(self),
            "definition": self.definition,
            "low, high": self.covers,
        }
