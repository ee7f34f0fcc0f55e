"""RFM: how recently, how often and for how much customers bought, and which segments they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.rfm._evaluate import evaluate_segmentation
    from retentionkit.rfm._evaluation import SegmentationEvaluation
    from retentionkit.rfm._lifecycle import OwnGap, lifecycle
    from retentionkit.rfm._measure import measure
    from retentionkit.rfm._scored import RFMScores
    from retentionkit.rfm._segments import Segments
    from retentionkit.rfm._table import RFMTable

__all__ = [
    "OwnGap",
    "RFMScores",
    "RFMTable",
    "SegmentationEvaluation",
    "Segments",
    "evaluate_segmentation",
    "lifecycle",
    "measure",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "OwnGap": "_lifecycle",
        "RFMScores": "_scored",
        "RFMTable": "_table",
        "SegmentationEvaluation": "_evaluation",
        "Segments": "_segments",
        "evaluate_segmentation": "_evaluate",
        "lifecycle": "_lifecycle",
        "measure": "_measure",
    },
)
