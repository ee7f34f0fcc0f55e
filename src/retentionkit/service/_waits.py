r"""Waits, some of which are not over: who kept a limit, and how long people wait.

A wait that is not over has lasted for a known time: it is censored there. With :math:`d_i` waits
that end at :math:`t_i` and :math:`n_i` that have lasted as long, the share that lasts longer than t
is the product limit

.. math:: \hat S(t) = \prod_{t_i \le t} \left(1 - \frac{d_i}{n_i}\right),

quantiles are read from it, and the mean up to a horizon :math:`\tau` is its area, with Greenwood's
variance

.. math:: \frac{n}{n - 1} \sum_{t_i < \tau} \frac{d_i}{n_i (n_i - d_i)}
    \left( \int_{t_i}^{\tau} \hat S(u)\,du \right)^2 .

Without open waits these are the quantiles, the mean and its standard error of all waits. Waits that
are all alike do not tell how far they stray: their mean has no interval.
"""

from __future__ import annotations

import dataclasses
import math
import warnings
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit.intervals import t_quantile
from retentionkit.results import Estimate, Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["State", "Waits", "combined", "mean_up_to", "quantile", "states"]

_ROUNDING: Final = 1e-12


class State(IntEnum):
    """Where a case stands towards a limit."""

    IN_TIME = 0
    LATE = 1
    OVERDUE = 2  # not there, and the limit has passed
    PENDING = 3  # not there, and the limit has not passed
    OUTSIDE = 4  # the limit does not apply


@dataclasses.dataclass(frozen=True, slots=True)
class Waits:
    """Waits in microseconds, shape (n,).

    Attributes
    ----------
    time
        How long each lasted, or has lasted so far.
    done
        Which of them are over.
    elapsed
        How long ago each began; NaN where that is not known.
    """

    time: NDArray[np.float64]
    done: NDArray[np.bool_]
    elapsed: NDArray[np.float64]

    def __len__(self) -> int:
        """The number of waits."""
        return len(self.time)

    def __getitem__(self, some: NDArray[np.bool_]) -> Waits:
        """Some of them."""
        return Waits(self.time[some], self.done[some], self.elapsed[some])


def states(
    waits: Waits, limit: float | NDArray[np.float64], *, due: bool = False
) -> NDArray[np.int64]:
    """Where each stands; with `due` all that began less than the limit ago are pending."""
    found = np.where(waits.time <= limit, State.IN_TIME, State.LATE)
    still = np.where(waits.time < limit, State.PENDING, State.OVERDUE)
    found = np.where(waits.done, found, still)
    return np.where(due & (waits.elapsed < limit), State.PENDING, found).astype(np.int64)


def combined(*several: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each stands towards several limits at once: one that is not kept decides."""
    stack = np.stack(several)
    found = np.full(stack.shape[1], State.IN_TIME, dtype=np.int64)
    for state in (State.PENDING, State.LATE, State.OVERDUE, State.OUTSIDE):
        found[(stack == state).any(axis=0)] = state
    return found


def quantile(
    waits: Waits, level: float, *, confidence: float, scale: float, definition: str
) -> Estimate:
    """The time within which a share `level` of the waits is over; NaN where that is not known."""
    nowhere = Interval(math.nan, math.nan, confidence)
    if not waits.done.any():
        return Estimate(math.nan, math.nan, nowhere, len(waits), definition)
    curve = _curve(waits)
    with warnings.catch_warnings():  # limits are undefined where all or none are over
        warnings.simplefilter("ignore", RuntimeWarning)
        band = curve.confidence_interval(confidence_level=confidence, method="log-log")
    left = 1 - level + _ROUNDING
    times, alive = np.asarray(curve.quantiles) / scale, np.asarray(curve.probabilities)
    under = np.where(alive == 0, 0.0, band.low.probabilities)
    low, value, high = (
        _first(times, line <= left) for line in (under, alive, band.high.probabilities)
    )
    return Estimate(value, math.nan, Interval(low, high, confidence), len(waits), definition)


def mean_up_to(
    waits: Waits,
    horizon: float,
    *,
    confidence: float,
    scale: float,
    definition: str,
    most: float = math.inf,
) -> Estimate:
    """The mean of the waits, each counted up to the horizon; at most `most`.

    Without spread the error and the limits are NaN.
    """
    n = len(waits)
    curve = _curve(waits)
    times, alive = np.asarray(curve.quantiles), np.asarray(curve.probabilities)
    inside = times < horizon
    times, alive = times[inside], alive[inside]
    edges, heights = np.append(times, horizon), np.append(1.0, alive)
    strips = heights * np.diff(edges, prepend=0.0)
    value = float(strips.sum())
    beyond = value - np.cumsum(strips)[:-1]
    lasted = n - np.searchsorted(np.sort(waits.time), times, side="left")
    over = np.sort(waits.time[waits.done])
    died = np.searchsorted(over, times, side="right") - np.searchsorted(over, times, side="left")
    some = lasted > died
    terms = died[some] / (lasted[some] * (lasted[some] - died[some])) * beyond[some] ** 2
    spread = float(terms.sum())
    # Where nobody is seen to end before the horizon, or all at once, nothing tells the error.
    error = math.sqrt(n / (n - 1) * spread) if n > 1 and spread > 0 else math.nan
    half = float(t_quantile(n, confidence=confidence)) * error
    limits = Interval(
        float(np.maximum(value - half, 0.0)) / scale,
        float(np.minimum(value + half, most)) / scale,
        confidence,
    )
    return Estimate(value / scale, error / scale, limits, n, definition)


def _curve(waits: Waits) -> Any:  # noqa: ANN401 - scipy's distribution function
    """The share of waits that last longer, by time."""
    from scipy import stats  # noqa: PLC0415 - scipy is loaded when needed

    data = stats.CensoredData(uncensored=waits.time[waits.done], right=waits.time[~waits.done])
    return stats.ecdf(data).sf


def _first(times: NDArray[np.float64], where: NDArray[np.bool_]) -> float:
    return float(times[np.argmax(where)]) if where.any() else math.nan
