"""Is a table of rules complete, and does it mean what it says?

Every combination that the bounds can tell apart is put to every rule. A combination that no rule
takes is a gap, one that several segments take is an overlap (the first rule wins), a rule of which
earlier ones take everything is never reached.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from retentionkit.rfm._bounds import NOT_GIVEN
from retentionkit.rfm._findings import Finding, RuleLint
from retentionkit.rfm._grid import axes_of, boxes, taken_cells, unused_cells
from retentionkit.rfm._matching import inside, takes, values_of
from retentionkit.rfm._segments import measures_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from retentionkit.rfm._bounds import Bound, Limit
    from retentionkit.rfm._findings import Kind
    from retentionkit.rfm._grid import Axis, Box
    from retentionkit.rfm._rules import SegmentRules
    from retentionkit.rfm._scored import RFMScores
    from retentionkit.rfm._table import RFMTable

__all__ = ["lint_rules"]


@dataclasses.dataclass(frozen=True, slots=True)
class _Case:
    """The rules, their grid, and the customers if there are any."""

    rules: SegmentRules
    axes: list[Axis]
    taken: NDArray[np.bool_]
    unused: int
    values: Mapping[str, NDArray[np.float64]] | None
    matched: NDArray[np.bool_] | None

    def where(self, box: Box) -> dict[str, Bound]:
        """A box as conditions."""
        runs = zip(self.axes, box, strict=True)
        return {axis.name: axis.bound(*run) for axis, run in runs if run != (0, len(axis))}

    def cells(self, part: NDArray[np.bool_]) -> int | None:
        """Combinations of single scores in a part of the grid."""
        if self.rules.bins is None:
            return None
        weight = np.ones(part.shape, dtype=np.int64)
        for at, axis in enumerate(self.axes):
            shape = [-1 if other == at else 1 for other in range(part.ndim)]
            weight = weight * np.array(axis.weights, dtype=np.int64).reshape(shape)
        return int(weight[part].sum()) * self.unused

    def in_box(self, kind: Kind, rules: Sequence[int], box: Box) -> Finding:
        """A finding that concerns a box of the grid."""
        where = self.where(box)
        part = np.zeros(self.taken.shape[1:], dtype=np.bool_)
        part[tuple(slice(*run) for run in box)] = True
        there = None if self.values is None else inside(where, self.values)
        return self._finding(kind, rules, where, part, there)

    def of_rule(self, kind: Kind, rules: Sequence[int]) -> Finding:
        """A finding that concerns the first of the rules."""
        first = rules[0]
        where = self.rules.rules[first].conditions
        there = None if self.matched is None else self.matched[first]
        return self._finding(kind, rules, where, self.taken[first], there)

    def _finding(
        self,
        kind: Kind,
        rules: Sequence[int],
        where: Mapping[str, Limit],
        part: NDArray[np.bool_],
        there: NDArray[np.bool_] | None,
    ) -> Finding:
        return Finding(
            kind=kind,
            rules=tuple(at + 1 for at in rules),
            segments=tuple(dict.fromkeys(self.rules.rules[at].name for at in rules)),
            where=where,
            cells=self.cells(part),
            customers=None if there is None else int(there.sum()),
        )


def lint_rules(rules: SegmentRules, data: RFMTable | RFMScores | None) -> RuleLint:
    """All findings of a table of rules; with data, the customers that each concerns."""
    axes = axes_of(rules)
    values = None if data is None else _buyers(rules, data, axes)
    case = _Case(
        rules=rules,
        axes=axes,
        taken=taken_cells(rules, axes),
        unused=unused_cells(rules, axes),
        values=values,
        matched=None if values is None else np.stack(list(takes(rules, values))),
    )
    number = _segments(rules, case.taken)
    uncovered, several = np.asarray(number == 0), np.asarray(number > 1)
    people = None if case.matched is None else _segments(rules, case.matched)
    return RuleLint(
        findings=(
            *(case.in_box("gap", (), box) for box in boxes(uncovered)),
            *_overlaps(case, several),
            *_unreachable(case),
            *_missing(case),
        ),
        n_rules=len(rules),
        n_cells=case.cells(np.ones_like(uncovered)),
        n_uncovered_cells=case.cells(uncovered),
        n_multiple_cells=case.cells(several),
        n_customers=None if people is None else len(people),
        n_uncovered=None if people is None else int((people == 0).sum()),
        n_multiple=None if people is None else int((people > 1).sum()),
        definition=_definition(rules),
        kind=None if data is None else measures_of(data).kind,
    )


def _buyers(
    rules: SegmentRules, data: RFMTable | RFMScores, axes: Sequence[Axis]
) -> dict[str, NDArray[np.float64]]:
    """The scores or measures of customers with an order, those of each axis included."""
    found = values_of(rules, data)
    for axis in axes:
        if axis.name not in found:  # of a pair of which the rules use the mean
            part = getattr(data, axis.name)
            found[axis.name] = np.asarray(found["frequency"] if part is None else part)
    buyers = ~measures_of(data).refund_only
    return {name: values[buyers] for name, values in found.items()}


def _segments(rules: SegmentRules, taken: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many segments take each cell or customer; boxes of one segment count once."""
    names = np.array([rule.name for rule in rules.rules], dtype=object)
    found = np.zeros(taken.shape[1:], dtype=np.int64)
    for name in rules.names:
        found += taken[names == name].any(axis=0)
    return found


def _overlaps(case: _Case, several: NDArray[np.bool_]) -> Iterator[Finding]:
    """Boxes that the same rules of several segments take."""
    sets: list[list[bool]] = np.unique(case.taken[:, several].T, axis=0).tolist()
    for chosen in sorted(sets, reverse=True):
        alike = several & _alike(case.taken, chosen)
        takers = [at for at, takes_it in enumerate(chosen) if takes_it]
        for box in boxes(alike):
            yield case.in_box("overlap", takers, box)


def _alike(taken: NDArray[np.bool_], chosen: Sequence[bool]) -> NDArray[np.bool_]:
    """The cells that these rules take and no others."""
    wanted = np.array(chosen).reshape(-1, *[1] * (taken.ndim - 1))
    return np.asarray((taken == wanted).all(axis=0))


def _unreachable(case: _Case) -> Iterator[Finding]:
    """Rules to which earlier ones leave nothing."""
    before = np.zeros(case.taken.shape[1:], dtype=np.bool_)
    for at, cells in enumerate(case.taken):
        if not (cells & ~before).any():
            earlier = [one for one in range(at) if (case.taken[one] & cells).any()]
            yield case.of_rule("unreachable", [at, *earlier])
        before |= cells


def _missing(case: _Case) -> Iterator[Finding]:
    """Rules of which the source gives a bound without a number."""
    for at, rule in enumerate(case.rules.rules):
        if NOT_GIVEN in rule.conditions.values():
            yield case.of_rule("missing", [at])


def _definition(rules: SegmentRules) -> str:
    if rules.bins is not None:
        size = " × ".join(map(str, rules.bins))
        return (
            f"Each combination of {size} scores was put to each rule; the first that takes it wins."
        )
    return (
        "Each combination of the pieces into which the rules cut the measures was put to each "
        "rule; the first that takes it wins. What measures say of each other, such as net spend = "
        "orders × mean order value, is not used: there may be nobody in a gap."
    )
