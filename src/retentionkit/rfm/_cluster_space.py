r"""Where customers are compared: measures on logarithmic scales, each with spread one.

Days and counts x become :math:`\log(1 + x)`. Money m may be negative and has a currency, so it
becomes :math:`\operatorname{arsinh}(m / s)` with s the median size of the spend that is not zero:
nearly linear around zero, logarithmic far from it, and the same in every currency. Each is then
centred and divided by its standard deviation.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

import numpy as np

from retentionkit.arguments import check_choice
from retentionkit.errors import DataError, OptionError
from retentionkit.results import frozen_array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from retentionkit.rfm._table import RFMTable

__all__ = ["FEATURES", "ClusterSpace", "Feature", "measured", "read_features", "space_of"]

#: Measures by which customers can be compared.
Feature: TypeAlias = Literal[
    "days_since_last", "orders", "active_days", "net_spend", "mean_order_value"
]
FEATURES: Final[tuple[Feature, ...]] = get_args(Feature)
_MONEY: Final = frozenset({"net_spend", "mean_order_value"})
_USUAL: Final[tuple[Feature, ...]] = ("days_since_last", "orders", "net_spend")
#: Coordinates are told apart to this many decimals, so that the order of sums cannot matter.
_DECIMALS: Final = 9


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class ClusterSpace:
    """The transformation that was frozen when clusters were made.

    Attributes
    ----------
    features
        The measures, in the order of the coordinates.
    unit
        What money is divided by, for each feature, shape (d,); 1 for days and counts.
    centre, spread
        Mean and standard deviation of each transformed feature, shape (d,).
    """

    features: tuple[Feature, ...]
    unit: NDArray[np.float64]
    centre: NDArray[np.float64]
    spread: NDArray[np.float64]

    def coordinates(self, table: RFMTable) -> NDArray[np.float64]:
        """Coordinates of the customers, shape (n, d); NaN for those who only sent goods back."""
        columns = [
            (_scaled(name, measured(table, name), unit) - centre) / spread
            for name, unit, centre, spread in zip(
                self.features, self.unit, self.centre, self.spread, strict=True
            )
        ]
        found = np.column_stack(columns).round(_DECIMALS)
        found[table.refund_only] = np.nan
        return found

    def in_words(self) -> str:
        """The transformation as part of a sentence."""
        names = [f"arsinh({x} / median)" if x in _MONEY else f"log(1 + {x})" for x in self.features]
        return f"{', '.join(names)}, each with standard deviation 1"


def space_of(buyers: RFMTable, features: tuple[Feature, ...]) -> ClusterSpace:
    """The transformation that these customers set; none of them may have only refunds."""
    units: list[float] = []
    centres: list[float] = []
    spreads: list[float] = []
    for name in features:
        values = np.sort(measured(buyers, name))  # sums then do not depend on the order of rows
        sizes = np.abs(values[values != 0])
        unit = float(np.median(sizes)) if name in _MONEY and len(sizes) else 1.0
        scaled = _scaled(name, values, unit)
        level = values[0] == values[-1]
        units.append(unit)
        centres.append(float(scaled.mean()))
        spreads.append(1.0 if level else float(scaled.std()))
    return ClusterSpace(
        features=features,
        unit=frozen_array(units, np.float64),
        centre=frozen_array(centres, np.float64),
        spread=frozen_array(spreads, np.float64),
    )


def read_features(table: RFMTable, features: Sequence[Feature] | None) -> tuple[Feature, ...]:
    """The features asked for, or the usual ones that the table has."""
    if features is None:
        return tuple(name for name in _USUAL if getattr(table, name) is not None)
    names = tuple(features)
    for name in names:
        check_choice("features", name, FEATURES)
        measured(table, name)
    if names and len(set(names)) == len(names):
        return names
    raise OptionError(
        "`features` must be different measures, at least one.",
        received=repr(names),
        allowed=", ".join(map(repr, FEATURES)),
        do="Leave it out for days_since_last, orders and net_spend.",
    )


def measured(table: RFMTable, name: str) -> NDArray[np.float64]:
    """A measure of all customers; refused where the log has no money."""
    values: NDArray[Any] | None = getattr(table, name)
    if values is not None:
        return values.astype(np.float64)
    raise DataError(
        f"These customers have no {name}.",
        received="measures of a log without money",
        allowed="measures of a log with amounts",
        do="Leave money out of `features`, or read the log with its column of amounts.",
    )


def _scaled(name: str, values: NDArray[np.float64], unit: float) -> NDArray[np.float64]:
    return np.asarray(np.arcsinh(values / unit) if name in _MONEY else np.log1p(values))
