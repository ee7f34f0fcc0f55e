r"""Spend ahead as a distribution: the sum of a random number of purchases of one customer.

Given N = n purchases and the posterior :math:`\nu \sim \mathrm{Gamma}(q', v')` of the spend model,
with :math:`q' = q + px` and :math:`v' = v + x\bar z`, the sum S of the n amounts has
:math:`S / (v' + S) \sim \mathrm{Beta}(pn, q')`. So

.. math::

    P(S > s) = A \sum_{n \ge 1} P(N = n \mid \text{alive})\;
        I_{v'/(v' + s)}(q', pn),

with the regularised incomplete beta function I: exact but for the counts that the sum leaves out.
In units of :math:`v'` it is the same for all customers who share x and T.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.clv._numerics.roots import falling_roots

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.clv._value.ahead import Ahead, Block, Floats, Positions

__all__ = ["SpendAhead", "inverse_moment"]

#: Incomplete beta functions held at once; probability below which a count cannot matter.
_HELD: Final = 1 << 20
_NEGLIGIBLE: Final = 1e-14
#: Relative error of a quantile.
_CLOSE: Final = 1e-9


@dataclasses.dataclass(frozen=True, slots=True)
class SpendAhead:
    """Purchases ahead, and the posterior of each customer's spend."""

    ahead: Ahead
    p: float
    #: Shape q' of each pair (x, T), (m,), and rate v' of each customer, in kept money, (n,).
    shape: Floats
    rate: Floats

    def __getitem__(self, rows: Positions) -> SpendAhead:
        """The same for some customers."""
        ahead = self.ahead
        some = dataclasses.replace(ahead, alive=ahead.alive[rows], at=ahead.at[rows])
        return dataclasses.replace(self, ahead=some, rate=self.rate[rows])

    def exceeds(self, amount: Floats) -> Floats:
        """Probability that each customer's spend exceeds an amount; NaN where it is unknown."""
        result = np.full(len(self.rate), np.nan)
        for block in self.ahead.blocks():
            here = block.customers
            logs = np.log(np.maximum(amount[here], np.finfo(float).tiny)) - np.log(self.rate[here])
            known = ~np.isnan(logs)
            kinds, of = _distinct(block.row[known], logs[known])
            beyond = self._beyond(block, kinds.imag, kinds.real.astype(np.int64))
            result[here[known]] = self.ahead.alive[here[known]] * beyond[of]
        return result

    def quantile(self, level: float) -> Floats:
        """The smallest amount s with P(S <= s) of at least the level, for each customer."""
        result = np.zeros(len(self.rate))
        for block in self.ahead.blocks():
            kinds, of = _distinct(block.row, self.ahead.alive[block.customers])
            row, alive = kinds.real.astype(np.int64), kinds.imag
            some = np.flatnonzero(alive * (1 - block.pmf[row, 0]) > 1 - level)
            units = np.zeros(len(row))
            units[some] = np.exp(self._root(block, row[some], (1 - level) / alive[some]))
            result[block.customers] = units[of]
        return result * self.rate

    def _root(self, block: Block, row: Positions, beyond: Floats) -> Floats:
        """Logarithm of the amount, in units of v', that is exceeded with a probability."""
        mean = block.pmf @ np.arange(block.pmf.shape[1], dtype=np.float64)
        guess = np.log(self.p * mean[row] / self.shape[block.pairs][row])

        def excess(z: Floats, which: Positions) -> Floats:
            return self._beyond(block, z, row[which]) - beyond[which]

        return falling_roots(excess, guess, tolerance=_CLOSE)

    def _beyond(self, block: Block, z: Floats, row: Positions) -> Floats:
        """Probability that the spend of somebody alive exceeds exp(z) v'."""
        from scipy.special import betainc, expit  # noqa: PLC0415

        counts = np.arange(1, block.pmf.shape[1], dtype=np.float64)
        share, shape = expit(-z)[:, None], self.shape[block.pairs]
        result = np.empty(len(z))
        for low in range(0, len(z), 1 + _HELD // len(counts)):
            rows = slice(low, low + 1 + _HELD // len(counts))
            weight, q = block.pmf[row[rows], 1:], shape[row[rows], None]
            tails = np.zeros(weight.shape)
            betainc(q, self.p * counts, share[rows], out=tails, where=weight > _NEGLIGIBLE)
            result[rows] = (weight * tails).sum(axis=1)
        return result


def _distinct(row: Positions, value: Floats) -> tuple[NDArray[np.complex128], Positions]:
    """Distinct pairs of a position and a value, as complex numbers, and the position of each's."""
    found, of = np.unique(row + 1j * value, return_inverse=True)
    return found, of.reshape(-1)


def inverse_moment(q: Floats, k: int) -> Floats:
    """E[1/nu^k] of nu ~ Gamma(q, 1); infinite where it does not exist."""
    steps = np.asarray(np.prod([np.maximum(q - j, 0.0) for j in range(1, k + 1)], axis=0))
    return np.asarray(np.divide(1.0, steps, out=np.full(len(q), np.inf), where=steps > 0))
