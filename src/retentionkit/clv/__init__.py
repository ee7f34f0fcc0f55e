"""Customer lifetime value: models of purchases and spend, and what they are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.clv._evaluation.accuracy import Accuracy
    from retentionkit.clv._evaluation.activity import ActivityCalibration, activity_calibration
    from retentionkit.clv._evaluation.backtest import Backtest, backtest
    from retentionkit.clv._evaluation.calibration import Calibration, calibration
    from retentionkit.clv._evaluation.comparison import ModelComparison, compare_models
    from retentionkit.clv._evaluation.conditional_fit import ConditionalFit, conditional_fit
    from retentionkit.clv._evaluation.forecast import Forecast
    from retentionkit.clv._evaluation.frequency_fit import FrequencyFit, frequency_fit
    from retentionkit.clv._evaluation.gains import Gains, gains
    from retentionkit.clv._evaluation.pit import PIT, pit
    from retentionkit.clv._evaluation.regularity import Regularity, regularity
    from retentionkit.clv._evaluation.tracking import Tracking, tracking
    from retentionkit.clv._fitting.files import load
    from retentionkit.clv._fitting.fit import Fit, Parameter
    from retentionkit.clv._inference.bootstrap import Bootstrap, bootstrap
    from retentionkit.clv._inference.likelihood_ratio import (
        LikelihoodRatioTest,
        likelihood_ratio_test,
    )
    from retentionkit.clv._inference.profile import Profile, profile, profile_interval
    from retentionkit.clv._models.beta_binomial import BetaBinomial
    from retentionkit.clv._models.beta_discrete_weibull import BetaDiscreteWeibull
    from retentionkit.clv._models.bgbb import BGBB
    from retentionkit.clv._models.bgnbd import BGNBD
    from retentionkit.clv._models.gamma_gamma import GammaGamma
    from retentionkit.clv._models.mbgnbd import MBGNBD
    from retentionkit.clv._models.nbd import NBD
    from retentionkit.clv._models.pareto_nbd import ParetoNBD
    from retentionkit.clv._models.shifted_beta_geometric import ShiftedBetaGeometric
    from retentionkit.clv._models.simulation import SimulatedOpportunities, SimulatedPurchases
    from retentionkit.clv._value.association import Association
    from retentionkit.clv._value.back_of_envelope import back_of_envelope, back_of_envelope_value
    from retentionkit.clv._value.lifetime_value import lifetime_value, new_customer_value
    from retentionkit.clv._value.predict_purchases import predict_purchases
    from retentionkit.clv._value.predict_spend import predict_spend
    from retentionkit.clv._value.predicted_purchases import PredictedPurchases
    from retentionkit.clv._value.predicted_spend import PredictedSpend
    from retentionkit.clv._value.score import score
    from retentionkit.clv._value.spend_independence import SpendIndependence, spend_independence
    from retentionkit.clv._value.tiers import Tiers, tiers
    from retentionkit.histories import OpportunityHistories, RenewalHistories

__all__ = [
    "BGBB",
    "BGNBD",
    "MBGNBD",
    "NBD",
    "PIT",
    "Accuracy",
    "ActivityCalibration",
    "Association",
    "Backtest",
    "BetaBinomial",
    "BetaDiscreteWeibull",
    "Bootstrap",
    "Calibration",
    "ConditionalFit",
    "Fit",
    "Forecast",
    "FrequencyFit",
    "Gains",
    "GammaGamma",
    "LikelihoodRatioTest",
    "ModelComparison",
    "OpportunityHistories",
    "Parameter",
    "ParetoNBD",
    "PredictedPurchases",
    "PredictedSpend",
    "Profile",
    "Regularity",
    "RenewalHistories",
    "ShiftedBetaGeometric",
    "SimulatedOpportunities",
    "SimulatedPurchases",
    "SpendIndependence",
    "Tiers",
    "Tracking",
    "activity_calibration",
    "back_of_envelope",
    "back_of_envelope_value",
    "backtest",
    "bootstrap",
    "calibration",
    "compare_models",
    "conditional_fit",
    "frequency_fit",
    "gains",
    "lifetime_value",
    "likelihood_ratio_test",
    "load",
    "new_customer_value",
    "pit",
    "predict_purchases",
    "predict_spend",
    "profile",
    "profile_interval",
    "regularity",
    "score",
    "spend_independence",
    "tiers",
    "tracking",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "Accuracy": "_evaluation.accuracy",
        "ActivityCalibration": "_evaluation.activity",
        "Association": "_value.association",
        "BGBB": "_models.bgbb",
        "BGNBD": "_models.bgnbd",
        "Backtest": "_evaluation.backtest",
        "BetaBinomial": "_models.beta_binomial",
        "BetaDiscreteWeibull": "_models.beta_discrete_weibull",
        "Bootstrap": "_inference.bootstrap",
        "Calibration": "_evaluation.calibration",
        "ConditionalFit": "_evaluation.conditional_fit",
        "Fit": "_fitting.fit",
        "Forecast": "_evaluation.forecast",
        "FrequencyFit": "_evaluation.frequency_fit",
        "Gains": "_evaluation.gains",
        "GammaGamma": "_models.gamma_gamma",
        "LikelihoodRatioTest": "_inference.likelihood_ratio",
        "MBGNBD": "_models.mbgnbd",
        "ModelComparison": "_evaluation.comparison",
        "NBD": "_models.nbd",
        "OpportunityHistories": "_models.discrete_model",
        "PIT": "_evaluation.pit",
        "Parameter": "_fitting.fit",
        "ParetoNBD": "_models.pareto_nbd",
        "PredictedPurchases": "_value.predicted_purchases",
        "PredictedSpend": "_value.predicted_spend",
        "Profile": "_inference.profile",
        "Regularity": "_evaluation.regularity",
        "RenewalHistories": "_models.contract_model",
        "ShiftedBetaGeometric": "_models.shifted_beta_geometric",
        "SimulatedOpportunities": "_models.simulation",
        "SimulatedPurchases": "_models.simulation",
        "SpendIndependence": "_value.spend_independence",
        "Tiers": "_value.tiers",
        "Tracking": "_evaluation.tracking",
        "activity_calibration": "_evaluation.activity",
        "back_of_envelope": "_value.back_of_envelope",
        "back_of_envelope_value": "_value.back_of_envelope",
        "backtest": "_evaluation.backtest",
        "bootstrap": "_inference.bootstrap",
        "calibration": "_evaluation.calibration",
        "compare_models": "_evaluation.comparison",
        "conditional_fit": "_evaluation.conditional_fit",
        "frequency_fit": "_evaluation.frequency_fit",
        "gains": "_evaluation.gains",
        "lifetime_value": "_value.lifetime_value",
        "likelihood_ratio_test": "_inference.likelihood_ratio",
        "load": "_fitting.files",
        "new_customer_value": "_value.lifetime_value",
        "pit": "_evaluation.pit",
        "predict_purchases": "_value.predict_purchases",
        "predict_spend": "_value.predict_spend",
        "profile": "_inference.profile",
        "profile_interval": "_inference.profile",
        "regularity": "_evaluation.regularity",
        "score": "_value.score",
        "spend_independence": "_value.spend_independence",
        "tiers": "_value.tiers",
        "tracking": "_evaluation.tracking",
    },
)
