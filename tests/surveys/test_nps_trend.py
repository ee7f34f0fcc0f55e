"""NPS over time: waves as `nps` gives them, changes and slope by loops, gaps as gaps."""

import datetime as dt
import itertools
import math

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, norm, t

from retentionkit import compare
from retentionkit.errors import DataError, OptionError, RetentionKitWarning
from retentionkit.surveys import NPS, nps, nps_by, nps_trend

# Waves of few answers warn of it, in every test that makes one to see something else.
pytestmark = pytest.mark.filterwarnings("ignore:.*the normal interval of a change")


def survey(size=900, seed=2, people=200):
    """Answers of people who have opinions, over ten months; none in May."""
    rng = np.random.default_rng(seed)
    day = np.datetime64("2023-02-11") + rng.integers(0, 300, size).astype("timedelta64[D]")
    person = rng.integers(0, people, size)
    liking = rng.normal(7.5, 2, people)[person]
    frame = pd.DataFrame(
        {
            "day": day,
            "answer": np.clip(np.round(liking + rng.normal(0, 1, size)), 0, 10),
            "person": person,
            "weight": rng.uniform(0.5, 2, size),
        }
    )
    return frame[frame["day"].dt.month != 5].reset_index(drop=True)


def counted(promoters, passives, detractors, **options):
    return NPS.from_counts(promoters=promoters, passives=passives, detractors=detractors, **options)


# Worked example: 50/30/20 after 40/30/30.


def test_a_change_is_the_published_difference_of_two_samples():
    found = nps_trend({"first": counted(40, 30, 30), "second": counted(50, 30, 20)})
    assert found.waves == ("first", "second")
    assert found.score.tolist() == pytest.approx([10, 30])
    assert math.isnan(found.change[0])
    assert (found.change[1], found.change_low[1], found.change_high[1]) == pytest.approx(
        (20, -2.55, 41.39), abs=0.005
    )
    assert found.p_value[1] == pytest.approx(0.0832, abs=5e-5)
    assert found.adjusted_p_value[1] == found.p_value[1]
    assert found.slope.value == pytest.approx(20)
    assert found.slope.n == 200
    assert math.isnan(found.scatter_p_value)
    text = " ".join(repr(found).split())
    assert "waves 2, 200 answers slope +20.00" in text
    assert "second 100 30.0 (14.1 to 44.2) +20.0 (-2.6 to 41.4) 0.083 0.083" in text


# Reference: `nps` for the answers of each wave.


@pytest.mark.parametrize("every", ["week", "month", "quarter", "year"])
@pytest.mark.parametrize("extra", [{}, {"weights": "weight"}, {"respondent": "person"}])
def test_each_wave_is_what_nps_gives(every, extra):
    frame = survey()
    found = nps_trend(frame, score="answer", when="day", every=every, **extra)
    period = frame["day"].dt.to_period({"week": "W", "month": "M"}.get(every, every[0].upper()))
    starts = pd.period_range(period.min(), period.max())
    assert found.start.tolist() == [start.to_pydatetime() for start in starts.start_time]
    for at, wave in enumerate(starts):
        rows = frame[period == wave]
        assert found.n[at] == len(rows)
        assert found.observed[at] == (len(rows) > 0)
        if not len(rows):
            assert math.isnan(found.score[at])
            assert math.isnan(found.change[at])
            assert found.compared_with[at] is None
            continue
        told = nps(
            rows["answer"],
            weights=rows["weight"] if "weights" in extra else None,
            clusters=rows["person"] if "respondent" in extra else None,
        )
        assert found.score[at] == pytest.approx(told.score)
        assert found.standard_error[at] == pytest.approx(told.standard_error, nan_ok=True)
        assert (found.low[at], found.high[at]) == pytest.approx(
            (told.interval.low, told.interval.high), nan_ok=True
        )


