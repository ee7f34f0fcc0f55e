"""Intervals of estimates, shares, differences and totals, thin on `scipy`."""

from retentionkit.intervals._estimates import estimate, log_wald, normal_quantile, ratio, t_quantile
from retentionkit.intervals._shares import hybrid, newcombe, poisson, share, wilson
from retentionkit.intervals._totals import (
    Total,
    Uncertainty,
    affordable,
    three_moments,
    total_interval,
)

__all__ = [
    "Total",
    "Uncertainty",
    "affordable",
    "estimate",
    "hybrid",
    "log_wald",
    "newcombe",
    "normal_quantile",
    "poisson",
    "ratio",
    "share",
    "t_quantile",
    "three_moments",
    "total_interval",
    "wilson",
]
