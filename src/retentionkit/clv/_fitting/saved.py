"""What a saved fit looks like: parameters, covariance, fingerprint; never data, never code."""

from __future__ import annotations

import json
from types import NoneType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit.results import as_json

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PLAIN", "SCHEMA", "UNDEFINED_AT_A_LIMIT", "VERSION", "as_text"]

SCHEMA: Final = "retentionkit/fit"
VERSION: Final = 1
#: The plain fields, and what JSON calls their types.
PLAIN: Final[Mapping[str, tuple[type, ...]]] = {
    "log_likelihood": (float,),
    "n_customers": (int,),
    "penalty": (float,),
    "limit": (str, NoneType),
    "gradient_norm": (float,),
    "decrement": (float, NoneType),
    "condition_number": (float, NoneType),
    "converged": (bool,),
    "verdict": (str,),
    "fingerprint": (str,),
    "definition": (str,),
}
UNDEFINED_AT_A_LIMIT: Final = ("decrement", "condition_number")


def as_text(fit: Any) -> str:  # noqa: ANN401 - a Fit, which knows this file
    """A fit as strict JSON; what is undefined is null."""
    covariance = [[None if np.isnan(v) else v for v in row] for row in fit.covariance.tolist()]
    document = {
        "schema": SCHEMA,
        "version": VERSION,
        "model": type(fit.model).__name__,
        "unit": getattr(fit.model, "unit", None),
        "parameters": dict(zip(fit.model.names, fit.model.parameters().tolist(), strict=True)),
        "covariance": covariance,
        **{name: as_json(getattr(fit, name)) for name in PLAIN},
    }
    return json.dumps(document, indent=2, allow_nan=False, ensure_ascii=False) + "\n"
