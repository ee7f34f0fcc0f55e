"""Importance against performance: all orders by hand, the axioms of Shapley, coverage, edges."""

import itertools
import json
import math

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

import retentionkit as rk
from retentionkit.errors import (
    ColumnError,
    DataError,
    KindError,
    OptionError,
    RetentionKitWarning,
)
from retentionkit.surveys import drivers
from retentionkit.surveys._drivers.importance import importance, importance_limits, r_squared_limits
from retentionkit.surveys._drivers.shapley import shapley

ITEMS = ["booking", "guide", "hotel", "bus"]


def trip(n=120, *, seed=0, weights=(0.3, 1.0, 0.5, 0.0)):
    """Answers from 1 to 5 with a halo, and a satisfaction that is made of some of them."""
    rng = np.random.default_rng(seed)
    latent = rng.standard_normal((n, 4)) + 0.6 * rng.standard_normal((n, 1))
    answers = np.clip(np.rint(3.3 + latent), 1, 5)
    frame = pd.DataFrame(answers, columns=ITEMS)
    frame["satisfaction"] = answers @ weights + rng.standard_normal(n)
    return frame


def explained(frame, items):
    """R² by least squares."""
    y = frame["satisfaction"].to_numpy()
    design = np.column_stack([np.ones(len(y)), *(frame[item] for item in items)])
    residuals = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    return 1 - (residuals @ residuals) / ((y - y.mean()) @ (y - y.mean()))


def by_all_orders(frame, items):
    rises = dict.fromkeys(items, 0.0)
    for order in itertools.permutations(items):
        for at, item in enumerate(order):
            rises[item] += explained(frame, order[: at + 1]) - explained(frame, order[:at])
    return [rises[item] / math.factorial(len(items)) for item in items]


# -- worked example --------------------------------------------------------------------------------


def test_two_items_by_hand():
    # Correlations with the outcome of 0.6 and 0.5, of each other 0.5; R² = 0.31 / 0.75.
    correlations = np.array([[1, 0.6, 0.5], [0.6, 1, 0.5], [0.5, 0.5, 1]])
    whole = (0.36 + 0.25 - 2 * 0.6 * 0.5 * 0.5) / 0.75
    found, _ = shapley(correlations)
    expected = [(0.36 + whole - 0.25) / 2, (0.25 + whole - 0.36) / 2]
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_performance_and_quadrants_by_hand():
    frame = pd.DataFrame(
        {
            "guide": [1.0, 2, 3, 4, 5, 3, 1, 5],
            "hotel": [5.0, 4, 5, 4, 5, 4, 4, 5],
            "score": [2.0, 3, 6, 8, 9, 6, 1, 10],
        }
    )
    found = drivers(frame, outcome="score", items=ITEMS[1:3], scale=(1, 5))
    np.testing.assert_allclose(found.performance, [50, 87.5])
    half = stats.t.ppf(0.975, 7) * np.std([0, 25, 50, 75, 100, 50, 0, 100], ddof=1) / math.sqrt(8)
    assert found.performance_low[0] == pytest.approx(50 - half)
    assert found.performance_high[0] == pytest.approx(50 + half)
    assert found.performance_cut == 68.75
    assert found.quadrants == ("fix_first", "possibly_too_much")
    assert found.in_quadrant("fix_first") == ("guide",)
    assert found.labels("zh") == ("优先改进", "可能过度")
    own = drivers(
        frame, outcome="score", items=ITEMS[1:3], scale=(1, 5), importance_cut=0, performance_cut=90
    )
    assert own.quadrants == ("fix_first", "fix_first")
    assert (own.importance_cut, own.performance_cut) == (0, 90)
    kept = drivers(
        frame, outcome="score", items=ITEMS[1:3], scale=(1, 5), importance_cut=1, performance_cut=9
    )
    assert set(kept.quadrants) == {"possibly_too_much"}


# -- reference -------------------------------------------------------------------------------------


def test_shares_are_those_of_all_orders():
    frame = trip()
    found = drivers(frame, outcome="satisfaction", items=ITEMS)
    np.testing.assert_allclose(found.importance, by_all_orders(frame, ITEMS), rtol=1e-10)
    assert found.r_squared.value == pytest.approx(explained(frame, ITEMS), rel=1e-12)
    assert found.correlations[1] == pytest.approx(
        stats.pearsonr(frame["guide"], frame["satisfaction"]).statistic
    )


