"""Which fitter of lifetimes is which model here, and how each side names its data."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from retentionkit import clv

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PAIRS", "Pair"]


@dataclasses.dataclass(frozen=True, slots=True)
class Pair:
    """A model of both libraries.

    Attributes
    ----------
    model, fitter
        Its class here and there.
    columns
        The columns of the fitter's data, and the attributes of histories that they are.
    histories
        The kind of histories, or None where the fitter does not keep enough to make them again.
    simulator
        The function of `lifetimes.generate_data`, or None.
    measures_time
        Whether recency and age are times, which lifetimes scales so that the longest age is 1.
    """

    model: str
    fitter: str
    columns: Mapping[str, str]
    histories: str | None
    simulator: str | None = None
    measures_time: bool = False

    @property
    def build(self) -> type[Any]:
        """The class of the model."""
        return getattr(clv, self.model)  # type: ignore[no-any-return]


_TIMES: Final = {"frequency": "frequency", "recency": "recency", "T": "age"}
_ROUNDS: Final = {"frequency": "frequency", "recency": "recency", "n_periods": "opportunities"}
_MONEY: Final = {"monetary_value": "monetary_value", "frequency": "frequency"}
#: The models that both libraries have.
PAIRS: Final = (
    Pair("BGNBD", "BetaGeoFitter", _TIMES, "PurchaseHistories", "beta_geometric_nbd_model", True),  # noqa: FBT003 - a table
    Pair(
        "MBGNBD",
        "ModifiedBetaGeoFitter",
        _TIMES,
        "PurchaseHistories",
        "modified_beta_geometric_nbd_model",
        measures_time=True,
    ),
    Pair(
        "ParetoNBD",
        "ParetoNBDFitter",
        _TIMES,
        "PurchaseHistories",
        "pareto_nbd_model",
        measures_time=True,
    ),
    Pair(
        "BGBB",
        "BetaGeoBetaBinomFitter",
        _ROUNDS,
        "OpportunityHistories",
        "beta_geometric_beta_binom_model",
    ),
    Pair("GammaGamma", "GammaGammaFitter", _MONEY, None),
)
