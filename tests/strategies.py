"""Purchase logs for property tests, frames of every kind, and a naive twin of the data side.

The twin is plain Python loops over rows, written from the definitions and not from the library:
slow, obvious, and different.
"""

import datetime as dt
import math

import pandas as pd
import polars as pl
import pyarrow as pa
from hypothesis import strategies as st

START = dt.datetime.fromisoformat("2023-11-20")
EPOCH = dt.datetime.fromisoformat("1970-01-01")
UNIT_DAYS = {"day": 1, "week": 7, "month": 365.25 / 12, "year": 365.25}
GRAIN_DAYS = {
    "hour": 1 / 24,
    "day": 1,
    "week": 7,
    "month": 365.25 / 12,
    "quarter": 365.25 / 4,
    None: 1 / 86_400_000_000,
}


def frame_of(kind, columns):
    """A frame of that kind from lists."""
    if kind == "polars":
        return pl.DataFrame(columns, strict=False)
    if kind == "pyarrow":
        return pa.table(columns)
    return pd.DataFrame(columns)


def to_columns(rows):
    """Rows of (customer, moment, amount, order) as the columns of a log."""
    names = ("customer_id", "date", "amount", "order")
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=False))


def logs(*, refunds=True, text_ids=False):
    """Small logs with several lines per order, equal days, refunds and zero amounts."""
    cents = st.integers(-5_000 if refunds else 0, 10_000)
    moments = st.builds(
        lambda day, minute: START + dt.timedelta(days=day, minutes=minute),
        st.integers(0, 120),
        st.integers(0, 1439),
    )
    ids = st.integers(1, 5).map(str) if text_ids else st.integers(1, 5)
    row = st.tuples(ids, moments, cents.map(lambda n: n / 100), st.integers(1, 6))
    some = st.lists(row, min_size=1, max_size=40)
    return some.filter(lambda rows: any(amount >= 0 for _, _, amount, _ in rows))


def base_period(moment, grain):
    """The number of the day, hour or microsecond."""
    since = moment - EPOCH
    if grain is None:
        return since // dt.timedelta(microseconds=1)
    return since // dt.timedelta(hours=1) if grain == "hour" else since // dt.timedelta(days=1)


def coarse_period(base, grain):
    """The number of the grain that holds a day."""
    if grain in {"hour", "day", None}:
        return base
    day = dt.date(1970, 1, 1) + dt.timedelta(days=base)
    if grain == "week":
        return (day - dt.timedelta(days=day.weekday()) - dt.date(1969, 12, 29)).days // 7
    month = 12 * day.year + day.month - 1
    return month if grain == "month" else month // 3


def naive_events(rows, *, grain="day", orders=False, until):
    """{customer: {period: amount}} of what is known at the end of the day `until`."""
    known = [row for row in rows if row[1].date() <= until]
    bought = [row for row in known if row[2] >= 0]
    events, first_line = {}, {}
    for customer, moment, _, order in bought:
        key = (customer, order)
        period = base_period(moment, grain)
        first_line[key] = min(first_line.get(key, period), period)
    for customer, moment, amount, order in bought:
        period = first_line[customer, order] if orders else base_period(moment, grain)
        days = events.setdefault(customer, {})
        days[period] = days.get(period, 0.0) + amount
    orphans = []
    gross = {customer: sorted(days) for customer, days in events.items()}
    for customer, moment, amount, order in known:
        if amount >= 0:
            continue
        at = base_period(moment, grain)
        target = first_line.get((customer, order), math.inf) if orders else math.inf
        if target > at:
            target = max((day for day in gross.get(customer, []) if day <= at), default=None)
        if target is None:
            orphans.append(amount)
        else:
            events[customer][target] += amount
    return events, orphans


def naive_histories(rows, *, grain="day", unit="day", orders=False, as_of):
    """{customer: (x, t_x, T, m)}, m NaN without repeats."""
    step = GRAIN_DAYS[grain] / UNIT_DAYS[unit]
    last_moment = dt.datetime.combine(as_of, dt.time.max)
    end = coarse_period(base_period(last_moment, grain), grain)
    events, _ = naive_events(rows, grain=grain, orders=orders, until=as_of)
    found = {}
    for customer, days in events.items():
        merged = {}
        for day, amount in days.items():
            period = coarse_period(day, grain)
            merged[period] = merged.get(period, 0.0) + amount
        periods = sorted(merged)
        repeats = [merged[period] for period in periods[1:]]
        mean = sum(repeats) / len(repeats) if repeats else math.nan
        times = ((periods[-1] - periods[0]) * step, (end - periods[0]) * step)
        found[customer] = (len(repeats), *times, mean)
    return found
