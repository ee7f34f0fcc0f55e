r"""What lies ahead of a customer who is alive after n opportunities, of which she took x.

She leaves before each further opportunity with probability :math:`\theta \sim
\mathrm{Beta}(\gamma, \delta + n)` and else buys with probability :math:`p \sim
\mathrm{Beta}(\alpha + x, \beta + n - x)`, independent of each other. With rising factorials
:math:`(c)_k = \Gamma(c + k)/\Gamma(c)`, everything follows from

.. math::

    S_k = E[(1 - \theta)^k] = \frac{(\delta + n)_k}{(\gamma + \delta + n)_k}, \qquad
    \sum_{k=1}^{t} S_k = \frac{\delta + n}{\gamma - 1}
        \Bigl[1 - \frac{(\delta + n + 1)_t}{(\gamma + \delta + n)_t}\Bigr],

as in equation (13) of [1]_. The second is written :math:`(\delta + n)(1 - e^{-h})/\varepsilon`
with :math:`\varepsilon = \gamma - 1` and :math:`h = \sum_{j<t} \ln(1 + \varepsilon / (\delta + n +
1 + j))`, whose terms all have the sign of :math:`\varepsilon`: nothing cancels, near
:math:`\gamma = 1` or elsewhere.

References
----------
.. [1] Fader, P. S., Hardie, B. G. S. and Shang, J. (2010). Customer-Base Analysis in a
   Discrete-Time Noncontractual Setting. Marketing Science 29(6), 1086-1108.
.. [2] Trefethen, L. N. and Weideman, J. A. C. (2014). The Exponentially Convergent Trapezoidal
   Rule. SIAM Review 56(3), 385-458.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.clv._numerics.endings import partial_sums, positions

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from retentionkit.clv._numerics.endings import Floats, Positions

__all__ = ["count_pmf", "discounted_survival", "first_purchase", "summed_survival", "survival"]

_CELLS: Final = 1 << 18
_STEP: Final = 0.2
#: A density has fallen by exp(-40) after so many of its widths, and 40 lengths of its tail.
_TAIL: Final = 40.0
_WIDTHS: Final = 9.0


def survival(gamma: float, delta: float, n: Floats, t: Floats) -> Floats:
    """Probability of being alive at opportunity n + t of those who are at n."""
    return np.exp(-_between(gamma, delta, n, t))


def summed_survival(gamma: float, delta: float, n: Floats, t: Floats) -> Floats:
    """Expected number of the next t opportunities at which those alive at n are alive."""
    gap = gamma - 1
    if gap == 0:
        first, last = positions(n), positions(n + t)
        sums = partial_sums(1 / (delta + 1 + np.arange(int(last.max(initial=0)))))
        return np.asarray((delta + n) * (sums[last] - sums[first]))
    h = _between(gap, delta + 1, n, t)
    return np.asarray((delta + n) * (-np.expm1(-h) / gap))


def _between(gap: float, c: float, n: Floats, t: Floats) -> Floats:
    """The logarithm of (c + gap)_t / (c)_t with c + n for c, as a sum of small terms."""
    first, last = positions(n), positions(n + t)
    sums = partial_sums(np.log1p(gap / (c + np.arange(int(last.max(initial=0))))))
    return np.asarray(sums[last] - sums[first])


def discounted_survival(gamma: float, stay: Floats, delta: float, horizon: float) -> Floats:
    r"""The sum of :math:`v^k S_k` over the next opportunities, :math:`v = e^{-\delta}`.

    With :math:`y = v (1 - \theta)` it is the average of :math:`y (1 - y^h) / (1 - y)` over
    :math:`\theta \sim \mathrm{Beta}(\gamma, b)`, where b is `stay`; or, with one factor
    :math:`1 - \theta` taken into the density, of :math:`(1 - y^h) / (1 - y)` over
    :math:`\mathrm{Beta}(\gamma, b + 1)`. That is a trapezoidal sum in :math:`\ln
    \theta/(1-\theta)`: the integrand is analytic around the real line, positive, and constant
    where a tail is long, so equal steps converge geometrically [2]_ and the rest of a tail is a
    geometric series. Dividing by the same sum of the density makes constants cancel.
    """
    scale = min(horizon, 1 / -np.expm1(-delta))
    b = stay + 1
    spread = np.sqrt(1 / gamma + 1 / b)
    left = np.log(gamma / (b + scale)) - _WIDTHS * spread - _TAIL / gamma
    low = np.maximum(left, -_TAIL - np.log1p(scale))
    high = np.minimum(np.log(gamma / b) + _WIDTHS * spread + _TAIL / b, _TAIL)
    step = np.minimum(_STEP, np.sqrt(1 / gamma + 1 / (b + scale)) / 2)
    count = int(np.max((high - low) / step, initial=0.0)) + 2
    result = np.empty(len(stay))
    for first in range(0, len(stay), _CELLS // count + 1):
        rows = slice(first, first + _CELLS // count + 1)
        h = ((high - low) / (count - 1))[rows, None]
        u = low[rows, None] + h * np.arange(count)
        away = np.logaddexp(0, u)  # -ln(1 - theta)
        density = gamma * (u - away) - b[rows, None] * away
        density[:, 0] -= np.log(-np.expm1(-gamma * h[:, 0]))
        density[:, -1] -= np.log(-np.expm1(-b[rows] * h[:, 0]))
        density = np.exp(density - density.max(axis=1, keepdims=True))
        kept = -np.expm1(-horizon * (delta + away)) / -np.expm1(-(delta + away))
        result[rows] = (density * kept).sum(axis=1) / density.sum(axis=1)
    return np.asarray(np.exp(-delta) * stay / (gamma + stay) * result)


def first_purchase(parameters: Floats, x: Floats, n: Floats, t: float) -> Floats:
    """Probability of a purchase at one of the next t opportunities: at the k-th, not before."""
    alpha, beta, _, _ = parameters
    number = np.arange(int(n.max(initial=0.0) + t))
    passed, asked = partial_sums(np.log(beta + number)), _asked(parameters, number)

    def terms(k: Positions, x: Positions, n: Positions) -> Floats:
        # The k + 1-th purchase decision follows k refusals, and k + 1 times she did not leave.
        refused = passed[n - x + k] - passed[n - x]
        return np.asarray(np.exp(refused - (asked[n + k + 1] - asked[n])))

    return np.asarray((alpha + x) * _summed(terms, int(t), *np.broadcast_arrays(x, n)))


def count_pmf(parameters: Floats, k: Floats, x: Floats, n: Floats, t: float) -> Floats:
    """Probability of k purchases at the next t opportunities.

    Either she is there to the end, or she left after i of them, i = k, ..., t - 1.
    """
    alpha, beta, gamma, delta = parameters
    number = np.arange(int(n.max(initial=0.0) + t))
    orders = partial_sums(np.log(1.0 + number[: int(t)]))
    bought = partial_sums(np.log(alpha + number[: int(x.max(initial=0.0) + t)]))
    passed = partial_sums(np.log(beta + number))
    asked = _asked(parameters, number)

    def terms(i: Positions, k: Positions, x: Positions, n: Positions) -> Floats:
        rest = np.maximum(i - k, 0)
        k = np.minimum(k, i)  # where k > i, the term is taken out below
        ways = orders[i] - orders[k] - orders[rest]
        taken = bought[x + k] - bought[x] + passed[n - x + rest] - passed[n - x]
        leaves = np.where(i < t, gamma / (gamma + delta + n + i), 1.0)
        return np.asarray(leaves * np.exp(ways + taken - (asked[n + i] - asked[n])))

    def possible(i: Positions, k: Positions, x: Positions, n: Positions) -> Floats:
        return np.where(i < k, 0.0, terms(i, k, x, n))

    k, x, n = np.broadcast_arrays(np.minimum(k, t + 1), x, n)
    return _summed(possible, int(t) + 1, k, x, n)


def _asked(parameters: Floats, number: NDArray[np.int64]) -> Floats:
    """Minus the logarithm of surviving so many opportunities, plus that of all purchase draws."""
    alpha, beta, gamma, delta = parameters
    drawn = partial_sums(np.log(alpha + beta + number))
    return drawn + partial_sums(np.log1p(gamma / (delta + number)))


def _summed(terms: Callable[..., Floats], count: int, *whole: Floats) -> Floats:
    """The sum of terms 0, ..., count - 1 at arrays of whole numbers, once for each distinct."""
    shape = whole[0].shape
    distinct, inverse = np.unique(
        np.stack([positions(part).ravel() for part in whole]), axis=1, return_inverse=True
    )
    each = np.arange(count)
    result = np.empty(distinct.shape[1])
    size = max(1, _CELLS // max(count, 1))
    for first in range(0, len(result), size):
        columns = distinct[:, first : first + size, None]
        result[first : first + size] = terms(each, *columns).sum(axis=1)
    return np.asarray(result[inverse.ravel()].reshape(shape))
