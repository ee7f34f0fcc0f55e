"""Intervals of shares, of numbers of events, and of differences that keep the skewness of both."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from retentionkit.arguments import check_confidence
from retentionkit.intervals._estimates import normal_quantile
from retentionkit.results import Estimate, Interval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["hybrid", "newcombe", "poisson", "share", "wilson"]


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
    # Where nobody or everybody is counted, rounding must not leave out the share itself.
    low, high = np.where(k <= 0, 0.0, centre - half), np.where(k >= n, 1.0, centre + half)
    return np.where(np.isnan(n), np.nan, low), np.where(np.isnan(n), np.nan, high)


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


def poisson(
    events: ArrayLike, *, confidence: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Exact limits of the expectation of a Poisson number of events [1]_.

    They are those :math:`\mu` at which k or more, or k or fewer, have the probability
    :math:`\alpha/2`:

    .. math:: \mu_L = \tfrac12 \chi^2_{\alpha/2}(2k), \qquad
        \mu_U = \tfrac12 \chi^2_{1-\alpha/2}(2k + 2) .

    References
    ----------
    .. [1] Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28(3/4),
       437-442.

    Examples
    --------
    >>> low, high = poisson([0, 10])
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0, 4.7954], [3.6889, 18.3904])
    """
    from scipy.special import gammainccinv, gammaincinv  # noqa: PLC0415 - loaded when needed

    k = np.asarray(events, dtype=np.float64)
    tail = 0.5 - check_confidence(confidence) / 2
    low = np.where(k > 0, gammaincinv(np.maximum(k, 1.0), tail), 0.0)
    return low, np.asarray(gammainccinv(k + 1, tail), dtype=np.float64)


def hybrid(
    first: ArrayLike,
    first_limits: tuple[ArrayLike, ArrayLike],
    second: ArrayLike,
    second_limits: tuple[ArrayLike, ArrayLike],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Limits of a second figure less an independent first one, from the limits of each.

    With the limits :math:`l_i, u_i` of the two [1]_,

    .. math:: L = \hat\theta_2 - \hat\theta_1
        - \sqrt{(\hat\theta_2 - l_2)^2 + (u_1 - \hat\theta_1)^2} .

    Each side keeps the skewness of the intervals that it comes from.

    References
    ----------
    .. [1] Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect
       measures: A general approach. Statistics in Medicine 27(10), 1693-1702.

    Examples
    --------
    >>> low, high = hybrid(0.6, (0.49, 0.7), 0.8, (0.69, 0.88))
    >>> round(float(low), 3), round(float(high), 3)
    (0.051, 0.336)
    """
    one, low1, high1, two, low2, high2 = (
        np.asarray(value, dtype=np.float64)
        for value in (first, *first_limits, second, *second_limits)
    )
    below, above = np.hypot(two - low2, high1 - one), np.hypot(high2 - two, one - low1)
    return np.asarray(two - one - below), np.asarray(two - one + above)


def newcombe(
    first: ArrayLike,
    first_n: ArrayLike,
    second: ArrayLike,
    second_n: ArrayLike,
    *,
    confidence: float = 0.95,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Hybrid score limits of a second share less a first, from successes and trials of each.

    From the Wilson limits of either share, by method 10 of [1]_ (`hybrid`).

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
    limits1, limits2 = (wilson(k, n, confidence=confidence) for k, n in ((k1, n1), (k2, n2)))
    p1, p2 = k1 / np.where(n1 > 0, n1, np.nan), k2 / np.where(n2 > 0, n2, np.nan)
    return hybrid(p1, limits1, p2, limits2)
