"""Survey answers: the net promoter score, satisfaction, and what they go with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.surveys._nps import nps
    from retentionkit.surveys._nps_result import NPS

__all__ = [
    "NPS",
    "nps",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "NPS": "_nps_result",
        "nps": "_nps",
    },
)
