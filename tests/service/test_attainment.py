"""Answered and solved in time: by hand, by a loop, on any frame, with open cases as they are."""

import datetime as dt
import json
import math
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from retentionkit.errors import ColumnError, DataError, OptionError
from retentionkit.service import attainment

HOUR = dt.timedelta(hours=1)
START = dt.datetime(2026, 3, 2, 9)  # noqa: DTZ001 - naive as the frame is


def cases_of(rows, kind="pandas", **more):
    """Hours of opening, answer and solution after the start, None where there is none."""
    names = ("opened", "responded", "solved")
    columns = {
        name: [None if row[at] is None else START + row[at] * HOUR for row in rows]
        for at, name in enumerate(names)
    } | more
    if kind == "pandas":
        frame = pd.DataFrame(columns)
        return frame.astype(dict.fromkeys(names, "datetime64[us]"))
    library = pytest.importorskip(kind)
    if kind == "polars":
        return library.DataFrame(columns, schema_overrides=dict.fromkeys(names, library.Datetime))
    clock = library.timestamp("us")
    return library.table(
        {
            name: library.array(values, type=clock if name in names else None)
            for name, values in columns.items()
        }
    )


#: opened, answered, solved in hours; as of hour 48.
ROWS = [
    (0, 0.5, 10),  # both in time
    (0, 1.0, 24),  # both in time: the limit itself is in time
    (1, 3.0, 20),  # answered late
    (2, 2.5, 30),  # solved late
    (3, None, None),  # neither, both limits passed
    (40, 40.5, None),  # answered, may still be solved in time
    (47.5, None, None),  # nobody knows yet
]


def as_of(hours):
    return START + hours * HOUR


def counts(promise):
    return promise.in_time, promise.late, promise.overdue, promise.pending


# -- worked example --------------------------------------------------------------------------------


def test_two_stages_by_hand():
    found = attainment(cases_of(ROWS), as_of=as_of(48))
    assert counts(found.promise("response")) == (4, 1, 1, 1)
    assert counts(found.promise("solution")) == (3, 1, 1, 2)
    assert counts(found.promise("both")) == (2, 2, 1, 2)
    assert found.response.value == 4 / 6
    assert found.solution.value == 3 / 5
    assert found.both.value == 2 / 5
    limits = stats.binomtest(2, 5).proportion_ci(0.95, method="wilson")
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(limits), rel=1e-12)
    assert found.n == 7
    shown = repr(found)
    assert "Response within 1 hour and solution within 24 hours of opening" in shown
    assert "2026-03-04 09:00" in shown
    assert "denominator='due'" in shown
    json.dumps(found.to_dict(), allow_nan=False)


def test_only_cases_whose_limit_has_passed():
    found = attainment(cases_of(ROWS), as_of=as_of(48), denominator="due")
    assert counts(found.promise("response")) == (4, 1, 1, 1)
    # The sixth case was opened eight hours ago: its answer counts, its solution does not yet.
    assert counts(found.promise("solution")) == (3, 1, 1, 2)
    early = attainment(cases_of([(0, 0.5, 3), (20, 20.5, 21)]), as_of=as_of(30), denominator="due")
    assert counts(early.promise("solution")) == (1, 0, 0, 1)
    assert early.notes == ()
    assert "note" not in repr(early)


def test_answers_after_as_of_have_not_happened():
    found = attainment(cases_of(ROWS), as_of=as_of(2.5))
    assert found.reasons == {"opened after 2026-03-02 11:30:00": 3}
    assert counts(found.promise("response")) == (3, 0, 1, 0)
    assert counts(found.promise("solution")) == (0, 0, 0, 4)
    assert math.isnan(found.solution.value)
    assert "3 rows opened after" in repr(found)


