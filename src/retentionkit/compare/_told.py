"""Shares and means that other questions have told: estimates, and results that hold one."""

from __future__ import annotations

import math

import numpy as np

from retentionkit.arguments import check_number
from retentionkit.compare._figure import HUGE, Figure
from retentionkit.compare._linear import figure_of
from retentionkit.errors import DataError
from retentionkit.intervals import normal_quantile
from retentionkit.results import Estimate

__all__ = ["estimate_of", "mean_of", "worth_of"]

#: Two limits that tell of the same number of customers are Wilson's.
_ALIKE = 1e-6
#: Degrees of freedom nearer to n - 1 than that are n - 1.
_NEAR = 1e-3


def estimate_of(given: object, *names: str) -> Estimate | None:
    """The estimate itself, or the first attribute of those names that is one; None without."""
    if isinstance(given, Estimate):
        return given
    found = (getattr(given, name, None) for name in names)
    return next((each for each in found if isinstance(each, Estimate)), None)


def mean_of(name: str, told: Estimate) -> Figure:
    """A mean with its standard error."""
    value = check_number(name, told.value, low=-HUGE, high=HUGE)
    if math.isnan(told.standard_error):
        raise _without_error(name, told)
    return figure_of(value, told.standard_error, told.n, freedom=_freedom(told))


def _freedom(told: Estimate) -> float:
    """Degrees of freedom by which the interval is wider than its standard error; NaN for n - 1.

    Few clusters, or unequal weights, leave fewer than there are answers.
    """
    from scipy.special import stdtridf  # noqa: PLC0415 - scipy is loaded when needed

    limits = (told.interval.low, told.interval.high)
    half = max(abs(limit - told.value) for limit in limits)
    if told.standard_error == 0 or not math.isfinite(half):
        return math.nan
    level = 0.5 + told.interval.confidence / 2
    found = float(np.asarray(stdtridf(level, half / told.standard_error), dtype=np.float64))
    return found if 1 - _ALIKE <= found < (told.n - 1) * (1 - _NEAR) else math.nan


def worth_of(name: str, told: Estimate) -> float:
    r"""How many independent customers a share is worth, n unless weights or clusters made it less.

    A limit :math:`l` of Wilson's interval of :math:`\hat p` tells them:
    :math:`z^2 l (1 - l)/(\hat p - l)^2`. Where the two limits disagree the interval is another one,
    and the standard error tells them: :math:`\hat p (1 - \hat p)/\mathrm{se}^2`.
    """
    p, error, z = told.value, told.standard_error, normal_quantile(told.interval.confidence)
    # At 0 and at 1 only the other limit tells something.
    limits = [told.interval.low] * (p > 0) + [told.interval.high] * (p < 1)
    ns = [z**2 * limit * (1 - limit) / (p - limit) ** 2 for limit in limits if limit != p]
    if ns and max(ns) > 0 and max(ns) - min(ns) <= _ALIKE * max(ns):
        worth = sum(ns) / len(ns)
        return told.n if abs(worth - told.n) <= _ALIKE * told.n else worth
    if not 0 < error < math.inf or not 0 < p < 1:
        raise _without_error(name, told)
    return p * (1 - p) / error**2


def _without_error(name: str, told: Estimate) -> DataError:
    return DataError(
        f"`{name}` has no standard error.",
        received=repr(told),
        allowed="an estimate from a sample of several customers",
        do="Pass the number alone, which has no interval, or the data that it came from.",
    )
