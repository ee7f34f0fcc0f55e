"""Which answers make which stage, and what else it takes to be called loyal."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np

from retentionkit.arguments import check_choice, check_number, check_whole
from retentionkit.errors import OptionError
from retentionkit.surveys._stages.stage_answers import check_stage_scale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["CALLS", "LABELS", "STAGES", "Evidence", "Language", "Stage", "StageRule", "stage_rule"]

Stage: TypeAlias = Literal["dissatisfied", "neutral", "satisfied", "loyal"]
Language: TypeAlias = Literal["key", "en", "zh"]
#: Whether one kind of evidence of loyalty is enough where there are two.
Evidence: TypeAlias = Literal["either", "both"]

#: In the order of a path from bad to good.
STAGES: Final[tuple[Stage, ...]] = ("dissatisfied", "neutral", "satisfied", "loyal")
LABELS: Final[Mapping[Language, tuple[str, ...]]] = {
    "key": STAGES,
    "en": ("Dissatisfied", "Neutral", "Satisfied", "Loyal"),
    "zh": ("不满意", "一般", "满意", "忠诚"),
}
#: What each stage calls for.
CALLS: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": (
        "basic service: put right what went wrong",
        "support and proactive steps",
        "understand the customer",
        "personal preference, value and need",
    ),
    "zh": (
        "做好基础服务，先解决问题",
        "提供支持，主动服务",
        "了解客户",
        "关注个人偏好、价值与需求",
    ),
}
_QUARTER: Final = 0.25


@dataclasses.dataclass(frozen=True, slots=True)
class StageRule:
    """How stages were made, so that two waves can be held against each other.

    Attributes
    ----------
    scale
        The lowest and the highest answer.
    dissatisfied, satisfied
        The highest answer that is dissatisfied, and the lowest that is satisfied.
    sources
        What loyalty was told from: `"repurchase"`, `"attitude"`, both, or nothing.
    attitude_from
        The lowest attitude that counts as loyal; None without attitude.
    evidence
        Whether one of two sources is enough (`"either"`) or not (`"both"`).

    Examples
    --------
    >>> import retentionkit as rk
    >>> rk.surveys.satisfaction_stage([1, 4, 5]).rule.told()
    'dissatisfied 1 to 2, neutral 3, satisfied 4 to 5'
    """

    scale: tuple[int, int]
    dissatisfied: int
    satisfied: int
    sources: tuple[Literal["repurchase", "attitude"], ...] = ()
    attitude_from: float | None = None
    evidence: Evidence = "either"

    def told(self) -> str:
        """Which answers are which stage, in words."""
        low, high = self.scale
        parts = [f"dissatisfied {_span(low, self.dissatisfied)}"]
        if self.satisfied - self.dissatisfied > 1:
            parts.append(f"neutral {_span(self.dissatisfied + 1, self.satisfied - 1)}")
        return ", ".join([*parts, f"satisfied {_span(self.satisfied, high)}"])

    def told_loyal(self) -> str:
        """What it takes to be called loyal, in words."""
        if not self.sources:
            return "not told: neither repurchase nor attitude was given"
        cut = "" if self.attitude_from is None else f"attitude of {self.attitude_from:g} or more"
        said = {"repurchase": "bought again", "attitude": cut}
        joined = " and " if self.evidence == "both" else " or "
        return f"satisfied, and {joined.join(said[source] for source in self.sources)}"

    def stages(self, place: NDArray[np.int64]) -> NDArray[np.int64]:
        """0 dissatisfied, 1 neutral, 2 satisfied for each answer's place; below 0 unchanged."""
        answer = place + self.scale[0]
        stage = 1 - (answer <= self.dissatisfied) + (answer >= self.satisfied)
        return np.where(place < 0, place, stage).astype(np.int64)

    def proof(
        self, repurchased: NDArray[np.float64] | None, attitude: NDArray[np.float64] | None
    ) -> NDArray[np.float64] | None:
        """1 where evidence says loyal, 0 where it says not, NaN where it does not tell."""
        parts: list[NDArray[np.float64]] = []
        if repurchased is not None:
            parts.append(repurchased)
        if attitude is not None:
            high = (attitude >= _cut(self.attitude_from)).astype(np.float64)
            parts.append(np.where(np.isnan(attitude), np.nan, high))
        if not parts:
            return None
        table = np.vstack(parts)
        # What would decide whatever the unknown ones say, else all of them must be known.
        deciding = 0.0 if self.evidence == "both" else 1.0
        decided = (table == deciding).any(axis=0)
        known = ~np.isnan(table).any(axis=0)
        return np.where(decided, deciding, np.where(known, 1 - deciding, np.nan))

    def differences(self, other: StageRule) -> list[str]:
        """How another rule differs, in words; empty if it is the same."""
        return [
            f"{name} {mine} before, {theirs} after"
            for (name, mine), theirs in zip(
                self._said().items(), other._said().values(), strict=True
            )
            if mine != theirs
        ]

    def _said(self) -> dict[str, str]:
        """Everything that the stages depend on, in words."""
        return {
            "scale": f"{self.scale[0]} to {self.scale[1]}",
            "dissatisfied": f"up to {self.dissatisfied}",
            "satisfied": f"from {self.satisfied}",
            "evidence of loyalty": f" {'and' if self.evidence == 'both' else 'or'} ".join(
                self.sources
            )
            or "none",
            "attitude": "none" if self.attitude_from is None else f"from {self.attitude_from:g}",
        }