def test_a_date_counts_to_its_end_and_the_default_is_the_last_moment():
    rows = [(0, 0.4, 1), (14.5, None, None)]  # opened at 23:30
    whole = attainment(cases_of(rows), as_of="2026-03-02", response="31 minutes")
    assert counts(whole.promise("response")) == (1, 0, 0, 1)
    short = attainment(cases_of(rows), as_of="2026-03-02", response="29 minutes")
    assert counts(short.promise("response")) == (1, 0, 1, 0)
    assert "2026-03-02 23:30" in attainment(cases_of(rows)).definition


def test_a_solution_is_an_answer():
    found = attainment(cases_of([(0, None, 0.5), (0, 5, 0.5), (0, 5, 6)]), as_of=as_of(48))
    assert counts(found.promise("response")) == (2, 1, 0, 0)


def test_one_stage_alone():
    found = attainment(cases_of(ROWS), solved=None, response="4 hours", as_of=as_of(48))
    assert [promise.measure for promise in found.promises] == ["response"]
    assert counts(found.promise("response")) == (5, 0, 1, 1)
    assert found.interval == found.response.interval
    only = attainment(cases_of(ROWS), responded=None, as_of=as_of(48))
    assert counts(only.promise("solution")) == (3, 1, 1, 2)


# -- reference -------------------------------------------------------------------------------------


def test_quantiles_without_open_cases_are_those_of_the_sample():
    rng = np.random.default_rng(1)
    waits = rng.exponential(2, 101)
    frame = pd.DataFrame({"answer": waits})
    found = attainment(frame, responded="answer", solved=None, unit="hour", quantiles=[0.5, 0.25])
    median, quarter = found.promise("response").quantiles
    assert median.value == pytest.approx(np.median(waits), rel=1e-9)
    assert quarter.value == pytest.approx(np.quantile(waits, 0.25, method="inverted_cdf"), rel=1e-9)
    assert median.value in median.interval
    table = found.to_frame()
    assert table["q25"].tolist() == [quarter.value]
    assert table["median_low"].tolist() == [median.interval.low]


def test_leukaemia_as_waits():
    """Remission times of the 6-MP arm (Freireich and others 1963): the median is 23 weeks."""
    ends = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    still = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    frame = pd.DataFrame(
        {"end": [*ends, *[None] * len(still)], "age": [*[50] * len(ends), *still]}, dtype=float
    )
    found = attainment(
        frame, responded="end", solved=None, unit="week", elapsed="age", response=10,
        quantiles=[0.5, 0.14],
    )  # fmt: skip
    median, early = found.promise("response").quantiles
    assert (median.value, early.value) == (23, 6)
    assert median.interval.low == 13  # where the lower log-log limit first falls below one half
    assert math.isnan(median.interval.high)
    # Known within ten weeks: five; missed: the other four, and whoever has lasted ten or longer.
    assert counts(found.promise("response")) == (5, 4, 10, 2)


def test_median_covers_the_truth_with_open_cases():
    rng, runs, covered = np.random.default_rng(4), 200, 0
    for _ in range(runs):
        wait, seen = rng.exponential(3, 80), rng.uniform(1, 8, 80)
        frame = pd.DataFrame({"w": np.where(wait <= seen, wait, np.nan), "age": seen})
        found = attainment(frame, responded="w", solved=None, unit="hour", elapsed="age")
        covered += 3 * math.log(2) in found.promises[0].quantiles[0].interval
    assert covered / runs == pytest.approx(0.95, abs=0.047)  # three standard errors


# -- definition ------------------------------------------------------------------------------------


