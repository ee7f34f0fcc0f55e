import datetime as dt
import json
import sys
import types

import numpy as np
import pandas as pd
import polars as pl
import pytest

import retentionkit as rk
from retentionkit.clv._evaluation.accuracy import accuracy_of
from retentionkit.clv._evaluation.baselines import (
    Known,
    back_of_envelope,
    cohort_average,
    last_period,
)
from retentionkit.clv._evaluation.gains import gini
from retentionkit.clv._evaluation.origins import rolling_origins
from retentionkit.errors import ConvergenceError, DataError, OptionError

BASELINES = ("last_period", "cohort_average", "back_of_envelope")
ORIGINS = [dt.date(1997, 9, 30), dt.date(1997, 12, 30), dt.date(1998, 3, 31)]


@pytest.fixture(scope="module")
def tested(log):
    return rk.clv.backtest(log)


@pytest.fixture(scope="module")
def bought():
    """Purchase days of each customer of CDNOW."""
    frame = rk.datasets.load_cdnow()
    pairs = frame[["customer_id", "date"]].drop_duplicates()
    return {key: group["date"].dt.date.tolist() for key, group in pairs.groupby("customer_id")}


def log_of(*rows, amount=1.0):
    """A log of (customer, day) or (customer, day, amount)."""
    full = [(*row, amount)[:3] for row in rows]
    frame = pd.DataFrame(full, columns=["customer_id", "date", "amount"])
    return rk.Transactions(frame.assign(date=pd.to_datetime(frame["date"])))


# Worked example: CDNOW, thirteen weeks ahead from three days.


def test_cdnow(tested, log):
    assert list(tested.origins) == ORIGINS
    assert tested.models[-3:] == BASELINES
    assert set(tested.models) >= {"BGNBD", "MBGNBD", "NBD"}
    assert tested.horizon == 13
    actual = [one.accuracy.actual for one in tested.forecasts if one.model == "BGNBD"]
    # Every purchase of these customers falls into one of the three holdouts: 1,882 in 39 weeks.
    assert sum(actual) == 1882
    assert tested.accuracy("BGNBD").actual == 1882
    for name in tested.models:
        assert (tested.accuracy(name).log_score < 0) == (name not in BASELINES)
    # What a model is for: a better forecast than the last quarter repeated.
    assert tested.accuracy("MBGNBD").rmse < tested.accuracy("last_period").rmse
    assert tested.gini("MBGNBD") > tested.gini("last_period") + 0.1
    assert tested.gini("cohort_average") == 0
    assert log.n_customers == tested.forecasts[0].n_customers


def test_it_prints_what_it_says(tested):
    text = repr(tested)
    assert len(text.splitlines()) <= 20
    assert max(map(len, text.splitlines())) <= 110
    for part in ("1997-09-30, 1997-12-30, 1998-03-31", "13 weeks", "gini", "brier"):
        assert part in text
    # One row for each model, all origins together; to_frame() has each.
    rows = [line.split() for line in text.splitlines()[-len(tested.models) :]]
    assert [row[0] for row in rows] == list(tested.models)
    assert all("1,882" in row for row in rows)
    assert rows[0][4] == f"{tested.accuracy('BGNBD').bias:.4g}"
    assert tested._repr_html_().count("1,882<") == len(tested.models)
    json.dumps(tested.to_dict(), allow_nan=False)
    frame = tested.to_frame()
    assert len(frame) == len(tested.forecasts) == 3 * len(tested.models)
    assert list(frame.columns) == [
        "model", "origin", "customers", "actual", "predicted", "bias", "mae", "rmse",
        "log_score", "gini", "brier",
    ]  # fmt: skip
    assert frame["origin"].dt.date.drop_duplicates().tolist() == ORIGINS
    assert frame["brier"].isna().sum() == 9
    for one in (tested.calibration("NBD"), tested.pit("NBD"), tested.gains("NBD")):
        assert "NBD from 3 origins, 13 weeks ahead" in repr(one)


# Reference: the same by the public functions, origin by origin.


