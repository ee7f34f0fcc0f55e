r"""Differences of the log-gamma function and of its derivatives, without the loss of digits.

With a step :math:`s \ge 0`,

.. math::

    D_k(z, s) = \psi^{(k)}(z + s) - \psi^{(k)}(z), \qquad
    \Phi(z, s) = \ln\Gamma(z + s) - \ln\Gamma(z),

and the second difference, which is symmetric in its steps,

.. math::

    \Phi_2(z; a, b) = \ln\frac{\Gamma(z)\,\Gamma(z+a+b)}{\Gamma(z+a)\,\Gamma(z+b)}
    = \int_0^b D_0(z + u, a)\, du.

The values of :math:`\ln\Gamma` at the corners may be a billion times as large as such a difference.
So the argument is first raised above 16 by the recurrence, whose terms all have one sign; there
Stirling's series is differenced term by term. Where both steps are small against z, the second
difference is the integral, by Gauss-Legendre; elsewhere it is a difference of two first ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["digamma_step", "log_gamma_step", "second_difference", "trigamma_step"]

#: Where the asymptotic series have full precision with the terms below.
_HIGH: Final = 16
#: A step that counts as small against z; eight nodes integrate over it to the last digit.
_SMALL: Final = 0.5
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
#: Coefficients of z^-1, z^-3, ... in ln Gamma; of z^-2, z^-4, ... in psi; of z^-3, ... in psi'.
_STIRLING: Final = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188)
_DIGAMMA: Final = (-1 / 12, 1 / 120, -1 / 252, 1 / 240, -1 / 132)
_TRIGAMMA: Final = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66)


def log_gamma_step(z: Floats, s: Floats) -> Floats:
    r""":math:`\ln\Gamma(z + s) - \ln\Gamma(z)` for z > 0 and s >= 0."""
    high = np.where(z < _HIGH, z + _HIGH, z)
    main = (high - 0.5) * np.log1p(s / high) + s * (np.log(high + s) - 1)
    below = _below(lambda low, step: np.log1p(step / low), z, s)
    return np.asarray(main + _series(_STIRLING, 1, high, s) - below)


def digamma_step(z: Floats, s: Floats) -> Floats:
    r""":math:`\psi(z + s) - \psi(z)`, positive."""
    high = np.where(z < _HIGH, z + _HIGH, z)
    u, w = 1 / high, 1 / (high + s)
    main = np.log1p(s / high) + s * u * w / 2
    return (
        main
        + _series(_DIGAMMA, 2, high, s)
        + _below(lambda low, step: step / low / (low + step), z, s)
    )


def trigamma_step(z: Floats, s: Floats) -> Floats:
    r""":math:`\psi'(z + s) - \psi'(z)`, negative."""
    high = np.where(z < _HIGH, z + _HIGH, z)
    u, w = 1 / high, 1 / (high + s)
    main = -s * u * w * (1 + (u + w) / 2)

    def below(low: Floats, step: Floats) -> Floats:
        return step / low / (low + step) * (1 / low + 1 / (low + step))

    return main + _series(_TRIGAMMA, 3, high, s) - _below(below, z, s)


def second_difference(z: Floats, a: Floats, b: Floats) -> Floats:
    r""":math:`\Phi_2(z; a, b)`, not negative, to full relative precision."""
    z, a, b = np.broadcast_arrays(z, np.minimum(a, b), np.maximum(a, b))
    near = b < _SMALL * z
    result = np.empty(z.shape)
    far = ~near
    if far.any():
        zf, af, bf = z[far], a[far], b[far]
        result[far] = log_gamma_step(zf + bf, af) - log_gamma_step(zf, af)
    if near.any():
        zn, an, half = z[near], a[near], b[near] / 2
        inside = zn + half * (1 + _NODES[:, None])
        result[near] = half * (_WEIGHTS @ digamma_step(inside, an))
    return result


def _series(terms: tuple[float, ...], power: int, z: Floats, s: Floats) -> Floats:
    """The sum of terms over z^power, z^(power + 2), ..., at z + s less at z."""
    u, w = 1 / z, 1 / (z + s)
    # w^k - u^k = (w - u) h with h = w^(k-1) + w^(k-2) u + ... + u^(k-1), a sum of one sign.
    h: Floats = sum((w ** (power - 1 - i) * u**i for i in range(power)), np.zeros_like(w))
    total = terms[0] * h
    top = w**power
    for term in terms[1:]:
        h = u * (u * h + top) + w * top
        top = top * w * w
        total = total + term * h
    return -s * u * w * total


def _below(term: Callable[[Floats, Floats], Floats], z: Floats, s: Floats) -> Floats:
    """Terms at z, z + 1, ... that the recurrence adds where z was raised."""
    z, s = np.broadcast_arrays(z, s)
    result, low = np.zeros(z.shape), z < _HIGH
    if low.any():
        start, step = z[low], s[low]
        result[low] = sum((term(start + i, step) for i in range(_HIGH)), np.zeros_like(start))
    return result
