"""What became of promoters and of units: by hand, by other implementations, and the truth."""

import json
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from retentionkit.errors import ColumnError, DataError, OptionError, RetentionKitWarning
from retentionkit.surveys import nps, nps_linkage

COLUMNS = {"score": "answer", "outcome": "renewed"}


def small():
    """Ten promoters of whom eight renewed, five passives and three, six detractors and two."""
    answers = [10] * 6 + [9] * 4 + [8] * 3 + [7] * 2 + [6, 5, 3, 2, 0, 6]
    renewed = [1] * 8 + [0] * 2 + [1, 1, 1, 0, 0] + [1, 1, 0, 0, 0, 0]
    return pd.DataFrame({"answer": answers, "renewed": renewed})


def branches(rng, units=40, size=60, *, between=0.004, within=0.05):
    """Customers of branches: per point of NPS, `between` in money; per kind of answer, `within`."""
    lift = rng.uniform(-0.3, 0.3, units)
    chances = np.stack([0.4 + lift / 2, np.full(units, 0.3), 0.3 - lift / 2], axis=1)
    unit = np.repeat(np.arange(units), size)
    draw = rng.random(len(unit))
    kind = (draw[:, None] > chances.cumsum(axis=1)[unit]).sum(axis=1)
    answers = np.array([10, 8, 4])[kind]
    points = 1 - kind
    true = 100 * (chances[:, 0] - chances[:, 2])
    spend = 5 + between * true[unit] + within * (points - true[unit] / 100)
    spend += rng.normal(0, 1, len(unit)) + rng.normal(0, 0.05, units)[unit]
    return pd.DataFrame({"answer": answers, "spend": spend, "branch": unit})


def linked(frame, **options):
    return nps_linkage(
        frame, score="answer", outcome="spend", outcome_kind="amount", unit="branch", **options
    )


# -- worked example --------------------------------------------------------------------------------


def test_twenty_one_customers():
    found = nps_linkage(small(), **COLUMNS)
    assert (found.promoters.value, found.promoters.n) == (0.8, 10)
    assert (found.passives.value, found.passives.n) == (0.6, 5)
    assert (found.detractors.value, found.detractors.n) == (pytest.approx(1 / 3), 6)
    assert found.difference.value == pytest.approx(0.8 - 1 / 3)
    # Wilson limits of 8/10 and 2/6, squared and added.
    one = stats.binomtest(8, 10).proportion_ci(method="wilson")
    two = stats.binomtest(2, 6).proportion_ci(method="wilson")
    assert (found.promoters.interval.low, found.promoters.interval.high) == pytest.approx(one)
    low = 0.8 - 1 / 3 - math.sqrt((0.8 - one.low) ** 2 + (two.high - 1 / 3) ** 2)
    high = 0.8 - 1 / 3 + math.sqrt((one.high - 0.8) ** 2 + (1 / 3 - two.low) ** 2)
    assert (found.difference.interval.low, found.difference.interval.high) == pytest.approx(
        (low, high)
    )
    assert found.n == found.difference.n + 5 == 21
    assert found.by_unit is None
    # Per point of an answer and per 10 points of NPS are two figures: neither is "the" slope.
    assert not any(hasattr(found, name) for name in ("slope", "interval", "p_value", "r_squared"))
    assert found.to_frame()["customers"].tolist() == [10, 5, 6]
    assert "does not say what raising NPS does" in " ".join(repr(found).split())
    json.dumps(found.to_dict(), allow_nan=False)


