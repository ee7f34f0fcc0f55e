"""Two waves of answers, with the people and segments behind them: read and matched."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from retentionkit import frames
from retentionkit.errors import DataError, OptionError
from retentionkit.surveys._nps.answers import read_answers
from retentionkit.surveys._nps.nps_change_effects import Wave
from retentionkit.surveys._nps.nps_result import NPS, check_any, definition_of, nps_of
from retentionkit.surveys._nps.sample import Sample, limits
from retentionkit.surveys._scales.scale_answers import read_given

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind
    from retentionkit.surveys._nps.answers import Treatment

__all__ = ["ReadWave", "matched", "read_wave", "shared_segments"]


@dataclasses.dataclass(frozen=True, slots=True)
class ReadWave:
    """One wave.

    Attributes
    ----------
    score
        Its score.
    points
        1, 0 or -1 of each valid answer; empty where a result was given.
    ids, segments
        The person and the segment behind each; None where they were not given. Segments are places
        among their names.
    names
        The segments that occur among valid answers.
    kind
        The library of the answers.
    """

    score: NPS
    points: NDArray[np.int64]
    ids: NDArray[Any] | None = None
    segments: NDArray[np.int64] | None = None
    names: tuple[object, ...] = ()
    kind: FrameKind | None = None


def read_wave(
    name: str,
    answers: object,
    ids: object,
    segments: object,
    *,
    missing: Treatment,
    invalid: Treatment,
    confidence: float,
) -> ReadWave:
    """One wave of answers, or a result in their place."""
    if isinstance(answers, NPS):
        if ids is not None or segments is not None:
            raise OptionError(
                "A result does not tell who answered.",
                received=f"{name} is an NPS, with ids or segments",
                allowed="answers, if there are ids or segments",
                do=f"Pass the answers themselves as `{name}`.",
            )
        return ReadWave(answers, np.zeros(0, dtype=np.int64))
    read = read_answers(answers, missing=missing, invalid=invalid, argument=name)
    check_any(len(read.values), unanswered=read.unanswered, invalid=read.invalid)
    sample = Sample.of_points(read.points)
    score = nps_of(
        sample, limits(sample, "adjusted-wald", confidence), confidence, "adjusted-wald",
        definition_of(weighted=False, clusters=None, population=None),
        unanswered=read.unanswered, invalid=read.invalid, kind=frames.series_kind(answers),
    )  # fmt: skip
    place, names = _segments(f"{name}_segments", segments, read.given)
    people = None if ids is None else _ids(f"{name}_ids", ids, read.given)
    return ReadWave(score, read.points, people, place, names, frames.series_kind(answers))


def matched(before: ReadWave, after: ReadWave) -> NDArray[np.int64] | None:
    """The place in the first wave of each answer of the second, -1 for none; None without ids."""
    _check_both("ids", before.ids is not None, after.ids is not None)
    if before.ids is None or after.ids is None:
        return None
    return frames.places(after.ids, before.ids)


def shared_segments(
    before: ReadWave, after: ReadWave
) -> tuple[tuple[object, ...], tuple[Wave, Wave]]:
    """The segments of both waves, and the answers of each by segment; no names without them."""
    _check_both("segments", before.segments is not None, after.segments is not None)
    if before.segments is None or after.segments is None:
        nothing = Wave(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
        return (), (nothing, nothing)
    names = _united(before.names, after.names)
    place = {name: at for at, name in enumerate(names)}
    first, second = (
        Wave(np.array([place[name] for name in wave.names], dtype=np.int64)[where], wave.points)
        for wave, where in ((before, before.segments), (after, after.segments))
    )
    return names, (first, second)


def _united(before: tuple[object, ...], after: tuple[object, ...]) -> tuple[object, ...]:
    """The names of both, sorted, or in the order of the longer one if it has them all."""
    for some, other in ((before, after), (after, before)):
        if set(other) <= set(some):
            return some
    known: Any = {*before, *after}
    try:
        return tuple(sorted(known))
    except TypeError as error:
        raise DataError(
            "The segments of the two waves are of different kinds, so that none can match.",
            received=f"{before[0]!r} and {after[0]!r}",
            allowed="text on both sides, or numbers on both",
            do="Read both from the same column.",
        ) from error


def _segments(
    argument: str, segments: object, given: NDArray[np.bool_]
) -> tuple[NDArray[np.int64] | None, tuple[object, ...]]:
    if segments is None:
        return None, ()
    place, names = frames.read_labels(segments, argument=argument)
    place = read_given(place, given, argument)
    if (place < 0).any():
        raise DataError(
            f"`{argument}` has missing segments.",
            received=f"{(place < 0).sum():,} of {len(place):,}",
            allowed="a segment in every place",
            do="Write a name of its own for them, such as 'unknown'.",
        )
    found, place = np.unique(place, return_inverse=True)
    return place.astype(np.int64), tuple(names[at] for at in found)


def _ids(argument: str, ids: object, given: NDArray[np.bool_]) -> NDArray[Any]:
    people = read_given(frames.read_ids(ids, argument=argument), given, argument)
    if len(set(people.tolist())) < len(people):  # hashed, since sorting text is slow
        known, times = np.unique(people, return_counts=True)
        raise DataError(
            f"`{argument}` has people who answered more than once.",
            received=f"{(times > 1).sum():,} ids, such as {known[times > 1][:1].tolist()[0]!r}",
            allowed="one answer of each person in a wave",
            do="Keep one answer of each, such as the last one.",
        )
    return people


def _check_both(what: str, before: bool, after: bool) -> None:  # noqa: FBT001 - private
    if before != after:
        given, lacking = ("before", "after") if before else ("after", "before")
        raise OptionError(
            f"Only one of the waves has {what}.",
            received=f"{given}_{what} without {lacking}_{what}",
            allowed="both or neither",
            do=f"Pass {lacking}_{what} too.",
        )
