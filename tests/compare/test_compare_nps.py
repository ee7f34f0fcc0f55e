"""Two net promoter scores: published numbers, coverage, and results of weighted surveys."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import retentionkit as rk
from retentionkit.errors import DataError, KindError, OptionError, RetentionKitWarning

nps = rk.compare.nps


def limits(estimate):
    return estimate.interval.low, estimate.interval.high


# -- worked example --------------------------------------------------------------------------------


def test_forty_thirty_thirty_against_fifty_thirty_twenty():
    found = nps((40, 30, 30), (50, 30, 20))
    assert found.difference.value == pytest.approx(20, abs=1e-12)
    assert found.difference.standard_error == pytest.approx(11.4018, abs=5e-5)
    assert limits(found.difference) == pytest.approx((-2.55, 41.39), abs=5e-3)
    assert found.p_value == pytest.approx(0.0832, abs=5e-5)
    assert (found.first.value, found.second.value) == (pytest.approx(10), pytest.approx(30))
    assert limits(found.second) == pytest.approx((14.05, 44.20), abs=5e-3)
    assert found.n == 200
    assert math.isnan(found.relative.value)
    assert "relative    undefined" in repr(found)
    assert "+20.0 points, 95 % -2.6 to +41.4" in repr(found)


@pytest.mark.parametrize(
    ("first", "second", "passives", "interval", "power"),
    [(38, 62, 0.2, 72, 146), (38, 62, (0.2, 0.2), 72, 146), (-18, 45, 0.25, 13, 26),
     (38, 62, None, 99, 201)],
)  # fmt: skip
def test_published_scores(first, second, passives, interval, power):
    found = nps(first, second, passives=passives)
    assert (found.required_n.interval, found.required_n.with_power) == (interval, power)
    assert found.difference.value == second - first
    assert ("the worst case" in " ".join(found.notes)) == (passives is None)
    assert found.n is None


# -- reference -------------------------------------------------------------------------------------

COUNTS = st.tuples(*[st.integers(0, 40)] * 3).filter(sum)


@given(COUNTS, COUNTS)
def test_adjusted_wald_from_the_answers_themselves(first, second):
    def answers(counts):
        points = np.repeat([1.0, 0.0, -1.0], counts)
        weights = np.concatenate([np.ones(len(points)), [0.75, 1.5, 0.75]])
        points = np.concatenate([points, [1.0, 0.0, -1.0]])
        mean = np.average(points, weights=weights)
        return mean, np.average((points - mean) ** 2, weights=weights) / weights.sum()

    (one, error1), (two, error2) = answers(first), answers(second)
    centre, error = 100 * (two - one), 100 * math.sqrt(error1 + error2)
    found = nps(first, second)
    half = stats.norm.ppf(0.975) * error
    expected = (max(centre - half, -200), min(centre + half, 200))
    assert limits(found.difference) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert found.p_value == pytest.approx(2 * stats.norm.sf(abs(centre) / error), rel=1e-9)


# -- definition ------------------------------------------------------------------------------------


def test_difference_and_net_difference_are_covered():
    rng, runs = np.random.default_rng(9), 1_500
    shares = [(0.5, 0.3, 0.2), (0.65, 0.2, 0.15), (0.5, 0.3, 0.2), (0.52, 0.3, 0.18)]
    drawn = [rng.multinomial(40, share, runs) for share in shares]
    hits = []
    for rows in zip(*drawn, strict=True):
        a, b, c, d = (tuple(row.tolist()) for row in rows)
        found = nps(a, b, control=(c, d))
        hits.append((20 in found.difference.interval, 16 in found.net.interval))
    # Standard error of the simulation: 0.6 points.
    assert np.mean(hits, axis=0).min() >= 0.93
    assert np.mean(hits, axis=0).max() <= 0.975


# -- properties ------------------------------------------------------------------------------------


def test_results_of_surveys():
    one = rk.surveys.NPS.from_counts(promoters=40, passives=30, detractors=30)
    two = rk.surveys.NPS.from_counts(promoters=50, passives=30, detractors=20)
    assert nps(one, two).equals(nps((40, 30, 30), (50, 30, 20)))
    plain = SimpleNamespace(promoters=40, passives=30, detractors=30)
    assert nps(plain, two).equals(nps(one, two))


def test_weights_count():
    answers = [10, 9, 8, 7, 6, 3, 10, 9, 2, 8]
    weights = [1, 1, 1, 2, 2, 1, 0.5, 1.5, 1, 1]
    weighted = rk.surveys.nps(answers, weights=weights)
    found = nps(weighted, (50, 30, 20))
    assert found.first.value == pytest.approx(weighted.score, abs=1e-9)
    # At most as good as Kish's number of answers.
    assert found.first.standard_error >= weighted.standard_error
    assert limits(found.first) == pytest.approx(limits(weighted_estimate(weighted)), abs=1e-6)
    assert found.first.n == 10


def test_few_clusters_by_welch():
    rng = np.random.default_rng(0)
    answers = rng.integers(0, 11, (2, 60))
    clusters = (np.repeat(range(6), 10), np.repeat(range(10), 6))
    one, two = map(lambda some, of: rk.surveys.nps(some, clusters=of), answers, clusters)
    found = nps(one, two)
    centres, errors = zip(
        *(points_with_three_more(score.worth) for score in (one, two)), strict=True
    )
    error = math.hypot(*errors)
    freedom = error**4 / (errors[0] ** 4 / 5 + errors[1] ** 4 / 9)
    half = stats.t.ppf(0.975, freedom) * error
    centre = centres[1] - centres[0]
    assert limits(found.difference) == pytest.approx((centre - half, centre + half), rel=1e-9)
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(centre) / error, freedom), rel=1e-9)
    assert "Student's t for the clusters" in found.definition
    assert limits(found.first) == pytest.approx(limits(one), rel=1e-9)


def points_with_three_more(worth):
    weights = np.add(worth, [0.75, 1.5, 0.75])
    mean = np.average([100, 0, -100], weights=weights)
    variance = np.average((np.array([100, 0, -100]) - mean) ** 2, weights=weights)
    return mean, math.sqrt(variance / weights.sum())


def test_everybody_answered():
    of = rk.surveys.NPS.from_counts
    one = of(promoters=17, passives=15, detractors=9, population=41)
    two = of(promoters=10, passives=15, detractors=16, population=41)
    found = nps(one, two)
    assert limits(found.difference) == (found.value, found.value)
    assert math.isnan(found.p_value)
    assert "Without sampling error: everybody answered." in found.notes
    assert math.isnan(nps(one, two, control=(two, one)).p_value)
    half = nps(one, (10, 15, 16)).difference.interval
    alone = nps((0, 3, 0), (10, 15, 16)).difference.interval
    assert half.high - half.low < alone.high - alone.low


def test_the_needed_numbers_do_not_count_on_a_small_population():
    of = rk.surveys.NPS.from_counts
    one = of(promoters=17, passives=15, detractors=9, population=48)
    two = of(promoters=10, passives=15, detractors=16, population=48)
    assert nps(one, two).required_n == nps((17, 15, 9), (10, 15, 16)).required_n
    assert nps(one, two).p_value < nps((17, 15, 9), (10, 15, 16)).p_value


def test_the_interval_holds_the_difference():
    found = nps((300, 100, 0), (0, 0, 1))
    assert found.difference.value == -175
    assert -175 in found.difference.interval


def weighted_estimate(score):
    return SimpleNamespace(interval=score.interval)


@given(COUNTS, COUNTS)
def test_turned_around(first, second):
    one, other = nps(first, second), nps(second, first)
    assert one.difference.value == pytest.approx(-other.difference.value, abs=1e-9)
    assert limits(one.difference) == pytest.approx(
        [-limit for limit in limits(other.difference)][::-1], abs=1e-9
    )


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "error", "match"),
    [
        (101, OptionError, "`first`"),
        ((1, 2, -3), OptionError, "detractors of first"),
        ((0, 0, 0), DataError, "has no answers"),
        ((1, 2), KindError, "no figure that can be compared"),
        ([10, 9, 3], KindError, r"(?s)a column of answers.*rk.surveys.nps\(answers\)"),
        ("38", KindError, "no figure that can be compared"),
        (
            SimpleNamespace(promoters=1.5, passives=0, detractors=0),
            OptionError,
            "promoters of first",
        ),
    ],
)
def test_no_scores(first, error, match):
    with pytest.raises(error, match=match):
        nps(first, (1, 2, 3))


def test_options_that_are_refused():
    with pytest.raises(OptionError, match="so far from zero with so many passives"):
        nps(38, 85, passives=0.2)
    with pytest.raises(OptionError, match=r"(?s)`passives`.*Write 20 % passives as passives=0.2"):
        nps(38, 62, passives=20)
    with pytest.raises(OptionError, match="is of published figures"):
        nps((1, 2, 3), (1, 2, 3), passives=0.9)
    with pytest.warns(RetentionKitWarning, match="on the scale -100 to 100") as caught:
        nps(0.38, 0.62)
    assert caught[0].filename == __file__
    assert nps(0, 0.62).difference.value == 0.62
    one_cluster = rk.surveys.nps([10, 9, 3], clusters=["a", "a", "a"])
    with pytest.raises(DataError, match="has no standard error"):
        nps(one_cluster, (1, 2, 3))


def test_a_population_is_not_in_the_needed_numbers_and_the_note_says_so():
    told = rk.surveys.NPS.from_counts(promoters=17, passives=15, detractors=9, population=48)
    other = rk.surveys.NPS.from_counts(promoters=10, passives=15, detractors=16, population=48)
    assert any("population without end" in note for note in rk.compare.nps(told, other).notes)
    assert not any("without end" in note for note in rk.compare.nps((5, 3, 2), (6, 2, 2)).notes)


def test_a_difference_that_is_next_to_none_needs_no_end_of_answers():
    assert rk.compare.required_n(1e-300, (0.25, 0.25)) == math.inf


def test_where_everybody_answered_no_number_is_needed():
    before, after = (
        rk.surveys.NPS.from_counts(promoters=k, passives=15, detractors=26 - k, population=41)
        for k in (17, 20)
    )
    text = repr(rk.compare.nps(before, after))
    assert "+14.6 points, without sampling error" in text
    assert "needed  " not in text
    assert "needed  " in repr(rk.compare.nps((17, 15, 9), (20, 15, 6)))
