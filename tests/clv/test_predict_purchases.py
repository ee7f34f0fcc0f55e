import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

import retentionkit as rk
from retentionkit.clv._value.ahead import slices_within
from retentionkit.errors import DataError, KindError, OptionError

MODELS = [
    rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week"),
    rk.clv.MBGNBD(0.525, 6.183, 0.891, 1.614, unit="week"),
    rk.clv.NBD(0.385, 12.072, unit="week"),
]
BUYS = MODELS[0]


def few(x=(2, 0, 7, 26), t_x=(30.43, 0.0, 20.0, 30.86), T=(38.86, 38.86, 35.0, 31.0), **more):
    return rk.PurchaseHistories.from_arrays(x, t_x, T, unit="week", **more)


def naive_cdf(model, histories, t, most=4_000):
    """P(N <= n) of each customer, count by count."""
    return np.cumsum(model.conditional_count_pmf(histories, np.arange(most), t), axis=1)


def smallest(cdf, level):
    """The smallest n with P(N <= n) >= level, by looking at each."""
    return [next(n for n, height in enumerate(row) if height >= level) for row in cdf.tolist()]


# Worked example: a model that anybody can check.


def test_nbd_limits_are_the_quantiles_of_a_negative_binomial():
    # After 3 purchases in 10 weeks a rate is Gamma(2 + 3, 5 + 10); 10 weeks ahead the count is
    # negative binomial with r = 5 and success probability 15/25.
    model = rk.clv.NBD(2.0, 5.0, unit="week")
    ahead = rk.clv.predict_purchases(model, few([3], [9.0], [10.0]), horizon=10, confidence=0.9)
    known = nbinom(5, 15 / 25)
    assert (ahead.low[0], ahead.high[0]) == (known.ppf(0.05), known.ppf(0.95)) == (0, 8)
    assert ahead.expected[0] == pytest.approx(10 / 3, rel=1e-14)
    assert ahead.variance[0] == pytest.approx(known.var(), rel=1e-9)
    assert ahead.third_moment[0] == pytest.approx(known.stats("s") * known.std() ** 3, rel=1e-8)
    assert ahead.probability_none[0] == pytest.approx(0.6**5, rel=1e-13)
    assert ahead.definition == (
        "Purchases of each customer after the end of observation, over 10 weeks."
    )
    assert ahead.covers.startswith("90 %: the randomness of purchases at these parameters.")


def test_the_published_cohort(bgnbd, cdnow):
    ahead = rk.clv.predict_purchases(bgnbd, cdnow, horizon="39 weeks")
    assert ahead.total == pytest.approx(1653.409, abs=5e-4)
    chance = ahead.total_interval(uncertainty="randomness")
    parameters = ahead.total_interval(uncertainty="parameters")
    both = ahead.total_interval()
    assert both.low < min(chance.low, parameters.low)
    assert both.high > max(chance.high, parameters.high)
    assert 1653.409 in chance
    assert "1,653.4 (95 %: 1,518.7 to 1,791.3; with uncertain parameters 1,454.6" in repr(ahead)
    frame = ahead.to_frame()
    assert list(frame.columns) == [
        "customer",
        "expected",
        "low",
        "high",
        "probability_none",
        "parameter_standard_error",
    ]
    assert ahead.horizon == 39
    json.dumps(ahead.to_dict(), allow_nan=False)


# Reference: the pmf itself, added up count by count.


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_limits_are_those_of_the_pmf(model, confidence):
    h = few()
    ahead = rk.clv.predict_purchases(model, h, horizon=52, confidence=confidence)
    cdf = naive_cdf(model, h, 52)
    assert ahead.low.tolist() == smallest(cdf, 0.5 - confidence / 2)
    assert ahead.high.tolist() == smallest(cdf, 0.5 + confidence / 2)
    below = np.where(ahead.low > 0, cdf[np.arange(4), np.maximum(ahead.low - 1, 0)], 0.0)
    assert (cdf[np.arange(4), ahead.high] - below >= confidence).all()
    assert ahead.truncation <= 1e-10


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_moments_are_those_of_the_pmf(model):
    h, n = few(), np.arange(4_000)
    pmf = model.conditional_count_pmf(h, n, 52)
    ahead = rk.clv.predict_purchases(model, h, horizon=52)
    mean = pmf @ n
    np.testing.assert_allclose(ahead.expected, mean, rtol=1e-9)
    central = [(pmf * (n - mean[:, None]) ** k).sum(axis=1) for k in (2, 3)]
    # The distribution is cut where 1e-10 of its third moment is left.
    np.testing.assert_allclose(ahead.variance, central[0], rtol=1e-9)
    np.testing.assert_allclose(ahead.third_moment, central[1], rtol=1e-8)
    np.testing.assert_allclose(ahead.probability_none, pmf[:, 0], rtol=1e-12)
    np.testing.assert_allclose(ahead.standard_deviation, np.sqrt(central[0]), rtol=1e-9)


