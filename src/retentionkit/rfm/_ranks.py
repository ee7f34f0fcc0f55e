r"""Scores by rank: equal values together, each group of them at its mean rank.

With b bins, n customers and the mean rank r of a group of equal values, the worst first,

.. math::

    \text{score} = \min\left(b,\; 1 + \left\lfloor \frac{b\,(r - 1/2)}{n} \right\rfloor\right).

A group of c customers behind B others has :math:`2r - 1 = 2B + c`, so that all of it is whole
numbers. Measures are turned so that more is better: days since the last order count negative.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "SAME",
    "Groups",
    "equal_counts",
    "equal_money",
    "money_floor",
    "rank_scores",
    "rank_within",
    "rounded",
    "spread",
    "torn",
    "which_occur",
]

#: Amounts that differ by less than this share are equal: the order of summation is no difference.
SAME: Final = 1e-9
#: Significant digits of a cut: what rounding takes is a hundredth of that share, so no score moves.
_DIGITS: Final = 12
_REST: Final = 1e-12
_DENSE: Final = 4


@dataclasses.dataclass(frozen=True, slots=True)
class Groups:
    """Customers with equal values, together.

    Attributes
    ----------
    value
        The lowest value of each group, rising, shape (g,).
    size
        Customers in each group, shape (g,).
    of
        The group of each customer, shape (n,).
    """

    value: NDArray[np.float64]
    size: NDArray[np.int64]
    of: NDArray[np.int64]

    def reversed(self) -> Groups:
        """The same customers by the negative of the value."""
        return Groups(-self.value[::-1], self.size[::-1], len(self.size) - 1 - self.of)


def equal_counts(values: NDArray[np.int64]) -> Groups:
    """Groups of equal whole numbers that are not negative; without sorting where they are small."""
    if values.max() > _DENSE * len(values) + 1_000:
        found, of, size = np.unique(values, return_inverse=True, return_counts=True)
        return Groups(found.astype(np.float64), size.astype(np.int64), of.reshape(-1))
    size = np.bincount(values).astype(np.int64)
    there = size > 0
    place = np.cumsum(there) - 1
    return Groups(np.flatnonzero(there).astype(np.float64), size[there], place[values])


def money_floor(values: NDArray[np.float64]) -> float:
    """What is nothing, beside the amounts there are: refunds that cancel may leave 1e-14.

    Such rests do not count among the amounts, so that many of them are still nothing.
    """
    size = np.abs(values)
    known = size[size > _REST * size.max()]
    return rounded(SAME * float(np.median(known))) if len(known) else 0.0


def rounded(value: float) -> float:
    """A value without the rest of its summation: 69.79 for 69.78999999999999."""
    return float(f"{value:.{_DIGITS}g}")


def equal_money(values: NDArray[np.float64], floor: float) -> Groups:
    """Groups of amounts that are equal but for rounding, or less than `floor` apart."""
    order = np.argsort(values)
    rising = values[order]
    nearest = SAME * np.maximum(np.abs(rising[1:]), np.abs(rising[:-1])) + floor
    first = np.concatenate([[True], np.diff(rising) > nearest])
    starts = np.flatnonzero(first)
    of = np.empty(len(values), dtype=np.int64)
    of[order] = np.cumsum(first) - 1
    return Groups(rising[starts], np.diff(starts, append=len(values)), of)


def spread(groups: Groups, customer: NDArray[Any]) -> Groups:
    """Each customer alone: equal values in the order of the ids."""
    order = np.lexsort((np.argsort(np.argsort(customer, kind="stable")), groups.of))
    of = np.empty(len(order), dtype=np.int64)
    of[order] = np.arange(len(order))
    return Groups(groups.value[groups.of[order]], np.ones(len(order), dtype=np.int64), of)


def rank_scores(size: NDArray[np.int64], bins: int) -> NDArray[np.int64]:
    """The score of each group of equal values from their sizes, the worst first."""
    twice = 2 * np.cumsum(size) - size
    return np.asarray(np.minimum(bins, 1 + bins * twice // (2 * size.sum())))


def rank_within(groups: Groups, within: NDArray[np.int64], bins: int) -> NDArray[np.int64]:
    """The score of each customer among those of the same class in `within`."""
    keys, of, size = np.unique(joint(groups, within), return_inverse=True, return_counts=True)
    home = keys // len(groups.size)
    first = np.diff(home, prepend=-1) != 0
    people = np.add.reduceat(size, np.flatnonzero(first))
    ahead = np.cumsum(people) - people
    which = np.cumsum(first) - 1
    twice = 2 * (np.cumsum(size) - ahead[which]) - size
    score = np.minimum(bins, 1 + bins * twice // (2 * people[which]))
    return np.asarray(score[of.reshape(-1)])


def joint(groups: Groups, within: NDArray[np.int64]) -> NDArray[np.int64]:
    """A number for each pair of class and group, sorted by class, then value."""
    return within * len(groups.size) + groups.of


def torn(groups: Groups, within: NDArray[np.int64], score: NDArray[np.int64]) -> int:
    """How many customers have another score than somebody of their class with the same value."""
    values, of, size = np.unique(joint(groups, within), return_inverse=True, return_counts=True)
    most = int(score.max()) + 1
    pairs = np.unique(of.reshape(-1) * most + score)
    several = np.bincount(pairs // most, minlength=len(values)) > 1
    return int(size[several].sum())


def which_occur(score: NDArray[np.int64]) -> tuple[int, ...]:
    """The scores that occur, rising."""
    return tuple(np.flatnonzero(np.bincount(score)).tolist())
