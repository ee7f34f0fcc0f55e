"""Perceived value as a result: benefits against what was paid, and against a rival."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar

from retentionkit.results import Columns, Estimate, Interval, Result
from retentionkit.surveys._scales.scale_texts import aside_told, rounded, share_told, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind

__all__ = ["PerceivedValue"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class PerceivedValue(Result):
    """Benefits less what was paid for them, made by `perceived_value`.

    Arrays are read-only and have shape (k,), one value for each item: the benefits, then the
    sacrifices.

    Attributes
    ----------
    value_score
        Mean over respondents of benefits less sacrifices, -100 to 100, with its t interval.
    positive_share
        Share of respondents for whom the benefits are more, with its Wilson interval.
    benefit, sacrifice
        Mean benefits and mean sacrifices of these respondents, 0 to 100, with t intervals.
    ratio
        Mean benefits over mean sacrifices, with a linearised t interval; NaN, and without an
        interval, where the sacrifices are not clearly above 0.
    items
        Names of the items.
    sides
        `"benefit"` or `"sacrifice"` for each.
    weights
        Their weights, which add up to 1 on either side.
    item_n
        How many of these respondents answered each item.
    means, low, high
        Mean of each item with its t interval, 0 to 100.
    contributions
        What each item adds to the value score; together they are the score.
    set_aside
        Respondents without a value: too little answered on one side or the other.
    invalid
        Answers that were not on the scale, taken as not given.
    minimum_coverage
        The part of the weights of either side that the answered items must have.
    rival_score
        The same score of the rival by those who judged both; None without a rival.
    advantage
        Mean of the own value less the rival's by the same respondents, with its t interval.
    better_share
        Share of them for whom the own value is higher, with its Wilson interval.
    definition
        One sentence: what was taken from what, with which weights, and who was left out.
    kind
        The kind of frame that the caller brought.
    """

    value_score: Estimate
    positive_share: Estimate
    benefit: Estimate
    sacrifice: Estimate
    ratio: Estimate
    items: tuple[str, ...]
    sides: tuple[str, ...]
    weights: NDArray[np.float64]
    item_n: NDArray[np.int64]
    means: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    contributions: NDArray[np.float64]
    set_aside: int
    invalid: int
    minimum_coverage: float
    rival_score: Estimate | None
    advantage: Estimate | None
    better_share: Estimate | None
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Perceived value"

    @property
    def value(self) -> float:
        """The value score alone."""
        return self.value_score.value

    @property
    def interval(self) -> Interval:
        """The interval of the value score."""
        return self.value_score.interval

    @property
    def n(self) -> int:
        """Number of respondents with a value."""
        return self.value_score.n

    def __float__(self) -> float:
        """The value score alone."""
        return self.value_score.value

    def _table(self) -> Columns:
        return {
            "item": list(self.items),
            "side": list(self.sides),
            "weight": self.weights,
            "n": self.item_n,
            "mean": self.means,
            "low": self.low,
            "high": self.high,
            "contribution": self.contributions,
        }

    def _printed(self) -> Columns:
        return rounded(self._table(), "mean", "low", "high", "contribution")

    def _facts(self) -> Mapping[str, str]:
        facts = {
            "value": f"{told(self.value_score)} (from -100 to 100)",
            "above 0": f"{share_told(self.positive_share)}, of {self.n:,} people"
            + aside_told(set_aside=self.set_aside, invalid_answers=self.invalid),
            "benefits": told(self.benefit),
            "sacrifices": told(self.sacrifice),
            "ratio": self._ratio_told(),
        }
        if self.advantage is not None and self.better_share is not None:
            facts["rival"] = _rival_told(self.advantage, self.better_share)
        return {**facts, "definition": self.definition}

    def _ratio_told(self) -> str:
        if math.isnan(self.ratio.value):
            return "undefined: there are no sacrifices"
        if self.sacrifice.interval.low <= 0:
            return f"{self.ratio.value:.3g}, interval undefined: sacrifices are too near 0"
        return f"{told(self.ratio)} (mean benefits over mean sacrifices)"


def _rival_told(advantage: Estimate, better: Estimate) -> str:
    if advantage.n == 0:
        return "nobody judged both offers enough"
    return (
        f"own value above the rival's by {told(advantage)}; better for {share_told(better)}, of "
        f"{advantage.n:,} people"
    )
