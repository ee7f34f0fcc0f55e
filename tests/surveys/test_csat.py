"""Satisfaction: shares and means against scipy and exact fractions, and intervals that cover."""

import json
import math
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from retentionkit.compare import rates
from retentionkit.errors import DataError, OptionError, RetentionKitWarning
from retentionkit.surveys import CSAT, csat, nps

ANSWERS = st.lists(st.integers(1, 5), min_size=2, max_size=40)


# -- worked example --------------------------------------------------------------------------------


def test_satisfaction_by_hand():
    found = csat([5, 4, 4, 2, 5, 3, 4, 5, 1, 4])
    assert found.value == float(found) == 0.7
    assert found.mean.value == 3.7
    assert found.n == 10
    assert found.counts.tolist() == [1, 1, 1, 4, 3]
    assert found.shares.tolist() == [0.1, 0.1, 0.1, 0.4, 0.3]
    assert found.interval is found.share.interval
    assert found.definition.startswith("Share of answers 4 and 5 of 1 to 5 with a Wilson interval")
    frame = found.distribution
    assert frame["counted_as"].tolist() == ["other"] * 3 + ["satisfied"] * 2
    assert frame["count"].tolist() == [1, 1, 1, 4, 3]
    assert frame["share"].tolist() == [0.1, 0.1, 0.1, 0.4, 0.3]
    json.dumps(found.to_dict(), allow_nan=False)


def test_all_in_one_row():
    found = csat(pl.Series([5, 4, None, 2]), missing="drop")
    frame = found.to_frame()
    assert isinstance(frame, pl.DataFrame)
    assert isinstance(found.distribution, pl.DataFrame)
    assert frame.rows(named=True) == [
        {
            "share": 2 / 3,
            "low": found.interval.low,
            "high": found.interval.high,
            "standard_error": found.share.standard_error,
            "mean": 11 / 3,
            "mean_low": found.mean.interval.low,
            "mean_high": found.mean.interval.high,
            "mean_standard_error": found.mean.standard_error,
            "n": 3,
            "unanswered": 1,
            "invalid": 0,
            "effective_n": 3.0,
        }
    ]


def test_one_customer_who_answers_often_is_no_crowd():
    # Ten customers of 20 answers each, all of one opinion: worth little more than ten answers.
    answers = np.repeat([5, 5, 5, 5, 5, 5, 2, 2, 2, 1], 20)
    alone, tied = csat(answers), csat(answers, clusters=np.repeat(range(10), 20))
    assert alone.value == tied.value == 0.6
    assert alone.n_clusters is None
    assert tied.n_clusters == 10
    assert tied.interval.low < alone.interval.low - 0.2
    assert tied.interval.high > alone.interval.high + 0.15
    assert tied.definition == (
        "Share of answers 4 and 5 of 1 to 5 with a Wilson interval of the effective number; mean "
        "with a t interval; errors from the spread of 10 clusters."
    )


def test_complaints_settled_well():
    # 58 to 89 per cent: of 100 each, the intervals are far apart.
    before = CSAT.from_counts({2: 42, 4: 58})
    after = CSAT.from_counts({2: 11, 5: 89}, unanswered=20)
    assert (before.value, after.value) == (0.58, 0.89)
    assert before.interval.high < after.interval.low
    assert "100 on the scale 1 to 5; 20 unanswered" in repr(after)
    assert "58.0 %, 95 % 48.2 to 67.2" in repr(before)


# -- reference -------------------------------------------------------------------------------------


@given(ANSWERS, st.sampled_from([0.8, 0.95]))
def test_scipy_agrees(answers, confidence):
    found = csat(answers, confidence=confidence)
    top = sum(x >= 4 for x in answers)
    limits = stats.binomtest(top, len(answers)).proportion_ci(confidence, method="wilson")
    mine = (found.interval.low, found.interval.high)
    np.testing.assert_allclose(mine, (limits.low, limits.high), atol=1e-12)
    if len(set(answers)) == 1:
        assert math.isnan(found.mean.standard_error)
        assert "interval undefined: all are alike" in repr(found)
        return
    t = stats.ttest_1samp(answers, 0).confidence_interval(confidence)
    mine = (found.mean.interval.low, found.mean.interval.high)
    np.testing.assert_allclose(mine, (max(t.low, 1), min(t.high, 5)), rtol=1e-12)
    np.testing.assert_allclose(found.mean.standard_error, stats.sem(answers), rtol=1e-9)


