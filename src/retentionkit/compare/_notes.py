"""What has to be said beside a comparison, in plain sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from retentionkit._texts import counted
from retentionkit.compare._measure import MEASURES
from retentionkit.compare._needed import needed_beside, so_many
from retentionkit.errors import warn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from retentionkit.compare._contrast import Contrast
    from retentionkit.compare._figure import Figure
    from retentionkit.compare._measure import Measure
    from retentionkit.compare._terms import Design, Terms

__all__ = ["expected_by_regression", "notes_of", "warn_of_selection"]

_DESIGNS: Final[Mapping[Design, str]] = {
    "before-after": (
        "No control group: this is what changed, not what changed it; what was picked for being "
        "bad gets better by itself."
    ),
    "control-treated": "The effect of the treatment only if chance decided who was treated.",
    "rest-segment": "A segment and the rest differ in more than what the segment is named for.",
}
_BACK: Final = (
    "They were chosen for a {} figure before: it would have {} by itself (regression to the mean)."
)
_MOVES: Final = {"low": "risen", "high": "fallen"}


def warn_of_selection(terms: Terms) -> None:
    """Groups that were chosen by their first figure move back to the mean."""
    if terms.selected is not None and not terms.controlled and terms.reliability is None:
        warn(
            _BACK.format(terms.selected, _MOVES[terms.selected])
            + " Pass control= of customers chosen in the same way, or reliability= and "
            "population_mean= to see how much."
        )


def expected_by_regression(first: Figure, terms: Terms) -> float | None:
    """The change that is expected of the group alone: (1 - reliability) (mean - first)."""
    if terms.reliability is None or terms.population_mean is None:
        return None
    return (1 - terms.reliability) * (terms.population_mean - first.value)


def notes_of(
    measure: Measure,
    terms: Terms,
    sides: Mapping[str, Figure],
    contrast: Contrast,
    *,
    paired: bool,
) -> Iterator[str]:
    """The notes, most important first; `sides` are the figures by name, the first one first."""
    if not terms.controlled:
        yield _DESIGNS[terms.design]
    first, second = list(sides.values())[:2]
    yield from _regression(measure, terms, first, second)
    unknown = [name for name, figure in sides.items() if figure.n is None]
    if unknown:
        yield f"No interval: n was not told for {_listed(unknown)}."
        if len(sides) == 2 and len(unknown) == 1:  # noqa: PLR2004 - no control group
            yield from _other_side(measure, terms, sides, unknown[0], contrast)
    elif math.isnan(contrast.p_value) and not math.isnan(contrast.limits(terms.confidence)[0]):
        yield "Without sampling error: everybody answered."
    elif math.isnan(contrast.p_value):
        yield "No interval: there are too few values, or all of them are alike."
    elif contrast.p_value >= 1 - terms.confidence:
        what = "net difference" if terms.controlled else "difference"
        yield f"The data do not tell the {what} from zero."
    for place, (name, figure) in enumerate(sides.items()):
        if figure.missing and paired:
            where = " of the control group" if place else ""
            yield f"{counted(figure.missing, 'pair')} with a missing value left out{where}."
        elif figure.missing:
            yield f"{counted(figure.missing, 'missing value')} left out of {name}."


def _listed(names: list[str]) -> str:
    """Names as in a sentence."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _regression(measure: Measure, terms: Terms, first: Figure, second: Figure) -> Iterator[str]:
    expected = expected_by_regression(first, terms)
    wording = MEASURES[measure]
    if expected is not None and terms.population_mean is not None:
        change = wording.change(second.value - first.value)
        yield (
            f"Of the {change}, {wording.change(expected)} are expected by regression to the mean "
            f"alone (reliability {terms.reliability:g}, everybody "
            f"{wording.told(terms.population_mean)})."
        )
    elif terms.selected is not None and terms.controlled:
        yield f"This holds if the control group was chosen for a {terms.selected} figure, too."
    elif terms.selected is not None:
        yield _BACK.format(terms.selected, _MOVES[terms.selected])


def _other_side(
    measure: Measure, terms: Terms, sides: Mapping[str, Figure], name: str, contrast: Contrast
) -> Iterator[str]:
    """With n on one side, how many on the other would do for an interval without zero."""
    first, second = sides.values()
    number = needed_beside(first, second, contrast, terms.confidence)
    (other,) = (each for each in sides if each != name)
    unit = MEASURES[measure].unit
    if math.isinf(number):
        yield (
            f"No number of {unit} in {name} would do for an interval without zero: {other} has too "
            "few."
        )
    elif not math.isnan(number):
        yield (
            f"With what {other} has, {name} needs {so_many(number, unit)} for an interval without "
            "zero."
        )
