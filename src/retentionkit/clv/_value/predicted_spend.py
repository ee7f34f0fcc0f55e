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
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from retentionkit.arguments import check_whole
from retentionkit.clv._value.futures import undiscounted
from retentionkit.clv._value.predicted import Predicted
from retentionkit.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from retentionkit.clv._value.spend_ahead import SpendAhead
    from retentionkit.intervals import Uncertainty
    from retentionkit.results import Interval

__all__ = ["PredictedSpend"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class PredictedSpend(Predicted):
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
    ahead
        The distributions themselves; no part of comparisons.
    frame_kind
        The kind of frame that the caller brought.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    ahead: SpendAhead = dataclasses.field(compare=False)
    margin: float = dataclasses.field(kw_only=True)

    _heading: ClassVar[str] = "Predicted spend"

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

    def total_interval(
        self,
        *,
        confidence: float = 0.95,
        uncertainty: Uncertainty = "both",
        draws: int = 10_000,
        rng: np.random.Generator | int = 0,
    ) -> Interval:
        """Interval of the total spend; arguments as in `PredictedPurchases.total_interval`.

        `draws` is the number of simulated totals, where these are needed.

        Notes
        -----
        Mean and variance are exact. At a skewness of 0.25 or less the shape is that of a gamma
        distribution with the same third moment. Above it, or where variance or third moment are
        infinite (q + p x not above 2, or 3), the total is simulated; one customer takes the own
        exact quantiles. A simulation costs customers times totals: above 30,000 customers there is
        none, and the limits are those of the moments, NaN where the variance is infinite.
        """
        size = check_whole("draws", draws, low=1000, do="Draw at least 1,000 totals.")
        return self._total_interval(confidence, uncertainty, rng, size)

    def _quantiles(self) -> Callable[[NDArray[np.float64]], NDArray[np.float64]] | None:
        known = self._known
        if self.weight[known].sum() != 1:
            return None
        return lambda levels: np.array([self.ahead.quantile(level)[known][0] for level in levels])

    def _totals(self, rng: np.random.Generator, size: int) -> NDArray[np.float64]:
        weight, known = self.weight[self._known], np.flatnonzero(self._known)
        return undiscounted(self.ahead[known]).totals(weight, size, rng)
