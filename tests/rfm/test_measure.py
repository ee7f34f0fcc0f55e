"""The measures of RFM from a log: by hand, a naive twin, and every kind of frame."""

import datetime as dt
import math
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import retentionkit as rk
from retentionkit.errors import DataError, KindError, OptionError, RetentionKitWarning
from strategies import frame_of, logs, naive_events, to_columns

DAY = dt.date.fromisoformat


def parsed(rows, *, kind="pandas", **options):
    return rk.Transactions(frame_of(kind, to_columns(rows)), **options)


def at(text):
    return dt.datetime.fromisoformat(text)


ROWS = [
    (1, at("2025-01-05"), 20.0, 1),
    (1, at("2025-01-05"), 5.0, 1),
    (1, at("2025-01-05"), 9.0, 2),
    (1, at("2025-03-01"), 40.0, 3),
    (1, at("2025-03-10"), -4.0, 3),
    (2, at("2025-02-10"), 9.0, 4),
    (3, at("2025-03-02"), -7.0, 5),
    (3, at("2025-03-20"), -1.5, 6),
]


# -- worked example --------------------------------------------------------------------------------


def test_measures_by_hand(kind):
    table = rk.rfm.measure(parsed(ROWS, kind=kind, order="order"), as_of="2025-03-31")
    assert table.customer.tolist() == [1, 2, 3]
    np.testing.assert_array_equal(table.days_since_last, [30, 49, np.nan])
    assert table.orders.tolist() == [3, 1, 0]
    assert table.active_days.tolist() == [2, 1, 0]
    assert table.net_spend.tolist() == [70.0, 9.0, -8.5]
    np.testing.assert_array_equal(table.mean_order_value, [70 / 3, 9, np.nan])
    assert table.status.tolist() == ["buyer", "buyer", "refund_only"]


def test_without_order_ids_an_order_is_a_customer_day():
    table = rk.rfm.measure(parsed(ROWS[:4]), as_of="2025-03-31")
    assert table.orders.tolist() == table.active_days.tolist() == [2]
    assert "a day on which a customer bought" in table.definition


def test_cdnow():
    log = rk.Transactions(rk.datasets.load_cdnow())
    table = rk.rfm.measure(log, as_of="1997-09-30")
    histories = rk.purchase_histories(log, as_of="1997-09-30", unit="day")
    assert table.customer.tolist() == histories.customer.tolist()
    assert (table.orders - 1).tolist() == histories.frequency.tolist()
    # The R of RFM is age less recency.
    assert table.days_since_last.tolist() == (histories.age - histories.recency).tolist()
    assert table.net_spend.sum() == pytest.approx(table.ledger.amount_used, abs=1e-6)


# -- reference: the naive twin ---------------------------------------------------------------------


def naive_measures(rows, *, orders, start, end):
    """{customer: (days since last, orders, active days, net spend)} of the days [start, end)."""
    last = end - dt.timedelta(days=1)
    events, _ = naive_events(rows, orders=orders, until=last)
    low, high = ((day - DAY("1970-01-01")).days for day in (start, end))
    inside = {
        customer: {day: amount for day, amount in days.items() if low <= day < high}
        for customer, days in events.items()
    }
    found = {}
    for customer, days in inside.items():
        if days:
            ids = {row[3] for row in rows if row[0] == customer and row[2] >= 0}
            number = sum(
                min(
                    row[1] for row in rows if row[0] == customer and row[3] == order and row[2] >= 0
                )
                .date()
                .toordinal()
                - DAY("1970-01-01").toordinal()
                in days
                for order in ids
            )
            count = number if orders else len(days)
            found[customer] = (high - 1 - max(days), count, len(days), sum(days.values()))
    return found


@pytest.mark.filterwarnings("ignore:The log ends on")
@settings(max_examples=60)
@given(
    rows=logs(),
    orders=st.booleans(),
    refunds=st.booleans(),
    first=st.integers(-5, 100),
    length=st.integers(1, 130),
)
def test_measures_equal_the_naive_twin(rows, orders, refunds, first, length):
    if not refunds:
        rows = [row for row in rows if row[2] >= 0]
    start = DAY("2023-11-20") + dt.timedelta(days=first)
    end = start + dt.timedelta(days=length)
    log = parsed(rows, order="order" if orders else None)
    expected = naive_measures(rows, orders=orders, start=start, end=end)
    if not expected:
        with pytest.raises(DataError, match="Nobody bought in the window"):
            rk.rfm.measure(log, window=(start, end))
        return
    table = rk.rfm.measure(log, window=(start, end))
    buyers = table[~table.refund_only]
    assert buyers.customer.tolist() == sorted(expected)
    for row, customer in enumerate(buyers.customer.tolist()):
        since, number, active, money = expected[customer]
        assert buyers.days_since_last[row] == since
        assert (buyers.orders[row], buyers.active_days[row]) == (number, active)
        # Cents below 1e5 summed in another order.
        assert buyers.net_spend[row] == pytest.approx(money, abs=1e-9)
        assert buyers.mean_order_value[row] == pytest.approx(money / number, abs=1e-9)
    assert table.net_spend.sum() == pytest.approx(table.ledger.amount_used, abs=1e-8)
    days = [moment.date() for _, moment, _, _ in rows]
    aside = sum(line.rows for line in table.ledger.set_aside)
    assert table.ledger.rows_in == len(rows) == table.ledger.rows_used + aside
    assert aside >= sum(not start <= day < end for day in days)


