"""RFM: how recently, how often and for how much customers bought, and which segments they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.rfm._lifecycle import OwnGap, lifecycle
    from retentionkit.rfm._measure import measure
    from retentionkit.rfm._scored import RFMScores
    from retentionkit.rfm._segments import Segments
    from retentionkit.rfm._table import RFMTable

__all__ = [
    "OwnGap",
    "RFMScores",
    "RFMTable",
    "Segments",
    "lifecycle",
    "measure",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "OwnGap": "_lifecycle",
        "RFMScores": "_scored",
        "RFMTable": "_table",
        "Segments": "_segments",
        "lifecycle": "_lifecycle",
        "measure": "_measure",
    },
)
