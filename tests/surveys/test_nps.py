"""The net promoter score: published and reproduced rows, brute force, refusals, what is printed."""

import dataclasses
import datetime as dt
import itertools
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

from retentionkit import net_scores
from retentionkit.errors import DataError, OptionError, RetentionKitWarning
from retentionkit.surveys import NPS, nps
from retentionkit.surveys._nps.sample import METHODS, Sample, limits

#: promoters, passives, detractors: score, standard error, Wald, adjusted Wald (scale -1 to 1).
ROWS = [
    ((162, 108, 54), 0.33333, 0.041409, (0.2522, 0.4145), (0.2495, 0.4111)),
    ((291, 476, 395), -0.08950, 0.022387, (-0.1334, -0.0456), (-0.1331, -0.0455)),
    ((50, 30, 20), 0.30, 0.078102, (0.1469, 0.4531), (0.1405, 0.4420)),
    ((250, 675, 75), 0.175, 0.017157, (0.1414, 0.2086), (0.1409, 0.2081)),
    ((18, 11, 2), 0.51613, 0.110537, (0.2995, 0.7328), (0.2551, 0.6861)),
    ((5, 3, 2), 0.30, 0.246982, (-0.1841, 0.7841), (-0.1905, 0.6520)),
    ((8, 0, 0), 1.0, 0.0, (1.0, 1.0), (0.3854, 1.0)),
]

ANSWERS = [10, 9, 8, 7, 6, 3, 10, 9, 2, 8]
WEIGHTS = [1, 1, 1, 2, 2, 1, 0.5, 1.5, 1, 1]
Z = stats.norm.ppf(0.975)

answers_of = st.lists(st.integers(0, 10), min_size=1, max_size=40)


def counted(counts, **options):
    promoters, passives, detractors = counts
    return NPS.from_counts(promoters=promoters, passives=passives, detractors=detractors, **options)


def ends(result):
    return result.interval.low, result.interval.high


# -- worked example --------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:All 8 answers are alike")
@pytest.mark.parametrize(("counts", "value", "error", "wald", "adjusted"), ROWS)
def test_rows_that_were_published_or_reproduced(counts, value, error, wald, adjusted):
    result = counted(counts)
    assert result.score == pytest.approx(100 * value, abs=6e-4)
    assert result.standard_error == pytest.approx(100 * error, abs=6e-5)
    assert ends(result) == pytest.approx((100 * adjusted[0], 100 * adjusted[1]), abs=6e-3)
    assert ends(counted(counts, method="wald")) == pytest.approx(
        (100 * wald[0], 100 * wald[1]), abs=6e-3
    )
    answers = [10] * counts[0] + [7] * counts[1] + [0] * counts[2]
    assert nps(answers).equals(result)


def test_weighted_answers_by_hand():
    result = nps(ANSWERS, weights=WEIGHTS)
    assert nps(ANSWERS).score == pytest.approx(10)
    assert result.score == 0
    assert result.standard_error == pytest.approx(27.0031, abs=5e-5)
    assert result.effective_n == pytest.approx(8.7273, abs=5e-5)
    # Kish's error takes the weights as if they had nothing to do with the answers.
    kish = math.sqrt(2 / 3 / result.effective_n)
    assert kish == pytest.approx(0.276385, abs=5e-7)
    assert result.design_effect == pytest.approx(0.270031**2 / (2 / 3 / 10), rel=1e-5)
    assert (result.promoter_share, result.passive_share, result.detractor_share) == (
        pytest.approx((1 / 3, 1 / 3, 1 / 3))
    )
    narrow = nps(ANSWERS, weights=WEIGHTS, method="wald")
    # The interval takes the larger of the two errors, the standard error is the linearised one.
    assert ends(narrow) == pytest.approx((-100 * Z * kish, 100 * Z * kish), abs=1e-3)
    assert narrow.worth == pytest.approx([result.effective_n / 3] * 3)


def test_counts_by_answer_are_the_answers():
    given_ = {10: 5, 9: 3, 8: 4, 7: 1, 6: 2, 0: 1, 3: 0}
    answers = [answer for answer, times in given_.items() for _ in range(times)]
    found = NPS.from_counts(given_, method="score")
    assert found.equals(nps(answers, method="score"))
    assert NPS.from_counts(given_, unanswered=4, population=30).unanswered == 4
    assert float(found) == found.value == found.score
    with pytest.warns(RetentionKitWarning, match="none is 10"):
        NPS.from_counts({5: 20, 4: 20})


