"""Fonts that have the glyphs of a text, so that Chinese labels are no row of boxes."""

# matplotlib leaves paths partly untyped.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["fonts_for"]

#: Families with simplified Chinese glyphs, those of Linux, Windows and macOS.
_CHINESE: Final = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Noto Sans CJK JP",
    "Microsoft YaHei",
    "SimHei",
    "SimSun",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "Heiti TC",
    "STHeiti",
    "Songti SC",
    "Arial Unicode MS",
)


def fonts_for(texts: Iterable[str]) -> list[str] | None:
    """The caller's fonts, and one more if they lack glyphs; None if no known font has them."""
    from matplotlib import font_manager, rcParams  # noqa: PLC0415 - an extra, loaded when needed

    own = list(rcParams["font.family"])
    wanted = {ord(sign) for text in texts for sign in text if not sign.isspace()}
    wanted -= _glyphs(font_manager.findfont(font_manager.FontProperties()))
    if not wanted:
        return own
    files = {entry.name: entry.fname for entry in font_manager.fontManager.ttflist}
    for name in (*own, *rcParams["font.sans-serif"], *_CHINESE):
        if name in files and wanted <= _glyphs(files[name]):
            return [*own, name]
    return None


def _glyphs(path: str) -> set[int]:
    from matplotlib.font_manager import get_font  # noqa: PLC0415 - see above

    return set(get_font(path).get_charmap())
