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

__all__ = ["Part", "loadings"]

#: Relative step of the central differences: its error is far below a standard error's meaning.
_STEP: Final = 1e-4


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """A fit (or what was given in its place) and how values respond to its model.

    The responses are `factor` times those of `quantity`, which may be one for each distinct
    history; `at` is then the position of each customer's.
    """

    given: object
    quantity: Callable[[Any], NDArray[np.float64]]
    factor: NDArray[np.float64] | float = 1.0
    at: NDArray[np.int64] | None = None


def loadings(*parts: Part, defined: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """Responses of values to each fit, side by side, shape (n, k); read-only.

    None without fits, or if one ran to a limit.
    """
    fits = [(fit_of(part.given), part) for part in parts]
    known = [(fit, part) for fit, part in fits if fit is not None]
    if not known or not all(np.isfinite(fit.covariance).all() for fit, _ in known):
        return None
    # One column after the other in memory: columns are made, and totals read, one by one.
    found = np.empty((sum(len(fit.model.names) for fit, _ in known), len(defined))).T
    end = 0
    for fit, part in known:
        begin, end = end, end + len(fit.model.names)
        _spread(found[:, begin:end], _respond(fit, part.quantity), part)
    if not all((np.isfinite(column) | ~defined).all() for column in found.T):
        return None
    found.flags.writeable = False
    return found


def _spread(out: NDArray[np.float64], responses: NDArray[np.float64], part: Part) -> None:
    """The responses of each customer."""
    factor = np.broadcast_to(part.factor, len(out))
    for column, response in zip(out.T, responses.T, strict=True):
        for rows in chunks(len(out)):
            here = response[rows] if part.at is None else response[part.at[rows]]
            np.multiply(here, factor[rows], out=column[rows])


def _respond(fit: Fit[Any], quantity: Callable[[Any], NDArray[np.float64]]) -> NDArray[np.float64]:
    """Derivatives in the parameters of a fit times a root of their covariance."""
    model: Any = fit.model
    columns = list[Any]()
    for name in model.names:
        estimate = getattr(model, name)
        high, low = (
            quantity(dataclasses.replace(model, **{name: estimate * math.exp(step)}))
            for step in (_STEP, -_STEP)
        )
        columns.append((high - low) / (2 * _STEP * estimate))
    spread, directions = np.linalg.eigh(fit.covariance)
    root = directions * np.sqrt(np.maximum(spread, 0.0))
    found = np.array(columns).T
    for rows in chunks(len(found)):
        found[rows] = found[rows] @ root
    return found
