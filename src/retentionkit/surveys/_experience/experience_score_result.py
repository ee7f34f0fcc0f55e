"""The experience score as a result: one figure, what it is made of, and whom it leaves out."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar

from retentionkit.results import Columns, Estimate, Interval, Result
from retentionkit.surveys._scales.scale_texts import aside_told, rounded, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind

__all__ = ["ExperienceScore"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class ExperienceScore(Result):
    """One figure from 0 to 100 of several items, made by `experience_score`.

    Arrays are read-only and have shape (k,), one value for each item.

    Attributes
    ----------
    score
        Mean over respondents with its t interval, 0 to 100.
    items
        Names of the items.
    reverse
        Those of them of which a low answer is good.
    weights
        Their weights, which add up to 1.
    item_n
        How many respondents with a score answered each item.
    means, low, high
        Mean of each item with its t interval, 0 to 100, 100 being good.
    contributions
        What each item adds to the score; together they are the score.
    set_aside
        Respondents without a score: too little answered.
    coverage
        Answers given over answers asked for, of all respondents.
    minimum_coverage
        The part of all weights that the answered items must have.
    invalid
        Answers that were not on the scale, taken as not given.
    alpha
        Cronbach's alpha of the respondents who answered everything: how much the items go
        together; NaN for one item or fewer than two such respondents.
    alpha_n
        How many these are.
    groups
        The same for each group in the order of its label; empty without `by`.
    ungrouped
        Respondents without a group, who are in the score but in no group.
    minimum_n
        Groups with fewer scored respondents are suppressed.
    suppressed
        Whether this is such a group, whose figures are undefined.
    definition
        One sentence: what was averaged, with which weights, and who was left out.
    kind
        The kind of frame that the caller brought.
    """

    score: Estimate
    items: tuple[str, ...]
    reverse: tuple[str, ...]
    weights: NDArray[np.float64]
    item_n: NDArray[np.int64]
    means: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    contributions: NDArray[np.float64]
    set_aside: int
    coverage: float
    minimum_coverage: float
    invalid: int
    alpha: float
    alpha_n: int
    groups: Mapping[str, ExperienceScore]
    ungrouped: int
    minimum_n: int
    definition: str
    kind: FrameKind | None = None
    suppressed: bool = False

    _heading: ClassVar[str] = "Experience score"

    @property
    def value(self) -> float:
        """The score alone."""
        return self.score.value

    @property
    def interval(self) -> Interval:
        """The interval of the score."""
        return self.score.interval

    @property
    def n(self) -> int:
        """Number of respondents with a score."""
        return self.score.n

    def __float__(self) -> float:
        """The score alone."""
        return self.score.value

    def _table(self) -> Columns:
        if self.groups:
            return self._by_group()
        return {
            "item": list(self.items),
            "weight": self.weights,
            "n": self.item_n,
            "mean": self.means,
            "low": self.low,
            "high": self.high,
            "contribution": self.contributions,
        }

    def _by_group(self) -> Columns:
        found = list(self.groups.values())
        columns: dict[str, Any] = {
            "group": list(self.groups),
            "n": [each.n for each in found],
            "score": [each.value for each in found],
            "low": [each.interval.low for each in found],
            "high": [each.interval.high for each in found],
            "suppressed": [each.suppressed for each in found],
        }
        for at, name in enumerate(self.items):
            key = name if name not in columns else f"{name}_mean"
            columns[key] = [float(each.means[at]) for each in found]
        return columns

    def _printed(self) -> Columns:
        table = self._table()
        if not self.groups:
            return rounded(table, "mean", "low", "high", "contribution")
        kept = {name: column for name, column in table.items() if name != "suppressed"}
        return rounded(kept, *(name for name in kept if name not in {"group", "n"}))

    def _facts(self) -> Mapping[str, str]:
        people = self.n + self.set_aside
        few = f"not shown: fewer than {self.minimum_n:,} people"
        facts = {
            "score": few if self.suppressed else told(self.score, unit=" of 100"),
            "people": f"{self.n:,} of {people:,}"
            + aside_told(with_too_few_answers=self.set_aside, without_a_group=self.ungrouped),
            "coverage": f"{100 * self.coverage:.1f} % of the answers asked for"
            + aside_told(invalid=self.invalid),
        }
        hidden = sum(each.suppressed for each in self.groups.values())
        if hidden:
            facts["groups"] = f"{len(self.groups):,}, {hidden:,} of them {few}"
        if not math.isnan(self.alpha):
            facts["alpha"] = f"{self.alpha:.2f} (Cronbach), of {self.alpha_n:,} who answered all"
        return {**facts, "definition": self.definition}
