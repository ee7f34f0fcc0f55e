"""Expectation gaps as a result: each item with its gap, the worst first."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from retentionkit._texts import p_text
from retentionkit.arguments import check_choice
from retentionkit.results import Columns, Estimate, Interval, Result
from retentionkit.surveys._scales.scale_texts import aside_told, rounded, share_told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.compare import Multiplicity
    from retentionkit.frames import FrameKind

__all__ = ["ExpectationGap"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class ExpectationGap(Result):
    """What was delivered less what was expected, by item, made by `expectation_gap`.

    Arrays are read-only and have shape (k,), one value for each item, the worst gap first.

    Attributes
    ----------
    items
        Names of the items.
    n
        How many people answered both questions of each item.
    expected, delivered
        Mean answers of these people.
    gap
        Mean of delivered less expected, in steps of the scale; negative where it fell short.
    standard_error, low, high
        Its standard error and t limits; NaN where all differences are alike.
    below
        Share of these people who got less than they expected, 0 to 1.
    below_low, below_high
        Its Wilson limits.
    p_value
        Of the paired t test that the gap is 0, one by one.
    adjusted_p_value
        The same, adjusted for the number of items.
    unpaired
        How many people answered only one of the two questions.
    unanswered
        How many answered neither.
    invalid
        How many answers were not on the scale, taken as not given.
    any_below
        Share of the people with at least one pair who got less than they expected of at least one
        item.
    scale
        Lowest and highest answer.
    multiplicity
        How the p-values were adjusted.
    confidence
        Level of the intervals.
    definition
        One sentence: what was taken from what, and over whom.
    kind
        The kind of frame that the caller brought.
    """

    items: tuple[str, ...]
    n: NDArray[np.int64]
    expected: NDArray[np.float64]
    delivered: NDArray[np.float64]
    gap: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    below: NDArray[np.float64]
    below_low: NDArray[np.float64]
    below_high: NDArray[np.float64]
    p_value: NDArray[np.float64]
    adjusted_p_value: NDArray[np.float64]
    unpaired: NDArray[np.int64]
    unanswered: NDArray[np.int64]
    invalid: NDArray[np.int64]
    any_below: Estimate
    scale: tuple[int, int]
    multiplicity: Multiplicity
    confidence: float
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Expectation gap"

    def estimate(self, item: str) -> Estimate:
        """The gap of one item with its interval.

        Parameters
        ----------
        item
            Its name.

        Returns
        -------
        Estimate

        Raises
        ------
        OptionError
            There is no such item.

        Examples
        --------
        >>> import pandas as pd
        >>> import retentionkit as rk
        >>> answers = pd.DataFrame({"before": [5, 4, 4], "after": [3, 4, 2]})
        >>> found = rk.surveys.expectation_gap(
        ...     answers, items={"pace": ("before", "after")}, scale=(1, 5)
        ... )
        >>> found.estimate("pace").value
        -1.3333333333333333
        """
        at = self.items.index(check_choice("item", item, self.items))
        return Estimate(
            float(self.gap[at]),
            float(self.standard_error[at]),
            Interval(float(self.low[at]), float(self.high[at]), self.confidence),
            int(self.n[at]),
            self.definition,
        )

    @property
    def _tested(self) -> int:
        """How many items have a p-value."""
        return int((~np.isnan(self.p_value)).sum())

    @property
    def _adjusted(self) -> bool:
        """Whether adjusting may have changed a p-value."""
        return self.multiplicity != "none" and self._tested > 1

    def _table(self) -> Columns:
        return {
            "item": list(self.items),
            "n": self.n,
            "expected": self.expected,
            "delivered": self.delivered,
            "gap": self.gap,
            "low": self.low,
            "high": self.high,
            "below": self.below,
            "below_low": self.below_low,
            "below_high": self.below_high,
            "p_value": self.p_value,
            "adjusted_p_value": self.adjusted_p_value,
            "unpaired": self.unpaired,
            "unanswered": self.unanswered,
            "invalid": self.invalid,
        }

    def _printed(self) -> Columns:
        table = self._table()
        figures = ("expected", "delivered", "gap", "low", "high")
        shown = {name: table[name] for name in ("item", "n", *figures)}
        found = {
            **rounded(shown, *figures),
            "% below": ["–" if math.isnan(x) else f"{100 * x:.1f}" for x in self.below.tolist()],
            "p": [p_text(p) for p in self.p_value.tolist()],
        }
        if self._adjusted:
            found["adjusted p"] = [p_text(p) for p in self.adjusted_p_value.tolist()]
        return found

    def _facts(self) -> Mapping[str, str]:
        told = f"of the gap being 0, as the {100 * self.confidence:g} % limits for one item alone"
        if self._adjusted:
            told += f"; adjusted for {self._tested} items ({self.multiplicity})"
        aside = aside_told(
            with_one_answer_of_two=int(self.unpaired.sum()),
            with_none=int(self.unanswered.sum()),
            invalid=int(self.invalid.sum()),
        )
        return {
            "fell short": (
                f"{share_told(self.any_below)}, of {self.any_below.n:,} people in at least one item"
            ),
            "answers": f"{int(self.n.sum()):,} pairs on the scale {self.scale[0]} to "
            f"{self.scale[1]}{aside}",
            "p": told,
            "definition": self.definition,
        }
