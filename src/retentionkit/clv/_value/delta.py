r"""What estimated parameters leave open: the delta method.

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

from retentionkit.clv._fitting.fit import fit_of
from retentionkit.clv._numerics.distinct import chunks

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from retentionkit.clv._fitting.fit import Fit

__all__ = ["loadings"]

#: Relative step of the central differences: its error is far below a standard error's meaning.
_STEP: Final = 1e-4


def loadings(
    *parts: tuple[object, Callable[[Any], NDArray[np.float64]]], defined: NDArray[np.bool_]
) -> NDArray[np.float64] | None:
    """Responses of values to each fit, side by side, shape (n, k); read-only.

    Each part is a fit (or what was given in its place) and the values as a function of its model.
    None without fits, or if one ran to a limit.
    """
    fits = [(fit_of(given), value) for given, value in parts]
    known = [(fit, value) for fit, value in fits if fit is not None]
    if not known or not all(np.isfinite(fit.covariance).all() for fit, _ in known):
        return None
    # One column after the other in memory: columns are made, and totals read, one by one.
    found = np.empty((sum(len(fit.model.names) for fit, _ in known), len(defined))).T
    end = 0
    for fit, value in known:
        begin, end = end, end + len(fit.model.names)
        _respond(found[:, begin:end], fit, value)
    if not all((np.isfinite(column) | ~defined).all() for column in found.T):
        return None
    found.flags.writeable = False
    return found


def _respond(
    out: NDArray[np.float64], fit: Fit[Any], value: Callable[[Any], NDArray[np.float64]]
) -> None:
    """Derivatives in the parameters of a fit times a root of their covariance."""
    model: Any = fit.model
    for i, name in enumerate(model.names):
        estimate = getattr(model, name)
        high, low = (
            value(dataclasses.replace(model, **{name: estimate * math.exp(step)}))
            for step in (_STEP, -_STEP)
        )
        np.subtract(high, low, out=out[:, i])
        out[:, i] /= 2 * _STEP * estimate
    spread, directions = np.linalg.eigh(fit.covariance)
    root = directions * np.sqrt(np.maximum(spread, 0.0))
    for rows in chunks(len(out)):
        out[rows] = out[rows] @ root