def stage_rule(
    scale: object,
    dissatisfied: int | None,
    satisfied: int | None,
    *,
    repurchased: bool = False,
    attitude: bool = False,
    attitude_from: float | None = None,
    evidence: Evidence = "either",
) -> StageRule:
    """The rule, with the default cuts of the scale where none are given."""
    low, high = check_stage_scale(scale)
    margin = math.floor((high - low) * _QUARTER)
    first = (
        low + margin
        if dissatisfied is None
        else _check_cut("dissatisfied", dissatisfied, low, high - 1)
    )
    last = high - margin if satisfied is None else _check_cut("satisfied", satisfied, low + 1, high)
    if first >= last:
        raise OptionError(
            "An answer cannot be both dissatisfied and satisfied.",
            received=f"dissatisfied up to {first}, satisfied from {last}",
            allowed="`dissatisfied` below `satisfied`",
            do=f"Pass both cuts, such as dissatisfied={low + margin}, satisfied={high - margin}.",
        )
    check_choice("evidence", evidence, ("either", "both"))
    _check_attitude(given=attitude, cut=attitude_from)
    if evidence == "both" and not (repurchased and attitude):
        raise OptionError(
            "There are no two kinds of evidence.",
            received="evidence='both' without repurchase or without attitude",
            allowed="evidence='both' with `repurchased` and `attitude`",
            do="Pass both columns, or leave `evidence` out.",
        )
    sources: list[Any] = ["repurchase"] * repurchased + ["attitude"] * attitude
    cut = None if attitude_from is None else check_number("attitude_from", attitude_from)
    return StageRule((low, high), first, last, tuple(sources), cut, evidence)


def _check_attitude(*, given: bool, cut: float | None) -> None:
    if given != (cut is not None):
        raise OptionError(
            "`attitude` and `attitude_from` belong together.",
            received="attitude without attitude_from"
            if given
            else "attitude_from without attitude",
            allowed="both or neither",
            do="Pass the answers and the lowest that counts as loyal, such as attitude_from=9.",
        )


def _check_cut(name: str, value: int, low: int, high: int) -> int:
    return check_whole(name, value, low=low, high=high)


def _cut(attitude_from: float | None) -> float:
    return math.inf if attitude_from is None else attitude_from


def _span(first: int, last: int) -> str:
    return f"{first}" if first == last else f"{first} to {last}"
