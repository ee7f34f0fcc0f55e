r"""Net scores: the share of favourable answers less the share of unfavourable ones, -1 to 1.

Of :math:`n` answers :math:`n_p` are favourable (promoters), :math:`n_0` neutral (passives) and
:math:`n_d` unfavourable (detractors); one answer counts 1, 0 or -1, so that with the shares
:math:`p` and :math:`d`

.. math:: s = p - d, \qquad \operatorname{Var} = p + d - (p - d)^2 .

The two shares are of the same people and not independent: the variance of their difference holds
:math:`2pd` more than the sum of their variances does.

Counts are arrays whose last axis is favourable, neutral, unfavourable; they need not be whole.

References
----------
.. [1] Rocks, B. (2016). Interval Estimation for the "Net Promoter Score". The American
   Statistician 70(4), 365-372.
.. [2] Tango, T. (1998). Equivalence test and confidence interval for the difference in proportions
   for the paired-sample design. Statistics in Medicine 17(8), 891-908.
.. [3] Takahasi, H., Mori, M. (1974). Double exponential formulas for numerical integration.
   Publications of the RIMS, Kyoto University 9(3), 721-741.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from retentionkit.intervals import normal_quantile

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Limits: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]

__all__ = [
    "ADDED",
    "adjusted",
    "adjusted_wald",
    "bayesian",
    "bootstrap",
    "cautious_n",
    "clustered_n",
    "effective_n",
    "moments",
    "percentiles",
    "score",
    "wald",
]

#: What adjusted Wald and the Bayesian prior add: three answers, half of them neutral.
ADDED: Final = (0.75, 1.5, 0.75)

_POINTS: Final = np.array([1.0, 0.0, -1.0])
_NEAR: Final = 1e-14
#: Times what independent answers are worth, beyond which clusters balance but for rounding.
_BALANCED: Final = 1e6
_TAIL: Final = 1e-16
_ROUNDING: Final = 1e-12
_BELOW_ONE: Final = math.nextafter(1.0, 0.0)


def _tanh_sinh(points: int = 121, reach: float = 3.2) -> tuple[NDArray[np.float64], ...]:
    """Places in (0, 1) and weights of a quadrature that stands steep ends [3]_."""
    at = np.linspace(-reach, reach, points)
    stretched = np.pi / 2 * np.sinh(at)
    weights = np.pi / 4 * (at[1] - at[0]) * np.cosh(at) / np.cosh(stretched) ** 2
    return 1 / (1 + np.exp(-2 * stretched)), weights


_PLACES, _WEIGHTS = _tanh_sinh()


def moments(counts: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The score and the variance of one answer, shape (...,); NaN without answers.

    Examples
    --------
    >>> value, variance = moments([50, 30, 20])
    >>> round(float(value), 12), round(float(variance), 12)
    (0.3, 0.61)
    """
    shares = _shares(counts)
    value = shares @ _POINTS
    return value, np.maximum(shares[..., 0] + shares[..., 2] - value**2, 0.0)


def effective_n(weights: ArrayLike, squares: ArrayLike) -> NDArray[np.float64]:
    r"""How many answers of equal weight have the linearised standard error of weighted ones.

    `weights` and `squares` are the sums of :math:`w` and :math:`w^2` by kind of answer, and

    .. math:: \mathrm{se}^2 = \frac{\sum w_i^2 (x_i - s)^2}{(\sum w_i)^2} = \frac{V}{n_e} .

    Where all answers are alike it is Kish's :math:`(\sum w)^2 / \sum w^2`.

    Examples
    --------
    >>> round(float(effective_n([3.0, 4.0, 5.0], [3.0, 4.0, 5.0])), 9)  # all weights are 1
    12.0
    """
    w, w2 = np.asarray(weights, dtype=np.float64), np.asarray(squares, dtype=np.float64)
    total, squared = np.asarray(w.sum(-1)), np.asarray(w2.sum(-1))
    value, variance = moments(w)
    scatter = np.asarray((w2 * (_POINTS - value[..., None]) ** 2).sum(-1))
    alike = ~(scatter > 0)
    above = np.where(alike, 1.0, variance) * total**2
    below = np.where(alike, squared, scatter)
    return np.asarray(above / np.where(below > 0, below, np.inf), dtype=np.float64)


