r"""What estimated parameters leave open: the delta method, and draws of the parameters.

With the gradient :math:`g` of a quantity in the parameters and their covariance
:math:`\Sigma = R R^\top`, the rows :math:`g^\top R` (loadings) are the responses to one standard
error in each independent direction: a standard error is the length of a row, that of a sum the
length of the sum of rows.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit.clv._fit import fit_of
from retentionkit.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from retentionkit.clv._fit import Fit

__all__ = ["draw_models", "joint_loadings", "loadings"]

#: Relative step of the central differences: its error is far below a standard error's meaning.
_STEP: Final = 1e-4


def loadings(
    given: object, value: Callable[[Any], NDArray[np.float64]], size: int
) -> NDArray[np.float64] | None:
    """Derivatives in the parameters of a fit times a root of their covariance; None for no fit."""
    fit = fit_of(given)
    if fit is None:
        return None
    model: Any = fit.model
    if not np.isfinite(fit.covariance).all():
        return np.full((size, len(model.names)), np.nan)
    slopes: list[NDArray[np.float64]] = []
    for name in model.names:
        estimate = getattr(model, name)
        high, low = (
            value(dataclasses.replace(model, **{name: estimate * math.exp(step)}))
            for step in (_STEP, -_STEP)
        )
        slopes.append((high - low) / (2 * _STEP * estimate))
    spread, directions = np.linalg.eigh(fit.covariance)
    root = directions * np.sqrt(np.maximum(spread, 0.0))
    return np.asarray(np.stack(slopes, axis=1) @ root)


def joint_loadings(
    *parts: NDArray[np.float64] | None, defined: NDArray[np.bool_]
) -> NDArray[np.float64] | None:
    """Independent parts side by side; None without any, or if one ran to a limit."""
    known = [part for part in parts if part is not None]
    whole = np.hstack(known) if known else None
    return None if whole is None or not np.isfinite(whole[defined]).all() else whole


def draw_models(fit: Fit[Any], draws: int, rng: np.random.Generator) -> list[Any]:
    """Models drawn from the normal approximation of the log-parameters (Laplace)."""
    values = fit.model.parameters()
    spread = fit.covariance / np.outer(values, values)
    if not np.isfinite(spread).all():
        raise OptionError(
            "A fit that ran to a limit has no distribution of its parameters.",
            received=f"limit {fit.limit!r}",
            allowed="a fit with a finite covariance",
            do="Keep parameters apart, or use a simpler model: the limit names it.",
        )
    moves = rng.multivariate_normal(np.zeros(len(values)), spread, draws)
    return [
        dataclasses.replace(fit.model, **dict(zip(fit.model.names, row.tolist(), strict=True)))
        for row in values * np.exp(moves)
    ]
