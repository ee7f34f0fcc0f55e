"""What is given for a model of purchases: refusals name it and say where it belongs."""

import numpy as np
import pytest

import retentionkit as rk
from retentionkit.errors import KindError

CONTRACTS = rk.RenewalHistories.from_survivors([1000, 869, 743, 653], unit="year")
CHURN = rk.clv.ShiftedBetaGeometric(0.668, 3.806)
GIVES = rk.clv.BGBB(1.204, 0.75, 0.657, 2.783)
TERMS = {"horizon": "3 years", "discount_rate": 0.1}


@pytest.fixture(scope="module")
def held(log, cdnow):
    return rk.holdout(log, cdnow, until="1998-06-30")


def test_contracts_are_sent_to_their_own_answers(log):
    fit = rk.clv.ShiftedBetaGeometric.fit(CONTRACTS)
    with pytest.raises(KindError, match="a fit of ShiftedBetaGeometric \\(contracts\\)") as caught:
        rk.clv.score(log, fit)
    assert "probability_alive or expected_renewals" in str(caught.value)
    assert "lifetime_value and new_customer_value" in str(caught.value)
    with pytest.raises(KindError, match="received: a model of ShiftedBetaGeometric"):
        rk.clv.score(log, CHURN)


def test_spend_is_sent_to_its_place(log, spend):
    for given, said in ((spend, "a fit of"), (spend.model, "a model of")):
        with pytest.raises(KindError, match=f"{said} GammaGamma") as caught:
            rk.clv.score(log, given)
        assert "pass it as spend=" in str(caught.value)


def test_other_things_are_named(log):
    with pytest.raises(KindError, match=r"received: dict\n(.|\n)*Pass BGNBD.fit\(histories\)"):
        rk.clv.score(log, {})


@pytest.mark.parametrize(
    "name", ["activity_calibration", "calibration", "conditional_fit", "gains", "pit"]
)
def test_opportunities_have_no_holdout(name, cdnow, held):
    with pytest.raises(KindError, match=r"counts opportunities(.|\n)*a model of BGBB"):
        getattr(rk.clv, name)(GIVES, cdnow, held)


def test_opportunities_are_not_followed_in_time(log, cdnow):
    donors = rk.OpportunityHistories.from_arrays([0, 6, 3], [0, 6, 4], [6, 6, 6], unit="year")
    fit = rk.clv.BetaBinomial.fit(donors)
    with pytest.raises(KindError, match=r"counts opportunities(.|\n)*a fit of Beta") as said:
        rk.clv.score(log, fit)
    assert "opportunity_histories(transactions, period=...)" in str(said.value)
    with pytest.raises(KindError, match="opportunit"):
        rk.clv.frequency_fit(fit, cdnow)
    with pytest.raises(KindError, match="counts opportunities"):
        rk.plots.probability_alive(GIVES, age="39 weeks")
    with pytest.raises(KindError, match=r"numpy\.diff"):
        rk.clv.tracking(log, fit, cdnow, until="1998-06-30")


def test_contracts_given_for_histories_of_purchases():
    with pytest.raises(KindError, match="ShiftedBetaGeometric or BetaDiscreteWeibull"):
        rk.clv.BGNBD.fit(CONTRACTS)
    with pytest.raises(KindError, match=r"neither purchases nor amounts(.|\n)*RenewalHistories"):
        rk.clv.lifetime_value(1.0, 100.0, CONTRACTS, **TERMS)
    with pytest.raises(KindError, match="neither purchases nor amounts"):
        rk.clv.GammaGamma.fit(CONTRACTS)
    value = rk.clv.lifetime_value(CHURN, 100.0, CONTRACTS, **TERMS)  # as the refusal advises
    assert np.isfinite(value.value).all()
