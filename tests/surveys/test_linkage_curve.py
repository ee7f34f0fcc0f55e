"""The outcome by answer: points, isotonic curve, straight line, and the test against it."""

import json
import math

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

import retentionkit as rk
from retentionkit.errors import DataError, OptionError

curve_of = rk.surveys.linkage_curve


def rows_of(counts):
    """Answers and outcomes of (stayed, left) for each answer."""
    answers = [a for a, (k, m) in counts.items() for _ in range(k + m)]
    return answers, [x for k, m in counts.values() for x in [1] * k + [0] * m]


FLAT_THEN_STEEP = {1: (6, 14), 2: (7, 13), 3: (8, 12), 4: (9, 11), 5: (18, 2)}


# -- worked example --------------------------------------------------------------------------------


def test_only_the_completely_satisfied_stay():
    found = curve_of(*rows_of(FLAT_THEN_STEEP))
    assert found.measure == "rate"
    assert found.value.tolist() == [0.3, 0.35, 0.4, 0.45, 0.9]
    assert found.isotonic.tolist() == found.value.tolist()
    assert found.steepest_step == (4, 5)
    assert found.steepest.value == pytest.approx(0.45)
    assert found.steepest.n == 40
    assert found.n == 100
    text = " ".join(repr(found).split())
    assert "100 customers with answer and outcome" in text
    assert "steepest step from 4 to 5: +45.0 points (+7.9 to +69.4)" in text
    assert "few answers" not in text
    # Rates in per cent, as the rises in the head.
    assert "1 20 30.0 (14.5 to 51.9) 30.0" in text
    json.dumps(found.to_dict(), allow_nan=False)


def test_of_more_customers_it_is_no_straight_line():
    many = {a: (10 * k, 10 * m) for a, (k, m) in FLAT_THEN_STEEP.items()}
    found = curve_of(*rows_of(many))
    assert found.p_value < 1e-10
    assert "p < 0.001: not a straight line" in repr(found)


def test_isotonic_curve_by_hand():
    found = curve_of(*rows_of({1: (4, 6), 2: (2, 8), 3: (5, 5), 5: (10, 0)}))
    # 40 % of 10 and 20 % of 10 are pooled.
    np.testing.assert_allclose(found.isotonic, [0.3, 0.3, 0.5, np.nan, 1.0])
    assert np.isnan(found.line[3])
    assert found.counts.tolist() == [10, 10, 10, 0, 10]
    # From 3 to 5 are two steps of 25 points.
    assert found.steepest_step == (2, 3)
    text = " ".join(repr(found).split())
    assert "few answers 4 (0)" in text
    late = curve_of(*rows_of({1: (4, 6), 2: (4, 6), 5: (10, 0)}))
    assert late.steepest_step == (2, 5)
    assert late.steepest.value == pytest.approx(0.2)
    assert "from 2 to 5: +20.0 points" in repr(late)
    assert "for each answer\n" in repr(late)


# -- reference -------------------------------------------------------------------------------------


def test_line_of_rates_is_the_most_likely_one():
    found = curve_of(*rows_of(FLAT_THEN_STEEP))
    x, n = np.arange(1, 6), np.full(5, 20)
    k = np.array([6, 7, 8, 9, 18])

    def surprise(line):
        p = line[0] + line[1] * x
        return np.inf if ((p <= 0) | (p >= 1)).any() else -stats.binom.logpmf(k, n, p).sum()

    best = optimize.minimize(
        surprise, [0.1, 0.1], method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-12}
    )
    np.testing.assert_allclose([found.intercept, found.slope.value], best.x, atol=1e-6)
    g2 = 2 * (best.fun + stats.binom.logpmf(k, n, k / n).sum())
    assert found.departure == pytest.approx(g2, abs=1e-7)
    assert found.p_value == pytest.approx(stats.chi2.sf(g2, 3), abs=1e-7)
    # The curvature of the likelihood, by differences.
    h, slopes = 1e-3, []
    for slope in best.x[1] + np.array([-h, 0, h]):
        inner = optimize.minimize_scalar(
            lambda at, slope=slope: surprise((at, slope)), bounds=(0.0, 0.2), method="bounded",
            options={"xatol": 1e-12},
        )  # fmt: skip
        slopes.append(inner.fun)
    observed = 1 / math.sqrt((slopes[0] - 2 * slopes[1] + slopes[2]) / h**2)
    # Expected and observed information differ by the departure from the line.
    assert found.slope.standard_error == pytest.approx(observed, rel=0.1)


