r"""Was it worth what was paid for it?

Benefits (the guide, the hotel, what was unique) and sacrifices (price, time, trouble) are rated by
the same respondents, each put on 0 to 100 and averaged on its side by stated weights: :math:`b_i`
and :math:`c_i`. The value of a respondent is :math:`v_i = b_i - c_i`; its mean has a t interval.
The ratio :math:`\bar b / \bar c` is one of means: the ratio of one respondent has no bound where
:math:`c_i` is near 0, and a few of those would own any mean of ratios.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from retentionkit import intervals
from retentionkit._texts import counted
from retentionkit.arguments import check_confidence, check_number
from retentionkit.errors import DataError, OptionError
from retentionkit.results import Estimate, Interval, frozen_array
from retentionkit.surveys._experience.item_answers import (
    Composite,
    check_items,
    check_scales,
    check_weights,
    composite,
    item_figures,
    read_items,
)
from retentionkit.surveys._experience.perceived_value_result import PerceivedValue
from retentionkit.surveys._scales.counted_answers import mean_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import Frame, FrameKind
    from retentionkit.surveys._experience.item_answers import ItemFigures, Named
    from retentionkit.surveys._scales.scale_answers import Labels, Scale, Treatment

    Array = NDArray[np.float64]

__all__ = ["perceived_value"]

_ENDS: Final = (-100.0, 100.0)
_ROUNDING: Final = 1e-9


class _Plan(NamedTuple):
    """What is asked of the respondents, and how it is weighed."""

    benefits: dict[str, str]
    sacrifices: dict[str, str]
    scales: list[Scale]
    weights: tuple[Array, Array]
    minimum_coverage: float
    labels: Labels | None
    invalid: Treatment
    confidence: float


class _Judged(NamedTuple):
    """Both sides of one offer by all respondents, NaN for whom too little is known."""

    benefits: Composite
    sacrifices: Composite
    figures: tuple[ItemFigures, ItemFigures]
    invalid: int
    kind: FrameKind

    @property
    def values(self) -> Array:
        """Benefits less sacrifices."""
        return self.benefits.scores - self.sacrifices.scores


def perceived_value(
    frame: Frame,
    *,
    benefits: Named,
    sacrifices: Named,
    scale: tuple[int, int] | Mapping[str, tuple[int, int]],
    weights: Mapping[str, float] | None = None,
    rival: Mapping[str, str] | None = None,
    minimum_coverage: float = 0.5,
    labels: Labels | None = None,
    invalid: Treatment = "error",
    confidence: float = 0.95,
) -> PerceivedValue:
    """Benefits less what was paid for them in the eyes of respondents, from -100 to 100.

    Parameters
    ----------
    frame
        One row for each respondent: pandas, polars or pyarrow.
    benefits
        Columns of what was got, or a mapping of names to columns; high is much.
    sacrifices
        Columns of what was given for it, such as how high the price felt; high is much.
    scale
        The lowest and the highest answer, or a mapping of each item to its own.
    weights
        A positive weight for each item; those of the benefits are made to add up to 1, and those of
        the sacrifices. Default: all alike on either side.
    rival
        For each item the column of the same question about a competitor.
    minimum_coverage
        A respondent who left items out is judged by the weights of the others, if these are at
        least this part of either side, and set aside if not.
    labels
        Which answer each text stands for.
    invalid
        `"error"`, or `"drop"`: answers that are not on the scale are counted and taken as not
        given.
    confidence
        Level of the intervals.

    Returns
    -------
    PerceivedValue

    Raises
    ------
    DataError
        Nobody answered enough, or some answers are not on their scale.
    OptionError
        Items, scales, weights or the rival's columns do not fit together.
    ColumnError
        There is no such column.

    Notes
    -----
    There is no `missing`: hardly anybody answers every item, so what was not answered is always
    counted, in `item_n` and `set_aside`, and `minimum_coverage` says how much may be missing of one
    respondent.

    A value of 0 is not "worth the price": it says that answers on two sides have the same mean,
    which moves with the wording of the questions. Compare it between groups, times and rivals that
    were asked alike.

    Examples
    --------
    >>> import pandas as pd
    >>> import retentionkit as rk
    >>> answers = pd.DataFrame(
    ...     {"guide": [5, 4, 5, 3], "hotel": [4, 4, 5, 2], "price": [2, 3, 2, 4]}
    ... )
    >>> found = rk.surveys.perceived_value(
    ...     answers, benefits=["guide", "hotel"], sacrifices=["price"], scale=(1, 5)
    ... )
    >>> found.value_score
    Estimate(31.25, 95 % -49.14 to 100, n = 4)
    >>> found.contributions.tolist()
    [40.625, 34.375, -43.75]
    """
    plan = _plan(
        benefits, sacrifices, scale, weights, minimum_coverage, labels, invalid, confidence
    )
    names = [*plan.benefits, *plan.sacrifices]
    own = _judged(plan, frame, {**plan.benefits, **plan.sacrifices})
    values = own.values
    known = ~np.isnan(values)
    if not known.any():
        raise _nobody(len(values), plan.minimum_coverage)
    other = _rival(plan, frame, rival)
    definition = _definition(plan, weighted=weights is not None)
    level = plan.confidence
    sides = (own.benefits.scores[known], own.sacrifices.scores[known])
    figures = [np.concatenate(both) for both in zip(*own.figures, strict=True)]
    signs = np.repeat([1.0, -1.0], [len(plan.benefits), len(plan.sacrifices)])
    return PerceivedValue(
        value_score=mean_of(values[known], confidence=level, definition=definition, ends=_ENDS),
        positive_share=_above(values[known], level, "People whose benefits are more"),
        benefit=_side(sides[0], level, "Mean benefits, 0 to 100."),
        sacrifice=_side(sides[1], level, "Mean sacrifices, 0 to 100."),
        ratio=_ratio(*sides, level),
        items=tuple(names),
        sides=("benefit",) * len(plan.benefits) + ("sacrifice",) * len(plan.sacrifices),
        weights=frozen_array(np.concatenate(plan.weights), "float64"),
        item_n=frozen_array(figures[0], "int64"),
        means=frozen_array(figures[1], "float64"),
        low=frozen_array(figures[2], "float64"),
        high=frozen_array(figures[3], "float64"),
        contributions=frozen_array(signs * figures[4], "float64"),
        set_aside=int((~known).sum()),
        invalid=own.invalid + (0 if other is None else other.invalid),
        minimum_coverage=plan.minimum_coverage,
        **_against(plan, values, other),
        definition=definition,
        kind=own.kind,
    )


def _plan(
    benefits: Named,
    sacrifices: Named,
    scale: object,
    weights: Mapping[str, float] | None,
    minimum_coverage: float,
    labels: Labels | None,
    invalid: Treatment,
    confidence: float,
) -> _Plan:
    """The arguments, once they fit together."""
    one, two = check_items("benefits", benefits), check_items("sacrifices", sacrifices)
    both = sorted(set(one) & set(two))
    if both:
        raise OptionError(
            "An item cannot be both a benefit and a sacrifice.",
            received=", ".join(map(repr, both)),
            allowed="each item on one side",
            do="Decide on which side it is.",
        )
    w = check_weights(weights, [*one, *two])
    first, second = w[: len(one)], w[len(one) :]
    return _Plan(
        benefits=one,
        sacrifices=two,
        scales=check_scales(scale, [*one, *two]),
        weights=(first / first.sum(), second / second.sum()),
        minimum_coverage=check_number(
            "minimum_coverage", minimum_coverage, low=0, high=1, open_low=True
        ),
        labels=labels,
        invalid=invalid,
        confidence=check_confidence(confidence),
    )


def _judged(plan: _Plan, frame: Frame, columns: Mapping[str, str]) -> _Judged:
    read = read_items(frame, columns, plan.scales, labels=plan.labels, invalid=plan.invalid)
    ratings = np.column_stack(
        [scale.per_cent(read.answers[:, at]) for at, scale in enumerate(plan.scales)]
    )
    split = len(plan.benefits)
    parts = (ratings[:, :split], ratings[:, split:])
    sides = [
        composite(part, w, plan.minimum_coverage)
        for part, w in zip(parts, plan.weights, strict=True)
    ]
    known = sides[0].known & sides[1].known
    one, two = (
        Composite(
            scores=np.where(known, side.scores, np.nan),
            parts=np.where(known[:, None], side.parts, np.nan),
        )
        for side in sides
    )
    figures = (
        item_figures(parts[0], one, plan.confidence),
        item_figures(parts[1], two, plan.confidence),
    )
    return _Judged(one, two, figures, int(read.invalid.sum()), read.kind)


def _against(plan: _Plan, values: Array, rival: _Judged | None) -> dict[str, Estimate | None]:
    """The rival in the eyes of those who judged both."""
    if rival is None:
        return {"rival_score": None, "advantage": None, "better_share": None}
    other = rival.values
    both = ~np.isnan(values) & ~np.isnan(other)
    ahead = values[both] - other[both]
    return {
        "rival_score": mean_of(
            other[both], confidence=plan.confidence, definition="The rival's value.", ends=_ENDS
        ),
        "advantage": mean_of(
            ahead,
            confidence=plan.confidence,
            definition="Own value less the rival's by the same respondents.",
            ends=(-200.0, 200.0),
        ),
        "better_share": _above(ahead, plan.confidence, "People who value the own offer more"),
    }


def _above(values: Array, confidence: float, who: str) -> Estimate:
    number = int((values > _ROUNDING).sum())  # differences of rounding are none
    definition = f"{who} over those who answered enough, with a Wilson interval."
    return intervals.share(number, len(values), definition=definition, confidence=confidence)


def _side(values: Array, confidence: float, definition: str) -> Estimate:
    return mean_of(values, confidence=confidence, definition=definition, ends=(0.0, 100.0))


def _ratio(benefits: Array, sacrifices: Array, confidence: float) -> Estimate:
    """Mean benefits over mean sacrifices, where the latter are clearly above 0."""
    order = np.lexsort((benefits, sacrifices))  # the same in any order of the rows
    value, error = intervals.ratio(benefits[order], sacrifices[order])
    below = mean_of(sacrifices, confidence=confidence, definition="Mean sacrifices.")
    n = len(sacrifices)
    if below.interval.low <= 0 or error <= _ROUNDING * value:  # near 0, or all are alike
        error = math.nan
    half = float(intervals.t_quantile(n, confidence=confidence)) * error
    limits = Interval(float(np.maximum(value - half, 0.0)), value + half, confidence)
    definition = (
        "Mean benefits over mean sacrifices, both from 0 to 100, with a linearised interval."
    )
    return Estimate(value, error, limits, n, definition)


def _rival(plan: _Plan, frame: Frame, rival: Mapping[str, str] | None) -> _Judged | None:
    """The rival's offer, judged by the same respondents."""
    if rival is None:
        return None
    found, names = check_items("rival", rival), [*plan.benefits, *plan.sacrifices]
    if set(found) == set(names):
        return _judged(plan, frame, {name: found[name] for name in names})
    raise OptionError(
        "`rival` must have a column for each item.",
        received=", ".join(map(repr, found)),
        allowed=f"a mapping of {', '.join(map(repr, names))} to columns",
        do="Name the rival's columns under the names of the own items.",
    )


def _nobody(people: int, least: float) -> DataError:
    return DataError(
        "Nobody answered enough on both sides.",
        received=f"{people:,} respondents",
        allowed=f"items with at least {100 * least:g} % of the weight of either side",
        do="Check the columns, or lower `minimum_coverage`.",
    )


def _definition(plan: _Plan, *, weighted: bool) -> str:
    mean = "weighted mean" if weighted else "mean"
    got, paid = (
        counted(len(side), noun)
        for side, noun in ((plan.benefits, "benefit"), (plan.sacrifices, "sacrifice"))
    )
    return (
        f"Mean over respondents of the {mean} of {got} less that of {paid}, each put on 0 to 100 "
        "of its scale, with a t interval; who answered items of less than "
        f"{100 * plan.minimum_coverage:g} % of the weight of a side is left out."
    )