def test_all_is_in_a_row_of_the_kind_that_came():
    answers = [10, 9, 8, 3]
    for column, kind in ((pl.Series(answers), pl.DataFrame), (pa.array(answers), pa.Table)):
        assert isinstance(nps(column).to_frame(), kind)
    found = nps(answers, method="wald", confidence=0.9)
    row = found.to_frame().iloc[0]
    assert (row["promoter_share"], row["passive_share"], row["detractor_share"]) == (
        0.5,
        0.25,
        0.25,
    )
    assert (row["method"], row["confidence"], row["clipped"]) == ("wald", 0.9, False)
    assert nps(pl.Series(answers)).equals(nps(answers))  # figures, whatever they came in


def test_a_score_tells_what_comparisons_need():
    plain = counted((50, 30, 20))
    assert (plain.n_clusters, plain.worth.tolist()) == (None, [50, 30, 20])
    assert not plain.worth.flags.writeable
    clustered = nps([10, 9, 3, 8], clusters=["a", "a", "b", "b"])
    assert clustered.n_clusters == 2
    shares = np.array([0.5, 0.25, 0.25])
    assert clustered.worth == pytest.approx(shares * 4 / clustered.design_effect)
    assert np.isnan(nps([10, 9, 3], clusters=["a"] * 3).worth).all()
    # Of a census the sum is infinite, and what nobody said is 0.
    census = counted((5, 0, 1), population=6)
    assert census.worth.tolist() == [math.inf, 0, math.inf]
    part = counted((5, 0, 1), population=9)
    assert part.worth == pytest.approx(np.array([5, 0, 1]) * 8 / 3)


def test_heavy_answers_near_the_score_do_not_make_an_interval_narrow():
    """Two heavy passives: the linearised error is less than that of equal weights."""
    answers, weights = [10, 8, 8, 2], [1, 3, 3, 1]
    found = nps(answers, weights=weights, method="wald")
    variance = 2 / 8
    assert found.standard_error == pytest.approx(100 * math.sqrt(2) / 8)
    kish = 8**2 / 20
    assert ends(found)[1] == pytest.approx(100 * Z * math.sqrt(variance / kish))
    assert found.worth.sum() == pytest.approx(kish)
    # Where the heavy ones are far from it, the linearised error is the larger one.
    far = nps(answers * 5, weights=[3, 1, 1, 3] * 5, method="wald")
    assert ends(far)[1] == pytest.approx(Z * far.standard_error)
    # With clusters of one it is the same, but for the correction of their number.
    one = nps(answers, weights=weights, clusters=[1, 2, 3, 4])
    assert one.worth.sum() == pytest.approx(kish * 3 / 4)


def test_eight_promoters_of_eight():
    result = nps([10] * 8)
    assert (result.score, result.standard_error, result.clipped) == (100, 0, True)
    assert ends(result) == (pytest.approx(38.54, abs=5e-3), 100)
    with pytest.warns(RetentionKitWarning, match="All 8 answers are alike: method='wald'"):
        narrow = nps([10] * 8, method="wald")
    assert ends(narrow) == (100, 100)
    assert not narrow.clipped
    with pytest.warns(RetentionKitWarning, match="method='bootstrap'"):
        assert ends(nps([10] * 8, method="bootstrap")) == (100, 100)


@pytest.mark.parametrize("method", ["adjusted-wald", "score", "bayesian"])
def test_one_answer_and_all_passives_are_told_with_all_their_doubt(method):
    one = nps([9], method=method)
    assert (one.score, one.standard_error, one.n) == (100, 0, 1)
    assert one.interval.high - one.interval.low > 125
    passive = nps([7] * 5, method=method)
    assert passive.score == 0
    assert passive.interval.low == pytest.approx(-passive.interval.high)
    assert 20 < passive.interval.high < 50


# -- reference -------------------------------------------------------------------------------------


def test_figures_of_the_test_data_of_r_nps():
    """`testdata$REC` of the R package NPS 1.1: n = 1000, 0.1, variance 0.814, 0.0285307."""
    result = counted((462, 176, 362))
    assert result.score == pytest.approx(10)
    assert (result.standard_error / 100) ** 2 * 1000 == pytest.approx(0.814)
    assert result.standard_error == pytest.approx(2.85307, abs=5e-6)


