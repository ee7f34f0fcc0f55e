r"""Logarithms of rising factorials, :math:`\ln\Gamma(c + x) - \ln\Gamma(c)`, with derivatives.

For whole :math:`x` these are finite sums, :math:`\sum_{j<x} \ln(c + j)`. Summed, they keep every
digit where the difference of two large log-gamma values would lose them: that is what makes the
limits of a model (a parameter running to infinity) visible instead of noise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Rising", "rising"]

_LARGEST_SUM: Final = 1_000_000


class Rising(NamedTuple):
    """Values at each x, and the first and second derivative in c."""

    value: NDArray[np.float64]
    first: NDArray[np.float64]
    second: NDArray[np.float64]


def rising(c: float, x: NDArray[np.float64]) -> Rising:
    """`ln (c)_x` for whole, non-negative `x`, and its first two derivatives in `c`."""
    largest = int(x.max())
    if largest > _LARGEST_SUM:
        return _by_gamma(c, x)
    terms = c + np.arange(largest)
    at = x.astype(np.intp)
    return Rising(*(_sums(part)[at] for part in (np.log(terms), 1 / terms, -1 / terms**2)))


def _sums(terms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums of the first 0, 1, 2, … terms."""
    return np.concatenate(([0.0], np.cumsum(terms)))


def _by_gamma(c: float, x: NDArray[np.float64]) -> Rising:
    from scipy.special import digamma, gammaln, polygamma  # noqa: PLC0415

    return Rising(
        gammaln(c + x) - gammaln(c),
        digamma(c + x) - digamma(c),
        polygamma(1, c + x) - polygamma(1, c),
    )
