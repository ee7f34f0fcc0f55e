"""Names beside points that do not lie on each other, or as little as can be."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from retentionkit.plots._axes import ACTUAL, QUIET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

__all__ = ["beside"]

#: How far from its point a name may stand, in points; farther ones get a line.
_DISTANCES: Final = (7.0, 16.0, 27.0, 40.0)
_LINE_FROM: Final = 15.0
#: To which side, the best first.
_SIDES: Final = ((1, 1), (-1, 1), (1, -1), (-1, -1), (1, 0), (-1, 0), (0, 1), (0, -1))
_MARKER: Final = 5.0  # half the width of a marker, in points
_POINTS: Final = 72.0


class _Area(NamedTuple):
    """A rectangle in pixels."""

    left: float
    low: float
    right: float
    high: float

    def shared(self, other: _Area) -> float:
        """The area that two have in common."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        tall = min(self.high, other.high) - max(self.low, other.low)
        return max(wide, 0.0) * max(tall, 0.0)

    @property
    def size(self) -> float:
        """The area."""
        return (self.right - self.left) * (self.high - self.low)


def beside(
    ax: Axes,
    points: Sequence[tuple[float, float]],
    names: Sequence[str],
    *,
    taken: Sequence[Any],
    lines: Sequence[tuple[tuple[float, float], tuple[float, float]]],
    fonts: list[str] | None,
) -> None:
    """Write a name beside each point, away from markers, other names, texts and upright lines.

    One name after the other takes the free place that is nearest; from the outside in, since
    those in the middle can go anywhere.
    """
    figure: Any = ax.get_figure(root=True)  # not the part of one that it may lie in
    figure.draw_without_rendering()  # a layout engine settles the size of the axes
    pixels = figure.dpi / _POINTS
    where = [tuple(ax.transData.transform(point)) for point in points]
    half = _MARKER * pixels
    filled = [_Area(x - half, y - half, x + half, y + half) for x, y in where]
    filled += [_area(text) for text in taken]
    filled += [_along(*ax.transData.transform(ends).ravel().tolist()) for ends in lines]
    inside = _area(ax)
    middle = ((inside.left + inside.right) / 2, (inside.low + inside.high) / 2)
    order = sorted(
        range(len(names)),
        key=lambda at: (-abs(where[at][0] - middle[0]) - abs(where[at][1] - middle[1]), at),
    )
    for at in order:
        text: Any = ax.annotate(
            names[at],
            points[at],
            xytext=(0, 0),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize="small",
            color=ACTUAL,
            fontfamily=fonts,
            zorder=4,
        )
        box = _area(text)
        size = (box.right - box.left, box.high - box.low)
        (dx, dy), distance, area = _place(where[at], size, filled, inside, pixels)
        text.set_position((dx / pixels, dy / pixels))
        filled.append(area)
        if distance >= _LINE_FROM:
            ax.annotate(
                "",
                points[at],
                xytext=(dx / pixels, dy / pixels),
                textcoords="offset points",
                arrowprops={"arrowstyle": "-", "color": QUIET, "lw": 0.6, "shrinkB": 4},
                zorder=2,
            )


def _place(
    point: tuple[float, float],
    size: tuple[float, float],
    filled: list[_Area],
    inside: _Area,
    pixels: float,
) -> tuple[tuple[float, float], float, _Area]:
    """Offset of the centre of a name in pixels, its distance in points, and what it covers."""
    best: tuple[float, tuple[float, float], float, _Area] | None = None
    for distance, (x, y) in product(_DISTANCES, _SIDES):
        gap = distance * pixels
        dx, dy = x * (gap + size[0] / 2), y * (gap + size[1] / 2)
        if x and y:  # above or below the marker, a little to the side
            dx = x * (0.3 * gap + size[0] / 2)
        area = _Area(
            point[0] + dx - size[0] / 2,
            point[1] + dy - size[1] / 2,
            point[0] + dx + size[0] / 2,
            point[1] + dy + size[1] / 2,
        )
        cost = sum(area.shared(other) for other in filled) + 2 * (area.size - area.shared(inside))
        if best is None or cost < best[0]:
            best = (cost, (dx, dy), distance, area)
        if cost == 0:
            break
    assert best is not None  # noqa: S101 - there is always a first place
    return best[1], best[2], best[3]


def _along(left: float, low: float, right: float, high: float) -> _Area:
    """A line that is upright or level, as a thin rectangle."""
    return _Area(left - 1, low - 1, right + 1, high + 1)


def _area(artist: Any) -> _Area:  # noqa: ANN401 - a text or axes
    box = artist.get_window_extent()
    return _Area(float(box.x0), float(box.y0), float(box.x1), float(box.y1))
