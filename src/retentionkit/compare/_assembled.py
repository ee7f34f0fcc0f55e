"""A comparison put together: the same for rates, means, counts, ratios and NPS."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from retentionkit.compare._comparison import Comparison
from retentionkit.compare._contrast import net, net_quotient
from retentionkit.compare._measure import MEASURES
from retentionkit.compare._needed import needed
from retentionkit.compare._notes import expected_by_regression, notes_of
from retentionkit.errors import OptionError
from retentionkit.results import Estimate, Interval

if TYPE_CHECKING:
    from retentionkit.compare._contrast import Contrast
    from retentionkit.compare._figure import Figure
    from retentionkit.compare._measure import Measure
    from retentionkit.compare._terms import Terms
    from retentionkit.frames import FrameKind

__all__ = ["Methods", "Pair", "assembled", "check_used"]


@dataclasses.dataclass(frozen=True, slots=True)
class Pair:
    """Two figures and their contrast."""

    first: Figure
    second: Figure
    contrast: Contrast
    paired: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Methods:
    """How the intervals of a measure are made, as the ends of sentences."""

    figure: str
    difference: str
    relative: str
    test: str
    #: `difference`, where figures came with errors that independent customers would not have.
    told: str = ""
    #: What else the measure takes for granted.
    notes: tuple[str, ...] = ()


def check_used(option: str, value: object, *pairs: Pair | None) -> bool:
    """Whether a figure came without its n; else refuse the option, which is of such figures."""
    sides = [side for pair in pairs if pair is not None for side in (pair.first, pair.second)]
    published = any(side.n is None for side in sides)
    if value is not None and not published:
        raise OptionError(
            f"`{option}` is of published figures.",
            received=f"{option}={value!r}, and every figure with its n",
            allowed=f"{option}= with a figure that came as a number alone",
            do="Leave it out: the data have their own.",
        )
    return published


def assembled(
    measure: Measure,
    terms: Terms,
    pair: Pair,
    methods: Methods,
    *,
    control: Pair | None = None,
    kind: FrameKind | None = None,
) -> Comparison:
    """The comparison of a pair, net of the pair of a control group if there is one."""
    if methods.told and (pair.first.is_tied or pair.second.is_tied):
        methods = dataclasses.replace(methods, difference=methods.told)
    other = None
    contrast, test = pair.contrast, methods.test
    if control is not None:
        alone = dataclasses.replace(
            terms, controlled=True, selected=None, reliability=None, population_mean=None
        )
        other = assembled(measure, alone, control, methods, kind=kind)
        contrast = net(pair.contrast, control.contrast)
        test = "the level at which the interval of the net difference just reaches zero"
    parts = _estimates(measure, terms, pair, methods)
    outcome = None if other is None else _net_estimates(parts, other, contrast, terms)
    told = [
        *notes_of(measure, terms, _sides(terms, pair, control), contrast, paired=pair.paired),
        *methods.notes,
    ]
    return Comparison(
        measure=measure,
        design=terms.design,
        labels=terms.labels,
        **parts,
        control=other,
        net=None if outcome is None else outcome[0],
        net_relative=None if outcome is None else outcome[1],
        p_value=contrast.p_value,
        test=test,
        required_n=needed(measure, terms, contrast, paired=pair.paired),
        regression=expected_by_regression(pair.first, terms),
        notes=tuple(told),
        definition=_definition(measure, terms, methods, pair, controlled=other is not None),
        kind=kind,
    )


def _sides(terms: Terms, pair: Pair, control: Pair | None) -> dict[str, Figure]:
    """Every figure by its name."""
    before, after = terms.labels
    sides = {before: pair.first, after: pair.second}
    if control is not None:
        sides |= {f"control {before}": control.first, f"control {after}": control.second}
    return sides


def _estimates(measure: Measure, terms: Terms, pair: Pair, methods: Methods) -> dict[str, Estimate]:
    first, second, contrast = pair.first, pair.second, pair.contrast
    n = (first.n or 0) + (second.n or 0)
    n = n // 2 if pair.paired else n
    level, names = terms.confidence, terms.labels
    what = MEASURES[measure].figure
    value = math.nan
    if first.value > 0 and measure != "nps":
        value = second.value / first.value - 1
    low, high = contrast.ratio(level)
    return {
        "first": _figure(first, level, f"{names[0]}: {what}, {methods.figure}."),
        "second": _figure(second, level, f"{names[1]}: {what}, {methods.figure}."),
        "difference": Estimate(
            contrast.value,
            contrast.error,
            Interval(*contrast.limits(level), level),
            n,
            f"{names[1]} less {names[0]}: {what}, {methods.difference}.",
        ),
        "relative": Estimate(
            value,
            math.nan,
            Interval(low - 1, high - 1, level),
            n,
            f"{names[1]} over {names[0]}, less 1: {what}, {methods.relative}.",
        ),
    }


def _figure(figure: Figure, level: float, definition: str) -> Estimate:
    limits = Interval(*figure.limits(level), level)
    return Estimate(figure.value, figure.error, limits, figure.n or 0, definition)


def _net_estimates(
    parts: dict[str, Estimate], control: Comparison, contrast: Contrast, terms: Terms
) -> tuple[Estimate, Estimate]:
    level = terms.confidence
    n = parts["difference"].n + control.difference.n
    one, other = (
        (part.value + 1, part.interval.low + 1, part.interval.high + 1)
        for part in (parts["relative"], control.relative)
    )
    low, high = net_quotient(one, other)
    value = one[0] / other[0] - 1 if other[0] > 0 else math.nan
    return (
        Estimate(
            contrast.value,
            contrast.error,
            Interval(*contrast.limits(level), level),
            n,
            "Difference less that of the control group, hybrid limits of the two differences.",
        ),
        Estimate(
            value,
            math.nan,
            Interval(low - 1, high - 1, level),
            n,
            "Quotient over that of the control group, less 1, hybrid limits on the log scale.",
        ),
    )


def _definition(
    measure: Measure, terms: Terms, methods: Methods, pair: Pair, *, controlled: bool
) -> str:
    before, after = terms.labels
    how = methods.difference
    if None in {pair.first.n, pair.second.n}:
        how = "no interval, since not both came with n"
    what = MEASURES[measure].figure
    text = f"{what[:1].upper()}{what[1:]}, {after} less {before}; {how}"
    if not controlled:
        return text + "."
    return (
        f"{text}; net: the change less that of the control group, which is the effect if without "
        "it both would have changed by as much (parallel trends); net relative: if by as many per "
        "cent."
    )
