"""What pictures of scores and segments say, in English and Chinese, and the fonts that show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias, get_args

from retentionkit.arguments import check_choice
from retentionkit.plots._axes import need_matplotlib
from retentionkit.plots._fonts import fonts_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Language", "Texts", "Words", "words"]

Language: TypeAlias = Literal["en", "zh"]
#: The texts of a picture by language, then by what they are for.
Texts: TypeAlias = "Mapping[Language, Mapping[str, str]]"

_NO_FONT: Final = "no Chinese font is installed: labels in English"
_CUSTOMERS: Final[Mapping[Language, str]] = {"en": "{:,} customers", "zh": "{:,} 位客户"}


class Words(NamedTuple):
    """The texts of a picture, and the fonts that have their glyphs."""

    language: Language
    says: Mapping[str, str]
    #: Names of segments, if there are any.
    labels: tuple[str, ...]
    #: Families for `fontfamily=`; None for those of the caller.
    fonts: list[str] | None
    #: What to say below the picture, if anything.
    note: str = ""

    def customers(self, number: int) -> str:
        """So many customers."""
        if self.language == "en" and number == 1:
            return "1 customer"
        return _CUSTOMERS[self.language].format(number)

    def below(self, text: str) -> str:
        """A text below the picture, and the note, if there is one."""
        return "\n".join(part for part in (text, self.note) if part)


def words(
    said: Texts,
    language: Language,
    labels: Callable[[Language], Sequence[str]] = lambda _: (),
) -> Words:
    """The words of a language; English ones, with a note, if no font has Chinese glyphs."""
    check_choice("language", language, get_args(Language))
    need_matplotlib()
    says, names = said[language], tuple(labels(language))
    fonts = fonts_for([*names, *says.values(), _CUSTOMERS[language]])
    if fonts is None and language == "zh":
        return words(said, "en", labels)._replace(note=_NO_FONT)
    return Words(language, says, names, fonts)
