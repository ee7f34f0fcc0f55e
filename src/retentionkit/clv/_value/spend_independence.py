r"""Is spend independent of how often a customer buys, and does it matter?

Lifetime value multiplies purchases and spend, which is right if they are independent. Coefficients
say whether they are: Pearson's and Spearman's correlation and the correlation ratio

.. math::

    \eta^2 = \frac{\sum_k n_k (\bar z_k - \bar z)^2}{\sum_i (\bar z_i - \bar z)^2}

over the groups with k repeat purchases. What matters is how far money moves. For that the
Gamma-Gamma model is fitted once more with a mean that changes with the number of orders,

.. math::

    v_i = v\,(1 + x_i)^{\beta},

so that :math:`\beta` is an elasticity: doubling the orders goes with :math:`2^\beta` times the
spend per order. One-time buyers (:math:`x = 0`) are not seen by the fit; the curve is carried on to
them.
:math:`\beta` is estimated by maximum likelihood, with a likelihood-ratio test of :math:`\beta = 0`
and a profile-likelihood interval.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from retentionkit.arguments import check_confidence
from retentionkit.clv._fitting.fit import Fit, fit_of
from retentionkit.clv._models.gamma_gamma import GammaGamma
from retentionkit.clv._models.paid import paid
from retentionkit.clv._models.purchase_model import purchase_model
from retentionkit.clv._value.association import Association, associations
from retentionkit.errors import DataError, KindError
from retentionkit.results import Columns, Result, frozen_array

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from retentionkit.clv._models.transaction_model import TransactionModel
    from retentionkit.durations import Duration
    from retentionkit.histories import PurchaseHistories

__all__ = ["SpendIndependence", "spend_independence"]

#: Relative moves of money below which a dependence can be ignored, and from which it must not be.
_SMALL: Final = 0.02
_LARGE: Final = 0.10
#: Elasticities beyond which nobody looks.
_WIDEST: Final = 4.0
_CLOSE: Final = 1e-6


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class SpendIndependence(Result):
    """How spend depends on frequency, and how far that moves money.

    Attributes
    ----------
    pearson, pearson_without_one, spearman, eta_squared, elasticity
        Estimate, interval and p-value of each measure; `pearson_without_one` leaves out the one
        customer who changes it most; `elasticity` is the relative change of spend per order with
        that of the number of orders.
    adjusted_spend
        Expected spend per order of each customer with the dependence, shape (n,); to be passed as
        `spend` to `lifetime_value`.
    spend_change
        Relative change of the expected spend, averaged over all customers, through the dependence.
    value_change
        Relative change of total lifetime value; None without `purchases`.
    n_customers
        Repeat buyers with a positive mean spend.
    verdict
        What to make of it, in words.
    confidence
        Of the intervals.
    definition
        What was compared, in one sentence.
    """

    pearson: Association
    pearson_without_one: Association
    spearman: Association
    eta_squared: Association
    elasticity: Association
    adjusted_spend: NDArray[np.float64]
    spend_change: float
    value_change: float | None
    n_customers: int
    verdict: str
    confidence: float
    definition: str

    _heading: ClassVar[str] = "Independence of spend and frequency"

    def _table(self) -> Columns:
        names = ("pearson", "pearson_without_one", "spearman", "eta_squared", "elasticity")
        rows: list[Association] = [getattr(self, name) for name in names]
        return {
            "measure": list(names),
            "estimate": [row.estimate for row in rows],
            "low": [row.interval.low for row in rows],
            "high": [row.interval.high for row in rows],
            "p_value": [row.p_value for row in rows],
        }

    def _facts(self) -> Mapping[str, str]:
        value = "" if self.value_change is None else f", lifetime value {self.value_change:+.1%}"
        return {
            "customers": f"{self.n_customers:,}",
            "moves": f"expected spend {self.spend_change:+.1%}{value}",
            "verdict": self.verdict,
            "definition": self.definition,
        }


def spend_independence(
    histories: PurchaseHistories,
    *,
    spend_fit: Fit[GammaGamma] | None = None,
    purchases: Fit[TransactionModel[Any]] | TransactionModel[Any] | None = None,
    horizon: Duration | None = "12 months",
    discount_rate: float = 0.10,
    confidence: float = 0.95,
) -> SpendIndependence:
    """Test whether spend depends on frequency, and measure what that does to lifetime value.

    Parameters
    ----------
    histories
        The customers, with `monetary_value`.
    spend_fit
        A Gamma-Gamma fit to these histories, to spare doing it again.
    purchases
        A fit or model of purchases; with it, the change of total lifetime value is given too.
    horizon, discount_rate
        Of that value, as in `lifetime_value`.
    confidence
        Of the intervals.

    Returns
    -------
    SpendIndependence
        Measures, what they move, and a verdict.

    Raises
    ------
    DataError
        If spend is missing, too few customers have repeat purchases, all of them as many, or the
        fit is one to other data.
    KindError
        If `spend_fit` is no fit of spend.

    Notes
    -----
    Intervals and p-values of the correlations are those of Fisher's transformation (for Spearman's
    with the variance of Bonett and Wright [1]_), of the correlation ratio those of the noncentral F
    distribution. Spend is skew, so these are approximate; the elasticity is measured within the
    Gamma-Gamma model and takes its skewness into account.

    References
    ----------
    .. [1] Bonett, D. G. and Wright, T. A. (2000). Sample size requirements for estimating Pearson,
       Kendall and Spearman correlations. Psychometrika 65(1), 23-28.

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> histories = rk.purchase_histories(log, as_of="1997-09-30")
    >>> found = rk.clv.spend_independence(histories)
    >>> round(found.pearson.estimate, 4), found.n_customers
    (0.1139, 946)
    """
    check_confidence(confidence)
    x, money = paid(histories)
    some = (x > 0) & (money > 0)
    fit = _fit(histories, spend_fit)
    if np.ptp(x[some]) == 0:
        raise DataError(
            "All repeat buyers have bought equally often, so nothing can depend on it.",
            received=f"{x[some][0]:g} repeat purchases of each of {np.count_nonzero(some):,}",
            allowed="frequencies that differ",
            do="Observe for longer.",
        )
    repeats = np.rint(histories.weight[some]).astype(np.int64)
    measures = associations(
        np.repeat(x[some], repeats), np.repeat(money[some], repeats), confidence
    )
    elasticity, model = _elasticity(histories, fit, confidence)
    independent = fit.model.expected_spend(histories)
    dependent = _scaled(histories, -elasticity.estimate)
    adjusted = model.expected_spend(dependent) * (1 + x) ** elasticity.estimate
    spend_change = _change(independent, adjusted, histories.weight)
    value_change = None
    if purchases is not None:
        counts = purchase_model(purchases).discounted_expected_purchases(
            histories, discount_rate=discount_rate, horizon=horizon
        )
        value_change = _change(independent, adjusted, histories.weight * counts)
    return SpendIndependence(
        **measures,
        elasticity=elasticity,
        adjusted_spend=frozen_array(adjusted, np.float64),
        spend_change=spend_change,
        value_change=value_change,
        n_customers=fit.n_customers,
        verdict=_verdict(elasticity, spend_change, value_change),
        confidence=confidence,
        definition="Repeat purchases against their mean amount, over customers with repeat "
        "purchases; changes are over all customers, against a fit that assumes independence.",
    )


def _fit(histories: PurchaseHistories, given: object) -> Fit[GammaGamma]:
    """The fit without dependence: the one given, if it is one to these data."""
    if given is None:
        return GammaGamma.fit(histories)
    fit = fit_of(given)
    if fit is None or not isinstance(fit.model, GammaGamma):
        raise KindError(
            "`spend_fit` is no fit of spend.",
            received=type(given).__name__,
            allowed="a fit made by GammaGamma.fit",
            do="Leave it out: the fit is made here.",
        )
    fresh = GammaGamma.fit(histories, start=fit.model)
    if fit.penalty or fresh.fingerprint != fit.fingerprint:
        raise DataError(
            "`spend_fit` is not the maximum-likelihood fit to these histories.",
            received=f"penalty {fit.penalty:g}; {fit.definition}",
            allowed="GammaGamma.fit of the same histories, without a penalty",
            do="Leave it out: the fit is made here.",
        )
    return fresh


def _scaled(histories: PurchaseHistories, power: float) -> PurchaseHistories:
    """The same histories with each customer's spend times a power of the number of orders."""
    x, money = paid(histories)
    return dataclasses.replace(
        histories, monetary_value=frozen_array(money * (1 + x) ** power, np.float64)
    )


