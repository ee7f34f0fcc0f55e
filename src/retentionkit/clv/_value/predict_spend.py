"""Predictive intervals of undiscounted spend, from a purchase model and the Gamma-Gamma model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from retentionkit.clv._fitting.fit import model_of
from retentionkit.clv._models.gamma_gamma import GammaGamma, posterior
from retentionkit.clv._models.purchase_model import purchase_model
from retentionkit.clv._value.ahead import look_ahead, mixed_cumulants
from retentionkit.clv._value.delta import Part, loadings
from retentionkit.clv._value.predict_purchases import check_predictive, parameter_words
from retentionkit.clv._value.predicted_spend import PredictedSpend
from retentionkit.clv._value.spend_ahead import SpendAhead, inverse_moment
from retentionkit.clv._value.terms import check_margin, horizon_words
from retentionkit.errors import KindError
from retentionkit.results import frozen_array

if TYPE_CHECKING:
    from retentionkit.clv._fitting.fit import Fit
    from retentionkit.clv._models.transaction_model import TransactionModel
    from retentionkit.clv._value.ahead import Floats
    from retentionkit.durations import Duration

__all__ = ["predict_spend", "spend_model"]


def predict_spend(
    purchases: Fit[TransactionModel[Any]] | TransactionModel[Any],
    spend: Fit[GammaGamma] | GammaGamma,
    histories: Any,  # noqa: ANN401 - of the kind that the models read
    *,
    horizon: Duration,
    confidence: float = 0.95,
    margin: float = 1.0,
) -> PredictedSpend:
    """How much each customer will spend, undiscounted, with limits for what really happens.

    Parameters
    ----------
    purchases
        A fit or model of purchases.
    spend
        A fit or model of spend.
    histories
        The customers, shape (n,), with `monetary_value`.
    horizon
        How far ahead: a number of units, or text such as `"12 months"`.
    confidence
        Probability that a customer's spend lies between `low` and `high`. Below 1 by at least 1e-6.
    margin
        Share of spend that is kept, in (0, 1]; all amounts are of that share.

    Returns
    -------
    PredictedSpend
        One row for each customer, and the total of all.

    Raises
    ------
    KindError
        If `purchases` or `spend` is no fit or model, or the histories are of another kind.
    OptionError
        If an option is out of range.
    DataError
        If a customer's mean spend is missing.

    Notes
    -----
    Exact but for the counts left out, whose probability is at most 1e-10; quantiles are found to a
    relative 1e-9. At a constant amount per purchase, multiply the limits of `predict_purchases`.

    Examples
    --------
    >>> import retentionkit as rk
    >>> h = rk.PurchaseHistories.from_arrays(
    ...     [2, 7], [30.43, 37.0], [38.86, 38.86], monetary_value=[40.0, 25.0], unit="week"
    ... )
    >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
    >>> ahead = rk.clv.predict_spend(
    ...     model, rk.clv.GammaGamma(6.25, 3.74, 15.44), h, horizon="39 weeks"
    ... )
    >>> ahead.expected.round(2), ahead.high.round(1)
    (array([ 47.99, 117.88]), array([232.4, 346.5]))
    """
    check_predictive(confidence)
    check_margin(margin)
    model, money = purchase_model(purchases), spend_model(spend)
    ahead = look_ahead(model, histories, horizon)
    _, rate = posterior(money, histories)
    distribution = SpendAhead(ahead, money.p, money.q + money.p * ahead.x, margin * rate)
    variance, third, none, truncation = _moments(distribution)
    tail, ids = 0.5 - confidence / 2, getattr(histories, "customer", None)

    def expected(buys: Any, spends: Any) -> Floats:  # noqa: ANN401 - models
        counts: Floats = buys.conditional_expected_purchases(histories, horizon)
        each: Floats = spends.expected_spend(histories)
        return margin * counts * each

    mean = expected(model, money)
    open_to = loadings(
        Part(purchases, lambda buys: expected(buys, money)),
        Part(spend, lambda spends: expected(model, spends)),
        defined=~np.isnan(mean),
    )
    return PredictedSpend(
        expected=frozen_array(mean, np.float64),
        low=frozen_array(distribution.quantile(tail), np.float64),
        high=frozen_array(distribution.quantile(1 - tail), np.float64),
        probability_none=frozen_array(none, np.float64),
        variance=frozen_array(variance, np.float64),
        third_moment=frozen_array(third, np.float64),
        loadings=open_to,
        customer=None if ids is None else frozen_array(ids, ids.dtype),
        weight=frozen_array(histories.weight, np.float64),
        horizon=ahead.horizon,
        unit=model.unit,
        margin=float(margin),
        confidence=float(confidence),
        truncation=truncation,
        definition="Undiscounted spend of each customer after the end of observation, over "
        f"{horizon_words(horizon, model.unit)}, at a margin of {100 * margin:g} %.",
        covers=parameter_words(confidence, "purchases and amounts"),
        ahead=distribution,
        frame_kind=getattr(histories, "kind", None),
    )


def spend_model(spend: object) -> GammaGamma:
    """The model of a fit of spend, or the model itself; anything else is refused."""
    model: object = model_of(spend)
    if isinstance(model, GammaGamma):
        return model
    raise KindError(
        "`spend` is no model of spend.",
        received=type(spend).__name__,
        allowed="a fit or model of spend, such as GammaGamma",
        do="Pass GammaGamma.fit(histories); for a constant amount per purchase, multiply the "
        "limits of predict_purchases with it.",
    )


def _moments(spend: SpendAhead) -> tuple[Floats, Floats, Floats, float]:
    """Variance, third central moment and probability of none of each customer; the truncation."""
    size = len(spend.rate)
    variance, third, none, truncation = np.empty(size), np.empty(size), np.empty(size), 0.0
    for block in spend.ahead.blocks():
        here, row = block.customers, block.row
        q = spend.shape[block.pairs]
        n = np.arange(block.pmf.shape[1], dtype=np.float64) * spend.p
        rising = (n, n * (n + 1), n * (n + 1) * (n + 2))
        first, second, cubed = (block.pmf @ rising[k] * inverse_moment(q, k + 1) for k in range(3))
        with np.errstate(invalid="ignore"):  # infinity less infinity: neither exists
            spread = second - first**2
            skew = cubed - 3 * first * second + 2 * first**3
            mixed = mixed_cumulants(spend.ahead.alive[here], first[row], spread[row], skew[row])
        rate = spend.rate[here]
        infinite = np.where(np.isnan(rate), np.nan, np.inf)
        variance[here] = np.where(q[row] > 2, mixed[0] * rate**2, infinite)  # noqa: PLR2004 - see above
        third[here] = np.where(q[row] > 3, mixed[1] * rate**3, infinite)  # noqa: PLR2004 - same
        none[here] = 1 - spend.ahead.alive[here] * (1 - block.pmf[row, 0])
        truncation = max(truncation, float(np.max(1 - block.pmf.sum(axis=1))))
    return variance, third, none, truncation
