import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import beta as beta_function
from scipy.special import betaln, digamma, gammaln, polygamma
from scipy.stats import chi2, kstest

import retentionkit as rk
from retentionkit.clv._fitting.contract_likelihood import ContractLikelihood, count_contracts
from retentionkit.clv._models.contract_simulation import follow_ups
from retentionkit.clv._numerics.contract_lives import ContractLives
from retentionkit.clv._numerics.gamma_differences import digamma_step, log_gamma_step, trigamma_step
from retentionkit.errors import DataError, KindError, OptionError

Geometric = rk.clv.ShiftedBetaGeometric
Weibull = rk.clv.BetaDiscreteWeibull
Renewals = rk.RenewalHistories
EXACT = json.loads((Path(__file__).parents[1] / "reference" / "contracts.json").read_text("utf-8"))
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173]
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394]
COHORTS = {"regular": REGULAR, "high end": HIGH_END}
# Cohort, model, renewals: parameters, log-likelihood, S(12), standard errors.
FITS = [
    ("regular", Geometric, 7, [0.704077298, 1.182043026], -1680.265188, 0.170037, [0.0656, 0.1525]),
    (
        "high end",
        Geometric,
        7,
        [0.668088351, 3.806094964],
        -1611.158147,
        0.377999,
        [0.1037, 0.7855],
    ),
    ("regular", Geometric, 12, [0.697362452, 1.168904621], -1931.491694, None, None),
    ("high end", Geometric, 12, [0.596111201, 3.326968741], -2010.858420, None, None),
    ("regular", Weibull, 4, [0.52302931, 0.89428266, 1.19639871], -1401.383052, None, None),
    ("high end", Weibull, 4, [0.25933573, 1.72255149, 1.58436152], -1222.749318, 0.388911, None),
    ("regular", Weibull, 7, [0.455613989, 0.779325508, 1.283451286], -1679.602833, None, None),
    ("high end", Weibull, 7, [0.214253339, 1.426574874, 1.723564849], -1605.314213, None, None),
    ("regular", Weibull, 12, [0.508308705, 0.868846337, 1.209377876], -1930.929729, None, None),
    ("high end", Weibull, 12, [0.249640734, 1.654180958, 1.596796468], -2004.816889, None, None),
]


def cohort(name="high end", renewals=7):
    return Renewals.from_survivors(COHORTS[name][: renewals + 1], unit="year")


def contracts(renewals, ended, unit="year"):
    return Renewals.from_arrays(renewals, ended, unit=unit)


# Worked example: Fader and Hardie (2007), table 1; Fader, Hardie et al. (2018). The optimum to nine
# digits, of which the papers print three or four.


@pytest.mark.parametrize(("name", "model", "renewals", "values", "top", "later", "errors"), FITS)
def test_published_fits(name, model, renewals, values, top, later, errors):
    fit = model.fit(cohort(name, renewals))
    # Nine digits are given; Weibull's four-renewal values have eight decimals.
    np.testing.assert_allclose(fit.model.parameters(), values, rtol=2e-8)
    assert fit.log_likelihood == pytest.approx(top, abs=1e-6)
    assert (fit.n_customers, fit.limit, fit.model.unit) == (1000, None, "year")
    assert fit.gradient_norm < 1e-9
    assert fit.decrement < 1e-12
    if later is not None:
        assert float(fit.model.survival("12 years")) == pytest.approx(later, abs=6e-7)
    if errors is not None:
        found = [row.standard_error for row in fit.parameters.values()]
        np.testing.assert_allclose(found, errors, atol=5e-5)  # their last digit
    assert fit.definition.startswith(f"{model.__name__} by maximum likelihood; contracts of a year")


def test_polarisation_of_the_five_year_calibration():
    # Fader, Hardie et al. (2018): .099 without, .335 with duration dependence.
    assert round(Geometric.fit(cohort(renewals=4)).model.polarisation, 3) == 0.099
    bent = Weibull.fit(cohort(renewals=4)).model
    assert round(bent.polarisation, 3) == 0.335
    assert bent.mean_churn == pytest.approx(0.131, abs=1e-3)  # of 1,000 customers 131 left at once


def test_retention_rates_rise_though_nobody_changes():
    model = Geometric(0.668088351, 3.806094964)
    t = np.arange(1, 13)
    by_hand = (model.beta + t - 1) / (model.alpha + model.beta + t - 1)  # equation (8)
    np.testing.assert_allclose(model.retention_rate(t), by_hand, rtol=1e-14)
    assert (np.diff(model.retention_rate(t)) > 0).all()
    np.testing.assert_allclose(model.hazard(t), 1 - by_hand, rtol=1e-14)


