"""The figures of a sample as estimates: value, interval, and one sentence each."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from retentionkit.concentration import _formulas as formulas
from retentionkit.concentration._formulas import UNDEFINED, Figure
from retentionkit.intervals import estimate, log_wald
from retentionkit.results import Columns, Estimate, Interval

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from retentionkit.concentration._sample import Sample

__all__ = ["Kind", "caution", "estimated", "figures_table", "kinds", "share_kind", "top_kind"]

_INDEPENDENT: Final = "interval from influence functions, customers independent"


class Kind(NamedTuple):
    """A figure: how it is computed, where it can lie, and what it says."""

    of: Callable[[Sample], Figure]
    sentence: str
    low: float = 0.0
    high: float = 1.0
    #: Whether its interval is made on the log scale.
    log: bool = False


def kinds(n: float, *, normalised: bool) -> Mapping[str, Kind]:
    """The figures of the whole distribution of n customers."""
    plain = Kind(formulas.gini, "Mean difference between two customers over twice the mean.")
    unbiased = Kind(
        _unbiased, "Mean difference between two different customers over twice the mean."
    )
    if normalised:
        plain = unbiased = Kind(
            _unbiased,
            "Mean difference between two different customers over the greatest that these totals "
            "of positive and of negative values allow.",
        )
    return {
        "gini": plain,
        "gini_unbiased": unbiased,
        "hhi": Kind(formulas.hhi, "Sum of the customers' squared shares.", low=1 / n, log=True),
        "effective_customers": Kind(
            formulas.effective,
            "Number of equal customers that would be as concentrated, 1/HHI.",
            low=1.0,
            high=n,
            log=True,
        ),
    }


def top_kind(p: float) -> Kind:
    """The share of the value that the top p bring; never less than p."""
    said = f"Share of the value of the {100 * p:g} % of the customers with the highest values."
    return Kind(partial(formulas.top_share, p=p), said, low=p)


def share_kind(q: float) -> Kind:
    """The share of the customers needed for q of the value; never more than q."""
    said = (
        f"Share of the customers, the highest values first, who bring {100 * q:g} % of the value."
    )
    return Kind(partial(formulas.share_needed, q=q), said, high=q)


def estimated(sample: Sample, kind: Kind, confidence: float) -> Estimate:
    """A figure with its normal interval, cut off at what is possible."""
    found = kind.of(sample)
    n = round(sample.n)
    if math.isnan(found.value):
        nothing = Interval(math.nan, math.nan, confidence)
        return Estimate(math.nan, math.nan, nothing, n, f"Undefined here. {kind.sentence}")
    narrow = ", too narrow where values are skewed" if kind.log else ""
    definition = f"{kind.sentence[:-1]}; {_INDEPENDENT}{narrow}."
    if not kind.log:
        return estimate(
            *found,
            n=n,
            definition=definition,
            low=kind.low,
            high=kind.high,
            confidence=confidence,
        )
    limits = np.stack(log_wald(*found, confidence=confidence))
    low, high = np.clip(limits, kind.low, kind.high).tolist()
    return Estimate(*found, Interval(low, high, confidence), n, definition)


def caution(hhi: Estimate) -> dict[str, str]:
    """What a reader of the intervals of squared shares has to know, as a printed fact."""
    if math.isnan(hhi.interval.low):
        return {}
    return {"note": "for skewed values the intervals of hhi and effective_customers are too narrow"}


def figures_table(figures: Mapping[str, Estimate]) -> Columns:
    """One row for each figure: its value and its limits."""
    return {
        "figure": list(figures),
        "value": np.array([one.value for one in figures.values()]),
        "low": np.array([one.interval.low for one in figures.values()]),
        "high": np.array([one.interval.high for one in figures.values()]),
    }


def _unbiased(sample: Sample) -> Figure:
    """With n/(n - 1), which leaves out the pairs of a customer with himself."""
    n = sample.n
    if n <= 1:
        return UNDEFINED
    found = formulas.gini(sample)
    return Figure(min(found.value * n / (n - 1), 1.0), found.error * n / (n - 1))
