"""lifetimes 0.11.3 as a second referee on CDNOW.

What it knows is computed by `lifetimes_numbers.py` in a process of its own.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from retentionkit import Transactions, holdout, purchase_histories
from retentionkit.clv import BGNBD, GammaGamma, lifetime_value
from retentionkit.datasets import load_cdnow

SCRIPT = Path(__file__).with_name("lifetimes_numbers.py")
PURCHASES = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
SPEND = {"p": 6.25, "q": 3.74, "v": 15.44}

# Both sides evaluate closed forms in double precision; on these customers the hypergeometric
# functions lose at most four of sixteen digits.
CLOSED_FORM = {"rtol": 1e-11, "atol": 0}


@pytest.fixture(scope="module")
def theirs():
    command = [sys.executable, "-W", "ignore", str(SCRIPT)]
    arguments = [json.dumps(PURCHASES), json.dumps(SPEND)]
    done = subprocess.run([*command, *arguments], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def transactions():
    return Transactions(load_cdnow())


@pytest.fixture(scope="module")
def histories(transactions):
    return purchase_histories(transactions, as_of="1997-09-30")


@pytest.fixture(scope="module")
def models():
    return BGNBD(**PURCHASES, unit="week"), GammaGamma(**SPEND)


# Worked example: the log as frequency, recency and age ------------------------------------------


@pytest.mark.parametrize(
    ("name", "their_name"), [("frequency", "frequency"), ("recency", "recency"), ("age", "T")]
)
def test_summary_is_the_same_to_the_last_bit(histories, theirs, name, their_name):
    # Both divide whole days by 7, so there is nothing to round differently.
    np.testing.assert_array_equal(getattr(histories, name), theirs["summary"][their_name])


def test_monetary_value_is_the_same_for_repeat_buyers(histories, theirs):
    # A mean of amounts in another order of summation: a few units in the last place.
    repeat = histories.frequency > 0
    expected = np.array(theirs["summary"]["monetary_value"])
    np.testing.assert_allclose(histories.monetary_value[repeat], expected[repeat], rtol=1e-12)


def test_monetary_value_of_one_time_buyers_is_undefined_here_and_zero_there(histories, theirs):
    once = histories.frequency == 0
    assert np.isnan(histories.monetary_value[once]).all()
    assert not np.array(theirs["summary"]["monetary_value"])[once].any()


def test_holdout_purchases_are_the_same(transactions, histories, theirs):
    after = holdout(transactions, histories, until="1998-06-30")
    np.testing.assert_array_equal(after.purchases, theirs["holdout"])


# Reference: the fits ----------------------------------------------------------------------------


def test_bgnbd_fit(histories, theirs):
    fit = BGNBD.fit(histories)
    expected = theirs["fits"]
    # Their optimiser stops at a gradient of 1e-7 in scaled parameters, about 1e-6 of each. At an
    # optimum the log-likelihood errs by the square of that, below the rounding of its sum.
    for name in PURCHASES:
        assert getattr(fit.model, name) == pytest.approx(expected["bgnbd"][name], rel=2e-6)
    assert fit.log_likelihood == pytest.approx(expected["log_likelihood"], rel=1e-11)


def test_bgnbd_standard_errors(histories, theirs):
    fit = BGNBD.fit(histories)
    # Only their variances are right: the covariances are scaled by p_j^2 instead of p_i p_j.
    ours = [parameter.standard_error for parameter in fit.parameters.values()]
    expected = [theirs["fits"]["standard_errors"][name] for name in PURCHASES]
    np.testing.assert_allclose(ours, expected, rtol=1e-5)


def test_gamma_gamma_fit(histories, theirs):
    model = GammaGamma.fit(histories).model
    for name in SPEND:
        assert getattr(model, name) == pytest.approx(theirs["fits"]["gamma_gamma"][name], rel=1e-6)


# Definition: the same functions at the same parameters -------------------------------------------


def test_probability_alive(models, histories, theirs):
    ours = models[0].probability_alive(histories)
    np.testing.assert_allclose(ours, theirs["probability_alive"], **CLOSED_FORM)


def test_conditional_expected_purchases(models, histories, theirs):
    ours = models[0].conditional_expected_purchases(histories, 39)
    np.testing.assert_allclose(ours, theirs["conditional_expected_purchases"], **CLOSED_FORM)


def test_expected_purchases(models, theirs):
    ours = models[0].expected_purchases(39)
    np.testing.assert_allclose(ours, theirs["expected_purchases"], **CLOSED_FORM)


def test_count_pmf(models, theirs):
    # Theirs subtracts a sum of n terms from one, which costs digits as n grows.
    ours = models[0].count_pmf(np.arange(21), 39)
    np.testing.assert_allclose(ours, theirs["count_pmf"], rtol=1e-10)


def test_expected_spend(models, histories, theirs):
    ours = models[1].expected_spend(histories)
    np.testing.assert_allclose(ours, theirs["expected_spend"], **CLOSED_FORM)


def test_undiscounted_lifetime_value(models, histories, theirs):
    # Their month is 4.345 weeks; without discounting only the total horizon matters.
    ours = lifetime_value(*models, histories, horizon=12 * 4.345, discount_rate=0.0)
    np.testing.assert_allclose(ours.value, theirs["lifetime_value"], **CLOSED_FORM)
