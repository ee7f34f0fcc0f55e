"""The bundled CDNOW log, and simulated logs against the theory that they follow."""

import runpy
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from retentionkit import datasets
from retentionkit.clv import BGNBD, GammaGamma
from retentionkit.datasets import load_cdnow, simulate_transactions
from retentionkit.errors import OptionError

TRUTH = BGNBD(1.2, 6.0, 1.5, 4.0, unit="week")
# q is large, so that the amounts have the fourth moments that standard errors need.
SPEND = GammaGamma(6.0, 12.0, 55.0)
SIZE = 100_000
KINDS = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.Table}


@pytest.fixture(scope="module")
def year():
    """Customers who all arrive on one day and are observed for a year, to the microsecond."""
    log = simulate_transactions(
        SIZE,
        purchases=TRUTH,
        spend=SPEND,
        start="2024-01-01",
        acquired_until="2024-01-01",
        as_of="2024-12-29",  # 364 days: 52 weeks, of which arrival takes up to a seventh
        grain=None,
    )
    first = log.groupby("customer_id")["date"].transform("min")
    return log.assign(
        week=(log["date"] - first) / pd.Timedelta(weeks=1), repeat=log["date"] > first
    )


def ages():
    """The ages at the end of observation: uniform, as arrivals are."""
    return 52 - (np.arange(100) + 0.5) / 100 / 7


def per_customer(log):
    return log["customer_id"].value_counts().to_numpy() - 1


def text_days(frame):
    """Any kind of frame as lists, with dates as text."""
    columns = frame.to_dict(as_series=False) if isinstance(frame, pl.DataFrame) else None
    columns = columns or (
        frame.to_pydict() if isinstance(frame, pa.Table) else frame.to_dict("list")
    )
    return columns | {"date": [str(day)[:10] for day in columns["date"]]}


# Worked example ----------------------------------------------------------------------------------


def test_cdnow_is_the_published_sample():
    log = load_cdnow()
    # Fader and Hardie (2001): one customer in ten of those who joined in the first quarter of 1997.
    assert log.shape == (6_919, 4)
    assert sorted(log["customer_id"].unique()) == list(range(1, 2_358))
    assert (log["date"].min(), log["date"].max()) == (
        pd.Timestamp("1997-01-01"),
        pd.Timestamp("1998-06-30"),
    )
    assert log.groupby("customer_id")["date"].min().max() == pd.Timestamp("1997-03-25")
    assert (round(100 * log["amount"]).sum(), (log["amount"] == 0).sum()) == (24_409_194, 8)
    first = log[log["customer_id"] == 1]
    assert list(first["amount"]) == [29.33, 29.73, 14.96, 26.48]
    assert list(first["quantity"]) == [2, 2, 1, 2]


# Reference ---------------------------------------------------------------------------------------


def test_cdnow_is_made_from_the_file_inside_lifetimes():
    script = runpy.run_path(str(Path(__file__).parent / "reference" / "generate_cdnow.py"))
    bundled = files("retentionkit.datasets") / "data" / "cdnow.csv"
    assert bundled.read_text(encoding="utf-8") == script["cdnow_csv"]()


def test_source_and_licence_lie_beside_the_file():
    note = (files("retentionkit.datasets") / "data" / "cdnow.md").read_text(encoding="utf-8")
    assert "MIT licence" in note
    assert "Cameron Davidson-Pilon" in note


# Definition: averages of the simulation, within five of their standard errors --------------------


def standardised(values, expected):
    return (values.mean() - expected) / (values.std() / np.sqrt(len(values)))


def test_mean_number_of_purchases(year):
    expected = TRUTH.expected_purchases(ages()).mean()
    assert abs(standardised(per_customer(year), expected)) < 5


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_share_of_customers_with_n_purchases(year, n):
    expected = np.mean([TRUTH.count_pmf(n, age) for age in ages()])
    assert abs(standardised(per_customer(year) == n, expected)) < 5


@pytest.mark.parametrize("week", [4, 13, 26, 39])
def test_purchases_are_spread_over_time_as_the_model_says(year, week):
    early = np.bincount(
        year["customer_id"][year["repeat"] & (year["week"] <= week)], minlength=SIZE + 1
    )
    assert abs(standardised(early[1:], TRUTH.expected_purchases(week))) < 5


def test_mean_amount(year):
    first = year.loc[~year["repeat"], "amount"].to_numpy()
    assert abs(standardised(first, SPEND.p * SPEND.v / (SPEND.q - 1))) < 5


