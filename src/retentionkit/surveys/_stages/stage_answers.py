"""Answers to a question about satisfaction on a stated scale, and what is known beside them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit import frames
from retentionkit.errors import DataError, OptionError
from retentionkit.surveys._scales.scale_answers import Scale, check_scale, read_scale_answers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind
    from retentionkit.surveys._scales.scale_answers import Labels, Treatment

__all__ = [
    "INVALID",
    "UNANSWERED",
    "StageAnswers",
    "check_size",
    "check_stage_scale",
    "kind_among",
    "read_flags",
    "read_outcome",
    "read_respondents",
    "read_stage_answers",
]

#: In the place of a stage or an answer.
UNANSWERED: Final = -1
INVALID: Final = -2

_SHOWN: Final = 5


@dataclasses.dataclass(frozen=True, slots=True)
class StageAnswers:
    """Answers as they came, and which of them are answers.

    Attributes
    ----------
    numbers
        The answers, NaN where there is none, shape (n,).
    place
        How many steps each lies above the lowest answer; -1 unanswered, -2 off the scale.
    """

    numbers: NDArray[np.float64]
    place: NDArray[np.int64]

    @property
    def given(self) -> NDArray[np.bool_]:
        """Which are answers."""
        return self.place >= 0

    @property
    def unanswered(self) -> int:
        """How many are missing."""
        return int(np.count_nonzero(self.place == UNANSWERED))

    @property
    def invalid(self) -> int:
        """How many lie off the scale or between two of its answers."""
        return int(np.count_nonzero(self.place == INVALID))


def read_stage_answers(
    answers: object,
    scale: Scale,
    *,
    argument: str,
    missing: Treatment,
    invalid: Treatment = "error",
    labels: Labels | None = None,
) -> StageAnswers:
    """The answers, once those that are none are refused or told apart."""
    read = read_scale_answers(
        answers, scale=scale, missing=missing, invalid=invalid, labels=labels, argument=argument
    )
    if not read.given.any():
        raise DataError(
            "There is no answer.",
            received=f"{read.unanswered:,} unanswered, {read.invalid:,} invalid",
            allowed=f"at least one answer from {scale}",
            do="Check the column that the answers came from.",
        )
    place = np.full(len(read.given), UNANSWERED)
    if read.invalid:
        absent = frames.read_labels(answers, argument=argument)[0] < 0
        place[~absent] = INVALID
    place[read.given] = read.values - scale.low
    numbers = np.full(len(place), np.nan)
    numbers[read.given] = read.values
    return StageAnswers(numbers, place)


def check_stage_scale(scale: object) -> Scale:
    """A scale with something between its ends."""
    found = check_scale(scale)
    if found.high - found.low > 1:
        return found
    raise OptionError(
        "A scale of two answers has nothing between dissatisfied and satisfied.",
        received=f"scale={scale!r}",
        allowed="three answers or more, such as (1, 5)",
        do="Ask rk.surveys.csat for the share of the satisfied.",
    )


def read_flags(values: object, *, argument: str, size: int) -> NDArray[np.float64]:
    """1 where it is so, 0 where it is not, NaN where it is not known."""
    found = frames.read_flags(values, argument=argument)
    check_size(argument, len(found), size)
    return found


def read_outcome(values: object, *, argument: str, size: int) -> NDArray[np.float64]:
    """Numbers, or truth values as 1 and 0; NaN where not known, nothing infinite."""
    try:
        numbers = frames.read_numbers(values, argument=argument)
    except DataError as error:
        try:
            return read_flags(values, argument=argument, size=size)
        except DataError:
            raise error from None
    check_size(argument, len(numbers), size)
    endless = np.isinf(numbers)
    if endless.any():
        raise DataError(
            f"`{argument}` has values without end.",
            received=f"{endless.sum():,} infinite, {_at(endless)}",
            allowed="finite numbers; missing where it is not known",
            do="Set them to missing, or correct them.",
        )
    return numbers


def read_respondents(ids: object, *, size: int) -> NDArray[Any]:
    """The id of each respondent, each once; without ids their positions from 0."""
    if ids is None:
        return np.arange(size)
    found = frames.read_ids(ids, argument="ids")
    check_size("ids", len(found), size)
    if len(set(found.tolist())) < size:
        values, times = np.unique(found, return_counts=True)
        raise DataError(
            "Some ids occur more than once.",
            received=", ".join(map(repr, values[times > 1][:_SHOWN].tolist())),
            allowed="one answer for each respondent",
            do="Decide on one answer for each first, such as the last one.",
        )
    return found


def check_size(name: str, size: int, expected: int) -> None:
    """Refuse a column of another length than the answers."""
    if size != expected:
        raise DataError(
            f"`{name}` must have one value for each answer.",
            received=f"{size:,} values, {expected:,} answers",
            allowed="as many as there are answers, missing ones included",
            do=f"Take the answers and `{name}` from the same rows.",
        )


def kind_among(*columns: object) -> FrameKind | None:
    """The library of the first series among them."""
    kinds: list[FrameKind | None] = [frames.series_kind(column) for column in columns]
    return next((kind for kind in kinds if kind is not None), None)


def _at(wrong: NDArray[np.bool_]) -> str:
    """The first positions, counted from 0."""
    places = np.flatnonzero(wrong)
    more = ", ..." if len(places) > _SHOWN else ""
    return "at positions " + ", ".join(map(str, places[:_SHOWN])) + more