def clustered_n(
    independent: ArrayLike,
    *,
    sums: ArrayLike,
    scatter: ArrayLike,
    sizes: ArrayLike,
    number: ArrayLike,
) -> NDArray[np.float64]:
    r"""How many independent answers of equal weight the answers of clusters are worth.

    With the sum :math:`e_g` of :math:`w_i (x_i - s)` over each of :math:`G` clusters,

    .. math:: \mathrm{se}^2 = \frac{G}{G - 1} \frac{\sum_g e_g^2}{(\sum w_i)^2} = \frac{V}{n_e} .

    `independent` is what they were worth if they were independent, `sums` their weights by kind,
    `scatter` the sum of :math:`e_g^2`, `sizes` that of the squared weights of clusters, `number`
    their number. That clusters do not differ at all is no knowledge: where all answers
    are alike, they are worth as many as there are clusters (Kish), and where the residuals of each
    cluster cancel out, as many as independent ones. NaN for fewer than two clusters.

    Examples
    --------
    >>> sums = [6.0, 0.0, 4.0]  # two clusters, of 5 promoters and of 1 with 4 detractors
    >>> float(clustered_n(10.0, sums=sums, scatter=32.0, sizes=50.0, number=2).round(3))
    1.5
    """
    free, count = np.asarray(independent, dtype=np.float64), np.asarray(number, dtype=np.float64)
    _, variance = moments(sums)
    total = np.sum(sums, axis=-1, dtype=np.float64) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = variance * total * (count - 1) / (count * np.asarray(scatter))
        alike = np.minimum(total / np.asarray(sizes), free)
    spread = np.where(spread <= _BALANCED * free, spread, free)
    return np.where(count > 1, np.where(variance > 0, spread, alike), np.nan)


def cautious_n(worth: ArrayLike, weights: ArrayLike, squares: ArrayLike) -> NDArray[np.float64]:
    r"""How many answers an interval should take weighted ones for: Kish's number if that is less.

    A linearised error is itself estimated, and too small where a few heavy answers happen to be
    near the score. `worth` is `effective_n` of the same sums, or what `clustered_n` makes of it; it
    is taken :math:`\min(1, n_K/n_e)` times, with Kish's :math:`n_K = (\sum w)^2/\sum w^2`.

    Examples
    --------
    >>> weights, squares = [4.0, 4.0, 4.0], [4.0, 5.5, 4.25]
    >>> float(effective_n(weights, squares).round(2))  # no heavy answer is on either side
    11.64
    >>> float(cautious_n(11.64, weights, squares).round(2))
    10.48
    """
    total, squared = np.sum(weights, axis=-1), np.sum(squares, axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):  # without answers
        kept = np.asarray(total**2 / squared / effective_n(weights, squares), dtype=np.float64)
    return np.asarray(worth) * np.where(kept < 1 - _ROUNDING, kept, 1.0)


def adjusted(counts: ArrayLike) -> NDArray[np.float64]:
    """The counts with three answers more: 3/4 favourable, 3/2 neutral, 3/4 unfavourable."""
    return np.asarray(counts, dtype=np.float64) + ADDED


def wald(counts: ArrayLike, *, z: ArrayLike) -> Limits:
    """Limits z standard errors from the score, which may pass the ends of the scale.

    Without width where all answers are alike, and too narrow for few.

    Examples
    --------
    >>> low, high = wald([50, 30, 20], z=1.959964)
    >>> round(float(low), 4), round(float(high), 4)
    (0.1469, 0.4531)
    """
    value, variance = moments(counts)
    half = np.asarray(z) * np.sqrt(variance / np.sum(counts, axis=-1, dtype=np.float64))
    return value - half, value + half