def state(wait, age, limit):
    if wait is not None and wait <= age:
        return "in_time" if wait <= limit else "late"
    return "overdue" if age >= limit else "pending"


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 60),
            st.none() | st.integers(0, 40),
            st.none() | st.integers(0, 40),
        ),
        min_size=1,
        max_size=15,
    )
)
def test_counts_are_those_of_a_loop(rows):
    frame = cases_of([(o, *(None if w is None else o + w for w in ws)) for o, *ws in rows])
    now = 60
    found = attainment(frame, as_of=as_of(now), response="5 hours", solution="24 hours")
    expected = {"response": [], "solution": []}
    for opened, answer, solution in rows:
        first = min((w for w in (answer, solution) if w is not None), default=None)
        # An answer that is not there by now says nothing, a solution may still be earlier.
        first = None if first is not None and first > now - opened else first
        expected["response"].append(state(first, now - opened, 5))
        expected["solution"].append(state(solution, now - opened, 24))
    for measure, states in expected.items():
        names = ("in_time", "late", "overdue", "pending")
        assert counts(found.promise(measure)) == tuple(map(states.count, names))
    both = list(zip(*expected.values(), strict=True))
    assert found.promise("both").in_time == both.count(("in_time", "in_time"))
    missed = sum(1 for pair in both if {"late", "overdue"} & set(pair))
    assert found.promise("both").late + found.promise("both").overdue == missed


def test_groups_and_cases_without_a_label(kind):
    teams = ["b", "a", None, "a", "b", "b", "a"]
    found = attainment(cases_of(ROWS, kind, team=teams), by="team", as_of=as_of(48))
    assert [p.group for p in found.promises[::3]] == ["a", "b", None]
    assert counts(found.promise("response", "a")) == (2, 0, 0, 1)
    assert counts(found.promise("response", None)) == (0, 1, 0, 0)
    assert found.estimate("both", "b").n == 2
    assert found.n == 7
    assert found.kind == kind
    table = found.to_frame()
    assert len(table) == 9
    names = table.column_names if kind == "pyarrow" else list(table.columns)
    assert names[:3] == ["team", "measure", "cases"]
    assert "confidence" in repr(found)


def test_without_a_group_nobody_is_taken_for_everybody():
    cases = cases_of(ROWS, team=["a", "a", None, "a", "a", "a", "a"])
    found = attainment(cases, by="team", as_of=as_of(48))
    for name in ("response", "solution", "both", "interval"):
        with pytest.raises(OptionError, match="of each group, and none of them is everybody"):
            getattr(found, name)
    with pytest.raises(OptionError, match="of each group"):
        found.promise("both")
    assert found.estimate("both", None).n == 1


# -- properties ------------------------------------------------------------------------------------


@settings(max_examples=15)
@given(st.permutations(ROWS))
def test_order_of_rows_does_not_matter(rows):
    found = attainment(cases_of(rows), as_of=as_of(48))
    assert found.equals(attainment(cases_of(ROWS), as_of=as_of(48)))


def test_every_kind_of_frame_tells_the_same(kind):
    found = attainment(cases_of(ROWS, kind), as_of=as_of(48))
    expected = attainment(cases_of(ROWS), as_of=as_of(48))
    assert repr(found) == repr(expected)


def zoned(frame, zone):
    return frame.apply(lambda column: column.dt.tz_localize(zone))


def test_hours_are_those_of_the_clock_that_never_turns():
    """On 29 March 2026 the clocks of Berlin go from 2 to 3: 01:30 to 03:30 is one hour."""
    frame = pd.DataFrame(
        {
            "opened": pd.to_datetime(["2026-03-29 01:30"]),
            "responded": pd.to_datetime(["2026-03-29 03:30"]),
            "solved": pd.to_datetime([None]),
        }
    )
    assert attainment(frame).response.value == 0
    there = zoned(frame, "Europe/Berlin")
    found = attainment(there)
    assert found.response.value == 1
    assert "01:30 UTC" in found.definition
    assert attainment(there, as_of="2026-03-29", time_zone="Europe/Berlin").n == 1
    moment = dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC)
    assert counts(attainment(there, as_of=moment).promise("response")) == (0, 0, 0, 1)
    late = dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC)
    assert attainment(there, as_of=late, time_zone="Europe/Berlin").response.value == 1


