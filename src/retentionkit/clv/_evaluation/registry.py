"""The models that can be compared, by the kind of histories that they read.

Likelihoods compare only where they are of the same data. Models of different kinds of histories
therefore stand in tables of their own, and a new model joins its table by one line here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from retentionkit.errors import KindError, OptionError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["MODELS", "chosen_models", "known_models", "model_class"]

#: Class of histories, then model, then what the model says of customers.
MODELS: Final[Mapping[str, Mapping[str, str]]] = {
    "PurchaseHistories": {
        "BGNBD": "Customers may leave after each repeat purchase; one-time buyers count as alive.",
        "MBGNBD": "Customers may leave after each purchase, the first one included.",
        "ParetoNBD": "Customers may leave at any time, whether they buy or not.",
        "NBD": "Nobody ever leaves; what the others forecast less than this, they put to dropout.",
    },
    "OpportunityHistories": {
        "BGBB": "Customers may leave before each opportunity.",
        "BetaBinomial": "Nobody ever leaves; customers differ in how often they buy.",
    },
    "RenewalHistories": {
        "ShiftedBetaGeometric": "Each customer has one probability of not renewing, for ever.",
        "BetaDiscreteWeibull": "Each customer's probability of not renewing changes with tenure.",
    },
}


def known_models(histories: object) -> Mapping[str, str]:
    """Models that read these histories, with a sentence each."""
    for ancestor in type(histories).__mro__:
        if ancestor.__name__ in MODELS:
            return MODELS[ancestor.__name__]
    raise KindError(
        "These are no histories that a model reads.",
        received=type(histories).__name__,
        allowed=", ".join(MODELS),
        do="Make them with purchase_histories(transactions, as_of=...), "
        "opportunity_histories(transactions, period=...) or RenewalHistories.from_frame(...).",
    )


def chosen_models(
    models: Sequence[str | type[Any]] | str | type[Any] | None, allowed: Sequence[str]
) -> tuple[str, ...]:
    """Names of the chosen models, in the caller's order; all of them for None."""
    if models is None:
        return tuple(allowed)
    given = (models,) if isinstance(models, str | type) else tuple(models)
    names = tuple(getattr(model, "__name__", model) for model in given)
    wrong = [name for name in names if not isinstance(name, str) or name not in allowed]
    if wrong or not names or len(set(names)) < len(names):
        raise OptionError(
            "`models` must name known models of these histories, each once.",
            received=", ".join(map(repr, names)) or "none",
            allowed=", ".join(map(repr, allowed)),
            do=f"Pass models=({allowed[0]!r},), or leave it out for all.",
        )
    return tuple(str(name) for name in names)


def model_class(name: str) -> Any:  # noqa: ANN401 - a class of any kind of model
    """The class of a model by its name in the room's door."""
    return getattr(import_module("retentionkit.clv"), name)
