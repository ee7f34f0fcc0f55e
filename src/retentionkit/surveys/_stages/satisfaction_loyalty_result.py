"""Satisfaction against repurchase, as a result."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias

import numpy as np

from retentionkit._texts import counted, per_cent
from retentionkit.arguments import check_choice
from retentionkit.intervals import share, wilson
from retentionkit.results import Columns, Estimate, Result
from retentionkit.surveys._stages.stage_rule import STAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind
    from retentionkit.surveys._stages.stage_rule import StageRule

__all__ = ["LEFT", "STAYED", "UNOBSERVED", "LoyaltyExceptions", "SatisfactionLoyalty"]

#: Stages that the answer alone tells.
ToldStage: TypeAlias = Literal["dissatisfied", "neutral", "satisfied"]

#: Columns of the counts.
STAYED: Final = 0
LEFT: Final = 1
UNOBSERVED: Final = 2


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class LoyaltyExceptions:
    """Customers who did what their answer does not suggest.

    Attributes
    ----------
    ids
        Their ids in order, or their positions from 0 if no ids were given.
    share
        Their share of the customers with such an answer of whom it is known, with Wilson interval.
    may_mean
        What it may mean, to be asked of them; no verdict.

    Examples
    --------
    >>> import retentionkit as rk
    >>> found = rk.surveys.satisfaction_loyalty([1, 5, 4], [True, True, False], ids=["a", "b", "c"])
    >>> found.dissatisfied_who_stayed.ids.tolist(), len(found.satisfied_who_left)
    (['a'], 1)
    """

    ids: NDArray[Any]
    share: Estimate
    may_mean: str

    def __len__(self) -> int:
        """How many there are."""
        return len(self.ids)

    def __repr__(self) -> str:
        """How many there are, and their share."""
        return f"LoyaltyExceptions({len(self):,} of {self.share.n:,}: {self.share!r})"


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class SatisfactionLoyalty(Result):
    """Satisfaction against repurchase, made by `satisfaction_loyalty`.

    Attributes
    ----------
    answers
        The answers of the scale, shape (k,).
    counts
        Customers by answer (rows), who stayed, left, and are not yet observed (columns), shape
        (k, 3).
    unanswered
        The same for customers without an answer on the scale, shape (3,).
    difference
        Share who stayed among the satisfied less that among the dissatisfied, with its score
        interval (Newcombe).
    somers_d
        Somers' D of staying on the answer: of two customers with different answers, how much more
        often the one with the higher answer stayed and the other left than the reverse; -1 to 1.
    p_value
        Of Somers' D, against no association, by the error that makes its interval.
    satisfied_who_left, dissatisfied_who_stayed
        The exceptions.
    rule
        The scale and the cuts.
    confidence
        Level of the intervals.
    definition
        One sentence: shares of what.
    kind
        The kind of frame that the caller brought.
    """

    answers: NDArray[np.int64]
    counts: NDArray[np.int64]
    unanswered: NDArray[np.int64]
    difference: Estimate
    somers_d: Estimate
    p_value: float
    satisfied_who_left: LoyaltyExceptions
    dissatisfied_who_stayed: LoyaltyExceptions
    rule: StageRule
    confidence: float
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Satisfaction and loyalty"
    _whole_up_to: ClassVar[int] = 20  # a scale of 0 to 10 with its stages

    @property
    def stage_counts(self) -> NDArray[np.int64]:
        """The counts by stage: dissatisfied, neutral, satisfied; shape (3, 3)."""
        stage = self.rule.stages(self.answers - self.rule.scale[0])
        return np.array([self.counts[stage == at].sum(axis=0) for at in range(3)])

    @property
    def n(self) -> int:
        """Customers with an answer of whom it is known whether they stayed."""
        return int(self.counts[:, :UNOBSERVED].sum())

    def stay_rate(self, of: int | ToldStage | None = None) -> Estimate:
        """How many stayed, of those of whom it is known.

        Parameters
        ----------
        of
            An answer of the scale, `"dissatisfied"`, `"neutral"` or `"satisfied"`; None for all.

        Returns
        -------
        Estimate
            The share with its Wilson interval; NaN where it is known of nobody.

        Raises
        ------
        OptionError
            There is no such answer or stage.
        """
        counts = self._counts_of(of)
        whose = (
            "" if of is None else f" who answered {of}" if isinstance(of, int) else f" who are {of}"
        )
        return share(
            int(counts[STAYED]),
            int(counts[STAYED] + counts[LEFT]),
            definition=f"Customers{whose} who stayed over those of whom it is known; "
            "Wilson interval.",
            confidence=self.confidence,
        )

    def _counts_of(self, of: int | ToldStage | None) -> NDArray[np.int64]:
        if of is None:
            return np.asarray(self.counts.sum(axis=0))
        rows = self._rows()
        key = check_choice("of", of, [*self.answers.tolist(), *STAGES[:3]])
        return rows[str(key)]

    def _rows(self) -> dict[str, NDArray[np.int64]]:
        """Counts by answer, by stage, and of all."""
        answers = zip(map(str, self.answers.tolist()), self.counts, strict=True)
        stages = zip(STAGES, self.stage_counts, strict=False)
        rows = {**dict(answers), **dict(stages), "all": self.counts.sum(axis=0)}
        return {**rows, "unanswered": self.unanswered} if self.unanswered.any() else rows

    def _table(self) -> Columns:
        rows = self._rows()
        counts = np.array([*rows.values()])
        known = counts[:, STAYED] + counts[:, LEFT]
        low, high = wilson(counts[:, STAYED], known, confidence=self.confidence)
        rate = np.full(len(rows), np.nan)
        np.divide(counts[:, STAYED], known, out=rate, where=known > 0)
        size = len(self.answers)
        return {
            "by": ["answer"] * size + ["stage"] * 3 + ["all", "unanswered"][: len(rows) - size - 3],
            "satisfaction": [*rows],
            "stayed": counts[:, STAYED],
            "left": counts[:, LEFT],
            "not_yet_observed": counts[:, UNOBSERVED],
            "stay_rate": rate,
            "low": low,
            "high": high,
        }

    def _printed(self) -> Columns:
        table: Mapping[str, Any] = self._table()
        limits = zip(table["stay_rate"], table["low"], table["high"], strict=True)
        return {
            "satisfaction": table["satisfaction"],
            "stayed": np.asarray(table["stayed"], dtype=np.float64),  # printed with commas
            "left": np.asarray(table["left"], dtype=np.float64),
            "not yet": np.asarray(table["not_yet_observed"], dtype=np.float64),
            "% stayed": [per_cent(*row) for row in limits],
        }

    def _facts(self) -> Mapping[str, str]:
        level = f"{100 * self.confidence:g} %"
        known = f"{counted(self.n, 'customer')} with an answer of whom it is known"
        hidden = int(self.counts[:, UNOBSERVED].sum())
        gap, d = self.difference, self.somers_d
        more = per_cent(gap.value, gap.interval.low, gap.interval.high)
        limits = f" ({d.interval.low:.3f} to {d.interval.high:.3f})"
        return {
            "customers": f"{known}; {hidden:,} not yet observed",
            "difference": "undefined: it is known of nobody on one of the two sides"
            if math.isnan(gap.value)
            else f"{more} points more of the satisfied stayed than of the dissatisfied",
            "association": "undefined: all gave one answer, or all did the same"
            if math.isnan(d.value)
            else f"Somers' D {d.value:.3f}{'' if math.isnan(d.interval.low) else limits}",
            "satisfied who left": self._told(self.satisfied_who_left),
            "dissatisfied who stayed": self._told(self.dissatisfied_who_stayed),
            "in brackets": f"{level} intervals",
            "definition": self.definition,
        }

    def _told(self, some: LoyaltyExceptions) -> str:
        found = some.share
        told = per_cent(found.value, found.interval.low, found.interval.high, unit=" %")
        meaning = f": {some.may_mean}" if len(some) else ""
        return f"{len(some):,} of {found.n:,}{f', {told}' if found.n else ''}{meaning}"
