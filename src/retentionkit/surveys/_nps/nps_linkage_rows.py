"""Customers with their answers, outcomes and units: read, checked, counted."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from retentionkit import frames
from retentionkit.errors import DataError
from retentionkit.surveys._nps.answers import points_of, read_answers
from retentionkit.surveys._nps.nps_result import check_any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.frames import Frame, Table
    from retentionkit.surveys._nps.answers import Treatment
    from retentionkit.surveys._nps.nps_linkage_words import Outcome

__all__ = ["Rows", "read_rows"]


@dataclasses.dataclass(frozen=True, slots=True)
class Rows:
    """Customers with an answer, an outcome and a unit, in an order of their own."""

    answers: NDArray[np.int64]
    points: NDArray[np.int64]
    outcome: NDArray[np.float64]
    unit: NDArray[np.int64]
    names: tuple[object, ...]
    unanswered: int
    invalid: int
    without_outcome: int
    without_unit: int


def read_rows(
    frame: Frame,
    score: str,
    outcome: str,
    unit: str | None,
    respondent: str | None,
    kind: Outcome,
    missing: Treatment,
    invalid: Treatment,
) -> Rows:
    """The customers of a frame who can be compared, and how many others there are."""
    table = _table(frame, score, outcome, unit, respondent, kind)
    if respondent is not None:
        _check_customers(table)
    numbers, found = table.arrays("score", "outcome")
    read = read_answers(numbers, missing=missing, invalid=invalid, argument=str(score))
    values = frames.read_flags(found, argument="outcome") if kind == "binary" else _amounts(found)
    place, names = np.zeros(len(values), dtype=np.int64), list[object]()
    if unit is not None:
        place, names = frames.read_labels(table.arrays("unit")[0], argument="unit")
    absent = read.given & np.isnan(values)
    homeless = read.given & ~absent & (place < 0)
    if missing == "error":
        _check_none_missing("outcome", absent)
        _check_none_missing("unit", homeless)
    keep = read.given & ~absent & ~homeless
    check_any(int(keep.sum()), unanswered=read.unanswered, invalid=read.invalid)
    answers, values, place = read.values[keep[read.given]], values[keep], place[keep]
    # Sums must not depend on the order of rows.
    order = np.lexsort((values, answers, place))
    occurring, place = np.unique(place[order], return_inverse=True)
    answers = answers[order]
    return Rows(
        answers=answers,
        points=points_of(answers),
        outcome=values[order],
        unit=place.reshape(-1).astype(np.int64),
        names=tuple(names[at] for at in occurring) if names else (),
        unanswered=read.unanswered,
        invalid=read.invalid,
        without_outcome=int(absent.sum()),
        without_unit=int(homeless.sum()),
    )


def _table(
    frame: Frame, score: str, outcome: str, unit: str | None, respondent: str | None, kind: Outcome
) -> Table:
    wanted = {
        "score": frames.Wanted(score, "score", "number"),
        "outcome": frames.Wanted(outcome, "outcome", "any" if kind == "binary" else "number"),
    }
    if unit is not None:
        wanted["unit"] = frames.Wanted(unit, "unit", "any")
    if respondent is not None:
        wanted["respondent"] = frames.Wanted(respondent, "respondent", "id")
    return frames.read(frame, wanted)


def _check_customers(table: Table) -> None:
    ids = frames.read_ids(table.arrays("respondent")[0], argument="respondent")
    if len(set(ids.tolist())) < len(ids):  # hashed, since sorting text is slow
        known, times = np.unique(ids, return_counts=True)
        raise DataError(
            "Some customers are there more than once.",
            received=f"{(times > 1).sum():,} ids, such as {known[times > 1][:1].tolist()[0]!r}",
            allowed="one row for each customer",
            do="Keep one answer of each, such as the last one.",
        )


def _amounts(found: NDArray[Any]) -> NDArray[np.float64]:
    values = frames.read_numbers(found, argument="outcome")
    if np.isinf(values).any():
        raise DataError(
            "Some amounts are infinite.",
            received=f"{np.isinf(values).sum():,} of {len(values):,}",
            allowed="finite numbers",
            do="Correct them, or leave them missing with missing='drop'.",
        )
    return values


def _check_none_missing(what: str, absent: NDArray[np.bool_]) -> None:
    if absent.any():
        raise DataError(
            f"Some customers have no {what}.",
            received=f"{absent.sum():,} of {len(absent):,}",
            allowed=f"a value of `{what}` in every row",
            do="Pass missing='drop' to leave them out and count them.",
        )
