"""Those outside of all segments, and what is said to who names no segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retentionkit.arguments import probably
from retentionkit.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from retentionkit.transitions import Language

__all__ = ["OUTSIDE", "REFUND_ONLY", "UNASSIGNED", "no_such_segment"]

#: Position of customers whom no rule takes.
UNASSIGNED: Final = -1
#: Position of customers who only sent goods back.
REFUND_ONLY: Final = -2
#: What these two are called, by language.
OUTSIDE: Final[dict[Language, tuple[str, str]]] = {
    "key": ("unassigned", "refund_only"),
    "en": ("Unassigned", "Refunds only"),
    "zh": ("未分类", "仅退款"),
}


def no_such_segment(name: object, keys: Iterable[str], labels: Mapping[str, str]) -> OptionError:
    """The error for what is no key of a segment; `labels` are the keys by label."""
    keys = tuple(keys)
    meant = probably(name, keys, labels)
    return OptionError(
        "There is no such segment.",
        received=repr(name),
        allowed=", ".join(map(repr, keys)),
        do=f"Pass {meant} if that is meant."
        if meant
        else "Pass the keys of segments, as in `names`, one after the other.",
    )
