"""A transaction log whose truth is known: purchases of a model with Gamma-Gamma amounts.

Nothing is approximated: purchases are drawn from the model's exact distributions (`simulate`), so
the cost does not depend on how they are spread over time.

References
----------
.. [1] Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). "Counting Your Customers" the Easy Way:
   An Alternative to the Pareto/NBD Model. Marketing Science 24(2), 275-284.
.. [2] Fader, P. S. and Hardie, B. G. S. (2013). The Gamma-Gamma Model of Monetary Value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

import numpy as np

from retentionkit import frames
from retentionkit.arguments import check_choice, check_whole
from retentionkit.durations import Moment, day_number, moment, unit_ratio
from retentionkit.errors import OptionError
from retentionkit.frames import FrameKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.clv import GammaGamma
    from retentionkit.clv._models.transaction_model import TransactionModel
    from retentionkit.frames import Frame
    from retentionkit.histories import PurchaseHistories

    Purchases: TypeAlias = TransactionModel[PurchaseHistories]

__all__ = ["simulate_transactions"]

LogGrain: TypeAlias = Literal["day"] | None
_DAY: Final = 86_400_000_000  # microseconds


def simulate_transactions(
    n_customers: int,
    *,
    purchases: Purchases | None = None,
    spend: GammaGamma | None = None,
    start: Moment = "2024-01-01",
    as_of: Moment = "2025-12-31",
    acquired_until: Moment | None = None,
    grain: LogGrain = "day",
    rng: int | np.random.Generator = 0,
    kind: FrameKind = "pandas",
) -> Frame:
    """A transaction log of customers who follow a purchase model and Gamma-Gamma exactly.

    Parameters
    ----------
    n_customers
        Number of customers, at least 1; every one has a first purchase.
    purchases
        The true model of purchases and dropout; by default the BG/NBD fitted to CDNOW.
    spend
        The true model of amounts; by default the one fitted to CDNOW. A customer's first and later
        amounts have the same mean.
    start
        First day on which customers arrive.
    as_of
        Last day of the log.
    acquired_until
        Last day on which customers arrive, uniformly from `start` on; by default `as_of`.
    grain
        `"day"` writes dates; None writes the exact time, to the microsecond, which the models
        describe when histories are taken with `grain=None`.
    rng
        Seed, or a generator that is drawn from. The default makes the same log each time.
    kind
        The kind of frame to return.

    Returns
    -------
    Frame
        One row for each purchase, by customer and time: `customer_id` (1 to `n_customers`), `date`
        and `amount` (to the cent).

    Raises
    ------
    OptionError
        If `n_customers` is not a positive whole number or the days are not in order.

    Notes
    -----
    The first purchase of a customer falls uniformly between `start` and the end of
    `acquired_until`. Everything after it follows [1]_, the amounts follow [2]_.

    References
    ----------
    .. [1] Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). "Counting Your Customers" the Easy
       Way. Marketing Science 24(2), 275-284.
    .. [2] Fader, P. S. and Hardie, B. G. S. (2013). The Gamma-Gamma Model of Monetary Value.

    Examples
    --------
    >>> from retentionkit.clv import BGNBD
    >>> from retentionkit.datasets import simulate_transactions
    >>> truth = BGNBD(0.8, 6.0, 1.2, 3.0, unit="week")
    >>> log = simulate_transactions(100, purchases=truth, rng=7)
    >>> int(log["customer_id"].nunique())
    100
    """
    do = "Pass how many customers to simulate, such as n_customers=1_000."
    size = check_whole("n_customers", n_customers, low=1, do=do)
    check_choice("grain", grain, ("day", None))
    check_choice("kind", kind, get_args(FrameKind))
    generator = np.random.default_rng(rng)
    origin, arrivals, span = _days(start, acquired_until, as_of)
    purchases, spend = _models(purchases, spend)

    first = arrivals * generator.random(size)
    days = unit_ratio(purchases.unit, "day")
    repeats = purchases.simulate((span - first) / days, rng=generator)
    orders = 1 + np.bincount(repeats.customer, minlength=size)
    elapsed = np.zeros(orders.sum())
    is_repeat = np.ones(len(elapsed), dtype=bool)
    is_repeat[np.cumsum(orders) - orders] = False
    elapsed[is_repeat] = repeats.time * days
    # Rounding must not carry a purchase past the end of the last day.
    when = np.minimum(np.repeat(first, orders) + elapsed, np.nextafter(span, 0))
    columns = {
        "customer_id": np.repeat(np.arange(1, size + 1), orders),
        "date": _dates(origin, when, grain),
        "amount": np.round(spend.simulate(orders, rng=generator), 2),
    }
    return frames.build(columns, kind)


def _days(start: Moment, acquired_until: Moment | None, as_of: Moment) -> tuple[int, int, int]:
    """Day number of the start, and days of arrival and of observation from there."""
    origin = day_number(moment("start", start))
    end = day_number(moment("as_of", as_of))
    last = end if acquired_until is None else day_number(moment("acquired_until", acquired_until))
    if not origin <= last <= end:
        raise OptionError(
            "The days of the log are not in order.",
            received=f"start={start}, acquired_until={acquired_until}, as_of={as_of}",
            allowed="start <= acquired_until <= as_of",
            do="Let customers arrive from `start` on, and observe them until `as_of`.",
        )
    return origin, last + 1 - origin, end + 1 - origin


def _models(purchases: Purchases | None, spend: GammaGamma | None) -> tuple[Purchases, GammaGamma]:
    """The models, where none is given those of CDNOW (weeks, dollars)."""
    from retentionkit.clv import BGNBD, GammaGamma  # noqa: PLC0415 - loaded when used

    return (
        BGNBD(0.243, 4.414, 0.793, 2.426, unit="week") if purchases is None else purchases,
        GammaGamma(6.25, 3.74, 15.44) if spend is None else spend,
    )


def _dates(origin: int, when: NDArray[np.float64], grain: LogGrain) -> NDArray[Any]:
    """Days since the origin as dates, or as timestamps where no grain is asked for."""
    if grain is None:
        return (origin * _DAY + (when * _DAY).astype(np.int64)).astype("datetime64[us]")
    return (origin + when.astype(np.int64)).astype("datetime64[D]")
