import dataclasses
import math

import numpy as np
import pytest
from scipy import stats

import retentionkit as rk
from retentionkit.clv._inference import likelihood_ratio as _likelihood_ratio
from retentionkit.clv._inference.likelihood_ratio import _mixed_tail, _tail
from retentionkit.clv._inference.nested import NESTED, Nesting, limiting_model
from retentionkit.errors import ConvergenceError, DataError, KindError, OptionError


@pytest.fixture(scope="module")
def nbd(cdnow):
    return rk.clv.NBD.fit(cdnow)


@pytest.fixture(scope="module")
def faithful():
    """Fits of both models to customers who never leave."""
    ages = np.random.default_rng(1).uniform(20, 60, 200)
    histories = rk.clv.NBD(1.0, 5.0).simulate(ages, rng=1).to_histories()
    return rk.clv.NBD.fit(histories), rk.clv.BGNBD.fit(histories), histories


# Worked example: CDNOW needs dropout.


def test_cdnow(nbd, bgnbd):
    test = rk.clv.likelihood_ratio_test(nbd, bgnbd)
    # Maxima of the two likelihoods, each checked in its own tests.
    assert test.statistic == pytest.approx(2 * (9763.657615 - 9582.429207), abs=1e-5)
    assert (test.simpler, test.fuller, test.degrees) == ("NBD", "BGNBD", 2)
    assert test.method == "chi-bar-square"
    assert 0 < test.p_value < 1e-70
    assert test.verdict == ("The data speak against NBD (nobody leaves) and for BGNBD: p < 0.0001.")
    assert "a mixture of chi-squares with 0 to 2 degrees of freedom" in test.definition
    assert "2,357 customers" in test.definition
    assert "speak against NBD" in repr(test)
    assert test.to_frame()["statistic"].tolist() == [test.statistic]


def test_no_dropout_is_not_refuted_where_there_is_none(faithful):
    simpler, fuller, _ = faithful
    test = rk.clv.likelihood_ratio_test(simpler, fuller)
    assert 0.05 < test.p_value <= 1
    assert "do not refute NBD (nobody leaves)" in test.verdict
    same = dataclasses.replace(fuller, log_likelihood=simpler.log_likelihood - 1e-6)
    assert rk.clv.likelihood_ratio_test(simpler, same).p_value == 1.0
    assert rk.clv.likelihood_ratio_test(simpler, same).statistic == 0.0


# Reference: chi-square of scipy.


@pytest.mark.parametrize("degrees", [1, 2, 3])
def test_tails_are_those_of_scipy(degrees):
    for value in (1e-6, 0.5, 3.84, 50.0):
        assert _tail(value, degrees) == pytest.approx(stats.chi2.sf(value, degrees), rel=1e-12)


# Definition: the mixture is the squared length of a normal vector cut to a quadrant.


@pytest.mark.parametrize("degrees", [1, 2])
def test_the_mixture_is_that_of_a_right_angle(degrees):
    z = np.random.default_rng(0).normal(size=(400_000, degrees))
    lengths = (np.maximum(z, 0) ** 2).sum(axis=1)
    for value in (0.5, 2.0, 4.0):
        expected = np.mean(lengths > value)
        error = math.sqrt(expected * (1 - expected) / len(z))
        assert _mixed_tail(value, degrees) == pytest.approx(expected, abs=5 * error)


def test_an_interior_value_is_plain_chi_square(nbd, bgnbd, monkeypatch):
    inside = Nesting("NBD", "BGNBD", "a made-up value", 2, None, {})
    monkeypatch.setattr(_likelihood_ratio, "NESTED", (inside,))
    near = dataclasses.replace(bgnbd, log_likelihood=nbd.log_likelihood + 2.5)
    test = rk.clv.likelihood_ratio_test(nbd, near)
    assert test.method == "chi-square"
    assert test.p_value == pytest.approx(stats.chi2.sf(5.0, 2), rel=1e-9)
    assert "chi-square with 2 degree(s) of freedom" in test.definition


def test_draws_give_the_share_of_larger_statistics(faithful):
    simpler, fuller, histories = faithful
    test = rk.clv.likelihood_ratio_test(simpler, fuller, histories=histories, n=30, rng=2)
    assert test.method == "parametric bootstrap"
    assert (test.n, test.n_failed) == (30, 0)
    assert "30 draws of the same customers from NBD" in test.definition
    generator, larger = np.random.default_rng(2), 0
    for _ in range(30):
        drawn = rk.clv.likelihood_ratio_test(
            *_refitted(simpler.model, histories, generator)
        ).statistic
        larger += drawn >= test.statistic
    assert test.p_value == pytest.approx((1 + larger) / 31, abs=1e-12)


