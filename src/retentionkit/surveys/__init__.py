"""Survey answers: the net promoter score, satisfaction, and what they go with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.surveys._drivers.driver_phases import DriverPhases
    from retentionkit.surveys._drivers.drivers import drivers
    from retentionkit.surveys._drivers.drivers_result import Drivers
    from retentionkit.surveys._drivers.value_chain import value_chain
    from retentionkit.surveys._drivers.value_chain_result import ChainModeration, ValueChain
    from retentionkit.surveys._drivers.value_chain_rows import ChainLink, Moderated
    from retentionkit.surveys._experience.expectation_gap import expectation_gap
    from retentionkit.surveys._experience.expectation_gap_result import ExpectationGap
    from retentionkit.surveys._experience.experience_score import experience_score
    from retentionkit.surveys._experience.experience_score_result import ExperienceScore
    from retentionkit.surveys._experience.perceived_value import perceived_value
    from retentionkit.surveys._experience.perceived_value_result import PerceivedValue
    from retentionkit.surveys._nps.group_differences import Homogeneity
    from retentionkit.surveys._nps.nps import nps
    from retentionkit.surveys._nps.nps_by import nps_by
    from retentionkit.surveys._nps.nps_change import nps_change
    from retentionkit.surveys._nps.nps_change_effects import NPSEffects
    from retentionkit.surveys._nps.nps_change_panel import NPSPanel
    from retentionkit.surveys._nps.nps_change_result import NPSChange
    from retentionkit.surveys._nps.nps_groups import NPSGroups
    from retentionkit.surveys._nps.nps_linkage import nps_linkage
    from retentionkit.surveys._nps.nps_linkage_result import NPSLinkage
    from retentionkit.surveys._nps.nps_linkage_units import UnitLinkage
    from retentionkit.surveys._nps.nps_result import NPS
    from retentionkit.surveys._nps.nps_rolling import NPSRolling, nps_rolling
    from retentionkit.surveys._nps.nps_sample_size import NPSSampleSize, nps_sample_size
    from retentionkit.surveys._nps.nps_trend import nps_trend
    from retentionkit.surveys._nps.nps_waves import NPSTrend
    from retentionkit.surveys._scales.ces import CES, ces
    from retentionkit.surveys._scales.csat import CSAT, csat
    from retentionkit.surveys._scales.net_score import net_score
    from retentionkit.surveys._scales.net_score_result import NetScore
    from retentionkit.surveys._scales.net_word_of_mouth import NetWordOfMouth, net_word_of_mouth
    from retentionkit.surveys._scales.recommend_rate import RecommendRate, recommend_rate
    from retentionkit.surveys._stages.linkage_curve import linkage_curve
    from retentionkit.surveys._stages.linkage_curve_result import LinkageCurve
    from retentionkit.surveys._stages.satisfaction_loyalty import satisfaction_loyalty
    from retentionkit.surveys._stages.satisfaction_loyalty_result import (
        LoyaltyExceptions,
        SatisfactionLoyalty,
    )
    from retentionkit.surveys._stages.satisfaction_stage import satisfaction_stage
    from retentionkit.surveys._stages.satisfaction_stage_result import SatisfactionStages
    from retentionkit.surveys._stages.stage_migration import StageMigration, stage_migration
    from retentionkit.surveys._stages.stage_rule import StageRule

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
    "Homogeneity",
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
        "CES": "_scales.ces",
        "CSAT": "_scales.csat",
        "ChainLink": "_drivers.value_chain_rows",
        "ChainModeration": "_drivers.value_chain_result",
        "DriverPhases": "_drivers.driver_phases",
        "Drivers": "_drivers.drivers_result",
        "ExpectationGap": "_experience.expectation_gap_result",
        "ExperienceScore": "_experience.experience_score_result",
        "Homogeneity": "_nps.group_differences",
        "LinkageCurve": "_stages.linkage_curve_result",
        "LoyaltyExceptions": "_stages.satisfaction_loyalty_result",
        "Moderated": "_drivers.value_chain_rows",
        "NPS": "_nps.nps_result",
        "NPSChange": "_nps.nps_change_result",
        "NPSEffects": "_nps.nps_change_effects",
        "NPSGroups": "_nps.nps_groups",
        "NPSLinkage": "_nps.nps_linkage_result",
        "NPSPanel": "_nps.nps_change_panel",
        "NPSRolling": "_nps.nps_rolling",
        "NPSSampleSize": "_nps.nps_sample_size",
        "NPSTrend": "_nps.nps_waves",
        "NetScore": "_scales.net_score_result",
        "NetWordOfMouth": "_scales.net_word_of_mouth",
        "PerceivedValue": "_experience.perceived_value_result",
        "RecommendRate": "_scales.recommend_rate",
        "SatisfactionLoyalty": "_stages.satisfaction_loyalty_result",
        "SatisfactionStages": "_stages.satisfaction_stage_result",
        "StageMigration": "_stages.stage_migration",
        "StageRule": "_stages.stage_rule",
        "UnitLinkage": "_nps.nps_linkage_units",
        "ValueChain": "_drivers.value_chain_result",
        "ces": "_scales.ces",
        "csat": "_scales.csat",
        "drivers": "_drivers.drivers",
        "expectation_gap": "_experience.expectation_gap",
        "experience_score": "_experience.experience_score",
        "linkage_curve": "_stages.linkage_curve",
        "net_score": "_scales.net_score",
        "net_word_of_mouth": "_scales.net_word_of_mouth",
        "nps": "_nps.nps",
        "nps_by": "_nps.nps_by",
        "nps_change": "_nps.nps_change",
        "nps_linkage": "_nps.nps_linkage",
        "nps_rolling": "_nps.nps_rolling",
        "nps_sample_size": "_nps.nps_sample_size",
        "nps_trend": "_nps.nps_trend",
        "perceived_value": "_experience.perceived_value",
        "recommend_rate": "_scales.recommend_rate",
        "satisfaction_loyalty": "_stages.satisfaction_loyalty",
        "satisfaction_stage": "_stages.satisfaction_stage",
        "stage_migration": "_stages.stage_migration",
        "value_chain": "_drivers.value_chain",
    },
)
