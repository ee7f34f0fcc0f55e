"""Opportunity histories: from arrays, from a summary, and from a log period by period."""

import datetime as dt
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retentionkit.datasets import load_cdnow
from retentionkit.errors import ColumnError, DataError, KindError, OptionError, RetentionKitWarning
from retentionkit.histories import OpportunityHistories, opportunity_histories, purchase_histories
from retentionkit.transactions import Transactions
from strategies import coarse_period, frame_of, logs, naive_events, to_columns

CLOCK = dt.datetime.fromisoformat
SUMMARY = {"id": ["x", "y", "z"], "frequency": [2, 0, 1], "recency": [4, 0, 3], "n": [6, 6, 5]}


def few(**changes):
    arrays = {"frequency": [2, 0, 1], "recency": [4, 0, 3], "opportunities": [6, 6, 5]}
    return OpportunityHistories.from_arrays(**(arrays | {"unit": "year"} | changes))


def parsed(rows, kind="pandas", **options):
    return Transactions(frame_of(kind, to_columns(rows)), **options)


def by_customer(histories):
    """{customer: (x, t_x, n, m)}."""
    columns = [histories.frequency, histories.recency, histories.opportunities]
    values = zip(*(c.tolist() for c in (*columns, histories.monetary_value)), strict=True)
    return dict(zip(histories.customer.tolist(), values, strict=True))


# -- worked example --------------------------------------------------------------------------------

ROWS = [
    ("a", CLOCK("2018-12-31T23:59"), 10.0, 1),
    ("a", CLOCK("2019-01-01T00:00"), 20.0, 2),
    ("a", CLOCK("2019-11-01T00:00"), 6.0, 3),
    ("a", CLOCK("2021-02-28T10:00"), 4.0, 4),
    ("a", CLOCK("2022-03-01T10:00"), 99.0, 5),
    ("b", CLOCK("2019-02-28T23:59"), 7.0, 6),
    ("c", CLOCK("2021-12-31T10:00"), 8.0, 7),
    ("d", CLOCK("2022-01-02T10:00"), 5.0, 8),
]


def test_years_after_the_first_one_are_opportunities(kind):
    found = opportunity_histories(parsed(ROWS, kind), as_of="2022-03-31", period="year")
    # The year 2022 is not over: its rows, and customer d with them, are set aside.
    assert found.customer.tolist() == ["a", "b", "c"]
    assert by_customer(found)["a"] == (2, 3, 3, 15.0)
    assert by_customer(found)["b"][:3] == (0, 0, 2)
    assert by_customer(found)["c"][:3] == (0, 0, 0)
    assert math.isnan(found.monetary_value[1])
    assert (found.unit, found.as_of, found.kind) == ("year", dt.date(2021, 12, 31), kind)
    assert [(line.reason, line.rows, line.amount) for line in found.ledger.set_aside] == [
        ("after 2021-12-31, the end of the last full year", 2, 104.0)
    ]
    assert "as_of        2021-12-31" in repr(found)
    assert "each calendar year after that of a customer's first purchase" in found.definition
    assert list(found.to_frame().columns if kind != "pyarrow" else found.to_frame().column_names)[
        1:
    ] == ["frequency", "recency", "n", "monetary_value"]


def test_a_year_is_over_on_its_last_day():
    late, early = (
        opportunity_histories(parsed(ROWS[:7]), as_of=day) for day in ("2021-12-31", "2021-12-30")
    )
    assert late.opportunities.tolist() == [3, 2, 0]
    assert early.as_of == dt.date(2020, 12, 31)
    assert early.opportunities.tolist() == [2, 1]
    assert early.frequency.tolist() == [1, 0]


def test_months_of_cdnow():
    log = Transactions(load_cdnow())
    found = opportunity_histories(log, as_of="1997-09-30", period="month")
    assert found.n_customers == 2357
    assert sorted(set(found.opportunities.tolist())) == [6, 7, 8]
    merged = purchase_histories(log, as_of="1997-09-30", grain="month", unit="month")
    np.testing.assert_array_equal(found.frequency, merged.frequency)
    np.testing.assert_array_equal(found.recency, np.rint(merged.recency))
    np.testing.assert_array_equal(found.opportunities, np.rint(merged.age))
    np.testing.assert_array_equal(found.monetary_value, merged.monetary_value)
    assert found.ledger.rows_used == merged.ledger.rows_used


