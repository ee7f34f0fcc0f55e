"""What pictures of segments say, in English and Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from retentionkit.arguments import check_choice
from retentionkit.plots._fonts import fonts_for

if TYPE_CHECKING:
    from retentionkit.rfm import SegmentProfile

__all__ = ["Language", "Words", "words"]

Language: TypeAlias = Literal["en", "zh"]


class Words(NamedTuple):
    """The texts of a picture, and the fonts that have their glyphs."""

    labels: tuple[str, ...]
    says: dict[str, str]
    #: Families for `fontfamily=`; None for those of the caller.
    fonts: list[str] | None
    #: What to say below the picture, if anything.
    note: str = ""


_ENGLISH: Final = {
    "customers": "customers",
    "revenue": "revenue",
    "share of customers": "share of customers",
    "share of revenue": "share of revenue",
    "shares": "share, {confidence:g} % intervals",
    "people": "share of customers, {confidence:g} % intervals",
    "total": "{customers:,} customers, revenue {revenue:,.0f}{currency}",
    "counted": "{customers:,} customers",
    "area": "area: {what}",
    "darker": "darker: more {what} per customer",
    "orders": "orders",
    "small": "too small for a label: {names}",
    "left out": "left out, because not positive: {names}",
    "comma": ", ",
}
_CHINESE: Final = {
    "customers": "客户数",
    "revenue": "收入",
    "share of customers": "客户占比",
    "share of revenue": "收入占比",
    "shares": "占比（{confidence:g} % 置信区间）",
    "people": "客户占比（{confidence:g} % 置信区间）",
    "total": "{customers:,} 位客户，收入 {revenue:,.0f}{currency}",
    "counted": "{customers:,} 位客户",
    "area": "面积：{what}",
    "darker": "颜色越深，人均{what}越高",
    "orders": "订单数",
    "small": "面积过小未标注：{names}",
    "left out": "非正值未画出：{names}",
    "comma": "、",
}


def words(profile: SegmentProfile, language: Language) -> Words:
    """The words of a language; English ones, with a note, if no font has Chinese glyphs."""
    check_choice("language", language, ("en", "zh"))
    labels = profile.labels(language=language)
    says = _CHINESE if language == "zh" else _ENGLISH
    fonts = fonts_for([*labels, *says.values()])
    if fonts is None and language == "zh":
        english = profile.labels()
        note = "no Chinese font is installed: labels in English"
        return Words(english, _ENGLISH, fonts_for(english), note)
    return Words(labels, says, fonts)
