r"""How many purchases a Pareto/NBD customer makes who is alive now.

With rate :math:`\lambda \sim \mathrm{Gamma}(R, A)` and dropout rate
:math:`\mu \sim \mathrm{Gamma}(s, B)`, the probability of n purchases in the next :math:`t` is that
of n purchases by somebody who stays, and by somebody who leaves at a time :math:`u` before:

.. math::

    P(n) = f_n(t) \Bigl(\frac{B}{B+t}\Bigr)^s
         + \int_0^t f_n(u)\, \frac{s}{B} \Bigl(\frac{B}{B+u}\Bigr)^{s+1} du,
    \qquad
    f_n(u) = \frac{(R)_n}{n!} \Bigl(\frac{A}{A+u}\Bigr)^R \Bigl(\frac{u}{A+u}\Bigr)^n.

The integrand is log-concave in :math:`\ln u`. The integral is taken by Gauss-Legendre panels where
it is within :math:`e^{-40}` of its largest value; all terms are positive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from scipy.special import expit

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["count_pmf"]

_DEPTH: Final = 40.0
#: Lengths of ln u in which the path has risen by the depth, and halvings that find a place in it.
_FAR: Final = 100.0
_HALVINGS: Final = 30
_NODES: Final = 24
#: Width of a panel, in ln u and in standard deviations of the sharpest bend.
_PANEL: Final = 3.0
_DEVIATIONS: Final = 4.0
_CELLS: Final = 1 << 17


def count_pmf(n: Floats, R: Floats, A: Floats, s: float, B: Floats, t: float) -> Floats:
    """Probability of n purchases in (0, t] of customers alive at 0; arrays of one shape (k,)."""
    from scipy.special import betaln  # noqa: PLC0415

    if t == 0:
        return np.where(n == 0, 1.0, 0.0)
    # 1 / (n B(n, R)) is the binomial coefficient without the difference of two large numbers.
    some = np.maximum(n, 1.0)
    ways = np.where(n > 0, -betaln(some, R) - np.log(some), 0.0)
    at_end = ways + _log_bought(np.log(t), n, R, A)
    stays = np.exp(at_end - s * np.log1p(t / B))
    return np.asarray(stays + _leavers(_Path(ways + np.log(s / B), n, R, A, s + 1, B), np.log(t)))


def _log_bought(v: Floats, n: Floats, R: Floats, A: Floats) -> Floats:
    """Ln of f_n(u) without its coefficient, at v = ln u."""
    return -R * np.log1p(np.exp(v) / A) - n * np.log1p(A * np.exp(-v))


class _Path(NamedTuple):
    """The integrand over v = ln u of customers who make n purchases and leave at u."""

    front: Floats
    n: Floats
    R: Floats
    A: Floats
    S: float
    B: Floats

    def among(self, rows: NDArray[np.intp]) -> _Path:
        """Some of them, ready for an axis of nodes."""
        front, n, R, A, B = (
            array[rows, None] for array in (self.front, self.n, self.R, self.A, self.B)
        )
        return _Path(front, n, R, A, self.S, B)

    def log(self, v: Floats) -> Floats:
        """The logarithm of the integrand."""
        leaves = v - self.S * np.log1p(np.exp(v) / self.B)
        return self.front + leaves + _log_bought(v, self.n, self.R, self.A)

    def rises(self, v: Floats) -> NDArray[np.bool_]:
        """Where it still rises; it does so up to its one mode."""
        by_rate, by_dropout = expit(v - np.log(self.A)), expit(v - np.log(self.B))
        return self.n + 1 > (self.R + self.n) * by_rate + self.S * by_dropout

    def bend(self, low: Floats, high: Floats) -> Floats:
        """A bound on its curvature between two points."""
        at_rate = np.clip(np.log(self.A), low, high) - np.log(self.A)
        at_dropout = np.clip(np.log(self.B), low, high) - np.log(self.B)
        return (self.R + self.n) * _bell(at_rate) + self.S * _bell(at_dropout)


def _bell(z: Floats) -> Floats:
    return np.asarray(expit(z) * expit(-z))


def _leavers(path: _Path, end: float) -> Floats:
    """The integral of the path up to ln t, over the panels that each of them needs."""
    low, high = _window(path, end)
    panel = np.minimum(_PANEL, _DEVIATIONS / np.sqrt(path.bend(low, high)))
    panels = np.maximum(np.ceil((high - low) / panel), 1.0).astype(np.intp)
    points, weights = np.polynomial.legendre.leggauss(_NODES)
    result = np.empty(len(low))
    for count in range(1, int(panels.max(initial=0)) + 1):
        found = np.flatnonzero(panels == count)
        left = np.arange(count)[:, None]
        spots = ((left + (points + 1) / 2) / count).ravel()
        shares = np.tile(weights / (2 * count), count)
        size = _CELLS // len(spots) + 1
        for rows in (found[first : first + size] for first in range(0, len(found), size)):
            length = (high - low)[rows]
            v = low[rows, None] + length[:, None] * spots
            result[rows] = length * (np.exp(path.among(rows).log(v)) @ shares)
    return result


def _window(path: _Path, end: float) -> tuple[Floats, Floats]:
    """Where the path is within the depth that counts of its largest value, up to the end."""
    rising = np.minimum(-np.log((path.R + path.n) / path.A + path.S / path.B), end)
    bottom, top = rising - _FAR, np.full_like(rising, end)
    mode = np.where(path.rises(top), top, _bisect(path.rises, rising, top))
    floor = path.log(mode) - _DEPTH
    low = _bisect(lambda v: path.log(v) < floor, bottom, mode)
    falls = path.log(top) < floor
    return low, np.where(falls, _bisect(lambda v: path.log(v) >= floor, mode, top), top)


def _bisect(holds: Callable[[Floats], NDArray[np.bool_]], low: Floats, high: Floats) -> Floats:
    """Where a condition that holds at `low` ceases to hold on the way to `high`."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        still = holds(middle)
        low, high = np.where(still, middle, low), np.where(still, high, middle)
    return high
