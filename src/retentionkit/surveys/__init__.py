"""Survey answers: the net promoter score, satisfaction, and what they go with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.surveys._chain_rows import ChainLink, Moderated
    from retentionkit.surveys._driver_phases import DriverPhases
    from retentionkit.surveys._drivers import drivers
    from retentionkit.surveys._drivers_result import Drivers
    from retentionkit.surveys._nps import nps
    from retentionkit.surveys._nps_result import NPS
    from retentionkit.surveys._value_chain import value_chain
    from retentionkit.surveys._value_chain_result import ChainModeration, ValueChain

__all__ = [
    "NPS",
    "ChainLink",
    "ChainModeration",
    "DriverPhases",
    "Drivers",
    "Moderated",
    "ValueChain",
    "drivers",
    "nps",
    "value_chain",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "NPS": "_nps_result",
        "ChainLink": "_chain_rows",
        "ChainModeration": "_value_chain_result",
        "DriverPhases": "_driver_phases",
        "Drivers": "_drivers_result",
        "Moderated": "_chain_rows",
        "ValueChain": "_value_chain_result",
        "drivers": "_drivers",
        "nps": "_nps",
        "value_chain": "_value_chain",
    },
)
