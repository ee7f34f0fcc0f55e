"""All combinations of the values that rules tell apart, and boxes that describe some of them.

Each score or measure in use is cut at the limits that rules set, and nowhere else. Between two
neighbouring cuts no rule can tell values apart, so that the product of these pieces is a complete
and finite list of what may happen.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from retentionkit.errors import OptionError
from retentionkit.rfm._bounds import Bound
from retentionkit.rfm._rule import dimensions_of
from retentionkit.rfm._scored import DIMENSIONS
from retentionkit.rfm._segment_cuts import PARTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from retentionkit.rfm._rules import SegmentRules

__all__ = ["Axis", "Box", "axes_of", "boxes", "taken_cells", "unused_cells"]

#: A cut: a number, and whether it lies just before (0) or just after (1) it.
Cut: TypeAlias = tuple[float, int]
#: Runs of pieces, one [start, stop) for each axis.
Box: TypeAlias = tuple[tuple[int, int], ...]

#: Weights of the combined score, for rules that use it.
Weights: TypeAlias = "tuple[float, float, float] | None"

_DIGITS: Final = 11  # means that are told apart, so that the order of summation does not decide
_FIRST_WHOLE: Final = {"days_since_last": 0, "orders": 1, "active_days": 1}
_MOST_CELLS: Final = 1_000_000


@dataclasses.dataclass(frozen=True, slots=True)
class Axis:
    """One score or measure, cut into pieces.

    Attributes
    ----------
    name
        Score or measure.
    cuts
        Where pieces begin and end, one more than pieces, from the least value to the greatest.
    values
        The values that occur, in order, for scores; None for measures, whose values are not listed.
    weights
        How many combinations of single scores each piece stands for; 1 for measures.
    """

    name: str
    cuts: tuple[Cut, ...]
    values: tuple[float, ...] | None
    weights: tuple[int, ...]

    def __len__(self) -> int:
        """The number of pieces."""
        return len(self.weights)

    def run(self, bound: Bound) -> tuple[int, int]:
        """The pieces [start, stop) within a bound whose limits are among the cuts."""
        start, stop = (self.cuts.index(cut) for cut in _cuts(self.name, bound, self.values))
        return start, max(start, stop)

    def bound(self, start: int, stop: int) -> Bound:
        """The pieces [start, stop) as a bound; limits that exclude nothing are left out."""
        (low, after), (high, until) = self.cuts[start], self.cuts[stop]
        if self.values is None and self.name not in _FIRST_WHOLE:
            return Bound(
                low if start else None,
                high if stop < len(self) else None,
                includes_low=not after,
                includes_high=bool(until),
            )
        last = high - 1
        if self.values is not None:
            low, last = self.values[int(low)], self.values[int(high) - 1]
        if low == last:
            return Bound(low, low, includes_high=True)
        ends = low if start else None, last if stop < len(self) else None
        return Bound(*ends, includes_high=ends[1] is not None)


def axes_of(rules: SegmentRules) -> list[Axis]:
    """The scores or measures that rules use, cut at their limits.

    A mean of scores is an axis of its own, unless one of them or another mean is used as well: then
    it follows from the single ones, piece by piece.
    """
    used = list(dimensions_of(rules.rules))
    means = [name for name in used if name in PARTS]
    parts = {part for name in means for part in PARTS[name]}
    apart = len(means) > 1 or not parts.isdisjoint(used)
    if apart:
        used = [name for name in DIMENSIONS if name in {*used, *parts}]
    axes: list[Axis] = []
    for name in used:
        limits = [rule.conditions.get(name) for rule in rules.rules]
        bounds = [limit for limit in limits if isinstance(limit, Bound)]
        counts = None if rules.bins is None else _counts(name, rules.bins, rules.weights)
        axes.append(_axis(name, bounds, counts, whole=apart and name in parts))
    if math.prod(map(len, axes)) > _MOST_CELLS:
        raise OptionError(
            "The bounds cut scores or measures into too many combinations to try them all.",
            received=" × ".join(f"{len(axis)} of {axis.name}" for axis in axes),
            allowed=f"{_MOST_CELLS:,} combinations",
            do="Use fewer measures or bounds, or split the rules into two sets.",
        )
    return axes


def unused_cells(rules: SegmentRules, axes: Sequence[Axis]) -> int:
    """How many combinations there are of the scores that no rule uses."""
    names = {axis.name for axis in axes}
    used = names.union(*(PARTS[name] for name in names if name in PARTS))
    sizes = zip(DIMENSIONS, rules.bins or (1, 1, 1), strict=True)
    return math.prod(size for name, size in sizes if name not in used)


def taken_cells(rules: SegmentRules, axes: Sequence[Axis]) -> NDArray[np.bool_]:
    """Which cells each rule takes, whatever earlier rules take; shape (rules, *pieces).

    A rule without conditions takes what is left.
    """
    taken = np.ones((len(rules), *map(len, axes)), dtype=np.bool_)
    for at, rule in enumerate(rules.rules):
        if not rule.conditions:
            taken[at] = ~taken[:at].any(axis=0)
        for name, limit in rule.conditions.items():
            if isinstance(limit, Bound):
                taken[at] &= _within(axes, name, limit, rules.weights)
    return taken


def boxes(cells: NDArray[np.bool_]) -> list[Box]:
    """Few disjoint boxes that together are the marked cells.

    Each box grows from the first cell that is left, in each order of the axes; the largest stays.
    """
    left = cells.copy()
    found: list[Box] = []
    while left.any():
        seed = [int(at) for at in np.unravel_index(int(left.argmax()), left.shape)]
        grown = (_grown(left, seed, order) for order in itertools.permutations(range(left.ndim)))
        best = max(grown, key=lambda box: math.prod(stop - start for start, stop in box))
        left[tuple(slice(*run) for run in best)] = False
        found.append(best)
    return found


def _grown(left: NDArray[np.bool_], seed: Sequence[int], order: Sequence[int]) -> Box:
    """The box around a cell that grows along one axis after the other."""
    runs = [(at, at + 1) for at in seed]
    for axis in order:
        start, stop = runs[axis]  # nothing is left before the first cell
        across = tuple(slice(None) if at == axis else slice(*run) for at, run in enumerate(runs))
        others = tuple(at for at in range(left.ndim) if at != axis)
        free = np.asarray(left[across].all(axis=others))
        while stop < len(free) and free[stop]:
            stop += 1
        runs[axis] = (start, stop)
    return tuple(runs)


def _axis(
    name: str, bounds: Sequence[Bound], counts: Mapping[float, int] | None, *, whole: bool
) -> Axis:
    """One axis, cut at the limits of bounds; at every score if `whole`."""
    values = None if counts is None else tuple(sorted(counts))
    found = {cut for bound in (Bound(), *bounds) for cut in _cuts(name, bound, values)}
    if counts is None or values is None:
        cuts = tuple(sorted(found))
        return Axis(name, cuts, None, (1,) * (len(cuts) - 1))
    if whole:
        found |= {(float(at), 0) for at in range(len(values))}
    cuts = tuple(sorted(found))
    pieces = [values[int(start) : int(stop)] for (start, _), (stop, _) in itertools.pairwise(cuts)]
    return Axis(name, cuts, values, tuple(sum(counts[x] for x in piece) for piece in pieces))


def _counts(name: str, bins: tuple[int, int, int], weights: Weights) -> Mapping[float, int]:
    """The values of a score, and how many combinations of single scores have each."""
    names = [part for part in DIMENSIONS if part in PARTS.get(name, (name,))]
    sizes = [bins[DIMENSIONS.index(part)] for part in names]
    singles = np.meshgrid(*(np.arange(1.0, size + 1) for size in sizes), indexing="ij")
    values = singles[0] if name not in PARTS else _mean(name, singles, weights)
    found, counts = np.unique(values.round(_DIGITS), return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))


def _mean(name: str, parts: Sequence[NDArray[np.float64]], weights: Weights) -> NDArray[np.float64]:
    """A score that is made of others; only that of all three is weighted."""
    each = weights if name == "combined" and weights is not None else (1.0,) * len(parts)
    products = (weight * part for weight, part in zip(each, parts, strict=True))
    return sum(products, np.zeros(1)) / sum(each)


def _cuts(name: str, bound: Bound, values: tuple[float, ...] | None) -> tuple[Cut, Cut]:
    """Where a bound begins and ends: for scores as positions in the list of their values."""
    if values is not None:
        places = np.flatnonzero(bound.takes(values)).tolist() or [0, -1]
        return (float(places[0]), 0), (float(places[-1] + 1), 0)
    low = -math.inf if bound.low is None else bound.low
    high = math.inf if bound.high is None else bound.high
    start, stop = (low, int(not bound.includes_low)), (high, int(bound.includes_high))
    if name not in _FIRST_WHOLE:
        return start, stop
    first = _FIRST_WHOLE[name]
    return (_whole(start, first), 0), (_whole(stop, first), 0)


def _whole(cut: Cut, first: int) -> float:
    """The first whole number behind a cut, and at least the first that there is."""
    number, after = cut
    if math.isinf(number):
        return max(number, float(first))
    return float(max(math.floor(number) + 1 if after else math.ceil(number), first))


def _within(axes: Sequence[Axis], name: str, bound: Bound, weights: Weights) -> NDArray[np.bool_]:
    """Which cells lie within a bound on one score or measure; broadcasts over the grid."""
    names = [axis.name for axis in axes]
    if name in names:
        axis = axes[names.index(name)]
        pieces = np.arange(len(axis))
        start, stop = axis.run(bound)
        return _along(names, name, (pieces >= start) & (pieces < stop))
    parts = [
        _along(names, part, np.array(axes[names.index(part)].values, dtype=np.float64))
        for part in PARTS[name]
    ]
    return bound.takes(_mean(name, parts, weights))


def _along(names: Sequence[str], name: str, values: NDArray[Any]) -> NDArray[Any]:
    """Values along one axis of the grid."""
    shape = [len(values) if axis == name else 1 for axis in names]
    return values.reshape(shape)
