"""How many of the valuable customers get the service that is meant for them?

Two lists of ids are compared: who should get it, and who did. An id counts once, however often it
is listed.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from retentionkit import frames
from retentionkit._texts import counted
from retentionkit.arguments import check_confidence
from retentionkit.errors import DataError, warn
from retentionkit.intervals import share
from retentionkit.results import Columns, Estimate, Result, frozen_array

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind

__all__ = ["Coverage", "coverage_rate"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Coverage(Result):
    """How many customers of a segment received something, made by `coverage_rate`.

    Attributes
    ----------
    rate
        Share of the segment that received it, with its Wilson interval; NaN for nobody.
    n
        Customers in the segment.
    covered
        Those of them who received it.
    missed
        Ids of those of them who did not, sorted, shape (n - covered,).
    n_received
        All who received it.
    received_outside
        Those of them who are not in the segment.
    n_unknown
        Those of `received_outside` who are not among `customers`; None if these were not passed.
    duplicates_in_segment, duplicates_in_received
        Ids listed again, counted once.
    definition
        One sentence.
    kind
        The kind of the first series among the lists.
    """

    rate: Estimate
    n: int
    covered: int
    missed: NDArray[Any]
    n_received: int
    received_outside: int
    n_unknown: int | None
    duplicates_in_segment: int
    duplicates_in_received: int
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Coverage"

    def _table(self) -> Columns:
        return {
            "rate": [self.rate.value],
            "low": [self.rate.interval.low],
            "high": [self.rate.interval.high],
            "n": [self.n],
            "covered": [self.covered],
            "missed": [len(self.missed)],
            "received": [self.n_received],
            "received_outside": [self.received_outside],
            "unknown": [self.n_unknown],
        }

    def _printed(self) -> Columns:
        return {}

    def _facts(self) -> Mapping[str, str]:
        limits = self.rate.interval
        rate = (
            f"{100 * self.rate.value:.1f} % ({100 * limits.confidence:g} % interval "
            f"{100 * limits.low:.1f} to {100 * limits.high:.1f} %)"
        )
        received = f"{self.covered:,} of {self.n:,} in the segment: {rate}"
        unknown = f", {self.n_unknown:,} of them no customers" if self.n_unknown else ""
        outside = (
            f"{self.received_outside:,} of {self.n_received:,} who received it are not in the "
            f"segment{unknown}"
        )
        again = (self.duplicates_in_segment, self.duplicates_in_received)
        facts = {
            "received it": received if self.n else "nobody is in the segment",
            "missed": f"{len(self.missed):,}",
            "outside": outside if self.n_received else "nobody received it",
        }
        if any(again):
            facts["listed again"] = (
                f"{counted(again[0], 'id')} of the segment, {again[1]:,} received"
            )
        return {**facts, "definition": self.definition}


def coverage_rate(
    segment: Iterable[object],
    received: Iterable[object],
    *,
    customers: Iterable[object] | None = None,
    confidence: float = 0.95,
) -> Coverage:
    """How many customers of a segment received a service, and how many others did.

    Parameters
    ----------
    segment
        Ids of the customers who should get it, such as `segments.customers("champions")`.
    received
        Ids of the customers who got it: a column of any dataframe library, an array, a list or
        a set.
    customers
        Ids of all customers, such as `segments.customer`. With them, ids in `received` that are no
        customers at all are counted apart.
    confidence
        Confidence level of the interval.

    Returns
    -------
    Coverage
        The rate with its interval, and those who were missed.

    Raises
    ------
    DataError
        Something is not a list of ids, such as a whole frame; ids are missing, or neither whole
        numbers nor text; one list has numbers and the other text; an id of `segment` is not among
        `customers`.
    OptionError
        `confidence` is none.

    Warns
    -----
    RetentionKitWarning
        A list is empty; or no id matches, which is more often a slip of ids than a rate of zero.
        Where all who received it are other customers in `customers`, it is a rate of zero.

    Notes
    -----
    The interval takes the customers of the segment as a sample. As a count of exactly these
    customers the rate has no error.

    Examples
    --------
    >>> import retentionkit as rk
    >>> found = rk.rfm.coverage_rate([11, 12, 13, 14], [12, 14, 14, 99])
    >>> found.rate.value, found.received_outside, found.missed.tolist()
    (0.5, 1, [11, 13])
    """
    confidence = check_confidence(confidence)
    wanted, given = _read("segment", segment), _read("received", received)
    known = None if customers is None else _read("customers", customers)
    _check_one_kind(wanted, given, *([] if known is None else [known]))
    _check_known(wanted, known)
    covered = wanted.ids & given.ids
    outside = given.ids - wanted.ids
    unknown = None if known is None else len(outside - known.ids)
    if not wanted.ids or (not covered and unknown in {None, len(outside)}):
        warn(_doubt(wanted, given))
    definition = (
        "Customers of the segment who received it over all customers of the segment, each counted "
        "once, with a Wilson interval."
    )
    return Coverage(
        rate=share(len(covered), len(wanted.ids), definition=definition, confidence=confidence),
        n=len(wanted.ids),
        covered=len(covered),
        missed=frozen_array(sorted(wanted.ids - covered), wanted.dtype),
        n_received=len(given.ids),
        received_outside=len(outside),
        n_unknown=unknown,
        duplicates_in_segment=wanted.listed - len(wanted.ids),
        duplicates_in_received=given.listed - len(given.ids),
        definition=definition,
        kind=_kind(segment, received, customers),
    )


def _kind(*lists: object) -> FrameKind | None:
    """The library of the first series; arrays and lists have none."""
    return next((kind for kind in map(frames.series_kind, lists) if kind is not None), None)


class _Ids(NamedTuple):
    """Different ids, how many were listed, and what holds them."""

    argument: str
    ids: frozenset[Any]
    listed: int
    dtype: np.dtype[Any]

    @property
    def example(self) -> str:
        """One of them, always the same."""
        return repr(min(self.ids))


def _read(argument: str, given: object) -> _Ids:
    ids = frames.read_ids(given, argument=argument)
    dtype = ids.dtype if ids.dtype.kind in "iu" else np.dtype(object)
    return _Ids(argument, frozenset(ids.tolist()), len(ids), dtype)


def _check_one_kind(*lists: _Ids) -> None:
    """Refuse numbers beside text: they match nothing, and the rate would be zero."""
    present = [part for part in lists if part.ids]
    if len({part.dtype.kind == "O" for part in present}) > 1:
        raise DataError(
            "The ids are not of one type, so that none of them can match.",
            received=", ".join(f"`{x.argument}` like {x.example}" for x in present),
            allowed="whole numbers on all sides, or text on all sides",
            do="Bring them to one type, for example with map(str, ...).",
        )


def _check_known(wanted: _Ids, known: _Ids | None) -> None:
    strange = frozenset[Any]() if known is None else wanted.ids - known.ids
    if strange:
        raise DataError(
            "Some ids of `segment` are not among `customers`.",
            received=f"{len(strange):,} ids, such as {min(strange)!r}",
            allowed="a segment of these customers",
            do="Pass the ids of all customers, such as segments.customer, or leave them out.",
        )


def _doubt(wanted: _Ids, given: _Ids) -> str:
    """Why no match may mean nothing."""
    if not wanted.ids:
        return "`segment` is empty: nobody should get it, and the rate is undefined."
    if not given.ids:
        return "`received` is empty: the rate is 0 because nobody got it at all."
    return (
        f"None of the ids received is in the segment: it has ids like {wanted.example}, and those "
        f"who received it are like {given.example}. If both are of one kind, pass customers=, so "
        "that ids of other customers can be told from ids that mean nothing."
    )
