r"""Models drawn around a fit: Laplace's approximation, normal in the log-parameters.

.. math::

    \ln\theta^{(i)} \sim \mathcal N\bigl(\ln\hat\theta,\; D^{-1}\hat\Sigma D^{-1}\bigr),
    \qquad D = \operatorname{diag}(\hat\theta),

so that every draw is a model, with positive parameters.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from retentionkit.arguments import check_whole
from retentionkit.errors import DataError

if TYPE_CHECKING:
    from retentionkit.clv._fitting.fit import Fit

__all__ = ["draw_models"]


def draw_models(fit: Fit[Any], n: int, rng: np.random.Generator | int) -> tuple[Any, ...]:
    """`n` models; parameters that mean nothing in a limiting model stay as they are."""
    n = check_whole("n", n, low=1, do="Pass a number of models, such as n=1000.")
    names, values = fit.model.names, fit.model.parameters()
    free = np.flatnonzero(np.isfinite(np.diag(fit.covariance)))
    if len(free) == 0 or (len(free) < len(names) and fit.limiting_model is None):
        raise DataError(
            "A fit at this limit has no normal approximation to draw from.",
            received=f"a fit that ran to {fit.limit!r}",
            allowed="fits inside the parameter space, or at a limit that is itself a model",
            do="Use rk.clv.bootstrap(fit, histories), or fit with penalty=1.",
        )
    generator = np.random.default_rng(rng)
    scale = values[free]
    spread = fit.covariance[np.ix_(free, free)] / np.outer(scale, scale)
    moved = generator.multivariate_normal(np.log(scale), spread, size=n, method="eigh")
    drawn = np.tile(values, (n, 1))
    drawn[:, free] = np.exp(moved)
    return tuple(
        dataclasses.replace(fit.model, **dict(zip(names, row, strict=True)))
        for row in drawn.tolist()
    )
