"""RFM: how recently, how often and for how much customers bought, and which segments they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.rfm._claim import SegmentClaim
    from retentionkit.rfm._coverage import Coverage, coverage_rate
    from retentionkit.rfm._measure import measure
    from retentionkit.rfm._profile import profile
    from retentionkit.rfm._profiled import SegmentProfile
    from retentionkit.rfm._scored import RFMScores
    from retentionkit.rfm._segments import Segments
    from retentionkit.rfm._spend_ratio import SpendRatio, spend_ratio
    from retentionkit.rfm._table import RFMTable

__all__ = [
    "Coverage",
    "RFMScores",
    "RFMTable",
    "SegmentClaim",
    "SegmentProfile",
    "Segments",
    "SpendRatio",
    "coverage_rate",
    "measure",
    "profile",
    "spend_ratio",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "Coverage": "_coverage",
        "RFMScores": "_scored",
        "RFMTable": "_table",
        "SegmentClaim": "_claim",
        "SegmentProfile": "_profiled",
        "Segments": "_segments",
        "SpendRatio": "_spend_ratio",
        "coverage_rate": "_coverage",
        "measure": "_measure",
        "profile": "_profile",
        "spend_ratio": "_spend_ratio",
    },
)
