"""Did NPS change: two samples by hand, panels person by person, and intervals that cover."""

import datetime as dt
import json
import math
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import retentionkit as rk
from retentionkit.errors import DataError, OptionError, RetentionKitWarning
from retentionkit.surveys import NPS, nps, nps_change

BEFORE = NPS.from_counts(promoters=40, passives=30, detractors=30)
AFTER = NPS.from_counts(promoters=50, passives=30, detractors=20)
TYPICAL = {1: 10, 0: 7, -1: 3}


def answers(promoters, passives, detractors):
    return [10] * promoters + [7] * passives + [3] * detractors


def points(values):
    return np.where(np.asarray(values) >= 9, 1, np.where(np.asarray(values) >= 7, 0, -1))


def panel(rng, n=200, *, stay=0.8, drift=0.4):
    """Answers of people who are alike to themselves, each wave without some of them."""
    taste = rng.normal(7.7, 1.8, n)
    first, second = (
        np.clip(np.rint(taste + shift + rng.normal(0, 1, n)), 0, 10).astype(int)
        for shift in (0.0, drift)
    )
    here, there = rng.random(n) < stay, rng.random(n) < stay
    ids = np.arange(n)
    return first[here], second[there], ids[here], ids[there], taste


# -- worked example --------------------------------------------------------------------------------


def test_two_samples_of_a_hundred():
    found = nps_change(BEFORE, AFTER)
    assert found.difference == pytest.approx(20, abs=1e-12)
    assert found.standard_error == pytest.approx(11.4018, abs=5e-5)
    assert found.adjusted_difference == pytest.approx(100 * 20 / 103, abs=1e-12)
    assert found.adjusted_standard_error == pytest.approx(11.2089, abs=5e-5)
    assert (found.interval.low, found.interval.high) == pytest.approx((-2.55, 41.39), abs=6e-3)
    assert found.p_value == pytest.approx(0.0832, abs=5e-5)
    wald = nps_change(BEFORE, AFTER, method="wald")
    assert (wald.interval.low, wald.interval.high) == pytest.approx((-2.35, 42.35), abs=6e-3)
    assert wald.p_value == pytest.approx(0.0794, abs=5e-5)
    assert wald.adjusted_standard_error == wald.standard_error == found.standard_error
    assert (found.n_before, found.n_after, found.n) == (100, 100, 200)
    assert found.panel is found.segments is None
    assert nps_change(answers(40, 30, 30), answers(50, 30, 20)).equals(found)
    assert "no change is also compatible" in repr(found)
    json.dumps(found.to_dict(), allow_nan=False)


def test_how_many_answers_the_difference_would_need():
    before = NPS.from_counts(promoters=59, passives=20, detractors=21)
    after = NPS.from_counts(promoters=71, passives=20, detractors=9)
    found = nps_change(before, after)
    assert found.difference == pytest.approx(24)
    assert (found.required_n.interval, found.required_n.with_power) == (72, 146)
    assert "the score rose" in repr(found)
    assert "the score fell" in repr(nps_change(after, before))
    same = nps_change(before, before)
    assert same.required_n.interval == same.required_n.with_power == math.inf
    assert same.p_value == 1
    assert "no number tells a difference of zero" in repr(same)


@pytest.mark.filterwarnings("ignore:A wave has", "ignore:Only 4 are in both")
def test_six_people_twice_by_hand():
    found = nps_change(
        [10, 9, 8, 3, 5], [9, 7, 10, 7, 0],
        before_ids=list("abcde"), after_ids=list("cdabf"), method="wald",
    )  # fmt: skip
    # a: promoter twice; b: promoter, passive; c: passive, promoter; d: detractor, passive.
    assert found.panel.counts.tolist() == [[1, 1, 0], [1, 0, 0], [0, 1, 0]]
    assert (found.panel.improved, found.panel.worsened, found.panel.unchanged) == (2, 1, 1)
    assert found.panel.difference.value == 25
    assert found.difference == pytest.approx(20)
    assert (found.panel.left.score, found.panel.joined.score) == (-100, -100)
    # Five times what a to f bring, of deviations from 0 before and from 1/5 after.
    brought = [0.8 - 1, -0.2 - 1, 0.8 - 0, -0.2 + 1, 1, -1.2]
    error = 100 * math.sqrt(sum(part**2 for part in brought)) / 5
    assert found.standard_error == pytest.approx(error)


