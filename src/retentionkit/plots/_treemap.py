"""Segments as areas: the larger the box, the more customers or revenue."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

import math
import re
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple
from unicodedata import east_asian_width

import numpy as np

from retentionkit.arguments import check_choice
from retentionkit.errors import DataError
from retentionkit.plots._axes import axes, check_drawn
from retentionkit.plots._squares import Box, squarified
from retentionkit.plots._words import Language, Texts, Words, words
from retentionkit.rfm import SegmentProfile

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

__all__ = ["treemap"]

#: Font sizes in points: the largest, and the smallest that can be read.
_LARGEST, _SMALLEST = 12.0, 6.0
_POINTS: Final = 72.0
#: Signs are about so wide, in sizes of their font: those of the Latin and of the Chinese script.
_NARROW, _WIDE = 0.6, 1.0
#: What stays on one line: a wide sign and what closes after it, or a word, if it is not too long.
_WORD: Final = re.compile(r"\s*(?:[\u2e80-\uffff][、，；：）]*|[^\s\u2e80-\uffff]{1,20})")
#: Names that are given below the picture; others are counted.
_NAMED: Final = 5
_SAID: Final[Texts] = {
    "en": {
        "customers": "customers",
        "orders": "orders",
        "revenue": "revenue",
        "title": "area: {what}; darker: more {worth} per customer",
        "small": "too small for a label: {names}",
        "left out": "left out, because not positive: {names}",
        "comma": ", ",
        "more": "{names} and {more} more",
    },
    "zh": {
        "customers": "客户数",
        "orders": "订单数",
        "revenue": "收入",
        "title": "面积：{what}；颜色越深，人均{worth}越高",
        "small": "面积过小未标注：{names}",
        "left out": "非正值未画出：{names}",
        "comma": "、",
        "more": "{names}等，另有 {more} 个",
    },
}


def treemap(
    profile: SegmentProfile,
    *,
    by: Literal["revenue", "customers"] | None = None,
    language: Language = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw each segment as a box whose area is its revenue or its customers.

    Segments that are not positive have no area; they are left out and named below the picture, as
    are those whose box is too small for a label.

    Parameters
    ----------
    profile
        From `rk.rfm.profile`.
    by
        What the area is. Default: revenue, or customers for a log without money.
    language
        Labels and texts in English (`"en"`) or Chinese (`"zh"`). Without a font that has Chinese
        glyphs they are in English, and the picture says so.
    ax
        Axes to draw into; new ones if None.

    Returns
    -------
    Axes

    Raises
    ------
    KindError
        If it is something else.
    OptionError
        `by` or `language` is none of its choices, or there is no revenue.
    DataError
        No segment is positive.
    MissingExtraError
        Without matplotlib.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> import retentionkit as rk
    >>> scores = rk.rfm.score(rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow())))
    >>> profile = rk.rfm.profile(rk.rfm.STANDARD.assign(scores))
    >>> rk.plots.treemap(profile).get_title(loc="left")
    'area: revenue; darker: more revenue per customer'
    """
    check_drawn(profile, SegmentProfile, name="treemap", do="rk.rfm.profile(segments)")
    values, what = _values(profile, by)
    areas: list[float] = values.tolist()
    order = sorted((at for at, area in enumerate(areas) if area > 0), key=lambda at: -areas[at])
    if not order:
        raise DataError(
            "There is nothing to draw.",
            received=f"{what} of {areas}",
            allowed="at least one segment with customers or revenue above zero",
            do="Draw the other one with by='customers' or by='revenue'.",
        )
    ax = axes(ax, size=(7.0, 4.6))
    said = words(_SAID, language, lambda spoken: profile.labels(language=spoken))
    width, height = _inches(ax)
    shares: list[float] = getattr(profile, f"share_of_{what}").tolist()
    shades: list[float] = _shades(profile).tolist()
    small: list[str] = []
    for at, box in zip(order, squarified([areas[at] for at in order], width, height), strict=True):
        face = _Face(said.labels[at], shares[at], shades[at], said.fonts)
        if not _draw(ax, box, face):
            small.append(face.label)
    out = [label for at, label in enumerate(said.labels) if at not in order]
    ax.set(xlim=(0, width), ylim=(0, height), xticks=[], yticks=[])
    ax.invert_yaxis()
    ax.spines[:].set_visible(False)
    below = said.below(_below(said, small, out, width))
    ax.set_xlabel(below, fontfamily=said.fonts, fontsize="small", loc="left")
    ax.set_title(_title(profile, said, what), fontsize="medium", loc="left", fontfamily=said.fonts)
    return ax


