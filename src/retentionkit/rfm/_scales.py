"""The scale of each dimension, and the scores that it gives."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit.results import frozen_array
from retentionkit.rfm._cuts import Scale, first_above, mean_of, quantiles, scale_of
from retentionkit.rfm._ranks import (
    Groups,
    equal_counts,
    equal_money,
    money_floor,
    rank_scores,
    rank_within,
    rounded,
    spread,
    torn,
    which_occur,
)
from retentionkit.rfm._scored import DIMENSIONS, Dimension, RFMScores

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.rfm._scoring import Scoring
    from retentionkit.rfm._table import RFMTable

__all__ = ["Scaled", "as_measured", "by_scales", "scaled", "scored"]

_MEASURED: Final[Mapping[Dimension, str]] = {
    "recency": "days_since_last",
    "frequency": "orders",
    "monetary": "net_spend",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Scaled:
    """The scores of one dimension, for those who bought.

    Attributes
    ----------
    score
        The score of each, from 1.
    groups
        Those with equal values together, the worst first.
    scale
        What makes a score of a measure; None for nested scores and spread ties.
    torn
        How many have another score than somebody with the same value, where ties are spread.
    """

    score: NDArray[np.int64]
    groups: Groups
    scale: Scale | None
    torn: int = 0


def scaled(table: RFMTable, how: Scoring) -> dict[Dimension, Scaled]:
    """The scores of each dimension that the table has."""
    found: dict[Dimension, Scaled] = {}
    bought = ~table.refund_only
    within = np.zeros(int(bought.sum()), dtype=np.int64)
    for name, values in _better_is_more(table).items():
        bins = how.bins[DIMENSIONS.index(name)]
        groups, floor = _groups(values, name)
        if how.nested or how.spread:
            alone = spread(groups, table.customer[bought]) if how.spread else groups
            score = rank_within(alone, within, bins)
            apart = torn(groups, within, score) if how.spread else 0
            found[name] = Scaled(score, groups, None, apart)
            within = within * bins + score - 1 if how.nested else within
        else:
            found[name] = _placed(values, groups, _scale(groups, floor, name, bins, how))
    return found


def by_scales(table: RFMTable, scales: Mapping[Dimension, Scale]) -> dict[Dimension, Scaled]:
    """The scores that frozen scales give; the table has all of their measures."""
    measures = _better_is_more(table)
    groups = {name: _groups(measures[name], name)[0] for name in scales}
    return {name: _placed(measures[name], groups[name], scale) for name, scale in scales.items()}


def _placed(values: NDArray[np.float64], groups: Groups, scale: Scale) -> Scaled:
    return Scaled(np.array(scale.levels)[scale.place(values)], groups, scale)


def _better_is_more(table: RFMTable) -> dict[Dimension, NDArray[np.float64]]:
    """The measures of those who bought, turned so that more is better."""
    bought = None if not table.refund_only.any() else ~table.refund_only
    found: dict[Dimension, NDArray[np.float64]] = {}
    for name, measure in _MEASURED.items():
        values: NDArray[Any] | None = getattr(table, measure)
        if values is not None:
            known = values if bought is None else values[bought]
            found[name] = np.asarray(-known if name == "recency" else known, dtype=np.float64)
    return found


def _groups(values: NDArray[np.float64], name: Dimension) -> tuple[Groups, float]:
    """Equal values together, and the difference of money that is none."""
    if name == "monetary":
        floor = money_floor(values)
        return equal_money(values, floor), floor
    if name == "recency":
        return equal_counts((-values).astype(np.int64)).reversed(), 0.0
    return equal_counts(values.astype(np.int64)), 0.0


def _scale(groups: Groups, floor: float, name: Dimension, bins: int, how: Scoring) -> Scale:
    """The scale by the caller's cuts, the mean, quantiles or ranks."""
    every = tuple(range(1, bins + 1))
    if name in how.own:
        cuts = -how.own[name][::-1] if name == "recency" else how.own[name]
        return Scale(tuple(cuts.tolist()), every, floor)
    if how.method == "mean":
        return Scale((mean_of(groups),), every, floor)
    if how.method == "ranks":
        return scale_of(groups, rank_scores(groups.size, bins), floor)
    begins = _quantile_begins(quantiles(groups, bins), floor, name, how.method).tolist()
    return Scale(tuple(map(rounded, begins) if name == "monetary" else begins), every, floor)


def _quantile_begins(
    cuts: NDArray[np.float64], floor: float, name: Dimension, method: str
) -> NDArray[np.float64]:
    """Where the classes between quantiles begin: at whole days and orders, or at amounts."""
    recency = name == "recency"
    if method == "r-rfm":
        cuts = cuts + (-1.0 if recency else 1.0)
    above = recency == (method == "r-rfm")
    if name != "monetary":
        return np.floor(cuts) + 1 if above else np.ceil(cuts)
    return first_above(cuts, floor) if above else cuts


def scored(
    table: RFMTable,
    parts: Mapping[Dimension, Scaled],
    *,
    bins: tuple[int, int, int],
    weights: tuple[float, float, float],
    notes: tuple[str, ...],
    definition: str,
) -> RFMScores:
    """The result, with scores in the rows of the table."""
    rows = {name: _rows(table, part.score) for name, part in parts.items()}
    cuts: dict[Dimension, tuple[float, ...]] = {}
    levels: dict[Dimension, tuple[int, ...]] = {}
    for name, part in parts.items():
        levels[name] = which_occur(part.score)
        if part.scale is not None:
            begins = part.scale.only(levels[name]).begins
            cuts[name] = as_measured(name, begins)
    return RFMScores(
        table=table,
        recency=rows["recency"],
        frequency=rows["frequency"],
        monetary=rows.get("monetary"),
        bins=bins,
        weights=weights,
        cuts=cuts,
        levels=levels,
        notes=notes,
        definition=definition,
    )


def as_measured(name: Dimension, begins: tuple[float, ...]) -> tuple[float, ...]:
    """Cuts of the turned measure as cuts of the measure and back, rising either way."""
    return tuple(0.0 - begin for begin in reversed(begins)) if name == "recency" else begins


def _rows(table: RFMTable, score: NDArray[np.int64]) -> NDArray[np.float64]:
    rows = np.full(len(table), np.nan)
    rows[~table.refund_only] = score
    return frozen_array(rows, np.float64)
