import dataclasses
import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betaln, roots_jacobi
from scipy.stats import beta as beta_distribution

import retentionkit as rk
from donations import DONORS, GAVE, donors
from retentionkit.clv._fitting.bgbb_likelihood import BGBBLikelihood
from retentionkit.errors import DataError, KindError, OptionError

ROUNDED = rk.clv.BGBB(1.20, 0.75, 0.66, 2.78, unit="year")
EXACT = json.loads((Path(__file__).parents[1] / "reference" / "bgbb.json").read_text("utf-8"))


def one(x, t_x, n, unit="year"):
    return rk.OpportunityHistories.from_arrays(x, t_x, n, unit=unit)


def yearly(delta):
    """The effective rate of a continuous rate per year."""
    return math.expm1(delta)


@pytest.fixture(scope="module")
def charity():
    return donors()


@pytest.fixture(scope="module")
def bgbb(charity):
    return rk.clv.BGBB.fit(charity)


# Worked example: Fader, Hardie and Shang (2010), and the exact optimum of its likelihood.


def test_estimates_are_the_published_ones(bgbb):
    assert bgbb.model.parameters().round(3).tolist() == [1.204, 0.750, 0.657, 2.783]
    assert round(bgbb.log_likelihood, 1) == -33225.6
    assert bgbb.n_customers == 11_104
    assert bgbb.limit is None


def test_estimates_are_the_exact_optimum(bgbb):
    # Independent optimum to nine decimals; 1e-8 leaves room for the last of them.
    expected = [1.203522351, 0.749716358, 0.656718209, 2.783442235]
    np.testing.assert_allclose(bgbb.model.parameters(), expected, rtol=1e-8)
    assert bgbb.log_likelihood == pytest.approx(-33225.581274, abs=1e-6)
    errors = [row.standard_error for row in bgbb.parameters.values()]
    printed = [0.0693914, 0.0294477, 0.0510099, 0.3208190]
    np.testing.assert_allclose(errors, printed, rtol=0, atol=1e-7)  # their last digit


def test_expected_purchases_of_a_new_customer(bgbb):
    found = bgbb.model.expected_purchases(np.arange(12))
    sheet = [0.4985, 0.9233, 1.2969, 1.6323, 1.9381, 2.2202, 2.4826, 2.7285, 2.9603, 3.1798, 3.3887]
    np.testing.assert_allclose(found[1:], sheet, atol=5e-5)  # four decimals
    exact = [0.4985426899, 0.923348841, 1.938137484, 3.179829028, 3.388654232]
    np.testing.assert_allclose(found[[1, 2, 5, 10, 11]], exact, rtol=1e-8)
    assert found[0] == 0
    assert bgbb.model.expected_purchases("11 years") == found[11]


def test_five_years_ahead(bgbb, charity):
    ahead = bgbb.model.conditional_expected_purchases(charity, "5 years") @ charity.weight
    assert ahead == pytest.approx(12_884.1568, abs=5e-5)
    two = one([0, 4], [0, 5], [6, 6])
    found = bgbb.model.conditional_expected_purchases(two, 10)
    np.testing.assert_allclose(found, [0.1302181, 3.6279677], rtol=0, atol=5e-8)


def test_alive_in_the_seventh_year(bgbb):
    # The paper asks who is alive *in* 2002, the opportunity after the six that were seen.
    h = one([0, 2, 6], [0, 4, 6], [6, 6, 6])
    found = bgbb.model.probability_alive(h, after=1)
    np.testing.assert_allclose(found, [0.108133, 0.589657, 0.930434], rtol=0, atol=5e-7)
    assert found.round(2).tolist() == [0.11, 0.59, 0.93]
    assert bgbb.model.probability_alive(h)[2] == 1.0  # she gave in the sixth year


def test_discounted_expectation():
    def found(h):
        return ROUNDED.discounted_expected_purchases(h, discount_rate=0.10)

    assert found(one(3, 4, 6))[0] == pytest.approx(1.621379186, rel=1e-9)
    printed = [1.8020448, 2.62115607, 3.44026734, 4.25937861, 5.07848989, 5.89760116]
    regular = one([1, 2, 3, 4, 5, 6], [6] * 6, [6] * 6)
    np.testing.assert_allclose(found(regular), printed, rtol=0, atol=5e-8)


