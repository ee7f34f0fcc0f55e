import dataclasses
import json
import math

import numpy as np
import pytest
from scipy import stats

import retentionkit as rk
from retentionkit.clv._value.association import associations
from retentionkit.errors import DataError, KindError, OptionError

TRUTH = rk.clv.GammaGamma(6.0, 4.0, 18.0)


def spenders(beta, size=3_000, seed=1):
    """Customers whose spend per order is that of the model times a power of the orders."""
    rng = np.random.default_rng(seed)
    x = rng.negative_binomial(0.8, 0.3, size)
    scale = TRUTH.v * (1 + x) ** beta / rng.gamma(TRUTH.q, 1.0, size)
    sums = rng.gamma(TRUTH.p * np.maximum(x, 1)) * scale
    money = np.where(x > 0, sums / np.maximum(x, 1), np.nan)
    return rk.PurchaseHistories.from_arrays(
        x, np.where(x > 0, 20.0, 0.0), np.full(size, 30.0), monetary_value=money, unit="week"
    )


@pytest.fixture(scope="module")
def cdnow_independence(cdnow, spend, bgnbd):
    return rk.clv.spend_independence(cdnow, spend_fit=spend, purchases=bgnbd)


# Worked example: CDNOW, Fader, Hardie and Lee (2005): .11 over 946 customers, .06 without one.


def test_the_published_correlation(cdnow_independence):
    found = cdnow_independence
    assert found.pearson.estimate == pytest.approx(0.1139, abs=5e-5)
    assert found.pearson_without_one.estimate == pytest.approx(0.06, abs=5e-3)
    assert found.n_customers == 946
    assert found.pearson.p_value < 0.001
    assert found.pearson_without_one.p_value > 0.05


def test_what_it_says_of_cdnow(cdnow_independence, cdnow):
    found = cdnow_independence
    assert found.elasticity.estimate == pytest.approx(0.2255, abs=5e-4)
    assert found.elasticity.p_value < 1e-6
    assert found.value_change == pytest.approx(-0.043, abs=5e-4)
    assert found.spend_change == pytest.approx(-0.143, abs=5e-4)
    assert "Twice the orders go with +16.9% spend per order (different from 0" in found.verdict
    assert "small, and worth a note" in found.verdict
    assert found.adjusted_spend.shape == (len(cdnow),)
    assert found.to_frame()["measure"].tolist() == [
        "pearson",
        "pearson_without_one",
        "spearman",
        "eta_squared",
        "elasticity",
    ]
    assert "lifetime value -4.3%" in repr(found)
    json.dumps(found.to_dict(), allow_nan=False)


# Reference: scipy.


def test_coefficients_are_those_of_scipy(cdnow_independence, cdnow):
    some = cdnow.frequency > 0
    x, money = cdnow.frequency[some].astype(float), cdnow.monetary_value[some]
    pearson = stats.pearsonr(x, money)
    found = cdnow_independence
    assert found.pearson.estimate == pytest.approx(pearson.statistic, rel=1e-12)
    limits = pearson.confidence_interval(0.95)
    assert found.pearson.interval.low == pytest.approx(limits.low, rel=1e-9)
    assert found.pearson.interval.high == pytest.approx(limits.high, rel=1e-9)
    # Fisher's p-value is close to, not the same as, the exact one of scipy.
    assert found.pearson.p_value == pytest.approx(pearson.pvalue, rel=0.05)
    spearman = stats.spearmanr(x, money)
    assert found.spearman.estimate == pytest.approx(spearman.statistic, rel=1e-12)
    groups = [money[x == level] for level in np.unique(x)]
    f = stats.f_oneway(*groups)
    assert found.eta_squared.p_value == pytest.approx(f.pvalue, rel=1e-9)
    above, below = len(groups) - 1, len(x) - len(groups)
    assert found.eta_squared.estimate == pytest.approx(
        f.statistic * above / (f.statistic * above + below), rel=1e-12
    )
    for limit, level in zip(
        (found.eta_squared.interval.low, found.eta_squared.interval.high),
        (0.975, 0.025),
        strict=True,
    ):
        noncentral = stats.ncf(above, below, limit * len(x) / (1 - limit))
        # The noncentral F of scipy before 1.14 has four digits.
        assert noncentral.cdf(f.statistic) == pytest.approx(level, abs=1e-4)


def test_the_one_customer_is_the_most_influential():
    rng = np.random.default_rng(2)
    x, money = rng.poisson(3.0, 30) + 1.0, rng.gamma(3.0, 10.0, 30)
    each = [stats.pearsonr(np.delete(x, i), np.delete(money, i)).statistic for i in range(len(x))]
    whole = stats.pearsonr(x, money).statistic
    expected = each[int(np.argmax(np.abs(np.array(each) - whole)))]
    found = associations(x, money, 0.95)["pearson_without_one"]
    assert found.estimate == pytest.approx(expected, rel=1e-12)


# Definition: a known dependence is found, and so is what it moves.


@pytest.mark.parametrize("beta", [-0.3, 0.0, 0.4])
def test_a_known_elasticity_is_recovered(beta):
    h = spenders(beta)
    found = rk.clv.spend_independence(h, confidence=0.999)
    assert found.elasticity.interval.low < beta < found.elasticity.interval.high
    assert found.elasticity.interval.high - found.elasticity.interval.low < 0.25
    assert (found.elasticity.p_value < 0.01) == (beta != 0)
    # What customers really spend per order on average, the one-time buyers included.
    truth = TRUTH.mean_spend * (1 + h.frequency) ** beta
    assert found.adjusted_spend.mean() == pytest.approx(truth.mean(), rel=0.05)
    naive = rk.clv.GammaGamma.fit(h).model.expected_spend(h)
    assert found.spend_change == pytest.approx(found.adjusted_spend.mean() / naive.mean() - 1)
    if beta:
        assert abs(naive.mean() / truth.mean() - 1) > 2 * abs(
            found.adjusted_spend.mean() / truth.mean() - 1
        )
        assert "too much to ignore" in found.verdict
    else:
        assert "independence is good enough" in found.verdict
        assert "not told from 0" in found.verdict
        assert "expected spend" in found.verdict
    assert found.value_change is None


