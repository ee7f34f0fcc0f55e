r"""Intervals from an estimate and its standard error, thin on `scipy`.

The log-scale Wald interval :math:`\hat\theta \exp(\pm z\,\mathrm{se}/\hat\theta)` is used for
quantities that cannot be negative: its limits cannot be either.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from retentionkit.arguments import check_confidence
from retentionkit.results import Estimate, Interval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["estimate", "log_wald", "normal_quantile", "ratio", "satterthwaite", "t_quantile"]


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


def satterthwaite(variances: ArrayLike, freedom: ArrayLike) -> float:
    r"""Degrees of freedom of a sum of estimated variances :math:`v_i`, each with its own [1]_.

    .. math:: \nu = \frac{(\sum_i v_i)^2}{\sum_i v_i^2 / \nu_i} ,

    infinite where no variance was estimated: all are zero, or of infinitely many degrees.

    References
    ----------
    .. [1] Welch, B. L. (1947). The generalization of "Student's" problem when several different
       population variances are involved. Biometrika 34, 28-35.

    Examples
    --------
    >>> round(satterthwaite([4.0, 1.0], [9, 19]), 2), satterthwaite([4.0, 1.0], [np.inf, np.inf])
    (13.66, inf)
    """
    v, degrees = np.asarray(variances, dtype=np.float64), np.asarray(freedom, dtype=np.float64)
    shaken = float(np.sum(v[degrees > 0] ** 2 / degrees[degrees > 0]))
    return math.inf if shaken == 0 else float(v.sum()) ** 2 / shaken


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
