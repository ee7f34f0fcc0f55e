"""Hostile frames: whatever comes in, either a right result comes out or an error of ours."""

import datetime as dt
import json
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from retentionkit import rfm
from retentionkit.errors import RetentionKitError
from retentionkit.histories import grouped_histories, holdout, purchase_histories
from retentionkit.transactions import Transactions

MOMENT = dt.datetime(2024, 2, 28, 23, 30)  # noqa: DTZ001 - naive on purpose
ZONED = dt.datetime(2024, 3, 31, 1, 30, tzinfo=dt.UTC)

#: Columns of one type each, mostly fine, some of them wrong.
IDS = [
    st.integers(-3, 3),
    st.integers(1, 3),
    st.integers(1, 2),
    st.sampled_from(["a", "b"]),
    st.integers(2**62, 2**64 - 1),
    st.sampled_from(["", "a", "A", "ä", " a"]),
    st.sampled_from([1.0, 2.0, math.nan]),
    st.sampled_from([1.5, math.inf, 2.0**60]),
    st.booleans(),
    st.sampled_from([b"x", b"y"]),
]
MOMENTS = [
    st.dates(dt.date(2024, 1, 1), dt.date(2024, 3, 1)),
    st.dates(dt.date(2024, 1, 1), dt.date(2024, 1, 9)),
    st.datetimes(MOMENT, MOMENT + dt.timedelta(days=40)),
    st.dates(),
    st.datetimes(MOMENT, MOMENT + dt.timedelta(days=2)),
    st.datetimes(),
    st.integers(0, 200).map(lambda hours: ZONED + dt.timedelta(hours=hours)),
    st.sampled_from(["2024-01-01", "01/02/2024"]),
    st.integers(20_240_101, 20_240_131),
]
AMOUNTS = [
    st.integers(-5, 9),
    st.integers(0, 9),
    st.integers(0, 900).map(lambda n: n / 100),
    st.integers(-500, 900).map(lambda n: n / 100),
    st.integers(-500, 900).map(lambda n: Decimal(n) / 100),
    st.sampled_from([math.nan, 1.0, -1.0, 0.0]),
    st.sampled_from([math.inf, 1.0, 1e308, -1e308]),
    st.sampled_from(["1.00", "2,5"]),
    st.booleans(),
]
ARROW_AND_POLARS = (pa.ArrowException, pl.exceptions.PolarsError)
MISSING = st.sampled_from([None, None, float("nan"), pd.NaT, pd.NA])


@st.composite
def columns(draw, size, kinds):
    """A column of one type, or with missing values, or of two types mixed."""
    values = draw(st.sampled_from(kinds))
    shape = draw(st.sampled_from(["pure"] * 9 + ["missing", "missing", "mixed"]))
    if shape == "missing":
        values = st.one_of(values, values, MISSING)
    if shape == "mixed":
        values = st.one_of(values, draw(st.sampled_from(kinds)))
    return draw(st.lists(values, min_size=size, max_size=size))


@st.composite
def frames(draw):
    size = draw(st.integers(0, 12))
    raw = {
        "customer_id": draw(columns(size, IDS)),
        "date": draw(columns(size, MOMENTS)),
        "amount": draw(columns(size, AMOUNTS)),
        "order": draw(columns(size, IDS)),
    }
    kind = draw(st.sampled_from(["object", "inferred", "nullable", "category", "polars", "arrow"]))
    try:
        return _frame(kind, raw)
    except (TypeError, ValueError, OverflowError, RuntimeWarning, *ARROW_AND_POLARS):
        return _frame("object", raw)  # the other library refuses such a column by itself


def _frame(kind, raw):
    if kind == "polars":
        return pl.DataFrame(raw, strict=False)
    if kind == "arrow":
        return pa.table(raw)
    if kind == "object":
        return pd.DataFrame({name: pd.Series(column, dtype=object) for name, column in raw.items()})
    frame = pd.DataFrame(raw)
    if kind == "category":
        return frame.astype("category")
    return frame.convert_dtypes() if kind == "nullable" else frame


def check(transactions):
    """What must hold of any accepted log."""
    ledger = transactions.ledger
    days = transactions.part.customer_days()
    customer, period, rows, amount = days.arrays("customer", "period", "rows", "amount")
    assert len(set(zip(customer.tolist(), period.tolist(), strict=True))) == len(customer)
    assert ledger.rows_used == rows.sum()
    assert math.isclose(ledger.amount_used, math.fsum(amount), rel_tol=1e-9, abs_tol=1e-6)
    histories = purchase_histories(transactions)
    assert histories.n_customers == transactions.n_customers == len(set(customer.tolist()))
    assert histories.frequency.sum() + len(histories) == len(customer)
    again = type(histories).from_arrays(
        histories.frequency, histories.recency, histories.age, unit="week"
    )
    assert np.all(again.age == histories.age)
    assert np.array_equal(np.isnan(histories.monetary_value), histories.frequency == 0)
    assert grouped_histories(transactions).n_customers == len(histories)
    json.dumps(histories.to_dict(), allow_nan=False)
    repr(transactions), histories.to_frame(), ledger.to_frame()
    check_segments(transactions, histories)


def check_segments(transactions, histories):
    """Everybody who bought is measured, scored, in one segment, and counted once."""
    table = rfm.measure(transactions, as_of=transactions.observed_until)
    buyers = table[~table.refund_only]
    assert buyers.customer.tolist() == histories.customer.tolist()
    assert (buyers.active_days - 1).tolist() == histories.frequency.tolist()
    used = table.ledger.amount_used
    assert math.isclose(table.net_spend.sum(), used, rel_tol=1e-9, abs_tol=1e-6)
    scores = rfm.score(table)
    segments = rfm.STANDARD.assign(scores)
    assert segments.counts.sum() == len(buyers)
    assert segments.n_refund_only == len(table) - len(buyers)
    profile = rfm.profile(segments)
    assert profile.customers.sum() == len(table)
    assert math.isclose(profile.revenue.sum(), used, rel_tol=1e-9, abs_tol=1e-6)
    stayed = rfm.Scorer.fit(table).score(table)
    assert np.array_equal(stayed.monetary, scores.monetary, equal_nan=True)
    for result in (table, scores, segments, profile):
        json.dumps(result.to_dict(), allow_nan=False)
        repr(result), result.to_frame()


@settings(max_examples=300)
@given(
    frame=frames(),
    missing=st.sampled_from(["error", "drop", "drop"]),
    refunds=st.sampled_from(["net", "net", "drop", "error"]),
    order=st.sampled_from([None, "order"]),
    time_zone=st.sampled_from([None] * 8 + ["Asia/Tokyo", "Mars/Base"]),
)
def test_a_right_result_or_an_error_of_ours(frame, missing, refunds, order, time_zone):
    try:
        transactions = Transactions(
            frame, missing=missing, refunds=refunds, order=order, time_zone=time_zone
        )
    except RetentionKitError:
        return
    check(transactions)
    middle = transactions.first + (transactions.last - transactions.first) / 2
    try:
        calibration, later = transactions.split(middle)
        histories = purchase_histories(calibration)
        after = holdout(later, histories, until=transactions.last)
    except RetentionKitError:
        return  # everything on one day, or refunds only on one side
    whole = purchase_histories(transactions, as_of=calibration.observed_until)
    assert histories.to_frame().equals(whole.to_frame())
    assert after.ledger.amount_used == math.fsum(after.spend) or math.isclose(
        after.ledger.amount_used, math.fsum(after.spend), rel_tol=1e-9, abs_tol=1e-6
    )
