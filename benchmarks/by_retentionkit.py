"""What retentionkit takes: one measurement for each run of this script."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from by_polars import survey
from data import SPEND, load
from timing import (
    AS_OF,
    FITTED,
    HORIZON,
    PARETO,
    PURCHASES,
    WEEKS_OF_A_MONTH,
    Measured,
    Memory,
    command_line,
    facts,
    timed,
)

from retentionkit import Transactions, clv, frames, purchase_histories, rfm, surveys
from retentionkit.datasets import simulate_transactions
from retentionkit.histories import PurchaseHistories

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from retentionkit.clv._models.transaction_model import TransactionModel

BGNBD = clv.BGNBD(**PURCHASES, unit="week")
PARETO_NBD = clv.ParetoNBD(**PARETO, unit="week")


def fit(model: str, path: Path, repeats: int) -> Measured:
    """A fit of any model of the room, by name."""
    build = getattr(clv, model)
    build.fit(histories_of(path, 5000))

    def run(h: PurchaseHistories) -> list[float]:
        return [float(value) for value in build.fit(h).model.parameters()]

    return on_fresh_histories(run, path, repeats)


def value(path: Path, repeats: int, horizon: str | None = "12 months") -> Measured:
    """Lifetime value with the intervals of both fits; checked without discounting."""
    h = histories_of(path, 100_000)
    fits = clv.BGNBD.fit(h), clv.GammaGamma.fit(h)
    clv.lifetime_value(*fits, h[:100], horizon=horizon, discount_rate=0.10)

    def run(h: PurchaseHistories) -> list[float]:
        return [clv.lifetime_value(*fits, h, horizon=horizon, discount_rate=0.10).total]

    found = on_fresh_histories(run, path, repeats)
    models = BGNBD, clv.GammaGamma(**SPEND)
    h = histories_of(path)
    plain = clv.lifetime_value(*models, h, horizon=12 * WEEKS_OF_A_MONTH, discount_rate=0)
    return found | {"check": [plain.total]}


def value_for_ever(path: Path, repeats: int) -> Measured:
    return value(path, repeats, None)


def expect(
    path: Path, repeats: int, model: TransactionModel[PurchaseHistories] = BGNBD
) -> Measured:
    model.conditional_expected_purchases(histories_of(path, 100), HORIZON)

    def run(h: PurchaseHistories) -> list[float]:
        return [float(model.conditional_expected_purchases(h, HORIZON).sum())]

    return on_fresh_histories(run, path, repeats)


def discounted(
    path: Path, repeats: int, model: TransactionModel[PurchaseHistories] = BGNBD
) -> Measured:
    """Purchases for ever, discounted (DERT)."""
    model.discounted_expected_purchases(histories_of(path, 100), discount_rate=0.10)

    def run(h: PurchaseHistories) -> list[float]:
        return [float(model.discounted_expected_purchases(h, discount_rate=0.10).sum())]

    return on_fresh_histories(run, path, repeats)


def score(path: Path, repeats: int) -> Measured:
    model = BGNBD
    model.conditional_expected_purchases(histories_of(path, 100), HORIZON)

    def run(h: PurchaseHistories) -> list[float]:
        alive = model.probability_alive(h)
        expected = model.conditional_expected_purchases(h, HORIZON)
        return [float(alive.sum()), float(expected.sum())]

    return on_fresh_histories(run, path, repeats)


def on_fresh_histories(
    run: Callable[[PurchaseHistories], list[float]], path: Path, repeats: int
) -> Measured:
    """The first run's memory, and the time of each, on new histories: nothing is remembered."""
    h = histories_of(path)
    size = sum(file.stat().st_size for file in path.glob("*.npy"))
    memory = Memory()
    seconds, check = timed(lambda: run(h), 1)
    growth = memory.growth()
    for _ in range(repeats - 1):
        fresh = histories_of(path)
        seconds += timed(lambda h=fresh: run(h), 1)[0]
    return {"seconds": seconds, "check": check, "memory": 1 + growth / size}


def histories_of(path: Path, first: int | None = None) -> PurchaseHistories:
    return PurchaseHistories.from_arrays(**load(path, first), unit="week")