def test_faults_of_others_are_not_shared():
    # R NPS counts -0.5 as a detractor, 6.5 as a passive, and returns NA for a missing answer.
    for wrong in (-0.5, 6.5, 11):
        result = nps([10, 9, wrong], invalid="drop")
        assert (result.score, result.n, result.invalid) == (100, 2, 1)
    assert nps([10, 3, None, 9], missing="drop").score == pytest.approx(100 / 3)
    # Its intervals come upper end first; this one leaves 2 p d out: 14.3 to 20.5.
    low, high = ends(counted((250, 675, 75)))
    assert low < high
    assert low < 14.2
    assert high > 20.7


def test_scores_of_counts_are_not_off_in_the_last_digit():
    for promoters in range(101):
        score = counted((promoters, 100 - promoters, 0)).score
        assert score == promoters
        everybody = counted((promoters, 100 - promoters, 0), population=100)
        assert ends(everybody) == (promoters, promoters)
    assert counted((65, 0, 35)).score == 30


def test_thirds_of_1024_are_about_ten_points_wide():
    low, high = ends(counted((341, 342, 341), method="wald"))
    assert high - low == pytest.approx(320 / math.sqrt(1024), rel=0.005)


# -- definition ------------------------------------------------------------------------------------


def point(answer):
    if answer >= 9:
        return 1
    return 0 if answer >= 7 else -1


def by_rows(answers, weights, clusters):
    """Score and linearised error, row by row, on the scale -1 to 1."""
    total = math.fsum(weights)
    value = math.fsum(w * point(a) for a, w in zip(answers, weights, strict=True)) / total
    sums = {}
    for answer, weight, cluster in zip(answers, weights, clusters, strict=True):
        sums[cluster] = sums.get(cluster, 0) + weight * (point(answer) - value)
    return value, math.sqrt(math.fsum(part**2 for part in sums.values())) / total, len(sums)


@pytest.mark.filterwarnings("ignore::retentionkit.errors.RetentionKitWarning")
@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 10), st.floats(0.1, 9)), min_size=1, max_size=40))
def test_weighted_error_is_that_of_the_rows(rows):
    answers, weights = zip(*rows, strict=True)
    value, error, _ = by_rows(answers, weights, range(len(rows)))
    result = nps(answers, weights=list(weights), method="wald")
    assert result.score / 100 == pytest.approx(value, abs=1e-12)
    assert result.standard_error / 100 == pytest.approx(error, abs=1e-7)
    assert result.effective_n == pytest.approx(sum(weights) ** 2 / sum(w**2 for w in weights))


@pytest.mark.parametrize("weighted", [False, True])
def test_clustered_error_is_that_of_the_sums_by_cluster(weighted):
    rng = np.random.default_rng(4)
    clusters = rng.integers(0, 12, 90)
    liking = rng.integers(3, 11, 12)
    answers = np.clip(liking[clusters] + rng.integers(-2, 3, 90), 0, 10)
    weights = rng.uniform(0.5, 2, 90) if weighted else np.ones(90)
    value, error, number = by_rows(answers.tolist(), weights.tolist(), clusters.tolist())
    error *= math.sqrt(number / (number - 1))
    result = nps(answers, weights=weights if weighted else None, clusters=clusters, method="wald")
    assert result.standard_error / 100 == pytest.approx(error, rel=1e-12)
    half = stats.t.ppf(0.975, number - 1) * error
    assert ends(result) == pytest.approx((100 * (value - half), 100 * (value + half)), rel=1e-12)
    alone = nps(answers, weights=weights if weighted else None).standard_error
    assert result.standard_error > 1.5 * alone  # answers of one cluster are alike
    # Adjusted Wald adds its three answers to as many as these are worth.
    _, variance = net_scores.moments([(weights[answers >= 9]).sum(),
        weights[(answers >= 7) & (answers <= 8)].sum(), weights[answers <= 6].sum()])  # fmt: skip
    worth = float(variance) / error**2
    shares = np.array([result.promoter_share, result.passive_share, result.detractor_share])
    middle, spread = net_scores.moments(shares * worth + net_scores.ADDED)
    half = stats.t.ppf(0.975, number - 1) * math.sqrt(spread / (worth + 3))
    wide = nps(answers, weights=weights if weighted else None, clusters=clusters)
    assert ends(wide) == pytest.approx((100 * (middle - half), 100 * (middle + half)), rel=1e-9)