def test_newcombes_published_difference():
    # 56/70 less 48/80 is 0.2 with 0.0524 to 0.3339 by method 10 of Newcombe (1998), Table II (a).
    answers = [10] * 70 + [0] * 80
    renewed = [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32
    found = nps_linkage(pd.DataFrame({"answer": answers, "renewed": renewed}), **COLUMNS)
    assert found.difference.value == pytest.approx(0.2)
    limits = found.difference.interval
    assert (limits.low, limits.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


# -- reference -------------------------------------------------------------------------------------


def test_amounts_are_those_of_welch_and_student():
    frame = branches(np.random.default_rng(1), 10, 20)
    found = nps_linkage(
        frame, score="answer", outcome="spend", outcome_kind="amount", confidence=0.9
    )
    groups = [frame["spend"][frame["answer"] == answer] for answer in (10, 8, 4)]
    welch = stats.ttest_ind(groups[0], groups[2], equal_var=False).confidence_interval(0.9)
    limits = found.difference.interval
    assert (limits.low, limits.high) == pytest.approx((welch.low, welch.high))
    for mine, group in zip(
        (found.promoters, found.passives, found.detractors), groups, strict=True
    ):
        low, high = stats.t.interval(0.9, len(group) - 1, group.mean(), stats.sem(group))
        assert (mine.value, mine.n) == (pytest.approx(group.mean()), len(group))
        assert (mine.interval.low, mine.interval.high) == pytest.approx((low, high))


def hc3(x, y, w):
    """Line by matrices: coefficients, HC3 covariance and weighted R squared."""
    design = np.stack([np.ones(len(x)), x], axis=1)
    bread = np.linalg.inv(design.T @ (w[:, None] * design))
    coefficients = bread @ design.T @ (w * y)
    residuals = y - design @ coefficients
    leverage = w * np.einsum("ij,jk,ik->i", design, bread, design)
    scaled = design * (w * residuals / (1 - leverage))[:, None]
    meat = scaled.T @ scaled
    mean = np.average(y, weights=w)
    r_squared = 1 - np.sum(w * residuals**2) / np.sum(w * (y - mean) ** 2)
    return coefficients, bread @ meat @ bread, r_squared


def aggregated(frame):
    """Size, NPS and mean spend of each branch, one after the other."""
    rows = []
    for _, part in frame.groupby("branch"):
        rows.append((len(part), nps(part["answer"]).score, part["spend"].mean()))
    return np.array(rows).T


@pytest.mark.filterwarnings("ignore:.*answers lie between")
def test_the_line_through_units_is_weighted_least_squares_with_hc3():
    frame = branches(np.random.default_rng(2), 25, 30)
    frame = frame[np.random.default_rng(3).random(len(frame)) < 0.5 + frame["branch"] / 60]
    found = linked(frame)
    n, x, y = aggregated(frame)
    assert len(set(n.tolist())) > 5
    units = found.by_unit
    np.testing.assert_allclose(units.nps, x)
    np.testing.assert_allclose(units.outcomes, y)
    assert units.answers.tolist() == n.tolist()
    assert f"{n.min():.0f} to {n.max():.0f} customers each" in repr(units)
    (_, slope), covariance, r_squared = hc3(x, y, n)
    error = math.sqrt(covariance[1, 1])
    assert found.by_unit.slope.value == pytest.approx(10 * slope)
    assert found.by_unit.slope.standard_error == pytest.approx(10 * error)
    assert found.by_unit.r_squared == pytest.approx(r_squared)
    half = stats.t.ppf(0.975, 23) * error
    assert units.interval.high == pytest.approx(10 * (slope + half))
    assert found.by_unit.p_value == pytest.approx(2 * stats.t.sf(abs(slope) / error, 23))
    assert found.range == units.range == (x.min(), x.max())
    for at in (x.min(), 12.0, x.max()):
        row = np.array([1.0, at])
        predicted = found.predict(at)
        assert predicted.value == pytest.approx(row @ hc3(x, y, n)[0])
        assert predicted.standard_error == pytest.approx(math.sqrt(row @ covariance @ row))


def test_the_line_through_customers():
    frame = branches(np.random.default_rng(4), 12, 20)
    found = linked(frame)
    plain = stats.linregress(frame["answer"], frame["spend"])
    assert found.answer_slope.value == pytest.approx(plain.slope)
    assert found.answer_r_squared == pytest.approx(plain.rvalue**2)
    covariance = hc3(frame["answer"].to_numpy(float), frame["spend"].to_numpy(), np.ones(240))[1]
    assert found.answer_slope.standard_error == pytest.approx(math.sqrt(covariance[1, 1]))


# -- definition ------------------------------------------------------------------------------------


def test_reliability_is_that_of_the_analysis_of_variance():
    frame = branches(np.random.default_rng(5), 15, 40)
    found = linked(frame)
    points = np.sign(frame["answer"] - 8)
    f = stats.f_oneway(*(points[frame["branch"] == unit] for unit in range(15))).statistic
    assert found.by_unit.reliability == pytest.approx(1 - 1 / f)


def corrected(frame):
    """Moments between less moments within, by loops."""
    x, y = 100.0 * np.sign(frame["answer"] - 8), frame["spend"]
    kinds = {"xx": 0.0, "xy": 0.0}
    within = dict(kinds)
    parts = [(x[frame["branch"] == u], y[frame["branch"] == u]) for u in set(frame["branch"])]
    for a, b in parts:
        kinds["xx"] += len(a) * (a.mean() - x.mean()) ** 2
        kinds["xy"] += len(a) * (a.mean() - x.mean()) * (b.mean() - y.mean())
        within["xx"] += ((a - a.mean()) ** 2).sum()
        within["xy"] += ((a - a.mean()) * (b - b.mean())).sum()
    chance = (len(parts) - 1) / (len(x) - len(parts))
    return 10 * (kinds["xy"] - chance * within["xy"]) / (kinds["xx"] - chance * within["xx"])


def test_corrected_slope_is_the_formula_with_a_jackknife():
    frame = branches(np.random.default_rng(6), 12, 50)
    units = linked(frame).by_unit
    found = units.corrected_slope
    assert "slope without chance" in repr(units)
    assert found.value == pytest.approx(corrected(frame))
    others = np.array([corrected(frame[frame["branch"] != unit]) for unit in range(12)])
    error = math.sqrt(11 / 12 * ((others - others.mean()) ** 2).sum())
    assert found.standard_error == pytest.approx(error)
    assert found.interval.high - found.value == pytest.approx(stats.t.ppf(0.975, 10) * error)


def test_chance_draws_the_slope_toward_that_among_customers_and_is_taken_out():
    rng, runs = np.random.default_rng(7), 300
    plain, better, covered, reliability = [], [], 0, []
    for _ in range(runs):
        # Ten points of NPS are worth 0.04 between branches; among customers of one, 0.1.
        found = linked(branches(rng, 40, 80, between=0.004, within=1.0)).by_unit
        plain.append(found.slope.value)
        better.append(found.corrected_slope.value)
        covered += 0.04 in found.corrected_slope.interval
        reliability.append(found.reliability)
    mean = np.mean(reliability)
    assert 0.7 < mean < 0.9
    # What is expected of the plain slope; the standard errors of the means are about 0.001.
    assert np.mean(plain) == pytest.approx(0.04 * mean + 0.1 * (1 - mean), abs=0.004)
    assert np.mean(better) == pytest.approx(0.04, abs=0.004)
    # Standard error 1.3 points.
    assert 0.91 <= covered / runs <= 0.99


def test_a_reliability_of_three_tenths_is_enough():
    rng, better, covered, kept = np.random.default_rng(11), [], [], []
    for _ in range(200):
        found = linked(branches(rng, 40, 24, between=0.004, within=1.0)).by_unit
        kept.append(found.reliability)
        if not math.isnan(found.corrected_slope.value):
            better.append(found.corrected_slope.value)
            covered.append(0.04 in found.corrected_slope.interval)
    # Half of what differs is chance: to keep only what is above one half would pick the luck.
    assert np.mean(kept) == pytest.approx(0.5, abs=0.1)
    assert len(better) > 180
    # The standard errors are about 0.002 and 1.5 points.
    assert np.mean(better) == pytest.approx(0.04, abs=0.008)
    assert 0.9 <= np.mean(covered) <= 0.99


def test_interval_of_the_slope_covers_where_the_scatter_differs():
    rng, runs, covered = np.random.default_rng(8), 400, 0
    for _ in range(runs):
        # Units so large that nothing is chance in their scores, and a scatter that grows with them.
        size = rng.integers(50, 400, 25)
        promoters = (size * rng.uniform(0.1, 0.9, 25)).astype(int)
        x = 200 * promoters / size - 100
        y = 3 + 0.02 * x + rng.normal(0, 0.2 + 0.008 * np.abs(x), 25)
        frame = pd.DataFrame({"branch": np.repeat(np.arange(25), size)})
        rank = frame.groupby("branch").cumcount().to_numpy()
        frame["answer"] = np.where(rank < promoters[frame["branch"]], 10, 0)
        frame["spend"] = y[frame["branch"]]
        covered += 0.2 in linked(frame).by_unit.interval
    # Standard error 1.1 points.
    assert 0.92 <= covered / runs <= 0.985


def test_shares_are_cut_off_and_amounts_are_not():
    rng = np.random.default_rng(9)
    size, units = 30, 12
    promoters = np.linspace(3, 28, units).astype(int)
    rows = [
        (10 if row < promoters[unit] else 3, row < min(promoters[unit] + 2, size), unit)
        for unit in range(units)
        for row in range(size)
    ]
    frame = pd.DataFrame(rows, columns=["answer", "renewed", "branch"])
    frame["renewed"] ^= rng.random(len(frame)) < 0.01
    found = nps_linkage(frame, **COLUMNS, unit="branch")
    assert found.predict(found.range[1]).interval.high == 1
    frame["renewed"] = frame["renewed"].astype(int)
    other = nps_linkage(frame, **COLUMNS, unit="branch", outcome_kind="amount")
    assert other.predict(found.range[1]).interval.high > 1
    assert other.by_unit.slope.value == found.by_unit.slope.value


# -- properties ------------------------------------------------------------------------------------


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.floats(0.01, 1_000))
def test_neither_order_nor_currency_matters(seed, scale):
    frame = branches(np.random.default_rng(1), 12, 60)
    plain = linked(frame)
    assert plain.by_unit.reliability > 0.6
    assert linked(frame.sample(frac=1, random_state=seed)).equals(plain)
    dearer = linked(frame.assign(spend=scale * frame["spend"]))
    assert dearer.by_unit.slope.value == pytest.approx(scale * plain.by_unit.slope.value)
    assert dearer.by_unit.slope.standard_error == pytest.approx(
        scale * plain.by_unit.slope.standard_error
    )
    assert dearer.by_unit.p_value == pytest.approx(plain.by_unit.p_value)
    assert dearer.by_unit.reliability == plain.by_unit.reliability
    assert dearer.by_unit.corrected_slope.value == pytest.approx(
        scale * plain.by_unit.corrected_slope.value
    )


@pytest.mark.parametrize("make", [pl.from_pandas, pa.Table.from_pandas])
def test_the_frame_is_of_the_callers_kind(make):
    frame = branches(np.random.default_rng(1), 12, 12)
    frame["branch"] = [f"B{unit:02}" for unit in frame["branch"]]
    plain, found = linked(frame), linked(make(frame))
    np.testing.assert_allclose(found.by_unit.outcomes, plain.by_unit.outcomes, rtol=1e-12)
    assert found.by_unit.units == plain.by_unit.units == tuple(f"B{k:02}" for k in range(12))
    for part in (found, found.by_unit):
        assert type(part.to_frame()).__module__.split(".")[0] == found.kind
    json.dumps(found.to_dict(), allow_nan=False)


OUTCOMES = [
    lambda values: [bool(value) for value in values],
    lambda values: pd.array(values, dtype="boolean"),
    lambda values: pd.array(values, dtype="Int64"),
    lambda values: [float(value) for value in values],
    lambda values: [Decimal(value) for value in values],
    pd.Categorical,
]


@pytest.mark.parametrize("make", OUTCOMES)
def test_true_and_false_come_in_many_types(make):
    frame = small()
    plain = nps_linkage(frame, **COLUMNS)
    assert nps_linkage(frame.assign(renewed=make(frame["renewed"].tolist())), **COLUMNS).equals(
        plain
    )
    other = pl.DataFrame({"answer": frame["answer"].tolist(), "renewed": frame["renewed"] == 1})
    assert nps_linkage(other, **COLUMNS).difference.value == plain.difference.value


def test_who_is_left_out_is_counted():
    frame = small().assign(branch="a", who=range(21)).astype({"renewed": object})
    more = pd.DataFrame(
        {
            "answer": [None, 11, 9, 9, None],
            "renewed": [1, 1, None, 1, None],
            "branch": ["a", "a", "b", None, None],
            "who": range(21, 26),
        }
    )
    both = pd.concat([frame, more])
    for unit in ("b", "c"):
        both = pd.concat([both, small().assign(branch=unit, who=lambda f: f.index + 100)])
    both = both.assign(who=range(len(both)))
    both = both[~((both["branch"] == "c") & (both["answer"] > 9))]
    both = both[~((both["branch"] == "b") & (both["answer"] == 0))]
    with pytest.warns(RetentionKitWarning, match="A line through 3 units"):
        found = nps_linkage(
            both, **COLUMNS, unit="branch", respondent="who", missing="drop", invalid="drop"
        )
    left = (found.unanswered, found.invalid, found.without_outcome, found.without_unit)
    assert left == (2, 1, 1, 1)
    assert found.n + sum(left) == len(both)
    assert "2 unanswered, 1 invalid, 1 without outcome, 1 without unit" in repr(found)
    assert found.by_unit.units == ("a", "b", "c")
    # Three units do not tell how sure a correction is.
    assert math.isnan(found.by_unit.corrected_slope.value)
    assert "too few units" in repr(found)


def test_lines_that_are_undefined():
    alike = pd.DataFrame({"answer": [9] * 5, "renewed": [1, 0, 1, 1, 0]})
    found = nps_linkage(alike, **COLUMNS)
    assert math.isnan(found.answer_slope.value)
    assert math.isnan(found.answer_p_value)
    assert math.isnan(found.detractors.value)
    assert math.isnan(found.difference.interval.low)
    assert "undefined" in repr(found)
    two = pd.DataFrame({"answer": [9, 3], "renewed": [1.5, 0.5]})
    found = nps_linkage(two, **COLUMNS, outcome_kind="amount")
    assert math.isnan(found.answer_slope.value)
    assert math.isnan(found.answer_slope.interval.low)
    assert math.isnan(found.answer_p_value)
    assert math.isnan(found.difference.interval.low)
    # All of one group spend the same: no Welch interval either.
    flat = pd.DataFrame({"answer": [9, 9, 3, 3, 8], "renewed": [2.0] * 5})
    found = nps_linkage(flat, **COLUMNS, outcome_kind="amount")
    assert found.difference.value == 0
    assert math.isnan(found.difference.interval.low)
    assert math.isnan(found.answer_r_squared)
    assert "p undefined, R² undefined" in repr(found)


def test_units_with_too_much_chance_or_one_customer_each():
    rng = np.random.default_rng(10)
    answers = rng.choice([10, 8, 3], 200)
    frame = pd.DataFrame(
        {"answer": answers, "spend": rng.normal(0, 1, 200), "branch": np.arange(200) % 20}
    )
    found = linked(frame).by_unit
    assert 0 <= found.reliability < 0.3
    assert math.isnan(found.corrected_slope.value)
    assert "too much chance" in repr(found)
    lone = linked(frame.assign(branch=np.arange(200))).by_unit
    assert math.isnan(lone.reliability)
    assert "one customer in each unit" in repr(lone)
    assert "1 customer each" in repr(lone)
    # A unit alone on its side holds the line, whatever its outcome.
    side = pd.DataFrame({"answer": [10] * 11 + [0], "spend": np.arange(12.0), "branch": range(12)})
    held = linked(side)
    assert math.isnan(held.by_unit.slope.standard_error)
    assert math.isnan(held.predict(0).interval.low)


# -- refusals --------------------------------------------------------------------------------------


def test_it_never_says_what_lies_beyond_the_range():
    found = linked(branches(np.random.default_rng(1), 20, 30))
    low, high = found.range
    for score in (low - 0.1, high + 0.1, 100):
        with pytest.raises(OptionError, match="nothing says that the line goes on") as caught:
            found.predict(score)
        assert "37 times" not in str(caught.value)  # of another shop, told in the docs
    with pytest.raises(OptionError, match="`nps` must be a finite number"):
        found.predict(math.nan)
    customers = nps_linkage(small(), **COLUMNS)
    with pytest.raises(OptionError, match="customers one by one have none"):
        customers.predict(20)
    with pytest.raises(OptionError, match="customers one by one have none"):
        customers.range  # noqa: B018 - it is asked for


def test_frames_that_do_not_fit_are_refused():
    frame = small()
    with pytest.raises(ColumnError, match="branch"):
        nps_linkage(frame, **COLUMNS, unit="branch")
    with pytest.raises(DataError, match="`outcome` does not say yes or no") as caught:
        nps_linkage(frame.assign(renewed=range(21)), **COLUMNS)
    assert "values such as 2" in str(caught.value)
    with pytest.raises(DataError, match="`outcome` does not say yes or no"):
        nps_linkage(frame.assign(renewed=["yes", *["no"] * 20]), **COLUMNS)
    with pytest.raises(DataError, match="Some questions were not answered") as caught:
        nps_linkage(frame.assign(answer=[None, *[9.0] * 20]), **COLUMNS)
    assert "in 'answer' are missing" in str(caught.value)
    with pytest.raises(DataError, match="Some customers have no outcome"):
        nps_linkage(frame.assign(renewed=[None, *[1.0] * 20]), **COLUMNS)
    with pytest.raises(DataError, match="Some customers have no unit"):
        nps_linkage(frame.assign(unit=[None, *["a"] * 20]), **COLUMNS, unit="unit")
    with pytest.raises(DataError, match="Some amounts are infinite"):
        nps_linkage(frame.assign(renewed=[math.inf, *[1.0] * 20]), **COLUMNS, outcome_kind="amount")
    with pytest.raises(DataError, match="Some customers are there more than once"):
        nps_linkage(frame.assign(who=[1, *range(20)]), **COLUMNS, respondent="who")
    with pytest.raises(DataError, match="`respondent` has missing ids"):
        nps_linkage(frame.assign(who=[None, *range(20)]), **COLUMNS, respondent="who")
    with pytest.raises(DataError, match="A line through so few units"):
        nps_linkage(frame.assign(unit=["a"] * 10 + ["b"] * 11), **COLUMNS, unit="unit")
    same = pd.concat([frame.assign(unit=name) for name in "abc"])
    with pytest.raises(DataError, match="All units have the same NPS"):
        nps_linkage(same, **COLUMNS, unit="unit")
    with pytest.raises(DataError, match="There is no answer"):
        nps_linkage(frame[:0], **COLUMNS)
    with pytest.raises(DataError, match="There is no answer"):
        nps_linkage(frame.assign(renewed=math.nan), **COLUMNS, missing="drop")
    with pytest.raises(OptionError, match="`outcome_kind` is not one of its choices"):
        nps_linkage(frame, **COLUMNS, outcome_kind="money")
    with pytest.raises(OptionError, match="`confidence`"):
        nps_linkage(frame, **COLUMNS, confidence=95)
