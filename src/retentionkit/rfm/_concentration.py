"""How much of the money comes from how few of the customers: the door to `concentration`."""

from retentionkit.concentration import Claim, Concentration, ConcentrationBootstrap, concentration

__all__ = ["Claim", "Concentration", "ConcentrationBootstrap", "concentration"]