def test_tracking_year_by_year(charity):
    # Printed by the R package BTYD for its own optimum, three decimals.
    model = rk.clv.BGBB(1.203528, 0.749726, 0.656781, 2.783796)
    expected = charity.n_customers * np.diff(model.expected_purchases(np.arange(12)))
    printed = [5535.833, 4717.059, 4147.621, 3724.665, 3395.888, 3131.647]
    printed += [2913.778, 2730.482, 2573.731, 2437.854, 2318.727]
    # Its parameters are printed to six decimals, which moves these by some 1e-3.
    np.testing.assert_allclose(expected, printed, rtol=1e-6)
    assert sum(GAVE[:6]) == charity.frequency @ charity.weight
    # Every year of the holdout but the last comes within 8 %.
    np.testing.assert_allclose(expected[6:10], GAVE[6:10], rtol=0.08)


def test_frequencies_of_the_donors(bgbb):
    # Hardie's sheet, one decimal: 3,454.9 donors without a gift, 1,253.1 with six.
    expected = 11_104 * bgbb.model.count_pmf(np.arange(8), 6)
    assert expected[[0, 6]].round(1).tolist() == [3454.9, 1253.1]
    assert expected[7] == 0
    given_nothing = sum(n for (x, _), n in DONORS.items() if x == 0)
    assert abs(given_nothing - expected[0]) < 10


# Reference: mpmath at 50 digits, tests/reference/generate_bgbb.py.


def answer(function, parameters, history, t, number):
    """What the library says to a row of the table."""
    model = rk.clv.BGBB(*parameters, unit="year")
    known = () if history is None else (one(*history),)
    method = getattr(model, function)
    if function == "discounted_expected_purchases":
        h = known[0] if known else None
        return method(h, discount_rate=yearly(number), horizon=t)[0]
    if function == "probability_alive":
        return method(*known, after=t)[0]
    asked = [value for value in (number, t) if value is not None]
    return np.ravel(method(*known, *asked))[0]


@pytest.mark.parametrize(
    ("name", "tolerance"),
    [
        # Partial sums of logarithms reach 2e5 in the corners of this grid, and double precision
        # keeps them to 3e-11: that is what a probability or an expectation may be off by.
        ("probability_alive", 1e-10),
        ("probability_active", 1e-10),
        ("expected_purchases", 1e-10),
        ("conditional_expected_purchases", 1e-10),
        ("discounted_expected_purchases", 1e-10),
        ("count_pmf", 1e-10),
        ("conditional_count_pmf", 1e-10),
        ("rate_exceeds", 1e-10),
    ],
)
def test_fifty_digits(name, tolerance):
    rows = [row for row in EXACT["rows"] if row[0] == name]
    found = np.array([answer(*row[:-1]) for row in rows])
    exact = np.array([float(row[-1]) for row in rows])
    assert len(rows) >= 40
    np.testing.assert_allclose(found, exact, rtol=tolerance, atol=1e-300)


def test_fifty_digits_of_the_log_likelihood():
    rows = [row for row in EXACT["rows"] if row[0] == "log_likelihood"]
    found = np.array([answer(*row[:-1]) for row in rows])
    exact = np.array([float(row[-1]) for row in rows])
    # Relative to the terms summed, of which there are some n, each a logarithm of up to 12.
    summed = np.array([12.0 * (1 + row[2][2]) for row in rows])
    assert (np.abs(found - exact) <= 1e-12 * np.abs(exact) + 1e-15 * summed).all()


# Definition: all strings of purchases, one by one.


def every_string(model, length):
    """All strings of purchases, opportunities lived through, and the probability of each pair.

    Given p and theta it is a product; the average over their Beta distributions is a Gauss-Jacobi
    rule, exact for the polynomials that these products are.
    """

    def rule(a, b):
        nodes, weights = roots_jacobi(length + 2, b - 1, a - 1)
        return (1 + nodes) / 2, weights / weights.sum()

    (p, of_p), (theta, of_theta) = rule(model.alpha, model.beta), rule(model.gamma, model.delta)
    rows = []
    for string in itertools.product((0, 1), repeat=length):
        last = max((k for k, bought in enumerate(string, 1) if bought), default=0)
        for lived in range(last, length + 1):
            chance = np.ones((len(p), len(theta)))
            for bought in string[:lived]:
                chance = chance * (1 - theta) * (p if bought else 1 - p)[:, None]
            if lived < length:
                chance = chance * theta
            rows.append((string, lived, of_p @ chance @ of_theta))
    return tuple(np.array(column) for column in zip(*rows, strict=True))


