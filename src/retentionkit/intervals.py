r"""Intervals from an estimate and its standard error, thin on `scipy`.

The log-scale Wald interval :math:`\hat\theta \exp(\pm z\,\mathrm{se}/\hat\theta)` is used for
quantities that cannot be negative: its limits cannot be either.

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
from retentionkit.results import Estimate, Interval

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Total",
    "Uncertainty",
    "affordable",
    "estimate",
    "log_wald",
    "newcombe",
    "normal_quantile",
    "ratio",
    "share",
    "t_quantile",
    "three_moments",
    "total_interval",
    "wilson",
]

#: What a total is unsure of: what customers happen to do, what the fits do not know, or both.
Uncertainty: TypeAlias = Literal["both", "randomness", "parameters"]

#: Skewness of a total up to which three moments tell its limits.
_SKEWED: Final = 0.25
#: Customers times totals that a simulation may cost, and the fewest totals that are worth it.
_COST: Final = 1 << 25
_FEWEST: Final = 1_000

#: Skewness below which a gamma distribution is the normal one, to the last digit that matters.
_SYMMETRIC: Final = 1e-5


def normal_quantile(confidence: float) -> float:
    """The standard normal quantile of a two-sided interval.

    Examples
    --------
    >>> round(normal_quantile(0.95), 6)
    1.959964
    """
    from scipy.special import ndtri  # noqa: PLC0415 - scipy is loaded when needed

    return float(ndtri(0.5 + check_confidence(confidence) / 2))


def t_quantile(n: ArrayLike, *, confidence: float = 0.95) -> NDArray[np.float64]:
    """Student's quantile of a two-sided interval of the mean of n; NaN for fewer than two.

    Examples
    --------
    >>> t_quantile([1, 2, 10, 1000]).round(3).tolist()
    [nan, 12.706, 2.262, 1.962]
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - scipy is loaded when needed

    size = np.asarray(n, dtype=np.float64)
    freedom = np.where(size > 1, size - 1, np.nan)
    return np.asarray(stdtrit(freedom, 0.5 + check_confidence(confidence) / 2), dtype=np.float64)