# Reference: mpmath at 60 and 120 digits.


@pytest.mark.parametrize("row", EXACT["probabilities"], ids=str)
def test_sixty_digits(row):
    lives = ContractLives(row["alpha"], row["beta"], row["c"])
    x, t = np.array([float(row["x"])]), float(row["t"])
    exact = {name: float(row[name]) for name in ("stays", "leaves", "running", "ended")}
    # exp(-d) carries the rounding of d, which is large where survival underflows.
    size = 1 + abs(math.log(exact["stays"])) if exact["stays"] > 0 else 1.0
    assert lives.stays(x, np.asarray(t))[0] == pytest.approx(exact["stays"], rel=2e-14 * size)
    assert lives.leaves(x, np.ones(()))[0] == pytest.approx(exact["leaves"], rel=1e-12)
    for name, over in (("running", False), ("ended", True)):
        found = lives.log_likelihood(x, np.array([over]))[0]
        assert found == pytest.approx(exact[name], rel=1e-12, abs=0)


@pytest.mark.parametrize("z", [1e-4, 0.3, 5.0, 15.9, 16.0, 300.0])
@pytest.mark.parametrize("s", [0.01, 1.0, 40.0])
def test_steps_of_the_gamma_function(z, s):
    # Both sides of the boundary at 16; steps large enough for scipy's difference to keep digits.
    z, s = np.array([z]), np.array([s])
    np.testing.assert_allclose(log_gamma_step(z, s), gammaln(z + s) - gammaln(z), rtol=1e-9)
    np.testing.assert_allclose(digamma_step(z, s), digamma(z + s) - digamma(z), rtol=1e-9)
    trigamma = polygamma(1, z + s) - polygamma(1, z)
    np.testing.assert_allclose(trigamma_step(z, s), trigamma, rtol=1e-9)


# Definition: the assumptions put back.


@pytest.mark.parametrize(
    ("alpha", "beta", "c"), [(0.67, 3.8, 1.0), (2.0, 5.0, 0.6), (0.3, 1.7, 1.6)]
)
def test_survival_is_the_mean_over_customers(alpha, beta, c):
    model = Weibull(alpha, beta, c)

    def mean(t):
        # In w = theta^alpha, so that the density has no singularity at 0.
        def inside(w):
            theta = w ** (1 / alpha)
            return (1 - theta) ** (beta - 1 + t**c) / alpha / beta_function(alpha, beta)

        return quad(inside, 0, 1, epsabs=0, epsrel=1e-12, limit=200)[0]

    expected = [mean(t) for t in range(1, 8)]
    np.testing.assert_allclose(model.survival(range(1, 8)), expected, rtol=1e-9)


def test_the_likelihood_is_that_of_the_papers():
    h = contracts([0, 3, 3, 7], [True, True, False, False])
    for model in (Geometric(0.668, 3.806), Weibull(0.26, 1.72, 1.58)):
        c = getattr(model, "c", 1.0)

        def survival(t, model=model, c=c):
            log = betaln(model.alpha, model.beta + t**c) - betaln(model.alpha, model.beta)
            return math.exp(log)

        naive = [
            math.log(survival(x) - survival(x + 1) if over else survival(x))
            for x, over in zip(h.renewals.tolist(), h.ended.tolist(), strict=True)
        ]
        np.testing.assert_allclose(model.log_likelihood(h), naive, rtol=1e-12)
    # Equation (7) of 2007: P(T = 1) = alpha/(alpha + beta), then (beta + t - 2)/(...).
    p, alpha, beta = 0.668 / 4.474, 0.668, 3.806
    for t in range(2, 5):
        p *= (beta + t - 2) / (alpha + beta + t - 1)
    assert Geometric(alpha, beta).log_likelihood(h)[1] == pytest.approx(math.log(p), rel=1e-13)


def test_everybody_leaves_at_some_time():
    model = Weibull(1.3, 2.0, 0.8)
    t = np.arange(1, 200)
    left = contracts(t - 1, np.ones(199, dtype=bool))
    total = np.exp(model.log_likelihood(left)).sum() + float(model.survival(199))
    assert total == pytest.approx(1, abs=1e-13)


