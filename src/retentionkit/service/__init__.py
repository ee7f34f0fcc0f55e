"""Service as customers meet it: waits, promises kept, contacts in time, complaints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.service._attainment import attainment
    from retentionkit.service._benchmark import AgainstBenchmark, against_benchmark
    from retentionkit.service._complaints import ComplaintRate, complaint_rate
    from retentionkit.service._conversion import Conversion, ConversionRate, conversion_rate
    from retentionkit.service._mean_wait import mean_wait
    from retentionkit.service._mean_wait_result import MeanWait, WaitOf
    from retentionkit.service._on_time import on_time_contact
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
        "AgainstBenchmark": "_benchmark",
        "Attainment": "_promises",
        "ComplaintRate": "_complaints",
        "Conversion": "_conversion",
        "ConversionRate": "_conversion",
        "MeanWait": "_mean_wait_result",
        "Promise": "_promises",
        "WaitOf": "_mean_wait_result",
        "against_benchmark": "_benchmark",
        "attainment": "_attainment",
        "complaint_rate": "_complaints",
        "conversion_rate": "_conversion",
        "mean_wait": "_mean_wait",
        "on_time_contact": "_on_time",
    },
)