@pytest.mark.filterwarnings("ignore:The log ends on")
@settings(max_examples=30)
@given(rows=logs(refunds=False), cut=st.integers(0, 120))
def test_the_short_way_is_the_long_way(rows, cut):
    """Without refunds and order ids the rows are summed as they are."""
    as_of = DAY("2023-11-20") + dt.timedelta(days=cut)
    if not any(moment.date() <= as_of for _, moment, _, _ in rows):
        return
    short = rk.rfm.measure(parsed(rows), as_of=as_of)
    by_day = [(c, moment, a, f"{c} {moment.date()}") for c, moment, a, _ in rows]
    long = rk.rfm.measure(parsed(by_day, order="order"), as_of=as_of)
    assert short.customer.tolist() == long.customer.tolist()
    assert short.days_since_last.tolist() == long.days_since_last.tolist()
    assert short.orders.tolist() == long.orders.tolist()
    assert short.active_days.tolist() == long.active_days.tolist()
    assert short.net_spend == pytest.approx(long.net_spend, abs=1e-9)
    assert short.ledger.rows_used == long.ledger.rows_used
    assert short.ledger.amount_used == pytest.approx(long.ledger.amount_used, abs=1e-9)


# -- definition ------------------------------------------------------------------------------------


def test_the_window_looks_back_from_as_of_inclusive():
    log = parsed(ROWS[:6])
    for window in ("31 days", 31, ("2025-03-01", "2025-04-01")):
        table = rk.rfm.measure(log, as_of="2025-03-31", window=window)
        assert (table.customer.tolist(), table.window) == ([1], 31)
        assert table.first == DAY("2025-03-01")
        assert "[2025-03-01, 2025-04-01)" in table.definition
    assert rk.rfm.measure(log, as_of="2025-03-31", window="12 months").window == 365
    assert rk.rfm.measure(log, as_of="2025-03-10", window=10).days_since_last.tolist() == [9]


def test_a_purchase_on_the_last_day_is_no_day_ago():
    assert rk.rfm.measure(parsed(ROWS[:1])).days_since_last.tolist() == [0]


def test_later_rows_are_set_aside():
    table = rk.rfm.measure(parsed(ROWS), as_of="2025-03-01")
    reasons = {line.reason: line.rows for line in table.ledger.set_aside}
    assert reasons == {"after as_of 2025-03-01": 3}


def test_refunds_before_the_first_purchase_are_orphans_and_those_of_strangers_are_listed():
    rows = [*ROWS, (2, at("2025-01-01"), -3.0, 9)]
    table = rk.rfm.measure(parsed(rows))
    assert {line.reason: (line.rows, line.amount) for line in table.ledger.set_aside} == {
        "refunds without an earlier purchase": (1, -3.0)
    }
    notes = {line.reason: (line.rows, line.customers) for line in table.ledger.notes}
    assert notes["refunds of customers without a purchase"] == (2, 1)
    assert "1 customer without an order" in repr(table)


def test_a_refund_of_a_purchase_before_the_window_does_not_count():
    table = rk.rfm.measure(parsed(ROWS), window=("2025-02-01", "2025-03-12"), as_of="2025-03-11")
    assert table.net_spend.tolist() == [36.0, 9.0, -7.0]
    late = rk.rfm.measure(parsed(ROWS), window=("2025-02-10", "2025-02-20"))
    assert late.customer.tolist() == [2]


def test_a_log_without_money_has_none():
    table = rk.rfm.measure(parsed(ROWS[:4], amount=None))
    assert table.net_spend is None
    assert table.mean_order_value is None
    assert list(table.to_frame()) == [
        "customer", "days_since_last", "orders", "active_days", "status"
    ]  # fmt: skip
    assert "money" not in table.definition
    assert "net spend" not in repr(table)