def test_errors_are_near_the_jackknife():
    frame = trip(150)
    items = ITEMS[:3]
    found = drivers(frame, outcome="satisfaction", items=items)
    left = np.array([by_all_orders(frame.drop(index=at), items) for at in frame.index])
    n = len(frame)
    jackknife = np.sqrt((n - 1) / n * ((left - left.mean(axis=0)) ** 2).sum(axis=0))
    # The leverage makes up for most of what the first derivative leaves out.
    np.testing.assert_allclose(found.importance_error, jackknife, rtol=0.02)
    whole = left.sum(axis=1)
    expected = math.sqrt((n - 1) / n * ((whole - whole.mean()) ** 2).sum())
    assert found.r_squared.standard_error == pytest.approx(expected, rel=0.02)


def test_classical_coefficients_are_those_of_a_printed_regression():
    frame = trip()
    found = drivers(
        frame, outcome="satisfaction", items=ITEMS, method="standardised", errors="classical"
    )
    z = stats.zscore(frame[[*ITEMS, "satisfaction"]].to_numpy(), ddof=1)
    design = np.column_stack([np.ones(len(z)), z[:, :4]])
    slopes, residue = np.linalg.lstsq(design, z[:, 4], rcond=None)[:2]
    bread = np.linalg.inv(design.T @ design)
    np.testing.assert_allclose(found.importance, slopes[1:], rtol=1e-10)
    errors = np.sqrt(residue[0] / (len(z) - 5) * np.diag(bread))[1:]
    np.testing.assert_allclose(found.importance_error, errors, rtol=1e-10)
    half = stats.t.ppf(0.975, len(z) - 5) * errors
    np.testing.assert_allclose(found.importance_high, slopes[1:] + half, rtol=1e-10)
    others = [explained_by(frame, item, [other for other in ITEMS if other != item])
              for item in ITEMS]  # fmt: skip
    np.testing.assert_allclose(found.inflation, 1 / (1 - np.array(others)), rtol=1e-9)
    adjusted = 1 - (1 - found.r_squared.value) * (len(z) - 1) / (len(z) - 5)
    assert found.adjusted_r_squared == pytest.approx(adjusted, rel=1e-12)


def explained_by(frame, item, others):
    renamed = frame.drop(columns="satisfaction").rename(columns={item: "satisfaction"})
    return explained(renamed, others)


@pytest.mark.parametrize("method", ["shapley", "standardised"])
def test_bootstrap_is_near_the_analytic_limits(method):
    frame = trip(400)
    plain = drivers(frame, outcome="satisfaction", items=ITEMS, method=method)
    options = {"outcome": "satisfaction", "items": ITEMS, "method": method}
    drawn = drivers(frame, **options, interval="bootstrap", draws=1_500)
    again = drivers(frame, **options, interval="bootstrap", draws=1_500, rng=0)
    assert drawn.equals(again)
    assert "1,500 bootstrap draws" in drawn.definition
    # Quantiles of 1,500 draws are known to a tenth of the interval.
    width = plain.importance_high - plain.importance_low
    assert (np.abs(drawn.importance_low - plain.importance_low) < 0.12 * width).all()
    assert (np.abs(drawn.importance_high - plain.importance_high) < 0.12 * width).all()
    np.testing.assert_allclose(drawn.importance_error, plain.importance_error, rtol=0.12)


# -- definition: the axioms of Shapley -------------------------------------------------------------


def test_shares_add_up_and_phases_too():
    phases = {"行前": ["booking"], "during": {"guide": "guide", "hotel": "hotel"}, "售后": ["bus"]}
    found = drivers(trip(), outcome="satisfaction", phases=phases)
    assert found.items == tuple(ITEMS)
    assert found.phases == ("before", "during", "during", "after")
    assert found.importance.sum() == pytest.approx(found.r_squared.value, rel=1e-12)
    totals = found.by_phase
    assert totals.phases == ("before", "during", "after")
    assert totals.items == (1, 2, 1)
    assert totals.importance.sum() == pytest.approx(found.r_squared.value, rel=1e-12)
    assert totals.performance[1] == pytest.approx(found.performance[1:3].mean())
    # A phase of one item is that item.
    assert totals.importance_low[0] == pytest.approx(found.importance_low[0], rel=1e-9)
    assert totals.performance_high[2] == pytest.approx(found.performance_high[3], rel=1e-9)


