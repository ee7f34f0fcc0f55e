"""Service as customers meet it: waits, promises kept, contacts in time, complaints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.service._against_benchmark import AgainstBenchmark, against_benchmark
    from retentionkit.service._attainment import attainment
    from retentionkit.service._complaint_rate import ComplaintRate, complaint_rate
    from retentionkit.service._conversion_rate import Conversion, ConversionRate, conversion_rate
    from retentionkit.service._mean_wait import mean_wait
    from retentionkit.service._mean_wait_result import MeanWait, WaitOf
    from retentionkit.service._on_time_contact import on_time_contact
    from retentionkit.service._promises import Attainment, Promise

__all__ = [
    "AgainstBenchmark",
    "Attainment",
    "ComplaintRate",
    "Conversion",
    "ConversionRate",
    "MeanWait",
    "Promise",
    "WaitOf",
    "against_benchmark",
    "attainment",
    "complaint_rate",
    "conversion_rate",
    "mean_wait",
    "on_time_contact",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "AgainstBenchmark": "_against_benchmark",
        "Attainment": "_promises",
        "ComplaintRate": "_complaint_rate",
        "Conversion": "_conversion_rate",
        "ConversionRate": "_conversion_rate",
        "MeanWait": "_mean_wait_result",
        "Promise": "_promises",
        "WaitOf": "_mean_wait_result",
        "against_benchmark": "_against_benchmark",
        "attainment": "_attainment",
        "complaint_rate": "_complaint_rate",
        "conversion_rate": "_conversion_rate",
        "mean_wait": "_mean_wait",
        "on_time_contact": "_on_time_contact",
    },
)
