"""Which model is a special case of which, by name.

What a special case does to the larger model decides how the two are compared: an interior value,
such as c = 1, or the edge of the parameter space, such as no dropout.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NESTED", "Nesting", "limiting_model"]


class Nesting(NamedTuple):
    """How a simpler model lies in a fuller one."""

    simpler: str
    fuller: str
    #: What makes the fuller model the simpler one.
    by: str
    #: Parameters that the fuller one has more.
    degrees: int
    #: The limit of the fuller model, if the simpler one lies at the edge of its parameters.
    limit: str | None
    #: Parameter of the simpler model to that of the fuller one.
    shared: Mapping[str, str]


_RATES: Final = {"r": "r", "alpha": "alpha"}
_CHURN: Final = {"alpha": "alpha", "beta": "beta"}

NESTED: Final = (
    Nesting("NBD", "BGNBD", "nobody leaves", 2, "no dropout", _RATES),
    Nesting("NBD", "MBGNBD", "nobody leaves", 2, "no dropout", _RATES),
    Nesting("NBD", "ParetoNBD", "nobody leaves", 2, "no dropout", _RATES),
    Nesting("BetaBinomial", "BGBB", "nobody leaves", 2, "no dropout", _CHURN),
    Nesting(
        "ShiftedBetaGeometric",
        "BetaDiscreteWeibull",
        "c = 1: a customer's own churn does not change with tenure",
        1,
        None,
        _CHURN,
    ),
)


def limiting_model(model: Any, limit: str | None) -> Any:  # noqa: ANN401 - a model, or None
    """The simpler model that a fit ran to, if that limit is one."""
    reached = (limit or "").split(" and ")
    for nesting in NESTED:
        if nesting.fuller == type(model).__name__ and nesting.limit in reached:
            build = getattr(importlib.import_module("retentionkit.clv"), nesting.simpler)
            values = {name: getattr(model, own) for name, own in nesting.shared.items()}
            unit = {} if getattr(model, "unit", None) is None else {"unit": model.unit}
            return build(**values, **unit)
    return None
