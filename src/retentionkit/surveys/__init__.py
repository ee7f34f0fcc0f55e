"""Survey answers: the net promoter score, satisfaction, and what they go with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.surveys._change import nps_change
    from retentionkit.surveys._change_effects import NPSEffects
    from retentionkit.surveys._change_panel import NPSPanel
    from retentionkit.surveys._change_result import NPSChange
    from retentionkit.surveys._nps import nps
    from retentionkit.surveys._nps_linkage import nps_linkage
    from retentionkit.surveys._nps_linkage_result import NPSLinkage
    from retentionkit.surveys._nps_linkage_units import UnitLinkage
    from retentionkit.surveys._nps_result import NPS
    from retentionkit.surveys._nps_sample_size import NPSSampleSize, nps_sample_size

__all__ = [
    "NPS",
    "NPSChange",
    "NPSEffects",
    "NPSLinkage",
    "NPSPanel",
    "NPSSampleSize",
    "UnitLinkage",
    "nps",
    "nps_change",
    "nps_linkage",
    "nps_sample_size",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "NPS": "_nps_result",
        "NPSChange": "_change_result",
        "NPSEffects": "_change_effects",
        "NPSLinkage": "_nps_linkage_result",
        "NPSPanel": "_change_panel",
        "NPSSampleSize": "_nps_sample_size",
        "UnitLinkage": "_nps_linkage_units",
        "nps": "_nps",
        "nps_change": "_change",
        "nps_linkage": "_nps_linkage",
        "nps_sample_size": "_nps_sample_size",
    },
)
