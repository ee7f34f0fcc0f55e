r"""What customers may bring, discounted: simulated, for there is no closed form.

A draw is a history to come: the times of the purchases of somebody alive from the purchase model,
and amounts :math:`g_j/\nu` with :math:`g_j \sim \mathrm{Gamma}(p, 1)` and
:math:`\nu \sim \mathrm{Gamma}(q', v')` from the spend model, so that

.. math::

    V = m\,\frac{v'}{\nu_1} \sum_j e^{-\delta t_j} g_j,
    \qquad \nu_1 \sim \mathrm{Gamma}(q', 1), \quad V = 0 \text{ if gone}.

The probability of being alive is not drawn but exact; all else depends on x and T alone, so that
each distinct pair is simulated once. A pair has a seed of its own: a customer's numbers do not
depend on who stands beside.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit.clv._models.gamma_gamma import posterior
from retentionkit.clv._value.ahead import look_ahead, look_ahead_of_new
from retentionkit.clv._value.spend_ahead import SpendAhead, inverse_moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from retentionkit.clv._models.gamma_gamma import GammaGamma
    from retentionkit.clv._value.ahead import Floats, Positions

__all__ = ["FORGOTTEN", "Futures"]

#: What discounting has left of money where a simulation for ever ends.
FORGOTTEN: Final = 1e-4
#: Simulated purchases held at once.
_HELD: Final = 1 << 21


@dataclasses.dataclass(frozen=True, slots=True)
class Futures:
    """What a `LifetimeValue` draws from: models, customers and terms; nothing is computed yet."""

    purchases: Any
    spend: GammaGamma
    #: The customers, in the unit of the model; None for one new customer.
    histories: Any
    horizon: float
    #: The continuous discount rate in the unit of the model.
    delta: float
    margin: float
    #: Amount of the first order of a new customer; None for a drawn one.
    first: float | None = 0.0

    def __getitem__(self, rows: NDArray[Any] | slice) -> Futures:
        """The futures of some customers."""
        some = None if self.histories is None else self.histories[rows]
        return dataclasses.replace(self, histories=some)

    def quantiles(
        self, levels: Sequence[float], *, draws: int, rng: np.random.Generator | int
    ) -> Floats:
        """Quantiles of what each customer brings, shape (n, levels)."""
        return self._drawn().quantiles(np.asarray(levels), draws, rng)

    def exceeds(self, amount: Floats, *, draws: int, rng: np.random.Generator | int) -> Floats:
        """Probability that each customer brings more than an amount, shape (n,)."""
        return self._drawn().exceeds(amount, draws, rng)

    def moments(self, *, draws: int, rng: np.random.Generator | int) -> tuple[Floats, Floats]:
        """Variance and third central moment of what each customer brings, shape (n,) each."""
        return self._drawn().moments(draws, rng)

    def _drawn(self) -> _Drawn:
        if self.histories is None:
            ahead = look_ahead_of_new(self.purchases, self.horizon)
            rate = np.array([self.spend.v])
        else:
            ahead = look_ahead(self.purchases, self.histories, self.horizon)
            _, rate = posterior(self.spend, self.histories)
        shape = self.spend.q + self.spend.p * ahead.x
        spend = SpendAhead(ahead, self.spend.p, shape, self.margin * rate)
        first = None if self.first is None else self.margin * self.first
        return _Drawn(spend, self.delta, first)


@dataclasses.dataclass(frozen=True, slots=True)
class _Drawn:
    """Customers by pair (x, T), ready to be drawn; a first order is an amount kept."""

    spend: SpendAhead
    delta: float
    first: float | None

    def quantiles(self, levels: Floats, draws: int, rng: np.random.Generator | int) -> Floats:
        result = np.empty((len(self.spend.rate), len(levels)))
        beyond = 1 - levels
        for here, pair, own in self._pairs(rng):
            values, alive = self._values(pair, draws, own), self._alive(here)[:, None]
            share = np.divide(beyond, alive, out=np.ones((len(here), len(levels))), where=alive > 0)
            place = (1 - np.minimum(share, 1.0)) * draws - 0.5
            units = np.where(share < 1, np.interp(place, np.arange(draws), values), 0.0)
            result[here] = (self.first or 0.0) + units * self.spend.rate[here, None]
        return result

    def exceeds(self, amount: Floats, draws: int, rng: np.random.Generator | int) -> Floats:
        result = np.empty(len(self.spend.rate))
        for here, pair, own in self._pairs(rng):
            wanted = (amount[here] - (self.first or 0.0)) / self.spend.rate[here]
            found = np.searchsorted(self._values(pair, draws, own), wanted, side="right")
            share = np.where(wanted < 0, 1.0, self._alive(here) * (1 - found / draws))
            result[here] = np.where(np.isnan(wanted), np.nan, share)
        return result

    def moments(self, draws: int, rng: np.random.Generator | int) -> tuple[Floats, Floats]:
        r"""Only times are drawn: given these, the moments of :math:`\sum_j d_j g_j` are closed, as
        are those of :math:`1/\nu`. Infinite where q + p x is not above 2, or 3.
        """
        variance, third = (np.empty(len(self.spend.rate)) for _ in range(2))
        for here, pair, own in self._pairs(rng):
            q = self.spend.shape[[pair]]
            raw = self._moments_of_sums(pair, draws, own)
            first, second, cubed = (
                self._alive(here) * raw[k] * inverse_moment(q, k + 1) for k in range(3)
            )
            with np.errstate(invalid="ignore"):  # infinity less infinity
                spread = second - first**2
                skew = cubed - 3 * first * second + 2 * first**3
            rate = self.spend.rate[here]
            variance[here] = np.where(np.isfinite(spread), spread, np.inf) * rate**2
            third[here] = np.where(np.isfinite(skew), skew, np.inf) * rate**3
        return variance, third

    def _alive(self, here: Positions) -> Floats:
        """The chance of bringing anything; certain with a first order that is drawn too."""
        alive = self.spend.ahead.alive[here]
        return np.ones_like(alive) if self.first is None else alive

    def _pairs(
        self, rng: np.random.Generator | int
    ) -> Iterator[tuple[Positions, int, np.random.Generator]]:
        """The customers who share x and T, the position of that pair, and its own generator."""
        ahead = self.spend.ahead
        seed = int(np.random.default_rng(rng).integers(1 << 63))
        order = np.argsort(ahead.at, kind="stable")
        pairs, starts = np.unique(ahead.at[order], return_index=True)
        for pair, here in zip(pairs.tolist(), np.split(order, starts[1:]), strict=True):
            key = np.array([ahead.x[pair], ahead.T[pair]]).view(np.uint64).tolist()
            yield here, pair, np.random.default_rng([seed, *key])

    def _values(self, pair: int, draws: int, rng: np.random.Generator) -> Floats:
        """Draws of what somebody alive brings, in units of v', in rising order."""
        sums = np.zeros(draws)
        for rows, who, left in self._drawn(pair, draws, rng):
            amounts = rng.gamma(self.spend.p, 1.0, len(who)) * left
            sums[rows] = np.bincount(who, amounts, rows.stop - rows.start)
        if self.first is None:
            sums *= rng.random(draws) < self.spend.ahead.alive[0]
            sums += rng.gamma(self.spend.p, 1.0, draws)
        return np.sort(sums / rng.gamma(float(self.spend.shape[pair]), 1.0, draws))

    def _moments_of_sums(self, pair: int, draws: int, rng: np.random.Generator) -> Floats:
        """Raw moments one to three of the discounted sum of Gamma(p, 1) amounts, if alive."""
        powers = np.zeros((3, draws))
        for rows, who, left in self._drawn(pair, draws, rng):
            for k in range(3):
                powers[k, rows] = np.bincount(who, left ** (k + 1), rows.stop - rows.start)
        if self.first is None:
            powers = powers * (rng.random(draws) < self.spend.ahead.alive[0]) + 1.0
        one, two, three = self.spend.p * powers  # the cumulants, up to their factorials
        raw = [one, one**2 + two, one**3 + 3 * one * two + 2 * three]
        return np.asarray([moment.mean() for moment in raw])

    def _drawn(
        self, pair: int, draws: int, rng: np.random.Generator
    ) -> Iterator[tuple[slice, Positions, Floats]]:
        """Draws in parts that bound the memory: whose purchase, and what discounting leaves."""
        ahead = self.spend.ahead
        expected = float(ahead.expected(slice(pair, pair + 1))[0])
        part = max(1, int(_HELD / (1 + expected)))
        for low in range(0, draws, part):
            rows = slice(low, min(low + part, draws))
            drawn = ahead.draw(np.full(rows.stop - low, pair), ahead.horizon, rng)
            yield rows, drawn.customer, np.exp(-self.delta * drawn.time)
