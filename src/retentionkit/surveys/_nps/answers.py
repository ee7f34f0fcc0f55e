"""Answers on the scale 0 to 10, and who gave them: read, checked, counted."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit import frames
from retentionkit.errors import warn
from retentionkit.surveys._scales.scale_answers import (
    Scale,
    ScaleAnswers,
    Treatment,
    read_given,
    read_scale_answers,
    read_weights,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.surveys._scales.scale_answers import Labels

__all__ = [
    "SCALE",
    "Answers",
    "Treatment",
    "points_of",
    "read_answers",
    "read_clusters",
    "read_weights",
    "warn_of_other_scales",
]

#: Of the question that NPS is made of.
SCALE: Final = Scale(0, 10)
_ENOUGH: Final = 30  # answers, of which some would be 10
_ENDS: Final = 10  # answers of 1, beside which some would be 0


@dataclasses.dataclass(frozen=True, slots=True)
class Answers(ScaleAnswers):
    """Valid answers from 0 to 10, and how many others there were."""

    @property
    def points(self) -> NDArray[np.int64]:
        """1 for a promoter, 0 for a passive, -1 for a detractor, shape (n,)."""
        return points_of(self.values)


def points_of(answers: NDArray[Any]) -> NDArray[np.int64]:
    """What each answer of the scale counts: the measure itself.

    Examples
    --------
    >>> points_of(np.array([10, 9, 8, 7, 6, 0])).tolist()
    [1, 1, 0, 0, -1, -1]
    """
    return (answers >= 9).astype(np.int64) - (answers <= 6)  # noqa: PLR2004 - the measure


def read_answers(
    answers: object,
    *,
    missing: Treatment,
    invalid: Treatment,
    labels: Labels | None = None,
    argument: str = "answers",
) -> Answers:
    """The answers, once those that are none are refused or counted."""
    read = read_scale_answers(
        answers, scale=SCALE, missing=missing, invalid=invalid, labels=labels, argument=argument,
        warn=False,
    )  # fmt: skip
    warn_of_other_scales(np.bincount(read.values, minlength=SCALE.high + 1))
    return Answers(read.values, read.given, read.unanswered, read.invalid)


def read_clusters(clusters: object, given: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The number of the cluster of each valid answer."""
    ids = read_given(frames.read_ids(clusters, argument="clusters"), given, "clusters")
    return frames.read_labels(ids, argument="clusters")[0]


def warn_of_other_scales(counts: NDArray[np.int64]) -> None:
    """Many answers of which none is 10, or many 1 and none 0, come from another scale.

    `counts` are the numbers of answers of 0 to 10.
    """
    n = int(counts.sum())
    lacking = None
    if n >= _ENOUGH and counts[SCALE.high] == 0 and np.count_nonzero(counts) > 1:
        lacking = "none is 10"
    elif counts[1] >= _ENDS and counts[0] == 0:
        lacking = f"{counts[1]:,} are 1 and none is 0"
    if lacking is not None:
        given = np.flatnonzero(counts)
        warn(
            f"{n:,} answers lie between {given[0]} and {given[-1]}, and "
            f"{lacking}: is this a scale from 0 to 10? Answers on other scales are not NPS."
        )
