"""A selection may hold nobody: answers are empty then, and a fit says that there is nobody."""

import numpy as np
import pytest

import retentionkit as rk
from retentionkit.errors import DataError

BOUGHT = rk.PurchaseHistories.from_arrays([2, 0], [3.0, 0.0], [5.0, 5.0], unit="week")
TOOK = rk.OpportunityHistories.from_arrays([2, 0], [3, 0], [5, 5], unit="year")
RENEWED = rk.RenewalHistories.from_arrays([2, 0], [False, True], unit="year")
MODELS = {
    rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426): BOUGHT,
    rk.clv.MBGNBD(0.243, 4.414, 0.793, 2.426): BOUGHT,
    rk.clv.ParetoNBD(0.553, 10.578, 0.606, 11.669): BOUGHT,
    rk.clv.NBD(0.385, 12.072): BOUGHT,
    rk.clv.BGBB(1.204, 0.75, 0.657, 2.783): TOOK,
    rk.clv.BGBB(1.204, 0.75, 1.0, 2.783): TOOK,
    rk.clv.BetaBinomial(0.487, 0.826): TOOK,
    rk.clv.ShiftedBetaGeometric(0.668, 3.806): RENEWED,
    rk.clv.BetaDiscreteWeibull(0.259, 1.723, 1.584): RENEWED,
}
TIMED = {
    "conditional_expected_purchases": (3,),
    "conditional_count_pmf": (0, 3),
    "rate_exceeds": (0.5,),
    "expected_renewals": (3,),
    "probability_active": (3,),
    "log_likelihood": (),
    "probability_alive": (),
}
DISCOUNTED = (
    "discounted_expected_purchases",
    "discounted_expected_residual_lifetime",
    "retention_elasticity",
)
WITHOUT_HORIZON = ("retention_elasticity",)
CASES = [
    pytest.param(model, getattr(model, name), arguments, histories, id=f"{model}-{name}")
    for model, histories in MODELS.items()
    for name, arguments in (TIMED | dict.fromkeys(DISCOUNTED, ())).items()
    if hasattr(model, name)
]


@pytest.mark.parametrize(("model", "method", "arguments", "histories"), CASES)
def test_answers_about_nobody_are_empty(model, method, arguments, histories):
    del model
    options = [{}]
    if method.__name__ in DISCOUNTED:
        options = [{"discount_rate": 0.1}]
        if method.__name__ not in WITHOUT_HORIZON:
            options += [{"discount_rate": d, "horizon": "3 years"} for d in (0.0, 0.1)]
    for more in options:
        answer = method(histories[:0], *arguments, **more)
        assert (answer.shape, answer.dtype) == ((0,), np.float64)
        # A real customer shows that the same call answers somebody.
        assert method(histories, *arguments, **more).shape == (2,)


@pytest.mark.parametrize(("model", "histories"), MODELS.items(), ids=map(str, MODELS))
def test_later_answers_values_and_draws_about_nobody(model, histories):
    nobody = histories[:0]
    assert model.probability_alive(nobody, after=2).shape == (0,)
    value = rk.clv.lifetime_value(model, 5.0, nobody, horizon="3 years", discount_rate=0.1)
    assert (value.value.shape, value.total) == ((0,), 0.0)
    if hasattr(model, "simulate_ahead"):
        assert model.simulate_ahead(nobody, 3, rng=1).time.shape == (0,)
        assert model.conditional_count_pmf(nobody, [0, 1], 3).shape == (0, 2)


@pytest.mark.parametrize(("model", "histories"), MODELS.items(), ids=map(str, MODELS))
def test_a_fit_to_nobody_is_refused(model, histories):
    with pytest.raises(DataError, match=r"no customers(.|\n)*Histories without rows"):
        type(model).fit(histories[:0])


def test_selections_of_nobody_are_results():
    for histories in (BOUGHT, TOOK, RENEWED):
        nobody = histories[:0]
        assert (len(nobody), nobody.n_customers, len(nobody.grouped())) == (0, 0, 0)
        assert "customers" in repr(nobody)
    assert RENEWED[:0].survivors().tolist() == [0.0]
