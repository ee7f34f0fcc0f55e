"""How far the numbers of lifetimes and of retentionkit differ on CDNOW, measured in one run.

command  python benchmarks/differences.py   (about a minute)

Both sides read the same histories: weeks, observed to 1997-09-30. Prints a table in Markdown.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import lifetimes
import numpy as np
import pandas as pd

import retentionkit as rk
from retentionkit.interop.lifetimes import from_lifetimes, to_lifetimes

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDED = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
SPEND = rk.clv.GammaGamma(6.25, 3.74, 15.44)
LOG = rk.Transactions(rk.datasets.load_cdnow())
H = rk.purchase_histories(LOG, as_of="1997-09-30", unit="week")
COLUMNS = (H.frequency, H.recency, H.age)
MODELS = {
    "BG/NBD": ("BGNBD", "BetaGeoFitter"),
    "MBG/NBD": ("MBGNBD", "ModifiedBetaGeoFitter"),
    "Pareto/NBD": ("ParetoNBD", "ParetoNBDFitter"),
}

Row = tuple[str, str, str]


def fits() -> list[Row]:
    """Estimates and the log-likelihood that they reach, evaluated here for both."""
    rows = []
    for name, (ours, theirs) in MODELS.items():
        np.random.seed(1)  # noqa: NPY002 - the start of its Pareto/NBD is drawn
        fit = getattr(rk.clv, ours).fit(H)
        other = from_lifetimes(getattr(lifetimes, theirs)().fit(*COLUMNS), unit="week")
        rows.append((f"{name}: estimates", values(other), values(fit.model)))
        reached = float(other.log_likelihood(H).sum())
        rows.append((f"{name}: log-likelihood", f"{reached:.6f}", f"{fit.log_likelihood:.6f}"))
    some = H[H.frequency > 0]
    spend = lifetimes.GammaGammaFitter().fit(some.frequency, some.monetary_value)
    rows.append(
        (
            "Gamma-Gamma: estimates",
            values(from_lifetimes(spend)),
            values(rk.clv.GammaGamma.fit(H).model),
        )
    )
    return rows


def starts() -> list[Row]:
    """The same call of a Pareto/NBD fit, from different states of the random numbers."""
    found = []
    for seed in range(5):
        np.random.seed(seed)  # noqa: NPY002 - what lifetimes draws from
        found.append(lifetimes.ParetoNBDFitter().fit(*COLUMNS).params_["beta"])
    spread = f"{min(found):.3f} to {max(found):.3f}"
    return [("Pareto/NBD: beta of five fits of the same data", spread, "the same each time")]


def errors() -> list[Row]:
    fit, theirs = rk.clv.BGNBD.fit(H), lifetimes.BetaGeoFitter().fit(*COLUMNS)
    ours = to_lifetimes(fit, histories=H)
    there, here = (f.variance_matrix_ for f in (theirs, ours))
    return [
        ("BG/NBD: standard errors", values(theirs.standard_errors_), values(ours.standard_errors_)),
        (
            "BG/NBD: cov(r, alpha)",
            f"{there.loc['r', 'alpha']:.5f}",
            f"{here.loc['r', 'alpha']:.5f}",
        ),
        (
            "BG/NBD: cov(alpha, r)",
            f"{there.loc['alpha', 'r']:.5f}",
            f"{here.loc['alpha', 'r']:.5f}",
        ),
        ("BG/NBD: cov(a, b)", f"{there.loc['a', 'b']:.5f}", f"{here.loc['a', 'b']:.5f}"),
    ]


def functions() -> list[Row]:
    """Formulas at the same parameters: the largest relative difference over all customers."""
    fitter = to_lifetimes(ROUNDED)
    n = np.arange(21)
    pairs = {
        "P(alive)": (fitter.conditional_probability_alive(*COLUMNS), ROUNDED.probability_alive(H)),
        "conditional expected purchases, 39 weeks": (
            fitter.predict(39, *COLUMNS),
            ROUNDED.conditional_expected_purchases(H, 39),
        ),
        "probability of 0 to 20 purchases, 39 weeks": (
            [fitter.probability_of_n_purchases_up_to_time(39, k) for k in n],
            ROUNDED.count_pmf(n, 39),
        ),
    }
    rows = []
    for name, (theirs, ours) in pairs.items():
        gap = np.abs(np.asarray(theirs) / ours - 1).max()
        rows.append((f"{name}: largest relative difference", f"{gap:.0e}", ""))
    return rows


def money() -> list[Row]:
    """A year's lifetime value at 1 % a month, and what a forgotten unit does to it."""
    ours = rk.clv.lifetime_value(
        ROUNDED, SPEND, H, horizon="12 months", discount_rate=1.01**12 - 1
    ).total
    columns = [pd.Series(values) for values in (*COLUMNS, np.nan_to_num(H.monetary_value))]
    purchases, spend = to_lifetimes(ROUNDED), to_lifetimes(SPEND)

    def total(**options: Any) -> str:  # noqa: ANN401 - of lifetimes
        value = spend.customer_lifetime_value(purchases, *columns, **options).sum()
        return f"{value:,.0f} ({value / ours - 1:+.1%})"

    mean = [f"{found:.2f}" for found in (columns[3].mean(), np.nanmean(H.monetary_value))]
    return [
        ("value of all in 12 months at 1 % a month", total(freq="W"), f"{ours:,.0f}"),
        ("the same, with freq left at its default", total(), "the model knows its unit"),
        ("mean of monetary_value", mean[0], mean[1]),
    ]


