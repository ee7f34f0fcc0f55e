"""RFM: how recently, how often and for how much customers bought, and which segments they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.rfm._bounds import Bound
    from retentionkit.rfm._claim import SegmentClaim
    from retentionkit.rfm._cluster_stability import ClusterStability
    from retentionkit.rfm._cluster_tree import ClusterTree
    from retentionkit.rfm._clustered import ClusterChoice, Clusters
    from retentionkit.rfm._clustering import cluster
    from retentionkit.rfm._concentration import (
        Concentration,
        ConcentrationBootstrap,
        ConcentrationClaim,
        concentration,
    )
    from retentionkit.rfm._coverage import Coverage, coverage_rate
    from retentionkit.rfm._drift import Drift
    from retentionkit.rfm._evaluate import evaluate_segmentation
    from retentionkit.rfm._evaluation import SegmentationEvaluation
    from retentionkit.rfm._findings import Finding, RuleLint
    from retentionkit.rfm._lifecycle import OwnGap, lifecycle
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
    "ClusterChoice",
    "ClusterStability",
    "ClusterTree",
    "Clusters",
    "Concentration",
    "ConcentrationBootstrap",
    "ConcentrationClaim",
    "Coverage",
    "Drift",
    "Finding",
    "Migration",
    "OwnGap",
    "RFMScores",
    "RFMTable",
    "Rule",
    "RuleLint",
    "Scorer",
    "SegmentClaim",
    "SegmentProfile",
    "SegmentRules",
    "SegmentationEvaluation",
    "Segments",
    "SpendRatio",
    "cluster",
    "concentration",
    "coverage_rate",
    "evaluate_segmentation",
    "lifecycle",
    "measure",
    "migration",
    "profile",
    "score",
    "spend_ratio",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "Bound": "_bounds",
        "ClusterChoice": "_clustered",
        "ClusterStability": "_cluster_stability",
        "ClusterTree": "_cluster_tree",
        "Clusters": "_clustered",
        "Concentration": "_concentration",
        "ConcentrationBootstrap": "_concentration",
        "ConcentrationClaim": "_concentration",
        "Coverage": "_coverage",
        "Drift": "_drift",
        "EIGHT": "_presets",
        "Finding": "_findings",
        "Migration": "_migration",
        "OwnGap": "_lifecycle",
        "RFMScores": "_scored",
        "RFMTable": "_table",
        "Rule": "_rule",
        "RuleLint": "_findings",
        "STANDARD": "_presets",
        "Scorer": "_scorer",
        "SegmentClaim": "_claim",
        "SegmentProfile": "_profiled",
        "SegmentRules": "_rules",
        "SegmentationEvaluation": "_evaluation",
        "Segments": "_segments",
        "SpendRatio": "_spend_ratio",
        "TRAVEL_TIERS": "_presets",
        "TRAVEL_TIERS_COMPLETED": "_presets",
        "VALUE_POTENTIAL_DORMANT": "_presets",
        "cluster": "_clustering",
        "concentration": "_concentration",
        "coverage_rate": "_coverage",
        "evaluate_segmentation": "_evaluate",
        "lifecycle": "_lifecycle",
        "measure": "_measure",
        "migration": "_migration",
        "profile": "_profile",
        "score": "_score",
        "spend_ratio": "_spend_ratio",
    },
)