def test_numbers_with_a_unit():
    frame = pd.DataFrame({"answer": [10, 60, 61, None, None], "age": [500, 500, 500, 61, 5.0]})
    options = {"responded": "answer", "solved": None, "unit": "minute"}
    found = attainment(frame, elapsed="age", **options)
    assert counts(found.promise("response")) == (2, 1, 1, 1)
    assert found.unit == "minute"
    same = attainment(frame, elapsed="age", response=60, **options)
    assert counts(same.promise("response")) == (2, 1, 1, 1)
    assert "Response within 60 minutes of opening" in same.definition
    # Without ages an open case is not known to be missed.
    assert counts(attainment(frame, **options).promise("response")) == (2, 1, 0, 2)
    due = attainment(frame, elapsed="age", denominator="due", **options)
    assert counts(due.promise("response")) == (2, 1, 1, 1)


def test_nobody_has_been_answered():
    found = attainment(cases_of([(0, None, None)]), as_of=as_of(3))
    assert counts(found.promise("response")) == (0, 0, 1, 0)
    assert math.isnan(found.promise("response").quantiles[0].value)


def test_a_column_of_nothing_may_be_of_any_type():
    frame = cases_of(ROWS)
    expected = attainment(frame.assign(solved=pd.NaT), as_of=as_of(48))
    assert attainment(frame.assign(solved=np.nan), as_of=as_of(48)).equals(expected)
    zone = frame.assign(opened=frame["opened"].dt.tz_localize("UTC"), responded=None, solved=None)
    late = dt.datetime(2026, 3, 4, 9, tzinfo=dt.UTC)
    found = attainment(zone, as_of=late)
    assert counts(found.promise("response")) == (0, 0, 6, 1)


def test_dates_have_no_hours():
    frame = cases_of([(15, 39, 63)])  # three midnights
    assert "of dates no hours can be told" in repr(attainment(frame))
    days = attainment(frame, response="1 day", solution="2 days")
    assert days.notes == ()
    assert (days.response.value, days.solution.value) == (1, 1)


@pytest.mark.parametrize("zone", [None, "Asia/Shanghai"])
def test_dates_are_known_to_the_end_of_the_last(zone):
    frame = pd.DataFrame(
        {
            "opened": pd.to_datetime(["2026-03-02", "2026-03-03"]),
            "solved": pd.to_datetime([None, "2026-03-03"]),
        }
    )
    frame = frame if zone is None else zoned(frame, zone)
    options = {"responded": None, "solution": "36 hours", "time_zone": zone}
    found = attainment(frame, **options)
    assert counts(found.promise("solution")) == (1, 0, 1, 0)
    assert found.equals(attainment(frame, as_of="2026-03-03", **options))
    # With one time of day among them all are moments, and the last of them is in the text.
    frame.loc[0, "opened"] += pd.Timedelta(minutes=1)
    moments = attainment(frame, **options)
    assert counts(moments.promise("solution")) == (1, 0, 0, 1)
    assert ("as of 2026-03-02 16:00 UTC" if zone else "as of 2026-03-03 00:00") in repr(moments)


