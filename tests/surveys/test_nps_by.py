"""NPS by group: each figure as `nps` gives it, the rest by loops, and what is not a finding."""

import copy
import datetime as dt
import math
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, f_oneway, t

from retentionkit import compare
from retentionkit.errors import ColumnError, DataError, KindError, OptionError, RetentionKitWarning
from retentionkit.surveys import Homogeneity, nps, nps_by

SOME = pd.DataFrame(
    {
        "shop": ["a"] * 100 + ["b"] * 100,
        "answer": [10] * 50 + [7] * 30 + [0] * 20 + [9] * 40 + [8] * 30 + [6] * 30,
    }
)


def survey(size=600, seed=1, groups=6):
    """Answers of groups that differ, some missing, with weights and people in several groups."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, groups, size)
    answer = np.clip(rng.integers(0, 13, size) - (group == 0) * 2, 0, 10).astype(float)
    answer[rng.random(size) < 0.05] = np.nan
    answer[rng.random(size) < 0.03] = 11
    return pd.DataFrame(
        {
            "shop": [f"shop {number}" for number in group],
            "answer": answer,
            "weight": rng.uniform(0.5, 3, size),
            "person": rng.integers(0, size // 3, size),
            "day": np.datetime64("2024-01-01") + np.arange(size).astype("timedelta64[D]"),
        }
    ).sample(frac=1, random_state=seed, ignore_index=True)


def of_group(frame, name, column="shop"):
    return frame[frame[column] == name]


# Worked example: two groups of 100, 50/30/20 and 40/30/30.


def test_two_groups_are_the_published_difference():
    found = nps_by(SOME, score="answer", by="shop")
    assert found.groups == ("a", "b")
    assert found.score.tolist() == pytest.approx([30, 10])
    assert found.difference.tolist() == pytest.approx([20, -20])
    assert found.difference_low[0] == pytest.approx(-2.55, abs=0.005)
    assert found.difference_high[0] == pytest.approx(41.39, abs=0.005)
    assert found.p_value.tolist() == pytest.approx([0.0832] * 2, abs=5e-5)
    assert found.adjusted_p_value.tolist() == pytest.approx([0.1664] * 2, abs=1e-4)
    wald = nps_by(SOME, score="answer", by="shop", method="wald")
    assert (wald.difference_low[0], wald.difference_high[0]) == pytest.approx(
        (-2.35, 42.35), abs=0.005
    )
    assert wald.p_value[0] == pytest.approx(0.0794, abs=5e-5)


def test_one_is_written_as_one():
    one = nps_by(SOME.assign(shop=["a"] * 198 + ["b"] * 2), score="answer", by="shop")
    assert "for 1 comparison." in " ".join(repr(one).split())
    assert "with fewer than 10 answers not shown" in repr(one)
    alike = SOME[SOME["answer"] == 10].assign(shop="a")
    with pytest.warns(RetentionKitWarning, match="In 1 group all"):
        assert "100.0 (no width)" in repr(nps_by(alike, score="answer", by="shop", method="wald"))
    assert isinstance(one.homogeneity, Homogeneity)


def test_the_result_prints_its_groups():
    text = repr(nps_by(SOME, score="answer", by="shop", minimum_n=0))
    assert "total          20.0 (8.5 to 30.9), 200 answers" in text
    assert "differ at all  p = 0.082 (chi-square 3.0, 1 df)" in text
    assert "adjusted by Holm for 2 comparisons." in " ".join(text.split())
    assert "     a      100  30.0 (14.1 to 44.2)  +20.0 (-2.6 to 41.4)  0.083       0.166" in text


# Reference: `nps` for the answers of each group, scipy for the test of all.


@pytest.mark.parametrize(
    ("method", "extra"),
    [
        ("score", {}),
        *(
            (method, extra)
            for method in ("adjusted-wald", "wald")
            for extra in (
                {},
                {"weights": "weight"},
                {"respondent": "person"},
                {"weights": "weight", "respondent": "person"},
            )
        ),
    ],
)
def test_each_group_is_what_nps_gives(method, extra):
    frame = survey()
    options = {"missing": "drop", "invalid": "drop", "method": method, "confidence": 0.9}
    found = nps_by(frame, score="answer", by="shop", **options, **extra)
    for at, name in enumerate(found.groups):
        rows = of_group(frame, name)
        told = nps(
            rows["answer"],
            weights=rows["weight"] if "weights" in extra else None,
            clusters=rows["person"] if "respondent" in extra else None,
            **options,
        )
        same(found.group(name), told)
        assert found.score[at] == pytest.approx(told.score)
        assert found.standard_error[at] == pytest.approx(told.standard_error)
        assert (found.low[at], found.high[at]) == pytest.approx(
            (told.interval.low, told.interval.high)
        )
        assert (found.n[at], found.unanswered[at], found.invalid[at]) == (
            told.n, told.unanswered, told.invalid,
        )  # fmt: skip
    same(
        found.total,
        nps(
            frame["answer"],
            weights=frame["weight"] if "weights" in extra else None,
            clusters=frame["person"] if "respondent" in extra else None,
            **options,
        ),
    )


def same(mine, theirs):
    """All figures of two scores agree; sums were made in another order."""
    mine, theirs = mine.to_dict(), theirs.to_dict()
    del mine["definition"], theirs["definition"]
    limits = mine.pop("interval"), theirs.pop("interval")
    assert limits[0] == pytest.approx(limits[1], abs=1e-9)
    for name, value in theirs.items():
        near = isinstance(value, float) or (name == "worth" and value[0] is not None)
        wanted = pytest.approx(value, rel=1e-9, abs=1e-9) if near else value
        assert mine[name] == wanted, name


def test_groups_of_one_respondent_and_of_equal_answers_are_what_nps_gives():
    frame = pd.DataFrame(
        {
            "shop": ["one"] * 3 + ["alike"] * 6 + ["other"] * 4,
            "answer": [10, 9, 3] + [10] * 6 + [0, 9, 7, 7],
            "person": [1, 1, 1, 2, 2, 3, 3, 3, 4, 5, 6, 7, 8],
        }
    )
    found = nps_by(frame, score="answer", by="shop", respondent="person", minimum_n=1)
    for name in found.groups:
        rows = of_group(frame, name)
        same(found.group(name), nps(rows["answer"], clusters=rows["person"]))
    assert math.isnan(found.low[found.groups.index("one")])


def test_whether_groups_differ_is_the_scatter_of_an_analysis_of_variance():
    frame = survey().query("answer <= 10")
    points = (frame["answer"] >= 9) * 1.0 - (frame["answer"] <= 6)
    parts = [part for _, part in points.groupby(frame["shop"])]
    f = f_oneway(*parts).statistic
    n, k = len(frame), len(parts)
    scatter = n * (k - 1) * f / ((k - 1) * f + n - k)
    found = nps_by(frame, score="answer", by="shop").homogeneity
    assert found.degrees == k - 1
    assert found.statistic == pytest.approx(scatter)
    assert found.p_value == pytest.approx(chi2.sf(scatter, k - 1))


# Definition: the difference from the rest, put together by loops over rows.


def rest_by_loops(frame, name, *, weighted):
    """Difference from the rest and its Wald standard error, by respondent."""
    sides = (frame["shop"] == name).to_numpy(), (frame["shop"] != name).to_numpy()
    w = frame["weight"].to_numpy() if weighted else np.ones(len(frame))
    x = ((frame["answer"] >= 9) * 1.0 - (frame["answer"] <= 6)).to_numpy()
    scores, residuals, wider = [], [], []
    for side in sides:
        total = w[side].sum()
        score = (w * x)[side].sum() / total
        people = {}
        for at in np.flatnonzero(side):
            person = frame["person"].iloc[at]
            people[person] = people.get(person, 0.0) + w[at] * (x[at] - score) / total
        scores.append(score)
        residuals.append(people)
        # A linearised error of weighted answers is taken to be at least Kish's.
        linear = ((w * (x - score))[side] ** 2).sum() / total**2
        points = (w * x**2)[side].sum() / total - score**2
        wider.append(max(1.0, points * (w[side] ** 2).sum() / total**2 / linear))
    first, second = residuals
    factors = [len(people) / (len(people) - 1) for people in residuals]
    variances = [
        more * factor * sum(value**2 for value in people.values())
        for more, factor, people in zip(wider, factors, residuals, strict=True)
    ]
    shared = sum(first[person] * second[person] for person in first.keys() & second.keys())
    covariance = shared * math.sqrt(factors[0] * factors[1] * wider[0] * wider[1])
    return scores[0] - scores[1], math.sqrt(sum(variances) - 2 * covariance), variances, factors


@pytest.mark.parametrize("weighted", [False, True])
def test_respondents_in_both_sides_are_counted_in_the_difference(weighted):
    rng = np.random.default_rng(5)
    frame = survey(900, seed=4, groups=3).query("answer <= 10")
    # People have opinions: those of one person are alike, in all shops.
    liking = rng.integers(0, 11, 300)
    frame = frame.assign(answer=np.clip(liking[frame["person"]] + frame["answer"] % 3 - 1, 0, 10))
    found = nps_by(
        frame, score="answer", by="shop", respondent="person", method="wald",
        weights="weight" if weighted else None,
    )  # fmt: skip
    for at, name in enumerate(found.groups):
        value, error, variances, factors = rest_by_loops(frame, name, weighted=weighted)
        degrees = sum(variances) ** 2 / sum(
            v**2 * (f - 1) for v, f in zip(variances, factors, strict=True)
        )
        assert found.difference[at] == pytest.approx(100 * value)
        half = 100 * t.ppf(0.975, degrees) * error
        assert found.difference_high[at] - found.difference_low[at] == pytest.approx(2 * half)
        assert found.p_value[at] == pytest.approx(2 * t.sf(abs(value) / error, degrees))
    alone = nps_by(frame, score="answer", by="shop", method="wald")
    assert not math.isnan(alone.homogeneity.p_value)
    assert math.isnan(found.homogeneity.p_value)  # shops are alike since people are the same
    assert "not known: see the adjusted p-values" in repr(found)


def test_respondents_of_one_group_each_leave_the_groups_independent():
    frame = survey().query("answer <= 10").assign(person=lambda rows: rows["shop"] + "x")
    frame["person"] += (np.arange(len(frame)) % 40).astype(str)
    found = nps_by(frame, score="answer", by="shop", respondent="person", method="wald")
    for at, name in enumerate(found.groups):
        inside = nps(of_group(frame, name)["answer"], clusters=of_group(frame, name)["person"])
        rest = frame[frame["shop"] != name]
        outside = nps(rest["answer"], clusters=rest["person"])
        error = math.hypot(inside.standard_error, outside.standard_error)
        middle = (found.difference_low[at] + found.difference_high[at]) / 2
        assert middle == pytest.approx(inside.score - outside.score)
        z = (found.difference_high[at] - found.difference_low[at]) / 2 / error
        assert 1.96 < z < 2.05
    assert 0 <= found.homogeneity.p_value <= 1


def test_the_worst_of_twenty_alike_is_seldom_a_finding():
    rng = np.random.default_rng(8)
    alone = together = everywhere = 0
    for _ in range(200):
        frame = pd.DataFrame({"shop": np.arange(1_000) % 20, "answer": rng.integers(0, 11, 1_000)})
        found = nps_by(frame, score="answer", by="shop")
        alone += found.p_value.min() < 0.05
        together += found.adjusted_p_value.min() < 0.05
        everywhere += found.homogeneity.p_value < 0.05
    assert alone > 90  # the chance of one in twenty is 64 %
    assert together <= 18  # 5 % and three standard errors
    assert everywhere <= 20


def test_weighted_groups_that_are_alike_seldom_differ():
    """With linearised errors alone a quarter of them would."""
    rng = np.random.default_rng(8)
    everywhere = together = inside = 0
    for _ in range(200):
        frame = pd.DataFrame({"shop": np.arange(144) % 12})
        frame["answer"] = rng.choice([10, 8, 3], 144, p=[0.5, 0.3, 0.2])
        frame["weight"] = np.exp(0.8 * rng.standard_normal(144))
        found = nps_by(frame, score="answer", by="shop", weights="weight")
        everywhere += found.homogeneity.p_value < 0.05
        together += found.adjusted_p_value.min() < 0.05
        inside += ((found.low <= 30) & (found.high >= 30)).mean()
    assert everywhere <= 20
    assert together <= 20
    assert 0.93 <= inside / 200 <= 0.98


@pytest.mark.parametrize("extra", [{}, {"weights": "weight", "respondent": "person"}])
def test_nobody_can_change_what_a_group_is_made_of(extra):
    found = nps_by(survey(), score="answer", by="shop", missing="drop", invalid="drop", **extra)
    told = found.group("shop 1").to_dict()
    for one in (found, copy.deepcopy(found), pickle.loads(pickle.dumps(found))):  # noqa: S301
        kept = one._tallies
        for array in (
            kept.counts, kept.sums, kept.squares, kept.unanswered, kept.invalid,
            *(kept.pairs or ()),
        ):  # fmt: skip
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 99
        assert one.group("shop 1").to_dict() == told


@pytest.mark.parametrize(("low", "high"), [(1, 4), (4, 1)])
def test_differences_of_tiny_groups_hold_their_estimate(low, high):
    frame = pd.DataFrame({"shop": ["a"] * low + ["b"] * high, "answer": [10] * low + [3] * high})
    found = nps_by(frame, score="answer", by="shop", minimum_n=1)
    assert found.difference.tolist() == [200, -200]
    assert found.difference_high[0] == 200
    assert found.difference_low[1] == -200
    assert found.difference_low[0] < 30


@pytest.mark.parametrize("method", ["holm", "bonferroni", "benjamini-hochberg", "none"])
def test_p_values_are_adjusted_as_compare_does(method):
    found = nps_by(survey().query("answer <= 10"), score="answer", by="shop", multiplicity=method)
    np.testing.assert_array_equal(
        found.adjusted_p_value, compare.adjusted_p_values(found.p_value, method=method)
    )


# Properties.


@pytest.mark.filterwarnings("ignore:.*is this a scale")
@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["x", "y", None]), st.integers(0, 10), st.sampled_from([1, 2])),
        min_size=1,
        max_size=40,
    ),
    st.randoms(use_true_random=False),
)
def test_groups_add_up_in_every_frame_and_every_order(rows, random):
    frame = pd.DataFrame(rows, columns=["shop", "answer", "size"])
    frame["shop"] = frame["shop"].astype(object).where(frame["shop"].notna(), None)
    shuffled = list(range(len(rows)))
    random.shuffle(shuffled)
    columns = {name: [row[at] for row in rows] for at, name in enumerate(frame.columns)}
    found = [
        nps_by(kind, score="answer", by=["shop", "size"], minimum_n=3)
        for kind in (
            frame,
            frame.iloc[shuffled],
            pl.DataFrame(columns, schema={"shop": pl.String, "answer": int, "size": int}),
            pa.table(columns),
        )
    ]
    first = found[0]
    assert first.n.sum() == first.total.n == len(rows)
    assert (first.suppressed == (first.n < 3)).all()
    assert (np.isnan(first.score) == first.suppressed).all()
    assert (np.isnan(first.promoters) == first.suppressed).all()
    for other in found[1:]:
        assert other.to_dict() == {**first.to_dict(), "kind": other.kind}
        assert type(other.to_frame()) is type({"pandas": frame}.get(other.kind, other.to_frame()))


@pytest.mark.parametrize(
    "labels",
    [
        [3, 1, None],
        ["b", "a", None],
        [True, False, None],
        [dt.date(2024, 5, 1), dt.date(2023, 1, 1), None],
        [1.5, 0.5, None],
    ],
)
def test_labels_of_all_kinds_are_sorted_and_missing_ones_are_a_group(labels):
    for make in (pd.DataFrame, pl.DataFrame, pa.table):
        frame = make({"g": labels * 4, "answer": [10, 7, 0] * 4})
        found = nps_by(frame, score="answer", by="g", minimum_n=0)
        assert found.groups == (labels[1], labels[0], None)
        assert found.score.tolist() == [0, 100, -100]
        assert found.group(None).detractors == 4
        assert "without a group" in found.group(None).definition
    assert "(missing)" in repr(found)


def test_labels_that_are_all_missing_are_one_group():
    for make in (pd.DataFrame, pl.DataFrame, pa.table):
        found = nps_by(make({"g": [None] * 12, "answer": [10] * 12}), score="answer", by="g")
        assert found.groups == (None,)
        assert math.isnan(found.difference[0])
        assert math.isnan(found.homogeneity.p_value)


def test_categories_keep_their_order():
    values, order = ["high", "low", "mid"] * 10, ["low", "mid", "high", "none"]
    enum = pl.DataFrame({"g": pl.Series(values, dtype=pl.Enum(order)), "answer": 10})
    for frame in (pd.DataFrame({"g": pd.Categorical(values, order), "answer": 10}), enum):
        assert nps_by(frame, score="answer", by="g").groups == ("low", "mid", "high")
    for made in (
        pl.DataFrame({"g": pl.Series([*values, None], dtype=pl.Categorical), "answer": 10}),
        pa.table({"g": pa.array([*values, None]).dictionary_encode(), "answer": [10] * 31}),
    ):
        assert nps_by(made, score="answer", by="g").groups == ("high", "low", "mid", None)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64", "uint64"])
def test_whole_numbers_of_all_widths_near_their_ends(dtype):
    ends = np.iinfo(dtype)
    for low in (ends.min, ends.max - 4):
        group = np.array([2, 0, 4, 0] * 10, dtype=dtype) + np.array(low, dtype=dtype)
        for frame in (
            pd.DataFrame({"g": group, "answer": [10, 7, 0, 7] * 10}),
            pl.DataFrame({"g": group, "answer": [10, 7, 0, 7] * 10}),
        ):
            found = nps_by(frame, score="answer", by="g")
            assert found.groups == (low, low + 2, low + 4)
            assert found.score.tolist() == [0, 100, -100]


def test_many_combinations_of_labels_are_told_apart():
    frame = pd.DataFrame({f"g{at}": np.arange(3_000) * (at + 1) for at in range(3)})
    found = nps_by(frame.assign(answer=10), score="answer", by=list(frame.columns), minimum_n=1)
    assert found.groups == tuple(zip(*frame.to_numpy().T.tolist(), strict=True))
    assert (found.n == 1).all()


def test_the_latest_and_the_first_answer_of_each_respondent():
    frame = survey(seed=9)
    day = frame["day"].astype("datetime64[us]") + pd.to_timedelta(1, "h")
    for kind, made in (("latest", frame), ("first", frame.assign(day=day))):
        found = nps_by(
            made, score="answer", by="shop", respondent="person", when="day", repeats=kind,
            missing="drop", invalid="drop",
        )  # fmt: skip
        valid = frame[frame["answer"] <= 10].sort_values("day")
        kept = valid.drop_duplicates("person", keep="last" if kind == "latest" else "first")
        for name in found.groups:
            told = nps(of_group(kept, name)["answer"])
            assert found.group(name).score == told.score
            assert found.group(name).interval.low == pytest.approx(told.interval.low)
        assert found.total.n == len(kept) == valid["person"].nunique()
        assert found.set_aside == len(valid) - len(kept)
        assert found.total.unanswered == frame["answer"].isna().sum()
        assert f"{found.set_aside:,} repeated, set aside" in repr(found)
        assert f"of each respondent the {kind}" in " ".join(repr(found).split())


def test_equal_answers_at_one_time_are_no_matter_and_different_earlier_ones_neither():
    same_time = pd.DataFrame({"p": [1, 1, 1, 1], "a": [0, 9, 10, 10], "t": [1, 1, 2, 2], "g": 1})
    frame = same_time.assign(t=pd.to_datetime(same_time["t"], unit="D"))
    options = {"score": "a", "by": "g", "respondent": "p", "when": "t", "minimum_n": 1}
    assert nps_by(frame, **options, repeats="latest").score.tolist() == [100]
    with pytest.raises(DataError, match="the first cannot be told"):
        nps_by(frame, **options, repeats="first")
    late = frame.assign(t=frame["t"].iloc[::-1].to_numpy())
    assert nps_by(late, **options, repeats="first").score.tolist() == [100]
    with pytest.raises(DataError, match=r"the latest cannot be told[\s\S]*drop one of the"):
        nps_by(late, **options, repeats="latest")
    heavy = frame.assign(w=[1, 1, 1, 2])
    with pytest.raises(DataError, match="the latest cannot be told"):
        nps_by(heavy, **options, repeats="latest", weights="w")


def test_columns_keep_their_names_and_those_of_figures_are_told_apart():
    frame = SOME.rename(columns={"shop": "n"})
    table = nps_by(frame, score="answer", by="n").to_frame()
    assert table.columns[:2].tolist() == ["n_", "n"]
    assert table["n"].tolist() == [100, 100]


def test_small_groups_are_not_shown_but_count():
    frame = pd.concat([SOME, pd.DataFrame({"shop": ["c"] * 9 + ["d"], "answer": [0] * 9 + [None]})])
    found = nps_by(frame, score="answer", by="shop", missing="drop")
    assert found.suppressed.tolist() == [False, False, True, False]
    assert found.n.tolist() == [100, 100, 9, 0]
    assert found.unanswered.tolist() == [0, 0, 0, 1]
    assert found.total.n == 209
    assert found.difference[0] == pytest.approx(30 - 100 * (40 - 30 - 9) / 109)
    assert np.isnan(found.adjusted_p_value[2:]).all()
    assert "4, 1 of them with fewer than 10 answers not shown" in repr(found)
    assert "apart          1 unanswered" in repr(found)
    every = nps_by(frame, score="answer", by="shop", missing="drop", minimum_n=0)
    assert every.score[2] == -100
    assert math.isnan(every.score[3])
    assert not every.suppressed.any()
    assert every.homogeneity.degrees == 2
    assert len(every) == 4


# Refusals.


def test_wald_says_that_equal_answers_are_not_certain():
    frame = pd.DataFrame({"g": ["a"] * 12 + ["b"] * 12, "answer": [10] * 12 + [0, 7] * 6})
    with pytest.warns(RetentionKitWarning, match="In 1 group all answers are alike"):
        found = nps_by(frame, score="answer", by="g", method="wald")
    assert found.low[0] == found.high[0] == 100
    with pytest.warns(RetentionKitWarning, match="In 1 group all"):
        only = nps_by(frame[:12], score="answer", by="g", method="wald")
    assert math.isnan(only.p_value[0])


def test_what_is_no_answer_is_refused_with_its_place():
    frame = pd.DataFrame({"g": 1, "answer": [10, None, 3, 11]})
    with pytest.raises(DataError, match=r"not answered[\s\S]*1 of 4 answers .* position 1"):
        nps_by(frame, score="answer", by="g")
    with pytest.raises(DataError, match=r"not on the scale[\s\S]*such as 11, at position 3"):
        nps_by(frame, score="answer", by="g", missing="drop")
    with pytest.raises(DataError, match=r"There is no answer[\s\S]*1 unanswered"):
        nps_by(frame[1:2], score="answer", by="g", missing="drop")
    with pytest.raises(DataError, match="a frame without rows"):
        nps_by(frame[:0], score="answer", by="g")
    with pytest.warns(RetentionKitWarning, match="none is 10"):
        nps_by(pd.DataFrame({"g": 1, "answer": [1, 5] * 20}), score="answer", by="g")
    for wrong in (math.inf, 6.5, -1, 300, 256):
        frame = pd.DataFrame({"g": 1, "answer": [10, wrong]})
        with pytest.raises(DataError, match="not on the scale"):
            nps_by(frame, score="answer", by="g")


@pytest.mark.parametrize("method", ["bootstrap", "bayesian"])
def test_other_intervals_are_for_one_group(method):
    with pytest.raises(OptionError, match=r"by group do not have this[\s\S]*rk.surveys.nps"):
        nps_by(SOME, score="answer", by="shop", method=method)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "exact"}, "`method` is not one"),
        ({"repeats": "last"}, "`repeats` is not one"),
        ({"missing": "ignore"}, "`missing` is not one"),
        ({"invalid": "ignore"}, "`invalid` is not one"),
        ({"multiplicity": "sidak"}, "`multiplicity` is not one"),
        ({"confidence": 95}, "`confidence` must lie"),
        ({"minimum_n": 2.5}, "`minimum_n` must be a whole number"),
        ({"repeats": "latest"}, "Whose answers are repeats is not known"),
        ({"repeats": "latest", "respondent": "answer"}, "needs the times"),
        ({"method": "score", "weights": "answer"}, "does not hold with weights"),
        ({"method": "score", "respondent": "answer"}, "does not hold with clusters"),
        ({"by": []}, "must come from different columns"),
        ({"by": ["shop", "shop"]}, "must come from different columns"),
    ],
)
def test_options_that_do_not_hold_are_refused(options, message):
    with pytest.raises(OptionError, match=message):
        nps_by(SOME, **{"score": "answer", "by": "shop", **options})


def test_columns_that_cannot_be_read_are_refused():
    with pytest.raises(ColumnError, match="no column 'shp'"):
        nps_by(SOME, score="answer", by="shp")
    with pytest.raises(KindError, match="not a frame"):
        nps_by([10, 9], score="answer", by="shop")
    with pytest.raises(DataError, match="does not hold numbers"):
        nps_by(SOME, score="shop", by="answer")
    with pytest.raises(DataError, match="Some weights are not positive"):
        nps_by(SOME.assign(w=0.0), score="answer", by="shop", weights="w")
    missing = SOME.assign(p=[None, *range(199)])
    with pytest.raises(DataError, match=r"`respondent` has missing ids[\s\S]*1 of 200"):
        nps_by(missing, score="answer", by="shop", respondent="p")
    mixed = pd.DataFrame({"g": [1, "a"], "answer": [1, 2]})
    with pytest.raises(DataError, match="not labels of one kind"):
        nps_by(mixed, score="answer", by="g")
    for make in (pd.DataFrame, pl.DataFrame, pa.table):
        with pytest.raises(DataError, match="not labels of one kind"):
            nps_by(make({"g": [[1], [2]], "answer": [1, 2]}), score="answer", by="g")
    wide = pd.DataFrame({f"g{at}": np.arange(2_000) for at in range(6)}).assign(answer=10)
    with pytest.raises(DataError, match="too many combinations"):
        nps_by(wide, score="answer", by=[f"g{at}" for at in range(6)])


def test_groups_that_are_not_there_or_not_shown_are_refused():
    frame = pd.concat([SOME, pd.DataFrame({"shop": ["c"] * 3, "answer": [0] * 3})])
    found = nps_by(frame, score="answer", by="shop")
    with pytest.raises(OptionError, match=r"no such group[\s\S]*'a', 'b', 'c'[\s\S]*one of `.gr"):
        found.group("zzz")
    with pytest.raises(OptionError, match=r"Pass 'a' if that is meant"):
        found.group("A")
    with pytest.raises(DataError, match=r"no score to show[\s\S]*3 answers in group 'c'"):
        found.group("c")
    many = nps_by(SOME.assign(shop=range(200)), score="answer", by="shop", minimum_n=1)
    with pytest.raises(OptionError, match=r"7, \.\.\."):
        many.group(-1)


def test_columns_are_named_and_not_brought():
    frame = survey()
    for options in (
        {"score": frame["answer"], "by": "shop"},
        {"score": "answer", "by": frame["shop"]},
    ):
        with pytest.raises(KindError, match="must be the name of a column"):
            nps_by(frame, **options)


def test_groups_of_few_respondents_do_not_tell_whether_groups_differ():
    frame = pd.DataFrame(
        {"g": np.repeat(["a", "b"], 60), "who": np.arange(120) // 10, "x": [9, 3, 10, 7, 9, 2] * 20}
    )
    found = nps_by(frame, score="x", by="g", respondent="who")
    assert math.isnan(found.homogeneity.p_value)
    frame["who"] = np.arange(120) // 5
    assert nps_by(frame, score="x", by="g", respondent="who").homogeneity.p_value > 0


def test_python_objects_of_polars_are_no_labels():
    frame = pl.DataFrame({"g": pl.Series([1, "a", 2.5], dtype=pl.Object), "x": [9, 3, 10]})
    with pytest.raises(DataError, match=r"are not labels of one kind[\s\S]*Object"):
        nps_by(frame, score="x", by="g")