@given(ANSWERS)
def test_counts_are_the_same_as_answers(answers):
    counts = {x: answers.count(x) for x in range(1, 6)}
    assert CSAT.from_counts(counts).equals(csat(answers))


@given(st.lists(st.tuples(st.sampled_from([7, 10]), st.integers(0, 5)), min_size=1, max_size=30))
def test_errors_of_clusters_are_those_of_the_net_promoter_score(rows):
    # With promoters and passives only, the score is the share of promoters.
    answers, clusters = [x for x, _ in rows], [c for _, c in rows]
    found = csat(answers, scale=(0, 10), clusters=clusters).share
    other = nps(answers, clusters=clusters)
    assert math.isclose(found.value, other.score / 100, abs_tol=1e-12)
    np.testing.assert_allclose(100 * found.standard_error, other.standard_error, atol=1e-6)


# -- definition ------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 4)), min_size=2, max_size=12))
def test_weights_are_those_of_the_definition(rows):
    x = [Fraction(answer) for answer, _ in rows]
    w = [Fraction(weight) for _, weight in rows]
    found = csat([int(a) for a in x], weights=[int(b) for b in w])
    total, n = sum(w), len(rows)
    mean = sum(a * b for a, b in zip(x, w, strict=True)) / total
    share = sum(b for a, b in zip(x, w, strict=True) if a >= 4) / total
    assert math.isclose(found.mean.value, mean)
    assert math.isclose(found.value, share, abs_tol=1e-15)
    spread = sum(b**2 * (a - mean) ** 2 for a, b in zip(x, w, strict=True))
    if len(set(x)) > 1:
        error = math.sqrt(Fraction(n, n - 1) * spread) / total
        assert math.isclose(found.mean.standard_error, error)
    linear = sum(b**2 * ((a >= 4) - share) ** 2 for a, b in zip(x, w, strict=True)) / total**2
    assert math.isclose(found.share.standard_error, math.sqrt(linear), abs_tol=1e-12)
    kish = total**2 / sum(b**2 for b in w)
    assert math.isclose(found.effective_n, kish)
    worth = float(min(kish, share * (1 - share) / linear)) if linear else float(kish)
    z2 = stats.norm.ppf(0.975) ** 2
    p, middle = float(share), (float(share) + z2 / (2 * worth)) / (1 + z2 / worth)
    half = math.sqrt(z2) / (1 + z2 / worth) * math.sqrt(p * (1 - p) / worth + z2 / (4 * worth**2))
    assert math.isclose(found.interval.low, middle - half, abs_tol=1e-9)
    assert math.isclose(found.interval.high, middle + half, abs_tol=1e-9)


CLUSTERED = st.lists(
    st.tuples(st.integers(1, 5), st.integers(1, 4), st.integers(0, 4)), min_size=3, max_size=14
)


@given(CLUSTERED)
def test_clusters_are_those_of_the_definition(rows):
    labels = {c for _, _, c in rows}
    found = csat(
        [a for a, _, _ in rows], weights=[b for _, b, _ in rows], clusters=[c for *_, c in rows]
    )
    total, number = sum(b for _, b, _ in rows), len(labels)
    mean = Fraction(sum(a * b for a, b, _ in rows), total)
    share = Fraction(sum(b for a, b, _ in rows if a >= 4), total)
    squares = dict.fromkeys(("mean", "share"), Fraction(0))
    for label in labels:
        mine = [(a, b) for a, b, c in rows if c == label]
        squares["mean"] += sum(b * (a - mean) for a, b in mine) ** 2
        squares["share"] += sum(b * ((a >= 4) - share) for a, b in mine) ** 2
    if number == 1:
        assert math.isnan(found.mean.standard_error)
        assert math.isnan(found.share.standard_error)
        return
    grown = Fraction(number, number - 1)
    t = stats.t.ppf(0.975, number - 1)
    if squares["mean"]:
        error = math.sqrt(grown * squares["mean"]) / total
        assert math.isclose(found.mean.standard_error, error, rel_tol=1e-9)
        half = float(min(5, mean + t * error))
        assert math.isclose(found.mean.interval.high, half, rel_tol=1e-9)
    if squares["share"]:
        error = math.sqrt(grown * squares["share"]) / total
        assert math.isclose(found.share.standard_error, error, rel_tol=1e-9)
        linear = sum(b**2 * ((a >= 4) - share) ** 2 for a, b, _ in rows)
        free = Fraction(total**2, sum(b**2 for _, b, _ in rows))
        free = min(free, share * (1 - share) * total**2 / linear)
        worth = min(float(share * (1 - share)) / error**2, float(free))
        p = float(share)
        centre = (p + t**2 / (2 * worth)) / (1 + t**2 / worth)
        half = t / (1 + t**2 / worth) * math.sqrt(p * (1 - p) / worth + (t / worth) ** 2 / 4)
        assert math.isclose(found.interval.high, centre + half, rel_tol=1e-7)
        assert math.isclose(found.interval.low, centre - half, rel_tol=1e-7, abs_tol=1e-9)


