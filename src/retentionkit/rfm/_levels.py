"""Levels of a score: how many customers are at each, where each begins, and how that is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from retentionkit.rfm._scored import Dimension

__all__ = ["counts_at", "listed", "starts_of"]

_SHOWN: Final = 9
_HALF: Final = 4


def counts_at(score: NDArray[np.int64], levels: tuple[int, ...]) -> tuple[int, ...]:
    """Customers at each of the levels."""
    counts = np.bincount(score, minlength=levels[-1] + 1)
    return tuple(counts[list(levels)].tolist())


def listed(numbers: Sequence[float]) -> str:
    """Numbers as text, the middle ones of many left out."""
    texts = [f"{number:,.6g}" for number in numbers]
    shown = texts if len(texts) <= _SHOWN else [*texts[:_HALF], "…", *texts[-_HALF:]]
    return "  ".join(shown)


def starts_of(name: Dimension, cuts: tuple[float, ...]) -> list[float | None]:
    """Where each level begins, from the lowest on; nowhere for the lowest itself."""
    return [None, *(reversed(cuts) if name == "recency" else cuts)]
