r"""Tiers: whom to serve how well, with cuts that the cost of serving justifies.

Tier k is a level of service. It costs :math:`c_k` per customer over the horizon of the value, and
it is expected to add (or protect) the share :math:`u_k` of a customer's value V. A customer belongs
where :math:`u_k V - c_k` is greatest, so the next level pays from

.. math::

    V_k = \frac{c_{k+1} - c_k}{u_{k+1} - u_k}

upwards. Better service must cost more and add more, and the cuts must rise: a level that is the
best for nobody is refused, not silently left empty.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

import numpy as np

from retentionkit import frames
from retentionkit.arguments import check_choice
from retentionkit.clv._value.tier_terms import (
    numbers_by_tier,
    read_cuts,
    read_names,
    read_quantiles,
)
from retentionkit.errors import KindError, OptionError
from retentionkit.results import Columns, Result, frozen_array
from retentionkit.values import LifetimeValue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from retentionkit.frames import Frame, FrameKind

__all__ = ["Tiers", "tiers"]

_UNDEFINED: Final = -1


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Tiers(Result):
    """Customers by lifetime value, and what serving them costs and brings.

    Attributes
    ----------
    names
        Stable English keys of the tiers, from the lowest to the highest.
    chinese
        Their labels in Chinese.
    cuts
        The value from which each tier but the lowest begins, shape (k - 1,).
    customers
        Customers in each tier, shape (k,).
    value, low, high
        Value of each tier and its 95 % interval, shape (k,); the limits are NaN without fits.
    cost
        What serving each tier costs, shape (k,).
    added
        What the service of each tier is expected to add or protect, shape (k,); 0 without `uplift`.
    net
        Value, plus what is added, less the cost, shape (k,).
    n_undefined
        Customers whose value is undefined; they are in no tier.
    position
        Position of each customer's tier, shape (n,); -1 where the value is undefined.
    customer, customer_value
        Ids (or None) and values of the customers, shape (n,).
    definition
        What the cuts are, in one sentence.
    frame_kind
        The kind of frame that the caller brought.
    """

    names: tuple[str, ...]
    chinese: tuple[str, ...]
    cuts: NDArray[np.float64]
    customers: NDArray[np.float64]
    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    cost: NDArray[np.float64]
    added: NDArray[np.float64]
    net: NDArray[np.float64]
    n_undefined: int
    position: NDArray[np.int64]
    customer: NDArray[Any] | None
    customer_value: NDArray[np.float64]
    definition: str
    frame_kind: FrameKind | None = None

    _heading: ClassVar[str] = "Tiers"

    def labels(self, *, language: Literal["en", "zh"] = "en") -> tuple[str, ...]:
        """The names of the tiers for people, from the lowest to the highest."""
        check_choice("language", language, ("en", "zh"))
        return self.names if language == "en" else self.chinese

    def assigned(self, *, language: Literal["en", "zh"] = "en") -> Frame:
        """One row for each customer: id, value and tier; no tier where the value is undefined."""
        labels: list[str | None] = [
            *self.labels(language=language),
            None,
        ]  # the last one is that of position -1
        ids = {} if self.customer is None else {"customer": self.customer}
        tier: list[str | None] = [labels[at] for at in self.position.tolist()]
        return frames.build({**ids, "value": self.customer_value, "tier": tier}, self._frame_kind())

    def _frame_kind(self) -> FrameKind:
        return self.frame_kind or "pandas"

    def _table(self) -> Columns:
        known = {"low": self.low, "high": self.high}
        return {
            "tier": list(self.names),
            "from_value": [None, *self.cuts.tolist()],
            "customers": self.customers,
            "share_of_customers": self.customers / self.customers.sum(),
            "value": self.value,
            **({} if np.isnan(self.low).all() else known),
            "share_of_value": self.value / self.value.sum(),
            "cost": self.cost,
            "added": self.added,
            "net": self.net,
        }

    def _facts(self) -> Mapping[str, str]:
        undefined = {"undefined": f"{self.n_undefined:,} customers without a value"}
        return {
            "customers": f"{self.customers.sum():,.0f}",
            **(undefined if self.n_undefined else {}),
            "net": f"{self.net.sum():,.2f}",
            "definition": self.definition,
        }


def tiers(
    value: LifetimeValue,
    *,
    cost_to_serve: Sequence[float],
    uplift: Sequence[float] | None = None,
    cuts: Sequence[float] | None = None,
    quantiles: Sequence[float] | None = None,
    names: Sequence[str] | Mapping[str, str] | None = None,
) -> Tiers:
    """Sort customers into levels of service by their lifetime value.

    Parameters
    ----------
    value
        The customers' lifetime value, of kind `"residual"`: what they bring without the services
        whose cost is weighed here.
    cost_to_serve
        Cost of each tier's service per customer over the horizon of the value, from the lowest
        tier to the highest; its length is the number of tiers.
    uplift
        Share of a customer's value that each tier's service is expected to add or protect, such as
        `[0, 0.05, 0.20]`. It sets the cuts unless `cuts` or `quantiles` do.
    cuts
        Values at which the tiers but the lowest begin, given.
    quantiles
        Shares of the customers below each tier but the lowest, such as `[0.5, 0.9]`.
    names
        Keys of the tiers, from the lowest to the highest, or a mapping of keys to Chinese labels.

    Returns
    -------
    Tiers
        The tiers, from the lowest to the highest, and the tier of each customer.

    Raises
    ------
    OptionError
        If nothing or more than one thing sets the cuts; if costs or uplifts do not rise, cuts fall,
        or a service is the best for nobody.
    KindError
        If `value` is no lifetime value of customers already won.

    Notes
    -----
    The uplift is an assumption to be tested with a control group. A cut moves with it in inverse
    proportion: if the service adds half as much, only twice the value justifies it.

    Examples
    --------
    >>> import retentionkit as rk
    >>> h = rk.PurchaseHistories.from_arrays([0] * 4, [0] * 4, [9] * 4, unit="week")
    >>> value = rk.clv.lifetime_value(
    ...     1.0, [10.0, 60.0, 200.0, 900.0], h, horizon=1, discount_rate=0
    ... )
    >>> found = rk.clv.tiers(value, cost_to_serve=[0, 5, 50], uplift=[0, 0.10, 0.20])
    >>> found.cuts, found.position
    (array([ 50., 450.]), array([0, 1, 1, 2]))
    >>> found.labels(language="zh")
    ('基础级', '标准级', '尊享级')
    """
    _check_residual(value)
    cost = numbers_by_tier("cost_to_serve", cost_to_serve, size=None)
    share = None if uplift is None else numbers_by_tier("uplift", uplift, size=len(cost))
    edges, how = _edges(value, cost, share, cuts, quantiles)
    known = ~np.isnan(value.value)
    position = np.full(len(value), _UNDEFINED)
    position[known] = np.searchsorted(edges, value.value[known], side="right")
    rows = [value[position == tier] for tier in range(len(cost))]
    limits = [part.total_interval() for part in rows]
    worth = np.array([part.total for part in rows])
    number = np.array([part.weight.sum() for part in rows])
    added = np.zeros(len(cost)) if share is None else share * worth
    keys, chinese = read_names(names, len(cost))
    return Tiers(
        names=keys,
        chinese=chinese,
        cuts=frozen_array(edges, np.float64),
        customers=frozen_array(number, np.float64),
        value=frozen_array(worth, np.float64),
        low=frozen_array([limit.low for limit in limits], np.float64),
        high=frozen_array([limit.high for limit in limits], np.float64),
        cost=frozen_array(number * cost, np.float64),
        added=frozen_array(added, np.float64),
        net=frozen_array(worth + added - number * cost, np.float64),
        n_undefined=value.n_undefined,
        position=frozen_array(position, np.int64),
        customer=value.customer,
        customer_value=value.value,
        definition=how,
        frame_kind=value.frame_kind,
    )


def _check_residual(value: object) -> None:
    """A lifetime value of customers already won; anything else is refused."""
    if isinstance(value, LifetimeValue) and value.kind == "residual":
        return
    raise KindError(
        "`value` is no lifetime value of customers already won.",
        received=f"{type(value).__name__} of kind {getattr(value, 'kind', None)!r}",
        allowed="a LifetimeValue of kind 'residual'",
        do="Make it with lifetime_value(purchases, spend, histories, ...).",
    )


def _edges(
    value: LifetimeValue,
    cost: NDArray[np.float64],
    share: NDArray[np.float64] | None,
    cuts: Sequence[float] | None,
    quantiles: Sequence[float] | None,
) -> tuple[NDArray[np.float64], str]:
    """The cuts, and what they are in words."""
    if cuts is not None and quantiles is None:
        return read_cuts(cuts, len(cost)), "The cuts were given."
    if quantiles is not None and cuts is None:
        shares = read_quantiles(quantiles, len(cost))
        return _weighted_quantiles(value, shares), "The cuts are quantiles of the value."
    if share is None or cuts is not None:
        raise OptionError(
            "One thing must set the cuts.",
            received=f"uplift={share}, cuts={cuts}, quantiles={quantiles}",
            allowed="uplift, cuts or quantiles; cuts and quantiles exclude each other",
            do="Pass what share of value the service of each tier adds, uplift=[0, 0.05, 0.20].",
        )
    return _justified(cost, share), (
        "A tier begins where what its service adds to a customer's value, less what the tier below "
        "adds, pays for the difference in cost."
    )


def _justified(cost: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values from which the next level of service pays."""
    dearer, better = np.diff(cost), np.diff(share)
    if not (dearer > 0).all() or not (better > 0).all():
        raise OptionError(
            "A higher tier must cost more and add more.",
            received=f"cost_to_serve={cost.tolist()}, uplift={share.tolist()}",
            allowed="both rising from tier to tier",
            do="List the tiers from the lowest to the highest; leave out one that costs as much "
            "as another and adds less.",
        )
    edges = dearer / better
    useless = np.flatnonzero(np.diff(edges) <= 0)
    if len(useless):
        raise OptionError(
            "A tier would be the best for nobody.",
            received=f"cuts of {edges.round(2).tolist()}; tier {useless[0] + 2} begins where the "
            "next one pays already",
            allowed="cuts that rise: each step up costs more per share of value that it adds",
            do="Leave that tier out, or make its service cheaper or better.",
        )
    return np.asarray(edges)


def _weighted_quantiles(value: LifetimeValue, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """The smallest values with at least these shares of the customers below or at them."""
    known = value[~np.isnan(value.value)]
    order = np.argsort(known.value, kind="stable")
    below = np.cumsum(known.weight[order])
    wanted = shares * float(below[-1]) * (1 - 1e-12)
    return np.asarray(known.value[order][np.searchsorted(below, wanted)])