def test_weibull_without_duration_dependence_is_beta_geometric():
    h = cohort()
    one, two = Geometric(0.668, 3.806), Weibull(0.668, 3.806, 1.0)
    np.testing.assert_array_equal(one.log_likelihood(h), two.log_likelihood(h))
    np.testing.assert_array_equal(one.survival(range(30)), two.survival(range(30)))


@pytest.mark.parametrize("c", [0.4, 1.0, 2.5])
def test_known_customers_are_new_ones_given_their_past(c):
    model = Weibull(0.7, 2.2, c)
    h = contracts([0, 1, 6, 6], [False, False, False, True])
    given = [model.survival(x + 4) / model.survival(x) for x in (0, 1, 6)]
    np.testing.assert_allclose(model.probability_alive(h, after=4), [*given, 0], rtol=1e-13)
    np.testing.assert_allclose(model.probability_alive(h), [1, 1, 1, 0])
    rate = model.retention_rate([1, 2, 7])
    np.testing.assert_allclose(model.probability_active(h, 3), [*rate, 0], rtol=1e-14)
    assert model.probability_active(h, 0).tolist() == [0, 0, 0, 0]
    ahead = sum(model.probability_alive(h, after=j) for j in range(1, 5))
    np.testing.assert_allclose(model.expected_renewals(h, "4 years"), ahead, rtol=1e-13)
    assert model.expected_renewals(h, 0).tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("names", [("alpha", "beta"), ("alpha", "beta", "c")])
@pytest.mark.parametrize("at", [(0.7, 3.8, 1.4), (40.0, 9.0, 0.6), (0.01, 0.02, 3.0)])
def test_derivatives_are_those_of_the_value(names, at):
    surface = ContractLikelihood(count_contracts(cohort("regular", 12)), names)
    point = np.array(at[: len(names)])
    found = surface(point)
    steps = np.diag(point) * 1e-6
    high, low = ([surface(point + sign * h) for h in steps] for sign in (1, -1))
    for i, step in enumerate(steps.sum(axis=1)):
        slope = (high[i].value - low[i].value) / (2 * step)
        # Central differences of a sum of size 1e4 with step 1e-6.
        assert found.gradient[i] == pytest.approx(slope, rel=1e-6, abs=1e-3 / point[i])
        bend = (high[i].gradient - low[i].gradient) / (2 * step)
        np.testing.assert_allclose(found.hessian[i], bend, rtol=1e-5, atol=1e-5 * abs(bend).max())


# Simulation.


@pytest.mark.parametrize(
    "model", [Geometric(0.668, 3.806), Weibull(0.26, 1.72, 1.58), Weibull(2.0, 4.0, 0.6)]
)
def test_simulated_contracts_last_as_long_as_they_should(model):
    n = 20_000
    left = model.simulate(n, periods=8, rng=1).survivors()
    seen = -np.diff(left, append=0)
    survival = np.append(model.survival(range(9)), 0)
    expected = n * -np.diff(survival)
    assert ((seen - expected) ** 2 / expected).sum() < chi2(8).ppf(0.9999)


def test_simulated_contracts_are_followed_to_their_end():
    model = Weibull(3.0, 4.0, 1.2, unit="month")
    h = model.simulate(5_000, rng=2)
    assert h.ended.all()
    assert h.unit == "month"
    uniform = model.survival(h.renewals + 1.0)
    spread = uniform + np.random.default_rng(3).random(5_000) * (
        model.survival(h.renewals.astype(float)) - uniform
    )
    assert kstest(spread, "uniform").pvalue > 1e-3
    never = Geometric(1e-6, 1.0).simulate(3, rng=1)
    assert never.renewals.tolist() == [2**53] * 3
    assert not never.ended.any()
    short = model.simulate(4, periods=[0, 1, 2, 3], rng=1)
    assert (short.renewals + short.ended <= [0, 1, 2, 3]).all()
    assert Geometric(1.0, 1e-9).simulate(5, periods=3, rng=1).renewals.tolist() == [0] * 5
    assert model.simulate(9, rng=4).equals(model.simulate(9, rng=4))