def test_items_that_are_alike_share_equally():
    correlations = np.array(
        [[1, 0.5, 0.5, 0.3], [0.5, 1, 0.4, 0.2], [0.5, 0.4, 1, 0.2], [0.3, 0.2, 0.2, 1]]
    )
    found, _ = shapley(correlations)
    assert found[0] == pytest.approx(found[1], rel=1e-12)


def test_an_item_that_goes_with_nothing_has_no_share():
    correlations = np.array([[1, 0.5, 0, 0.3], [0.5, 1, 0, 0.2], [0, 0, 1, 0], [0.3, 0.2, 0, 1]])
    found, _ = shapley(correlations)
    assert found[1] == pytest.approx(0, abs=1e-15)


def test_the_same_item_twice_shares_what_it_has():
    frame = trip().assign(copy=lambda answers: 2 * answers["guide"] + 1)
    options = {"outcome": "satisfaction", "scale": (0, 20)}
    alone = drivers(frame, items=["guide", "hotel"], **options)
    with pytest.warns(RetentionKitWarning, match=r"hardly be told apart.*guide.*shares equally"):
        found = drivers(frame, items=["guide", "copy", "hotel"], **options)
    assert found.r_squared.value == pytest.approx(alone.r_squared.value, rel=1e-9)
    assert found.importance[0] == pytest.approx(found.importance[1], rel=1e-9)
    assert np.isinf(found.inflation).all()
    assert np.isfinite(found.importance_low).all()
    assert found.notes == ("Can hardly be told apart: guide, copy, hotel.",)
    with pytest.raises(DataError, match="sums of others"):
        drivers(frame, items=["guide", "copy", "hotel"], method="standardised", **options)


def test_items_that_are_nearly_alike_are_named():
    rng = np.random.default_rng(1)
    frame = trip(300).assign(again=lambda answers: answers["guide"] + 0.1 * rng.random(300))
    with pytest.warns(RetentionKitWarning, match="guide, again. The method gives noise"):
        drivers(
            frame, outcome="satisfaction", items=["guide", "again", "bus"], method="standardised"
        )


def truth(correlations, slopes, noise):
    """Exact shares of a population."""
    variance = slopes @ correlations @ slopes + noise**2
    whole = np.eye(len(slopes) + 1)
    whole[1:, 1:] = correlations
    whole[0, 1:] = whole[1:, 0] = correlations @ slopes / math.sqrt(variance)
    return shapley(whole)[0], slopes / math.sqrt(variance)


def covers(values, true, method="shapley", errors="robust"):
    """Whether the limits hold the truth, by item; without the frame around it, for speed."""
    found = importance(values, method, errors)
    low, high = importance_limits(
        found.values,
        np.sqrt(np.diag(found.covariance)),
        method=method,
        df=found.df,
        confidence=0.95,
    )
    return (low <= true) & (true <= high), r_squared_limits(found, 0.95)


def test_the_limits_that_are_told_are_those_of_the_kernel():
    frame = trip()
    found = drivers(frame, outcome="satisfaction", items=ITEMS)
    values = frame[["satisfaction", *ITEMS]].to_numpy()
    nudge = 1e-6 * (found.importance_high - found.importance_low)
    assert covers(values, found.importance_low + nudge)[0].all()
    assert not covers(values, found.importance_low - nudge)[0].any()
    assert not covers(values, found.importance_high + nudge)[0].any()
    assert covers(values, 0)[1] == pytest.approx((found.interval.low, found.interval.high))


@pytest.mark.parametrize("n", [60, 250])
def test_intervals_cover_the_population(n):
    rng, runs = np.random.default_rng(n), 1_500
    correlations = np.full((3, 3), 0.4) + 0.6 * np.eye(3)
    slopes = np.array([0.8, 0.4, 0.0])
    shares, standardised = truth(correlations, slopes, 1.0)
    root = np.linalg.cholesky(correlations)
    covered, whole, betas = np.zeros(3), 0, np.zeros(3)
    for _ in range(runs):
        x = rng.standard_normal((n, 3)) @ root.T
        values = np.column_stack([x @ slopes + rng.standard_normal(n), x])
        within, (low, high) = covers(values, shares)
        covered += within
        whole += low <= shares.sum() <= high
        betas += covers(values, standardised, "standardised")[0]
    # Standard error 0.6 points; small shares are biased upward at 60 respondents.
    assert (covered / runs > 0.92).all()
    assert (covered / runs < 0.975).all()
    assert 0.935 <= whole / runs <= 0.985  # the lower limit is made around the adjusted R²
    assert ((betas / runs >= 0.93) & (betas / runs <= 0.97)).all()


