"""What all comparisons are told alike: the design, the names, how sure, how chosen."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from retentionkit.arguments import check_choice, check_confidence, check_number
from retentionkit.compare._figure import is_summary
from retentionkit.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CHANGES", "Design", "Selected", "Terms", "terms_of"]

#: Names of the changes in a table of figures and changes.
CHANGES: Final = ("difference", "relative", "net", "net_relative")

#: What the two figures are of; the name says in which order they come.
Design: TypeAlias = Literal["before-after", "control-treated", "rest-segment"]

#: Whether the customers were chosen because the first figure was low or high.
Selected: TypeAlias = Literal["low", "high"]

_DESIGNS: Final[tuple[Design, ...]] = get_args(Design)
_LABELS: Final[Mapping[Design, tuple[str, str]]] = {
    "before-after": ("before", "after"),
    "control-treated": ("control", "treated"),
    "rest-segment": ("rest", "segment"),
}
#: By what other order of words a design was probably meant.
_TURNED: Final[Mapping[str, str]] = {
    "treated-control": "control-treated",
    "segment-rest": "rest-segment",
    "after-before": "before-after",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Terms:
    """Checked options."""

    design: Design
    labels: tuple[str, str]
    confidence: float
    power: float
    selected: Selected | None
    reliability: float | None
    population_mean: float | None
    controlled: bool


def terms_of(
    *,
    design: Design,
    labels: tuple[str, str] | None,
    confidence: float,
    power: float,
    selected: Selected | None,
    reliability: float | None,
    population_mean: float | None,
    control: object,
    scale: tuple[float, float] = (-math.inf, math.inf),
) -> Terms:
    """The options, checked."""
    if design in _TURNED:
        raise OptionError(
            "The design names the two figures in the order in which they are passed.",
            received=repr(design),
            allowed=", ".join(map(repr, _DESIGNS)),
            do=f"Pass design={_TURNED[design]!r}, and the figures in that order.",
        )
    check_choice("design", design, _DESIGNS)
    check_choice("selected", selected, (None, *get_args(Selected)))
    told = (selected, reliability, population_mean)
    if design != "before-after" and (control is not None or any(x is not None for x in told)):
        raise OptionError(
            "`control`, `selected`, `reliability` and `population_mean` are of a change over time.",
            received=f"design={design!r}",
            allowed="design='before-after' with these",
            do="Leave them out, or compare before with after.",
        )
    if (reliability is None) != (population_mean is None):
        raise OptionError(
            "`reliability` and `population_mean` tell the regression to the mean together.",
            received=f"reliability={reliability!r}, population_mean={population_mean!r}",
            allowed="both or neither",
            do="Pass the correlation of the two periods and the mean of everybody before.",
        )
    return Terms(
        design=design,
        labels=_LABELS[design] if labels is None else _checked(labels, control),
        confidence=check_confidence(confidence),
        power=check_number("power", power, low=0.5, high=1 - 1e-9),
        selected=selected,
        reliability=_number("reliability", reliability, (0, 1)),
        population_mean=_number("population_mean", population_mean, scale),
        controlled=control is not None,
    )


def _number(name: str, value: float | None, scale: tuple[float, float]) -> float | None:
    return None if value is None else check_number(name, value, low=scale[0], high=scale[1])


def _checked(labels: object, control: object) -> tuple[str, str]:
    if is_summary(labels, 2):
        first, second = labels
        if isinstance(first, str) and isinstance(second, str) and first != second:
            _check_rows((first, second), control)
            return first, second
    raise OptionError(
        "`labels` must name both figures.",
        received=repr(labels),
        allowed="a tuple of two different texts, first the one of the first figure",
        do="Write labels=('2023', '2024').",
    )


def _check_rows(labels: tuple[str, str], control: object) -> None:
    """Refuse labels that another row of the table has."""
    others = {*CHANGES, *(f"control {label}" for label in labels if control is not None)}
    taken = [label for label in labels if label in others]
    if taken:
        raise OptionError(
            "The table has a row of that name already.",
            received=f"labels={labels!r}",
            allowed=f"names other than {', '.join(sorted(others))}",
            do=f"Call {taken[0]!r} something else.",
        )
