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
import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit.clv._models.gamma_gamma import GammaGamma, posterior
from retentionkit.clv._value.ahead import look_ahead, look_ahead_of_new
from retentionkit.clv._value.spend_ahead import SpendAhead, inverse_moment
from retentionkit.intervals import affordable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from retentionkit.clv._value.ahead import Floats, Positions

__all__ = ["FORGOTTEN", "Futures", "undiscounted"]

#: What discounting has left of money where a simulation for ever ends.
FORGOTTEN: Final = 1e-4
#: Simulated purchases held at once.
_HELD: Final = 1 << 21


@dataclasses.dataclass(frozen=True, slots=True)
class Futures:
    """What a `LifetimeValue` draws from: models, customers and terms; nothing is computed yet."""

    purchases: Any
    #: A model of spend, or a constant amount per purchase for each customer, (n,).
    spend: GammaGamma | Floats
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
        spend = self.spend if isinstance(self.spend, GammaGamma) else self.spend[rows]
        return dataclasses.replace(self, histories=some, spend=spend)

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

    def totals(self, weight: Floats, size: int, rng: np.random.Generator) -> Floats:
        """Draws of what all customers together bring; none where they would cost too much."""
        return self._drawn().totals(weight, size, rng)

    def _drawn(self) -> _Drawn:
        if self.histories is None:
            ahead = look_ahead_of_new(self.purchases, self.horizon)
        else:
            ahead = look_ahead(self.purchases, self.histories, self.horizon)
        p, shape, rate = self._posterior(ahead.x)
        spend = SpendAhead(ahead, p, shape, self.margin * rate)
        first = None if self.first is None else self.margin * self.first
        return _Drawn(spend, self.delta, first)

    def _posterior(self, x: Floats) -> tuple[float, Floats, Floats]:
        """p, q' of each pair and v' of each customer; a constant amount is one of infinite p."""
        model = self.spend
        if not isinstance(model, GammaGamma):
            return math.inf, np.full(len(x), math.inf), model
        rate = (
            np.array([model.v]) if self.histories is None else posterior(model, self.histories)[1]
        )
        return model.p, model.q + model.p * x, rate


def undiscounted(spend: SpendAhead) -> _Drawn:
    """Spend ahead as something to draw from."""
    return _Drawn(spend, 0.0, 0.0)


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
            above, rate = amount[here] - (self.first or 0.0), self.spend.rate[here]
            wanted = above / np.where(rate == 0, 1.0, rate)
            found = np.searchsorted(self._values(pair, draws, own), wanted, side="right")
            chance = np.where(rate == 0, 0.0, self._alive(here) * (1 - found / draws))
            share = np.where(wanted < 0, 1.0, chance)
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
            scale = [1.0] * 3 if self._constant else [inverse_moment(q, k + 1) for k in range(3)]
            first, second, cubed = (self._alive(here) * raw[k] * scale[k] for k in range(3))
            with np.errstate(invalid="ignore"):  # infinity less infinity
                spread = second - first**2
                skew = cubed - 3 * first * second + 2 * first**3
            rate = self.spend.rate[here]
            variance[here] = np.where(np.isfinite(spread), spread, np.inf) * rate**2
            third[here] = np.where(np.isfinite(skew), skew, np.inf) * rate**3
        return variance, third

    def totals(self, weight: Floats, size: int, rng: np.random.Generator) -> Floats:
        """Each row is drawn as often as it stands for a customer, in parts that bound the memory;
        a fraction of a customer as a share of a whole one.
        """
        copies = np.maximum(np.rint(weight), 1.0)
        size = affordable(float(copies.sum()), size)
        who, share = np.repeat(np.arange(len(weight)), copies.astype(np.int64)), weight / copies
        result = np.zeros(size)
        part = max(1, int(_HELD / (1 + self.spend.ahead.expected().max(initial=0.0))))
        for low in range(0, len(who) * size, part):
            cells = np.arange(low, min(low + part, len(who) * size))
            rows = who[cells // size]
            result += np.bincount(cells % size, share[rows] * self._brought(rows, rng), size)
        return result

    def _brought(self, rows: Positions, rng: np.random.Generator) -> Floats:
        """One draw of what each of the customers brings, gone or alive."""
        ahead = self.spend.ahead
        alive = np.flatnonzero(rng.random(len(rows)) < ahead.alive[rows])
        drawn = ahead.draw(ahead.at[rows[alive]], ahead.horizon, rng)
        amounts = self._amounts(len(drawn.time), rng) * np.exp(-self.delta * drawn.time)
        sums: Floats = np.bincount(alive[drawn.customer], amounts, len(rows)).astype(np.float64)
        if self.first is None:
            sums = sums + self._amounts(len(rows), rng)
        buys = np.flatnonzero(sums)
        scale = self.spend.rate[rows[buys]] / self._per_amount(ahead.at[rows[buys]], rng)
        sums[buys] = sums[buys] * scale
        return sums + (self.first or 0.0)

    @property
    def _constant(self) -> bool:
        return math.isinf(self.spend.p)

    def _amounts(self, size: int, rng: np.random.Generator) -> Floats:
        """Amounts of purchases, in units of 1/nu."""
        return np.ones(size) if self._constant else rng.gamma(self.spend.p, 1.0, size)

    def _per_amount(self, pairs: Positions, rng: np.random.Generator) -> Floats:
        """The nu of a customer of each of the pairs, in units of 1/v'."""
        return np.ones(len(pairs)) if self._constant else rng.gamma(self.spend.shape[pairs])

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
            amounts = self._amounts(len(who), rng) * left
            sums[rows] = np.bincount(who, amounts, rows.stop - rows.start)
        if self.first is None:
            sums *= rng.random(draws) < self.spend.ahead.alive[0]
            sums += self._amounts(draws, rng)
        return np.sort(sums / self._per_amount(np.full(draws, pair), rng))

    def _moments_of_sums(self, pair: int, draws: int, rng: np.random.Generator) -> Floats:
        """Raw moments one to three of the discounted sum of Gamma(p, 1) amounts, if alive."""
        powers = np.zeros((3, draws))
        for rows, who, left in self._drawn(pair, draws, rng):
            for k in range(3):
                powers[k, rows] = np.bincount(who, left ** (k + 1), rows.stop - rows.start)
        if self.first is None:
            powers = powers * (rng.random(draws) < self.spend.ahead.alive[0]) + 1.0
        if self._constant:
            return np.asarray([(powers[0] ** k).mean() for k in (1, 2, 3)])
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