def test_names_of_periods():
    frame = pd.DataFrame(
        {"day": pd.to_datetime(["2023-12-31 23:59", "2024-01-01 00:00"]), "answer": [10, 0]}
    )
    named = {
        every: nps_trend(frame, score="answer", when="day", every=every).waves
        for every in ("week", "month", "quarter", "year")
    }
    assert named == {
        "week": ("2023-12-25", "2024-01-01"),
        "month": ("2023-12", "2024-01"),
        "quarter": ("2023 Q4", "2024 Q1"),
        "year": ("2023", "2024"),
    }


# Definition: changes and slope, put together by loops.


def linearised(frame, groups, column):
    """Score, residuals by person and the factor of their number, for each wave of some answers."""
    found = []
    for group in groups:
        rows = frame[frame[column] == group]
        x = ((rows["answer"] >= 9) * 1.0 - (rows["answer"] <= 6)).to_numpy()
        score, people = x.mean(), {}
        for person, value in zip(rows["person"], x, strict=True):
            people[person] = people.get(person, 0.0) + (value - score) / len(rows)
        found.append((score, people, len(people) / (len(people) - 1)))
    return found


def covariance(one, other):
    factor = math.sqrt(one[2] * other[2])
    return factor * sum(one[1][person] * other[1][person] for person in one[1].keys() & other[1])


def test_people_of_both_waves_are_counted_in_the_change():
    frame = survey(people=120).assign(month=lambda rows: rows["day"].dt.month)
    found = nps_trend(frame, score="answer", when="day", respondent="person", method="wald")
    months = sorted(frame["month"].unique())
    waves = linearised(frame, months, "month")
    for (_, before), (month, after) in itertools.pairwise(zip(months, waves, strict=True)):
        at = month - months[0]
        variances = [covariance(wave, wave) for wave in (before, after)]
        error = math.sqrt(sum(variances) - 2 * covariance(before, after))
        degrees = sum(variances) ** 2 / sum(
            v**2 * (wave[2] - 1) for v, wave in zip(variances, (before, after), strict=True)
        )
        change = after[0] - before[0]
        assert found.change[at] == pytest.approx(100 * change)
        half = 100 * t.ppf(0.975, degrees) * error
        assert found.change_high[at] - found.change_low[at] == pytest.approx(2 * half)
        assert found.p_value[at] == pytest.approx(2 * t.sf(abs(change) / error, degrees))
    np.testing.assert_array_equal(found.adjusted_p_value, compare.adjusted_p_values(found.p_value))


def test_the_slope_is_a_weighted_line_that_knows_gaps():
    found = nps_trend(survey(), score="answer", when="day")
    at = np.flatnonzero(found.observed)
    counts = np.stack([found.promoters, found.passives, found.detractors], 1)[at]
    counts = np.add(counts, [0.75, 1.5, 0.75])
    p, _, d = (counts / counts.sum(1, keepdims=True)).T
    variance = 1e4 * (p + d - (p - d) ** 2) / counts.sum(1)
    design = np.stack([np.ones(len(at)), at], 1)
    inverse = np.linalg.inv(design.T @ (design / variance[:, None]))
    _, slope = inverse @ design.T @ (found.score[at] / variance)
    level, middle = inverse @ design.T @ (100 * (p - d) / variance)
    scatter = ((100 * (p - d) - level - middle * at) ** 2 / variance).sum()
    errors = math.sqrt(inverse[1, 1]), math.sqrt(inverse[1, 1] * scatter / (len(at) - 2))
    laws = norm, t(len(at) - 2)
    halves = [law.ppf(0.975) * error for law, error in zip(laws, errors, strict=True)]
    assert found.slope.value == pytest.approx(slope)
    assert found.slope.standard_error == pytest.approx(errors[np.argmax(halves)])
    assert found.slope_p_value == pytest.approx(
        max(2 * law.sf(abs(middle) / error) for law, error in zip(laws, errors, strict=True))
    )
    assert found.scatter_p_value == pytest.approx(chi2.sf(scatter, len(at) - 2))
    assert (found.slope.interval.low, found.slope.interval.high) == pytest.approx(
        (middle - max(halves), middle + max(halves))
    )


