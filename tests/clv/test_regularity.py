import dataclasses
import json
from itertools import combinations
from math import comb

import numpy as np
import pytest
from scipy.special import digamma

import retentionkit as rk
from retentionkit.clv._evaluation.regularity import _rounding, regularity_note
from retentionkit.errors import DataError, KindError, OptionError

REGULAR = "a silence says more than these models read into it, and forecasts tend to run high."


def times(shape, mean, n=3_000, window=540.0, seed=1):
    """Purchase moments in days of customers whose gaps are Erlang, with rates of their own."""
    rng = np.random.default_rng(seed)
    for rate in rng.gamma(4, 1 / (4 * mean), n):
        gaps = rng.gamma(shape, 1 / (shape * rate), int(2 * window * rate) + 20)
        at = rng.random() + np.append(0, np.cumsum(gaps))
        yield at[at < window]


def histories(events, **options):
    """Histories in days of each customer's purchases."""
    rows = [(len(at) - 1, at[-1] - at[0], np.log(np.diff(at)).sum()) for at in events]
    x, t_x, log_gaps = (np.array(column) for column in zip(*rows, strict=True))
    return rk.PurchaseHistories.from_arrays(
        x, t_x, np.maximum(t_x, 540), unit="day", log_gaps=log_gaps, **options
    )


def by_day(events):
    return [np.unique(np.floor(at)) for at in events]


def wheat_morrison(events):
    """Shape from the share M of the first of two gaps: Var M = 1 / (4 (2 k + 1))."""
    M = np.array([np.diff(at)[0] / (at[2] - at[0]) for at in events if len(at) > 2])
    return (1 - 4 * M.var()) / (8 * M.var())


# Worked example: CDNOW, nearly random.


@pytest.fixture(scope="module")
def gaps(log):
    return rk.purchase_histories(log, as_of="1997-09-30", unit="week", log_gaps=True)


def test_cdnow_is_nearly_random(gaps):
    found = rk.clv.regularity(gaps)
    assert found.shape == pytest.approx(1, abs=0.1)
    assert found.n_customers == (gaps.frequency >= 2).sum() == 507
    assert found.verdict == (
        "Purchases are slightly more in bursts than random (k ≈ 0.93); the models bear that."
    )
    assert "507" in repr(found)
    assert list(found.to_frame().columns) == ["shape", "low", "high", "p_value"]
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["n_customers"] == 507
    assert regularity_note(gaps) == []


# Reference: the statistic of Wheat and Morrison, of the first two gaps only.


@pytest.mark.parametrize("shape", [0.7, 1, 2, 10])
def test_the_shape_of_simulated_moments(shape):
    events = list(times(shape, 20))
    found = rk.clv.regularity(histories(events), confidence=0.9999)
    assert shape in found.interval
    assert found.shape == pytest.approx(shape, rel=0.03)  # four standard errors of 0.7 %
    # The twin reads one share of each customer: a standard error of about 3 % of k + 1/2.
    assert wheat_morrison(events) == pytest.approx(found.shape, rel=0.15)
    assert (found.p_value < 1e-6) == (shape != 1)


@pytest.mark.parametrize(("shape", "mean"), [(1, 4), (1, 10), (1, 40), (2, 10), (2, 40), (10, 40)])
def test_days_are_not_taken_for_regularity(shape, mean):
    """Known days in place of moments: unbiased where random, within 3 % where regular."""
    days = histories(by_day(times(shape, mean)))
    found = rk.clv.regularity(days)
    assert found.shape == pytest.approx(shape, rel=0.03)
    assert shape != 1 or found.p_value > 0.01
    # Without the correction, random purchases every 4 days look much more regular.
    moments = rk.clv.regularity(dataclasses.replace(days, grain=None))
    assert moments.shape > found.shape


# Definition.


