r"""Totals of purchases of independent customers, exactly.

The probability generating function of a sum is the product of those of its parts. On the unit
circle it is a discrete Fourier transform, and the probabilities of the total are read back from it:

.. math::

    P(N = n) = \frac1K \sum_{k < K} e^{-2\pi i k n / K}
        \prod_j \bigl(1 - A_j + A_j\,\phi_j(e^{2\pi i k / K})\bigr)^{w_j} .

K reaches 30 standard deviations above the mean; counts beyond it are left out.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from retentionkit.clv._value.ahead import Ahead, Block, Floats

__all__ = ["count_total"]

#: Complex numbers held at once, and computed at all.
_HELD: Final = 1 << 20
_MOST: Final = 1 << 28
_DEVIATIONS: Final = 30


def count_total(ahead: Ahead, weight: Floats, mean: float, deviation: float) -> Floats | None:
    """Distribution function of the total at 0, 1, 2, ...; None where it would cost too much."""
    size = 1 << math.ceil(math.log2(64 + mean + _DEVIATIONS * deviation))
    if size * len(weight) > _MOST:
        return None
    product = np.ones(size // 2 + 1, dtype=np.complex128)
    for block in ahead.blocks():
        _multiply(product, block, ahead.alive[block.customers], weight[block.customers], size)
    return np.cumsum(np.maximum(np.fft.irfft(product, size), 0.0))


def _multiply(
    product: np.ndarray[tuple[int], np.dtype[np.complex128]],
    block: Block,
    alive: Floats,
    weight: Floats,
    size: int,
) -> None:
    """Multiply in the customers of a block, so many at a time as the memory allows."""
    some = max(1, _HELD // size)
    for low in range(0, len(alive), some):
        rows = slice(low, low + some)
        shown, at = np.unique(block.row[rows], return_inverse=True)
        ones = np.fft.rfft(block.pmf[shown], size, axis=1)[at.reshape(-1)]
        lives = alive[rows, None]
        parts = (1 - lives + lives * ones) ** np.maximum(np.rint(weight[rows, None]), 1.0)
        product *= parts.prod(axis=0)
