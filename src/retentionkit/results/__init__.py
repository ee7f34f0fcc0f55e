"""What every result can do, and the figures, arrays and mappings that results are made of."""

from retentionkit.results._figures import Estimate, Interval
from retentionkit.results._frozen import FrozenMapping, frozen_array, frozen_mapping
from retentionkit.results._json import JSONValue, as_json
from retentionkit.results._result import Result
from retentionkit.results._tables import Columns

__all__ = [
    "Columns",
    "Estimate",
    "FrozenMapping",
    "Interval",
    "JSONValue",
    "Result",
    "as_json",
    "frozen_array",
    "frozen_mapping",
]
