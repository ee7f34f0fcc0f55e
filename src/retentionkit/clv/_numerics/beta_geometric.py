r"""Purchases of a customer who is alive and may drop out after each purchase.

The customer buys at rate :math:`\lambda \sim \mathrm{Gamma}(s, \beta)` and drops out after each
purchase with probability :math:`p \sim \mathrm{Beta}(a, b)`. A new BG/NBD customer has
:math:`s = r, \beta = \alpha`; one who is alive after :math:`x` repeat purchases by age :math:`T`
has :math:`s = r + x, \beta = \alpha + T, b + x`. With :math:`\tau = t/\beta`,
:math:`z = \tau/(1+\tau)`, everything follows from

.. math::

    \Pr(\text{alive at } t) &= E\bigl[(1 + p\tau)^{-s}\bigr]
        = (1+\tau)^{-a}\, {}_2F_1(a, a+b-s; a+b; z), \\
    W(t) = E\Bigl[\int_0^t \lambda e^{-p\lambda u} du\Bigr]
        &= \tfrac{a+b-1}{a-1}\bigl[1 - (1+\tau)^{1-a}\, {}_2F_1(a-1, a+b-1-s; a+b-1; z)\bigr].

The hypergeometric functions are written after Euler's transformation, in which the number of
purchases appears only in the last parameter: they neither overflow nor lose digits as it grows.
Where that form has a pole (:math:`a = 1`), cancels (small :math:`t`) or has large parameters, the
average over :math:`p` is a trapezoidal sum in :math:`\ln p/(1-p)`, which converges geometrically
for any parameters.

References
----------
.. [1] Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). "Counting Your Customers" the Easy Way:
   An Alternative to the Pareto/NBD Model. Marketing Science 24(2), 275-284. Equations (9), (10).
.. [2] Trefethen, L. N. and Weideman, J. A. C. (2014). The Exponentially Convergent Trapezoidal
   Rule. SIAM Review 56(3), 385-458.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from retentionkit.clv._fitting.gamma_rates import log_counts
from retentionkit.clv._numerics.rising import log_rising

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["count_pmf", "discounted_purchases", "purchases_while_alive", "still_alive"]

#: Where scipy's hypergeometric function keeps eleven digits: a parameter bound, and bounds of tau
#: for two bounds of a. Measured against the trapezoidal sum on a random grid.
_MODERATE: Final = 60.0
_ACCURATE: Final = ((4.0, 1e4), (16.0, 1e2))
#: Share that must survive a subtraction.
_LOSS: Final = 1e-2
#: Discounting beyond which nothing counts: exp(-45) is 3e-20.
_FORGOTTEN: Final = 45.0
#: Expected purchases so few that dropout cannot matter: W = s tau to the last digit.
_BRIEF: Final = 1e-30
_PANEL: Final = 4.0
_NODES: Final = 24
_ROWS: Final = 1 << 11
_STEP: Final = 0.2
#: A density has fallen by exp(-40) after so many of its widths, and 40 lengths of its tail.
_TAIL: Final = 40.0
_WIDTHS: Final = 9.0
_SUMS: Final = 1 << 17


def still_alive(s: Floats, tau: Floats, a: float, b: Floats) -> Floats:
    r"""The average of :math:`(1 + p\tau)^{-s}` over :math:`p \sim \mathrm{Beta}(a, b)`."""
    from scipy.special import hyp2f1  # noqa: PLC0415

    with np.errstate(all="ignore"):
        result = (1 + tau) ** -a * hyp2f1(a, a + b - s, a + b, tau / (1 + tau))
        sound = (result >= 0) & (result <= 1) & _accurate(s, tau, a, b)
    return _mend(result, sound, _log_alive, s, tau, a, b)


def purchases_while_alive(s: Floats, tau: Floats, a: float, b: Floats) -> Floats:
    r"""Expected purchases in :math:`(0, \tau\beta]` of a customer who is alive at 0."""
    from scipy.special import hyp2f1  # noqa: PLC0415

    with np.errstate(all="ignore"):
        c = a + b - 1
        other = (1 + tau) ** (1 - a) * hyp2f1(a - 1, c - s, c, tau / (1 + tau))
        result = c / (a - 1) * (1 - other)
        kept = np.abs(1 - other) > _LOSS * np.maximum(1.0, np.abs(other))
        sound = kept & (np.abs(c) > _LOSS) & np.isfinite(result) & _accurate(s, tau, a, b)
    brief = s * tau < _BRIEF
    return _mend(np.where(brief, s * tau, result), sound | brief, _log_purchases, s, tau, a, b)


def discounted_purchases(
    s: Floats,
    beta: Floats,
    a: float,
    b: Floats,
    *,
    delta: float,
    horizon: float,
) -> Floats:
    r"""Expected purchases of a customer alive at 0, discounted at the continuous rate `delta`.

    .. math::

        E\Bigl[\int_0^h \lambda e^{-(\delta + p\lambda)u} du\Bigr]
        = s \int_0^{h/\beta} e^{-\delta\beta\tau}\, E\bigl[(1 + p\tau)^{-s-1}\bigr] d\tau.

    The integrand is positive and smooth, so nothing cancels and nothing is singular. In
    :math:`v = \ln(1 + \max(s, 1)\,\tau)` every scale on which it changes has a length of about one,
    which Gauss-Legendre panels resolve. An infinite horizon ends where discounting has forgotten
    the rest.
    """
    if delta == 0 and np.isinf(horizon):
        return np.asarray((a + b - 1) / (a - 1))  # E[1/p]: purchases until dropout
    end = min(horizon, _FORGOTTEN / delta) if delta > 0 else horizon
    scale = np.maximum(s, 1.0)
    width = np.log1p(scale * end / beta)
    nodes, weights = _composite(max(1, int(np.ceil(width.max(initial=0.0) / _PANEL))))
    result = np.empty(len(s))
    for low in range(0, len(s), _ROWS):
        rows = slice(low, low + _ROWS)
        v = width[rows, None] * nodes
        tau = np.expm1(v) / scale[rows, None]
        density = still_alive(s[rows, None] + 1, tau, a, b[rows, None])
        integrand = np.exp(v - delta * beta[rows, None] * tau) * density
        result[rows] = s[rows] * width[rows] / scale[rows] * (integrand @ weights)
    return result


def count_pmf(n: Floats, s: Floats, tau: Floats, a: float, b: Floats) -> Floats:
    """Probability of n purchases: still alive after them, or gone with the last of them.

    Equation (8) of [1]_, with the finite sum as the incomplete beta function that it is. Both terms
    hold the probability of having survived all purchases but the last.
    """
    from scipy.special import betainc, betaincc  # noqa: PLC0415

    earlier = np.maximum(n, 1.0) - 1
    survived = log_rising(b, earlier) - log_rising(a + b, earlier)
    stays = np.where(n > 0, (b + earlier) / (a + b + earlier), 1.0)
    leaves = np.where(n > 0, a / (a + b + earlier), 0.0)
    bought = np.exp(survived + log_counts(n, s, tau))
    # Where almost all of the time lies ahead, only the rest of it keeps its digits.
    more, soon = np.empty(np.broadcast_shapes(bought.shape, np.shape(tau))), np.less(tau, 1)
    betainc(earlier + 1, s, tau / (1 + tau), out=more, where=soon)
    betaincc(s, earlier + 1, 1 / (1 + tau), out=more, where=~soon)
    return np.asarray(stays * bought + leaves * np.exp(survived) * more)


def _accurate(s: Floats, tau: Floats, a: float, b: Floats) -> NDArray[np.bool_]:
    """Where the hypergeometric form can be relied on."""
    longest = max((bound for largest, bound in _ACCURATE if a <= largest), default=-1.0)
    return (np.abs(a + b - s) <= _MODERATE) & (tau <= longest)


@cache
def _composite(panels: int) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes and weights on [0, 1] in equal panels."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    left = np.arange(panels)[:, None]
    return ((left + (nodes + 1) / 2) / panels).ravel(), np.tile(weights / (2 * panels), panels)


def _log_alive(log_p: Floats, s: Floats, tau: Floats) -> Floats:
    return -s * np.log1p(np.exp(log_p) * tau)


def _log_purchases(log_p: Floats, s: Floats, tau: Floats) -> Floats:
    return np.log(-np.expm1(_log_alive(log_p, s, tau))) - log_p


def _mend(
    result: Floats,
    sound: NDArray[np.bool_],
    log_function: Callable[..., Floats],
    s: Floats,
    tau: Floats,
    a: float,
    b: Floats,
) -> Floats:
    """The result with its unsound entries done by the trapezoidal sum over the dropout."""
    if sound.all():
        return result
    wrong = ~sound
    s, tau, b = (array[wrong] for array in np.broadcast_arrays(s, tau, b))
    result[wrong] = _over_dropout(log_function, s, tau, a, b)
    return result


def _over_dropout(
    log_function: Callable[..., Floats],
    s: Floats,
    tau: Floats,
    a: float,
    b: Floats,
) -> Floats:
    r"""Average of a function of p by a trapezoidal sum over :math:`u = \ln p/(1-p)`.

    The Beta density in u is log-concave with exponential tails, and the whole integrand is analytic
    in a strip around the real line, so equal steps converge geometrically [2]_. Where a tail is
    long (a or b near zero), the function is constant there and the sum over the tail is a
    geometric series. Dividing by the same sum of the density itself makes constants cancel.
    """
    spread = np.sqrt(1 / a + 1 / b)
    left = np.log(a / (b + s * tau)) - _WIDTHS * spread - _TAIL / a
    low = np.maximum(left, -_TAIL - np.log1p(s * tau))
    high = np.minimum(np.log(a / b) + _WIDTHS * spread + _TAIL / b, _TAIL)
    step = np.minimum(_STEP, np.sqrt(1 / a + 1 / (b + s)) / 2)
    count = int(np.max((high - low) / step)) + 2
    result = np.empty(len(s))
    for first in range(0, len(s), _SUMS // count + 1):
        rows = slice(first, first + _SUMS // count + 1)
        h = ((high - low) / (count - 1))[rows, None]
        u = low[rows, None] + h * np.arange(count)
        log_p = -np.logaddexp(0, -u)
        density = a * log_p - b[rows, None] * np.logaddexp(0, u)
        density[:, 0] -= np.log(-np.expm1(-a * h[:, 0]))
        density[:, -1] -= np.log(-np.expm1(-b[rows] * h[:, 0]))
        whole = density + log_function(log_p, s[rows, None], tau[rows, None])
        top, bottom = whole.max(axis=1), density.max(axis=1)
        ratio = np.exp(whole - top[:, None]).sum(axis=1) / np.exp(density - bottom[:, None]).sum(
            axis=1
        )
        result[rows] = np.exp(top - bottom) * ratio
    return result
