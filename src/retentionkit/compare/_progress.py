r"""From here to a goal by a date: how far, how fast, and with what probability?

The share of the way is :math:`(y - y_0)/(g - y_0)` for the base :math:`y_0`, the latest figure
:math:`y` and the goal :math:`g`; the pace needed is :math:`(g - y)` over the time that is left. The
probability is that of a figure measured at the deadline, by a straight line through the figures.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Final, NamedTuple, get_args

import numpy as np

from retentionkit._texts import counted
from retentionkit.arguments import check_choice, check_confidence, check_number
from retentionkit.compare._progress_deadline import read_deadline
from retentionkit.compare._progress_figures import Figures, read_figures
from retentionkit.compare._progress_result import Direction, Progress
from retentionkit.compare._progress_trend import FEWEST, outlook
from retentionkit.durations import calendar_day, day_number, moment
from retentionkit.errors import DataError, OptionError
from retentionkit.results import Estimate, Interval

if TYPE_CHECKING:
    from retentionkit.compare._progress_figures import Treatment
    from retentionkit.compare._progress_result import Status
    from retentionkit.compare._progress_trend import Outlook
    from retentionkit.durations import Moment

__all__ = ["progress"]

_MONTH: Final = 365.25 / 12
_CONTINUES: Final = "Assumes that the figures go on along a straight line"


def progress(
    values: object,
    *,
    dates: object,
    goal: float,
    deadline: Moment,
    value: str = "value",
    n: object = None,
    standard_errors: object = None,
    as_of: Moment | None = None,
    direction: Direction | None = None,
    bounds: tuple[float, float] | None = (0, 1),
    missing: Treatment = "error",
    confidence: float = 0.95,
) -> Progress:
    """How far a figure is on its way to a goal, and how probable it is to get there in time.

    Parameters
    ----------
    values
        The figure at several dates, shape (k,): a list, an array or a series; or a frame with one
        row for each date. Two values are a base and a current figure.
    dates
        When each was measured: dates or ISO text, in a list, an array or a series; the name of the
        column in a frame. No date twice; in any order.
    goal
        The figure to be reached, in the unit of the values: 0.85 for 85 %.
    deadline
        The day by which: a date, or a time from the first date on, such as `"12 months"`.
    value
        Name of the column of figures in a frame.
    n
        How many customers or answers each figure is a share of: numbers, or the name of a column.
        Only for shares; they give the standard errors.
    standard_errors
        The standard error of each figure: numbers, or the name of a column.
    as_of
        The day that is called now; later figures do not count. Default: the last date.
    direction
        `"up"` or `"down"`. Default: as the goal lies from the base.
    bounds
        What the figure can be at least and at most: `(0, 1)` for a share, `(-100, 100)` for an NPS,
        None for anything.
    missing
        `"error"`, or `"drop"`: dates without a figure are left out and counted.
    confidence
        Level of the prediction interval.

    Returns
    -------
    Progress

    Raises
    ------
    OptionError
        The base is the goal and no direction is given, the deadline lies before the base, or the
        goal is out of bounds.
    DataError
        There is no figure, one is missing or out of bounds, or a date occurs twice.

    Notes
    -----
    The prediction is that of a straight line, for a figure that is measured like the others. With
    four or more figures their scatter about the line tells how far the next may stray, by Student's
    t with k - 2 degrees of freedom; with standard errors (or `n`) these do, by the normal
    distribution and from two figures on; with both, the less certain of the two holds. With neither
    no probability is given. A share near 0 or 1 cannot go on along a line: see `notes`.

    Examples
    --------
    >>> import retentionkit as rk
    >>> found = rk.compare.progress(
    ...     [0.80, 0.81, 0.808, 0.82, 0.824, 0.83],
    ...     dates=[f"2025-{month:02}-01" for month in range(1, 7)],
    ...     goal=0.85,
    ...     deadline="12 months",
    ... )
    >>> found.status, round(found.share_of_way, 2), round(found.probability, 2)
    ('on track', 0.6, 0.98)
    """
    level = check_confidence(confidence)
    limits = _bounds(bounds)
    figures = read_figures(
        values, dates, value=value, n=n, errors=standard_errors, bounds=limits, missing=missing
    )
    today = int(figures.days[-1]) if as_of is None else day_number(moment("as_of", as_of))
    target = _target(goal, limits)
    last = read_deadline(deadline, int(figures.days[0]))
    used = figures.until(min(today, last))
    if len(used.days) == 0:
        raise _nothing_yet(figures, today)
    way = _way(used, target, last, today, direction)
    return _found(figures, used, way, level=level, bounds=limits)


class _Way(NamedTuple):
    """From where to where."""

    goal: float
    deadline: int
    today: int
    direction: Direction
    #: Whether nobody said which direction is better.
    guessed: bool

    @property
    def over(self) -> bool:
        """Whether the deadline has passed."""
        return self.today >= self.deadline

    def reached(self, value: float) -> bool:
        """Whether a figure is at the goal."""
        return value >= self.goal if self.direction == "up" else value <= self.goal

    def probability(self, seen: Outlook) -> float | None:
        """That a figure measured at the deadline is at the goal."""
        above = seen.probability_above(self.goal)
        if self.over or math.isnan(above):
            return None
        return above if self.direction == "up" else 1 - above


def _found(
    figures: Figures, used: Figures, way: _Way, *, level: float, bounds: tuple[float, float]
) -> Progress:
    """Everything, once the way is known."""
    base, now = float(used.values[0]), float(used.values[-1])
    first, last = int(used.days[0]), int(used.days[-1])
    seen = outlook(used.days.astype(np.float64), used.values, used.errors, float(way.deadline))
    seen = (
        seen
        if _possible(seen, bounds)
        else dataclasses.replace(seen, scatter=math.nan, sampling=math.nan)
    )
    definition = _definition(used, seen, way, bounds)
    left = (way.deadline - way.today) / _MONTH
    return Progress(
        base=base,
        base_date=calendar_day(first),
        now=now,
        now_date=calendar_day(last),
        goal=way.goal,
        deadline=calendar_day(way.deadline),
        direction=way.direction,
        as_of=calendar_day(way.today),
        status=_status(now, seen, way),
        share_of_way=(now - base) / (way.goal - base) if way.goal != base else math.nan,
        share_of_time=(min(way.today, way.deadline) - first) / (way.deadline - first),
        pace_needed=(way.goal - now) / left if left > 0 else math.nan,
        pace_so_far=(now - base) / (last - first) * _MONTH if last > first else math.nan,
        trend=seen.slope * _MONTH,
        projection=_projection(seen, len(used.days), way, definition, level, bounds),
        probability=way.probability(seen),
        bounds=bounds,
        notes=tuple(_notes(figures, used, seen, way, bounds)),
        definition=definition,
        kind=figures.kind,
    )


def _status(now: float, seen: Outlook, way: _Way) -> Status:
    if way.over:
        return "met" if way.reached(now) else "missed"
    if way.reached(now):
        return "reached"
    if math.isnan(seen.value):
        return "unknown"
    return "on track" if way.reached(seen.value) else "behind"


def _projection(
    seen: Outlook, k: int, way: _Way, definition: str, level: float, bounds: tuple[float, float]
) -> Estimate:
    """The line at the deadline, cut off at what is possible."""
    if way.over:
        return Estimate(math.nan, math.nan, Interval(math.nan, math.nan, level), k, definition)
    half = seen.half_width(level)
    low, value, high = np.clip([seen.value - half, seen.value, seen.value + half], *bounds).tolist()
    errors = [error for error in (seen.scatter, seen.sampling) if not math.isnan(error)]
    error = max(errors, default=math.nan)
    return Estimate(value, error, Interval(low, high, level), k, definition)


def _possible(seen: Outlook, bounds: tuple[float, float]) -> bool:
    """Whether the line is within bounds at the deadline, or there is none."""
    return math.isnan(seen.value) or bounds[0] <= seen.value <= bounds[1]


def _definition(used: Figures, seen: Outlook, way: _Way, bounds: tuple[float, float]) -> str:
    """What the line is, what makes the interval, and what it assumes."""
    if way.over:
        return "The last figure up to the deadline, held against the goal."
    if len(used.days) == 1:
        return "One figure: what is needed from here on."
    said = {
        (False, False): "no interval and no probability, since nothing tells how far figures stray",
        (True, False): "a prediction interval of Student's t by the scatter about the line",
        (False, True): "a normal prediction interval by the standard errors",
        (True, True): "the wider of the prediction intervals by the scatter about the line "
        "(Student's t) and by the standard errors (normal)",
    }[not math.isnan(seen.scatter), not math.isnan(seen.sampling)]
    if not _possible(seen, bounds):
        said = "no interval and no probability, since it leaves what is possible"
    through = "through both figures" if len(used.days) == 2 else "through all figures"  # noqa: PLR2004
    return f"Straight line {through}, drawn out to the deadline, with {said}. {_CONTINUES}."


def _notes(
    figures: Figures, used: Figures, seen: Outlook, way: _Way, bounds: tuple[float, float]
) -> list[str]:
    """What to keep in mind."""
    notes: list[str] = []
    ahead, behind = way.deadline - int(used.days[-1]), int(used.days[-1] - used.days[0])
    if way.guessed and way.direction == "down" and used.values[-1] > used.values[0]:
        notes.append(
            "The goal lies below the base, so less is taken for better. If more is better, the "
            "goal is reached already: pass direction='up'."
        )
    if way.over and ahead > int(np.diff(used.days).max(initial=0)):
        notes.append(
            f"The last figure is {counted(ahead, 'day')} before the deadline: nothing tells what "
            "the figure was then."
        )
    if not way.over and not math.isnan(seen.value):
        if ahead > behind:
            notes.append(
                f"The deadline is {ahead:,} days after the last figure, and the figures span only "
                f"{behind:,} days: the line is drawn out further than it was seen."
            )
        if not _possible(seen, bounds):
            notes.append(
                "The line leaves what is possible before the deadline and is cut off there: it "
                "cannot go on like this, and tells no probability."
            )
        elif len(used.days) >= FEWEST and math.isnan(seen.scatter):
            notes.append("The figures lie on a line exactly: their scatter tells nothing.")
        elif not seen.known:
            notes.append(
                f"For a probability take {FEWEST} or more figures, or pass n or standard_errors."
            )
    later = len(figures.days) - len(used.days)
    if later:
        until = calendar_day(min(way.today, way.deadline))
        notes.append(f"Not counted: {later:,} of {len(figures.days):,} figures, after {until}.")
    if figures.dropped:
        notes.append(f"Dates without a figure: {figures.dropped:,}.")
    return notes


def _way(
    used: Figures, goal: float, deadline: int, today: int, direction: Direction | None
) -> _Way:
    base = float(used.values[0])
    if direction is not None:
        chosen = check_choice("direction", direction, get_args(Direction))
        return _Way(goal, deadline, today, chosen, guessed=False)
    if goal == base:
        raise OptionError(
            "The goal is the base, and nothing says on which side to stay.",
            received=f"goal={goal:g}, base {base:g}",
            allowed="a goal above or below the base; or direction='up' or 'down'",
            do="Pass direction='up' to stay at the goal or above, 'down' to stay at it or below.",
        )
    return _Way(goal, deadline, today, "up" if goal > base else "down", guessed=True)


def _bounds(bounds: tuple[float, float] | None) -> tuple[float, float]:
    if bounds is None:
        return (-math.inf, math.inf)
    if isinstance(bounds, tuple) and len(bounds) == 2 and bounds[0] < bounds[1]:  # noqa: PLR2004  # pyright: ignore[reportUnnecessaryIsInstance]
        return bounds
    raise OptionError(
        "`bounds` are not two limits.",
        received=repr(bounds),
        allowed="(low, high) with low below high, or None",
        do="Pass (0, 1) for a share, (-100, 100) for an NPS, (0, math.inf) for money.",
    )


def _target(goal: object, bounds: tuple[float, float]) -> float:
    do = "Write 85 % as 0.85; pass bounds=(-100, 100) for an NPS, bounds=None for anything else."
    return check_number("goal", goal, low=bounds[0], high=bounds[1], do=do)


def _nothing_yet(figures: Figures, today: int) -> DataError:
    return DataError(
        "No figure was measured by then.",
        received=f"as_of={str(calendar_day(today))!r}, first figure on "
        f"{calendar_day(int(figures.days[0]))}",
        allowed="a day on or after the first figure",
        do="Pass a later as_of, or leave it out.",
    )
