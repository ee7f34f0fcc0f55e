"""A font that has the signs of the labels: matplotlib's own has no Chinese ones."""

# matplotlib leaves some of its functions untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Final

from retentionkit.errors import RetentionKitWarning

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["font_for"]

#: Fonts with Chinese signs that come with systems or are often installed, the plainest first.
_CHINESE: Final = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Microsoft YaHei",
    "Hiragino Sans GB",
    "Heiti SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Noto Sans CJK JP",
    "Droid Sans Fallback",
    "Arial Unicode MS",
)


def font_for(texts: Iterable[str]) -> list[str] | None:
    """Families for texts whose signs the current font lacks; None where it has them all."""
    from matplotlib import font_manager  # noqa: PLC0415 - an extra, loaded when needed

    signs = {sign for text in texts for sign in text if not sign.isspace()}

    def lacks(path: str) -> bool:
        face = font_manager.get_font(path)
        return any(face.get_char_index(ord(sign)) == 0 for sign in signs)

    if not lacks(font_manager.findfont(font_manager.FontProperties())):
        return None
    installed = {entry.name: entry.fname for entry in font_manager.fontManager.ttflist}
    for name in _CHINESE:
        if name in installed and not lacks(installed[name]):
            return [name, "sans-serif"]
    warnings.warn(
        "No installed font has all signs of the labels, so that some will be empty boxes. Install "
        "one that has them, such as Noto Sans CJK SC, or draw with language='en'.",
        RetentionKitWarning,
        stacklevel=3,
    )
    return None
