"""Survey answers: the net promoter score, satisfaction, and what they go with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.surveys._ces import CES, ces
    from retentionkit.surveys._chain_rows import ChainLink, Moderated
    from retentionkit.surveys._change import nps_change
    from retentionkit.surveys._change_effects import NPSEffects
    from retentionkit.surveys._change_panel import NPSPanel
    from retentionkit.surveys._change_result import NPSChange
    from retentionkit.surveys._csat import CSAT, csat
    from retentionkit.surveys._driver_phases import DriverPhases
    from retentionkit.surveys._drivers import drivers
    from retentionkit.surveys._drivers_result import Drivers
    from retentionkit.surveys._expectation_gap import expectation_gap
    from retentionkit.surveys._experience import experience_score
    from retentionkit.surveys._experience_result import ExperienceScore
    from retentionkit.surveys._gap_result import ExpectationGap
    from retentionkit.surveys._linkage_curve import linkage_curve
    from retentionkit.surveys._linkage_curve_result import LinkageCurve
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
    from retentionkit.surveys._perceived_value import perceived_value
    from retentionkit.surveys._recommend_rate import RecommendRate, recommend_rate
    from retentionkit.surveys._satisfaction_loyalty import satisfaction_loyalty
    from retentionkit.surveys._satisfaction_loyalty_result import (
        LoyaltyExceptions,
        SatisfactionLoyalty,
    )
    from retentionkit.surveys._satisfaction_stage import satisfaction_stage
    from retentionkit.surveys._satisfaction_stages import SatisfactionStages
    from retentionkit.surveys._stage_migration import StageMigration, stage_migration
    from retentionkit.surveys._stage_rule import StageRule
    from retentionkit.surveys._value_chain import value_chain
    from retentionkit.surveys._value_chain_result import ChainModeration, ValueChain
    from retentionkit.surveys._value_result import PerceivedValue

__all__ = [
    "CES",
    "CSAT",
    "NPS",
    "ChainLink",
    "ChainModeration",
    "DriverPhases",
    "Drivers",
    "ExpectationGap",
    "ExperienceScore",
    "LinkageCurve",
    "LoyaltyExceptions",
    "Moderated",
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
    "PerceivedValue",
    "RecommendRate",
    "SatisfactionLoyalty",
    "SatisfactionStages",
    "StageMigration",
    "StageRule",
    "UnitLinkage",
    "ValueChain",
    "ces",
    "csat",
    "drivers",
    "expectation_gap",
    "experience_score",
    "linkage_curve",
    "net_score",
    "net_word_of_mouth",
    "nps",
    "nps_by",
    "nps_change",
    "nps_linkage",
    "nps_rolling",
    "nps_sample_size",
    "nps_trend",
    "perceived_value",
    "recommend_rate",
    "satisfaction_loyalty",
    "satisfaction_stage",
    "stage_migration",
    "value_chain",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "CES": "_ces",
        "CSAT": "_csat",
        "ChainLink": "_chain_rows",
        "ChainModeration": "_value_chain_result",
        "DriverPhases": "_driver_phases",
        "Drivers": "_drivers_result",
        "ExpectationGap": "_gap_result",
        "ExperienceScore": "_experience_result",
        "LinkageCurve": "_linkage_curve_result",
        "LoyaltyExceptions": "_satisfaction_loyalty_result",
        "Moderated": "_chain_rows",
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
        "PerceivedValue": "_value_result",
        "RecommendRate": "_recommend_rate",
        "SatisfactionLoyalty": "_satisfaction_loyalty_result",
        "SatisfactionStages": "_satisfaction_stages",
        "StageMigration": "_stage_migration",
        "StageRule": "_stage_rule",
        "UnitLinkage": "_nps_linkage_units",
        "ValueChain": "_value_chain_result",
        "ces": "_ces",
        "csat": "_csat",
        "drivers": "_drivers",
        "expectation_gap": "_expectation_gap",
        "experience_score": "_experience",
        "linkage_curve": "_linkage_curve",
        "net_score": "_net_score",
        "net_word_of_mouth": "_net_word_of_mouth",
        "nps": "_nps",
        "nps_by": "_nps_by",
        "nps_change": "_change",
        "nps_linkage": "_nps_linkage",
        "nps_rolling": "_nps_rolling",
        "nps_sample_size": "_nps_sample_size",
        "nps_trend": "_nps_trend",
        "perceived_value": "_perceived_value",
        "recommend_rate": "_recommend_rate",
        "satisfaction_loyalty": "_satisfaction_loyalty",
        "satisfaction_stage": "_satisfaction_stage",
        "stage_migration": "_stage_migration",
        "value_chain": "_value_chain",
    },
)
