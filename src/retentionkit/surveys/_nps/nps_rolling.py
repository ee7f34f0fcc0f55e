"""Net promoter score of the last so many days, again and again.

A window smooths what single weeks scatter. Neighbouring windows share most of their answers: that
one is above the other says little, and their difference is not a change from one to the next.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from retentionkit._texts import counted
from retentionkit.durations import duration_in
from retentionkit.errors import DataError, OptionError
from retentionkit.results import Columns, Result, frozen_array
from retentionkit.surveys._nps.nps_result import definition_of
from retentionkit.surveys._nps.printed import last_facts, points
from retentionkit.surveys._nps.survey_options import Options
from retentionkit.surveys._nps.survey_rows import check_span, read_rows
from retentionkit.surveys._nps.tallies import Tallies, one_nps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.durations import Duration
    from retentionkit.frames import Frame, FrameKind
    from retentionkit.surveys._nps.answers import Treatment
    from retentionkit.surveys._nps.nps_result import NPS
    from retentionkit.surveys._nps.survey_options import GroupMethod

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

__all__ = ["NPSRolling", "nps_rolling"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class NPSRolling(Result):
    """Net promoter scores of overlapping windows; made by `nps_rolling`.

    Arrays have one entry for each window, the earliest first. Scores and limits are on the scale
    -100 to 100, NaN for a window without answers.

    Attributes
    ----------
    start, end
        First day of each window, and the first day after it.
    n
        Numbers of answers.
    score, low, high, standard_error
        Scores with their limits, cut off at the ends of the scale.
    promoters, passives, detractors
        Numbers of answers of 9 and 10, of 7 and 8, and of 0 to 6.
    window_days, step_days
        Length of the windows, and from one to the next.
    unanswered, invalid, undated
        Of the whole frame: how many did not answer, how many answers were not on the scale, and how
        many have no date.
    confidence, method
        Level of the intervals, and how they are made.
    definition
        One sentence: what the windows are, and what their differences are not.
    kind
        The kind of frame that the caller brought.
    """

    start: NDArray[np.datetime64]
    end: NDArray[np.datetime64]
    n: Whole
    score: Floats
    low: Floats
    high: Floats
    standard_error: Floats
    promoters: Whole
    passives: Whole
    detractors: Whole
    window_days: int
    step_days: int
    unanswered: int
    invalid: int
    undated: int
    confidence: float
    method: GroupMethod
    definition: str
    kind: FrameKind

    _heading: ClassVar[str] = "NPS, rolling"

    def __len__(self) -> int:
        """The number of windows."""
        return len(self.n)

    def _table(self) -> Columns:
        return {
            "start": self.start,
            "end": self.end,
            "n": self.n,
            "score": self.score,
            "low": self.low,
            "high": self.high,
            "standard_error": self.standard_error,
            "promoters": self.promoters,
            "passives": self.passives,
            "detractors": self.detractors,
        }

    def _printed(self) -> Columns:
        return {
            "from": np.datetime_as_string(self.start, unit="D").tolist(),
            "before": np.datetime_as_string(self.end, unit="D").tolist(),
            "answers": self.n,
            "score": points(self.score, self.low, self.high),
        }

    def _facts(self) -> Mapping[str, str]:
        facts = {"windows": f"{len(self):,} of {counted(self.window_days, 'day')}"}
        facts["windows"] += f", one every {counted(self.step_days, 'day')}"
        apart = {
            "unanswered": self.unanswered,
            "invalid": self.invalid,
            "without a date": self.undated,
        }
        return {**facts, **last_facts(self, apart)}


def nps_rolling(
    frame: Frame,
    *,
    score: str,
    when: str,
    window: Duration = "90 days",
    step: Duration = "7 days",
    weights: str | None = None,
    respondent: str | None = None,
    missing: Treatment = "error",
    invalid: Treatment = "error",
    confidence: float = 0.95,
    method: GroupMethod = "adjusted-wald",
) -> NPSRolling:
    """Net promoter score of windows of so many days, each with its interval.

    The last window ends with the day of the last answer; the others lie whole steps before it, as
    far back as the days from the first answer on fill them.

    Parameters
    ----------
    frame
        A pandas or polars DataFrame or a pyarrow Table, one row for each answer.
    score
        Column of the answers, whole numbers from 0 to 10.
    when
        Column of the times of the answers.
    window, step
        Length of the windows, and from one to the next: whole days, as a number or as text such as
        `"90 days"` or `"13 weeks"`.
    weights, respondent, missing, invalid
        As in `nps_by`. With `missing="drop"` answers without a date are counted apart too. Several
        answers of one respondent all count, and the error takes them together: there is no
        `repeats`, for the latest answer of a window is not that of the next. To keep one answer of
        each respondent, drop the others before.
    confidence
        Level of the intervals, each for one window by itself.
    method
        `"adjusted-wald"`, `"wald"`, or `"score"` for independent answers of equal weight.

    Returns
    -------
    NPSRolling

    Raises
    ------
    ColumnError
        There is no such column.
    DataError
        There is no answer, some are none on this scale or have no date, or the days of all answers
        do not fill one window.
    OptionError
        An option is none of its choices or does not hold with another, or `window` or `step` is not
        of whole days.
    KindError
        The frame is of another kind.

    Warns
    -----
    RetentionKitWarning
        The answers look like those of another scale.

    Examples
    --------
    >>> import pandas as pd
    >>> import retentionkit as rk
    >>> frame = pd.DataFrame(
    ...     {"day": pd.date_range("2024-01-01", periods=40), "answer": [10] * 20 + [7] * 20}
    ... )
    >>> found = rk.surveys.nps_rolling(frame, score="answer", when="day", window=20, step=10)
    >>> found.score.tolist(), found.n.tolist()
    ([100.0, 50.0, 0.0], [20, 20, 20])
    """
    options = Options(weights, respondent, "cluster", missing, invalid, confidence, method)
    length, stride = _days("window", window), _days("step", step)
    rows = read_rows(frame, {}, score=score, when=when, options=options)
    days, dated = rows.days()
    first, last = int(days[dated].min()), int(days[dated].max())
    span = last - first + 1
    if span < length:
        raise DataError(
            "The answers do not fill one window.",
            received=f"window={window!r}, answers of {counted(span, 'day')}",
            allowed="a window that is not longer than the time from the first answer to the last",
            do=f"Pass a shorter window, such as window={max(span // 3, 1)}.",
        )
    check_span(1 + (span - length) // stride, "windows", first, last)
    daily, _, undated = rows.placed(np.where(dated, days - first, -1), span, what="date")
    begins = np.arange(span - length, -1, -stride)[::-1]
    definition = (
        f"{definition_of(weighted=False, clusters=None, population=None)[:-1]}"
        f"{options.definition()}, of windows [start, start + {length:,} days) that the days from "
        "the first answer on fill; neighbouring windows share answers, so that their difference is "
        "not a change between them."
    )
    found = [_window(daily, at, at + length, options, definition) for at in begins.tolist()]
    return _result(
        found,
        begins + first,
        daily,
        options,
        window_days=length,
        step_days=stride,
        undated=undated,
        definition=definition,
        kind=rows.table.kind,
    )


def _window(daily: Tallies, begin: int, end: int, options: Options, definition: str) -> NPS | None:
    """The score of the answers of some days; None without answers."""
    pairs = daily.pairs
    if pairs is not None:  # sorted by day
        low, high = np.searchsorted(pairs.group, [begin, end])
        pairs = pairs.part(slice(low, high))
        pairs = pairs._replace(group=pairs.group - begin)
    some = slice(begin, end)
    window = Tallies(
        counts=daily.counts[some],
        sums=daily.sums[some],
        squares=daily.squares[some],
        unanswered=daily.unanswered[some],
        invalid=daily.invalid[some],
        pairs=pairs,
    ).total()
    if not window.counts.any():
        return None
    return one_nps(window, 0, options.method, options.confidence, definition)


def _result(
    found: list[NPS | None],
    begins: Whole,
    daily: Tallies,
    options: Options,
    **told: Any,  # noqa: ANN401 - fields of the result
) -> NPSRolling:
    """The windows as arrays."""

    def figures(name: str) -> Floats:
        values = [math.nan if one is None else getattr(one, name) for one in found]
        return frozen_array(values, np.float64)

    def limits(name: str) -> Floats:
        values = [math.nan if one is None else getattr(one.interval, name) for one in found]
        return frozen_array(values, np.float64)

    def counts(name: str) -> Whole:
        return frozen_array([0 if one is None else getattr(one, name) for one in found], np.int64)

    start = begins.astype("datetime64[D]").astype("datetime64[us]")
    length = np.timedelta64(told["window_days"], "D")
    return NPSRolling(
        start=frozen_array(start, "datetime64[us]"),
        end=frozen_array(start + length, "datetime64[us]"),
        n=counts("n"),
        score=figures("score"),
        low=limits("low"),
        high=limits("high"),
        standard_error=figures("standard_error"),
        promoters=counts("promoters"),
        passives=counts("passives"),
        detractors=counts("detractors"),
        unanswered=int(daily.unanswered.sum()),
        invalid=int(daily.invalid.sum()),
        confidence=options.confidence,
        method=options.method,
        **told,
    )


def _days(name: str, value: Duration) -> int:
    """A duration of whole days."""
    days = duration_in(name, value, "day")
    if days >= 1 and days.is_integer():
        return int(days)
    raise OptionError(
        f"`{name}` must be of whole days.",
        received=f"{name}={value!r}, which is {days:g} days",
        allowed="1 day or more; months and years are no whole days",
        do=f"Pass {name}={max(round(days), 1)}, or weeks as in {name}='13 weeks'.",
    )
