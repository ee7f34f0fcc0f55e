import datetime as dt
import json

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retentionkit as rk
from retentionkit.errors import DataError, KindError, OptionError, RetentionKitWarning

UNTIL = "1998-06-30"
MODEL = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
FRAMES = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.Table}


@pytest.fixture(scope="module")
def tracked(log, bgnbd, cdnow):
    return rk.clv.tracking(log, bgnbd, cdnow, until=UNTIL)


@pytest.fixture(scope="module")
def bought():
    """Days on which each customer of CDNOW bought, counted from 1997-01-01."""
    frame = rk.datasets.load_cdnow()
    days = (pd.to_datetime(frame["date"]) - pd.Timestamp("1997-01-01")).dt.days
    pairs = pd.DataFrame({"id": frame["customer_id"], "day": days}).drop_duplicates()
    return {key: sorted(group.tolist()) for key, group in pairs.groupby("id")["day"]}


def by_hand(bought, model, customers, ends, per_unit):
    """Actual and expected repeat purchases up to the end of each day, customer by customer."""
    actual, expected = [], []
    for end in ends:
        repeats = total = 0
        lags = []
        for one in customers:
            first, *later = bought[one]
            repeats += sum(day <= end for day in later)
            if first <= end:
                lags.append((end - first) / per_unit)
        for lag in lags:
            total += float(model.expected_purchases(lag))
        actual.append(repeats)
        expected.append(total)
    return actual, expected


# Worked example: CDNOW, calibration to week 39, holdout to week 78.


def test_the_published_counts(tracked):
    assert tracked.time.tolist() == list(range(1, 79))
    increments = np.diff(tracked.actual, prepend=0)
    assert increments[19:25].tolist() == [73, 55, 70, 33, 56, 99]
    assert tracked.actual[38] == 2457
    assert tracked.actual_holdout == 1882
    assert round(tracked.expected_holdout) == 1667
    assert tracked.observed == 39
    assert (tracked.unit, tracked.n_customers) == ("week", 2357)


def test_it_prints_what_it_says(tracked):
    text = repr(tracked)
    assert text.startswith("Tracking\n")
    assert "1,882 repeat purchases, 1,667 expected" in text
    assert "2,357" in text
    assert "… 68 more rows" in text
    assert tracked.definition == (
        "Repeat purchases of customers first seen up to 1997-09-30; one event per day; "
        "periods of one week."
    )
    assert "<table>" in tracked._repr_html_()


# Reference: other parts of the library, which count in another way.


def test_the_counts_are_those_of_histories_and_holdout(tracked, log, cdnow):
    assert tracked.actual[38] == cdnow.frequency.sum()
    held = rk.holdout(log, cdnow, until=UNTIL)
    assert tracked.actual_holdout == held.purchases.sum()


@pytest.mark.parametrize("as_of", ["1997-09-30", "1997-10-02", "1997-12-31"])
@pytest.mark.parametrize("unit", ["day", "week", "month", "year"])
def test_the_holdout_is_counted_to_the_day(log, as_of, unit):
    """Also where no period ends on the day on which the histories do."""
    h = rk.purchase_histories(log, as_of=as_of, unit=unit)
    model = MODEL.in_unit(unit)
    found = rk.clv.tracking(log, model, h, until="1998-06-20")
    held = rk.holdout(log, h, until="1998-06-20")
    assert found.actual_holdout == held.purchases.sum()
    later = dt.date(1998, 6, 20) - dt.date.fromisoformat(as_of)
    ages = h.age * {"day": 1, "week": 7, "month": 365.25 / 12, "year": 365.25}[unit]
    ahead = MODEL.expected_purchases((ages + later.days) / 7) - MODEL.expected_purchases(ages / 7)
    assert found.expected_holdout == pytest.approx(ahead.sum(), rel=1e-10)


