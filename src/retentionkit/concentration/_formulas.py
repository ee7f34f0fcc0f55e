r"""The figures of concentration and their influence functions, one formula each.

A figure :math:`\theta` of the distribution of values changes by :math:`\mathrm{IF}(x)` per customer
of value x that is added, and with n independent customers

.. math:: \mathrm{se}(\hat\theta)^2 = \frac{1}{n (n-1)} \sum_i \mathrm{IF}(x_i)^2 .

With the mean :math:`\mu`, and :math:`\xi` the value of the customer at the boundary:

.. math::

    \begin{aligned}
    G &= \frac{E|X - Y|}{2\mu},
      & \mathrm{IF} &= \frac{E|x - Y| - G (x + \mu)}{\mu} \\
    T(p) &= \frac{E(X - \xi)^+ + p\,\xi}{\mu},
      & \mathrm{IF} &= \frac{(x - \xi)^+ + p\,\xi - T x}{\mu} \\
    P(q) &= T^{-1}(q),
      & \mathrm{IF} &= -\frac{(x - \xi)^+ + P\,\xi - q x}{\xi} \\
    K &= \frac{E X^2}{\mu^2},
      & \mathrm{IF} &= K \left(\frac{x^2}{E X^2} - \frac{2x}{\mu} + 1\right)
    \end{aligned}

T is the share of the top p, P the share of customers needed for q of the value, and K/n the sum of
squared shares. The influence of P is that of T over the slope :math:`-T'(p) = -\xi / \mu`.

References
----------
.. [1] Beach, C. M. and Davidson, R. (1983). Distribution-free statistical inference with Lorenz
   curves and income shares. Review of Economic Studies 50(4), 723-735.
.. [2] Davidson, R. (2009). Reliable inference for the Gini index. Journal of Econometrics 150(1),
   30-40.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.concentration._sample import Sample

__all__ = ["UNDEFINED", "Figure", "effective", "figure", "gini", "hhi", "share_needed", "top_share"]

#: Rounding that must not move the boundary to the next customer.
_EXACT: Final = 1 - 1e-12


class Figure(NamedTuple):
    """A figure and its standard error; both NaN where it is undefined."""

    value: float
    error: float


UNDEFINED: Final = Figure(math.nan, math.nan)


def figure(sample: Sample, value: float, influence: NDArray[np.float64]) -> Figure:
    """A figure with the standard error that its influence function gives; NaN for one customer."""
    n = sample.n
    variance = sample.mean(influence**2) / (n - 1) if n > 1 else math.nan
    return Figure(value, math.sqrt(variance))


def gini(sample: Sample) -> Figure:
    """Mean difference over twice the mean size of a value, which is the mean if none is negative.

    Where there are negative values, this is the measure of Raffinetti, Siletti and Vernizzi but
    for the factor n/(n - 1): the mean difference over its greatest with these totals of both signs.
    """
    x, w = sample.value, sample.customers
    size = sample.mean(np.abs(x))
    if size == 0:
        return UNDEFINED
    count, money = np.cumsum(w), np.cumsum(w * x)
    difference = (x * (2 * count - count[-1]) + money[-1] - 2 * money) / count[-1]
    value = min(max(sample.mean(difference) / (2 * size), 0.0), 1.0)
    return figure(sample, value, (difference - value * (np.abs(x) + size)) / size)


def top_share(sample: Sample, p: float) -> Figure:
    """Share of the value that the top p of the customers bring."""
    if not sample.has_shares():
        return UNDEFINED
    above: NDArray[np.float64] = np.cumsum(sample.customers[::-1])
    at = _first(above, p * float(above[-1]))
    boundary = float(sample.value[-1 - at])
    mean = sample.mean(sample.value)
    excess = _excess(sample, boundary)
    value = min((sample.mean(excess) + p * boundary) / mean, 1.0)
    return figure(sample, value, (excess + p * boundary - value * sample.value) / mean)


def share_needed(sample: Sample, q: float) -> Figure:
    """Share of the customers, the most valuable first, who bring q of the value."""
    if not sample.has_shares():
        return UNDEFINED
    x, w = sample.value[::-1], sample.customers[::-1]
    money: NDArray[np.float64] = np.cumsum(w * x)
    at = _first(money, q * float(money[-1]))
    before = float(money[at - 1]) if at else 0.0
    boundary = float(x[at])
    part = (q * float(money[-1]) - before) / boundary
    value = (float(w[:at].sum()) + min(max(part, 0.0), float(w[at]))) / sample.n
    influence = (_excess(sample, boundary) + value * boundary - q * sample.value) / -boundary
    return figure(sample, value, influence)


def hhi(sample: Sample) -> Figure:
    """Sum of the squared shares of the customers."""
    if not sample.has_shares():
        return UNDEFINED
    x = sample.value
    mean, square = sample.mean(x), sample.mean(x**2)
    ratio = square / mean**2
    found = figure(sample, ratio, ratio * (x**2 / square - 2 * x / mean + 1))
    return Figure(found.value / sample.n, found.error / sample.n)


def effective(sample: Sample) -> Figure:
    """How many equal customers would be as concentrated: the inverse of the HHI."""
    found = hhi(sample)
    return Figure(1 / found.value, found.error / found.value**2)


def _excess(sample: Sample, boundary: float) -> NDArray[np.float64]:
    """What each value has above the boundary."""
    return np.asarray(np.maximum(sample.value - boundary, 0.0))


def _first(sums: NDArray[np.float64], wanted: float) -> int:
    """Where running sums reach what is wanted."""
    at: np.int64 = sums.searchsorted(wanted * _EXACT)
    return int(at)
