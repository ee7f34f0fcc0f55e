"""What results of answers on one scale have in common: how often each was given, and the rest."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from retentionkit import frames
from retentionkit.results import Columns, Estimate, Interval, Result, frozen_array
from retentionkit.surveys._scales.scale_texts import answers_printed, answers_told, weights_told

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from retentionkit.frames import Frame, FrameKind
    from retentionkit.surveys._scales.counted_answers import Tally

__all__ = ["ScaleResult", "columns_of", "counts_of"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class ScaleResult(Result):
    """One figure of answers on a scale; a subclass states which, and which answers it counts."""

    scale: tuple[int, int]
    answers: NDArray[np.int64]
    counts: NDArray[np.int64]
    shares: NDArray[np.float64]
    unanswered: int
    invalid: int
    effective_n: float
    n_clusters: int | None
    definition: str
    kind: FrameKind | None = dataclasses.field(default=None, compare=False)

    @property
    @abstractmethod
    def _figure(self) -> Estimate:
        """The figure that the result stands for."""

    @abstractmethod
    def _counted_as(self) -> list[str]:
        """What each answer of the scale counts as."""

    @abstractmethod
    def _figures(self) -> Columns:
        """The figures of the one row of `to_frame`."""

    @abstractmethod
    def _told(self) -> Mapping[str, str]:
        """The figures in words."""

    @property
    def value(self) -> float:
        """The figure alone."""
        return self._figure.value

    @property
    def interval(self) -> Interval:
        """Its interval."""
        return self._figure.interval

    @property
    def n(self) -> int:
        """Number of answers."""
        return self._figure.n

    @property
    def distribution(self) -> Frame:
        """How often each answer of the scale was given: one row for each."""
        return frames.build(self._distribution(), self._frame_kind())

    def __float__(self) -> float:
        """The figure alone."""
        return self._figure.value

    def _distribution(self) -> Columns:
        return {
            "answer": self.answers,
            "counted_as": self._counted_as(),
            "count": self.counts,
            "share": self.shares,
        }

    def _table(self) -> Columns:
        return {
            **self._figures(),
            "n": [self.n],
            "unanswered": [self.unanswered],
            "invalid": [self.invalid],
            "effective_n": [self.effective_n],
        }

    def _printed(self) -> Columns:
        return answers_printed(self._distribution())

    def _facts(self) -> Mapping[str, str]:
        return {
            **self._told(),
            "answers": answers_told(self.n, self.scale, self.unanswered, self.invalid),
            **weights_told(self.n, self.effective_n),
            "definition": self.definition,
        }


def counts_of(tally: Tally) -> dict[str, Any]:
    """The fields of a result that are those of its counted answers."""
    return {
        "scale": tally.scale.ends,
        "answers": frozen_array(tally.scale.steps, "int64"),
        "counts": frozen_array(tally.counts, "int64"),
        "shares": frozen_array(tally.shares, "float64"),
        "unanswered": tally.unanswered,
        "invalid": tally.invalid,
        "effective_n": tally.effective_n,
        "n_clusters": tally.n_clusters,
        "kind": tally.kind,
    }


def columns_of(found: Estimate, name: str, *, prefix: str = "") -> Columns:
    """An estimate as columns of one row."""
    return {
        name: [found.value],
        f"{prefix}low": [found.interval.low],
        f"{prefix}high": [found.interval.high],
        f"{prefix}standard_error": [found.standard_error],
    }
