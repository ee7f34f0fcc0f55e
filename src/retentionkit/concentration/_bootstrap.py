r"""Intervals of concentration by the bootstrap.

Customers are drawn anew with replacement. Each figure :math:`\theta^*` of a resample is related to
its own standard error, and the quantiles of :math:`t^* = (\theta^* - \hat\theta) / \mathrm{se}^*`
take the place of the normal ones:

.. math:: [\hat\theta - t_{1 - \alpha/2}\,\mathrm{se},\; \hat\theta - t_{\alpha/2}\,\mathrm{se}] .

For skewed values this covers better than the percentiles of :math:`\theta^*` do [1]_. The HHI and
its inverse are studentised on the log scale.

References
----------
.. [1] Davidson, R. (2009). Reliable inference for the Gini index. Journal of Econometrics 150(1),
   30-40.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from retentionkit.arguments import check_number
from retentionkit.concentration._figures import caution, figures_table
from retentionkit.concentration._sample import Sample
from retentionkit.errors import OptionError
from retentionkit.results import Columns, Estimate, Interval, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.concentration._figures import Kind
    from retentionkit.concentration._formulas import Figure
    from retentionkit.frames import FrameKind

__all__ = ["ConcentrationBootstrap", "bootstrapped"]

_FEWEST = 100


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class ConcentrationBootstrap(Result):
    """The figures of concentration with studentised bootstrap intervals.

    Attributes
    ----------
    gini, gini_unbiased, top_share, share_needed, hhi, effective_customers
        The figures; their standard errors are those of the influence functions.
    customers
        The share of customers of `top_share`.
    value
        The share of the value of `share_needed`.
    n_resamples
        Resamples drawn.
    definition
        How the intervals were made, in one sentence.
    kind
        The kind of frame that the values came from.
    """

    gini: Estimate
    gini_unbiased: Estimate
    top_share: Estimate
    share_needed: Estimate
    hhi: Estimate
    effective_customers: Estimate
    customers: float
    value: float
    n_resamples: int
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Concentration of value, bootstrap"

    def _table(self) -> Columns:
        figures = {
            "gini": self.gini,
            "gini_unbiased": self.gini_unbiased,
            f"share_of_top_{100 * self.customers:g}_percent": self.top_share,
            f"customers_for_{100 * self.value:g}_percent": self.share_needed,
            "hhi": self.hhi,
            "effective_customers": self.effective_customers,
        }
        return figures_table(figures)

    def _facts(self) -> Mapping[str, str]:
        return {
            "customers": f"{self.gini.n:,}",
            "resamples": f"{self.n_resamples:,}",
            **caution(self.hhi),
            "definition": self.definition,
        }


def bootstrapped(
    sample: Sample,
    kinds: Mapping[str, Kind],
    *,
    confidence: float,
    n_resamples: int,
    rng: np.random.Generator | int,
) -> dict[str, Estimate]:
    """Each figure with its studentised interval."""
    count = check_number("n_resamples", n_resamples, low=_FEWEST)
    n = round(sample.n)
    if count % 1 or not np.array_equal(sample.customers, np.rint(sample.customers)):
        raise OptionError(
            "The bootstrap draws whole customers, a whole number of times.",
            received=f"n_resamples={n_resamples}, {sample.n:g} customers by weight",
            allowed=f"{_FEWEST} resamples or more, weights that are whole numbers",
            do="Use the intervals of the influence functions for other weights.",
        )
    here = {name: kind.of(sample) for name, kind in kinds.items()}
    generator = np.random.default_rng(rng)
    drawn: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(int(count)):
        again = _resample(sample, generator)
        for name, kind in kinds.items():
            drawn[name].append(_studentised(kind.of(again), here[name], log=kind.log))
    return {
        name: Estimate(
            *here[name],
            _limits(here[name], np.array(drawn[name]), kind, confidence),
            n,
            f"{kind.sentence[:-1]}; studentised bootstrap, {int(count):,} resamples.",
        )
        for name, kind in kinds.items()
    }


def _resample(sample: Sample, generator: np.random.Generator) -> Sample:
    """As many customers, drawn with replacement."""
    n = round(sample.n)
    rows = np.searchsorted(np.cumsum(sample.customers), generator.random(n) * n, side="right")
    count = np.bincount(rows, minlength=len(sample.value)).astype(np.float64)
    return Sample(sample.value[count > 0], count[count > 0], sample.exponent)


def _studentised(found: Figure, here: Figure, *, log: bool) -> float:
    """Distance of a resample's figure from the sample's in its own standard errors."""
    if not found.error > 0:  # a resample without spread tells nothing
        return math.nan
    if log:
        return math.log(found.value / here.value) * found.value / found.error
    return (found.value - here.value) / found.error


def _limits(here: Figure, drawn: NDArray[np.float64], kind: Kind, confidence: float) -> Interval:
    known = drawn[~np.isnan(drawn)]
    if math.isnan(here.value) or len(known) == 0:
        return Interval(math.nan, math.nan, confidence)
    tail = 0.5 - confidence / 2
    high, low = np.quantile(known, [tail, 1 - tail])
    if kind.log:
        limits = here.value * np.exp(-np.array([low, high]) * here.error / here.value)
    else:
        limits = here.value - np.array([low, high]) * here.error
    first, last = np.clip(limits, kind.low, kind.high).tolist()
    return Interval(first, last, confidence)
