"""Pictures: one function for each, from a result to matplotlib's Axes.

Nothing is shown and no global style is set; draw into your own axes with `ax=`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.plots._calibration import activity_calibration, calibration
    from retentionkit.plots._conditional_fit import conditional_fit
    from retentionkit.plots._driver_matrix import driver_matrix
    from retentionkit.plots._forest import forest
    from retentionkit.plots._frequency_fit import frequency_fit
    from retentionkit.plots._gains import gains
    from retentionkit.plots._heterogeneity import heterogeneity
    from retentionkit.plots._linkage_curve import linkage_curve
    from retentionkit.plots._lorenz import lorenz
    from retentionkit.plots._migration import migration
    from retentionkit.plots._most_valuable import most_valuable
    from retentionkit.plots._nps_trend import nps_trend
    from retentionkit.plots._outcomes import outcomes
    from retentionkit.plots._pit import pit
    from retentionkit.plots._probability_alive import probability_alive
    from retentionkit.plots._profile import profile
    from retentionkit.plots._promoters import promoters
    from retentionkit.plots._rf_heat_map import rf_heat_map
    from retentionkit.plots._score_histogram import score_histogram
    from retentionkit.plots._segments import segments
    from retentionkit.plots._stages import stages
    from retentionkit.plots._survival import survival
    from retentionkit.plots._tracking import tracking
    from retentionkit.plots._treemap import treemap

__all__ = [
    "activity_calibration",
    "calibration",
    "conditional_fit",
    "driver_matrix",
    "forest",
    "frequency_fit",
    "gains",
    "heterogeneity",
    "linkage_curve",
    "lorenz",
    "migration",
    "most_valuable",
    "nps_trend",
    "outcomes",
    "pit",
    "probability_alive",
    "profile",
    "promoters",
    "rf_heat_map",
    "score_histogram",
    "segments",
    "stages",
    "survival",
    "tracking",
    "treemap",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "activity_calibration": "_calibration",
        "calibration": "_calibration",
        "conditional_fit": "_conditional_fit",
        "driver_matrix": "_driver_matrix",
        "forest": "_forest",
        "frequency_fit": "_frequency_fit",
        "gains": "_gains",
        "heterogeneity": "_heterogeneity",
        "linkage_curve": "_linkage_curve",
        "lorenz": "_lorenz",
        "migration": "_migration",
        "most_valuable": "_most_valuable",
        "nps_trend": "_nps_trend",
        "outcomes": "_outcomes",
        "pit": "_pit",
        "probability_alive": "_probability_alive",
        "profile": "_profile",
        "promoters": "_promoters",
        "rf_heat_map": "_rf_heat_map",
        "score_histogram": "_score_histogram",
        "segments": "_segments",
        "stages": "_stages",
        "survival": "_survival",
        "tracking": "_tracking",
        "treemap": "_treemap",
    },
)
