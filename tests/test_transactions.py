"""Transactions: a log parsed once, with every row accounted for."""

import copy
import datetime as dt
import pickle
import threading

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retentionkit import frames
from retentionkit.datasets import load_cdnow
from retentionkit.errors import ColumnError, DataError, KindError, OptionError
from retentionkit.transactions import Transactions
from strategies import frame_of, logs, naive_events, to_columns

DAY = dt.date.fromisoformat


def log_of(*rows):
    """Rows of (customer, ISO date, amount, order) as columns with dates."""
    return to_columns([(row[0], DAY(row[1]), *row[2:]) for row in rows])


def bought(kind, *rows, **options):
    return Transactions(frame_of(kind, log_of(*rows)), **options)


def days_of(transactions):
    """{(customer, day): amount} of the net customer-days."""
    table = transactions.part.customer_days()
    customer, day, amount = table.arrays("customer", "period", "amount")
    days = np.array(day).astype("datetime64[D]").astype(str)
    return dict(
        zip(zip(customer.tolist(), days.tolist(), strict=True), amount.tolist(), strict=True)
    )


def lines(ledger):
    return {line.reason: (line.rows, line.amount) for line in ledger.set_aside}


def notes(ledger):
    return {line.reason: (line.rows, line.amount) for line in ledger.notes}


# -- worked example --------------------------------------------------------------------------------


def test_cdnow(kind):
    """Figures of the file: 6,919 rows; same-day purchases of a customer merged, 6,696."""
    transactions = Transactions(load_cdnow(kind=kind))
    assert (transactions.n_customers, transactions.n_orders) == (2357, 6696)
    assert (transactions.first, transactions.last) == (DAY("1997-01-01"), DAY("1998-06-30"))
    ledger = transactions.ledger
    assert (ledger.rows_in, ledger.rows_used, ledger.set_aside) == (6919, 6919, ())
    assert ledger.amount_used == pytest.approx(244_091.94, abs=1e-6)
    assert notes(ledger) == {"purchases of amount zero": (8, 0.0)}
    calibration, later = transactions.split("1997-10-01")
    assert (calibration.n_orders, later.n_orders) == (4814, 1882)
    assert calibration.ledger.rows_used == later.ledger.set_aside[0].rows == 4960
    assert later.ledger.amount_used == pytest.approx(70_976.39, abs=1e-6)


def test_it_shows_itself():
    transactions = bought("pandas", (1, "2024-01-01", 5.0), (2, "2024-01-03", 7.0))
    assert repr(transactions).splitlines() == [
        "Transactions",
        "  customers  2",
        "  orders     2",
        "  dates      2024-01-01 to 2024-01-03",
        "  rows       2 in = 2 used + 0 set aside",
    ]
    assert "2024-01-01 to 2024-01-03" in transactions._repr_html_()
    assert transactions.money
    assert transactions.keep == ()


# -- orders and refunds ----------------------------------------------------------------------------


def test_without_ids_an_order_is_a_customer_day(kind):
    transactions = bought(
        kind, (1, "2024-01-01", 5.0), (1, "2024-01-01", 2.0), (1, "2024-01-02", 1.0)
    )
    assert transactions.n_orders == 2
    assert days_of(transactions) == {(1, "2024-01-01"): 7.0, (1, "2024-01-02"): 1.0}


def test_an_order_of_several_lines_is_one_dated_by_its_first(kind):
    """Order 9 of customers 1 and 2 are two orders; its late line counts for the first day."""
    rows = [
        (1, "2024-01-03", 2.0, 9),
        (1, "2024-01-01", 5.0, 9),
        (1, "2024-01-01", 4.0, 8),
        (2, "2024-01-02", 1.0, 9),
    ]
    transactions = bought(kind, *rows, order="order")
    assert transactions.n_orders == 3
    assert days_of(transactions) == {(1, "2024-01-01"): 11.0, (2, "2024-01-02"): 1.0}
    assert notes(transactions.ledger) == {"late lines of orders netted": (1, 2.0)}
    early, late = transactions.split("2024-01-02")
    assert days_of(early) == {(1, "2024-01-01"): 9.0}
    assert lines(late.ledger)["late lines of orders: purchase before the window"] == (1, 2.0)


