"""Who moved from which stage of satisfaction to which, between two waves of a survey?

The counts, and the shares of each row, are those of `retentionkit.transitions`; here is whether the
stages of the two waves are the same, and who seems to move because evidence of loyalty is missing.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from retentionkit import frames
from retentionkit._texts import counted
from retentionkit.arguments import check_choice
from retentionkit.errors import KindError, OptionError, warn
from retentionkit.surveys._stages.satisfaction_stage_result import (
    LOYAL,
    OUTSIDE,
    SATISFIED,
    SatisfactionStages,
)
from retentionkit.surveys._stages.stage_rule import LABELS, STAGES
from retentionkit.transitions import Labelled, Transitions, transitions

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from typing import Literal

    from numpy.typing import NDArray

    from retentionkit.surveys._stages.stage_rule import Language

__all__ = ["StageMigration", "stage_migration"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class StageMigration(Transitions):
    """Who moved from which stage of satisfaction to which, made by `stage_migration`.

    Matrices have a row for each of the k stages before and a last one, `"entered"`, for respondents
    who were not in the wave before; and a column for each stage after and a last one, `"exited"`,
    for those who are not in the wave after.

    Attributes
    ----------
    names
        Keys of the stages, from bad to good; at the end `"unanswered"` and `"invalid"`, if there
        are any. Without `"loyal"` where loyalty cannot be told.
    english, chinese
        Labels for people.
    counts
        Respondents, shape (k + 1, k + 1).
    shares, low, high
        Share of the respondents of a row, and its Wilson interval, shape (k + 1, k + 1); NaN for a
        row without respondents. In the last row it is the share of those who entered.
    ranking
        Keys of the stages, the best one first.
    scope
        `"all"`, or `"both"` for the respondents who are in both waves.
    confidence
        Level of the intervals.
    definition
        One sentence: shares of what, and which answers are which stage.
    kind
        The kind of frame that the caller brought.
    before_as_of, after_as_of
        The days of the two waves, or None.
    unproven
        Respondents who are loyal in one wave and satisfied in the other, where the evidence of them
        is missing: they may not have moved.
    """

    before_as_of: dt.date | None
    after_as_of: dt.date | None
    unproven: int

    _heading: ClassVar[str] = "Stage migration"

    def _dates(self) -> tuple[str, str]:
        first, second = (
            "" if day is None else f" as of {day}" for day in (self.before_as_of, self.after_as_of)
        )
        return first, second

    def _facts(self) -> Mapping[str, str]:
        # Named: without arguments it means the class as it was before slots made it anew.
        facts = dict(super(StageMigration, self)._facts())
        if self.unproven:
            said = counted(self.unproven, "respondent")
            facts["unproven"] = f"{said} loyal in one wave, satisfied without evidence in the other"
        return facts


def stage_migration(
    before: SatisfactionStages,
    after: SatisfactionStages,
    *,
    scope: Literal["all", "both"] = "all",
    confidence: float = 0.95,
) -> StageMigration:
    """Count who moved from which stage to which between two waves, with nobody lost.

    Respondents before are those who stayed, moved and exited; respondents after are those who
    stayed, moved and entered. Who was asked and did not answer is `"unanswered"`, not gone.

    Parameters
    ----------
    before, after
        The stages of two waves with ids, made with the same scale, cuts and evidence.
    scope
        `"all"`, or `"both"` for the respondents who are in both waves.
    confidence
        Level of the Wilson intervals.

    Returns
    -------
    StageMigration

    Raises
    ------
    KindError
        These are no stages.
    OptionError
        The stages of the two waves were made differently, have no ids, or are not in order of time.
    DataError
        The ids of the two waves are of different kinds, and none is in both.

    Warns
    -----
    RetentionKitWarning
        Some were loyal in one wave and are satisfied in the other, where evidence of their loyalty
        is missing.

    Notes
    -----
    Some of those who gave the best answers give a lower one next time by chance alone, even if
    nobody changes (regression to the mean), and who was dissatisfied and is not in the second wave
    may have left for that reason: read the column of the exited first.

    Examples
    --------
    >>> import retentionkit as rk
    >>> def wave(answers, again):
    ...     return rk.surveys.satisfaction_stage(
    ...         answers, repurchased=again, ids=["ann", "bob", "cy", "di"], missing="drop"
    ...     )
    >>> spring = wave([2, 3, 5, 5], [True, False, True, False])
    >>> autumn = wave([4, 3, 4, None], [True, True, True, False])
    >>> moved = rk.surveys.stage_migration(spring, autumn)
    >>> moved.rate("dissatisfied", "loyal").value, moved.upgrade_rate()
    (1.0, Estimate(0.25, 95 % 0.04559 to 0.6994, n = 4))
    """
    _check(before, after)
    check_choice("scope", scope, ("all", "both"))
    names = _names(before, after)
    ranked = [name for name in reversed(STAGES) if name in names]
    found = transitions(
        _labelled(before, names),
        _labelled(after, names),
        names=names,
        english=_labels("en", names),
        chinese=_labels("zh", names),
        ranking=ranked,
        confidence=confidence,
        labels=_said(before),
        kind=after.kind or before.kind,
    )
    if not found.present_at_both().counts.any():
        warn("Nobody is in both waves: are these ids of the same people?")
    unproven = _unproven(before, after)
    if unproven:
        warn(
            f"{counted(unproven, 'respondent')} moved between loyal and satisfied only because "
            "repurchase or attitude is missing in one of the waves: they may not have moved. Leave "
            "them out, or find the evidence."
        )
    fields = {field.name: getattr(found, field.name) for field in dataclasses.fields(found)}
    moved = StageMigration(
        **fields, before_as_of=before.as_of, after_as_of=after.as_of, unproven=unproven
    )
    return moved.present_at_both() if scope == "both" else moved


def _said(part: SatisfactionStages) -> str:
    """What the labels are, in words."""
    rule = part.rule
    loyal = f", loyal who is {rule.told_loyal()}" if rule.sources else ""
    return f"stages of answers from {rule.scale[0]} to {rule.scale[1]}: {rule.told()}{loyal}"


def _check(before: SatisfactionStages, after: SatisfactionStages) -> None:
    for part in (before, after):
        _check_stages(part)
    differences = before.rule.differences(after.rule)
    if differences:
        raise OptionError(
            "The stages of the two waves were made differently: respondents would move by that.",
            received="; ".join(differences),
            allowed="the same scale, the same cuts and the same evidence of loyalty",
            do="Make the stages of both waves with the same arguments.",
        )
    days = (before.as_of, after.as_of)
    if days[0] is not None and days[1] is not None and days[0] >= days[1]:
        raise OptionError(
            "`before` must be earlier than `after`.",
            received=f"before as of {days[0]}, after as of {days[1]}",
            allowed="stages of two waves in order",
            do="Swap them, or correct as_of.",
        )


def _check_stages(given: object) -> None:
    if not isinstance(given, SatisfactionStages):
        raise KindError(
            "These are no stages of satisfaction.",
            received=f"an object of type {type(given).__name__}",
            allowed="SatisfactionStages",
            do="Make them with rk.surveys.satisfaction_stage(answers, ids=...).",
        )
    if not given.has_ids:
        raise OptionError(
            "Without ids nobody can be followed.",
            received="stages made without ids",
            allowed="stages with an id for each respondent",
            do="Pass ids=frame['customer'] to satisfaction_stage for both waves.",
        )


def _names(before: SatisfactionStages, after: SatisfactionStages) -> tuple[str, ...]:
    """Keys of the stages, and of those without one who occur."""
    stages = STAGES if before.rule.sources else STAGES[:LOYAL]
    outside = {"unanswered": before.unanswered + after.unanswered,
               "invalid": before.invalid + after.invalid}  # fmt: skip
    return (*stages, *(name for name, number in outside.items() if number))


def _labels(language: Language, names: tuple[str, ...]) -> tuple[str, ...]:
    keys = (*LABELS["key"], *OUTSIDE["key"])
    texts = (*LABELS[language], *OUTSIDE[language])
    return tuple(texts[keys.index(name)] for name in names)


def _labelled(part: SatisfactionStages, names: tuple[str, ...]) -> Labelled:
    """Ids, and positions in the names of both waves."""
    keys = (*STAGES, *OUTSIDE["key"])  # -2 and -1 are the last two
    place = np.array([names.index(key) if key in names else -1 for key in keys])
    return Labelled(part.customer, place[part.position])


def _unproven(before: SatisfactionStages, after: SatisfactionStages) -> int:
    """How many are loyal in one wave, and satisfied without evidence in the other."""
    at = frames.places(before.customer, among=after.customer)
    there = at >= 0
    first, second = before.position[there], after.position[at[there]]
    lost = (first == LOYAL) & _silent(second, after.proof[at[there]])
    found = (second == LOYAL) & _silent(first, before.proof[there])
    return int(np.count_nonzero(lost | found))


def _silent(position: NDArray[np.int64], proof: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray((position == SATISFIED) & np.isnan(proof), dtype=np.bool_)
