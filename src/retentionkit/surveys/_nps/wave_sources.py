"""Where waves come from: calendar periods, a column, or results that are there already."""

from __future__ import annotations

import dataclasses
import math
import re
from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit import net_scores
from retentionkit._texts import counted
from retentionkit.durations import calendar_period, day_number, first_day
from retentionkit.errors import DataError
from retentionkit.surveys._nps.nps_result import NPS
from retentionkit.surveys._nps.survey_rows import check_span
from retentionkit.surveys._nps.tallies import limits_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind
    from retentionkit.surveys._nps.nps_waves import Every
    from retentionkit.surveys._nps.survey_options import Options
    from retentionkit.surveys._nps.survey_rows import SurveyRows
    from retentionkit.surveys._nps.tallies import Tallies

    Floats = NDArray[np.float64]

__all__ = ["Waves", "of_column", "of_periods", "of_results"]

_NUMBER: Final = re.compile(r"\d{1,18}")
_YEAR: Final = 1000  # the first number of four digits


@dataclasses.dataclass(frozen=True, slots=True)
class Waves:
    """What is known of each wave, however it was brought, on the scale -1 to 1."""

    names: tuple[str, ...]
    counts: NDArray[np.int64]
    shares: Floats
    worth: Floats
    clusters: Floats | None
    error: Floats
    low: Floats
    high: Floats
    unanswered: NDArray[np.int64]
    invalid: NDArray[np.int64]
    tallies: Tallies | None = None
    start: NDArray[np.datetime64] | None = None
    partial: tuple[bool, bool] = (False, False)
    undated: int = 0
    set_aside: int = 0
    kind: FrameKind | None = None
    note: str = ""


def of_results(results: Mapping[str, NPS | None], options: Options) -> Waves:
    """Waves of results, each with its own interval."""
    given: list[object] = [result for result in results.values() if result is not None]
    levels = {getattr(getattr(result, "interval", None), "confidence", None) for result in given}
    if not all(isinstance(result, NPS) for result in given) or levels != {options.confidence}:
        raise DataError(
            "These are not results of one confidence level by wave.",
            received=f"{counted(len(results), 'wave')} with "
            f"{', '.join(map(str, levels)) or 'no result'}",
            allowed=f"results of nps with confidence={options.confidence:g}, some of them not None",
            do="Make all results at one level, and pass it as confidence= here too.",
        )
    none = (math.nan,) * 3
    shares = [none if r is None else _shares(r) for r in results.values()]
    worth = [math.nan if r is None else float(r.worth.sum()) for r in results.values()]
    error = [math.nan if r is None else r.standard_error / 100 for r in results.values()]
    number = [None if r is None else r.n_clusters for r in results.values()]
    limits = [none if r is None else (r.interval.low, r.interval.high) for r in results.values()]
    counts = [
        (0, 0, 0) if r is None else (r.promoters, r.passives, r.detractors)
        for r in results.values()
    ]
    return Waves(
        names=tuple(map(str, results)),
        counts=np.array(counts, dtype=np.int64),
        shares=np.array(shares),
        worth=np.array(worth),
        clusters=np.array([math.inf if one is None else one for one in number]),
        error=np.array(error),
        low=np.array([limit[0] / 100 for limit in limits]),
        high=np.array([limit[1] / 100 for limit in limits]),
        unanswered=np.array([0 if r is None else r.unanswered for r in results.values()]),
        invalid=np.array([0 if r is None else r.invalid for r in results.values()]),
        note=", waves of different people",
    )


def _shares(result: NPS) -> tuple[float, float, float]:
    return result.promoter_share, result.passive_share, result.detractor_share


def of_periods(rows: SurveyRows, every: Every) -> Waves:
    """Waves of all calendar periods from the first answer to the last."""
    days, dated = rows.days()
    first, last = int(days[dated].min()), int(days[dated].max())
    begin, end = calendar_period(first, every), calendar_period(last, every)
    check_span(end - begin + 1, f"{every}s", first, last)
    place = np.where(dated, calendar_period(days, every) - begin, -1)
    starts = [first_day(period, every) for period in range(begin, end + 2)]
    names = {"month": "{0:%Y-%m}", "quarter": "{0:%Y} Q{1}", "year": "{0:%Y}"}
    form = names.get(every, "{0:%Y-%m-%d}")
    partial = first > day_number(starts[0]), last < day_number(starts[-1]) - 1
    waves = _of_tallies(
        rows, place, tuple(form.format(day, (day.month + 2) // 3) for day in starts[:-1]), "date"
    )
    start = np.array(starts[:-1], dtype="datetime64[us]")
    return dataclasses.replace(waves, start=start, partial=partial)


def of_column(rows: SurveyRows) -> Waves:
    """Waves of numbers, dates, texts or an ordered category, in their order."""
    place, labels = rows.table.coded("wave", argument="wave")
    if any(isinstance(label, str) for label in labels) and not rows.table.ordered("wave"):
        order = _order_in_time(labels)
        ranks = np.r_[np.argsort(order), -1]  # the last one for those without a wave
        place, labels = ranks[place], [labels[at] for at in order]
    return _of_tallies(rows, place, tuple(map(str, labels)), "wave")


def _order_in_time(labels: list[str]) -> list[int]:
    """The places of texts in time, where their numbers tell it: "wave 9", "2024-Q1".

    The alphabet does not: it puts February before January, and "Q1 2024" before "Q4 2023".
    """
    numbers = [tuple(map(int, _NUMBER.findall(label))) for label in labels]
    one_form = len({_NUMBER.sub("#", label) for label in labels}) == 1
    several = len(numbers[0]) > 1 and any(number[0] < _YEAR for number in numbers)
    if len(labels) > 1 and (not one_form or not numbers[0] or several):
        raise DataError(
            "The order of these waves in time cannot be told from their texts.",
            received=", ".join(map(repr, labels[:6])) + (", ..." if len(labels) > 6 else ""),  # noqa: PLR2004
            allowed="an ordered category, numbers, dates, or texts of one form with one number or "
            "the year first, such as 'wave 10' or '2024-Q1'",
            do="Pass an ordered category, the earliest first: pandas.Categorical(column, [first, "
            "second, ...], ordered=True), or polars.Enum.",
        )
    return sorted(range(len(labels)), key=numbers.__getitem__)


def _of_tallies(
    rows: SurveyRows, place: NDArray[np.int64], names: tuple[str, ...], what: str
) -> Waves:
    found, set_aside, undated = rows.placed(place, len(names), what=what, within=True)
    low, high = limits_of(found, rows.options.method, rows.options.confidence)
    some, clusters = found.n > 0, found.clusters
    _, variance = net_scores.moments(found.sums)
    return Waves(
        names=names,
        counts=found.counts,
        shares=found.shares,
        worth=np.where(some, found.worth, np.nan),
        clusters=None if clusters is None else clusters.astype(np.float64),
        error=np.sqrt(variance / np.where(some, found.linear, np.nan)),
        low=low,
        high=high,
        unanswered=found.unanswered,
        invalid=found.invalid,
        tallies=found,
        undated=undated,
        set_aside=set_aside,
        kind=rows.table.kind,
        note=rows.options.definition(),
    )
