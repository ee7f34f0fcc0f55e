"""A bar for long work, where the caller asks for one and tqdm is installed."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["steps"]

T = TypeVar("T")


def steps(items: Sequence[T], *, progress: bool) -> Iterable[T]:
    """The items, one after the other, with a bar if asked for."""
    if not progress:
        return items
    try:
        tqdm = import_module("tqdm.auto").tqdm
    except ImportError:
        return items
    bar: Iterable[T] = tqdm(items)
    return bar
