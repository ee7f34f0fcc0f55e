"""Respondents in stages of satisfaction, as a result."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias, get_args

import numpy as np

from retentionkit import frames
from retentionkit._texts import counted, per_cent
from retentionkit.arguments import check_choice
from retentionkit.errors import OptionError
from retentionkit.intervals import share
from retentionkit.results import Columns, Estimate, Interval, Result
from retentionkit.surveys._stages.stage_answers import INVALID, UNANSWERED
from retentionkit.surveys._stages.stage_rule import CALLS, LABELS, STAGES, Language

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import Frame, FrameKind
    from retentionkit.surveys._stages.stage_rule import StageRule

__all__ = ["LOYAL", "OUTSIDE", "SATISFIED", "IntervalMethod", "SatisfactionStages"]

#: One interval for each stage, or intervals that hold for all stages at once.
IntervalMethod: TypeAlias = Literal["wilson", "goodman"]

SATISFIED: Final = 2
LOYAL: Final = 3
#: Those without a stage, in the order of their places -2 and -1.
OUTSIDE: Final[Mapping[Language, tuple[str, str]]] = {
    "key": ("invalid", "unanswered"),
    "en": ("Invalid", "Unanswered"),
    "zh": ("无效", "未作答"),
}
_METHODS: Final[Mapping[IntervalMethod, str]] = {
    "wilson": "Wilson intervals",
    "goodman": "Goodman's intervals, which hold for all stages at once",
}


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class SatisfactionStages(Result):
    """Respondents in stages of satisfaction, made by `satisfaction_stage`.

    Attributes
    ----------
    customer
        Ids of all respondents, those without an answer included; their positions from 0 if no ids
        were given. Shape (r,).
    answer
        Their answers, NaN where missing, shape (r,).
    position
        Their stages: 0 dissatisfied, 1 neutral, 2 satisfied, 3 loyal; -1 unanswered, -2 off the
        scale. Shape (r,).
    proof
        What is known of their loyalty beside the answer: 1 says loyal, 0 says not, NaN does not
        tell. Shape (r,).
    counts
        Respondents of each stage, shape (4,).
    shares, low, high
        Their shares of all who answered, and the intervals, shape (4,). Those of the loyal are NaN
        where loyalty cannot be told.
    rule
        The scale, the cuts, and what it takes to be called loyal.
    has_ids
        Whether ids were given.
    as_of
        The day of the survey, or None.
    method
        How the intervals were made.
    confidence
        Level of the intervals.
    definition
        One sentence: which answers are which stage, and who is loyal.
    kind
        The kind of frame that the caller brought.
    """

    customer: NDArray[Any]
    answer: NDArray[np.float64]
    position: NDArray[np.int64]
    proof: NDArray[np.float64]
    counts: NDArray[np.int64]
    shares: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    rule: StageRule
    has_ids: bool
    as_of: dt.date | None
    method: IntervalMethod
    confidence: float
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Satisfaction stages"

    @property
    def names(self) -> tuple[str, ...]:
        """Keys of the stages, from bad to good."""
        return STAGES

    @property
    def n(self) -> int:
        """How many answered."""
        return int(self.counts.sum())

    @property
    def unanswered(self) -> int:
        """How many did not answer."""
        return int(np.count_nonzero(self.position == UNANSWERED))

    @property
    def invalid(self) -> int:
        """How many answers were not on the scale."""
        return int(np.count_nonzero(self.position == INVALID))

    @property
    def loyalty_told(self) -> bool:
        """Whether repurchase or attitude tells anything, without which nobody is called loyal."""
        return not math.isnan(self.shares[LOYAL])

    @property
    def loyalty_unknown(self) -> int:
        """How many are satisfied and may be loyal: the evidence of them is missing."""
        return int(np.count_nonzero((self.position == SATISFIED) & np.isnan(self.proof)))

    def share(self, name: str) -> Estimate:
        """The share of one stage among those who answered.

        Parameters
        ----------
        name
            Key of a stage.

        Returns
        -------
        Estimate
            NaN for the loyal where loyalty cannot be told.

        Raises
        ------
        OptionError
            There is no such stage.
        """
        at = STAGES.index(self._key(name, STAGES))
        value = float(self.shares[at])
        error = math.sqrt(value * (1 - value) / self.n)
        limits = Interval(float(self.low[at]), float(self.high[at]), self.confidence)
        said = f"Respondents who are {STAGES[at]} over all who answered: {self.definition}"
        return Estimate(value, error, limits, self.n, said)

    def loyal_of_satisfied(self) -> Estimate:
        """How many of the satisfied are loyal, of those of whom it is known.

        Returns
        -------
        Estimate
            The share with its Wilson interval; NaN where it is known of nobody.
        """
        known = (self.position == LOYAL) | ((self.position == SATISFIED) & (self.proof == 0))
        return share(
            int(self.counts[LOYAL]),
            int(np.count_nonzero(known)),
            definition="Loyal respondents over those with a satisfied answer of whom repurchase or "
            "attitude is known; Wilson interval.",
            confidence=self.confidence,
        )

    def where(self, *names: str) -> NDArray[np.bool_]:
        """Which respondents are in some stages.

        Parameters
        ----------
        *names
            Keys of stages; also `"unanswered"` and `"invalid"`.

        Returns
        -------
        ndarray of bool
            Shape (r,), in the order of the answers.

        Raises
        ------
        OptionError
            There is no such stage, or none is named.
        """
        places = (*range(len(STAGES)), INVALID, UNANSWERED)
        keys = (*STAGES, *OUTSIDE["key"])
        if not names:
            raise OptionError(
                "No stage is named.",
                received="no key",
                allowed=", ".join(map(repr, keys)),
                do="Pass the keys of one or more stages; `customer` has the ids of all.",
            )
        chosen = [places[keys.index(self._key(name, keys))] for name in names]
        return np.isin(self.position, chosen)

    def ids_of(self, *names: str) -> NDArray[Any]:
        """The ids of the respondents in some stages; their positions if no ids were given.

        Parameters
        ----------
        *names
            Keys of stages; also `"unanswered"` and `"invalid"`.

        Returns
        -------
        ndarray
            Ids, in the order of the answers.

        Raises
        ------
        OptionError
            There is no such stage, or none is named.
        """
        return self.customer[self.where(*names)]

    def labels(self, *, language: Language = "key") -> NDArray[Any]:
        """The stage of each respondent in words.

        Parameters
        ----------
        language
            `"key"` for the keys, `"en"` or `"zh"` for labels for people.

        Returns
        -------
        ndarray of object
            Shape (r,).

        Raises
        ------
        OptionError
            `language` is none of these.
        """
        check_choice("language", language, get_args(Language))
        return np.array([*LABELS[language], *OUTSIDE[language]], dtype=object)[self.position]

    def members(self) -> Frame:
        """One row for each respondent, those without an answer included.

        Returns
        -------
        frame
            `customer`, `answer`, `stage`, and `evidence_of_loyalty` ("yes", "no", "unknown"), in
            the caller's kind of frame.
        """
        told = np.array(["no", "yes", "unknown"], dtype=object)
        place = np.where(np.isnan(self.proof), -1, np.nan_to_num(self.proof)).astype(np.int64)
        columns: dict[str, Any] = {
            "customer": self.customer,
            "answer": self.answer,
            "stage": self.labels(),
            "evidence_of_loyalty": told[place],
        }
        return frames.build(columns, self._frame_kind())

    def _key(self, name: str, keys: tuple[str, ...]) -> str:
        """A key, or an error that knows the labels for people."""
        labels = {
            label: key
            for language in ("en", "zh")
            for label, key in zip(
                (*LABELS[language], *OUTSIDE[language]), (*STAGES, *OUTSIDE["key"]), strict=True
            )
        }
        return check_choice("name", name, keys, labels=labels)

    def _table(self) -> Columns:
        return {
            "stage": list(STAGES),
            "label": list(LABELS["en"]),
            "chinese": list(LABELS["zh"]),
            "respondents": self.counts,
            "share": self.shares,
            "low": self.low,
            "high": self.high,
            "calls_for": list(CALLS["en"]),
            "calls_for_chinese": list(CALLS["zh"]),
        }

    def _printed(self) -> Columns:
        rows = zip(self.shares, self.low, self.high, strict=True)
        return {
            "stage": list(STAGES),
            "respondents": [f"{count:,}" for count in self.counts[:LOYAL].tolist()]
            + [f"{self.counts[LOYAL]:,}" if self.loyalty_told else "–"],
            "% of answers": [per_cent(*map(float, row)) for row in rows],
            "calls for": list(CALLS["en"]),
        }

    def _facts(self) -> Mapping[str, str]:
        outside = [
            f"{number:,} {name}"
            for number, name in ((self.unanswered, "unanswered"), (self.invalid, "off the scale"))
            if number
        ]
        day = "" if self.as_of is None else f" as of {self.as_of}"
        facts = {"answers": "; ".join([f"{self.n:,}{day}", *outside])}
        facts["loyal"] = self._told_loyal()
        level = f"{100 * self.confidence:g} %"
        facts["in brackets"] = f"{level}, {_METHODS[self.method]}"
        return {**facts, "definition": self.definition}

    def _told_loyal(self) -> str:
        if not self.rule.sources:
            return "cannot be told: neither repurchase nor attitude was given"
        if not self.loyalty_told:
            return f"cannot be told: unknown of all {self.loyalty_unknown:,} satisfied respondents"
        found = self.loyal_of_satisfied()
        told = per_cent(found.value, found.interval.low, found.interval.high, unit=" %")
        text = f"{told} of the {found.n:,} satisfied of whom it is known"
        if not self.loyalty_unknown:
            return text
        most = (self.counts[LOYAL] + self.loyalty_unknown) / self.n
        return (
            f"{text}; unknown of {counted(self.loyalty_unknown, 'satisfied respondent')}, so that "
            f"{100 * self.shares[LOYAL]:.1f} to {100 * most:.1f} % of all are loyal"
        )
