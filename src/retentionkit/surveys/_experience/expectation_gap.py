r"""Where did it fall short of what was expected?

The same people say of each item what they expected, :math:`e_i`, and what they got, :math:`d_i`,
on one scale. The gap is the mean of :math:`d_i - e_i` over those who answered both: the two answers
of a person go together, so their difference is what has a t interval and a p-value. Of several
items the p-values are adjusted for their number.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

import numpy as np

from retentionkit.arguments import check_choice, check_confidence
from retentionkit.compare import Multiplicity, adjusted_p_values
from retentionkit.errors import DataError, OptionError
from retentionkit.intervals import share, wilson
from retentionkit.results import frozen_array
from retentionkit.surveys._experience.expectation_gap_result import ExpectationGap
from retentionkit.surveys._experience.item_answers import is_list, read_items
from retentionkit.surveys._scales.counted_answers import mean_of
from retentionkit.surveys._scales.scale_answers import check_scale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import Frame
    from retentionkit.results import Estimate
    from retentionkit.surveys._experience.item_answers import Items
    from retentionkit.surveys._scales.scale_answers import Labels, Treatment

    Array = NDArray[np.float64]

__all__ = ["expectation_gap"]


class _Pairs(NamedTuple):
    """The pairs of one item, and who is not among them."""

    expected: Array
    delivered: Array
    unpaired: int
    unanswered: int


def expectation_gap(
    frame: Frame,
    *,
    items: Mapping[str, tuple[str, str]],
    scale: tuple[int, int],
    labels: Labels | None = None,
    multiplicity: Multiplicity = "holm",
    invalid: Treatment = "error",
    confidence: float = 0.95,
) -> ExpectationGap:
    """What was delivered less what was expected, item by item, the worst first.

    Parameters
    ----------
    frame
        One row for each respondent: pandas, polars or pyarrow.
    items
        For each item the column of what was expected and the column of what was delivered, such as
        `{"pace": ("expected_pace", "delivered_pace")}`.
    scale
        The lowest and the highest answer, the same for both questions of all items; higher must be
        better.
    labels
        Which answer each text stands for.
    multiplicity
        How p-values are adjusted for the number of items: `"holm"`, `"bonferroni"`,
        `"benjamini-hochberg"` or `"none"`.
    invalid
        `"error"`, or `"drop"`: answers that are not on the scale are counted and taken as not
        given.
    confidence
        Level of the intervals.

    Returns
    -------
    ExpectationGap
        Sorted by gap; items without any pair come last.

    Raises
    ------
    DataError
        No item has a pair of answers, or some are not on the scale.
    OptionError
        The items are no pairs of columns, or the scale is none.
    ColumnError
        There is no such column.

    Notes
    -----
    There is no `missing`: hardly anybody answers every item, so what was not answered is always
    counted, in `unpaired` and `unanswered`, and only pairs of answers have a gap.

    Expectations that are asked after the trip are coloured by it: ask before, or read the gap as
    what people now say. A gap says where experience and expectation part, not what made people
    leave.

    Examples
    --------
    >>> import pandas as pd
    >>> import retentionkit as rk
    >>> answers = pd.DataFrame({
    ...     "expected_pace": [5, 4, 4, 5, 4], "delivered_pace": [2, 3, 4, 3, None],
    ...     "expected_guide": [4, 4, 5, 3, 4], "delivered_guide": [5, 4, 5, 4, 4],
    ... })
    >>> pairs = {name: (f"expected_{name}", f"delivered_{name}") for name in ("guide", "pace")}
    >>> found = rk.surveys.expectation_gap(answers, items=pairs, scale=(1, 5))
    >>> found.to_frame()[["item", "n", "gap", "below", "unpaired"]]
        item  n  gap  below  unpaired
    0   pace  4 -1.5   0.75         1
    1  guide  5  0.4   0.00         0
    """
    level, steps = check_confidence(confidence), check_scale(scale)
    check_choice("multiplicity", multiplicity, get_args(Multiplicity))
    columns = _pair_columns(items)
    names = list(items)
    read = read_items(frame, columns, [steps] * len(columns), labels=labels, invalid=invalid)
    pairs = [_pairs(read, 2 * at) for at in range(len(names))]
    if not any(len(each.expected) for each in pairs):
        raise DataError(
            "Nobody answered both questions of any item.",
            received=f"{len(read.answers):,} respondents",
            allowed="at least one pair of answers",
            do="Check that both columns of an item are of the same people.",
        )
    definition = (
        f"Mean of delivered less expected on the scale {steps} over those who answered both, with "
        "a paired t interval; below is the share of them who got less than they expected, with a "
        "Wilson interval."
    )
    gaps = [mean_of(x.delivered - x.expected, confidence=level, definition="Gap.") for x in pairs]
    values = np.array([each.value for each in gaps])
    order = np.argsort(values, kind="stable")  # NaN comes last
    return ExpectationGap(
        items=tuple(names[int(at)] for at in order),
        **_columns(pairs, gaps, read, order, level, multiplicity),
        any_below=_any_below(read, level),
        scale=steps.ends,
        multiplicity=multiplicity,
        confidence=level,
        definition=definition,
        kind=read.kind,
    )


def _columns(
    pairs: list[_Pairs],
    gaps: list[Estimate],
    read: Items,
    order: NDArray[np.int64],
    confidence: float,
    multiplicity: Multiplicity,
) -> dict[str, Any]:
    """The columns of the result, in its order."""
    n = np.array([each.n for each in gaps])
    below = np.array([int((x.delivered < x.expected).sum()) for x in pairs])
    low, high = wilson(below, n, confidence=confidence)
    p = np.array([_p_value(each) for each in gaps])
    floats = {
        "expected": [_mean(x.expected) for x in pairs],
        "delivered": [_mean(x.delivered) for x in pairs],
        "gap": [each.value for each in gaps],
        "standard_error": [each.standard_error for each in gaps],
        "low": [each.interval.low for each in gaps],
        "high": [each.interval.high for each in gaps],
        "below": below / np.where(n > 0, n, np.nan),
        "below_low": low,
        "below_high": high,
        "p_value": p,
        "adjusted_p_value": adjusted_p_values(p, method=multiplicity),
    }
    whole = {
        "n": n,
        "unpaired": [each.unpaired for each in pairs],
        "unanswered": [each.unanswered for each in pairs],
        "invalid": read.invalid[0::2] + read.invalid[1::2],
    }
    return {
        **{name: frozen_array(np.array(x)[order], "float64") for name, x in floats.items()},
        **{name: frozen_array(np.array(x)[order], "int64") for name, x in whole.items()},
    }


def _pairs(read: Items, at: int) -> _Pairs:
    expected, delivered = read.answers[:, at], read.answers[:, at + 1]
    first, second = ~np.isnan(expected), ~np.isnan(delivered)
    both = first & second
    return _Pairs(
        expected[both], delivered[both], int((first ^ second).sum()), int((~first & ~second).sum())
    )


def _any_below(read: Items, confidence: float) -> Estimate:
    """The share of people whom at least one item fell short of."""
    gaps = read.answers[:, 1::2] - read.answers[:, 0::2]
    paired = (~np.isnan(gaps)).any(axis=1)
    short = (gaps < 0).any(axis=1)
    definition = "People with less than expected in some item over people with a pair of answers."
    return share(int(short.sum()), int(paired.sum()), definition=definition, confidence=confidence)


def _p_value(gap: Estimate) -> float:
    """Of the paired t test; NaN where nothing tells the spread."""
    from scipy.special import stdtr  # noqa: PLC0415 - scipy is loaded when needed

    if math.isnan(gap.standard_error):
        return math.nan
    return float(2 * stdtr(gap.n - 1, -abs(gap.value / gap.standard_error)))


def _mean(values: Array) -> float:
    return float(values.mean()) if len(values) else math.nan  # whole numbers: exact in any order


def _is_pair(columns: object) -> bool:
    """Whether it names two different columns."""
    if not is_list(columns) or not all(isinstance(name, str) for name in columns):
        return False
    return len(columns) == len(set(columns)) == 2  # noqa: PLR2004 - a pair


def _pair_columns(items: object) -> dict[str, str]:
    """Both columns of each item in a row, by a name of their own."""
    given: Any = items
    pairs: list[Any] = list(given.values()) if hasattr(given, "values") else []
    if pairs and all(_is_pair(each) for each in pairs):
        return {
            f"{name} {side}": pair[at]
            for name, pair in given.items()
            for at, side in enumerate(("expected", "delivered"))
        }
    raise OptionError(
        "`items` does not name two columns for each item.",
        received=repr(items)[:80],
        allowed="a mapping of names to (column of what was expected, column of what was delivered)",
        do="Pass items={'pace': ('expected_pace', 'delivered_pace'), ...}.",
    )
