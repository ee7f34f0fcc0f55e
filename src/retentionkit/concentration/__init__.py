"""Concentration: how much of the money comes from how few of the customers."""

from retentionkit.concentration._bootstrap import ConcentrationBootstrap
from retentionkit.concentration._claim import ConcentrationClaim
from retentionkit.concentration._concentration import concentration
from retentionkit.concentration._result import Concentration
from retentionkit.concentration._sample import Lorenz

__all__ = [
    "Concentration",
    "ConcentrationBootstrap",
    "ConcentrationClaim",
    "Lorenz",
    "concentration",
]