def test_redrawn_contracts_are_observed_as_long():
    rng = np.random.default_rng(1)
    seen = rng.choice([3.0, 6.0, 12.0], 3_000, p=[0.5, 0.3, 0.2])
    model = Geometric(0.7, 2.0)
    h = model.simulate(3_000, periods=seen, rng=2)
    drawn = follow_ups(h, rng)
    running = ~h.ended
    assert (drawn[running] == h.renewals[running]).all()
    assert (drawn[h.ended] >= h.renewals[h.ended] + 1).all()
    share = [np.mean(drawn == length) for length in (3, 6, 12)]
    # 3,000 draws, of which many were already known: four standard errors of a proportion.
    np.testing.assert_allclose(share, [0.5, 0.3, 0.2], atol=4 * math.sqrt(0.25 / 3000))
    again = model._redrawn(cohort("regular"), rng)
    assert again.n_customers == 1000
    assert (again.renewals + again.ended).max() == 7
    all_gone = contracts([0, 4], [True, True])
    assert follow_ups(all_gone, rng).tolist() == [5, 5]
    odd = contracts([2, 2, 5], [False, False, True])  # observed longer than any that still runs
    assert follow_ups(odd, rng).tolist() == [2, 2, 6]


# Inference: recovery, limits, penalty, files.


@pytest.mark.parametrize("truth", [Geometric(0.7, 2.0), Weibull(0.5, 1.5, 1.4)])
def test_truth_is_recovered_within_its_intervals(truth):
    inside, asked = 0, 0
    for seed in range(30):
        fit = type(truth).fit(truth.simulate(2_000, periods=7, rng=seed))
        assert fit.limit is None
        for name, value in zip(truth.names, truth.parameters(), strict=True):
            inside += value in fit.interval(name)
            asked += 1
    # Correlated within a fit; four standard errors of the share if they were all one.
    assert inside / asked > 0.95 - 4 * math.sqrt(0.95 * 0.05 / 30)


@pytest.mark.parametrize(
    ("model", "truth", "limit", "lost"),
    [
        (Geometric, Geometric(1e7, 3e7), "homogeneous churn", ["alpha", "beta"]),
        (Weibull, Weibull(1e7, 3e7, 1.4), "homogeneous churn", ["alpha", "beta"]),
        (Geometric, Geometric(1e-7, 3e-7), "polarised churn", ["alpha", "beta"]),
        (Weibull, Weibull(1e-7, 3e-7, 1.0), "polarised churn", ["alpha", "beta", "c"]),
    ],
)
def test_limits_are_named(model, truth, limit, lost):
    # Expected counts of so many customers, rounded, are data from the limit itself.
    n = 1e9 if limit == "homogeneous churn" else 1e5
    left = np.rint(n * truth.survival(range(9)))
    h = Renewals.from_survivors(left, unit="year")
    fit = model.fit(h)
    assert fit.limit == limit
    assert f"ran to a limit, {limit}" in fit.verdict
    for name, row in fit.parameters.items():
        assert math.isnan(row.standard_error) == (name in lost)
    np.testing.assert_allclose(fit.model.survival(range(9)), left / n, atol=1e-5)
    if limit == "homogeneous churn" and model is Weibull:
        assert 1.4 in fit.interval("c")


@pytest.mark.parametrize("seed", range(5))
def test_churn_that_hardly_ever_comes_early(seed):
    """Two-year contracts counted by the month: c is large, and beta counts in months to the c."""
    truth = Weibull(1e5, 1e5 * math.exp(33.8), 7.5, unit="month")
    seen = np.random.default_rng(seed).integers(1, 73, 1_700)
    h = truth.simulate(1_700, periods=seen, rng=seed)
    assert 20 < h.ended.sum() < 120  # as few as in data of that kind
    fit = Weibull.fit(h)
    assert fit.limit == (None if seed == 1 else "homogeneous churn")
    months = [24, 48, 60, 72]  # 48 contracts ended: their number is known to some 14 %
    np.testing.assert_allclose(fit.model.survival(months), truth.survival(months), atol=0.06)
    # There is nothing likelier on the way: not a model that differs by its heterogeneity.
    for k in (1e-5, 1e-4, 1e-3):
        less = Weibull(fit.model.alpha * k, fit.model.beta * k, fit.model.c, unit="month")
        assert fit.log_likelihood > less.log_likelihood(h).sum() - 1e-4


@pytest.mark.parametrize(("alpha", "beta"), [(2.0, 3e14), (700.0, 5e17)])
def test_slopes_hold_where_beta_is_huge(alpha, beta):
    h = Renewals.from_arrays(
        [60, 71, 40], [True, False, False], unit="month", weight=[40, 1e3, 5e2]
    )
    likelihood = ContractLikelihood(count_contracts(h), ("alpha", "beta", "c"))
    at, step = np.log([alpha, beta, 7.0]), 1e-4
    up, down = (likelihood(np.exp(at + s * np.eye(3)[1])).value for s in (step, -step))
    slope = likelihood(np.exp(at)).gradient[1] * beta
    # Differences of values around 1e3 lose twelve digits to the step and to rounding.
    np.testing.assert_allclose(slope, (up - down) / (2 * step), rtol=1e-5, atol=1e-6)


