"""Mean waits: by hand, against scipy, unbiased while some still wait, and refused where unknown."""

import datetime as dt
import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from retentionkit.errors import DataError, OptionError
from retentionkit.service import mean_wait

WAITS = [3, 8, 11, 14, 22, 9, 31, 6]

# -- worked example --------------------------------------------------------------------------------


def test_waits_by_hand():
    found = mean_wait(WAITS, limit="15 minutes")
    assert found.value == 13
    assert found.above.value == 2 / 8
    assert found.n == 8
    assert found.group().quantiles[0].value == 9  # the fourth of eight
    assert found.group().waiting == 0
    assert "above: longer than 15 minutes" in repr(found)
    limits = stats.binomtest(2, 8).proportion_ci(0.95, method="wilson")
    assert f"25.0 ({100 * limits.low:.1f} to {100 * limits.high:.1f})" in repr(found)
    assert "above" not in repr(mean_wait(WAITS))
    json.dumps(found.to_dict(), allow_nan=False)


def test_area_under_the_curve_by_hand():
    """2 over, 3 open, 5 over, 7 open: all last to 2, 3/4 to 5, 3/8 to the horizon of 6."""
    found = mean_wait([2, 3, 5, 7], waiting=[False, True, False, True], up_to=6)
    assert found.value == pytest.approx(2 + 3 * 0.75 + 0.375, rel=1e-12)
    beyond = [3 * 0.75 + 0.375, 0.375]
    greenwood = beyond[0] ** 2 / (4 * 3) + beyond[1] ** 2 / (2 * 1)
    assert found.mean.standard_error == pytest.approx(math.sqrt(4 / 3 * greenwood), rel=1e-12)
    assert found.interval.high == 6
    assert found.group().waiting == 2
    assert "each counted up to 6 minutes" in found.definition


def test_the_limit_itself_is_not_above():
    found = mean_wait([15, 15.1], limit=15)
    assert found.above.value == 0.5
    hours = mean_wait([0.7, 0.71], unit="hour", limit="42 minutes")
    assert hours.above.value == 0.5


def test_who_still_waits_within_the_limit_is_unknown():
    found = mean_wait([5, 20, 10, 40], waiting=[False, False, True, True], limit=15, up_to=20)
    row = found.group()
    assert (row.above.value, row.above.n, row.unknown) == (2 / 3, 3, 1)


# -- reference -------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(st.lists(st.integers(0, 500), min_size=2, max_size=20).filter(lambda w: len(set(w)) > 1))
def test_without_open_waits_it_is_the_t_interval_of_scipy(waits):
    found = mean_wait(waits, confidence=0.9)
    assert found.value == pytest.approx(np.mean(waits), rel=1e-12)
    error = stats.sem(waits)
    assert found.mean.standard_error == pytest.approx(error, rel=1e-9, abs=1e-12)
    half = stats.t.ppf(0.95, len(waits) - 1) * error
    assert found.interval.high == pytest.approx(np.mean(waits) + half, rel=1e-9)
    assert found.interval.low == pytest.approx(max(np.mean(waits) - half, 0), rel=1e-9, abs=1e-9)


def test_a_horizon_counts_longer_waits_as_that_long():
    found = mean_wait(WAITS, up_to="10 minutes")
    short = np.minimum(WAITS, 10)
    assert found.value == pytest.approx(short.mean(), rel=1e-12)
    assert found.mean.standard_error == pytest.approx(stats.sem(short), rel=1e-9)


# -- definition ------------------------------------------------------------------------------------


