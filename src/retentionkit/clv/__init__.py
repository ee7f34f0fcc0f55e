"""Customer lifetime value: models of purchases and spend, and what they are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.clv._bgnbd import BGNBD
    from retentionkit.clv._bootstrap import Bootstrap, bootstrap
    from retentionkit.clv._files import load
    from retentionkit.clv._fit import Fit, Parameter
    from retentionkit.clv._gamma_gamma import GammaGamma
    from retentionkit.clv._lifetime_value import lifetime_value, new_customer_value
    from retentionkit.clv._likelihood_ratio import LikelihoodRatioTest, likelihood_ratio_test
    from retentionkit.clv._mbgnbd import MBGNBD
    from retentionkit.clv._nbd import NBD
    from retentionkit.clv._profile import Profile, profile, profile_interval
    from retentionkit.clv._score import score
    from retentionkit.clv._simulation import SimulatedPurchases
    from retentionkit.clv._tracking import Tracking, tracking

__all__ = [
    "BGNBD",
    "MBGNBD",
    "NBD",
    "Bootstrap",
    "Fit",
    "GammaGamma",
    "LikelihoodRatioTest",
    "Parameter",
    "Profile",
    "SimulatedPurchases",
    "Tracking",
    "bootstrap",
    "lifetime_value",
    "likelihood_ratio_test",
    "load",
    "new_customer_value",
    "profile",
    "profile_interval",
    "score",
    "tracking",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "BGNBD": "_bgnbd",
        "Bootstrap": "_bootstrap",
        "Fit": "_fit",
        "GammaGamma": "_gamma_gamma",
        "LikelihoodRatioTest": "_likelihood_ratio",
        "MBGNBD": "_mbgnbd",
        "NBD": "_nbd",
        "Parameter": "_fit",
        "Profile": "_profile",
        "SimulatedPurchases": "_simulation",
        "Tracking": "_tracking",
        "bootstrap": "_bootstrap",
        "lifetime_value": "_lifetime_value",
        "likelihood_ratio_test": "_likelihood_ratio",
        "load": "_files",
        "new_customer_value": "_lifetime_value",
        "profile": "_profile",
        "profile_interval": "_profile",
        "score": "_score",
        "tracking": "_tracking",
    },
)
