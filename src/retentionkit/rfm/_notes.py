"""What to know of scores: levels that do not occur, ties that fill them, whom they leave out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit.rfm._ranks import which_occur
from retentionkit.rfm._scored import DIMENSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retentionkit.rfm._scales import Scaled
    from retentionkit.rfm._scored import Dimension
    from retentionkit.rfm._table import RFMTable

__all__ = ["say_notes"]


def say_notes(
    table: RFMTable, parts: Mapping[Dimension, Scaled], bins: tuple[int, int, int]
) -> tuple[str, ...]:
    """Sentences, none where there is nothing to say."""
    notes: list[str] = []
    for name, number in zip(DIMENSIONS, bins, strict=True):
        if name in parts:
            notes += _of_dimension(name, parts[name], number)
    refunds = int(table.refund_only.sum())
    if refunds:
        notes.append(f"Not scored, as they only sent goods back: {refunds:,}.")
    return tuple(notes)


def _of_dimension(name: Dimension, part: Scaled, bins: int) -> list[str]:
    if part.torn:
        return [f"{name}: the id alone decides between the scores of {part.torn:,} customers."]
    levels, people = len(which_occur(part.score)), len(part.score)
    if levels == bins:
        return []
    most = int(part.groups.size.argmax())
    tied, value = int(part.groups.size[most]), float(part.groups.value[most])
    said = f"{name}: {levels} of {bins} levels occur"
    if tied * bins > people and tied > 1:
        at = f"{value:,.10g}" if name != "recency" else _days(-value)
        said += f"; {tied:,} of {people:,} customers tie at {at}"
    return [f"{said}."]


def _days(number: float) -> str:
    return "1 day" if number == 1 else f"{number:,.0f} days"