def read_once(path: Path, repeats: int) -> Measured:
    """The limit: how long it takes to read the input arrays once."""
    arrays = load(path)
    seconds, _ = timed(lambda: [values.sum() for values in arrays.values()], max(repeats, 5))
    return {"seconds": seconds, "check": []}


def summary(path: Path, repeats: int, kind: Any = "pandas") -> Measured:  # noqa: ANN401 - a literal
    arrays = load(path)
    first = {name: values[:1000] for name, values in arrays.items()}
    purchase_histories(Transactions(frames.build(first, kind)), as_of=AS_OF)
    frame = frames.build(arrays, kind)
    seconds, h = timed(lambda: purchase_histories(Transactions(frame), as_of=AS_OF), repeats)
    return {"seconds": seconds, "check": facts(h.frequency, h.recency, h.age, h.monetary_value)}


def summary_polars(path: Path, repeats: int) -> Measured:
    return summary(path, repeats, "polars")


def segments(path: Path, repeats: int, kind: Any = "pandas") -> Measured:  # noqa: ANN401 - a literal
    """A frame measured, scored, segmented and profiled."""
    arrays = load(path)

    def run(frame: frames.Frame) -> rfm.SegmentProfile:
        table = rfm.measure(Transactions(frame), as_of=AS_OF)
        return rfm.profile(rfm.STANDARD.assign(rfm.score(table)))

    run(frames.build({name: values[:1000] for name, values in arrays.items()}, kind))
    frame = frames.build(arrays, kind)
    seconds, found = timed(lambda: run(frame), repeats)
    return {"seconds": seconds, "check": [*found.customers.tolist(), *found.revenue.tolist()]}


def segments_polars(path: Path, repeats: int) -> Measured:
    return segments(path, repeats, "polars")


def groups(
    path: Path,
    repeats: int,
    kind: Any = "pandas",  # noqa: ANN401 - a literal
    *,
    text: bool = False,
) -> Measured:
    """Scores of groups with intervals, each compared with the rest."""
    frame: Any = survey(path, text=text)
    frame = frame if kind == "polars" else frame.to_pandas()

    def run(frame: frames.Frame) -> surveys.NPSGroups:
        return surveys.nps_by(frame, score="answer", by="group")

    run(frame[:100_000])
    seconds, found = timed(lambda: run(frame), repeats)
    return {"seconds": seconds, "check": [*found.n.tolist(), *found.score.tolist()]}


def one_customer(_path: Path, repeats: int) -> Measured:
    model, spend = BGNBD, clv.GammaGamma(**SPEND)

    def run() -> list[float]:
        one = PurchaseHistories.from_arrays(2, 30.43, 38.86, monetary_value=22.35, unit="week")
        alive = model.probability_alive(one)
        expected = model.conditional_expected_purchases(one, HORIZON)
        worth = clv.lifetime_value(model, spend, one, horizon=HORIZON, discount_rate=0.15)
        return [float(alive[0]), float(expected[0]), float(worth.value[0])]

    run()
    seconds, check = timed(run, 100 * repeats)
    return {"seconds": seconds, "check": check}


def simulate(path: Path, repeats: int) -> Measured:
    size = len(load(path)["age"])
    simulate_transactions(10)
    seconds, log = timed(lambda: simulate_transactions(size), repeats)
    return {"seconds": seconds, "check": [float(len(log))]}


MEASUREMENTS: dict[str, Callable[[Path, int], Measured]] = {
    "discounted": discounted,
    "discounted_ParetoNBD": partial(discounted, model=PARETO_NBD),
    "expect": expect,
    "expect_ParetoNBD": partial(expect, model=PARETO_NBD),
    "one_customer": one_customer,
    "groups": groups,
    "groups_polars": partial(groups, kind="polars"),
    "groups_text": partial(groups, text=True),
    "groups_text_polars": partial(groups, kind="polars", text=True),
    "read_once": read_once,
    "score": score,
    "segments": segments,
    "segments_polars": segments_polars,
    "simulate": simulate,
    "summary": summary,
    "summary_polars": summary_polars,
    "value": value,
    "value_for_ever": value_for_ever,
    **{f"fit_{name}": partial(fit, name) for name in FITTED},
}

if __name__ == "__main__":
    command_line(MEASUREMENTS)