def test_robust_errors_cover_where_classical_do_not():
    rng, runs, slope = np.random.default_rng(5), 1_000, 0.5
    # The noise has the variance 1 + 3 a², 4 on average.
    true = np.array([slope, 0]) / math.sqrt(slope**2 + 4)
    robust, classical = np.zeros(2), np.zeros(2)
    for _ in range(runs):
        a, b = rng.standard_normal((2, 300))
        y = slope * a + rng.standard_normal(300) * np.sqrt(1 + 3 * a**2)
        values = np.column_stack([y, a, b])
        robust += covers(values, true, "standardised")[0]
        classical += covers(values, true, "standardised", "classical")[0]
    assert ((robust / runs > 0.93) & (robust / runs < 0.97)).all()
    assert classical[0] / runs < 0.85


def test_intervals_cover_a_share_of_next_to_nothing():
    rng, covered = np.random.default_rng(8), 0
    shares, _ = truth(np.eye(2), np.array([1.0, 1e-3]), 1.0)
    for _ in range(1_000):
        x = rng.standard_normal((300, 2))
        values = np.column_stack([x @ [1.0, 1e-3] + rng.standard_normal(300), x])
        covered += covers(values, shares)[0][1]
    assert 0.93 <= covered / 1_000 <= 0.97  # standard error 0.7 points


# -- properties ------------------------------------------------------------------------------------


@given(st.integers(0, 2**32 - 1), st.integers(2, 5))
def test_shares_are_positive_add_up_and_follow_their_items(seed, k):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((30, k)) @ rng.standard_normal((k, k))
    frame = pd.DataFrame(x, columns=list("abcde")[:k])
    frame["y"] = x.sum(axis=1) + rng.standard_normal(30)
    values = frame[["y", *frame.columns[:k]]].to_numpy()
    correlations = np.corrcoef(values.T)
    assume(np.linalg.eigvalsh(correlations[1:, 1:])[0] > 1e-6)
    found, _ = shapley(correlations)
    whole = correlations[0, 1:] @ np.linalg.solve(correlations[1:, 1:], correlations[0, 1:])
    assert found.min() > -1e-9
    assert found.sum() == pytest.approx(whole, rel=1e-6)
    order = rng.permutation(k)
    other = np.concatenate([[0], order + 1])
    np.testing.assert_allclose(
        shapley(correlations[np.ix_(other, other)])[0], found[order], rtol=1e-6, atol=1e-9
    )


@pytest.mark.parametrize("interval", ["analytic", "bootstrap"])
def test_order_of_rows_and_units_do_not_matter(interval):
    frame = trip()
    options = {"outcome": "satisfaction", "items": ITEMS, "interval": interval, "draws": 100}
    found = drivers(frame, **options)
    assert drivers(frame.sample(frac=1, random_state=1), **options).equals(found)
    other = drivers(frame.assign(satisfaction=3 - 2 * frame["satisfaction"]), **options)
    if interval == "analytic":
        np.testing.assert_allclose(other.importance, found.importance, rtol=1e-9)
        np.testing.assert_allclose(other.importance_low, found.importance_low, rtol=1e-9)


def test_every_kind_of_frame(kind):
    frame = trip()
    make = {"pandas": lambda it: it, "polars": pl.from_pandas, "pyarrow": pa.Table.from_pandas}
    found = drivers(make[kind](frame), outcome="satisfaction", items=ITEMS)
    expected = drivers(frame, outcome="satisfaction", items=ITEMS)
    np.testing.assert_array_equal(found.importance, expected.importance)
    assert found.kind == kind
    assert type(found.to_frame()) is type(make[kind](frame))
    phased = drivers(make[kind](frame), outcome="satisfaction", phases={"before": ITEMS})
    assert type(phased.by_phase.to_frame()) is type(make[kind](frame))
    json.dumps(phased.to_dict(), allow_nan=False)


