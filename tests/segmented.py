"""Customers in segments from plain lists, and random ones for property tests."""

import datetime as dt

import numpy as np
from hypothesis import strategies as st

import retentionkit as rk
from retentionkit.ledger import Ledger

NAMES = ("top", "middle", "low")


def table_of(spend, orders=None, days=None, *, customer=None, kind=None, currency=None):
    """Measures of customers from lists; without spend a log without money."""
    size = len(spend if spend is not None else orders)
    count = np.ones(size, dtype=np.int64) if orders is None else np.array(orders, dtype=np.int64)
    since = np.zeros(size) if days is None else np.array(days, dtype=np.float64)
    money = None if spend is None else np.array(spend, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = None if money is None else np.where(count > 0, money / count, np.nan)
    return rk.rfm.RFMTable(
        customer=np.arange(1, size + 1) if customer is None else np.array(customer),
        days_since_last=np.where(count > 0, since, np.nan),
        orders=count,
        active_days=count,
        net_spend=money,
        mean_order_value=mean,
        as_of=dt.date(2025, 3, 31),
        first=dt.date(2025, 1, 1),
        window=90,
        observed=90,
        currency=currency,
        definition="Orders in [2025-01-01, 2025-04-01).",
        ledger=Ledger(size),
        kind=kind,
    )


def segments_of(labels, spend, orders=None, days=None, *, names=NAMES, **more):
    """Customers in segments from lists; None is no segment, no order is refunds only."""
    return rk.rfm.Segments.from_labels(table_of(spend, orders, days, **more), labels, names=names)


@st.composite
def segmented(draw, *, min_size=1, lowest=-5_000, max_size=25):
    """Labels, spend, orders and days of random customers, some of whom only sent goods back."""
    customer = st.tuples(
        st.sampled_from([*NAMES, None]),
        st.integers(lowest, 20_000).map(lambda cents: cents / 100),
        st.integers(0 if lowest < 0 else 1, 6),
        st.integers(0, 400),
    )
    rows = draw(st.lists(customer, min_size=min_size, max_size=max_size))
    return tuple(map(list, zip(*rows, strict=True)))