@pytest.mark.parametrize("method", ["adjusted-wald", "wald"])
def test_the_slope_of_two_waves_is_their_change(method):
    waves = {"a": counted(10, 5, 5), "b": None, "c": counted(16, 2, 2)}
    found = nps_trend(waves, method=method)
    assert 2 * found.slope.value == pytest.approx(found.change[2])
    assert 2 * found.slope.interval.low == pytest.approx(found.change_low[2])
    assert 2 * found.slope.interval.high == pytest.approx(found.change_high[2])
    assert found.slope_p_value == pytest.approx(found.p_value[2])
    people = survey(300).assign(wave=lambda rows: rows["day"].dt.year * 2 + rows.index % 2)
    found = nps_trend(people, score="answer", wave="wave", respondent="person", method=method)
    assert found.slope.value == pytest.approx(found.change[1])
    assert found.slope_p_value == pytest.approx(found.p_value[1])


def test_the_slope_counts_people_of_several_waves():
    rng = np.random.default_rng(3)
    people = np.arange(200)
    answer = np.r_[rng.integers(0, 11, 200), rng.integers(0, 11, 200)]
    answer[200:300] = answer[:100]  # half of them keep their minds
    frame = pd.DataFrame({"wave": np.repeat([1, 2], 200), "person": np.r_[people, people]})
    frame["answer"] = answer
    found = nps_trend(frame, score="answer", wave="wave", respondent="person")
    alone = nps_trend(frame, score="answer", wave="wave")
    first, second = linearised(frame, [1, 2], "wave")
    shared = 1e4 * sum(first[1][person] * second[1][person] for person in people)
    assert found.slope.standard_error**2 == pytest.approx(
        alone.slope.standard_error**2 * 200 / 199 - 2 * shared, rel=0.012
    )
    assert found.slope.standard_error < 0.85 * alone.slope.standard_error


@pytest.mark.parametrize(
    ("number", "scatter", "low", "high"),
    [(3, 0, 0.93, 0.97), (6, 0, 0.94, 0.995), (4, 0.12, 0.93, 0.98), (6, 0.12, 0.93, 0.98)],
)
def test_intervals_of_the_slope_hold_their_level(number, scatter, low, high):
    """Also where more than chance moves single waves, if there are four of them."""
    rng = np.random.default_rng(4)
    inside = 0
    for _ in range(500):
        waves = {}
        for at in range(number):
            lift = 0.03 * at + scatter / 2 * rng.standard_normal()
            kinds = np.clip([0.3 + lift, 0.4, 0.3 - lift], 0, None)
            waves[at] = counted(*rng.multinomial(300, kinds / kinds.sum()).tolist())
        inside += 6 in nps_trend(waves).slope.interval
    assert low <= inside / 500 <= high


def test_three_waves_cannot_tell_their_scatter_and_say_so():
    waves = {at: counted(40 + 3 * at, 30, 30) for at in range(4)}
    text = " ".join(nps_trend(waves).definition.split())
    assert "or of their scatter about it (Student's t), whichever is wider." in text
    del waves[2]
    text = " ".join(nps_trend(waves).definition.split())
    assert "errors alone: below four waves their scatter about a line cannot be told." in text


def test_the_scatter_of_the_same_people_is_not_tested():
    frame = survey(900).assign(wave=lambda rows: rows.index % 4)
    found = nps_trend(frame, score="answer", wave="wave", respondent="person")
    assert math.isnan(found.scatter_p_value)
    apart = frame.assign(person=frame["person"] * 4 + frame["wave"])
    found = nps_trend(apart, score="answer", wave="wave", respondent="person")
    assert 0 < found.scatter_p_value < 1


def test_waves_that_do_not_lie_along_a_line_say_so():
    waves = {at: counted(*((60, 20, 20) if at % 2 else (20, 20, 60))) for at in range(6)}
    found = nps_trend(waves)
    assert found.scatter_p_value < 1e-9
    assert "scatter more about it than their answers explain" in " ".join(repr(found).split())
    assert found.slope.standard_error > 10


