"""What segments may be called, whoever made them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, TypeGuard

import numpy as np

from retentionkit.errors import OptionError
from retentionkit.rfm._outside import OUTSIDE
from retentionkit.transitions import ENTERED, EXITED

__all__ = ["check_labels", "check_names", "check_ranked"]

#: What is said of customers outside all segments, at one date or between two.
_RESERVED: Final = (*OUTSIDE["key"], ENTERED, EXITED)


def check_names(names: object) -> tuple[str, ...]:
    """The names of segments, if each is a text of its own that says nothing else."""
    if _are_texts(names):
        texts = tuple(map(str.__str__, names))  # of text of numpy and of enumerations as well
        alone = len({*texts, *_RESERVED}) == len(texts) + len(_RESERVED)
        if alone and all(map(str.strip, texts)):
            return texts
    raise OptionError(
        "Each segment needs a name of its own.",
        received=repr(names)[:200],
        allowed=f"different texts, not empty, and none of {', '.join(map(repr, _RESERVED))}",
        do="Name each segment by a key such as 'gold'. Customers without one have the label None.",
    )


def check_labels(labels: object) -> None:
    """Refuse labels for people that are no text."""
    if not _are_texts(labels):
        raise OptionError(
            "The labels of segments for people are text.",
            received=repr(labels)[:200],
            allowed="a text for each segment",
            do="State a text for each, or leave the labels out: then they are the keys.",
        )


def check_ranked(ranked: object) -> bool:
    """Whether segments are ranked; anything but a truth value is refused."""
    if type(ranked) in {bool, np.bool_}:
        return bool(ranked)
    raise OptionError(
        "`ranked` is yes or no.",
        received=repr(ranked),
        allowed="True or False",
        do="Pass ranked=True if the first segment is the best one. Their order is that of `names`.",
    )


def _are_texts(values: Any) -> TypeGuard[Iterable[str]]:  # noqa: ANN401 - anything may come
    if isinstance(values, str) or not isinstance(values, Iterable):
        return False
    listed: list[object] = [*values]
    return all(isinstance(value, str) for value in listed)
