"""Intervals of sums over independent customers.

Sums of many independent contributions are nearly normal; what is left of their skewness is kept by
a gamma distribution of the same mean, variance and third central moment (Pearson's type III). Sums
of few are not: above a skewness of 0.25, or where a moment is infinite, their distribution is
summed or simulated instead.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias, get_args

import numpy as np

from retentionkit.arguments import check_choice, check_confidence
from retentionkit.intervals._estimates import log_wald, normal_quantile
from retentionkit.results import Interval

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["Total", "Uncertainty", "affordable", "three_moments", "total_interval"]

#: What a total is unsure of: what customers happen to do, what the fits do not know, or both.
Uncertainty: TypeAlias = Literal["both", "randomness", "parameters"]

#: Skewness of a total up to which three moments tell its limits.
_SKEWED: Final = 0.25
#: Customers times totals that a simulation may cost, and the fewest totals that are worth it.
_COST: Final = 1 << 25
_FEWEST: Final = 1_000

#: Skewness below which a gamma distribution is the normal one, to the last digit that matters.
_SYMMETRIC: Final = 1e-5


def three_moments(
    mean: float, variance: float, third: float, *, confidence: float = 0.95
) -> tuple[float, float]:
    """Equal-tailed limits of the gamma distribution with these moments; `third` is central.

    The normal limits where the distribution is symmetric; NaN where the variance is not finite.
    The error of a level is of the order of the excess kurtosis that the gamma does not have: for a
    sum of n like contributions it falls as 1/n.

    Examples
    --------
    >>> low, high = three_moments(10.0, 10.0, 20.0)  # Gamma(10, 1)
    >>> round(low, 4), round(high, 4)
    (4.7954, 17.0848)
    """
    from scipy.special import gammaincinv  # noqa: PLC0415 - scipy is loaded when needed

    z = normal_quantile(confidence)
    deviation = math.sqrt(variance) if math.isfinite(variance) else math.nan
    skewness = third / variance / deviation if deviation > 0 else 0.0
    if not math.isfinite(skewness) or abs(skewness) < _SYMMETRIC:
        return mean - z * deviation, mean + z * deviation
    shape = 4 / skewness**2
    tails = gammaincinv(shape, [0.5 - confidence / 2, 0.5 + confidence / 2])
    low, high = sorted(mean + deviation * skewness / 2 * (tails - shape))
    return float(low), float(high)


class Total(NamedTuple):
    """A sum over independent customers, and what its expectation is unsure of."""

    customers: float
    mean: float
    variance: float
    #: The third central moment.
    third: float
    #: Standard error of the mean; NaN where it is not known.
    error: float

    def is_regular(self) -> bool:
        """Whether three moments tell the limits: many customers, none of them outstanding."""
        if self.customers <= 1 or not math.isfinite(self.variance):
            return False
        return self.variance == 0 or abs(self.third) <= _SKEWED * self.variance**1.5


def affordable(customers: float, wanted: int) -> int:
    """How many totals of so many customers may be simulated; 0 where too few to tell limits."""
    size = int(min(wanted, _COST // max(customers, 1.0)))
    return size if size >= _FEWEST else 0


def total_interval(
    total: Total,
    *,
    confidence: float,
    uncertainty: Uncertainty,
    quantiles: Callable[[NDArray[np.float64]], NDArray[np.float64]] | None,
    draws: Callable[[np.random.Generator], NDArray[np.float64]],
    rng: np.random.Generator | int = 0,
) -> Interval:
    """Interval of a total that cannot be negative, for one uncertainty or both.

    Three moments where they hold; else `quantiles` if these are known, or the quantiles of `draws`
    of the total. Uncertain parameters scale a draw by a lognormal factor, so that the limits stay
    positive. Where there are too many customers to draw (no draws), three moments again.
    """
    check_choice("uncertainty", uncertainty, get_args(Uncertainty))
    if uncertainty == "parameters":
        wald = log_wald(total.mean, total.error, confidence=confidence)
        return Interval(float(wald[0]), float(wald[1]), confidence)
    error = total.error if uncertainty == "both" else 0.0
    if math.isnan(error):
        return Interval(math.nan, math.nan, confidence)
    tail = 0.5 - check_confidence(confidence) / 2
    levels = np.array([tail, 1 - tail])
    limits = None
    if not total.is_regular():
        limits = quantiles(levels) if quantiles is not None and error == 0 else None
        limits = _drawn_limits(total, error, levels, draws, rng) if limits is None else limits
    if limits is None:
        variance = total.variance + error**2
        limits = np.array(three_moments(total.mean, variance, total.third, confidence=confidence))
    low, high = np.maximum(limits, 0.0).tolist()
    return Interval(low, high, confidence)


def _drawn_limits(
    total: Total,
    error: float,
    levels: NDArray[np.float64],
    draws: Callable[[np.random.Generator], NDArray[np.float64]],
    rng: np.random.Generator | int,
) -> NDArray[np.float64] | None:
    """Limits of a simulated total; None without draws."""
    generator = np.random.default_rng(rng)
    drawn = draws(generator)
    if len(drawn) == 0:
        return None
    if error > 0:
        spread = error / total.mean
        drawn = drawn * np.exp(spread * generator.standard_normal(len(drawn)) - spread**2 / 2)
    return np.quantile(drawn, levels)
