"""Scores of waves as a result."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from retentionkit._texts import counted, p_text
from retentionkit.results import Columns, Estimate, Result
from retentionkit.surveys._nps.printed import last_facts, points

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from retentionkit.compare import Multiplicity
    from retentionkit.frames import FrameKind
    from retentionkit.surveys._nps.survey_options import GroupMethod

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

__all__ = ["Every", "NPSTrend"]

#: The calendar periods that may be waves.
Every: TypeAlias = Literal["week", "month", "quarter", "year"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class NPSTrend(Result):
    """Net promoter scores of waves and their changes; made by `nps_trend`.

    Arrays have one entry for each wave, in order. Scores, limits and changes are on the scale -100
    to 100, NaN where they are not observed.

    Attributes
    ----------
    waves
        The name of each wave; of a calendar period its year and month or quarter, of a week its
        Monday.
    start
        First day of each calendar period; None for other waves.
    n
        Numbers of answers; 0 where a wave was not observed.
    score, low, high, standard_error
        Scores with their limits, cut off at the ends of the scale.
    promoters, passives, detractors
        Numbers of answers of 9 and 10, of 7 and 8, and of 0 to 6; NaN for suppressed waves.
    unanswered, invalid
        How many did not answer, and how many answers were not on the scale.
    observed
        Whether there is an answer.
    suppressed
        Whether a wave has fewer answers than `minimum_n`, but some.
    partial
        Whether answers begin after the first day of the first calendar period, or end before the
        last day of the last one: these may be cut off.
    compared_with
        The wave that a change is from: the last one before that is shown; None without one.
    change, change_low, change_high
        Score less that of the wave that it is compared with.
    p_value, adjusted_p_value
        Of no change: for the wave alone, and with regard to all changes.
    slope
        Change per wave along a straight line through all waves, weighted by how surely they are
        known; NaN for fewer than two observed waves. Its standard error is that of the interval:
        of the errors of the scores, or of the scatter of the waves.
    slope_p_value
        Of no such slope.
    scatter_p_value
        The chance that waves scatter about the line as much as they do if it is right; NaN for
        fewer than three waves, and where respondents are in several. Where it is small, a line
        does not tell the story.
    undated
        How many answers have no date or wave and are in no figure.
    set_aside
        How many answers of respondents were left out for a later or earlier one of the same wave.
    every
        Length of the calendar periods; None for other waves.
    minimum_n
        Answers below which a wave is suppressed.
    multiplicity, confidence, method
        How p-values are adjusted, the level of the intervals, and how they are made.
    definition
        One sentence: what scores, changes and slope are.
    shares
        Shares of promoters, passives and detractors, weighted if weights were given; shape
        (waves, 3), NaN where a wave is not shown.
    kind
        The kind of frame that the caller brought.
    """

    waves: tuple[str, ...]
    start: NDArray[np.datetime64] | None
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
    observed: NDArray[np.bool_]
    suppressed: NDArray[np.bool_]
    partial: NDArray[np.bool_]
    compared_with: tuple[str | None, ...]
    change: Floats
    change_low: Floats
    change_high: Floats
    p_value: Floats
    adjusted_p_value: Floats
    slope: Estimate
    slope_p_value: float
    scatter_p_value: float
    undated: int
    set_aside: int
    every: Every | None
    minimum_n: int
    multiplicity: Multiplicity
    confidence: float
    method: GroupMethod
    definition: str
    shares: Floats
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "NPS over time"
    _whole_up_to: ClassVar[int] = 25

    def __len__(self) -> int:
        """The number of waves, those that were not observed included."""
        return len(self.waves)

    def _table(self) -> Columns:
        start: dict[str, Any] = {} if self.start is None else {"start": self.start}
        return {
            "wave": list(self.waves),
            **start,
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
            "observed": self.observed,
            "suppressed": self.suppressed,
            "partial": self.partial,
            "compared_with": list(self.compared_with),
            "change": self.change,
            "change_low": self.change_low,
            "change_high": self.change_high,
            "p_value": self.p_value,
            "adjusted_p_value": self.adjusted_p_value,
        }

    def _printed(self) -> Columns:
        names = [
            f"{wave} *" if part else wave
            for wave, part in zip(self.waves, self.partial.tolist(), strict=True)
        ]
        return {
            "wave": names,
            "answers": self.n,
            "score": points(self.score, self.low, self.high),
            "change": points(self.change, self.change_low, self.change_high, sign=True),
            "p": [p_text(p) for p in self.p_value.tolist()],
            "adjusted p": [p_text(p) for p in self.adjusted_p_value.tolist()],
        }

    def _facts(self) -> Mapping[str, str]:
        facts = {"waves": self._counted_waves(), "slope": self._told_slope()}
        if self.partial.any():
            facts["*"] = "the answers do not fill this period: it may be cut off"
        apart = {
            "unanswered": int(self.unanswered.sum()),
            "invalid": int(self.invalid.sum()),
            "without a date or wave": self.undated,
            "repeated, set aside": self.set_aside,
        }
        return {**facts, **last_facts(self, apart)}

    def _counted_waves(self) -> str:
        open_ = int((~self.observed).sum())
        text = f"{len(self):,}, {counted(int(self.n.sum()), 'answer')}"
        few = int(self.suppressed.sum())
        text += f"; {open_:,} not observed" if open_ else ""
        return f"{text}; {few:,} with fewer than {self.minimum_n:,} not shown" if few else text

    def _told_slope(self) -> str:
        if math.isnan(self.slope.value):
            return "undefined: fewer than two waves with a sampling error to draw a line through"
        low, high = self.slope.interval.low, self.slope.interval.high
        unit = self.every or "wave"
        text = f"{self.slope.value:+z.2f} ({low:z.2f} to {high:z.2f}) points per {unit}"
        text += f", p {p_text(self.slope_p_value, sign=True)}"
        if self.scatter_p_value < 1 - self.confidence:
            text += "; but the waves scatter more about it than their answers explain"
        return text