def undefined() -> list[Row]:
    """Where lifetimes has no number."""
    polar = rk.clv.BGNBD(0.25, 4.0, 0.3, 0.5, unit="week")
    once = rk.PurchaseHistories.from_arrays(0, 0, 30, unit="week")
    busy = to_lifetimes(ROUNDED).probability_of_n_purchases_up_to_time
    heavy = rk.clv.GammaGamma(6.25, 0.9, 15.44)
    spend = to_lifetimes(heavy).conditional_expected_average_profit(0, 0)
    return [
        (
            "expected purchases in 200 weeks, a + b < 1, no repeats",
            f"{float(to_lifetimes(polar).predict(200, 0, 0, 30)):.4f}",
            f"{polar.conditional_expected_purchases(once, 200)[0]:.4f}",
        ),
        (
            "probability of 180 purchases in 2,000 weeks",
            f"{float(busy(2000, 180)):.3g}",
            f"{float(ROUNDED.count_pmf(180, 2000)):.3g}",
        ),
        (
            "spend of a newcomer at q = 0.9",
            f"{float(spend):.1f}",
            f"{heavy.expected_spend(once)[0]}: it does not exist",
        ),
    ]


def penalties() -> list[Row]:
    """What a penalty does when one customer has been there for longer, and in another model."""
    theirs, ours = [], []
    for times in (1, 2):
        extra = (0, 0, times * H.age.max())
        x, t_x, T = (np.append(old, new) for old, new in zip(COLUMNS, extra, strict=True))
        fitter = lifetimes.BetaGeoFitter(penalizer_coef=0.1).fit(x, t_x, T)
        theirs.append(float(fitter.params_["alpha"]))
        more = rk.PurchaseHistories.from_arrays(x, t_x, T, unit="week")
        ours.append(rk.clv.BGNBD.fit(more, penalty=100).model.alpha)
    rows = [
        (
            "alpha under a penalty, one more customer of the longest age; of twice that",
            values(theirs),
            values(ours),
        )
    ]
    for name in ("BG/NBD", "Pareto/NBD"):
        ours_name, theirs_name = MODELS[name]
        free, held = (
            float(getattr(lifetimes, theirs_name)(penalizer_coef=w).fit(*COLUMNS).params_["alpha"])
            for w in (0.0, 0.1)
        )
        build = getattr(rk.clv, ours_name)
        own = [build.fit(H, penalty=weight).model.alpha for weight in (0, 100)]
        here = f"{own[1] / own[0] - 1:+.1%}"
        rows.append((f"{name}: alpha under the same penalty", f"{held / free - 1:+.1%}", here))
    return rows


def broken() -> list[Row]:
    """What no longer runs on today's pandas."""

    def holdout() -> None:
        lifetimes.utils.calibration_and_holdout_data(
            rk.datasets.load_cdnow(), "customer_id", "date", "1997-09-30"
        )

    return [("holdout without amounts", outcome(holdout), "runs")]


def outcome(run: Callable[[], None]) -> str:
    try:
        run()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        return f"{type(error).__name__}: {error}"
    return "runs"


def values(given: Any) -> str:  # noqa: ANN401 - a model or a Series
    numbers = given.parameters() if hasattr(given, "parameters") else given
    return ", ".join(f"{value:.6g}" for value in numbers)


def main() -> None:
    warnings.simplefilter("ignore")  # lifetimes warns about pandas at every step
    print(f"| lifetimes {lifetimes.__version__}, pandas {pd.__version__} | there | here |")
    print("|---|---|---|")
    for part in (fits, starts, errors, functions, money, undefined, penalties, broken):
        for what, there, here in part():
            print(f"| {what} | {there} | {here} |", flush=True)


if __name__ == "__main__":
    main()
