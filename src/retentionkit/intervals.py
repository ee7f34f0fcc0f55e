r"""Intervals from an estimate and its standard error, thin on `scipy`.

The log-scale Wald interval :math:`\hat\theta \exp(\pm z\,\mathrm{se}/\hat\theta)` is used for
quantities that cannot be negative: its limits cannot be either.

Sums of many independent contributions are nearly normal; what is left of their skewness is kept by
a gamma distribution of the same mean, variance and third central moment (Pearson's type III).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.arguments import check_confidence

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["log_wald", "normal_quantile", "three_moments", "wilson"]

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