# -- reference -------------------------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10)), min_size=31, max_size=60).filter(
        lambda rows: len({a for a, _ in rows}) > 1
    )
)
@pytest.mark.filterwarnings("ignore::retentionkit.errors.RetentionKitWarning")
def test_a_whole_panel_is_the_mean_of_differences_within_persons(rows):
    first, second = map(list, zip(*rows, strict=True))
    n = len(rows)
    order = np.random.default_rng(n).permutation(n)
    found = nps_change(
        first, np.array(second)[order], before_ids=range(n), after_ids=order, method="wald"
    )
    each = points(second) - points(first)
    assert found.difference == pytest.approx(100 * each.mean(), abs=1e-9)
    error = 100 * each.std() / math.sqrt(n)
    assert found.standard_error == pytest.approx(error, abs=1e-6)
    assert found.panel.difference.value == pytest.approx(found.difference, abs=1e-9)
    assert found.panel.difference.standard_error == pytest.approx(error, abs=1e-6)
    assert found.panel.interval == found.interval
    assert found.panel.left is found.panel.joined is None
    assert "left" not in repr(found.panel)


def test_error_is_near_that_of_a_bootstrap_of_people():
    rng = np.random.default_rng(5)
    first, second, here, there, _ = panel(rng, 400, stay=0.7)
    found = nps_change(first, second, before_ids=here, after_ids=there)
    table = np.full((400, 2), np.nan)
    table[here, 0], table[there, 1] = points(first), points(second)
    drawn = []
    for _ in range(4_000):
        some = table[rng.integers(0, 400, 400)]
        drawn.append(100 * (np.nanmean(some[:, 1]) - np.nanmean(some[:, 0])))
    # 4,000 draws know a standard deviation to 1.1 per cent.
    assert found.standard_error == pytest.approx(np.std(drawn), rel=0.04)
    apart = nps_change(first, second)
    assert apart.difference == found.difference
    assert apart.standard_error > 1.2 * found.standard_error


