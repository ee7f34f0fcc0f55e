"""Contacts in time: the rule by hand on calendar days and on the clock, and by a loop."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retentionkit.errors import DataError, OptionError
from retentionkit.service import on_time_contact

MONDAY = dt.date(2026, 3, 2)


def orders_of(rows, names=("ordered", "contacted", "trip")):
    """Days after a Monday, with decimals for hours; None where there is none."""
    start = pd.Timestamp(MONDAY)
    return pd.DataFrame(
        {
            name: pd.to_datetime(
                [None if row[at] is None else start + pd.Timedelta(days=row[at]) for row in rows]
            )
            for at, name in enumerate(names)
        }
    )


def counts(promise):
    return promise.in_time, promise.late, promise.overdue, promise.pending


def until(days):
    return str(MONDAY + dt.timedelta(days=days))


ROWS = [
    (0, 3, 10),  # called on the third day, a week before the trip
    (0, 4, 10),  # a day late after the order, long before the trip
    (0.9, 3.1, 4),  # in time for both: the day before the trip
    (0, 3, 3),  # on the day of the trip
    (0, None, 20),  # not called: the first rule is missed, the second not yet
    (9, None, 30),  # ordered yesterday
    (5, 5, 5),  # ordered on the day of the trip
]

# -- worked example --------------------------------------------------------------------------------


def test_three_days_after_the_order_and_one_before_the_trip():
    found = on_time_contact(orders_of(ROWS), trip="trip", as_of=until(10))
    assert counts(found.promise("after order")) == (4, 1, 1, 1)
    assert counts(found.promise("before trip")) == (3, 1, 0, 2)
    assert counts(found.promise("both")) == (2, 2, 1, 1)
    assert found.promise("both").cases == 6
    assert "1 ordered too late for a contact before the trip" in found.notes[0]
    assert "at most 3 days after the order, and at least 1 day before the trip" in found.definition
    assert found.interval == found.both.interval


def test_a_limit_passes_at_the_end_of_its_day():
    rows = [(0, None, 30)]
    for day, expected in ((2, (0, 0, 0, 1)), (3, (0, 0, 1, 0))):
        found = on_time_contact(orders_of(rows), as_of=until(day))
        assert counts(found.promise("after order")) == expected


def test_on_the_morning_of_its_last_day_an_order_is_not_missed():
    frame = pd.DataFrame(
        {
            "ordered": pd.to_datetime(["2026-03-02 09:00", "2026-03-05 08:00"]),
            "contacted": pd.to_datetime([None, "2026-03-05 10:00"]),
            "trip": pd.to_datetime(["2026-03-06 12:00", "2026-03-20 12:00"]),
        }
    )
    last = {
        None: (1, 0, 0, 1),
        "2026-03-05 23:59": (1, 0, 0, 1),
        "2026-03-05": (1, 0, 1, 0),
        "2026-03-06 00:00": (1, 0, 1, 0),
    }
    for as_of, expected in last.items():
        found = on_time_contact(frame, trip="trip", as_of=as_of)
        for measure in ("after order", "before trip", "both"):
            assert counts(found.promise(measure)) == expected
    due = on_time_contact(frame, denominator="due")
    assert counts(due.promise("after order")) == (0, 0, 0, 2)


def test_dates_are_known_to_the_end_of_the_last():
    frame = orders_of([(0, None, 5.5), (3, 3, 9.5)])
    found = on_time_contact(frame, trip="trip")
    assert counts(found.promise("after order")) == (1, 0, 1, 0)
    assert found.equals(on_time_contact(frame, trip="trip", as_of=until(3)))


def test_the_last_day_is_that_of_the_zone_that_is_named():
    """17:00 in Berlin is midnight in Shanghai: the day is over there."""
    frame = orders_of([(0.5, None, 30)]).apply(lambda c: c.dt.tz_localize("Europe/Berlin"))
    for clock, expected in (("16:59", (0, 0, 0, 1)), ("17:00", (0, 0, 1, 0))):
        now = pd.Timestamp(f"2026-03-05 {clock}", tz="Europe/Berlin").to_pydatetime()
        found = on_time_contact(frame, as_of=now, time_zone="Asia/Shanghai")
        assert counts(found.promise("after order")) == expected


def test_hours_are_stricter_than_days():
    rows = [(0.2, 3.5, 30)]  # Thursday noon after Monday morning
    assert on_time_contact(orders_of(rows)).estimate("after order").value == 1
    found = on_time_contact(orders_of(rows), days="hours")
    assert found.estimate("after order").value == 0
    assert "time on the clock" in found.definition
    assert on_time_contact(orders_of(rows), days="hours", after="80 hours").n == 1


def test_a_second_contact_may_keep_the_second_rule():
    frame = orders_of(
        [(0, 2, 10, 9), (0, 2, 10, None)], ("ordered", "contacted", "trip", "reminded")
    )
    found = on_time_contact(frame, trip="trip", reminded="reminded", as_of=until(10))
    assert counts(found.promise("before trip")) == (1, 0, 1, 0)
    assert counts(on_time_contact(frame, trip="trip").promise("before trip")) == (2, 0, 0, 0)


def test_only_orders_whose_limit_has_passed():
    rows = [(0, 1, 30), (9, 9, 30)]
    known = on_time_contact(orders_of(rows), as_of=until(10))
    due = on_time_contact(orders_of(rows), as_of=until(10), denominator="due")
    assert counts(known.promise("after order")) == (2, 0, 0, 0)
    assert counts(due.promise("after order")) == (1, 0, 0, 1)
    assert "whose limit has passed" in due.definition


# -- definition ------------------------------------------------------------------------------------


def place(contact, limit, now):
    if contact is not None and contact <= now:
        return "in_time" if contact <= limit else "late"
    return "overdue" if now >= limit else "pending"


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.none() | st.integers(0, 9), st.integers(1, 30)),
        min_size=1,
        max_size=12,
    )
)
def test_counts_are_those_of_a_loop(rows):
    rows = [(o, None if c is None else o + c, o + t) for o, c, t in rows]
    found = on_time_contact(orders_of(rows), trip="trip", as_of=until(20))
    first = [place(c, o + 3, 20) for o, c, _ in rows]
    second = [place(c, t - 1, 20) for _, c, t in rows]
    names = ("in_time", "late", "overdue", "pending")
    assert counts(found.promise("after order")) == tuple(map(first.count, names))
    assert counts(found.promise("before trip")) == tuple(map(second.count, names))


# -- properties ------------------------------------------------------------------------------------


@settings(max_examples=15)
@given(st.permutations(ROWS))
def test_order_of_rows_does_not_matter(rows):
    found = on_time_contact(orders_of(rows), trip="trip", as_of=until(10))
    assert found.equals(on_time_contact(orders_of(ROWS), trip="trip", as_of=until(10)))


@pytest.mark.parametrize("kind", ["polars", "pyarrow"])
def test_other_frames_tell_the_same(kind):
    pytest.importorskip("pyarrow")
    frame = orders_of(ROWS).assign(shop=list("ababaab"))
    library = pytest.importorskip(kind)
    other = library.from_pandas(frame) if kind == "polars" else library.Table.from_pandas(frame)
    options = {"trip": "trip", "by": "shop", "as_of": until(10)}
    assert repr(on_time_contact(other, **options)) == repr(on_time_contact(frame, **options))


def test_days_are_those_of_the_zone_that_is_named():
    """23:30 in Berlin is the next day in Shanghai."""
    frame = orders_of([(0.9, 3.98, 9)]).apply(lambda c: c.dt.tz_localize("Europe/Berlin"))
    berlin = on_time_contact(frame, time_zone="Europe/Berlin")
    assert berlin.estimate("after order").value == 1
    shifted = orders_of([(0.5, 3.98, 9)]).apply(lambda c: c.dt.tz_localize("Europe/Berlin"))
    shanghai = on_time_contact(shifted, time_zone="Asia/Shanghai")
    assert shanghai.estimate("after order").value == 0
    assert on_time_contact(frame, days="hours").n == 1


def test_rows_that_cannot_be_used_are_counted():
    rows = [*ROWS, (None, 1, 2), (0, 1, None), (5, 4, 9), (5, 6, 4), (50, None, 60)]
    found = on_time_contact(
        orders_of(rows), trip="trip", as_of=until(10), missing="drop", invalid="drop"
    )
    assert found.n == len(ROWS)
    assert sum(found.reasons.values()) == 5
    assert found.reasons["contacted before ordered"] == 1


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "options", "error", "match"),
    [
        (ROWS, {"after": "36 hours"}, OptionError, "`after` is no whole number of days"),
        (
            ROWS,
            {"before": "tomorrow", "trip": "trip"},
            OptionError,
            "`before` is not a limit in time",
        ),
        (ROWS, {"before": "2 days"}, OptionError, "nothing without trip=.\n  received: before="),
        (ROWS, {"reminded": "trip"}, OptionError, "nothing without trip=.\n  received: reminded="),
        (ROWS, {"by": "late"}, OptionError, "another column of the name that `by`"),
        (ROWS, {"days": "working"}, OptionError, "`days` is not one of its choices"),
        (ROWS, {"denominator": "all"}, OptionError, "`denominator` is not one of"),
        (ROWS, {"missing": "keep"}, OptionError, "`missing` is not one of"),
        (ROWS, {"invalid": "keep"}, OptionError, "`invalid` is not one of"),
        ([(None, 1, 2)], {}, DataError, "no point in time in `ordered`"),
        ([(0, 1, None), (0, 1, 2)], {"trip": "trip"}, DataError, "no point in time in `trip`"),
        ([(5, 4, 9)], {}, DataError, "contacted before ordered"),
        ([(5, 6, 4)], {"trip": "trip"}, DataError, "trip before ordered"),
    ],
)
def test_refusals(rows, options, error, match):
    with pytest.raises(error, match=match):
        on_time_contact(orders_of(rows), **options)


def test_calendar_days_need_one_zone():
    frame = orders_of([(0, 1, 9)]).apply(lambda column: column.dt.tz_localize("UTC"))
    with pytest.raises(OptionError, match="nothing says in which one days are counted"):
        on_time_contact(frame)
