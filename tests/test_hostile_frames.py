"""Hostile frames: whatever comes in, either a right result comes out or an error of ours."""

import json
import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hostile import AMOUNTS, IDS, KINDS, MOMENTS, columns, framed
from retentionkit import rfm
from retentionkit.errors import RetentionKitError
from retentionkit.histories import grouped_histories, holdout, purchase_histories
from retentionkit.transactions import Transactions


@st.composite
def frames(draw):
    size = draw(st.integers(0, 12))
    raw = {
        "customer_id": draw(columns(size, IDS)),
        "date": draw(columns(size, MOMENTS)),
        "amount": draw(columns(size, AMOUNTS)),
        "order": draw(columns(size, IDS)),
    }
    return framed(draw(st.sampled_from(KINDS)), raw)


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
