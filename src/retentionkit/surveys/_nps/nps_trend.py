"""Net promoter score over time: waves, what changed between them, and the line through all."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, cast

import numpy as np

from retentionkit._texts import counted
from retentionkit.arguments import check_choice, check_whole
from retentionkit.compare import adjusted_p_values
from retentionkit.errors import DataError, OptionError, warn
from retentionkit.frames import Wanted
from retentionkit.results import frozen_array
from retentionkit.surveys._nps.group_differences import (
    Differences,
    Side,
    correlation,
    differences,
    side_of,
)
from retentionkit.surveys._nps.nps_by import MULTIPLICITY_NAMES
from retentionkit.surveys._nps.nps_result import definition_of
from retentionkit.surveys._nps.nps_slope import slope_of
from retentionkit.surveys._nps.nps_waves import NPSTrend
from retentionkit.surveys._nps.survey_options import FEW, Options
from retentionkit.surveys._nps.survey_rows import read_rows
from retentionkit.surveys._nps.wave_sources import of_column, of_periods, of_results

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.compare import Multiplicity
    from retentionkit.frames import Frame
    from retentionkit.surveys._nps.answers import Treatment
    from retentionkit.surveys._nps.nps_result import NPS
    from retentionkit.surveys._nps.nps_slope import Slope
    from retentionkit.surveys._nps.nps_waves import Every
    from retentionkit.surveys._nps.survey_options import GroupMethod, Repeats
    from retentionkit.surveys._nps.survey_rows import SurveyRows
    from retentionkit.surveys._nps.wave_sources import Waves

    Floats = NDArray[np.float64]

__all__ = ["nps_trend"]

_EVERY: Final = ("week", "month", "quarter", "year")


def nps_trend(
    frame: Frame | Mapping[str, NPS | None],
    *,
    score: str | None = None,
    when: str | None = None,
    every: Every = "month",
    wave: str | None = None,
    weights: str | None = None,
    respondent: str | None = None,
    repeats: Repeats = "cluster",
    missing: Treatment = "error",
    invalid: Treatment = "error",
    minimum_n: int = 0,
    multiplicity: Multiplicity = "holm",
    confidence: float = 0.95,
    method: GroupMethod = "adjusted-wald",
) -> NPSTrend:
    """Net promoter score of each wave, what changed since the one before, and the slope of all.

    Parameters
    ----------
    frame
        A pandas or polars DataFrame or a pyarrow Table, one row for each answer; or results of
        `nps` by the names of their waves, in order, None for a wave that was not observed.
    score
        Column of the answers, whole numbers from 0 to 10.
    when
        Column of the times of the answers, whose calendar periods are the waves. Periods without
        answers are shown as not observed.
    every
        `"week"` (from Monday), `"month"`, `"quarter"` or `"year"`.
    wave
        Column of the waves, instead of calendar periods, each one step after the other: numbers or
        dates, an ordered category, or texts whose numbers tell their order, such as `"wave 10"` or
        `"2024-Q1"`. Other texts are refused: the alphabet would put February before January.
    weights, respondent, missing, invalid
        As in `nps_by`. With `missing="drop"` answers without a date or wave are counted apart too.
    repeats
        `"cluster"`: all answers count, and errors take those of one respondent together, within
        waves and between them; `"latest"` or `"first"`: of each respondent one answer of each wave
        counts (needs `when`).
    minimum_n
        Waves with fewer answers are suppressed: their number is shown, their score is undefined,
        and the next change is from the wave before them. 0 or 1 shows all.
    multiplicity
        How p-values of the changes are adjusted, as in `rk.compare.adjusted_p_values`.
    confidence
        Level of the intervals, each for one figure by itself.
    method
        `"adjusted-wald"`, `"wald"`, or `"score"` for independent answers of equal weight.

    Returns
    -------
    NPSTrend

    Raises
    ------
    ColumnError
        There is no such column.
    DataError
        There is no answer, some are none on this scale or have no date or wave; the order of waves
        cannot be told; or a column cannot be read.
    OptionError
        An option is none of its choices, or does not hold with another; neither `when` nor `wave`
        is named.
    KindError
        The frame is of another kind.

    Warns
    -----
    RetentionKitWarning
        The answers look like those of another scale; or a wave that is shown has so few answers
        that the normal distribution is doubtful (10, with `"wald"` 30), as in `nps_change`.

    Notes
    -----
    Waves are taken as answers of independent people unless `respondent` is named. Intervals and
    p-values of changes are those of adjusted Wald, unless the method is `"wald"`. The line is
    weighted by the inverse variances of adjusted Wald. From four waves on its interval is the wider
    of two: by the errors of the scores, and by the scatter of the waves about the line with
    Student's t. Fewer cannot tell their scatter: if more than chance moves single waves, their
    interval is too narrow.

    Examples
    --------
    >>> import pandas as pd
    >>> import retentionkit as rk
    >>> days = pd.to_datetime(["2024-01-01"] * 50 + ["2024-03-31"] * 50)
    >>> answers = [10] * 20 + [7] * 20 + [2] * 10 + [10] * 30 + [8] * 15 + [5] * 5
    >>> found = rk.surveys.nps_trend(
    ...     pd.DataFrame({"day": days, "answer": answers}), score="answer", when="day"
    ... )
    >>> found.waves, found.n.tolist(), found.score.tolist()
    (('2024-01', '2024-02', '2024-03'), [50, 0, 50], [20.0, nan, 50.0])
    >>> found.compared_with[2], round(float(found.p_value[2]), 3)
    ('2024-01', 0.042)
    """
    options = Options(weights, respondent, repeats, missing, invalid, confidence, method)
    check_choice("multiplicity", multiplicity, MULTIPLICITY_NAMES)
    check_choice("every", every, _EVERY)
    asked = _Asked(options, multiplicity, check_whole("minimum_n", minimum_n, low=0))
    if isinstance(frame, Mapping):
        _check_bare(score, when, wave, weights, respondent)
        results = cast("Mapping[str, NPS | None]", frame)
        return _result(of_results(results, options), asked, None)
    if score is None or (when is None and wave is None):
        raise OptionError(
            "The columns of the answers and of their waves must be named.",
            received=f"score={score!r}, when={when!r}, wave={wave!r}",
            allowed="score= and one of when= and wave=",
            do="Name the column of dates with when=, or that of waves with wave=.",
        )
    if wave is None:
        rows = _read_dated(frame, score, when, options)
        return _result(of_periods(rows, every), asked, every)
    if when is not None and not options.dated:
        raise OptionError(
            "Waves come from a column or from the calendar, not from both.",
            received=f"when={when!r}, wave={wave!r}",
            allowed="one of them; both only with repeats='latest' or 'first'",
            do="Leave one of them out.",
        )
    columns = {"wave": Wanted(wave, "wave", "any")}
    rows = read_rows(frame, columns, score=score, when=when, options=options)
    return _result(of_column(rows), asked, None)


def _read_dated(frame: Frame, score: str, when: str | None, options: Options) -> SurveyRows:
    """The rows; whose column of times holds names of waves was meant for `wave`."""
    try:
        return read_rows(frame, {}, score=score, when=when, options=options)
    except DataError as error:
        if error.wrong != f"Column {when!r} does not hold dates.":
            raise
        raise DataError(
            error.wrong,
            received=error.received,
            allowed=error.allowed,
            do=f"If it holds the names of waves, such as '2024-Q1', pass wave={when!r}. {error.do}",
        ) from None


def _check_bare(*columns: object) -> None:
    if any(column is not None for column in columns):
        raise OptionError(
            "Results have no columns.",
            received=", ".join(repr(column) for column in columns if column is not None),
            allowed="results by the names of their waves, without score, when, wave, weights and "
            "respondent",
            do="Leave these out, or bring the frame of the answers.",
        )


class _Asked(NamedTuple):
    """What is asked of the waves."""

    options: Options
    multiplicity: Multiplicity
    least: int

    def shown(self, waves: Waves) -> NDArray[np.bool_]:
        """Which waves have answers enough; with a warning of those that have few all the same."""
        n = waves.counts.sum(axis=1)
        shown: NDArray[np.bool_] = n >= max(self.least, 1)
        with np.errstate(invalid="ignore"):  # of one respondent, or without answers
            worth = np.fmin(n, waves.worth)
        method = self.options.method
        fewest = FEW["wald" if method == "wald" else "adjusted-wald"]
        few = int((shown & (worth < fewest)).sum())
        if few and shown.sum() > 1:
            warn(
                f"Waves with fewer than {fewest} independent answers: {few:,} of {len(n):,}, the "
                f"fewest {worth[shown].min():.3g}. Of so few the normal interval of a change "
                f"(method={method!r}) is doubtful; minimum_n leaves such waves out."
            )
        return shown


def _result(waves: Waves, asked: _Asked, every: Every | None) -> NPSTrend:
    """Scores, changes and slope of waves."""
    n, shown, options = waves.counts.sum(axis=1), asked.shown(waves), asked.options
    side = side_of(waves.shares, waves.worth, waves.clusters, options.method)
    at = np.flatnonzero(shown)
    changes = _changes(waves, side, at, options.confidence)
    slope = slope_of(waves, side, _inverse_variances(waves), at, options.confidence)
    definition = _definition(options, waves, asked.multiplicity, changes, slope, every or "wave")
    adjusted_p = adjusted_p_values(changes.p_value, method=asked.multiplicity)
    kinds = [frozen_array(np.where(shown, kind, np.nan), np.float64) for kind in waves.counts.T]
    return NPSTrend(
        waves=waves.names,
        start=None if waves.start is None else frozen_array(waves.start, "datetime64[us]"),
        n=frozen_array(n, np.int64),
        **_in_per_cent(waves, side, changes, shown),
        promoters=kinds[0],
        passives=kinds[1],
        detractors=kinds[2],
        unanswered=frozen_array(waves.unanswered, np.int64),
        invalid=frozen_array(waves.invalid, np.int64),
        observed=frozen_array(n > 0, np.bool_),
        suppressed=frozen_array(~shown & (n > 0), np.bool_),
        partial=_partial(waves),
        compared_with=_before(waves, at),
        p_value=frozen_array(changes.p_value, np.float64),
        adjusted_p_value=frozen_array(adjusted_p, np.float64),
        slope=slope.estimate(definition, options.confidence),
        slope_p_value=slope.p_value,
        scatter_p_value=slope.scatter_p_value,
        undated=waves.undated,
        set_aside=waves.set_aside,
        every=every,
        minimum_n=asked.least,
        multiplicity=asked.multiplicity,
        confidence=options.confidence,
        method=options.method,
        definition=definition,
        shares=frozen_array(np.where(shown[:, None], waves.shares, np.nan), np.float64),
        kind=waves.kind,
    )


def _inverse_variances(waves: Waves) -> Floats:
    """The weights of the line, by adjusted Wald; NaN for a wave without answers or error."""
    side = side_of(waves.shares, waves.worth, waves.clusters, "adjusted-wald")
    return np.where(side.variance > 0, 1 / np.where(side.variance > 0, side.variance, 1), np.nan)


def _in_per_cent(
    waves: Waves, side: Side, changes: Differences, shown: NDArray[np.bool_]
) -> dict[str, Floats]:
    """The figures that are told on the scale -100 to 100, cut off at its ends."""
    figures = {
        "score": side.value,
        "low": np.maximum(waves.low, -1.0),
        "high": np.minimum(waves.high, 1.0),
        "standard_error": waves.error,
        "change": changes.value,
        "change_low": np.maximum(changes.low, -2.0),
        "change_high": np.minimum(changes.high, 2.0),
    }
    return {
        name: frozen_array(np.where(shown, 100 * value, np.nan), np.float64)
        for name, value in figures.items()
    }


def _before(waves: Waves, observed: NDArray[np.int64]) -> tuple[str | None, ...]:
    """The wave that each is compared with."""
    names: list[str | None] = [None] * len(waves.names)
    for before, after in itertools.pairwise(observed.tolist()):
        names[after] = waves.names[before]
    return tuple(names)


def _partial(waves: Waves) -> NDArray[np.bool_]:
    """Which waves may be cut off: none but the first and the last."""
    partial = np.zeros(len(waves.names), dtype=np.bool_)
    partial[0] |= waves.partial[0]
    partial[-1] |= waves.partial[1]
    return frozen_array(partial, np.bool_)


def _changes(
    waves: Waves, side: Side, observed: NDArray[np.int64], confidence: float
) -> Differences:
    """Each observed wave less the one observed before it; NaN for all others."""
    before, after = observed[:-1], observed[1:]
    shared: Floats | float = 0.0
    if waves.tallies is not None:
        shared = correlation(waves.tallies, after, before)
    one, two = (Side(*(part[at] for part in side)) for at in (after, before))
    found = differences(one, two, confidence, correlated=shared)
    spread = [np.full(len(waves.names), np.nan) for _ in found]
    for values, part in zip(spread, found, strict=True):
        values[after] = part
    return Differences(*spread)


def _definition(
    options: Options,
    waves: Waves,
    multiplicity: Multiplicity,
    changes: Differences,
    slope: Slope,
    unit: str,
) -> str:
    base = definition_of(weighted=False, clusters=None, population=None)[:-1]
    number = int((~np.isnan(changes.p_value)).sum())
    certain = (
        "or of their scatter about it (Student's t), whichever is wider"
        if slope.scattered
        else f"alone: below four {unit}s their scatter about a line cannot be told"
    )
    return (
        f"{base}{waves.note}, by {unit}; change: the score of a {unit} less that of the last "
        f"{unit} observed before it, p-values adjusted {MULTIPLICITY_NAMES[multiplicity]} for "
        f"{counted(number, 'change')}; slope: points per {unit} along a line weighted by the "
        f"inverse variances of the scores, with the {100 * options.confidence:g} % interval of "
        f"their errors {certain}."
    )