def test_increments_beside_those_of_r(tracked, bgnbd, cdnow):
    """R's BTYD prints these for weeks 20 to 25; it takes every customer for one day older.

    At the end of the last day of a week we count the age up to that day, as histories do (272/7
    weeks at the end of week 39 for the first customers); R counts 39 weeks. With its ages our
    model gives its numbers.
    """
    printed = [76.865, 74.888, 73.046, 71.322, 69.704, 68.182]
    first = 272 - np.rint(cdnow.age * 7)

    def total(week):
        return bgnbd.model.expected_purchases(np.maximum(7 * week - first, 0) / 7).sum()

    older = [total(week) - total(week - 1) for week in range(20, 26)]
    np.testing.assert_allclose(older, printed, atol=1e-3)
    ours = tracked._table()["expected_increment"][19:25]
    np.testing.assert_allclose(ours, printed, rtol=4e-3)
    assert tracked._table()["actual_increment"][19:25].tolist() == [73, 55, 70, 33, 56, 99]


# Definition: customer by customer, week by week.


def test_every_week_by_hand(tracked, bgnbd, bought, cdnow):
    chosen = [1, 20, 39, 40, 60, 78]
    ends = [7 * week - 1 for week in chosen]
    actual, expected = by_hand(bought, bgnbd.model, cdnow.customer.tolist(), ends, 7)
    at = np.array(chosen) - 1
    assert tracked.actual[at].tolist() == actual
    # The same sums in another order.
    np.testing.assert_allclose(tracked.expected[at], expected, rtol=1e-10, atol=1e-10)


def test_some_customers_by_hand(log, bgnbd, bought, cdnow):
    some = cdnow[(cdnow.customer >= 800) & (cdnow.customer < 1000)]
    found = rk.clv.tracking(log, bgnbd, some, until="1998-03-03")
    ids = some.customer.tolist()
    begin = min(bought[one][0] for one in ids)
    assert begin > 0
    last = (dt.date(1998, 3, 3) - dt.date(1997, 1, 1)).days
    weeks = (last - begin + 1) // 7
    assert found.time.tolist() == list(range(1, weeks + 1))
    ends = [begin + 7 * week - 1 for week in range(1, weeks + 1)]
    actual, expected = by_hand(bought, bgnbd.model, ids, ends, 7)
    assert found.actual.tolist() == actual
    np.testing.assert_allclose(found.expected, expected, rtol=1e-10, atol=1e-10)
    assert found.observed == pytest.approx((273 - begin) / 7, rel=1e-15)
    assert found.n_customers == len(ids)


def test_in_days(log, bgnbd, tracked, cdnow):
    days = rk.clv.tracking(log, bgnbd.model.in_unit("day"), cdnow, until=UNTIL)
    assert days.time.tolist() == list(range(1, 547))
    assert days.observed == 273
    assert np.array_equal(days.actual[6::7], tracked.actual)
    np.testing.assert_allclose(days.expected[6::7], tracked.expected, rtol=1e-10, atol=1e-10)


def test_months_end_with_the_nearest_day(log, cdnow, tracked):
    days = rk.clv.tracking(log, MODEL.in_unit("day"), cdnow, until=UNTIL)
    months = rk.clv.tracking(log, MODEL.in_unit("month"), cdnow, until=UNTIL)
    ends = [round(k * 365.25 / 12) for k in range(1, 18)]
    assert ends[:3] == [30, 61, 91]
    np.testing.assert_allclose(months.time * 365.25 / 12, ends, rtol=1e-14)
    at = np.array(ends) - 1
    assert np.array_equal(months.actual, days.actual[at])
    np.testing.assert_allclose(months.expected, days.expected[at], rtol=1e-10)
    assert months.actual_holdout == tracked.actual_holdout


def test_in_weeks_as_events(log):
    h = rk.purchase_histories(log, as_of="1997-09-28", unit="week", grain="week")
    found = rk.clv.tracking(log, MODEL, h, until="1998-06-28")
    frame = rk.datasets.load_cdnow()
    week = (pd.to_datetime(frame["date"]) - pd.Timestamp("1996-12-30")).dt.days // 7
    events = pd.DataFrame({"id": frame["customer_id"], "week": week}).drop_duplicates()
    events = events[events["id"].isin(h.customer) & (events["week"] < 78)]
    first = events.groupby("id")["week"].transform("min")
    counts = np.bincount(events["week"][events["week"] > first], minlength=78)
    assert np.diff(found.actual, prepend=0).tolist() == counts.tolist()
    assert found.observed == 39
    assert found.actual_holdout == counts[39:].sum()
    assert "one event per week; periods of one week" in found.definition


