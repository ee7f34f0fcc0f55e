"""Rectangles of given areas that fill a rectangle and are nearly squares."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Box", "squarified"]


class Box(NamedTuple):
    """A rectangle: its lower left corner, its width and its height."""

    x: float
    y: float
    width: float
    height: float


def squarified(areas: Sequence[float], width: float, height: float) -> list[Box]:
    """A box for each positive area, in proportion; areas fall from the first to the last.

    A row along the shorter side takes areas as long as its worst box becomes no flatter.

    References
    ----------
    .. [1] Bruls, M., Huizing, K. and van Wijk, J. J. (2000). Squarified Treemaps. Data
       Visualization 2000, 33-42.
    """
    scale = width * height / sum(areas)
    left = [area * scale for area in areas]
    room, boxes = Box(0.0, 0.0, width, height), list[Box]()
    while left:
        size = 1
        side = min(room.width, room.height)
        while size < len(left) and _worst(left[: size + 1], side) <= _worst(left[:size], side):
            size += 1
        placed, room = _placed(left[:size], room)
        boxes += placed
        left = left[size:]
    return boxes


def _worst(row: list[float], side: float) -> float:
    """The ratio of the sides of the flattest box of a row."""
    thick = sum(row) / side
    return max(max(area / thick**2, thick**2 / area) for area in row)


def _placed(row: list[float], room: Box) -> tuple[list[Box], Box]:
    """The boxes of a row along the shorter side of the room, and the room that is left."""
    boxes, at = list[Box](), 0.0
    upright = room.width >= room.height
    thick = sum(row) / (room.height if upright else room.width)
    for area in row:
        long = area / thick
        boxes.append(
            Box(room.x, room.y + at, thick, long)
            if upright
            else Box(room.x + at, room.y, long, thick)
        )
        at += long
    if upright:
        return boxes, Box(room.x + thick, room.y, room.width - thick, room.height)
    return boxes, Box(room.x, room.y + thick, room.width, room.height - thick)
