r"""How the value of a contract responds to retention: an average over customers.

Raise every future retention probability of a customer with churn :math:`\theta` by one per cent and
the customer's discounted renewals to come rise by :math:`D_\theta` per cent. With
:math:`s_j = (1-\theta)^{(x+j)^c - x^c}`,

.. math::

    D_\theta(x) = \frac{\sum_j j\, v^{\,j-1} s_j}{\sum_j v^{\,j-1} s_j}
    = 1 + \frac{v N(x + 1)}{1 + v A(x + 1)},

where A and N are the sums below and above the bar. The elasticity of a customer who is known by his
renewals is the mean of this over :math:`\theta \sim \mathrm{Beta}(\alpha, \beta + x^c)`; for c = 1
it is equation (8) of [1]_. The mean is a trapezoidal sum in :math:`u = \ln\theta/(1-\theta)`, on
one grid for all x, down which one sweep of the recursion runs.

References
----------
.. [1] Fader, P. S. and Hardie, B. G. S. (2010). Customer-Base Valuation in a Contractual Setting:
   The Perils of Ignoring Heterogeneity. Marketing Science 29(1), 85-93.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.clv._numerics.contract_lives import ageing
from retentionkit.clv._numerics.residual_lifetime import GREGORY, REACH, logarithmic_grid, reach

if TYPE_CHECKING:
    from retentionkit.clv._numerics.contract_lives import ContractLives, Floats

__all__ = ["mean_elasticity"]

_STEP: Final = 0.2
_WIDTHS: Final = 9.0
_TAIL: Final = 40.0
_NODES: Final = 1 << 9


def mean_elasticity(lives: ContractLives, x: Floats, delta: float) -> Floats:
    """The mean of D over the churn of customers who have been renewed x times."""
    if len(x) == 0:
        return np.zeros(0)
    distinct, at = np.unique(x, return_inverse=True)
    parts = np.split(distinct, np.flatnonzero(np.diff(distinct) > REACH) + 1)
    return np.concatenate([_sweep(lives, part, delta) for part in parts])[at.ravel()]


def _sweep(lives: ContractLives, x: Floats, delta: float) -> Floats:
    """The means for x in rising order without large gaps, from blocks of the grid."""
    b = lives.second(x)
    low, high, step = _grid(lives, x, b, delta)
    count = math.ceil((high - low) / step) + 1
    above, below = np.zeros(len(x)), np.zeros(len(x))
    for first in range(0, count, _NODES):
        u = low + step * np.arange(first, min(first + _NODES, count), dtype=np.float64)
        log_density = -lives.alpha * np.logaddexp(0, -u) - b[:, None] * np.logaddexp(0, u)
        mode = np.log(lives.alpha / b)
        log_density += (lives.alpha * np.logaddexp(0, -mode) + b * np.logaddexp(0, mode))[:, None]
        weight = np.exp(log_density)
        if first + _NODES >= count:
            weight[:, -1] /= -np.expm1(-b * step)  # D is 1 there: a geometric series
        below += weight.sum(axis=1)
        values = weight * _elasticities(lives, x, u, delta)
        if first == 0:  # towards u = -infinity both are geometric series, each with its ratio
            ratio = math.exp(-lives.alpha * step)
            below += weight[:, 0] * (ratio / -math.expm1(-lives.alpha * step))
            growth = lives.alpha - (0 if delta > 0 else 1 / lives.c)
            values[:, 0] /= -math.expm1(-growth * step)
        above += values.sum(axis=1)
    return above / below


def _grid(lives: ContractLives, x: Floats, b: Floats, delta: float) -> tuple[float, float, float]:
    """The range of u in which densities or values change, and a step that resolves both."""
    alpha, c, last = lives.alpha, lives.c, math.log1p(float(x[-1]))
    decay = alpha if delta > 0 else alpha - 1 / c
    width = np.sqrt(1 / alpha + 1 / b)
    left = float((np.log(alpha / b) - _WIDTHS * width).min()) - _TAIL / decay
    # Who leaves so rarely sees only discounting; without it, a life is all scale.
    rare = max(last, math.log(_TAIL / delta)) if delta > 0 else last + _TAIL
    right = np.log(alpha / b) + _WIDTHS * width + _TAIL / b
    at_once = np.where(x == 0, _TAIL / math.expm1(c * math.log(2)), math.inf)
    step = min(_STEP, float(width.min()) / 2)
    return max(left, -_TAIL - c * rare), float(np.minimum(right, at_once).max()), step


def _elasticities(lives: ContractLives, x: Floats, u: Floats, delta: float) -> Floats:
    """D for each x, in rows, and each u: one sweep of the recursion for A and N."""
    loss, factor = np.logaddexp(0, u), math.exp(-delta)
    high = float(x[-1]) + reach(delta)
    total, late = _far(lives, loss, high, delta)
    grid = np.arange(float(x[0]), high)
    steps = ageing(lives.c, grid, np.ones(()))
    wanted = set(x.tolist())
    found: list[Floats] = []
    for k, age in zip(grid[::-1].tolist(), steps[::-1].tolist(), strict=True):
        ahead = 1 + factor * total
        elasticity = 1 + factor * late / ahead
        total = np.exp(-age * loss) * ahead
        late = total * elasticity
        if k in wanted:
            found.append(elasticity)
    return np.stack(found[::-1])


def _far(lives: ContractLives, loss: Floats, x: float, delta: float) -> tuple[Floats, Floats]:
    """A and N far ahead, where the sums are nearly integrals."""
    if delta * REACH >= -math.log(1e-21):
        return np.zeros(len(loss)), np.zeros(len(loss))
    log_j, step = logarithmic_grid(lives, x, delta)
    if delta == 0:
        end = max(log_j[-1], (math.log(_TAIL) - math.log(float(loss.min()))) / lives.c)
        log_j = end - step * np.arange(math.ceil((end + _TAIL) / step), -1, -1.0)
    j, near = np.exp(log_j), np.arange(len(GREGORY), dtype=np.float64)

    def weight(j: Floats) -> Floats:
        return np.exp(-delta * j - loss[:, None] * ageing(lives.c, np.asarray(x), j))

    terms, first = weight(j) * (step * j), weight(near) * GREGORY
    total = (terms.sum(axis=1) + first.sum(axis=1) - 1) * math.exp(delta)
    late = (terms @ j + first @ near) * math.exp(delta)
    return np.maximum(total, 0.0), np.maximum(late, 0.0)