def test_every_small_sample_converges_or_names_its_limit():
    truth = Weibull(0.3, 1.7, 1.6)
    found = [Weibull.fit(truth.simulate(80, periods=5, rng=seed)).limit for seed in range(20)]
    assert {None, "homogeneous churn"} >= set(found)
    assert found.count(None) > 5


def test_a_penalty_pulls_to_uniform_and_constant_churn():
    h = cohort()
    strong = Weibull.fit(h, penalty=1e8).model
    np.testing.assert_allclose(strong.parameters(), 1, rtol=1e-3)
    weak = Geometric.fit(h, penalty=1e-9)
    np.testing.assert_allclose(weak.covariance, Geometric.fit(h).covariance, rtol=1e-6)
    assert weak.aic is None
    fit = Weibull.fit(h, penalty=20.0)

    def objective(log):
        a, b, c = log
        held = (a - b) ** 2 + ((a + b) / 2) ** 2 + c**2
        return Weibull(*np.exp(log)).log_likelihood(h) @ h.weight - 10.0 * held

    top = np.log(fit.model.parameters())
    for move in np.eye(3) * 1e-3:
        assert objective(top + move) < objective(top) > objective(top - move)


def test_fits_are_saved_and_read(tmp_path):
    for model in (Geometric, Weibull):
        fit = model.fit(cohort())
        fit.save(tmp_path / "fit.json")
        assert rk.clv.load(tmp_path / "fit.json").equals(fit)


def test_a_start_may_be_given():
    fit = Weibull.fit(cohort(), start=Weibull(1.0, 1.0, 1.0))
    np.testing.assert_allclose(fit.model.parameters(), FITS[7][3], rtol=2e-8)
    with pytest.raises(KindError, match="`start` must be a model of the same kind"):
        Weibull.fit(cohort(), start=Geometric(1.0, 1.0))


# Properties.

shapes = st.floats(-3, 3).map(lambda log: 10**log)
powers = st.floats(0.1, 5)


@given(alpha=shapes, beta=shapes, c=powers, x=st.integers(0, 5000), j=st.integers(0, 5000))
def test_probabilities_stay_in_their_range(alpha, beta, c, x, j):
    model = Weibull(alpha, beta, c)
    t = np.array([0, 1, x, x + j])
    survival = model.survival(t)
    assert survival[0] == 1
    assert ((survival >= 0) & (survival <= 1)).all()
    assert (np.diff(survival[[0, 2, 3]]) <= 0).all()
    rate = model.retention_rate(np.maximum(t, 1))
    np.testing.assert_allclose(rate + model.hazard(np.maximum(t, 1)), 1, rtol=1e-15)
    assert np.isfinite(model.log_likelihood(contracts([x, x], [True, False]))).all()


def test_the_order_of_the_customers_does_not_matter():
    h = cohort()
    shuffled = h[np.random.default_rng(1).permutation(8)]
    fit, again = Geometric.fit(h), Geometric.fit(shuffled)
    assert again.fingerprint == fit.fingerprint
    assert again.model == fit.model


def test_customers_one_by_one_are_the_cohort():
    h = cohort("regular")
    counts = h.weight.astype(int)
    each = contracts(np.repeat(h.renewals, counts), np.repeat(h.ended, counts))
    assert Geometric.fit(each).model == Geometric.fit(h).model
    assert Geometric.fit(each).fingerprint == Geometric.fit(h).fingerprint


def test_several_cohorts_are_fitted_together():
    both = Renewals.from_survivors([HIGH_END[:8], HIGH_END[:5]], unit="year")
    fit = Geometric.fit(both)
    assert fit.n_customers == 2000
    parts = [cohort(renewals=7), cohort(renewals=4)]
    together = sum(fit.model.log_likelihood(h) @ h.weight for h in parts)
    assert fit.log_likelihood == pytest.approx(together, rel=1e-13)


def test_durations_may_be_text():
    model = Geometric(0.668, 3.806, unit="month")
    assert model.survival("1 year") == model.survival(12)
    assert model.survival(np.array([[1, 2], [3, 4]])).shape == (2, 2)
    assert np.ndim(model.survival(3)) == np.ndim(model.hazard(3)) == 0


