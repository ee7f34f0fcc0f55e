"""What a valuation was given, fits or models or numbers: what can be said and drawn of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from retentionkit.clv._fitting.fit import fit_of, model_of
from retentionkit.clv._models.beta_binomial import BetaBinomial
from retentionkit.clv._models.gamma_gamma import GammaGamma
from retentionkit.clv._models.nbd import NBD
from retentionkit.clv._models.purchase_model import is_contract_model, is_purchase_model
from retentionkit.clv._value.futures import FORGOTTEN, Futures
from retentionkit.durations import continuous_rate
from retentionkit.errors import DataError, KindError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.clv._value.terms import Terms

__all__ = ["covers", "given_numbers", "simulated"]


def simulated(
    purchases: object,
    spend: object,
    terms: Terms,
    histories: Any,  # noqa: ANN401 - of the model's kind, or None for a new customer
    first: float | None,
) -> dict[str, Any]:
    """What predictive intervals draw from; None where there is nothing to draw from, and why."""
    buys, spends = model_of(purchases), model_of(spend)
    delta, far = continuous_rate(terms.discount_rate, terms.unit), terms.horizon
    if far is None and delta > 0:
        far = -math.log(FORGOTTEN) / delta
    if is_contract_model(buys):
        return {"not_simulated": "a model of contracts; its interval() is of expected values"}
    if not is_purchase_model(buys):
        return {"not_simulated": "purchases as numbers"}
    if far is None:
        return {"not_simulated": "no horizon and no discounting"}
    if not isinstance(spends, GammaGamma):
        spends = given_numbers("spend", spends, 1 if histories is None else len(histories))
    return {"simulation": Futures(buys, spends, histories, far, delta, terms.margin, first)}


def covers(purchases: object, spend: object, *, known: bool) -> str:
    if not known:
        if fit_of(purchases) or fit_of(spend):
            return (
                "None: a fit ran to a limit, where its parameters have no standard error. Fit its "
                "limiting model, such as rk.clv.NBD.fit(histories), or use rk.clv.bootstrap."
                + _staying(purchases)
            )
        return "None: models and numbers without a fit carry no uncertainty." + _staying(purchases)
    what = "renewal" if is_contract_model(model_of(purchases)) else "purchase"
    fits = [name for name, one in ((what, purchases), ("spend", spend)) if fit_of(one)]
    return (
        f"Uncertainty of the {' and '.join(fits)} parameters (delta method): where the expected "
        "value may lie. What one customer will really bring varies far more." + _staying(purchases)
    )


def _staying(purchases: object) -> str:
    """What to know of a model without dropout; nothing of another."""
    fit = fit_of(purchases)
    limit = None if fit is None else fit.limiting_model
    if not any(isinstance(one, NBD | BetaBinomial) for one in (model_of(purchases), limit)):
        return ""
    return (
        " Nobody ever leaves in this model: the value is an upper bound, and beyond the time "
        "observed it is extrapolation."
    )


def given_numbers(name: str, given: Any, size: int) -> NDArray[np.float64]:  # noqa: ANN401 - array-like
    values = np.asarray(given)
    if values.dtype.kind not in "iuf":
        raise KindError(
            f"`{name}` is no fit, model or number.",
            received=f"{type(given).__name__}: {given!r:.60}",
            allowed="a fit, a model, one number, or an array of them",
            do="Pass BGNBD.fit(histories) as purchases, GammaGamma.fit(histories) as spend.",
        )
    if values.shape in {(), (size,)} and np.isfinite(values).all() and (values >= 0).all():
        return np.broadcast_to(values.astype(np.float64), size)
    raise DataError(
        f"`{name}` must be finite numbers that are not negative, one or as many as customers.",
        received=f"shape {values.shape}: {values.ravel()[:3].tolist()}",
        allowed=f"one number, or shape ({size},)",
        do="Give customers without a known value the mean, not NaN.",
    )
