"""How far long work has come: a bar where tqdm is installed, else silence."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["tracked"]

T = TypeVar("T")


def tracked(steps: Iterable[T], *, progress: bool, label: str) -> Iterable[T]:
    """The steps, with a bar of `tqdm.auto` if wanted and installed."""
    if not progress:
        return steps
    try:
        bar = importlib.import_module("tqdm.auto").tqdm
    except ImportError:
        return steps
    shown: Iterable[T] = bar(steps, desc=label)
    return shown
