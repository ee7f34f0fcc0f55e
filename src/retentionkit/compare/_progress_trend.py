r"""A straight line through figures over time, and what it says of a later figure.

With weights :math:`w_i = 1/\mathrm{se}_i^2` where standard errors are known and 1 where they are
not, the line :math:`a + b t` minimises :math:`Q = \sum w_i (y_i - a - b t_i)^2`. A figure that is
measured at :math:`t_0` with the weight :math:`w_0` differs from the line with the variance

.. math:: v = \varphi \left( \frac{1}{w_0} + \frac{1}{\sum w_i}
    + \frac{(t_0 - \bar t)^2}{\sum w_i (t_i - \bar t)^2} \right),
    \qquad \varphi = \frac{Q}{k - 2},

by Student's t of :math:`k - 2` degrees of freedom. Standard errors alone are the normal
distribution with :math:`\varphi = 1`; where both are known, the less certain of the two holds.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FEWEST", "Outlook", "outlook"]

#: Figures from which on their scatter about a line is believed.
FEWEST: Final = 4
#: Of the figures: what lies nearer to a line than this does so by rounding, and has no scatter.
_EXACT: Final = 1e-9


@dataclasses.dataclass(frozen=True, slots=True)
class Outlook:
    """What a figure that is measured later will be.

    Attributes
    ----------
    value
        The line at that time; NaN for fewer than two figures.
    slope
        Per day.
    scatter
        Standard deviation by the scatter about the line; NaN for fewer than four figures, and for
        figures that lie on a line exactly.
    sampling
        Standard deviation by the standard errors; NaN where they are not known.
    freedom
        Degrees of freedom of the scatter.
    """

    value: float
    slope: float
    scatter: float
    sampling: float
    freedom: int

    @property
    def known(self) -> bool:
        """Whether anything says how far a figure may be from the line."""
        return not (math.isnan(self.scatter) and math.isnan(self.sampling))

    def half_width(self, confidence: float) -> float:
        """Half the prediction interval: the wider of the two; NaN where nothing is known."""
        from scipy.special import ndtri, stdtrit  # noqa: PLC0415 - loaded when needed

        level = 0.5 + confidence / 2
        halves = [float(ndtri(level)) * self.sampling]
        if not math.isnan(self.scatter):
            halves.append(float(stdtrit(self.freedom, level)) * self.scatter)
        known = [half for half in halves if not math.isnan(half)]
        return max(known, default=math.nan)

    def probability_above(self, goal: float) -> float:
        """That the figure is at least the goal: of the two the one nearer to one half."""
        from scipy.special import ndtr, stdtr  # noqa: PLC0415 - loaded when needed

        gap = self.value - goal
        found: list[float] = []
        if not math.isnan(self.sampling):
            found.append(float(ndtr(gap / self.sampling)))
        if not math.isnan(self.scatter):
            found.append(float(stdtr(self.freedom, gap / self.scatter)))
        return min(found, key=lambda chance: abs(chance - 0.5), default=math.nan)


def outlook(
    days: NDArray[np.float64],
    values: NDArray[np.float64],
    errors: NDArray[np.float64] | None,
    at: float,
) -> Outlook:
    """The line through the figures and how surely it tells the one at day `at`."""
    k = len(days)
    if k < 2:  # noqa: PLR2004 - a line
        return Outlook(math.nan, math.nan, math.nan, math.nan, 0)
    w = np.ones(k) if errors is None else 1 / errors**2
    total = float(w.sum())
    middle, level = float(w @ days) / total, float(w @ values) / total
    spread = float(w @ (days - middle) ** 2)
    slope = float(w @ ((days - middle) * (values - level))) / spread
    # A later figure is taken to be measured as well as these are on average.
    reach = k / total + 1 / total + (at - middle) ** 2 / spread
    residuals = values - level - slope * (days - middle)
    scatter = math.nan
    if k >= FEWEST and float(np.abs(residuals).max()) > _EXACT * float(np.abs(values).max()):
        scatter = math.sqrt(float(w @ residuals**2) / (k - 2) * reach)
    sampling = math.nan if errors is None else math.sqrt(reach)
    return Outlook(level + slope * (at - middle), slope, scatter, sampling, k - 2)