def test_the_currency_is_that_of_the_log_or_of_the_rates():
    frame = pd.DataFrame(to_columns(ROWS[:4])).assign(unit="CNY")
    log = rk.Transactions(frame, currency="unit")
    assert (log.currency, rk.rfm.measure(log).currency) == ("CNY", "CNY")
    assert "money in CNY" in rk.rfm.measure(log).definition
    frame["unit"] = ["CNY", "USD", "CNY", "USD"]
    rates = {"CNY": 1.0, "USD": 7.0}
    assert rk.Transactions(frame, currency="unit", rates=rates).currency == "CNY"
    rates = {"CNY": 0.5, "USD": 3.5}
    assert rk.Transactions(frame, currency="unit", rates=rates).currency is None
    assert rk.Transactions(frame).currency is None


def test_whole_days_are_printed_and_returned_as_such():
    table = rk.rfm.measure(parsed(ROWS))
    assert table.to_frame()["days_since_last"].dtype == "float64"  # one is undefined
    assert table[~table.refund_only].to_frame()["days_since_last"].dtype == "int64"
    assert table.to_dict()["days_since_last"] == [19.0, 38.0, None]


def test_some_customers():
    table = rk.rfm.measure(parsed(ROWS))
    assert table[1].customer.tolist() == [2]
    for place in (np.int64(1), np.flatnonzero(table.customer == 2)[0], np.uint8(1)):
        assert table[place].equals(table[1])
    assert table[:2].customer.tolist() == [1, 2]
    assert table[table.orders > 1].customer.tolist() == [1]
    with pytest.raises(ValueError, match="read-only"):
        table[:2].orders[0] = 7
    unpaid = rk.rfm.measure(parsed([*ROWS[:2], (1, at("2025-01-06"), -30.0, 7)]))
    assert "net spend ≤ 0  1 customer\n" in repr(unpaid)


# -- a window that leaves the log ------------------------------------------------------------------


def cdnow(*more):
    """CDNOW with more rows, each a customer and a day."""
    frame = rk.datasets.load_cdnow()
    rows = pd.DataFrame(more, columns=["customer_id", "date"]).assign(amount=9.0, quantity=1)
    rows["date"] = pd.to_datetime(rows["date"])
    return rk.Transactions(pd.concat([frame, rows]) if more else frame)


@pytest.mark.parametrize(
    ("options", "window", "observed"),
    [
        ({"as_of": "1997-03-31"}, 90, 90),
        ({"as_of": "1997-03-31", "window": "12 months"}, 365, 90),
        ({"window": ("1996-12-31", "1997-01-02")}, 2, 1),
        ({"window": ("1998-06-30", "1998-07-31")}, 31, 1),
        ({"window": "12 months"}, 365, 365),
        ({"window": "2 years"}, 730, 546),
    ],
)
def test_how_many_days_of_the_window_the_log_covers(options, window, observed):
    table = rk.rfm.measure(cdnow(), **options)
    assert (table.window, table.observed) == (window, observed)
    days = pd.date_range(table.first, table.as_of)
    log = rk.datasets.load_cdnow()["date"]
    assert ((days >= log.min()) & (days <= log.max())).sum() == observed
    covers = f"the log covers {observed} of {window} days"
    assert (covers in repr(table)) == (observed < window)
    assert table[:9].observed == observed


def test_a_part_covers_its_own_days():
    before, after = cdnow().split("1997-10-01")
    options = {"as_of": "1997-10-10", "window": 20}
    covered = [rk.rfm.measure(log, **options).observed for log in (cdnow(), before, after)]
    assert covered == [20, 10, 10]


@pytest.mark.parametrize(
    "options",
    [{"as_of": "1998-08-01"}, {"window": ("1998-01-01", "1998-08-02")}],
)
def test_a_window_that_ends_behind_the_log_is_warned_of(options):
    text = (
        "The log ends on 1998-06-30, 32 days before as_of=1998-08-01: the measures are right only "
        "if nobody bought in between."
    )
    with pytest.warns(RetentionKitWarning) as caught:
        rk.rfm.measure(cdnow(), **options)
    assert [str(one.message) for one in caught] == [text]
    assert caught[0].filename == __file__
    rk.rfm.measure(cdnow(), as_of="1998-07-31")  # a month may be a pause


@pytest.mark.parametrize("window", [None, "12 months"])
@pytest.mark.parametrize("rows", [1, 40])
def test_a_typo_in_the_last_day_is_warned_of(window, rows):
    typos = [(customer, "2031-01-01") for customer in range(1, rows + 1)]
    with pytest.warns(RetentionKitWarning) as caught:
        rk.rfm.measure(cdnow(*typos), window=window)
    text = (
        "The last day of the log is 2031-01-01, 11,873 days after the one before it, 1998-06-30: "
        "is 2031-01-01 a typo? Everything is counted up to it; as_of='1998-06-30' sets it aside."
    )
    assert [str(one.message) for one in caught] == [text]
    assert caught[0].filename == __file__
    table = rk.rfm.measure(cdnow(*typos), as_of="1998-06-30")
    assert table.to_frame().equals(rk.rfm.measure(cdnow()).to_frame())
    assert f"set aside      {rows} of {6_919 + rows:,} rows, see ledger" in repr(table)
    assert "set aside" not in repr(rk.rfm.measure(cdnow()))


