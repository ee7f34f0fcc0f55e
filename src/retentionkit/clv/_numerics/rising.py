r"""Logarithms of rising factorials, :math:`\ln\Gamma(c + x) - \ln\Gamma(c)`, with derivatives.

For whole :math:`x` these are finite sums, :math:`\sum_{j<x} \ln(c + j)`. Summed, they keep every
digit where the difference of two large log-gamma values would lose them: that is what makes the
limits of a model (a parameter running to infinity) visible instead of noise. For any other
:math:`x`, and where :math:`c` differs from row to row, the difference is taken inside Stirling's
series, equation 5.11.1 of [1]_, term by term.

References
----------
.. [1] NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov/5.11.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Rising", "log_beta", "log_rising", "rising", "rising_by_gamma"]

_LARGEST_SUM: Final = 1_000_000
#: From here on six terms of Stirling's series give seventeen digits.
_LARGE: Final = 12.0
_STIRLING: Final = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)


class Rising(NamedTuple):
    """Values at each x, and the first and second derivative in c."""

    value: NDArray[np.float64]
    first: NDArray[np.float64]
    second: NDArray[np.float64]


def rising(c: float, x: NDArray[np.float64]) -> Rising:
    """`ln (c)_x` for whole, non-negative `x`, and its first two derivatives in `c`."""
    largest = int(x.max(initial=0))
    if largest > _LARGEST_SUM:
        return rising_by_gamma(c, x)
    terms = c + np.arange(largest)
    at = x.astype(np.intp)
    return Rising(*(_sums(part)[at] for part in (np.log(terms), 1 / terms, -1 / terms**2)))


def log_rising(c: ArrayLike, x: ArrayLike) -> NDArray[np.float64]:
    """`ln (c)_x` for any positive `c` and non-negative `x`, which broadcast."""
    from scipy.special import gammaln  # noqa: PLC0415

    low, x = np.broadcast_arrays(np.asarray(c, dtype=np.float64), x)
    high = low + x
    large = x * np.log(high) + (low - 0.5) * np.log1p(x / low) - x + _rest(high) - _rest(low)
    small = gammaln(high) - gammaln(low)
    return np.asarray(np.where(low < _LARGE, small, large))


def rising_by_gamma(c: ArrayLike, x: ArrayLike) -> Rising:
    """`ln (c)_x` for any positive `c` and non-negative `x`, and its derivatives in `c`."""
    from scipy.special import digamma, zeta  # noqa: PLC0415

    low, x = np.broadcast_arrays(np.asarray(c, dtype=np.float64), x)
    high, gap = low + x, x / (low * (low + x))  # gap is 1 / low - 1 / high
    first = np.log1p(x / low) + gap / 2 + _rest(high, 1) - _rest(low, 1)
    second = -gap * (1 + (1 / low + 1 / high) / 2) + _rest(high, 2) - _rest(low, 2)
    few = low < _LARGE
    return Rising(
        log_rising(low, x),
        np.where(few, digamma(high) - digamma(low), first),
        np.where(few, zeta(2.0, high) - zeta(2.0, low), second),
    )


def log_beta(a: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
    """`ln B(a, b)`, as the rising factorial of the larger one."""
    from scipy.special import gammaln  # noqa: PLC0415

    small = np.minimum(a, b)
    return np.asarray(gammaln(small) - log_rising(np.maximum(a, b), small))


def _sums(terms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums of the first 0, 1, 2, … terms."""
    return np.concatenate(([0.0], np.cumsum(terms)))


def _rest(c: NDArray[np.float64], derivative: int = 0) -> NDArray[np.float64]:
    """What Stirling's series adds to its leading terms, for large c; or a derivative of it."""
    c = np.maximum(c, _LARGE)
    total = np.zeros_like(c)
    for i, number in reversed(list(enumerate(_STIRLING))):
        power = 2 * i + 1
        factor = (1.0, -float(power), power * (power + 1.0))[derivative]
        total = total / c**2 + number * factor
    return np.asarray(total / c ** (1 + derivative))