def test_clusters_of_one_answer_differ_by_one_answer_only():
    apart = nps(ANSWERS, clusters=list("abcdefghij"), method="wald")
    plain = nps(ANSWERS, method="wald")
    assert apart.standard_error == pytest.approx(plain.standard_error * math.sqrt(10 / 9))
    width, usual = (result.interval.high - result.interval.low for result in (apart, plain))
    assert width / usual == pytest.approx(math.sqrt(10 / 9) * stats.t.ppf(0.975, 9) / Z)


def test_clusters_that_differ_less_than_chance_would_have_it_are_worth_more():
    """Each couple has one fan: the spread of the sums is less than that of independent answers."""
    couples = [[10, 3], [9, 8], [10, 6], [7, 9], [10, 2], [9, 9]]
    answers = [answer for couple in couples for answer in couple]
    found = nps(answers, clusters=np.arange(12) // 2)
    assert 0 < found.design_effect < 1
    _, error, number = by_rows(answers, [1] * 12, (np.arange(12) // 2).tolist())
    error *= math.sqrt(number / (number - 1))
    assert found.standard_error == pytest.approx(100 * error, rel=1e-12)


def test_clusters_that_happen_to_be_alike_are_no_certainty():
    balanced = nps([10, 0] * 5, clusters=[0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
    assert balanced.standard_error == pytest.approx(nps([10, 0] * 5).standard_error)
    # All answers alike: worth as many as there are clusters, here of equal size.
    alike = nps([10] * 12, clusters=[0, 1, 2] * 4)
    assert alike.design_effect == pytest.approx(4)
    one = nps(ANSWERS, clusters=["firm"] * 10)
    assert one.score == pytest.approx(10)
    assert math.isnan(one.standard_error)
    assert all(map(math.isnan, ends(one)))
    assert all(map(math.isnan, ends(nps(ANSWERS, clusters=[1] * 10, method="bootstrap"))))


def test_sample_from_a_finite_population_by_all_samples():
    """All samples of 4 from 7 people: the spread of the score is the error that is told."""
    scores = [sum(some) / 4 for some in itertools.combinations([1, 1, 1, 0, 0, -1, -1], 4)]
    worth = Sample.of_counts((2, 1, 1), population=7).worth
    error = math.sqrt(net_scores.moments([3, 2, 2])[1] / worth)
    assert error == pytest.approx(np.std(scores), rel=1e-12)


def test_who_asks_everybody_has_no_error():
    for method in ("wald", "adjusted-wald"):
        everybody = nps(ANSWERS, population=10, method=method)
        assert ends(everybody) == (everybody.score, everybody.score)
        assert (everybody.standard_error, everybody.design_effect) == (0, 0)
        nearly = nps(ANSWERS * 100, population=1_001, method=method)
        assert ends(nearly) == pytest.approx((10, 10), abs=0.2)
    crowd = nps(ANSWERS, population=10**12)
    assert ends(crowd) == pytest.approx(ends(nps(ANSWERS)), rel=1e-9)
    assert ends(nps([10] * 8, population=8, method="wald")) == (100, 100)  # and no warning
    assert nps([4], population=1).standard_error == 0


def test_intervals_of_clusters_cover():
    """Answers of firms whose shares differ: 95 % intervals hold the score 94 to 97 times of 100."""
    rng = np.random.default_rng(5)
    truth, number, size, rounds = 0.2, 10, 6, 2_000
    shares = rng.dirichlet(np.array([0.45, 0.3, 0.25]) * 8, (rounds, number, 1))
    drawn = (rng.random((rounds, number, size, 1)) > shares.cumsum(-1)[..., :2]).sum(-1)
    clusters = np.repeat(np.arange(number), size)
    for method, least in (("adjusted-wald", 0.94), ("wald", 0.935)):
        held = 0
        for some in drawn:
            sample = Sample.of_points(1 - some.reshape(-1), clusters=clusters)
            low, high = limits(sample, method, 0.95, 100, 0)
            held += low <= truth <= high
        assert least < held / rounds < 0.97


@pytest.mark.parametrize("clustered", [False, True])
def test_bootstrap_of_respondents_and_of_clusters(clustered):
    """Percentiles of 4,000 draws by loops; a fiftieth of the width is their chance."""
    rng = np.random.default_rng(6)
    answers, weights = rng.integers(0, 11, 40), rng.uniform(0.5, 2, 40)
    clusters = np.arange(40) // 4 if clustered else np.arange(40)
    options = {"clusters": clusters} if clustered else {}
    found = nps(answers, weights=weights, method="bootstrap", rng=3, **options)
    again = nps(
        answers, weights=weights, method="bootstrap", rng=np.random.default_rng(3), **options
    )
    assert ends(found) == ends(again)
    points = np.array([point(answer) for answer in answers])
    drawn = []
    for _ in range(4_000):
        some = rng.integers(0, clusters.max() + 1, clusters.max() + 1)
        rows = np.concatenate([np.flatnonzero(clusters == one) for one in some])
        drawn.append(100 * (weights[rows] @ points[rows]) / weights[rows].sum())
    width = found.interval.high - found.interval.low
    assert ends(found) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=width / 25)


@pytest.mark.parametrize("size", [40, 400])
def test_weighted_bootstrap_draws_the_same_whatever_the_order(size):
    """Few kinds of rows are drawn by kind, many row by row; both have the spread of the rows."""
    rng = np.random.default_rng(8)
    answers, weights = rng.integers(0, 11, size), rng.choice([0.5, 2.0, 7.0], size)
    order = rng.permutation(size)
    found = nps(answers, weights=weights, method="bootstrap")
    again = nps(answers[order], weights=weights[order], method="bootstrap")
    assert ends(again) == pytest.approx(ends(found), abs=1e-9)
    wald = nps(answers, weights=weights, method="wald")
    width = wald.interval.high - wald.interval.low
    assert ends(found) == pytest.approx(ends(wald), abs=width / 12)


@pytest.mark.filterwarnings("error")
def test_weights_may_be_very_large_or_very_small():
    plain = nps(ANSWERS, weights=WEIGHTS)
    for factor in (1e300, 1e-300):
        scaled = nps(ANSWERS, weights=np.multiply(WEIGHTS, factor))
        assert ends(scaled) == pytest.approx(ends(plain), abs=1e-9)
        assert scaled.effective_n == pytest.approx(plain.effective_n)


# -- properties ------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::retentionkit.errors.RetentionKitWarning")
@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=40)
@given(answers=answers_of)
def test_order_does_not_matter_and_limits_lie_on_the_scale(method, answers):
    found = nps(answers, method=method, draws=100)
    assert nps(answers[::-1], method=method, draws=100).equals(found)
    assert nps(sorted(answers), method=method, draws=100).equals(found)
    assert -100 <= found.interval.low <= found.interval.high <= 100
    assert found.n == len(answers)
    shares = (found.promoter_share, found.passive_share, found.detractor_share)
    assert sum(shares) == pytest.approx(1)
    assert found.score == pytest.approx(100 * (shares[0] - shares[2]))


@pytest.mark.filterwarnings("ignore::retentionkit.errors.RetentionKitWarning")
@pytest.mark.parametrize("method", ["adjusted-wald", "wald"])
@settings(max_examples=30)
@given(rows=st.lists(st.tuples(st.integers(0, 10), st.integers(1, 9)), min_size=2, max_size=30))
def test_scaled_weights_equal_weights_and_exchanged_ends(method, rows):
    answers, weights = (np.array(part) for part in zip(*rows, strict=True))
    found = nps(answers, weights=weights, method=method)
    scaled = nps(answers, weights=weights * 0.125, method=method)
    assert ends(scaled) == pytest.approx(ends(found), abs=1e-9)
    equal = nps(answers, weights=np.full(len(answers), 3.5), method=method)
    assert ends(equal) == pytest.approx(ends(nps(answers, method=method)), abs=1e-9)
    assert equal.design_effect == pytest.approx(1)
    exchanged = np.array([{1: 0, 0: 7, -1: 10}[point(answer)] for answer in answers])
    low, high = ends(nps(exchanged, weights=weights, method=method))
    assert (-high, -low) == pytest.approx(ends(found), abs=1e-9)


@settings(max_examples=40)
@given(answers_of.filter(lambda answers: len({point(answer) for answer in answers}) > 1))
@pytest.mark.filterwarnings("ignore::retentionkit.errors.RetentionKitWarning")
def test_every_answer_given_twice_by_the_same_person_is_no_news(answers):
    people = list(range(len(answers)))
    once = nps(answers, clusters=people, method="wald")
    twice = nps(answers * 2, clusters=people * 2, method="wald")
    assert twice.standard_error == pytest.approx(once.standard_error, rel=1e-9)
    if len(people) > 1:
        assert ends(twice) == pytest.approx(ends(once), abs=1e-9)


def test_more_passives_of_the_same_people_bring_the_score_nearer_to_zero():
    few, many = counted((50, 30, 20)), counted((50, 60, 20))
    assert 0 < many.score < few.score
    assert many.standard_error < few.standard_error


COLUMNS = {
    "list": list,
    "tuple": tuple,
    "int8": lambda values: np.array(values, dtype=np.int8),
    "float": lambda values: np.array(values, dtype=np.float32),
    "decimal": lambda values: [Decimal(value) for value in values],
    "pandas": pd.Series,
    "nullable": lambda values: pd.Series(values, dtype="Int8"),
    "arrow": lambda values: pd.Series(values, dtype="int16[pyarrow]"),
    "index": pd.Index,
    "categories": lambda values: pd.Series(values, dtype="category"),
    "polars": lambda values: pl.Series(values, dtype=pl.UInt8),
    "pyarrow": pa.array,
    "chunked": lambda values: pa.chunked_array([values[:3], values[3:]]),
    "pandas decimal": lambda values: pd.Series([Decimal(value) for value in values]),
}


@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)
def test_columns_of_every_kind_are_read(column):
    assert nps(column(ANSWERS)).equals(nps(ANSWERS))


@pytest.mark.parametrize(
    "missing",
    [
        [10, None, 3, float("nan")],
        pd.Series([10, None, 3, None], dtype="Int64"),
        pd.Series([10, None, 3, None], dtype="int8[pyarrow]"),
        pd.Series([10, pd.NA, 3, None], dtype=object),
        pl.Series([10, None, 3, None]),
        pa.array([10, None, 3, None]),
    ],
    ids=["list", "nullable", "arrow", "objects", "polars", "pyarrow"],
)
def test_missing_answers_of_every_kind_are_counted(missing):
    with pytest.raises(DataError, match=r"2 of 4 answers are missing, at positions 1, 3"):
        nps(missing)
    result = nps(missing, missing="drop", weights=[1, 1, 3, 1], clusters=list("abcd"))
    assert (result.n, result.unanswered, result.score) == (2, 2, pytest.approx(-50))


def test_weights_and_clusters_belong_to_all_answers_also_those_set_aside():
    result = nps(
        [*ANSWERS, None, 11, 5.5], weights=[*WEIGHTS, 7, 7, 7], missing="drop", invalid="drop"
    )
    plain = nps(ANSWERS, weights=WEIGHTS)
    assert result.equals(dataclasses.replace(plain, unanswered=1, invalid=2))


@pytest.mark.parametrize(
    ("answers", "text"),
    [
        ([*range(1, 8)] * 5, "lie between 1 and 7, and none is 10: is this a scale from 0 to 10"),
        ([1, 10] * 10, "10 are 1 and none is 0"),
        ([5, 4] * 15, "none is 10"),
    ],
)
def test_answers_that_look_like_those_of_another_scale(answers, text):
    with pytest.warns(RetentionKitWarning, match=text):
        nps(answers)


def test_few_or_equal_answers_are_taken_for_what_they_are():
    assert nps([5, 4] * 10).n == 20
    assert nps([8] * 40).score == 0


# -- what is shown ---------------------------------------------------------------------------------


SHOWN = [
    (lambda: counted((50, 30, 20), unanswered=12), "30.0, 95 % 14.1 to 44.2\n"),
    (lambda: counted((50, 30, 20), unanswered=12), "+ 30 passives + 20 detractors; 12 unanswered"),
    (lambda: counted((1, 0, 0)), "1 = 1 promoter + 0 passives + 0 detractors"),
    (lambda: counted((1, 0, 0)), "100.0, 95 % -48.5 to 100.0\n"),
    (
        lambda: counted((1, 0, 0), method="bayesian"),
        "-46.6 to 83.3 (around the score with three answers added)",
    ),
    (lambda: counted((8, 0, 0)), "100.0, 95 % 38.5 to 100.0 (cut off at the end of the scale)"),
    (lambda: counted((8, 0, 0), method="score"), "100.0, 95 % 35.1 to 100.0\n"),
    (lambda: counted((5 * 10**6, 3 * 10**6, 2 * 10**6)), "30.000, 95 % 29.952 to 30.048\n"),
    (lambda: counted((4, 3, 3), population=10), "10.0, without sampling error: everybody answered"),
    (lambda: counted((4, 3, 3), population=12), "a sample from a population of 12."),
    (lambda: counted((3, 4, 3)), "score       0.0, 95 %"),
    (lambda: counted((29, 41, 30), confidence=0.999), "-1.0, 99.9 %"),
    (lambda: nps(ANSWERS, weights=WEIGHTS), "1.09 times that of 10 independent answers; 8.7"),
    (lambda: nps(ANSWERS, weights=WEIGHTS), "all answers, each with its\n              weight."),
    (lambda: nps(ANSWERS, clusters=[1, 2] * 5), "of a sample of 2 clusters."),
    (lambda: nps(ANSWERS, clusters=[1] * 10), "interval undefined: all answers are of one cluster"),
    (lambda: nps([10, 11, None], missing="drop", invalid="drop"), "; 1 unanswered; 1 invalid"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "text"), SHOWN)
def test_what_is_printed(make, text):
    assert text in f"{make()!r}\n"


@pytest.mark.filterwarnings("ignore:All 8 answers are alike")
def test_an_interval_without_width_says_why():
    assert "100.0 to 100.0 (no width: all answers are alike)" in repr(nps([9] * 8, method="wald"))


def test_without_weights_and_clusters_nothing_is_said_of_them():
    assert "design" not in repr(nps(ANSWERS))
    assert "Kish" not in repr(nps(ANSWERS, clusters=[1, 2] * 5))


def test_as_a_row_of_a_frame_and_as_json():
    result = nps([*ANSWERS, None], missing="drop")
    row = result.to_frame().iloc[0]
    assert row["score"] == result.score
    assert (row["low"], row["high"]) == ends(result)
    assert (row["n"], row["promoters"], row["unanswered"]) == (10, 4, 1)
    one = nps(ANSWERS, clusters=[1] * 10)
    read = json.loads(json.dumps(one.to_dict(), allow_nan=False))
    assert read["interval"]["low"] is None
    assert read["method"] == "adjusted-wald"
    assert not one.equals(result)


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "text"),
    [
        ([10, 6.5, 8, 11, -1], r"3 answers such as -1, 6\.5, 11, at positions 1, 3, 4"),
        ([9, math.inf], "1 answer such as inf, at position 1"),
        ([0.5] * 7, r"7 answers such as 0\.5, at positions 0, 1, 2, 3, 4, \.\.\."),
        ([10, 9, None, float("nan")], "2 of 4 answers are missing, at positions 2, 3"),
        ([], "There is no answer"),
        (pl.Series([], dtype=pl.Int64), "There is no answer"),
        (["10", "9"], "2 of 2 answers: '10', '9', at positions 0, 1"),
        (["good"], "1 of 1 answer: 'good', at position 0"),
        ([9, 10, None, "9 - likely"], "1 of 4 answers: '9 - likely', at position 3"),
        ([True, False], "does not hold numbers"),
        ([9, True], "does not hold numbers"),
        (np.array([True]), "does not hold numbers"),
        ([dt.date(2026, 1, 1)], "does not hold numbers"),
        (pd.Series(pd.to_datetime(["2026-01-01"])), "does not hold numbers"),
        (pd.Series(["10", "9"], dtype="category"), r"labels=\{'10': \.\.\."),
        (pd.Series(["10", "9"]), "Do not coerce them: that makes answers missing"),
        (pl.Series(["10"]), "nothing says which step"),
        (pa.array([True]), "does not hold numbers"),
        ([1j], "does not hold numbers"),
        ([[10, 9], [8, 7]], "2 dimensions"),
        ([[10], [9, 8]], "uneven dimensions"),
        (np.ones((3, 1)), "2 dimensions"),
        (np.array(9), "0 dimensions"),
        (None, "not one column of values"),
        (9, "not one column of values"),
        ("10", "not one column of values"),
        ({"a": 10}, "not one column of values"),
        (pd.DataFrame({"a": [10]}), "not one column of values"),
    ],
)
def test_what_is_no_answer_is_refused(answers, text):
    with pytest.raises(DataError, match=text):
        nps(answers)