def test_line_and_lack_of_fit_of_means():
    rng = np.random.default_rng(4)
    x = rng.integers(1, 6, 300)
    y = 10 + 2 * x + 3 * (x == 5) + rng.normal(0, 4, 300)
    found = curve_of(x, y)
    line = stats.linregress(x, y)
    assert found.measure == "mean"
    assert found.slope.value == pytest.approx(line.slope)
    # HC3, by matrices.
    design = np.column_stack([np.ones(300), x])
    bread = np.linalg.inv(design.T @ design)
    off = (y - line.intercept - line.slope * x) / (1 - ((design @ bread) * design).sum(axis=1))
    error = math.sqrt((bread @ (design * off[:, None] ** 2).T @ design @ bread)[1, 1])
    assert found.slope.standard_error == pytest.approx(error)
    assert found.slope.interval.high == pytest.approx(line.slope + stats.t.ppf(0.975, 298) * error)
    # Johansen's form: the line of generalised least squares through the means.
    groups = [y[x == answer] for answer in range(1, 6)]
    m, n = np.array([g.mean() for g in groups]), np.array([len(g) for g in groups])
    w = np.diag([len(g) / g.var(ddof=1) for g in groups])
    step = np.column_stack([np.ones(5), np.arange(1, 6)])
    project = step @ np.linalg.inv(step.T @ w @ step) @ step.T @ w
    off = m - project @ m
    a = (np.diag(np.eye(5) - project) ** 2 / (n - 1)).sum()
    f = off @ w @ off / (3 + 2 * a - 6 * a / 5)
    assert found.departure == pytest.approx(f, rel=1e-9)
    assert found.p_value == pytest.approx(stats.f.sf(f, 3, 3 * 5 / (3 * a)), rel=1e-9)
    for at in range(5):
        some = y[x == at + 1]
        expected = stats.ttest_1samp(some, 0).confidence_interval(0.95)
        assert found.low[at] == pytest.approx(expected.low)
        assert found.high[at] == pytest.approx(expected.high)
    first, second = (y[x == at] for at in found.steepest_step)
    expected = stats.ttest_ind(second, first, equal_var=False).confidence_interval(1 - 0.05 / 4)
    assert found.steepest.interval.low == pytest.approx(expected.low)
    assert "points" not in repr(found)
    order = rng.permutation(300)
    assert curve_of(x[order], y[order]).equals(found)


# -- definition ------------------------------------------------------------------------------------


def test_the_test_keeps_its_level_where_the_line_is_straight():
    rng, runs = np.random.default_rng(9), 300
    rate = np.array([0.25, 0.4, 0.55, 0.7, 0.85])
    refused = covered = 0
    for _ in range(runs):
        x = rng.integers(0, 5, 250)
        found = curve_of(x + 1, rng.random(250) < rate[x])
        refused += found.p_value < 0.05
        covered += 0.15 in found.slope.interval
    # Standard error 1.3 points.
    assert 0.02 < refused / runs < 0.09
    assert 0.92 < covered / runs < 0.98


def test_line_of_means_keeps_its_level_where_answers_vary_unevenly():
    rng, runs = np.random.default_rng(11), 400
    spread = np.array([60, 45, 30, 10, 5])
    refused = covered = 0
    for _ in range(runs):
        x = rng.choice(5, 300, p=[0.04, 0.06, 0.1, 0.4, 0.4])
        found = curve_of(x + 1, 200 + 10 * x + spread[x] * rng.standard_normal(300))
        refused += found.p_value < 0.05
        covered += 10 in found.slope.interval
    # Standard error 1.1 points. Tests that take the variance as even refuse half of these lines.
    assert 0.02 < refused / runs < 0.09
    assert 0.91 < covered / runs < 0.98


def test_limits_of_the_steepest_step_hold_although_it_was_chosen():
    rng, runs, held = np.random.default_rng(10), 200, 0
    for _ in range(runs):
        x = rng.integers(0, 5, 250)
        found = curve_of(x + 1, rng.random(250) < 0.5)
        held += 0 in found.steepest.interval
    # No step at all: at least 95 % contain 0. Standard error 1.5 points.
    assert held / runs > 0.92


@given(st.lists(st.tuples(st.integers(1, 5), st.booleans()), min_size=2, max_size=40))
def test_the_isotonic_curve_is_the_nearest_that_never_falls(rows):
    x, y = map(np.array, zip(*rows, strict=True))
    if len(set(x.tolist())) < 2:
        with pytest.raises(DataError, match="no curve through one answer"):
            curve_of(x, y)
        return
    found = curve_of(x, y)
    given_ = found.counts > 0
    curve = found.isotonic[given_]
    assert (np.diff(curve) >= -1e-12).all()
    # Means of all customers agree, and no level is nearer to its points by another pooling.
    assert found.counts[given_] @ curve == pytest.approx(y.sum())
    for level in np.unique(curve.round(12)):
        block = np.abs(curve - level) < 1e-9
        weight, value = found.counts[given_][block], found.value[given_][block]
        assert level == pytest.approx(weight @ value / weight.sum())
    assert np.isnan(found.isotonic[~given_]).all()
    line = found.line[given_]
    assert ((line >= 0) & (line <= 1)).all()
    again = curve_of(x[::-1], y[::-1])
    assert again.equals(found)


