"""How to score: the options, checked, and what they say in one sentence."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypeGuard, cast, get_args

import numpy as np

from retentionkit.arguments import check_choice
from retentionkit.errors import DataError, KindError, OptionError
from retentionkit.rfm._scored import DIMENSIONS, Dimension
from retentionkit.rfm._table import RFMTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Bins", "Compat", "Scoring", "Ties", "read_scoring", "read_weights"]

Bins: TypeAlias = int | tuple[int, int, int]
Ties: TypeAlias = Literal["midrank", "spread_by_id"]
Compat: TypeAlias = Literal["r-rfm"]
Method: TypeAlias = Literal["ranks", "quantiles", "mean", "r-rfm"]

_FEWEST: Final = 2
_MOST: Final = 99
_DEFAULT: Final = 5
_SAID: Final[Mapping[Method, str]] = {
    "ranks": "equal values share the score of their mean rank",
    "quantiles": (
        "one more than the number of quantiles (type 7) below the customer's measure, for recency "
        "the best score less that number"
    ),
    "mean": "2 for what is as good as the mean or better, else 1",
    "r-rfm": "cuts of the R package rfm 0.3.0: quantiles (type 7) plus 1",
}
_SPREAD: Final = "equal values are spread by customer id"
_KEPT: Final = " at the fit, where a class begins at the worst measure in it"


@dataclasses.dataclass(frozen=True, slots=True)
class Scoring:
    """The options of `score`.

    Attributes
    ----------
    bins
        Classes of recency, frequency and money.
    method
        How dimensions without cuts of their own are scored.
    own
        Cuts of the caller, rising.
    spread
        Whether ties are spread by id.
    nested
        Whether frequency is scored within recency, and money within both.
    weights
        Weights in the combined score.
    dimensions
        How many dimensions the table has: two without money.
    """

    bins: tuple[int, int, int]
    method: Method
    own: Mapping[Dimension, NDArray[np.float64]]
    spread: bool
    nested: bool
    weights: tuple[float, float, float]
    dimensions: int

    @property
    def definition(self) -> str:
        """One sentence."""
        return self._say(_SPREAD if self.spread else _SAID[self.method])

    @property
    def frozen(self) -> str:
        """One sentence, where the cuts are kept for later dates."""
        return self._say(_SAID[self.method] + (_KEPT if self.method == "ranks" else ""))

    def _say(self, how: str) -> str:
        parts = [how]
        if self.own:
            given = ", ".join(name for name in DIMENSIONS if name in self.own)
            owned = f"{given} by given cuts, a customer at a cut in the better class"
            parts = [owned] if len(self.own) == self.dimensions else [owned, f"else {how}"]
        if self.nested:
            parts.append("frequency within recency, money within both")
        weights = self.weights[: self.dimensions]
        if len(set(weights)) > 1:
            parts.append(f"combined: mean weighted {':'.join(f'{weight:g}' for weight in weights)}")
        classes = "×".join(map(str, self.bins[: self.dimensions]))
        return f"Scores in {classes} classes, 1 the worst: {'; '.join(parts)}."


def read_scoring(
    table: object,
    *,
    bins: object,
    ties: Ties,
    nested: bool,
    cuts: object,
    weights: object,
    compat: Compat | None,
) -> Scoring:
    """The options, checked against each other and the table."""
    measures = check_table(table)
    money = measures.net_spend is not None
    check_choice("ties", ties, get_args(Ties))
    check_choice("compat", compat, (None, *get_args(Compat)))
    check_choice("nested", nested, (False, True))
    own: dict[Dimension, NDArray[np.float64]] = {}
    if _is_mapping(cuts):
        own = _own_cuts(cuts, measures)
    else:
        check_choice("cuts", cuts, (None, "quantiles", "mean"))
    ranked = cuts is None and compat is None
    if not ranked and (nested or ties == "spread_by_id" or (cuts is not None and compat)):
        raise _exclusive(ties=ties, nested=nested, cuts=cuts, compat=compat)
    method = compat or (cast("Method", cuts) if isinstance(cuts, str) else "ranks")
    return Scoring(
        bins=_read_bins(bins, method, own),
        method=method,
        own=own,
        spread=ties == "spread_by_id",
        nested=bool(nested),
        weights=read_weights(weights, money=money),
        dimensions=len(DIMENSIONS) if money else len(DIMENSIONS) - 1,
    )


def check_table(table: object) -> RFMTable:
    """A table of measures in which somebody has an order."""
    if not isinstance(table, RFMTable):
        raise KindError(
            "Only measures can be scored.",
            received=f"an object of type {type(table).__name__}",
            allowed="RFMTable",
            do="Make it with rk.rfm.measure(transactions).",
        )
    if table.refund_only.all():
        raise DataError(
            "Nobody in the table has an order, so there is nothing to score.",
            received=f"{len(table):,} customers, all without an order",
            allowed="a table with at least one customer who bought",
            do="Check the selection, or measure a longer window.",
        )
    return table


def read_weights(weights: object, *, money: bool) -> tuple[float, float, float]:
    """Three finite numbers that are not negative, of which some used one is positive."""
    given = np.asarray(weights)
    used = len(DIMENSIONS) if money else len(DIMENSIONS) - 1
    fits = given.shape == (len(DIMENSIONS),) and given.dtype.kind in "iuf"
    if fits and np.isfinite(given).all() and (given >= 0).all() and given[:used].sum() > 0:
        recency, frequency, monetary = given.astype(np.float64).tolist()
        return recency, frequency, monetary
    raise OptionError(
        "`weights` must be three numbers that are not negative, and not all 0.",
        received=repr(weights),
        allowed="weights of recency, frequency and money; of the first two for a log without money",
        do="Write 'recency counts double' as weights=(2, 1, 1).",
    )


def _read_bins(
    bins: object, method: Method, own: Mapping[Dimension, NDArray[np.float64]]
) -> tuple[int, int, int]:
    if bins is None:
        rest = _FEWEST if method == "mean" else _DEFAULT
        counts = [len(own[name]) + 1 if name in own else rest for name in DIMENSIONS]
        return counts[0], counts[1], counts[2]
    several = [_whole(n) for n in (bins if _is_several(bins) else [bins] * len(DIMENSIONS))]
    if len(several) != len(DIMENSIONS) or not all(_FEWEST <= n <= _MOST for n in several):
        raise OptionError(
            f"`bins` must be whole numbers from {_FEWEST} to {_MOST}.",
            received=repr(bins),
            allowed="one number of classes, or three for recency, frequency and money",
            do="Pass bins=5 or bins=(5, 4, 3).",
        )
    if method == "mean" and set(several) != {_FEWEST}:
        raise OptionError(
            "The mean makes two classes.",
            received=f"bins={bins!r}, cuts='mean'",
            allowed="bins=2",
            do="Leave `bins` out, or pass cuts='quantiles'.",
        )
    for name, number in zip(DIMENSIONS, several, strict=True):
        if name in own and len(own[name]) + 1 != number:
            raise OptionError(
                "`bins` and `cuts` do not agree: there is one class more than cuts.",
                received=f"bins={bins!r}, {len(own[name])} cuts of {name}",
                allowed=f"{len(own[name]) + 1} bins of {name}",
                do="Leave `bins` out, or pass three numbers that agree with the cuts.",
            )
    return several[0], several[1], several[2]


def _is_several(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, list | tuple)


def _is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(value, Mapping)


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _whole(number: object) -> int:
    """A whole number; 0, which is none of the allowed ones, for anything else."""
    return int(number) if _is_whole(number) else 0


def _own_cuts(cuts: Mapping[Any, Any], table: RFMTable) -> dict[Dimension, NDArray[np.float64]]:
    there = DIMENSIONS if table.net_spend is not None else DIMENSIONS[:-1]
    if not cuts or not set(cuts) <= set(there):
        raise OptionError(
            "`cuts` must name dimensions of the table.",
            received=repr(dict(cuts)),
            allowed=f"cuts of {', '.join(map(repr, there))}: any of them, at least one",
            do="Pass cuts={'recency': [30, 90, 365]}; without any, leave `cuts` out.",
        )
    return {name: _rising(name, cuts[name]) for name in DIMENSIONS if name in cuts}


def _rising(name: str, given: Sequence[float]) -> NDArray[np.float64]:
    numbers = np.asarray(given)
    fits = numbers.ndim == 1 and numbers.dtype.kind in "iuf" and 0 < len(numbers) < _MOST
    if fits and np.isfinite(numbers).all() and (np.diff(numbers) > 0).all():
        return numbers.astype(np.float64)
    raise OptionError(
        f"The cuts of {name} must rise.",
        received=repr(given),
        allowed=f"1 to {_MOST - 1} finite numbers, each above the one before",
        do="Sort them; days since the last order rise as well.",
    )


def _exclusive(*, ties: str, nested: bool, cuts: object, compat: object) -> OptionError:
    return OptionError(
        "These options exclude each other.",
        received=f"ties={ties!r}, nested={nested!r}, cuts={cuts!r}, compat={compat!r}",
        allowed="nested scores and spread ties are ranks, without cuts; r-rfm has its own cuts",
        do="Keep one of them.",
    )
