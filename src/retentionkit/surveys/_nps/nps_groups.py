"""Scores of groups as a result."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar, Final

from retentionkit._texts import counted, p_text
from retentionkit.arguments import probably
from retentionkit.errors import DataError, OptionError
from retentionkit.results import Columns, Result
from retentionkit.surveys._nps.printed import last_facts, points
from retentionkit.surveys._nps.tallies import one_nps

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from retentionkit.compare import Multiplicity
    from retentionkit.frames import FrameKind
    from retentionkit.surveys._nps.group_differences import Homogeneity
    from retentionkit.surveys._nps.nps_result import NPS
    from retentionkit.surveys._nps.survey_options import GroupMethod
    from retentionkit.surveys._nps.tallies import Tallies

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

__all__ = ["NPSGroups"]

_SHOWN: Final = 8


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class NPSGroups(Result):
    """Net promoter scores of groups, each compared with the rest; made by `nps_by`.

    Arrays have one entry for each group, in the order of the labels, a missing label last. Scores,
    limits and differences are on the scale -100 to 100.

    Attributes
    ----------
    by
        Names of the columns that make the groups.
    groups
        The label of each group, a tuple of labels where there are several columns; None where it is
        missing.
    n
        Numbers of answers.
    score, low, high, standard_error
        Scores with their limits, cut off at the ends of the scale; NaN for groups that are
        suppressed or without answers.
    promoters, passives, detractors
        Numbers of answers of 9 and 10, of 7 and 8, and of 0 to 6; NaN for suppressed groups.
    unanswered, invalid
        How many did not answer, and how many answers were not on the scale.
    suppressed
        Whether a group has fewer answers than `minimum_n`, but some.
    difference, difference_low, difference_high
        Score of the group less that of all other answers, with limits.
    p_value, adjusted_p_value
        Of no such difference: for the group alone, and with regard to all that were compared.
    total
        Score of all answers, those of suppressed groups included.
    homogeneity
        Whether groups differ at all.
    multiplicity
        How p-values are adjusted.
    set_aside
        How many answers of respondents were left out for a later or earlier one of theirs.
    minimum_n
        Answers below which a group is suppressed.
    confidence, method
        Level of the intervals, and how they are made.
    definition
        One sentence: what the scores and differences are.
    kind
        The kind of frame that the caller brought.
    """

    by: tuple[str, ...]
    groups: tuple[Any, ...]
    n: Whole
    score: Floats
    low: Floats
    high: Floats
    standard_error: Floats
    promoters: Floats
    passives: Floats
    detractors: Floats
    unanswered: Whole
    invalid: Whole
    suppressed: NDArray[np.bool_]
    difference: Floats
    difference_low: Floats
    difference_high: Floats
    p_value: Floats
    adjusted_p_value: Floats
    total: NPS
    homogeneity: Homogeneity
    multiplicity: Multiplicity
    set_aside: int
    minimum_n: int
    confidence: float
    method: GroupMethod
    definition: str
    kind: FrameKind | None
    _tallies: Tallies = dataclasses.field(compare=False)

    _heading: ClassVar[str] = "NPS by group"
    _whole_up_to: ClassVar[int] = 25

    def __len__(self) -> int:
        """The number of groups."""
        return len(self.groups)

    def group(self, key: object) -> NPS:
        """The score of one group, as `nps` gives it for the answers of the group.

        Parameters
        ----------
        key
            The label of the group: a tuple where there are several columns, None for a missing one.

        Returns
        -------
        NPS

        Raises
        ------
        OptionError
            There is no such group.
        DataError
            It is suppressed or has no answer.
        """
        if key not in self.groups:
            listed = ", ".join(map(repr, self.groups[:_SHOWN]))
            meant = probably(key, [label for label in self.groups if isinstance(label, str)], {})
            raise OptionError(
                "There is no such group.",
                received=repr(key),
                allowed=listed + (", ..." if len(self) > _SHOWN else ""),
                do=f"Pass {meant} if that is meant." if meant else "Pass one of `.groups`.",
            )
        at = self.groups.index(key)
        if math.isnan(self.score[at]):
            raise DataError(
                "This group has no score to show.",
                received=f"{counted(int(self.n[at]), 'answer')} in group {key!r}",
                allowed=f"at least {counted(max(self.minimum_n, 1), 'answer')}",
                do="Take it together with another group, or lower minimum_n.",
            )
        whose = "answers without a group" if key is None else f"answers of {key!r}"
        definition = self.total.definition.replace("all answers", whose)
        return one_nps(self._tallies, at, self.method, self.confidence, definition)

    def _table(self) -> Columns:
        labels = self._labels()
        figures: dict[str, Any] = {
            "n": self.n,
            "score": self.score,
            "low": self.low,
            "high": self.high,
            "standard_error": self.standard_error,
            "promoters": self.promoters,
            "passives": self.passives,
            "detractors": self.detractors,
            "unanswered": self.unanswered,
            "invalid": self.invalid,
            "suppressed": self.suppressed,
            "difference": self.difference,
            "difference_low": self.difference_low,
            "difference_high": self.difference_high,
            "p_value": self.p_value,
            "adjusted_p_value": self.adjusted_p_value,
        }
        named = {f"{name}_" if name in figures else name: label for name, label in labels.items()}
        return {**named, **figures}

    def _labels(self) -> dict[str, list[Any]]:
        """The labels by column."""
        rows = self.groups if len(self.by) > 1 else [(key,) for key in self.groups]
        return {name: [row[at] for row in rows] for at, name in enumerate(self.by)}

    def _printed(self) -> Columns:
        labels = {
            name: ["(missing)" if label is None else str(label) for label in column]
            for name, column in self._labels().items()
        }
        return {
            **labels,
            "answers": self.n,
            "score": points(self.score, self.low, self.high),
            "less the rest": points(
                self.difference, self.difference_low, self.difference_high, sign=True
            ),
            "p": [p_text(p) for p in self.p_value.tolist()],
            "adjusted p": [p_text(p) for p in self.adjusted_p_value.tolist()],
        }

    def _facts(self) -> Mapping[str, str]:
        total, low, high = self.total.score, self.total.interval.low, self.total.interval.high
        facts = {
            "total": f"{total:z.1f} ({low:z.1f} to {high:z.1f}), {counted(self.total.n, 'answer')}",
            "groups": self._counted_groups(),
            "differ at all": self._differ(),
        }
        apart = {
            "unanswered": self.total.unanswered,
            "invalid": self.total.invalid,
            "repeated, set aside": self.set_aside,
        }
        return {**facts, **last_facts(self, apart)}

    def _counted_groups(self) -> str:
        number = int(self.suppressed.sum())
        if not number:
            return f"{len(self):,}"
        few = f"fewer than {counted(self.minimum_n, 'answer')}"
        return f"{len(self):,}, {number:,} of them with {few} not shown"

    def _differ(self) -> str:
        found = self.homogeneity
        if math.isnan(found.p_value):
            return "not known: see the adjusted p-values"
        p = p_text(found.p_value, sign=True)
        return f"p {p} (chi-square {found.statistic:.1f}, {found.degrees:,} df)"
