"""What lifetimes says about CDNOW, as JSON.

Run in a process of its own: importing lifetimes changes warning filters and pandas options. The
functions are evaluated at parameters read from the command line, so that only the formulas are
compared and not two optimisers.
"""

from __future__ import annotations

import json
import sys

import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter
from lifetimes.utils import calibration_and_holdout_data, summary_data_from_transaction_data

from retentionkit.datasets import load_cdnow

END = "1997-09-30"
WEEKS = {"freq": "D", "freq_multiplier": 7}


def numbers(bgnbd: dict[str, float], gamma_gamma: dict[str, float]) -> dict[str, object]:
    log = load_cdnow()
    summary = summary_data_from_transaction_data(
        log, "customer_id", "date", "amount", observation_period_end=END, **WEEKS
    )
    held_out = calibration_and_holdout_data(
        log,
        "customer_id",
        "date",
        END,
        observation_period_end="1998-06-30",
        monetary_value_col="amount",
        **WEEKS,
    )
    return {
        "summary": {name: list(summary[name]) for name in summary},
        "holdout": list(held_out["frequency_holdout"]),
        "fits": fits(summary),
        **values(summary, bgnbd, gamma_gamma),
    }


def fits(summary: pd.DataFrame) -> dict[str, object]:
    x, t_x, T = summary["frequency"], summary["recency"], summary["T"]
    purchases = BetaGeoFitter().fit(x, t_x, T)
    repeat = summary[x > 0]
    spend = GammaGammaFitter().fit(repeat["frequency"], repeat["monetary_value"])
    return {
        "bgnbd": dict(purchases.params_),
        "standard_errors": dict(purchases.standard_errors_),
        "log_likelihood": log_likelihood(purchases, summary),
        "gamma_gamma": dict(spend.params_),
    }


def log_likelihood(fitter: BetaGeoFitter, summary: pd.DataFrame) -> float:
    """Of the unscaled data; the fitter keeps only the mean for data with the longest age at 1."""
    x = summary["frequency"].to_numpy().astype(int)
    t_x, T = summary["recency"].to_numpy(), summary["T"].to_numpy()
    mean = fitter._negative_log_likelihood(
        np.log(fitter.params_.to_numpy()), x, t_x, T, np.ones_like(x), 0.0
    )
    return -float(mean) * len(x)


def values(
    summary: pd.DataFrame, bgnbd: dict[str, float], gamma_gamma: dict[str, float]
) -> dict[str, object]:
    x, t_x, T = summary["frequency"], summary["recency"], summary["T"]
    purchases, spend = BetaGeoFitter(), GammaGammaFitter()
    purchases.params_, spend.params_ = pd.Series(bgnbd), pd.Series(gamma_gamma)
    purchases.predict = purchases.conditional_expected_number_of_purchases_up_to_time
    lifetime_value = spend.customer_lifetime_value(
        purchases, x, t_x, T, summary["monetary_value"], time=12, discount_rate=0.0, freq="W"
    )
    expected = purchases.conditional_expected_number_of_purchases_up_to_time(39, x, t_x, T)
    return {
        "probability_alive": list(purchases.conditional_probability_alive(x, t_x, T)),
        "conditional_expected_purchases": list(expected),
        "expected_purchases": float(purchases.expected_number_of_purchases_up_to_time(39)),
        "count_pmf": [
            float(purchases.probability_of_n_purchases_up_to_time(39, n)) for n in range(21)
        ],
        "expected_spend": list(
            spend.conditional_expected_average_profit(x, summary["monetary_value"])
        ),
        "lifetime_value": list(lifetime_value),
    }


if __name__ == "__main__":
    json.dump(numbers(*map(json.loads, sys.argv[1:])), sys.stdout)