def test_standard_errors_are_those_of_a_valuation_without_money(bgnbd, cdnow):
    # At one of money per purchase and no discounting a value is the number of purchases.
    ahead = rk.clv.predict_purchases(bgnbd, cdnow, horizon=39)
    value = rk.clv.lifetime_value(bgnbd, 1.0, cdnow, horizon=39, discount_rate=0)
    np.testing.assert_allclose(
        ahead.parameter_standard_error, value.standard_error, rtol=1e-5, atol=1e-12
    )
    assert ahead.total_parameter_standard_error == pytest.approx(
        value.total_standard_error, rel=1e-6
    )


# Definition: simulation.


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_what_happens_lies_between_the_limits(model):
    one, draws = few([4], [20.0], [30.0]), 20_000
    many = few([4] * draws, [20.0] * draws, [30.0] * draws)
    made = np.bincount(model.simulate_ahead(many, 40, rng=3).customer, minlength=draws)
    ahead = rk.clv.predict_purchases(model, one, horizon=40, confidence=0.8)
    inside = ((made >= ahead.low) & (made <= ahead.high)).mean()
    error = 4 * math.sqrt(0.8 * 0.2 / draws)
    assert inside > 0.8 - error
    assert abs(made.mean() - ahead.expected[0]) < 4 * made.std() / math.sqrt(draws)
    assert made.var() == pytest.approx(ahead.variance[0], rel=0.06)  # 4 standard errors, about
    assert abs((made == 0).mean() - ahead.probability_none[0]) < 2 / math.sqrt(draws)