@pytest.mark.parametrize(
    "model", [ROUNDED, rk.clv.BGBB(0.3, 4.0, 1.0, 1.5), rk.clv.BGBB(8.0, 3.0, 2.5, 0.2)]
)
def test_all_strings_of_purchases(model):
    seen, t = 4, 3
    strings, lived, weight = every_string(model, seen + t)
    assert weight.sum() == pytest.approx(1, rel=1e-13)
    counts = np.bincount(strings.sum(axis=1), weight)
    every = np.arange(seen + t + 1)
    np.testing.assert_allclose(model.count_pmf(every, seen + t), counts, rtol=1e-12)
    for past in itertools.product((0, 1), repeat=seen):
        mine = (strings[:, :seen] == past).all(axis=1)
        total, share = weight[mine].sum(), weight[mine] / weight[mine].sum()
        alive_for, ahead = lived[mine] - seen, strings[mine, seen:]
        pmf = [share @ (ahead.sum(axis=1) == k) for k in range(t + 2)]
        h = one(sum(past), max((k for k, b in enumerate(past, 1) if b), default=0), seen)
        found = (
            model.log_likelihood(h),
            model.probability_alive(h),
            model.probability_alive(h, 2),
            model.probability_active(h, t),
            model.conditional_expected_purchases(h, t),
            model.discounted_expected_purchases(h, discount_rate=0.1, horizon=t),
            *model.conditional_count_pmf(h, np.arange(t + 2), t).T,
        )
        expected = (
            math.log(total),
            share @ (alive_for >= 0),
            share @ (alive_for >= 2),
            share @ ahead.any(axis=1),
            share @ ahead.sum(axis=1),
            share @ ahead @ 1.1 ** -np.arange(1.0, t + 1),
            *pmf,
        )
        np.testing.assert_allclose(np.ravel(found), expected, rtol=1e-12, atol=1e-15)


def test_naive_likelihood_agrees():
    """The likelihood as it stands in the paper, history by history."""
    a, b, c, d = ROUNDED.parameters()
    n = 6
    for x, t_x in DONORS:
        terms = [betaln(a + x, b + n - x) + betaln(c, d + n)]
        terms += [
            betaln(a + x, b + t_x - x + i) + betaln(c + 1, d + t_x + i) for i in range(n - t_x)
        ]
        expected = math.log(math.fsum(np.exp(terms))) - betaln(a, b) - betaln(c, d)
        assert ROUNDED.log_likelihood(one(x, t_x, n))[0] == pytest.approx(expected, rel=1e-12)


def test_score_is_zero_and_derivatives_are_right(bgbb, charity):
    likelihood = BGBBLikelihood(rk.clv.BGBB._count(charity))
    at_top = likelihood(bgbb.model.parameters())
    np.testing.assert_allclose(at_top.gradient * bgbb.model.parameters(), 0, atol=1e-6)
    rng = np.random.default_rng(1)
    drawn = ROUNDED.simulate(rng.integers(0, 40, 500), rng=2).to_histories()
    likelihood = BGBBLikelihood(rk.clv.BGBB._count(drawn))
    for point in ([1.4, 0.7, 0.5, 3.0], [30.0, 0.02, 2.0, 0.3]):
        here = likelihood(np.array(point))
        assert here.value == pytest.approx(
            rk.clv.BGBB(*point).log_likelihood(drawn).sum(), rel=1e-13
        )
        for i in range(4):
            move = np.zeros(4)
            move[i] = size = point[i] * 1e-5
            high, low = likelihood(point + move), likelihood(point - move)
            # Central differences are good to about 1e-8 here.
            slope = (high.value - low.value) / (2 * size)
            assert here.gradient[i] == pytest.approx(slope, rel=1e-6, abs=1e-5)
            slopes = (high.gradient - low.gradient) / (2 * size)
            np.testing.assert_allclose(here.hessian[i], slopes, rtol=1e-6, atol=1e-6)


