"""Customers of whom clusters are made, and the options that say how."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from retentionkit.arguments import check_whole
from retentionkit.errors import DataError, OptionError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ClusterSample", "check_different", "drawn_from", "evenly", "numbers_of_clusters"]

#: More clusters than these are no segments that anyone could name.
_MOST: Final = 50


class ClusterSample(NamedTuple):
    """Customers sorted by their coordinates, equal ones merged."""

    row: NDArray[np.int64]  # of the table
    distinct: NDArray[np.float64]
    weight: NDArray[np.int64]
    which: NDArray[np.int64]  # distinct row of each customer


def drawn_from(
    everybody: NDArray[np.float64], buyers: NDArray[np.bool_], *, size: int, clusters: int
) -> ClusterSample:
    """Evenly spaced buyers in the order of their coordinates."""
    at = np.flatnonzero(buyers)
    at = at[np.lexsort(everybody[at].T[::-1])]
    at = at[evenly(len(at), size)]
    rows = everybody[at]
    new = np.ones(len(rows), dtype=np.bool_)
    new[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    check_different(int(new.sum()), clusters)
    which = np.cumsum(new) - 1
    return ClusterSample(at, rows[new], np.bincount(which).astype(np.int64), which)


def check_different(customers: int, clusters: int) -> None:
    """As many different customers as clusters; fewer are refused."""
    if customers < clusters:
        raise DataError(
            "There are fewer different customers than clusters.",
            received=f"{customers:,} different customers, {clusters} clusters",
            allowed="as many different customers as clusters, or more",
            do="Ask for fewer clusters, or add features that tell customers apart.",
        )


def evenly(n: int, size: int) -> NDArray[np.int64]:
    """At most `size` of n positions, evenly spaced."""
    size = min(n, size)
    return np.asarray((2 * np.arange(size) + 1) * n // (2 * max(size, 1)))


def numbers_of_clusters(clusters: int | Iterable[int]) -> tuple[int, ...]:
    """The number of clusters, or the different numbers to try, in rising order."""
    given = list(clusters) if isinstance(clusters, Iterable) else [clusters]
    numbers = sorted({check_whole("clusters", one, low=2, high=_MOST) for one in given})
    if numbers:
        return tuple(numbers)
    raise OptionError(
        "`clusters` names no number.",
        received=repr(clusters),
        allowed=f"a number from 2 to {_MOST}, or several",
        do="Pass clusters=5, or range(2, 9) to try several.",
    )
