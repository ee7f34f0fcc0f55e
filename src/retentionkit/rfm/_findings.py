"""What the linter of segment rules finds, and how it says so."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from retentionkit.results import Columns, Result
from retentionkit.rfm._bounds import NOT_GIVEN, say_conditions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retentionkit.frames import FrameKind
    from retentionkit.rfm._bounds import Limit

__all__ = ["Finding", "Kind", "RuleLint"]

Kind: TypeAlias = Literal["gap", "overlap", "unreachable", "missing"]


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a table of rules.

    Attributes
    ----------
    kind
        `"gap"`: no rule takes it. `"overlap"`: rules of several segments take it. `"unreachable"`:
        a rule that never decides. `"missing"`: a bound without a number.
    rules
        Numbers of the rules concerned, the first rule being 1. For an overlap all that take it, the
        winner first; for an unreachable rule that rule, then those that take what it takes.
    segments
        Keys of the segments of these rules.
    where
        The scores or measures concerned; what is not named may have any value. Written into a
        rule, `Rule(name, **finding.where)`, it closes a gap.
    cells
        Combinations of single scores, for rules on scores; None for rules on measures.
    customers
        Customers there; None if no data were given.
    """

    kind: Kind
    rules: tuple[int, ...]
    segments: tuple[str, ...]
    where: Mapping[str, Limit]
    cells: int | None
    customers: int | None

    def __str__(self) -> str:
        """The finding as a sentence."""
        where = say_conditions(dict(self.where))
        if self.kind == "gap":
            return f"No rule takes {where}."
        if self.kind == "overlap":
            both = f"{', '.join(self.segments[:-1])} and {self.segments[-1]}"
            return f"{both} take {where}: {self.segments[0]} wins."
        rule = _who(self)
        if self.kind == "missing":
            blank = [name for name, limit in self.where.items() if limit == NOT_GIVEN]
            names = " and ".join(name.replace("_", " ") for name in blank)
            return f"{rule} does not give {names}: any value passes."
        if len(self.rules) == 1:
            why = "no value lies within its bounds" if self.where else "nobody is left"
            return f"{rule} is never reached: {why}."
        earlier = ", ".join(map(str, self.rules[1:]))
        who = f"rules {earlier} take" if len(self.rules) > 2 else f"rule {earlier} takes"  # noqa: PLR2004
        return f"{rule} is never reached: {who} all that it would take."


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class RuleLint(Result):
    """What the linter found in a table of rules, made by `SegmentRules.lint`.

    Attributes
    ----------
    findings
        Gaps, overlaps, unreachable rules and missing bounds, in that order.
    n_rules
        Rules.
    n_cells, n_uncovered_cells, n_multiple_cells
        Combinations of single scores: all, those that no rule takes, those that rules of several
        segments take. None for rules on measures.
    n_customers, n_uncovered, n_multiple
        Customers with an order: all, those whom no rule takes, those whom rules of several segments
        take. None if no data were given.
    definition
        What was tried, in words.
    kind
        The kind of frame that the data came from.
    """

    findings: tuple[Finding, ...]
    n_rules: int
    n_cells: int | None
    n_uncovered_cells: int | None
    n_multiple_cells: int | None
    n_customers: int | None
    n_uncovered: int | None
    n_multiple: int | None
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Lint of segment rules"

    @property
    def clean(self) -> bool:
        """Whether there is nothing to find."""
        return not self.findings

    @property
    def gaps(self) -> tuple[Finding, ...]:
        """Combinations that no rule takes.

        Examples
        --------
        >>> import retentionkit as rk
        >>> gap = rk.rfm.TRAVEL_TIERS.lint().gaps[0]
        >>> print(gap)
        No rule takes orders = 1, mean order value > 3,000.
        >>> print(rk.rfm.Rule("dear", **gap.where))
        dear: orders = 1, mean order value > 3,000
        """
        return self._of("gap")

    @property
    def overlaps(self) -> tuple[Finding, ...]:
        """Combinations that rules of several segments take."""
        return self._of("overlap")

    @property
    def unreachable(self) -> tuple[Finding, ...]:
        """Rules that never decide."""
        return self._of("unreachable")

    @property
    def missing(self) -> tuple[Finding, ...]:
        """Bounds without a number."""
        return self._of("missing")

    def _of(self, kind: Kind) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.kind == kind)

    def _table(self) -> Columns:
        found = self.findings
        columns: dict[str, Sequence[object]] = {
            "finding": [one.kind for one in found],
            "rules": [", ".join(map(str, one.rules)) for one in found],
            "segments": [", ".join(one.segments) for one in found],
            "where": [say_conditions(dict(one.where)) for one in found],
        }
        if self.n_cells is not None:
            columns["cells"] = [one.cells for one in found]
        if self.n_customers is not None:
            columns["customers"] = [one.customers for one in found]
        return columns

    def _printed(self) -> Columns:
        columns = {name: part for name, part in self._table().items() if name != "rules"}
        return {**columns, "segments": [_who(one) for one in self.findings]}

    def _facts(self) -> Mapping[str, str]:
        counts = {
            "gap": len(self.gaps),
            "overlap": len(self.overlaps),
            "unreachable rule": len(self.unreachable),
            "missing bound": len(self.missing),
        }
        said = ", ".join(f"{n} {name}{'s' * (n > 1)}" for name, n in counts.items() if n)
        facts = {"verdict": said or "clean: each combination is in exactly one segment"}
        for name, whole, none, several in (
            ("cells", self.n_cells, self.n_uncovered_cells, self.n_multiple_cells),
            ("customers", self.n_customers, self.n_uncovered, self.n_multiple),
        ):
            if whole is not None:
                facts[name] = f"{whole:,}: {none:,} in no segment, {several:,} in several"
        return {**facts, "definition": self.definition}


def _who(finding: Finding) -> str:
    """The segments concerned, in words: who wins, or which rule is never reached."""
    if finding.kind == "gap":
        return ""
    if finding.kind == "overlap":
        return f"{finding.segments[0]} before {', '.join(finding.segments[1:])}"
    return f"{finding.segments[0]} (rule {finding.rules[0]})"