def test_rows_that_cannot_be_used_are_counted():
    rows = [*ROWS, (None, 1, 2), (10, 9, 12), (10, 11, 9)]
    found = attainment(cases_of(rows), as_of=as_of(48), missing="drop", invalid="drop")
    assert found.n == 7
    assert found.reasons == {
        "missing opened": 1,
        "responded before opened": 1,
        "solved before opened": 1,
    }
    assert found.set_aside == 3
    with pytest.raises(TypeError):
        found.reasons["missing opened"] = 0
    assert pickle.loads(pickle.dumps(found)).equals(found)  # noqa: S301 - our own


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"response": "fast"}, OptionError, "`response` is not a limit in time"),
        ({"response": 1}, OptionError, "`response` is not a limit in time"),
        ({"solution": "0 hours"}, OptionError, "`solution` is not a limit in time"),
        ({"solution": dt.timedelta(1)}, OptionError, "`solution` is not a limit in time"),
        ({"denominator": "all"}, OptionError, "`denominator` is not one of"),
        ({"quantiles": [1.5]}, OptionError, "`quantiles` must be"),
        ({"quantiles": 0.5}, OptionError, "`quantiles` is not a list"),
        ({"elapsed": "nope"}, OptionError, "nothing beside points in time.\n  received: elapsed="),
        ({"responded": None, "response": "2 hours"}, OptionError, "nothing without responded="),
        ({"solved": None, "solution": "2 hours"}, OptionError, "nothing without solved="),
        ({"by": "median_low"}, OptionError, "another column of the name that `by`"),
        ({"by": "share"}, OptionError, "another column of the name that `by`"),
        ({"confidence": 2}, OptionError, "`confidence` must lie"),
        ({"missing": "keep"}, OptionError, "`missing` is not one of"),
        ({"invalid": "keep"}, OptionError, "`invalid` is not one of"),
        ({"responded": None, "solved": None}, OptionError, "nothing that was promised"),
        ({"opened": None}, OptionError, "need a beginning or a unit"),
        ({"unit": "month"}, OptionError, "`unit` is not one of its choices"),
        ({"opened": "begun"}, ColumnError, "no column 'begun'"),
        ({"by": "team"}, ColumnError, "no column 'team'"),
        ({"as_of": "2025-01-01"}, DataError, "No row is left"),
        ({"as_of": dt.datetime(2026, 3, 4, tzinfo=dt.UTC)}, OptionError, "columns have none"),
        ({"time_zone": "Europe/Berlin"}, OptionError, "no time zone to convert from"),
        ({"time_zone": "Berlin"}, OptionError, "not a known time zone"),
    ],
)
def test_refusals(options, error, match):
    with pytest.raises(error, match=match):
        attainment(cases_of(ROWS), **options)


def test_refusals_of_rows():
    with pytest.raises(DataError, match="Some rows have no beginning"):
        attainment(cases_of([*ROWS, (None, 1, 2)]))
    with pytest.raises(DataError, match="solved before opened"):
        attainment(cases_of([(10, 11, 9)]))
    with pytest.raises(DataError, match="has no rows"):
        attainment(cases_of([]))
    with pytest.raises(DataError, match="does not hold dates"):
        attainment(cases_of(ROWS).assign(opened=1.5))
    mixed = cases_of(ROWS)
    mixed["opened"] = mixed["opened"].dt.tz_localize("UTC")
    with pytest.raises(DataError, match="Some columns have a time zone and some have none"):
        attainment(mixed)
    with pytest.raises(OptionError, match="columns have a time zone and `as_of` has none"):
        attainment(zoned(cases_of(ROWS), "UTC"), as_of="2026-03-04")
    with pytest.raises(OptionError, match="no such promise"):
        attainment(cases_of(ROWS)).promise("speed")


def test_refusals_of_numbers():
    frame = pd.DataFrame({"answer": [10.0, -1.0]})
    options = {"responded": "answer", "solved": None, "unit": "minute"}
    with pytest.raises(DataError, match="below 0 or infinite"):
        attainment(frame, **options)
    found = attainment(frame, invalid="drop", **options)
    assert found.reasons == {"responded below 0 or infinite": 1}
    for name, value in (("opened", "x"), ("as_of", "2026-03-04"), ("time_zone", "UTC")):
        with pytest.raises(OptionError, match=f"beside numbers of a unit.\n  received: {name}="):
            attainment(frame, **{name: value}, **options)
    # What is advised of open cases is accepted.
    still = frame.assign(answer=[10.0, None], age=100)
    (note,) = attainment(still, **options).notes
    assert "with elapsed=, the column of ages, denominator='due'" in note
    (note,) = attainment(still.assign(age=5), elapsed="age", **options).notes
    assert "elapsed" not in note
    with pytest.raises(OptionError, match="how long ago the cases began"):
        attainment(frame, denominator="due", **options)
    with pytest.raises(DataError, match="has no rows"):
        attainment(frame[:0], **options)