def test_a_refund_reduces_its_order_or_the_latest_earlier_purchase(kind):
    rows = [
        (1, "2024-01-01", 50.0, 1),
        (1, "2024-01-05", 30.0, 2),
        (1, "2024-01-07", -10.0, 1),  # its order, not the latest purchase
        (1, "2024-01-08", -5.0, 77),  # an unknown order: the latest purchase
        (1, "2024-01-05", -1.0, 77),  # the same day
        (2, "2024-01-01", -9.0, 3),  # before any purchase: an orphan
        (2, "2024-01-02", 8.0, 3),
    ]
    transactions = bought(kind, *rows, order="order")
    expected = {(1, "2024-01-01"): 40.0, (1, "2024-01-05"): 24.0, (2, "2024-01-02"): 8.0}
    assert days_of(transactions) == expected
    assert transactions.n_orders == 3
    ledger = transactions.ledger
    assert lines(ledger) == {"refunds without an earlier purchase": (1, -9.0)}
    assert notes(ledger) == {"refunds netted": (3, -16.0)}
    assert ledger.amount_used == sum(expected.values())


def test_a_refund_is_not_known_before_it_happens(kind):
    transactions = bought(kind, (1, "2024-01-01", 50.0), (1, "2024-01-09", -20.0))
    early, _ = bought(
        kind, (1, "2024-01-01", 50.0), (1, "2024-01-09", -20.0), (1, "2024-01-10", 1.0)
    ).split("2024-01-05")
    assert days_of(transactions) == {(1, "2024-01-01"): 30.0}
    assert days_of(early) == {(1, "2024-01-01"): 50.0}


def test_refunds_can_be_dropped_or_refused(kind):
    rows = [(1, "2024-01-01", 50.0), (1, "2024-01-09", -20.0)]
    transactions = bought(kind, *rows, refunds="drop")
    assert days_of(transactions) == {(1, "2024-01-01"): 50.0}
    assert lines(transactions.ledger) == {"refunds (refunds='drop')": (1, -20.0)}
    with pytest.raises(DataError, match="negative amounts") as caught:
        bought(kind, *rows, refunds="error")
    assert "1 of 2 rows" in str(caught.value)


@settings(max_examples=50)
@given(rows=logs(), orders=st.booleans())
def test_netting_equals_the_naive_twin(rows, orders):
    columns = to_columns(rows)
    transactions = Transactions(frame_of("pandas", columns), order="order" if orders else None)
    until = max(moment.date() for _, moment, _, _ in rows)
    events, orphans = naive_events(rows, orders=orders, until=until)
    found = days_of(transactions)
    expected = {
        (customer, str(np.datetime64(day, "D"))): amount
        for customer, days in events.items()
        for day, amount in days.items()
    }
    assert found.keys() == expected.keys()
    # Sums of cents below 1e5 in another order: a hundredth of a millionth of a cent.
    assert found == {key: pytest.approx(amount, abs=1e-8) for key, amount in expected.items()}
    counted = lines(transactions.ledger).get("refunds without an earlier purchase", (0, 0.0))
    assert counted == (len(orphans), pytest.approx(sum(orphans), abs=1e-8))


# -- split and where -------------------------------------------------------------------------------

CHANNELS = {
    "customer_id": [1, 1, 2, 3],
    "date": [DAY(f"2024-01-0{day}") for day in (1, 5, 2, 3)],
    "amount": [1.0, 2.0, 4.0, 8.0],
    "channel": ["web", "shop", "web", None],
    "customer": [True, False, True, True],
}


def test_the_calibration_part_was_observed_until_the_day_before(kind):
    calibration, later = bought(
        kind, (1, "2024-01-01", 5.0), (1, "2024-01-09", 2.0), (2, "2024-01-03", 1.0)
    ).split("2024-01-08")
    assert calibration.last == DAY("2024-01-03")
    assert calibration.observed_until == DAY("2024-01-07")
    assert (later.observed_from, later.first) == (DAY("2024-01-08"), DAY("2024-01-09"))
    again, _ = calibration.split("2024-01-02")
    assert again.ledger.rows_used == 1
    assert lines(again.ledger) == {"on or after 2024-01-02": (2, 3.0)}


def test_where(kind):
    transactions = Transactions(frame_of(kind, CHANNELS), keep=("channel",))
    web = transactions.where(channel="web")
    assert (web.n_customers, web.n_orders, web.last) == (2, 2, DAY("2024-01-02"))
    assert web.observed_until == DAY("2024-01-05")
    assert lines(web.ledger) == {"not selected by channel": (2, 10.0)}
    assert transactions.where(channel=["web", None]).n_orders == 3
    assert transactions.where(channel=None).n_orders == 1
    assert transactions.where(customer=np.array([1, 3])).n_orders == 3
    assert transactions.where(customer=1, channel="shop").n_orders == 1
    assert (
        Transactions(frame_of(kind, CHANNELS), amount=None, keep="channel")
        .where(channel="web")
        .ledger.rows_used
        == 2
    )