def test_a_ready_summary(kind):
    frame = frame_of(kind, SUMMARY | {"spent": [5.0, None, 7.0]})
    found = OpportunityHistories.from_frame(
        frame, unit="year", customer="id", monetary_value="spent"
    )
    assert found.customer.tolist() == ["x", "y", "z"]
    assert (found.recency.tolist(), found.recency.dtype) == ([4, 0, 3], np.int64)
    assert found.kind == kind
    again = OpportunityHistories.from_frame(
        found.to_frame(), unit="year", customer="customer", monetary_value="monetary_value"
    )
    assert again.equals(found)


def test_one_customer_and_many():
    one = OpportunityHistories.from_arrays(2, 4, 6, unit="year")
    assert (len(one), one.n_customers) == (1, 1)
    assert repr(one).splitlines()[1:4] == [
        "  customers    1",
        "  opportunity  one year",
        "  definition   Opportunity histories as they were given.",
    ]
    many = few(weight=[10, 20, 2])
    assert many.n_customers == 32
    assert list(many.to_frame().columns) == ["frequency", "recency", "n", "weight"]
    json.dumps(many.to_dict(), allow_nan=False)


# -- definition ------------------------------------------------------------------------------------


def number(day, period):
    """The number of the calendar period that holds a day number."""
    date = dt.date(1970, 1, 1) + dt.timedelta(days=day)
    return date.year if period == "year" else coarse_period(day, period)


@settings(max_examples=20)
@given(
    rows=logs(),
    period=st.sampled_from(["year", "month", "week", "day"]),
    day=st.integers(0, 500),
)
def test_histories_equal_a_loop_over_the_periods(rows, period, day):
    """Period by period: bought or not; the last period that is over is found by walking back."""
    log = parsed(rows, order="order")
    as_of = dt.date(2023, 11, 20) + dt.timedelta(days=day)
    as_of = min(as_of, max(moment.date() for _, moment, _, _ in rows))
    first = log.first
    last = (as_of - dt.date(1970, 1, 1)).days
    while number(last + 1, period) == number(last, period):
        last -= 1
    if dt.date(1970, 1, 1) + dt.timedelta(days=last) < first:
        with pytest.raises(OptionError, match=f"No {period} of this log is over"):
            opportunity_histories(log, as_of=as_of, period=period)
        return
    until = dt.date(1970, 1, 1) + dt.timedelta(days=last)
    events, _ = naive_events(rows, orders=True, until=until)
    if not events:
        return  # nothing but refunds so far
    found = opportunity_histories(log, as_of=as_of, period=period)
    expected = {}
    for customer, days in events.items():
        spent = {}
        for at, amount in days.items():
            spent[number(at, period)] = spent.get(number(at, period), 0.0) + amount
        begin = min(spent)
        taken = [n for n in range(1, number(last, period) - begin + 1) if begin + n in spent]
        mean = sum(spent[begin + n] for n in taken) / len(taken) if taken else math.nan
        expected[customer] = (
            len(taken),
            max(taken, default=0),
            number(last, period) - begin,
            pytest.approx(mean, nan_ok=True, abs=1e-9),
        )
    assert by_customer(found) == expected


# -- properties ------------------------------------------------------------------------------------


def test_a_cohort_by_first_purchase(kind):
    found = opportunity_histories(
        parsed(ROWS, kind), as_of="2021-12-31", first_purchase=("2019-01-01", "2020-01-01")
    )
    assert found.customer.tolist() == ["b"]
    assert "first purchase lies in [2019-01-01, 2020-01-01)" in found.definition


def test_a_log_without_money(kind):
    found = opportunity_histories(parsed(ROWS, kind, amount=None), period="day")
    assert found.monetary_value is None
    assert "monetary_value" not in found._table()
    assert found.frequency.tolist() == [4, 0, 0, 0]


def test_a_selection_of_rows():
    histories = few(customer=["a", "b", "c"], monetary_value=[1, np.nan, 3])
    some = histories[histories.frequency > 0]
    assert some.customer.tolist() == ["a", "c"]
    assert histories[1:].opportunities.tolist() == [6, 5]
    for array in some._arrays().values():
        assert not array.flags.writeable


def test_one_row_is_chosen_by_its_position():
    h = few(customer=["a", "b", "c"])
    for position in (2, -1, np.int64(2)):
        assert h[position].equals(h[2:3])


