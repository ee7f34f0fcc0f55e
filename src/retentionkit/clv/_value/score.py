"""Scoring: from a log and fitted models to one row for each customer, in the caller's frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retentionkit import frames
from retentionkit.clv._fitting.fit import model_of
from retentionkit.clv._models.purchase_model import timed_model
from retentionkit.clv._value.lifetime_value import lifetime_value
from retentionkit.histories import purchase_histories

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from retentionkit.clv._fitting.fit import Fit
    from retentionkit.clv._models.gamma_gamma import GammaGamma
    from retentionkit.clv._models.transaction_model import TransactionModel
    from retentionkit.durations import Duration, Grain, Moment
    from retentionkit.frames import Frame
    from retentionkit.histories import PurchaseHistories
    from retentionkit.transactions import Transactions

__all__ = ["score"]


def score(
    transactions: Transactions,
    purchases: Fit[TransactionModel[PurchaseHistories]] | TransactionModel[PurchaseHistories],
    *,
    spend: Fit[GammaGamma] | GammaGamma | ArrayLike | None = None,
    horizon: Duration = "12 months",
    discount_rate: float = 0.10,
    margin: float = 1.0,
    as_of: Moment | None = None,
    grain: Grain = "day",
) -> Frame:
    """Score every customer of a log with models that were fitted before.

    Parameters
    ----------
    transactions
        The log.
    purchases
        A fit or model of purchases; its unit is the unit of the result.
    spend
        A fit or model of spend, or spend per purchase as a number; None leaves money out.
    horizon
        How far ahead purchases and value are counted.
    discount_rate, margin
        Of the value, as in `lifetime_value`.
    as_of, grain
        As in `purchase_histories`; the grain is the one that the models were fitted with.

    Returns
    -------
    Frame
        Of the kind of the log's frame, one row for each customer: `customer`, the history
        (`frequency`, `recency`, `T`, with money `monetary_value`), `probability_alive` now, within
        the horizon `probability_active` (at least one purchase) and `expected_purchases` (not
        discounted), and, with `spend`, `expected_spend` and `value`.

    Raises
    ------
    KindError
        If `purchases` is no fit or model.

    Notes
    -----
    To see who is leaving, sort by `probability_active`. In the BG/NBD model `probability_alive` is
    1 for everyone without repeat purchases, however long ago they bought.

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
    >>> scores = rk.clv.score(log, model, as_of="1997-09-30", horizon="39 weeks")
    >>> scores[["customer", "probability_alive", "expected_purchases"]].head(2).round(3)
       customer  probability_alive  expected_purchases
    0         1              0.727               1.226
    1         2              0.212               0.203
    """
    model = timed_model(purchases)
    histories = purchase_histories(transactions, as_of=as_of, unit=model.unit, grain=grain)
    columns: dict[str, Any] = {
        "customer": histories.customer,
        "frequency": histories.frequency,
        "recency": histories.recency,
        "T": histories.age,
        "monetary_value": histories.monetary_value,
        "probability_alive": model.probability_alive(histories),
        "probability_active": model.probability_active(histories, horizon),
        "expected_purchases": model.conditional_expected_purchases(histories, horizon),
    }
    if spend is not None:
        value = lifetime_value(
            model,
            model_of(spend),
            histories,
            horizon=horizon,
            discount_rate=discount_rate,
            margin=margin,
        )
        columns |= {"expected_spend": value.expected_spend, "value": value.value}
    known = {name: column for name, column in columns.items() if column is not None}
    return frames.build(known, transactions.kind)