def test_first_and_later_amounts_share_the_customers_mean(year):
    # Var(mean) / Var(amount) = p / (p + q - 1): how alike two amounts of one customer are.
    amounts = year[year.groupby("customer_id").cumcount() < 2].groupby("customer_id")["amount"]
    pairs = amounts.agg(["first", "last", "size"]).query("size == 2")
    first, second = (pairs[name].to_numpy() for name in ("first", "last"))
    product = (first - first.mean()) / first.std() * (second - second.mean()) / second.std()
    assert abs(standardised(product, SPEND.p / (SPEND.p + SPEND.q - 1))) < 5


def test_customers_arrive_uniformly():
    log = simulate_transactions(
        SIZE, start="2024-01-01", acquired_until="2024-01-10", as_of="2024-01-31"
    )
    arrivals = log.groupby("customer_id")["date"].min().value_counts()
    assert len(arrivals) == 10
    # A first day holds a tenth of the customers: 10,000 with a standard error of 95.
    assert arrivals.sub(10_000).abs().max() < 5 * 95


# Properties --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_frame_holds_the_same(kind):
    for make in (load_cdnow, lambda kind: simulate_transactions(50, kind=kind)):
        found = make(kind=kind)
        assert isinstance(found, KINDS[kind])
        assert text_days(found) == text_days(make(kind="pandas"))


def test_reading_needs_no_pandas():
    # polars shows it: pyarrow loads pandas by itself wherever pandas is installed.
    script = (
        "import sys; from retentionkit.datasets import load_cdnow;"
        "assert len(load_cdnow(kind='polars')) == 6919; assert 'pandas' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_same_seed_makes_the_same_log():
    log = simulate_transactions(100)
    assert log.equals(simulate_transactions(100, rng=0))
    assert log.equals(simulate_transactions(100, rng=np.random.default_rng(0)))
    assert not log.equals(simulate_transactions(100, rng=1))


def test_dates_are_the_days_of_the_exact_times():
    exact = simulate_transactions(1_000, grain=None)
    assert (exact["date"] != exact["date"].dt.normalize()).any()
    days = simulate_transactions(1_000)
    pd.testing.assert_series_equal(
        exact["date"].dt.normalize(), days["date"], check_dtype=False, check_exact=True
    )


def test_the_log_lies_in_its_window_by_customer_and_time():
    log = simulate_transactions(1_000, start="2024-02-01", as_of="2024-04-30", grain=None)
    assert set(log["customer_id"]) == set(range(1, 1_001))
    assert log["date"].min() >= pd.Timestamp("2024-02-01")
    assert log["date"].max() < pd.Timestamp("2024-05-01")
    assert log["customer_id"].is_monotonic_increasing
    assert log.groupby("customer_id")["date"].is_monotonic_increasing.all()
    assert (log["amount"] > 0).all()


def test_the_unit_of_the_model_does_not_matter():
    daily = BGNBD(TRUTH.r, 7 * TRUTH.alpha, TRUTH.a, TRUTH.b, unit="day")
    one, other = (simulate_transactions(1_000, purchases=model) for model in (TRUTH, daily))
    assert one.equals(other)


def test_a_single_day_is_a_window():
    log = simulate_transactions(20, start="2024-01-01", as_of="2024-01-01")
    assert log["date"].unique().tolist() == [pd.Timestamp("2024-01-01")]


def test_the_door_lists_its_names():
    assert dir(datasets) == datasets.__all__ == sorted(datasets.__all__)


# Refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [load_cdnow, lambda **option: simulate_transactions(5, **option)])
def test_an_unknown_kind_of_frame(make):
    with pytest.raises(OptionError, match="`kind` is not one of its choices"):
        make(kind="spark")


@pytest.mark.parametrize("size", [0, -1, float("nan"), "many", None])
def test_no_customers(size):
    with pytest.raises(OptionError, match="`n_customers` must be a finite number"):
        simulate_transactions(size)


def test_part_of_a_customer():
    with pytest.raises(OptionError, match="must be a whole number"):
        simulate_transactions(1.5)


@pytest.mark.parametrize(
    "days",
    [
        {"start": "2024-02-01", "as_of": "2024-01-31"},
        {"acquired_until": "2026-01-01", "as_of": "2025-12-31"},
        {"acquired_until": "2023-12-31", "start": "2024-01-01"},
    ],
)
def test_days_out_of_order(days):
    with pytest.raises(OptionError, match="days of the log are not in order"):
        simulate_transactions(5, **days)


def test_a_day_that_is_none():
    with pytest.raises(OptionError, match="`start` is not a point in time"):
        simulate_transactions(5, start="soon")


def test_an_unknown_grain():
    with pytest.raises(OptionError, match="`grain` is not one of its choices"):
        simulate_transactions(5, grain="week")
