"""How much of the money comes from how few of the customers: the door to `concentration`."""

from retentionkit.concentration import (
    Concentration,
    ConcentrationBootstrap,
    ConcentrationClaim,
    concentration,
)

__all__ = ["Concentration", "ConcentrationBootstrap", "ConcentrationClaim", "concentration"]