def test_kept_columns_do_not_collide_with_ours(kind):
    frame = frame_of(kind, CHANNELS | {"day": [9, 9, 9, 9], "rows": [0, 0, 0, 0]})
    transactions = Transactions(frame, keep=("day", "rows", "date"))
    assert transactions.where(day=9, rows=0).n_orders == 4


# -- missing values, currencies --------------------------------------------------------------------


def test_missing_values_are_refused_or_set_aside(kind):
    columns = {
        "customer_id": ["a", None, "b", "c", None],
        "date": [DAY("2024-01-01"), DAY("2024-01-02"), None, DAY("2024-01-03"), None],
        "amount": [1.0, 2.0, 4.0, None, 16.0],
    }
    with pytest.raises(DataError, match=r"'customer_id' .* missing values") as caught:
        Transactions(frame_of(kind, columns))
    assert "2 of 5 rows" in str(caught.value)
    transactions = Transactions(frame_of(kind, columns), missing="drop")
    assert transactions.n_orders == 1
    assert lines(transactions.ledger) == {
        "missing customer_id": (2, 18.0),
        "missing date": (1, 4.0),
        "missing amount": (1, 0.0),
    }
    assert (transactions.ledger.amount_in, transactions.ledger.amount_used) == (23.0, 1.0)


def test_missing_whole_numbers_leave_plain_ones(kind):
    columns = {"customer_id": [1, None, 2], "date": [DAY("2024-01-01")] * 3}
    transactions = Transactions(frame_of(kind, columns), amount=None, missing="drop")
    (ids,) = transactions.part.customer_days().arrays("customer", sort=("customer",))
    assert (ids.dtype, ids.tolist()) == (np.int64, [1, 2])
    assert transactions.ledger.amount_used is None


MONEY = {
    "customer_id": [1, 2, 3],
    "date": [DAY("2024-01-01")] * 3,
    "amount": [10.0, 10.0, 10.0],
    "currency": ["EUR", "USD", "EUR"],
}


def test_currencies_are_converted_by_a_rate_table(kind):
    rates = {"EUR": 1.0, "USD": 0.5, "GBP": 2.0}
    transactions = Transactions(frame_of(kind, MONEY), currency="currency", rates=rates)
    assert transactions.ledger.amount_used == 25.0
    one = MONEY | {"currency": ["EUR"] * 3}
    assert Transactions(frame_of(kind, one), currency="currency").ledger.amount_used == 30.0
    some = MONEY | {"currency": ["EUR", None, "EUR"]}
    dropped = Transactions(frame_of(kind, some), currency="currency", missing="drop")
    assert lines(dropped.ledger) == {"missing currency": (1, 0.0)}


def test_currencies_are_not_added(kind):
    frame = frame_of(kind, MONEY)
    with pytest.raises(DataError, match="several currencies"):
        Transactions(frame, currency="currency")
    with pytest.raises(DataError, match="lacks a currency") as caught:
        Transactions(frame, currency="currency", rates={"EUR": 1.0})
    assert "'USD'" in str(caught.value)
    with pytest.raises(OptionError, match="rates"):
        Transactions(frame, currency="currency", rates={"EUR": 1.0, "USD": -1.0})
    with pytest.raises(OptionError, match="`rates` needs the column"):
        Transactions(frame, rates={"EUR": 1.0})
    with pytest.raises(OptionError, match="A currency needs amounts"):
        Transactions(frame, amount=None, currency="currency")


# -- properties ------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(rows=logs(), at=st.integers(1, 119), orders=st.booleans())
def test_ledgers_reconcile_to_the_cent(rows, at, orders):
    """Used rows and money are counted again from the customer-days and their changes."""
    transactions = Transactions(
        frame_of("pandas", to_columns(rows)), order="order" if orders else None
    )
    parts = [transactions]
    day = DAY("2023-11-20") + dt.timedelta(days=at)
    if transactions.first < day <= transactions.last:
        parts += transactions.split(day)
    for part in parts:
        ledger = part.ledger
        facts = part.part.customer_days().facts(
            rows=frames.total("rows"),
            amount=frames.total("amount"),
        )
        assert ledger.rows_used == (facts["rows"] or 0)
        assert ledger.amount_used == pytest.approx(facts["amount"] or 0.0, abs=1e-8)
        assert ledger.amount_in == pytest.approx(sum(row[2] for row in rows), abs=1e-8)


