"""Real data bundled with the library, and seeded generators of data whose truth is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.datasets._cdnow import load_cdnow as load_cdnow
    from retentionkit.datasets._survey import SurveyTruth as SurveyTruth
    from retentionkit.datasets._survey import simulate_survey as simulate_survey
    from retentionkit.datasets._transactions import simulate_transactions as simulate_transactions

__all__ = [
    "SurveyTruth",
    "load_cdnow",
    "simulate_survey",
    "simulate_transactions",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "SurveyTruth": "_survey",
        "load_cdnow": "_cdnow",
        "simulate_survey": "_survey",
        "simulate_transactions": "_transactions",
    },
)
