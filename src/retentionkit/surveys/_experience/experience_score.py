r"""How good was it, all items together, from 0 to 100?

The score of a respondent is the weighted mean of the answers, each put on 0 to 100 of its own
scale; the score is the mean over respondents, with a t interval. Cronbach's alpha of :math:`k`
items says how far they go together:

.. math:: \alpha = \frac{k}{k-1} \Bigl(1 - \frac{\sum_j s_j^2}{s_{\text{sum}}^2}\Bigr) .
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from retentionkit import frames
from retentionkit.arguments import check_confidence, check_number, check_whole
from retentionkit.errors import DataError, OptionError
from retentionkit.results import Estimate, Interval, frozen_array, frozen_mapping
from retentionkit.surveys._experience.experience_score_result import ExperienceScore
from retentionkit.surveys._experience.item_answers import (
    check_items,
    check_scales,
    check_weights,
    composite,
    is_list,
    item_figures,
    read_items,
    total,
)
from retentionkit.surveys._scales.counted_answers import mean_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from retentionkit.frames import Frame, FrameKind
    from retentionkit.surveys._experience.item_answers import Named
    from retentionkit.surveys._scales.scale_answers import Labels, Treatment

    Array = NDArray[np.float64]

__all__ = ["experience_score"]


class _Plan(NamedTuple):
    """What all groups have in common."""

    items: tuple[str, ...]
    reverse: tuple[str, ...]
    weights: Array
    minimum_coverage: float
    minimum_n: int
    confidence: float
    definition: str
    kind: FrameKind


def experience_score(
    frame: Frame,
    *,
    items: Named,
    scale: tuple[int, int] | Mapping[str, tuple[int, int]],
    reverse: Sequence[str] = (),
    weights: Mapping[str, float] | None = None,
    by: str | None = None,
    minimum_n: int = 10,
    minimum_coverage: float = 0.5,
    labels: Labels | None = None,
    invalid: Treatment = "error",
    confidence: float = 0.95,
) -> ExperienceScore:
    """One figure from 0 to 100 of several items of one questionnaire.

    Parameters
    ----------
    frame
        One row for each respondent: pandas, polars or pyarrow.
    items
        Columns of the items, or a mapping of names to columns.
    scale
        The lowest and the highest answer, or a mapping of each item to its own.
    reverse
        Items of which a low answer is good, such as a waiting time.
    weights
        A positive weight for each item; they are made to add up to 1. Default: all alike.
    by
        A column of groups, such as the tour or the month; each gets its own score.
    minimum_n
        Groups with fewer scored respondents are suppressed: their number is shown, their figures
        are undefined. They still count in the score of all. 0 or 1 shows all.
    minimum_coverage
        A respondent who left items out is scored by the weights of the others, if these are at
        least this part of all, and set aside if not.
    labels
        Which answer each text stands for.
    invalid
        `"error"`, or `"drop"`: answers that are not on the scale are counted and taken as not
        given.
    confidence
        Level of the intervals.

    Returns
    -------
    ExperienceScore

    Raises
    ------
    DataError
        Nobody has a score, or some answers are not on their scale.
    OptionError
        Items, scales, weights or the reversed items do not fit together.
    ColumnError
        There is no such column.

    Notes
    -----
    There is no `missing`: hardly anybody answers every item, so what was not answered is always
    counted, in `coverage`, `item_n` and `set_aside`, and `minimum_coverage` says how much may be
    missing of one respondent.

    The weights are yours: they say what the company cares for, not what customers care for. A high
    alpha says that the items rise and fall together, not that they measure what they should.

    References
    ----------
    .. [1] Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests.
       Psychometrika 16(3), 297-334.

    Examples
    --------
    >>> import pandas as pd
    >>> import retentionkit as rk
    >>> answers = pd.DataFrame({"guide": [5, 4, 5, 3], "hotel": [4, None, 5, 2]})
    >>> found = rk.surveys.experience_score(
    ...     answers, items=["guide", "hotel"], scale=(1, 5), weights={"guide": 3, "hotel": 1}
    ... )
    >>> found.score
    Estimate(78.12, 95 % 37.93 to 100, n = 4)
    >>> found.contributions.tolist()
    [65.625, 12.5]
    """
    level = check_confidence(confidence)
    fewest = check_whole("minimum_n", minimum_n, low=0)
    least = check_number("minimum_coverage", minimum_coverage, low=0, high=1, open_low=True)
    columns = check_items("items", items)
    scales = check_scales(scale, columns)
    w = check_weights(weights, columns)
    turned = _checked_reverse(reverse, columns)
    read = read_items(frame, columns, scales, labels=labels, invalid=invalid)
    ratings = np.column_stack([
        each.per_cent(read.answers[:, at]) for at, each in enumerate(scales)
    ])  # fmt: skip
    at = [at for at, name in enumerate(columns) if name in turned]
    ratings[:, at] = 100 - ratings[:, at]
    definition = _definition(len(columns), turned, least, weighted=weights is not None)
    plan = _Plan(tuple(columns), turned, w, least, fewest, level, definition, read.kind)
    place, found = _groups(frame, by, len(ratings))
    groups = {
        str(label): _shown(_scored(plan, ratings[place == at], 0, {}, 0))
        for at, label in enumerate(found)
    }
    ungrouped = int((place < 0).sum()) if by is not None else 0
    whole = _scored(plan, ratings, int(read.invalid.sum()), groups, ungrouped)
    if whole.n == 0:
        raise DataError(
            "Nobody answered enough for a score.",
            received=f"{len(ratings):,} respondents, {100 * whole.coverage:.1f} % of the answers",
            allowed=f"items with at least {100 * least:g} % of the weight for one respondent",
            do="Check the columns, or lower `minimum_coverage`.",
        )
    return whole


def _scored(
    plan: _Plan,
    ratings: Array,
    invalid: int,
    groups: Mapping[str, ExperienceScore],
    ungrouped: int,
) -> ExperienceScore:
    """The score of these respondents."""
    whole = composite(ratings, plan.weights, plan.minimum_coverage)
    figures = item_figures(ratings, whole, plan.confidence)
    alpha, complete = _alpha(ratings)
    asked = ratings.size
    return ExperienceScore(
        score=mean_of(
            whole.scores[whole.known],
            confidence=plan.confidence,
            definition=plan.definition,
            ends=(0.0, 100.0),
        ),
        items=plan.items,
        reverse=plan.reverse,
        weights=frozen_array(plan.weights, "float64"),
        item_n=frozen_array(figures.n, "int64"),
        means=frozen_array(figures.means, "float64"),
        low=frozen_array(figures.low, "float64"),
        high=frozen_array(figures.high, "float64"),
        contributions=frozen_array(figures.contributions, "float64"),
        set_aside=int((~whole.known).sum()),
        coverage=float((~np.isnan(ratings)).sum()) / asked if asked else math.nan,
        minimum_coverage=plan.minimum_coverage,
        invalid=invalid,
        alpha=alpha,
        alpha_n=complete,
        groups=frozen_mapping(groups),
        ungrouped=ungrouped,
        minimum_n=plan.minimum_n,
        definition=plan.definition,
        kind=plan.kind,
    )


def _shown(group: ExperienceScore) -> ExperienceScore:
    """The group, its figures left open where they are of few people."""
    if not 0 < group.n < group.minimum_n:
        return group
    nothing = frozen_array(np.full(len(group.items), np.nan), "float64")
    figures: dict[str, Any] = dict.fromkeys(("means", "low", "high", "contributions"), nothing)
    limits = Interval(math.nan, math.nan, group.interval.confidence)
    score = Estimate(math.nan, math.nan, limits, group.n, group.definition)
    return dataclasses.replace(group, score=score, alpha=math.nan, suppressed=True, **figures)


def _alpha(ratings: Array) -> tuple[float, int]:
    """Cronbach's alpha of the complete rows, and how many these are."""
    rows = ratings[~np.isnan(ratings).any(axis=1)]
    n, k = rows.shape
    if n <= 1 or k == 1:
        return math.nan, n
    own = sum(_variance(rows[:, at]) for at in range(k))
    whole = _variance(rows.sum(axis=1))
    return (k / (k - 1) * (1 - own / whole) if whole > 0 else math.nan), n


