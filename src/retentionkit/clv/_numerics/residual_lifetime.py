r"""Discounted renewals to come: the sum that every value of a contract rests on.

With :math:`S_j(x)` the probability of j further renewals after x, discount factor
:math:`v = e^{-\delta}` per period and K renewals ahead,

.. math::

    A_K(x) = \sum_{j=1}^{K} v^{\,j-1} S_j(x) = \rho(x)\,\bigl(1 + v\, A_{K-1}(x+1)\bigr),
    \qquad \rho(x) = S_1(x),

equation (6) of [1]_ for K without end. The recursion has positive terms only, so one sweep down
gives all x at once. It starts far above the largest x, from the sum over what is left there, which
is an integral and Gregory's correction: by then a step is short against everything.

References
----------
.. [1] Fader, P. S. and Hardie, B. G. S. (2010). Customer-Base Valuation in a Contractual Setting:
   The Perils of Ignoring Heterogeneity. Marketing Science 29(1), 85-93.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from retentionkit.clv._numerics.contract_lives import ContractLives, Floats

__all__ = ["GREGORY", "REACH", "discounted_renewals", "logarithmic_grid", "reach"]

#: Periods above the largest x where the sweep begins, at most.
REACH: Final = 2048
#: Discounting beyond which nothing counts: exp(-50) is 2e-22.
_FORGOTTEN: Final = 50.0
_CHUNK: Final = 1 << 16
_STEP: Final = 0.2
#: Gregory's correction of the sum over 0, 1, 2, ... less its integral, for the values at 0 ... 6.
_DIFFERENCES: Final = (1 / 2, -1 / 12, 1 / 24, -19 / 720, 3 / 160, -863 / 60480, 275 / 24192)
GREGORY: Final = np.array(
    [
        sum(
            (-1) ** (k - i) * math.comb(k, i) * _DIFFERENCES[k] for k in range(i, len(_DIFFERENCES))
        )
        for i in range(len(_DIFFERENCES))
    ]
)


def discounted_renewals(lives: ContractLives, x: Floats, delta: float, ahead: float) -> Floats:
    """A_K(x) for each x, with K = `ahead` whole or infinite."""
    distinct, at = np.unique(x, return_inverse=True)
    if ahead == 0 or len(x) == 0:
        return np.zeros(len(x))
    if delta * ahead > _FORGOTTEN + math.log(1 + ahead):
        ahead = math.inf
    parts = np.split(distinct, np.flatnonzero(np.diff(distinct) > REACH) + 1)
    found = [_sweep(lives, part, delta, ahead) for part in parts]
    return np.concatenate(found)[at.ravel()]


def reach(delta: float) -> int:
    """How far above the largest x a sweep begins."""
    return REACH if delta * REACH < _FORGOTTEN else math.ceil(_FORGOTTEN / delta)


def _sweep(lives: ContractLives, x: Floats, delta: float, ahead: float) -> Floats:
    """The recursion for x in rising order without large gaps."""
    endless = math.isinf(ahead)
    low, high = float(x[0]), float(x[-1]) + (reach(delta) if endless else 0)
    grid = np.arange(low, high + 1)
    stays = lives.stays(grid[:-1], np.ones(())).tolist()
    cut = [0.0] * len(stays)
    if endless:
        value = _far(lives, high, delta)
    else:
        value = _first(lives, high, delta, ahead)
        cut = (math.exp(-delta * ahead) * lives.stays(grid[1:], np.asarray(ahead))).tolist()
    factor, sums = math.exp(-delta), np.empty(len(grid))
    sums[-1] = value
    for i in range(len(stays) - 1, -1, -1):
        value = stays[i] * (1 + factor * value - cut[i])
        sums[i] = value
    return sums[(x - low).astype(np.intp)]


def _first(lives: ContractLives, x: float, delta: float, ahead: float) -> float:
    """A_K(x) as the sum that it is."""
    total = 0.0
    for begin in range(1, int(ahead) + 1, _CHUNK):
        j = np.arange(begin, min(begin + _CHUNK, int(ahead) + 1), dtype=np.float64)
        total += float(np.exp(-delta * (j - 1)) @ lives.stays(np.asarray(x), j))
    return total


def _far(lives: ContractLives, x: float, delta: float) -> float:
    """A(x) without end from far away, where the sum is nearly its integral."""
    if delta * REACH >= _FORGOTTEN:
        return 0.0  # forgotten from where the sweep ends

    def weight(j: Floats) -> Floats:
        return -delta * j - lives.decline(np.asarray(x), j)

    tail = lives.alpha * lives.c - 1
    log_j, step = logarithmic_grid(lives, x, delta)
    terms = np.exp(log_j + weight(np.exp(log_j)))
    if delta == 0:
        terms[-1] /= -math.expm1(-tail * step)  # from here on a power of j: a geometric series
    whole = step * float(terms.sum()) + float(GREGORY @ np.exp(weight(np.arange(7.0))))
    return (whole - 1) * math.exp(delta)


def logarithmic_grid(lives: ContractLives, x: float, delta: float) -> tuple[Floats, float]:
    """Equal steps in ln j over all j that count in an integral over the future after x."""
    if delta > 0:
        end = math.log(_FORGOTTEN + 10 + max(0.0, -math.log(delta))) - math.log(delta)
    else:  # beyond this every term of the expansion but the first has died
        size = math.log1p(lives.alpha) + math.log1p(lives.alpha + lives.beta)
        end = math.log1p(x) + (_FORGOTTEN + size) / lives.c
        end = min(end, math.log1p(x) + 2 * _FORGOTTEN / min(1.0, lives.alpha * lives.c - 1))
    step = _STEP / max(1.0, lives.c)
    count = math.ceil((end + _FORGOTTEN) / step)
    return end - step * np.arange(count, -1, -1.0), step