def test_the_mean_of_random_days_by_counting():
    """Every choice of x - 1 days among the D - 1 between is equally likely."""
    x, D = np.array([2.0, 3, 4, 7, 3]), np.array([9.0, 12, 9, 7, 3])
    expected = []
    for many, days in zip(x.astype(int), D.astype(int), strict=True):
        total = sum(
            np.log(np.diff([0, *chosen, days]) / days).sum()
            for chosen in combinations(range(1, days), many - 1)
        )
        moments = many * (digamma(1) - digamma(many))
        expected.append(total / comb(days - 1, many - 1) - moments)
    np.testing.assert_allclose(_rounding(x, D), expected, rtol=1e-10)


def test_p_values_of_random_purchases_are_even():
    p = [
        rk.clv.regularity(histories(by_day(times(1, 15, n=100, seed=seed)))).p_value
        for seed in range(200)
    ]
    # Share below 5 %: a standard error of 1.5 points.
    assert 0.005 < np.mean(np.array(p) < 0.05) < 0.11
    assert np.mean(p) == pytest.approx(0.5, abs=0.08)


# Properties.


def test_units_weights_and_order_do_not_matter(gaps):
    one = rk.clv.regularity(gaps)
    rows = np.random.default_rng(1).permutation(len(gaps))
    for other in (gaps.in_unit("day"), gaps.grouped(), gaps[rows]):
        found = rk.clv.regularity(other)
        assert found.shape == pytest.approx(one.shape, rel=1e-9)
        assert found.interval.low == pytest.approx(one.interval.low, rel=1e-9)
        assert found.p_value == pytest.approx(one.p_value, rel=1e-6)


def test_the_verdict_says_what_it_means_for_the_models():
    said = {
        shape: rk.clv.regularity(histories(times(shape, 20, n=1_000))).verdict
        for shape in (0.5, 1, 1.2, 2)
    }
    assert said[0.5].startswith("Purchases come in bursts (k ≈ 0.5")
    assert said[1].startswith("Purchases are as random as the models have it (k ≈ 1")
    assert said[1.2].startswith("Purchases are slightly more regular than random (k ≈ 1.2)")
    assert said[2] == f"Purchases are more regular than random (k ≈ 2): {REGULAR}"


def test_the_clock():
    weekly = histories([np.arange(0.0, 70, 7)] * 5, weight=[1, 2, 1, 1, 1])
    found = rk.clv.regularity(weekly)
    assert found.shape == np.inf
    assert np.isnan([found.interval.low, found.interval.high]).all()
    assert found.p_value < 0.05  # six customers
    assert found.verdict == (
        "All gaps of a customer are equal: a silence says more than these models read into it."
    )
    assert regularity_note(weekly) == [found.verdict]
    assert found.to_dict()["shape"] is None


def test_compare_models_tells_of_regular_purchases():
    events = by_day(times(2, 20, n=400))
    found = rk.clv.compare_models(histories(events), models=("NBD",))
    assert found.recommendation.endswith(f"than random (k ≈ 2): {REGULAR}")
    random = rk.clv.compare_models(histories(by_day(times(1, 20, n=400))), models=("NBD",))
    assert "regular" not in random.recommendation
    once = rk.PurchaseHistories.from_arrays([0, 1], [0, 9], [9, 9], unit="day", log_gaps=[0, 2.2])
    assert regularity_note(once) == []


# Refusals.


def test_histories_without_gaps_are_refused(cdnow, gaps):
    with pytest.raises(DataError, match="Regularity cannot be told") as error:
        rk.clv.regularity(cdnow)
    assert "log_gaps=True" in str(error.value)
    with pytest.raises(DataError, match="Regularity cannot be told") as error:
        rk.clv.regularity(gaps[gaps.frequency < 2])
    assert "no customer with two repeat purchases" in str(error.value)
    with pytest.raises(KindError, match="reads purchase histories"):
        rk.clv.regularity([1, 2])
    with pytest.raises(OptionError, match="confidence"):
        rk.clv.regularity(gaps, confidence=95)
