"""Before and after, treated and control, one segment and the rest: what differs, how surely."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.compare._multiplicity import Multiplicity, adjusted_p_values
    from retentionkit.compare._required_n import required_n

__all__ = [
    "Multiplicity",
    "adjusted_p_values",
    "required_n",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "Multiplicity": "_multiplicity",
        "adjusted_p_values": "_multiplicity",
        "required_n": "_required_n",
    },
)
