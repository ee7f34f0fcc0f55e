"""What is asked of every survey in a frame."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from retentionkit.arguments import check_choice, check_confidence
from retentionkit.errors import OptionError
from retentionkit.surveys._nps.sample import check_method

if TYPE_CHECKING:
    from retentionkit.surveys._nps.answers import Treatment

__all__ = ["FEW", "GroupMethod", "Options", "Repeats"]

#: What is done with respondents who answered several times.
Repeats: TypeAlias = Literal["cluster", "latest", "first"]
#: How intervals of groups are made.
GroupMethod: TypeAlias = Literal["adjusted-wald", "wald", "score"]

#: Answers in a wave below which the normal distribution of a change is doubtful.
FEW: Final = {"adjusted-wald": 10, "wald": 30}

_TREATMENTS: Final = ("error", "drop")
_REPEATS: Final = ("cluster", "latest", "first")
_METHODS: Final = ("adjusted-wald", "wald", "score")


@dataclasses.dataclass(frozen=True, slots=True)
class Options:
    """What is asked of every survey in a frame, checked."""

    weights: object
    respondent: object
    repeats: Repeats
    missing: Treatment
    invalid: Treatment
    confidence: float
    method: GroupMethod

    def __post_init__(self) -> None:
        """Refuse what is no choice, and what does not hold together."""
        check_choice("repeats", self.repeats, _REPEATS)
        check_choice("missing", self.missing, _TREATMENTS)
        check_choice("invalid", self.invalid, _TREATMENTS)
        check_confidence(self.confidence)
        if self.method in {"bootstrap", "bayesian"}:
            raise OptionError(
                "Scores by group do not have this interval.",
                received=f"method={self.method!r}",
                allowed=", ".join(map(repr, _METHODS)),
                do="Pass the answers of one group to rk.surveys.nps for it.",
            )
        check_choice("method", self.method, _METHODS)
        check_method(
            self.method,
            weights=self.weights is not None,
            clusters=self.clustered,
            population=False,
        )
        if self.repeats != "cluster" and self.respondent is None:
            raise OptionError(
                "Whose answers are repeats is not known.",
                received=f"repeats={self.repeats!r}, respondent=None",
                allowed="the column of the ids of the respondents",
                do="Name it with respondent=, or leave `repeats` out.",
            )

    @property
    def clustered(self) -> bool:
        """Whether several answers of one respondent are taken together."""
        return self.respondent is not None and self.repeats == "cluster"

    @property
    def dated(self) -> bool:
        """Whether times are needed to tell the answers of one respondent apart."""
        return self.repeats != "cluster"

    def definition(self) -> str:
        """How weights and respondents enter, as the end of a sentence."""
        parts = [", each with its weight"] if self.weights is not None else []
        if self.clustered:
            parts.append(", several answers of one respondent taken together for the error")
        elif self.dated:
            parts.append(f", of each respondent the {self.repeats}")
        return "".join(parts)
