"""Who moved from which segment to which: two stacked bars with bands between them."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias, get_args

import numpy as np

from retentionkit.arguments import check_choice
from retentionkit.errors import OptionError
from retentionkit.plots._axes import QUIET, axes, check_drawn
from retentionkit.plots._words import Texts, Words, words
from retentionkit.rfm import Migration
from retentionkit.transitions import Language, Transitions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

__all__ = ["migration"]

#: Width of a bar, and how far from it its labels are, as parts of the picture.
_BAR: Final = 0.035
_LABEL: Final = 0.03
#: Space between two blocks as a part of all customers.
_GAP: Final = 0.012
_OUTSIDE: Final = "#c4c4c4"
_POINTS: Final = 72
#: From line to line of labels, in heights of their font.
_LEADING: Final = 1.3
_SAID: Final[Texts] = {
    "en": {
        "stayed": "{:,} stayed",
        "moved": "{:,} moved",
        "exited": "{:,} exited",
        "entered": "{:,} entered",
        "comma": ", ",
        "before": "before",
        "after": "after",
    },
    "zh": {
        "stayed": "{:,} 人未变",
        "moved": "{:,} 人变动",
        "exited": "{:,} 人退出",
        "entered": "{:,} 人新进",
        "comma": "，",
        "before": "期初",
        "after": "期末",
    },
}

_MOVES: Final = ("stayed", "moved", "exited", "entered")

#: Upper and lower edges of the blocks of a bar, from the top.
_Bar: TypeAlias = "tuple[NDArray[np.float64], NDArray[np.float64]]"


def migration(result: Transitions, *, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Draw who moved from which segment to which, as bands between the bars of two dates.

    Customers who were not there before, or are not there after, are the grey blocks at the foot of
    the bars, so that both bars have the same height and nobody disappears.

    Parameters
    ----------
    result
        From `rk.rfm.migration`.
    language
        `"key"` for the names of the segments, `"en"` or `"zh"` for labels for people. Without a
        font that has Chinese glyphs they are in English, with a note below.
    ax
        Axes to draw into; new ones if None.

    Returns
    -------
    Axes

    Raises
    ------
    KindError
        If it is something else.
    MissingExtraError
        Without matplotlib.
    OptionError
        There is nobody to draw, or `language` is none of these.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> def often(as_of):
    ...     table = rk.rfm.measure(log, as_of=as_of, window="9 months")
    ...     return rk.rfm.Segments.from_labels(table, table.orders > 2)
    >>> moved = rk.rfm.migration(often("1997-09-30"), often("1998-06-30"))
    >>> rk.plots.migration(moved).get_title(loc="left")
    '443 stayed, 241 moved, 1,673 exited, 0 entered'
    """
    check_drawn(result, Transitions, name="migration", do="rk.rfm.migration(before, after)")
    said = _words(result, language)
    half = len(said.labels) // 2
    names = (said.labels[:half], said.labels[half:])
    total = int(result.counts.sum())
    if total == 0:
        raise OptionError(
            "There is nobody to draw.",
            received="0 customers before and after",
            allowed="one customer or more",
            do="Measure a window in which somebody bought.",
        )
    ax = axes(ax, size=(8.0, max(4.6, 0.42 * half)))
    bars = tuple(_bar(result.counts.sum(axis=1 - side), total) for side in (0, 1))
    _draw_bands(ax, result.counts, bars)
    low = float(min(bar[1].min() for bar in bars))
    ax.set_xlim(0, 1)
    ax.set_ylim(low, total)
    dates = _dates(result, said)
    for side in (0, 1):
        _draw_bar(ax, bars[side], side)
        sizes = result.counts.sum(axis=1 - side)
        texts = [f"{name}  {size:,}" for name, size in zip(names[side], sizes, strict=True)]
        _draw_labels(ax, texts, said.fonts, bars[side], side)
        place: dict[str, Any] = {"ha": ("left", "right")[side], "va": "bottom"}
        ax.text(side, total * 1.02, dates[side], fontfamily=said.fonts, **place)
    if said.note:
        ax.text(0, low - total * 0.02, said.note, fontsize="small", color=QUIET, va="top")
    ax.set_title(_title(result, said), fontsize="medium", loc="left", pad=22, fontfamily=said.fonts)
    ax.set_axis_off()
    return ax


