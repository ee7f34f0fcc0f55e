r"""The straight line through the scores of waves.

With the scores :math:`s_t` of k waves at :math:`t` and their variances :math:`V_t`, the slope is

.. math:: b = \sum_t c_t s_t, \qquad c_t = \frac{u_t (t - \bar t)}{\sum u_t (t - \bar t)^2},
    \qquad u_t = 1 / V_t ,

with :math:`\bar t = \sum u_t t / \sum u_t`. What the answers say of its variance is
:math:`\sum c_t^2 V_t`, to which respondents of several waves add twice the covariances of these.
What the scatter of the waves about the line says is

.. math:: \frac{1}{\sum u_t (t - \bar t)^2} \cdot \frac{\sum u_t r_t^2}{k - 2} ,

by Student's t of :math:`k - 2` degrees of freedom. The less certain of the two holds; three waves
have one residual to tell their scatter by, which is none.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from retentionkit.intervals import satterthwaite
from retentionkit.results import Estimate, Interval
from retentionkit.surveys._nps.group_differences import shared_respondents
from retentionkit.surveys._nps.tallies import added, over

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.surveys._nps.group_differences import Side
    from retentionkit.surveys._nps.tallies import Tallies
    from retentionkit.surveys._nps.wave_sources import Waves

    Floats = NDArray[np.float64]

__all__ = ["Slope", "slope_of"]

#: Waves from which on their scatter about a line is believed, as in `rk.compare.progress`.
_FEWEST: Final = 4
_ROUNDING: Final = 1e-12


class Slope(NamedTuple):
    """The line on the scale -1 to 1 for each wave, NaN where it is not known.

    `scattered` tells whether there are waves enough for their scatter to enter the interval.
    """

    value: float
    low: float
    high: float
    error: float
    p_value: float
    scatter_p_value: float
    answers: int
    scattered: bool

    def estimate(self, definition: str, confidence: float) -> Estimate:
        """The slope in points."""
        interval = Interval(100 * self.low, 100 * self.high, confidence)
        return Estimate(100 * self.value, 100 * self.error, interval, self.answers, definition)


def slope_of(
    waves: Waves, side: Side, weights: Floats, observed: NDArray[np.int64], confidence: float
) -> Slope:
    """The slope of the observed waves, tested with `side` and weighted by `weights`."""
    at = observed[np.isfinite(weights[observed])]
    answers, nan = int(waves.counts[at].sum()), math.nan
    if len(at) < 2:  # noqa: PLR2004 - a line has two points
        return Slope(nan, nan, nan, nan, nan, nan, answers, scattered=False)
    times, u = at.astype(np.float64), weights[at]
    times -= float(u @ times) / float(u.sum())
    spread = float(u @ times**2)
    c = u * times / spread
    value, middle = float(c @ side.value[at]), float(c @ side.centre[at])
    parts = c * np.sqrt(side.variance[at])
    alone = float(parts @ parts)
    variance = alone + _shared(waves.tallies, at, parts)
    # The same people with the same answers in all waves leave nothing but rounding.
    sampling = math.sqrt(variance) if variance >= _ROUNDING * alone else nan
    errors, degrees = [sampling], [satterthwaite(parts**2, side.number[at] - 1)]
    residual = side.centre[at] - float(u @ side.centre[at]) / float(u.sum()) - middle * times
    scatter, freedom = float(u @ residual**2), len(at) - 2
    if len(at) >= _FEWEST:
        errors.append(math.sqrt(scatter / freedom / spread))
        degrees.append(float(freedom))
    half, error, p = _less_certain(middle, errors, degrees, confidence)
    return Slope(
        value=value,
        low=min(middle - half, value),
        high=max(middle + half, value),
        error=error,
        p_value=p,
        scatter_p_value=nan if shared_respondents(waves.tallies) else _tail(scatter, freedom),
        answers=answers,
        scattered=len(errors) > 1,
    )


def _less_certain(
    middle: float, errors: list[float], degrees: list[float], confidence: float
) -> tuple[float, float, float]:
    """Half the wider interval with its error, and the greater p-value: they agree."""
    from scipy.special import ndtr, ndtri, stdtr, stdtrit  # noqa: PLC0415 - loaded when needed

    level = 0.5 + confidence / 2
    halves: list[float] = []
    tails: list[float] = []
    for error, freedom in zip(errors, degrees, strict=True):
        normal = math.isinf(freedom)
        halves.append(error * float(ndtri(level) if normal else stdtrit(freedom, level)))
        if error > 0:
            far = -abs(middle) / error
            tails.append(2 * float(ndtr(far) if normal else stdtr(freedom, far)))
    half = max(halves)
    return half, errors[halves.index(half)], max(tails, default=math.nan)


def _tail(scatter: float, freedom: int) -> float:
    from scipy.special import chdtrc  # noqa: PLC0415 - loaded when needed

    return float(chdtrc(freedom, scatter)) if freedom else math.nan


def _shared(tallies: Tallies | None, at: NDArray[np.int64], parts: Floats) -> float:
    """What respondents of several waves add to the variance of the slope.

    With the parts of the waves in it, of either sign in the root, and their correlations:
    the same as in the difference of two waves.
    """
    if tallies is None or tallies.pairs is None:
        return 0.0
    pairs = tallies.pairs
    residual = pairs.points - tallies.values[pairs.group] * pairs.weight
    scatter = added(pairs.group, residual**2, len(tallies))
    factor = np.zeros(len(tallies))
    factor[at] = parts
    terms = (factor * over(np.ones(1), np.sqrt(scatter), empty=0.0))[pairs.group] * residual
    together = np.bincount(pairs.respondent, weights=terms)
    return float(together @ together) - float(terms @ terms)