def adjusted_wald(counts: ArrayLike, *, z: ArrayLike) -> Limits:
    """Wald limits of the adjusted counts, which may pass the ends of the scale [1]_.

    Where all of a few answers are alike the limits are moved out to hold the score itself, which
    is what was observed. NaN without answers.

    Examples
    --------
    >>> low, high = adjusted_wald([50, 30, 20], z=1.959964)
    >>> round(float(low), 4), round(float(high), 4)
    (0.1405, 0.442)
    """
    some = np.asarray(counts, dtype=np.float64)
    low, high = wald(np.where(some.sum(-1, keepdims=True) > 0, adjusted(some), np.nan), z=z)
    value, _ = moments(some)
    return np.minimum(low, value), np.maximum(high, value)


def score(counts: ArrayLike, *, confidence: float) -> Limits:
    r"""Limits of the scores that the data do not refute, within the scale [1]_.

    All :math:`\delta` with :math:`(s - \delta)^2 \le z^2 V_0(\delta)/n`, where :math:`V_0` is the
    variance at the most likely shares among those with :math:`p - d = \delta`: the unfavourable
    share is the greater root of :math:`2 n d^2 - B d - C = 0` [2]_ with

    .. math:: B = n_p(1-\delta) - 2 n_0 \delta + n_d(1 - 3\delta), \qquad C = n_d\,\delta(1-\delta).

    Examples
    --------
    >>> low, high = score([8, 0, 0], confidence=0.95)
    >>> round(float(low), 4), float(high)
    (0.3512, 1.0)
    """
    z = normal_quantile(confidence)
    return _each(counts, lambda three: _score(three, z))


def bayesian(counts: ArrayLike, *, confidence: float) -> Limits:
    r"""Equal-tailed quantiles of :math:`p - d` under the Dirichlet prior of the added answers.

    With the neutral share :math:`q \sim \mathrm{Beta}(b, a + c)` and, independently of it,
    :math:`p/(1-q) \sim \mathrm{Beta}(a, c)`,

    .. math:: P(p - d \le t) = \mathrm{E}_q\, I_{(1 + t/(1-q))/2}(a, c) ,

    which is integrated, not simulated: the probability of a limit is right to 1e-12 for hundreds
    of answers, and to 1e-7 for ten million.

    Examples
    --------
    >>> low, high = bayesian([5, 3, 2], confidence=0.95)
    >>> round(float(low), 3), round(float(high), 3)
    (-0.195, 0.612)
    """
    tail = 0.5 - confidence / 2
    return _each(counts, lambda three: (_quantile(three, tail), -_quantile(three[::-1], tail)))