def _words(result: Transitions, language: Language) -> Words:
    """The words, and the labels of the blocks of both bars; keys are labels in any language."""
    check_choice("language", language, get_args(Language))

    def labels(spoken: Language) -> tuple[str, ...]:
        taken = "key" if language == "key" else spoken
        return (*result.sources(language=taken), *result.targets(language=taken))

    return words(_SAID, "en" if language == "key" else language, labels)


def _title(result: Transitions, said: Words) -> str:
    names = ("stayed", "moved") if result.scope == "both" else _MOVES
    parts = [said.says[name].format(getattr(result, f"n_{name}")) for name in names]
    return said.says["comma"].join(parts)


def _dates(result: Transitions, said: Words) -> tuple[str, str]:
    if isinstance(result, Migration):
        return str(result.before_as_of), str(result.after_as_of)
    return said.says["before"], said.says["after"]


def _bar(sizes: NDArray[np.int64], total: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where the blocks of a bar begin and end, from the top, with gaps between them."""
    gaps = total * _GAP * np.maximum(np.cumsum(sizes > 0) - 1, 0)
    low = total - gaps - np.cumsum(sizes)
    return low + sizes, low


def _colors(size: int) -> list[Any]:
    """Colours of the blocks from the top; those outside are grey."""
    from matplotlib import colormaps  # noqa: PLC0415 - an extra, loaded when needed

    return [*colormaps["viridis"](np.linspace(0.08, 0.92, size)), _OUTSIDE]


def _draw_bands(ax: Axes, counts: NDArray[np.int64], bars: tuple[_Bar, ...]) -> None:
    """A band for each pair of labels, of the colour of the one before."""
    from matplotlib.patches import PathPatch  # noqa: PLC0415 - an extra, loaded when needed
    from matplotlib.path import Path  # noqa: PLC0415

    (left, _), (right, _) = bars
    starts = left[:, None] - np.cumsum(counts, axis=1)
    ends = right[None, :] - np.cumsum(counts, axis=0)
    first, middle, last = _BAR, 0.5, 1 - _BAR
    step = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    colors = _colors(len(counts) - 1)
    for i, j in zip(*np.nonzero(counts), strict=True):
        n, a, b = (float(part[i, j]) for part in (counts, starts, ends))
        upper = [(first, a + n), (middle, a + n), (middle, b + n), (last, b + n)]
        lower = [(last, b), (middle, b), (middle, a), (first, a)]
        path = Path([*upper, *lower, (first, a)], step)
        ax.add_patch(PathPatch(path, facecolor=colors[i], alpha=0.45, linewidth=0))


def _draw_bar(ax: Axes, bar: _Bar, side: int) -> None:
    top, low = bar
    x = (0, 1 - _BAR)[side]
    ax.bar(
        [x] * len(top), top - low, _BAR, low, align="edge", color=_colors(len(top) - 1), linewidth=0
    )


def _draw_labels(
    ax: Axes, texts: Sequence[str], fonts: list[str] | None, bar: _Bar, side: int
) -> None:
    """Name and size beside each block, moved apart where blocks are low."""
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415 - an extra

    top, foot = bar
    shown = np.flatnonzero(top > foot).tolist()
    middle = (top + foot)[shown] / 2
    low, high = ax.get_ylim()
    inches = ax.get_window_extent().height / ax.figure.dpi
    points = FontProperties(size="small").get_size_in_points()
    at = _apart(middle, points * _LEADING / _POINTS / inches * (high - low))
    outward = (-1, 1)[side]
    style: dict[str, Any] = {"va": "center", "fontsize": "small", "fontfamily": fonts}
    for place, y, label in zip(shown, middle, at, strict=True):
        ends = [side + outward * _LABEL * part for part in (0.15, 0.6)]
        ax.plot(ends, [y, label], color=QUIET, lw=0.6, clip_on=False)
        x = side + outward * _LABEL
        ax.text(x, label, texts[place], ha=("right", "left")[side], **style)


def _apart(places: NDArray[np.float64], least: float) -> NDArray[np.float64]:
    """The nearest places, from the top, that are at least so far apart (least squares)."""
    lift = least * np.arange(len(places))
    groups: list[tuple[float, int]] = []  # means of places that touch, and how many
    for place in (places + lift).tolist():
        mean, size = place, 1
        while groups and groups[-1][0] < mean:
            above, number = groups.pop()
            mean = (mean * size + above * number) / (size + number)
            size += number
        groups.append((mean, size))
    means, sizes = zip(*groups, strict=True)
    return np.asarray(np.repeat(means, sizes) - lift, dtype=np.float64)