def test_a_long_horizon_becomes_the_infinite_one(charity):
    for_ever = ROUNDED.discounted_expected_purchases(charity, discount_rate=0.1)
    long = ROUNDED.discounted_expected_purchases(charity, discount_rate=0.1, horizon="500 years")
    np.testing.assert_allclose(long, for_ever, rtol=1e-12)
    plain = ROUNDED.discounted_expected_purchases(charity, discount_rate=0, horizon=5)
    expected = ROUNDED.conditional_expected_purchases(charity, 5)
    np.testing.assert_allclose(plain, expected, rtol=1e-14)
    by_hand = np.diff(ROUNDED.expected_purchases(np.arange(2_001))) @ 1.02 ** -np.arange(1, 2_001.0)
    new = ROUNDED.discounted_expected_purchases(None, discount_rate=0.02)[0]
    assert new == pytest.approx(by_hand, rel=1e-12)
    assert ROUNDED.discounted_expected_purchases(None, discount_rate=0.1, horizon=0)[0] == 0


def test_months_are_discounted_by_the_month():
    model = rk.clv.BGBB(1.20, 0.75, 0.66, 2.78, unit="month")
    twelve = model.discounted_expected_purchases(None, discount_rate=0.1, horizon="1 year")[0]
    by_hand = np.diff(model.expected_purchases(np.arange(13))) @ 1.1 ** (-np.arange(1, 13) / 12)
    assert twelve == pytest.approx(by_hand, rel=1e-13)


def test_purchases_until_dropout():
    model = rk.clv.BGBB(1.0, 3.0, 2.5, 3.0)
    for_ever = model.discounted_expected_purchases(None, discount_rate=0)[0]
    assert for_ever == pytest.approx(0.25 * 3.0 / 1.5, rel=1e-15)
    # The rest that a million opportunities leave out decays as t^-1.5.
    assert float(model.expected_purchases(1_000_000)) == pytest.approx(for_ever, rel=1e-6)


def test_simulation_agrees_with_the_expectation():
    size, years = 100_000, 8
    drawn = ROUNDED.simulate(np.full(size, years), rng=7)
    counts = np.bincount(drawn.customer, minlength=size)
    pmf = ROUNDED.count_pmf(np.arange(years + 1), years)
    spread = np.sqrt(pmf * (1 - pmf) / size)
    shares = np.bincount(counts, minlength=years + 1) / size
    assert (np.abs(shares - pmf) < 4 * spread).all()
    for year, expected in enumerate(np.diff(ROUNDED.expected_purchases(np.arange(years + 1))), 1):
        assert abs((drawn.time == year).mean() * len(drawn.time) / size - expected) < 4e-3 * 1.6
    assert drawn.rate.mean() == pytest.approx(1.2 / 1.95, rel=0.01)
    assert drawn.dropout.mean() == pytest.approx(0.66 / 3.44, rel=0.01)
    histories = drawn.to_histories()
    assert isinstance(histories, rk.OpportunityHistories)
    assert histories.frequency.tolist() == counts.tolist()
    assert (histories.opportunities == years).all()
    again = ROUNDED._redrawn(histories[:10].grouped(), np.random.default_rng(1))
    assert again.n_customers == 10


def test_simulation_ahead_agrees_with_the_expectation():
    size = 40_000
    h = one([3] * size, [4] * size, [6] * size)
    drawn = ROUNDED.simulate_ahead(h, "5 years", rng=3)
    counts = np.bincount(drawn.customer, minlength=size)
    pmf = ROUNDED.conditional_count_pmf(h[:1], np.arange(6), 5)[0]
    shares = np.bincount(counts, minlength=6) / size
    assert (np.abs(shares - pmf) < 4 * np.sqrt(pmf * (1 - pmf) / size)).all()
    gone = np.isnan(drawn.rate)
    assert gone.mean() == pytest.approx(1 - ROUNDED.probability_alive(h[:1])[0], abs=0.01)
    assert not np.isin(drawn.customer, np.flatnonzero(gone)).any()


