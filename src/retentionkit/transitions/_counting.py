r"""Who moved from which label to which, between two dates?

With :math:`n_{ij}` the customers whose label was i at the first date and is j at the second,
:math:`o_i` those of i who are not there any more, and :math:`e_j` those of j who were not there
before, nobody disappears:

.. math::

    n_{i\cdot} = \sum_j n_{ij} + o_i, \qquad n_{\cdot j} = \sum_i n_{ij} + e_j .

A share is taken of the row: :math:`n_{ij} / n_{i\cdot}`, with those who are gone in the
denominator. `Transitions.present_at_both` leaves them out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from retentionkit import frames
from retentionkit.arguments import check_confidence
from retentionkit.errors import DataError, OptionError
from retentionkit.transitions._result import Transitions
from retentionkit.transitions._shares import shares_of
from retentionkit.transitions._words import BASE, ENTERED, EXITED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from retentionkit.frames import FrameKind

__all__ = ["Labelled", "transitions"]

#: Ids and positions of one date, checked.
_Read: TypeAlias = "tuple[NDArray[Any], NDArray[np.int64]]"


class Labelled(NamedTuple):
    """Customers at one date: ids, and the position of each one's label, both of shape (n,)."""

    ids: ArrayLike | Sequence[object]
    position: ArrayLike


def transitions(
    before: Labelled,
    after: Labelled,
    *,
    names: Sequence[str],
    english: Sequence[str] | None = None,
    chinese: Sequence[str] | None = None,
    ranking: Sequence[str] | None = None,
    confidence: float = 0.95,
    labels: str = "",
    kind: FrameKind | None = None,
) -> Transitions:
    """Count who moved from which label to which.

    Parameters
    ----------
    before, after
        Ids and positions in `names` of the customers at the two dates, as a `Labelled`. An id is
        there at most once at each date.
    names
        Keys of the labels.
    english, chinese
        Labels for people; by default the keys.
    ranking
        Some of `names`, the best one first, where there is better and worse.
    confidence
        Level of the intervals.
    labels
        What the labels are, for the definition.
    kind
        The kind of frame that `to_frame` returns.

    Returns
    -------
    Transitions

    Raises
    ------
    DataError
        Ids are missing or occur twice, positions are outside `names`, or the ids of the two dates
        are of different kinds and none is in both.
    OptionError
        Names or ranks occur twice or are reserved, or `confidence` is none.

    Examples
    --------
    >>> from retentionkit.transitions import Labelled, transitions
    >>> june = Labelled(["ann", "bob", "cy"], [0, 1, 1])
    >>> july = Labelled(["bob", "cy", "di"], [0, 1, 1])
    >>> moved = transitions(june, july, names=["happy", "calm"], ranking=["happy", "calm"])
    >>> moved.counts
    array([[0, 0, 1],
           [1, 1, 0],
           [0, 1, 0]])
    >>> moved.upgrade_rate().value
    0.3333333333333333
    """
    keys = _names(names)
    what = f"{labels}; " if labels else ""
    first, second = (
        _read(part, name, keys) for part, name in ((before, "before"), (after, "after"))
    )
    counts = _counts(first, second, len(keys))
    return Transitions(
        names=keys,
        english=keys if english is None else tuple(english),
        chinese=keys if chinese is None else tuple(chinese),
        **shares_of(counts, check_confidence(confidence)),
        ranking=None if ranking is None else _ranking(ranking, keys),
        scope="all",
        confidence=confidence,
        definition=f"Shares of {BASE['all']}; {what}Wilson intervals.",
        kind=kind,
    )


def _counts(first: _Read, second: _Read, size: int) -> NDArray[np.int64]:
    """Customers by label before (rows) and after; the last row and column are those not there."""
    (ids, before), (later, after) = first, second
    target, source = np.full(len(ids), size), np.full(len(later), size)
    place = frames.places(ids, among=later)
    there = place >= 0
    target[there] = after[place[there]]
    source[place[there]] = before[there]
    new = source == size
    rows, columns = np.append(before, source[new]), np.append(target, after[new])
    cells = np.bincount(rows * (size + 1) + columns, minlength=(size + 1) ** 2)
    return cells.reshape(size + 1, size + 1)


def _read(part: Labelled, name: str, keys: tuple[str, ...]) -> _Read:
    """Ids and positions of one date, checked."""
    ids, position = frames.read_ids(part[0], argument=f"{name}.ids"), np.asarray(part[1])
    whole = position.dtype.kind in "iu" or len(position) == 0
    inside = whole and bool(((position >= 0) & (position < len(keys))).all())
    if position.shape != ids.shape or not inside:
        raise DataError(
            f"`{name}.position` does not say which label each customer has.",
            received=f"an array of shape {position.shape} and type {position.dtype}, "
            f"{len(ids):,} ids",
            allowed=f"one whole number from 0 to {len(keys) - 1} for each id",
            do="Pass the position of each customer's label in `names`.",
        )
    if len(set(ids.tolist())) < len(ids):
        values, times = np.unique(ids, return_counts=True)
        raise DataError(
            f"Some ids occur more than once in `{name}`.",
            received=", ".join(map(repr, values[times > 1][:10].tolist())),
            allowed="each customer once at each date",
            do="Decide on one label for each customer first.",
        )
    return ids, position.astype(np.int64)


def _names(names: Sequence[str]) -> tuple[str, ...]:
    keys = tuple(names)
    if isinstance(names, str) or not keys or len({*keys, ENTERED, EXITED}) < len(keys) + 2:
        raise OptionError(
            "`names` does not name each label once.",
            received=repr(names),
            allowed=f"different names, other than {ENTERED!r} and {EXITED!r}",
            do="Pass the keys of the labels, such as ['gold', 'silver'].",
        )
    return keys


def _ranking(ranking: Sequence[str], keys: tuple[str, ...]) -> tuple[str, ...]:
    ranks = tuple(ranking)
    if isinstance(ranking, str) or len({*ranks} & {*keys}) < max(len(ranks), 2):
        raise OptionError(
            "`ranking` does not rank the labels.",
            received=repr(ranking),
            allowed=f"two or more of {', '.join(map(repr, keys))}, each at most once",
            do="List the labels that can be compared, the best one first.",
        )
    return ranks
