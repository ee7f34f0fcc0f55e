"""Survey answers: the net promoter score, satisfaction, and what they go with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.surveys._ces import CES, ces
    from retentionkit.surveys._csat import CSAT, csat
    from retentionkit.surveys._net_score import NetScore, net_score
    from retentionkit.surveys._net_word_of_mouth import NetWordOfMouth, net_word_of_mouth
    from retentionkit.surveys._nps import nps
    from retentionkit.surveys._nps_result import NPS
    from retentionkit.surveys._recommend_rate import RecommendRate, recommend_rate

__all__ = [
    "CES",
    "CSAT",
    "NPS",
    "NetScore",
    "NetWordOfMouth",
    "RecommendRate",
    "ces",
    "csat",
    "net_score",
    "net_word_of_mouth",
    "nps",
    "recommend_rate",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "CES": "_ces",
        "CSAT": "_csat",
        "NPS": "_nps_result",
        "NetScore": "_net_score",
        "NetWordOfMouth": "_net_word_of_mouth",
        "RecommendRate": "_recommend_rate",
        "ces": "_ces",
        "csat": "_csat",
        "net_score": "_net_score",
        "net_word_of_mouth": "_net_word_of_mouth",
        "nps": "_nps",
        "recommend_rate": "_recommend_rate",
    },
)