def test_rate_exceeds_is_the_posterior_of_the_probability():
    a, b, c, d = ROUNDED.parameters()
    x, t_x, n, norm = 2, 3, 5, 0.4
    endings = [betaln(a + x, b + m - x) + betaln(c + 1, d + m) for m in range(t_x, n)]
    endings.append(betaln(a + x, b + n - x) + betaln(c, d + n))
    above = [beta_distribution(a + x, b + m - x).sf(norm) for m in (*range(t_x, n), n)]
    expected = np.exp(endings) @ above / np.exp(endings).sum()
    h = one(x, t_x, n)
    assert ROUNDED.rate_exceeds(h, norm)[0] == pytest.approx(expected, rel=1e-12)
    assert ROUNDED.rate_exceeds(h, 0)[0] == pytest.approx(1, rel=1e-15)
    assert ROUNDED.rate_exceeds(h, 1)[0] == ROUNDED.rate_exceeds(h, 7.5)[0] == 0


# Recovery and limits.


def crowd(size, *, seed, rate=(1.2, 0.8), dropout=(0.7, 2.8), n=8):
    """Histories drawn opportunity by opportunity; a number instead of shapes is one for all."""
    rng = np.random.default_rng(seed)
    p = np.full(size, rate) if isinstance(rate, float) else rng.beta(*rate, size)
    theta = np.full(size, dropout) if isinstance(dropout, float) else rng.beta(*dropout, size)
    alive, x, t_x = np.ones(size, dtype=bool), np.zeros(size), np.zeros(size)
    for k in range(1, n + 1):
        alive &= rng.random(size) >= theta
        bought = alive & (rng.random(size) < p)
        x, t_x = x + bought, np.where(bought, k, t_x)
    return one(x, t_x, [n] * size)


def test_truth_is_recovered_within_its_intervals():
    truth, inside = (1.2, 0.8, 0.7, 2.8), 0
    for seed in range(30):
        fit = rk.clv.BGBB.fit(crowd(2_000, seed=seed))
        inside += sum(
            value in fit.interval(name) for name, value in zip(fit.model.names, truth, strict=True)
        )
    # 120 intervals of 95 %, four to a fit: 114 expected, standard deviation at most 4.8.
    assert 114 - 15 <= inside <= 120


@pytest.mark.parametrize(
    ("truth", "limit", "lost"),
    [
        ({"dropout": 0.0, "seed": 1}, "no dropout", ["gamma", "delta"]),
        ({"rate": 0.4, "seed": 3}, "homogeneous rate", ["alpha", "beta"]),
        ({"rate": 1.0, "seed": 1}, "certain purchase", ["alpha", "beta"]),
        ({"rate": (1e-6, 2e-6), "seed": 1}, "polarised rate", ["alpha", "beta"]),
        ({"dropout": 0.2, "seed": 3}, "homogeneous dropout", ["gamma", "delta"]),
        ({"dropout": (1e-6, 2e-6), "seed": 2}, "polarised dropout", ["gamma", "delta"]),
    ],
)
def test_limits_are_named(truth, limit, lost):
    histories = crowd(1_500, **truth)
    fit = rk.clv.BGBB.fit(histories)
    assert fit.limit == limit
    assert f"ran to a limit, {limit}" in fit.verdict
    for name, row in fit.parameters.items():
        assert math.isnan(row.standard_error) == (name in lost)
    assert np.isfinite(fit.model.conditional_expected_purchases(histories, 5)).all()


def test_the_higher_of_two_tops_is_found():
    """People who never bought may have left at once or may never buy: each has a top of its own."""
    for truth in ({"rate": (1e-6, 2e-6)}, {"dropout": (1e-6, 2e-6)}):
        histories = crowd(1_500, seed=0, **truth)
        shapes = (*truth.get("rate", (1.2, 0.8)), *truth.get("dropout", (0.7, 2.8)))
        known = rk.clv.BGBB(*shapes).log_likelihood(histories).sum()
        assert rk.clv.BGBB.fit(histories).log_likelihood > known


def test_without_dropout_the_fit_is_the_beta_binomial():
    histories = crowd(1_500, dropout=0.0, seed=1)
    fit, simple = rk.clv.BGBB.fit(histories), rk.clv.BetaBinomial.fit(histories)
    assert fit.log_likelihood == pytest.approx(simple.log_likelihood, abs=1e-3)
    np.testing.assert_allclose(
        fit.model.conditional_expected_purchases(histories, 5),
        simple.model.conditional_expected_purchases(histories, 5),
        rtol=1e-3,
    )


