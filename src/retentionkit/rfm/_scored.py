"""Scores of recency, frequency and money beside the measures they were made of."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias

import numpy as np

from retentionkit.results import Columns, Result
from retentionkit.rfm._table import RFMTable, columns_of, whole_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind

__all__ = ["DIMENSIONS", "Dimension", "RFMScores"]

Dimension: TypeAlias = Literal["recency", "frequency", "monetary"]
DIMENSIONS: Final[tuple[Dimension, ...]] = ("recency", "frequency", "monetary")
_TEN: Final = 10


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class RFMScores(Result):
    """Scores from 1 (worst) to the number of bins (best), made by `score` or a `Scorer`.

    Arrays are read-only and have shape (n,), in the order of `table`. Scores of customers who only
    sent goods back are NaN.

    Attributes
    ----------
    table
        The measures.
    recency, frequency, monetary
        Scores; `monetary` is None for a log without money.
    bins
        Number of bins of recency, frequency and money.
    weights
        Weights of the three in the combined score.
    cuts
        Where the classes that occur begin, by dimension, rising: the lowest measure of each but
        the lowest one, for recency the greatest days since the last order; cuts of the caller and
        means as they were given, for quantiles the least measure above each. A customer at a cut
        belongs to the better class. Empty if scores are not functions of the single measures
        (nested scoring, ties spread by id).
    levels
        Scores that occur, by dimension, from the lowest to the highest: one more than cuts.
    notes
        What to know of these scores, such as fewer levels than bins.
    definition
        One sentence: how scores were made.
    """

    table: RFMTable
    recency: NDArray[np.float64]
    frequency: NDArray[np.float64]
    monetary: NDArray[np.float64] | None
    bins: tuple[int, int, int]
    weights: tuple[float, float, float]
    cuts: Mapping[Dimension, tuple[float, ...]]
    levels: Mapping[Dimension, tuple[int, ...]]
    notes: tuple[str, ...]
    definition: str

    _heading: ClassVar[str] = "RFM scores"

    @property
    def customer(self) -> NDArray[Any]:
        """Customer ids, shape (n,)."""
        return self.table.customer

    @property
    def combined(self) -> NDArray[np.float64]:
        """Weighted mean of the scores, shape (n,); without money that of the other two."""
        parts = [part for part in (self.recency, self.frequency, self.monetary) if part is not None]
        weights = np.array(self.weights[: len(parts)])
        return np.asarray(np.tensordot(weights, np.stack(parts), axes=1) / weights.sum())

    @property
    def frequency_monetary(self) -> NDArray[np.float64]:
        """Mean of the scores of frequency and money, shape (n,); without money the frequency's."""
        return self.frequency if self.monetary is None else (self.frequency + self.monetary) / 2

    @property
    def code(self) -> NDArray[Any]:
        """The scores as text, such as "545", with hyphens from ten bins on; None without scores."""
        parts = [part for part in (self.recency, self.frequency, self.monetary) if part is not None]
        joint = "-" if max(self.bins) >= _TEN else ""
        number = np.zeros(len(self), dtype=np.int64)
        for part in parts:
            number = number * 1_000 + np.nan_to_num(part).astype(np.int64)
        codes, place = np.unique(number, return_inverse=True)
        texts = np.empty(len(codes), dtype=object)
        for at, code in enumerate(codes.tolist()):
            digits = [code // 1_000**power % 1_000 for power in range(len(parts) - 1, -1, -1)]
            texts[at] = joint.join(map(str, digits)) if code else None
        return np.asarray(texts[place.reshape(-1)])

    def __len__(self) -> int:
        """The number of customers."""
        return len(self.table)

    def _frame_kind(self) -> FrameKind:
        return self.table.kind or "pandas"

    def _scores(self) -> dict[str, NDArray[Any]]:
        scores = {f"{name}_score": getattr(self, name) for name in DIMENSIONS}
        return {name: whole_numbers(part) for name, part in scores.items() if part is not None}

    def _table(self) -> Columns:
        return {
            **columns_of(self.table),
            **self._scores(),
            "combined": self.combined,
            "code": self.code,
        }

    def _printed(self) -> Columns:
        return {"customer": self.customer, **self._scores(), "combined": self.combined}

    def _facts(self) -> Mapping[str, str]:
        facts = {"customers": f"{len(self):,}", "as of": str(self.table.as_of)}
        if self.notes:
            facts["note"] = " ".join(self.notes)
        return {**facts, "definition": self.definition}
