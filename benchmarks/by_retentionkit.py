"""What retentionkit takes: one measurement for each run of this script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from data import load
from timing import AS_OF, HORIZON, PURCHASES, Measured, Memory, command_line, facts, timed

from retentionkit import Transactions, frames, purchase_histories
from retentionkit.clv import BGNBD, GammaGamma, ParetoNBD, lifetime_value
from retentionkit.datasets import simulate_transactions
from retentionkit.histories import PurchaseHistories

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

#: CDNOW's parameters.
PARETO = {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}


def fit(path: Path, repeats: int) -> Measured:
    arrays = load(path)
    size = sum(values.nbytes for values in arrays.values())
    BGNBD.fit(in_weeks({name: values[:5000] for name, values in arrays.items()}))
    histories = in_weeks(arrays)
    del arrays
    memory = Memory()
    seconds, fitted = timed(lambda: BGNBD.fit(histories), 1)
    growth = memory.growth()
    for _ in range(repeats - 1):
        fresh = in_weeks(load(path))  # nothing that was remembered helps
        seconds += timed(lambda h=fresh: BGNBD.fit(h), 1)[0]
    check = [getattr(fitted.model, name) for name in PURCHASES]
    return {"seconds": seconds, "check": check, "memory": 1 + growth / size}


def fit_pareto(path: Path, repeats: int) -> Measured:
    arrays = load(path)
    size = sum(values.nbytes for values in arrays.values())
    ParetoNBD.fit(in_weeks({name: values[:5000] for name, values in arrays.items()}))
    histories = in_weeks(arrays)
    memory = Memory()
    seconds, fitted = timed(lambda: ParetoNBD.fit(histories), 1)
    growth = memory.growth()
    for _ in range(repeats - 1):
        seconds += timed(lambda: ParetoNBD.fit(histories[:]), 1)[0]
    check = [float(value) for value in fitted.model.parameters()]
    return {"seconds": seconds, "check": check, "memory": 1 + growth / size}


def expect_pareto(path: Path, repeats: int) -> Measured:
    histories, model = in_weeks(load(path)), ParetoNBD(**PARETO)
    model.conditional_expected_purchases(histories[:100], HORIZON)
    seconds, found = timed(
        lambda: model.conditional_expected_purchases(histories[:], HORIZON), repeats
    )
    return {"seconds": seconds, "check": [float(found.sum())]}


def discount_pareto(path: Path, repeats: int) -> Measured:
    histories, model = in_weeks(load(path)), ParetoNBD(**PARETO)
    model.discounted_expected_purchases(histories[:100], discount_rate=0.15)
    seconds, found = timed(
        lambda: model.discounted_expected_purchases(histories[:], discount_rate=0.15), repeats
    )
    return {"seconds": seconds, "check": [float(found.sum())]}


def in_weeks(arrays: dict[str, NDArray[np.generic]]) -> PurchaseHistories:
    return PurchaseHistories.from_arrays(**arrays, unit="week")


def read_once(path: Path, repeats: int) -> Measured:
    """The limit: how long it takes to read the input arrays once."""
    arrays = load(path)
    seconds, _ = timed(lambda: [values.sum() for values in arrays.values()], max(repeats, 5))
    return {"seconds": seconds, "check": []}


def score(path: Path, repeats: int) -> Measured:
    model = BGNBD(**PURCHASES, unit="week")
    histories = in_weeks(load(path))
    model.conditional_expected_purchases(histories[:100], HORIZON)

    def run() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        fresh = histories[:]
        alive = model.probability_alive(fresh)
        return alive, model.conditional_expected_purchases(fresh, HORIZON)

    seconds, (alive, expected) = timed(run, repeats)
    return {"seconds": seconds, "check": [float(alive.sum()), float(expected.sum())]}


def summary(path: Path, repeats: int, kind: Any = "pandas") -> Measured:  # noqa: ANN401 - a literal
    arrays = load(path)
    first = {name: values[:1000] for name, values in arrays.items()}
    purchase_histories(Transactions(frames.build(first, kind)), as_of=AS_OF)
    frame = frames.build(arrays, kind)
    seconds, h = timed(lambda: purchase_histories(Transactions(frame), as_of=AS_OF), repeats)
    return {"seconds": seconds, "check": facts(h.frequency, h.recency, h.age, h.monetary_value)}


def summary_polars(path: Path, repeats: int) -> Measured:
    return summary(path, repeats, "polars")


def one_customer(_path: Path, repeats: int) -> Measured:
    model, spend = BGNBD(**PURCHASES, unit="week"), GammaGamma(6.25, 3.74, 15.44)

    def run() -> list[float]:
        one = PurchaseHistories.from_arrays(2, 30.43, 38.86, monetary_value=22.35, unit="week")
        alive = model.probability_alive(one)
        expected = model.conditional_expected_purchases(one, HORIZON)
        value = lifetime_value(model, spend, one, horizon=HORIZON, discount_rate=0.15)
        return [float(alive[0]), float(expected[0]), float(value.value[0])]

    run()
    seconds, check = timed(run, 100 * repeats)
    return {"seconds": seconds, "check": check}


def simulate(path: Path, repeats: int) -> Measured:
    size = len(load(path)["age"])
    simulate_transactions(10)
    seconds, log = timed(lambda: simulate_transactions(size), repeats)
    return {"seconds": seconds, "check": [float(len(log))]}


if __name__ == "__main__":
    measurements = (fit, read_once, score, summary, summary_polars, one_customer, simulate)
    measurements += (fit_pareto, expect_pareto, discount_pareto)
    command_line({function.__name__: function for function in measurements})
