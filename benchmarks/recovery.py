"""Simulate, fit, and count how often the truth lies in its interval: one table of all models.

command  python benchmarks/recovery.py                 (every model, 200 data sets; some minutes)
         python benchmarks/recovery.py --models BGNBD NBD --sets 50 --profiles 20
seed     data set i of a model is drawn with the seed (i, 2026); equal in any order and number
figures  docs/explanation/intervals.md

Each data set has --customers customers (4,000), who joined at random days of a year and were
observed for another half; contracts are up to eighteen years old. A fit converges or names its
limit: whatever else it does stops the script. Coverage is the share of 95 % intervals that hold the
true value, with two standard errors. The intervals of one data set hang together, so the error is
that of the mean over data sets. Wald intervals of a fit at a limit are undefined and count as
missing the truth; profile intervals are defined there.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

import retentionkit as rk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SEED = 2026


@dataclass(frozen=True)
class Case:
    """A model by its name, the truth, and customers to observe; their purchases are drawn."""

    model: str
    truth: tuple[float, ...]
    customers: Callable[[int, np.random.Generator], Any]

    def build(self) -> Any:  # noqa: ANN401 - any model
        """The model of the truth."""
        return getattr(rk.clv, self.model)(*self.truth)


def shoppers(n: int, rng: np.random.Generator) -> rk.PurchaseHistories:
    """Customers of 26 to 78 weeks, at day grain."""
    age = rng.integers(26 * 7, 78 * 7, n) / 7
    return rk.PurchaseHistories.from_arrays(np.zeros(n), np.zeros(n), age, unit="week")


def spenders(n: int, rng: np.random.Generator) -> rk.PurchaseHistories:
    """The shoppers of a BG/NBD model, of whom those with repeat purchases spend."""
    drawn = rk.clv.BGNBD(0.5, 5.0, 0.8, 2.5).simulate(shoppers(n, rng).age, rng=rng)
    x = drawn.to_histories().frequency
    money = np.where(x > 0, 1.0, np.nan)  # to be drawn
    return rk.PurchaseHistories.from_arrays(
        x, x * 1.0, np.full(n, 1.0 + x.max()), monetary_value=money, unit="week"
    )


def visitors(n: int, rng: np.random.Generator) -> rk.OpportunityHistories:
    """Customers with 6 to 18 opportunities, all of them missed so far."""
    none = np.zeros(n)
    return rk.OpportunityHistories.from_arrays(none, none, rng.integers(6, 19, n), unit="year")


def subscribers(n: int, rng: np.random.Generator) -> rk.RenewalHistories:
    """Customers with 6 to 18 renewals to decide on, all of them running so far."""
    runs = np.zeros(n, dtype=bool)
    return rk.RenewalHistories.from_arrays(rng.integers(6, 19, n), runs, unit="year")


CASES = [
    Case("BGNBD", (0.5, 5.0, 0.8, 2.5), shoppers),
    Case("MBGNBD", (0.5, 5.0, 0.8, 2.5), shoppers),
    Case("ParetoNBD", (0.6, 10.0, 0.6, 12.0), shoppers),
    Case("NBD", (0.5, 10.0), shoppers),
    Case("GammaGamma", (6.0, 4.0, 15.0), spenders),
    Case("BGBB", (1.2, 0.75, 0.66, 2.8), visitors),
    Case("BetaBinomial", (0.5, 0.8), visitors),
    Case("ShiftedBetaGeometric", (0.7, 3.0), subscribers),
    Case("BetaDiscreteWeibull", (0.7, 3.0, 1.3), subscribers),
]


@dataclass
class Counts:
    """What became of the fits of one model."""

    converged: int = 0
    at_limit: int = 0
    wald: list[list[bool]] = field(default_factory=list)
    profile: list[list[bool]] = field(default_factory=list)

    def row(self, case: Case) -> str:
        """A line of the table."""
        cells = [
            case.model,
            ", ".join(f"{value:g}" for value in case.truth),
            f"{self.converged}",
            f"{self.at_limit}",
            share(self.wald),
            share(self.profile),
        ]
        return f"| {' | '.join(cells)} |"


def share(inside: list[list[bool]]) -> str:
    """A share in percent with two standard errors, from the shares of the data sets."""
    if len(inside) < 2:
        return "–"
    each = np.mean(inside, axis=1)
    return f"{100 * each.mean():.1f} ± {200 * each.std(ddof=1) / math.sqrt(len(each)):.1f} %"


def data_sets(case: Case, customers: int, sets: int) -> Iterator[tuple[Any, Any]]:
    """The model and histories drawn from it, data set by data set."""
    model = case.build()
    for i in range(sets):
        rng = np.random.default_rng([i, SEED])
        yield model, model._redrawn(case.customers(customers, rng), rng)  # noqa: SLF001


def study(case: Case, *, customers: int, sets: int, profiles: int) -> Counts:
    """Fit every data set and count."""
    counts = Counts()
    for i, (model, histories) in enumerate(data_sets(case, customers, sets)):
        fit = type(model).fit(histories)
        counts.converged += fit.limit is None
        counts.at_limit += fit.limit is not None
        truth: dict[str, float] = dict(zip(model.names, case.truth, strict=True))
        counts.wald.append([value in fit.interval(name) for name, value in truth.items()])
        if i < profiles:
            curves = {name: rk.clv.profile_interval(fit, histories, name) for name in truth}
            counts.profile.append([value in curves[name] for name, value in truth.items()])
    return counts


def main() -> None:

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [case.model for case in CASES]
    parser.add_argument("--models", nargs="+", choices=names, default=names)
    parser.add_argument("--customers", type=int, default=4_000)
    parser.add_argument("--sets", type=int, default=200)
    parser.add_argument("--profiles", type=int, default=200)
    given = parser.parse_args()
    print("| model | truth | converged | at a limit | Wald, 95 % | profile, 95 % |")
    print("|---|---|--:|--:|--:|--:|")
    for case in CASES:
        if case.model in given.models:
            counts = study(
                case, customers=given.customers, sets=given.sets, profiles=given.profiles
            )
            print(counts.row(case), flush=True)


if __name__ == "__main__":
    main()