def test_mean_up_to_a_horizon_covers_the_truth():
    """Exponential waits of mean 10, watched for 5 to 30: up to 15 the mean is 10 (1 - e^-1.5)."""
    rng, runs, covered, values = np.random.default_rng(2), 400, 0, []
    truth = 10 * (1 - math.exp(-1.5))
    for _ in range(runs):
        wait, watched = rng.exponential(10, 100), rng.uniform(5, 30, 100)
        found = mean_wait(np.minimum(wait, watched), waiting=wait > watched, up_to=15)
        covered += truth in found.interval
        values.append(found.value)
    assert covered / runs == pytest.approx(0.95, abs=0.033)  # three standard errors
    assert np.mean(values) == pytest.approx(truth, abs=0.1)  # three standard errors


def test_groups_beside_numbers():
    found = mean_wait(WAITS, by=["a", "b"] * 4)
    assert found.group("a").mean.value == np.mean(WAITS[::2])
    assert found.group("b").waits == 4
    assert found.n == 8
    table = found.to_frame()
    assert table["group"].tolist() == ["a", "b"]
    assert {"median_low", "q90_high", "above_low"} <= set(table.columns)


def test_points_in_time(kind):
    start = pd.Timestamp("2026-03-02 09:00").to_pydatetime()
    minutes = [3, 8, 20]
    columns = {
        "start": [start] * 4,
        "end": [*(start + pd.Timedelta(minutes=m).to_pytimedelta() for m in minutes), None],
        "desk": ["x", "x", "y", "y"],
    }
    if kind == "pandas":
        frame = pd.DataFrame(columns)
    else:
        library = pytest.importorskip(kind)
        frame = library.DataFrame(columns) if kind == "polars" else library.table(columns)
    found = mean_wait(
        frame, start="start", end="end", by="desk", limit="15 minutes", up_to="20 minutes",
        as_of="2026-03-02 09:25",
    )  # fmt: skip
    assert found.group("x").mean.value == 5.5
    assert found.group("y").waiting == 1
    assert found.group("y").above.value == 1
    assert found.kind == kind
    shown = mean_wait(
        frame, start="start", end="end", unit="hour", up_to="20 minutes", as_of="2026-03-02 09:25"
    )
    assert shown.value == pytest.approx((3 + 8 + 20 + 20) / 4 / 60, rel=1e-12)


def test_without_a_group_nobody_is_taken_for_everybody():
    found = mean_wait(WAITS, by=["a", "a", None] * 2 + ["b", "b"], limit=15)
    for name in ("mean", "above", "value", "interval"):
        with pytest.raises(OptionError, match="of each group, and none of them is everybody"):
            getattr(found, name)
    with pytest.raises(OptionError, match="of each group"):
        found.group()
    assert found.group(None).mean.value == 10


SPANS = [dt.timedelta(minutes=minutes) for minutes in WAITS]


@pytest.mark.parametrize("of", [list, np.array, pd.Series, pd.to_timedelta])
def test_timedeltas_are_waits(of):
    found = mean_wait(of(SPANS), limit="15 minutes")
    assert repr(found) == repr(mean_wait(WAITS, limit="15 minutes"))
    assert mean_wait(of([*SPANS, None]), missing="drop").reasons == {"without a wait": 1}


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_timedeltas_of_other_libraries_are_waits(library):
    found = pytest.importorskip(library)
    series = found.Series(SPANS) if library == "polars" else found.array(SPANS)
    assert mean_wait(series, unit="hour").value == pytest.approx(13 / 60, rel=1e-12)


# -- properties ------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.integers(1, 50), st.booleans()), min_size=1, max_size=12), st.randoms()
)
def test_order_of_waits_does_not_matter(rows, random):
    mixed = list(rows)
    random.shuffle(mixed)
    one, two = (
        mean_wait(*[[row[0] for row in some]], waiting=[row[1] for row in some], up_to=1, limit=20)
        for some in (rows, mixed)
    )
    assert one.equals(two)


@pytest.mark.parametrize(
    ("waits", "options", "mean"),
    [([5, 5, 5], {}, 5), ([50, 60, 70, 80], {"up_to": 30}, 30), ([0, 0], {}, 0)],
)
def test_waits_without_spread_have_no_interval(waits, options, mean):
    found = mean_wait(waits, **options)
    assert found.value == mean
    assert math.isnan(found.mean.standard_error)
    assert math.isnan(found.interval.low)
    assert math.isnan(found.interval.high)