@pytest.mark.parametrize("nullable", ["Float64", "float64[pyarrow]"])
def test_nullable_columns_and_missing_answers(nullable):
    frame = trip().astype(nullable)
    frame.loc[3, "guide"] = pd.NA
    frame.loc[[3, 7], "satisfaction"] = pd.NA
    found = drivers(frame, outcome="satisfaction", items=ITEMS, missing="drop")
    assert (found.n, found.set_aside) == (118, 2)
    assert "118; 2 rows set aside" in repr(found)
    left = trip().drop(index=[3, 7])
    assert found.r_squared.value == pytest.approx(explained(left, ITEMS), rel=1e-12)


def test_yes_and_no_as_the_outcome(kind):
    frame = trip(60).assign(again=lambda answers: answers["satisfaction"] > 5)
    numbers = frame.assign(again=frame["again"].astype(int))
    expected = drivers(numbers, outcome="again", items=ITEMS)
    make = {"pandas": lambda it: it, "polars": pl.from_pandas, "pyarrow": pa.Table.from_pandas}
    found = drivers(make[kind](frame), outcome="again", items=ITEMS)
    np.testing.assert_array_equal(found.importance, expected.importance)
    assert "linear probability" in " ".join(found.notes)
    unknown = frame.astype({"again": "boolean"})
    unknown.loc[0, "again"] = pd.NA
    dropped = drivers(make[kind](unknown), outcome="again", items=ITEMS, missing="drop")
    assert (dropped.n, dropped.set_aside) == (59, 1)


def test_what_is_printed():
    found = drivers(trip(), outcome="satisfaction", items=ITEMS, scale=(1, 5))
    text = repr(found)
    assert "outcome      satisfaction" in text
    assert "Association, not effect" in text
    assert "scale 1 to 5)" in text
    assert max(map(len, text.splitlines())) <= 100
    assert [line.split()[0] for line in text.splitlines()[-4:]] == [
        found.items[at] for at in np.argsort(-found.importance)
    ]
    assert found.by_phase is None
    line = drivers(trip(), outcome="satisfaction", items=ITEMS, method="standardised")
    assert "the lowest and highest answer that occur" in line.definition
    assert "robust errors" in line.definition
    phased = drivers(
        trip(), outcome="satisfaction", phases={"before": ITEMS}, method="standardised"
    )
    assert "phases       before 1." in repr(phased)
    assert "Sum of the coefficients" in repr(phased.by_phase)
    assert "  importance " in repr(phased.by_phase)
    for some in (phased, phased.by_phase):
        assert max(map(len, repr(some).splitlines())) <= 100


def test_estimates_of_items():
    found = drivers(trip(), outcome="satisfaction", items={"the guide": "guide", "bed": "hotel"})
    one = found.estimate("importance", "the guide")
    assert one.value == found.importance[0]
    assert (one.interval.low, one.n) == (found.importance_low[0], 120)
    assert found.estimate("performance", "bed").standard_error == found.performance_error[1]
    assert found.confidence == 0.95
    assert found.sure.tolist() == (found.importance_sure & found.performance_sure).tolist()
    with pytest.raises(OptionError, match="`item` is not one of its choices"):
        found.estimate("importance", "hotel")
    with pytest.raises(OptionError, match="`what`"):
        found.estimate("weight", "bed")
    with pytest.raises(OptionError, match=r"fix_first if|'fix_first' if that"):
        found.in_quadrant("优先改进")
    with pytest.raises(OptionError, match="`language`"):
        found.labels("fr")


def test_phases_of_some_of_the_items():
    found = drivers(
        trip(), outcome="satisfaction", items=ITEMS, phases={"before": ["booking"], "事后": ["bus"]}
    )
    assert found.phases == ("before", None, None, "after")
    assert found.by_phase.phases == ("before", "after")
    assert found.to_frame()["phase"].isna().sum() == 2


def test_scales_by_item():
    frame = trip().assign(bus=lambda answers: 2.5 * (answers["bus"] - 1))
    scale = dict.fromkeys(ITEMS[:3], (1, 5)) | {"bus": (0, 10)}
    found = drivers(frame, outcome="satisfaction", items=ITEMS, scale=scale)
    plain = drivers(trip(), outcome="satisfaction", items=ITEMS, scale=(1, 5))
    np.testing.assert_allclose(found.performance, plain.performance)
    assert "scale of its own" in found.definition