def _elasticity(
    histories: PurchaseHistories, fit: Fit[GammaGamma], confidence: float
) -> tuple[Association, GammaGamma]:
    """Elasticity by maximum likelihood with its profile interval, and the model at its maximum."""
    from scipy.optimize import minimize_scalar  # noqa: PLC0415
    from scipy.special import chdtrc, chdtri  # noqa: PLC0415

    x, money = paid(histories)
    some = (x > 0) & (money > 0)
    stretch = float(histories.weight[some] @ np.log1p(x[some]))

    def refit(beta: float) -> Fit[GammaGamma]:
        return GammaGamma.fit(_scaled(histories, -beta), start=fit.model)

    def loss(beta: float) -> float:
        return beta * stretch - refit(beta).log_likelihood

    found: Any = minimize_scalar(
        loss, bounds=(-_WIDEST, _WIDEST), method="bounded", options={"xatol": _CLOSE}
    )
    best, top = float(found.x), -float(found.fun)
    drop = float(chdtri(1, 1 - confidence)) / 2
    low, high = (_edge(lambda b: top - drop + loss(b), best, sign) for sign in (-1.0, 1.0))
    p_value = float(chdtrc(1, max(2 * (top - fit.log_likelihood), 0.0)))
    return Association.of(best, low, high, confidence, p_value), refit(best).model


def _edge(below: Callable[[float], float], best: float, sign: float) -> float:
    """Where the profile has fallen by enough, on one side of its top; NaN if nowhere."""
    from scipy.optimize import brentq  # noqa: PLC0415

    step = 0.1
    while below(best + sign * step) < 0:
        step *= 2
        if step > _WIDEST:
            return float("nan")
    return float(brentq(below, best, best + sign * step, xtol=1e-5))


def _change(
    before: NDArray[np.float64], after: NDArray[np.float64], weight: NDArray[np.float64]
) -> float:
    """Relative change of a weighted sum, over customers for whom both are known."""
    known = np.isfinite(before) & np.isfinite(after)
    return float(weight[known] @ after[known] / (weight[known] @ before[known]) - 1)


def _verdict(elasticity: Association, spend: float, value: float | None) -> str:
    level, moved = 1 - elasticity.interval.confidence, spend if value is None else value
    what = "expected spend" if value is None else "total lifetime value"
    told = "different" if elasticity.p_value < level else "not told"
    doubled = 2**elasticity.estimate - 1
    said = (
        f"Twice the orders go with {doubled:+.1%} spend per order "
        f"({told} from 0, p = {elasticity.p_value:.2g}). "
        f"Taking it in moves {what} by {moved:+.1%}: "
    )
    if abs(moved) < _SMALL:
        return said + "independence is good enough."
    if abs(moved) < _LARGE:
        return said + "small, and worth a note; adjusted_spend takes it in."
    return said + "too much to ignore; pass adjusted_spend as spend to lifetime_value."
