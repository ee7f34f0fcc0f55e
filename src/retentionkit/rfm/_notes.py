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
            notes += _of_dimension(name, parts[name], number, table.currency)
    refunds = int(table.refund_only.sum())
    if refunds:
        notes.append(f"Not scored, as they only sent goods back: {refunds:,}.")
    return tuple(notes)


def _of_dimension(name: Dimension, part: Scaled, bins: int, currency: str | None) -> list[str]:
    if part.torn:
        return [f"{name}: the id alone decides between the scores of {part.torn:,} customers."]
    levels, people = len(which_occur(part.score)), len(part.score)
    if levels == bins:
        return []
    most = int(part.groups.size.argmax())
    tied, value = int(part.groups.size[most]), float(part.groups.value[most])
    said = f"{name}: {levels} of {bins} levels occur{'s' if levels == 1 else ''}"
    if tied * bins > people and tied > 1:
        said += f"; {tied:,} of {people:,} customers tie at {_measured(name, value, currency)}"
    return [f"{said}."]


def _measured(name: Dimension, value: float, currency: str | None) -> str:
    """What the tied did: so many days, orders, or so much money."""
    if name == "monetary":
        return f"a net spend of {value:,.10g}{f' {currency}' if currency else ''}"
    unit, number = ("day", -value) if name == "recency" else ("order", value)
    return f"{number:,.0f} {unit}{'' if number == 1 else 's'}"
