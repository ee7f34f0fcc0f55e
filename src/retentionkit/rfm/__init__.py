"""RFM: how recently, how often and for how much customers bought, and which segments they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.rfm._drift import Drift
    from retentionkit.rfm._measure import measure
    from retentionkit.rfm._score import score
    from retentionkit.rfm._scored import RFMScores
    from retentionkit.rfm._scorer import Scorer
    from retentionkit.rfm._segments import Segments
    from retentionkit.rfm._table import RFMTable

__all__ = [
    "Drift",
    "RFMScores",
    "RFMTable",
    "Scorer",
    "Segments",
    "measure",
    "score",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "Drift": "_drift",
        "RFMScores": "_scored",
        "RFMTable": "_table",
        "Scorer": "_scorer",
        "Segments": "_segments",
        "measure": "_measure",
        "score": "_score",
    },
)