# Properties.


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 10)), min_size=1, max_size=25))
@pytest.mark.filterwarnings("ignore:.*is this a scale")
def test_frames_and_orders_do_not_matter_and_no_wave_is_left_out(rows):
    days = [dt.date(2024, 1, 1) + dt.timedelta(days) for days, _ in rows]
    columns = {"day": days, "answer": [answer for _, answer in rows]}
    options = {"score": "answer", "when": "day"}
    found = nps_trend(pd.DataFrame(columns).assign(day=pd.to_datetime(days)), **options)
    assert found.n.sum() == len(rows)
    months = [day.month for day in days]
    assert len(found) == max(months) - min(months) + 1
    assert found.observed.tolist() == [
        month in months for month in range(min(months), max(months) + 1)
    ]
    assert found.partial[0] == (min(days).day > 1) or len(found) == 1
    for other in (
        nps_trend(pl.DataFrame(columns), **options),
        nps_trend(pa.table(columns), **options),
        nps_trend(pd.DataFrame(columns).iloc[::-1], **options),
    ):
        assert other.to_dict() == {**found.to_dict(), "kind": other.kind}


def test_periods_that_answers_do_not_fill_are_marked():
    def partial(first, last):
        frame = pd.DataFrame({"day": [pd.Timestamp(first), pd.Timestamp(last)], "answer": [10, 0]})
        found = nps_trend(frame, score="answer", when="day")
        assert ("it may be cut off" in repr(found)) == found.partial.any()
        return found.partial.tolist()

    assert partial("2024-01-01", "2024-03-31 12:00") == [False, False, False]
    assert partial("2024-01-02", "2024-03-31") == [True, False, False]
    assert partial("2024-01-01", "2024-03-30") == [False, False, True]
    assert partial("2024-01-02", "2024-01-31") == [True]
    assert partial("2024-01-01", "2024-01-30") == [True]


def test_a_wave_after_a_gap_is_compared_with_the_last_one_observed():
    found = nps_trend(survey(), score="answer", when="day")
    at = found.waves.index("2023-05")
    assert not found.observed[at]
    assert found.compared_with[at : at + 2] == (None, "2023-04")
    assert found.change[at + 1] == pytest.approx(found.score[at + 1] - found.score[at - 1])
    assert "1 not observed" in repr(found)
    table = found.to_frame()
    assert math.isnan(table["score"][at])
    assert table["n"][at] == 0


def test_waves_of_a_column_come_in_its_order():
    waves = pd.Categorical(["before", "after"] * 30, ["before", "after"], ordered=True)
    frame = pd.DataFrame({"wave": waves, "answer": [3, 10, 8, 9] * 15})
    found = nps_trend(frame, score="answer", wave="wave")
    assert found.waves == ("before", "after")
    assert found.start is None
    assert found.every is None
    assert "start" not in found.to_frame()
    assert found.score.tolist() == [-50, 100]
    by = nps_by(frame, score="answer", by="wave")
    assert found.low.tolist() == by.low.tolist()
    numbers = frame.assign(wave=[10, 9] * 30)
    assert nps_trend(numbers, score="answer", wave="wave").waves == ("9", "10")


@pytest.mark.parametrize(
    "waves",
    [
        ["wave 9", "wave 10", "wave 11"],
        ["2023-Q4", "2024-Q1", "2024-Q3"],
        ["2023-9", "2023-10", "2024-1"],
        ["Q1", "Q2", "Q4"],
        ["2023 Q4", "2024 Q1", "2024 Q2"],
        ["2023-12-31", "2024-01-01", "2024-01-02"],
    ],
)
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.table])
def test_texts_come_in_the_order_of_their_numbers(waves, backwards, kind):
    answers = [10, 8, 3, 9, 9, 2, 10, 10, 9]
    rows = list(zip(np.repeat(waves, 3).tolist(), answers, strict=True))
    rows = rows[::-1] if backwards else rows
    frame = kind({"w": [wave for wave, _ in rows], "a": [answer for _, answer in rows]})
    found = nps_trend(frame, score="a", wave="w")
    assert found.waves == tuple(waves)
    assert found.score.tolist() == pytest.approx([0, 100 / 3, 100])


