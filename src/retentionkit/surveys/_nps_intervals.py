r"""Intervals of the net promoter score from counts, on the scale of :math:`p - d`, -1 to 1.

Of :math:`n` answers :math:`n_p` are promoters, :math:`n_0` passives and :math:`n_d` detractors; one
answer counts 1, 0 or -1, so that with the shares :math:`p` and :math:`d`

.. math:: s = p - d, \qquad \operatorname{Var} = p + d - (p - d)^2 .

Promoters and detractors are shares of the same people: they are not independent, and the variance
of their difference holds :math:`2pd` more than the sum of the two variances does.

References
----------
.. [1] Rocks, B. (2016). Interval Estimation for the "Net Promoter Score". The American
   Statistician 70(4), 365-372.
.. [2] Tango, T. (1998). Equivalence test and confidence interval for the difference in proportions
   for the paired-sample design. Statistics in Medicine 17(8), 891-908.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.intervals import normal_quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ADDED", "adjusted", "bayesian", "bootstrap", "percentiles", "score", "variance", "wald"]

#: What adjusted Wald and the Bayesian prior add: three answers, half of them passive.
ADDED: Final = (0.75, 1.5, 0.75)

_NEAR: Final = 1e-10

Counts = tuple[float, float, float]  # promoters, passives, detractors
Limits = tuple[float, float]


def variance(counts: Counts) -> tuple[float, float]:
    """The score and the variance of one answer; NaN without answers."""
    promoters, passives, detractors = counts
    n = promoters + passives + detractors
    if n <= 0:
        return math.nan, math.nan
    p, d = promoters / n, detractors / n
    return p - d, max(p + d - (p - d) ** 2, 0.0)


def adjusted(counts: Counts) -> Counts:
    """The counts with three answers more: 3/4 promoters, 3/2 passives, 3/4 detractors."""
    promoters, passives, detractors = (k + more for k, more in zip(counts, ADDED, strict=True))
    return promoters, passives, detractors


def wald(value: float, standard_error: float, confidence: float) -> Limits:
    """Normal limits, which may pass the ends of the scale."""
    half = normal_quantile(confidence) * standard_error
    return value - half, value + half


def score(counts: Counts, confidence: float) -> Limits:
    r"""Limits of the scores that the data do not refute.

    All :math:`\delta` with :math:`(s - \delta)^2 \le z^2 V_0(\delta)/n`, where :math:`V_0` is the
    variance at the most likely shares among those with :math:`p - d = \delta`: the detractors'
    share is the greater root of :math:`2 n d^2 - B d - C = 0` with

    .. math:: B = n_p(1-\delta) - 2 n_0 \delta + n_d(1 - 3\delta), \qquad C = n_d\,\delta(1-\delta).
    """
    from scipy.optimize import brentq  # noqa: PLC0415 - scipy is loaded when needed

    n, (value, _) = sum(counts), variance(counts)
    if n <= 0:
        return math.nan, math.nan
    z = normal_quantile(confidence)

    def excess(delta: float) -> float:
        """Distance in standard errors less z; negative inside the interval."""
        error = math.sqrt(max(_constrained(counts, delta), 0.0) / n)
        return abs(value - delta) - z * error

    # Where all answers are alike the score itself has no variance, but its neighbours have.
    below, above = max(value - _NEAR, -1.0), min(value + _NEAR, 1.0)
    low = -1.0 if excess(-1.0) <= 0 else float(brentq(excess, -1.0, below, xtol=1e-14))
    high = 1.0 if excess(1.0) <= 0 else float(brentq(excess, above, 1.0, xtol=1e-14))
    return low, high


def _constrained(counts: Counts, delta: float) -> float:
    """Variance at the most likely shares whose difference is delta."""
    promoters, passives, detractors = counts
    n = promoters + passives + detractors
    b = promoters * (1 - delta) - 2 * passives * delta + detractors * (1 - 3 * delta)
    c = detractors * delta * (1 - delta)
    d = (b + math.sqrt(max(b * b + 8 * n * c, 0.0))) / (4 * n)
    d = min(max(d, 0.0, -delta), (1 - delta) / 2)
    return 2 * d + delta - delta**2


def bayesian(counts: Counts, confidence: float, *, draws: int, rng: np.random.Generator) -> Limits:
    r"""Equal-tailed quantiles of :math:`p - d` under a Dirichlet prior of three answers."""
    drawn = rng.dirichlet(adjusted(counts), draws)
    return percentiles(drawn[:, 0] - drawn[:, 2], confidence)


def bootstrap(counts: Counts, confidence: float, *, draws: int, rng: np.random.Generator) -> Limits:
    """Percentiles of the score of as many answers drawn anew from those there are."""
    n = round(sum(counts))
    if n == 0:
        return math.nan, math.nan
    drawn = rng.multinomial(n, np.array(counts) / n, draws)
    return percentiles((drawn[:, 0] - drawn[:, 2]) / n, confidence)


def percentiles(values: NDArray[np.float64], confidence: float) -> Limits:
    """Equal-tailed limits of simulated values."""
    tail = 0.5 - confidence / 2
    low, high = np.quantile(values, [tail, 1 - tail]).tolist()
    return low, high
