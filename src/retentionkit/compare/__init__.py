"""Before and after, treated and control, one segment and the rest: what differs, how surely."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.compare._multiplicity import Multiplicity, adjusted_p_values
    from retentionkit.compare._progress import progress
    from retentionkit.compare._progress_result import Progress
    from retentionkit.compare._required_n import required_n

__all__ = [
    "Multiplicity",
    "Progress",
    "adjusted_p_values",
    "progress",
    "required_n",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "Multiplicity": "_multiplicity",
        "Progress": "_progress_result",
        "adjusted_p_values": "_multiplicity",
        "progress": "_progress",
        "required_n": "_required_n",
    },
)
