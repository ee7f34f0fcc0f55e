r"""The influence of each customer on the estimates, and its skewness.

The influence of a customer on the log-parameters is the inverse information times the customer's
own score, :math:`u_i = (-H)^{-1} s_i`: what the infinitesimal jackknife leaves out one by one.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.clv._fitting.fit import Fit

__all__ = ["accelerations"]

_STEP: Final = 1e-4


def accelerations(fit: Fit[Any], histories: Any) -> NDArray[np.float64]:  # noqa: ANN401 - of its kind
    """The acceleration of each log-parameter, shape (k,); NaN at a limit."""
    values = fit.model.parameters()
    if not np.isfinite(fit.covariance).all():
        return np.full(len(values), np.nan)
    scores = np.stack([_score(fit.model, name, histories) for name in fit.model.names])
    influence = fit.covariance / np.outer(values, values) @ np.nan_to_num(scores)
    weight = np.asarray(histories.weight, dtype=np.float64)
    influence = influence - (influence @ weight / weight.sum())[:, None]
    cubes, squares = influence**3 @ weight, influence**2 @ weight
    return np.asarray(cubes / (6 * squares**1.5))


def _score(model: Any, name: str, histories: Any) -> NDArray[np.float64]:  # noqa: ANN401 - any model
    """Each customer's slope in a log-parameter, by central difference."""
    high, low = (
        dataclasses.replace(model, **{name: getattr(model, name) * math.exp(step)})
        for step in (_STEP, -_STEP)
    )
    return np.asarray(
        (high.log_likelihood(histories) - low.log_likelihood(histories)) / (2 * _STEP)
    )