def test_a_grain_longer_than_the_unit_is_the_period(log):
    h = rk.purchase_histories(log, as_of="1997-09-30", unit="week", grain="month")
    found = rk.clv.tracking(log, MODEL, h, until=UNTIL)
    np.testing.assert_allclose(found.time, np.arange(1, 19) * 365.25 / 12 / 7, rtol=1e-14)
    assert found.actual[8] == h.frequency.sum()
    assert found.actual_holdout == rk.holdout(log, h, until=UNTIL).purchases.sum()
    assert "one event per month; periods of one month" in found.definition


def test_hours_are_counted_too():
    when = pd.to_datetime(["2024-01-01 00:10", "2024-01-01 01:50", "2024-01-08 23:59"])
    log = rk.Transactions(pd.DataFrame({"customer_id": 1, "date": when, "amount": 1.0}))
    h = rk.purchase_histories(log, as_of="2024-01-02", unit="day", grain="hour")
    found = rk.clv.tracking(log, MODEL.in_unit("day"), h, until="2024-01-08")
    assert found.actual.tolist() == [1, 1, 1, 1, 1, 1, 1, 2]
    assert found.observed == 2
    assert found.expected[1] == pytest.approx(float(MODEL.expected_purchases(47 / 24 / 7)))


# Properties.


@given(mask=st.integers(0, 2**16 - 1), seed=st.integers(0, 9))
def test_customers_add_up(log, cdnow, tracked, bgnbd, mask, seed):
    # Customers 1 and 2 both came on the first day; with one in each part, periods coincide.
    chosen = np.random.default_rng((mask, seed)).random(len(cdnow)) < 0.5
    chosen[0], chosen[1] = True, False
    one, two = (rk.clv.tracking(log, bgnbd, cdnow[rows], until=UNTIL) for rows in (chosen, ~chosen))
    assert np.array_equal(one.actual + two.actual, tracked.actual)
    np.testing.assert_allclose(one.expected + two.expected, tracked.expected, rtol=1e-9)
    assert one.actual_holdout + two.actual_holdout == 1882
    assert one.n_customers + two.n_customers == 2357


def test_a_later_end_only_adds_rows(log, bgnbd, cdnow, tracked):
    short = rk.clv.tracking(log, bgnbd, cdnow, until="1998-01-06")
    size = len(short.time)
    assert size == 53
    assert np.array_equal(short.actual, tracked.actual[:size])
    np.testing.assert_allclose(short.expected, tracked.expected[:size], rtol=1e-12)
    none = rk.clv.tracking(log, bgnbd, cdnow, until="1997-09-30")
    assert (none.actual_holdout, none.expected_holdout) == (0, 0)
    assert len(none.time) == 39


def test_a_fit_is_its_model_and_units_are_converted(log, bgnbd, cdnow, tracked):
    assert rk.clv.tracking(log, bgnbd.model, cdnow, until=UNTIL).equals(tracked)
    other = rk.clv.tracking(log, bgnbd, cdnow.in_unit("month"), until=dt.date(1998, 6, 30))
    assert other.equals(tracked)


def test_less_than_one_period_has_no_row_but_a_total(log):
    h = rk.purchase_histories(log, as_of="1997-03-31", unit="year")
    found = rk.clv.tracking(log, MODEL.in_unit("year"), h, until="1997-06-30")
    assert len(found.time) == 0
    assert found.actual_holdout == rk.holdout(log, h, until="1997-06-30").purchases.sum()
    assert "after the fit" in repr(found)


def test_the_table_is_of_the_callers_kind(kind, tracked):
    frame = rk.datasets.load_cdnow()
    own = {
        "pandas": lambda: frame,
        "polars": lambda: pl.from_pandas(frame),
        "pyarrow": lambda: pa.Table.from_pandas(frame, preserve_index=False),
    }[kind]()
    log = rk.Transactions(own)
    h = rk.purchase_histories(log, as_of="1997-09-30", unit="week")
    found = rk.clv.tracking(log, MODEL, h, until=UNTIL)
    table = found.to_frame()
    assert type(table) is FRAMES[kind]
    names = table.column_names if kind == "pyarrow" else list(table.columns)
    assert names == ["week", "date", "actual", "expected", "actual_increment", "expected_increment"]
    assert np.array_equal(np.asarray(table["actual"]), tracked.actual)
    assert np.asarray(table["actual_increment"]).sum() == 4339
    np.testing.assert_allclose(
        np.cumsum(np.asarray(table["expected_increment"])), found.expected, rtol=1e-12
    )


