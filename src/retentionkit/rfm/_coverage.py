"""How many of the valuable customers get the service that is meant for them?

Two lists of ids are compared: who should get it, and who did. An id counts once, however often it
is listed.
"""

from __future__ import annotations

import dataclasses
import math
import warnings
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple, TypeGuard, cast

import numpy as np

from retentionkit.arguments import check_confidence
from retentionkit.errors import DataError, KindError, RetentionKitWarning
from retentionkit.intervals import share
from retentionkit.results import Columns, Estimate, Result, frozen_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Coverage", "coverage_rate"]

#: What ids can be: whole numbers or text.
_KINDS: Final[Mapping[type, str]] = {int: "whole numbers", str: "text"}
#: Names of the types by which libraries mark what is missing, besides NaN.
_MISSING: Final = frozenset({"NoneType", "NAType", "NaTType"})
_LARGEST: Final = 1 << 63


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
            f": {100 * self.rate.value:.1f} % ({100 * limits.confidence:g} % interval "
            f"{100 * limits.low:.1f} to {100 * limits.high:.1f} %)"
        )
        unknown = f", {self.n_unknown:,} of them no customers" if self.n_unknown else ""
        again = (self.duplicates_in_segment, self.duplicates_in_received)
        facts = {
            "received it": f"{self.covered:,} of {self.n:,} in the segment{rate if self.n else ''}",
            "missed": f"{len(self.missed):,}",
            "outside": f"{self.received_outside:,} of {self.n_received:,} who received it are not "
            f"in the segment{unknown}",
        }
        if any(again):
            facts["listed again"] = f"{again[0]:,} ids of the segment, {again[1]:,} received"
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
        Ids are missing, or neither whole numbers nor text; one list has numbers and the other
        text; an id of `segment` is not among `customers`.
    KindError
        Something is not a list of ids: a text, a whole frame.
    OptionError
        `confidence` is none.

    Warns
    -----
    RetentionKitWarning
        No id matches, which is more often a slip of ids than a rate of zero.

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
    if given.ids and wanted.ids and not covered and unknown in {None, len(outside)}:
        _warn_of_no_match(wanted, given)
    definition = (
        "Customers of the segment who received it over all customers of the segment, each counted "
        "once, with a Wilson interval."
    )
    return Coverage(
        rate=share(len(covered), len(wanted.ids), definition=definition, confidence=confidence),
        n=len(wanted.ids),
        covered=len(covered),
        missed=_sorted_ids(wanted.ids - covered),
        n_received=len(given.ids),
        received_outside=len(outside),
        n_unknown=unknown,
        duplicates_in_segment=wanted.listed - len(wanted.ids),
        duplicates_in_received=given.listed - len(given.ids),
        definition=definition,
    )


class _Ids(NamedTuple):
    """Different ids, how many were listed, and what they are."""

    argument: str
    ids: frozenset[Any]
    listed: int
    kind: str | None

    @property
    def example(self) -> str:
        """One of them, always the same."""
        return repr(min(self.ids))


def _read(argument: str, given: object) -> _Ids:
    """Ids as Python's own numbers or texts."""
    listed = _listed(argument, given)
    kinds = set(map(type, listed))
    if not kinds <= set(_KINDS) or len(kinds) > 1:
        listed = [_plain(argument, value) for value in listed]
        kinds = set(map(type, listed))
    if len(kinds) > 1:
        raise DataError(
            f"Some ids in `{argument}` are numbers and some are text.",
            received="a mixture: 1 and '1' would be two customers",
            allowed="whole numbers or text",
            do="Bring all ids to one type, for example with str.",
        )
    return _Ids(argument, frozenset(listed), len(listed), next(map(_KINDS.get, kinds), None))


def _listed(argument: str, given: Any) -> list[Any]:  # noqa: ANN401 - any container
    if _is_list(given):
        if not hasattr(given, "__array__"):
            return list(given)
        values = np.asarray(given)
        if values.ndim == 1:
            return list(values.tolist())
    raise KindError(
        f"`{argument}` is not a list of ids.",
        received=f"an object of type {type(given).__name__}",
        allowed="a column of a frame, a one-dimensional array, a list, a set",
        do="Pass one column of the frame, such as frame['customer_id'].",
    )


def _is_list(given: object) -> TypeGuard[Iterable[Any]]:
    """Whether this may be a list of ids; a frame is one of columns."""
    has_columns = hasattr(type(given), "columns")  # of a lazy frame itself, asking is dear
    if has_columns or isinstance(given, str | bytes | Mapping):
        return False
    return isinstance(given, Iterable)


def _plain(argument: str, value: Any) -> int | str:  # noqa: ANN401 - an element of any container
    plain: Any = value.item() if hasattr(value, "item") else value
    if isinstance(plain, float) and plain.is_integer():
        return int(plain)  # whole numbers become floats where a join left some missing
    if type(plain) in _KINDS:
        return cast("int | str", plain)
    missing = type(plain).__name__ in _MISSING or (isinstance(plain, float) and math.isnan(plain))
    raise DataError(
        f"Some ids in `{argument}` are {'missing' if missing else 'no ids'}.",
        received=repr(plain),
        allowed="whole numbers or text",
        do="Drop the rows without an id first." if missing else "Pass the column of ids.",
    )


def _sorted_ids(ids: frozenset[Any]) -> NDArray[Any]:
    ordered = sorted(ids)
    numbers = all(isinstance(value, int) and abs(value) < _LARGEST for value in ordered)
    return frozen_array(ordered, np.int64 if ordered and numbers else object)


def _check_one_kind(*lists: _Ids) -> None:
    """Refuse numbers beside text: they match nothing, and the rate would be zero."""
    present = [part for part in lists if part.ids]
    if len({part.kind for part in present}) > 1:
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


def _warn_of_no_match(wanted: _Ids, given: _Ids) -> None:
    warnings.warn(
        f"None of the ids received is in the segment: it has ids like {wanted.example}, and those "
        f"who received it are like {given.example}. If both are of one kind, pass customers=, so "
        "that ids of other customers can be told from ids that mean nothing.",
        RetentionKitWarning,
        stacklevel=3,
    )
