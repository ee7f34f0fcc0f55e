"""Purchase histories from a log, and holdouts: CDNOW, a naive twin, and every kind of frame."""

import datetime as dt
import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retentionkit.datasets import load_cdnow
from retentionkit.durations import GRAINS
from retentionkit.errors import DataError, KindError, OptionError, RetentionKitWarning
from retentionkit.histories import (
    Holdout,
    OpportunityHistories,
    PurchaseHistories,
    RenewalHistories,
    grouped_histories,
    holdout,
    purchase_histories,
)
from retentionkit.transactions import Transactions
from strategies import (
    UNIT_DAYS,
    coarse_period,
    frame_of,
    logs,
    naive_events,
    naive_histories,
    to_columns,
)

DAY = dt.date.fromisoformat
CLOCK = dt.datetime.fromisoformat


def parsed(rows, kind="pandas", **options):
    return Transactions(frame_of(kind, to_columns(rows)), **options)


def by_customer(histories):
    """{customer: (x, t_x, T, m)}."""
    columns = (histories.frequency, histories.recency, histories.age, histories.monetary_value)
    values = zip(*(column.tolist() for column in columns), strict=True)
    return dict(zip(histories.customer.tolist(), values, strict=True))


# -- worked example --------------------------------------------------------------------------------


def test_cdnow_summary(kind):
    """Fader and Hardie's summary of the sample, as shipped with BTYD, weeks, to 1997-09-30."""
    transactions = Transactions(load_cdnow(kind=kind))
    histories = purchase_histories(transactions, as_of="1997-09-30")
    assert histories.n_customers == len(histories) == 2357
    assert histories.frequency.sum() == 2457
    assert histories.recency.sum() == pytest.approx(16_135.571429, abs=1e-6)
    assert histories.age.sum() == pytest.approx(77_111.285714, abs=1e-6)
    assert np.sum(histories.frequency > 0) == 946
    assert histories.frequency.max() == 29
    assert histories.age.max() == 272 / 7
    assert np.sum(~np.isnan(histories.monetary_value)) == 946
    assert round(np.nanmean(histories.monetary_value), 2) == 35.08
    assert histories.origin_unknown == 18
    assert histories.grouped().weight.shape == (1016,)
    later = holdout(transactions, histories, until="1998-06-30")
    assert later.purchases.sum() == 1882
    assert later.duration == 39.0


