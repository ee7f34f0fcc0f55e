"""Estimates and results of other rooms as figures of a comparison."""

import dataclasses
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import retentionkit as rk
from retentionkit.errors import DataError, KindError, OptionError
from retentionkit.intervals import share
from retentionkit.results import Estimate, Interval

rates, means = rk.compare.rates, rk.compare.means
BEFORE = rk.surveys.CSAT.from_counts({2: 42, 4: 58})
AFTER = rk.surveys.CSAT.from_counts({2: 11, 5: 89})


def limits(estimate):
    return estimate.interval.low, estimate.interval.high


# -- worked example --------------------------------------------------------------------------------


def test_satisfaction_before_and_after():
    found = rates(BEFORE, AFTER)
    assert found.equals(rates((58, 100), (89, 100)))
    assert found.equals(rates(BEFORE.share, AFTER.share))
    scores = means(BEFORE, AFTER)
    one, two = [2] * 42 + [4] * 58, [2] * 11 + [5] * 89
    assert scores.p_value == pytest.approx(stats.ttest_ind(two, one, equal_var=False).pvalue)
    assert scores.difference.value == pytest.approx(np.mean(two) - np.mean(one))


def test_rates_of_service():
    one = rk.service.conversion_rate(28, n=140)
    assert rates(one, (45, 150)).equals(rates((28, 140), (45, 150)))
    assert rates((45, 150), one.rate).equals(rates((45, 150), (28, 140)))


# -- reference -------------------------------------------------------------------------------------

COUNTS = st.integers(1, 80).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS, COUNTS, st.sampled_from([0.5, 0.9, 0.99]))
def test_a_share_is_as_good_as_its_numbers(first, second, confidence):
    made = share(*first, definition="Some.", confidence=confidence)
    found, expected = rates(made, second), rates(first, second)
    assert limits(found.difference) == pytest.approx(limits(expected.difference), abs=1e-9)
    assert limits(found.first) == pytest.approx(limits(expected.first), abs=1e-9)
    assert found.required_n == expected.required_n


# -- definition ------------------------------------------------------------------------------------


def test_weights_count_as_in_the_estimate_itself():
    rng = np.random.default_rng(3)
    answers, weights = rng.integers(1, 6, 200), rng.lognormal(0, 0.8, 200)
    weighted = rk.surveys.csat(answers, weights=weights)
    found = rates(weighted, (120, 200))
    assert limits(found.first) == pytest.approx(limits(weighted.share), abs=1e-9)
    assert found.first.n == 200
    plain = rates((round(200 * weighted.share.value), 200), (120, 200))
    width = np.diff(limits(found.difference))
    assert width > np.diff(limits(plain.difference))
    # As many more customers are needed as they count for less.
    assert found.required_n.with_power > plain.required_n.with_power


def test_a_standard_error_alone_tells_a_number_of_customers():
    wald = Estimate(0.3, 0.05, Interval(0.202, 0.398, 0.95), 500, "Of a sample of clusters.")
    found = rates(wald, (40, 100))
    assert found.first.standard_error == pytest.approx(0.05, rel=1e-12)
    assert limits(found.first) == pytest.approx(wilson_by_hand(0.3, 84), rel=1e-9)  # 0.21 / 0.05²


def wilson_by_hand(p, n):
    z = stats.norm.ppf(0.975)
    middle, half = p + z**2 / 2 / n, z * math.sqrt(p * (1 - p) / n + z**2 / 4 / n**2)
    return (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)


# -- properties ------------------------------------------------------------------------------------


def test_the_kind_of_frame_is_that_of_the_result():
    answers = pl.Series([1, 5, 4, 2, 5])
    frame = pl.DataFrame({"converted": [1, 0, 1]})
    one = rk.service.conversion_rate(frame, converted="converted")
    assert isinstance(rates(one, (1, 3)).to_frame(), pl.DataFrame)
    assert rk.surveys.csat(answers).n == rates(rk.surveys.csat(answers), (1, 3)).first.n


# -- refusals --------------------------------------------------------------------------------------


def test_refusals():
    unsure = Estimate(0.3, math.nan, Interval(math.nan, math.nan, 0.95), 5, "Of one cluster.")
    with pytest.raises(DataError, match="has no standard error"):
        rates(unsure, (1, 2))
    with pytest.raises(DataError, match="has no standard error"):
        means(unsure, (1.0, 2.0, 3))
    with pytest.raises(OptionError, match="Pass an estimate of a share"):
        rates(BEFORE.mean, (1, 2))
    with pytest.raises(OptionError, match="finite number"):
        rates(Estimate(math.nan, math.nan, Interval(math.nan, math.nan, 0.95), 0, "None."), (1, 2))
    with pytest.raises(KindError, match="an Estimate of a share or a result"):
        rates(rk.surveys.NPS.from_counts(promoters=1, passives=1, detractors=1), (1, 2))
    with pytest.raises(KindError, match="needs the values"):
        rates(BEFORE, AFTER, paired=True)


def test_clusters_keep_their_degrees_of_freedom():
    rng = np.random.default_rng(2)
    answers, clusters = rng.integers(1, 6, 100), np.repeat(range(5), 20)
    told = rk.surveys.csat(answers, clusters=clusters).mean
    found = rk.compare.means(told, told)
    assert found.first.interval.low == pytest.approx(told.interval.low, rel=1e-6)
    # Welch's degrees of freedom of two equal errors of 4 are 8.
    half = float(stats.t.ppf(0.975, 8)) * told.standard_error * np.sqrt(2)
    assert found.difference.interval.high == pytest.approx(half, rel=1e-6)
    assert "tell of weights or clusters" in found.definition
    plain = rk.surveys.csat(answers).mean
    assert "independent" in rk.compare.means(plain, plain).definition
    share = rk.surveys.csat(answers, clusters=clusters).share
    assert "tell of weights or clusters" in rk.compare.rates((5, 9), share).definition
    data = rk.compare.means(answers, answers)
    assert rk.compare.means(plain, plain).difference.interval.high == pytest.approx(
        data.difference.interval.high, rel=1e-9
    )
    unknown = dataclasses.replace(plain, interval=Interval(np.nan, np.nan, 0.95))
    assert rk.compare.means(unknown, unknown).difference.interval.high == pytest.approx(
        data.difference.interval.high, rel=1e-9
    )


def test_several_complaints_of_one_order_are_no_share():
    told = rk.service.complaint_rate(5, base=1000, per="order", several=True)
    with pytest.raises(KindError, match="it is no share"):
        rk.compare.rates(told, told)
