"""Before and after, treated and control, one segment and the rest: what differs, how surely."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.compare._comparison import Comparison
    from retentionkit.compare._counts import counts
    from retentionkit.compare._means import means
    from retentionkit.compare._multiplicity import Multiplicity, adjusted_p_values
    from retentionkit.compare._needed import RequiredN
    from retentionkit.compare._nps import nps
    from retentionkit.compare._progress import progress
    from retentionkit.compare._progress_result import Progress
    from retentionkit.compare._rates import rates
    from retentionkit.compare._ratio import ratio
    from retentionkit.compare._required_n import required_n
    from retentionkit.compare._several import Comparisons, several
    from retentionkit.compare._terms import Design, Selected

__all__ = [
    "Comparison",
    "Comparisons",
    "Design",
    "Multiplicity",
    "Progress",
    "RequiredN",
    "Selected",
    "adjusted_p_values",
    "counts",
    "means",
    "nps",
    "progress",
    "rates",
    "ratio",
    "required_n",
    "several",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "Comparison": "_comparison",
        "Comparisons": "_several",
        "Design": "_terms",
        "Multiplicity": "_multiplicity",
        "Progress": "_progress_result",
        "RequiredN": "_needed",
        "Selected": "_terms",
        "adjusted_p_values": "_multiplicity",
        "counts": "_counts",
        "means": "_means",
        "nps": "_nps",
        "progress": "_progress",
        "rates": "_rates",
        "ratio": "_ratio",
        "required_n": "_required_n",
        "several": "_several",
    },
)
