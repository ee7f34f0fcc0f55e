"""What a caller gives as a purchase model: a fit or a model, checked once for every function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retentionkit.clv._fitting.fit import model_of
from retentionkit.clv._models.contract_model import ContractModel
from retentionkit.clv._models.discrete_model import DiscreteModel
from retentionkit.clv._models.gamma_gamma import GammaGamma
from retentionkit.clv._models.reading import read_spending
from retentionkit.clv._models.transaction_model import TransactionModel
from retentionkit.errors import KindError

if TYPE_CHECKING:
    from typing import TypeGuard

__all__ = [
    "check_kinds",
    "has_payments",
    "is_contract_model",
    "is_purchase_model",
    "known_to",
    "purchase_model",
    "timed_model",
]


def is_purchase_model(given: object) -> TypeGuard[TransactionModel[Any]]:
    """Whether this is a model of purchases."""
    return isinstance(given, TransactionModel)


def is_contract_model(given: object) -> TypeGuard[ContractModel]:
    """Whether this is a model of contracts."""
    return isinstance(given, ContractModel)


def has_payments(given: object) -> TypeGuard[TransactionModel[Any] | ContractModel]:
    """Whether this is a model of payments to come: of purchases, or of renewals."""
    return isinstance(given, TransactionModel | ContractModel)


def known_to(purchases: object, spend: object, histories: object) -> Any:  # noqa: ANN401 - its kind
    """Histories as the model of purchases reads them; those of numbers are of any kind."""
    model: Any = model_of(purchases)
    check_kinds(purchases, spend)
    if not has_payments(model):
        return read_spending(histories)
    return model._checked(histories, model.unit)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


def check_kinds(purchases: object, spend: object) -> None:
    """A contract has a price, so a model of order amounts is out of place."""
    if is_contract_model(model_of(purchases)) and isinstance(model_of(spend), GammaGamma):
        raise KindError(
            "A contract has a price; the Gamma-Gamma model describes orders whose amounts vary.",
            received="GammaGamma with a model of contracts",
            allowed="spend as numbers: the price of a period, one or as many as customers",
            do="Pass the price that a renewal brings, such as spend=120.0.",
        )


def purchase_model(purchases: object) -> TransactionModel[Any]:
    """The model of a fit, or the model itself; anything else is refused."""
    model: object = model_of(purchases)
    if is_purchase_model(model):
        return model
    received, do = type(purchases).__name__, "Pass BGNBD.fit(histories), or a fit read by load."
    of = "a model" if model is purchases else "a fit"
    if is_contract_model(model):
        received = f"{of} of {type(model).__name__} (contracts)"
        do = (
            "Ask a model of contracts itself for probability_alive or expected_renewals; "
            "lifetime_value and new_customer_value take it as it is."
        )
    elif isinstance(model, GammaGamma):
        received = f"{of} of {type(model).__name__} (spend per order)"
        do = "This is spend: pass it as spend=, beside a model of purchases."
    raise KindError(
        "`purchases` is no model of purchases.",
        received=received,
        allowed="a fit or model of purchases, such as BGNBD",
        do=do,
    )


def timed_model(purchases: object, *, do: str | None = None) -> TransactionModel[Any]:
    """A purchase model for what is followed day by day; those of opportunities are refused."""
    model = purchase_model(purchases)
    if not isinstance(model, DiscreteModel):
        return model
    raise KindError(
        "`purchases` counts opportunities; here purchases are followed in time.",
        received=f"{'a model' if model is purchases else 'a fit'} of {type(model).__name__}",
        allowed="a fit or model of purchases in time, such as BGNBD",
        do=do
        or "Ask the model itself for probability_alive or conditional_expected_purchases of "
        "opportunity_histories(transactions, period=...); lifetime_value and predict_purchases "
        "take it too.",
    )