def test_perfect_and_empty_fits_have_no_interval_of_r_squared():
    frame = trip().assign(satisfaction=lambda answers: answers["guide"] + answers["hotel"])
    found = drivers(frame, outcome="satisfaction", items=["guide", "hotel"])
    assert found.r_squared.value == pytest.approx(1)
    assert math.isnan(found.interval.low)
    cross = pd.DataFrame({"a": [0, 0, 1, 1] * 2, "b": [0, 1, 0, 1] * 2, "y": [1] * 4 + [2] * 4})
    none = drivers(cross, outcome="y", items=["a", "b"])
    assert none.r_squared.value == pytest.approx(0, abs=1e-15)
    assert np.isnan(none.importance_low).all()
    assert not none.importance_sure.any()
    assert "0.0 %" in repr(none)
    line = drivers(cross, outcome="y", items=["a", "b"], method="standardised")
    assert "0.00 (-1.45 to 1.45)" in repr(line)


def test_few_respondents_and_adverse_items_are_noted():
    frame = trip(30).assign(noise=lambda answers: 6 - answers["guide"])
    found = drivers(frame, outcome="satisfaction", items=["noise", "hotel", "bus", "booking"])
    assert found.notes == (
        "Fewer than 10 respondents per item: R² is partly luck.",
        "Go with a lower outcome, taken alone: noise.",
    )
    assert "note " in repr(found)


def test_an_item_that_may_not_vary_in_a_draw():
    frame = trip(60).assign(rare=[1.0] + [0.0] * 59)
    options = {"outcome": "satisfaction", "items": ["guide", "rare"], "draws": 200}
    found = drivers(frame, **options, scale=(0, 5), interval="bootstrap")
    assert np.isnan(found.importance_low).all()


def test_one_respondent_alone_decides_an_item():
    frame = trip(60).assign(rare=[1.0] + [0.0] * 59)
    found = drivers(frame, outcome="satisfaction", items=["guide", "rare"], scale=(0, 5))
    assert np.isnan(found.importance_low).all()
    assert np.isfinite(found.importance).all()


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"items": None}, "There are no items"),
        ({"items": "guide"}, "`items` does not name columns"),
        ({"items": {"guide", "hotel"}}, "`items` does not name columns"),
        ({"items": ["guide"]}, "compares items"),
        ({"items": ["guide", "guide"]}, "asked for twice"),
        ({"items": ["guide", "satisfaction"]}, "asked for twice"),
        ({"phases": ["before"]}, "`phases` does not name columns"),
        ({"phases": {"before": 3}}, "`phases` does not name columns"),
        ({"phases": {"beforehand": ["guide"]}}, "no phase of a journey"),
        ({"phases": {"x": ["guide"]}}, "Use one of them"),
        ({"phases": {"before": ["guide"], "after": ["guide"]}}, "belongs to one phase"),
        ({"phases": {"before": ["pool"]}}, "names an item that is none"),
        ({"method": "relative"}, "`method`"),
        ({"errors": "white"}, "`errors`"),
        ({"errors": "classical"}, "those of standardised"),
        (
            {"errors": "classical", "method": "standardised", "interval": "bootstrap"},
            "those of standardised",
        ),
        ({"interval": "exact"}, "`interval`"),
        ({"draws": 3}, "`draws`"),
        ({"missing": "pairwise"}, "`missing`"),
        ({"confidence": 95}, "`confidence`"),
        ({"importance_cut": "mean"}, "`importance_cut`"),
        ({"scale": (5, 1)}, "lowest and the highest"),
        ({"scale": 5}, "lowest and the highest"),
        ({"scale": (1, math.inf)}, "`scale`"),
        ({"scale": {"guide": (1, 5)}}, "have no scale"),
    ],
)
def test_options_that_are_refused(options, match):
    with pytest.raises(OptionError, match=match):
        drivers(trip(), **({"outcome": "satisfaction", "items": ITEMS} | options))


def test_too_many_items():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.standard_normal((60, 16)), columns=[f"q{at}" for at in range(16)])
    with pytest.raises(OptionError, match=r"32,768 subsets(.|\n)*up to 14"):
        drivers(frame, outcome="q0", items=frame.columns[1:])
    with pytest.raises(OptionError, match="in each draw"):
        drivers(frame, outcome="q0", items=frame.columns[1:13], interval="bootstrap")
    assert drivers(frame, outcome="q0", items=frame.columns[1:], method="standardised").n == 60