@pytest.mark.parametrize("name", ["BGNBD", "NBD"])
def test_each_origin_by_the_public_functions(tested, log, name):
    for origin in ORIGINS:
        h = rk.purchase_histories(log, as_of=origin)
        held = rk.holdout(log, h, until=origin + dt.timedelta(days=91))
        fit = getattr(rk.clv, name).fit(h)
        row = next(one for one in tested.forecasts if (one.model, one.origin) == (name, origin))
        expected = fit.model.conditional_expected_purchases(h, 13)
        by_hand = accuracy_of(expected, held.purchases, h.weight, scores=None)
        for one in ("predicted", "actual", "bias", "mae", "rmse"):
            assert getattr(row.accuracy, one) == pytest.approx(getattr(by_hand, one), rel=1e-10)
        curve = rk.clv.gains(fit, h, held)
        assert row.gini == curve.gini
        for made, public in (
            (tested.calibration(name, origin=origin), rk.clv.calibration(fit, h, held)),
            (tested.activity(name, origin=str(origin)), rk.clv.activity_calibration(fit, h, held)),
            (tested.pit(name, origin=origin), rk.clv.pit(fit, h, held)),
            (tested.gains(name, origin=origin), curve),
        ):
            for column, values in public._table().items():
                np.testing.assert_array_equal(made._table()[column], values)


def test_baselines_customer_by_customer(tested, bought):
    for origin in ORIGINS:
        begin, end = origin - dt.timedelta(days=91), origin + dt.timedelta(days=91)
        known = {one: days for one, days in bought.items() if min(days) <= origin}
        before = {one: sum(begin < day <= origin for day in days) for one, days in known.items()}
        after = [sum(origin < day <= end for day in days) for days in known.values()]
        error = np.array(list(before.values())) - np.array(after)
        rows = {one.model: one for one in tested.forecasts if one.origin == origin}
        assert rows["last_period"].accuracy.predicted == sum(before.values())
        assert rows["last_period"].accuracy.mae == pytest.approx(np.abs(error).mean(), rel=1e-12)
        envelope = sum(
            91 * (sum(day <= origin for day in days) - 1) / (origin - min(days)).days
            for days in known.values()
        )
        assert rows["back_of_envelope"].accuracy.predicted == pytest.approx(envelope, rel=1e-12)


def test_all_origins_together(tested):
    rows = [one for one in tested.forecasts if one.model == "MBGNBD"]
    one = tested.accuracy("MBGNBD")
    n = np.array([row.n_customers for row in rows])
    mae, rmse, score = (
        np.array([getattr(row.accuracy, name) for row in rows])
        for name in ("mae", "rmse", "log_score")
    )
    assert one.mae == pytest.approx((n * mae).sum() / n.sum(), rel=1e-14)
    assert one.rmse == pytest.approx(np.sqrt((n * rmse**2).sum() / n.sum()), rel=1e-14)
    assert one.log_score == pytest.approx((n * score).sum() / n.sum(), rel=1e-14)
    assert one.bias == pytest.approx(one.predicted / 1882 - 1, rel=1e-14)
    assert tested.gini("MBGNBD") == pytest.approx(np.mean([row.gini for row in rows]), rel=1e-14)
    assert tested.brier("MBGNBD") == pytest.approx(
        (n * [row.brier for row in rows]).sum() / n.sum(), rel=1e-14
    )
    assert np.isnan(tested.brier("last_period"))
    deciles = tested.calibration("MBGNBD")
    assert deciles.customers.sum() == pytest.approx(3 * 2357, rel=1e-12)
    assert deciles.actual @ deciles.customers == pytest.approx(1882, rel=1e-12)


# Definition: the three baselines on four customers.


def four(age=(10.0, 8.0, 4.0, 1.0), x=(3, 0, 1, 0), recent=(2, 0, 2, 1), h=4.0):
    age, x = np.array(age), np.array(x)
    histories = rk.PurchaseHistories.from_arrays(x, np.where(x > 0, age / 2, 0), age, unit="week")
    return Known(histories, np.array(recent), h)


def test_baselines_by_hand():
    known = four()
    assert last_period(known).tolist() == [2, 0, 2, 1]
    # Ages of two horizons and more: 2 repeats in 2 * 4 weeks. Of one: 2 in 4; its first purchase
    # is not in the window, which begins after it. Of less: the only purchase is the first one.
    assert cohort_average(known).tolist() == [1, 1, 2, 0]
    assert back_of_envelope(known) == pytest.approx([4 * 3 / 10, 0, 4 * 1 / 4, 0], rel=1e-14)


