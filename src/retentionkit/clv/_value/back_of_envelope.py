r"""The value that everyone computes: order value, times orders a year, times years.

.. math::

    V = m \cdot \bar z \cdot \frac{x}{T} \cdot \text{years}

It assumes that a customer goes on exactly as observed: nobody leaves, nobody was lucky, money keeps
its worth. It is here as the baseline whose error the models have to beat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retentionkit.arguments import check_number
from retentionkit.clv._models.paid import paid
from retentionkit.clv._models.reading import read_histories
from retentionkit.clv._value.terms import check_margin
from retentionkit.durations import unit_ratio
from retentionkit.results import frozen_array
from retentionkit.values import LifetimeValue

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.histories import PurchaseHistories

__all__ = ["back_of_envelope", "back_of_envelope_value"]


def back_of_envelope(
    *, order_value: float, orders_per_year: float, years: float, margin: float = 1.0
) -> float:
    """Order value times orders a year times years times the margin, undiscounted.

    Parameters
    ----------
    order_value
        Mean amount of an order, in money.
    orders_per_year
        Orders of a customer in a year.
    years
        How long a customer is assumed to stay.
    margin
        Share of spend that is kept, in (0, 1].

    Returns
    -------
    float
        In money.

    Raises
    ------
    OptionError
        If a number is negative, or the margin no share.

    Examples
    --------
    >>> import retentionkit as rk
    >>> rk.clv.back_of_envelope(order_value=40.0, orders_per_year=2.5, years=3, margin=0.5)
    150.0
    """
    check_margin(margin)
    value = margin
    for name, number in (
        ("order_value", order_value),
        ("orders_per_year", orders_per_year),
        ("years", years),
    ):
        value *= check_number(name, number, low=0)
    return float(value)


def back_of_envelope_value(
    histories: PurchaseHistories, *, years: float, margin: float = 1.0
) -> LifetimeValue:
    r"""The back-of-envelope value of each customer, from what was observed.

    Parameters
    ----------
    histories
        The customers, shape (n,), with `monetary_value`.
    years
        How far ahead the customers are assumed to go on.
    margin
        Share of spend that is kept, in (0, 1].

    Returns
    -------
    LifetimeValue
        Of kind `"residual"`, undiscounted, without an interval: there is no model that could be
        unsure. To be compared with the value of a model and with what came.

    Raises
    ------
    OptionError
        If an option is out of range.
    DataError
        If the spend of a customer with repeat purchases is missing.

    Notes
    -----
    Orders a year are repeat purchases by age, :math:`x / T`: the first purchase brought the
    customer in and says nothing of a rate. The order value is the mean of the repeat purchases.

    *One-time buyers* have made no repeat purchase, so their rate and their value are 0, however
    short the time; their order value is shown as that of all repeat purchases together. A customer
    of age 0 has had no time at all: rate and value are undefined, NaN. So are those of customers
    whose refunds leave no positive mean spend.

    Examples
    --------
    >>> import retentionkit as rk
    >>> h = rk.PurchaseHistories.from_arrays(
    ...     [3, 0], [1.5, 0], [2, 2], monetary_value=[40.0, float("nan")], unit="year"
    ... )
    >>> rk.clv.back_of_envelope_value(h, years=3).value
    array([180.,   0.])
    """
    histories = read_histories(histories, getattr(histories, "unit", "week"))
    x, money = paid(histories)
    years = check_number("years", years, low=0)
    check_margin(margin)
    ahead = years * unit_ratio("year", histories.unit)
    purchases = np.divide(x, histories.age, out=np.full(len(x), np.nan), where=histories.age > 0)
    purchases *= ahead
    spend = np.where(x > 0, np.where(money > 0, money, np.nan), _pooled(x, money, histories.weight))
    value = np.where((x == 0) & (histories.age > 0), 0.0, margin * purchases * spend)
    return LifetimeValue(
        value=frozen_array(value, np.float64),
        discounted_purchases=frozen_array(purchases, np.float64),
        expected_spend=frozen_array(spend, np.float64),
        loadings=None,
        customer=histories.customer,
        weight=histories.weight,
        kind="residual",
        horizon=ahead,
        unit=histories.unit,
        discount_rate=0.0,
        margin=float(margin),
        definition="Back of the envelope: mean repeat order times repeat orders a year so far "
        f"times {years:g} years, undiscounted, at a margin of {100 * margin:g} %.",
        covers="None: it takes what was observed as certain to go on.",
        frame_kind=histories.kind,
    )


def _pooled(
    x: NDArray[np.float64], money: NDArray[np.float64], weight: NDArray[np.float64]
) -> float:
    """Mean of all repeat purchases together; NaN without any."""
    some = (x > 0) & (money > 0)
    orders = float(weight[some] @ x[some])
    return float((weight * x)[some] @ money[some]) / orders if orders else float("nan")