def test_texts_are_answers_where_labels_say_so():
    answers = ["10 - extremely likely", 9, None, "7", 3, "n/a"]
    for given_ in (answers, pd.Series(answers, dtype=object, index=[4, 4, 1, 2, 3, 0])):
        found = nps(
            given_, labels={"10 - extremely likely": 10, "7": 7}, missing="drop", invalid="drop"
        )
        assert (found.promoters, found.passives, found.detractors) == (2, 1, 1)
        assert (found.unanswered, found.invalid) == (1, 1)
        with pytest.raises(DataError, match="'7', 'n/a'"):  # no word of the caller makes it void
            nps(given_, missing="drop", invalid="drop")
    words = {f"{n} points": n for n in range(11)}
    assert nps(pl.Series(["10 points", "6 points"]), labels=words).score == 0


def test_no_answer_left():
    with pytest.raises(DataError, match="2 unanswered, 1 invalid"):
        nps([None, 11, None], missing="drop", invalid="drop")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"weights": [1]}, "1 values, 10 answers"),
        ({"weights": [1] * 9 + [0]}, "not positive numbers"),
        ({"weights": [1] * 9 + [math.nan]}, "not positive numbers"),
        ({"weights": [1] * 9 + [math.inf]}, "not positive numbers"),
        ({"weights": [1] * 9 + [-2]}, "such as -2"),
        ({"weights": ["a"] * 10}, "does not hold numbers"),
        ({"clusters": ["a"]}, "`clusters` must have one value for each answer"),
        ({"clusters": ["a"] * 9 + [None]}, "`clusters` has missing ids"),
        ({"clusters": [0.5] * 10}, "clusters"),
    ],
)
def test_weights_and_clusters_that_do_not_fit_are_refused(options, text):
    with pytest.raises(DataError, match=text):
        nps(ANSWERS, **options)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"method": "exact"}, "'adjusted-wald', 'wald', 'score', 'bootstrap', 'bayesian'"),
        ({"method": "score", "weights": WEIGHTS}, r"does not hold with weights\."),
        ({"method": "score", "clusters": ANSWERS}, "'adjusted-wald', 'wald', 'bootstrap'"),
        ({"method": "bayesian", "weights": WEIGHTS, "clusters": ANSWERS}, "weights and clusters"),
        ({"method": "bayesian", "population": 99}, r"allowed:  'adjusted-wald', 'wald'\n"),
        ({"method": "bootstrap", "population": 99}, "or leave population out"),
        ({"method": "bootstrap", "draws": 99}, "draws"),
        ({"method": "bootstrap", "draws": 1000.5}, "draws"),
        ({"population": 9}, r"population=9, 10 answers"),
        ({"population": 12.5}, "whole number"),
        ({"draws": -4}, "draws"),
        ({"rng": "x"}, "`rng` is no seed"),
        ({"rng": -1, "method": "bootstrap"}, "`rng` is no seed"),
        ({"confidence": 95}, "confidence=0.95"),
        ({"confidence": 1}, "confidence"),
        ({"missing": "ignore"}, "missing"),
        ({"invalid": "round"}, "invalid"),
    ],
)  # fmt: skip
def test_options_that_do_not_hold_are_refused(options, text):
    with pytest.raises(OptionError, match=text):
        nps(ANSWERS, **options)


