"""Customer lifetime value: models of purchases and spend, and what they are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.clv._association import Association
    from retentionkit.clv._back_of_envelope import back_of_envelope, back_of_envelope_value
    from retentionkit.clv._bgnbd import BGNBD
    from retentionkit.clv._files import load
    from retentionkit.clv._fit import Fit, Parameter
    from retentionkit.clv._gamma_gamma import GammaGamma
    from retentionkit.clv._lifetime_value import lifetime_value, new_customer_value
    from retentionkit.clv._mbgnbd import MBGNBD
    from retentionkit.clv._nbd import NBD
    from retentionkit.clv._predict_purchases import predict_purchases
    from retentionkit.clv._predict_spend import predict_spend
    from retentionkit.clv._predicted_purchases import PredictedPurchases
    from retentionkit.clv._predicted_spend import PredictedSpend
    from retentionkit.clv._score import score
    from retentionkit.clv._simulation import SimulatedPurchases
    from retentionkit.clv._spend_independence import SpendIndependence, spend_independence
    from retentionkit.clv._tiers import Tiers, tiers
    from retentionkit.clv._tracking import Tracking, tracking

__all__ = [
    "BGNBD",
    "MBGNBD",
    "NBD",
    "Association",
    "Fit",
    "GammaGamma",
    "Parameter",
    "PredictedPurchases",
    "PredictedSpend",
    "SimulatedPurchases",
    "SpendIndependence",
    "Tiers",
    "Tracking",
    "back_of_envelope",
    "back_of_envelope_value",
    "lifetime_value",
    "load",
    "new_customer_value",
    "predict_purchases",
    "predict_spend",
    "score",
    "spend_independence",
    "tiers",
    "tracking",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "Association": "_association",
        "BGNBD": "_bgnbd",
        "Fit": "_fit",
        "GammaGamma": "_gamma_gamma",
        "MBGNBD": "_mbgnbd",
        "NBD": "_nbd",
        "Parameter": "_fit",
        "PredictedPurchases": "_predicted_purchases",
        "PredictedSpend": "_predicted_spend",
        "SimulatedPurchases": "_simulation",
        "SpendIndependence": "_spend_independence",
        "Tiers": "_tiers",
        "Tracking": "_tracking",
        "back_of_envelope": "_back_of_envelope",
        "back_of_envelope_value": "_back_of_envelope",
        "lifetime_value": "_lifetime_value",
        "load": "_files",
        "new_customer_value": "_lifetime_value",
        "predict_purchases": "_predict_purchases",
        "predict_spend": "_predict_spend",
        "score": "_score",
        "spend_independence": "_spend_independence",
        "tiers": "_tiers",
        "tracking": "_tracking",
    },
)
