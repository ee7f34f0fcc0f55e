"""Where a figure stands on its way to a goal, as a result."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias

from retentionkit._texts import counted
from retentionkit.results import Columns, Estimate, Interval, Result

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from retentionkit.frames import FrameKind

__all__ = ["Direction", "Progress", "Status"]

#: Whether a goal is reached from below or from above.
Direction: TypeAlias = Literal["up", "down"]
#: Where a figure stands.
Status: TypeAlias = Literal["reached", "on track", "behind", "unknown", "met", "missed"]

_SAID: Final[Mapping[Status, str]] = {
    "reached": "reached: the latest figure is at the goal",
    "on track": "on track: the line through the figures reaches the goal in time",
    "behind": "behind: the line through the figures does not reach the goal in time",
    "unknown": "unknown: one figure has no pace",
    "met": "met: the deadline is over, and the goal was reached by then",
    "missed": "missed: the deadline is over, and the goal was not reached by then",
}


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Progress(Result):
    """How far a figure is on its way to a goal, made by `progress`.

    Attributes
    ----------
    base, now
        The first figure, and the latest that counts.
    base_date, now_date
        When these were measured.
    goal, deadline
        The figure to be reached, and the day by which.
    direction
        `"up"` if the goal is to be reached from below, `"down"` from above.
    as_of
        The day from which on the time that is left is counted.
    status
        `"reached"`, `"on track"` or `"behind"` (by the line through the figures), `"unknown"` with
        one figure; after the deadline `"met"` or `"missed"`.
    share_of_way
        What of the way from the base to the goal is done: below 0 if the figure went the other way,
        above 1 beyond the goal; NaN where the base is the goal.
    share_of_time
        What of the time from the base to the deadline is over.
    pace_needed, pace_so_far
        Change per month (365.25/12 days) that leads from now to the goal by the deadline, and that
        led from the base to now. NaN where there is no time between.
    trend
        Slope per month of the line through all figures.
    projection
        The figure that the line gives for the deadline, with a prediction interval: of the figure
        that will be measured then. NaN for one figure and after the deadline; without an interval
        where nothing tells how far figures stray.
    probability
        That the figure measured at the deadline is at the goal or beyond; None where the data
        cannot tell.
    notes
        What to keep in mind.
    definition
        One sentence: the line, what makes the interval, and what it assumes.
    kind
        The kind of frame that the caller brought.
    """

    base: float
    base_date: dt.date
    now: float
    now_date: dt.date
    goal: float
    deadline: dt.date
    direction: Direction
    as_of: dt.date
    status: Status
    share_of_way: float
    share_of_time: float
    pace_needed: float
    pace_so_far: float
    trend: float
    projection: Estimate
    probability: float | None
    bounds: tuple[float, float]
    notes: tuple[str, ...]
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Progress"

    @property
    def value(self) -> float:
        """The projection at the deadline alone."""
        return self.projection.value

    @property
    def interval(self) -> Interval:
        """The prediction interval at the deadline."""
        return self.projection.interval

    @property
    def n(self) -> int:
        """How many figures the line was drawn through."""
        return self.projection.n

    def _table(self) -> Columns:
        interval = self.interval
        return {
            "figure": ["base", "now", "projection", "goal"],
            "date": [self.base_date, self.now_date, self.deadline, self.deadline],
            "value": [self.base, self.now, self.value, self.goal],
            "low": [math.nan, math.nan, interval.low, math.nan],
            "high": [math.nan, math.nan, interval.high, math.nan],
        }

    def _printed(self) -> Columns:
        dates = (self.base_date, self.now_date, self.deadline, self.deadline)
        return {**self._table(), "date": [str(date) for date in dates]}

    def _facts(self) -> Mapping[str, str]:
        side = "above" if self.direction == "up" else "below"
        goal = f"{self.goal:,.6g} or {side}, by {self.deadline}"
        facts = {"status": _SAID[self.status], "goal": goal}
        if not math.isnan(self.share_of_way):
            facts["way"] = (
                f"{100 * self.share_of_way:z.0f} % of the way after "
                f"{100 * self.share_of_time:.0f} % of the time"
            )
        facts["pace"] = (
            f"needed {self._pace(self.pace_needed)}, so far {self._pace(self.pace_so_far)}"
        )
        if self.status in {"met", "missed"}:
            facts["pace"] = f"{self._pace(self.pace_so_far)}"
        facts["probability"] = self._chance()
        facts["figures"] = counted(self.n, "figure")
        facts["confidence"] = f"{100 * self.interval.confidence:g} %"
        if self.notes:
            facts["note"] = " ".join(self.notes)
        return {**facts, "definition": self.definition}

    def _pace(self, pace: float) -> str:
        """A change per month, in points where the figure is a share."""
        if math.isnan(pace):
            return "unknown"
        if self.bounds == (0, 1):
            return f"{100 * pace:+z.2f} points a month"
        return f"{pace:+,.3g} a month"

    def _chance(self) -> str:
        if self.status in {"met", "missed"}:
            return "none: the deadline is over"
        if self.probability is None:
            return "unknown"
        chance = 100 * self.probability
        shown = "below 1" if chance < 1 else "above 99" if chance > 99 else f"{chance:.0f}"  # noqa: PLR2004
        return f"{shown} % that the figure measured on {self.deadline} is at the goal or beyond"
