"""Survey answers: the net promoter score, satisfaction, and what they go with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.surveys._ces import CES, ces
    from retentionkit.surveys._csat import CSAT, csat
    from retentionkit.surveys._expectation_gap import expectation_gap
    from retentionkit.surveys._experience import experience_score
    from retentionkit.surveys._experience_result import ExperienceScore
    from retentionkit.surveys._gap_result import ExpectationGap
    from retentionkit.surveys._net_score import NetScore, net_score
    from retentionkit.surveys._net_word_of_mouth import NetWordOfMouth, net_word_of_mouth
    from retentionkit.surveys._nps import nps
    from retentionkit.surveys._nps_result import NPS
    from retentionkit.surveys._perceived_value import perceived_value
    from retentionkit.surveys._recommend_rate import RecommendRate, recommend_rate
    from retentionkit.surveys._value_result import PerceivedValue

__all__ = [
    "CES",
    "CSAT",
    "NPS",
    "ExpectationGap",
    "ExperienceScore",
    "NetScore",
    "NetWordOfMouth",
    "PerceivedValue",
    "RecommendRate",
    "ces",
    "csat",
    "expectation_gap",
    "experience_score",
    "net_score",
    "net_word_of_mouth",
    "nps",
    "perceived_value",
    "recommend_rate",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "CES": "_ces",
        "CSAT": "_csat",
        "ExpectationGap": "_gap_result",
        "ExperienceScore": "_experience_result",
        "NPS": "_nps_result",
        "NetScore": "_net_score",
        "NetWordOfMouth": "_net_word_of_mouth",
        "PerceivedValue": "_value_result",
        "RecommendRate": "_recommend_rate",
        "ces": "_ces",
        "csat": "_csat",
        "expectation_gap": "_expectation_gap",
        "experience_score": "_experience",
        "net_score": "_net_score",
        "net_word_of_mouth": "_net_word_of_mouth",
        "nps": "_nps",
        "perceived_value": "_perceived_value",
        "recommend_rate": "_recommend_rate",
    },
)