def test_a_missing_wave_among_texts_is_counted_apart():
    frame = pd.DataFrame({"w": ["w10", None, "w9", "w9"], "a": [10, 3, 0, 0]})
    found = nps_trend(frame, score="a", wave="w", missing="drop")
    assert (found.waves, found.undated) == (("w9", "w10"), 1)
    assert found.score.tolist() == [-100, 100]
    alone = frame.assign(w="spring")
    assert nps_trend(alone, score="a", wave="w").waves == ("spring",)


def test_one_answer_of_each_person_in_each_wave():
    frame = survey().drop_duplicates(["person", "day"])
    found = nps_trend(
        frame, score="answer", when="day", respondent="person", repeats="latest", every="quarter"
    )
    quarter = frame["day"].dt.quarter
    kept = frame.assign(q=quarter).sort_values("day").drop_duplicates(["person", "q"], keep="last")
    for at, q in enumerate(sorted(quarter.unique())):
        assert found.score[at] == pytest.approx(nps(kept[kept["q"] == q]["answer"]).score)
    assert found.set_aside == len(frame) - len(kept)
    assert "repeated, set aside" in repr(found)
    waved = nps_trend(
        frame.assign(wave=quarter), score="answer", wave="wave", when="day", respondent="person",
        repeats="latest",
    )  # fmt: skip
    assert waved.score.tolist() == found.score.tolist()


def test_answers_without_a_date_are_counted_apart_when_asked():
    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(["2024-01-01", None, "2024-01-31", "2024-01-05"]),
            "answer": [10, 3, 9, None],
            "person": [1, 1, 1, 2],
        }
    )
    for extra in ({}, {"respondent": "person"}):
        found = nps_trend(frame, score="answer", when="day", missing="drop", **extra)
        assert (found.n.tolist(), found.undated, found.unanswered.tolist()) == ([2], 1, [1])
        assert "1 unanswered, 1 without a date or wave" in repr(found)
    with pytest.raises(DataError, match=r"Some answers have no date[\s\S]*1 of 4, .* row 1"):
        nps_trend(frame, score="answer", when="day")
    with pytest.raises(DataError, match="Some answers have no wave"):
        nps_trend(frame.assign(w=[1, None, 1, 1]), score="answer", wave="w")
    with pytest.raises(DataError, match="No answer has a date"):
        nps_trend(frame.assign(day=pd.NaT), score="answer", when="day", missing="drop")
    with pytest.raises(DataError, match="There is no answer"):
        nps_trend(frame.iloc[[1, 3]], score="answer", when="day", missing="drop")


@pytest.mark.parametrize("sizes", [(60, 1), (1, 60), (3, 2)])
@pytest.mark.parametrize("method", ["adjusted-wald", "wald", "score"])
def test_intervals_of_changes_hold_their_estimate(sizes, method):
    first, last = sizes
    found = nps_trend({"a": counted(first, 0, 0), "b": counted(0, 0, last)}, method=method)
    assert found.change[1] == -200
    assert found.change_low[1] == -200 <= found.change_high[1]
    assert found.slope.value in found.slope.interval