def test_penalty_holds_the_four_quantities(charity):
    fit = rk.clv.BGBB.fit(charity, penalty=1e7)
    np.testing.assert_allclose(fit.model.parameters(), 1, rtol=0.02)
    assert fit.aic is None

    def objective(log, weight=200.0):
        a, b, c, d = log
        held = (a - b) ** 2 + ((a + b) / 2) ** 2 + (c - d) ** 2 + ((c + d) / 2) ** 2
        each = rk.clv.BGBB(*np.exp(log)).log_likelihood(charity)
        return each @ charity.weight - weight / 2 * held

    top = np.log(rk.clv.BGBB.fit(charity, penalty=200.0).model.parameters())
    for move in np.eye(4) * 1e-3:
        assert objective(top + move) < objective(top) > objective(top - move)


# Properties.


@settings(max_examples=60)
@given(
    x=st.integers(0, 20),
    wait=st.integers(0, 20),
    more=st.integers(0, 20),
    shapes=st.tuples(*[st.floats(0.01, 50)] * 4),
)
def test_values_stay_in_their_ranges(x, wait, more, shapes):
    model, t_x = rk.clv.BGBB(*shapes), x + wait if x else 0
    h = one(x, t_x, t_x + more)
    now, later = model.probability_alive(h)[0], model.probability_alive(h, 3)[0]
    assert 0 <= later <= now <= 1
    assert (now == 1) == (more == 0)
    assert 0 <= model.probability_active(h, 3)[0] <= now
    short, long = (model.conditional_expected_purchases(h, t)[0] for t in (3, 6))
    assert 0 <= short <= long <= 6
    worth = model.discounted_expected_purchases(h, discount_rate=0.1, horizon=6)[0]
    assert worth <= long / 1.1 * (1 + 1e-12)
    assert model.conditional_count_pmf(h, np.arange(7), 6).sum() == pytest.approx(1, rel=1e-12)
    assert math.isfinite(model.log_likelihood(h)[0])


def test_many_customers_are_scored_as_each_one_alone():
    h = crowd(3_000, seed=3, n=12)
    calls = (
        ROUNDED.log_likelihood,
        lambda h: ROUNDED.conditional_expected_purchases(h, 5),
        lambda h: ROUNDED.probability_alive(h, 3),
        lambda h: ROUNDED.probability_active(h, 3),
        lambda h: ROUNDED.conditional_count_pmf(h, 2, 5),
        lambda h: ROUNDED.discounted_expected_purchases(h, discount_rate=0.1),
    )
    for call in calls:
        alone = np.concatenate([call(h[i : i + 500]) for i in range(0, len(h), 500)])
        np.testing.assert_allclose(call(h), alone, rtol=1e-12)


def test_fit_ignores_order_and_takes_weights_as_counts(charity, bgbb):
    order = np.random.default_rng(1).permutation(len(charity))
    assert rk.clv.BGBB.fit(charity[order]).equals(bgbb)
    each = np.repeat(np.arange(len(charity)), charity.weight.astype(int))
    single = dataclasses.replace(charity[each], weight=np.ones(len(each)))
    assert rk.clv.BGBB.fit(single).equals(bgbb)


def test_many_endings_are_summed_in_batches():
    # Two thousand histories of up to 400 opportunities have more endings than fit one batch.
    rng = np.random.default_rng(5)
    h = rk.clv.BGBB(0.5, 2.0, 0.5, 60.0, unit="day").simulate(rng.integers(300, 400, 3_000), rng=6)
    h = h.to_histories()
    model = rk.clv.BGBB(0.5, 2.0, 0.5, 60.0, unit="day")
    total = BGBBLikelihood(model._count(h))(model.parameters())
    assert total.value == pytest.approx(model.log_likelihood(h).sum(), rel=1e-12)


def test_a_saved_fit_comes_back(bgbb, tmp_path):
    bgbb.save(tmp_path / "bgbb.json")
    again = rk.clv.load(tmp_path / "bgbb.json")
    assert again.equals(bgbb)
    assert again.model == bgbb.model


