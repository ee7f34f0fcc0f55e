"""The rows of a survey: one answer each, in a frame of any kind; read once, counted by group."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit import frames
from retentionkit._texts import counted
from retentionkit.errors import DataError, OptionError
from retentionkit.frames import Wanted
from retentionkit.surveys._nps.answers import SCALE, points_of, read_weights, warn_of_other_scales
from retentionkit.surveys._nps.nps_result import check_any
from retentionkit.surveys._nps.tallies import Tallies, added, paired
from retentionkit.surveys._scales.scale_answers import read_scale_answers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import Frame, Table
    from retentionkit.surveys._nps.survey_options import Options

    Floats = NDArray[np.float64]

__all__ = ["SurveyRows", "check_span", "read_rows"]

_UNANSWERED, _INVALID, _REPEATED, _KINDS = 11, 12, 13, 14  # beside the answers 0 to 10
_TOP: Final = 10
_PER_DAY: Final = 86_400_000_000  # microseconds
_MOST: Final = 10_000  # periods or windows


@dataclasses.dataclass(frozen=True, slots=True)
class SurveyRows:
    """Rows of a survey as arrays, and the table they came from.

    Attributes
    ----------
    table
        The columns as they were read.
    numbers
        The answers as they were given, NaN where they are missing.
    kinds
        0 to 10, or what else they are.
    weights, respondents
        Of each row; None where they were not named.
    instants
        Microseconds since 1970-01-01; the least number where unknown; None without times.
    """

    table: Table
    options: Options
    numbers: Floats
    kinds: NDArray[np.int8]
    weights: Floats | None
    respondents: NDArray[np.int64] | None
    instants: NDArray[np.int64] | None

    def tally(
        self, place: NDArray[np.int64], size: int, *, within: bool = False
    ) -> tuple[Tallies, int]:
        """The answers counted by group, and how many repeated ones were set aside.

        `place` is the group of each row. The one answer that is kept of each respondent is one of
        all, or `within` each group one.
        """
        kinds = self.kinds
        if self.options.dated:
            kinds = self._without_repeats(place, within=within)
        grid = np.bincount(place * _KINDS + kinds, minlength=size * _KINDS).reshape(size, _KINDS)
        self._check(grid.sum(axis=0))
        counts = np.stack([grid[:, 9:11].sum(1), grid[:, 7:9].sum(1), grid[:, :7].sum(1)], axis=1)
        sums = squares = counts.astype(np.float64)
        pairs = None
        if self.weights is not None or self.options.clustered:
            given = kinds <= _TOP
            group, points = place[given], points_of(kinds[given])
            weights = np.ones(len(group))
            if self.weights is not None:
                weights = read_weights(self.weights, given)
                sums, squares = _summed(group, points, weights, size)
            if self.options.clustered and self.respondents is not None:
                pairs = paired(group, self.respondents[given], weights, weights * points)
        found = Tallies(counts, sums, squares, grid[:, _UNANSWERED], grid[:, _INVALID], pairs)
        return found, int(grid[:, _REPEATED].sum())

    def placed(
        self, place: NDArray[np.int64], size: int, *, what: str, within: bool = False
    ) -> tuple[Tallies, int, int]:
        """As `tally`, with how many answers have no place (-1): refused, or counted apart."""
        nowhere = place < 0
        some = int(nowhere.sum())
        if some and self.options.missing == "error":
            raise DataError(
                f"Some answers have no {what}.",
                received=f"{some:,} of {len(place):,}, the first in row {np.argmax(nowhere):,}",
                allowed=f"a {what} for each answer",
                do="Pass missing='drop' to count them apart.",
            )
        if not some:
            return *self.tally(place, size, within=within), 0
        found, repeated = self.tally(np.where(nowhere, size, place), size + 1, within=within)
        inside = found.merged(np.r_[np.arange(size), -1], size)
        check_any(
            int(inside.n.sum()),
            unanswered=int(inside.unanswered.sum()),
            invalid=int(inside.invalid.sum()),
        )
        return inside, repeated, some

    def days(self) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The day number of each row, and whether it has one; some row must."""
        instants = np.asarray(self.instants)
        dated = instants != np.iinfo(np.int64).min
        if not dated.any():
            raise DataError(
                "No answer has a date.",
                received=f"{len(dated):,} missing",
                allowed="a date or datetime for each answer",
                do="Check the column that `when` names.",
            )
        return instants // _PER_DAY, dated

    def _check(self, found: NDArray[np.int64]) -> None:
        """Look for the rows that are wrong only where some are."""
        missing, invalid = self.options.missing, self.options.invalid
        refused = (missing == "error" and found[_UNANSWERED]) or (
            invalid == "error" and found[_INVALID]
        )
        if refused:
            read_scale_answers(self.numbers, scale=SCALE, missing=missing, invalid=invalid)
        answers = int(found[: _TOP + 1].sum())
        check_any(answers, unanswered=int(found[_UNANSWERED]), invalid=int(found[_INVALID]))
        warn_of_other_scales(found[: _TOP + 1])

    def _without_repeats(self, place: NDArray[np.int64], *, within: bool) -> NDArray[np.int8]:
        """The kinds, those of answers marked that are not the latest or first of a respondent."""
        rows = np.flatnonzero(self.kinds <= _TOP)
        person, instant = np.asarray(self.respondents)[rows], np.asarray(self.instants)[rows]
        group = place[rows] if within else np.zeros(len(rows), dtype=np.int64)
        order = np.lexsort((instant, person, group))
        person, instant, group, rows = (part[order] for part in (person, instant, group, rows))
        new = np.r_[True, (person[1:] != person[:-1]) | (group[1:] != group[:-1])][: len(rows)]
        kept = new if self.options.repeats == "first" else np.r_[new[1:], True][: len(rows)]
        self._check_ties(rows, ~new[1:] & (instant[1:] == instant[:-1]), kept, place)
        kinds = self.kinds.copy()
        kinds[rows[~kept]] = _REPEATED
        return kinds

    def _check_ties(
        self,
        rows: NDArray[np.int64],
        tied: NDArray[np.bool_],
        kept: NDArray[np.bool_],
        place: NDArray[np.int64],
    ) -> None:
        """Refuse different answers of one respondent at the time that decides."""
        before, after = rows[:-1], rows[1:]
        weights = np.zeros(1) if self.weights is None else self.weights
        differ = (self.kinds[before] != self.kinds[after]) | (place[before] != place[after])
        if self.weights is not None:
            differ |= weights[before] != weights[after]
        doubtful = tied & differ & _reaches(tied, kept, last=self.options.repeats == "latest")
        if doubtful.any():
            raise DataError(
                "Some respondents gave different answers at one time: which is the "
                f"{self.options.repeats} cannot be told.",
                received=f"{counted(int(doubtful.sum()), 'such answer')}, one in row "
                f"{after[doubtful][0]:,}",
                allowed="times that tell the answers of one respondent apart",
                do="Bring times of day, drop one of the answers, or pass repeats='cluster'.",
            )