def test_totals_lie_within_their_interval():
    # 60 customers, 4,000 times: the share inside is known to 0.5 %; the shape costs less.
    rng, draws, size = np.random.default_rng(8), 4_000, 60
    x = rng.integers(0, 5, size)
    t_x = np.where(x > 0, 20.0, 0.0)
    h = few(x, t_x, np.full(size, 30.0))
    again = few(np.tile(x, draws), np.tile(t_x, draws), np.full(size * draws, 30.0))
    made = np.bincount(BUYS.simulate_ahead(again, 30, rng=rng).customer // size, minlength=draws)
    interval = rk.clv.predict_purchases(BUYS, h, horizon=30).total_interval(
        confidence=0.9, uncertainty="randomness"
    )
    inside = ((made >= interval.low) & (made <= interval.high)).mean()
    assert inside == pytest.approx(0.9, abs=0.02)
    for tail in ((made < interval.low).mean(), (made > interval.high).mean()):
        assert tail == pytest.approx(0.05, abs=0.015)


def test_mixed_limits_are_those_of_the_average_over_parameters(bgnbd, cdnow):
    h, draws = cdnow[:40], 30
    ahead = rk.clv.predict_purchases(
        bgnbd, h, horizon=39, confidence=0.9, parameters="mixed", draws=draws, rng=5
    )
    values = bgnbd.model.parameters()
    spread = bgnbd.covariance / np.outer(values, values)
    rng = np.random.default_rng(5)
    moves = rng.multivariate_normal(np.zeros(4), spread, draws, method="eigh")
    cdf = np.mean(
        [
            naive_cdf(rk.clv.BGNBD(*row, unit="week"), h, 39, most=200)
            for row in values * np.exp(moves)
        ],
        axis=0,
    )
    assert ahead.low.tolist() == smallest(cdf, 0.05)
    assert ahead.high.tolist() == smallest(cdf, 0.95)
    assert ahead.covers.endswith("and the uncertainty of the parameters (Laplace draws), mixed.")


def test_uncertain_parameters_widen_mixed_limits():
    h = rk.clv.BGNBD(0.8, 6.0, 0.9, 2.0, unit="week").simulate([40.0] * 60, rng=4).to_histories()
    fit = rk.clv.BGNBD.fit(h, penalty=0.5)
    customers = h[h.frequency > 2]
    apart = rk.clv.predict_purchases(fit, customers, horizon=100, confidence=0.99)
    mixed = rk.clv.predict_purchases(
        fit, customers, horizon=100, confidence=0.99, parameters="mixed", rng=1
    )
    assert (mixed.high - mixed.low).sum() > (apart.high - apart.low).sum()
    assert apart.expected.tolist() == mixed.expected.tolist()


# Properties.


@given(
    x=st.integers(0, 60),
    share=st.floats(0.05, 1),
    T=st.floats(1, 300),
    t=st.floats(0, 200),
    r=st.floats(0.05, 20),
    alpha=st.floats(0.1, 100),
    a=st.floats(0.05, 10),
    b=st.floats(0.05, 10),
)
@settings(max_examples=40)
def test_any_customer(x, share, T, t, r, alpha, a, b):
    model = rk.clv.BGNBD(r, alpha, a, b, unit="week")
    h = few([x], [share * T if x else 0.0], [T])
    ahead = rk.clv.predict_purchases(model, h, horizon=t)
    low, high = ahead.low[0], ahead.high[0]
    assert 0 <= low <= high
    within = model.conditional_count_pmf(h, np.arange(low, high + 1), t).sum()
    assert within >= 0.95 - 1e-9
    assert 0 <= ahead.probability_none[0] <= 1
    assert ahead.variance[0] >= 0
    assert ahead.truncation < 1e-8


def test_rows_are_customers_whoever_stands_beside_them(bgnbd, cdnow):
    whole = rk.clv.predict_purchases(bgnbd, cdnow, horizon=39)
    order = np.random.default_rng(1).permutation(len(cdnow))[:500]
    part = rk.clv.predict_purchases(bgnbd, cdnow[order], horizon=39)
    assert part.customer.tolist() == cdnow.customer[order].tolist()
    assert part.low.tolist() == whole.low[order].tolist()
    assert part.high.tolist() == whole.high[order].tolist()
    np.testing.assert_allclose(part.variance, whole.variance[order], rtol=1e-12)


def test_units_and_weights(bgnbd, cdnow):
    whole = rk.clv.predict_purchases(bgnbd, cdnow, horizon=39)
    days = rk.clv.predict_purchases(bgnbd, cdnow.in_unit("day"), horizon="273 days")
    assert days.high.tolist() == whole.high.tolist()
    grouped = rk.clv.predict_purchases(bgnbd, cdnow.grouped(), horizon=39)
    assert grouped.customer is None
    assert "customer" not in grouped.to_frame().columns
    assert grouped.total == pytest.approx(whole.total, rel=1e-12)
    assert grouped.total_standard_deviation == pytest.approx(
        whole.total_standard_deviation, rel=1e-12
    )
    found, expected = grouped.total_interval(), whole.total_interval()
    assert found.low == pytest.approx(expected.low, rel=1e-7)
    assert found.high == pytest.approx(expected.high, rel=1e-7)


def test_busy_customers_and_many_blocks():
    # Some 3,000 purchases ahead, each pair (x, T) in a block of its own.
    x = [2_900, 3_000, 3_100]
    h = few(x, [999.0] * 3, [1_000.0] * 3)
    ahead = rk.clv.predict_purchases(MODELS[2], h, horizon=1_000)
    known = nbinom(0.385 + np.array(x), (12.072 + 1_000) / (12.072 + 2_000))
    # A quantile of thousands may differ by one where the summed pmf has lost its 12th digit.
    np.testing.assert_allclose(ahead.low, known.ppf(0.025), atol=1)
    np.testing.assert_allclose(ahead.high, known.ppf(0.975), atol=1)
    np.testing.assert_allclose(ahead.variance, known.var(), rtol=1e-8)


def test_slices_keep_within_a_budget():
    sizes = np.array([1.0, 2.0, 50.0, 3.0, 3.0, 3.0])
    found = [(part.start, part.stop) for part in slices_within(sizes, 9.0)]
    assert found == [(0, 2), (2, 3), (3, 6)]


def test_nobody_ahead_and_no_time():
    ahead = rk.clv.predict_purchases(BUYS, few(), horizon=0)
    assert ahead.high.tolist() == [0, 0, 0, 0]
    assert ahead.total == 0.0
    assert ahead.probability_none.tolist() == [1, 1, 1, 1]
    interval = ahead.total_interval(uncertainty="randomness")
    assert interval.low == pytest.approx(0, abs=1e-12)
    assert interval.high == pytest.approx(0, abs=1e-12)
    # A customer who is certainly gone: 400 purchases and then a year of silence.
    gone = rk.clv.predict_purchases(BUYS, few([400], [10.0], [2_000.0]), horizon=52)
    assert gone.high[0] == 0


def test_without_a_fit_there_is_no_uncertain_parameter():
    ahead = rk.clv.predict_purchases(BUYS, few(), horizon=39)
    assert ahead.loadings is None
    assert np.isnan(ahead.parameter_standard_error).all()
    assert math.isnan(ahead.total_parameter_standard_error)
    assert math.isnan(ahead.total_interval().low)
    assert math.isnan(ahead.total_interval(uncertainty="parameters").low)
    assert "uncertain parameters" not in repr(ahead)
    assert "parameter_standard_error" not in ahead.to_frame().columns


def test_results_cannot_be_changed(bgnbd, cdnow):
    ahead = rk.clv.predict_purchases(bgnbd, cdnow[:5], horizon=39)
    for name in ("expected", "low", "high", "probability_none", "loadings", "customer", "weight"):
        assert not getattr(ahead, name).flags.writeable
    assert len(ahead) == 5


# Refusals.


def test_options_are_checked(bgnbd):
    with pytest.raises(OptionError, match="`confidence` is too near to 1"):
        rk.clv.predict_purchases(BUYS, few(), horizon=39, confidence=1 - 1e-7)
    with pytest.raises(OptionError, match="`confidence` must lie strictly between"):
        rk.clv.predict_purchases(BUYS, few(), horizon=39, confidence=95)
    with pytest.raises(OptionError, match="`parameters` is not one of its choices"):
        rk.clv.predict_purchases(bgnbd, few(), horizon=39, parameters="both")
    with pytest.raises(OptionError, match="`draws` must be a finite number"):
        rk.clv.predict_purchases(bgnbd, few(), horizon=39, parameters="mixed", draws=0)
    with pytest.raises(OptionError, match="`horizon`"):
        rk.clv.predict_purchases(BUYS, few(), horizon=-1)
    with pytest.raises(OptionError, match="`uncertainty` is not one of its choices"):
        rk.clv.predict_purchases(BUYS, few(), horizon=1).total_interval(uncertainty="none")


def test_only_fits_have_parameters_to_mix_in(bgnbd):
    with pytest.raises(OptionError, match="model without a fit has no uncertain parameters"):
        rk.clv.predict_purchases(BUYS, few(), horizon=39, parameters="mixed")
    lost = dataclasses.replace(bgnbd, covariance=np.full((4, 4), np.nan), limit="no dropout")
    with pytest.raises(DataError, match="no normal approximation to draw from"):
        rk.clv.predict_purchases(lost, few(), horizon=39, parameters="mixed")
    apart = rk.clv.predict_purchases(lost, few(), horizon=39)
    assert apart.loadings is None


def test_a_horizon_can_be_too_long():
    with pytest.raises(OptionError, match="horizon is too long for a distribution"):
        rk.clv.predict_purchases(MODELS[2], few([26], [30.0], [31.0]), horizon=1e7)


def test_other_things_are_refused(spend):
    with pytest.raises(KindError, match="`purchases` is no model of purchases"):
        rk.clv.predict_purchases(spend, few(), horizon=39)
    with pytest.raises(KindError, match="reads purchase histories"):
        rk.clv.predict_purchases(BUYS, [1, 2, 3], horizon=39)
