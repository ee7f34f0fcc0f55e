"""Scores by cuts: where the classes of a measure begin.

Measures are turned so that more is better: days since the last order count negative. A customer at
a cut belongs to the better class.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from retentionkit.rfm._ranks import SAME, rounded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.rfm._ranks import Groups

__all__ = ["Scale", "first_above", "mean_of", "quantiles", "scale_of"]


@dataclasses.dataclass(frozen=True, slots=True)
class Scale:
    """What makes a score of a measure.

    Attributes
    ----------
    begins
        The value from which each level but the lowest begins, rising; levels that begin at the
        same value are skipped for the highest of them.
    levels
        The scores, from the lowest to the highest: one more.
    floor
        Differences below this are none; 0 for whole numbers.
    """

    begins: tuple[float, ...]
    levels: tuple[int, ...]
    floor: float = 0.0

    def place(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Position of each value's level.

        A value just short of a cut is at the cut: half of what makes two values equal, so that no
        group of equal values and no other one is near enough.
        """
        begins = np.array(self.begins, dtype=np.float64)
        slack = (SAME * np.abs(begins) + self.floor) / 2 if self.floor else 0.0
        return np.searchsorted(begins - slack, values, side="right").astype(np.int64)

    def only(self, levels: tuple[int, ...]) -> Scale:
        """The scale of some of its levels, where the others do not occur."""
        begins = dict(zip(self.levels[1:], self.begins, strict=True))
        return Scale(tuple(begins[level] for level in levels[1:]), levels, self.floor)


def scale_of(groups: Groups, scores: NDArray[np.int64], floor: float) -> Scale:
    """The scale that gives each group its score: a class begins at the lowest value in it."""
    levels, first = np.unique(scores, return_index=True)
    begins = map(rounded, groups.value[first[1:]].tolist())
    return Scale(tuple(begins), tuple(levels.tolist()), floor)


def quantiles(groups: Groups, bins: int) -> NDArray[np.float64]:
    """Type-7 quantiles of Hyndman and Fan at k/b; the places are whole numbers over b."""
    upto = np.cumsum(groups.size)
    steps = np.arange(1, bins) * (int(upto[-1]) - 1)
    low, part = steps // bins, steps % bins
    below = groups.value[np.searchsorted(upto, low, side="right")]
    above = groups.value[np.searchsorted(upto, low + (part > 0), side="right")]
    return np.asarray(below + (above - below) * part / bins)


def first_above(cuts: NDArray[np.float64], floor: float) -> NDArray[np.float64]:
    """The least amount above each cut that is not equal to it."""
    return np.maximum(cuts + SAME * np.abs(cuts) + floor, np.nextafter(cuts, np.inf))


def mean_of(groups: Groups) -> float:
    """The mean of the values, in an order of summation that rows do not change."""
    return rounded(float(groups.value @ groups.size / groups.size.sum()))
