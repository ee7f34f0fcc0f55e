"""Measures of association between frequency and spend, with intervals and p-values."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from retentionkit.intervals import normal_quantile
from retentionkit.results import Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Association", "associations"]


@dataclasses.dataclass(frozen=True, slots=True)
class Association:
    """One measure of association.

    Attributes
    ----------
    estimate
        The measure.
    interval
        Its interval; limits NaN where there is none.
    p_value
        Of the hypothesis that it is zero.

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> histories = rk.purchase_histories(log, as_of="1997-09-30")
    >>> rk.clv.spend_independence(histories).pearson.interval
    Interval(0.05052 to 0.1763, 95 %)
    """

    estimate: float
    interval: Interval
    p_value: float

    @classmethod
    def of(
        cls, estimate: float, low: float, high: float, confidence: float, p_value: float
    ) -> Association:
        """A measure from plain numbers."""
        return cls(float(estimate), Interval(float(low), float(high), confidence), float(p_value))


def associations(
    x: NDArray[np.float64], money: NDArray[np.float64], confidence: float
) -> dict[str, Association]:
    """Pearson's and Spearman's correlation, the former without one customer, and eta squared."""
    from scipy.stats import rankdata  # noqa: PLC0415

    r = _pearson(x, money)
    influence = np.abs(_without_each(x, money) - r)
    kept = np.arange(len(x)) != int(np.argmax(influence))
    ranks = _pearson(rankdata(x), rankdata(money))
    size = len(x)
    return {
        "pearson": _correlation(r, size, 1.0, confidence),
        "pearson_without_one": _correlation(
            _pearson(x[kept], money[kept]), size - 1, 1.0, confidence
        ),
        "spearman": _correlation(ranks, size, 1 + ranks**2 / 2, confidence),
        "eta_squared": _eta_squared(x, money, confidence),
    }


def _pearson(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    left, right = x - x.mean(), y - y.mean()
    spread = math.sqrt(float(left @ left) * float(right @ right))
    return float(left @ right) / spread if spread > 0 else math.nan


def _without_each(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pearson's correlation without each customer in turn, from sums."""
    left, right = x - x.mean(), y - y.mean()
    gone = len(x) / (len(x) - 1)  # what leaving one out takes from a sum about the mean
    cross = left @ right - gone * left * right
    spread = (left @ left - gone * left**2) * (right @ right - gone * right**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.nan_to_num(cross / np.sqrt(spread)))


def _correlation(r: float, size: int, variance: float, confidence: float) -> Association:
    """Fisher's transformation: atanh r has the given variance over n - 3."""
    from scipy.special import ndtr  # noqa: PLC0415

    if size <= 3 or not abs(r) < 1:  # noqa: PLR2004 - degrees of freedom
        return Association.of(r, math.nan, math.nan, confidence, math.nan)
    centre, error = math.atanh(r), math.sqrt(variance / (size - 3))
    spread = normal_quantile(confidence) * error
    p_value = 2 * float(ndtr(-abs(centre) * math.sqrt(size - 3)))
    low, high = math.tanh(centre - spread), math.tanh(centre + spread)
    return Association.of(r, low, high, confidence, p_value)


def _eta_squared(
    x: NDArray[np.float64], money: NDArray[np.float64], confidence: float
) -> Association:
    """The correlation ratio, with the interval of the noncentral F distribution."""
    from scipy.special import fdtrc  # noqa: PLC0415

    levels, at = np.unique(x, return_inverse=True)
    number = np.bincount(at)
    means = np.bincount(at, money) / number
    between = float(number @ (means - money.mean()) ** 2)
    within = float(((money - means[at]) ** 2).sum())
    estimate = between / (between + within)
    above, below = len(levels) - 1, len(x) - len(levels)
    if below == 0 or within == 0:
        return Association.of(estimate, math.nan, math.nan, confidence, math.nan)
    f = between / above / (within / below)
    limits = (_noncentrality(f, above, below, 0.5 + side * confidence / 2) for side in (1, -1))
    low, high = (limit / (limit + len(x)) for limit in limits)
    return Association.of(estimate, low, high, confidence, float(fdtrc(above, below, f)))


def _noncentrality(f: float, above: int, below: int, level: float) -> float:
    """Where the noncentral F distribution has the level at f; 0 if it never has."""
    from scipy.optimize import brentq  # noqa: PLC0415
    from scipy.special import ncfdtr  # noqa: PLC0415

    def excess(noncentrality: float) -> Any:  # noqa: ANN401 - a float of scipy
        return ncfdtr(above, below, noncentrality, f) - level

    if excess(0.0) <= 0:
        return 0.0
    high = 1.0
    while excess(high) > 0:
        high *= 2
    return float(brentq(excess, 0.0, high))