def test_the_dictionary_is_strict_json_and_arrays_are_fixed(tracked):
    found = tracked.to_dict()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["actual"][38] == 2457
    assert found["actual_holdout"] == 1882
    for name in ("time", "actual", "expected"):
        assert not getattr(tracked, name).flags.writeable


# Refusals.


def test_histories_must_be_able_to_be_followed(log, cdnow):
    for lost in (
        cdnow.grouped(),
        rk.PurchaseHistories.from_arrays(2, 30, 38, unit="week", customer=[1]),
        rk.purchase_histories(log, as_of="1997-09-30", grain=None),
    ):
        with pytest.raises(DataError, match="cannot be followed over time"):
            rk.clv.tracking(log, MODEL, lost, until=UNTIL)


def test_the_log_must_be_the_histories_own(log, cdnow):
    before, after = log.split("1997-10-01")
    with pytest.raises(DataError, match="log holds other purchases of these customers"):
        rk.clv.tracking(after, MODEL, cdnow, until=UNTIL)
    late = rk.purchase_histories(after, as_of="1998-03-31", unit="week")
    with pytest.raises(DataError, match="log holds other purchases of these customers"):
        rk.clv.tracking(log, MODEL, late, until=UNTIL)
    assert rk.clv.tracking(before, MODEL, cdnow, until="1997-09-30").actual[-1] == 2457


def test_as_many_purchases_do_not_make_it_the_same_log():
    def parsed(*days):
        frame = pd.DataFrame({"customer_id": 1, "date": pd.to_datetime(days), "amount": 1.0})
        return rk.Transactions(frame)

    h = rk.purchase_histories(parsed("2024-01-15", "2024-02-01"), as_of="2024-02-29")
    other = parsed("2024-01-01", "2024-02-01")
    with pytest.raises(DataError, match="log holds other purchases of these customers"):
        rk.clv.tracking(other, MODEL, h, until="2024-03-01")


def test_the_end_lies_after_the_histories(log, cdnow):
    with pytest.raises(OptionError, match="`until` lies before the end of the histories"):
        rk.clv.tracking(log, MODEL, cdnow, until="1997-09-29")


def test_other_things_are_refused(log, cdnow, spend):
    for other in (spend, spend.model, "BGNBD"):
        with pytest.raises(KindError, match="no model of purchases"):
            rk.clv.tracking(log, other, cdnow, until=UNTIL)
    with pytest.raises(KindError, match="reads purchase histories"):
        rk.clv.tracking(log, MODEL, cdnow.to_frame(), until=UNTIL)
    with pytest.raises(KindError, match="Parsed transactions are needed"):
        rk.clv.tracking(rk.datasets.load_cdnow(), MODEL, cdnow, until=UNTIL)


def test_a_log_that_ends_early_is_said(log, cdnow, bgnbd):
    with pytest.warns(RetentionKitWarning, match="ends on 1998-06-30, before until=1998-12-31"):
        track = rk.clv.tracking(log, bgnbd, cdnow, until="1998-12-31")
    assert track.actual_holdout == 1882


def test_periods_end_on_their_last_day(log, cdnow, bgnbd):
    track = rk.clv.tracking(log, bgnbd, cdnow, until=UNTIL)
    assert str(track.date[0]) == "1997-01-07"
    assert str(track.date[38]) == "1997-09-30"  # week 39 ends with the histories
    assert np.unique(np.diff(track.date)).tolist() == [dt.timedelta(days=7)]
    for grain, first, last in (("month", "1997-01-31", "1998-06-30"), ("hour", None, "1998-06-30")):
        histories = rk.purchase_histories(log, as_of="1997-09-30", unit="day", grain=grain)
        ends = rk.clv.tracking(log, bgnbd.model.in_unit("day"), histories, until=UNTIL).date
        assert str(ends[-1]) == last
        assert first in {None, str(ends[0])}