def test_clusters_that_balance_or_agree_are_no_certainty():
    balanced = csat([5, 1] * 4, clusters=[0, 0, 1, 1, 2, 2, 3, 3])
    assert balanced.mean.standard_error > 0.5
    assert balanced.interval.high - balanced.interval.low > 0.4
    alike = csat([5] * 40, clusters=np.repeat(range(4), 10))
    assert alike.interval.low < 0.5  # four clusters, not forty answers
    single = csat([5, 4, 1], clusters=["a"] * 3)
    assert math.isnan(single.interval.low)
    assert repr(single).count("interval undefined: all answers are of one cluster") == 2


def test_equal_weights_say_nothing():
    plain = csat([5, 4, 1, 2, 4])
    weighted = csat([5, 4, 1, 2, 4], weights=[3.0] * 5)
    assert math.isclose(weighted.interval.low, plain.interval.low)
    assert math.isclose(weighted.mean.interval.low, plain.mean.interval.low)
    assert "Kish" not in repr(weighted)
    unequal = repr(csat([5, 4, 1, 2, 4], weights=[1, 2, 3, 1, 1]))
    assert "worth 4.0 answers of equal weight (Kish)" in unequal
    assert "Weighted share of answers 4 and 5" in unequal


@pytest.mark.parametrize("tied", [False, True], ids=["weights at random", "weights by answer"])
def test_weighted_intervals_cover_the_truth(tied):
    rng, runs, size = np.random.default_rng(5), 1_500, 60
    steps, shares = np.arange(1, 6), np.array([0.1, 0.1, 0.2, 0.35, 0.25])
    covered = np.zeros(2)
    for _ in range(runs):
        if tied:  # those who answer low are drawn half as often, and count twice
            odds = shares / np.where(steps < 3, 2.0, 1.0)
            answers = rng.choice(steps, size, p=odds / odds.sum())
            weights = np.where(answers < 3, 2.0, 1.0)
        else:
            answers, weights = rng.choice(steps, size, p=shares), rng.choice([1.0, 4.0], size)
        found = csat(answers, weights=weights)
        covered += [0.6 in found.share.interval, shares @ steps in found.mean.interval]
    # The standard error of a coverage is 0.6 points.
    assert (covered / runs > 0.935).all()
    assert (covered / runs < 0.975).all()


@pytest.mark.parametrize(("number", "least"), [(8, (0.935, 0.885)), (30, (0.925, 0.925))])
def test_intervals_of_clusters_cover_the_truth(number, least):
    rng, runs = np.random.default_rng(6), 1_500
    covered, naive = np.zeros(2), 0
    for _ in range(runs):
        likes = rng.beta(1.4, 0.6, number)  # of each customer; 0.7 on average
        sizes = rng.integers(1, 9, number)
        clusters = np.repeat(range(number), sizes)
        answers = np.where(rng.random(len(clusters)) < np.repeat(likes, sizes), 5, 2)
        found = csat(answers, clusters=clusters)
        covered += [0.7 in found.interval, 0.7 * 5 + 0.3 * 2 in found.mean.interval]
        naive += 0.7 in csat(answers).interval
    # The standard error of a coverage is 0.6 points.
    assert (covered / runs > least).all()
    assert (covered / runs < 0.975).all()
    assert naive / runs < 0.83


@pytest.mark.parametrize("size", [10, 40])
def test_intervals_of_shares_cover_by_enumeration(size):
    for p in (0.2, 0.5, 0.58, 0.89):
        inside = [k for k in range(size + 1) if p in CSAT.from_counts({1: size - k, 5: k}).interval]
        assert stats.binom.pmf(inside, size, p).sum() > 0.9