def test_one_wait_has_no_interval():
    found = mean_wait([5.0])
    assert found.value == 5
    assert math.isnan(found.interval.low)


def test_waits_that_cannot_be_used_are_counted():
    found = mean_wait([5, None, -1], missing="drop", invalid="drop", by=["a", "b", "c"])
    assert found.reasons == {"without a wait": 1, "below 0 or infinite": 1}
    assert [row.group for row in found.groups] == ["a"]
    assert "set aside" in repr(found)


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("waits", "options", "error", "match"),
    [
        ([5, 9], {"waiting": [False, True]}, OptionError, "not known while some still wait"),
        ([5, 9], {"waiting": [False, True], "up_to": 10}, OptionError, "at most 9 minutes"),
        ([5, 9], {"waiting": [True]}, DataError, "a truth value for each wait"),
        ([5, 9], {"waiting": [True, None]}, DataError, "a truth value for each wait"),
        ([5, 9], {"waiting": ["no", "yes"]}, DataError, "`waiting` does not say yes or no"),
        ([5, 9], {"start": "a"}, OptionError, "not points in time.\n  received: start="),
        ([5, 9], {"end": "a"}, OptionError, "not points in time.\n  received: end="),
        ([5, 9], {"as_of": "2026-01-01"}, OptionError, "not points in time.\n  received: as_of="),
        ([5, 9], {"time_zone": "Mars"}, OptionError, "not points in time.\n  received: time_zone"),
        ([5, 9], {"quantiles": 0.5}, OptionError, "`quantiles` is not a list"),
        (pd.DataFrame({"q90": [5]}), {"by": "q90"}, OptionError, "another column of the name"),
        (pd.DataFrame({"above": [5]}), {"by": "above"}, OptionError, "another column of the name"),
        ([5, None], {}, DataError, "Some waits are missing"),
        ([5, -1], {}, DataError, "waits below 0 or infinite"),
        ([5, math.inf], {}, DataError, "waits below 0 or infinite"),
        ([], {}, DataError, "There are no waits"),
        (["a"], {}, DataError, "does not hold numbers"),
        ([SPANS[0], 5.0], {}, DataError, "does not hold numbers"),
        ([[5], [5, 9]], {}, DataError, "is not one column"),
        (np.array([SPANS]), {}, DataError, "is not one column"),
        (5, {}, DataError, "is not one column"),
        ([5, 9], {"by": ["a"]}, DataError, "one label for each row"),
        ([5, 9], {"limit": "soon"}, OptionError, "`limit` is not a limit in time"),
        ([5, 9], {"limit": 0}, OptionError, "`limit` must be"),
        ([5, 9], {"unit": "fortnight"}, OptionError, "`unit` is not one of"),
        ([5, 9], {"missing": "keep"}, OptionError, "`missing` is not one of"),
        ([5, 9], {"invalid": "keep"}, OptionError, "`invalid` is not one of"),
        (pd.DataFrame({"w": [5]}), {"start": "w"}, OptionError, "needs a column of beginnings"),
        (pd.DataFrame({"w": [5]}), {"waiting": [True]}, OptionError, "waiting=..."),
    ],
)
def test_refusals(waits, options, error, match):
    with pytest.raises(error, match=match):
        mean_wait(waits, **options)


def test_a_horizon_must_be_seen_in_each_group():
    waiting = [False, False, False, True]
    with pytest.raises(OptionError, match="1 wait not over of 'b'"):
        mean_wait([5, 30, 6, 9], waiting=waiting, by=["a", "a", "b", "b"], up_to=20)
    with pytest.raises(OptionError, match="no such group"):
        mean_wait([5, 6]).group("a")
