"""Survey answers: the net promoter score, satisfaction, and what they go with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.surveys._ces import CES, ces
    from retentionkit.surveys._change import nps_change
    from retentionkit.surveys._change_effects import NPSEffects
    from retentionkit.surveys._change_panel import NPSPanel
    from retentionkit.surveys._change_result import NPSChange
    from retentionkit.surveys._csat import CSAT, csat
    from retentionkit.surveys._net_score import NetScore, net_score
    from retentionkit.surveys._net_word_of_mouth import NetWordOfMouth, net_word_of_mouth
    from retentionkit.surveys._nps import nps
    from retentionkit.surveys._nps_by import nps_by
    from retentionkit.surveys._nps_groups import NPSGroups
    from retentionkit.surveys._nps_linkage import nps_linkage
    from retentionkit.surveys._nps_linkage_result import NPSLinkage
    from retentionkit.surveys._nps_linkage_units import UnitLinkage
    from retentionkit.surveys._nps_result import NPS
    from retentionkit.surveys._nps_rolling import NPSRolling, nps_rolling
    from retentionkit.surveys._nps_sample_size import NPSSampleSize, nps_sample_size
    from retentionkit.surveys._nps_trend import nps_trend
    from retentionkit.surveys._nps_waves import NPSTrend
    from retentionkit.surveys._recommend_rate import RecommendRate, recommend_rate

__all__ = [
    "CES",
    "CSAT",
    "NPS",
    "NPSChange",
    "NPSEffects",
    "NPSGroups",
    "NPSLinkage",
    "NPSPanel",
    "NPSRolling",
    "NPSSampleSize",
    "NPSTrend",
    "NetScore",
    "NetWordOfMouth",
    "RecommendRate",
    "UnitLinkage",
    "ces",
    "csat",
    "net_score",
    "net_word_of_mouth",
    "nps",
    "nps_by",
    "nps_change",
    "nps_linkage",
    "nps_rolling",
    "nps_sample_size",
    "nps_trend",
    "recommend_rate",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "CES": "_ces",
        "CSAT": "_csat",
        "NPS": "_nps_result",
        "NPSChange": "_change_result",
        "NPSEffects": "_change_effects",
        "NPSGroups": "_nps_groups",
        "NPSLinkage": "_nps_linkage_result",
        "NPSPanel": "_change_panel",
        "NPSRolling": "_nps_rolling",
        "NPSSampleSize": "_nps_sample_size",
        "NPSTrend": "_nps_waves",
        "NetScore": "_net_score",
        "NetWordOfMouth": "_net_word_of_mouth",
        "RecommendRate": "_recommend_rate",
        "UnitLinkage": "_nps_linkage_units",
        "ces": "_ces",
        "csat": "_csat",
        "net_score": "_net_score",
        "net_word_of_mouth": "_net_word_of_mouth",
        "nps": "_nps",
        "nps_by": "_nps_by",
        "nps_change": "_change",
        "nps_linkage": "_nps_linkage",
        "nps_rolling": "_nps_rolling",
        "nps_sample_size": "_nps_sample_size",
        "nps_trend": "_nps_trend",
        "recommend_rate": "_recommend_rate",
    },
)
