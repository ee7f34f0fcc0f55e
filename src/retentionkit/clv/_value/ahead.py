r"""Purchases ahead as a distribution: what predictive intervals are read from.

A customer is alive with probability :math:`A = P(\text{alive} \mid x, t_x, T)`, and then what is
ahead depends on x and T alone; or is gone and buys nothing:

.. math::

    P(N = n) = (1 - A)\,1\{n = 0\} + A\; P(N = n \mid \text{alive}, x, T).

So the probabilities are summed once for each distinct pair (x, T), in blocks that bound the memory.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from retentionkit.clv._numerics.distinct import codes
from retentionkit.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from numpy.typing import NDArray

    from retentionkit.clv._models.simulation import SimulatedPurchases
    from retentionkit.durations import Duration

    Floats: TypeAlias = NDArray[np.float64]
    Positions: TypeAlias = NDArray[np.int64]

__all__ = [
    "TRUNCATION",
    "Ahead",
    "Block",
    "look_ahead",
    "look_ahead_of_new",
    "mixed_cumulants",
    "slices_within",
]

#: Probability that the counts left out may have, and share of the third moment that they may have.
TRUNCATION: Final = 1e-10
#: Probabilities held at once, the first counts looked at, and the most that are ever looked at.
_HELD: Final = 1 << 20
_FIRST: Final = 32
_MOST: Final = 1 << 20
#: Rounding error of a probability of n purchases, in units of (n + x) ln(n + x).
_ROUNDING: Final = 4e-16


class Block(NamedTuple):
    """Some distinct pairs (x, T), and the customers who share them."""

    #: Positions of the pairs and probability of 0, 1, 2, ... purchases of those alive, (m, k).
    pairs: slice
    pmf: Floats
    #: Positions of the customers, and of the pair of each within the block.
    customers: Positions
    row: Positions


@dataclasses.dataclass(frozen=True, slots=True)
class Ahead:
    """Customers of a purchase model, and how far ahead they are looked at."""

    model: Any
    #: How far ahead, in the unit of the model.
    horizon: float
    #: Probability of being alive of each customer, (n,), and the position of the pair (x, T).
    alive: Floats
    at: Positions
    #: The distinct pairs, (m,).
    x: Floats
    T: Floats

    def under(self, model: Any, histories: Any) -> Ahead:  # noqa: ANN401 - model and its histories
        """The same customers under other parameters."""
        return dataclasses.replace(self, model=model, alive=_alive(model, histories))

    def expected(self, pairs: slice = slice(None)) -> Floats:
        """Expected purchases of those alive, for each pair."""
        x, T = self.x[pairs], self.T[pairs]
        found = self.model._purchases(x, T, np.asarray(self.horizon))  # noqa: SLF001 - a kernel
        return np.broadcast_to(found, x.shape)

    def table(self, pairs: slice) -> Floats:
        """Probabilities of 0, 1, 2, ... purchases of those alive until nothing is left, (m, k)."""
        x, T = self.x[pairs, None], self.T[pairs, None]

        def pmf(n: Floats, rows: Positions) -> Floats:
            return np.asarray(self.model._count_pmf(n, x[rows], T[rows], self.horizon))  # noqa: SLF001

        return _summed(pmf, self.x[pairs])

    def blocks(self) -> Iterator[Block]:
        """The customers by pair, so many at a time as the memory allows."""
        order = np.argsort(self.at, kind="stable")
        ranked = self.at[order]
        for pairs in slices_within(64 + 30 * self.expected(), _HELD):
            low, high = np.searchsorted(ranked, (pairs.start, pairs.stop))
            customers = order[low:high]
            yield Block(pairs, self.table(pairs), customers, self.at[customers] - pairs.start)

    def draw(self, pairs: Positions, ahead: float, rng: np.random.Generator) -> SimulatedPurchases:
        """Purchases of customers who are alive, one for each of the pairs given."""
        far = np.full(len(pairs), ahead)
        drawn: SimulatedPurchases = self.model._draw_alive(self.x[pairs], self.T[pairs], far, rng)  # noqa: SLF001
        return drawn


def look_ahead(model: Any, histories: Any, horizon: Duration) -> Ahead:  # noqa: ANN401 - of one kind
    """The customers of some histories, with their distinct pairs (x, T)."""
    time = model._time("horizon", horizon)  # noqa: SLF001 - how the model reads its durations
    x, _, T = model._read(histories)  # noqa: SLF001 - same
    ages = codes(T, model.unit)
    found, at = np.unique(x.astype(np.int64) * len(ages.values) + ages.codes, return_inverse=True)
    counts, age = np.divmod(found, len(ages.values))
    return Ahead(
        model,
        time,
        _alive(model, histories),
        at.reshape(-1),
        counts.astype(np.float64),
        ages.values[age],
    )


def look_ahead_of_new(model: Any, horizon: float) -> Ahead:  # noqa: ANN401 - any purchase model
    """One customer who is about to make a first purchase."""
    none = np.zeros(1)
    alive = model._alive(none, none, none)  # noqa: SLF001 - a kernel
    return Ahead(model, horizon, np.asarray(alive), np.zeros(1, dtype=np.int64), none, none)


def mixed_cumulants(alive: Floats, mean: Floats, variance: Floats, third: Floats) -> list[Floats]:
    """Variance and third central moment of what is 0 unless alive, from those of the alive."""
    gone, whole = 1 - alive, alive * mean
    above = mean - whole
    return [
        alive * variance + alive * gone * mean**2,
        alive * (third + 3 * variance * above + above**3) - gone * whole**3,
    ]


def slices_within(sizes: Floats, budget: float) -> Iterator[slice]:
    """Slices of rows that need no more than the budget when all are as wide as the widest."""
    low = 0
    while low < len(sizes):
        widest = np.maximum.accumulate(sizes[low : low + int(budget)])
        fits = np.count_nonzero(widest * np.arange(1, len(widest) + 1) <= budget)
        yield slice(low, low + max(1, int(fits)))
        low += max(1, int(fits))


def _alive(model: Any, histories: Any) -> Floats:  # noqa: ANN401 - a model and its histories
    return np.asarray(model.probability_alive(histories))


def _summed(pmf: Callable[[Floats, Positions], Floats], x: Floats) -> Floats:
    """Probabilities by count, in stretches that double until what is left does not matter."""
    rest, third = np.ones(len(x)), np.zeros(len(x))
    active, parts, first, size = np.arange(len(x)), list[Any](), 0, _FIRST
    while len(active):
        if first >= _MOST:
            raise OptionError(
                "The horizon is too long for a distribution of counts.",
                received=f"customers who may make more than {_MOST:,} purchases in it",
                allowed=f"fewer than {_MOST:,} purchases",
                do="Shorten the horizon, or check the unit of the model.",
            )
        n = np.arange(first, first + size, dtype=np.float64)
        part = np.zeros((len(x), size))
        part[active] = pmf(n, active)
        parts.append(part)
        rest[active] -= part[active].sum(axis=1)
        third[active] += part[active] @ n**3
        first = size = first + size
        ends = part[active, -2:]
        active = active[~_is_done(first, ends, rest[active], third[active], x[active])]
    return np.hstack(parts)


def _is_done(end: int, ends: Floats, rest: Floats, third: Floats, x: Floats) -> NDArray[np.bool_]:
    """Whether what is left is negligible, in probability and in the third moment.

    The tails of counts are geometric, so the last ratio tells what is left of the moment.
    """
    before, last = ends.T
    ratio = last / np.maximum(before, np.finfo(float).tiny)
    length = 1 / np.maximum(1 - ratio, 1 / end)
    left = last * (end + length) ** 3 * length
    rounding = _ROUNDING * (end + x) * math.log(end + float(x.max()))
    settled = (rest <= TRUNCATION + rounding) & (left <= TRUNCATION * third)
    return np.asarray(settled)
