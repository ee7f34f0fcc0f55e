r"""Several answers of each respondent, each on its own scale, made one figure from 0 to 100.

Of respondent :math:`i` the answer to item :math:`j`, as :math:`r_{ij}` from 0 to 100, has the
weight :math:`w_j`, and :math:`A_i` are the items that were answered:

.. math:: s_i = \frac{\sum_{j \in A_i} w_j r_{ij}}{\sum_{j \in A_i} w_j} ,

where the weights of the answered items are at least a stated part of all; else there is no figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, TypeGuard

import numpy as np

from retentionkit import frames
from retentionkit.arguments import check_number
from retentionkit.errors import OptionError
from retentionkit.surveys._scales.counted_answers import mean_of
from retentionkit.surveys._scales.scale_answers import check_scale, read_scale_answers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from retentionkit.frames import Frame, FrameKind
    from retentionkit.results import Estimate
    from retentionkit.surveys._scales.scale_answers import Labels, Scale, Treatment

    Array = NDArray[np.float64]

__all__ = [
    "Composite",
    "ItemFigures",
    "Items",
    "Named",
    "check_items",
    "check_scales",
    "check_weights",
    "composite",
    "is_list",
    "item_figures",
    "read_items",
    "total",
]

#: Columns, or columns by the names that they are given.
Named: TypeAlias = "Sequence[str] | Mapping[str, str]"

_ROUNDING: Final = 1e-9
_ENDS: Final = (0.0, 100.0)


class Items(NamedTuple):
    """Answers of shape (n, k) on their own scales, NaN where there is none, and what was not."""

    answers: Array
    unanswered: NDArray[np.int64]
    invalid: NDArray[np.int64]
    kind: FrameKind


class Composite(NamedTuple):
    """One figure for each respondent, NaN for whom too little is known, and its parts (n, k)."""

    scores: Array
    parts: Array

    @property
    def known(self) -> NDArray[np.bool_]:
        """Who has a figure."""
        return ~np.isnan(self.scores)


class ItemFigures(NamedTuple):
    """Mean and limits of each item among those who have a figure, and what it adds to it."""

    n: NDArray[np.int64]
    means: Array
    low: Array
    high: Array
    contributions: Array


def read_items(
    frame: Frame,
    columns: Mapping[str, str],
    scales: Sequence[Scale],
    *,
    labels: Labels | None,
    invalid: Treatment,
) -> Items:
    """The answers to each item; missing ones are counted, since few people answer everything."""
    wanted = {
        f"item_{at}": frames.Wanted(column, name, "any")
        for at, (name, column) in enumerate(columns.items())
    }
    table = frames.read(frame, wanted)
    answers = np.full((len(table), len(columns)), np.nan)
    aside = np.zeros((2, len(columns)), dtype=np.int64)
    for at, (name, scale) in enumerate(zip(columns.values(), scales, strict=True)):
        read = read_scale_answers(
            table.native[f"item_{at}"], scale=scale, missing="drop", invalid=invalid,
            labels=labels, argument=str(name),
        )  # fmt: skip
        answers[read.given, at] = read.values
        aside[:, at] = read.unanswered, read.invalid
    return Items(answers, aside[0], aside[1], table.kind)


def check_items(argument: str, items: object) -> dict[str, str]:
    """The column of each item by its name."""
    named: dict[Any, Any] = {}
    size = 0
    if _is_mapping(items):
        named, size = dict(items), len(items)
    elif is_list(items) and all(isinstance(column, str) for column in items):
        named, size = {column: column for column in items}, len(items)
    texts = all(isinstance(text, str) for text in (*named, *named.values()))
    if named and texts and len(set(named.values())) == size:
        return named
    raise OptionError(
        f"`{argument}` does not name items.",
        received=repr(items)[:80],
        allowed="a list of different columns, or a mapping of names to different columns",
        do=f"Pass the columns of the questions, such as {argument}=['guide', 'hotel'].",
    )


def check_scales(scale: object, names: Iterable[str]) -> list[Scale]:
    """The scale of each item: one for all, or one for each by name."""
    wanted = list(names)
    if not _is_mapping(scale):
        return [check_scale(scale)] * len(wanted)
    _check_names("scale", scale, wanted)
    return [check_scale(scale[name]) for name in wanted]


def check_weights(weights: object, names: Iterable[str]) -> Array:
    """The weight of each item, positive and together 1."""
    wanted = list(names)
    if weights is None:
        return np.full(len(wanted), 1 / len(wanted))
    given: Any = weights
    if not _is_mapping(weights):
        raise OptionError(
            "`weights` must say the weight of each item.",
            received=repr(weights)[:80],
            allowed="a mapping of the names of the items to positive numbers",
            do=f"Pass weights such as {{{wanted[0]!r}: 2, ...}}.",
        )
    _check_names("weights", weights, wanted)
    found = np.array(
        [check_number(f"weights[{name!r}]", given[name], low=0, open_low=True) for name in wanted]
    )
    return np.asarray(found / found.sum(), dtype=np.float64)


def composite(ratings: Array, weights: Array, minimum_coverage: float) -> Composite:
    """The weighted mean of the ratings that there are, if their weights are enough of all."""
    answered = ~np.isnan(ratings)
    weighed = answered @ weights
    known = answered.any(axis=1) & (weighed >= minimum_coverage - _ROUNDING)
    below = np.where(known, weighed, np.nan)
    parts = np.where(answered, ratings, 0.0) * weights / below[:, None]
    scores = np.clip(parts.sum(axis=1), *_ENDS)  # rounding may pass the ends
    return Composite(np.asarray(scores), np.asarray(parts))


def item_figures(ratings: Array, whole: Composite, confidence: float) -> ItemFigures:
    """What is known of each item among the respondents who have a figure."""
    known, size = whole.known, ratings.shape[1]
    found: list[Estimate] = []
    for at in range(size):
        column = ratings[known, at]
        column = column[~np.isnan(column)]
        found.append(mean_of(column, confidence=confidence, definition="Mean.", ends=_ENDS))
    people = int(known.sum())
    added = [total(whole.parts[known, at]) / people if people else np.nan for at in range(size)]
    return ItemFigures(
        n=np.array([each.n for each in found], dtype=np.int64),
        means=np.array([each.value for each in found]),
        low=np.array([each.interval.low for each in found]),
        high=np.array([each.interval.high for each in found]),
        contributions=np.array(added),
    )


def total(values: Array) -> float:
    """A sum that does not depend on the order of the rows."""
    return float(np.sort(values).sum())


def _check_names(argument: str, given: Mapping[Any, Any], wanted: Sequence[str]) -> None:
    if set(given) == set(wanted):
        return
    raise OptionError(
        f"`{argument}` must name each item once.",
        received=", ".join(map(repr, given)) or "nothing",
        allowed=", ".join(map(repr, wanted)),
        do="Name all items, and no other.",
    )


def is_list(value: object) -> TypeGuard[Sequence[Any]]:
    """Whether it is a list of several things, and no text."""
    return isinstance(value, list | tuple)


def _is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(value, Mapping)
