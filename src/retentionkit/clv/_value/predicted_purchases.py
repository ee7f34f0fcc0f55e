r"""How many purchases a customer will really make: predictive intervals, and totals of many.

The conditional pmf gives the randomness of purchases exactly. What the parameters leave open is
another matter and stands in other columns: the standard error of the expected purchases.

The limits are whole numbers: with :math:`F(n) = P(N \le n)` and confidence c, `low` is the smallest
n with :math:`F(n) \ge (1 - c)/2` and `high` the smallest with :math:`F(n) \ge (1 + c)/2`, so that

.. math::

    P(\text{low} \le N \le \text{high}) \ge c .

The total of independent customers has the sum of their means, variances and third central moments.
Where its skewness is 0.25 or less its limits are those of a gamma distribution with the same three;
else its distribution is summed exactly.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from retentionkit.clv._value.count_totals import count_total
from retentionkit.clv._value.predicted import Predicted

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from retentionkit.clv._value.ahead import Ahead
    from retentionkit.intervals import Uncertainty
    from retentionkit.results import Interval

__all__ = ["PredictedPurchases"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class PredictedPurchases(Predicted):
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
    ahead
        The distributions themselves; no part of comparisons.
    frame_kind
        The kind of frame that the caller brought.
    """

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    ahead: Ahead = dataclasses.field(compare=False)

    _heading: ClassVar[str] = "Predicted purchases"

    def total_interval(
        self,
        *,
        confidence: float = 0.95,
        uncertainty: Uncertainty = "both",
        rng: np.random.Generator | int = 0,
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
        rng
            Seed or generator of the draws that `"both"` takes for few customers.

        Notes
        -----
        Mean, variance and skewness are exact. At a skewness of 0.25 or less the shape is that of
        a gamma distribution with these three, whose level is wrong by a few tenths of a percent at
        most. Above it (few customers, or some that stand out) the distribution of the total is
        summed exactly, and uncertain parameters scale its draws by a lognormal factor. The limits
        are never below 0.

        Examples
        --------
        >>> import retentionkit as rk
        >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
        >>> h = rk.PurchaseHistories.from_arrays([2] * 50, [30] * 50, [39] * 50, unit="week")
        >>> ahead = rk.clv.predict_purchases(model, h, horizon="39 weeks")
        >>> ahead.total_interval(uncertainty="randomness")
        Interval(40 to 84, 95 %)
        """
        return self._total_interval(confidence, uncertainty, rng)

    def _quantiles(self) -> Callable[[NDArray[np.float64]], NDArray[np.float64]] | None:
        reached = count_total(self.ahead, self.weight, self.total, self.total_standard_deviation)
        if reached is None:
            return None
        return lambda levels: np.searchsorted(reached, levels).astype(np.float64)

    def _totals(self, rng: np.random.Generator, size: int) -> NDArray[np.float64]:
        """The exact distribution at evenly spaced levels, in random order."""
        quantiles = self._quantiles()
        if quantiles is None:
            return np.empty(0)
        return rng.permutation(quantiles((np.arange(size) + 0.5) / size))