# -- properties ------------------------------------------------------------------------------------


def test_what_is_not_known_is_counted():
    found = curve_of(
        pd.Series([1, 1, 5, 5, None, 9]), pd.Series([0, None, 1, 1, 1, 1]),
        missing="drop", invalid="drop",
    )  # fmt: skip
    assert (found.n, found.unanswered, found.invalid) == (3, 1, 1)
    assert found.unobserved.tolist() == [1, 0, 0, 0, 0]
    text = " ".join(repr(found).split())
    assert "outcome; 1 not yet observed; 1 unanswered; 1 off the scale" in text
    assert found.steepest is None
    assert "steepest" not in text
    assert "undefined: it takes three different answers" in text


def test_a_falling_outcome():
    falling = {a: (m, k) for a, (k, m) in FLAT_THEN_STEEP.items()}
    found = curve_of(*rows_of(falling), direction="falling")
    assert found.isotonic.tolist() == found.value.tolist()
    assert found.steepest_step == (4, 5)
    assert found.steepest.value == pytest.approx(-0.45)


def test_truth_values_and_frames():
    answers, outcome = rows_of(FLAT_THEN_STEEP)
    said = [bool(x) for x in outcome]
    found = curve_of(pl.Series(answers), pl.Series([*said[:-1], None]))
    assert found.measure == "rate"
    assert type(found.to_frame()).__module__.startswith("polars")
    assert found.to_frame().columns[3] == "rate"
    assert found.n == 99
    assert curve_of(answers, said).equals(curve_of(answers, outcome))


def test_lines_at_the_edge_have_no_error():
    found = curve_of([1, 1, 2, 2], [0, 0, 1, 1])
    assert math.isnan(found.slope.standard_error)
    assert math.isnan(found.slope.interval.low)
    assert "+100.0 points for each answer" in repr(found)
    assert math.isnan(curve_of([1, 2], [3.0, 5.0]).slope.standard_error)


def test_means_that_do_not_vary():
    found = curve_of([1] * 12 + [2] * 12 + [3] * 12, [5.0] * 12 + [6.0] * 12 + [8.0] * 12)
    assert math.isnan(found.p_value)
    assert found.steepest.value == 2
    assert math.isnan(found.steepest.interval.low)
    # Who is alone or all alike tells no variance, and has no part in the test.
    rng = np.random.default_rng(5)
    rest = np.repeat([2, 3, 4], 20), rng.normal(100, 20, 60)
    without = curve_of(*rest)
    some = curve_of([1, 1, 1, *rest[0], 5], [0, 0, 0, *rest[1], 500.0])
    assert (some.departure, some.p_value) == pytest.approx((without.departure, without.p_value))
    assert "(without 1, 5, of unknown variance)" in " ".join(repr(some).split())
    assert "without" not in repr(without)
    assert math.isnan(curve_of(np.repeat([1, 2], 20), rng.normal(size=40)).p_value)
    below = curve_of([1, 1, 2, 2], [-4.0, 9.0, 3.0, 3.5])
    assert below.low[0] < 0
    assert curve_of([1, 1, 2, 2], [4.0, 9.0, 3.0, 3.5]).low[0] == 0


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("satisfaction", "outcome", "match"),
    [
        ([1, 2], [1, None], "1 known outcome, of answer 1"),
        ([1, 2], [None, None], "0 known outcomes, of answer none"),
        ([1, 2], [1], "`outcome` must have one value for each answer"),
        ([1, 2], [1.5, math.inf], "`outcome` has values without end"),
        ([1, 2], ["yes", "no"], "does not hold numbers"),
        ([1, 6], [1, 0], "not on the scale"),
        ([1, None], [1, 0], "not answered"),
    ],
)
def test_data_that_make_no_curve(satisfaction, outcome, match):
    with pytest.raises(DataError, match=match):
        curve_of(satisfaction, outcome)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"direction": "up"}, "`direction` is not one of its choices"),
        ({"few": 0}, "`few` must be"),
        ({"confidence": 1}, "`confidence`"),
        ({"scale": 5}, "`scale` is not a scale"),
    ],
)
def test_options_that_are_none(options, match):
    with pytest.raises(OptionError, match=match):
        curve_of([1, 2], [0, 1], **options)