def test_the_envelope_is_that_of_lifetime_value(log):
    """Repeat purchases by age, as `back_of_envelope_value` counts them."""
    h = rk.purchase_histories(log, as_of="1997-09-30", unit="week")
    value = rk.clv.back_of_envelope_value(h, years=13 * 7 / 365.25)
    np.testing.assert_allclose(
        back_of_envelope(Known(h, h.frequency, 13.0)), value.discounted_purchases, rtol=1e-13
    )


def test_new_customers_have_no_average():
    known = four(age=[0.0, 0.0], x=[0, 0], recent=[1, 1])
    assert np.isnan(cohort_average(known)).all()
    assert back_of_envelope(known).tolist() == [0, 0]
    assert np.isnan(gini(cohort_average(known), np.array([0, 1]), np.ones(2)))


@pytest.mark.parametrize(
    ("grain", "unit", "horizon", "origins"),
    [
        ("day", "week", "2 weeks", ["1998-06-02", "1998-06-16"]),
        ("hour", "day", 14, ["1998-06-02", "1998-06-16"]),
        (None, "day", 14, ["1998-06-02", "1998-06-16"]),
        ("week", "week", 4, ["1998-05-03", "1998-05-31"]),  # the last week of June is cut short
        ("month", "month", "3 months", ["1997-12-31", "1998-03-31"]),
        ("quarter", "month", 3, ["1997-12-31", "1998-03-31"]),
    ],
)
def test_origins_are_one_horizon_apart(log, grain, unit, horizon, origins):
    found = rolling_origins(log, 2, horizon=horizon, unit=unit, grain=grain)
    assert [str(one.as_of) for one in found] == origins
    assert found[0].until == found[1].as_of
    assert found[1].before == found[0].as_of
    assert found[1].until <= log.last


def test_a_window_begins_with_the_log(log):
    (found,) = rolling_origins(log, ["1997-01-20"], horizon=13, unit="week", grain="day")
    assert found.before == dt.date(1996, 12, 31)


@pytest.mark.parametrize("grain", ["day", "month", None])
def test_grains(log, grain):
    found = rk.clv.backtest(
        log, models=("NBD", "last_period"), origins=1, horizon="3 months", unit="month", grain=grain
    )
    (origin,) = found.origins
    h = rk.purchase_histories(log, as_of=origin, unit="month", grain=grain)
    held = rk.holdout(log, h, until=log.last)
    assert found.horizon == held.duration == pytest.approx(3, abs=0.02)  # 91 days are 2.99 months
    assert found.accuracy("NBD").actual == held.purchases.sum()
    assert ("each instant" in found.definition) == (grain is None)


# Properties.


def test_the_row_order_and_the_frame_do_not_matter(log):
    options = {"models": ("NBD", *BASELINES), "origins": ["1998-03-31", "1997-12-31"]}
    frame = rk.datasets.load_cdnow(kind="polars").sample(fraction=1, shuffle=True, seed=3)
    other = rk.clv.backtest(rk.Transactions(frame), **options)
    one = rk.clv.backtest(log, **options)
    assert one.origins == (dt.date(1997, 12, 31), dt.date(1998, 3, 31))
    assert one.to_dict()["forecasts"] == other.to_dict()["forecasts"]
    assert isinstance(other.to_frame(), pl.DataFrame)


def test_later_purchases_and_refunds_do_not_reach_a_forecast():
    """What comes after the horizon changes nothing; a refund is no purchase."""
    days = pd.date_range("2024-01-01", periods=150, freq="D")
    rng = np.random.default_rng(2)
    rows = [
        (k, str(day)[:10])
        for k in range(60)
        for day in np.sort(rng.choice(days, size=1 + rng.poisson(2), replace=False))
    ]
    rows += [(0, "2024-05-29")]
    options = {"models": ("NBD", *BASELINES), "origins": ["2024-04-01"], "horizon": "4 weeks"}
    plain = rk.clv.backtest(log_of(*rows), **options)
    more = [(k, "2024-05-28") for k in range(60)] + [(0, "2024-04-03", -0.25)]
    again = rk.clv.backtest(log_of(*rows, *more), **options)
    assert again.to_dict()["forecasts"] == plain.to_dict()["forecasts"]