def test_comparisons_know_of_clusters():
    answers, clusters = np.repeat([5, 5, 5, 2, 2, 4], 10), np.repeat(range(6), 10)
    other = CSAT.from_counts({2: 40, 5: 60})
    plain = rates(other, csat(answers)).difference
    tied = rates(other, csat(answers, clusters=clusters)).difference
    assert tied.value == plain.value
    assert tied.interval.low < plain.interval.low - 0.2
    assert tied.interval.high > plain.interval.high + 0.1


# -- properties ------------------------------------------------------------------------------------


@given(ANSWERS, st.randoms())
def test_order_does_not_matter(answers, random):
    mixed = random.sample(answers, len(answers))
    assert csat(mixed).equals(csat(answers))
    rows = [(x, 1 + x % 3) for x in answers]
    other = random.sample(rows, len(rows))
    one, two = (csat([x for x, _ in r], weights=[w for _, w in r]) for r in (rows, other))
    assert one.equals(two)
    labelled = [(x, at % 3) for at, x in enumerate(answers)]
    other = random.sample(labelled, len(labelled))
    one, two = (csat([x for x, _ in r], clusters=[c for _, c in r]) for r in (labelled, other))
    assert one.equals(two)


@given(ANSWERS)
def test_more_of_the_top_is_never_less(answers):
    shares = [csat(answers, top=top).value for top in (1, 2, 3, 4)]
    assert shares == sorted(shares)
    found = csat(answers).mean
    limits = found.interval
    assert math.isnan(limits.low) or 1 <= limits.low <= found.value <= limits.high <= 5


@given(ANSWERS)
def test_weights_may_be_of_any_size(answers):
    w = np.arange(1.0, len(answers) + 1)
    small, large = csat(answers, weights=w), csat(answers, weights=1e200 * w)
    assert math.isclose(small.interval.low, large.interval.low, abs_tol=1e-12)
    assert math.isclose(small.effective_n, large.effective_n)


def test_counts_that_stop_below_the_top_may_be_of_another_scale():
    with pytest.warns(RetentionKitWarning, match="60 answers lie between 1 and 5: is this a scale"):
        CSAT.from_counts({1: 20, 5: 40}, scale=(1, 7))
    CSAT.from_counts({1: 20, 6: 40}, scale=(1, 7))


def test_missing_and_invalid_answers_are_counted():
    found = csat(pl.Series([5, None, 9, 4]), missing="drop", invalid="drop", weights=[1, 9, 9, 1])
    assert (found.n, found.unanswered, found.invalid) == (2, 1, 1)
    assert "2 on the scale 1 to 5; 1 unanswered; 1 invalid" in repr(found)
    tied = csat([5, None, 2, 4], missing="drop", clusters=["a", "c", "b", "b"])
    assert tied.n_clusters == 2
    single = csat([4])
    assert math.isnan(single.mean.interval.low)
    assert "interval undefined: one answer only" in repr(single)
    assert csat(["good", "bad"], labels={"good": 5, "bad": 2}).value == 0.5


# -- refusals --------------------------------------------------------------------------------------


def test_nonsense_is_refused():
    with pytest.raises(DataError, match="There is no answer") as caught:
        csat([None, None, 7], missing="drop", invalid="drop")
    assert "2 unanswered, 1 invalid" in str(caught.value)
    with pytest.raises(DataError, match="There is no answer"):
        csat([])
    with pytest.raises(DataError, match="There is no answer"):
        CSAT.from_counts({4: 0})
    for top in (0, 5, 1.5):
        with pytest.raises(OptionError, match="`top` must be"):
            csat([1, 2], top=top)
    with pytest.raises(OptionError, match="`confidence`"):
        csat([1, 2], confidence=95)
    with pytest.raises(DataError, match="one value for each answer"):
        csat([1, 2], weights=[1])
    with pytest.raises(DataError, match="not positive numbers"):
        csat([1, 2], weights=[1, 0])
    with pytest.raises(DataError, match="one value for each answer"):
        csat([1, 2], clusters=["a"])


@pytest.mark.parametrize("counts", [{6: 1}, {"5": 1}, {True: 1}, [1, 2, 3, 4, 5], {4.5: 1}])
def test_counts_are_of_answers_of_the_scale(counts):
    with pytest.raises(OptionError, match="does not say how often"):
        CSAT.from_counts(counts)


@pytest.mark.parametrize("number", [-1, 1.5, "many"])
def test_counts_are_whole_numbers(number):
    with pytest.raises(OptionError, match=r"counts\[5\]"):
        CSAT.from_counts({5: number})
