"""Survey answers: the net promoter score, satisfaction, and what they go with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.surveys._nps import nps
    from retentionkit.surveys._nps_by import nps_by
    from retentionkit.surveys._nps_groups import NPSGroups
    from retentionkit.surveys._nps_result import NPS
    from retentionkit.surveys._nps_rolling import NPSRolling, nps_rolling
    from retentionkit.surveys._nps_trend import nps_trend
    from retentionkit.surveys._nps_waves import NPSTrend

__all__ = [
    "NPS",
    "NPSGroups",
    "NPSRolling",
    "NPSTrend",
    "nps",
    "nps_by",
    "nps_rolling",
    "nps_trend",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "NPS": "_nps_result",
        "NPSGroups": "_nps_groups",
        "NPSRolling": "_nps_rolling",
        "NPSTrend": "_nps_waves",
        "nps": "_nps",
        "nps_by": "_nps_by",
        "nps_rolling": "_nps_rolling",
        "nps_trend": "_nps_trend",
    },
)
