"""Answers on the scale 0 to 10, and who gave them: read, checked, counted."""

from __future__ import annotations

import dataclasses
import warnings
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np

from retentionkit import frames
from retentionkit.arguments import check_choice
from retentionkit.errors import DataError, RetentionKitWarning

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "TREATMENTS",
    "Answers",
    "Treatment",
    "read_answers",
    "read_clusters",
    "read_weights",
    "refuse_invalid",
    "refuse_missing",
    "warn_of_other_scales",
]

#: What is done with answers that are missing or off the scale.
Treatment: TypeAlias = Literal["error", "drop"]

TREATMENTS: Final = ("error", "drop")
_TOP: Final = 10
_SHOWN: Final = 5
_ENOUGH: Final = 30  # answers, of which some would be 10
_ENDS: Final = 10  # answers of 1, beside which some would be 0


@dataclasses.dataclass(frozen=True, slots=True)
class Answers:
    """Valid answers, and how many others there were.

    Attributes
    ----------
    values
        Whole numbers from 0 to 10, shape (n,).
    given
        Which of the caller's answers these are, shape (number of answers and non-answers,).
    unanswered, invalid
        How many are missing, and how many lie off the scale or between two steps of it.
    """

    values: NDArray[np.int64]
    given: NDArray[np.bool_]
    unanswered: int
    invalid: int

    @property
    def points(self) -> NDArray[np.int64]:
        """1 for a promoter, 0 for a passive, -1 for a detractor, shape (n,)."""
        return (self.values >= 9).astype(np.int64) - (self.values <= 6)  # noqa: PLR2004 - the measure


def read_answers(answers: object, *, missing: Treatment, invalid: Treatment) -> Answers:
    """The answers, once those that are none are refused or counted."""
    check_choice("missing", missing, TREATMENTS)
    check_choice("invalid", invalid, TREATMENTS)
    numbers = frames.read_numbers(answers, argument="answers")
    absent = np.isnan(numbers)
    wrong = ~absent & ~((numbers >= 0) & (numbers <= _TOP) & (numbers == np.rint(numbers)))
    if missing == "error":
        refuse_missing(absent)
    if invalid == "error":
        refuse_invalid(numbers, wrong)
    given = ~absent & ~wrong
    values = numbers[given].astype(np.int64)
    warn_of_other_scales(np.bincount(values, minlength=_TOP + 1), stacklevel=4)
    return Answers(values, given, int(absent.sum()), int(wrong.sum()))


def refuse_missing(absent: NDArray[np.bool_]) -> None:
    """An error that says where answers are missing, if any are."""
    if absent.any():
        raise DataError(
            "Some questions were not answered.",
            received=f"{absent.sum():,} of {len(absent):,} answers are missing, {_at(absent)}",
            allowed="an answer in every place",
            do="Pass missing='drop' to count them as unanswered.",
        )


def refuse_invalid(numbers: NDArray[np.float64], wrong: NDArray[np.bool_]) -> None:
    """An error that says where answers are not on the scale, if any are."""
    if wrong.any():
        seen = ", ".join(f"{value:g}" for value in np.unique(numbers[wrong])[:_SHOWN])
        raise DataError(
            "Some answers are not on the scale.",
            received=f"{wrong.sum():,} answers such as {seen}, {_at(wrong)}",
            allowed="whole numbers from 0 to 10",
            do="Correct them, or pass invalid='drop' to count them apart. Map other scales first.",
        )


def read_weights(weights: object, given: NDArray[np.bool_]) -> NDArray[np.float64]:
    """A positive weight for each valid answer."""
    numbers = frames.read_numbers(weights, argument="weights")
    _check_size("weights", len(numbers), len(given))
    found = numbers[given]
    wrong = ~(np.isfinite(found) & (found > 0))
    if wrong.any():
        raise DataError(
            "Some weights are not positive numbers.",
            received=f"{wrong.sum():,} weights such as {found[wrong][0]:g}",
            allowed="a finite positive weight for each answer",
            do="Leave out respondents who should not count.",
        )
    return found


def read_clusters(clusters: object, given: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The number of the cluster of each valid answer."""
    ids = frames.read_ids(clusters, argument="clusters")
    _check_size("clusters", len(ids), len(given))
    place: Any = np.unique(ids[given], return_inverse=True)[1]
    return np.asarray(place.reshape(-1), dtype=np.int64)


def _check_size(name: str, size: int, expected: int) -> None:
    if size != expected:
        raise DataError(
            f"`{name}` must have one value for each answer.",
            received=f"{size:,} values, {expected:,} answers",
            allowed="as many as there are answers, missing ones included",
            do=f"Take the answers and {name} from the same rows.",
        )


def _at(wrong: NDArray[np.bool_]) -> str:
    """The first positions, counted from 0."""
    places = np.flatnonzero(wrong)
    more = ", ..." if len(places) > _SHOWN else ""
    return "at positions " + ", ".join(map(str, places[:_SHOWN])) + more


def warn_of_other_scales(counts: NDArray[np.int64], *, stacklevel: int) -> None:
    """Many answers of which none is 10, or many 1 and none 0, come from another scale.

    `counts` are the numbers of answers of 0 to 10; the stack level is counted from the caller's.
    """
    n = int(counts.sum())
    lacking = None
    if n >= _ENOUGH and counts[_TOP] == 0 and np.count_nonzero(counts) > 1:
        lacking = "none is 10"
    elif counts[1] >= _ENDS and counts[0] == 0:
        lacking = f"{counts[1]:,} are 1 and none is 0"
    if lacking is not None:
        given = np.flatnonzero(counts)
        warnings.warn(
            f"{n:,} answers lie between {given[0]} and {given[-1]}, and "
            f"{lacking}: is this a scale from 0 to 10? Answers on other scales are not NPS.",
            RetentionKitWarning,
            stacklevel=stacklevel,
        )
