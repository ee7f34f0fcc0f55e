"""What lifetimes takes for the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from data import load
from lifetimes import BetaGeoFitter
from lifetimes.utils import summary_data_from_transaction_data
from timing import AS_OF, HORIZON, PURCHASES, Measured, command_line, facts, timed

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

NAMES = ("frequency", "recency", "age")


def fit(path: Path, repeats: int) -> Measured:
    arrays = load(path)
    columns = [arrays[name] for name in NAMES]
    seconds, fitter = timed(lambda: BetaGeoFitter().fit(*columns), repeats)
    return {"seconds": seconds, "check": [float(value) for value in fitter.params_]}


def score(path: Path, repeats: int) -> Measured:
    fitter = BetaGeoFitter()
    fitter.params_ = pd.Series(PURCHASES)
    arrays = load(path)
    columns = [arrays[name] for name in NAMES]
    expect = fitter.conditional_expected_number_of_purchases_up_to_time

    def run() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return fitter.conditional_probability_alive(*columns), expect(HORIZON, *columns)

    seconds, (alive, expected) = timed(run, repeats)
    return {"seconds": seconds, "check": [float(alive.sum()), float(expected.sum())]}


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
    command_line({function.__name__: function for function in (fit, score, summary)})