def on_days(*days):
    frame = {"customer_id": list(range(len(days))), "date": pd.to_datetime(days)}
    return rk.Transactions(pd.DataFrame(frame), amount=None)


def test_a_refund_may_be_the_typo(kind):
    rows = [(1, at("2025-01-05"), 20.0, 1), (2, at("2025-01-07"), 20.0, 2)]
    typo = (1, at("2031-01-01"), -5.0, 1)
    with pytest.warns(RetentionKitWarning, match="is 2031-01-01 a typo"):
        rk.rfm.measure(parsed([*rows, typo], kind=kind))


@pytest.mark.parametrize(
    ("days", "doubtful"),
    [
        (["2025-01-01", "2025-01-02", "2025-04-02"], False),  # 90 days
        (["2025-01-01", "2025-01-02", "2025-04-03"], True),
        (["2025-01-01", "2025-01-11", "2025-04-20"], False),  # 99 days, usually 10
        (["2025-01-01", "2025-01-11", "2025-04-21"], False),
        (["2025-01-01", "2025-01-11", "2025-04-22"], True),  # more than ten times as long
        (["2023-01-01", "2024-01-01", "2025-01-01"], False),  # gifts of every year
        (["2025-01-01", "2031-01-01"], False),  # nobody knows what is usual
        (["2031-01-01"], False),
    ],
)
def test_what_is_far_from_all_others(days, doubtful):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        rk.rfm.measure(on_days(*days))
    assert bool(caught) == doubtful
    rk.rfm.measure(on_days(*days), as_of=days[-1])  # a day that was named is meant


def test_customers_who_left_are_no_typo():
    log = cdnow()
    gone = log.where(customer=rk.rfm.measure(log).customer[:1].tolist())
    assert gone.last < gone.observed_until - dt.timedelta(days=90)
    rk.rfm.measure(gone)
    rk.rfm.measure(on_days("2025-01-01", "2025-01-02", "2031-01-01").split("2030-01-01")[0])


# -- properties ------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(rows=logs(text_ids=True), seed=st.randoms(use_true_random=False))
def test_row_order_and_kind_of_frame_do_not_matter(rows, seed):
    mixed = list(rows)
    seed.shuffle(mixed)
    first = rk.rfm.measure(parsed(rows))
    for kind in ("pandas", "polars", "pyarrow"):
        other = rk.rfm.measure(parsed(mixed, kind=kind))
        assert other.customer.tolist() == first.customer.tolist()
        np.testing.assert_array_equal(other.days_since_last, first.days_since_last)
        assert other.orders.tolist() == first.orders.tolist()
        assert other.net_spend == pytest.approx(first.net_spend, abs=1e-9)


@settings(max_examples=30)
@given(rows=logs(), days=st.integers(1, 60))
def test_later_rows_change_nothing(rows, days):
    last = max(row[1].date() for row in rows)
    later = at("2024-06-01") + dt.timedelta(days=days)
    table = rk.rfm.measure(parsed(rows), as_of=last)
    more = rk.rfm.measure(parsed([*rows, (1, later, 50.0, 99), (7, later, 5.0, 98)]), as_of=last)
    assert more.to_frame().equals(table.to_frame())


# -- refusals --------------------------------------------------------------------------------------


def test_refusals():
    log = parsed(ROWS)
    with pytest.raises(KindError, match="Parsed transactions are needed"):
        rk.rfm.measure(pd.DataFrame())
    with pytest.raises(DataError, match=r"Nobody bought in the window(.|\n)*2025-01-05"):
        rk.rfm.measure(log, as_of="2024-12-31")
    for window in (("2025-03-01", "2025-03-01"), ("2025-03-02", "2025-03-01")):
        with pytest.raises(OptionError, match="The window is empty"):
            rk.rfm.measure(log, window=window)
    with pytest.raises(OptionError, match="ends elsewhere than at"):
        rk.rfm.measure(log, window=("2025-01-01", "2025-03-01"), as_of="2025-03-01")
    with pytest.raises(OptionError, match="shorter than a day"):
        rk.rfm.measure(log, window="0.5 days")
    with pytest.raises(OptionError, match="not a duration"):
        rk.rfm.measure(log, window="a year")
    with pytest.raises(OptionError, match=r"is a timedelta(.|\n)*Write window='90 days'"):
        rk.rfm.measure(log, window=pd.Timedelta("90 days"))
    with pytest.raises(OptionError, match="must be a finite number"):
        rk.rfm.measure(log, window=math.nan)
    with pytest.raises(OptionError, match="has to be a whole day"):
        rk.rfm.measure(log, as_of="2025-03-01T12:00")
