"""Lifetime value as a type: what the models make, and acquisition and loyalty take."""

from retentionkit.values._lifetime_value import LifetimeValue
from retentionkit.values._rows import row_keys
from retentionkit.values._simulation import Simulation

__all__ = ["LifetimeValue", "Simulation", "row_keys"]