def test_weights_and_clusters_enter_by_the_results():
    first = nps(answers(30, 10, 20), weights=[2.0] * 30 + [1.0] * 30)
    second = nps(answers(30, 10, 20), clusters=[n // 2 for n in range(60)])
    with pytest.warns(
        RetentionKitWarning, match="answers worth 29.0 independent ones: of fewer than 30"
    ):
        found = nps_change(first, second, method="wald")
    assert found.difference == pytest.approx(second.score - first.score)
    assert found.standard_error == pytest.approx(
        math.hypot(first.standard_error, second.standard_error)
    )
    spread = sum(60 * (wave.standard_error / 100) ** 2 for wave in (first, second))
    needed = spread * (stats.norm.ppf(0.975) * 100 / found.difference) ** 2
    assert found.required_n.interval == math.ceil(needed)


# -- definition ------------------------------------------------------------------------------------


def brute(first, second, here, there):
    """The difference of all answers and its error, person by person."""
    x, y = points(first), points(second)
    people = {}
    for who, point in zip(here, x, strict=True):
        people[who] = people.get(who, 0) - (point - x.mean()) / len(x)
    for who, point in zip(there, y, strict=True):
        people[who] = people.get(who, 0) + (point - y.mean()) / len(y)
    return 100 * (y.mean() - x.mean()), 100 * math.sqrt(sum(v**2 for v in people.values()))


def test_a_panel_in_which_people_come_and_go():
    first, second, here, there, _ = panel(np.random.default_rng(1))
    found = nps_change(first, second, before_ids=here, after_ids=there, method="wald")
    value, error = brute(first, second, here.tolist(), there.tolist())
    assert found.difference == pytest.approx(value, abs=1e-9)
    assert found.standard_error == pytest.approx(error, rel=1e-9)
    both = sorted(set(here.tolist()) & set(there.tolist()))
    x = dict(zip(here.tolist(), points(first).tolist(), strict=True))
    y = dict(zip(there.tolist(), points(second).tolist(), strict=True))
    counts = np.zeros((3, 3), dtype=int)
    for who in both:
        counts[1 - x[who], 1 - y[who]] += 1
    moved = found.panel
    assert (moved.counts == counts).all()
    assert moved.n == len(both) == moved.improved + moved.worsened + moved.unchanged
    assert moved.improved == sum(y[who] > x[who] for who in both)
    assert moved.difference.value == pytest.approx(100 * np.mean([y[k] - x[k] for k in both]))
    assert moved.left.n == len(here) - len(both)
    assert moved.left.score == pytest.approx(
        100 * np.mean([x[who] for who in x if who not in set(both)])
    )
    assert moved.joined.score == pytest.approx(
        100 * np.mean([y[who] for who in y if who not in set(both)])
    )
    assert moved.stayed_before.score == pytest.approx(100 * np.mean([x[who] for who in both]))
    assert moved.stayed_after.score == pytest.approx(100 * np.mean([y[who] for who in both]))
    assert moved.to_frame()["people"].tolist() == counts.ravel().tolist()
    assert f"{len(both)} stayed (NPS" in repr(found)
    assert f"{moved.left.n} people, NPS" in repr(moved)
    json.dumps(found.to_dict(), allow_nan=False)


def test_the_number_that_a_panel_needs_is_that_of_its_own_overlap():
    rng = np.random.default_rng(3)
    taste = rng.integers(-1, 2, 500)
    later = np.where(rng.random(500) < 0.2, np.minimum(taste + 1, 1), taste)
    first, second = ([TYPICAL[v] for v in wave.tolist()] for wave in (taste, later))
    found = nps_change(first, second, before_ids=range(500), after_ids=range(500), method="wald")
    spread = float(np.var(later - taste))
    z = stats.norm.ppf(0.975)
    assert found.required_n.interval == math.ceil(
        spread * (z / (found.difference / 100)) ** 2 - 1e-9
    )
    assert found.required_n.interval < nps_change(first, second).required_n.interval


def cells(first, second, one, two):
    """Effects by the formula, loops and all."""
    x, y = points(first) * 100.0, points(second) * 100.0
    one, two = np.asarray(one), np.asarray(two)
    mean = (x.mean() + y.mean()) / 2
    found = {}
    for name in sorted({*one.tolist(), *two.tolist()}):
        w, v = np.mean(one == name), np.mean(two == name)
        if v == 0:
            found[name] = (math.nan, math.nan, -w * (x[one == name].mean() - mean))
        elif w == 0:
            found[name] = (math.nan, math.nan, v * (y[two == name].mean() - mean))
        else:
            s, t = x[one == name].mean(), y[two == name].mean()
            found[name] = ((w + v) / 2 * (t - s), ((s + t) / 2 - mean) * (v - w), math.nan)
    return found


def segmented(rng, n=400):
    first, second, here, there, taste = panel(rng, n)
    one = np.where(taste > 8.5, "gold", np.where(taste > 7, "blue", "old"))
    two = np.where(rng.random(n) < 0.2, "new", np.where(taste > 8, "gold", "blue"))
    return first, second, here, there, one[here].tolist(), two[there].tolist()


def test_effects_add_up_and_are_the_formula():
    first, second, *_, one, two = segmented(np.random.default_rng(2))
    found = nps_change(first, second, before_segments=one, after_segments=two)
    effects = found.segments
    assert effects.segments == ("blue", "gold", "new", "old")
    assert (effects.entered, effects.exited) == (("new",), ("old",))
    expected = cells(first, second, one, two)
    np.testing.assert_allclose(effects.effects, list(expected.values()), atol=1e-9)
    total = effects.within.value + effects.mix.value + effects.entry_exit.value
    assert total == pytest.approx(found.difference, abs=1e-10)
    assert effects.n == found.n
    shown = effects.to_frame()
    assert shown["score_before"].isna().tolist() == [False, False, True, False]
    assert shown["within"].isna().tolist() == [False, False, True, True]
    assert shown["share_after"].sum() == pytest.approx(1)
    assert "entered: new; exited: old" in repr(effects)
    assert "entry_exit" in repr(found)
    gold = effects.estimate("mix", "gold")
    assert gold.value == effects.effects[1, 1]
    assert gold.interval.high == pytest.approx(
        gold.value + stats.norm.ppf(0.975) * gold.standard_error
    )
    assert gold.n == one.count("gold") + two.count("gold")
    assert effects.estimate("within") is effects.within
    json.dumps(found.to_dict(), allow_nan=False)


def test_without_entries_the_mix_is_that_of_the_textbook():
    rng = np.random.default_rng(4)
    first, second = rng.integers(0, 11, 80), rng.integers(2, 11, 90)
    one, two = rng.integers(0, 3, 80), rng.integers(0, 3, 90)
    found = nps_change(first, second, before_segments=one, after_segments=two).segments
    assert found.segments == (0, 1, 2)
    x, y = points(first), points(second)
    within = mix = 0.0
    for k in range(3):
        w, v, s, t = np.mean(one == k), np.mean(two == k), x[one == k].mean(), y[two == k].mean()
        within += 100 * (w + v) / 2 * (t - s)
        mix += 100 * (s + t) / 2 * (v - w)
    assert found.within.value == pytest.approx(within)
    assert found.mix.value == pytest.approx(mix)
    assert found.entry_exit.value == 0
    assert found.entry_exit.standard_error == 0
    assert "entry_exit  none" in repr(found)


@pytest.mark.parametrize("people", [False, True])
def test_errors_of_effects_are_near_those_of_a_bootstrap(people):
    rng = np.random.default_rng(6)
    first, second, here, there, one, two = segmented(rng, 600)
    ids = {"before_ids": here, "after_ids": there} if people else {}
    found = nps_change(first, second, before_segments=one, after_segments=two, **ids).segments
    one, two, drawn = np.array(one), np.array(two), []
    at, to = ({who: row for row, who in enumerate(wave.tolist())} for wave in (here, there))
    everybody = np.array(sorted({*at, *to}))
    for _ in range(800):
        if people:
            some = rng.choice(everybody, len(everybody)).tolist()
            a = [at[who] for who in some if who in at]
            b = [to[who] for who in some if who in to]
        else:
            a, b = (rng.integers(0, len(wave), len(wave)) for wave in (first, second))
        drawn.append(list(cells(first[a], second[b], one[a], two[b]).values()))
    # 800 draws know a standard deviation to 2.5 per cent; twelve of them are looked at.
    drawn = np.array(drawn)
    known = ~np.isnan(found.effects)
    np.testing.assert_allclose(found.standard_errors[known], drawn.std(axis=0)[known], rtol=0.1)
    sums = np.nansum(drawn, axis=1).std(axis=0)
    mine = [found.within, found.mix, found.entry_exit]
    np.testing.assert_allclose([part.standard_error for part in mine], sums, rtol=0.1)


def test_segments_that_are_all_alike_are_not_certain():
    first, second = [10] * 40, [10] * 40
    with pytest.warns(RetentionKitWarning, match="how sure these effects of segments are: mix"):
        found = nps_change(
            first, second, before_segments=["a", "b"] * 20, after_segments=["a", "b"] * 20
        )
    within = found.segments.within
    # Twenty in each of two waves and segments, each a quarter of the variance of 23 answers.
    spread = (20.75 + 0.75) / 23 - (20 / 23) ** 2
    assert within.value == 0
    assert within.standard_error == pytest.approx(100 * math.sqrt(4 * 0.25 * spread / 20))
    assert np.isnan(found.segments.standard_errors[:, 1]).all()
    assert "mix +0.0\n" in repr(found)
    assert "+0.0 (+0.0 to +0.0)" not in repr(found.segments)
    # One segment has no mix, and nobody needs to be told.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one = nps_change(
            first, second, before_segments=["a"] * 40, after_segments=["a"] * 40
        ).segments
    assert one.mix.standard_error == 0
    assert one.within.standard_error > 0


@pytest.mark.filterwarnings("ignore:Nothing is known of how sure")
@pytest.mark.parametrize("shares", [(0.5, 0.3, 0.2), (0.95, 0.04, 0.01)])
def test_intervals_of_effects_cover_also_where_nearly_all_are_alike(shares):
    rng, runs, covered = np.random.default_rng(12), 300, 0
    segments = ["a", "b", "c"] * 12
    for _ in range(runs):
        first, second = (rng.choice([10, 7, 3], 36, p=shares) for _ in range(2))
        found = nps_change(first, second, before_segments=segments, after_segments=segments)
        covered += 0 in found.segments.within.interval  # scores and mix did not change
    # Standard error 1.3 points; 0.85 without the three answers, where nearly all are alike.
    assert covered / runs >= 0.91


def test_interval_covers_the_truth_whoever_stays():
    rng, runs, covered = np.random.default_rng(8), 300, {"all": 0, "within": 0}
    joint = np.array([[0.3, 0.05, 0.05], [0.15, 0.15, 0.0], [0.0, 0.1, 0.2]])
    truth = 100 * float((joint.sum(0) - joint.sum(1)) @ [1, 0, -1])
    for _ in range(runs):
        drawn = rng.choice(9, 50, p=joint.ravel())
        x, y = (np.array([10, 7, 3])[part] for part in (drawn // 3, drawn % 3))
        found = nps_change(x[:40], y[10:], before_ids=range(40), after_ids=range(10, 50))
        covered["all"] += truth in found.interval
        covered["within"] += truth in found.panel.interval
    # Standard error 1.3 points.
    assert 0.92 <= covered["all"] / runs <= 0.985
    assert 0.92 <= covered["within"] / runs <= 0.985


def exact_coverage(shares, later, n):
    """By enumeration of all answers of n people in each of two waves."""
    kinds = [(a, b, n - a - b) for a in range(n + 1) for b in range(n + 1 - a)]
    chance = [stats.multinomial.pmf(kinds, n, p) for p in (shares, later)]
    truth = 100 * (later[0] - later[2] - shares[0] + shares[2])
    scores = [NPS.from_counts(promoters=a, passives=b, detractors=c) for a, b, c in kinds]
    return sum(
        p * q
        for one, p in zip(scores, chance[0], strict=True)
        for two, q in zip(scores, chance[1], strict=True)
        if truth in nps_change(one, two).interval
    )


@pytest.mark.parametrize("shares", [(0.5, 0.3, 0.2), (0.7, 0.2, 0.1), (0.2, 0.2, 0.6)])
def test_ten_answers_in_a_wave_are_enough_for_the_adjusted_interval(shares):
    assert 0.93 <= exact_coverage(shares, (0.6, 0.2, 0.2), 10) <= 0.99


# -- properties ------------------------------------------------------------------------------------

COUNTS = st.tuples(st.integers(1, 60), st.integers(1, 60), st.integers(10, 60))


@given(COUNTS, COUNTS)
def test_turned_round_it_is_the_negative(one, two):
    there = nps_change(answers(*one), answers(*two))
    back = nps_change(answers(*two)[::-1], answers(*one)[::-1])
    assert there.difference == -back.difference
    assert there.interval.low == pytest.approx(-back.interval.high)
    assert there.p_value == pytest.approx(back.p_value)
    assert (there.p_value < 0.05) == (0 not in there.interval)


def test_order_and_kind_do_not_matter():
    first, second, here, there, one, two = segmented(np.random.default_rng(9))
    plain = nps_change(
        first, second, before_ids=here, after_ids=there, before_segments=one, after_segments=two
    )
    assert plain.kind is None
    for library in (pd, pl):
        a = np.random.default_rng(1).permutation(len(first))
        b = np.random.default_rng(2).permutation(len(second))
        other = nps_change(
            library.Series(first[a]),
            library.Series(second[b]),
            before_ids=library.Series(here[a].astype(str)),
            after_ids=library.Series(there[b].astype(str)),
            before_segments=library.Series(np.array(one)[a]),
            after_segments=library.Series(np.array(two)[b]),
        )
        assert other.panel.counts.tolist() == plain.panel.counts.tolist()
        assert other.interval == plain.interval
        np.testing.assert_allclose(
            other.segments.standard_errors, plain.segments.standard_errors, rtol=1e-12
        )
        for part in (other, other.panel, other.segments):
            assert type(part.to_frame()).__module__.split(".")[0] == library.__name__


def test_segments_keep_the_order_of_their_categories():
    kinds = pd.CategoricalDtype(["low", "high", "above"])
    first, second = [3, 10] * 20, [7, 10, 9] * 20
    one, two = pd.Series(["low", "high"] * 20), pd.Series(["low", "high", "above"] * 20)
    found = nps_change(
        first, second, before_segments=one.astype(kinds), after_segments=two.astype(kinds)
    )
    assert found.segments.segments == ("low", "high", "above")


def test_who_did_not_answer_is_not_in_that_wave():
    first, second = answers(10, 10, 10), answers(12, 10, 8)
    gaps = nps_change(
        [*first, None], [*second, 11],
        before_ids=range(31), after_ids=[*range(30), 0], before_segments=["a"] * 30 + [None],
        after_segments=["a"] * 30 + ["b"], missing="drop", invalid="drop",
    )  # fmt: skip
    plain = nps_change(first, second, before_ids=range(30), after_ids=range(30))
    assert gaps.panel.n == 30
    assert gaps.interval == plain.interval
    assert (gaps.before.unanswered, gaps.after.invalid) == (1, 1)
    assert "1 unanswered" in repr(gaps)
    assert "1 invalid" in repr(gaps)
    assert gaps.segments.segments == ("a",)


def test_people_who_never_change_have_no_wald_error():
    first = answers(20, 20, 20)
    with pytest.warns(RetentionKitWarning, match="Nothing varies"):
        found = nps_change(first, first, before_ids=range(60), after_ids=range(60), method="wald")
    assert found.standard_error == 0
    assert math.isnan(found.p_value)
    assert "undefined" in repr(found)
    assert nps_change(first, first, before_ids=range(60), after_ids=range(60)).p_value == 1


def test_everybody_answered_or_nobody_knows():
    whole = [
        NPS.from_counts(promoters=n, passives=20, detractors=40 - n, population=60)
        for n in (20, 30)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = nps_change(*whole, method="wald")
    assert found.standard_error == 0
    assert found.interval.low == found.interval.high == pytest.approx(found.difference)
    assert math.isnan(found.required_n.interval)
    lines = repr(found).splitlines()
    assert [line.split()[0] for line in lines[1:]] == [
        "before",
        "after",
        "difference",
        "definition",
    ]
    assert all("without sampling error" in line for line in lines[1:4])
    # One side is a census, the other a sample: only that one is left to chance.
    sample = NPS.from_counts(promoters=20, passives=20, detractors=20)
    found = nps_change(whole[1], sample, method="wald")
    assert found.standard_error == sample.standard_error
    spread = sum(100 * (score.promoter_share + score.detractor_share) / 100
                 - (score.score / 100) ** 2 for score in (whole[1], sample))  # fmt: skip
    assert found.required_n.interval < spread * (1.959964 / (found.difference / 100)) ** 2
    lone = nps(answers(20, 20, 20), clusters=["a"] * 60)
    found = nps_change(lone, whole[0])
    assert math.isnan(found.standard_error)
    assert math.isnan(found.required_n.with_power)
    assert math.isnan(found.interval.low)
    assert "interval undefined" in repr(found)


def test_a_change_in_a_small_firm_needs_what_the_plan_says():
    one = NPS.from_counts(promoters=17, passives=15, detractors=9, population=48)
    two = NPS.from_counts(promoters=10, passives=15, detractors=16, population=48)
    needed = nps_change(one, two).required_n
    plan = rk.surveys.nps_sample_size(one.score, two.score, passives=15 / 41, population=48)
    assert (needed.interval, needed.with_power) == (plan.for_interval, plan.for_power) == (23, 31)
    # Weights bring what they bring, and the population what it does.
    rows, weights = answers(17, 15, 9), [1.0, 3.0] * 20 + [1.0]
    heavy = nps(rows, weights=weights, population=48)
    free = nps(rows, weights=weights)
    needed = nps_change(heavy, two).required_n.interval
    spread = free.n * (free.standard_error / 100) ** 2 + 26 / 41 - (6 / 41) ** 2
    error = abs(two.score - heavy.score) / 100 / 1.959964
    # n at which the variance times (48 - n) / 47 is small enough.
    expected = spread * 48 / 47 / (error**2 + spread / 47)
    assert needed == math.ceil(expected)


def test_fewer_than_ten_are_not_told_by_the_normal_distribution():
    with pytest.warns(RetentionKitWarning, match="1 answer: of fewer than 10"):
        found = nps_change([6], [9])
    assert "fewer than 10 answers in each group for an interval without zero" in repr(found)


def test_the_interval_holds_the_difference_that_was_observed():
    with pytest.warns(RetentionKitWarning, match="1 answer: of fewer than 10"):
        found = nps_change([10, 10, 8, 3] * 100, [0])
    assert found.difference == -125
    assert found.interval.low == -125
    assert found.adjusted_difference > -70


def test_few_clusters_are_judged_by_student_as_in_groups_and_waves():
    rng = np.random.default_rng(14)
    shops, wave = np.arange(120) // 10, np.repeat([1, 2], 60)
    draw = rng.normal(7.5, 0.6, 12)[shops] + 0.6 * (wave == 2) + rng.normal(0, 1.5, 120)
    frame = pd.DataFrame({"answer": np.clip(np.rint(draw), 0, 10), "shop": shops, "wave": wave})
    scores = [nps(part["answer"], clusters=part["shop"]) for _, part in frame.groupby("wave")]
    found = nps_change(*scores)
    assert 5 < found.degrees_of_freedom < 10
    half = (found.interval.high - found.interval.low) / 2
    t = stats.t(found.degrees_of_freedom)
    assert half == pytest.approx(t.ppf(0.975) * found.adjusted_standard_error)
    expected = 2 * t.sf(abs(found.adjusted_difference) / found.adjusted_standard_error)
    assert found.p_value == pytest.approx(expected)
    assert "Student's t with" in repr(found)
    # One change, three ways to ask for it.
    names = {"score": "answer", "respondent": "shop"}
    trend = rk.surveys.nps_trend(frame, **names, wave="wave").to_frame().iloc[1]
    groups = rk.surveys.nps_by(frame, **names, by="wave").to_frame().iloc[1]
    mine = (found.difference, found.interval.low, found.interval.high, found.p_value)
    for row, name in ((trend, "change"), (groups, "difference")):
        theirs = [row[name], row[f"{name}_low"], row[f"{name}_high"], row["p_value"]]
        assert mine == pytest.approx(theirs)


def test_the_difference_within_persons_is_in_the_frame():
    one = answers(20, 20, 20)
    row = nps_change(one, one, before_ids=range(60), after_ids=range(10, 70)).to_frame().iloc[0]
    assert row["n_within"] == 50
    assert row["within_low"] < row["within"] < row["within_high"]
    row = nps_change(one, one).to_frame().iloc[0]
    assert row["n_within"] == 0
    assert math.isnan(row["within"])


def test_few_answers_are_warned_of():
    with pytest.warns(RetentionKitWarning, match="9 answers: of fewer than 10"):
        nps_change(answers(4, 3, 2), answers(50, 30, 20))
    with pytest.warns(RetentionKitWarning, match="29 answers: of fewer than 30"):
        nps_change(answers(14, 3, 12), answers(50, 30, 20), method="wald")
    with pytest.warns(RetentionKitWarning, match="fewer than 10 answers in a wave: a, b"):
        nps_change(
            answers(10, 3, 12), answers(10, 3, 12),
            before_segments=["a"] * 9 + ["b"] * 16, after_segments=["a"] * 16 + ["b"] * 9,
        )  # fmt: skip
    with pytest.warns(RetentionKitWarning, match="Only 9 are in both waves"):
        nps_change(
            answers(10, 3, 12), answers(10, 3, 12), before_ids=range(25), after_ids=range(16, 41)
        )
    with pytest.warns(RetentionKitWarning, match="Nobody is in both waves"):
        found = nps_change(
            answers(10, 3, 12), answers(10, 3, 12), before_ids=range(25), after_ids=range(25, 50)
        )
    assert found.panel.n == 0
    assert found.panel.stayed_before is None
    assert math.isnan(found.panel.difference.value)
    assert "undefined" in repr(found)
    assert "in both     0 people\n" in repr(found.panel)
    assert "independent samples" in found.definition


# -- refusals --------------------------------------------------------------------------------------


def test_waves_that_do_not_fit_are_refused():
    one = answers(10, 10, 10)
    with pytest.raises(OptionError, match="Only one of the waves has ids"):
        nps_change(one, one, before_ids=range(30))
    with pytest.raises(OptionError, match="Only one of the waves has segments"):
        nps_change(one, one, after_segments=["a"] * 30)
    with pytest.raises(OptionError, match="does not tell who answered"):
        nps_change(BEFORE, one, before_ids=range(100), after_ids=range(30))
    with pytest.raises(DataError, match="answered more than once"):
        nps_change(one, one, before_ids=[1, *range(29)], after_ids=range(30))
    with pytest.raises(DataError, match="`after_ids` has missing ids"):
        nps_change(one, one, before_ids=range(30), after_ids=[None, *range(29)])
    with pytest.raises(DataError, match="different kinds, so that none can match"):
        nps_change(one, one, before_ids=range(30), after_ids=[str(n) for n in range(30)])
    with pytest.raises(DataError, match="`before_ids` must have one value for each answer"):
        nps_change(one, one, before_ids=range(29), after_ids=range(30))
    with pytest.raises(DataError, match="`before_segments` has missing segments"):
        nps_change(one, one, before_segments=[None] + ["a"] * 29, after_segments=["a"] * 30)
    with pytest.raises(DataError, match="The segments of the two waves are of different kinds"):
        nps_change(one, one, before_segments=[1] * 30, after_segments=["1"] * 30)
    with pytest.raises(DataError, match="The segments of the two waves are of different kinds"):
        nps_change(
            one, one,
            before_segments=[dt.date(2024, 1, 1)] * 30, after_segments=["2024-01-01"] * 30,
        )  # fmt: skip
    with pytest.raises(DataError, match="There is no answer"):
        nps_change([], one)
    with pytest.raises(DataError, match="Some questions were not answered") as caught:
        nps_change(one, [None, *one])
    assert "1 of 31 answers in 'after' are missing" in str(caught.value)
    with pytest.raises(DataError, match="`before` is not one column"):
        nps_change(None, one)
    with pytest.raises(DataError, match="not on the scale"):
        nps_change([11, *one], one)
    with pytest.raises(OptionError, match="`method` is not one of its choices"):
        nps_change(one, one, method="score")
    with pytest.raises(OptionError, match="`confidence`"):
        nps_change(BEFORE, AFTER, confidence=95)
    found = nps_change(one, one, before_segments=["a"] * 30, after_segments=["a"] * 30).segments
    with pytest.raises(OptionError, match="`segment` is not one of its choices"):
        found.estimate("within", "b")
    with pytest.raises(OptionError, match="`effect` is not one of its choices"):
        found.estimate("total")


def test_names_of_both_waves_are_united():
    one = answers(20, 20, 20)
    found = nps_change(one, answers(30, 10, 20), before_segments=["b"] * 30 + ["c"] * 30,
                       after_segments=["a"] * 30 + ["b"] * 30)  # fmt: skip
    assert found.segments.segments == ("a", "b", "c")
    assert rk.surveys.NPSChange is type(nps_change(one, one))
