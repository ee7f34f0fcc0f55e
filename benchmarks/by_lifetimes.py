"""What lifetimes takes for the same."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import lifetimes
import numpy as np
import pandas as pd
from data import SPEND, load
from lifetimes.utils import summary_data_from_transaction_data
from timing import AS_OF, HORIZON, PURCHASES, Measured, command_line, facts, timed

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

NAMES = ("frequency", "recency", "age")
FITTERS = {
    "BGNBD": (lifetimes.BetaGeoFitter, NAMES),
    "MBGNBD": (lifetimes.ModifiedBetaGeoFitter, NAMES),
    "ParetoNBD": (lifetimes.ParetoNBDFitter, NAMES),
    "GammaGamma": (lifetimes.GammaGammaFitter, ("frequency", "monetary_value")),
}


def fit(model: str, path: Path, repeats: int) -> Measured:
    build, names = FITTERS[model]
    arrays = load(path)
    columns = [arrays[name] for name in names]
    np.random.seed(0)  # noqa: NPY002 - the start of its Pareto/NBD is drawn, and not always good
    seconds, fitter = timed(lambda: build().fit(*columns), repeats)
    return {"seconds": seconds, "check": [float(value) for value in fitter.params_]}


def purchases() -> lifetimes.BetaGeoFitter:
    fitter = lifetimes.BetaGeoFitter()
    fitter.params_ = pd.Series(PURCHASES)
    fitter.predict = fitter.conditional_expected_number_of_purchases_up_to_time
    return fitter


def expect(path: Path, repeats: int) -> Measured:
    fitter, arrays = purchases(), load(path)
    columns = [arrays[name] for name in NAMES]
    seconds, expected = timed(lambda: fitter.predict(HORIZON, *columns), repeats)
    return {"seconds": seconds, "check": [float(expected.sum())]}


def score(path: Path, repeats: int) -> Measured:
    fitter, arrays = purchases(), load(path)
    columns = [arrays[name] for name in NAMES]

    def run() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return fitter.conditional_probability_alive(*columns), fitter.predict(HORIZON, *columns)

    seconds, (alive, expected) = timed(run, repeats)
    return {"seconds": seconds, "check": [float(alive.sum()), float(expected.sum())]}


def value(path: Path, repeats: int) -> Measured:
    """Without intervals, which it does not have; checked without discounting."""
    spend, arrays = lifetimes.GammaGammaFitter(), load(path)
    spend.params_ = pd.Series(SPEND)
    arrays["monetary_value"] = np.nan_to_num(arrays["monetary_value"])
    columns = [pd.Series(arrays[name]) for name in (*NAMES, "monetary_value")]

    def run(rate: float) -> float:
        found = spend.customer_lifetime_value(purchases(), *columns, 12, rate, freq="W")
        return float(found.sum())

    seconds, _ = timed(lambda: run(0.01), repeats)
    return {"seconds": seconds, "check": [run(0.0)]}


def summary(path: Path, repeats: int) -> Measured:
    frame = pd.DataFrame(load(path))

    def run(log: pd.DataFrame = frame) -> pd.DataFrame:
        return summary_data_from_transaction_data(
            log,
            "customer_id",
            "date",
            "amount",
            observation_period_end=AS_OF,
            freq="D",
            freq_multiplier=7,
        )

    run(frame[:1000])
    seconds, found = timed(run, repeats)
    check = facts(found["frequency"], found["recency"], found["T"], found["monetary_value"])
    return {"seconds": seconds, "check": check}


if __name__ == "__main__":
    fits = {f"fit_{name}": partial(fit, name) for name in FITTERS}
    command_line(fits | {"expect": expect, "score": score, "summary": summary, "value": value})
