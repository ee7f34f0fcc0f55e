"""Customer lifetime value: models of purchases and spend, and what they are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.clv._beta_binomial import BetaBinomial
    from retentionkit.clv._bgbb import BGBB
    from retentionkit.clv._bgnbd import BGNBD
    from retentionkit.clv._files import load
    from retentionkit.clv._fit import Fit, Parameter
    from retentionkit.clv._gamma_gamma import GammaGamma
    from retentionkit.clv._lifetime_value import lifetime_value, new_customer_value
    from retentionkit.clv._mbgnbd import MBGNBD
    from retentionkit.clv._nbd import NBD
    from retentionkit.clv._score import score
    from retentionkit.clv._simulation import SimulatedOpportunities, SimulatedPurchases
    from retentionkit.clv._tracking import Tracking, tracking
    from retentionkit.histories import OpportunityHistories

__all__ = [
    "BGBB",
    "BGNBD",
    "MBGNBD",
    "NBD",
    "BetaBinomial",
    "Fit",
    "GammaGamma",
    "OpportunityHistories",
    "Parameter",
    "SimulatedOpportunities",
    "SimulatedPurchases",
    "Tracking",
    "lifetime_value",
    "load",
    "new_customer_value",
    "score",
    "tracking",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "BGBB": "_bgbb",
        "BGNBD": "_bgnbd",
        "BetaBinomial": "_beta_binomial",
        "Fit": "_fit",
        "GammaGamma": "_gamma_gamma",
        "MBGNBD": "_mbgnbd",
        "NBD": "_nbd",
        "OpportunityHistories": "_discrete_model",
        "Parameter": "_fit",
        "SimulatedOpportunities": "_simulation",
        "SimulatedPurchases": "_simulation",
        "Tracking": "_tracking",
        "lifetime_value": "_lifetime_value",
        "load": "_files",
        "new_customer_value": "_lifetime_value",
        "score": "_score",
        "tracking": "_tracking",
    },
)
