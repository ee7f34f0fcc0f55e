"""Customer lifetime value: models of purchases and spend, and what they are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.clv._accuracy import Accuracy
    from retentionkit.clv._activity import ActivityCalibration, activity_calibration
    from retentionkit.clv._association import Association
    from retentionkit.clv._back_of_envelope import back_of_envelope, back_of_envelope_value
    from retentionkit.clv._backtest import Backtest, backtest
    from retentionkit.clv._beta_binomial import BetaBinomial
    from retentionkit.clv._beta_discrete_weibull import BetaDiscreteWeibull
    from retentionkit.clv._bgbb import BGBB
    from retentionkit.clv._bgnbd import BGNBD
    from retentionkit.clv._bootstrap import Bootstrap, bootstrap
    from retentionkit.clv._calibration import Calibration, calibration
    from retentionkit.clv._comparison import ModelComparison, compare_models
    from retentionkit.clv._conditional_fit import ConditionalFit, conditional_fit
    from retentionkit.clv._files import load
    from retentionkit.clv._fit import Fit, Parameter
    from retentionkit.clv._forecast import Forecast
    from retentionkit.clv._frequency_fit import FrequencyFit, frequency_fit
    from retentionkit.clv._gains import Gains, gains
    from retentionkit.clv._gamma_gamma import GammaGamma
    from retentionkit.clv._lifetime_value import lifetime_value, new_customer_value
    from retentionkit.clv._likelihood_ratio import LikelihoodRatioTest, likelihood_ratio_test
    from retentionkit.clv._mbgnbd import MBGNBD
    from retentionkit.clv._nbd import NBD
    from retentionkit.clv._pareto_nbd import ParetoNBD
    from retentionkit.clv._pit import PIT, pit
    from retentionkit.clv._predict_purchases import predict_purchases
    from retentionkit.clv._predict_spend import predict_spend
    from retentionkit.clv._predicted_purchases import PredictedPurchases
    from retentionkit.clv._predicted_spend import PredictedSpend
    from retentionkit.clv._profile import Profile, profile, profile_interval
    from retentionkit.clv._score import score
    from retentionkit.clv._shifted_beta_geometric import ShiftedBetaGeometric
    from retentionkit.clv._simulation import SimulatedOpportunities, SimulatedPurchases
    from retentionkit.clv._spend_independence import SpendIndependence, spend_independence
    from retentionkit.clv._tiers import Tiers, tiers
    from retentionkit.clv._tracking import Tracking, tracking
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
    "score",
    "spend_independence",
    "tiers",
    "tracking",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "Accuracy": "_accuracy",
        "ActivityCalibration": "_activity",
        "Association": "_association",
        "BGBB": "_bgbb",
        "BGNBD": "_bgnbd",
        "Backtest": "_backtest",
        "BetaBinomial": "_beta_binomial",
        "BetaDiscreteWeibull": "_beta_discrete_weibull",
        "Bootstrap": "_bootstrap",
        "Calibration": "_calibration",
        "ConditionalFit": "_conditional_fit",
        "Fit": "_fit",
        "Forecast": "_forecast",
        "FrequencyFit": "_frequency_fit",
        "Gains": "_gains",
        "GammaGamma": "_gamma_gamma",
        "LikelihoodRatioTest": "_likelihood_ratio",
        "MBGNBD": "_mbgnbd",
        "ModelComparison": "_comparison",
        "NBD": "_nbd",
        "OpportunityHistories": "_discrete_model",
        "PIT": "_pit",
        "Parameter": "_fit",
        "ParetoNBD": "_pareto_nbd",
        "PredictedPurchases": "_predicted_purchases",
        "PredictedSpend": "_predicted_spend",
        "Profile": "_profile",
        "RenewalHistories": "_contract_model",
        "ShiftedBetaGeometric": "_shifted_beta_geometric",
        "SimulatedOpportunities": "_simulation",
        "SimulatedPurchases": "_simulation",
        "SpendIndependence": "_spend_independence",
        "Tiers": "_tiers",
        "Tracking": "_tracking",
        "activity_calibration": "_activity",
        "back_of_envelope": "_back_of_envelope",
        "back_of_envelope_value": "_back_of_envelope",
        "backtest": "_backtest",
        "bootstrap": "_bootstrap",
        "calibration": "_calibration",
        "compare_models": "_comparison",
        "conditional_fit": "_conditional_fit",
        "frequency_fit": "_frequency_fit",
        "gains": "_gains",
        "lifetime_value": "_lifetime_value",
        "likelihood_ratio_test": "_likelihood_ratio",
        "load": "_files",
        "new_customer_value": "_lifetime_value",
        "pit": "_pit",
        "predict_purchases": "_predict_purchases",
        "predict_spend": "_predict_spend",
        "profile": "_profile",
        "profile_interval": "_profile",
        "score": "_score",
        "spend_independence": "_spend_independence",
        "tiers": "_tiers",
        "tracking": "_tracking",
    },
)