def _refitted(model, histories, generator):
    names = ("frequency", "recency", "age", "weight")
    order = np.lexsort([getattr(histories, name) for name in names])
    drawn = model.simulate(histories.age[order], rng=generator).to_histories()
    return rk.clv.NBD.fit(drawn), rk.clv.BGNBD.fit(drawn)


def test_dropout_is_found_by_draws_too(monkeypatch):
    ages = np.random.default_rng(1).uniform(20, 60, 300)
    histories = rk.clv.BGNBD(1.0, 5.0, 1.0, 3.0).simulate(ages, rng=1).to_histories()
    fits = rk.clv.NBD.fit(histories), rk.clv.BGNBD.fit(histories)
    test = rk.clv.likelihood_ratio_test(*fits, histories=histories, n=19)
    assert test.p_value == 1 / 20
    real = rk.clv.BGNBD.fit.__func__

    def failing(cls, drawn):
        if drawn.frequency.sum() % 2:
            raise ConvergenceError("No.", received="", allowed="", do="")
        return real(cls, drawn)

    monkeypatch.setattr(rk.clv.BGNBD, "fit", classmethod(failing))
    worse = rk.clv.likelihood_ratio_test(*fits, histories=histories, n=19)
    assert worse.n_failed > 0
    assert worse.p_value == (1 + worse.n_failed) / 20


# The simpler model itself.


def test_the_limiting_model(faithful):
    ages = np.random.default_rng(1).uniform(20, 60, 300)
    histories = rk.clv.NBD(1.0, 5.0).simulate(ages, rng=4).to_histories()
    fit = rk.clv.BGNBD.fit(histories)
    assert fit.limit == "no dropout"
    simpler = fit.limiting_model
    assert isinstance(simpler, rk.clv.NBD)
    assert simpler.unit == "week"
    np.testing.assert_allclose(
        simpler.parameters(), rk.clv.NBD.fit(histories).model.parameters(), rtol=1e-3
    )
    np.testing.assert_allclose(
        fit.model.conditional_expected_purchases(histories, 52),
        simpler.conditional_expected_purchases(histories, 52),
        rtol=1e-4,  # within 1e-4 of the log-likelihood, and so of its forecasts
    )
    assert limiting_model(fit.model, "no dropout and homogeneous rate") == simpler
    assert limiting_model(fit.model, "homogeneous dropout") is None
    assert faithful[0].limiting_model is None


def test_the_table_names_parameters_that_models_have():
    for nesting in NESTED:
        for name, shared in ((nesting.simpler, nesting.shared), (nesting.fuller, None)):
            model = getattr(rk.clv, name, None)
            names = nesting.shared.values() if shared is None else shared
            assert model is None or set(names) <= set(model.names)


# Refusals.


def test_models_must_be_nested(cdnow, nbd, bgnbd):
    mbg = rk.clv.MBGNBD.fit(cdnow)
    with pytest.raises(OptionError, match="BGNBD is not a special case of MBGNBD") as error:
        rk.clv.likelihood_ratio_test(bgnbd, mbg)
    assert "fit.aic" in error.value.do
    with pytest.raises(OptionError, match="BGNBD is not a special case of NBD"):
        rk.clv.likelihood_ratio_test(bgnbd, nbd)


def test_fits_must_be_comparable(cdnow, nbd, bgnbd):
    with pytest.raises(OptionError, match="Penalised fits"):
        rk.clv.likelihood_ratio_test(nbd, rk.clv.BGNBD.fit(cdnow, penalty=1.0))
    with pytest.raises(DataError, match="different data"):
        rk.clv.likelihood_ratio_test(rk.clv.NBD.fit(cdnow[:1000]), bgnbd)
    with pytest.raises(KindError, match="`fuller` must be a fit"):
        rk.clv.likelihood_ratio_test(nbd, bgnbd.model)


def test_draws_need_the_histories(cdnow, nbd, bgnbd):
    with pytest.raises(KindError, match="need the histories"):
        rk.clv.likelihood_ratio_test(nbd, bgnbd, n=9)
    with pytest.raises(DataError, match="not the ones that the fit was made of"):
        rk.clv.likelihood_ratio_test(nbd, bgnbd, n=9, histories=cdnow[:50])
    with pytest.raises(OptionError, match="`n` must be a finite number"):
        rk.clv.likelihood_ratio_test(nbd, bgnbd, n=-1)
    with pytest.raises(OptionError, match="`n` must be a whole number"):
        rk.clv.likelihood_ratio_test(nbd, bgnbd, n=9.5)
