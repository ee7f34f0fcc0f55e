"""Phases of a journey and quadrants of a driver matrix: stable keys, and what people call them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "PHASES",
    "PHASE_ALIASES",
    "PHASE_LABELS",
    "QUADRANTS",
    "QUADRANT_LABELS",
    "Phase",
    "Quadrant",
]

#: Where on the journey an item belongs.
Phase: TypeAlias = Literal["before", "during", "after"]
#: What an item asks for, by importance and performance.
Quadrant: TypeAlias = Literal["fix_first", "keep", "low_priority", "possibly_too_much"]

PHASES: Final[tuple[Phase, ...]] = get_args(Phase)
QUADRANTS: Final[tuple[Quadrant, ...]] = get_args(Quadrant)

#: English and Chinese.
PHASE_LABELS: Final[Mapping[Phase, tuple[str, str]]] = {
    "before": ("before", "行前"),
    "during": ("during", "行中"),
    "after": ("after", "行后"),
}
QUADRANT_LABELS: Final[Mapping[Quadrant, tuple[str, str]]] = {
    "fix_first": ("fix first", "优先改进"),
    "keep": ("keep", "继续保持"),
    "low_priority": ("low priority", "暂缓改进"),
    "possibly_too_much": ("possibly too much", "可能过度"),
}
#: Names under which phases are known, of travel, sales and service.
PHASE_ALIASES: Final[Mapping[str, Phase]] = {
    **{phase: phase for phase in PHASES},
    **{f"{kind}{time}": phase
       for kind in ("行", "事", "售", "游")
       for time, phase in zip("前中后", PHASES, strict=True)},
}  # fmt: skip