@pytest.mark.parametrize("wrong", [-1, 2.5, "3", None, True])
def test_counts_that_are_none_are_refused(wrong):
    told = "by all three kinds" if wrong is None else "`detractors`"
    with pytest.raises(OptionError, match=told):
        counted((1, 2, wrong))
    with pytest.raises(OptionError, match="`unanswered`"):
        counted((1, 2, 3), unanswered=wrong)


@pytest.mark.parametrize(
    ("counts", "options", "text"),
    [
        ({11: 4}, {}, "whole numbers from 0 to 10"),
        ({9: -1}, {}, r"counts\[9\]"),
        ([9, 10], {}, "mapping of answers"),
        ({9: 1}, {"detractors": 3}, "counts, detractors"),
        (None, {}, "no counts"),
        (None, {"passives": 1, "promoters": 2}, "passives, promoters"),
    ],
)
def test_counts_are_told_in_one_way(counts, options, text):
    with pytest.raises(OptionError, match=text):
        NPS.from_counts(counts, **options)


def test_a_population_holds_those_who_did_not_answer():
    with pytest.raises(OptionError, match="41 answers, 7 without a valid answer"):
        counted((17, 15, 9), unanswered=7, population=47)
    assert counted((17, 15, 9), unanswered=7, population=48).design_effect < 1
    with pytest.raises(OptionError, match="2 answers, 2 without a valid answer"):
        nps([9, 8, None, 11], missing="drop", invalid="drop", population=3)


def test_counts_of_nobody_are_refused():
    with pytest.raises(DataError, match="There is no answer"):
        counted((0, 0, 0), unanswered=4)
    assert counted((np.int64(3), np.uint8(0), np.int32(2))).n == 5