@pytest.mark.parametrize("missing", [0, 0.0, None, np.nan])
def test_without_repeats_there_is_no_mean(kind, missing):
    frame = frame_of(kind, SUMMARY | {"mean": [22.35, missing, 0.0]})
    arrays = few(monetary_value=[22.35, np.nan if missing is None else missing, 0.0])
    read = OpportunityHistories.from_frame(frame, unit="year", monetary_value="mean", customer="id")
    for h in (read, arrays):
        assert np.array_equal(h.monetary_value, [22.35, np.nan, 0.0], equal_nan=True)
    with pytest.raises(DataError, match=r"5 at position 1\n"):
        few(monetary_value=[22.35, 5.0, 3.0])


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2), st.integers(1, 4)),
        min_size=1,
    )
)
def test_grouping_keeps_every_customer_once(rows):
    x, wait, more, weight = (np.array(column) for column in zip(*rows, strict=True))
    t_x = np.where(x == 0, 0, x + wait)
    arrays = (x, t_x, t_x + more)
    grouped = OpportunityHistories.from_arrays(*arrays, unit="day", weight=weight).grouped()
    counts = {}
    for *history, n in zip(*(a.tolist() for a in arrays), weight.tolist(), strict=True):
        counts[tuple(history)] = counts.get(tuple(history), 0) + n
    found = zip(grouped.frequency, grouped.recency, grouped.opportunities, strict=True)
    assert dict(zip(found, grouped.weight, strict=True)) == counts
    assert (grouped.customer, grouped.monetary_value) == (None, None)


def test_the_order_of_rows_does_not_matter():
    order = np.random.default_rng(0).permutation(len(ROWS))
    shuffled = opportunity_histories(parsed([ROWS[i] for i in order]), as_of="2021-12-31")
    assert shuffled.equals(opportunity_histories(parsed(ROWS), as_of="2021-12-31"))


# -- refusals --------------------------------------------------------------------------------------

WRONG = [
    ({"frequency": [2, -1, 1]}, "frequency", "-1 at position 1"),
    ({"frequency": [2, 0, 1.5]}, "frequency", "1.5 at position 2"),
    ({"frequency": [np.nan, 0, 1]}, "frequency", "nan at position 0"),
    ({"frequency": [5, 0, 1]}, "frequency", "5 at position 0"),
    ({"recency": [3.5, 0, 3]}, "recency", "3.5 at position 0"),
    ({"recency": [4, 0, 6]}, "recency", "6 at position 2"),
    ({"recency": [4, 1, 3]}, "recency", "1 at position 1"),
    ({"recency": [0, 0, 3]}, "recency", "0 at position 0"),
    ({"opportunities": [np.inf, 6, 5]}, "opportunities", "inf at position 0"),
    ({"opportunities": [6.5, 6, 5]}, "opportunities", "6.5 at position 0"),
    ({"opportunities": [2e6, 6, 5]}, "opportunities", "2e+06 at position 0"),
    ({"weight": [1, 0, 1]}, "weight", "0 at position 1"),
    ({"monetary_value": [1, np.inf, 1]}, "monetary_value", "inf at position 1"),
]


@pytest.mark.parametrize(("wrong", "name", "shown"), WRONG)
def test_values_that_no_history_can_have(wrong, name, shown):
    with pytest.raises(DataError, match=f"`{name}` holds values that no history") as caught:
        few(**wrong)
    assert shown in str(caught.value)


def test_lengths_ids_and_units():
    with pytest.raises(DataError, match="arrays of one length"):
        OpportunityHistories.from_arrays([1, 1], [1], [2], unit="year")
    with pytest.raises(DataError, match="more than once"):
        few(customer=["a", "b", "a"])
    with pytest.raises(OptionError, match="`unit` is not one of its choices"):
        few(unit="quarter")


def test_a_frame_with_wrong_columns(kind):
    with pytest.raises(ColumnError, match="no column 'years'"):
        OpportunityHistories.from_frame(frame_of(kind, SUMMARY), unit="year", opportunities="years")


def test_periods_and_days():
    log = parsed(ROWS)
    with pytest.raises(OptionError, match="Quarters cannot be opportunities"):
        opportunity_histories(log, period="quarter")
    with pytest.raises(OptionError, match="`period` is not one of its choices"):
        opportunity_histories(log, period="decade")
    with pytest.raises(OptionError, match="No year of this log is over"):
        opportunity_histories(log, as_of="2018-12-30")
    with pytest.raises(OptionError, match="has to be a whole day"):
        opportunity_histories(log, as_of="2021-12-31T12:00")
    with pytest.raises(KindError, match="Parsed transactions are needed"):
        opportunity_histories(to_columns(ROWS))
    with pytest.warns(RetentionKitWarning, match="only if nobody bought in between"):
        opportunity_histories(log, as_of="2023-12-31")
