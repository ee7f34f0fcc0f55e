"""Roots of many falling functions at once, by Chandrupatla's method.

It takes inverse quadratic interpolation where that is safe and halves the bracket where not. scipy
has the method for arrays from 1.15 on (`optimize.elementwise.find_root`); this goes when 1.15 is
the lowest version that the library runs on.

References
----------
.. [1] Chandrupatla, T. R. (1997). A new hybrid quadratic/bisection algorithm for finding the zero
   of a nonlinear function without using derivatives. Advances in Engineering Software 28, 145-149.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Positions: TypeAlias = NDArray[np.int64]

__all__ = ["falling_roots"]

_STEP: Final = 1.0
_FARTHEST: Final = 1e4


def falling_roots(
    function: Callable[[Floats, Positions], Floats], guess: Floats, *, tolerance: float
) -> Floats:
    """Where each of many falling functions crosses zero; `function(z, which)` gives their values.

    Each function must cross somewhere; the search spreads from the guess.
    """
    low, high = _bracket(function, guess)
    return _within(function, low, high, tolerance)


def _bracket(
    function: Callable[[Floats, Positions], Floats], guess: Floats
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Points on either side of each root, with their values."""
    everyone = np.arange(len(guess))
    ends: list[tuple[Floats, Floats]] = []
    here = function(guess, everyone)
    for sign in (-1.0, 1.0):
        z, f, step = guess.copy(), here.copy(), _STEP
        active = everyone[f * sign > 0]
        while len(active) and step < _FARTHEST:
            z[active] += sign * step
            f[active] = function(z[active], active)
            active, step = active[f[active] * sign > 0], 2 * step
        ends.append((z, f))
    return ends[0], ends[1]


def _within(
    function: Callable[[Floats, Positions], Floats],
    low: tuple[Floats, Floats],
    high: tuple[Floats, Floats],
    tolerance: float,
) -> Floats:
    (a, fa), (b, fb) = ((z.copy(), f.copy()) for z, f in (high, low))
    c, fc = a.copy(), fa.copy()
    t = np.full(len(a), 0.5)
    active = np.arange(len(a))
    while len(active):
        z = a[active] + t[active] * (b[active] - a[active])
        f = function(z, active)
        same = np.sign(f) == np.sign(fa[active])
        keep, turn = active[same], active[~same]
        c[keep], fc[keep] = a[keep], fa[keep]
        c[turn], fc[turn], b[turn], fb[turn] = b[turn], fb[turn], a[turn], fa[turn]
        a[active], fa[active] = z, f
        width = np.abs(b[active] - a[active])
        active = active[(width > tolerance) & (fa[active] != 0)]
        points = tuple(array[active] for array in (a, fa, b, fb, c, fc))
        t[active] = _step(points, tolerance)
    return np.where(np.abs(fa) <= np.abs(fb), a, b)


def _step(points: tuple[Floats, ...], tolerance: float) -> Floats:
    """How far to go from a towards b: by a parabola through three points, or half."""
    a, fa, b, fb, c, fc = points
    with np.errstate(divide="ignore", invalid="ignore"):
        xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
        curved = fa / (fb - fa) * fc / (fb - fc)
        curved += (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        safe = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi) & np.isfinite(curved)
    least = tolerance / 2 / np.abs(b - a)
    return np.clip(np.where(safe, curved, 0.5), least, 1 - least)