# Refusals.


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf, "one", True])
def test_parameters_must_be_positive(bad):
    with pytest.raises(OptionError, match="`alpha` must be a finite number"):
        Geometric(bad, 1.0)
    with pytest.raises(OptionError, match="`c` must be a finite number"):
        Weibull(1.0, 1.0, bad)
    with pytest.raises(OptionError, match="`unit` is not one of its choices"):
        Geometric(1.0, 1.0, unit="quarter")


def test_other_histories_are_refused():
    shop = rk.PurchaseHistories.from_arrays(2, 30.0, 40.0, unit="week")
    for ask in (
        Geometric.fit,
        Geometric(1.0, 1.0).log_likelihood,
        Geometric(1.0, 1.0).probability_alive,
    ):
        with pytest.raises(KindError, match="reads renewal histories") as caught:
            ask(shop)
        assert "use a model such as BGNBD" in str(caught.value)
    with pytest.raises(KindError, match="reads purchase histories"):
        rk.clv.BGNBD.fit(cohort())
    with pytest.raises(KindError, match="renewed at another pace"):
        Geometric(1.0, 1.0, unit="month").log_likelihood(cohort())


@pytest.mark.parametrize(
    ("survivors", "model"),
    [([9, 4], Geometric), ([9, 7, 4], Weibull), ([9, 9, 9, 9], Geometric), ([9, 0], Geometric)],
)
def test_too_little_to_learn_from(survivors, model):
    h = Renewals.from_survivors(survivors, unit="year")
    with pytest.raises(DataError, match="too few or too alike"):
        model.fit(h)


@pytest.mark.parametrize("t", [1.5, "18 months", -1, math.nan, [1, 2.2], "soon"])
def test_times_must_be_whole_periods(t):
    with pytest.raises(OptionError, match="`t`"):
        Geometric(1.0, 2.0).survival(t)
    with pytest.raises(OptionError, match="`after` "):
        Geometric(1.0, 2.0).probability_alive(cohort(), after=0.5)


def test_contracts_of_a_period_are_those_of_no_other():
    model = Geometric(0.7, 3.8, unit="month")
    assert model.in_unit("month") is model
    with pytest.raises(
        OptionError, match="a model of contracts of a month, asked for contracts of"
    ):
        model.in_unit("year")
    with pytest.raises(OptionError, match="`unit` is not one of its choices"):
        model.in_unit("quarter")


def test_there_is_no_renewal_before_the_first():
    for ask in (Geometric(1.0, 2.0).hazard, Geometric(1.0, 2.0).retention_rate):
        with pytest.raises(OptionError, match=r"allowed:  1, 2, 3"):
            ask([0, 1])


@pytest.mark.parametrize("n", [0, -1, 2.5, True, "many"])
def test_simulations_need_customers(n):
    with pytest.raises(OptionError, match="`n` must be a positive number of customers"):
        Geometric(1.0, 2.0).simulate(n)


def test_at_a_limit_the_others_are_as_uncertain_as_in_the_simpler_model():
    # Where all customers are alike, S(t) = exp(-theta t^c): the discrete Weibull model, whose own
    # information is taken by central differences, good to about six digits.
    truth = rk.clv.BetaDiscreteWeibull(1e5, 3e6, 1.5)
    rng = np.random.default_rng(9)
    running = rk.RenewalHistories.from_arrays(
        rng.integers(6, 19, 1000), np.zeros(1000, dtype=bool), unit="year"
    )
    histories = truth._redrawn(running, rng)
    fit = rk.clv.BetaDiscreteWeibull.fit(histories)
    assert fit.limit == "homogeneous churn"
    x, ended = histories.renewals, histories.ended

    def log_likelihood(log_theta, log_c):
        theta, c = math.exp(log_theta), math.exp(log_c)
        stay = theta * x**c
        leave = np.log(-np.expm1(stay - theta * (x + 1.0) ** c))
        return (np.where(ended, leave, 0.0) - stay).sum()

    model, h = fit.model, 1e-4
    at = np.log([model.alpha / model.beta, model.c])
    moves = np.eye(2) * h
    information = [
        [
            -sum(i * j * log_likelihood(*(at + i * a + j * b)) for i in (1, -1) for j in (1, -1))
            / (4 * h * h)
            for b in moves
        ]
        for a in moves
    ]
    expected = model.c * math.sqrt(np.linalg.inv(information)[1, 1])
    # The fit stops where data cannot tell it from the limit, some way before it: 3 % here. With the
    # ratio of alpha and beta held, the error would come out several times too small.
    assert fit.parameters["c"].standard_error == pytest.approx(expected, rel=0.05)
