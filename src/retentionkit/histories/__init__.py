"""Purchase histories: frequency, recency, age and monetary value of each customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.histories._arrays import PurchaseHistories
    from retentionkit.histories._from_log import grouped_histories, purchase_histories
    from retentionkit.histories._holdout import Holdout, holdout
    from retentionkit.histories._opportunities import OpportunityHistories
    from retentionkit.histories._opportunities_from_log import opportunity_histories
    from retentionkit.histories._renewals import RenewalHistories

__all__ = [
    "Holdout",
    "OpportunityHistories",
    "PurchaseHistories",
    "RenewalHistories",
    "grouped_histories",
    "holdout",
    "opportunity_histories",
    "purchase_histories",
]

# A service that scores one customer from numbers needs no dataframe library.
__getattr__, __dir__ = open_door(
    __name__,
    {
        "Holdout": "_holdout",
        "OpportunityHistories": "_opportunities",
        "PurchaseHistories": "_arrays",
        "RenewalHistories": "_renewals",
        "grouped_histories": "_from_log",
        "holdout": "_holdout",
        "opportunity_histories": "_opportunities_from_log",
        "purchase_histories": "_from_log",
    },
)