class _Face(NamedTuple):
    """What a box looks like."""

    label: str
    share: float
    shade: float
    fonts: list[str] | None


def _values(profile: SegmentProfile, by: str | None) -> tuple[NDArray[np.float64], str]:
    """The areas, and what they are."""
    known = ("customers",) if profile.revenue is None else ("revenue", "customers")
    what = known[0] if by is None else check_choice("by", by, known)
    return np.asarray(getattr(profile, what), dtype=np.float64), what


def _inches(ax: Axes) -> tuple[float, float]:
    """The size of the axes, so that squares look like squares."""
    place: Any = ax.get_window_extent()
    return place.width / ax.figure.dpi, place.height / ax.figure.dpi


def _shades(profile: SegmentProfile) -> NDArray[np.float64]:
    """From 0 to 1 by what a customer of each segment brings, by rank."""
    each = profile.orders_per_customer if profile.revenue is None else profile.revenue_per_customer
    worth = np.asarray(each, dtype=np.float64)
    known = np.sort(worth[~np.isnan(worth)])
    return np.searchsorted(known, worth) / max(len(known) - 1, 1)


def _draw(ax: Axes, box: Box, face: _Face) -> bool:
    """Draw a box and its label; whether the label fits."""
    from matplotlib import colormaps  # noqa: PLC0415 - an extra, loaded when needed
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - see above

    colour = colormaps["Blues"](0.15 + 0.7 * min(face.shade, 1.0))
    ax.add_patch(
        Rectangle((box.x, box.y), box.width, box.height, facecolor=colour, edgecolor="white", lw=2)
    )
    labels = (face.label, face.label.replace(" ", "\n"))
    share = "" if math.isnan(face.share) else f"\n{100 * face.share:.1f} %"
    size, text = max((_fitted(label + share, box) for label in labels), key=itemgetter(0))
    if size < _SMALLEST:
        return False
    ax.text(
        box.x + box.width / 2,
        box.y + box.height / 2,
        text,
        ha="center",
        va="center",
        fontsize=size,
        color="white" if face.shade > 0.5 else "#222222",  # noqa: PLR2004 - the middle
        fontfamily=face.fonts,
    )
    return True


def _fitted(text: str, box: Box) -> tuple[float, str]:
    """The font size at which a text fits into a box, and the text."""
    lines = text.split("\n")
    wide = max(map(_wide, lines))
    across, down = 0.9 * box.width / wide, 0.9 * box.height / (1.3 * len(lines))
    return min(_LARGEST, _POINTS * across, _POINTS * down), text


def _wide(line: str) -> float:
    """About how wide a line is, in sizes of its font."""
    return sum(_WIDE if east_asian_width(sign) in "WF" else _NARROW for sign in line)


def _below(said: Words, small: list[str], out: list[str], width: float) -> str:
    """Which segments have no label or no box, in lines no wider than the picture."""
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415 - see above

    size = FontProperties(size="small").get_size_in_points() / _POINTS
    lines: list[str] = []
    for key, names in (("small", small), ("left out", out)):
        if names:
            lines += _wrapped(said.says[key].format(names=_named(said, names)), width / size)
    return "\n".join(lines)


def _wrapped(text: str, room: float) -> list[str]:
    """The text in lines of so many sizes of its font."""
    lines = [""]
    for word in _WORD.findall(text):
        if lines[-1] and _wide(lines[-1] + word) > room:
            lines.append("")
        lines[-1] += word if lines[-1] else word.lstrip()
    return lines


def _named(said: Words, names: list[str]) -> str:
    """The first of the names, and how many more there are."""
    text = said.says["comma"].join(names[:_NAMED])
    more = len(names) - _NAMED
    return said.says["more"].format(names=text, more=more) if more > 0 else text


def _title(profile: SegmentProfile, said: Words, what: str) -> str:
    worth = said.says["orders" if profile.revenue is None else "revenue"]
    return said.says["title"].format(what=said.says[what], worth=worth)
