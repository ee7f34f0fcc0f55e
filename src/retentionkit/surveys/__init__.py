"""Survey answers: the net promoter score, satisfaction, and what they go with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.surveys._nps import nps
    from retentionkit.surveys._nps_result import NPS
    from retentionkit.surveys._satisfaction_stage import satisfaction_stage
    from retentionkit.surveys._satisfaction_stages import SatisfactionStages
    from retentionkit.surveys._stage_migration import StageMigration, stage_migration
    from retentionkit.surveys._stage_rule import StageRule

__all__ = [
    "NPS",
    "SatisfactionStages",
    "StageMigration",
    "StageRule",
    "nps",
    "satisfaction_stage",
    "stage_migration",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "NPS": "_nps_result",
        "SatisfactionStages": "_satisfaction_stages",
        "StageMigration": "_stage_migration",
        "StageRule": "_stage_rule",
        "nps": "_nps",
        "satisfaction_stage": "_satisfaction_stage",
        "stage_migration": "_stage_migration",
    },
)