def test_waves_of_few_answers_are_warned_of_or_suppressed():
    waves = {"a": counted(20, 5, 5), "b": counted(1, 0, 0), "c": counted(10, 9, 6)}
    with pytest.warns(RetentionKitWarning, match=r"fewer than 10 .* 1 of 3, the fewest 1\."):
        assert nps_trend(waves).score[1] == 100
    with pytest.warns(RetentionKitWarning, match="fewer than 30 .* 2 of 3"):
        nps_trend(waves, method="wald")
    heavy = nps([10] * 6 + [3] * 6, weights=[1, 5] * 6)
    with pytest.warns(RetentionKitWarning, match=r"1 of 2, the fewest 8\.31"):
        nps_trend({"a": waves["a"], "b": heavy})
    found = nps_trend(waves, minimum_n=10)
    assert found.suppressed.tolist() == [False, True, False]
    assert (found.n.tolist(), found.observed.all()) == ([30, 1, 25], True)
    for name in ("score", "low", "high", "standard_error", "promoters", "change", "p_value"):
        assert math.isnan(getattr(found, name)[1])
    without = nps_trend({**waves, "b": None})
    assert found.compared_with == without.compared_with == (None, None, "a")
    assert found.change[2] == without.change[2]
    assert found.slope.interval == without.slope.interval
    assert "1 with fewer than 10 not shown" in repr(found)
    nothing = nps_trend(waves, minimum_n=100)
    assert np.isnan(nothing.score).all()
    assert "undefined: fewer than two waves" in repr(nothing)


def test_one_wave_has_no_change_and_no_slope():
    found = nps_trend({"only": nps([10, 9, 3])})
    assert math.isnan(found.slope.value)
    assert math.isnan(found.slope_p_value)
    assert "undefined: fewer than two waves" in repr(found)


def test_results_keep_their_intervals_weights_and_populations():
    first = nps([10, 9, 3, 7, 8, 2], weights=[1, 2, 3, 1, 2, 2], method="wald")
    everybody = counted(5, 3, 2, population=10)
    found = nps_trend({"a": first, "b": None, "c": everybody})
    assert (found.low[0], found.high[0]) == (first.interval.low, first.interval.high)
    assert found.low[2] == found.high[2] == found.score[2] == pytest.approx(30)
    assert found.standard_error[0] == pytest.approx(first.standard_error)
    assert found.standard_error[2] == 0
    assert "30.0 (no width)" in repr(found)
    assert found.compared_with == (None, None, "a")
    assert found.change[2] == pytest.approx(30 - first.score)
    assert math.isnan(found.slope.value)  # a wave without error would have all the weight
    assert found.to_frame()["wave"].tolist() == ["a", "b", "c"]


def test_results_of_few_clusters_change_as_their_answers_do():
    frame = survey(120, people=1).assign(
        wave=lambda rows: rows.index // 60, person=lambda rows: rows.index % 6
    )
    frame["person"] += 10 * frame["wave"]
    rows = nps_trend(frame, score="answer", wave="wave", respondent="person")
    results = {
        name: nps(part["answer"], clusters=part["person"]) for name, part in frame.groupby("wave")
    }
    found = nps_trend(results)
    for name in ("change_low", "change_high", "p_value", "standard_error"):
        np.testing.assert_allclose(getattr(found, name), getattr(rows, name), err_msg=name)
    assert found.slope_p_value == pytest.approx(rows.slope_p_value)


def test_errors_of_weighted_waves_are_linearised_and_their_changes_cautious():
    waves = [nps([10, 8, 8, 2] * 9, weights=[1, w, w, 1] * 9, method="wald") for w in (3, 4)]
    found = nps_trend(dict(enumerate(waves)), method="wald")
    assert found.standard_error.tolist() == pytest.approx([w.standard_error for w in waves])
    wider = [(w.interval.high - w.score) / norm.ppf(0.975) for w in waves]
    half = norm.ppf(0.975) * math.hypot(*wider)
    assert found.change_high[1] - found.change[1] == pytest.approx(half)


def test_wald_sees_no_variance_where_answers_are_alike():
    found = nps_trend({"a": counted(9, 0, 0), "b": counted(9, 0, 0)}, method="wald")
    assert math.isnan(found.p_value[1])
    assert found.slope.value == 0
    assert math.isnan(found.slope_p_value)