def test_value_of_donors(bgbb, charity):
    fit = rk.clv.lifetime_value(
        bgbb, 50.0, charity, horizon="5 years", discount_rate=0.1, margin=0.9
    )
    by_hand = 45.0 * bgbb.model.discounted_expected_purchases(charity, discount_rate=0.1, horizon=5)
    np.testing.assert_allclose(fit.value, by_hand, rtol=1e-12)
    low, high = fit.interval()
    assert ((low < fit.value) & (fit.value < high)).all()
    new = rk.clv.new_customer_value(bgbb, 50.0, horizon=None, discount_rate=0.1, first_order=0)
    expected = bgbb.model.discounted_expected_purchases(None, discount_rate=0.1)[0]
    assert new.total == pytest.approx(50 * expected, rel=1e-12)
    steady = rk.clv.lifetime_value(0.5, 50.0, charity, horizon=5, discount_rate=0)
    np.testing.assert_allclose(steady.value, 125.0, rtol=1e-12)


def test_spend_of_opportunities():
    truth = rk.clv.GammaGamma(6.0, 4.0, 15.0)
    h = crowd(2_000, seed=8)
    money = truth._redrawn(h, np.random.default_rng(1)).monetary_value
    h = dataclasses.replace(h, monetary_value=money)
    spend = rk.clv.GammaGamma.fit(h)
    for name, value in zip(spend.model.names, truth.parameters(), strict=True):
        assert value in spend.interval(name, confidence=0.999)
    purchases = rk.clv.BGBB.fit(h)
    value = rk.clv.lifetime_value(purchases, spend, h, horizon=None, discount_rate=0.1)
    assert np.isfinite(value.value).all()


# Refusals.


def test_parameters_and_units():
    with pytest.raises(OptionError, match="`gamma` must be a finite number"):
        rk.clv.BGBB(1.0, 1.0, 0.0, 1.0)
    with pytest.raises(OptionError, match="`unit` is not one of its choices"):
        rk.clv.BGBB(1.0, 1.0, 1.0, 1.0, unit="quarter")
    assert ROUNDED.in_unit("year") is ROUNDED
    with pytest.raises(OptionError, match="cannot be converted"):
        ROUNDED.in_unit("month")
    with pytest.raises(OptionError, match="cannot be converted") as caught:
        ROUNDED.probability_alive(one(1, 2, 3, unit="month"))
    assert "one opportunity a year, asked for one a month" in str(caught.value)


def test_the_wrong_kind_of_histories_is_refused(cdnow, charity, log):
    with pytest.raises(KindError, match="BGBB reads opportunity histories"):
        rk.clv.BGBB.fit(cdnow)
    with pytest.raises(KindError, match="BGBB reads opportunity histories"):
        rk.clv.lifetime_value(ROUNDED, 30.0, cdnow, horizon=5, discount_rate=0.1)
    with pytest.raises(KindError, match="measure time; opportunity histories count"):
        rk.clv.BGNBD.fit(charity)
    with pytest.raises(KindError, match="reads purchase histories"):
        rk.clv.lifetime_value(30.0, 30.0, [1, 2, 3], horizon=5, discount_rate=0.1)
    with pytest.raises(KindError, match="counts opportunities"):
        rk.clv.tracking(log, ROUNDED, cdnow, until="1998-06-30")


@pytest.mark.parametrize("t", [0.5, "6 months", "1 week", [1, 2.5], 2_000_000])
def test_times_are_whole_opportunities(t):
    with pytest.raises(OptionError, match="must be a whole number of opportunities"):
        ROUNDED.expected_purchases(t)


def test_whole_periods_in_another_unit_are_taken(charity):
    two = ROUNDED.conditional_expected_purchases(charity, 2)
    np.testing.assert_array_equal(ROUNDED.conditional_expected_purchases(charity, "24 months"), two)
    with pytest.raises(OptionError, match="finite and not negative"):
        ROUNDED.expected_purchases(-1)


def test_an_infinite_value_is_refused():
    with pytest.raises(OptionError, match="infinite horizon have no finite value"):
        ROUNDED.discounted_expected_purchases(None, discount_rate=0)


def test_too_little_to_learn_from():
    with pytest.raises(DataError, match="too few or too alike"):
        rk.clv.BGBB.fit(one([0, 0, 0], [0, 0, 0], [1, 2, 3]))
