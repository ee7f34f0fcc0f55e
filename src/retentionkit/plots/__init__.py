"""Pictures: one function for each, from a result to matplotlib's Axes.

Nothing is shown and no global style is set; draw into your own axes with `ax=`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.plots._most_valuable import most_valuable
    from retentionkit.plots._tracking import tracking

__all__ = ["most_valuable", "tracking"]

__getattr__, __dir__ = open_door(
    __name__, {"most_valuable": "_most_valuable", "tracking": "_tracking"}
)
