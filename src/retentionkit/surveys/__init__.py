"""Survey answers: the net promoter score, satisfaction, and what they go with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.surveys._nps import nps
    from retentionkit.surveys._nps_by import nps_by
    from retentionkit.surveys._nps_groups import NPSGroups
    from retentionkit.surveys._nps_result import NPS

__all__ = [
    "NPS",
    "NPSGroups",
    "nps",
    "nps_by",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "NPS": "_nps_result",
        "NPSGroups": "_nps_groups",
        "nps": "_nps",
        "nps_by": "_nps_by",
    },
)