def test_a_cohort(log):
    found = rk.clv.backtest(
        log, models=("NBD",), origins=1, first_purchase=("1997-02-01", "1997-03-01")
    )
    h = rk.purchase_histories(log, as_of="1998-03-31", first_purchase=("1997-02-01", "1997-03-01"))
    assert found.forecasts[0].n_customers == h.n_customers


def test_nobody_came_back(log):
    """A horizon without purchases has no bias, no ranking and no gains."""
    days = [(k, f"2024-01-{1 + k:02}") for k in range(20)]
    days += [(k, f"2024-02-{1 + k:02}") for k in range(0, 20, 2)] + [(99, "2024-03-31")]
    found = rk.clv.backtest(
        log_of(*days), models=("NBD", "last_period"), origins=["2024-02-25"], horizon=4
    )
    assert found.accuracy("NBD").actual == 0
    assert np.isnan([found.accuracy("NBD").bias, found.gini("NBD")]).all()
    assert np.isnan(found.gains("NBD").gained).all()
    assert found.pit("NBD").density.mean() == pytest.approx(1, rel=1e-12)
    assert log.n_customers == 2357


def test_a_bar_is_shown_on_request(log, monkeypatch):
    seen = []

    def tqdm(items, desc):
        assert desc == "origins"
        seen.extend(items)
        return items

    monkeypatch.setitem(sys.modules, "tqdm", types.ModuleType("tqdm"))
    monkeypatch.setitem(sys.modules, "tqdm.auto", types.SimpleNamespace(tqdm=tqdm))
    rk.clv.backtest(log, models="last_period", origins=1, progress=True)
    assert [str(one.as_of) for one in seen] == ["1998-03-31"]


def test_without_tqdm_there_is_no_bar(log, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    found = rk.clv.backtest(log, models="last_period", origins=1, progress=True)
    assert found.models == ("last_period",)


# Refusals.


@pytest.mark.parametrize(
    "origins",
    [0, 9, ["1998-04-01"], ["1996-12-01"], [], ["1997-09-30", "1998-06-01"]],
)
def test_origins_without_a_full_horizon_are_refused(log, origins):
    with pytest.raises(OptionError, match="horizon that was observed in full") as error:
        rk.clv.backtest(log, origins=origins)
    assert "the log ends on 1998-06-30" in str(error.value)


@pytest.mark.parametrize("origins", [True, 2.5])
def test_origins_are_a_number_or_dates(log, origins):
    with pytest.raises(OptionError, match="neither a number nor dates"):
        rk.clv.backtest(log, origins=origins)


def test_one_date_is_a_list_of_one(log):
    found = rk.clv.backtest(log, models="last_period", origins="1997-09-30")
    assert found.origins == (dt.date(1997, 9, 30),)


def test_an_origin_with_too_few_customers_is_refused(log):
    with pytest.raises(DataError, match="too few or too alike"):
        rk.clv.backtest(log, models=("BGNBD",), origins=["1997-01-01"])


def test_other_options_are_refused(log, tested):
    with pytest.raises(OptionError, match="`models` must name known models"):
        rk.clv.backtest(log, models=("BGNBD", "naive"))
    with pytest.raises(OptionError, match="`horizon` is not a duration"):
        rk.clv.backtest(log, horizon="a while")
    with pytest.raises(OptionError, match="no such forecast") as error:
        tested.calibration("naive")
    assert "'last_period'" in str(error.value)
    with pytest.raises(OptionError, match="no such forecast"):
        tested.pit("NBD", origin="1997-10-01")
    with pytest.raises(OptionError, match="A baseline forecasts no probabilities"):
        tested.pit("last_period")
    with pytest.raises(OptionError, match="A baseline forecasts no probabilities") as error:
        tested.activity("cohort_average", origin="1997-09-30")
    assert "'BGNBD'" in str(error.value)
    with pytest.raises(TypeError):
        rk.clv.backtest([1])


def test_a_failed_fit_says_which(log, monkeypatch):
    def fail(histories, *, penalty):
        del histories, penalty
        raise ConvergenceError("No maximum.", received="r", allowed="a", do="Do this.")

    monkeypatch.setattr(rk.clv.NBD, "fit", fail)
    with pytest.raises(ConvergenceError, match="NBD cannot be fitted"):
        rk.clv.backtest(log, models=("NBD",), origins=1)
