"""One question, asked through several doors, has one answer."""

import numpy as np
import pytest

import retentionkit as rk

pytestmark = pytest.mark.filterwarnings("ignore::retentionkit.errors.RetentionKitWarning")


@pytest.fixture(scope="module")
def answers():
    return rk.datasets.simulate_survey(300)


@pytest.fixture(scope="module")
def waves(answers):
    return [answers[answers["wave"] == wave] for wave in (1, 2)]


def test_a_change_of_nps(answers, waves):
    change = rk.surveys.nps_change(*(wave["recommend"] for wave in waves))
    trend = rk.surveys.nps_trend(answers, score="recommend", wave="wave")
    scores = [rk.surveys.nps(wave["recommend"]) for wave in waves]
    compared = rk.compare.nps(*scores)
    wanted = (change.interval.low, change.interval.high)
    assert (trend.change_low[1], trend.change_high[1]) == pytest.approx(wanted, abs=1e-9)
    found = compared.difference.interval
    assert (found.low, found.high) == pytest.approx(wanted, abs=1e-9)
    assert trend.p_value[1] == pytest.approx(change.p_value, rel=1e-9)
    assert compared.p_value == pytest.approx(change.p_value, rel=1e-6)
    other = rk.surveys.nps_trend({"1": scores[0], "2": scores[1]})
    assert other.change_low[1] == pytest.approx(wanted[0], abs=1e-9)


def test_a_change_of_nps_in_clusters():
    rng = np.random.default_rng(3)
    scores = [
        rk.surveys.nps(rng.integers(4, 11, 60), clusters=np.repeat(range(6), 10)) for _ in range(2)
    ]
    change = rk.surveys.nps_change(*scores).interval
    trend = rk.surveys.nps_trend({"1": scores[0], "2": scores[1]})
    compared = rk.compare.nps(*scores).difference.interval
    assert (trend.change_low[1], trend.change_high[1]) == pytest.approx((change.low, change.high))
    assert (compared.low, compared.high) == pytest.approx((change.low, change.high))


def test_answers_that_are_needed():
    needed = rk.surveys.nps_sample_size(38, 62, passives=0.2)
    compared = rk.compare.nps(38, 62, passives=0.2).required_n
    assert (needed.for_interval, needed.for_power) == (72, 146)
    assert (compared.interval, compared.with_power) == (72, 146)


def test_the_score_of_a_group(answers):
    groups = rk.surveys.nps_by(answers, score="recommend", by="segment")
    for name, rows in answers.groupby("segment"):
        alone = rk.surveys.nps(rows["recommend"])
        assert groups.group(name).score == alone.score
        assert groups.group(name).interval == alone.interval
    assert groups.total.score == rk.surveys.nps(answers["recommend"]).score


def test_a_rate_against_another(waves):
    first, second = ((int(wave["returned"].sum()), len(wave)) for wave in waves)
    found = rk.compare.rates(first, second)
    benchmark = rk.service.against_benchmark(
        second, benchmark=first[0] / first[1], benchmark_n=first[1]
    )
    assert benchmark.points.interval == found.difference.interval
    assert benchmark.p_value == found.p_value
    data = rk.compare.rates(*(wave["returned"] for wave in waves))
    assert data.difference.interval == found.difference.interval


def test_satisfaction_and_what_followed(answers):
    joint = rk.surveys.satisfaction_loyalty(answers["satisfaction"], answers["returned"])
    curve = rk.surveys.linkage_curve(answers["satisfaction"], answers["returned"])
    conversion = rk.service.conversion_rate(
        answers, converted="returned", by="satisfaction"
    ).to_frame()
    np.testing.assert_allclose(curve.value, conversion["rate"], rtol=1e-12)
    table = joint.to_frame()
    by_answer = table[table["by"] == "answer"]
    np.testing.assert_allclose(by_answer["stay_rate"], curve.value, rtol=1e-12)


def test_a_share_of_satisfied(waves):
    first, second = (rk.surveys.csat(wave["satisfaction"]) for wave in waves)
    found = rk.compare.rates(first, second)
    counted = rk.compare.rates(
        *((int((wave["satisfaction"] >= 4).sum()), len(wave)) for wave in waves)
    )
    assert found.difference.interval.low == pytest.approx(counted.difference.interval.low)
    stages = rk.surveys.satisfaction_stage(waves[0]["satisfaction"])
    assert stages.share("satisfied").value == first.share.value


def test_the_value_of_a_chain_and_of_drivers(answers):
    options = {"outcome": "satisfaction", "items": ["perceived_value", "attachment"]}
    driven = rk.surveys.drivers(answers, **options)
    chain = rk.surveys.value_chain(
        answers,
        perceived_value="perceived_value",
        satisfaction="satisfaction",
        repurchase="returned",
    )
    # With two items, the share of one is the mean of what it adds first and last.
    r = answers[["satisfaction", *options["items"]]].corr().to_numpy()
    alone, other, between = r[0, 1], r[0, 2], r[1, 2]
    both = (alone**2 + other**2 - 2 * alone * other * between) / (1 - between**2)
    expected = (alone**2 + both - other**2) / 2
    assert driven.estimate("importance", "perceived_value").value == pytest.approx(expected)
    assert chain.links[0].association == pytest.approx(alone)
