"""RFM: how recently, how often and for how much customers bought, and which segments they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.rfm._bounds import Bound
    from retentionkit.rfm._claim import SegmentClaim
    from retentionkit.rfm._concentration import (
        Claim,
        Concentration,
        ConcentrationBootstrap,
        concentration,
    )
    from retentionkit.rfm._coverage import Coverage, coverage_rate
    from retentionkit.rfm._drift import Drift
    from retentionkit.rfm._findings import Finding, RuleLint
    from retentionkit.rfm._measure import measure
    from retentionkit.rfm._migration import Migration, migration
    from retentionkit.rfm._presets import (
        EIGHT,
        STANDARD,
        TRAVEL_TIERS,
        TRAVEL_TIERS_COMPLETED,
        VALUE_POTENTIAL_DORMANT,
    )
    from retentionkit.rfm._profile import profile
    from retentionkit.rfm._profiled import SegmentProfile
    from retentionkit.rfm._rule import Rule
    from retentionkit.rfm._rules import SegmentRules
    from retentionkit.rfm._score import score
    from retentionkit.rfm._scored import RFMScores
    from retentionkit.rfm._scorer import Scorer
    from retentionkit.rfm._segments import Segments
    from retentionkit.rfm._spend_ratio import SpendRatio, spend_ratio
    from retentionkit.rfm._table import RFMTable

__all__ = [
    "EIGHT",
    "STANDARD",
    "TRAVEL_TIERS",
    "TRAVEL_TIERS_COMPLETED",
    "VALUE_POTENTIAL_DORMANT",
    "Bound",
    "Claim",
    "Concentration",
    "ConcentrationBootstrap",
    "Migration",
    "Coverage",
    "Drift",
    "Finding",
    "RFMScores",
    "RFMTable",
    "Rule",
    "RuleLint",
    "Scorer",
    "SegmentClaim",
    "SegmentProfile",
    "SegmentRules",
    "Segments",
    "SpendRatio",
    "concentration",
    "coverage_rate",
    "measure",
    "migration",
    "profile",
    "score",
    "spend_ratio",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "EIGHT": "_presets",
        "STANDARD": "_presets",
        "TRAVEL_TIERS": "_presets",
        "TRAVEL_TIERS_COMPLETED": "_presets",
        "VALUE_POTENTIAL_DORMANT": "_presets",
        "Bound": "_bounds",
        "Finding": "_findings",
        "Claim": "_concentration",
        "Concentration": "_concentration",
        "ConcentrationBootstrap": "_concentration",
        "Migration": "_migration",
        "spend_ratio": "_spend_ratio",
        "profile": "_profile",
        "coverage_rate": "_coverage",
        "SpendRatio": "_spend_ratio",
        "SegmentProfile": "_profiled",
        "SegmentClaim": "_claim",
        "Coverage": "_coverage",
        "RFMScores": "_scored",
        "RFMTable": "_table",
        "Rule": "_rule",
        "RuleLint": "_findings",
        "SegmentRules": "_rules",
        "Drift": "_drift",
        "RFMScores": "_scored",
        "RFMTable": "_table",
        "Scorer": "_scorer",
        "Segments": "_segments",
        "concentration": "_concentration",
        "measure": "_measure",
        "migration": "_migration",
        "score": "_score",
    },
)
