"""Figures of answers on a scale as people read them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from retentionkit.results import Columns, Estimate, Interval

__all__ = [
    "answers_printed",
    "answers_told",
    "aside_told",
    "listed",
    "named",
    "rounded",
    "share_told",
    "told",
    "told_score",
    "weights_told",
]

_UNDEFINED = "interval undefined"
_ONE_CLUSTER = "all answers are of one cluster"
_RUN = 3  # from so many on, numbers in a row are told by their ends


def told(found: Estimate, *, unit: str = "", one_cluster: bool = False) -> str:
    """An estimate and its interval in words; `one_cluster` is why there may be none.

    Examples
    --------
    >>> from retentionkit.results import Estimate, Interval
    >>> told(Estimate(3.7, 0.4, Interval(2.7, 4.7, 0.95), 10, "Mean."))
    '3.7, 95 % 2.7 to 4.7'
    """
    if math.isnan(found.value):
        return "undefined"
    low, high, level = found.interval.low, found.interval.high, found.interval.confidence
    if math.isnan(low):
        why = "one answer only" if found.n == 1 else "all are alike"
        return f"{found.value:z.4g}{unit}, {_UNDEFINED}: {_ONE_CLUSTER if one_cluster else why}"
    return f"{found.value:z.4g}{unit}, {100 * level:g} % {low:z.4g} to {high:z.4g}"


def share_told(found: Estimate) -> str:
    """A share and its interval in per cent.

    Examples
    --------
    >>> from retentionkit.results import Estimate, Interval
    >>> share_told(Estimate(0.58, 0.05, Interval(0.4821, 0.672, 0.95), 100, "A share."))
    '58.0 %, 95 % 48.2 to 67.2'
    """
    low, high, level = found.interval.low, found.interval.high, found.interval.confidence
    if math.isnan(low):
        return f"{100 * found.value:.1f} %, {_UNDEFINED}: {_ONE_CLUSTER}"
    return f"{100 * found.value:.1f} %, {100 * level:g} % {100 * low:.1f} to {100 * high:.1f}"


def told_score(score: float, interval: Interval, *, clipped: bool) -> str:
    """A score from -100 to 100 and its interval in words.

    Examples
    --------
    >>> from retentionkit.results import Interval
    >>> told_score(100.0, Interval(38.5, 100.0, 0.95), clipped=True)
    '100.0, 95 % 38.5 to 100.0 (cut off at the end of the scale)'
    """
    low, high, level = interval.low, interval.high, interval.confidence
    if math.isnan(low):
        return f"{score:z.1f}, {_UNDEFINED}: {_ONE_CLUSTER}"
    end = " (cut off at the end of the scale)" if clipped else ""
    return f"{score:z.1f}, {100 * level:g} % {low:z.1f} to {high:z.1f}{end}"


def answers_told(n: int, scale: Sequence[int], unanswered: int, invalid: int) -> str:
    """How many answers there are, and what else there was.

    Examples
    --------
    >>> answers_told(100, (1, 5), 3, 0)
    '100 on the scale 1 to 5; 3 unanswered'
    """
    found = f"{n:,} on the scale {scale[0]} to {scale[1]}"
    return found + aside_told(unanswered=unanswered, invalid=invalid)


def aside_told(**numbers: int) -> str:
    """What was set aside, by reason; nothing for none.

    Examples
    --------
    >>> aside_told(unanswered=3, invalid=0)
    '; 3 unanswered'
    """
    return "".join(
        f"; {number:,} {name.replace('_', ' ')}" for name, number in numbers.items() if number
    )


def weights_told(n: int, effective_n: float) -> Mapping[str, str]:
    """What unequal weights cost; nothing where they are equal.

    Examples
    --------
    >>> weights_told(100, 80.0)
    {'weights': 'worth 80.0 answers of equal weight (Kish)'}
    """
    if math.isclose(n, effective_n):
        return {}
    return {"weights": f"worth {effective_n:,.1f} answers of equal weight (Kish)"}


def listed(steps: Iterable[int]) -> str:
    """Answers in words.

    Examples
    --------
    >>> listed([4, 5]), listed([0, 1, 2, 3]), listed([1])
    ('4 and 5', '0 to 3', '1')
    """
    found = sorted(steps)
    if len(found) >= _RUN and found[-1] - found[0] == len(found) - 1:
        return f"{found[0]} to {found[-1]}"
    if len(found) > 1:
        return f"{', '.join(map(str, found[:-1]))} and {found[-1]}"
    return str(found[0])


def answers_printed(table: Columns) -> Columns:
    """A table of answers with their shares in per cent.

    Examples
    --------
    >>> answers_printed({"answer": [1, 2], "share": [0.25, 0.75]})
    {'answer': [1, 2], '%': ['25.0', '75.0']}
    """
    shares: Any = table["share"]
    kept = {name: column for name, column in table.items() if name != "share"}
    return {**kept, "%": [f"{100 * value:.1f}" for value in shares]}


def rounded(table: Columns, *names: str) -> Columns:
    """A table with the named columns to two decimals, one below the other; a dash for NaN.

    Examples
    --------
    >>> rounded({"item": ["pace", "stay"], "gap": [-0.9224, -0.07273]}, "gap")
    {'item': ['pace', 'stay'], 'gap': ['-0.92', '-0.07']}
    """
    texts: dict[str, Any] = {**table}
    for name in names:
        texts[name] = ["–" if math.isnan(value) else f"{value:z.2f}" for value in texts[name]]
    return texts


def named(steps: Sequence[int]) -> str:
    """Which answers these are.

    Examples
    --------
    >>> named([5]), named([1, 2])
    ('answer 5', 'answers 1 and 2')
    """
    return f"answer{'' if len(steps) == 1 else 's'} {listed(steps)}"