def read_rows(
    frame: Frame, columns: Mapping[str, Wanted], *, score: object, when: object, options: Options
) -> SurveyRows:
    """The answers of a frame, with the columns that an analysis wants beside them."""
    wanted = {**columns, "score": Wanted(score, "score", "number")}
    if options.weights is not None:
        wanted["weight"] = Wanted(options.weights, "weights", "number")
    if options.respondent is not None:
        wanted["respondent"] = Wanted(options.respondent, "respondent", "id")
    if when is not None:
        wanted["when"] = Wanted(when, "when", "moment")
    elif options.dated:
        raise OptionError(
            f"Which answer is the {options.repeats} needs the times of the answers.",
            received=f"repeats={options.repeats!r}, when=None",
            allowed="a column of dates or datetimes",
            do="Name it with when=.",
        )
    table = frames.read(frame, wanted)
    if len(table) == 0:
        raise DataError(
            "There is no answer.",
            received="a frame without rows",
            allowed="at least one answer from 0 to 10",
            do="Check where the frame came from.",
        )
    numbers = np.asarray(table.arrays("score")[0], dtype=np.float64)
    return SurveyRows(
        table=table,
        options=options,
        numbers=numbers,
        kinds=_kinds(numbers),
        weights=table.arrays("weight")[0].astype(np.float64) if "weight" in wanted else None,
        respondents=_respondents(table) if "respondent" in wanted else None,
        instants=_instants(table) if "when" in wanted else None,
    )


def _kinds(numbers: Floats) -> NDArray[np.int8]:
    """The answers as small numbers: exact for those on the scale, and others are told apart."""
    with np.errstate(invalid="ignore"):  # of missing answers, which compare unequal
        kinds = numbers.astype(np.int8)
    wrong = (kinds != numbers) | (kinds.view(np.uint8) > _TOP)
    if wrong.any():
        kinds[wrong] = np.where(np.isnan(numbers[wrong]), _UNANSWERED, _INVALID)
    return kinds


def _respondents(table: Table) -> NDArray[np.int64]:
    found = table.numbered("respondent")
    missing = int((found < 0).sum())
    if missing:
        raise DataError(
            "`respondent` has missing ids.",
            received=f"{missing:,} of {len(found):,}",
            allowed="an id in every row",
            do="Drop these rows, or leave `respondent` out.",
        )
    return found


def _instants(table: Table) -> NDArray[np.int64]:
    times: Any = table.arrays("when")[0]
    return np.asarray(times).astype("datetime64[us]").astype(np.int64)


def _summed(
    group: NDArray[np.int64], points: NDArray[np.int64], weights: Floats, size: int
) -> tuple[Floats, Floats]:
    """Sums of weights and of their squares by group and kind of answer."""
    cell = group * 3 + 1 - points
    sums, squares = added(cell, weights, 3 * size), added(cell, weights**2, 3 * size)
    return sums.reshape(size, 3), squares.reshape(size, 3)


def _reaches(tied: NDArray[np.bool_], kept: NDArray[np.bool_], *, last: bool) -> NDArray[np.bool_]:
    """Whether a tie of two neighbours is tied on to the one that is kept."""
    ends = kept[1:] if last else kept[:-1]
    number = np.arange(len(tied))
    if last:
        stop = np.where(~tied | ends, number, len(tied))
        stop = np.minimum.accumulate(stop[::-1])[::-1]
    else:
        stop = np.maximum.accumulate(np.where(~tied | ends, number, -1))
    inside = (stop >= 0) & (stop < len(tied))
    at = np.clip(stop, 0, max(len(tied) - 1, 0))
    return np.asarray(inside & tied[at] & ends[at], dtype=np.bool_)


def check_span(number: int, what: str, first: int, last: int) -> None:
    """Refuse dates so far apart that most periods between them are empty: one is mistyped."""
    if number > _MOST:
        ends = " to ".join(str(np.datetime64(day, "D")) for day in (first, last))
        raise DataError(
            "The first and the last answer lie too far apart.",
            received=f"{number:,} {what} from {ends}",
            allowed=f"at most {_MOST:,}",
            do="Look for a mistyped date at either end, or ask for fewer and longer periods.",
        )
