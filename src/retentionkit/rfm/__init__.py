"""RFM: how recently, how often and for how much customers bought, and which segments they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.rfm._concentration import (
        Claim,
        Concentration,
        ConcentrationBootstrap,
        concentration,
    )
    from retentionkit.rfm._measure import measure
    from retentionkit.rfm._scored import RFMScores
    from retentionkit.rfm._segments import Segments
    from retentionkit.rfm._table import RFMTable

__all__ = [
    "Claim",
    "Concentration",
    "ConcentrationBootstrap",
    "RFMScores",
    "RFMTable",
    "Segments",
    "concentration",
    "measure",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "Claim": "_concentration",
        "Concentration": "_concentration",
        "ConcentrationBootstrap": "_concentration",
        "RFMScores": "_scored",
        "RFMTable": "_table",
        "Segments": "_segments",
        "concentration": "_concentration",
        "measure": "_measure",
    },
)
