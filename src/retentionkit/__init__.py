"""What customers are worth, who is leaving, and what it is worth spending to keep them.

The one flow is from a frame to numbers that can be defended::

    import retentionkit as rk

    log = rk.Transactions(frame)                  # parsed once, with a ledger
    histories = rk.purchase_histories(log)        # arrays from here on
    fit = rk.clv.BGNBD.fit(histories)             # a model, its uncertainty, a verdict

Data: `Transactions`, `Customers`, `purchase_histories`, `grouped_histories`,
`opportunity_histories`, `holdout`. Recency, frequency, money and segments: `rfm`. Models and
lifetime value: `clv`. NPS and other answers: `surveys`. Waits, promises kept, complaints:
`service`. Before and after, treated and control: `compare`. Data to try it on: `datasets`.
Pictures: `plots`. To and from lifetimes: `interop`. What can go wrong: `errors`. Every name is
loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit import clv, compare, datasets, errors, interop, plots, rfm, service, surveys
    from retentionkit.customers import Customers
    from retentionkit.histories import (
        Holdout,
        OpportunityHistories,
        PurchaseHistories,
        RenewalHistories,
        grouped_histories,
        holdout,
        opportunity_histories,
        purchase_histories,
    )
    from retentionkit.ledger import Ledger
    from retentionkit.transactions import Transactions
    from retentionkit.values import LifetimeValue

__version__ = "0.1.0"

__all__ = [
    "Customers",
    "Holdout",
    "Ledger",
    "LifetimeValue",
    "OpportunityHistories",
    "PurchaseHistories",
    "RenewalHistories",
    "Transactions",
    "clv",
    "compare",
    "datasets",
    "errors",
    "grouped_histories",
    "holdout",
    "interop",
    "opportunity_histories",
    "plots",
    "purchase_histories",
    "rfm",
    "service",
    "surveys",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "Customers": "customers",
        "Holdout": "histories",
        "Ledger": "ledger",
        "LifetimeValue": "values",
        "OpportunityHistories": "histories",
        "PurchaseHistories": "histories",
        "RenewalHistories": "histories",
        "Transactions": "transactions",
        "clv": "clv",
        "compare": "compare",
        "datasets": "datasets",
        "errors": "errors",
        "grouped_histories": "histories",
        "holdout": "histories",
        "interop": "interop",
        "opportunity_histories": "histories",
        "plots": "plots",
        "purchase_histories": "histories",
        "rfm": "rfm",
        "service": "service",
        "surveys": "surveys",
    },
)