def test_columns_that_are_refused():
    frame = trip()
    with pytest.raises(ColumnError, match="pool"):
        drivers(frame, outcome="satisfaction", items=["guide", "pool"])
    with pytest.raises(KindError):
        drivers([1, 2], outcome="satisfaction", items=ITEMS)
    with pytest.raises(DataError, match=r"alike(.|\n)*'guide': 3 throughout(.|\n)*Leave it out"):
        drivers(frame.assign(guide=3), outcome="satisfaction", items=ITEMS)
    with pytest.raises(DataError, match="another outcome"):
        drivers(frame.assign(satisfaction=3), outcome="satisfaction", items=ITEMS)
    with pytest.raises(DataError, match="There is no respondent"):
        drivers(frame[:0], outcome="satisfaction", items=ITEMS)
    with pytest.raises(DataError, match="5 respondents, 4 items\n"):
        drivers(frame[:5], outcome="satisfaction", items=ITEMS)
    with pytest.raises(DataError, match="infinite"):
        drivers(frame.assign(guide=math.inf), outcome="satisfaction", items=ITEMS)
    with pytest.raises(DataError, match="guide"):
        drivers(frame.assign(guide="good"), outcome="satisfaction", items=ITEMS)


def test_missing_answers_are_refused_with_their_columns():
    frame = trip()
    frame.loc[:3, ITEMS] = np.nan
    with pytest.raises(DataError, match="4 of 120 rows: booking 4, guide 4, hotel 4, bus 4"):
        drivers(frame, outcome="satisfaction", items=ITEMS)
    frame.loc[4:, "guide"] = np.nan
    with pytest.raises(DataError, match="0 respondents, 4 items, 120 set aside"):
        drivers(frame, outcome="satisfaction", items=ITEMS, missing="drop")
    many = pd.DataFrame(np.full((3, 8), np.nan), columns=list("abcdefgh"))
    with pytest.raises(DataError, match="and 3 more columns"):
        drivers(many, outcome="a", items=list("bcdefgh"))


def test_an_outcome_with_codes_is_refused_on_a_scale_and_pointed_out_without():
    frame = trip()
    options = {"outcome": "satisfaction", "items": ITEMS, "scale": (1, 5)}
    plain = drivers(frame, **options)
    ends = (frame["satisfaction"].min(), frame["satisfaction"].max())
    assert drivers(frame, **options, outcome_scale=ends).equals(plain)
    ends = tuple(np.round(ends))
    frame["satisfaction"] = frame["satisfaction"].round()
    frame.loc[frame.index[:3], "satisfaction"] = 9_999
    with pytest.raises(DataError, match=r"3 answers of 'satisfaction' such as 9"):
        drivers(frame, **options, outcome_scale=ends)
    with pytest.warns(RetentionKitWarning, match=r"3 answers of 'satisfaction' \(9999\)"):
        drivers(frame, **options)
    with pytest.raises(OptionError, match="`outcome_scale` is the lowest and the highest"):
        drivers(frame, **options, outcome_scale=10)
    # Items without a scale: the code, and not that the others stay in a lower half.
    frame = trip()
    frame.loc[frame.index[0], "guide"] = 99
    with pytest.warns(RetentionKitWarning, match=r"1 answer of 'guide' \(99\)") as told:
        drivers(frame, outcome="satisfaction", items=ITEMS)
    assert len(told) == 1


def test_answers_off_the_scale_and_scales_that_differ():
    frame = trip()
    with pytest.raises(DataError, match=r"off the scale(.|\n)*'booking' such as 5"):
        drivers(frame, outcome="satisfaction", items=ITEMS, scale=(1, 4))
    tens = frame.assign(bus=2 * frame["bus"] + 1)
    with pytest.warns(RetentionKitWarning, match="booking, guide, hotel all in the lower half"):
        drivers(tens, outcome="satisfaction", items=ITEMS)


def test_reached_from_the_door():
    assert rk.surveys.drivers is drivers
    assert isinstance(drivers(trip(), outcome="satisfaction", items=ITEMS), rk.surveys.Drivers)