def test_cdnow_is_the_same_in_each_kind_of_frame(kind):
    """Whole numbers bit for bit; money to 1e-12, since engines add in different orders."""
    options = {"as_of": "1997-09-30", "log_gaps": True}
    expected = purchase_histories(Transactions(load_cdnow()), **options)
    found = purchase_histories(Transactions(load_cdnow(kind=kind)), **options)
    for name in ("customer", "frequency", "recency", "age", "log_gaps"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
    np.testing.assert_allclose(found.monetary_value, expected.monetary_value, rtol=1e-12)
    assert type(found.to_frame()) is type(load_cdnow(kind=kind))
    assert found.kind == kind


ROWS = [
    ("a", CLOCK("2024-01-31T10:00"), 10.0, 1),
    ("a", CLOCK("2024-02-01T10:30"), 20.0, 2),
    ("a", CLOCK("2024-02-01T10:45"), 6.0, 3),
    ("a", CLOCK("2024-04-02T00:00"), 4.0, 4),
    ("b", CLOCK("2024-02-29T23:59"), 7.0, 5),
]
#: x, t_x, T and m of customer "a" on 2024-04-03, counted by hand on the calendar.
BY_GRAIN = {
    "hour": (2, 1478 / 24, (23 + 24 * 63 - 10) / 24, 15.0),
    "day": (2, 62, 63, 15.0),
    "week": (1, 63, 63, 4.0),
    "month": (2, 3 * 365.25 / 12, 3 * 365.25 / 12, 15.0),
    "quarter": (1, 365.25 / 4, 365.25 / 4, 4.0),
}


@pytest.mark.parametrize("grain", BY_GRAIN)
def test_grains_follow_the_calendar_and_units_measure(kind, grain):
    histories = purchase_histories(parsed(ROWS, kind), as_of="2024-04-03", grain=grain, unit="day")
    # Hours are multiples of 1/24 day, which is no binary fraction.
    assert by_customer(histories)["a"] == pytest.approx(BY_GRAIN[grain], rel=1e-14)
    assert math.isnan(histories.monetary_value[1])
    assert histories.customer.tolist() == ["a", "b"]


def test_without_a_grain_each_instant_is_an_event(kind):
    histories = purchase_histories(
        parsed(ROWS, kind), as_of=CLOCK("2024-04-02T00:00"), grain=None, unit="day"
    )
    x, t_x, T, m = by_customer(histories)["a"]
    assert (x, t_x, m) == (3, T, 10.0)
    assert t_x == pytest.approx(61 + 14 / 24, rel=1e-14)
    assert histories.ledger.rows_used == 5
    one = purchase_histories(parsed(ROWS, kind), as_of="2024-01-31", grain=None, unit="day")
    assert one.age[0] == pytest.approx(14 / 24, rel=1e-9)


def test_log_gaps(kind):
    histories = purchase_histories(parsed(ROWS, kind), unit="week", log_gaps=True)
    assert histories.log_gaps == pytest.approx([math.log(1 / 7) + math.log(61 / 7), 0.0])
    assert histories.in_unit("day").log_gaps[0] == pytest.approx(math.log(61))


def test_a_cohort_by_first_purchase(kind):
    rows = [
        (1, CLOCK("2024-01-31T10:00"), 10.0, 1),
        (1, CLOCK("2024-02-05T10:00"), 3.0, 1),
        (2, CLOCK("2024-02-01T00:00"), 20.0, 2),
        (3, CLOCK("2024-02-29T23:00"), 30.0, 3),
        (4, CLOCK("2024-03-01T00:00"), 40.0, 4),
    ]
    for grain in ("day", "month", "hour"):
        histories = purchase_histories(
            parsed(rows, kind), grain=grain, first_purchase=("2024-02-01", "2024-03-01")
        )
        assert histories.customer.tolist() == [2, 3]
        (line,) = histories.ledger.set_aside
        assert line.reason == "first purchase outside [2024-02-01, 2024-03-01)"
        assert (line.rows, line.amount, line.customers) == (3, 53.0, 2)
    grouped = grouped_histories(parsed(rows, kind), first_purchase=("2024-02-01", "2024-03-01"))
    assert grouped.n_customers == 2
    poor = parsed(rows, kind, amount=None)
    cohort = purchase_histories(
        poor, first_purchase=("2024-02-01", "2024-03-01"), log_gaps=True, grain="week"
    )
    assert (cohort.monetary_value, cohort.ledger.rows_used) == (None, 2)


def test_the_ledger_goes_from_the_caller_s_rows_to_the_used_ones(kind):
    rows = [
        (1, CLOCK("2024-01-01T10:00"), 10.0, 1),
        (1, CLOCK("2024-01-01T11:00"), 0.0, 1),
        (1, CLOCK("2024-01-04T10:00"), -4.0, 1),
        (2, CLOCK("2024-01-02T10:00"), -1.0, 2),
        (1, CLOCK("2024-01-09T10:00"), -2.0, 1),
        (3, CLOCK("2024-01-10T10:00"), 0.0, 3),
    ]
    histories = purchase_histories(parsed(rows, kind), as_of="2024-01-05")
    assert histories.ledger.to_dict() == {
        "rows_in": 6,
        "amount_in": 3.0,
        "set_aside": [
            {"reason": "after as_of 2024-01-05", "rows": 2, "amount": -2.0, "customers": None},
            {
                "reason": "refunds without an earlier purchase",
                "rows": 1,
                "amount": -1.0,
                "customers": None,
            },
        ],
        "notes": [
            {"reason": "refunds netted", "rows": 1, "amount": -4.0, "customers": None},
            {"reason": "purchases of amount zero", "rows": 1, "amount": 0.0, "customers": None},
            {
                "reason": "merged into one event per day",
                "rows": 1,
                "amount": None,
                "customers": None,
            },
        ],
        "kind": kind,
        "rows_used": 3,
        "amount_used": 6.0,
    }


def test_a_definition_prints_its_window():
    histories = purchase_histories(Transactions(load_cdnow()), as_of="1997-09-30", grain="month")
    assert "[1997-01-01, 1997-10-01)" in histories.definition
    assert "one month" in histories.definition
    assert (histories.as_of, histories.first) == (DAY("1997-09-30"), DAY("1997-01-01"))
    assert "origin unknown" in repr(histories)
    instants = purchase_histories(Transactions(load_cdnow()), grain=None)
    assert "inclusive]; each instant" in instants.definition


def test_the_end_of_the_calendar_is_no_obstacle():
    rows = [(1, DAY("9999-11-01"), 1.0, 1), (1, DAY("9999-12-31"), 1.0, 1)]
    histories = purchase_histories(parsed(rows), grain="month")
    assert histories.frequency.tolist() == [1]
    assert "10000-01-01)" in histories.definition


# -- reference: the naive twin ---------------------------------------------------------------------


@settings(max_examples=40)
@given(
    rows=logs(),
    grain=st.sampled_from(GRAINS),
    unit=st.sampled_from(sorted(UNIT_DAYS)),
    orders=st.booleans(),
    day=st.integers(0, 130),
)
def test_histories_equal_the_naive_twin(rows, grain, unit, orders, day):
    as_of = max(moment.date() for _, moment, amount, _ in rows if amount >= 0)
    as_of = max(
        min(as_of, DAY("2023-11-20") + dt.timedelta(days=day)),
        min(row[1].date() for row in rows if row[2] >= 0),
    )
    if grain in {"week", "month", "quarter"}:  # the whole grain that holds as_of is counted
        number = coarse_period((as_of - DAY("1970-01-01")).days, grain)
        while coarse_period((as_of - DAY("1970-01-01")).days + 1, grain) == number:
            as_of += dt.timedelta(days=1)
    transactions = parsed(rows, order="order" if orders else None)
    histories = purchase_histories(transactions, as_of=as_of, grain=grain, unit=unit)
    expected = naive_histories(rows, as_of=as_of, grain=grain, unit=unit, orders=orders)
    found = by_customer(histories)
    assert found.keys() == expected.keys()
    for customer, values in expected.items():
        # Cents below 1e5 summed in another order and subtracted once: 1e-9 is a wide margin.
        assert found[customer] == pytest.approx(values, rel=1e-12, abs=1e-9, nan_ok=True)
    assert histories.ledger.amount_in == pytest.approx(sum(row[2] for row in rows), abs=1e-8)


@settings(max_examples=30)
@given(rows=logs(), at=st.integers(1, 119), orders=st.booleans())
def test_holdouts_equal_the_naive_twin_from_the_whole_log_and_from_the_part(rows, at, orders):
    transactions = parsed(rows, order="order" if orders else None)
    first, last = transactions.first, transactions.last
    day = max(min(DAY("2023-11-20") + dt.timedelta(days=at), last), first + dt.timedelta(days=1))
    if last == first or not any(row[1].date() < day and row[2] >= 0 for row in rows):
        return
    calibration, later = transactions.split(day)
    histories = purchase_histories(calibration)
    whole = purchase_histories(transactions, as_of=day - dt.timedelta(days=1))
    assert histories.to_frame().equals(whole.to_frame())
    part = holdout(later, histories, until=last)
    total = holdout(transactions, histories, until=last)
    assert part.purchases.tolist() == total.purchases.tolist()
    assert part.spend.tolist() == total.spend.tolist()
    events, _ = naive_events(rows, orders=orders, until=last)
    start = (day - DAY("1970-01-01")).days
    for customer, purchases, spend in zip(
        histories.customer.tolist(), part.purchases, part.spend, strict=True
    ):
        inside = [amount for when, amount in events[customer].items() if when >= start]
        assert (purchases, spend) == (len(inside), pytest.approx(sum(inside), abs=1e-8))
    for found in (part, total):
        ledger = found.ledger
        assert ledger.amount_used == pytest.approx(found.spend.sum(), abs=1e-8)


# -- properties ------------------------------------------------------------------------------------


@settings(max_examples=20)
@given(rows=logs(text_ids=True), seed=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows, seed):
    shuffled = rows.copy()
    seed.shuffle(shuffled)
    one, other = (purchase_histories(parsed(some, order="order")) for some in (rows, shuffled))
    for name in ("customer", "frequency", "recency", "age"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    np.testing.assert_allclose(one.monetary_value, other.monetary_value, rtol=1e-12, atol=1e-9)


@settings(max_examples=20)
@given(rows=logs())
def test_rows_twice_double_the_money_and_nothing_else(rows):
    one, two = purchase_histories(parsed(rows)), purchase_histories(parsed(rows + rows))
    np.testing.assert_array_equal(one.frequency, two.frequency)
    np.testing.assert_array_equal(one.age, two.age)
    np.testing.assert_allclose(2 * one.monetary_value, two.monetary_value, rtol=1e-12, atol=1e-9)


@settings(max_examples=20)
@given(rows=logs(), grain=st.sampled_from(GRAINS))
def test_grouping_in_the_engine_equals_grouping_afterwards(rows, grain):
    transactions = parsed(rows, amount=None)
    grouped = grouped_histories(transactions, grain=grain)
    expected = purchase_histories(transactions, grain=grain).grouped()
    for name in ("frequency", "recency", "age", "weight"):
        np.testing.assert_array_equal(getattr(grouped, name), getattr(expected, name))
    assert grouped.customer is None
    assert grouped.monetary_value is None


def test_all_kinds_agree_on_orders_refunds_and_hours(kind):
    shuffle = random.Random(7)  # noqa: S311 - no secrets here
    rows = [
        (
            shuffle.randrange(20),
            CLOCK("2024-01-01T00:00") + dt.timedelta(minutes=shuffle.randrange(100_000)),
            shuffle.randrange(-3000, 9000) / 100,
            shuffle.randrange(9),
        )
        for _ in range(2000)
    ]
    for grain in ("hour", "day", "week", None):
        found = purchase_histories(parsed(rows, kind, order="order"), grain=grain)
        expected = purchase_histories(parsed(rows, "pandas", order="order"), grain=grain)
        for name in ("customer", "frequency", "recency", "age"):
            np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
        np.testing.assert_allclose(
            found.monetary_value, expected.monetary_value, rtol=1e-12, atol=1e-12
        )
        assert found.ledger.rows_used == expected.ledger.rows_used
    lines = purchase_histories(parsed(rows, kind, order="order", amount=None))
    expected = purchase_histories(parsed(rows, order="order", amount=None))
    np.testing.assert_array_equal(lines.recency, expected.recency)
    assert lines.ledger.rows_used == 2000


# -- holdout ---------------------------------------------------------------------------------------


def test_a_holdout_in_the_order_of_its_histories(kind):
    rows = [
        (3, CLOCK("2024-01-01T10:00"), 10.0, 1),
        (1, CLOCK("2024-01-02T10:00"), 10.0, 1),
        (3, CLOCK("2024-01-08T10:00"), 5.0, 1),
        (3, CLOCK("2024-01-08T11:00"), 6.0, 1),
        (3, CLOCK("2024-01-09T11:00"), 0.0, 1),
        (2, CLOCK("2024-01-09T10:00"), 7.0, 1),
        (1, CLOCK("2024-01-10T10:00"), 7.0, 1),
        (1, CLOCK("2024-01-30T10:00"), 99.0, 1),
    ]
    transactions = parsed(rows, kind)
    histories = purchase_histories(transactions, as_of="2024-01-07")[np.array([1, 0])]
    later = holdout(transactions, histories, until="2024-01-21")
    assert isinstance(later, Holdout)
    assert len(later) == 2
    assert later.customer.tolist() == [3, 1]
    assert later.purchases.tolist() == [2, 1]
    assert later.spend.tolist() == [11.0, 7.0]
    assert later.mean_spend.tolist() == [5.5, 7.0]
    assert later.duration == 2.0
    assert [line.reason for line in later.ledger.set_aside] == [
        "up to as_of 2024-01-07",
        "after until 2024-01-21",
        "customers without a history",
    ]
    assert later.ledger.set_aside[2].customers == 1
    assert "after as_of 2024-01-07 up to 2024-01-21 inclusive" in repr(later)
    assert type(later.to_frame()) is type(frame_of(kind, {"x": [1]}))
    nobody = holdout(transactions, histories, until="2024-01-08T08:00")
    assert nobody.purchases.tolist() == [1, 0]
    assert math.isnan(nobody.mean_spend[1])


def test_a_holdout_without_money(kind):
    rows = [*ROWS, ("b", CLOCK("2024-03-15T10:00"), 1.0, 9)]
    transactions = parsed(rows, kind, amount=None)
    for grain in ("day", None):
        histories = purchase_histories(transactions, as_of="2024-03-01", grain=grain)
        later = holdout(transactions, histories, until="2024-04-02")
        assert (later.purchases.tolist(), later.spend, later.mean_spend) == ([1, 1], None, None)
        assert list(later._table()) == ["customer", "purchases"]
    quiet = holdout(transactions, histories, until="2024-03-02")
    assert quiet.purchases.tolist() == [0, 0]


# -- refusals --------------------------------------------------------------------------------------


def test_a_frame_is_parsed_first():
    with pytest.raises(KindError, match="Parsed transactions are needed"):
        purchase_histories(frame_of("pandas", to_columns(ROWS)))


def test_as_of_lies_in_the_log():
    with pytest.raises(OptionError, match="before the first purchase"):
        purchase_histories(parsed(ROWS), as_of="2024-01-30")
    with pytest.raises(OptionError, match="`as_of` has a time zone"):
        purchase_histories(parsed(ROWS), as_of=dt.datetime(2024, 2, 1, tzinfo=dt.UTC))
    with pytest.warns(RetentionKitWarning, match="303 days before as_of=2025-01-30"):
        later = purchase_histories(parsed(ROWS), as_of="2025-01-30", unit="day")
    assert later.age.tolist() == [365, 336]
    purchase_histories(parsed(ROWS), as_of="2024-05-03")  # a pause of a month is no news


def test_the_origin_of_a_later_cohort_is_not_in_doubt():
    assert purchase_histories(parsed(ROWS)).origin_unknown > 0
    cohort = purchase_histories(parsed(ROWS), first_purchase=("2024-02-01", "2024-03-01"))
    assert cohort.origin_unknown == 0
    assert "first purchase lies in [2024-02-01, 2024-03-01)" in cohort.definition
    for grain in ("hour", None, "month"):
        assert purchase_histories(parsed(ROWS), grain=grain).origin_unknown > 0


def test_a_holdout_of_other_customers_is_refused():
    histories = purchase_histories(parsed(ROWS), as_of="2024-03-01")
    others = parsed([("Zoe", *row[1:]) for row in ROWS])
    with pytest.raises(DataError, match="None of the histories' customers"):
        holdout(others, histories, until="2024-04-02")


def test_a_cohort_has_somebody():
    with pytest.raises(OptionError, match="Nobody made a first purchase"):
        purchase_histories(parsed(ROWS), first_purchase=("2024-03-01", "2024-02-01"))
    with pytest.raises(OptionError, match="has to be a whole day"):
        purchase_histories(parsed(ROWS), first_purchase=("2024-01-01T12:00", "2024-02-01"))


@pytest.mark.parametrize("wrong", [{"unit": "hour"}, {"grain": "year"}])
def test_unknown_units_and_grains(wrong):
    with pytest.raises(OptionError, match="not one of its choices"):
        purchase_histories(parsed(ROWS), **wrong)


def test_a_holdout_follows_its_histories():
    transactions = parsed(ROWS)
    histories = purchase_histories(transactions, as_of="2024-02-15")
    with pytest.raises(OptionError, match="`until` does not lie after"):
        holdout(transactions, histories, until="2024-02-15")
    bare = PurchaseHistories.from_arrays(1, 2, 3, unit="week", customer=["a"])
    with pytest.raises(DataError, match="cannot be followed further"):
        holdout(transactions, bare, until="2024-04-01")
    with pytest.raises(DataError, match="cannot be followed further"):
        holdout(transactions, histories.grouped(), until="2024-04-01")
    calibration, later = transactions.split("2024-02-16")
    with pytest.raises(DataError, match="end before `until`"):
        holdout(calibration, histories, until="2024-04-01")
    _, too_late = transactions.split("2024-02-20")
    with pytest.raises(DataError, match="begin after the histories end"):
        holdout(too_late, histories, until="2024-04-01")
    with pytest.warns(RetentionKitWarning, match="only if nobody bought in between"):
        holdout(later, histories, until="2024-04-09")


@pytest.mark.parametrize(
    "others",
    [
        OpportunityHistories.from_arrays([1], [1], [3], unit="year", customer=["a"]),
        RenewalHistories.from_arrays([1], [True], unit="year", customer=["a"]),
        None,
    ],
)
def test_a_holdout_follows_purchases(others):
    with pytest.raises(KindError, match="follows purchase histories in time") as caught:
        holdout(parsed(ROWS), others, until="2024-04-01")
    assert type(others).__name__ in str(caught.value)


def test_a_holdout_needs_the_same_ids():
    histories = purchase_histories(parsed(ROWS), as_of="2024-02-15")
    other = parsed([(1, moment, amount, order) for _, moment, amount, order in ROWS])
    with pytest.raises(DataError, match="ids of histories and transactions"):
        holdout(other, histories, until="2024-04-01")
