"""Names of what stands outside the labels, and of what the shares are of."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

__all__ = ["BASE", "ENTERED", "EXITED", "OUTSIDE", "Language", "Scope", "keys_by_label"]

#: Keys, English labels or Chinese labels.
Language: TypeAlias = Literal["key", "en", "zh"]
#: All customers of either date, or those who are there at both.
Scope: TypeAlias = Literal["all", "both"]

#: Keys of the row of those who were not there before, and the column of those who are gone.
ENTERED: Final = "entered"
EXITED: Final = "exited"
OUTSIDE: Final[dict[Language, tuple[str, str]]] = {
    "key": (ENTERED, EXITED),
    "en": ("Not there before", "Not there after"),
    "zh": ("期初不在", "期末不在"),
}
#: What the shares are of.
BASE: Final[dict[Scope, str]] = {
    "all": "the customers with a label before, those who are gone included",
    "both": "the customers with a label before who are there at both dates",
}


def keys_by_label(
    names: tuple[str, ...], english: tuple[str, ...], chinese: tuple[str, ...]
) -> dict[str, str]:
    """The keys of the labels, and of who is outside them, by what people call them."""
    texts = (*english, *OUTSIDE["en"], *chinese, *OUTSIDE["zh"])
    return dict(zip(texts, (*names, *OUTSIDE["key"]) * 2, strict=True))
