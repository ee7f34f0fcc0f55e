"""Customer lifetime value: models of purchases and spend, and what they are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.clv._beta_discrete_weibull import BetaDiscreteWeibull
    from retentionkit.clv._bgnbd import BGNBD
    from retentionkit.clv._contract_model import RenewalHistories
    from retentionkit.clv._files import load
    from retentionkit.clv._fit import Fit, Parameter
    from retentionkit.clv._gamma_gamma import GammaGamma
    from retentionkit.clv._lifetime_value import lifetime_value, new_customer_value
    from retentionkit.clv._mbgnbd import MBGNBD
    from retentionkit.clv._nbd import NBD
    from retentionkit.clv._score import score
    from retentionkit.clv._shifted_beta_geometric import ShiftedBetaGeometric
    from retentionkit.clv._simulation import SimulatedPurchases
    from retentionkit.clv._tracking import Tracking, tracking

__all__ = [
    "BGNBD",
    "MBGNBD",
    "NBD",
    "BetaDiscreteWeibull",
    "Fit",
    "GammaGamma",
    "Parameter",
    "RenewalHistories",
    "ShiftedBetaGeometric",
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
        "BGNBD": "_bgnbd",
        "BetaDiscreteWeibull": "_beta_discrete_weibull",
        "Fit": "_fit",
        "GammaGamma": "_gamma_gamma",
        "MBGNBD": "_mbgnbd",
        "NBD": "_nbd",
        "Parameter": "_fit",
        "RenewalHistories": "_contract_model",
        "ShiftedBetaGeometric": "_shifted_beta_geometric",
        "SimulatedPurchases": "_simulation",
        "Tracking": "_tracking",
        "lifetime_value": "_lifetime_value",
        "load": "_files",
        "new_customer_value": "_lifetime_value",
        "score": "_score",
        "tracking": "_tracking",
    },
)