def test_it_does_not_change_and_can_be_copied():
    transactions = bought("pandas", (1, "2024-01-01", 5.0))
    with pytest.raises(AttributeError):
        transactions.part = None
    assert copy.deepcopy(transactions).n_orders == 1
    assert pickle.loads(pickle.dumps(transactions)).n_orders == 1  # noqa: S301 - our own bytes


def test_the_caller_s_frame_is_not_kept():
    frame = frame_of("pandas", log_of((1, "2024-01-01", 5.0, 1), (2, "2024-01-02", 5.0, 1)))
    before = frame.copy()
    transactions = Transactions(frame, order="order")
    assert transactions.ledger.amount_used == 10.0
    pd.testing.assert_frame_equal(frame, before)


def test_threads_may_share_it():
    transactions = Transactions(load_cdnow())
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(transactions.n_orders)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [6696] * 4


# -- refusals --------------------------------------------------------------------------------------


def empty(kind):
    frame = frame_of(kind, log_of((1, "2024-01-01", 5.0, 1)))
    return frame.slice(0, 0) if kind == "pyarrow" else frame.head(0)


def test_an_empty_frame(kind):
    with pytest.raises(DataError, match="no rows"):
        Transactions(empty(kind))


def test_nothing_is_complete(kind):
    columns = {"customer_id": [1, 2], "date": [None, None], "amount": [1.0, 2.0]}
    with pytest.raises(DataError, match="No row is complete"):
        Transactions(frame_of(kind, columns), missing="drop")


@pytest.mark.parametrize(
    "amounts",
    [[1.0, float("inf")], [1.0, float("-inf")], [1e308, 1e308], [float("inf"), float("-inf")]],
)
def test_infinite_amounts(kind, amounts):
    columns = {"customer_id": [1, 2], "date": [DAY("2024-01-01")] * 2, "amount": amounts}
    with pytest.raises(DataError, match="infinite amounts"):
        Transactions(frame_of(kind, columns), missing="drop")


def test_refunds_only(kind):
    with pytest.raises(DataError, match="refunds only"):
        bought(kind, (1, "2024-01-01", -5.0, 1))


def test_one_column_for_two_things():
    frame = frame_of("pandas", CHANNELS)
    with pytest.raises(OptionError, match="'amount' cannot be two things"):
        Transactions(frame, order="amount")


@pytest.mark.parametrize("option", [{"refunds": "keep"}, {"missing": "zero"}])
def test_unknown_options(option):
    with pytest.raises(OptionError, match="not one of its choices"):
        Transactions(frame_of("pandas", CHANNELS), **option)


def test_no_frame_and_no_column():
    with pytest.raises(KindError, match="not a frame"):
        Transactions([1, 2])
    with pytest.raises(ColumnError, match="no column 'when'"):
        Transactions(frame_of("pandas", CHANNELS), when="when")


@pytest.mark.parametrize("at", ["2024-01-01", "2024-01-06"])
def test_a_split_leaves_no_part_empty(at):
    with pytest.raises(OptionError, match="leaves one part empty"):
        Transactions(frame_of("pandas", CHANNELS)).split(at)


def test_a_split_is_a_local_day():
    transactions = Transactions(frame_of("pandas", CHANNELS))
    with pytest.raises(OptionError, match="`at` has to be a whole day"):
        transactions.split("2024-01-03T12:00")
    with pytest.raises(OptionError, match="`at` has a time zone"):
        transactions.split(dt.datetime(2024, 1, 3, tzinfo=dt.UTC))
    assert transactions.split("2024-01-03T00:00")[1].n_orders == 2


def test_conditions_name_kept_columns_and_leave_something():
    transactions = Transactions(frame_of("pandas", CHANNELS), keep="channel")
    with pytest.raises(ColumnError, match="'colour' was not kept"):
        transactions.where(colour="red")
    for wrong in ({"channel": "phone"}, {"customer": [[1]]}, {"customer": "1"}, {"customer": []}):
        with pytest.raises(DataError, match="leave no purchase"):
            transactions.where(**wrong)
    refunded = bought("pandas", (1, "2024-01-01", 5.0), (2, "2024-01-02", -3.0))
    with pytest.raises(DataError, match="leave no purchase"):
        refunded.where(customer=2)
