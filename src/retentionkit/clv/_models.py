"""What a caller gives as a purchase model: a fit or a model, checked once for every function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retentionkit.clv._discrete_model import DiscreteModel
from retentionkit.clv._fit import model_of
from retentionkit.clv._reading import read_spending
from retentionkit.clv._transaction_model import TransactionModel
from retentionkit.errors import KindError

if TYPE_CHECKING:
    from typing import TypeGuard

    from retentionkit.histories import OpportunityHistories, PurchaseHistories

__all__ = ["histories_for", "is_purchase_model", "purchase_model", "timed_model"]


def is_purchase_model(given: object) -> TypeGuard[TransactionModel[Any]]:
    """Whether this is a model of purchases."""
    return isinstance(given, TransactionModel)


def histories_for(model: object, histories: object) -> PurchaseHistories | OpportunityHistories:
    """Histories of the kind that a model of purchases reads; for numbers, of any kind."""
    if is_purchase_model(model):
        return model._checked(histories, model.unit)  # type: ignore[no-any-return]  # noqa: SLF001
    return read_spending(histories)


def purchase_model(purchases: object) -> TransactionModel[Any]:
    """The model of a fit, or the model itself; anything else is refused."""
    model: object = model_of(purchases)
    if is_purchase_model(model):
        return model
    raise KindError(
        "`purchases` is no model of purchases.",
        received=type(purchases).__name__,
        allowed="a fit or model of purchases, such as BGNBD",
        do="Pass BGNBD.fit(histories), or a fit read by rk.clv.load.",
    )


def timed_model(purchases: object) -> TransactionModel[Any]:
    """A purchase model for what is followed day by day; those of opportunities are refused."""
    model = purchase_model(purchases)
    if not isinstance(model, DiscreteModel):
        return model
    raise KindError(
        "`purchases` counts opportunities; here purchases are followed in time.",
        received=type(model).__name__,
        allowed="a fit or model of purchases in time, such as BGNBD",
        do="Compare the customers who bought at each opportunity with all customers times "
        "numpy.diff(model.expected_purchases(numpy.arange(n + 1))).",
    )