def test_the_profile_falls_by_half_a_chi_square():
    h = spenders(0.2, size=800)
    found = rk.clv.spend_independence(h)
    some = h.frequency > 0

    def profile(beta):
        power = (1.0 + h.frequency) ** -beta
        scaled = dataclasses.replace(h, monetary_value=h.monetary_value * power)
        stretch = beta * np.log1p(h.frequency[some]).sum()
        return rk.clv.GammaGamma.fit(scaled).log_likelihood - stretch

    top = profile(found.elasticity.estimate)
    for limit in (found.elasticity.interval.low, found.elasticity.interval.high):
        assert top - profile(limit) == pytest.approx(3.841459 / 2, abs=1e-3)
    ratio = 2 * (top - profile(0.0))
    assert found.elasticity.p_value == pytest.approx(stats.chi2(1).sf(ratio), rel=1e-4)


def test_the_value_change_is_that_of_two_valuations(cdnow_independence, cdnow, bgnbd, spend):
    terms = {"horizon": "12 months", "discount_rate": 0.1}
    before = rk.clv.lifetime_value(bgnbd, spend, cdnow, **terms)
    after = rk.clv.lifetime_value(bgnbd, cdnow_independence.adjusted_spend, cdnow, **terms)
    assert cdnow_independence.value_change == pytest.approx(after.total / before.total - 1)


# Properties.


def test_money_scales_and_weights_count():
    h = spenders(0.2, size=300)
    found = rk.clv.spend_independence(h)
    cents = dataclasses.replace(h, monetary_value=h.monetary_value * 100)
    scaled = rk.clv.spend_independence(cents)
    assert scaled.elasticity.estimate == pytest.approx(found.elasticity.estimate, abs=1e-4)
    assert scaled.spearman.estimate == pytest.approx(found.spearman.estimate, rel=1e-12)
    double = rk.clv.spend_independence(dataclasses.replace(h, weight=np.full(len(h), 2.0)))
    assert double.pearson.estimate == pytest.approx(found.pearson.estimate, rel=1e-9)
    assert double.n_customers == 2 * found.n_customers
    assert double.elasticity.estimate == pytest.approx(found.elasticity.estimate, abs=1e-4)


def test_few_customers_leave_intervals_undefined():
    x, money = np.array([1.0, 2.0, 3.0]), np.array([10.0, 30.0, 20.0])
    found = associations(x, money, 0.95)
    assert math.isnan(found["pearson"].interval.low)
    assert math.isnan(found["eta_squared"].p_value)  # a group for each customer
    assert found["eta_squared"].estimate == 1
    odd = associations(np.array([1.0, 1.0, 1.0, 9.0]), np.array([5.0, 6.0, 7.0, 50.0]), 0.95)
    assert math.isnan(odd["pearson_without_one"].estimate)  # the others bought equally often


def test_a_weak_association_has_a_lower_limit_of_zero():
    rng = np.random.default_rng(4)
    found = associations(rng.integers(1, 4, 60).astype(float), rng.gamma(3.0, 10.0, 60), 0.95)
    assert found["eta_squared"].interval.low == 0
    assert found["eta_squared"].interval.high > found["eta_squared"].estimate * 0.5


def test_an_elasticity_without_an_end_has_no_limit():
    # Three customers say nothing of how spend goes with frequency.
    h = rk.PurchaseHistories.from_arrays(
        [1, 1, 2], [5.0, 5.0, 5.0], [9.0] * 3, monetary_value=[1.0, 90.0, 30.0], unit="week"
    )
    found = rk.clv.spend_independence(h)
    assert math.isnan(found.elasticity.interval.low) or math.isnan(found.elasticity.interval.high)


# Refusals.


def test_the_fit_must_be_one_of_these_data(cdnow, spend, bgnbd):
    with pytest.raises(KindError, match="`spend_fit` is no fit of spend"):
        rk.clv.spend_independence(cdnow, spend_fit=TRUTH)
    with pytest.raises(KindError, match="`spend_fit` is no fit of spend"):
        rk.clv.spend_independence(cdnow, spend_fit=bgnbd)
    with pytest.raises(DataError, match="not the maximum-likelihood fit to these histories"):
        rk.clv.spend_independence(cdnow[:500], spend_fit=spend)
    with pytest.raises(DataError, match="not the maximum-likelihood fit to these histories"):
        rk.clv.spend_independence(cdnow, spend_fit=rk.clv.GammaGamma.fit(cdnow, penalty=1))


def test_frequencies_must_differ():
    h = rk.PurchaseHistories.from_arrays(
        [2] * 5, [5.0] * 5, [9.0] * 5, monetary_value=[10, 20, 30, 40, 50], unit="week"
    )
    with pytest.raises(DataError, match="All repeat buyers have bought equally often"):
        rk.clv.spend_independence(h)


def test_options_are_checked(cdnow):
    with pytest.raises(OptionError, match="`confidence` must lie strictly between"):
        rk.clv.spend_independence(cdnow, confidence=95)
    with pytest.raises(DataError, match="have no monetary value"):
        rk.clv.spend_independence(cdnow.grouped())
