r"""Lifetime value: purchases to come, times what one brings, times the margin.

.. math::

    V = m \cdot E[Z] \cdot \text{DET}, \qquad
    \text{DET} = E\Bigl[\sum_{\text{purchases at } u \le h} e^{-\delta u}\Bigr],
    \quad \delta = \ln(1 + d)

per year, where DET comes from the purchase model, the expected spend E[Z] from the spend model and
m is the margin. Spend and purchases are taken as independent given the data [1]_.

Intervals are made by the delta method on the logarithm of the value. The derivative in each
parameter is a central difference of the value itself.

References
----------
.. [1] Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). RFM and CLV: Using Iso-Value Curves for
   Customer Base Analysis. Journal of Marketing Research 42(4), 415-430.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, get_args

import numpy as np

from retentionkit.arguments import check_choice, check_number
from retentionkit.clv._fitting.fit import Fit, model_of
from retentionkit.clv._models.gamma_gamma import GammaGamma
from retentionkit.clv._models.purchase_model import (
    check_kinds,
    has_payments,
    is_contract_model,
    known_to,
)
from retentionkit.clv._value.delta import Part, loadings
from retentionkit.clv._value.distinct_histories import Distinct, distinct_histories
from retentionkit.clv._value.given import covers, given_numbers, simulated
from retentionkit.clv._value.terms import Terms
from retentionkit.durations import Unit
from retentionkit.errors import DataError, OptionError
from retentionkit.results import frozen_array
from retentionkit.values import LifetimeValue

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from retentionkit.clv._models.contract_model import ContractModel
    from retentionkit.clv._models.transaction_model import TransactionModel
    from retentionkit.durations import Duration
    from retentionkit.histories import OpportunityHistories, PurchaseHistories, RenewalHistories

    Purchases: TypeAlias = Fit[Any] | TransactionModel[Any] | ContractModel | ArrayLike
    Spend: TypeAlias = Fit[GammaGamma] | GammaGamma | ArrayLike

__all__ = ["lifetime_value", "new_customer_value"]


def lifetime_value(
    purchases: Purchases,
    spend: Spend,
    histories: PurchaseHistories | OpportunityHistories | RenewalHistories,
    *,
    horizon: Duration | None,
    discount_rate: float,
    margin: float = 1.0,
) -> LifetimeValue:
    """Expected discounted margin of each customer from the end of observation on.

    Parameters
    ----------
    purchases
        A fit or model of purchases, or of contracts; or numbers, purchases per unit of the
        histories at a constant rate for ever, one number or shape (n,).
    spend
        A fit or model of spend; or numbers, spend per purchase, one number or shape (n,). Of
        contracts: the price of a period, in numbers.
    histories
        The customers, shape (n,), of the kind that the model reads.
    horizon
        How far ahead: a number of units, text such as `"12 months"`, or None for ever.
    discount_rate
        Effective rate per year, such as 0.10.
    margin
        Share of spend that is kept, in (0, 1].

    Returns
    -------
    LifetimeValue
        Of kind `"residual"`. With fits, its intervals cover the uncertainty of their parameters.

    Raises
    ------
    OptionError
        If an option is out of range, or an infinite horizon has no finite value.
    DataError
        If a customer's expected spend does not exist, or numbers have the wrong length.
    KindError
        If `purchases`, `spend` or `histories` is something else.

    Notes
    -----
    Value still to come, without what the customers have paid so far. Purchases count at the moment
    they are made; for a model of opportunities, at the end of each period; renewals of contracts at
    the start of a period, the next one today. The value of a customer whose refunds leave no
    positive mean spend is undefined, NaN; a total leaves it out and says so.

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> histories = rk.purchase_histories(log, as_of="1997-09-30", unit="week")
    >>> value = rk.clv.lifetime_value(
    ...     rk.clv.BGNBD.fit(histories),
    ...     rk.clv.GammaGamma.fit(histories),
    ...     histories,
    ...     horizon="12 months",
    ...     discount_rate=0.10,
    ...     margin=0.30,
    ... )
    >>> round(value.total)
    21808
    """
    known = known_to(purchases, spend, histories)
    terms = Terms(known.unit, horizon, discount_rate, margin)
    size = len(known)
    counted = has_payments(model_of(purchases))
    distinct = distinct_histories(known) if counted else Distinct(known, None)

    def bought(model: Any) -> NDArray[np.float64]:  # noqa: ANN401 - a model or numbers
        if has_payments(model):
            return model.discounted_expected_purchases(
                distinct.histories, discount_rate=discount_rate, horizon=horizon
            )
        return terms.annuity() * given_numbers("purchases", model, size)

    def spent(model: Any) -> NDArray[np.float64]:  # noqa: ANN401 - a model or numbers
        return (
            model.expected_spend(known)
            if isinstance(model, GammaGamma)
            else given_numbers("spend", model, size)
        )

    return _value(
        purchases,
        spend,
        bought=bought,
        spent=spent,
        at=distinct.at,
        first=0.0,
        terms=terms,
        customer=known.customer,
        weight=known.weight,
        **simulated(purchases, spend, terms, known, 0.0),
        kind="residual",
        frame_kind=known.kind,
        what="Expected discounted margin of each customer after the end of observation"
        + (", the next renewal today" if is_contract_model(model_of(purchases)) else ""),
    )


def new_customer_value(
    purchases: Purchases,
    spend: Spend,
    *,
    horizon: Duration | None,
    discount_rate: float,
    margin: float = 1.0,
    first_order: float | None = None,
    unit: Unit | None = None,
) -> LifetimeValue:
    """Expected discounted margin of a customer who is about to make a first purchase.

    Parameters
    ----------
    purchases, spend, horizon, discount_rate, margin
        As in `lifetime_value`; numbers are single numbers.
    first_order
        Amount of the first order, earned at once; None takes the mean spend; 0 leaves it out.
    unit
        Unit of the horizon and of the rate where `purchases` is a number; a model has its own.

    Returns
    -------
    LifetimeValue
        One row, of kind `"new"`: what an acquisition cost is compared with.

    Examples
    --------
    >>> import retentionkit as rk
    >>> value = rk.clv.new_customer_value(
    ...     rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week"),
    ...     rk.clv.GammaGamma(6.25, 3.74, 15.44),
    ...     horizon="3 years",
    ...     discount_rate=0.10,
    ...     margin=0.30,
    ... )
    >>> round(value.total, 2)
    36.9
    """
    terms = Terms(_unit_of(model_of(purchases), unit), horizon, discount_rate, margin)
    check_kinds(purchases, spend)
    if first_order is not None:
        check_number("first_order", first_order, low=0)

    def bought(model: Any) -> NDArray[np.float64]:  # noqa: ANN401 - a model or numbers
        if has_payments(model):
            return model.discounted_expected_purchases(
                None, discount_rate=discount_rate, horizon=horizon
            )
        return terms.annuity() * given_numbers("purchases", model, 1)

    def spent(model: Any) -> NDArray[np.float64]:  # noqa: ANN401 - a model or numbers
        return (
            np.array([model.mean_spend])
            if isinstance(model, GammaGamma)
            else given_numbers("spend", model, 1)
        )

    return _value(
        purchases,
        spend,
        bought=bought,
        spent=spent,
        at=None,
        first=first_order,
        terms=terms,
        customer=None,
        weight=frozen_array([1.0], np.float64),
        **simulated(purchases, spend, terms, None, first_order),
        kind="new",
        frame_kind=None,
        what="Expected discounted margin of a new customer, "
        + ("first order included" if first_order != 0 else "without the first order"),
    )


def _value(
    purchases: Any,  # noqa: ANN401 - a fit, a model or numbers
    spend: Any,  # noqa: ANN401 - same
    *,
    bought: Callable[[Any], NDArray[np.float64]],
    spent: Callable[[Any], NDArray[np.float64]],
    at: NDArray[np.int64] | None,
    first: float | None,
    terms: Terms,
    what: str,
    **described: Any,  # noqa: ANN401 - fields of the result
) -> LifetimeValue:
    """Value, and how it responds to what the fits are unsure of.

    Purchases are those of the distinct histories; `at` is the position of each customer's.
    """
    n, z = Distinct(None, at).spread(bought(model_of(purchases))), spent(model_of(spend))
    _check_spend(z)
    orders = n + 1.0 if first is None else n
    open_to = loadings(
        Part(purchases, bought, terms.margin * z, at),
        Part(spend, spent, terms.margin * orders),
        defined=~np.isnan(z),
    )
    return LifetimeValue(
        value=frozen_array(terms.margin * (z * orders + (first or 0.0)), np.float64),
        discounted_purchases=frozen_array(n, np.float64),
        expected_spend=frozen_array(z, np.float64),
        loadings=open_to,
        horizon=terms.horizon,
        unit=terms.unit,
        discount_rate=float(terms.discount_rate),
        margin=float(terms.margin),
        definition=f"{what}, {terms.words()}.",
        covers=covers(purchases, spend, known=open_to is not None),
        **described,
    )


def _check_spend(z: NDArray[np.float64]) -> None:
    endless = np.flatnonzero(np.isinf(z))
    if len(endless):
        raise DataError(
            "The expected spend does not exist: the model's mean is infinite.",
            received=f"{len(endless):,} such customers, the first at position {endless[0]}",
            allowed="p x + q > 1 for each customer; for those without repeat purchases q > 1",
            do="Pass spend as numbers: model.expected_spend(histories, statistic='median'), or "
            "model.median_spend for a new customer; or fit with a penalty.",
        )


def _unit_of(model: object, unit: Unit | None) -> Unit:
    own: Unit | None = getattr(model, "unit", None)
    if unit is not None:
        check_choice("unit", unit, get_args(Unit))
    if own is not None and unit in {None, own}:
        return own
    if own is None and unit is not None:
        return unit
    raise OptionError(
        "The unit of time is not clear.",
        received=f"unit={unit!r}; the purchases are in {own or 'no unit'}",
        allowed="the unit of the model, or one for purchases given as a number",
        do="Leave unit out for a model; pass unit='week' for purchases per week.",
    )
