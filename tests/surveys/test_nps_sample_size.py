"""How many answers: published numbers, the interval they give, and what no answers can be."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import retentionkit as rk
from retentionkit.errors import OptionError, RetentionKitWarning
from retentionkit.surveys import nps_sample_size
from retentionkit.surveys._nps.nps_sample_size import answers_needed

# -- worked example --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "passives", "expected"),
    [(38, 62, 0.2, (72, 146, 201)), (-18, 45, 0.25, (13, 26, 35))],
)
def test_two_changes_that_were_told_without_n(before, after, passives, expected):
    found = nps_sample_size(before, after, passives=passives)
    assert (found.for_interval, found.for_power, found.worst_case) == expected
    assert found.n == expected[1]
    assert not found.assumed
    worst = nps_sample_size(before, after)
    assert worst.assumed
    assert worst.for_power == worst.worst_case == expected[2]
    assert "no share was given, and this is the worst case" in repr(worst)
    json.dumps(found.to_dict(), allow_nan=False)
    assert found.to_frame()["answers_per_wave"].tolist() == list(expected)


def test_the_whole_width_at_thirds_is_320_over_the_root_of_n():
    for n in (100, 400, 2_500):
        half = 320 / math.sqrt(n) / 2
        found = nps_sample_size(margin=half, score=0, passives=1 / 3)
        # 320 is 2 * 1.96 * sqrt(2 / 3) * 100 = 320.06, rounded.
        assert found.for_interval == pytest.approx(n, rel=5e-4, abs=1)
        assert found.for_power is None
        assert "a score of 0, give or take" in repr(found)
        assert found.to_frame()["answers"].tolist() == [found.n, found.worst_case]
        assert found.n == found.for_interval
        # The worst case of all is no passive and a score of zero: variance 1 and not 2/3.
        worst = nps_sample_size(margin=half)
        assert worst.n == pytest.approx(1.5 * n, rel=1e-3, abs=1)
        assert "the worst score, 0, give or take" in repr(worst)


# -- reference -------------------------------------------------------------------------------------


@given(
    st.integers(-90, 90), st.integers(-90, 90), st.floats(0, 0.1), st.sampled_from([0.5, 0.8, 0.95])
)
def test_numbers_are_those_of_any_two_means(before, after, passives, power):
    if before == after:
        return
    found = nps_sample_size(before, after, passives=passives, power=power, confidence=0.9)
    variances = tuple(1 - passives - (score / 100) ** 2 for score in (before, after))
    step = (after - before) / 100
    assert found.for_interval == rk.compare.required_n(step, variances, confidence=0.9, power=None)
    assert found.for_power == rk.compare.required_n(step, variances, confidence=0.9, power=power)


# -- definition ------------------------------------------------------------------------------------


def wald(score, passives, n, population=None):
    """Half-width in points of the normal interval of one score."""
    factor = 1 if population is None else (population - n) / (population - 1)
    return 100 * 1.959963985 * math.sqrt((1 - passives - (score / 100) ** 2) * factor / n)


@pytest.mark.parametrize("population", [None, 120, 2_000])
@pytest.mark.parametrize("margin", [3, 7.5, 20])
def test_it_is_the_smallest_number_that_is_enough(margin, population):
    n = nps_sample_size(margin=margin, score=25, passives=0.3, population=population).n
    assert wald(25, 0.3, n, population) <= margin * (1 + 1e-8)
    assert wald(25, 0.3, n - 1, population) > margin * (1 - 1e-8)


def test_a_change_in_a_small_population():
    found = nps_sample_size(10, 30, passives=(0.2, 0.4), population=300)
    for n, quantile in (
        (found.for_interval, stats.norm.ppf(0.975)),
        (found.for_power, stats.norm.ppf(0.975) + stats.norm.ppf(0.8)),
    ):
        needed = [math.sqrt((0.79 + 0.51) / k * (300 - k) / 299) * quantile for k in (n, n - 1)]
        assert needed[0] <= 0.2 < needed[1]
    assert found.passives == (0.2, 0.4)
    assert "20 % and 40 %" in repr(found)
    assert "300 people" in repr(found)


@pytest.mark.parametrize(
    "populations", [(50, 50), (30, 400), (5, 100), (1, 90), (20, math.inf), (math.inf, 20)]
)
@pytest.mark.parametrize("error", [0.02, 0.08, 0.3])
def test_samples_of_two_populations(populations, error):
    variances = (0.8, 0.5)

    def squared(n):
        left = [
            max(1 - (n - 1) / (size - 1), 0.0) if size > 1 else 0.0 for size in populations
        ]  # of the variance of a sample from a population without end
        return sum(v / n * part for v, part in zip(variances, left, strict=True))

    n = answers_needed(variances, error, populations)
    assert squared(n) <= error**2 * (1 + 1e-9)
    assert n == 1 or squared(n - 1) > error**2


def test_certain_scores_need_one_answer():
    assert nps_sample_size(margin=5, score=100, passives=0).n == 1
    assert nps_sample_size(margin=5, score=90, passives=0.1).n == 139


# -- properties ------------------------------------------------------------------------------------


@given(st.integers(-70, 70), st.floats(0, 0.3), st.floats(1, 30))
def test_more_passives_and_wider_margins_need_no_more(score, passives, margin):
    some = nps_sample_size(margin=margin, score=score, passives=passives)
    assert some.n <= nps_sample_size(margin=margin, score=score).n == some.worst_case
    assert some.n <= nps_sample_size(margin=margin).n
    assert some.n >= nps_sample_size(margin=margin + 1, score=score, passives=passives).n
    assert (
        some.n >= nps_sample_size(margin=margin, score=score, passives=passives, population=500).n
    )
    assert some.n == nps_sample_size(margin=margin, score=-score, passives=passives).n


# -- refusals --------------------------------------------------------------------------------------


def test_what_no_answers_can_be_is_refused():
    with pytest.raises(OptionError, match="No answers have that score") as caught:
        nps_sample_size(90, 50, passives=0.2)
    assert "at most 0.1 passives" in str(caught.value)
    with pytest.raises(OptionError, match="No answers have that score"):
        nps_sample_size(margin=5, score=-90, passives=0.2)
    with pytest.raises(OptionError, match="There is no change to tell"):
        nps_sample_size(30, 30)
    with pytest.raises(OptionError, match="`before` must be a finite number"):
        nps_sample_size(-101, 30)
    with pytest.raises(OptionError, match="`margin` must be a finite number"):
        nps_sample_size(margin=0)
    for share in (20, (0.2, 25)):
        with pytest.raises(OptionError, match="`passives` must be a finite number") as caught:
            nps_sample_size(10, 30, passives=share)
        assert "Write 20 % as passives=0.2." in str(caught.value)
    with pytest.raises(OptionError, match="share of passives for each wave"):
        nps_sample_size(margin=5, passives=[0.2, 0.3])
    with pytest.raises(OptionError, match="`score` must be a finite number"):
        nps_sample_size(margin=5, score=101)
    with pytest.raises(OptionError, match="`population`"):
        nps_sample_size(margin=5, population=1)
    with pytest.raises(OptionError, match="`power`") as caught:
        nps_sample_size(10, 30, power=80)
    assert "Write 80 % as power=0.8" in str(caught.value)
    with pytest.raises(OptionError, match="An interval of one score has no power"):
        nps_sample_size(margin=5, power=0.99)
    assert nps_sample_size(margin=5).power is None
    with pytest.raises(OptionError, match="`confidence`"):
        nps_sample_size(10, 30, confidence=95)


def test_fractions_are_warned_of():
    with pytest.warns(RetentionKitWarning, match="these are 0.38 and 0.62: write 0.38 as 38"):
        nps_sample_size(0.38, 0.62)
    with pytest.warns(RetentionKitWarning, match="these are 0.05 and 0.3"):
        nps_sample_size(margin=0.05, score=0.3)
    # Whoever writes these means points.
    assert nps_sample_size(0, 1).n > 1e5
    assert nps_sample_size(margin=0.5, score=30).n > 1e5


@pytest.mark.parametrize(
    ("options", "received"),
    [
        ({}, "nothing"),
        ({"before": 10}, "before"),
        ({"before": 10, "after": 30, "margin": 5}, "after, before, margin"),
        ({"score": 10}, "score"),
    ],
)
def test_one_question_at_a_time(options, received):
    with pytest.raises(OptionError, match="Ask for a change or for a margin") as caught:
        nps_sample_size(**options)
    assert f"received: {received}\n" in str(caught.value)