def log_wald(
    estimate: ArrayLike, standard_error: ArrayLike, *, confidence: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Log-scale Wald limits of positive estimates; NaN where the standard error is.

    An estimate of exactly zero has the interval [0, 0] when its standard error is zero. There is
    no log scale for other estimates that are not positive: their limits are NaN.

    Examples
    --------
    >>> low, high = log_wald(2.0, 0.5)
    >>> round(float(low), 4), round(float(high), 4)
    (1.2253, 3.2646)
    """
    value = np.asarray(estimate, dtype=np.float64)
    error = np.asarray(standard_error, dtype=np.float64)
    elsewhere = np.where((value == 0) & (error == 0), 0.0, np.nan)
    relative = np.divide(error, value, out=elsewhere, where=value > 0)
    with np.errstate(over="ignore"):  # an error far above the estimate reaches to infinity
        spread = np.exp(normal_quantile(confidence) * relative)
    return np.asarray(value / spread), np.asarray(value * spread)


def wilson(
    successes: ArrayLike, trials: ArrayLike, *, confidence: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Wilson limits of a share; NaN without trials.

    The limits are the shares :math:`p` whose score statistic
    :math:`(\hat p - p)/\sqrt{p(1-p)/n}` is the normal quantile; they stay within [0, 1].

    Examples
    --------
    >>> low, high = wilson(3, 10)
    >>> round(float(low), 4), round(float(high), 4)
    (0.1078, 0.6032)
    """
    k, n = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    n = np.where(n > 0, n, np.nan)
    z = normal_quantile(confidence)
    centre = (k + z**2 / 2) / (n + z**2)
    half = z * np.sqrt(k * (n - k) / n + z**2 / 4) / (n + z**2)
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def newcombe(
    first: ArrayLike,
    first_n: ArrayLike,
    second: ArrayLike,
    second_n: ArrayLike,
    *,
    confidence: float = 0.95,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Hybrid score limits of a second share less a first, from successes and trials of each.

    With the Wilson limits :math:`l_i, u_i` of either share, method 10 of [1]_: the lower limit is
    :math:`\hat p_2 - \hat p_1 - \sqrt{(\hat p_2 - l_2)^2 + (u_1 - \hat p_1)^2}`.

    References
    ----------
    .. [1] Newcombe, R. G. (1998). Interval estimation for the difference between independent
       proportions. Statistics in Medicine 17(8), 873-890.

    Examples
    --------
    >>> low, high = newcombe(48, 80, 56, 70)
    >>> round(float(low), 4), round(float(high), 4)
    (0.0524, 0.3339)
    """
    k1, n1 = np.asarray(first, dtype=np.float64), np.asarray(first_n, dtype=np.float64)
    k2, n2 = np.asarray(second, dtype=np.float64), np.asarray(second_n, dtype=np.float64)
    (l1, u1), (l2, u2) = (
        wilson(k1, n1, confidence=confidence),
        wilson(k2, n2, confidence=confidence),
    )
    p1, p2 = k1 / np.where(n1 > 0, n1, np.nan), k2 / np.where(n2 > 0, n2, np.nan)
    difference = p2 - p1
    return difference - np.hypot(p2 - l2, u1 - p1), difference + np.hypot(u2 - p2, p1 - l1)


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


def ratio(
    numerator: ArrayLike, denominator: ArrayLike, *, weight: ArrayLike | None = None
) -> tuple[float, float]:
    r"""Ratio of two sums over independent customers, and its linearised standard error.

    With :math:`R = \sum y_i / \sum x_i` and :math:`e_i = y_i - R x_i`,

    .. math:: \mathrm{se}(R) = \frac{1}{|\sum x_i|} \sqrt{\frac{n}{n-1} \sum e_i^2} .

    Shares of money, means per order and ratios of means are all of this form. The ratio is NaN for
    a denominator of zero, the standard error for fewer than two customers. `weight` is the number
    of customers that each row stands for.

    References
    ----------
    .. [1] Cochran, W. G. (1977). Sampling Techniques, 3rd edition. Wiley. Chapter 6.

    Examples
    --------
    >>> value, error = ratio([8.0, 1.0, 3.0], [2.0, 1.0, 1.0])
    >>> value, round(error, 4)
    (3.0, 0.866)
    """
    y, x = np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    w = np.ones(len(y)) if weight is None else np.asarray(weight, dtype=np.float64)
    below, n = float(w @ x), float(w.sum())
    if below == 0:
        return math.nan, math.nan
    value = float(w @ y) / below
    if n <= 1:
        return value, math.nan
    return value, math.sqrt(n / (n - 1) * float(w @ (y - value * x) ** 2)) / abs(below)


def estimate(
    value: float,
    standard_error: float,
    *,
    n: int,
    definition: str,
    confidence: float = 0.95,
    low: float = -math.inf,
    high: float = math.inf,
) -> Estimate:
    """An estimate with its normal (Wald) interval, cut off at what is possible.

    Examples
    --------
    >>> estimate(0.5, 0.1, n=25, definition="A share.", high=0.6)
    Estimate(0.5, 95 % 0.304 to 0.6, n = 25)
    """
    half = normal_quantile(confidence) * standard_error
    limits = Interval(max(value - half, low), min(value + half, high), confidence)
    if math.isnan(half) or math.isnan(value):
        limits = Interval(math.nan, math.nan, confidence)
    return Estimate(value, standard_error, limits, n, definition)


def share(
    successes: float, trials: float, *, definition: str, confidence: float = 0.95
) -> Estimate:
    """A share of customers with its Wilson interval.

    Examples
    --------
    >>> share(3, 10, definition="Customers who came back.")
    Estimate(0.3, 95 % 0.1078 to 0.6032, n = 10)
    """
    low, high = wilson(successes, trials, confidence=confidence)
    value = successes / trials if trials > 0 else math.nan
    error = math.sqrt(value * (1 - value) / trials) if trials > 0 else math.nan
    limits = Interval(float(low), float(high), confidence)
    return Estimate(value, error, limits, int(trials), definition)


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