def bootstrap(
    counts: ArrayLike, *, confidence: float, draws: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Percentiles of the score of as many answers drawn anew from those there are.

    Examples
    --------
    >>> generator = np.random.default_rng(0)
    >>> bootstrap([8, 0, 0], confidence=0.95, draws=100, rng=generator)
    (1.0, 1.0)
    """
    n = int(np.sum(counts))
    drawn = rng.multinomial(n, _shares(counts), draws)
    return percentiles(drawn @ _POINTS / n, confidence)


def percentiles(values: NDArray[np.float64], confidence: float) -> tuple[float, float]:
    """Equal-tailed limits of simulated values.

    Examples
    --------
    >>> percentiles(np.arange(101.0), 0.5)
    (25.0, 75.0)
    """
    low, high = np.quantile(values, [0.5 - confidence / 2, 0.5 + confidence / 2]).tolist()
    return low, high


def _shares(counts: ArrayLike) -> NDArray[np.float64]:
    some = np.asarray(counts, dtype=np.float64)
    total = some.sum(-1, keepdims=True)
    return np.asarray(some / np.where(total > 0, total, np.nan), dtype=np.float64)


def _each(counts: ArrayLike, limits: Callable[[list[float]], tuple[float, float]]) -> Limits:
    """The limits of each row of counts; NaN for one without answers."""
    some = np.asarray(counts, dtype=np.float64)
    rows: list[list[float]] = some.reshape(-1, 3).tolist()
    found = [limits(row) if sum(row) > 0 else (math.nan, math.nan) for row in rows]
    both: NDArray[Any] = np.array(found, dtype=np.float64).reshape(*some.shape[:-1], 2)
    return both[..., 0], both[..., 1]


def _score(counts: list[float], z: float) -> tuple[float, float]:
    n = sum(counts)
    value = (counts[0] - counts[2]) / n

    def excess(delta: float) -> float:
        """Distance in standard errors less z; negative inside the interval."""
        return abs(value - delta) - z * math.sqrt(max(_constrained(counts, delta), 0.0) / n)

    # Where all answers are alike the score itself has no variance, but its neighbours have.
    low = _crossing(excess, -1.0, max(value - _NEAR, -1.0))
    high = _crossing(excess, 1.0, min(value + _NEAR, 1.0))
    return low, high


def _crossing(excess: Callable[[float], float], end: float, near: float) -> float:
    """Where between an end of the scale and the neighbour of the score the interval ends."""
    from scipy.optimize import brentq  # noqa: PLC0415 - scipy is loaded when needed

    if excess(end) <= 0:
        return end
    if excess(near) >= 0:  # narrower than numbers can tell
        return near
    return float(brentq(excess, end, near, xtol=1e-14))


def _constrained(counts: list[float], delta: float) -> float:
    """Variance at the most likely shares whose difference is delta."""
    promoters, passives, detractors = counts
    n = promoters + passives + detractors
    b = promoters * (1 - delta) - 2 * passives * delta + detractors * (1 - 3 * delta)
    c = detractors * delta * (1 - delta)
    d = (b + math.sqrt(max(b * b + 8 * n * c, 0.0))) / (4 * n)
    d = min(max(d, 0.0, -delta), (1 - delta) / 2)
    return 2 * d + delta - delta**2


def _quantile(counts: list[float], level: float) -> float:
    """The quantile of p - d under the Dirichlet distribution."""
    from scipy.optimize import brentq  # noqa: PLC0415 - scipy is loaded when needed
    from scipy.special import betainc, betaincinv  # noqa: PLC0415

    a, b, c = adjusted(counts).tolist()
    # The share that is not neutral, between limits beyond which there is nothing to tell.
    tails = np.asarray(betaincinv([a + c, b], [b, a + c], _TAIL), dtype=np.float64)
    first, last = float(tails[0]), 1 - float(tails[1])
    mode, tilt = (a + c) / (a + b + c), (a - c) / (a + c)

    def mass(start: float, stop: float, t: float | None = None) -> float:
        """Up to a constant, the probability of a share in between, and of p - d up to t."""
        share = np.clip(start + (stop - start) * _PLACES, 1e-300, _BELOW_ONE)
        density = np.exp(
            (a + c - 1) * np.log(share / mode)
            + (b - 1) * (np.log1p(-share) - math.log1p(-mode))
        )  # fmt: skip
        if t is not None:
            favourable = np.clip(0.5 + t / (2 * share), 0.0, 1.0)
            density *= np.asarray(betainc(a, c, favourable), dtype=np.float64)
        return (stop - start) * float(_WEIGHTS @ density)

    total = mass(first, last)

    def below(t: float) -> float:
        """Probability of at most t, less the level."""
        kink = min(max(abs(t), first), last)  # with fewer p - d is never so far out
        step = min(max(t / tilt if tilt else last, kink), last)  # steep if one of two is rare
        inside = mass(kink, step, t) + mass(step, last, t)
        return (inside + (mass(first, kink) if t > 0 else 0.0)) / total - level

    return float(brentq(below, -1.0, 1.0, xtol=1e-13))