def test_people_who_never_change_make_a_certain_slope_without_a_p_value():
    rng = np.random.default_rng(1)
    answer = rng.integers(0, 11, 100)
    frame = pd.DataFrame(
        {
            "wave": np.repeat([1, 2], 100),
            "person": np.r_[:100, :100],
            "answer": np.r_[answer, answer],
        }
    )
    found = nps_trend(frame, score="answer", wave="wave", respondent="person")
    assert found.change[1] == 0
    assert found.change_high[1] < 1e-5
    assert found.slope.value == 0


# Refusals.


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"score": None}, "must be named"),
        ({"when": None}, "must be named"),
        ({"every": "day"}, "`every` is not one"),
        ({"wave": "person"}, "from a column or from the calendar"),
        ({"multiplicity": "sidak"}, "`multiplicity` is not one"),
        ({"minimum_n": 2.5}, "`minimum_n` must be a whole number"),
        ({"method": "bootstrap"}, "do not have this interval"),
        ({"repeats": "first"}, "Whose answers are repeats is not known"),
    ],
)
def test_options_that_do_not_hold_are_refused(options, message):
    with pytest.raises(OptionError, match=message):
        nps_trend(survey(), **{"score": "answer", "when": "day", **options})


@pytest.mark.parametrize(
    "waves",
    [
        ["Jan", "Feb", "Mar"],
        ["Q4 2023", "Q1 2024", "Q2 2024"],
        ["1st", "2nd", "3rd"],
        ["before", "after", "wave 3"],
        ["31.12.2023", "01.01.2024", "02.01.2024"],
    ],
)
def test_texts_that_do_not_tell_their_order_are_refused(waves):
    frame = pd.DataFrame({"w": waves * 3, "a": [3, 8, 10] * 3})
    for column in (frame["w"], frame["w"].astype("category")):
        with pytest.raises(DataError, match=r"order of these waves[\s\S]*Pass an ordered category"):
            nps_trend(frame.assign(w=column), score="a", wave="w")
    ordered = pd.Categorical(frame["w"], waves, ordered=True)
    assert nps_trend(frame.assign(w=ordered), score="a", wave="w").waves == tuple(waves)
    enum = pl.DataFrame(frame.to_dict("list"), schema_overrides={"w": pl.Enum(waves)})
    assert nps_trend(enum, score="a", wave="w").waves == tuple(waves)
    many = pd.DataFrame({"w": list("abcdefgh"), "a": 9})
    with pytest.raises(DataError, match=r"'e', 'f', \.\.\."):
        nps_trend(many, score="a", wave="w")


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.table])
def test_names_of_waves_are_no_times(kind):
    frame = kind({"quarter": ["2024-Q1", "2024-Q2"], "a": [9, 3]})
    with pytest.raises(DataError, match=r"does not hold dates[\s\S]*pass wave='quarter'"):
        nps_trend(frame, score="a", when="quarter")
    with pytest.raises(DataError, match=r"(?s)'a'(?!.*wave=)"):
        nps_trend(kind({"d": [dt.date(2024, 1, 1)], "a": ["x"]}), score="a", when="d")


def test_results_come_alone_and_at_one_level():
    waves = {"a": nps([10, 9]), "b": nps([10, 3], confidence=0.9)}
    with pytest.raises(DataError, match="not results of one confidence level"):
        nps_trend(waves)
    with pytest.raises(DataError, match="not results of one confidence level"):
        nps_trend({"a": 30, "b": nps([9, 10])})
    with pytest.raises(DataError, match="no result"):
        nps_trend({"a": None})
    with pytest.raises(OptionError, match=r"Results have no columns[\s\S]*'day'"):
        nps_trend({"a": nps([9])}, when="day")


def test_the_same_answers_of_the_same_people_leave_no_error_to_round():
    frame = pd.DataFrame(
        {"w": np.repeat([1, 2, 3], 60), "who": list(range(60)) * 3, "x": [9, 3, 10, 7, 9, 2] * 30}
    )
    slope = nps_trend(frame, score="x", wave="w", respondent="who").slope
    assert slope.value == pytest.approx(0, abs=1e-9)
    assert math.isnan(slope.interval.low)
