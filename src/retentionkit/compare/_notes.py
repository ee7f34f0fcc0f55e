"""What has to be said beside a comparison, in plain sentences."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Final

from retentionkit.compare._measure import MEASURES
from retentionkit.errors import RetentionKitWarning
from retentionkit.intervals import normal_quantile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from retentionkit.compare._contrast import Contrast
    from retentionkit.compare._figure import Figure
    from retentionkit.compare._measure import Measure
    from retentionkit.compare._terms import Design, Terms

__all__ = ["expected_by_regression", "notes_of", "warn_of_selection"]

_DESIGNS: Final[Mapping[Design, str]] = {
    "before-after": "No control group: this is what changed, not what changed it.",
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
        warnings.warn(
            _BACK.format(terms.selected, _MOVES[terms.selected])
            + " Pass control= of customers chosen in the same way, or reliability= and "
            "population_mean= to see how much.",
            RetentionKitWarning,
            stacklevel=4,
        )


def expected_by_regression(first: Figure, terms: Terms) -> float | None:
    """The change that is expected of the group alone: (1 - reliability) (mean - first)."""
    if terms.reliability is None or terms.population_mean is None:
        return None
    return (1 - terms.reliability) * (terms.population_mean - first.value)


def notes_of(
    measure: Measure, terms: Terms, first: Figure, second: Figure, contrast: Contrast
) -> Iterator[str]:
    """The notes, most important first."""
    if not terms.controlled:
        yield _DESIGNS[terms.design]
    yield from _regression(measure, terms, first, contrast)
    unknown = [
        name for name, figure in zip(terms.labels, (first, second), strict=True) if figure.n is None
    ]
    if unknown:
        yield f"No interval: n was not told for {' and '.join(unknown)}."
        yield from _other_side(measure, terms, first, second, contrast)
    elif math.isnan(contrast.p_value):
        yield "No interval: there are too few values, or all of them are alike."
    elif contrast.p_value >= 1 - terms.confidence:
        what = "net difference" if terms.controlled else "difference"
        yield f"The interval of the {what} holds zero: the data do not tell it from no change."
    for name, figure in zip(terms.labels, (first, second), strict=True):
        if figure.missing:
            yield f"{figure.missing:,} missing values left out of {name}."


def _regression(measure: Measure, terms: Terms, first: Figure, contrast: Contrast) -> Iterator[str]:
    expected = expected_by_regression(first, terms)
    wording = MEASURES[measure]
    if expected is not None and terms.population_mean is not None:
        yield (
            f"Of the {wording.change(contrast.value)}, {wording.change(expected)} are expected by "
            f"regression to the mean alone (reliability {terms.reliability:g}, everybody "
            f"{wording.told(terms.population_mean)})."
        )
    elif terms.selected is not None and not terms.controlled:
        yield _BACK.format(terms.selected, _MOVES[terms.selected])


def _other_side(
    measure: Measure, terms: Terms, first: Figure, second: Figure, contrast: Contrast
) -> Iterator[str]:
    """With n on one side, how many on the other would do for an interval without zero."""
    known = [figure for figure in (first, second) if figure.n is not None]
    sides = zip(terms.labels, (first, second), strict=True)
    name, lacking = next((name, figure) for name, figure in sides if figure.n is None)
    if len(known) != 1 or math.isnan(lacking.variance) or contrast.value == 0:
        return
    allowed = (contrast.value / normal_quantile(terms.confidence)) ** 2 - known[0].error ** 2
    unit = MEASURES[measure].unit
    if allowed <= 0:
        yield (
            f"No number of {unit} in {name} would do for an interval without zero: the other side "
            "has too few."
        )
    else:
        needed = max(math.ceil(lacking.variance / allowed * (1 - 1e-12)), 1)
        yield (
            f"Beside the other side, {needed:,} {unit} in {name} would do for an interval "
            "without zero."
        )