def _variance(values: Array) -> float:
    mean = total(values) / len(values)
    return total((values - mean) ** 2) / (len(values) - 1)


def _groups(frame: Frame, by: str | None, n: int) -> tuple[NDArray[np.int64], list[object]]:
    """The place of each respondent among the groups."""
    if by is None:
        return np.full(n, -1, dtype=np.int64), []
    native: Any = frames.read(frame, {"group": frames.Wanted(by, "by", "any")}).native
    return frames.read_labels(native["group"], argument="by")


def _checked_reverse(reverse: object, columns: Mapping[str, str]) -> tuple[str, ...]:
    if is_list(reverse) and all(name in columns for name in reverse):
        return tuple(name for name in columns if name in reverse)
    raise OptionError(
        "`reverse` must name items.",
        received=repr(reverse)[:80],
        allowed=", ".join(map(repr, columns)),
        do="List the items of which a low answer is good.",
    )


def _definition(k: int, reverse: tuple[str, ...], least: float, *, weighted: bool) -> str:
    mean = "weighted mean" if weighted else "mean"
    turned = f", {' and '.join(reverse)} turned around" if reverse else ""
    return (
        f"Mean over respondents of the {mean} of {k} item{'' if k == 1 else 's'}, each put on 0 to "
        f"100 of its scale{turned}, with a t interval; who answered items of less than "
        f"{100 * least:g} % of the weight is left out."
    )
